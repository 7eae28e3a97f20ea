"""Models of what is given: an untrusted search for numbers at which the facts hold. The kernel checks what it finds."""

import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import islice, product
from typing import Any

from mpmath import mp, workdps

from cesym import kernel
from cesym.given.facts import flags_of
from cesym.kernel.witness import DIGITS, evaluate, holds, mixed, points, told
from cesym.notation.trees import letters, name_of, subtrees

__all__ = ["Search", "least_size", "models", "witnesses"]

LARGEST_SIZE, FARTHEST = 4, 100
TRIES, MOST_BACK = 40, 200
Declared = tuple[tuple[kernel.Tree, int], ...]


@lru_cache(2000)
def witnesses(facts: tuple, declared: Declared, farthest: int = 0) -> tuple:
    """Models for the kernel: of several sizes, and for each letter two models that differ in it alone.

    Families have entries up to ``farthest`` at least.
    """
    search = Search(facts, declared, random.Random(0), farthest=farthest, patient=True)
    found: list[dict] = []
    for sizes in ((2, 3), (3, 4), (1, 2), (2, 4), (1, 4)):
        model = search.model(sizes)
        if model is not None:
            found.append(model)
    if len(found) < 2:
        raise ValueError("given: no numbers were found at which all the facts hold; do they contradict each other?")
    for name in search.order:
        if name not in search.sizes:
            free = search.moving(name)
            kept = [{n: v for n, v in base.items() if n not in free} for base in found[:3]]
            pairs = ((search.model(keep=keep), base) for keep, base in zip(kept * 6, found[:3] * 6, strict=False))
            apart = (m for m, base in pairs if m and told(facts, m)[name] != told(facts, base)[name])
            found += list(islice(apart, 1))
    return tuple(map(frozen, found))


@lru_cache(2000)
def least_size(facts: tuple, declared: Declared, farthest: int = 0) -> int:
    """The least number, up to 4, at which a model is found with all sizes equal to it; 1 where none is found at all."""
    search = Search(facts, declared, random.Random(0), farthest=farthest, patient=True)
    sizes = range(1, LARGEST_SIZE + 1 if search.sizes else 1)
    return next((n for n in sizes if search.model((n, n)) is not None), 1)


def frozen(model: dict) -> tuple:
    """A model as the plain data that the kernel takes."""
    return tuple((name, tuple(v.items()) if isinstance(v, dict) else v) for name, v in sorted(model.items()))


def models(facts: tuple, declared: Declared, seed: int = 0, simple: bool = False) -> Iterator[dict]:
    """Models without an end, small ones first; ``simple`` keeps to round numbers that are pleasant to read."""
    search = Search(facts, declared, random.Random(seed), simple)
    misses, turn = 0, 0
    while misses < TRIES:
        turn += 1
        model = search.model((1, 1 + min(LARGEST_SIZE - 1, turn // 12)))
        misses = 0 if model is not None else misses + 1
        if model is not None:
            yield model


class Search:
    """Fills the letters entry by entry; a fact is looked at as soon as its letters have numbers."""

    def __init__(
        self, facts: tuple, declared: Declared, rng: random.Random, simple: bool = False, farthest: int = 0,
        patient: bool = False,
    ) -> None:  # fmt: skip
        self.facts, self.rng, self.simple = facts, rng, simple
        self.patience = MOST_BACK if patient else 0  # how often an entry before may be filled anew
        self.back = 0
        self.arity = {name_of(t): arity for t, arity in declared}
        twice = [name for name in self.arity if sum(name == name_of(t) for t, _ in declared) > 1]
        if twice:
            raise ValueError(f"given: two different objects are called {twice[0]}")
        self.flags = {name_of(t): flags_of(t) for t, _ in declared}
        self.sizes = [name for name, n in self.arity.items() if not n and {"integer", "positive"} <= self.flags[name]]
        self.defined: dict[str, set[str]] = {}  # letters alone on the left of an equation, with those it needs
        self.constants = [Fraction(t[1], t[2]) for f in facts for t in subtrees(f) if t[0] == "Rational"]
        self.literal = [int(n) for n in self.constants if n.denominator == 1 and n < FARTHEST]  # perhaps ends of ranges
        self.literal.append(min(farthest, FARTHEST))
        for prop, *_ in facts:
            match prop:
                case ("Eq", ("Symbol", name, _) | ("Indexed", (_, name, _), *_), right):
                    self.defined.setdefault(name, set()).update(map(name_of, letters(right)))
        self.order = sorted(
            self.arity, key=lambda n: (n not in self.sizes, self.depth(n), "integer" not in self.flags[n])
        )

    def depth(self, name: str, seen: frozenset[str] = frozenset()) -> int:
        needs = self.defined.get(name, set()) - seen - {name}
        return 1 + max(self.depth(n, seen | {name}) for n in needs) if needs else 0

    def moving(self, name: str) -> set[str]:
        """The letter, and those that equations define by it."""
        free = {name}
        for _ in self.defined:
            free |= {n for n, needs in self.defined.items() if needs & free}
        return free

    def model(self, sizes: tuple[int, int] = (1, LARGEST_SIZE), keep: Mapping[str, Any] | None = None) -> dict | None:
        """One model with sizes in a range, or None; ``keep`` holds the letters that have their values already."""
        self.back = 0
        with workdps(DIGITS):
            for _ in range(TRIES if keep is None else TRIES // 4):
                model = {name: dict(v) if isinstance(v, dict) else v for name, v in (keep or {}).items()}
                if self.fill(model, sizes) and all(holds(prop, model, env) for prop, env in self.instances(model)):
                    return model
        return None

    def instances(self, model: dict) -> Iterator[tuple]:
        for prop, *limits in self.facts:
            for env in points(limits[::-1], model, {}):
                yield prop, env

    def verdict(self, prop: kernel.Tree, env: dict, model: dict) -> bool | None:
        """Does a fact hold at one point? None while a letter in it has no number yet."""
        try:
            return holds(prop, model, env)
        except (LookupError, ArithmeticError, ValueError, TypeError):
            return None

    def fill(self, model: dict, sizes: tuple[int, int]) -> bool:
        for name in self.sizes:
            if name not in model:
                model[name] = Fraction(self.rng.randint(*sizes))
        try:
            pending = [(prop, env, set(map(name_of, letters(prop)))) for prop, env in self.instances(model)]
        except LookupError as e:
            raise ValueError(f"given: the range of a fact needs a size, an integer > 0; {e} is none") from e
        top = max([2, *(int(model[name]) for name in self.sizes), *self.literal])
        for name in self.order:
            if name in model:
                continue
            mine = [(prop, env) for prop, env, names in pending if name in names]
            if self.arity[name]:
                model[name] = {}
            # Entries outside every range get numbers too: a line that reads one there must be found wrong.
            places = list(product(range(-2, top + 4), repeat=self.arity[name])) if self.arity[name] else [None]
            if not self.fill_family(name, places, mine, model):
                return False
        return True

    def fill_family(self, name: str, places: list, facts: list, model: dict) -> bool:
        """The entries of a family, one after the other; where none fits, another one for the entry before."""
        pending = [facts]
        tried: list[Iterator[Fraction]] = []
        while len(pending) <= len(places):
            at = places[len(pending) - 1]
            if len(tried) < len(pending):
                tried.append(self.candidates(name, at, pending[-1], model))
            for value in tried[-1]:
                self.put(model, name, at, value)
                verdicts = [self.verdict(prop, env, model) for prop, env in pending[-1]]
                if False not in verdicts:
                    pending.append([m for m, v in zip(pending[-1], verdicts, strict=True) if v is None])
                    break
            else:
                self.put(model, name, at, None)
                tried.pop()
                pending.pop()
                self.back += 1
                if not pending or self.back > self.patience:
                    return False
        return True

    @staticmethod
    def put(model: dict, name: str, at: tuple | None, value: Fraction | None) -> None:
        """A number for an entry, or none."""
        numbers, key = (model, name) if at is None else (model[name], at)
        if value is None:
            numbers.pop(key, None)
        else:
            numbers[key] = value

    def candidates(self, name: str, at: tuple | None, mine: list, model: dict) -> Iterator[Fraction]:
        """Numbers to try: what an equation demands, else at random among small ones that suit the declaration."""
        for prop, env in mine:
            if prop[0] == "Eq" and (value := self.solved(prop, env, name, at, model)) is not None:
                yield value
                return
        members = [[Fraction(t[1], t[2]) for t in prop[2][1:]] for prop, _ in mine if prop[0] == "Contains"]
        for values in members:
            yield from self.rng.sample(values, len(values))
        flags = self.flags[name]
        for _ in range(TRIES):
            if "integer" in flags:
                value = Fraction(self.rng.choice((0, 1, 1, 2, self.rng.randint(-1, 4))))
            elif self.simple:
                value = self.rng.choice(SIMPLE)
            else:
                value = self.rng.choice((Fraction(self.rng.randint(1, 96), 97), Fraction(self.rng.randint(-40, 60), 7)))
            if self.constants and self.rng.random() < 0.2 and ("integer" not in flags):
                value = self.rng.choice(self.constants) if self.simple else value
            if flags & {"positive", "nonnegative"}:
                value = abs(value) + ("positive" in flags and value == 0)
            if flags & {"negative", "nonpositive"}:
                value = -abs(value) - ("negative" in flags and value == 0)
            if value or "nonzero" not in flags:
                yield value

    def solved(self, prop: kernel.Tree, env: dict, name: str, at: tuple | None, model: dict) -> Fraction | None:
        """The value that an equation demands of an entry in which it is linear, once it lacks no other."""
        gaps = []
        for value in (Fraction(0), Fraction(1), Fraction(2)):
            self.put(model, name, at, value)
            try:
                left, right = mixed([evaluate(side, model, env) for side in prop[1:]], mp)
            except (LookupError, ArithmeticError, ValueError, TypeError):
                return None
            gaps.append(left - right)
        zero, one, two = gaps
        if one == zero or abs(two - 2 * one + zero) > 1e-20:
            return None
        value = -zero / (one - zero)
        return value if isinstance(value, Fraction) else Fraction(str(value))


SIMPLE = [
    Fraction(s) for s in ("1/2", "1/2", "1/4", "3/4", "1/10", "9/10", "1", "2", "0", "-1", "3", "1/3", "-2", "-1/2")
]
