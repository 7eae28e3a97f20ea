r"""LaTeX in board order, portable: what amsmath and MathJax both read."""

import re
from collections.abc import Sequence

import sympy as sp

from cesym.notation.letters import latex_name
from cesym.notation.printers.board import ALL, ATOM, FACTORS, POWER, PRODUCT, RELATION, SUM, Piece, Printer
from cesym.notation.printers.order import data_first, fraction, limits

__all__ = ["Tex", "latex"]

TALL = re.compile(r"\\(?:frac|sum|prod|binom|begin)(?![a-zA-Z])")
# A logarithm needs no brackets around these.
LETTER_LIKE = sp.Symbol, sp.Indexed, sp.Product, sp.Integer, sp.binomial


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


class Tex(Printer):
    """Spells pieces in LaTeX."""

    words = (r" \text{ and } ", r" \text{ or } ", r"\text{not }")
    membership = r"\in"
    set_brackets = (r"\lbrace ", r"\rbrace")

    def __init__(self, log: str = r"\ln") -> None:
        super().__init__()
        self.log = log
        self.signs = {"<=": r"\le", ">=": r"\ge", "≠": r"\ne"}

    def unknown(self, e: sp.Basic) -> str:
        return sp.latex(e)

    def bracket(self, s: str, pair: tuple[str, str] = ("(", ")")) -> str:
        left, right = pair
        if TALL.search(s):
            return rf"\left{left}{s}\right{right}"
        return rf"\bigl[{s}\bigr]" if left == "[" else f"{left}{s}{right}"

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

    def product(self, e: sp.Expr) -> Piece:
        """``e`` without its sign."""
        _, above, below, root = fraction(e)
        if not below and root is None:
            return self.factors(above)
        if root is None and len(below) == 1:
            under = self.show(below[0])
        else:
            roots = [rf"\sqrt{{{self.show(root)}}}"] if root is not None else []
            under = self.spaced([*(self.tight(f, PRODUCT, last=False) for f in below), *roots])
        # ln p / ln 2 is one fraction: a logarithm in another base.
        logs = any(isinstance(f, sp.log) for f in below)
        beside = [f for f in above if self.beside(f) and not (logs and isinstance(f, sp.log))]
        top = [f for f in above if f not in beside]
        numerator = "1" if not top else self.show(top[0]) if len(top) == 1 else self.factors(top).s
        bar = rf"\frac{{{numerator}}}{{{under}}}"
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

    def spaced(self, pieces: Sequence[str]) -> str:
        out = pieces[0]
        for s in pieces[1:]:
            # 2 3^k would be read as 23^k.
            out += (r" \cdot " if s[0].isdigit() else " ") + s
        return out

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
            return Piece(rf"{self.log} \Gamma{self.bracket(self.show(arg))}", PRODUCT)
        piece = self.piece(arg)
        if not closed and isinstance(arg, LETTER_LIKE) and piece.level >= PRODUCT:
            return Piece(f"{self.log} {piece.s}", PRODUCT, max(FACTORS, piece.open))
        return Piece(self.log + self.bracket(piece.s), PRODUCT)

    def put_Abs(self, e: sp.Abs) -> Piece:
        return Piece(self.bracket(self.show(data_first(e.args[0])), (r"\lvert ", r"\rvert")))

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
        return self.big(e, r"\sum", ("[", "]"))

    def put_Product(self, e: sp.Product) -> Piece:
        return self.big(e, r"\prod", ("(", ")"))

    def big(self, e: sp.Sum | sp.Product, sign: str, pair: tuple[str, str]) -> Piece:
        heads = [rf"{sign}_{{{self.show(v)}={self.show(lo)}}}^{{{self.show(hi)}}}" for v, lo, hi in limits(e)]
        body = self.piece(e.function)
        if body.level > SUM:
            return Piece(f"{' '.join(heads)} {body.s}", PRODUCT, max(FACTORS, body.open))
        s = self.bracket(body.s, pair if isinstance(e.function, sp.Add) else ("(", ")"))
        return Piece(f"{' '.join(heads)} {s}", PRODUCT, FACTORS)

    def put_Derivative(self, e: sp.Derivative) -> Piece:
        total = sum(n for _, n in e.variable_count)
        below = " ".join(rf"\partial {self.tight(x, ATOM)}" + f"^{{{n}}}" * (n != 1) for x, n in e.variable_count)
        above = r"\partial" + f"^{{{total}}}" * (total != 1)
        body = self.piece(e.expr)
        s = body.s if isinstance(e.expr, sp.Symbol | sp.Indexed) else self.bracket(body.s, ("[", "]"))
        return Piece(rf"\frac{{{above}}}{{{below}}} {s}", PRODUCT, FACTORS)

    def put_Piecewise(self, e: sp.Piecewise) -> Piece:
        rows = []
        for value, cond in e.args:
            piece = self.piece(value)
            when = r"\text{otherwise}" if cond == True else rf"\text{{if }} {self.show(cond)}"  # noqa: E712
            rows.append(f"{self.bracket(piece.s) if piece.open == ALL else piece.s} & {when}")
        return Piece(r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}", PRODUCT, ALL)

    def put_BooleanTrue(self, e: sp.Basic) -> Piece:
        return Piece(r"\text{true}", RELATION)

    def put_BooleanFalse(self, e: sp.Basic) -> Piece:
        return Piece(r"\text{false}", RELATION)
