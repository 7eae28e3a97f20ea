"""Leaves out the doctests of modules whose optional package is not installed, and says so."""

from importlib.util import find_spec

OPTIONAL = {
    "numba": ["cesym/numeric/arrays/numba_backend.py", "cesym/numeric/arrays/numba_math.py"],
    "array_api_compat": [
        f"cesym/numeric/array_api/{name}.py"
        for name in ("autodiff", "backend", "formulas", "helpers", "inputs", "writer")
    ],
}
MISSING = [package for package in OPTIONAL if find_spec(package) is None]
collect_ignore = [file for package in MISSING for file in OPTIONAL[package]]


def pytest_report_header() -> list[str]:
    return [f"{package} is not installed: no doctests of {', '.join(OPTIONAL[package])}" for package in MISSING]
