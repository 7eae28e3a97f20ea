"""One change at one place of an expression, at every place where it applies."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import sympy as sp

__all__ = ["Edit", "edits", "entries_of", "everywhere", "positions", "terms"]

Rebuild = Callable[[sp.Expr], sp.Expr]
Rule = Callable[[sp.Expr], Iterator[sp.Expr]]
BUILDING = (ValueError, TypeError, AttributeError, NotImplementedError, ZeroDivisionError, RecursionError)


def same(u: sp.Expr) -> sp.Expr:
    return u


def positions(e: sp.Expr, rebuild: Rebuild = same, around: Rebuild = same) -> Iterator[tuple[sp.Expr, Rebuild, Rebuild]]:
    """Every part of an expression that has a value, with the function that puts another in its place.

    The second function does so in the nearest surroundings only, which is what a message shows.
    """
    yield e, rebuild, around
    if isinstance(e, sp.Sum | sp.Product | sp.Derivative):
        yield from positions(e.args[0], lambda u: rebuild(e.func(u, *e.args[1:])))
    elif isinstance(e, sp.Piecewise):
        for n, (value, _) in enumerate(e.args):
            yield from positions(value, lambda u, n=n: rebuild(with_case(e, n, u)))  # type: ignore[misc]
    elif not isinstance(e, sp.Indexed):
        for n, arg in enumerate(e.args):

            def put(u: sp.Expr, n: int = n) -> sp.Expr:
                return e.func(*e.args[:n], u, *e.args[n + 1 :])

            small = not arg.args or isinstance(arg, sp.Indexed)
            yield from positions(arg, lambda u, put=put: rebuild(put(u)), put if small else same)  # type: ignore[misc]


def with_case(e: sp.Piecewise, n: int, u: sp.Expr) -> sp.Expr:
    return sp.Piecewise(*((u if at == n else value, condition) for at, (value, condition) in enumerate(e.args)))


def terms(e: sp.Expr, rebuild: Rebuild = same) -> Iterator[tuple[sp.Expr, Rebuild]]:
    """Every term on which the expression depends linearly: of sums, also inside Σ and in a bracket with factors."""
    if isinstance(e, sp.Add):
        for n, arg in enumerate(e.args):
            put = lambda u, n=n: rebuild(e.func(*e.args[:n], u, *e.args[n + 1 :]))  # noqa: E731
            yield arg, put
            yield from terms(arg, put)
    elif isinstance(e, sp.Mul):
        for n, arg in enumerate(e.args):
            if isinstance(arg, sp.Add | sp.Sum | sp.Piecewise | sp.Derivative):
                yield from terms(arg, lambda u, n=n: rebuild(e.func(*e.args[:n], u, *e.args[n + 1 :])))  # type: ignore[misc]
    elif isinstance(e, sp.Sum | sp.Derivative):
        yield from terms(e.args[0], lambda u: rebuild(e.func(u, *e.args[1:])))
    elif isinstance(e, sp.Piecewise):
        for n, (value, _) in enumerate(e.args):
            put = lambda u, n=n: rebuild(with_case(e, n, u))  # noqa: E731
            yield value, put
            yield from terms(value, put)


class Edit(NamedTuple):
    """One changed place: what stood there, what stands there now, and the whole expression now."""

    part: sp.Expr
    other: sp.Expr
    whole: sp.Expr


def edits(e: sp.Expr, rule: Rule) -> Iterator[Edit]:
    """The expression with one place changed, for every change that the rule offers anywhere."""
    seen = {e}
    for part, rebuild, around in positions(e):
        try:
            others = list(rule(part))
        except BUILDING:
            continue
        for other in others:
            try:
                whole, shown = rebuild(other), around(other)
            except BUILDING:
                continue
            if whole not in seen and not whole.has(sp.nan, sp.zoo, sp.oo, -sp.oo, sp.I):
                seen.add(whole)
                yield Edit(around(part), shown, whole)


def entries_of(e: sp.Expr, letter: Any) -> set[sp.Expr]:
    """The entries of a family in an expression, or the symbol itself."""
    if not isinstance(letter, sp.IndexedBase):
        return {letter} & e.free_symbols
    return {entry for entry in e.atoms(sp.Indexed) if entry.base == letter}


def everywhere(e: sp.Expr, letter: Any, to: Callable[[sp.Expr], sp.Expr]) -> sp.Expr:
    """The expression with every entry of a letter replaced at once."""
    return e.xreplace({entry: to(entry) for entry in entries_of(e, letter)})
