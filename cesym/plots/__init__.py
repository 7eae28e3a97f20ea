"""The figures of the notebooks: each shows one finding, says it in its title, and takes its
numbers from the data it is given.

- ``canvas``: the style, what each colour means, and how a figure shows itself once in Jupyter
- ``two_classes``: cross-entropy over the prediction, soft targets, the log outside the sum
- ``bernoulli``: likelihood and NLL of one p, underflow, what each sample pays, the O-ring curve
- ``gaussian``: NLL and MSE, the fitted density, the NLL over both parameters, a free variance
- ``numbers``: the gap between two floats, and how many units in the last place a form is off

NumPy and matplotlib are imported when the first figure is drawn.
"""

from cesym.plots.bernoulli import loss_per_sample, oring, same_argmax, underflow
from cesym.plots.gaussian import free_variance, gaussian_fit, nll_is_affine_in_mse, nll_surface
from cesym.plots.numbers import ulp_errors, unit_in_the_last_place
from cesym.plots.two_classes import log_outside_the_sum, two_class_curves

__all__ = [
    "free_variance",
    "gaussian_fit",
    "log_outside_the_sum",
    "loss_per_sample",
    "nll_is_affine_in_mse",
    "nll_surface",
    "oring",
    "same_argmax",
    "two_class_curves",
    "ulp_errors",
    "underflow",
    "unit_in_the_last_place",
]
