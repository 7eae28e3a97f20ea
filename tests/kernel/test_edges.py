"""Models at the edges of what is given: which there are, that facts and flags hold there, and what they alone refuse."""

from fractions import Fraction

import mpmath
import pytest
from sympy import (
    Abs,
    Add,
    Derivative,
    Eq,
    IndexedBase,
    KroneckerDelta,
    Mul,
    Ne,
    Piecewise,
    Pow,
    Product,
    Sum,
    Symbol,
    diff,
    exp,
    factorial,
    log,
    loggamma,
    sqrt,
)  # fmt: skip

from cesym import catalogue
from cesym.kernel import Refused, admit, tree
from cesym.kernel.edges import MOST, WORK, disagreement, edges, in_words, of, places, value, walk
from cesym.kernel.witness import Computed, broken, evaluate, has
from cesym.symbols import C, N, c, i, j, k, m, mu, n, p, q, sigma, v, x, y

from .cases import certificate, fact, family, given, minimiser, step
from .edges_alone import EDGES, NOT, believing, counted
from .limits import limited
from .test_attacks import (
    BLIND,
    FACTS,
    FREE,
    LABELS,
    SIMPLEX,
    TWO,
    D,
    G,
    J,
    Z,
    a,
    p1,
    p2,
    r,
    rests_on,
    s,
    t,
    to_C,
    to_N,
    to_Z,
    w,
)

TOTAL = Sum(x[i], to_N)
SQUARES = Sum((x[i] - mu[i]) ** 2, to_N)
INNER = i * (Z - i) + i**2 + i * r**2
LOGS = Sum(log(INNER), to_Z)
RAW = {"evaluate": False}


def trees(*lines) -> tuple:
    return tuple(map(tree, lines))


def words(given, *lines) -> list[str]:
    return [in_words(change) for change, _ in of(given).models(trees(*lines))]


CLASSES = rests_on(fact(q[i, c] > 0, to_N, to_C), fact(Eq(Sum(q[i, c], to_C), 1), to_N), q=lambda m: tuple(
    ((f, g), Fraction(1 + (g == 1), m["C"] + 1)) for f in range(-3, 12) for g in range(-3, 12)))  # fmt: skip
PRESENT = [  # given, lines, changes that must be among the models
    (G, [TOTAL, KroneckerDelta(N, 7)], ["N = 7", "N = 6", "N = 8", "N = 1"]),
    (G, [Piecewise((r, N < 6), (s, True))], ["N = 5", "N = 6", "N = 7", "r = 0", "s = 0", "N = 6, r = 0"]),
    (G, [(N - 7) ** 2], ["N = 7", "N = 6", "N = 8"]),
    (G, [BLIND * s], ["N = 4", "s = 0"]),
    (G, [Pow(0, Z, **RAW)], ["Z = 0", "Z = 1"]),
    (G, [LOGS, KroneckerDelta(Z + r**2, 0)], ["Z = 0", "r = 0", "Z = 0, r = 0"]),
    (G, [r - s, a], ["r = 5", "a = 0", "r = 0, s = 0, a = 0"]),  # s is 5
    (G, [r * KroneckerDelta(2 * r + s, 7)], ["r = 1", "s = 2"]),
    (G, [1 / (x[1] - mu[N])], ["x[1] = 5/4", "mu[2] = 7/4", "x[1] = 0", "N = 1"]),
    (G, [Abs(r)], ["r = 0", "r = 1", "r = -1"]),
    (G, [Sum(1 / p[i], to_N)], ["N = 1"]),
    (G, [k[1] * sigma], ["k[1] = 0"]),
    (G, [Sum(x[i], (i, 1, D))], ["D = 1"]),
    (J, [x[j]], ["j = 1"]),
    (TWO, [p2], ["p1 = 0", "p1 = 1"]),  # what an equation defines moves with what defines it
    (SIMPLEX, [Sum(p[c], to_C), KroneckerDelta(C, 5)], ["C = 1", "C = 4", "C = 5", "C = 6"]),  # and what sums to 1 does so over other ranges
    (CLASSES, [Sum(q[i, c], to_N, to_C), C - 4], ["N = 1", "C = 1", "C = 4", "C = 5", "C = 1, N = 1"]),
]
LINES = [
    TOTAL + KroneckerDelta(N, 7), LOGS, Sum(q[i, c] * log(p[c]), to_N, to_C), BLIND * s * Abs(r), Piecewise((a, r > 0), (t, True)),
    Sum(Sum(x[i] * x[j], (j, 1, i)) / n[1] ** 2, to_N), k[1] ** Z, p1 * p2, p[y[1]], w**Z, x[N + 1], m + j + D,
]  # fmt: skip


@pytest.mark.parametrize(("given", "lines", "expected"), PRESENT, ids=lambda v: str(v)[:40])
def test_what_is_tried(given, lines, expected) -> None:
    found = words(given, *lines)
    assert [change for change in expected if change not in found] == []


def every() -> list[tuple]:
    rows = [(given, trees(*lines)) for given, lines, _ in PRESENT]
    rows += [(given, (tree(line),)) for given in (G, J, TWO, SIMPLEX, LABELS, FREE, CLASSES) for line in LINES]
    theorems = [theorem() for theorem in list(catalogue().values())[::4]]
    return rows + [(d.given.kernel, (s.before, s.after)) for d in theorems for s in d.kernel_steps]


def test_facts_and_flags_hold_at_every_model_within_the_budget() -> None:
    count = 0
    for rests, lines in every():
        flags = {part[1]: part[2] for t in (*lines, *rests.facts) for part, _ in walk(t) if part[:1] == ("Symbol",)}
        models, work = list(edges(rests, lines)), 0
        for model in models:
            assert not any(broken(rests.facts, model))
            for name, letter in model.items():
                values = list(letter.values()) if isinstance(letter, dict) else [letter]
                assert all(type(number) in (Fraction, Computed) for number in values)
                assert all(has(flag, number, model) for flag in flags.get(name, ()) for number in values), (name, values)
            work += len(list(places(lines, model, {})))
        assert len(models) <= MOST and work <= WORK
        count += len(models)
    assert count > 500


def test_they_are_the_same_every_time() -> None:
    first = [words(given, *lines) for given, lines in every()]
    of.cache_clear()
    assert [words(given, *lines) for given, lines in every()] == first


def test_a_letter_declared_something_else_stays() -> None:
    odd = Symbol("a", integer=True, odd=True)
    assert words(G, odd + r) == ["r = 0"]


# What they alone refuse

KIND = [  # wrong lines to which all the models given are kind, and where they fail
    (TOTAL, TOTAL + KroneckerDelta(N, 7), "N = 7"),
    (r, Piecewise((r, N < 6), (s, True)), "N = 6"),
    (r, r * Piecewise((1, (N - 7) ** 2 > 0), (0, True)), "N = 7"),
    (x[1] + BLIND * s, x[1], "N = 4"),
    (Pow(0, Z, **RAW), 0, "Z = 0"),
    (Sum(Pow(Add(i, Add(Z, -i, **RAW), **RAW), -1, **RAW), to_Z), 1, "Z = 0"),
    (Sum(Mul(Pow(Z, i - 1), Pow(Z, Z - i), **RAW), to_Z), Z**Z, "Z = 0"),
    (LOGS + KroneckerDelta(Z + r**2, 0), LOGS, "Z = 0, r = 0"),
    (Abs(r), r, "r = -1"),
    (TOTAL, TOTAL + KroneckerDelta(r, s) * Abs(r), "r = 5"),
]


@pytest.mark.parametrize(("before", "after", "where"), KIND, ids=lambda v: str(v)[:40])
def test_a_wrong_line_is_refused_by_edges_alone(before, after, where) -> None:
    given = rests_on(*FACTS, Z=lambda m: m["N"] + 1)
    with believing(), pytest.raises(Refused, match="at an edge of what is given: ") as refusal:
        admit(given, step(before, after))
    assert f": {where}" in str(refusal.value)


@pytest.mark.parametrize(("line", "where"), [
    (log(Abs(r)), "r = 0"), (1 / Z, "Z = 0"), (sqrt(r), "r = -1"), (Pow(N - 7, -1), "N = 7"), (loggamma(r), "r = 0"),
    (Derivative(Sum(x[i], (i, 1, N + KroneckerDelta(r, 0))), r), "r = 0"), (Piecewise((1, Ne(N, 6))), "N = 6"),
])  # fmt: skip
def test_a_line_without_a_value_is_refused(line, where) -> None:
    assert disagreement(G, tree(line), tree(line), (0,)) == f"a side has no value at an edge of what is given: {where}"


MORE = [
    (minimiser((N - 7) ** 2 * SQUARES, SQUARES, (N - 7) ** 2, 0, "mu"), "same minimiser", ("≃", ("mu",), tree((N - 7) ** 2), tree(0)), "N = 7"),
    (certificate(1, KroneckerDelta(N, 7) * 2, "≥"), "certificate", ("≥", (), tree(1), tree(0)), "N = 7"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "primitive", "claim", "where"), MORE)
def test_other_relations_are_looked_at_too(wrong, primitive, claim, where, monkeypatch) -> None:
    monkeypatch.setitem(admit.__globals__["PRIMITIVES"], primitive, lambda *_: claim)
    with pytest.raises(Refused, match=f"at an edge of what is given: {where}"):
        admit(G, wrong)


def test_numbers_refuse_most_attacks_on_a_prover_that_believes_everything() -> None:
    with limited(120):
        rows = counted()
    assert len(rows[EDGES]) > 50 > 12 > len(rows[NOT])


# The value of a line

VALUES = [
    (r + 1, Fraction(1)), (log(r), None), (log(r - 1), None), (1 / r, None), (Pow(r - 1, sigma / 2), None), (exp(log(sigma)), 3),
    (Piecewise((1, r > 0)), None), (loggamma(r), None), (Derivative(Abs(r), r), None), (x[1], LookupError),
    (exp(exp(exp(exp(sigma**3)))), LookupError), (Sum(1, (i, 1, 10**6 * sigma)), LookupError),
]  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), VALUES, ids=lambda v: str(v)[:40])
def test_the_value_of_a_line(line, expected) -> None:
    model = {"r": Fraction(0), "sigma": Fraction(3), "x": {}}
    if expected is LookupError:
        with pytest.raises(LookupError):
            value(tree(line), model, 50)
    else:
        found = value(tree(line), model, 50)
        assert found is None if expected is None else abs(found - expected) < 1e-40


def test_rounding_is_no_difference() -> None:
    large = exp(40) * Abs(r) + exp(40)  # 1 is lost in 25 digits of it squared
    assert disagreement(G, tree((large + 1) ** 2), tree(large**2 + 2 * large + 1), (0,)) == ""
    assert disagreement(G, tree(log(1 + exp(-70 * v))), tree(log(1 + exp(70 * v)) - 70 * v), (0,)) == ""
    assert disagreement(G, tree(r**1001), tree(r**1001), (0,)) == ""  # at r = -1, too
    long = exp(r + 120)
    assert admit(G, step(Add(long, r, -long, **RAW), r)).relation == "="  # at the models given, too


def test_work_at_a_model_is_limited() -> None:
    at = {"N": Fraction(1500), "r": Fraction(1), "s": Fraction(2), "t": Fraction(3), "a": Fraction(5), "sigma": Fraction(2)}
    for line in (Sum(Abs(r + i) + j, to_N, (j, 1, N)), Sum(Sum(Abs(r + i) + j, to_N), (j, 1, N)), Derivative(r * s * t * a, (r, 4), (s, 4), (t, 4), (a, 4), **RAW)):
        with limited(20), pytest.raises(Refused, match="values of one term"):
            evaluate(tree(line), at)
    total = {**at, "u": Computed(tree(Sum(i**2, to_N)), {})}  # a letter that is defined by a sum
    with limited(20), pytest.raises(Refused, match="values of one term"):
        evaluate(tree(Sum(i * Symbol("u", real=True), to_N)), total)
    with limited(20):
        evaluate(tree(Product((sigma + i) ** 999, to_N)), at)


COUNTS, SHARES = IndexedBase(Symbol("k", integer=True, nonnegative=True)), IndexedBase(Symbol("P", positive=True))
M = Symbol("M", integer=True, nonnegative=True)
SIZES = [(2, 0), (3, 0), (3, 1), (2, 1)]


@pytest.mark.parametrize(("family_of", "total", "f", "models"), [
    (COUNTS, M, factorial, [{"C": n, "M": n + more, "k": family(lambda at, more=more: 1 + more * (at == 1))} for n, more in SIZES]),
    (SHARES, 1, lambda t: t, [{"C": n, "P": family(lambda at, n=n, more=more: (1 + Fraction(more, 2) * {1: 1, 2: -1}.get(at, 0)) / n)} for n, more in SIZES]),
], ids=["counts", "shares"])  # fmt: skip
def test_a_sum_does_not_take_its_entries_out_of_what_is_declared(family_of, total, f, models) -> None:
    rests, entry = given((fact(Eq(Sum(family_of[c], to_C), total)),), *models), f(family_of[c])
    assert admit(rests, step(log(Product(entry, to_C)), Sum(log(entry), to_C))).relation == "="


# Slopes

SLOPES = [log(a), loggamma(a) * t, exp(a * t) * log(a + t) + sqrt(t) / a, a**7 * t**4, exp(-(a**2) / 2) * sqrt(t)]
ORDERS = [((a, 1),), ((a, 2),), ((a, 3),), ((a, 4),), ((a, 1), (t, 1)), ((a, 2), (t, 2)), ((t, 3), (a, 1))]
AT = {"a": Fraction(3, 97), "t": Fraction(2, 7)}


@pytest.mark.parametrize("orders", ORDERS, ids=str)
@pytest.mark.parametrize("body", SLOPES, ids=str)
def test_a_slope_is_that_of_sympy(body, orders) -> None:
    exact = diff(body, *orders).subs({a: "3/97", t: "2/7"}).evalf(60)
    with mpmath.workdps(50):
        found = evaluate(tree(Derivative(body, *orders, **RAW)), AT)
        assert abs(found - mpmath.mpf(str(exact))) < mpmath.mpf(10) ** -27 * (1 + abs(found))


JUMPS = [
    (r * Sum(x[i], (i, 1, N + KroneckerDelta(r, 0))), 0, 6), (Sum(x[i], (i, 1, N + KroneckerDelta(r, 1))), 1, None), (Abs(r), 0, None),
    (Abs(r), 1, 1), (Piecewise((r, r > 0), (0, True)), 0, None), (KroneckerDelta(r, 0), 0, None), (KroneckerDelta(r, s), 1, 0),
    (Piecewise((r**2, r > 0), (0, True)), 0, 0), (r**3, 2, 12),
]  # fmt: skip


@pytest.mark.parametrize(("body", "at", "expected"), JUMPS, ids=lambda v: str(v)[:40])
def test_a_jump_or_a_kink_has_no_slope(body, at, expected) -> None:
    model = {"r": Fraction(at), "s": Fraction(7), "N": Fraction(3), "x": {(n,): Fraction(n) for n in range(6)}}
    with mpmath.workdps(50):
        if expected is None:
            with pytest.raises(Refused, match="no slope"):
                evaluate(tree(Derivative(body, r, **RAW)), model)
        else:
            assert abs(evaluate(tree(Derivative(body, r, **RAW)), model) - expected) < mpmath.mpf(10) ** -27


def test_two_entries_at_one_place_are_one_variable() -> None:
    model = {"j": Fraction(2), "m": Fraction(2), "x": {(2,): Fraction(5)}}
    line = Derivative(x[j] * x[m] ** 2, x[j], x[m], **RAW)
    with mpmath.workdps(50):
        assert abs(evaluate(tree(line), model) - 30) < mpmath.mpf(10) ** -27
