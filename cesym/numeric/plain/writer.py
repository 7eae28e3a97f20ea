"""Source over Python's own floats: one sample at a time, its axes as lists."""

from typing import Any

from cesym.numeric.plain import helpers
from cesym.numeric.plain.forms import Signs, plain
from cesym.numeric.programs.lower import Lowered
from cesym.numeric.programs.program import Value, ordered
from cesym.numeric.programs.writer import ATOM, COMPARISON, OPERATORS, PRODUCT, SUM, Names, Writer
from cesym.numeric.signature import Signature

__all__ = ["PlainWriter"]

CHOICE = 0
FUNCTIONS = ("cos", "cosh", "digamma", "exp", "expm1", "lgamma", "log", "log1p", "sign", "sin", "sinh", "sqrt", "tan")
FROM_MATH = ("exp", "expm1", "inf", "isnan", "log", "log1p", "nan", "prod", "sqrt", "tanh")
TAKEN = ("Fraction", "abs", "copysign", "float", "len", "libmp", "map", "math", "max", "min", "next", "range", "sum")
JOINED = ("and", "or")
PLACES = ("take", "shift", "eq", "ne")
TEMPLATES = {name: f"{name}({{0}})" for name in (*FUNCTIONS, "abs", "float", "tanh")} | {
    "step": "float({0})",
    "pow": "power({0}, {1})",
    **{name: f"{name}({{0}}, {{1}})" for name in ("weighted", "xdivy", "dominated", "difference")},
}


class PlainWriter(Writer):
    """A value with axes is written as its entry at the letters of these axes, and named as a list over them."""

    def __init__(self, lowered: Lowered, signature: Signature) -> None:
        names = Names(*TAKEN, *FROM_MATH, *helpers.__all__)
        super().__init__(plain(lowered, signature), names, TEMPLATES)
        self.signature, self.signs = signature, Signs()
        self.arguments = [names.fresh(argument.letter.name) for argument in signature.arguments]
        self.letters: dict[Any, str] = {}
        self.lengths: dict[Any, str] = {}
        self.lists: dict[int, str] = {}
        # Names that Python's own function has: math.exp serves where none of the exponentials can overflow.
        self.safe = set(FROM_MATH) - {value.op for value in ordered(self.lowered.results) if self.may_raise(value)}

    def function(self, name: str) -> str:
        """A function of one sample; several results come as a tuple."""
        pairs = zip(self.lowered.results, self.lowered.axes, strict=True)
        texts = [self.result(value, axes) for value, axes in pairs]
        body = "".join(f"    {line}\n" for line in (*self.lines, f"return {', '.join(texts)}"))
        return f"def {name}({', '.join(self.arguments)}):\n{body}"

    def result(self, value: Value, axes: tuple[Any, ...]) -> str:
        text = self.assign(value, self.render(value)[0]) if self.is_worked_out_once(value, axes) else self.text(value)
        if value.axes == axes and id(value) in self.lists and self.uses[id(value)] == 1:
            return self.lists[id(value)]
        return self.table(f"float({text})" if value.kind != "float" else text, axes)

    def may_raise(self, value: Value) -> bool:
        """Whether Python's own function would raise for some numbers."""
        if value.op in ("exp", "expm1"):
            return not self.signs.is_nonpositive(value.args[0])
        if value.op in ("log1p", "sqrt"):
            return not self.signs.is_nonnegative(value.args[0])
        if value.op == "log":
            return not self.signs.is_positive(value.args[0])
        return value.op == "div" and not self.signs.is_positive(value.args[1])

    # Axes

    def letter(self, axis: Any) -> str:
        if axis not in self.letters:
            self.letters[axis] = self.names.fresh(axis.name)
        return self.letters[axis]

    def length(self, size: Any) -> str:
        """The number of entries of an axis, read off the first list that has it."""
        if size.is_Integer:
            return str(size)
        if size not in self.lengths:
            text = self.read_length(size)
            self.lengths[size] = self.names.fresh(size.name)
            self.lines.append(f"{self.lengths[size]} = {text}")
        return self.lengths[size]

    def read_length(self, size: Any) -> str:
        for name, argument in zip(self.arguments, self.signature.arguments, strict=True):
            if size in argument.sizes:
                for _ in range(argument.sizes.index(size)):
                    name = f"({name} or [[]])[0]"
                return f"len({name})"
        raise ValueError(f"expr: {size} is not the length of an axis of an argument")

    def table(self, text: str, axes: tuple[Any, ...]) -> str:
        """The list of an entry over axes, the last innermost."""
        for axis in reversed(axes):
            text = f"[{text} for {self.letter(axis)} in range({self.length(self.lowered.program.sizes[axis])})]"
        return text

    def entry(self, name: str, axes: tuple[Any, ...]) -> str:
        return name + "".join(f"[{a if isinstance(a, int) else self.letter(a)}]" for a in axes)

    def assign(self, value: Value, text: str, wanted: str = "") -> str:
        name = super().assign(value, self.table(text, value.axes), wanted)
        self.lists[id(value)] = name
        self.named[id(value)] = self.entry(name, value.axes)
        return self.named[id(value)]

    def is_worked_out_once(self, value: Value, axes: tuple[Any, ...]) -> bool:
        """Whether a value needs a name before the comprehension in which it would be computed again and again."""
        if value.axes == axes or id(value) in self.named:
            return False
        return bool(value.args) and value.op not in ("float", "shift")

    def seen(self, one: Value, where: Value, level: int = CHOICE) -> str:
        if self.is_worked_out_once(one, where.axes):
            return self.assign(one, self.render(one)[0])
        if one.op == "label" and where.op not in PLACES:
            return f"float({self.text(one)})"
        if one.op == "const" and where.op in OPERATORS and repr(one.data) == f"{one.data:.0f}.0" and one.data < 1e6:
            if any(other.op != "const" for other in where.args):
                return f"{one.data:.0f}" if one.data >= 0 or level <= SUM else f"({one.data:.0f})"
        return self.text(one, level)

    # Operations

    def render(self, value: Value) -> tuple[str, int]:
        if value.op == "const":
            return repr(value.data), SUM if value.data < 0 else ATOM
        if value.op == "div" and self.may_raise(value):
            return f"over({self.seen(value.args[0], value)}, {self.seen(value.args[1], value)})", ATOM
        if value.op in ("eq", "ne") and value.args[0] is value.args[1]:
            text = f"isnan({self.seen(value.args[0], value)})"
            return (text, ATOM) if value.op == "ne" else (f"not {text}", COMPARISON)
        return super().render(value)

    def of_input(self, value: Value) -> tuple[str, int]:
        position, own = value.data
        return self.entry(self.arguments[position], own), ATOM

    def of_label(self, value: Value) -> tuple[str, int]:
        return self.entry(self.arguments[value.data], value.axes), ATOM

    def of_place(self, value: Value) -> tuple[str, int]:
        return str(value.data), ATOM if value.data >= 0 else SUM

    def of_shift(self, value: Value) -> tuple[str, int]:
        sign, size = ("-", -value.data) if value.data < 0 else ("+", value.data)
        return f"{self.text(value.args[0], PRODUCT)} {sign} {size}", SUM

    def of_size(self, value: Value) -> tuple[str, int]:
        return self.length(value.data), ATOM

    def of_arange(self, value: Value) -> tuple[str, int]:
        return self.letter(value.data), ATOM

    def of_and(self, value: Value) -> tuple[str, int]:
        return f" {value.op} ".join(self.seen(one, value, COMPARISON) for one in value.args), CHOICE

    of_or = of_and

    def of_not(self, value: Value) -> tuple[str, int]:
        return f"not {self.seen(value.args[0], value, COMPARISON)}", COMPARISON

    def of_where(self, value: Value) -> tuple[str, int]:
        condition, one, other = value.args
        case = self.seen(condition, value, CHOICE if condition.op in JOINED else COMPARISON)
        return f"{self.seen(one, value, COMPARISON)} if {case} else {self.seen(other, value)}", CHOICE

    of_guard = of_where

    def of_max(self, value: Value) -> tuple[str, int]:
        # Python's max keeps its first argument unless a later one is larger: a NaN that stands first.
        first, second = sorted(value.args, key=lambda one: one.op == "const")
        name = value.op if second.op == "const" else {"max": "maximum", "min": "minimum"}[value.op]
        return f"{name}({self.seen(first, value)}, {self.seen(second, value)})", ATOM

    of_min = of_max

    def of_sum(self, value: Value) -> tuple[str, int]:
        name = {"sum": "fsum", "amax": "amax", "argmax": "argmax"}[value.op]
        return f"{name}({self.row(value.args[0], value.data)})", ATOM

    of_amax = of_argmax = of_sum

    def of_prod(self, value: Value) -> tuple[str, int]:
        return f"prod({self.row(value.args[0], value.data)}, start=1.0)", ATOM

    def row(self, body: Value, axis: Any) -> str:
        """The list of a value along one of its axes."""
        text = self.text(body)
        if id(body) in self.lists and body.axes[-1] == axis:
            return self.entry(self.lists[id(body)], body.axes[:-1])
        if body.op == "input" and body.data[1][-1] == axis:
            return self.entry(self.arguments[body.data[0]], body.data[1][:-1])
        return f"[{text} for {self.letter(axis)} in range({self.length(self.lowered.program.sizes[axis])})]"

    def of_take(self, value: Value) -> tuple[str, int]:
        body, label = value.args
        at = self.seen(label, value)
        if body.op == "input":
            position, own = body.data
            name = self.arguments[position]
        else:
            if id(body) not in self.lists:
                self.assign(body, self.render(body)[0])
            name, own = self.lists[id(body)], body.axes
        return name + "".join(f"[{at}]" if a == value.data else self.entry("", (a,)) for a in own), ATOM
