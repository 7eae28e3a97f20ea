"""The losses of two outcomes: of a probability, and of its logit."""

from sympy import log

from cesym import symbols
from cesym.links import sigmoid
from cesym.losses.loss import Loss
from cesym.symbols import scalar

__all__ = ["bce", "bce_with_logits"]

K, P, Z = scalar(symbols.k), scalar(symbols.p), scalar(symbols.z)

bce = Loss(
    name="bce",
    target=K,
    prediction=P,
    expr=-(K * log(P) + (1 - K) * log(1 - P)),
    domain=(P > 0, P < 1, K >= 0, K <= 1),
    convention="Natural logarithm (nats), one sample, no reduction; k is hard (0 or 1) or soft (between).",
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation 4.90",
)

bce_with_logits = Loss(
    name="bce_with_logits",
    target=K,
    prediction=Z,
    expr=-(K * log(sigmoid(Z)) + (1 - K) * log(1 - sigmoid(Z))),
    domain=(K >= 0, K <= 1),
    convention="Natural logarithm (nats), one sample, no reduction; k is hard or soft, z the logit of p(k = 1).",
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation 4.90 with 4.87",
)
