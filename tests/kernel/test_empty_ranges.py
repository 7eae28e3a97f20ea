"""Attacks on what is shown under a binder and used outside of it, and on what leaves a range that may be empty.

Every size is at least 1 at all witnesses, so no given number refuses them; each is also put to a kernel that
evaluates nothing, which must refuse it by itself.
"""

from typing import Any

import pytest
from sympy import (
    Abs,
    Add,
    Contains,
    E,
    Eq,
    FiniteSet,
    Integer,
    KroneckerDelta,
    Mul,
    Piecewise,
    Pow,
    Product,
    Sum,
    binomial,
    exp,
    factorial,
    gamma,
    log,
)

from cesym.kernel import Refused, admit, tree
from cesym.kernel.reader import Reader
from cesym.symbols import C, N, i, j, k, lam, mu, p, q, sigma, x

from .cases import certificate, fact, minimiser, monotone
from .limits import limited
from .test_attacks import (
    MSE,
    SECONDS,
    UNEVALUATED,
    Attack,
    S,
    Z,
    equal,
    r,
    rests_on,
    to_C,
    to_N,
    to_Z,
    undefined,
    without_numbers,
)


def one(size: Any, letter: Any = i) -> Any:
    """The size, in a form that is positive by its looks wherever the letter is in 1..size."""
    return Add(letter, Add(size, -letter, **UNEVALUATED), **UNEVALUATED)


def steps_in(size: Any, base: Any, letter: Any = i) -> Any:
    """base**(size - 1), each factor of which is defined under the range 1..size."""
    return Mul(Pow(base, letter - 1, **UNEVALUATED), Pow(base, size - letter, **UNEVALUATED), **UNEVALUATED)


def zero_to(size: Any) -> Any:
    """1 where the size is 0, else 0."""
    return Pow(0, size, **UNEVALUATED)


def plus(*terms: Any) -> Any:
    return Add(*terms, **UNEVALUATED)


W = 1 - KroneckerDelta(N, 7)  # 0 at N = 7
SQUARE = (N - 7) ** 2
HIDDEN = Add(i * (Z - i), i**2, i * r**2, **UNEVALUATED)  # i*(Z + r**2)
LOGS, LOGS_N = Sum(log(one(Z)), to_Z), Sum(log(one(N)), to_N)
SHARES, SHARES_N = Sum(1 / one(Z), to_Z), Sum(1 / one(N), to_N)
FORM_FACT = rests_on(fact(LOGS >= 0))
SCALED = rests_on(fact(Z * x[i] > 0, to_Z))
SCALED_N = rests_on(fact(N * x[i] > 0, to_N))
BELOW = (j, 1, i - 1)  # empty at i = 1

REMEMBERED = [
    equal("by its form positive inside: 0**Z", (plus(LOGS, zero_to(Z)), LOGS), (plus(LOGS_N, zero_to(N)), LOGS_N)),
    equal("a size that is 0 at N = 7", (plus(Sum(log(one(W)), (i, 1, W)), zero_to(W)), Sum(log(one(W)), (i, 1, W)))),
    equal("a size that is 0 at N = 7 only: a square", (plus(Sum(log(one(SQUARE)), (i, 1, SQUARE)), zero_to(SQUARE)), Sum(log(one(SQUARE)), (i, 1, SQUARE)))),
    equal("N - 1 may be 0", (plus(Sum(log(one(N - 1)), (i, 1, N - 1)), zero_to(N - 1)), Sum(log(one(N - 1)), (i, 1, N - 1)))),
    equal("its core loses the bound letter", (plus(Sum(log(HIDDEN), to_Z), KroneckerDelta(Z + r**2, 0)), Sum(log(HIDDEN), to_Z))),
    equal("an indicator instead of 0**Z", (plus(LOGS, KroneckerDelta(Z, 0)), LOGS), (plus(LOGS_N, KroneckerDelta(N, 0)), LOGS_N)),
    equal("a case instead of 0**Z", (plus(LOGS, Piecewise((0, Z > 0), (1, True))), LOGS), (plus(LOGS_N, Piecewise((0, N > 0), (1, True))), LOGS_N)),
    equal("an absolute value", (plus(LOGS, Abs(Z - Integer(1) / 2)), plus(LOGS, Z - Integer(1) / 2)), (plus(LOGS_N, Abs(N - Integer(1) / 2)), plus(LOGS_N, N - Integer(1) / 2))),
    undefined("ln Z beside it", plus(LOGS, log(Z)), plus(LOGS_N, log(N))),
    undefined("1/Z beside it", plus(LOGS, 1 / Z), plus(LOGS_N, 1 / N)),
    equal("under a second range that holds a value", (plus(Sum(log(one(Z)), to_Z, (j, 1, C)), zero_to(Z)), Sum(log(one(Z)), to_Z, (j, 1, C)))),
    equal("under a second range of the same letter", (plus(Sum(Sum(log(one(Z)), to_Z), (i, 1, N)), zero_to(Z)), Sum(Sum(log(one(Z)), to_Z), (i, 1, N)))),
    equal("an inner range that is empty for i = 1", (plus(Sum(log(one(i - 1, j)), BELOW, to_N), Sum(zero_to(i - 1), to_N)), Sum(log(one(i - 1, j)), BELOW, to_N))),
    equal("the variable of an outer range that may be empty", (plus(Sum(log(one(Z)), (j, 1, N), to_Z), zero_to(Z)), Sum(log(one(Z)), (j, 1, N), to_Z))),
    equal("in a product", (plus(Product(one(Z) ** sigma, to_Z), zero_to(Z)), Product(one(Z) ** sigma, to_Z)), (plus(Product(one(N) ** sigma, to_N), zero_to(N)), Product(one(N) ** sigma, to_N))),
    equal("in a root", (plus(Sum(one(Z) ** sigma, to_Z), zero_to(Z)), Sum(one(Z) ** sigma, to_Z))),
    equal("in gamma", (plus(Sum(gamma(one(Z)), to_Z), zero_to(Z)), Sum(gamma(one(Z)), to_Z)), (plus(Sum(gamma(one(N)), to_N), zero_to(N)), Sum(gamma(one(N)), to_N))),
    equal("in a branch", (plus(Sum(log(Piecewise((one(Z), r > 0), (1, True))), to_Z), zero_to(Z)), Sum(log(Piecewise((one(Z), r > 0), (1, True))), to_Z))),
    equal("in a sum of a sum", (plus(log(1 + Sum(log(1 + one(Z)) + log(one(Z)) ** 2, to_Z)), zero_to(Z)), log(1 + Sum(log(1 + one(Z)) + log(one(Z)) ** 2, to_Z)))),
    equal("read in a fact: 0**Z", (zero_to(Z), 0), (zero_to(N), 0), FORM_FACT),
    equal("read in a fact: Z/Z", (Mul(Z, Pow(Z, -1, **UNEVALUATED), **UNEVALUATED), 1), (Mul(N, Pow(N, -1, **UNEVALUATED), **UNEVALUATED), 1), FORM_FACT),
    undefined("read in a fact: ln Z", log(Z), log(N), FORM_FACT),
    Attack("in the weight of a certificate", rests_on(),
        certificate(S(one(Z) * r**2, to_Z) - zero_to(Z), 0, "≥", (one(Z), "square", r, to_Z)),
        certificate(S(one(N) * r**2) - zero_to(N), 0, "≥", (one(N), "square", r, to_N))),
    Attack("in the gap of a certificate", rests_on(),
        certificate(S(one(Z) - 1 - log(one(Z)), to_Z) - zero_to(Z), 0, "≥", (Integer(1), "log", one(Z), to_Z)),
        certificate(S(one(N) - 1 - log(one(N))) - zero_to(N), 0, "≥", (Integer(1), "log", one(N), to_N))),
    Attack("in the constant of a ≃", rests_on(),
        minimiser((1 + zero_to(Z)) * MSE, MSE, 1, Mul(0, LOGS, **UNEVALUATED), "mu"),
        minimiser((1 + zero_to(N)) * MSE, MSE, 1, Mul(0, LOGS_N, **UNEVALUATED), "mu")),
]  # fmt: skip

LEAVING = [
    equal("1/Z leaves a sum over 1..Z", (SHARES, 1), (SHARES_N, 1)),
    equal("1/W, W = 0 at N = 7", (Sum(1 / one(W), (i, 1, W)), 1)),
    equal("1/(N - 7)**2", (Sum(1 / one(SQUARE), (i, 1, SQUARE)), 1)),
    equal("1/(N - 1)", (Sum(1 / one(N - 1), (i, 1, N - 1)), 1), (Sum(1 / one(N + 1), (i, 1, N + 1)), 1)),
    equal("1/(Z*x[i]), shown by a fact", (S(x[i] / (Z * x[i]), to_Z), 1), (S(x[i] / (N * x[i])), 1), SCALED, SCALED_N),
    equal("times what varies", (S(lam[i] / one(Z), to_Z) * Z, S(lam[i], to_Z) + zero_to(Z) * 0 + KroneckerDelta(Z, 0)), (S(lam[i] / one(N)) * N, S(lam[i]))),
    equal("from the inner of two sums", (Sum(x[j] / one(Z), to_Z, (j, 1, N)), S(x[j], (j, 1, N))), (Sum(x[j] / one(N), to_N, (j, 1, N)), S(x[j], (j, 1, N)))),
    equal("from the outer of two sums", (Sum(x[j] / one(Z), (j, 1, N), to_Z), S(x[j], (j, 1, N))), (Sum(x[j] / one(N), (j, 1, N), to_N), S(x[j], (j, 1, N)))),
    equal("from an inner range that is empty for i = 1", (Sum(1 / one(i - 1, j), BELOW, to_N), N), (Sum(1 / one(i, j), (j, 1, i), to_N), N)),
    equal("with a product of sums", (S(x[j] / one(Z), (j, 1, N), to_Z) * S(mu[j], (j, 1, N)), S(x[j], (j, 1, N)) * S(mu[j], (j, 1, N)))),
    equal("a merged power", (Sum(steps_in(Z, Z), to_Z), Z**Z), (Sum(steps_in(N, N), to_N), N**N)),
    equal("a merged power of N - 1", (Sum(steps_in(N - 1, N - 1), (i, 1, N - 1)), (N - 1) ** (N - 1))),
    equal("a merged power of 1 - delta", (Sum(steps_in(W, W), (i, 1, W)), Pow(W, W))),
    equal("a merged power under a dependent range", (Sum(steps_in(i - 1, i - 1, j), BELOW, to_N), Sum((i - 1) ** (i - 1), to_N)), (Sum(steps_in(i, i, j), (j, 1, i), to_N), Sum(i**i, to_N))),
    equal("a merged power of a sum", (Sum(steps_in(Z, S(1, to_Z)), to_Z), S(1, to_Z) ** Z)),
    equal("a merged power beside what varies", (Sum(steps_in(Z, Z) * x[1], to_Z), Z**Z * x[1]), (Sum(steps_in(N, N) * x[1], to_N), N**N * x[1])),
    equal("a merged power of 0", (Sum(steps_in(Z, Integer(0)), to_Z) * Z, Sum(steps_in(Z, Integer(0)), to_Z) + KroneckerDelta(Z, 0))),
    equal("an exponent leaves a product", (Product(exp(1 / one(Z)), to_Z), E), (Product(exp(1 / one(N)), to_N), E)),
    equal("an exponent of 2 leaves a product", (Product(2 ** (1 / one(Z)), to_Z), 2), (Product(2 ** (1 / one(N)), to_N), 2)),
    equal("a base leaves a product", (Product(log(one(Z)) ** 2 + 1, to_Z), Product(log(one(Z)) ** 2 + 1, to_Z) + KroneckerDelta(Z, 0))),
    equal("out of the ln of a product", (log(Product(exp(1 / one(Z)), to_Z)), 1), (log(Product(exp(1 / one(N)), to_N)), 1)),
    equal("a sum in an exponent", (exp(SHARES), E), (exp(SHARES_N), E)),
    equal("inside |.|", (Abs(SHARES), 1), (Abs(SHARES_N), 1)),
    equal("inside an indicator", (KroneckerDelta(SHARES, 1), 1), (KroneckerDelta(SHARES_N, 1), 1)),
    Attack("as a factor of a ≃", rests_on(), minimiser(MSE * SHARES, MSE, 1, 0, "mu"), minimiser(MSE * SHARES_N, MSE, 1, 0, "mu")),
    Attack("as the factor a itself", rests_on(), minimiser(MSE, MSE * SHARES, SHARES, 0, "mu"), minimiser(MSE, MSE * SHARES_N, SHARES_N, 0, "mu")),
    Attack("in a certificate", rests_on(), certificate(sigma * SHARES, sigma, "≥", (Integer(0), "square", r)),
        certificate(sigma * SHARES_N, sigma, "≥", (Integer(0), "square", r))),
    Attack("through a monotone map", rests_on(), monotone(exp(r + SHARES), -r - 1, "r"), monotone(exp(r + SHARES_N), -r - 1, "r")),
    undefined("an entry outside of the range of its fact", Sum(log(lam[i + 1]), to_Z), Sum(log(lam[i]), to_Z)),
    undefined("the first entry of a range that may be empty", Sum(log(lam[1]), (j, 1, N)), Sum(log(p[1]), (j, 1, N))),
]  # fmt: skip

# For all i in 1..Z, for all i in 1..3: where Z is 0 this says nothing.
TWICE = (to_Z, (i, 1, 3))
AGAIN = [
    equal("a bound of a fact whose letter is bound twice", (Abs(x[1] + 99), x[1] + 99), (Abs(x[1] + 99), x[1] + 99), rests_on(fact(x[i] >= -99, *TWICE)), rests_on(fact(x[i] >= -99, (i, 1, 3)))),
    undefined("a sign of a fact whose letter is bound twice", log(lam[1]), log(lam[1]), rests_on(fact(lam[i] > 0, *TWICE)), rests_on(fact(lam[i] > 0, (i, 1, 3)))),
    equal("a support of a fact whose letter is bound twice", (k[1] ** 2, k[1]), (k[1] ** 2, k[1]), rests_on(fact(Contains(k[i], FiniteSet(0, 1)), *TWICE)), rests_on(fact(Contains(k[i], FiniteSet(0, 1)), (i, 1, 3))), split=("k",)),
    equal("an equation whose letter is bound twice", (mu[1], x[1]), (mu[1], x[1]), rests_on(fact(Eq(mu[i], x[i]), *TWICE)), rests_on(fact(Eq(mu[i], x[i]), (i, 1, 3))), using=((0, ()),)),
]  # fmt: skip

ROWS = [*REMEMBERED, *LEAVING, *AGAIN]


@pytest.mark.parametrize("attack", ROWS, ids=lambda attack: attack.why)
def test_the_attack_is_refused(attack: Attack) -> None:
    with limited(SECONDS), pytest.raises(Refused) as refusal:
        admit(attack.given, attack.wrong)
    assert "could not read" not in str(refusal.value)


@pytest.mark.parametrize("attack", ROWS, ids=lambda attack: attack.why)
def test_the_prover_refuses_it_without_numbers(attack: Attack) -> None:
    with limited(SECONDS), without_numbers(), pytest.raises(Refused):
        admit(attack.given, attack.wrong)


@pytest.mark.parametrize("attack", [a for a in ROWS if a.true], ids=lambda attack: attack.why)
def test_the_true_line_beside_it_is_admitted(attack: Attack) -> None:
    with limited(SECONDS):
        assert admit(attack.true_given or attack.given, attack.true).rhs == tree(attack.true.after)


def test_a_length_stays_in_the_range_in_which_it_is_defined() -> None:
    """1 where Z = 1 and else 0, but through 1/Z, which is read under 1..Z: it may not become the outermost range."""
    inner = KroneckerDelta(Pow(one(Z), -1, **UNEVALUATED), 1, **UNEVALUATED)
    for body in (q[i, j], q[i, 1] * q[i, j]):
        reader = Reader()
        ((m, _),) = reader.read(tree(Sum(body, (j, 1, inner), to_Z)), {})
        outermost = [a[1][0][1] for a, _ in m if a[0] == "sum"]
        assert outermost == [reader.read(tree(Z), {})]


@pytest.mark.parametrize("inside", [factorial, lambda less: binomial(Z, less, **UNEVALUATED)], ids=["factorial", "binomial"])
def test_a_factorial_stays_in_the_range_in_which_it_is_defined(inside) -> None:
    """(Z - 1)! has no value where Z = 0, but is read under 1..Z, where its form shows it defined."""
    reader = Reader()
    ((m, _),) = reader.read(tree(Sum(inside(Add(i - 1, Z - i, **UNEVALUATED)), to_Z)), {})
    outside = {a for a, _ in m}
    assert "sum" in {a[0] for a in outside} and ("gamma", reader.read(tree(Z), {})) not in outside


def test_a_certificate_has_its_ranges_as_a_sum_has_them() -> None:
    """1..L under 1..Z, where L is defined in that range only: what stands inside stays inside."""
    length = 1 + KroneckerDelta(log(one(Z)), 0, **UNEVALUATED)
    line = Sum(x[j] ** 2, (j, 1, length), to_Z)
    outermost_first = certificate(line, 0, "≥", (Integer(1), "square", x[j], to_Z, (j, 1, length)))
    assert admit(rests_on(), outermost_first).relation == "≥"


def test_what_does_leave_is_defined_outside() -> None:
    """Kept sums are no loss where nothing is lost: the usual ranges are not empty, and plain factors are defined."""
    for left, right in (
        (Sum(sigma * x[i], to_Z), sigma * Sum(x[i], to_Z)),
        (Sum(r**2 * x[i] / sigma, to_Z), r**2 / sigma * Sum(x[i], to_Z)),
        (Sum(x[i] * mu[j], to_Z, (j, 1, N)), Sum(x[i], to_Z) * Sum(mu[j], (j, 1, N))),
        (Sum(log(sigma), to_Z), Z * log(sigma)),
        (Product(sigma * lam[i], to_Z), sigma**Z * Product(lam[i], to_Z)),
        (Sum(exp(x[i] + r), to_Z), exp(r) * Sum(exp(x[i]), to_Z)),
        (Sum(x[i] * S(p[j], to_C), to_Z), S(p[j], to_C) * Sum(x[i], to_Z)),
    ):
        assert admit(rests_on(fact(lam[i] > 0, to_Z)), equal("", (left, right)).wrong).relation == "="


