"""A wrong line beside the line before it, with numbers to try repairs on and the kernel to confirm them."""

from collections.abc import Iterator, Mapping
from copy import copy
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from random import Random
from typing import Any

import mpmath
import sympy as sp

from cesym.check.values import value_at
from cesym.given import Given
from cesym.given.models import Search
from cesym.kernel.trees import Refused, tree
from cesym.kernel.witness import mixed
from cesym.notation.indices import letter_name
from cesym.notation.trees import expression, name_of
from cesym.rules.constants import pairs_of_constants
from cesym.rules.ways import admitted_equality, same_minimiser_step

__all__ = ["Case", "is_size", "letter_symbol", "widened"]

DIGITS = 30
ENOUGH = 12  # models
CLOSE = mpmath.mpf(10) ** -20
SHAPES = ((2, 2), (2, 3), (1, 2), (3, 4), (3, 3), (2, 4))  # sizes of the models: the cheapest that tell much first
# Factors that are no rational numbers, and by which a line is nevertheless wrong.
UNITS = (sp.S.One, sp.log(2), sp.log(10), sp.pi, sp.sqrt(2), sp.sqrt(sp.pi), sp.sqrt(2 * sp.pi))
LARGEST = 64  # of the numbers in a factor that is recognised
POWERS = (1, -1, 2, -2, sp.S.Half, -sp.S.Half)


class Case:
    """``claimed`` does not follow from ``before``: what was meant?"""

    def __init__(
        self,
        before: Any,
        claimed: Any,
        given: Given,
        relation: str = "=",
        over: tuple = (),
        slopes: bool = False,
        also: tuple = (),
    ) -> None:
        self.before, self.claimed, self.relation, self.over = before, claimed, relation, over
        self.slopes = slopes  # are the lines derivatives? Nobody looks for their minimum
        self.also = also  # lines that are equal to the one before
        self.given = widened(given, before, claimed)
        self.known: dict[tuple, Any] = {}

    def with_lines(self, before: sp.Expr, claimed: sp.Expr) -> "Case":
        """The same with other lines, at the same models."""
        other = copy(self)
        other.before, other.claimed = before, claimed
        for read_off in ("letters", "indices"):
            other.__dict__.pop(read_off, None)
        return other

    @cached_property
    def models(self) -> list[dict]:
        """Models at which the line before has a value; for ≃ three in a row differ in the parameters alone."""
        search = Search(self.given.trees, self.given.letters, Random(5), farthest=self.given.farthest)
        found: list[dict] = []
        for shape in SHAPES * 3:
            model = search.model(shape)
            row = [] if model is None else [model]
            if model and self.relation == "≃":
                moving = set().union(*(search.moving(name) for name in map(letter_name, self.over)))
                keep = {name: value for name, value in model.items() if name not in moving}
                row += filter(None, (search.model(keep=keep) for _ in range(2)))
                row = row if len(row) == 3 else []
            with mpmath.workdps(DIGITS):
                if row and all(value_at(tree(self.before), one) is not None for one in row):
                    found += row
            if len(found) >= ENOUGH:
                break
        return found

    def value(self, expr: sp.Expr, n: int) -> Any:
        """The value of an expression at model n, or None."""
        if (expr, n) not in self.known:
            with mpmath.workdps(DIGITS):
                try:
                    self.known[expr, n] = value_at(tree(expr), self.models[n])
                except (Refused, RecursionError):
                    self.known[expr, n] = None
        return self.known[expr, n]

    def same(self, left: sp.Expr, right: sp.Expr) -> bool:
        """Do two expressions agree at every model, up to the case's relation?"""
        if not self.models:
            return False
        if self.relation == "≃":
            return self.same_up_to_constants(left, right)
        some = False
        for n in range(len(self.models)):
            a, b = self.value(left, n), self.value(right, n)
            if a is None and b is None:
                continue
            if a is None or b is None or not near(a, b):
                return False
            some = True
        return some

    def same_up_to_constants(self, left: sp.Expr, right: sp.Expr) -> bool:
        moved = False
        for start in range(0, len(self.models), 3):
            values = [self.value(e, n) for n in range(start, start + 3) for e in (left, right)]
            if None in values:
                return False
            with mpmath.workdps(DIGITS):
                v = mixed([*values, mpmath.mpf(0)], mpmath.mp)
                b1, a1, b2, a2 = v[0] - v[2], v[1] - v[3], v[0] - v[4], v[1] - v[5]
                still = [near(b, 0) != near(a, 0) or b * a < 0 for b, a in ((b1, a1), (b2, a2))]
                if any(still) or not near(b1 * a2, b2 * a1):
                    return False
                moved = moved or not near(a1, 0) or not near(a2, 0)
        # Where neither line moves with the parameters, only equal lines differ by a constant that is known.
        return moved or all(self.near_at(left, right, n) for n in range(len(self.models)))

    def near_at(self, left: sp.Expr, right: sp.Expr, n: int) -> bool:
        a, b = self.value(left, n), self.value(right, n)
        return a is not None and b is not None and near(a, b)

    def shown(self, left: sp.Expr, right: sp.Expr) -> bool:
        """Does the kernel admit it?"""
        try:
            if self.relation == "≃":
                return self.constants(left, right, self.over) is not None
            admitted_equality(left, right, self.given)
            return True
        except (Refused, ValueError, RecursionError):
            return False

    def constants(self, left: sp.Expr, right: sp.Expr, over: tuple, thorough: bool = False) -> tuple | None:
        """(a, b) with left = a*right + b over the parameters, as the kernel admits it; more tries if ``thorough``."""
        try:
            for a, b in pairs_of_constants(left, right, over):
                try:
                    same_minimiser_step(left, right, tuple(sorted(map(letter_name, over))), a, b, self.given)
                    return a, b
                except Refused:
                    if not thorough:
                        return None
        except (ValueError, RecursionError):
            pass
        return None

    # Letters

    @cached_property
    def letters(self) -> list[Any]:
        """Symbols and families that either line reads, without sizes and indices; predictions first."""
        names = {s.name for e in (self.before, self.claimed) for s in e.free_symbols if s.is_Symbol}
        found = [expression(t) for t, _ in self.given.letters if name_of(t) in names]
        return sorted((x for x in found if not is_size(x) and x not in self.indices), key=predicted_first)

    @cached_property
    def sizes(self) -> list[sp.Symbol]:
        return [letter for t, _ in self.given.letters if is_size(letter := expression(t))]

    @cached_property
    def indices(self) -> list[sp.Symbol]:
        """Index letters, bound or free."""
        return sorted(indices_in(self.before) | indices_in(self.claimed), key=str)

    def is_probability(self, letter: Any) -> bool:
        """Does it lie in 0..1 at every model? (Of a family, those entries that are certainly in its range.)"""
        values: list[Any] = []
        for model in self.models:
            value, least = model.get(letter_name(letter)), min((model.get(s.name, 1) for s in self.sizes), default=1)
            entries = value.items() if isinstance(value, Mapping) else [((), value)]
            values += [v for at, v in entries if all(1 <= n <= least for n in at)]
        return all(isinstance(v, Fraction | int) and 0 <= v <= 1 for v in values)

    # Factors

    def factor(self, right: sp.Expr, left: sp.Expr | None = None, offset: sp.Expr = sp.S.Zero) -> sp.Expr | None:
        """c with left = offset + c*(right - offset) at every model: a number, or that times a power of one letter."""
        left = self.before if left is None else left
        ratios: dict[int, Any] = {}
        for n in range(len(self.models)):
            values = [self.value(e, n) for e in (left, right, offset)]
            if None in values:
                return None
            with mpmath.workdps(DIGITS):
                a, b, zero = mixed([*values, mpmath.mpf(0)], mpmath.mp)[:3]
                if near(b, zero):
                    if not near(a, zero):
                        return None
                    continue
                ratios[n] = (a - zero) / (b - zero)
            if len(ratios) == 3 and self.recognised(ratios) is None:
                return None
        return self.recognised(ratios) if len(ratios) > 1 else None

    def recognised(self, ratios: Mapping[int, Any]) -> sp.Expr | None:
        with mpmath.workdps(DIGITS):
            for unit in self.units():
                size = [self.value(unit, n) for n in ratios]
                if None in size or 0 in size:
                    continue
                pure = [mixed([r, s], mpmath.mp) for r, s in zip(ratios.values(), size, strict=True)]
                pure = [r / s for r, s in pure]
                if all(near(x, pure[0]) for x in pure):
                    c = rational(pure[0])
                    if c is not None and (abs(c) == 1 or not unit.has(sp.exp)):  # a sigmoid too many comes alone
                        return c * unit
        return None

    def units(self) -> Iterator[sp.Expr]:
        yield from (unit**sign for unit in UNITS for sign in (1, -1))
        for size in self.sizes:
            yield from ((size - 1) / size, size / (size - 1))
        yield from ((m * n) ** sign for m, n in combinations(self.sizes, 2) for sign in (1, -1))
        yield from (part**sign for x in self.probabilities() for part in (x * (1 - x), x, 1 - x) for sign in (1, -1))
        for letter in (*self.sizes, *(x for x in self.letters if isinstance(x, sp.Symbol))):
            yield from (letter**power for power in POWERS)

    def probabilities(self) -> Iterator[sp.Expr]:
        """Letters, and the sigmoids of what stands in an exponent: derivatives bring in x*(1 - x)."""
        yield from (x for x in self.letters if isinstance(x, sp.Symbol) and not x.is_integer)
        outside = self.before.free_symbols | self.claimed.free_symbols
        for part in sorted(self.before.atoms(sp.exp), key=sp.default_sort_key):
            logit = -part.args[0] if part.args[0].could_extract_minus_sign() else part.args[0]
            if logit.free_symbols <= outside:
                yield 1 / (1 + sp.exp(-logit))


def widened(given: Given, before: sp.Expr, claimed: sp.Expr) -> Given:
    """What is given, with the letters of the claimed line; an index that is new there numbers a sample."""
    known = {name_of(t) for t, _ in given.letters}
    fresh = sorted((s for s in indices_in(claimed) & claimed.free_symbols if s.name not in known), key=str)
    facts = [fact for s in fresh for end in ends(s, claimed, before) for fact in end]
    return Given.of(given, before, claimed).extended(facts)


def ends(s: sp.Symbol, claimed: sp.Expr, before: sp.Expr) -> list[tuple]:
    """The range in the line before of the index that stands there where ``s`` stands in the claimed line."""
    limits = {limit[0]: limit for part in before.atoms(sp.Sum, sp.Product) for limit in part.limits}
    for mine in sorted(claimed.atoms(sp.Indexed), key=str):
        for theirs in sorted(before.atoms(sp.Indexed), key=str):
            for a, b in zip(mine.indices, theirs.indices, strict=False):
                if mine.base == theirs.base and a == s and b in limits:
                    return [(sp.Ge(s, limits[b][1]), sp.Le(s, limits[b][2]))]
    return []


PREDICTED = ("p", "mu", "z", "lam")


def predicted_first(letter: Any) -> tuple:
    name = letter_name(letter)
    at = PREDICTED.index(name) if name in PREDICTED else len(PREDICTED)
    return bool(letter_symbol(letter).is_integer), at, not isinstance(letter, sp.IndexedBase), name


def letter_symbol(letter: Any) -> sp.Symbol:
    """The letter alone, also of a family."""
    return letter.label if isinstance(letter, sp.IndexedBase) else letter


def near(a: Any, b: Any) -> bool:
    """Are two numbers equal, as far as the digits go that are computed with?"""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a == b
    with mpmath.workdps(DIGITS):
        a, b = mixed([a, b], mpmath.mp)
        return abs(a - b) <= CLOSE * (1 + abs(a) + abs(b))


def rational(x: Any) -> sp.Rational | None:
    """The small rational that a number is, else None."""
    if not isinstance(x, Fraction):
        if not mpmath.isfinite(x) or abs(x) > LARGEST + 1:
            return None
        exact = Fraction(str(x)).limit_denominator(LARGEST)
        if not near(x, exact):
            return None
        x = exact
    return sp.Rational(x.numerator, x.denominator) if abs(x.numerator) <= LARGEST and x.denominator <= LARGEST else None


def is_size(letter: Any) -> bool:
    return isinstance(letter, sp.Symbol) and bool(letter.is_integer and letter.is_positive)


def indices_in(e: sp.Basic) -> set[sp.Symbol]:
    """The letters that a line uses as indices, bound or free."""
    bound = {limit[0] for part in e.atoms(sp.Sum, sp.Product) for limit in part.limits}
    used = {s for entry in e.atoms(sp.Indexed) for at in entry.indices for s in at.free_symbols}
    return bound | {s for s in used if not is_size(s)}
