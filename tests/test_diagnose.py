"""What is said of a wrong line: the kinds of the standard, the mistakes of the course's list, and what is no mistake."""

import re
from importlib import import_module

import pytest
from sympy import (
    Eq,
    Float,
    IndexedBase,
    Interval,
    KroneckerDelta,
    Product,
    Sum,
    Symbol,
    exp,
    gamma,
    log,
    loggamma,
    pi,
    sqrt,
)
from sympy.stats import Normal, Poisson

import cesym
from cesym.check import Diagnosis, diagnose, judge
from cesym.check.case import Case, rational
from cesym.check.mistakes.edits import edits, terms
from cesym.check.names import fact_code, missing_facts
from cesym.check.words import say
from cesym.derivation import Derivation
from cesym.given import Given
from cesym.kernel import Refused
from cesym.symbols import C, N, c, i, j, k, lam, m, mu, p, q, scalar, sigma, v, w, x, z

SAMPLES, CLASSES = (i, 1, N), (c, 1, C)
P = scalar(p)
BIT = {p: Interval.open(0, 1), k: {0, 1}}
BCE = -Sum(k[i] * log(p[i]) + (1 - k[i]) * log(1 - p[i]), SAMPLES)
SQUARES = Sum((x[i] - mu[i]) ** 2, SAMPLES)
NLL = N * log(2 * pi * sigma**2) / 2 + SQUARES / (2 * sigma**2)
VECTORS = [(q[c] > 0, CLASSES), (p[c] > 0, CLASSES), Eq(Sum(q[c], CLASSES), 1), Eq(Sum(p[c], CLASSES), 1)]
CE = -Sum(q[c] * log(p[c]), CLASSES)
KL = Sum(q[c] * log(q[c] / p[c]), CLASSES)
NEGATIVE_BINOMIAL = Sum(loggamma(k[i] + x[i]) - loggamma(x[i]), SAMPLES)
TWO = -Sum(q[i, 1] * log(p[i, 1]) + q[i, 2] * log(p[i, 2]), SAMPLES)
PAIRS = [
    *((letter[i, m] > 0, SAMPLES) for letter in (p, q) for m in (1, 2)),
    *((Eq(letter[i, 1] + letter[i, 2], 1), SAMPLES) for letter in (p, q)),
]
CHOSEN = [c >= 1, c <= C]
SOFTMAX = -log(exp(z[c]) / Sum(exp(z[j]), (j, 1, C)))

# The standard (prototypes/teaching/DIAGNOSES.md): kind, claimed, before, given, and how the first sentence begins.
STANDARD = [
    ("sign", -BCE, BCE, BIT, "Your line is exactly minus the line before."),
    ("factor", 2 * SQUARES, SQUARES, None, "Your line is exactly 2 times the line before."),
    ("half", NLL + N * log(2 * pi * sigma**2) / 2, NLL, None, "One term differs: you have N ln(2 π σ²), the line before"),
    ("base", BCE / log(2), BCE, BIT, "Your line is exactly 1.443 = 1/ln 2 times the line before: bits (log to the base 2)"),
    ("swap", BCE.xreplace({p[i]: 1 - p[i]}), BCE, BIT, "Your line becomes the line before when pᵢ and 1 − pᵢ change"),
    ("range", BCE.func(-1, Sum(BCE.args[1].function, (i, 0, N))), BCE, BIT, "Your sum runs over i = 0, …, N, the line be"),
    ("reduction", BCE / N, BCE, BIT, "Your line is exactly 1/N of the line before: a mean for a sum."),
    ("log outside", -log(Sum(q[c] * p[c], CLASSES)), CE, VECTORS, "You took the log of the sum, ln(∑"),
    ("derivative", (1 - k[j]) / (1 - p[j]) - k[j] / p[j], BCE, BIT, "Your line is exactly the derivative of the line bef"),
    ("shared parameter", BCE.xreplace({p[i]: P}), BCE, BIT, "You wrote one p for all samples; the line before has its"),
    ("direction", Sum(p[c] * log(p[c] / q[c]), CLASSES), KL, VECTORS, "Your line becomes the line before when p and q cha"),
    ("dropped term", -Sum(k[i] * log(p[i]), SAMPLES), BCE, BIT, "Your line has lost the term (1 − kᵢ) ln(1 − pᵢ)."),
]
# Mistakes found in public material (CLAIMS.md, part D).
PUBLIC = [
    ("D1", "sign", Sum(q[i, 1] * log(p[i, 1]) + (1 - q[i, 1]) * log(1 - p[i, 1]), SAMPLES), TWO, PAIRS),
    ("D2", "dropped term", -k[i] * log(p[i]), -k[i] * log(p[i]) - (1 - k[i]) * log(1 - p[i]), [p[i] > 0, p[i] < 1]),
    ("D3", "sign", Sum(q[c] * log(p[c] / q[c]), CLASSES), KL, VECTORS),
    ("D4", "log outside", -log(Sum(q[c] * p[c], CLASSES)), CE, VECTORS),
    ("D7", "base", CE / log(2), CE, VECTORS),
    ("D9", "index", -log(exp(z[c]) / Sum(exp(z[c]), (j, 1, C))), SOFTMAX, CHOSEN),
    ("D10", "reduction", Sum(x[i], SAMPLES), Sum(x[i], SAMPLES) / N, None),
    ("D11", "direction", Sum(p[c] * log(p[c] / q[c]), CLASSES), KL, VECTORS),
    ("D15", "log outside", Sum(gamma(k[i] + x[i]) - loggamma(x[i]), SAMPLES), NEGATIVE_BINOMIAL,
     [(x[i] > 0, SAMPLES), (k[i] >= 0, SAMPLES)]),
    ("D16", "range", Sum(x[i], (i, 0, N - 1)), Sum(x[i], SAMPLES), None),
]  # fmt: skip
OTHERS = [
    ("sign", -Sum(k[i] * log(p[i]) - (1 - k[i]) * log(1 - p[i]), SAMPLES), BCE, BIT),
    ("factor", sqrt(2) * SQUARES, SQUARES, None),
    ("reduction", log(2 * pi * sigma**2) / 2 + SQUARES / (2 * sigma**2), NLL, None),
    ("exponent", Sum(x[i] - mu[i], SAMPLES) ** 2, SQUARES, None),
    ("exponent", NLL.xreplace({SQUARES: Sum(x[i] - mu[i], SAMPLES)}), NLL, None),
    ("extra term", NLL + sigma, NLL, None),
    ("doubled term", BCE - Sum(k[i] * log(p[i]), SAMPLES), BCE, BIT),
    ("index", Sum(x[i] * mu[i + 1], SAMPLES), Sum(x[i] * mu[i], SAMPLES), None),
    ("same minimiser", SQUARES / N, NLL, None),
    ("unknown", Sum(p[i] ** 3 + k[i], SAMPLES), BCE, BIT),
    ("shared parameter", BCE, BCE.xreplace({p[i]: P}), {P: Interval.open(0, 1), k: {0, 1}}),
]


@pytest.mark.parametrize(("kind", "claimed", "before", "given", "begins"), STANDARD, ids=[row[0] for row in STANDARD])
def test_the_standard(kind, claimed, before, given, begins) -> None:
    verdict = judge(before, claimed, given)
    assert (verdict.status, verdict.kind) == ("refused", kind)
    assert verdict.what.text.startswith(begins)
    assert verdict.counterexample is not None
    assert verdict.see.text.startswith("At ")
    assert verdict.so


@pytest.mark.parametrize(("name", "kind", "claimed", "before", "given"), PUBLIC, ids=[row[0] for row in PUBLIC])
def test_mistakes_of_public_material(name, kind, claimed, before, given) -> None:
    assert diagnose(claimed, before, given).kind == kind


@pytest.mark.parametrize(("kind", "claimed", "before", "given"), OTHERS)
def test_other_mistakes(kind, claimed, before, given) -> None:
    verdict = judge(before, claimed, given)
    assert (verdict.status, verdict.kind) == ("refused", kind)


@pytest.mark.parametrize(
    ("kind", "claimed", "over", "begins"),
    [
        ("dropped parameter", SQUARES / (2 * sigma**2), sigma, "The term you dropped, N/2"),
        ("sign", -SQUARES, mu, "Your line is least where the line before is greatest"),
        ("exponent", Sum((x[i] - mu[i]) ** 4, SAMPLES), mu, "One exponent differs"),
        ("unknown", Sum(exp(mu[i] * x[i]), SAMPLES), mu, "The line before is not a times your line plus b"),
    ],
)
def test_same_minimiser(kind, claimed, over, begins) -> None:
    verdict = judge(NLL, claimed, None, "≃", over)
    assert (verdict.status, verdict.kind) == ("refused", kind)
    assert verdict.what.text.startswith(begins)
    assert judge(NLL, SQUARES / N, None, "≃", mu).accepted


def test_what_would_do_for_the_minimiser_is_said() -> None:
    verdict = judge(NLL, SQUARES / (2 * sigma**2), None)
    assert verdict.kind == "dropped term"
    assert "As ≃ over μ it is right, with a = 1 and b = N/2" in verdict.so.text


def test_an_accepted_line_keeps_its_step() -> None:
    verdict = judge(BCE, -Sum(k[i] ** 2 * log(p[i]) + (1 - k[i]) * log(1 - p[i]), SAMPLES), BIT)
    assert verdict.accepted
    assert verdict.step is not None
    assert not verdict.what


# What is no mistake in mathematics


@pytest.mark.parametrize(
    ("claimed", "name"),
    [
        (BCE.xreplace({N: Symbol("N")}), "N"),
        (BCE.xreplace({i: Symbol("i")}), "i"),
        (BCE.xreplace({p[i]: IndexedBase("p")[i]}), "p"),
        (BCE.xreplace({p[i]: IndexedBase("p", positive=True)[i]}), "p"),
    ],
)
def test_namesakes_come_first(claimed, name) -> None:
    for line, wrong in ((claimed, False), (-claimed, True)):
        verdict = judge(BCE, line, BIT)
        assert (verdict.status, verdict.kind) == ("not shown", "namesake")
        assert verdict.what.text.startswith(f"Two different symbols are both called {name}: ")
        assert ("There is this besides: Your line is exactly minus" in verdict.so.text) is wrong
        assert ("then it is right" in verdict.so.text) is not wrong


def test_one_letter_with_two_numbers_of_indices() -> None:
    verdict = judge(CE, -Sum(q[c] * log(p[i, c]), CLASSES), VECTORS)
    assert (verdict.status, verdict.kind) == ("not shown", "index")
    assert verdict.what.text == "The letter p has 2 indices in your line and 1 index in the line before."


def test_a_letter_without_a_declaration() -> None:
    verdict = judge(BCE, BCE + Symbol("b"), BIT)
    assert (verdict.status, verdict.kind) == ("not shown", "namesake")
    assert "Symbol('b', real=True)" in verdict.so.text


@pytest.mark.parametrize(
    ("before", "claimed", "given", "code"),
    [
        (log(Product(lam[i], SAMPLES)), Sum(log(lam[i]), SAMPLES), None, "given=[(lam[i] > 0, (i, 1, N))]"),
        (BCE, BCE, [(p[i] > 0, SAMPLES), {k: {0, 1}}], "given=[(p[i] < 1, (i, 1, N))]"),
        (log(x[1] * x[2]), log(x[1]) + log(x[2]), [x[1] * x[2] > 0], "given=[x[1] > 0, x[2] > 0]"),
    ],
)
def test_a_missing_fact_is_named_as_it_is_typed(before, claimed, given, code) -> None:
    verdict = judge(before, claimed, given)
    assert (verdict.status, verdict.kind) == ("not shown", "missing fact")
    assert verdict.so.text == f"Add {code}."
    assert "This does not say that your line is wrong." in verdict.message


def test_a_line_that_one_fact_more_would_make_right() -> None:
    verdict = judge(sqrt(x[1] ** 2), x[1], None)
    assert (verdict.status, verdict.kind) == ("refused", "missing fact")
    assert verdict.see.text == "At x₁ = −1 your line gives −1, the line before 1."


def test_no_more_facts_are_asked_for_than_needed() -> None:
    given = Given.of([(p[i] > 0, SAMPLES)], BCE)
    facts, enough = missing_facts(BCE, BCE, given)
    assert enough
    assert fact_code(facts) == "given=[(p[i] < 1, (i, 1, N))]"
    assert missing_facts(BCE, 2 * BCE, Given.of(BIT, BCE)) == ([], False)


@pytest.mark.parametrize("extra", [KroneckerDelta(N, 30) * sigma])
def test_what_no_number_betrays_is_not_shown(extra) -> None:
    verdict = judge(NLL, NLL + extra, None)
    assert (verdict.status, verdict.kind) == ("not shown", "not shown")
    assert "This does not say that your line is wrong." in verdict.message


@pytest.mark.parametrize(
    "claimed", [BCE + Float("0.5"), BCE.subs(N, 0), log(-sigma), Sum(x[i], (i, N, 1)), Symbol("q", real=True) + q[1], sigma / 0]
)
def test_nothing_is_raised(claimed) -> None:
    assert judge(BCE, claimed, BIT).status in ("refused", "not shown")


# How it is said


def test_exactly_is_said_only_where_the_kernel_admits_the_repair(monkeypatch) -> None:
    def refused(*_: object) -> None:
        raise Refused("not today")

    assert judge(BCE, -BCE, BIT).what.text == "Your line is exactly minus the line before."
    monkeypatch.setattr(import_module("cesym.check.case"), "admitted_equality", refused)
    assert judge(BCE, -BCE, BIT).what.text == "Your line looks like minus the line before."
    assert "seems to have lost" in judge(BCE, -Sum(k[i] * log(p[i]), SAMPLES), BIT).what.text


def test_a_repair_quotes_only_what_stands_there() -> None:
    split = -Sum(k[i] * log(p[i]), SAMPLES) + Sum((1 - k[i]) * log(1 - p[i]), SAMPLES)
    assert "the line before" not in judge(BCE, split, BIT).what.text
    assert "the line before" in judge(BCE, -Sum(k[i] * log(p[i]) - (1 - k[i]) * log(1 - p[i]), SAMPLES), BIT).what.text


def test_diagnose_reads_strings_and_finds_its_facts() -> None:
    found = diagnose("Sum(k[i]*ln(p[i]) + (1 - k[i])*ln(1 - p[i]), (i, 1, N))", BCE)
    assert isinstance(found, Diagnosis)
    assert found.kind == "sign"
    assert found.message.startswith("Your line is exactly minus the line before. At N = 1, k₁ = 1, p₁ = 1/2 your line")
    with pytest.raises(ValueError, match="nothing is wrong"):
        diagnose(BCE, BCE, BIT)


def test_a_verdict_shows_itself() -> None:
    verdict = judge(BCE, -BCE, BIT)
    assert str(verdict) == repr(verdict)
    assert "Your line is exactly minus the line before." in str(verdict)
    assert "$" in verdict._repr_markdown_()
    assert verdict.what in verdict._repr_markdown_()


def test_a_sentence_has_two_spellings() -> None:
    sentence = say("Use `f` for ", p[1] / 2, ".")
    assert sentence.startswith("Use `f` for $")
    assert sentence.text.startswith("Use f for ")
    assert "p₁" in sentence.text


# The tools


def test_terms_are_found_where_a_line_depends_on_them_linearly() -> None:
    line = SQUARES / 2 + sigma * (x[1] + log(x[2] + 1))
    assert {term.shown for term in terms(line)} >= {SQUARES / 2, sigma * x[1], sigma * log(x[2] + 1)}
    assert not any(term.part == x[2] for term in terms(line))
    assert all(term.put(term.part) == line for term in terms(line))


def test_edits_change_one_place() -> None:
    found = {edit.whole for edit in edits(x[1] * log(x[2]), lambda e: iter([2 * e] if e in (x[1], x[2]) else []))}
    assert found == {2 * x[1] * log(x[2]), x[1] * log(2 * x[2])}


@pytest.mark.parametrize(
    ("c", "right"),
    [(2, SQUARES), (1 / N, SQUARES), (log(2), SQUARES), (1 / sigma**2, SQUARES), (None, SQUARES + 1), (None, SQUARES**2)],
)
def test_a_constant_factor_is_recognised(c, right) -> None:
    left = SQUARES if c is None else c * SQUARES
    assert Case(left, right, Given.of([sigma > 0], left, right)).factor(right) == c


@pytest.mark.parametrize(("x", "r"), [("0.5", "1/2"), ("0.3333333333333333333333333333", "1/3"), ("0.12345", None)])
def test_only_small_rationals_are_recognised(x, r) -> None:
    from mpmath import mpf, workdps

    with workdps(30):
        found = rational(mpf(x))
    assert (str(found) if found is not None else None) == r


def test_what_is_to_be_typed_keeps_its_powers():
    verdict = Derivation.start("sqrt(x**2+1)-x").check("1/(sqrt(x**2+1)+x)")
    assert "given=[x + sqrt(x**2 + 1) > 0]" in verdict.so.text and "`" not in verdict.so.text


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(1, N - 1, "The last one is missing."), (1, N + 1, "Count the terms"), (2, N, "The first one is missing."),
     (0, N, "Numbered from 1 there is nothing at 0")],
)  # fmt: skip
def test_which_end_of_a_range_is_wrong(low, high, said):
    right, wrong = (Sum(x[i] ** 2, (i, *ends)) for ends in ((1, N), (low, high)))
    verdict = judge(right, wrong, Given.of(None, right))
    assert verdict.kind == "range" and said in verdict.message


def poisson() -> Derivation:
    return cesym.nll(Poisson("K", lam[i]), k).log_rules()


D, F = Symbol("D", integer=True, positive=True), Symbol("d", integer=True)
EPSILON = Symbol("epsilon", positive=True)
K, Z = map(scalar, (k, z))


def logits(times: int = 1) -> Derivation:
    """Cross-entropy in the logits, its gradient in the m-th and its Hessian in the j-th of them too."""
    given = [Eq(Sum(q[c], CLASSES), 1), m >= 1, m <= C, j >= 1, j <= C]
    d = Derivation.start(log(Sum(exp(z[c]), CLASSES)) - Sum(q[c] * z[c], CLASSES), given).differentiate(z[m])
    return d if times == 1 else d.differentiate(z[j])


def regression() -> Derivation:
    """The gradient of logistic regression over features."""
    score = Sum(w[F] * x[i, F], (F, 1, D))
    start = Sum(log(1 + exp(score)) - k[i] * score, SAMPLES)
    return Derivation.start(start, [{k: {0, 1}}, m >= 1, m <= D]).differentiate(w[m])


def smoothed() -> Derivation:
    given = [(p[c] > 0, CLASSES), Eq(Sum(q[c], CLASSES), 1), EPSILON < 1, C >= 2]
    return Derivation.start(-Sum(((1 - EPSILON) * q[c] + EPSILON / C) * log(p[c]), CLASSES), given)


def one_logit() -> Derivation:
    return Derivation.start(log(1 + exp(Z)) - K * Z, {K: {0, 1}}).differentiate(Z)


SOFT = "exp(z[m])/Sum(exp(z[c]), (c, 1, C))"
RESIDUAL = "(sigmoid(Sum(w[d]*x[i,d], (d, 1, D))) - k[i])"
# (the derivation, what is typed, the kind, words in the diagnosis)
NAMED = [
    (poisson, "Sum(log(factorial(k[i])) - k[i]*log(lam[i]),(i,1,N))", "dropped term", "lost the term"),
    (cesym.bce_from_bernoulli, "-Sum(p[i]*log(k[i]) + (1-p[i])*log(1-k[i]),(i,1,N))", "direction", "p and k change places"),
    (cesym.bce_from_bernoulli, "-Sum(y[i]*log(p[i]) + (1-y[i])*log(1-p[i]),(i,1,N))", "direction", "k stands for y"),
    (cesym.bce_from_bernoulli, "-Sum(k[i]*log(p[i]) + 1-k[i]*log(1-p[i]),(i,1,N))", "bracket", "One bracket differs"),
    (lambda: logits(2), f"KroneckerDelta(m, j)*{SOFT}*(1 - {SOFT})", "one case", "is right where j = m, and not always elsewhere"),
    (lambda: logits(2), f"{SOFT}*(1 - {SOFT})", "one case", "is right where j = m, and not always elsewhere"),
    (lambda: logits(2), "-exp(z[m] + z[j])/Sum(exp(z[c]), (c, 1, C))^2", "dropped term", "lost the term δ(j, m)"),
    (logits, "exp(z[c])/Sum(exp(z[c]), (c, 1, C)) - q[c]", "index", "when m stands for c"),
    (logits, "exp(z[m])/Sum(exp(z[c]), (c, 1, C)) - q[c]", "index", "when m stands for c"),
    (one_logit, "(sigmoid(z) - k)*sigmoid(z)*(1 - sigmoid(z))", "factor", "times the line before"),
    (one_logit, "2*(sigmoid(z) - k)", "factor", "is exactly 2 times"),
    (regression, f"Sum({RESIDUAL}*w[m], (i, 1, N))", "direction", "x[i,m]"),
    (regression, f"Sum({RESIDUAL}*x[i,c], (i, 1, N))", "index", "when m stands for c"),
    (regression, f"Sum({RESIDUAL}, (i, 1, N))*Sum(x[i,m], (i, 1, N))", "product of sums", "One product differs"),
    (regression, f"Sum({RESIDUAL}, (i, 1, N))", "factor", "One factor differs"),
    (smoothed, "-Sum(((1 - epsilon)*q[c] + epsilon/(C - 1))*log(p[c]), (c, 1, C))", "reduction", "ε/(C − 1)"),
    (lambda: Derivation.start(Sum((x[i] - mu[i])**2, SAMPLES)/v), "Sum((x[i] - mu[i])^2, (i, 1, N))/sigma", "direction",
     "when v stands for σ"),
    (lambda: Derivation.start(KL, VECTORS), "x[i]", "index", "i stands outside of every sum over i"),
    (lambda: Derivation.start(Sum(KroneckerDelta(i, j) * x[i], (i, 1, N))), "x[j]", "missing fact", "it is with j ≥ 1 and j ≤ N"),
]  # fmt: skip


@pytest.mark.parametrize(("start", "line", "kind", "words"), NAMED)
def test_usual_mistakes_are_named(start, line, kind, words):
    verdict = start().check(line)
    assert (verdict.status, verdict.kind) == ("refused", kind) and words in verdict.what.text
    assert "≃" not in verdict.so.text and "given=[k" not in verdict.so.text
    assert not start().slopes or "minimiser" not in verdict.message


TWO = [
    (lambda: Derivation.start(NLL), "N*log(2*pi*sigma^2) + Sum((x[i] - mu[i])^2, (i, 2, N))/(2*sigma^2)", {"half", "range"}),
    (lambda: Derivation.start(NLL), "N*log(2*pi*sigma)/2 - Sum((x[i] - mu[i])^2, (i, 1, N))/(2*sigma^2)", {"sign", "exponent"}),
    (cesym.bce_from_bernoulli, "Sum(k[i]*log(p[i]) + k[i]*log(1 - p[i]), (i, 1, N))", {"sign", "swap"}),
    (logits, "(q[m] - exp(z[j])/Sum(exp(z[c]), (c, 1, C)))/2", {"factor", "index"}),
]  # fmt: skip


@pytest.mark.parametrize(("start", "line", "kinds"), TWO)
def test_two_mistakes_at_once(start, line, kinds):
    verdict = start().check(line)
    assert verdict.status == "refused" and set(verdict.kind.split(" and ")) & kinds
    assert verdict.what.text.startswith("Two things seem to be wrong at once. ")


def test_a_line_before_is_looked_at_written_out():
    start = Derivation.start(-log(Product(exp(-((x[i] - mu[i]) ** 2) / (2 * sigma**2)) / sqrt(2 * pi * sigma**2), SAMPLES)))
    verdict = start.check("Sum((x[i] - mu[i])^2, (i, 1, N))/(2*sigma^2)")
    assert verdict.kind == "dropped term" and "lost the term" in verdict.what.text


@pytest.mark.parametrize(
    ("right", "wrong", "kind", "words"),
    [
        ("Sum(exp(-(x[i] - mu[i])^2), (i, 1, N))", "Sum(exp(-mu[i]^2), (i, 1, N))", "dropped term", "the term xᵢ of xᵢ − μᵢ"),
        ("Sum(log(1 + exp(-x[i])), (i, 1, N))", "Sum(log(2 + exp(-x[i])), (i, 1, N))", "half", "2 + exp(−xᵢ)"),
        ("Sum(sigmoid(z[i]) - k[i], (i, 1, N))", "Sum(z[i] - k[i], (i, 1, N))", "link", "One link differs"),
        ("Sum(x[i]*mu[i], (i, 1, N))*z", "x[i]*Sum(mu[i], (i, 1, N))*z", "product of sums", "One product differs"),
        ("exp(Sum(x[i], (i, 1, N))) + z", "Sum(exp(x[i]), (i, 1, N)) + z", "log outside", "One logarithm differs"),
        ("-Sum((k[i] + 1)*log(p[i]), (i, 1, N))", "-Sum(p[i]*log(k[i] + 1), (i, 1, N))", "direction", "One part differs"),
        ("Sum(k[i], (i, 1, N))", "Sum(k[i] + k, (i, 1, N))", "shared parameter", "one k for all"),
    ],
)
def test_mistakes_inside(right, wrong, kind, words):
    verdict = judge(cesym.parse(right), cesym.parse(wrong), [(k[i] >= 0, SAMPLES), (p[i] > 0, SAMPLES), (p[i] < 1, SAMPLES)])
    assert (verdict.status, verdict.kind) == ("refused", kind) and words in verdict.what.text


def test_what_is_no_probability_is_not_replaced_by_its_complement():
    verdict = logits().check("1/Sum(exp(z[m] - z[c]), (c, 1, C)) - q[m]")
    assert "1 −" not in verdict.what.text and "cheap" not in verdict.so.text


def test_no_minimiser_of_a_derivative_is_offered():
    normal = cesym.nll(Normal("X", mu[i], sigma), x).log_rules().differentiate(sigma)
    assert "≃" not in normal.check("N/sigma**2 - Sum((x[i]-mu[i])**2,(i,1,N))/sigma**3").so.text


def test_the_last_line_is_no_next_line():
    d = cesym.mse_from_gaussian()
    with pytest.raises(ValueError, match="the last line as it stands"):
        d.claim(d.exprs[-1])
    assert d.check(d.exprs[-1]).accepted


def test_the_question_is_no_answer():
    verdict = cesym.exercises.gaussian_gradient.check("Derivative((x-mu)**2/(2*sigma**2),mu)")
    assert (verdict.status, verdict.kind) == ("not shown", "the question")


BOARD = re.compile("line before|next line|same_minimiser|given=|write it back|smaller steps|in between|differentiate[(]")
WRONG_ANSWERS = {
    "gradient_in_logit": ("0", "k - p", "2*(p - k)", "p*(1 - p)", "-(k*log(p) + (1 - k)*log(1 - p))"),
    "gaussian_gradient": ("(x - mu)/sigma^2", "mu - x", "(x - mu)^2/(2*sigma^2)", "1/x", "log(x)"),
    "positives_count_twice": ("14/30", "p", "2*k[i]/(1 + k[i])"),
    "soft_minimum": ("log(2)", "-q*log(p) - (1 - q)*log(1 - p)", "-q*log(q)"),
    "bce_in_bits": ("-Sum(k[i]*log(p[i]) + (1 - k[i])*log(1 - p[i]), (i, 1, N))", "-k*log2(p)"),
}


@pytest.mark.parametrize(("name", "line"), [(name, line) for name, lines in WRONG_ANSWERS.items() for line in lines])
def test_an_answer_is_answered_without_the_words_of_a_board(name, line):
    verdict = getattr(cesym.exercises, name).check(line)
    assert not verdict.accepted and verdict.message
    assert not BOARD.search(verdict.message) and not BOARD.search(verdict._repr_markdown_())


@pytest.mark.parametrize(
    ("question", "quantity", "message"),
    [
        (3, lambda: cesym.mse_from_gaussian(), "question: expected a string, not int"),
        ("What?", SQUARES, "quantity: expected a Derivation, or a function .*, not Sum"),
        ("What?", lambda: SQUARES, "quantity: expected a Derivation, .*; it gave Sum"),
    ],
)
def test_what_is_no_exercise(question, quantity, message):
    with pytest.raises(TypeError, match=message):
        cesym.exercises.Exercise(question, quantity).check("0")


def test_a_sign_comes_before_letters_that_change_places():
    assert cesym.exercises.gaussian_gradient.check("(x - mu)/sigma^2").kind == "sign"
