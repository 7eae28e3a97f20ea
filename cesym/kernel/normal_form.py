"""Terms in canonical form: sums, products, powers, logarithms, deltas.

Every method here expects *defined* terms (logarithms of positives, no division by zero, a power x**e with
x > 0 or e an integer) and returns a term of the same value in every model of what is given. That is the
whole contract: two terms with one normal form are equal. Failing to bring two equal terms together only
means that a true line is not shown.
"""

from collections.abc import Iterable
from fractions import Fraction
from itertools import permutations, product
from math import floor

from cesym.kernel.prover import DEPTH, POSITIVE, Prover
from cesym.kernel.terms import (
    ONE, ZERO, Poly, add, atom, atoms, coefficient, const, factorised, fresh, has, height, key, minus, monomial,
    number, only_atom, poly, relabel, scale, whole,
)  # fmt: skip
from cesym.kernel.trees import Refused

SHORT = 8  # a sum over 1..n is written out up to this n
LARGEST_POWER = 12  # and a power of a sum up to this exponent
LARGEST_PRODUCT = 50_000
LARGEST_NUMBER = 4_000  # bits; beyond, the line is refused rather than computed with

Binders = list  # of (variable, n): the variable runs from 1 to n


class Algebra(Prover):
    """Smart constructors on terms; ``range`` maps each open bound variable to its n."""

    def __init__(self) -> None:
        self.range: dict[tuple, Poly] = {}

    def rewrite(self, p: Poly) -> Poly:
        """p, or the other side of a given equation in use whose left side is p."""
        return p

    # Products and powers

    def mul(self, *ps: Poly) -> Poly:
        out = ONE
        for p in ps:
            if len(out) * len(p) > LARGEST_PRODUCT:
                raise Refused("the line is too large to multiply out")
            terms = []
            for (m, c), (n, d) in product(out, p):
                left, right = dict(m), dict(n)
                both = left.keys() & right.keys()
                apart = poly({frozenset(f for f in (*m, *n) if f[0] not in both): c * d})
                together = [self.atom_power(a, add(left[a], right[a])) for a in both]
                terms.append(self.mul(apart, *together) if both else apart)
            out = add(*terms)
        return out

    def atom_power(self, a: tuple, e: Poly) -> Poly:
        """a**e."""
        n = number(e)
        if n == 0:
            return ONE
        if a[0] == "int" and a[1]:
            outside = floor(coefficient(e))  # 2**(k + 3/2) = 2 * 2**(k + 1/2)
            if outside:
                self.small(abs(outside) * a[1].bit_length())
                return scale(self.atom_power(a, minus(e, const(outside))), Fraction(a[1]) ** outside)
        if a[0] in ("delta", "pos") and (whole(e) or 0) > 0:
            e = ONE
        if a[0] == "abs" and n is not None and n >= 2 and n.denominator == 1:
            rest = self.atom_power(a, const(n % 2))
            return self.mul(self.power(a[1], const(n - n % 2)), rest)
        if a[0] == "poly" and (whole(e) or 0) > 0:
            return self.power(a[1], e)
        if a[0] == "e":  # e**(g*ln y) = y**g
            for m, c in e:
                logs = [f for f in m if f[0][0] == "log" and f[1] == ONE]
                if len(logs) == 1:
                    rest = self.atom_power(a, minus(e, poly({m: c})))
                    return self.mul(self.power(logs[0][0][1], poly({m - {logs[0]}: c})), rest)
        return monomial({(a, e)})

    def power(self, p: Poly, e: Poly) -> Poly:
        """p**e."""
        n = whole(e)
        if n == 0:
            return ONE  # 0**0 = 1
        if n == 1 and len(p) != 1:
            return p
        if not p:
            return ZERO if self.sign(e, True) else self.atom_power(("int", 0), e)
        if len(p) == 1:
            return self.monomial_power(p, e)
        if n is not None and 0 < n <= LARGEST_POWER:
            return self.mul(*[p] * n)
        outside, core = self.primitive(p)
        inside = self.atom_power(("poly", core), e) if len(core) > 1 else self.power(core, e)
        return self.mul(self.power(outside, e), inside)

    def monomial_power(self, p: Poly, e: Poly) -> Poly:
        ((m, c),) = p
        if self.integer(e):  # the exponent reaches every factor
            return self.mul(self.number_power(c, e), *(self.power_of_power(a, f, e) for a, f in m))
        # p > 0, since p**e is defined: the exponent reaches the factors shown positive, the rest stays together
        good, rest = self.positive_part(m, c)
        inside = ONE if rest == ONE else self.atom_power(("poly", rest), e)
        return self.mul(self.number_power(abs(c), e), *(self.power_of_power(a, f, e) for a, f in good), inside)

    def power_of_power(self, a: tuple, f: Poly, e: Poly) -> Poly:
        return self.atom_power(a, self.mul(f, e))

    def number_power(self, c: Fraction, e: Poly) -> Poly:
        n = whole(e)
        if n is not None:
            self.small(abs(n) * (c.numerator.bit_length() + c.denominator.bit_length()))
            return const(c**n)
        return self.mul(*(self.atom_power(("int", q), scale(e, k)) for q, k in factorised(c)))

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
            least = next(iter(powers)) if len(powers) == 1 else None
            if None not in (low := [number(e) for e in powers]):
                least = const(min(low))
            if least and self.atom_sign(a, depth) == POSITIVE:
                shared.append((a, least))
        if not shared:
            return [], p
        return shared, self.rebuilt(self.mul(p, *(monomial({(a, scale(e, -1))}) for a, e in shared)))

    def rebuilt(self, p: Poly) -> Poly:
        """p once more through the constructors: an exponent may have become a whole number."""
        return add(*(self.mul(const(c), *(self.atom_power(a, e) for a, e in m)) for m, c in p))

    def primitive(self, p: Poly) -> tuple[Poly, Poly]:
        """(outside, core) with p = outside * core, outside a positive monomial, core the same for all multiples."""
        shared, p = self.common(p)
        tries = []
        for power in {dict(m).get(("e",), ZERO) for m, _ in p}:
            core = self.mul(p, self.atom_power(("e",), scale(power, -1)))
            size = max(abs(c) for _, c in core)
            tries.append((key(scale(core, 1 / size)), key(power), power, size, scale(core, 1 / size)))
        *_, power, size, core = min(tries)
        return self.mul(const(size), self.atom_power(("e",), power), *(monomial({f}) for f in shared)), core

    # Functions

    def log(self, p: Poly) -> Poly:
        """ln p, where p > 0."""
        for t in sorted({a for m, _ in p for a, _ in m if a[0] in ("delta", "pos")}, key=key):
            yes, no = self.sub(p, {t: ONE}), self.sub(p, {t: ZERO})
            if self.sign(yes, True) and self.sign(no, True):  # ln of two cases: the indicator of one chooses
                return add(self.log(no), self.mul(atom(t), minus(self.log(yes), self.log(no))))
        if len(p) != 1:
            outside, core = self.primitive(p)
            inside = atom(("log", core)) if len(core) > 1 else self.log(core)
            return inside if outside == ONE else add(self.log(outside), inside)
        ((m, c),) = p
        good, rest = self.positive_part(m, c)
        out = [scale(atom(("log", const(q))), n) for q, n in factorised(abs(c))]
        for a, f in good:
            match a:
                case ("prod", _, _):
                    binders, body = self.open(a)
                    inside = self.total(binders, self.log(body))
                case ("e",):
                    inside = ONE
                case ("poly", q):
                    inside = atom(("log", q))
                case ("int", q):
                    inside = atom(("log", const(q)))
                case _:
                    inside = atom(("log", atom(a)))
            out.append(self.mul(f, inside))
        return add(*out, ZERO if rest == ONE else atom(("log", rest)))

    def absolute(self, p: Poly) -> Poly:
        """|p|."""
        if self.sign(p, False):
            return p
        if self.sign(scale(p, -1), False):
            return scale(p, -1)
        if len(p) > 1:
            outside, core = self.primitive(p)
            return self.mul(outside, atom(("abs", min(core, scale(core, -1), key=key))))
        ((m, c),) = p
        good, rest = self.positive_part(m, Fraction(1))
        rest = min(rest, scale(rest, -1), key=key)
        return self.mul(const(abs(c)), monomial(good), ONE if rest == ONE else atom(("abs", rest)))

    def gamma(self, p: Poly) -> Poly:
        """The gamma function at p > 0; (n-1)! at a whole number."""
        n = whole(p)
        if n is None:
            return atom(("gamma", p))
        self.small(n * n.bit_length())
        value = 1
        for factor in range(2, n):
            value *= factor
        return const(value)

    def delta(self, d: Poly) -> Poly:
        """1 where d = 0, else 0."""
        n = number(d)
        if n is not None:
            return const(n == 0)
        if self.nonzero(d):
            return ZERO
        d = scale(d, 1 / max(abs(c) for _, c in d))
        return atom(("delta", min(d, scale(d, -1), key=key)))

    def positive(self, d: Poly) -> Poly:
        """1 where d > 0, else 0."""
        if self.sign(d, True):
            return ONE
        return ZERO if self.sign(scale(d, -1), False) else atom(("pos", scale(d, 1 / max(abs(c) for _, c in d))))

    # Sums and products over bound variables

    def short(self, n: Poly) -> range | None:
        """1..n where n is a small number, so that the sum is written out."""
        size = whole(n)
        return range(1, size + 1) if size is not None and 0 <= size <= SHORT else None

    def open(self, a: tuple) -> tuple[Binders, Poly]:
        """The binders and the body of a closed sum or product, under fresh variables."""
        to = {b: fresh() for b, _ in a[1]}
        binders = [(to[b], relabel(n, to)) for b, n in a[1]]
        self.range.update(binders)
        return binders, relabel(a[2], to)

    def close(self, kind: str, binders: Binders, body: Poly) -> Poly:
        """The least form over all orders of the binders in which no range mentions a later variable."""
        level, forms = height((body, tuple(n for _, n in binders))), []
        for order in permutations(binders):
            if any(has(n, later) for at, (_, n) in enumerate(order) for later, _ in order[at:]):
                continue
            to = {b: ("b", level + 1 + at) for at, (b, _) in enumerate(order)}
            forms.append((kind, tuple((to[b], relabel(n, to)) for b, n in order), relabel(body, to)))
        return atom(min(forms, key=key))

    def total(self, binders: Binders, p: Poly) -> Poly:
        """The sum of p over all binders."""
        return add(*(scale(self.total_monomial(binders, m), c) for m, c in p))

    def total_monomial(self, binders: Binders, m: frozenset) -> Poly:
        if not binders:
            return monomial(m)

        def others(b: tuple) -> Binders:
            return [pair for pair in binders if pair[0] != b]

        free = [(b, n) for b, n in binders if not any(has(length, b) for _, length in binders)]
        # a sum inside, times something that varies with us: one sum over both
        for a, e in m:
            if a[0] == "sum" and any(has(a, b) for b, _ in binders) and 0 < (whole(e) or 0) < 4:
                inner, body = self.open(a)
                rest = self.mul(monomial(m - {(a, e)}), self.atom_power(a, minus(e, ONE)))
                return self.total(binders + inner, self.mul(rest, body))
        for b, n in free:
            values = self.short(n)
            if values is not None:
                return add(*(self.total(others(b), self.sub(monomial(m), {b: const(t)})) for t in values))
        # a delta picks one value, where that value is shown to be in the range
        for (a, e), (b, n) in product(m, free):
            c = coefficient(a[1], {(b, ONE)}) if a[0] == "delta" and e == ONE else 0
            if c:
                value = minus(atom(b), scale(a[1], 1 / c))
                if not has(value, b) and self.within(value, n):
                    return self.total(others(b), self.sub(monomial(m - {(a, e)}), {b: value}))
        for b, n in free:
            mine = frozenset(f for f in m if has(f, b))
            if not mine:
                return self.total(others(b), self.mul(n, monomial(m)))
            closed = self.close("sum", [(b, n)], monomial(mine))
            rewritten = self.rewrite(closed)
            if rewritten != closed:
                return self.total(others(b), self.mul(monomial(m - mine), rewritten))
        return self.factored_sum(binders, m)

    def factored_sum(self, binders: Binders, m: frozenset) -> Poly:
        """Constant factors come out, and a sum of products of unconnected parts is a product of sums."""
        factors = [(a, part) for a, e in m for part in ([poly({n: c}) for n, c in e] if a == ("e",) else [e])]
        varies = {f: {b for b, _ in binders if has(f, b)} for f in factors}
        links = [*varies.values(), *({b} | {other for other, _ in binders if has(n, other)} for b, n in binders)]
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
        """The product of p over b = 1..n."""
        values = self.short(n)
        if values is not None:
            return self.mul(*(self.sub(p, {b: const(t)}) for t in values))
        if not p:
            return self.power(ZERO, n)
        if len(p) != 1:
            return self.close("prod", [(b, n)], p)
        ((m, c),) = p
        out = [self.power(const(c), n)]
        for a, e in m:
            positive = self.atom_sign(a) == POSITIVE
            if not has(a, b) and (positive or not has(e, b)):
                out.append(self.atom_power(a, self.total([(b, n)], e)))
            elif not has(e, b) and (positive or whole(e) is not None):
                out.append(self.power(self.close("prod", [(b, n)], atom(a)), e))
            else:
                out.append(self.close("prod", [(b, n)], monomial({(a, e)})))
        return self.mul(*out)

    # Substitution, differentiation, the zero test

    def sub(self, p: Poly, values: dict[tuple, Poly]) -> Poly:
        """p with terms put for atoms."""
        if not any(has(p, a) for a in values):
            return p
        return add(
            *(self.mul(const(c), *(self.power(self.sub_atom(a, values), self.sub(e, values)) for a, e in m)) for m, c in p)
        )

    def sub_atom(self, a: tuple, values: dict[tuple, Poly]) -> Poly:
        if a in values:
            return values[a]
        if not any(has(a, b) for b in values):
            return atom(a)
        match a:
            case ("idx", name, flags, indices):
                return self.rewrite(atom(("idx", name, flags, tuple(self.sub(at, values) for at in indices))))
            case ("sum" | "prod" as kind, _, _):
                binders, body = self.open(a)
                binders = [(b, self.sub(n, values)) for b, n in binders]
                self.range.update(binders)
                body = self.sub(body, values)
                return self.total(binders, body) if kind == "sum" else self.times(*binders[0], body)
            case ("poly", q):
                return self.sub(q, values)
            case (kind, q):
                build = {"log": self.log, "abs": self.absolute, "gamma": self.gamma, "delta": self.delta}
                return build.get(kind, self.positive)(self.sub(q, values))
        raise Refused("unknown atom")

    def derivative(self, p: Poly, x: tuple) -> Poly:
        """dp/dx for a letter or an entry x. The caller has checked that x ranges over an open set."""
        return add(
            *(
                self.mul(const(c), monomial(m - {(a, e)}), self.power_derivative(a, e, x))
                for m, c in p
                for a, e in m
                if any(inner[1] == x[1] for inner in atoms((a, e), "sym", "idx"))
            )
        )

    def power_derivative(self, a: tuple, e: Poly, x: tuple) -> Poly:
        da, de, out = self.atom_derivative(a, x), self.derivative(e, x), []
        positive = self.atom_sign(a) == POSITIVE
        if da:
            if whole(e) is None and not positive:
                raise Refused("a base that is not shown to be positive stands under an exponent that is not a number")
            out.append(self.mul(e, self.atom_power(a, minus(e, ONE)), da))
        if de:
            if not positive:
                raise Refused("the variable stands in an exponent whose base is not shown to be positive")
            out.append(self.mul(self.atom_power(a, e), de, self.log(atom(a))))
        return add(*out)

    def atom_derivative(self, a: tuple, x: tuple) -> Poly:
        if not any(inner[1] == x[1] for inner in atoms(a, "sym", "idx")):
            return ZERO
        match a:
            case ("sym", _, _):
                return ONE
            case ("idx", _, _, indices) if len(x) == 4 and len(x[3]) == len(indices):
                return self.mul(*(self.delta(minus(s, t)) for s, t in zip(indices, x[3], strict=True)))
            case ("log", q):
                return self.mul(self.derivative(q, x), self.power(q, const(-1)))
            case ("poly", q):
                return self.derivative(q, x)
            case ("sum", _, _):
                binders, body = self.open(a)
                return self.total(binders, self.derivative(body, x))
            case ("prod", _, _):
                binders, body = self.open(a)
                if self.sign(body, True):  # (prod f)' = prod f * sum f'/f
                    slopes = self.mul(self.derivative(body, x), self.power(body, const(-1)))
                    return self.mul(atom(a), self.total(binders, slopes))
        raise Refused("the derivative of this expression is not shown to exist (a kink, or a function unknown here)")

    def zero(self, p: Poly, split: frozenset[str] = frozenset(), depth: int = 4) -> bool:
        """Is p = 0 shown? After clearing denominators and joining sums over equal ranges; by cases on ``split``."""
        if not p or depth == 0:
            return not p
        low: dict[tuple, int] = {}
        for m, _ in p:
            for a, e in m:
                if (whole(e) or 0) < 0:
                    low[a] = min(low.get(a, 0), whole(e))
        if low:  # what stands in a denominator is not zero
            cleared = self.rebuilt(self.mul(p, *(monomial({(a, const(-n))}) for a, n in low.items())))
            return self.zero(cleared, split, depth - 1)
        if all(self.zero(part, split, depth - 1) if part != p else False for part in self.joined(p)):
            return True
        return any(
            all(self.zero(self.sub(p, {a: value}), split, depth - 1) for value in values)
            for a, values in self.splits(p, split)
        )

    def joined(self, p: Poly) -> Iterable[Poly]:
        """Terms whose sum over suitable ranges is p: one for each range over which a monomial of p sums."""
        groups: dict = {}
        for m, c in p:
            inner = min((a for a, e in m if a[0] == "sum" and e == ONE and len(a[1]) == 1), key=key, default=None)
            groups.setdefault(inner[1][0][1] if inner else None, []).append((m, c, inner))
        for n, terms in groups.items():  # N times a constant is the sum of it over 1..N
            factor = (only_atom(n), ONE) if n and only_atom(n) else None
            constant = [(m, c, None) for m, c, _ in groups.get(None, ()) if factor in m]
            if constant:
                terms += [(m - {factor}, c, None) for m, c, _ in constant]
                groups[None] = [term for term in groups[None] if term not in constant]
        for n, terms in groups.items():
            if n is None:
                yield poly({m: c for m, c, _ in terms})
            else:
                b = fresh()
                self.range[b] = n
                yield add(
                    *(
                        self.mul(poly({m - {(a, ONE)}: c}), relabel(a[2], {a[1][0][0]: b})) if a else poly({m: c})
                        for m, c, a in terms
                    )
                )

    def splits(self, p: Poly, names: frozenset[str]) -> Iterable[tuple[tuple, list[Poly]]]:
        """An atom of p called for by name, with all its values: those of its support, or 0 and both signs."""
        for a in atoms(p, "sym", "idx"):
            if a[1] in names and not height(a):
                for b, values in self.supports(atom(a)):
                    if a == b:
                        yield a, values
                if "integer" not in a[2] and not a[2] & {"positive", "nonnegative"}:
                    u = atom(("sym", f"|{key(a)}|", frozenset({"positive"})))
                    yield a, [ZERO, u, scale(u, -1)]

