"""Losses of real targets under a Gaussian.

mse_from_gaussian      at known sigma the Gaussian NLL has the same minimiser as the mean squared error
gaussian_estimates     the NLL is least at the mean for mu and the mean squared residual for the variance
"""

from functools import cache

from sympy import Sum, sqrt

from cesym.derivation import Derivation
from cesym.derivation.nll import nll
from cesym.given import Assumption
from cesym.losses import squared_error
from cesym.rules import linearity
from cesym.symbols import N, i, j, mu, scalar, sigma, v, x

KNOWN_SIGMA = Assumption(r"$\sigma$ is known and the same for all samples", "σ is known and the same for all samples")


@cache
def mse_from_gaussian() -> Derivation:
    """At known sigma, the means that minimise the Gaussian negative log-likelihood minimise the mean squared error.

    Domain: x_i, mu_i real, sigma > 0 known (an assumption, shown with the theorem).
    Convention: nats; NLL = a*MSE + b with a = N/(2 sigma^2) and b = (N/2) ln(2 pi sigma^2); MSE is the mean, no half.
    Source: Bishop, Pattern Recognition and Machine Learning (2006), equation 1.54.

    >>> mse_from_gaussian().constants.a
    N/(2*sigma**2)
    """
    from sympy.stats import Normal

    d = nll(
        Normal("X", mu[i], sigma), x, assumptions=(KNOWN_SIGMA,), name="mse_from_gaussian",
        label=(r"\mathrm{NLL}(\mu)", "NLL(μ)"),
        says=r"at fixed $\sigma$, the $\mu$ that minimise the Gaussian negative log-likelihood are those that "
        "minimise the mean squared error",
    )  # fmt: skip
    d = d.log_rules().apply(linearity)
    return d.same_minimiser(squared_error.over(i, N, mean=True), over=mu, because=r"same minimiser over $\mu$")


@cache
def gaussian_estimates() -> Derivation:
    """The Gaussian negative log-likelihood is least at the mean for mu and the mean squared residual for sigma^2.

    Domain: one mu and one variance v > 0 for all samples, which are not all equal.
    Convention: an inequality, NLL(mu, v) >= NLL(mean, mean squared residual): a square, then ln t <= t - 1.
    """
    from sympy.stats import Normal

    shared, mean = scalar(mu), Sum(x[j], (j, 1, N)) / N
    residuals = Sum((x[i] - mean) ** 2, (i, 1, N))
    d = nll(
        Normal("X", shared, sqrt(v)), x, given=[residuals > 0], name="gaussian_estimates",
        label=(r"\mathrm{NLL}(\mu, v)", "NLL(μ, v)"),
        says=r"no $\mu$ and no variance $v$ have a smaller negative log-likelihood than the mean and the mean squared "
        "residual",
    )  # fmt: skip
    d = d.log_rules().apply(linearity)
    best_mean = d.exprs[-1].xreplace({shared: mean})
    d = d.at_least(best_mean, ((N / (2 * v), "square", shared - mean),), r"at $\mu = \bar x$: a square")
    best_variance = best_mean.xreplace({v: residuals / N})
    return d.at_least(best_variance, ((N / 2, "log", residuals / (N * v)),), r"$\ln t \le t - 1$")
