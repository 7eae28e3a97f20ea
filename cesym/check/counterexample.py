"""Numbers that refute a claim, as a value that shows itself."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any

import mpmath
import sympy as sp

from cesym.check.values import entries, unrolled, value_at, value_of
from cesym.kernel.trees import tree
from cesym.notation.printers import text
from cesym.notation.trees import expression

__all__ = ["Counterexample", "assignments", "stated", "told_apart"]

Number = Any  # a Fraction, or a number of mpmath
SHORT = 6  # digits of a fraction that is written as one


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


def stated(before: Any, after: Any, model: Mapping[str, Any]) -> Counterexample:
    """What two lines are worth at a model."""
    lhs, rhs = tree(before), tree(after)
    values = {expression(t): sp.Rational(value_of(model, t)) for t in entries((lhs, rhs), model)}
    with mpmath.workdps(30):
        left, right = (value_at(unrolled(t, model), model) for t in (lhs, rhs))
    return Counterexample(values, left, right)


def told_apart(*numbers: Number | None) -> Any:
    """Numbers as text, with as many digits as it takes; fractions where all are short ones."""
    if all(x is None or (isinstance(x, Fraction) and x.denominator <= 10) for x in numbers):
        return tuple("no number" if x is None else str(x) for x in numbers)
    rows = [tuple("no number" if x is None else decimal(x, digits) for x in numbers) for digits in (3, 4, 6, 9, 15)]
    return next((row for row in rows if len(set(row)) == len(set(numbers))), rows[-1])


def decimal(x: Number, digits: int = 3) -> str:
    """A number to some significant digits.

    >>> decimal(Fraction(355, 113)), decimal(Fraction(2)), decimal(mpmath.log(2), 5)
    ('3.14', '2', '0.69315')
    """
    if isinstance(x, Fraction | sp.Rational):
        x = mpmath.mpf(int(x.numerator)) / int(x.denominator)
    return mpmath.nstr(x, digits, min_fixed=-5, max_fixed=7).removesuffix(".0")


def assignments(values: Mapping[Any, sp.Rational], printer: Callable[[Any], str]) -> Iterator[tuple[str, str]]:
    """``N = 1``, ``k = (1, 0)``, ``q_1 = (1/2, 1/2)``: a family whose last index runs from 1 is written as one."""

    def family(letter: Any) -> tuple:
        return (letter.base, letter.indices[:-1]) if isinstance(letter, sp.Indexed) else (letter,)

    def number(letter: Any) -> str:
        exact = str(values[letter])
        return exact if len(exact) <= SHORT else decimal(values[letter])

    for _, group in groupby(values, key=family):
        row = list(group)
        last = [letter.indices[-1] for letter in row if isinstance(letter, sp.Indexed)]
        if len(row) > 1 and last == list(range(1, len(row) + 1)):
            base, before = row[0].base, row[0].indices[:-1]
            yield printer(base[before] if before else base.label), f"({', '.join(map(number, row))})"
        else:
            yield from ((printer(letter), number(letter)) for letter in row)
