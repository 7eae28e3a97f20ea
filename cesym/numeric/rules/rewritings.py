"""The rules by which `stable` rewrites what `recognise` has left: each takes an expression and returns one, or None.

The rules in ``BEFORE_THE_PARTS`` see an expression as it was written, those in ``AFTER_THE_PARTS`` see it
with its parts rewritten already.
"""

from collections.abc import Callable

from sympy import Expr, KroneckerDelta, Mul, S, Sum, exp, log, loggamma, sign

from cesym.numeric.operations import nodes
from cesym.numeric.operations.operation import Node
from cesym.numeric.rules import fractions, poles
from cesym.numeric.rules.terms import Known, is_plain

__all__ = ["AFTER_THE_PARTS", "BEFORE_THE_PARTS", "Known", "Rule", "one_hot"]

Rule = Callable[[Expr, Known], Expr | None]


def is_logarithm(e: Expr) -> bool:
    return isinstance(e, log | loggamma) or (isinstance(e, Node) and e.logarithm)


def one_hot(e: Expr, known: Known) -> Expr | None:
    """The sum of delta(c, t)*f over the classes c as f at c = t: a one-hot array need not be built."""
    if not isinstance(e, Sum):
        return None
    for limit in e.limits:
        for factor in Mul.make_args(e.function):
            if isinstance(factor, KroneckerDelta) and limit[0] in factor.args:
                at = factor.args[1] if factor.args[0] == limit[0] else factor.args[0]
                inner = {s for total in e.function.atoms(Sum) for s in total.bound_symbols}
                if at in known.classes and not inner & at.free_symbols:
                    body = (e.function / factor).subs(limit[0], at)
                    rest = [other for other in e.limits if other != limit]
                    return one_hot(Sum(body, *rest), known) or Sum(body, *rest) if rest else body
    return None


def plus_one(e: Expr, known: Known) -> Expr | None:
    """log(1 + t) as log1p(t): 1 + t is rounded."""
    if isinstance(e, log) and e.args[0].is_Add and S.One in e.args[0].args:
        t = e.args[0] - 1
        return nodes.log1p_over(*t.args) if isinstance(t, (nodes.ratio, nodes.xdivy)) else nodes.log1p(t)
    return None


def log_of_quotient(e: Expr, known: Known) -> Expr | None:
    """log(n/d), which may overflow, and is near 0 where n and d are near each other."""
    if isinstance(e, log) and isinstance(e.args[0], (nodes.ratio, nodes.xdivy)):
        return nodes.log_over(*e.args[0].args)
    return None


def product_with_exp(e: Expr, known: Known) -> Expr | None:
    """r*exp(t) and r**2*exp(t), where r**2 and exp(t) may overflow although the product does not."""
    exps = [f for f in e.args if isinstance(f, exp) and known.vary(f)] if e.is_Mul else []
    if len(exps) != 1:
        return None
    (t,) = exps[0].args
    # 1/d is kept apart where d is more than a product of inputs: it may overflow or lose digits by itself.
    apart = [f for f in e.args if f.is_Pow and f.exp.is_negative and f.base.is_Add]
    if any(f.has(exp) for f in apart):
        return None  # r*exp(t) may be finite where exp(t) in d is not
    kept = [f for f in e.args if f not in exps]
    varying = [f for f in kept if f not in apart and known.vary(f) and not is_logarithm(f)]
    constant = Mul(*[f for f in kept if f not in varying])
    # 2*mu - 2*x overflows before mu - x does.
    contents = [f.primitive() for f in varying]
    constant, varying = constant * Mul(*[c for c, _ in contents]), [f for _, f in contents]
    if len(varying) == 1 and varying[0].is_Pow and varying[0].exp == 2:
        return constant * nodes.square_times_exp(varying[0].base, t)
    # exp(t)*r overflows before its half does.
    number, rest = constant.as_coeff_Mul()
    if varying and 0 < abs(number) < 1:
        constant, varying = rest * sign(number), [abs(number), *varying]
    return constant * nodes.times_exp(Mul(*varying), t) if varying else None


def constant_in_log(e: Expr, known: Known) -> Expr | None:
    """log(a*t**n) as n*log_times(t, a**(1/n)): a*t is rounded, which matters near 1, and overflows."""
    if not isinstance(e, log) or not known.vary(e):
        return None
    constant, power = e.args[0].as_independent(*known.variables, as_Add=False)
    base, n = power.as_base_exp()
    exact = n == 1 and (constant == 1 or log(constant, 2).is_integer)
    if exact or not n.is_Rational or not constant.is_number or not constant.is_positive:
        return None
    if n != 1 and not base.is_positive:
        return None
    return n * (log(base) if constant == 1 else nodes.log_times(base, constant ** (1 / n)))


def weight(e: Expr, known: Known) -> Expr | None:
    """w*log(t) as weighted(w, log(t)), with 0 log 0 = 0; likewise what an indicator is multiplied with."""
    if not e.is_Mul:
        return None
    coefficient, factors = e.as_coeff_mul()
    deltas = [f for f in factors if isinstance(f, KroneckerDelta)]
    logs = [f for f in factors if is_logarithm(f) and known.vary(f)]
    if deltas:
        value = Mul(*[f for f in factors if f not in deltas])
        value = weight(value, known) or fractions.quotient(value, known) or value
        return coefficient * nodes.weighted(Mul(*deltas), value)
    others = Mul(*[f for f in factors if f not in logs])
    if len(logs) != 1 or not known.vary(others):
        return None
    if any(f.is_Pow and f.exp.is_negative and not is_plain(f.base) for f in Mul.make_args(others)):
        return None  # 1/d may overflow where log(t)/d does not
    return coefficient * nodes.weighted(fractions.quotient(others, known) or others, logs[0])


BEFORE_THE_PARTS: tuple[tuple[str, Rule], ...] = (
    ("partial fractions", fractions.partial_fractions),
    ("fraction of a sum", fractions.fraction_of_sum),
    ("common pole", fractions.common_pole),
)

AFTER_THE_PARTS: tuple[tuple[str, Rule], ...] = (
    ("log of 1 + t", plus_one),
    ("product with exp", product_with_exp),
    ("constant in a log", constant_in_log),
    ("log of a quotient", log_of_quotient),
    ("weighted log", weight),
    ("quotient", fractions.quotient),
    ("common denominator", fractions.common_denominator),
    ("strongest growth", poles.growth_of_term),
    ("strongest pole", poles.strongest_pole),
    ("strongest growth", poles.strongest_growth),
)
