"""Models of what is given, and the evaluator: numbers for the letters, and the value of a tree at them.

It shares no code with the normal form. It refutes, and it shows that what is given can hold; it never admits.
A model is plain data, pairs (name, value) with an exact rational value, or, for a family, pairs (indices, value).
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from math import comb, factorial, prod
from typing import Any, NamedTuple

import mpmath

from cesym.kernel.moving import definitions, folded
from cesym.kernel.trees import Refused, Tree

DIGITS, LONGEST, LARGEST_NUMBER = 50, 2_000, 500_000  # digits, terms of a sum, bits
VALUES, MOST = "values", 20_000  # of one term, under all sums and slopes around it: counted in its environment
LARGEST_EXPONENT = mpmath.mpf(10) ** 1000
CLOSE = mpmath.mpf(10) ** -25
INTERVALS = mpmath.ctx_iv.MPIntervalContext()  # our own: its numbers are intervals that hold the value
SMALL = 200  # factorials up to here are exact
PRECISIONS = (80, 200, 1000)  # bits of the intervals, tried in turn
rational = lru_cache(1000, typed=True)(Fraction)
Place = tuple[str, tuple | None]  # the name of a letter, and the indices of an entry


def outward(function: Any) -> Any:
    """A function of intervals that errs outwards: mpmath's own exp(2**-40) is a point, and not the right one."""

    def wider(x: Any) -> Any:
        slack = mpmath.ldexp(1, 20 - INTERVALS.prec)
        return function(x) * (1 + INTERVALS.mpf([-slack, slack]))

    return wider


for name in ("exp", "log", "gamma"):
    setattr(INTERVALS, name, outward(getattr(INTERVALS, name)))
RELATIONS = {"Eq": (0,), "Gt": (1,), "Ge": (0, 1), "Lt": (-1,), "Le": (-1, 0), "Ne": (-1, 1)}  # signs of a - b
SIGNS = {"positive": "Gt", "nonnegative": "Ge", "negative": "Lt", "nonpositive": "Le", "nonzero": "Ne"}
FUNCTIONS: dict[str, Any] = {
    "exp": lambda c, x: exponential(c, x),
    "log": lambda c, x: c.log(x),
    "Abs": lambda c, x: abs(x),
    "gamma": lambda c, x: c.gamma(x),
    "factorial": lambda c, x: c.gamma(x + 1),
    "loggamma": lambda c, x: c.log(c.gamma(x)),
    "beta": lambda c, x, y: c.gamma(x) * c.gamma(y) / c.gamma(x + y),
    "binomial": lambda c, n, k: c.gamma(n + 1) / (c.gamma(k + 1) * c.gamma(n - k + 1)),
    "Max": lambda c, *xs: extreme(c, max, xs),
    "Min": lambda c, *xs: extreme(c, min, xs),
    "cosh": lambda c, x: (exponential(c, x) + exponential(c, -x)) / 2,
    "sinh": lambda c, x: (exponential(c, x) - exponential(c, -x)) / 2,
    "tanh": lambda c, x: 1 - 2 / (exponential(c, 2 * x) + 1),
}


def extreme(c: Any, which: Any, values: tuple) -> Any:
    """The largest or smallest of some numbers; of intervals, from that of their ends to that of their other ends."""
    if c is not INTERVALS:
        return which(values)
    return c.mpf([which(x.a for x in values), which(x.b for x in values)])


class Undecided(Refused):
    """Two intervals overlap: which number is the larger is not known."""


class Computed(NamedTuple):
    """The value of a letter or an entry that is defined by others: it is worked out wherever it is read."""

    right: Tree
    env: dict


def table(model: Iterable[tuple], facts: Iterable[Tree] = ()) -> dict[str, Any]:
    """A model by names; what ``facts`` define is computed from the rest, whatever the model says of it."""
    INTERVALS.prec = PRECISIONS[-1]
    values = {name: dict(value) if isinstance(value, tuple | dict) else value for name, value in model}
    for name, ((_, left, right), *limits) in definitions(facts).items():
        if left[0] == "Symbol":
            values[name] = Computed(right, {})
            continue
        entries = values.setdefault(name, {})
        for env in points(limits[::-1], values, {}, INTERVALS):
            at = tuple(whole(evaluate(index, values, env, INTERVALS)) for index in left[2:])
            entries[at] = Computed(right, env)
    return values


def whole(x: Any) -> int:
    if type(x) is not Fraction or x.denominator != 1:
        raise Refused("an index or the end of a range is no whole number at a witness")
    return x.numerator


def inexact(x: Any, context: Any) -> Any:
    return context.mpf(x.numerator) / x.denominator if type(x) is Fraction else x


def exponential(context: Any, x: Any) -> Any:
    """exp x, of numbers that are not astronomical: a tower of powers would never end."""
    if not abs(x) < LARGEST_EXPONENT:
        raise Refused("a number in the line is too large to evaluate")
    return context.exp(x)


def bits(x: Any) -> int:
    return x.numerator.bit_length() + x.denominator.bit_length() if type(x) is Fraction else 1


def mixed(values: list, context: Any) -> list:
    """Exact rationals stay exact while all of them are, and are not too long together."""
    exact = all(type(v) is Fraction for v in values) and sum(map(bits, values)) < LARGEST_NUMBER
    return values if exact else [inexact(v, context) for v in values]


def counted(env: dict, count: int) -> dict:
    """The environment of a term that has so many values for each one of what is around it."""
    found = env.get(VALUES, 1) * count
    if found > MOST:
        raise Refused(f"more than {MOST} values of one term are not computed")
    return {**env, VALUES: found}


def evaluate(e: Tree, model: dict, env: dict | None = None, context: Any = mpmath.mp) -> Any:
    """The value of a tree: a Fraction where only rationals meet, else a number of the mpmath context.

    ``model`` is the table of a model; a letter that it lacks raises LookupError.
    """
    if type(e) is Fraction:
        return e
    env = env or {}

    def value(t: Tree) -> Any:
        return evaluate(t, model, env, context)

    match e:
        case ("Symbol", name, _):
            return env[e] if e in env else value(model[name])
        case ("Indexed", (_, name, _), *indices):
            at = tuple(whole(value(index)) for index in indices)
            return env[name, at] if (name, at) in env else value(model[name][at])
        case ("Rational", p, q):
            return rational(p, q)
        case ("Mul", *factors):
            return prod(mixed([value(t) for t in factors], context))
        case ("Add", *terms):
            return sum(mixed([value(t) for t in terms], context))
        case ("Pow", base, exponent):
            b, x = value(base), value(exponent)
            if type(x) is Fraction and x.denominator == 1:
                if abs(x.numerator) * bits(b) < LARGEST_NUMBER or b in (0, 1, -1):
                    return b ** x.numerator
                if b < 0:  # an even power is that of -b
                    return (-1) ** x.numerator * value(("Pow", -b, x))
            return exponential(context, inexact(x, context) * context.log(inexact(b, context)))
        case ("Sum" | "Product" as kind, body, *limits):
            values = mixed([evaluate(body, model, at, context) for at in points(limits, model, env, context)], context)
            if not values:
                return Fraction(kind == "Product")
            return sum(values[1:], values[0]) if kind == "Sum" else prod(values[1:], start=values[0])
        case ("KroneckerDelta", a, b):
            return Fraction(holds(("Eq", a, b), model, env, context))
        case ("Piecewise", *branches):
            return next(value(then) for then, condition in branches if holds(condition, model, env, context))
        case ("Derivative", body, *variables):
            return slope(body, variables, model, env)
        case ("Pi",):
            return +context.pi
        case ("E",):
            return context.exp(1)
        case Computed():
            return evaluate(e.right, model, {**e.env, VALUES: env.get(VALUES, 1)}, context)
        case (str(head), *parts) if head in FUNCTIONS:
            return function(head, [value(t) for t in parts], context)
    raise Refused("no number is known for {}", e)


def function(head: str, values: list, context: Any) -> Any:
    """A function at some values, exactly where that is easy."""
    match head, [v if type(v) is Fraction else None for v in values]:
        case "Abs", [Fraction() as x]:
            return abs(x)
        case ("Max" | "Min"), _ if all(type(v) is Fraction for v in values):
            return max(values) if head == "Max" else min(values)
        case "exp", [Fraction(numerator=0)]:
            return Fraction(1)
        case "log", [Fraction(numerator=1, denominator=1)]:
            return Fraction(0)
        case ("gamma" | "factorial"), [Fraction(numerator=n, denominator=1)] if 0 < n < SMALL:
            return Fraction(factorial(n - (head == "gamma")))
        case "binomial", [Fraction(numerator=n, denominator=1), Fraction(numerator=k, denominator=1)]:
            if 0 <= k <= n < SMALL:
                return Fraction(comb(n, k))
    return FUNCTIONS[head](context, *(inexact(v, context) for v in values))


def slope(body: Tree, variables: list, model: dict, env: dict) -> Any:
    """A derivative from values a little to the right, and from values to the left: the two must agree.

    The steps are far larger than what counts as equal, so that a jump or a kink is seen.
    """
    orders: dict = {}
    for letter, (_, times, _) in variables:
        name = letter[1] if letter[0] == "Symbol" else letter[1][1]
        at = tuple(int(evaluate(index, model, env)) for index in letter[2:]) if letter[0] == "Indexed" else None
        # Two entries at the same place are one variable: the second derivative where m = b.
        first, order = orders.get(letter if at is None else (name, at), (letter, 0))
        orders[letter if at is None else (name, at)] = first, order + times
    step, total = Fraction(1, 10**12), sum(order for _, order in orders.values())

    def along(moves: list, env: dict) -> Any:
        if not moves:
            return evaluate(body, model, env)
        (place, (letter, order)), *rest = moves
        start, share = evaluate(letter, model, env), weights(order)
        env = counted(env, 2 * len(share))

        def fit(side: int) -> Any:
            ends = (sum(mixed([start, side * j * step], mpmath.mp)) for j in range(len(share)))
            values = mixed([*share, *(along(rest, {**env, place: x}) for x in ends)], mpmath.mp)
            dot = sum(w * v for w, v in zip(values, values[len(share):], strict=False))
            return inexact(dot, mpmath.mp) / (side * mpmath.mpf(10) ** -12) ** order

        right, left = fit(1), fit(-1)
        if not abs(right - left) <= CLOSE * (1 + abs(right)):
            raise Refused("there is no slope here: {}", letter)
        return right

    with mpmath.workdps(DIGITS + 12 * total):
        return along(list(orders.items()), env)


@lru_cache
def weights(order: int) -> list[Fraction]:
    """What values at 0, 1, 2, ... count for in the derivative at 0 of the polynomial through them."""
    share, nodes = [], range(order + 4)
    for j in nodes:
        basis: list[Any] = [Fraction(1)]  # the polynomial that is 1 at j and 0 at the others, its lowest power first
        for k in nodes:
            if k != j:
                basis = [(up - k * here) / (j - k) for up, here in zip([0, *basis], [*basis, 0], strict=True)]
        share.append(factorial(order) * basis[order])
    return share


def points(limits: list, model: dict, env: dict, context: Any = mpmath.mp) -> Iterator[dict]:
    """The environments in which the bound letters take all their values; the last limit is the outermost."""
    if not limits:
        yield env
        return
    *inner, (letter, lo, hi) = limits
    values = range(whole(evaluate(lo, model, env, context)), whole(evaluate(hi, model, env, context)) + 1)
    if len(values) > LONGEST:
        raise Refused(f"a sum of {len(values)} terms is not evaluated")
    env = counted(env, len(values))
    for n in values:
        yield from points(inner, model, {**env, letter: Fraction(n)}, context)


def places(t: Any, model: dict, env: dict) -> Iterator[Place]:
    """Every letter and entry that is read where a tree is evaluated."""
    match t:
        case ("Rational", *_):
            pass
        case ("Symbol", name, _):
            if t not in env:
                yield name, None
        case ("Indexed", (_, name, _), *indices):
            yield from places(tuple(indices), model, env)
            yield name, tuple(whole(evaluate(index, model, env)) for index in indices)
        case ("Sum" | "Product" as head, body, *inner, (_, lo, hi) as limit):
            yield from places((lo, hi), model, env)
            for at in points([limit], model, env):
                yield from places((head, body, *inner) if inner else body, model, at)
        case tuple():
            for part in t:
                yield from places(part, model, env)


def told(facts: Iterable[Tree], model: dict) -> dict:
    """A model without the entries that no fact reads; a family of which no fact reads an entry stays whole."""
    read: dict[str, dict] = {}
    for name, at in (place for fact in facts for place in places(folded(fact), model, {})):
        if at is not None:
            read.setdefault(name, {})[at] = model[name][at]
    return model | read


def holds(prop: Tree, model: dict, env: dict, context: Any = mpmath.mp) -> bool:
    """Does a condition hold at a model? Exactly where only rationals meet, or by intervals; else to 25 digits."""
    match prop:
        case ("true",):
            return True
        case ("And", *parts):
            return all(holds(part, model, env, context) for part in parts)
        case ("Contains", t, ("FiniteSet", *members)):
            return any(holds(("Eq", t, member), model, env, context) for member in members)
        case (str(head), a, b) if head in RELATIONS:
            x, y = mixed([evaluate(side, model, env, context) for side in (a, b)], context)
            return order(x, y, context) in RELATIONS[head]
    raise Refused("no condition that has a truth value: {}", prop)


def order(x: Any, y: Any, context: Any) -> int:
    """The sign of x - y. Intervals that do not tell it raise Undecided."""
    if context is INTERVALS and type(x) is not Fraction:
        gap = x - y
        if gap.a > 0 or gap.b < 0 or gap.a == gap.b == 0:
            return 1 if gap.a > 0 else -1 if gap.b < 0 else 0
        raise Undecided("a witness: which of two numbers is the larger is not decided exactly")
    near = x == y or (type(x) is not Fraction and abs(x - y) < CLOSE * (1 + abs(x)))
    return 0 if near else 1 if x > y else -1


def satisfied(fact: Tree, model: dict) -> bool:
    """Does a fact hold at a model, at every point of its ranges? Refused where that is not decided with certainty."""
    prop, *limits = fact
    for INTERVALS.prec in PRECISIONS:
        try:
            points_in = points(limits[::-1], model, {}, INTERVALS)
            return all(holds(prop, model, env, INTERVALS) for env in points_in)
        except (Undecided, mpmath.libmp.ComplexResult, ZeroDivisionError):
            continue
    raise Refused("whether a fact holds at its witness cannot be decided exactly: {}", prop)


def broken(facts: Iterable[Tree], model: dict) -> Iterator[Tree]:
    """The facts that do not hold at ``table(model, facts)``; definitions hold, since they are what is computed."""
    facts = tuple(facts)
    by_themselves = definitions(facts).values()
    return (fact for fact in facts if fact not in by_themselves and not satisfied(fact, model))


def has(flag: str, value: Any, model: dict) -> bool:
    """Does a value in a model have what is declared of its letter? With certainty."""
    if flag == "integer":
        number = evaluate(value, model, {}, INTERVALS)
        return type(number) is Fraction and number.denominator == 1
    return flag not in SIGNS or satisfied(((SIGNS[flag], value, Fraction(0)),), model)


def compare(a: Tree, b: Tree, model: dict) -> int:
    """The sign of a - b at a model; 0 where they agree to 25 digits, if need be of numbers three times as long."""
    sign = 0
    for digits in (DIGITS, 3 * DIGITS):
        with mpmath.workdps(digits):
            sign = next(sign for sign, head in ((0, "Eq"), (1, "Gt"), (-1, "Lt")) if holds((head, a, b), model, {}))
        if sign == 0:
            break
    return sign
