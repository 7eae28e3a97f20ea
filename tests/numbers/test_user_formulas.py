"""Formulas of users, with their gradients: against mpmath at wide random inputs, and at the ends against the limits.

The truth is the formula as it was typed, by SymPy and mpmath at 3000 bits. A result may be off by some eps of the
largest term of the formula: what cancels in the formula itself, such as exp(z) - k, cancels here.
"""

import importlib
import warnings
from functools import lru_cache
from typing import NamedTuple

import mpmath
import numpy as np
import pytest
import sympy as sp
from sympy import Abs, Add, IndexedBase, KroneckerDelta, Max, Sum, Symbol, cosh, digamma, exp, log, loggamma, pi

from cesym.derivation import derivative
from cesym.kernel import Refused
from cesym.numeric import lambdify
from cesym.symbols import C, c, j
from tests.numbers.measures import Truth, eps_error, split

INF = np.inf
X, MU, Z, A, B, S = (Symbol(name, real=True) for name in ("x", "mu", "z", "a", "b", "s"))
K = Symbol("k", nonnegative=True)
Y = Symbol("y", nonnegative=True)
V, NU, LAM, R, M, W, BETA, T = (Symbol(n, positive=True) for n in ("v", "nu", "lambda", "r", "m", "w", "beta", "t"))


def sigmoid(t):
    return 1 / (1 + exp(-t))


class Row(NamedTuple):
    """A formula, its letters, those to differentiate in, the bound in eps of the larger term, and the exponent.

    A larger term below ``floor`` counts as that. What is under an exp is rounded: its size, ``exponent``, is allowed
    for. ``wide`` is how far the powers of ten go. ``gamma``: with functions that libraries are less exact in.
    """

    formula: sp.Expr
    letters: tuple
    inputs: tuple = ()
    bound: float = 6
    floor: float = 0
    exponent: sp.Expr = sp.S.Zero
    wide: float = 300
    gamma: bool = False


STUDENT = -loggamma((NU + 1) / 2) + loggamma(NU / 2) + log(NU * pi) / 2 + log(V) / 2
STUDENT += (NU + 1) / 2 * log(1 + (X - MU) ** 2 / (NU * V))
NEGATIVE_BINOMIAL = -loggamma(K + R) + loggamma(K + 1) + loggamma(R) - R * log(R / (R + M)) - K * log(M / (R + M))
TWO_WAY = -Y * log(exp(A) / (exp(A) + exp(B))) - (1 - Y) * log(exp(B) / (exp(A) + exp(B)))
Q = (MU - X) / BETA

ROWS = {
    "poisson log": Row(exp(Z) - K * Z + loggamma(K + 1), (K, Z), (Z,), floor=1, gamma=True),
    "poisson": Row(LAM - K * log(LAM) + loggamma(K + 1), (K, LAM), (LAM,), floor=1, gamma=True),
    "student 5": Row(3 * log(1 + ((X - MU) / BETA) ** 2 / 5) + log(BETA), (X, MU, BETA), (MU, BETA)),
    "student": Row(STUDENT, (X, MU, V, NU), (MU, V, NU), bound=12, floor=1, wide=150, gamma=True),
    "heteroscedastic": Row(log(V) / 2 + (X - MU) ** 2 / (2 * V), (X, MU, V), (MU, V)),
    "log variance": Row(S / 2 + (X - MU) ** 2 * exp(-S) / 2, (X, MU, S), (MU, S)),
    "ordinal": Row(-log(sigmoid(A) - sigmoid(B)), (A, B), (A, B)),
    "laplace": Row(log(2 * BETA) + Abs(X - MU) / BETA, (X, MU, BETA), (MU, BETA)),
    "gamma": Row(
        BETA * T - M * log(BETA) + loggamma(M) - (M - 1) * log(T),
        (T, M, BETA),
        (M, BETA),
        bound=12,
        floor=1,
        gamma=True,
    ),
    "gamma by its mean": Row(log(LAM) + T / LAM, (T, LAM), (LAM,)),
    "exponential": Row(LAM * T - log(LAM), (T, LAM), (LAM,)),
    "negative binomial": Row(NEGATIVE_BINOMIAL, (K, M, R), (M, R), bound=16, floor=1, wide=15, gamma=True),
    "negative binomial in logits": Row((K + R) * log(1 + exp(Z)) - K * Z, (K, Z, R), (Z, R)),
    "two-way softmax": Row(TWO_WAY, (Y, A, B), (A, B)),
    "gumbel": Row(exp(-Z) + Z, (Z,), (Z,)),
    "gumbel with scale": Row(log(BETA) + exp(Q) - Q, (X, MU, BETA), (MU, BETA), exponent=Q),
    "mixture": Row(-log(W * exp(A) + (1 - W) * exp(B)), (W, A, B), (W, A, B), floor=1),
    "bce": Row(log(1 + exp(Z)) - Y * Z, (Y, Z), (Z,)),
    "bce by max": Row(Max(Z, 0) - Y * Z + log(1 + exp(-Abs(Z))), (Y, Z), (Z,)),
    "bce in p": Row(-Y * log(W) - (1 - Y) * log(1 - W), (Y, W), (W,)),
    "cauchy": Row(log(1 + (X - MU) ** 2), (X, MU), (MU,)),
    "log cosh": Row(log(cosh(X - MU)), (X, MU), (MU,)),
}


CASES = [(name, None) for name in ROWS] + [(name, letter) for name, row in ROWS.items() for letter in row.inputs]
IDS = [f"{name} {letter or ''}".strip() for name, letter in CASES]


def formula_of(name, letter):
    return ROWS[name].formula if letter is None else sp.diff(ROWS[name].formula, letter)


# Inputs

FEW, MANY = 12, 40  # of each of three modes


def draw(letter, mode, n, wide, rng):
    """Numbers for a letter: ordinary ones, large ones, and all powers of ten."""
    if letter == K:
        return np.floor(10 ** rng.uniform(0, (1, 4, 6)[mode], n)) - 1
    if letter == Y:
        return np.where(rng.random(n) < 0.5, rng.integers(0, 2, n), rng.random(n))
    if letter == W:
        return (rng.uniform(0, 1, n), rng.beta(0.05, 0.05, n), 10 ** rng.uniform(-wide, 0, n))[mode]
    if letter in (NU, R):
        return 10 ** rng.uniform(-2, 3, n)
    powers = 10 ** rng.uniform(-wide, wide, n)
    if letter.is_positive:
        return (np.exp(rng.normal(0, 2, n)), 10 ** rng.uniform(-8, 8, n), powers)[mode]
    return (rng.normal(0, 3, n), rng.normal(0, 200, n), rng.choice([-1, 1], n) * powers)[mode]


@lru_cache
def inputs(name, wide, n):
    row, rng = ROWS[name], np.random.default_rng(7)
    parts = [[draw(letter, mode, n, min(wide, row.wide), rng) for letter in row.letters] for mode in range(3)]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    if name == "ordinal":
        columns = [np.maximum(*columns), np.minimum(*columns)]
        close = columns[0] - columns[1] < 700  # beyond, the reference would need more bits
        columns = [
            np.where((np.abs(columns[0]) < 700) & close, one, at) for one, at in zip(columns, (2.5, -1), strict=True)
        ]
    return columns


@lru_cache
def truth(name, letter, wide, n):
    """The formula at 3000 bits, term by term."""
    row = ROWS[name]
    formula = formula_of(name, letter)
    terms = sp.lambdify(row.letters, list(Add.make_args(formula)), "mpmath")
    found = []
    with mpmath.workprec(3000):
        for numbers in zip(*inputs(name, wide, n), strict=True):
            try:
                values = terms(*map(mpmath.mpf, numbers))
            except (ZeroDivisionError, ValueError):
                values = [mpmath.nan]
            real = all(isinstance(value, (mpmath.mpf, int)) for value in values)
            found.append(split([mpmath.mpf(value) for value in values] if real else [mpmath.nan], np.float64))
    value, rest, larger = np.array(found, float).T
    return Truth(value, rest, np.maximum(larger, row.floor), np.float64)


# Backends: what to import first, and how far the powers of ten go. JAX counts subnormal numbers as 0.
BACKENDS = {
    "numpy": ("numpy", 300),
    "numba": ("numba", 300),
    "array-api numpy": ("numpy", 300),
    "array-api torch": ("torch", 300),
    "array-api jax": ("jax", 70),
}


def built(backend, letters, formula, **options):
    """A function of NumPy arrays by a backend; skipped where the backend is not there."""
    module = pytest.importorskip(BACKENDS[backend][0])
    kind, _, space = backend.partition(" ")
    if kind == "array-api":
        pytest.importorskip("array_api_compat", reason="array-api-compat is not installed")
    if "numpy" in (kind, space) and formula.has(loggamma, digamma, sp.polygamma):
        pytest.importorskip("scipy", reason="SciPy is not installed")
    f = lambdify(letters, formula, kind, **options)
    if space == "torch":
        return f, lambda *columns: f(*map(module.tensor, columns), check=False).numpy()
    if space == "jax":
        module.config.update("jax_enable_x64", True)
        return f, lambda *columns: np.asarray(
            f(*map(importlib.import_module("jax.numpy").asarray, columns), check=False)
        )
    return f, lambda *columns: np.asarray(f(*columns, check=False))


def error_of(name, letter, backend, formula=None, n=FEW):
    row, wide = ROWS[name], BACKENDS[backend][1]
    _, run = built(backend, row.letters, formula_of(name, letter) if formula is None else formula)
    columns = inputs(name, wide, n)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        result = np.broadcast_to(run(*columns), columns[0].shape)
    with np.errstate(all="ignore"):
        allowed = 1 + np.abs(np.asarray(sp.lambdify(row.letters, row.exponent, "numpy")(*columns), float))
    return eps_error(result, truth(name, letter, wide, n)) / allowed, columns, result


# SciPy, torch and JAX are less exact in log-gamma and digamma than Python's own.
LIBRARY = {"numpy": 4, "numba": 4, "array-api numpy": 4, "array-api torch": 8, "array-api jax": 64}


@pytest.mark.parametrize(("backend", "n"), [("numpy", FEW), pytest.param("numpy", MANY, marks=pytest.mark.long),
                                            *((backend, MANY) for backend in BACKENDS if backend != "numpy")])  # fmt: skip
@pytest.mark.parametrize(("name", "letter"), CASES, ids=IDS)
def test_against_mpmath(name, letter, backend, n):
    error, columns, result = error_of(name, letter, backend, n=n)
    worst = np.argmax(np.where(np.isnan(error), np.inf, error))
    bound = ROWS[name].bound * (LIBRARY[backend] if ROWS[name].gamma else 1)
    numbers = [float(column[worst]) for column in columns]
    assert error[worst] <= bound, (numbers, result[worst], truth(name, letter, BACKENDS[backend][1], n).value[worst])


@pytest.mark.parametrize(("name", "letter"), CASES, ids=IDS)
def test_the_comparison_can_fail(name, letter):
    error, *_ = error_of(name, letter, "numpy", formula_of(name, letter) * (1 + sp.Rational(1, 10**12)))
    assert error.max() > 1000


def test_sympy_alone_fails_where_these_do_not():
    """The formulas as NumPy computes them, unrewritten: NaN, infinite or wrong at some of the same inputs."""
    failing = set()
    for name, row in ROWS.items():
        if row.gamma or row.formula.has(Max):
            continue
        columns = inputs(name, 300, MANY)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            result = sp.lambdify(row.letters, row.formula, "numpy")(*columns)
        if eps_error(result, truth(name, None, 300, MANY)).max() > 1e6:
            failing.add(name)
    assert failing >= {
        "student 5",
        "heteroscedastic",
        "ordinal",
        "two-way softmax",
        "mixture",
        "bce",
        "cauchy",
        "log cosh",
    }


# At the ends: the value and the gradients, in the order of the table; None where there is no limit.
ENDS = [
    ("poisson log", (3, -INF), (INF, -3)),
    ("poisson log", (0, -INF), (0, 0)),
    ("poisson log", (3, INF), (INF, INF)),
    ("poisson log", (0, INF), (INF, INF)),
    ("poisson", (0, 0), (0, 1)),
    ("poisson", (3, 0), (INF, -INF)),
    ("poisson", (3, INF), (INF, 1)),
    ("student 5", (1, 1, 0), (-INF, 0, INF)),
    ("student 5", (1, 2, 0), (INF, 6, -INF)),
    ("student 5", (1, 2, INF), (INF, 0, 0)),
    ("student 5", (INF, 2, 1), (INF, 0, -5)),
    ("student 5", (1e308, -1e308, 1e-300), (7708.385460690121, None, -5e300)),
    ("student", (1, 2, 0, 5), (INF, 6, -INF, INF)),
    ("student", (1, 2, INF, 5), (INF, 0, 0, None)),
    ("student", (INF, 0, 1, 5), (INF, 0, -2.5, INF)),
    ("student", (1e200, 0, 1, 5), (2759.242417444607, -6e-200, -2.5, 459.1024857953655)),
    ("heteroscedastic", (1, 1, 0), (-INF, 0, INF)),
    ("heteroscedastic", (1, 2, 0), (INF, INF, -INF)),
    ("heteroscedastic", (1, 2, INF), (INF, 0, 0)),
    ("heteroscedastic", (INF, 0, 1), (INF, -INF, -INF)),
    ("log variance", (1, 1, -INF), (-INF, 0, 0.5)),
    ("log variance", (1, 2, -INF), (INF, INF, -INF)),
    ("log variance", (1, 2, INF), (INF, 0, 0.5)),
    ("log variance", (INF, 0, 1), (INF, -INF, -INF)),
    ("log variance", (1e200, 0, 900), (682239056.1828414, -1.3644772123656828e-191, -682238605.6828414)),
    ("ordinal", (40, 39), (39.45867514538708, -0.5819767068693265, 1.5819767068693265)),
    ("ordinal", (-39, -40), (39.45867514538708, -1.5819767068693265, 0.5819767068693265)),
    ("ordinal", (INF, 3), (3.048587351573742, 0, 0.9525741268224334)),
    ("ordinal", (3, -INF), (0.04858735157374206, -0.04742587317756679, 0)),
    ("ordinal", (INF, -INF), (0, 0, 0)),
    ("ordinal", (3, 3), (INF, -INF, INF)),
    ("ordinal", (1e-300, -1e-300), (691.4686750787737, -5e299, 5e299)),
    ("laplace", (1, 1, 0), (-INF, 0, INF)),
    ("laplace", (1, 2, 0), (INF, INF, -INF)),
    ("laplace", (INF, 0, 1), (INF, -1, -INF)),
    ("gamma", (0, 2, 1), (INF, INF, -2)),
    ("gamma", (0, 1, 1), (0, INF, -1)),
    ("gamma", (1, 2, INF), (INF, -INF, 1)),
    ("gamma", (INF, 0.5, 1), (INF, -INF, INF)),
    ("negative binomial", (0, 0, 2), (0, 1, 0)),
    ("negative binomial", (3, 0, 2), (INF, -INF, None)),
    ("negative binomial", (3, INF, 2), (INF, 0, None)),
    ("negative binomial in logits", (3, -INF, 2), (INF, -3, 0)),
    ("negative binomial in logits", (0, -INF, 2), (0, 0, 0)),
    ("negative binomial in logits", (3, INF, 2), (INF, 2, INF)),
    ("two-way softmax", (1, INF, 0), (0, 0, 0)),
    ("two-way softmax", (0, INF, 0), (INF, 1, -1)),
    ("two-way softmax", (0.5, -INF, 0), (INF, -0.5, 0.5)),
    ("two-way softmax", (1, INF, INF), (0.6931471805599453, -0.5, 0.5)),
    ("gumbel", (INF,), (INF, 1)),
    ("gumbel", (-INF,), (INF, -INF)),
    ("gumbel with scale", (1, 2, 0), (INF, INF, -INF)),
    ("gumbel with scale", (2, 1, 0), (INF, -INF, -INF)),
    ("gumbel with scale", (1, 2, INF), (INF, 0, 0)),
    ("gumbel with scale", (-INF, 0, 1), (INF, INF, -INF)),
    ("mixture", (0.5, INF, 0), (-INF, -2, -1, 0)),
    ("mixture", (0.5, -INF, 0), (0.6931471805599453, 2, 0, -1)),
    ("mixture", (1, 1, INF), (-1, INF, -1, 0)),
    ("mixture", (0, 800, 1), (-1, -INF, 0, -1)),
    ("mixture", (0.5, 1e300, 1e299), (-1e300, -2, -1, 0)),
    ("bce", (0, -INF), (0, 0)),
    ("bce", (0.5, INF), (INF, 0.5)),
    ("bce", (1, -INF), (INF, -1)),
    ("bce by max", (1, INF), (0, 0)),
    ("bce by max", (0, INF), (INF, 1)),
    ("bce by max", (0.25, 0), (0.6931471805599453, 0.25)),
    ("cauchy", (INF, 0), (INF, 0)),
    ("cauchy", (1e200, 0), (921.0340371976183, -2e-200)),
    ("log cosh", (1e200, 0), (1e200, -1)),
    ("log cosh", (1e-200, 0), (0, -1e-200)),
]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("name", "numbers", "values"), ENDS, ids=[f"{row[0]} {row[1]}" for row in ENDS])
def test_at_the_ends(name, numbers, values, backend):
    row = ROWS[name]
    for letter, value in zip((None, *row.inputs), values, strict=True):
        if value is None:
            continue
        _, run = built(backend, row.letters, formula_of(name, letter))
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            result = run(*[np.array([number], float) for number in numbers])
        assert result == pytest.approx(value, rel=1e-13, abs=0 if value else 1e-290), (letter, result, value)


# The kernel's own gradients, in functions that it knows.
OVERFLOWS = pytest.mark.xfail(strict=True, reason="a quotient with a difference of exponentials overflows far out")
SLOPES = [
    pytest.param(*case, marks=[pytest.mark.long] * (n % 3 > 0) + [OVERFLOWS] * (case[0] == "ordinal"))
    for n, case in enumerate(CASES)
    if case[1] is not None
]  # every third, and each with more time


@pytest.mark.parametrize(("name", "letter"), SLOPES, ids=IDS[len(ROWS) :])
def test_gradients_by_the_kernel(name, letter):
    facts = {"ordinal": [A > B], "mixture": [W < 1], "bce in p": [W < 1, Y <= 1]}.get(name, ())
    try:
        slope = derivative(ROWS[name].formula, letter, facts)
    except (Refused, ValueError) as refusal:
        pytest.skip(f"the kernel has no gradient of this: {refusal}".partition("\n")[0])
    error, *_ = error_of(name, letter, "numpy", slope)
    assert error.max() <= ROWS[name].bound * 4


# Classes: losses typed in other forms than ours.
P, G = IndexedBase("p", real=True), IndexedBase("g", real=True)
LABEL = Symbol("y", integer=True)
TOTAL = Sum(exp(G[c]), (c, 1, C))
OTHER = Sum(exp(G[j]), (j, 1, C))
# letters, formula, axes, and the names of rules that the report must have
CLASSES = [
    ((G, LABEL), log(TOTAL) - G[LABEL], {}, {"log-softmax"}),
    ((G, LABEL), -G[LABEL] + log(OTHER), {}, {"log-softmax"}),
    ((G, LABEL), -log(exp(G[LABEL]) / TOTAL), {}, {"softmax"}),
    ((G, LABEL), exp(G[j]) / TOTAL - KroneckerDelta(j, LABEL), {j: C}, {"softmax", "gap of softmax"}),
    ((G, P), Sum(P[c] * (log(OTHER) - G[c]), (c, 1, C)), {}, {"log-softmax", "weighted log"}),
    ((G,), exp(G[j]) / TOTAL - exp(2 * G[j]) / TOTAL**2, {j: C}, {"softmax", "gap of softmax"}),
]


def by_mpmath(letters, formula, logits, label=None):
    """The formula at 3000 bits for one sample: ``label`` is a class from 1, as in the formula, or the weights of all."""
    z = [mpmath.mpf(float(one)) for one in logits]
    total = mpmath.fsum(map(mpmath.exp, z))
    shares = [mpmath.exp(one) / total for one in z]
    if letters == (G, P):
        return mpmath.fsum(mpmath.mpf(float(p)) * (mpmath.log(total) - one) for p, one in zip(label, z, strict=True))
    if letters == (G,):
        return [share * (1 - share) for share in shares]
    if formula.has(KroneckerDelta):
        return [-mpmath.fsum(shares[:n] + shares[n + 1 :]) if n + 1 == label else s for n, s in enumerate(shares)]
    return mpmath.log(total) - z[label - 1]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("letters", "formula", "axes", "rules"), CLASSES, ids=[str(row[1]) for row in CLASSES])
def test_classes(letters, formula, axes, rules, backend):
    f, run = built(backend, letters, formula, axes=axes)
    assert all(f"{rule}: " in f.report for rule in rules)
    rng = np.random.default_rng(3)
    logits = np.concatenate([rng.normal(0, scale, (20, 4)) for scale in (1, 30, 200)])
    labels, weights = rng.integers(1, 5, 60), rng.dirichlet(np.ones(4), 60)
    second = {(G, LABEL): [labels], (G, P): [weights], (G,): []}[letters]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        result = run(logits, *second)
    with mpmath.workprec(3000):
        found = [by_mpmath(letters, formula, z, *[one[n] for one in second]) for n, z in enumerate(logits)]
        expected = np.array([[float(one) for one in row] if isinstance(row, list) else float(row) for row in found])
    np.testing.assert_allclose(result, expected, rtol=2e-15 * (8 if backend == "numba" else 4), atol=1e-300)
    assert not np.allclose(run(logits[::-1].copy(), *second), expected, rtol=1e-3)


def test_reports_name_the_rules():
    pytest.importorskip("scipy", reason="SciPy is not installed")
    report = {name: lambdify(row.letters, row.formula).report for name, row in ROWS.items()}
    assert "log of 1 + a square" in report["student"] and "strongest pole" in report["student"]
    assert "difference of sigmoids" in report["ordinal"] and "strongest growth" in report["log variance"]
    assert "softplus of a maximum" in report["bce by max"] and "log_mixture" in report["mixture"]
    assert "printed as it stands: exp(" in report["gumbel with scale"]
    assert "printed as it stands" not in report["ordinal"]


def test_digamma_comes_from_the_gradient_of_log_gamma():
    assert sp.diff(loggamma(NU), NU).func != digamma  # SymPy calls it polygamma(0, nu)
    pytest.importorskip("scipy", reason="SciPy is not installed")
    assert lambdify(NU, sp.diff(loggamma(NU), NU))(1.0) == pytest.approx(-0.5772156649015329, rel=1e-15)
    with pytest.raises(NotImplementedError, match="digamma"):
        lambdify(NU, sp.diff(loggamma(NU), NU, 2))
