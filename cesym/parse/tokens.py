r"""A line as on the board, in Unicode or in LaTeX, cut into words: both spellings give the same words.

``\frac``, ``\sum`` and ``\left(`` are words as ``/``, ``∑`` and ``(`` are; a letter under an accent is one word,
``y_hat``; what stands below or above a line is put in braces after ``_`` or ``^``, as LaTeX has it.
"""

import re
import unicodedata
from typing import NamedTuple

from cesym.notation.letters import ACCENTS, FONTS, GREEK, MARKS, SUBSCRIPTED, SUPERSCRIPTED, TYPED
from cesym.parse.spelling import DEEPEST, ParseError

__all__ = ["Word", "words"]


class Word(NamedTuple):
    """A word of a line: how it is read, and where it stands; ``apart`` if a blank stands before it."""

    said: str
    start: int
    end: int
    apart: bool = False


PLAIN = {
    "−": "-", "–": "-", "·": "*", "⋅": "*", "×": "*", "∗": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "∈": "in",
    "Σ": "∑", "Π": "∏", "**": "^", "½": "half", "¼": "quarter", "µ": "mu", "==": "=",
}  # fmt: skip
MACROS = {
    "sum": "∑", "prod": "∏", "cdot": "*", "times": "*", "ast": "*", "le": "<=", "leq": "<=", "ge": ">=", "geq": ">=",
    "ne": "!=", "neq": "!=", "lt": "<", "gt": ">", "in": "in", "frac": "frac", "dfrac": "frac", "tfrac": "frac",
    "sqrt": "√", "binom": "binom", "partial": "∂", "lvert": "|", "rvert": "|", "vert": "|", "ln": "ln", "log": "log",
    "lg": "lg", "lb": "lb", "exp": "exp", "max": "max", "min": "min", "tanh": "tanh", "cosh": "cosh", "sinh": "sinh",
    "lbrace": "\\{", "rbrace": "\\}", "{": "\\{", "}": "\\}", "\\": "\\\\", "Gamma": "Γ", "lbrack": "[", "rbrack": "]",
    "|": "‖", "Vert": "‖", "parallel": "‖",
}  # fmt: skip
NOTHING = {
    "left", "right", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "Biggl", "Biggr", "big", "Big", "bigg", "Bigg",
    "displaystyle", "textstyle", "limits", "nolimits", ",", ";", ":", "!", " ", "quad", "qquad", "mathopen", "middle",
}  # fmt: skip
LETTERS = "ABDEGHIJKLMOPRTUVWabcdefghijklmoprstuvwxyz"
RAISED = SUPERSCRIPTED | dict(zip("ᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴼᴾᴿᵀᵁⱽᵂᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", LETTERS, strict=True))
SCRIPTS = (("_", SUBSCRIPTED), ("^", RAISED))
TOKEN = re.compile(
    r"""\s+|~
    | \\begin\{cases\} | \\end\{cases\} | \\[a-zA-Z]+\*? | \\.
    | (?:\d+\.(?!\.)\d*|\.\d+|\d+)(?:[eE][+-]?\d+(?![a-zA-Z]))?
    | [a-zA-Z](?:[a-zA-Z0-9]*)
    | \*\*|<=|>=|!=|==|\.\.
    | .""",
    re.X | re.S,
)


def words(text: str) -> list[Word]:
    """The words of a line. Raises: ParseError for a character that stands in no formula."""
    latex = "\\" in text
    found: list[Word] = []
    apart, at, depth = False, 0, 0
    text, places = separated(text)

    def put(said: str, end: int) -> None:
        nonlocal apart
        found.append(Word(said, places[at], places[end], apart))
        apart = False

    while at < len(text):
        piece = TOKEN.match(text, at)[0]  # type: ignore[index]
        end = at + len(piece)
        script = next(((sign, table) for sign, table in SCRIPTS if piece in table), None)
        if piece.isspace() or piece in ("~", "$") or (piece[1:] in NOTHING and piece[0] == "\\"):
            apart = True
            at = end
            continue
        if script:
            sign, table = script
            while end < len(text) and text[end] in table:
                end += 1
            found.append(Word(sign, places[at], places[at], apart))
            found.append(Word("{", places[at], places[at]))
            for n in range(at, end):
                said = table[text[n]]
                more = said.isdigit() and found[-1].said.isdigit()
                before = found.pop().said if more else ""
                found.append(Word(before + said, places[at if more else n], places[n + 1]))
            found.append(Word("}", places[end], places[end]))
            apart = False
        elif piece[0] == "\\" and piece[1:] in ACCENTS:
            inner, end = argument(text, end)
            put(accented(text[slice(*inner)], piece[1:], text, places[at]), end)
        elif piece[0] == "\\" and re.fullmatch(FONTS, piece[1:]):
            inner, end = argument(text, end)
            for part in text[slice(*inner)].split():
                put(part, end)
            apart = True
        elif piece in ("\\begin{cases}", "\\end{cases}"):
            put("cases" if piece[1] == "b" else "end", end)
        elif piece[0] == "\\":
            name = piece[1:]
            said = MACROS.get(name) or ("lam" if name == "lambda" else name if name in GREEK else "")
            said = {"varepsilon": "epsilon", "varphi": "phi"}.get(name, said)
            if not said:
                raise ParseError(f"The command {piece} is not read in a formula.", text, places[at])
            put(said, end)
        elif piece[0].isalpha() and piece.isascii():
            # In LaTeX, letters side by side are a product.
            for n, letter in enumerate(piece if latex and piece not in ("ln", "log", "exp", "if") else [piece]):
                found.append(Word(letter, places[at + n], places[at + n + len(letter)], apart))
                apart = False
            marks = combining(text, end)
            if marks:
                end += len(marks)
                last = found.pop()
                said = "_".join([last.said, *(MARKS[mark] for mark in marks)])
                found.append(Word(said, last.start, places[end], last.apart))
        elif piece in TYPED:
            marks = combining(text, end)
            end += len(marks)
            said = {"Σ": "∑", "Π": "∏", "Γ": "Γ"}.get(piece) or TYPED[piece]
            put("_".join([said, *(MARKS[mark] for mark in marks)]), end)
        else:
            said = PLAIN.get(piece, piece)
            if not (said.isascii() or said in "∑∏∂√‖Γ") or said in "#@`\"'":
                raise ParseError(f"The character {piece!r} is not read in a formula.", text, places[at])
            depth += (said in ("(", "[", "{")) - (said in (")", "]", "}"))
            if depth > DEEPEST:
                raise ParseError(f"There are more than {DEEPEST} brackets within brackets.", text, places[at])
            put(said, end)
        at = end
    return found


def separated(text: str) -> tuple[str, list[int]]:
    """Accents as signs of their own, ŷ as y and a hat, and for each sign the place in the line as typed."""
    out, places = "", []
    for at, mark in enumerate(text):
        parts = unicodedata.normalize("NFD", mark)
        parts = parts if len(parts) > 1 and parts[1] in MARKS else mark
        out += parts
        places += [at] * len(parts)
    return out, [*places, len(text)]


def combining(text: str, at: int) -> str:
    marks = ""
    while at < len(text) and text[at] in MARKS:
        marks += text[at]
        at += 1
    return marks


def argument(text: str, at: int) -> tuple[tuple[int, int], int]:
    """Where the argument of a command stands: a group in braces, a command, or one sign; and where it ends."""
    found = re.compile(r"\s*(?:\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}|(\\[a-zA-Z]+|\S))").match(text, at)
    if not found:
        raise ParseError("Here an argument is missing.", text, at)
    return found.span(1 if found[1] is not None else 2), found.end()


def accented(letter: str, accent: str, text: str, at: int) -> str:
    named = letter.strip().lstrip("\\")
    named = "lam" if named == "lambda" else TYPED.get(named, named)
    if not re.fullmatch(r"[a-zA-Z]\w*", named):
        raise ParseError("An accent stands over a letter.", text, at)
    return f"{named}_{MARKS[ACCENTS[accent]]}"
