"""What the tables of this folder are written with."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from cesym.kernel import Given, Refused, Step, tree

REACH = range(-3, 12)


def fact(prop: Any, *limits: tuple) -> tuple:
    return (tree(prop), *(tuple(map(tree, limit)) for limit in limits))


def family(value: Callable[[int], Any]) -> tuple:
    return tuple(((n,), Fraction(value(n))) for n in REACH)


def table(value: Callable[[int, int], Any]) -> tuple:
    return tuple(((n, m), Fraction(value(n, m))) for n in REACH for m in REACH)


def model(**letters: Any) -> tuple:
    return tuple((name, v if isinstance(v, tuple) else Fraction(v)) for name, v in letters.items())


def given(facts: tuple, *models: dict) -> Given:
    return Given(facts, tuple(model(**m) for m in models))


def readable(e: Any) -> Any:
    """The tree of e; e itself where it has none, for the kernel to refuse."""
    try:
        return tree(e)
    except Refused:
        return e


def step(before: Any, after: Any, primitive: str = "equality", using: tuple = (), split: tuple = (),
    data: tuple = ()) -> Step:
    using = tuple((n, tree(e) if e != () else ()) for n, e in using)
    return Step(readable(before), readable(after), primitive, using, split, data)


def minimiser(before: Any, after: Any, a: Any, b: Any, *over: str, **more: Any) -> Step:
    return step(before, after, "same minimiser", data=(tree(a), tree(b), over), **more)


def certificate(before: Any, after: Any, relation: str, *terms: tuple) -> Step:
    read = tuple((tree(w), kind, tree(t), *(tuple(map(tree, limit)) for limit in limits)) for w,
        kind, t, *limits in terms)
    return step(before, after, "certificate", data=(relation, read))


def monotone(before: Any, after: Any, *over: str) -> Step:
    return step(before, after, "monotone map", data=(over,))
