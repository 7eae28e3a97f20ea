"""What both printers share: brackets where a reader would otherwise read something else, and nowhere else.

Every printed piece knows how tightly it binds and whether it is open to its right: ``ln x`` and a sum take in
the factors after them, LaTeX's ``cases`` everything. A subclass spells the pieces.
"""

from collections.abc import Sequence
from typing import NamedTuple

import sympy as sp

from cesym.notation.printers.order import chains, reads_on, signed, terms

__all__ = ["ALL", "ATOM", "FACTORS", "POWER", "PRODUCT", "RELATION", "SUM", "Piece", "Printer"]

RELATION, SUM, PRODUCT, POWER, ATOM = 0, 1, 2, 3, 4
CLOSED, FACTORS, ALL = 0, 1, 2


class Piece(NamedTuple):
    """Printed mathematics, how tightly it binds, and what to its right it would take in."""

    s: str
    level: int = ATOM
    open: int = CLOSED


class Printer:
    """One method ``put_X`` a class X of SymPy; a class without one is printed by SymPy's own printer."""

    minus = "-"
    words = (" and ", " or ", "not ")
    membership = "in"
    set_brackets = ("{", "}")

    def __init__(self) -> None:
        self.signs: dict[str, str] = {}
        # A piece is looked at several times from outside: without this, once more for every level above.
        self.known: dict[tuple[type, sp.Basic], Piece] = {}

    def show(self, e: sp.Basic) -> str:
        return self.piece(e).s

    def piece(self, e: sp.Basic) -> Piece:
        key = (type(e), e)
        if key not in self.known:
            self.known[key] = self.printed(e)
        return self.known[key]

    def printed(self, e: sp.Basic) -> Piece:
        for kind in type(e).__mro__:
            if method := getattr(self, f"put_{kind.__name__}", None):
                return method(e)
        return Piece(self.unknown(e), SUM)

    def unknown(self, e: sp.Basic) -> str:
        raise NotImplementedError

    def bracket(self, s: str) -> str:
        raise NotImplementedError

    def product(self, e: sp.Expr) -> Piece:
        """``e`` without its sign."""
        raise NotImplementedError

    def logarithm(self, e: sp.Expr, closed: bool = False) -> Piece:
        """A logarithm; ``closed`` where factors follow."""
        raise NotImplementedError

    def spaced(self, pieces: Sequence[str]) -> str:
        """Factors side by side."""
        raise NotImplementedError

    def tight(self, e: sp.Basic, level: int, last: bool = True) -> str:
        """``e`` bracketed unless it binds tightly enough and, before other factors, is closed."""
        piece = self.piece(e)
        if piece.open and not last and isinstance(e, sp.log):
            piece = self.logarithm(e, closed=True)
        return self.bracket(piece.s) if piece.level < level or (piece.open and not last) else piece.s

    def put_Add(self, e: sp.Add) -> Piece:
        out, ordered = "", terms(e)
        for at, term in enumerate(ordered):
            negative, later = signed(term)[0], ordered[at + 1 :]
            piece = self.product(term) if negative else self.piece(term)
            astray = later and (piece.open == ALL or (piece.open and reads_on(term, later)))
            s = self.bracket(piece.s) if piece.level <= SUM or astray else piece.s
            out += f" {self.minus if negative else '+'} " * bool(at) + self.minus * (negative and not at) + s
        return Piece(out, SUM, piece.open)

    def put_Mul(self, e: sp.Mul) -> Piece:
        piece = self.product(e)
        if not signed(e)[0]:
            return piece
        return Piece(self.minus + (self.bracket(piece.s) if piece.level <= SUM else piece.s), SUM, piece.open)

    def factors(self, fs: Sequence[sp.Expr]) -> Piece:
        if len(fs) < 2:
            return self.piece(fs[0]) if fs else Piece("1")
        last = self.piece(fs[-1])
        pieces = [*(self.tight(f, PRODUCT, last=False) for f in fs[:-1]), self.tight(fs[-1], PRODUCT)]
        return Piece(self.spaced(pieces), PRODUCT, last.open if last.level >= PRODUCT else CLOSED)

    def put_Relational(self, e: sp.Rel) -> Piece:
        return Piece(self.joined([e])[0], RELATION)

    def joined(self, relations: list[sp.Basic]) -> list[str]:
        return [self.chain(c.parts) for c in chains(relations)]

    def chain(self, parts: list) -> str:
        """``0 < p < 1`` from its sides and signs in turn."""
        return " ".join(self.signs.get(x, x) if at % 2 else self.show(x) for at, x in enumerate(parts))

    def put_And(self, e: sp.And) -> Piece:
        parts = sorted(e.args, key=sp.default_sort_key)
        others = [part for part in parts if not isinstance(part, sp.Rel)]
        shown = self.joined([part for part in parts if isinstance(part, sp.Rel)])
        shown += [self.show(part) if isinstance(part, sp.Contains) else f"({self.show(part)})" for part in others]
        return Piece(self.words[0].join(shown), RELATION)

    def put_Or(self, e: sp.Or) -> Piece:
        shown = [self.show(part) for part in sorted(e.args, key=sp.default_sort_key)]
        return Piece(self.words[1].join(shown), RELATION)

    def put_Not(self, e: sp.Not) -> Piece:
        return Piece(f"{self.words[2]}({self.show(e.args[0])})", RELATION)

    def put_Contains(self, e: sp.Contains) -> Piece:
        return Piece(f"{self.show(e.args[0])} {self.membership} {self.show(e.args[1])}", RELATION)

    def put_FiniteSet(self, e: sp.FiniteSet) -> Piece:
        left, right = self.set_brackets
        return Piece(left + ", ".join(map(self.show, sorted(e.args, key=sp.default_sort_key))) + right)

    def put_Interval(self, e: sp.Interval) -> Piece:
        left, right = "(" if e.left_open else "[", ")" if e.right_open else "]"
        return Piece(f"{left}{self.show(e.start)}, {self.show(e.end)}{right}")
