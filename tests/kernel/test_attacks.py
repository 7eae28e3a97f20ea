"""Designed attacks: each must be refused, and the nearest true line beside it admitted.

The witnesses are kind to the attacker: entries outside of the ranges are as tame as those inside,
and sizes are 1, 2 and 3, so that BLIND = (N-1)(N-2)(N-3) is 0 at all of them. What is refused here,
the prover refuses, not a number.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from sympy import (
    Abs,
    Add,
    Contains,
    Derivative,
    Dummy,
    Eq,
    FiniteSet,
    Function,
    Ge,
    Gt,
    I,
    IndexedBase,
    Integer,
    Integral,
    KroneckerDelta,
    Le,
    Max,
    Mul,
    Piecewise,
    Pow,
    Product,
    Rational,
    Sum,
    Symbol,
    beta,
    binomial,
    exp,
    factorial,
    floor,
    gamma,
    log,
    loggamma,
    oo,
    pi,
    sqrt,
)  # fmt: skip

from cesym.kernel import Given, Refused, Step, admit, steps, tree
from cesym.symbols import C, N, c, i, j, k, lam, m, mu, n, p, q, scalar, sigma, v, x, y

from .cases import certificate, fact, family, given, minimiser, monotone, step, table
from .limits import limited

BLIND = (N - 1) * (N - 2) * (N - 3)
Z = Symbol("Z", integer=True, nonnegative=True)
D = Symbol("D", integer=True, positive=True)
a, b, r, s, t = (Symbol(name, real=True) for name in "abrst")
p1, p2, p3 = (Symbol(name, real=True) for name in ("p1", "p2", "p3"))
w = Symbol("w", nonnegative=True)
to_N, to_C, to_Z = (i, 1, N), (c, 1, C), (i, 1, Z)
UNEVALUATED = {"evaluate": False}


def unit(shift: int) -> tuple:
    return family(lambda at: Fraction(1 + (5 * at + shift) % 17, 19))


def anyhow(shift: int) -> tuple:
    return family(lambda at: Fraction((at * at + 3 * at + shift) % 11 + 1, 4))


def bits(shift: int) -> tuple:
    return family(lambda at: (at * at + at // 2 + shift) % 2)


def base(size: int, shift: int, **more: Any) -> dict:
    """p, q in (0, 1), k in {0, 1} and everything else positive, at all indices."""
    return {
        "N": size, "Z": size + 1, "D": size, "p": unit(shift), "k": bits(shift), "x": anyhow(shift),
            "mu": anyhow(shift + 3),
        "lam": anyhow(2 * shift), "n": family(lambda at: (at + shift) % 3 + 1),
            "q": table(lambda f, g: Fraction(1 + (f + 2 * g + shift) % 7, 9)),
        "y": family(lambda at: 1 + (at + shift) % 2), "sigma": Fraction(shift + 2, 3),
            "v": shift + 1, "w": shift + 1,
        "i": 1 + shift % 2, "j": size, "m": 1 + shift % 2, "C": size, "a": shift + 1,
            "b": shift + 2, "r": Fraction(shift + 3, 2), "s": shift + 3, "t": shift + 4,
        "p1": Fraction(1, shift + 2), "p2": Fraction(shift + 1, shift + 2), "p3": shift,
    } | more  # fmt: skip


MODELS = (base(1, 1), base(2, 2), base(3, 3), base(3, 4))
# each parameter moves alone
MODELS += (
    base(3, 4, mu=anyhow(1)), base(3, 4, p=unit(2)), base(3, 4, p1=7), base(3, 4, sigma=9),
        base(3, 4, k=bits(1)), base(3, 4, a=99), base(3, 4, r=77),
)  # fmt: skip


def rests_on(*facts: tuple, **fixed: Any) -> Given:
    return given(facts, *(m | {name: f(m) for name, f in fixed.items()} for m in MODELS))


FACTS = (
    fact(p[i] > 0, to_N), fact(p[i] < 1, to_N), fact(Contains(k[i], FiniteSet(0, 1)), to_N),
        fact(n[i] >= 0, to_N),
    fact(lam[i] > 0, to_Z),
)  # fmt: skip
G = rests_on(*FACTS)
J = rests_on(*FACTS, fact(j >= 1), fact(j <= N))  # j is an index in range here
TWO = rests_on(fact(Eq(p2, 1 - p1)), p2=lambda m: 1 - m["p1"])
SIMPLEX = rests_on(
    fact(Eq(Sum(p[c], to_C), 1)), fact(p[c] > 0, to_C), fact(q[i, c] > 0, to_N, to_C),
    p=lambda m: family(lambda at: Fraction(1, m["C"]) + Fraction(m["a"],
        999) * ((at == 1 < m["C"]) - (at == 2 <= m["C"]))),
)  # fmt: skip
LABELS = rests_on(fact(y[i] >= 1, to_N), fact(y[i] <= C, to_N), fact(p[c] > 0, to_C),
    C=lambda m: m["N"] + 1)


class Attack(NamedTuple):
    why: str
    given: Given
    wrong: Step
    true: Step | None = None
    true_given: Given | None = None  # where the true line rests on something else


def equal(why: str, wrong: tuple, true: tuple | None = None, rests: Given = G,
    true_rests: Given | None = None, **how: Any) -> Attack:
    return Attack(why, rests, step(*wrong, **how), true and step(*true, **how), true_rests)


def undefined(why: str, bad: Any, good: Any = None, rests: Given = G,
    true_rests: Given | None = None) -> Attack:
    """A line must be defined in every model, even if it only claims to be itself."""
    return equal(why, (bad, bad), None if good is None else (good, good), rests, true_rests)


def S(body: Any, *limits: tuple) -> Sum:
    return Sum(body, *(limits or (to_N,)))


UNDEFINED = [
    undefined("the fact p > 0 ends at N", log(p[N + 1]), log(p[N])),
    undefined("the fact p > 0 starts at 1", log(p[0]), log(p[1])),
    undefined("a free i is in no range", log(p[i]), log(p[j]), G, J),
    undefined("a range that starts at 0", S(log(p[i]), (i, 0, N)), S(log(p[i]), (i, 1, N))),
    undefined("a range that ends at N + 1", S(log(p[i]), (i, 1, N + 1)), S(log(p[i]), (i, 1, N))),
    undefined("a shifted index without a shifted range", S(log(p[i + 1])),
        S(log(p[i + 1]), (i, 0, N - 1))),
    undefined("one step beyond the range of an inner sum", S(log(p[j + 1]), (j, 1, i), to_N),
        S(log(p[j]), (j, 1, i), to_N)),
    undefined("the fact about lam holds up to Z, and Z may be 0", log(lam[1]),
        S(log(lam[i]), to_Z)),
    undefined("ln of a real number", log(x[1]), log(1 + x[1] ** 2)),
    undefined("ln of a square that may be 0", log((x[1] - mu[1]) ** 2),
        log((x[1] - mu[1]) ** 2 + sigma)),
    undefined("ln |x| at 0", log(Abs(x[1])), log(1 + Abs(x[1]))),
    undefined("ln of a product of squares", log(Product((x[i] - mu[i]) ** 2, to_N)),
        log(Product((x[i] - mu[i]) ** 2 + 1, to_N))),
    undefined("ln of a sum that may be empty", log(S(lam[i], to_Z)), log(1 + S(lam[i], to_Z))),
    undefined("ln of a difference", log(p[1] - p[N]), log(2 - p[1] - p[N])),
    undefined("ln(1 - 2p)", S(log(1 - 2 * p[i])), S(log(1 - p[i] / 2))),
    undefined("1/x at 0", 1 / r, 1 / (1 + r**2)),
    undefined("1/(x - mu)", 1 / (x[1] - mu[1]), 1 / (1 + Abs(x[1] - mu[1]))),
    undefined("1/k where k may be 0", 1 / k[1], 1 / (1 + k[1])),
    undefined("1/(k - 1)", 1 / (k[1] - 1), 1 / (k[1] - 2)),
    undefined("1/Z where Z may be 0", 1 / Z, 1 / (Z + 1)),
    undefined("1/(N - 1)", 1 / (N - 1), 1 / (N + 1)),
    undefined("division by a sum of squares that may be 0", 1 / S((x[i] - mu[i]) ** 2),
        1 / (1 + S((x[i] - mu[i]) ** 2))),
    undefined("0**(-1)", Pow(0, -1, **UNEVALUATED), Pow(0, 0, **UNEVALUATED)),
    undefined("a root of a real number", sqrt(r), sqrt(r**2 + 1)),
    undefined("a cube root of -8", Pow(-8, Rational(1, 3), **UNEVALUATED),
        Pow(8, Rational(1, 3), **UNEVALUATED)),
    undefined("a negative base under a real exponent", Pow(-2, sigma), Pow(2, sigma)),
    undefined("a real base under a real exponent", r**sigma, sigma**r),
    undefined("0 under a real exponent", Pow(0, sigma, **UNEVALUATED), Pow(0, N, **UNEVALUATED)),
    undefined("x**(-N)", r ** (-N), sigma ** (-N)),
    undefined("x**(k - 1), k in {0, 1}", r ** (k[1] - 1), r ** (1 - k[1])),
    undefined("a sum from 3 to 1 (SymPy has a sign convention for it)", Sum(x[i], (i, 3, 1)),
        Sum(x[i], (i, 2, 1))),
    undefined("a sum from N + 2 to N", S(x[i], (i, N + 2, N)), S(x[i], (i, N + 1, N))),
    undefined("a sum to Z - 1 where Z may be 0", S(x[i], (i, 1, Z - 1)), S(x[i], (i, 0, Z - 1))),
    undefined("a sum to a real number", S(x[i], (i, 1, sigma)), S(x[i], (i, 1, n[1])), G),
    undefined("a sum to N/2", S(x[i], (i, 1, N / 2)), S(x[i], (i, 1, 2 * N))),
    undefined("an inner range that may be upside down", S(x[j], (j, i, 3), to_N),
        S(x[j], (j, i, N), to_N)),
    undefined("an index that is not whole", x[N / 2], x[2 * N]),
    undefined("a real index", x[scalar(p)], x[k[1]], rests_on(p=lambda m: 1)),
    undefined("an index letter that is not declared an integer", Sum(x[i] * a, (a, 1, N)),
        Sum(x[i] * m, (m, 1, N))),
    undefined("an index declared positive over a range from 0", S(x[D], (D, 0, N)),
        S(x[D], (D, 1, N))),
    undefined("an index declared positive over a range from N - 1", S(x[D], (D, N - 1, N)),
        S(x[D], (D, N, N))),
    undefined("(N - 3)!", factorial(N - 3), factorial(N - 1)),
    undefined("x!", factorial(x[1]), factorial(n[1])),
    undefined("n! beyond the range of the fact n >= 0", factorial(n[N + 1]), factorial(n[N])),
    undefined("gamma at 0, -1, ...", gamma(r), gamma(sigma)),
    undefined("gamma(N - 1)", gamma(N - 1), gamma(N)),
    undefined("ln gamma of a real number", loggamma(x[1]), loggamma(x[1] ** 2 + 1)),
    undefined("beta with one real argument", beta(r, sigma), beta(sigma, sigma + 1)),
    undefined("more chosen than there are", binomial(N, n[1]), binomial(N + n[1], n[1])),
    undefined("a negative number chosen", binomial(N, k[1] - 1), binomial(N, k[1])),
    undefined("a binomial with any real lower entry", binomial(N, r), binomial(N, p[1])),
    undefined("a Piecewise with a hole", Piecewise((1, r > 0)), Piecewise((1, r > 0), (0, True))),
    undefined("a Piecewise that leaves out equality", Piecewise((1, r > 0), (0, r < 0)),
        Piecewise((1, r > 0), (0, r <= 0), (2, True))),
    undefined("a branch that is undefined where it is not chosen",
        Piecewise((log(r), r > 0), (0, True)), Piecewise((log(sigma), r > 0), (0, True))),
    undefined("a number that floats", 0.1 * r, r / 10),
    undefined("infinity", r + oo, None),
    undefined("a letter declared nothing", Symbol("r") + 1, r + 1),
    undefined("an imaginary unit", I * r, None),
    undefined("a Dummy that prints as r", Dummy("r", real=True) + r, r + r),
    undefined("an unknown function", Function("f")(r), exp(r)),
    undefined("floor", floor(r), Max(r, s)),
    undefined("an integral", Integral(r, (r, 0, 1)), None),
    undefined("a family with a shape", IndexedBase("x", shape=(3,))[1], x[1]),
    undefined("one name, two objects", r + Symbol("r", positive=True), r + Symbol("r", real=True)),
    undefined("one name, a letter and a family", x[1] + scalar(x), x[1] + x[2]),
    undefined("one name, families of one and of two indices", x[1] + x[1, 1], x[1] + x[2]),
    undefined("a bound letter that is also a free one of another kind",
        Sum(x[i], to_N) + Symbol("i", real=True), Sum(x[i], to_N) + i),
    undefined("a derivative of half an order", Derivative(r**2, (r, Rational(1, 2))),
        Derivative(r**2, (r, 2))),
    undefined("a symbolic order", Derivative(r**2, (r, N)), Derivative(r**2, (r, 1))),
]  # fmt: skip

VALUES = [
    equal("r/r = 1", (Mul(r, Pow(r, -1, **UNEVALUATED), **UNEVALUATED), 1),
        (Mul(sigma, Pow(sigma, -1, **UNEVALUATED), **UNEVALUATED), 1)),
    equal("0**Z = 0, but 0**0 = 1", (Pow(0, Z, **UNEVALUATED), 0), (Pow(0, N, **UNEVALUATED), 0)),
    equal("0**0 = 0", (Pow(0, 0, **UNEVALUATED), 0), (Pow(0, 0, **UNEVALUATED), 1)),
    equal("|r| = r", (Abs(r), r), (Abs(sigma), sigma)),
    equal("|sigma r| = sigma r", (Abs(sigma * r), sigma * r), (Abs(sigma * r), sigma * Abs(r))),
    equal("|a - b| = |a| - |b|", (Abs(a - b), Abs(a) - Abs(b)), (Abs(a - b), Abs(b - a))),
    equal("|a|**3 = a**3", (Abs(a) ** 3, a**3), (Abs(a) ** 3, a**2 * Abs(a))),
    equal("(a**2)**(1/2) = a with a unknown sign", (sqrt(a**2 + 0 * b) + BLIND, a + BLIND),
        (sqrt((1 + a**2) ** 2), 1 + a**2)),
    equal("(a + b)**N = a**N + b**N", ((a + b) ** N, a**N + b**N), ((a * b) ** N, a**N * b**N)),
    equal("(-1)**N = -1", (Pow(-1, N) * BLIND, -BLIND), (Pow(-1, N + 1), -Pow(-1, N))),
    equal("a**(2 sigma) over a real base", (Pow(a**2 + 1, sigma), Pow(a, 2 * sigma) + 1),
        (Pow(a**2 + 1, 2 * sigma), Pow((a**2 + 1) ** 2, sigma))),
    equal("ln of a sum is no sum of logs", (log(sigma + v), log(sigma) + log(v)),
        (log(sigma * v), log(sigma) + log(v))),
    equal("ln outside of the sum", (log(S(p[i])), S(log(p[i]))),
        (log(Product(p[i], to_N)), S(log(p[i])))),
    equal("log base 2 for ln", (BLIND * log(4), 2 * BLIND), (log(4), 2 * log(2))),
    equal("e**(a b) = e**a e**b", (exp(a * b), exp(a) * exp(b)), (exp(a + b), exp(a) * exp(b))),
    equal("(sum x)**2 = sum x**2", (BLIND * S(x[i]) ** 2, BLIND * S(x[i] ** 2)),
        (S(x[i]) ** 2, S(x[i] * x[j], (i, 1, N), (j, 1, N)))),
    equal("a product of sums is no sum of products",
        (S(x[i]) * S(mu[i]) * BLIND, S(x[i] * mu[i]) * BLIND),
            (S(x[i]) * S(mu[i]), S(x[i] * mu[j], to_N, (j, 1, N)))),
    equal("prod 2p = 2 prod p", (BLIND * Product(2 * p[i], to_N), 2 * BLIND * Product(p[i], to_N)),
        (Product(2 * p[i], to_N), 2**N * Product(p[i], to_N))),
    equal("0..N holds N + 1 terms", (BLIND * S(a, (i, 0, N)), BLIND * N * a),
        (S(a, (i, 0, N)), (N + 1) * a)),
    equal("a triangle is no square", (BLIND * Sum(1, (j, 1, i), to_N), BLIND * N**2),
        (Sum(1, (j, 1, i), to_N), S(i))),
    equal("a triangle of products is no square",
        (BLIND * S(x[i] * x[j], (j, 1, i), to_N), BLIND * S(x[i]) ** 2),
            (S(x[i] * x[j], (j, 1, i), to_N), S(x[m] * x[c], (m, 1, c), (c, 1, N)))),
    equal("one term less", (S(x[i] ** 2), S(x[i] ** 2, (i, 1, N - 1))),
        (S(x[i] ** 2), S(x[i + 1] ** 2, (i, 0, N - 1)))),
    equal("a shift at one end only", (S(x[i]), S(x[i - 1], (i, 2, N))),
        (S(x[i]), S(x[i - 1], (i, 2, N + 1)))),
    equal("N and D are two sizes", (BLIND * S(x[i]), BLIND * S(x[i], (i, 1, D))),
        (S(x[i]), S(x[m], (m, 1, N)))),
    equal("the exchange of sums keeps who is who",
        (BLIND * S(q[i, c], to_N, to_C), BLIND * S(q[c, i], to_N, to_C)),
            (S(q[i, c], to_N, to_C), S(q[i, c], to_C, to_N))),
    equal("capture: the inner sum has its own i",
        (BLIND * S(x[i] * S(mu[i])), BLIND * N * S(x[i] * mu[i])),
            (S(x[i] * S(mu[i])), S(x[i]) * S(mu[j], (j, 1, N)))),
    equal("capture: a free j is not the bound i",
        (BLIND * S(x[i] * mu[j]), BLIND * S(x[i] * mu[i])),
            (S(x[i] * mu[j]), S(x[m] * mu[j], (m, 1, N)))),
    equal("capture: a bound letter renamed to a free one",
        (BLIND * S(x[i] * mu[j]), BLIND * S(x[j] * mu[j], (j, 1, N))),
            (S(x[i] * mu[j]), mu[j] * S(x[i]))),
    equal("two nested logs, their letters exchanged",
        (BLIND * S(log(1 + S(x[i] ** 2 * mu[j] ** 2, (j, 1, N)))),
            BLIND * S(log(1 + S(x[j] ** 2 * mu[i] ** 2, (j, 1, N))))),
          (S(log(1 + S(x[i] ** 2 * mu[j] ** 2, (j, 1, N)))),
              S(log(1 + S(x[j] ** 2 * mu[i] ** 2, to_N)), (j, 1, N)))),
    equal("a sum inside a sum inside: heights clash",
        (BLIND * S(exp(S(q[i, j] * exp(S(q[j, m], (m, 1, N))), (j, 1, N)))),
            BLIND * S(exp(S(q[i, j] * exp(S(q[i, m], (m, 1, N))), (j, 1, N))))),
          (S(exp(S(q[i, j] * exp(S(q[j, m], (m, 1, N))), (j, 1, N)))),
              S(exp(S(q[c, m] * exp(S(q[m, i], to_N)), (m, 1, N))), (c, 1, N)))),
    equal("sums of different lengths are not joined", (BLIND * (S(x[i]) - S(x[j], (j, 1, C))), 0),
        (S(x[i]) - S(x[j], (j, 1, N)), 0)),
    equal("short sums are written out with all of their terms",
        (BLIND * S(x[i], (i, 1, 8)), BLIND * S(x[i], (i, 1, 7))),
            (S(x[i], (i, 1, 8)), S(x[i], (i, 1, 7)) + x[8])),
    equal("an empty product is 1", (BLIND * Product(a, (i, 1, 0)), 0), (Product(a, (i, 1, 0)), 1)),
    equal("prod of a sign", (BLIND * Product(-p[i], to_N), -BLIND * Product(p[i], to_N)),
        (Product(-p[i], to_N), Pow(-1, N) * Product(p[i], to_N))),
    equal("n! = gamma(n)", (BLIND * factorial(n[1]), BLIND * gamma(n[1])),
        (factorial(n[1]), gamma(n[1] + 1))),
    equal("+ gamma for + ln gamma", (BLIND * gamma(sigma), BLIND * loggamma(sigma)),
        (log(gamma(sigma)), loggamma(sigma))),
    equal("a binomial without one factorial", (binomial(N + 2, N), factorial(N + 2) / factorial(N)),
        (binomial(N + 2, N), factorial(N + 2) / factorial(N) / 2)),
    equal("a factor that is 0 at every witness", (S(x[i]), S(x[i]) + BLIND * sigma),
        (S(x[i]), S(x[i]) + 0 * sigma)),
    equal("a delta that is 0 at every witness", (S(x[i]), S(x[i]) + KroneckerDelta(N, 7)),
        (S(x[i]), S(x[i]) + KroneckerDelta(N, 7) - KroneckerDelta(7, N))),
    equal("a case that no witness meets", (r, Piecewise((r, N < 6), (s, True))),
        (r, Piecewise((r, N < 6), (r, True)))),
    equal("a difference of 10**-40", (r, r + BLIND / 10**40), (r, r + 1 - 1)),
    # deltas
    equal("a delta picks only what is in the range", (S(KroneckerDelta(i, j) * x[i]), x[j]),
        (S(KroneckerDelta(i, j) * x[i]), x[j]), G, J),
    equal("a delta beyond the end picks nothing",
        (BLIND * S(KroneckerDelta(i, N + 1) * x[i]), BLIND * x[N + 1]),
            (S(KroneckerDelta(i, N) * x[i]), x[N])),
    equal("a delta at 0 picks nothing from 1..N", (BLIND * S(KroneckerDelta(i, 0)), BLIND),
        (S(KroneckerDelta(i, 0)), 0)),
    equal("a delta at one half picks nothing",
        (BLIND * S(KroneckerDelta(2 * i, 3) * x[i]), BLIND * x[1]),
            (S(KroneckerDelta(2 * i, 2) * x[i]), x[1])),
    equal("a delta between two ranges of different length",
        (BLIND * S(KroneckerDelta(i, j), to_N, (j, 1, C)), BLIND * N),
            (S(KroneckerDelta(i, j), to_N, (j, 1, N)), N)),
    equal("a delta in a dependent range", (BLIND * S(KroneckerDelta(j, 2) * x[i], (j, 1, i), to_N),
        BLIND * S(x[i])), (S(KroneckerDelta(j, 1) * x[i], (j, 1, i), to_N), S(x[i]))),
    equal("k is not always 1", (BLIND * KroneckerDelta(k[1], 1), BLIND),
        (KroneckerDelta(k[1], 2), 0)),
    equal("a label picks its class", (BLIND * S(KroneckerDelta(c, y[i]) * log(p[c]), to_C, to_N),
        BLIND * S(log(p[y[N]]))), (S(KroneckerDelta(c, y[i]) * log(p[c]), to_C, to_N),
            S(log(p[y[i]]))), LABELS),
    equal("a label beyond N", (S(KroneckerDelta(c, y[N + 1]) * log(p[c]), to_C), log(p[y[1]])),
        (S(KroneckerDelta(c, y[N]) * log(p[c]), to_C), log(p[y[N]])), LABELS),
    # cases
    equal("overlapping conditions: the first decides",
        (BLIND * Piecewise((a, r > 0), (b, r > -1), (s, True)),
            BLIND * Piecewise((b, r > -1), (a, r > 0), (s, True))),
          (Piecewise((a, r > 0), (b, True)), Piecewise((b, r <= 0), (a, True)))),
    equal("an open and a closed end", (Piecewise((a, r > 0), (b, True)) * BLIND,
        Piecewise((a, r >= 0), (b, True)) * BLIND),
            (Piecewise((a, r > 0), (b, True)), b + (a - b) * Piecewise((1, Gt(r, 0)), (0, True)))),
    equal("ln of two cases", (BLIND * log(Piecewise((sigma, r > 0), (v, True))),
        BLIND * log(sigma)), (log(Piecewise((sigma, r > 0), (v, True))),
            Piecewise((log(sigma), r > 0), (log(v), True)))),
    equal("k**2 = 2k on {0, 1}", (BLIND * k[1] ** 2, 2 * BLIND * k[1]), (k[1] ** 2, k[1]),
        split=("k",)),
    equal("the support ends at N", (k[N + 1] ** 2, k[N + 1]), (k[N] ** 2, k[N]), split=("k",)),
    equal("a free index is in no support", (k[j] ** 2, k[j]), (k[j] ** 2, k[j]), G, J,
        split=("k",)),
    equal("k under a sum over more than its support", (S(k[i] ** 2, (i, 0, N)), S(k[i], (i, 0, N))),
        (S(k[i] ** 2), S(k[i])), split=("k",)),
    equal("one letter's cases say nothing of another", (BLIND * n[1] ** 2, BLIND * n[1]),
        (k[1] ** 3, k[1] ** 2), split=("k", "n")),
    equal("cases of a real number: 0, u, -u", (BLIND * Abs(r), BLIND * r),
        (Abs(r), Piecewise((r, r > 0), (-r, True))), split=("r",)),
]  # fmt: skip

FREE = rests_on(*FACTS, fact(Eq(x[i], t)),
    x=lambda m: family(lambda at: m["t"] if at == m["i"] else at))  # for the one free i
NESTED = rests_on(fact(p[j] < 1, (j, 1, Z)))
FACTORS = (1 - p[1]) * (2 - p[1])
ROOTS = S(((1 - p[j]) * (2 - p[j])) ** Rational(1, 3), (j, 1, i), to_Z)
SHADOW = rests_on(fact(p[i] > 0, to_Z, (i, 1, i)))
CLOSED = rests_on(fact(r >= 1), fact(a > 0), fact(a <= 99),
    fact(Contains(b, FiniteSet(*range(1, 12)))),
        fact(Gt(KroneckerDelta(s, 0) + 1, Rational(1, 2), **UNEVALUATED)))
DISGUISED = rests_on(fact(Eq(p2, p2 - p1 + 1 - p3)), p1=lambda m: 1 - m["p3"])
TWICE = rests_on(fact(Eq(p2, 1 - p1)), fact(Eq(p2, p3)), p2=lambda m: 1 - m["p1"],
    p3=lambda m: 1 - m["p1"])
TWICE_FAMILY = rests_on(
    fact(Eq(mu[i], 1 - x[i]), (i, 1, 3)), fact(Eq(mu[i], s), (i, 1, 3)),
        mu=lambda m: family(lambda at: m["s"]), x=lambda m: family(lambda at: 1 - m["s"])
)  # fmt: skip
BLINDLY_TIED = rests_on(fact(Ge(BLIND * (p2 - 1 + p1), 0)), fact(Le(BLIND * (p2 - 1 + p1), 0)))
BLINDLY_DISGUISED = rests_on(fact(Eq(p3, p3 + BLIND * (p2 - 1 + p1))))
NAMED = Symbol("|('sym','r',{})|", positive=True)  # what a kernel might call |r|
NAMESAKE = rests_on(**{NAMED.name: lambda m: abs(m["r"])})

FACTS_MISUSED = [
    equal("x[i] = t holds for one i", (BLIND * S(x[i]), BLIND * N * t), (x[i], t), FREE,
        using=((5, ()),)),
    equal("sum p = 1 goes up to C, not to C - 1", (BLIND * S(p[c], (c, 1, C - 1)), BLIND),
        (S(p[c], to_C), 1), SIMPLEX, using=((0, ()),)),
    equal("sum p = 1 starts at 1, not at 0", (BLIND * S(p[c], (c, 0, C)), BLIND),
        (S(p[m], (m, 1, C)), 1), SIMPLEX, using=((0, ()),)),
    equal("sum p = 1 goes up to C, not to N", (BLIND * S(p[c], (c, 1, N)), BLIND),
        (S(3 * p[c] + a, to_C), 3 + C * a), SIMPLEX, using=((0, ()),)),
    equal("sum p = 1 says nothing of p**2", (BLIND * S(p[c] ** 2, to_C), BLIND),
        (S(p[c] ** 2 + p[c], to_C), S(p[c] ** 2, to_C) + 1), SIMPLEX, using=((0, ()),)),
    equal("sum p = 1 says nothing of q", (BLIND * S(q[1, c], to_C), BLIND), (S(p[c], to_C), 1),
        SIMPLEX, using=((0, ()),)),
    equal("a fact that is not used", (BLIND * p2, BLIND * (1 + p1)), (p2, 1 - p1), TWO,
        using=((0, ()),)),
    Attack("an equation solved for a letter that it lacks", TWO, step(r, r, using=((0, s),)),
        step(p1, 1 - p2, using=((0, p1),))),
    Attack("an equation solved for a letter with a factor",
        rests_on(fact(Eq(a * b, s)), s=lambda m: m["a"] * m["b"]),
            step(a, s / (1 + b**2), using=((0, a),)), step(a * b, s, using=((0, s),))),
    Attack("an equation that rewrites its own pattern",
        rests_on(fact(Eq(a, a**2 - s)), s=lambda m: m["a"] ** 2 - m["a"]),
            step(BLIND * a, BLIND * (a**2 - s), using=((0, ()),)),
                step(s, a**2 - a, using=((0, s),))),
    equal("the bound of a nested range leaks out: p[1] < 1 needs 1 <= Z",
        (Add(S(log((1 - p[j]) * (2 - p[j])), (j, 1, i), to_Z), Abs(FACTORS), **UNEVALUATED),
            Add(S(log((1 - p[j]) * (2 - p[j])), (j, 1, i), to_Z), FACTORS, **UNEVALUATED)),
          (S(log((1 - p[j]) * (2 - p[j])), (j, 1, i), to_Z),
              S(log(1 - p[j]) + log(2 - p[j]), (j, 1, i), to_Z)), NESTED),
    equal("the same with one letter bound twice",
        (Add(S(log((1 - p[i]) * (2 - p[i])), (i, 1, i), to_Z), Abs(FACTORS), **UNEVALUATED),
            Add(S(log((1 - p[i]) * (2 - p[i])), (i, 1, i), to_Z), FACTORS, **UNEVALUATED)), None,
                NESTED),
    undefined("shown inside of a nested range for a root, used outside",
        Add(ROOTS, log(FACTORS), **UNEVALUATED), ROOTS, NESTED),
    equal("shown inside of a nested range for a root, used for |p|",
        (Add(ROOTS, Abs(FACTORS), **UNEVALUATED), Add(ROOTS, FACTORS, **UNEVALUATED)),
        (Add(ROOTS, Abs(FACTORS), **UNEVALUATED), ROOTS + Abs(FACTORS)), NESTED),
    undefined("shown inside of a nested range, used outside",
        Add(S(log((1 - p[j]) * (2 - p[j])), (j, 1, i), to_Z), log(FACTORS), **UNEVALUATED),
            S(log((1 - p[j]) * (2 - p[j])), (j, 1, i), to_Z), NESTED),
    equal("a fact whose letter is bound twice", (BLIND * Abs(p[1]), BLIND * p[1]),
        (S(Abs(p[i]), to_Z), S(p[i], to_Z)), SHADOW, rests_on(fact(p[i] > 0, to_Z))),
    equal("a letter named as the kernel names |r|", (r**3, r * NAMED**2), (Abs(r) ** 2, r**2),
        NAMESAKE, split=("r",)),
    Attack("a fact about 2k", rests_on(fact(Contains(2 * k[i], FiniteSet(0, 1), **UNEVALUATED),
        to_N), k=lambda m: family(lambda at: 0)),
            step(BLIND * k[1] ** 2, BLIND * k[1], split=("k",)),
                step(k[1] ** 2, k[1], split=("k",)), G),
    Attack("a support of no values", rests_on((("Contains", tree(r), ("FiniteSet",)),)), step(r, r),
        step(r, r), G),
    Attack("a support with a letter in it", rests_on((("Contains", tree(r), ("FiniteSet", tree(s))),
        ), r=lambda m: m["s"]), step(r, r), step(r, r), G),
    Attack("a fact of an unknown kind", rests_on((("Perhaps", tree(r), tree(s)),)), step(r, r),
        step(r, r), rests_on(fact(r > 0))),
    Attack("a fact about an undefined term", rests_on(fact(log(r) > -9)), step(r, r), step(r, r),
        rests_on(fact(r > 0), fact(log(r) > -9))),
    Attack("a fact over an undefined range", rests_on(fact(p[i] > 0, (i, 1, Z - 1))), step(r, r),
        step(r, r), rests_on(fact(p[i] > 0, (i, 1, Z)))),
]  # fmt: skip

WITNESSES = [
    Attack("no witness", Given(()), step(r, r), step(r, r), G),
    Attack("one witness", given((), MODELS[0]), step(r, r), step(r, r), given((), *MODELS[:2])),
    Attack("the same witness twice", given((), MODELS[0], MODELS[0]), step(r, r), step(r, r),
        given((), *MODELS[:2])),
    Attack("a size that never reaches 2", given((), base(1, 1), base(1, 2)), step(S(r), N * r),
        step(S(r), N * r), given((), base(1, 1), base(2, 2))),
    Attack("a size that does not vary", given((), base(2, 1), base(2, 2)), step(S(r), N * r),
        step(S(r), N * r), given((), base(1, 1), base(2, 2))),
    Attack("a letter that does not vary", given((), base(1, 1, r=5), base(2, 2, r=5)), step(r, r),
        step(r, r), given((), base(1, 1, r=5), base(2, 2, r=6))),
    Attack("facts that contradict each other", rests_on(fact(a > 0), fact(a < 0)), step(r, s),
        step(r, r), rests_on(fact(a > 0))),
    Attack("a fact that its witness breaks", rests_on(fact(a > 98)), step(r, r), step(r, r),
        rests_on(fact(a > 0))),
    Attack("a fact that holds to 15 digits", rests_on(fact(Gt(exp(log(1 + a**2)),
        1 + a**2 + Rational(1, 10**18), **UNEVALUATED))), step(r, r), step(r, r), G),
    Attack("an integer that is one half", rests_on(N=lambda m: Fraction(m["N"]) + Fraction(1, 2)),
        step(N, N), step(N, N), G),
    Attack("a positive letter that is negative", rests_on(sigma=lambda m: -m["sigma"]),
        step(sigma, Abs(sigma)), step(sigma, Abs(sigma)), G),
    Attack("a letter of which nothing is given", G,
        step(r + Symbol("new", real=True), r + Symbol("new", real=True)), step(r, r)),
    Attack("numbers that are none: x < 0 and 0 < x at NaN",
        Given((fact(a < 0), (("Lt", tree(Integer(0)), tree(a)),)),
            tuple((("a", float("nan")), ("r", Fraction(f))) for f in (1, 2))),
                step(Piecewise((r, a < 0), (0, True)), r)),
    Attack("numbers that are infinite: a >= b + 1 and b >= a + 1",
        Given((fact(a >= b + 1), fact(b >= a + 1)),
            tuple((("a", f * float("inf")), ("b", f * float("inf")),
                ("r", Fraction(f))) for f in (1, -1))), step(r, r)),
    Attack("numbers that float", Given((fact(r > 0),), ((("r", 0.5),), (("r", 1.5),))),
        step(r, Abs(r)), step(r, Abs(r)), given((fact(r > 0),), {"r": Fraction(1, 2)}, {"r": 2})),
]  # fmt: skip

HALF_LINE = Piecewise((r**2, r > 0), (0, True))
DERIVATIVES = [
    equal("in a whole number", (Derivative(N**2, N), 2 * N),
        (Derivative(sigma**2, sigma), 2 * sigma)),
    equal("in a target on {0, 1}", (Derivative(k[1] ** 2, k[1]), 2 * k[1]),
        (Derivative(x[1] ** 2, x[1]), 2 * x[1])),
    equal("in a bound letter", (S(Derivative(i**2, i)), S(2 * i)),
        (S(Derivative(x[i] ** 2, x[i])), S(2 * x[i]))),
    equal("in a letter that may be 0 and not below", (Derivative(w**2, w), 2 * w),
        (Derivative(v**2, v), 2 * v)),
    equal("at the end of a closed interval: r >= 1", (Derivative(r**2, r), 2 * r),
        (Derivative(t**2 * r, t), 2 * t * r), CLOSED),
    equal("at the end of a half-open interval: a <= 99", (Derivative(a**2, a), 2 * a),
        (Derivative(a * t, t), a), CLOSED),
    equal("in a letter with a support", (BLIND * Derivative(Abs(b), b), BLIND), (Abs(b), b),
        CLOSED),
    equal("in a letter that an indicator in the facts mentions", (Derivative(s**2, s), 2 * s),
        (Derivative(t**2, t), 2 * t), CLOSED, G),
    equal("across a kink", (Derivative(Abs(r), r) * BLIND, BLIND),
        (Derivative(Abs(sigma), sigma), 1)),
    equal("across a seam", (Derivative(HALF_LINE, r) * BLIND,
        BLIND * Piecewise((2 * r, r > 0), (0, True))), (Derivative(s * HALF_LINE, s), HALF_LINE)),
    equal("through an indicator", (BLIND * Derivative(KroneckerDelta(r, s), r), 0),
        (Derivative(r * KroneckerDelta(t, s), r), KroneckerDelta(t, s))),
    equal("of gamma", (BLIND * Derivative(loggamma(sigma), sigma), BLIND * loggamma(sigma)),
        (Derivative(r * loggamma(sigma), r), loggamma(sigma))),
    equal("of a power of the variable by the rule for numbers",
        (BLIND * Derivative(sigma**sigma, sigma), BLIND * sigma * sigma ** (sigma - 1)),
            (Derivative(sigma**sigma, sigma), sigma**sigma * (1 + log(sigma)))),
    equal("a chain rule without its inner factor",
        (BLIND * Derivative(log(1 + r**2), r), BLIND / (1 + r**2)),
            (Derivative(log(1 + r**2), r), 2 * r / (1 + r**2))),
    equal("in one entry of which it is not known that it is in the range",
        (Derivative(S(x[i] ** 2), x[j]), 2 * x[j]), (Derivative(S(x[i] ** 2), x[j]), 2 * x[j]), G,
            J),
    equal("two entries may be one", (BLIND * Derivative(x[j] * x[m], x[j]), BLIND * x[m]),
        (Derivative(x[j] * x[m], x[j]), x[m] + KroneckerDelta(j, m) * x[j])),
    equal("of a sum of pairs, once only", (BLIND * Derivative(S(x[i]) ** 2, x[1]),
        2 * BLIND * x[1]), (Derivative(S(x[i]) ** 2, x[1]), 2 * S(x[i]))),
    equal("of a product, one factor only", (BLIND * Derivative(Product(p[i] + 1, to_N), p[1]),
        BLIND), (Derivative(log(Product(p[i] + 1, to_N)), p[1]), 1 / (1 + p[1]))),
    equal("the other letter of p1 + p2 = 1 does not stay",
        (BLIND * Derivative(p1 * p2, p1), BLIND * (1 - 2 * p1)), (p1 * p2, p1 - p1**2), TWO,
            using=((0, ()),)),
    equal("the other letter of p1 + p2 = 1 does not stay, unused",
        (BLIND * Derivative(p1 * p2, p1), BLIND * p2), (Derivative(r * p2, r), p2), TWO),
    equal("of one probability while their sum is 1",
        (BLIND * Derivative(S(p[c], to_C) ** 2, p[1]), 0), (Derivative(r * S(p[c], to_C), r), 1),
            SIMPLEX, using=((0, ()),)),
    equal("a tie in disguise: p2 = p2 - p1 + 1 - p3", (BLIND * Derivative(p1**2, p1), 0),
        (p1**2, (1 - p3) ** 2), DISGUISED, using=((0, p1),)),
    equal("a tie in two steps: mu = 1 - x, mu = s", (BLIND * Derivative(x[1] ** 2, x[1]), 0),
        (x[1] ** 2, (1 - s) ** 2), TWICE_FAMILY, using=((0, x[i]), (1, ()))),
    equal("a tie in two steps: p2 = 1 - p1, p2 = p3", (BLIND * Derivative(p1 * p3, p1), BLIND * p3),
        (p2, p3), TWICE, using=((1, ()),)),
]  # fmt: skip

MSE, NLL = S((x[i] - mu[i]) ** 2), S((x[i] - mu[i]) ** 2) / (2 * v) + N * log(2 * pi * v) / 2
MINIMISERS = [
    Attack("ln v dropped while v is what is looked for", rests_on(),
        minimiser(NLL, MSE, 1 / (2 * v), N * log(2 * pi * v) / 2, "v"),
            minimiser(NLL, MSE, 1 / (2 * v), N * log(2 * pi * v) / 2, "mu")),
    Attack("a = -1", G, minimiser(-MSE, MSE, -1, 0, "mu"), minimiser(2 * MSE, MSE, 2, 0, "mu")),
    Attack("a = 0", G, minimiser(v, MSE, 0, v, "mu"), minimiser(v + MSE, MSE, 1, v, "mu")),
    Attack("a of unknown sign", G, minimiser(r * MSE, MSE, r, 0, "mu"),
        minimiser(sigma * MSE, MSE, sigma, 0, "mu")),
    Attack("a = N - 1, which is 0 for one sample", G, minimiser((N - 1) * MSE, MSE, N - 1, 0, "mu"),
        minimiser(N * MSE, MSE, N, 0, "mu")),
    Attack("a = 2 - N", G, minimiser((2 - N) * MSE, MSE, 2 - N, 0, "mu"),
        minimiser((2 + N) * MSE, MSE, 2 + N, 0, "mu")),
    Attack("b holds the parameter", G, minimiser(MSE + mu[1], MSE, 1, mu[1], "mu"),
        minimiser(MSE + x[1], MSE, 1, x[1], "mu")),
    Attack("b holds one entry of the parameter", G,
        minimiser(MSE + mu[N + 1], MSE, 1, mu[N + 1], "mu"),
            minimiser(MSE + x[N + 1], MSE, 1, x[N + 1], "mu")),
    Attack("a holds the parameter, and is positive", G,
        minimiser((1 + r**2) * a, a, 1 + r**2, 0, "r"),
            minimiser((1 + s**2) * (r + a), r + a, 1 + s**2, 0, "r")),
    Attack("b is tied to the parameter: p2 = 1 - p1", TWO,
        minimiser(p1**2 + p2, p1**2, 1, p2, "p1"), minimiser(p1**2 + s, p1**2, 1, s, "p1")),
    Attack("the parameter is what the equation defines", TWO,
        minimiser(p2**2 + p1, p2**2, 1, p1, "p2"), minimiser(p1**2 + s, p1**2, 1, s, "p1")),
    Attack("tied by two inequalities, unseen by the witnesses", BLINDLY_TIED,
        minimiser(p1**2 + p2, p1**2, 1, p2, "p1"), minimiser(p1**2 + p2, p1**2, 1, p2, "p1"), G),
    Attack("tied by an equation that seems to define another letter", BLINDLY_DISGUISED,
        minimiser(p1**2 + p2, p1**2, 1, p2, "p1"), minimiser(p1**2 + p2, p1**2, 1, p2, "p1"), G),
    Attack("tied through another letter", rests_on(fact(Eq(p3, p1)),
        fact(Eq(p3, s + (p1 - s) * KroneckerDelta(BLIND, 0))), p3=lambda m: m["p1"]),
            minimiser(p1**2 + s, p1**2, 1, s, "p1"), minimiser(p1**2 + s, p1**2, 1, s, "p1"), G),
    Attack("over no parameter", G, minimiser(2 * MSE, MSE, 2, 0),
        minimiser(2 * MSE, MSE, 2, 0, "mu")),
    Attack("over a letter that is not there", G, minimiser(2 * MSE, MSE, 2, 0, "theta"),
        minimiser(2 * MSE, MSE, 2, 0, "mu")),
    Attack("over a bound letter", G, minimiser(2 * S(x[c], (c, 1, N)), S(x[c], (c, 1, N)), 2, 0,
        "c"), minimiser(2 * MSE, MSE, 2, 0, "mu")),
    Attack("a and b that do not fit", G, minimiser(BLIND * NLL, BLIND * MSE, 1 / (2 * v), 0, "mu"),
        minimiser(NLL, MSE, 1 / (2 * v), N * log(2 * pi * v) / 2, "mu")),
    Attack("two witnesses must differ in the parameter alone", given((), *MODELS[:4]),
        minimiser(2 * MSE, MSE, 2, 0, "mu"), minimiser(2 * MSE, MSE, 2, 0, "mu"), G),
    Attack("-ln turns greatest into least, not ln", G,
        monotone(Product(p[i], to_N), S(log(p[i])), "p"),
            monotone(Product(p[i], to_N), -S(log(p[i])), "p")),
    Attack("-ln of what may be negative", G, monotone(1 - 2 * p[1], -log(1 + p[1]), "p"),
        monotone(1 + 2 * p[1], -log(1 + 2 * p[1]), "p")),
    Attack("-ln over no parameter", G, monotone(p[1], -log(p[1])), monotone(p[1], -log(p[1]), "p")),
    Attack("a certificate with a negative weight", G,
        certificate((b - a) ** 2, 2 * (a - b) ** 2, "≥", (Integer(-1), "square", a - b)),
            certificate(2 * (a - b) ** 2, (a - b) ** 2, "≥", (Integer(1), "square", a - b))),
    Attack("a certificate with a weight of unknown sign", G,
        certificate(r * a**2, 0, "≥", (r, "square", a)),
            certificate(sigma * a**2, 0, "≥", (sigma, "square", a))),
    Attack("a weight that is negative outside of its range", G,
        certificate(S(p[i] * x[i] ** 2, (i, 0, N)), 0, "≥", (p[i], "square", x[i], (i, 0, N))),
            certificate(S(p[i] * x[i] ** 2), 0, "≥", (p[i], "square", x[i], to_N))),
    Attack("a certificate for the other direction", G,
        certificate(BLIND * a**2, 0, "≤", (BLIND, "square", a)),
            certificate(0, a**2, "≤", (Integer(1), "square", a))),
    Attack("ln t <= t - 1 for a negative t", G,
        certificate(r - 1, log(1 + r**2), "≥", (Integer(1), "log", r)),
            certificate(sigma - 1, log(sigma), "≥", (Integer(1), "log", sigma))),
    Attack("an unknown lemma", G, certificate(sigma, 0, "≥", (Integer(1), "cube", sigma)),
        certificate(sigma**2, 0, "≥", (Integer(1), "square", sigma))),
    Attack("a relation that is none", G, certificate(a**2, 0, "=", (Integer(1), "square", a)),
        certificate(a**2, 0, "≥", (Integer(1), "square", a))),
    Attack("Gibbs' inequality with p not normalised",
        rests_on(fact(p[c] > 0, to_C), fact(lam[c] > 0, to_C)),
           certificate(BLIND * S(lam[c] * log(lam[c] / p[c]), to_C), 0, "≥",
               (BLIND * lam[c], "log", p[c] / lam[c], to_C)),
           certificate(S(lam[c] * log(lam[c] / p[c]), to_C), S(lam[c] - p[c], to_C), "≥",
               (lam[c], "log", p[c] / lam[c], to_C))),
]  # fmt: skip

ONE = ("Rational", 1, 1)
R = tree(r)
MALFORMED = [
    Attack(why, G, Step(bad, bad), Step(good, good))
    for why, bad, good in (
        ("a denominator of 0", ("Rational", 1, 0), ("Rational", 0, 1)),
        ("a negative denominator", ("Rational", 1, -2), ("Rational", -1, 2)),
        ("a float in a Rational", ("Rational", 0.5, 1), ("Rational", 1, 2)),
        ("a string in a Rational", ("Rational", "1", 1), ONE),
        ("a head of no meaning", ("Perhaps", R), ("Abs", R)),
        ("a logarithm of two arguments", ("log", ("Rational", 4, 1), ("Rational", 2, 1)),
            ("log", ("Rational", 4, 1))),
        ("a sum without limits", ("Sum", R), ("Sum", R, (tree(i), ONE, tree(N)))),
        ("a limit of two parts", ("Sum", R, (tree(i), tree(N))),
            ("Sum", R, (tree(i), ONE, tree(N)))),
        ("a limit over a number", ("Sum", R, (ONE, ONE, tree(N))),
            ("Sum", R, (tree(i), ONE, tree(N)))),
        ("a letter without assumptions", ("Symbol", "r"), R),
        ("a letter whose name is no string", ("Symbol", 7, ("real",)), R),
        ("a family without an index", ("Indexed", tree(x[1])[1]), tree(x[1])),
        ("a family that is an expression", ("Indexed", ("Add", R, R), ONE), tree(x[1])),
        ("a truth value as a number", ("Add", R, ("true",)), ("Add", R, ONE)),
        ("a relation as a number", ("Add", R, ("Gt", R, ONE)), ("Add", R, ONE)),
        ("a condition that is a number", ("Piecewise", (R, ONE), (R, ("true",))),
            ("Piecewise", (R, ("true",)))),
        ("a derivative of half an order", ("Derivative", ("Pow", R, ("Rational", 2, 1)),
            (R, ("Rational", 1, 2))), ("Derivative", R, (R, ONE))),
        ("a derivative of order -1", ("Derivative", R, (R, ("Rational", -1, 1))),
            ("Derivative", R, (R, ONE))),
        ("an order that is no number", ("Derivative", R, (R, ("Perhaps", 1, "what"))),
            ("Derivative", R, (R, ONE))),
        ("a derivative in nothing", ("Derivative", R), ("Derivative", R, (R, ONE))),
        ("no meaning, in a sum that is empty",
            ("Sum", ("Perhaps", R), (tree(i), ONE, ("Rational", 0, 1))),
                ("Sum", R, (tree(i), ONE, ("Rational", 0, 1)))),
        ("no meaning, in a case that never holds",
            ("Piecewise", (("Perhaps", R), ("Gt", ONE, ONE)), (R, ("true",))),
                ("Piecewise", (R, ("Gt", ONE, ONE)), (R, ("true",)))),
        ("another r, in a case that never holds",
            ("Piecewise", (("Symbol", "r", ("positive",)), ("Gt", ONE, ONE)), (R, ("true",))),
                ("Piecewise", (R, ("Gt", ONE, ONE)), (R, ("true",)))),
        ("an unknown letter, in a case that never holds",
            ("Piecewise", (("Symbol", "new", ("real",)), ("Gt", ONE, ONE)), (R, ("true",))),
                ("Piecewise", (R, ("Gt", ONE, ONE)), (R, ("true",)))),
        ("an empty tree", (), R),
        ("a bare number", 1.5, 1),
        ("a string", "r", R),
        ("nothing", None, R),
    )
]  # fmt: skip
MALFORMED += [
    Attack("a constant that is no tree, in a sum that is empty", G, minimiser(r, r, 1, ("Sum", ("foo", 3.5), (tree(i), ONE, ("Rational", 0, 1))), "r"), minimiser(r, r, 1, 0, "r")),
    Attack("a constant of two truths", G, minimiser(r, r, ("Rational", True, 1), 0, "r"), minimiser(r, r, 1, 0, "r")),
    Attack("an unknown primitive", G, step(r, r, "by inspection"), step(r, r)),
    Attack("data that is missing", G, step(MSE, MSE, "same minimiser"), step(MSE, MSE)),
    Attack("data of the wrong kind", G, step(MSE, MSE, "certificate", data=(1, 2, 3)),
        step(MSE, MSE)),
    Attack("a split that is no tuple of names", G, step(k[1] ** 2, k[1], split=(7,)),
        step(k[1] ** 2, k[1], split=("k",))),
]

ATTACKS = [*UNDEFINED, *VALUES, *FACTS_MISUSED, *WITNESSES, *DERIVATIVES, *MINIMISERS, *MALFORMED]
SECONDS = 20


@contextmanager
def without_numbers() -> Iterator[None]:
    """A kernel that evaluates no line: what it refuses, the prover refuses."""
    remembered, believed = steps.remembered, steps.second_opinion
    steps.remembered, steps.second_opinion = steps.decide, lambda *_: None
    try:
        yield
    finally:
        steps.remembered, steps.second_opinion = remembered, believed


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.why)
def test_the_attack_is_refused(attack: Attack) -> None:
    with limited(SECONDS), pytest.raises(Refused) as refusal:
        admit(attack.given, attack.wrong)
    assert str(refusal.value)
    assert "could not read" not in str(refusal.value)  # a reason, not an accident of Python
    assert "at an edge" not in str(refusal.value)  # that would be a hole in the prover, found by a number


@pytest.mark.parametrize("attack", [a for a in ATTACKS if a.true], ids=lambda attack: attack.why)
def test_the_true_line_beside_it_is_admitted(attack: Attack) -> None:
    with limited(SECONDS):
        statement = admit(attack.true_given or attack.given, attack.true)
    assert statement.rhs == tree(attack.true.after)
