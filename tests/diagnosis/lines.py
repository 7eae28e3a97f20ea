"""Right lines, as they stand in derivations, with what is given: the ground on which single mistakes are planted."""

from typing import Any, NamedTuple

from sympy import (
    Abs,
    Eq,
    Expr,
    Interval,
    Product,
    Rational,
    Sum,
    binomial,
    exp,
    factorial,
    log,
    loggamma,
    pi,
    sqrt,
)  # fmt: skip

from cesym.symbols import C, N, c, i, j, k, lam, mu, n, p, q, scalar, sigma, v, x, z

UNIT, BIT = Interval.open(0, 1), {0, 1}
SAMPLES, CLASSES = (i, 1, N), (c, 1, C)
P, Z, K, MU = map(scalar, (p, z, k, mu))


class Line(NamedTuple):
    """A right line; ``over`` are the parameters of a ≃ to what comes next, if one may follow."""

    name: str
    expr: Expr
    given: Any
    over: tuple = ()


LIKELIHOOD = p[i] ** k[i] * (1 - p[i]) ** (1 - k[i])
BCE = k[i] * log(p[i]) + (1 - k[i]) * log(1 - p[i])
SQUARES = Sum((x[i] - mu[i]) ** 2, SAMPLES)
GAUSSIAN = exp(-((x[i] - mu[i]) ** 2) / (2 * sigma**2)) / sqrt(2 * pi * sigma**2)
TABLE = [(q[i, c] >= 0, SAMPLES, CLASSES), (p[i, c] > 0, SAMPLES, CLASSES), (p[i, c] < 1, SAMPLES, CLASSES)]
VECTORS = [(q[c] > 0, CLASSES), (p[c] > 0, CLASSES), Eq(Sum(q[c], CLASSES), 1), Eq(Sum(p[c], CLASSES), 1)]
POSITIVE_RATE = [(lam[i] > 0, SAMPLES), (k[i] >= 0, SAMPLES)]
COUNTS = [(k[i] >= 0, SAMPLES), (k[i] <= n[i], SAMPLES), (p[i] > 0, SAMPLES), (p[i] < 1, SAMPLES), (n[i] >= 1, SAMPLES)]

LINES = (
    Line("bernoulli, joint mass", Product(LIKELIHOOD, SAMPLES), {p: UNIT, k: BIT}),
    Line("bernoulli, -ln", -log(Product(LIKELIHOOD, SAMPLES)), {p: UNIT, k: BIT}),
    Line("bernoulli, ln inside", -Sum(log(LIKELIHOOD), SAMPLES), {p: UNIT, k: BIT}),
    Line("bce", -Sum(BCE, SAMPLES), {p: UNIT, k: BIT}),
    Line("bce, soft", -Sum(BCE, SAMPLES), {p: UNIT, k: Interval(0, 1)}),
    Line("bce, shared p", -Sum(BCE.subs(p[i], P), SAMPLES), {P: UNIT, k: BIT}),
    Line("bce, one sample", -(K * log(P) + (1 - K) * log(1 - P)), {P: UNIT, K: BIT}),
    Line("bce with logits", Sum(log(1 + exp(z[i])) - k[i] * z[i], SAMPLES), {k: BIT}),
    Line("binomial", -Sum(log(binomial(n[i], k[i])) + k[i] * log(p[i]) + (n[i] - k[i]) * log(1 - p[i]), SAMPLES), COUNTS, (p,)),
    Line("geometric", -Sum(log(p[i]) + (k[i] - 1) * log(1 - p[i]), SAMPLES), [{p: UNIT}, (k[i] >= 1, SAMPLES)]),
    Line("gaussian, joint density", Product(GAUSSIAN, SAMPLES), None),
    Line("gaussian, ln inside", Sum(log(2 * pi * sigma**2) / 2 + (x[i] - mu[i]) ** 2 / (2 * sigma**2), SAMPLES), None, (mu,)),
    Line("gaussian nll", N * log(2 * pi * sigma**2) / 2 + SQUARES / (2 * sigma**2), None, (mu, sigma)),
    Line("gaussian nll, variance", N * log(2 * pi * v) / 2 + SQUARES / (2 * v), None, (mu, v)),
    Line("gaussian, one mean", N * log(sigma) + Sum((x[i] - MU) ** 2, SAMPLES) / (2 * sigma**2), None, (MU, sigma)),
    Line("mse", SQUARES / N, None),
    Line("laplace", Sum(Abs(x[i] - mu[i]), SAMPLES) / sigma + N * log(2 * sigma), None, (mu, sigma)),
    Line("poisson", Sum(lam[i] - k[i] * log(lam[i]) + log(factorial(k[i])), SAMPLES), POSITIVE_RATE, (lam,)),
    Line("exponential", Sum(lam[i] * x[i] - log(lam[i]), SAMPLES), [(lam[i] > 0, SAMPLES), (x[i] > 0, SAMPLES)]),
    Line("gamma, rate", Sum(loggamma(v) - v * log(lam[i]) - (v - 1) * log(x[i]) + lam[i] * x[i], SAMPLES),
         [(lam[i] > 0, SAMPLES), (x[i] > 0, SAMPLES)], (lam,)),
    Line("cross-entropy of a batch", -Sum(q[i, c] * log(p[i, c]), CLASSES, SAMPLES), TABLE),
    Line("cross-entropy", -Sum(q[c] * log(p[c]), CLASSES), VECTORS),
    Line("kl", Sum(q[c] * log(q[c] / p[c]), CLASSES), VECTORS),
    Line("kl, two sums", Sum(q[c] * log(q[c]), CLASSES) - Sum(q[c] * log(p[c]), CLASSES), VECTORS),
    Line("softmax", -Sum(q[c] * z[c], CLASSES) + log(Sum(exp(z[j]), (j, 1, C))), [(q[c] > 0, CLASSES), Eq(Sum(q[c], CLASSES), 1)]),
    Line("two classes", -Sum(q[i, 1] * log(p[i, 1]) + q[i, 2] * log(p[i, 2]), SAMPLES),
         [(q[i, m] >= 0, SAMPLES) for m in (1, 2)] + [(p[i, m] > 0, SAMPLES) for m in (1, 2)]),
    Line("brier", Sum((p[i] - k[i]) ** 2, SAMPLES) * Rational(1, 2), {p: UNIT, k: BIT}),
)  # fmt: skip
