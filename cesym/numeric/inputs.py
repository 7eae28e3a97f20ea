"""What a function of arrays does with its arguments before it computes: one floating type, shapes, ranges.

Every refusal is one sentence that names the argument, what was given and what is expected.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cesym.numeric.signature import Argument, Signature

__all__ = ["are_labels", "prepared"]


def prepared(signature: Signature, values: Sequence[Any], check: bool) -> tuple[list[Any], np.dtype]:
    """The arguments as arrays of one floating type (labels stay integers), and the type of the result.

    The type is the widest of the floating arrays given; Python numbers, integers and bools do not widen it.
    """
    arrays = [as_array(one, value) for one, value in zip(signature.arguments, values, strict=True)]
    floating = [
        array.dtype
        for array, value in zip(arrays, values, strict=True)
        if array.dtype.kind == "f" and type(value) is not float
    ]
    dtype = np.result_type(*floating) if floating else np.dtype(np.float64)
    # Half precision is a way to store numbers: computing in it would lose what it stores.
    computed = np.result_type(dtype, np.float32)
    for n, one in enumerate(signature.arguments):
        if one.place is None:
            arrays[n] = arrays[n].astype(computed, copy=False)
        elif arrays[n].dtype.kind not in "iu":
            raise TypeError(f"{one.label} must hold integer labels; got dtype {arrays[n].dtype}")
    sizes = check_shapes(signature, arrays)
    if check:
        for n, one in enumerate(signature.arguments):
            low, high = one.low, one.high
            if one.place is not None:
                low, high = -one.place.offset, sizes[one.place.size] - 1 - one.place.offset
            arrays[n] = check_range(one, arrays[n], low, high)
    return arrays, dtype


def as_array(argument: Argument, value: Any) -> Any:
    try:
        array = np.asarray(value)
    except ValueError:
        wanted = "a number or a rectangular array"
        raise ValueError(f"{argument.label} must be {wanted}; got rows of different lengths") from None
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{argument.label} must hold real numbers; got dtype {array.dtype}")
    return array


def check_shapes(signature: Signature, arrays: Sequence[Any]) -> dict[Any, int]:
    """The length of each named axis, after a look at whether the shapes fit together."""
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
        np.broadcast_shapes(*(array.shape[: array.ndim - len(one.sizes)] for one, array in pairs))
    except ValueError:
        shapes = " and ".join(f"{one.label} {array.shape}" for one, array in pairs)
        raise ValueError(f"the shapes of the arguments must broadcast; got {shapes}") from None
    return sizes


def check_range(argument: Argument, array: Any, low: Any, high: Any) -> Any:
    """The array, once its numbers lie in the closed range; NaN passes."""
    if array.size == 0 or (low is None and high is None):
        return array
    least, most = np.min(array), np.max(array)
    if least != least:
        # NaN passes, and hides the rest from min and max; fmin and fmax are slow.
        least, most = np.fmin.reduce(array, axis=None), np.fmax.reduce(array, axis=None)
    below = low is not None and least < low
    above = high is not None and most > high
    if below or above:
        refuse_range(argument, array, low, high, bool(above and not (below and low - least > most - high)))
    if low == 0 and least == 0 and np.signbit(array).any():
        return array + 0  # 1/-0.0 would have the wrong sign
    return array


def refuse_range(argument: Argument, array: Any, low: Any, high: Any, above: bool) -> None:
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
