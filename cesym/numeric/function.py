"""From formulas to one callable: signature, stable forms, a backend's source, and the report on all of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sympy import Expr, Indexed, KroneckerDelta, Pow, Symbol, exp, log

from cesym.numeric.admitted import Rewriting, Rewritten, derivation, rewrite
from cesym.numeric.operations.nodes import OF_CLASSES
from cesym.numeric.programs.lower import Output, leaves
from cesym.numeric.programs.writer import Names
from cesym.numeric.rules.rewritings import Known
from cesym.numeric.signature import Place, Request, Signature, read_signature

if TYPE_CHECKING:
    from cesym.derivation import Derivation

__all__ = ["BACKENDS", "Lambdified", "Request", "built"]

BACKENDS = {
    "numpy": "cesym.numeric.arrays.numpy_backend",
    "numba": "cesym.numeric.loops.numba_backend",
    "array-api": "cesym.numeric.array_api.backend",
}


@dataclass(frozen=True, eq=False)
class Lambdified:
    """A function of arrays: call it; `code` is the source that runs, `report` says how it came about.

    A loss over classes has a second function, for targets that are integer labels; `code` shows both.
    `derivation` has the kernel admit the way from the formula to the stable form that the code computes:

    >>> from cesym.losses import bce_with_logits
    >>> d = bce_with_logits.lambdify(derivative=2).derivation()
    >>> [step.reason for step in d.steps]
    ['one plus exp', 'sigmoid', 'ratio of sigmoids']
    >>> d.exprs[-1], d.evidence
    (exp(-Abs(z))/(1 + exp(-Abs(z)))**2, 'CHECKED')
    """

    name: str
    arguments: tuple[str, ...]
    code: str
    rewritten: str = field(repr=False)
    check: bool
    outputs: Any = field(repr=False)
    functions: tuple[Callable[..., Any], ...] = field(repr=False)
    are_labels: Callable[..., bool] = field(repr=False)
    rewritings: tuple[tuple[Rewritten, ...], ...] = field(repr=False, default=())

    def __call__(self, *values: Any, check: bool | None = None) -> Any:
        if len(values) != len(self.arguments):
            expected = f"{len(self.arguments)} arguments ({', '.join(self.arguments)})"
            raise TypeError(f"{self.name} takes {expected}; got {len(values)}")
        with_labels = len(self.functions) > 1 and self.are_labels(values[0], values[1:])
        results = self.functions[with_labels](values, self.check if check is None else check)
        return nested(self.outputs, iter(results))

    @property
    def report(self) -> str:
        """What was rewritten; and who vouches for each derivative that automatic differentiation has asked for."""
        notes = [note for function in self.functions for note in getattr(function, "notes", ())]
        return "\n".join([self.rewritten, *dict.fromkeys(notes)])

    def derivation(self, output: int = 0, labels: bool = False) -> "Derivation":
        """From a formula to its stable form, each step admitted by the kernel; the reasons are those of `report`.

        ``output`` counts the results; with ``labels`` it is the function for integer labels.
        What the formula asks of its letters, such as x > 0 of log(x), is among what is given.
        Raises: StepRefused where the kernel does not show a step, or that a denominator is not 0;
        `cesym.kernel.Refused` for a function that it does not know, such as digamma.
        """
        return derivation(self.rewritings[labels][output])

    def __repr__(self) -> str:
        return f"<{self.name}({', '.join(self.arguments)}): .code is what runs, .report what was rewritten>"


def built(request: Request, backend: str) -> Lambdified:
    """The function that a request asks for, from one backend.

    Raises: ValueError for an unknown backend; ImportError for one that is not installed.
    """
    if backend not in BACKENDS:
        raise ValueError(f"backend must be one of {', '.join(map(repr, BACKENDS))}; got {backend!r}")
    if not isinstance(request.threads, int) or request.threads < 1:
        raise ValueError(f"threads must be a whole number from 1; got {request.threads!r}")
    try:
        module = import_module(BACKENDS[backend])
    except ModuleNotFoundError as error:
        missing = f"backend={backend!r} needs {error.name}, which is not installed"
        raise ImportError(f"{missing}: run `pip install {error.name}`") from None
    signature = signature_of(request)
    codes, functions, kept, done = [], [], [], []
    for own, outputs, classes in variants(request, signature):
        known = Known(own.variables, classes)
        rewritten = [rewrite(one.expr, known, own, request.given) for one in leaves(outputs)]
        done.append(tuple(rewritten))
        kept += [kept for one in rewritten for kept in naive(one.stable, known)]
        stables = [one._replace(expr=new.stable) for one, new in zip(leaves(outputs), rewritten, strict=True)]
        code, function = module.build(identifier(request.name), own, stables, replace(request, outputs=outputs))
        codes.append(code)
        functions.append(function)
    return Lambdified(
        request.name,
        tuple(request.labels),
        "\n\n".join(codes),
        report([used for rewritten in done for one in rewritten for used in one.used], kept),
        request.check,
        request.outputs,
        tuple(functions),
        module.are_labels,
        tuple(done),
    )


def identifier(name: str) -> str:
    """The name of a loss as Python accepts it."""
    return Names().fresh(name)


def nested(shape: Any, results: Iterator[Any]) -> Any:
    """The results, nested in tuples as the outputs are."""
    if isinstance(shape, Output):
        return next(results)
    return tuple(nested(one, results) for one in shape)


def signature_of(request: Request) -> Signature:
    exprs = [one.expr for one in leaves(request.outputs)]
    return read_signature(request.args, exprs, request.axes, request.labels, request.given)


def variants(request: Request, signature: Signature) -> Iterator[tuple[Signature, Any, frozenset[Expr]]]:
    """The function as asked for; and the one for integer labels in place of a family of probabilities.

    A label says which class has probability 1: q[c] is KroneckerDelta(c, label + 1), the label counted from 0.
    """
    classes = frozenset(signature.axes)

    def with_axes(one: Output) -> Output:
        return one if one.axes else one._replace(axes=tuple(a for a in signature.axes if a in one.expr.free_symbols))

    yield signature, mapped(with_axes, request.outputs), classes
    if request.labelled is None:
        return
    family, n = request.labelled, list(request.args).index(request.labelled)
    label = Symbol(family.label.name, integer=True, nonnegative=True)

    def one_hot(one: Output) -> Output:
        expr = one.expr.replace(
            lambda e: isinstance(e, Indexed) and e.base == family,
            lambda e: KroneckerDelta(e.indices[-1], label + 1),
        )
        return one._replace(expr=expr)

    outputs = mapped(one_hot, request.outputs)
    args = [label if arg == family else arg for arg in request.args]
    own = signature_of(replace(request, args=args, outputs=outputs))
    arguments = list(own.arguments)
    arguments[n] = replace(arguments[n], place=Place(signature.arguments[n].sizes[-1], 0))
    yield replace(own, arguments=tuple(arguments)), outputs, classes | {label + 1}


def mapped(change: Callable[[Output], Output], outputs: Any) -> Any:
    if isinstance(outputs, Output):
        return change(outputs)
    return tuple(mapped(change, one) for one in outputs)


def naive(expr: Expr, known: Known) -> list[Expr]:
    """The logarithms, exponentials and general powers of compound terms that no rule has touched.

    A power of two and a sign in front of an input change none of its digits.
    """
    if isinstance(expr, (Indexed, KroneckerDelta)):
        return []
    parts = expr.args[1:] if isinstance(expr, OF_CLASSES) else expr.args
    kept = [one for part in parts for one in naive(part, known)]
    power = isinstance(expr, Pow) and not expr.exp.is_Integer
    if not (power or isinstance(expr, (exp, log))) or not known.vary(expr):
        return kept
    (coefficient, base), exponent = expr.args[0].as_coeff_Mul(), expr.args[-1]
    exact = bool(log(abs(coefficient), 2).is_integer)
    return kept if exact and is_input(base) and (not power or exponent.is_number) else [*kept, expr]


def is_input(e: Expr) -> bool:
    return isinstance(e, (Symbol, Indexed))


def report(used: Sequence[Rewriting], kept: Sequence[Expr]) -> str:
    lines = [f"{one.rule}: {one.before} -> {one.after}" for one in used]
    lines += [f"printed as it stands: {e}" for e in sorted(set(kept), key=str)]
    return "\n".join(dict.fromkeys(lines)) or "printed as it stands"
