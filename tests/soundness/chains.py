"""The derivations under attack: every theorem of the catalogue, and chains that use what the theorems do not.

The others use primitives and functions that no theorem needs: absolute values, factorials, a Piecewise that stays,
derivatives, links, real exponents.
"""

from collections.abc import Callable
from functools import cache

import sympy as sp

import cesym
from cesym.derivation import Derivation
from cesym.links import sigmoid, softmax
from cesym.symbols import C, N, c, i, j, k, lam, m, mu, p, sigma, w, x, y, z

NU = sp.Symbol("nu", positive=True)
SAMPLES = (i, 1, N)


def laplace() -> Derivation:
    from sympy.stats import Laplace

    d = cesym.nll(Laplace("X", mu[i], sigma), x).log_rules()
    d = d.claim("N*log(2*sigma) + Sum(Abs(x[i] - mu[i]), (i, 1, N))/sigma")
    return d.same_minimiser("Sum(Abs(x[i] - mu[i]), (i, 1, N))/N", over=mu)


def poisson() -> Derivation:
    from sympy.stats import Poisson

    d = cesym.nll(Poisson("K", lam[i]), k).log_rules()
    d = d.claim("Sum(lam[i] - k[i]*log(lam[i]), (i, 1, N)) + Sum(log(factorial(k[i])), (i, 1, N))")
    return d.same_minimiser("Sum(lam[i] - k[i]*log(lam[i]), (i, 1, N))/N", over=lam)


def zero_inflated_poisson() -> Derivation:
    none, rate = sp.Eq(k[i], 0), sp.exp(-lam[i])
    mass = sp.Piecewise((w[i] + (1 - w[i]) * rate, none), ((1 - w[i]) * rate * lam[i] ** k[i] / sp.factorial(k[i]), True))
    given = {w: sp.Interval.open(0, 1), lam: sp.Interval.open(0, sp.oo), k: sp.S.Naturals0}
    return cesym.nll(mass, k, given=given).log_rules()


def geometric() -> Derivation:
    from sympy.stats import Geometric

    return cesym.nll(Geometric("K", p[i]), k).log_rules()


def weibull() -> Derivation:
    from sympy.stats import Weibull

    return cesym.nll(Weibull("X", lam[i], NU), x).log_rules()


def lognormal() -> Derivation:
    from sympy.stats import LogNormal

    d = cesym.nll(LogNormal("X", mu[i], sigma), x).log_rules()
    return d.same_minimiser("Sum((log(x[i]) - mu[i])**2, (i, 1, N))", over=mu)


def logit_gradient() -> Derivation:
    """The gradient of the sum of BCE in one logit."""
    d = cesym.bce_from_bernoulli()
    start = Derivation.start(d.exprs[-1].replace(lambda e: e.is_Indexed and e.base == p, lambda e: sigmoid(z[e.indices[0]])), {k: {0, 1}})
    return start.differentiate(z[j]).claim("1/(1 + exp(-z[j])) - k[j]", because="prediction minus target")


def softmax_gradient() -> Derivation:
    loss = -sp.Sum(sp.log(softmax(z[i], y[i], C)), SAMPLES)
    given = [(y[i] >= 1, SAMPLES), (y[i] <= C, SAMPLES), m >= 1, m <= N, c >= 1, c <= C]
    d = Derivation.start(sp.Derivative(loss, z[m, c]), given)
    return d.claim(softmax(z[m], c, C) - sp.KroneckerDelta(c, y[m]))


OTHERS: tuple[Callable[[], Derivation], ...] = (
    laplace, poisson, zero_inflated_poisson, geometric, weibull, lognormal, logit_gradient, softmax_gradient,
)  # fmt: skip


MAKERS: dict[str, Callable[[], Derivation]] = {**cesym.catalogue(), **{make.__name__: make for make in OTHERS}}


@cache
def chains() -> dict[str, Derivation]:
    """Name -> derivation, the theorems first."""
    return {name: make() for name, make in MAKERS.items()}
