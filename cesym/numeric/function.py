"""From formulas to one callable: signature, stable forms, a backend's source, and the report on all of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

from sympy import Expr, Indexed, KroneckerDelta, Pow, Symbol, exp, log

from cesym.numeric.lower import Output
from cesym.numeric.rewritings import Known
from cesym.numeric.signature import Place, Request, Signature, read_signature
from cesym.numeric.stable import Rewriting, stabilise
from cesym.numeric.writer import Names

__all__ = ["BACKENDS", "Lambdified", "Request", "built"]

BACKENDS = {"numpy": "cesym.numeric.numpy_backend"}


@dataclass(frozen=True)
class Lambdified:
    """A function of arrays: call it; `code` is the source that runs, `report` says how it came about.

    A loss over classes has a second function, for targets that are integer labels; `code` shows both.
    """

    name: str
    arguments: tuple[str, ...]
    code: str
    report: str
    check: bool
    outputs: Any = field(repr=False)
    functions: tuple[Callable[..., Any], ...] = field(repr=False)
    are_labels: Callable[..., bool] = field(repr=False)

    def __call__(self, *values: Any, check: bool | None = None) -> Any:
        if len(values) != len(self.arguments):
            expected = f"{len(self.arguments)} arguments ({', '.join(self.arguments)})"
            raise TypeError(f"{self.name} takes {expected}; got {len(values)}")
        with_labels = len(self.functions) > 1 and self.are_labels(values[0], values[1:])
        results = self.functions[with_labels](values, self.check if check is None else check)
        return nested(self.outputs, iter(results))

    def __repr__(self) -> str:
        return f"<{self.name}({', '.join(self.arguments)}): .code is what runs, .report what was rewritten>"


def built(request: Request, backend: str) -> Lambdified:
    """The function that a request asks for, from one backend.

    Raises: ValueError for an unknown backend; ImportError for one that is not installed.
    """
    if backend not in BACKENDS:
        raise ValueError(f"backend must be one of {', '.join(map(repr, BACKENDS))}; got {backend!r}")
    module = import_module(BACKENDS[backend])
    signature = signature_of(request)
    codes, functions, used, kept = [], [], [], []
    for own, outputs, classes in variants(request, signature):

        def stable(one: Output, known: Known = Known(own.variables, classes)) -> Output:
            expr, rewritings = stabilise(one.expr, known)
            used.extend(rewritings)
            kept.extend(naive(expr, known))
            return one._replace(expr=expr)

        code, function = module.build(identifier(request.name), own, [stable(one) for one in leaves(outputs)], request)
        codes.append(code)
        functions.append(function)
    return Lambdified(
        request.name,
        tuple(request.labels),
        "\n\n".join(codes),
        report(used, kept),
        request.check,
        request.outputs,
        tuple(functions),
        module.are_labels,
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


def leaves(outputs: Any) -> Iterator[Output]:
    if isinstance(outputs, Output):
        yield outputs
    else:
        for one in outputs:
            yield from leaves(one)


def naive(expr: Expr, known: Known) -> list[Expr]:
    """The logarithms, exponentials and general powers of compound terms that no rule has touched."""
    kept = [e for e in expr.atoms(log, exp, Pow) if known.vary(e) and not e.args[0].is_Atom]
    return [e for e in kept if not (isinstance(e, Pow) and e.exp == 2) and not isinstance(e.args[0], Indexed)]


def report(used: Sequence[Rewriting], kept: Sequence[Expr]) -> str:
    lines = [f"{one.rule}: {one.before} -> {one.after}" for one in used]
    lines += [f"printed as it stands: {e}" for e in sorted(set(kept), key=str)]
    return "\n".join(dict.fromkeys(lines)) or "printed as it stands"
