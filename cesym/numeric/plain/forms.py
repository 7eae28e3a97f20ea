"""A program made plain before it is printed for Python's floats: forms as calls with a name, and what cannot raise.

On one number a branch costs nothing, and each operation that is left out is time won and a line read faster.
"""

from math import inf

from cesym.numeric.programs.lower import Lowered
from cesym.numeric.programs.program import Program, Value, is_const, ordered
from cesym.numeric.signature import Signature

__all__ = ["Signs", "plain"]

BOUND = 1e100


def plain(lowered: Lowered, signature: Signature) -> Lowered:
    """The same program with `weighted`, `xdivy`, `dominated` and `difference` for the guards that they stand for."""
    b = lowered.program
    made: dict[int, Value] = {}
    for value in ordered(lowered.results):
        args = tuple(made[id(one)] for one in value.args)
        same = b.made(value.op, args, value.data, value.axes)
        made[id(value)] = without_overflow(same, signature) or simpler(b, same)
    return lowered._replace(results=tuple(made[id(one)] for one in lowered.results))


def simpler(b: Program, value: Value) -> Value:
    args = value.args
    if value.op == "guard":
        return guarded(b, *args) or value
    if value.op == "negabs":
        return b.op("neg", simpler(b, abs(args[0])))
    if value.op == "abs" and args[0].op == "neg":
        return abs(args[0].args[0])
    return value


def without_overflow(value: Value, signature: Signature) -> Value | None:
    """What is left of a value that looks for an overflow, of arguments whose range does not allow one."""
    if value.op == "mul" and is_const(value.args[1], 1):
        return value.args[0]
    if value.op in ("where", "guard") and value.args[0].op == "eq":
        size, limit = value.args[0].args
        if size.op == "abs" and is_const(limit, inf) and is_bounded(size.args[0], signature):
            return value.args[2]
    return None


def is_bounded(value: Value, signature: Signature) -> bool:
    """Whether a value is a sum of small constants and of arguments with a range of small numbers."""
    if value.op == "const":
        return abs(value.data) < BOUND
    if value.op == "input":
        argument = signature.arguments[value.data[0]]
        ends = [-inf if argument.low is None else argument.low, inf if argument.high is None else argument.high]
        return max(map(abs, ends)) < BOUND
    return value.op in ("add", "sub", "neg", "abs") and all(is_bounded(one, signature) for one in value.args)


def guarded(b: Program, condition: Value, instead: Value, value: Value) -> Value | None:
    """The call that a guard stands for. Its condition is built again: equal values are one value."""
    if len(value.args) != 2:
        return None
    one, other = value.args
    if value.op in ("mul", "div") and is_const(instead, 0) and condition is one.equals(0) & other.equals(other):
        return b.op("weighted" if value.op == "mul" else "xdivy", one, other)
    endless = simpler(b, abs(one)).equals(inf)
    if value.op == "add" and instead is one and condition is endless & other.equals(other):
        return b.op("dominated", one, other)
    if value.op == "sub" and is_const(instead, 0) and condition is one.equals(other):
        return b.op("difference", one, other)
    return None


class Signs:
    """What is known of a value's sign, NaN aside, without looking at the arguments: `check` may be off."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, int], bool] = {}

    def is_nonnegative(self, value: Value) -> bool:
        return self.ask("nonnegative", value)

    def is_nonpositive(self, value: Value) -> bool:
        return self.ask("nonpositive", value)

    def is_positive(self, value: Value) -> bool:
        return self.ask("positive", value)

    def ask(self, what: str, value: Value) -> bool:
        key = what, id(value)
        if key not in self.known:
            self.known[key] = getattr(self, f"find_{what}")(value)
        return self.known[key]

    def find_nonnegative(self, value: Value) -> bool:
        args = value.args
        if value.op == "const":
            return value.data >= 0
        if value.op in ("exp", "abs", "step", "cosh"):
            return True
        if value.op in ("add", "min", "weighted", "sum", "prod", "sqrt", "log1p"):
            return all(map(self.is_nonnegative, args))
        if value.op in ("where", "guard"):
            return all(map(self.is_nonnegative, args[1:]))
        if value.op == "max":
            return any(map(self.is_nonnegative, args))
        if value.op == "mul":
            return args[0] is args[1] or all(map(self.is_nonnegative, args))
        return value.op == "div" and self.is_nonnegative(args[0]) and self.is_positive(args[1])

    def find_nonpositive(self, value: Value) -> bool:
        args = value.args
        if value.op == "const":
            return value.data <= 0
        if value.op in ("neg", "negabs"):
            return value.op == "negabs" or self.is_nonnegative(args[0])
        if value.op == "min":
            return any(map(self.is_nonpositive, args))
        if value.op in ("sub", "difference"):
            one, other = args
            least = one.op == "min" and other.op == "max" and set(one.args) == set(other.args)
            return least or (other.op == "amax" and other.args[0] is one)
        return False

    def find_positive(self, value: Value) -> bool:
        args = value.args
        if value.op == "const":
            return value.data > 0
        if value.op == "add":
            return any(map(self.is_positive, args)) and all(map(self.is_nonnegative, args))
        return value.op in ("where", "guard") and all(map(self.is_positive, args[1:]))
