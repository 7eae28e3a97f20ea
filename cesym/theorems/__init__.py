"""The theorems, one file a family; each function returns a :class:`cesym.derivation.Derivation`, derived once.

:func:`catalogue` lists them; whatever stands in it is rechecked by ``cesym check`` and attacked by the tests.
"""

from collections.abc import Callable

from cesym.derivation import Derivation
from cesym.theorems.bernoulli import (
    bce_from_bernoulli,
    bce_from_binomial,
    bernoulli_estimate,
    likelihood_max_is_nll_min,
)  # fmt: skip
from cesym.theorems.categorical import (
    bce_from_two_class_cross_entropy,
    cross_entropy_from_categorical,
    cross_entropy_one_hot,
    nll_is_cross_entropy,
    nll_is_cross_entropy_one_hot,
)  # fmt: skip
from cesym.theorems.gaussian import gaussian_estimates, mse_from_gaussian
from cesym.theorems.logits import (
    bce_with_logits_from_bernoulli,
    bce_with_logits_gradient,
    bce_with_logits_hessian,
    cross_entropy_with_logits_from_categorical,
    cross_entropy_with_logits_gradient,
    cross_entropy_with_logits_hessian,
    sigmoid_is_two_way_softmax,
)  # fmt: skip
from cesym.theorems.stable import (
    bce_gradient_stable,
    bce_with_logits_gradient_stable,
    bce_with_logits_hessian_stable,
    bce_with_logits_stable,
    cross_entropy_with_logits_gradient_stable,
    cross_entropy_with_logits_stable,
    log_of_difference_of_sigmoids,
    logsumexp_largest_left_out,
    logsumexp_shifted,
)  # fmt: skip

__all__ = [
    "bce_from_bernoulli", "bce_from_binomial", "bce_from_two_class_cross_entropy", "bce_gradient_stable",
    "bce_with_logits_from_bernoulli", "bce_with_logits_gradient", "bce_with_logits_gradient_stable",
    "bce_with_logits_hessian", "bce_with_logits_hessian_stable", "bce_with_logits_stable", "bernoulli_estimate",
    "catalogue", "cross_entropy_from_categorical", "cross_entropy_one_hot",
    "cross_entropy_with_logits_from_categorical", "cross_entropy_with_logits_gradient",
    "cross_entropy_with_logits_gradient_stable", "cross_entropy_with_logits_hessian",
    "cross_entropy_with_logits_stable", "gaussian_estimates", "likelihood_max_is_nll_min",
    "log_of_difference_of_sigmoids", "logsumexp_largest_left_out", "logsumexp_shifted", "mse_from_gaussian",
    "nll_is_cross_entropy", "nll_is_cross_entropy_one_hot", "sigmoid_is_two_way_softmax",
]  # fmt: skip

THEOREMS = (
    bce_from_bernoulli, likelihood_max_is_nll_min, bernoulli_estimate, bce_from_binomial, mse_from_gaussian,
    gaussian_estimates, bce_from_two_class_cross_entropy, cross_entropy_from_categorical, cross_entropy_one_hot,
    nll_is_cross_entropy, nll_is_cross_entropy_one_hot, sigmoid_is_two_way_softmax, bce_with_logits_from_bernoulli,
    bce_with_logits_gradient, bce_with_logits_hessian, cross_entropy_with_logits_from_categorical,
    cross_entropy_with_logits_gradient, cross_entropy_with_logits_hessian, bce_with_logits_stable,
    bce_with_logits_gradient_stable, bce_with_logits_hessian_stable, logsumexp_shifted, logsumexp_largest_left_out,
    cross_entropy_with_logits_stable, cross_entropy_with_logits_gradient_stable, bce_gradient_stable,
    log_of_difference_of_sigmoids,
)  # fmt: skip


class Catalogue(dict[str, Callable[[], Derivation]]):
    """Name -> function of every theorem; shows itself as a table."""

    def rows(self) -> list[tuple[str, str]]:
        return [(name, (theorem.__doc__ or "").split("\n")[0]) for name, theorem in self.items()]

    def __repr__(self) -> str:
        width = max(map(len, self))
        return "\n".join(f"{name:{width}}  {says}" for name, says in self.rows())

    def _repr_markdown_(self) -> str:
        rows = [f"| `{name}` | {says} |" for name, says in self.rows()]
        return "\n".join(["| theorem | statement |", "|---|---|", *rows])


def catalogue() -> Catalogue:
    """Every theorem of the package by its name.

    >>> "bce_from_bernoulli" in catalogue()
    True
    """
    return Catalogue({theorem.__name__: theorem for theorem in THEOREMS})
