"""Claimed steps: whether one is wrong (by evaluation at models of our own), and whether the package admits it."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import mpmath
import sympy as sp

from cesym import kernel
from cesym.derivation import Derivation
from cesym.given import Given
from cesym.kernel import Refused, tree
from cesym.notation.trees import expression, letters, name_of
from cesym.rules.ways import equality_steps

from .values import DIGITS, Model, Undefined, alike, environments, holds, rough, same, sign, value
from .worlds import World

MODELS = 10
BY_WITNESS = ("the two sides differ at", "a side has no value at")  # numbers refused it, not the prover


class Claim(NamedTuple):
    """``before R after`` as a step would have it, with the hints in SymPy, and the world it is to be tried in."""

    chain: str
    kind: str
    given: Given
    before: Any
    after: Any
    primitive: str = "equality"
    data: tuple = ()
    recipe: str = ""
    loose: tuple[str, ...] = ()  # letters of which a fact was taken away or changed


class Case(NamedTuple):
    """One attack. ``attempt`` says whether it gets through, where that is not a matter of one claim alone.

    ``verdict`` says whether it is wrong, where evaluating the claim does not; ``certain``: wrong by construction.
    """

    kind: str
    claim: Claim | None
    attempt: Callable[[], tuple[bool, str]] | None = None
    certain: bool = False
    verdict: Callable[[], bool | None] | None = None


def right(name: str, d: Derivation) -> list[Claim]:
    """The steps of a derivation."""
    return [
        Claim(name, "right", d.given, a, b, move.primitive, shown(move.data), name)
        for a, b, move in zip(d.exprs, d.exprs[1:], d.chain, strict=False)
    ]


def shown(data: Any) -> Any:
    """Hints with expressions in place of trees."""
    match data:
        case (a, b, tuple(over)) if isinstance(a, tuple):
            return expression(a), expression(b), over
        case (str(relation), terms):
            return relation, tuple(
                (expression(w), kind, expression(t), *(tuple(map(expression, limit)) for limit in limits)) for w, kind, t, *limits in terms
            )
    return data


def hidden(claim: Claim) -> tuple:
    """The hints as the kernel takes them."""
    match claim.primitive, claim.data:
        case "same minimiser", (a, b, over):
            return tree(sp.sympify(a)), tree(sp.sympify(b)), over
        case "certificate", (relation, terms):
            return relation, tuple(
                (tree(sp.sympify(w)), kind, tree(sp.sympify(t)), *(tuple(tree(sp.sympify(part)) for part in limit) for limit in limits))
                for w, kind, t, *limits in terms
            )
    return claim.data


def admission(claim: Claim) -> tuple[bool, str]:
    """(admitted, how or why not): every way in which the package would try to admit the step."""
    try:
        given = claim.given.extended((), claim.before, claim.after) if new_letters(claim) else claim.given
        data, hints = given.kernel, hidden(claim)
        steps = [step._replace(primitive=claim.primitive, data=hints) for step in equality_steps(claim.before, claim.after, given)]
    except (Refused, ValueError) as e:
        return False, str(e)
    why = ""
    for step in steps:
        try:
            kernel.admit(data, step)
            return True, f"{step.primitive} {step.using} {step.split}"
        except Refused as refusal:
            why = str(refusal) if not why.startswith(BY_WITNESS) else why
    return False, why


@lru_cache(300)
def models_of(
    given: Given, recipe: str, seed: int, n: int = MODELS, sizes: tuple[int, int] = (1, 6), loose: tuple = ()
) -> tuple[Model, ...]:
    return tuple(World(given, recipe, seed, sizes, loose).models(n))


def new_letters(claim: Claim) -> bool:
    """Does the claim speak of a letter that its Given does not know?"""
    names = {name_of(t) for t, _ in claim.given.letters}
    return any(name_of(t) not in names for e in (claim.before, claim.after) for t in letters(tree(e)))


def wrong(claim: Claim, seed: int = 0, n: int = MODELS, sizes: tuple[int, int] = (1, 6)) -> bool | None:
    """Whether the claim fails at one of some models of what is given; None where there are no models or values."""
    try:
        if new_letters(claim):
            claim = claim._replace(given=claim.given.extended((), claim.before, claim.after))
    except Refused:  # not in the kernel's language, which does not hinder us
        pass
    told = False
    with mpmath.workdps(DIGITS):
        for model in models_of(claim.given, claim.recipe, seed, n, sizes, claim.loose):
            try:
                if fails(claim, model):
                    return True
                told = True
            except (NotImplementedError, KeyError, OverflowError):  # not a model at which we can tell
                pass
    return False if told else None


def fails(claim: Claim, model: Model) -> bool:
    """Whether the claim fails at a model; a side without a value there is a failure too."""
    try:
        match claim.primitive:
            case "equality":
                return not same(value(claim.before, model), value(claim.after, model))
            case "same minimiser":
                return not affine(claim, model)
            case "monotone map":
                before = rough(value(claim.before, model))
                return before <= 0 or not same(-mpmath.log(before), value(claim.after, model))
            case "affine":
                return not tied(claim, model)
            case "certificate":
                return not certified(claim, model)
    except Undefined:
        return True
    raise NotImplementedError(claim.primitive)


def affine(claim: Claim, model: Model) -> bool:
    """before = a*after + b with a > 0 here and at models that differ in the parameters alone, where a and b are the same."""
    a, b, over = claim.data
    here = (value(a, model), value(b, model))
    if not over or rough(here[0]) <= 0:
        return False
    for other in (model, *moved(claim, model, over)):
        if not all(map(same, here, (value(a, other), value(b, other)))):
            return False
        before, after, slope, rest = alike(*(value(e, other) for e in (claim.before, claim.after, a, b)))
        if not same(before, slope * after + rest):
            return False
    return True


def tied(claim: Claim, model: Model) -> bool:
    """before rises just where after does, and in proportion, at models that differ in the parameters alone."""
    (over,) = claim.data
    rows = [(value(claim.before, m), value(claim.after, m)) for m in (model, *moved(claim, model, over, 3))]
    (y0, x0), *others = rows
    if any(sign(y, y0) != sign(x, x0) for y, x in others):
        return False
    steps = [(rough(y) - rough(y0), rough(x) - rough(x0)) for y, x in others]
    return all(same(dy * ex, ey * dx) for (dy, dx), (ey, ex) in itertools.pairwise(steps))


def moved(claim: Claim, model: Model, over: Iterable[str], n: int = 2) -> Iterator[Model]:
    """Models of what is given in which the parameters have other values, and all else has the same."""
    for other in models_of(claim.given, claim.recipe, 99, 40, (1, 6), claim.loose):
        changed = {**model, **{name: other[name] for name in over}}
        if changed != model and n and all(holds(fact, changed) for fact in claim.given.facts):
            n -= 1
            yield changed


def certified(claim: Claim, model: Model) -> bool:
    """The inequality holds, and its certificate adds up: weights >= 0, arguments of logarithms > 0."""
    relation, terms = claim.data
    before, after = alike(value(claim.before, model), value(claim.after, model))
    gap, total = before - after if relation == "≥" else after - before, mpmath.mpf(0)
    for weight, kind, t, *limits in terms:
        for env in environments([tuple(map(sp.sympify, limit)) for limit in limits][::-1], model, {}):
            w, x = rough(value(weight, model, env)), rough(value(t, model, env))
            if sign(w, Fraction(0)) < 0 or (kind == "log" and x <= 0) or kind not in ("log", "square"):
                return False
            total += w * (x**2 if kind == "square" else x - 1 - mpmath.log(x))
    return relation in ("≥", "≤") and sign(gap, Fraction(0)) >= 0 and same(gap, total)
