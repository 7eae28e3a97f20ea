"""One change at one place of an expression, at every place where it applies."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import sympy as sp

__all__ = ["Edit", "Term", "edits", "entries_of", "everywhere", "exchange", "other", "positions", "terms"]

Rebuild = Callable[[sp.Expr], sp.Expr]
Rule = Callable[[sp.Expr], Iterator[sp.Expr]]
BUILDING = (ValueError, TypeError, AttributeError, NotImplementedError, ZeroDivisionError, RecursionError)


def same(u: sp.Expr) -> sp.Expr:
    return u


def with_arg(e: sp.Expr, n: int, rebuild: Rebuild) -> Rebuild:
    """What puts another expression in the place of an argument."""
    return lambda u: rebuild(e.func(*e.args[:n], u, *e.args[n + 1 :]))


def with_case(e: sp.Piecewise, n: int, rebuild: Rebuild) -> Rebuild:
    cases = e.args
    return lambda u: rebuild(sp.Piecewise(*cases[:n], (u, cases[n][1]), *cases[n + 1 :]))


class Position(NamedTuple):
    """A part of an expression, and the functions that put another in its place: in all of it, and in what is shown."""

    part: sp.Expr
    put: Rebuild
    shown: Rebuild


def positions(e: sp.Expr, rebuild: Rebuild = same, around: Rebuild = same) -> Iterator[Position]:
    """Every part of an expression that has a value; a single letter is shown in its nearest surroundings."""
    yield Position(e, rebuild, around)
    if isinstance(e, sp.Sum | sp.Product | sp.Derivative):
        yield from positions(e.args[0], with_arg(e, 0, rebuild))
    elif isinstance(e, sp.Piecewise):
        for n, (value, _) in enumerate(e.args):
            yield from positions(value, with_case(e, n, rebuild))
    elif not isinstance(e, sp.Indexed):
        for n, arg in enumerate(e.args):
            small = not arg.args or isinstance(arg, sp.Indexed)
            yield from positions(arg, with_arg(e, n, rebuild), with_arg(e, n, same) if small else same)


class Term(NamedTuple):
    """A term with the function that puts another in its place, and with its factors outside, as one shows it."""

    part: sp.Expr
    put: Rebuild
    shown: sp.Expr


def terms(e: sp.Expr, rebuild: Rebuild = same, outside: sp.Expr = sp.S.One) -> Iterator[Term]:
    """Every term on which the expression depends linearly: of sums, also inside Σ and in a bracket with factors."""
    if isinstance(e, sp.Add):
        for n, arg in enumerate(e.args):
            put = with_arg(e, n, rebuild)
            if not arg.is_zero:
                yield Term(arg, put, outside * arg)
            yield from terms(arg, put, outside)
    elif isinstance(e, sp.Mul):
        for n, arg in enumerate(e.args):
            if isinstance(arg, sp.Add | sp.Sum | sp.Piecewise | sp.Derivative):
                others = outside * sp.Mul(*e.args[:n], *e.args[n + 1 :])
                yield from terms(arg, with_arg(e, n, rebuild), others if isinstance(arg, sp.Add) else sp.S.One)
    elif isinstance(e, sp.Sum | sp.Derivative):
        yield from terms(e.args[0], with_arg(e, 0, rebuild))
    elif isinstance(e, sp.Piecewise):
        for n, (value, _) in enumerate(e.args):
            put = with_case(e, n, rebuild)
            yield Term(value, put, value)
            yield from terms(value, put)


class Edit(NamedTuple):
    """One changed place: what stood there, what stands there now, and the whole expression now."""

    part: sp.Expr
    other: sp.Expr
    whole: sp.Expr


def edits(e: sp.Expr, rule: Rule) -> Iterator[Edit]:
    """The expression with one place changed, for every change that the rule offers anywhere."""
    seen = {e}
    for part, put, shown in positions(e):
        try:
            others = list(rule(part))
        except BUILDING:
            continue
        for other in others:
            try:
                whole, now = put(other), shown(other)
            except BUILDING:
                continue
            if whole not in seen and not whole.has(sp.nan, sp.zoo, sp.oo, -sp.oo, sp.I):
                seen.add(whole)
                yield Edit(shown(part), now, whole)


def entries_of(e: sp.Expr, letter: Any) -> set[sp.Expr]:
    """The entries of a family in an expression, or the symbol itself."""
    if not isinstance(letter, sp.IndexedBase):
        return {letter} & e.free_symbols
    return {entry for entry in e.atoms(sp.Indexed) if entry.base == letter}


def everywhere(e: sp.Expr, letter: Any, to: Callable[[sp.Expr], sp.Expr]) -> sp.Expr:
    """The expression with every entry of a letter replaced at once; as it is where a derivative is taken in one."""
    swaps = {entry: to(entry) for entry in entries_of(e, letter)}
    taken = {variable for part in e.atoms(sp.Derivative) for variable in part.variables}
    return e if taken & swaps.keys() else e.xreplace(swaps)


def exchange(e: sp.Expr, a: Any, b: Any) -> sp.Expr:
    to = {entry: other(entry, a, b) for letter in (a, b) for entry in entries_of(e, letter)}
    return e.xreplace(to)


def other(entry: sp.Expr, a: Any, b: Any) -> sp.Expr:
    if isinstance(entry, sp.Indexed):
        return (b if entry.base == a else a)[entry.indices]
    return b if entry == a else a
