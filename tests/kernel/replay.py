"""The second reader: what the kernel admitted, put to many models and, where that can be done, proved size by size.

It shares no code with the kernel's normal form and none with its evaluator: it reads nothing but plain trees. An
admitted step says that in every model of what is given both sides have a value and stand in the stated relation. So
models are made, small ones and those at the edges (ranges that are empty, one entry only, whole numbers at and next to
those that the line names, letters that are equal, the places where a delta, a condition or an absolute value turns),
and each side is computed: as a fraction where it is one, else to 80 digits. What differs is computed once more to 220.

Where a line is rational in its real letters, the two sides are compared as elements of a field of fractions as well.
That proves them equal at these sizes and whole numbers, wherever both have a value.
"""

import random
from collections.abc import Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import islice
from math import ceil, floor
from typing import Any, NamedTuple

import mpmath
from sympy import QQ
from sympy.polys.fields import field

from cesym.kernel import Given, Statement, Tree
from cesym.kernel.trees import show

from .reading import (
    MOODS,
    SAME,
    SAME_SLOPE,
    SIGNS,
    Env,
    Key,
    Model,
    Skipped,
    Undefined,
    alike,
    difference,
    environments,
    far,
    fits,
    sign,
    truth,
    value,
)  # fmt: skip

DIGITS, MODEL_DIGITS = (80, 220), 250  # a difference counts if it is there at both; what equations fix is known better
SIZES = (0, 1, 2, 3)
PASSES, GENERATORS, FURTHEST = 6, 14, 12
ZERO = ("Rational", 0, 1)
NOTHING = (Undefined, Skipped, ZeroDivisionError)


class Difference(NamedTuple):
    """A model at which a claim fails, and how."""

    what: str
    model: dict[str, str]


class Replay(NamedTuple):
    """What came out for one statement; ``proved``: the sizes at which the two sides are one rational function."""

    differences: list[Difference]
    models: int
    proved: tuple[int, ...]


class Claim(NamedTuple):
    """The sign of ``left - right`` is one of ``signs``, in every model."""

    left: Tree
    signs: tuple[int, ...]
    right: Tree


def claims(s: Statement) -> list[Claim]:
    match s.relation:
        case "≃":
            return [Claim(s.lhs, (0,), ("Add", ("Mul", s.a, s.rhs), s.b)), Claim(s.a, (1,), ZERO)]
        case "⇄":
            return [Claim(s.rhs, (0,), ("Mul", ("Rational", -1, 1), ("log", s.lhs)))]
    return [Claim(s.lhs, {"=": (0,), "≥": (0, 1), "≤": (-1, 0)}[s.relation], s.rhs)]


# What stands in a line


def parts(t: Tree, around: tuple = ()) -> Iterator[tuple[Tree, tuple]]:
    """Every part of a tree, with the limits that bind letters around it, the outermost first."""
    yield t, around
    match t:
        case ("Sum" | "Product", body, *limits):
            limits = limits[::-1]
            for n, (_, lo, hi) in enumerate(limits):
                for end in (lo, hi):
                    yield from parts(end, (*around, *limits[:n]))
            yield from parts(body, (*around, *limits))
        case ("Rational" | "Symbol", *_):
            pass
        case _:
            for child in t:
                if isinstance(child, tuple):
                    yield from parts(child, around)


def edge(t: Tree) -> Tree | None:
    """The condition under which a part of a line turns from one thing to another."""
    match t:
        case (("KroneckerDelta" | "Eq" | "Ne" | "Gt" | "Ge" | "Lt" | "Le"), a, b):
            return ("Eq", a, b)
        case ("Pow", base, exponent) if exponent[0] != "Rational" or exponent[1] < 0 or exponent[2] > 1:
            return ("Eq", base, ZERO)
        case ("Abs" | "log", a):
            return ("Eq", a, ZERO)
    return None


class Lines:
    """What decides which models are worth trying: found once for the facts and both sides."""

    def __init__(self, given: Given, trees: list[Tree]) -> None:
        self.given = given
        facts = [("Sum", prop, *limits[::-1]) for prop, *limits in given.facts]
        all_parts = [pair for t in (*facts, *trees) for pair in parts(t)]
        self.edges = [(prop, around) for t in trees for t, around in parts(t) if (prop := edge(t))]
        found = {Fraction(t[1], t[2]) for t, _ in all_parts if t[0] == "Rational"}
        self.numbers = sorted(v for v in found if abs(v) <= FURTHEST)
        inside = {t[1] for t, _ in all_parts if t[0] == "Indexed"}
        self.whole = {t[1]: t[2] for t, around in all_parts if t[0] == "Symbol" and "integer" in t[2]
                      and t not in inside and t not in [letter for letter, *_ in around]}  # fmt: skip
        near = {v + d for v in self.numbers if v.denominator == 1 for d in (-1, 0, 1)} - set(SIZES)
        self.special = [(name, v) for name, flags in self.whole.items() for v in sorted(near) if fits(v, flags)]
        ends = [end for _, around in all_parts for _, *both in around for end in both]
        self.sizes = {t[1] for end in ends for t, _ in parts(end) if t[0] == "Symbol"}

    def plans(self, rng: random.Random) -> Iterator[dict[Key, Fraction]]:
        """Values for the letters that are whole numbers: all alike, then each at what the line names, then others.

        Where a range may be empty it is so more often: there what the facts say of entries is said of none.
        """
        empty = any(fits(Fraction(0), flags) for name, flags in self.whole.items() if name in self.sizes)
        for size in (*SIZES, *(0, 0) * empty):
            yield {(name, ()): Fraction(size) for name in self.whole}
        special = self.special[:]
        rng.shuffle(special)
        special.sort(key=lambda pair: pair[1] in self.numbers)
        while True:
            plan = {(name, ()): Fraction(rng.choice((0, 1, 1, 2, 2, 3))) for name in self.whole}
            if special:
                name, v = special.pop()
                plan[name, ()] = v
            elif plan and rng.random() < 0.3:
                plan[rng.choice(list(plan))] = Fraction(rng.randint(4, 8))
            yield plan


# Models of what is given


def keys(t: Tree, model: Model, env: Env) -> list[Key]:
    """The letters and entries that the value of a condition rests on."""
    model.read.clear()
    with suppress(*NOTHING):
        truth(t, model, env)
    return list(model.read)


def root(a: Tree, b: Tree, key: Key, model: Model, env: Env) -> Any:
    """The value of one letter at which a = b, if a - b is affine in it."""
    f1, f2 = (difference(*(value(t, model, {**env, key: Fraction(v)}) for t in (a, b))) for v in (1, 2))
    rise, f1 = alike([difference(f2, f1), f1])
    if not rise:
        raise Skipped("it does not matter")
    found = 1 - f1 / rise
    if not sign(difference(*(value(t, model, {**env, key: found}) for t in (a, b)))) == 0:
        raise Skipped("it is not affine")
    return found


def candidates(prop: Tree, key: Key, model: Model, env: Env) -> Iterator[Any]:
    """Values for one letter that might make a condition hold."""
    rng = model.rng
    match prop:
        case ("Contains", _, ("FiniteSet", *members)):
            yield from (value(m, model, env) for m in rng.sample(members, len(members)))
        case (str(head), a, b) if head in SIGNS:
            draws = [model.draw(model.flags[key[0]]) for _ in range(6 if head != "Eq" else 0)]
            if rng.random() < 0.7:
                yield from draws
            with suppress(*NOTHING):
                r = root(a, b, key, model, env)
                near = [r, r, floor(r), ceil(r), *(r + Fraction(d) for d in ("1", "-1", "1/2", "-1/2", "1/19", "-1/19", "3"))]
                yield from (r,) if head == "Eq" else (Fraction(v) if isinstance(v, int) else v for v in rng.sample(near, len(near)))
            yield from draws


def mend(prop: Tree, model: Model, env: Env, last: set[str], kept: Iterable[Key] = ()) -> bool:
    """Makes a condition hold by a change of one letter or entry; those in ``last`` only if no other will do."""
    found = [key for key in keys(prop, model, env) if key not in env and key not in kept]
    model.rng.shuffle(found)
    left = keys(("Eq", prop[1], prop[1]), model, env) if prop[0] == "Eq" and prop[1][0] in ("Symbol", "Indexed") else []
    left = left[-1:]  # an equation says what the letter or entry on its left is
    found.sort(key=lambda key: (key not in left, key[0] in last))
    for key in found:
        with suppress(*NOTHING):
            for v in candidates(prop, key, model, env):
                with suppress(*NOTHING):
                    if fits(v, model.flags[key[0]]) and truth(prop, model, {**env, key: v}):
                        model.values[key] = v
                        return True
    return False


def settle(model: Model, lines: Lines) -> bool:
    """Changes letters until all facts hold; False where that did not succeed."""
    for _ in range(PASSES):
        changed = False
        for prop, *limits in lines.given.facts:
            for env in environments(limits, model, {}):
                if not truth(prop, model, env):
                    if not mend(prop, model, env, lines.sizes):
                        return False
                    changed = True
        if not changed:
            return True
    return False


def aim(model: Model, lines: Lines, kept: Iterable[Key]) -> None:
    """Tries to reach an edge, or one of its sides: the arguments of a delta equal, a base 0, a condition at its boundary."""
    (_, a, b), around = model.rng.choice(lines.edges)
    prop = (model.rng.choice(("Eq", "Lt") if b == ZERO else ("Eq", "Gt", "Lt")), a, b)
    env = model.rng.choice(list(islice(environments(around, model, {}), 40)) or [None])
    if env is not None:
        mend(prop, model, env, lines.sizes, kept)


def made(lines: Lines, plan: dict, mood: str, kept: bool, rng: random.Random) -> Model | None:
    """A model of what is given with the planned whole numbers, if one is found; else one near a given model.

    Often it is to be at an edge; ``kept``: no planned number changes for that.
    """
    for attempt in range(3):
        model = Model(rng, mood, lines.numbers)
        if attempt == 2 and lines.given.models:
            for name, v in rng.choice(lines.given.models):
                entries = v if isinstance(v, tuple) else (((), v),)
                model.values |= {(name, where): e for where, e in entries if rng.random() < 0.6}
        model.values |= {key: v for key, v in plan.items() if fits(v, lines.whole[key[0]])}
        model.flags |= lines.whole
        with suppress(*NOTHING):
            if lines.edges and rng.random() < 0.8:
                with suppress(*NOTHING):
                    aim(model, lines, plan if kept else ())
            model.visited = 0
            if settle(model, lines):
                return model
    return None


# The reading itself


def wrong(claim: Claim, model: Model) -> str | None:
    """None, or how the claim fails at a model. What cannot be computed raises :class:`Skipped`."""
    found = None
    sloped = any(t[0] == "Derivative" for side in (claim.left, claim.right) for t, _ in parts(side))
    same, least = (SAME_SLOPE, 1) if sloped else (SAME, mpmath.mpf(10) ** -60)
    for digits in DIGITS:
        with mpmath.workdps(digits):
            model.visited = 0
            try:
                a, b = value(claim.left, model, {}), value(claim.right, model, {})
            except Undefined as e:
                found = f"undefined: {e}"
                continue
            if (sign(difference(a, b)) if far(a, b, same, least) else 0) in claim.signs:
                return None
            found = f"{mpmath.nstr(mpmath.mpmathify(a), 15)} and {mpmath.nstr(mpmath.mpmathify(b), 15)}"
            if isinstance(a, Fraction) and isinstance(b, Fraction):
                return found
    return found


def dropped_moves(s: Statement, model: Model, lines: Lines) -> str | None:
    """For ≃: do a and b stay when the parameters, and what equations define by them, move?"""
    other = Model(model.rng, "mixed", lines.numbers)
    other.flags = model.flags
    moving = {name for name in s.over if name in model.flags}  # what was read at all
    other.values = {key: other.draw(model.flags[key[0]]) if key[0] in moving else v for key, v in model.values.items()}
    defined = {part[1][1] if part[0] == "Indexed" else part[1] for (head, part, *_), *_ in lines.given.facts
               if head == "Eq" and part[0] in ("Symbol", "Indexed")}  # fmt: skip
    with suppress(*NOTHING):
        before = [value(t, model, {}) for t in (s.a, s.b)]
        if settle(other, lines) and {k[0] for k, v in model.values.items() if other.values[k] != v} <= {*s.over, *defined}:
            if any(far(x, value(t, other, {}), SAME, 1) for x, t in zip(before, (s.a, s.b), strict=True)):
                return "what is dropped moves with the parameters"
    return None


class Symbolic(Model):
    """A model with unknowns: what is not among them is known from the start."""

    def draw(self, flags: tuple) -> Any:
        raise Skipped("an entry that was not read before")


def proves(claim: Claim, model: Model, lines: Lines) -> bool:
    """Are both sides one rational function of the real letters, once the whole numbers are those of the model?"""
    model.read.clear()
    model.visited = 0
    with suppress(*NOTHING):
        value(claim.left, model, {}), value(claim.right, model, {})
        read = {"line": dict(model.read)}
        for prop, *limits in lines.given.facts:
            for env in environments(limits, model, {}):
                read.setdefault(prop[0], {}).update(dict.fromkeys(keys(prop, model, env)))
        free = [key for key in {**read["line"], **read.get("Eq", {})}
                if "integer" not in model.flags[key[0]] and key not in read.get("Contains", {})]  # fmt: skip
        if len(free) > GENERATORS:
            return False
        generators = field([f"g{n}" for n in range(len(free))], QQ)[1:] if free else ()
        symbolic = Symbolic(model.rng)
        symbolic.values, symbolic.flags = {**model.values, **dict(zip(free, generators, strict=True))}, model.flags
        if same_function(claim, symbolic):
            return True
        for prop, *limits in lines.given.facts:  # once more, with what the equations say put in
            for env in environments(limits, symbolic, {}) if prop[0] == "Eq" else ():
                found = [key for key in keys(prop, symbolic, env) if key in free]
                left = keys(("Eq", prop[1], prop[1]), symbolic, env)[-1:] if prop[1][0] in ("Symbol", "Indexed") else []
                for key in (*left, *found[::-1]):
                    with suppress(*NOTHING):
                        symbolic.values[key] = root(prop[1], prop[2], key, symbolic, env)
                        break
        return same_function(claim, symbolic)
    return False


def same_function(claim: Claim, model: Model) -> bool:
    model.visited = 0
    a, b = value(claim.left, model, {}), value(claim.right, model, {})
    return not any(isinstance(v, mpmath.mpf) for v in (a, b)) and not difference(a, b)


def replay(given: Given, s: Statement, count: int = 24, seed: int = 0) -> Replay:
    """Puts a statement to about ``count`` models of what is given, to more where it names many whole numbers."""
    rng, here = random.Random(seed), claims(s)
    lines = Lines(given, [side for claim in here for side in (claim.left, claim.right)])
    differences, tried, proved = [], 0, []
    for n, plan in enumerate(islice(lines.plans(rng), max(count, min(2 * count, 8 + len(lines.special))))):
        with mpmath.workdps(MODEL_DIGITS):
            model = made(lines, plan, MOODS[n % len(MOODS)], n < len(SIZES) + 2, rng)
        if model is None:
            continue
        with suppress(Skipped):
            found = [w for claim in here if (w := wrong(claim, model))]
            tried += 1
            if not found and s.relation == "≃":
                found = [w for w in [dropped_moves(s, model, lines)] if w]
            differences += [Difference(w, shown(model)) for w in found]
            sized = n < len(SIZES) and all(model.values.get((name, ()), n) == n for name in lines.sizes)
            if sized and not found and here[0].signs == (0,) and proves(here[0], model, lines):
                proved.append(n)
    return Replay(differences, tried, tuple(proved))


def shown(model: Model) -> dict[str, str]:
    """The letters that were read, for a report."""
    names = {key: f"{key[0]}{list(key[1]) if key[1] else ''}" for key in model.read}
    return {names[key]: str(v if isinstance(v, Fraction) else mpmath.nstr(v, 12)) for key, v in model.values.items() if key in names}


def report(s: Statement, found: Difference) -> str:
    return f"{show(s.lhs)}\n  {s.relation} {show(s.rhs)}\n  {found.what} at {found.model}"
