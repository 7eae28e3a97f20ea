"""The parts of a derivation as plain values: lines, steps, conclusions, refusals; and the reading of a typed line."""

from typing import Any, NamedTuple

import sympy as sp

from cesym.information import cross_entropy, kl_divergence
from cesym.losses import bce
from cesym.notation import cards
from cesym.notation.indices import one_entry
from cesym.parse import parse
from cesym.parse.names import check_name
from cesym.symbols import C, c

__all__ = ["Constants", "Line", "Move", "Moves", "Statement", "StepView", "read"]


def cross_entropy_of(q: Any, p: Any = None) -> sp.Expr:
    return cross_entropy(distribution(q), distribution(q if p is None else p), c, C)


def divergence_of(q: Any, p: Any) -> sp.Expr:
    return kl_divergence(distribution(q), distribution(p), c, C)


def distribution(q: Any) -> Any:
    if not isinstance(q, sp.IndexedBase | sp.Indexed):
        raise TypeError(f"a distribution over the classes is expected, such as q or q[i], not {q}")
    return q


def bce_of(k: Any, p: Any) -> sp.Expr:
    return bce.expr.xreplace({bce.target: one_entry(k), bce.prediction: one_entry(p)})


# Functions that can be typed, each with its least and largest number of arguments.
DEFINITIONS = {"BCE": (2, 2, bce_of), "H": (1, 2, cross_entropy_of), "KL": (2, 2, divergence_of)}


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
    theorem: str = ""  # by which the line follows, where it does


class Moves(tuple):
    """Rules with the lines that they give; shows itself as a table."""

    def __repr__(self) -> str:
        return (
            "\n".join(f"{rule.name:22} {cards.expression_text(after)}" for rule, after in self) or "no rule applies"
        )

    def _repr_markdown_(self) -> str:
        rows = [f"| `{rule.name}` | ${cards.expression_latex(after)}$ |" for rule, after in self]
        return "\n".join(["| rule | gives |", "|---|---|", *rows]) if rows else "no rule applies"


def read(line: Any, letters: dict[str, Any]) -> sp.Expr:
    """A line as a user gives it: a string, a number, or SymPy, whose letters have names that can be shown."""
    if isinstance(line, str):
        return parse(line, letters, DEFINITIONS)
    if isinstance(line, int) and not isinstance(line, bool):
        return sp.Integer(line)
    if not isinstance(line, sp.Expr):
        raise TypeError(f"line: expected a SymPy expression or a string, not {type(line).__name__}")
    for letter in sorted(line.atoms(sp.Symbol), key=str):
        check_name(letter.name, "line: a letter")
    return line
