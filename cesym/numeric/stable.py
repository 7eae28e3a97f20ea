"""Rewriting a formula into one that keeps its digits, and its limits, in floating point.

Over the reals each is an identity that the kernel admits where it is used; at the ends it takes the limit.

====================  ==========================  =====================================================
found                 becomes                     because
====================  ==========================  =====================================================
log(1 + t)            log1p(t)                    1 + t is rounded
log(a*t**n)           n*log_times(t, a**(1/n))    a*t is rounded, which matters near 1, and overflows
w*log(t)              weighted(w, log(t))         0 log 0 = 0
a*r**2/v              square_over(r, v, a)        r**2 overflows and underflows
n/d                   xdivy(n, d)                 what has weight 0 counts 0, whatever it is divided by
-k/p + (1-k)/(1-p)    (p - k)/(1 - p)/p           the difference of the two terms loses digits
a/v**2 - b/v          dominated(a/v**2, -b/v, v)  inf - inf: at v = 0 the stronger pole decides
exp(z) - k*z          dominated(exp(z), -k*z, z)  inf - inf: at z = inf the exponential decides
r*exp(t)              times_exp(r, t)             exp(t) may overflow or underflow though r*exp(t) does not
r/(v + r**2)          over_squares(r, sqrt(v))    r**2 overflows
log(1 + r**2/v)       log1p_square(r, sqrt(v))    likewise
log(w*e**a + v*e**b)  log_mixture(w, a, v, b)     e**a overflows
Sum of delta(c, t)*f  f at c = t                  a one-hot array need not be built
====================  ==========================  =====================================================

Before these, `recognise` has found sigmoids, softmaxes and their logarithms in whatever way they are spelled. What no
rule knows stays as it is. The operations in the middle column are defined in `nodes`, the rules in `rewritings`.
"""

from collections.abc import Callable, Set
from typing import Any

from sympy import Expr, Indexed, KroneckerDelta, Mul, Piecewise, Pow, Product, Sum

from cesym.numeric.operations.nodes import is_sum_of_exp, unless_nan
from cesym.numeric.rules import recognise
from cesym.numeric.rules.rewritings import AFTER_THE_PARTS, BEFORE_THE_PARTS, Known, Rule, one_hot

__all__ = ["stabilise"]


def stabilise(
    expr: Expr, known: Known, admits: Callable[[Expr, Expr], bool]
) -> tuple[Expr, list[tuple[str, Expr, Expr]]]:
    """The stable form of an expression, and what was rewritten on the way: (rule, before, after).

    A rule is used only where ``admits(before, after)``.

    >>> from sympy import log
    >>> from cesym.symbols import k, p, scalar
    >>> k, p = scalar(k), scalar(p)
    >>> stabilise(k*log(1 - p), Known(frozenset({k, p})), lambda before, after: True)[0]
    weighted(k, log1p(-p))
    """
    used: list[tuple[str, Expr, Expr]] = []

    def apply(rules: tuple[tuple[str, Rule], ...], e: Expr) -> Expr:
        for name, rule in rules:
            after = rule(e, known)
            if after is not None and after != e and admits(e, after):
                used.append((name, e, after))
                e = after
        return e

    def recognised(e: Any, rules: Any, before: Set[Expr] = frozenset()) -> Any:
        if is_whole(e):
            return e
        if isinstance(e, Piecewise):
            return Piecewise(*[(recognised(value, rules), condition) for value, condition in e.args], evaluate=False)
        if isinstance(e, (Sum, Product)):
            if is_sum_of_exp(e):
                return e
            inner = recognised(e.function, rules)
            constant, inner = inner.as_coeff_Mul() if isinstance(e, Sum) else (1, inner)
            e = constant * e.func(inner, *e.limits)
        else:
            e = e.func(*[recognised(part, rules) for part in e.args])
        for name, rule in rules:
            after = rule(e)
            # What has been left is not come back to, so that this ends.
            if after is not None and after not in {*before, e} and admits(e, after):
                used.append((name, e, after))
                return recognised(after, rules, {*before, e})
        return e

    def walk(e: Expr) -> Expr:
        if is_whole(e) or is_sum_of_exp(e):
            return e
        e = apply(BEFORE_THE_PARTS, e)
        if hasattr(e, "limits"):
            e = e.func(walk(e.function), *e.limits)
        elif isinstance(e, Piecewise):
            e = Piecewise(*[(walk(value), condition) for value, condition in e.args], evaluate=False)
        elif e.is_Mul:
            e = Mul(*[walk_factor(part) for part in e.args])
        elif not isinstance(e, Indexed):
            e = e.func(*[walk(part) for part in e.args])
        return apply(AFTER_THE_PARTS, e)

    def walk_factor(e: Expr) -> Expr:
        # A denominator is a matter of the whole product, not of the power that it is for SymPy.
        return Pow(walk(e.base), e.exp) if e.is_Pow and e.exp.is_Integer else walk(e)

    first = (("one term of the sum", lambda e: one_hot(e, known)),)
    stable = expr
    for rules in (first, recognise.RULES, recognise.LAST):
        stable = recognised(stable, rules)
    stable = walk(stable)
    labels = {s for one in known.classes for s in one.free_symbols}
    lost = sorted((expr.free_symbols - stable.free_symbols - labels) & known.variables, key=str)
    if lost:
        used.append(("NaN in, NaN out", stable, unless_nan(stable, *lost)))
        stable = used[-1][-1]
    return stable, used


def is_whole(e: Any) -> bool:
    """Whether nothing is rewritten in an expression: an input, a number, a condition."""
    return not e.args or not isinstance(e, Expr) or isinstance(e, (Indexed, KroneckerDelta)) or not e.free_symbols
