"""A guess at what went wrong, in words that depend on what confirms it."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import sympy as sp

__all__ = ["DIFFERS", "IS", "Either", "Instead", "Repair"]


class Either(NamedTuple):
    """Words for a repair that the kernel admits, and for one that merely agrees in numbers."""

    shown: str
    seen: str


IS = Either("is exactly", "looks like")
DIFFERS = Either("differs", "seems to differ")


class Instead(NamedTuple):
    """What stands in the claimed line, and what in the line before.

    ``side`` says in which line the repair was made: unless it gives the other one letter by letter, that line
    holds its part in another arrangement, and the words must not pretend to quote it.
    """

    yours: Any
    theirs: Any
    side: str = "claimed"

    def words(self, quoted: bool, written: bool = False) -> tuple:
        if quoted and not written:
            return ": you have ", self.yours, ", the line before ", self.theirs, "."
        if self.side == "claimed":
            return ": where you have ", self.yours, ", ", self.theirs, " would be right."
        return f": {'written out, ' * written}the line before has ", self.theirs, ", yours amounts to ", self.yours, "."


@dataclass(frozen=True)
class Repair:
    """``left`` equals ``right`` if this is what went wrong; ``what`` and ``so`` say it, in pieces of sentences."""

    kind: str
    left: sp.Expr
    right: sp.Expr
    what: tuple
    so: tuple = ()
    scaled: bool = False  # a constant times the line before
