"""backend="math": Python's floats and lists. Against NumPy's backend, against mpmath, at the ends, and refusals."""

import math
import random
import re
import subprocess
import sys
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp
from sympy import IndexedBase, Product, Sum, Symbol, exp, log, loggamma

import cesym.losses
from cesym.links import sigmoid, softmax
from cesym.numeric import function, lambdify
from cesym.numeric.plain import helpers
from cesym.numeric.plain.forms import Signs, guarded
from cesym.numeric.programs.program import Program
from cesym.symbols import C, N, c, i, j, p, q, w, x, y, z
from tests.numbers.bounds import enclosed, outside
from tests.numbers.inputs import LOSSES, generate
from tests.numbers.measures import eps_error, faults, ulp_error
from tests.numbers.reference import truths

INF, NAN = math.inf, math.nan
A, B = Symbol("a", real=True), Symbol("b", real=True)


def loss_of(name):
    return getattr(cesym.losses, name)


def flat(result):
    return [one for part in result for one in flat(part)] if isinstance(result, tuple) else [result]


def same(one, other):
    """Equal numbers in equally nested lists and tuples; NaN is NaN, and 0.0 is not -0.0."""
    if isinstance(one, (list, tuple)):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, float) and repr(one) == repr(float(other))


def small(name, n, seed):
    """Batches of few classes, whose Hessians are small."""
    return [b for b in generate(name, n, seed) if b.args[1].ndim == 1 or b.args[1].shape[-1] <= 10]


# Against NumPy


def compared(name, order, result, expected, args):
    """The largest distance in units in the last place; where terms cancel, in eps of the larger one."""
    worst = 0.0
    for one, other, (_, larger) in zip(result, expected, enclosed(name, order, *args).values(), strict=True):
        one, other = np.asarray(one, float), np.broadcast_to(other, larger.shape)
        equal = (one == other) | (np.isnan(one) & np.isnan(other))
        top = np.minimum(np.maximum(np.maximum(np.abs(one), np.abs(other)), larger.astype(float)), sys.float_info.max)
        # Next to the largest number the one rounds to it, the other to infinity.
        close = np.clip(one, -sys.float_info.max, sys.float_info.max) - np.clip(
            other, -sys.float_info.max, sys.float_info.max
        )
        with np.errstate(all="ignore"):
            distance = np.where(equal, 0, np.abs(close) / np.spacing(top))
        distance = np.where(np.isnan(one) != np.isnan(other), INF, distance)
        worst = max(worst, distance.max(initial=0))
    return worst


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("order", [0, 1, 2])
def test_equals_the_numpy_backend(name, order):
    ours, numpys = (loss_of(name).lambdify(backend, derivative=order) for backend in ("math", "numpy"))
    # A softmax is a sum of exponentials, each of which NumPy may round otherwise than math does.
    allowed = [4, 4, 8][order] if name == "cross_entropy_with_logits" else 2
    planted = []
    for batch in small(name, 4000, 21):
        result, expected = flat(ours(*[a.tolist() for a in batch.args])), flat(numpys(*batch.args))
        with np.errstate(all="ignore"):
            assert compared(name, order, result, expected, batch.args) <= allowed
            wrong = [np.asarray(one) * (1 + 1e-14) for one in result]
            planted.append(compared(name, order, wrong, expected, batch.args))
    assert max(planted) > 20


@pytest.mark.parametrize("name", LOSSES)
def test_several_derivatives_in_one_pass_are_those_of_one(name):
    both, *single = (loss_of(name).lambdify("math", derivative=order) for order in ((0, 1), 0, 1))
    for batch in small(name, 300, 22):
        args = [a.tolist() for a in batch.args]
        assert same(both(*args), tuple(f(*args) for f in single))
    assert not same([1.0], [0.0]) and not same([0.0], [-0.0]) and not same([0.0], 0.0) and same(NAN, NAN)


# Against the truth: loss, derivative, largest error in ULP at hard and at soft targets, and in eps of the larger term;
# None is not bounded. Subnormal results are sums of subnormal terms, each rounded: a unit for each of the classes.
BOUNDS = [
    ("bce", 0, 2, 2, 2),
    ("bce", 1, 2, 2, 2),
    ("bce", 2, 4, 4, 4),
    ("bce_with_logits", 0, 2, 2, 2),
    ("bce_with_logits", 1, 2.5, None, 4),
    ("bce_with_logits", 2, 4, 4, 4),
    ("cross_entropy", 0, 2, 2, None),
    ("cross_entropy", 1, 2, 2, 2),
    ("cross_entropy", 2, 2, 2, 2),
    ("cross_entropy_with_logits", 0, 2, 2, None),
    ("cross_entropy_with_logits", 1, 3, None, 3),
    ("cross_entropy_with_logits", 2, 6, 6, None),
    ("squared_error", 0, 2, 2, 2),
    ("squared_error", 1, 2, 2, 2),
    ("squared_error", 2, 0, 0, 0),
    ("gaussian_nll", 0, None, None, 3),
    ("gaussian_nll", 1, None, None, 4),
    ("gaussian_nll", 2, None, None, 6),
]


@pytest.mark.parametrize(("name", "order", "hard", "soft", "eps"), BOUNDS)
def test_accuracy(name, order, hard, soft, eps):
    f = loss_of(name).lambdify("math", derivative=order)
    for batch in small(name, 600, 23):
        result = flat(f(*[a.tolist() for a in batch.args]))
        for one, truth in zip(result, truths(name, order, *batch.args).values(), strict=True):
            one = np.broadcast_to(np.asarray(one, float), truth.value.shape)
            found = faults(one, truth)
            assert not any(found[kind].any() for kind in ("NaN", "infinity", "sign", "clipped"))
            normal = np.abs(truth.value) >= sys.float_info.min
            for errors, bounds in (
                (ulp_error(one, truth), (hard, soft)),
                (eps_error(one, truth), (eps, eps)),
            ):
                assert errors[~normal].max(initial=0) <= 12 or None in bounds
                for bound, rows in zip(bounds, (batch.tags != "soft", batch.tags == "soft"), strict=True):
                    assert bound is None or np.where(normal, errors, 0)[rows].max(initial=0) <= bound


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("order", [0, 1, 2])
def test_nothing_is_wrong_in_kind(name, order):
    f = loss_of(name).lambdify("math", derivative=order)
    planted = 0
    for batch in small(name, 20_000, 24):
        result = flat(f(*[a.tolist() for a in batch.args]))
        for kinds in outside(name, order, batch.args, result).values():
            assert not any(kinds[kind].any() for kind in ("NaN", "infinity", "sign", "clipped"))
        if name == "cross_entropy_with_logits":
            continue
        with np.errstate(all="ignore"):
            wrong = outside(name, order, batch.args, [-np.asarray(one) for one in result])
        planted += sum(int(kinds["sign"].sum()) for kinds in wrong.values())
    assert planted > 1000 or name == "cross_entropy_with_logits"


# At the ends

AT_THE_ENDS = [
    ("bce", 0, (0, 0), 0.0),
    ("bce", 0, (1, 1), 0.0),
    ("bce", 0, (1, 0), INF),
    ("bce", 0, (0.5, 1), INF),
    ("bce", 0, (0, 5e-324), 5e-324),
    ("bce", 1, (1, 0), -INF),
    ("bce", 1, (1, -0.0), -INF),
    ("bce", 1, ([1], -0.0), [-INF]),
    ("bce", 1, (0, 0), 1.0),
    ("bce", 2, (0.5, 1), INF),
    ("bce_with_logits", 0, (1, INF), 0.0),
    ("bce_with_logits", 0, (0, INF), INF),
    ("bce_with_logits", 0, (0.5, -INF), INF),
    ("bce_with_logits", 1, (1, -INF), -1.0),
    ("bce_with_logits", 1, (1, 800.0), 0.0),
    ("bce_with_logits", 2, (1, INF), 0.0),
    ("cross_entropy", 0, ([0.0, 1.0], [0, 1]), 0.0),
    ("cross_entropy", 0, (0, [0, 1]), INF),
    ("cross_entropy", 1, (1, [0, 1]), [0.0, -1.0]),
    ("cross_entropy", 2, (0, [0, 1]), [[INF, 0.0], [0.0, 0.0]]),
    ("cross_entropy_with_logits", 0, (1, [-INF, -INF]), math.log(2)),
    ("cross_entropy_with_logits", 0, (0, [INF, 0.0]), 0.0),
    ("cross_entropy_with_logits", 0, (1, [INF, 0.0]), INF),
    ("cross_entropy_with_logits", 1, (1, [INF, INF]), [0.5, -0.5]),
    ("squared_error", 0, (INF, 1), INF),
    ("squared_error", 0, (1e200, -1e200), INF),
    ("squared_error", 1, (-INF, 0), INF),
    ("gaussian_nll", 0, (1, 1, 0), -INF),
    ("gaussian_nll", 0, (1, 2, 0), INF),
    ("gaussian_nll", 0, (INF, 2, 1), INF),
    ("gaussian_nll", 0, (2.0**1023, -(2.0**1023), 1.5 * 2.0**1023), 2.0**1023 / 0.75),
    ("gaussian_nll", 1, (1, 2, 0), (INF, -INF)),
    ("gaussian_nll", 1, (1, 1, 0), (0.0, INF)),
    ("bce", 0, (0, NAN), NAN),
    ("bce", 0, (NAN, 1), NAN),
    ("bce_with_logits", 0, (0, NAN), NAN),
    ("bce_with_logits", 1, (NAN, 3.0), NAN),
    ("cross_entropy", 0, ([0.0, 1.0], [NAN, 1]), NAN),
    ("cross_entropy_with_logits", 0, (0, [0.0, NAN]), NAN),
    ("cross_entropy_with_logits", 1, (0, [0.0, NAN]), [NAN, NAN]),
    ("gaussian_nll", 0, (0, 1, NAN), NAN),
]


@pytest.mark.parametrize(("name", "order", "args", "value"), AT_THE_ENDS)
def test_at_the_ends(name, order, args, value):
    assert same(loss_of(name).lambdify("math", derivative=order)(*args), value)


# The helpers against NumPy, which has IEEE's results

CORNERS = [0.0, -0.0, 1.0, -1.0, 2.0, 3.0, -3.0, 0.5, -0.5, 5e-324, 1e308, -1e308, 710.0, -746.0, INF, -INF, NAN]
SPECIALS = {"exp": np.exp, "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "sqrt": np.sqrt, "sin": np.sin}
SPECIALS |= {"cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh, "sign": np.sign}
SPECIALS |= {"over": np.divide, "power": np.power, "maximum": np.maximum, "minimum": np.minimum}


@pytest.mark.parametrize("name", SPECIALS)
def test_helpers_give_what_ieee_gives(name):
    ours = getattr(helpers, name)
    two = name in ("over", "power", "maximum", "minimum")
    for args in [(s, t) for s in CORNERS for t in CORNERS] if two else [(t,) for t in CORNERS]:
        if name == "power" and args[1] == 0.5:
            continue  # NumPy takes the square root, which IEEE has otherwise at -0.0 and at -inf
        with np.errstate(all="ignore"):
            expected = float(SPECIALS[name](*args))
        found = ours(*args)
        assert isinstance(found, float)
        assert found == pytest.approx(expected, rel=1e-15, abs=0, nan_ok=True), args
        if name in ("over", "power", "log1p", "expm1", "sinh", "sqrt"):
            assert math.isnan(found) or math.copysign(1, found) == math.copysign(1, expected), args


SUMS = [
    ([], 0.0),
    ([0.1] * 10, 1.0),
    ([1e308, 1e308, -1e308, -1e308, 1e-300], 1e-300),
    ([1e308, 1e308], INF),
    ([-1e308, -1e308, 1.0], -INF),
    ([INF, -INF], NAN),
    ([INF, 1e308, 1e308], INF),
    ([-INF, 1e308, 1e308], -INF),
    ([NAN, 1e308, 1e308], NAN),
]


@pytest.mark.parametrize(("values", "total"), SUMS)
def test_sums(values, total):
    assert same(helpers.fsum(values), total)


@pytest.mark.parametrize("values", [[1.0, 3.0, 3.0], [3.0, NAN, INF, NAN], [NAN, 3.0], [-INF, -INF], [2.0]])
def test_the_largest_and_its_place(values):
    assert same(helpers.amax(values), float(np.max(values)))
    assert helpers.argmax(values) == np.argmax(values)


def test_the_largest_of_none():
    assert helpers.amax([]) == -INF and helpers.argmax([]) == 0


@pytest.mark.parametrize("zone", [(-300, -4, 1), (-4, 3, 1), (3, 300, 1), (-3, 2, -1)])
def test_gamma_functions(zone):
    low, high, sign = zone
    rng = random.Random(5)
    with mpmath.workprec(400):
        for _ in range(300):
            t = sign * 10 ** rng.uniform(low, high)
            truth = mpmath.digamma(mpmath.mpf(t))
            assert abs(helpers.digamma(t) - truth) <= 0.51 * math.ulp(float(truth))
            truth = mpmath.re(mpmath.loggamma(mpmath.mpf(t)))
            # Python's own lgamma loses digits next to its zeros.
            assert abs(helpers.lgamma(t) - truth) <= 10 * sys.float_info.epsilon * max(1, abs(truth))
            truth = mpmath.digamma(mpmath.mpf(1.4616321449683622))
            assert abs(helpers.digamma(1.4616321449683622) - truth) <= 0.51 * math.ulp(float(truth))
    assert helpers.digamma(INF) == INF and helpers.digamma(0.0) == -INF and helpers.digamma(-0.0) == INF
    assert all(map(math.isnan, map(helpers.digamma, (-3.0, -INF, NAN))))
    assert [helpers.lgamma(t) for t in (0.0, -2.0, INF, 1e308)] == [INF] * 4


# Shapes and nesting

NESTING = [
    ("bce", ([0, 1], [0.25, 0.75]), 1),
    ("bce", (0, [0.25, 0.75]), 1),
    ("bce", ((0, 1), 0.25), 1),
    ("bce", ([[0], [1]], [0.25, 0.5, 0.75]), 2),
    ("bce", ([[0, 1]], [[0.25, 0.75], [0.5, 0.125]]), 2),
    ("bce", ([], []), 1),
    ("bce", ([[], []], 0.5), 2),
    ("squared_error", (range(3), [1.0, 2.0, 4.0]), 1),
    ("gaussian_nll", ([1, 2, 3], 2, [[1], [2]]), 2),
    ("cross_entropy", ([0.25, 0.75], [0.5, 0.5]), 0),
    ("cross_entropy", ([[0.25, 0.75]] * 3, [[0.5, 0.5]] * 3), 1),
    ("cross_entropy", ([0.25, 0.75], [[0.5, 0.5], [0.25, 0.75]]), 1),
    ("cross_entropy", (1, [0.25, 0.75]), 0),
    ("cross_entropy", ([1, 0], [[0.25, 0.75], [0.5, 0.5]]), 1),
    ("cross_entropy", ([[1], [0]], [[[0.25, 0.75], [0.5, 0.5]]]), 2),
    ("cross_entropy", ([0, 1], [0.25, 0.75]), 0),
    ("cross_entropy_with_logits", ([1, 0], [[0.0, 3.0], [2.0, -1.0]]), 1),
    ("cross_entropy_with_logits", ([[], []], [[], []]), 1),
]


def depth(result):
    return 1 + (depth(result[0]) if result else 0) if isinstance(result, list) else 0


@pytest.mark.parametrize(("name", "args", "samples"), NESTING)
def test_nesting(name, args, samples):
    for order in (0, 1):
        ours = flat(loss_of(name).lambdify("math", derivative=order)(*args))
        if name == "cross_entropy_with_logits" and args[1] == [[], []]:
            assert ours == ([[0.0, 0.0]] if order == 0 else [[[], []]])  # NumPy has no maximum of nothing
            continue
        arrays = [list(a) if isinstance(a, range) else a for a in args]
        theirs = flat(loss_of(name).lambdify("numpy", derivative=order)(*arrays))
        for one, other in zip(ours, theirs, strict=True):
            assert np.shape(one) == other.shape
            np.testing.assert_allclose(one, other, rtol=1e-15)
            assert depth(one) == samples + (order if name.startswith("cross") else 0) or other.size == 0


def test_python_numbers_of_all_kinds():
    f = cesym.losses.squared_error.lambdify("math")
    assert (
        f(1, 0.5)
        == f(True, Fraction(1, 2))
        == f(sp.Integer(1), sp.Rational(1, 2))
        == f(np.float64(1), np.float32(0.5))
        == 0.25
    )
    assert same(f([1, 2.0, True, Fraction(7, 2)], 1), [0.0, 1.0, 0.0, 6.25])
    assert f(np.int64(3), 1) == 4.0


def test_labels_and_probabilities_agree():
    rng = random.Random(1)
    for name in ("cross_entropy", "cross_entropy_with_logits"):
        rows = [[rng.random() for _ in range(4)] for _ in range(6)]
        labels = [rng.randrange(4) for _ in rows]
        hot = [[float(n == label) for n in range(4)] for label in labels]
        for order in (0, 1, 2, (0, 1)):
            f = loss_of(name).lambdify("math", derivative=order)
            for one, other in zip(flat(f(labels, rows)), flat(f(hot, rows)), strict=True):
                np.testing.assert_allclose(one, other, rtol=1e-15)


def test_inputs_are_not_changed_nor_returned():
    f = lambdify((x, w), (x[i], x[i], w[i] * x[i]), "math")
    values, weights = [-0.0, 2.0], [1.0, 3.0]
    one, two, three = f(values, weights)
    assert one == two == [0.0, 2.0] and three == [0.0, 6.0] and one is not two
    one.append(1.0)
    assert values == [-0.0, 2.0] and two == [0.0, 2.0]
    (first, second), *_ = f([values, values], weights)
    assert first is not second


# Reductions


def test_reductions():
    rng = random.Random(2)
    predictions, targets = ([rng.random() for _ in range(50)] for _ in range(2))
    each = cesym.losses.bce.lambdify("math")(targets, predictions)
    slopes = cesym.losses.bce.lambdify("math", derivative=1)(targets, predictions)
    for reduction, value, count in (("sum", math.fsum(each), 1), ("mean", math.fsum(each) / 50, 50)):
        f = cesym.losses.bce.lambdify("math", derivative=(0, 1), reduction=reduction)
        assert same(f(targets, predictions), (value, [slope / count for slope in slopes]))
        square = [[targets[0]] * 2, [targets[1]] * 2], [[predictions[0]] * 2, [predictions[1]] * 2]
        assert np.shape(f(*square)[0]) == () and np.shape(f(*square)[1]) == (2, 2)


EXTREMES = [
    ("mean", [1e154] * 4, 1e308),
    ("sum", [1e154] * 4, INF),
    ("mean", [1e154, INF], INF),
    ("mean", [1.0, NAN], NAN),
    ("mean", [], NAN),
    ("sum", [], 0.0),
    ("sum", [1e154] * 2, INF),
    ("mean", 3.0, 9.0),
    ("mean", [1e200] * 3, INF),
]


@pytest.mark.parametrize(("reduction", "values", "result"), EXTREMES)
def test_reductions_at_the_ends(reduction, values, result):
    found = cesym.losses.squared_error.lambdify("math", reduction=reduction)(values, 0.0)
    assert found == pytest.approx(result, rel=1e-15, nan_ok=True) and isinstance(found, float)


# Refusals

ROWS = "must be a number or a rectangular list; got rows of different lengths"
REFUSED = [
    ("bce", ([0, 1], [0.5, 1.5]), ValueError, "prediction p must hold numbers in [0, 1]; got p[1] = 1.5"),
    ("bce", (0, -0.1), ValueError, "prediction p must hold numbers in [0, 1]; got p = -0.1"),
    ("bce", (2, 0.5), ValueError, "target k must hold numbers in [0, 1]; got k = 2"),
    (
        "bce",
        (0, [[0.5, -0.25], [3.0, NAN]]),
        ValueError,
        "prediction p must hold numbers in [0, 1]; got p[1, 0] = 3.0, the worst of 2 such values",
    ),
    ("bce", (0, [-INF, 2]), ValueError, "got p[0] = -inf, the worst of 2 such values"),
    (
        "bce",
        ([0, 1, 1], [0.5, 0.5]),
        ValueError,
        "the shapes of the arguments must broadcast; got target k (3,) and prediction p (2,)",
    ),
    ("bce", (0, 0.5 + 0j), TypeError, "prediction p must hold real numbers; got p = (0.5+0j)"),
    ("bce", ("no", 0.5), TypeError, "target k must hold real numbers; got k = 'no'"),
    ("bce", ([0, None], 0.5), TypeError, "target k must hold real numbers; got k[1] = None"),
    ("bce", (0, {0.5: 1}), TypeError, "prediction p must hold real numbers; got p = {0.5: 1}"),
    ("bce", ([0, "no"], 0.5), TypeError, "target k must hold real numbers; got k[1] = 'no'"),
    ("bce", ([[1], [0, 1]], 0.5), ValueError, f"target k {ROWS}"),
    ("bce", ([1, [0]], 0.5), ValueError, f"target k {ROWS}"),
    ("bce", ([[1], 0], 0.5), ValueError, f"target k {ROWS}"),
    ("bce", (10**400, 0.5), ValueError, "target k must hold numbers that fit into a float; got a larger integer"),
    ("bce", (1,), TypeError, "bce takes 2 arguments (target k, prediction p); got 1"),
    (
        "bce",
        (0, np.array([0.5])),
        TypeError,
        "backend='math' takes Python numbers and lists; for arrays use backend='numpy'",
    ),
    ("bce", (0, np.array(0.5)), TypeError, "for arrays use backend='numpy'; got prediction p as ndarray"),
    ("bce", (0, [np.array([0.5])]), TypeError, "for arrays use backend='numpy'; got prediction p as ndarray"),
    ("cross_entropy", (np.array([0, 1]), np.eye(2)), TypeError, "for arrays use backend='numpy'"),
    ("cross_entropy", ([0, 1], np.eye(2)), TypeError, "for arrays use backend='numpy'"),
    ("cross_entropy", ([1, 0], [[0.5, 0.5]] * 3), ValueError, "got target q (2,) and prediction p (3, 2)"),
    (
        "cross_entropy",
        ([3, -1], [[0.5, 0.5]] * 2),
        ValueError,
        "target q must hold integer labels from 0 to 1; got q[0] = 3, the worst of 2",
    ),
    ("cross_entropy", ([-1, 1], [[0.5, 0.5]] * 2), ValueError, "integer labels from 0 to 1; got q[0] = -1"),
    ("cross_entropy", (2, [0.5, 0.5]), ValueError, "target q must hold integer labels from 0 to 1; got q = 2"),
    (
        "cross_entropy",
        ([0.5, 0.25, 0.25], [0.5, 0.5]),
        ValueError,
        "prediction p must have C = 3 entries along axis -1, as target q has; got shape (2,)",
    ),
    ("cross_entropy", (0.5, 0.5), ValueError, "target q must have at least 1 axis, the last for C; got shape ()"),
    ("gaussian_nll", (1, 2, [1, -2]), ValueError, "parameter v must hold numbers that are at least 0; got v[1] = -2"),
    ("gaussian_nll", (1, 2, -INF), ValueError, "parameter v must hold numbers that are at least 0; got v = -inf"),
]


@pytest.mark.parametrize(("name", "args", "error", "message"), REFUSED)
def test_refused(name, args, error, message):
    with pytest.raises(error) as caught:
        loss_of(name).lambdify("math")(*args)
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_labels_of_a_users_own_must_be_integers():
    f = lambdify((p, y), Sum(log(p[y[i]]), (i, 1, N)), "math")
    assert f([0.5, 0.25], [1, 2, 2]) == pytest.approx(5 * math.log(0.5))
    for label in (0.5, True, 1.0):
        with pytest.raises(TypeError, match=r"y must hold integer labels; got y\[0\] = "):
            f([0.5, 0.25], [label])
    with pytest.raises(ValueError, match=r"y must hold integer labels from 1 to 2; got y\[1\] = 0"):
        f([0.5, 0.25], [1, 0])


def test_labels_are_numbers_in_formulas():
    label = Symbol("y", integer=True, positive=True)
    f = lambdify((p, label), (p[label], label, label**2, label / 3), "math")
    assert same(f([0.5, 0.25], 2), (0.25, 2.0, 4.0, 2 / 3))


@pytest.mark.parametrize(("name", "args"), [("bce", (0, 1.5)), ("bce", ([3], 0.5)), ("gaussian_nll", (1, 2, -1.0))])
def test_checks_can_be_left_out(name, args):
    with pytest.raises(ValueError):
        loss_of(name).lambdify("math")(*args)
    assert loss_of(name).lambdify("math", check=False)(*args) is not None
    assert loss_of(name).lambdify("math")(*args, check=False) is not None


def test_threads_are_refused():
    request = function.Request("f", [A], ["a"], function.Output(A), threads=2)
    with pytest.raises(
        ValueError, match="threads is for backend='numpy' and 'numba'; got threads=2 with backend='math'"
    ):
        function.built(request, "math")


# Formulas of a user's own, against mpmath: letters, formula, numbers, largest error in eps of the sum of the terms

K, Z = Symbol("k", nonnegative=True), Symbol("z", real=True)
X, MU, S = Symbol("x", real=True), Symbol("mu", real=True), Symbol("s", real=True)
NU, SIGMA = Symbol("nu", positive=True), Symbol("sigma", positive=True)
POISSON = exp(Z) - K * Z + loggamma(K + 1)
STUDENT = (
    loggamma(NU / 2) - loggamma((NU + 1) / 2) + log(NU * sp.pi) / 2 + log(SIGMA)
    + (NU + 1) / 2 * log(1 + ((X - MU) / SIGMA) ** 2 / NU)
)  # fmt: skip
HETEROSCEDASTIC = S / 2 + (X - MU) ** 2 * exp(-S) / 2
ORDINAL = -log(sigmoid(A) - sigmoid(B))


def counts(rng):
    return float(rng.randrange(60)), rng.gauss(0, 3)


def heavy(rng):
    return (
        rng.gauss(0, 1) * 10 ** rng.uniform(-3, 6),
        rng.gauss(0, 1),
        10 ** rng.uniform(-3, 3),
        10 ** rng.uniform(-2, 2),
    )


def spread_out(rng):
    return rng.gauss(0, 10), rng.gauss(0, 10), rng.gauss(0, 8)


def cuts(rng):
    low = rng.uniform(-700, 700) if rng.random() < 0.5 else rng.gauss(0, 20)
    return low + 10 ** rng.uniform(-3, 1), low


USERS = [
    ((K, Z), POISSON, (Z,), counts, 8),
    ((X, MU, SIGMA, NU), STUDENT, (MU, SIGMA), heavy, 16),
    ((X, MU, S), HETEROSCEDASTIC, (MU, S), spread_out, 60),
    ((A, B), ORDINAL, (A, B), cuts, 8),
]


@pytest.mark.parametrize(
    ("letters", "formula", "slopes", "numbers", "eps"),
    USERS,
    ids=["Poisson", "Student-t", "heteroscedastic", "ordinal"],
)
def test_formulas_of_a_users_own(letters, formula, slopes, numbers, eps):
    exprs = (formula, *[sp.diff(formula, slope) for slope in slopes])
    f = lambdify(letters, exprs, "math")
    terms = [
        sp.lambdify(letters, sp.Add.make_args(sp.expand(one) if one is HETEROSCEDASTIC else one), "mpmath")
        for one in exprs
    ]
    rng = random.Random(7)
    with mpmath.workprec(3000):
        for _ in range(400):
            at = numbers(rng)
            for result, parts in zip(f(*at), terms, strict=True):
                found = parts(*map(mpmath.mpf, at))
                larger = sum(map(abs, found))
                assert abs(result - sum(found)) <= eps * sys.float_info.epsilon * larger, at
                assert (
                    abs(result * (1 + 1e-12) - sum(found)) > eps * sys.float_info.epsilon * abs(sum(found))
                    or not result
                )


def test_the_ordinal_logit_far_out():
    f = lambdify((A, B), (ORDINAL, sp.diff(ORDINAL, A), sp.diff(ORDINAL, B)), "math")
    value, up, down = f(40, 39)
    assert value == pytest.approx(39.458675, abs=1e-6) and up + down == pytest.approx(1, rel=1e-15)
    naive = sp.lambdify((A, B), ORDINAL, "math")
    with pytest.raises((ValueError, ZeroDivisionError)):
        naive(40.0, 39.0)


def test_the_gamma_functions_of_a_users_own():
    f = lambdify(NU, loggamma(NU), "math")
    assert f(3.0) == math.lgamma(3.0) and "def lgamma" in f.code and "mpmath" not in f.code
    f = lambdify(NU, sp.diff(loggamma(NU), NU), "math")
    assert f(3.0) == pytest.approx(1.5 - 0.5772156649015329, rel=1e-15) and "from mpmath import libmp" in f.code


TABLE = [[0.1, 0.9, 2.0], [0.4, 0.5, 3.0]]
GENERAL = [
    ((x, w), Sum(x[i] * w[i], (i, 1, N)), ([1, 2, 3], [4, 5, 6])),
    ((q, w), Sum(c * q[i, c] * w[i], (c, 1, C), (i, 1, N)), (TABLE, [2, 3])),
    ((q, p), Sum(q[i, c] * p[c, i], (c, 1, C), (i, 1, N)), (TABLE, [list(row) for row in zip(*TABLE, strict=True)])),
    ((z, p), Sum(p[c] * Sum(exp(z[c] * p[c]), (c, 1, C)), (c, 1, C)), ([0.2, 0.3, 0.5], [0.1, 0.6, 0.3])),
    ((z, p), Sum(p[c] * log(Sum(exp(z[j]), (j, 1, C))), (c, 1, C)), ([0.2, 0.3, 0.5], [0.1, 0.6, 0.3])),
    ((x,), Sum(x[i] * Sum(i * x[i], (i, 1, N)), (i, 1, N)), ([0.2, 0.3, 0.5],)),
    ((p,), Product(p[i], (i, 1, N)), ([0.2, 0.3, 0.5],)),
    ((p,), softmax(p, c, C), (TABLE,)),
    ((p, q), p[i] - q[j] + sp.KroneckerDelta(i, j), ([1, 2, 3], [4, 5])),
    ((q, y), -Sum(log(q[i, y[i]]), (i, 1, N)), (TABLE, [2, 3])),
    ((x,), x[2] / x[1], ([4.0, 2.0],)),
    ((X,), sp.Piecewise((X**2 / 2, (abs(X) < 1) & (X > 0)), (abs(X) - sp.Rational(1, 2), True)), ([0.3, -2, 5],)),
    ((X,), sp.Max(X, 0, 1 - X) + sp.Min(X, 2) + sp.Max(2, X), ([0.3, -2, 5],)),
    ((X, NU), NU**X * sp.tanh(X) * sp.cos(X) * sp.sinh(X) * sp.sqrt(NU), ([0.3, -2, 5], 0.4)),
    ((X,), X / 3 + 2**X - sp.Rational(1, 2) ** X - 5, ([0.3, -2, 5],)),
]


@pytest.mark.parametrize(("letters", "formula", "args"), GENERAL, ids=[str(row[1]) for row in GENERAL])
def test_general_formulas_equal_numpy(letters, formula, args):
    ours, theirs = lambdify(letters, formula, "math")(*args), lambdify(letters, formula)(*args)
    assert np.shape(ours) == np.shape(theirs)
    np.testing.assert_allclose(ours, theirs, rtol=1e-14)
    assert not np.allclose(ours, lambdify(letters, formula * 2)(*args))


def test_nan_passes_through_max_and_min():
    f = lambdify((A, B), (sp.Max(A, 0), sp.Min(0, A), sp.Max(A, B), sp.Min(A, B)), "math")
    assert all(map(math.isnan, f(NAN, 1))) and all(map(math.isnan, f(1, NAN)[2:]))
    assert f(-1, 2) == (0.0, -1.0, 2.0, -1.0)
    assert "max(a, 0.0), min(a, 0.0), maximum(a, b), minimum(a, b)" in f.code


def test_letters_that_are_names_of_python():
    letters = [Symbol(name, real=True) for name in ("exp", "math", "len", "inf", "over", "lambda")]
    total = sp.Add(*[n * letter for n, letter in enumerate(letters, 1)]) + exp(letters[0]) / letters[1]
    assert lambdify(letters, total, "math")(0, 1, 1, 1, 1, 1) == 21.0
    family = IndexedBase("C", real=True)
    assert lambdify(family, Sum(family[c] ** 2, (c, 1, C)), "math")([3, 4]) == 25.0


# Code

BCE = """
def bce(k, p):
    return 0 - weighted(k, log(p)) - weighted(1 - k, log1p(-p))
"""
BCE_WITH_LOGITS = """
def bce_with_logits(k, z):
    return log1p(exp(-abs(z))) + weighted(float(z > 0) - k, z)
"""
CROSS_ENTROPY = """
def cross_entropy(q, p):
    C = len(q)
    return 0 - fsum([weighted(q[c], log(p[c])) for c in range(C)])
"""


@pytest.mark.parametrize(
    ("name", "text"), [("bce", BCE), ("bce_with_logits", BCE_WITH_LOGITS), ("cross_entropy", CROSS_ENTROPY)]
)
def test_code_reads_like_a_formula(name, text):
    assert text in loss_of(name).lambdify("math").code


def test_code_has_what_it_needs_and_no_more():
    code = cesym.losses.bce_with_logits.lambdify("math").code
    assert code.startswith("from math import exp, log1p\n\n\ndef weighted(w, value):\n")
    assert re.findall(r"def (\w+)", code) == ["weighted", "bce_with_logits"]
    assert "def log(t)" in cesym.losses.bce.lambdify("math").code
    # What is the same for all classes is worked out once.
    assert not re.search(r"(amax|log1p)\(.* for", cesym.losses.cross_entropy_with_logits.lambdify("math").code)
    assert "float" not in cesym.losses.squared_error.lambdify("math").code


@pytest.mark.parametrize("name", LOSSES)
def test_code_is_what_runs(name):
    for order in (0, 1, 2):
        f = loss_of(name).lambdify("math", derivative=order)
        namespace = {}
        exec(f.code, namespace)
        args = [1, 2.0, 3.0][: len(f.arguments)] if name == "gaussian_nll" else [1, 0.25]
        args = [1, [0.25, 0.75]] if name.startswith("cross") else args
        assert flat(namespace[name](*args)) == flat(f(*args))


def test_overflow_is_not_looked_for_where_the_range_of_the_arguments_excludes_it():
    for loss, order in ((cesym.losses.bce, 1), (cesym.losses.bce, 2)):
        assert "inf" not in loss.lambdify("math", derivative=order).code.split(f"def {loss.name}")[1]
    assert "== inf" in cesym.losses.gaussian_nll.lambdify("math").code.split("def gaussian_nll")[1]


def test_a_guard_gets_a_name_only_if_it_is_that_one():
    b = Program()
    u, v = b.input(0, ()), b.input(1, ())
    sure, zero, one = u.equals(0) & v.equals(v), b.const(0), b.const(1)
    lead = abs(u).equals(INF) & v.equals(v)
    for made, name in (
        (guarded(b, sure, zero, u * v), "weighted"),
        (guarded(b, sure, zero, u / v), "xdivy"),
        (guarded(b, lead, u, u + v), "dominated"),
        (guarded(b, u.equals(v), zero, u - v), "difference"),
    ):
        assert made.op == name and made.args == (u, v)
    for wrong in (
        (u.equals(0), zero, u * v), (sure, one, u * v), (sure, zero, v * u), (sure, zero, u + v), (lead, v, u + v),
        (sure, u, u + v), (u.equals(v), one, u - v), (u.equals(0), zero, u - v), (sure, zero, b.op("exp", u)),
    ):  # fmt: skip
        assert guarded(b, *wrong) is None


def test_only_what_cannot_raise_is_printed_bare():
    b = Program()
    t = b.input(0, ())
    signs = Signs()
    e = b.op("exp", -abs(t))
    assert signs.is_nonpositive(-abs(t)) and signs.is_nonnegative(e) and signs.is_positive(e + 1)
    for unknown in (t, t - 1, t * e, t / (e + 1), b.op("log", e)):
        assert not signs.is_nonnegative(unknown) and not signs.is_nonpositive(unknown)
    assert not signs.is_positive(e)  # it underflows
    assert not signs.is_positive(t + 1) and not signs.is_positive(e + e) and not signs.is_nonnegative(t + e)
    for wild in (lambdify(X, exp(X) + 1 / X, "math"), lambdify(X, log(X) / exp(X), "math")):
        for number in CORNERS:
            assert isinstance(wild(number), float)


def test_nothing_raises():
    formulas = [
        exp(X),
        log(X),
        sp.sqrt(X),
        1 / X,
        X**3,
        X**-2,
        X ** sp.Rational(1, 3),
        2**X,
        X**X,
        sp.sin(X),
        sp.cos(X),
    ]
    formulas += [sp.tan(X), sp.sinh(X), sp.cosh(X), sp.tanh(X), exp(X) - 1, log(1 + X), loggamma(X), sp.sign(X), abs(X)]
    formulas += [
        log(1 + exp(X)),
        log(1 - exp(X)),
        sigmoid(X),
        1 / (1 - X),
        1 / (1 + X),
        log(2 + X),
        log(X / (1 - X)),
        exp(exp(X)),
        log(log(X)),
    ]
    for formula in formulas:
        f = lambdify(X, formula, "math")
        assert all(isinstance(f(number), float) for number in CORNERS), formula


# Without NumPy


def python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_numpy_is_not_needed():
    code = """
import sys
sys.modules["numpy"] = None
from cesym.losses import bce, cross_entropy_with_logits
f = bce.lambdify("math", derivative=(0, 1), reduction="mean")
print(f([0, 1], [0.5, 0.5])[0], cross_entropy_with_logits.lambdify("math")(0, [0.0, 0.0]))
try:
    f(0, "no")
except TypeError as error:
    print(error)
"""
    done = python(code)
    assert done.stdout.splitlines() == [
        "0.6931471805599453 0.6931471805599453",
        "prediction p must hold real numbers; got p = 'no'",
    ], done.stderr
    loaded = python(
        "import sys; from cesym.losses import bce; bce.lambdify('math')(0, 0.5); print('numpy' in sys.modules)"
    )
    assert loaded.stdout.strip() == "False"
    assert (
        python(
            "import sys; from cesym.losses import bce; bce.lambdify()(0, 0.5); print('numpy' in sys.modules)"
        ).stdout.strip()
        == "True"
    )
