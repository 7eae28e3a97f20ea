"""Wrong steps that no witness betrays: true ones with a term that is 0 at every witness.

Only the prover can refuse them. As a script: ``python -m tests.kernel.blind --n 1000``.
"""

import argparse
import random
import sys
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import mpmath
from sympy import Product, Sum, exp, factorial, log, loggamma, pi

from cesym.kernel import Given, Refused, Step, Tree, admit
from cesym.kernel.trees import show
from cesym.kernel.witness import compare as differs
from cesym.kernel.witness import evaluate, table
from cesym.symbols import N, c, i, j, k, m, mu, n, p, v, x

from .cases import family, minimiser, model, step
from .generators import num, plus, power, times
from .limits import TooSlow, limited
from .test_attacks import ATTACKS, G, base

to_N = (i, 1, N)
BERNOULLI = p[i] ** k[i] * (1 - p[i]) ** (1 - k[i])
BCE = -Sum(k[i] * log(p[i]) + (1 - k[i]) * log(1 - p[i]), to_N)
GAUSSIAN = exp(-((x[i] - mu[i]) ** 2) / (2 * v)) / (2 * pi * v) ** (N / N / 2)
MSE = Sum((x[i] - mu[i]) ** 2, to_N)
NLL = MSE / (2 * v) + N * log(2 * pi * v) / 2
MEAN = Sum(x[j], (j, 1, N)) / N
THEOREMS = (
    step(-log(Product(BERNOULLI, to_N)), BCE),
    step(-log(Product(BERNOULLI, to_N)), -Sum(log(BERNOULLI), to_N)),
    step(BCE, -Sum(k[i] * log(p[i] / (1 - p[i])), to_N) - Sum(log(1 - p[i]), to_N)),
    step(-log(Product(GAUSSIAN, to_N)), NLL),
    minimiser(NLL, MSE, 1 / (2 * v), N * log(2 * pi * v) / 2, "mu"),
    step(Sum((x[i] - MEAN) ** 2, to_N), Sum(x[i] ** 2, to_N) - N * MEAN**2),
    step(-log(Product(p[i] ** n[i] * exp(-p[i]) / factorial(n[i]), to_N)),
        Sum(p[i] - n[i] * log(p[i]) + loggamma(n[i] + 1), to_N)),
    step(Sum(x[i] * mu[j], to_N, (j, 1, N)), Sum(x[c], (c, 1, N)) * Sum(mu[m], (m, 1, N))),
)  # fmt: skip
OTHER = {name: family(lambda at: Fraction(at * at + 7, 13)) for name in ("x",
    "mu")}  # values that no witness has
FRESH = tuple(
    model(**base(size, shift, sigma=Fraction(shift, 11), v=Fraction(shift, 7),
        r=Fraction(-shift, 17), s=Fraction(shift, 17), **OTHER))
    for size, shift in ((4, 5), (5, 6), (6, 9), (7, 7))
)  # fmt: skip
PLACES = ("Add", "Mul", "Sum", "log", "Pow",
    "Indexed")  # where a term may be added, outside of indices and limits


class Blind(NamedTuple):
    given: Given
    step: Step
    of: Step


def true_steps() -> list[Step]:
    here = [a.true for a in ATTACKS if a.true and (a.true_given or a.given) is G]
    here = [true for true in here if true.primitive == "equality"]
    return [*THEOREMS, *(true for true in here if type(true.before) is tuple is type(true.after))]


def vanishing(given: Given, rng: random.Random) -> Tree:
    """A term that is 0 at all models of ``given``, and hardly anywhere else."""
    models = [table(one) for one in given.models]

    def all_values(name: str, *at: Tree) -> Tree:
        letter = ("Symbol", name, SORTS[name])
        found = {one[name][tuple(e[1] for e in at)] if at else one[name] for one in models}
        letter = ("Indexed", letter, *at) if at else letter
        return times(*(plus(letter, num(-f.numerator, f.denominator)) for f in sorted(found)))

    size = ("Symbol", "N", SORTS["N"])
    largest = max(one["N"] for one in models)
    beyond = num(int(largest) + rng.randint(1, 4))
    match rng.randrange(8):
        case 0:
            return all_values("N")
        case 1:
            return ("KroneckerDelta", size, beyond)
        case 2:
            return ("Piecewise", (("Rational", 0, 1), ("Lt", size, beyond)), (num(1), ("true",)))
        case 3:
            return all_values(rng.choice(("sigma", "v", "r", "s")))
        case 4:
            return all_values(rng.choice(("x", "mu")), num(rng.randint(1, 3)))
        case 5:
            letter = ("Symbol", "j", SORTS["j"])
            return ("Sum", ("KroneckerDelta", letter, beyond), (letter, num(1), size))
        case 6:
            return ("Abs", all_values("N"))
    return ("log", plus(num(1), power(all_values("N"), 2)))


SORTS = {
    "N": ("integer", "positive"), "j": ("integer",), "sigma": ("positive",), "v": ("positive",),
        "r": ("real",), "s": ("real",),
    "x": ("real",), "mu": ("real",),
}  # fmt: skip


def places(t: Tree, path: tuple = ()) -> Iterator[tuple]:
    """Paths to the real parts of a tree."""
    if t[0] in PLACES:
        yield path
    inside = {"Sum": (1,), "Product": (1,), "Indexed": (), "Pow": (1,)}.get(t[0], range(1, len(t)))
    if t[0] in ("Add", "Mul", "log", "Sum", "Product", "exp", "Abs", "Pow"):
        for n in inside:
            yield from places(t[n], (*path, n))


def put(t: Tree, path: tuple, extra: Tree) -> Tree:
    if not path:
        return plus(t, extra)
    return (*t[: path[0]], put(t[path[0]], path[1:], extra), *t[path[0] + 1 :])


def blind(rng: random.Random, steps: list[Step]) -> Blind | None:
    """A true step made wrong where no witness looks; None where that did not succeed."""
    true = rng.choice(steps)
    extra = times(vanishing(G, rng), rng.choice((num(1), num(-2, 3),
        ("Symbol", "sigma", SORTS["sigma"]))))
    found = list(places(true.after)) or [()]
    after = put(true.after, rng.choice(found) if rng.random() < 0.7 else (), extra)
    wrong = true._replace(after=after)
    right = after
    if true.primitive == "same minimiser":
        right = plus(times(true.data[0], after), true.data[1])
    try:
        if any(differs(true.before, right, table(one)) for one in G.models):
            return None
        with mpmath.workdps(50):
            if not any(far(evaluate(true.before, table(one)),
                evaluate(right, table(one))) for one in FRESH):
                return None
    except (Refused, LookupError, ArithmeticError, TypeError, ValueError):
        return None
    return Blind(G, wrong, true)


def far(a: object, b: object) -> bool:
    a, b = (mpmath.mpf(e.numerator) / e.denominator if isinstance(e, Fraction) else e for e in (a,
        b))
    return abs(a - b) > mpmath.mpf(10) ** -30 * (1 + abs(a))


def run(count: int, seed: int) -> tuple[int, list[Blind], list[Blind]]:
    """How many were tried; those admitted; those that took too long."""
    rng, steps, tried, admitted, slow = random.Random(seed), true_steps(), 0, [], []
    while tried < count:
        wrong = blind(rng, steps)
        if wrong is None:
            continue
        tried += 1
        try:
            with limited(20):
                admit(wrong.given, wrong.step)
            admitted.append(wrong)
        except TooSlow:
            slow.append(wrong)
        except Refused as refusal:
            if "at an edge" in str(refusal):  # the prover has admitted it
                admitted.append(wrong)
    return tried, admitted, slow


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    tried, admitted, slow = run(chosen.n, chosen.seed)
    counts = f"{len(admitted)} admitted, {len(slow)} not decided in time"
    print(f"{tried} witness-blind wrong steps, {counts}")
    for wrong in (*admitted, *slow):
        print(f"  {show(wrong.step.before)}\n    {show(wrong.step.after)}")
    return bool(admitted or slow)


if __name__ == "__main__":
    sys.exit(main())
