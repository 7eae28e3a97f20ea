"""Entropy, cross-entropy, KL divergence and the empirical distribution, for any number of classes C.

q is the target, p the prediction, everywhere. Each function returns a formula; nothing is evaluated.

=============================  ==============================
``entropy(q, c, C)``           H(q) = -sum of q log q
``cross_entropy(q, p, c, C)``  H(q, p) = -sum of q log p
``kl_divergence(q, p, c, C)``  KL(q, p) = H(q, p) - H(q)
``empirical(x, c, i, N)``      share of the labels x equal to c
=============================  ==============================
"""

from typing import Any

from sympy import Expr, KroneckerDelta, Sum, log, sympify

from cesym.notation.indices import at_class

__all__ = ["cross_entropy", "empirical", "entropy", "kl_divergence"]


def entropy(q: Any, c: Any, C: Any) -> Expr:
    """The entropy H(q) = -Sum(q[c]*log(q[c]), (c, 1, C)).

    ``q`` is a family, read as q[c], or an expression in the index c.
    Domain: q[c] > 0 for every class. Convention: natural logarithm (nats); classes 1 to C.
    Source: Shannon, A Mathematical Theory of Communication (1948), section 6.

    >>> from cesym.symbols import C, c, q
    >>> entropy(q, c, C)
    -Sum(log(q[c])*q[c], (c, 1, C))
    """
    return cross_entropy(q, q, c, C)


def cross_entropy(q: Any, p: Any, c: Any, C: Any) -> Expr:
    """The cross-entropy H(q, p) = -Sum(q[c]*log(p[c]), (c, 1, C)) of the prediction p under the target q.

    ``q`` and ``p`` are families, read as q[c] and p[c], or expressions in the index c.
    Domain: p[c] > 0 for every class. Convention: natural logarithm (nats); classes 1 to C; not symmetric.
    Source: Cover & Thomas, Elements of Information Theory, 2nd ed., section 5.4, as H(q) + KL(q, p).

    >>> from cesym.symbols import C, c, i, p, q
    >>> cross_entropy(q, p, c, C)
    -Sum(log(p[c])*q[c], (c, 1, C))
    >>> cross_entropy(q[i], p[i], c, C)
    -Sum(log(p[i, c])*q[i, c], (c, 1, C))
    """
    return -Sum(at_class(q, c, c) * log(at_class(p, c, c)), (c, 1, C))


def kl_divergence(q: Any, p: Any, c: Any, C: Any) -> Expr:
    """The Kullback-Leibler divergence Sum(q[c]*log(q[c]/p[c]), (c, 1, C)) from the prediction p to the target q.

    ``q`` and ``p`` are families, read as q[c] and p[c], or expressions in the index c.
    Domain: q[c] > 0 and p[c] > 0 for every class. Convention: natural logarithm (nats); target first.
    Source: Kullback & Leibler, On Information and Sufficiency (1951), equation 2.4.

    >>> from cesym.symbols import C, c, p, q
    >>> kl_divergence(q, p, c, C)
    Sum(log(q[c]/p[c])*q[c], (c, 1, C))
    """
    target = at_class(q, c, c)
    return Sum(target * log(target / at_class(p, c, c)), (c, 1, C))


def empirical(x: Any, c: Any, i: Any, N: Any) -> Expr:
    """The empirical distribution: the share of the N labels x[1], ..., x[N] that equal c.

    ``x`` is a family, read as x[i], or an expression in the index i.
    Domain: labels x[i] in 1..C. Convention: with its 1/N, so that it sums to 1 over the classes.

    >>> from cesym.symbols import N, c, i, x
    >>> empirical(x, c, i, N)
    Sum(KroneckerDelta(c, x[i]), (i, 1, N))/N
    """
    return Sum(KroneckerDelta(c, at_class(x, i, i)), (i, 1, N)) / sympify(N)
