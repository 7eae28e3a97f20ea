"""What only pretends to be plain data: objects that are equal to everything, or another thing each time they are read."""

from fractions import Fraction
from typing import Any

import pytest
import sympy as sp

from cesym.kernel import Given, Refused, Step, admit, tree, verify
from cesym.kernel.steps import decide

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
