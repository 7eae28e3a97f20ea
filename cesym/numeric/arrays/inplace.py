"""Source over blocks of NumPy arrays that allocates little: every operation writes into scratch or into the result.

The samples of a block are the last axis, after those of the classes: along it arrays are long and the operations of a
few classes still fast. Guards are left out: they mend what is NaN or infinite, so a block whose results are finite
needs none of them.
"""

import ast
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from cesym.numeric.arrays.vector import FUNCTIONS, VectorWriter
from cesym.numeric.programs.code import Code, function, statement
from cesym.numeric.programs.lower import Lowered
from cesym.numeric.programs.program import COMPARISONS, Value, ordered
from cesym.numeric.signature import Signature

__all__ = ["InPlaceWriter", "unguarded"]

UFUNCS = {name: f"np.{name}" for name in FUNCTIONS} | {
    "add": "np.add", "sub": "np.subtract", "mul": "np.multiply", "div": "np.divide", "neg": "np.negative",
    "max": "np.maximum", "min": "np.minimum", "pow": "np.power", "lt": "np.less", "le": "np.less_equal",
    "gt": "np.greater", "ge": "np.greater_equal", "eq": "np.equal", "ne": "np.not_equal", "and": "np.logical_and",
    "or": "np.logical_or", "not": "np.logical_not", "where": "select", "guard": "select",
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

    def function(self, name: str) -> ast.stmt:
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
                self.lines.append(statement(f"{out}[...] = _0", self.widened(value, axes)))
        return function(name, [*self.arguments, *outs, *self.scratch_names], self.lines)

    def worth_a_name(self, value: Value, tree: Code) -> bool:
        return False

    def statement(self, value: Value, out: str | None, n: int, last: dict[int, int]) -> None:
        dying = [one for one in dict.fromkeys(value.args) if last[id(one)] == n and id(one) in self.register]
        own = (value.axes, value.kind)
        if is_allocated(value):
            self.assign(value, self.render(value), f"n{n}")
            return self.release(dying)
        may_overwrite = value.op in UFUNCS and UFUNCS[value.op] != "select"
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

    def instruction(self, value: Value, out: str) -> ast.stmt:
        args = [self.seen(one, value) for one in value.args]
        if value.op in UFUNCS:
            return self.call(UFUNCS[value.op], args, out)
        if value.op == "negabs":
            return statement(f"np.copysign(_0, -1.0, out={out})", *args)
        if self.is_compared(value):
            (condition,) = value.args
            return self.call(UFUNCS[condition.op], [self.widened(one, value.axes) for one in condition.args], out)
        if value.op in ("step", "float"):
            return statement(f"np.copyto({out}, _0)", *args)
        (body,) = value.args
        axis = self.position(body, value.data)
        return statement(f"{REDUCING[value.op]}(_0, axis={axis}, out={out})", self.text(body))

    def call(self, name: str, args: Sequence[Code], out: str) -> ast.stmt:
        return statement(f"{name}({', '.join(f'_{n}' for n in range(len(args)))}, out={out})", *args)


def is_allocated(value: Value) -> bool:
    """Whether a value comes as a new array, which the function that makes it cannot write into another."""
    return value.kind == "int" or value.op in ("take", "lgamma", "digamma")
