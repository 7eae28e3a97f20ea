"""A seeded part of ``python -m tests.soundness``, and what the attack itself must be able to see."""

import random
from fractions import Fraction

import mpmath
import pytest
import sympy as sp

from cesym.kernel import models, steps
from cesym.symbols import N, c, i, j, k, mu, n, p, q, sigma, x

from .blind import vanishing
from .chains import MAKERS, chains
from .claims import Claim, admission, right, wrong
from .mutators import KINDS, mutants, places, put
from .tables import SHARES, SOURCES, blinded, drawn, tried
from .values import Undefined, holds, same, value
from .worlds import RECIPES, World

SEED = 20
FEW = dict.fromkeys(SOURCES, 16) | {"changed line": 120, "laundered": 32, "stolen": 8, "contradictory": 8}


@pytest.mark.parametrize("name", MAKERS)
def test_the_right_steps_are_admitted_and_hold_at_our_models(name):
    for step, claim in enumerate(right(name, chains()[name])):
        assert admission(claim)[0] and wrong(claim) is False, step


@pytest.mark.parametrize("times", [1, pytest.param(2, marks=pytest.mark.long)])
@pytest.mark.parametrize("source", SOURCES)
def test_no_wrong_step_is_admitted(source, times):
    table = tried(drawn(source, times * FEW[source], SEED + times))
    assert table.holes == []
    assert table.total().wrong > table.total().tried // 5


@pytest.mark.parametrize("each", [1, pytest.param(3, marks=pytest.mark.long)])
def test_no_step_is_admitted_that_no_witness_betrays(each):
    table = tried(blinded(each * len(chains()), SEED))
    assert table.holes == [] and table.total().wrong == each * len(chains())


# The attack attacked: it must see a kernel that believes too much.


@pytest.fixture
def believing(monkeypatch):
    """A kernel that takes all equations for shown: the witnesses alone refuse."""
    equal = ("=", (), steps.UNIT, steps.NOTHING)
    monkeypatch.setitem(steps.PRIMITIVES, "equality", lambda *_: equal)
    steps.remembered.cache_clear()
    yield
    steps.remembered.cache_clear()


def test_a_kernel_that_believes_what_no_witness_refutes_is_found(believing, monkeypatch):
    at_edges = tried(blinded(len(chains()), SEED))
    assert at_edges.total().admitted < len(chains()) // 2
    monkeypatch.setattr(models, "disagreement", lambda *_: "")
    steps.remembered.cache_clear()
    blind = tried(blinded(len(chains()), SEED))
    assert blind.total().admitted > len(chains()) // 2
    plain = tried(drawn("changed line", 30, SEED))
    assert plain.total().by_witness > 15


def test_a_kernel_that_ignores_its_witnesses_is_found(believing, monkeypatch):
    monkeypatch.setattr(steps, "second_opinion", lambda *_: None)
    table = tried(drawn("changed line", 30, SEED))
    assert table.total().admitted > 15 and len(table.holes) == table.total().admitted


# The evaluator

ROWS = [
    (sp.Rational(2, 3) + 1, Fraction(5, 3)),
    (sp.Pow(0, 0, evaluate=False), 1),
    (sp.Sum(i**2, (i, 1, N)), 14),
    (sp.Sum(i, (i, 1, N - 3)), 0),
    (sp.Product(i, (i, 1, N - 3)), 1),
    (sp.Sum(i * j, (j, 1, i), (i, 1, N)), 25),
    (sp.Sum(p[i] * q[i, 2], (i, 1, 2)), Fraction(1, 2) * 3 + Fraction(1, 4) * 5),
    (sp.KroneckerDelta(k[1], 1) + 2 * sp.KroneckerDelta(k[2], 1), 1),
    (sp.Piecewise((p[1], sp.Eq(k[1], 1)), (7, True)), Fraction(1, 2)),
    (sp.Piecewise((p[1], k[2] > 0), (7, True)), 7),
    (sp.log(sp.exp(sigma)), 3),
    (sp.sqrt(4 * sigma**2), 6),
    (sp.gamma(sigma + 1) + sp.factorial(sigma) + sp.binomial(sigma + 1, 2), 18),
    (sp.beta(2, sigma), Fraction(1, 12)),
    (sp.loggamma(sigma) - sp.log(2), 0),
    (sp.Abs(-sigma), 3),
    (sp.Derivative(sigma**3, sigma), 27),
    (sp.Derivative(sp.Sum(p[i] ** 2, (i, 1, 2)), p[j]), Fraction(1, 2)),
]
MODEL = {
    "N": Fraction(3), "sigma": Fraction(3), "j": Fraction(2), "p": {(1,): Fraction(1, 2), (2,): Fraction(1, 4), (3,): Fraction(-1)},
    "q": {(1, 2): Fraction(3), (2, 2): Fraction(5)}, "k": {(1,): Fraction(1), (2,): Fraction(0)},
}  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), ROWS, ids=lambda e: str(e)[:40])
def test_the_evaluator(expression, expected):
    with mpmath.workdps(50):
        assert same(value(expression, MODEL), Fraction(expected))


@pytest.mark.parametrize(
    "expression",
    [
        sp.log(p[3]), sp.log(k[2]), 1 / k[2], p[3] ** sigma ** sp.Rational(1, 2), sp.Sum(p[i], (i, 1, N - 5)), p[p[1]],
        sp.Sum(p[i], (i, 1, p[1])), sp.gamma(p[3]), sp.binomial(sigma, 5), sp.Piecewise((1, k[1] > 1)), k[1, 2],
    ],
    ids=str,
)  # fmt: skip
def test_no_value_where_there_is_none(expression):
    with pytest.raises(Undefined):
        value(expression, MODEL)


# The models


@pytest.mark.parametrize("name", MAKERS)
def test_our_models_hold_and_vary(name):
    d = chains()[name]
    models = list(World(d.given, name, seed=3).models(12))
    assert len(models) == 12 and all(holds(fact, model) for fact in d.given.facts for model in models)
    for letter in d.letters:
        assert len({str(model[letter]) for model in models}) > 1, letter


def test_every_chain_has_a_recipe_and_every_source_a_share():
    assert set(MAKERS) == set(RECIPES)
    assert set(SOURCES) == set(SHARES)


@pytest.mark.parametrize("name", MAKERS)
def test_hidden_terms_are_0_at_every_witness_and_mostly_not_at_every_model(name):
    """Some are 0 everywhere, such as k*(k - 1): whoever uses one looks whether the line is wrong."""
    d = chains()[name]
    hidden = vanishing(d)
    models = list(World(d.given, name, seed=4, sizes=(5, 9)).models(24))
    for z in hidden:
        for witness in d.given.kernel.models:
            table = {letter: dict(v) if isinstance(v, tuple) else v for letter, v in witness}
            assert value(z, table) == 0
    assert sum(any(value(z, model) != 0 for model in models) for z in hidden) > 0.6 * len(hidden)


# Claims told apart

LINE = sp.Sum(p[i], (i, 1, N))
MEAN_SQUARES = MAKERS["mse_from_gaussian"]()
GIVEN = MEAN_SQUARES.given
NLL, MSE = MEAN_SQUARES.exprs[-2:]
A, B = MEAN_SQUARES.constants[:2]


@pytest.mark.parametrize(
    ("primitive", "before", "after", "data", "expected"),
    [
        ("equality", NLL, NLL + sigma - sigma * 1, (), False),
        ("equality", NLL, NLL + 1, (), True),
        ("equality", NLL, MSE, (), True),
        ("same minimiser", NLL, MSE, (A, B, ("mu",)), False),
        ("same minimiser", NLL, MSE, (A, B, ("sigma",)), True),
        ("same minimiser", NLL, MSE, (2 * A, B, ("mu",)), True),
        ("same minimiser", NLL, -MSE, (-A, B, ("mu",)), True),
        ("same minimiser", NLL, MSE, (A, B, ()), True),
        ("affine", NLL, 3 * MSE + sigma, (("mu",),), False),
        ("affine", NLL, MSE**2, (("mu",),), True),
        ("affine", NLL, -MSE, (("mu",),), True),
        ("affine", NLL, sp.S.One, (("mu",),), True),
        ("monotone map", sp.exp(NLL), -NLL, (("mu",),), False),
        ("monotone map", sp.exp(NLL), NLL, (("mu",),), True),
        ("certificate", x[1] ** 2, sp.S.Zero, ("≥", ((sp.S.One, "square", x[1]),)), False),
        ("certificate", x[1] ** 2, sp.S.Zero, ("≤", ((sp.S.One, "square", x[1]),)), True),
        ("certificate", x[1] ** 2, sp.S.Zero, ("≥", ((sp.S(2), "square", x[1]),)), True),
        ("certificate", x[1] * mu[1] ** 2, sp.S.Zero, ("≥", ((x[1], "square", mu[1]),)), True),
        ("certificate", sigma - 1 - sp.log(sigma), sp.S.Zero, ("≥", ((sp.S.One, "log", sigma),)), False),
    ],
)
def test_what_counts_as_wrong(primitive, before, after, data, expected):
    assert wrong(Claim("", "", GIVEN, before, after, primitive, data, "mse_from_gaussian")) is expected


# The mutants


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_mutant_is_made(kind):
    lines = [chains()[name].exprs[n] for name, n in (("bce_from_bernoulli", 0), ("gaussian_estimates", -2), ("nll_is_cross_entropy", 2),
                                                    ("cross_entropy_from_categorical", 2), ("zero_inflated_poisson", 1))]  # fmt: skip
    made = [line for e in lines for found, line in mutants(e, {"p": p, "x": x, "N": N, "k": k}) if found == kind]
    assert len(made) > 3 and not set(made) & set(lines)


def test_put_changes_one_place():
    e = sp.Sum(p[i] * sp.log(q[i, c]) + 2, (i, 1, N))
    spots = {at.path: at for at in places(e)}
    assert all(put(e, path, at.part) == e for path, at in spots.items())
    at = next(at for at in spots.values() if at.part == q[i, c])
    assert put(e, at.path, n[1]) == sp.Sum(p[i] * sp.log(n[1]) + 2, (i, 1, N)) and at.bound == (i,)


def test_drawing_is_seeded():
    first, again = (drawn("changed line", 12, 5) for _ in range(2))
    assert first == again != drawn("changed line", 12, 6)
    assert random.Random(1).random() == random.Random(1).random()
