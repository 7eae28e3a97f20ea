"""Verdicts on a line whose letters are not those of the line before, although they have their names."""

from collections.abc import Callable
from typing import Any

import sympy as sp

from cesym import symbols
from cesym.check.names import Clash, unified
from cesym.check.shared import numbers_for_shared
from cesym.check.verdicts import Verdict
from cesym.check.words import EMPTY, say, shared_numbers
from cesym.given import Given

__all__ = ["name_verdict", "undeclared_verdict"]

NOT_WRONG = "This does not say that your line is wrong."


def name_verdict(
    before: Any, claimed: Any, given: Given, relation: str, clash: Clash, judge: Callable[[Any], Verdict]
) -> Verdict:
    """One name for two things: is the line right with one letter for both?"""
    if clash.yours.indices != clash.theirs.indices and not clash.shared:
        return indices_verdict(before, claimed, relation, clash)
    whole = unified(claimed, clash, before)
    then = judge(whole) if whole != claimed else None
    right = then is not None and then.accepted
    if clash.shared:
        return shared_verdict(before, claimed, given, relation, clash, then)
    so: list = [f"Use {known(clash.name, 'the letter of the line before')}, or write your line as a string", "."]
    if right:
        so = [so[0], ": then it is right."]
    elif then is not None and then.status == "refused":
        so += [" There is this besides: ", then.what]
    what = say(
        f"Two different symbols are both called {clash.name}: yours has {declared(clash.yours.declared)}, "
        f"the line before uses one with {declared(clash.theirs.declared)}. "
        "SymPy never equates them, and prints them alike."
    )
    return Verdict("not shown", before, claimed, relation, "namesake", what, EMPTY, say(*so))


def known(name: str, otherwise: str) -> str:
    return f"`cesym.symbols.{name}`" if name in symbols.__all__ else otherwise


def declared(flags: tuple) -> str:
    return "the assumption " + ", ".join(flags) if flags else "no assumptions"


def indices_verdict(before: Any, claimed: Any, relation: str, clash: Clash) -> Verdict:
    yours, theirs = (f"{n} ind{'ex' if n == 1 else 'ices'}" for n in (clash.yours.indices, clash.theirs.indices))
    what = say(f"The letter {clash.name} has {yours} in your line and {theirs} in the line before.")
    so = say("One letter stands for one thing: count the indices of each entry.")
    return Verdict("not shown", before, claimed, relation, "index", what, EMPTY, so)


def undeclared_verdict(before: Any, claimed: Any, relation: str, name: str) -> Verdict:
    what = say(f"The letter {name} in your line is declared neither real nor integer. {NOT_WRONG}")
    so = say(f"Use {known(name, f'''`Symbol('{name}', real=True)`''')}.")
    return Verdict("not shown", before, claimed, relation, "namesake", what, EMPTY, so)


def shared_verdict(
    before: Any, claimed: Any, given: Given, relation: str, clash: Clash, then: Verdict | None
) -> Verdict:
    """One number for all samples where the line before has one for each, or the reverse; ``then`` without that."""
    right = then is not None and then.accepted
    besides = (" There is this besides: ", then.what) if then is not None and then.status == "refused" else ()
    letter = sp.Symbol(clash.name, real=True)
    found = numbers_for_shared(before, claimed, given, clash)
    see = shared_numbers(found, letter) if found else EMPTY
    if clash.theirs.indices:
        what = say("You wrote one ", letter, " for all samples; the line before has its own for each.")
        so = say(
            "They agree only if all are equal: give that as a hypothesis if you mean it",
            ", else write the index." if right else ".",
            *besides,
        )
    else:
        what = say("You wrote a ", letter, " of its own for each sample; the line before has one for all.")
        so = say("Write it without an index", ": then your line is right." if right else ".", *besides)
    return Verdict("refused", before, claimed, relation, "shared parameter", what, see, so, None, found)
