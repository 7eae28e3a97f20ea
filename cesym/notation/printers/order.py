"""The order of a board: how terms, factors and fractions are arranged before any printer spells them.

SymPy keeps no human order, so the printers do: ``k ln p + (1 - k) ln(1 - p)``, ``(x - mu)^2``,
``1/sqrt(2 pi sigma^2)``. Nothing here changes a value.
"""

import re
from typing import NamedTuple

import sympy as sp

__all__ = ["Chain", "Fraction", "chains", "data_first", "fraction", "limits", "reads_on", "signed", "terms"]

DATA = ("x", "k", "y", "n", "q")  # what is observed is written before what is fitted


class Fraction(NamedTuple):
    """``-(above)/(below)``; ``root`` is a radicand below the bar, or None."""

    negative: bool
    above: list[sp.Expr]
    below: list[sp.Expr]
    root: sp.Expr | None = None


def letters(e: sp.Basic) -> list[str]:
    return sorted({str(getattr(s, "name", s)) for s in e.free_symbols if isinstance(s, sp.Symbol)})


def complements(e: sp.Basic) -> int:
    """How many ``1 - x`` stand in ``e``: the plain case is written before the complement."""
    return sum(1 for a in e.atoms(sp.Add) if sp.S.One in a.args and any(signed(t)[0] for t in a.args))


def signed(e: sp.Expr) -> tuple[bool, list[sp.Expr]]:
    """Whether a minus leads ``e``, and the factors of the rest (their product is the absolute part)."""
    negative, factors = False, []
    for f in sp.Mul.make_args(e):
        if f.is_Rational and f.is_negative:
            negative, f = not negative, -f
        if f is not sp.S.One:
            factors.append(f)
    return negative, factors


def simple(e: sp.Expr) -> bool:
    """A letter, an entry, or a multiple of one."""
    factors = [f for f in signed(e)[1] if not f.is_Rational]
    return len(factors) == 1 and isinstance(factors[0], sp.Symbol | sp.Indexed)


def terms(e: sp.Add) -> list[sp.Expr]:
    """The terms of a sum, first those with a plus; a number leads where something is taken from it."""
    others = [t for t in e.args if not t.is_Rational]
    number_leads = not all(simple(t) and not signed(t)[0] for t in others)

    def key(t: sp.Expr) -> tuple:
        number = t.is_Rational and not t.is_negative
        minus = signed(t)[0]
        place = 0 if number and number_leads else 2 if number else 1
        return (minus, place, complements(t), not t.has(sp.Indexed), t.count_ops(), data_key(t), counted(t))

    return sorted(e.args, key=key)


def counted(e: sp.Basic) -> str:
    """What sorts by spelling, and p[2] before p[10]."""
    return re.sub(r"\d+", lambda digits: digits[0].zfill(6), str(e))


def data_key(e: sp.Basic) -> tuple:
    return tuple(DATA.index(name) if name in DATA else len(DATA) for name in letters(e))


def data_first(e: sp.Expr) -> sp.Expr:
    """``mu - x`` as ``x - mu``, inside an absolute value, where it is the same."""
    if isinstance(e, sp.Add) and len(e.args) == 2:
        plus, minus = terms(e)
        if signed(minus)[0] and not signed(plus)[0]:
            swap = [any(n in DATA for n in letters(t)) for t in (plus, minus)] == [False, True]
            if swap and not plus.is_number:
                return sp.Add(sp.Mul(-1, plus), sp.Mul(*signed(minus)[1]))
    return e


def factor_key(f: sp.Expr) -> tuple:
    base = f.base if isinstance(f, sp.Pow) else f
    if f.is_Rational:
        kind = 0
    elif f.is_number:
        kind = 1
    elif isinstance(f, sp.factorial | sp.binomial | sp.KroneckerDelta):
        kind = 2
    elif isinstance(base, sp.Symbol):
        kind = 3
    elif isinstance(base, sp.Indexed):
        kind = 4
    elif isinstance(base, sp.Add):
        kind = 5
    elif isinstance(base, sp.exp):
        kind = 7
    elif isinstance(base, sp.log | sp.loggamma):
        kind = 8
    elif isinstance(base, sp.Piecewise | sp.Sum | sp.Product | sp.Derivative):
        kind = 9
    else:
        kind = 6
    return kind, complements(f), data_key(base), counted(base), counted(f)


def fraction(e: sp.Expr) -> Fraction:
    """``e`` as one fraction: numbers first, then letters, brackets, logarithms and sums."""
    negative, factors = signed(e)
    factors, root = under_one_root(factors)
    above: list[sp.Expr] = []
    below: list[sp.Expr] = []
    for f in factors:
        if f.is_Rational:
            above += [sp.Integer(f.p)] * (f.p != 1)
            below += [sp.Integer(f.q)] * (f.q != 1)
        elif isinstance(f, sp.Pow) and f.exp.is_Rational and f.exp.is_negative:
            below.append(f.base if f.exp == -1 else sp.Pow(f.base, -f.exp))
        else:
            above.append(f)
    return Fraction(negative, sorted(above, key=factor_key), sorted(below, key=factor_key), root)


def under_one_root(factors: list[sp.Expr]) -> tuple[list[sp.Expr], sp.Expr | None]:
    """``sqrt(2)/(2 sqrt(pi) sigma)`` is read as ``1/sqrt(2 pi sigma^2)``: factors left, and the radicand."""
    half = sp.S.Half
    powers = [(f, *f.as_base_exp()) for f in factors]
    roots = [(f, b, e) for f, b, e in powers if b.is_number and b.is_positive and abs(e) == half]
    if not any(b.has(sp.pi) for _, b, _ in roots):
        return factors, None
    # A letter can go under the root only if it is positive.
    under = [f for f, b, e in powers if isinstance(b, sp.Symbol | sp.Indexed) and b.is_positive and e in (-1, -half)]
    taken = [f for f, _, _ in roots] + [f for f in factors if f.is_Rational] + under
    square = sp.Mul(*[f**2 for f in taken])
    above, below = square.as_numer_denom()
    if above == 1:
        return [f for f in factors if f not in taken], below
    numbers = [f for f, _, e in roots if e == half]
    if len(numbers) > 1:  # sqrt(2) sqrt(pi) is sqrt(2 pi)
        merged = sp.Pow(sp.Mul(*[f**2 for f in numbers]), half, evaluate=False)
        return [merged, *[f for f in factors if f not in numbers]], None
    return factors, None


def limits(e: sp.Sum | sp.Product) -> list[tuple]:
    """The ranges in the order of a board, the outermost first (SymPy's first is the innermost)."""
    return [tuple(limit) for limit in reversed(e.limits)]


def reads_on(term: sp.Expr, later: list[sp.Expr]) -> bool:
    """Whether a sum's letter stands in later terms, so that they would be read as a part of the sum."""
    bound = {v for big in term.atoms(sp.Sum, sp.Product) for v in big.variables}
    return any(bound & t.free_symbols for t in later)


SIGNS = {">": "<", ">=": "<=", "<": "<", "<=": "<=", "==": "=", "!=": "≠"}


class Chain(NamedTuple):
    """``parts`` is ``[0, "<", p, "<", 1]``; ``sources`` are the numbers of the relations in it."""

    parts: list
    sources: list[int]


def chains(relations: list[sp.Basic]) -> list[Chain]:
    """The relations, joined where they share a side; one alone keeps its direction, ``p > 0``."""
    found: list[Chain] = []
    for at, rel in enumerate(relations):
        sign, sides = SIGNS[rel.rel_op], [rel.lhs, rel.rhs]
        if rel.rel_op in (">", ">="):
            sides.reverse()
        found.append(Chain([sides[0], sign, sides[1]], [at]))

    def follows(a: Chain, b: Chain) -> bool:
        signs = {*a.parts[1::2], *b.parts[1::2]}
        middle = a.parts[-1]
        # Not at a number: p < 1 and 1 <= n are two facts.
        return a is not b and middle == b.parts[0] and not middle.is_number and signs <= {"<", "<="}

    while pair := next(((a, b) for a in found for b in found if follows(a, b)), None):
        a, b = pair
        a.parts.extend(b.parts[1:])
        a.sources.extend(b.sources)
        # By identity: two equal chains are two.
        found = [c for c in found if c is not b]
    for c in found:
        if len(c.sources) == 1 and (rel := relations[c.sources[0]]).rel_op in (">", ">="):
            c.parts[:] = [rel.lhs, rel.rel_op, rel.rhs]
    return found
