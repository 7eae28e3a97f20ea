"""The function of arrays behind a loss: its derivatives, their reduction, label smoothing."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sympy import Expr, Indexed, IndexedBase, Rational, Symbol, sympify

from cesym.numeric.function import Lambdified, built
from cesym.numeric.programs.lower import Output
from cesym.numeric.signature import Request

if TYPE_CHECKING:
    from cesym.losses import Loss

__all__ = ["lambdify_loss"]


def lambdify_loss(
    loss: "Loss",
    backend: str = "numpy",
    derivative: int | tuple[int, ...] | None = None,
    reduction: str | None = None,
    check: bool = True,
    *,
    label_smoothing: float = 0,
    threads: int = 1,
) -> Lambdified:
    """The function of arrays behind `Loss.lambdify`, which says what the arguments mean.

    >>> from cesym.losses import squared_error
    >>> print(lambdify_loss(squared_error, reduction="mean")([1, 2], [1, 4]))
    2.0
    """
    orders = derivative if isinstance(derivative, tuple) else (derivative or 0,)
    if not orders or not all(order in (0, 1, 2) for order in orders):
        raise ValueError(f"derivative must be None, 0, 1, 2 or a tuple of these numbers; got {derivative!r}")
    if reduction not in (None, "sum", "mean"):
        raise ValueError(f"reduction must be None, 'sum' or 'mean'; got {reduction!r}")
    shared: list[tuple[Symbol, ...]] = [()] * len(loss.parameters)
    first, second = [loss.axes[:1], *shared], [loss.axes[1:], *shared]

    smooth = smoothing(loss, label_smoothing)

    def outputs(order: int) -> Any:
        if order == 0:
            return Output(smooth(loss.expr))
        if order == 1:
            return row(loss.gradient(), first)
        table = loss.hessian() if shared else (loss.hessian(),)
        rows = tuple(row(values, [one + two for two in second]) for values, one in zip(table, first, strict=True))
        return rows if shared else rows[0]

    def row(values: Any, axes: Sequence[tuple[Symbol, ...]]) -> Any:
        pairs = zip(values if shared else (values,), axes, strict=True)
        made = tuple(Output(smooth(sympify(value)), own, derivative=True) for value, own in pairs)
        return made if shared else made[0]

    letters = [loss.target, loss.prediction, *loss.parameters]
    kinds = ["target", "prediction", *["parameter"] * len(shared)]
    classes = loss.classes
    request = Request(
        loss.name,
        letters,
        [f"{kind} {letter}" for kind, letter in zip(kinds, letters, strict=True)],
        tuple(map(outputs, orders)) if isinstance(derivative, tuple) else outputs(*orders),
        loss.domain,
        {index: classes[1] for index in loss.axes[: max(orders)]} if classes else {},
        loss.target if isinstance(loss.target, IndexedBase) else None,
        reduction,
        check,
        threads,
    )
    return built(request, backend)


def smoothing(loss: "Loss", share: float) -> Callable[[Expr], Expr]:
    """Replaces a target by its mixture with equal shares for all classes: (1 - share) of it, share for the rest."""
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share < 1:
        raise ValueError(f"label_smoothing must be a number from 0 to less than 1; got {share!r}")
    if share == 0:
        return lambda e: e
    exact = Rational(str(share))
    if loss.classes:
        size = loss.classes[1]
        return lambda e: e.replace(
            lambda part: isinstance(part, Indexed) and part.base == loss.target,
            lambda part: (1 - exact) * part + exact / size,
        )
    if not {loss.target >= 0, loss.target <= 1} <= set(loss.domain):
        raise ValueError(f"label_smoothing is for targets that are probabilities; got a {loss.name} with {loss.target}")
    return lambda e: e.xreplace({loss.target: (1 - exact) * loss.target + exact / 2})
