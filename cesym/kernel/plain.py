"""Steps as plain data. They mean nothing by themselves: whoever decides about one recomputes everything."""

from collections.abc import Callable
from fractions import Fraction
from functools import wraps
from math import gcd
from typing import Any, NamedTuple

from cesym.kernel.trees import DEEPEST, Refused, Tree, check_tree, tree

LARGEST = 200_000  # parts of what is given and of a step
PLAIN = {tuple, str, int, Fraction}
UNIT, NOTHING = ("Rational", 1, 1), ("Rational", 0, 1)


class Given(NamedTuple):
    """What a chain rests on: facts, and models that show that they can hold. Plain data."""

    facts: tuple[Tree, ...] = ()
    models: tuple = ()


class Step(NamedTuple):
    """A claim ``before R after`` with what is needed to decide it. Plain data."""

    before: Tree
    after: Tree
    primitive: str = "equality"
    using: tuple = ()
    split: tuple[str, ...] = ()
    data: tuple = ()


class Statement(NamedTuple):
    """What a chain comes to. For ≃: before = a*after + b, same minimiser over the parameters ``over``."""

    lhs: Tree
    relation: str
    rhs: Tree
    over: tuple[str, ...] = ()
    a: Tree = UNIT
    b: Tree = NOTHING


def plain_tuple(value: Any) -> tuple:
    if type(value) is not tuple:
        raise Refused(f"a step is plain data: expected a tuple, not {type(value).__name__}")
    return value


def refusing(action: Callable) -> Callable:
    """Whatever goes wrong, nothing is admitted: malformed data, too deep, or not foreseen."""

    @wraps(action)
    def careful(given: Any, step: Step) -> Any:
        try:
            return action(given, step)
        except Refused:
            raise
        except RecursionError as e:
            raise Refused("the line is nested too deeply; split it into smaller steps") from e
        except KeyError as e:
            raise Refused(f"a witness gives no value for an entry that is read: {e}") from e
        except Exception as e:
            raise Refused(f"the kernel could not read this: {type(e).__name__}: {e}") from e

    return careful


@refusing
def plain(given: Given, step: Step) -> Step:
    """The step, read once: from here on it is made of trees, and neither it nor what is given can change or pretend.

    Facts are trees, hints are hints, and a witness is made of exact fractions: a float satisfies what it likes.
    """
    if type(given) is not Given or type(step) is not Step:
        raise Refused("a step is admitted under what is given: kernel.Given and kernel.Step")
    step = step._replace(before=tree(step.before), after=tree(step.after))
    parts: list = [*given, *step]
    for _ in range(DEEPEST + 10):  # level by level: equal data is looked up by a hash that has no bottom of its own
        if len(parts) > LARGEST:
            break
        for one in parts:
            if type(one) not in PLAIN:
                raise Refused(f"a step is plain data, made of tuples, strings and numbers, not {type(one).__name__}")
        parts = [part for one in parts if type(one) is tuple for part in one]
    if parts:
        raise Refused("the line is nested too deeply, or too long; split it into smaller steps")
    if has_fraction(step.data[1:] if step.primitive == "theorem" else step.data):
        raise Refused("the data of a step are trees and words: a number is a tree")  # 1 is found where 1/1 is put
    for fact in plain_tuple(given.facts):
        if not plain_tuple(fact):
            raise Refused("a fact is a proposition and perhaps ranges, not nothing")
        check_tree(("Sum", fact[0], *fact[:0:-1]) if fact[1:] else fact[0])
    for model in plain_tuple(given.models):
        if len(dict(plain_tuple(model))) < len(model):
            raise Refused("a witness gives a letter twice")
        for name, value in model:
            entries = value if type(value) is tuple else (((), value),)
            if type(name) is not str or not all(is_exact(v) for _, v in entries):
                raise Refused("a witness has something else than an exact fraction")
            if any(type(n) is not int for at, _ in entries for n in plain_tuple(at)):
                raise Refused("a witness has an entry whose index is no whole number")
    for number, way in plain_tuple(step.using):
        if type(number) is not int or not 0 <= number < len(given.facts) or given.facts[number][0][0] != "Eq":
            raise Refused(f"no equation is given under this number: {number}")
        if way != ():
            check_tree(way)
    if any(type(name) is not str for name in plain_tuple(step.split)):
        raise Refused("a case split names letters")
    for line in (step.before, step.after):
        check_tree(line)
    return step


def has_fraction(t: Any) -> bool:
    return type(t) is Fraction or (type(t) is tuple and any(map(has_fraction, t)))


def is_exact(v: Any) -> bool:
    """A fraction in lowest terms: one whose parts were put in by hand may be below 0 and say that it is above."""
    return (type(v) is Fraction and type(v.numerator) is type(v.denominator) is int
            and v.denominator > 0 and gcd(v.numerator, v.denominator) == 1)  # fmt: skip
