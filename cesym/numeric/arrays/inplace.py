"""Source over blocks of NumPy arrays that allocates little: every operation writes into scratch or into the result.

The samples of a block are the last axis, after those of the classes: along it arrays are long and the operations of a
few classes still fast. Guards are left out: they mend what is NaN or infinite, so a block whose results are finite
needs none of them.
"""

from collections import defaultdict
from typing import Any

from cesym.numeric.arrays.vector import FUNCTIONS, VectorWriter
from cesym.numeric.programs.lower import Lowered
from cesym.numeric.programs.program import COMPARISONS, Value, ordered
from cesym.numeric.signature import Signature

__all__ = ["InPlaceWriter", "unguarded"]

UFUNCS = dict(zip(FUNCTIONS, FUNCTIONS, strict=True)) | {
    "add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative", "max": "maximum",
    "min": "minimum", "pow": "power", "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal",
    "eq": "equal", "ne": "not_equal", "and": "logical_and", "or": "logical_or", "not": "logical_not",
}  # fmt: skip
REDUCING = {"sum": "total", "prod": "np.prod", "amax": "np.max"}
PLAIN = ("const", "far", "input", "label", "place", "size", "arange")


def unguarded(lowered: Lowered) -> Lowered:
    """The program without its guards, but for those that a condition depends on: it could hide what is wrong."""
    made: dict[int, Value] = {}
    for value in ordered(lowered.results):
        args = [made[id(one)] for one in value.args]
        if value.op == "where":
            args[0] = value.args[0]
        same = lowered.program.made(value.op, tuple(args), value.data, value.axes)
        made[id(value)] = args[2] if value.op == "guard" else same
    return lowered._replace(results=tuple(made[id(one)] for one in lowered.results))


class InPlaceWriter(VectorWriter):
    """Call `function` once; then `scratch` says which arrays it needs: (axes, kind) of each."""

    classes_last = False

    def __init__(self, lowered: Lowered, signature: Signature, **spelled: str) -> None:
        super().__init__(unguarded(lowered), signature, **spelled)
        self.scratch: list[tuple[tuple[Any, ...], str]] = []
        self.scratch_names: list[str] = []
        self.free: dict[Any, list[str]] = defaultdict(list)
        self.register: dict[int, str] = {}

    def function(self, name: str) -> str:
        results = self.lowered.results
        outs = [self.names.fresh("out" if len(results) == 1 else f"out{n}") for n in range(len(results))]
        last = {id(arg): n for n, value in enumerate(ordered(results)) for arg in value.args}
        target = {
            id(value): out
            for value, out, axes in zip(results, outs, self.lowered.axes, strict=True)
            if value.axes == axes and value.op not in PLAIN and not is_allocated(value)
        }
        merged = {id(value.args[0]) for value in ordered(results) if self.is_compared(value)}
        for n, value in enumerate(ordered(results)):
            if value.op not in PLAIN and id(value) not in merged:
                self.statement(value, target.get(id(value)), n, last)
        for value, out, axes in zip(results, outs, self.lowered.axes, strict=True):
            if target.get(id(value)) != out:
                self.lines.append(f"{out}[...] = {self.widened(value, axes)}")
        parameters = ", ".join([*self.arguments, *outs, *self.scratch_names])
        body = "".join(f"    {line}\n" for line in self.lines)
        return f"def {name}({parameters}):\n{body}"

    def worth_a_name(self, value: Value, text: str) -> bool:
        return False

    def statement(self, value: Value, out: str | None, n: int, last: dict[int, int]) -> None:
        dying = [one for one in dict.fromkeys(value.args) if last[id(one)] == n and id(one) in self.register]
        own = (value.axes, value.kind)
        if is_allocated(value):
            text, _ = self.render(value)
            self.named[id(value)] = self.names.fresh(f"n{n}")
            self.lines.append(f"{self.named[id(value)]} = {text}")
            return self.release(dying)
        may_overwrite = value.op in UFUNCS
        if out is None:
            if may_overwrite:
                self.release([one for one in dying if (one.axes, one.kind) == own])
                dying = [one for one in dying if (one.axes, one.kind) != own]
            out = self.free[own].pop() if self.free[own] else self.new(own)
            self.register[id(value)] = out
        self.lines.append(self.instruction(value, out))
        self.named[id(value)] = out
        self.release(dying)

    def is_compared(self, value: Value) -> bool:
        """Whether a comparison can write its 0.0 or 1.0 at once: nothing else needs it."""
        return value.op == "step" and value.args[0].op in COMPARISONS and self.uses[id(value.args[0])] == 1

    def release(self, values: list[Value]) -> None:
        for one in values:
            self.free[one.axes, one.kind].append(self.register[id(one)])

    def new(self, own: Any) -> str:
        self.scratch.append(own)
        self.scratch_names.append(self.names.fresh(f"s{len(self.scratch) - 1}"))
        return self.scratch_names[-1]

    def instruction(self, value: Value, out: str) -> str:
        args = [self.seen(one, value) for one in value.args]
        if value.op in UFUNCS:
            return f"np.{UFUNCS[value.op]}({', '.join(args)}, out={out})"
        if value.op in ("where", "guard"):
            return f"select({', '.join(args)}, out={out})"
        if value.op == "negabs":
            return f"np.copysign({args[0]}, -1.0, out={out})"
        if self.is_compared(value):
            (condition,) = value.args
            texts = [self.widened(one, value.axes) for one in condition.args]
            return f"np.{UFUNCS[condition.op]}({', '.join(texts)}, out={out})"
        if value.op in ("step", "float"):
            return f"np.copyto({out}, {args[0]})"
        (body,) = value.args
        return f"{REDUCING[value.op]}({self.text(body)}, axis={self.position(body, value.data)}, out={out})"


def is_allocated(value: Value) -> bool:
    """Whether a value comes as a new array, which the function that makes it cannot write into another."""
    return value.kind == "int" or value.op in ("take", "lgamma", "digamma")
