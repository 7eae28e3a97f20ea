"""The constants between two lines: a and b with before = a*after + b. Untrusted: the kernel decides."""

from typing import Any

import sympy as sp

from cesym.rules import linearity

__all__ = ["constants_between"]


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


def rest(ours: dict, theirs: dict, a: sp.Expr, over: tuple) -> sp.Expr:
    """before - a*after, term by term; terms with a parameter are left out, for the kernel to miss them."""
    cores = [core for core in dict.fromkeys([*ours, *theirs]) if not moves(core, over)]
    return sp.Add(*(sp.expand_mul(ours.get(core, 0) - a * theirs.get(core, 0)) * core for core in cores))


def moves(e: Any, over: tuple) -> bool:
    return any(e.has(letter) for letter in over)


def parts(e: sp.Expr, over: tuple, expanded: bool) -> dict[sp.Expr, sp.Expr]:
    """A line as {core: coefficient}: sums split into terms, constants in front; multiplied out if asked for."""
    found: dict[sp.Expr, sp.Expr] = {}
    if expanded:
        e = e.replace(sp.Sum, lambda body, *limits: sp.Sum(sp.expand(sp.expand_log(body)), *limits))
        e = sp.expand_log(e)
    apart = sp.Add(*(sp.expand_mul(term, deep=False) for term in sp.Add.make_args(linearity(e))))
    for term in sp.Add.make_args(linearity(apart)):
        factors = sp.Mul.make_args(term)
        varying = [f for f in factors if f.has(sp.Sum) or moves(f, over)]
        core = sp.Mul(*(varying or [f for f in factors if f.has(sp.Indexed)]))
        found[core] = found.get(core, sp.S.Zero) + term / core
    return found
