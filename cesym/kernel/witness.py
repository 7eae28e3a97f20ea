"""Models of what is given, and the evaluator: numbers for the letters, and the value of a tree at them.

It shares no code with the normal form. It refutes, and it shows that what is given can hold; it never admits.
A model is plain data, pairs (name, value) with an exact rational value, or, for a family, pairs (indices, value).
"""

from collections.abc import Iterator
from fractions import Fraction
from math import prod
from typing import Any

import mpmath

from cesym.kernel.trees import Refused, Tree

DIGITS, LONGEST, LARGEST_NUMBER = 50, 2_000, 100_000  # digits, terms of a sum, bits
LARGEST_EXPONENT = mpmath.mpf(10) ** 1000
CLOSE = mpmath.mpf(10) ** -25
RELATIONS = {"Eq": (0,), "Gt": (1,), "Ge": (0, 1), "Lt": (-1,), "Le": (-1, 0), "Ne": (-1, 1)}  # signs of a - b
FUNCTIONS: dict[str, Any] = {
    "exp": lambda c, x: exponential(c, x),
    "log": lambda c, x: c.log(x),
    "Abs": lambda c, x: abs(x),
    "gamma": lambda c, x: c.gamma(x),
    "factorial": lambda c, x: c.gamma(x + 1),
    "loggamma": lambda c, x: c.log(c.gamma(x)),
    "beta": lambda c, x, y: c.gamma(x) * c.gamma(y) / c.gamma(x + y),
    "binomial": lambda c, n, k: c.gamma(n + 1) / (c.gamma(k + 1) * c.gamma(n - k + 1)),
}


def table(model: tuple) -> dict[str, Any]:
    return {name: dict(value) if isinstance(value, tuple) else value for name, value in model}


def inexact(x: Any, context: Any) -> Any:
    return context.mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else x


def exponential(context: Any, x: Any) -> Any:
    """exp x, of numbers that are not astronomical: a tower of powers would never end."""
    if not abs(x) < LARGEST_EXPONENT:
        raise Refused("a number in the line is too large to evaluate")
    return context.exp(x)


def is_small(x: Any) -> bool:
    return not isinstance(x, Fraction) or x.numerator.bit_length() + x.denominator.bit_length() < LARGEST_NUMBER


def mixed(values: list, context: Any) -> list:
    """Exact rationals stay exact while all of them are."""
    return values if all(isinstance(v, Fraction) for v in values) else [inexact(v, context) for v in values]


def evaluate(e: Tree, model: dict, env: dict | None = None, context: Any = mpmath.mp) -> Any:
    """The value of a tree: a Fraction where only rationals meet, else a number of the mpmath context.

    ``model`` is the table of a model; a letter that it lacks raises LookupError.
    """
    env = env or {}

    def value(t: Tree) -> Any:
        return evaluate(t, model, env, context)

    match e:
        case ("Rational", p, q):
            return Fraction(p, q)
        case ("Symbol", name, _):
            return env[e] if e in env else model[name]
        case ("Indexed", (_, name, _), *indices):
            at = tuple(int(value(index)) for index in indices)
            return env[name, at] if (name, at) in env else model[name][at]
        case ("Add", *terms):
            return sum(mixed([value(t) for t in terms], context))
        case ("Mul", *factors):
            return prod(mixed([value(t) for t in factors], context))
        case ("Pow", base, exponent):
            b, x = value(base), value(exponent)
            if isinstance(x, Fraction) and x.denominator == 1 and abs(x) < 1000 and is_small(b):
                return b ** int(x)
            return exponential(context, inexact(x, context) * context.log(inexact(b, context)))
        case ("Sum" | "Product" as kind, body, *limits):
            values = mixed([evaluate(body, model, at, context) for at in points(limits, model, env)], context)
            return sum(values, Fraction(0)) if kind == "Sum" else prod(values, start=Fraction(1))
        case ("KroneckerDelta", a, b):
            return Fraction(holds(("Eq", a, b), model, env))
        case ("Piecewise", *branches):
            return next(value(then) for then, condition in branches if holds(condition, model, env))
        case ("Derivative", body, *variables):
            return slope(body, variables, model, env)
        case ("Pi",):
            return +context.pi
        case ("E",):
            return context.exp(1)
        case (str(head), *parts) if head in FUNCTIONS:
            return FUNCTIONS[head](context, *(inexact(value(t), context) for t in parts))
    raise Refused("no number is known for {}", e)


def slope(body: Tree, variables: list, model: dict, env: dict) -> Any:
    """A derivative by finite differences, at a precision that leaves more digits than are compared."""
    orders: dict = {}
    for letter, (_, times, _) in variables:
        name = letter[1] if letter[0] == "Symbol" else letter[1][1]
        at = tuple(int(evaluate(index, model, env)) for index in letter[2:]) if letter[0] == "Indexed" else None
        # Two entries at the same place are one variable: the second derivative where m = b.
        first, order = orders.get(letter if at is None else (name, at), (letter, 0))
        orders[letter if at is None else (name, at)] = first, order + times

    def moved(*values: Any) -> Any:
        return inexact(evaluate(body, model, {**env, **dict(zip(orders, values, strict=True))}), mpmath.mp)

    start = [inexact(evaluate(letter, model, env), mpmath.mp) for letter, _ in orders.values()]
    return mpmath.diff(moved, tuple(start), tuple(order for _, order in orders.values()))


def points(limits: list, model: dict, env: dict) -> Iterator[dict]:
    """The environments in which the bound letters take all their values; the last limit is the outermost."""
    if not limits:
        yield env
        return
    *inner, (letter, lo, hi) = limits
    values = range(int(evaluate(lo, model, env)), int(evaluate(hi, model, env)) + 1)
    if len(values) > LONGEST:
        raise Refused(f"a sum of {len(values)} terms is not evaluated")
    for n in values:
        yield from points(inner, model, {**env, letter: Fraction(n)})


def holds(prop: Tree, model: dict, env: dict) -> bool:
    """Does a condition hold at a model? Exactly, where only rationals meet; else to 25 digits."""
    match prop:
        case ("true",):
            return True
        case ("And", *parts):
            return all(holds(part, model, env) for part in parts)
        case ("Contains", t, ("FiniteSet", *members)):
            return any(holds(("Eq", t, member), model, env) for member in members)
        case (str(head), a, b) if head in RELATIONS:
            x, y = mixed([evaluate(a, model, env), evaluate(b, model, env)], mpmath.mp)
            near = x == y or (not isinstance(x, Fraction) and abs(x - y) < CLOSE * (1 + abs(x)))
            return (0 if near else 1 if x > y else -1) in RELATIONS[head]
    raise Refused("no condition that has a truth value: {}", prop)


def satisfied(fact: Tree, model: dict) -> bool:
    """Does a fact hold at a model, at every point of its ranges?"""
    prop, *limits = fact
    with mpmath.workdps(DIGITS):
        return all(holds(prop, model, env) for env in points(limits[::-1], model, {}))


def compare(a: Tree, b: Tree, model: dict) -> int:
    """The sign of a - b at a model; 0 where they agree to 25 digits."""
    with mpmath.workdps(DIGITS):
        return next(sign for sign, head in ((0, "Eq"), (1, "Gt"), (-1, "Lt")) if holds((head, a, b), model, {}))
