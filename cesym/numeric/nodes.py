"""The operations of stable code that SymPy has no name for, as functions without rules of their own.

Each has a `meaning`, the ordinary expression that it equals over the reals; `unfolded` puts it back everywhere. How
a node is computed stands in `forms`.
"""

from typing import Any

import sympy as sp
from sympy import Abs, Expr, Function, Indexed, Sum, exp, log

__all__ = [
    "Node",
    "dominated",
    "except_at_zero",
    "expm1",
    "is_sum_of_exp",
    "log1mexp",
    "log1p",
    "log1p_square",
    "log_sum_exp",
    "log_times",
    "logaddexp",
    "logit",
    "neg_log_softmax",
    "ratio",
    "sigmoid",
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
    "unfolded",
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
    """The expression with each node replaced by what it means over the reals.

    >>> unfolded(log1p(sp.Symbol("t")))
    log(t + 1)
    """
    if not e.args or isinstance(e, Indexed):
        return e
    inner = e.func(*[unfolded(part) for part in e.args])
    return inner.meaning() if isinstance(inner, Node) else inner


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


class log1p_square(Node):
    """log(1 + t**2)."""

    nargs = 1

    def meaning(self) -> Expr:
        return log(1 + self.args[0] ** 2)


class weighted(Node):
    """w*value, and 0 where w is 0, though the value be infinite."""

    nargs = 2

    def meaning(self) -> Expr:
        return self.args[0] * self.args[1]


class ratio(Node):
    """n/d in this order, where SymPy's own product would merge and move the factors."""

    nargs = 2

    def meaning(self) -> Expr:
        return self.args[0] / self.args[1]


class xdivy(Node):
    """n/d, and 0 where n is 0, though d be 0 as well."""

    nargs = 2

    def meaning(self) -> Expr:
        return self.args[0] / self.args[1]


class square_over(Node):
    """a*r**2/v for a constant a; the arguments are r, v and a."""

    nargs = 3

    def meaning(self) -> Expr:
        r, v, a = self.args
        return a * r**2 / v


class square_times_exp(Node):
    """r**2*exp(t)."""

    nargs = 2

    def meaning(self) -> Expr:
        return self.args[0] ** 2 * exp(self.args[1])


class except_at_zero(Node):
    """The first argument, and the second one, equal to it, where one of the others is 0."""

    def meaning(self) -> Expr:
        return self.args[0]


class dominated(Node):
    """lead + rest, and the lead alone where it is infinite: of two poles the stronger decides."""

    nargs = 2

    def meaning(self) -> Expr:
        return self.args[0] + self.args[1]


# Of logits


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
        return log(self.args[0] / (1 - self.args[0]))


class softplus_pair(Node):
    """a*softplus(t) + b*softplus(-t), as (a + b)*log(1 + exp(-|t|)) + |t|*(a where t > 0, else b)."""

    nargs = 3

    def meaning(self) -> Expr:
        t, a, b = self.args
        side = sp.Piecewise((a, t > 0), (b, True))
        return (a + b) * log(1 + exp(-Abs(t))) + Abs(t) * side


class sigmoid_pair(Node):
    """a*sigmoid(t) + b*sigmoid(-t), over the common denominator 1 + exp(-|t|)."""

    nargs = 3

    def meaning(self) -> Expr:
        t, a, b = self.args
        e = exp(-Abs(t))
        return sp.Piecewise((a + b * e, t > 0), (a * e + b, True)) / (1 + e)


class sigmoid_slope(Node):
    """sigmoid(t)*sigmoid(-t), as exp(-|t|)/(1 + exp(-|t|))**2."""

    nargs = 1

    def meaning(self) -> Expr:
        e = exp(-Abs(self.args[0]))
        return e / (1 + e) ** 2


class sigmoid_ratio(Node):
    """sigmoid(a)/sigmoid(b)."""

    nargs = 2

    def meaning(self) -> Expr:
        a, b = self.args
        return (1 + exp(-b)) / (1 + exp(-a))


class logaddexp(Node):
    """log(exp(a) + exp(b))."""

    nargs = 2

    def meaning(self) -> Expr:
        return log(exp(self.args[0]) + exp(self.args[1]))


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


def is_sum_of_exp(e: Any) -> bool:
    """Whether e is a sum of exponentials over all classes."""
    return isinstance(e, Sum) and len(e.limits) == 1 and isinstance(e.function, exp)
