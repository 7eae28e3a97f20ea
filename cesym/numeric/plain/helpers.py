"""Python's math as IEEE arithmetic has it: infinite or NaN where Python raises.

The source of those that a function needs is printed in front of it.
"""

import math
from fractions import Fraction
from math import copysign, inf, nan

from mpmath import libmp

__all__ = [
    "amax", "argmax", "cos", "cosh", "difference", "digamma", "dominated", "exp", "expm1", "fsum", "lgamma", "log",
    "log1p", "maximum", "minimum", "over", "power", "sign", "sin", "sinh", "sqrt", "tan", "weighted", "xdivy",
]  # fmt: skip


def over(n: float, d: float) -> float:
    """n/d, where Python raises at d = 0."""
    return n / d if d else n * copysign(inf, d)


def exp(t: float) -> float:
    """The exponential: inf where math.exp raises."""
    try:
        return math.exp(t)
    except OverflowError:
        return inf


def expm1(t: float) -> float:
    """exp(t) - 1: inf where math.expm1 raises."""
    try:
        return math.expm1(t)
    except OverflowError:
        return inf


def log(t: float) -> float:
    """The natural logarithm: -inf at 0 and NaN below, where math.log raises."""
    return math.log(t) if t > 0 else -inf if t == 0 else nan


def log1p(t: float) -> float:
    """log(1 + t): -inf at -1 and NaN below, where math.log1p raises."""
    return math.log1p(t) if t > -1 else -inf if t == -1 else nan


def sqrt(t: float) -> float:
    """The square root: NaN below 0, where math.sqrt raises."""
    return math.sqrt(t) if t >= 0 else nan


def power(x: float, y: float) -> float:
    """x**y: a pole, an overflow or NaN where math.pow raises."""
    try:
        return math.pow(x, y)
    except ValueError:
        if x != 0:
            return nan
    except OverflowError:
        pass
    return copysign(inf, x) if y % 2 == 1 else inf


def sin(t: float) -> float:
    """The sine: NaN at an infinity, where math.sin raises."""
    return math.sin(t) if abs(t) < inf else nan


def cos(t: float) -> float:
    """The cosine: NaN at an infinity, where math.cos raises."""
    return math.cos(t) if abs(t) < inf else nan


def tan(t: float) -> float:
    """The tangent: NaN at an infinity, where math.tan raises."""
    return math.tan(t) if abs(t) < inf else nan


def sinh(t: float) -> float:
    """The hyperbolic sine: infinite where math.sinh raises."""
    try:
        return math.sinh(t)
    except OverflowError:
        return copysign(inf, t)


def cosh(t: float) -> float:
    """The hyperbolic cosine: inf where math.cosh raises."""
    try:
        return math.cosh(t)
    except OverflowError:
        return inf


def sign(t: float) -> float:
    """-1, 0 or 1; NaN of NaN."""
    return copysign(1.0, t) if t < 0 or t > 0 else t + 0.0


def lgamma(t: float) -> float:
    """The logarithm of |gamma(t)|: inf where math.lgamma raises, at 0, -1, -2, ... and far out."""
    try:
        return math.lgamma(t)
    except (OverflowError, ValueError):
        return inf


def digamma(t: float) -> float:
    """The derivative of lgamma, by mpmath with so many bits that it keeps its digits next to its zeros."""
    if t <= 0 and t % 1 == 0:
        return nan if t else -copysign(inf, t)
    return libmp.to_float(libmp.mpf_psi0(libmp.from_float(t), 150), rnd="n")


def maximum(x: float, y: float) -> float:
    """The larger of the two; NaN if there is one."""
    return x if x > y or x != x else y


def minimum(x: float, y: float) -> float:
    """The smaller of the two; NaN if there is one."""
    return x if x < y or x != x else y


# Of lists


def fsum(values: list[float]) -> float:
    """The sum, rounded once; infinite or NaN where math.fsum raises."""
    try:
        return math.fsum(values)
    except (OverflowError, ValueError):
        pass
    if endless := [t for t in values if t - t != 0]:
        return sum(endless)
    exact = sum(map(Fraction, values))
    try:
        return float(exact)
    except OverflowError:
        return inf if exact > 0 else -inf


def amax(values: list[float]) -> float:
    """The largest; NaN if there is one."""
    return nan if any(t != t for t in values) else max(values, default=-inf)


def argmax(values: list[float]) -> int:
    """The place of the first NaN, or else of the first largest."""
    found = [n for n, t in enumerate(values) if t != t]
    return found[0] if found else values.index(max(values)) if values else 0


# Of forms


def weighted(w: float, value: float) -> float:
    """w*value; 0 times infinity counts 0."""
    return 0.0 if w == 0 and value == value else w * value


def xdivy(n: float, d: float) -> float:
    """n/d; 0/0 counts 0."""
    return n / d if d else n * copysign(inf, d) if n else 0.0


def dominated(lead: float, rest: float) -> float:
    """lead + rest, and the lead alone where it is infinite."""
    return lead if abs(lead) == inf and rest == rest else lead + rest


def difference(x: float, y: float) -> float:
    """x - y; equal infinities cancel."""
    return 0.0 if x == y else x - y
