"""The way from a formula to the stable form of its code, as a derivation that the kernel admits.

What a rule has rewritten is put into the whole line, so that each line is an ordinary expression, equal to the one
before. Rules that only fix the order of operations, such as n/d by a division, leave the line as it is.
"""

from collections.abc import Iterator
from typing import Any

from sympy import Expr, IndexedBase, Symbol

from cesym.derivation import Derivation
from cesym.given import Fact, Given
from cesym.kernel import Refused
from cesym.numeric.function import Rewritten
from cesym.numeric.nodes import unfolded

__all__ = ["derivation"]


def derivation(one: Rewritten) -> Derivation:
    """From the formula to its stable form, line by line, the reasons being the names of the rules.

    Raises: StepRefused where the kernel does not show that a line equals the one before, or that it is defined;
    Refused where a line has a function that the kernel does not know.
    """
    d = Derivation.start(one.expr, facts(one))
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
        whole = whole.xreplace({unfolded(before): unfolded(after)})
        yield rule, whole


def facts(one: Rewritten) -> list[Fact]:
    """What is given of the letters in the formula, and that classes and labels lie in 1 to their number."""
    known: dict[str, Any] = {s.name: s for s in one.expr.free_symbols}
    families = one.expr.atoms(IndexedBase)
    found = [
        fact
        for fact in Given.of(one.given).facts
        if all(known.get(s.name, s) == s for s in fact.prop.atoms(Symbol)) and fact.prop.atoms(IndexedBase) <= families
    ]
    places = [(index, size) for index, size in one.signature.axes.items() if index in one.expr.free_symbols]
    for argument in one.signature.arguments:
        if argument.place is not None and argument.letter in one.expr.free_symbols:
            places.append((argument.letter + argument.place.offset + 1, argument.place.size))
    found += [Fact(fact) for at, size in places for fact in (at >= 1, at <= size)]
    return [fact for fact in found if fact.prop not in (True, False)]
