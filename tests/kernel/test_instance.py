"""Theorems in use: each attack is refused by the check that it is made for, and the nearest true use is admitted."""

from fractions import Fraction
from typing import Any

import pytest
from sympy import (
    Derivative,
    Eq,
    Expr,
    IndexedBase,
    Integer,
    KroneckerDelta,
    Ne,
    Product,
    Rational,
    S,
    Sum,
    Symbol,
    exp,
    log,
)  # fmt: skip

from cesym import Derivation
from cesym.given import Given
from cesym.kernel import Refused, Step, admit, tree
from cesym.symbols import C, N, c, i, j, m, p, q, x, z

t, s, w, b = (IndexedBase(Symbol(name, real=True)) for name in "tswb")
u, g, h = (Symbol(name, real=True) for name in "ugh")
H, X = Symbol("H", real=True), IndexedBase(Symbol("X", real=True))
R, K = Symbol("R", positive=True), Symbol("K", integer=True)
CLASSES, SAMPLES = (c, 1, C), (i, 1, N)
REAL_C = Symbol("c", real=True)


def packed(d: Derivation) -> tuple:
    facts, models = d.given.kernel
    return (facts, models, tree(d.expr), tuple(map(tuple, d.kernel_steps)))


def chain(before: Any, after: Any, given: Any = None) -> tuple:
    return packed(Derivation.start(before, given).claim(after, "say"))


VECTORS = [(p[c] > 0, CLASSES), (q[c] > 0, CLASSES), Eq(Sum(q[c], CLASSES), 1), Eq(Sum(p[c], CLASSES), 1)]
TERM = [(q[c], "log", p[c] / q[c], CLASSES)]
CROSS, ENTROPY = -Sum(q[c] * log(p[c]), CLASSES), -Sum(q[c] * log(q[c]), CLASSES)
GIBBS = packed(Derivation.start(CROSS, VECTORS).at_least(ENTROPY, TERM))
BELOW = packed(Derivation.start(-CROSS, VECTORS).at_least(-ENTROPY, TERM, relation="≤"))
OUT = chain(Sum(u * x[c], CLASSES), u * Sum(x[c], CLASSES), [(Eq(u, u), CLASSES)])  # with a fact under a range
SHIFT = chain(Sum(u + x[c], CLASSES), C * u + Sum(x[c], CLASSES))
ROOT = chain(log(R**2), 2 * log(R))
EVEN = chain(KroneckerDelta(K, 0) * K, Integer(0))
BIT = chain(u**2, u, {u: {0, 1}})
APART = chain((u - g) / (u - g), Integer(1), [Ne(u, g)])
SLOPE = chain(Derivative(u * g, u), g)
FIRST = chain(Sum(x[c], CLASSES), x[1] + Sum(x[c], (c, 2, C)))
PICKED = chain(Sum(KroneckerDelta(c, m) * x[c], CLASSES), x[m], [m >= 1, m <= C])

OURS = [(t[i, c] > 0, SAMPLES, CLASSES), (s[i, c] > 0, SAMPLES, CLASSES), (w[i] >= 0, SAMPLES),
        (Eq(Sum(t[i, c], CLASSES), 1), SAMPLES), (Eq(Sum(s[i, c], CLASSES), 1), SAMPLES)]  # fmt: skip
T, S_ = {q[c]: t[i, c], C: C}, {p[c]: s[i, c]}
LOSS, LEAST = -Sum(t[i, c] * log(s[i, c]), CLASSES), -Sum(t[i, c] * log(t[i, c]), CLASSES)


def over(body: Expr) -> Sum:
    return Sum(body, SAMPLES)


def row(name: str, theorem: tuple, letters: dict, hole: Any, context: Any, before: Any, after: Any, given: Any,
    result: str, order: int = 1) -> Any:
    """``result`` is a relation, or what is said in the refusal."""
    return pytest.param(theorem, letters, hole, context, before, after, given, order, result, id=name)


NOT_GIVEN, NO_SIGN, NO_LETTER = "what the theorem takes for given", "not shown to rise", "nothing is said of what"
ROWS = [
    # An inequality: what ensures its direction
    row("weights", GIBBS, T | S_, X[i], over(w[i] * X[i]), over(w[i] * LOSS), over(w[i] * LEAST), OURS, "≥"),
    row("weights of no sign", GIBBS, T | S_, X[i], over(w[i] * X[i]), over(w[i] * LOSS), over(w[i] * LEAST),
        OURS[:2] + OURS[3:], NO_SIGN),
    row("falling", GIBBS, T | S_, X[i], over(-w[i] * X[i]), over(-w[i] * LOSS), over(-w[i] * LEAST), OURS, "≤"),
    row("backwards", GIBBS, T | S_, X[i], over(w[i] * X[i]), over(w[i] * LEAST), over(w[i] * LOSS), OURS, "≤", -1),
    row("a bound from above", BELOW, T | S_, X[i], over(w[i] * X[i]), -over(w[i] * LOSS), -over(w[i] * LEAST), OURS, "≤"),
    row("rising and falling", GIBBS, T | S_, X[i], over(X[i]) - 2 * X[1], over(LOSS) - 2 * LOSS.subs(i, 1),
        over(LEAST) - 2 * LEAST.subs(i, 1), OURS, NO_SIGN),
    row("squared", GIBBS, T | S_, X[i], over(X[i] ** 2), over(LOSS**2), over(LEAST**2), OURS, NO_SIGN),
    row("a product of both", GIBBS, T | S_, X[i], over(X[i]) * X[1], over(LOSS) * LOSS.subs(i, 1),
        over(LEAST) * LEAST.subs(i, 1), OURS, NO_SIGN),
    row("in a product", GIBBS, T | S_, X[i], Product(X[i], SAMPLES), Product(LOSS, SAMPLES), Product(LEAST, SAMPLES),
        OURS, NO_SIGN),
    row("in a logarithm", GIBBS, T | S_, X[i], over(log(1 + X[i] ** 2)), over(log(1 + LOSS**2)),
        over(log(1 + LEAST**2)), OURS, NO_SIGN),
    # What it takes for given
    row("not normalised", GIBBS, T | S_, X[i], over(X[i]), over(LOSS), over(LEAST), OURS[:4], NOT_GIVEN),
    row("normalised up to N - 1", GIBBS, T | S_, X[i], over(X[i]), over(LOSS), over(LEAST),
        [*OURS[:4], (Eq(Sum(s[i, c], CLASSES), 1), (i, 1, N - 1))], NOT_GIVEN),
    row("normalised over C - 1", GIBBS, T | S_, X[i], over(X[i]), over(LOSS), over(LEAST),
        [*OURS[:4], (Eq(Sum(s[i, c], (c, 1, C - 1)), 1), SAMPLES)], NOT_GIVEN),
    row("softmax is normalised", GIBBS, T | {p[c]: exp(z[c]) / Sum(exp(z[j]), (j, 1, C))}, X[i], over(X[i]),
        over(-Sum(t[i, c] * log(exp(z[c]) / Sum(exp(z[j]), (j, 1, C))), CLASSES)), over(LEAST), OURS, "≥"),
    row("a bit", BIT, {u: KroneckerDelta(i, j)}, H, H + 1, KroneckerDelta(i, j) ** 2 + 1, KroneckerDelta(i, j) + 1,
        None, "="),
    row("a bit that is given", BIT, {u: g}, H, log(1 + H), log(1 + g**2), log(1 + g), {g: {0, 1}}, "="),
    row("no bit", BIT, {u: g}, H, H, g**2, g, {g: {0, 1, 2}}, NOT_GIVEN),
    row("a half is no bit", BIT, {u: Rational(1, 2)}, H, H * (g - g), Integer(0), Integer(0), None, NOT_GIVEN),
    row("apart", APART, {u: h, g: Integer(0)}, H, H, h / h, Integer(1), [Ne(h, 0)], "="),
    row("perhaps the same", APART, {u: h, g: h**2}, H, 1 * H, (h - h**2) / (h - h**2), Integer(1), [h < 0], "="),
    row("picked", PICKED, {m: j, x[c]: exp(b[c]), C: N}, H, log(H), log(exp(b[j])), b[j], [j >= 1, j <= N], "="),
    row("picked out of range", PICKED, {m: j, x[c]: b[c], C: N}, H, H, Sum(KroneckerDelta(c, j) * b[c], (c, 1, N)),
        b[j], [j >= 1], NOT_GIVEN),
    # What is declared of its letters
    row("positive", ROOT, {R: exp(u) + u**2}, H, H / 2, log(exp(u) + u**2), log(exp(u) + u**2), None, "="),
    row("not positive", ROOT, {R: u}, H, 0 * H, Integer(0), Integer(0), [Ne(u, 0)], "declared positive"),
    row("whole", EVEN, {K: N - i}, H, H + i, KroneckerDelta(N - i, 0) * (N - i) + i, i, None, "="),
    row("not whole", EVEN, {K: u}, H, u, u, u, None, "declared integer"),
    row("a size that may be 0", FIRST, {C: N - 1, x[c]: b[c]}, H, H, Sum(b[c], (c, 1, N - 1)),
        b[1] + Sum(b[c], (c, 2, N - 1)), None, "the range of c"),
    row("a size that is 0", OUT, {u: h, x[c]: b[c], C: N - 1}, H, H, Sum(h * b[c], (c, 1, N - 1)),
        h * Sum(b[c], (c, 1, N - 1)), None, "declared positive"),
    # Letters
    row("out of the sum", OUT, {u: h, x[c]: b[c], C: C}, H, exp(H), exp(Sum(h * b[c], CLASSES)),
        exp(h * Sum(b[c], CLASSES)), None, "="),
    row("our c is not bound by its sum", OUT, {u: b[c], x[j]: b[j], C: C}, H, H, Sum(b[c] * b[j], (j, 1, C)),
        b[c] * Sum(b[j], (j, 1, C)), None, "="),
    row("its sum does not bind our c", OUT, {u: b[c], x[j]: b[j], C: C}, H, H, Sum(b[c] ** 2, CLASSES),
        b[c] * Sum(b[j], (j, 1, C)), None, "the context"),
    row("a term binds its own letters", OUT, {u: h, x[c]: Sum(t[c, i], (i, 1, c)), C: C}, X[i], over(X[i]),
        over(Sum(h * Sum(t[c, j], (j, 1, c)), CLASSES)), over(h * Sum(t[c, j], (c, 1, C), (j, 1, c))), None, "range"),
    row("our i in its term", SHIFT, {u: b[i], x[c]: t[i, c], C: C}, X[i], over(X[i]),
        over(Sum(b[i] + t[i, c], CLASSES)), over(C * b[i] + Sum(t[i, c], CLASSES)), None, "="),
    row("our i is not told to the hole", SHIFT, {u: b[i], x[c]: t[i, c], C: C}, H, over(H),
        over(Sum(b[i] + t[i, c], CLASSES)), over(C * b[i] + Sum(t[i, c], CLASSES)), None, "stand in no line here"),
    row("a letter without a meaning", OUT, {u: h, C: C}, H, H, Sum(h * x[c], CLASSES), h * Sum(x[c], CLASSES), None,
        NO_LETTER),
    row("a size without a meaning", OUT, {u: h, x[c]: x[c]}, H, H, Sum(h * x[c], CLASSES), h * Sum(x[c], CLASSES),
        None, NO_LETTER),
    row("a letter of one name", OUT, {R: h, Symbol("u", positive=True): h, x[c]: x[c], C: C}, H, H,
        Sum(h * x[c], CLASSES), h * Sum(x[c], CLASSES), [h > 0], NO_LETTER),
    row("two meanings", OUT, {u: h, x[c]: x[c], x[j]: 2 * x[j], C: C}, H, H, Sum(h * x[c], CLASSES),
        h * Sum(x[c], CLASSES), None, "one meaning"),
    row("an entry for a family", OUT, {u: h, x[1]: h, C: C}, H, H, Sum(h * h, CLASSES), h * Sum(h, CLASSES), None,
        "letters of its own"),
    row("two indices for one", OUT, {u: h, x[c, j]: h, C: C}, H, H, Sum(h * h, CLASSES), h * Sum(h, CLASSES), None,
        "could not read"),
    row("a letter that nobody knows", OUT, {u: h, x[c]: x[c] + 0 * h, C: C}, H, H + g - g, Sum(h * x[c], CLASSES),
        h * Sum(x[c], CLASSES), None, "="),
    row("our c is a number", OUT, {u: REAL_C, x[j]: b[j], C: C}, H, exp(H), exp(Sum(REAL_C * b[j], (j, 1, C))),
        exp(REAL_C * Sum(b[j], (j, 1, C))), None, "="),
    row("a letter that stands in the context alone", OUT, {u: h, x[c]: b[c], C: C}, H, H + (g + 1) ** 2 - g**2 - 2 * g - 1,
        Sum(h * b[c], CLASSES), h * Sum(b[c], CLASSES), None, "stand in no line here"),
    row("a new letter in a term", SHIFT, {u: g - g, x[c]: x[c] * g**0, C: C}, H, H, Sum(x[c], CLASSES), Sum(x[c], CLASSES),
        None, "="),
    # Derivatives
    row("a slope of its own", SLOPE, {u: h, g: h}, H, H, Derivative(h * h, h), h, None, "not used on a derivative"),
    row("a slope around it", ROOT, {R: exp(h)}, H, Derivative(H, h), Derivative(log(exp(h) ** 2), h),
        Derivative(2 * log(exp(h)), h), None, "not used on a derivative"),
    # The use itself
    row("another line", OUT, {u: h, x[c]: b[c], C: C}, H, H, Sum(h * b[c], CLASSES), h * Sum(b[c], (c, 2, C)), None,
        "the context"),
    row("another line before", OUT, {u: h, x[c]: b[c], C: C}, H, H, Sum(h * b[c], (c, 2, C)), h * Sum(b[c], CLASSES),
        None, "the context"),
    row("no order", OUT, {u: h, x[c]: b[c], C: C}, H, H, Sum(h * b[c], CLASSES), h * Sum(b[c], CLASSES), None,
        "its order", 2),
]  # fmt: skip


def use(theorem: tuple, letters: dict, hole: Any, context: Any, before: Any, after: Any, order: int = 1) -> Step:
    pairs = tuple((tree(pattern), tree(term)) for pattern, term in letters.items())
    return Step(tree(before), tree(after), "theorem", (), (), (theorem, pairs, tree(hole), tree(context), order))


@pytest.mark.parametrize(
    ("theorem", "letters", "hole", "context", "before", "after", "given", "order", "result"), ROWS
)
def test_use(theorem, letters, hole, context, before, after, given, order, result):
    facts = Given.of(given, before, after).kernel
    step = use(theorem, letters, hole, context, before, after, order)
    if len(result) == 1:
        assert admit(facts, step).relation == result
    else:
        with pytest.raises(Refused, match=result):
            admit(facts, step)


FINE = (Sum(h * b[c], CLASSES), h * Sum(b[c], CLASSES))
FACTS, MODELS, START, STEPS = OUT
WRONG = (*STEPS[0][:1], tree(u * Sum(x[c], (c, 2, C))), *STEPS[0][2:])
TAMPERED = {
    "a step that does not follow": ((FACTS, MODELS, START, (WRONG,)), "witness|normal forms"),
    "a chain that starts elsewhere": ((FACTS, MODELS, tree(u), STEPS), "broken"),
    "no witness": ((FACTS, (), START, STEPS), "two witnesses"),
    "facts that contradict each other": (((*FACTS, (tree(u > 0),), (tree(u < 0),)), MODELS, START, STEPS), "witness"),
    "a theorem about a minimiser": (packed(Derivation.start(2 * u**2, {u: S.Reals}).same_minimiser(u**2, u)), "≃"),
    "not a theorem": ((FACTS, MODELS, START), "could not read"),
    "a step for steps": ((FACTS, MODELS, START, STEPS[0]), "could not read"),
    "a number": (3, "could not read"),
}


@pytest.mark.parametrize(("theorem", "refusal"), TAMPERED.values(), ids=TAMPERED)
def test_a_theorem_is_verified_with_its_use(theorem, refusal):
    facts = Given.of(None, *FINE).kernel
    letters = {u: h, x[c]: b[c], C: C}
    assert admit(facts, use(OUT, letters, H, H, *FINE)).relation == "="
    with pytest.raises(Refused, match=refusal):
        admit(facts, use(theorem, letters, H, H, *FINE))


def test_a_use_is_read_alike_whatever_was_read_before():
    """Equal data is decided once, and Fraction(1) equals 1."""
    facts, step = Given.of(None, *FINE).kernel, use(OUT, {u: h, x[c]: b[c], C: C}, H, H, *FINE)
    assert admit(facts, step).relation == "="
    with pytest.raises(Refused, match="a number is a tree"):
        admit(facts, step._replace(data=(*step.data[:4], Fraction(1))))
