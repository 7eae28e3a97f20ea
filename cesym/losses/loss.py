"""A loss: the formula for one sample, with its target, its prediction and where it holds."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sympy import Add, Expr, IndexedBase, Sum, Symbol

from cesym import symbols
from cesym.links import fresh_index
from cesym.losses.derivative import derivative
from cesym.notation.cards import expression_latex, expression_text
from cesym.symbols import scalar

if TYPE_CHECKING:
    from cesym.numeric import Lambdified

__all__ = ["Loss"]


@dataclass(frozen=True, repr=False)
class Loss:
    """The loss of one sample: a formula in a target, a prediction and perhaps further parameters.

    ``target`` and ``prediction`` are symbols, or families over the classes. ``parameters`` are predicted too
    but shared by the samples in `over`, such as a variance. ``domain`` holds facts, as ``given=`` takes them;
    what the assumptions of a symbol say already is not repeated. Numbers are checked against its closure.
    """

    name: str
    target: Symbol | IndexedBase
    prediction: Symbol | IndexedBase
    expr: Expr
    domain: tuple[Any, ...]
    convention: str
    source: str
    parameters: tuple[Symbol, ...] = ()

    def over(self, i: Symbol, N: Any, mean: bool = False) -> Expr:
        """The sum of this loss over the samples i = 1..N, divided by N with ``mean=True``.

        Target and prediction become families with the sample index first; parameters stay shared. A minus
        common to all terms stands in front of the sum.

        >>> from cesym.symbols import N, i
        >>> from cesym.losses import bce, cross_entropy, squared_error
        >>> squared_error.over(i, N, mean=True)
        Sum((-mu[i] + x[i])**2, (i, 1, N))/N
        >>> bce.over(i, N)
        -Sum((1 - k[i])*log(1 - p[i]) + log(p[i])*k[i], (i, 1, N))
        >>> cross_entropy.over(i, N)
        -Sum(log(p[i, c])*q[i, c], (c, 1, C), (i, 1, N))
        """
        one = self.expr
        for bound in (limit[0] for total in one.atoms(Sum) for limit in total.limits):
            if bound == i:
                one = one.xreplace({bound: fresh_index(one, i, N)})
        for name in (self.target, self.prediction):
            if isinstance(name, IndexedBase):
                one = one.replace(
                    lambda e, name=name: e.is_Indexed and e.base == name,
                    lambda e, name=name: name[(i, *e.indices)],
                )
            else:
                one = one.xreplace({name: _family(name)[i]})
        negative = all(term.could_extract_minus_sign() for term in Add.make_args(one))
        total = -Sum(-one, (i, 1, N)) if negative else Sum(one, (i, 1, N))
        return total / N if mean else total

    def __repr__(self) -> str:
        return f"{self.name}({self.target}, {self.prediction}) = {expression_text(self.expr)}   [{self.convention}]"

    def _repr_markdown_(self) -> str:
        name = self.name.replace("_", r"\_")
        letters = ", ".join(map(expression_latex, map(_letter, (self.target, self.prediction, *self.parameters))))
        return rf"**{name}** $\ell({letters}) = {expression_latex(self.expr)}$ · {self.convention}"

    def gradient(self) -> Any:
        """The derivative in the prediction, derived by the kernel; with parameters, one for each of them too.

        For a loss over classes it is the derivative in the prediction for class j, a free index.
        """
        _, first = self._variables()
        return _only(tuple(self._derivative(self.expr, one) for one in first))

    def hessian(self) -> Any:
        """The second derivative in the prediction, derived by the kernel.

        With parameters it is the symmetric table of them all; over classes, the derivative in the
        predictions for the classes j and m, two free indices.
        """
        second, first = self._variables()
        return _only(
            tuple(
                _only(tuple(self._derivative(self._derivative(self.expr, one), two) for two in second)) for one in first
            )
        )

    def lambdify(
        self,
        backend: str = "numpy",
        derivative: int | tuple[int, ...] | None = None,
        reduction: str | None = None,
        check: bool = True,
        *,
        label_smoothing: float = 0,
        threads: int = 1,
    ) -> "Lambdified":
        """A numerically stable function ``f(target, prediction, *parameters)`` of arrays, by elements.

        ``derivative`` is None or 0 for the loss, 1 for the gradient, 2 for the Hessian, or a tuple of these
        for several in one pass. ``reduction`` is None, "sum" or "mean", over all samples; a derivative is then
        the one of the sum or mean in the prediction of each sample, so "mean" divides it by their number.

        ``label_smoothing`` replaces each target q[c] by (1 - ε) q[c] + ε/K with K the number of classes (for one
        probability k, K = 2: by (1 - ε) k + ε/2). ``threads`` shares large arrays among threads, for NumPy and numba.

        Shapes: broadcast as NumPy does; classes are the last axis, and class targets are probabilities of
        the same shape or integer labels, 0 to C - 1 as in arrays, with one dimension less.
        Raises: ValueError or TypeError, in one sentence, for input outside the closure of the domain; with
        ``check=False`` such input gives NaN or nonsense.

        >>> from cesym.losses import bce
        >>> f = bce.lambdify()
        >>> print(f([0, 1, 1], [0.5, 0.25, 1.0]))
        [0.69314718 1.38629436 0.        ]
        """
        from cesym.numeric import lambdify_loss

        return lambdify_loss(
            self, backend, derivative, reduction, check,
            label_smoothing=label_smoothing, threads=threads,
        )  # fmt: skip

    @property
    def classes(self) -> tuple[Symbol, Expr] | None:
        """The class index and the number of classes, or None for a loss without classes."""
        if not isinstance(self.prediction, IndexedBase):
            return None
        for total in sorted(self.expr.atoms(Sum), key=str):
            for index, lower, upper in total.limits:
                if lower == 1 and self.prediction[index] in total.function.atoms(type(self.prediction[index])):
                    return index, upper
        raise ValueError(f"the loss {self.name} has no sum over the classes 1..C of {self.prediction}")

    @property
    def axes(self) -> tuple[Symbol, ...]:
        """The free indices of the gradient (the first) and of the Hessian (both); none without classes."""
        if self.classes is None:
            return ()
        j = fresh_index(self.expr)
        return j, fresh_index(self.expr, j)

    def _variables(self) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """What the second and the first derivative are taken in."""
        if not self.axes:
            return ((self.prediction, *self.parameters),) * 2
        j, m = (self.prediction[index] for index in self.axes)
        return (m, *self.parameters), (j, *self.parameters)

    def _derivative(self, expr: Expr, variable: Any) -> Expr:
        given = list(self.domain)
        if self.classes is not None:
            size = self.classes[1]
            named = [index for index in self.axes if index in expr.free_symbols | variable.free_symbols]
            given += [fact for index in named for fact in (index >= 1, index <= size)]
        return derivative(expr, variable, given)


def _letter(letter: Symbol | IndexedBase) -> Symbol:
    return letter if isinstance(letter, Symbol) else scalar(letter)


def _only(values: tuple[Any, ...]) -> Any:
    return values[0] if len(values) == 1 else values


def _family(letter: Symbol) -> IndexedBase:
    """The family of the same name: ours where there is one, else one with the same assumptions."""
    ours = getattr(symbols, letter.name, None)
    if isinstance(ours, IndexedBase) and scalar(ours) == letter:
        return ours
    return IndexedBase(letter.name, **letter._assumptions_orig)
