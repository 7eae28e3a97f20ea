"""Source of fused loops over samples, for a compiler: every value is a number, and nothing but results is stored.

Along the axes of classes the loops stand outside the one over the samples of a block, so that the innermost loop runs
over independent samples and becomes vector code. What a later loop needs is kept for the block.
"""

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from cesym.numeric.programs.code import Code, code, entry, function, loop, statement, with_body
from cesym.numeric.programs.lower import Lowered
from cesym.numeric.programs.program import REDUCTIONS, Value, denominators, is_const, ordered
from cesym.numeric.programs.writer import Names, Writer
from cesym.numeric.signature import Signature

__all__ = ["LoopWriter"]

PLAIN = ("const", "far", "input", "label", "place", "shift", "size", "arange")
FUNCTIONS: tuple[str, ...] = ("cos", "cosh", "digamma", "exp", "exp_nonpositive", "expm1", "lgamma", "log", "log1p")
FUNCTIONS += ("log1p_unit", "sin", "sinh", "sqrt", "tan", "tanh")
TEMPLATES = {name: f"{name}(_0)" for name in FUNCTIONS} | {
    "abs": "abs(_0)",
    "negabs": "-abs(_0)",
    "float": "float(_0)",
    "guard": "choose(_0, _1, _2)",
    # NaN stays NaN.
    "max": "choose((_0 > _1) | (_0 != _0), _0, _1)",
    "min": "choose((_0 < _1) | (_0 != _0), _0, _1)",
    "not": "not _0",
    "pow": "_0 ** _1",
    "sign": "choose(_0 > 0.0, 1.0, choose(_0 < 0.0, -1.0, _0))",
    "step": "choose(_0, 1.0, 0.0)",
    "where": "choose(_0, _1, _2)",
}
# Values that another nest of loops computes again rather than reads again.
CHEAP: tuple[str, ...] = ("abs", "add", "and", "eq", "float", "ge", "gt", "guard", "le", "lt", "max", "min", "mul")
CHEAP += ("ne", "neg", "negabs", "not", "or", "sign", "step", "sub", "take", "where", *PLAIN)


class Nest(NamedTuple):
    """A place in the order of loops: later stages need sums of earlier ones, inner axes the values of outer ones."""

    stage: int
    axes: tuple[Any, ...]


class LoopWriter(Writer):
    """Call `function`: its source takes the arguments and the results, with the samples as first axis.

    ``together`` samples go through the loops at a time. As it is a number in the source, the compiler sees which values
    kept for them cannot overlap.
    """

    def __init__(self, lowered: Lowered, signature: Signature, together: int = 64) -> None:
        self.together = together
        names = Names("outside", "np", "range", "start", "stop", "n", "i", "abs", "float", "choose")
        names.taken |= set(FUNCTIONS)
        super().__init__(lowered, names, TEMPLATES)
        self.signature = signature
        self.index = {axis: names.fresh(axis.name) for axis in lowered.program.order}
        # What is kept for a block, and the lengths of the axes, are named after the axes.
        of_axes = list(self.index.values())
        names.taken |= {f"n_{one}" for one in of_axes} | {"kept", *(f"kept_{one}" for one in of_axes)}
        names.taken |= {f"kept_{one}_{other}" for one in of_axes for other in of_axes}
        self.arguments = [names.fresh(a.letter.name) for a in signature.arguments]
        self.outs = [
            names.fresh("out" if len(lowered.results) == 1 else f"out{n}") for n in range(len(lowered.results))
        ]
        self.values = [value for value in ordered(lowered.results) if value.op not in PLAIN]
        self.stage: dict[int, int] = {}
        for value in ordered(lowered.results):
            after = [self.stage[id(one)] + (one.op in REDUCTIONS) for one in value.args]
            self.stage[id(value)] = max(after, default=0)
        self.cheap: set[int] = set()
        for value in ordered(lowered.results):
            if value.op in CHEAP and all(id(one) in self.cheap or one.op in REDUCTIONS for one in value.args):
                self.cheap.add(id(value))
        self.divisors = denominators(lowered.results)
        self.here: Nest | None = None
        self.checked: set[int] = set()

    # Where values are computed

    def nest(self, value: Value) -> Nest:
        """The loops in which a value is computed; a sum, in those of what it sums."""
        axes = value.args[0].axes if value.op in REDUCTIONS else value.axes
        return Nest(self.stage[id(value)], axes)

    def kept(self) -> Iterator[Value]:
        """The values that are read in another nest than the one that computes them."""
        readers = [(one, self.nest(value)) for value in self.values for one in value.args]
        for value in self.values:
            elsewhere = any(one is value and nest != self.nest(value) for one, nest in readers + self.stored)
            if value.op in REDUCTIONS or (elsewhere and id(value) not in self.cheap):
                yield value

    # The function

    def function(self, name: str) -> ast.stmt:
        results = list(zip(self.outs, self.lowered.results, self.lowered.axes, strict=True))
        stores = [
            (Nest(self.stage[id(value)] + (value.op in REDUCTIONS), axes), out, value) for out, value, axes in results
        ]
        self.stored = [(value, nest) for nest, _, value in stores]
        kept = list(self.kept())
        # Class axes stand last in arrays and first in loops: rows are copied to where samples are neighbours.
        rows = [one for one in ordered(self.lowered.results) if one.op == "input" and one.axes]
        self.outs_kept: dict[str, int] = {}
        # One array for all values without axes and one for each set of axes: few pointers that might overlap.
        self.slots: dict[int, tuple[str, int]] = {}
        self.kinds: dict[tuple[Any, ...], int] = {}
        for value in (*kept, *rows):
            self.slots[id(value)] = (self.kept_name(value.axes), self.kinds.get(value.axes, 0))
            self.kinds[value.axes] = self.kinds.get(value.axes, 0) + (2 if value.op == "sum" else 1)
        # Of a block's own views the compiler knows that no index is negative, which would count from the end.
        arrays = [*self.arguments, *self.outs]
        blocked = bool(self.kinds) or any(nest.axes for nest, *_ in stores)
        self.views = {one: self.names.fresh(f"{one}_") if blocked else one for one in arrays}
        for nest, out, _ in stores:
            if nest.axes:
                self.outs_kept[out] = self.kinds.get(nest.axes, 0)
                self.kinds[nest.axes] = self.outs_kept[out] + 1
        nests = {self.nest(value) for value in self.values if value in kept or value.op in REDUCTIONS}
        nests |= {nest for nest, *_ in stores}
        self.named = {}
        pieces = [self.turned(one.axes, self.slot(one), self.of_input(one)) for one in rows]
        for nest in sorted(nests, key=lambda nest: (nest.stage, len(nest.axes), str(nest.axes))):
            pieces += self.loops(nest, kept, [(out, value) for own, out, value in stores if own == nest])
        for nest, out, _ in stores:
            if nest.axes:
                to = self.at(self.views[out], "i", *(self.index[a] for a in nest.axes))
                pieces.append(self.turned(nest.axes, to, self.out_slot(out, nest.axes)))
        if blocked:
            head = [statement(f"n = min({self.together}, {self.outs[0]}.shape[0] - start)")]
            head += [statement(f"{self.views[one]} = {one}[start : start + n]") for one in arrays]
            blocks = statement(f"for start in range(0, {self.outs[0]}.shape[0], {self.together}): pass")
            pieces = [with_body(blocks, [*head, *pieces])]
        body = [*self.prologue(), statement("outside = 0"), *pieces, statement("return outside")]
        return function(name, [*self.arguments, *self.outs], body)

    def kept_name(self, axes: tuple[Any, ...]) -> str:
        return "_".join(["kept", *(self.index[axis] for axis in axes)])

    def prologue(self) -> Iterator[ast.stmt]:
        used = {axis for value in self.values for one in (value, *value.args) for axis in one.axes}
        used |= {a for axes in self.lowered.axes for a in axes}
        for axis in self.lowered.program.order:
            if axis in used:
                yield statement(f"{self.length_name(axis)} = _0", self.length(self.lowered.program.sizes[axis]))
        if not self.kinds:
            yield statement(f"n = {self.outs[0]}.shape[0]")
        for axes, count in self.kinds.items():
            lengths = [self.length_name(axis) for axis in axes]
            shape = ", ".join([*lengths, str(count), str(self.together)])
            yield statement(f"{self.kept_name(axes)} = np.empty(({shape}))")

    def loops(self, nest: Nest, kept: list[Value], stores: list[tuple[str, Value]]) -> Iterator[ast.stmt]:
        """One nest of loops: what it starts from, its body, and what becomes of its sums."""
        self.here, self.lines, self.named = nest, [], {}
        own = [value for value in self.values if self.nest(value) == nest]
        for value in own:
            if value.op in REDUCTIONS:
                self.accumulate(value)
            elif value in kept:
                tree = self.text(value)
                self.lines.append(statement("_0 = _1", self.slot(value), tree))
        for out, value in stores:
            tree = self.text(value)
            to = self.out_slot(out, nest.axes) if nest.axes else self.at(self.views[out], "i")
            self.lines.append(statement("_0 = _1", to, tree))
        sums = [value for value in own if value.op in REDUCTIONS]
        for axes in dict.fromkeys(value.axes for value in sums):
            yield self.around(axes, [line for one in sums if one.axes == axes for line in self.initial(one)])
        body = [*self.checks(own), *self.lines]
        if body:
            yield self.around(nest.axes, body)
        for value in sums:
            if value.op == "sum":
                # Of infinities nothing is lost.
                more = statement("_0 += choose(_1 - _1 == 0.0, _1, 0.0)", self.slot(value), self.slot(value, 1))
                yield self.around(value.axes, [more])

    def checks(self, own: list[Value]) -> Iterator[ast.stmt]:
        """Counts the numbers out of range, where all entries of an argument are first read."""
        for one in dict.fromkeys(a for value in own for a in value.args if a.op == "input"):
            position, places = one.data
            argument = self.signature.arguments[position]
            bounds = [(argument.low, "<"), (argument.high, ">")]
            limits = [f"(_0 {sign} {bound!r})" for bound, sign in bounds if bound is not None]
            if not limits or position in self.checked or any(isinstance(place, int) for place in places):
                continue
            self.checked.add(position)
            tree = self.slot(one) if id(one) in self.slots else self.of_input(one)
            yield statement(f"outside += {' | '.join(limits)}", tree)

    def turned(self, axes: tuple[Any, ...], to: Code, what: Code) -> ast.stmt:
        """Copies between an array with its classes last and one with its samples last."""
        return loop("i", "n", self.over(axes, [statement("_0 = _1", to, what)]))

    def around(self, axes: tuple[Any, ...], lines: Sequence[ast.stmt]) -> ast.stmt:
        return self.over(axes, [loop("i", "n", lines)])[0]

    def over(self, axes: tuple[Any, ...], lines: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
        for axis in reversed(axes):
            lines = [loop(self.index[axis], self.length_name(axis), lines)]
        return lines

    def at(self, array: str, *places: str | Code) -> Code:
        return entry(code(array), *(code(one) if isinstance(one, str) else one for one in places))

    def out_slot(self, out: str, axes: tuple[Any, ...]) -> Code:
        return self.at(self.kept_name(axes), *(self.index[a] for a in axes), str(self.outs_kept[out]), "i")

    def initial(self, value: Value) -> list[ast.stmt]:
        first = {"sum": "0.0", "prod": "1.0", "amax": "-np.inf", "argmax": "0.0"}[value.op]
        lines = [statement(f"_0 = {first}", self.slot(value))]
        return [*lines, statement("_0 = 0.0", self.slot(value, 1))] if value.op == "sum" else lines

    def accumulate(self, value: Value) -> None:
        (body,) = value.args
        slot, tree = self.slot(value), self.text(body)
        if value.op == "prod":
            self.lines.append(statement("_0 *= _1", slot, tree))
        elif value.op == "sum":
            # The exact error of each addition is summed beside the sum.
            s, x, t, u = (self.names.fresh(one) for one in ("s", "x", "t", "u"))
            self.lines += [statement(f"{s} = _0", slot), statement(f"{x} = _0", tree)]
            self.lines += [statement(f"{t} = {s} + {x}"), statement(f"{u} = {t} - {s}")]
            self.lines.append(statement(f"_0 += ({s} - ({t} - {u})) + ({x} - {u})", self.slot(value, 1)))
            self.lines.append(statement(f"_0 = {t}", slot))
        elif value.op == "amax":
            # Of equal ones the first; NaN counts as the largest.
            more, most, x = (self.names.fresh(one) for one in ("more", "most", "x"))
            self.lines += [statement(f"{most} = _0", slot), statement(f"{x} = _0", tree)]
            self.lines.append(statement(f"{more} = ({x} > {most}) | ({x} != {x})"))
            self.lines.append(statement(f"_0 = choose({more}, {x}, {most})", slot))
            place = self.lowered.program.reduce("argmax", body, value.data)
            if id(place) in self.slots:
                where = self.slot(place)
                self.lines.append(statement(f"_0 = choose({more}, float({self.index[value.data]}), _0)", where))

    def slot(self, value: Value, more: int = 0) -> Code:
        """Where a value is kept for a block."""
        name, number = self.slots[id(value)]
        return self.at(name, *(self.index[a] for a in value.axes), str(number + more), "i")

    # Values

    def text(self, value: Value) -> Code:
        if id(value) in self.named:
            return code(self.named[id(value)])
        if id(value) in self.slots and (value.op in (*REDUCTIONS, "input") or self.nest(value) != self.here):
            # What is kept for a block is a float.
            slot = code("_0 != 0.0", self.slot(value)) if value.kind == "bool" else self.slot(value)
            return code(self.assign(value, slot)) if self.uses[id(value)] > 1 else slot
        return super().text(value)

    def worth_a_name(self, value: Value, tree: Code) -> bool:
        return (value.op == "input" and self.uses[id(value)] > 1) or super().worth_a_name(value, tree)

    def render(self, value: Value) -> Code:
        if value.op == "exp" and is_nonpositive(value.args[0]):
            return code("exp_nonpositive(_0)", self.text(value.args[0]))
        if value.op == "log1p" and value.args[0].op == "exp" and is_nonpositive(value.args[0].args[0]):
            return code("log1p_unit(_0)", self.text(value.args[0]))
        return super().render(value)

    def places(self, own: Iterable[Any]) -> list[str]:
        return ["i", *(str(a) if isinstance(a, int) else self.index[a] for a in own)]

    def of_input(self, value: Value) -> Code:
        position, own = value.data
        tree = self.at(self.views[self.arguments[position]], *self.places(own))
        # -0.0 + 0.0 is 0.0: 1/-0.0 would have the wrong sign.
        positive = position in self.divisors and self.signature.arguments[position].low == 0
        return code("_0 + 0.0", tree) if positive else tree

    def of_take(self, value: Value) -> Code:
        body, label = value.args
        position, own = body.data
        # A label out of range is refused before; without that check it must not read beyond the array.
        size = self.length(self.lowered.program.sizes[value.data])
        place = code("min(max(_0, 0), _1 - 1)", self.text(label), size)
        return self.at(self.views[self.arguments[position]], *self.places(own[:-1]), place)

    def of_label(self, value: Value) -> Code:
        return self.at(self.views[self.arguments[value.data]], "i")

    def of_place(self, value: Value) -> Code:
        return code(str(value.data))

    def of_shift(self, value: Value) -> Code:
        return code(f"_0 + {value.data}", self.text(value.args[0]))

    def of_size(self, value: Value) -> Code:
        return self.length(value.data)

    def of_arange(self, value: Value) -> Code:
        return code(self.index[value.data])

    def length_name(self, axis: Any) -> str:
        return f"n_{self.index[axis]}"

    def length(self, size: Any) -> Code:
        if size.is_Integer:
            return code(str(size))
        for name, argument in zip(self.arguments, self.signature.arguments, strict=True):
            if size in argument.sizes:
                return code(f"{name}.shape[{argument.sizes.index(size) + 1}]")
        raise ValueError(f"expr: {size} is not the length of an axis of an argument")


def is_nonpositive(value: Value) -> bool:
    """Whether a value is at most 0, or NaN, by its form: -|t|, or a number less the largest of its like."""
    if value.op == "guard" and is_const(value.args[1], 0):
        value = value.args[2]
    if value.op == "sub":
        one, other = value.args
        return (other.op == "amax" and other.args[0] is one) or (one.op == "min" and other.op == "max")
    return value.op == "negabs"
