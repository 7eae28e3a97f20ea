"""Source for any namespace of the Array API: the namespace is the first argument of a function."""

import ast
from collections.abc import Sequence

from cesym.numeric.array_api import helpers
from cesym.numeric.arrays.vector import VectorWriter
from cesym.numeric.programs.code import Code, code, function, returned, statement, used
from cesym.numeric.programs.lower import Lowered, Output
from cesym.numeric.programs.program import Value, denominators
from cesym.numeric.signature import Signature

__all__ = ["ArrayApiWriter"]

SPELLED = {"step": "xp.astype(_0, dtype)"} | {name: f"{name}(xp, _0)" for name in ("lgamma", "digamma", "log1p")}
PYTHON = ("add", "sub", "mul", "neg")  # the same for numbers and for arrays


class ArrayApiWriter(VectorWriter):
    """The namespace is the first argument, and no number widens an array."""

    def __init__(self, program: Lowered, signature: Signature) -> None:
        super().__init__(program, signature, xp="xp", reserved=("device", *helpers.__all__), **SPELLED)
        floating = (a for a, one in zip(self.arguments, signature.arguments, strict=True) if one.place is None)
        self.like = next(floating, "")

    def function(self, name: str, outputs: Sequence[Output]) -> ast.stmt:
        """A function that returns its results as a tuple; each has the axes of its output."""
        pairs = zip(self.lowered.results, outputs, strict=True)
        results = [self.widened(value, output.axes) for value, output in pairs]
        body = [*self.lines, returned(results)]
        start = []
        if "dtype" in used(*body):
            start.append(statement(f"dtype = {self.like}.dtype"))
        for n in sorted(denominators(self.lowered.results)):
            if self.signature.arguments[n].low == 0:
                # 1/-0.0 would have the wrong sign.
                start.append(statement("_0 = xp.where(_0 == 0.0, 0.0, _0)", code(self.arguments[n])))
        return function(name, ["xp", *self.arguments], [*start, *body])

    def seen(self, one: Value, where: Value) -> Code:
        # Functions take arrays: one of several numbers must be one.
        numbers = where.args[1:] if where.op in ("where", "guard") else where.args
        if one is numbers[0] and where.op not in PYTHON and all(other.op == "const" for other in numbers):
            return code(f"constant(xp, _0, {self.like})", self.text(one))
        if merged(one, where):
            return code("rounded(xp, _0)", super().seen(one, where))
        return super().seen(one, where)

    def of_far(self, value: Value) -> Code:
        return code("-690.0 if dtype == xp.float64 else -80.0")

    def of_float(self, value: Value) -> Code:
        if value.args[0].op == "size":
            return code(f"constant(xp, _0, {self.like})", self.text(value.args[0]))
        return code("xp.astype(_0, dtype)", self.text(value.args[0]))

    def of_arange(self, value: Value) -> Code:
        return code(f"arange(xp, _0, {self.like})", self.length(self.lowered.program.sizes[value.data]))

    def of_take(self, value: Value) -> Code:
        body, label = value.args
        row = self.widened(body, (*value.axes, value.data))
        return code("take(xp, _0, _1)", row, self.seen(label, value))


def merged(one: Value, where: Value) -> bool:
    """Whether XLA merges two operations into others: (t + a) + b into t + (a + b), and (t/a)/b into t/(a*b)."""
    if where.op == "div":
        return is_quotient(one)
    return all(value.op in ("add", "sub") and any(x.op == "const" for x in value.args) for value in (one, where))


def is_quotient(value: Value) -> bool:
    return value.op == "div" or (value.op in ("where", "guard") and any(map(is_quotient, value.args[1:])))
