"""Numbers: a formula made a function of arrays that keeps its digits and its limits.

The way is expression -> stable expression (`stable`, over the operations in `nodes`) -> program (`lower`, with the
`forms` of those operations) -> source and function, by one backend or another. A backend is imported when it is first
asked for.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sympy import Indexed, IndexedBase, Symbol, sympify

from cesym.numeric.function import BACKENDS, Lambdified, built
from cesym.numeric.loss import lambdify_loss
from cesym.numeric.programs.lower import Output
from cesym.numeric.signature import Request
from cesym.parse import parse

__all__ = ["BACKENDS", "Lambdified", "lambdify", "lambdify_loss"]


def lambdify(
    args: Any,
    expr: Any,
    backend: str = "numpy",
    *,
    given: Any = (),
    axes: Mapping[Symbol, Any] | None = None,
    check: bool = True,
    threads: int = 1,
) -> Lambdified:
    """A function of arrays that computes ``expr`` in a stable form: the counterpart of `sympy.lambdify`.

    ``args`` is a letter or a sequence of letters: a symbol is one number a sample; a family has one trailing
    axis for each of its indices, summed over or kept as the expression says. Axes before these are samples and
    broadcast as in NumPy. A free index, as j in q[j]/p[j], is a trailing axis of the result; ``axes`` gives
    their order, and the length, as in {j: C}, where no argument has it. ``expr`` may be a string, or a tuple of
    expressions to compute in one pass. The length of an axis, such as N or C, is read off the arrays.

    Domain: at its ends the limit is computed (0*log(0) is 0, a term of weight 0 counts 0); NaN in, NaN out.
    What ``given`` and the assumptions of a symbol say about a single letter is checked in numbers, ends
    included; ``check=False`` leaves that out, here or in a call.
    ``threads`` shares large arrays among threads (NumPy, numba).
    Shapes and types: float32 in, float32 out; Python numbers, integers and bools take the type of the rest, or
    float64; without axes the result is a NumPy scalar. Inputs are not changed, and nothing warns.
    Raises: ValueError or TypeError in one sentence; ImportError where the backend is not installed.

    >>> from cesym.symbols import C, c, p, q
    >>> from sympy import Sum, log
    >>> f = lambdify((q, p), -Sum(q[c]*log(p[c]), (c, 1, C)))
    >>> print(f([[0, 1], [0.5, 0.5]], [[0, 1], [0.25, 0.75]]))
    [0.         0.83698822]
    >>> print(f.code[f.code.index("def f("):f.code.index("def f_in")].strip())
    def f(q, p):
        t1 = np.log(p)
        return (0.0 - np.sum(np.where((q == 0.0) & (t1 == t1), 0.0, q * t1), axis=-1),)
    >>> print(f.report)
    weighted log: log(p[c])*q[c] -> weighted(q[c], log(p[c]))
    """
    args = list(args) if isinstance(args, Sequence) else [args]
    for arg in args:
        if not isinstance(arg, (Symbol, IndexedBase, Indexed)):
            raise TypeError(f"args must be symbols, families or entries such as p[i]; got {arg!r}")
    if len(set(map(str, args))) < len(args):
        raise ValueError(f"args must be different letters; got {', '.join(map(str, args))}")
    if isinstance(expr, (tuple, list)) and not expr:
        raise ValueError("expr must have at least one expression; got an empty tuple")
    entries = {arg: Symbol(str(arg), real=True) for arg in args if isinstance(arg, Indexed)}

    def read(e: Any) -> Any:
        if isinstance(e, (tuple, list)):
            return tuple(map(read, e))
        if isinstance(e, str):
            e = parse(e, {str(arg): arg for arg in args if not isinstance(arg, Indexed)})
        return Output(sympify(e).xreplace(entries))

    letters = [entries.get(arg, arg) for arg in args]
    sizes = {index: sympify(size) for index, size in (axes or {}).items()}
    names = list(map(str, args))
    return built(
        Request("f", letters, names, read(expr), given, sizes, check=check, threads=threads), backend
    )
