"""Elementary functions for numba, in float64, without branches: LLVM makes vector code of a plain loop over them.

Each but `lgamma` and `digamma` is within 1 unit in the last place of the exact value (`expm1` within 1.2) over its
whole range, subnormal numbers included, and keeps NaN, infinities and the sign of zero. They are inlined by LLVM,
not by numba, so that they keep their own options, whatever those of the caller are: a product and a sum may be
fused, a division by zero raises nothing, NaN is respected. A caller compiled with ``cache=True`` holds their code:
it must be compiled anew when this module changes, which numba does not notice.

EXP and LOG are what ``python -m benchmarks.polynomials`` prints.
"""

import math
from typing import Any

from llvmlite.binding import add_symbol
from numba import extending, njit, types

__all__ = ["choose", "exp", "exp_nonpositive", "expm1", "lgamma", "log", "log1p", "log1p_unit"]  # and digamma

scalar: Any = njit(forceinline=True, error_model="numpy", fastmath={"contract"})
intrinsic: Any = extending.intrinsic

EXP = (  # error 0.031 * 2**-53
    0.5000000000000013, 0.166666666666667, 0.041666666666514335, 0.008333333333306998,
    0.0013888888947329165, 0.00019841269917831032, 2.4801489592539062e-05, 2.7557215902461375e-06,
    2.763141313040495e-07, 2.511798691115352e-08,
)  # fmt: skip
LOG = (  # error 0.012 * 2**-53
    0.6666666666666631, 0.4000000000015724, 0.2857142854785464, 0.22222223969688143,
    0.18181743926377084, 0.15386559892813176, 0.1330097397823882, 0.12106083182709593,
    0.08340114802291036, 0.1701855091498125,
)  # fmt: skip

# log(2) as HIGH + LOW; HIGH has so many trailing zeros that its product with an exponent is exact.
HIGH, LOW = float.fromhex("0x1.62e42fefa0000p-1"), float.fromhex("0x1.cf79abc9e3b3ap-40")
# A number plus ROUND is rounded to an integer, which then stands in the low bits of the sum.
ROUND, ROUND_BITS = 1.5 * 2.0**52, 0x4338000000000000
EXPONENT, MANTISSA = 0x7FF0000000000000, 0x000FFFFFFFFFFFFF
THREE_QUARTERS = 0x3FE8000000000000
# Added to the bits of m*2**k, 0.75 <= m < 1.5: k + 1022 stands in the exponent, m less 0.75 in the mantissa.
SPLIT = (1022 << 52) - THREE_QUARTERS
# What is added to an exponent, beside its bias, so that exp can neither overflow nor underflow before its last step.
UP, DOWN = ROUND + 1023.0 - 64.0, ROUND + 1023.0 + 64.0


@intrinsic
def bits(_: Any, x: Any) -> Any:
    """The bits of a double as an integer."""
    return types.int64(types.float64), lambda c, b, s, a: b.bitcast(a[0], c.get_value_type(types.int64))


@intrinsic
def number(_: Any, x: Any) -> Any:
    """The double with these bits."""
    return types.float64(types.int64), lambda c, b, s, a: b.bitcast(a[0], c.get_value_type(types.float64))


@intrinsic
def shift_right(_: Any, x: Any, n: Any) -> Any:
    """x >> n with zeros shifted in: AVX2 has no other for 64 bits."""
    return types.int64(types.int64, types.int64), lambda c, b, s, a: b.lshr(a[0], a[1])


@intrinsic
def choose(_: Any, condition: Any, x: Any, y: Any) -> Any:
    """x if condition else y, both computed: certainly not a jump."""
    signature = types.float64(types.boolean, types.float64, types.float64)
    return signature, lambda c, b, s, a: b.select(a[0], a[1], a[2])


@scalar
def _polynomial(c: tuple[float, ...], x: float) -> float:
    """c[0] + c[1]*x + ... + c[9]*x**9, in an order with short chains of dependent steps."""
    x2 = x * x
    low = (c[0] + c[1] * x) + x2 * (c[2] + c[3] * x)
    high = (c[4] + c[5] * x) + x2 * ((c[6] + c[7] * x) + x2 * (c[8] + c[9] * x))
    return low + x2 * x2 * high


@scalar
def _reduced(x: float, shift: float) -> tuple[float, float, float]:
    """With x = k*log(2) + r: 2**k times what shift adds to the exponent; head and tail, head - tail = exp(r) - 1."""
    t = x * 1.4426950408889634 + shift
    k = t - shift
    head = x - k * HIGH  # exact
    rest = k * LOW
    r = head - rest
    return number(bits(t) << 52), head, rest - r * r * _polynomial(EXP, r)


@scalar
def exp(x: float) -> float:
    """exp(x), rounded once more where it is subnormal."""
    negative = x < 0.0
    y = choose(x < -746.0, -746.0, x)
    y = choose(y > 710.0, 710.0, y)
    scale, head, tail = _reduced(y, choose(negative, DOWN, UP))
    return (scale + scale * (head - tail)) * choose(negative, 2.0**-64, 2.0**64)


@scalar
def exp_nonpositive(x: float) -> float:
    """exp(x) for x <= 0 or NaN, with fewer steps."""
    scale, head, tail = _reduced(choose(x < -746.0, -746.0, x), DOWN)
    return (scale + scale * (head - tail)) * 2.0**-64


@scalar
def expm1(x: float) -> float:
    """exp(x) - 1: scale*(head - tail) + scale - 1, summed with the errors of the larger sums."""
    large = x > 700.0  # computed as a half, then doubled
    one = choose(large, 0.5, 1.0)
    y = choose(x < -40.0, -40.0, x)
    y = choose(y > 710.0, 710.0, y)
    scale, head, tail = _reduced(y, choose(large, ROUND + 1022.0, ROUND + 1023.0))
    less = one - scale
    lead = scale * head - less
    error = scale * head - (lead + less) - (one - (less + scale))
    return (lead + (error - scale * tail)) * choose(large, 2.0, 1.0)


@scalar
def _minus_exponent(split: int) -> float:
    """-k of a number split with SPLIT; as 0.0 - 0.0 is not -0.0, with this sign log1p(-0.0) is."""
    return ROUND + 1022.0 - number(shift_right(split, 52) | ROUND_BITS)


@scalar
def _logarithm(f: float, minus_k: float, x: float) -> float:
    """log(x) of x = (1 + f)*2**k, -0.25 <= f < 0.5, and its limits where x is 0 or infinite."""
    s = f / (2.0 + f)
    w = s * s
    lead = f - minus_k * HIGH
    error = f - (lead + minus_k * HIGH)
    value = lead + (s * (w * _polynomial(LOG, w) - f) - minus_k * LOW + error)
    return choose(x > 0.0, choose(x < math.inf, value, x), choose(x == 0.0, -math.inf, math.nan))


@scalar
def log(x: float) -> float:
    """log(x): -inf at 0, NaN below."""
    subnormal = x < 2.0**-1022
    split = bits(choose(subnormal, x * 2.0**54, x)) + SPLIT
    f = number((split & MANTISSA) + THREE_QUARTERS) - 1.0
    return _logarithm(f, _minus_exponent(split) + choose(subnormal, 54.0, 0.0), x)


@scalar
def log1p(x: float) -> float:
    """log(1 + x): -inf at -1, NaN below. The exponent k comes from 1 + x, and f = (1 + x)/2**k - 1 is exact."""
    split = bits(1.0 + x) + SPLIT
    four = number(~split & EXPONENT)  # 4/2**k, which is a normal number for every k
    return _logarithm(0.25 * (four * x - (4.0 - four)), _minus_exponent(split), 1.0 + x)


@scalar
def log1p_unit(x: float) -> float:
    """log(1 + x) for 0 <= x <= 1 or NaN, with fewer steps."""
    d = 2.0 + x
    s = x / d
    w = s * s
    return s * (w * _polynomial(LOG, w) + s * (x - (d - 2.0)) - x) + x


@scalar
def lgamma(x: float) -> float:
    """log|gamma(x)| of the C library: SciPy's `gammaln` loses its digits near 1 and 2."""
    return math.lgamma(x)


def __getattr__(name: str) -> Any:
    """digamma, SciPy's own compiled function, when it is first asked for: nothing else here needs SciPy."""
    if name != "digamma":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        address = extending.get_cython_function_address("scipy.special.cython_special", "__pyx_fuse_1psi")
    except ImportError:
        raise ImportError("digamma on backend='numba' needs SciPy: pip install scipy") from None
    add_symbol("cesym_digamma", address)  # a name of ours: a caller's cached code finds it in the next process
    double: Any = types.float64
    psi: Any = types.ExternalFunction("cesym_digamma", double(double, types.intc))

    @scalar
    def digamma(x: float) -> float:
        """The derivative of log(gamma(x))."""
        return psi(x, 0)

    globals()[name] = digamma
    return digamma
