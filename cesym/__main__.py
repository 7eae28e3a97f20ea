"""The command line: list the theorems, show one, recheck all of them or a saved derivation.

::

    cesym list
    cesym derive bce_from_bernoulli --format text|latex|markdown|json
    cesym check                the whole catalogue, derived and rechecked
    cesym check FILE           a saved derivation, read by our own parser
"""

import argparse
import difflib
import os
import shutil
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cesym import __version__
from cesym.derivation.file import Saved, load
from cesym.given import Fact, Given
from cesym.given.hypotheses import hypotheses
from cesym.kernel import Refused, admit
from cesym.kernel.trees import tree
from cesym.notation import cards
from cesym.notation.letters import ascii_only
from cesym.notation.trees import expression
from cesym.theorems import catalogue

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code: 0, 1 where something is refused, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="cesym", description="Where loss functions come from.")
    parser.add_argument("--version", action="version", version=f"cesym {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="the theorems, with their statements")
    derive = commands.add_parser("derive", help="one theorem, line by line")
    derive.add_argument("name", type=theorem, metavar="NAME", help="a name that `cesym list` shows")
    derive.add_argument("--format", choices=("text", "latex", "markdown", "json"), default="text")
    check = commands.add_parser("check", help="derive and recheck the catalogue, or verify a saved derivation")
    check.add_argument("file", nargs="?", help="a derivation saved by Derivation.save")
    options = parser.parse_args(arguments)
    if options.command == "list":
        say(repr(catalogue()))
        return 0
    if options.command == "derive":
        say(derived(options.name, options.format))
        return 0
    return check_file(options.file) if options.file else check_catalogue()


def theorem(name: str) -> str:
    """The name of a theorem; of another one, those that are near."""
    if name in (known := catalogue()):
        return name
    near = difflib.get_close_matches(name, known)
    told = f"did you mean {' or '.join(near)}?" if near else "`cesym list` shows them all"
    raise argparse.ArgumentTypeError(f"there is no theorem {name!r}; {told}")


def say(text: str) -> None:
    """Print, in ASCII where the terminal can do no more."""
    try:
        print(text)
    except UnicodeEncodeError:
        print(ascii_only(text))


def derived(name: str, form: str) -> str:
    d = catalogue()[name]()
    if form == "json":
        from cesym.derivation.file import document

        return document(d)
    shown: dict[str, Callable[[], str]] = {"text": d.to_text, "latex": d.to_latex, "markdown": d.to_markdown}
    return shown[form]()


def progress(items: Iterable[Any], total: int) -> Iterator[Any]:
    """A bar on stderr where tqdm is installed; without it, a count."""
    try:
        from tqdm import tqdm
    except ImportError:
        for n, item in enumerate(items, 1):
            print(f"\r{n}/{total}", end="" if n < total else "\n", file=sys.stderr, flush=True)
            yield item
    else:
        yield from tqdm(items, total=total, file=sys.stderr, desc="theorems", unit="theorem")


def check_catalogue() -> int:
    theorems, failed, begun = catalogue(), [], time.perf_counter()
    rows: list[tuple[str, ...]] = []
    for name, theorem in progress(theorems.items(), len(theorems)):
        start = time.perf_counter()
        try:
            d = theorem().recheck()
        except (Refused, ValueError) as refusal:
            failed.append(f"{name} is refused: {refusal}")
            continue
        given = "; ".join(h.text for h in d.hypotheses)
        rows.append((name, d.relation, given, d.evidence, f"{time.perf_counter() - start:.2f}"))
    if not cards.unicode_shown():
        rows = [tuple(map(ascii_only, row)) for row in rows]
    say(table(("theorem", "rel.", "what is given", "evidence", "s"), rows, wide=2))
    say(f"{len(rows)} of {len(theorems)} theorems derived and rechecked in {time.perf_counter() - begun:.1f} s")
    for line in failed:
        say(line)
    return 1 if failed else 0


def table(head: tuple[str, ...], rows: list[tuple[str, ...]], wide: int) -> str:
    """Columns as wide as their entries; the column ``wide`` takes what is left of the terminal and wraps."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    space = shutil.get_terminal_size((100, 0)).columns - sum(widths) + widths[wide] - 2 * (len(head) - 1)
    widths[wide] = max(24, min(widths[wide], space))
    lines = []
    for row in (head, tuple("-" * width for width in widths), *rows):
        pieces = textwrap.wrap(row[wide], widths[wide]) or [""]
        for n, piece in enumerate(pieces):
            cells = [piece if at == wide else cell if n == 0 else "" for at, cell in enumerate(row)]
            lines.append("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip())
    return "\n".join(lines)


def check_file(path: str) -> int:
    try:
        saved = load(path)
        statement = saved.verify()
    except OSError as e:
        told = "; `cesym derive` takes the name of a theorem" if path in catalogue() else ""
        say(f"cesym check: {path} cannot be read: {e.strerror}{told}")
        return 2
    except Refused as refusal:
        say(f"refused: {refusal}")
        return 1
    name, count = saved.name or "a derivation without a name", len(saved.steps)
    say(f"checked: {name}, {count} step{'s' * (count != 1)}")
    for fact in saved.given.facts:
        say(
            f"  given    {shown(fact[0])}"
            + "".join(f", {shown(i)} = {shown(lo)}..{shown(hi)}" for i, lo, hi in fact[1:])
        )
    for words in declarations(saved):
        say(f"  given    {words}")
    for name, count in saved.theorems:
        say(f"  rests on {name or 'a theorem'}, its {count} step{'s' * (count != 1)} verified too")
    for assumption in saved.assumptions:
        say(f"  assumed  {assumption}")
    say(f"    {shown(saved.start)}")
    for step in saved.steps:
        say(f"  {admit(saved.given, step).relation} {shown(step.after)}")
    if statement.relation == "≃":
        say(f"so that the first line ≃ the last over {', '.join(statement.over)}, "
            f"with a = {shown(statement.a)} and b = {shown(statement.b)}")  # fmt: skip
    return 0


def declarations(saved: Saved) -> list[str]:
    """What the letters of a saved derivation declare, beside the facts: r is real, say."""
    facts = tuple(Fact(expression(prop), tuple(tuple(map(expression, limit)) for limit in limits))
                  for prop, *limits in saved.given.facts)  # fmt: skip
    lines = [saved.start, *(step.after for step in saved.steps)]
    given = Given(facts, declared=saved.letters).extended((), *lines)
    return [h.text for h in hypotheses(given, lines) if not h.facts]


def shown(t: Any) -> str:
    """A tree in the house style, if the style shows that very tree; else as it stands."""
    e = expression(t)
    return cards.expression_text(e) if tree(e) == t else str(t)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
