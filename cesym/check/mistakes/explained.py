"""What explains a wrong line: one repair, or two at once; of the line before as it stands, or written out."""

from collections.abc import Iterator
from typing import NamedTuple

import mpmath
import sympy as sp

from cesym.check.case import Case, rational
from cesym.check.mistakes.places import BESIDE, PLACES, RANGES
from cesym.check.mistakes.repair import Repair
from cesym.check.mistakes.terms import TERMS
from cesym.check.mistakes.whole import WHOLE, ratio
from cesym.rules import LOG_RULES, inside_support, linearity, one_formula_for_both

__all__ = ["Explained", "explained"]

MOST = 60  # pairs of repairs that agree at one model and are looked at more closely


class Explained(NamedTuple):
    """Repairs that make the claimed line right, each by itself or (two) together; ``case`` is where they do."""

    repairs: tuple[Repair, ...]
    case: Case
    written: bool  # is the line before written out?


def explained(case: Case) -> Explained | None:
    """One mistake comes before two, the line before as it stands before the same written out."""
    if case.relation not in ("=", "≃") or not case.models:
        return None
    tried = []
    for one in spellings(case):
        repair, proposals = single(one)
        if repair:
            return Explained((repair,), one, one is not case)
        tried.append((one, proposals))
    for one, proposals in tried if case.relation == "=" else ():
        if pair := double(one, proposals):
            return Explained(pair, one, one is not case)
    return None


def spellings(case: Case) -> Iterator[Case]:
    """The line before as it stands, written out, and as it stood in the lines before it."""
    yield case
    seen = {case.before}
    for line in (written_out(case.before), *case.also):
        if line not in seen and not line.has(sp.Derivative) and case.same(case.before, line):
            seen.add(line)
            yield case.with_lines(line, case.claimed)


def written_out(e: sp.Expr) -> sp.Expr:
    """By all laws of logarithms, whether or not they are admitted, each term summed by itself."""
    for _ in range(12):
        before = e
        for rule in (inside_support, one_formula_for_both, *LOG_RULES, linearity):
            e = rule(e)
        if e == before:
            break
    return linearity(sp.expand_log(e))


def single(case: Case) -> tuple[Repair | None, list[Repair]]:
    """The first repair that agrees, and all that were tried. A repair of the whole line comes before one of a part."""
    # Numbers that do not tell the claimed line from the line before cannot tell what would be right.
    blind = case.same(case.before, case.claimed)
    tried: list[Repair] = []
    for table in (WHOLE, (*RANGES, *TERMS, *PLACES)):
        proposals = [repair for kind in table for repair in kind(case)]
        # What gives the line before letter by letter comes before what merely has its value.
        for agrees in (lambda r: r.left == r.right, lambda r: not blind and case.same(r.left, r.right)):
            if repair := next(filter(agrees, proposals), None):
                return repair, []
        tried += proposals
    return None, tried


def double(case: Case, proposals: list[Repair]) -> tuple[Repair, ...] | None:
    """Two repairs at once: one undone in the claimed line, one made in the line before, so that they meet.

    What a repair comes to at the first model is known by now: two that meet there are looked at everywhere. Where what
    both lines speak of is taken out of both, they meet too, and nothing is explained.
    """
    proposals = [*proposals, *(repair for kind in BESIDE for repair in kind(case))]
    common = case.before.free_symbols & case.claimed.free_symbols
    undone = [(n, r) for n, r in enumerate(proposals) if r.left == case.before and common <= r.right.free_symbols]
    made: dict[str, list[tuple[int, Repair]]] = {}
    for n, r in enumerate(proposals):
        if r.right == case.claimed and common <= r.left.free_symbols and (mark := rounded(case, r.left)):
            made.setdefault(mark, []).append((n, r))
    meet = [(n + m, one, other) for n, one in undone if (mark := rounded(case, one.right))
            for m, other in made.get(mark, ())]  # fmt: skip
    for _, one, other in sorted(meet, key=lambda pair: pair[0])[:MOST]:
        if case.same(other.left, one.right):
            return one, other
    lines = [(r, r.left, case.claimed) for marked in made.values() for _, r in marked]
    for repair, left, right in [*((r, case.before, r.right) for _, r in undone), *lines]:
        if plausible(case, left, right):
            for factor in ratio(case.with_lines(left, right)):
                return factor, repair
    return None


def plausible(case: Case, left: sp.Expr, right: sp.Expr) -> bool:
    """Is one line a usual number times the other at the first model?"""
    a, b = case.value(left, 0), case.value(right, 0)
    if a is None or b is None:
        return False
    with mpmath.workdps(30):
        a, b = mpmath.mpmathify(a), mpmath.mpmathify(b)
        units = (1, *(mpmath.log(n) ** sign for n in (2, 10) for sign in (1, -1)))
        return a != 0 and b != 0 and any(rational(a / b * unit) is not None for unit in units)


def rounded(case: Case, e: sp.Expr) -> str:
    v = case.value(e, 0)
    if v is None:
        return ""
    with mpmath.workdps(30):
        return mpmath.nstr(mpmath.mpmathify(v), 15)
