"""Wrong lines made from right ones: one small change at one place of an expression.

``mutants(e, letters)`` yields (kind, changed expression). Whether a mutant is wrong is for the evaluator to say:
a change can leave the value as it was.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import sympy as sp

from cesym.symbols import C, N, i, j

SUMS = (sp.Sum, sp.Product)


class Place(NamedTuple):
    """A part of an expression, where it stands, and the letters bound there."""

    path: tuple[int, ...]
    part: Any
    role: str  # "value", "index" or "limit"
    bound: tuple[Any, ...]


def places(e: Any, path: tuple = (), role: str = "value", bound: tuple = ()) -> Iterator[Place]:
    """Every part of an expression; conditions of cases are left alone here."""
    yield Place(path, e, role, bound)
    if isinstance(e, SUMS):
        inner = bound + tuple(limit[0] for limit in e.limits)
        yield from places(e.function, (*path, 0), "value", inner)
        for n, limit in enumerate(e.limits, 1):
            yield Place((*path, n), limit, "limit", inner)
    elif isinstance(e, sp.Indexed):
        for n, at in enumerate(e.indices, 1):
            yield from places(at, (*path, n), "index", bound)
    elif isinstance(e, sp.Derivative):
        yield from places(e.expr, (*path, 0), role, bound)
    elif isinstance(e, sp.KroneckerDelta):
        for n, arg in enumerate(e.args):
            yield from places(arg, (*path, n), "index", bound)
    elif isinstance(e, sp.Piecewise):
        for n, (value, _) in enumerate(e.args):
            yield from places(value, (*path, n, 0), role, bound)
    else:
        for n, arg in enumerate(e.args):
            yield from places(arg, (*path, n), role, bound)


def put(e: Any, path: tuple[int, ...], new: Any) -> Any:
    """The expression with another part at a path."""
    if not path:
        return new
    first, *rest = path
    args = [put(arg, tuple(rest), new) if n == first else arg for n, arg in enumerate(e.args)]
    return e.func(*args)


def without(e: Any, n: int) -> Any:
    return e.func(*(arg for at, arg in enumerate(e.args) if at != n))


# One mutator a kind: the changed parts that may stand in the place of a part.


def signs(at: Place, letters: dict) -> Iterator[Any]:
    yield -at.part
    if at.part.is_Add:
        for n, term in enumerate(at.part.args):
            yield without(at.part, n) - term
    if isinstance(at.part, sp.Pow | sp.exp):
        yield at.part.func(*at.part.args[:-1], -at.part.args[-1])


def factors(at: Place, letters: dict) -> Iterator[Any]:
    yield from (2 * at.part, at.part / 2, N * at.part, at.part / N)


def exponents(at: Place, letters: dict) -> Iterator[Any]:
    yield at.part**2
    if at.part.is_Pow:
        base, power = at.part.args
        yield from (base ** (power + 1), base ** (2 * power), base ** (power - 1), base)
    if isinstance(at.part, sp.log):
        yield at.part**-1


def ranges(at: Place, letters: dict) -> Iterator[Any]:
    letter, low, high = at.part
    ends = [(low + 1, high), (low - 1, high), (low, high - 1), (low, high + 1), (low - 1, high - 1), (low + 1, high + 1), (low, 2 * high)]
    ends += [(low, size) for size in (C, N) if size in letters.values() and size != high]
    ends += [(low, low), (high, high)]
    yield from (sp.Tuple(letter, *end) for end in ends)


def shifts(at: Place, letters: dict) -> Iterator[Any]:
    if at.role == "index":
        yield from (at.part + 1, at.part - 1, 2 * at.part, sp.S.One, N)
        yield from (b for b in at.bound if b != at.part)


def swaps(at: Place, letters: dict) -> Iterator[Any]:
    """Another letter, or the complement of this one."""
    if at.part.is_Indexed:
        families = [f for f in letters.values() if isinstance(f, sp.IndexedBase) and f != at.part.base]
        yield from (f[at.part.indices] for f in families)
        if len(at.part.indices) == 2:
            yield at.part.base[at.part.indices[::-1]]
        scalars = [s for s in letters.values() if isinstance(s, sp.Symbol)]
        yield from (1 - at.part, *(s for s in scalars if s not in at.bound))
    if at.part.is_Symbol and at.part not in at.bound and at.role == "value":
        yield from (1 - at.part, *(s for s in letters.values() if isinstance(s, sp.Symbol) and s != at.part))


def dropped(at: Place, letters: dict) -> Iterator[Any]:
    if at.part.is_Add or at.part.is_Mul:
        yield from (without(at.part, n) for n in range(len(at.part.args)))
    if isinstance(at.part, SUMS):
        yield at.part.function if len(at.part.limits) == 1 else at.part.func(at.part.function, *at.part.limits[1:])
    if isinstance(at.part, sp.log | sp.exp | sp.Abs):
        yield at.part.args[0]


def doubled(at: Place, letters: dict) -> Iterator[Any]:
    if at.part.is_Add:
        yield from (at.part + term for term in at.part.args)
    if at.part.is_Mul:
        yield from (at.part * factor for factor in at.part.args)


def bases(at: Place, letters: dict) -> Iterator[Any]:
    if isinstance(at.part, sp.log):
        yield from (at.part / sp.log(2), at.part / sp.log(10))
    if isinstance(at.part, sp.exp):
        yield from (2 ** at.part.args[0], 10 ** at.part.args[0])


def logarithms(at: Place, letters: dict) -> Iterator[Any]:
    """The logarithm outside for inside, and the other confusions."""
    if isinstance(at.part, SUMS) and at.part.function.has(sp.log):
        inside = at.part.function.replace(sp.log, lambda t: t)
        yield sp.log(at.part.func(inside, *at.part.limits))
    if isinstance(at.part, sp.log):
        arg = at.part.args[0]
        yield from (sp.log(arg + 1), sp.log(1 - arg), sp.log(arg**-1))
        if arg.is_Mul:
            yield sp.Mul(*map(sp.log, arg.args))
        if arg.is_Add:
            yield sp.Add(*map(sp.log, arg.args))
        if isinstance(arg, sp.Product):
            yield sp.Product(sp.log(arg.function), *arg.limits)
            yield sp.log(sp.Sum(arg.function, *arg.limits))


def captured(at: Place, letters: dict) -> Iterator[Any]:
    """A bound letter that is another one in the limit, in the body, or further out."""
    if not isinstance(at.part, SUMS):
        return
    body, *limits = at.part.args
    for n, limit in enumerate(limits):
        letter = limit[0]
        for other in {*at.bound, i, j} - {letter}:
            renamed = sp.Tuple(other, *limit[1:])
            yield at.part.func(body, *limits[:n], renamed, *limits[n + 1 :])
            yield at.part.func(rename(body, letter, other), *limits)
            yield at.part.func(rename(body, other, letter), *limits)
    for factor in sp.Mul.make_args(body):
        inner = [f for f in factor.atoms(*SUMS) if f != at.part]
        for one in inner:
            for b in one.limits:
                yield at.part.func(body.xreplace({one: one.func(rename(one.function, b[0], limits[0][0]), *one.limits)}), *limits)


def rename(e: Any, old: Any, new: Any) -> Any:
    """A letter for another, without any care for what is bound."""
    return e.xreplace({old: new})


def constants(at: Place, letters: dict) -> Iterator[Any]:
    if at.part.is_Rational and at.role == "value":
        yield from (at.part + 1, at.part - 1)
    if at.part is sp.pi:
        yield from (sp.E, sp.S(3))
    yield at.part + 1


def cases(at: Place, letters: dict) -> Iterator[Any]:
    if isinstance(at.part, sp.KroneckerDelta):
        a, b = at.part.args
        yield from (1 - at.part, sp.KroneckerDelta(a, b + 1), sp.S.One, sp.S.Zero)
    if isinstance(at.part, sp.Piecewise):
        pairs = [tuple(pair) for pair in at.part.args]
        for n in range(len(pairs) - 1):
            swapped = list(pairs)
            swapped[n], swapped[n + 1] = (pairs[n + 1][0], pairs[n][1]), (pairs[n][0], pairs[n + 1][1])
            yield sp.Piecewise(*swapped)
        for n, (value, condition) in enumerate(pairs):
            if isinstance(condition, sp.Eq):
                for other in (condition.rhs + 1, condition.rhs - 1):
                    yield sp.Piecewise(*pairs[:n], (value, sp.Eq(condition.lhs, other)), *pairs[n + 1 :])
                yield sp.Piecewise(*pairs[:n], (value, sp.Ge(condition.lhs, condition.rhs)), *pairs[n + 1 :])


KINDS: dict[str, Callable[[Place, dict], Iterator[Any]]] = {
    "sign": signs, "factor": factors, "exponent": exponents, "index range": ranges, "index shifted": shifts,
    "swapped symbols": swaps, "dropped term": dropped, "doubled term": doubled, "wrong base": bases,
    "log misplaced": logarithms, "captured index": captured, "constant": constants, "wrong case": cases,
}  # fmt: skip


def fits(kind: str, at: Place) -> bool:
    if at.role == "limit":
        return kind == "index range"
    return kind != "index range" and (at.role == "value" or kind == "index shifted") and isinstance(at.part, sp.Expr)


def altered(kind: str, e: Any, at: Place, letters: dict[str, Any]) -> Iterator[Any]:
    """The expression with the part at a place changed in all ways of one kind, as far as SymPy lets it be built."""
    for part in KINDS[kind](at, letters):
        try:
            line = put(e, at.path, part)
        except (TypeError, ValueError, AttributeError):
            continue
        if line != e and isinstance(line, sp.Expr) and not line.has(sp.nan, sp.zoo, sp.I, sp.oo):
            yield line


def mutants(e: Any, letters: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """(kind, expression) for every change at every place; each expression once, and never the original."""
    seen = set()
    for at in places(e):
        for kind in KINDS:
            for line in altered(kind, e, at, letters) if fits(kind, at) else ():
                if line not in seen:
                    seen.add(line)
                    yield kind, line


def changes(kind: str, lines: list[tuple], letters: dict[str, Any], rng: random.Random) -> Iterator[tuple]:
    """(claim, changed line) of one kind from (claim, line), the places in random order: first one change each, then the rest."""
    spots = [(claim, line, at) for claim, line in lines for at in places(line) if fits(kind, at)]
    rng.shuffle(spots)
    left = []
    for claim, line, at in spots:
        new = list(altered(kind, line, at, letters))
        rng.shuffle(new)
        yield from ((claim, one) for one in new[:1])
        left += [(claim, one) for one in new[1:]]
    rng.shuffle(left)
    yield from left


def whole_line(e: Any, letters: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Two letters exchanged everywhere."""
    families = [f for f in letters.values() if isinstance(f, sp.IndexedBase) and e.has(f)]
    for n, a in enumerate(families):
        for b in families[n + 1 :]:
            yield "swapped symbols", e.xreplace({a: b, b: a, a.label: b.label, b.label: a.label})
    scalars = [s for s in letters.values() if isinstance(s, sp.Symbol) and e.has(s)]
    for n, a in enumerate(scalars):
        for b in scalars[n + 1 :]:
            yield "swapped symbols", e.xreplace({a: b, b: a})
