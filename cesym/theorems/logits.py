"""Links and losses of logits, with their first two derivatives.

sigmoid_is_two_way_softmax                     the softmax of two logits is the sigmoid of their difference
bce_with_logits_from_bernoulli                 the Bernoulli NLL with p = sigmoid(z) is BCE of the logits
bce_with_logits_gradient                       its derivative is the prediction minus the target
bce_with_logits_hessian                        its second derivative is sigmoid(z) (1 - sigmoid(z))
cross_entropy_with_logits_from_categorical     the categorical NLL with p = softmax(z) is cross-entropy of the logits
cross_entropy_with_logits_gradient             its derivative is the prediction minus the target, class by class
cross_entropy_with_logits_hessian              its second derivative is softmax_m (delta_mb - softmax_b)

A target that may be soft is q here, a real number; the letter k is kept for whole ones.
"""

from dataclasses import replace
from functools import cache

from sympy import Derivative, Eq, Expr, KroneckerDelta, Sum, Symbol, exp, log

from cesym.derivation import Derivation
from cesym.links import sigmoid, softmax
from cesym.losses import bce_with_logits, cross_entropy_with_logits
from cesym.symbols import C, N, c, i, j, m, p, q, scalar, z
from cesym.theorems.likelihood.bernoulli import bce_from_bernoulli
from cesym.theorems.likelihood.categorical import cross_entropy_from_categorical

b = Symbol("b", integer=True)
Q, Z = scalar(q), scalar(z)
CLASSES = (c, 1, C)
LOSS = bce_with_logits.expr.xreplace({bce_with_logits.target: Q, bce_with_logits.prediction: Z})


@cache
def sigmoid_is_two_way_softmax() -> Derivation:
    """The softmax of two logits is the sigmoid of their difference.

    Domain: any real z_1 and z_2. With z_2 = 0 it is the sigmoid of z_1: logistic regression has one logit to spare.
    Convention: the probability of class 1; the one of class 2 is the sigmoid of z_2 - z_1.
    Source: Bishop, Pattern Recognition and Machine Learning (2006), equations 4.57 and 4.62.

    >>> sigmoid_is_two_way_softmax().conclusion.rhs
    1/(exp(-z[1] + z[2]) + 1)
    """
    d = Derivation.start(
        softmax(z, 1, 2), name="sigmoid_is_two_way_softmax", because="softmax, two classes",
        says=r"of two logits only the difference matters: their softmax is the sigmoid of $z_1 - z_2$",
    )  # fmt: skip
    d = d.claim(exp(z[1]) / (exp(z[1]) + exp(z[2])), "both classes written out")
    return d.claim(sigmoid(z[1] - z[2]), r"divided by $e^{z_1}$")


@cache
def bce_with_logits_from_bernoulli() -> Derivation:
    """The negative log-likelihood of N coin flips with p_i = sigmoid(z_i) is the sum of their BCE with logits.

    Domain: targets k_i in {0, 1}, any real logits z_i, any N >= 1. A link is a substitution and no new loss.
    Convention: nats, the sum over the samples.
    Source: Bishop, Pattern Recognition and Machine Learning (2006), equation 4.90 with 4.87.
    """
    d = without_name(bce_from_bernoulli())
    d = replace(
        d, name="bce_with_logits_from_bernoulli",
        says=r"the negative log-likelihood of coin flips with $p_i = \sigma(z_i) = 1/(1 + e^{-z_i})$ is binary "
        "cross-entropy with logits",
    )  # fmt: skip
    label = (r"\sum_{i=1}^{N} \mathrm{BCE}(k_i, \sigma(z_i))", "∑ᵢ BCE(kᵢ, σ(zᵢ))")
    return d.let(p[i], sigmoid(z[i])).claim(bce_with_logits.over(i, N), "the textbook formula", label)


@cache
def cross_entropy_with_logits_from_categorical() -> Derivation:
    """The negative log-likelihood of N labels with p_i = softmax(z_i) is the sum of their cross-entropies with logits.

    Domain: labels y_i in 1..C, any real logits z_ic, targets one-hot. Any N >= 1 and C >= 1.
    Convention: nats, the sum over the samples.
    Source: Bishop, Pattern Recognition and Machine Learning (2006), equation 4.108 with 4.104.
    """
    d = without_name(cross_entropy_from_categorical())
    d = replace(
        d, name="cross_entropy_with_logits_from_categorical",
        says=r"the negative log-likelihood of labels with $p_{i,c} = \mathrm{softmax}(z_i)_c$ is cross-entropy with "
        "logits",
    )  # fmt: skip
    label = (r"\sum_{i=1}^{N} \mathrm{H}(q_i, \mathrm{softmax}(z_i))", "∑ᵢ H(qᵢ, softmax(zᵢ))")
    d = d.let(p[i, c], softmax(z[i], c, C))
    return d.claim(cross_entropy_with_logits.over(i, N), "the textbook formula", label)


@cache
def bce_with_logits_gradient() -> Derivation:
    """The derivative of binary cross-entropy in the logit is sigmoid(z) - q: the prediction minus the target.

    Domain: any real z and any real target q, hard or soft. Convention: one sample.
    Source: Bishop, Pattern Recognition and Machine Learning (2006), equation 4.91.

    >>> bce_with_logits_gradient().conclusion.rhs
    -q + 1/(1 + exp(-z))
    """
    d = Derivation.start(
        Derivative(LOSS, Z), name="bce_with_logits_gradient", because="BCE of a logit",
        says=r"the slope of binary cross-entropy in the logit is the prediction $\sigma(z) = 1/(1 + e^{-z})$ minus the "
        "target",
    )  # fmt: skip
    d = d.claim(Derivative(softplus_form(Q, Z), Z), r"$-\ln \sigma(z) = \ln(1 + e^{-z})$")
    d = d.claim((1 - Q) * exp(Z) / (1 + exp(Z)) - Q * exp(-Z) / (1 + exp(-Z)), "differentiated")
    d = d.claim((1 - Q) * sigmoid(Z) - Q * (1 - sigmoid(Z)), r"as $\sigma(z)$ and $1 - \sigma(z)$")
    return d.claim(sigmoid(Z) - Q, r"$q\,\sigma(z)$ cancels")


@cache
def bce_with_logits_hessian() -> Derivation:
    """The second derivative of binary cross-entropy in the logit is sigmoid(z) (1 - sigmoid(z)), for any target.

    Domain: any real z and q. It is above 0: the loss is convex in the logit. Convention: one sample.
    Source: Bishop, Pattern Recognition and Machine Learning (2006), equations 4.88 and 4.97.
    """
    d = Derivation.start(
        Derivative(LOSS, (Z, 2)), name="bce_with_logits_hessian", because="BCE of a logit",
        says=r"the curvature of binary cross-entropy in the logit is $\sigma(z)(1 - \sigma(z))$, whatever the target",
    )  # fmt: skip
    d = d.claim(Derivative(sigmoid(Z) - Q, Z), "the gradient")
    d = d.claim(exp(-Z) / (1 + exp(-Z)) ** 2, "differentiated")
    return d.claim(sigmoid(Z) * (1 - sigmoid(Z)), r"$e^{-z} \sigma(z) = 1 - \sigma(z)$")


@cache
def cross_entropy_with_logits_gradient() -> Derivation:
    """The derivative of cross-entropy in the logit of class m is softmax_m - q_m: the prediction minus the target.

    Domain: any real logits, targets with sum 1, hard or soft, any class m in 1..C. Convention: one sample.
    Source: Bishop, Pattern Recognition and Machine Learning (2006), equation 4.109.
    """
    total = Sum(exp(z[j]), (j, 1, C))
    d = Derivation.start(
        Derivative(cross_entropy_with_logits.expr, z[m]), [TARGETS_SUM_TO_1, m >= 1, m <= C],
        name="cross_entropy_with_logits_gradient", because="cross-entropy of logits",
        says="the slope of cross-entropy in a logit is the predicted probability of its class minus the target",
    )  # fmt: skip
    d = d.claim(Derivative(-Sum(q[c] * (z[c] - log(total)), CLASSES), z[m]), r"$\ln$ of the softmax")
    d = d.claim(-Sum(q[c] * (KroneckerDelta(c, m) - exp(z[m]) / total), CLASSES), "differentiated")
    d = d.claim(slope_of_cross_entropy(), "one term is left: $c = m$")
    return d.claim(softmax(z, m, C) - q[m], "the targets sum to 1")


@cache
def cross_entropy_with_logits_hessian() -> Derivation:
    """The second derivative of cross-entropy in the logits of classes m and b is softmax_m (delta_mb - softmax_b).

    Domain: any real logits, targets with sum 1, any class b in 1..C; m is a class too, the same or another one.
    Convention: one sample; the first line is the derivative of :func:`cross_entropy_with_logits_gradient`.
    Source: Bishop, Pattern Recognition and Machine Learning (2006), equations 4.106 and 4.110.
    """
    total = Sum(exp(z[j]), (j, 1, C))
    d = Derivation.start(
        Derivative(slope_of_cross_entropy(), z[b]), [TARGETS_SUM_TO_1, b >= 1, b <= C],
        name="cross_entropy_with_logits_hessian", because="the slope in $z_m$, once more",
        says="the curvature of cross-entropy in the logits contains the predictions alone, not the targets",
    )  # fmt: skip
    d = d.claim(Derivative(softmax(z, m, C) - q[m], z[b]), "the targets sum to 1")
    delta = KroneckerDelta(m, b)
    d = d.claim(delta * exp(z[m]) / total - exp(z[m]) * exp(z[b]) / total**2, "differentiated")
    return d.claim(softmax(z, m, C) * (delta - softmax(z, b, C)), "one factor in front")


TARGETS_SUM_TO_1 = Eq(Sum(q[c], CLASSES), 1, evaluate=False)


def without_name(d: Derivation) -> Derivation:
    """A derivation without its last line, which only gives the formula before it a name."""
    return replace(d, chain=d.chain[:-1])


def softplus_form(q: Expr, z: Expr) -> Expr:
    """Binary cross-entropy of a logit without a sigmoid: q ln(1 + exp(-z)) + (1 - q) ln(1 + exp(z))."""
    return q * log(1 + exp(-z)) + (1 - q) * log(1 + exp(z))


def slope_of_cross_entropy() -> Expr:
    """The derivative of cross-entropy in the logit of class m for any targets, whatever their sum."""
    return softmax(z, m, C) * Sum(q[c], CLASSES) - q[m]
