"""Pairs that have one normal form, and pairs that must not."""

import pytest
from sympy import (
    Abs,
    Add,
    Contains,
    Derivative,
    FiniteSet,
    KroneckerDelta,
    Mul,
    Piecewise,
    Pow,
    Product,
    Rational,
    Sum,
    Symbol,
    exp,
    log,
    pi,
    sqrt,
)  # fmt: skip

from cesym.kernel import tree
from cesym.kernel.reader import Reader
from cesym.kernel.terms import atoms, height
from cesym.kernel.zero import zero as shown_zero
from cesym.symbols import C, N, c, i, j, k, m, mu, p, q, sigma, v, x, y, z

from .cases import fact

r, s = Symbol("r", real=True), Symbol("s", real=True)
to_N, to_C = (i, 1, N), (c, 1, C)
FACTS = (
    fact(p[i] > 0, to_N), fact(p[i] < 1, to_N), fact(Contains(k[i], FiniteSet(0, 1)), to_N),
        fact(y[i] >= 1, to_N),
    fact(y[i] <= C, to_N), fact(q[i, c] > 0, to_N, to_C), fact(j >= 1), fact(j <= N),
)  # fmt: skip
E = {"evaluate": False}


def S(body: object, *limits: tuple) -> Sum:
    return Sum(body, *(limits or (to_N,)))


EQUAL = [
    # products and powers
    ((r + s) ** 2, r**2 + 2 * r * s + s**2), (Mul((r + s) ** 3, r + s, **E), (r + s) ** 4),
        (sigma**r * sigma, sigma ** (r + 1)),
    ((2 * sigma) ** r, 2**r * sigma**r), (Pow(sigma**2, Rational(1, 2), **E), sigma),
        (Pow(8, Rational(1, 2), **E), 2 * sqrt(2)), (Pow(r**2, N, **E), r ** (2 * N)),
    (1 / (r**2 + 1) - r**2 / (1 + r**2), (1 - r**2) / (1 + r**2)),
        (1 / (sigma + v) + 1, (1 + sigma + v) / (v + sigma)),
    ((2 * r**2 + 2) ** sigma, 2**sigma * (1 + r**2) ** sigma), (Pow(0, N, **E), 0),
        (Pow(0, 0, **E), 1), (2 ** (N + 1), 2 * 2**N),
    (Mul(exp(r), exp(-r), **E), 1), (exp(log(sigma) * r), sigma**r), (exp(2 * log(p[1]), **E), p[1] ** 2),
        (Pow(exp(r), s, **E), exp(r * s)),
    (1 / (1 + exp(-r)), exp(r) / (1 + exp(r))), ((r + s) ** 16, Add(s, r, **E) ** 16),
    # logarithms
    (log(6), log(2) + log(3)), (log(sigma**2 / v), 2 * log(sigma) - log(v)),
        (log(2 * pi * v), log(2) + log(pi) + log(v)),
    (log(p[1] / (1 - p[1])), log(p[1]) - log(1 - p[1])), (log(1 + exp(r)), r + log(1 + exp(-r))),
        (log(sqrt(2 * sigma)), log(2 * sigma) / 2),
    (log(Product(p[i] ** k[i], to_N)), S(k[i] * log(p[i]))),
        (log((1 + r**2) ** 3), 3 * log(r**2 + 1)),
            (log(v + x[1] ** 2), log(v) + log(1 + x[1] ** 2 / v)),
    (log(Product(Product(q[i, c] ** x[c], to_C), to_N)), S(x[c] * log(q[i, c]), to_N, to_C)),
    (log(Piecewise((p[1], r > 0), (1 - p[1], True))),
        Piecewise((log(p[1]), r > 0), (log(1 - p[1]), True))),
    # absolute values
    (Abs(r - s, **E), Abs(s - r, **E)), (Abs(-3 * sigma * r, **E), 3 * sigma * Abs(r)), (Pow(Abs(r), 2, **E), r**2),
        (Abs(p[1] - 1), 1 - p[1]), (Abs(Abs(r), **E), Abs(r)),
    # sums
    (S(x[i]), S(x[m], (m, 1, N))), (S(x[i]), S(x[i + 1], (i, 0, N - 1))),
        (S(2 * x[i] + 1), 2 * S(x[i]) + N), (S(r, (i, 0, N)), (N + 1) * r),
    (S(x[i] * mu[j]), mu[j] * S(x[i])), (S(q[i, c], to_N, to_C), S(q[i, c], to_C, to_N)),
        (S(x[i]) ** 2, S(x[i] * x[m], to_N, (m, 1, N))),
    (S(S(x[i] * mu[m]), (m, 1, N)), S(x[i]) * S(mu[i])), (S(x[i], (i, 1, 3)), x[1] + x[2] + x[3]),
        (S(x[i], (i, N + 1, N)), 0),
    (S((x[i] - S(x[m], (m, 1, N)) / N) ** 2), S(x[i] ** 2) - S(x[i]) ** 2 / N),
        (S(x[i] * x[m], (m, 1, i), to_N), S(x[c] * x[m], (c, 1, m), (m, 1, N))),
    (Product(2 * p[i], to_N), 2**N * Product(p[i], to_N)),
        (Product(p[i], to_N) * Product(1 / p[i], to_N), 1),
            (Product(exp(x[i]), to_N), exp(S(x[i]))),
    (Product(p[i] ** 2, to_N), Product(p[i], to_N) ** 2),
        (S(log(1 + S(q[i, c] * x[c], to_C) ** 2)),
            S(log(1 + S(q[m, i] * x[i], (i, 1, C)) ** 2), (m, 1, N))),
    (S(exp(z[c]) / S(exp(z[m]), (m, 1, C)), to_C), 1), (S(x[i] - x[m], to_N, (m, 1, N)), 0),
    # deltas
    (S(KroneckerDelta(i, j) * x[i]), x[j]), (S(KroneckerDelta(c, y[i]) * log(q[i, c]), to_C, to_N),
        S(log(q[i, y[i]]))),
        (KroneckerDelta(2 * r, 2 * s), KroneckerDelta(r, s)), (KroneckerDelta(p[1], 1), 0),
            (S(KroneckerDelta(i, N + 1)), 0),
    (S(KroneckerDelta(i, m) * x[i] * mu[m], to_N, (m, 1, N)), S(x[i] * mu[i])),
        (Pow(KroneckerDelta(r, s), 2, **E), KroneckerDelta(r, s)),
        (S(Pow(KroneckerDelta(x[i], r), 3, **E)), S(KroneckerDelta(x[i], r))),
    (Piecewise((r, Symbol("r", real=True) > s), (s, True)), Piecewise((s, r <= s), (r, True))),
        (Piecewise((1, p[1] > 0), (0, True)), 1),
    # derivatives
    (Derivative(log(1 + exp(r)), r), 1 / (1 + exp(-r))),
        (Derivative(S((x[i] - r) ** 2), r), 2 * N * r - 2 * S(x[i])),
            (Derivative(sigma**r, sigma), r * sigma ** (r - 1)),
    (Derivative(S(x[i] ** 2), x[j]), 2 * x[j]), (Derivative(r**3, (r, 2)), 6 * r),
        (Derivative(S(x[i] * log(S(exp(z[m]), (m, 1, N)))), z[j]),
            exp(z[j]) * S(x[i]) / S(exp(z[m]), (m, 1, N))),
]  # fmt: skip
DIFFERENT = [
    ((r + s) ** 2, r**2 + s**2), (sigma**r * v**r, (sigma + v) ** r), (Pow(r, 2 * N), Pow(r, N)),
        (sqrt(2) + sqrt(3), sqrt(5)), (Abs(r), r),
    (Abs(r + s), Abs(r) + Abs(s)), (exp(r + s), exp(r) + exp(s)),
        (log(sigma + v), log(sigma) + log(v)), (log(sigma) ** 2, 2 * log(sigma)),
    (S(x[i]), S(x[i], (i, 0, N))), (S(x[i]), S(x[i], (i, 1, C))), (S(x[i]), S(mu[i])),
        (S(x[i] ** 2), S(x[i]) ** 2), (S(x[i] * mu[i]), S(x[i]) * S(mu[i])),
    (S(x[i] * mu[m], (m, 1, i), to_N), S(x[i] * mu[m], (m, i, N), to_N)),
        (S(q[i, c], to_N, to_C), S(q[c, i], to_N, to_C)),
            (S(S(q[i, m], to_N), (m, 1, N)), S(S(q[m, m], to_N), (m, 1, N))),
    (Product(-p[i], to_N), -Product(p[i], to_N)),
        (Product(p[i], to_N), Product(p[i], (i, 1, N - 1))), (S(KroneckerDelta(i, m) * x[i]), x[m]),
            (S(KroneckerDelta(i, 0)), 1),
    (S(KroneckerDelta(c, y[i]), to_C, to_N), C), (KroneckerDelta(r, 0), 0),
        (KroneckerDelta(k[1], 1), k[2]), (Piecewise((1, r > 0), (0, True)),
            Piecewise((1, r >= 0), (0, True))),
    (S(log(1 + S(q[i, c] * x[c], to_C) ** 2)), S(log(1 + S(q[i, c] * x[i], to_C) ** 2))),
        (k[1] ** 2, k[1]), (2**N, N**2), (S(i), N), (Derivative(S(x[i] ** 2), x[m]), 2 * x[m]),
    (1 / (1 + exp(-r)), exp(-r) / (1 + exp(r))),
        (S(exp(S(q[i, m], (m, 1, N)))), S(exp(S(q[m, i], (m, 1, N))))),
]  # fmt: skip


def zero(a: object, b: object) -> bool:
    reader = Reader(FACTS)
    return shown_zero(reader.K, reader.difference(tree(a), tree(b), {}))


@pytest.mark.parametrize(("a", "b"), EQUAL, ids=str)
def test_equal(a: object, b: object) -> None:
    assert tree(a) != tree(b), "SymPy has made them one already"
    assert zero(a, b)


@pytest.mark.parametrize(("a", "b"), DIFFERENT, ids=str)
def test_different(a: object, b: object) -> None:
    assert not zero(a, b)


@pytest.mark.parametrize("e", [e for pair in EQUAL for e in pair], ids=str)
def test_a_term_that_is_read_holds_no_open_variable(e: object) -> None:
    """Bound variables are named by their height, however the term was reached."""
    first, again = Reader(FACTS), Reader(FACTS)
    term = first.read(tree(e), {})
    again.read(tree(S(x[i] * S(mu[m], (m, 1, i)))), {})  # other variables were numbered in between
    assert not atoms(term, "v")
    assert again.read(tree(e), {}) == term


def test_nested_sums_stand_at_different_heights() -> None:
    reader = Reader(FACTS)
    inner = reader.read(tree(S(exp(x[i]))), {})
    outer = reader.read(tree(S(exp(S(exp(q[i, m]), (m, 1, N))))), {})
    assert (height(inner), height(outer)) == (1, 2)
