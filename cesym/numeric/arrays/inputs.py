"""What a function of NumPy arrays does with its arguments before it computes: types, shapes, ranges.

Every refusal is one sentence that names the argument, what was given and what is expected.
"""

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from cesym.numeric.signature import Argument, Signature

__all__ = ["Layout", "are_labels", "check_shapes", "converted", "laid_out", "reader"]


class Layout(NamedTuple):
    """How the arguments of one call fit together: samples, length of each axis, type of the results.

    ``tails`` has the lengths of each argument's trailing axes, ``kinds`` the type in which it is computed with.
    """

    signature: Signature
    shape: tuple[int, ...]
    sizes: Mapping[Any, int]
    dtype: np.dtype
    tails: tuple[tuple[int, ...], ...]
    kinds: tuple[Any, ...]

    def refuse(self, arrays: Sequence[Any]) -> None:
        """Refuse the first argument that holds a number out of range."""
        for n, array in enumerate(arrays):
            check_range(self.signature.arguments[n], array, array, *self.range(n))

    def range(self, n: int) -> tuple[Any, Any]:
        """The least and the greatest number that an argument may hold."""
        one = self.signature.arguments[n]
        if one.place is not None:
            size = one.place.size
            length = int(size) if size.is_Integer else self.sizes[size]
            return -one.place.offset, length - 1 - one.place.offset
        return one.low, one.high


def converted(signature: Signature, values: Sequence[Any]) -> tuple[list[Any], np.dtype]:
    """The arguments as arrays, and the type of the results.

    That is the widest of the floating arrays given; Python numbers, integers and bools do not widen it. Computed is in
    float64 whatever it is.
    """
    arrays, dtype = [], None
    for one, value in zip(signature.arguments, values, strict=True):
        array = as_array(one, value)
        arrays.append(array)
        if one.place is not None and array.dtype.kind not in "iu":
            raise TypeError(f"{one.label} must hold integer labels; got dtype {array.dtype}")
        if array.dtype.kind == "f" and type(value) is not float:
            if array.dtype.itemsize > 8:
                raise TypeError(f"{one.label} must hold floats of at most 64 bits; got dtype {array.dtype}")
            dtype = array.dtype if dtype is None or dtype == array.dtype else np.result_type(dtype, array.dtype)
    return arrays, np.dtype(np.float64) if dtype is None else dtype.newbyteorder("=")


def laid_out(signature: Signature, shapes: Sequence[tuple[int, ...]], dtype: np.dtype) -> Layout:
    """The layout of arguments with these shapes.

    Raises: ValueError where they do not fit together.
    """
    sizes, shape = check_shapes(signature, [SimpleNamespace(shape=one, ndim=len(one)) for one in shapes])
    tails = tuple(one[len(one) - len(a.sizes) :] for one, a in zip(shapes, signature.arguments, strict=True))
    kinds = tuple(np.int64 if one.place else np.float64 for one in signature.arguments)
    return Layout(signature, shape, sizes, dtype, tails, kinds)


def reader(layout: Layout, n: int, array: Any, check: bool, divides: bool) -> Callable[[Any], Any]:
    """How argument number n is read block by block, its numbers checked on the way; -0.0 is no divisor."""
    one, tail = layout.signature.arguments[n], layout.tails[n]
    whole = layout.shape + tail
    low, high = layout.range(n)
    checks = check and not (low is None and high is None)
    if array.shape == whole:
        if not checks:
            return array.__getitem__
        if divides and low == 0:
            return lambda at: check_range(one, array, array[at], low, high) + 0
        return lambda at: check_range(one, array, array[at], low, high)
    # Axes of length 1, or none, are seen by every block; nothing is copied.
    seen = check_range(one, array, array, low, high) if checks else array
    return np.broadcast_to(seen + 0 if divides and low == 0 else seen, whole).__getitem__


def as_array(argument: Argument, value: Any) -> Any:
    try:
        array = np.asarray(value)
    except ValueError:
        wanted = "a number or a rectangular array"
        raise ValueError(f"{argument.label} must be {wanted}; got rows of different lengths") from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{argument.label} must hold real numbers; got dtype {array.dtype}")
    return array


def check_shapes(signature: Signature, arrays: Sequence[Any]) -> tuple[dict[Any, int], tuple[int, ...]]:
    """The length of each axis by its size and by its index, and the shape of the samples."""
    sizes: dict[Any, int] = {}
    first: dict[Any, str] = {}
    for one, array in zip(signature.arguments, arrays, strict=True):
        rank = len(one.sizes)
        if array.ndim < rank:
            raise ValueError(
                f"{one.label} must have at least {rank} {'axis' if rank == 1 else 'axes'}, the last for "
                f"{', '.join(map(str, one.sizes))}; got shape {array.shape}"
            )
        for n, size in enumerate(one.sizes):
            length = array.shape[n - rank]
            if length < one.least[n]:
                wanted = f"at least {one.least[n]} entries along axis {n - rank}"
                raise ValueError(f"{one.label} must have {wanted}; got shape {array.shape}")
            expected = int(size) if size.is_Integer else sizes.setdefault(size, length)
            if length != expected:
                like = f", as {first[size]} has" if size in first else ""
                wanted = f"{size} = {expected}" if size.is_Symbol else f"{size}"
                axis = f"entries along axis {n - rank}"
                raise ValueError(f"{one.label} must have {wanted} {axis}{like}; got shape {array.shape}")
            first.setdefault(size, one.label)
    pairs = list(zip(signature.arguments, arrays, strict=True))
    try:
        shape = np.broadcast_shapes(*(array.shape[: array.ndim - len(one.sizes)] for one, array in pairs))
    except ValueError:
        shapes = " and ".join(f"{one.label} {array.shape}" for one, array in pairs)
        raise ValueError(f"the shapes of the arguments must broadcast; got {shapes}") from None
    return sizes, shape


def check_range(argument: Argument, array: Any, block: Any, low: Any, high: Any) -> Any:
    """The block of the array, once its numbers lie in the closed range; NaN passes."""
    if block.size == 0 or (low is None and high is None):
        return block
    least, most = np.minimum.reduce(block, axis=None), np.maximum.reduce(block, axis=None)
    if least != least:
        # NaN passes, and hides the rest from min and max; fmin and fmax are slow.
        least, most = np.fmin.reduce(block, axis=None), np.fmax.reduce(block, axis=None)
    if (low is not None and least < low) or (high is not None and most > high):
        refuse_range(argument, array, low, high)
    return block


def refuse_range(argument: Argument, array: Any, low: Any, high: Any) -> None:
    """Refuse the number that is furthest out of range, of the whole array."""
    least, most = np.fmin.reduce(array, axis=None), np.fmax.reduce(array, axis=None)
    below, above = low is not None and least < low, high is not None and most > high
    above = bool(above and not (below and low - least > most - high))
    where = np.unravel_index(np.nanargmax(array) if above else np.nanargmin(array), array.shape)
    entry = argument.letter.name + (f"[{', '.join(map(str, where))}]" if where else "")
    outside = np.zeros(array.shape, bool)
    if low is not None:
        outside |= array < low
    if high is not None:
        outside |= array > high
    count = int(outside.sum())
    among = f", the worst of {count} such values" if count > 1 else ""
    if argument.place is not None:
        expected = f"integer labels from {low} to {high}"
    elif high is None:
        expected = f"numbers that are at least {low:g}"
    elif low is None:
        expected = f"numbers that are at most {high:g}"
    else:
        expected = f"numbers in [{low:g}, {high:g}]"
    raise ValueError(f"{argument.label} must hold {expected}; got {entry} = {array[where].item()!r}{among}")


def are_labels(target: Any, others: Sequence[Any]) -> bool:
    """Whether class targets are integer labels, with one dimension less than the predictions, not probabilities."""
    try:
        array, dimensions = np.asarray(target), [np.ndim(other) for other in others]
    except ValueError:
        return False
    return array.dtype.kind in "iu" and array.ndim == max(dimensions) - 1
