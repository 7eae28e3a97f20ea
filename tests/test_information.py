"""Entropy, cross-entropy, KL divergence and the empirical distribution, as formulas and at small sizes."""

import pytest
import sympy as sp
from sympy import KroneckerDelta, Rational, Sum, log

from cesym import information, links
from cesym.symbols import C, N, c, i, p, q, x, z

FORMULAS = [
    (information.entropy(q, c, C), -Sum(q[c] * log(q[c]), (c, 1, C))),
    (information.entropy(q[i], c, C), -Sum(q[i, c] * log(q[i, c]), (c, 1, C))),
    (information.cross_entropy(q, p, c, C), -Sum(q[c] * log(p[c]), (c, 1, C))),
    (information.cross_entropy(q, 1 / C, c, C), -Sum(q[c] * log(1 / C), (c, 1, C))),
    (information.kl_divergence(q, p, c, C), Sum(q[c] * log(q[c] / p[c]), (c, 1, C))),
    (information.kl_divergence(q[i], p[i], c, C), Sum(q[i, c] * log(q[i, c] / p[i, c]), (c, 1, C))),
    (information.empirical(x, c, i, N), Sum(KroneckerDelta(c, x[i]), (i, 1, N)) / N),
    (information.entropy(q[c], c, C), -Sum(q[c] * log(q[c]), (c, 1, C))),  # an entry is taken as it stands
    (
        information.cross_entropy(information.empirical(x, c, i, N), p, c, C),
        -Sum(Sum(KroneckerDelta(c, x[i]), (i, 1, N)) / N * log(p[c]), (c, 1, C)),
    ),
]


@pytest.mark.parametrize(("made", "expected"), FORMULAS, ids=[str(e) for _, e in FORMULAS])
def test_formula(made, expected):
    assert made == expected


Q = [Rational(1, 5), Rational(1, 2), Rational(3, 10)]
P = [Rational(1, 10), Rational(1, 10), Rational(4, 5)]


def at_three(expr, **families):
    numbers = {
        sp.IndexedBase(name, real=True)[n + 1]: value for name, row in families.items() for n, value in enumerate(row)
    }
    return sp.N(expr.subs({C: 3}).doit().xreplace(numbers), 40)


def test_the_chain_rule_and_the_direction():
    kl = at_three(information.kl_divergence(q, p, c, C), q=Q, p=P)
    cross = at_three(information.cross_entropy(q, p, c, C), q=Q, p=P)
    assert abs(kl - (cross - at_three(information.entropy(q, c, C), q=Q))) < 1e-35
    # The check can fail: with the direction reversed it does.
    assert abs(at_three(information.kl_divergence(p, q, c, C), q=Q, p=P) - kl) > 1e-2


def test_entropy_of_the_uniform_distribution_is_log_of_the_number_of_classes():
    assert abs(at_three(information.entropy(1 / C, c, C)) - sp.N(log(3), 40)) < 1e-35


def test_the_empirical_distribution_sums_to_one():
    labels = {x[n + 1]: value for n, value in enumerate([2, 1, 2, 3])}
    shares = [information.empirical(x, n, i, N).subs(N, 4).doit().subs(labels) for n in (1, 2, 3)]
    assert shares == [Rational(1, 4), Rational(1, 2), Rational(1, 4)]


def test_an_expression_with_its_own_sum_is_taken_as_it_is():
    model = links.softmax(z, c, C)
    (inner,) = model.atoms(Sum)
    made = information.cross_entropy(q, model, c, C)
    assert made == -Sum(q[c] * log(model), (c, 1, C)) and made.has(inner)


def test_a_string_is_refused():
    with pytest.raises(TypeError, match="got the string 'q'"):
        information.entropy("q", c, C)
