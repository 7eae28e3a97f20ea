"""The categorical distribution over symbolically many classes, which sympy.stats lacks."""

from typing import Any

import sympy as sp

from cesym.given import Fact
from cesym.likelihoods.density import Likelihood
from cesym.symbols import C, N, c, i, p

__all__ = ["categorical", "one_hot"]


def categorical(label: sp.Expr, probabilities: Any = p, classes: sp.Expr = C) -> Likelihood:
    """The categorical mass at a label 1..C: the probability of that class.

    Domain: probabilities p[c] > 0 for c in 1..C (their sum is 1, which no step here needs).

    >>> from cesym.symbols import y
    >>> categorical(y[i]).mass
    p[y[i]]
    """
    limits = ((i, sp.S(1), N),) if label.has(i) else ()
    mass, positive = probabilities[label], sp.Gt(probabilities[c], 0, evaluate=False)
    facts = (
        Fact(positive, ((c, sp.S(1), classes),)),
        Fact(sp.Ge(label, 1, evaluate=False), limits),
        Fact(sp.Le(label, classes, evaluate=False), limits),
    )
    return Likelihood(mass, facts, True)


def one_hot(target: Any, probabilities: Any, classes: sp.Expr = C) -> sp.Expr:
    """The categorical mass at a one-hot vector: the product over classes of p[c]**q[c].

    ``target`` and ``probabilities`` are expressions in the class letter ``c``.

    >>> from cesym.symbols import q
    >>> one_hot(q[i, c], p[i, c])
    Product(p[i, c]**q[i, c], (c, 1, C))
    """
    return sp.Product(probabilities**target, (c, 1, classes))
