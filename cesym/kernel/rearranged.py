"""Other forms of a term, tried where the zero test does not see that it is zero: each an identity of finite sums.

Every form has the value of the term wherever that is defined. None is simpler than the others, so they are proposals
within the kernel: the zero test takes one where it leads to zero.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import permutations, product
from math import comb, lcm
from typing import Any

from cesym.kernel.calculus import POSITIVE, Calculus
from cesym.kernel.terms import (
    ONE, ZERO, Poly, add, atom, atoms, coefficient, const, fresh, has, height, key, minus, monomial, poly, scale, whole,
)  # fmt: skip


WRITTEN = 64  # a sum over 1..n is written out up to this n, where that may help


def rearranged(K: Calculus, p: Poly) -> Iterator[Poly]:
    """Terms of the value of p, each by one identity wherever that applies."""
    for change in (forwards, triangles, closed_forms):
        other = changed(K, p, change)
        if other is not None:
            yield other
    for rearrange in (cut, squares, telescoped, signs_apart, where_indices_meet):
        yield from rearrange(K, p)


def changed(K: Calculus, p: Poly, change: Callable[[Calculus, tuple], Poly | None]) -> Poly | None:
    """The term with its outermost sums in another form, those that have one."""
    values = {a: q for a in outermost(p) if (q := change(K, a)) is not None}
    return K.sub(p, values) if values else None


def outermost(x: Any) -> list[tuple]:
    """The sums and products in a term that stand in no other one."""
    found: dict = {}
    for part in sorted(x, key=key) if isinstance(x, frozenset) else x if isinstance(x, tuple) else ():
        one = isinstance(part, tuple) and part[:1] in (("sum",), ("prod",))
        found |= {part: None} if one else dict.fromkeys(outermost(part))
    return list(found)


def single(K: Calculus, a: tuple) -> tuple[tuple, Poly, Poly] | None:
    """(variable, n, body) of a sum or product over one range."""
    if len(a[1]) > 1:
        return None
    (((v, n),), body) = K.open(a)
    return v, n, body


def over(K: Calculus, kind: str, v: tuple, body: Poly, n: Poly, value: Poly | None = None, at: tuple = ()) -> Poly:
    """The sum (or product) over 1..n of a body in which ``value``, a term in the new variable ``at``, stands for v."""
    at = at or fresh()
    K.range[at] = n
    inside = K.sub(body, {v: atom(at) if value is None else value})
    return K.total([(at, n)], inside) if kind == "sum" else K.times(at, n, inside)


# One sum in another form


def written(K: Calculus, a: tuple) -> Poly | None:
    """A sum over 1..n where n is a number, term by term."""
    binders, body = K.open(a)
    for v, n in binders if a[0] == "sum" else ():
        size, others = whole(n), [pair for pair in binders if pair[0] != v]
        if size is not None and 0 <= size <= WRITTEN and not any(has(length, v) for _, length in others):
            return add(*(K.total(others, K.sub(body, {v: const(t)})) for t in range(1, size + 1)))
    return None


def written_out(K: Calculus, p: Poly) -> Poly:
    """A term with all of these sums term by term."""
    while (out := changed(K, p, written)) is not None:
        p = out
    return p


def forwards(K: Calculus, a: tuple) -> Poly | None:
    """A sum that counts down, as one that counts up: n + 1 - b for b. Of one that does both, the least form."""
    opened = single(K, a)
    if opened is None:
        return None
    v, n, body = opened
    signs = {coefficient(at, {(v, ONE)}) for entry in atoms(body, "idx") for at in entry[3] if has(at, v)}
    if not signs or min(signs) >= 0:
        return None
    at = fresh()
    turned = over(K, a[0], v, body, n, add(n, ONE, scale(atom(at), -1)), at)
    return turned if max(signs) < 0 or key(turned) < key(atom(a)) else None


def triangles(K: Calculus, a: tuple) -> Poly | None:
    """A sum over y <= x, or over y < x, in 1..n: over y < x, as x + 1 in 2..n and y in 1..x, and over y = x."""
    if a[0] != "sum" or len(a[1]) != 2:
        return None
    ((b, n), (u, length)), body = K.open(a)
    x, y, fewer = fresh(), fresh(), minus(n, ONE)
    if not K.sign(fewer, False):
        return None
    below, above = minus(length, atom(b)), minus(minus(n, atom(b)), length)
    if below in (ZERO, const(-1)):  # y in 1 .. b, or 1 .. b - 1
        diagonal, values = below == ZERO, {b: add(atom(x), ONE), u: atom(y)}
        on = {u: atom(b)}
    elif above in (ZERO, const(-1)):  # x in b .. n, or b + 1 .. n
        diagonal, at = above != ZERO, minus(atom(x), atom(y))
        values, on = {b: atom(y), u: add(at, const(2 if diagonal else 1))}, {u: ONE}
    else:
        return None
    K.range[x], K.range[y] = fewer, atom(x)
    strict = K.total([(x, fewer), (y, atom(x))], K.sub(body, values))
    return add(strict, K.total([(b, n)], K.sub(body, on))) if diagonal else strict


def closed_forms(K: Calculus, a: tuple) -> Poly | None:
    """Powers 1**e + ... + n**e, ln 1 + ... + ln n = ln n!, r + ... + r**n, the binomial theorem; within other sums."""
    binders, body = K.open(a)
    if a[0] == "prod":
        ((v, n), *more) = binders
        return K.gamma(add(n, ONE)) if body == atom(v) and not more else None
    for (v, n), (m, c) in product(binders, body if len(body) == 1 else ()):
        others = [pair for pair in binders if pair[0] != v]
        mine = frozenset(f for f in m if has(f, v))
        kept = any(has(length, v) for _, length in others) or any(v == outer for outer, _ in K.held(binders))
        summed = None if kept else closed_form(K, v, n, monomial(mine))
        if summed is not None and K.leaves(n, monomial(m - mine)):
            return K.total(others, K.mul(poly({m - mine: c}), summed))
    return None


def closed_form(K: Calculus, v: tuple, n: Poly, body: Poly) -> Poly | None:
    """The same of one sum."""
    if body == atom(("log", atom(v))):
        return K.log(K.gamma(add(n, ONE)))
    powers = [whole(e) for m, c in body for base, e in m if base == v and len(m) == 1 and c == 1]
    if len(body) != 1 or not powers or powers[0] is None or not 0 < powers[0] < 10:
        factorials = any(a[0] == "gamma" for m, _ in body for a, _ in m)
        return binomial(K, v, n, body) if factorials else geometric(K, v, n, body)
    sums = [n]  # of b**0, b**1, ...: (n + 1)**(e + 1) - 1 is the sum of (b + 1)**(e + 1) - b**(e + 1)
    for e in range(1, powers[0] + 1):
        less = [scale(s, comb(e + 1, j)) for j, s in enumerate(sums)]
        whole_power = K.power(add(n, ONE), const(e + 1))
        sums.append(scale(minus(minus(whole_power, ONE), add(*less)), Fraction(1, e + 1)))
    return sums[-1]


def linear(K: Calculus, v: tuple, body: Poly) -> list[tuple[tuple, Poly, Poly]] | None:
    """(a, s, e) for each factor a**(s*v + e) of one monomial, where that is (a**s)**v * a**e."""
    found = []
    for a, e in (factor for m, _ in body for factor in m):
        s = poly({k - {(v, ONE)}: c for k, c in e if (v, ONE) in k})
        rest = minus(e, K.mul(s, atom(v)))
        if any(has(q, v) for q in (atom(a), s, rest)) or (whole(s) is None and K.atom_sign(a) != POSITIVE):
            return None
        found.append((a, s, rest))
    return found if len(body) == 1 else None


def standing(K: Calculus, factors: list[tuple[tuple, Poly]]) -> Poly | None:
    """The product of powers, each shown to be defined by itself: none of them vanishes unseen in another."""
    powers = [K.atom_power(a, e) for a, e in factors]
    return K.mul(*powers) if all(K.stands(*one) for one in factors) and all(map(K.defined, powers)) else None


def geometric(K: Calculus, v: tuple, n: Poly, body: Poly) -> Poly | None:
    """The sum of f*r**(v - 1), where r is shown not to be 1: f*(r**n - 1)/(r - 1)."""
    factors = linear(K, v, body) or []
    r, f = (standing(K, one) for one in ([(a, s) for a, s, _ in factors], [(a, add(s, e)) for a, s, e in factors]))
    if r is None or f is None or not K.nonzero(minus(r, ONE)):
        return None
    return K.mul(f, minus(K.power(r, n), ONE), K.power(minus(r, ONE), const(-1)))


def binomial(K: Calculus, v: tuple, n: Poly, body: Poly) -> Poly | None:
    """The sum of f*x**(v - 1)*y**(n - v)/((v - 1)!*(n - v)!), n >= 1: f*(x + y)**(n - 1)/(n - 1)!."""
    body = K.mul(body, K.gamma(atom(v)), K.gamma(add(minus(n, atom(v)), ONE)))
    factors = linear(K, v, body)
    if factors is None or not K.full(n):
        return None
    falling = [one for one in factors if (whole(one[1]) or 0) < 0]
    rising = [one for one in factors if one not in falling]
    x, y = standing(K, [(a, s) for a, s, _ in rising]), standing(K, [(a, scale(s, -1)) for a, s, _ in falling])
    f = standing(K, [(a, add(e, s if (a, s, e) in rising else K.mul(s, n))) for a, s, e in factors])
    if x is None or y is None or f is None:
        return None
    ((_, c),) = body
    return K.mul(scale(f, c), K.power(add(x, y), minus(n, ONE)), K.power(K.gamma(n), const(-1)))


# Several together


def cut(K: Calculus, p: Poly) -> Iterator[Poly]:
    """1..n as 1..m and m + 1..n, where another sum has m or n - m terms."""
    found = [(a, *opened) for a in outermost(p) if (opened := single(K, a))]
    lengths = sorted({n for _, _, n, _ in found}, key=key)
    for n, other in permutations(lengths, 2):
        for m in (other, minus(n, other)):
            if K.sign(m, False) and K.sign(minus(n, m), False):
                values = {a: parts(K, a[0], v, body, n, m) for a, v, length, body in found if length == n}
                yield K.sub(p, values)


def squares(K: Calculus, p: Poly) -> Iterator[Poly]:
    """Sums over two ranges of one length, and products of two sums, cut where the indices meet, beside a double sum."""
    double = [a for a in outermost(p) if a[0] == "sum" and len(a[1]) == 2]
    values, out, some = {}, [], False
    for a in double:
        if a[1][0][1] == a[1][1][1]:
            ((b, n), (u, _)), body = K.open(a)
            values[a] = K.total([(b, n)], around(K, u, body, n, b))
    for m, c in p if double else ():
        sums = [a for a, e in m if a[0] == "sum" and len(a[1]) == 1 for _ in range(min(whole(e) or 0, 2))]
        if len(sums) == 2 and sums[0][1][0][1] == sums[1][1][0][1]:
            some, (a, b) = True, sums
            rest = K.mul(poly({m: c}), *(monomial({(one, const(-1))}) for one in sums))
            (((v, n),), f), (((w, _),), g) = K.open(a), K.open(b)
            out.append(K.mul(rest, K.total([(v, n)], K.mul(f, around(K, w, g, n, v)))))
        else:
            out.append(poly({m: c}))
    if values or some:
        yield K.sub(add(*out), values)


def around(K: Calculus, u: tuple, body: Poly, n: Poly, b: tuple) -> Poly:
    """The sum over u in 1..n: over u < b, at u = b, and over u > b."""
    at = fresh()
    less, more = minus(atom(b), ONE), minus(n, atom(b))
    above = over(K, "sum", u, body, more, add(atom(at), atom(b)), at)
    return add(over(K, "sum", u, body, less), K.sub(body, {u: atom(b)}), above)


def parts(K: Calculus, kind: str, v: tuple, body: Poly, n: Poly, m: Poly) -> Poly:
    """A sum (or product) over 1..n as one over 1..m and one over the rest, where 0 <= m <= n."""
    at = fresh()
    first, rest = over(K, kind, v, body, m), over(K, kind, v, body, minus(n, m), add(atom(at), m), at)
    return add(first, rest) if kind == "sum" else K.mul(first, rest)


def telescoped(K: Calculus, p: Poly) -> Iterator[Poly]:
    """The sum of f(b + 1) is that of f(b), without f(1), with f(n + 1): where p has both, and these are defined."""
    terms: list[tuple] = []
    shared: dict[Poly, tuple] = {}  # for each length the one variable of all sums that have it
    for m, c in sorted(p, key=key):
        for a, e in m:
            opened = single(K, a) if a[0] == "sum" and e == ONE else None
            if opened:
                w, n, body = opened
                v = shared.setdefault(n, w)
                f = K.mul(K.sub(body, {w: atom(v)}), monomial(m - {(a, e)}))
                terms.append((poly({m: c}), c, v, n, f, K.sub(f, {v: add(atom(v), ONE)})))
    for (_, _, v, n, f, above), (one, c, _, length, g, _) in permutations(terms, 2):
        if n == length and above == g:
            first, last, u = K.sub(f, {v: ONE}), K.sub(f, {v: add(n, ONE)}), fresh()
            K.range[u] = add(n, ONE)
            if K.defined(K.sub(f, {v: atom(u)})):  # from f(1) to f(n + 1)
                yield add(minus(p, one), scale(add(K.total([(v, n)], f), minus(last, first)), c))


def where_indices_meet(K: Calculus, p: Poly) -> Iterator[Poly]:
    """Beside the delta of two terms one may stand for the other, if what it stands in is defined so too."""
    for a in sorted({a for m, _ in p for a, _ in m if a[0] == "delta"}, key=key):
        for v in (v for v in atoms(a[1], "v", "sym", "idx") if abs(coefficient(a[1], {(v, ONE)})) == 1):
            value = minus(atom(v), scale(a[1], coefficient(a[1], {(v, ONE)})))
            if has(value, v):
                continue
            beside = [(m, c) for m, c in p if (a, ONE) in m and has(m - {(a, ONE)}, v)]
            put = [K.sub(poly({m - {(a, ONE)}: c}), {v: value}) for m, c in beside]
            if beside and all(map(K.defined, put)):
                yield add(minus(p, poly(dict(beside))), *(K.mul(atom(a), q) for q in put))


def signs_apart(K: Calculus, p: Poly) -> Iterator[Poly]:
    """Indicators of d > 0 and d < 0, and |d|, by that of one of them: |d| = d*(2*[d > 0] - 1)."""
    sides: dict[Poly, Poly] = {}  # d -> d or -d, of which the indicator stays
    values: dict[tuple, Poly] = {}
    for a in (a for a in atoms(p, "pos") if not height(a)):
        d = a[1]
        if sides.setdefault(d, sides.get(scale(d, -1), d)) != d:
            values[a] = minus(minus(ONE, atom(("pos", sides[d]))), K.delta(d))
    for a in atoms(p, "abs"):
        for d in sides.values():
            ratio = next(coefficient(a[1], m) / c for m, c in d)
            if ratio and a[1] == scale(d, ratio):
                values[a] = K.mul(scale(d, abs(ratio)), minus(scale(atom(("pos", d)), 2), ONE))
    if values:
        yield K.sub(p, values)


def logarithms(K: Calculus, p: Poly) -> list[Poly]:
    """Terms that are all zero only if p is: for each factor, the logarithms times it as one product less 1.

    c ln A + d ln B + r = 0 where A**c * B**d * e**r = 1; A and B are positive, or their logarithms would not stand.
    """
    groups: dict = {}
    for m, c in p:
        logs = [a for a, e in m if a[0] == "log" and e == ONE]
        beside = m - {(logs[0], ONE)} if len(logs) == 1 else m
        groups.setdefault(beside if len(logs) == 1 else None, []).append((logs[0][1] if len(logs) == 1 else m, c))
    plain = poly(dict(groups.pop(None, [])))
    if not groups or max(map(len, groups.values())) < 2 - bool(plain):
        return []
    whole_terms = [*groups.items(), *([] if frozenset() in groups else [(frozenset(), [])])]
    found = []
    for beside, logs in whole_terms:
        d = lcm(*(c.denominator for _, c in logs))
        sides = [[K.power(q, const(abs(c) * d)) for q, c in logs if (c > 0) == up] for up in (True, False)]
        rest = scale(plain, d) if not beside else ZERO
        found.append(minus(K.mul(*sides[0], K.atom_power(("e",), rest)), K.mul(*sides[1])))
    return found
