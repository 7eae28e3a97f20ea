"""Source for any namespace of the Array API: the namespace is the first argument of a function."""

from collections.abc import Sequence

from cesym.numeric.array_api import helpers
from cesym.numeric.arrays.vector import VectorWriter
from cesym.numeric.programs.lower import Lowered, Output
from cesym.numeric.programs.program import Value, denominators
from cesym.numeric.programs.writer import ATOM
from cesym.numeric.signature import Signature

__all__ = ["ArrayApiWriter"]

SPELLED = {"step": "xp.astype({0}, dtype)"} | {name: f"{name}(xp, {{0}})" for name in ("lgamma", "digamma", "log1p")}
PYTHON = ("add", "sub", "mul", "neg")  # the same for numbers and for arrays


class ArrayApiWriter(VectorWriter):
    """The namespace is the first argument, and no number widens an array."""

    def __init__(self, program: Lowered, signature: Signature) -> None:
        super().__init__(program, signature, xp="xp", reserved=("device", *helpers.__all__), **SPELLED)
        floating = (a for a, one in zip(self.arguments, signature.arguments, strict=True) if one.place is None)
        self.like = next(floating, "")

    def function(self, name: str, outputs: Sequence[Output]) -> str:
        """A function that returns its results as a tuple; each has the axes of its output."""
        pairs = zip(self.lowered.results, outputs, strict=True)
        texts = [self.widened(value, output.axes) for value, output in pairs]
        body = [*self.lines, f"return {', '.join(texts)},"]
        start = []
        if any("dtype" in line for line in body):
            start.append(f"dtype = {self.like}.dtype")
        for n in sorted(denominators(self.lowered.results)):
            if self.signature.arguments[n].low == 0:
                # 1/-0.0 would have the wrong sign.
                start.append("{0} = xp.where({0} == 0.0, 0.0, {0})".format(self.arguments[n]))
        lines = "".join(f"    {line}\n" for line in (*start, *body))
        return f"def {name}({', '.join(('xp', *self.arguments))}):\n{lines}"

    def seen(self, one: Value, where: Value, level: int = 0) -> str:
        # Functions take arrays: one of several numbers must be one.
        numbers = where.args[1:] if where.op in ("where", "guard") else where.args
        if one is numbers[0] and where.op not in PYTHON and all(other.op == "const" for other in numbers):
            return f"constant(xp, {self.text(one)}, {self.like})"
        if merged(one, where):
            return f"rounded(xp, {super().seen(one, where)})"
        return super().seen(one, where, level)

    def of_far(self, value: Value) -> tuple[str, int]:
        return "(-690.0 if dtype == xp.float64 else -80.0)", ATOM

    def of_float(self, value: Value) -> tuple[str, int]:
        if value.args[0].op == "size":
            return f"constant(xp, {self.text(value.args[0])}, {self.like})", ATOM
        return f"xp.astype({self.text(value.args[0])}, dtype)", ATOM

    def of_arange(self, value: Value) -> tuple[str, int]:
        return f"arange(xp, {self.length(self.lowered.program.sizes[value.data])}, {self.like})", ATOM

    def of_take(self, value: Value) -> tuple[str, int]:
        text, holds = super().of_take(value)
        return text.replace("take(", "take(xp, ", 1), holds


def merged(one: Value, where: Value) -> bool:
    """Whether XLA merges two operations into others: (t + a) + b into t + (a + b), and (t/a)/b into t/(a*b)."""
    if where.op == "div":
        return is_quotient(one)
    return all(value.op in ("add", "sub") and any(x.op == "const" for x in value.args) for value in (one, where))


def is_quotient(value: Value) -> bool:
    return value.op == "div" or (value.op in ("where", "guard") and any(map(is_quotient, value.args[1:])))
