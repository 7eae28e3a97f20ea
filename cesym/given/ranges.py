"""Where families stand: the range of each index place, as lines and facts show it.

A set that is given for a family holds over it, and so does an index of the entry in which a derivative is taken.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import sympy as sp

from cesym.kernel.trees import Tree
from cesym.notation.trees import expression, subtrees
from cesym.symbols import C, N, c, i

__all__ = ["Range", "Ranges", "farthest", "range_of", "standing"]


class Range(NamedTuple):
    """``letter`` runs from ``low`` to ``high``."""

    letter: sp.Symbol
    low: sp.Expr
    high: sp.Expr


Ranges = Mapping[tuple[str, int], Range]  # by the name of a family and the place of an index
SAMPLES, CLASSES = Range(i, sp.S(1), N), Range(c, sp.S(1), C)
USUAL = {N: i, C: c}  # the letter by which samples and classes are counted


def range_of(family: str, place: int, ranges: Ranges) -> Range:
    """The range of an index place: where lines show none, the first is over the samples and others over classes."""
    return ranges.get((family, place), CLASSES if place else SAMPLES)


def standing(parts: Iterable[Tree]) -> dict[tuple[str, int], Range]:
    """The ranges under which families stand; of several the widest, as far as numbers tell."""
    found: dict[tuple[str, int], Range] = {}
    for part in parts:
        for place, (letter, low, high) in stands(part, {}):
            was = found.setdefault(place, Range(USUAL.get(high, letter), low, high))
            lower, higher = low - was.low, high - was.high
            found[place] = Range(
                was.letter, low if lower.is_negative else was.low, high if higher.is_positive else was.high
            )
    return found


def stands(t: Any, bound: dict[Tree, tuple[sp.Expr, sp.Expr]]) -> Iterator[tuple[tuple[str, int], Range]]:
    """Each index that is a bound letter, perhaps shifted, with its range; ends that move with another are left out."""
    match t:
        case ("Sum" | "Product", body, *limits):
            for letter, low, high in reversed(limits):
                bound = {**bound, letter: (expression(low), expression(high))}
            yield from stands(body, bound)
        case ("Indexed", (_, name, _), *indices):
            for n, at in enumerate(indices):
                letter, shift = shifted(at)
                ends = bound.get(letter, ())
                if ends and not any(end.free_symbols & set(map(expression, bound)) for end in ends):
                    yield (name, n), Range(expression(letter), ends[0] + shift, ends[1] + shift)
                yield from stands(at, bound)
        case tuple():
            for part in t:
                yield from stands(part, bound)


@lru_cache(2000)
def farthest(t: Tree) -> int:
    """The largest whole number that is an index, or in an end of a range."""
    ends: list[Tree] = []
    for part in subtrees(t):
        if part[0] in ("Sum", "Product"):
            ends += [end for limit in part[2:] for end in limit[1:]]
        elif part[0] == "Indexed":
            ends += part[2:]
    numbers = (part for end in ends for part in subtrees(end) if part[0] == "Rational" and part[2] == 1)
    return max((part[1] for part in numbers), default=0)


def shifted(at: Tree) -> tuple[Tree, int]:
    match at:
        case ("Add", ("Symbol", _, _) as letter, ("Rational", n, 1)) | (
            "Add", ("Rational", n, 1), ("Symbol", _, _) as letter):  # fmt: skip
            return letter, n
    return at, 0
