"""The house printers: how a board would write it, and that nobody can read something else.

What is printed is read back: ASCII by our parser, LaTeX and Unicode by the reader in ``board_reader``, which knows
the rules of a board and nothing of the printers. The values before and after must agree.
"""

import random
import re

import mpmath
import pytest
import sympy as sp
from board_reader import Ambiguous, read_latex, read_text, value
from board_trees import grow
from sympy import (
    Abs,
    And,
    Contains,
    Derivative,
    Eq,
    FiniteSet,
    IndexedBase,
    Interval,
    KroneckerDelta,
    Or,
    Piecewise,
    Product,
    Rational,
    Sum,
    Symbol,
    binomial,
    exp,
    factorial,
    gamma,
    log,
    loggamma,
    pi,
    sqrt,
)  # fmt: skip

from cesym.notation.letters import ascii_name, ascii_only, latex_name, plain, text_name
from cesym.notation.printers import latex, text
from cesym.parse import parse
from cesym.symbols import C, N, c, i, j, k, lam, mu, n, p, q, scalar, sigma, v, x, y, z

I_N, C_C = (i, 1, N), (c, 1, C)
BCE = k[i] * log(p[i]) + (1 - k[i]) * log(1 - p[i])
SQUARE = (x[i] - mu[i]) ** 2
NORMAL = sqrt(2) * exp(-((-mu[i] + x[i]) ** 2) / (2 * sigma**2)) / (2 * sqrt(pi) * sigma)  # as sympy.stats gives it
PMF = Piecewise((p[i], Eq(k[i], 1)), (1 - p[i], Eq(k[i], 0)), (0, True))

# (expression, LaTeX, Unicode, ASCII)
HOUSE = [
    (-Sum(BCE, I_N), r"-\sum_{i=1}^{N} \bigl[k_{i} \ln p_{i} + (1 - k_{i}) \ln(1 - p_{i})\bigr]",
     "−∑ᵢ₌₁ᴺ [kᵢ ln pᵢ + (1 − kᵢ) ln(1 − pᵢ)]", "-Sum(k[i]*log(p[i]) + (1 - k[i])*log(1 - p[i]), (i, 1, N))"),
    (-log(Product(p[i] ** k[i] * (1 - p[i]) ** (1 - k[i]), I_N)),
     r"-\ln \prod_{i=1}^{N} p_{i}^{k_{i}} (1 - p_{i})^{1 - k_{i}}",
     "−ln ∏ᵢ₌₁ᴺ pᵢ^kᵢ (1 − pᵢ)^(1 − kᵢ)", "-log(Product(p[i]^k[i]*(1 - p[i])^(1 - k[i]), (i, 1, N)))"),
    (NORMAL, r"\frac{1}{\sqrt{2 \pi \sigma^{2}}} \exp\left(-\frac{(x_{i} - \mu_{i})^{2}}{2 \sigma^{2}}\right)",
     "1/√(2 π σ²) · exp(−(xᵢ − μᵢ)²/(2 σ²))", "1/sqrt(2*pi*sigma^2)*exp(-(x[i] - mu[i])^2/(2*sigma^2))"),
    (Sum(SQUARE, I_N) / (2 * sigma**2) + N * log(2 * pi * sigma**2) / 2,
     r"\frac{1}{2 \sigma^{2}} \sum_{i=1}^{N} (x_{i} - \mu_{i})^{2} + \frac{N}{2} \ln(2 \pi \sigma^{2})",
     "1/(2 σ²) · ∑ᵢ₌₁ᴺ (xᵢ − μᵢ)² + N/2 · ln(2 π σ²)",
     "1/(2*sigma^2)*Sum((x[i] - mu[i])^2, (i, 1, N)) + N/2*log(2*pi*sigma^2)"),
    (SQUARE / (2 * v) + log(2 * pi * v) / 2, r"\frac{(x_{i} - \mu_{i})^{2}}{2 v} + \frac{1}{2} \ln(2 \pi v)",
     "(xᵢ − μᵢ)²/(2 v) + ½ · ln(2 π v)", "(x[i] - mu[i])^2/(2*v) + 1/2*log(2*pi*v)"),
    (PMF,
     r"\begin{cases} p_{i} & \text{if } k_{i} = 1 \\ 1 - p_{i} & \text{if } k_{i} = 0 \\ 0 & \text{otherwise} \end{cases}",
     "{ pᵢ if kᵢ = 1; 1 − pᵢ if kᵢ = 0; 0 otherwise }",
     "Piecewise((p[i], k[i] == 1), (1 - p[i], k[i] == 0), (0, True))"),
    (-Sum(q[i, c] * log(p[i, c]), C_C, I_N), r"-\sum_{i=1}^{N} \sum_{c=1}^{C} q_{i,c} \ln p_{i,c}",
     "−∑ᵢ₌₁ᴺ ∑(c=1..C) q[i,c] ln p[i,c]", "-Sum(q[i, c]*log(p[i, c]), (c, 1, C), (i, 1, N))"),
    (Abs(x[i] - mu[i]) / sigma, r"\frac{\lvert x_{i} - \mu_{i}\rvert}{\sigma}", "|xᵢ − μᵢ|/σ",
     "abs(x[i] - mu[i])/sigma"),
    (lam[i] ** k[i] * exp(-lam[i]) / factorial(k[i]), r"\frac{\lambda_{i}^{k_{i}} e^{-\lambda_{i}}}{k_{i}!}",
     "λᵢ^kᵢ exp(−λᵢ)/kᵢ!", "lam[i]^k[i]*exp(-lam[i])/factorial(k[i])"),
    (1 / (1 + exp(-z[i])), r"\frac{1}{1 + e^{-z_{i}}}", "1/(1 + exp(−zᵢ))", "1/(1 + exp(-z[i]))"),
    (log(1 + exp(z[i])) - k[i] * z[i], r"\ln(1 + e^{z_{i}}) - k_{i} z_{i}", "ln(1 + exp(zᵢ)) − kᵢ zᵢ",
     "log(1 + exp(z[i])) - k[i]*z[i]"),
    (log(binomial(n[i], k[i])), r"\ln \binom{n_{i}}{k_{i}}", "ln(binom(nᵢ, kᵢ))", "log(binomial(n[i], k[i]))"),
    (KroneckerDelta(c, y[i]) * log(p[c]), r"\delta_{c,y_{i}} \ln p_{c}", "δ(c, yᵢ) ln p_c", "delta(c, y[i])*log(p[c])"),
    (loggamma(v) - log(gamma(sigma)), r"\ln \Gamma(v) - \ln(\Gamma(\sigma))", "ln Γ(v) − ln(Γ(σ))",
     "loggamma(v) - log(gamma(sigma))"),
    (log(p[i]) / log(2), r"\frac{\ln p_{i}}{\ln 2}", "ln(pᵢ)/ln(2)", "log(p[i])/log(2)"),
    (log(sqrt(2 * pi) * sigma), r"\ln(\sqrt{2 \pi} \sigma)", "ln(√(2 π) σ)", "log(sqrt(2*pi)*sigma)"),
    (Derivative(Sum(SQUARE, I_N), mu[j]),
     r"\frac{\partial}{\partial \mu_{j}} \left[\sum_{i=1}^{N} (x_{i} - \mu_{i})^{2}\right]",
     "∂/∂μⱼ (∑ᵢ₌₁ᴺ (xᵢ − μᵢ)²)", "Derivative(Sum((x[i] - mu[i])^2, (i, 1, N)), mu[j])"),
    (And(p[i] > 0, p[i] < 1), r"0 < p_{i} < 1", "0 < pᵢ < 1", "0 < p[i] < 1"),
    (p[i] > 0, "p_{i} > 0", "pᵢ > 0", "p[i] > 0"),
    (Contains(k[i], FiniteSet(1, 0)), r"k_{i} \in \lbrace 0, 1\rbrace", "kᵢ ∈ {0, 1}", "k[i] in {0, 1}"),
    (Contains(p[i], Interval.Ropen(0, 1), evaluate=False), r"p_{i} \in [0, 1)", "pᵢ ∈ [0, 1)", "p[i] in [0, 1)"),
    (Eq(Sum(q[i, c], C_C), 1), r"\sum_{c=1}^{C} q_{i,c} = 1", "∑(c=1..C) q[i,c] = 1", "Sum(q[i, c], (c, 1, C)) == 1"),
    (N + 1, "N + 1", "N + 1", "N + 1"), (N - 1, "N - 1", "N − 1", "N - 1"),
    (2 * x[i] - 1, "2 x_{i} - 1", "2 xᵢ − 1", "2*x[i] - 1"),
    (p[i] * (1 - p[i]) ** (k[i] - 1), "p_{i} (1 - p_{i})^{k_{i} - 1}", "pᵢ (1 − pᵢ)^(kᵢ − 1)",
     "p[i]*(1 - p[i])^(k[i] - 1)"),
    # Brackets where a reader would go wrong without.
    (Sum(-x[i], I_N), r"\sum_{i=1}^{N} (-x_{i})", "∑ᵢ₌₁ᴺ (−xᵢ)", "Sum(-x[i], (i, 1, N))"),
    (log(q[1]) * log(p[1]), r"\ln(q_{1}) \ln p_{1}", "ln(q₁) ln p₁", "log(q[1])*log(p[1])"),
    (2 * 3 ** k[i], r"2 \cdot 3^{k_{i}}", "2 · 3^kᵢ", "2*3^k[i]"),
    (log(x[i]) ** 2, r"(\ln x_{i})^{2}", "(ln xᵢ)²", "(log(x[i]))^2"),
    (Sum(x[i], I_N) - mu[i], r"\left(\sum_{i=1}^{N} x_{i}\right) - \mu_{i}", "(∑ᵢ₌₁ᴺ xᵢ) − μᵢ",
     "Sum(x[i], (i, 1, N)) - mu[i]"),
    (-(-2 * sigma) ** v, r"-(-2 \sigma)^{v}", "−(−2 σ)^v", "-(-2*sigma)^v"),
]  # fmt: skip


@pytest.mark.parametrize(("e", "in_latex", "in_unicode", "in_ascii"), HOUSE, ids=[row[3][:40] for row in HOUSE])
def test_house_form(e, in_latex, in_unicode, in_ascii):
    assert latex(e) == in_latex
    assert text(e) == in_unicode
    assert text(e, unicode=False) == in_ascii


def test_the_sign_of_the_logarithm():
    assert latex(log(p[i]) + loggamma(v), log=r"\log") == r"\log p_{i} + \log \Gamma(v)"


MORE = [
    1 - p[i], -(x[i] ** 2), (-x[i]) ** 3, x[i] ** -2, -x[i] / 3, Rational(2, 3) * x[i] * sigma,
    x[i] ** Rational(3, 2), x[i] ** Rational(-3, 2),
    (x[i] / sigma) ** v, Rational(1, 2) ** k[i], (sigma + v) / (sigma - 3 * v), (sigma + v) * (x[i] - 2),
    -(sigma + v) * 2 * x[i],
    Sum(x[i], I_N) ** 2 / N, Sum(x[i], I_N) * Sum(y[j], (j, 1, N)), Sum(x[i] * Sum(y[j], (j, 1, i)), I_N),
    N * Product(1 + x[i], I_N),
    log(p[1]) * Sum(x[i], I_N), Product(p[i], I_N) / Sum(x[i], I_N), (Sum(x[i], I_N) / N - mu[1]) ** 2,
    Sum(log(Product(x[i] + j, (j, 1, N))), I_N),
    Sum(2, I_N), Sum(Rational(1, 2), I_N), Sum(sigma, (i, 0, N - 1)), Sum(x[i] + y[i], (i, 2, N + 1)), exp(2 * x[i]),
    exp(-SQUARE), exp(exp(-x[i])),
    exp(x[i]) ** 2, exp(x[i] / sigma), 2 ** (x[i] + 1), 2 ** -x[i], sqrt(x[i] + 1), 1 / sqrt(x[i] + 1),
    sqrt(v) * sqrt(x[i]), sqrt(2) * sqrt(pi) * sigma,
    1 / (sqrt(2 * pi) * (sigma + v)), 1 / (sigma * sqrt(2 * pi) * (sigma + v)), x[i] * sqrt(2) / 2,
    log(log(x[i]) + 5), log(x[i] * 2) / 3,
    log(x[i]) / (3 * log(5)), x[i] * log(x[i]) / sigma, log(x[i]) * exp(-x[i]) / 2, (log(p[i]) - log(q[1])) * q[2],
    log(q[1] / p[i]) * q[2],
    factorial(k[i]) ** 2, factorial(k[i] + 1), binomial(N, k[i]) ** 2, gamma(v) ** 2 * x[i],
    sp.beta(sigma, v) / gamma(v + 1), 3 * loggamma(v) / sigma,
    Abs(mu[i] - x[i]) ** v, Abs(x[i]) * Abs(mu[i]), Abs(1 - Abs(x[i])), KroneckerDelta(c, y[i]) / 2, PMF * x[i] + N,
    N - PMF, Abs(PMF), log(Product(PMF, I_N)),
    Piecewise((PMF, Or(x[i] > 1, Eq(k[i], 0))), (log(sigma), And(x[i] > 0, x[i] < 1)), (-PMF, True)),
    Sum(PMF, I_N) / 2, -PMF / 3,
    Derivative(x[i] ** 2, x[i]) * 2, x[i] / (2 * Derivative(sigma**3, sigma)), Derivative(sigma**3, (sigma, 2)),
    sp.E * x[i], pi / 2 * x[i], sigma ** (1 / v),
    sp.Mul(-1, sigma + v, evaluate=False), sp.Mul(2, sigma + v, evaluate=False),
    sp.Add(sigma, sp.Add(v, -1, evaluate=False), evaluate=False),
    sp.Mul(sigma, sp.Mul(-1, v, evaluate=False), evaluate=False), sp.Mul(2, 3, evaluate=False),
    sp.Pow(sp.Pow(sigma, 2, evaluate=False), v, evaluate=False),
    sp.Mul(sp.Add(1, -3, evaluate=False), x[i], evaluate=False),
    sp.Pow(sp.Mul(-1, sigma, evaluate=False), 2, evaluate=False),
    sp.Pow(-2, k[i], evaluate=False), sp.log(sp.Mul(-1, sp.Mul(-1, sigma, evaluate=False), evaluate=False),
    evaluate=False),
]  # fmt: skip
TABLE = [row[0] for row in HOUSE if isinstance(row[0], sp.Expr)] + MORE
READERS = {
    "latex": (latex, read_latex), "unicode": (text, read_text), "ascii": (lambda e: text(e, unicode=False), parse),
}  # fmt: skip


def faults(e: sp.Expr, form: str) -> str:
    """What is wrong with one printed form of an expression: '' if a reader reads an equal one."""
    show, read = READERS[form]
    shown = show(e)
    try:
        again = value(read(shown))
    except (Ambiguous, ValueError) as error:
        return f"{shown}: {error}"
    return "" if mpmath.almosteq(value(e), again, 1e-8) else f"{shown} has another value"


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize("e", TABLE, ids=[str(e)[:50] for e in TABLE])
def test_it_is_read_back(e, form):
    assert faults(e, form) == ""


def readable(e: sp.Expr) -> bool:
    """Real and finite at the numbers of the reader."""
    if e.has(sp.zoo, sp.nan, sp.oo, -sp.oo, sp.I) or len(str(e)) > 500:
        return False
    try:
        at = value(e)
    except (ValueError, KeyError, ZeroDivisionError, OverflowError, TypeError):
        return False
    return not isinstance(at, mpmath.mpc) and bool(mpmath.isfinite(at)) and abs(at) < 1e12


@pytest.mark.parametrize("seed", range(120))
def test_random_trees_are_read_back(seed):
    rng = random.Random(seed)
    e = grow(rng, 4)
    while not readable(e):
        e = grow(rng, 4)
    assert [fault for form in READERS if (fault := faults(e, form))] == []


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        (r"\ln p_{i} (1 - k_{i})", read_latex), ("ln pᵢ (1 − kᵢ)", read_text), (r"2 3^{k_{i}}", read_latex),
        (r"\ln(x_{i})^{2}", read_latex),
        (r"p^{2}^{k}", read_latex), ("1/2 x₁", read_text),
        (r"\begin{cases} 1 & \text{otherwise} \end{cases} + 2", read_latex), ("x₁^2^3", read_text),
        ("(x₁", read_text), (r"\frac{1}{2", read_latex), ("ln(x₁)²", read_text),
    ],
)  # fmt: skip
def test_the_reader_refuses_what_is_ambiguous(shown, read):
    with pytest.raises((Ambiguous, IndexError)):
        read(shown)


@pytest.mark.parametrize(
    ("e", "shown", "read"),
    [
        (2 * (sigma + v), r"2 \sigma + v", read_latex), ((x[1] + 1) ** 2, "x₁ + 1²", read_text),
        (-Sum(x[i] + 1, I_N), r"-\sum_{i=1}^{N} x_{i} + 1", read_latex),
        (-(sigma + v), "-sigma + v", parse), (1 / (2 * sigma), "1/2*sigma", parse),
        (SQUARE, r"x_{i} - \mu_{i}^{2}", read_latex),
        (Sum(x[i], I_N) ** 2, "∑ᵢ₌₁ᴺ xᵢ²", read_text),
        (Sum(q[i, c] * x[i], C_C, I_N), r"\sum_{i=1}^{N} q_{i,c} x_{i}", read_latex),
    ],
)  # fmt: skip
def test_a_lost_bracket_is_found(e, shown, read):
    assert not mpmath.almosteq(value(e), value(read(shown)), 1e-8)


@pytest.mark.parametrize("e", TABLE, ids=[str(e)[:50] for e in TABLE])
def test_latex_is_portable_and_ascii_is_ascii(e):
    assert not_portable(latex(e)) == []
    assert text(e, unicode=False).isascii()
    assert "\n" not in text(e)


def not_portable(shown: str) -> list[str]:
    return re.findall(r"\\color|\\(?:big)?[{}]|&&|\\intertext|\\begin\{(?!cases)|[^\x20-\x7e]|\\operatorname\*", shown)


def test_what_is_not_portable_is_found():
    assert not_portable(r"\color{red} \{ a \} && b σ \begin{split}") == [r"\color", r"\{", r"\}", "&&", "σ", r"\begin{"]


Y_HAT, STAR = IndexedBase(r"\hat y", real=True), Symbol(r"p^*", positive=True)

NAMES = [
    ("p", "p", "p", "p"), ("mu", r"\mu", "μ", "mu"), ("lam", r"\lambda", "λ", "lam"),
    ("lamda", r"\lambda", "λ", "lamda"),
    ("lambda", r"\lambda", "λ", "lam"), ("x_1", "x_{1}", "x₁", "x_1"), ("mu0", r"\mu_{0}", "μ₀", "mu0"),
    ("rate", r"\mathrm{rate}", "rate", "rate"),
    (r"\hat y", r"\hat y", "ŷ", "y_hat"), (r"\bar{\theta}", r"\bar{\theta}", "θ̄", "theta_bar"),
    (r"\mathbf{x}", r"\mathbf{x}", "x", "x"),
    (r"\foo", r"\foo", "foo", "foo"), ("p^*", "p^*", "p^*", "p_star"),
    ("class", r"\mathrm{class}", "class", "class_"), ("Sigma", r"\Sigma", "Σ", "Sigma"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "in_latex", "in_unicode", "in_ascii"), NAMES)
def test_names(name, in_latex, in_unicode, in_ascii):
    assert (latex_name(name), text_name(name), ascii_name(name)) == (in_latex, in_unicode, in_ascii)
    assert parse(f"2*{in_ascii}", {name: Symbol(name)}) == 2 * Symbol(name)


@pytest.mark.parametrize(
    ("e", "in_latex", "in_unicode", "in_ascii"),
    [
        (Y_HAT[i] ** 2, r"\hat y_{i}^{2}", "ŷᵢ²", "y_hat[i]^2"), (STAR**2, r"(p^*)^{2}", "(p^*)²", "p_star^2"),
        (log(STAR) * x[1], r"x_{1} \ln p^*", "x₁ ln(p^*)", "x[1]*log(p_star)"),
        (IndexedBase("x_1")[i], "{x_{1}}_{i}", "x₁[i]", "x_1[i]"),
        (x[c] + x[i + 1] + x[12], "x_{12} + x_{c} + x_{i + 1}", "x₁₂ + x_c + x[i + 1]", "x[12] + x[c] + x[i + 1]"),
        (scalar(lam) * p[i, y[i]], r"\lambda p_{i,y_{i}}", "λ p[i,yᵢ]", "lam*p[i, y[i]]"),
        (sp.Function("f")(x[i]) + sp.tanh(v), r"f(x_{i}) + \operatorname{tanh}(v)", "f(xᵢ) + tanh(v)",
         "f(x[i]) + tanh(v)"),
    ],
)  # fmt: skip
def test_names_in_expressions(e, in_latex, in_unicode, in_ascii):
    assert (latex(e), text(e), text(e, unicode=False)) == (in_latex, in_unicode, in_ascii)


@pytest.mark.parametrize(
    ("markdown", "in_unicode", "in_ascii"),
    [
        (r"$\ln$ of a product", "ln of a product", "ln of a product"),
        (r"$k_i \in \lbrace 0, 1\rbrace$", "kᵢ ∈ {0, 1}", "k[i] in {0, 1}"),
        (r"$\frac{N}{2}\ln(2\pi\sigma^2)$", "N/2 ln(2πσ²)", "N/2 ln(2 pi sigma^2)"),
        (r"$x_i-\mu_i$", "xᵢ − μᵢ", "x[i] - mu[i]"),
        (r"$\sigma(z) - q$ or $-z$", "σ(z) − q or −z", "sigma(z) - q or -z"),
        (r"$1/(1 + e^{-z_i})$", "1/(1 + e^(−zᵢ))", "1/(1 + e^(-z[i]))"),
        (r"$\sum_{i=1}^{N} \mathrm{BCE}(k_i, p_i)$", "∑ᵢ₌₁ᴺ BCE(kᵢ, pᵢ)", "Sum(i=1..N) BCE(k[i], p[i])"),
        (r"$\hat p_i = \bar k$", "p̂ᵢ = k̄", "p_hat[i] = k_bar"),
        ("**all** *of* `k*(1 - p)`, \\$5", "all of k*(1 - p), $5", "all of k*(1 - p), $5"),
        ("a ≥ ½ — ‘x’ ✓", "a ≥ ½ — ‘x’ ✓", "a >= 1/2 - 'x' [ok]"),
        ("ネ", "ネ", "?"), (r"$i = 1, \dots, N$, $\dot x$", "i = 1, …, N, ẋ", "i = 1, ..., N, x_dot"),
    ],
)  # fmt: skip
def test_sentences(markdown, in_unicode, in_ascii):
    assert plain(markdown) == in_unicode
    assert plain(markdown, unicode=False) == in_ascii == ascii_only(in_unicode)
