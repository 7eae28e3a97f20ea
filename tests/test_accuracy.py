"""How many digits the generated functions keep: against mpmath, on grids with the ends and on random points."""

import numpy as np
import pytest
import sympy as sp
from mpmath import inf, log, mp, mpf, pi, sign, workprec

from cesym.losses import bce, cross_entropy, gaussian_nll, squared_error

# 1 - 5e-324 takes 1075 bits, and 53 more to be compared.
BITS = 1300
TINY = 5e-324


def quotient(n, d):
    return mpf(0) if n == 0 else n / d if d != 0 else sign(n) * inf


def weighted_log(w, t):
    return mpf(0) if w == 0 else w * (log(t) if t else -inf)


def exact_bce(k, p):
    return -weighted_log(k, p) - weighted_log(1 - k, 1 - p)


def exact_bce_gradient(k, p):
    return -quotient(k, p) + quotient(1 - k, 1 - p)


def exact_bce_hessian(k, p):
    return quotient(k, p * p) + quotient(1 - k, (1 - p) ** 2)


def gaussian_parts(x, mu, v):
    """The logarithm and the square in the loss."""
    return (log(2 * pi * v) / 2 if v else -inf), quotient((x - mu) ** 2, 2 * v)


def gaussian_slope_parts(x, mu, v):
    return quotient(mpf(1), 2 * v), -quotient((x - mu) ** 2, 2 * v * v)


def total(parts):
    """The sum; where both are infinite, the square decides: it grows faster as v goes to 0."""
    first, second = parts
    return second if abs(second) == inf else first + second


def ulps(value, exact, dtype=np.float64):
    """The error in units in the last place; 0 for the right infinity, infinite for any other."""
    with np.errstate(all="ignore"):
        rounded = dtype(float(exact))
    if not (np.isfinite(rounded) and np.isfinite(value)):
        return 0.0 if rounded == value else np.inf
    return float(abs(mpf(float(value)) - exact) / float(np.spacing(np.abs(rounded))))


def worst(function, exact, arguments, pick=lambda one: one, dtype=np.float64):
    values = np.atleast_1d(pick(function(*arguments)))
    with workprec(BITS):
        rows = zip(values, zip(*arguments, strict=True), strict=True)
        return max((ulps(value, exact(*(mpf(float(a)) for a in row)), dtype), *row) for value, row in rows)


def grid(*axes):
    return [axis.ravel() for axis in np.meshgrid(*map(np.array, axes))]


SMALL = [0, TINY, 1e-310, 2.2e-308, 1e-200, 1e-160, 1e-17, 1e-10, 0.001, 0.1]
PROBABILITIES = [*SMALL, 0.3, 0.4999999, 0.5, 0.7, 0.9, 0.99, 1 - 1e-10, 1 - 1e-15, 1 - 1e-16, 1]
rng = np.random.default_rng(0)
UNIFORM = rng.random((2, 500))
HARD = [
    rng.integers(0, 2, 500).astype(float),
    np.where(rng.random(500) < 0.5, 1 - 10 ** -(16 * rng.random(500)), 10 ** -(320 * rng.random(500))),
]
WIDE = 10 ** -(20 * rng.random((2, 500)))

BCE = [
    ("loss", None, exact_bce, 2, 2, 2, 2),
    ("gradient", 1, exact_bce_gradient, 2, 2, 1, 3),
    ("Hessian", 2, exact_bce_hessian, 3, 3, 2, 4),
]


@pytest.mark.parametrize(
    ("derivative", "exact", "reach"), [(*row[1:3], row[3:]) for row in BCE], ids=[row[0] for row in BCE]
)
def test_bce(derivative, exact, reach):
    f = bce.lambdify(derivative=derivative)
    for points, bound in zip((grid(PROBABILITIES, PROBABILITIES), UNIFORM, HARD, WIDE), reach, strict=True):
        assert worst(f, exact, points)[0] <= bound


@pytest.mark.parametrize(("derivative", "exact"), [row[1:3] for row in BCE[:2]], ids=["loss", "gradient"])
def test_bce_in_single_precision(derivative, exact):
    f = bce.lambdify(derivative=derivative)
    for points in (UNIFORM, HARD):
        single = [np.asarray(axis).astype(np.float32) for axis in points]
        assert f(*single).dtype == np.float32
        assert worst(f, exact, single, dtype=np.float32)[0] <= 4


def test_the_measure_finds_what_is_wrong():
    k, p = sp.symbols("k p")
    naive = sp.lambdify((k, p), -(k * sp.log(p) + (1 - k) * sp.log(1 - p)), "numpy")
    with np.errstate(all="ignore"):
        assert worst(naive, exact_bce, [np.array([0.0]), np.array([1e-10])])[0] > 1e6
        assert worst(naive, exact_bce, [np.array([1.0]), np.array([1.0])])[0] == np.inf
    clipped = lambda k, p: bce.lambdify()(k, np.clip(p, 1e-15, 1 - 1e-15))  # noqa: E731
    assert worst(clipped, exact_bce, [np.array([1.0]), np.array([1e-20])])[0] > 1e6


VARIANCES = [
    0,
    TINY,
    1e-310,
    1e-300,
    1e-160,
    1e-10,
    0.0795,
    0.15915494309189535,
    0.1591549430918953,
    0.159154943,
    0.3,
    1,
    1e5,
    1e100,
    1e300,
    1.7e308,
]
MEANS = [0, TINY, -1e-310, 1e-300, 1e-8, 0.1, 1 / 3, 1, -1, 3.7, 1e5, 1e150, -1e200, 1e300]


def gaussian_points():
    n = 400
    x, mu = rng.normal(size=(2, 3 * n)) * 10 ** rng.uniform(-5, 5, (2, 3 * n))
    x[::2] = mu[::2]
    near = (1 + 10 ** rng.uniform(-16, -0.5, n)) / (2 * np.pi)
    v = np.concatenate([10 ** rng.uniform(-10, 10, n), near, 10 ** rng.uniform(-320, 308, n)])
    return [x, mu, v]


GAUSSIAN = [
    ("loss", None, lambda one: one, gaussian_parts),
    ("in mu", 1, lambda one: one[0], lambda x, mu, v: (mpf(0), quotient(mu - x, v))),
    ("in v", 1, lambda one: one[1], gaussian_slope_parts),
]


@pytest.mark.parametrize(
    ("derivative", "pick", "parts"), [row[1:] for row in GAUSSIAN], ids=[row[0] for row in GAUSSIAN]
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_gaussian_nll_within_three_eps_of_the_larger_term(derivative, pick, parts, dtype):
    f = gaussian_nll.lambdify(derivative=derivative)
    eps, tiny = float(np.finfo(dtype).eps), float(np.finfo(dtype).smallest_subnormal)
    for points in (grid(MEANS, MEANS, VARIANCES), gaussian_points()):
        with np.errstate(all="ignore"):
            points = [axis.astype(dtype) for axis in points]
        points = [axis[np.all(np.isfinite(points), axis=0)] for axis in points]
        values = pick(f(*points))
        assert values.dtype == dtype
        with workprec(BITS):
            for value, *row in zip(values, *points, strict=True):
                terms = parts(*(mpf(float(a)) for a in row))
                exact = total(terms)
                with np.errstate(all="ignore"):
                    rounded = dtype(float(exact))
                if np.isfinite(rounded) and np.isfinite(value):
                    assert abs(mpf(float(value)) - exact) <= 3 * eps * max(map(abs, terms)) + tiny, row
                else:
                    assert value == rounded, row


def test_cross_entropy_and_squared_error():
    q, p = rng.dirichlet(np.full(5, 0.3), (2, 200))
    values, labels = cross_entropy.lambdify(), rng.integers(0, 5, 200)
    with workprec(BITS):
        for soft, hard, target, label, row in zip(values(q, p), values(labels, p), q, labels, p, strict=True):
            exact = -mp.fsum(weighted_log(mpf(t), mpf(a)) for t, a in zip(target, row, strict=True))
            assert ulps(soft, exact) <= 4
            assert ulps(hard, -log(mpf(row[label]))) <= 1
        for value, x, mu in zip(squared_error.lambdify()(*UNIFORM), *UNIFORM, strict=True):
            assert ulps(value, (mpf(x) - mpf(mu)) ** 2) <= 2


def test_sums_over_many_samples_keep_their_digits():
    k, p = rng.integers(0, 2, 100_000), rng.random(100_000).astype(np.float32)
    each = bce.lambdify()(k, p).astype(np.float64)
    for reduction, exact in (("sum", each.sum()), ("mean", each.mean())):
        value = bce.lambdify(reduction=reduction)(k, p)
        assert value.dtype == np.float32 and abs(value - exact) <= 4 * np.spacing(np.float32(exact))
