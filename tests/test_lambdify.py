"""Functions of arrays: values at the ends, shapes and types, refusals, and the general path from a formula."""

import os
import subprocess
import sys
import warnings
from itertools import permutations

import numpy as np
import pytest
import sympy as sp
from sympy import Abs, IndexedBase, KroneckerDelta, Max, Piecewise, Product, Rational, Sum, Symbol, exp, log, pi, sqrt

import cesym
from cesym.losses import Loss, bce, cross_entropy, gaussian_nll, squared_error
from cesym.numeric import lambdify
from cesym.symbols import C, N, c, i, j, k, lam, mu, p, q, scalar, sigma, w, x, y, z

K, P, X, M = map(scalar, (k, p, x, mu))
INF, NAN = np.inf, np.nan
LOSSES = {"bce": bce, "cross_entropy": cross_entropy, "squared_error": squared_error, "gaussian_nll": gaussian_nll}
SOUND = {"bce": (0.25, 0.5), "cross_entropy": ([0.5, 0.5], [0.25, 0.75]), "squared_error": (1.0, 3.0)}
SOUND |= {"gaussian_nll": (1.0, 3.0, 2.0)}


@pytest.fixture(autouse=True)
def nothing_warns():
    """NumPy reports each floating-point event as an error, Python each warning."""
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def flat(result):
    return [one for part in result for one in flat(part)] if isinstance(result, tuple) else [result]


# loss, derivative, arguments, value
AT_THE_ENDS = [
    (bce, 0, (0, 0), 0),
    (bce, 0, (1, 1), 0),
    (bce, 0, (1, 0), INF),
    (bce, 0, (0, 1), INF),
    (bce, 0, (0.5, 0), INF),
    (bce, 0, (0.5, 1), INF),
    (bce, 0, (1, 5e-324), 744.4400719213812),
    (bce, 0, (0, 5e-324), 5e-324),
    (bce, 1, (0, 0), 1),
    (bce, 1, (1, 1), -1),
    (bce, 1, (1, 0), -INF),
    (bce, 1, (0, 1), INF),
    (bce, 1, (0.5, 0), -INF),
    (bce, 1, (0.5, 1), INF),
    (bce, 1, (1, -0.0), -INF),
    (bce, 2, (0, 0), 1),
    (bce, 2, (1, 1), 1),
    (bce, 2, (1, 0), INF),
    (bce, 2, (0.5, 1), INF),
    (cross_entropy, 0, ([0, 1], [0, 1]), 0),
    (cross_entropy, 0, ([0.5, 0.5], [0, 1]), INF),
    (cross_entropy, 0, (0, [0, 1]), INF),
    (cross_entropy, 0, (1, [0, 1]), 0),
    (cross_entropy, 1, ([0, 1], [0, 1]), [0, -1]),
    (cross_entropy, 1, (1, [0, 1]), [0, -1]),
    (cross_entropy, 1, (0, [0, 1]), [-INF, 0]),
    (cross_entropy, 2, ([1, 0], [0, 1]), [[INF, 0], [0, 0]]),
    (cross_entropy, 2, (0, [0, 1]), [[INF, 0], [0, 0]]),
    (squared_error, 0, (INF, 1), INF),
    (squared_error, 0, (1e200, -1e200), INF),
    (squared_error, 1, (1e308, 1e308), 0),
    (squared_error, 1, (-INF, 0), INF),
    (squared_error, 2, (5, 7), 2),
    (gaussian_nll, 0, (1, 1, 0), -INF),
    (gaussian_nll, 0, (1, 2, 0), INF),
    (gaussian_nll, 0, (1, 2, INF), INF),
    (gaussian_nll, 0, (INF, 2, 1), INF),
    (gaussian_nll, 0, (1e-15, 0, 5e-324), 1e-30 / 5e-324 / 2),
    (gaussian_nll, 1, (1, 1, 0), (0, INF)),
    (gaussian_nll, 1, (1, 2, 0), (INF, -INF)),
    (gaussian_nll, 1, (1, 2, INF), (0, 0)),
]


@pytest.mark.parametrize(("loss", "derivative", "arguments", "value"), AT_THE_ENDS)
def test_at_the_ends(loss, derivative, arguments, value):
    results = flat(loss.lambdify(derivative=derivative)(*arguments))
    for result, expected in zip(results, flat(value), strict=True):
        with np.errstate(under="ignore"):
            np.testing.assert_allclose(result, expected, rtol=1e-15, atol=0)
        assert not np.any(np.signbit(result) & (result == 0))


@pytest.mark.parametrize("name", LOSSES)
def test_nan_in_nan_out(name):
    for n in range(len(SOUND[name])):
        arguments = [np.array(one, float) for one in SOUND[name]]
        assert not np.isnan(LOSSES[name].lambdify()(*arguments))
        arguments[n].flat[0] = NAN
        assert np.isnan(LOSSES[name].lambdify()(*arguments))


@pytest.mark.parametrize("arguments", [(0, NAN), (1, NAN), (NAN, 0), (NAN, 1), (NAN, NAN)])
def test_nan_is_not_hidden_by_a_weight_of_zero(arguments):
    for derivative in (0, 1, 2):
        assert np.isnan(bce.lambdify(derivative=derivative)(*arguments))


# loss, shapes of the arguments, shape of the value (classes last)
SHAPES = [
    (bce, ((), ()), ()),
    (bce, ((3,), ()), (3,)),
    (bce, ((3, 1), (4,)), (3, 4)),
    (bce, ((0,), (0,)), (0,)),
    (bce, ((2, 0), (1,)), (2, 0)),
    (cross_entropy, ((3,), (3,)), ()),
    (cross_entropy, ((5, 3), (5, 3)), (5,)),
    (cross_entropy, ((3,), (5, 3)), (5,)),
    (cross_entropy, ((4, 1, 3), (5, 3)), (4, 5)),
    (cross_entropy, ((0, 3), (0, 3)), (0,)),
    (squared_error, ((2, 1), (3,)), (2, 3)),
    (gaussian_nll, ((3,), (), ()), (3,)),
    (gaussian_nll, ((3, 1), (4,), (2, 1, 1)), (2, 3, 4)),
]


@pytest.mark.parametrize(("loss", "shapes", "shape"), SHAPES)
def test_shapes_of_values_and_derivatives(loss, shapes, shape):
    arguments = [np.full(one, 0.5) for one in shapes]
    classes = 3 if loss is cross_entropy else None
    for order, tail in ((0, ()), (1, (classes,)), (2, (classes, classes))):
        for result in flat(loss.lambdify(derivative=order)(*arguments)):
            assert np.shape(result) == shape + (tail if classes else ())
            assert isinstance(result, np.float64 if np.shape(result) == () else np.ndarray)


def test_labels_and_probabilities_agree():
    rng = np.random.default_rng(0)
    predictions, labels = rng.dirichlet(np.ones(4), 6), rng.integers(0, 4, 6)
    for order in (0, 1, 2, (0, 1)):
        f = cross_entropy.lambdify(derivative=order)
        for kind in (np.int64, np.uint8):
            for hard, soft in zip(
                flat(f(labels.astype(kind), predictions)), flat(f(np.eye(4)[labels], predictions)), strict=True
            ):
                np.testing.assert_array_equal(hard, soft)
    f = cross_entropy.lambdify()
    np.testing.assert_array_equal(f([0, 1], [0.25, 0.75]), f([0.0, 1.0], [0.25, 0.75]))  # one sample: probabilities
    np.testing.assert_array_equal(f([[0, 1]], [[[0.25, 0.75], [0.5, 0.5]]]), [[-np.log(0.25), -np.log(0.5)]])


# the types of target and prediction, the type of the loss
TYPES = [
    (np.float32, np.float32, np.float32),
    (np.float32, np.float64, np.float64),
    (np.int64, np.float32, np.float32),
    (bool, np.float32, np.float32),
    (np.uint8, np.float64, np.float64),
    (np.float16, np.float16, np.float16),
    (np.int64, np.int64, np.float64),
    (bool, bool, np.float64),
    (">f8", "<f4", np.float64),
]


@pytest.mark.parametrize(("target", "prediction", "result"), TYPES)
def test_types(target, prediction, result):
    arguments = np.array([0, 1], target), np.array([0, 1], prediction)
    for order in (0, 1, 2):
        value = bce.lambdify(derivative=order)(*arguments)
        assert value.dtype == result and value.dtype.isnative
    for loss in (squared_error, gaussian_nll):
        for order in (0, 1, 2):
            values = loss.lambdify(derivative=order)(*arguments, *[np.ones(2, prediction)] * len(loss.parameters))
            assert {one.dtype for one in flat(values)} == {np.dtype(result)}


def test_python_numbers_do_not_widen():
    for target in (1, 1.0, True, [1], np.int64(1)):
        assert bce.lambdify()(target, np.float32(0.5)).dtype == np.float32
    assert bce.lambdify()(np.float64(1), np.float32(0.5)).dtype == np.float64
    assert bce.lambdify()([1, 0], [0.5, 0.5]).dtype == np.float64


@pytest.mark.parametrize("name", LOSSES)
def test_inputs_are_not_changed_nor_returned(name):
    for order in (0, 1, 2):
        arguments = [np.array(one, float) for one in SOUND[name]]
        arguments[0].flat[0] = -0.0
        before = [one.copy() for one in arguments]
        results = flat(LOSSES[name].lambdify(derivative=order)(*arguments))
        for one, same in zip(arguments, before, strict=True):
            np.testing.assert_array_equal(np.signbit(one), np.signbit(same))
            np.testing.assert_array_equal(one, same)
            assert not any(np.shares_memory(one, result) for result in results)


def test_a_formula_that_is_an_argument_is_copied():
    values = np.array([1.0, 2.0])
    result = lambdify(X, X)(values)
    assert not np.shares_memory(result, values) and list(result) == [1, 2]


REDUCTIONS = [(bce, ([0, 1, 1], 0.25)), (squared_error, ([[1, 2], [3, 4]], [1, 1])), (gaussian_nll, ([1, 2], 0, 2))]
REDUCTIONS += [(cross_entropy, ([0, 1], [[0.5, 0.5], [0.1, 0.9]]))]


@pytest.mark.parametrize(("loss", "arguments"), REDUCTIONS)
def test_reductions(loss, arguments):
    each = loss.lambdify()(*arguments)
    for reduction, expected, share in (("sum", each.sum(), 1), ("mean", each.mean(), each.size)):
        value, slopes = loss.lambdify(derivative=(0, 1), reduction=reduction)(*arguments)
        assert np.ndim(value) == 0 and np.isclose(value, expected, rtol=1e-14)
        for slope, own in zip(flat(slopes), flat(loss.lambdify(derivative=1)(*arguments)), strict=True):
            np.testing.assert_allclose(slope, own / share, rtol=1e-15)


def test_reductions_of_nothing():
    assert bce.lambdify(reduction="sum")([], []) == 0
    assert np.isnan(bce.lambdify(reduction="mean")([], []))


REFUSED = [
    (bce, ([0, 1], [0.5, 1.5]), ValueError, "prediction p must hold numbers in [0, 1]; got p[1] = 1.5"),
    (bce, (0, -0.1), ValueError, "prediction p must hold numbers in [0, 1]; got p = -0.1"),
    (bce, (2, 0.5), ValueError, "target k must hold numbers in [0, 1]; got k = 2"),
    (
        bce,
        (0, [[0.5, -0.25], [3, NAN]]),
        ValueError,
        "prediction p must hold numbers in [0, 1]; got p[1, 0] = 3.0, the worst of 2 such values",
    ),
    (bce, (0, [-INF, 2]), ValueError, "got p[0] = -inf, the worst of 2 such values"),
    (
        bce,
        ([0, 1, 1], [0.5, 0.5]),
        ValueError,
        "the shapes of the arguments must broadcast; got target k (3,) and prediction p (2,)",
    ),
    (bce, (0, 0.5 + 0j), TypeError, "prediction p must hold real numbers; got dtype complex128"),
    (bce, ("no", 0.5), TypeError, "target k must hold real numbers; got dtype <U2"),
    (bce, (None, 0.5), TypeError, "target k must hold real numbers; got dtype object"),
    (
        bce,
        ([[1], [0, 1]], 0.5),
        ValueError,
        "target k must be a number or a rectangular array; got rows of different lengths",
    ),
    (bce, (1,), TypeError, "bce takes 2 arguments (target k, prediction p); got 1"),
    (cross_entropy, ([1, 0], [[0.5, 0.5]] * 3), ValueError, "got target q (2,) and prediction p (3, 2)"),
    (
        cross_entropy,
        ([3, -1], [[0.5, 0.5]] * 2),
        ValueError,
        "target q must hold integer labels from 0 to 1; got q[0] = 3, the worst of 2",
    ),
    (
        cross_entropy,
        ([-1, 1], [[0.5, 0.5]] * 2),
        ValueError,
        "target q must hold integer labels from 0 to 1; got q[0] = -1",
    ),
    (cross_entropy, (2, [0.5, 0.5]), ValueError, "target q must hold integer labels from 0 to 1; got q = 2"),
    (
        cross_entropy,
        ([0.5, 0.25, 0.25], [0.5, 0.5]),
        ValueError,
        "prediction p must have C = 3 entries along axis -1, as target q has; got shape (2,)",
    ),
    (cross_entropy, (0.5, 0.5), ValueError, "target q must have at least 1 axis, the last for C; got shape ()"),
    (cross_entropy, ([0, 1], [0.5, 1.5]), ValueError, "prediction p must hold numbers in [0, 1]; got p[1] = 1.5"),
    (gaussian_nll, (1, 2, [1, -2]), ValueError, "parameter v must hold numbers that are at least 0; got v[1] = -2"),
    (gaussian_nll, (1, 2, -INF), ValueError, "parameter v must hold numbers that are at least 0; got v = -inf"),
    (gaussian_nll, (1, 2), TypeError, "gaussian_nll takes 3 arguments (target x, prediction mu, parameter v); got 2"),
]


@pytest.mark.parametrize(("loss", "arguments", "error", "message"), REFUSED)
def test_refused(loss, arguments, error, message):
    with pytest.raises(error) as caught:
        loss.lambdify()(*arguments)
    assert message in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(("loss", "arguments"), [(bce, (0, 1.5)), (bce, (3, 0.5)), (gaussian_nll, (1, 2, -1.0))])
def test_checks_can_be_left_out(loss, arguments):
    with pytest.raises(ValueError):
        loss.lambdify()(*arguments)
    assert np.isscalar(loss.lambdify(check=False)(*arguments))
    assert np.isscalar(loss.lambdify()(*arguments, check=False))
    with pytest.raises(ValueError):
        loss.lambdify(check=False)(*arguments, check=True)


BUILDING = [
    (lambda: bce.lambdify("torch"), ValueError, "backend must be one of 'numpy', 'numba', 'array-api'; got 'torch'"),
    (
        lambda: bce.lambdify(derivative=3),
        ValueError,
        "derivative must be None, 0, 1, 2 or a tuple of these numbers; got 3",
    ),
    (lambda: bce.lambdify(derivative=()), ValueError, "got ()"),
    (lambda: bce.lambdify(reduction="max"), ValueError, "reduction must be None, 'sum' or 'mean'; got 'max'"),
    (lambda: lambdify((K,), K * P), ValueError, "expr: p is not among the arguments (k)"),
    (lambda: lambdify((k,), k[i] * p[i]), ValueError, "expr: p[i] is not among the arguments (k)"),
    (
        lambda: lambdify(Symbol("p"), P),
        ValueError,
        "expr: its p is not the p among the arguments: the same name, other assumptions",
    ),
    (lambda: lambdify(P, p[i]), ValueError, "expr: it has p[i], but the argument p is one number without an index"),
    (lambda: lambdify(p, P), ValueError, "expr: the argument p is a family; expected an index, as in p[i]"),
    (
        lambda: lambdify((x, N), Sum(x[i], (i, 1, N))),
        ValueError,
        "args: N is the length of an axis, read off the arrays; leave it out",
    ),
    (lambda: lambdify((K, K), K), ValueError, "args must be different letters; got k, k"),
    (lambda: lambdify("k", K), TypeError, "args must be symbols, families or entries such as p[i]; got 'k'"),
    (
        lambda: lambdify(x, Sum(x[i], (i, 2, N))),
        ValueError,
        "reads sums over all of an axis, such as (c, 1, C); got (i, 2, N)",
    ),
    (lambda: lambdify(x, x[2 * i]), ValueError, "cannot read the index 2*i of x[2*i]"),
    (
        lambda: lambdify(x, Sum(x[i], (i, 1, N)) + Sum(x[c], (c, 1, C))),
        ValueError,
        "the same axis of x runs to C and to N",
    ),
    (lambda: lambdify(q, Sum(q[i, i], (i, 1, N))), NotImplementedError, "cannot read the diagonal of q"),
    (lambda: lambdify(X, sp.zeta(X)), NotImplementedError, "lambdify cannot compute zeta; got zeta(x)"),
    (lambda: lambdify(X, sqrt(-1) * X), ValueError, "lambdify needs real numbers; got I"),
]


@pytest.mark.parametrize(("build", "error", "message"), BUILDING)
def test_refused_while_building(build, error, message):
    with pytest.raises(error) as caught:
        build()
    assert message in str(caught.value) and "\n" not in str(caught.value)


# arguments, formula, numbers: compared with what SymPy makes of the formula at these numbers
A, B = np.array([0.2, 0.3, 0.5]), np.array([0.1, 0.6, 0.3])
TABLE = np.array([[0.1, 0.9, 2.0], [0.4, 0.5, 3.0]])
GENERAL = [
    ((x, mu, sigma), Sum(Abs(x[i] - mu[i]), (i, 1, N)) / sigma + N * log(2 * sigma), (A, B, 0.7)),
    ((x, sigma), N * log(2 * pi * sigma**2) / 2 + Sum(x[i] ** 2, (i, 1, N)) / (2 * sigma**2), (A, 0.7)),
    ((k, p), bce.over(i, N, mean=True), (A, B)),
    ((q, p), cross_entropy.over(i, N), (TABLE / 4, TABLE / 4)),
    ((q, p), Sum(q[i, c] * p[c, i], (c, 1, C), (i, 1, N)), (TABLE, TABLE.T)),
    ((q, w), Sum(c * q[i, c] * w[i], (c, 1, C), (i, 1, N)), (TABLE, A[:2])),
    ((z,), log(Sum(exp(z[c]), (c, 1, C))), (A,)),
    ((z, p), Sum(p[c] * log(Sum(exp(z[j]), (j, 1, C))), (c, 1, C)), (A, B)),
    ((z, p), Sum(p[c] * Sum(exp(z[c] * p[c]), (c, 1, C)), (c, 1, C)), (A, B)),
    ((x,), Sum(x[i] * Sum(i * x[i], (i, 1, N)), (i, 1, N)), (A,)),
    ((p,), Product(p[i], (i, 1, N)), (A,)),
    ((p,), -log(Product(p[i] ** 2, (i, 1, N))), (A,)),
    ((x, sigma), Sum(log(sigma), (i, 1, N)) + Sum(x[i] / 3, (i, 1, N)), (A, 0.7)),
    ((x, sigma), Product(sigma, (i, 1, N)) * Sum(x[i], (i, 1, N)) * x[2], (A, 0.7)),
    ((x, y), Sum(KroneckerDelta(x[i], y[i]) * x[i], (i, 1, N)), (np.array([1.0, 2, 3]), np.array([1, 3, 3]))),
    ((q, y), -Sum(log(q[i, y[i]]), (i, 1, N)), (TABLE, np.array([2, 3]))),
    ((p, y), Sum(log(p[y[i]]), (i, 1, N)), (A, np.array([2, 3, 3, 1]))),
    ((X,), Piecewise((X**2 / 2, Abs(X) < 1), (Abs(X) - Rational(1, 2), True)), (0.3,)),
    ((X,), Piecewise((X**2 / 2, (Abs(X) < 1) & (X > 0)), (Abs(X) - Rational(1, 2), True)), (-0.3,)),
    ((X,), Max(X, 0, 1 - X) + sp.Min(X, 2), (0.3,)),
    ((X,), X**3 / 7 - 2 * X + 3 ** Rational(1, 3) / X**2 - sqrt(X) / 5 + X ** Rational(-1, 2), (0.3,)),
    ((X, P), P**X * (1 - P) ** (2 - X) * sp.tanh(X) * sp.cos(P) * sp.sin(P) / sp.E, (0.3, 0.4)),
    ((lam, x), Sum(lam[i] - x[i] * log(lam[i]), (i, 1, N)), (A, B)),
    ((z, y), Sum(log(1 + exp(-z[i])) + (1 - y[i]) * z[i], (i, 1, N)), (A, np.array([0, 1, 1]))),
]


def by_sympy(args, formula, numbers):
    """The value at these numbers, with all sums written out."""
    swaps, sizes = {}, {}
    for arg, value in zip(args, numbers, strict=True):
        if not isinstance(arg, IndexedBase):
            swaps[arg] = sp.Float(float(value), 40)
            continue
        for at, one in np.ndenumerate(value):
            swaps[arg[tuple(n + 1 for n in at)]] = (
                sp.Integer(one) if value.dtype.kind == "i" else sp.Float(float(one), 40)
            )
        for e in formula.atoms(sp.Indexed):
            for total in formula.atoms(Sum, Product):
                for index, _, size in total.limits:
                    if e.base == arg and index in e.indices:
                        sizes[size] = value.shape[e.indices.index(index)]
    labels = {entry: value for entry, value in swaps.items() if value.is_Integer}
    return float(sp.N(formula.xreplace(sizes).doit().xreplace(labels).xreplace(swaps).doit(), 30))


@pytest.mark.parametrize(("args", "formula", "numbers"), GENERAL, ids=[str(row[1]) for row in GENERAL])
def test_general_formula(args, formula, numbers):
    f = lambdify(args, formula)
    expected = by_sympy(args, formula, numbers)
    assert np.isclose(f(*numbers), expected, rtol=1e-13, atol=0)
    # The comparison can fail: at other numbers it does.
    assert not np.isclose(f(np.array(numbers[0]) / 2 + 1, *numbers[1:]), expected)


def test_samples_broadcast_over_the_axes_of_a_family():
    f = lambdify((x, M, sigma), Sum((x[i] - M) ** 2, (i, 1, N)) / sigma)
    table, mean = TABLE, np.array([0.5, 1.0])
    np.testing.assert_allclose(
        f(table, mean, 2.0), [((row - a) ** 2).sum() / 2 for row, a in zip(table, mean, strict=True)]
    )
    assert f(table, np.ones((4, 1)), 2.0).shape == (4, 2)


def test_free_indices_become_axes():
    softmax = lambdify(z, cesym.links.softmax(z, c, C))
    np.testing.assert_allclose(softmax(TABLE).sum(axis=-1), 1)
    outer = lambdify((p, q), p[i] - q[j] + KroneckerDelta(i, j))
    np.testing.assert_allclose(outer(A, B[:2]), A[:, None] - B[:2] + np.eye(3)[:, :2])
    swapped = lambdify((p, q), p[i] - q[j], axes={j: 2, i: 3})
    np.testing.assert_allclose(swapped(A, B[:2]), (A[:, None] - B[:2]).T)
    constant = lambdify((p, X), (X, p[c]), axes={c: C})
    assert [one.shape for one in constant(TABLE, 1.0)] == [(2,), (2, 3)]


def test_an_index_means_one_range_at_a_time():
    f = lambdify((p, x), Sum(c * p[c], (c, 1, C)) + Sum(c * x[c], (c, 1, N)))
    assert np.isclose(f(A, TABLE[0, :2]), (A * [1, 2, 3]).sum() + (TABLE[0, :2] * [1, 2]).sum())


def test_entries_and_strings():
    assert np.isclose(lambdify((k[i], p[i]), -k[i] * log(p[i]))(1, 0.5), np.log(2))
    assert np.isclose(lambdify((k, p), "-Sum(k[i]*log(p[i]), (i, 1, N))")([1, 1], [0.5, 0.25]), np.log(8))
    assert np.isclose(lambdify(X, ("x^2", "2*x"))(3)[1], 6)


def test_letters_of_a_users_own():
    hat, odd = Symbol(r"\hat y", real=True), Symbol("lambda", positive=True)
    f = lambdify((hat, odd, Symbol("np", real=True)), hat / odd + Symbol("np", real=True))
    assert f(1.0, 2.0, 3.0) == 3.5 and "hat_y" in f.code
    with pytest.raises(ValueError, match="lambda must hold numbers that are at least 0"):
        f(1.0, -2.0, 3.0)


def test_given_is_checked_in_numbers():
    f = lambdify((k, p), bce.over(i, N), given={p: sp.Interval.open(0, 1), k: {0, 1}})
    assert np.isclose(f([0, 1], [0.5, 0.5]), 2 * np.log(2))
    with pytest.raises(ValueError, match=r"p must hold numbers in \[0, 1\]; got p\[0\] = 2.0"):
        f([0, 1], [2, 0.5])


def test_a_derived_loss_of_a_users_own():
    t, a, b = Symbol("t", real=True), Symbol("a", real=True), Symbol("b", positive=True)
    mine = Loss("laplace", t, a, Abs(t - a) / b + log(2 * b), (), "", "", (b,))
    f = mine.lambdify(reduction="mean")
    assert np.isclose(f([1, 2], [1, 4], 0.5), 2 + np.log(1))
    assert mine.lambdify()(1, 1, 0) == -INF and mine.lambdify()(1, 2, 0) == INF


@pytest.mark.parametrize("name", LOSSES)
def test_code_is_what_runs(name):
    for order in (0, 1, 2):
        f = LOSSES[name].lambdify(derivative=order)
        namespace = {}
        exec(f.code, namespace)
        arguments = [np.asarray(one, float) for one in SOUND[name]]
        if name == "cross_entropy":
            arguments[0] = np.asarray(1)  # the second function of the two is the one for labels
        for mine, theirs in zip(flat(namespace[name](*arguments)), flat(f(*arguments)), strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_code_and_report_say_what_happens():
    f = bce.lambdify()
    assert "np.log1p(-p)" in f.code
    assert f.code.startswith("import numpy as np\n") and "Any" not in f.code
    assert "log of 1 + t: log(1 - p) -> log1p(-p)" in f.report
    assert lambdify(X, X + 1).report == "printed as it stands"
    assert "printed as it stands: exp(p**3)" in lambdify(P, sp.exp(P**3)).report
    assert repr(f).startswith("<bce(target k, prediction p)")
    shared = lambdify((X, M), ((X - M) ** 2, exp(X - M)))
    assert shared.code.count("x - mu") == 1


def python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_numpy_is_imported_when_first_used():
    loaded = "print('numpy' in sys.modules);"
    code = f"import sys, cesym, cesym.numeric, cesym.losses; {loaded} {{}} {loaded}"
    assert python(code.format("cesym.losses.bce.lambdify();")).stdout.split() == ["False", "True"]
    assert python(code.format("")).stdout.split() == ["False", "False"]


def test_missing_numpy_is_one_sentence():
    done = python("import sys; sys.modules['numpy'] = None; from cesym.losses import bce; bce.lambdify()")
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last == "ImportError: backend='numpy' needs numpy, which is not installed: run `pip install numpy`"


# What outsiders tried. Families whose names the printed code uses for itself, and entries that stand alone.
P_, J_ = IndexedBase("P", real=True), Symbol("n", integer=True)


@pytest.mark.parametrize("backend", ["numpy", "numba", "array-api"])
def test_an_entry_at_a_label_alone(backend):
    if backend in ("numba", "array-api"):
        pytest.importorskip({"numba": "numba", "array-api": "array_api_compat"}[backend], reason=f"no {backend}")
    rows, labels = [[5.0, 7.0], [8.0, 9.0]], [1, 2]
    assert list(lambdify([P_, J_], P_[J_], backend)(rows, labels)) == [5, 9]
    one, square = lambdify([P_, J_], (P_[J_], P_[J_] ** 2), backend)(rows, labels)
    assert list(one) == [5, 9] and list(square) == [25, 81]
    f = lambdify([P_], P_[2], backend)
    assert list(f(rows)) == [7, 9]
    with pytest.raises(ValueError, match="P must have at least 2 entries along axis -1"):
        f([[5.0], [8.0]])
    with pytest.raises(ValueError, match="indices run from 1"):
        lambdify([P_], P_[0], backend)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
@pytest.mark.parametrize("name", ["kept", "kept_c", "n_c", "s0", "total", "select", "out", "outside", "lambda", "i", "np"])
def test_names_of_a_users_own(backend, name):
    if backend == "numba":
        pytest.importorskip("numba", reason="no numba")
    family = IndexedBase(name, real=True)
    value = lambdify([family], log(Sum(exp(family[c]), (c, 1, C))), backend)([[1.0, 2, 3], [0, 0, 0]])
    np.testing.assert_allclose(value, [np.log(np.exp([1, 2, 3]).sum()), np.log(3)], rtol=1e-15)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_no_letters(backend):
    if backend == "numba":
        pytest.importorskip("numba", reason="no numba")
    one, squares = lambdify([], (log(2) + sqrt(3), Sum(c**2, (c, 1, 5))), backend)()
    assert (float(one), float(squares)) == (np.log(2) + np.sqrt(3), 55)
    assert list(lambdify([], c**2, backend, axes={c: 4})()) == [1, 4, 9, 16]
    with pytest.raises(ValueError, match="C is not among the arguments"):
        lambdify([], Sum(c, (c, 1, C)), backend)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_axes_in_any_order(order, backend):
    """Three of them: two that change places do so there and back."""
    pytest.importorskip(backend)
    table, letters, sizes = IndexedBase("A", real=True), (i, j, c), (N, Symbol("D", integer=True, positive=True), C)
    f = lambdify(table, 2 * table[letters], backend, axes={letters[k]: sizes[k] for k in order})
    numbers = np.random.default_rng(0).normal(size=(5, 2, 3, 4))
    for last in (1.0, np.inf):  # with an infinity another code runs
        numbers[-1, -1, -1, -1] = last
        np.testing.assert_array_equal(f(numbers), 2 * numbers.transpose(0, *(1 + k for k in order)))


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_sums_over_any_number_of_classes(backend):
    """Terms are added in pairs, and an odd one is left."""
    pytest.importorskip(backend)
    f = lambdify(p, Sum(p[c] ** 2, (c, 1, C)), backend)
    for n in range(70):
        powers = 2.0 ** np.arange(n) % 1000003  # each tells its place
        np.testing.assert_allclose(f(np.sqrt([powers, powers])), np.full(2, powers.sum()), rtol=1e-14)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_what_runs_where_a_result_overflows(backend):
    """A result of minus infinity is looked at once more, and an infinite term has no rounding error."""
    pytest.importorskip(backend)
    a, b = Symbol("a", real=True), Symbol("b", real=True)
    f = lambdify((a, b, sigma), -((a - b) ** 2) / (2 * sigma), backend)
    np.testing.assert_allclose(f([0.95e308, 1], [-0.95e308, 2], [1.7e308, 1]), [-1.9 / 3.4 * 1.9 * 1e308, -0.5])
    total = lambdify(p, Sum(p[c], (c, 1, C)), backend)
    np.testing.assert_array_equal(total([[np.inf, 1, 2], [1, 2, 3]]), [np.inf, 6])
    np.testing.assert_allclose(lambdify(X, exp(-X), backend)([-700.0, -690.0, -1.0, 1.0]), np.exp([700, 690, 1, -1.0]))


@pytest.mark.parametrize("backend", ["numpy", "numba"])
@pytest.mark.parametrize("shift", [-1e308, -1000.0, -1.0, 0.0, 1000.0])
def test_logits_may_all_be_far_below_0_or_above(backend, shift):
    pytest.importorskip(backend)
    ce = cesym.losses.cross_entropy_with_logits.lambdify(backend)
    logits = np.array([[0.0, -1.0], [-1.0, 0.0]]) + shift
    gaps = logits[:, 1] - logits[:, 0]  # -1 and 1, but 0 where the shift has swallowed them
    np.testing.assert_allclose(ce([[1, 0], [1, 0]], logits), np.log1p(np.exp(gaps)), rtol=1e-14)
    np.testing.assert_allclose(ce([0, 0], logits), np.log1p(np.exp(gaps)), rtol=1e-14)


LONG = [
    (sp.Add(*[sp.sin(n * X) for n in range(1, 251)]), 1.0, np.sin(125) * np.sin(125.5) / np.sin(0.5)),
    (sp.Add(*[X**n / n for n in range(1, 301)]), 0.5, np.log(2)),
    (sp.Add(*[log(1 + exp(X + n)) for n in range(120)]), -60.5, np.logaddexp(0, np.arange(120) - 60.5).sum()),
    (sp.Mul(*[1 + X + n for n in range(100)]), 0.0, float(sp.factorial(100))),
]


@pytest.mark.parametrize(("formula", "at", "value"), LONG, ids=["250 sines", "300 powers", "120 softplus", "100 factors"])
def test_long_sums_and_products(formula, at, value):
    np.testing.assert_allclose(lambdify(X, formula)(at), value, rtol=1e-12)


def test_a_function_of_the_library_alone():
    pytest.importorskip("scipy", reason="no scipy")
    np.testing.assert_allclose(lambdify(X, sp.loggamma(X))([3.0, 4.0]), np.log([2.0, 6.0]), rtol=1e-14)


def test_an_unreadable_cache_is_left_aside(tmp_path):
    pytest.importorskip("numba", reason="no numba")
    code = "from cesym.losses import squared_error as s; print(s.lambdify('numba')(1.0, 3.0))"
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        assert done.stdout == "4.0\n"
        for index in tmp_path.rglob("*.nbi"):
            index.write_bytes(b"")
    assert list(tmp_path.rglob("*.nbi"))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: lambdify(X, ()), "expr must have at least one expression; got an empty tuple"),
        (lambda: bce.lambdify(label_smoothing=1), "label_smoothing must be a number from 0 to less than 1; got 1"),
        (lambda: bce.lambdify(label_smoothing="0.1"), "label_smoothing must be a number from 0 to less than 1"),
        (lambda: squared_error.lambdify(label_smoothing=0.1), "label_smoothing is for targets that are probabilities"),
        (lambda: bce.lambdify(threads=0), "threads must be a whole number from 1; got 0"),
    ],
)
def test_refused_in_one_sentence(build, message):
    with pytest.raises(ValueError, match=message) as caught:
        build()
    assert "\n" not in str(caught.value)


def test_a_missing_scipy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cesym.numeric.arrays.numpy_backend.find_spec", lambda name: None)
    t = sp.Symbol("t", positive=True)
    with pytest.raises(ImportError, match=r"^gammaln on backend='numpy' needs SciPy: pip install scipy$"):
        cesym.lambdify(t, sp.loggamma(t), backend="numpy")


@pytest.mark.parametrize("weight", [sp.tanh(X / 3), sp.sin(X) / 2, X / 7, sp.sinh(X / 5) / 3], ids=str)
def test_a_weight_is_0_by_what_it_is_made_of(weight):
    """0 log 0 is 0, also where the weight is an odd function of a quotient of a letter that is 0."""
    assert lambdify((X, M), log(M) * weight)(0.0, 0.0) == 0
