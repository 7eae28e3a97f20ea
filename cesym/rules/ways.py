"""Which primitive admits a line? Tried in turn, the cheapest first; untrusted, since each answer is the kernel's."""

from collections.abc import Iterator
from typing import Any

import sympy as sp

from cesym import kernel
from cesym.given import Given
from cesym.kernel.trees import Refused, tree
from cesym.notation.trees import name_of

__all__ = ["admitted_equality", "admitted_step", "same_minimiser_step"]


def equality_steps(before: Any, after: Any, given: Given) -> Iterator[kernel.Step]:
    """Ways to claim ``before = after``: as it stands, by the given equations, by cases, by both."""
    lhs, rhs = tree(before), tree(after)
    equations = tuple((n, way) for n, fact in enumerate(given.facts) for way in solutions(fact.tree[0]))
    numbers = tuple(dict.fromkeys(n for n, _ in equations))
    supported = tuple(name_of(("Indexed", t[1]) if t[0] == "Indexed" else t) for f in given.facts
                      if (t := f.tree[0][1]) and f.tree[0][0] == "Contains")  # fmt: skip
    reals = tuple(name_of(t) for t, _ in given.letters if any(has_kink(side, name_of(t)) for side in (lhs, rhs)))
    splits = [(), *([tuple(dict.fromkeys((*supported, *reals)))] if supported or reals else [])]
    choices: list[tuple] = [()]
    if numbers:
        ways = [[(m, way) for m, way in equations if m == n] for n in numbers]
        choices += [tuple(way[min(turn, len(way) - 1)] for way in ways) for turn in range(max(map(len, ways)))]
    for split in splits:
        for using in choices:
            yield kernel.Step(lhs, rhs, "equality", using, split)


def solutions(prop: kernel.Tree) -> list[kernel.Tree]:
    """The atoms for which an equation can be solved: () is the left side where that is one, else each entry in it."""
    if prop[0] != "Eq":
        return []
    if prop[1][0] in ("Symbol", "Indexed", "Sum"):
        return [()]
    found = [t for side in prop[1:] for t in pieces(side) if t[0] in ("Indexed", "Symbol", "Sum")]
    return list(dict.fromkeys(found[::-1]))


def pieces(t: kernel.Tree) -> Iterator[kernel.Tree]:
    """The terms of a sum, each without its numeric factor."""
    match t:
        case ("Add", *terms):
            for term in terms:
                yield from pieces(term)
        case ("Mul", ("Rational", _, _), factor):
            yield factor
        case _:
            yield t


def has_kink(t: Any, name: str, inside: bool = False) -> bool:
    """Does a letter stand under an absolute value or in a condition, where its sign may decide?"""
    if not isinstance(t, tuple) or not t:
        return False
    if t[0] == "Symbol":
        return inside and t[1] == name
    inside = inside or t[0] in ("Abs", "Max", "Min", "Gt", "Ge", "Lt", "Le")
    return any(has_kink(part, name, inside) for part in t)


def admitted_equality(before: Any, after: Any, given: Given) -> kernel.Step:
    """The first step that the kernel admits for ``before = after``; raises the most telling refusal if none is."""
    data, telling = given.kernel, None
    for step in equality_steps(before, after, given):
        try:
            kernel.admit(data, step)
            return step
        except Refused as refusal:
            if refusal.missing or telling is None:
                telling = refusal
            if "the two sides differ at" in refusal.message:
                break
    raise telling or Refused("no primitive applies")


def admitted_step(before: Any, after: Any, given: Given, primitive: str, data: tuple) -> kernel.Step:
    """The first step by a primitive that the kernel admits; raises the last refusal if none is.

    The last way has all that is given to work with, so that its refusal says most.
    """
    last = Refused("no primitive applies")
    for step in equality_steps(before, after, given):
        step = step._replace(primitive=primitive, data=data)
        try:
            kernel.admit(given.kernel, step)
            return step
        except Refused as refusal:
            last = refusal
    raise last


def same_minimiser_step(before: Any, after: Any, over: tuple[str, ...], a: Any, b: Any, given: Given) -> kernel.Step:
    """The step ``before = a*after + b`` over the parameters, if the kernel admits it; else Refused."""
    data = (tree(sp.sympify(a)), tree(sp.sympify(b)), over)
    return admitted_step(before, after, given, "same minimiser", data)
