"""Sentences that are Markdown on a page and plain text in a terminal, with formulas in the house's own printers."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from cesym.check.search import Counterexample, assignments, told_apart
from cesym.notation.letters import ascii_only
from cesym.notation.printers import latex, text

__all__ = ["EMPTY", "Formula", "Sentence", "listed", "numbers", "reworded", "say", "shared_numbers"]


class Formula(NamedTuple):
    """Mathematics that is no SymPy expression, in both spellings."""

    latex: str
    text: str


class Sentence(str):
    """Markdown with formulas between dollars; ``text`` is the same for a terminal."""

    text: str

    @property
    def ascii(self) -> str:
        return ascii_only(self.text)


def say(*pieces: Any) -> Sentence:
    """One sentence from words, SymPy expressions and formulas.

    >>> from cesym.symbols import sigma
    >>> say("What about ", sigma, "?").text
    'What about σ?'
    """
    made = Sentence("".join(page(piece) for piece in pieces))
    made.text = "".join(terminal(piece) for piece in pieces)
    return made


def reworded(sentence: Sentence, words: Mapping[str, str]) -> Sentence:
    """The sentence in other words: patterns, as in ``re``, with what is said for each."""
    made, spoken = str(sentence), sentence.text
    for pattern, other in words.items():
        made, spoken = re.sub(pattern, other, made), re.sub(pattern, other, spoken)
    changed = Sentence(made.strip())
    changed.text = spoken.strip()
    return changed


EMPTY = Sentence("")
EMPTY.text = ""


def page(piece: Any) -> str:
    if isinstance(piece, str):
        return piece
    return f"${piece.latex}$" if isinstance(piece, Formula) else f"${latex(piece)}$"


def terminal(piece: Any) -> str:
    if isinstance(piece, Sentence):
        return piece.text
    if isinstance(piece, str):
        # What stands between backquotes is to be typed as it is: its ** is a power.
        words = piece.split("`")
        return "".join(part if n % 2 else part.replace("**", "") for n, part in enumerate(words))
    return piece.text if isinstance(piece, Formula) else text(piece)


def shared_numbers(found: Counterexample, letter: Any) -> Sentence:
    """The same where one of the lines has one number for all in place of a family."""
    alone = {one: value for one, value in found.values.items() if one.is_Symbol and one.name == letter.name}
    rest = {one: value for one, value in found.values.items() if one not in alone}
    before, after = found.shown
    return say(
        "At ", *equations(rest), ", and with one ", *equations(alone), " for all, your line gives ", number(after),
        ", the line before ", number(before), ".",
    )  # fmt: skip


def number(x: str) -> Formula:
    return Formula(x, x.replace("-", "−"))


def listed(items: Iterable[Any]) -> list:
    """Pieces with commas and a last "and" between them."""
    items = list(items)
    out: list = []
    for n, item in enumerate(items):
        out += [", " if n < len(items) - 1 else " and "] * (n > 0) + [item]
    return out


def flat(group: Any) -> list:
    return group if isinstance(group, list) else [group]


def equations(values: Any) -> list:
    """``N = 1``, ``k_1 = 1``, ... with commas between them."""
    made = [
        Formula(f"{on_page} = {value}", f"{letter} = {value.replace('-', '−')}")
        for (on_page, value), (letter, _) in zip(assignments(values, latex), assignments(values, text), strict=True)
    ]
    return [piece for equation in made for piece in (", ", equation)][1:]


def numbers(found: Counterexample) -> Sentence:
    """What the two lines give at the numbers that were found."""
    rows = (found, *found.others)
    at = ["At ", *equations(found.values), " "] if found.values else ["As numbers, "]
    if not found.others:
        before, after = found.shown
        if found.after is None:
            return say(*at, "your line has no value; the line before gives ", number(before), ".")
        return say(*at, "your line gives ", number(after), ", the line before ", number(before), ".")
    moving = [letter for letter in found.values if len({row.values.get(letter) for row in rows}) > 1]
    fixed = {letter: value for letter, value in found.values.items() if letter not in moving}
    there = [[value for value in row.values.items() if value[0] in moving] for row in rows]
    places = [piece for group in listed(equations(dict(one)) for one in there) for piece in flat(group)]
    rest = [" (with ", *equations(fixed), ")"] if fixed else []
    ours = told_apart(*(row.after for row in rows))
    theirs = told_apart(*(row.before for row in rows))
    return say("At ", *places, *rest, " your line gives ", *listed(map(number, ours)), ", the line before ",
               *listed(map(number, theirs)), ".")  # fmt: skip
