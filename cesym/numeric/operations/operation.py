"""What an operation is: a function that SymPy leaves alone, its meaning, and how it is computed."""

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any

import sympy as sp
from sympy import Expr, Function, Indexed

__all__ = ["Node", "operation", "unfolded"]


class Node(Function):
    """A function that SymPy leaves alone."""

    form: Any = None
    elementwise = ""
    logarithm = False

    def meaning(self) -> Expr:
        raise NotImplementedError

    def _eval_is_extended_real(self) -> bool:
        return True


def operation(meaning: Callable[..., Expr] | None = None, **kinds: Any) -> Any:
    """The class of nodes that mean this, with what is said of how they are computed."""
    if meaning is None:
        return lambda meaning: operation(meaning, **kinds)
    parameters = signature(meaning).parameters.values()
    if all(one.kind is not Parameter.VAR_POSITIONAL for one in parameters):
        kinds["nargs"] = len(parameters)
    if "form" in kinds:
        kinds["form"] = staticmethod(kinds["form"])
    own = {"meaning": lambda self: meaning(*self.args), "__doc__": meaning.__doc__, "__module__": meaning.__module__}
    return type(meaning.__name__, (Node,), own | kinds)


def unfolded(e: Any) -> Any:
    """The expression with each node replaced by what it means over the reals; nothing else is simplified.

    >>> from cesym.numeric.operations.nodes import log1p
    >>> unfolded(log1p(sp.Symbol("t")))
    log(t + 1)
    """
    if not e.args or isinstance(e, Indexed):
        return e
    args = [unfolded(part) for part in e.args]
    if isinstance(e, Node):
        return e.func(*args).meaning()
    if all(one is other for one, other in zip(args, e.args, strict=True)):
        return e
    kept = isinstance(e, sp.Add | sp.Mul | sp.Pow | sp.exp | sp.log | sp.Piecewise)
    return e.func(*args, evaluate=False) if kept else e.func(*args)
