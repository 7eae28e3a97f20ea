"""What is given, numbered H1, H2, ... as a card shows it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import sympy as sp

from cesym.given.facts import REAL, Fact, flags_of, places
from cesym.given.ranges import Ranges
from cesym.kernel import Tree, tree
from cesym.notation.cards import expression_latex, expression_text, merge_facts
from cesym.notation.trees import expression, name_of

if TYPE_CHECKING:
    from cesym.given import Given

__all__ = ["Hypothesis", "hypotheses"]


class Hypothesis(NamedTuple):
    """One numbered item: an assumption about the model, or facts (their numbers in ``Given.facts``)."""

    latex: str
    text: str
    kind: str
    facts: frozenset[int] = frozenset()
    letter: str = ""  # for what a letter declares: its name


def hypotheses(given: "Given", lines: Iterable[sp.Expr] = ()) -> tuple[Hypothesis, ...]:
    """The modelling assumptions first, then the facts (0 < p and p < 1 as one), then what letters declare.

    That a letter is a whole number is said where it is a number in one of the ``lines``, not only an index.
    """
    lines = tuple(lines)
    ranges = given.ranges(*lines)
    found = [Hypothesis(a.latex, a.text, "assumption") for a in given.assumptions]
    for latex, text, numbers in merge_facts(given.facts):
        found.append(Hypothesis(latex, text, "fact", frozenset(numbers)))
    for fact in declared(given, ranges):
        ((latex, text, _),) = merge_facts([fact])
        found.append(Hypothesis(latex, text, "fact", letter=letter_of(fact)))
    said = {s.name for fact in given.facts for s in fact.prop.free_symbols if s.is_Symbol}
    whole = [t for t, arity in given.letters if arity and "integer" in flags_of(t) and not has_support(t, given)]
    for t in whole:
        entry = entry_of(t, given, ranges)
        found.append(
            Hypothesis(
                f"${expression_latex(entry)}$ integer",
                f"{expression_text(entry, True)} integer",
                "fact",
                letter=name_of(t),
            )
        )
    shown = {t for t, _ in given.declared}.union(*(valued(tree(line)) for line in lines))
    for t, arity in given.letters:
        if words := "" if arity or t not in shown else whole_number(t, given, name_of(t) in said):
            letter = entry_of(t, given, ranges)
            found.append(Hypothesis(f"${expression_latex(letter)}$ {words}", f"{expression_text(letter, True)} {words}",
                                    "fact", letter=name_of(t)))  # fmt: skip
    more = REAL - {"real"}
    real = [entry_of(t, given, ranges) for t, _ in given.letters if not flags_of(t) & more and name_of(t) not in said]
    if real:
        latex, text = (
            ", ".join(map(show, real))
            for show in (lambda e: f"${expression_latex(e)}$", lambda e: expression_text(e, True))
        )
        found.append(Hypothesis(f"{latex} real", f"{text} real", "fact"))
    return tuple(found)


def valued(t: Any) -> set[Tree]:
    """The symbols in a tree that stand for more than an index."""
    match t:
        case ("Symbol", _, _):
            return {t}
        case ("Indexed" | "KroneckerDelta", *_):
            return set()
        case ("Sum" | "Product", body, *_):
            return valued(body)
        case tuple():
            return set().union(*map(valued, t))
    return set()


def whole_number(t: Tree, given: "Given", said: bool) -> str:
    """What a card says of a letter that is a whole number: nothing where it is a size, or an index with its range."""
    if "integer" not in flags_of(t) or has_support(t, given):
        return ""
    if "positive" in flags_of(t):  # sizes (N, C) are integers >= 1 throughout
        return "positive integer" if not said and any(t == one for one, _ in given.declared) else ""
    bounded = any(fact.tree[0][0] == "Le" and fact.tree[0][1] == t for fact in given.facts)
    return "" if bounded else "integer"


def has_support(t: Tree, given: "Given") -> bool:
    return any(fact.tree[0][0] == "Contains" and fact.tree[0][1][:2] == t[:2] for fact in given.facts)


def entry_of(t: Tree, given: "Given", ranges: Ranges) -> sp.Expr:
    """A letter, or the entry of a family at the indices under which it stands."""
    limits = places(name_of(t), dict(given.letters)[t], ranges)
    return expression(t)[tuple(letter for letter, *_ in limits)] if limits else expression(t)


SIGNS = {"positive": sp.Gt, "negative": sp.Lt, "nonnegative": sp.Ge, "nonpositive": sp.Le}


def declared(given: "Given", ranges: Ranges) -> list[Fact]:
    """What the declaration of a letter adds: sigma > 0, say. Sizes (N, C) are integers >= 1 throughout."""
    facts = []
    for t, arity in given.letters:
        sign = next((flag for flag in SIGNS if flag in flags_of(t)), None)
        if sign and (arity or sign != "positive" or "integer" not in flags_of(t)):
            entry = SIGNS[sign](entry_of(t, given, ranges), 0, evaluate=False)
            facts.append(Fact(entry, places(name_of(t), arity, ranges)))
    return facts


def letter_of(fact: Fact) -> str:
    letter = fact.prop.args[0]
    return letter.base.label.name if isinstance(letter, sp.Indexed) else letter.name
