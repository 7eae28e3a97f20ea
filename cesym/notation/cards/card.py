"""The card of a derivation: what is given, its lines with a reason each, what was dropped, and its evidence."""

import re
from collections.abc import Callable
from typing import Any

import sympy as sp

from cesym.notation.cards.lines import Board, Row, letter_names, rows, to_latex
from cesym.notation.cards.terminal import filled, unicode_shown, wrapped
from cesym.notation.letters import ascii_only, plain
from cesym.notation.printers import latex, text

__all__ = ["to_markdown", "to_text"]

ASCII_RELATIONS = {"≃": "~", "⇄": "<->", "≥": ">=", "≤": "<="}


def sizes(d: Board) -> list[sp.Symbol]:
    """The sizes (N, C) that the lines are about: positive integers up to which something runs."""
    found = {
        high
        for line in d.lines
        for big in line.expr.atoms(sp.Sum, sp.Product)
        for _, _, high in big.limits
        if isinstance(high, sp.Symbol) and high.is_integer and high.is_positive
    }
    return sorted(found, key=lambda s: (s.name != "N", s.name))


def evidence(d: Board) -> list[str]:
    """How far one can rely on it, in a few words each; counted, not assumed."""
    steps = [line.evidence for line in d.lines[1:]]
    proved, checked = steps.count("PROVED"), sum(e in ("CHECKED", "PROVED") for e in steps)
    models = sum(h.kind == "assumption" for h in d.hypotheses)
    said = ["no step yet"]
    if steps:
        coq = f"{proved} of {len(steps)} " * (0 < proved < len(steps)) + "re-proved by Coq"
        said = [
            f"{'✓' if checked == len(steps) else '✗'} {checked} of {len(steps)} steps checked by the cesym kernel",
            coq if proved else f"not yet {coq}",
        ]
    said.append(f"rests on {models or 'no'} modelling assumption{'s' * (models != 1)}")
    if names := ", ".join(latex(s) for s in sizes(d)):
        least, s = d.least_size, latex(sizes(d)[0])
        found = rf" at which the facts can hold (found from ${s} = {least}$ on)"
        said.append(rf"holds for every ${names} \ge 1$" + found * (least > 1))
    return said


def dropped(d: Board) -> tuple[str, list[tuple[str, sp.Expr]], str] | None:
    """What ≃ dropped: the exact equation, the values in it, and what they do not contain (LaTeX)."""
    if d.constants is None:
        return None
    a, b, over = d.constants
    first = d.label[0] if d.label else r"(\text{first line})"
    label = d.lines[-1].label
    last = label[0] if label else r"\text{last line}"
    right = rf"({last})" if not label or re.search(r"[+]| - ", last) else last
    values = [("a", a)] * (a != 1) + [("b", b)] * (b != 0)
    right = (r"a \cdot " + right if a != 1 else right) + " + b" * (b != 0)
    return f"{first} = {right}", values, letter_names(tuple(over), latex)


# Markdown


def to_markdown(d: Any, fold: bool = True, upto: int | None = None, **options: Any) -> str:
    """The card in Markdown; ``fold`` adds how each line was admitted, ``options`` go to :func:`to_latex`."""
    d = Board.of(d)
    upto = d.hidden if upto is None else upto
    whole = upto is None or upto >= len(d.lines)
    head = " · ".join(part for part in (f"**{d.name}**" if d.name else "", d.says) if part)
    given = [f"**H{n}** {h.latex}" + " *(assumed)*" * (h.kind == "assumption") for n, h in enumerate(d.hypotheses, 1)]
    out = [head] * bool(head)
    if given:
        out.append(f"> **Given** &ensp;{'; &ensp;'.join(given)}.")
    out.append(f"$$\n{to_latex(d, upto=upto, **options)}\n$$")
    if whole and (left := dropped(d)) and left[1]:
        equation, values, over = left
        # Punctuation stands inside the formula: after it, it could start a line.
        shown = [f"{name} = {latex(value)}{' > 0' * (name == 'a')}" for name, value in values]
        what = " and ".join(f"${part}$" for part in [*shown[:-1], f"{shown[-1]},"])
        none = "neither of which contains" if len(values) == 2 else "which does not contain"
        out.append(f"> **Dropped** &ensp;${equation}$ exactly, with {what} {none} ${over}$.")
    if whole:
        out.append(" · ".join(evidence(d)))
    if whole and fold and len(d.lines) > 1:
        out.append(folded(d))
    return "\n\n".join(part for part in out if part)


def folded(d: Board) -> str:
    table = ["| line | move | admitted by | evidence |", "|---|---|---|---|"]
    for n, line in enumerate(d.lines[1:], 2):
        cells = (line.reason, ": ".join(filter(None, (line.admitted_by, line.detail))), line.evidence.lower())
        table.append(f"| {n} | " + " | ".join(map(barred, cells)) + " |")
    summary = "<details><summary>How each line was admitted</summary>"
    return "\n".join([summary, "", *table, "", "</details>"])


def barred(cell: str) -> str:
    """A bar would end the cell of a table."""
    pieces = cell.split("$")
    return "$".join(piece.replace("|", r"\vert " if at % 2 else r"\|") for at, piece in enumerate(pieces))


# Text


def to_text(d: Any, width: int = 80, unicode: bool | None = None, upto: int | None = None) -> str:
    """The card as plain text of at most ``width`` columns, each reason between its two lines."""
    unicode = unicode_shown(unicode)
    d = Board.of(d)
    upto = d.hidden if upto is None else upto
    whole = upto is None or upto >= len(d.lines)
    say: Callable[[str], str] = str if unicode else ascii_only
    out = [d.name or "derivation", say("─" * width)]
    if d.says:
        out += [*filled("", plain(d.says, unicode), width), ""]
    for n, h in enumerate(d.hypotheses, 1):
        given = say(h.text) + " (assumed)" * (h.kind == "assumption")
        out += filled(f"{'given ' if n == 1 else '      '}{f'H{n}':4}", given, width)
    out += [""] * bool(d.hypotheses)
    if d.label:
        out.append(f"  {say(d.label[1])}")
    for row in rows(d):
        shown = row_text(d, row, width, unicode)
        out += [""] * len(shown) if upto is not None and row.number >= upto else shown
    if whole:
        if (left := dropped(d)) and left[1]:
            values = "   ".join(f"{name} = {text(value, unicode)}" for name, value in left[1])
            equation = plain(f"${left[0]}$", unicode)
            out += ["", *wrapped(f"dropped   {values}", width, 0, 10), *wrapped(f"exactly   {equation}", width, 0, 10)]
        out += ["", *packed([plain(part, unicode) for part in evidence(d)], width, " · " if unicode else "; ")]
    return "\n".join(line.rstrip() for line in out)


def row_text(d: Board, row: Row, width: int, unicode: bool) -> list[str]:
    """The relation with its reason between braces, and below it the line."""
    line, sign = row.line, row.relation if unicode else ASCII_RELATIONS.get(row.relation, row.relation)
    label = line.label and (line.label[1] if unicode else ascii_only(line.label[1]))
    body = label or text(line.expr, unicode)
    why, names = plain(line.reason, unicode), letter_names(row.over, lambda s: text(s, unicode))
    if names and not re.search(rf"\b{re.escape(names)}\b", why):
        why = f"{why} (over {names})".strip()
    if not row.number and not d.label:
        return wrapped(body, width, 2, 6)
    if not why:
        return wrapped(f"{sign} {body}", width, 0, 6)
    uses = " ".join(f"H{use}" for use in row.uses)
    reason = filled(f"{sign:<5} {{ ", f"{why} }}", width - len(uses) - 1)
    reason[0] = f"{reason[0]:<{width - len(uses)}}{uses}"
    return [*reason, *wrapped(body, width, 2, 6)]


def packed(parts: list[str], width: int, joint: str) -> list[str]:
    """Parts joined, as many on a line as fit."""
    out = [parts[0]]
    for part in parts[1:]:
        if len(out[-1]) + len(part) + len(joint) <= width:
            out[-1] += joint + part
        else:
            out.append(f"  {part}")
    return out
