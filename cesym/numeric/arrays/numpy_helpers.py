"""What NumPy has no function for. The source of these is printed in front of the function that uses them."""

from typing import Any

import numpy as np

__all__ = ["select", "take", "take_rows", "total"]


def select(condition: Any, one: Any, other: Any, out: Any) -> None:
    """np.where into an array, without a branch for the processor to guess: the bits of ``one`` or of ``other``."""
    bits, other = out.view(np.int64), np.asarray(other, np.float64).view(np.int64)
    np.bitwise_xor(np.asarray(one, np.float64).view(np.int64), other, out=bits)
    np.multiply(bits, condition, out=bits)
    np.bitwise_xor(bits, other, out=bits)


def take(values: Any, places: Any) -> Any:
    """The entries at some places (from 0) along the last axis."""
    shape = np.broadcast_shapes(values.shape[:-1], places.shape)
    values, places = np.broadcast_to(values, shape + values.shape[-1:]), np.broadcast_to(places, shape)
    return np.take_along_axis(values, places[..., None], axis=-1)[..., 0]


def take_rows(values: Any, places: Any) -> Any:
    """The entries at some places (from 0) along the last axis but one, which is that of the samples."""
    shape = np.broadcast_shapes(values.shape[:-2] + values.shape[-1:], places.shape)
    values = np.broadcast_to(values, shape[:-1] + values.shape[-2:-1] + shape[-1:])
    return np.take_along_axis(values, np.broadcast_to(places, shape)[..., None, :], axis=-2)[..., 0, :]


def total(values: Any, axis: int, out: Any) -> None:
    """The sum along an axis, in pairs: its error grows with the logarithm of the number of terms."""
    rows = np.moveaxis(values, axis, 0)
    while len(rows) > 8:
        half = len(rows) // 2
        pairs = rows[:half] + rows[half : 2 * half]
        if len(rows) % 2:
            pairs[0] += rows[-1]
        rows = pairs
    np.sum(rows, axis=0, out=out)
