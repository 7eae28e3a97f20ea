"""The card of a derivation, of facts and of verdicts, over fake ones: data, no kernel."""

import re
import shutil
import subprocess
from typing import Any, NamedTuple

import pytest
import sympy as sp
from sympy import Contains, Eq, FiniteSet, Gt, Piecewise, Product, Sum, binomial, exp, log, pi, sqrt

import cesym
from cesym.notation.cards import (
    REASON_WIDTH,
    expression_text,
    fact_latex,
    fact_text,
    merge_facts,
    reason_length,
    to_latex,
    to_markdown,
    to_text,
    verdict_markdown,
    verdict_text,
)  # fmt: skip
from cesym.notation.cards.terminal import wrapped
from cesym.notation.letters import plain
from cesym.symbols import C, N, c, i, j, k, mu, n, p, q, sigma, x


class Hypothesis(NamedTuple):
    latex: str
    text: str
    kind: str


class Line(NamedTuple):
    expr: Any
    relation: str
    reason: str
    uses: tuple = ()
    label: Any = None
    over: tuple = ()
    admitted_by: str = "equal normal forms"
    detail: str = ""
    evidence: str = "CHECKED"


class Constants(NamedTuple):
    a: Any
    b: Any
    over: tuple


class Fake(NamedTuple):
    lines: tuple
    name: str = ""
    says: str = ""
    label: Any = None
    hypotheses: tuple = ()
    constants: Any = None
    hidden: Any = None
    evidence: str = "CHECKED"
    assumptions: tuple = ()


EVERY = ((i, 1, N),)
INDEPENDENT = Hypothesis("the samples are independent", "the samples are independent", "assumption")
KNOWN = Hypothesis(r"$\sigma$ is known", "σ is known", "assumption")


def given(*facts):
    return tuple(Hypothesis(in_latex, in_text, "fact") for in_latex, in_text, _ in merge_facts(facts))


PMF = Piecewise((p[i], Eq(k[i], 1)), (1 - p[i], Eq(k[i], 0)), (0, True))
FACTOR = p[i] ** k[i] * (1 - p[i]) ** (1 - k[i])
BCE = Fake(
    name="bce_from_bernoulli",
    says="the NLL of $N$ coin flips is the sum of their binary cross-entropies",
    label=(r"\mathrm{NLL}(p)", "NLL(p)"),
    hypotheses=(INDEPENDENT, *given((Contains(k[i], FiniteSet(0, 1)), EVERY), (p[i] > 0, EVERY), (p[i] < 1, EVERY))),
    lines=(
        Line(-log(Product(PMF, EVERY[0])), "=", r"$-\ln$ of the joint mass", (1,), evidence=""),
        Line(-log(Product(FACTOR, EVERY[0])), "=", "one formula for both faces", (2,), admitted_by="case split"),
        Line(-Sum(log(FACTOR), EVERY[0]), "=", r"$\ln$ of a product", (3,)),
        Line(-Sum(k[i] * log(p[i]) + (1 - k[i]) * log(1 - p[i]), EVERY[0]), "=", "exponents come down", (3,)),
        Line(
            -Sum(k[i] * log(p[i]) + (1 - k[i]) * log(1 - p[i]), EVERY[0]), "=", "the textbook formula", (),
            (r"\sum_{i=1}^{N} \mathrm{BCE}(k_i, p_i)", "∑ᵢ₌₁ᴺ BCE(kᵢ, pᵢ)"), detail="`losses.bce`, |k| < 2, $|p| < 1$",
        ),
    ),
)  # fmt: skip
SQUARES = Sum((x[i] - mu[i]) ** 2, EVERY[0])
NORMAL = exp(-((x[i] - mu[i]) ** 2) / (2 * sigma**2)) / (sqrt(2 * pi) * sigma)
MSE = Fake(
    name="mse_from_gaussian",
    says=r"at fixed $\sigma$ the $\mu$ that minimise the NLL are those that minimise the mean squared error",
    label=(r"\mathrm{NLL}(\mu)", "NLL(μ)"),
    hypotheses=(INDEPENDENT, KNOWN, *given((Gt(sigma, 0, evaluate=False), ()))),
    lines=(
        Line(-log(Product(NORMAL, EVERY[0])), "=", r"$-\ln$ of the joint density", (1, 2), evidence=""),
        Line(SQUARES / (2 * sigma**2) + N * log(2 * pi * sigma**2) / 2, "=", r"$\ln$ of a product; $\ln$ of $\exp$",
        (3,)),
        Line(SQUARES / N, "≃", "same minimiser", (2, 3), None, (mu,), "same minimiser"),
        Line(Sum((mu[i] - x[i]) ** 2, EVERY[0]) / N, "=", "", ()),
    ),
    constants=Constants(N / (2 * sigma**2), N * log(2 * pi * sigma**2) / 2, (mu,)),
)
LONG = Sum(sp.Add(*[k[i] * log(1 + p[m] * x[i]) for m in range(9)]), EVERY[0]) - Sum(log(binomial(n[i], k[i])),
EVERY[0])
MINE = Fake(lines=(Line(LONG, "=", ""), Line(LONG + 1, "≥",
"a reason that goes on and on, much longer than it should be, by 50 %")))
BARE = Fake(lines=(Line(log(sigma), "=", "", evidence=""),))
ALL = {"bce": BCE, "mse": MSE, "mine": MINE, "bare": BARE}


def test_the_whole_text():
    assert to_text(MSE, unicode=True).splitlines() == [
        "mse_from_gaussian",
        "─" * 80,
        "at fixed σ the μ that minimise the NLL are those that minimise the mean squared",
        "error",
        "",
        "given H1  the samples are independent (assumed)",
        "      H2  σ is known (assumed)",
        "      H3  σ > 0",
        "",
        "  NLL(μ)",
        "=     { −ln of the joint density }                                         H1 H2",
        "  −ln ∏ᵢ₌₁ᴺ 1/√(2 π σ²) · exp(−(xᵢ − μᵢ)²/(2 σ²))",
        "=     { ln of a product; ln of exp }                                          H3",
        "  1/(2 σ²) · ∑ᵢ₌₁ᴺ (xᵢ − μᵢ)² + N/2 · ln(2 π σ²)",
        "≃     { same minimiser (over μ) }                                          H2 H3",
        "  1/N · ∑ᵢ₌₁ᴺ (xᵢ − μᵢ)²",
        "= 1/N · ∑ᵢ₌₁ᴺ (μᵢ − xᵢ)²",
        "",
        "dropped   a = N/(2 σ²)   b = N/2 · ln(2 π σ²)",
        "exactly   NLL(μ) = a · (last line) + b",
        "",
        "✓ 3 of 3 steps checked by the cesym kernel · not yet re-proved by Coq",
        "  rests on 2 modelling assumptions · holds for every N ≥ 1",
    ]


def solid(shown: str) -> str:
    return re.sub(r"\s+", "", shown)


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("width", [60, 80, 100])
@pytest.mark.parametrize("name", ALL)
def test_text_fits_and_nothing_is_cut_off(name, width, unicode):
    d = ALL[name]
    shown = to_text(d, width=width, unicode=unicode)
    assert max(map(len, shown.splitlines())) <= width
    assert all(line == line.rstrip() for line in shown.splitlines())
    for line in d.lines:
        if not line.label:
            assert solid(expression_text(line.expr, unicode)) in solid(shown)
    if not unicode:
        assert shown.isascii()


def test_ascii_of_labels_and_of_what_users_write():
    wild = BCE._replace(says="für alle ∀ $p_i$", hypotheses=(Hypothesis("", "kᵢ ∈ ℤ, σ ≥ ½", "fact"),))
    shown = to_text(wild, unicode=False)
    assert shown.isascii()
    assert "Sum(i=1..N) BCE(k[i], p[i])" in shown
    assert "sigma >= 1/2" in shown
    assert not to_text(wild, unicode=True).isascii()


@pytest.mark.parametrize(
    ("encoding", "unicode"), [("utf-8", True), ("ascii", False), ("latin-1", False), (None, False), ("nonsense", False)]
)
def test_ascii_where_the_terminal_shows_no_more(monkeypatch, encoding, unicode):
    class Terminal:
        pass

    Terminal.encoding = encoding
    monkeypatch.setattr("sys.stdout", Terminal())
    assert ("∑" in to_text(BCE)) is unicode
    assert ("∑" in expression_text(SQUARES)) is unicode


BROKEN = [
    ("a + (b + c) + ddd", 12, ["a + (b + c)", "  + ddd"]),
    ("aaaa · bbbb · cccc", 12, ["aaaa · bbbb", "  · cccc"]),
    ("f(aaa + bbb, ccc + ddd)", 15, ["f(aaa + bbb,", "  ccc + ddd)"]),
    ("aaaa − [bbbb + cccc]", 12, ["aaaa", "  − [bbbb", "  + cccc]"]),
    ("short", 12, ["short"]),
    ("aaaaaaaaaaaaaaaaaaaaaaaa", 12, ["aaaaaaaaaaaaaaaaaaaaaaaa"]),
]


@pytest.mark.parametrize(("line", "width", "parts"), BROKEN)
def test_where_a_line_is_broken(line, width, parts):
    assert wrapped(line, width, hanging=2) == parts


# LaTeX


def test_latex_of_a_card():
    assert to_latex(MSE, show=[0, 2]).splitlines() == [
        r"\begin{aligned}",
        r"\mathrm{NLL}(\mu) & = -\ln \prod_{i=1}^{N} \frac{1}{\sqrt{2 \pi \sigma^{2}}} "
        r"\exp\left(-\frac{(x_{i} - \mu_{i})^{2}}{2 \sigma^{2}}\right) &  & "
        r"{-\ln}\text{ of the joint density (H1, H2)} \\[4pt]",
        r"& \underset{\mu}{\simeq} \frac{1}{N} \sum_{i=1}^{N} (x_{i} - \mu_{i})^{2} &  & \text{same minimiser (H2, H3)}",
        r"\end{aligned}",
    ]


@pytest.mark.parametrize(
    ("show", "signs"),
    [
        (None, ["=", "=", "≃", "="]), ([0, 1], ["=", "="]), ([0, 2], ["=", "≃"]), ([0, 3], ["=", "≃"]),
        ([0, -1], ["=", "≃"]),
        ([-1], ["≃"]), ([1], ["="]), ([2, 3], ["≃", "="]),
    ],
)  # fmt: skip
def test_a_relation_covers_the_lines_left_out(show, signs):
    rows = to_latex(MSE, show=show).split(r"\\[4pt]")
    assert ["≃" if r"\underset{\mu}{\simeq}" in row else "=" for row in rows] == signs


def test_a_shown_relation_uses_what_the_skipped_lines_use():
    assert "(H2, H3)" in to_latex(BCE, show=[0, 3])
    with pytest.raises(IndexError):
        to_latex(BCE, show=[7])


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("options", [{}, {"reasons": "between"}, {"reasons": None}, {"overlay": "beamer"}, {"upto": 1}])
def test_latex_is_portable(name, options):
    shown = to_latex(ALL[name], **options)
    assert shown.isascii()
    assert not re.search(r"\\color|&&|\\intertext|\\[{}]|\{split\}", shown)
    assert shown.count("{") == shown.count("}")
    assert shown.count(r"\begin") == shown.count(r"\end")
    assert shown.startswith(r"\begin{align*}" if "overlay" in options else r"\begin{aligned}")


@pytest.mark.parametrize(
    ("argument", "options"), [("reasons", {"reasons": "left"}), ("overlay", {"overlay": "powerpoint"})]
)  # fmt: skip
def test_what_is_not_known_is_refused(argument, options):
    with pytest.raises(ValueError, match=argument):
        to_latex(BCE, **options)


def test_the_first_line_without_a_label_has_no_relation():
    assert to_latex(MINE).splitlines()[1].startswith(r"& \hphantom{=} \sum")
    assert to_text(MINE, unicode=True).splitlines()[2].startswith("  ∑ᵢ₌₁ᴺ")


def test_upto_keeps_the_layout():
    whole, part = to_latex(BCE).splitlines(), to_latex(BCE, upto=2).splitlines()
    assert len(whole) == len(part)
    assert whole[:3] == part[:3]
    assert all(r"\phantom{{}= " in row for row in part[3:-1])
    # Without the phantoms nothing has changed, so nothing moves.
    assert [re.sub(r"\\phantom\{(?:\{\})?((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}", r"\1",
    row) for row in part] == whole
    assert to_latex(BCE._replace(hidden=2)) == to_latex(BCE, upto=2)
    assert "checked by" not in to_markdown(BCE, upto=2)
    assert len(to_text(BCE, upto=2, unicode=True).splitlines()) < len(to_text(BCE, unicode=True).splitlines())


def test_upto_shows_so_many_lines():
    d = cesym.mse_from_gaussian()
    for lines in range(len(d.exprs) + 1):
        assert len(re.findall(r"^[=≃]     \{ ", d.to_text(unicode=True, upto=lines), re.MULTILINE)) == lines


def test_a_card_that_shows_all_its_lines_is_whole():
    d = cesym.mse_from_gaussian()
    for show in (to_text, to_markdown):
        assert show(d.upto(len(d))) == show(d) != show(d.upto(len(d) - 1))


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\frac{1}{2}", "1/2"), (r"\frac{1}{N}", "1/N"), (r"\frac{a}{\sigma}", "a/σ"), (r"\frac{1}{p_i}", "1/pᵢ"),
        (r"\frac{1}{2 n}", "1/(2 n)"), (r"\frac{1}{2n}", "1/(2n)"), (r"\frac{1}{\sigma n}", "1/(σ n)"), (r"\frac{a + b}{N}", "(a + b)/N"),
        (r"\frac{2 \sigma}{3}", "(2 σ)/3"),
    ],
)  # fmt: skip
def test_a_fraction_has_the_brackets_that_it_needs(latex, text):
    assert plain(f"${latex}$") == text


def test_a_slide_uncovers_line_after_line():
    rows = to_latex(BCE, overlay="beamer", show=[0, 1, 4]).splitlines()[1:-1]
    assert [set(re.findall(r"\\uncover<(\d+)->", row)) for row in rows] == [{"1"}, {"2"}, {"3"}]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex here")
@pytest.mark.parametrize("options", [{}, {"reasons": "between"}, {"upto": 1}, {"show": [0, -1], "log": r"\log"}])
def test_it_compiles_with_amsmath_alone(tmp_path, options):
    shown = "\n".join(to_latex(d, env="align*", **options) for d in ALL.values())
    assert compiles(tmp_path, shown)
    assert not compiles(tmp_path, shown + r"\[\undefinedcommand\]")


def compiles(folder, body: str) -> bool:
    page = r"\documentclass{article}\usepackage{amsmath}\begin{document}" + body + r"\end{document}"
    (folder / "page.tex").write_text(page, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


def test_the_sign_of_the_logarithm():
    shown = to_latex(BCE, log=r"\log")
    assert r"\log" in shown
    assert r"\ln" not in shown


REASONS = [
    ("set $k_i$ free", r"\text{set }{k_i}\text{ free}"),
    ("50 % of a_b & {c} ~ d^2 #1",
     r"\text{50 }{\%}\text{ of a}{\_}\text{b }{\&}\text{ }{\lbrace}\text{c}{\rbrace}\text{ }{\sim}"
     r"\text{ d}{\hat{\ }}\text{2 }{\#}\text{1}"),
    ("all kᵢ²", r"\text{all k}{{}_{i}}{^{2}}"),
    (r"\input{x}", r"{\backslash}\text{input}{\lbrace}\text{x}{\rbrace}"),
    ("`same` **minimiser**, σ² ≥ 0", r"\text{same minimiser, }{\sigma}{^{2}}\text{ }{\ge}\text{ 0}"),
    ("p < 1 | q", r"\text{p }{<}\text{ 1 }{\vert}\text{ q}"),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "expected"), REASONS)
def test_reasons_are_escaped(reason, expected):
    shown = to_latex(Fake(lines=(Line(N, "=", ""), Line(N, "=", reason))))
    assert shown.splitlines()[2] == f"& = N &  & {expected}"


def test_a_long_reason_goes_on_in_a_second_line_and_stands_whole_in_the_fold():
    reason = MINE.lines[1].reason
    shown = to_latex(MINE)
    words = " ".join(re.findall(r"\\text\{([^}]*)\}", shown))
    assert words.split() == reason.replace("%", "").split()
    assert r"\begin{aligned} & \text{a reason that goes on and} \\ & \text{on, much" in shown
    assert reason in to_markdown(MINE)
    assert solid(reason) in solid(to_text(MINE, unicode=True))


@pytest.mark.parametrize(("reason", "length"), [(r"$\ln$ of a product", 15), ("`x` **y**", 3), (r"over $\mu$", 6)])
def test_reason_length(reason, length):
    assert reason_length(reason) == length


def too_long(d) -> list[str]:
    return [line.reason for line in d.lines if reason_length(line.reason) > REASON_WIDTH]


@pytest.mark.parametrize("name", cesym.catalogue())
def test_our_own_reasons_are_short(name):
    assert too_long(cesym.catalogue()[name]()) == []


def test_a_long_reason_is_found():
    assert too_long(MINE) == [MINE.lines[1].reason]


# Markdown


def test_markdown_of_a_card():
    shown = to_markdown(MSE)
    assert shown.startswith("**mse_from_gaussian** · at fixed $\\sigma$")
    assert "> **Given** &ensp;**H1** the samples are independent *(assumed)*; &ensp;**H2** $\\sigma$ is known *(assumed)*" in shown
    assert shown.count("$$\n") == 2
    assert (
        r"> **Dropped** &ensp;$\mathrm{NLL}(\mu) = a \cdot (\text{last line}) + b$ exactly, with "
        r"$a = \frac{N}{2 \sigma^{2}} > 0$ and $b = \frac{N}{2} \ln(2 \pi \sigma^{2}),$ neither of which contains $\mu$."
    ) in shown
    assert (
        "✓ 3 of 3 steps checked by the cesym kernel · not yet re-proved by Coq · "
        r"rests on 2 modelling assumptions · holds for every $N \ge 1$"
    ) in shown
    assert "<details>" in shown
    assert "<details>" not in to_markdown(MSE, fold=False)


def test_every_row_of_the_fold_has_four_cells():
    rows = [row for row in to_markdown(BCE).splitlines() if row.startswith("|")]
    assert len(rows) == 2 + 4
    assert {len(re.split(r"(?<!\\)\|", row)) for row in rows} == {6}
    assert r"`losses.bce`, \|k\| < 2, $\vert p\vert  < 1$" in rows[-1]


DROPPED = [
    (Constants(sp.S(1), N, (p,)), "NLL(p) = (last line) + b", "b = N"),
    (Constants(1 / N, sp.S(0), (p,)), "NLL(p) = a · (last line)", "a = 1/N"),
    (Constants(1 / N, N, (p, sigma)), "NLL(p) = a · (last line) + b", "a = 1/N   b = N"),
]


@pytest.mark.parametrize(("constants", "exactly", "values"), DROPPED)
def test_what_was_dropped(constants, exactly, values):
    lines = (BCE.lines[0], Line(N, "≃", "same minimiser", (), None, constants.over))
    shown = to_text(BCE._replace(lines=lines, constants=constants), unicode=True)
    assert f"\nexactly   {exactly}\n" in shown
    assert f"\ndropped   {values}\n" in shown


def test_nothing_dropped():
    d = BCE._replace(constants=Constants(sp.S(1), sp.S(0), (p,)))
    assert "ropped" not in to_text(d) + to_markdown(d)


EVIDENCE = [
    (["CHECKED"] * 4, "✓ 4 of 4 steps checked by the cesym kernel · not yet re-proved by Coq"),
    (["CHECKED", "PROVED", "PROVED", "CHECKED"],
     "✓ 4 of 4 steps checked by the cesym kernel · 2 of 4 re-proved by Coq"),
    (["PROVED"] * 4, "✓ 4 of 4 steps checked by the cesym kernel · re-proved by Coq"),
    # The card counts: a step without evidence is not called checked.
    (["CHECKED", "", "CHECKED", "CHECKED"], "✗ 3 of 4 steps checked by the cesym kernel · not yet re-proved by Coq"),
]


@pytest.mark.parametrize(("steps", "said"), EVIDENCE)
def test_evidence_is_counted(steps, said):
    lines = (BCE.lines[0], *(line._replace(evidence=e) for line, e in zip(BCE.lines[1:], steps, strict=True)))
    assert said in to_markdown(BCE._replace(lines=lines))


def test_sizes_in_the_last_line():
    two = Fake(lines=(Line(Sum(q[i, c], (c, 1, C), (i, 1, N)), "=", ""),))
    assert r"holds for every $N, C \ge 1$" in to_markdown(two)
    assert "rests on no modelling assumptions · holds for every N, C ≥ 1" in to_text(two, unicode=True)
    assert "holds for" not in to_markdown(BARE)
    assert "no step yet" in to_markdown(BARE)


# Facts

FACTS = [
    (p[i] > 0, EVERY, "$p_{i} > 0$", "pᵢ > 0"),
    (Contains(k[i], FiniteSet(0, 1)), EVERY, r"$k_{i} \in \lbrace 0, 1\rbrace$", "kᵢ ∈ {0, 1}"),
    (p[i] > 0, ((i, 1, N - 1),), r"$p_{i} > 0$ for $i = 1, \dots, N - 1$", "pᵢ > 0 for i = 1, …, N − 1"),
    (p[i] > 0, ((i, 0, N),), r"$p_{i} > 0$ for $i = 0, \dots, N$", "pᵢ > 0 for i = 0, …, N"),
    (p[i] > 0, (), "$p_{i} > 0$ for this one $i$", "pᵢ > 0 for this one i"),
    (p[1] > 0, (), "$p_{1} > 0$", "p₁ > 0"), (p[N] > 0, (), "$p_{N} > 0$", "p_N > 0"),
    (Eq(Sum(q[i, c], (c, 1, C)), 1), EVERY, r"$\sum_{c=1}^{C} q_{i,c} = 1$", "∑(c=1..C) q[i,c] = 1"),
    (Gt(sigma, 0, evaluate=False), (), r"$\sigma > 0$", "σ > 0"),
    (Eq(q[i, c], p[c]), ((c, 1, 2), (i, 1, N)), r"$q_{i,c} = p_{c}$ for $c = 1, 2$",
     "q[i,c] = p_c for c = 1, 2"),
]  # fmt: skip


@pytest.mark.parametrize(("prop", "binders", "in_latex", "in_text"), FACTS)
def test_facts(prop, binders, in_latex, in_text):
    assert fact_latex(prop, binders) == in_latex
    assert fact_text(prop, binders) == in_text
    assert merge_facts([(prop, binders)]) == [(in_latex, in_text, (0,))]
    assert fact_text(prop, binders, unicode=False).isascii()


MERGED = [
    ([(p[i] > 0, EVERY), (p[i] < 1, EVERY)], [("0 < pᵢ < 1", (0, 1))]),
    ([(p[i] < 1, EVERY), (p[i] > 0, EVERY)], [("0 < pᵢ < 1", (0, 1))]),
    ([(p[i] > 0, EVERY), (Gt(sigma, 0, evaluate=False), ()), (p[i] <= 1, EVERY)],
     [("0 < pᵢ ≤ 1", (0, 2)), ("σ > 0", (1,))]),
    # Bound letters do not matter, ranges do.
    ([(p[i] > 0, EVERY), (p[j] < 1, ((j, 1, N),))], [("0 < pᵢ < 1", (0, 1))]),
    ([(p[i] > 0, EVERY), (p[i] < 1, ((i, 1, N - 1),))], [("pᵢ > 0", (0,)), ("pᵢ < 1 for i = 1, …, N − 1", (1,))]),
    ([(p[1] > 0, ()), (p[2] < 1, ())], [("p₁ > 0", (0,)), ("p₂ < 1", (1,))]),
    # A number is no link: p < 1 and 1 <= n are two facts.
    ([(p[i] < 1, EVERY), (n[i] >= 1, EVERY)], [("pᵢ < 1", (0,)), ("nᵢ ≥ 1", (1,))]),
    ([(k[i] >= 0, EVERY), (k[i] <= n[i], EVERY), (n[i] < N, EVERY)], [("0 ≤ kᵢ ≤ nᵢ < N", (0, 1, 2))]),
    ([(p[i] > 0, EVERY), (p[i] > 0, EVERY)], [("pᵢ > 0", (0,)), ("pᵢ > 0", (1,))]),
    ([(Eq(p[i], 1), EVERY), (p[i] > 0, EVERY)], [("pᵢ = 1", (0,)), ("pᵢ > 0", (1,))]),
]


@pytest.mark.parametrize(("facts", "expected"), MERGED)
def test_merged_facts(facts, expected):
    assert [(in_text, numbers) for _, in_text, numbers in merge_facts(facts)] == expected


# Verdicts


class Verdict(NamedTuple):
    status: str
    before: Any
    claimed: Any
    relation: str = "="
    kind: str = ""
    what: str = ""
    see: str = ""
    so: str = ""


LAST = BCE.lines[3].expr
SIGN = Verdict(
    "refused", LAST, -LAST, "=", "sign", "Your line is exactly minus the line before.",
    "At N = 1, k₁ = 1, p₁ = 1/2 it gives −0.693, the line before 0.693.", "Put the minus back in front of the sum.",
)  # fmt: skip


def test_a_refusal_in_text():
    assert verdict_text(SIGN, unicode=True).splitlines() == [
        "Refused: your line does not follow.",
        "",
        "  before   −∑ᵢ₌₁ᴺ [kᵢ ln pᵢ + (1 − kᵢ) ln(1 − pᵢ)]",
        "  claimed   ∑ᵢ₌₁ᴺ [kᵢ ln pᵢ + (1 − kᵢ) ln(1 − pᵢ)]",
        "",
        "  sign     Your line is exactly minus the line before.",
        "  numbers  At N = 1, k₁ = 1, p₁ = 1/2 it gives −0.693, the line before 0.693.",
        "  so       Put the minus back in front of the sum.",
    ]


VERDICTS = [
    (SIGN, "Refused: your line does not follow."),
    (SIGN._replace(kind="dropped parameter", see=""), "Refused (dropped parameter): your line does not follow."),
    (SIGN._replace(status="not shown", kind=""), "Not shown: your line was neither admitted nor refuted."),
    (SIGN._replace(relation="≃"), "Refused: your line does not follow with the same minimiser."),
    (SIGN._replace(status="accepted"), "Accepted: your line follows: Your line is exactly minus the line before.."),
    (Verdict("accepted", LAST, LAST), "Accepted: your line follows."),
    (Verdict("not shown", LAST, LONG), "Not shown: your line was neither admitted nor refuted."),
]


@pytest.mark.parametrize(("verdict", "head"), VERDICTS)
def test_verdicts(verdict, head):
    shown = verdict_text(verdict, unicode=True)
    assert shown.splitlines()[0] == head.replace("..", ".")
    assert max(map(len, shown.splitlines())) <= 80
    assert verdict_text(verdict, unicode=False).isascii()
    entries = [line for line in shown.splitlines() if re.match(r"(  )?\w", line)]
    assert len(entries) <= 7
    card = verdict_markdown(verdict)
    assert all(line.startswith(">") for line in card.splitlines())
    # A formula over several quoted lines would take the > of the quotation in.
    assert all(line.count("$") % 2 == 0 for line in card.splitlines())
    for sentence in (verdict.what, verdict.see, verdict.so):
        assert sentence in card or verdict.status == "accepted"


def test_verdict_in_latex():
    assert r"\text{claimed} & \quad \phantom{-}\sum" in verdict_markdown(SIGN)
    assert r"\log" in verdict_markdown(SIGN, log=r"\log")
