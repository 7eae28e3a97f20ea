"""scikit-learn's own table of loss values, evaluated with cesym: ``python -m benchmarks.sklearn_table``.

The inputs are those of ``test_loss_on_specific_values`` in the installed wheel (``sklearn/_loss/tests/test_loss.py``);
nothing of it is copied here. The truth is the formula at these inputs, by mpmath, not the rounded value published
there. A row counts where all that it publishes (the loss; in some rows gradient and Hessian too) is within 4 ULP.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
from mpmath import mpf, workprec

from benchmarks.ours import cesym_
from benchmarks.peers import arrays, quiet
from benchmarks.tables import markdown, provenance
from tests.numbers.measures import Truth, split, ulp_error
from tests.numbers.reference import truths

LOGITS = {"HalfBinomialLoss": "bce_with_logits", "HalfMultinomialLoss": "cross_entropy_with_logits"}
REACH = 4
y, z = sp.symbols("y z", real=True)


def published() -> list[tuple[Any, ...]]:
    """The rows of the table: loss object, target, raw prediction, and loss, gradient and Hessian or None."""
    from sklearn._loss.tests import test_loss

    test = test_loss.test_loss_on_specific_values
    marks = [mark for mark in test.pytestmark if mark.name == "parametrize" and "loss_true" in mark.args[0]]
    return [tuple(getattr(row, "values", row)) for row in marks[0].args[1]]


def tweedie(power: float, mean: Any, s: Any, logarithm: Callable[[Any], Any]) -> Any:
    """Half the deviance, without the terms of the target alone; `s` makes a number of a float."""
    if power == 0:
        return (y - mean) ** 2 / 2
    if power == 1:
        return mean - y * logarithm(mean)
    if power == 2:
        return logarithm(mean) + y / mean
    return mean ** (2 - s(power)) / (2 - s(power)) - y * mean ** (1 - s(power)) / (1 - s(power))


def formula(loss: Any) -> sp.Expr | None:
    """The loss of one sample as its documentation gives it, in y and the raw prediction z; None for classes."""
    number = lambda value: sp.Rational(float(value))  # noqa: E731
    kind, own = type(loss).__name__, loss.closs
    if kind == "HalfSquaredError":
        return (z - y) ** 2 / 2
    if kind == "AbsoluteError":
        return sp.Abs(y - z)
    if kind == "PinballLoss":
        q = number(own.quantile)
        return sp.Piecewise((q * (y - z), y >= z), ((1 - q) * (z - y), True))
    if kind == "HuberLoss":
        d = number(own.delta)
        return sp.Piecewise(((y - z) ** 2 / 2, sp.Abs(y - z) <= d), (d * (sp.Abs(y - z) - d / 2), True))
    if kind == "HalfPoissonLoss":
        return sp.exp(z) - y * z
    if kind == "HalfGammaLoss":
        return z + y * sp.exp(-z)
    if kind == "HalfTweedieLoss":
        return tweedie(own.power, sp.exp(z), number, lambda mean: z)
    if kind == "HalfTweedieLossIdentity":
        whole = tweedie(own.power, z, number, sp.log)
        return whole - (0 if own.power == 0 else whole.subs(z, y))
    if kind == "HalfBinomialLoss":
        return sp.log(1 + sp.exp(z)) - y * z
    return None


def exact(name: str | None, expr: sp.Expr | None, derivative: int, target: Any, raw: Any) -> Truth:
    """The truth of one row; where there is a loss of cesym of that name, the reference has its formula."""
    if name:
        target = np.array([int(target)]) if np.ndim(raw) else [target]
        return truths(name, derivative, target, [raw])[""]
    with workprec(600):
        f = sp.lambdify((y, z), sp.diff(expr, z, derivative), "mpmath")
        parts = split((mpf(f(mpf(float(target)), mpf(float(raw)))),), float)
    return Truth(*[np.array([part]) for part in parts], float)


def by_sklearn(loss: Any, derivative: int, target: Any, raw: Any) -> np.ndarray:
    arguments = {"y_true": np.array([target], float), "raw_prediction": np.array([raw], float)}
    if derivative == 2:
        return loss.gradient_hessian(**arguments)[1]
    return (loss.gradient if derivative else loss.loss)(**arguments)


def by_cesym(name: str | None, expr: sp.Expr | None, derivative: int, target: Any, raw: Any, backend: str) -> Any:
    """None where cesym does not have it yet, or why it cannot."""
    raws = np.array([raw], float)
    if name:
        targets = np.array([int(target)]) if raws.ndim > 1 else np.array([target], float)
        call = cesym_(backend, name, derivative, (targets, raws))
        return call and arrays(call())[0]
    import cesym

    f = cesym.lambdify((y, z), sp.diff(expr, z, derivative), backend=backend)
    return np.asarray(f(np.array([target], float), raws))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sklearn_table", description=__doc__)
    parser.add_argument("--backend", default="numpy")
    backend = parser.parse_args().backend
    print(provenance() + "\n")
    tallies: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    missed = []
    for loss, target, raw, *values in published():
        kind, name = type(loss).__name__, LOGITS.get(type(loss).__name__)
        expr = formula(loss)
        within = {"cesym": True, "sklearn": True}
        for derivative in [order for order, value in enumerate(values) if value is not None]:
            truth = exact(name, expr, derivative, target, raw)
            try:
                ours = by_cesym(name, expr, derivative, target, raw, backend)
            except (NotImplementedError, ValueError) as error:
                ours = str(error)
            for who, value in (("cesym", ours), ("sklearn", by_sklearn(loss, derivative, target, raw))):
                known = value is not None and not isinstance(value, str)
                error = float(quiet(ulp_error, value, truth).max()) if known else value or "not there yet"
                if not known or error > REACH:
                    within[who] = False
                    missed.append([kind, ("loss", "gradient", "Hessian")[derivative], target, raw, who, error])
        for tally in (tallies[kind], tallies["all"]):
            for n, count in enumerate((True, *within.values())):
                tally[n] += count
    rows = [[kind, *tallies[kind]] for kind in [*(kind for kind in tallies if kind != "all"), "all"]]
    print(markdown(["loss", "rows", f"cesym within {REACH} ULP", "sklearn"], rows))
    print("\nThe others:\n\n" + markdown(["loss", "of it", "target", "raw prediction", "who", "ULP"], missed, 5))


if __name__ == "__main__":
    main()
