"""Statements one after the other: what composes, and broken, forged or laundered chains."""

import pytest
from sympy import Integer, Product, Sum, log, pi

from cesym.derivation.file import from_json
from cesym.kernel import Given, Refused, Step, admit, tree, verify
from cesym.kernel.steps import Statement
from cesym.kernel.trees import show
from cesym.symbols import N, i, mu, p, sigma, v, x

from .cases import certificate, minimiser, monotone, step
from .test_attacks import G, a, b, r, s

to_N = (i, 1, N)
MSE = Sum((x[i] - mu[i]) ** 2, to_N)
NLL = MSE / (2 * v) + N * log(2 * pi * v) / 2
EXPANDED = Sum(x[i] ** 2 - 2 * x[i] * mu[i] + mu[i] ** 2, to_N)
TO_MSE = minimiser(NLL, MSE, 1 / (2 * v), N * log(2 * pi * v) / 2, "mu")
SAME = step(MSE, EXPANDED)
DOUBLED = minimiser(EXPANDED, 2 * MSE + sigma, Integer(1) / 2, -sigma / 2, "mu")
BELOW = certificate(a**2 + b**2, b**2, "≥", (Integer(1), "square", a))
LOWER = certificate(b**2, 0, "≥", (Integer(1), "square", b))
ABOVE = certificate(b**2, a**2 + b**2, "≤", (Integer(1), "square", a))
LIKELIHOOD = Product(p[i], to_N)
TURNED = monotone(LIKELIHOOD, -log(LIKELIHOOD), "p")


@pytest.mark.parametrize(
    ("steps", "relation"),
    [
        ([], "="), ([step(NLL, NLL + 0 * r)], "="), ([TO_MSE], "≃"), ([TO_MSE, SAME], "≃"),
            ([TO_MSE, SAME, DOUBLED], "≃"), ([SAME, DOUBLED], "≃"),
        ([BELOW], "≥"), ([BELOW, LOWER], "≥"), ([ABOVE], "≤"), ([TURNED], "⇄"),
            ([TURNED, step(-log(LIKELIHOOD), -Sum(log(p[i]), to_N))], "⇄"),
    ],
)
def test_relations_compose(steps: list[Step], relation: str) -> None:
    start = steps[0].before if steps else tree(NLL)
    statement = verify(G, start, steps)
    assert (statement.lhs, statement.relation) == (tree(start), relation)


def test_the_constants_of_two_steps_are_those_of_one() -> None:
    """NLL = a*(2*MSE + sigma) + b, with a and b of the whole chain."""
    whole = verify(G, TO_MSE.before, [TO_MSE, SAME, DOUBLED])
    admit(G, Step(whole.lhs, ("Add", ("Mul", whole.a, whole.rhs), whole.b)))


ELSEWHERE = minimiser(MSE, 2 * MSE, Integer(1) / 2, 0, "x")


@pytest.mark.parametrize(
    ("why", "steps"),
    [
        ("over mu, then over x", [TO_MSE, ELSEWHERE]),
        ("greatest for least twice", [TURNED, monotone(-log(LIKELIHOOD), log(-log(LIKELIHOOD)),
            "p")]),
        ("at least, then at most", [BELOW, ABOVE]),
        ("at most, then at least", [ABOVE, certificate(a**2 + b**2, b**2, "≥",
            (Integer(1), "square", a))]),
        ("same minimiser, then at least", [minimiser(2 * (a**2 + b**2), a**2 + b**2, 2, 0, "a"),
            BELOW]),
        ("at least, then same minimiser", [BELOW,
            minimiser(b**2, 2 * b**2, Integer(1) / 2, 0, "b")]),
        ("a step left out", [TO_MSE, DOUBLED]),
        ("steps in another order", [SAME, TO_MSE]),
        ("a start that is not where the first step starts", [step(r, r), step(s, s)]),
        ("a statement passed off as a step", [Statement(tree(r), "=", tree(s))]),
        ("a tuple passed off as a step", [tuple(step(r, r))]),
        ("nothing passed off as a step", [None]),
        ("a step that is wrong by itself", [step(r, s)]),
        ("a step of another chain", [TO_MSE._replace(after=tree(2 * MSE))]),
        ("a primitive renamed", [TO_MSE._replace(primitive="equality")]),
    ],
)
def test_a_chain_is_refused(why: str, steps: list) -> None:
    start = steps[0][0] if steps[0] else tree(r)
    with pytest.raises(Refused):
        verify(G, start, steps)


def test_a_chain_of_no_step_says_nothing_of_an_undefined_line() -> None:
    with pytest.raises(Refused):
        verify(G, ("log", ("Rational", -1, 1)), [])


def test_what_was_decided_under_one_given_is_decided_anew_under_another() -> None:
    positive, anything = step(log(p[1]), log(p[1])), Given((), G.models)
    assert admit(G, positive)
    with pytest.raises(Refused):
        admit(anything, positive)
    with pytest.raises(Refused):
        verify(anything, positive.before, [positive], afresh=False)


@pytest.mark.parametrize("bad", [1.5, None, True, {"head": "Add"}, ["Add", 0.5], ["Add", [None]]])
def test_a_saved_tree_holds_lists_strings_and_integers(bad: object) -> None:
    with pytest.raises(Refused):
        from_json(bad)
    assert from_json(["Add", ["Rational", 1, 2]]) == ("Add", ("Rational", 1, 2))


@pytest.mark.parametrize("name", ["{", "{0}", "}", "{0.__class__}", "%s", "", "x[1]", "\n", "b",
    "v", "sum", "|r|"])
def test_a_refusal_can_be_shown_whatever_the_letters_are_called(name: str) -> None:
    odd = ("Symbol", name, ("real",))
    rests = Given((), tuple(((name, value), *one) for value,
        one in zip((1, 2, 3, 4), G.models, strict=False)))
    for wrong in (Step(("log", odd), odd), Step(odd, tree(r)),
        Step(odd, odd, "same minimiser", (), (), (odd, odd, (name,)))):
        with pytest.raises(Refused) as refusal:
            admit(rests, wrong)
        assert str(refusal.value)
    assert show(odd) == name
