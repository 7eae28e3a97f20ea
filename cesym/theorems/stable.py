"""The forms that are printed as code: the textbook formulas, written so that floating point keeps their digits.

bce_with_logits_stable                     one exponential, of -|z|, and two terms that are not negative
bce_with_logits_gradient_stable            sigmoid(z) - q, with nothing subtracted where q is 0 or 1
bce_with_logits_hessian_stable             sigmoid(z) (1 - sigmoid(z)) without 1 - sigmoid(z)
logsumexp_shifted                          ln of a sum of exponentials, shifted by any number
logsumexp_largest_left_out                 the same, with one class left out of the sum
cross_entropy_with_logits_stable           a sum of terms that are not negative, if m is the largest logit
cross_entropy_with_logits_gradient_stable  softmax - q, with nothing subtracted where q is 0 or 1
bce_gradient_stable                        one difference, of two inputs
log_of_difference_of_sigmoids              the log of a probability between two thresholds

Each is an identity over the reals. What a function of arrays makes of an infinite logit or of p = 0, a limit such as
0 log 0 = 0, is a convention of `cesym.numeric`; `tests/test_accuracy.py` holds it to that.
"""

from functools import cache

from sympy import Abs, Derivative, Expr, KroneckerDelta, Piecewise, Sum, Symbol, exp, log

from cesym.derivation import Derivation
from cesym.given import Given
from cesym.links import sigmoid, softmax
from cesym.losses import bce, cross_entropy_with_logits
from cesym.symbols import C, c, j, m, p, q, scalar, z
from cesym.theorems.logits import LOSS, softplus_form

a = Symbol("a", real=True)
P, Q, Z = scalar(p), scalar(q), scalar(z)
SMALL = exp(-Abs(Z))  # at most 1, whatever z is
CLASSES, OTHERS = (c, 1, C), (j, 1, C)
A_CLASS = [m >= 1, m <= C]


def by_sign(above: Expr, below: Expr) -> Expr:
    """One value for z > 0, another one for z <= 0."""
    return Piecewise((above, Z > 0), (below, True))


@cache
def bce_with_logits_stable() -> Derivation:
    """Binary cross-entropy of a logit is ln(1 + exp(-|z|)) + |z| w, with w = 1 - q for z > 0 and w = q else.

    Domain: any real z and q. For 0 <= q <= 1, w = |q - [z > 0]| and no term is negative: nothing cancels.
    Convention: nats, one sample.
    Source: Mächler, Accurately computing log(1 - exp(-|a|)) (2012).
    """
    d = Derivation.start(
        LOSS, name="bce_with_logits_stable", because="BCE of a logit",
        says=r"binary cross-entropy of a logit is a sum of two terms of which, for $0 \le q \le 1$, none is negative",
    )  # fmt: skip
    d = d.claim(softplus_form(Q, Z), r"$-\ln \sigma(z) = \ln(1 + e^{-z})$")
    d = d.claim(by_sign(log(1 + exp(-Z)) + Z * (1 - Q), log(1 + exp(Z)) - Z * Q), r"cases: $e^{|z|}$ out of $\ln$")
    return d.claim(log(1 + SMALL) + Abs(Z) * by_sign(1 - Q, Q), r"$|z|$ is $z$ or $-z$")


@cache
def bce_with_logits_gradient_stable() -> Derivation:
    """The gradient sigmoid(z) - q is s (w - v exp(-|z|))/(1 + exp(-|z|)), with s the sign, w + v = 1.

    Domain: any real z and q. For z > 0, s = 1, w = 1 - q and v = q; else s = -1, w = q and v = 1 - q.
    Convention: one sample. Of a hard target w or v is 0, so that nothing is subtracted.
    """
    d = Derivation.start(
        sigmoid(Z) - Q, name="bce_with_logits_gradient_stable", because="the gradient of BCE in $z$",
        says="for a hard target nothing is subtracted in the gradient: a sigmoid near 1 is never taken from 1",
    )  # fmt: skip
    above = (1 - Q - Q * exp(-Z)) / (1 + exp(-Z))
    below = -(Q - (1 - Q) * exp(Z)) / (1 + exp(Z))
    d = d.claim(by_sign(above, below), "cases: one fraction in each")
    d = d.claim(by_sign(1 - Q - Q * SMALL, (1 - Q) * SMALL - Q) / (1 + SMALL), r"$|z|$ is $z$ or $-z$")
    w, v = by_sign(1 - Q, Q), by_sign(Q, 1 - Q)
    return d.claim(by_sign(1, -1) * (w - v * SMALL) / (1 + SMALL), "the sign in front")


@cache
def bce_with_logits_hessian_stable() -> Derivation:
    """The Hessian sigmoid(z) (1 - sigmoid(z)) is exp(-|z|)/(1 + exp(-|z|))**2: the same for z and -z.

    Domain: any real z. Convention: one sample.
    """
    d = Derivation.start(
        sigmoid(Z) * (1 - sigmoid(Z)), name="bce_with_logits_hessian_stable", because="the Hessian of BCE in $z$",
        says=r"the curvature of binary cross-entropy is the same for $z$ and $-z$, and $1 - \sigma(z)$ is never formed",
    )  # fmt: skip
    d = d.claim(exp(-Z) / (1 + exp(-Z)) ** 2, r"$1 - \sigma(z) = e^{-z} \sigma(z)$")
    d = d.claim(by_sign(exp(-Z) / (1 + exp(-Z)) ** 2, exp(Z) / (1 + exp(Z)) ** 2), "cases: even in $z$")
    return d.claim(SMALL / (1 + SMALL) ** 2, r"$|z|$ is $z$ or $-z$")


@cache
def logsumexp_shifted() -> Derivation:
    """The log of a sum of exponentials is a plus the log of the sum of exp(z_c - a), for any number a.

    Domain: any real logits and any real a. With a their maximum, no exponential overflows and the sum is at least 1.
    Convention: nats. Any C >= 1.
    Source: Blanchard, Higham & Higham, Accurately computing the log-sum-exp and softmax functions (2021).

    >>> logsumexp_shifted().conclusion.rhs
    a + log(Sum(exp(-a + z[c]), (c, 1, C)))
    """
    line = log(Sum(exp(z[c]), CLASSES))
    d = Derivation.start(
        line, Given.of(None, line, a), name="logsumexp_shifted", because="log-sum-exp",
        says="a number taken off every logit comes back as a summand, so that no exponential need be large",
    )  # fmt: skip
    d = d.claim(log(exp(a) * Sum(exp(z[c] - a), CLASSES)), r"$e^{a}$ out of every term")
    return d.claim(a + log(Sum(exp(z[c] - a), CLASSES)), r"$\ln$ of each factor")


@cache
def logsumexp_largest_left_out() -> Derivation:
    """The log of a sum of exponentials is z_m + ln(1 + the sum of exp(z_c - z_m) over the other classes).

    Domain: any real logits, any class m in 1..C. With z_m the largest, ln(1 + t) has 0 <= t <= C - 1 and keeps the
    digits of a small t. Convention: nats.
    Source: Blanchard, Higham & Higham, Accurately computing the log-sum-exp and softmax functions (2021).
    """
    d = Derivation.start(
        log(Sum(exp(z[c]), CLASSES)), A_CLASS, name="logsumexp_largest_left_out", because="log-sum-exp",
        says=r"one class can be left out of the sum: it is the 1 in $\ln(1 + t)$",
    )  # fmt: skip
    d = d.claim(z[m] + log(Sum(exp(z[c] - z[m]), CLASSES)), "shifted by $z_m$")
    return d.claim(z[m] + log(1 + without(m, c, exp(z[c] - z[m]))), "$c = m$ gives $e^0 = 1$")


@cache
def cross_entropy_with_logits_stable() -> Derivation:
    """Cross-entropy of logits is the sum of q_c ((z_m - z_c) + ln(1 + t)), t the sum of the other exp(z_j - z_m).

    Domain: any real logits and targets, any class m in 1..C. With z_m the largest and targets that are not negative,
    no term is negative: nothing cancels. Convention: nats, one sample.
    """
    d = Derivation.start(
        cross_entropy_with_logits.expr, A_CLASS, name="cross_entropy_with_logits_stable",
        because="cross-entropy of logits",
        says=r"cross-entropy of logits is a sum of terms of which, with $z_m$ the largest logit, none is negative",
    )  # fmt: skip
    total = Sum(exp(z[j]), OTHERS)
    d = d.claim(Sum(q[c] * (log(total) - z[c]), CLASSES), r"$\ln$ of the softmax")
    shifted = log(Sum(exp(z[j] - z[m]), OTHERS))
    d = d.claim(Sum(q[c] * (z[m] - z[c] + shifted), CLASSES), "shifted by $z_m$")
    others = log(1 + without(m, j, exp(z[j] - z[m])))
    return d.claim(Sum(q[c] * (z[m] - z[c] + others), CLASSES), "$j = m$ gives $e^0 = 1$")


@cache
def cross_entropy_with_logits_gradient_stable() -> Derivation:
    """The gradient of cross-entropy in z_m is the difference of two sums over the other classes, divided by one sum.

    Domain: any real logits and targets, whatever their sum, any real a, any m (a class); e_j = exp(z_j - a).
    Convention: one sample. Of a hard target one of the two sums has the weight 0, so that nothing is subtracted.
    """
    def e(at: Symbol) -> Expr:
        return exp(z[at] - a)

    line = softmax(z, m, C) * Sum(q[j], OTHERS) - q[m]
    d = Derivation.start(
        line, Given.of(None, line, a), name="cross_entropy_with_logits_gradient_stable",
        because="the gradient in $z_m$",
        says="for a hard target nothing is subtracted in the gradient: a prediction near 1 is never taken from 1",
    )  # fmt: skip
    total, targets = Sum(e(j), OTHERS), Sum(q[j], OTHERS)
    d = d.claim(e(m) / total * targets - q[m], "shifted by $a$")
    d = d.claim((e(m) * targets - q[m] * total) / total, "one fraction")
    return d.claim((e(m) * without(m, j, q[j]) - q[m] * without(m, j, e(j))) / total, "the term $j = m$ cancels")


@cache
def bce_gradient_stable() -> Derivation:
    """The derivative of binary cross-entropy in p is (p - q)/(p (1 - p)): one difference, of two inputs.

    Domain: 0 < p < 1, any real target q. At the ends a function of arrays takes the limits -1/p for q = 1 and
    1/(1 - p) for q = 0, a convention of `cesym.numeric`. Convention: one sample.
    """
    loss = bce.expr.xreplace({bce.target: Q})
    d = Derivation.start(
        Derivative(loss, P), [P > 0, P < 1], name="bce_gradient_stable", because="the slope of BCE in $p$",
        says="the slope of binary cross-entropy in the prediction is one fraction with one difference above",
    )  # fmt: skip
    d = d.claim((1 - Q) / (1 - P) - Q / P, "differentiated")
    d = d.claim(((1 - Q) * P - Q * (1 - P)) / (P * (1 - P)), "one fraction")
    return d.claim((P - Q) / (P * (1 - P)), "$qp$ cancels")


@cache
def log_of_difference_of_sigmoids() -> Derivation:
    """The NLL of an outcome between two thresholds z_1 < z_2 is a sum in which no two near sigmoids are subtracted.

    Domain: z_1 < z_2, given as two facts that both say so, since the kernel does not know that exp increases.
    Convention: nats, one sample: the loss of ordinal regression with the cumulative logits z_1 and z_2.
    Source: McCullagh, Regression models for ordinal data (1980).
    """
    d = Derivation.start(
        -log(sigmoid(z[2]) - sigmoid(z[1])), [exp(-z[2]) < exp(-z[1]), exp(z[1] - z[2]) < 1],
        name="log_of_difference_of_sigmoids", because="between two thresholds",
        says=r"the probability $\sigma(z_2) - \sigma(z_1)$ between two thresholds $z_1 < z_2$ has a logarithm "
        "without their difference",
    )  # fmt: skip
    odds = exp(-z[1]) - exp(-z[2])
    d = d.claim(-log(odds / ((1 + exp(-z[1])) * (1 + exp(-z[2])))), "one fraction")
    d = d.claim(log(1 + exp(-z[1])) + log(1 + exp(-z[2])) - log(odds), r"$\ln$ of each factor")
    d = d.claim(log(1 + exp(-z[1])) + log(1 + exp(-z[2])) + z[1] - log(1 - exp(z[1] - z[2])), r"$e^{-z_1}$ out")
    return d.claim(log(1 + exp(z[1])) + log(1 + exp(-z[2])) - log(1 - exp(z[1] - z[2])), "$z_1$ into the first term")


def without(left_out: Symbol, index: Symbol, term: Expr) -> Expr:
    """The sum of a term over all classes but one."""
    return Sum((1 - KroneckerDelta(index, left_out)) * term, (index, 1, C))
