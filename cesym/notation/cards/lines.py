"""The lines of a derivation as LaTeX: aligned, with a reason each, whole, in part, or uncovered on a slide."""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from cesym.notation.letters import SUBSCRIPTED, TYPED, latex_name, plain
from cesym.notation.printers import latex

__all__ = ["REASON_WIDTH", "Board", "Row", "letter_names", "reason_length", "rows", "to_latex"]

REASON_WIDTH = 28  # characters: a test holds our own theorems to it; a user's longer reason is wrapped
RELATIONS = {"=": "=", "≃": r"\simeq", "⇄": r"\rightleftharpoons", "≥": r"\ge", "≤": r"\le"}


class Board(NamedTuple):
    """What a card shows of a derivation, asked for once: a derivation computes its lines whenever asked."""

    name: str
    says: str
    label: tuple[str, str] | None
    hypotheses: tuple
    lines: tuple
    constants: Any
    hidden: int | None
    least_size: int = 1  # at which what is given can hold

    @classmethod
    def of(cls, d: Any) -> "Board":
        if isinstance(d, Board):
            return d
        hidden = getattr(d, "hidden", None)
        least = getattr(d, "least_size", 1)
        return cls(d.name, d.says, d.label, tuple(d.hypotheses), tuple(d.lines), d.constants, hidden, least)


class Row(NamedTuple):
    """A line as it is shown: its number, and how it follows from the line shown before."""

    number: int
    line: Any
    relation: str
    over: tuple
    uses: tuple[int, ...]


def rows(d: Board, show: Sequence[int] | None = None) -> list[Row]:
    """The lines to show. A relation covers the lines that are left out: ``=`` over a ``≃`` is ``≃``."""
    count = len(d.lines)
    for n in show or ():
        if not (isinstance(n, int) and -count <= n < count):
            raise IndexError(f"show: there is no line {n!r}; the lines are numbered 0 to {count - 1}")
    numbers = range(count) if show is None else [range(count)[n] for n in show]
    out, last = [], 0
    for number in numbers:
        passed = d.lines[last + 1 : number + 1] if number > last else [d.lines[number]]
        weak = [line for line in passed if line.relation != "="]
        relation, over = (weak[-1].relation, weak[-1].over) if weak else ("=", ())
        uses = tuple(sorted({use for line in passed for use in line.uses}))
        out.append(Row(number, d.lines[number], relation, tuple(over), uses))
        last = number
    return out


def reason_length(reason: str) -> int:
    """How many characters of a reason a reader sees.

    >>> reason_length(r"$\\ln$ of a product")
    15
    """
    return len(plain(reason))


MATH = {
    "%": r"\%", "_": r"\_", "&": r"\&", "#": r"\#", "{": r"\lbrace ", "}": r"\rbrace ", "~": r"\sim ", "<": "<",
    ">": ">", "\\": r"\backslash ", "^": r"\hat{\ }", "|": r"\vert ", "−": "-", "·": r"\cdot ", "≃": r"\simeq ",
    "≤": r"\le ", "≥": r"\ge ", "≠": r"\ne ", "∈": r"\in ", "∞": r"\infty ", "→": r"\to ", "⇄": r"\rightleftharpoons ",
    "∑": r"\textstyle\sum ", "∏": r"\textstyle\prod ", "√": r"\surd ", "…": r"\dots ", "×": r"\times ",
    "½": r"\tfrac12 ", "²": "^{2}",
}  # fmt: skip


def words_latex(words: str) -> str:
    r"""Words set as text; a sign that \text would not show, or show wrongly, is set as mathematics."""
    low = "".join(SUBSCRIPTED)
    kinds = rf"[{re.escape(''.join(MATH))}]|[{re.escape(''.join(TYPED))}]|[{low}]+"
    out = ""
    for piece in re.split(f"({kinds})", words):
        if piece in MATH:
            out += f"{{{MATH[piece].strip()}}}"
        elif piece in TYPED:
            out += f"{{{latex_name(TYPED[piece])}}}"
        elif piece and piece[0] in low:
            out += f"{{{{}}_{{{''.join(SUBSCRIPTED[s] for s in piece)}}}}}"
        elif piece:
            out += rf"\text{{{piece}}}"
    return out


def phrase_latex(phrase: str) -> str:
    r"""Markdown with $...$ as LaTeX: formulas in braces, so that \ln keeps no distance from the words."""
    pieces = re.split(r"(?<!\\)\$", re.sub(r"\*\*|`", "", phrase).replace(r"\$", ""))
    return "".join(f"{{{p}}}" if at % 2 else words_latex(p) for at, p in enumerate(pieces) if p)


def reason_latex(reason: str, uses: tuple[int, ...]) -> str:
    """The reason with the hypotheses it uses; one that is too long goes on in a second line."""
    why = reason + f" ({', '.join(f'H{use}' for use in uses)})" * bool(uses)
    if reason_length(reason) <= REASON_WIDTH:
        return phrase_latex(why.strip())
    parts, line = [], ""
    for word in re.findall(r"(?:\$[^$]*\$|\([^)]*\)|\S)+", why):
        if line and reason_length(f"{line} {word}") > REASON_WIDTH:
            parts.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return r"\begin{aligned} & " + r" \\ & ".join(map(phrase_latex, [*parts, line])) + r" \end{aligned}"


def letter_names(over: Sequence, show: Callable[[Any], str]) -> str:
    """The parameters of ≃ and ⇄, by name."""
    return ", ".join(show(getattr(letter, "label", letter)) for letter in over)


def relation_latex(row: Row) -> str:
    sign = RELATIONS[row.relation]
    return rf"\underset{{{letter_names(row.over, latex)}}}{{{sign}}}" if row.over and row.relation in "≃⇄" else sign


def to_latex(
    d: Any,
    show: Sequence[int] | None = None,
    reasons: str | None = "right",
    overlay: str | None = None,
    log: str = r"\ln",
    env: str | None = None,
    upto: int | None = None,
) -> str:
    r"""The lines of a derivation as LaTeX that needs amsmath alone.

    ``show`` picks lines ([0, 2, -1]); ``reasons`` stand "right", "between" or not (None); ``overlay="beamer"``
    uncovers line after line; ``log`` is the sign of the natural logarithm; ``env`` the environment (aligned, on a
    slide align*); ``upto`` hides all lines but the first n and keeps their place.
    Raises: ValueError.
    """
    if reasons not in ("right", "between", None):
        raise ValueError(f"reasons: {reasons!r} is not 'right', 'between' or None")
    if overlay not in ("beamer", None):
        raise ValueError(f"overlay: {overlay!r} is not 'beamer' or None")
    env = env or ("align*" if overlay else "aligned")
    d = Board.of(d)
    upto = d.hidden if upto is None else upto
    out = []
    for at, row in enumerate(rows(d, show)):
        body = row.line.label[0] if row.line.label else latex(row.line.expr, log)
        sign = relation_latex(row) if row.number or d.label or at else r"\hphantom{=}"
        cells = [d.label[0] if d.label and not at else "", f"{sign} {body}"]
        why = reason_latex(row.line.reason, row.uses)
        if reasons == "right":
            cells += ["", why]
        elif reasons == "between" and at and why:
            out.append(between(why, at, overlay, upto))
        cells = [re.sub(r"\\ln(?![a-zA-Z])", lambda m: log, cell) for cell in cells]
        if upto is not None and at >= upto:
            # The empty group keeps the distance before the relation.
            cells = [rf"\phantom{{{{}}{cell}}}" if cell else "" for cell in cells]
        if overlay:
            cells = [rf"\uncover<{at + 1}->{{{cell}}}" if cell else "" for cell in cells]
        out.append(" & ".join(cells).strip() if cells[0] else "& " + " & ".join(cells[1:]))
    gap = " \\\\\n" if overlay else " \\\\[4pt]\n"  # a slide has less height than a page
    return f"\\begin{{{env}}}\n" + gap.join(out) + f"\n\\end{{{env}}}"


def between(why: str, at: int, overlay: str | None, upto: int | None) -> str:
    cell = rf"\quad \lbrace\, {why} \,\rbrace"
    if upto is not None and at >= upto:
        cell = rf"\phantom{{{cell}}}"
    return "& " + (rf"\uncover<{at + 1}->{{{cell}}}" if overlay else cell)
