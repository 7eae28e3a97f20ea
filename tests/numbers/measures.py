"""How far a result is from the truth: in units in the last place, in eps of a larger term, and wrong in kind."""

from typing import NamedTuple

import numpy as np
from mpmath import fsum, inf, mp, mpf, sign


class Truth(NamedTuple):
    """The rounded value, what rounding took away (in units in the last place), and the largest term in size."""

    value: np.ndarray
    rest: np.ndarray
    larger: np.ndarray
    dtype: type


def split(terms, dtype):
    total, larger = fsum(terms), max(abs(term) for term in terms)
    if mp.isnan(total):
        return np.nan, 0.0, np.nan
    top = float(np.finfo(dtype).max)
    limit = mpf(top) * (1 + mpf(2) ** -40)
    if abs(total) == inf or abs(total) > limit:
        return float(sign(total)) * np.inf, 0.0, np.inf
    with np.errstate(all="ignore"):
        value = float(dtype(min(max(float(total), -top), top)))
    step = float(unit(value, dtype))
    rest = float((total - mpf(value)) / mpf(step))
    if abs(rest) > 0.5 and abs(value) < top:  # float() does not round subnormals to the nearest
        value, rest = value + round(rest) * step, rest - round(rest)
    return value, rest, min(float(larger), top)


def unit(value, dtype):
    """One unit in the last place of a finite value."""
    info = np.finfo(dtype)
    exponent = np.frexp(np.abs(value))[1]
    return np.ldexp(1.0, np.maximum(np.where(value == 0, -10000, exponent - info.nmant - 1), info.minexp - info.nmant))


def ulp_error(result, truth):
    """The distance in units in the last place of the rounded truth: infinite for NaN and for the wrong infinity.

    Next to the largest number, infinity counts as the power of two behind it. 0 where the truth is undefined.
    """
    top = float(np.finfo(truth.dtype).max)
    with np.errstate(all="ignore"):
        result, value = np.asarray(result, np.float64), truth.value
        step = unit(np.where(np.isfinite(value), value, 1.0), truth.dtype)
        behind = np.isinf(result) & (result * value > 0) & (np.abs(value) > top * (1 - 2.0**-40)) & np.isfinite(value)
        steps = np.where(behind, np.sign(value) * ((top - np.abs(value)) / step + 1), (result - value) / step)
        error = np.abs(steps - truth.rest)
        error = np.where(
            np.isfinite(value), np.where(np.isnan(error), np.inf, error), np.where(result == value, 0, np.inf)
        )
    return np.where(np.isnan(value), 0.0, error)


def eps_error(result, truth):
    """The distance in eps of the larger term of the formula (at least one smallest subnormal number)."""
    info = np.finfo(truth.dtype)
    with np.errstate(all="ignore"):
        scale = np.maximum(float(info.eps) * truth.larger, float(info.smallest_subnormal))
        step = unit(np.where(np.isfinite(truth.value), truth.value, 1.0), truth.dtype)
        error = ulp_error(result, truth)
        return np.where((error == 0) | np.isinf(error), error, error * (step / scale))


def faults(result, truth):
    """Where a result is wrong in kind: a mask for each kind of fault.

    ``lost``: off by more than 1e-3 of the truth (and more than one unit). The sign counts as wrong where the truth is
    more than 4 eps of its larger term away from 0: nearer, doubles cannot know it without a longer arithmetic.
    """
    result, value, known = np.asarray(result, np.float64), truth.value, ~np.isnan(truth.value)
    error = ulp_error(result, truth)
    with np.errstate(all="ignore"):
        digits = np.abs(value) / unit(np.where(np.isfinite(value), value, 1.0), truth.dtype)
        clear = np.abs(value) > 4 * float(np.finfo(truth.dtype).eps) * np.where(np.isinf(value), 0, truth.larger)
        return {
            "lost": known & (error > np.maximum(1.0, 1e-3 * np.where(np.isfinite(value), digits, 0))),
            "NaN": known & np.isnan(result),
            "infinity": known & np.isinf(result) & np.isfinite(value) & (error > 0) & np.isinf(error),
            "sign": known & (np.sign(result) * np.sign(value) < 0) & clear,
            "clipped": known & np.isinf(value) & np.isfinite(result),
        }
