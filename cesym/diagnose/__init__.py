"""Says what is wrong with a wrong line, in three parts: what (how it relates to the line before), see, so.

Untrusted: "is exactly" is said only where the kernel admits the repaired line, else "looks like". The kinds
are found by undoing one mistake at a time, first in numbers and then before the kernel: a table of small
functions (``whole`` and ``places``), the most specific first.
"""

from dataclasses import dataclass
from typing import Any

import sympy as sp

from cesym import symbols
from cesym.attempt import admitted_equality, same_minimiser_step
from cesym.diagnose.case import Case, letter_name, letter_symbol, widened
from cesym.diagnose.names import Clash, clashes, fact_code, missing_facts, undeclared, unified
from cesym.diagnose.places import PLACES
from cesym.diagnose.shared import numbers_for_shared
from cesym.diagnose.whole import WHOLE, Either, Instead, Repair
from cesym.diagnose.words import Sentence, listed, numbers, say, shared_numbers
from cesym.display import verdict_markdown, verdict_text
from cesym.given import Given
from cesym.kernel import Step
from cesym.kernel.trees import Refused, tree
from cesym.parse import parse
from cesym.refute import Counterexample, counterexample

__all__ = ["Diagnosis", "Verdict", "diagnose", "judge"]

NOT_WRONG = "This does not say that your line is wrong."
EMPTY = say()
SECONDS = 1.0  # for numbers against a line


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with a line: the kind, and three sentences (Markdown; ``message`` is plain text)."""

    kind: str
    what: Sentence
    see: Sentence
    so: Sentence
    counterexample: Counterexample | None = None

    @property
    def message(self) -> str:
        return " ".join(part.text for part in (self.what, self.see, self.so) if part)

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"

    def _repr_markdown_(self) -> str:
        return "**" + self.kind + "** " + " ".join(part for part in (self.what, self.see, self.so) if part)


@dataclass(frozen=True, repr=False)
class Verdict:
    """Whether a line follows from the line before it: "accepted", "refused" or "not shown". Shows itself."""

    status: str
    before: sp.Basic
    claimed: sp.Basic
    relation: str
    kind: str = ""
    what: Sentence = EMPTY
    see: Sentence = EMPTY
    so: Sentence = EMPTY
    step: Step | None = None
    counterexample: Counterexample | None = None

    @property
    def accepted(self) -> bool:
        return self.status == "accepted"

    @property
    def message(self) -> str:
        return " ".join(part.text for part in (self.what, self.see, self.so) if part)

    def __str__(self) -> str:
        return verdict_text(self)

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return verdict_markdown(self)


def judge(before: Any, claimed: Any, given: Any, relation: str = "=", over: Any = ()) -> Verdict:
    """Whether ``before relation claimed`` follows from what is given; if not, what is wrong or missing. Never raises.

    ``over``: for ``≃``, the parameters.

    >>> from cesym.symbols import p
    >>> from sympy import log
    >>> verdict = judge(-log(p[1]), log(p[1]), [p[1] > 0])
    >>> verdict.status, verdict.kind
    ('refused', 'sign')
    >>> verdict.what.text
    'Your line is exactly minus the line before.'
    """
    over = over if isinstance(over, tuple) else (over,)
    try:
        lines = tree(before), tree(claimed)
        found = clashes(*lines, given) if isinstance(given, Given) else clashes(*lines, Given.of(given, before))
        for clash in found:
            return name_verdict(before, claimed, Given.of(given, before), relation, over, clash)
        if names := undeclared(lines[1]):
            return Verdict("not shown", before, claimed, relation, "namesake", say(
                f"The letter {names[0]} in your line is declared neither real nor integer. {NOT_WRONG}"), EMPTY, say(
                f"Use `cesym.symbols.{names[0]}` if there is one, or declare it: `Symbol('{names[0]}', real=True)`."))  # fmt: skip
        return Judgement(before, claimed, Given.of(given, before), relation, over).verdict()
    except (Refused, ValueError, RecursionError) as trouble:
        return Verdict("not shown", before, claimed, relation, "unreadable", say(sentence(str(trouble)), " ", NOT_WRONG))


def sentence(words: str) -> str:
    words = words[:1].upper() + words[1:]
    return words if words.endswith((".", "?", "!")) else words + "."


@dataclass
class Judgement:
    """One line looked at: admitted, refuted or neither."""

    before: Any
    claimed: Any
    given: Given
    relation: str
    over: tuple

    def made(self, status: str, kind: str, what: Sentence, see: Sentence, so: Sentence, found: Any = None) -> Verdict:
        return Verdict(status, self.before, self.claimed, self.relation, kind, what, see, so, None, found)

    def verdict(self) -> Verdict:
        try:
            step = self.admitted(self.before, self.claimed, self.given)
            return Verdict("accepted", self.before, self.claimed, self.relation, step=step)
        except (Refused, ValueError) as refusal:
            refused = refusal
        ask = getattr(refused, "missing", None) or any(line.has(sp.Abs) for line in (self.before, self.claimed))
        facts, enough = missing_facts(self.before, self.claimed, self.given, self.admitted) if ask else ([], False)
        given = widened(self.given, self.before, self.claimed)
        found = counterexample(self.before, self.claimed, given, self.relation, self.over, seconds=SECONDS / (1 + 2 * enough))
        if found is None or found.after is None:
            return self.unrefuted(found, facts, refused)
        if enough and facts:
            return self.made("refused", "missing fact", needs(facts, "Your line is not always right, but it is with "),
                             numbers(found), add_them(facts), found)  # fmt: skip
        diagnosis = diagnosed(Case(self.before, self.claimed, self.given, self.relation, self.over), found)
        return self.made("refused", diagnosis.kind, diagnosis.what, diagnosis.see, diagnosis.so, found)

    def admitted(self, before: Any, claimed: Any, given: Given) -> Step:
        if self.relation == "=":
            return admitted_equality(before, claimed, given)
        if self.relation == "≃" and self.over:
            case = Case(before, claimed, given, "≃", self.over)
            constants = case.constants(before, claimed, self.over)
            if constants:
                return same_minimiser_step(before, claimed, tuple(sorted(map(letter_name, self.over))), *constants, given)
        raise Refused("not shown")

    def unrefuted(self, found: Counterexample | None, facts: list, refused: Exception) -> Verdict:
        if facts:
            what = say(needs(facts, "I could not show "), f" {NOT_WRONG}")
            return self.made("not shown", "missing fact", what, EMPTY, add_them(facts), found)
        if found:
            what = say("Your line is not defined everywhere that the line before is.")
            return self.made("refused", "no value", what, numbers(found), say(
                "The argument of a log must be positive, a denominator not zero: what ensures it?"), found)  # fmt: skip
        new = str(refused) if "new here" in str(refused) else ""
        what = say(f"I found no counterexample and no way to show it. {NOT_WRONG}")
        return self.made("not shown", "not shown", what, EMPTY, say(sentence(new) if new else "Put a line in between, with one change at a time."))  # fmt: skip


def needs(facts: list, words: str) -> Sentence:
    pronoun = "it" if len(facts) == 1 else "them"
    end = f", and the step needs {pronoun}." if words.startswith("I") else "."
    return say(words, *listed(fact.prop for fact in facts), end)


def add_them(facts: list) -> Sentence:
    return say(f"Add `{fact_code(facts)}`.")


def name_verdict(before: Any, claimed: Any, given: Given, relation: str, over: tuple, clash: Clash) -> Verdict:
    """One name for two things: is the line right with one letter for both?"""
    whole = unified(claimed, clash, before)
    then = judge(before, whole, given, relation, over) if whole != claimed else None
    right = then is not None and then.accepted
    if clash.shared:
        return shared_verdict(before, claimed, given, relation, clash, right)
    what = say(f"Two different symbols are both called {clash.name}: yours has {declared(clash.yours[1])}, the line before uses one "
               f"with {declared(clash.theirs[1])}.")  # fmt: skip
    ours = f"`cesym.symbols.{clash.name}`" if clash.name in symbols.__all__ else "the letter of the line before"
    so: list = [f"Use {ours}, or write your line as a string", "."]
    if right:
        so = [*so[:1], ": then it is right."]
    elif then is not None and then.status == "refused":
        so += [" There is this besides: ", then.what]
    what = say(what, " SymPy never equates them, and prints them alike.")
    return Verdict("not shown", before, claimed, relation, "namesake", what, EMPTY, say(*so))


def declared(flags: tuple) -> str:
    return "the assumption " + ", ".join(flags) if flags else "no assumptions"


def shared_verdict(before: Any, claimed: Any, given: Given, relation: str, clash: Clash, right: bool) -> Verdict:
    """One number for all samples where the line before has one for each, or the reverse."""
    letter = sp.Symbol(clash.name, real=True)
    found = numbers_for_shared(before, claimed, given, clash)
    see = shared_numbers(found, letter) if found else EMPTY
    if clash.theirs[0] == "Indexed":
        what = say("You wrote one ", letter, " for all samples; the line before has its own for each.")
        so = say("They agree only if all are equal: give that as a hypothesis if you mean it", ", else write the index." * right)
    else:
        what = say("You wrote a ", letter, " of its own for each sample; the line before has one for all.")
        so = say("Write it without an index", ": then your line is right." if right else ".")
    return Verdict("refused", before, claimed, relation, "shared parameter", what, see, so, None, found)


def diagnosed(case: Case, found: Counterexample) -> Diagnosis:
    """The first repair in the table that agrees in numbers, confirmed by the kernel where it can."""
    repair = search(case)
    see = numbers(found)
    if repair is None:
        return unknown(case, found, see)
    exactly = case.shown(repair.left, repair.right)
    what = say(*(word for piece in repair.what for word in fit(piece, exactly, repair.left == repair.right)))
    so = say(*repair.so)
    minimiser = [] if repair.scaled else as_minimiser(case)
    if minimiser and repair.kind in ("dropped term", "extra term"):
        so = say("With `=`, every term stays.")
    return Diagnosis(repair.kind, what, see, say(so, *[" "] * bool(minimiser), *minimiser), found)


def fit(piece: Any, exactly: bool, quoted: bool) -> tuple:
    if isinstance(piece, Either):
        return (piece.shown if exactly else piece.seen,)
    return piece.words(quoted) if isinstance(piece, Instead) else (piece,)


def search(case: Case) -> Repair | None:
    if case.relation not in ("=", "≃") or not case.models:
        return None
    for table in (WHOLE, PLACES):
        proposals = [repair for kind in table for repair in kind(case)]
        # A repair that gives the line before letter by letter comes before one that merely has its value.
        for agrees in (lambda r: r.left == r.right, lambda r: case.same(r.left, r.right)):
            if repair := next(filter(agrees, proposals), None):
                return repair
    return None


def as_minimiser(case: Case) -> list:
    """What to add where the line is wrong for = but right for ≃."""
    if case.relation != "=":
        return []
    for letter in case.letters:
        constants = case.constants(case.before, case.claimed, (letter,))
        if constants and not (constants[0] == 1 and constants[1] == 0):
            a, b = constants
            name = letter_symbol(letter)
            return ["As ≃ over ", name, " it is right, with a = ", a, " and b = ", b, "."]
    return []


def unknown(case: Case, found: Counterexample, see: Sentence) -> Diagnosis:
    minimiser = as_minimiser(case)
    if minimiser:
        return Diagnosis("same minimiser", say("Your line is not equal to the line before, but it has the same minimiser."), see,
                         say(*minimiser, " Ask for `same_minimiser`."), found)  # fmt: skip
    words = {"=": "Your line does not equal the line before, and it is none of the usual single mistakes.",
             "≃": "Your line is not a times the line before plus b with constants a > 0 and b.",
             "≥": "The line before is not always at least yours.", "≤": "The line before is not always at most yours.",
             "⇄": "Your line is not minus the log of the line before."}  # fmt: skip
    return Diagnosis("unknown", say(words[case.relation]), see, say("Take smaller steps: one change a line."), found)


def diagnose(wrong: Any, right: Any, given: Any = None) -> Diagnosis:
    """What is wrong with ``wrong``, where ``right`` should stand. Strings are read over the shared letters.

    Without ``given``, the facts are taken that both lines need to be defined.
    Raises: ValueError where nothing is found to be wrong.

    >>> from cesym.symbols import N, i, x
    >>> from sympy import Sum
    >>> diagnose("Sum(x[i], (i, 0, N))", "Sum(x[i], (i, 1, N))").kind
    'range'
    """
    wrong, right = (parse(line) if isinstance(line, str) else sp.sympify(line) for line in (wrong, right))
    facts = Given.of(given, right)
    if given is None:
        for line in (right, wrong):
            if not clashes(tree(right), tree(line), facts):
                asked, _ = missing_facts(line, line, Given.of(facts, line))
                facts = facts.extended(asked)
    verdict = judge(right, wrong, facts)
    if verdict.accepted:
        raise ValueError("diagnose: the two lines are equal, as far as the kernel sees nothing is wrong")
    return Diagnosis(verdict.kind, verdict.what, verdict.see, verdict.so, verdict.counterexample)

