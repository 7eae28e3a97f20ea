"""The operations of stable code that SymPy has no name for, as functions without rules of their own.

Each has a `meaning`, the ordinary expression that it equals over the reals; `unfolded` puts it back everywhere. How
a node is computed stands in `forms`.
"""

from typing import Any

import sympy as sp
from sympy import Abs, Expr, Function, Indexed, Sum, exp, log

__all__ = [
    "OF_CLASSES",
    "Node",
    "bernoulli_score",
    "dominated",
    "except_at_zero",
    "expm1",
    "is_sum_of_exp",
    "log1mexp",
    "log1p",
    "log1p_over",
    "log1p_square",
    "log_cosh",
    "log_mixture",
    "log_over",
    "log_sum_exp",
    "log_times",
    "logaddexp",
    "logit",
    "neg_log_softmax",
    "over_square",
    "over_squares",
    "ratio",
    "share_of_difference",
    "share_of_squares",
    "sigmoid",
    "sigmoid_difference",
    "sigmoid_pair",
    "sigmoid_ratio",
    "sigmoid_slope",
    "softmax",
    "softmax_gap",
    "softplus",
    "softplus_pair",
    "square_over",
    "square_times_exp",
    "term",
    "times_exp",
    "unfolded",
    "unless_nan",
    "weighted",
    "xdivy",
]


class Node(Function):
    """A function that SymPy leaves alone."""

    def meaning(self) -> Expr:
        raise NotImplementedError

    def _eval_is_extended_real(self) -> bool:
        return True


def unfolded(e: Any) -> Any:
    """The expression with each node replaced by what it means over the reals; nothing else is simplified.

    >>> unfolded(log1p(sp.Symbol("t")))
    log(t + 1)
    """
    if not e.args or isinstance(e, Indexed):
        return e
    args = [unfolded(part) for part in e.args]
    if isinstance(e, Node):
        return e.func(*args).meaning()
    if all(one is other for one, other in zip(args, e.args, strict=True)):
        return e
    kept = isinstance(e, sp.Add | sp.Mul | sp.Pow | sp.exp | sp.log | sp.Piecewise)
    return e.func(*args, evaluate=False) if kept else e.func(*args)


def quotient(n: Expr, d: Expr) -> Expr:
    """n/d as it stands: where d is 0 it is not defined, whatever would cancel."""
    return sp.Mul(n, sp.Pow(d, -1, evaluate=False), evaluate=False)


class unless_nan(Node):
    """The first argument, and NaN where one of the letters behind it is: they have cancelled."""

    def meaning(self) -> Expr:
        return self.args[0]


class log1p(Node):
    """log(1 + t)."""

    nargs = 1

    def meaning(self) -> Expr:
        return log(1 + self.args[0])


class expm1(Node):
    """exp(t) - 1."""

    nargs = 1

    def meaning(self) -> Expr:
        return exp(self.args[0]) - 1


class log1mexp(Node):
    """log(1 - exp(t)) for t < 0."""

    nargs = 1

    def meaning(self) -> Expr:
        return log(1 - exp(self.args[0]))


class log_times(Node):
    """log(a*t) for a constant a > 0; the arguments are t and a."""

    nargs = 2

    def meaning(self) -> Expr:
        return log(self.args[0] * self.args[1])


class log_over(Node):
    """log(n/d), also where n/d overflows or underflows, and by n - d where it is near 1."""

    nargs = 2

    def meaning(self) -> Expr:
        return log(quotient(*self.args), evaluate=False)


class log1p_over(Node):
    """log(1 + n/d), also where n/d overflows."""

    nargs = 2

    def meaning(self) -> Expr:
        return log(1 + quotient(*self.args))


class log1p_square(Node):
    """log(1 + (n/d)**2), also where the square overflows."""

    nargs = 2

    def meaning(self) -> Expr:
        return log(1 + quotient(*self.args) ** 2)


class over_squares(Node):
    """n/(n**2 + d**2), by n/d or d/n, whichever is the smaller: squares overflow and underflow."""

    nargs = 2

    def meaning(self) -> Expr:
        n, d = self.args
        return quotient(n, n**2 + d**2)


class share_of_squares(Node):
    """n**2/(n**2 + d**2), by n/d or d/n, whichever is the smaller."""

    nargs = 2

    def meaning(self) -> Expr:
        n, d = self.args
        return quotient(n**2, n**2 + d**2)


class weighted(Node):
    """w*value, and 0 where w is 0, though the value be infinite."""

    nargs = 2

    def meaning(self) -> Expr:
        return sp.Mul(*self.args, evaluate=False)


class ratio(Node):
    """n/d in this order, where SymPy's own product would merge and move the factors."""

    nargs = 2

    def meaning(self) -> Expr:
        return quotient(*self.args)


class xdivy(Node):
    """n/d, and 0 where n is 0, though d be 0 as well."""

    nargs = 2

    def meaning(self) -> Expr:
        return quotient(*self.args)


class over_square(Node):
    """n/v**2, by two divisions: v**2 may overflow or underflow."""

    nargs = 2

    def meaning(self) -> Expr:
        return quotient(self.args[0], self.args[1] ** 2)


class square_over(Node):
    """a*r**2/v for a constant a; the arguments are r, v and a."""

    nargs = 3

    def meaning(self) -> Expr:
        r, v, a = self.args
        return a * quotient(r**2, v)


class square_times_exp(Node):
    """r**2*exp(t)."""

    nargs = 2

    def meaning(self) -> Expr:
        return self.args[0] ** 2 * exp(self.args[1])


class times_exp(Node):
    """r*exp(t), and 0 where either is: it may be in range where exp(t) is not."""

    nargs = 2

    def meaning(self) -> Expr:
        return sp.Mul(self.args[0], exp(self.args[1]), evaluate=False)


class bernoulli_score(Node):
    """(p - k)/(p*(1 - p)), the slope of -k*log(p) - (1 - k)*log(1 - p) in p; the arguments are k and p."""

    nargs = 2

    def meaning(self) -> Expr:
        k, p = self.args
        return quotient(p - k, p * (1 - p))


class except_at_zero(Node):
    """The first argument, and the second one, equal to it, where one of the others is 0."""

    def meaning(self) -> Expr:
        return self.args[0]


class dominated(Node):
    """lead + rest, and the lead alone where it is infinite as t is 0 or infinite: of two poles the stronger decides."""

    nargs = 3

    def meaning(self) -> Expr:
        return self.args[0] + self.args[1]


# Of logits. What is computed by cases of the sign of t is defined so for a letter t, and the kernel splits on its sign;
# for a compound t it is defined without cases, which is the same for every real t.


def is_letter(t: Expr) -> bool:
    return isinstance(-t if t.could_extract_minus_sign() else t, (sp.Symbol, Indexed))


class sigmoid(Node):
    """1/(1 + exp(-t))."""

    nargs = 1

    def meaning(self) -> Expr:
        return 1 / (1 + exp(-self.args[0]))


class softplus(Node):
    """log(1 + exp(t))."""

    nargs = 1

    def meaning(self) -> Expr:
        return log(1 + exp(self.args[0]))


class logit(Node):
    """log(p/(1 - p))."""

    nargs = 1

    def meaning(self) -> Expr:
        return log(quotient(self.args[0], 1 - self.args[0]), evaluate=False)


class softplus_pair(Node):
    """a*softplus(t) + b*softplus(-t), as (a + b)*log(1 + exp(-|t|)) + |t|*(a where t > 0, else b)."""

    nargs = 3

    def meaning(self) -> Expr:
        t, a, b = self.args
        if not is_letter(t):
            return a * log(1 + exp(t)) + b * log(1 + exp(-t))
        side = sp.Piecewise((a, t > 0), (b, True))
        return (a + b) * log(1 + exp(-Abs(t))) + Abs(t) * side


class sigmoid_pair(Node):
    """a*sigmoid(t) + b*sigmoid(-t), over the common denominator 1 + exp(-|t|)."""

    nargs = 3

    def meaning(self) -> Expr:
        t, a, b = self.args
        if not is_letter(t):
            return a / (1 + exp(-t)) + b / (1 + exp(t))
        e = exp(-Abs(t))
        return sp.Piecewise((a + b * e, t > 0), (a * e + b, True)) / (1 + e)


class sigmoid_slope(Node):
    """sigmoid(t)*sigmoid(-t), as exp(-|t|)/(1 + exp(-|t|))**2."""

    nargs = 1

    def meaning(self) -> Expr:
        t = self.args[0]
        e = exp(-Abs(t)) if is_letter(t) else exp(-t)
        return e / (1 + e) ** 2


class sigmoid_ratio(Node):
    """sigmoid(a)/sigmoid(b)."""

    nargs = 2

    def meaning(self) -> Expr:
        a, b = self.args
        return (1 + exp(-b)) / (1 + exp(-a))


class sigmoid_difference(Node):
    """sigmoid(a) - sigmoid(b), by exp(-|a - b|)."""

    nargs = 2

    def meaning(self) -> Expr:
        a, b = self.args
        return 1 / (1 + exp(-a)) - 1 / (1 + exp(-b))


class share_of_difference(Node):
    """sigmoid(t)*sigmoid(-t)/(sigmoid(a) - sigmoid(b)) for t = a or t = b."""

    nargs = 3

    def meaning(self) -> Expr:
        t, a, b = self.args
        return 1 / ((1 + exp(-t)) * (1 + exp(t)) * (1 / (1 + exp(-a)) - 1 / (1 + exp(-b))))


class logaddexp(Node):
    """log(exp(a) + exp(b))."""

    nargs = 2

    def meaning(self) -> Expr:
        return log(exp(self.args[0]) + exp(self.args[1]))


class log_mixture(Node):
    """log(w*exp(a) + v*exp(b)), shifted by the larger term; the arguments are w, a, v and b."""

    nargs = 4

    def meaning(self) -> Expr:
        w, a, v, b = self.args
        return log(w * exp(a) + v * exp(b))


class log_cosh(Node):
    """log(cosh(t))."""

    nargs = 1

    def meaning(self) -> Expr:
        return log((exp(self.args[0]) + exp(-self.args[0])) / 2)


# Of the logits of classes. The first argument is the sum over the classes of exp(logit); r names a class.


def term(total: Expr, r: Expr) -> Expr:
    """The logit of class r, read off the sum of the exponentials of all."""
    index = total.limits[0][0]
    return total.function.args[0].subs(index, r)


class log_sum_exp(Node):
    """log of the sum over the classes of exp(logit)."""

    nargs = 1

    def meaning(self) -> Expr:
        return log(self.args[0])


class neg_log_softmax(Node):
    """-log of the probability of class r: log(sum of exp) less the logit of r."""

    nargs = 2

    def meaning(self) -> Expr:
        total, r = self.args
        return log(total) - term(total, r)


class softmax(Node):
    """The probability of class r."""

    nargs = 2

    def meaning(self) -> Expr:
        total, r = self.args
        return exp(term(total, r)) / total


class softmax_gap(Node):
    """m*(the probability of class r) - a, the total weight m = 1 or the sum over the classes of the weights a."""

    nargs = 4

    def meaning(self) -> Expr:
        total, r, m, a = self.args
        return m * exp(term(total, r)) / total - a


OF_CLASSES = (log_sum_exp, neg_log_softmax, softmax, softmax_gap)


def is_sum_of_exp(e: Any) -> bool:
    """Whether e is a sum of exponentials over all classes."""
    return isinstance(e, Sum) and len(e.limits) == 1 and isinstance(e.function, exp)
