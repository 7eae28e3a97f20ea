"""The losses of a real number: of its mean, and of its mean and variance."""

from sympy import log, pi

from cesym import symbols
from cesym.losses.loss import Loss
from cesym.symbols import scalar, v

__all__ = ["gaussian_nll", "squared_error"]

X, MU = scalar(symbols.x), scalar(symbols.mu)

squared_error = Loss(
    name="squared_error",
    target=X,
    prediction=MU,
    expr=(X - MU) ** 2,
    domain=(),
    convention="Without a half; one sample, no reduction.",
    source="Hastie, Tibshirani & Friedman, The Elements of Statistical Learning (2009), section 2.4",
)

gaussian_nll = Loss(
    name="gaussian_nll",
    target=X,
    prediction=MU,
    expr=log(2 * pi * v) / 2 + (X - MU) ** 2 / (2 * v),
    domain=(),
    convention="Natural logarithm (nats), with the constant log(2 pi)/2; v is the variance; no reduction.",
    source="Nix & Weigend, Estimating the mean and variance of the target probability distribution (1994)",
    parameters=(v,),
)
