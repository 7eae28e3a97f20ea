"""One line of plain text in board order: Unicode to read, ASCII to read and to type again.

The ASCII form of an expression is what :func:`cesym.parse.parse` reads: a line on the screen can be copied
into ``claim`` or ``check``.
"""

import re
from typing import NamedTuple

import sympy as sp

from cesym.letters import SUBSCRIPTS, SUPERSCRIPTS, ascii_name, text_name
from cesym.printers.order import chains, data_first, fraction, limits, reads_on, signed, terms

__all__ = ["Line", "text"]

SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4
RELATION = {"<=": "≤", ">=": "≥"}
ASCII_RELATION = {"=": "==", "≠": "!="}


class Piece(NamedTuple):
    """Text with its binding; an ``open`` piece takes in the factors to its right."""

    s: str
    level: int = ATOM
    open: bool = False


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


class Line:
    """The printer: one method a class of SymPy; a class without one is printed by SymPy's own."""

    def __init__(self, unicode: bool = True) -> None:
        self.unicode = unicode
        self.minus = "−" if unicode else "-"
        self.times = " " if unicode else "*"

    def show(self, e: sp.Basic) -> str:
        return self.piece(e).s

    def piece(self, e: sp.Basic) -> Piece:
        for kind in type(e).__mro__:
            if method := getattr(self, f"put_{kind.__name__}", None):
                return method(e)
        return Piece(sp.sstr(e), SUM)

    def call(self, name: str, *args: sp.Basic) -> Piece:
        return Piece(f"{name}({', '.join(map(self.show, args))})", POWER)

    def tight(self, e: sp.Basic, level: int, last: bool = True) -> str:
        """``e`` bracketed unless it binds tightly enough and, before other factors, is closed."""
        piece = self.piece(e)
        if piece.open and not last and isinstance(e, sp.log):
            piece = self.logarithm(e, closed=True)
        return f"({piece.s})" if piece.level < level or (piece.open and not last) else piece.s

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
        if self.unicode and len(at) == 1 and isinstance(e.indices[0], sp.Symbol | sp.Integer):
            if s[-1] not in SUBSCRIPTS.values() and all(mark in SUBSCRIPTS for mark in at[0]):
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

    def put_Add(self, e: sp.Add) -> Piece:
        out, ordered = "", terms(e)
        for at, term in enumerate(ordered):
            minus = signed(term)[0]
            piece = self.product(term) if minus else self.piece(term)
            astray = piece.open and reads_on(term, ordered[at + 1 :])
            s = f"({piece.s})" if piece.level <= SUM or astray else piece.s
            out += f" {self.minus if minus else '+'} " * bool(at) + self.minus * (minus and not at) + s
        return Piece(out, SUM, piece.open)

    def put_Mul(self, e: sp.Mul) -> Piece:
        piece = self.product(e)
        if not signed(e)[0]:
            return piece
        return Piece(self.minus + (f"({piece.s})" if piece.level <= SUM else piece.s), SUM, piece.open)

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
        return Piece(bar + (" · " if self.unicode else "*") + s, PRODUCT, rest.open and s == rest.s)

    def closed(self, e: sp.Expr) -> bool:
        piece = self.piece(e)
        return piece.level >= POWER and not piece.open

    def beside(self, f: sp.Expr) -> bool:
        """Whether a factor follows the fraction instead of standing above its bar."""
        if isinstance(f, sp.Add):
            return bool(f.has(sp.Sum, sp.Product, sp.Piecewise))
        base = f.base if isinstance(f, sp.Pow) else f
        late = sp.log, sp.loggamma, sp.Sum, sp.Product, sp.Piecewise, sp.Derivative
        return isinstance(base, late) or (isinstance(base, sp.exp) and "/" in self.show(f)) or self.piece(f).open

    def factors(self, fs: list[sp.Expr]) -> Piece:
        if len(fs) < 2:
            return self.piece(fs[0]) if fs else Piece("1")
        pieces = [self.tight(f, PRODUCT, last=f is fs[-1]) for f in fs]
        piece = self.piece(fs[-1])
        return Piece(self.spaced(pieces), PRODUCT, piece.open and piece.level >= PRODUCT)

    def spaced(self, pieces: list[str]) -> str:
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
                return Piece(f"ln {piece.s}", PRODUCT, True)
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
        shown = [tuple(self.show(part).replace(" ", "").replace("−", "-") for part in limit) for limit in limits(e)]
        small = all(
            set(v + lo) <= SUBSCRIPTS.keys() and set(hi) <= SUPERSCRIPTS.keys() for v, lo, hi in shown
        )
        if small:
            heads = [sign + "".join(SUBSCRIPTS[m] for m in f"{v}={lo}") + "".join(SUPERSCRIPTS[m] for m in hi)
                     for v, lo, hi in shown]  # fmt: skip
        else:
            heads = [f"{sign}({v}={lo}..{hi})" for v, lo, hi in shown]
        body = self.piece(e.function)
        left, right = pair if isinstance(e.function, sp.Add) else "()"
        s = body.s if body.level > SUM else f"{left}{body.s}{right}"
        return Piece(f"{' '.join(heads)} {s}", PRODUCT, True)

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

    # Relations

    def put_Relational(self, e: sp.Rel) -> Piece:
        return Piece(" and ".join(self.joined([e])), 0)

    def joined(self, relations: list[sp.Basic]) -> list[str]:
        return [self.chain(c.parts) for c in chains(relations)]

    def chain(self, parts: list) -> str:
        """``0 < p < 1`` from its sides and signs in turn."""
        signs = RELATION if self.unicode else ASCII_RELATION
        return " ".join(signs.get(x, x) if at % 2 else self.show(x) for at, x in enumerate(parts))

    def put_And(self, e: sp.And) -> Piece:
        parts = sorted(e.args, key=sp.default_sort_key)
        shown = self.joined([part for part in parts if isinstance(part, sp.Rel)])
        shown += [self.show(part) if isinstance(part, sp.Contains) else f"({self.show(part)})" for part in parts
                  if not isinstance(part, sp.Rel)]  # fmt: skip
        return Piece(" and ".join(shown), 0)

    def put_Or(self, e: sp.Or) -> Piece:
        return Piece(" or ".join(map(self.show, sorted(e.args, key=sp.default_sort_key))), 0)

    def put_Not(self, e: sp.Not) -> Piece:
        return Piece(f"not ({self.show(e.args[0])})", 0)

    def put_BooleanTrue(self, e: sp.Basic) -> Piece:
        return Piece("True", 0)

    def put_BooleanFalse(self, e: sp.Basic) -> Piece:
        return Piece("False", 0)

    def put_Contains(self, e: sp.Contains) -> Piece:
        return Piece(f"{self.show(e.args[0])} {'∈' if self.unicode else 'in'} {self.show(e.args[1])}", 0)

    def put_FiniteSet(self, e: sp.FiniteSet) -> Piece:
        return Piece(f"{{{', '.join(map(self.show, sorted(e.args, key=sp.default_sort_key)))}}}")

    def put_Interval(self, e: sp.Interval) -> Piece:
        pair = ("(" if e.left_open else "[") + (")" if e.right_open else "]")
        return Piece(f"{pair[0]}{self.show(e.start)}, {self.show(e.end)}{pair[1]}")
