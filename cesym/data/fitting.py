"""Logistic regression on one variable by Newton's method: the least binary cross-entropy."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from statistics import NormalDist, fmean
from typing import Any

from cesym import symbols
from cesym.links import sigmoid
from cesym.losses import bce_with_logits
from cesym.plots.canvas import require
from cesym.symbols import scalar

__all__ = ["LogisticFit", "fit_logistic", "gradient_in_logit", "hessian_in_logit", "loss_in_logit"]


@cache
def computed(order: int) -> Any:
    """The binary cross-entropy of logits, or a derivative of it in the logit, as a function of arrays k, z."""
    return bce_with_logits.lambdify(derivative=order)


@cache
def inverse_link() -> Any:
    from cesym.numeric import lambdify

    return lambdify(scalar(symbols.z), sigmoid(scalar(symbols.z)))


def predict_from_logit(z: Any) -> Any:
    """p = 1/(1 + exp(-z)), elementwise and without overflow."""
    return inverse_link()(z)


def loss_in_logit(k: Any, z: Any) -> Any:
    """The binary cross-entropy of a sample, k ln(1 + exp(-z)) + (1 - k) ln(1 + exp(z)) in nats."""
    return computed(0)(k, z)


def gradient_in_logit(k: Any, z: Any) -> Any:
    """The derivative of the loss of a sample in its logit, p - k, elementwise."""
    return computed(1)(k, z)


def hessian_in_logit(k: Any, z: Any) -> Any:
    """The second derivative of the loss of a sample in its logit, p (1 - p), elementwise."""
    return computed(2)(k, z)


@dataclass(frozen=True, repr=False)
class LogisticFit:
    """The data and the line intercept + slope * temperature that gives each sample its logit."""

    temperature: tuple[float, ...]
    distress: tuple[int, ...]
    intercept: float
    slope: float

    @cached_property
    def predictions(self) -> tuple[float, ...]:
        """The fitted probability of each sample."""
        return tuple(map(float, self.predict(self.temperature)))

    @cached_property
    def losses(self) -> tuple[float, ...]:
        """What each sample pays, in nats."""
        logits = map(self.logit, self.temperature)
        return tuple(
            float(loss_in_logit(k, z)) for k, z in zip(self.distress, logits, strict=True)
        )

    @cached_property
    def nll(self) -> float:
        """The sum of the losses, in nats."""
        return math.fsum(self.losses)

    @property
    def covariance(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The covariance of intercept and slope: the inverse of the Hessian of the NLL."""
        at_centre, centre, slope = self._variances
        across = -centre * slope
        return (at_centre + centre**2 * slope, across), (across, slope)

    def logit(self, x: float) -> float:
        """intercept + slope * x."""
        return self.intercept + self.slope * x

    def predict(self, x: Any) -> Any:
        """The fitted probability at x: a float for a number, an array for a sequence."""
        import numpy as np

        p = predict_from_logit(self.intercept + self.slope * np.asarray(x, dtype=float))
        return p if p.ndim else float(p)

    def interval(self, x: float, level: float = 0.95) -> tuple[float, float]:
        """Wald's interval for the probability at x: symmetric in the logit, then the sigmoid.

        Domain: 0 < level < 1. Raises: ValueError for another level.
        """
        if not 0 < level < 1:
            raise ValueError(f"level: expected a number strictly between 0 and 1, got {level}")
        at_centre, centre, slope = self._variances
        deviation = math.sqrt(at_centre + (x - centre) ** 2 * slope)
        reach = NormalDist().inv_cdf((1 + level) / 2) * deviation
        z = self.logit(x)
        return float(predict_from_logit(z - reach)), float(predict_from_logit(z + reach))

    @cached_property
    def _variances(self) -> tuple[float, float, float]:
        """The variance of the logit at the weighted mean, that mean, and the variance of the slope.

        Around the weighted mean the Hessian is diagonal: nothing cancels, for kelvin for instance.
        """
        samples = list(zip(self.distress, self.temperature, strict=True))
        weights = [float(hessian_in_logit(k, self.logit(t))) for k, t in samples]
        centre = fmean(self.temperature, weights)
        spread = sum(w * (t - centre) ** 2 for w, (_, t) in zip(weights, samples, strict=True))
        return 1 / sum(weights), centre, 1 / spread

    def __repr__(self) -> str:
        line = f"intercept={self.intercept:.6f}, slope={self.slope:.6f}"
        return f"LogisticFit({line}, nll={self.nll:.4f}, samples={len(self.distress)})"


def fit_logistic(temperature: Sequence[float], distress: Sequence[int]) -> LogisticFit:
    """The logistic regression of `distress` on `temperature`: the intercept and slope of least NLL.

    Newton's method: the gradient of the NLL is Xᵀ(p - k), its Hessian Xᵀ diag(p(1 - p)) X.

    Domain: finite temperatures; distress 0 or 1; the 0s and the 1s overlap in temperature.
    Convention: the NLL is a sum over the samples, in nats.
    Raises: ValueError where the domain is left; above all for separable data, which have no fit.

    >>> from cesym.data import challenger
    >>> fit_logistic(challenger.temperature, challenger.distress)
    LogisticFit(intercept=15.042902, slope=-0.232163, nll=10.1576, samples=23)
    """
    require("numpy")
    import numpy as np

    temperatures, targets = _checked(temperature, distress)
    t, k = np.array(temperatures), np.array(targets)
    # Temperatures around their mean: almost uncorrelated with the column of ones, so that the
    # Hessian is well conditioned.
    mean = fmean(temperatures)
    X = np.column_stack([np.ones_like(t), t - mean])
    line = np.zeros(2)
    for _ in range(100):
        z = X @ line
        gradient = X.T @ gradient_in_logit(k, z)
        hessian = (X.T * hessian_in_logit(k, z)) @ X
        step = np.linalg.solve(hessian, gradient)
        if gradient @ step < 1e-16:
            at_mean, slope = map(float, line - step)
            return LogisticFit(temperatures, targets, at_mean - slope * mean, slope)
        # A full step can overshoot far from the minimum: halve it until the NLL does not rise.
        highest = loss_in_logit(k, z).sum() * (1 + 1e-12)
        while loss_in_logit(k, X @ (line - step)).sum() > highest:
            step = step / 2
        line = line - step
    raise ArithmeticError(f"Newton's method did not settle in 100 steps for {len(k)} samples")


def _checked(
    temperature: Sequence[float], distress: Sequence[int]
) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """The data as tuples of float and int, if they have a fit."""
    lengths = len(temperature), len(distress)
    if lengths[0] != lengths[1]:
        raise ValueError(
            f"temperature, distress: expected one length, got {lengths[0]} and {lengths[1]}"
        )
    for position, (t, k) in enumerate(zip(temperature, distress, strict=True)):
        if not math.isfinite(t):
            raise ValueError(f"temperature: expected finite numbers, got {t} at {position}")
        if k not in (0, 1):
            raise ValueError(f"distress: expected 0 or 1 for each sample, got {k} at {position}")
    temperatures, targets = tuple(map(float, temperature)), tuple(map(int, distress))
    zeros = [t for t, k in zip(temperatures, targets, strict=True) if k == 0]
    ones = [t for t, k in zip(temperatures, targets, strict=True) if k == 1]
    if not zeros or not ones:
        raise ValueError(f"distress: expected 0s and 1s, got {len(zeros)} and {len(ones)} of them")
    if len(set(temperatures)) == 1:
        raise ValueError(f"temperature: expected different values, got only {temperatures[0]:g}")
    for lower, upper in ((zeros, ones), (ones, zeros)):
        if max(lower) <= min(upper):
            raise ValueError(
                "distress: expected 0s and 1s that overlap in temperature, but "
                f"{max(lower):g} separates them: the steeper the curve the larger the likelihood"
            )
    return temperatures, targets
