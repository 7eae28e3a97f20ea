"""Reading keeps the value of random trees, at random models that are junk outside of ranges."""

from fractions import Fraction

import mpmath
import pytest

from cesym.kernel.reader import Reader
from cesym.kernel.terms import ONE as ONE_TERM
from cesym.kernel.terms import add
from cesym.kernel.witness import satisfied

from .generators import ONE, WORLDS, N, Tree, at, i, k, num, p, plus, power, r, sigma, times, x
from .values import compare, run, value

SHARE_REFUSED = 0.25  # beyond, the generator says little


@pytest.mark.parametrize(("count", "seed"), [(500, 1), pytest.param(3_500, 2, marks=pytest.mark.long)])
def test_terms_have_the_value_of_their_trees(count: int, seed: int) -> None:
    tally, wrong, slow = run(count, seed)
    assert not wrong
    assert not slow
    assert tally["tried"] >= count
    assert tally["refused"] < SHARE_REFUSED * tally["tried"]


@pytest.mark.parametrize("name", WORLDS)
def test_random_models_satisfy_the_facts_of_their_world(name: str) -> None:
    import random

    rng = random.Random(3)
    for _ in range(20):
        model = WORLDS[name].model(rng)
        assert all(satisfied(fact, model) for fact in WORLDS[name].facts)


MODEL = {
    "N": Fraction(3), "r": Fraction(-5, 2), "sigma": Fraction(2, 3),
        "x": {(n,): Fraction(n * n, 7) for n in range(-3, 9)},
    "p": {(n,): Fraction(n, 5) for n in range(-3, 9)},
        "k": {(n,): Fraction(n % 2) for n in range(-3, 9)},
}  # fmt: skip


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (plus(r, num(1, 2)), Fraction(-2)),
        (power(r, 2), Fraction(25, 4)),
        (("Sum", at(x, i), (i, ONE, N)), Fraction(2)),
        (("Sum", times(at(x, i), at(k, i)), (i, num(0), N)), Fraction(10, 7)),
        (("Product", at(p, i), (i, ONE, N)), Fraction(6, 125)),
        (("Sum", ONE, (i, plus(N, ONE), N)), Fraction(0)),
        (("Abs", r), Fraction(5, 2)),
        (("KroneckerDelta", N, num(3)), Fraction(1)),
        (("Piecewise", (r, ("Gt", r, num(0))), (ONE, ("true",))), Fraction(1)),
        (("exp", num(0)), Fraction(1)),
    ],
)
def test_the_evaluator_of_terms(tree: Tree, expected: Fraction) -> None:
    assert value(Reader(()).read(tree, {}), MODEL) == expected


def test_the_evaluator_of_terms_is_total() -> None:
    """0 where there is no meaning, so that 0 times it is 0."""
    term = Reader(()).read(("log", sigma), {})
    assert value(term, MODEL | {"sigma": Fraction(-1)}) == 0
    with mpmath.workdps(40):
        assert mpmath.almosteq(value(term, MODEL), mpmath.log(mpmath.mpf(2) / 3))


def test_a_wrong_term_is_seen() -> None:
    """The comparison must be able to fail: another term, and a tree without a real value."""
    term = Reader(()).read(at(x, ONE), {})
    assert compare(at(x, ONE), term, MODEL) is None
    assert compare(at(x, ONE), add(term, ONE_TERM), MODEL) is not None
    assert compare(("log", r), term, MODEL).of_tree.startswith("undefined")
    assert compare(power(plus(r, num(5, 2)), -1), term, MODEL).of_tree.startswith("undefined")
