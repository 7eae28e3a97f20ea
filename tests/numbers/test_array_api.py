"""One function on NumPy, PyTorch, JAX, Dask arrays and array-api-strict, and its derived gradients in two of them."""

import subprocess
import sys
import textwrap
import warnings
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
import sympy as sp
from mpmath import mp, mpf, workprec
from sympy import Abs, KroneckerDelta, Max, Piecewise, Product, Rational, Sum, Symbol, exp, log, loggamma, pi

from cesym import losses
from cesym.links import sigmoid
from cesym.losses import (
    bce,
    bce_with_logits,
    cross_entropy,
    cross_entropy_with_logits,
    gaussian_nll,
    squared_error,
)
from cesym.numeric import lambdify
from cesym.symbols import C, N, c, i, j, k, mu, p, q, scalar, sigma, w, x, y, z
from tests.numbers.bounds import outside
from tests.numbers.inputs import generate
from tests.test_lambdify import AT_THE_ENDS, REFUSED, SHAPES

pytest.importorskip("array_api_compat", reason="array-api-compat is not installed")

pytestmark = [  # Dask computes, and NumPy warns, when it is told to
    pytest.mark.filterwarnings("ignore::RuntimeWarning:dask"),
    pytest.mark.filterwarnings("ignore:.*torch.jit.script:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:torch._dynamo"),
]
INF, NAN = np.inf, np.nan
K, P, X, M, Z = map(scalar, (k, p, x, mu, z))
LOSSES = ("bce", "bce_with_logits", "cross_entropy", "cross_entropy_with_logits", "squared_error", "gaussian_nll")
CLASSES = ("cross_entropy", "cross_entropy_with_logits")


class Library(NamedTuple):
    """A library: its name, how it makes arrays, its own module."""

    name: str
    array: object
    module: object

    def arrays(self, arguments):
        return [self.array(np.asarray(one)) for one in arguments]


def library(name):
    if name == "numpy":
        return Library(name, np.asarray, np)
    module = pytest.importorskip(
        {"strict": "array_api_strict", "dask": "dask.array"}.get(name, name), reason=f"{name} is not installed"
    )
    if name == "jax":
        return Library(name, module.numpy.asarray, module)
    if name == "dask":
        return Library(name, lambda a: module.from_array(a, chunks=2), module)
    return Library(name, module.asarray, module)


@pytest.fixture(autouse=True)
def doubles():
    """JAX with 64 bits, where it is installed, for the length of a test."""
    jax = sys.modules.get("jax")
    before = jax.config.jax_enable_x64 if jax else False
    try:
        import jax

        jax.config.update("jax_enable_x64", True)
    except ImportError:
        pass
    yield
    if jax:
        jax.config.update("jax_enable_x64", before)


@pytest.fixture(params=["numpy", "strict", "dask", "jax", "torch"])
def lib(request):
    return library(request.param)


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="torch is not installed")


@pytest.fixture
def jax():
    return pytest.importorskip("jax", reason="jax is not installed")


def flat(result):
    return [one for part in result for one in flat(part)] if isinstance(result, tuple) else [result]


@cache
def function(loss, order=None, **options):
    return loss.lambdify("array-api", derivative=order, **options)


RNG = np.random.default_rng(7)
UNIT, REAL, LABELS = RNG.random(6), RNG.normal(size=6) * 5, RNG.integers(0, 3, 6)
ROWS, MORE, LOGITS = RNG.dirichlet(np.ones(3), 6), RNG.dirichlet(np.ones(3), 6), RNG.normal(size=(6, 3)) * 5
USUAL = [
    (bce, (RNG.random(6), UNIT)),
    (bce_with_logits, (UNIT, REAL)),
    (cross_entropy, (ROWS, MORE)),
    (cross_entropy, (LABELS, MORE)),
    (cross_entropy_with_logits, (ROWS, LOGITS)),
    (cross_entropy_with_logits, (LABELS, LOGITS)),
    (squared_error, (REAL, UNIT)),
    (gaussian_nll, (REAL, UNIT, UNIT)),
]
USUAL_NAMES = [f"{loss.name}{'_labels' if np.asarray(args[0]).dtype.kind == 'i' else ''}" for loss, args in USUAL]
usual = pytest.mark.parametrize(("loss", "arguments"), USUAL, ids=USUAL_NAMES)


# Values


@usual
@pytest.mark.parametrize("order", [0, 1, 2, (0, 1)])
@pytest.mark.parametrize("reduction", [None, "sum", "mean"])
def test_values_are_those_of_the_numpy_backend(lib, loss, arguments, order, reduction):
    expected = flat(loss.lambdify(derivative=order, reduction=reduction)(*arguments))
    results = flat(function(loss, order, reduction=reduction)(*lib.arrays(arguments)))
    for one, other in zip(results, expected, strict=True):
        assert isinstance(one, type(lib.array(np.ones(1)))) or lib.name == "numpy"
        np.testing.assert_allclose(np.asarray(one), other, rtol=2e-14, atol=0, strict=True)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("where", ["numpy", "torch", "jax", "jit"])
def test_no_fault_on_inputs_that_hurt(where, name, order, dtype):
    """JAX flushes subnormal numbers to 0, also those in between: of its results only NaN and infinities are judged."""
    lib = library("jax" if where == "jit" else where)
    f = function(getattr(losses, name), order, check=where != "jit")
    f = lib.module.jit(f) if where == "jit" else f
    for batch in generate(name, 1500, 3):
        if batch.args[-1].shape[-1:] == (1000,):
            continue
        batch = batch.astype(dtype)
        results = [np.asarray(one) for one in flat(f(*lib.arrays(map(np.ascontiguousarray, batch.args))))]
        assert {one.dtype for one in results} == {np.dtype(dtype)}
        flush = lib.name == "jax"
        for part, kinds in outside(name, order, batch.args, results, dtype, flush).items():
            for kind, mask in kinds.items():
                if not flush or kind in ("NaN", "infinity"):
                    assert mask.sum() == 0, (part, kind, [a[np.argwhere(mask)[0][0]] for a in batch.args])


@pytest.mark.parametrize("where", ["jax", "jit"])
def test_xla_keeps_the_digits(jax, where):
    """XLA's own log1p is off by 100 units, and it would add constants to a value as one, and divide by a product."""
    f = function(gaussian_nll)
    f = jax.jit(f) if where == "jit" else f
    v = np.float64(1 / (2 * np.pi)) * (1 + 2.0**-52 * np.arange(-3, 4))
    np.testing.assert_allclose(f(1.0, 1.0, jax.numpy.asarray(v)), gaussian_nll.lambdify()(1.0, 1.0, v), rtol=1e-14)
    second = function(cross_entropy, 2)
    second = jax.jit(second) if where == "jit" else second
    tiny = jax.numpy.asarray([[1e-19, 1.0]], dtype=np.float32)  # its square is subnormal
    np.testing.assert_allclose(second(np.array([0]), tiny)[0, 0, 0], 1e38, rtol=1e-6)
    p = jax.numpy.asarray(np.linspace(0.3, 0.45, 1000))
    np.testing.assert_allclose(function(bce)(0.0, p), -np.log1p(-np.asarray(p)), rtol=4e-16)


def test_the_compensation_of_a_difference_survives_xla(jax):
    f = function(cross_entropy_with_logits)
    logits = RNG.normal(size=(200, 3)) * [1, 1, 0] + [0, 0, 60]  # exp of a difference that is rounded
    args = np.full(200, 2), jax.numpy.asarray(logits)
    with workprec(300):
        exact = [float(mp.log1p(sum(mp.exp(mpf(a) - mpf(row[2])) for a in row[:2]))) for row in logits]
    for g in (f, jax.jit(f)):
        np.testing.assert_allclose(g(*args), exact, rtol=1e-15)
    with pytest.raises(AssertionError):  # the plain form loses more
        np.testing.assert_allclose(np.log1p(np.exp(logits[:, :2] - logits[:, 2:]).sum(axis=1)), exact, rtol=1e-15)


@pytest.mark.parametrize(("loss", "order", "arguments", "value"), AT_THE_ENDS)
def test_at_the_ends(lib, loss, order, arguments, value):
    if lib.name == "jax" and any(0 < abs(np.asarray(a, float)).flat[0] < 1e-300 for a in arguments):
        return  # subnormal
    with warnings.catch_warnings():
        warnings.simplefilter("ignore" if lib.name == "dask" else "error")  # Dask computes later
        results = flat(function(loss, order)(*lib.arrays(arguments)))
        for result, expected in zip(results, flat(value), strict=True):
            np.testing.assert_allclose(np.asarray(result), expected, rtol=1e-15, atol=5e-324)


@pytest.mark.parametrize(("loss", "shapes", "shape"), SHAPES)
def test_shapes(lib, loss, shapes, shape):
    arguments = [lib.array(np.full(one, 0.5)) for one in shapes]
    for order, tail in ((0, ()), (1, (3,)), (2, (3, 3))):
        for result in flat(function(loss, order)(*arguments)):
            assert tuple(result.shape) == shape + (tail if loss is cross_entropy else ())


def test_labels_and_probabilities_agree(lib):
    for loss, values in ((cross_entropy, MORE), (cross_entropy_with_logits, LOGITS)):
        for order in (0, 1, 2, (0, 1)):
            f = function(loss, order)
            soft = flat(f(lib.array(np.eye(3)[LABELS]), lib.array(values)))
            for kind in (np.int64, np.uint8):
                hard = flat(f(lib.array(LABELS.astype(kind)), lib.array(values)))
                for one, other in zip(hard, soft, strict=True):
                    np.testing.assert_allclose(np.asarray(one), np.asarray(other), rtol=1e-14)


# Types and what joins


@pytest.mark.parametrize("kind", ["float16", "float32", "float64"])
def test_types_are_kept(lib, kind):
    if lib.name == "strict" and kind == "float16":
        return
    predictions = lib.array(np.array([0.25, 0.5], kind))
    for target in (1, 1.0, True, [1, 0], [0.5, 1.0], lib.array(np.array([0, 1])), lib.array(np.array([True, False]))):
        for order in (0, 1, 2):
            for reduction in (None, "mean"):
                result = function(bce, order, reduction=reduction)(target, predictions)
                assert result.dtype == predictions.dtype, (target, order)
    general = lambdify((X, M), (Piecewise((1, X > M), (0, True)), Max(X, 0, 1 - X) / 3 + pi, X ** sp.S("5/2"), M**0))
    again = lambdify(
        (X, M), (Piecewise((1, X > M), (0, True)), Max(X, 0, 1 - X) / 3 + pi, X ** sp.S("5/2"), M**0), "array-api"
    )
    for one, other in zip(again(predictions, 0.3), general(np.array([0.25, 0.5], kind), 0.3), strict=True):
        assert one.dtype == predictions.dtype
        np.testing.assert_allclose(np.asarray(one), other, rtol=1e-3 if kind == "float16" else 1e-6)


def test_bfloat16(torch, jax):
    f = function(bce)
    for predictions in (torch.tensor([0.5, 0.25], dtype=torch.bfloat16), jax.numpy.asarray([0.5, 0.25], "bfloat16")):
        result = f(1, predictions)
        assert result.dtype == predictions.dtype
        np.testing.assert_allclose([float(one) for one in result], [0.6931, 1.3863], rtol=4e-3)
    with pytest.raises(ValueError, match=r"got p = 1.5"):
        f(1, torch.tensor(1.5, dtype=torch.bfloat16))


def test_jax_without_64_bits():
    pytest.importorskip("jax", reason="jax is not installed")
    done = python("""
        import jax, warnings
        warnings.simplefilter("error")
        from cesym.losses import bce, cross_entropy_with_logits
        for order in (0, 1, (0, 1), 2):
            for reduction in (None, "mean"):
                f = bce.lambdify("array-api", derivative=order, reduction=reduction)
                g = cross_entropy_with_logits.lambdify("array-api", derivative=order, reduction=reduction)
                for one in (f([0, 1], jax.numpy.array([0.0, 0.5])), g([0, 1], jax.numpy.ones((2, 3)))):
                    for part in one if isinstance(one, tuple) else [one]:
                        assert part.dtype == "float32", part.dtype
        print(jax.grad(bce.lambdify("array-api"), argnums=1)(1.0, 0.5))
    """)
    assert done.stdout.split() == ["-2.0"], done.stderr


def test_arrays_of_numpy_join_and_others_do_not_mix(lib, torch):
    f, predictions = function(bce), lib.array(np.array([0.25, 0.5]))
    for target in (np.array([0.0, 1.0]), np.array([1.0, 0.0])[::-1], np.array([0, 1], ">i4"), np.float64(1)):
        result = f(target, predictions)
        assert type(result) is type(f(1, predictions))
    fixed = np.array([0.0, 1.0])
    fixed.setflags(write=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        f(fixed, predictions)
    if lib.name not in ("torch", "numpy"):
        name = {"strict": "array_api_strict"}.get(lib.name, lib.name)
        with pytest.raises(TypeError, match=f"arrays of one library; got arrays of torch and {name}$"):
            f(torch.ones(2), predictions)


def test_sums_of_float32_are_float64(lib):
    total = function(squared_error, reduction="sum")(lib.array(np.array([4096, 1, 1, 1, 1], np.float32)), 0)
    assert float(total) == 2**24 + 4  # 2**24 in float32, one after the other


def test_without_arrays_it_is_numpy():
    assert isinstance(function(bce)([0, 1], [0.5, 0.25]), np.ndarray)
    assert isinstance(function(bce)(1, 0.5), np.float64)
    assert lambdify((), pi, "array-api")() == np.pi


def test_inputs_are_not_changed_nor_returned(lib):
    values = lib.array(np.array([1.0, 2.0]))
    result = lambdify(X, X, "array-api")(values)
    result += 1
    np.testing.assert_array_equal(np.asarray(values), [1, 2])


# Refusals


@pytest.mark.parametrize(("loss", "arguments", "error", "message"), REFUSED)
def test_refused_as_the_numpy_backend_does(loss, arguments, error, message):
    with pytest.raises(error) as caught:
        function(loss)(*arguments)
    assert message in str(caught.value) and "\n" not in str(caught.value)


# loss, arguments, part of the message
OUT_OF_RANGE = [
    (bce, ([0, 1], [0.5, 1.5]), "prediction p must hold numbers in [0, 1]; got p[1] = 1.5"),
    (bce, (2, 0.5), "target k must hold numbers in [0, 1]; got k = 2"),
    (bce, (0.0, [[0.5, -0.25], [3, NAN]]), "got p[1, 0] = 3.0, the worst of 2 such values"),
    (cross_entropy, ([3, -1], [[0.5, 0.5]] * 2), "target q must hold integer labels from 0 to 1; got q[0] = 3"),
    (gaussian_nll, (1, 2, [1, -2]), "parameter v must hold numbers that are at least 0; got v[1] = -2"),
]


@pytest.mark.parametrize(("loss", "arguments", "message"), OUT_OF_RANGE)
def test_out_of_range_is_refused_where_it_is_seen_and_else_nan(lib, loss, arguments, message):
    f, arrays = function(loss), lib.arrays(arguments)
    if lib.name == "dask":
        assert np.isnan(np.asarray(f(*arrays))).any()
        return
    with pytest.raises(ValueError) as caught:
        f(*arrays)
    assert message in str(caught.value) and "\n" not in str(caught.value)
    f(*arrays, check=False)


def test_labels_that_are_not_checked_pick_nan(lib):
    arrays = lib.arrays(([0, 3, -1], [[0.25, 0.75]] * 3))
    for loss in (cross_entropy, cross_entropy_with_logits):
        result = np.asarray(function(loss)(*arrays, check=False))
        np.testing.assert_array_equal(np.isnan(result), [False, True, True])


# arguments, which samples are in range
TRACED = [
    (bce, ([0.0, 1.0, 0.5, 1.5], [0.5, 1.5, 0.25, 0.5]), [True, False, True, False]),
    (cross_entropy, ([0, 2, 1], [[0.25, 0.75]] * 3), [True, False, True]),
    (cross_entropy, ([0, -1, 1], [[0.25, 0.75]] * 3), [True, False, True]),
    (cross_entropy, ([0, 1], [[0.25, 0.75], [0.25, 1.75]]), [True, False]),
    (cross_entropy_with_logits, ([0, 2, 1], [[0.25, 0.75]] * 3), [True, False, True]),
    (gaussian_nll, ([1.0, 2.0], [1.0, 1.0], [1.0, -1.0]), [True, False]),
]


@pytest.mark.parametrize(("loss", "arguments", "fine"), TRACED)
@pytest.mark.parametrize("where", ["jit", "jax.vmap", "torch.vmap", "dask"])
def test_what_cannot_be_seen_is_nan(where, loss, arguments, fine):
    lib = library({"jit": "jax", "jax.vmap": "jax", "torch.vmap": "torch"}.get(where, where))
    for order in (0, 1, 2):
        f = function(loss, order)
        within = {"jit": lambda f: lib.module.jit(f), "jax.vmap": lambda f: lib.module.vmap(f)}
        within |= {"torch.vmap": lambda f: lib.module.func.vmap(f), "dask": lambda f: f}
        for result in flat(within[where](f)(*lib.arrays(arguments))):
            wrong = np.isnan(np.asarray(result)).reshape(len(fine), -1)
            np.testing.assert_array_equal(wrong.all(axis=1), ~np.array(fine))
            np.testing.assert_array_equal(wrong.any(axis=1), ~np.array(fine))


def test_gradients_of_what_cannot_be_seen_are_nan(jax, torch):
    f = function(bce)
    first = jax.jit(jax.grad(lambda k, p: f(k, p).sum(), argnums=(0, 1)))
    for slope in first(np.array([0.0, 1.0]), np.array([0.5, 1.5])):
        np.testing.assert_array_equal(np.isnan(slope), [False, True])
    labels = jax.jit(jax.grad(lambda q, p: function(cross_entropy)(q, p).sum(), argnums=1))
    slope = labels(np.array([0, 3]), np.full((2, 3), 0.5))
    np.testing.assert_array_equal(np.isnan(slope), [[False] * 3, [True] * 3])
    slope = torch.func.vmap(torch.func.grad(f, argnums=1))(torch.tensor([0.0, 1.0]), torch.tensor([0.5, 1.5]))
    np.testing.assert_array_equal(torch.isnan(slope), [False, True])


def test_shapes_are_refused_in_tracing_too(jax):
    with pytest.raises(ValueError, match=r"must broadcast; got target k \(2,\) and prediction p \(3,\)"):
        jax.jit(function(bce))(np.ones(2), np.ones(3))


def test_other_refusals(torch):
    with pytest.raises(TypeError, match=r"target k must hold real numbers; got dtype torch.complex64"):
        function(bce)(torch.ones(2) * 1j, torch.ones(2))
    with pytest.raises(ValueError, match="threads is for backend='numpy' and 'numba'; got threads=2"):
        bce.lambdify("array-api", threads=2)
    done = python(
        "import sys; sys.modules['array_api_compat'] = None; from cesym.losses import bce; bce.lambdify('array-api')"
    )
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: backend='array-api' needs array_api_compat, which is not installed: run")


# Dask


def test_dask_is_lazy_and_keeps_the_chunks():
    da = library("dask").module
    touched = []

    def made(block):
        touched.append(block.shape)
        return block + 0.25

    predictions = da.zeros(10, chunks=3).map_blocks(made, dtype=float, meta=np.empty(0))
    each, mean = function(bce)(1, predictions), function(bce, reduction="mean")(1, predictions)
    slope = function(bce, 1)(da.ones(10, chunks=3), predictions)
    rows = function(cross_entropy)(da.zeros(10, chunks=3, dtype=int), da.full((10, 4), 0.25, chunks=(3, 4)))
    assert not touched
    assert each.chunks == slope.chunks == rows.chunks == ((3, 3, 3, 1),) and mean.shape == ()
    np.testing.assert_allclose(each.compute(), np.log(4))
    np.testing.assert_allclose(mean.compute(), np.log(4))
    assert touched
    with pytest.raises(ValueError, match="prediction p must have known chunk sizes: call its compute_chunk_sizes"):
        function(bce)(1, predictions[predictions > 0])


MEMORY = """
    import resource, sys
    import dask, dask.array as da, numpy as np, scipy.special
    from cesym.losses import bce
    mean = bce.lambdify("array-api", reduction="mean")
    mean(da.ones(4, chunks=2), da.ones(4, chunks=2)).compute()
    used = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmData")) * 1024
    limit = used + 200 * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    n = 40 * 2**20  # 320 MiB an array
    with dask.config.set(scheduler="synchronous"):
        if sys.argv[1:] == ["whole"]:
            print(mean(1, np.full(n, 0.25)))
        else:
            print(mean(da.ones(n, chunks=2**18), da.full(n, 0.25, chunks=2**18)).compute())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit on memory is set as on Linux")
def test_dask_computes_a_mean_in_less_memory_than_the_array_has():
    pytest.importorskip("dask.array", reason="dask is not installed")
    done = python(MEMORY)
    assert abs(float(done.stdout) - np.log(4)) < 1e-14, done.stderr
    assert "MemoryError" in python(MEMORY, "whole").stderr  # the limit is one


def python(code, *arguments):
    command = [sys.executable, "-c", textwrap.dedent(code), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


# Gradients


def tensors(torch, arguments):
    made = [torch.tensor(np.asarray(one)) for one in arguments]
    return [one.requires_grad_() if one.is_floating_point() else one for one in made]


@usual
def test_torch_gives_the_derived_gradient(torch, loss, arguments):
    args = tensors(torch, arguments)
    for reduction in (None, "sum", "mean"):
        f = function(loss, reduction=reduction)
        slopes = torch.autograd.grad(f(*args).sum(), [one for one in args if one.requires_grad])
        derived = flat(loss.lambdify(derivative=1, reduction=reduction)(*arguments))
        for one, other in zip(slopes[-len(derived) :], derived, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-14)
        if args[0].requires_grad:
            assert slopes[0].abs().min() > 0  # the target's


@usual
def test_jax_gives_the_derived_gradient(jax, loss, arguments):
    f = function(loss)
    floating = [n for n, one in enumerate(arguments) if np.asarray(one).dtype.kind == "f"]
    total = jax.grad(lambda *args: f(*args).sum(), argnums=floating)
    derived = flat(loss.lambdify(derivative=1)(*arguments))
    for g in (total, jax.jit(total)):
        slopes = g(*map(jax.numpy.asarray, arguments))
        for one, other in zip(slopes[-len(derived) :], derived, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-13)
        if 0 in floating:
            assert np.abs(slopes[0]).min() > 0


@usual
def test_torch_checks_first_and_second_derivatives(torch, loss, arguments):
    args = tensors(torch, [np.asarray(one)[:2] for one in arguments])
    options = {"check_forward_ad": True, "check_batched_grad": True, "check_batched_forward_grad": True}
    assert torch.autograd.gradcheck(function(loss), args, **options)
    assert torch.autograd.gradgradcheck(function(loss), args)
    with pytest.raises(RuntimeError, match="Jacobian mismatch"):
        torch.autograd.gradcheck(lambda *one: function(loss)(*one) * one[-1].detach().sum(), args)


@usual
def test_jax_checks_first_and_second_derivatives(jax, loss, arguments):
    from jax.test_util import check_grads

    fixed = [one for one in arguments if one.dtype.kind == "i"]
    f = function(loss)
    floating = tuple(jax.numpy.asarray(one) for one in arguments[len(fixed) :])
    check_grads(lambda *args: f(*fixed, *args), floating, order=2, modes=("fwd", "rev"), rtol=1e-3, atol=1e-3)


@usual
def test_hessians_of_both(jax, torch, loss, arguments):
    f, expected = function(loss), flat(loss.lambdify(derivative=2)(*arguments))[0]
    ours = torch.func.vmap(torch.func.hessian(f, argnums=1))(*map(torch.tensor, arguments))
    np.testing.assert_allclose(ours, np.broadcast_to(expected, ours.shape), rtol=1e-13)
    ours = jax.jit(jax.vmap(jax.hessian(f, argnums=1)))(*map(jax.numpy.asarray, arguments))
    np.testing.assert_allclose(ours, np.broadcast_to(expected, ours.shape), rtol=1e-13)


# loss, arguments: where libraries' own derivatives are wrong or NaN
HARD = [
    *((bce_with_logits, (k, z)) for k in (0.0, 0.5, 1.0) for z in (0.0, -0.0, INF, -INF, 800.0, -800.0)),
    *((bce, one) for one in ((0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.5, 0.0), (1.0, -0.0), (0.0, 1.0))),
    (gaussian_nll, (1.0, 1.0, 0.0)),
    (gaussian_nll, (1.0, 2.0, 0.0)),
    (cross_entropy_with_logits, (1, [0.0, 0.0])),
    (cross_entropy_with_logits, (1, [INF, INF])),
    (cross_entropy_with_logits, (1, [INF, 0.0])),
    (cross_entropy_with_logits, (0, [-INF, 0.0, 800.0])),
    (cross_entropy, (0, [0.0, 1.0])),
]


@pytest.mark.parametrize(("loss", "arguments"), HARD)
def test_gradients_at_the_ends_are_the_derived_ones(jax, torch, loss, arguments):
    f = function(loss)
    expected = flat(loss.lambdify(derivative=1)(*arguments))
    args = tensors(torch, [np.asarray(arguments[0]), *(np.asarray(one, float) for one in arguments[1:])])
    theirs = torch.autograd.grad(f(*args), args[1:])
    ours = jax.grad(f, argnums=tuple(range(1, len(arguments))))(*(jax.numpy.asarray(one) for one in arguments))
    for one, two, other in zip(theirs, ours, expected, strict=True):
        np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(two, other)
    if loss in (bce, bce_with_logits):
        # A target that is held still does not change the result, infinite though the slope in it is.
        target, at = arguments
        np.testing.assert_array_equal(jax.jvp(lambda one: f(target, one), (at,), (1.0,))[1], expected[0])
        at, one = torch.tensor(at), torch.tensor(1.0)
        np.testing.assert_array_equal(torch.func.jvp(lambda one: f(target, one), (at,), (one,))[1], expected[0])
    if loss is bce_with_logits:
        second = loss.lambdify(derivative=2)(*arguments)
        assert jax.grad(jax.grad(f, argnums=1), argnums=1)(*arguments) == second
        assert torch.func.grad(torch.func.grad(f, argnums=1), argnums=1)(*args) == second


def test_a_mask_hides_infinite_slopes_in_torch(torch):
    predictions = torch.tensor([0.0, 0.5], requires_grad=True)
    each = function(bce)(torch.ones(2), predictions)
    torch.where(torch.tensor([False, True]), each, 0.0).sum().backward()
    assert predictions.grad.tolist() == [0, -2]


def test_transforms_of_jax_and_torch(jax, torch):
    for loss, arguments in USUAL:
        f = function(loss)
        expected = np.asarray(f(*arguments))
        for result in (
            jax.jit(f)(*arguments),
            jax.vmap(f)(*map(jax.numpy.asarray, arguments)),
            torch.func.vmap(f)(*map(torch.tensor, arguments)),
        ):
            np.testing.assert_allclose(result, expected, rtol=1e-14)
    f, z, t = function(bce_with_logits), np.array([0.0, 2.0]), np.array([1.0, 3.0])
    slope = bce_with_logits.lambdify(derivative=1)(1, z)
    np.testing.assert_allclose(jax.jvp(lambda z: f(1, z), (z,), (t,))[1], slope * t, rtol=1e-15)
    _, tangent = torch.func.jvp(lambda z: f(1, z), (torch.tensor(z),), (torch.tensor(t),))
    np.testing.assert_allclose(tangent, slope * t, rtol=1e-15)


def test_torch_compile(torch):
    f, z = function(bce_with_logits), torch.tensor([0.0, INF], requires_grad=True)
    compiled = torch.compile(lambda k, z: f(k, z).sum(), backend="eager")
    compiled(torch.tensor([1.0, 1.0]), z).backward()
    assert z.grad.tolist() == [-0.5, 0]
    with pytest.raises(ValueError, match="target k must hold"):
        compiled(torch.tensor([1.0, 2.0]), z)


def test_several_outputs_in_one_pass(jax, torch):
    f = gaussian_nll.lambdify("array-api", derivative=(0, 1))
    args = (1.5, 0.5, 2.0)
    f(*tensors(torch, args))[0].backward()
    assert set(f.functions[0].formulas.derived) == {((0, 0), (0, 1), (0, 2))}  # made when asked for, and no others
    first, second = flat(gaussian_nll.lambdify(derivative=1)(*args)), flat(gaussian_nll.lambdify(derivative=2)(*args))
    table = jax.jacobian(f, argnums=(1, 2))(*args)
    np.testing.assert_allclose(flat(table), [*first, *second], rtol=1e-14)
    x, mu, v = tensors(torch, args)
    value, slopes = f(x, mu, v)
    np.testing.assert_allclose(
        torch.stack(torch.autograd.grad(value + 0 * slopes[0], (mu, v), retain_graph=True)), first
    )
    np.testing.assert_allclose(torch.stack(torch.autograd.grad(slopes[1], (mu, v))), second[2:])


def test_samples_broadcast_under_autodiff(jax, torch):
    k, p = np.ones((3, 1)), np.linspace(0.1, 0.9, 4)
    f = function(bce)
    given = tensors(torch, (k, p))
    theirs = torch.autograd.grad(f(*given).sum(), given)
    ours = jax.grad(lambda k, p: f(k, p).sum(), argnums=(0, 1))(jax.numpy.asarray(k), jax.numpy.asarray(p))
    for slopes in (theirs, ours):
        np.testing.assert_allclose(slopes[0], np.full((3, 1), (np.log1p(-p) - np.log(p)).sum()))
        np.testing.assert_allclose(slopes[1], -3 / p)
    v = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(function(gaussian_nll)(torch.tensor(k), torch.tensor(p), v).sum(), v)
    np.testing.assert_allclose(slope, gaussian_nll.lambdify(derivative=1)(k, p, 0.7)[1].sum())


# Formulas of a user's own: arguments, formula, numbers, the value and the gradient by mpmath
NU, S = Symbol("nu", positive=True), Symbol("s", real=True)
A, B = Symbol("a", real=True), Symbol("b", real=True)
OWN = {
    "Poisson": ((K, Z), exp(Z) - K * Z + loggamma(K + 1), (3.0, 0.75)),
    "Student": (
        (X, M, NU),
        (NU + 1) / 2 * log(1 + (X - M) ** 2 / NU) + loggamma(NU / 2) - loggamma((NU + 1) / 2) + log(NU * pi) / 2,
        (1.0, 0.25, 2.5),
    ),
    "heteroscedastic": ((X, M, S), S / 2 + (X - M) ** 2 * exp(-S) / 2, (1.0, 0.25, 0.5)),
    "ordinal": ((A, B), -log(sigmoid(A) - sigmoid(B)), (40.0, 39.0)),
    "ordinal, near": ((A, B), -log(sigmoid(A) - sigmoid(B)), (-1.0, -2.5)),
    "Laplace": ((X, M, NU), Abs(X - M) / NU + log(2 * NU), (1.0, 0.25, 2.5)),
    "Huber": ((X,), Piecewise((X**2 / 2, Abs(X) < 1), (Abs(X) - Rational(1, 2), True)), (0.25,)),
    "hinge": ((X, M), Max(0, 1 - X * M), (0.5, 0.25)),
}


@pytest.mark.parametrize("name", OWN)
def test_a_users_own_formula(lib, name):
    args, formula, numbers = OWN[name]
    swaps = dict(zip(args, map(sp.Rational, numbers), strict=True))
    expected = float(formula.subs(swaps).evalf(60))
    f = lambdify(args, formula, "array-api")
    np.testing.assert_allclose(np.asarray(f(*lib.arrays(numbers))), expected, rtol=1e-14)
    slopes = [float(formula.diff(arg).subs(swaps).evalf(60)) for arg in args]
    if lib.name == "torch":
        given = tensors(lib.module, numbers)
        found = lib.module.autograd.grad(f(*given), given)
        assert lib.module.autograd.gradcheck(f, given, check_forward_ad=True)
    elif lib.name == "jax":
        found = lib.module.grad(f, argnums=tuple(range(len(args))))(*numbers)
    else:
        return
    np.testing.assert_allclose([float(one) for one in found], slopes, rtol=4e-14)


def test_the_ordinal_logit_where_it_is_infinite_when_printed_naively(lib):
    args, formula, numbers = OWN["ordinal"]
    assert abs(float(np.asarray(lambdify(args, formula, "array-api")(*lib.arrays(numbers)))) - 39.458675) < 1e-6


FAMILIES = {
    "labels": ((p, y), Sum(log(p[y[i]]), (i, 1, N)), (np.array([0.2, 0.3, 0.5]), np.array([2, 3, 3, 1]))),
    "axes": ((p, q), p[i] * q[j] ** 2 + KroneckerDelta(i, j), (np.array([0.2, 0.3, 0.5]), np.array([0.1, 0.2]))),
    "sizes": (
        (x, sigma),
        N * log(2 * pi * sigma**2) / 2 + log(N) + Sum(x[i] ** 2, (i, 1, N)) / (2 * sigma**2),
        (np.array([0.2, 0.3, 0.5]), 0.7),
    ),
    "table": (
        (q, w),
        Sum(c * q[i, c] * w[i] ** 2, (c, 1, C), (i, 1, N)),
        (np.arange(6.0).reshape(2, 3), np.array([1.0, 2.0])),
    ),
    "swapped": (
        (q, p),
        Sum(q[i, c] * p[c, i] ** 3, (c, 1, C), (i, 1, N)),
        (np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(3, 2)),
    ),
    "entry": ((x,), Sum(x[i], (i, 1, N)) * x[2], (np.array([0.2, 0.3, 0.5]),)),
    "two": ((X, M), ((X - M) ** 2, exp(X - M)), (np.float64(0.3), np.float64(0.2))),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_families_and_their_gradients(lib, name):
    args, formula, numbers = FAMILIES[name]
    f = lambdify(args, formula, "array-api")
    for one, other in zip(flat(f(*lib.arrays(numbers))), flat(lambdify(args, formula)(*numbers)), strict=True):
        np.testing.assert_allclose(np.asarray(one), other, rtol=1e-14)
    if lib.name == "torch":
        given = tensors(lib.module, numbers)
        assert lib.module.autograd.gradcheck(f, given, check_forward_ad=True)
        assert lib.module.autograd.gradgradcheck(f, given)
    if lib.name == "jax":
        from jax.test_util import check_grads

        given = lib.arrays(numbers)
        floating = [one for one in given if one.dtype.kind == "f"]
        check_grads(lambda *some: f(*some, *given[len(floating) :]), floating, order=2, rtol=1e-3, atol=1e-3)


def test_what_has_no_derivative_says_so(torch):
    values = torch.tensor([0.2, 0.3], requires_grad=True)
    total = lambdify(p, Product(p[i], (i, 1, N)), "array-api")(values)
    with pytest.raises(
        NotImplementedError, match=r"lambdify has no derivative in p\[j\] of Product\(p\[i\], \(i, 1, N\)\)"
    ):
        total.backward()


def test_the_report_says_who_vouches_for_a_gradient(torch):
    f = bce.lambdify("array-api")
    assert "gradient" not in f.report
    k, p = tensors(torch, (0.5, 0.25))
    torch.autograd.grad(f(0.5, p), p)
    assert "gradient in p: admitted by the kernel" in f.report and "gradient in k" not in f.report
    (slope,) = torch.autograd.grad(f(k, p), p, create_graph=True)
    slope.backward()
    assert "derivative in p, k: admitted by the kernel" in f.report
    g = lambdify((X,), loggamma(X) + Max(X, 0), "array-api")
    g(p).backward()
    assert "gradient in x: by SymPy, not checked" in g.report


@usual
def test_code_is_what_runs(lib, loss, arguments):
    from array_api_compat import array_namespace

    for order in (0, 1, 2):
        f, arrays, namespace = function(loss, order), lib.arrays(arguments), {}
        labels = np.asarray(arguments[0]).dtype.kind == "i"
        first, second = f.code.find(f"def {loss.name}("), f.code.rfind(f"def {loss.name}(")
        exec(f.code if labels or first == second else f.code[: f.code.rfind("from array_api_compat")], namespace)
        found = namespace[loss.name](array_namespace(*arrays), *arrays)
        for mine, theirs in zip(found, flat(f(*arrays)), strict=True):
            np.testing.assert_array_equal(np.asarray(mine), np.asarray(theirs))
