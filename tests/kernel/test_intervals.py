"""The intervals that decide what holds at a witness contain the value; mpmath's own sometimes do not."""

import random
from collections.abc import Callable
from fractions import Fraction

import mpmath
import pytest

from cesym.kernel.witness import INTERVALS, PRECISIONS

HARD: dict[str, Callable[[random.Random], Fraction]] = {
    "exp": lambda rng: Fraction(rng.choice((-1, 1)) * rng.randint(1, 99), rng.choice((7, 2 ** rng.randint(1, 90)))),
    "log": lambda rng: 1 + Fraction(rng.choice((-1, 1)) * rng.randint(1, 98), 2 ** rng.randint(7, 90)),
    "gamma": lambda rng: Fraction(rng.randint(1, 99), rng.choice((7, 50))) + Fraction(rng.randint(0, 3), 2 ** rng.randint(20, 60)),
}


def misses(name: str, bits: int, function: Callable, count: int = 100) -> int:
    """How often the interval of a function at a rational number does not hold the value to many more digits."""
    rng, missed = random.Random(bits), 0
    INTERVALS.prec = bits
    for _ in range(count):
        x = HARD[name](rng)
        found = function(INTERVALS.mpf(x.numerator) / x.denominator)
        with mpmath.workprec(3 * bits + 200):
            value = getattr(mpmath, name)(mpmath.mpf(x.numerator) / x.denominator)
            missed += not mpmath.mpf(found.a) <= value <= mpmath.mpf(found.b)
    return missed


@pytest.mark.parametrize("bits", PRECISIONS)
@pytest.mark.parametrize("name", HARD)
def test_the_interval_holds_the_value(name: str, bits: int) -> None:
    assert misses(name, bits, getattr(INTERVALS, name)) == 0


def test_the_intervals_of_mpmath_do_not_always() -> None:
    """Or this guard is not needed any more."""
    assert misses("exp", 53, mpmath.iv.exp) > 0
