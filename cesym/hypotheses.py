"""What is given, numbered H1, H2, ... as a card shows it."""

from typing import NamedTuple

import sympy as sp

from cesym.display import merge_facts
from cesym.expressions import expression
from cesym.given import Fact, Given
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
    return tuple(found)


def declared(given: Given) -> list[Fact]:
    """What the declaration of a letter adds: sigma > 0, say. Sizes (N, C) are integers >= 1 throughout."""
    facts = []
    for t, arity in given.letters:
        flags = (t[1] if t[0] == "Indexed" else t)[2]
        if "positive" in flags and (arity or "integer" not in flags):
            limits = ((i, sp.S(1), N), (c, sp.S(1), C))[:arity]
            letter = expression(t)[tuple(limit[0] for limit in limits)] if arity else expression(t)
            facts.append(Fact(sp.Gt(letter, 0, evaluate=False), limits))
    return facts


def letter_of(fact: Fact) -> str:
    letter = fact.prop.args[0]
    return letter.base.label.name if isinstance(letter, sp.Indexed) else letter.name
