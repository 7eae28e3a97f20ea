"""A typed line in Python's spelling, and the error that shows a place in it."""

import re
from collections.abc import Mapping

from cesym.notation.letters import SUBSCRIPTED, TYPED, ascii_name, text_name

__all__ = ["DEEPEST", "LONGEST", "SINGLE", "ParseError", "syntax_message", "typed"]

DEEPEST = 60  # brackets within brackets
LONGEST = 5000  # characters
TYPOGRAPHY = {
    "−": "-", "–": "-", "·": "*", "⋅": "*", "×": "*", "∗": "*", "^": "**", "≤": "<=", "≥": ">=", "≠": "!=", "∈": " in ",
    "÷": "/", "∑": "Sum", "∏": "Product", "²": "**2", "³": "**3", "\u00a0": " ", "\n": " ", "\t": " ", "\r": " ",
    "µ": "mu", "½": "(1/2)", "¼": "(1/4)", "¾": "(3/4)", **TYPED, "Σ": "Sum", "Π": "Product",
}  # fmt: skip


SINGLE = "A single = is not read: an equation is typed Eq(a, b) or a == b, and a claim is its right-hand side."


class ParseError(ValueError):
    """A line that cannot be read: one sentence, then the line with a caret below the place."""

    def __init__(self, message: str, line: str = "", column: int = 0) -> None:
        self.message, self.line, self.column = message, line, column
        super().__init__(message + (f"\n{shown(line, column)}" if line.strip() else ""))


def typed(text: str, names: Mapping[str, object]) -> tuple[str, list[int]]:
    """The line in Python's spelling, and for each character the place in the line as it was typed.

    Python would read ``pᵢ`` as the name ``pi``: whatever is not ASCII is translated here, or refused.
    """
    own = {mark: ascii_name(name) for name in names if len(mark := text_name(name)) == 1 and not mark.isascii()}
    code: list[str] = []
    places: list[int] = []
    depth, lowered = 0, False
    for at, mark in enumerate(text):
        spelled = own.get(mark) or TYPOGRAPHY.get(mark) or SUBSCRIPTED.get(mark, mark)
        if not all(" " <= s <= "~" for s in spelled) or mark == "#":  # Python would drop what follows #
            raise ParseError(f"The character {mark!r} is not read in a formula.", text, at)
        if (mark in SUBSCRIPTED) != lowered:
            lowered = not lowered
            spelled = "[" + spelled if lowered else "]" + spelled
        depth += (mark in "([{") - (mark in ")]}")
        if depth > DEEPEST:
            raise ParseError(f"There are more than {DEEPEST} brackets within brackets.", text, at)
        code.append(spelled)
        places += [at] * len(spelled)
    line = "".join(code) + "]" * lowered
    blank = len(line) - len(line.lstrip())
    return line.strip(), [*places[blank:], len(text), len(text)]


def shown(line: str, column: int) -> str:
    """The line, or the part of it around the place, with a caret below."""
    line = re.sub(r"\s", " ", line)
    start = max(0, column - 50) if len(line) > 76 else 0
    part = ("..." if start else "") + line[start : start + 70] + ("..." if len(line) > start + 70 else "")
    return f"    {part}\n    {' ' * (column - start + 3 * bool(start))}^"


def syntax_message(code: str, error: SyntaxError) -> str:
    if re.search(r"(?<![<>=!:])=(?![=])", code):
        return SINGLE
    near = code[max(0, (error.offset or 1) - 1) :]
    if "|" in near or code.startswith("|"):
        return "Bars are not read: an absolute value is typed abs(x)."
    if "!" in code.replace("!=", ""):
        return "The sign ! is not read: a factorial is typed factorial(n)."
    if "never closed" in str(error) or "unmatched" in str(error) or "does not match" in str(error):
        return f"The brackets do not fit: {error.msg}."
    return "This is not a formula: a product is typed with *, a logarithm ln(x), an index p[i]."
