"""What the families of sympy.stats take for granted of their parameters and of a sample."""

from collections.abc import Iterator
from typing import Any

import sympy as sp

from cesym.given import Fact

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
