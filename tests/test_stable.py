"""Each rewriting rule: where it applies, that it keeps the value over the reals, and where it must not apply."""

import mpmath
import pytest
import sympy as sp
from sympy import Abs, KroneckerDelta, Piecewise, Rational, Sum, exp, log, pi, sqrt

from cesym.numeric import nodes
from cesym.numeric.nodes import (
    dominated,
    except_at_zero,
    log1p,
    log_times,
    logit,
    ratio,
    sigmoid,
    softplus,
    square_over,
    weighted,
    xdivy,
)
from cesym.numeric.rewritings import Known
from cesym.numeric.stable import stabilise
from cesym.symbols import C, N, c, i, j, k, m, mu, p, q, scalar, sigma, v, x, z

K, P, X, M, Z = map(scalar, (k, p, x, mu, z))
KNOWN = Known(frozenset({K, P, X, M, Z, v, sigma, q.label}), frozenset({j, m}))
DELTA = KroneckerDelta

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
    (1 / v**2, ratio(ratio(1, v), v)),
    (1 / (1 + exp(-Z)), sigmoid(Z)),
    (sp.sin(X) / X, ratio(sp.sin(X), X)),
    ((X**2 - X) / (X * v), xdivy(X, v) - ratio(1, v)),
    (K / P**2, xdivy(xdivy(K, P), P)),
    (
        -K / P + (1 - K) / (1 - P),
        except_at_zero(ratio(ratio(P - K, 1 - P), P), -xdivy(K, P) + xdivy(1 - K, 1 - P), K, 1 - K),
    ),
    (K / P + (1 - K) / (1 - P), xdivy(K, P) + xdivy(1 - K, 1 - P)),
    (
        log(2 * pi * v) / 2 + (X - M) ** 2 / (2 * v),
        dominated(square_over(X - M, v, Rational(1, 2)), log_times(v, 2 * pi) / 2),
    ),
    (1 / (2 * v) - X**2 / (2 * v**2), dominated(-(xdivy(X, v) ** 2) / 2, ratio(Rational(1, 2), v))),
    ((v - X**2) / (2 * v**2), dominated(-(xdivy(X, v) ** 2) / 2, ratio(Rational(1, 2), v))),
    (1 / v - X**2 / v, ratio(1, v) - square_over(X, v, sp.Integer(1))),
    (Abs(X - M) / sigma + log(2 * sigma), dominated(xdivy(Abs(X - M), sigma), log(2 * sigma))),
    (Sum(DELTA(c, j) * q[c], (c, 1, C)), q[j]),
    (Sum(DELTA(i, c) * q[c], (c, 1, C)), Sum(weighted(DELTA(i, c), q[c]), (c, 1, C))),
    (Sum(DELTA(c, j) * Sum(q[j], (j, 1, C)), (c, 1, C)), Sum(weighted(DELTA(c, j), Sum(q[j], (j, 1, C))), (c, 1, C))),
    (DELTA(j, m) / P, weighted(DELTA(j, m), ratio(1, P))),
    (Piecewise((log(1 - P), K > 0), (0, True)), Piecewise((log1p(-P), K > 0), (0, True))),
    (-Sum(q[c] * log(q[c]), (c, 1, C)), -Sum(weighted(q[c], log(q[c])), (c, 1, C))),
]


@pytest.mark.parametrize(("before", "after"), RULES, ids=[str(row[0]) for row in RULES])
def test_rule(before, after):
    made, used = stabilise(before, KNOWN)
    assert made == (before if after is None else after)
    assert bool(used) == (after is not None)


def test_the_score_from_any_of_its_spellings():
    expected = (P - K) / (P * (1 - P))
    for spelling in (expected, (P - K) / P / (1 - P), sp.together(-K / P + (1 - K) / (1 - P)), (K - P) / (P * (P - 1))):
        made, _ = stabilise(spelling, KNOWN)
        assert isinstance(made, except_at_zero)
        assert same(made, expected) == 0


AWAY = {
    K: Rational(2, 7),
    P: Rational(3, 5),
    X: Rational(7, 3),
    M: Rational(-1, 9),
    Z: Rational(5, 8),
    v: Rational(4, 11),
}
AWAY |= {sigma: Rational(13, 6), N: 4, C: 3, j: 2, m: 3, i: 1}
AWAY |= {q[n]: Rational(n, 7) for n in (1, 2, 3)}


def same(made, expected):
    """How far two expressions are from each other at a point where all is defined."""
    gap = (nodes.unfolded(made) - nodes.unfolded(expected)).subs({N: 4, C: 3, j: 2, m: 3, i: 1}).doit().subs(AWAY)
    return abs(sp.N(gap, 30)) if abs(sp.N(gap, 30)) > mpmath.mpf(10) ** -25 else 0


@pytest.mark.parametrize("before", [row[0] for row in RULES], ids=[str(row[0]) for row in RULES])
def test_rule_keeps_the_value(before):
    made, _ = stabilise(before, KNOWN)
    assert same(made, before) == 0
    # The measure can fail.
    assert same(made + K, before) > 0.1


def test_every_node_has_a_meaning():
    for name in nodes.__all__:
        node = getattr(nodes, name)
        if isinstance(node, type) and node is not nodes.Node:
            assert node.meaning is not nodes.Node.meaning, name
