"""The operations of stable code that SymPy has no name for.

Each is written as the function that gives its meaning, the ordinary expression that it equals over the reals. ``form``
computes it in a program, or ``elementwise`` names one operation of the program; what has neither is lowered by a
method of its own in `programs/lower`. What is a ``logarithm`` counts 0 where it has weight 0, though it be infinite.
"""

from typing import Any

import sympy as sp
from sympy import Abs, Expr, Indexed, Sum, exp, log

from cesym.numeric.operations import forms
from cesym.numeric.operations.operation import operation


def quotient(n: Expr, d: Expr) -> Expr:
    """n/d as it stands: where d is 0 it is not defined, whatever would cancel."""
    return sp.Mul(n, sp.Pow(d, -1, evaluate=False), evaluate=False)


@operation
def unless_nan(value: Any, *letters: Any) -> Expr:
    """The first argument, and NaN where one of the letters behind it is: they have cancelled."""
    return value


@operation(elementwise="log1p", logarithm=True)
def log1p(t: Any) -> Expr:
    """log(1 + t)."""
    return log(1 + t)


@operation(elementwise="expm1")
def expm1(t: Any) -> Expr:
    """exp(t) - 1."""
    return exp(t) - 1


@operation(form=forms.log1mexp, logarithm=True)
def log1mexp(t: Any) -> Expr:
    """log(1 - exp(t)) for t < 0."""
    return log(1 - exp(t))


@operation(logarithm=True)
def log_times(t: Any, a: Any) -> Expr:
    """log(a*t) for a constant a > 0."""
    return log(t * a)


@operation(form=forms.log_over, logarithm=True)
def log_over(n: Any, d: Any) -> Expr:
    """log(n/d), also where n/d overflows or underflows, and by n - d where it is near 1."""
    return log(quotient(n, d), evaluate=False)


@operation(form=forms.log1p_over, logarithm=True)
def log1p_over(n: Any, d: Any) -> Expr:
    """log(1 + n/d), also where n/d overflows."""
    return log(1 + quotient(n, d))


@operation(form=forms.log1p_square, logarithm=True)
def log1p_square(n: Any, d: Any) -> Expr:
    """log(1 + (n/d)**2), also where the square overflows."""
    return log(1 + quotient(n, d) ** 2)


@operation(form=forms.over_squares)
def over_squares(n: Any, d: Any) -> Expr:
    """n/(n**2 + d**2), by n/d or d/n, whichever is the smaller: squares overflow and underflow."""
    return quotient(n, n**2 + d**2)


@operation(form=forms.share_of_squares)
def share_of_squares(n: Any, d: Any) -> Expr:
    """n**2/(n**2 + d**2), by n/d or d/n, whichever is the smaller."""
    return quotient(n**2, n**2 + d**2)


@operation
def weighted(w: Any, value: Any) -> Expr:
    """w*value, and 0 where w is 0, though the value be infinite."""
    return sp.Mul(w, value, evaluate=False)


@operation
def ratio(n: Any, d: Any) -> Expr:
    """n/d in this order, where SymPy's own product would merge and move the factors."""
    return quotient(n, d)


@operation
def xdivy(n: Any, d: Any) -> Expr:
    """n/d, and 0 where n is 0, though d be 0 as well."""
    return quotient(n, d)


@operation
def over_square(n: Any, v: Any) -> Expr:
    """n/v**2, by two divisions: v**2 may overflow or underflow."""
    return quotient(n, v ** 2)


@operation
def square_over(r: Any, v: Any, a: Any) -> Expr:
    """a*r**2/v for a constant a."""
    return a * quotient(r**2, v)


@operation(form=forms.square_times_exp)
def square_times_exp(r: Any, t: Any) -> Expr:
    """r**2*exp(t)."""
    return r ** 2 * exp(t)


@operation(form=forms.times_exp)
def times_exp(r: Any, t: Any) -> Expr:
    """r*exp(t), and 0 where either is: it may be in range where exp(t) is not."""
    return sp.Mul(r, exp(t), evaluate=False)


@operation(form=forms.bernoulli_score)
def bernoulli_score(k: Any, p: Any) -> Expr:
    """(p - k)/(p*(1 - p)), the slope of -k*log(p) - (1 - k)*log(1 - p) in p."""
    return quotient(p - k, p * (1 - p))


@operation
def except_at_zero(value: Any, other: Any, *letters: Any) -> Expr:
    """The first argument, and the second one, equal to it, where one of the others is 0."""
    return value


@operation(form=forms.dominated)
def dominated(lead: Any, rest: Any, t: Any) -> Expr:
    """lead + rest, and the lead alone where it is infinite as t is 0 or infinite: of two poles the stronger decides."""
    return lead + rest


# Of logits. What is computed by cases of the sign of t is defined so for a letter t, and the kernel splits on its sign;
# for a compound t it is defined without cases, which is the same for every real t.


def is_letter(t: Expr) -> bool:
    return isinstance(-t if t.could_extract_minus_sign() else t, (sp.Symbol, Indexed))


@operation(form=forms.sigmoid)
def sigmoid(t: Any) -> Expr:
    """1/(1 + exp(-t))."""
    return 1 / (1 + exp(-t))


@operation(form=forms.softplus, logarithm=True)
def softplus(t: Any) -> Expr:
    """log(1 + exp(t))."""
    return log(1 + exp(t))


@operation(form=forms.logit, logarithm=True)
def logit(p: Any) -> Expr:
    """log(p/(1 - p))."""
    return log(quotient(p, 1 - p), evaluate=False)


@operation
def softplus_pair(t: Any, a: Any, b: Any) -> Expr:
    """a*softplus(t) + b*softplus(-t), as (a + b)*log(1 + exp(-|t|)) + |t|*(a where t > 0, else b)."""
    if not is_letter(t):
        return a * log(1 + exp(t)) + b * log(1 + exp(-t))
    side = sp.Piecewise((a, t > 0), (b, True))
    return (a + b) * log(1 + exp(-Abs(t))) + Abs(t) * side


@operation
def sigmoid_pair(t: Any, a: Any, b: Any) -> Expr:
    """a*sigmoid(t) + b*sigmoid(-t), over the common denominator 1 + exp(-|t|)."""
    if not is_letter(t):
        return a / (1 + exp(-t)) + b / (1 + exp(t))
    e = exp(-Abs(t))
    return sp.Piecewise((a + b * e, t > 0), (a * e + b, True)) / (1 + e)


@operation(form=forms.sigmoid_slope)
def sigmoid_slope(t: Any) -> Expr:
    """sigmoid(t)*sigmoid(-t), as exp(-|t|)/(1 + exp(-|t|))**2."""
    e = exp(-Abs(t)) if is_letter(t) else exp(-t)
    return e / (1 + e) ** 2


@operation(form=forms.sigmoid_ratio)
def sigmoid_ratio(a: Any, b: Any) -> Expr:
    """sigmoid(a)/sigmoid(b)."""
    return (1 + exp(-b)) / (1 + exp(-a))


@operation(form=forms.sigmoid_difference)
def sigmoid_difference(a: Any, b: Any) -> Expr:
    """sigmoid(a) - sigmoid(b), by exp(-|a - b|)."""
    return 1 / (1 + exp(-a)) - 1 / (1 + exp(-b))


@operation
def share_of_difference(t: Any, a: Any, b: Any) -> Expr:
    """sigmoid(t)*sigmoid(-t)/(sigmoid(a) - sigmoid(b)) for t = a or t = b."""
    return 1 / ((1 + exp(-t)) * (1 + exp(t)) * (1 / (1 + exp(-a)) - 1 / (1 + exp(-b))))


@operation(form=forms.logaddexp, logarithm=True)
def logaddexp(a: Any, b: Any) -> Expr:
    """log(exp(a) + exp(b))."""
    return log(exp(a) + exp(b))


@operation(form=forms.log_mixture, logarithm=True)
def log_mixture(w: Any, a: Any, v: Any, b: Any) -> Expr:
    """log(w*exp(a) + v*exp(b)), shifted by the larger term."""
    return log(w * exp(a) + v * exp(b))


@operation(form=forms.log_cosh, logarithm=True)
def log_cosh(t: Any) -> Expr:
    """log(cosh(t))."""
    return log((exp(t) + exp(-t)) / 2)


# Of the logits of classes. The first argument is the sum over the classes of exp(logit); r names a class.


def term(total: Expr, r: Expr) -> Expr:
    """The logit of class r, read off the sum of the exponentials of all."""
    index = total.limits[0][0]
    return total.function.args[0].subs(index, r)


@operation(logarithm=True)
def log_sum_exp(total: Any) -> Expr:
    """log of the sum over the classes of exp(logit)."""
    return log(total)


@operation(logarithm=True)
def neg_log_softmax(total: Any, r: Any) -> Expr:
    """-log of the probability of class r: log(sum of exp) less the logit of r."""
    return log(total) - term(total, r)


@operation
def softmax(total: Any, r: Any) -> Expr:
    """The probability of class r."""
    return exp(term(total, r)) / total


@operation
def softmax_gap(total: Any, r: Any, m: Any, a: Any) -> Expr:
    """m*(the probability of class r) - a, the total weight m = 1 or the sum over the classes of the weights a."""
    return m * exp(term(total, r)) / total - a


OF_CLASSES = (log_sum_exp, neg_log_softmax, softmax, softmax_gap)


def is_sum_of_exp(e: Any) -> bool:
    """Whether e is a sum of exponentials over all classes."""
    return isinstance(e, Sum) and len(e.limits) == 1 and isinstance(e.function, exp)
