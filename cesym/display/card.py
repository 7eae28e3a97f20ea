"""The card of a derivation: what is given, its lines with a reason each, what was dropped, and its evidence."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import sympy as sp

from cesym.display.terminal import filled, unicode_shown, wrapped
from cesym.letters import ascii_only, plain
from cesym.printers import latex, text

__all__ = ["REASON_WIDTH", "reason_length", "to_latex", "to_markdown", "to_text"]

REASON_WIDTH = 28  # for the reasons of our own theorems
REASON_WRAP = 36  # a user's longer reason goes on in a second line
RELATIONS = {"=": "=", "≃": r"\simeq", "⇄": r"\rightleftharpoons", "≥": r"\ge", "≤": r"\le"}
ASCII_RELATIONS = {"≃": "~", "⇄": "<->", "≥": ">=", "≤": "<="}


class Row(NamedTuple):
    """A line as it is shown: its number, and how it follows from the line shown before."""

    number: int
    line: Any
    relation: str
    over: tuple
    uses: tuple[int, ...]


def rows(d: Any, show: Sequence[int] | None = None) -> list[Row]:
    """The lines to show. A relation covers the lines that are left out: ``=`` over a ``≃`` is ``≃``."""
    numbers = range(len(d.lines)) if show is None else [range(len(d.lines))[n] for n in show]
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


# LaTeX

MATH = {
    "%": r"\%", "_": r"\_", "&": r"\&", "#": r"\#", "{": r"\lbrace ", "}": r"\rbrace ", "~": r"\sim ", "<": "<", ">": ">",
    "\\": r"\backslash ", "^": r"\hat{\ }", "|": r"\vert ", "−": "-", "·": r"\cdot ", "≃": r"\simeq ", "≤": r"\le ",
    "≥": r"\ge ", "≠": r"\ne ", "∈": r"\in ", "∞": r"\infty ", "→": r"\to ", "⇄": r"\rightleftharpoons ", "²": "^{2}",
    "∑": r"\textstyle\sum ", "∏": r"\textstyle\prod ", "√": r"\surd ", "…": r"\dots ", "×": r"\times ", "½": r"\tfrac12 ",
}  # fmt: skip


def words_latex(words: str) -> str:
    r"""Words set as text; a sign that \text would not show, or show wrongly, is set as mathematics."""
    from cesym.letters import TYPED, latex_name

    out = ""
    for piece in re.findall(r"[\w\s,.;:()'/+*=?!\-]+|.", words):
        if piece in MATH:
            out += f"{{{MATH[piece].strip()}}}"
            continue
        for part in re.findall(r"[α-ωΑ-Ω]|[^α-ωΑ-Ω]+", piece):
            out += f"{{{latex_name(TYPED[part])}}}" if part in TYPED else rf"\text{{{part}}}"
    return out


def phrase_latex(phrase: str) -> str:
    r"""Markdown with $...$ as LaTeX: formulas in braces, so that \ln keeps no distance from the words."""
    pieces = re.split(r"(?<!\\)\$", re.sub(r"\*\*|`", "", phrase).replace(r"\$", ""))
    return "".join(f"{{{p}}}" if at % 2 else words_latex(p) for at, p in enumerate(pieces) if p)


def reason_latex(reason: str, uses: tuple[int, ...], width: int = REASON_WRAP) -> str:
    """The reason with the hypotheses it uses; one that is too long goes on in a second line."""
    why = reason + f" ({', '.join(f'H{use}' for use in uses)})" * bool(uses)
    if reason_length(reason) <= width:
        return phrase_latex(why.strip())
    parts, line = [], ""
    for word in re.findall(r"(?:\$[^$]*\$|\([^)]*\)|\S)+", why):
        if line and reason_length(f"{line} {word}") > width:
            parts.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return r"\begin{aligned} & " + r" \\ & ".join(map(phrase_latex, [*parts, line])) + r" \end{aligned}"


def letter_names(over: tuple, show: Any) -> str:
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
    for name, given, known in (("reasons", reasons, ("right", "between", None)), ("overlay", overlay, ("beamer", None))):
        if given not in known:
            raise ValueError(f"{name}: {given!r} is not one of {', '.join(map(repr, known))}")
    env = env or ("align*" if overlay else "aligned")
    shown = rows(d, show)
    out = []
    for at, row in enumerate(shown):
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
            cells = [rf"\phantom{{{cell}}}" if cell else "" for cell in cells]
        if overlay:
            cells = [rf"\uncover<{at + 1}->{{{cell}}}" if cell else "" for cell in cells]
        out.append(" & ".join(cells).strip() if cells[0] else "& " + " & ".join(cells[1:]))
    return f"\\begin{{{env}}}\n" + " \\\\[4pt]\n".join(out) + f"\n\\end{{{env}}}"


def between(why: str, at: int, overlay: str | None, upto: int | None) -> str:
    cell = rf"\quad \lbrace\, {why} \,\rbrace"
    if upto is not None and at >= upto:
        cell = rf"\phantom{{{cell}}}"
    return "& " + (rf"\uncover<{at + 1}->{{{cell}}}" if overlay else cell)


# What the end of the card says


def sizes(d: Any) -> list[sp.Symbol]:
    """The sizes (N, C) that the lines are about: positive integers up to which something runs."""
    found = {
        high
        for line in d.lines
        for big in line.expr.atoms(sp.Sum, sp.Product)
        for _, _, high in big.limits
        if isinstance(high, sp.Symbol) and high.is_integer and high.is_positive
    }
    return sorted(found, key=lambda s: (s.name != "N", s.name))


def evidence(d: Any) -> list[str]:
    steps = [line.evidence for line in d.lines[1:]]
    proved = sum(e == "PROVED" for e in steps)
    models = sum(h.kind == "assumption" for h in d.hypotheses)
    coq = "not yet re-proved by Coq" if not proved else f"{proved} of {len(steps)} re-proved by Coq"
    if steps and proved == len(steps):
        coq = "re-proved by Coq"
    said = [
        f"✓ {len(steps)} of {len(steps)} steps checked by the cesym kernel" if steps else "no step yet",
        *[coq] * bool(steps),
        f"rests on {models or 'no'} modelling assumption{'s' * (models != 1)}",
    ]
    if names := ", ".join(latex(s) for s in sizes(d)):
        said.append(rf"holds for every ${names} \ge 1$")
    return said


def dropped(d: Any) -> tuple[str, list[tuple[str, sp.Expr]], str] | None:
    """What ≃ dropped: the exact equation, the values in it, and what they do not contain (LaTeX)."""
    if d.constants is None:
        return None
    a, b, over = d.constants
    first = d.label[0] if d.label else r"(\text{first line})"
    label = d.lines[-1].label
    right = label[0] if label else r"(\text{last line})"
    if label and re.search(r"\\sum|\\prod|[+]| - ", label[0]):
        right = rf"\left({right}\right)" if re.search(r"[+]| - ", label[0]) else right
    values = [("a", a)] * (a != 1) + [("b", b)] * (b != 0)
    right = (r"a \cdot " + right if a != 1 else right) + " + b" * (b != 0)
    return f"{first} = {right}", values, letter_names(tuple(over), latex)


# Markdown


def to_markdown(d: Any, fold: bool = True, upto: int | None = None, **options: Any) -> str:
    """The card in Markdown; ``fold`` adds how each line was admitted, ``options`` go to :func:`to_latex`."""
    upto = getattr(d, "hidden", None) if upto is None else upto
    whole = upto is None or upto >= len(d.lines)
    head = " · ".join(part for part in (f"**{d.name}**" if d.name else "", d.says) if part)
    given = [
        f"**H{n}** {h.latex}" + " *(assumed)*" * (h.kind == "assumption") for n, h in enumerate(d.hypotheses, 1)
    ]
    out = [head] * bool(head)
    if given:
        out.append(f"> **Given** &ensp;{'; &ensp;'.join(given)}.")
    out.append(f"$$\n{to_latex(d, upto=upto, **options)}\n$$")
    if whole and (left := dropped(d)):
        equation, values, over = left
        with_ = " and ".join(f"${name} = {latex(value)}{' > 0' * (name == 'a')}$" for name, value in values)
        last = f"; neither contains ${over}$" if len(values) == 2 else f", which does not contain ${over}$"
        out.append(f"> **Dropped** &ensp;${equation}$ exactly, with {with_}{last}." if values else "")
    if whole:
        out.append(" · ".join(evidence(d)))
    if whole and fold and len(d.lines) > 1:
        out.append(folded(d))
    return "\n\n".join(part for part in out if part)


def folded(d: Any) -> str:
    table = ["| line | move | admitted by | evidence |", "|---|---|---|---|"]
    for n, line in enumerate(d.lines[1:], 2):
        cells = (line.reason, ": ".join(filter(None, (line.admitted_by, line.detail))), line.evidence.lower())
        table.append(f"| {n} | " + " | ".join(cell.replace("|", r"\vert ") for cell in cells) + " |")
    summary = "<details><summary>How each line was admitted</summary>"
    return "\n".join([summary, "", *table, "", "</details>"])


# Text


def to_text(d: Any, width: int = 80, unicode: bool | None = None, upto: int | None = None) -> str:
    """The card as plain text of at most ``width`` columns, each reason between its two lines."""
    unicode = unicode_shown(unicode)
    upto = getattr(d, "hidden", None) if upto is None else upto
    whole = upto is None or upto >= len(d.lines)
    out = [d.name or "derivation", "─" * width]
    if d.says:
        out += [*filled("", plain(d.says, unicode), width), ""]
    for n, h in enumerate(d.hypotheses, 1):
        said = (h.text if unicode else ascii_only(h.text)) + " (assumed)" * (h.kind == "assumption")
        out += filled(f"{'given ' if n == 1 else '      '}{f'H{n}':4}", said, width)
    out += [""] * bool(d.hypotheses)
    if d.label:
        out.append(f"  {d.label[1]}")
    for row in rows(d):
        shown = line_text(d, row, width, unicode)
        hidden = upto is not None and row.number >= upto
        out += [""] * len(shown) if hidden else shown
    if whole:
        if left := dropped(d):
            equation, values, _ = left
            said = "   ".join(f"{name} = {text(value, unicode)}" for name, value in values)
            out += ["", *wrapped(f"dropped   {said}", width, 0, 10), *wrapped(f"exactly   {plain(f'${equation}$')}", width, 0, 10)]
        out += ["", *packed([plain(part) for part in evidence(d)], width, " · " if unicode else "; ")]
    return "\n".join((line if unicode else ascii_only(line)).rstrip() for line in out)


def line_text(d: Any, row: Row, width: int, unicode: bool) -> list[str]:
    """The relation with its reason between braces, and below it the line."""
    line, sign = row.line, row.relation if unicode else ASCII_RELATIONS.get(row.relation, row.relation)
    body = line.label[1] if line.label else text(line.expr, unicode)
    first = not row.number and not d.label
    why, names = plain(line.reason, unicode), letter_names(row.over, lambda s: text(s, unicode))
    if names and not re.search(rf"\b{re.escape(names)}\b", why):
        why = f"{why} (over {names})".strip()
    if first or not why:
        return wrapped(body if first else f"{sign} {body}", width, 2 if first else 0, 6)
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
