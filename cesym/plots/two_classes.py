"""Two classes: cross-entropy over the prediction, for hard and soft targets."""

import math
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from cesym.losses import bce
from cesym.plots.canvas import (
    GUIDE,
    K0,
    K1,
    LEAST,
    MODEL,
    REMARK,
    WRONG,
    Style,
    drawn,
    new_figure,
    point_to,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["cross_entropy_of_two", "entropy_of_two", "log_outside_the_sum", "two_class_curves"]


def cross_entropy_of_two(q: Any, p: Any) -> Any:
    """-q ln p - (1 - q) ln(1 - p) in nats, for an array of p strictly between 0 and 1."""
    return computed()(q, p)


@cache
def computed() -> Any:
    return bce.lambdify()


def entropy_of_two(q: float) -> float:
    """The entropy of (q, 1 - q) in nats: 0 at both ends.

    >>> entropy_of_two(0.5) == math.log(2), entropy_of_two(0), entropy_of_two(1)
    (True, 0.0, 0.0)
    """
    return math.fsum(-part * math.log(part) for part in (q, 1 - q) if part > 0)


def towards_both_ends() -> Any:
    """Points between 0 and 1 that crowd at the ends, where the curves are steep."""
    import numpy as np

    return 1 / (1 + np.exp(-np.linspace(-34, 34, 2401)))


@drawn
def two_class_curves(targets: Sequence[float] = (0, 0.1, 0.5, 0.9, 1)) -> "Figure":
    """The cross-entropy of two classes over p, a curve for each target (q, 1 - q): least at p = q.

    Domain: targets between 0 and 1. Convention: nats.
    Raises: ValueError for a target outside.
    """
    if not all(0 <= q <= 1 for q in targets):
        raise ValueError(f"targets: expected probabilities between 0 and 1, got {list(targets)}")
    p, top = towards_both_ends(), 3.0
    hard: dict[float, Style] = {0: K0, 1: K1}
    soft: Style = {"color": "#808080", "linestyle": "-", "linewidth": 1.6}
    figure = new_figure(4.4)
    axes = figure.subplots()
    for q in sorted(targets):
        least, name = entropy_of_two(q), f"$q$ = {q:g}"
        axes.plot(p, cross_entropy_of_two(q, p), **hard.get(q, soft), label=f"q = {q:g}")
        axes.plot(q, least, **LEAST, clip_on=False, label=f"least, q = {q:g}")
        if q in hard:
            # Beside the place where the curve leaves the picture.
            inwards = math.exp(-0.94 * top) + 0.012
            x, align = (inwards, "left") if q else (1 - inwards, "right")
            axes.text(x, 0.94 * top, name, color=hard[q]["color"], ha=align, va="center")
        else:
            axes.text(q, least + 0.17, name, ha="center", **REMARK)
    dashed = MODEL | {"linestyle": (0, (3, 2)), "linewidth": 1.7, "zorder": 4}
    axes.plot(p, cross_entropy_of_two(p, p), **dashed, label="entropy")
    remark = "dashed: the entropy of the target,\nthe least value of every curve"
    point_to(axes, remark, (0.3, entropy_of_two(0.3)), (0.35, 1.9))
    axes.set(xlabel="prediction $p$", ylabel="cross-entropy $H(q, p)$ (nats)")
    axes.set(xlim=(0, 1), ylim=(0, top))
    axes.set_title(
        "Cross-entropy is least at $p$ = $q$; what is left there is the entropy of the target"
    )
    return figure


@drawn
def log_outside_the_sum(q: float = 0.7) -> "Figure":
    """The cross-entropy of (q, 1 - q) beside -ln(q p + (1 - q)(1 - p)), which is least at an end.

    Domain: q strictly between 0 and 1, and not 1/2. Convention: nats.
    Raises: ValueError for another q: at 0 and 1 the two agree, at 1/2 the second is constant.
    """
    import numpy as np

    if not 0 < q < 1 or q == 0.5:
        raise ValueError(f"q: expected a target strictly between 0 and 1 but not 1/2, got {q}")
    p = towards_both_ends()
    outside = -np.log(q * p + (1 - q) * (1 - p))
    end, least, wrong_least = round(q), entropy_of_two(q), -math.log(max(q, 1 - q))
    figure = new_figure(3.8)
    axes = figure.subplots()
    axes.plot(p, cross_entropy_of_two(q, p), **MODEL, label="sum of logs")
    axes.plot(p, outside, **WRONG, label="log of the sum")
    axes.axvline(q, **GUIDE)
    axes.plot(q, least, **LEAST, label="least")
    wrong = LEAST | {"color": WRONG["color"]}
    axes.plot(end, wrong_least, **wrong, clip_on=False, label="wrong least")
    x, align = (q - 0.03, "right") if end else (q + 0.03, "left")
    remark = f"$-\\sum\\,q\\,\\ln\\,p$: least at $p$ = $q$, {least:.2f} nats"
    point_to(axes, remark, (q, least), (x, 1.45), ha=align)
    remark = f"$-\\ln\\,\\sum\\,q\\,p$: least at $p$ = {end}, {wrong_least:.2f} nats"
    point_to(axes, remark, (end, wrong_least), (x, 0.2), ha=align, color=WRONG["color"])
    axes.set(xlabel="prediction $p$", ylabel="loss (nats)", xlim=(0, 1), ylim=(0, 2.4))
    axes.set_title(
        f"With the log outside the sum, the best prediction for $q$ = {q:g} would be $p$ = {end}"
    )
    return figure
