"""Right lines as outsiders type them: other order, other letters, sums split, joined, exchanged or shifted, other fractions.

Each is accepted. Where a line needs a fact that is not given, it is "not shown" with the fact named, and accepted
once that fact is given. A last list holds right lines that are not shown yet, with no fact to blame: never "refused".
"""

from functools import lru_cache

import pytest
from sympy import (
    Abs,
    Eq,
    IndexedBase,
    Interval,
    KroneckerDelta,
    Piecewise,
    Product,
    Rational,
    S,
    Sum,
    Symbol,
    binomial,
    exp,
    factorial,
    gamma,
    log,
    loggamma,
    oo,
    pi,
    sqrt,
)  # fmt: skip

import cesym
from cesym import Derivation, nll
from cesym.symbols import C, N, c, i, j, k, lam, m, mu, n, p, q, sigma, w, x, z

nu, r = Symbol("nu", positive=True), Symbol("r", positive=True)
SAMPLES, CLASSES = (i, 1, N), (c, 1, C)


def density(name, *parameters, at=x):
    """The NLL of a distribution of sympy.stats, by all laws of logarithms."""
    import sympy.stats

    return lambda: nll(getattr(sympy.stats, name)("X", *parameters), at).log_rules()


def without_last(theorem, lines=1):
    """A theorem up to a line before its last: ≃ is no equation to check a line against."""
    d = theorem()
    return Derivation.start(d.exprs[-1 - lines], d.given)


def zero_inflated():
    zero = w[i] + (1 - w[i]) * exp(-lam[i])
    mass = Piecewise((zero, Eq(k[i], 0)), ((1 - w[i]) * exp(-lam[i]) * lam[i] ** k[i] / factorial(k[i]), True))
    return nll(mass, k, given={w: Interval.open(0, 1), lam: Interval.open(0, oo), k: S.Naturals0}).log_rules()


def student_with_location():
    scaled = 1 + ((x[i] - mu[i]) / sigma) ** 2 / nu
    factor = gamma((nu + 1) / 2) / (gamma(nu / 2) * sqrt(nu * pi) * sigma)
    return nll(factor * scaled ** (-(nu + 1) / 2), x).log_rules()


def slope(line, letter, given=None):
    """The derivative of a line in an entry."""
    return lambda: Derivation.start(line, given).differentiate(letter)


SCORES = Sum(w[m] * x[i, m], (m, 1, C))
DERIVATIONS = {
    "cross-entropy in p": slope(-Sum(q[c] * log(p[c]), CLASSES), p[j], [(p[c] > 0, CLASSES)]),
    "ridge": slope(Sum(w[m] ** 2, (m, 1, C)), w[j]), "squares in w": slope(Sum((SCORES - mu[i]) ** 2, SAMPLES), w[j]),
    "log-sum-exp": slope(log(Sum(exp(z[c]), CLASSES)) - Sum(q[c] * z[c], CLASSES), z[j]),
    "product": slope(Product(x[i], SAMPLES), x[m], {x: Interval.open(0, oo)}),
    "at a bound index": slope(Sum(w[i] * x[i], SAMPLES), x[i]),
    "at two bound indices": slope(Sum(q[i, c] ** 2, SAMPLES, CLASSES), q[i, c]),
    "at two, one in the other": slope(Sum(x[i] * Sum(q[i, c] ** 2, CLASSES), SAMPLES), q[i, c]),
    "kl": lambda: Derivation.start(Sum(q[c] * log(q[c] / p[c]), CLASSES), {q: Interval.open(0, 1), p: Interval.open(0, 1)}),
    "bernoulli": cesym.bce_from_bernoulli, "maximum": cesym.likelihood_max_is_nll_min, "estimate": cesym.bernoulli_estimate,
    "binomial": lambda: without_last(cesym.bce_from_binomial), "rates": cesym.bce_from_binomial,
    "mse": cesym.mse_from_gaussian, "gaussian": lambda: without_last(cesym.mse_from_gaussian),
    "estimates": cesym.gaussian_estimates, "two classes": cesym.bce_from_two_class_cross_entropy,
    "both classes": lambda: without_last(cesym.bce_from_two_class_cross_entropy, 2),
    "categorical": cesym.cross_entropy_from_categorical, "one-hot": cesym.cross_entropy_one_hot,
    "empirical": cesym.nll_is_cross_entropy, "mean target": cesym.nll_is_cross_entropy_one_hot,
    "laplace": density("Laplace", mu[i], sigma), "poisson": density("Poisson", lam[i], at=k),
    "geometric": density("Geometric", p[i], at=k), "weibull": density("Weibull", lam[i], nu), "zero-inflated": zero_inflated,
    "gamma": density("Gamma", nu, lam[i]), "exponential": density("Exponential", lam[i]), "student": density("StudentT", nu),
    "student with location": student_with_location, "gumbel": density("Gumbel", sigma, mu[i]),
    "logistic": density("Logistic", mu[i], sigma), "negative binomial": density("NegativeBinomial", r, p[i], at=k),
    "lognormal": density("LogNormal", mu[i], sigma), "cauchy": density("Cauchy", mu[i], sigma),
    "beta": density("Beta", nu, sigma), "rayleigh": density("Rayleigh", sigma), "pareto": density("Pareto", sigma, nu),
}  # fmt: skip

ACCEPTED = {
    "cross-entropy in p": ["-q[j]/p[j]", "-Sum(KroneckerDelta(c,j)*q[c]/p[c],(c,1,C))", "-q[j]*p[j]**(-1)"],
    "ridge": ["2*w[j]", "Sum(2*w[m]*KroneckerDelta(m,j),(m,1,C))"],
    "squares in w": ["2*Sum((Sum(w[m]*x[i,m],(m,1,C)) - mu[i])*x[i,j],(i,1,N))",
                     "2*Sum(x[i,j]*Sum(w[m]*x[i,m],(m,1,C)),(i,1,N)) - 2*Sum(mu[i]*x[i,j],(i,1,N))"],
    "log-sum-exp": ["exp(z[j])/Sum(exp(z[c]),(c,1,C)) - q[j]", "Sum((exp(z[j])/Sum(exp(z[m]),(m,1,C)) - q[j])*KroneckerDelta(c,j),(c,1,C))"],
    "product": ["Product(x[i],(i,1,N))/x[m]", "Sum(KroneckerDelta(i,m)/x[i],(i,1,N))*Product(x[i],(i,1,N))"],
    "at a bound index": ["w[i]"], "at two bound indices": ["2*q[i,c]"], "at two, one in the other": ["2*q[i,c]*x[i]"],
    "kl": ["Sum(q[c]*log(q[c]),(c,1,C)) - Sum(q[c]*log(p[c]),(c,1,C))"],
    "bernoulli": [
        "-(k[N]*log(p[N]) + (1-k[N])*log(1-p[N])) - Sum(k[i]*log(p[i]) + (1-k[i])*log(1-p[i]), (i,1,N-1))",
        "-Sum(k[N+1-i]*log(p[N+1-i]) + (1-k[N+1-i])*log(1-p[N+1-i]), (i,1,N))",
        "-Sum(k[i]*log(p[i]) + (1-k[i])*log(1-p[i]), (i,1,N))",
        "-Sum(k[j]*log(p[j]) + (1-k[j])*log(1-p[j]), (j,1,N))",
        "Sum(-k[i]*log(p[i]), (i,1,N)) - Sum((1-k[i])*log(1-p[i]), (i,1,N))",
        "-Sum(k[i]*log(p[i]/(1-p[i])) + log(1-p[i]), (i,1,N))",
        "-Sum(k[i]*(log(p[i]) - log(1-p[i])), (i,1,N)) - Sum(log(1-p[i]), (i,1,N))",
        "-Sum(k[i+1]*log(p[i+1]) + (1-k[i+1])*log(1-p[i+1]), (i,0,N-1))",
        "Sum((k[i]-1)*log(1-p[i]) - k[i]*log(p[i]), (i,1,N))",
        "Sum(k[i]*log(1/p[i]) + (1-k[i])*log(1/(1-p[i])), (i,1,N))",
        "-log(Product(p[i]**k[i]*(1-p[i])**(1-k[i]), (i,1,N)))",
        "-log(Product(p[i]**k[i], (i,1,N))) - log(Product((1-p[i])**(1-k[i]), (i,1,N)))",
        "-Sum(log(k[i]*p[i] + (1-k[i])*(1-p[i])), (i,1,N))",
        "-Sum(log(1 - Abs(k[i]-p[i])), (i,1,N))",
        "-Sum(Piecewise((log(p[i]), Eq(k[i],1)), (log(1-p[i]), True)), (i,1,N))",
        "-Sum(KroneckerDelta(k[i],1)*log(p[i]) + KroneckerDelta(k[i],0)*log(1-p[i]), (i,1,N))",
        "-N*Sum((k[i]*log(p[i]) + (1-k[i])*log(1-p[i]))/N, (i,1,N))",
        "-Sum(k[i]**2*log(p[i]) + (1-k[i])**2*log(1-p[i]), (i,1,N))",
        "-log(2)*Sum(k[i]*log2(p[i]) + (1-k[i])*log2(1-p[i]), (i,1,N))",
        "-Sum(log((1-p[i])*(p[i]/(1-p[i]))**k[i]), (i,1,N))",
        "-Sum(k[i]*log(p[i]) + log(1-p[i]) - k[i]*log(1-p[i]), (i,1,N))",
        "-Sum(log(exp(k[i]*log(p[i]))*exp((1-k[i])*log(1-p[i]))), (i,1,N))",
        -Sum(k[m] * log(p[m]), (m, 1, N)) + Sum((k[m] - 1) * log(1 - p[m]), (m, 1, N)),
        -sum(Sum(KroneckerDelta(k[i], t) * log(t * p[i] + (1 - t) * (1 - p[i])), SAMPLES) for t in (0, 1)),
    ],
    "maximum": ["-Sum(k[j]*log(p[j]), (j,1,N)) - Sum((1-k[j])*log(1-p[j]), (j,1,N))"],
    "estimate": [
        "-Sum(k[i],(i,1,N))*log(Sum(k[j],(j,1,N))/N) - (N-Sum(k[i],(i,1,N)))*log(1-Sum(k[j],(j,1,N))/N)",
        "N*log(N) - Sum(k[i],(i,1,N))*log(Sum(k[i],(i,1,N))) - (N-Sum(k[i],(i,1,N)))*log(N-Sum(k[i],(i,1,N)))",
        "-N*(Sum(k[i],(i,1,N))/N*log(Sum(k[i],(i,1,N))/N) + (1-Sum(k[i],(i,1,N))/N)*log(1-Sum(k[i],(i,1,N))/N))",
        -Sum(k[i] * log(Sum(k[j] / N, (j, 1, N))) + (1 - k[i]) * log(Sum((1 - k[j]) / N, (j, 1, N))), SAMPLES),
    ],
    "binomial": [
        "-Sum(log(binomial(n[i],k[i])) + k[i]*log(p[i]) + (n[i]-k[i])*log(1-p[i]), (i,1,N))",
        "-Sum(k[i]*log(p[i]) + (n[i]-k[i])*log(1-p[i]) + log(factorial(n[i])) - log(factorial(k[i]))"
        " - log(factorial(n[i]-k[i])), (i,1,N))",
        "-Sum(log(factorial(n[i])/(factorial(k[i])*factorial(n[i]-k[i]))), (i,1,N))"
        " - Sum(k[i]*log(p[i]/(1-p[i])) + n[i]*log(1-p[i]), (i,1,N))",
        "-Sum(loggamma(n[i]+1) - loggamma(k[i]+1) - loggamma(n[i]-k[i]+1) + k[i]*log(p[i])"
        " + (n[i]-k[i])*log(1-p[i]), (i,1,N))",
        -log(Product(binomial(n[i], k[i]) * p[i] ** k[i] * (1 - p[i]) ** (n[i] - k[i]), SAMPLES)),
    ],
    "rates": [
        "-Sum(k[i]*log(p[i]) + (n[i]-k[i])*log(1-p[i]), (i,1,N))",
        -Sum(k[i] * log(p[i] / (1 - p[i])), SAMPLES) - Sum(n[i] * log(1 - p[i]), SAMPLES),
    ],
    "mse": [
        "Sum((mu[i]-x[i])**2, (i,1,N))/N",
        "Sum((x[i]-mu[i])**2/N, (i,1,N))",
        "Sum(x[i]**2 - 2*x[i]*mu[i] + mu[i]**2, (i,1,N))/N",
        "(Sum(x[i]**2,(i,1,N)) - 2*Sum(x[i]*mu[i],(i,1,N)) + Sum(mu[i]**2,(i,1,N)))/N",
        "Sum((x[n]-mu[n])**2, (n,1,N))/N",
        "Sum(Abs(x[i]-mu[i])**2, (i,1,N))/N",
        "Sum((x[i+1]-mu[i+1])**2, (i,0,N-1))/N",
        Sum(Abs((x[i] - mu[i]) * (mu[i] - x[i])), SAMPLES) / N,
    ],
    "gaussian": [
        "N*log(sigma) + N*log(2*pi)/2 + Sum((x[i]-mu[i])**2,(i,1,N))/(2*sigma**2)",
        "N/2*log(2*pi*sigma**2) + Sum((x[i]-mu[i])**2,(i,1,N))/(2*sigma**2)",
        "-N*log(1/(sigma*sqrt(2*pi))) + Sum(((x[i]-mu[i])/sigma)**2,(i,1,N))/2",
        "N*log(sqrt(2*pi)*sigma) + Sum((x[i]-mu[i])**2/(2*sigma**2),(i,1,N))",
        "N/2*log(2*pi) + N/2*log(sigma**2) + 1/2*Sum((x[i]-mu[i])**2,(i,1,N))/sigma**2",
        "-log((2*pi*sigma**2)**(-N/2)*exp(-Sum((x[i]-mu[i])**2,(i,1,N))/(2*sigma**2)))",
        "-log(Product(exp(-(x[i]-mu[i])**2/(2*sigma**2))/sqrt(2*pi*sigma**2), (i,1,N)))",
        "Sum(log(sigma) + log(2*pi)/2 + (x[i]-mu[i])**2/(2*sigma**2),(i,1,N))",
        "N*(log(2) + log(pi))/2 + N*log(sigma) + (Sum(x[i]**2,(i,1,N)) - 2*Sum(x[i]*mu[i],(i,1,N))"
        " + Sum(mu[i]**2,(i,1,N)))/(2*sigma**2)",
        Rational(1, 2) * (N * log(2 * pi * sigma**2) + Sum((x[j] / sigma - mu[j] / sigma) ** 2, (j, 1, N))),
    ],
    "estimates": [
        "N/2*log(2*pi*exp(1)*Sum((x[i]-Sum(x[j],(j,1,N))/N)**2,(i,1,N))/N)",
        "N/2*(1 + log(2*pi) + log(Sum((x[i]-Sum(x[j],(j,1,N))/N)**2,(i,1,N))/N))",
    ],
    "both classes": [
        "-Sum(Sum(q[i,c]*log(p[i,c]),(i,1,N)),(c,1,2))",
        "-Sum(q[i,1]*log(p[i,1]),(i,1,N)) - Sum(q[i,2]*log(p[i,2]),(i,1,N))",
    ],
    "two classes": [
        "-Sum((1-q[i,2])*log(1-p[i,2]) + q[i,2]*log(p[i,2]),(i,1,N))",
        "-Sum(q[i,1]*log(p[i,1]) + q[i,2]*log(p[i,2]),(i,1,N))",
        "-Sum(q[i,c]*log(p[i,c]),(c,1,2),(i,1,N))",
        "-Sum(q[i,1]*log(p[i,1]) + (1-q[i,1])*log(p[i,2]),(i,1,N))",
        "-Sum(q[i,1]*log(p[i,1]/(1-p[i,1])) + log(1-p[i,1]),(i,1,N))",
    ],
    "categorical": [
        "-Sum(Sum(q[i,c]*log(p[i,c]),(c,1,C)),(i,1,N))",
        "-Sum(Sum(q[i,c]*log(p[i,c]),(i,1,N)),(c,1,C))",
        "-Sum(log(p[i,y[i]]),(i,1,N))",
        "-log(Product(p[i,y[i]],(i,1,N)))",
        "Sum(q[i,c]*log(1/p[i,c]),(i,1,N),(c,1,C))",
        "-Sum(log(Product(p[i,c]**q[i,c],(c,1,C))),(i,1,N))",
        "-Sum(log(Sum(q[i,c]*p[i,c],(c,1,C))),(i,1,N))",
    ],
    "one-hot": [
        "-Sum(log(p[j,y[j]]),(j,1,N))",
        "-Sum(q[j,m]*log(p[j,m]),(m,1,C),(j,1,N))",
        "-Sum(log(p[i,c])*KroneckerDelta(y[i],c),(i,1,N),(c,1,C))",
        "-Sum(q[i,y[i]]*log(p[i,y[i]]),(i,1,N))",
    ],
    "empirical": [
        "-Sum(KroneckerDelta(c,y[i])*log(p[c])/N,(i,1,N),(c,1,C))",
        "-Sum(Sum(KroneckerDelta(m,y[j]),(j,1,N))*log(p[m]),(m,1,C))/N",
        "-Sum(log(p[y[i]]),(i,1,N))/N",
    ],
    "mean target": [
        "-Sum(q[i,c]*log(p[c]),(i,1,N),(c,1,C))/N",
        "-Sum(Sum(q[i,c],(i,1,N))/N*log(p[c]),(c,1,C))",
        Sum(Sum(q[i, c] * log(1 / p[c]), CLASSES), SAMPLES) / N,
    ],
    "laplace": [
        "Sum(Piecewise((x[i]-mu[i], x[i] >= mu[i]), (mu[i]-x[i], True)),(i,1,N))/sigma + N*log(2*sigma)",
        "N*log(2*sigma) + Sum(Abs(x[i]-mu[i]),(i,1,N))/sigma",
        "N*log(2) + N*log(sigma) + 1/sigma*Sum(Abs(mu[i]-x[i]),(i,1,N))",
        "Sum(Abs((x[i]-mu[i])/sigma),(i,1,N)) - N*log(1/(2*sigma))",
        "Sum(sqrt((x[i]-mu[i])**2),(i,1,N))/sigma + N*log(2*sigma)",
    ],
    "poisson": [
        "Sum(lam[i] - k[i]*log(lam[i]) + Sum(log(j),(j,1,k[i])),(i,1,N))",
        "Sum(lam[i] - k[i]*log(lam[i]) + log(factorial(k[i])),(i,1,N))",
        "Sum(lam[i],(i,1,N)) - Sum(k[i]*log(lam[i]),(i,1,N)) + Sum(loggamma(k[i]+1),(i,1,N))",
        "Sum(lam[i] - log(lam[i]**k[i]/gamma(k[i]+1)),(i,1,N))",
        "-Sum(log(exp(-lam[i])*lam[i]**k[i]/factorial(k[i])),(i,1,N))",
    ],
    "geometric": [
        "-Sum(log(p[i]),(i,1,N)) - Sum((k[i]-1)*log(1-p[i]),(i,1,N))",
        "-Sum(log(p[i]/(1-p[i])) + k[i]*log(1-p[i]),(i,1,N))",
    ],
    "weibull": [
        "Sum((x[i]/lam[i])**nu + nu*log(lam[i]) - (nu-1)*log(x[i]),(i,1,N)) - N*log(nu)",
        "Sum((x[i]/lam[i])**nu - (nu-1)*log(x[i]/lam[i]) + log(lam[i]/nu),(i,1,N))",
        "Sum(x[i]**nu/lam[i]**nu + nu*log(lam[i]) + (1-nu)*log(x[i]),(i,1,N)) - N*log(nu)",
        "Sum(exp(nu*log(x[i]/lam[i])) + nu*log(lam[i]) + (1-nu)*log(x[i]),(i,1,N)) - N*log(nu)",
    ],
    "zero-inflated": [
        "-Sum(Piecewise((log(1-w[i]) + k[i]*log(lam[i]) - lam[i] - log(factorial(k[i])), k[i] > 0)"
        ", (log(w[i]+(1-w[i])*exp(-lam[i])), True)),(i,1,N))",
        "-Sum(Piecewise((log(w[i]+(1-w[i])*exp(-lam[i])), k[i] < 1)"
        ", (log(1-w[i]) + k[i]*log(lam[i]) - lam[i] - log(factorial(k[i])), True)),(i,1,N))",
        "-Sum(KroneckerDelta(k[i],0)*log(w[i]+(1-w[i])*exp(-lam[i])) + (1-KroneckerDelta(k[i],0))*(log(1-w[i]) - lam[i]"
        " + k[i]*log(lam[i]) - log(factorial(k[i]))),(i,1,N))",
        "-Sum(Piecewise((log(w[i]+(1-w[i])*exp(-lam[i])), Eq(k[i],0)), (log(1-w[i]) + k[i]*log(lam[i]) - lam[i]"
        " - loggamma(k[i]+1), True)),(i,1,N))",
    ],
    "gamma": [
        "N*log(gamma(nu+1)/nu) + Sum(nu*log(lam[i]/x[i]) + log(x[i]) + x[i]/lam[i],(i,1,N))",
        "Sum(log(gamma(nu)) + nu*log(lam[i]) - (nu-1)*log(x[i]) + x[i]/lam[i],(i,1,N))",
        "N*loggamma(nu) + nu*Sum(log(lam[i]),(i,1,N)) + (1-nu)*Sum(log(x[i]),(i,1,N)) + Sum(x[i]/lam[i],(i,1,N))",
        "N*log(gamma(nu)) + Sum(nu*log(lam[i]/x[i]) + log(x[i]) + x[i]/lam[i],(i,1,N))",
    ],
    "exponential": [
        "Sum(lam[i]*x[i],(i,1,N)) - Sum(log(lam[i]),(i,1,N))",
        "Sum(lam[i]*x[i] + log(1/lam[i]),(i,1,N))",
        "Sum(lam[i]*x[i],(i,1,N)) - log(Product(lam[i],(i,1,N)))",
    ],
    "student": [
        "N*log(sqrt(nu*pi)*gamma(nu/2)/gamma((nu+1)/2)) + (nu+1)/2*Sum(log(1+x[i]**2/nu),(i,1,N))",
        "N*log(nu)/2 + N*log(beta(1/2,nu/2)) + (nu+1)/2*Sum(log(1+x[i]**2/nu),(i,1,N))",
        "N*(log(nu) + 2*log(beta(1/2,nu/2)))/2 + (nu+1)/2*Sum(log(nu+x[i]**2) - log(nu),(i,1,N))",
    ],
    "student with location": [
        "-N*log(gamma((nu+1)/2)) + N*log(gamma(nu/2)) + N*log(nu*pi)/2 + N*log(sigma)"
        " + (nu+1)/2*Sum(log(1+(x[i]-mu[i])**2/(nu*sigma**2)),(i,1,N))",
        "-N*loggamma((nu+1)/2) + N*loggamma(nu/2) + N*log(nu*pi*sigma**2)/2"
        " + (nu+1)/2*Sum(log((nu*sigma**2+(x[i]-mu[i])**2)/(nu*sigma**2)),(i,1,N))",
    ],
    "gumbel": [
        "N*log(sigma) + Sum((x[i]-mu[i])/sigma + exp(-(x[i]-mu[i])/sigma),(i,1,N))",
        "N*log(sigma) + Sum(exp((mu[i]-x[i])/sigma) - (mu[i]-x[i])/sigma,(i,1,N))",
        "N*log(sigma) + Sum((x[i]-mu[i])/sigma,(i,1,N)) + Sum(exp(mu[i]/sigma)*exp(-x[i]/sigma),(i,1,N))",
    ],
    "logistic": [
        "N*log(sigma) + Sum(log(2+exp((x[i]-mu[i])/sigma)+exp(-(x[i]-mu[i])/sigma)),(i,1,N))",
        "N*log(sigma) + Sum((x[i]-mu[i])/sigma + 2*log(1+exp(-(x[i]-mu[i])/sigma)),(i,1,N))",
        "N*log(sigma) + Sum(-(x[i]-mu[i])/sigma + 2*log(1+exp((x[i]-mu[i])/sigma)),(i,1,N))",
    ],
    "negative binomial": [
        "-Sum(log(gamma(k[i]+r)) - log(gamma(r)) - log(factorial(k[i])) + r*log(p[i]) + k[i]*log(1-p[i]),(i,1,N))",
        "-Sum(loggamma(k[i]+r) - loggamma(k[i]+1),(i,1,N)) + N*loggamma(r)"
        " - Sum(r*log(p[i]) + k[i]*log(1-p[i]),(i,1,N))",
        "-Sum(log(binomial(k[i]+r-1,k[i])),(i,1,N)) - r*Sum(log(p[i]),(i,1,N)) - Sum(k[i]*log(1-p[i]),(i,1,N))",
        N * loggamma(r) - Sum(log(gamma(k[j] + r) / factorial(k[j]) * p[j] ** r * (1 - p[j]) ** k[j]), (j, 1, N)),
    ],
    "lognormal": [
        "N*log(2*pi*sigma**2)/2 + Sum(log(x[i]),(i,1,N)) + Sum((log(x[i])-mu[i])**2,(i,1,N))/(2*sigma**2)",
        "Sum(log(x[i]*sigma*sqrt(2*pi)) + (log(x[i])-mu[i])**2/(2*sigma**2),(i,1,N))",
        "N*log(sigma) + N*log(2*pi)/2 + log(Product(x[i],(i,1,N))) + Sum((log(x[i])-mu[i])**2,(i,1,N))/(2*sigma**2)",
        "N*log(sqrt(2*pi)*sigma) + Sum(log(x[i]) + log(x[i]*exp(-mu[i]))**2/(2*sigma**2),(i,1,N))",
    ],
    "cauchy": [
        "N*log(pi*sigma) + Sum(log(1+((x[i]-mu[i])/sigma)**2),(i,1,N))",
        "N*log(pi/sigma) + Sum(log(sigma**2+(x[i]-mu[i])**2),(i,1,N))",
        "N*log(pi) - N*log(sigma) + Sum(log(sigma**2+x[i]**2-2*x[i]*mu[i]+mu[i]**2),(i,1,N))",
    ],
    "beta": [
        "N*log(beta(nu,sigma)) - Sum((nu-1)*log(x[i]) + (sigma-1)*log(1-x[i]),(i,1,N))",
        "N*(loggamma(nu)+loggamma(sigma)-loggamma(nu+sigma)) - (nu-1)*Sum(log(x[i]),(i,1,N))"
        " - (sigma-1)*Sum(log(1-x[i]),(i,1,N))",
    ],
    "rayleigh": [
        "2*N*log(sigma) - Sum(log(x[i]),(i,1,N)) + Sum(x[i]**2,(i,1,N))/(2*sigma**2)",
        "Sum(log(sigma**2/x[i]) + x[i]**2/(2*sigma**2),(i,1,N))",
    ],
    "pareto": [
        "-N*log(nu) - N*nu*log(sigma) + (nu+1)*Sum(log(x[i]),(i,1,N))",
        "Sum(log(x[i]/nu) + nu*log(x[i]/sigma),(i,1,N))",
    ],
}  # fmt: skip


@lru_cache
def derivation(name):
    return DERIVATIONS[name]()


@pytest.mark.parametrize(("name", "line"), [(name, line) for name, lines in ACCEPTED.items() for line in lines], ids=str)
def test_a_right_line_is_accepted(name, line):
    verdict = derivation(name).check(line)
    assert verdict.status == "accepted", verdict.message


def test_there_are_enough_of_them():
    assert set(ACCEPTED) == set(DERIVATIONS) and sum(map(len, ACCEPTED.values())) > 100


# (what is given, the line before, the line, the fact as it is named and as it is given)
POSITIVE = [(p[i] > 0, SAMPLES)]
NEEDS_A_FACT = [
    (None, log(1 + (w[1] * x[1]) ** 2), "log((w[1]*x[1])**2*(1 + 1/(w[1]*x[1])**2))", "w₁ > 0 and x₁ > 0", [w[1] > 0, x[1] > 0]),
    ([(x[i] ** 2 > 0, SAMPLES)], Sum(nu * log(x[i] ** 2), SAMPLES), "2*nu*Sum(log(x[i]),(i,1,N))", "xᵢ > 0", [(x[i] > 0, SAMPLES)]),
    (None, log(1 + q[1] ** 2), "log(q[1]) + log(1/q[1] + q[1])", "q₁ > 0", [q[1] > 0]),
    (POSITIVE, Sum(log(p[i] + p[i] ** 2 * lam[i] ** 2), SAMPLES), "Sum(log(p[i]*lam[i]) + log(1/lam[i] + p[i]*lam[i]),(i,1,N))",
     "λᵢ > 0", [(lam[i] > 0, SAMPLES)]),
]  # fmt: skip


@pytest.mark.parametrize(("given", "before", "line", "named", "fact"), NEEDS_A_FACT, ids=lambda e: str(e)[:40])
def test_a_line_that_needs_a_fact_names_it(given, before, line, named, fact):
    verdict = Derivation.start(before, given).check(line)
    assert verdict.status == "not shown" and verdict.kind == "missing fact"
    assert named in verdict.what.text
    assert Derivation.start(before, [*(given or []), *fact]).check(line).accepted


ABOUT_A_THEOREM = [
    ("rates", "-Sum(k[i]*log(p[i]*n[i]/k[i]) + k[i]*log(k[i]/n[i]) + (n[i]-k[i])*log(1-p[i]),(i,1,N))", "kᵢ > 0", (k[i] > 0, SAMPLES)),
    ("estimates", "N/2 + N/2*log(2*pi*(Sum(x[i]**2,(i,1,N))/N - (Sum(x[i],(i,1,N))/N)**2))", "1/N · ∑ᵢ₌₁ᴺ xᵢ² − 1/N² · (∑ᵢ₌₁ᴺ xᵢ)² > 0",
     Sum(x[i] ** 2, SAMPLES) / N - Sum(x[i], SAMPLES) ** 2 / N**2 > 0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "line", "named", "fact"), ABOUT_A_THEOREM)
def test_a_line_after_a_theorem_names_the_fact_that_it_needs(name, line, named, fact):
    d = derivation(name)
    verdict = d.check(line)
    assert (verdict.status, verdict.kind) == ("not shown", "missing fact") and named in verdict.what.text
    assert Derivation.start(d.exprs[-1], d.given.extended([fact])).check(line).accepted


NOT_YET = [("mse", "Sum(Abs(x[i]**2 - 2*x[i]*mu[i] + mu[i]**2), (i,1,N))/N")]


@pytest.mark.parametrize(("name", "line"), NOT_YET)
def test_a_right_line_is_never_called_wrong(name, line):
    assert derivation(name).check(line).status in ("accepted", "not shown")


@pytest.mark.parametrize("name", ["bernoulli", "gaussian", "empirical", "poisson", "lognormal"])
@pytest.mark.parametrize("change", [lambda e: -e, lambda e: e + 1, lambda e: 2 * e], ids=["sign", "constant", "factor"])
def test_a_wrong_line_is_refused(name, change):
    d = derivation(name)
    assert d.check(change(d.exprs[-1])).status == "refused"


A, B, T = (Symbol(name, positive=True) for name in "abt")
ALPHA = IndexedBase(Symbol("A", positive=True))
P, M = Symbol("p", real=True), Symbol("mu", real=True)
K, WEIGHT = Sum(k[i], SAMPLES), Sum(w[i], SAMPLES)
DEVIANCE = Sum(log(x[j]), (j, 1, N)) + A * Sum(x[j] / mu[j] - log(x[j] / mu[j]) - 1, (j, 1, N)) + N * A
TAKEN = Sum(w[i] * x[i] ** 2, SAMPLES) - 2 * M * Sum(w[i] * x[i], SAMPLES) + M**2 * WEIGHT
SAME_MINIMISER = {
    "KL and cross-entropy": (Sum(p[c] * log(p[c]), (c, 1, C)) + log(C) - Sum(p[c] * log(C * q[c]), (c, 1, C)),
        [(p[c] > 0, (c, 1, C)), (q[c] > 0, (c, 1, C))], q, "-Sum(p[j]*log(q[j]), (j, 1, C))", "-Sum(p[j]*log(C - q[j]), (j, 1, C))"),
    "gamma deviance": (DEVIANCE, [(x[i] > 0, SAMPLES), (mu[i] > 0, SAMPLES)], mu, "Sum(x[i]/mu[i] + log(mu[i]), (i, 1, N))",
        "Sum(x[i]/mu[i] - log(mu[i]), (i, 1, N))"),
    "a Dirichlet prior, by count": (-log(Product(q[c] ** (k[c] + ALPHA[c] - 1), (c, 1, C))), [(q[c] > 0, (c, 1, C)), (k[c] > 0, (c, 1, C))],
        q, -Sum((k[c] + ALPHA[c] - 1) * log(q[c]), (c, 1, C)) / Sum(k[c], (c, 1, C)), -Sum((k[c] + ALPHA[c]) * log(q[c]), (c, 1, C))),
    "a Beta prior": (log(gamma(A)) + log(gamma(B)) - (K + A - 1) * log(P / (1 - P)) - (N + A + B - 2) * log(1 - P), [P > 0, P < 1], P,
        (A - 1 + K) * log(1 / P) + (B - 1 + Sum(1 - k[i], SAMPLES)) * log(1 / (1 - P)), (A + K) * log(1 / P) + (B - 1 + N - K) * log(1 / (1 - P))),
    "a mixture": (Sum(x[i] ** 2, SAMPLES) / (2 * T) - Sum(log(Sum(q[c] * exp((x[i] * mu[c] - mu[c] ** 2 / 2) / T), (c, 1, C))), SAMPLES),
        [(q[c] > 0, (c, 1, C))], mu, -Sum(log(Sum(q[j] * exp((2 * x[i] * mu[j] - mu[j] ** 2) / (2 * T)), (j, 1, C))), SAMPLES),
        -Sum(log(Sum(q[j] * exp((x[i] * mu[j] - mu[j] ** 2) / (2 * T)), (j, 1, C))), SAMPLES)),
    "a weighted mean": (TAKEN / (2 * T) + log(2 * pi * T) * WEIGHT / 2, [(w[i] > 0, SAMPLES)], M,
        WEIGHT * (M - Sum(w[i] * x[i], SAMPLES) / WEIGHT) ** 2, WEIGHT * (M - 2 * Sum(w[i] * x[i], SAMPLES) / WEIGHT) ** 2),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME_MINIMISER)
def test_constants_are_found(name):
    before, given, over, line, wrong = SAME_MINIMISER[name]
    d = Derivation.start(before, given)
    assert d.check(line, over=over).accepted and not d.check(wrong, over=over).accepted
    assert d.same_minimiser(line, over=over).constants.a != 0


def test_signs_over_features():
    """A case split under the sum over the samples, where a sum over samples and features is left."""
    size, feature = Symbol("D", integer=True, positive=True), Symbol("d", integer=True)
    score = Sum(w[feature] * x[i, feature], (feature, 1, size))
    d = Derivation.start(Sum(log(1 + exp(-n[i] * score)), SAMPLES), {n: {-1, 1}})
    assert d.check(Sum(log(1 + exp(score)) - (1 + n[i]) / 2 * score, SAMPLES)).accepted
    assert d.check(Sum(log(1 + exp(score)) - (1 + n[i]) * score, SAMPLES)).status == "refused"
