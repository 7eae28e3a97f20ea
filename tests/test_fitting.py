"""Logistic regression: the known numbers, the equations of the fit, and data that have none."""

import math
from statistics import NormalDist

import mpmath
import numpy as np
import pytest

from cesym.data import challenger
from cesym.data.fitting import (
    LogisticFit,
    fit_logistic,
    gradient_in_logit,
    hessian_in_logit,
    loss_in_logit,
)

FIT = fit_logistic(challenger.temperature, challenger.distress)
T, K = np.array(challenger.temperature, float), np.array(challenger.distress)
OVERLAP = ((1.0, 2.0, 3.0, 4.0, 5.0, 6.0), (0, 0, 1, 0, 1, 1))


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("intercept", FIT.intercept, 15.042902),
        ("slope", FIT.slope, -0.232163),
        ("NLL", FIT.nll, 10.157596),
        ("NLL at one constant p", -7 * math.log(7 / 23) - 16 * math.log(16 / 23), 14.133576),
        ("at 31 °F", FIT.predict(31), 0.999609),
        ("its interval, low", FIT.interval(31)[0], 0.481609),
        ("its interval, high", FIT.interval(31)[1], 1.0),
        ("temperature of 1/2", -FIT.intercept / FIT.slope, 64.794641),
    ],
)
def test_the_numbers_of_the_challenger_fit(name, number, expected):
    assert number == pytest.approx(expected, abs=5e-7), name


def test_a_fit_agrees_with_the_equations_solved_at_50_digits():
    with mpmath.workdps(50):

        def equations(intercept, slope):
            p = [1 / (1 + mpmath.exp(-intercept - slope * t)) for t in challenger.temperature]
            residuals = [p_i - k for p_i, k in zip(p, challenger.distress, strict=True)]
            moments = zip(residuals, challenger.temperature, strict=True)
            return sum(residuals), sum(r * t for r, t in moments)

        root = mpmath.findroot(equations, (15, -0.2))
        assert FIT.intercept == pytest.approx(float(root[0]), rel=1e-12)
        assert FIT.slope == pytest.approx(float(root[1]), rel=1e-12)


def test_at_the_fit_the_residuals_are_balanced():
    residuals = K - np.array(FIT.predictions)
    assert abs(residuals.sum()) < 1e-12
    assert abs((T * residuals).sum()) < 1e-10


def test_losses_add_up_and_match_their_definition():
    assert type(FIT.losses) is type(FIT.predictions) is tuple
    assert abs(sum(FIT.losses) - FIT.nll) < 1e-12
    p = np.array(FIT.predictions)
    assert FIT.losses == pytest.approx(-(K * np.log(p) + (1 - K) * np.log1p(-p)))
    assert max(FIT.losses) == FIT.losses[challenger.flight.index("61-A")]


def test_no_line_nearby_has_a_smaller_nll():
    for da, db in ((0.5, 0), (-0.5, 0), (0, 0.01), (0, -0.01), (0.7, -0.01), (-0.7, 0.01)):
        other = LogisticFit(FIT.temperature, FIT.distress, FIT.intercept + da, FIT.slope + db)
        assert other.nll > FIT.nll


def test_the_covariance_is_the_inverse_of_the_hessian():
    p = np.array(FIT.predictions)
    X = np.column_stack([np.ones(23), T])
    hessian = (X.T * (p * (1 - p))) @ X
    assert np.array(FIT.covariance) @ hessian == pytest.approx(np.eye(2), abs=1e-8)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("x", [31, 53, 66.4, 81])
def test_the_interval_is_symmetric_in_the_logit(x, level):
    (var_a, cov), (_, var_b) = FIT.covariance
    reach = NormalDist().inv_cdf(0.5 + level / 2) * math.sqrt(var_a + 2 * x * cov + x * x * var_b)
    low, high = FIT.interval(x, level)
    assert low == pytest.approx(1 / (1 + math.exp(reach - FIT.logit(x))), rel=1e-10)
    assert 1 - high == pytest.approx(1 / (1 + math.exp(reach + FIT.logit(x))), rel=1e-8)
    assert low < FIT.predict(x) < high


def test_predict_takes_a_number_or_an_array():
    assert type(FIT.predict(31)) is float
    assert FIT.predict([31, 70]).shape == (2,)
    assert FIT.predict(31) == FIT.predict([31, 70])[0]
    assert FIT.predict([-1e6, 1e6]).tolist() == [1, 0]


@pytest.mark.parametrize("k", [0, 1])
@pytest.mark.parametrize("z", [-30.0, -2.0, -0.1, 0.0, 0.7, 5.0, 30.0])
def test_derivatives_in_the_logit(k, z):
    with mpmath.workdps(40):

        def loss(at):
            return mpmath.log(1 + mpmath.exp(at)) - k * at

        expected = [float(mpmath.diff(loss, mpmath.mpf(z), n)) for n in range(3)]
    loss_there, gradient, hessian = expected
    assert loss_in_logit(k, z) == pytest.approx(loss_there, rel=1e-10, abs=0)
    # p - k is a difference: what counts is its distance to the truth, not its leading digits.
    assert gradient_in_logit(k, z) == pytest.approx(gradient, abs=1e-15)
    assert hessian_in_logit(k, z) == pytest.approx(hessian, rel=1e-10, abs=0)


@pytest.mark.parametrize("z", [-1000.0, 1000.0])
def test_far_logits_overflow_nowhere(z):
    with np.errstate(all="raise", under="ignore"):
        assert float(loss_in_logit(1, z)) == max(0, -z)
        assert float(gradient_in_logit(0, z)) == (z > 0)
        assert float(hessian_in_logit(0, z)) == 0


@pytest.mark.parametrize("scale", [1, 1e-6, 1e6, -1])
@pytest.mark.parametrize("shift", [0, 273.15, 1e5])
def test_another_unit_gives_the_same_predictions(scale, shift):
    moved = fit_logistic([scale * t + shift for t in challenger.temperature], challenger.distress)
    assert moved.predictions == pytest.approx(FIT.predictions, rel=1e-4 if scale == 1e-6 else 1e-8)
    at = scale * 31 + shift
    tolerance = 1e-3 if scale == 1e-6 else 1e-7
    assert moved.interval(at) == pytest.approx(FIT.interval(31), rel=tolerance)


def test_swapping_the_outcomes_mirrors_the_fit():
    mirrored = fit_logistic(challenger.temperature, [1 - k for k in challenger.distress])
    assert (mirrored.intercept, mirrored.slope) == pytest.approx((-FIT.intercept, -FIT.slope))


def test_newton_settles_from_far_data():
    # Barely overlapping: the slope is steep, and full Newton steps from 0 overshoot.
    t = [*range(50), 48.5, *range(50, 100)]
    k = [0] * 50 + [1] + [1] * 50
    k[49] = 0
    fit = fit_logistic(t, k)
    residuals = np.array(k) - np.array(fit.predictions)
    assert abs(residuals.sum()) < 1e-8 and abs((np.array(t) * residuals).sum()) < 1e-6


@pytest.mark.parametrize(
    ("temperature", "distress", "message"),
    [
        ((1, 2, 3), (0, 1), "expected one length, got 3 and 2"),
        ((1, math.nan, 3), (0, 1, 0), "temperature: expected finite numbers, got nan at 1"),
        ((1, 2, math.inf), (0, 1, 0), "temperature: expected finite numbers, got inf at 2"),
        ((1, 2, 3), (0, 2, 1), "distress: expected 0 or 1 for each sample, got 2 at 1"),
        ((1, 2, 3), (0, 0.5, 1), "distress: expected 0 or 1 for each sample, got 0.5 at 1"),
        ((1, 2, 3), (0, math.nan, 1), "distress: expected 0 or 1 for each sample, got nan at 1"),
        ((1, 2, 3), (1, 1, 1), "distress: expected 0s and 1s, got 0 and 3 of them"),
        ((), (), "distress: expected 0s and 1s, got 0 and 0 of them"),
        ((5, 5, 5), (0, 1, 1), "temperature: expected different values, got only 5"),
        ((1, 2, 3, 4), (0, 0, 1, 1), "overlap in temperature, but 2 separates them"),
        ((1, 2, 3, 4), (1, 1, 0, 0), "overlap in temperature, but 2 separates them"),
        ((1, 2, 2, 3), (0, 0, 1, 1), "overlap in temperature, but 2 separates them"),
    ],
)
def test_data_without_a_fit_are_refused_in_one_sentence(temperature, distress, message):
    with pytest.raises(ValueError, match=message) as refusal:
        fit_logistic(temperature, distress)
    assert "\n" not in str(refusal.value)


def test_overlapping_data_are_not_refused():
    assert fit_logistic(*OVERLAP).slope > 0


@pytest.mark.parametrize("level", [0, 1, 95, math.nan])
def test_a_level_is_a_probability(level):
    with pytest.raises(ValueError, match="level: expected a number strictly between 0 and 1"):
        FIT.interval(31, level)


def test_a_fit_shows_itself_in_one_line():
    assert repr(FIT) == (
        "LogisticFit(intercept=15.042902, slope=-0.232163, nll=10.1576, samples=23)"
    )
