"""Where loss functions come from: derived from likelihoods, line by line, each line admitted by a small kernel.

>>> import cesym
>>> cesym.bce_from_bernoulli().relation
'='
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cesym import links, losses, rules
from cesym.derivation import Constants, Derivation, Statement, StepRefused
from cesym.diagnose import Diagnosis, Verdict, diagnose
from cesym.nll import likelihood, nll
from cesym.parse import ParseError, parse
from cesym.theorems import (
    bce_from_bernoulli,
    bce_from_binomial,
    bce_from_two_class_cross_entropy,
    bce_gradient_stable,
    bce_with_logits_from_bernoulli,
    bce_with_logits_gradient,
    bce_with_logits_gradient_stable,
    bce_with_logits_hessian,
    bce_with_logits_hessian_stable,
    bce_with_logits_stable,
    bernoulli_estimate,
    catalogue,
    cross_entropy_from_categorical,
    cross_entropy_one_hot,
    cross_entropy_with_logits_from_categorical,
    cross_entropy_with_logits_gradient,
    cross_entropy_with_logits_gradient_stable,
    cross_entropy_with_logits_hessian,
    cross_entropy_with_logits_stable,
    gaussian_estimates,
    likelihood_max_is_nll_min,
    log_of_difference_of_sigmoids,
    logsumexp_largest_left_out,
    logsumexp_shifted,
    mse_from_gaussian,
    nll_is_cross_entropy,
    nll_is_cross_entropy_one_hot,
    sigmoid_is_two_way_softmax,
)  # fmt: skip

if TYPE_CHECKING:
    from cesym import data, exercises, information, plots, symbols
    from cesym.fitting import fit_logistic
    from cesym.numeric import lambdify

__version__ = "0.1.0"

__all__ = [
    "Constants", "Derivation", "Diagnosis", "ParseError", "Statement", "StepRefused", "Verdict", "bce_from_bernoulli",
    "bce_from_binomial", "bce_from_two_class_cross_entropy", "bce_gradient_stable", "bce_with_logits_from_bernoulli",
    "bce_with_logits_gradient", "bce_with_logits_gradient_stable", "bce_with_logits_hessian",
    "bce_with_logits_hessian_stable", "bce_with_logits_stable", "bernoulli_estimate", "catalogue",
    "cross_entropy_from_categorical", "cross_entropy_one_hot", "cross_entropy_with_logits_from_categorical",
    "cross_entropy_with_logits_gradient", "cross_entropy_with_logits_gradient_stable",
    "cross_entropy_with_logits_hessian", "cross_entropy_with_logits_stable", "data", "diagnose", "exercises",
    "fit_logistic", "gaussian_estimates", "information", "lambdify", "likelihood", "likelihood_max_is_nll_min", "links",
    "log_of_difference_of_sigmoids", "logsumexp_largest_left_out", "logsumexp_shifted", "losses", "mse_from_gaussian",
    "nll", "nll_is_cross_entropy", "nll_is_cross_entropy_one_hot", "parse", "plots", "rules",
    "sigmoid_is_two_way_softmax", "symbols",
]  # fmt: skip

# Imported when first used, so that the symbolic core stays as light as SymPy.
LATER = {"data": "cesym.data", "exercises": "cesym.exercises", "information": "cesym.information",
         "plots": "cesym.plots", "symbols": "cesym.symbols"}  # fmt: skip
LATER_FROM = {"fit_logistic": "cesym.fitting", "lambdify": "cesym.numeric"}


def __getattr__(name: str) -> Any:
    if name in LATER:
        return import_module(LATER[name])
    if name in LATER_FROM:
        return getattr(import_module(LATER_FROM[name]), name)
    raise AttributeError(f"module 'cesym' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
