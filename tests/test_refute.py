"""Numbers against a claim: real where they are reported, none where the claim is true, plain to read."""

from fractions import Fraction

import mpmath
import pytest
from sympy import (
    Derivative,
    Eq,
    Integer,
    Interval,
    KroneckerDelta,
    Piecewise,
    Pow,
    Product,
    Rational,
    Sum,
    Symbol,
    exp,
    gamma,
    log,
    sqrt,
)

from cesym.check.search import counterexample, told_apart
from cesym.check.values import apart, unrolled, value_at
from cesym.given import Given
from cesym.kernel.trees import tree
from cesym.symbols import C, N, c, i, j, k, lam, mu, p, q, scalar, sigma, x

SAMPLES, CLASSES = (i, 1, N), (c, 1, C)
BIT = {p: Interval.open(0, 1), k: {0, 1}}
BCE = -Sum(k[i] * log(p[i]) + (1 - k[i]) * log(1 - p[i]), SAMPLES)
SQUARES = Sum((x[i] - mu[i]) ** 2, SAMPLES)
NLL = N * log(2 * sigma**2) / 2 + SQUARES / (2 * sigma**2)
VECTORS = [(q[c] > 0, CLASSES), (p[c] > 0, CLASSES), Eq(Sum(q[c], CLASSES), 1), Eq(Sum(p[c], CLASSES), 1)]
KL = Sum(q[c] * log(q[c] / p[c]), CLASSES)
FLIPPED = Sum(p[c] * log(p[c] / q[c]), CLASSES)
TOTAL = Sum(x[i], SAMPLES)
Z, r, s = Symbol("Z", integer=True, nonnegative=True), Symbol("r", real=True), Symbol("s", real=True)
below, above, other = Symbol("a", negative=True), Symbol("b", nonnegative=True), Symbol("w", real=True, nonzero=True)
LOGS = Sum(log(i * (Z - i) + i**2 + i * r**2), (i, 1, Z))

FALSE = [  # before, after, given, relation, over, the numbers as they are shown
    (BCE, -BCE, BIT, "=", (), "N = 1, k₁ = 1, p₁ = 1/2"),
    (BCE, BCE / N, BIT, "=", (), "N = 2, k = (1, 1), p = (1/2, 1/2)"),
    (BCE, -Sum(k[i] * log(p[i]), SAMPLES), BIT, "=", (), "N = 1, k₁ = 0, p₁ = 1/2"),
    (Sum(x[i], SAMPLES), Sum(x[i], (i, 0, N)), None, "=", (), "N = 1, x₀ = 1, x₁ = 1"),
    (Sum(x[i], SAMPLES), Sum(x[i + 1], SAMPLES), None, "=", (), "N = 1, x = (1, 1/2)"),
    (Sum(x[i], SAMPLES), x[1] * N, None, "=", (), "N = 2, x = (1, 1/2)"),
    (sigma**2, sigma**3, None, "=", (), "σ = 1/2"),
    (scalar(k), scalar(k) ** 2, None, "=", (), "k = 2"),
    (1 - below, below + 1, None, "=", (), "a = −1"),
    ((other - 1) * (2 * other - 1), Integer(0), None, "=", (), "w = 2"),
    (above - above**2, Integer(0), None, "=", (), "b = 1/2"),
    (sqrt(x[1] ** 2), x[1], None, "=", (), "x₁ = −1"),
    (Product(p[i], SAMPLES), Sum(p[i], SAMPLES), BIT, "=", (), "N = 2, p = (1/2, 1/2)"),
    (gamma(sigma + 1), gamma(sigma), None, "=", (), "σ = 1/2"),
    (Derivative(log(sigma), sigma), 2 / sigma, None, "=", (), "σ = 1"),
    (log(sigma), sigma - 1, None, "≥", (), "σ = 1/2"),
    (sigma - 1, log(sigma), None, "≤", (), "σ = 1/2"),
    (Product(p[i], SAMPLES), log(Product(p[i], SAMPLES)), BIT, "⇄", (), "N = 1, p₁ = 1/2"),
    (KL, FLIPPED, VECTORS, "=", (), None),
    (NLL, SQUARES / (2 * sigma**2), None, "≃", (sigma,), None),
    (NLL, -SQUARES, None, "≃", (mu,), None),
    (NLL, sigma, None, "≃", (mu,), None),
    (NLL, Sum((x[i] - mu[i]) ** 4, SAMPLES), None, "≃", ("mu",), None),
]
AT_EDGES = [  # wrong only where hardly any model is
    (TOTAL, TOTAL + KroneckerDelta(N, 7), None, "=", (), "N = 7, x = (1, 1, 1, 1, 1, 1, −5)"),
    (r, Piecewise((r, N < 6), (s, True)), None, "=", (), "N = 6, r = 1, s = 1/2"),
    (LOGS + KroneckerDelta(Z + r**2, 0), LOGS, None, "=", (), "Z = 0, r = 0"),
    (Pow(0, Z, evaluate=False), Integer(0), None, "=", (), "Z = 0"),
    (p[N] * KroneckerDelta(N, 8), Integer(0), BIT, "≤", (), None),
]
RARE = (TOTAL**2, TOTAL**2 * (1 - 2 * KroneckerDelta(N, 7)), None, "≃", (x,), None)
FALSE += AT_EDGES
TRUE = [
    (BCE, -Sum(k[i] ** 2 * log(p[i]) + (1 - k[i]) * log(1 - p[i]), SAMPLES), BIT, "=", ()),
    (log(Product(p[i], SAMPLES)), Sum(log(p[i]), SAMPLES), BIT, "=", ()),
    (log(sigma**2) / 2, log(sigma), None, "=", ()),
    (exp(log(sigma) / 3) ** 3, sigma, None, "=", ()),
    (sigma - 1, log(sigma), None, "≥", ()),
    (NLL, SQUARES / N, None, "≃", (mu,)),
    (Derivative(log(sigma), sigma), 1 / sigma, None, "=", ()),
    (Sum(x[i], (i, 1, 0)), scalar(x) - scalar(x), None, "=", ()),
]


@pytest.mark.parametrize(
    ("before", "after", "given", "relation", "over", "shown"), [*FALSE, pytest.param(*RARE, marks=pytest.mark.long)],
    ids=lambda v: str(v)[:30],
)
def test_a_false_claim_meets_plain_numbers(before, after, given, relation, over, shown) -> None:
    found = counterexample(before, after, given, relation, over, seconds=5)
    assert found is not None
    assert shown is None or str(found) == shown


@pytest.mark.parametrize(("before", "after", "given", "relation", "over"), TRUE, ids=lambda v: str(v)[:30])
def test_no_numbers_are_reported_against_a_true_claim(before, after, given, relation, over) -> None:
    assert counterexample(before, after, given, relation, over, tries=50, seconds=3) is None


@pytest.mark.parametrize(("before", "after", "given", "relation"), [row[:4] for row in FALSE if row[3] == "="])
def test_the_reported_numbers_are_those_of_sympy(before, after, given, relation) -> None:
    found = counterexample(before, after, given, relation, seconds=5)
    for line, reported in ((before, found.before), (after, found.after)):
        exact = line.doit() if line.has(Derivative) else line
        size = {letter: value for letter, value in found.values.items() if letter in (N, C)}
        value = exact.subs(size).doit().subs(found.values)
        digits = str(reported) if isinstance(reported, Fraction) else mpmath.nstr(reported, 30)
        assert abs(value.evalf(30) - Rational(digits)) < 1e-25


def test_the_numbers_satisfy_what_is_given() -> None:
    found = counterexample(KL, FLIPPED, VECTORS, seconds=5)
    for family in (q, p):
        entries = [value for letter, value in found.values.items() if getattr(letter, "base", None) == family]
        assert sum(entries) == 1
        assert all(value > 0 for value in entries)


def test_only_what_the_lines_read_is_listed() -> None:
    given = {p: Interval.open(0, 1), k: {0, 1}, lam: Interval.open(0, 1)}
    found = counterexample(BCE, -BCE, Given.of(given, BCE, lam[i]), seconds=5)
    assert {getattr(letter, "base", letter) for letter in found.values} == {N, k, p}


def test_for_same_minimiser_the_parameters_alone_move() -> None:
    found = counterexample(NLL, -SQUARES, None, "≃", (mu,), seconds=5)
    for other in found.others:
        changed = {letter for letter in found.values if other.values[letter] != found.values[letter]}
        assert changed
        assert all(letter.base == mu for letter in changed)
    assert (found.before - found.others[0].before) * (found.after - found.others[0].after) < 0


def test_a_line_without_a_value_is_reported_only_where_no_numbers_differ() -> None:
    found = counterexample(log(x[1] ** 2), 2 * log(x[1]), [x[1] ** 2 > 0], seconds=2)
    assert found is not None
    assert found.after is None
    assert found.shown[1] == "no number"
    assert counterexample(log(x[1] ** 2), 3 * log(x[1]), [x[1] ** 2 > 0], seconds=2).after is not None


def test_where_time_runs_out_the_witnesses_are_asked() -> None:
    assert counterexample(BCE, -BCE, BIT, seconds=0) is not None


@pytest.mark.parametrize(
    ("left", "right", "differ"),
    [
        (log(2) + log(3), log(6), False),  # equal, and never the same floating-point number
        (sqrt(2) * sqrt(3), sqrt(6), False),
        (log(2), Rational("0.6931471806"), False),  # too close to be worth showing
        (log(2), Rational("0.6931"), True),
        (Rational(1, 3), Rational("0.33333"), True),
    ],
)
def test_equality_within_the_interval_is_no_difference(left, right, differ) -> None:
    assert apart(tree(left), tree(right), {}) is differ


def test_a_sum_is_written_out_with_its_indices() -> None:
    model = {"N": Fraction(2), "x": {(1,): Fraction(5), (2,): Fraction(7)}, "j": Fraction(2)}
    t = unrolled(tree(Sum(i * x[i], SAMPLES) + x[j]), model)
    assert value_at(t, model) == 5 + 2 * 7 + 7
    assert value_at(unrolled(tree(Sum(x[i], (i, 1, 3))), model), model) is None  # no x[3] in this model


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        ((Fraction(1, 2), Fraction(-1)), ("1/2", "-1")),
        ((Fraction(1, 97), Fraction(1, 2)), ("0.0103", "0.5")),
        ((Fraction(10001, 10000), Fraction(10002, 10000)), ("1.0001", "1.0002")),
        ((Fraction(2), None), ("2", "no number")),
    ],
)
def test_numbers_are_shown_with_the_digits_that_tell_them_apart(numbers, shown) -> None:
    assert told_apart(*numbers) == shown
