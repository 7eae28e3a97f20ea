"""Numbers at which a false claim fails. They satisfy what is given, and the difference that they show is real.

Untrusted, because it admits nothing: a claim that no number here refutes is *not shown*, never accepted.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from random import Random
from typing import Any

from cesym.check.counterexample import Counterexample, assignments, stated, told_apart
from cesym.check.values import (
    all_hold,
    apart,
    entries,
    gap,
    is_size,
    place,
    renamed,
    sign_of,
    unrolled,
    value_at,
    value_of,
)  # fmt: skip
from cesym.given import Given
from cesym.given.models import Search
from cesym.kernel.edges import edges
from cesym.kernel.trees import Refused, Tree, tree
from cesym.kernel.witness import has, table
from cesym.notation.indices import letter_name
from cesym.notation.trees import letters, name_of

__all__ = ["Counterexample", "assignments", "counterexample", "stated", "told_apart"]

LARGEST_SIZE = 4
AT_EACH_SIZE = 12  # models tried before the sizes may grow
ENOUGH = 24  # models at which a claim fails, among which the plainest is shown
PLAIN = [
    Fraction(s)
    for s in ("1", "1/2", "0", "2", "3", "-1", "1/4", "3/4", "9/10", "1/10", "-1/2", "4", "1/3", "2/3")
]  # fmt: skip


PACE = 30_000  # nodes of expressions that are looked at in about a second
NO_MODEL = 300  # what a search for a model in vain counts for


def counterexample(
    before: Any, after: Any, given: Any, relation: str = "=", over: Iterable[Any] = (), tries: int = 1000,
    seconds: float = 1.0,
) -> Counterexample | None:  # fmt: skip
    """Small, round numbers at which ``before relation after`` fails although all that is given holds; or None.

    For ``≃`` over some parameters it gives values of them between which the two lines cannot be tied by
    before = a*after + b with a > 0. A claimed line that merely has no value where the line before has one
    is reported, with ``after=None``, only where no two numbers differ.

    >>> from cesym.symbols import p
    >>> from sympy import log
    >>> found = counterexample(-log(p[1]), log(p[1]), [p[1] > 0])
    >>> str(found), found.shown
    ('p₁ = 1/2', ('0.693', '-0.693'))
    """
    lhs, rhs = tree(before), tree(after)
    if relation == "⇄":
        lhs, relation = ("Mul", ("Rational", -1, 1), ("log", lhs)), "="
    search = Refutation(lhs, rhs, Given.of(given, lhs, rhs), relation, tries, int(seconds * PACE))
    return search.not_affine(list(map(letter_name, over))) if relation == "≃" else search.not_related()


def nodes(t: Any) -> int:
    return 1 + sum(map(nodes, t)) if isinstance(t, tuple) else 0


@dataclass
class Refutation:
    """One search for numbers against ``lhs relation rhs``."""

    lhs: Tree
    rhs: Tree
    given: Given
    relation: str
    tries: int
    budget: int

    @property
    def sizes(self) -> set[str]:
        return {name_of(t) for t, _ in self.given.letters if is_size(t)}

    def search(self, simple: bool) -> Search:
        return Search(self.given.trees, self.given.letters, Random(int(not simple)), simple, self.given.farthest)

    def stream(self) -> Iterator[dict]:
        """Models while the budget lasts: round numbers first, then any; small sizes first.

        Work is counted, not time: a verdict must not depend on how busy the machine is.
        """
        for simple in (True, False):
            search = self.search(simple)
            for most in range(1, LARGEST_SIZE + 1) if self.sizes else (1,):
                misses, hits = 0, 0
                quota = AT_EACH_SIZE if most < LARGEST_SIZE and self.sizes else self.tries // 2
                while hits < quota and misses < 3 + hits and self.budget > 0:
                    model = search.model((1, most), keep={})
                    self.budget -= self.cost(model) if model else NO_MODEL
                    misses, hits = misses + (model is None), hits + (model is not None)
                    if model is not None:
                        yield model

    def cost(self, model: dict) -> int:
        """What looking at a model takes: the nodes of both lines, written out for its sizes."""
        return 10 + sum(nodes(unrolled(t, model)) for t in (self.lhs, self.rhs))

    def fails(self, model: dict) -> bool:
        return apart(unrolled(self.lhs, model), unrolled(self.rhs, model), model, self.relation)

    def not_related(self) -> Counterexample | None:
        found: list[tuple[tuple, int, dict]] = []
        undefined = None
        for turn, model in enumerate(chain(self.stream(), self.last_resort(found))):
            if self.fails(model):
                model = self.plainer(model) if len(found) < 4 else model
                found.append((self.effort(model), turn, model))
            elif undefined is None:
                here = [value_at(unrolled(t, model), model) for t in (self.lhs, self.rhs)]
                undefined = model if here[0] is not None and here[1] is None else None
            if len(found) == ENOUGH or (found and min(found)[0][0] < sum(model[name] for name in self.sizes)):
                break
        best = min(found)[2] if found else undefined
        return None if best is None else stated(self.lhs, self.rhs, best)

    def last_resort(self, found: list) -> Iterator[dict]:
        """The kernel's own models, and those at the edges of what is given, where no other model has refuted."""
        try:
            data = None if found else self.given.kernel
        except (ValueError, Refused):
            return
        if data is not None:
            yield from map(table, data.models)
            yield from edges(data, (self.lhs, self.rhs))

    def effort(self, model: dict) -> tuple:
        """What there is to read in a model: its sizes, whether the difference is plain to see, its numbers."""
        read = entries((self.lhs, self.rhs), model)
        big = sum(int(value_of(model, t)) for t in read if is_size(t))
        left, right = (value_at(unrolled(t, model), model) for t in (self.lhs, self.rhs))
        return big, bool(abs(gap(left, right)) < 0.1), sum(weight(value_of(model, t)) for t in read)

    def plainer(self, model: dict) -> dict:
        """The model with its numbers replaced by plainer ones, one by one, while it still refutes."""
        facts = self.given.trees
        for t in entries((self.lhs, self.rhs), model):
            name, at = place(t)
            declared = set((t[1] if at is not None else t)[2])
            # Another size would need other entries.
            for value in () if is_size(t) else PLAIN[: weight(value_of(model, t))]:
                if not all(has(flag, value, model) for flag in declared):
                    continue
                other = {**model, name: value if at is None else {**model[name], at: value}}
                if all_hold(facts, other) and self.fails(other) and self.effort(other) < self.effort(model):
                    model = other
                    break
        return model

    # Same minimiser

    def not_affine(self, over: list[str]) -> Counterexample | None:
        """Models that differ in the parameters alone, between which no before = a*after + b with a > 0 holds."""
        search = self.search(simple=True)
        moving = set().union(*(search.moving(name) for name in over))
        found: list[tuple] = []
        for turn, first in enumerate(chain(self.stream(), self.last_resort(found))):
            if len(found) == ENOUGH or (found and min(found)[0] < sum(first[name] for name in self.sizes)):
                break
            keep = {name: value for name, value in first.items() if name not in moving}
            others = [model for model in (search.model(keep=keep) for _ in range(2)) if model is not None]
            row = self.uneven([first, *others], keep, moving) if len(others) == 2 else []
            if row:
                read = entries((self.lhs, self.rhs), first)
                size = sum(int(value_of(first, t)) for t in read if is_size(t))
                work = sum(weight(value_of(model, t)) for model in row for t in read)
                found.append((size, self.faint(row), work, turn, row))
        if not found:
            return None
        shown, *more = (stated(self.lhs, self.rhs, model) for model in min(found)[-1])
        return Counterexample(shown.values, shown.before, shown.after, tuple(more))

    def faint(self, row: list[dict]) -> bool:
        """Does one of the lines hardly move?"""
        values = [[value_at(unrolled(t, model), model) for model in row] for t in (self.lhs, self.rhs)]
        return any(abs(gap(line[0], line[1])) < 0.1 for line in values)

    def uneven(self, row: list[dict], keep: dict, moving: set[str]) -> list[dict]:
        """Those of three models that refute: one line rises while the other does not, or not in proportion."""
        # Joined in one model, with one name for each value of a parameter.
        joint = keep | {f"{name}#{n}": model[name] for n, model in enumerate(row) for name in moving}
        lines = [
            renamed(unrolled(t, model), {name: f"{name}#{n}" for name in moving})
            for n, model in enumerate(row)
            for t in (self.lhs, self.rhs)
        ]

        def sign(term: Callable) -> int:
            return sign_of(lambda v: term(*(v[n % 2] - v[n] for n in range(2, 6))), lines, joint)

        if not moving & {name_of(t) for t in letters(self.rhs)}:
            return row[:2] if sign(lambda b, a, c, d: b) else []
        for n, term in ((1, lambda b, a, c, d: b * a), (2, lambda b, a, c, d: c * d)):
            if sign(term) < 0:
                return [row[0], row[n]]
        return row if sign(lambda b, a, c, d: b * d - c * a) else []


def weight(x: Fraction) -> int:
    return PLAIN.index(x) if x in PLAIN else len(PLAIN) + len(f"{x}")
