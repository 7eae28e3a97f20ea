"""The figures: numbers on the plotted artists, titles that follow the data, text that stands free.

Pixels are not compared: a font or a release of matplotlib may move them.
"""

import io
import math
import re
import subprocess
import sys
import warnings

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from cesym import plots
from cesym.data import cavendish, challenger
from cesym.data.fitting import fit_logistic
from cesym.losses import bce_with_logits
from cesym.numeric.ulp import exact, ulp_error
from cesym.plots.canvas import point_to, require
from cesym.plots.gaussian import estimates, gaussian_nll
from cesym.plots.two_classes import cross_entropy_of_two

FIT = fit_logistic(challenger.temperature, challenger.distress)
OTHER_FIT = fit_logistic((40, 44, 47, 52, 55, 58, 61, 66, 70), (1, 1, 0, 1, 1, 0, 1, 0, 0))
# Warmer is worse here, and the one that pays most is a 0.
RISING_FIT = fit_logistic((50, 54, 57, 62, 65, 68, 71, 76, 80), (0, 0, 1, 0, 1, 1, 1, 0, 1))
WIDE = np.random.default_rng(3).normal(100, 12, 60).tolist()
FEW = (-1.5, 0.25, 2.0, 9.0)
LOGITS = np.linspace(-45, 45, 901)
SURE, WRONG = (bce_with_logits.expr.subs(bce_with_logits.target, k) for k in (1, 0))  # log(1 + exp(-z)), log(1 + exp(z))


def forms(k, z=LOGITS):
    """Three ways to compute binary cross-entropy of logits, the last one a good one."""
    with np.errstate(all="ignore"):
        p = 1 / (1 + np.exp(-z))
        textbook = -(k * np.log(p) + (1 - k) * np.log(1 - p))
    good = np.maximum(z, 0) - k * z + np.log1p(np.exp(-np.abs(z)))
    return {"textbook": textbook, "softplus$(z) - kz$": np.logaddexp(0, z) - k * z, "good": good}


# As the notebooks draw them, and with other data.
FIGURES = {
    "same_argmax": lambda: plots.same_argmax(challenger.distress, "flights in distress"),
    "same_argmax, 1 of 9": lambda: plots.same_argmax([0] * 8 + [1]),
    "same_argmax, 8 of 9": lambda: plots.same_argmax([1] * 8 + [0]),
    "same_argmax, half": lambda: plots.same_argmax([0, 1] * 10),
    "same_argmax, 5000": lambda: plots.same_argmax([0, 0, 0, 1, 1] * 1000),
    "underflow": plots.underflow,
    "loss_per_sample": lambda: plots.loss_per_sample(FIT, challenger.flight),
    "loss_per_sample, other": lambda: plots.loss_per_sample(OTHER_FIT),
    "loss_per_sample, rising": lambda: plots.loss_per_sample(RISING_FIT),
    "oring": lambda: plots.oring(FIT),
    "two_class_curves": plots.two_class_curves,
    "two_class_curves, one-hot": lambda: plots.two_class_curves((0, 1)),
    "log_outside_the_sum": plots.log_outside_the_sum,
    "log_outside_the_sum, 0.2": lambda: plots.log_outside_the_sum(0.2),
    "nll_is_affine_in_mse": lambda: plots.nll_is_affine_in_mse(cavendish),
    "nll_is_affine_in_mse, wide": lambda: plots.nll_is_affine_in_mse(WIDE),
    "nll_is_affine_in_mse, few": lambda: plots.nll_is_affine_in_mse(FEW),
    "gaussian_fit": lambda: plots.gaussian_fit(cavendish),
    "gaussian_fit, wide": lambda: plots.gaussian_fit(WIDE),
    "gaussian_fit, few": lambda: plots.gaussian_fit(FEW),
    "nll_surface": lambda: plots.nll_surface(cavendish),
    "nll_surface, wide": lambda: plots.nll_surface(WIDE),
    "nll_surface, few": lambda: plots.nll_surface(FEW),
    "free_variance": lambda: plots.free_variance(cavendish),
    "free_variance, wide": lambda: plots.free_variance(WIDE),
    "free_variance, few": lambda: plots.free_variance(FEW),
    "unit_in_the_last_place": plots.unit_in_the_last_place,
    "unit_in_the_last_place, 2": lambda: plots.unit_in_the_last_place(2, 4),
    "unit_in_the_last_place, 6": lambda: plots.unit_in_the_last_place(6, 64),
    "ulp_errors, k = 1": lambda: plots.ulp_errors(forms(1), SURE, LOGITS),
    "ulp_errors, k = 0": lambda: plots.ulp_errors(forms(0), WRONG, LOGITS),
    "ulp_errors, two points": lambda: plots.ulp_errors({"one": [1.0, math.nan]}, SURE, [0, 1]),
}


def lines(figure, label):
    """The (x, y) of all lines with this label, over all axes."""
    found = [line for axes in figure.axes for line in axes.lines if line.get_label() == label]
    assert found, f"no line is labelled {label!r}"
    return [tuple(np.asarray(values, float) for values in line.get_data()) for line in found]


def curve(figure, label):
    """The (x, y) of the only line with this label."""
    [xy] = lines(figure, label)
    return xy


def point(figure, label):
    """The only point of the only line with this label."""
    [x], [y] = curve(figure, label)
    return x, y


def titles(figure):
    return [axes.get_title("left") for axes in figure.axes if axes.get_title("left")]


def remarks(figure):
    return "\n".join(text.get_text() for axes in figure.axes for text in axes.texts)


def drawn_texts(axes):
    """The Text artists of these axes that a reader sees."""
    yield from (child for child in axes.get_children() if isinstance(child, Text))
    for axis in (axes.xaxis, axes.yaxis):
        yield axis.label
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks():
            if tick.label1.get_visible() and low <= tick.get_loc() <= high:
                yield tick.label1


def collisions(canvas):
    """The texts of a drawn canvas that cover another text or a curve, or that leave the figure."""
    figure, (width, height) = canvas.figure, canvas.get_width_height()
    texts = [text for axes in figure.axes for text in drawn_texts(axes) if text.get_text().strip()]
    # Text's own extent: an annotation's would include its leader.
    boxes = [(t.get_text(), Text.get_window_extent(t, canvas.get_renderer())) for t in texts]
    found = []
    for number, (what, box) in enumerate(boxes):
        if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height:
            found.append(f"{what!r} leaves the figure")
        found += [f"{what!r} and {other!r}" for other, it in boxes[:number] if box.overlaps(it)]
        for axes in figure.axes:
            for line in axes.lines:
                # Guides are meant to pass below text; they alone have matplotlib's own labels.
                if not line.get_label().startswith("_"):
                    pixels = line.get_transform().transform(np.column_stack(line.get_data()))
                    low = np.maximum(box.min, axes.bbox.min)
                    high = np.minimum(box.max, axes.bbox.max)
                    if ((low < pixels) & (pixels < high)).all(axis=1).any():
                        found.append(f"{what!r} covers {line.get_label()}")
    return found


@pytest.mark.parametrize("name", FIGURES)
def test_renders_without_a_warning_and_text_stands_free(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = FIGURES[name]()
        canvas, png = FigureCanvasAgg(figure), io.BytesIO()
        canvas.print_png(png)
    assert png.getvalue().startswith(b"\x89PNG")
    assert collisions(canvas) == []
    assert titles(figure) and all(axes.get_ylabel() for axes in figure.axes)


def test_collisions_are_found():
    canvas = FigureCanvasAgg(Figure())
    axes = canvas.figure.subplots()
    axes.plot(np.linspace(0, 1, 200), np.linspace(0, 1, 200), label="diagonal")
    axes.text(0.2, 0.7, "one text")
    axes.text(0.22, 0.71, "another")
    axes.text(0.5, 0.5, "on the line")
    point_to(axes, "its leader crosses", (0.9, 0.1), (0.05, 0.9))
    axes.text(0.95, 0.2, "a long remark that goes on beyond the edge")
    canvas.draw()
    assert sorted(collisions(canvas)) == [
        "'a long remark that goes on beyond the edge' leaves the figure",
        "'another' and 'one text'",
        "'on the line' covers diagonal",
    ]


# Two data sets for each figure, and the numbers that their titles must hold.
TITLES = [
    (lambda: plots.same_argmax([1, 1, 0], "tosses"), ["2 of 3 tosses"]),
    (lambda: plots.same_argmax([1, 0, 0, 0], "tosses"), ["1 of 4 tosses"]),
    (lambda: plots.loss_per_sample(FIT), ["23 points", "10.16 nats"]),
    (lambda: plots.loss_per_sample(OTHER_FIT), ["9 points", f"{OTHER_FIT.nll:.2f} nats"]),
    (lambda: plots.oring(FIT), ["10.16 nats", "against 14.13"]),
    (lambda: plots.oring(OTHER_FIT), [f"{OTHER_FIT.nll:.2f} nats", "against 6.18"]),
    (lambda: plots.log_outside_the_sum(0.7), ["= 0.7", "= 1"]),
    (lambda: plots.log_outside_the_sum(0.2), ["= 0.2", "= 0"]),
    (lambda: plots.nll_is_affine_in_mse(cavendish), ["The mean, 5.448,"]),
    (lambda: plots.nll_is_affine_in_mse([1, 2, 6]), ["The mean, 3,"]),
    (lambda: plots.gaussian_fit(cavendish), ["29 values", "5.448", "0.217", "−3.14 nats"]),
    (lambda: plots.gaussian_fit([1, 2, 6]), ["3 values", "mean 3,", "2.16", "6.57 nats"]),
    (lambda: plots.nll_surface(cavendish), ["5.448", "0.217", "−3.14 nats"]),
    (lambda: plots.nll_surface([1, 2, 6]), ["μ = 3,", "2.16", "6.57 nats"]),
    (plots.unit_in_the_last_place, ["With 3 binary digits"]),
    (lambda: plots.unit_in_the_last_place(4), ["With 4 binary digits"]),
    (lambda: plots.ulp_errors(forms(1), SURE, LOGITS), ["from 18 on; NaN or infinite from 37 on", "good: less than 3"]),
    (
        lambda: plots.ulp_errors(forms(0), WRONG, LOGITS),
        ["up to −19 and from 22 on; NaN", "softplus$(z) - kz$: less than 3 ULP"],
    ),
    (lambda: plots.ulp_errors({"a": np.log1p(np.exp(-LOGITS)) * (1 + 1e-12)}, SURE, LOGITS), ["over $10^{3}$ ULP"]),
    (lambda: plots.ulp_errors({"a": np.log1p(np.exp(-LOGITS)) * (1 + 5e-16)}, SURE, LOGITS), ["less than 10 ULP"]),
    (lambda: plots.ulp_errors({"a": LOGITS * math.nan}, SURE, LOGITS), ["a: NaN or infinite everywhere"]),
    (lambda: plots.ulp_errors({"a": [0.0, 0.0, 1.0]}, SURE, [-1, 0, 1]), ["half of the digits gone everywhere"]),
    (
        lambda: plots.ulp_errors({"a": [*forms(1)["good"][:-1], math.inf]}, SURE, LOGITS),
        ["less than 3 ULP off; NaN or infinite from 45 on"],
    ),
    (
        lambda: plots.ulp_errors({"a": np.where(LOGITS == 0, math.nan, forms(1)["good"])}, SURE, LOGITS),
        ["NaN or infinite at 1 of 901 points"],
    ),
]


@pytest.mark.parametrize(("draw", "numbers"), TITLES)
def test_titles_take_their_numbers_from_the_data(draw, numbers):
    for number in numbers:
        assert number in " / ".join(titles(draw()))


def test_the_text_of_a_figure_is_its_titles():
    assert repr(plots.oring(FIT)) == "Figure: " + " / ".join(titles(plots.oring(FIT)))


def test_same_argmax_marks_one_p_in_three_panels():
    figure = FIGURES["same_argmax"]()
    heights = {"likelihood": 7.2755, "log-likelihood": -14.1336, "NLL": 14.1336}
    for name, height in heights.items():
        p, y = curve(figure, name)
        best = (y.argmin if name == "NLL" else y.argmax)()
        assert point(figure, f"best {name}") == pytest.approx((p[best], y[best]))
        assert (p[best], round(y[best], 4)) == (7 / 23, height)
    assert "10^{-7}" in figure.axes[0].get_ylabel()
    p, nll = curve(figure, "NLL")
    assert nll == pytest.approx(-7 * np.log(p) - 16 * np.log1p(-p))


@pytest.mark.parametrize("outcomes", [[0, 0], [1], [], [0, 1, 2], [0.5, 1, 0]])
def test_same_argmax_wants_both_outcomes(outcomes):
    with pytest.raises(ValueError, match="outcomes: expected 0s and 1s"):
        plots.same_argmax(outcomes)


@pytest.mark.parametrize(("kind", "first"), [("float32", 150), ("float64", 1075)])
def test_underflow_marks_the_first_zero(kind, first):
    figure = plots.underflow()
    n, log10 = curve(figure, kind)
    assert n[-1] == first - 1 and np.isfinite(log10).all()
    assert point(figure, f"{kind} is 0")[0] == first
    assert f"{kind}: the product\nis exactly 0 from $N$ = {first}" in remarks(figure)
    assert np.full(first, 0.5, kind).prod(dtype=kind) == 0 < np.full(first - 1, 0.5, kind).prod()
    assert curve(figure, "sum of logs")[1][-1] == pytest.approx(-1500 * math.log10(2))


@pytest.mark.parametrize("fit", [FIT, OTHER_FIT, RISING_FIT])
def test_the_heights_of_the_samples_add_up_to_the_nll(fit):
    figure = plots.loss_per_sample(fit)
    heights = 0
    for k, minus_log in ((1, lambda p: -np.log(p)), (0, lambda p: -np.log1p(-p))):
        p, loss = curve(figure, f"samples, k = {k}")
        assert loss == pytest.approx(minus_log(p))
        heights += loss.sum()
    assert heights == pytest.approx(fit.nll, abs=1e-12)
    assert f"pays {max(fit.losses):.2f}" in remarks(figure)


def test_loss_per_sample_names_the_one_that_pays_most_and_counts_ties():
    figure = FIGURES["loss_per_sample"]()
    assert "61-A, 75 °F: distress,\nbut the fit said 0.09; pays 2.46" in remarks(figure)
    assert sorted(re.findall("×.", remarks(figure))) == ["×2", "×2", "×2", "×3"]
    assert "47 °F: no distress" in remarks(plots.loss_per_sample(OTHER_FIT))


def test_oring_shows_each_flight_twice_and_the_interval():
    figure = plots.oring(FIT)
    assert [len(lines(figure, f"k = {k}")) for k in (0, 1)] == [16, 7]
    paid = [y[0] for k in (0, 1) for _, y in lines(figure, f"loss, k = {k}")]
    assert sum(paid) == pytest.approx(FIT.nll)
    for degrees, p in lines(figure, "fit"):
        assert p == pytest.approx(FIT.predict(degrees))
    for words in ("fit says 0.9996, from no data", "(95 % interval 0.48 to 1.00)", "16 without"):
        assert words in remarks(figure)
    [band] = [c for c in figure.axes[0].collections if c.get_label() == "95 % band"]
    vertices = band.get_paths()[0].vertices
    at_left = vertices[vertices[:, 0] == vertices[:, 0].min()]
    assert (at_left[:, 1].min(), at_left[:, 1].max()) == pytest.approx(FIT.interval(29))


def test_oring_within_the_data_does_not_speak_of_cold():
    words = remarks(plots.oring(FIT, at=60, when="a mild day"))
    assert "60 °F, a mild day" in words
    assert "from no data" not in words and "ever this cold" not in words


def test_two_class_curves_are_least_at_the_target():
    figure = plots.two_class_curves()
    for q in (0, 0.1, 0.5, 0.9, 1):
        p, loss = curve(figure, f"q = {q}")
        entropy = -sum(part * math.log(part) for part in (q, 1 - q) if part)
        assert point(figure, f"least, q = {q}") == (q, pytest.approx(entropy))
        assert p[loss.argmin()] == pytest.approx(q, abs=0.01)
        assert loss.min() == pytest.approx(entropy, abs=1e-3)
    p, entropy = curve(figure, "entropy")
    assert entropy == pytest.approx(-p * np.log(p) - (1 - p) * np.log1p(-p))


@pytest.mark.parametrize("q", [0.05, 0.45, 0.55, 0.7])
def test_the_log_outside_the_sum_is_least_at_an_end(q):
    figure = plots.log_outside_the_sum(q)
    p, wrong = curve(figure, "log of the sum")
    assert p[wrong.argmin()] == pytest.approx(round(q)) == point(figure, "wrong least")[0]
    assert point(figure, "wrong least")[1] == pytest.approx(wrong.min())
    p, right = curve(figure, "sum of logs")
    assert right == pytest.approx(cross_entropy_of_two(q, p))
    assert point(figure, "least")[0] == q == pytest.approx(p[right.argmin()], abs=0.01)


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.two_class_curves((0.5, 1.5)), "targets: expected probabilities"),
        (lambda: plots.two_class_curves((math.nan,)), "targets: expected probabilities"),
        (lambda: plots.log_outside_the_sum(0.5), "q: expected a target strictly between"),
        (lambda: plots.log_outside_the_sum(1), "q: expected a target strictly between"),
        (lambda: plots.gaussian_fit([3, 3]), "data: expected at least two different numbers"),
        (lambda: plots.nll_surface([]), "data: expected at least two different numbers"),
        (lambda: plots.free_variance([1, math.nan]), "data: expected finite numbers"),
        (lambda: plots.nll_is_affine_in_mse(FEW, (1, -1)), "sigmas: expected at most three"),
        (lambda: plots.nll_is_affine_in_mse(FEW, (1, 2, 3, 4)), "sigmas: expected at most three"),
        (lambda: plots.unit_in_the_last_place(1), "expected 2 to 6 digits and a power of 2"),
        (lambda: plots.unit_in_the_last_place(3, 5), "expected 2 to 6 digits and a power of 2"),
        (lambda: plots.ulp_errors({"a": [1.0]}, SURE, [0, 1]), "expected one number for each of the 2 points"),
        (lambda: plots.ulp_errors({}, SURE, [0, 1]), "results: expected one number for each"),
        (lambda: plots.ulp_errors({"a": [1.0, 1.0]}, SURE, [1, 1]), "at: expected a list of at least two different"),
        (lambda: plots.ulp_errors({"a": [1.0, 1.0]}, 1 / bce_with_logits.prediction, [0, 1]), "no finite real value at 0.0"),
        (lambda: plots.ulp_errors({"a": [1.0, 1.0]}, bce_with_logits.expr, [0, 1]), "one letter, got k, z"),
        (lambda: plots.ulp_errors({"a": [1.0, 1.0]}, SURE, [0, math.inf]), "at: expected a list of at least two different finite"),
    ],
)
def test_data_without_the_figure_are_refused(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()


def test_nll_is_affine_in_mse_with_the_constants_shown():
    figure = plots.nll_is_affine_in_mse(cavendish)
    mu, mse = curve(figure, "MSE")
    mean = float(sum(cavendish.exact) / 29)
    laws = {0.15: "644 MSE − 28.4", 0.22: "300 MSE − 17.3", 0.43: "78.4 MSE + 2.2"}
    for sigma, shown in laws.items():
        _, nll = curve(figure, f"NLL, sigma = {sigma}")
        a, b = 29 / (2 * sigma**2), 29 / 2 * math.log(2 * math.pi * sigma**2)
        assert nll == pytest.approx(a * mse + b)
        assert shown in remarks(figure)
        assert mu[nll.argmin()] == mu[mse.argmin()] == pytest.approx(mean)
        assert point(figure, f"least NLL, sigma = {sigma}") == pytest.approx((mean, nll.min()))
    assert point(figure, "least MSE") == pytest.approx((mean, mse.min()))


@pytest.mark.parametrize("data", [cavendish, WIDE, FEW])
def test_gaussian_fit_is_a_density_and_its_heights_add_up(data):
    figure = plots.gaussian_fit(data)
    x, losses = curve(figure, "measurements")
    mean, sigma = np.mean(list(data)), np.std(list(data))
    assert losses == pytest.approx(gaussian_nll(x, mean, sigma))
    # At the estimate the NLL is (N/2)(ln 2 pi sigma² + 1).
    assert losses.sum() == pytest.approx(len(x) / 2 * (math.log(2 * math.pi * sigma**2) + 1))
    grid, density = curve(figure, "density")
    assert density == pytest.approx(np.exp(-gaussian_nll(grid, mean, sigma)))
    ticks = [c for c in figure.axes[0].collections]
    assert len(ticks) == len(set(data))


def test_gaussian_fit_names_the_value_that_pays_most():
    words = remarks(plots.gaussian_fit(cavendish))
    assert "4.88, 2.6 standard\ndeviations from the mean,\npays 2.81" in words


@pytest.mark.parametrize("data", [cavendish, WIDE, FEW])
def test_nll_surface_marks_its_lowest_point(data):
    figure = plots.nll_surface(data)
    x, _, mean, sigma = estimates(data)
    assert point(figure, "estimate") == pytest.approx((np.mean(x), np.std(x)))
    least = gaussian_nll(x, mean, sigma).sum()
    for step in ((0.01, 0), (-0.01, 0), (0, 0.01), (0, -0.01)):
        assert gaussian_nll(x, mean + step[0] * sigma, (1 + step[1]) * sigma).sum() > least
    mu, best = curve(figure, "best sigma")
    for m, s in zip(mu[::40], best[::40], strict=True):
        nll = [gaussian_nll(x, m, factor * s).sum() for factor in (0.99, 1, 1.01)]
        assert min(nll) == nll[1]


@pytest.mark.parametrize("data", [cavendish, WIDE, FEW])
def test_without_its_log_the_loss_falls_for_ever(data):
    figure = plots.free_variance(data)
    sigma, rest = curve(figure, "without its logarithm")
    assert (np.diff(rest) < 0).all() and rest[-1] < 0.001 * len(data)
    _, nll = curve(figure, "NLL")
    assert nll == pytest.approx(
        rest + len(data) * np.log(sigma) + len(data) / 2 * math.log(2 * math.pi)
    )
    at, least = point(figure, "least NLL")
    assert at == pytest.approx(np.std(list(data))) and least <= nll.min()


@pytest.mark.parametrize("digits", [2, 3, 6])
def test_unit_in_the_last_place_shows_all_floats_of_so_many_digits(digits):
    figure = plots.unit_in_the_last_place(digits)
    for power in range(-3, 3):
        floats, units = curve(figure, f"floats from 2^{power}")
        assert list(floats) == [n * 2.0 ** (power - digits + 1) for n in range(2 ** (digits - 1), 2**digits)]
        assert set(units) == {floats[1] - floats[0]}


def test_ulp_errors_draws_every_point_where_it_belongs():
    results, truth = forms(1), exact(SURE, LOGITS)
    figure = plots.ulp_errors(results, SURE, LOGITS)
    for name, result in results.items():
        z, drawn = curve(figure, name)
        error = ulp_error(result, truth)
        assert drawn == pytest.approx(np.clip(error[np.isfinite(error)], 0.1, 1e21))
        assert set(z) == set(LOGITS[np.isfinite(error)])
    z, _ = curve(figure, "textbook: no number")
    assert set(z) == set(LOGITS[np.isnan(results["textbook"])])
    assert lines(figure, "textbook")[0][1].max() > 1e15 and lines(figure, "good")[0][1].max() < 2
    colours = {line.get_color() for axes in figure.axes[:2] for line in axes.lines}
    assert colours == {"#997700"} and figure.axes[2].lines[0].get_color() == "#000000"


@pytest.mark.parametrize(
    ("number", "marker", "face", "dashed"),
    [(1, "o", "#004488", False), (0, "o", "white", True)],
)
def test_one_meaning_per_colour(number, marker, face, dashed):
    axes = plots.loss_per_sample(FIT).axes[0]
    [line] = [found for found in axes.lines if found.get_label() == f"k = {number}"]
    [marks] = [found for found in axes.lines if found.get_label() == f"samples, k = {number}"]
    assert line.get_color() == marks.get_color() == {1: "#004488", 0: "#BB5566"}[number]
    assert (marks.get_marker(), marks.get_markerfacecolor()) == (marker, face)
    assert (line.get_linestyle() == "--") is dashed


def test_a_readers_own_settings_neither_enter_nor_change():
    def pixels():
        canvas = FigureCanvasAgg(plots.oring(FIT))
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())

    plain = pixels()
    theirs = {"font.size": 30, "axes.facecolor": "black", "xtick.color": "red", "grid.color": "red"}
    with matplotlib.rc_context(theirs):
        before = dict(matplotlib.rcParams)
        # Drawn in here, as in a reader's notebook: what is made late must not take the settings.
        assert (pixels() == plain).all()
        assert dict(matplotlib.rcParams) == before


def test_nothing_heavy_is_imported_before_the_first_figure():
    code = (
        "import sys; from cesym import data, plots; from cesym.data import fitting; before = set(sys.modules); "
        "plots.underflow(); "
        "print([m for m in ('numpy', 'matplotlib', 'matplotlib.pyplot') if m in before], "
        "'matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[] False\n", "")


def test_a_missing_library_is_named_with_the_remedy(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"need matplotlib.*pip install 'cesym\[notebooks\]'"):
        plots.underflow()
    # What fails inside an installed library is not mistaken for a missing one.
    (tmp_path / "installed_but_broken.py").write_text("import absent_from_here")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="No module named 'absent_from_here'"):
        require("installed_but_broken")


# A cell, and how many pictures it must show.
CELLS = [
    ("from cesym import plots", 0),
    ("fig = plots.underflow();", 1),
    ("plots.underflow()", 1),
    ("plots.underflow();", 1),
    ("fig", 1),
    ("display(fig)", 1),
    ("display(plots.underflow())", 1),
    ("fig.axes[0].set_title('mine'); None", 0),
    ("a = plots.underflow()\nb = plots.two_class_curves()\n1", 2),
    ("%matplotlib inline\nimport matplotlib.pyplot as plt", 0),
    ("fig = plots.underflow();", 1),
    ("plots.underflow()", 1),
    ("plots.underflow(), 2\nNone", 1),
]


def test_a_figure_appears_exactly_once_in_jupyter():
    manager = pytest.importorskip("jupyter_client.manager")
    pytest.importorskip("ipykernel")
    kernel, client = manager.start_new_kernel(kernel_name="python3")
    try:
        for code, pictures in CELLS:
            shown, other = [], []

            def keep(message, shown=shown, other=other):
                data = message["content"].get("data", {})
                (shown if "image/png" in data else other).append(message)

            reply = client.execute_interactive(code, output_hook=keep, timeout=60)
            assert reply["content"]["status"] == "ok", reply["content"]
            assert len(shown) == pictures, code
            for message in shown:
                assert message["content"]["data"]["text/plain"].startswith("Figure: ")
            assert not [m for m in other if m["msg_type"] == "stream"], code
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)
