"""The constants between two lines: a and b with before = a*after + b. Untrusted: the kernel decides."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import sympy as sp

from cesym.rules import linearity, log_of_factors, log_of_power, log_of_product
from cesym.symbols import i

__all__ = ["constants_between", "pairs_of_constants"]

POINTS, MOST = (sp.S.One, sp.S.Half, sp.S.Zero), 6


def constants_between(before: sp.Expr, after: sp.Expr, over: tuple) -> tuple[sp.Expr, sp.Expr]:
    """Constants a and b free of the parameters with before = a*after + b, as far as matching terms shows them.

    >>> from cesym.symbols import N, i, mu, sigma, x
    >>> error = sp.Sum((x[i] - mu[i])**2, (i, 1, N))
    >>> constants_between(error/(2*sigma**2) + N*sp.log(sigma), error/N, (mu,))
    (N/(2*sigma**2), N*log(sigma))
    """
    fallback = None
    for expanded in (False, True):
        ours, theirs = parts(before, over, expanded), parts(after, over, expanded)
        cores = [core for core in dict.fromkeys([*ours, *theirs]) if moves(core, over)]
        for core in cores:
            if core in ours and core in theirs:
                a = sp.cancel(ours[core] / theirs[core])
                gaps = (sp.cancel(ours.get(core, 0) - a * theirs.get(core, 0)) for core in cores)
                found = a, rest(ours, theirs, a, over)
                if not moves(a, over) and not any(gaps):
                    return found
                fallback = fallback or (found if not moves(a, over) else None)
    return fallback or (sp.S.One, sp.S.Zero)  # the two may be equal in a way that no matching of terms shows


def pairs_of_constants(before: sp.Expr, after: sp.Expr, over: tuple) -> Iterator[tuple[sp.Expr, sp.Expr]]:
    """More of them to try: factors that some terms show, and b as the difference at one value of the parameters.

    >>> p = sp.Symbol("p", positive=True)
    >>> next(pairs_of_constants(sp.log(2/p), -sp.log(p), (p,)))
    (1, log(2))
    """
    first = constants_between(before, after, over)
    yield first
    tried = [first]
    factors = dict.fromkeys([first[0], *ratios(unfolded(before), unfolded(after), over), sp.S.One])
    for a, value in product(factors, POINTS):
        if moves(a, over):
            continue
        b = sp.cancel(at(before, over, value) - a * at(after, over, value))
        if not b.has(sp.zoo, sp.nan, sp.oo, -sp.oo, sp.I) and (a, b) not in tried:
            tried.append((a, b))
            if len(tried) > MOST:
                return
            yield a, b


def ratios(before: sp.Expr, after: sp.Expr, over: tuple) -> Iterator[sp.Expr]:
    ours, theirs = parts(before, over, True), parts(after, over, True)
    yield from (sp.cancel(ours[core] / theirs[core]) for core in ours if core in theirs and moves(core, over))


def unfolded(e: sp.Expr) -> sp.Expr:
    """Logarithms of products, quotients and powers as sums, whatever the signs are."""
    for rule in (log_of_product, log_of_factors, log_of_power):
        e = rule(e)
    return sp.expand_log(e, force=True)


def at(e: sp.Expr, over: tuple, value: sp.Rational) -> sp.Expr:
    """The line where each parameter, or each entry of one, has a value."""
    e = unfolded(e)
    entries = {part: value for part in e.atoms(sp.Indexed) if part.base in over}
    return linearity(e.xreplace({**entries, **{letter: value for letter in over if isinstance(letter, sp.Symbol)}}))


def rest(ours: dict, theirs: dict, a: sp.Expr, over: tuple) -> sp.Expr:
    """before - a*after, term by term; terms with a parameter are left out, for the kernel to miss them."""
    cores = [core for core in dict.fromkeys([*ours, *theirs]) if not moves(core, over)]
    return sp.Add(*(sp.expand_mul(ours.get(core, 0) - a * theirs.get(core, 0)) * core for core in cores))


def lettered(e: sp.Expr) -> sp.Expr:
    """Sums over one range all over the same letter, where that stands in them nowhere else: Σ_j x_j as Σ_i x_i."""

    def renamed(total: sp.Sum) -> sp.Expr:
        (letter, low, high), *more = total.limits
        clash = more or i in total.function.atoms(sp.Symbol) or total.function.has(sp.Sum)
        return total if clash else sp.Sum(total.function.xreplace({letter: i}), (i, low, high))

    return e.replace(lambda part: isinstance(part, sp.Sum), renamed)


def moves(e: Any, over: tuple) -> bool:
    return any(e.has(letter) for letter in over)


def parts(e: sp.Expr, over: tuple, expanded: bool) -> dict[sp.Expr, sp.Expr]:
    """A line as {core: coefficient}: sums split into terms, constants in front; multiplied out if asked for."""
    found: dict[sp.Expr, sp.Expr] = {}
    e = lettered(e)
    if expanded:
        e = e.replace(sp.Sum, lambda body, *limits: sp.Sum(sp.expand(sp.expand_log(body)), *limits))
        e = sp.expand_mul(sp.expand_log(e).replace(lambda part: isinstance(part, sp.Pow), sp.expand))
    apart = sp.Add(*(sp.expand_mul(term, deep=False) for term in sp.Add.make_args(linearity(e))))
    for term in sp.Add.make_args(linearity(apart)):
        factors = sp.Mul.make_args(term)
        varying = [f for f in factors if moves(f, over)] or [f for f in factors if f.has(sp.Sum)]
        core = sp.Mul(*(varying or [f for f in factors if f.has(sp.Indexed)]))
        found[core] = found.get(core, sp.S.Zero) + term / core
    return found
