"""The constants between two lines: a and b with before = a*after + b. Untrusted: the kernel decides."""

from typing import Any

import sympy as sp

from cesym.rules import linearity

__all__ = ["constants_between"]


def constants_between(before: sp.Expr, after: sp.Expr, over: tuple) -> tuple[sp.Expr, sp.Expr]:
    """Constants a and b free of the parameters with before = a*after + b, as far as matching terms shows them.

    Raises: ValueError where no factor a is found.

    >>> from cesym.symbols import N, i, mu, sigma, x
    >>> error = sp.Sum((x[i] - mu[i])**2, (i, 1, N))
    >>> constants_between(error/(2*sigma**2) + N*sp.log(sigma), error/N, (mu,))
    (N/(2*sigma**2), N*log(sigma))
    """
    ours, theirs = parts(before), parts(after)
    varying = {core: c for core, c in ours.items() if moves(core, over)}
    for core, c in varying.items():
        if core in theirs:
            a = sp.cancel(c / theirs[core]) if not moves(c, over) else None
            if a is not None:
                return a, rest(ours, theirs, a, over)
    raise ValueError("no term of the line matches a term of the line before up to a constant factor")


def rest(ours: dict, theirs: dict, a: sp.Expr, over: tuple) -> sp.Expr:
    """before - a*after, term by term; terms with a parameter are left out, for the kernel to miss them."""
    cores = dict.fromkeys([*ours, *theirs])
    return sp.Add(
        *(sp.expand_mul(ours.get(core, 0) - a * theirs.get(core, 0)) * core for core in cores if not moves(core, over))
    )


def moves(e: Any, over: tuple) -> bool:
    return any(e.has(letter) for letter in over)


def parts(e: sp.Expr) -> dict[sp.Expr, sp.Expr]:
    """A line as {core: coefficient}: sums split into terms, constants in front, minus signs of squares ironed out."""
    found: dict[sp.Expr, sp.Expr] = {}
    split = linearity(sp.expand_mul(linearity(e), deep=False))
    for term in sp.Add.make_args(split):
        inside = [f for f in sp.Mul.make_args(term) if f.has(sp.Sum, sp.Indexed) or not f.is_number]
        sums = [f for f in inside if f.has(sp.Sum)] or [f for f in inside if f.has(sp.Indexed)]
        core = sp.Mul(*sums) if sums else sp.S.One
        if not sums:
            found[sp.S.One] = found.get(sp.S.One, sp.S.Zero) + term
            continue
        found[core] = found.get(core, sp.S.Zero) + term / core
    return found
