"""The losses of several classes: of probabilities, and of their logits."""

from sympy import Sum, log

from cesym.links import softmax
from cesym.losses.loss import Loss
from cesym.symbols import C, c, p, q, z

__all__ = ["cross_entropy", "cross_entropy_with_logits"]



cross_entropy = Loss(
    name="cross_entropy",
    target=q,
    prediction=p,
    expr=-Sum(q[c] * log(p[c]), (c, 1, C)),
    domain=((p[c] > 0, (c, 1, C)), (p[c] < 1, (c, 1, C)), (q[c] >= 0, (c, 1, C)), (q[c] <= 1, (c, 1, C))),
    convention="Natural logarithm (nats), one sample, no reduction; classes 1 to C, the last index.",
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation 4.108",
)

cross_entropy_with_logits = Loss(
    name="cross_entropy_with_logits",
    target=q,
    prediction=z,
    expr=-Sum(q[c] * log(softmax(z, c, C)), (c, 1, C)),
    domain=((q[c] >= 0, (c, 1, C)), (q[c] <= 1, (c, 1, C))),
    convention="Natural logarithm (nats), one sample, no reduction; classes 1 to C, the last index.",
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation 4.108 with 4.104",
)
