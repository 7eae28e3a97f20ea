"""Objects that lie about what they are, letters that only look the same, numbers that are not exact, stolen steps."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import sympy as sp
from sympy.core.cache import clear_cache

from cesym import kernel
from cesym.derivation import Derivation, StepRefused
from cesym.derivation.lines import Move
from cesym.given import Given
from cesym.kernel import Refused, tree

from .claims import Case, Claim, admission, right
from .mutators import places, put

# Subclasses of what the kernel reads. Each says that it is equal to anything, and some show arguments that are not theirs.


def lying(cls: type, **more: Any) -> type:
    claims = {"__eq__": lambda self, other: True, "__ne__": lambda self, other: False, "__hash__": lambda self: cls.__hash__(self)}
    return type(f"Lying{cls.__name__}", (cls,), claims | more)


LIARS = {
    cls: lying(cls)
    for cls in (sp.Symbol, sp.Indexed, sp.Add, sp.Mul, sp.Pow, sp.log, sp.exp, sp.Sum, sp.Product, sp.KroneckerDelta, sp.Abs, sp.Piecewise)
}  # fmt: skip
MASKED = {cls: lying(cls, args=property(lambda self: self.shown)) for cls in (sp.Add, sp.Mul, sp.Pow, sp.log, sp.Sum, sp.Indexed)}


class LyingBase(sp.IndexedBase):
    """A family that calls itself equal to every other."""

    def __eq__(self, other: Any) -> bool:
        return True

    __hash__ = sp.IndexedBase.__hash__


class Unwritten(sp.Function):
    """A function that is called a logarithm and is equal to it."""

    def __eq__(self, other: Any) -> bool:
        return True

    def __hash__(self) -> int:
        return hash(sp.log(*self.args))


def liars(part: Any) -> Iterator[Any]:
    """Objects that pass for a part of an expression to whoever asks them instead of looking at their class."""
    cls = LIARS.get(type(part))
    if cls is not None:
        if isinstance(part, sp.Symbol):
            yield cls(part.name, **part._assumptions_orig)
        else:
            yield made(cls, part.args)
    if type(part) in MASKED:
        first, *rest = part.args
        masked = made(MASKED[type(part)], (first, rest[0] + 1) if part.is_Indexed else (2 * first, *rest))
        masked.shown = part.args
        yield masked
    if isinstance(part, sp.Indexed):
        yield sp.Basic.__new__(sp.Indexed, LyingBase(part.base.label), *part.indices)
    if isinstance(part, sp.log):
        yield sp.Basic.__new__(Unwritten, *part.args)


def made(cls: type, args: tuple) -> Any:
    new = sp.Basic.__new__(cls, *args)
    if issubclass(cls, sp.Add | sp.Mul | sp.Pow):
        new.is_commutative = True  # which their printers ask for
    return new


def disguised(name: str, d: Derivation) -> Iterator[Case]:
    """A lying object in the place of each part of each line."""
    for claim in right(name, d):
        seen = set()
        for at in places(claim.after):
            if at.role == "limit" or (key := type(at.part).__name__ + str(at.part)) in seen:
                continue
            seen.add(key)
            for n in range(len(list(liars(at.part)))):
                yield Case("lying subclass", None, lambda c=claim, p=at.path, n=n: with_liar(c, p, n), certain=True)


def with_liar(claim: Claim, path: tuple, n: int) -> tuple[bool, str]:
    """The claim with a lying part, put in as late as possible: SymPy's cache is not to keep it."""
    part = claim.after
    for at in path:
        part = part.args[at]
    try:
        line = rebuilt(claim.after, path, list(liars(part))[n])
        found = admission(claim._replace(after=line))
        if not found[0] and isinstance(line, sp.Expr):
            try:
                replace(bare(claim)).admitted(line, "")
                return True, "by the derivation"
            except Refused:
                pass
        return found
    finally:
        clear_cache()


def bare(claim: Claim) -> Derivation:
    """A derivation that stands at the first line of a claim."""
    return Derivation(claim.given, claim.before)


def rebuilt(e: Any, path: tuple, new: Any) -> Any:
    """As ``put``, without SymPy's own thoughts about the parts."""
    if not path:
        return new
    args = [rebuilt(arg, path[1:], new) if n == path[0] else arg for n, arg in enumerate(e.args)]
    return made(type(e), args)


def inexact(name: str, d: Derivation) -> Iterator[Case]:
    """Floating-point numbers in the place of exact ones, and where none were."""
    for claim in right(name, d):
        for at in places(claim.after):
            if at.role == "limit":
                continue
            floats = [sp.Float(at.part)] if at.part.is_Rational else []
            if at.role == "value" and len(at.path) < 3:
                floats += [sp.Float(1) * at.part, at.part + sp.Float("0.0"), at.part**1.0]
            for new in floats:
                try:
                    line = put(claim.after, at.path, new)
                except (TypeError, ValueError):
                    continue
                if line.has(sp.Float):
                    yield Case("float", claim._replace(kind="float", after=line), certain=True)
    if d.exprs[-1].is_Number is not True:
        yield Case("float", None, lambda: claimed(lambda: d.claim(0.5)), certain=True)


def claimed(attempt: Callable[[], Any]) -> tuple[bool, str]:
    try:
        attempt()
        return True, "claimed"
    except (StepRefused, Refused, TypeError, ValueError) as e:
        return False, str(e)


DECLARED = ({}, {"real": True}, {"positive": True}, {"integer": True}, {"integer": True, "positive": True}, {"negative": True})


def namesakes(name: str, d: Derivation) -> Iterator[Case]:
    """A letter that has the name of another and is not declared alike, in one place and in all places."""
    for claim in right(name, d):
        for at in places(claim.after):
            if at.part in at.bound or at.role == "limit":
                continue
            if at.part.is_Symbol:
                own, make = at.part._assumptions_orig, lambda declared, old=at.part: sp.Symbol(old.name, **declared)
            elif at.part.is_Indexed:
                label = at.part.base.label
                own, make = label._assumptions_orig, lambda declared, old=at.part: sp.IndexedBase(old.base.label.name, **declared)[old.indices]
            else:
                continue
            for declared in DECLARED:
                if declared != {k: v for k, v in own.items() if v}:
                    new = make(declared)
                    for line in (put(claim.after, at.path, new), claim.after.xreplace({at.part: new})):
                        yield Case("namesake", claim._replace(kind="namesake", after=line), certain=True)


def stolen(name: str, d: Derivation, others: dict[str, Derivation]) -> Iterator[Case]:
    """Moves of one derivation put into another by ``dataclasses.replace``, and steps that are not plain steps."""
    kind = "forged or copied step"
    for other, theirs in others.items():
        if other == name:
            continue
        for move in theirs.chain:
            longer = replace(d, chain=(*d.chain, move))
            yield Case(kind, claim_of(name, d, d.exprs[-1], move), lambda c=longer: verified(c))
            first = replace(d, chain=(move, *d.chain[1:]))
            yield Case(kind, claim_of(name, d, d.exprs[0], move), lambda c=first: verified(c))
            yield Case(kind, None, lambda s=theirs.kernel_steps, c=d: of_kernel(c, (*c.kernel_steps, *s[-1:])), certain=True)
        yield Case(kind, None, lambda s=theirs.kernel_steps, c=d: of_kernel(c, s), certain=True)
    for n, step in enumerate(d.kernel_steps):
        class Forged(kernel.Step):
            """Not exactly a step."""

        steps = list(d.kernel_steps)
        for forged in (Forged(*step), tuple(step), None, step._replace(primitive="because I say so"), step._replace(primitive="PROVED"),
                       step._replace(before=("Rational", 0, 1)), step._replace(before=step.after)):  # fmt: skip
            if forged != step or type(forged) is not kernel.Step:
                forged_steps = (*steps[:n], forged, *steps[n + 1 :])
                if tree(step.before) != tree(step.after) or forged is None or type(forged) is not kernel.Step:
                    yield Case(kind, None, lambda s=forged_steps, c=d: of_kernel(c, s), certain=True)
        # A line turned into a wrong one behind the derivation's back.
        move = d.chain[n]._replace(after=d.chain[n].after + 1)
        changed = replace(d, chain=(*d.chain[:n], move, *d.chain[n + 1 :]))
        yield Case(kind, None, lambda c=changed: verified(c), certain=True)
    for expr in (sp.S.Zero, d.expr + 1, 2 * d.expr, -d.expr):
        yield Case(kind, None, lambda c=replace(d, expr=expr): verified(c), certain=True)
    yield Case(kind, None, lambda: verified(replace(d, given=Given.of(None, *d.exprs))), certain=bool(d.given.facts))


def claim_of(name: str, d: Derivation, before: Any, move: Move) -> Claim:
    (claim,) = right(name, Derivation(d.given, before, (move,)))
    return claim._replace(kind="forged or copied step")


def verified(d: Derivation) -> tuple[bool, str]:
    """Does a derivation that was put together by hand pass for a checked one?"""
    for ask in (lambda: d.recheck(), lambda: d.statement):
        try:
            ask()
            return True, "passes"
        except (Refused, ValueError, TypeError) as e:
            why = str(e)
    return False, why


def of_kernel(d: Derivation, steps: Any) -> tuple[bool, str]:
    try:
        kernel.verify(d.given.kernel, tree(d.expr), steps)
        return True, "verified"
    except Refused as refusal:
        return False, str(refusal)
