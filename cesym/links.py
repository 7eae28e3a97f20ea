"""Links: how a prediction is read from a logit, and back.

A link is a substitution. Nothing here is more than shorthand for the formula it returns, written with the
operations that the kernel reads, so that ``let(p[i], links.sigmoid(z[i]))`` is an ordinary step.

======================  =======================  ======================================
link (from prediction)  inverse (to prediction)  prediction
======================  =======================  ======================================
``identity``            ``identity``             a mean, any real number
``log``                 ``exp``                  a rate or a scale, above 0
``logit``               ``sigmoid``              a probability, 0 < p < 1
``log_ratio``           ``softmax``              a probability vector, every entry above 0
======================  =======================  ======================================
"""

from collections.abc import Callable
from typing import Any

import sympy
from sympy import Expr, Sum, sympify

from cesym.notation.indices import at_class, fresh_index, one_entry

__all__ = ["at_class", "exp", "fresh_index", "identity", "inverse", "log", "log_ratio", "logit", "sigmoid", "softmax"]


def identity(z: Any) -> Expr:
    """The link of a mean: z itself.

    Domain: any real z. Its own inverse.

    >>> from cesym.symbols import i, mu
    >>> identity(mu[i])
    mu[i]
    """
    return one_entry(z)


def log(mean: Any) -> Expr:
    """The link of a rate or a scale: its natural logarithm.

    Domain: mean > 0. Inverse: `exp`.

    >>> from cesym.symbols import i, lam
    >>> log(lam[i])
    log(lam[i])
    """
    return sympy.log(one_entry(mean))


def exp(z: Any) -> Expr:
    """The rate exp(z) > 0 that belongs to z.

    Domain: any real z. Inverse: `log`.

    >>> from cesym.symbols import i, z
    >>> exp(z[i])
    exp(z[i])
    """
    return sympy.exp(one_entry(z))


def logit(p: Any) -> Expr:
    """The log odds log(p/(1 - p)) of a probability.

    Domain: 0 < p < 1. Convention: natural logarithm. Inverse: `sigmoid`.
    Source: Berkson, Application of the logistic function to bio-assay, JASA 39 (1944).

    >>> from cesym.symbols import i, p
    >>> logit(p[i])
    log(p[i]/(1 - p[i]))
    """
    p = one_entry(p)
    return sympy.log(p / (1 - p))


def sigmoid(z: Any) -> Expr:
    """The probability 1/(1 + exp(-z)) that belongs to the logit z.

    Domain: any real z; the value lies strictly between 0 and 1. Inverse: `logit`.

    >>> from cesym.symbols import i, z
    >>> sigmoid(z[i])
    1/(1 + exp(-z[i]))
    """
    return 1 / (1 + sympy.exp(-one_entry(z)))


def softmax(z: Any, c: Any, C: Any) -> Expr:
    """The probability of class c that belongs to the logits z[1], ..., z[C].

    ``z`` is a family, read as z[c], a row z[i] of a family, read as z[i, c], or an expression in the index c.
    Domain: any real logits; the values lie strictly between 0 and 1 and sum to 1 over the classes.
    Convention: classes are numbered 1 to C, the class index stands last.
    Inverse: `log_ratio`, up to a number added to all logits.

    >>> from cesym.symbols import C, c, i, z
    >>> softmax(z, c, C)
    exp(z[c])/Sum(exp(z[j]), (j, 1, C))
    >>> softmax(z[i], c, C)
    exp(z[i, c])/Sum(exp(z[i, j]), (j, 1, C))
    """
    j = fresh_index(z, c, C)
    return sympy.exp(at_class(z, c, c)) / Sum(sympy.exp(at_class(z, c, j)), (j, 1, C))


def log_ratio(p: Any, c: Any, C: Any) -> Expr:
    """The logit of class c: log p[c] less its mean over the classes, so that the logits sum to 0.

    Domain: p[c] > 0 for every class. Convention: natural logarithm; of all logits with this `softmax`, which
    differ by a number added to all classes, the ones with sum 0.
    Source: Aitchison, The Statistical Analysis of Compositional Data (1986), the centred log-ratio.

    >>> from cesym.symbols import C, c, p
    >>> log_ratio(p, c, C)
    log(p[c]) - Sum(log(p[j]), (j, 1, C))/C
    """
    j = fresh_index(p, c, C)
    return sympy.log(at_class(p, c, c)) - Sum(sympy.log(at_class(p, c, j)), (j, 1, C)) / sympify(C)


def inverse(link: Callable[..., Expr]) -> Callable[..., Expr]:
    """The link that undoes this one.

    Raises: ValueError for a function that is not one of the links of this module.

    >>> inverse(logit) is sigmoid, inverse(sigmoid) is logit
    (True, True)
    """
    for one, other in ((identity, identity), (log, exp), (logit, sigmoid), (log_ratio, softmax)):
        if link is one:
            return other
        if link is other:
            return one
    raise ValueError(f"link must be identity, log, exp, logit, sigmoid, log_ratio or softmax; got {link!r}")
