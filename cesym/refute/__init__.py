"""Numbers at which a false claim fails. They satisfy what is given, and the difference that they show is real.

Untrusted, because it admits nothing: a claim that no number here refutes is *not shown*, never accepted.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, islice
from random import Random
from typing import Any

import mpmath
import sympy as sp

from cesym.expressions import expression, letters, name_of
from cesym.given import Given, Search, models
from cesym.kernel.trees import Tree, tree
from cesym.printers import text
from cesym.refute.values import (
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

__all__ = ["Counterexample", "counterexample", "stated"]

ENOUGH = 24  # models at which a claim fails, among which the plainest is shown
PLAIN = [Fraction(s) for s in ("1", "1/2", "0", "2", "3", "-1", "1/4", "3/4", "9/10", "1/10", "-1/2", "4", "1/3", "2/3")]
Number = Any  # a Fraction, or a number of mpmath


@dataclass(frozen=True)
class Counterexample:
    """Values for what the two lines read, and what the lines are worth there.

    ``after`` is None where the claimed line has no value. For ``≃`` the ``others`` hold the same at other
    values of the parameters alone.
    """

    values: Mapping[Any, sp.Rational]
    before: Number
    after: Number | None
    others: tuple["Counterexample", ...] = ()

    def __str__(self) -> str:
        return ", ".join(f"{letter} = {value}" for letter, value in assignments(self.values, text)).replace("-", "−")

    @property
    def shown(self) -> tuple[str, str]:
        """The two numbers with as many digits as it takes to tell them apart; ``after`` may be "no number"."""
        return told_apart(self.before, self.after)


def told_apart(*numbers: Number | None) -> Any:
    """Numbers as text, with as many digits as it takes; fractions where all are short ones."""
    rows: list = [tuple("no number" if x is None else decimal(x, digits) for x in numbers) for digits in (3, 4, 6, 9, 15)]
    if all(x is None or isinstance(x, Fraction) and x.denominator <= 10 for x in numbers):
        rows = [tuple("no number" if x is None else str(x) for x in numbers)]
    return next((row for row in rows if len(set(row)) == len(set(numbers))), rows[-1])


def decimal(x: Any, digits: int = 3) -> str:
    """A number to some significant digits.

    >>> decimal(Fraction(355, 113)), decimal(Fraction(2)), decimal(mpmath.log(2), 5)
    ('3.14', '2', '0.69315')
    """
    if isinstance(x, Fraction | sp.Rational):
        x = mpmath.mpf(int(x.numerator)) / int(x.denominator)
    shown = mpmath.nstr(x, digits, min_fixed=-5, max_fixed=7)
    return shown.removesuffix(".0")


def assignments(values: Mapping[Any, Any], printer: Callable) -> Iterator[tuple[str, str]]:
    """``N = 1``, ``k = (1, 0)``, ``q_1 = (1/2, 1/2)``: a family whose last index runs from 1 is written as one."""

    def family(letter: Any) -> tuple:
        return (letter.base, letter.indices[:-1]) if isinstance(letter, sp.Indexed) else (letter,)

    for _, group in groupby(values, key=family):
        row = list(group)
        last = [letter.indices[-1] for letter in row if isinstance(letter, sp.Indexed)]
        if len(row) > 1 and last == list(range(1, len(row) + 1)):
            base, *indices = row[0].base, *row[0].indices[:-1]
            name = base[tuple(indices)] if indices else base.label
            yield printer(name), f"({', '.join(str(values[letter]) for letter in row)})"
        else:
            yield from ((printer(letter), str(values[letter])) for letter in row)


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
    search = Refutation(lhs, rhs, Given.of(given, lhs, rhs), relation, time.monotonic() + seconds)
    if relation == "≃":
        return search.not_affine([named(letter) for letter in over], tries)
    return search.not_related(tries)


def stated(before: Any, after: Any, model: Mapping[str, Any]) -> Counterexample:
    """What two lines are worth at a model."""
    lhs, rhs = tree(before), tree(after)
    read = entries((lhs, rhs), model)
    values = {expression(t): sp.Rational(value_of(model, t)) for t in read}
    with mpmath.workdps(30):
        left, right = (value_at(unrolled(t, model), model) for t in (lhs, rhs))
    return Counterexample(values, left, right)


def named(letter: Any) -> str:
    """The name of a letter, an entry or a family."""
    letter = letter.base if isinstance(letter, sp.Indexed) else letter
    return letter if isinstance(letter, str) else getattr(letter, "label", letter).name


@dataclass
class Refutation:
    """One search for numbers against ``lhs relation rhs``."""

    lhs: Tree
    rhs: Tree
    given: Given
    relation: str
    ends: float

    def stream(self, tries: int) -> Iterator[dict]:
        """Models while there is time: round numbers first, then any."""
        for simple in (True, False):
            for model in islice(models(self.given, seed=not simple, simple=simple), tries // 2):
                if time.monotonic() > self.ends:
                    return
                yield model

    def fails(self, model: dict) -> bool:
        return apart(unrolled(self.lhs, model), unrolled(self.rhs, model), model, self.relation)

    def not_related(self, tries: int) -> Counterexample | None:
        found: list[tuple] = []
        undefined = None
        for turn, model in enumerate(self.stream(tries)):
            if self.fails(model):
                model = self.plainer(model) if len(found) < 4 else model
                found.append((self.effort(model), turn, model))
            elif undefined is None:
                here = [value_at(unrolled(t, model), model) for t in (self.lhs, self.rhs)]
                undefined = model if here[0] is not None and here[1] is None else None
            smaller = found and min(found)[0][0] < sum(v for name, v in model.items() if name in self.sizes)
            if smaller or len(found) == ENOUGH:
                break
        best = min(found)[2] if found else undefined
        return best and stated(self.lhs, self.rhs, best)

    @property
    def sizes(self) -> set[str]:
        return {name_of(t) for t, _ in self.given.letters if is_size(t)}

    def entries(self, model: dict) -> list[Tree]:
        return entries((self.lhs, self.rhs), model)

    def effort(self, model: dict) -> tuple:
        """What there is to read in a model: sizes first, then whether the difference is plain to see, then the numbers."""
        read = self.entries(model)
        big = sum(int(value_of(model, t)) for t in read if is_size(t))
        left, right = (value_at(unrolled(t, model), model) for t in (self.lhs, self.rhs))
        return big, bool(abs(gap(left, right)) < 0.1), sum(weight(value_of(model, t)) for t in read)

    def plainer(self, model: dict) -> dict:
        """The model with its numbers replaced by plainer ones, one by one, while it still refutes."""
        facts = [fact.tree for fact in self.given.facts]
        for t in self.entries(model):
            name, at = place(t)
            declared = set((t[1] if at is not None else t)[2])
            # Another size would need other entries.
            for value in () if is_size(t) else PLAIN[: weight(value_of(model, t))]:
                if "integer" in declared and value.denominator > 1 or "positive" in declared and value <= 0:
                    continue
                other = {**model, name: value if at is None else {**model[name], at: value}}
                if all_hold(facts, other) and self.fails(other) and self.effort(other) < self.effort(model):
                    model = other
                    break
        return model

    def not_affine(self, over: list[str], tries: int) -> Counterexample | None:
        """Models that differ in the parameters alone, between which before = a*after + b with a > 0 cannot hold."""
        search = Search(tuple(fact.tree for fact in self.given.facts), self.given.letters, Random(0), simple=True)
        moving = set().union(*(search.moving(name) for name in over))
        found: list[tuple] = []
        for turn in range(tries):
            if time.monotonic() > self.ends or len(found) == ENOUGH:
                break
            first = search.model((1, 1 + min(3, turn // 12)))
            keep = {name: value for name, value in (first or {}).items() if name not in moving}
            row = [first, *(search.model(keep=keep) for _ in range(2))] if first else [None]
            if None in row:
                continue
            smaller = found and min(found)[0] < sum(v for name, v in first.items() if name in self.sizes)
            if smaller:
                break
            if row := self.uneven(row, keep, moving):
                read = self.entries(row[0])
                work = sum(weight(value_of(model, t)) for model in row for t in read)
                found.append((*self.effort(row[0])[:2], work, turn, row))
        if not found:
            return None
        first, *others = (stated(self.lhs, self.rhs, model) for model in min(found)[-1])
        return Counterexample(first.values, first.before, first.after, tuple(others))

    def uneven(self, row: list[dict], keep: dict, moving: set[str]) -> list[dict]:
        """Those of three models that refute: one line rises while the other does not, or not in proportion."""
        # Joined in one model, with one name for each value of a parameter.
        joint = keep | {f"{name}#{n}": model[name] for n, model in enumerate(row) for name in moving}
        lines = [
            renamed(unrolled(t, model), {name: f"{name}#{n}" for name in moving})
            for n, model in enumerate(row) for t in (self.lhs, self.rhs)
        ]  # fmt: skip

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
