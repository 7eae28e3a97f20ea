"""What the prover must show, and what it must not: signs, non-zero, whole, in range."""

from typing import Any

import pytest
from sympy import (
    Abs,
    Add,
    Contains,
    FiniteSet,
    IndexedBase,
    KroneckerDelta,
    Mul,
    Piecewise,
    Pow,
    Product,
    Rational,
    Sum,
    Symbol,
    binomial,
    exp,
    factorial,
    gamma,
    log,
    pi,
    sqrt,
)  # fmt: skip

from cesym.kernel import Refused, tree
from cesym.kernel.reader import Reader
from cesym.kernel.terms import integer
from cesym.symbols import C, N, c, i, j, k, lam, mu, n, p, q, sigma, v, x

from .cases import fact

Z = Symbol("Z", integer=True, nonnegative=True)
r, s = Symbol("r", real=True), Symbol("s", real=True)
to_N = (i, 1, N)
FACTS = (
    fact(p[i] > 0, to_N), fact(p[i] < 1, to_N), fact(Contains(k[i], FiniteSet(0, 1)), to_N),
        fact(n[i] >= 0, to_N),
    fact(lam[i] > 0, (i, 1, Z)), fact(j >= 1), fact(j <= N), fact(Sum(x[i], to_N) > 0),
        fact(r >= 2), fact(s < -1),
    fact(q[i, c] > 0, to_N, (c, 1, C)),
)  # fmt: skip

POSITIVE = [
    N, sigma, N + 1, 2 * N - 1, N * sigma, p[1], p[N], p[j], 1 - p[j], 2 - p[1] - p[N], 1 + k[1],
        2 - k[1], 1 - k[1] * p[1], 1 + n[1],
    1 + Z, sigma / (1 + sigma), sigma**r, exp(r), pi + sigma, 1 + x[1] ** 2, 1 + Abs(x[1]), r,
        r - 1, -s, r - s,
    p[j] ** x[1], Sum(p[i], to_N), 1 + Sum(lam[i], (i, 1, Z)), Product(p[i], to_N), Sum(x[i], to_N),
        gamma(sigma), factorial(n[1]),
    binomial(N + 2, N), 1 + Piecewise((1, x[1] > 0), (0, True)), 2 - KroneckerDelta(x[1], 0),
        log(r), log(1 + sigma), q[j, 1], q[j, C],
    1 / p[1] - 1, sqrt(2 + x[1] ** 2), p[1] * (1 - p[1]), k[1] * p[1] + (1 - k[1]) * (1 - p[1]),
        1 - Abs(k[1] - p[1]), Abs(s),
]  # fmt: skip
NOT_POSITIVE = [
    N - 1, N - 2, Z, x[1], -sigma, p[0], p[N + 1], p[1] - p[N], 1 - 2 * p[1], p[1] - Rational(1, 2),
        k[1], 1 - k[1], n[1], n[N + 1] + 1,
    k[N + 1] + 2, lam[1], 1 - lam[1], lam[Z], x[1] ** 2, Abs(x[1]), (x[1] - mu[1]) ** 2,
        Sum(lam[i], (i, 1, Z)), Sum(x[i] ** 2, to_N),
    Product(x[i], to_N), Product(x[i] ** 2, to_N), Sum(x[i], (i, 1, N - 1)), Sum(mu[i], to_N), x[j],
        r - 2, r - 3, s, -s - 2,
    KroneckerDelta(x[1], 0), 1 - KroneckerDelta(x[1], 0), Piecewise((1, x[1] > 0), (0, True)),
        log(sigma), log(p[1]), q[1, N], q[C, 1],
    sigma - 1, exp(x[1]) - 1, r * s, sigma - v, 1 - p[1] - p[N], 2 - N, p[1] ** 2 - p[1],
        x[1] * x[N], q[j, j],
]  # fmt: skip
NOT_NEGATIVE = [
    N - 1, Z, Z * N, k[1], 1 - k[1], n[j], x[1] ** 2, Abs(x[1]), Sum(lam[i], (i, 1, Z)),
        Sum(x[i] ** 2 * p[i], to_N), r - 2, -s - 1,
    k[1] * x[1] ** 2, KroneckerDelta(r, s + x[1]), 1 - KroneckerDelta(x[1], 0), x[1] ** 2 * sigma,
        k[1] * (1 - k[1]), N - j, j - 1,
]  # fmt: skip
PERHAPS_NEGATIVE = [x[1], N - 2, Z - 1, n[N + 1], k[N + 1], x[1] ** 3, x[1] * mu[1],
    Sum(lam[i], (i, 1, Z + 1)), j - 2, N - j - 1, r - 3, 1 - N]
NOT_ZERO = [N, sigma, s, -s, p[1] - 2, k[1] - 2, 1 + k[1], s * r, s**3, 1 + x[1] ** 2, s / r, N + 1,
    1 - p[1], 3 * k[1] + 1]
PERHAPS_ZERO = [N - 1, Z, x[1], x[1] - mu[1], k[1], k[1] - 1, n[1], 2 * k[N + 1] - 1, r - 2, s + 2,
    x[1] * N, p[1] - p[N], s + r, Sum(mu[i], to_N)]


def sign(e: object, strict: bool) -> bool:
    reader = Reader(FACTS)
    return reader.K.sign(reader.read(tree(e), {}), strict)


@pytest.mark.parametrize("e", POSITIVE, ids=str)
def test_shown_positive(e: object) -> None:
    assert sign(e, strict=True)


@pytest.mark.parametrize("e", NOT_POSITIVE, ids=str)
def test_never_shown_positive(e: object) -> None:
    assert not sign(e, strict=True)


@pytest.mark.parametrize("e", NOT_NEGATIVE, ids=str)
def test_shown_not_negative(e: object) -> None:
    assert sign(e, strict=False)


@pytest.mark.parametrize("e", PERHAPS_NEGATIVE, ids=str)
def test_never_shown_not_negative(e: object) -> None:
    assert not sign(e, strict=False)


@pytest.mark.parametrize("e", NOT_ZERO, ids=str)
def test_shown_not_zero(e: object) -> None:
    reader = Reader(FACTS)
    assert reader.K.nonzero(reader.read(tree(e), {}))


@pytest.mark.parametrize("e", PERHAPS_ZERO, ids=str)
def test_never_shown_not_zero(e: object) -> None:
    reader = Reader(FACTS)
    assert not reader.K.nonzero(reader.read(tree(e), {}))


@pytest.mark.parametrize(
    ("index", "last", "inside"),
    [
        (1, N, True), (N, N, True), (j, N, True), (N - 1, N, False), (N + 1, N, False),
            (0, N, False), (i, N, False), (2, N, False),
        (j + 1, N + 1, True), (j + 1, N, False), (1, Z, False), (Z, Z, False), (Z + 1, Z + 1, True),
            (k[1] + 1, 2, True), (k[1], 1, False),
        (sigma, N, False), (N / 2, N, False), (j, C, False),
    ],
)
def test_within(index: object, last: object, inside: bool) -> None:
    reader = Reader(FACTS)
    assert reader.K.within(*(reader.read(tree(e), {}) for e in (index, last))) is inside


@pytest.mark.parametrize(
    ("e", "whole"),
    [(N, True), (N - 3, True), (N**2 * k[1], True), (k[1] + n[2], True),
        (KroneckerDelta(x[1], 0), True), (N / 2, False), (sigma, False),
     (x[1], False), (1 / N, False), (k[1] * x[1], False), (2**N, False), (Rational(1, 2), False)],
)  # fmt: skip
def test_whole(e: object, whole: bool) -> None:
    reader = Reader(FACTS)
    assert integer(reader.read(tree(e), {})) is whole


# Read as it stands on the page: its factors and squares are still visible.
BY_FORM = [
    Mul(1 - p[1], 2 - p[1]), Mul(1 - p[1], 2 - p[1], 3 - p[1]), Add((x[1] - mu[1]) ** 2, sigma),
        Mul(1 + x[1] ** 2, 1 + (x[1] - mu[1]) ** 2),
    Product((1 - p[i]) * (2 - p[i]), to_N), 1 + Sum((x[i] - mu[i]) ** 2, to_N),
        Piecewise((1 - p[1], x[1] > 0), (p[1], True)),
    (1 + (x[1] - mu[1]) ** 2) ** sigma, (1 + (r + s) ** 2) * (1 - p[j]),
]  # fmt: skip
NOT_BY_FORM = [
    Mul(1 - p[1], 1 - 2 * p[1]), Add((x[1] - mu[1]) ** 2, x[1]), (x[1] - mu[1]) ** 2,
        Product((x[i] - mu[i]) ** 2, to_N),
    Sum((x[i] - mu[i]) ** 2, to_N), Piecewise((1 - p[1], x[1] > 0), (x[1], True)),
        Product(p[i], (i, 0, N)), Mul(1 - p[0], 2 - p[0]),
    Sum(lam[i], (i, 1, Z)), Mul(x[1], x[1], x[N]), (x[1] - mu[1]) ** 3,
]  # fmt: skip


@pytest.mark.parametrize("e", BY_FORM, ids=str)
def test_a_logarithm_of_what_is_positive_by_its_form_is_read(e: object) -> None:
    Reader(FACTS).read(("log", tree(e)), {})


@pytest.mark.parametrize("e", NOT_BY_FORM, ids=str)
def test_a_logarithm_of_what_may_be_zero_or_below_is_not_read(e: object) -> None:
    with pytest.raises(Refused):
        Reader(FACTS).read(("log", tree(e)), {})


def test_an_answer_is_not_kept_when_more_is_known() -> None:
    """Asked first deep inside, where less can be shown, whether b[j] is in 1..M; then with 1..n[j] known not to be empty."""
    y, z, b = (IndexedBase(Symbol(name, integer=True, **more)) for name, more in (("y", {"nonnegative": True}), ("z", {}), ("b", {})))
    M, P, Q = (Symbol(name, integer=True, positive=True) for name in "MPQ")
    u = Symbol("u", integer=True)

    def length(at: Any) -> Any:
        return y[z[2 * at]]

    one = Pow(Add(length(i) + 1 - u, u - 1, evaluate=False), -1, evaluate=False)
    facts = (
        fact(x[i] > 0, (i, 1, M)), fact(y[i] >= 1, (i, 1, P)), fact(b[i] - 3 + Sum(one, (u, 1, length(i))) >= 0, to_N),
        fact(b[i] <= M, to_N), fact(z[i] >= 1, (i, 1, Q)), fact(z[i] <= P, (i, 1, Q)), fact(Q >= 2 * N), fact(j >= 1), fact(j <= N),
    )  # fmt: skip
    line = tree(log(x[b[j]]))
    assert Reader(facts).read(line, {}) == Reader(facts).read(("Add", ("Mul", ("Rational", 0, 1), tree(Abs(x[b[j]]))), line), {})


def test_of_many_entries_each_is_looked_at_once() -> None:
    rest = 2 - Mul(*(k[n] for n in range(1, 151)))
    reader = Reader((fact(Contains(k[i], FiniteSet(0, 1)), (i, 1, 300)),))
    assert reader.read(("Abs", tree(rest)), {}) == reader.read(tree(rest), {})


def test_an_answer_changes_when_a_fact_is_read() -> None:
    reader, form = Reader(FACTS), tree((x[1] - mu[1]) ** 2 + sigma)
    term = reader.read(form, {})
    before = reader.K.sign(term, True)
    reader.read(("log", form), {})
    assert (before, reader.K.sign(term, True)) == (False, True)
