"""From a stable expression to a program: axes for indices, one value for what occurs twice, forms for the nodes.

Under ``Sum(..., (c, 1, C))`` a number per sample meets arrays with one more axis, and the sum runs over it. Sums over
axes of one length share an axis where they can, so that what both need is computed once.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import sympy as sp
from sympy import Dummy, Expr, Indexed, Mul, Symbol

from cesym.numeric.operations import forms, nodes
from cesym.numeric.operations.operation import Node
from cesym.numeric.programs.constants import nearest, three_parts
from cesym.numeric.programs.program import Program, Value
from cesym.numeric.signature import Signature

__all__ = ["Lowered", "Output", "leaves", "lowered"]

ELEMENTWISE = {
    sp.Abs: "abs", sp.cos: "cos", sp.cosh: "cosh", sp.digamma: "digamma", sp.exp: "exp", sp.log: "log",
    sp.loggamma: "lgamma", sp.sign: "sign", sp.sin: "sin", sp.sinh: "sinh", sp.tan: "tan", sp.tanh: "tanh",
}  # fmt: skip
RELATIONS = {
    sp.StrictGreaterThan: "gt", sp.GreaterThan: "ge", sp.StrictLessThan: "lt", sp.LessThan: "le", sp.Eq: "eq",
    sp.Ne: "ne",
}  # fmt: skip
MOST_TERMS = 32  # of a sum or product that is computed from left to right


class Output(NamedTuple):
    """One result: its stable expression, its own trailing axes, and whether it is a derivative."""

    expr: Expr
    axes: tuple[Any, ...] = ()
    derivative: bool = False


def leaves(outputs: Any) -> Iterator[Output]:
    """The outputs in a nest of tuples, in order."""
    if isinstance(outputs, Output):
        yield outputs
    else:
        for one in outputs:
            yield from leaves(one)


class Lowered(NamedTuple):
    """A program with its results, in the order of the outputs, and the axes of each."""

    program: Program
    results: tuple[Value, ...]
    axes: tuple[tuple[Any, ...], ...]


def lowered(signature: Signature, outputs: list[Output]) -> Lowered:
    """The program of some outputs over the arguments of a signature."""
    return _Lowering(signature).outputs(outputs)


class _Lowering:
    def __init__(self, signature: Signature) -> None:
        self.signature = signature
        self.b = Program()
        self.positions = {argument.letter: n for n, argument in enumerate(signature.arguments)}
        self.pool: dict[Expr, list[Symbol]] = {}
        for index, size in signature.axes.items():
            self.b.axis(index, size)
            self.pool.setdefault(size, []).append(index)
        self.known: dict[Expr, Value] = {}

    def outputs(self, outputs: list[Output]) -> Lowered:
        for output in outputs:
            for index in output.axes:
                self.b.axis(index, self.signature.axes[index])
        results = [self.value(output.expr) for output in outputs]
        # Not -t, which would make a loss of 0 a -0.0.
        results = [0 - one.args[0] if one.op == "neg" else one for one in results]
        return Lowered(self.b, tuple(results), tuple(output.axes for output in outputs))

    def value(self, e: Any) -> Value:
        if e not in self.known:
            self.known[e] = self.render(e)
        return self.known[e]

    def render(self, e: Any) -> Value:
        if isinstance(e, Expr) and e.is_number:
            return self.b.const(nearest(e))
        if isinstance(e, Node) and e.form:
            return e.form(self.b, *map(self.value, e.args))
        elementwise = e.elementwise if isinstance(e, Node) else ELEMENTWISE.get(type(e))
        if elementwise:
            return self.b.op(elementwise, self.value(e.args[0]))
        if type(e) in RELATIONS:
            return self.b.op(RELATIONS[type(e)], *map(self.value, e.args))
        for kind in type(e).__mro__:
            method = getattr(self, f"of_{kind.__name__}", None)
            if method is not None:
                return method(e)
        raise NotImplementedError(f"expr: lambdify cannot compute {type(e).__name__}; got {e}")

    # Letters

    def of_Symbol(self, e: Symbol) -> Value:
        if e in self.positions:
            place = self.signature.arguments[self.positions[e]].place
            return self.b.leaf("label", self.positions[e]) if place else self.b.input(self.positions[e], ())
        if e in self.b.sizes:
            return self.b.op("float", self.index(e)) + 1
        return self.b.op("float", self.b.leaf("size", e))

    def index(self, r: Expr) -> Value:
        """A class as a place in the array, counted from 0."""
        if r in self.b.sizes:
            return self.b.leaf("arange", r, (r,))
        offset, label = r.as_coeff_Add()
        if label == 0:
            return self.b.leaf("place", int(offset) - 1)
        if isinstance(label, Indexed):
            value = self.b.leaf("label", self.positions[label.base.label], tuple(label.indices))
        else:
            value = self.b.leaf("label", self.positions[label])
        return self.b.op("shift", value, data=int(offset) - 1) if offset != 1 else value

    def of_Indexed(self, e: Indexed) -> Value:
        position = self.positions[e.base.label]
        own = tuple(int(i) - 1 if i.is_Integer else i for i in e.indices)
        if len({i for i in own if isinstance(i, Symbol)}) < sum(isinstance(i, Symbol) for i in own):
            raise NotImplementedError(f"expr: lambdify cannot read the diagonal of {e.base}; got {e}")
        if all(isinstance(i, int) or i in self.b.sizes for i in own):
            return self.b.input(position, own)
        # A label at the end picks one entry; what is 1 in the formula is 0 in the array.
        size = self.signature.arguments[position].sizes[-1]
        axis = self.axis_for(size, e.free_symbols)
        entry = self.b.input(position, (*own[:-1], axis))
        return self.b.take(entry, self.index(e.indices[-1]), axis)

    # Sums of terms, products, powers

    def of_Add(self, e: Expr) -> Value:
        content, rest = e.primitive()
        # Not 1/2 + t as (1 + 2*t)/2, where 2*t may overflow.
        if content != 1 and all(abs(term.as_coeff_Mul()[0]) == 1 for term in rest.args):
            return self.times(content, self.value(rest))
        letters = [term for term in e.args if isinstance(term.as_coeff_Mul()[1], (Symbol, Indexed))]
        if e.args[0].is_number and letters and len(letters) < len(e.args) - 1:
            # (1 - w) + t and not (1 + t) - w, where a small t is lost.
            rest = [term for term in e.args[1:] if term not in letters]
            return self.value(sp.Add(e.args[0], *letters)) + self.value(sp.Add(*rest))
        if len(e.args) > MOST_TERMS:
            return self.halves(e, sp.Add)
        negative = [term for term in e.args if is_negative(term)]
        positive = [term for term in e.args if term not in negative]
        value = self.value(positive[0]) if positive else 0 - self.value(-negative.pop(0))
        for term in positive[1:]:
            value = value + self.value(term)
        for term in negative:
            value = value - self.value(-term)
        return value

    def halves(self, e: Expr, join: Any) -> Value:
        """A long sum or product from its halves: fewer roundings, and no tree as deep as the sum is long."""
        middle = len(e.args) // 2
        one, other = (self.value(join(*part)) for part in (e.args[:middle], e.args[middle:]))
        return one + other if join is sp.Add else one * other

    def of_Mul(self, e: Expr) -> Value:
        if is_negative(e):
            return -self.value(-e)
        if len(e.args) > MOST_TERMS:
            return self.halves(e, Mul)
        constant = Mul(*[factor for factor in e.args if factor.is_number])
        # In the order in which it is printed: of three factors, two may overflow where two others do not.
        factors = [factor for factor in e.as_ordered_factors() if not factor.is_number]
        if abs(constant) < 1:
            # (t/2)*t and not t**2/2, which overflows first.
            factors = [part for f in factors for part in ((f.base,) * 2 if f.is_Pow and f.exp == 2 else (f,))]
        # One quotient, as it is typed and printed: n*(1/d) overflows, or is 0, where n/d is not.
        below = [factor for factor in factors if factor.is_Pow and factor.exp.is_Rational and factor.exp < 0]
        above = [factor for factor in factors if factor not in below]
        value = self.times(constant, self.product(above)) if above else self.b.const(nearest(constant))
        return value / self.product([1 / factor for factor in below]) if below else value

    def product(self, factors: list[Expr]) -> Value:
        value = self.value(factors[0])
        for factor in factors[1:]:
            value = value * self.value(factor)
        return value

    def times(self, constant: Expr, value: Value) -> Value:
        """A constant times a value, as a division where that is one rounding and not two."""
        if constant.is_Rational and constant.q & (constant.q - 1) and not abs(constant.p) & (abs(constant.p) - 1):
            return value / nearest(1 / constant)
        return value * nearest(constant)

    def of_ratio(self, e: Expr) -> Value:
        n, v = map(self.value, e.args)
        return self.led(e, n, v, forms.quotient(self.b, n, v, weight=isinstance(e, nodes.xdivy)))

    of_xdivy = of_ratio

    def of_over_square(self, e: Expr) -> Value:
        n, v = map(self.value, e.args)
        return self.led(e, n, v, forms.over_square(self.b, n, v))

    def led(self, e: Expr, n: Value, v: Value, value: Value) -> Value:
        """A quotient; where its numerator overflows by a square over the same denominator, the square alone."""
        above, below = e.args
        for term in above.args if above.is_Add else ():
            sign, node = term.as_coeff_Mul()
            if isinstance(node, nodes.square_over) and node.args[1] == below:
                a = nearest(sign * node.args[2])
                square = isinstance(e, nodes.over_square)
                return forms.lead_over(self.b, n, value, self.value(node.args[0]), v, a, square)
        return value

    def of_Pow(self, e: Expr) -> Value:
        base, power = e.args
        if power.is_Rational and power < 0:
            return 1 / self.value(1 / e)
        if power == sp.S.Half:
            return self.b.op("sqrt", self.value(base))
        if power in (2, 3, 4):
            value = self.value(base)
            square = value * value
            return {2: square, 3: square * value, 4: square * square}[int(power)]
        operands = (self.value(base), self.value(power))
        value = self.b.op("pow", *operands)
        for one in operands if not power.is_number else ():  # IEEE has 1**nan = nan**0 = 1
            value = self.b.where(one.is_nan, one, value)
        return value

    def of_polygamma(self, e: Expr) -> Value:
        if e.args[0] != 0:
            raise NotImplementedError(f"expr: lambdify knows digamma and no further derivative of log gamma; got {e}")
        return self.b.op("digamma", self.value(e.args[1]))

    # Nodes with parameters

    def of_log_times(self, e: Expr) -> Value:
        t, a = e.args
        return forms.log_times(self.b, self.value(t), nearest(a), three_parts(1 / a), nearest(sp.log(a)))

    def of_square_over(self, e: Expr) -> Value:
        r, v, a = e.args
        return forms.square_over(self.b, self.value(r), self.value(v), nearest(a))

    def of_except_at_zero(self, e: Expr) -> Value:
        value, instead, *weights = e.args
        zero = self.value(weights[0]).equals(0)
        for w in weights[1:]:
            zero = zero | self.value(w).equals(0)
        return self.b.where(zero, self.value(instead), self.value(value))

    def of_unless_nan(self, e: Expr) -> Value:
        value, *letters = map(self.value, e.args)
        for letter in letters:
            value = self.b.where(letter.is_nan, letter, value)
        return value

    def of_softplus_pair(self, e: Expr) -> Value:
        t, w, v = e.args
        return forms.softplus_pair(self.b, self.value(t), self.value(w), self.value(v), self.value(w + v))

    def of_sigmoid_pair(self, e: Expr) -> Value:
        return forms.sigmoid_pair(self.b, *map(self.value, e.args))

    def of_share_of_difference(self, e: Expr) -> Value:
        t, a, b = e.args
        x, y = self.value(a), self.value(b)
        if t == a:
            return forms.share_of_difference(self.b, x, y, x >= y)
        return -forms.share_of_difference(self.b, y, x, y > x)

    # Classes

    def axis_for(self, size: Expr, taken: set[Any]) -> Symbol:
        """An axis of this length whose index is not among the letters that are taken."""
        pool = self.pool.setdefault(size, [])
        for index in pool:
            if index not in taken:
                return index
        index = Dummy("c", integer=True)
        self.b.axis(index, size)
        pool.append(index)
        return index

    def over(self, index: Symbol, size: Expr, body: Expr) -> tuple[Symbol, Expr]:
        """The axis for a bound index, and what is under the sum with it."""
        axis = self.axis_for(size, body.free_symbols - {index})
        return axis, body.xreplace({index: axis})

    def of_Sum(self, e: Expr, kind: str = "sum") -> Value:
        # The outermost limit comes last in SymPy.
        *limits, (index, _, size) = e.limits
        body = e.func(e.function, *limits) if limits else e.function
        axis, body = self.over(index, size, body)
        value = self.value(body)
        if axis in value.axes:
            return self.b.reduce(kind, value, axis)
        # What does not depend on the index is added, or multiplied, as often as the axis is long.
        count = self.b.const(float(size)) if size.is_Integer else self.b.op("float", self.b.leaf("size", size))
        return value * count if kind == "sum" else self.b.op("pow", value, count)

    def of_Product(self, e: Expr) -> Value:
        return self.of_Sum(e, "prod")

    def classes(self, total: Expr) -> tuple[Symbol, Value, forms.Largest]:
        """The axis of the classes, their logits, and the largest of them, of a sum of exponentials."""
        index, _, size = total.limits[0]
        axis, body = self.over(index, size, total.function)
        logits = self.value(body.args[0])
        return axis, logits, forms.Largest(self.b, logits, axis, self.index(axis))

    def of_log_sum_exp(self, e: Expr) -> Value:
        axis, logits, largest = self.classes(e.args[0])
        return largest.value + self.log_of_sum(axis, logits, largest)

    def others(self, axis: Symbol, logits: Value, largest: forms.Largest) -> Value:
        """The sum of exp(logit - largest) over the classes but the largest."""
        return largest.others(forms.scaled_exp_difference(self.b, logits, largest.value), axis)

    def log_of_sum(self, axis: Symbol, logits: Value, largest: forms.Largest) -> Value:
        return self.b.op("log1p", self.others(axis, logits, largest) * (1 / forms.SCALE))

    def of_neg_log_softmax(self, e: Expr) -> Value:
        return forms.neg_log_softmax(self.b, *self.log_softmax(*e.args))

    def of_weighted(self, e: Expr) -> Value:
        w, value = e.args
        if isinstance(value, nodes.neg_log_softmax):
            return forms.weighted_neg_log_softmax(self.b, self.value(w), *self.log_softmax(*value.args))
        return forms.weighted(self.b, self.value(w), self.value(value))

    def log_softmax(self, total: Expr, r: Expr) -> tuple[Value, Value, Value]:
        """The logit of class r, the largest, and the log of the sum of exp(logit - largest)."""
        axis, logits, largest = self.classes(total)
        rest = self.log_of_sum(axis, logits, largest)
        return self.value(nodes.term(total, r)), largest.value, rest

    def of_softmax(self, e: Expr) -> Value:
        total, r = e.args
        axis, logits, largest = self.classes(total)
        own = forms.scaled_exp_difference(self.b, self.value(nodes.term(total, r)), largest.value)
        return own / (self.others(axis, logits, largest) + forms.SCALE)

    def of_softmax_gap(self, e: Expr) -> Value:
        total, r, m, a = e.args
        axis, logits, largest = self.classes(total)
        own = forms.scaled_exp_difference(self.b, self.value(nodes.term(total, r)), largest.value)
        others = self.others(axis, logits, largest)
        is_largest = self.index(r).equals(largest.place)
        rest = forms.exclusive(self.b, self.b.const(forms.SCALE), others, is_largest, own)
        return (own * self.missing(m, a, r) - self.value(a) * rest) / (others + forms.SCALE)

    def missing(self, m: Expr, a: Expr, r: Expr) -> Value:
        """m - a: for a sum of weights, the sum of the others."""
        if not isinstance(m, sp.Sum):
            return self.value(m - a)
        index, _, size = m.limits[0]
        axis, body = self.over(index, size, m.function)
        weights = self.value(body)
        largest = forms.Largest(self.b, weights, axis, self.index(axis))
        is_largest = self.index(r).equals(largest.place)
        others = largest.others(weights, axis)
        return forms.exclusive(self.b, largest.value, others, is_largest, self.value(a))

    def of_KroneckerDelta(self, e: Expr) -> Value:
        return self.b.step(self.index(e.args[0]).equals(self.index(e.args[1])))

    # Cases

    def of_Max(self, e: Expr) -> Value:
        value = self.value(e.args[0])
        for part in e.args[1:]:
            value = self.b.op("max" if isinstance(e, sp.Max) else "min", value, self.value(part))
        return value

    of_Min = of_Max

    def of_Piecewise(self, e: Expr) -> Value:
        value = self.b.const(float("nan"))
        for case, condition in reversed(e.args):
            always = condition == True  # noqa: E712  (SymPy's own true)
            value = self.value(case) if always else self.b.where(self.value(condition), self.value(case), value)
        return value

    def of_And(self, e: Any) -> Value:
        value = self.value(e.args[0])
        for part in e.args[1:]:
            value = self.b.op("and" if isinstance(e, sp.And) else "or", value, self.value(part))
        return value

    of_Or = of_And

    def of_Not(self, e: Any) -> Value:
        return self.b.op("not", self.value(e.args[0]))


def is_negative(e: Expr) -> bool:
    return bool(e.as_coeff_Mul()[0].is_negative)
