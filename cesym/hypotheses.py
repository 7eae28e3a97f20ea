"""What is given, numbered H1, H2, ... as a card shows it."""

from typing import NamedTuple

import sympy as sp

from cesym.display import expression_latex, expression_text, merge_facts
from cesym.expressions import expression, name_of
from cesym.given import Fact, Given
from cesym.kernel import Tree
from cesym.symbols import C, N, c, i

__all__ = ["Hypothesis", "hypotheses"]


class Hypothesis(NamedTuple):
    """One numbered item: an assumption about the model, or facts (their numbers in ``Given.facts``)."""

    latex: str
    text: str
    kind: str
    facts: frozenset[int] = frozenset()
    letter: str = ""  # for what a letter declares: its name


def hypotheses(given: Given) -> tuple[Hypothesis, ...]:
    """The modelling assumptions first, then the facts (0 < p and p < 1 as one), then what letters declare."""
    found = [Hypothesis(a.latex, a.text, "assumption") for a in given.assumptions]
    for latex, text, numbers in merge_facts(given.facts):
        found.append(Hypothesis(latex, text, "fact", frozenset(numbers)))
    for fact in declared(given):
        ((latex, text, _),) = merge_facts([fact])
        found.append(Hypothesis(latex, text, "fact", letter=letter_of(fact)))
    said = {s.name for fact in given.facts for s in fact.prop.free_symbols if s.is_Symbol}
    whole = [t for t, arity in given.letters if arity and "integer" in flags(t) and not has_support(t, given)]
    for t in whole:
        entry = entry_of(t, given)
        found.append(
            Hypothesis(
                f"${expression_latex(entry)}$ integer",
                f"{expression_text(entry, True)} integer",
                "fact",
                letter=name_of(t),
            )
        )
    real = [
        entry_of(t, given)
        for t, _ in given.letters
        if not flags(t) & {"integer", "positive"} and name_of(t) not in said
    ]
    if real:
        latex, text = (
            ", ".join(map(show, real))
            for show in (lambda e: f"${expression_latex(e)}$", lambda e: expression_text(e, True))
        )
        found.append(Hypothesis(f"{latex} real", f"{text} real", "fact"))
    return tuple(found)


def flags(t: Tree) -> set[str]:
    return set((t[1] if t[0] == "Indexed" else t)[2])


def has_support(t: Tree, given: Given) -> bool:
    return any(fact.tree[0][0] == "Contains" and fact.tree[0][1][:2] == t[:2] for fact in given.facts)


def entry_of(t: Tree, given: Given) -> sp.Expr:
    """A letter, or the entry of a family at the usual indices."""
    arity = dict(given.letters)[t]
    return expression(t)[(i, c)[:arity]] if arity else expression(t)


def declared(given: Given) -> list[Fact]:
    """What the declaration of a letter adds: sigma > 0, say. Sizes (N, C) are integers >= 1 throughout."""
    facts = []
    for t, arity in given.letters:
        if "positive" in flags(t) and (arity or "integer" not in flags(t)):
            limits = ((i, sp.S(1), N), (c, sp.S(1), C))[:arity]
            facts.append(Fact(sp.Gt(entry_of(t, given), 0, evaluate=False), limits))
    return facts


def letter_of(fact: Fact) -> str:
    letter = fact.prop.args[0]
    return letter.base.label.name if isinstance(letter, sp.Indexed) else letter.name
