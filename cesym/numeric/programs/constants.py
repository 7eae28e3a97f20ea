"""Constants of formulas as floats."""

from math import frexp

import sympy as sp
from sympy import Expr

from cesym.numeric.operations.operation import unfolded

__all__ = ["nearest", "three_parts"]


def nearest(e: Expr) -> float:
    """The float next to a constant."""
    e = unfolded(e).doit()
    if e.is_real is False or e is sp.nan:
        raise ValueError(f"expr: lambdify needs real numbers; got {e}")
    return float(e.evalf(30))


def three_parts(value: Expr) -> tuple[float, float, float]:
    """A constant as a sum of three floats, the first with 24 bits: exact in float32 too."""
    exact = sp.Rational(str(value.evalf(60)))
    unit = sp.Integer(2) ** (frexp(float(exact))[1] - 24)
    high = sp.floor(exact / unit) * unit
    middle = float(exact - high)
    return float(high), middle, float(exact - high - sp.Rational(middle))
