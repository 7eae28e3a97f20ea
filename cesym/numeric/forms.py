"""How the operations of `nodes` are computed: each form over plain operations, so that every backend shares it.

What is zero over the reals, such as the rounding error of a difference, stands here and nowhere else. The comments
say what would go wrong without it.
"""

from math import log

from sympy import Symbol

from cesym.numeric.program import Program, Value, is_const

__all__ = [
    "Largest",
    "difference",
    "dominated",
    "exclusive",
    "exp_difference",
    "log1mexp",
    "log1p_square",
    "log_times",
    "logaddexp",
    "logit",
    "sigmoid",
    "sigmoid_pair",
    "sigmoid_ratio",
    "sigmoid_slope",
    "softplus",
    "softplus_pair",
    "square_over",
    "square_times_exp",
    "weighted",
    "xdivy",
]  # fmt: skip


def weighted(b: Program, w: Value, value: Value) -> Value:
    """w*value; 0*inf would be NaN."""
    return b.guard(w.equals(0) & value.equals(value), 0, w * value)


def xdivy(b: Program, n: Value, d: Value) -> Value:
    """n/d; 0/0 would be NaN."""
    return b.guard(n.equals(0) & d.equals(d), 0, n / d)


def dominated(b: Program, lead: Value, rest: Value) -> Value:
    """lead + rest; inf - inf would be NaN."""
    return b.guard(abs(lead).equals(float("inf")) & rest.equals(rest), lead, lead + rest)


def square_over(b: Program, r: Value, v: Value, a: float) -> Value:
    """a*r**2/v without r**2; where r/v*r overflows, r/sqrt(v) may not."""
    value = xdivy(b, r, v) * r * a
    root = r / b.op("sqrt", v)
    return b.where(abs(value).equals(float("inf")), root * (root * a), value)


def square_times_exp(b: Program, r: Value, t: Value) -> Value:
    """r**2*exp(t) as (r*exp(t/2))**2: neither r**2 nor exp(t) overflows first."""
    root = weighted(b, r, b.op("exp", t * 0.5))
    return root * root


def log_times(b: Program, t: Value, a: float, one_over_a: tuple[float, float, float], log_a: float) -> Value:
    """log(a*t): near a*t = 1 through the exact t - 1/a, far from it without the product, which may overflow."""
    high, middle, low = one_over_a
    product = t * a
    near = b.op("log1p", (t - high - middle - low) * a)
    far = b.where((product > 1e-3) & (product < 1e3), b.op("log", product), b.op("log", t) + log_a)
    return b.where((product > 0.5) & (product < 2), near, far)


def log1p_square(b: Program, t: Value) -> Value:
    """log(1 + t**2); where t**2 would overflow, the 1 is long lost."""
    size = abs(t)
    return b.where(size > 1e9, b.op("log", size) * 2, b.op("log1p", t * t))


def log1mexp(b: Program, t: Value) -> Value:
    """log(1 - exp(t)): expm1 keeps its digits for t near 0, log1p for t far from it."""
    return b.where(t > -log(2), b.op("log", -b.op("expm1", t)), b.op("log1p", -b.op("exp", t)))


def logit(b: Program, p: Value) -> Value:
    """log(p/(1 - p)); near 1/2 the quotient is near 1 and has lost its digits."""
    near = b.op("log1p", (p * 2 - 1) / (1 - p))
    return b.where(abs(p - 0.5) < 0.25, near, b.op("log", p) - b.op("log1p", -p))


def difference(b: Program, x: Value, y: Value) -> Value:
    """x - y; equal infinities count as equal, where inf - inf would be NaN."""
    return b.guard(x.equals(y), 0, x - y)


def exp_difference(b: Program, x: Value, y: Value) -> Value:
    """exp(x - y): what the difference rounds off, found exactly, goes into the exponential's first order."""
    d = difference(b, x, y)
    back = x - d
    lost = (x - (back + d)) + (back - y)
    e = b.op("exp", d)
    return e + e * b.guard(lost.is_nan, 0, lost)


# Of logits


def softplus(b: Program, t: Value) -> Value:
    """log(1 + exp(t)) as max(t, 0) + log1p(exp(-|t|)): nothing overflows, and both terms are >= 0."""
    return b.op("max", t, 0) + b.op("log1p", b.op("exp", -abs(t)))


def is_complement(one: Value, other: Value) -> bool:
    """Whether one is 1 - other."""
    return one.op == "sub" and is_const(one.args[0], 1) and one.args[1] is other


def softplus_pair(b: Program, t: Value, w: Value, v: Value, total: Value) -> Value:
    """w*softplus(t) + v*softplus(-t) with w + v = total."""
    small = total * b.op("log1p", b.op("exp", -abs(t)))
    if is_complement(w, v):
        # |t|*(w where t > 0, else v) in two operations, exact at a hard v.
        return small + weighted(b, b.step(t > 0) - v, t)
    return small + weighted(b, b.where(t > 0, w, v), abs(t))


def sigmoid(b: Program, t: Value) -> Value:
    """1/(1 + exp(-t)) without an exponential that overflows."""
    e = b.op("exp", -abs(t))
    return b.where(t > 0, 1, e) / (e + 1)


def sigmoid_slope(b: Program, t: Value) -> Value:
    e = b.op("exp", -abs(t))
    return e / (e + 1) / (e + 1)


def sigmoid_ratio(b: Program, x: Value, y: Value) -> Value:
    """sigmoid(x)/sigmoid(y), also where both are too small for a float."""
    lead = exp_difference(b, b.op("min", x, 0), b.op("min", y, 0))
    return lead * ((b.op("exp", -abs(y)) + 1) / (b.op("exp", -abs(x)) + 1))


def sigmoid_pair(b: Program, t: Value, w: Value, v: Value) -> Value:
    """w*sigmoid(t) + v*sigmoid(-t); with w = 1 - y and v = -y, 1 - y is formed where it is exact at a hard y."""
    e = b.op("exp", -abs(t))
    positive = t > 0
    if v.op == "neg" and is_complement(w, v.args[0]):
        y = v.args[0]
        above = b.step(positive)
        return (((1 - above) - y) * e + (above - y)) / (e + 1)
    return b.where(positive, v * e + w, w * e + v) / (e + 1)


def logaddexp(b: Program, x: Value, y: Value) -> Value:
    """log(exp(x) + exp(y))."""
    gap = difference(b, b.op("min", x, y), b.op("max", x, y))
    return b.op("max", x, y) + b.op("log1p", b.op("exp", gap))


class Largest:
    """The largest entry along an axis left out of a sum: what is left has the digits that the whole would round off."""

    def __init__(self, b: Program, values: Value, axis: Symbol, positions: Value) -> None:
        self.b, self.positions = b, positions
        self.value = b.reduce("amax", values, axis)
        self.place = b.reduce("argmax", values, axis)

    def others(self, values: Value, axis: Symbol) -> Value:
        """The sum of the values but the one at the place of the largest."""
        return self.b.reduce("sum", self.b.where(self.positions.equals(self.place), 0, values), axis)


def exclusive(b: Program, largest: Value, others: Value, is_largest: Value, own: Value) -> Value:
    """The sum of all but one: of the others for the largest, else the largest and the others less that one."""
    return b.where(is_largest, others, largest + (others - own))
