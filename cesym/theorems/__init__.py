"""The theorems, one file a family; each function returns a :class:`cesym.derivation.Derivation`, derived once.

Their names stand here, and nowhere else; a family is imported when one of its theorems is first used.
:func:`catalogue` has them all; whatever stands in it is rechecked by ``cesym check`` and attacked by the tests.
"""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cesym.derivation import Derivation

FAMILIES = {
    "cesym.theorems.likelihood.bernoulli": (
        "bce_from_bernoulli", "likelihood_max_is_nll_min", "bernoulli_estimate", "bce_from_binomial",
    ),
    "cesym.theorems.likelihood.gaussian": ("mse_from_gaussian", "gaussian_estimates"),
    "cesym.theorems.likelihood.categorical": (
        "bce_from_two_class_cross_entropy", "cross_entropy_from_categorical", "cross_entropy_one_hot",
        "nll_is_cross_entropy", "nll_is_cross_entropy_one_hot",
    ),
    "cesym.theorems.logits": (
        "sigmoid_is_two_way_softmax", "bce_with_logits_from_bernoulli", "bce_with_logits_gradient",
        "bce_with_logits_hessian", "cross_entropy_with_logits_from_categorical", "cross_entropy_with_logits_gradient",
        "cross_entropy_with_logits_hessian",
    ),
    "cesym.theorems.stable": (
        "bce_with_logits_stable", "bce_with_logits_gradient_stable", "bce_with_logits_hessian_stable",
        "logsumexp_shifted", "logsumexp_largest_left_out", "cross_entropy_with_logits_stable",
        "cross_entropy_with_logits_gradient_stable", "bce_gradient_stable", "log_of_difference_of_sigmoids",
    ),
}  # fmt: skip
HOMES = {name: module for module, names in FAMILIES.items() for name in names}

__all__ = sorted(["catalogue", *HOMES])


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'cesym.theorems' has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)


class Catalogue(dict[str, Callable[[], "Derivation"]]):
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
    return Catalogue({name: __getattr__(name) for name in HOMES})
