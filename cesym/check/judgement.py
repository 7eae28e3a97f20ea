"""One line looked at: admitted by the kernel, refuted by numbers, or neither; and what is wrong or missing."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp

from cesym.check.case import Case, letter_symbol, widened
from cesym.check.mistakes.explained import Explained, explained
from cesym.check.mistakes.repair import Either, Instead, Repair
from cesym.check.mistakes.whole import direction
from cesym.check.names import excludes, fact_code, index_facts, missing_facts
from cesym.check.search import Counterexample, counterexample
from cesym.check.verdicts import Diagnosis, Verdict
from cesym.check.words import EMPTY, Formula, Sentence, listed, numbers, say
from cesym.given import Given
from cesym.kernel import Step
from cesym.kernel.trees import Refused
from cesym.notation.indices import letter_name
from cesym.notation.printers import latex, text
from cesym.rules.ways import admitted_equality, same_minimiser_step

__all__ = ["NOT_WRONG", "Judgement"]

FORGIVEN = ("dropped term", "extra term", "doubled term", "reduction", "factor", "half", "exponent")  # by ≃, perhaps
# Kinds that name no mistake; a missing bar is one of x for |x|, where that x > 0 says more.
UNNAMED = ("unknown", "same minimiser", "exponent")
NOT_WRONG = "This does not say that your line is wrong."
SECONDS = 1.0  # for numbers against a line


@dataclass
class Judgement:
    before: Any
    claimed: Any
    given: Given
    relation: str
    over: tuple
    slopes: bool = False
    also: tuple = ()

    @cached_property
    def case(self) -> Case:
        return Case(self.before, self.claimed, self.given, self.relation, self.over, self.slopes, self.also)

    def made(self, status: str, kind: str, what: Sentence, see: Sentence, so: Sentence, found: Any = None) -> Verdict:
        return Verdict(status, self.before, self.claimed, self.relation, kind, what, see, so, None, found)

    def verdict(self) -> Verdict:
        try:
            step = self.admitted(self.before, self.claimed, self.given)
            return Verdict("accepted", self.before, self.claimed, self.relation, step=step)
        except (Refused, ValueError) as refusal:
            refused = refusal
        facts, enough = self.missing(refused)
        given = widened(self.given, self.before, self.claimed)
        # A line that is right with one fact more is seldom worth a long search for numbers against it.
        seconds = SECONDS / 3 if enough else SECONDS
        found = counterexample(self.before, self.claimed, given, self.relation, self.over, seconds=seconds)
        if found is None or found.after is None:
            return self.changed_places(found) or self.unrefuted(found, facts)
        if enough and facts and not self.bars:
            return self.lacking(facts, found)
        d = diagnosed(self.case, found)
        if enough and facts and d.kind in UNNAMED:
            return self.lacking(facts, found)
        return self.made("refused", d.kind, d.what, d.see, d.so, found)

    def lacking(self, facts: list, found: Counterexample) -> Verdict:
        what = say("Your line is not always right, but it is with ", *listed(fact.prop for fact in facts), ".")
        return self.made("refused", "missing fact", what, numbers(found), add_them(facts), found)

    @property
    def bars(self) -> bool:
        """Is there an absolute value, of which one asks too readily that what is in it be positive?"""
        return any(line.has(sp.Abs) for line in (self.before, self.claimed))

    def admitted(self, before: Any, claimed: Any, given: Given) -> Step:
        given = given.meeting(before, claimed)
        if self.relation == "=":
            return admitted_equality(before, claimed, given)
        if self.relation == "≃" and self.over:
            case = Case(before, claimed, given, "≃", self.over)
            constants = case.constants(before, claimed, self.over, thorough=True)
            if constants:
                names = tuple(sorted(map(letter_name, self.over)))
                return same_minimiser_step(before, claimed, names, constants[0], constants[1], given)
        raise Refused("not shown")

    def missing(self, refused: Exception) -> tuple[list, bool]:
        """Facts that would have helped, and whether they are enough."""
        places = index_facts(self.before, self.claimed, self.given)
        if places and self.follows(self.before, self.claimed, self.given.extended(places)):
            return places, True
        if getattr(refused, "missing", None) or self.bars:
            facts, enough = missing_facts(self.before, self.claimed, self.given, self.admitted)
            return [fact for fact in facts if not excludes(fact, self.given)], enough
        return [], False

    def follows(self, before: Any, claimed: Any, given: Given) -> bool:
        try:
            return bool(self.admitted(before, claimed, given))
        except (Refused, ValueError):
            return False

    def changed_places(self, found: Counterexample | None) -> Verdict | None:
        """Where a line has no value everywhere: is it right when two letters change places?"""
        for repair in direction(self.case):
            if self.follows(repair.left, repair.right, self.given):
                what = say(*told(repair, True, False, False))
                see = numbers(found) if found else EMPTY
                return self.made("refused" if found else "not shown", repair.kind, what, see, say(*repair.so), found)
        return None

    def unrefuted(self, found: Counterexample | None, facts: list) -> Verdict:
        if facts:
            needed = "it" if len(facts) == 1 else "them"
            shown = listed(fact.prop for fact in facts)
            what = say("I could not show ", *shown, f", and the step needs {needed}. {NOT_WRONG}")
            return self.made("not shown", "missing fact", what, EMPTY, add_them(facts), found)
        if found:
            what = say("Your line is not defined everywhere that the line before is.")
            so = say("The argument of a log must be positive, a denominator not zero: what ensures it?")
            return self.made("refused", "no value", what, numbers(found), so, found)
        what = say(f"I found no counterexample and no way to show it. {NOT_WRONG}")
        so = say("Put a line in between, with one change at a time.")
        return self.made("not shown", "not shown", what, EMPTY, so)


def sentence(words: str) -> Sentence:
    words = words[:1].upper() + words[1:]
    return say(words if words.endswith((".", "?", "!")) else words + ".")


def add_them(facts: list) -> Sentence:
    return say(f"Add `{fact_code(facts)}`.")


def diagnosed(case: Case, found: Counterexample) -> Diagnosis:
    """The first explanation that agrees in numbers, confirmed by the kernel where it can be."""
    why = explained(case)
    if why is None:
        return unknown(case, found)
    if len(why.repairs) == 2:
        return twofold(why, found)
    (repair,) = why.repairs
    exactly = why.case.shown(repair.left, repair.right)
    what = say(*told(repair, exactly, repair.left == repair.right, why.written))
    # What ≃ would say is said already of a factor, and beside the point of most other mistakes.
    minimiser = as_minimiser(case) if repair.kind in FORGIVEN and not repair.scaled else []
    so = say(*repair.so)
    if minimiser and repair.kind in ("dropped term", "extra term"):
        so = say("With `=`, every term stays.")
    return Diagnosis(repair.kind, what, numbers(found), say(so, *[" "] * bool(minimiser), *minimiser), found)


def twofold(why: Explained, found: Counterexample) -> Diagnosis:
    one, other = why.repairs
    what = say("Two things seem to be wrong at once. ", *told(one, False, False, why.written), " ",
               *told(other, False, False, why.written))  # fmt: skip
    so = say("Mend one after the other.")
    return Diagnosis(f"{one.kind} and {other.kind}", what, numbers(found), so, found)


def told(repair: Repair, exactly: bool, quoted: bool, written: bool) -> tuple:
    return tuple(word for piece in repair.what for word in fitted(piece, exactly, quoted, written))


def fitted(piece: Any, exactly: bool, quoted: bool, written: bool) -> tuple:
    if isinstance(piece, Either):
        return (piece.shown if exactly else piece.seen,)
    return piece.words(quoted, written) if isinstance(piece, Instead) else (piece,)


DATA = {"k", "n", "q", "t", "x", "y"}  # by convention; and whatever is counted
SCALES = {"sigma", "v", "tau", "T", "epsilon"}


def minimised_over(case: Case) -> list:
    """What one minimises over, if at all: not what was observed, and a scale only where there is nothing else."""
    free = [x for x in case.letters if letter_name(x) not in DATA and not letter_symbol(x).is_integer]
    return [x for x in free if letter_name(x) not in SCALES][:1] or free[:1]


def as_minimiser(case: Case) -> list:
    """What to add where the line is wrong for = but right for ≃."""
    if case.relation != "=" or case.slopes:
        return []
    for letter in minimised_over(case):
        constants = case.constants(case.before, case.claimed, (letter,))
        if constants and constants != (1, 0):
            a, b = (Formula(f"{n} = {latex(e)}", f"{n} = {text(e)}") for n, e in zip("ab", constants, strict=True))
            return ["As ≃ over ", letter_symbol(letter), " it is right, with ", a, " and ", b, "."]
    return []


WRONG = {
    "=": "Your line does not equal the line before, and it is none of the usual single mistakes.",
    "≃": "The line before is not a times your line plus b, with constants a > 0 and b.",
    "≥": "The line before is not always at least yours.",
    "≤": "The line before is not always at most yours.",
    "⇄": "Your line is not minus the log of the line before.",
}


def unknown(case: Case, found: Counterexample) -> Diagnosis:
    minimiser = as_minimiser(case)
    if minimiser:
        what = say("Your line is not equal to the line before, but it has the same minimiser.")
        return Diagnosis("same minimiser", what, numbers(found), say(*minimiser, " Ask for `same_minimiser`."), found)
    if loose := [s for s in case.indices if s in case.claimed.free_symbols - case.before.free_symbols]:
        s = loose[0]
        outside = ("In your line ", s, " stands outside of every sum over ", s)
        what = say(*outside, "; the line before depends on no ", s, ".")
        return Diagnosis("index", what, numbers(found), say("The letter of a sum runs inside that sum only."), found)
    so = say("Take smaller steps: one change a line.")
    return Diagnosis("unknown", say(WRONG[case.relation]), numbers(found), so, found)
