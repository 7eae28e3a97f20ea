"""The operations of stable code that SymPy has no name for, as functions without rules of their own.

A backend prints each of them; over the reals each equals the ordinary expression in its docstring.
"""

from sympy import Function

__all__ = [
    "dominated",
    "except_at_zero",
    "log1p",
    "log_times",
    "ratio",
    "square_over",
    "weighted",
    "xdivy",
]


class log1p(Function):
    """log(1 + t)."""

    nargs = 1


class log_times(Function):
    """log(a*t) for a constant a > 0; the arguments are t and a."""

    nargs = 2


class weighted(Function):
    """w*value, and 0 where w is 0, though the value be infinite."""

    nargs = 2


class ratio(Function):
    """n/d in this order, where SymPy's own product would merge and move the factors."""

    nargs = 2


class xdivy(Function):
    """n/d, and 0 where n is 0, though d be 0 as well."""

    nargs = 2


class square_over(Function):
    """a*r**2/v for a constant a; the arguments are r, v and a."""

    nargs = 3


class except_at_zero(Function):
    """The first argument, and the second one, equal to it, where one of the others is 0."""


class dominated(Function):
    """lead + rest, and the lead alone where it is infinite: of two poles the stronger decides."""

    nargs = 2
