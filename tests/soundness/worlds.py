"""Models of what each chain takes as given, made here and not by the package, and junk wherever nothing is said.

``world(d)`` makes models for a derivation: by the recipe of its name, with free numbers for letters that the recipe
does not know. Every model is tried against the facts before it is used.
"""

import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import mpmath
import sympy as sp

from cesym.notation.trees import name_of

from .values import DIGITS, Model, Undefined, environments, holds, instances, rough, truth, value

REACH = range(-3, 15)
LARGEST = 6  # as a rule; witness-blind errors need more
CLASSES = (1, 2, 3, 4, 5, 7)
Values = Callable[[random.Random], Fraction]


def some(rng: random.Random) -> Fraction:
    """Any number, the telling ones (0, 1, -1) often."""
    return rng.choice((Fraction(0), Fraction(1), Fraction(-1), *(Fraction(rng.randint(-30, 40), rng.randint(1, 9)) for _ in "12345")))


def real(rng: random.Random) -> Fraction:
    return Fraction(rng.randint(-60, 80), rng.randint(7, 23))


def unit(rng: random.Random) -> Fraction:
    return Fraction(rng.randint(1, 52), 53)


def above(rng: random.Random) -> Fraction:
    return Fraction(rng.randint(1, 90), rng.randint(11, 29))


def integer(rng: random.Random) -> Fraction:
    return Fraction(rng.randint(-2, 4))


def count(rng: random.Random) -> Fraction:
    return Fraction(rng.choice((0, 0, 1, 2, 3, 5)))


def trials(rng: random.Random) -> Fraction:
    return Fraction(rng.randint(1, 5))


def bit(rng: random.Random) -> Fraction:
    return Fraction(rng.randint(0, 1))


def family(rng: random.Random, size: int, inside: Values, junk: Values = some) -> dict:
    return {(n,): inside(rng) if 1 <= n <= size else junk(rng) for n in REACH}


def table(rng: random.Random, rows: int, columns: int, inside: Values) -> dict:
    return {(a, b): inside(rng) if 1 <= a <= rows and 1 <= b <= columns else some(rng) for a, b in product(REACH, REACH)}


def size(rng: random.Random, most: int) -> int:
    return rng.randint(1, most)


def coins(rng: random.Random, n: int) -> Model:
    return {"p": family(rng, n, unit), "k": family(rng, n, bit, integer)}


def shared_coin(rng: random.Random, n: int) -> Model:
    model = {"p": unit(rng), "k": family(rng, n, bit, integer)}
    first, second = rng.sample(range(1, n + 1), 2) if n > 1 else (1, 1)
    model["k"][first,], model["k"][second,] = Fraction(0), Fraction(1)
    return model


def binomial(rng: random.Random, n: int) -> Model:
    tried = family(rng, n, trials, integer)
    hits = {at: Fraction(rng.randint(0, int(v))) if 1 <= at[0] <= n else integer(rng) for at, v in tried.items()}
    return {"p": family(rng, n, unit), "n": tried, "k": hits}


def gaussian(rng: random.Random, n: int) -> Model:
    return {"x": family(rng, n, real), "mu": family(rng, n, real), "sigma": above(rng)}


def shared_gaussian(rng: random.Random, n: int) -> Model:
    return {"x": family(rng, n, real), "mu": real(rng), "v": above(rng)}


def two_classes(rng: random.Random, n: int) -> Model:
    model = {"q": table(rng, n, 2, real), "p": table(rng, n, 2, unit)}
    for letter, a in product("pq", range(1, n + 1)):
        model[letter][a, 2] = 1 - model[letter][a, 1]
    return model


def labels(rng: random.Random, n: int, classes: int) -> dict:
    return family(rng, n, lambda rng: Fraction(rng.randint(1, classes)), integer)


def classes(rng: random.Random, n: int) -> Model:
    c = rng.choice(CLASSES)
    y = labels(rng, n, c)
    q = {at: Fraction(y[at[0],] == at[1]) if 1 <= at[0] <= n and 1 <= at[1] <= c else some(rng) for at in product(REACH, REACH)}
    return {"C": Fraction(c), "y": y, "p": table(rng, n, c, above), "q": q}


def shares(rng: random.Random, n: int) -> Model:
    c = rng.choice(CLASSES)
    y = labels(rng, n, c)
    share = {(b,): Fraction(sum(y[a,] == b for a in range(1, n + 1)), n) if 1 <= b <= c else some(rng) for b in REACH}
    return {"C": Fraction(c), "y": y, "p": family(rng, c, above), r"\hat q": share}


def mean_targets(rng: random.Random, n: int) -> Model:
    c = rng.choice(CLASSES)
    q = table(rng, n, c, real)
    mean = {(b,): sum(q[a, b] for a in range(1, n + 1)) / n if 1 <= b <= c else some(rng) for b in REACH}
    return {"C": Fraction(c), "q": q, "p": family(rng, c, above), r"\hat q": mean}


def poisson(rng: random.Random, n: int) -> Model:
    return {"k": family(rng, n, count, integer), "lam": family(rng, n, above), "w": family(rng, n, unit)}


def waiting(rng: random.Random, n: int) -> Model:
    return {"k": family(rng, n, trials, integer), "p": family(rng, n, unit)}


def durations(rng: random.Random, n: int) -> Model:
    return {"x": family(rng, n, above), "lam": family(rng, n, above), "nu": above(rng), "mu": family(rng, n, real), "sigma": above(rng)}


def logits(rng: random.Random, n: int) -> Model:
    return {"k": family(rng, n, bit, integer), "z": family(rng, n, real)}


def softmax(rng: random.Random, n: int) -> Model:
    c = rng.choice(CLASSES)
    return {"C": Fraction(c), "y": labels(rng, n, c), "z": table(rng, n, c, real), "m": Fraction(size(rng, n)), "c": Fraction(size(rng, c))}


def logistic(z: Any) -> Any:
    """A probability that is no rational, to all digits that are kept."""
    with mpmath.workdps(DIGITS):
        return 1 / (1 + mpmath.exp(-rough(z)))


def linked_coins(rng: random.Random, n: int) -> Model:
    model = logits(rng, n)
    return model | {"p": {at: logistic(z) if 1 <= at[0] <= n else some(rng) for at, z in model["z"].items()}}


def linked_classes(rng: random.Random, n: int) -> Model:
    model = classes(rng, n)
    size_, z = int(model["C"]), table(rng, n, int(model["C"]), real)
    with mpmath.workdps(DIGITS):
        for a in range(1, n + 1):
            weights = [mpmath.exp(rough(z[a, b])) for b in range(1, size_ + 1)]
            model["p"] |= {(a, b): weights[b - 1] / sum(weights) for b in range(1, size_ + 1)}
    return model | {"z": z}


def one_logit(rng: random.Random, n: int) -> Model:
    return {"q": rng.choice((Fraction(0), Fraction(1), unit(rng), some(rng))), "z": real(rng), "p": unit(rng)}


def one_sample(rng: random.Random, n: int) -> Model:
    """Logits and targets over the classes; the targets sum to 1."""
    c = rng.choice(CLASSES)
    q = family(rng, c, real)
    q[c,] = 1 - sum(q[b,] for b in range(1, c))
    return {"C": Fraction(c), "z": family(rng, c, real), "q": q, "a": some(rng), **{t: Fraction(size(rng, c)) for t in "mb"}}


def thresholds(rng: random.Random, n: int) -> Model:
    z = family(rng, n, real)
    return {"z": z | {(1,): z[1,], (2,): z[1,] + above(rng)}}


RECIPES: dict[str, Callable[[random.Random, int], Model]] = {
    "bce_from_bernoulli": coins, "likelihood_max_is_nll_min": coins, "bernoulli_estimate": shared_coin,
    "bce_from_binomial": binomial, "mse_from_gaussian": gaussian, "gaussian_estimates": shared_gaussian,
    "bce_from_two_class_cross_entropy": two_classes, "cross_entropy_from_categorical": classes,
    "cross_entropy_one_hot": classes, "nll_is_cross_entropy": shares, "nll_is_cross_entropy_one_hot": mean_targets,
    "laplace": gaussian, "poisson": poisson, "zero_inflated_poisson": poisson, "geometric": waiting, "weibull": durations,
    "lognormal": durations, "logit_gradient": lambda rng, n: logits(rng, n) | {"j": Fraction(size(rng, n))},
    "softmax_gradient": softmax, "sigmoid_is_two_way_softmax": logits, "bce_with_logits_from_bernoulli": linked_coins,
    "cross_entropy_with_logits_from_categorical": linked_classes, "log_of_difference_of_sigmoids": thresholds,
    **dict.fromkeys(
        ("bce_with_logits_gradient", "bce_with_logits_hessian", "bce_with_logits_stable", "bce_with_logits_gradient_stable",
         "bce_with_logits_hessian_stable", "bce_gradient_stable"), one_logit),
    **dict.fromkeys(
        ("cross_entropy_with_logits_gradient", "cross_entropy_with_logits_hessian", "cross_entropy_with_logits_stable",
         "cross_entropy_with_logits_gradient_stable", "logsumexp_shifted", "logsumexp_largest_left_out"), one_sample),
}  # fmt: skip


def free(rng: random.Random, tree: tuple, arity: int) -> Any:
    """Any value that the declaration of a letter allows; a size stays small."""
    declared = set((tree[1] if tree[0] == "Indexed" else tree)[2])

    def one(rng: random.Random) -> Fraction:
        if {"integer", "positive"} <= declared:
            return Fraction(size(rng, 4))
        value = integer(rng) if "integer" in declared else some(rng)
        if "positive" in declared:
            value = abs(value) or Fraction(1)
        return abs(value) if "nonnegative" in declared else value

    return {at: one(rng) for at in product(REACH, repeat=arity)} if arity else one(rng)


class World:
    """Models for one Given: by a recipe, with everything else free.

    ``loose`` names letters of which a fact was taken away or changed: half of the time they are anything.
    """

    def __init__(
        self, given: Any, recipe: str = "", seed: int = 0, sizes: tuple[int, int] = (1, LARGEST), loose: tuple[str, ...] = ()
    ) -> None:
        self.given, self.recipe, self.rng, self.sizes = given, RECIPES.get(recipe), random.Random(seed), sizes
        self.loose = set(loose) - {"N", "C"}

    def model(self) -> Model | None:
        """One model of all that is given, or None where chance found none."""
        for turn in range(60):
            model: Model = {"N": Fraction(self.rng.randint(*self.sizes))}
            if self.recipe:
                model |= self.recipe(self.rng, int(model["N"]))
            loose = self.rng.random() < 0.5
            for tree, arity in self.given.letters:
                name = name_of(tree)
                wrong_kind = isinstance(model.get(name), dict) != bool(arity)
                anything = (name in self.loose and loose) or (turn % 3 == 2 and name not in ("N", "C") and self.rng.random() < 0.3)
                if name not in model or wrong_kind or anything:
                    model[name] = free(self.rng, tree, arity)
            for _ in "123":
                broken = [fact for fact in self.given.facts if not holds(fact, model)]
                if not broken:
                    return model
                for fact in broken:
                    self.mend(fact, model)
        return None

    def mend(self, fact: Any, model: Model) -> None:
        """Other numbers for the letter or entry on the left of a fact, which may then hold."""
        left = fact.prop.args[0]
        if isinstance(fact.prop, sp.Eq) and isinstance(left, sp.Sum) and isinstance(left.function, sp.Indexed):
            self.fill_up(fact.prop, model)
            return
        if not isinstance(left, sp.Indexed | sp.Symbol) or left.name in ("N", "C"):
            return
        try:
            for env in instances(fact, model):
                if not truth(fact.prop, model, env):
                    new = self.suitable(fact.prop, model, env)
                    if isinstance(left, sp.Indexed):
                        where = tuple(int(value(at, model, env)) for at in left.indices)
                        model[left.base.label.name] = {**model[left.base.label.name], where: new}
                    else:
                        model[left.name] = new
        except (Undefined, NotImplementedError, OverflowError, TypeError):
            return

    def fill_up(self, prop: Any, model: Model) -> None:
        """Another number for the first entry of a sum, so that the sum is what a fact says."""
        entry = prop.lhs.function
        try:
            gap = value(prop.rhs, model, {}) - value(prop.lhs, model, {})
            first = next(environments(prop.lhs.limits, model, {}), None)
            if first is not None:
                where = tuple(int(value(at, model, first)) for at in entry.indices)
                old = model[entry.base.label.name]
                model[entry.base.label.name] = {**old, where: old[where] + gap}
        except (Undefined, NotImplementedError, OverflowError, TypeError):
            return

    def suitable(self, prop: Any, model: Model, env: dict) -> Any:
        if isinstance(prop, sp.Contains):
            return value(self.rng.choice(prop.args[1].args), model, env)
        bound = value(prop.rhs, model, env)
        step = Fraction(self.rng.randint(1, 3)) if prop.lhs.is_integer else above(self.rng)
        return bound if isinstance(prop, sp.Eq) else bound + step if isinstance(prop, sp.Gt | sp.Ge) else bound - step

    def models(self, n: int) -> Iterator[Model]:
        for _ in range(n):
            model = self.model()
            if model is None:
                return
            yield model
