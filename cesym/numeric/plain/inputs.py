"""What a function of Python numbers and lists does with its arguments: types, shapes, ranges.

The counterpart of `inputs`, which needs NumPy; a refusal has the same sentence where the case is the same.
"""

import reprlib
from collections.abc import Mapping, Sequence
from math import prod
from numbers import Integral, Real
from typing import Any, NamedTuple

from cesym.numeric.signature import Argument, Signature

__all__ = ["Samples", "are_labels", "folded", "prepared"]

LISTS = (list, tuple, range)


class Samples(NamedTuple):
    """The arguments of one call, each as one value a sample, in one order; and the shape of the samples."""

    columns: list[list[Any]]
    shape: tuple[int, ...]


class Table(NamedTuple):
    """An argument: its shape, its entries as they were given, the last axis running fastest, and as numbers."""

    shape: tuple[int, ...]
    entries: list[Any]
    numbers: list[Any]


def prepared(signature: Signature, values: Sequence[Any], check: bool) -> Samples:
    """The arguments as floats, integer labels as integers, once they fit together."""
    tables = [table(one, value) for one, value in zip(signature.arguments, values, strict=True)]
    sizes, shape = check_shapes(signature, tables)
    columns = []
    for one, given in zip(signature.arguments, tables, strict=True):
        if check:
            check_range(one, given, sizes)
        numbers = given.numbers
        if check and one.low == 0 and one.place is None:
            numbers = [t + 0.0 for t in numbers]  # 1/-0.0 would have the wrong sign
        split = len(given.shape) - len(one.sizes)
        columns.append(spread(listed(numbers, given.shape, split), given.shape[:split], shape))
    return Samples(columns, shape)


def table(argument: Argument, value: Any) -> Table:
    """The numbers of nested lists, and their shape."""
    level: list[Any] = [value]
    shape: tuple[int, ...] = ()
    while level and isinstance(level[0], LISTS):
        lengths = {len(one) if isinstance(one, LISTS) else -1 for one in level}
        if len(lengths) > 1:
            break
        shape += tuple(lengths)
        level = [entry for one in level for entry in one]
    if not set(map(type, level)) <= ({int} if argument.place else {float, int, bool}):
        for n, entry in enumerate(level):
            check_type(argument, entry, entry_name(argument, shape, n))
    try:
        return Table(shape, level, list(map(int if argument.place else float, level)))
    except OverflowError:
        raise ValueError(f"{argument.label} must hold numbers that fit into a float; got a larger integer") from None


def check_type(argument: Argument, entry: Any, name: str) -> None:
    if isinstance(entry, LISTS):
        raise ValueError(f"{argument.label} must be a number or a rectangular list; got rows of different lengths")
    if not isinstance(entry, Real) and hasattr(entry, "__array__"):
        raise TypeError(
            "backend='math' takes Python numbers and lists; for arrays use backend='numpy'; "
            f"got {argument.label} as {type(entry).__name__}"
        )
    if argument.place is not None and not is_integer(entry):
        raise TypeError(f"{argument.label} must hold integer labels; got {name} = {reprlib.repr(entry)}")
    if not isinstance(entry, Real):
        raise TypeError(f"{argument.label} must hold real numbers; got {name} = {reprlib.repr(entry)}")


def is_integer(entry: Any) -> bool:
    return isinstance(entry, Integral) and not isinstance(entry, bool)


def entry_name(argument: Argument, shape: tuple[int, ...], n: int) -> str:
    """How number n of an argument is named in messages."""
    place: list[int] = []
    for length in reversed(shape):
        n, at = divmod(n, length)
        place.insert(0, at)
    return argument.letter.name + (f"[{', '.join(map(str, place))}]" if place else "")


def check_shapes(signature: Signature, tables: Sequence[Table]) -> tuple[dict[Any, int], tuple[int, ...]]:
    """The length of each axis, and the shape of the samples."""
    sizes: dict[Any, int] = {}
    first: dict[Any, str] = {}
    own: list[tuple[int, ...]] = []
    for one, (shape, *_) in zip(signature.arguments, tables, strict=True):
        rank = len(one.sizes)
        if len(shape) < rank:
            axes = f"{rank} {'axis' if rank == 1 else 'axes'}"
            last = ", ".join(map(str, one.sizes))
            raise ValueError(f"{one.label} must have at least {axes}, the last for {last}; got shape {shape}")
        own.append(shape[: len(shape) - rank])
        for n, size in enumerate(one.sizes):
            length = shape[n - rank]
            if length < one.least[n]:
                wanted = f"at least {one.least[n]} entries along axis {n - rank}"
                raise ValueError(f"{one.label} must have {wanted}; got shape {shape}")
            expected = int(size) if size.is_Integer else sizes.setdefault(size, length)
            if length != expected:
                like = f", as {first[size]} has" if size in first else ""
                wanted = f"{size} = {expected}" if size.is_Symbol else f"{size}"
                axis = f"entries along axis {n - rank}"
                raise ValueError(f"{one.label} must have {wanted} {axis}{like}; got shape {shape}")
            first.setdefault(size, one.label)
    depth = max(map(len, own), default=0)
    common = []
    for lengths in zip(*((1,) * (depth - len(shape)) + shape for shape in own), strict=True):
        wide = {length for length in lengths if length != 1}
        if len(wide) > 1:
            pairs = zip(signature.arguments, tables, strict=True)
            shapes = " and ".join(f"{one.label} {given.shape}" for one, given in pairs)
            raise ValueError(f"the shapes of the arguments must broadcast; got {shapes}")
        common.append(wide.pop() if wide else 1)
    return sizes, tuple(common)


def check_range(argument: Argument, given: Table, sizes: Mapping[Any, int]) -> None:
    """Refuse the number that is furthest outside the closed range; NaN passes."""
    low: Any = argument.low
    high: Any = argument.high
    if argument.place is not None:
        size, offset = argument.place
        low, high = -offset, (int(size) if size.is_Integer else sizes[size]) - 1 - offset
    low, high = -float("inf") if low is None else low, float("inf") if high is None else high
    if not [t for t in given.numbers if t < low or t > high]:
        return
    outside = {n: max(low - t, t - high) for n, t in enumerate(given.numbers) if t < low or t > high}
    worst = max(outside, key=lambda n: outside[n])
    among = f", the worst of {len(outside)} such values" if len(outside) > 1 else ""
    if argument.place is not None:
        expected = f"integer labels from {low} to {high}"
    elif argument.high is None:
        expected = f"numbers that are at least {low:g}"
    elif argument.low is None:
        expected = f"numbers that are at most {high:g}"
    else:
        expected = f"numbers in [{low:g}, {high:g}]"
    name = entry_name(argument, given.shape, worst)
    raise ValueError(f"{argument.label} must hold {expected}; got {name} = {given.entries[worst]!r}{among}")


def listed(numbers: list[Any], shape: tuple[int, ...], split: int) -> list[Any]:
    """The numbers as nested lists over the axes from ``split`` on, one a sample."""
    for n in range(len(shape), split, -1):
        length = shape[n - 1]
        numbers = [numbers[k * length : (k + 1) * length] for k in range(prod(shape[: n - 1]))]
    return numbers


def spread(column: list[Any], own: tuple[int, ...], shape: tuple[int, ...]) -> list[Any]:
    """One value a sample, of an argument that is the same along some axes."""
    if own == shape:
        return column
    if len(column) == 1:
        return column * prod(shape)
    places = [0]
    for length, full in zip((1,) * (len(shape) - len(own)) + own, shape, strict=True):
        places = [n * length + (k if length > 1 else 0) for n in places for k in range(full)]
    return [column[n] for n in places]


def folded(results: list[Any], shape: tuple[int, ...]) -> Any:
    """One result a sample as nested lists, without samples the result itself."""
    return listed(results, shape, 1) if shape else results[0]


def are_labels(target: Any, others: Sequence[Any]) -> bool:
    """Whether class targets are integer labels, with one level of lists less than the predictions."""
    level, depth = [target], 0
    while level and isinstance(level[0], LISTS):
        if not all(isinstance(one, LISTS) for one in level):
            return False
        level, depth = [entry for one in level for entry in one], depth + 1
    integers = bool(level) and all(map(is_integer, level))
    return integers and depth == max(map(levels, others)) - 1


def levels(value: Any) -> int:
    """How many lists stand inside each other."""
    depth = 0
    while isinstance(value, LISTS):
        depth += 1
        value = value[0] if len(value) else None
    return depth
