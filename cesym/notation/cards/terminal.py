"""What a terminal can show: Unicode or ASCII, and long lines broken where a reader would break them."""

import sys
import textwrap

import sympy as sp

from cesym.notation.printers import text

__all__ = ["expression_text", "filled", "unicode_shown", "wrapped"]

OPEN, CLOSE = "([{", ")]}"


def unicode_shown(unicode: bool | None = None) -> bool:
    """Whether to print Unicode: as asked for, or else what the standard output can encode."""
    if unicode is not None:
        return unicode
    try:
        "∑ᵢ₌₁ᴺ ≃ √π½ ✓ ─ −".encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def expression_text(expr: sp.Basic, unicode: bool | None = None) -> str:
    """One expression on one line, in Unicode if the terminal shows it."""
    return text(expr, unicode_shown(unicode))


def filled(head: str, words: str, width: int) -> list[str]:
    """Words in lines of at most ``width`` characters, after ``head`` and then below its end."""
    space = " " * len(head)
    return textwrap.wrap(
        words, width, initial_indent=head, subsequent_indent=space, break_long_words=False, break_on_hyphens=False
    ) or [head.rstrip()]


def wrapped(line: str, width: int, first: int = 0, hanging: int = 6) -> list[str]:
    """The line in pieces of at most ``width`` characters, indented; broken outside brackets where it can be.

    A piece starts with the + or - before which it was broken. Nothing is cut off: what has no place for a
    break stands in full.

    >>> for part in wrapped("a + (b + c) + ddd", width=12, hanging=2):
    ...     print(part)
    a + (b + c)
      + ddd
    """
    out, indent = [], first
    while indent + len(line) > width:
        at = break_before(line, width - indent)
        if at is None:
            break
        out.append(" " * indent + line[:at].rstrip())
        line, indent = line[at:].lstrip(), hanging
    return [*out, " " * indent + line]


def break_before(line: str, room: int) -> int | None:
    """Where the next piece starts: in the fewest brackets, at commas, then at + and -, then at factors, and late."""
    best: tuple | None = None
    depth = 0
    for at, mark in enumerate(line):
        depth += (mark in OPEN) - (mark in CLOSE)
        if at > room and best:
            break
        kind = None
        if at and mark in "+−-" and line[at - 1 : at + 2] == f" {mark} ":
            kind, place = 1, at
        elif mark == "·" or (mark == "*" and at and line[at - 1] not in "(*"):
            kind, place = 2, at
        elif mark == " " and line[at + 1 : at + 2] not in ("", "+", "−", "-", "·", "="):
            kind, place = (0 if line[at - 1] in ",;" else 3), at + 1
        # Too short a piece would leave most of the line for later.
        if kind is not None and 2 < place <= max(room, 3) and line[place:].strip():
            score = (depth, kind, place < room // 3, -place)
            if best is None or score < best[0]:
                best = (score, place)
    return best[1] if best else None
