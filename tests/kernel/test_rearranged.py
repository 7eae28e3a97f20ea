"""Identities of finite sums, and other forms that the zero test tries: each with false neighbours that it must not show.

``Z`` is a whole number that may be 0, so that a range 1..Z may be empty; N >= 1.
"""

from fractions import Fraction

import mpmath
import pytest
from sympy import (
    Abs,
    Add,
    Eq,
    KroneckerDelta,
    Max,
    Min,
    Mul,
    Ne,
    Piecewise,
    Pow,
    Product,
    Rational,
    Sum,
    Symbol,
    beta,
    binomial,
    cosh,
    exp,
    factorial,
    gamma,
    log,
    pi,
    sinh,
    sqrt,
    tanh,
)  # fmt: skip

from cesym import kernel
from cesym.kernel import Refused, tree
from cesym.kernel.reader import Reader
from cesym.kernel.rearranged import rearranged
from cesym.kernel.zero import zero
from cesym.symbols import C, N, c, i, j, lam, m, mu, n, p, sigma, w, x, z

from .cases import fact
from .test_attacks import Z
from .values import value

r, s, t = (Symbol(name, real=True) for name in "rst")
K, V = Symbol("K", integer=True, positive=True), Symbol("V", positive=True)
SAMPLES = (i, 1, N)
E = {"evaluate": False}
FACTS = (
    fact(m >= 1), fact(m <= N), fact(j >= 1), fact(j <= C), fact(K < N), fact(p[i] > 0, SAMPLES),
    fact(lam[i] > 0, (i, 1, Z)), fact(Ne(w[i], 0), SAMPLES), fact(V < 1), fact(r > -1), fact(r < 1), fact(s < t), fact(n[i] >= 0, SAMPLES),
)  # fmt: skip
TOTAL = Sum(exp(z[c]), (c, 1, C))


def S(body, *limits):
    return Sum(body, *(limits or (SAMPLES,)))


TEN = Add(*(x[n] for n in range(1, 11)))
EQUAL = {
    "written out": (S(x[i], (i, 1, 10)), TEN), "written out over a letter's range": (S(x[i] * S(mu[j], (j, 1, N)), (i, 1, 10)), TEN * S(mu[i])),
    "written out inside a function": (exp(S(x[i], (i, 1, 10))), exp(TEN)),
    "the last term alone": (S(x[i]), S(x[i], (i, 1, N - 1)) + x[N]),
    "the first term alone": (S(x[i]), x[1] + S(x[i], (i, 2, N))),
    "both ends alone": (S(x[i], (i, 0, N + 1)), x[0] + S(x[i]) + x[N + 1]),
    "cut at m": (S(x[i]), S(x[i], (i, 1, m - 1)) + S(x[i], (i, m, N))),
    "all but m": (S(x[i]) - x[m], S(x[i], (i, 1, m - 1)) + S(x[i], (i, m + 1, N))),
    "a product cut": (Product(p[i], SAMPLES), Product(p[i], (i, 1, m)) * Product(p[i], (i, m + 1, N))),
    "cut inside a function": (exp(S(x[i])), exp(S(x[i], (i, 1, N - 1))) * exp(x[N])),
    "a range that may be empty cut": (S(x[i], (i, 1, Z + 1)), S(x[i], (i, 1, Z)) + x[Z + 1]),
    "backwards": (S(x[i] * mu[i]), S(x[N + 1 - i] * mu[N + 1 - i])),
    "a product backwards": (Product(p[i], SAMPLES), Product(p[N + 1 - i], SAMPLES)),
    "a convolution": (S(x[i] * mu[N + 1 - i]), S(mu[i] * x[N + 1 - i])),
    "a triangle": (S(S(x[i] * mu[j], (j, 1, i))), S(S(x[i] * mu[j], (i, j, N)), (j, 1, N))),
    "a strict triangle": (S(S(x[i] * mu[j], (j, 1, i - 1))), S(S(x[i] * mu[j], (i, j + 1, N)), (j, 1, N))),
    "a triangle and its diagonal": (S(S(x[i] * mu[j], (j, 1, i))), S(S(x[i] * mu[j], (j, 1, i - 1))) + S(x[i] * mu[i])),
    "a square": (S(x[i]) ** 2, S(x[i] ** 2) + 2 * S(S(x[i] * x[j], (j, i + 1, N)))),
    "two sums": (S(x[i]) * S(mu[i]), S(S(x[i] * mu[j], (j, 1, i))) + S(S(x[i] * mu[j], (j, i + 1, N)))),
    "i": (S(i), N * (N + 1) / 2), "i squared": (S(i**2), N * (N + 1) * (2 * N + 1) / 6), "i cubed": (S(i**3), S(i) ** 2),
    "odd numbers": (S(2 * i - 1), N**2), "i under a range that may be empty": (S(i, (i, 1, Z)), Z * (Z + 1) / 2),
    "pairs": (S(S(1 + 0 * j, (j, 1, i - 1))), N * (N - 1) / 2),
    "geometric": (S(sigma**i, (i, 0, N - 1)) * (1 - sigma), 1 - sigma**N),
    "geometric with a quotient": (S((1 + sigma) ** i, (i, 0, Z)), ((1 + sigma) ** (Z + 1) - 1) / sigma),
    "geometric from 1 to N": (S((1 - V) * V**(i - 1)), 1 - V**N), "geometric, ratio 2": (S(2**i, (i, 0, Z)), 2 ** (Z + 1) - 1),
    "geometric, of two powers": (S(V**i * 2 ** (-i), (i, 0, Z)) * (2 - V), 2 - 2 * (V / 2) ** (Z + 1)),
    "geometric inside a sum": (S(S(x[i] * (1 + sigma) ** j, (j, 0, n[i]))), S(x[i] * ((1 + sigma) ** (n[i] + 1) - 1)) / sigma),
    "geometric, from 0**0": (S(r ** (i - 1)) * (1 - r), 1 - r**N),
    "the binomial theorem": (S(binomial(Z, i) * x[1]**i * x[2] ** (Z - i), (i, 0, Z)), (x[1] + x[2]) ** Z),
    "subsets": (S(binomial(Z, i), (i, 0, Z)), 2**Z), "the binomial mass": (S(binomial(Z, i) * V**i * (1 - V) ** (Z - i), (i, 0, Z)), 1),
    "binomials with signs": (S(binomial(K, i) * (-1) ** i, (i, 0, K)), 0),
    "binomials inside a sum": (S(S(x[i] * binomial(n[i], j) * V**j, (j, 0, n[i]))), S(x[i] * (1 + V) ** n[i])),
    "sums over two ranges, by cases": (S(S(Max(x[i] * mu[c], 0), (c, 1, C))), S(S((x[i] * mu[c] + Abs(x[i] * mu[c])) / 2, (c, 1, C)))),
    "telescoping": (S(x[i + 1] - x[i]), x[N + 1] - x[1]),
    "telescoping with a range that may be empty": (S(x[i + 1] - x[i], (i, 1, Z)), x[Z + 1] - x[1]),
    "ln N!": (S(log(i)), log(factorial(N))), "N! as a product": (Product(i, SAMPLES), factorial(N)),
    "gamma": (gamma(sigma + 1), sigma * gamma(sigma)), "gamma, twice": (gamma(sigma + 2), (sigma + 1) * sigma * gamma(sigma)),
    "gamma of a half": (gamma(Rational(3, 2), evaluate=False), sqrt(pi) / 2), "beta": (beta(sigma, Rational(1, 2)), sqrt(pi) * gamma(sigma) / gamma(sigma + Rational(1, 2))),
    "logs under a sum": (S(S(log(j), (j, 1, n[i]))), S(log(factorial(n[i])))), "i under a sum": (S(x[i] * S(j, (j, 1, i))), S(x[i] * i * (i + 1) / 2)),
    "N!": (factorial(N), N * factorial(N - 1)),
    "Pascal": (binomial(N, K), binomial(N - 1, K - 1) + binomial(N - 1, K)),
    "beside a delta": (KroneckerDelta(j, m) * exp(z[j]) * exp(z[m]), KroneckerDelta(j, m) * exp(2 * z[m])),
    "the Jacobian by cases": (exp(z[j]) / TOTAL * (KroneckerDelta(j, m) - exp(z[m]) / TOTAL),
                              Piecewise((exp(z[j]) / TOTAL * (1 - exp(z[j]) / TOTAL), Eq(j, m)), (-exp(z[j] + z[m]) / TOTAL**2, True))),
    "a knot where both sides agree": (Piecewise((s - t, s < t), (t - s, True)), Piecewise((s - t, s <= t), (t - s, True))),
    "hinge": (Piecewise((1 - x[1], x[1] < 1), (0, True)), Max(0, 1 - x[1])),
    "pinball": (Piecewise((sigma * x[1], x[1] >= 0), ((sigma - 1) * x[1], True)), Max(sigma * x[1], (sigma - 1) * x[1])),
    "absolute, by cases": (S(Piecewise((x[i] - mu[i], x[i] >= mu[i]), (mu[i] - x[i], True))), S(Abs(x[i] - mu[i]))),
    "Max and Min": (Max(x[1], mu[1]) + Min(x[1], mu[1]), x[1] + mu[1]), "Max where it is known": (Max(s, t), t),
    "softplus": (log(1 + exp(t - s)) + s, t + log(1 + exp(s - t))),
    "ln of a product of sums": (log(2 + exp(x[1]) + exp(-x[1])), 2 * log(1 + exp(-x[1])) + x[1]),
    "ln of 1 - r^2": (log(1 - r**2), log(1 - r) + log(1 + r)),
    "ln of a difference of powers": (log(exp(t) - exp(s)), s + log(exp(t - s) - 1)),
    "tanh": (tanh(t), 2 / (1 + exp(-2 * t)) - 1), "cosh": (cosh(t) ** 2 - sinh(t) ** 2, 1),
    "ln cosh": (log(cosh(t)), t + log(1 + exp(-2 * t)) - log(2)),
    "ln of the square of what is not 0": (log(w[1] ** 2), 2 * log(Abs(w[1]))), "1/w": (S(w[i] / w[i]), N),
}  # fmt: skip

DIFFERENT = {
    "written out from 0": (S(x[i], (i, 1, 10)), TEN - x[10] + x[0]), "one too many": (S(x[i], (i, 1, 11)), TEN),
    "written out but for one": (S(x[i], (i, 1, 10)), TEN - x[7] + x[6]),
    "a term twice": (S(x[i]), S(x[i], (i, 1, N)) + x[N]), "an end twice": (S(x[i]), S(x[i], (i, 1, N - 1)) + x[1]),
    "cut at a place outside": (S(x[i]), S(x[i], (i, 1, j)) + S(x[i], (i, j + 1, N))),
    "cut twice at m": (S(x[i]), S(x[i], (i, 1, m)) + S(x[i], (i, m, N))),
    "the first of a range that may be empty": (S(x[i], (i, 1, Z)), S(x[i], (i, 1, Z)) + x[1] - x[Z]),
    "half backwards": (S(x[i] * mu[i]), S(x[i] * mu[N + 1 - i])), "backwards from N": (S(x[i]), S(x[N - i])),
    "the other triangle": (S(S(x[i] * mu[j], (j, 1, i))), S(S(x[i] * mu[j], (j, i, N)))),
    "a triangle without its diagonal": (S(S(x[i] * mu[j], (j, 1, i))), S(S(x[i] * mu[j], (j, 1, i - 1)))),
    "a square without its diagonal": (S(x[i]) ** 2, 2 * S(S(x[i] * x[j], (j, i + 1, N)))),
    "i, from 0": (S(i), N * (N - 1) / 2), "i to the power of N": (S(i**N), N ** (N + 1) / (N + 1)),
    "geometric, where the ratio is 1": (KroneckerDelta(n[1], 1) * S(n[1] ** (i - 1)), 0), "geometric, first lost": (S((1 + sigma) ** i), ((1 + sigma) ** (N + 1) - 1) / sigma),
    "geometric, one term fewer": (S((1 + sigma) ** i, (i, 0, Z)), ((1 + sigma) ** Z - 1) / sigma),
    "geometric, the square of the index": (S((1 + sigma) ** (i**2), (i, 0, Z)), ((1 + sigma) ** (Z + 1) - 1) / sigma),
    "geometric, another ratio": (S((1 + sigma) ** (2 * i), (i, 0, Z)), ((1 + sigma) ** (2 * Z + 2) - 1) / (2 * sigma)),
    "the binomial theorem, from 1": (S(binomial(Z, i) * s**i * t ** (Z - i), (i, 1, Z)), (s + t) ** Z),
    "the binomial theorem, a sign": (S(binomial(Z, i) * s**i * t ** (Z - i), (i, 0, Z)), (s - t) ** Z),
    "the binomial theorem, a power more": (S(binomial(N, i) * s**i * t ** (N - i), (i, 0, N)), (s + t) ** (N + 1)),
    "binomials with signs, none of them": (S(binomial(Z, i) * (-1) ** i, (i, 0, Z)), 0),  # 1 where Z is 0
    "sums over two ranges, another case": (S(S(Max(x[i] * mu[c], 0), (c, 1, C))), S(S(x[i] * mu[c] + Abs(x[i] * mu[c]), (c, 1, C)))),
    "geometric, one term more": (S(sigma**i) * (1 - sigma), 1 - sigma**N),
    "telescoping, an end lost": (S(x[i + 1] - x[i]), x[N] - x[1]), "two apart": (S(x[i + 2] - x[i]), x[N + 2] - x[1]),
    "telescoping over what has no value at 1": (S(log(lam[i]), (i, 1, Z)), S(log(lam[i]), (i, 1, Z)) + log(p[1]) - log(p[N])),
    "ln N! without N": (S(log(i)), log(factorial(N - 1))), "gamma, up": (gamma(sigma + 1), (sigma + 1) * gamma(sigma)),
    "n! where n may be 0": (factorial(n[1]), n[1] * gamma(n[1] + 2)), "beside no delta": (exp(z[j] + z[m]), exp(2 * z[m])),
    "the Jacobian, diagonal only": (exp(z[j]) / TOTAL * (KroneckerDelta(j, m) - exp(z[m]) / TOTAL),
                                    KroneckerDelta(j, m) * exp(z[j]) / TOTAL * (1 - exp(z[j]) / TOTAL)),
    "a knot where the sides differ": (Piecewise((0, x[1] < mu[1]), (1, True)), Piecewise((0, x[1] <= mu[1]), (1, True))),
    "Max for Min": (Max(x[1], mu[1]), Min(x[1], mu[1])), "Max where it is not known": (Max(x[1], x[2]), x[2]),
    "the root of a square": (sqrt(w[1] ** 2), w[1]), "ln of a square": (log(w[1] ** 2), 2 * log(Abs(w[1]) + 1)),
    "logs of other powers": (2 * log(1 + exp(s)), log(1 + exp(2 * s))), "tanh of half": (tanh(t), 2 / (1 + exp(-t)) - 1),
    "ln of a product, a factor lost": (log(1 - r**2), log(1 - r)),
}  # fmt: skip


def shown(a, b):
    reader = Reader(FACTS)
    return zero(reader.K, reader.difference(tree(a), tree(b), {}), frozenset("st"))


@pytest.mark.parametrize("name", EQUAL)
def test_what_is_equal_is_shown(name):
    assert shown(*EQUAL[name])


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_differs_is_not(name):
    try:
        assert not shown(*DIFFERENT[name])
    except Refused as refusal:
        assert "the range of" in refusal.message


# What may be left out of a range, taken at its ends or put for an index has to be defined there.
UNDEFINED = {
    "an end beyond the facts": (S(log(p[i + 1]) - log(p[i]), (i, 1, N)), log(p[N + 1]) - log(p[1])),
    "1/0": (S(1 / (i + 1) - 1 / Add(i, 0, evaluate=False)), 1 / (N + 1) - 1 / Mul(0, 1)),
    "the last of none": (S(log(lam[i]), (i, 1, Z)), S(log(lam[i]), (i, 1, Z - 1)) + log(lam[Z])),
    "(Z - 1)!": (factorial(Z), Z * factorial(Z - 1)), "ln of 1 - sigma^2": (log(1 - sigma**2), log(1 - sigma**2)),
    "ln of what may be 0": (log(x[1] ** 2), log(x[1] ** 2)),
}  # fmt: skip


# What was admitted once, each with what is given: found by one who had read the rules, and not shown by numbers.
FOUND = {
    "0 is not 0, since w is not": ((fact(Ne(w[1], 0)), fact(Ne(s, 0))),
        Add(log(Pow(Add(Pow(Add(t, Mul(-1, t, **E), **E), 2, **E), (x[1] - 100) ** 2, **E), 0, **E), **E),
            KroneckerDelta((x[1] - 100) ** 2, 0), **E), 0),
    "a real number for a whole one": ((fact(r >= 0), fact(N >= r)),
        S(Abs(i - r)) + KroneckerDelta(Z, r) * (S(i, (i, 1, Z)) - Z * (Z + 1) / 2), r**2 - r * (r + 1) / 2 + (N - r) * (N - r + 1) / 2),
    "out of a range that may be empty": ((fact(Z >= 100),), S(i / Add(i, Z - 100 - i, **E), (i, 1, Z - 100)), (Z - 99) / 2),
}  # fmt: skip


@pytest.mark.parametrize("name", FOUND)
def test_what_was_admitted_once_is_not(name):
    facts, a, b = FOUND[name]
    reader = Reader(facts)
    try:
        assert not zero(reader.K, reader.difference(tree(a), tree(b), {}))
    except Refused as refusal:
        assert "defined" in refusal.message


@pytest.mark.parametrize("name", UNDEFINED)
def test_what_is_undefined_is_refused(name):
    with pytest.raises(Refused):
        shown(*UNDEFINED[name])


@pytest.mark.parametrize(("a", "b"), [(1 / w[1], w[1] / w[1] ** 2), (log(w[1] ** 2) / 2, log(Abs(w[1])))], ids=str)
def test_a_letter_that_is_not_0(a, b):
    """It may have either sign, and its inverse a derivative: not to be 0 leaves it free to move a little."""
    given = kernel.Given((fact(Ne(w[1], 0)),), tuple((("w", (((1,), Fraction(u)),)),) for u in (1, -2)))
    assert kernel.admit(given, kernel.Step(tree(a), tree(b))).relation == "="
    with pytest.raises(Refused):
        kernel.admit(given, kernel.Step(tree(a), tree(a + 1)))
    with pytest.raises(Refused):
        kernel.admit(given._replace(facts=()), kernel.Step(tree(a), tree(b)))


def test_every_other_form_has_the_same_value():
    """Looked at one by one, since the zero test shows only what they lead to."""
    model = {"N": 3, "C": 3, "Z": 2, "m": 2, "j": 2, "K": 2, "sigma": mpmath.mpf(3), "v": 2, "V": mpmath.mpf(0.5), "r": Fraction(1, 3), "s": 1, "t": 2}
    families = {name: {(n,): Fraction(n * n + at, 7) for n in range(-1, 12)} for at, name in enumerate(["x", "mu", "p", "lam", "w", "z"])}
    families["n"] = {(at,): Fraction(at + 1) for at in range(-1, 12)}
    seen = 0
    for a, b in EQUAL.values():
        reader = Reader(FACTS)
        term = reader.difference(tree(a), tree(2 * b), {})
        with mpmath.workdps(40):
            expected = value(term, {**model, **families})
            for other in rearranged(reader.K, term):
                assert abs(mpmath.mpmathify(value(other, {**model, **families})) - expected) < 1e-20, (a, b)
                seen += 1
    assert seen > 40
