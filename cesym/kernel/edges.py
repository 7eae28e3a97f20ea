"""Models at the edges of what is given: those given, with one letter or two moved to where something may change.

Ranges that are empty or hold one value, arguments of a delta that meet, bases and exponents that are 0, whole
numbers at and next to the constants that a line or a fact names, equal letters, zeros. As all models do, they only
refuse: each has what is declared of the letters, and all facts hold at it. Work is counted, never timed.
"""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import lru_cache, partial
from itertools import combinations, islice, product
from math import ceil, floor
from typing import Any

import mpmath

from cesym.kernel.trees import Refused, Tree
from cesym.kernel.witness import (
    CLOSE, DIGITS, RELATIONS, Place, broken, evaluate, has, holds, mixed, places, points, table,
)  # fmt: skip

SINGLE, MOST = 26, 40  # models with one change, and models in all
TRIES, WORK = 80, 4_000  # changes of each kind that are tried, and what the lines read at the models in all
LARGEST, BEYOND = 9, 4  # numbers that are tried, and how far families go on after a size
ONE, ZERO = ("Rational", 1, 1), ("Rational", 0, 1)
FLAGS: dict[str, Callable[[Fraction], bool]] = {
    "real": lambda v: True, "integer": lambda v: v.denominator == 1, "positive": lambda v: v > 0,
    "nonnegative": lambda v: v >= 0, "negative": lambda v: v < 0, "nonpositive": lambda v: v <= 0,
}  # fmt: skip
FAILURES = (Refused, LookupError, ArithmeticError, ValueError, TypeError, RuntimeError, StopIteration)
Change = tuple[tuple[Place, Fraction], ...]


def edges(given: Any, trees: Iterable[Tree]) -> Iterator[dict]:
    """Models at the edges of what is given and of some lines, the most telling first."""
    return (model for _, model in of(given).models(tuple(trees)))


def disagreement(given: Any, a: Tree, b: Tree, signs: tuple) -> str:
    """Where the sign of a - b is none of some: ``the two sides differ at an edge of what is given: N = 7``; or ""."""
    here = of(given)
    for change, _ in here.models((a, b)):
        # What rounding alone has done is gone with more digits.
        why = here.verdict(change, a, b, signs, DIGITS) and here.verdict(change, a, b, signs, 3 * DIGITS)
        if why:
            return f"{why} at an edge of what is given: {in_words(change)}"
    return ""


def in_words(change: Change) -> str:
    return ", ".join(f"{name}[{', '.join(map(str, at))}] = {v}" if at else f"{name} = {v}" for (name, at), v in change)


def value(t: Tree, model: dict, digits: int) -> Any:
    """The value of a line, or None where it has none; LookupError where none is to be had with these numbers."""
    try:
        with mpmath.workdps(digits):
            x = evaluate(t, model)
    except (LookupError, OverflowError, RecursionError, MemoryError, mpmath.libmp.NoConvergence) as e:
        raise LookupError from e
    except Refused as refusal:
        if "no slope" not in refusal.message:
            raise LookupError from refusal
        return None
    except (ArithmeticError, ValueError, TypeError, RuntimeError, StopIteration):
        return None
    # A logarithm of a negative number is a complex one.
    return x if isinstance(x, int | Fraction) or (isinstance(x, mpmath.mpf) and mpmath.isfinite(x)) else None


# What is looked for


def walk(t: Any, limits: tuple = ()) -> Iterator[tuple[Tree, tuple]]:
    """Every part of a tree with the ranges around it, the outermost first."""
    match t:
        case ("Sum" | "Product", body, *inner):
            for limit in reversed(inner):
                yield ("range", *limit[1:]), limits
                yield from walk(limit[1:], limits)
                limits = (*limits, limit)
            yield from walk(body, limits)
        case ("Rational" | "Symbol", *_):
            yield t, limits
        case tuple():
            yield t, limits
            for part in t:
                yield from walk(part, limits)


def meetings(t: Tree) -> Iterator[tuple[Tree, Tree, tuple]]:
    """Pairs of terms in a tree such that something may change where they are equal."""
    for part, limits in walk(t):
        match part:
            case ("range", lo, hi):
                yield ("Add", hi, ONE), lo, limits
                yield hi, lo, limits
            case ("Contains", a, (_, *members)):
                yield from ((a, b, limits) for b in members)
            case ("Pow", base, exponent):
                yield exponent, ZERO, limits
                yield base, ZERO, limits
            case ("Max" | "Min", *members):
                yield from ((a, b, limits) for a, b in combinations(members, 2))
            case ("log" | "Abs" | "gamma" | "loggamma" | "factorial", a):
                yield a, ZERO, limits
            case (str(head), a, b) if head == "KroneckerDelta" or head in RELATIONS:
                yield a, b, limits


def letters(t: Tree) -> dict[str, tuple]:
    """The free letters of a tree, with what is declared of them."""
    return {part[1]: part[2] for part, limits in walk(t)
            if part[:1] == ("Symbol",) and all(part != letter for letter, _, _ in limits)}  # fmt: skip


def solution(sides: Iterable[Tree], env: dict, model: Callable[[Fraction], dict]) -> Fraction | None:
    """Where two terms meet that are linear in a number, from their exact values at 0, 1 and 2."""
    try:
        rows = [[evaluate(side, model(Fraction(n)), env) for side in sides] for n in range(3)]
    except FAILURES:
        return None
    if not all(isinstance(x, Fraction) for row in rows for x in row):
        return None
    zero, one, two = (a - b for a, b in rows)
    return -zero / (one - zero) if one != zero and two - one == one - zero else None


def moved(model: dict, values: dict[Place, Fraction], n: Fraction = Fraction(1)) -> dict:
    """A model with n times some values at some places."""
    for (name, at), v in values.items():
        model = {**model, name: n * v if at is None else {**model[name], at: n * v}}
    return model


class Edges:
    """The edge models of one set of facts; one that was built serves for many lines."""

    def __init__(self, given: Any) -> None:
        self.facts, self.bases = given.facts, [table(model) for model in given.models[:3]]
        self.sums = tuple(("Sum", prop, *limits[::-1]) for prop, *limits in given.facts)  # the shape of a line
        self.names = [letters(t) for t in self.sums]
        sizes = [name for names in self.names for name, f in names.items() if {"integer", "positive"} <= set(f)]
        # With two terms a sum says most at the least cost.
        self.bases.sort(key=lambda m: abs(2 - max((m[name] for name in sizes), default=2)))
        self.defined = {a[1] if a[0] == "Symbol" else a[1][1] for (head, a, *_), *_ in given.facts
                        if head == "Eq" and a[0] in ("Symbol", "Indexed")}  # fmt: skip
        self.tied = any(head == "Eq" and a[0] not in ("Symbol", "Indexed") for (head, a, *_), *_ in given.facts)
        # What was found serves other lines, and the same lines when a chain is checked again.
        self.solutions = lru_cache(500)(lambda t: list(self.solve(t)))
        self.model = lru_cache(500)(lambda change: next(self.variants(dict(change)), None))
        self.models = lru_cache(500)(lambda trees: list(self.search(trees)) if self.bases else [])
        self.value = lru_cache(2000)(lambda t, change, digits: value(t, self.model(change) or {}, digits))

    def verdict(self, change: Change, a: Tree, b: Tree, signs: tuple, digits: int) -> str:
        try:
            x, y = self.value(a, change, digits), self.value(b, change, digits)
        except LookupError:
            return ""
        if x is None or y is None:
            return "a side has no value"
        with mpmath.workdps(digits):
            x, y = mixed([x, y], mpmath.mp)
            near = x == y or (isinstance(x, mpmath.mpf) and abs(x - y) < CLOSE * (1 + abs(x)))
            return "" if (0 if near else 1 if x > y else -1) in signs else "the two sides differ"

    def search(self, trees: tuple) -> Iterator[tuple[Change, dict]]:
        singles: list[Change] = []
        work = 0

        def doubles() -> Iterator[Change]:
            few = [c for n, c in enumerate(singles) if sum(c[0][0] == d[0][0] for d in singles[:n]) < 2]
            for a, b in sorted(combinations(range(len(few)), 2), key=sum):
                if few[a][0][0] != few[b][0][0]:
                    yield few[a] + few[b]

        for stream, most in ((self.moves(trees), SINGLE), (doubles(), MOST - SINGLE)):
            for change in islice(stream, TRIES):
                model = self.model(change) if most else None
                if model is None:
                    continue
                try:
                    cost = sum(1 for _ in islice(places(trees, model, {}), WORK))
                except FAILURES:
                    continue
                if work + cost < WORK:
                    work, most = work + cost, most - 1
                    singles += [change] if len(change) == 1 else []
                    yield change, model

    def moves(self, trees: tuple) -> list[Change]:
        """Changes of one letter or entry, and of all at once; the most telling first."""
        base, flags = self.bases[0], letters(trees)
        ranks: dict[Change, int] = {}
        for (head, *_), names in [*zip((prop for prop, *_ in self.facts), self.names, strict=True)] * 2:
            if head == "Eq" and names.keys() & flags.keys():  # what the line reads may be defined by other letters
                flags |= names
        flags = {name: f for name, f in flags.items() if name in base.keys() - self.defined and set(f) <= FLAGS.keys()}
        scalars = [name for name in flags if isinstance(base[name], Fraction)]
        whole = [name for name in scalars if "integer" in flags[name]]
        parts = [part for part, _ in walk((*trees, *self.sums))]

        def fits(name: str, v: Fraction | int) -> bool:
            return all(FLAGS[flag](Fraction(v)) for flag in flags[name])

        def rank(r: int, place: Place, *values: Fraction | int) -> None:
            """The first value is the most telling one; one that the models given have may be shown by them."""
            name, at = place
            here = [m[name] if at is None else m[name].get(at) for m in self.bases] if name in flags else []
            for n, v in enumerate(map(Fraction, values)):
                if here and -LARGEST <= v <= LARGEST and v != here[0] and fits(name, v):
                    late = r + (n > 0) + 2 * (at is None and v in here)
                    ranks[(place, v),] = min(late, ranks.get(((place, v),), late))

        for n, t in enumerate((*trees, *self.sums)):
            for place, v in self.solutions(t):
                rank(1 + (n >= len(trees)), place, v, floor(v), ceil(v), floor(v) - 1, ceil(v) + 1)
        constants = dict.fromkeys([0, 1, *(abs(t[1]) for t in parts if t[:1] == ("Rational",) and t[2] == 1)])
        for name, c in product(whole, constants):
            rank(2, (name, None), c, c - 1, c + 1)
        entries = [(t[1][1], tuple(n[1] for n in t[2:])) for t in parts
                   if t[:1] == ("Indexed",) and all(n[0] == "Rational" for n in t[2:])]  # fmt: skip
        for place in (*((name, None) for name in scalars), *entries):
            rank(2, place, 0)
        for a, b in combinations(scalars, 2):
            if (a in whole) == (b in whole):
                rank(4, (a, None), base[b])
        together: list[Change] = [tuple(((name, None), Fraction(v)) for name in names if fits(name, v))
                                  for names, v in ((whole, 1), (whole, 0), (scalars, 0))]  # fmt: skip
        return [c for c in dict.fromkeys(together) if len(c) > 1] + sorted(ranks, key=lambda change: ranks[change])

    def solve(self, t: Tree) -> Iterator[tuple[Place, Fraction]]:
        """Values of one place at which two terms meet; bound letters are at their first values, or at their last."""
        base = self.bases[0]
        for a, b, limits in dict.fromkeys(meetings(t)):
            for end in (1, 2) if limits else (1,):
                env: dict = {}
                try:
                    for limit in limits:
                        env = {**env, limit[0]: evaluate(limit[end], base, env)}
                    read = dict.fromkeys(islice(places((a, b), base, env), 6))
                except FAILURES:
                    continue
                for place in read:
                    v = solution((a, b), env, partial(moved, base, {place: Fraction(1)})) if place[0] in base else None
                    if v is not None:
                        yield place, v

    def variants(self, change: dict[Place, Fraction]) -> Iterator[dict]:
        """The models given, changed, as far as all facts hold then."""
        for base, whole in product(self.bases, (False, True)[: 1 + self.tied]):
            try:
                with mpmath.workdps(DIGITS):
                    model = table(self.mended(moved(self.grown(base, change), change), whole).items(), self.facts)
                if not any(broken(self.facts, model)) and all(has(*row, model) for row in self.promised(model)):
                    yield model
            except FAILURES:
                continue

    def promised(self, model: dict) -> Iterator[tuple[str, Any]]:
        """What is declared of the letters that an equation may have moved, with their values."""
        for name, flags in ((name, flags) for names in self.names for name, flags in names.items()):
            values = model[name].values() if isinstance(model[name], dict) else [model[name]]
            yield from ((flag, v) for flag in flags for v in values)

    def grown(self, base: dict, change: dict[Place, Fraction]) -> dict:
        """Where a whole number grows, families repeat what they have in their ranges: facts may hold there too."""
        top = max((int(v) for (name, at), v in change.items() if at is None and base[name] < v), default=None)
        if top is None:
            return base
        model, read = dict(base), list(places(self.sums, base, {}))
        for name, family in base.items():
            if isinstance(family, dict) and family:
                columns = list(zip(*family, strict=True))
                inside = list(zip(*(at for n, at in read if n == name), strict=True)) or columns
                rows = [[(n, n if n <= max(seen) else min(seen) + (n - min(seen)) % (max(seen) - min(seen) + 1))
                         for n in range(min(column), max(*column, top + BEYOND) + 1)]
                        for column, seen in zip(columns, inside, strict=True)]  # fmt: skip
                source = (tuple(zip(*pairs, strict=True)) for pairs in product(*rows))
                model[name] = {at: family[old] for at, old in source if old in family}
        return model

    def mended(self, model: dict, whole: bool) -> dict:
        """What an equation defines, computed anew; else the last entry that it reads, or its family in proportion."""
        for (head, *sides), *limits in self.facts:
            for env in list(points(limits[::-1], model, {})) if head == "Eq" else ():
                if holds(("Eq", *sides), model, env):
                    continue
                if sides[0][0] in ("Symbol", "Indexed"):
                    v = evaluate(sides[1], model, env)
                    *_, place = places(sides[0], model, env)
                    model = moved(model, {place: v if isinstance(v, Fraction) else Fraction(str(v))})
                    continue
                read = [place for place in places(tuple(sides), model, env) if place[1]]
                values = {(n, at): model[n][at] if whole else Fraction(1)
                          for n, at in (read if whole else read[-1:]) if n == read[-1][0]}  # fmt: skip
                v = solution(sides, env, partial(moved, model, values))
                model = model if v is None else moved(model, values, v)
        return model


of = lru_cache(32)(Edges)
