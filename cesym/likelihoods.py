"""Masses and densities with what they take for granted, from sympy.stats (imported when first used).

The categorical distribution over symbolically many classes is ours: sympy.stats has none.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import sympy as sp

from cesym.given import Fact
from cesym.symbols import C, N, c, i, p

__all__ = ["Likelihood", "categorical", "density", "one_hot"]

# What the parameters of a distribution of sympy.stats must satisfy, in the order of its arguments:
# "probability" is 0 < t < 1, "positive" t > 0, "count" 1, 2, ..., "real" nothing.
PARAMETERS = {
    "Bernoulli": ("probability",), "Binomial": ("count", "probability"), "Geometric": ("probability",),
    "NegativeBinomial": ("positive", "probability"), "Poisson": ("positive",), "Normal": ("real", "positive"),
    "Laplace": ("real", "positive"), "Exponential": ("positive",), "Gamma": ("positive", "positive"),
    "Weibull": ("positive", "positive"), "Logistic": ("real", "positive"), "LogNormal": ("real", "positive"),
    "Cauchy": ("real", "positive"), "Gumbel": ("positive", "real"), "Beta": ("positive", "positive"),
    "StudentT": ("positive",), "Rayleigh": ("positive",), "Pareto": ("positive", "positive"),
}  # fmt: skip


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
    >>> from cesym.symbols import k, lam
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


def parameter_facts(kind: str, value: sp.Expr, limits: tuple) -> Iterator[Fact]:
    """Facts about a parameter that is a letter; of a compound one the kernel is to find out itself."""
    if isinstance(value, sp.Symbol | sp.Indexed) and kind != "real":
        low = sp.Ge(value, 1, evaluate=False) if kind == "count" else sp.Gt(value, 0, evaluate=False)
        if not value.is_positive:
            yield Fact(low, tied(low, limits))
        if kind == "probability":
            yield Fact(high := sp.Lt(value, 1, evaluate=False), tied(high, limits))


def support_facts(name: str, distribution: Any, at: sp.Expr, limits: tuple) -> Iterator[Fact]:
    if name == "Bernoulli":
        yield Fact(sp.Contains(at, sp.FiniteSet(distribution.succ, distribution.fail), evaluate=False), limits)
        return
    if name == "Binomial":
        yield Fact(sp.Ge(at, 0, evaluate=False), limits)
        yield Fact(sp.Le(at, distribution.n, evaluate=False), limits)
        return
    values = distribution.set
    if values in (sp.S.Naturals, sp.S.Naturals0):
        yield Fact(sp.Ge(at, 1 if values == sp.S.Naturals else 0, evaluate=False), limits)
    elif isinstance(values, sp.Interval):
        if values.start.is_finite:
            yield Fact(sp.Gt(at, values.start, evaluate=False), limits)
        if values.end.is_finite:
            yield Fact(sp.Lt(at, values.end, evaluate=False), limits)


def tied(prop: sp.Basic, limits: tuple) -> tuple:
    """The ranges whose letters occur in a fact."""
    return tuple(limit for limit in limits if limit[0] in prop.free_symbols)


def categorical(label: sp.Expr, probabilities: Any = p, classes: sp.Expr = C) -> Likelihood:
    """The categorical mass at a label 1..C: the probability of that class.

    Domain: probabilities p[c] > 0 for c in 1..C (their sum is 1, which no step here needs).

    >>> from cesym.symbols import y
    >>> categorical(y[i]).mass
    p[y[i]]
    """
    limits = ((i, sp.S(1), N),) if label.has(i) else ()
    mass, positive = probabilities[label], sp.Gt(probabilities[c], 0, evaluate=False)
    facts = (
        Fact(positive, ((c, sp.S(1), classes),)),
        Fact(sp.Ge(label, 1, evaluate=False), limits),
        Fact(sp.Le(label, classes, evaluate=False), limits),
    )
    return Likelihood(mass, facts, True)


def one_hot(target: Any, probabilities: Any, classes: sp.Expr = C) -> sp.Expr:
    """The categorical mass at a one-hot vector: the product over classes of p[c]**q[c].

    ``target`` and ``probabilities`` are expressions in the class letter ``c``.

    >>> from cesym.symbols import q
    >>> one_hot(q[i, c], p[i, c])
    Product(p[i, c]**q[i, c], (c, 1, C))
    """
    return sp.Product(probabilities**target, (c, 1, classes))
