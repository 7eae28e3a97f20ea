"""Prints stable expressions as Python source over NumPy arrays.

Arrays carry the indices of the place where they stand as trailing axes: under ``Sum(..., (c, 1, C))`` a
number per sample gets one more axis, of length 1, and the sum runs over the last axis. What occurs twice is
computed once and gets a name.
"""

import keyword
import re
from collections import Counter
from typing import Any, NamedTuple

import sympy as sp
from sympy import Dummy, Expr, Indexed, Mul, Symbol

from cesym.numeric import nodes
from cesym.numeric.signature import Signature
from cesym.numeric.spelling import ATOM, POWER, PRODUCT, SUM, Indices, Rendered, number, placed, three_parts, times

__all__ = ["Output", "Printer"]

ELEMENTWISE = {
    sp.Abs: "abs", sp.cos: "cos", sp.cosh: "cosh", sp.exp: "exp", sp.log: "log", nodes.log1p: "log1p",
    sp.sign: "sign", sp.sin: "sin", sp.sinh: "sinh", sp.tan: "tan", sp.tanh: "tanh",
}  # fmt: skip
HELPERS = (nodes.dominated, nodes.square_over, nodes.weighted, nodes.xdivy)


class Output(NamedTuple):
    """One result: its stable expression, its own trailing axes, and whether it is a derivative."""

    expr: Expr
    axes: Indices = ()
    derivative: bool = False


class Printer:
    """Turns expressions into the statements of one function: call `source`."""

    def __init__(self, signature: Signature, reduction: str | None = None) -> None:
        self.signature = signature
        self.reduction = reduction

    def source(self, name: str, outputs: Any) -> tuple[str, set[str]]:
        """The source of the function, and the names of the helpers that it calls."""
        self.counts: Counter[tuple[Any, Indices]] = Counter()
        # The first pass finds what occurs twice; its text is thrown away.
        for self.counting in (True, False):
            self.helpers: set[str] = set()
            self.lines: list[str] = []
            self.locals: dict[Any, str] = {}
            self.ranges = dict(self.signature.axes)
            self.taken = {"np", "math", "pick", *keyword.kwlist, *nodes.__all__}
            title = self.fresh(name)
            self.names = {a.letter: self.fresh(a.letter.name) for a in self.signature.arguments}
            result = self.results(outputs)
        body = "".join(f"    {line}\n" for line in (*self.lines, f"return {result}"))
        return f"def {title}({', '.join(self.names.values())}):\n{body}", self.helpers

    # Results

    def results(self, outputs: Any) -> str:
        if isinstance(outputs, Output):
            return self.result(outputs)
        parts = [self.results(one) for one in outputs]
        return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"

    def result(self, output: Output) -> str:
        e, axes, derivative = output
        if e.is_Mul and is_negative(e):
            # Not -t, which would make a loss of 0 a -0.0.
            text = f"0.0 - {self.text(-e, axes, PRODUCT)}"
        else:
            text = self.text(e, axes)
        if not {*self.names, *axes} <= e.free_symbols:
            text = f"np.array(np.broadcast_to({text}, {self.shape(axes)}))"
        elif isinstance(e, (Symbol, Indexed)):
            text = f"np.array({text})"
        if derivative and self.reduction == "mean":
            return f"({text})/{self.local('count', f'math.prod({self.shape()})', 'count')}"
        if derivative or self.reduction is None:
            return text
        each = self.local(output, text, "each")
        return f"np.sum({each})" if self.reduction == "sum" else f"np.sum({each})/np.size({each})"

    def shape(self, axes: Indices = ()) -> str:
        """The source of the shape that samples and these axes make up."""
        shapes = (
            f"{name}.shape" + (f"[:-{len(argument.sizes)}]" if argument.sizes else "")
            for name, argument in zip(self.names.values(), self.signature.arguments, strict=True)
        )
        own = "".join(self.size(self.ranges[index]) + ", " for index in axes)
        return f"np.broadcast_shapes({', '.join(shapes)})" + (f" + ({own.rstrip()})" if own else "")

    # Expressions

    def text(self, e: Any, at: Indices, level: int = SUM) -> str:
        """The source of e with the axes ``at``, in parentheses where it holds less tightly than ``level``."""
        key = (e, at)
        if key in self.locals:
            return self.locals[key]
        if self.counting:
            self.counts[key] += 1
            if self.counts[key] > 1:
                return "_"
        text, holds = self.render(e, at)
        if self.counts[key] > 1 and not self.counting and worth_a_name(e):
            return self.local(key, text)
        return f"({text})" if holds < level else text

    def render(self, e: Any, at: Indices) -> Rendered:
        if isinstance(e, Expr) and e.is_number:
            return number(e)
        if type(e) in ELEMENTWISE:
            return f"np.{ELEMENTWISE[type(e)]}({self.text(e.args[0], at)})", ATOM
        if type(e) in HELPERS:
            return self.call(type(e).__name__, *(self.text(part, at) for part in e.args)), ATOM
        for kind in type(e).__mro__:
            method = getattr(self, f"print_{kind.__name__}", None)
            if method is not None:
                return method(e, at)
        raise NotImplementedError(f"expr: backend='numpy' has no {type(e).__name__}; got {e}")

    def print_Symbol(self, e: Symbol, at: Indices) -> Rendered:
        if e in self.names:
            return placed(self.names[e], (), at), ATOM
        if e in at:
            values = self.local(e, f"np.arange(1, {self.size(self.ranges[e])} + 1)", e.name)
            return placed(values, (e,), at), ATOM
        return self.size(e), ATOM

    def print_Indexed(self, e: Indexed, at: Indices) -> Rendered:
        text = self.names[e.base.label]
        own = tuple(index for index in e.indices if index in at)
        fixed = [str(index - 1) if index.is_Integer else ":" for index in e.indices]
        if set(fixed) != {":"}:
            text += f"[..., {', '.join(fixed)}]"
        if len(own) + len(fixed) - fixed.count(":") == len(e.indices):
            return placed(text, own, at), ATOM
        # A label at the end picks one entry; what is 1 in the formula is 0 in the array.
        offset, label = (e.indices[-1] - 1).as_coeff_Add()
        position = self.text(label + offset if label in self.names else label, at)
        if label not in self.names and offset:
            position += f" - {-offset}" if offset < 0 else f" + {offset}"
        return self.call("pick", placed(text, (*own, "label"), (*at, "label")), position), ATOM

    def print_Add(self, e: Expr, at: Indices) -> Rendered:
        content, rest = e.primitive()
        if content != 1:
            return times(content, self.text(rest, at, POWER)), PRODUCT
        text = " + ".join(self.text(term, at) for term in e.args if not is_negative(term))
        for term in e.args:
            if is_negative(term):
                text = f"{text or '0.0'} - {self.text(-term, at, PRODUCT)}"
        return text, SUM

    def print_Mul(self, e: Expr, at: Indices) -> Rendered:
        if is_negative(e):
            return f"-{self.text(-e, at, PRODUCT)}", SUM
        constant = Mul(*[factor for factor in e.args if factor.is_number])
        factors = [factor for factor in e.args if not factor.is_number]
        if abs(constant) < 1:
            # (t/2)*t and not t**2/2, which overflows first.
            factors = [part for f in factors for part in ((f.base,) * 2 if f.is_Pow and f.exp == 2 else (f,))]
        text = "*".join([self.text(factor, at, POWER) for factor in factors])
        return times(constant, text), PRODUCT

    def print_ratio(self, e: Expr, at: Indices) -> Rendered:
        above, below = e.args
        return f"{self.text(above, at, PRODUCT)}/{self.text(below, at, POWER)}", PRODUCT

    def print_Pow(self, e: Expr, at: Indices) -> Rendered:
        base, power = e.args
        if power.is_Rational and power < 0:
            return f"1/{self.text(1 / e, at, POWER)}", PRODUCT
        if power in (2, sp.S.Half):
            return f"np.{'square' if power == 2 else 'sqrt'}({self.text(base, at)})", ATOM
        return f"{self.text(base, at, ATOM)}**{self.text(power, at, ATOM)}", POWER

    def print_log_times(self, e: Expr, at: Indices) -> Rendered:
        t, a = e.args
        rounded = float(a.evalf(30)), three_parts(1 / a), float(sp.log(a).evalf(30))
        return self.call("log_times", self.text(t, at), *map(repr, rounded)), ATOM

    def print_except_at_zero(self, e: Expr, at: Indices) -> Rendered:
        value, instead, *weights = e.args
        zero = " | ".join(f"({self.text(w, at)} == 0)" for w in weights)
        return f"np.where({zero}, {self.text(instead, at)}, {self.text(value, at)})", ATOM

    def print_KroneckerDelta(self, e: Expr, at: Indices) -> Rendered:
        one, other = (self.text(part, at) for part in e.args)
        return f"1.0*({one} == {other})", PRODUCT

    def print_Max(self, e: Expr, at: Indices) -> Rendered:
        text = self.text(e.args[0], at)
        for part in e.args[1:]:
            text = f"np.{'maximum' if isinstance(e, sp.Max) else 'minimum'}({text}, {self.text(part, at)})"
        return text, ATOM

    print_Min = print_Max

    def print_Piecewise(self, e: Expr, at: Indices) -> Rendered:
        text = "np.nan"
        for value, condition in reversed(e.args):
            text = (
                self.text(value, at)
                if condition == True  # noqa: E712  (SymPy's own true)
                else f"np.where({self.text(condition, at)}, {self.text(value, at)}, {text})"
            )
        return text, ATOM

    def print_Relational(self, e: Any, at: Indices) -> Rendered:
        return f"({self.text(e.lhs, at)} {e.rel_op} {self.text(e.rhs, at)})", ATOM

    def print_And(self, e: Any, at: Indices) -> Rendered:
        return f"({(' & ' if isinstance(e, sp.And) else ' | ').join(self.text(part, at) for part in e.args)})", ATOM

    print_Or = print_And

    def print_Not(self, e: Any, at: Indices) -> Rendered:
        return f"~{self.text(e.args[0], at, ATOM)}", POWER

    def print_Sum(self, e: Expr, at: Indices) -> Rendered:
        body, indices, unused = e.function, [], []
        for index, _, size in reversed(e.limits):
            if index not in body.free_symbols:
                unused.append(self.size(size))
                continue
            if index in at or self.ranges.get(index, size) != size:
                body, index = body.xreplace({index: (inner := Dummy(index.name))}), inner
            self.ranges[index] = size
            indices.append(index)
        text = self.text(body, (*at, *indices), SUM if indices else ATOM)
        kind = "sum" if isinstance(e, sp.Sum) else "prod"
        if indices:
            axes = -1 if len(indices) == 1 else tuple(range(-len(indices), 0))
            text = f"np.{kind}({text}, axis={axes})"
        if not unused:
            return text, ATOM
        # What does not depend on the index is added, or multiplied, as often as the axis is long.
        return f"{text}{'*' if kind == 'sum' else '**'}({'*'.join(unused)})", PRODUCT

    print_Product = print_Sum

    # Names

    def call(self, helper: str, *arguments: str) -> str:
        self.helpers.add(helper)
        return f"{helper}({', '.join(arguments)})"

    def fresh(self, wanted: str) -> str:
        """A name that is free and that Python accepts."""
        wanted = re.sub(r"\W", "_", wanted, flags=re.ASCII).strip("_") or "t"
        wanted = wanted if wanted[0].isalpha() else f"t{wanted}"
        name = next(n for n in (wanted, *(f"{wanted}_{m}" for m in range(1, 10_000))) if n not in self.taken)
        self.taken.add(name)
        return name

    def local(self, key: Any, text: str, wanted: str = "") -> str:
        """The name of a value, assigned where it is first needed."""
        if key not in self.locals:
            name = self.fresh(wanted or f"t{len(self.locals) + 1}")
            self.lines.append(f"{name} = {text}")
            self.locals[key] = name
        return self.locals[key]

    def size(self, size: Expr) -> str:
        """The number of entries of an axis, read off the first array that has it."""
        if size.is_Integer:
            return str(size)
        for name, argument in zip(self.names.values(), self.signature.arguments, strict=True):
            if size in argument.sizes:
                axis = argument.sizes.index(size) - len(argument.sizes)
                return self.local(size, f"{name}.shape[{axis}]", size.name)
        raise ValueError(f"expr: {size} is not the length of an axis of an argument")


def is_negative(e: Expr) -> bool:
    return bool(e.as_coeff_Mul()[0].is_negative)


def worth_a_name(e: Any) -> bool:
    """Whether computing e twice costs more than a view of an array or its negative."""
    return bool(e.args) and not isinstance(e.as_coeff_Mul()[1] if isinstance(e, Expr) else e, (Symbol, Indexed))
