"""Straight-line programs: what a formula is made of before a backend prints it.

A `Value` is one operation on earlier values. Its ``axes`` are the trailing axes that it has beside the samples, in
one order for the whole program; an operation on values with different axes broadcasts. Equal values are one value:
what occurs twice is computed once.
"""

from collections.abc import Iterable, Iterator
from functools import reduce
from math import inf
from typing import Any

from sympy import Expr, Symbol

__all__ = ["COMPARISONS", "REDUCTIONS", "Program", "Value", "denominators", "is_const", "ordered"]

COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")
REDUCTIONS = ("sum", "prod", "amax", "argmax")
BOOLEAN = {*COMPARISONS, "and", "or", "not"}
INTEGER = {"argmax", "arange", "label", "place", "shift", "size"}
EXACT = ("input", "label", "size", "arange", "place", "shift", "float", "step", "take")
ROUNDED_ONCE = ("add", "sub", "max", "min")  # and 0 only where the result is: there is no underflow in a sum
ODD = ("neg", "abs", "negabs", "sqrt", "expm1", "log1p", "sin", "sinh", "tan", "tanh", "sign")  # 0 where t is


class Value:
    """One operation. ``data`` is what it needs beside its arguments: a number, a letter, an axis."""

    __slots__ = ("args", "axes", "data", "op", "program")

    def __init__(self, program: "Program", op: str, args: tuple["Value", ...], data: Any, axes: tuple[Symbol, ...]):
        self.program, self.op, self.args, self.data, self.axes = program, op, args, data, axes

    @property
    def kind(self) -> str:
        """ "float", "bool" or "int"."""
        if self.op in BOOLEAN:
            return "bool"
        return "int" if self.op in INTEGER else "float"

    def __repr__(self) -> str:
        return f"{self.op}{self.args}" if self.args else f"{self.op}:{self.data}"

    def __add__(self, other: Any) -> "Value":
        return self.program.add(self, other)

    def __radd__(self, other: Any) -> "Value":
        return self.program.add(other, self)

    def __sub__(self, other: Any) -> "Value":
        return self.program.op("sub", self, other)

    def __rsub__(self, other: Any) -> "Value":
        return self.program.op("sub", other, self)

    def __mul__(self, other: Any) -> "Value":
        return self.program.mul(self, other)

    def __rmul__(self, other: Any) -> "Value":
        return self.program.mul(other, self)

    def __truediv__(self, other: Any) -> "Value":
        return self.program.op("div", self, other)

    def __rtruediv__(self, other: Any) -> "Value":
        return self.program.op("div", other, self)

    def __neg__(self) -> "Value":
        if self.op == "abs":
            return self.program.op("negabs", *self.args)
        return self.program.op("neg", self)

    def __abs__(self) -> "Value":
        return self.program.op("abs", self)

    def __gt__(self, other: Any) -> "Value":
        return self.program.op("gt", self, other)

    def __ge__(self, other: Any) -> "Value":
        return self.program.op("ge", self, other)

    def __lt__(self, other: Any) -> "Value":
        return self.program.op("lt", self, other)

    def __le__(self, other: Any) -> "Value":
        return self.program.op("le", self, other)

    def __and__(self, other: Any) -> "Value":
        return self.program.op("and", self, other)

    def __or__(self, other: Any) -> "Value":
        return self.program.op("or", self, other)

    def equals(self, other: Any) -> "Value":
        return self.program.op("eq", self, other)

    @property
    def is_nan(self) -> "Value":
        return self.program.op("ne", self, self)


class Program:
    """Builds values, each of them once."""

    def __init__(self) -> None:
        self.values: dict[Any, Value] = {}
        self.order: list[Symbol] = []
        self.sizes: dict[Symbol, Expr] = {}

    def axis(self, index: Symbol, size: Expr) -> None:
        """Make an axis known; the order of these calls is the order of axes in arrays."""
        if index not in self.sizes:
            self.order.append(index)
        self.sizes[index] = size

    def const(self, number: float) -> Value:
        return self.made("const", (), float(number), ())

    def input(self, position: int, axes: Iterable[Any]) -> Value:
        """An argument, its trailing axes named by indices or picked from by integers."""
        own = tuple(axes)
        names = tuple(a for a in self.order if a in own)
        return self.made("input", (), (position, own), names)

    def leaf(self, op: str, data: Any, axes: tuple[Symbol, ...] = ()) -> Value:
        return self.made(op, (), data, axes)

    def op(self, name: str, *args: Any, data: Any = None) -> Value:
        """An operation by elements; a function of one number has its own name, such as "exp"."""
        values = tuple(self.value(a) for a in args)
        own = {axis for value in values for axis in value.axes}
        return self.made(name, values, data, tuple(a for a in self.order if a in own))

    def reduce(self, name: str, value: Value, axis: Symbol) -> Value:
        """A sum, product, maximum or the place of the (first) maximum along an axis."""
        return self.made(name, (value,), axis, tuple(a for a in value.axes if a != axis))

    def take(self, value: Value, label: Value, axis: Symbol) -> Value:
        """The entry of a value number label (from 0) along an axis."""
        own = {*value.axes, *label.axes} - {axis}
        return self.made("take", (value, label), axis, tuple(a for a in self.order if a in own))

    def where(self, condition: Value, one: Any, other: Any) -> Value:
        return self.op("where", condition, one, other)

    def guard(self, condition: Value, instead: Any, value: Value) -> Value:
        """``value``, and ``instead`` where the condition holds: there value is NaN or infinite, or it is the same.

        A backend may leave guards out and put them back where a result is not finite.
        """
        return self.op("guard", condition, instead, value)

    def zero(self, value: Value) -> Value | None:
        """Where a value is 0 as given, or its limit is, and not for having underflowed; None for nowhere."""
        factor = self.zero_factor(value)
        # 0*NaN and 0*inf have a factor that is 0, and are none.
        return factor if factor is None or factor is value.equals(0) else factor & value.equals(0)

    def zero_factor(self, value: Value) -> Value | None:
        """Where a factor of a value is 0 as given."""
        op, args = value.op, value.args
        if op in EXACT or (op in (*ROUNDED_ONCE, "log") and all(map(is_exact, args))):
            return value.equals(0)
        if op in ODD or op == "div":
            return self.zero_factor(args[0])
        if op == "mul":
            return self.any(*map(self.zero_factor, args))
        if op == "pow":
            base = self.zero_factor(args[0])
            return base & (args[1] > 0) if base is not None else None
        if op in ("where", "guard"):
            sides = ((args[1], args[0]), (args[2], self.op("not", args[0])))
            found = [(side if is_const(one, 0) else self.zero_factor(one), side) for one, side in sides]
            return self.any(*(zero if zero is side or zero is None else zero & side for zero, side in found))
        if op == "exp":
            given = [abs(one).equals(inf) for one in ordered(args) if one.op == "input"]
            infinite = self.any(*given)
            return infinite & args[0].equals(-inf) if infinite is not None else None
        return None

    def any(self, *conditions: Value | None) -> Value | None:
        """Where one of some conditions holds; those that are None hold nowhere."""
        found = [one for one in conditions if one is not None]
        return reduce(lambda one, other: one | other, found) if found else None

    def step(self, condition: Value) -> Value:
        """1.0 where the condition holds, else 0.0."""
        return self.op("step", condition)

    def add(self, one: Any, other: Any) -> Value:
        one, other = self.value(one), self.value(other)
        if is_const(one, 0):
            return other
        return one if is_const(other, 0) else self.op("add", one, other)

    def mul(self, one: Any, other: Any) -> Value:
        one, other = self.value(one), self.value(other)
        if is_const(one, 1):
            return other
        return one if is_const(other, 1) else self.op("mul", one, other)

    def value(self, given: Any) -> Value:
        return given if isinstance(given, Value) else self.const(given)

    def made(self, op: str, args: tuple[Value, ...], data: Any, axes: tuple[Symbol, ...]) -> Value:
        # repr tells 0.0 from -0.0.
        key = (op, tuple(map(id, args)), repr(data) if op == "const" else data, axes)
        if key not in self.values:
            self.values[key] = Value(self, op, args, data, axes)
        return self.values[key]


def is_exact(value: Value) -> bool:
    """Whether a value is not rounded: an input, a constant, up to its sign."""
    return value.op in (*EXACT, "const") or (value.op in ("neg", "abs", "negabs") and is_exact(value.args[0]))


def is_const(value: Value, number: float) -> bool:
    return value.op == "const" and value.data == number


def denominators(results: Iterable[Value]) -> frozenset[int]:
    """The arguments that something is divided by: 1/-0.0 would have the wrong sign."""
    below = [value.args[1] for value in ordered(results) if value.op in ("div", "pow")]
    return frozenset(value.data[0] for value in ordered(below) if value.op == "input")


def ordered(results: Iterable[Value]) -> Iterator[Value]:
    """All values that the results need, each after its arguments."""
    seen: set[int] = set()
    stack = [(one, False) for one in reversed(list(results))]
    while stack:
        value, ready = stack.pop()
        if ready:
            yield value
        elif id(value) not in seen:
            seen.add(id(value))
            stack.append((value, True))
            stack.extend((one, False) for one in reversed(value.args))
