"""Every theorem of the catalogue: what it states, what it rests on, and that each needs what it is given."""

import ast
import inspect
import math
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
import sympy as sp
from sympy import Abs, Derivative, KroneckerDelta, Piecewise, Product, Sum, binomial, exp, log, pi, sqrt

import cesym
from cesym import losses
from cesym.information import cross_entropy as cross_entropy_of
from cesym.kernel import Refused
from cesym.symbols import C, N, c, i, j, k, m, mu, n, p, q, scalar, sigma, v, x, y, z

SAMPLES, CLASSES = (i, 1, N), (c, 1, C)
P, MU, QHAT = scalar(p), scalar(mu), sp.IndexedBase(r"\hat q", real=True)
Q, Z, A, B = scalar(q), scalar(z), sp.Symbol("a", real=True), sp.Symbol("b", integer=True)
K = Sum(k[i], SAMPLES)
MEAN = Sum(x[i], SAMPLES) / N
RESIDUALS = Sum((x[i] - Sum(x[c], (c, 1, N)) / N) ** 2, SAMPLES)

# name: relation, first line, last line, the parameters of ≃, a, b, the facts as text, the modelling assumptions
BERNOULLI = sp.Piecewise((p[i], sp.Eq(k[i], 1)), (1 - p[i], sp.Eq(k[i], 0)), (0, True))
GAUSS = sqrt(2) * sp.exp(-((x[i] - mu[i]) ** 2) / (2 * sigma**2)) / (2 * sqrt(pi) * sigma)
INDEPENDENT, KNOWN = "the samples are independent", "σ is known and the same for all samples"
BCE = -Sum(k[i] * log(p[i]) + (1 - k[i]) * log(1 - p[i]), SAMPLES)
WEIGHTED = -Sum(n[i] * (k[i] / n[i] * log(p[i]) + (1 - k[i] / n[i]) * log(1 - p[i])), SAMPLES)
MSE = Sum((x[i] - mu[i]) ** 2, SAMPLES) / N
CE = -Sum(q[i, c] * log(p[i, c]), CLASSES, SAMPLES)
ONE_HOT = ["p[i,c] > 0", "1 ≤ yᵢ ≤ C", "q[i,c] = δ(c, yᵢ)"]
SIGMOID, SIGMOIDS = 1 / (1 + exp(-Z)), 1 / (1 + exp(-z[i]))
LOGISTIC = -Q * log(SIGMOID) - (1 - Q) * log(1 - SIGMOID)
SMALL = exp(-Abs(Z))
TOTAL = Sum(exp(z[j]), (j, 1, C))
SOFTMAX = -Sum(q[c] * log(exp(z[c]) / TOTAL), CLASSES)
LINKED = exp(z[i, c]) / Sum(exp(z[i, j]), (j, 1, C))
TARGETS = Sum(q[j], (j, 1, C))
SHIFTED = Sum(exp(z[j] - A), (j, 1, C))
SUM_1, A_CLASS = "∑(c=1..C) q_c = 1", "1 ≤ m ≤ C"


def sign_of_z(above, below):
    return Piecewise((above, Z > 0), (below, True))


def others(term, index=j):
    return Sum(term * (1 - KroneckerDelta(index, m)), (index, 1, C))


STATEMENTS = {
    "bce_from_bernoulli": ("=", -log(Product(BERNOULLI, SAMPLES)), BCE, ["0 < pᵢ < 1", "kᵢ ∈ {0, 1}"], [INDEPENDENT]),
    "likelihood_max_is_nll_min": ("⇄", Product(BERNOULLI, SAMPLES), BCE, ["0 < pᵢ < 1", "kᵢ ∈ {0, 1}"], [INDEPENDENT]),
    "bernoulli_estimate": (
        "≥", -log(Product(BERNOULLI.xreplace({p[i]: P}), SAMPLES)), -K * log(K / N) - (N - K) * log(1 - K / N),
        ["0 < p < 1", "kᵢ ∈ {0, 1}", "0 < ∑ᵢ₌₁ᴺ kᵢ < N"], [INDEPENDENT],
    ),
    "bce_from_binomial": ("≃", None, WEIGHTED, ["nᵢ ≥ 1", "0 < pᵢ < 1", "0 ≤ kᵢ ≤ nᵢ"], [INDEPENDENT]),
    "mse_from_gaussian": ("≃", -log(Product(GAUSS, SAMPLES)), MSE, ["σ > 0"], [INDEPENDENT, KNOWN]),
    "gaussian_estimates": ("≥", None, N / 2 * (1 + log(2 * pi * RESIDUALS / N)), ["∑ᵢ₌₁ᴺ", "v > 0"], [INDEPENDENT]),
    "bce_from_two_class_cross_entropy": (
        "=", -log(Product(p[i, c] ** q[i, c], (c, 1, 2), SAMPLES)), BCE.xreplace({k[i]: q[i, 1], p[i]: p[i, 1]}),
        ["p[i,1] > 0", "p[i,2] > 0", "q[i,1] + q[i,2] = 1", "p[i,1] + p[i,2] = 1"], [INDEPENDENT],
    ),
    "cross_entropy_from_categorical": ("=", -log(Product(p[i, y[i]], SAMPLES)), CE, ONE_HOT, [INDEPENDENT]),
    "cross_entropy_one_hot": ("=", CE, -Sum(log(p[i, y[i]]), SAMPLES), ONE_HOT, []),
    "nll_is_cross_entropy": (
        "=", -log(Product(p[y[i]], SAMPLES)) / N, cross_entropy_of(QHAT, p, c, C), ["1 ≤ yᵢ ≤ C", "δ(c, yᵢ)"], [INDEPENDENT],
    ),
    "nll_is_cross_entropy_one_hot": (
        "=", -log(Product(p[c] ** q[i, c], CLASSES, SAMPLES)) / N, cross_entropy_of(QHAT, p, c, C), ["q[i,c]"], [INDEPENDENT],
    ),
    "sigmoid_is_two_way_softmax": (
        "=", exp(z[1]) / Sum(exp(z[j]), (j, 1, 2)), 1 / (1 + exp(z[2] - z[1])), ["zⱼ real"], [],
    ),
    "bce_with_logits_from_bernoulli": (
        "=", -log(Product(BERNOULLI, SAMPLES)), -Sum(k[i] * log(SIGMOIDS) + (1 - k[i]) * log(1 - SIGMOIDS), SAMPLES),
        ["0 < pᵢ < 1", "kᵢ ∈ {0, 1}", "pᵢ = 1/(1 + exp(−zᵢ))"], [INDEPENDENT],
    ),
    "bce_with_logits_gradient": ("=", Derivative(LOGISTIC, Z), SIGMOID - Q, ["q, z real"], []),
    "bce_with_logits_hessian": ("=", Derivative(LOGISTIC, (Z, 2)), SIGMOID * (1 - SIGMOID), ["q, z real"], []),
    "cross_entropy_with_logits_from_categorical": (
        "=", -log(Product(p[i, y[i]], SAMPLES)), -Sum(q[i, c] * log(LINKED), CLASSES, SAMPLES),
        [*ONE_HOT, "p[i,c] = exp(z[i,c])/(∑(j=1..C) exp(z[i,j]))"], [INDEPENDENT],
    ),
    "cross_entropy_with_logits_gradient": (
        "=", Derivative(SOFTMAX, z[m]), exp(z[m]) / TOTAL - q[m], [SUM_1, A_CLASS, "z_c real"], [],
    ),
    "cross_entropy_with_logits_hessian": (
        "=", Derivative(exp(z[m]) / TOTAL * Sum(q[c], CLASSES) - q[m], z[B]),
        exp(z[m]) / TOTAL * (KroneckerDelta(m, B) - exp(z[B]) / TOTAL), [SUM_1, "1 ≤ b ≤ C", "z_c real"], [],
    ),
    "bce_with_logits_stable": ("=", LOGISTIC, log(1 + SMALL) + Abs(Z) * sign_of_z(1 - Q, Q), ["q, z real"], []),
    "bce_with_logits_gradient_stable": (
        "=", SIGMOID - Q, sign_of_z(1 - Q - Q * SMALL, (1 - Q) * SMALL - Q) / (1 + SMALL), ["z, q real"], [],
    ),
    "bce_with_logits_hessian_stable": ("=", SIGMOID * (1 - SIGMOID), SMALL / (1 + SMALL) ** 2, ["z real"], []),
    "logsumexp_shifted": (
        "=", log(Sum(exp(z[c]), CLASSES)), A + log(Sum(exp(z[c] - A), CLASSES)), ["z_c, a real"], [],
    ),
    "logsumexp_largest_left_out": (
        "=", log(Sum(exp(z[c]), CLASSES)), z[m] + log(1 + others(exp(z[c] - z[m]), c)), [A_CLASS, "z_c real"], [],
    ),
    "cross_entropy_with_logits_stable": (
        "=", SOFTMAX, Sum(q[c] * (z[m] - z[c] + log(1 + others(exp(z[j] - z[m])))), CLASSES), [A_CLASS, "q_c, z_c real"], [],
    ),
    "cross_entropy_with_logits_gradient_stable": (
        "=", exp(z[m]) / TOTAL * TARGETS - q[m],
        (exp(z[m] - A) * others(q[j]) - q[m] * others(exp(z[j] - A))) / SHIFTED, ["q_c, z_c, a real"], [],
    ),
    "bce_gradient_stable": (
        "=", Derivative(-Q * log(P) - (1 - Q) * log(1 - P), P), (P - Q) / (P * (1 - P)), ["0 < p < 1", "q real"], [],
    ),
    "log_of_difference_of_sigmoids": (
        "=", -log(1 / (1 + exp(-z[2])) - 1 / (1 + exp(-z[1]))),
        log(1 + exp(-z[2])) + log(1 + exp(z[1])) - log(1 - exp(z[1] - z[2])),
        ["exp(−z₂) < exp(−z₁)", "exp(z₁ − z₂) < 1"], [],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def theorems():
    return {name: theorem() for name, theorem in cesym.catalogue().items()}


def test_every_theorem_stands_in_the_table(theorems):
    assert set(STATEMENTS) == set(theorems)


@pytest.mark.parametrize("name", STATEMENTS)
def test_what_a_theorem_states(name, theorems):
    relation, first, last, _, assumed = STATEMENTS[name]
    d = theorems[name]
    assert (d.relation, d.evidence, d.name) == (relation, "CHECKED", name)
    assert list(d.assumptions) == assumed
    assert first is None or d.conclusion.lhs == first
    # The last line is what is written here, as the kernel sees it and not by its spelling.
    assert cesym.Derivation.start(d.conclusion.rhs, d.given).check(last).accepted
    assert not cesym.Derivation.start(d.conclusion.rhs, d.given).check(2 * last + 1).accepted
    assert d.recheck() is d


@pytest.mark.parametrize("name", STATEMENTS)
def test_what_it_rests_on_is_shown(name, theorems):
    texts = " | ".join(h.text for h in theorems[name].hypotheses)
    for fact in (*STATEMENTS[name][3], *STATEMENTS[name][4]):
        assert fact in texts, (fact, texts)


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_fact_is_needed(name, theorems):
    """Without any one of its facts (the letters are still known) a theorem is no theorem."""
    d = theorems[name]
    for at, fact in enumerate(d.given.facts):
        if name == "nll_is_cross_entropy_one_hot" and at == 0:
            continue
        fewer = replace(d.given, facts=d.given.facts[:at] + d.given.facts[at + 1 :])
        using = tuple(move._replace(using=tuple((m - (m > at), way) for m, way in move.using if m != at)) for move in d.chain)
        with pytest.raises((Refused, ValueError)):
            replace(d, given=fewer, chain=using).recheck()
        assert fact


@pytest.mark.parametrize(("name", "over", "a", "b"), [
    ("mse_from_gaussian", (mu,), N / (2 * sigma**2), N * log(2 * pi * sigma**2) / 2),
    ("bce_from_binomial", (p,), sp.S.One, -Sum(log(binomial(n[i], k[i])), SAMPLES)),
])  # fmt: skip
def test_what_is_dropped_is_kept(name, over, a, b, theorems):
    constants = theorems[name].constants
    assert constants.over == over and constants.a == a
    assert cesym.Derivation.start(constants.b, theorems[name].given).check(b).accepted
    for letter in over:
        assert not constants.a.has(letter) and not constants.b.has(letter)


@pytest.mark.parametrize("name", [name for name in STATEMENTS if STATEMENTS[name][0] != "≃"])
def test_nothing_is_dropped_where_the_relation_is_another(name, theorems):
    assert theorems[name].constants is None


def bce(target, prediction):
    return -(target * log(prediction) + (1 - target) * log(1 - prediction))


# What a line is called, in LaTeX and in text, and what is meant by it: a label is words, and no kernel reads it.
LABELS = {
    "bce_from_bernoulli": (r"\sum_{i=1}^{N} \mathrm{BCE}(k_i, p_i)", "∑ᵢ BCE(kᵢ, pᵢ)", bce(k[i], p[i])),
    "likelihood_max_is_nll_min": (r"\sum_{i=1}^{N} \mathrm{BCE}(k_i, p_i)", "∑ᵢ BCE(kᵢ, pᵢ)", bce(k[i], p[i])),
    "bce_from_binomial": (r"\sum_{i=1}^{N} n_i\,\mathrm{BCE}(k_i/n_i, p_i)", "∑ᵢ nᵢ BCE(kᵢ/nᵢ, pᵢ)", n[i] * bce(k[i] / n[i], p[i])),
    "bce_from_two_class_cross_entropy": (
        r"\sum_{i=1}^{N} \mathrm{BCE}(q_{i,1}, p_{i,1})", "∑ᵢ BCE(qᵢ₁, pᵢ₁)", bce(q[i, 1], p[i, 1])),
    "cross_entropy_from_categorical": (r"\sum_{i=1}^{N} \mathrm{H}(q_i, p_i)", "∑ᵢ H(qᵢ, pᵢ)", -Sum(q[i, c] * log(p[i, c]), (c, 1, C))),
    "bce_with_logits_from_bernoulli": (
        r"\sum_{i=1}^{N} \mathrm{BCE}(k_i, \sigma(z_i))", "∑ᵢ BCE(kᵢ, σ(zᵢ))", bce(k[i], SIGMOIDS)),
    "cross_entropy_with_logits_from_categorical": (
        r"\sum_{i=1}^{N} \mathrm{H}(q_i, \mathrm{softmax}(z_i))", "∑ᵢ H(qᵢ, softmax(zᵢ))", -Sum(q[i, c] * log(LINKED), (c, 1, C))),
}  # fmt: skip


def test_what_the_lines_are_called(theorems):
    called = {name: [line for line in d.lines if line.label] for name, d in theorems.items()}
    assert {name: tuple(line.label for line in lines) for name, lines in called.items() if lines} == {
        name: ((latex, text),) for name, (latex, text, _) in LABELS.items()}  # fmt: skip
    for name, (_, _, meant) in LABELS.items():
        given = theorems[name].given
        assert cesym.Derivation.start(called[name][0].expr, given).check(Sum(meant, SAMPLES)).accepted


def test_log_sigma_is_not_dropped_while_sigma_moves():
    from sympy.stats import Normal

    d = cesym.nll(Normal("X", mu[i], sigma), x).log_rules()
    squares = Sum((x[i] - mu[i]) ** 2, SAMPLES)
    assert d.same_minimiser(squares, over=mu).constants.over == (mu,)
    for over in (sigma, (mu, sigma)):
        with pytest.raises(cesym.StepRefused):
            d.same_minimiser(squares, over=over)


# In numbers: the first and the last line at small samples, with plain floats


def number(e, values):
    """A line in floats, with entries from nested lists."""
    e = e.doit() if not e.has(Sum, Product) else written(e, values)
    e = e.xreplace({a: sp.nsimplify(entry(a, values)) for a in e.atoms(sp.Indexed)})
    return float(e.subs({letter: value for letter, value in values.items() if isinstance(letter, sp.Symbol)}).evalf())


def written(e, values):
    e = e.subs({letter: value for letter, value in values.items() if isinstance(letter, sp.Symbol)})
    return e.replace(lambda part: isinstance(part, Sum | Product), lambda part: part.doit())


def entry(a, values):
    here = values[a.base]
    for index in a.indices:
        here = here[int(index.xreplace({b: sp.nsimplify(entry(b, values)) for b in index.atoms(sp.Indexed)})) - 1]
    return here


def test_bce_in_numbers(theorems):
    d = theorems["bce_from_bernoulli"].instance(N=3)
    values = {p: [0.25, 0.5, 0.125], k: [1, 0, 0]}
    first, last = (number(e, values) for e in (d.exprs[0], d.exprs[-1]))
    by_hand = -math.log(0.25) - math.log(0.5) - math.log(0.875)
    assert first == pytest.approx(by_hand) == last


def test_the_mean_is_best_in_numbers(theorems):
    """The inequality of bernoulli_estimate on a grid: equality at the mean alone."""
    d = theorems["bernoulli_estimate"].instance(N=4, k=(1, 0, 0, 0))
    left = d.conclusion.lhs.subs({s: P for s in d.conclusion.lhs.free_symbols if s.name == "p"})
    least = float(d.conclusion.rhs)
    for t in (0.1, 0.2, 0.25, 0.3, 0.5, 0.9):
        gap = float(left.subs(P, sp.Rational(str(t)))) - least
        assert gap == pytest.approx(0, abs=1e-12) if t == 0.25 else gap > 1e-3


def test_the_categorical_case_in_numbers(theorems):
    e = theorems["cross_entropy_from_categorical"]
    weights = [[0.25, 0.75], [0.5, 0.5]]
    for labels in product((1, 2), repeat=2):
        hot = [[float(label == c) for c in (1, 2)] for label in labels]
        last = written(e.conclusion.rhs, {N: 2, C: 2})
        first = -sum(math.log(weights[a][label - 1]) for a, label in enumerate(labels))
        at = {t: sp.nsimplify(entry(t, {p: weights, q: hot})) for t in last.atoms(sp.Indexed)}
        assert float(last.xreplace(at)) == pytest.approx(first)


TWO, THREE = {z: [0.5, 2.25]}, {C: 3, m: 2, B: 3, A: 1.5, q: [0.25, 0.5, 0.25], z: [-1.25, 0.75, 2.5]}
E1, E2, E3 = map(math.exp, THREE[z])
S = E1 + E2 + E3
IN_NUMBERS = [
    ("sigmoid_is_two_way_softmax", TWO, math.exp(0.5) / (math.exp(0.5) + math.exp(2.25))),
    *[("bce_with_logits_stable", {Z: t, Q: 0.25}, math.log(1 + math.exp(t)) - 0.25 * t) for t in (-3.5, 0, 2.5)],
    *[("bce_with_logits_gradient_stable", {Z: t, Q: 0.25}, 1 / (1 + math.exp(-t)) - 0.25) for t in (-3.5, 0, 2.5)],
    *[("bce_with_logits_hessian_stable", {Z: t}, 1 / (2 + math.exp(-t) + math.exp(t))) for t in (-3.5, 0, 2.5)],
    ("logsumexp_shifted", THREE, math.log(S)),
    ("logsumexp_largest_left_out", THREE, math.log(S)),
    ("cross_entropy_with_logits_stable", THREE, math.log(S) - 0.25 * -1.25 - 0.5 * 0.75 - 0.25 * 2.5),
    ("cross_entropy_with_logits_gradient", THREE, E2 / S - 0.5),
    ("cross_entropy_with_logits_gradient_stable", THREE, E2 / S - 0.5),
    ("cross_entropy_with_logits_hessian", THREE, -E2 / S * E3 / S),
    ("cross_entropy_with_logits_hessian", THREE | {B: 2}, E2 / S * (1 - E2 / S)),
    ("log_of_difference_of_sigmoids", TWO, -math.log(1 / (1 + math.exp(-2.25)) - 1 / (1 + math.exp(-0.5)))),
]


@pytest.mark.parametrize(("name", "values", "expected"), IN_NUMBERS)
def test_logits_in_numbers(name, values, expected, theorems):
    d = theorems[name]
    for e in (d.conclusion.lhs, d.conclusion.rhs):
        if not e.has(Derivative):
            assert number(e, values) == pytest.approx(expected)


@pytest.mark.parametrize("name", sorted({name for name, *_ in IN_NUMBERS}))
def test_logits_written_out_and_in_other_letters(name, theorems):
    d = theorems[name]
    numbers = {s: v for s, v in {"C": 3, "m": 2, "b": 3}.items() if isinstance(d.letters.get(s), sp.Symbol)}
    written_out = d.instance(**numbers)
    assert not written_out.conclusion.rhs.has(Sum) and not any("2 ≤ 3" in h.text for h in written_out.hypotheses)
    letter = "a" if name.startswith("logsumexp_shifted") else "z"
    assert letter not in d.rename(**{letter: "s"}).letters and d.rename(**{letter: "s"}).recheck()


# A line with a mistake, after the first line of a theorem

WRONG = [
    ("sigmoid_is_two_way_softmax", 1 / (1 + exp(z[1] - z[2])), "the other class"),
    ("bce_with_logits_gradient", Q - SIGMOID, "the sign"),
    ("bce_with_logits_gradient", SIGMOID, "no target"),
    ("bce_with_logits_hessian", SIGMOID, "one factor"),
    ("bce_with_logits_hessian", SIGMOID * (1 - SIGMOID) * Q, "the target kept"),
    ("cross_entropy_with_logits_gradient", q[m] - exp(z[m]) / TOTAL, "the sign"),
    ("cross_entropy_with_logits_gradient", exp(z[m]) / TOTAL - 1, "as if m were the true class"),
    ("cross_entropy_with_logits_hessian", exp(z[m]) / TOTAL * (1 - exp(z[B]) / TOTAL), "1 for the delta"),
    ("bce_with_logits_stable", log(1 + exp(Abs(Z))) + Abs(Z) * sign_of_z(1 - Q, Q), "the exponential of |z|"),
    ("bce_with_logits_stable", log(1 + SMALL) + Abs(Z) * sign_of_z(Q, 1 - Q), "the cases"),
    ("bce_with_logits_stable", log(1 + SMALL) + Z * sign_of_z(1 - Q, Q), "z for |z|"),
    ("bce_with_logits_stable", log(1 + SMALL) + Abs(Z) * (1 - Q), "one case for both"),
    ("bce_with_logits_gradient_stable", sign_of_z(Q - (1 - Q) * SMALL, (1 - Q) * SMALL - Q) / (1 + SMALL), "a sign"),
    ("bce_with_logits_gradient_stable", sign_of_z(1 - Q, -Q) / (1 + SMALL), "right at hard targets only"),
    ("bce_with_logits_hessian_stable", SMALL / (1 + SMALL), "no square"),
    ("bce_with_logits_hessian_stable", exp(Abs(Z)) / (1 + SMALL) ** 2, "the sign of the exponent above"),
    ("logsumexp_shifted", log(Sum(exp(z[c] - A), CLASSES)), "the shift dropped"),
    ("logsumexp_shifted", -A + log(Sum(exp(z[c] - A), CLASSES)), "the shift subtracted"),
    ("logsumexp_largest_left_out", z[m] + log(1 + Sum(exp(z[c] - z[m]), CLASSES)), "the delta lost"),
    ("logsumexp_largest_left_out", z[m] + log(others(exp(z[c] - z[m]), c)), "the 1 lost"),
    ("cross_entropy_with_logits_stable",
     Sum(q[c] * (z[m] - z[c] + log(1 + Sum(exp(z[j] - z[m]), (j, 1, C)))), CLASSES), "the delta lost"),
    ("cross_entropy_with_logits_stable",
     Sum(q[c] * (z[c] - z[m] + log(1 + others(exp(z[j] - z[m])))), CLASSES), "the difference turned round"),
    ("cross_entropy_with_logits_gradient_stable", exp(z[m]) / TOTAL - q[m], "as if the targets summed to 1"),
    ("cross_entropy_with_logits_gradient_stable", (exp(z[m] - A) * TARGETS - q[m] * others(exp(z[j] - A))) / SHIFTED,
     "one delta lost"),
    ("cross_entropy_with_logits_gradient_stable", (exp(z[m] - A) * others(q[j]) - q[m] * others(exp(z[j]))) / SHIFTED,
     "one shift lost"),
    ("bce_gradient_stable", (Q - P) / (P * (1 - P)), "the sign"),
    ("bce_gradient_stable", P - Q, "the denominator lost"),
    ("log_of_difference_of_sigmoids", log(1 + exp(-z[2])) + log(1 + exp(z[1])), "the last term lost"),
    ("log_of_difference_of_sigmoids", log(1 + exp(z[2])) + log(1 + exp(-z[1])) - log(1 - exp(z[1] - z[2])), "the signs"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "line", "mistake"), WRONG, ids=lambda one: one if isinstance(one, str) else "")
def test_a_wrong_form_is_refused_with_numbers(name, line, mistake, theorems):
    first = cesym.Derivation.start(theorems[name].exprs[0], theorems[name].given)
    verdict = first.check(line)
    assert verdict.status == "refused", mistake
    assert verdict.counterexample


def test_the_targets_have_to_sum_to_1_for_the_gradient_to_be_prediction_minus_target():
    line = Derivative(SOFTMAX, z[m])
    free = cesym.Derivation.start(line, [m >= 1, m <= C])
    assert free.check(exp(z[m]) / TOTAL - q[m]).status == "refused"
    assert free.check(exp(z[m]) / TOTAL * TARGETS - q[m]).accepted


def test_the_stable_forms_start_where_the_textbook_is():
    """The theorems speak of a target q, the losses of k: the formulas are the same."""
    loss = losses.bce_with_logits
    for name in ("bce_with_logits_stable", "bce_with_logits_gradient", "bce_with_logits_hessian"):
        first = cesym.catalogue()[name]().exprs[0]
        first = first.expr if isinstance(first, Derivative) else first
        assert first.xreplace({Q: loss.target, Z: loss.prediction}) == loss.expr
    assert cesym.cross_entropy_with_logits_stable().exprs[0] == losses.cross_entropy_with_logits.expr
    for theorem, loss in ((cesym.bce_with_logits_from_bernoulli, losses.bce_with_logits),
                          (cesym.cross_entropy_with_logits_from_categorical, losses.cross_entropy_with_logits)):
        assert theorem().exprs[-1] == loss.over(i, N)


# The catalogue


def test_the_catalogue_shows_itself(theorems):
    listed = cesym.catalogue()
    assert list(listed) == list(theorems) and all(name in repr(listed) for name in listed)
    assert repr(listed).count("\n") == len(listed) - 1
    table = listed._repr_markdown_()
    assert all(f"| `{name}` |" in table for name in listed)
    for name, says in listed.rows():
        assert says.endswith(".") and says[0].isupper(), name


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_theorem_says_what_it_proves_and_where(name):
    theorem = cesym.catalogue()[name]
    text = inspect.getdoc(theorem)
    assert "Domain:" in text and text.split("\n")[0].endswith(".")
    assert getattr(cesym, name) is theorem and name in cesym.__all__


def test_the_textbook_losses_do_not_come_from_the_theorems():
    """Otherwise a derivation would compare a formula with itself."""
    trees = [ast.parse(file.read_text("utf-8")) for file in Path(losses.__file__).parent.glob("*.py")]
    loaded = {node.module for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert "cesym.links" in loaded  # the list is read at all
    assert not [name for name in loaded if name.startswith(("cesym.likelihoods", "cesym.theorems", "cesym.derivation"))]


def test_a_theorem_that_is_none_is_refused():
    """The one-hot theorem with another definition of the targets."""
    d = cesym.cross_entropy_one_hot()
    definition = sp.Eq(q[i, c], 1 - KroneckerDelta(c, y[i]), evaluate=False)
    facts = [(p[i, c] > 0, SAMPLES, CLASSES), (y[i] >= 1, SAMPLES), (y[i] <= C, SAMPLES), (definition, SAMPLES, CLASSES)]
    other = cesym.Derivation.start(d.exprs[0], facts)
    assert other.check(d.exprs[1]).status == "refused"
    assert other.check(-Sum((1 - KroneckerDelta(c, y[i])) * log(p[i, c]), CLASSES, SAMPLES)).accepted


def test_without_a_mean_inside_there_is_no_estimate():
    """If all targets are equal, no p inside (0, 1) is best: with 0 < sum k alone the step is refused."""
    d = cesym.bernoulli_estimate()
    keep = tuple(fact for fact in d.given.facts if not fact.prop.has(N) or not isinstance(fact.prop, sp.Lt))
    assert len(keep) < len(d.given.facts)
    with pytest.raises((Refused, ValueError)):
        replace(d, given=replace(d.given, facts=keep)).recheck()


def test_variance_needs_samples_that_differ():
    d = cesym.gaussian_estimates()
    assert d.constants is None and v in d.conclusion.lhs.free_symbols
    assert MU in d.conclusion.lhs.free_symbols and MU not in d.conclusion.rhs.free_symbols
    with pytest.raises((Refused, ValueError)):
        replace(d, given=replace(d.given, facts=())).recheck()
    assert MEAN.has(x)
