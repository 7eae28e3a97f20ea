"""The textbook losses: what stands in them, their sums over samples, and their derivatives."""

import ast
import dataclasses
from pathlib import Path

import pytest
import sympy as sp
from sympy import IndexedBase, KroneckerDelta, Rational, Sum, Symbol, exp, log, pi

import cesym.losses
from cesym.losses import (
    Loss,
    bce,
    bce_with_logits,
    cross_entropy,
    cross_entropy_with_logits,
    gaussian_nll,
    squared_error,
)
from cesym.symbols import C, N, c, i, j, k, m, mu, p, q, scalar, v, x, z

K, P, X, M, Z = map(scalar, (k, p, x, mu, z))
S, SI, SM = (1 / (1 + exp(-t)) for t in (Z, z[i], z[m]))
SOFTMAX = exp(z[c]) / Sum(exp(z[j]), (j, 1, C))

EXPRESSIONS = [
    (bce, -(K * log(P) + (1 - K) * log(1 - P)), (K, P)),
    (bce_with_logits, -(K * log(S) + (1 - K) * log(1 - S)), (K, Z)),
    (cross_entropy, -Sum(q[c] * log(p[c]), (c, 1, C)), (q, p)),
    (cross_entropy_with_logits, -Sum(q[c] * log(SOFTMAX), (c, 1, C)), (q, z)),
    (squared_error, (X - M) ** 2, (X, M)),
    (gaussian_nll, log(2 * pi * v) / 2 + (X - M) ** 2 / (2 * v), (X, M, v)),
]


@pytest.mark.parametrize(("loss", "expr", "letters"), EXPRESSIONS, ids=lambda one: getattr(one, "name", ""))
def test_formula(loss, expr, letters):
    assert loss.expr == expr
    assert (loss.target, loss.prediction, *loss.parameters) == letters
    assert loss.convention and loss.source and getattr(cesym.losses, loss.name) is loss


OVER = [
    (bce, i, False, -Sum(k[i] * log(p[i]) + (1 - k[i]) * log(1 - p[i]), (i, 1, N))),
    (bce, i, True, -Sum(k[i] * log(p[i]) + (1 - k[i]) * log(1 - p[i]), (i, 1, N)) / N),
    (bce, m, False, -Sum(k[m] * log(p[m]) + (1 - k[m]) * log(1 - p[m]), (m, 1, N))),
    (cross_entropy, i, False, -Sum(q[i, c] * log(p[i, c]), (c, 1, C), (i, 1, N))),
    (cross_entropy, c, False, -Sum(q[c, j] * log(p[c, j]), (j, 1, C), (c, 1, N))),
    (bce_with_logits, i, False, -Sum(k[i] * log(SI) + (1 - k[i]) * log(1 - SI), (i, 1, N))),
    (bce_with_logits, m, True, -Sum(k[m] * log(SM) + (1 - k[m]) * log(1 - SM), (m, 1, N)) / N),
    (cross_entropy_with_logits, i, False,
     -Sum(q[i, c] * log(exp(z[i, c]) / Sum(exp(z[i, j]), (j, 1, C))), (c, 1, C), (i, 1, N))),
    (cross_entropy_with_logits, j, False,
     -Sum(q[j, c] * log(exp(z[j, c]) / Sum(exp(z[j, m]), (m, 1, C))), (c, 1, C), (j, 1, N))),
    (squared_error, i, False, Sum((x[i] - mu[i]) ** 2, (i, 1, N))),
    (squared_error, i, True, Sum((x[i] - mu[i]) ** 2, (i, 1, N)) / N),
    (gaussian_nll, i, False, Sum(log(2 * pi * v) / 2 + (x[i] - mu[i]) ** 2 / (2 * v), (i, 1, N))),
]  # fmt: skip


@pytest.mark.parametrize(("loss", "index", "mean", "expected"), OVER)
def test_over(loss, index, mean, expected):
    assert loss.over(index, N, mean=mean) == expected


def test_over_gives_the_families_of_symbols_and_makes_others():
    assert all(base in (k, p) for base in bce.over(i, N).atoms(IndexedBase))
    t, a = Symbol("t", positive=True), Symbol("a", real=True)
    mine = Loss("mine", t, a, sp.Abs(t - a), (), "", "")
    total = mine.over(i, N)
    assert total == Sum(sp.Abs(IndexedBase("t", positive=True)[i] - IndexedBase("a", real=True)[i]), (i, 1, N))


def test_a_letter_of_ours_with_other_assumptions_is_another_letter():
    positive = Symbol("x", positive=True)
    total = Loss("mine", positive, M, (positive - M) ** 2, (), "", "").over(i, N)
    assert not total.has(x[i]) and total.has(IndexedBase("x", positive=True)[i])


DERIVATIVES = [
    (bce, -K / P + (1 - K) / (1 - P), K / P**2 + (1 - K) / (1 - P) ** 2),
    (cross_entropy, -q[j] / p[j], KroneckerDelta(j, m) * q[j] / p[j] ** 2),
    (bce_with_logits, S - K, S * (1 - S)),
    (
        cross_entropy_with_logits,
        SOFTMAX.xreplace({c: m}) * Sum(q[c], (c, 1, C)) - q[m],
        SOFTMAX.xreplace({c: m}) * (KroneckerDelta(i, m) - SOFTMAX.xreplace({c: i})) * Sum(q[c], (c, 1, C)),
    ),
    (squared_error, 2 * (M - X), sp.Integer(2)),
    (
        gaussian_nll,
        ((M - X) / v, 1 / (2 * v) - (X - M) ** 2 / (2 * v**2)),
        ((1 / v, (X - M) / v**2), ((X - M) / v**2, -1 / (2 * v**2) + (X - M) ** 2 / v**3)),
    ),
]


@pytest.mark.parametrize(("loss", "gradient", "hessian"), DERIVATIVES, ids=lambda one: getattr(one, "name", ""))
def test_derivatives(loss, gradient, hessian):
    for made, expected in ((loss.gradient(), gradient), (loss.hessian(), hessian)):
        made, expected = (sp.flatten(one if isinstance(one, tuple) else (one,)) for one in (made, expected))
        assert len(made) == len(expected)
        for one, other in zip(made, expected, strict=True):
            assert sp.simplify(one - other) == 0
            assert sp.simplify(one + other + 1) != 0  # and the check can fail


def test_the_derivatives_of_logits_are_as_short_as_in_the_textbook():
    assert bce_with_logits.gradient() == S - K
    assert cross_entropy_with_logits.gradient() == SOFTMAX.xreplace({c: m}) * Sum(q[c], (c, 1, C)) - q[m]
    assert bce_with_logits.hessian() == exp(-Z) * S**2
    assert cross_entropy_with_logits.hessian().atoms(Sum) == {Sum(q[c], (c, 1, C)), Sum(exp(z[j]), (j, 1, C))}


def test_a_shorter_form_that_is_wrong_is_not_taken(monkeypatch):
    """What is proposed as shorter goes through the kernel; where all of it is refused, SymPy's own form is left."""
    monkeypatch.setattr("cesym.losses.derivative.shorter", lambda e: [sp.S.Zero, S, K - S, e + 1])
    made = bce_with_logits.gradient()
    assert made == sp.diff(bce_with_logits.expr, Z) and made != S - K


def test_the_targets_of_cross_entropy_with_logits_need_not_sum_to_1():
    assert not any(fact[0].has(Sum) for fact in cross_entropy_with_logits.domain)
    assert cross_entropy_with_logits.domain == cross_entropy.domain[2:]


def test_losses_of_logits_show_themselves():
    assert repr(bce_with_logits).startswith("bce_with_logits(k, z) = −k ln(1/(1 + exp(−z))) − (1 − k) ln(1 − ")
    assert r"**cross\_entropy\_with\_logits** $\ell(q, z) = -\sum_{c=1}^{C} q_{c} \ln" in cross_entropy_with_logits._repr_markdown_()


def test_the_derivative_is_asked_for_with_the_domain(monkeypatch):
    asked = []
    monkeypatch.setattr("cesym.losses.loss.derivative", lambda e, t, given: asked.append((t, given)) or sp.diff(e, t))
    bce.gradient()
    cross_entropy.gradient()
    gaussian_nll.hessian()
    assert asked[0] == (P, [P > 0, P < 1, K >= 0, K <= 1])
    assert asked[1][0] == p[j] and {j >= 1, j <= C} <= set(asked[1][1])
    assert [t for t, _ in asked[2:]] == [M, M, M, v, v, M, v, v]


def test_free_indices_are_new_letters():
    row = Loss("row", q, p, -Sum(q[j] * log(p[j]), (j, 1, C)), (), "", "")
    assert (row.classes, row.axes) == ((j, C), (m, i))
    assert bce.classes is None and bce.axes == ()
    assert cross_entropy_with_logits.classes[1] == C and cross_entropy_with_logits.axes == (m, i)
    with pytest.raises(ValueError, match="no sum over the classes"):
        _ = Loss("part", q, p, -Sum(q[j] * log(p[j]), (j, 2, C)), (), "", "").classes


def test_a_loss_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        bce.name = "other"
    assert hash(bce) != hash(squared_error)


def test_the_textbook_knows_neither_likelihoods_nor_theorems():
    trees = [ast.parse(file.read_text("utf-8")) for file in Path(cesym.losses.__file__).parent.glob("*.py")]
    modules = {node.module for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {one for one in modules if "likelihoods" in one or "theorems" in one}
    assert "cesym.links" in modules  # the list is read at all


def test_the_loss_of_one_sample_is_least_at_the_truth():
    for prediction in (Rational(1, 10), Rational(3, 10), Rational(9, 10)):
        truth = bce.expr.subs({K: Rational(3, 10), P: Rational(3, 10)})
        other = bce.expr.subs({K: Rational(3, 10), P: prediction})
        assert sp.N(other - truth, 30) >= 0
        assert (sp.N(other - truth, 30) == 0) == (prediction == Rational(3, 10))
