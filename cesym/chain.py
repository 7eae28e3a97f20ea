"""The parts of a derivation as plain values: lines, steps, conclusions, refusals; and the reading of a typed line."""

from typing import Any, NamedTuple

import sympy as sp

from cesym import display
from cesym.diagnose import Verdict
from cesym.names import check_name
from cesym.parse import parse

__all__ = ["Constants", "Line", "Move", "Moves", "Statement", "StepRefused", "StepView", "letter_name", "put", "read"]


class StepRefused(ValueError):
    """A line that does not follow, or is not shown to; ``verdict`` says why, with numbers where there are some."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(str(verdict))
        self.verdict = verdict

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a stack trace."""
        return [f"StepRefused: {self}"]


class Statement(NamedTuple):
    """What a derivation comes to: lhs relation rhs."""

    lhs: sp.Expr
    relation: str
    rhs: sp.Expr


class Constants(NamedTuple):
    """What ≃ drops: before = a*after + b, with a > 0, neither moving with the parameters ``over``."""

    a: sp.Expr
    b: sp.Expr
    over: tuple


class Line(NamedTuple):
    """One line as on the board: ``relation`` leads to it from the line before."""

    expr: sp.Expr
    relation: str
    reason: str
    uses: tuple[int, ...]
    label: tuple[str, str] | None
    over: tuple
    admitted_by: str
    detail: str
    evidence: str


class StepView(NamedTuple):
    """One step, from a line to the next."""

    before: sp.Expr
    relation: str
    after: sp.Expr
    reason: str
    evidence: str


class Move(NamedTuple):
    """The next line with its reason, and the hints by which the kernel admits it."""

    after: sp.Expr
    reason: str
    primitive: str = "equality"
    using: tuple = ()
    split: tuple[str, ...] = ()
    data: tuple = ()
    label: tuple[str, str] | None = None


class Moves(tuple):
    """Rules with the lines that they give; shows itself as a table."""

    def __repr__(self) -> str:
        return (
            "\n".join(f"{rule.name:22} {display.expression_text(after)}" for rule, after in self) or "no rule applies"
        )

    def _repr_markdown_(self) -> str:
        rows = [f"| `{rule.name}` | ${display.expression_latex(after)}$ |" for rule, after in self]
        return "\n".join(["| rule | gives |", "|---|---|", *rows]) if rows else "no rule applies"


def read(line: Any, letters: dict[str, Any]) -> sp.Expr:
    """A line as a user gives it: a string, a number, or SymPy, whose letters have names that can be shown."""
    if isinstance(line, str):
        return parse(line, letters)
    if isinstance(line, int) and not isinstance(line, bool):
        return sp.Integer(line)
    if not isinstance(line, sp.Expr):
        raise TypeError(f"line: expected a SymPy expression or a string, not {type(line).__name__}")
    for letter in sorted(line.atoms(sp.Symbol), key=str):
        check_name(letter.name, "line: a letter")
    return line


def letter_name(letter: Any) -> str:
    if isinstance(letter, sp.IndexedBase):
        return letter.label.name
    if isinstance(letter, sp.Symbol):
        return letter.name
    raise ValueError(f"over: a parameter is a letter or a whole family (mu, not mu[i]), not {letter!r}")


def put(expr: sp.Expr, atom: Any, value: sp.Expr) -> sp.Expr:
    """``value`` in place of a letter, or of every entry of a family at its own indices."""
    if not isinstance(atom, sp.Indexed):
        return expr.xreplace({atom: value})
    return expr.replace(
        lambda e: isinstance(e, sp.Indexed) and e.base == atom.base,
        lambda e: value.xreplace(dict(zip(atom.indices, e.indices, strict=True))),
    )
