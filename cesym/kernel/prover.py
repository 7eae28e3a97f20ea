"""Signs and ranges under what is given: incomplete, never guessing. ``False`` only ever means "not shown".

Every method asks about the value of a *defined* term in all models of what is given.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from cesym.kernel.trees import Refused
from cesym.kernel.terms import ONE, Poly, atom, minus, number, scale, whole

UNKNOWN, NONNEGATIVE, POSITIVE = 0, 1, 2
DEPTH, NESTING = 5, 2
LARGEST_WORK = 200_000


class Prover:
    """Reads facts through ``bounds`` and ``supports``, and computes with ``mul`` and ``sub``; see below.

    A question about a sign has one answer while what is known stays the same, so it is worked out once.
    """

    nesting, work = 0, 0
    answers: dict[tuple, bool]
    known: Any  # what there is to rely on, in numbers that change when it does
    common: Any  # these come with the floors above
    sub: Any
    open: Any
    total: Any

    def spend(self, work: int) -> None:
        """Count work, and refuse where a line takes too much."""
        self.work += work
        if self.work > LARGEST_WORK:
            raise Refused("the line takes too much work to check; split it into smaller steps")

    def bounds(self, p: Poly) -> Iterator[tuple[Poly, bool]]:
        """Instances (f, strict) of given facts that may bear on p: f > 0, or f >= 0 if not strict."""
        raise NotImplementedError

    def supports(self, p: Poly) -> Iterator[tuple[tuple, list]]:
        """Atoms of p with the finitely many values that they can take."""
        raise NotImplementedError

    def sign(self, p: Poly, strict: bool, depth: int = DEPTH) -> bool:
        """Is p > 0 (strict) or p >= 0 shown?"""
        n = number(p)
        if n is not None:
            return n > 0 or (n == 0 and not strict)
        question = (p, strict, depth, *self.known())
        if question not in self.answers:
            self.spend(10)
            self.answers[question] = self.sign_afresh(p, strict, depth)
        return self.answers[question]

    def sign_afresh(self, p: Poly, strict: bool, depth: int) -> bool:
        signs = [self.monomial_sign(m, depth) if c > 0 else UNKNOWN for m, c in p]
        if all(signs) and (not strict or POSITIVE in signs):
            return True
        if depth == 0:
            return False
        # p = weight * f + rest with f from a fact: f > 0 and rest >= 0, or f >= 0 and rest > 0
        for f, f_strict in self.bounds(p):
            for m, c in f:
                weight = dict(p).get(m, 0) / c if m else 0
                if weight > 0 and self.sign(minus(p, scale(f, weight)), strict and not f_strict, depth - 1):
                    return True
        shared, rest = self.common(p, depth - 1)
        if shared and self.sign(rest, strict, depth - 1):
            return True
        for a, values in self.supports(p):  # one atom at a time, value by value, until none is left
            return all(self.sign(self.sub(p, {a: value}), strict, depth) for value in values)
        return False

    def best(self, p: Poly, depth: int) -> int:
        return POSITIVE if self.sign(p, True, depth) else NONNEGATIVE if self.sign(p, False, depth) else UNKNOWN

    def monomial_sign(self, m: frozenset, depth: int) -> int:
        """The sign of a product of powers: the weakest of its factors, UNKNOWN if one is."""
        weakest = POSITIVE
        for a, e in m:
            s, n = self.atom_sign(a, depth), whole(e)
            if s < POSITIVE:
                if n is None or (s == UNKNOWN and n % 2):
                    return UNKNOWN
                # a negative power is defined, so its base is not zero
                s = POSITIVE if n < 0 or (n % 2 == 0 and self.nonzero(atom(a), depth - 1)) else NONNEGATIVE
            weakest = min(weakest, s)
        return weakest

    def atom_sign(self, a: tuple, depth: int = DEPTH - 1) -> int:
        kind = a[0]
        if kind in ("e", "pi", "gamma"):
            return POSITIVE
        if kind == "int":
            return POSITIVE if a[1] > 0 else UNKNOWN
        if kind in ("delta", "pos"):
            return NONNEGATIVE
        if kind in ("sym", "idx") and a[2] & {"positive", "nonnegative"}:
            known = POSITIVE if "positive" in a[2] else NONNEGATIVE
            return known if known == POSITIVE or depth <= 0 else max(known, self.fact_sign(a, depth))
        if depth <= 0:
            return NONNEGATIVE if kind == "abs" else UNKNOWN
        if kind == "abs":
            return POSITIVE if self.nonzero(a[1], depth - 1) else NONNEGATIVE
        if kind == "log":
            return self.best(minus(a[1], ONE), depth - 1)
        if kind == "poly":
            return self.best(a[1], depth - 1)
        if kind in ("sum", "prod"):
            binders, body = self.open(a)
            inside = self.best(body, depth - 1)
            if kind == "prod":
                return POSITIVE if inside == POSITIVE else UNKNOWN
            full = all(self.sign(minus(n, ONE), False, depth - 1) for _, n in binders)
            if inside == POSITIVE and not full:
                inside = NONNEGATIVE  # an empty sum is 0
            return inside if inside == POSITIVE else max(inside, self.fact_sign(a, depth))
        return self.fact_sign(a, depth)

    def fact_sign(self, a: tuple, depth: int) -> int:
        """The sign of an atom from a fact c*a + rest > 0 in which the rest is shown <= 0."""
        known = UNKNOWN
        for f, strict in self.bounds(atom(a)):
            c = dict(f).get(next(iter(atom(a)))[0], Fraction(0))
            if c > 0:
                rest = minus(atom(a), scale(f, 1 / c))
                if self.sign(rest, not strict, depth - 1):
                    return POSITIVE
                if self.sign(rest, False, depth - 1):
                    known = NONNEGATIVE
        return known

    def nonzero(self, p: Poly, depth: int = DEPTH - 1) -> bool:
        """Is p != 0 shown?"""
        if self.sign(p, True, max(depth, 0)) or self.sign(scale(p, -1), True, max(depth, 0)):
            return True
        if len(p) != 1 or depth <= 0:
            return False
        ((m, _),) = p
        if {e for _, e in m} == {ONE} and len(m) == 1:
            return False  # a lone atom: its two signs were tried above
        return all(a == ("int", -1) or self.nonzero(atom(a), depth - 1) for a, _ in m)

    def integer(self, p: Poly) -> bool:
        """Is p integer-valued by its form: a polynomial with integer coefficients in integer atoms?"""
        return all(
            c.denominator == 1
            and all(
                (a[0] in ("v", "b", "delta", "pos") or (a[0] in ("sym", "idx") and "integer" in a[2]))
                and (whole(e) or 0) > 0
                for a, e in m
            )
            for m, c in p
        )

    def within(self, p: Poly, n: Poly) -> bool:
        """Is p shown to be an integer with 1 <= p <= n? (Facts apply within ranges: the nesting must end.)"""
        if not self.integer(p) or self.nesting == NESTING:
            return False
        self.nesting += 1
        try:
            return self.sign(minus(p, ONE), False, 2) and self.sign(minus(n, p), False, 2)
        finally:
            self.nesting -= 1
