"""Source over whole arrays, for NumPy or any namespace of the Array API."""

from collections.abc import Sequence
from typing import Any

from cesym.numeric.programs.code import Code, code
from cesym.numeric.programs.lower import Lowered
from cesym.numeric.programs.program import Value
from cesym.numeric.programs.writer import Names, Writer
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
        self.templates |= {name: f"{xp}.{name}(_0)" for name in FUNCTIONS} | {
            "where": f"{xp}.where(_0, _1, _2)",
            "guard": f"{xp}.where(_0, _1, _2)",
            "max": f"{xp}.maximum(_0, _1)",
            "min": f"{xp}.minimum(_0, _1)",
            "negabs": f"-{xp}.abs(_0)",
            "pow": f"{xp}.pow(_0, _1)",
            "lgamma": "lgamma(_0)",
            "digamma": "digamma(_0)",
            "not": "~_0",
            **spelled,
        }

    def seen(self, one: Value, where: Value) -> Code:
        return self.widened(one, where.axes)

    def widened(self, one: Value, axes: tuple[Any, ...]) -> Code:
        """A value among others with more axes: those that it lacks are axes of length 1."""
        if one.axes == axes or one.op in ("const", "far", "size", "place"):
            return self.text(one)
        lacking = [":" if a in one.axes else "None" for a in axes]
        if self.classes_last:
            return code(f"_0[..., {', '.join(lacking)}]", self.text(one))
        # Axes in front are not missed.
        while lacking and lacking[0] == "None":
            lacking.pop(0)
        return code(f"_0[{', '.join(lacking)}]", self.text(one)) if "None" in lacking else self.text(one)

    def of_input(self, value: Value) -> Code:
        position, own = value.data
        tree = code(self.arguments[position])
        fixed = [str(a) if isinstance(a, int) else ":" for a in own]
        if set(fixed) - {":"}:
            tree = code(f"_0[{', '.join(['...', *fixed] if self.classes_last else fixed)}]", tree)
        order = [a for a in own if not isinstance(a, int)]
        if order != list(value.axes):
            # The formula reads the axes in another order than the array has them.
            first = -len(order) if self.classes_last else 0
            moved = tuple(value.axes.index(a) + first for a in order)
            tree = code(f"{self.xp}.moveaxis(_0, {tuple(range(first, first + len(order)))}, {moved})", tree)
        return tree

    def of_label(self, value: Value) -> Code:
        return code(self.arguments[value.data])

    def of_place(self, value: Value) -> Code:
        return code(str(value.data))

    def of_shift(self, value: Value) -> Code:
        return code(f"_0 - {-value.data}" if value.data < 0 else f"_0 + {value.data}", self.text(value.args[0]))

    def of_size(self, value: Value) -> Code:
        return self.length(value.data)

    def of_arange(self, value: Value) -> Code:
        places = f"{self.xp}.arange(_0)" if self.classes_last else f"{self.xp}.arange(_0)[:, None]"
        return code(places, self.length(self.lowered.program.sizes[value.data]))

    def of_sum(self, value: Value) -> Code:
        return self.reduction(value, value.op)

    of_prod = of_sum

    def of_amax(self, value: Value) -> Code:
        return self.reduction(value, "max")

    def of_argmax(self, value: Value) -> Code:
        return self.reduction(value, "argmax")

    def reduction(self, value: Value, name: str) -> Code:
        (body,) = value.args
        return code(f"{self.xp}.{name}(_0, axis={self.position(body, value.data)})", self.text(body))

    def position(self, body: Value, axis: Any) -> int:
        return body.axes.index(axis) - (len(body.axes) if self.classes_last else 0)

    def of_take(self, value: Value) -> Code:
        # The axis that is taken from stands last: it was made for this.
        body, label = value.args
        row = self.widened(body, (*value.axes, value.data))
        return code(f"{'take' if self.classes_last else 'take_rows'}(_0, _1)", row, self.seen(label, value))

    def length(self, size: Any) -> Code:
        """The number of entries of an axis, read off the first array that has it."""
        if size.is_Integer:
            return code(str(size))
        for name, argument in zip(self.arguments, self.signature.arguments, strict=True):
            if size in argument.sizes:
                at = argument.sizes.index(size) - (len(argument.sizes) if self.classes_last else 0)
                return code(f"{name}.shape[{at}]")
        raise ValueError(f"expr: {size} is not the length of an axis of an argument")
