"""Lines that could keep the kernel busy for ever: each is decided within seconds."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from sympy import (
    Abs,
    Add,
    Contains,
    Eq,
    FiniteSet,
    Mul,
    Pow,
    Product,
    Rational,
    Sum,
    Symbol,
    exp,
    factorial,
    log,
    sqrt,
)

from cesym.kernel import Given, Refused, Tree, admit, tree
from cesym.symbols import N, i, j, q, x

from .cases import fact, given, model, step
from .limits import limited
from .test_attacks import G, a, b, r, rests_on, s, sigma, v

SECONDS = 20
LETTERS = [Symbol(f"f{n}", real=True) for n in range(30)]
INDICES = [Symbol(f"i{n}", integer=True) for n in range(12)]


def nested(wrap: Callable[[Any], Any], depth: int, inside: Any = sigma) -> Any:
    for _ in range(depth):
        inside = wrap(inside)
    return inside


def deep(depth: int) -> Tree:
    return nested(lambda e: ("Add", ("Mul", e, ("Rational", 2, 1)), ("Rational", 1, 1)), depth,
        tree(r))


def cases(*branches: Tree) -> Tree:
    """The last branch is for all that is left."""
    return ("Piecewise", *branches[:-1], (branches[-1], ("true",)))


def connected(letters: list, last: Any) -> Sum:
    return Sum(Mul(*(q[f, g] for f, g in pairwise(letters))),
        *((f, 1, last) for f in letters))


def unit(count: int) -> Given:
    models = [dict(enumerate_values(count, shift)) for shift in (1, 2, 3)]
    return Given(tuple(fact(f(e)) for e in LETTERS[:count] for f in (lambda e: e > 0,
        lambda e: e < 1)), tuple(model(**m) for m in models))


def enumerate_values(count: int, shift: int) -> list[tuple[str, Any]]:
    return [("N", shift), *((e.name, Fraction(1 + (n + shift) % 5, 7)) for n,
        e in enumerate(LETTERS[:count]))]


LINES = [
    ("roots inside of roots", G, nested(lambda e: sqrt(1 + e), 20)),
    ("logs of squares inside of logs of squares", G, nested(lambda e: log(1 + (e - 1) ** 2), 10)),
    ("powers inside of powers", G, nested(lambda e: (1 + e**2) ** sigma, 20)),
    ("fractions inside of fractions", G, nested(lambda e: 1 / (1 + e), 40)),
    ("cases inside of cases", G, nested(lambda e: cases((e, ("Gt", e, tree(r))),
        ("Pow", e, tree(2))), 10, tree(sigma))),
    ("sums inside of sums", G, nested(lambda e: Sum(x[i] * e, (i, 1, N)) ** 3, 6, r)),
    ("twelve sums in a ring", G, connected(INDICES, N)),
    ("sums over 1..8, eight deep", G, connected(INDICES[:8], 8)),
    ("a sum to a thousand million", G, Sum(r, (i, 1, 10**9))),
    ("a sum of a thousand million different terms", G, Sum(x[i], (i, 1, 10**9))),
    ("two sums to a hundred thousand", G, Sum(r, (i, 1, 10**5), (j, 1, 10**5))),
    ("a product of a thousand million terms", G, Product(sigma, (i, 1, 10**9))),
    ("a power of a power of a power", G, ((sigma**999) ** 999) ** 999),
    ("an exponent of a thousand million", G, (1 + r) ** (10**9)),
    ("a tower of exponents", G, tree(nested(lambda e: Pow(2, e, evaluate=False), 5, N))),
    ("a power of a sum of many", G, (a + b + r + s + sigma + v) ** 12),
    ("many factors of two terms", G, Mul(*((e + 1) for e in [a, b, r, s, sigma, v]),
        *((x[n] + n) for n in range(1, 9)))),
    ("forty cases under one logarithm", G, ("log",
        ("Add", *(cases((tree(1), tree(r > n)), tree(n + 1)) for n in range(40))))),
    ("a product of twenty cases", G, ("log", ("Mul",
        *(cases((tree(n + 1), tree(r > n)), tree(sigma)) for n in range(20))))),
    ("a Piecewise of forty branches", G, cases(*((tree(r**n), tree(Eq(s, n))) for n in range(1,
        40)), tree(0))),
    ("a logarithm of many letters that is not positive", unit(20), log(Add(*LETTERS[:20]) - 6)),
    ("a logarithm of many letters that is", unit(20), log(20 - Add(*LETTERS[:20]))),
    ("a logarithm of many factors", unit(12), log(Mul(*(1 - e for e in LETTERS[:12])))),
    ("a factorial of a large number", G, factorial(N + 10**7)),
    ("a deep tree", G, deep(400)),
    ("a tree deeper than the stack", G, deep(5_000)),
    ("a tree deeper than any stack", G, deep(200_000)),
    ("a tree that is twice as large at each level", G, nested(lambda e: ("Add", e, e), 100, tree(r))),
    ("a wide tree", G, Add(*(r**n for n in range(2_000)))),
    ("large numbers", G, Rational(1, 3) ** 100_000 * r),
    ("exponentials inside of exponentials", G, nested(exp, 8, sigma + 5)),
    ("many absolute values", G, Add(*(Abs(x[n] - x[n + 1]) for n in range(1, 9))) ** 4),
]  # fmt: skip


SLOWER = {"sums over 1..8, eight deep", "a power of a sum of many", "many factors of two terms", "a Piecewise of forty branches",
          "a logarithm of many letters that is not positive"}  # fmt: skip
ROWS = [pytest.param(*row, id=row[0], marks=[pytest.mark.long] if row[0] in SLOWER else []) for row in LINES]


@pytest.mark.parametrize(("why", "rests", "line"), ROWS)
def test_a_line_is_decided_in_time(why: str, rests: Given, line: Any) -> None:
    with limited(SECONDS):
        try:
            admit(rests, step(line, line))
        except Refused as refusal:
            assert str(refusal)


def test_equations_that_rewrite_each_other_end() -> None:
    turning = rests_on(fact(Eq(a, b + 1)), fact(Eq(b, a - 1)), a=lambda m: m["b"] + 1)
    growing = given((fact(Eq(x[i], x[i - 1] + x[i - 2]), (i, 3, 60)),),
        *({"N": n, "x": fibonacci(n)} for n in (1, 2)))
    for rests, line, using in ((turning, a, ((0, ()), (1, ()))), (growing, x[60], ((0, ()),))):
        with limited(SECONDS):
            try:
                admit(rests, step(line, line, using=using))
            except Refused as refusal:
                assert str(refusal)


def fibonacci(first: int) -> tuple:
    values = [first, first]
    while len(values) < 70:
        values.append(values[-1] + values[-2])
    return tuple(((n,), Fraction(value)) for n, value in enumerate(values, 1))


def test_many_cases_end() -> None:
    letters = [Symbol(f"k{n}", integer=True) for n in range(14)]
    rests = given(
        tuple(fact(Contains(e, FiniteSet(0, 1, 2))) for e in letters),
        *({"N": n, **{e.name: (n * at + at // 2) % 3 for at, e in enumerate(letters)}} for n in (1,
            2, 3, 4)),
    )
    with limited(SECONDS), pytest.raises(Refused):
        admit(rests, step(Mul(*(e - 1 for e in letters)), Mul(*letters),
            split=tuple(e.name for e in letters)))
