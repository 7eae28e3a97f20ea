"""Terms in canonical form, and what is known of their signs: one calculus, under what is given.

Signs and canonical forms call each other. The form of ``(a*b)**x`` depends on whether a > 0, and whether a > 0 is seen
by computing with it; so this is one class. Every method expects *defined* terms (logarithms of positives, no division
by zero, a power x**e with x > 0 or e an integer). Those that compute return a term of the same value in every model of
what is given: two terms with one normal form are equal. Those that answer are incomplete and never guess: ``False``
means "not shown". Failing to bring two equal terms together only means that a true line is not shown.

A term under binders is *defined* if it has a value wherever each of their variables is in its range. Under an empty
range that asks for nothing, so a term that was read there may have no value elsewhere: 1/n under 1..n. It may move
further in as it stands; it leaves only where the range is shown to hold a value, or the term to be defined outside
(:meth:`Calculus.leaves`). Signs speak of the variables of the term alone and are asked of defined terms only.
"""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import combinations, permutations, product
from math import factorial, floor
from typing import Any

from cesym.kernel.terms import (
    ONE, ZERO, Poly, add, atom, atoms, coefficient, const, factorised, fresh, has, height, integer, key, minus,
    monomial, number, only_atom, poly, relabel, scale, square_root, whole,
)  # fmt: skip
from cesym.kernel.trees import LARGEST_NUMBER, Refused

UNKNOWN, NONNEGATIVE, POSITIVE = 0, 1, 2
DEPTH, NESTING = 5, 2
LARGEST_WORK = 250_000
PATIENCE = 500  # uses of equations in one line, so that equations cannot rewrite each other for ever
LARGEST_POWER = 12  # beyond, a power stays a power
LONGEST = 6  # binders of one sum
SHORT = 8  # a sum over 1..n is written out up to this n
Binders = list  # of (variable, n): the variable runs from 1 to n
AS_IT_IS: dict[tuple, Poly] = {}  # nothing is put in


class Calculus:
    """What is known, as terms, and what is computed and decided under it.

    ``free`` in a fact are the bound variables for all of whose values it holds, each in its range.
    """

    def __init__(self) -> None:
        self.range: dict[tuple, Poly] = {}  # each open bound variable, and its n, once for all
        self.inequalities: list[tuple] = []  # (free, f, strict): f > 0, or f >= 0 if not strict
        self.unequal: list[tuple] = []  # (free, d): d != 0
        self.finite: list[tuple] = []  # (free, atom, values): the atom has one of these values
        self.equal: list[tuple] = []  # (free, d): d = 0
        self.equations: list[tuple] = []  # those in use: (free, pattern, other side)
        self.filled: set[Poly] = set()  # lengths shown to be at least 1
        # What was answered, so that nothing is worked out twice while what is known stays the same.
        self.answers: dict[tuple, bool] = {}
        self.found: dict[tuple, dict] = {}
        self.nesting = self.work = self.uses = 0

    # What is known, and where

    def spend(self, work: int) -> None:
        """Count work, and refuse where a line takes too much."""
        self.work += work
        if self.work > LARGEST_WORK:
            raise Refused("the line takes too much work to check; split it into smaller steps")

    def known(self) -> tuple:
        """How much there is to rely on; nothing is ever taken away but the equations in use, all of them."""
        return self.nesting, *map(len, (self.inequalities, self.unequal, self.finite, self.equations, self.filled))

    def bounds(self, p: Poly) -> Iterator[tuple[Poly, bool]]:
        """Instances (f, strict) of what is known that may bear on p: f > 0, or f >= 0 if not strict."""
        for a in atoms(p, "sym", "idx", "v"):
            if a[0] == "v" and a in self.range:
                yield minus(atom(a), ONE), False
                yield minus(self.range[a], atom(a)), False
            elif a[0] != "v" and {"integer", "positive"} <= a[2]:
                yield minus(atom(a), ONE), False
        for free, f, strict in tuple(self.inequalities):
            for values in self.instances(free, f, p):
                yield self.sub(f, values), strict

    def supports(self, p: Poly) -> Iterator[tuple[tuple, list[Poly]]]:
        """Atoms of p with the finitely many values that they can take."""
        for free, target, values in self.finite:
            for at in self.instances(free, atom(target), p):
                a = only_atom(self.unwritten(self.sub, atom(target), at))
                if a and has(p, a):
                    yield a, values
        for a in sorted({a for m, _ in p for a, _ in m if a[0] in ("delta", "pos")}, key=key):
            yield a, [ZERO, ONE]

    def instances(self, free: tuple, pattern: Poly, p: Poly) -> Iterator[dict]:
        """Values for the free variables of a fact at which an entry in its pattern is one in p, each in range."""
        if not free:
            yield {}
            return
        for t, a in product(atoms(pattern, "idx"), atoms(p, "idx")):
            question = (free, t, a, *self.known())
            if question not in self.found:
                self.found[question] = self.instance(free, t, a)
            if self.found[question]:
                yield self.found[question]

    def instance(self, free: tuple, t: tuple, a: tuple) -> dict:
        """Values at which the entry t is the entry a, each in range; {} where there are none."""
        at = [next((n for n, s in enumerate(t[3]) if number(minus(s, atom(v))) is not None), None) for v in free]
        if None in at or a[:2] != t[:2] or len(a[3]) != len(t[3]) or any(height(a[3][n]) for n in at):
            return {}
        values = {v: add(atom(v), minus(a[3][n], t[3][n])) for v, n in zip(free, at, strict=True)}
        same = self.unwritten(self.sub, atom(t), values) == atom(a)
        inside = same and all(self.within(value, self.sub(self.range[v], values)) for v, value in values.items())
        return values if inside else {}

    def unwritten(self, action: Callable[..., Poly], *args: Any) -> Poly:
        """An action without the equations in use."""
        kept, self.equations = self.equations, []
        try:
            return action(*args)
        finally:
            self.equations = kept

    def rewrite(self, p: Poly) -> Poly:
        """p, or the other side of an equation in use whose left side is p."""
        for free, pattern, other in self.equations:
            for values in self.instances(free, pattern, p):
                if self.unwritten(self.sub, pattern, values) == p:
                    self.uses += 1
                    if self.uses > PATIENCE:
                        raise Refused("the equations in use rewrite each other without an end")
                    return self.sub(other, values)
        return p

    def variables_of(self, terms: Iterable[Poly]) -> tuple:
        """The open bound variables in some terms, and in the lengths of their ranges, sorted."""
        found: set[tuple] = set()
        more = {v for p in terms for v in atoms(p, "v")}
        while more - found:
            found |= more
            more = {v for u in found if u in self.range for v in atoms(self.range[u], "v")}
        return tuple(sorted(found))

    # Signs

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
        if any(self.sign(a, strict, depth - 1) and self.sign(b, strict, depth - 1) for a, b in self.factors(p)):
            return True
        for a, values in self.supports(p):  # one atom at a time, value by value, until none is left
            return all(self.sign(self.sub(p, {a: value}), strict, depth) for value in values)
        return False

    def factors(self, p: Poly) -> Iterator[tuple[Poly, Poly]]:
        """Pairs of terms of one sign whose product has the sign of p: a**2 - b**2 and e**u - e**v."""
        up, down = [(m, c) for m, c in p if c > 0], [(m, -c) for m, c in p if c < 0]
        if len(up) != 1 or len(down) != 1:
            return
        a, b = square_root(*up[0]), square_root(*down[0])
        if a is not None and b is not None:
            yield add(a, b), minus(a, b)
        (m, c), (n, d) = up[0], down[0]
        if c == d and m - n <= {f for f in m if f[0] == ("e",)} and n - m <= {f for f in n if f[0] == ("e",)}:
            yield minus(dict(m).get(("e",), ZERO), dict(n).get(("e",), ZERO)), monomial(m & n)

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
        for free, d in self.unequal if p else ():
            for q in (self.sub(d, values) for values in self.instances(free, d, p)):
                if any(p == scale(q, dict(p).get(m, 0) / c) for m, c in q):
                    return True
        if len(p) != 1 or depth <= 0:
            return False
        ((m, _),) = p
        if {e for _, e in m} == {ONE} and len(m) == 1:
            return False  # a lone atom: its two signs were tried above
        return all(a == ("int", -1) or self.nonzero(atom(a), depth - 1) for a, _ in m)

    def within(self, p: Poly, n: Poly) -> bool:
        """Is p shown to be an integer with 1 <= p <= n? (Facts apply within ranges: the nesting must end.)"""
        if not integer(p) or self.nesting == NESTING:
            return False
        self.nesting += 1
        try:
            return self.sign(minus(p, ONE), False, 2) and self.sign(minus(n, p), False, 2)
        finally:
            self.nesting -= 1

    def common(self, p: Poly, depth: int = DEPTH - 1) -> tuple[list, Poly]:
        """(shared, q) with p = q * product of shared: powers of positive atoms that all monomials of p have."""
        shared = []
        for a in {a for m, _ in p for a, _ in m if a[0] != "e"} if len(p) > 1 else ():
            powers = {dict(m).get(a, ZERO) for m, _ in p}
            low = [n for n in map(number, powers) if n is not None]
            least = next(iter(powers)) if len(powers) == 1 else const(min(low)) if len(low) == len(powers) else ZERO
            if least and self.atom_sign(a, depth) == POSITIVE:
                shared.append((a, least))
        return shared, self.rebuilt(self.mul(p, *(monomial({(a, scale(e, -1))}) for a, e in shared))) if shared else p

    def rebuilt(self, p: Poly) -> Poly:
        """p once more through the constructors: an exponent may have become a whole number."""
        return add(*(self.mul(const(c), *(self.atom_power(a, e) for a, e in m)) for m, c in p))

    # Products and powers

    def mul(self, *ps: Poly) -> Poly:
        out = ONE
        for p in ps:
            self.spend(len(out) * len(p))
            total: dict = {}
            for (left, m, c), (right, n, d) in product(*([(dict(m), m, c) for m, c in q] for q in (out, p))):
                both = left.keys() & right.keys()
                terms: Iterable = [(m | n, c * d)]
                if both:
                    apart = poly({frozenset(f for f in (*m, *n) if f[0] not in both): c * d})
                    terms = self.mul(apart, *(self.atom_power(a, add(left[a], right[a])) for a in both))
                for one, k in terms:
                    total[one] = total.get(one, 0) + k
            out = poly(total)
        return out

    def atom_power(self, a: tuple, e: Poly) -> Poly:
        """a**e."""
        n, kind = whole(e), a[0]
        if n == 0:
            return ONE
        if kind == "int" and a[1] and (outside := floor(coefficient(e))):  # 2**(k + 3/2) = 2 * 2**(k + 1/2)
            self.small(abs(outside) * a[1].bit_length())
            return scale(self.atom_power(a, minus(e, const(outside))), Fraction(a[1]) ** outside)
        if kind in ("delta", "pos") and n is not None and n > 0:
            e = ONE
        if kind == "abs" and n is not None and n >= 2:
            return self.mul(self.power(a[1], const(n - n % 2)), self.atom_power(a, const(n % 2)))
        if kind == "poly" and n is not None and 0 < n <= LARGEST_POWER:
            return self.power(a[1], e)
        if kind == "e":  # e**(g * ln y) = y**g
            for m, c in e:
                logs = [f for f in m if f[0][0] == "log" and f[1] == ONE]
                if len(logs) == 1:
                    y = self.power(logs[0][0][1], poly({m - {logs[0]}: c}))
                    return self.mul(y, self.atom_power(a, minus(e, poly({m: c}))))
        return monomial({(a, e)})

    def power(self, p: Poly, e: Poly) -> Poly:
        """p**e."""
        n = whole(e)
        if n == 0:
            return ONE  # 0**0 = 1
        if not p:
            return ZERO if self.sign(e, True) else self.atom_power(("int", 0), e)
        if len(p) > 1 and n is not None and 0 < n <= LARGEST_POWER:
            return p if n == 1 else self.mul(*[p] * n)
        if len(p) > 1:
            outside, core = self.primitive(p)
            inside = self.atom_power(("poly", core), e) if len(core) > 1 else self.power(core, e)
            return self.mul(self.power(outside, e), inside)
        ((m, c),) = p
        if integer(e):  # the exponent reaches every factor
            return self.mul(self.number_power(c, e), *(self.atom_power(a, self.mul(f, e)) for a, f in m))
        # p > 0, since p**e is defined: the exponent reaches the factors shown positive, the rest stays together
        good, rest = self.positive_part(m, c)
        inside = ONE if rest == ONE else self.atom_power(("poly", rest), e)
        return self.mul(self.number_power(abs(c), e), *(self.atom_power(a, self.mul(f, e)) for a, f in good), inside)

    def number_power(self, c: Fraction, e: Poly) -> Poly:
        n = whole(e)
        if n is None:
            return self.mul(*(self.atom_power(("int", q), scale(e, k)) for q, k in factorised(c)))
        self.small(abs(n) * (c.numerator.bit_length() + c.denominator.bit_length()))
        return const(c**n)

    def small(self, bits: int) -> None:
        if bits > LARGEST_NUMBER:
            raise Refused("a number in the line is too large")

    def positive_part(self, m: frozenset, c: Fraction) -> tuple[list, Poly]:
        """The factors of c*m that are shown positive, and the rest with the sign of c."""
        good = [(a, f) for a, f in m if self.atom_sign(a) == POSITIVE]
        return good, poly({m - set(good): Fraction(1 if c > 0 else -1)})

    def primitive(self, p: Poly) -> tuple[Poly, Poly]:
        """(outside, core) with p = outside * core, outside a positive monomial, core the same for all multiples."""
        (shared, p), tries = self.common(p), []
        for power in {dict(m).get(("e",), ZERO) for m, _ in p}:
            core = self.mul(p, self.atom_power(("e",), scale(power, -1)))
            size = max(abs(c) for _, c in core)
            tries.append((key(scale(core, 1 / size)), key(power), power, size, scale(core, 1 / size)))
        *_, power, size, core = min(tries)
        return self.mul(const(size), self.atom_power(("e",), power), *(monomial({f}) for f in shared)), core

    # Functions

    def log(self, p: Poly) -> Poly:
        """ln p, where p > 0."""
        if not p:  # in a case that cannot happen, where cases are tried one by one
            return atom(("log", p))
        for t in sorted({a for m, _ in p for a, _ in m if a[0] in ("delta", "pos")}, key=key):
            yes, no = self.sub(p, {t: ONE}), self.sub(p, {t: ZERO})
            # ln of two cases: the indicator of one chooses, so each must stand where the other holds as well
            if all(self.defined(q) and self.sign(q, True) for q in (yes, no)):
                return add(self.log(no), self.mul(atom(t), minus(self.log(yes), self.log(no))))
        if len(p) > 1:
            outside, core = self.primitive(p)
            inside = atom(("log", core)) if len(core) > 1 else self.log(core)
            return inside if outside == ONE else add(self.log(outside), inside)
        ((m, c),) = p
        good, rest = self.positive_part(m, c)
        primes = [scale(atom(("log", const(q))), n) for q, n in factorised(abs(c))]
        return add(*primes, *(self.mul(f, self.atom_log(a)) for a, f in good),
                   ZERO if rest == ONE else atom(("log", rest)))  # fmt: skip

    def atom_log(self, a: tuple) -> Poly:
        """ln of a positive atom."""
        match a:
            case ("prod", _, _):
                binders, body = self.open(a)
                return self.total(binders, self.log(body))
            case ("e",):
                return ONE
            case ("int", q):
                return atom(("log", const(q)))
        return atom(("log", a[1] if a[0] == "poly" else atom(a)))

    def absolute(self, p: Poly) -> Poly:
        """|p|."""
        for signed in (p, scale(p, -1)):
            if self.sign(signed, False):
                return signed
        if len(p) > 1:
            outside, core = self.primitive(p)
        else:
            ((m, c),) = p
            good, core = self.positive_part(m, Fraction(1))
            outside = scale(monomial(good), abs(c))
        return self.mul(outside, ONE if core == ONE else atom(("abs", min(core, scale(core, -1), key=key))))

    def gamma(self, p: Poly) -> Poly:
        """The gamma function at p > 0; (n-1)! at a whole number, else by its recurrence as low as is shown to stand."""
        n = whole(p)
        if n is not None and n >= 1:
            self.small(n * n.bit_length())
            return const(factorial(n - 1))
        factors: list[Poly] = []
        below = minus(p, ONE)
        while len(factors) < LARGEST_POWER and self.sign(below, True):
            factors.append(below)
            below = minus(below, ONE)
        least = add(below, ONE)  # the square of gamma(1/2) is pi
        root = const(Fraction(1, 2))
        return self.mul(*factors, self.atom_power(("pi",), root) if least == root else atom(("gamma", least)))

    def delta(self, d: Poly) -> Poly:
        """1 where d = 0, else 0."""
        if number(d) is not None or self.nonzero(d):
            return const(not d)
        d = scale(d, 1 / max(abs(c) for _, c in d))
        return atom(("delta", min(d, scale(d, -1), key=key)))

    def positive(self, d: Poly) -> Poly:
        """1 where d > 0, else 0."""
        if self.sign(d, False):  # also where it is shown to be more
            return minus(ONE, self.delta(d))
        if integer(d) and self.sign(minus(ONE, d), False):
            return self.delta(minus(d, ONE))
        return ZERO if self.sign(scale(d, -1), False) else atom(("pos", scale(d, 1 / max(abs(c) for _, c in d))))

    # What leaves a range

    def open(self, a: tuple, values: dict[tuple, Poly] = AS_IT_IS) -> tuple[Binders, Poly]:
        """The binders and the body of a closed sum or product, under fresh variables; with ``values`` put in."""
        to, binders = {b: fresh() for b, _ in a[1]}, []
        for b, n in a[1]:
            self.range[to[b]] = self.sub(relabel(n, to), values)
            binders.append((to[b], self.range[to[b]]))
        return binders, self.sub(relabel(a[2], to), values)

    def full(self, n: Poly) -> bool:
        """Is a range of length n shown not to be empty (for all values of the variables in n)?"""
        if n not in self.filled and self.sign(minus(n, ONE), False):
            self.filled.add(n)
        return n in self.filled

    def defined(self, p: Poly) -> bool:
        """Is p shown to be defined as it stands: for all values of its own variables, in no other range?

        Under an empty range everything is defined. What is read there may use, by its form or by powers that have
        merged, that the range holds a value, so a term that leaves a range that may be empty is looked at once more.
        """
        return all(self.stands(a, e) for m, _ in p for a, e in m)

    def stands(self, a: tuple, e: Poly) -> bool:
        """The same of a**e. Parts first: signs are asked only of what is defined."""
        match a:
            case ("log" | "gamma", q):
                inside = self.defined(q) and self.sign(q, True)
            case ("abs" | "delta" | "pos" | "poly", q):
                inside = self.defined(q)
            case ("sum" | "prod", _, _):
                binders, body = self.open(a)
                lengths = all(integer(n) and self.defined(n) and self.sign(n, False) for _, n in binders)
                inside = lengths and self.defined(body)
            case ("idx", _, _, indices):
                inside = all(integer(at) and self.defined(at) for at in indices)
            case _:
                inside = True
        if not (inside and self.defined(e)):
            return False
        if (whole(e) or 0) > 0 or self.atom_sign(a) == POSITIVE:
            return True
        return integer(e) and (self.sign(e, False) or self.nonzero(atom(a)))

    def leaves(self, n: Poly, p: Poly) -> bool:
        """May p, which does not depend on a variable in 1..n, be taken out of that range?"""
        return self.full(n) or self.defined(p)

    def held(self, binders: Binders) -> set[tuple]:
        """Which (outer, inner) must stay so: the length of the inner range is not shown to stand outside the outer."""
        pairs = combinations(binders, 2)
        return {(b, u) for (b, n), (u, length) in pairs if not has(length, b) and not self.leaves(n, length)}

    # Sums and products

    def short(self, n: Poly) -> range | None:
        """1..n where n is a small number, so that the sum is written out."""
        size = whole(n)
        return range(1, size + 1) if size is not None and 0 <= size <= SHORT else None

    def close(self, kind: str, binders: Binders, body: Poly) -> Poly:
        """The least form over all orders of the binders in which no range mentions a later variable.

        A length, too, leaves a range only where it may.
        """
        if len(binders) > LONGEST:
            raise Refused("too many sums stand inside each other")
        level, forms = height((body, tuple(n for _, n in binders))), []
        kept = self.held(binders) | {(b, u) for b, _ in binders for u, length in binders if has(length, b)}
        for order in permutations(binders):
            self.spend(2 * len(body))
            if not any((later, b) in kept for at, (b, _) in enumerate(order) for later, _ in order[at:]):
                to = {b: ("b", level + 1 + at) for at, (b, _) in enumerate(order)}
                forms.append((kind, tuple((to[b], relabel(n, to)) for b, n in order), relabel(body, to)))
        return atom(min(forms, key=key))

    def total(self, binders: Binders, p: Poly) -> Poly:
        """The sum of p over all binders."""
        return add(*(scale(self.total_monomial(binders, m), c) for m, c in p))

    def total_monomial(self, binders: Binders, m: frozenset) -> Poly:
        # a sum inside, times something that varies with us: one sum over both
        for a, e in m:
            if a[0] == "sum" and any(has(a, b) for b, _ in binders) and 0 < (whole(e) or 0) < 4:
                inner, body = self.open(a)
                rest = self.mul(monomial(m - {(a, e)}), self.atom_power(a, minus(e, ONE)))
                return self.total(binders + inner, self.mul(rest, body))
        outer = {b for b, _ in self.held(binders)}
        free = [(b, n) for b, n in binders if b not in outer and not any(has(length, b) for _, length in binders)]
        others = {b: [pair for pair in binders if pair[0] != b] for b, _ in free}
        for b, n in free:
            values = self.short(n)
            if values is not None:
                return add(*(self.total(others[b], self.sub(monomial(m), {b: const(t)})) for t in values))
        # a delta picks one value, where that value is shown to be in the range
        for (a, e), (b, n) in product(m, free):
            c = coefficient(a[1], {(b, ONE)}) if a[0] == "delta" and e == ONE else 0
            value = minus(atom(b), scale(a[1], 1 / c)) if c else atom(b)
            if not has(value, b) and self.within(value, n):
                return self.total(others[b], self.sub(monomial(m - {(a, e)}), {b: value}))
        for b, n in free:
            mine = frozenset(f for f in m if has(f, b))
            if not self.leaves(n, monomial(m - mine)):
                continue
            if not mine:
                return self.total(others[b], self.mul(n, monomial(m)))
            closed = self.close("sum", [(b, n)], monomial(mine))
            rewritten = self.rewrite(closed)
            if rewritten != closed:
                return self.total(others[b], self.mul(monomial(m - mine), rewritten))
        return self.factored_sum(binders, m)

    def factored_sum(self, binders: Binders, m: frozenset) -> Poly:
        """Constant factors come out, and a sum of products of unconnected parts is a product of sums.

        Each only where it stands outside of the ranges that it leaves; else it stays with them.
        """
        factors = [(a, part) for a, e in m for part in ([poly({n: c}) for n, c in e] if a == ("e",) else [e])]
        varies = {f: {b for b, n in binders if has(f, b) or not self.leaves(n, monomial({f}))} for f in factors}
        links = [*varies.values(), *({b} | {other for other, _ in binders if has(n, other)} for b, n in binders)]
        links += map(set, self.held(binders))
        out, left = [monomial({f}) for f in factors if not varies[f]], list(binders)
        while left:
            group, grown = {left[0][0]}, True
            while grown:
                joined = group.union(*(link for link in links if link & group))
                group, grown = joined, joined != group
            body = self.mul(*(monomial({f}) for f in factors if varies[f] & group))
            out.append(self.close("sum", [pair for pair in left if pair[0] in group], body))
            left = [pair for pair in left if pair[0] not in group]
        return self.mul(*out)

    def times(self, b: tuple, n: Poly, p: Poly) -> Poly:
        """The product of p over b = 1..n. An empty one is 1, as is a**0: only the base and the exponent need stand."""
        values = self.short(n)
        if values is not None:
            return self.mul(*(self.sub(p, {b: const(t)}) for t in values))
        if len(p) != 1:
            return self.close("prod", [(b, n)], p) if p else self.power(ZERO, n)
        ((m, c),) = p
        out = [self.power(const(c), n)]
        for a, e in m:
            positive = self.atom_sign(a) == POSITIVE
            base, exponent = (not has(q, b) and self.leaves(n, q) for q in (atom(a), e))
            if base and (positive or exponent):
                out.append(self.atom_power(a, self.total([(b, n)], e)))
            elif exponent and (positive or whole(e) is not None):
                out.append(self.power(self.close("prod", [(b, n)], atom(a)), e))
            else:
                out.append(self.close("prod", [(b, n)], monomial({(a, e)})))
        return self.mul(*out)

    # Substitution

    def sub(self, p: Poly, values: dict[tuple, Poly]) -> Poly:
        """p with terms put for atoms."""
        if not any(has(p, a) for a in values):
            return p
        self.spend(5 * len(p))
        return add(*(
            self.mul(const(c), *(self.power(self.sub_atom(a, values), self.sub(e, values)) for a, e in m)) for m, c in p
        ))  # fmt: skip

    def sub_atom(self, a: tuple, values: dict[tuple, Poly]) -> Poly:
        if a in values or not any(has(a, b) for b in values):
            return values.get(a, atom(a))
        match a:
            case ("idx", name, flags, indices):
                return self.rewrite(atom(("idx", name, flags, tuple(self.sub(at, values) for at in indices))))
            case ("sum" | "prod" as kind, _, _):
                binders, body = self.open(a, values)
                ((b, n), *_) = binders
                return self.total(binders, body) if kind == "sum" else self.times(b, n, body)
        build = {"log": self.log, "abs": self.absolute, "gamma": self.gamma, "delta": self.delta, "pos": self.positive,
                 "poly": lambda q: q}  # fmt: skip
        return build[a[0]](self.sub(a[1], values))
