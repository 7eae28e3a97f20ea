"""Where loss functions come from: derived from likelihoods, line by line, each line admitted by a small kernel.

>>> import cesym
>>> cesym.bce_from_bernoulli().relation
'='
"""

from importlib import import_module
from typing import Any

from cesym.parse import ParseError as ParseError
from cesym.parse import parse as parse  # at once: the room has the name of the function
from cesym.theorems import FAMILIES

__version__ = "0.1.0"

# Imported when first used, so that `import cesym` costs hardly more than `import sympy`.
MODULES = ("data", "exercises", "information", "links", "losses", "plots", "rules", "symbols")
LATER = {
    "cesym.check": ("Diagnosis", "Verdict", "diagnose"),
    "cesym.data.fitting": ("fit_logistic",),
    "cesym.derivation": ("Constants", "Derivation", "Statement", "StepRefused"),
    "cesym.derivation.nll": ("likelihood", "nll"),
    "cesym.numeric": ("lambdify",),
    "cesym.theorems": ("catalogue",),
    **FAMILIES,
}
HOMES = {name: module for module, names in LATER.items() for name in names}

__all__ = sorted(["ParseError", "parse", *MODULES, *HOMES])


def __getattr__(name: str) -> Any:
    if name in MODULES:
        return import_module(f"cesym.{name}")
    if name not in HOMES:
        raise AttributeError(f"module 'cesym' has no attribute {name!r}")
    globals()[name] = found = getattr(import_module(HOMES[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
