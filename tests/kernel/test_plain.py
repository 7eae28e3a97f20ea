"""What only pretends to be plain data: objects that are equal to everything, or another thing each time they are read."""

from fractions import Fraction
from typing import Any

import pytest
import sympy as sp

from cesym.kernel import Given, Refused, Step, admit, tree, verify
from cesym.kernel.steps import decide
from cesym.kernel.witness import evaluate

from .cases import model
from .test_attacks import r

G = Given((), (model(r=1), model(r=2)))
ONE, R = ("Rational", 1, 1), tree(r)
TRUE = Step(("Add", R, ONE), ("Add", ONE, R))


class Like:
    """Equal to everything, found in a dictionary where another object is."""

    def __init__(self, other: Any) -> None:
        self.other = other

    def __hash__(self) -> int:
        return hash(self.other)

    def __eq__(self, other: object) -> bool:
        return True


class Digits(int):
    """7 when it is first read, then 8."""

    read = 0

    def __int__(self) -> int:
        self.read += 1
        return 7 if self.read == 1 else 8


class Name(str):
    pass


class Parts(tuple):
    pass


def integer(digits: Any) -> sp.Integer:
    number = object.__new__(sp.Integer)
    number.p = digits
    return number


@pytest.mark.parametrize(
    "step",
    [
        Step(("Add", Like(R), Like(ONE)), ("Add", ONE, R)),
        Step(("Add", R, ONE), Like(("Add", ONE, R))),
        Step(("Add", ("Symbol", Name("r"), ("real",)), ONE), ("Add", ONE, R)),
        Step(Parts(TRUE.before), TRUE.after),
        Step(("Add", R, ("Rational", True, 1)), TRUE.after),
        Step(("Add", R, ("Rational", 1.0, 1)), TRUE.after),
        TRUE._replace(primitive=Name("equality")),
        TRUE._replace(split=[]),
        TRUE._replace(data=(Like(()),)),
        TRUE._replace(using=((0, Like(())),)),
        Step(("Symbol", sp.Symbol("r"), ("real",)), R),
    ],
    ids=lambda given: type(given).__name__,
)
def test_a_step_that_pretends_is_refused(step: Step) -> None:
    admit(G, TRUE)
    for attempt in (lambda: admit(G, step), lambda: decide(G, step), lambda: verify(G, step.before, [step], afresh=False)):
        with pytest.raises(Refused):
            attempt()


def test_a_line_is_read_once() -> None:
    step = Step(integer(Digits(7)), ("Rational", 8, 1))
    for start in (("Rational", 7, 1), ("Rational", 8, 1)):
        step.before.p.read = 0
        with pytest.raises(Refused):
            verify(G, start, [step])


def test_a_chain_goes_on_where_it_is() -> None:
    seven = Step(("Mul", R, ("Rational", 7, 1)), ("Add", ("Mul", R, ("Rational", 7, 1)), ("Rational", 0, 1)))
    with pytest.raises(Refused, match="chain is broken"):
        verify(G, seven.before, [seven, TRUE])


def forged(numerator: Any, denominator: Any) -> Fraction:
    """A Fraction whose parts were put in by hand."""
    number = Fraction(1, 2)
    number._numerator, number._denominator = numerator, denominator
    return number


def at(*values: Fraction) -> tuple:
    return tuple((("r", v),) for v in values)


ABOVE, BELOW = ("Gt", R, ("Rational", 0, 1)), ("Lt", ("Add", R, ONE), ("Rational", 0, 1))
TWO_TO_R = ("Pow", ("Rational", 2, 1), R)


@pytest.mark.parametrize(
    "given",
    [
        # Facts that contradict each other, at numbers that are above 0 and below -1.
        G._replace(facts=((ABOVE,), (BELOW,)), models=at(forged(1, -1), forged(1, -2))),
        G._replace(
            facts=((("Gt", TWO_TO_R, ("Rational", 2, 1)),), (("Lt", TWO_TO_R, ("Rational", 4, 1)),)),
            models=at(forged(1.25, 1), forged(1.75, 1)),
        ),
        G._replace(models=at(forged(2, 4), Fraction(1))),
        G._replace(models=at(forged(1, 0), Fraction(1))),
        G._replace(models=at(forged(True, 1), Fraction(2))),
    ],
    ids=["below 0 and above", "whole and not", "not in lowest terms", "over 0", "a truth value"],
)
def test_a_fraction_with_forged_parts_is_no_number(given: Any) -> None:
    step = Step(R, R)
    for attempt in (lambda: admit(given, step), lambda: verify(given, R, [step])):
        with pytest.raises(Refused, match="something else than an exact fraction"):
            attempt()


def test_rational_leaves_are_told_apart_by_type() -> None:
    """A leaf that the kernel would not read must not be found where another was kept."""
    assert evaluate(("Rational", 1, 1), {}) == 1
    with pytest.raises(TypeError):
        evaluate(("Rational", 1.0, 1), {})


@pytest.mark.parametrize(
    "given",
    [
        (G.facts, G.models),
        G._replace(models=((("r", Like(Fraction(1))),), G.models[1])),
        G._replace(models=[*G.models]),
        G._replace(facts=iter(())),
        G._replace(facts=(Like(()),)),
    ],
    ids=lambda given: type(given).__name__,
)
def test_what_is_given_and_pretends_is_refused(given: Any) -> None:
    for attempt in (lambda: admit(given, TRUE), lambda: verify(given, TRUE.before, [TRUE])):
        with pytest.raises(Refused):
            attempt()


def test_steps_that_are_none() -> None:
    with pytest.raises(Refused, match="one after the other"):
        verify(G, TRUE.before, None)
