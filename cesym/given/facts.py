"""Facts and modelling assumptions, as a user writes them.

Facts are SymPy relations, alone or with ranges: ``(p[i] > 0, (i, 1, N))`` says it for all i in 1..N.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import sympy as sp

from cesym import kernel
from cesym.given.ranges import Ranges, range_of
from cesym.kernel.trees import tree
from cesym.notation.indices import fresh_index
from cesym.notation.trees import letters, subtrees
from cesym.parse import parse

__all__ = ["INDEPENDENT", "REAL", "Assumption", "Fact", "flags_of", "free_letters", "listed", "read_facts"]

REAL = {"real", "integer", "positive", "nonnegative", "negative", "nonpositive"}


class Assumption(NamedTuple):
    """A modelling assumption: nothing that follows checks it. Markdown for the page, plain text for the terminal."""

    latex: str
    text: str


INDEPENDENT = Assumption("the samples are independent", "the samples are independent")


class Fact(NamedTuple):
    """A relation (or ``Contains(x, FiniteSet(...))``) that holds for all values in the ranges ``limits``."""

    prop: sp.Basic
    limits: tuple[tuple, ...] = ()

    @property
    def tree(self) -> kernel.Tree:
        return (tree(self.prop), *(tuple(map(tree, limit)) for limit in self.limits))


def free_letters(t: kernel.Tree) -> Iterator[tuple[kernel.Tree, int]]:
    """The free letters of a tree, each with the number of its indices."""
    arity = {part[1]: len(part) - 2 for part in subtrees(t) if part[0] == "Indexed"}
    for letter in letters(t):
        yield letter, arity[letter[1]] if letter[0] == "Indexed" else 0


def flags_of(letter: kernel.Tree) -> set[str]:
    """What is declared of a letter or a family."""
    return set((letter[1] if letter[0] == "Indexed" else letter)[2])


def listed(given: Any) -> Any:
    """The same, to be read more than once."""
    return given if isinstance(given, Mapping | str | sp.Basic | bool | Fact | None) else list(given)


def keys(given: Any) -> Iterator[Any]:
    """The letters of which a set is given, in a mapping or in a list with mappings in it."""
    if isinstance(given, Mapping):
        yield from given
    elif isinstance(given, list):
        yield from (letter for item in given if isinstance(item, Mapping) for letter in item)


def with_arity(letter: Any) -> tuple[kernel.Tree, int]:
    """The letter as :func:`free_letters` yields it; a family without an index counts as one number a sample."""
    if isinstance(letter, sp.Symbol):
        return tree(letter), 0
    base = letter.base if isinstance(letter, sp.Indexed) else letter
    return ("Indexed", tree(base.label)), len(getattr(letter, "indices", (1,)))


def read_facts(given: Any, arity: Mapping[str, int], ranges: Ranges) -> Iterator[Fact]:
    """The facts; ``arity`` has the number of indices of each family, ``ranges`` what these run over."""
    if given is None:
        return
    if isinstance(given, Mapping):
        for letter, values in given.items():
            yield from set_facts(letter, values, arity, ranges)
        return
    if isinstance(given, str | sp.Basic | bool | Fact):
        given = [given]
    for item in given:
        if isinstance(item, Fact):
            yield item._replace(limits=tuple(map(read_limit, item.limits)))
        elif isinstance(item, Mapping):
            yield from read_facts(item, arity, ranges)
        else:
            prop, *limits = item if isinstance(item, tuple | list) else (item,)
            yield from relations(prop, tuple(map(read_limit, limits)))


def read_limit(limit: Any) -> tuple:
    if isinstance(limit, tuple | list | sp.Tuple) and len(limit) == 3 and isinstance(limit[0], sp.Symbol):
        return (limit[0], sp.sympify(limit[1]), sp.sympify(limit[2]))
    raise ValueError(f"given: a range is (letter, from, to), such as (i, 1, N), not {limit!r}")


def relations(prop: Any, limits: tuple) -> Iterator[Fact]:
    """A relation, or several joined by And; what SymPy has decided from declared assumptions says nothing new."""
    if isinstance(prop, str):
        prop = parse(prop)
    if prop in (True, sp.true):
        return
    if prop in (False, sp.false):
        raise ValueError("given: one of the facts is false whatever the letters are; it would prove anything")
    if isinstance(prop, sp.And):
        for part in sorted(prop.args, key=sp.default_sort_key):
            yield from relations(part, limits)
    elif isinstance(prop, sp.Rel | sp.Contains):
        yield Fact(prop, limits)
    else:
        raise ValueError(f"given: a fact is a relation such as p[i] > 0, or (relation, (i, 1, N)), not {prop!r}")


def set_facts(letter: Any, values: Any, arity: Mapping[str, int], ranges: Ranges) -> Iterator[Fact]:
    """``letter in values``; a family's set holds over its whole range, a single entry's or a scalar's for that one."""
    limits: tuple = ()
    if isinstance(letter, sp.IndexedBase):
        limits = places(letter.label.name, arity.get(letter.label.name, 1), ranges)
        letter = letter[tuple(limit[0] for limit in limits)]
    if not isinstance(letter, sp.Symbol | sp.Indexed):
        raise ValueError(f"given: the key of a set is a letter, an entry or a family, not {letter!r}")
    symbol = letter.base.label if isinstance(letter, sp.Indexed) else letter
    if not REAL & flags_of(tree(symbol)):
        instead = "use the letters of cesym.symbols, or Symbol(..., real=True)"
        raise ValueError(f"given: {symbol} is not declared real: {instead}")
    values = sp.FiniteSet(*values) if isinstance(values, set | frozenset | tuple | list) else values
    if isinstance(values, sp.FiniteSet):
        yield Fact(sp.Contains(letter, values, evaluate=False), limits)
    elif isinstance(values, sp.Interval):
        for end, is_open, strict, weak in (
            (values.start, values.left_open, sp.Gt, sp.Ge),
            (values.end, values.right_open, sp.Lt, sp.Le),
        ):
            if end.is_finite:
                yield from relations((strict if is_open else weak)(letter, end), limits)
    elif values in (sp.S.Naturals, sp.S.Naturals0):
        if not letter.is_integer:
            raise ValueError(f"given: {letter} must be declared an integer to range over {values}")
        yield from relations(letter >= (1 if values == sp.S.Naturals else 0), limits)
    elif values != sp.S.Reals:
        raise ValueError(f"given: {letter} in {values}: write an Interval, a finite set, Naturals, Naturals0 or Reals")


def places(family: str, count: int, ranges: Ranges) -> tuple[tuple, ...]:
    """The range of each index of a family, under letters that differ."""
    limits: list[tuple] = []
    for n in range(count):
        letter, low, high = range_of(family, n, ranges)
        taken = [limit[0] for limit in limits]
        limits.append((fresh_index(*taken) if letter in taken else letter, low, high))
    return tuple(limits)
