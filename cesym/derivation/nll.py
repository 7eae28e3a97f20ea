"""From a density to the first line: minus the logarithm of the joint density of N independent samples."""

from typing import Any

import sympy as sp

from cesym.derivation import Derivation
from cesym.given import INDEPENDENT, Assumption, Given
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
    mass or density of one sample. ``at``: the family of samples (``x``) or an entry (``x[i]``). ``given``: more
    facts, as :meth:`Derivation.start` takes them, or a Given.
    Independence is recorded as an assumption: it is what makes the joint density a product.
    Convention: natural logarithm (nats), the sum over samples, nothing dropped.
    Raises: StepRefused where the density is not shown to be positive, with the fact that is missing.

    >>> from sympy.stats import Exponential
    >>> from cesym.symbols import lam, x
    >>> nll(Exponential("X", lam[i]), x).log_rules().conclusion.rhs
    -Sum(log(lam[i]) - lam[i]*x[i], (i, 1, N))
    """
    return first_line(variable, at, given, index, size, assumptions, True, **named)


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
    return first_line(variable, at, given, index, size, assumptions, False, **named)


def first_line(
    variable: Any, at: Any, given: Any, index: sp.Symbol, size: Any, assumptions: tuple, minus_log: bool, **named: Any
) -> Derivation:
    limits = ((index, sp.S(1), sp.sympify(size)),)
    sample = at[index] if isinstance(at, sp.IndexedBase) else at
    if not isinstance(sample, sp.Indexed) or not sample.has(index):
        raise ValueError(f"nll: the samples are a family such as x, or its entry x[{index}], not {at!r}")
    one = variable if isinstance(variable, Likelihood) else density(variable, sample, limits)
    kind, joint = "mass" if one.discrete else "density", sp.Product(one.mass, *limits)
    if minus_log:
        shown = {"label": (r"\mathrm{NLL}", "NLL"), "because": rf"$-\ln$ of the joint {kind}"}
    else:
        shown = {"label": ("L", "L"), "because": f"the joint {kind}"}
    known = Given.of(list(one.facts), joint)
    if isinstance(given, Given):
        known = known.extended(given.facts, joint, assumptions=given.assumptions)
    elif given is not None:
        known = known.extended(given if isinstance(given, list) else [given], joint)
    expr = -sp.log(joint) if minus_log else joint
    return Derivation.start(expr, known, assumptions=(INDEPENDENT, *assumptions), **(shown | named))
