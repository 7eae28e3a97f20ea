"""What is given: how facts are written, what is said of a whole family, and the models that show that they can hold."""

from fractions import Fraction
from itertools import islice

import pytest
from sympy import (
    And,
    Contains,
    Eq,
    FiniteSet,
    IndexedBase,
    Integer,
    Interval,
    KroneckerDelta,
    Or,
    Range,
    S,
    Sum,
    Symbol,
    Union,
    oo,
)

from cesym import Derivation
from cesym.given import INDEPENDENT, Assumption, Fact, Given
from cesym.given.hypotheses import hypotheses
from cesym.given.models import models
from cesym.kernel import Refused, tree
from cesym.kernel.witness import satisfied, table
from cesym.symbols import C, N, c, i, k, lam, p, q, scalar, sigma, x, y, z

SAMPLES, CLASSES = (i, 1, N), (c, 1, C)
LINE = p[1] + k[1] + q[1, 1]


def facts_of(given, *lines):
    return [(fact.prop, tuple(tuple(map(str, limit)) for limit in fact.limits)) for fact in Given.of(given, LINE, *lines).facts]


I_TO_N, C_TO_C = ("i", "1", "N"), ("c", "1", "C")
SPELLINGS = [
    (None, []),
    ([], []),
    ({}, []),
    (p[1] > 0, [(p[1] > 0, ())]),
    ([p[1] > 0, p[1] < 1], [(p[1] > 0, ()), (p[1] < 1, ())]),
    ([And(p[1] > 0, p[1] < 1)], [(p[1] > 0, ()), (p[1] < 1, ())]),
    ("p[1] > 0", [(p[1] > 0, ())]),
    (["0 < p[1] < 1"], [(p[1] > 0, ()), (p[1] < 1, ())]),
    ("k[1] in {0, 1}", [(Contains(k[1], FiniteSet(0, 1), evaluate=False), ())]),
    ([(p[i] > 0, SAMPLES)], [(p[i] > 0, (I_TO_N,))]),
    ([("p[i] > 0", SAMPLES)], [(p[i] > 0, (I_TO_N,))]),
    ([(q[i, c] > 0, SAMPLES, CLASSES)], [(q[i, c] > 0, (I_TO_N, C_TO_C))]),
    ({p: Interval.open(0, 1)}, [(p[i] > 0, (I_TO_N,)), (p[i] < 1, (I_TO_N,))]),
    ({p: Interval(0, 1)}, [(p[i] >= 0, (I_TO_N,)), (p[i] <= 1, (I_TO_N,))]),
    ({p: Interval.Lopen(0, 1)}, [(p[i] > 0, (I_TO_N,)), (p[i] <= 1, (I_TO_N,))]),
    ({p: Interval.open(0, oo)}, [(p[i] > 0, (I_TO_N,))]),
    ({p: S.Reals}, []),
    ({p[i]: Interval.open(0, 1)}, [(p[i] > 0, ()), (p[i] < 1, ())]),
    ({p[2]: Interval.open(0, oo)}, [(p[2] > 0, ())]),
    ({q: Interval.open(0, oo)}, [(q[i, c] > 0, (I_TO_N, C_TO_C))]),
    ({k: {0, 1}}, [(Contains(k[i], FiniteSet(0, 1), evaluate=False), (I_TO_N,))]),
    ({k: [0, 1]}, [(Contains(k[i], FiniteSet(0, 1), evaluate=False), (I_TO_N,))]),
    ({k: FiniteSet(0, 1)}, [(Contains(k[i], FiniteSet(0, 1), evaluate=False), (I_TO_N,))]),
    ({k: S.Naturals0}, [(k[i] >= 0, (I_TO_N,))]),
    ({k: S.Naturals}, [(k[i] >= 1, (I_TO_N,))]),
    ([{k: S.Naturals}, p[1] > 0], [(k[i] >= 1, (I_TO_N,)), (p[1] > 0, ())]),
    ([sigma > 0], []),  # declared already
    ([S.true], []),
    ([p[1] > 0, p[1] > 0], [(p[1] > 0, ())]),
    ([Eq(q[1, 1], 1 - p[1])], [(Eq(q[1, 1], 1 - p[1]), ())]),
]  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), SPELLINGS, ids=lambda e: str(e)[:50])
def test_ways_to_write_what_is_given(given, expected):
    assert facts_of(given) == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([S.false], "false whatever"),
        ({sigma: Interval(-2, -1)}, "false whatever"),
        ([N < 1], "false whatever"),
        ([5], "a fact is a relation"),
        ([p[1]], "a fact is a relation"),
        ([Or(p[1] > 0, p[1] < 1)], "a fact is a relation"),
        (["p[1]"], "a fact is a relation"),
        ([(p[i] > 0, i)], "a range is"),
        ([(p[i] > 0, (i, 1))], "a range is"),
        ([(p[i] > 0, (1, i, N))], "a range is"),
        ({p: 5}, "write an Interval"),
        ({p: Union(Interval(0, 1), Interval(2, 3))}, "write an Interval"),
        ({k: Range(0, 5)}, "write an Interval"),
        ({k: set()}, "write an Interval"),
        ({p: S.Naturals0}, "declared an integer"),
        ({5: S.Reals}, "the key of a set"),
        ({p[1] + 1: S.Reals}, "the key of a set"),
    ],
    ids=lambda e: str(e)[:50],
)
def test_what_is_no_fact(given, message):
    with pytest.raises(ValueError, match=message):
        Given.of(given, LINE)


CONTRADICTIONS = [
    [p[1] > 0, p[1] < 0],
    [p[1] > 1, p[1] < 1],
    [(p[i] > 0, SAMPLES), p[1] < 0],
    [(k[i] >= 3, SAMPLES), (k[i] <= 2, SAMPLES)],
    [{k: {0, 1}}, k[1] > 1],
    [Eq(p[1], 2, evaluate=False), p[1] < 1],
    [Eq(Sum(x[i], SAMPLES), 1, evaluate=False), (x[i] < 0, SAMPLES)],
    [N > 3, N < 3],
    [(y[i] >= 1, SAMPLES), (y[i] <= 0, SAMPLES)],
]


@pytest.mark.parametrize("given", CONTRADICTIONS, ids=str)
def test_facts_that_contradict_each_other(given):
    with pytest.raises(ValueError, match="contradict"):
        Given.of(given, LINE).kernel  # noqa: B018
    with pytest.raises(ValueError, match="contradict"):
        Derivation.start(Integer(1), given)


def test_two_objects_of_one_name_are_not_told_apart_silently():
    for given, line in (([scalar(p) > 0], p[1]), (None, scalar(p) + p[1])):
        with pytest.raises(ValueError, match="two different objects"):
            Given.of(given, line).kernel  # noqa: B018


def test_a_float_is_not_given():
    for given in ([p[1] > 0.5], {p: Interval(0.25, 1)}, {k: {0.5, 1}}):
        with pytest.raises((ValueError, Refused), match=r"exact|float"):
            Given.of(given, LINE).kernel  # noqa: B018


# Letters that are brought in by name


r, w_ = Symbol("r", real=True), IndexedBase("w", real=True)


@pytest.mark.parametrize(
    ("given", "declared"),
    [
        ({r: S.Reals}, {"r": 0}), ({w_: S.Reals}, {"w": 1}), ({w_[i, c]: S.Reals}, {"w": 2}), ([{r: S.Reals}, p[1] > 0], {"r": 0}),
        ({r: Interval(-oo, oo)}, {"r": 0}), ({sigma: Interval.open(0, oo)}, {"sigma": 0}), ({N: S.Naturals}, {"N": 0}),
        ({p: S.Reals}, {"p": 1}), ({q: S.Reals}, {"q": 2}), (None, {}), ([p[1] > 0], {}),
    ],
    ids=str,
)  # fmt: skip
def test_the_letters_of_a_mapping_are_recorded(given, declared):
    found = Given.of(given, LINE)
    assert {(t[1] if t[0] == "Indexed" else t)[1]: n for t, n in found.declared} == declared
    assert set(found.declared) <= set(found.letters) and found.extended([p[1] < 1]).declared == found.declared
    assert found.kernel.models


@pytest.mark.parametrize("letter", [Symbol("t"), IndexedBase("t"), IndexedBase("t")[i], Symbol("t", complex=True)], ids=repr)
@pytest.mark.parametrize("values", [S.Reals, Interval(0, 1)], ids=str)
def test_a_letter_that_is_not_declared_real(letter, values):
    with pytest.raises(ValueError, match=r"^given: t is not declared real: use the letters of cesym.symbols, or Symbol\(\.\.\., real=True\)$"):
        Given.of({letter: values}, LINE)


def test_what_a_letter_declares_is_among_what_is_given():
    flags = ("positive", "negative", "nonnegative", "nonpositive", "integer", "real")
    letters = [Symbol(f"t{n}", **{flag: True}) for n, flag in enumerate(flags)]
    size = Symbol("M", integer=True, positive=True)
    found = Given.of({letter: S.Reals for letter in (*letters, size, w_)})
    assert {h.text for h in hypotheses(found)} == {
        "t₀ > 0", "t₁ < 0", "t₂ ≥ 0", "t₃ ≤ 0", "t₄ integer", "M positive integer", "t₅, wᵢ real",
    }  # fmt: skip


def test_an_integer_that_is_no_index_is_said_to_be_one():
    t = Symbol("t", integer=True)
    assert "t integer" in [h.text for h in Derivation.start((-1) ** t).hypotheses]
    assert "integer" not in " ".join(h.text for h in Derivation.start(x[t] ** 2).hypotheses)
    assert "t integer" not in [h.text for h in Derivation.start((-1) ** t, {t: {0, 1}}).hypotheses]


# Models


COIN = {p: Interval.open(0, 1), k: {0, 1}}
ONE_HOT = [(y[i] >= 1, SAMPLES), (y[i] <= C, SAMPLES), (Eq(q[i, c], KroneckerDelta(c, y[i]), evaluate=False), SAMPLES, CLASSES)]
FINDABLE = [
    (COIN, p[i] + k[i]),
    ([{lam: Interval.open(0, oo)}, {k: S.Naturals0}], lam[i] * k[i]),
    (ONE_HOT, q[i, c]),
    ([(q[i, 1] > 0, SAMPLES), (Eq(q[i, 1] + q[i, 2], 1, evaluate=False), SAMPLES)], q[i, c]),
    ([(p[c] > 0, CLASSES), Eq(Sum(p[c], CLASSES), 1, evaluate=False)], p[c]),
    ([Sum(k[i], SAMPLES) > 0, Sum(k[i], SAMPLES) < N, {k: {0, 1}}], k[i]),
    ([x[1] < x[2], x[2] < x[3]], x[i]),
    ([N > 1, N <= 3], N + x[1]),
    ([(p[i] > x[i], SAMPLES), (x[i] > z[i], SAMPLES)], p[i]),
]


@pytest.mark.parametrize(("given", "line"), FINDABLE, ids=lambda e: str(e)[:60])
def test_witnesses_are_found_and_vary(given, line):
    found = Given.of(given, line)
    data = found.kernel
    assert len(data.models) >= 2
    assert all(satisfied(fact, table(model)) for fact in data.facts for model in data.models)
    sizes = [model["N"] for model in map(table, data.models) if "N" in model]
    assert not sizes or (len(set(sizes)) > 1 and max(sizes) >= 2)
    assert Given.of(given, line).kernel == data, "the search is seeded"


@pytest.mark.parametrize(("given", "line"), FINDABLE, ids=lambda e: str(e)[:60])
@pytest.mark.parametrize("simple", [True, False])
def test_models_go_on_and_hold(given, line, simple):
    found = Given.of(given, line)
    some = list(islice(models(found.trees, found.letters, seed=5, simple=simple), 25))
    assert len(some) == 25
    assert all(satisfied(fact.tree, model) for fact in found.facts for model in some)
    assert some == list(islice(models(found.trees, found.letters, seed=5, simple=simple), 25))
    values = [v for model in some for value in model.values() for v in (value.values() if isinstance(value, dict) else [value])]
    assert all(type(v) is Fraction for v in values)


def test_models_of_facts_that_contradict_end():
    impossible = Given.of([p[1] > 1, p[1] < 0], p[1])
    assert list(models(impossible.trees, impossible.letters)) == []


# Putting together


def test_extended_says_nothing_twice_and_keeps_what_was_given():
    first = Given.of(COIN, p[i] + k[i], assumptions=(INDEPENDENT,))
    more = first.extended([(p[i] > 0, SAMPLES), x[1] > 0], z[i], assumptions=(INDEPENDENT, Assumption("a", "a")))
    assert more.facts == (*first.facts, Fact(x[1] > 0, ()))
    assert more.assumptions == (INDEPENDENT, Assumption("a", "a"))
    assert {"x", "z", "p", "k"} <= {t[1][1] for t, _ in more.letters if t[0] == "Indexed"}
    assert Given.of(more) == more and first.facts == Given.of(COIN, p[i] + k[i]).facts


def test_a_fact_as_a_tree():
    fact = Fact(p[i] > 0, ((i, S(1), N),))
    assert fact.tree == (tree(p[i] > 0), (tree(i), tree(S(1)), tree(N)))


def test_letters_of_facts_are_known_to_the_derivation():
    t = Symbol("t", real=True)
    d = Derivation.start(x[1] ** 2, [t > 0])
    assert d.letters["t"] == t and d.check("x[1]**2*(t + 1)/(1 + t)").accepted
