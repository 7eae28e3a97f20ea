"""What is printed as code equals the formula over the reals: the kernel admits it, whole and rule by rule."""

import pytest
import sympy as sp
from sympy import Symbol, exp, log, loggamma

from cesym import losses
from cesym.derivation import Derivation, StepRefused
from cesym.kernel import Refused
from cesym.numeric import lambdify
from cesym.numeric.admitted import Admission, derivation, told
from cesym.numeric.operations import nodes
from cesym.numeric.operations.nodes import softplus, weighted
from cesym.numeric.operations.operation import Node, unfolded
from cesym.numeric.signature import read_signature

LOSSES = [getattr(losses, name) for name in losses.__all__ if name != "Loss"]
CASES = [(loss, order) for loss in LOSSES for order in (0, 1, 2)]
IDS = [f"{loss.name}-{order}" for loss, order in CASES]


def every(function):
    """Each result of a function, for probabilities and for labels."""
    return [(labels, n) for labels, outputs in enumerate(function.rewritings) for n in range(len(outputs))]


@pytest.mark.parametrize(("loss", "order"), CASES, ids=IDS)
def test_stable_forms_are_theorems(loss, order):
    f = loss.lambdify(derivative=order)
    for labels, n in every(f):
        d = f.derivation(n, bool(labels)).recheck()
        assert d.relation == "=" and d.evidence == "CHECKED"
        one = f.rewritings[labels][n]
        assert d.exprs[0] == one.expr and d.exprs[-1] == unfolded(one.stable)
        assert not d.exprs[-1].has(Node)


@pytest.mark.parametrize(("loss", "order"), CASES, ids=IDS)
def test_every_single_rewriting(loss, order):
    f = loss.lambdify(derivative=order)
    for labels, n in every(f):
        one = f.rewritings[labels][n]
        for rule, before, after in one.used:
            before, after = unfolded(before), unfolded(after)
            assert before == after or Derivation.start(before, told(one.expr, one.signature, one.given)).claim(after).evidence == "CHECKED", rule


@pytest.mark.parametrize(("loss", "order"), CASES, ids=IDS)
def test_a_wrong_stable_form_is_refused(loss, order):
    """Each rewriting that says something over the reals, made wrong, is refused; so is a wrong form as a whole."""
    f = loss.lambdify(derivative=order)
    for labels, n in every(f):
        one = f.rewritings[labels][n]
        with pytest.raises(StepRefused):
            derivation(one._replace(stable=one.stable + sp.Rational(1, 7)))
        with pytest.raises(StepRefused):
            Derivation.start(one.expr, told(one.expr, one.signature, one.given)).claim(2 * unfolded(one.stable) + 1)


K, Z = Symbol("k", real=True), Symbol("z", real=True)
X, M = Symbol("x", real=True), Symbol("m", real=True)
A, B = Symbol("a", real=True), Symbol("b", real=True)
V, W, NU = (Symbol(name, positive=True) for name in ("v", "w", "nu"))
S = 1 / (1 + exp(-Z))
# formula, what is given, how many lines its derivation has at least
USERS = [
    (exp(Z) - K * Z + loggamma(K + 1), [K >= 0], 1),
    (V - K * log(V), [], 1),
    (3 * log(1 + (X - M) ** 2 / (5 * V)) + log(V) / 2, [], 1),
    (3 * (2 * M - 2 * X) / (5 * V * (1 + (X - M) ** 2 / (5 * V))), [], 2),
    (1 / (2 * V) - (X - M) ** 2 * (NU + 1) / 2 / (NU * V**2 * (1 + (X - M) ** 2 / (NU * V))), [], 3),
    (V / 2 + (X - M) ** 2 * exp(-V) / 2, [], 1),
    (-K * log(exp(A) / (exp(A) + exp(B))) - (1 - K) * log(exp(B) / (exp(A) + exp(B))), [], 3),
    (sp.diff(-K * log(exp(A) / (exp(A) + exp(B))), A), [], 3),
    (-log(W * exp(A) + (1 - W) * exp(B)), [W < 1], 1),
    (-W * exp(A) / (W * exp(A) + (1 - W) * exp(B)), [W < 1], 2),
    (-W * log(W / (W + V)) - K * log(V / (W + V)), [], 2),
    (sp.diff(-W * log(W / (W + V)) - K * log(V / (W + V)), V), [], 2),
    (-((1 - S) ** 2) * log(S), [], 3),
    (exp((M - X) / V) / V - 1 / V, [], 2),
]


@pytest.mark.parametrize(("formula", "given", "length"), USERS, ids=[str(row[0]) for row in USERS])
def test_formulas_of_users(formula, given, length):
    if formula.has(sp.loggamma):
        pytest.importorskip("scipy", reason="SciPy is not installed")
    letters = sorted(formula.free_symbols, key=str)
    d = lambdify(letters, formula, given=given).derivation()
    assert d.recheck().evidence == "CHECKED" and len(d) >= length
    assert all(step.reason for step in d.steps)


@pytest.mark.parametrize(
    ("formula", "asked"),
    [
        (log(X), ["x > 0"]),
        (-log(1 / (1 + exp(-A)) - 1 / (1 + exp(-B))), ["1 - exp(-a + b) > 0"]),
        (-K * log(V) + log(X / V), ["x > 0"]),
        (log(V) / 2 + X**2 / V, []),
    ],
)
def test_what_a_formula_asks_is_given(formula, asked):
    """ln x is derived where x > 0, and the derivation says so."""
    d = lambdify(sorted(formula.free_symbols, key=str), formula).derivation()
    said = [str(fact.prop) for fact in d.given.facts]
    assert d.recheck().evidence == "CHECKED" and set(asked) <= set(said) and bool(said) == bool(asked)


def test_a_function_that_the_kernel_does_not_know_is_refused():
    pytest.importorskip("scipy", reason="SciPy is not installed")
    with pytest.raises(Refused, match="polygamma"):
        lambdify(NU, sp.digamma(NU) + log(NU)).derivation()


# Equal over the reals, and not where the formula is defined: each is refused, and not used.
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (1 / (1 + X**2), nodes.share_of_squares(X, 1) / X**2),
        (log(1 + X**2), 2 * log(X) + log(1 + 1 / X**2)),
        (exp(Z) / (1 + exp(Z)), nodes.ratio(X * exp(Z), X * (1 + exp(Z)))),
        (A / B, nodes.ratio(A, A * B) * A),
        (sp.sqrt(V) * X, sp.sqrt(V) * sp.Abs(X)),
        (X * V, X * V + sp.Rational(1, 10**9)),
        (log(X * A), log(X) + log(A)),
        (1 / X - 1 / A, (A - X) / (X * A * (1 + (X - A) / sp.Abs(X - A)) / 2)),
    ],
)
def test_what_is_not_defined_wherever_the_formula_is(before, after):
    letters = sorted(before.free_symbols | after.free_symbols, key=str)
    signature = read_signature(letters, [before], {}, list(map(str, letters)), ())
    admits = Admission(before, signature, ())
    assert admits(before, before) and not admits(before, after)


def test_reasons_are_rules_of_the_report():
    f = losses.bce_with_logits.lambdify()
    reasons = {name for step in f.derivation().steps for name in step.reason.split(", ")}
    assert reasons and all(f"{name}: " in f.report for name in reasons)


# What the report says of what no rule has touched.
REPORTS = [
    (exp(Z) - K, set()),
    (exp(-2 * Z) + log(4 * V), set()),
    (exp(3 * Z), {"exp(3*z)"}),
    (log(V + X**2 + Z), {"log(v + x**2 + z)"}),
    (V**X, {"v**x"}),
    (sp.sqrt(V) + X**3, set()),
    (sp.sqrt(V + X**2), {"sqrt(v + x**2)"}),
    (log(1 + exp(3 * Z)), set()),
    (weighted(K, softplus(Z)), set()),
]


@pytest.mark.parametrize(("formula", "kept"), REPORTS, ids=[str(row[0]) for row in REPORTS])
def test_the_report_says_what_is_printed_as_it_stands(formula, kept):
    report = lambdify(sorted(formula.free_symbols, key=str), formula).report
    stated = [line.partition(": ")[2] for line in report.splitlines() if line.startswith("printed as it stands: ")]
    assert set(stated) == kept
