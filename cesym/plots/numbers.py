"""Floating point: the gap between two floats, and how many units in the last place a form is off."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sympy import Expr, latex

from cesym.plots.canvas import BAND, MODEL, REMARK, WRONG, Style, drawn, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["ulp_errors", "unit_in_the_last_place"]

LOST = 2.0**53  # so many units are all of a float64
HALF = 1e8  # so many units are half of its digits
TOP = 2e24
KEPT = 10  # a form that is less units off keeps its digits


@drawn
def unit_in_the_last_place(digits: int = 3, top: int = 8) -> "Figure":
    """The floats with few binary digits up to a power of 2, and above each its unit in the last place.

    Domain: 2 to 6 digits, a power of 2 from 2 to 64. Raises: ValueError for others.
    """
    if digits not in range(2, 7) or top not in (2, 4, 8, 16, 32, 64):
        raise ValueError(f"expected 2 to 6 digits and a power of 2 from 2 to 64, got {digits} and {top}")
    figure = new_figure(2.6)
    axes = figure.subplots()
    steps = 2 ** (digits - 1)
    last = round(math.log2(top))
    largest = 2.0 ** (last - digits)
    for power in range(last - 6, last):
        unit = 2.0 ** (power - digits + 1)
        floats = [2.0**power + step * unit for step in range(steps)]
        axes.plot([2.0**power, 2.0 ** (power + 1)], [unit, unit], **MODEL, lw=1.4, label=f"from 2^{power}")
        axes.plot(floats, [unit] * steps, "o", **MODEL | {"linestyle": "none"}, ms=4, label=f"floats from 2^{power}")
        axes.vlines(floats, 0, unit, color=BAND, lw=1.4, zorder=0.5)
        if power > last - 4:
            name = f"{unit:g}" if unit >= 1 else f"1/{1 / unit:g}"
            axes.text(1.5 * 2.0**power, unit + 0.09 * largest, f"gap {name}", ha="center", **REMARK)
    axes.set(xlabel=f"the floats with {digits} binary digits", ylabel="unit in the last place")
    axes.set(xlim=(0, top * 1.005), ylim=(0, 1.25 * largest))
    axes.set_xticks([0, *(2**power for power in range(max(last - 3, 0), last + 1))])
    axes.set_title(f"With {digits} binary digits, the gap between two floats doubles at each power of 2")
    return figure


@drawn
def ulp_errors(results: Mapping[str, Any], expr: Expr, at: Any) -> "Figure":
    """How many units in the last place each of some results is off, a panel for each, a dot for each point.

    ``results`` has an array for each name: what it computes for ``expr``, a formula in one letter, at the points
    ``at``. The truth is the formula in 2400 bits. Black: less than 10 units off; brown: more, or not a number.
    Raises: ValueError for shapes that differ, or where the formula has no finite value.
    """
    import numpy as np

    from cesym.numeric.ulp import exact, ulp_error

    points = np.asarray(at, float)
    shapes = {name: np.shape(result) for name, result in results.items()}
    if points.ndim != 1 or len(np.unique(points)) < 2 or not np.isfinite(points).all():
        raise ValueError(f"at: expected a list of at least two different finite numbers, got {at!r}")
    if set(shapes.values()) != {points.shape}:
        raise ValueError(f"results: expected one number for each of the {len(points)} points, got shapes {shapes}")
    truth = exact(expr, points)
    figure = new_figure(0.8 + 1.15 * len(results))
    panels = figure.subplots(len(results), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (name, result) in zip(panels, results.items(), strict=True):
        _panel(axes, name, points, ulp_error(np.asarray(result, float), truth))
    [letter] = expr.free_symbols
    margin = 0.01 * float(np.ptp(points))
    panels[-1].set(xlabel=f"${latex(letter)}$", xlim=(points.min() - margin, points.max() + margin))
    figure.align_ylabels()
    return figure


def _panel(axes: "Axes", name: str, points: Any, error: Any) -> None:
    import numpy as np

    number = np.isfinite(error)
    worst = float(error.max(initial=0, where=number))
    kept = bool(number.all()) and worst < KEPT
    dots: Style = {"color": (MODEL if kept else WRONG)["color"], "linestyle": "none"}
    axes.plot(points[number], np.clip(error[number], 0.1, 1e21), ".", **dots, ms=2.5, label=name)
    beside = [(1.0, "16 digits right"), (HALF, "8 digits"), (1e18, "none")]
    if not number.all():
        none = points[~number]
        axes.plot(none, np.full(len(none), 1e23), "x", **dots, ms=3.5, mew=1, label=f"{name}: no number")
        beside.append((1e23, "NaN or infinite"))
    axes.axhspan(LOST, TOP, color=BAND, lw=0, zorder=0)
    axes.set(yscale="log", ylim=(0.05, TOP), ylabel="error\n(ULP)")
    axes.set_yticks([1, 1e8, 1e16], ["1", "$10^8$", "$10^{16}$"])
    axes.minorticks_off()
    for height, digits in beside:
        axes.text(1.01, height, digits, **REMARK | {"fontsize": 8.5}, transform=axes.get_yaxis_transform())
    axes.set_title(f"{name}: {_finding(points, error, number, worst)}", fontsize=10)


def _finding(points: Any, error: Any, number: Any, worst: float) -> str:
    """What a panel shows, in numbers that do not hang on the last digit of a processor's exponential."""
    import numpy as np

    found = f"less than {3 if worst < 3 else KEPT} ULP off"
    if worst > HALF:
        # Rounding errors scatter: a point counts as good if all its neighbours are.
        near = len(points) // 200
        good = [bool((error[max(0, at - near) : at + near + 1] <= HALF).all()) for at in range(len(points))]
        found = f"half of the digits gone {_where(np.array(good), points)}"
    elif worst >= KEPT:
        found = f"over $10^{{{math.floor(math.log10(worst))}}}$ ULP off"
    missing = "" if number.all() else f"NaN or infinite {_where(number, points)}"
    return "; ".join(filter(None, [found if number.any() else "", missing]))


def _where(good: Any, points: Any) -> str:
    """Where points are bad, roughly: outside the good ones, or else how many."""
    if not good.any():
        return "everywhere"
    runs = (good[1:] != good[:-1]).sum()
    low, high = (f"{float(end):.0f}".replace("-", "−") for end in (points[good].min(), points[good].max()))
    ends = [f"up to {low}"] * (not good[0]) + [f"from {high} on"] * (not good[-1])
    return " and ".join(ends) if runs == len(ends) else f"at {(~good).sum()} of {len(points)} points"
