"""The measure of the figures agrees with the one of the tests, which shares no code with it."""

import math

import numpy as np
import pytest
from sympy import Symbol, exp, log, pi, sqrt

from cesym.losses import bce_with_logits
from cesym.numeric.ulp import exact, ulp_error
from tests.numbers import measures
from tests.numbers.reference import truths

T = Symbol("t", real=True)
HARD = [-745.2, -700.0, -37.0, -1e-300, 0.0, 5e-324, 0.3, 36.8, 700.0, 744.9]


@pytest.mark.parametrize("k", [0, 1])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_it_agrees_with_the_reference(k, dtype):
    z = np.array([*HARD, *np.random.default_rng(k).normal(0, 30, 200)], dtype).astype(float)
    truth = truths("bce_with_logits", 0, np.full(len(z), float(k)), z, dtype=dtype)[""]
    ours = exact(bce_with_logits.expr.subs(bce_with_logits.target, k), z)
    with np.errstate(all="ignore"):
        results = [f(z).astype(dtype) for f in (lambda z: np.logaddexp(0, z) - k * z, lambda z: z * math.nan, np.exp)]
    for result in results:
        number = np.isfinite(result)
        found, expected = ulp_error(result, ours), measures.ulp_error(result, truth)
        assert found[number] == pytest.approx(expected[number], rel=1e-9, abs=1e-9)
        assert np.isinf(found[~number]).all()


def test_exact_is_the_formula_at_the_float_itself():
    assert float(exact(T - 1, [0.1])[0] * 10) == pytest.approx(-9, abs=1e-15)
    assert exact(T * 2**60, 0.1) == int(0.1 * 2**60)
    assert float(exact(log(1 + T), 1e-300)) == 1e-300
    assert exact(exp(T), [[0.0, 1.0]]).shape == (1, 2)


def test_units_are_those_of_the_type_of_the_results():
    truth = exact(sqrt(T), [2.0])
    assert ulp_error(np.float64([2**0.5]), truth)[0] <= 0.5
    assert ulp_error(np.float32([2**0.5]), truth)[0] <= 0.5 < ulp_error(np.float32([2**0.5]).astype(float), truth)[0]
    assert ulp_error(1.0, exact(T, 1 + 2.0**-52)) == 1
    assert list(ulp_error([math.nan, math.inf, 1], exact(T, 1.0))) == [math.inf, math.inf, 0]


@pytest.mark.parametrize(
    ("expr", "at", "message"),
    [
        (T + Symbol("s"), 1.0, "one letter, got s, t"),
        (pi, 1.0, "one letter, got none"),
        (log(T), 0.0, "no finite real value at 0.0"),
        (sqrt(T), -1.0, "no finite real value at -1.0"),
        (1 / T, math.nan, "no finite real value at nan"),
        (1 / T, 0.0, "no finite real value at 0.0"),
    ],
)
def test_what_has_no_truth_is_refused(expr, at, message):
    with pytest.raises(ValueError, match=message):
        exact(expr, at)
