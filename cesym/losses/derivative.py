"""The derivative of an expression, as SymPy computes it and the kernel admits it."""

from collections.abc import Iterable
from typing import Any

import sympy as sp

from cesym.check import judge
from cesym.check.verdicts import StepRefused
from cesym.given import Given
from cesym.kernel import Refused
from cesym.rules import shorter
from cesym.rules.ways import admitted_equality
from cesym.symbols import N

__all__ = ["carried_out", "derivative", "inside", "size_of"]


def derivative(expr: sp.Expr, variable: Any, given: Any = None) -> sp.Expr:
    """The derivative of an expression in a letter or an entry, as SymPy computes it and the kernel admits it.

    Raises: StepRefused where the kernel does not show it.

    >>> from sympy import Symbol, log
    >>> t = Symbol("t", positive=True)
    >>> derivative(t * log(t), t)
    log(t) + 1
    """
    asked, known = sp.Derivative(expr, variable), Given.of(given, expr)
    return carried_out(asked, Given.of(known.extended(inside(variable, known, (expr,))), asked))


def carried_out(asked: sp.Derivative, given: Given) -> sp.Expr:
    """What a derivative is equal to, in the shortest form that the kernel admits. Raises: StepRefused."""
    slope = sp.diff(asked.expr, *asked.variables)
    for form in (*shorter(slope), slope):
        try:
            admitted_equality(asked, form, given.meeting(form))
            return form
        except Refused:
            continue
    raise StepRefused(judge(asked, slope, given))


def inside(variable: Any, given: Given, lines: Iterable[sp.Expr]) -> list[sp.Basic]:
    """An index of what the derivative is taken in lies in the range that it runs over."""
    letters = [at for at in getattr(variable, "indices", ()) if at.is_Symbol]
    return [fact for at in letters for fact in (at >= 1, at <= size_of(at, given, lines))]


def size_of(letter: sp.Symbol, given: Given, lines: Iterable[sp.Expr]) -> sp.Expr:
    """The size of the range that an index letter runs over in some lines under what is given."""
    limits = [limit for fact in given.facts for limit in fact.limits]
    limits += [tuple(limit) for e in lines for part in e.atoms(sp.Sum, sp.Product) for limit in part.limits]
    return next((high for at, _, high in limits if at == letter), N)
