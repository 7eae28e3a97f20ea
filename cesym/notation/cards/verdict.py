"""What becomes of a line that was tried: the two lines, what is wrong, numbers that show it, and what to do."""

from typing import Any

from cesym.notation.cards.terminal import filled, unicode_shown, wrapped
from cesym.notation.letters import ascii_only, plain
from cesym.notation.printers import latex, text

__all__ = ["verdict_markdown", "verdict_text"]

HEADS = {
    "accepted": ("✓", "Accepted", "your line follows"),
    "refused": ("✗", "Refused", "your line does not follow"),
    "not shown": ("?", "Not shown", "your line was neither admitted nor refuted"),
}
OTHER = {
    "≃": "with the same minimiser", "⇄": "with the same optimiser",
    "≥": "as a lower bound", "≤": "as an upper bound",
}  # fmt: skip


COLUMN = 9  # a longer kind stands in the head line


def head(v: Any) -> tuple[str, str, str]:
    sign, word, says = HEADS[v.status]
    if v.relation in OTHER and v.status != "not shown":
        says += f" {OTHER[v.relation]}"
    return sign, word + f" ({v.kind})" * (len(v.kind) >= COLUMN and v.kind != v.status), says


def parts(v: Any) -> list[tuple[str, str]]:
    """The sentences that there are, each with its heading."""
    heading = v.kind if 0 < len(v.kind) < COLUMN and v.kind != v.status else "what"
    named = ((heading, v.what), ("numbers", v.see), ("so", v.so))
    return [(name, said) for name, said in named if said]


def lines(before: str, claimed: str, minus: str, space: str) -> tuple[str, str]:
    """The two lines one below the other: a minus that only one of them has does not move the rest."""
    if before.startswith(minus) != claimed.startswith(minus):
        before, claimed = (s if s.startswith(minus) else space + s for s in (before, claimed))
    return before, claimed


def spoken(sentence: str, unicode: bool) -> str:
    """A sentence in plain text: in its own words if it has them, else without its Markdown."""
    return getattr(sentence, "text" if unicode else "ascii", None) or plain(sentence, unicode)


def verdict_text(v: Any, width: int = 80, unicode: bool | None = None) -> str:
    """The verdict in at most seven entries of plain text: head, the two lines, and up to three sentences."""
    unicode = unicode_shown(unicode)
    _, word, says = head(v)
    if v.status == "accepted":
        why = f": {plain(v.what, unicode).rstrip('.')}" * bool(v.what)
        shown = wrapped(f"claimed  {text(v.claimed, unicode)}", width, 2, COLUMN + 4)
        out = [*filled("", f"{word}: {says}{why}.", width), "", *shown]
        return "\n".join(line if unicode else ascii_only(line) for line in out)
    before, claimed = lines(text(v.before, unicode), text(v.claimed, unicode), "−" if unicode else "-", " ")
    out = [f"{word}: {says}.", ""]
    for name, line in (("before", before), ("claimed", claimed)):
        out += wrapped(f"{name:{COLUMN}}{line}", width, 2, COLUMN + 4)
    out += [""] * bool(parts(v))
    for name, sentence in parts(v):
        out += filled(f"  {name:{COLUMN}}", spoken(sentence, unicode), width)
    return "\n".join(line if unicode else ascii_only(line) for line in out)


def verdict_markdown(v: Any, log: str = r"\ln") -> str:
    """The verdict as a quoted card in Markdown."""
    sign, word, says = head(v)
    out = [f"**{sign} {word}** · {says}"]
    if v.status == "accepted":
        why = f": {v.what}" if v.what else ""
        return rf"> {out[0]}{why}" + "\n>\n" + rf"> $\text{{claimed}} \quad {latex(v.claimed, log)}$"
    before, claimed = lines(latex(v.before, log), latex(v.claimed, log), "-", r"\phantom{-}")
    # Inline, so that it starts at the left like the sentences; on one line, because a line of a quotation
    # starts with >, which would get into the formula.
    rows = rf"\text{{before}} & \quad {before} \\ \text{{claimed}} & \quad {claimed}"
    out.append(rf"$\begin{{aligned}} {rows} \end{{aligned}}$")
    out += [f"**{name}** · {sentence}" for name, sentence in parts(v)]
    return "\n>\n".join(f"> {line}" for line in out)
