"""What the kernel admits is put to the second reader, which must find nothing; and it must be able to find something."""

from collections import Counter

import pytest

import cesym
from cesym.kernel import Given, Statement, admit

from .generators import (
    ONE,
    REAL,
    N,
    Tree,
    Z,
    at,
    c,
    every,
    i,
    j,
    minus,
    num,
    p,
    plus,
    power,
    r,
    sigma,
    sym,
    t,
    times,
    x,
)
from .replay import Replay, replay
from .rewritings import run

ZERO, MINUS = num(0), num(-1)
CATALOGUE = cesym.catalogue()


def equal(a: Tree, b: Tree) -> Statement:
    return Statement(a, "=", b)


@pytest.mark.parametrize("models", [8, pytest.param(32, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", CATALOGUE)
def test_every_step_of_every_theorem_replays(name: str, models: int) -> None:
    derivation = CATALOGUE[name]()
    given = derivation.given.kernel
    for s in (*(admit(given, step) for step in derivation.kernel_steps), derivation.statement):
        found = replay(given, s, models)
        assert not found.differences
        assert found.models >= models // 2


@pytest.mark.parametrize(("admitted", "seed"), [(300, 1), pytest.param(700, 2, marks=pytest.mark.long)])
def test_random_admitted_steps_replay(admitted: int, seed: int) -> None:
    tally, differences = run(10 * admitted, seed, models=10, until=admitted)
    everything = sum(tally.values(), Counter())
    assert not differences
    assert not everything["slow"]
    assert everything["admitted"] == admitted
    assert everything["not the same"] > 0.8 * admitted
    assert everything["replayed"] > 0.95 * admitted
    assert everything["proved"] > 0.3 * admitted


# The reader can fail

to_N, to_Z = (i, ONE, N), (i, ONE, Z)
WHOLE = plus(i, minus(Z, i))
X = at(x, i)
w = sym("w", *REAL)
POSITIVE_P = (every(("Gt", at(p, i), ZERO), (i, N)),)
WRONG = {
    "a power of the size": (equal(("Sum", times(power(Z, plus(i, MINUS)), power(Z, minus(Z, i))), to_Z), power(Z, Z)), ()),
    "a division by the size": (equal(("Sum", power(WHOLE, -1), to_Z), ONE), ()),
    "a logarithm of the size": (
        equal(plus(("Sum", ("log", WHOLE), to_Z), power(ZERO, Z)), ("Sum", ("log", WHOLE), to_Z)), ()),
    "an empty range": (equal(("Sum", X, to_Z), plus(at(x, ONE), ("Sum", X, (i, num(2), Z)))), ()),
    "an empty product": (equal(("Product", ZERO, to_Z), ZERO), ()),
    "one size": (equal(times(N, r), plus(times(N, r), ("KroneckerDelta", N, num(7)))), ()),
    "beyond one size": (equal(("Piecewise", (r, ("Lt", N, num(7))), (t, ("true",))), r), ()),
    "one size, hidden": (
        equal(("Sum", ("KroneckerDelta", i, plus(num(3), num(4))), to_N), ("Piecewise", (ONE, ("Gt", N, num(7))), (ZERO, ("true",)))), ()),
    "letters that are equal": (equal(("KroneckerDelta", r, t), ZERO), ()),
    "entries that are equal": (equal(("KroneckerDelta", at(x, ONE), at(x, N)), ("KroneckerDelta", N, ONE)), ()),
    "a number": (equal(plus(r, t), plus(r, times(num(10**9 + 1, 10**9), t))), ()),
    "a root": (equal(power(power(r, 2), num(1, 2)), r), ()),
    "a division by zero": (equal(times(minus(r, t), power(minus(r, t), -1)), ONE), ()),
    "a logarithm at an edge": (equal(("log", at(p, i)), ("log", at(p, i))), (("Ge", at(p, i), ZERO),)),
    "a logarithm outside of a range": (equal(("log", at(p, plus(N, ONE))), ("log", at(p, plus(N, ONE)))), POSITIVE_P),
    "an index that is no whole number": (equal(at(x, r), at(x, r)), ()),
    "a range of negative length": (equal(("Sum", X, (i, num(3), N)), ("Sum", X, (i, num(3), N))), ()),
    "an edge of what is given": (equal(("Abs", r), minus(r, ("KroneckerDelta", r, ONE))), ((("Ge", r, ONE),),)),
    "a jump": (equal(("Derivative", ("Piecewise", (ONE, ("Gt", r, ZERO)), (ZERO, ("true",))), (r, ONE)), ZERO), ()),
    "a kink": (
        equal(("Derivative", ("Abs", minus(r, t)), (r, ONE)), ("Piecewise", (ONE, ("Ge", r, t)), (MINUS, ("true",)))), ()),
    "a point": (equal(("Derivative", ("KroneckerDelta", at(x, ONE), r), (r, ONE)), ZERO), ()),
    "a slope": (equal(("Derivative", power(r, 3), (r, num(2))), times(num(5), r)), ()),
    "a slope at equal indices": (equal(("Derivative", at(x, j), (at(x, c), ONE)), ZERO), ()),
    "≃ with another constant": (Statement(plus(times(num(2), power(r, 2)), t), "≃", power(r, 2), ("r",), num(2), plus(t, ONE)), ()),
    "≃ with a factor below 0": (Statement(times(MINUS, r), "≃", r, ("r",), MINUS, ZERO), ()),
    "≃ with a factor 0": (Statement(times(power(t, 2), r), "≃", r, ("r",), power(t, 2), ZERO), ()),
    "≃ with a constant that moves": (Statement(plus(r, power(r, 2)), "≃", r, ("r",), ONE, power(r, 2)), ()),
    "≥ reversed": (Statement(("Sum", power(X, 2), to_N), "≤", ZERO), ()),
    "≥ but at an edge": (Statement(r, "≥", plus(r, ("KroneckerDelta", r, t))), ()),
    "⇄ with another sign": (Statement(sigma, "⇄", ("log", sigma), ("sigma",)), ()),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_statement_is_reported(name: str) -> None:
    s, facts = WRONG[name]
    given = Given(tuple(fact if isinstance(fact[0], tuple) else (fact,) for fact in facts))
    assert replay(given, s).differences


RIGHT = {
    "an empty range": (equal(("Sum", times(X, t), to_Z), times(("Sum", X, to_Z), t)), (), (0, 1, 2, 3)),
    "a power": (equal(power(ZERO, Z), ("KroneckerDelta", Z, ZERO)), (), (0, 1, 2, 3)),
    "a division": (equal(("Sum", times(sigma, power(WHOLE, -1)), to_Z), times(sigma, ("Piecewise", (ONE, ("Gt", Z, ZERO)), (ZERO, ("true",))))), (), (0, 1, 2, 3)),
    "a square": (
        equal(power(("Sum", X, to_N), 2), ("Sum", times(X, at(x, j)), to_N, (j, ONE, N))), (), (1, 2, 3)),
    "a sum that is given": (
        equal(minus(ONE, at(x, N)), ("Sum", X, (i, ONE, minus(N, ONE)))), ((("Eq", ("Sum", X, to_N), ONE),),), (1, 2, 3)),
    "a support": (
        equal(power(X, 3), X), (every(("Contains", X, ("FiniteSet", ZERO, ONE, MINUS)), (i, N)), (("Ge", i, ONE),), (("Le", i, N),)), (1, 2, 3)),
    "an equation": (equal(power(r, 2), power(plus(t, ONE), -2)), ((("Gt", t, ZERO),), (("Eq", r, power(plus(t, ONE), -1)),)), (0, 1, 2, 3)),
    "an exponential": (equal(("log", r), times(num(2), t)), ((("Eq", r, ("exp", times(num(2), t))),),), None),
    "a slope": (equal(("Derivative", ("log", plus(ONE, ("exp", r))), (r, ONE)), power(plus(ONE, ("exp", times(MINUS, r))), -1)), (), None),
    "a slope at equal indices": (equal(("Derivative", at(x, j), (at(x, c), ONE)), ("KroneckerDelta", c, j)), (), None),
    "≃": (Statement(plus(times(sigma, r), t), "≃", r, ("r",), sigma, t), (), (0, 1, 2, 3)),
    "≥": (Statement(power(r, 2), "≥", ZERO), (), ()),
    "⇄": (Statement(sigma, "⇄", times(MINUS, ("log", sigma)), ("sigma",)), (), None),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_statement_replays(name: str) -> None:
    s, facts, proved = RIGHT[name]
    found = replay(Given(facts), s)
    assert found.differences == []
    assert found.models >= 12
    assert proved is None or found.proved == proved


def test_the_seed_fixes_everything() -> None:
    s, facts = WRONG["letters that are equal"]
    assert replay(Given(facts), s, seed=3) == replay(Given(facts), s, seed=3)
    assert run(40, 5) == run(40, 5)


def test_facts_that_cannot_hold_have_no_models() -> None:
    nothing = Given(((("Gt", r, t),), (("Gt", t, r),)))
    assert replay(nothing, equal(r, t)) == Replay([], 0, ())
