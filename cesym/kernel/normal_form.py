"""Terms in canonical form: sums and products over bound variables, substitution, derivatives, the zero test.

A term under binders is *defined* if it has a value wherever each of their variables is in its range. Under an empty
range that asks for nothing, so a term that was read there may have no value elsewhere: 1/n under 1..n. It may move
further in as it stands; it leaves only where the range is shown to hold a value, or the term to be defined outside
(:meth:`NormalForm.leaves`). Signs speak of the variables of the term alone and are asked of defined terms only.
"""

from collections.abc import Iterable
from itertools import combinations, permutations, product

from cesym.kernel.algebra import Algebra
from cesym.kernel.prover import POSITIVE
from cesym.kernel.terms import (
    ONE, ZERO, Poly, add, atom, atoms, coefficient, const, fresh, has, height, key, mentions, minus, monomial,
    only_atom, poly, relabel, scale, whole,
)  # fmt: skip
from cesym.kernel.trees import Refused

LONGEST = 6  # binders of one sum
SHORT = 8  # a sum over 1..n is written out up to this n
Binders = list  # of (variable, n): the variable runs from 1 to n
AS_IT_IS: dict[tuple, Poly] = {}  # nothing is put in


class NormalForm(Algebra):
    """``range`` maps each open bound variable to its n, once for all."""

    def __init__(self) -> None:
        self.answers = {}
        self.range: dict[tuple, Poly] = {}
        self.filled: set[Poly] = set()  # lengths shown to be at least 1

    def rewrite(self, p: Poly) -> Poly:
        """p, or the other side of a given equation in use whose left side is p."""
        raise NotImplementedError

    def short(self, n: Poly) -> range | None:
        """1..n where n is a small number, so that the sum is written out."""
        size = whole(n)
        return range(1, size + 1) if size is not None and 0 <= size <= SHORT else None

    def open(self, a: tuple, values: dict[tuple, Poly] = AS_IT_IS) -> tuple[Binders, Poly]:
        """The binders and the body of a closed sum or product, under fresh variables; with ``values`` put in."""
        to, binders = {b: fresh() for b, _ in a[1]}, []
        for b, n in a[1]:
            self.range[to[b]] = self.sub(relabel(n, to), values)
            binders.append((to[b], self.range[to[b]]))
        return binders, self.sub(relabel(a[2], to), values)

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

    # What leaves a binder

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
                inside = all(self.defined(n) and self.sign(n, False) for _, n in binders) and self.defined(body)
            case ("idx", _, _, indices):
                inside = all(map(self.defined, indices))
            case _:
                inside = True
        if not (inside and self.defined(e)):
            return False
        if (whole(e) or 0) > 0 or self.atom_sign(a) == POSITIVE:
            return True
        return self.integer(e) and (self.sign(e, False) or self.nonzero(atom(a)))

    def leaves(self, n: Poly, p: Poly) -> bool:
        """May p, which does not depend on a variable in 1..n, be taken out of that range?"""
        return self.full(n) or self.defined(p)

    def held(self, binders: Binders) -> set[tuple]:
        """Which (outer, inner) must stay so: the length of the inner range is not shown to stand outside the outer."""
        pairs = combinations(binders, 2)
        return {(b, u) for (b, n), (u, length) in pairs if not has(length, b) and not self.leaves(n, length)}

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

    # Substitution and differentiation

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

    def derivative(self, p: Poly, x: tuple) -> Poly:
        """dp/dx for a letter or an entry x. The caller has checked that x ranges over an open set."""
        return add(*(
            self.mul(const(c), monomial(m - {(a, e)}), self.power_derivative(a, e, x))
            for m, c in p for a, e in m if mentions((a, e), {x[1]})
        ))  # fmt: skip

    def power_derivative(self, a: tuple, e: Poly, x: tuple) -> Poly:
        da, de, out = self.atom_derivative(a, x), self.derivative(e, x), []
        positive = self.atom_sign(a) == POSITIVE
        if (de or (da and whole(e) is None)) and not positive:
            raise Refused("no derivative: a base under an exponent that is not a number is not shown to be positive")
        if da:
            out.append(self.mul(e, self.atom_power(a, minus(e, ONE)), da))
        if de:
            out.append(self.mul(self.atom_power(a, e), de, self.log(atom(a))))
        return add(*out)

    def atom_derivative(self, a: tuple, x: tuple) -> Poly:
        if not mentions(a, {x[1]}):
            return ZERO
        match a:
            case ("sym", _, _):
                return ONE
            case ("idx", _, _, indices) if not mentions(indices, {x[1]}):
                return self.mul(*(self.delta(minus(s, t)) for s, t in zip(indices, x[3], strict=True)))
            case ("log", q):
                return self.mul(self.derivative(q, x), self.power(q, const(-1)))
            case ("poly", q):
                return self.derivative(q, x)
            case ("sum" | "prod", binders, _) if mentions(tuple(n for _, n in binders), {x[1]}):
                raise Refused("no derivative: the range of a sum or product moves with the variable")
            case ("sum", _, _):
                binders, body = self.open(a)
                return self.total(binders, self.derivative(body, x))
            case ("prod", _, _):
                binders, body = self.open(a)
                if self.sign(body, True):  # (prod f)' = prod f * sum f'/f
                    slopes = self.mul(self.derivative(body, x), self.power(body, const(-1)))
                    return self.mul(atom(a), self.total(binders, slopes))
        raise Refused("no derivative: a kink, or a function whose derivative the kernel does not know")

    # The zero test

    def zero(self, p: Poly, split: frozenset[str] = frozenset(), depth: int = 4) -> bool:
        """Is p = 0 shown? Clearing denominators, joining sums over equal ranges, by cases on the letters ``split``."""
        if not p or depth == 0:
            return not p
        low: dict[tuple, int] = {}
        for a, n in ((a, whole(e) or 0) for m, _ in p for a, e in m):
            low[a] = min(low.get(a, 0), n)
        if any(low.values()):  # what stands in a denominator is not zero
            cleared = self.mul(p, *(monomial({(a, const(-n))}) for a, n in low.items() if n))
            return self.zero(self.rebuilt(cleared), split, depth - 1)
        parts = self.joined(p)
        if p not in parts and all(self.zero(part, split, depth - 1) for part in parts):
            return True
        for a, values in self.splits(p, split):  # one atom at a time, value by value, until none is left
            return all(self.zero(self.sub(p, {a: value}), split, depth) for value in values)
        return False

    def joined(self, p: Poly) -> list[Poly]:
        """Terms such that p is zero if they all are: p is their sum, each over its range (or none).

        Monomials with a sum over 1..n go together under one new variable; N times a constant is its sum over 1..N.
        """
        groups: dict = {}
        for m, c in p:
            inner = min((a for a, e in m if a[0] == "sum" and e == ONE and len(a[1]) == 1), key=key, default=None)
            groups.setdefault(inner[1][0][1] if inner else None, []).append((m, c, inner))
        alone, parts = groups.pop(None, []), []
        for n, terms in groups.items():
            size, b = (only_atom(n), ONE), fresh()
            self.range[b] = n
            bodies = [self.mul(poly({m - {(a, ONE)}: c}), relabel(a[2], {a[1][0][0]: b})) for m, c, a in terms]
            parts.append(add(*bodies, *(poly({m - {size}: c}) for m, c, _ in alone if size in m)))
            alone = [term for term in alone if size not in term[0]]
        return [*parts, *([poly({m: c for m, c, _ in alone})] if alone else [])]

    def splits(self, p: Poly, names: frozenset[str]) -> Iterable[tuple[tuple, list[Poly]]]:
        """An atom of p called for by name, with all its values: those of its support, or 0 and both signs."""
        for a in atoms(p, "sym", "idx"):
            if a[1] in names and not height(a):
                yield from ((b, values) for b, values in self.supports(atom(a)) if a == b)
                if not a[2]:  # a real number u, 0 or -u
                    u = atom(("sym", ("size", key(a)), frozenset({"positive"})))  # no letter has such a name
                    yield a, [ZERO, u, scale(u, -1)]
