"""How the operations of `nodes` are computed: each form over plain operations, so that every backend shares it.

What is zero over the reals, such as the rounding error of a difference, stands here and nowhere else. The comments
say what would go wrong without it.
"""

from math import expm1, inf, log

from sympy import Symbol
from sympy import log as symbolic_log

from cesym.numeric.programs.constants import three_parts
from cesym.numeric.programs.program import Program, Value, is_const


def weighted(b: Program, w: Value, value: Value) -> Value:
    """w*value; 0*inf would be NaN. What has underflowed is no 0."""
    zero = b.zero(w)
    return w * value if zero is None else b.guard(zero & value.equals(value), 0, w * value)


def xdivy(b: Program, n: Value, d: Value) -> Value:
    """n/d; 0/0 would be NaN. What has underflowed is no 0."""
    zero = b.zero(n)
    return n / d if zero is None else b.guard(zero & d.equals(d), 0, n / d)


def leading(b: Program, lead: Value, rest: Value) -> Value:
    """lead + rest; inf - inf would be NaN."""
    return b.guard(abs(lead).equals(inf) & rest.equals(rest), lead, lead + rest)


def dominated(b: Program, lead: Value, rest: Value, t: Value) -> Value:
    """lead + rest; at the pole, where t is 0 or infinite, the lead.

    Elsewhere both may overflow, and which is the larger is not known.
    """
    pole = t.equals(0) | abs(t).equals(inf)
    return b.guard(pole & abs(lead).equals(inf) & rest.equals(rest), lead, lead + rest)


def bernoulli_score(b: Program, k: Value, p: Value) -> Value:
    """(p - k)/(1 - p)/p; where k is far from p, as (1 - k/p)/(1 - p), or so for 1 - k and 1 - p: rounded less often."""
    below, above = 1 - k, 1 - p
    small = (1 - xdivy(b, k, p)) / above
    large = (xdivy(b, below, above) - 1) / p
    near = (p - k) / above / p
    return b.where(k * 2 <= p, small, b.where(below * 2 <= above, large, near))


def halved(b: Program, r: Value) -> tuple[Value, Value]:
    """A number and a factor with the product r; where r = x - y overflows, half of it does not."""
    if r.op != "sub":
        return r, b.const(1)
    x, y = r.args
    over = abs(r).equals(inf)
    return b.guard(over, x * 0.5 - y * 0.5, r), b.guard(over, 2, b.const(1))


def over_square(b: Program, n: Value, v: Value) -> Value:
    """n/v**2; where n/v is small, it is made larger, or it would lose its digits as a subnormal number."""
    half, factor = halved(b, n)
    small = (abs(half / v) < 2.0**-900) & (abs(half) < 1)
    up, down = b.where(small, 2.0**500, 1), b.where(small, 2.0**-500, 1)
    return xdivy(b, xdivy(b, half * up, v), v) * (down * factor)


def quotient(b: Program, n: Value, d: Value, weight: bool) -> Value:
    """n/d; with ``weight``, 0 where n is 0."""
    half, factor = halved(b, n)
    return (xdivy(b, half, d) if weight else half / d) * factor


def lead_over(b: Program, sum_: Value, value: Value, r: Value, v: Value, a: float, square: bool) -> Value:
    """``value``, a sum with the term a*r**2/v divided by v (or v**2); that term alone where the sum overflows."""
    half, factor = halved(b, r)
    root = xdivy(b, half, v) * factor
    other = root * a
    return b.guard(abs(sum_).equals(inf), root * (xdivy(b, other, v) if square else other), value)


def square_over(b: Program, r: Value, v: Value, a: float) -> Value:
    """a*r**2/v without r**2; where r/v*r overflows, r/sqrt(v) may not."""
    half, factor = halved(b, r)
    value = xdivy(b, half, v) * half * a
    root = half / b.op("sqrt", v)
    return b.guard(abs(value).equals(inf), root * (root * a), value) * factor * factor


def exp_half(b: Program, t: Value) -> Value:
    """exp(t/2), with the digits that t = x - y has rounded off."""
    if t.op != "sub":
        return b.op("exp", t * 0.5)
    x, y = t.args
    return exp_difference_of_any_sign(b, x * 0.5, y * 0.5)


def tied(b: Program, t: Value) -> tuple[Value, Value]:
    """A logit and exp(-|t|), with the digits that t = x - y has rounded off; equal infinities count as equal."""
    if t.op != "sub":
        return t, b.op("exp", -abs(t))
    x, y = t.args
    above = t > 0
    return difference(b, x, y), exp_difference(b, b.where(above, y, x), b.where(above, x, y))


def exp_difference_of_any_sign(b: Program, x: Value, y: Value) -> Value:
    """exp(x - y), which may overflow: there its first order would be inf*0."""
    return b.guard(b.op("exp", difference(b, x, y)).equals(inf), inf, exp_difference(b, x, y))


def square_times_exp(b: Program, r: Value, t: Value) -> Value:
    """r**2*exp(t) as (r*exp(t/2))**2: neither r**2 nor exp(t) overflows first."""
    root = weighted(b, r, exp_half(b, t))
    return root * root


def times_exp(b: Program, r: Value, t: Value) -> Value:
    """r*exp(t) as r*exp(t/2)*exp(t/2), each of which is in range if the product is; 0*inf would be NaN.

    Not where r has underflowed: what it would have been in range is not known.
    """
    root = exp_half(b, t)
    none, gone = b.zero(r), b.zero(b.op("exp", t))
    zero = b.any(none and none & root.equals(root), gone and gone & r.equals(r))
    value = r * root * root if zero is None else b.guard(zero, 0, r * root * root)
    if none is r.equals(0):
        return value
    lost = r.equals(0) if none is None else r.equals(0) & b.op("not", none)
    return b.where(lost, r * b.op("exp", t), value)


def log_times(b: Program, t: Value, a: float, one_over_a: tuple[float, float, float], log_a: float) -> Value:
    """log(a*t): near a*t = 1 through the exact t - 1/a, far from it without the product, which may overflow."""
    high, middle, low = one_over_a
    product = t * a
    near = b.op("log1p", (t - high - middle - low) * a)
    far = b.where((product > 1e-3) & (product < 1e3), b.op("log", product), b.op("log", t) + log_a)
    return b.where((product > 0.5) & (product < 2), near, far)


def log_over(b: Program, n: Value, d: Value) -> Value:
    """log(n/d); n - d is exact where n/d is near 1, and n/d has lost its digits where it is subnormal."""
    q = xdivy(b, n, d)
    near = b.op("log1p", (n - d) / d)
    value = b.where((q > 0.5) & (q < 2), near, b.op("log", q))
    poor = ((q >= 0) & (q < 2.0**-1000)) | q.equals(inf)
    return b.where(poor, leading(b, b.op("log", abs(n)), -b.op("log", abs(d))), value)


def log1p_over(b: Program, n: Value, d: Value) -> Value:
    """log(1 + n/d); where n/d overflows, the 1 is long lost."""
    q = xdivy(b, n, d)
    return b.guard(q.equals(inf), b.op("log", abs(n)) - b.op("log", abs(d)), b.op("log1p", q))


def log1p_square(b: Program, n: Value, d: Value) -> Value:
    """log(1 + (n/d)**2); where the square overflows, the 1 is long lost."""
    half, factor = halved(b, n)
    q = quotient(b, n, d, weight=True)
    square = q * q
    far = (b.op("log", abs(half)) + b.op("log", factor) - b.op("log", abs(d))) * 2
    return b.guard(square.equals(inf), far, b.op("log1p", square))


def smaller_ratio(b: Program, n: Value, d: Value) -> tuple[Value, Value]:
    """Whether |n| > |d|, and the smaller of n/d and d/n in size: its square is at most 1."""
    above = abs(n) > abs(d)
    return above, xdivy(b, b.where(above, d, n), b.where(above, n, d))


def over_squares(b: Program, n: Value, d: Value) -> Value:
    """n/(n**2 + d**2) as (1/n)/(1 + (d/n)**2) or (n/d/d)/(1 + (n/d)**2)."""
    above, q = smaller_ratio(b, n, d)
    return b.where(above, 1 / n, xdivy(b, q, d)) / (q * q + 1)


def share_of_squares(b: Program, n: Value, d: Value) -> Value:
    """n**2/(n**2 + d**2) as 1/(1 + (d/n)**2) or (n/d)**2/(1 + (n/d)**2)."""
    above, q = smaller_ratio(b, n, d)
    square = q * q
    return b.where(above, 1, square) / (square + 1)


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


SCALE = 2.0**64
# 64*log(2), its first 24 bits, which are exact in float32 too, and exp of the rest, less 1.
SHIFT, *_REST = three_parts(64 * symbolic_log(2))
BEYOND_SHIFT = expm1(sum(_REST))


def scaled_exp_difference(b: Program, x: Value, y: Value) -> Value:
    """SCALE*exp(x - y) for x <= y: of many that alone are too small for a float, the sum keeps its digits."""
    d = difference(b, x, y)
    back = x - d
    lost = (x - (back + d)) + (back - y)
    # Far below, the scale goes into the exponent, at the price of one rounding more.
    far = b.step(d < b.leaf("far", None))
    shift = far * SHIFT
    shifted = d + shift
    back = shifted - d
    lost = lost + ((d - (shifted - back)) + (shift - back))
    e = b.op("exp", shifted) * ((1 - far) * SCALE + far)
    return e + e * (b.guard(lost.is_nan, 0, lost) + far * BEYOND_SHIFT)


# Of logits


def softplus(b: Program, t: Value) -> Value:
    """log(1 + exp(t)) as max(t, 0) + log1p(exp(-|t|)): nothing overflows, and both terms are >= 0."""
    t, e = tied(b, t)
    return b.op("max", t, 0) + b.op("log1p", e)


def is_complement(one: Value, other: Value) -> bool:
    """Whether one is 1 - other."""
    return one.op == "sub" and is_const(one.args[0], 1) and one.args[1] is other


def softplus_pair(b: Program, t: Value, w: Value, v: Value, total: Value) -> Value:
    """w*softplus(t) + v*softplus(-t) with w + v = total."""
    t, e = tied(b, t)
    small = total * b.op("log1p", e)
    if is_complement(w, v):
        # |t|*(w where t > 0, else v) in two operations, exact at a hard v.
        return small + weighted(b, b.step(t > 0) - v, t)
    return small + weighted(b, b.where(t > 0, w, v), abs(t))


def sigmoid(b: Program, t: Value) -> Value:
    """1/(1 + exp(-t)) without an exponential that overflows."""
    t, e = tied(b, t)
    return b.where(t > 0, 1, e) / (e + 1)


def sigmoid_slope(b: Program, t: Value) -> Value:
    t, e = tied(b, t)
    return e / (e + 1) / (e + 1)


def sigmoid_ratio(b: Program, x: Value, y: Value) -> Value:
    """sigmoid(x)/sigmoid(y), also where both are too small for a float."""
    lead = exp_difference_of_any_sign(b, b.op("min", x, 0), b.op("min", y, 0))
    return lead * ((b.op("exp", -abs(y)) + 1) / (b.op("exp", -abs(x)) + 1))


def sigmoid_difference(b: Program, x: Value, y: Value) -> Value:
    """sigmoid(x) - sigmoid(y), as plus or minus sigmoid(larger)*sigmoid(-smaller)*(1 - exp(smaller - larger))."""
    above = x > y
    larger, smaller = b.where(above, x, y), b.where(above, y, x)
    size = sigmoid(b, larger) * sigmoid(b, -smaller) * (0 - b.op("expm1", difference(b, smaller, larger)))
    return b.where(above, size, 0 - size)


def share_of_difference(b: Program, x: Value, y: Value, above: Value) -> Value:
    """sigmoid(x)*sigmoid(-x)/(sigmoid(x) - sigmoid(y)), as sigmoid(-x)/sigmoid(-y)/(1 - exp(y - x)), or for -x, -y.

    ``above`` says whether x > y; where they are equal, whether the difference is a positive 0.
    """
    larger, smaller = b.where(above, x, -x), b.where(above, y, -y)
    size = sigmoid_ratio(b, -larger, -smaller) / (0 - b.op("expm1", difference(b, smaller, larger)))
    return b.where(above, size, 0 - size)


def sigmoid_pair(b: Program, t: Value, w: Value, v: Value) -> Value:
    """w*sigmoid(t) + v*sigmoid(-t); with w = 1 - y and v = -y, 1 - y is formed where it is exact at a hard y."""
    t, e = tied(b, t)
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


def log_mixture(b: Program, w: Value, x: Value, v: Value, y: Value) -> Value:
    """log(w*exp(x) + v*exp(y)): the larger term's logarithm, and log1p of what the other one is beside it."""
    one, other = leading(b, b.op("log", abs(w)), x), leading(b, b.op("log", abs(v)), y)
    first = one >= other
    gap = b.where(first, y, x) - b.where(first, x, y)
    beside = times_exp(b, b.where(first, v / w, w / v), gap)
    lead, own = b.where(first, one, other), b.where(first, w, v)
    value = lead + b.op("log1p", b.guard(beside.is_nan & x.equals(x) & y.equals(y), 0, beside))
    return b.where(own < 0, float("nan"), value)


def log_cosh(b: Program, t: Value) -> Value:
    """log(cosh(t)); near 0, through cosh(t) - 1 = (exp(-|t|) - 1)**2*exp(|t|)/2."""
    size = abs(t)
    less = b.op("expm1", -size)
    near = b.op("log1p", less * less / (less + 1) * 0.5)
    return b.where(size < 1, near, size - (log(2) - b.op("log1p", b.op("exp", size * -2))))


def neg_log_softmax(b: Program, own: Value, largest: Value, rest: Value) -> Value:
    """rest - (own - largest), where the bracket is <= 0: nothing cancels."""
    return rest - difference(b, own, largest)


def weighted_neg_log_softmax(b: Program, w: Value, own: Value, largest: Value, rest: Value) -> Value:
    """w times that; own - largest may overflow where w*(own - largest) does not."""
    value = weighted(b, w, neg_log_softmax(b, own, largest, rest))
    overflows = difference(b, own, largest).equals(-inf) & b.op("ne", w, 0)
    return b.guard(overflows, w * (largest * 0.5 - own * 0.5) * 2, value)


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
