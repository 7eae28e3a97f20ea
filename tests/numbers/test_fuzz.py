"""Random formulas: nothing is wrong, worse than SymPy's own function, or breaks. `python -m benchmarks.fuzz` has more."""

from importlib.util import find_spec

import numpy as np
import pytest
import sympy as sp

from cesym.numeric.arrays import inplace
from tests.numbers.fuzzing import A, B, U, V, Z, formulas, judged, points, reduced

PIECE = 25
FEW, MANY, COMPILED = 4, 40, 2  # pieces on NumPy in each run, where the optional backends are there, and on numba
FULL = pytest.mark.skipif(find_spec("numba") is None, reason="the larger run comes with the optional backends: no numba")
CASES = [("numpy", n) if n < FEW else pytest.param("numpy", n, marks=FULL) for n in range(MANY)]
CASES += [pytest.param("numba", n, marks=FULL) for n in range(COMPILED)]


@pytest.mark.parametrize(("backend", "seed"), CASES)
def test_random_formulas(backend, seed):
    for n, e in enumerate(formulas(1000 + seed, PIECE)):
        fault = judged(e, points(e, 40, n), backend)
        assert fault is None, str(reduced(fault, backend))


# Formulas that were wrong once, at the places where they were.
ONCE = [
    ((1 + A) ** B, {"a": 2.0, "b": 5.0}),
    (2 ** (A + B), {"a": 0.5, "b": 3.0}),
    (1 / ((1 + A**2) * (2 + A**2)), {"a": 0.0}),
    (A / (1 + A**2) ** 2, {"a": 0.0}),
    (-sp.log(sp.Rational(3, 8) * (1 + A**2 / 5) ** -3), {"a": 0.0}),
    (1 / (1 + sp.exp(-A)) - 1 / (1 + sp.exp(-B)), {"a": -400.0, "b": 400.0}),
    (1 / (sp.exp(A) + sp.exp(B)), {"a": 0.0, "b": -800.0}),
    (1 / (sp.exp(A) + sp.exp(B)), {"a": 0.0, "b": -740.0}),
    (sp.exp(A / 2) / (1 + sp.exp(A)), {"a": 3.0}),
    (sp.sqrt(sp.exp(A)) / (1 + sp.exp(A)), {"a": 3.0}),
    (sp.exp(3 * A / 2) / (1 + sp.exp(A)) ** 2, {"a": 3.0}),
    (A * sp.log(1 + sp.exp(2)), {"a": 3.0}),
    (V * sp.log(sp.Rational(13, 3)), {"v": 3.0}),
    (U / (1 + (sp.exp(A) + 1) ** -2), {"a": 518.8, "u": 661.8}),
    (sp.exp(A - B) / (sp.exp(A) + 1), {"a": -862.0, "b": -862.0}),
    ((4 + sp.exp(-A)) ** 2 / (3 + sp.exp(-2 * A)), {"a": -366.0}),
    (sp.exp(Z) - Z * sp.exp(U), {"z": 711.0, "u": 900.0}),
    (sp.exp(Z) - U**2 * Z, {"z": 800.0, "u": 1e200}),
    (1 / ((3 + sp.exp(-2 * A)) / (4 + sp.exp(-A)) ** 2 + 1), {"a": -366.0}),
    (sp.exp(-2 * A) / (4 + sp.exp(-A)) ** 2, {"a": -366.0}),
    ((U - sp.exp(3 * U)) * sp.exp(U - V / 2) / 4, {"u": 197.21078390724216, "v": 157.10115350092008}),
    (16 * (V + 1) ** (U / 2) / 17, {"u": 255.07040929380574, "v": 255.07040929380574}),
    (A * sp.exp(U + A) / (sp.exp(U) + sp.Rational(1, 2)), {"a": 0.1189672336980664, "u": 710.5}),
    (A * B * sp.log(V), {"a": 0.0, "b": np.nan, "v": 2.0}),
    (A / B * sp.log(V), {"a": 0.0, "b": np.nan, "v": 2.0}),
    (A * B * sp.exp(Z), {"a": 0.0, "b": np.nan, "z": 2.0}),
    (sp.log(sp.exp(3 * B / 2) * sp.exp(Z - 3 * B / 2)), {"b": np.nan, "z": 2.0}),
    (U / V + (U + 1) ** A, {"a": np.nan, "u": 0.0, "v": 0.0}),
    ((sp.exp(-2 * Z) - 2) * sp.exp(-Z) / ((sp.Rational(3, 2) + sp.exp(-Z)) * (4 + 10 * sp.exp(-2 * Z))), {"z": -279.22}),
    (sp.exp(2 * A) / (sp.exp(3 * A / 2) + sp.exp(A / 2)) ** 2, {"a": -710.5}),
    ((2 - sp.exp(-Z / 2)) * sp.exp(Z) / (Z**2 * (sp.exp(Z / 2) + sp.exp(Z))), {"z": -959.78}),
    ((sp.exp(-2 * A) - V) * sp.exp(3 * A) * sp.exp(V), {"a": -337.03, "v": 179.2}),
]


@pytest.mark.parametrize("backend", ["numpy", "numba"])
@pytest.mark.parametrize(("formula", "at"), ONCE, ids=[str(row[0]) for row in ONCE])
def test_once_wrong(formula, at, backend):
    pytest.importorskip(backend)
    row = [at[str(letter)] for letter in sorted(formula.free_symbols, key=str)]
    assert judged(formula, np.array([row]), backend) is None


def test_the_judge_finds_a_wrong_operation(monkeypatch):
    monkeypatch.setitem(inplace.UFUNCS, "add", "np.subtract")
    fault = judged((1 + A) * B, points((1 + A) * B, 20, 0))
    assert fault is not None and fault.kind in ("wrong", "worse")
    assert sp.count_ops(reduced(fault).formula) <= sp.count_ops(fault.formula)
