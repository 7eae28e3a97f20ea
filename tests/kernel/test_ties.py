"""Attacks on what may move: sets that are not open, letters tied by what is given, witnesses that nearly hold.

TIE is 0 at all witnesses (their N is at most 3) and 1 from N = 5 on, written without a case.
"""

from fractions import Fraction
from typing import Any

import pytest
from sympy import (
    Abs,
    Contains,
    Derivative,
    Eq,
    FiniteSet,
    Ge,
    Gt,
    IndexedBase,
    KroneckerDelta,
    Le,
    Lt,
    Mul,
    Piecewise,
    Product,
    Rational,
    Sum,
    Symbol,
    exp,
    log,
)

from cesym import Derivation
from cesym.kernel import Given, Refused, admit, tree
from cesym.kernel.moving import motion
from cesym.symbols import C, N, c, i, j, mu, p, q, sigma, v, x

from .cases import fact, family, given, minimiser, model, monotone, step
from .limits import limited
from .test_attacks import (
    BLIND,
    MODELS,
    SECONDS,
    SIMPLEX,
    UNEVALUATED,
    Attack,
    S,
    Z,
    a,
    b,
    base,
    equal,
    p1,
    r,
    rests_on,
    s,
    t,
    to_N,
    w,
    without_numbers,
)

D = KroneckerDelta
TIE = Piecewise((1, N >= 5), (0, True))
e, f, g, u = (Symbol(name, real=True) for name in "efgu")
whole_e, whole_f = Symbol("e", integer=True), Symbol("f", integer=True)
down, neg = Symbol("down", nonpositive=True), Symbol("neg", negative=True)
up = Symbol("up", nonnegative=True)
ratio = Symbol("ratio", real=True, rational=True)


def free(*facts: tuple, **letters: Any) -> Given:
    """Models with more letters, each varying alone: a number n stands for n, n + 1, ... in turn."""
    models = [dict(m) for m in MODELS[:4]]
    models += [dict(MODELS[3]) for _ in letters] + [dict(m) for m in MODELS[4:]]
    for at, one in enumerate(models):
        for name, start in letters.items():
            one[name] = start(one) if callable(start) else Fraction(start) + (at if at < 4 else 3)
    for n, name in enumerate(name for name, start in letters.items() if not callable(start)):
        models[4 + n][name] += 50
    for one in models:
        one.update({name: start(one) for name, start in letters.items() if callable(start)})
    return given(facts, *models)


def tied(why: str, rests: Given, what: Any = t, over: Any = r) -> Attack:
    """What stays is tied to the parameter: it may not be dropped as a constant."""
    return Attack(why, rests, minimiser(over**2 + what, over**2, 1, what, over.name),
                  minimiser(over**2 + what, over**2, 1, what, over.name), free(s=2, t=3, u=4, g=0))  # fmt: skip


def slope(why: str, variable: Any, rests: Given, true: Any = None, true_rests: Given | None = None) -> Attack:
    """No derivative in a letter that is not free to move both ways."""
    good = None if true is None else (Derivative(true**2, true), 2 * true)
    return equal(why, (Derivative(variable**2, variable), 2 * variable), good, rests, true_rests)


PLAIN = free(down=lambda m: -m["a"], neg=lambda m: -m["a"], up=lambda m: m["a"], ratio=2)
GROWTH = S(exp(r * x[i]))
QUIET = [dict(m, x=family(lambda at, n=n: 0 if 1 <= at <= 3 else at + n), s=0, r=n + 2) for n, m in enumerate(MODELS[:4])]  # s is 0 in range
GROWING, GROWN = (given((fact(Eq(s, S(x[i] * exp(r * x[i])))),), *some) for some in (QUIET, [dict(m, s=0) for m in MODELS[:4]]))
CHAIN = (fact(Eq(s, t)), fact(Eq(t, r)))
NOT_OPEN = [
    slope("a nonpositive letter", down, PLAIN, neg, PLAIN),
    slope("a nonnegative letter", up, PLAIN, sigma, PLAIN),
    slope("a letter of rational numbers", ratio, PLAIN, r, PLAIN),
    slope("r = w, and w is not negative", r, rests_on(fact(Eq(r, w)), r=lambda m: m["w"])),
    slope("w = r, and w is not negative", r, rests_on(fact(Eq(w, r)), r=lambda m: m["w"])),
    slope("r = Z", r, rests_on(fact(Eq(r, Z)), r=lambda m: m["Z"])),
    slope("Z = r", r, rests_on(fact(Eq(Z, r)), r=lambda m: m["Z"])),
    slope("w = r**2 + 1 where w may be 0", r, rests_on(fact(Eq(w, r**2 + 1)), w=lambda m: m["r"] ** 2 + 1), r, rests_on(fact(Eq(sigma, r**2 + 1)), sigma=lambda m: m["r"] ** 2 + 1)),
    slope("a chain of definitions that ends in s >= 0", r, rests_on(*CHAIN, fact(s >= 0), s=lambda m: m["r"], t=lambda m: m["r"]), r, rests_on(*CHAIN, fact(s > 0), s=lambda m: m["r"], t=lambda m: m["r"])),
    slope("a chain of definitions that ends in {1, 2, ...}", r, rests_on(*CHAIN, fact(Contains(s, FiniteSet(2, Rational(5, 2), 3, Rational(7, 2), 77))), s=lambda m: m["r"], t=lambda m: m["r"])),
    slope("a circle of definitions", r, rests_on(fact(Eq(s, r + t)), fact(Eq(t, s - r)), s=lambda m: m["r"] + m["t"])),
    slope("defined twice", r, rests_on(fact(Eq(s, r)), fact(Eq(s, r + TIE * t)), s=lambda m: m["r"])),
    slope("r >= s", r, rests_on(fact(r >= s - 99)), r, rests_on(fact(r > s - 99))),
    slope("a support of something defined by r", r, rests_on(fact(Eq(p1, r)), fact(Contains(p1, FiniteSet(2, Rational(5, 2), 3, Rational(7, 2), 77))), p1=lambda m: m["r"])),
    slope("a strict fact that jumps at r = 1", r, rests_on(fact(D(r, 1) < 1)), r, rests_on(fact(D(s, 1) < 1))),
    slope("a strict fact with a case", r, rests_on(fact(Gt(Piecewise((r, r < 100), (1, True)), 0)))),
    slope("a strict fact about something that jumps with r", r, rests_on(fact(Eq(s, D(r, 1))), fact(s < 1), s=lambda m: 0)),
    slope("the range of a fact moves with r", r, rests_on(fact(p[i] > 0, (i, 1, 1 + D(r, 1)))), r, rests_on(fact(p[i] > 0, (i, 1, 1 + D(s, 1))))),
    slope("the length of a sum in a fact moves with r", r, rests_on(fact(S(p[i], (i, 1, 1 + D(r, 1))) > -1))),
    slope("an index in a fact moves with r", r, rests_on(fact(x[1 + D(r, 1)] > -1))),
    slope("r is defined", r, rests_on(fact(Eq(r, s)), r=lambda m: m["s"])),
    equal("the body moves with a defined letter", (BLIND * Derivative(r * s, r), BLIND * s), None, rests_on(fact(Eq(s, 2 * r)), s=lambda m: 2 * m["r"])),
    equal("a slope that is a letter which moves along", (Derivative(GROWTH, (r, 2)), 0), (Derivative(GROWTH, r), s), GROWING, GROWN, using=((0, S(x[i] * exp(r * x[i]))),)),
    equal("one entry of a family that a sum ties", (Derivative(p[1] ** 2, p[1]), 2 * p[1]), None, SIMPLEX),
    equal("of a sum whose length moves", (Derivative(r * S(x[i], (i, 1, N + D(r, 0))), r), S(x[i], (i, 1, N + D(r, 0)))), (Derivative(r * S(x[i], (i, 1, N + D(s, 0))), r), S(x[i], (i, 1, N + D(s, 0))))),
    equal("of a sum whose length jumps", (Derivative(S(x[i], (i, 1, N + D(r, 1))), r), 0), (Derivative(S(x[i], (i, 1, N + D(s, 1))), r), 0)),
    equal("of a product whose length jumps", (Derivative(Product(sigma + x[i] ** 2, (i, 1, N + D(r, 1))), r), 0), (Derivative(Product(sigma + x[i] ** 2, (i, 1, N + D(s, 1))), r), 0)),
    equal("of a power of a length that jumps", (Derivative(Product(sigma, (i, 1, N + D(r, 1))), r), 0), (Derivative(Product(sigma, (i, 1, N + D(s, 1))), r), 0)),
    equal("in a range that moves", (Sum(Derivative(r * D(D(r, 0), i - 1), r), (i, 1, D(r, 0))), 0), (Sum(Derivative(r * D(D(s, 0), i - 1), r), (i, 1, N)), Sum(D(D(s, 0), i - 1), (i, 1, N)))),
    equal("in the inner of two ranges, the outer of which moves", (Sum(Derivative(r * D(D(r, 0), i - 1), r), (j, 1, i), (i, 1, D(r, 0))), 0)),
    equal("in a range of one value that moves", (Sum(Derivative((i - D(r, 0)) * r, r), (i, D(r, 0), D(r, 0))), 0), (Sum(Derivative((i - D(s, 0)) * r, r), (i, D(s, 0), D(s, 0))), 0)),
    equal("in a range that moves as a whole", (BLIND * Sum(Derivative((i - D(r, 0)) * r, r), (i, 1 + D(r, 0), N + D(r, 0))), BLIND * S(i)), (Sum(Derivative((i - D(s, 0)) * r, r), (i, 1 + D(s, 0), N + D(s, 0))), S(i))),
    equal("an entry whose number moves", (Derivative(x[1 + D(r, 1)], r), 0), (Derivative(x[1 + D(s, 1)], r), 0)),
    Attack("a derivative in a fact", Given((fact(Eq(s, Derivative(r**2, r))),), (model(s=2, r=1), model(s=4, r=2))), step(s, 2 * r), step(s, s), given((), {"s": 2, "r": 1}, {"s": 4, "r": 2})),
]  # fmt: skip

CLOSE_BITS = (fact(Contains(t, FiniteSet(0, 1))), fact(Lt((r - t) * N, 4)), fact(Lt((t - r) * N, 4)))  # r = t from N = 4 on
ALL_BITS = [{"N": n, "r": k, "t": m, "s": k} for n in (1, 2, 3) for k in (0, 1) for m in (0, 1)]
BITS = given((fact(Contains(r, FiniteSet(0, 1))), *CLOSE_BITS), *ALL_BITS)
ROOTS_01 = given((fact(Eq(r * (r - 1), 0)), *CLOSE_BITS), *ALL_BITS)
DEFINED_BITS = given((fact(Eq(s, r)), fact(Contains(s, FiniteSet(0, 1))), *CLOSE_BITS), *ALL_BITS)
NONZERO = Symbol("nz", real=True, nonzero=True)
size_e, WEIGHTED = Symbol("E", integer=True, nonnegative=True), Sum(c * p[c], (c, 1, C))
LAST = [{"C": k, "E": k - 1, "p": family(lambda at, k=k, out=out: 1 if at == k else 0 if at < k else out)}
        for k, out in ((1, 5), (2, 5), (3, 5), (3, 6), (3, 7))]
ONES = Sum(1, (j, 1, N))
SHORT = (ONES - 1) * (ONES - 2) * (ONES - 3)  # 0 at all witnesses, and N stands in it only as a length
def beside(entry: int, *facts: tuple, **more: Any) -> Given:
    """Models at which x[entry] is 2*r, and all other entries as facts define them."""
    rows = ((1, 5), (2, 5), (2, 6), (3, 6))
    return given(facts, *({"N": 1 + n % 2, "r": a, "t": b, "x": family(lambda at, a=a: 2 * a if at == entry else a)} | more
                          for n, (a, b) in enumerate(rows)))  # fmt: skip


TIES = [
    tied("an entry of a family of which another entry is defined", beside(2, fact(Eq(x[1], r)), fact(Eq(2 * r, x[2])))),
    tied("a bound by such an entry", beside(2, fact(Eq(x[1], r)), fact(r <= x[2]))),
    tied("an entry beyond the range of a definition", beside(4, fact(Eq(x[i], r), (i, 1, 3)), fact(Eq(2 * r, x[4])))),
    Attack("a length that is also a value", rests_on(fact(Eq(a**3, BLIND * (1 + S(x[i] ** 2)))), a=lambda m: 0), minimiser(s * N + a, s * N, 1, a, "N"), minimiser(s * N + b, s * N, 1, b, "N"), given((), base(1, 1), base(2, 2), base(3, 3), base(3, 4), base(2, 4, Z=4, D=3, j=3, C=3, x=base(3, 4)["x"]))),
    tied("a size as a value", rests_on(fact(Eq(BLIND * (r - N), 0))), N),
    tied("a value that is only met as a length", rests_on(fact(Eq(SHORT * (r - Sum(j**2, (j, 1, N))), 0))), N),
    tied("a value met as the length of another family", rests_on(fact(Eq(SHORT * (r - Sum(j**2 + x[j] * 0**j, (j, 1, N))), 0))), N),
    Attack("a value met as the length of what is looked for", rests_on(fact(Eq(SHORT * (p[1] - Sum(1 + p[c] - p[c] * 0**c, (c, 1, N))), SHORT * Sum(p[c] * 0**c, (c, 1, N))))), minimiser(p[1] ** 2 + N, p[1] ** 2, 1, N, "p"), minimiser(p[1] ** 2 + N, p[1] ** 2, 1, N, "p"), rests_on()),
    Attack("entries that are all alike, and sum to 1", rests_on(fact(Ge(SHORT * p[c], SHORT * p[1]), (c, 1, N)), fact(Le(SHORT * p[c], SHORT * p[1]), (c, 1, N))), minimiser(p[1] ** 2 + N, p[1] ** 2, 1, N, "p"), minimiser(p[1] ** 2 + N, p[1] ** 2, 1, N, "p"), rests_on()),
    tied("a value met as the length of what the parameter defines", rests_on(fact(Eq(mu[j], r * j), (j, 1, N)), fact(Eq(SHORT * (1 - Sum(mu[j], (j, 1, N))), 0)), mu=lambda m: family(lambda at: m["r"] * at)), N),
    Attack("strict facts on integers", given((fact(Gt(whole_e, whole_f - 1 - Piecewise((1, N <= 4), (0, True)))), fact(Lt(whole_e, whole_f + 1 + Piecewise((1, N <= 4), (0, True))))), *({"N": n, "e": k, "f": m} for n, k, m in ((1, 1, 2), (2, 3, 3), (2, 2, 3), (2, 4, 3)))), minimiser(whole_e**2 + whole_f, whole_e**2, 1, whole_f, "e"), minimiser(whole_e**2 + whole_f, whole_e**2, 1, whole_f, "e"), given((), *({"N": n, "e": k, "f": m} for n, k, m in ((1, 1, 2), (2, 3, 3), (2, 2, 3), (2, 4, 3))))),
    tied("a circle: s = g*r + u, u = s - g*t", free(fact(Eq(s, g * r + u)), fact(Eq(u, s - g * t)), fact(Eq(g, TIE)), g=lambda m: 0, u=4, s=lambda m: m["u"])),
    tied("a definition pinned by two signs", free(fact(Eq(s, g * (r - t))), fact(s >= 0), fact(s <= 0), fact(Eq(g, TIE)), g=lambda m: 0, s=lambda m: 0, t=3)),
    tied("a definition pinned by a support", free(fact(Eq(s, g * (r - t))), fact(Contains(s, FiniteSet(0))), fact(Eq(g, TIE)), g=lambda m: 0, s=lambda m: 0, t=3)),
    tied("a definition pinned by what is declared", free(fact(Eq(w, g * (r - t))), fact(Eq(up, -g * (r - t))), fact(Eq(g, TIE)), g=lambda m: 0, w=lambda m: 0, up=lambda m: 0, t=3)),
    tied("a definition declared an integer", free(fact(Eq(Z, TIE * (r - t) + 2)), Z=lambda m: 2, t=3)),
    tied("a strict fact that jumps", free(fact(Gt(D(r, t) + Piecewise((1, N <= 4), (0, True)), 0)), t=3)),
    tied("a strict fact with a case", free(fact(Gt(Piecewise((1, N <= 4), (-((r - t) ** 2), (r - t) ** 2 > 0), (1, True)), 0)), t=3)),
    tied("a strict fact about something that jumps", free(fact(Eq(s, D(r, t) + Piecewise((1, N <= 4), (0, True)))), fact(s > 0), s=lambda m: 1, t=3)),
    tied("a strict fact about an entry that moves", free(fact(x[1 + D(r, t)] > Mul(0, g, **UNEVALUATED) - 99), t=3, g=0)),
    tied("the range of a fact", free(fact(Gt(0, 1, **UNEVALUATED), (i, 1, g * (1 - D(r, t)))), fact(Eq(g, TIE)), g=lambda m: 0, t=3)),
    tied("the range of a sum in a fact", free(fact(Le(Sum(1, (i, 1, Z * (1 - D(r, t)))) * TIE, 0)), t=3)),
    tied("an equation under a range", free(fact(Eq(BLIND * (mu[i] - r + t), BLIND * mu[i]), to_N), t=3)),
    Attack("a support, and a strict fact that leaves one of its values", BITS, minimiser(r - 2 * t, r, 1, -2 * t, "r"), minimiser(r - 2 * t, r, 1, -2 * t, "r"), free(t=3)),
    Attack("an equation with two roots, and a strict fact", ROOTS_01, minimiser(r - 2 * t, r, 1, -2 * t, "r"), minimiser(r - 2 * t, r, 1, -2 * t, "r"), free(t=3)),
    Attack("the support of what the parameter defines, and a strict fact", DEFINED_BITS, minimiser(r - 2 * t, r, 1, -2 * t, "r"), minimiser(r - 2 * t, r, 1, -2 * t, "r"), free(t=3)),
    Attack("a support, and what is declared of a defined letter", given((fact(Contains(r, FiniteSet(1, 2, 3, 4))), fact(Contains(t, FiniteSet(1, 2, 3, 4))), fact(Eq(sigma, 1 + 100 * Piecewise((1, N <= 4), (0, True)) - (r - t) ** 2))), *({"N": n, "r": k, "t": m, "sigma": 1} for n, k, m in ((1, 1, 2), (2, 3, 3), (2, 2, 3), (2, 4, 3)))), minimiser(r**2 + t, r**2, 1, t, "r"), minimiser(r**2 + t, r**2, 1, t, "r"), free(t=3)),
    Attack("a support, and a defined letter declared nonzero", given((fact(Contains(r, FiniteSet(0, 1))), fact(Contains(t, FiniteSet(0, 1))), fact(Eq(NONZERO, r - t))), {"r": 1, "t": 0, "nz": 1}, {"r": 0, "t": 1, "nz": -1}), minimiser(r**2 + t, r**2, 1, t, "r"), minimiser(r**2 + t, r**2, 1, t, "r"), free(t=3)),
    Attack("a weak inequality with two roots, and a strict fact", given((fact(Ge(-(r**2) * (r - 1) ** 2, 0)), *CLOSE_BITS), *ALL_BITS), minimiser(r - 2 * t, r, 1, -2 * t, "r"), minimiser(r - 2 * t, r, 1, -2 * t, "r"), free(t=3)),
    Attack("two shapes, one size of which is defined by the other", given((fact(Eq(size_e, C - 1)), fact(Eq(Sum(p[c], (c, 1, C)), 1)), fact(Le(p[c], 0), (c, 1, size_e))), *LAST), minimiser(WEIGHTED + C, WEIGHTED, 1, C, "p"), minimiser(WEIGHTED + C, WEIGHTED, 1, C, "p"), rests_on()),
    Attack("two shapes, their sizes tied by two inequalities", given((fact(size_e >= C - 1), fact(size_e <= C - 1), fact(Eq(Sum(p[c], (c, 1, C)), 1)), fact(Le(p[c], 0), (c, 1, size_e))), *LAST), minimiser(WEIGHTED + C, WEIGHTED, 1, C, "p"), minimiser(WEIGHTED + C, WEIGHTED, 1, C, "p"), rests_on()),
    tied("a product that is 0", free(fact(Eq(BLIND * (r - t), 0)), t=3)),
    tied("a square that is <= 0", free(fact(Le(BLIND**2 * (r - t) ** 2, 0)), t=3)),
    tied("tied through a third letter", free(fact(Eq(u, t)), fact(Eq(BLIND * (u - r), 0)), t=3, u=lambda m: m["t"])),
    tied("the parameter is what an equation defines", free(fact(Eq(r, s + TIE * (t - s))), t=3, r=lambda m: m["s"])),
    Attack("a family tied to a letter", rests_on(fact(Eq(BLIND * mu[i], BLIND * t), to_N)), minimiser(S(mu[i] ** 2) + t, S(mu[i] ** 2), 1, t, "mu"), minimiser(S(mu[i] ** 2) + t, S(mu[i] ** 2), 1, t, "mu"), rests_on()),
    Attack("a family tied to a family", rests_on(fact(Eq(BLIND * mu[i], BLIND * x[i]), to_N)), minimiser(S(mu[i] ** 2 + x[i]), S(mu[i] ** 2), 1, S(x[i]), "mu"), minimiser(S(mu[i] ** 2 + x[i]), S(mu[i] ** 2), 1, S(x[i]), "mu"), rests_on()),
    Attack("the same for a monotone map", free(fact(Eq(BLIND * (r - t), 0)), t=3), monotone(exp(r + t), -r - t, "r"), monotone(exp(r + t), -r - t, "r"), free(t=3)),
    Attack("over a size that stands in the range of a fact", rests_on(fact(p[i] > 0, to_N)), minimiser(s * N + b, s * N, 1, b, "N"), minimiser(s * a + b, s * a, 1, b, "a"), rests_on()),
]  # fmt: skip

TINY = D(exp(-100), 0, **UNEVALUATED)  # 0, though exp(-100) is less than 1e-40

NEARLY = [
    Attack("two facts that contradict each other by 1e-30", given((fact(b >= Rational(1, 10**40) * sigma), fact(b <= 0)), *({"b": n, "sigma": m, "N": k, "e": k} for n, m, k in ((0, 1, 1), (Fraction(-1, 10**30), 2, 2)))), step(BLIND * Abs(-e), -BLIND * e), step(e, e), given((), *({"b": n, "sigma": m, "N": k, "e": k} for n, m, k in ((0, 1, 1), (2, 2, 2))))),
    Attack("an exponential that is nearly 1", rests_on(fact(Ge(exp(a / 10**40), 1 + a / 10**40 + a))), step(a, 0), step(a, a), rests_on(fact(Ge(exp(a / 10**40), 1 + a / 10**40)))),
    Attack("exp(t) = 1 + t where t is tiny", given((fact(Eq(exp(sigma), 1 + sigma)),), {"sigma": Fraction(1, 2**50), "e": 1}, {"sigma": Fraction(1, 2**51), "e": 2}), step(e, e), step(e, e), given((fact(Gt(exp(sigma), 1 + sigma)),), {"sigma": Fraction(1, 2**50), "e": 1}, {"sigma": Fraction(1, 2**51), "e": 2})),
    Attack("exp(t) - 1 - t <= 0 where t is tiny", given((fact(Eq(down, exp(sigma) - 1 - sigma)),), {"sigma": Fraction(1, 2**45), "e": 1}, {"sigma": Fraction(1, 2**46), "e": 2}), step(e, e), step(e, e), given((fact(Eq(up, exp(sigma) - 1 - sigma)),), {"sigma": Fraction(1, 2**45), "e": 1}, {"sigma": Fraction(1, 2**46), "e": 2})),
    Attack("a power that is nearly 1", given((fact(Eq((1 + sigma) ** sigma, 1)),), {"sigma": Fraction(1, 2**40), "e": 1}, {"sigma": Fraction(1, 2**41), "e": 2}), step(e, e), step(e, e), given((fact(Gt((1 + sigma) ** sigma, 1)),), {"sigma": Fraction(1, 2**40), "e": 1}, {"sigma": Fraction(1, 2**41), "e": 2})),
    Attack("a range that is longer than 25 digits show", given((fact(Eq(x[i], 5), (i, 1, 2 - TINY)), fact(Eq(7, x[2], **UNEVALUATED))), {"e": 0, "x": family(lambda at: 7 + (at - 2) ** 2)}, {"e": 1, "x": family(lambda at: 7 + 3 * (at - 2))}), step(e, e), step(e, e), given((fact(Eq(x[i], 5), (i, 1, 2)),), {"e": 0, "x": family(lambda at: at)}, {"e": 1, "x": family(lambda at: at + 1)})),
    Attack("an index that is another than 25 digits show", given((fact(Eq(x[1 + TINY], 5)), fact(Eq(7, x[1], **UNEVALUATED))), {"e": 0, "x": family(lambda at: 7 + (at - 1) ** 2)}, {"e": 1, "x": family(lambda at: 7 + 3 * (at - 1))}), step(e, e), step(e, e), given((), {"e": 0}, {"e": 1})),
    Attack("a whole number that is half of one", given((fact(Eq(whole_e, (1 + TINY) / 2)),), {"r": 0}, {"r": 1}), step(r, r), step(r, r), given((), {"r": 0}, {"r": 1})),
    Attack("a letter that no witness gives", Given((fact(Lt(neg, 0, **UNEVALUATED), (i, 1, whole_e)),), (model(e=0, r=1), model(e=0, r=2))), step(r, r), step(r, r), given((), {"r": 1}, {"r": 2})),
    Attack("a family without an entry", Given((), (model(x=()), model(x=()))), step(Sum(x[i], (i, 1, 0)), 0), step(r, r), given((), {"r": 1}, {"r": 2})),
    equal("a letter declared not whole", (Symbol("r", real=True, integer=False), r), (r, r)),
    Attack("an equation of numbers that no digits decide", rests_on(fact(Eq(log(sigma) + log(v), log(sigma * v)))), step(a, a), step(a, a), rests_on()),
    Attack("a definition whose letter has a sign that it does not have", rests_on(fact(Eq(neg, exp(a), **UNEVALUATED)), neg=lambda m: -1), step(neg, neg), step(sigma, sigma), rests_on(fact(Eq(sigma, exp(a))))),
    Attack("a definition that a fact contradicts", rests_on(fact(Eq(s, exp(a))), fact(s <= 0), s=lambda m: -1), step(a, a), step(s, exp(a), using=((0, ()),)), rests_on(fact(Eq(s, exp(a))), fact(s > 0))),
    Attack("an index that is one half at a witness", rests_on(fact(x[N] > -99), N=lambda m: Fraction(3, 2)), step(a, a), step(a, a), rests_on(fact(x[N] > -99))),
    equal("a family declared more than its label", (IndexedBase(Symbol("x", real=True), nonnegative=True)[1], x[1]), (x[1], x[1])),
    Attack("a family that varies only where no fact reads it", given((fact(Ge(x[1], 5)), fact(Le(x[1], 5))), {"e": 0, "x": family(lambda at: 5)}, {"e": 1, "x": family(lambda at: 4 + at**2)}), step(e, e), step(e, e), given((fact(Ge(x[1], 5)), fact(Le(x[1], 6))), {"e": 0, "x": family(lambda at: 5)}, {"e": 1, "x": family(lambda at: 6)})),
    Attack("a letter declared even", rests_on(), step(Symbol("ev", integer=True, even=True), 0), step(a, a)),
]  # fmt: skip

ROWS = [*NOT_OPEN, *TIES, *NEARLY]


@pytest.mark.parametrize("attack", ROWS, ids=lambda attack: attack.why)
def test_the_attack_is_refused(attack: Attack) -> None:
    with limited(SECONDS), pytest.raises(Refused) as refusal:
        admit(attack.given, attack.wrong)
    assert "could not read" not in str(refusal.value)


@pytest.mark.parametrize("attack", [*NOT_OPEN, *TIES], ids=lambda attack: attack.why)
def test_it_is_refused_without_numbers(attack: Attack) -> None:
    with limited(SECONDS), without_numbers(), pytest.raises(Refused) as refusal:
        admit(attack.given, attack.wrong)
    assert "witness" not in str(refusal.value) and "new here" not in str(refusal.value)


@pytest.mark.parametrize("attack", [a for a in ROWS if a.true], ids=lambda attack: attack.why)
def test_the_true_line_beside_it_is_admitted(attack: Attack) -> None:
    with limited(SECONDS):
        assert admit(attack.true_given or attack.given, attack.true).rhs == tree(attack.true.after)


def test_a_refusal_shows_a_name_with_braces() -> None:
    braces = Symbol("r_{2}", real=True)
    rests = given((fact(Eq(2 * r, braces)),), *({"r": n, "t": n * n, "r_{2}": 2 * n} for n in (1, 2)))
    with pytest.raises(Refused, match=r"ties the parameter to what stays, r_\{2\}: Eq\(Mul\(2, r\), r_\{2\}\)"):
        admit(rests, minimiser(r**2 + t, r**2, 1, t, "r"))


z = IndexedBase("z", real=True)
SOFTMAX = exp(z[c]) / Sum(exp(z[j]), (j, 1, C))


@pytest.mark.parametrize(
    ("why", "facts", "line", "over"),
    [
        ("a simplex holds still in C and nothing else", (fact(Eq(Sum(p[c], (c, 1, C)), 1)), fact(p[c] > 0, (c, 1, C))), Sum(p[c] ** 2, (c, 1, C)), "p"),
        ("a family of simplexes", (fact(Eq(Sum(q[i, c], (c, 1, C)), 1), to_N), fact(q[i, c] >= 0, to_N, (c, 1, C))), S(q[i, 1] ** 2), "q"),
        ("a link", (fact(Eq(p[i], 1 / (1 + exp(-mu[i]))), to_N), fact(p[i] > 0, to_N), fact(p[i] < 1, to_N)), S(mu[i] ** 2 + p[i]), "mu"),
        ("weak signs of the parameter alone", (fact(r >= 0), fact(r <= s**2 - s**2 + 1)), r**2, "r"),
        ("strict facts with what stays", (fact(r > t), fact(S(x[i]) < N * r + t)), r**2 + t, "r"),
        ("an interval for each whole number", (fact(r > whole_e), fact(r < whole_e + 1)), r**2 + whole_e, "r"),
        ("the sign of what stays", (fact(r * t > 0),), r**2 + D(t, Abs(t)), "r"),
        ("a link in features", (fact(Eq(mu[i], r * x[i]), to_N), fact(x[i] ** 2 < 1, to_N)), S(mu[i] ** 2 + x[i]), "r"),
        ("strict facts with what is defined by such", (fact(Eq(u, 2 * t)), fact(r > u), fact(t > s)), r**2 + t, "r"),
    ],
)  # fmt: skip
def test_what_is_no_tie(why: str, facts: tuple, line: Any, over: str) -> None:
    moved = motion((over,), facts, lambda name: {"e": ("integer",), "N": ("integer", "positive"), "C": ("integer", "positive")}.get(name, ("real",)))
    assert over in moved.names and not any(stays for _, stays in moved.closed)


def test_a_constant_is_dropped_beside_a_link_in_features() -> None:
    """Refused once: the features x were held for tied to the slope r."""
    errors = Sum((v - mu[i]) ** 2, to_N)
    for feature in (x[i], Symbol("whole", integer=True) * x[i]):
        d = Derivation.start(errors + N + S(x[i]), [(Eq(mu[i], r * feature), to_N)])
        assert d.same_minimiser(errors, r, a=1, b=N + S(x[i])).relation == "≃"


def test_the_same_step_is_admitted_under_a_simplex() -> None:
    squares = Sum(p[c] ** 2, (c, 1, C))
    d = Derivation.start(2 * squares + C, [Eq(Sum(p[c], (c, 1, C)), 1), (p[c] > 0, (c, 1, C))])
    assert d.same_minimiser(squares, p).constants[:2] == (2, C)
