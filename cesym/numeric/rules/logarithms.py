"""Recognises logarithms: of products with sigmoids and exponentials, of sums of exponentials, of quotients."""

from typing import Any

from sympy import Abs, Add, Expr, Indexed, Max, Mul, S, Symbol, cosh, exp, log

from cesym.numeric.operations import nodes
from cesym.numeric.operations.nodes import (
    expm1,
    is_sum_of_exp,
    log_sum_exp,
    neg_log_softmax,
    sigmoid,
    softmax,
    softplus,
)
from cesym.numeric.rules.softmaxes import canonical
from cesym.numeric.rules.terms import coefficient_of, exp_beside, factor_beside, is_plain, others, separated

__all__ = ["log_of_product", "pair", "softplus_less_term", "softplus_of_maximum"]


def log_of_product(e: Expr) -> Expr | None:
    """log of sigmoids, softmaxes and exponentials, and of what they are multiplied with."""
    if not isinstance(e, log):
        return None
    factors = Mul.make_args(e.args[0])
    known = [f for f in factors if isinstance(f, exp) or isinstance(f.as_base_exp()[0], (sigmoid, softmax)) or below(f)]
    if known:
        rest = Mul(*others(factors, *known))
        return Add(*map(log_of_power, known), log_of_known(rest) or log(rest))
    return log_of_known(e.args[0])


def below(factor: Expr) -> Expr | None:
    """The logarithm of a denominator that is a sum of exponentials."""
    return log_of_sum_of_exp(factor.base) if factor.is_Pow and factor.exp.is_negative else None


def log_of_power(factor: Expr) -> Expr:
    if isinstance(factor, exp):
        return factor.args[0]
    base, n = factor.as_base_exp()
    if (found := below(factor)) is not None:
        return n * found
    if isinstance(base, sigmoid):
        return -n * softplus(-base.args[0])
    return -n * neg_log_softmax(*base.args)


def log_of_known(e: Expr) -> Expr | None:
    """The logarithm of 1 + exp(t), of Sum(exp), of exp(t) - 1, of cosh(t), of a sum of exponentials or of odds."""
    if (t := exp_beside(e, 1)) is not None:
        return softplus(t)
    if is_sum_of_exp(e):
        return log_sum_exp(canonical(e))
    n, node = e.as_coeff_Mul()
    if isinstance(node, nodes.sigmoid_difference):
        a, b = node.args if n > 0 else node.args[::-1]
        return nodes.log1mexp(b - a) - softplus(-a) - softplus(b) + log(abs(n))
    if isinstance(node, expm1):
        if n < 0:
            return nodes.log1mexp(node.args[0]) + log(-n)
        return node.args[0] + nodes.log1mexp(-node.args[0]) + log(n)
    if isinstance(node, cosh) and n > 0:
        return nodes.log_cosh(*node.args) + log(n)
    return log_of_sum_of_exp(e) or log_of_odds(e)


def log_of_sum_of_exp(e: Expr) -> Expr | None:
    """log(w*exp(a) + v*exp(b) + ...), with perhaps one term without exp, pairwise."""
    parts = [coefficient_of(term) for term in e.args] if e.is_Add else []
    if sum(t != 0 for _, t in parts) < max(1, len(parts) - 1) or any(w.has(exp) for w, _ in parts):
        return None
    (w, a), (v, b), *rest = sorted(parts, key=lambda part: part[1] == 0)
    if rest and not all(c.is_positive for c, _ in parts):
        return None
    if rest:
        inner = log_of_sum_of_exp(w * exp(a) + v * exp(b))
        return log_of_sum_of_exp(exp(inner) + Add(*[c * exp(t) for c, t in rest]))
    if w == -v:
        # exp(a) - exp(b), whose sign tells which of the two is the larger
        (w, a), (v, b) = ((v, b), (w, a)) if w.could_extract_minus_sign() else ((w, a), (v, b))
        return a + nodes.log1mexp(b - a) + log(w)
    if w == v == 1:
        return nodes.logaddexp(a, b)
    return nodes.log_mixture(w, a, v, b)


def log_of_odds(e: Expr) -> Expr | None:
    """log(p/(1 - p)) as logit(p); log(a/b) for two letters, and log(a/(a + b)) by b/a."""
    n, d = e.as_numer_denom()
    if not is_letter(n):
        return None
    if d == 1 - n:
        return nodes.logit(n)
    if d.is_Add and n in d.args:
        return -nodes.log1p_over(d - n, n)
    return nodes.log_over(n, d) if is_letter(d) else None


def is_letter(e: Expr) -> bool:
    return isinstance(e, (Symbol, Indexed))


def softplus_of_maximum(e: Expr) -> Expr | None:
    """max(t, 0) + log(1 + exp(-|t|)) as softplus(t)."""
    if not e.is_Add:
        return None
    for one in e.args:
        c, node = separated(one, softplus)
        if node is None or not isinstance(-node.args[0], Abs):
            continue
        for sign in (1, -1):
            t = sign * node.args[0].args[0] if isinstance(node.args[0], Abs) else sign * (-node.args[0]).args[0]
            if (largest := c * Max(t, 0)) in e.args:
                return Add(c * softplus(t), *others(e.args, one, largest))
    return None


def softplus_less_term(e: Expr) -> Expr | None:
    """a*softplus(t) + b*softplus(-t) + c*t as one pair: t is softplus(t) - softplus(-t)."""
    if not e.is_Add:
        return None
    for one in e.args:
        a, node = separated(one, softplus)
        if node is None or not is_plain(a):
            continue
        t = node.args[0]
        b, c, used = S.Zero, S.Zero, [one]
        for other in others(e.args, one):
            m, mirrored = separated(other, softplus)
            if mirrored is not None and mirrored.args[0] == -t and is_plain(m):
                b, used = b + m, [*used, other]
            elif (m := factor_beside(other, t)) is not None and is_plain(m):
                c, used = c + m, [*used, other]
        if len(used) > 1:
            return Add(pair(nodes.softplus_pair, t, a + c, b - c), *others(e.args, *used))
    return None


def pair(kind: Any, t: Expr, a: Expr, b: Expr) -> Expr:
    """A pair in t, or in -t where that is the simpler letter."""
    return kind(-t, b, a) if t.could_extract_minus_sign() else kind(t, a, b)
