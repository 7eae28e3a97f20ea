"""Cross-entropy, for any number of classes and samples.

cross_entropy_from_categorical          the categorical NLL is the cross-entropy with one-hot targets
cross_entropy_one_hot                   cross-entropy with a one-hot target is -log p_true
bce_from_two_class_cross_entropy        with two classes, cross-entropy is binary cross-entropy
nll_is_cross_entropy                    NLL/N is the cross-entropy of the empirical distribution and the model
nll_is_cross_entropy_one_hot            the same, for one-hot targets
"""

from functools import cache

from sympy import Eq, Expr, Gt, IndexedBase, KroneckerDelta, Product, Sum, log

from cesym.derivation import Derivation
from cesym.derivation.nll import nll
from cesym.given import INDEPENDENT, Fact
from cesym.information import cross_entropy as cross_entropy_of
from cesym.information import empirical
from cesym.likelihoods import Likelihood, categorical, one_hot
from cesym.losses import bce, cross_entropy
from cesym.rules import log_of_power, log_of_product
from cesym.symbols import C, N, c, i, p, q, y

EMPIRICAL = IndexedBase(r"\hat q", real=True)
SAMPLES, CLASSES = (i, 1, N), (c, 1, C)
LABELS = [(y[i] >= 1, SAMPLES), (y[i] <= C, SAMPLES)]
ONE_HOT = (Eq(q[i, c], KroneckerDelta(c, y[i]), evaluate=False), SAMPLES, CLASSES)
OF_P = (r"\mathrm{NLL}(p)", "NLL(p)")


@cache
def cross_entropy_from_categorical() -> Derivation:
    """The negative log-likelihood of N labels out of C classes is the sum of their cross-entropies.

    Domain: labels y_i in 1..C, predictions p_ic > 0, targets one-hot: q_ic = 1 where c = y_i, else 0.
    Convention: nats, the sum over the samples. Any N >= 1 and C >= 1.
    Source: Bishop, Pattern Recognition and Machine Learning (2006), equation 4.108.
    """
    d = nll(
        p[i, y[i]], y, given=[(p[i, c] > 0, SAMPLES, CLASSES), *LABELS, ONE_HOT], label=OF_P,
        name="cross_entropy_from_categorical", because=r"$-\ln$ of the joint mass",
        says="the negative log-likelihood of $N$ labels is the sum of the cross-entropies with their one-hot targets",
    )  # fmt: skip
    d = d.claim(-log(Product(one_hot(q[i, c], p[i, c]), SAMPLES)), "one formula for all classes")
    d = d.apply(log_of_product).apply(log_of_power)
    label = (r"\sum_{i=1}^{N} \mathrm{H}(q_i, p_i)", "∑ᵢ H(qᵢ, pᵢ)")
    return d.claim(cross_entropy.over(i, N), "the textbook formula", label)


@cache
def cross_entropy_one_hot() -> Derivation:
    """The cross-entropy with one-hot targets is minus the log of the probability of the true class.

    Domain: as for :func:`cross_entropy_from_categorical`. Convention: nats, the sum over the samples.
    """
    d = Derivation.start(
        cross_entropy.over(i, N), [(p[i, c] > 0, SAMPLES, CLASSES), *LABELS, ONE_HOT], name="cross_entropy_one_hot",
        label=(r"\sum_{i=1}^{N} \mathrm{H}(q_i, p_i)", "∑ᵢ H(qᵢ, pᵢ)"), because="cross-entropy, summed",
        says="with a one-hot target the loss sees only the probability of the true class",
    )  # fmt: skip
    d = d.claim(-Sum(KroneckerDelta(c, y[i]) * log(p[i, c]), CLASSES, SAMPLES), "the target is one-hot")
    return d.claim(-Sum(log(p[i, y[i]]), SAMPLES), "one class is left: $c = y_i$")


@cache
def bce_from_two_class_cross_entropy() -> Derivation:
    """With two classes whose probabilities sum to 1, cross-entropy is binary cross-entropy of the first class.

    Domain: p_i1, p_i2 > 0 with p_i1 + p_i2 = 1; targets with q_i1 + q_i2 = 1, hard or soft.
    Convention: nats, the sum over the samples. For hard targets the first line is the joint mass of N labels.
    """
    both = [(Eq(q[i, 1] + q[i, 2], 1), SAMPLES), (Eq(p[i, 1] + p[i, 2], 1), SAMPLES)]
    positive = [(p[i, 1] > 0, SAMPLES), (p[i, 2] > 0, SAMPLES)]
    d = nll(
        one_hot(q[i, c], p[i, c], 2), q[i, c], given=[*positive, *both], label=OF_P,
        because=r"$-\ln$ of the joint mass",
        name="bce_from_two_class_cross_entropy",
        says="with two classes, $q_2 = 1 - q_1$ and $p_2 = 1 - p_1$ turn cross-entropy into binary cross-entropy",
    )  # fmt: skip
    d = d.apply(log_of_product).apply(log_of_power)
    d = d.claim(-Sum(q[i, 1] * log(p[i, 1]) + q[i, 2] * log(p[i, 2]), SAMPLES), "both classes written out")
    binary = bce.expr.xreplace({bce.target: q[i, 1], bce.prediction: p[i, 1]})
    d = d.claim(-Sum(q[i, 1] * log(p[i, 1]) + (1 - q[i, 1]) * log(1 - p[i, 1]), SAMPLES), "two classes sum to 1")
    label = (r"\sum_{i=1}^{N} \mathrm{BCE}(q_{i,1}, p_{i,1})", "∑ᵢ BCE(qᵢ₁, pᵢ₁)")
    return d.claim(Sum(binary, SAMPLES), "the textbook formula", label)


@cache
def nll_is_cross_entropy() -> Derivation:
    """NLL/N is the cross-entropy of the empirical distribution and the model, exactly, for labels 1..C.

    Domain: labels y_i in 1..C, one model p_c > 0 for all samples; the empirical distribution is
    q_c = (number of samples with label c)/N. Any N >= 1 and C >= 1.
    Convention: nats, the mean over the samples.
    """
    return mean_nll(
        categorical(y[i]), empirical(y, c, i, N), name="nll_is_cross_entropy",
        says=r"the negative log-likelihood of a sample, divided by $N$, is the cross-entropy of its empirical "
        r"distribution $\hat q$ and the model $p$",
    )  # fmt: skip


@cache
def nll_is_cross_entropy_one_hot() -> Derivation:
    """NLL/N is the cross-entropy of the empirical distribution and the model, exactly, for one-hot targets.

    Domain: targets q_ic whose mean over the samples is the empirical distribution, one model p_c > 0 for all.
    Convention: nats, the mean over the samples.
    """
    mass = Likelihood(one_hot(q[i, c], p[c]), (Fact(Gt(p[c], 0, evaluate=False), (CLASSES,)),), True)
    return mean_nll(
        mass, Sum(q[i, c], SAMPLES) / N, name="nll_is_cross_entropy_one_hot",
        says=r"with one-hot targets too, the negative log-likelihood divided by $N$ is $H(\hat q, p)$",
    )  # fmt: skip


def mean_nll(mass: Likelihood, frequency: Expr, name: str, says: str) -> Derivation:
    """-ln of the joint mass, divided by N, as the cross-entropy with the family that is defined by ``frequency``."""
    definition = (Eq(EMPIRICAL[c], frequency, evaluate=False), CLASSES)
    d = Derivation.start(
        -log(Product(mass.mass, SAMPLES)) / N, [*mass.facts, definition], assumptions=(INDEPENDENT,), name=name,
        says=says, label=(r"\tfrac{1}{N}\,\mathrm{NLL}(p)", "NLL(p)/N"), because=r"$-\ln$ of the joint mass",
    )  # fmt: skip
    d = d.apply(log_of_product)
    d = (
        d.apply(log_of_power)
        if d.exprs[-1].has(q)
        else d.claim(-Sum(KroneckerDelta(c, y[i]) * log(p[c]), CLASSES, SAMPLES) / N, "the class $y_i$, by a delta")
    )
    d = d.claim(-Sum(frequency * log(p[c]), CLASSES), "sum over samples first")
    return d.claim(cross_entropy_of(EMPIRICAL, p, c, C), r"share of each class: $\hat q_c$")
