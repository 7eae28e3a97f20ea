"""What may stand for what in code: the kernel admits each rewriting, and the way from a formula to the form that runs.

A rewriting is used only if the kernel shows that what it makes is equal to what was there, and defined wherever that
was: ``x**2/(1 + x**2)/x**2`` does not stand for ``1/(1 + x**2)``. So nothing is simplified before the kernel reads it.
What the formula itself asks of its letters, such as ``t > 0`` of ``log(t)``, is taken as given; of a root, too, t > 0,
since the kernel knows no power at 0 but whole ones.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import sympy as sp
from sympy import Expr, Indexed, IndexedBase, Piecewise, Product, Sum, Symbol

from cesym.derivation import Derivation
from cesym.given import Fact, Given
from cesym.kernel import Refused
from cesym.kernel.trees import HEADS
from cesym.numeric.operations.operation import unfolded
from cesym.numeric.rules.rewritings import Known
from cesym.numeric.signature import Signature
from cesym.numeric.stable import stabilise
from cesym.rules.ways import admitted_equality

__all__ = ["Admission", "Rewriting", "Rewritten", "derivation", "rewrite"]

MOST_SIGNS = 2  # denominators whose sign is tried both ways


class Rewriting(NamedTuple):
    """One use of a rule."""

    rule: str
    before: Expr
    after: Expr


class Rewritten(NamedTuple):
    """A formula, its stable form and how it came about; the signature and what is given say of what letters."""

    expr: Expr
    stable: Expr
    used: list[Rewriting]
    signature: Signature
    given: Any


# As the kernel reads it


def plain(e: Any, bound: tuple[Symbol, ...] = ()) -> Any:
    """An expression in the kernel's language: letters are real, floats are exact, other functions have their meaning.

    A function that the kernel does not know becomes a letter of its own, of which nothing is known.
    """
    if isinstance(e, Symbol):
        return e if type(e) is Symbol and e.is_real else Symbol(e.name, real=True)
    if isinstance(e, IndexedBase):
        return IndexedBase(plain(e.label))
    if isinstance(e, Indexed):
        return plain(e.base)[tuple(plain(index) for index in e.indices)]
    if isinstance(e, sp.Float):
        return sp.Rational(e)
    if not e.args:
        return e
    if isinstance(e, Sum | Product):
        bound = (*bound, *(limit[0] for limit in e.limits))
    args = [plain(part, bound) for part in e.args]
    if type(e) in MEANINGS:
        return MEANINGS[type(e)](*args)
    if isinstance(e, sp.Function) and type(e) not in HEADS:
        name, own = str(e.func(*args, evaluate=False)), [one for one in bound if one in e.free_symbols]
        return IndexedBase(Symbol(name, real=True))[tuple(map(plain, own))] if own else Symbol(name, real=True)
    if isinstance(e, sp.Add | sp.Mul | sp.Pow | sp.Function) and not isinstance(e, Piecewise | sp.KroneckerDelta):
        return e.func(*args, evaluate=False)
    return e.func(*args, evaluate=False) if isinstance(e, Piecewise) else e.func(*args)


MEANINGS: dict[Any, Any] = {
    sp.sign: lambda t: Piecewise((1, t > 0), (0, sp.Eq(t, 0, evaluate=False)), (-1, True), evaluate=False),
    sp.Heaviside: lambda t, at_0=sp.S.Half: Piecewise((1, t > 0), (at_0, sp.Eq(t, 0, evaluate=False)), (0, True),
                                                      evaluate=False),
}  # fmt: skip


# What is given


def conditions(e: Any, limits: tuple = ()) -> Iterator[tuple[Any, str, tuple]]:
    """What an expression asks for to be defined: (term, "positive" or "nonzero", ranges), from the inside out."""
    if not e.args or isinstance(e, Indexed | Piecewise):
        return
    if isinstance(e, Sum | Product):
        yield from conditions(e.function, (*((v, lo, hi) for v, lo, hi in e.limits[::-1]), *limits))
        return
    for part in e.args:
        yield from conditions(part, limits)
    if isinstance(e, sp.log | sp.gamma | sp.loggamma):
        yield e.args[0], "positive", limits
    elif e.is_Pow and not (e.exp.is_Integer and e.exp > 0):
        yield e.base, "nonzero" if e.exp.is_Integer else "positive", limits


def ranges(e: Expr) -> Iterator[tuple[Symbol, Any, Any]]:
    """The ranges of bound letters that have one range in all of an expression."""
    found: dict[Symbol, set] = {}
    for total in e.atoms(Sum, Product):
        for v, lo, hi in total.limits:
            found.setdefault(v, set()).add((lo, hi))
    yield from ((v, *next(iter(own))) for v, own in found.items() if len(own) == 1)


class Admission:
    """Whether one expression may stand for another in the code of a formula."""

    def __init__(self, expr: Expr, signature: Signature, given: Any) -> None:
        facts = [*told(expr, signature, given)]
        for v, lo, hi in ranges(expr):
            facts += [Fact(v >= lo), Fact(v <= hi)]
        limits = [tuple(tuple(map(plain, limit)) for limit in fact.limits) for fact in facts]
        self.facts = tuple(Fact(plain(fact.prop), own) for fact, own in zip(facts, limits, strict=True))

    def __call__(self, before: Expr, after: Expr) -> bool:
        if before.atoms(IndexedBase) - after.atoms(IndexedBase):
            return False  # a NaN in what has cancelled would be lost
        one, other = plain(unfolded(before)), plain(unfolded(after))
        return one == other or equal(one, other, self.facts)


@lru_cache(5000)
def equal(before: Any, after: Any, facts: tuple[Fact, ...]) -> bool:
    """Does the kernel admit ``before = after`` wherever ``before`` is defined?"""
    known = [fact for fact in facts if fact.prop not in (True, False) and mentioned(fact, before)]
    signs: list[tuple[Any, tuple]] = []
    for term, kind, limits in dict.fromkeys(conditions(before)):
        if kind == "positive":
            known += asked(term, sp.Gt, limits, known)
        elif not term.is_number and not is_defined(sp.Pow(term, -1, evaluate=False), known):
            signs.append((term, limits))
    if len(signs) > MOST_SIGNS:
        return False
    for sides in product((sp.Gt, sp.Lt), repeat=len(signs)):
        more = [f for side, (t, own) in zip(sides, signs, strict=True) for f in asked(t, side, own, known)]
        if not admitted(before, after, [*known, *more]):
            return False
    return True


def asked(term: Any, side: Any, limits: tuple, known: list[Fact]) -> Iterator[Fact]:
    """That a term is > 0 (or < 0), if nothing shows it; of a product, what is left of it without positive factors."""
    if term.is_number or is_positive(term, known):
        return
    if term.is_Add:  # over one denominator, where that is positive
        above, below = sp.fraction(sp.together(term))
        if below != 1 and is_positive(below, known) and admitted(term, above / below, known):
            yield from asked(sp.expand(above), side, limits, known)
    if term.is_Mul:
        left = [factor for factor in term.args if not is_positive(factor, known)]
        term = left[0] if len(left) == 1 else term
    yield Fact(side(term, 0, evaluate=False), limits)
    # As an exponential is positive, so is the term with one taken out.
    for t in dict.fromkeys(one.args[0] for one in term.atoms(sp.exp)) if term.is_Add else ():
        less = sp.Add(*[sp.powsimp(part * sp.exp(-t)) for part in term.args])
        if admitted(sp.Mul(term, sp.exp(-t), evaluate=False), less, known):
            yield Fact(side(less, 0, evaluate=False), limits)


def is_positive(e: Any, facts: list[Fact]) -> bool:
    return is_defined(sp.log(e, evaluate=False), facts)


def is_defined(e: Any, facts: list[Fact]) -> bool:
    return admitted(e, e, facts)


def admitted(before: Any, after: Any, facts: list[Fact]) -> bool:
    try:
        admitted_equality(before, after, Given.of(facts, before, after))
    except (Refused, ValueError, TypeError):
        return False
    return True


def mentioned(fact: Fact, e: Any) -> bool:
    """Whether a fact says something of what is in an expression."""
    return bool(fact.prop.free_symbols & e.free_symbols)


def told(expr: Expr, signature: Signature, given: Any) -> list[Fact]:
    """What is given of the letters in the formula, and that classes and labels lie in 1 to their number."""
    known: dict[str, Any] = {s.name: s for s in expr.free_symbols}
    families = expr.atoms(IndexedBase)
    found = [
        fact
        for fact in Given.of(given).facts
        if all(known.get(s.name, s) == s for s in fact.prop.atoms(Symbol)) and fact.prop.atoms(IndexedBase) <= families
    ]
    places = [(index, size) for index, size in signature.axes.items() if index in expr.free_symbols]
    for argument in signature.arguments:
        if argument.place is not None and argument.letter in expr.free_symbols:
            places.append((argument.letter + argument.place.offset + 1, argument.place.size))
    found += [Fact(fact) for at, size in places for fact in (at >= 1, at <= size)]
    return [fact for fact in found if fact.prop not in (True, False)]


def rewrite(expr: Expr, known: Known, signature: Signature, given: Any) -> Rewritten:
    """The stable form of a formula, by rewritings that the kernel admits."""
    stable, used = stabilise(expr, known, Admission(expr, signature, given))
    return Rewritten(expr, stable, [Rewriting(*one) for one in used], signature, given)


# The derivation


def derivation(one: Rewritten) -> Derivation:
    """From the formula to its stable form, line by line, the reasons being the names of the rules.

    What the formula needs to be defined is among what is given.
    Raises: StepRefused where the kernel does not show that a line equals the one before, or that it is defined;
    Refused where a line has a function that the kernel does not know.
    """
    facts = told(one.expr, one.signature, one.given)
    for term, kind, limits in dict.fromkeys(conditions(one.expr)):
        if kind == "positive":
            facts += asked(term, sp.Gt, limits, facts)
    d = Derivation.start(one.expr, facts)
    names: list[str] = []
    for name, line in lines(one):
        if name not in names:
            names.append(name)
        if line != d.exprs[-1]:
            try:
                d = d.admitted(line, ", ".join(names))
            except Refused:
                continue  # the kernel may see it together with the next line
            names = []
    last = unfolded(one.stable)
    return d if last == d.exprs[-1] else d.claim(last, ", ".join(names))


def lines(one: Rewritten) -> Iterator[tuple[str, Expr]]:
    """The whole expression after each rewriting, and the name of the rule."""
    whole = one.expr
    for rule, before, after in one.used:
        whole = whole.xreplace({before: after})
        yield rule, unfolded(whole)
