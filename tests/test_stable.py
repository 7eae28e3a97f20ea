"""Each rewriting rule: where it applies, that it keeps the value over the reals, and where it must not apply."""

import mpmath
import pytest
import sympy as sp
from sympy import (
    Abs,
    Heaviside,
    KroneckerDelta,
    Max,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    cosh,
    exp,
    log,
    loggamma,
    pi,
    sign,
    sinh,
    sqrt,
    tanh,
)

from cesym.numeric.operations import nodes
from cesym.numeric.operations.nodes import (
    bernoulli_score,
    dominated,
    expm1,
    log1mexp,
    log1p,
    log1p_over,
    log1p_square,
    log_cosh,
    log_mixture,
    log_over,
    log_sum_exp,
    log_times,
    logaddexp,
    logit,
    neg_log_softmax,
    over_square,
    over_squares,
    ratio,
    share_of_squares,
    sigmoid,
    sigmoid_difference,
    sigmoid_pair,
    sigmoid_ratio,
    sigmoid_slope,
    softmax,
    softmax_gap,
    softplus,
    softplus_pair,
    square_over,
    square_times_exp,
    times_exp,
    unless_nan,
    weighted,
    xdivy,
)
from cesym.numeric.operations.operation import Node, unfolded
from cesym.numeric.programs.lower import _Lowering
from cesym.numeric.rules.rewritings import Known
from cesym.numeric.stable import stabilise
from cesym.symbols import C, N, c, i, j, k, m, mu, p, q, scalar, sigma, v, x, z

K, P, X, M, Z = map(scalar, (k, p, x, mu, z))
A, B = Symbol("a", real=True), Symbol("b", real=True)
R, W = Symbol("r", positive=True), Symbol("w", positive=True)
ANY = lambda before, after: True  # noqa: E731  (what the kernel says of a rule is another test)
KNOWN = Known(frozenset({K, P, X, M, Z, A, B, R, W, v, sigma, q.label, z.label}), frozenset({j, m}))
DELTA = KroneckerDelta
LETTER = Symbol("r_", integer=True)
TOTAL = Sum(exp(z[c]), (c, 1, C))
CANONICAL = Sum(exp(z[LETTER]), (LETTER, 1, C))

# What a rule makes of a formula; None where it stays as it is.
RULES = [
    (log(1 - P), log1p(-P)),
    (log(1 + exp(-Z)), softplus(-Z)),
    (log(2 - P), None),
    (log(P), None),
    (K * log(P), weighted(K, log(P))),
    (-2 * K * log(1 - P), -2 * weighted(K, log1p(-P))),
    (2 * log(P), None),
    (N * log(P), None),
    (K * log(P) * log(1 - P), K * log(P) * log1p(-P)),
    (X * log(P) / sigma, weighted(xdivy(X, sigma), log(P))),
    (log(2 * pi * v), log_times(v, 2 * pi)),
    (log(2 * v), None),
    (log(3 * v), log_times(v, sp.Integer(3))),
    (log(2 * pi * sigma**2), 2 * log_times(sigma, sqrt(2 * pi))),
    (log(X**2), None),
    (log(sigma**2), 2 * log(sigma)),
    (log(P / (1 - P)), logit(P)),
    ((X - M) ** 2 / (2 * v), square_over(X - M, v, Rational(1, 2))),
    ((2 * M - 2 * X) / (2 * v), xdivy(M - X, v)),
    ((X - M) ** 2 / v**2, xdivy(X - M, v) ** 2),
    ((X - M) ** 2 / v**3, xdivy(xdivy(X - M, v), v) * xdivy(X - M, v)),
    (1 / v**2, over_square(1, v)),
    (1 / (1 + exp(-Z)), sigmoid(Z)),
    (sp.sin(X) / X, ratio(sp.sin(X), X)),
    ((X**2 - X) / (X * v), xdivy(X, v) - ratio(1, v)),
    (K / P**2, over_square(K, P)),
    (-K / P + (1 - K) / (1 - P), bernoulli_score(K, P)),
    (-(1 - K) / (1 - P) + K / P, -bernoulli_score(K, P)),
    (K / P + (1 - K) / (1 - P), xdivy(K, P) + xdivy(1 - K, 1 - P)),
    (
        log(2 * pi * v) / 2 + (X - M) ** 2 / (2 * v),
        dominated(square_over(X - M, v, Rational(1, 2)), log_times(v, 2 * pi) / 2, v),
    ),
    (1 / (2 * v) - X**2 / (2 * v**2), ratio(Rational(1, 2) - square_over(X, v, Rational(1, 2)), v)),
    ((v - X**2) / (2 * v**2), ratio(Rational(1, 2) - square_over(X, v, Rational(1, 2)), v)),
    (1 / v - X**2 / v, ratio(1, v) - square_over(X, v, sp.Integer(1))),
    (Abs(X - M) / sigma + log(2 * sigma), dominated(xdivy(Abs(X - M), sigma), log(2 * sigma), sigma)),
    (Sum(DELTA(c, j) * q[c], (c, 1, C)), q[j]),
    (Sum(DELTA(i, c) * q[c], (c, 1, C)), Sum(weighted(DELTA(i, c), q[c]), (c, 1, C))),
    (Sum(DELTA(c, j) * Sum(q[j], (j, 1, C)), (c, 1, C)), Sum(weighted(DELTA(c, j), Sum(q[j], (j, 1, C))), (c, 1, C))),
    (DELTA(j, m) / P, weighted(DELTA(j, m), ratio(1, P))),
    (Piecewise((log(1 - P), K > 0), (0, True)), Piecewise((log1p(-P), K > 0), (0, True))),
    (-Sum(q[c] * log(q[c]), (c, 1, C)), -Sum(weighted(q[c], log(q[c])), (c, 1, C))),
    # Sigmoids and exponentials
    (1 / (exp(A) + exp(B)), ratio(1, exp(A) + exp(B))),
    (1 / (2 + exp(Z)), ratio(1, exp(Z) + 2)),
    (exp(Z) / (1 + exp(Z)), sigmoid(Z)),
    (exp(2 * A - 2 * B) / (1 + exp(A - B)) ** 2, sigmoid(A - B) ** 2),
    ((1 + exp(-Z)) / (1 + exp(Z)), sigmoid_ratio(-Z, Z)),
    (W * exp(A) / (W * exp(A) + (1 - W) * exp(B)), xdivy(W, W + times_exp(1 - W, B - A))),
    (exp(A) * (W * exp(A) + exp(B)), times_exp(times_exp(W, A) + exp(B), A)),
    ((W * exp(A) + 3 * exp(B)) * exp(-A), W + 3 * exp(B - A)),
    ((exp(A) - exp(B)) / (W + exp(B)), ratio(exp(A) - exp(B), W + exp(B))),
    (1 - 1 / (1 + exp(-Z)), sigmoid(-Z)),
    ((W * exp(Z) - K) / (1 + exp(Z)), sigmoid_pair(Z, W, -K)),
    ((exp(A) + exp(B)) * exp(-A) / (1 + exp(B - A)), unless_nan(1, A, B)),
    ((K * exp(Z) + K - exp(Z)) / (1 + exp(Z)), sigmoid_pair(Z, K - 1, K)),
    ((W * exp(X) - K) / (1 + exp(Z)), (-K + times_exp(W, X)) * sigmoid(-Z)),
    ((exp(A) - exp(B)) / (W * exp(A) + exp(B)), ratio(1, W + exp(B - A)) - xdivy(1, times_exp(W, A - B) + 1)),
    (1 / (1 + exp(-Z)) - 1 / (1 + exp(-Z)) ** 2, sigmoid_slope(Z)),
    (2 - 1 / (1 + exp(-Z)), sigmoid_pair(Z, 1, 2)),
    (loggamma(W) - 1 / (1 + exp(-Z)), loggamma(W) - sigmoid(Z)),
    (Heaviside(Z) - sign(Z) * exp(-Abs(Z)) / (1 + exp(-Abs(Z))), sigmoid(Z)),
    (exp(Z) - 1, expm1(Z)),
    (exp(Z) / sigma - 1 / sigma, xdivy(expm1(Z), sigma)),
    (exp(Z) - K, None),
    (1 / (1 + exp(-A)) - 1 / (1 + exp(-B)), sigmoid_difference(A, B)),
    (1 / (1 + exp(-A)) + 1 / (1 + exp(-B)), sigmoid(A) + sigmoid(B)),
    (exp(Z) / (1 + exp(Z)) - K, sigmoid_pair(Z, 1 - K, -K)),
    (sinh(Z) / cosh(Z), tanh(Z)),
    (sinh(Z) / cosh(X), ratio(sinh(Z), cosh(X))),
    (X * exp(Z), times_exp(X, Z)),
    ((X - M) ** 2 * exp(-Z) / 2, square_times_exp(X - M, -Z) / 2),
    (3 * exp(Z), None),
    # Their logarithms
    (-log(1 / (1 + exp(-A)) - 1 / (1 + exp(-B))), -log1mexp(B - A) + softplus(-A) + softplus(B)),
    (log(exp(A) + exp(B)), logaddexp(A, B)),
    (log(exp(A) - exp(B)), A + log1mexp(B - A)),
    (log(W * exp(A) + (1 - W) * exp(B)), log_mixture(W, A, 1 - W, B)),
    (log(3 + exp(Z)), log_mixture(1, Z, 3, 0)),
    (log(1 + exp(A) + exp(B)), logaddexp(logaddexp(A, B), 0)),
    (log(K * exp(A) + exp(B) + exp(Z)), log(times_exp(K, A) + exp(B) + exp(Z))),
    (log(exp(Z) + X**2 + M), None),
    (log(cosh(Z)), log_cosh(Z)),
    (log(-cosh(Z)), None),
    (K * log(1 + exp(Z)) - K * Z, softplus_pair(Z, 0, K)),
    (log(1 + exp(Z)) - K * Z, softplus_pair(Z, 1 - K, K)),
    (2 * log(1 + exp((M - X) / sigma)) + (X - M) / sigma, softplus_pair(xdivy(M - X, sigma), 1, 1)),
    (log(1 + exp(Z)) - K * X, softplus(Z) - K * X),
    (Max(Z, 0) - K * Z + log(1 + exp(-Abs(Z))), softplus_pair(Z, 1 - K, K)),
    (Max(X, 0) + log(1 + exp(-Abs(Z))), softplus(-Abs(Z)) + Max(X, 0)),
    # Classes
    (exp(z[j]) / TOTAL, softmax(CANONICAL, j)),
    (exp(q[j]) / TOTAL, times_exp(1 / TOTAL, q[j])),
    (log(TOTAL) - z[j], neg_log_softmax(CANONICAL, j)),
    (log(TOTAL) - q[j], log_sum_exp(CANONICAL) - q[j]),
    (exp(z[j]) / TOTAL - DELTA(j, m), softmax_gap(CANONICAL, j, 1, DELTA(j, m))),
    (
        exp(z[j]) / TOTAL - exp(z[j]) * exp(z[m]) / TOTAL**2,
        -softmax(CANONICAL, j) * softmax_gap(CANONICAL, m, 1, 1),
    ),
    # Squares
    (log(1 + (X - M) ** 2 / (W * v)), log1p_square(X - M, sqrt(W) * sqrt(v))),
    (log(1 + X**2), log1p_square(X, 1)),
    (log(1 + X**2 / K), log1p(square_over(X, K, sp.Integer(1)))),
    (log(1 + X / K), log1p_over(X, K)),
    (log(1 - X**2), log1p(-(X**2))),
    ((2 * M - 2 * X) / (W * v + (X - M) ** 2), -2 * over_squares(X - M, sqrt(W) * sqrt(v))),
    ((X - M) / (W * (1 + (X - M) ** 2 / (W * v))) / v, over_squares(X - M, sqrt(W) * sqrt(v))),
    (X**2 / (X**2 + sigma**2), share_of_squares(X, sigma)),
    (sigma**2 / (X**2 + sigma**2), share_of_squares(sigma, X)),
    (X / (X**2 - sigma**2), ratio(X, X**2 - sigma**2)),
    (X / (W + v), xdivy(X, W + v)),
    # Quotients
    (log(X / sigma), log_over(X, sigma)),
    (log(X * sigma), None),
    (log(R / (R + W)), -log1p_over(W, R)),
    (log(R / (v + W)), log_over(R, v + W)),
    (1 / (R + W) - W / (R + W) ** 2, over_square(R, R + W)),
    (1 / (R + W) - X / (R + W) ** 2, ratio(1, R + W) - over_square(X, R + W)),
    # Poles and growth
    (exp(-Z) + Z, dominated(exp(-Z), Z, Z)),
    (exp(Z) - K * Z + loggamma(K + 1), dominated(exp(Z), loggamma(K + 1) - weighted(K, Z), Z)),
    (exp(X) + K * Z, None),
    (exp(A) + exp(B), None),
    (W - K * log(W), dominated(W, -weighted(K, log(W)), W)),
    (X - K * log(W), X - weighted(K, log(W))),
    (X**2 - 3 * X, None),
    (
        log(v) / 2 + (W + 1) / 2 * log(1 + X**2 / v),
        dominated(weighted(W / 2 + Rational(1, 2), log1p_square(X, sqrt(v))), log(v) / 2, v),
    ),
    (log(v) + log(1 + X**2 / v) / 3, log(v) + log1p_square(X, sqrt(v)) / 3),
]


@pytest.mark.parametrize(("before", "after"), RULES, ids=[str(row[0]) for row in RULES])
def test_rule(before, after):
    made, used = stabilise(before, KNOWN, ANY)
    assert made == (before if after is None else after)
    assert bool(used) == (after is not None)


def test_the_score_from_any_of_its_spellings():
    expected = (P - K) / (P * (1 - P))
    for spelling in (expected, (P - K) / P / (1 - P), sp.together(-K / P + (1 - K) / (1 - P)), (K - P) / (P * (P - 1))):
        made, _ = stabilise(spelling, KNOWN, ANY)
        assert isinstance(made, bernoulli_score)
        assert same(made, expected) == 0


AWAY = {
    K: Rational(2, 7),
    P: Rational(3, 5),
    X: Rational(7, 3),
    M: Rational(-1, 9),
    Z: Rational(5, 8),
    v: Rational(4, 11),
}
AWAY |= {A: Rational(5, 3), B: Rational(1, 7), R: Rational(9, 4), W: Rational(3, 8)}
AWAY |= {z[n]: Rational(n * n - 3, 5) for n in (1, 2, 3)}
AWAY |= {sigma: Rational(13, 6), N: 4, C: 3, j: 2, m: 3, i: 1}
AWAY |= {q[n]: Rational(n, 7) for n in (1, 2, 3)}


def same(made, expected):
    """How far two expressions are from each other at a point where all is defined."""
    gap = (unfolded(made) - unfolded(expected)).subs({N: 4, C: 3, j: 2, m: 3, i: 1}).doit().subs(AWAY)
    return abs(sp.N(gap, 30)) if abs(sp.N(gap, 30)) > mpmath.mpf(10) ** -25 else 0


@pytest.mark.parametrize("before", [row[0] for row in RULES], ids=[str(row[0]) for row in RULES])
def test_rule_keeps_the_value(before):
    made, _ = stabilise(before, KNOWN, ANY)
    assert same(made, before) == 0
    # The measure can fail.
    assert same(made + K, before) > 0.1


OPERATIONS = [one for one in vars(nodes).values() if isinstance(one, type) and issubclass(one, Node)]


def test_the_operations_are_found():
    assert len(OPERATIONS) > 30


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.__name__)
def test_an_operation_is_computed_in_one_way(one):
    ways = (one.form, one.elementwise, hasattr(_Lowering, f"of_{one.__name__}"))
    assert sum(map(bool, ways)) == 1 and one.__doc__ and one.meaning is not Node.meaning
