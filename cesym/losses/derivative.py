"""The derivative of an expression, as SymPy computes it and the kernel admits it."""

from collections.abc import Iterable
from typing import Any

import sympy as sp

from cesym.check import judge
from cesym.check.verdicts import StepRefused
from cesym.given import Given
from cesym.given.ranges import Range, range_of
from cesym.kernel import Refused
from cesym.notation.indices import apart_from, letter_name
from cesym.rules import shorter
from cesym.rules.ways import admitted_equality

__all__ = ["asked_for", "carried_out", "derivative", "inside", "places"]


def derivative(expr: sp.Expr, variable: Any, given: Any = None) -> sp.Expr:
    """The derivative of an expression in a letter or an entry, as SymPy computes it and the kernel admits it.

    Raises: StepRefused where the kernel does not show it.

    >>> from sympy import Symbol, log
    >>> t = Symbol("t", positive=True)
    >>> derivative(t * log(t), t)
    log(t) + 1
    """
    asked, known = asked_for(expr, variable), Given.of(given, expr)
    return carried_out(asked, Given.of(known.extended(inside(variable, known, (expr,))), asked))


def asked_for(expr: sp.Expr, variable: Any) -> sp.Derivative:
    """The derivative, not yet carried out. An index of the variable is free: sums inside run over other letters."""
    return sp.Derivative(apart_from(expr, variable) if isinstance(variable, sp.Indexed) else expr, variable)


def slope_of(expr: sp.Expr, *variables: sp.Expr) -> sp.Expr:
    """As SymPy differentiates; a product through its logarithm, of which SymPy would count the factors one by one."""
    logs = {part: sp.exp(sp.Sum(sp.log(part.function), *part.limits)) for part in expr.atoms(sp.Product)}
    return sp.diff(expr.xreplace(logs), *variables).xreplace({log: part for part, log in logs.items()})


def carried_out(asked: sp.Derivative, given: Given) -> sp.Expr:
    """What a derivative is equal to, in the shortest form that the kernel admits. Raises: StepRefused."""
    slope = slope_of(asked.expr, *asked.variables)
    for form in (*shorter(slope), slope):
        try:
            admitted_equality(asked, form, given.meeting(form))
            return form
        except Refused:
            continue
    raise StepRefused(judge(asked, slope, given))


def inside(variable: Any, given: Given, lines: Iterable[sp.Expr]) -> list[sp.Basic]:
    """An index of what the derivative is taken in lies in the range that it runs over."""
    return [fact for at, low, high in places(variable, given, lines) for fact in (at >= low, at <= high)]


def places(entry: Any, given: Given, lines: Iterable[sp.Expr]) -> list[Range]:
    """The letters among the indices of an entry, with the ranges of their places in some lines under what is given."""
    indices = enumerate(getattr(entry, "indices", ()))
    ranges = given.ranges(*lines)
    return [range_of(letter_name(entry), n, ranges)._replace(letter=at) for n, at in indices if at.is_Symbol]
