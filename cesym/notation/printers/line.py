"""One line of plain text in board order: Unicode to read, ASCII to read and to type again.

The ASCII form of an expression is what :func:`cesym.parse.parse` reads: a line on the screen can be copied
into ``claim`` or ``check``.
"""

import re
from collections.abc import Sequence

import sympy as sp

from cesym.notation.letters import SUBSCRIPTS, SUPERSCRIPTS, ascii_name, text_name
from cesym.notation.printers.board import ATOM, FACTORS, POWER, PRODUCT, RELATION, SUM, Piece, Printer
from cesym.notation.printers.order import data_first, fraction, limits

__all__ = ["Line", "text"]


def text(expr: sp.Basic, unicode: bool = True) -> str:
    """``expr`` on one line in the order of a board; without ``unicode`` in ASCII, as it can be typed.

    >>> from cesym.symbols import N, i, k, p
    >>> from sympy import Sum, log
    >>> e = -Sum(k[i]*log(p[i]) + (1 - k[i])*log(1 - p[i]), (i, 1, N))
    >>> print(text(e))
    −∑ᵢ₌₁ᴺ [kᵢ ln pᵢ + (1 − kᵢ) ln(1 − pᵢ)]
    >>> print(text(e, unicode=False))
    -Sum(k[i]*log(p[i]) + (1 - k[i])*log(1 - p[i]), (i, 1, N))
    """
    return Line(unicode).show(expr)


class Line(Printer):
    """Spells pieces in plain text."""

    def __init__(self, unicode: bool = True) -> None:
        super().__init__()
        self.unicode = unicode
        self.minus, self.times, self.membership = ("−", " ", "∈") if unicode else ("-", "*", "in")
        self.signs = {"<=": "≤", ">=": "≥"} if unicode else {"=": "==", "≠": "!="}

    def unknown(self, e: sp.Basic) -> str:
        return sp.sstr(e)

    def bracket(self, s: str) -> str:
        return f"({s})"

    def call(self, name: str, *args: sp.Basic) -> Piece:
        return Piece(f"{name}({', '.join(map(self.show, args))})", POWER)

    # Leaves

    def put_Symbol(self, e: sp.Symbol) -> Piece:
        name = text_name(e.name) if self.unicode else ascii_name(e.name)
        return Piece(name, ATOM if re.fullmatch(r"[^\^/\s]+", name) else SUM)

    def put_IndexedBase(self, e: sp.IndexedBase) -> Piece:
        return self.put_Symbol(e.label)

    def put_Indexed(self, e: sp.Indexed) -> Piece:
        base = self.put_Symbol(e.base.label)
        s = base.s if base.level == ATOM else f"({base.s})"
        at = [self.show(index) for index in e.indices]
        letter = len(at) == 1 and isinstance(e.indices[0], sp.Symbol | sp.Integer)
        if self.unicode and letter and s[-1] not in SUBSCRIPTS.values():
            if all(mark in SUBSCRIPTS for mark in at[0]):
                return Piece(s + "".join(SUBSCRIPTS[mark] for mark in at[0]))
            if at[0].isalnum():
                return Piece(f"{s}_{at[0]}")
        return Piece(f"{s}[{(',' if self.unicode else ', ').join(at)}]")

    def put_Rational(self, e: sp.Rational) -> Piece:
        s = str(abs(e.p)) + (f"/{e.q}" if e.q != 1 else "")
        return Piece(self.minus + s, SUM) if e.is_negative else Piece(s, ATOM if e.q == 1 else PRODUCT)

    def put_Pi(self, e: sp.Expr) -> Piece:
        return Piece("π" if self.unicode else "pi")

    def put_Exp1(self, e: sp.Expr) -> Piece:
        return Piece("e" if self.unicode else "E")

    def put_Infinity(self, e: sp.Expr) -> Piece:
        return Piece("∞" if self.unicode else "oo")

    # Arithmetic

    def product(self, e: sp.Expr) -> Piece:
        """``e`` without its sign."""
        _, above, below, root = fraction(e)
        if not below and root is None:
            return self.factors(above)
        under = [self.tight(f, PRODUCT, last=False) for f in below]
        if root is not None:
            under.append(self.call("√" if self.unicode else "sqrt", root).s)
        alone = len(under) == 1 and (root is not None or self.closed(below[0]))
        bottom = under[0] if alone else f"({self.spaced(under)})"
        if len(below) == 1 and root is None and not alone:
            bottom = f"({self.show(below[0])})"
        # ln p / ln 2 is one fraction: a logarithm in another base.
        logs = len(above) == len(below) == 1 and all(isinstance(f, sp.log) for f in above + below)
        if logs:
            return Piece("/".join(self.logarithm(f, closed=True).s for f in above + below), PRODUCT)
        beside = [f for f in above if self.beside(f)]
        top = [f for f in above if f not in beside]
        numerator = "1" if not top else self.tight(top[0], PRODUCT) if len(top) == 1 else self.factors(top).s
        bar = "½" if self.unicode and (numerator, bottom) == ("1", "2") and beside else f"{numerator}/{bottom}"
        if not beside:
            return Piece(bar, PRODUCT)
        rest = self.factors(beside)
        s = f"({rest.s})" if rest.level < PRODUCT else rest.s
        return Piece(bar + (" · " if self.unicode else "*") + s, PRODUCT, rest.open * (s == rest.s))

    def closed(self, e: sp.Expr) -> bool:
        piece = self.piece(e)
        return piece.level >= POWER and not piece.open

    def beside(self, f: sp.Expr) -> bool:
        """Whether a factor follows the fraction instead of standing above its bar."""
        if isinstance(f, sp.Add):
            return bool(f.has(sp.Sum, sp.Product, sp.Piecewise))
        base = f.base if isinstance(f, sp.Pow) else f
        late = sp.log, sp.loggamma, sp.Sum, sp.Product, sp.Piecewise, sp.Derivative
        return isinstance(base, late) or (isinstance(base, sp.exp) and "/" in self.show(f)) or bool(self.piece(f).open)

    def spaced(self, pieces: Sequence[str]) -> str:
        out = pieces[0]
        for s in pieces[1:]:
            # 2 3 would be read as one number, and what follows 1/2 as a part of what is below.
            dot = self.unicode and (s[0].isdigit() or "/" in out)
            out += (" · " if dot else self.times) + s
        return out

    def put_Pow(self, e: sp.Pow) -> Piece:
        if e.base is sp.E:
            return self.call("exp", e.exp)
        if e.exp == sp.S.Half:
            if self.unicode and self.piece(e.base).level == ATOM:
                return Piece("√" + self.show(e.base), POWER)
            return self.call("√" if self.unicode else "sqrt", e.base)
        if e.exp.is_Rational and e.exp.is_negative:
            return self.product(e)
        base, exponent = self.tight(e.base, ATOM), self.show(e.exp)
        if self.unicode and all(mark in SUPERSCRIPTS for mark in exponent):
            return Piece(base + "".join(SUPERSCRIPTS[mark] for mark in exponent), POWER)
        return Piece(f"{base}^{self.tight(e.exp, ATOM)}", POWER)

    # Functions

    def put_exp(self, e: sp.exp) -> Piece:
        return self.call("exp", e.exp)

    def put_log(self, e: sp.log) -> Piece:
        return self.logarithm(e)

    def logarithm(self, e: sp.Expr, closed: bool = False) -> Piece:
        """``ln x`` of a letter, an entry or a product; else, or before other factors, ``ln(...)``."""
        arg = e.args[0]
        if self.unicode and not closed and isinstance(arg, sp.Symbol | sp.Indexed | sp.Product | sp.Integer):
            piece = self.piece(arg)
            if piece.level >= PRODUCT:
                return Piece(f"ln {piece.s}", PRODUCT, FACTORS)
        return Piece(self.call("ln" if self.unicode else "log", arg).s, POWER)

    def put_loggamma(self, e: sp.loggamma) -> Piece:
        return Piece(self.call("ln Γ" if self.unicode else "loggamma", *e.args).s, PRODUCT if self.unicode else POWER)

    def put_Abs(self, e: sp.Abs) -> Piece:
        arg = data_first(e.args[0])
        if self.unicode and not arg.has(sp.Abs):
            return Piece(f"|{self.show(arg)}|", POWER)
        return self.call("abs", arg)

    def put_binomial(self, e: sp.binomial) -> Piece:
        return self.call("binom" if self.unicode else "binomial", *e.args)

    def put_factorial(self, e: sp.factorial) -> Piece:
        if self.unicode:
            return Piece(self.tight(e.args[0], ATOM) + "!", POWER)
        return self.call("factorial", *e.args)

    def put_gamma(self, e: sp.gamma) -> Piece:
        return self.call("Γ" if self.unicode else "gamma", *e.args)

    def put_beta(self, e: sp.beta) -> Piece:
        return self.call("B" if self.unicode else "beta", *e.args[:2])

    def put_KroneckerDelta(self, e: sp.KroneckerDelta) -> Piece:
        return self.call("δ" if self.unicode else "delta", *e.args[:2])

    def put_Function(self, e: sp.Function) -> Piece:
        return self.call(type(e).__name__, *e.args)

    # Sums, products, cases

    def put_Sum(self, e: sp.Sum) -> Piece:
        return self.big(e, "∑", "Sum", "[]")

    def put_Product(self, e: sp.Product) -> Piece:
        return self.big(e, "∏", "Product", "()")

    def big(self, e: sp.Sum | sp.Product, sign: str, name: str, pair: str) -> Piece:
        if not self.unicode:
            return Piece(self.typed(name, self.show(e.function), [tuple(limit) for limit in e.limits]), POWER)
        heads = [sign + self.range(*limit) for limit in limits(e)]
        body = self.piece(e.function)
        left, right = tuple(pair) if isinstance(e.function, sp.Add) else ("(", ")")
        s = body.s if body.level > SUM else f"{left}{body.s}{right}"
        return Piece(f"{' '.join(heads)} {s}", PRODUCT, FACTORS)

    def range(self, *limit: sp.Basic) -> str:
        """Small letters below and above where Unicode has them, else ``(c=1..C)``."""
        v, low, high = (self.show(part).replace(" ", "").replace("−", "-") for part in limit)
        if set(v + low) <= SUBSCRIPTS.keys() and set(high) <= SUPERSCRIPTS.keys():
            return "".join(SUBSCRIPTS[s] for s in f"{v}={low}") + "".join(SUPERSCRIPTS[s] for s in high)
        return f"({v}={low}..{high})"

    def typed(self, name: str, body: str, ranges: list[tuple]) -> str:
        """``Sum(body, (i, 1, N), ...)``; a letter that is bound once more stands in a sum of its own."""
        inner: list[tuple] = []
        for at, limit in enumerate(ranges):
            if any(limit[0] == before[0] for before in inner):
                return self.typed(name, self.typed(name, body, inner), ranges[at:])
            inner.append(limit)
        shown = (f"({', '.join(map(self.show, limit))})" for limit in inner)
        return f"{name}({', '.join([body, *shown])})"

    def put_Derivative(self, e: sp.Derivative) -> Piece:
        if not self.unicode:
            variables = [self.show(x) if n == 1 else f"({self.show(x)}, {n})" for x, n in e.variable_count]
            return Piece(f"Derivative({', '.join([self.show(e.expr), *variables])})", POWER)
        total = sum(n for _, n in e.variable_count)
        below = " ".join("∂" + self.show(x if n == 1 else sp.Pow(x, n)) for x, n in e.variable_count)
        above = "∂" + ("".join(SUPERSCRIPTS[d] for d in str(total)) if total != 1 else "")
        below = below if len(e.variable_count) == 1 else f"({below})"
        return Piece(f"{above}/{below} ({self.show(e.expr)})", PRODUCT)

    def put_Piecewise(self, e: sp.Piecewise) -> Piece:
        if not self.unicode:
            cases = [f"({self.show(value)}, {self.show(cond)})" for value, cond in e.args]
            return Piece(f"Piecewise({', '.join(cases)})", POWER)
        shown = [
            f"{self.show(value)} " + ("otherwise" if cond == True else f"if {self.show(cond)}")  # noqa: E712
            for value, cond in e.args
        ]
        return Piece(f"{{ {'; '.join(shown)} }}")

    def put_BooleanTrue(self, e: sp.Basic) -> Piece:
        return Piece("True", RELATION)

    def put_BooleanFalse(self, e: sp.Basic) -> Piece:
        return Piece("False", RELATION)
