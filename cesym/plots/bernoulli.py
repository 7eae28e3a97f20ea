"""Two outcomes: the likelihood of one p, underflow, what each sample pays, the O-ring curve."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cesym.plots.canvas import (
    BAND,
    GUIDE,
    K0,
    K1,
    LEAST,
    MODEL,
    QUIET,
    REMARK,
    SHADE,
    Style,
    drawn,
    new_figure,
    point_to,
)
from cesym.plots.two_classes import cross_entropy_of_two, entropy_of_two

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from cesym.data.fitting import LogisticFit

__all__ = ["loss_per_sample", "oring", "same_argmax", "underflow"]

BESIDE: Style = {"fontsize": 9.5, "va": "center"}  # a label in the colour of its marks


@drawn
def same_argmax(outcomes: Sequence[int], what: str = "outcomes are 1") -> "Figure":
    """Likelihood, log-likelihood and NLL of one shared p: one p is best for all three.

    Domain: outcomes 0 or 1, at least one of each. Convention: sums over the samples, in nats.
    Raises: ValueError for other outcomes: the likelihood is then largest at 0 or at 1.
    """
    import numpy as np

    if set(outcomes) != {0, 1}:
        got = ", ".join(map(str, sorted(set(outcomes)))) or "none"
        raise ValueError(f"outcomes: expected 0s and 1s, at least one of each, got {got}")
    ones, total = sum(outcomes), len(outcomes)
    best, least = ones / total, total * entropy_of_two(ones / total)
    # The best p is one of the points, so that each curve passes through its mark.
    p = np.sort(np.append(np.linspace(0.0005, 0.9995, 1200), best))
    nll = total * cross_entropy_of_two(best, p)
    # A power of ten is taken out before exp: for some 1000 samples the likelihood underflows.
    power = math.floor(-least / math.log(10))
    scaled = np.exp(-nll - power * math.log(10))
    largest, unit = math.exp(-least - power * math.log(10)), f"$10^{{{power}}}$"

    far = 3.4 * least
    rows = (
        ("likelihood", unit, scaled, largest, (0, 1.25 * largest)),
        ("log-likelihood", "nats", -nll, -least, (-far, -0.4 * least)),
        ("NLL", "nats", nll, least, (0.4 * least, far)),
    )
    remarks = (
        (f"largest at $p$ = {ones}/{total}: {largest:.2f} · {unit}", 1.08 * largest),
        (f"largest at the same $p$: −{least:.2f}", -0.75 * far),
        (f"smallest at the same $p$: {least:.2f}", 0.75 * far),
    )
    x, align = (best + 0.07, "left") if best <= 0.5 else (best - 0.07, "right")
    figure = new_figure(5.6)
    panels = figure.subplots(3, 1, sharex=True)
    for axes, row, (remark, y) in zip(panels, rows, remarks, strict=True):
        name, measure, curve, height, limits = row
        axes.plot(p, curve, **MODEL, label=name)
        axes.axvline(best, **GUIDE)
        axes.plot(best, height, **LEAST, label=f"best {name}")
        axes.set(ylabel=f"{name}\n({measure})", ylim=limits)
        point_to(axes, remark, (best, height), (x, y), ha=align)
    figure.align_ylabels()
    panels[0].set_title(f"{ones} of {total} {what}: three curves, one best $p$")
    panels[2].set(xlabel=f"$p$, one probability for all {total}", xlim=(0, 1))
    return figure


@drawn
def underflow() -> "Figure":
    """The likelihood of N fair coin flips: as a product of floats it ends, as a sum of logs not."""
    import numpy as np

    flips = np.arange(1, 1501)
    exact = -flips * math.log10(2)
    figure = new_figure(3.6)
    axes = figure.subplots()
    road: Style = {"color": "#BBBBBB", "linestyle": "-", "linewidth": 8, "solid_capstyle": "butt"}
    axes.plot(flips, exact, **road, zorder=1, label="sum of logs")
    cross: Style = {"marker": "X", "color": MODEL["color"], "ms": 10, "mec": "white", "mew": 0.9}
    for kind, width, remark_at in (("float64", 2, (985, -205)), ("float32", 4.5, (230, -25))):
        product = np.cumprod(np.full(len(flips), 0.5, kind))
        alive = product > 0
        axes.plot(flips[alive], np.log10(product[alive]), **MODEL, lw=width, label=kind)
        first = int(np.argmin(alive))
        end = (int(flips[first]), exact[first])
        axes.plot(*end, **cross, zorder=5, label=f"{kind} is 0")
        point_to(axes, f"{kind}: the product\nis exactly 0 from $N$ = {end[0]}", end, remark_at)
    remark = "the sum of logs, $-N\\,\\ln 2$,\ngoes on"
    point_to(axes, remark, (1390, exact[1389]), (820, -415), color=QUIET)
    axes.set(xlabel="number of fair coin flips $N$", ylabel="likelihood $2^{-N}$")
    axes.set(xlim=(0, 1500), ylim=(-470, 12))
    powers = range(-400, 1, 100)
    axes.set_yticks(powers, [f"$10^{{{power}}}$" if power else "1" for power in powers])
    axes.set_title("A product of probabilities runs out of numbers; its logarithm never does")
    return figure


@drawn
def loss_per_sample(fit: "LogisticFit", names: Sequence[str] | None = None) -> "Figure":
    """The two loss curves with the samples of a logistic fit on them: the heights add to the NLL.

    Convention: nats. `names` name the samples, for the remark at the one that pays most.
    """
    import numpy as np

    p = np.linspace(0.002, 0.998, 800)
    worst = max(range(len(fit.losses)), key=fit.losses.__getitem__)
    p_worst, paid, k_worst = fit.predictions[worst], fit.losses[worst], fit.distress[worst]
    top = max(4.0, 1.2 * paid)
    figure = new_figure(3.9)
    axes = figure.subplots()
    for k, look in ((1, K1), (0, K0)):
        axes.plot(p, cross_entropy_of_two(k, p), color=look["color"], ls=look["linestyle"], label=f"k = {k}")
        here = [i for i, k_i in enumerate(fit.distress) if k_i == k]
        points = [(fit.predictions[i], fit.losses[i]) for i in here]
        marks = look | {"linestyle": "none"}
        axes.plot(*zip(*points, strict=True), "o", **marks, zorder=4, label=f"samples, k = {k}")
        for point, times in Counter(points).items():
            if times > 1:
                offset, align = ((7, 5), "left") if k else ((0, 5), "center")
                away: Style = {"xytext": offset, "textcoords": "offset points", "ha": align}
                axes.annotate(f"×{times}", point, **away, fontsize=9, color=QUIET)
    axes.text(0.06, 0.84 * top, "distress, $k$ = 1: pays $-\\ln\\,p$", color=K1["color"])
    remark = "no distress, $k$ = 0: pays $-\\ln(1-p)$"
    axes.text(0.94, 0.84 * top, remark, color=K0["color"], ha="right")
    who = f"{names[worst]}, " if names else ""
    had = "distress" if k_worst else "no distress"
    remark = f"{who}{fit.temperature[worst]:g} °F: {had},\nbut the fit said {p_worst:.2f}"
    x, align = (0.23, "left") if k_worst else (0.77, "right")
    y = max(0.55 * top, min(paid, 0.7 * top))
    point_to(axes, f"{remark}; pays {paid:.2f}", (p_worst, paid), (x, y), ha=align)
    axes.axhline(math.log(2), **GUIDE)
    axes.text(0.995, math.log(2) + 0.035 * top, "$\\ln\\,2$: undecided", ha="right", **REMARK)
    axes.set(xlabel="predicted probability of distress $p_i$", ylabel="loss of one sample (nats)")
    axes.set(xlim=(0, 1), ylim=(0, top))
    count = len(fit.losses)
    axes.set_title(f"The heights of the {count} points add up to the NLL: {fit.nll:.2f} nats")
    return figure


@drawn
def oring(fit: "LogisticFit", at: float = 31.0, when: str = "28 January 1986") -> "Figure":
    """The fitted probability of distress over temperature with its 95 % band, and what flights pay.

    Convention: nats; the band is Wald's, in the logit. `at` is the temperature asked about, in °F.
    """
    ones, total = sum(fit.distress), len(fit.distress)
    coldest, warmest = min(fit.temperature), max(fit.temperature)
    span = max(at, warmest) - min(at, coldest)  # whatever is measured, in whatever unit
    left, right = min(at, coldest) - 0.04 * span, max(at, warmest) + 0.06 * span
    figure = new_figure(5.2)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
    for axes in (above, below):
        axes.axvspan(left, coldest, color=SHADE, zorder=0)
        axes.axvline(at, **GUIDE)
    _fit_with_band(above, fit, left, right)
    _flights(above, below, fit, 0.0056 * span)

    low, high = fit.interval(at)
    unseen = "" if coldest <= at <= warmest else ", from no data"
    remark = f"{at:g} °F, {when}:\nfit says {fit.predict(at):.4f}{unseen}"
    remark += f"\n(95 % interval {low:.2f} to {high:.2f})"
    aside = (0.06 * span, "left") if at - left < 0.6 * (right - left) else (-0.06 * span, "right")
    point_to(above, remark, (at, fit.predict(at)), (at + aside[0], 0.25), fontsize=9.5, ha=aside[1])
    mildest = min(t for t, k in zip(fit.temperature, fit.distress, strict=True) if not k)
    edge, align = right - 0.014 * span, {"ha": "right"} | BESIDE
    above.text(edge, 0.89, f"{ones} flights with distress", color=K1["color"], **align)
    above.text(edge, 0.19, "95 % band", color=QUIET, **align)
    room = mildest - left > 0.25 * (right - left)
    beside = (mildest - 0.02 * span, 0.02) if room else (edge, 0.07)
    above.text(*beside, f"{total - ones} without", color=K0["color"], **align)
    if at < coldest:
        above.text((at + coldest) / 2, 0.05, "no flight was ever this cold", ha="center", **REMARK)

    above.set(ylabel="probability of distress", ylim=(-0.03, 1.03))
    above.set_title("Minimising binary cross-entropy fits the O-ring curve")
    below.set(xlabel="joint temperature at launch (°F)", ylabel="loss of the\nflight (nats)")
    below.set(xlim=(left, right), ylim=(0, 1.08 * max(fit.losses)))
    constant = total * entropy_of_two(ones / total)
    below.set_title(
        f"What each flight pays: {fit.nll:.2f} nats in all, "
        f"against {constant:.2f} for one constant $p$"
    )
    figure.align_ylabels()
    return figure


def _fit_with_band(axes: "Axes", fit: "LogisticFit", left: float, right: float) -> None:
    """The curve of the fit, dotted where no data are, over its 95 % band."""
    import numpy as np

    coldest, warmest = min(fit.temperature), max(fit.temperature)
    degrees = np.linspace(left, right, 500)
    low, high = np.array([fit.interval(degree) for degree in degrees]).T
    axes.fill_between(degrees, low, high, color=BAND, lw=0, zorder=0.5, label="95 % band")
    for start, stop in ((left, coldest), (coldest, warmest), (warmest, right)):
        look = MODEL if start == coldest else MODEL | {"linestyle": (0, (2, 2))}
        part = np.linspace(start, stop, 200)
        axes.plot(part, fit.predict(part), **look, label="fit")


def _flights(above: "Axes", below: "Axes", fit: "LogisticFit", apart: float) -> None:
    """Each flight at its outcome, stacked where several share it, and as a stem: what it pays."""
    stacked: Counter[tuple[float, int]] = Counter()
    beside: Counter[float] = Counter()
    for degree, k, loss in sorted(zip(fit.temperature, fit.distress, fit.losses, strict=True)):
        look = (K1 if k else K0) | {"linestyle": "-"}
        inwards = 0.045 * stacked[degree, k]
        y = 1 - inwards if k else inwards
        above.plot(degree, y, "o", **look, ms=6, clip_on=False, zorder=4, label=f"k = {k}")
        x = degree + apart * beside[degree]
        below.vlines(x, 0, loss, color=look["color"], lw=2.2)
        below.plot(x, loss, "o", **look, ms=4.5, label=f"loss, k = {k}")
        stacked[degree, k] += 1
        beside[degree] += 1
