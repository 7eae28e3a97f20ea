"""Recognises softmaxes over classes, and their logarithms: quotients and logarithms of Sum(exp(z[c]), (c, 1, C))."""

from sympy import Add, Expr, Indexed, KroneckerDelta, Mul, S, Sum, Symbol, exp, factor_terms

from cesym.numeric.operations.nodes import is_sum_of_exp, log_sum_exp, neg_log_softmax, softmax, softmax_gap
from cesym.numeric.rules.terms import is_plain, others, separated, terms_of

__all__ = ["canonical", "gap_of_softmax", "index_of", "log_sum_exp_less_term", "softmax_of_quotient"]


def canonical(total: Expr) -> Expr:
    """A sum over the classes with one bound letter for all, so that equal sums are seen to be equal."""
    (index, low, high), letter = total.limits[0], Symbol("r_", integer=True)
    return Sum(total.function.xreplace({index: letter}), (letter, low, high))


def index_of(total: Expr, t: Expr) -> Expr | None:
    """The class r whose logit in the sum is t."""
    index, pattern = total.limits[0][0], total.function.args[0]
    entries = [(a, b) for a in pattern.atoms(Indexed) if a.has(index) for b in t.atoms(Indexed) if a.base == b.base]
    for a, b in entries:
        for here, there in zip(a.indices, b.indices, strict=False):
            if here == index and pattern.subs(index, there) == t:
                return there
    return None


def softmax_of_quotient(e: Expr) -> Expr | None:
    """exp(z[r])/Sum(exp(z[c])) as softmax."""
    if not e.is_Mul:
        return None
    exponent = Add(*[f.args[0] for f in e.args if isinstance(f, exp)])
    factors = [f for f in e.args if not isinstance(f, exp)]
    for factor in factors if exponent != 0 else ():
        base, n = factor.as_base_exp()
        if is_sum_of_exp(base) and n.is_Integer and n < 0:
            for t in terms_of(exponent):
                if (r := index_of(base, t)) is not None:
                    rest = [*[f for f in factors if f != factor], base ** (n + 1)]
                    return Mul(exp(exponent - t), *rest, softmax(canonical(base), r))
    return None


def log_sum_exp_less_term(e: Expr) -> Expr | None:
    """w*log(Sum(exp(z[c]))) - w*z[r] as w*neg_log_softmax."""
    if not e.is_Add:
        return None
    for one in e.args:
        w, node = separated(one, log_sum_exp)
        if node is None:
            continue
        for other in e.args:
            if other != one and (r := index_of(node.args[0], -other / w)) is not None:
                return Add(w * neg_log_softmax(node.args[0], r), *others(e.args, one, other))
    return None


def gap_of_softmax(e: Expr) -> Expr | None:
    """m*softmax(r) - a, with m = 1 or the sum of the weights a; a common factor stands before the bracket."""
    if not e.is_Add:
        return None
    content = factor_terms(e, radical=False)
    if content.is_Mul and any(f.is_Add for f in content.args) and any(isinstance(f, softmax) for f in content.args):
        return Mul(*[gap_of_softmax(f) or f if f.is_Add else f for f in content.args])
    for one in e.args:
        w, node = separated(one, softmax)
        if node is None:
            continue
        rest = Add(*others(e.args, one))
        r = node.args[1]
        if rest.has(softmax) or not rest:
            return None
        sums = [f for f in Mul.make_args(w) if isinstance(f, Sum) and len(f.limits) == 1]
        for total in sums:
            k = Mul(*others(Mul.make_args(w), total))
            if total.function.subs(total.limits[0][0], r) == -rest / k:
                return k * softmax_gap(node.args[0], r, total, -rest / k)
        n, _ = w.as_coeff_Mul()
        if w == n and (is_plain(rest) or rest.has(KroneckerDelta)):
            return n * softmax_gap(node.args[0], r, S.One, -rest / n)
    return None
