"""Facts used where they do not hold, taken away, turned round, contradicted, or taken from another theorem."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import sympy as sp

from cesym import kernel
from cesym.derivation import Derivation
from cesym.given import Fact, Given, free_letters
from cesym.kernel import Refused
from cesym.kernel.trees import tree
from cesym.notation.trees import letters, name_of
from cesym.symbols import N

from .claims import Case, Claim, right

ELSEWHERE = (sp.S.Zero, N + 1, sp.S.NegativeOne, 2 * N + 1, N + 2)
INSIDE = (sp.S.One, N)
WIDER = ((0, 0), (0, 1), (-1, 0), (-1, -1))  # added to both ends of a range; the first leaves it as it is


def uses(prop: Any) -> tuple[Any, Any] | None:
    """An equation between two terms that is true just where the fact holds (or, of a support, nearly so)."""
    if isinstance(prop, sp.Contains):
        return sp.Mul(*(prop.args[0] - v for v in prop.args[1].args)), sp.S.Zero
    if isinstance(prop, sp.Eq):
        return prop.lhs, prop.rhs
    gap = prop.lhs - prop.rhs if isinstance(prop, sp.Gt | sp.Ge) else prop.rhs - prop.lhs
    return sp.Abs(gap), gap


def out_of_range(name: str, d: Derivation) -> Iterator[Case]:
    """Each fact used at 0, at N + 1, ..., and under a sum that runs too far. (The same in range are right lines.)"""
    for fact in d.given.facts:
        limits = [tuple(map(sp.sympify, limit)) for limit in fact.limits]
        for n, (letter, low, high) in enumerate(limits):
            inner = limits[:n] + limits[n + 1 :]
            for at in (*INSIDE, *(one.subs(N, high) for one in ELSEWHERE)):
                if at == N and high != N:
                    at = high
                yield used(name, d, fact, {letter: at}, inner)
            for left, right_ in WIDER:
                yield used(name, d, fact, {}, [*inner, (letter, low + left, high + right_)])


def used(name: str, d: Derivation, fact: Fact, at: dict, limits: list) -> Case:
    before, after = (side.xreplace(at) for side in uses(fact.prop))
    if limits:
        before, after = (sp.Sum(side, *limits[::-1]) for side in (before, after))
    concerned = tuple(name_of(t) for t in letters(fact.tree[0]))
    return Case("fact out of range", Claim(name, "fact out of range", d.given, before, after, recipe=name, loose=concerned))


def fewer(given: Given, n: int) -> Given:
    return replace(given, facts=given.facts[:n] + given.facts[n + 1 :])


def changed(given: Given, n: int, fact: Fact) -> Given:
    return replace(given, facts=(*given.facts[:n], fact, *given.facts[n + 1 :]))


def opposite(prop: Any) -> Any:
    if isinstance(prop, sp.Contains):
        return sp.Contains(prop.args[0], sp.FiniteSet(*(v + 2 for v in prop.args[1].args)), evaluate=False)
    if isinstance(prop, sp.Eq):
        return sp.Eq(prop.lhs, prop.rhs + 1, evaluate=False)
    turned = {sp.Gt: sp.Lt, sp.Ge: sp.Lt, sp.Lt: sp.Gt, sp.Le: sp.Gt}
    return turned[type(prop)](prop.lhs, prop.rhs, evaluate=False)


def weaker(prop: Any) -> Any | None:
    """The bound itself allowed."""
    turned = {sp.Gt: sp.Ge, sp.Lt: sp.Le}
    return turned[type(prop)](prop.lhs, prop.rhs, evaluate=False) if type(prop) in turned else None


def tampered(name: str, d: Derivation) -> Iterator[Case]:
    """Every step with one fact taken away, turned round, weakened, or said of part of the range alone."""
    for n, fact in enumerate(d.given.facts):
        concerned = tuple(name_of(t) for t in letters(fact.tree[0]))
        variants = [("fact dropped", fewer(d.given, n)), ("fact reversed", changed(d.given, n, Fact(opposite(fact.prop), fact.limits)))]
        if weaker(fact.prop) is not None:
            variants.append(("fact weakened", changed(d.given, n, Fact(weaker(fact.prop), fact.limits))))
        for at, (letter, low, high) in enumerate(fact.limits):
            for ends in ((low + sp.S.One, high), (low, high - 1), (low, low), (high, high)):
                part = (*fact.limits[:at], (letter, *map(sp.sympify, ends)), *fact.limits[at + 1 :])
                variants.append(("fact on part of its range", changed(d.given, n, Fact(fact.prop, part))))
        for kind, given in variants:
            for claim in right(name, d):
                yield Case(kind, claim._replace(kind=kind, given=given, loose=concerned))


def contradicted(name: str, d: Derivation) -> Iterator[Case]:
    """Every step, and 1 = 0, under facts that cannot hold together: with no model, and with the model of the rest."""
    for n, fact in enumerate(d.given.facts):
        denied = opposite(fact.prop)
        more = [Fact(denied, fact.limits)]
        if fact.limits:  # at one place alone
            at = {limit[0]: sp.S.One for limit in fact.limits}
            more.append(Fact(type(denied)(*(arg.xreplace(at) for arg in denied.args), evaluate=False), ()))
        for one in more:
            given = replace(d.given, facts=(*d.given.facts, one))
            data = d.given.kernel._replace(facts=(*d.given.kernel.facts, one.tree))
            for claim in (*right(name, d), Claim(name, "", given, sp.S.One, sp.S.Zero)):
                claim = claim._replace(kind="contradictory facts", given=given)
                yield Case(claim.kind, claim, certain=True)
            for step in (*d.kernel_steps, kernel.Step(("Rational", 1, 1), ("Rational", 0, 1))):
                yield Case("contradictory facts", None, lambda data=data, step=step: admitted(data, step), certain=True)
            if n == 0:
                # A witness of its own making: one that is empty, one, or twice the same.
                for models in ((), data.models[:1], data.models[:1] * 2, ((), ())):
                    lying = data._replace(models=models)
                    step = kernel.Step(("Rational", 1, 1), ("Rational", 0, 1))
                    yield Case("contradictory facts", None, lambda data=lying, step=step: admitted(data, step), certain=True)


def admitted(data: kernel.Given, step: kernel.Step) -> tuple[bool, str]:
    try:
        kernel.admit(data, step)
        return True, "admitted"
    except Refused as refusal:
        return False, str(refusal)


def mixed(name: str, d: Derivation, others: dict[str, Derivation]) -> Iterator[Case]:
    """The steps of one theorem under what another one is given, but for z[c] that would have to be z[i, c] too."""
    known = dict(d.given.letters)
    for other, theirs in others.items():
        for claim in right(other, theirs) if other != name else ():
            used = (pair for line in (claim.before, claim.after) for pair in free_letters(tree(line)))
            if all(known.get(letter, arity) == arity for letter, arity in used):
                yield Case("facts of another theorem", claim._replace(kind="facts of another theorem", given=d.given, recipe=name))
