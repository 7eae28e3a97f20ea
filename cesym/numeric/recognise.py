"""Recognises sigmoids, softmaxes and their logarithms, in whatever way a formula spells them.

The rules in ``RULES`` work from the inside out, those in ``LAST`` once no other applies. Each is an identity over
the reals wherever the formula is defined.
"""

from typing import Any

from sympy import Add, Expr, Indexed, KroneckerDelta, Mul, Pow, S, Sum, Symbol, exp, factor_terms, log

from cesym.numeric import nodes
from cesym.numeric.nodes import (
    expm1,
    is_sum_of_exp,
    log_sum_exp,
    neg_log_softmax,
    sigmoid,
    sigmoid_pair,
    sigmoid_ratio,
    sigmoid_slope,
    softmax,
    softmax_gap,
    softplus,
    softplus_pair,
)

__all__ = ["LAST", "RULES"]

POSITIVE = (sigmoid, softmax, exp)


# Powers and products


def power_of_one_plus_exp(e: Expr) -> Expr | None:
    """1/(1 + exp(t)) as sigmoid(-t)."""
    if not (e.is_Pow and e.exp.is_Integer and e.exp < 0):
        return None
    if (t := exp_beside(e.base, 1)) is not None:
        return sigmoid(-t) ** -e.exp
    if e.base.is_Add and len(e.base.args) == 2 and all(isinstance(part, exp) for part in e.base.args):
        a, b = (part.args[0] for part in e.base.args)
        return (exp(-b) * sigmoid(b - a)) ** -e.exp
    return None


def exp_times_sigmoid(e: Expr) -> Expr | None:
    """exp(-s)*sigmoid(s) as sigmoid(-s), and exp(z[r])/Sum(exp(z[c])) as softmax."""
    if not e.is_Mul:
        return None
    exponent = Add(*[f.args[0] for f in e.args if isinstance(f, exp)])
    factors = [f for f in e.args if not isinstance(f, exp)]
    for factor in factors if exponent != 0 else ():
        base, n = factor.as_base_exp()
        if not n.is_Integer:
            continue
        step = 1 if n > 0 else -1
        others = [*[f for f in factors if f != factor], base ** (n - step)]
        for t in terms_of(exponent):
            if isinstance(base, sigmoid) and t == -step * base.args[0]:
                return Mul(exp(exponent - t), *others, sigmoid(-base.args[0]) ** step)
            if is_sum_of_exp(base) and n < 0 and (r := index_of(base, t)) is not None:
                return Mul(exp(exponent - t), *others, softmax(canonical(base), r))
    return None


def canonical(total: Expr) -> Expr:
    """A sum over the classes with one bound letter for all, so that equal sums are seen to be equal."""
    (index, low, high), letter = total.limits[0], Symbol("r_", integer=True)
    return Sum(total.function.xreplace({index: letter}), (letter, low, high))


def terms_of(t: Expr) -> list[Expr]:
    """What may be split off from t as a summand: 3*a as a, and each term of a sum; t itself first."""
    parts = [t]
    for one in Add.make_args(t):
        n, part = one.as_coeff_Mul()
        parts += [one, part if n > 0 else -part]
    return list(dict.fromkeys(parts))


def exp_beside(e: Expr, constant: int) -> Expr | None:
    """t where e is constant + exp(t)."""
    if e.is_Add and len(e.args) == 2 and e.args[0] == constant and isinstance(e.args[1], exp):
        return e.args[1].args[0]
    return None


def index_of(total: Expr, t: Expr) -> Expr | None:
    """The class r whose logit in the sum is t."""
    index, pattern = total.limits[0][0], total.function.args[0]
    entries = [(a, b) for a in pattern.atoms(Indexed) if a.has(index) for b in t.atoms(Indexed) if a.base == b.base]
    for a, b in entries:
        for here, there in zip(a.indices, b.indices, strict=False):
            if here == index and pattern.subs(index, there) == t:
                return there
    return None


# Sums


def one_less_sigmoid(e: Expr) -> Expr | None:
    """1 - sigmoid(t) as sigmoid(-t), whatever else is added."""
    if not e.is_Add:
        return None
    constant, _ = e.as_coeff_Add()
    for one in e.args:
        n, node = one.as_coeff_Mul()
        if isinstance(node, sigmoid) and n == -constant:
            return Add(*[other for other in e.args if other not in (one, constant)], constant * sigmoid(-node.args[0]))
    return None


def exp_less_one(e: Expr) -> Expr | None:
    """exp(t) - 1 as expm1(t)."""
    for sign in (1, -1):
        if e.is_Add and (t := exp_beside(sign * e, -1)) is not None:
            return sign * expm1(t)
    return None


def difference_of_sigmoids(e: Expr) -> Expr | None:
    """sigmoid(a) - sigmoid(b) as sigmoid(a)*sigmoid(-b)*(1 - exp(b - a))."""
    if not (e.is_Add and len(e.args) == 2):
        return None
    (m, one), (n, other) = (part.as_coeff_Mul() for part in e.args)
    if not (isinstance(one, sigmoid) and isinstance(other, sigmoid) and m == -n):
        return None
    a, b = one.args[0], other.args[0]
    if m < 0:
        a, b, m = b, a, -m
    return -m * sigmoid(a) * sigmoid(-b) * expm1(b - a)


# Logarithms


def log_of_product(e: Expr) -> Expr | None:
    """log of sigmoids, softmaxes and exponentials, and of what they are multiplied with."""
    if not isinstance(e, log):
        return None
    factors = Mul.make_args(e.args[0])
    known = [f for f in factors if isinstance(f.as_base_exp()[0], POSITIVE) or isinstance(f, exp)]
    if known:
        rest = Mul(*[f for f in factors if f not in known])
        return Add(*map(log_of_power, known), log_of_known(rest) or log(rest))
    return log_of_known(e.args[0])


def log_of_power(factor: Expr) -> Expr:
    if isinstance(factor, exp):
        return factor.args[0]
    base, n = factor.as_base_exp()
    if isinstance(base, sigmoid):
        return -n * softplus(-base.args[0])
    return -n * neg_log_softmax(*base.args)


def log_of_known(e: Expr) -> Expr | None:
    if (t := exp_beside(e, 1)) is not None:
        return softplus(t)
    if is_sum_of_exp(e):
        return log_sum_exp(canonical(e))
    n, node = e.as_coeff_Mul()
    if isinstance(node, expm1):
        if n < 0:
            return nodes.log1mexp(node.args[0]) + log(-n)
        return node.args[0] + nodes.log1mexp(-node.args[0]) + log(n)
    if e.is_Add and len(e.args) == 2 and all(isinstance(part, exp) for part in e.args):
        return nodes.logaddexp(*[part.args[0] for part in e.args])
    if e.is_Mul and len(e.args) == 2:
        odds = sorted(e.args, key=lambda f: f.is_Pow)
        if odds[1].is_Pow and odds[1].exp == -1 and odds[1].base == 1 - odds[0]:
            return nodes.logit(odds[0])
    return None


def softplus_less_term(e: Expr) -> Expr | None:
    """a*softplus(t) + b*softplus(-t) + c*t as one pair: t is softplus(t) - softplus(-t)."""
    if not e.is_Add:
        return None
    for one in e.args:
        a, node = separated(one, softplus)
        if node is None:
            continue
        t = node.args[0]
        b, c, used = S.Zero, S.Zero, [one]
        for other in e.args:
            if other == one:
                continue
            m, mirrored = separated(other, softplus)
            if mirrored is not None and mirrored.args[0] == -t:
                b, used = b + m, [*used, other]
            elif (m := factor_beside(other, t)) is not None:
                c, used = c + m, [*used, other]
        if len(used) > 1:
            rest = [other for other in e.args if other not in used]
            return Add(pair(softplus_pair, t, a + c, b - c), *rest)
    return None


def pair(kind: Any, t: Expr, a: Expr, b: Expr) -> Expr:
    """A pair in t, or in -t where that is the simpler letter."""
    return kind(-t, b, a) if t.could_extract_minus_sign() else kind(t, a, b)


def separated(e: Expr, kind: type) -> tuple[Expr, Expr | None]:
    """e as a product of something and one node of a kind, if it has exactly one."""
    found = [f for f in Mul.make_args(e) if isinstance(f, kind)]
    if len(found) != 1:
        return e, None
    return Mul(*[f for f in Mul.make_args(e) if f != found[0]]), found[0]


def factor_beside(e: Expr, t: Expr) -> Expr | None:
    """m where e is m*t."""
    n, t = t.as_coeff_Mul()
    factors = list(Mul.make_args(e))
    for part in Mul.make_args(t):
        if part not in factors:
            return None
        factors.remove(part)
    return Mul(*factors) / n if t != 1 else None


def log_sum_exp_less_term(e: Expr) -> Expr | None:
    """w*log(Sum(exp(z[c]))) - w*z[r] as w*neg_log_softmax."""
    if not e.is_Add:
        return None
    for one in e.args:
        w, node = separated(one, log_sum_exp)
        if node is None:
            continue
        for other in e.args:
            t = -other / w
            if other != one and (r := index_of(node.args[0], t)) is not None:
                rest = [part for part in e.args if part not in (one, other)]
                return Add(w * neg_log_softmax(node.args[0], r), *rest)
    return None


# Last


def ratio_of_sigmoids(e: Expr) -> Expr | None:
    """sigmoid(a)/sigmoid(b) in one, and sigmoid(t)*sigmoid(-t) as the slope of the sigmoid."""
    if not e.is_Mul:
        return None
    powers = [(f, *f.as_base_exp()) for f in e.args]
    above = [(f, b, n) for f, b, n in powers if isinstance(b, sigmoid) and n.is_Integer and n > 0]
    below = [(f, b, n) for f, b, n in powers if isinstance(b, sigmoid) and n.is_Integer and n < 0]
    for f, a, n in above:
        for g, b, m in below:
            rest = Mul(*[other for other in e.args if other not in (f, g)])
            return rest * a ** (n - 1) * b ** (m + 1) * sigmoid_ratio(a.args[0], b.args[0])
        for g, b, m in above:
            if b.args[0] == -a.args[0]:
                rest = Mul(*[other for other in e.args if other not in (f, g)])
                return rest * a ** (n - 1) * b ** (m - 1) * sigmoid_slope(a.args[0])
    return None


def pair_of_sigmoids(e: Expr) -> Expr | None:
    """a*sigmoid(t) + b*sigmoid(-t), and a*(sigmoid(t) - y) as a*((1 - y)*sigmoid(t) - y*sigmoid(-t))."""
    if not e.is_Add:
        return None
    for one in e.args:
        a, node = separated(one, sigmoid)
        if node is None:
            continue
        t = node.args[0]
        rest = Add(*[other for other in e.args if other != one])
        factors = [separated(part, sigmoid) for part in Add.make_args(rest)]
        b = Add(*[factor for factor, mirrored in factors if mirrored == sigmoid(-t)])
        rest -= b * sigmoid(-t)
        if rest.has(sigmoid) or not (b or rest):
            return None
        if rest and not is_plain(rest):
            return pair(sigmoid_pair, t, a, b) + rest if b else None
        return pair(sigmoid_pair, t, a + rest, b + rest)
    return None


def is_plain(e: Expr) -> bool:
    """Whether e is a polynomial in the inputs."""
    return all(isinstance(part, (Add, Mul, Pow, Symbol, Indexed)) or part.is_number for part in without_indices(e))


def without_indices(e: Expr) -> list[Expr]:
    return [e] if isinstance(e, Indexed) else [e, *[part for arg in e.args for part in without_indices(arg)]]


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
        rest = Add(*[other for other in e.args if other != one])
        r = node.args[1]
        if rest.has(softmax) or not rest:
            return None
        sums = [f for f in Mul.make_args(w) if isinstance(f, Sum) and len(f.limits) == 1]
        for total in sums:
            k = Mul(*[f for f in Mul.make_args(w) if f != total])
            if total.function.subs(total.limits[0][0], r) == -rest / k:
                return k * softmax_gap(node.args[0], r, total, -rest / k)
        n, _ = w.as_coeff_Mul()
        if w == n and (is_plain(rest) or rest.has(KroneckerDelta)):
            return n * softmax_gap(node.args[0], r, S.One, -rest / n)
    return None


RULES = (
    ("one plus exp", power_of_one_plus_exp),
    ("sigmoid or softmax", exp_times_sigmoid),
    ("one less sigmoid", one_less_sigmoid),
    ("exp less one", exp_less_one),
    ("difference of sigmoids", difference_of_sigmoids),
    ("log of sigmoids and exponentials", log_of_product),
    ("pair of softplus", softplus_less_term),
    ("log-softmax", log_sum_exp_less_term),
)
LAST = (
    ("ratio of sigmoids", ratio_of_sigmoids),
    ("pair of sigmoids", pair_of_sigmoids),
    ("gap of softmax", gap_of_softmax),
)
