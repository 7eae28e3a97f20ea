"""accurate=True: sigmoid(z) - k at soft targets next to sigmoid(z), in units in the last place of the true difference."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp
from sympy import Integer

from cesym.losses import bce_with_logits
from cesym.numeric import lambdify
from cesym.numeric.programs import fixed_point
from cesym.numeric.programs.program import Program, ordered
from tests.numbers.inputs import generate
from tests.numbers.measures import Truth, faults, split, ulp_error
from tests.numbers.reference import truths

INF, NAN = math.inf, math.nan
BACKENDS = ("numpy", "numba", "math", "array-api")
REACH, ULP = 16, 4  # the contract, and what is reached here


def gradient(backend, **options):
    if backend == "numba":
        pytest.importorskip("numba")
    if backend == "array-api":
        pytest.importorskip("array_api_compat")
    f = bce_with_logits.lambdify(backend, derivative=1, **options)
    return (lambda k, z: np.array(f(k.tolist(), z.tolist()))) if backend == "math" else f


def truth(k, z):
    return truths("bce_with_logits", 1, k, z)[""]


def next_to_sigmoid(n, seed):
    """Targets that are sigmoid(z) rounded, and the floats beside it."""
    rng = np.random.default_rng(seed)
    ranges = ((-40, 40), (-745, -40), (-1, 1), (-1e-3, 1e-3), (-708, -680))
    z = np.concatenate([rng.uniform(*ends, n) for ends in ranges])
    k = truth(np.zeros_like(z), z).value
    return np.concatenate([np.nextafter(k, 0), k, np.nextafter(k, 1)]), np.tile(z, 3)


NEAR = next_to_sigmoid(150, 0)
NEAR_TRUTH = truth(*NEAR)


@pytest.mark.parametrize("backend", BACKENDS)
def test_target_next_to_the_sigmoid(backend):
    assert ulp_error(gradient(backend, accurate=True)(*NEAR), NEAR_TRUTH).max() <= ULP
    assert (ulp_error(gradient(backend)(*NEAR), NEAR_TRUTH) > REACH).mean() > 0.5


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_the_nearest_of_many(backend):
    # Of a million targets those where sigmoid(z) rounds with the least error: 70 bits of the difference cancel.
    f = gradient(backend, accurate=True)
    z = np.random.default_rng(1).uniform(-40, 40, 1_000_000 if backend == "numba" else 100_000)
    k = 1 / (1 + np.exp(-z))
    for _ in range(2):
        k = np.clip(k + f(k, z), 0, 1)
    nearest = np.argsort(np.abs(f(k, z)) / np.spacing(k))[:50]
    k, z = k[nearest], z[nearest]
    assert np.abs(truth(k, z).value / np.spacing(k)).min() < 1e-4
    assert ulp_error(f(k, z), truth(k, z)).max() <= REACH


@pytest.mark.parametrize("backend", BACKENDS)
def test_inputs_that_hurt(backend):
    (batch,) = generate("bce_with_logits", 1000, 5)
    k, z = batch.args
    expected = truth(k, z)
    result = gradient(backend, accurate=True)(k, z)
    error = ulp_error(result, expected)
    assert error.max() <= ULP
    assert error[batch.tags == "hard"].max() <= 2.5
    assert not any(wrong.any() for wrong in faults(result, expected).values())


@pytest.mark.parametrize("backend", BACKENDS)
def test_ends(backend):
    k, z = map(np.ravel, np.meshgrid([0.0, 5e-324, 1e-310, 0.25, 0.5, 1 - 2**-53, 1.0], [INF, -INF, 746, -746, 1e308]))
    f = gradient(backend, accurate=True)
    assert (f(k, z) == (z > 0) - k).all()
    assert np.isnan(f(np.array([NAN, 0.5, NAN]), np.array([1.0, NAN, NAN]))).all()
    tiny = np.array([5e-324, -5e-324, 1e-320, 2.3e-308, -1e-300, 1e-16, 0.0])
    half = np.full_like(tiny, 0.5)
    assert ulp_error(f(half, tiny), truth(half, tiny)).max() <= ULP
    # Below one half k has one more bit than 1 - k.
    assert f(np.array([0.5 - 2**-54]), np.array([1e-300]))[0] == 2**-54


@pytest.mark.parametrize(("backend", "share"), [("numpy", 0.1), ("numpy", 1e-6), ("numba", 0.1)])
def test_label_smoothing(backend, share):
    k = np.concatenate([[0.0, 1.0] * 20, np.random.default_rng(2).random(100)])
    with mpmath.workprec(300):
        e = mpmath.mpf(str(share))
        targets = [(1 - e) * mpmath.mpf(float(one)) + e / 2 for one in k]
        z = np.array([float(mpmath.log(one / (1 - one))) for one in targets])
        terms = [(1 / (1 + mpmath.exp(-mpmath.mpf(float(t)))), -one) for t, one in zip(z, targets, strict=True)]
        expected = Truth(*np.array([split(one, np.float64) for one in terms]).T, np.float64)
    assert ulp_error(gradient(backend, accurate=True, label_smoothing=share)(k, z), expected).max() <= ULP
    assert ulp_error(gradient(backend, label_smoothing=share)(k, z), expected).max() > REACH


def test_other_outputs_beside_it():
    loss, slope = bce_with_logits.lambdify(derivative=(0, 1), accurate=True)(*NEAR)
    assert ulp_error(slope, NEAR_TRUTH).max() <= ULP
    assert (loss == bce_with_logits.lambdify()(*NEAR)).all()
    mean = bce_with_logits.lambdify(derivative=1, reduction="mean", accurate=True)(*NEAR)
    assert mean == pytest.approx(slope / len(slope), rel=1e-15, abs=1e-320)


def test_formulas():
    k, z = (one[np.abs(NEAR[1]) < 40] for one in NEAR)
    y, t, a = sp.symbols("y t a", real=True)
    sigmoid = 1 / (1 + sp.exp(-t))
    weights = np.random.default_rng(3).normal(size=k.shape)
    f = lambdify((a, y, t), a * (sigmoid - y), accurate=True)
    difference = truth(k, z).value
    assert f(weights, k, z) == pytest.approx(weights * difference, rel=1e-15, abs=0)
    mirrored = lambdify((y, t), 1 / (1 + sp.exp(t)) - y, accurate=True)
    assert mirrored(k, -z) == pytest.approx(difference, rel=1e-15, abs=0)
    third = lambdify((t,), sigmoid - sp.Rational(1, 3), accurate=True)(-math.log(2))
    with mpmath.workprec(200):
        assert third == pytest.approx(
            float(1 / (1 + mpmath.exp(mpmath.mpf(math.log(2)))) - mpmath.mpf(1) / 3), rel=1e-15
        )
    # y**2 is rounded before: that is no target to be next to.
    squared = sigmoid - y**2
    assert lambdify((y, t), squared, accurate=True).code == lambdify((y, t), squared).code


# Fused or not


def evaluated(value, inputs, fused):
    """A program's value for floats; with ``fused``, products that go into one sum are not rounded on the way."""
    found, exact = {}, {}
    for one in ordered([value]):
        args = [found[id(part)] for part in one.args]
        if one.op == "const":
            found[id(one)] = one.data
        elif one.op == "input":
            found[id(one)] = inputs[one.data[0]]
        elif one.op in ("add", "sub"):
            terms = [exact.get(id(part), Fraction(found[id(part)])) for part in one.args]
            last = terms[1] if one.op == "add" else -terms[1]
            found[id(one)] = float(terms[0] + last) if fused else args[0] + (args[1] if one.op == "add" else -args[1])
        elif one.op == "mul":
            found[id(one)] = args[0] * args[1]
            if fused:
                exact[id(one)] = Fraction(args[0]) * Fraction(args[1])
        else:
            simple = {
                "div": lambda x, y: x / y, "abs": abs, "min": min, "exp": math.exp, "gt": lambda x, y: x > y,
                "step": float, "where": lambda c, x, y: x if c else y, "neg": lambda x: -x,
            }  # fmt: skip
            found[id(one)] = simple[one.op](*args)
    return found[id(value)]


@pytest.fixture(scope="module")
def gap():
    b = Program()
    return fixed_point.sigmoid_gap(b, b.input(1, ()), b.input(0, ()), Integer(1), Integer(0))


@pytest.mark.parametrize("fused", [False, True])
def test_a_compiler_may_fuse_products_and_sums(gap, fused):
    # numba's fastmath={"contract"} and XLA do so.
    some = np.random.default_rng(4).choice(len(NEAR[0]), 150, replace=False)
    result = [
        evaluated(gap, (k, z), fused) for k, z in zip(NEAR[0][some].tolist(), NEAR[1][some].tolist(), strict=True)
    ]
    assert ulp_error(np.array(result), Truth(*(one[some] for one in NEAR_TRUTH[:3]), np.float64)).max() <= ULP


def test_products_are_exact():
    rng = np.random.default_rng(5)
    b = Program()
    x, y = ([b.input(n, (m,)) for m in range(4)] for n in range(2))
    for _ in range(100):
        values = [
            [int(rng.integers(-(2**23), 2**23)) * 2.0 ** (-24 * level) for level in (1, 2, 3)]
            + [float(rng.uniform(-1, 1)) * 2.0**-73]
            for _ in range(2)
        ]
        inputs = {id(part): values[n][m] for n, parts in enumerate((x, y)) for m, part in enumerate(parts)}
        sums = [with_inputs(one, inputs) for one in fixed_point.product(x, y)]
        exact = sum(map(Fraction, values[0])) * sum(map(Fraction, values[1]))
        assert abs(sum(map(Fraction, sums)) - exact) < Fraction(1, 2**124)
        short = [sum(Fraction(values[0][m]) * Fraction(values[1][n - m]) for m in range(n + 1)) for n in range(3)]
        assert list(map(Fraction, sums[:3])) == short


def with_inputs(value, inputs):
    found = dict(inputs)
    for one in ordered([value]):
        if one.args:
            first, second = (found[id(part)] for part in one.args)
            found[id(one)] = first * second if one.op == "mul" else first + second
    return found[id(value)]


# Other libraries


def test_torch():
    torch = pytest.importorskip("torch")
    pytest.importorskip("array_api_compat")
    k, z = map(torch.from_numpy, NEAR)
    assert ulp_error(gradient("array-api", accurate=True)(k, z).numpy(), NEAR_TRUTH).max() <= ULP
    z.requires_grad_()
    bce_with_logits.lambdify("array-api", reduction="sum", accurate=True)(k, z).backward()
    assert ulp_error(z.grad.numpy(), NEAR_TRUTH).max() <= ULP


def test_jax():
    jax = pytest.importorskip("jax")
    pytest.importorskip("array_api_compat")
    f = gradient("array-api", accurate=True)
    with pytest.raises(TypeError, match="accurate=True needs arrays of float64; got dtype float32"):
        f(*(jax.numpy.asarray(one, jax.numpy.float32) for one in NEAR))
    normal = (np.abs(NEAR_TRUTH.value) > 1e-307) & (NEAR[0] > 1e-307)  # XLA makes subnormal numbers 0
    expected = Truth(*(one[normal] for one in NEAR_TRUTH[:3]), np.float64)
    with jax.enable_x64(True):
        k, z = (jax.numpy.asarray(one[normal]) for one in NEAR)
        assert ulp_error(np.asarray(f(k, z)), expected).max() <= ULP
        assert ulp_error(np.asarray(jax.jit(f)(k, z)), expected).max() <= ULP


def test_float32():
    k, z = (one[np.abs(NEAR[1]) < 40].astype(np.float32) for one in NEAR)
    expected = truths("bce_with_logits", 1, k, z, dtype=np.float32)[""]
    for backend in ("numpy", "numba"):
        result = gradient(backend, accurate=True)(k, z)
        assert result.dtype == np.float32
        assert ulp_error(result, expected).max() <= 1
    with pytest.raises(TypeError, match="accurate=True needs arrays of float64; got dtype float32"):
        gradient("array-api", accurate=True)(k, z)
