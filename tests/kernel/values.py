"""Random trees read by the kernel: is the value of the term that of the tree? Also as a script:

    python -m tests.kernel.values --n 10000 --seed 1
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any, NamedTuple

import mpmath

from cesym.kernel.reader import Reader
from cesym.kernel.trees import Refused, Tree, show
from cesym.kernel.witness import evaluate

from .generators import USING, WORLDS, Maker, Model
from .limits import TooSlow, limited

MODELS = 5  # random models for each tree
PATIENCE = 10  # seconds for the reading of one tree
DIGITS = (40, 300, 3000)  # a difference counts once it is there at all of these


def real(v: Any) -> Any:
    return mpmath.mpf(v.numerator) / v.denominator if isinstance(v, Fraction) else v


def total_power(b: Any, e: Any) -> Any:
    """b**e; 0 where it has no meaning, since a factor that is 0 may stand beside it."""
    if isinstance(e, Fraction) and e.denominator == 1:
        return Fraction(0) if b == 0 and e < 0 else b ** int(e)
    return mpmath.exp(real(e) * mpmath.log(real(b))) if b > 0 else Fraction(0)


def value(term: frozenset, model: Model, env: dict | None = None) -> Any:
    """The value of a kernel term at a model: what ``cesym.kernel.terms`` states, and no more."""
    env = env or {}

    def of(part: frozenset) -> Any:
        return value(part, model, env)

    def of_atom(a: tuple) -> Any:
        match a:
            case ("e",):
                return mpmath.e
            case ("pi",):
                return mpmath.pi
            case ("int", number):
                return Fraction(number)
            case ("sym", name, _):
                return model[name]
            case ("idx", name, _, indices):
                return model[name][tuple(int(of(index)) for index in indices)]
            case ("v" | "b", _):
                return env[a]
            case ("log", q):
                inside = of(q)
                return mpmath.log(real(inside)) if inside > 0 else Fraction(0)
            case ("abs", q):
                return abs(of(q))
            case ("gamma", q):
                inside = of(q)
                return mpmath.gamma(real(inside)) if inside > 0 else Fraction(0)
            case ("poly", q):
                return of(q)
            case ("delta", q):
                return Fraction(near_zero(of(q)))
            case ("pos", q):
                inside = of(q)
                return Fraction(inside > 0 and not near_zero(inside))
            case ("sum", binders, body):
                return sum((value(body, model, at) for at in points(binders, model, env)),
                    Fraction(0))
            case ("prod", binders, body):
                return prod((value(body, model, at) for at in points(binders, model, env)),
                    start=Fraction(1))
        raise AssertionError(f"no such atom: {a}")

    powers = ((c, [(of_atom(a), of(e)) for a, e in m]) for m, c in term)
    return sum((mixed([c, *(total_power(*pair) for pair in factors)]) for c, factors in powers),
        Fraction(0))


def mixed(factors: list) -> Any:
    return prod(factors if all(isinstance(f, Fraction) for f in factors) else map(real, factors))


def near_zero(v: Any) -> bool:
    return v == 0 if isinstance(v, Fraction) else abs(v) < mpmath.mpf(10) ** (8 - mpmath.mp.dps)


def points(binders: tuple, model: Model, env: dict) -> Iterator[dict]:
    if not binders:
        yield env
        return
    (b, size), *rest = binders
    for at in range(1, int(value(size, model, env)) + 1):
        yield from points(tuple(rest), model, {**env, b: Fraction(at)})


class Wrong(NamedTuple):
    """A tree whose term has another value, or which has no real value although it was read."""

    tree: Tree
    model: Model
    of_tree: Any
    of_term: Any


def differ(a: Any, b: Any) -> bool:
    return a != b if isinstance(a, Fraction) and isinstance(b,
        Fraction) else abs(a - b) > (1 + abs(a)) * mpmath.mpf(10) ** -12


def compare(t: Tree, term: frozenset, model: Model) -> Wrong | None:
    """None, or what is wrong; a difference must be there at many digits too."""
    found = None
    for digits in DIGITS:
        with mpmath.workdps(digits):
            try:
                a = evaluate(t, model)
            except (ZeroDivisionError, ValueError) as e:
                return Wrong(t, model, f"undefined: {e}", None)
            b = value(term, model)
            if isinstance(a, mpmath.mpc) and a.imag:
                return Wrong(t, model, f"undefined: {a}", b)
            if not differ(real(a) if not isinstance(b, Fraction) else a, b):
                return None
            found = Wrong(t, model, mpmath.nstr(real(a), 12), mpmath.nstr(real(b), 12))
    return found


def run(count: int, seed: int, depth: int = 3) -> tuple[Counter, list[Wrong], list[Tree]]:
    """A tally of the trees tried; those whose value is wrong; those not read in time."""
    rng, tally, wrong, slow = random.Random(seed), Counter(), [], []
    for number, name in product(range(count), WORLDS):
        if number * len(WORLDS) >= count:
            break
        world = WORLDS[name]
        t = Maker(world, rng).tree(rng.randint(2, depth))
        models = [world.model(rng) for _ in range(MODELS)]
        tally["tried"] += 1
        try:
            with limited(PATIENCE):
                term = Reader(world.facts, USING[name] if rng.random() < 0.5 else ()).read(t, {})
        except TooSlow:
            slow.append(t)
            continue
        except (Refused, RecursionError) as e:
            tally["refused"] += 1
            tally[f"refused: {getattr(e, 'message', type(e).__name__)[:60]}"] += 1
            continue
        for model in models:
            try:
                with limited(PATIENCE):
                    bad = compare(t, term, model)
            except (OverflowError, LookupError, TooSlow) as e:
                tally[f"not evaluated: {type(e).__name__}"] += 1
                continue
            tally["compared"] += 1
            if bad:
                wrong.append(bad)
                break
    return tally, wrong, slow


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--depth", type=int, default=3)
    chosen = parser.parse_args()
    tally, wrong, slow = run(chosen.n, chosen.seed, chosen.depth)
    for what, times in sorted(tally.items()):
        print(f"{times:7d}  {what}")
    print(f"{len(wrong):7d}  wrong")
    print(f"{len(slow):7d}  not read within {PATIENCE} s")
    for t in slow[:10]:
        print(f"\nslow: {show(t)}")
    for bad in wrong[:10]:
        print(f"\n{show(bad.tree)}\n  tree {bad.of_tree}\n  term {bad.of_term}")
    return bool(wrong or slow)


if __name__ == "__main__":
    sys.exit(main())
