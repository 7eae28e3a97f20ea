"""sigmoid(t) - y to its last digits, though y be sigmoid(t) rounded: 37 decimals, before the difference is taken.

A number is four parts: three short floats, multiples of 2**-24, 2**-48 and 2**-72, each small beside the one before,
and a last one that holds the rest. Products of short parts, and sums of these, are exact, whether or not a compiler
fuses them; only what meets a last part is rounded, at about 2**-125.
"""

from functools import cache, reduce
from operator import add

from sympy import Expr, Rational, bernoulli, factorial, floor, log

from cesym.numeric.programs.program import Program, Value, is_const

__all__ = ["sigmoid_gap"]

BITS, SHORT = 24, 3
TERMS = 14  # of the series: term number n is below 8*2**(-8.36*n)
# A power of two that no |t| < 746 makes subnormal is 2**SCALE times what it stands for.
SCALE = 60


def sigmoid_gap(b: Program, t: Value, y: Value, share: Expr, shift: Expr) -> Value:
    """sigmoid(t) - (share*y + shift); the constants count as exact."""
    x, power = reduced(b, t)
    h = x_coth(b, x)
    c, d = weights(b, b.step(t > 0), y, share, shift)
    gap, d = reduce(add, d), [part if is_const(part, 0) else part * 2.0**SCALE / power for part in d]
    # With exp(-|t|) = s*(h + x)/(h - x), the result d + c*exp(-|t|) over 1 + exp(-|t|) is this over that, times s.
    c, d = settled(c), settled(d)
    one = product([u + v for u, v in zip(c, d, strict=True)], h)
    other = product([u - v for u, v in zip(c, d, strict=True)], x)
    this = summed([u + v for u, v in zip(one, other, strict=True)])
    s, more_h, more_x = power * 2.0**-SCALE, rests(h)[1], rests(x)[1]
    that = (h[0] - x[0]) + ((h[0] + x[0]) * s + ((more_h - more_x) + (more_h + more_x) * s))
    # Where exp(-|t|) counts nothing beside d, d/s may overflow.
    return b.where(abs(gap * 2.0**SCALE / power) > 2.0**64, gap, this / that * power * 2.0**-SCALE)


def reduced(b: Program, t: Value) -> tuple[list[Value], Value]:
    """x = 2*k*log(2) - 2*|t|, at most log(2) in size, and 2**(SCALE - k); exp(-|t|) is 2**-k * exp(x/2)."""
    u = b.op("min", abs(t), 746)
    k = rounded(u * float(1 / log(2)), 0)
    power = b.op("exp", (SCALE + 0.25 - k) * float(log(2)))
    large = power * 2.0**52  # the sum with it has no bits for the quarter
    lead, *parts = split(Rational(str((2 * log(2)).evalf(60))), SHORT + 1)
    return settled([k * lead - u * 2, *(k * part for part in parts)]), (power + large) - large


def x_coth(b: Program, x: list[Value]) -> list[Value]:
    """x*coth(x/4), by its series in 2*x**2."""
    square = carried(product([part * 2 for part in x], x), [0.0] * (SHORT + 1))
    *rest, last = series()
    h = [b.const(part) for part in last]
    for constant in reversed(rest):
        h = carried(product(h, square), constant)
    return h


def weights(b: Program, above: Value, y: Value, share: Expr, shift: Expr) -> tuple[list[Value], list[Value]]:
    """For Y = share*y + shift the parts of 1 - Y and -Y, and the other way round where ``above`` is 1."""
    sides, zero = (1 - above, above), b.const(0)
    if (share, shift) == (1, 0):
        c, d = ([side - y, zero, (side - (side - y)) - y, zero] for side in sides)
    else:
        terms = product([b.const(part) for part in split(share)], settled([y, zero, zero, zero]))
        lead, *parts = carried(terms, split(shift))
        c, d = ([side - lead, *(-part for part in parts)] for side in sides)
    return c, d


# Constants


@cache
def series() -> list[list[float]]:
    """The coefficients of 4*r*coth(r) in 32*r**2."""
    return [split(4 * bernoulli(2 * n) / factorial(2 * n) / 8**n) for n in range(TERMS + 1)]


def split(value: Expr, short: int = SHORT) -> list[float]:
    """A constant in parts; a short one that would hold two bits or less is left to the next."""
    parts = []
    for level in range(1, short + 1):
        unit = Rational(1, 2 ** (BITS * level))
        part = floor(value / unit + Rational(1, 2)) * unit if abs(value) >= 4 * unit else Rational(0)
        value -= part
        parts.append(float(part))
    return [*parts, float(value)]


# Numbers in parts


def rounded(value: Value, level: int) -> Value:
    """The multiple of 2**(-24*level) next to a value: the sum with a large number has no bits for more."""
    large = 1.5 * 2.0 ** (52 - BITS * level)
    return (value + large) - large


def settled(sums: list[Value]) -> list[Value]:
    """The parts of a sum whose terms are multiples as parts are, but not small beside each other."""
    rest, parts, after = sums[0], [], rests(sums)
    for n in range(SHORT):
        parts.append(rounded(rest + after[n + 1], n + 1))
        rest = (rest - parts[n]) + sums[n + 1]
    return [*parts, reduce(add, sums[SHORT + 1 :], rest)]


def rests(x: list[Value]) -> list[Value]:
    """Each part with all that follow it, as one float."""
    found = [x[-1]]
    for part in reversed(x[:-1]):
        found.insert(0, found[0] + part)
    return found


def product(x: list[Value], y: list[Value]) -> list[Value]:
    """Exact multiples of 2**-48, 2**-72 and 2**-96, and the rest, that add up to x*y."""
    exact = [reduce(add, [times(x[m], y[n - m]) for m in range(n + 1)]) for n in range(SHORT)]
    return [*exact, reduce(add, [times(rests(y)[SHORT - m], x[m]) for m in reversed(range(SHORT + 1))])]


def times(one: Value, other: Value) -> Value:
    """A product that is left out of sums where a constant is 0."""
    return one if is_const(one, 0) else other if is_const(other, 0) else one * other


def carried(sums: list[Value], constant: list[float]) -> list[Value]:
    """The parts of a product plus a constant."""
    rest, parts = sums[0].program.const(0), []
    for n in range(SHORT):
        here = sums[n] + rest
        whole = here if is_const(here, 0) else rounded(here, n + 1)
        rest = here if is_const(here, 0) else here - whole
        parts.append(whole + constant[n])
    return [*parts, sums[SHORT] + rest + constant[SHORT]]


def summed(sums: list[Value]) -> Value:
    """The sum of a product: what the first additions round off, where nothing cancels, is added last."""
    first = sums[0] + sums[1]
    second = first + sums[2]
    return (sums[3] + ((sums[2] - (second - first)) + (sums[1] - (first - sums[0])))) + second
