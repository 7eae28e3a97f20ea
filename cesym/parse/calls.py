"""Functions, sums, products, cases and derivatives of a syntax tree, as SymPy."""

import ast
from collections.abc import Callable

import sympy as sp

from cesym.parse.build import (
    absolute,
    bounded,
    countable,
    delta,
    exponential,
    logarithm,
    power,
    relation,
)  # fmt: skip
from cesym.parse.reader import CONSTANTS, INDICES, SHARED, Reader, SideBySide

__all__ = ["LineReader"]

NAMED_RELATIONS = {"Eq": sp.Eq, "Ne": sp.Ne, "Lt": sp.Lt, "Le": sp.Le, "Gt": sp.Gt, "Ge": sp.Ge}
MANY = 50


def sigmoid(z: sp.Expr) -> sp.Expr:
    return 1 / (1 + exponential(-z))


FUNCTIONS: dict[str, tuple[int, int, str | Callable[..., sp.Expr]]] = {
    **dict.fromkeys(("Sum", "sum", "Product", "prod"), (2, MANY, "call_big")),
    "mean": (2, 4, "call_mean"), "Piecewise": (1, MANY, "call_piecewise"),
    "Derivative": (2, 5, "call_derivative"), "Rational": (1, 2, "call_rational"),
    **dict.fromkeys(NAMED_RELATIONS, (2, 2, "call_relation")), **dict.fromkeys(("And", "Or"), (2, MANY, "call_logic")),
    "log": (1, 2, logarithm), "ln": (1, 1, logarithm), "log2": (1, 1, lambda x: logarithm(x, sp.Integer(2))),
    "log10": (1, 1, lambda x: logarithm(x, sp.Integer(10))), "exp": (1, 1, exponential),
    "sigmoid": (1, 1, sigmoid),
    "sqrt": (1, 1, lambda x: power(x, sp.S.Half)), "Abs": (1, 1, absolute), "abs": (1, 1, absolute),
    "KroneckerDelta": (2, 2, delta), "delta": (2, 2, delta),
    **dict.fromkeys(("binomial", "binom"), (2, 2, bounded(sp.binomial))),
    "factorial": (1, 1, bounded(sp.factorial)), **dict.fromkeys(("gamma", "Gamma"), (1, 1, bounded(sp.gamma))),
    "loggamma": (1, 1, bounded(sp.loggamma)), **dict.fromkeys(("beta", "B"), (2, 2, bounded(sp.beta))),
    **dict.fromkeys(("Max", "max"), (2, MANY, sp.Max)), **dict.fromkeys(("Min", "min"), (2, MANY, sp.Min)),
    "cosh": (1, 1, sp.cosh), "sinh": (1, 1, sp.sinh), "tanh": (1, 1, sp.tanh), "expit": (1, 1, sigmoid),
    "logistic": (1, 1, sigmoid), "log1p": (1, 1, lambda x: logarithm(1 + x)),
    "expm1": (1, 1, lambda x: exponential(x) - 1),
    "softplus": (1, 1, lambda x: logarithm(1 + exponential(x))),
}  # fmt: skip


class LineReader(Reader):
    """Reads calls too, of the functions that are listed and of no others."""

    functions = FUNCTIONS

    def read_Call(self, node: ast.Call) -> sp.Basic:
        if not isinstance(node.func, ast.Name):
            raise SideBySide
        name = node.func.id
        if name == "sigma" and name not in self.scope:  # σ(z); a product is typed with *
            name = "sigmoid"
        if node.keywords or any(isinstance(arg, ast.Starred) for arg in node.args):
            raise self.refuse(node, f"{name} takes no keywords and no stars.")
        if name in self.scope or not (name in self.functions or name in self.definitions):
            letter = any(name in known for known in (self.scope, self.names, SHARED, CONSTANTS))
            if letter or self.underscored(node.func) is not None:
                raise SideBySide
            raise self.refuse(node, self.unknown(name, "function"))
        least, most, build = self.definitions.get(name) or self.functions[name]
        if not least <= len(node.args) <= most:
            wanted = f"{least}" if least == most else f"at least {least}" if most == MANY else f"{least} or {most}"
            raise self.refuse(node, f"{name} takes {wanted} argument{'s' * (wanted != '1')}, not {len(node.args)}.")
        if name in self.definitions:
            try:
                return self.definitions[name][2](*map(self.whole, node.args))
            except TypeError as error:
                raise self.refuse(node, f"{name}: {error}.") from None
        if isinstance(build, str):
            return getattr(self, build)(node)
        return self.real(node, build, *map(self.number, node.args))

    def whole(self, node: ast.AST) -> sp.Basic:
        """An argument of a definition: a family without an index is all of it, H(q, p) of two distributions."""
        family = self.letter(node) if isinstance(node, ast.Name) and not self.underscored(node) else None
        return family if isinstance(family, sp.IndexedBase) else self.number(node)

    def call_mean(self, node: ast.Call) -> sp.Expr:
        """A sum over a range, divided by the number of its terms."""
        total = self.call_big(node)
        if not isinstance(total, sp.Sum) or len(total.limits) != 1:
            raise self.refuse(node, "A mean has one range: mean(x[i], (i, 1, N)).")
        (_, low, high) = total.limits[0]
        return self.real(node, lambda: total / (high - low + 1))

    def call_big(self, node: ast.Call) -> sp.Expr:
        """``Sum`` and ``Product``: limits in the order of SymPy, the first the innermost."""
        outside = self.scope
        limits: list[tuple] = []
        ranges = node.args[1:]
        if len(ranges) == 3 and isinstance(ranges[0], ast.Name):  # Sum(x[i], i, 1, N)
            ranges = [ast.Tuple(ranges, **{at: getattr(ranges[0], at) for at in ("lineno", "col_offset")})]
        for limit in reversed(ranges):
            if not (isinstance(limit, ast.Tuple) and len(limit.elts) == 3 and isinstance(limit.elts[0], ast.Name)):
                raise self.refuse(limit, "A range is typed (i, 1, N): the letter, the first value, the last value.")
            name = limit.elts[0].id
            if any(name == bound.name for bound, *_ in limits):
                raise self.refuse(limit, f"The letter {name} is bound twice.")
            ends = [self.end(end) for end in limit.elts[1:]]
            bound = self.bound(name)
            self.scope = {**self.scope, name: bound}
            limits.append((bound, *ends))
        body = self.number(node.args[0])
        self.scope = outside
        big = sp.Product if node.func.id in ("Product", "prod") else sp.Sum  # type: ignore[attr-defined]
        value = self.real(node, big, body, *reversed(limits))
        with self.building(node):
            countable(value)
        return value

    def end(self, node: ast.AST) -> sp.Expr:
        value = self.number(node)
        plain = sp.Add, sp.Mul, sp.Rational, sp.Symbol, sp.Indexed, sp.IndexedBase
        known = all(isinstance(part, plain) for part in sp.preorder_traversal(value))
        if (value.is_number and not value.is_Integer) or not known:
            raise self.refuse(node, "The end of a range is a whole number or a size: N, 2*N - 1, n[i].")
        return value

    def bound(self, name: str) -> sp.Symbol:
        own = self.names.get(name)
        if isinstance(own, sp.Symbol) and own.is_integer:
            return own
        return INDICES[name] if name in INDICES and own is None else sp.Symbol(name, integer=True)

    def call_piecewise(self, node: ast.Call) -> sp.Expr:
        pairs = []
        for pair in node.args:
            if not (isinstance(pair, ast.Tuple) and len(pair.elts) == 2):
                raise self.refuse(pair, "A case is typed (value, condition), the last one (value, True).")
            value, when = self.number(pair.elts[0]), self.condition(pair.elts[1])
            if when.has(sp.Sum, sp.Product, sp.Piecewise, sp.Derivative):
                # SymPy simplifies conditions as soon as the cases stand in a sum.
                raise self.refuse(pair.elts[1], "A condition compares plain terms, without sums and cases.")
            pairs.append((value, when))
        with self.building(node):
            return sp.Piecewise(*pairs, evaluate=False)

    def call_derivative(self, node: ast.Call) -> sp.Expr:
        body, variables = self.number(node.args[0]), []
        for variable in node.args[1:]:
            pair = isinstance(variable, ast.Tuple) and len(variable.elts) == 2
            parts = getattr(variable, "elts", []) if pair else [variable]
            x, times = [*map(self.number, parts), sp.S.One][:2]
            if not isinstance(x, sp.Symbol | sp.Indexed) or times not in range(1, 9):
                raise self.refuse(variable, "A derivative is taken in a letter, Derivative(f, p[i]) or (f, (p[i], 2)).")
            variables.append((x, times))
        return self.real(node, sp.Derivative, body, *variables)

    def call_rational(self, node: ast.Call) -> sp.Expr:
        values = [self.number(arg) for arg in node.args]
        if not all(isinstance(value, sp.Rational) for value in values):
            raise self.refuse(node, "Rational takes numbers.")
        return self.real(node, lambda p, q=sp.S.One: sp.Mul(p, sp.Pow(q, -1)), *values)

    def call_relation(self, node: ast.Call) -> sp.Basic:
        left, right = map(self.number, node.args)
        return relation(NAMED_RELATIONS[node.func.id], left, right)  # type: ignore[attr-defined]

    def call_logic(self, node: ast.Call) -> sp.Basic:
        parts = [self.condition(arg) for arg in node.args]
        with self.building(node):
            return {"And": sp.And, "Or": sp.Or}[node.func.id](*parts)  # type: ignore[attr-defined]
