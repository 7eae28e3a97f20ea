"""Recognises sigmoids, softmaxes, their logarithms and sums of squares, in whatever way a formula spells them.

The rules in ``RULES`` work from the inside out, those in ``LAST`` once no other applies. Each is an identity over
the reals wherever the formula is defined.
"""

from collections.abc import Callable

from sympy import Expr

from cesym.numeric.rules import exponentials, fractions, logarithms, softmaxes, squares

__all__ = ["LAST", "RULES"]

Rules = tuple[tuple[str, Callable[[Expr], Expr | None]], ...]

RULES: Rules = (
    ("one plus exp", exponentials.power_of_one_plus_exp),
    ("sum times sigmoid", exponentials.sum_times_sigmoid),
    ("exp over a sum of exponentials", exponentials.exp_into_sum),
    ("quotient of sums of exponentials", exponentials.quotient_of_sums),
    ("sigmoid", exponentials.exp_times_sigmoid),
    ("softmax", softmaxes.softmax_of_quotient),
    ("tanh", exponentials.hyperbolic_tangent),
    ("one less sigmoid", exponentials.one_less_sigmoid),
    ("sigmoid of a step", exponentials.sigmoid_of_step),
    ("exp less one", exponentials.exp_less_one),
    ("difference of sigmoids", exponentials.difference_of_sigmoids),
    ("sum of squares", squares.over_sum_of_squares),
    ("quotients with one denominator", fractions.one_quotient),
    ("log of 1 + a square", squares.log_of_one_plus_square),
    ("log of sigmoids and exponentials", logarithms.log_of_product),
    ("softplus of a maximum", logarithms.softplus_of_maximum),
    ("pair of softplus", logarithms.softplus_less_term),
    ("log-softmax", softmaxes.log_sum_exp_less_term),
)
LAST: Rules = (
    ("ratio of sigmoids", exponentials.ratio_of_sigmoids),
    ("pair of sigmoids", exponentials.pair_of_sigmoids),
    ("gap of softmax", softmaxes.gap_of_softmax),
)
