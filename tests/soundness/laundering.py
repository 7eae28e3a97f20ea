"""One relation passed off as another: ≃ for =, ≥ for =, constants that are none, parameters changed, chains that do not compose."""

from collections.abc import Iterator
from typing import Any

import sympy as sp

from cesym import kernel
from cesym.derivation import Derivation
from cesym.kernel import Refused, tree
from cesym.notation.trees import name_of
from cesym.rules.constants import constants_between
from cesym.rules.ways import same_minimiser_step
from cesym.symbols import N, i

from .claims import Case, Claim, right
from .facts import admitted
from .mutators import mutants

ONE, TWO = ("Rational", 1, 1), ("Rational", 2, 1)
WEAK = {"same minimiser", "monotone map", "certificate"}


def renamed_relations(name: str, d: Derivation) -> Iterator[Case]:
    """Each step under another primitive, with hints that would suit it."""
    over = tuple(name_of(t) for t, _ in d.given.letters if name_of(t) not in ("N", "C"))
    for claim in right(name, d):
        gap = claim.before - claim.after
        others = [
            ("equality", ()), ("monotone map", (over[:1],)), ("same minimiser", (sp.S.One, sp.S.Zero, over[:1])),
            ("same minimiser", (sp.S.One, gap, over[:1])), ("same minimiser", (claim.before / claim.after, sp.S.Zero, over[:1])),
            ("certificate", ("≥", ())), ("certificate", ("≤", ())), ("certificate", ("=", ())), ("certificate", ("≃", ())),
            ("certificate", ("≥", ((gap, "square", sp.S.One),))), ("certificate", ("≤", ((-gap, "square", sp.S.One),))),
        ]  # fmt: skip
        for primitive, data in others:
            if primitive != claim.primitive or data != claim.data:
                yield case("relation laundered", claim._replace(primitive=primitive, data=data))
                yield case("relation laundered", claim._replace(before=claim.after, after=claim.before, primitive=primitive, data=data))
        if claim.primitive in WEAK:
            yield case("relation laundered", claim._replace(before=claim.after, after=claim.before))


def constants(name: str, d: Derivation) -> Iterator[Case]:
    """Steps ≃ with other constants a and b, other parameters, and constants that hide the parameter."""
    for claim in right(name, d):
        if claim.primitive != "same minimiser":
            continue
        kind, (a, b, over) = "constants or parameters altered", claim.data
        letters = d.letters
        for _, new in (*mutants(a, letters), *mutants(b, letters)) if b else mutants(a, letters):
            yield case(kind, claim._replace(data=(new, b, over)))
            yield case(kind, claim._replace(data=(a, new, over)))
        moving = [letters[n] for n in over]
        for hidden in [m[i] if isinstance(m, sp.IndexedBase) else m for m in moving] + [m[1] for m in moving if isinstance(m, sp.IndexedBase)]:
            inside = sp.Sum(hidden, (i, 1, N))
            for t in (hidden, inside, hidden**2):
                yield case(kind, claim._replace(data=(a, b + t, over), after=claim.after - t / a))
                yield case(kind, claim._replace(data=(a * (1 + t**2), b, over), after=claim.after / (1 + t**2)))
        for new in (-a, a * (N - 1), a * 0, a * (N - 2) ** 2):
            yield case(kind, claim._replace(data=(new, b, over)))
            if new != 0:
                yield case(kind, claim._replace(data=(new, b, over), after=a * claim.after / new))
        for other in ((), ("nobody",), ("i",), *((n,) for n in letters if (n,) != over), tuple(letters)):
            yield case(kind, claim._replace(data=(a, b, other)))
        for mutant, line in mutants(claim.after, letters):
            yield case(kind, claim._replace(after=line, data=(a, claim.before - a * line, over)))
            if mutant != "index range":
                yield case(kind, claim._replace(after=line, data=(claim.before / line, sp.S.Zero, over)))


def certificates(name: str, d: Derivation) -> Iterator[Case]:
    """Inequalities with altered certificates: weights, kinds, arguments, ranges, terms left out or counted twice."""
    kind = "certificate altered"
    for claim in right(name, d):
        if claim.primitive != "certificate":
            continue
        relation, terms = claim.data
        yield case(kind, claim._replace(data=("≤" if relation == "≥" else "≥", terms)))
        yield case(kind, claim._replace(data=(relation, ())))
        for n, (weight, how, t, *limits) in enumerate(terms):

            def put(*term: Any, n: int = n) -> Claim:
                return claim._replace(data=(relation, (*terms[:n], term, *terms[n + 1 :])))  # noqa: B023

            yield case(kind, claim._replace(data=(relation, terms[:n] + terms[n + 1 :])))
            yield case(kind, claim._replace(data=(relation, (*terms, terms[n]))))
            yield case(kind, put(weight, "square" if how == "log" else "log", t, *limits))
            yield case(kind, put(weight, "nothing", t, *limits))
            yield case(kind, put(weight, how, t, *limits, (i, sp.S.One, N)))
            yield case(kind, put(weight, how, t, *limits, (i, sp.S.Zero, N)))
            for _, new in mutants(weight, d.letters):
                yield case(kind, put(new, how, t, *limits))
            for _, new in mutants(t, d.letters):
                yield case(kind, put(weight, how, new, *limits))
        # A gap that is negative, as a weight that is: the identity holds, the inequality does not.
        gap = claim.after - claim.before
        yield case(kind, claim._replace(before=claim.after, after=claim.before, data=(relation, ((gap, "square", sp.S.One),))))


def case(kind: str, claim: Claim) -> Case:
    return Case(kind, claim._replace(kind=kind))


# Chains


def compositions(name: str, d: Derivation) -> Iterator[Case]:
    """Two admitted steps of different relations in one chain, in all orders that do not compose."""
    line, data = tree(d.exprs[-1]), d.given.kernel
    names = [name_of(t) for t, _ in d.given.letters if name_of(t) not in ("N", "C")]
    movable = [n for n in names if admitted(data, scaled(line, (n,), ONE, ONE))[0]]
    if admitted(data, kernel.Step(line, line))[0] is False or not movable:
        return
    kinds = {"≥": lambda t: lower(t), "≤": lambda t: higher(t)}
    kinds |= {f"≃ {n}": (lambda t, n=n: scaled(t, (n,), TWO, ONE)) for n in movable}
    if len(movable) > 1:
        kinds["≃ both"] = lambda t: scaled(t, tuple(sorted(movable[:2])), TWO, ONE)
    kinds |= {f"⇄ {n}": (lambda t, n=n: kernel.Step(t, negative_log(t), "monotone map", data=((n,),))) for n in movable[:2]}
    start = ("exp", line)  # positive, so that ⇄ applies
    for one in kinds:
        first = kinds[one](start)
        for other in kinds:
            composes = one == other and not one.startswith("⇄")
            second = kinds[other](first.after)
            if other.startswith("⇄"):
                # Its line must be positive: prepared by an equation that shows it.
                second = kinds[other](("exp", first.after))
            if composes or not admitted(data, first)[0] or not (admitted(data, second)[0] or other.startswith("⇄")):
                continue
            steps = (first, second)
            if second.before != first.after:
                continue
            yield Case("chain that does not compose", None, lambda s=steps: verified(data, start, s), certain=True)
            three = (first, kernel.Step(first.after, first.after), second)
            yield Case("chain that does not compose", None, lambda s=three: verified(data, start, s), certain=True)
    for steps in ((first, first), (kinds["≥"](start), kinds["≥"](start))):
        yield Case("chain that does not compose", None, lambda s=steps: verified(data, start, s), certain=True)


def lower(t: Any) -> kernel.Step:
    return kernel.Step(t, ("Add", t, ("Rational", -1, 1)), "certificate", data=("≥", ((ONE, "square", ONE),)))


def higher(t: Any) -> kernel.Step:
    return kernel.Step(t, ("Add", t, ONE), "certificate", data=("≤", ((ONE, "square", ONE),)))


def scaled(t: Any, over: tuple, a: Any, b: Any) -> kernel.Step:
    inverse = ("Pow", a, ("Rational", -1, 1))
    return kernel.Step(t, ("Mul", inverse, ("Add", t, ("Mul", ("Rational", -1, 1), b))), "same minimiser", data=(a, b, over))


def negative_log(t: Any) -> Any:
    return ("Mul", ("Rational", -1, 1), ("log", t))


def verified(data: kernel.Given, start: Any, steps: tuple) -> tuple[bool, str]:
    try:
        return True, str(kernel.verify(data, start, steps).relation)
    except Refused as refusal:
        return False, str(refusal)


# Lines claimed to have the same minimiser, with the constants left to the package


def minimisers(name: str, d: Derivation) -> Iterator[Case]:
    """Mutants of a line claimed as ≃; wrong where before is no increasing affine function of after in the parameters."""
    for claim in right(name, d):
        if claim.primitive != "same minimiser":
            continue
        over = claim.data[2]
        for _, line in mutants(claim.after, d.letters):
            changed = claim._replace(kind="not the same minimiser", after=line, primitive="affine", data=(over,))
            yield Case(changed.kind, changed, lambda c=changed, o=over, d=d: found(c, tuple(d.letters[n] for n in o)))


def found(claim: Claim, over: tuple) -> tuple[bool, str]:
    try:
        a, b = constants_between(claim.before, claim.after, over)
        same_minimiser_step(claim.before, claim.after, claim.data[0], a, b, claim.given)
        return True, f"a = {a}, b = {b}"
    except (Refused, ValueError) as e:
        return False, str(e)
