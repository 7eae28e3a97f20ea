"""The scalar functions for numba: their limits, their digits against mpmath, their speed's reason, and their cache."""

import importlib.util
import os
import platform
import re
import runpy
import subprocess
import sys
from pathlib import Path

import mpmath
import numpy as np
import pytest

REASON = "numba is not installed: pip install numba"
numba = pytest.importorskip("numba", reason=REASON)
from cesym.numeric.loops import numba_math  # noqa: E402

INF, NAN, TINY, HUGE = np.inf, np.nan, 5e-324, np.finfo(float).max
NORMAL = 2.0**-1022
NAMES = ["exp", "exp_nonpositive", "expm1", "log", "log1p", "log1p_unit"]


def loop(function):
    """A plain loop under numba's own defaults: a caller need not know which options the functions ask for."""

    @numba.njit
    def run(x, out):
        for i in range(x.size):
            out[i] = function(x[i])

    def filled(x):
        out = np.empty_like(x)
        run(x, out)
        return out

    filled.run = run
    return filled


@pytest.fixture(scope="module")
def loops():
    return {name: loop(getattr(numba_math, name)) for name in [*NAMES, "lgamma"]}


# (x, value), to be equal bit by bit: a dict would take -0.0 for 0.0.
EXP_BELOW = [
    (NAN, NAN), (-INF, 0.0), (0.0, 1.0), (-0.0, 1.0), (-TINY, 1.0), (-744.4400719213812, TINY),
    (-745.1332191019411, TINY), (-745.1332191019412, 0.0), (-746.0, 0.0), (-1e300, 0.0), (-HUGE, 0.0),
]  # fmt: skip
SPECIAL = {
    "exp": [*EXP_BELOW, (INF, INF), (TINY, 1.0), (HUGE, INF), (1e300, INF), (709.7827128933841, INF), (710.0, INF)],
    "exp_nonpositive": EXP_BELOW,
    "expm1": [
        (NAN, NAN), (INF, INF), (-INF, -1.0), (0.0, 0.0), (-0.0, -0.0), (TINY, TINY), (-TINY, -TINY), (NORMAL, NORMAL),
        (1e-20, 1e-20), (HUGE, INF), (-HUGE, -1.0), (709.7827128933841, INF), (-39.0, -1.0), (-40.0, -1.0), (-41.0, -1.0),
    ],
    "log": [
        (NAN, NAN), (INF, INF), (-INF, NAN), (0.0, -INF), (-0.0, -INF), (1.0, 0.0), (-1.0, NAN), (-TINY, NAN),
        (-HUGE, NAN), (TINY, -744.4400719213812), (2 * TINY, -743.7469247408213), (NORMAL, -708.3964185322641),
        (0.5, -0.6931471805599453), (2.0, 0.6931471805599453), (HUGE, 709.782712893384),
    ],
    "log1p": [
        (NAN, NAN), (INF, INF), (-INF, NAN), (0.0, 0.0), (-0.0, -0.0), (-1.0, -INF), (np.nextafter(-1, -2), NAN),
        (np.nextafter(-1, 0), -36.7368005696771), (-2.0, NAN), (-HUGE, NAN), (TINY, TINY), (-TINY, -TINY),
        (NORMAL, NORMAL), (1e-20, 1e-20), (-1e-300, -1e-300), (1.0, 0.6931471805599453), (HUGE, 709.782712893384),
    ],
    "log1p_unit": [
        (NAN, NAN), (0.0, 0.0), (-0.0, -0.0), (TINY, TINY), (NORMAL, NORMAL), (1e-20, 1e-20),
    ],
    "lgamma": [
        (NAN, NAN), (INF, INF), (0.0, INF), (-1.0, INF), (TINY, 744.4400719213812), (1.0, 0.0), (2.0, 0.0),
        (3.0, 0.6931471805599453), (HUGE, INF),
    ],
    "digamma": [(NAN, NAN), (INF, INF), (0.0, -INF), (-0.0, INF), (-1.0, NAN), (1.0, -0.5772156649015329)],
}  # fmt: skip


def wrong_specials(function, table):
    """Where the function differs from the table, in the vector part of the loop and in its rest."""
    x, expected = np.array(table * 9).T.copy()
    values = function(x)
    same = (np.isnan(values) & np.isnan(expected)) | (values.view(np.int64) == expected.view(np.int64))
    return [(float(a), float(b)) for a, b, good in zip(x, values, same, strict=True) if not good]


@pytest.mark.parametrize("name", [*NAMES, "lgamma"])
def test_special_values(loops, name):
    assert wrong_specials(loops[name], SPECIAL[name]) == []


def test_the_prototype_fails_at_infinity():
    bits, number = numba_math.bits, numba_math.number

    @numba.njit(fastmath={"contract"})
    def prototype(x):
        x = -746.0 if x < -746.0 else x
        t = x * 1.4426950408889634 + 6755399441055744.0
        ki, k = bits(t) - bits(6755399441055744.0), t - 6755399441055744.0
        r = x - k * 0.6931471805599453
        k1 = ki >> 1
        return (1.0 + r) * number((k1 + 1023) << 52) * number((ki - k1 + 1023) << 52)

    wrong = dict(wrong_specials(loop(prototype), SPECIAL["exp"]))
    assert np.isnan(wrong[INF])


def ranges(name, n=700):
    """Random points of a function's whole domain, more of them where an error would show."""
    rng = np.random.default_rng(20)

    def binades(low, high):
        return np.ldexp(1 + rng.random(n), rng.integers(low, high, n))

    def signed(x):
        return x * rng.choice([-1.0, 1.0], n)

    subnormal = np.concatenate([rng.integers(1, 2**52, n), 2 ** rng.integers(0, 52, n)]).view(np.float64)
    steps = rng.integers(-2150, 2048, n) * (np.log(2) / 2) * (1 + rng.integers(-9, 9, n) * 2.0**-52)
    if name in ("exp", "exp_nonpositive"):
        x = np.concatenate([
            rng.normal(size=n) * 10, signed(binades(-60, 1)), rng.uniform(-745.1, -708, n), rng.uniform(690, 709.78, n),
            steps, rng.uniform(-745, 709, n),
        ])  # fmt: skip
        return -np.abs(x[np.abs(x) < 745]) if name == "exp_nonpositive" else x[(x > -745) & (x < 709.78)]
    if name == "expm1":
        x = np.concatenate([
            rng.normal(size=n) * 10, signed(binades(-1022, 1)), signed(binades(-20, 1)), rng.uniform(0.33, 0.46, n),
            rng.uniform(-0.1, 0.1, n), rng.uniform(37, 37.5, n), rng.uniform(690, 709.78, n), steps, subnormal, -subnormal,
        ])  # fmt: skip
        return x[x < 709.78]
    if name == "log":
        return np.concatenate([
            binades(-1022, 1024), 1 + signed(binades(-52, -1)), rng.uniform(0.5, 2, n), rng.uniform(0.7, 0.78, n),
            rng.uniform(1.4, 1.55, n), rng.random(n), subnormal,
        ])  # fmt: skip
    if name == "log1p":
        return np.concatenate([
            signed(binades(-1022, -1)), signed(binades(-60, -1)), -1 + binades(-52, -1), rng.uniform(-1, 8, n),
            rng.uniform(-0.3, -0.2, n), rng.uniform(0.4, 0.55, n), binades(0, 70), binades(0, 1024), subnormal, -subnormal,
        ])  # fmt: skip
    if name == "log1p_unit":
        return np.concatenate([rng.random(3 * n), binades(-1022, 0), binades(-60, 0), subnormal])
    return np.concatenate([rng.uniform(0, 3, n), rng.uniform(3, 50, n), np.exp(rng.uniform(-700, 600, n))])


EXACT = {
    "exp": mpmath.exp, "exp_nonpositive": mpmath.exp, "expm1": mpmath.expm1, "log": mpmath.log, "log1p": mpmath.log1p,
    "log1p_unit": mpmath.log1p, "lgamma": mpmath.loggamma, "digamma": mpmath.digamma,
}  # fmt: skip


def worst(function, exact, x):
    """The largest error in units in the last place, and where; 120 bits are enough for points that are doubles."""
    with mpmath.workprec(120):
        rows = zip(map(float, x), map(float, function(x)), (exact(mpmath.mpf(float(v))) for v in x), strict=True)
        return max((float(abs(value - e) / float(np.spacing(abs(float(e))))), v) for v, value, e in rows)


@pytest.mark.parametrize("name", [*NAMES, "lgamma"])
def test_digits(loops, name):
    error, where = worst(loops[name], EXACT[name], ranges(name))
    # lgamma: what the C library of this machine gives. A processor without fused steps loses a little more.
    assert error < {"expm1": 1.2, "log1p_unit": 1.02 if fused(loops["exp"]) else 1.2, "lgamma": 4}.get(name, 1.02), (
        where
    )


def test_digamma_keeps_its_digits():
    pytest.importorskip("scipy", reason="SciPy is not installed: pip install scipy")
    function = loop(numba_math.digamma)
    error, where = worst(function, mpmath.digamma, ranges("digamma"))
    assert error < 5, where
    assert wrong_specials(function, SPECIAL["digamma"]) == []


def test_scipy_gammaln_would_fail():
    special = pytest.importorskip("scipy.special", reason="SciPy is not installed: pip install scipy")
    assert worst(special.gammaln, mpmath.loggamma, ranges("lgamma"))[0] > 100


@pytest.mark.parametrize(
    ("name", "right", "planted"),
    [
        ("exp", "0.041666666666514335", "0.041666666666554335"),  # the digit that a misprint would change
        ("log", "0.22222223969688143", "0.22222224969688143"),
        ("log1p", "number(~split & EXPONENT)", "number(bits(4.0))"),
        ("expm1", "rest = k * LOW", "rest = k * 0.0"),
    ],
)
def test_a_planted_error_is_found(tmp_path, name, right, planted):
    source = Path(numba_math.__file__).read_text()
    assert source.count(right) == 1
    path = tmp_path / "planted.py"
    path.write_text(source.replace(right, planted))
    spec = importlib.util.spec_from_file_location("planted", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert worst(loop(getattr(module, name)), EXACT[name], ranges(name))[0] > 1.3


def test_coefficients_are_those_of_the_script():
    script = Path(__file__).resolve().parents[1] / "benchmarks" / "polynomials.py"
    for name, (coefficients, error) in runpy.run_path(str(script))["polynomials"]().items():
        assert getattr(numba_math, name) == tuple(coefficients)
        assert error < 0.04


def assembly(function):
    function(np.ones(3))
    return next(iter(function.run.inspect_asm().values()))


def fused(function):
    return "fmadd" in assembly(function)


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="reads x86 assembly")
def test_loops_become_vector_code(loops):
    packed = re.compile(r"\bv?(mulpd|fmadd\d+pd)\b")
    for name in NAMES:
        code = assembly(loops[name])
        assert packed.search(code) and "lgamma" not in code, name
    assert not packed.search(assembly(loops["lgamma"]))


def test_a_caller_with_fastmath_changes_nothing(loops):
    for name in NAMES:
        function = getattr(numba_math, name)

        @numba.njit(fastmath=True, error_model="numpy")
        def run(x, out, function=function):
            for i in range(x.size):
                out[i] = function(x[i])

        x = np.array([x for x, _ in SPECIAL[name]] * 3 + list(ranges(name, 5)))
        out = np.empty_like(x)
        run(x, out)
        np.testing.assert_array_equal(out, loops[name](x))


CALLER = """
import sys
import numpy as np
from numba import njit
from cesym.numeric.loops.numba_math import {names}
assert "scipy.special" not in sys.modules or "digamma" in "{names}"

@njit(cache=True)
def f(x, out):
    for i in range(x.size):
        out[i] = {body}

x = np.linspace(0.1, 3, 19)
out = np.empty_like(x)
f(x, out)
print(sum(f.stats.cache_hits.values()), out.tobytes().hex())
"""


@pytest.mark.parametrize(
    ("names", "body"),
    [
        ("exp_nonpositive, log1p_unit", "log1p_unit(exp_nonpositive(-x[i]))"),
        ("digamma, lgamma", "digamma(x[i]) + lgamma(x[i])"),
    ],
)
def test_a_caller_is_loaded_from_the_cache(tmp_path, names, body):
    if "digamma" in names:
        pytest.importorskip("scipy", reason="SciPy is not installed: pip install scipy")
    path = tmp_path / "caller.py"
    path.write_text(CALLER.format(names=names, body=body))
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}

    def run():
        return subprocess.run(
            [sys.executable, path], capture_output=True, text=True, check=True, env=environment
        ).stdout.split()

    (first_hits, first), (second_hits, second) = run(), run()
    assert (first_hits, second_hits) == ("0", "1")
    assert first == second


def test_without_scipy_only_digamma_is_missing(monkeypatch):
    for name in ("scipy", "scipy.special", "scipy.special.cython_special"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r"^digamma on backend='numba' needs SciPy: pip install scipy$"):
        numba_math.__getattr__("digamma")
    with pytest.raises(AttributeError, match="no attribute 'trigamma'"):
        _ = numba_math.trigamma
    assert numba_math.exp(0.0) == 1.0
