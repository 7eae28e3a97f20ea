"""How constants and views of arrays are spelled in the source that `printer` writes."""

from math import frexp
from typing import Any

import sympy as sp
from sympy import Expr

__all__ = ["ATOM", "POWER", "PRODUCT", "SUM", "Indices", "Rendered", "number", "placed", "three_parts", "times"]

Indices = tuple[Any, ...]
Rendered = tuple[str, int]

# How tightly a piece of source holds together.
SUM, PRODUCT, POWER, ATOM = range(4)


def times(constant: Expr, text: str) -> str:
    """A constant in front, or behind as a divisor where that is one rounding and not two."""
    if constant == 1:
        return text
    if constant.is_Rational and constant.q & (constant.q - 1):
        return (f"{constant.p}*" if constant.p != 1 else "") + f"{text}/{constant.q}"
    return f"{number(constant)[0]}*{text}"


def number(e: Expr) -> Rendered:
    """A constant as Python writes it, rounded once."""
    if e.is_Integer:
        return (str(e), ATOM) if e >= 0 else (str(e), SUM)
    if e.is_real is False or e is sp.nan:
        raise ValueError(f"expr: lambdify needs real numbers; got {e}")
    value = float(e.evalf(30))
    text = repr(value) if abs(value) < float("inf") else f"{'-' if value < 0 else ''}np.inf"
    return text, ATOM if value >= 0 else SUM


def placed(text: str, own: Indices, at: Indices) -> str:
    """An array with the trailing axes ``own``, viewed with the trailing axes ``at``."""
    order = tuple(sorted(own, key=at.index))
    if len(set(own)) < len(own):
        raise NotImplementedError(f"expr: backend='numpy' cannot read the diagonal of {text}")
    if order != own:
        text = f"np.moveaxis({text}, {tuple(range(-len(own), 0))}, {tuple(order.index(n) - len(own) for n in own)})"
    if own == at:
        return text
    return f"{text}[..., {', '.join(':' if index in own else 'None' for index in at)}]"


def three_parts(value: Expr) -> tuple[float, float, float]:
    """A constant as a sum of three floats, the first with 24 bits: exact in float32 too."""
    exact = sp.Rational(str(value.evalf(60)))
    unit = sp.Integer(2) ** (frexp(float(exact))[1] - 24)
    high = sp.floor(exact / unit) * unit
    middle = float(exact - high)
    return float(high), middle, float(exact - high - sp.Rational(middle))
