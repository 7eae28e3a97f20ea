"""Measurements under a Gaussian model: NLL and MSE, the fitted density, the NLL of mu and sigma."""

import math
from collections import Counter
from collections.abc import Iterable
from functools import cache
from statistics import fmean
from typing import TYPE_CHECKING, Any

from cesym import losses
from cesym.plots.canvas import (
    GUIDE,
    LEAST,
    MODEL,
    QUIET,
    REMARK,
    WRONG,
    Style,
    drawn,
    new_figure,
    point_to,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["free_variance", "gaussian_fit", "nll_is_affine_in_mse", "nll_surface"]

AXIS: Style = {"color": "#444444", "linewidth": 0.8, "linestyle": "-"}


def gaussian_nll(x: Any, mu: Any, sigma: Any) -> Any:
    """The NLL of a measurement in nats, elementwise."""
    return computed()(x, mu, sigma**2)


@cache
def computed() -> Any:
    return losses.gaussian_nll.lambdify()


def estimates(data: Iterable[float]) -> tuple[Any, str, float, float]:
    """The measurements as an array, what they measure, and the mean and deviation of least NLL.

    Raises: ValueError unless they are finite and at least two differ: the NLL has no minimum then.
    """
    import numpy as np

    values = tuple(map(float, data))
    if not all(map(math.isfinite, values)):
        raise ValueError(f"data: expected finite numbers, got {values}")
    if len(set(values)) < 2:
        raise ValueError(f"data: expected at least two different numbers, got {values}")
    mean = fmean(values)
    sigma = math.sqrt(fmean((value - mean) ** 2 for value in values))
    return np.array(values), getattr(data, "quantity", "measurement"), mean, sigma


def signed(number: float) -> str:
    """The number with two decimals and a true minus sign.

    >>> signed(-3.149)
    '−3.15'
    """
    return f"{number:.2f}".replace("-", "−")


@drawn
def nll_is_affine_in_mse(data: Iterable[float], sigmas: tuple[float, ...] = ()) -> "Figure":
    """The MSE over mu, and below it the NLL for fixed deviations: NLL = a MSE + b, one minimiser.

    Convention: a = N/(2 sigma²) and b = (N/2) ln(2 pi sigma²); the NLL is a sum, in nats.
    `sigmas`, at most three, are by default 0.7, 1 and 2 times the estimate, to two digits.
    Raises: ValueError for data without a best Gaussian, or for other `sigmas`.
    """
    import numpy as np

    x, quantity, mean, estimate = estimates(data)
    sigmas = sigmas or tuple(float(f"{factor * estimate:.2g}") for factor in (0.7, 1, 2))
    if len(sigmas) > 3 or min(sigmas) <= 0:
        raise ValueError(f"sigmas: expected at most three positive numbers, got {sigmas}")
    mu = mean + estimate * np.linspace(-1.4, 1.4, 401)
    mse, least = ((x[:, None] - mu) ** 2).mean(axis=0), estimate**2
    figure = new_figure(5.8)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[1, 1.9])
    for axes in (above, below):
        axes.axvline(mean, **GUIDE)
    above.plot(mu, mse, **MODEL, label="MSE")
    above.plot(mean, least, **LEAST, label="least MSE")
    remark_at = (mean + 0.1 * estimate, 0.5 * least)
    point_to(above, f"least at the mean: {least:.3g}", (mean, least), remark_at)
    for sigma, dashes in zip(sorted(sigmas), ("-", "--", ":"), strict=False):
        a, b = len(x) / (2 * sigma**2), len(x) / 2 * math.log(2 * math.pi * sigma**2)
        nll = gaussian_nll(x[:, None], mu, sigma).sum(axis=0)
        below.plot(mu, nll, **MODEL | {"linestyle": dashes}, label=f"NLL, sigma = {sigma:g}")
        below.plot(mean, a * least + b, **LEAST, label=f"least NLL, sigma = {sigma:g}")
        law = f"σ = {sigma:g}: NLL =\n{a:.3g} MSE {'−' if b < 0 else '+'} {abs(b):.1f}"
        # Outside the axes, where the curve ends.
        away: Style = {"xytext": (6, 0), "textcoords": "offset points", "annotation_clip": False}
        below.annotate(law, (mu[-1], nll[-1]), **away, va="center", fontsize=9.5)
    above.set(ylabel="MSE", ylim=(0, None), xlim=(mu[0], mu[-1]))
    above.set_title(
        f"The mean, {mean:.4g}, is best for the MSE and for the NLL, whatever the fixed σ"
    )
    below.set(xlabel=f"$\\mu$, {quantity}", ylabel="NLL (nats)")
    below.set_title(
        "NLL = $a$ MSE + $b$ with $a = N/2\\sigma^2$ and $b = (N/2)\\,\\ln\\,2\\pi\\sigma^2$"
    )
    figure.align_ylabels()
    return figure


@drawn
def gaussian_fit(data: Iterable[float]) -> "Figure":
    """The measurements under the fitted density, and below it what each of them pays in nats.

    Raises: ValueError for data without a best Gaussian.
    """
    import numpy as np

    x, quantity, mean, sigma = estimates(data)
    losses = gaussian_nll(x, mean, sigma)
    worst = int(losses.argmax())
    half = 1.15 * max(abs(x - mean))
    grid = np.linspace(mean - half, mean + half, 501)
    density = np.exp(-gaussian_nll(grid, mean, sigma))
    figure = new_figure(5.6)
    above, below = figure.subplots(2, 1, sharex=True)
    for axes in (above, below):
        axes.axhline(0, **AXIS)
        axes.axvline(mean, **GUIDE)
    above.plot(grid, density, **MODEL, label="density")
    below.plot(grid, gaussian_nll(grid, mean, sigma), **MODEL, label="loss")
    rings: Style = {"ms": 6, "mew": 1.2, "markerfacecolor": "white", "linestyle": "none"}
    below.plot(x, losses, "o", **rings, color=QUIET, zorder=4, label="measurements")
    # One tick for each measurement under the axis, longer where a value was found twice.
    tick = 0.06 * density.max()
    for value, times in Counter(x.tolist()).items():
        above.vlines(value, -2.4 * tick, (times - 2.4) * tick, color=QUIET, lw=1.6)
    above.text(grid[-1], 0.9 * density.max(), f"ticks: the {len(x)} values ", ha="right", **REMARK)
    remark = f"{x[worst]:.4g}, {abs(x[worst] - mean) / sigma:.1f} standard\n"
    remark += f"deviations from the mean,\npays {signed(losses[worst])}"
    inwards, align = (0.2, "left") if x[worst] < mean else (-0.2, "right")
    remark_at = (x[worst] + inwards * half, losses[worst])
    point_to(below, remark, (x[worst], losses[worst]), remark_at, ha=align)
    if losses.min() < 0 < gaussian_nll(mean + 0.4 * half, mean, sigma):
        below.text(grid[-1], 0.6 * losses.min(), "below 0: density above 1 ", ha="right", **REMARK)
    above.set(ylabel="density of the fit", ylim=(-3 * tick, 1.1 * density.max()))
    above.set_title(
        f"The Gaussian that fits the {len(x)} values best: "
        f"mean {mean:.4g}, standard deviation {sigma:.3g}"
    )
    below.set(xlabel=quantity, ylabel="loss of one value (nats)", xlim=(grid[0], grid[-1]))
    below.set_title(f"The {len(x)} heights add up to the NLL: {signed(losses.sum())} nats")
    figure.align_ylabels()
    return figure


@drawn
def nll_surface(data: Iterable[float]) -> "Figure":
    """Contours of the NLL over mu and sigma, with the estimate and the best of each for the other.

    Convention: the NLL is a sum, in nats. Raises: ValueError for data without a best Gaussian.
    """
    import numpy as np

    x, quantity, mean, estimate = estimates(data)
    mu = mean + estimate * np.linspace(-1.1, 1.1, 221)
    sigma = estimate * np.linspace(0.6, 2.4, 201)
    nll = gaussian_nll(x[:, None, None], mu, sigma[:, None]).sum(axis=0)
    least = float(gaussian_nll(x, mean, estimate).sum())
    best_sigma = np.sqrt(((x[:, None] - mu) ** 2).mean(axis=0))
    figure = new_figure(4.6)
    axes = figure.subplots()
    grey: Style = {"colors": "#909090", "linewidths": 1.2}
    # The NLL grows with N: the same shares of N are the same ellipses, whatever the N.
    levels = [float(f"{share * len(x):.1g}") for share in (0.02, 0.07, 0.17, 0.35, 0.7, 1.4)]
    contours = axes.contour(mu, sigma, nll - least, levels=levels, **grey)
    for label in axes.clabel(contours, fmt="+%g", fontsize=9, colors=QUIET):
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.5})
    axes.axvline(mean, **GUIDE)
    axes.plot(mu, best_sigma, **MODEL, label="best sigma")
    axes.plot(mean, estimate, **LEAST, label="estimate")
    y = 2.26 * estimate
    point_to(axes, "best $\\sigma$ for each $\\mu$", (mu[18], best_sigma[18]), (mu[4], y))
    remark = "best $\\mu$ for every $\\sigma$: the mean"
    point_to(axes, remark, (mean, 2.15 * estimate), (mu[-4], y), ha="right")
    axes.grid(False)
    axes.set(xlabel=f"$\\mu$, {quantity}", ylabel="$\\sigma$")
    axes.set(xlim=(mu[0], mu[-1]), ylim=(sigma[0], sigma[-1]))
    axes.set_title(
        f"One lowest point: μ = {mean:.4g}, σ = {estimate:.3g}, "
        f"NLL {signed(least)} nats (contours: nats above it)"
    )
    return figure


@drawn
def free_variance(data: Iterable[float]) -> "Figure":
    """The NLL over sigma at the mean, and the same without (N/2) ln(2 pi sigma²), which falls to 0 for ever.

    Convention: sums over the samples, in nats. What is left without that term is
    sum (x - mean)²/(2 sigma²). Raises: ValueError for data without a best Gaussian.
    """
    import numpy as np

    x, _, mean, estimate = estimates(data)
    sigma = estimate * np.geomspace(0.3, 30, 601)
    nll = gaussian_nll(x[:, None], mean, sigma).sum(axis=0)
    rest = ((x - mean) ** 2).sum() / (2 * sigma**2)
    least = float(gaussian_nll(x, mean, estimate).sum())
    top = 0.8 * nll[0] + 0.2 * least
    bottom = min(0, least) - 0.08 * top
    figure = new_figure(3.8)
    axes = figure.subplots()
    axes.plot(sigma, nll, **MODEL, label="NLL")
    axes.plot(sigma, rest, **WRONG, label="without its logarithm")
    axes.plot(estimate, least, **LEAST, label="least NLL")
    remark = f"NLL: least at σ = {estimate:.3g},\n{signed(least)} nats"
    point_to(axes, remark, (estimate, least), (estimate, 0.4 * least + 0.6 * top))
    remark = f"without the logarithm: {rest[-1]:.2g} nats here"
    away: Style = {"xytext": (-4, 5), "textcoords": "offset points", "ha": "right"}
    axes.annotate(remark, (sigma[-1], rest[-1]), **away, color=WRONG["color"])
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set(xlabel="$\\sigma$ (logarithmic axis)", ylabel="loss (nats)")
    axes.set(xlim=(sigma[0], sigma[-1]), ylim=(bottom, top))
    axes.set_title(
        "Without ($N$/2) ln 2πσ² the loss falls to 0 as σ grows: no σ is best"
    )
    return figure
