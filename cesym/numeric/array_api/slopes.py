"""Derivatives of formulas for automatic differentiation: admitted by the kernel where it knows the functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sympy import (
    Contains,
    Derivative,
    DiracDelta,
    Eq,
    Expr,
    Ge,
    Gt,
    Heaviside,
    Indexed,
    IndexedBase,
    KroneckerDelta,
    Le,
    Lt,
    Piecewise,
    Product,
    Rational,
    S,
    Subs,
    Sum,
    Symbol,
)

from cesym.given import Fact, Given
from cesym.kernel import Refused
from cesym.losses.derivative import derivative
from cesym.numeric.signature import Signature

__all__ = ["Facts"]


@dataclass(frozen=True)
class Facts:
    """What is given about the letters; the families among the arguments; the family that a label stands for."""

    given: Any
    families: Mapping[Symbol, IndexedBase]
    labelled: tuple[IndexedBase, Symbol] | None

    def slope(self, expr: Expr, variable: Expr, signature: Signature, axes: Mapping[Any, Any]) -> tuple[Expr, str]:
        """The derivative in a letter or an entry, and who vouches for it; ``axes`` are the free indices.

        Where a label stands for a family, the formula in the family is differentiated.
        """
        if self.labelled is None:
            return slope(expr, variable, self.about(expr, signature), axes)
        family, label = self.labelled
        soft = expr.replace(
            lambda e: isinstance(e, KroneckerDelta) and label + 1 in e.args,
            lambda e: family[e.args[1] if e.args[0] == label + 1 else e.args[0]],
        )
        found, by = slope(soft, variable, self.about(soft, signature), axes)
        hard = found.replace(
            lambda e: isinstance(e, Indexed) and e.base == family,
            lambda e: KroneckerDelta(e.indices[-1], label + 1),
        )
        return hard, by

    def about(self, expr: Expr, signature: Signature) -> list[Fact]:
        """The facts about the letters of a formula and no others of the same name; labels lie in their range."""
        names = {letter.name: letter for letter in expr.atoms(Symbol)}
        every = Given.of(self.given).facts
        facts = [fact for fact in every if all(names.get(s.name, s) == s for s in fact.prop.atoms(Symbol))]
        picking = {s for e in expr.atoms(Indexed) for index in e.indices for s in index.atoms(Symbol)}
        for one in signature.arguments:
            if one.place is not None and one.letter in picking:
                at = one.letter + one.place.offset + 1
                facts += [Fact(at >= 1), Fact(at <= one.place.size)]
        return [fact for fact in facts if fact.prop not in (True, False)]


def slope(expr: Expr, variable: Expr, facts: list[Fact], axes: Mapping[Any, Any]) -> tuple[Expr, str]:
    """The derivative in a letter or an entry, and who vouches for it.

    The letter counts as real, also where it is declared to be an integer, and the ends of its range are left out,
    where a formula has slopes to one side only.
    """
    letter = variable.base.label if isinstance(variable, Indexed) else variable
    inner = inside(letter)
    try:
        known = [Fact(index >= 1) for index in axes] + [Fact(index <= size) for index, size in axes.items()]
        known += [strict(fact, letter, inner) for fact in facts if not fact.prop.has(Contains)]
        found = derivative(renamed(expr, letter, inner), renamed(variable, letter, inner), known)
        return renamed(found, inner, letter), "admitted by the kernel"
    except (Refused, ValueError):
        return by_sympy(expr, variable), "by SymPy, not checked"


def inside(letter: Symbol) -> Symbol:
    """A real letter of this name without the ends of its range."""
    if letter.is_nonnegative:
        return Symbol(letter.name, positive=True)
    return Symbol(letter.name, negative=True) if letter.is_nonpositive else Symbol(letter.name, real=True)


def renamed(e: Any, letter: Symbol, other: Symbol) -> Any:
    """The same of another letter, or of its family."""
    if letter == other:
        return e
    family = IndexedBase(other)
    e = e.replace(lambda x: isinstance(x, Indexed) and x.base.label == letter, lambda x: family[x.indices])
    return e.xreplace({letter: other})


def strict(fact: Fact, letter: Symbol, inner: Symbol) -> Fact:
    """A fact about the letter without the ends."""
    prop = renamed(fact.prop, letter, inner)
    if letter in fact.prop.atoms(Symbol):
        prop = {Ge: Gt, Le: Lt}.get(type(prop), type(prop))(*prop.args)
    return Fact(prop, fact.limits)


def by_sympy(expr: Expr, variable: Expr) -> Expr:
    """SymPy's derivative, in functions that can be computed.

    Raises: NotImplementedError where SymPy has none of that kind.
    """
    found = expr.diff(variable)
    # At a kink the slope is the mean of both sides, at a jump that of the pieces.
    found = found.replace(Heaviside, lambda t, *_: Piecewise((0, t < 0), (1, t > 0), (Rational(1, 2), Eq(t, 0))))
    found = found.replace(DiracDelta, lambda *_: S.Zero)
    before = {limit[1:] for e in expr.atoms(Sum, Product) for limit in e.limits}
    after = {limit[1:] for e in found.atoms(Sum, Product) for limit in e.limits}
    if found.has(Derivative, Subs) or after - before:
        raise NotImplementedError(f"expr: lambdify has no derivative in {variable} of {expr}")
    return found
