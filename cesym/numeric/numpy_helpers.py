"""The operations of `nodes` for NumPy. Their source is printed in front of the function that uses them."""

from typing import Any

import numpy as np

__all__ = ["dominated", "log_times", "pick", "square_over", "weighted", "xdivy"]


def weighted(w: Any, value: Any) -> Any:
    """w*value, and 0 where w is 0 though the value be infinite; NaN stays NaN."""
    return np.where((w == 0) & (value == value), 0.0, w * value)


def xdivy(n: Any, d: Any) -> Any:
    """n/d, and 0 where n is 0 though d be 0 as well; NaN stays NaN."""
    return np.where((n == 0) & (d == d), 0.0, n / d)


def square_over(r: Any, v: Any, a: float) -> Any:
    """a*r**2/v without r**2; where r/v*r overflows, r/sqrt(v) may not."""
    value = a * (xdivy(r, v) * r)
    root = r / np.sqrt(v)
    return np.where(np.isinf(value), root * (a * root), value)


def dominated(lead: Any, rest: Any) -> Any:
    """lead + rest, and the lead alone where it is infinite: it is the stronger pole."""
    return np.where(np.isinf(lead) & (rest == rest), lead, lead + rest)


def log_times(t: Any, a: float, one_over_a: tuple[float, float, float], log_a: float) -> Any:
    """log(a*t): near a*t = 1 through the exact t - 1/a, far from it without the product."""
    high, middle, low = one_over_a
    product = a * t
    near = np.log1p((t - high - middle - low) * a)
    far = np.where((product > 1e-3) & (product < 1e3), np.log(product), np.log(t) + log_a)
    return np.where((product > 0.5) & (product < 2), near, far)


def pick(p: Any, n: Any) -> Any:
    """The entries number n (from 0) along the last axis of p."""
    shape = np.broadcast_shapes(p.shape[:-1], n.shape)
    p, n = np.broadcast_to(p, shape + p.shape[-1:]), np.broadcast_to(n, shape)
    return np.take_along_axis(p, n[..., None], axis=-1)[..., 0]
