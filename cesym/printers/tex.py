r"""LaTeX in board order, portable: what amsmath and MathJax both read.

Every printed piece knows how tightly it binds and whether it is open to its right (a sum, ``\ln x``,
``cases``), so that brackets stand where a reader would otherwise read something else, and nowhere else.
"""

import re
from typing import NamedTuple

import sympy as sp

from cesym.letters import latex_name
from cesym.printers.order import chains, data_first, fraction, limits, reads_on, signed, terms

__all__ = ["Tex", "latex"]

SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4
TALL = re.compile(r"\\(?:frac|sum|prod|binom|begin)(?![a-zA-Z])")
RELATION = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "=": "=", "≠": r"\ne"}


class Piece(NamedTuple):
    """LaTeX with its binding; ``open`` pieces take in the factors to their right (2: all that follows)."""

    s: str
    level: int = ATOM
    open: int = 0


def latex(expr: sp.Basic, log: str = r"\ln") -> str:
    r"""The LaTeX of ``expr`` in the order of a board; ``log`` is the sign for the natural logarithm.

    >>> from cesym.symbols import N, i, k, mu, p, sigma, x
    >>> from sympy import Sum, log, pi
    >>> print(latex(-Sum(k[i]*log(p[i]) + (1 - k[i])*log(1 - p[i]), (i, 1, N))))
    -\sum_{i=1}^{N} \bigl[k_{i} \ln p_{i} + (1 - k_{i}) \ln(1 - p_{i})\bigr]
    >>> print(latex((x[i] - mu[i])**2/(2*sigma**2) + log(2*pi*sigma**2)/2))
    \frac{(x_{i} - \mu_{i})^{2}}{2 \sigma^{2}} + \frac{1}{2} \ln(2 \pi \sigma^{2})
    """
    return Tex(log).show(expr)


class Tex:
    """The printer: one method a class of SymPy; a class without one is printed by SymPy's own."""

    def __init__(self, log: str = r"\ln") -> None:
        self.log = log

    def show(self, e: sp.Basic) -> str:
        return self.piece(e).s

    def piece(self, e: sp.Basic) -> Piece:
        for kind in type(e).__mro__:
            if method := getattr(self, f"put_{kind.__name__}", None):
                return method(e)
        return Piece(sp.latex(e), SUM)

    # Brackets

    def bracket(self, s: str, pair: str = "()") -> str:
        tall = bool(TALL.search(s))
        left, right = pair
        if pair == "||":
            left, right = r"\lvert ", r"\rvert"
        if pair == "[]" and not tall:
            return rf"\bigl[{s}\bigr]"
        return rf"\left{left}{s}\right{right}" if tall else f"{left}{s}{right}"

    def tight(self, e: sp.Basic, level: int, last: bool = True) -> str:
        """``e`` bracketed unless it binds tightly enough and, before other factors, is closed."""
        piece = self.piece(e)
        if piece.open and not last and isinstance(e, sp.log | sp.loggamma):
            piece = self.logarithm(e, closed=True)
        if piece.level < level or (piece.open and not last):
            return self.bracket(piece.s)
        return piece.s

    # Leaves

    def put_Symbol(self, e: sp.Symbol) -> Piece:
        name = latex_name(e.name)
        return Piece(name, POWER if re.search(r"[\^']", name) else ATOM)

    def put_IndexedBase(self, e: sp.IndexedBase) -> Piece:
        return self.put_Symbol(e.label)

    def put_Indexed(self, e: sp.Indexed) -> Piece:
        base = self.put_Symbol(e.base.label)
        s = f"{{{base.s}}}" if re.search(r"_|\^|'", base.s) else base.s
        return Piece(f"{s}_{{{','.join(map(self.show, e.indices))}}}", base.level)

    def put_Rational(self, e: sp.Rational) -> Piece:
        s = str(abs(e.p)) if e.q == 1 else rf"\frac{{{abs(e.p)}}}{{{e.q}}}"
        if e.is_negative:
            return Piece("-" + s, SUM)
        return Piece(s, ATOM if e.q == 1 else PRODUCT)

    def put_Pi(self, e: sp.Expr) -> Piece:
        return Piece(r"\pi")

    def put_Exp1(self, e: sp.Expr) -> Piece:
        return Piece("e")

    def put_Infinity(self, e: sp.Expr) -> Piece:
        return Piece(r"\infty")

    # Arithmetic

    def put_Add(self, e: sp.Add) -> Piece:
        out, ordered = "", terms(e)
        for at, term in enumerate(ordered):
            minus = signed(term)[0]
            piece = self.product(term) if minus else self.piece(term)
            last = at == len(ordered) - 1
            astray = piece.open and (piece.open == 2 or reads_on(term, ordered[at + 1 :]))
            s = self.bracket(piece.s) if piece.level <= SUM or (astray and not last) else piece.s
            out += (" - " if minus else " + ") * bool(at) + "-" * (minus and not at) + s
        return Piece(out, SUM, piece.open)

    def put_Mul(self, e: sp.Mul) -> Piece:
        piece = self.product(e)
        if not signed(e)[0]:
            return piece
        return Piece("-" + (self.bracket(piece.s) if piece.level <= SUM else piece.s), SUM, piece.open)

    def product(self, e: sp.Expr) -> Piece:
        """``e`` without its sign."""
        _, above, below, root = fraction(e)
        if not below and root is None:
            return self.factors(above)
        under = [rf"\sqrt{{{self.show(root)}}}"] if root is not None else []
        if below:
            under.insert(0, self.show(below[0]) if len(below) == 1 and not under else self.factors(below).s)
        # ln p / ln 2 is one fraction: a logarithm in another base.
        logs = any(isinstance(f, sp.log) for f in below)
        beside = [f for f in above if self.beside(f) and not (logs and isinstance(f, sp.log))]
        top = [f for f in above if f not in beside]
        numerator = "1" if not top else self.show(top[0]) if len(top) == 1 else self.factors(top).s
        bar = rf"\frac{{{numerator}}}{{{' '.join(under)}}}"
        if not beside:
            return Piece(bar, PRODUCT)
        rest = self.factors(beside)
        s = self.bracket(rest.s) if rest.level <= SUM else rest.s
        return Piece(f"{bar} {s}", PRODUCT, rest.open if rest.level > SUM else 0)

    def beside(self, f: sp.Expr) -> bool:
        """Whether a factor stands beside the fraction, not on its bar."""
        if isinstance(f, sp.Add):
            return bool(f.has(sp.Sum, sp.Product, sp.Piecewise)) or r"\frac" in self.show(f)
        base = f.base if isinstance(f, sp.Pow) else f
        if isinstance(base, sp.exp):
            return self.show(f).startswith(r"\exp")
        piece = self.piece(base)
        return bool(piece.open) or r"\frac" in piece.s or isinstance(base, sp.log | sp.Piecewise | sp.Derivative)

    def factors(self, fs: list[sp.Expr]) -> Piece:
        if len(fs) < 2:
            return self.piece(fs[0]) if fs else Piece("1")
        out = ""
        for at, f in enumerate(fs):
            last = at == len(fs) - 1
            s = self.tight(f, PRODUCT, last)
            # 2 3^k would be read as 23^k.
            out += (r" \cdot " if at and s[0].isdigit() else " " * bool(at)) + s
        piece = self.piece(fs[-1])
        return Piece(out, PRODUCT, piece.open if piece.level >= PRODUCT else 0)

    def put_Pow(self, e: sp.Pow) -> Piece:
        if e.base is sp.E:
            return self.put_exp(e)
        if e.exp == sp.S.Half:
            return Piece(rf"\sqrt{{{self.show(e.base)}}}", POWER)
        if e.exp.is_Rational and e.exp.is_negative:
            return self.product(e)
        exponent = f"{e.exp.p}/{e.exp.q}" if e.exp.is_Rational and e.exp.q != 1 else self.show(e.exp)
        return Piece(f"{self.tight(e.base, ATOM)}^{{{exponent}}}", POWER)

    def put_exp(self, e: sp.exp) -> Piece:
        arg = e.exp
        s = self.show(arg)
        short = isinstance(arg, sp.Symbol | sp.Indexed) or (arg.is_Mul and len(s) <= 16 and not TALL.search(s))
        if short or arg.is_Integer:
            return Piece(f"e^{{{s}}}", POWER)
        return Piece(rf"\exp\left({s}\right)" if TALL.search(s) else rf"\exp({s})", POWER)

    # Functions

    def put_log(self, e: sp.log) -> Piece:
        return self.logarithm(e)

    def put_loggamma(self, e: sp.loggamma) -> Piece:
        return self.logarithm(e)

    def logarithm(self, e: sp.Expr, closed: bool = False) -> Piece:
        """``\\ln x`` of a letter, an entry or a product; else, or before other factors, ``\\ln(...)``."""
        arg = e.args[0]
        if isinstance(e, sp.loggamma):
            return Piece(rf"{self.log} \Gamma{self.bracket(self.show(arg))}", PRODUCT, 0)
        piece = self.piece(arg)
        if not closed and isinstance(arg, sp.Symbol | sp.Indexed | sp.Product | sp.Integer) and piece.level >= PRODUCT:
            return Piece(f"{self.log} {piece.s}", PRODUCT, max(1, piece.open))
        return Piece(self.log + self.bracket(piece.s), PRODUCT)

    def put_Abs(self, e: sp.Abs) -> Piece:
        return Piece(self.bracket(self.show(data_first(e.args[0])), "||"))

    def put_binomial(self, e: sp.binomial) -> Piece:
        return Piece(rf"\binom{{{self.show(e.args[0])}}}{{{self.show(e.args[1])}}}", POWER)

    def put_factorial(self, e: sp.factorial) -> Piece:
        return Piece(f"{self.tight(e.args[0], ATOM)}!", POWER)

    def put_gamma(self, e: sp.gamma) -> Piece:
        return Piece(rf"\Gamma{self.bracket(self.show(e.args[0]))}", POWER)

    def put_beta(self, e: sp.beta) -> Piece:
        return Piece(rf"\mathrm{{B}}{self.bracket(', '.join(map(self.show, e.args[:2])))}", POWER)

    def put_KroneckerDelta(self, e: sp.KroneckerDelta) -> Piece:
        return Piece(rf"\delta_{{{self.show(e.args[0])},{self.show(e.args[1])}}}", ATOM)

    def put_Function(self, e: sp.Function) -> Piece:
        name = type(e).__name__
        name = latex_name(name) if len(name) == 1 else rf"\operatorname{{{name}}}"
        return Piece(name + self.bracket(", ".join(map(self.show, e.args))), POWER)

    # Sums, products, cases

    def put_Sum(self, e: sp.Sum) -> Piece:
        return self.big(e, r"\sum", "[]")

    def put_Product(self, e: sp.Product) -> Piece:
        return self.big(e, r"\prod", "()")

    def big(self, e: sp.Sum | sp.Product, sign: str, pair: str) -> Piece:
        heads = [rf"{sign}_{{{self.show(v)}={self.show(lo)}}}^{{{self.show(hi)}}}" for v, lo, hi in limits(e)]
        body = self.piece(e.function)
        if body.level > SUM:
            return Piece(f"{' '.join(heads)} {body.s}", PRODUCT, max(1, body.open))
        s = self.bracket(body.s, pair if isinstance(e.function, sp.Add) else "()")
        return Piece(f"{' '.join(heads)} {s}", PRODUCT, 1)

    def put_Derivative(self, e: sp.Derivative) -> Piece:
        total = sum(n for _, n in e.variable_count)
        below = " ".join(rf"\partial {self.tight(x, ATOM)}" + f"^{{{n}}}" * (n != 1) for x, n in e.variable_count)
        above = r"\partial" + f"^{{{total}}}" * (total != 1)
        body = self.piece(e.expr)
        s = body.s if isinstance(e.expr, sp.Symbol | sp.Indexed) else self.bracket(body.s, "[]")
        return Piece(rf"\frac{{{above}}}{{{below}}} {s}", PRODUCT, 1)

    def put_Piecewise(self, e: sp.Piecewise) -> Piece:
        rows = []
        for value, cond in e.args:
            piece = self.piece(value)
            when = r"\text{otherwise}" if cond == True else rf"\text{{if }} {self.show(cond)}"  # noqa: E712
            rows.append(f"{self.bracket(piece.s) if piece.open == 2 else piece.s} & {when}")
        return Piece(r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}", PRODUCT, 2)

    # Relations

    def put_Relational(self, e: sp.Rel) -> Piece:
        return Piece(self.joined([e]), 0)

    def joined(self, relations: list[sp.Basic]) -> str:
        return r" \text{ and } ".join(self.chain(c.parts) for c in chains(relations))

    def chain(self, parts: list) -> str:
        """``0 < p < 1`` from its sides and signs in turn."""
        return " ".join(RELATION[x] if at % 2 else self.show(x) for at, x in enumerate(parts))

    def put_And(self, e: sp.And) -> Piece:
        parts = sorted(e.args, key=sp.default_sort_key)
        relations = [part for part in parts if isinstance(part, sp.Rel)]
        others = [self.show(part) if not isinstance(part, sp.Or) else f"({self.show(part)})" for part in parts
                  if part not in relations]  # fmt: skip
        return Piece(r" \text{ and } ".join([self.joined(relations)] * bool(relations) + others), 0)

    def put_Or(self, e: sp.Or) -> Piece:
        return Piece(r" \text{ or } ".join(map(self.show, sorted(e.args, key=sp.default_sort_key))), 0)

    def put_Not(self, e: sp.Not) -> Piece:
        return Piece(rf"\text{{not }} ({self.show(e.args[0])})", 0)

    def put_BooleanTrue(self, e: sp.Basic) -> Piece:
        return Piece(r"\text{true}", 0)

    def put_BooleanFalse(self, e: sp.Basic) -> Piece:
        return Piece(r"\text{false}", 0)

    def put_Contains(self, e: sp.Contains) -> Piece:
        return Piece(rf"{self.show(e.args[0])} \in {self.show(e.args[1])}", 0)

    def put_FiniteSet(self, e: sp.FiniteSet) -> Piece:
        values = ", ".join(map(self.show, sorted(e.args, key=sp.default_sort_key)))
        return Piece(rf"\lbrace {values}\rbrace")

    def put_Interval(self, e: sp.Interval) -> Piece:
        pair = ("(" if e.left_open else "[") + (")" if e.right_open else "]")
        return Piece(f"{pair[0]}{self.show(e.start)}, {self.show(e.end)}{pair[1]}")
