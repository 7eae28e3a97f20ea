"""What a function of NumPy arrays does with its arguments before it computes: types, shapes, ranges.

Every refusal is one sentence that names the argument, what was given and what is expected.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cesym.numeric.signature import Argument, Signature

__all__ = ["Arrays", "are_labels", "prepared", "reader"]


@dataclass(frozen=True)
class Arrays:
    """The arguments of one call, the shape of the samples, the length of each axis, the type of the results."""

    signature: Signature
    values: tuple[Any, ...]
    shape: tuple[int, ...]
    sizes: Mapping[Any, int]
    dtype: np.dtype

    def tail(self, n: int) -> tuple[int, ...]:
        """The lengths of the trailing axes of an argument."""
        rank = len(self.signature.arguments[n].sizes)
        return self.values[n].shape[self.values[n].ndim - rank :]


def prepared(signature: Signature, values: Sequence[Any]) -> Arrays:
    """The arguments as arrays that fit together; numbers are looked at later, block by block.

    The type of the results is the widest of the floating arrays given; Python numbers, integers and bools do not
    widen it. Computed is in float64 whatever the type is.
    """
    arrays = [as_array(one, value) for one, value in zip(signature.arguments, values, strict=True)]
    floating = [
        array.dtype
        for array, value in zip(arrays, values, strict=True)
        if array.dtype.kind == "f" and type(value) is not float
    ]
    dtype = np.result_type(*floating) if floating else np.dtype(np.float64)
    for one, array in zip(signature.arguments, arrays, strict=True):
        if one.place is not None and array.dtype.kind not in "iu":
            raise TypeError(f"{one.label} must hold integer labels; got dtype {array.dtype}")
        if array.dtype.kind == "f" and array.dtype.itemsize > 8:
            raise TypeError(f"{one.label} must hold floats of at most 64 bits; got dtype {array.dtype}")
    sizes, shape = check_shapes(signature, arrays)
    return Arrays(signature, tuple(arrays), shape, sizes, dtype)


def reader(arrays: Arrays, n: int, check: bool) -> tuple[Callable[[Any], Any], tuple[int, ...]]:
    """How argument number n is read block by block, its numbers checked on the way; and its trailing axes."""
    one, array = arrays.signature.arguments[n], arrays.values[n]
    tail = arrays.tail(n)
    own = array.shape[: array.ndim - len(tail)]
    if own != arrays.shape:
        # Axes of length 1, or none, are seen by every block; nothing is copied.
        array = np.broadcast_to(array, arrays.shape + tail)
    low, high = one.low, one.high
    if one.place is not None:
        low, high = -one.place.offset, arrays.sizes[one.place.size] - 1 - one.place.offset
    if not check or (low is None and high is None):
        return array.__getitem__, tail
    if own != arrays.shape:
        check_range(one, arrays.values[n], arrays.values[n], low, high)
        return lambda at: array[at] + 0 if low == 0 and one.place is None else array[at], tail
    return lambda at: check_range(one, array, array[at], low, high), tail


def as_array(argument: Argument, value: Any) -> Any:
    try:
        array = np.asarray(value)
    except ValueError:
        wanted = "a number or a rectangular array"
        raise ValueError(f"{argument.label} must be {wanted}; got rows of different lengths") from None
    if array.dtype.kind not in "biuf":
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
    least, most = block.min(), block.max()
    if least != least:
        # NaN passes, and hides the rest from min and max; fmin and fmax are slow.
        least, most = np.fmin.reduce(block, axis=None), np.fmax.reduce(block, axis=None)
    if (low is not None and least < low) or (high is not None and most > high):
        refuse_range(argument, array, low, high)
    if low == 0 and least == 0 and block.dtype.kind == "f" and np.signbit(block).any():
        return block + 0  # 1/-0.0 would have the wrong sign
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
