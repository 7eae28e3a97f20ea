"""Recognises sigmoids in products, powers and sums of exponentials, in whatever way a formula spells them."""

from sympy import Abs, Add, Expr, Heaviside, Mul, S, cosh, exp, expand, sign, sinh, tanh

from cesym.numeric.operations.nodes import (
    expm1,
    share_of_difference,
    sigmoid,
    sigmoid_difference,
    sigmoid_pair,
    sigmoid_ratio,
    sigmoid_slope,
    times_exp,
)  # fmt: skip
from cesym.numeric.rules.logarithms import pair
from cesym.numeric.rules.terms import coefficient_of, exp_beside, is_plain, multiple, others, separated

__all__ = [
    "difference_of_sigmoids",
    "exp_into_sum",
    "exp_less_one",
    "exp_times_sigmoid",
    "hyperbolic_tangent",
    "one_less_sigmoid",
    "pair_of_sigmoids",
    "power_of_one_plus_exp",
    "quotient_of_sums",
    "ratio_of_sigmoids",
    "sigmoid_of_step",
    "sum_times_sigmoid",
]


# Powers and products


def power_of_one_plus_exp(e: Expr) -> Expr | None:
    """1/(1 + exp(t)) as sigmoid(-t)."""
    if not (e.is_Pow and e.exp.is_Integer and e.exp < 0):
        return None
    t = exp_beside(e.base, 1)
    return sigmoid(-t) ** -e.exp if t is not None else None


def exp_times_sigmoid(e: Expr) -> Expr | None:
    """exp(-s)*sigmoid(s) as sigmoid(-s), and (1 + exp(s))*sigmoid(s) as its quotient by sigmoid(-s)."""
    if not e.is_Mul:
        return None
    sigmoids = [(f, *f.as_base_exp()) for f in e.args if isinstance(f.as_base_exp()[0], sigmoid)]
    exponent = Add(*[f.args[0] for f in e.args if isinstance(f, exp)])
    for f, node, n in sigmoids if exponent != 0 else ():
        step = 1 if n > 0 else -1
        t = -step * node.args[0]
        # Of exp(t/2) nothing is taken: exp(-t/2) would be left, and the same could be done again.
        if n.is_Integer and multiple(exponent, t) >= 1:
            rest = [g for g in e.args if g != f and not isinstance(g, exp)]
            return Mul(exp(exponent - t), *rest, node ** (n - step), sigmoid(-node.args[0]) ** step)
    for f in e.args:
        base, n = f.as_base_exp()
        t = exp_beside(base, 1)
        if t is not None and any(node.args[0] in (t, -t) for _, node, _ in sigmoids):
            return Mul(*others(e.args, f), sigmoid(-t) ** -n)
    return None


def exp_into_sum(e: Expr) -> Expr | None:
    """exp(a)/(w*exp(a) + v*exp(b)) as 1/(w + v*exp(b - a)), and exp(-a)*(w*exp(a) + v*exp(b)) likewise."""
    if not e.is_Mul:
        return None
    exponent = Add(*[f.args[0] for f in e.args if isinstance(f, exp)])
    for f in e.args if exponent != 0 else ():
        base, n = f.as_base_exp()
        parts = [coefficient_of(term) for term in base.args] if base.is_Add and n.is_Integer else []
        for _, t in parts:
            rest = [g for g in e.args if g != f and not isinstance(g, exp)]
            # What would be left of another exponential, or another power, might overflow beside it.
            alone = exponent + n * t == 0 and not any(g.has(exp) or not is_plain(g) for g in rest if n < 0)
            if t != 0 and alone and all((s != 0 or w.is_number) and not w.has(exp) for w, s in parts):
                return Mul(*rest, Add(*[scaled(w, s - t) for w, s in parts]) ** n)
    return None


def scaled(w: Expr, t: Expr) -> Expr:
    """w*exp(t), where w may be 1 - v: no rule shall take it for a part of a sum with 1 and v."""
    return w * exp(t) if t == 0 or w.is_number else times_exp(w, t)


def sum_times_sigmoid(e: Expr) -> Expr | None:
    """(w*exp(t) + v)/(1 + exp(t)), term by term: it is w*sigmoid(t) + v*sigmoid(-t); not with w = v = 1."""
    exponent = Add(*[f.args[0] for f in Mul.make_args(e) if isinstance(f, exp)])
    for f in e.args if e.is_Mul else ():
        node, n = f.as_base_exp()
        if not (isinstance(node, sigmoid) and n.is_Integer and n > 0):
            continue
        for g in e.args:
            parts = [coefficient_of(term) for term in g.args] if g.is_Add else []
            if {w for w, _ in parts} != {S.One} and any(t + exponent == -node.args[0] for _, t in parts):
                return Add(*[Mul(term, *others(e.args, g)) for term in g.args])
    return None


def quotient_of_sums(e: Expr) -> Expr | None:
    """(exp(a) - exp(b))/(w*exp(a) + v*exp(b)), term by term: exp(a) and exp(b) may overflow."""
    for f in e.args if e.is_Mul else ():
        base, n = f.as_base_exp()
        if not (base.is_Add and n.is_Integer and n < 0) or not all(is_plain(g) or g.is_Add for g in others(e.args, f)):
            continue
        below = {coefficient_of(term)[1] for term in base.args}
        for g in e.args:
            above = [coefficient_of(term)[1] for term in g.args] if g.is_Add else [S.Zero]
            if S.Zero not in above and set(above) <= below:
                return Add(*[Mul(term, *others(e.args, g)) for term in g.args])
    return None


# Sums


def one_less_sigmoid(e: Expr) -> Expr | None:
    """1 - sigmoid(t) as sigmoid(-t), whatever else is added; w*sigmoid(t) - w*sigmoid(t)**2 likewise."""
    for one in e.args if e.is_Add else ():
        for node, n in (factor.as_base_exp() for factor in Mul.make_args(one)):
            if isinstance(node, sigmoid) and n.is_Integer and n > 0:
                w = -one / node
                if w in e.args and (w.is_number or n > 1):
                    return Add(*others(e.args, one, w), w * sigmoid(-node.args[0]))
    return None


def exp_less_one(e: Expr) -> Expr | None:
    """w*exp(t) - w as w*expm1(t)."""
    if not e.is_Add:
        return None
    for one in e.args:
        w, t = coefficient_of(one)
        if t == 0 or w.has(exp):
            continue
        for other in others(e.args, one):
            if other == -w or (not w.is_number and not other.has(exp) and expand(other + w) == 0):
                return Add(w * expm1(t), *others(e.args, one, other))
    return None


def difference_of_sigmoids(e: Expr) -> Expr | None:
    """sigmoid(a) - sigmoid(b), which may cancel, in one."""
    if not (e.is_Add and len(e.args) == 2):
        return None
    (m, one), (n, other) = (part.as_coeff_Mul() for part in e.args)
    if not (isinstance(one, sigmoid) and isinstance(other, sigmoid) and m == -n):
        return None
    a, b = one.args[0], other.args[0]
    if m < 0:
        a, b, m = b, a, -m
    return m * sigmoid_difference(a, b)


def sigmoid_of_step(e: Expr) -> Expr | None:
    """step(t) - sign(t)*sigmoid(-|t|) as sigmoid(t)."""
    if not e.is_Add:
        return None
    for one in e.args:
        c, step = separated(one, Heaviside)
        if step is None:
            continue
        t = step.args[0]
        for other in others(e.args, one):
            if other == -c * sign(t) * sigmoid(-Abs(t)):
                return Add(c * sigmoid(t), *others(e.args, one, other))
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
            rest = Mul(*others(e.args, f, g))
            return rest * a ** (n - 1) * b ** (m + 1) * sigmoid_ratio(a.args[0], b.args[0])
        for g in e.args:
            base, m = g.as_base_exp()
            if isinstance(base, sigmoid_difference) and m.is_Integer and m < 0:
                # sigmoid(a)*sigmoid(-a)/(sigmoid(a) - sigmoid(b)), where both may be tiny
                (s, t), slope = base.args, sigmoid(-a.args[0])
                other = [h for h, b, k in above if b == slope and k == n == 1]
                if other and a.args[0] in (s, -s, t, -t):
                    share = share_of_difference(s if a.args[0] in (s, -s) else t, s, t)
                    return Mul(*others(e.args, f, g, *other), base ** (m + 1), share)
        for g, b, m in above:
            if b.args[0] == -a.args[0]:
                rest = Mul(*others(e.args, f, g))
                return rest * a ** (n - 1) * b ** (m - 1) * sigmoid_slope(a.args[0])
    return None


def pair_of_sigmoids(e: Expr) -> Expr | None:
    """a*sigmoid(t) + b*sigmoid(-t), and a*(sigmoid(t) - y) as a*((1 - y)*sigmoid(t) - y*sigmoid(-t))."""
    if not e.is_Add:
        return None
    parts = [separated(one, sigmoid) for one in e.args]
    for _, node in parts:
        if node is None:
            continue
        t = node.args[0]
        a, b = (Add(*[w for w, other in parts if other == sigmoid(side)]) for side in (t, -t))
        rest = Add(*[w if other is None else w * other for w, other in parts if other not in (node, sigmoid(-t))])
        if rest.has(sigmoid) or not (b or rest) or Add(a, b).has(exp):
            return None
        if rest and not is_plain(rest):
            return pair(sigmoid_pair, t, a, b) + rest if b else None
        return pair(sigmoid_pair, t, a + rest, b + rest)
    return None


def hyperbolic_tangent(e: Expr) -> Expr | None:
    """sinh(t)/cosh(t) as tanh(t): both overflow."""
    for f in e.args if e.is_Mul else ():
        if isinstance(f, sinh) and 1 / cosh(f.args[0]) in e.args:
            return Mul(*others(e.args, f, 1 / cosh(f.args[0])), tanh(f.args[0]))
    return None
