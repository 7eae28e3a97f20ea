"""The mass or density of one sample, with what it takes for granted; sympy.stats is imported when first used."""

from typing import Any, NamedTuple

import sympy as sp

from cesym.given import Fact
from cesym.likelihoods.families import PARAMETERS, parameter_facts, support_facts

__all__ = ["Likelihood", "density"]


class Likelihood(NamedTuple):
    """The mass or density of one sample, and facts about its parameters and its support."""

    mass: sp.Expr
    facts: tuple[Fact, ...]
    discrete: bool


def density(variable: Any, at: sp.Expr, limits: tuple = ()) -> Likelihood:
    """The mass or density of a random variable of sympy.stats (or an expression, taken as it stands) at a sample.

    The facts say that the parameters are admissible and that the sample lies in the support: for a discrete
    variable in all of it, for a continuous one in its interior, where the density is positive.

    Raises: TypeError if ``variable`` is neither.

    >>> from sympy.stats import Poisson
    >>> from cesym.symbols import i, k, lam
    >>> density(Poisson("K", lam[i]), k[i]).mass
    exp(-lam[i])*lam[i]**k[i]/factorial(k[i])
    """
    from sympy.stats import density as sympy_density
    from sympy.stats.rv import RandomSymbol, random_symbols

    if not isinstance(variable, sp.Expr):
        raise TypeError(f"density: expected a random variable of sympy.stats or an expression, not {variable!r}")
    if not isinstance(variable, RandomSymbol):
        if random_symbols(variable):
            raise TypeError(f"density: expected a single random variable, not a function of some: {variable}")
        return Likelihood(variable, (), False)
    distribution = variable.pspace.distribution
    # A placeholder, because some distributions refuse an Indexed where they take a Symbol.
    place = sp.Dummy("place", **{flag: True for flag in ("integer", "real") if getattr(at, "is_" + flag)})
    mass = sympy_density(variable)(place).xreplace({place: at})
    name = type(distribution).__name__.removesuffix("Distribution")
    facts = [fact for kind, value in zip(PARAMETERS.get(name, ()), distribution.args, strict=False)
             for fact in parameter_facts(kind, value, limits)]  # fmt: skip
    discrete = type(variable.pspace).__name__ != "SingleContinuousPSpace"
    return Likelihood(mass, (*facts, *support_facts(name, distribution, at, limits)), discrete)
