"""The textbook losses, typed by hand: what the derivations must arrive at.

=============================  ===============  ==========  ==============================================
loss                           target           prediction  for one sample
=============================  ===============  ==========  ==============================================
``bce``                        k in [0, 1]      p           -(k log p + (1 - k) log(1 - p))
``bce_with_logits``            k in [0, 1]      z           the same of p = 1/(1 + exp(-z))
``cross_entropy``              q[1], ..., q[C]  p[c]        -(sum over the classes of q[c] log p[c])
``cross_entropy_with_logits``  q[1], ..., q[C]  z[c]        the same of p[c] = exp(z[c])/(sum of exp(z[j]))
``squared_error``              x                mu          (x - mu)**2
``gaussian_nll``               x                mu and v    log(2 pi v)/2 + (x - mu)**2/(2 v)
=============================  ===============  ==========  ==============================================

Where p is 0 or 1 a formula has no value, and no derivation claims one. That a function of arrays takes 0 log 0 for 0
and the limits of all else there is the convention of `cesym.numeric`; `tests/test_accuracy.py` holds it to that.

This room imports neither the likelihoods nor the theorems. Otherwise a derivation would compare a formula
with itself.
"""

from cesym.losses.binary import bce, bce_with_logits
from cesym.losses.classes import cross_entropy, cross_entropy_with_logits
from cesym.losses.loss import Loss
from cesym.losses.real import gaussian_nll, squared_error

__all__ = [
    "Loss", "bce", "bce_with_logits", "cross_entropy", "cross_entropy_with_logits", "gaussian_nll", "squared_error",
]  # fmt: skip
