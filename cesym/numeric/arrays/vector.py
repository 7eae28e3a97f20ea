"""Source over whole arrays, for NumPy or any namespace of the Array API."""

from collections.abc import Sequence
from typing import Any

from cesym.numeric.programs.lower import Lowered
from cesym.numeric.programs.program import Value
from cesym.numeric.programs.writer import ATOM, PRODUCT, SUM, Names, Writer
from cesym.numeric.signature import Signature

__all__ = ["FUNCTIONS", "VectorWriter"]

FUNCTIONS = ("abs", "cos", "cosh", "exp", "expm1", "log", "log1p", "sign", "sin", "sinh", "sqrt", "tan", "tanh")


class VectorWriter(Writer):
    """Arrays carry the axes of a value as trailing axes; ``xp`` is the name of the namespace.

    With ``classes_last = False`` they carry them as leading axes, before one axis of samples.
    """

    classes_last = True

    def __init__(
        self, lowered: Lowered, signature: Signature, xp: str = "np", reserved: Sequence[str] = (), **spelled: str
    ) -> None:
        helpers = ("take", "take_rows", "select", "total", "gammaln", "lgamma", "digamma", "dtype", "float", *reserved)
        super().__init__(lowered, Names(xp, *helpers), {})
        self.xp, self.signature = xp, signature
        self.arguments = [self.names.fresh(a.letter.name) for a in signature.arguments]
        self.templates = {name: f"{xp}.{name}({{0}})" for name in FUNCTIONS} | {
            "where": f"{xp}.where({{0}}, {{1}}, {{2}})",
            "guard": f"{xp}.where({{0}}, {{1}}, {{2}})",
            "max": f"{xp}.maximum({{0}}, {{1}})",
            "min": f"{xp}.minimum({{0}}, {{1}})",
            "negabs": f"-{xp}.abs({{0}})",
            "pow": f"{xp}.pow({{0}}, {{1}})",
            "lgamma": "lgamma({0})",
            "digamma": "digamma({0})",
            **spelled,
        }

    def seen(self, one: Value, where: Value, level: int = 0) -> str:
        return self.widened(one, where.axes, level)

    def widened(self, one: Value, axes: tuple[Any, ...], level: int = 0) -> str:
        """A value among others with more axes: those that it lacks are axes of length 1."""
        if one.axes == axes or one.op in ("const", "far", "size", "place"):
            return self.text(one, level)
        lacking = [":" if a in one.axes else "None" for a in axes]
        if self.classes_last:
            return f"{self.text(one, ATOM)}[..., {', '.join(lacking)}]"
        # Axes in front are not missed.
        while lacking and lacking[0] == "None":
            lacking.pop(0)
        return f"{self.text(one, ATOM)}[{', '.join(lacking)}]" if "None" in lacking else self.text(one, level)

    def of_input(self, value: Value) -> tuple[str, int]:
        position, own = value.data
        text = self.arguments[position]
        fixed = [str(a) if isinstance(a, int) else ":" for a in own]
        if set(fixed) - {":"}:
            text += f"[{', '.join(['...', *fixed] if self.classes_last else fixed)}]"
        order = [a for a in own if not isinstance(a, int)]
        if order != list(value.axes):
            # The formula reads the axes in another order than the array has them.
            first = -len(order) if self.classes_last else 0
            moved = tuple(value.axes.index(a) + first for a in order)
            text = f"{self.xp}.moveaxis({text}, {tuple(range(first, first + len(order)))}, {moved})"
        return text, ATOM

    def of_label(self, value: Value) -> tuple[str, int]:
        return self.arguments[value.data], ATOM

    def of_place(self, value: Value) -> tuple[str, int]:
        return str(value.data), ATOM if value.data >= 0 else SUM

    def of_shift(self, value: Value) -> tuple[str, int]:
        sign, size = ("-", -value.data) if value.data < 0 else ("+", value.data)
        return f"{self.text(value.args[0], PRODUCT)} {sign} {size}", SUM

    def of_size(self, value: Value) -> tuple[str, int]:
        return self.length(value.data), ATOM

    def of_arange(self, value: Value) -> tuple[str, int]:
        text = f"{self.xp}.arange({self.length(self.lowered.program.sizes[value.data])})"
        return text if self.classes_last else f"{text}[:, None]", ATOM

    def of_and(self, value: Value) -> tuple[str, int]:
        sign = "&" if value.op == "and" else "|"
        return f" {sign} ".join(f"({self.seen(one, value)})" for one in value.args), 0

    of_or = of_and

    def of_not(self, value: Value) -> tuple[str, int]:
        return f"~({self.seen(value.args[0], value)})", SUM

    def of_sum(self, value: Value) -> tuple[str, int]:
        return self.reduction(value, value.op), ATOM

    of_prod = of_sum

    def of_amax(self, value: Value) -> tuple[str, int]:
        return self.reduction(value, "max"), ATOM

    def of_argmax(self, value: Value) -> tuple[str, int]:
        return self.reduction(value, "argmax"), ATOM

    def reduction(self, value: Value, name: str) -> str:
        (body,) = value.args
        return f"{self.xp}.{name}({self.text(body)}, axis={self.position(body, value.data)})"

    def position(self, body: Value, axis: Any) -> int:
        return body.axes.index(axis) - (len(body.axes) if self.classes_last else 0)

    def of_take(self, value: Value) -> tuple[str, int]:
        # The axis that is taken from stands last: it was made for this.
        body, label = value.args
        text = self.widened(body, (*value.axes, value.data), ATOM)
        return f"{'take' if self.classes_last else 'take_rows'}({text}, {self.seen(label, value)})", ATOM

    def length(self, size: Any) -> str:
        """The number of entries of an axis, read off the first array that has it."""
        if size.is_Integer:
            return str(size)
        for name, argument in zip(self.arguments, self.signature.arguments, strict=True):
            if size in argument.sizes:
                return f"{name}.shape[{argument.sizes.index(size) - (len(argument.sizes) if self.classes_last else 0)}]"
        raise ValueError(f"expr: {size} is not the length of an axis of an argument")
