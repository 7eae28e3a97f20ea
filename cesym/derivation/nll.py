"""From a density to the first line: minus the logarithm of the joint density of N independent samples."""

from typing import Any

import sympy as sp

from cesym.derivation import Derivation
from cesym.given import INDEPENDENT, Assumption
from cesym.likelihoods import Likelihood, density
from cesym.symbols import N, i

__all__ = ["likelihood", "nll"]


def nll(
    variable: Any,
    at: Any,
    given: Any = None,
    index: sp.Symbol = i,
    size: Any = N,
    assumptions: tuple[Assumption, ...] = (),
    **named: Any,
) -> Derivation:
    """The negative log-likelihood of N independent samples, as the first line of a derivation.

    ``variable``: a random variable of sympy.stats such as ``Laplace("X", mu[i], sigma)``, or an expression for the
    mass or density of one sample. ``at``: the family of samples (``x``) or an entry (``x[i]``). ``given``: more facts.
    Independence is recorded as an assumption: it is what makes the joint density a product.
    Convention: natural logarithm (nats), the sum over samples, nothing dropped.
    Raises: StepRefused where the density is not shown to be positive, with the fact that is missing.

    >>> from sympy.stats import Exponential
    >>> from cesym.symbols import lam, x
    >>> nll(Exponential("X", lam[i]), x).log_rules().conclusion.rhs
    -Sum(log(lam[i]) - lam[i]*x[i], (i, 1, N))
    """
    return joined(variable, at, given, index, size, assumptions, lambda joint: -sp.log(joint), **named)


def likelihood(
    variable: Any,
    at: Any,
    given: Any = None,
    index: sp.Symbol = i,
    size: Any = N,
    assumptions: tuple[Assumption, ...] = (),
    **named: Any,
) -> Derivation:
    """The likelihood of N independent samples, the product of their densities; arguments as for :func:`nll`."""
    return joined(variable, at, given, index, size, assumptions, lambda joint: joint, **named)


def joined(
    variable: Any, at: Any, given: Any, index: sp.Symbol, size: Any, assumptions: tuple, wrap: Any, **named: Any
) -> Derivation:
    limits = ((index, sp.S(1), sp.sympify(size)),)
    sample = at[index] if isinstance(at, sp.IndexedBase) else at
    if not isinstance(sample, sp.Indexed) or not sample.has(index):
        raise ValueError(f"nll: the samples are a family such as x, or its entry x[{index}], not {at!r}")
    one = variable if isinstance(variable, Likelihood) else density(variable, sample, limits)
    kind = "mass" if one.discrete else "density"
    named.setdefault("because", rf"$-\ln$ of the joint {kind}" if wrap(sp.S(2)) != 2 else f"the joint {kind}")
    named.setdefault("label", (r"\mathrm{NLL}", "NLL") if wrap(sp.S(2)) != 2 else ("L", "L"))
    facts = [*one.facts, *([given] if given is not None and not isinstance(given, list) else given or [])]
    return Derivation.start(
        wrap(sp.Product(one.mass, *limits)), facts, assumptions=(INDEPENDENT, *assumptions), **named
    )
