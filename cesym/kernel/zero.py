"""The zero test: what is shown equal is what has the difference 0."""

from collections.abc import Iterable
from fractions import Fraction

from cesym.kernel.calculus import Calculus
from cesym.kernel.rearranged import changed, logarithms, rearranged, written
from cesym.kernel.terms import (
    ONE, ZERO, Poly, add, atom, atoms, const, fresh, has, height, key, monomial, only_atom, poly, relabel, scale, whole,
)  # fmt: skip


def zero(K: Calculus, p: Poly, split: frozenset[str] = frozenset(), depth: int = 4) -> bool:
    """Is p = 0 shown? Clearing denominators, joining sums over equal ranges, by cases on the letters ``split``."""
    if not p or depth == 0:
        return not p
    low: dict[tuple, int] = {}
    for a, n in ((a, whole(e) or 0) for m, _ in p for a, e in m):
        low[a] = min(low.get(a, 0), n)
    if any(low.values()):  # what stands in a denominator is not zero
        cleared = K.mul(p, *(monomial({(a, const(-n))}) for a, n in low.items() if n))
        return zero(K, K.rebuilt(cleared), split, depth - 1)
    parts = joined(K, p)
    if p not in parts and all(zero(K, part, split, depth - 1) for part in parts):
        return True
    out = changed(K, p, written)
    if out is not None:
        return zero(K, out, split, depth - 1)
    for a, values in splits(K, p, split):  # one atom at a time, value by value, until none is left
        return all(zero(K, K.sub(p, {a: value}), split, depth) for value in values)
    logs = logarithms(K, p)
    if logs and all(zero(K, one, split, depth - 1) for one in logs):
        return True
    return any(zero(K, other, split, depth - 1) for other in rearranged(K, p) if other != p)


def joined(K: Calculus, p: Poly) -> list[Poly]:
    """Terms such that p is zero if they all are: p is their sum, each over its range (or none).

    Monomials with a sum over 1..n go together under one new variable, a sum over 1..n and other ranges among them; N
    times a constant is its sum over 1..N.
    """
    groups: dict = {}
    for m, c in p:
        inner = min((a for a, e in m if a[0] == "sum" and e == ONE and len(a[1]) == 1), key=key, default=None)
        groups.setdefault(inner[1][0][1] if inner else None, []).append((m, c, inner))
    alone, parts = groups.pop(None, []), []
    if not groups:  # sums over several ranges and no other: one of these ranges
        several = min((a for m, _, _ in alone for a, e in m if a[0] == "sum" and e == ONE), key=key, default=None)
        binders, _ = K.open(several) if several else ([], None)
        kept = {u for _, u in K.held(binders)}  # their lengths stand in other ranges only
        groups = {n: [] for v, n in binders if v not in kept and not any(has(n, u) for u, _ in binders)}
    for n, terms in groups.items():
        size, b = (only_atom(n), ONE), fresh()
        K.range[b] = n
        bodies = [K.mul(poly({m - {(a, ONE)}: c}), relabel(a[2], {a[1][0][0]: b})) for m, c, a in terms]
        left = []
        for m, c, _ in alone:
            body = poly({m - {size}: c}) if size in m else one_range_out(K, m, c, n, b)
            if body is None:
                left.append((m, c, None))
            else:
                bodies.append(body)
        parts.append(add(*bodies))
        alone = left
    return [*parts, *([poly({m: c for m, c, _ in alone})] if alone else [])]


def one_range_out(K: Calculus, m: frozenset, c: Fraction, n: Poly, b: tuple) -> Poly | None:
    """Of a sum over several ranges, one of which is 1..n for all values of the others: the body of that one, at b."""
    for a in sorted((a for a, e in m if a[0] == "sum" and e == ONE and len(a[1]) > 1), key=key):
        binders, body = K.open(a)
        for v, length in binders:
            others = [(u, size) for u, size in binders if u != v]
            held = any(v == outer for outer, _ in K.held(binders))
            if length == n and not held and not any(has(size, v) for _, size in others):
                return K.mul(poly({m - {(a, ONE)}: c}), K.total(others, K.sub(body, {v: atom(b)})))
    return None


def splits(K: Calculus, p: Poly, names: frozenset[str]) -> Iterable[tuple[tuple, list[Poly]]]:
    """An atom of p called for by name, with all its values: those of its support, or 0 and both signs."""
    for a in atoms(p, "sym", "idx"):
        if a[1] in names and not height(a):
            yield from ((b, values) for b, values in K.supports(atom(a)) if a == b)
            if not a[2]:  # a real number u, 0 or -u
                u = atom(("sym", ("size", key(a)), frozenset({"positive"})))  # no letter has such a name
                yield a, [ZERO, u, scale(u, -1)]
