"""Values of plain trees, for the second reader (``replay``): fractions where they are ones, else numbers of mpmath.

Neither the kernel's normal form nor its evaluator plays a part. With elements of a field of fractions for the letters
the same functions compute what a tree is as a rational function. A part without a value raises :class:`Undefined`.
"""


import random
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import count as counter
from math import comb, factorial, prod
from typing import Any

import mpmath
from sympy import QQ
from sympy.polys.fields import FracElement

from cesym.kernel import Tree

SAME, SAME_SLOPE = mpmath.mpf(10) ** -45, mpmath.mpf(10) ** -35  # relative
LONGEST, LARGEST, NODES = 300, 10**6, 60_000  # terms of a sum, an exponent, nodes visited in one evaluation
H, ORDER = Fraction(1, 10**10), 6  # finite differences: the step, and the power of it that they are wrong by
SIGNS = {"Eq": (0,), "Ne": (-1, 1), "Gt": (1,), "Ge": (0, 1), "Lt": (-1,), "Le": (-1, 0)}
FLAGS = {"positive": (1,), "nonnegative": (0, 1), "negative": (-1,), "nonpositive": (-1, 0)}
NUMBERS = tuple(Fraction(p, q) for p, q in ((0, 1), (1, 1), (-1, 1), (2, 1), (1, 2), (3, 1)))
MOODS = ("all sorts", "tame", "edge", "equal", "mixed")
Key = tuple[str, tuple[int, ...]]  # a letter, or one entry of a family
Env = dict  # values of bound letters, by their trees, and of letters that are moved, by their keys


class Undefined(ArithmeticError):
    """The expression has no value at this model."""


class Skipped(Exception):
    """Too large to compute, or not of the kind that is asked for: nothing is learnt."""


# Numbers: fractions, mpmath's where they are none, and elements of a field of fractions


def rough(v: Any) -> Any:
    if isinstance(v, FracElement):
        raise Skipped("no rational function")
    return mpmath.mpf(v.numerator) / v.denominator if isinstance(v, Fraction) else v


def alike(values: list) -> list:
    """The same numbers, all of one kind."""
    if all(isinstance(v, Fraction) for v in values):
        return values
    symbolic = next((v for v in values if isinstance(v, FracElement)), None)
    if symbolic is None:
        return [rough(v) for v in values]
    if not all(isinstance(v, Fraction | FracElement) for v in values):
        raise Skipped("no rational function")
    one = symbolic.field.one
    return [one * QQ(v.numerator, v.denominator) if isinstance(v, Fraction) else v for v in values]


def total(values: list) -> Any:
    """The sum; exactly 0 where all digits cancel."""
    values = alike(values)
    out = sum(values[1:], values[0]) if values else Fraction(0)
    tiny = isinstance(out, mpmath.mpf) and abs(out) < mpmath.mpf(10) ** (20 - mpmath.mp.dps) * max(map(abs, values))
    return Fraction(0) if tiny else out


def difference(a: Any, b: Any) -> Any:
    return total([a, -b])


def sign(v: Any) -> int:
    if isinstance(v, FracElement):
        if not v:
            return 0
        if not (v.numer.is_ground and v.denom.is_ground):
            raise Skipped("the sign of a rational function")
        v = v.numer.LC / v.denom.LC
    return (v > 0) - (v < 0)


def whole(v: Any) -> int | None:
    """The whole number that a value is, or None."""
    if isinstance(v, FracElement):
        if not (v.numer.is_ground and v.denom.is_ground):
            raise Skipped("a rational function where a whole number is wanted")
        v = Fraction(int(QQ.numer(q := v.numer.LC / v.denom.LC)), int(QQ.denom(q))) if v else Fraction(0)
    if isinstance(v, Fraction):
        return int(v) if v.denominator == 1 else None
    if abs(v) > LARGEST:
        raise Skipped("a number too large to tell")
    near = int(mpmath.nint(v))
    return near if sign(difference(v, Fraction(near))) == 0 else None


def index(v: Any) -> int:
    found = whole(v)
    if found is None:
        raise Undefined(f"{mpmath.nstr(rough(v), 8)} is no whole number")
    return found


def positive(v: Any) -> Any:
    if sign(v) <= 0:
        raise Undefined(f"{mpmath.nstr(rough(v), 8)} is not positive")
    return v


def exponential(v: Any) -> Any:
    if not isinstance(v, FracElement) and abs(v) > LARGEST:
        raise Skipped("an exponential too large to compute")
    return mpmath.exp(rough(v)) if v else Fraction(1)


def logarithm(v: Any) -> Any:
    return Fraction(0) if positive(v) == 1 else mpmath.log(rough(v))


def power(base: Any, exponent: Any) -> Any:
    """0**0 is 1; a base that is not positive needs a whole exponent, and 0 one that is not negative."""
    n = whole(exponent)
    if n is None:
        return exponential(prod(alike([exponent, logarithm(base)])))
    if n == 0:
        return Fraction(1)
    if n < 0 and not base:
        raise Undefined("a division by zero")
    bits = base.numerator.bit_length() + base.denominator.bit_length() if isinstance(base, Fraction) else 1
    if abs(n) * bits > 10**5 or (isinstance(base, FracElement) and abs(n) > 12):
        raise Skipped("a power too large to compute")
    return base**n


def gamma(v: Any) -> Any:
    n = whole(positive(v))
    if rough(v) > 10**4:
        raise Skipped("a factorial too large to compute")
    return Fraction(factorial(n - 1)) if n is not None else mpmath.gamma(rough(v))


def binomial(top: Any, bottom: Any) -> Any:
    if index(bottom) < 0:
        raise Undefined("a binomial coefficient below 0")
    n, k = (total([v, Fraction(1)]) for v in (top, bottom))
    rest = total([top, -bottom, Fraction(1)])
    return prod(alike([gamma(n), 1 / gamma(k), 1 / gamma(rest)]))


FUNCTIONS: dict[str, Any] = {
    "exp": exponential, "log": logarithm, "Pow": power, "gamma": gamma, "binomial": binomial,
    "Abs": lambda v: v if sign(v) >= 0 else -v,
    "KroneckerDelta": lambda a, b: Fraction(sign(difference(a, b)) == 0),
    "factorial": lambda v: gamma(Fraction(index(v) + 1)),
    "loggamma": lambda v: logarithm(gamma(v)),
    "beta": lambda a, b: prod(alike([gamma(a), gamma(b), 1 / gamma(total([a, b]))])),
    "Pi": lambda: +mpmath.pi, "E": lambda: +mpmath.e,
    "Add": lambda *terms: total(list(terms)), "Mul": lambda *factors: prod(alike(list(factors))),
}  # fmt: skip


# Values of trees


class Model:
    """Numbers for letters and entries, drawn when they are first read unless they are set before."""

    def __init__(self, rng: random.Random, mood: str = "all sorts", pool: Iterable[Fraction] = ()) -> None:
        self.rng, self.mood, self.pool = rng, mood, [*NUMBERS, *pool]
        self.values: dict[Key, Any] = {}
        self.flags: dict[str, tuple] = {}
        self.read: dict[Key, None] = {}  # since it was last cleared, in order
        self.visited = 0

    def number(self, letter: Tree, where: tuple, env: Env) -> Any:
        _, name, flags = letter
        key = (name, where)
        self.flags[name] = flags
        self.read[key] = None
        if key in env:
            return env[key]
        if key not in self.values:
            self.values[key] = self.draw(flags)
        return self.values[key]

    def draw(self, flags: tuple) -> Any:
        rng = self.rng
        for _ in range(80):
            mood = rng.choice(MOODS[:3]) if self.mood == "mixed" else self.mood
            if mood == "edge" or (mood == "equal" and not self.values):
                v = rng.choice([*self.pool, *self.values.values()])
            elif mood == "equal":
                v = rng.choice([*self.values.values(), *NUMBERS])
            elif "integer" in flags:
                v = Fraction(rng.randint(-2, 5) if mood == "all sorts" else rng.randint(0, 3))
            else:
                v = Fraction(rng.randint(-60, 80), 19) if mood == "all sorts" else Fraction(rng.choice((1, 1, -1)) * rng.randint(1, 18), 19)
            if fits(v, flags):
                return v
        return Fraction(-1 if "negative" in flags else "positive" in flags)


def fits(v: Any, flags: Iterable[str]) -> bool:
    """Has a number what is declared of its letter?"""
    if not isinstance(v, Fraction) and abs(v) < mpmath.mpf(10) ** -60:  # what rounding left of 0 has no sign
        return False
    return all(sign(v) in FLAGS.get(f, (-1, 0, 1)) and (f != "integer" or whole(v) is not None) for f in flags)


def value(t: Tree, model: Model, env: Env) -> Any:
    """The number that a tree is worth, or :class:`Undefined`."""
    model.visited += 1
    if model.visited > NODES:
        raise Skipped("too much to compute")
    match t:
        case ("Rational", p, q):
            return Fraction(p, q)
        case ("Symbol", _, _):
            return env[t] if t in env else model.number(t, (), env)
        case ("Indexed", letter, *indices):
            return model.number(letter, tuple(index(value(i, model, env)) for i in indices), env)
        case ("Sum" | "Product" as kind, body, *limits):
            values = [value(body, model, inner) for inner in environments(limits[::-1], model, env)]
            return total(values) if kind == "Sum" else prod(alike(values)) if values else Fraction(1)
        case ("Piecewise", *branches):
            for then, condition in branches:
                if truth(condition, model, env):
                    return value(then, model, env)
            raise Undefined("no case applies")
        case ("Derivative", body, *variables):
            return slope(body, variables, model, env)
        case (head, *parts) if head in FUNCTIONS:
            return FUNCTIONS[head](*(value(part, model, env) for part in parts))
    raise Undefined(f"{t[0]} is not in the language")


def environments(limits: Iterable[Tree], model: Model, env: Env) -> Iterator[Env]:
    """The values of the bound letters; the first limit here is the outermost."""
    if not limits:
        yield env
        return
    (letter, lo, hi), *inner = limits
    first, last = index(value(lo, model, env)), index(value(hi, model, env))
    if last < first - 1:
        raise Undefined(f"the range {first}..{last} has a negative length")
    if last - first > LONGEST:
        raise Skipped("a range too long to add up")
    for n in range(first, last + 1):
        yield from environments(inner, model, {**env, letter: Fraction(n)})


def truth(condition: Tree, model: Model, env: Env) -> bool:
    match condition:
        case ("true",):
            return True
        case ("And", *parts):
            return all([truth(part, model, env) for part in parts])
        case ("Contains", t, ("FiniteSet", *members)):
            return any([truth(("Eq", t, member), model, env) for member in members])
    head, a, b = condition
    return sign(difference(value(a, model, env), value(b, model, env))) in SIGNS[head]


@lru_cache
def weights(times: int) -> list[Fraction]:
    """A derivative from values at 0, h, 2h, ...: h*D = ln(1 + Δ), raised to a power and cut off."""
    last = times + ORDER
    series = [Fraction(0), *(Fraction((-1) ** (j + 1), j) for j in range(1, last + 1))]
    out = [Fraction(1)] + [Fraction(0)] * last
    for _ in range(times):
        out = [sum((out[a] * series[j - a] for a in range(j + 1)), Fraction(0)) for j in range(last + 1)]
    return [sum((out[j] * comb(j, k) * (-1) ** (j - k) for j in range(k, last + 1)), Fraction(0)) for k in range(last + 1)]


def slope(body: Tree, variables: list, model: Model, env: Env) -> Any:
    """A derivative by finite differences, from the right and from the left; without a value where they differ."""
    if not variables:
        return value(body, model, env)
    *inner, (letter, (_, times, _)) = variables
    if letter in env:
        raise Undefined("a derivative in a bound letter")
    start = value(letter, model, env)
    where = tuple(index(value(i, model, env)) for i in letter[2:]) if letter[0] == "Indexed" else ()
    key = (letter[1][1] if letter[0] == "Indexed" else letter[1], where)

    def from_side(side: int) -> Any:
        moved = (slope(body, inner, model, {**env, key: total([start, side * k * H])}) for k in counter())
        return rough(total([rough(v) * rough(w) for w, v in zip(weights(times), moved, strict=False)])) * side**times / rough(H) ** times

    right, left = from_side(1), from_side(-1)
    if far(right, left, SAME_SLOPE, 1):
        raise Undefined(f"the slopes from the right and the left differ: {mpmath.nstr(right, 8)}, {mpmath.nstr(left, 8)}")
    return (right + left) / 2


def far(a: Any, b: Any, same: Any, least: Any) -> bool:
    """Do two numbers differ, in relation to the larger of them?"""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a != b
    a, b = rough(a), rough(b)
    return abs(a - b) > same * max(abs(a), abs(b), least)
