"""Losses of binary targets.

bce_from_bernoulli                      the Bernoulli NLL is the sum of binary cross-entropies
likelihood_max_is_nll_min               the likelihood is greatest where its NLL is least
bernoulli_estimate                      one p for all samples: the NLL is least at the mean target
bce_from_binomial                       the binomial NLL is, up to a constant, a weighted sum of BCE
"""

from functools import cache

from sympy import Sum, binomial, log

from cesym.derivation import Derivation
from cesym.derivation.nll import likelihood, nll
from cesym.losses import bce
from cesym.rules import inside_support, one_formula_for_both
from cesym.symbols import N, i, k, n, p, scalar

OF_P = (r"\mathrm{NLL}(p)", "NLL(p)")
TEXTBOOK = (r"\sum_{i=1}^{N} \mathrm{BCE}(k_i, p_i)", "∑ᵢ BCE(kᵢ, pᵢ)")


@cache
def bce_from_bernoulli() -> Derivation:
    """The negative log-likelihood of N independent coin flips is the sum of their binary cross-entropies.

    Domain: targets k_i in {0, 1}, predictions 0 < p_i < 1, any N >= 1.
    Convention: nats, the sum over the samples.
    Source: Bishop, Pattern Recognition and Machine Learning (2006), equation 4.90.

    >>> bce_from_bernoulli().conclusion.rhs
    -Sum((1 - k[i])*log(1 - p[i]) + log(p[i])*k[i], (i, 1, N))
    """
    from sympy.stats import Bernoulli

    d = nll(
        Bernoulli("K", p[i]), k, name="bce_from_bernoulli", label=OF_P,
        says="the negative log-likelihood of $N$ independent coin flips is the sum of their binary cross-entropies",
    )  # fmt: skip
    return d.apply(one_formula_for_both).log_rules().claim(bce.over(i, N), "the textbook formula", TEXTBOOK)


@cache
def likelihood_max_is_nll_min() -> Derivation:
    """The likelihood of N coin flips is greatest at the predictions at which their binary cross-entropy is least.

    Domain: as for :func:`bce_from_bernoulli`. The relation is ⇄: -ln is strictly decreasing.
    """
    from sympy.stats import Bernoulli

    d = likelihood(
        Bernoulli("K", p[i]), k, name="likelihood_max_is_nll_min", label=("L(p)", "L(p)"),
        says="the predictions that maximise the likelihood are those that minimise the binary cross-entropy",
    )  # fmt: skip
    return d.minus_log(over=p).claim(bce.over(i, N), "the Bernoulli NLL is BCE", TEXTBOOK)


@cache
def bernoulli_estimate() -> Derivation:
    """With one p for all samples the negative log-likelihood is least at the mean of the targets.

    Domain: 0 < p < 1 and 0 < sum of k_i < N; if all targets are equal, no p inside (0, 1) is best.
    Convention: an inequality, NLL(p) >= NLL(mean of k), admitted by ln t <= t - 1; nothing is solved for.
    """
    from sympy.stats import Bernoulli

    shared, total = scalar(p), Sum(k[i], (i, 1, N))
    d = nll(
        Bernoulli("K", shared), k, given=[total > 0, total < N], name="bernoulli_estimate", label=OF_P,
        says=r"for one $p$ shared by all samples, no $p$ has a smaller negative log-likelihood than the mean $\bar k$",
    )  # fmt: skip
    d = d.apply(one_formula_for_both).log_rules()
    by = ((total, "log", shared * N / total), (N - total, "log", (1 - shared) * N / (N - total)))
    return d.at_least(d.exprs[-1].xreplace({shared: total / N}), by, r"$\ln t \le t - 1$, twice")


@cache
def bce_from_binomial() -> Derivation:
    """The binomial negative log-likelihood has the same minimiser as the weighted binary cross-entropy of the rates.

    Domain: k_i successes in n_i >= 1 trials, 0 <= k_i <= n_i, 0 < p_i < 1.
    Convention: nats; the factor is a = 1, so values differ by b = -sum of ln C(n_i, k_i) and gradients not at all.
    """
    from sympy.stats import Binomial

    d = nll(
        Binomial("K", n[i], p[i]), k, name="bce_from_binomial", label=OF_P,
        says="the binomial coefficient changes the value of the negative log-likelihood, not its minimiser",
    )  # fmt: skip
    d = d.apply(inside_support).log_rules()
    weighted = Sum(n[i] * bce.expr.xreplace({bce.target: k[i] / n[i], bce.prediction: p[i]}), (i, 1, N))
    d = d.claim(weighted - Sum(log(binomial(n[i], k[i])), (i, 1, N)), "$n_i$ times BCE of the rate")
    label = (r"\sum_{i=1}^{N} n_i\,\mathrm{BCE}(k_i/n_i, p_i)", "∑ᵢ nᵢ BCE(kᵢ/nᵢ, pᵢ)")
    return d.same_minimiser(weighted, over=p, because="same minimiser over $p$", label=label)
