"""The value of a SymPy expression at a model, to 50 digits. Written for these tests: the package's evaluator plays no part.

A model maps a name to a number, or, for a family, to a mapping of index tuples to numbers. Rationals stay exact
as long as they can. Where an expression has no value (the logarithm of 0, an index that is no whole number,
a range that ends two places before it starts) :class:`Undefined` is raised.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import sympy as sp

DIGITS = 200  # of which 50 count
LONGEST = 1000  # terms of a sum
LARGEST = 10**6  # argument of an exponential
SAME = mpmath.mpf(10) ** -48
Model = dict[str, Any]


class Undefined(ArithmeticError):
    """The expression has no value at this model."""


def rough(x: Any) -> Any:
    return mpmath.mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else x


def exponential(x: Any) -> Any:
    if abs(x) > LARGEST:
        raise OverflowError("an exponential too large to compute")
    return mpmath.exp(x)


def whole(x: Any) -> bool:
    return isinstance(x, Fraction) and x.denominator == 1


def alike(*values: Any) -> tuple:
    """The same numbers, exact only if all of them are."""
    return values if all(isinstance(v, Fraction) for v in values) else tuple(map(rough, values))


def same(a: Any, b: Any) -> bool:
    """Equal, or to 48 digits so where one of them is no rational."""
    a, b = alike(a, b)
    return a == b or (not isinstance(a, Fraction) and abs(a - b) <= SAME * (1 + abs(a) + abs(b)))


def sign(a: Any, b: Any) -> int:
    a, b = alike(a, b)
    return 0 if same(a, b) else 1 if a > b else -1


def value(e: Any, model: Model, env: dict[str, Fraction] | None = None) -> Any:
    """The number that ``e`` is worth at a model; ``env`` holds the bound letters."""
    with mpmath.workdps(DIGITS):
        return at(e, model, env or {})


def at(e: Any, model: Model, env: dict) -> Any:
    if e.is_Rational:
        return Fraction(int(e.p), int(e.q))
    if e.is_Symbol:
        return env[e.name] if e.name in env else number(model, e.name)
    if isinstance(e, sp.Indexed):
        where = tuple(index(at(s, model, env)) for s in e.indices)
        return number(model, e.base.label.name, where)
    if isinstance(e, sp.Sum | sp.Product):
        total = Fraction(0) if isinstance(e, sp.Sum) else Fraction(1)
        for inner in environments(e.limits, model, env):
            one = at(e.function, model, inner)
            a, b = alike(total, one)
            total = a + b if isinstance(e, sp.Sum) else a * b
        return total
    if isinstance(e, sp.Piecewise):
        for then, condition in e.args:
            if truth(condition, model, env):
                return at(then, model, env)
        raise Undefined("no case applies")
    if isinstance(e, sp.Derivative):
        return slope(e, model, env)
    if e is sp.pi:
        return +mpmath.pi
    if e is sp.E:
        return +mpmath.e
    return combined(e, [at(arg, model, env) for arg in e.args])


def combined(e: Any, values: list) -> Any:
    if isinstance(e, sp.Add | sp.Mul):
        total = values[0]
        for one in values[1:]:
            a, b = alike(total, one)
            total = a + b if e.is_Add else a * b
        return total
    if isinstance(e, sp.KroneckerDelta):
        return Fraction(same(*values))
    if type(e) is sp.Pow:
        return power(*values)
    if isinstance(e, sp.Abs):
        return abs(values[0])
    x, *more = map(rough, values)
    if isinstance(e, sp.exp):
        return exponential(x)
    if isinstance(e, sp.log) and not more:
        return mpmath.log(positive(x))
    if isinstance(e, sp.gamma):
        return mpmath.gamma(positive(x))
    if isinstance(e, sp.loggamma):
        return mpmath.loggamma(positive(x))
    if isinstance(e, sp.factorial):
        return mpmath.gamma(positive(index(values[0]) + mpmath.mpf(1)))
    if isinstance(e, sp.beta):
        return mpmath.beta(positive(x), positive(more[0]))
    if isinstance(e, sp.binomial):
        if index(values[1]) < 0:
            raise Undefined("a binomial coefficient below 0")
        return mpmath.gamma(positive(x + 1)) / mpmath.gamma(more[0] + 1) / mpmath.gamma(positive(x - more[0] + 1))
    raise NotImplementedError(f"no value is known for {type(e).__name__}")


def number(model: Model, name: str, where: tuple | None = None) -> Any:
    found = model[name]
    if where is not None:
        if isinstance(found, dict) and len(where) == len(next(iter(found))) and where not in found:
            raise NotImplementedError("an entry further out than our models reach")
        found = found.get(where) if isinstance(found, dict) else None
    if found is None or isinstance(found, dict):
        raise Undefined(f"{name} has no value at {where}")
    return found


def index(x: Any) -> int:
    if not whole(x):
        raise Undefined(f"{x} is no whole number")
    return int(x)


def positive(x: Any) -> Any:
    if x <= 0:
        raise Undefined(f"{mpmath.nstr(x, 5)} is not positive")
    return x


def power(base: Any, exponent: Any) -> Any:
    """0**0 is 1, and a base that is not positive needs a whole exponent."""
    if whole(exponent):
        if base == 0 and exponent < 0:
            raise Undefined("a division by zero")
        if abs(exponent) < 100:
            return base ** int(exponent)
        return exponential(rough(exponent) * mpmath.log(abs(rough(base)))) * (-1) ** int(exponent) if base else Fraction(0)
    return exponential(rough(exponent) * mpmath.log(positive(rough(base))))


def environments(limits: Any, model: Model, env: dict) -> Iterator[dict]:
    """The values of the bound letters; in SymPy the last limit is the outermost."""
    if not limits:
        yield env
        return
    *inner, (letter, low, high) = limits
    first, last = index(at(low, model, env)), index(at(high, model, env))
    if last < first - 1:
        raise Undefined(f"the range {first}..{last} has a negative length")
    if last - first > LONGEST:
        raise NotImplementedError("a range too long to add up here")
    for n in range(first, last + 1):
        yield from environments(inner, model, {**env, letter.name: Fraction(n)})


def truth(condition: Any, model: Model, env: dict) -> bool:
    """Whether a relation holds at a model."""
    if condition in (True, False):
        return bool(condition)
    if isinstance(condition, sp.And):
        return all(truth(part, model, env) for part in condition.args)
    if isinstance(condition, sp.Or):
        return any(truth(part, model, env) for part in condition.args)
    if isinstance(condition, sp.Contains):
        return any(same(at(condition.args[0], model, env), at(t, model, env)) for t in condition.args[1].args)
    s = sign(at(condition.lhs, model, env), at(condition.rhs, model, env))
    return {">": s > 0, ">=": s >= 0, "<": s < 0, "<=": s <= 0, "==": s == 0, "!=": s != 0}[condition.rel_op]


def slope(e: sp.Derivative, model: Model, env: dict) -> Any:
    """A derivative by finite differences at 150 digits."""
    if len(e.variable_count) != 1:
        raise NotImplementedError("a derivative in one variable")
    x, times = e.variable_count[0]
    where = tuple(index(at(s, model, env)) for s in getattr(x, "indices", ()))
    name = x.base.label.name if where else x.name

    def moved(t: Any) -> Any:
        return rough(at(e.expr, {**model, name: {**model[name], where: t} if where else t}, env))

    with mpmath.workdps(150):
        return mpmath.diff(moved, rough(number(model, name, where or None)), int(times))


def instances(fact: Any, model: Model) -> Iterator[dict]:
    """The values of a fact's index letters."""
    with mpmath.workdps(DIGITS):
        yield from environments([tuple(map(sp.sympify, limit)) for limit in fact.limits[::-1]], model, {})


def holds(fact: Any, model: Model) -> bool:
    """Whether a fact of ``Given.facts`` holds at a model, over all of its ranges; not where it has no value."""
    try:
        return all(truth(fact.prop, model, env) for env in instances(fact, model))
    except (Undefined, NotImplementedError, OverflowError):
        return False
