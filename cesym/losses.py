"""The textbook losses, typed by hand: what the derivations must arrive at.

=============================  ===============  ==========  ==============================================
loss                           target           prediction  for one sample
=============================  ===============  ==========  ==============================================
``bce``                        k in [0, 1]      p           -(k log p + (1 - k) log(1 - p))
``bce_with_logits``            k in [0, 1]      z           the same of p = 1/(1 + exp(-z))
``cross_entropy``              q[1], ..., q[C]  p[c]        -(sum over the classes of q[c] log p[c])
``cross_entropy_with_logits``  q[1], ..., q[C]  z[c]        the same of p[c] = exp(z[c])/(sum of exp(z[j]))
``squared_error``              x                mu          (x - mu)**2
``gaussian_nll``               x                mu and v    log(2 pi v)/2 + (x - mu)**2/(2 v)
=============================  ===============  ==========  ==============================================

Where p is 0 or 1 a formula has no value, and no derivation claims one. That a function of arrays takes 0 log 0 for 0
and the limits of all else there is the convention of `cesym.numeric`; `tests/test_accuracy.py` holds it to that.

This module imports neither the likelihoods nor the theorems. Otherwise a derivation would compare a formula
with itself.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sympy import Add, Expr, IndexedBase, Sum, Symbol, log, pi

from cesym import symbols
from cesym.display import expression_latex, expression_text
from cesym.links import fresh_index, sigmoid, softmax
from cesym.symbols import C, c, p, q, scalar, v, z

if TYPE_CHECKING:
    from cesym.numeric import Lambdified

__all__ = [
    "Loss", "bce", "bce_with_logits", "cross_entropy", "cross_entropy_with_logits", "gaussian_nll", "squared_error",
]  # fmt: skip


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
        from cesym.derivation import derivative

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


_k, _p, _x, _mu, _z = (scalar(family) for family in (symbols.k, symbols.p, symbols.x, symbols.mu, symbols.z))

bce = Loss(
    name="bce",
    target=_k,
    prediction=_p,
    expr=-(_k * log(_p) + (1 - _k) * log(1 - _p)),
    domain=(_p > 0, _p < 1, _k >= 0, _k <= 1),
    convention="Natural logarithm (nats), one sample, no reduction; k is hard (0 or 1) or soft (between).",
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation 4.90",
)

bce_with_logits = Loss(
    name="bce_with_logits",
    target=_k,
    prediction=_z,
    expr=-(_k * log(sigmoid(_z)) + (1 - _k) * log(1 - sigmoid(_z))),
    domain=(_k >= 0, _k <= 1),
    convention="Natural logarithm (nats), one sample, no reduction; k is hard or soft, z the logit of p(k = 1).",
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation 4.90 with 4.87",
)

cross_entropy = Loss(
    name="cross_entropy",
    target=q,
    prediction=p,
    expr=-Sum(q[c] * log(p[c]), (c, 1, C)),
    domain=((p[c] > 0, (c, 1, C)), (p[c] < 1, (c, 1, C)), (q[c] >= 0, (c, 1, C)), (q[c] <= 1, (c, 1, C))),
    convention="Natural logarithm (nats), one sample, no reduction; classes 1 to C, the last index.",
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation 4.108",
)

cross_entropy_with_logits = Loss(
    name="cross_entropy_with_logits",
    target=q,
    prediction=z,
    expr=-Sum(q[c] * log(softmax(z, c, C)), (c, 1, C)),
    domain=((q[c] >= 0, (c, 1, C)), (q[c] <= 1, (c, 1, C))),
    convention="Natural logarithm (nats), one sample, no reduction; classes 1 to C, the last index.",
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation 4.108 with 4.104",
)

squared_error = Loss(
    name="squared_error",
    target=_x,
    prediction=_mu,
    expr=(_x - _mu) ** 2,
    domain=(),
    convention="Without a half; one sample, no reduction.",
    source="Hastie, Tibshirani & Friedman, The Elements of Statistical Learning (2009), section 2.4",
)

gaussian_nll = Loss(
    name="gaussian_nll",
    target=_x,
    prediction=_mu,
    expr=log(2 * pi * v) / 2 + (_x - _mu) ** 2 / (2 * v),
    domain=(),
    convention="Natural logarithm (nats), with the constant log(2 pi)/2; v is the variance; no reduction.",
    source="Nix & Weigend, Estimating the mean and variance of the target probability distribution (1994)",
    parameters=(v,),
)
