"""The links: their formulas, that each inverse undoes its link, and that no letter is captured."""

import pytest
import sympy as sp
from sympy import Indexed, Rational, Sum

from cesym import links
from cesym.symbols import C, N, c, i, j, k, lam, m, mu, p, q, scalar, w, x, y, z

P, Z = scalar(p), scalar(z)
KERNEL = (sp.Add, sp.Mul, sp.Pow, sp.exp, sp.log, Sum, Indexed, sp.Symbol, sp.IndexedBase, sp.Number, sp.Tuple)

FORMULAS = [
    (links.identity(mu[i]), mu[i]),
    (links.log(lam[i]), sp.log(lam[i])),
    (links.exp(z[i]), sp.exp(z[i])),
    (links.logit(P), sp.log(P / (1 - P))),
    (links.sigmoid(Z), 1 / (1 + sp.exp(-Z))),
    (links.sigmoid(0), Rational(1, 2)),
    (links.softmax(z, c, C), sp.exp(z[c]) / Sum(sp.exp(z[j]), (j, 1, C))),
    (links.softmax(z[i], c, C), sp.exp(z[i, c]) / Sum(sp.exp(z[i, j]), (j, 1, C))),
    (links.softmax(w[c] * x[i], c, C), sp.exp(w[c] * x[i]) / Sum(sp.exp(w[j] * x[i]), (j, 1, C))),
    (links.softmax(z, y[i], C), sp.exp(z[y[i]]) / Sum(sp.exp(z[j]), (j, 1, C))),
    (links.log_ratio(p, c, C), sp.log(p[c]) - Sum(sp.log(p[j]), (j, 1, C)) / C),
]


@pytest.mark.parametrize(("made", "expected"), FORMULAS, ids=[str(e) for _, e in FORMULAS])
def test_formula(made, expected):
    assert made == expected
    assert all(isinstance(part, KERNEL) for part in sp.preorder_traversal(made))


@pytest.mark.parametrize("link", [links.identity, links.log, links.logit])
@pytest.mark.parametrize("value", [Rational(1, 7), Rational(1, 2), Rational(9, 10)])
def test_inverse_undoes_the_link(link, value):
    undone = links.inverse(link)
    assert links.inverse(undone) is link
    assert abs(sp.N(undone(link(value)) - value, 50)) < 1e-45
    assert abs(sp.N(link(undone(value)) - value, 50)) < 1e-45
    # The check can fail: the logit is not undone by exp.
    assert abs(sp.N(sp.exp(links.logit(value)) - value, 50)) > 1e-3


def at_three(expr, family, values):
    """The value with three classes and these numbers."""
    return sp.N(expr.subs(C, 3).doit().subs({family[n + 1]: value for n, value in enumerate(values)}), 40)


def test_softmax_sums_to_one_and_undoes_log_ratio():
    values = [Rational(1, 5), Rational(1, 2), Rational(3, 10)]
    ratios = [at_three(links.log_ratio(p, n, C), p, values) for n in (1, 2, 3)]
    assert abs(sum(ratios)) < 1e-35
    for n in (1, 2, 3):
        assert abs(at_three(links.softmax(z, n, C), z, ratios) - values[n - 1]) < 1e-35
    assert abs(sum(at_three(links.softmax(z, n, C), z, values) for n in (1, 2, 3)) - 1) < 1e-35


@pytest.mark.parametrize(
    ("family", "index", "letter"),
    [(z, c, j), (z, j, m), (z[j], c, m), (Sum(z[j, c], (j, 1, N)), c, m), (z[j] * x[m] * w[c], c, i)],
)
def test_the_bound_letter_is_fresh(family, index, letter):
    over_classes = [total for total in links.softmax(family, index, C).atoms(Sum) if total.limits[0][2] == C]
    assert [total.limits[0][0] for total in over_classes] == [letter]


def test_a_captured_letter_would_change_the_value():
    wrong = sp.exp(z[j]) / Sum(sp.exp(z[j]), (j, 1, C))
    assert links.softmax(z, j, C) != wrong
    row = Sum(z[j] * w[j, c], (j, 1, N))
    captured = sp.exp(row) / Sum(sp.exp(Sum(z[j] * w[j, j], (j, 1, N))), (j, 1, C))
    assert links.softmax(row, c, C) != captured


def test_fresh_index_runs_past_the_shared_letters():
    assert links.fresh_index(z[i], z[j], z[m], z[c]).name == "j_1"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: links.sigmoid(z), TypeError, "takes one entry, such as z[i]; got the family z"),
        (lambda: links.sigmoid("z"), TypeError, "must be a SymPy expression or a number; got the string 'z'"),
        (lambda: links.softmax("z", c, C), TypeError, "got the string 'z'"),
        (lambda: links.inverse(sp.exp), ValueError, "link must be identity, log, exp, logit"),
    ],
)
def test_refused(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert message in str(caught.value)


def test_targets_stay_out_of_it():
    assert not links.sigmoid(Z).has(k) and not links.softmax(z, c, C).has(q)
