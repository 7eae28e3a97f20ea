"""What a function for any namespace does with its arguments before it computes: namespace, types, ranges.

The messages are those of `inputs`. Numbers are looked at where that is possible at the time of the call.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from array_api_compat import (
    array_namespace,
    device,
    is_array_api_obj,
    is_dask_array,
    is_jax_array,
    is_numpy_array,
    is_torch_array,
)

from cesym.numeric.arrays.inputs import as_array, check_range
from cesym.numeric.signature import Signature

__all__ = ["Joined", "are_labels", "joined", "out_of_range"]


class Joined(NamedTuple):
    """The namespace of a call; its arguments as given and as arrays of one floating type (or labels); the result's."""

    xp: Any
    given: list[Any]
    arrays: list[Any]
    dtype: Any


def joined(signature: Signature, values: Sequence[Any]) -> Joined:
    """The arguments in one namespace: NumPy arrays, lists and numbers join the arrays of another one.

    Lists and numbers take their type from the arrays, integers and bools do not widen it, and where no floating array
    is given, it is the namespace's own. Types of fewer than 32 bits are computed with 32.
    """
    arguments = signature.arguments
    given = [v if is_foreign(v) else as_array(one, v) for one, v in zip(arguments, values, strict=True)]
    foreign = [one for one in given if is_foreign(one)]
    try:
        xp = array_namespace(*(foreign or [np.empty(0)]))
    except TypeError:
        names = (array_namespace(one).__name__.removeprefix("array_api_compat.") for one in foreign)
        kinds = " and ".join(dict.fromkeys(name.split(".")[0] for name in names))
        raise TypeError(f"the arguments must be arrays of one library; got arrays of {kinds}") from None
    place = device(foreign[0]) if foreign and not is_jax_array(foreign[0]) else None

    def imported(array: Any, dtype: Any = None) -> Any:
        if not foreign:
            return xp.asarray(array, dtype=dtype)
        return array if is_foreign(array) else xp.asarray(native(array), dtype=dtype, device=place)

    for one, array in zip(arguments, given, strict=True):
        if not xp.isdtype(imported(array).dtype, ("bool", "integral", "real floating")):
            raise TypeError(f"{one.label} must hold real numbers; got dtype {array.dtype}")
        if any(size != size for size in array.shape):
            raise ValueError(f"{one.label} must have known chunk sizes: call its compute_chunk_sizes() first")
        if one.place is not None and not xp.isdtype(imported(array).dtype, "integral"):
            raise TypeError(f"{one.label} must hold integer labels; got dtype {array.dtype}")
    default = xp.__array_namespace_info__().default_dtypes()
    types = [imported(a).dtype for a, v in zip(given, values, strict=True) if is_array_api_obj(v)]
    types = [one for one in types if xp.isdtype(one, "real floating")]
    dtype = xp.result_type(*types) if types else default["real floating"]
    bits = xp.finfo(dtype).bits
    if bits > 64:
        raise TypeError(f"the arguments must hold floats of at most 64 bits; got dtype {dtype}")
    wide = xp.float32 if bits < 32 else dtype
    arrays = []
    for one, array in zip(arguments, given, strict=True):
        wanted = default["integral"] if one.place is not None else wide
        arrays.append(xp.astype(imported(array, None if is_foreign(array) else wanted), wanted, copy=False))
    return Joined(xp, given, arrays, dtype)


def is_foreign(value: Any) -> bool:
    """Whether this is an array, and not one of NumPy's."""
    return is_array_api_obj(value) and not is_numpy_array(value)


def native(array: Any) -> Any:
    """A copy in this machine's byte order, which other libraries may keep."""
    return np.array(array, array.dtype.newbyteorder("="), order="C")


def out_of_range(joined: Joined, signature: Signature, sizes: Mapping[Any, int]) -> Any:
    """Which samples have a number out of range, where that cannot be looked at now; None where all is well.

    Raises: ValueError for a number that can be looked at.
    """
    found = None
    for one, given, array in zip(signature.arguments, joined.given, joined.arrays, strict=True):
        low, high = one.low, one.high
        if one.place is not None:
            size = one.place.size
            length = int(size) if size.is_Integer else sizes[size]
            low, high = -one.place.offset, length - 1 - one.place.offset
        if not is_foreign(given):
            check_range(one, given, given, low, high)
            continue
        outside = outside_of(joined.xp, array, low, high)
        if outside is None:
            continue
        numbers = numbers_of(given, array)
        if numbers is not None:
            check_range(one, numbers, numbers, low, high)
            continue
        if one.sizes:
            outside = joined.xp.any(outside, axis=tuple(range(-len(one.sizes), 0)))
        found = outside if found is None else found | outside
    return found


def outside_of(xp: Any, array: Any, low: Any, high: Any) -> Any:
    """Which entries are out of range; None where all are seen to lie in it."""
    if (low is None and high is None) or 0 in array.shape:
        return None
    array = array.detach() if is_torch_array(array) else array
    if not is_dask_array(array):
        try:
            # NaN passes, and hides the rest from min and max.
            if (low is None or bool(xp.min(array) >= low)) and (high is None or bool(xp.max(array) <= high)):
                return None
        except (TypeError, RuntimeError):
            pass  # a tracer
    outside = xp.zeros_like(array, dtype=xp.bool)
    outside = outside if low is None else outside | (array < low)
    return outside if high is None else outside | (array > high)


def numbers_of(*arrays: Any) -> Any:
    """The numbers of the first array that NumPy can read; None for a Dask array and for a tracer."""
    for array in arrays:
        if is_dask_array(array):
            return None
        try:
            return array.detach().cpu().numpy() if is_torch_array(array) else np.asarray(array)
        except (TypeError, RuntimeError):
            pass
    return None


def are_labels(target: Any, others: Sequence[Any]) -> bool:
    """Whether class targets are integer labels, with one dimension less than the predictions, not probabilities."""
    try:
        target, *others = (one if is_array_api_obj(one) else np.asarray(one) for one in (target, *others))
    except ValueError:
        return False
    integral = array_namespace(target).isdtype(target.dtype, "integral")
    return bool(integral and target.ndim == max(one.ndim for one in others) - 1)
