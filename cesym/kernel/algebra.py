"""Terms in canonical form: products, powers and functions. Sums over bound variables follow in ``normal_form``.

Every method here and there expects *defined* terms (logarithms of positives, no division by zero, a power x**e with
x > 0 or e an integer) and returns a term of the same value in every model of what is given. That is the whole
contract: two terms with one normal form are equal. Failing to bring two equal terms together only means that a true
line is not shown.
"""

from collections.abc import Iterable
from fractions import Fraction
from itertools import product
from math import factorial, floor
from typing import Any

from cesym.kernel.prover import DEPTH, POSITIVE, Prover
from cesym.kernel.terms import (
    ONE, ZERO, Poly, add, atom, coefficient, const, factorised, key, minus, monomial, number, poly, scale, whole,
)  # fmt: skip
from cesym.kernel.trees import LARGEST_NUMBER, Refused

LARGEST_POWER = 12  # beyond, a power stays a power


class Algebra(Prover):
    """Smart constructors on terms."""

    defined: Any  # this comes with the floor above

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
        if self.integer(e):  # the exponent reaches every factor
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

    def primitive(self, p: Poly) -> tuple[Poly, Poly]:
        """(outside, core) with p = outside * core, outside a positive monomial, core the same for all multiples."""
        (shared, p), tries = self.common(p), []
        for power in {dict(m).get(("e",), ZERO) for m, _ in p}:
            core = self.mul(p, self.atom_power(("e",), scale(power, -1)))
            size = max(abs(c) for _, c in core)
            tries.append((key(scale(core, 1 / size)), key(power), power, size, scale(core, 1 / size)))
        *_, power, size, core = min(tries)
        return self.mul(const(size), self.atom_power(("e",), power), *(monomial({f}) for f in shared)), core

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
        """The gamma function at p > 0; (n-1)! at a whole number."""
        n = whole(p)
        if n is None or n < 1:
            return atom(("gamma", p))
        self.small(n * n.bit_length())
        return const(factorial(n - 1))

    def delta(self, d: Poly) -> Poly:
        """1 where d = 0, else 0."""
        if number(d) is not None or self.nonzero(d):
            return const(not d)
        d = scale(d, 1 / max(abs(c) for _, c in d))
        return atom(("delta", min(d, scale(d, -1), key=key)))

    def positive(self, d: Poly) -> Poly:
        """1 where d > 0, else 0."""
        if self.sign(d, True):
            return ONE
        return ZERO if self.sign(scale(d, -1), False) else atom(("pos", scale(d, 1 / max(abs(c) for _, c in d))))
