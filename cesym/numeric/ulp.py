"""How far off a result is, in units in the last place: what the figures draw, and a notebook counts.

The truth is the formula itself, evaluated by mpmath, which SymPy brings along. The tests measure with code of their own
(`tests/numbers`), which shares nothing with this.
"""

from typing import TYPE_CHECKING, Any

from mpmath import isfinite, mpf, workprec
from sympy import Expr
from sympy import lambdify as printed

if TYPE_CHECKING:
    import numpy as np

__all__ = ["exact", "ulp_error"]

# 1 + exp(-745), with 53 bits of the exponential, takes 1128; the square of one such number, twice as many.
BITS = 2400


def exact(expr: Expr, values: Any) -> "np.ndarray":
    """The formula at each of some floats, as printed and in 2400 bits: mpmath numbers, in an array.

    Domain: one free symbol; at each of the floats a finite real value.
    Raises: ValueError for anything else.

    >>> from sympy import Symbol, log
    >>> float(exact(log(1 + Symbol("t")), [1e-20])[0])
    1e-20
    """
    import numpy as np

    if len(expr.free_symbols) != 1:
        letters = ", ".join(sorted(map(str, expr.free_symbols))) or "none"
        raise ValueError(f"expr: expected a formula in one letter, got {letters}")
    function = printed(list(expr.free_symbols), expr, "mpmath")
    points = np.asarray(values, float)
    found = np.empty(points.shape, object)
    for place, point in np.ndenumerate(points):
        with workprec(BITS):
            try:
                value = function(mpf(float(point)))
            except ZeroDivisionError:
                value = None
        if not (isinstance(value, mpf) and isfinite(value)):
            raise ValueError(f"expr: {expr} has no finite real value at {float(point)}")
        found[place] = value
    return found


def ulp_error(results: Any, truth: Any) -> "np.ndarray":
    """The distance of results from the truth in units in the last place of the truth: at most 1/2 is perfect.

    It is infinite for NaN and for an infinity. The unit is that of the results: float64, or float32.

    >>> float(ulp_error([1 + 2**-52], [mpf(1)])[0]), float(ulp_error([float("nan")], [mpf(1)])[0])
    (1.0, inf)
    """
    import numpy as np

    results, truth = np.broadcast_arrays(np.asarray(results), np.asarray(truth, object))
    kind = results.dtype if results.dtype.kind == "f" else np.dtype(float)
    units = np.abs(np.spacing(np.asarray(truth, float).astype(kind))).astype(float)
    error = np.empty(truth.shape)
    with workprec(BITS):
        for place, true in np.ndenumerate(truth):
            off = abs(mpf(float(results[place])) - true) / mpf(float(units[place]))
            error[place] = float(off) if isfinite(off) else np.inf
    return error
