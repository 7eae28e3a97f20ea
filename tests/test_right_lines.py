"""Right lines as outsiders type them: each is accepted."""

from functools import cache

import pytest
from sympy import Eq, Piecewise, Symbol, exp, factorial
from sympy.stats import Exponential, Gamma, Geometric, Gumbel, Laplace, Logistic, LogNormal, Normal, Poisson, Weibull

import cesym
from cesym.symbols import N, i, k, lam, mu, p, scalar, sigma, w, x

A = Symbol("a", positive=True)
W, RATE = scalar(w), scalar(lam)
ZIP = Piecewise((W + (1 - W) * exp(-RATE), Eq(k[i], 0)), ((1 - W) * RATE ** k[i] * exp(-RATE) / factorial(k[i]), True))
CHAINS = {
    "bernoulli": cesym.bce_from_bernoulli,
    "estimate": cesym.bernoulli_estimate,
    "binomial": cesym.bce_from_binomial,
    "gauss": lambda: cesym.nll(Normal("X", mu[i], sigma), x).log_rules(),
    "two classes": cesym.bce_from_two_class_cross_entropy,
    "categorical": cesym.cross_entropy_from_categorical,
    "true class": cesym.cross_entropy_one_hot,
    "empirical": cesym.nll_is_cross_entropy,
    "laplace": lambda: cesym.nll(Laplace("X", mu[i], sigma), x),
    "poisson": lambda: cesym.nll(Poisson("K", lam[i]), k),
    "geometric": lambda: cesym.nll(Geometric("K", p[i]), k),
    "weibull": lambda: cesym.nll(Weibull("X", sigma, A), x),
    "inflated": lambda: cesym.nll(ZIP, k, given=[W > 0, W < 1, RATE > 0, (k[i] >= 0, (i, 1, N))]),
    "gamma": lambda: cesym.nll(Gamma("X", A, sigma), x),
    "exponential": lambda: cesym.nll(Exponential("X", lam[i]), x),
    "logistic": lambda: cesym.nll(Logistic("X", mu[i], sigma), x),
    "lognormal": lambda: cesym.nll(LogNormal("X", mu[i], sigma), x),
    "gumbel": lambda: cesym.nll(Gumbel("X", sigma, scalar(mu)), x),
}  # fmt: skip
LINES = [
    ("bernoulli", "-Sum((1-k[i])*log(1-p[i]) + k[i]*log(p[i]), (i, 1, N))"),
    ("bernoulli", "-Sum(k[n]*ln(p[n]) + (1-k[n])*ln(1-p[n]), (n, 1, N))"),
    ("bernoulli", "-Sum(k[i]*log(p[i]), (i,1,N)) - Sum((1-k[i])*log(1-p[i]), (i,1,N))"),
    ("bernoulli", "Sum(-k[i]*log(p[i]) - (1-k[i])*log(1-p[i]), (i,1,N))"),
    ("bernoulli", "Sum(k[i]*log(1/p[i]) + (1-k[i])*log(1/(1-p[i])), (i,1,N))"),
    ("bernoulli", "Sum(k[i]*log((1-p[i])/p[i]) - log(1-p[i]), (i,1,N))"),
    ("bernoulli", "-Sum(k[i+1]*log(p[i+1]) + (1-k[i+1])*log(1-p[i+1]), (i,0,N-1))"),
    ("bernoulli", "-Sum(log(1 - Abs(k[i]-p[i])), (i,1,N))"),
    ("bernoulli", "-Sum(log(k[i]*p[i] + (1-k[i])*(1-p[i])), (i,1,N))"),
    ("bernoulli", "-log(Product(p[i]^k[i]*(1-p[i])^(1-k[i]), (i,1,N)))"),
    ("bernoulli", "-log(Product(p[i]^k[i], (i,1,N))) - log(Product((1-p[i])^(1-k[i]), (i,1,N)))"),
    ("bernoulli", "-N*Sum(k[i]*log(p[i]) + (1-k[i])*log(1-p[i]), (i,1,N))/N"),
    ("bernoulli", "-Sum(k[i]^2*log(p[i]) + (1-k[i])^2*log(1-p[i]), (i,1,N))"),
    ("estimate", "-Sum(k[i],(i,1,N))*log(Sum(k[j],(j,1,N))/N) - (N - Sum(k[i],(i,1,N)))*log(1 - Sum(k[j],(j,1,N))/N)"),
    ("estimate", "N*log(N) - Sum(k[i],(i,1,N))*log(Sum(k[i],(i,1,N))) - (N-Sum(k[i],(i,1,N)))*log(N-Sum(k[i],(i,1,N)))"),
    ("binomial", "-Sum(k[i]*log(p[i]) + (n[i]-k[i])*log(1-p[i]), (i,1,N))"),
    ("gauss", "Sum((x[i]-mu[i])^2, (i,1,N))/(2*sigma^2) + N/2*log(2*pi*sigma^2)"),
    ("gauss", "Sum((mu[i]-x[i])^2/(2*sigma^2), (i,1,N)) + N*log(sigma*sqrt(2*pi))"),
    ("gauss", "(Sum(x[i]^2,(i,1,N)) - 2*Sum(x[i]*mu[i],(i,1,N)) + Sum(mu[i]^2,(i,1,N)))/(2*sigma^2) + N*log(sigma) + N*log(2*pi)/2"),
    ("gauss", "Sum(((x[i]-mu[i])/sigma)^2/2 + log(sigma) + log(2)/2 + log(pi)/2, (i,1,N))"),
    ("gauss", "0.5*Sum((x[i]-mu[i])^2/sigma^2 + log(2*pi*sigma^2), (i,1,N))"),
    ("gauss", "-log(Product(exp(-(x[i]-mu[i])^2/(2*sigma^2)), (i,1,N))) - N*log(1/(sigma*sqrt(2*pi)))"),
    ("two classes", "-Sum(q[i,1]*log(p[i,1]) + q[i,2]*log(p[i,2]), (i,1,N))"),
    ("two classes", "-Sum(q[i,1]*log(p[i,1]/p[i,2]) + log(p[i,2]), (i,1,N))"),
    ("two classes", "-Sum(q[i,c]*log(p[i,c]), (c,1,2), (i,1,N))"),
    ("two classes", "-Sum((1-q[i,2])*log(1-p[i,2]) + q[i,2]*log(p[i,2]), (i,1,N))"),
    ("categorical", "-Sum(Sum(q[i,c]*log(p[i,c]), (i,1,N)), (c,1,C))"),
    ("categorical", "-Sum(q[i,m]*log(p[i,m]), (i,1,N), (m,1,C))"),
    ("categorical", "-Sum(log(p[i,y[i]]), (i,1,N))"),
    ("categorical", "Sum(log(1/p[i,y[i]]), (i,1,N))"),
    ("true class", "-log(Product(p[i,y[i]], (i,1,N)))"),
    ("true class", "-Sum(Sum(delta(c,y[i])*log(p[i,c]), (c,1,C)), (i,1,N))"),
    ("empirical", "-Sum(log(p[y[i]]), (i,1,N))/N"),
    ("empirical", "-Sum(Sum(delta(c,y[i]),(i,1,N))*log(p[c]), (c,1,C))/N"),
    ("empirical", "-Sum(delta(m,y[j])*log(p[m])/N, (j,1,N), (m,1,C))"),
    ("laplace", "Sum(Abs(x[i]-mu[i]),(i,1,N))/sigma + N*log(2*sigma)"),
    ("laplace", "Sum(Abs(mu[i]-x[i])/sigma + log(2) + log(sigma), (i,1,N))"),
    ("laplace", "N*log(2) + N*log(sigma) + Sum(Abs((x[i]-mu[i])/sigma),(i,1,N))"),
    ("poisson", "Sum(lam[i] - k[i]*log(lam[i]) + log(factorial(k[i])), (i,1,N))"),
    ("poisson", "Sum(lam[i],(i,1,N)) - Sum(k[i]*log(lam[i]),(i,1,N)) + Sum(loggamma(k[i]+1),(i,1,N))"),
    ("poisson", "Sum(lam[i] + log(factorial(k[i])/lam[i]^k[i]), (i,1,N))"),
    ("poisson", "-log(Product(lam[i]^k[i]/factorial(k[i]),(i,1,N))) + Sum(lam[i],(i,1,N))"),
    ("geometric", "-Sum(log(p[i]) + (k[i]-1)*log(1-p[i]), (i,1,N))"),
    ("geometric", "Sum(log((1-p[i])/p[i]) - k[i]*log(1-p[i]), (i,1,N))"),
    ("weibull", "Sum((x[i]/sigma)^a - (a-1)*log(x[i]) , (i,1,N)) - N*log(a) + N*a*log(sigma)"),
    ("weibull", "Sum((x[i]/sigma)^a - (a-1)*log(x[i]/sigma) + log(sigma/a), (i,1,N))"),
    ("weibull", "sigma^(-a)*Sum(x[i]^a,(i,1,N)) + (1-a)*Sum(log(x[i]),(i,1,N)) - N*log(a/sigma^a)"),
    ("inflated", "-Sum(Piecewise((log(w+(1-w)*exp(-lam)), Eq(k[i],0)), (log(1-w)+k[i]*log(lam)-lam-log(factorial(k[i])), True)), (i,1,N))"),
    ("inflated", "-Sum(log(Piecewise((w+(1-w)*exp(-lam), Eq(k[i],0)), ((1-w)*lam^k[i]*exp(-lam)/factorial(k[i]), True))), (i,1,N))"),
    ("gamma", "N*a*log(sigma) + N*log(gamma(a)) - (a-1)*Sum(log(x[i]),(i,1,N)) + Sum(x[i],(i,1,N))/sigma"),
    ("gamma", "Sum(x[i]/sigma - (a-1)*log(x[i]/sigma) + log(sigma) + loggamma(a), (i,1,N))"),
    ("exponential", "Sum(lam[i]*x[i] - log(lam[i]), (i,1,N))"),
    ("exponential", "Sum(x[i]*lam[i],(i,1,N)) + Sum(log(1/lam[i]),(i,1,N))"),
    ("logistic", "Sum((x[i]-mu[i])/sigma + log(sigma) + 2*log(1+exp(-(x[i]-mu[i])/sigma)), (i,1,N))"),
    ("logistic", "Sum(2*log(1+exp((x[i]-mu[i])/sigma)) - (x[i]-mu[i])/sigma, (i,1,N)) + N*log(sigma)"),
    ("lognormal", "Sum((log(x[i])-mu[i])^2/(2*sigma^2) + log(x[i]), (i,1,N)) + N/2*log(2*pi*sigma^2)"),
    ("lognormal", "Sum((log(x[i])-mu[i])^2,(i,1,N))/(2*sigma^2) + Sum(log(x[i]*sigma*sqrt(2*pi)), (i,1,N))"),
    ("gumbel", "Sum((x[i]-mu)/sigma + exp(-(x[i]-mu)/sigma), (i,1,N)) + N*log(sigma)"),
    ("gumbel", "Sum((x[i]-mu)/sigma + exp((mu-x[i])/sigma) + log(sigma), (i,1,N))"),
]  # fmt: skip


@cache
def chain(name: str) -> cesym.Derivation:
    return CHAINS[name]()


@pytest.mark.parametrize(("name", "line"), LINES)
def test_a_right_line_is_accepted(name: str, line: str) -> None:
    verdict = chain(name).check(line)
    assert verdict.accepted, str(verdict)


@pytest.mark.parametrize(("name", "line"), LINES[::4])
def test_the_same_line_with_one_more_is_not(name: str, line: str) -> None:
    assert not chain(name).check(f"1 + {line}").accepted


def test_a_missing_fact_is_named() -> None:
    d = cesym.Derivation.start("Sum(log(p[i]*x[i]), (i, 1, N))", [(p[i] * x[i] > 0, (i, 1, N))])
    verdict = d.check("Sum(log(p[i]) + log(x[i]), (i, 1, N))")
    assert (verdict.accepted, verdict.kind) == (False, "missing fact")
