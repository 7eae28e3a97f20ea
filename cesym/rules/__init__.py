"""Named moves, one :class:`Rule` value each. What a rule returns is a proposal; the kernel decides.

A rule rewrites wherever it can, and says nothing about when that is right: ``log_of_factors`` would gladly split
ln(xy) for negative x and y. The kernel refuses such a line.
"""

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

__all__ = [
    "LOG_RULES", "RULES", "Rule", "constants_out", "inside_support", "linearity", "log_of_factors", "log_of_power",
    "log_of_product", "one_formula_for_both", "one_term_left", "shorter",
]  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """A named move: ``rewrite`` gives the next line, or the same one where it does not apply."""

    name: str
    reason: str
    rewrite: Callable[[sp.Expr], sp.Expr]

    def __call__(self, expr: sp.Expr) -> sp.Expr:
        return tidy(self.rewrite(expr))


def everywhere(kind: type, change: Callable[[sp.Expr], sp.Expr]) -> Callable[[sp.Expr], sp.Expr]:
    """A rewriting of every part of one class, the innermost first."""

    def rewrite(expr: sp.Expr) -> sp.Expr:
        if not expr.args or isinstance(expr, sp.Indexed):
            return expr
        args = tuple(map(rewrite, expr.args))
        expr = expr if args == expr.args else expr.func(*args)
        return change(expr) if isinstance(expr, kind) else expr

    return rewrite


def log_product(e: sp.Expr) -> sp.Expr:
    product = e.args[0]
    return sp.Sum(sp.log(product.function), *product.limits) if isinstance(product, sp.Product) else e


def log_factors(e: sp.Expr) -> sp.Expr:
    """ln of each factor; a normalising constant stays whole: ln 1/sqrt(d) = -1/2 ln d, ln 1/(2s) = -ln 2s."""
    factors = sp.Mul.make_args(e.args[0])
    constant = [f for f in factors if not f.has(sp.Indexed, sp.exp)]
    others = [f for f in factors if f not in constant]
    if len(factors) == 1 or not others:
        return e
    root = any(f.is_Pow and f.exp in (sp.S.Half, -sp.S.Half) for f in constant)
    above, below = sp.Mul(*(f**2 for f in constant) if root else constant).as_numer_denom()
    whole = (sp.log(above) - sp.log(below)) / (2 if root else 1)
    return whole + sp.Add(*(-sp.log(1 / f) if f.is_Pow and f.exp == -1 else sp.log(f) for f in others))


def log_power(e: sp.Expr) -> sp.Expr:
    base, exponent = e.args[0].as_base_exp()
    if isinstance(e.args[0], sp.exp):
        return e.args[0].args[0]
    return exponent * sp.log(base) if exponent != 1 else e


def split_sum(e: sp.Expr) -> sp.Expr:
    """The sum of each term by itself; numbers that do not depend on the index come out, or count the terms."""
    return sp.Add(*(pull(sp.Sum(term, *e.limits)) for term in sp.Add.make_args(e.function)))


def pull(e: sp.Expr) -> sp.Expr:
    """Factors that the index does not touch, in front of the sum."""
    if not isinstance(e, sp.Sum):
        return e
    letters = {limit[0] for limit in e.limits}
    outside, inside = (
        e.function.as_independent(*letters, as_Add=False) if not e.function.is_Add else (sp.S(1), e.function)
    )
    if len(e.limits) == 1 and not e.function.has(*letters):
        ((_, low, high),) = e.limits
        return (high - low + 1) * e.function
    return outside * sp.Sum(inside, *e.limits) if outside != 1 else e


def one_formula(e: sp.Expr) -> sp.Expr:
    """Two cases, k = 1 and k = 0, in one formula: a if k = 1 else b is a**k * b**(1 - k)."""
    cases = [(value, condition) for value, condition in e.args if isinstance(condition, sp.Eq)]
    if len(cases) != 2 or {c.rhs for _, c in cases} != {sp.S(0), sp.S(1)} or len({c.lhs for _, c in cases}) != 1:
        return e
    by_value = {c.rhs: value for value, c in cases}
    k = cases[0][1].lhs
    return by_value[1] ** k * by_value[0] ** (1 - k)


def on_support(e: sp.Expr) -> sp.Expr:
    """A mass that is zero outside its support, on its support."""
    possible = [value for value, _ in e.args if value != 0]
    return possible[0] if len(possible) == 1 else e


def tidy(expr: sp.Expr) -> sp.Expr:
    """A sum of terms that all carry a minus is written with one minus, and two minus signs cancel."""

    def flip(e: sp.Expr) -> sp.Expr:
        terms = sp.Add.make_args(e.function)
        if all(t.could_extract_minus_sign() and t.as_coeff_Mul()[0] < 0 for t in terms):
            return -sp.Sum(sp.Add(*(-t for t in terms)), *e.limits)
        return e

    return everywhere(sp.Sum, flip)(expr)


log_of_product = Rule("log_of_product", r"$\ln$ of a product: a sum", everywhere(sp.log, log_product))
log_of_factors = Rule("log_of_factors", r"$\ln$ of each factor", everywhere(sp.log, log_factors))
log_of_power = Rule("log_of_power", r"exponents come down", everywhere(sp.log, log_power))
linearity = Rule("linearity", "each term summed by itself", everywhere(sp.Sum, split_sum))
constants_out = Rule("constants_out", "constants leave the sum", everywhere(sp.Sum, pull))


def collapse(e: sp.Expr) -> sp.Expr:
    """A sum in which a delta picks one term is that term (if the index runs over it, which the kernel asks for)."""
    (index, *_), *outer = e.limits
    deltas = [f for f in sp.Mul.make_args(e.function) if isinstance(f, sp.KroneckerDelta) and index in f.args]
    if not deltas:
        return e
    (other,) = [arg for arg in deltas[0].args if arg != index] or [index]
    rest = (e.function / deltas[0]).xreplace({index: other})
    return sp.Sum(rest, *outer) if outer else rest


one_formula_for_both = Rule("one_formula_for_both", "one formula for both cases", everywhere(sp.Piecewise, one_formula))
inside_support = Rule("inside_support", "inside the support", everywhere(sp.Piecewise, on_support))

one_term_left = Rule("one_term_left", "one term is left", everywhere(sp.Sum, collapse))



def multiplied_out(e: sp.Sum) -> sp.Expr:
    return sp.Sum(sp.expand_mul(e.function), *e.limits)


def cancelled(e: sp.Expr) -> sp.Expr:
    """Quotients of exponentials in their shortest form: factors taken out, lowest terms or partial fractions."""
    names = {part: sp.Dummy() for part in sorted(e.atoms(sp.exp, sp.Sum), key=sp.default_sort_key)}
    named = e.xreplace(names)
    letters = [name for part, name in names.items() if isinstance(part, sp.exp) and named.has(name)]
    forms = [sp.factor_terms(named), sp.factor(named)] if letters else [named]
    if len(letters) == 1 and named.is_rational_function(*letters):
        forms.append(sp.apart(forms[-1], *letters))
    return min(forms, key=sp.count_ops).xreplace({name: part for part, name in names.items()})


def shorter(e: sp.Expr) -> list[sp.Expr]:
    """An expression as differentiation leaves it in a few other forms, the shortest first."""
    plain = one_term_left(sp.Add(*map(sp.factor_terms, sp.Add.make_args(e))))
    by_terms = one_term_left(linearity(everywhere(sp.Sum, multiplied_out)(one_term_left(e))))
    forms = dict.fromkeys((plain, by_terms, cancelled(plain), cancelled(by_terms)))
    return sorted(forms, key=sp.count_ops)


LOG_RULES = (log_of_product, log_of_factors, log_of_power)
RULES = (inside_support, one_formula_for_both, *LOG_RULES, constants_out, linearity, one_term_left)
