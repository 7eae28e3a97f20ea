"""Lines by theorems: what users write, what they are told, and files that keep a theorem's own steps."""

import json
import re

import pytest
from sympy import Derivative, Eq, IndexedBase, KroneckerDelta, S, Sum, Symbol, exp, log

import cesym
from cesym import Derivation, StepRefused
from cesym.__main__ import main
from cesym.derivation.file import load
from cesym.kernel import Refused
from cesym.symbols import C, N, c, i, j, m, p, q, x, z

t, s, w = (IndexedBase(Symbol(name, real=True)) for name in "tsw")
u, g = Symbol("u", real=True), Symbol("g", real=True)
CLASSES, SAMPLES = (c, 1, C), (i, 1, N)
VECTORS = [(p[c] > 0, CLASSES), (q[c] > 0, CLASSES), Eq(Sum(q[c], CLASSES), 1), Eq(Sum(p[c], CLASSES), 1)]
OURS = [(t[i, c] > 0, SAMPLES, CLASSES), (s[i, c] > 0, SAMPLES, CLASSES), (w[i] >= 0, SAMPLES),
        (Eq(Sum(t[i, c], CLASSES), 1), SAMPLES), (Eq(Sum(s[i, c], CLASSES), 1), SAMPLES)]  # fmt: skip
SOFTMAX = exp(z[c]) / Sum(exp(z[j]), (j, 1, C))


def gibbs() -> Derivation:
    d = Derivation.start(-Sum(q[c] * log(p[c]), CLASSES), VECTORS, name="gibbs")
    return d.at_least(-Sum(q[c] * log(q[c]), CLASSES), [(q[c], "log", p[c] / q[c], CLASSES)])


def chain(before, after, given=None, name="") -> Derivation:
    return Derivation.start(before, given, name=name).claim(after, "say")


ONE_HOT = chain(Sum(KroneckerDelta(c, m) * x[c], CLASSES), x[m], [m >= 1, m <= C], "one_hot")
OUT = chain(Sum(u * x[c], CLASSES), u * Sum(x[c], CLASSES), {u: S.Reals}, "out")
SPLIT = chain(log(exp(u) * exp(g)), u + g, None, "split")

# before, given, theorem, options, what comes of it
RIGHT = [
    (-Sum(t[i, c] * log(s[i, c]), CLASSES, SAMPLES), OURS, gibbs, {}, "≥", -Sum(t[i, c] * log(t[i, c]), CLASSES, SAMPLES)),
    (3 - 2 * Sum(w[i] * t[i, c] * log(s[i, c]), CLASSES, SAMPLES), OURS, gibbs, {}, "≥",
     3 - 2 * Sum(w[i] * Sum(t[i, c] * log(t[i, c]), CLASSES), SAMPLES)),
    (Sum(t[1, c] * log(s[1, c]), CLASSES), OURS, gibbs, {}, "≤", Sum(t[1, c] * log(t[1, c]), CLASSES)),
    (-Sum(q[c] * log(SOFTMAX), CLASSES), [(q[c] > 0, CLASSES), Eq(Sum(q[c], CLASSES), 1)], gibbs, {}, "≥",
     -Sum(q[c] * log(q[c]), CLASSES)),
    (-Sum(log(p[c]), CLASSES) / C, [(p[c] > 0, CLASSES), Eq(Sum(p[c], CLASSES), 1)], gibbs,
     {"letters": {q[c]: 1 / C, p[c]: p[c]}, "line": log(C)}, "≥", log(C)),
    (-Sum(log(p[c]), CLASSES) / C, [(p[c] > 0, CLASSES), Eq(Sum(p[c], CLASSES), 1)], gibbs,
     {"letters": {"q[c]": "1/C", p: p}, "line": "log(C)"}, "≥", log(C)),
    (log(1 + Sum(KroneckerDelta(c, m) * z[c] ** 2, CLASSES)), [m >= 1, m <= C], ONE_HOT, {}, "=", log(1 + z[m] ** 2)),
    (Sum(Sum(KroneckerDelta(j, i) * x[j], (j, 1, N)) * w[i], SAMPLES), None, ONE_HOT, {"letters": {C: N}}, "=",
     Sum(x[i] * w[i], SAMPLES)),
    (exp(u * Sum(x[c] ** 2, CLASSES)), None, OUT, {"backwards": True}, "=", exp(Sum(u * x[c] ** 2, CLASSES))),
    (2 * log(exp(x[1]) * exp(7 * g)), None, SPLIT, {}, "=", 2 * (x[1] + 7 * g)),
]  # fmt: skip


@pytest.mark.parametrize(("before", "given", "theorem", "options", "relation", "after"), RIGHT, ids=range(len(RIGHT)))
def test_a_line_by_a_theorem(before, given, theorem, options, relation, after):
    d = Derivation.start(before, given).by(theorem, **options).recheck()
    assert d.relation == relation
    assert d.check(after).accepted
    assert d.chain[-1].reason.startswith("by ") and d[-1].admitted_by == "theorem"


SLOPE = chain(Derivative(u * g, u), g, None, "slope")
WRONG = [
    (-Sum(t[i, c] * log(s[i, c]), CLASSES, SAMPLES), OURS[:4], gibbs, {}, StepRefused,
     r"given=\[\(Eq\(Sum\(s\[i, c\], \(c, 1, C\)\), 1\), \(i, 1, N\)\)\]"),
    (-Sum(w[i] * Sum(t[i, c] * log(s[i, c]), CLASSES), SAMPLES), OURS[:2] + OURS[3:], gibbs, {}, StepRefused, "rises"),
    (Sum(KroneckerDelta(c, j) * x[c], CLASSES), [j >= 1], ONE_HOT, {}, StepRefused, "j <= C"),
    (log(2 + x[1] ** 2), None, gibbs, {}, ValueError, "no part of the last line looks like the left side of gibbs"),
    (log(2 + x[1] ** 2), None, cesym.mse_from_gaussian, {}, ValueError, "mse_from_gaussian is about ≃"),
    (u * g, None, SLOPE, {}, ValueError, r"slope is about a derivative; .*\.differentiate"),
    (Sum(2 * x[c], CLASSES), None, OUT, {"letters": {"y": 2}}, ValueError, "out has no letter y; it has C, u, x"),
    (Sum(2 * x[c], CLASSES), None, OUT, {"letters": {x: 2}}, ValueError, r"say what x stands for as \{x\[i\]: ...\}"),
    (exp(u * Sum(x[c] ** 2, CLASSES)), None, ONE_HOT, {"backwards": True}, ValueError, "looks like the right side"),
    (u, None, "gibbs", {}, TypeError, "expected a theorem such as"),
    (u, None, lambda: 3, {}, TypeError, "gives a int, not a derivation"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "given", "theorem", "options", "error", "words"), WRONG, ids=range(len(WRONG)))
def test_a_theorem_that_does_not_serve(before, given, theorem, options, error, words):
    with pytest.raises(error) as caught:
        Derivation.start(before, given).by(theorem, **options)
    assert re.search(words, " ".join(str(caught.value).split()))


def circle() -> Derivation:
    return Derivation.start(u + g).by(other)


def other() -> Derivation:
    return Derivation.start(u + g).by(circle)


def test_no_theorem_rests_on_itself():
    with pytest.raises(ValueError, match=r"(circle|other) rests on itself"):
        circle()
    assert Derivation.start(log(exp(u) * exp(g))).by(SPLIT)  # and nothing is left behind


def on_two() -> Derivation:
    """A theorem that rests on one that rests on another."""
    weighted = Derivation.start(-Sum(w[i] * t[i, c] * log(s[i, c]), CLASSES, SAMPLES), OURS, name="weighted").by(gibbs)
    return Derivation.start(-Sum(3 * t[i, c] * log(s[i, c]), CLASSES, SAMPLES), OURS).by(weighted, {w[i]: 3})


def test_what_a_card_says():
    d = on_two()
    assert "by weighted" in d.to_text() and r"\text{by weighted (H1, H2, H4, H5)}" in d.to_latex()
    assert "theorem: with $w_{i} = 3$; shown here: $t_{i,c} > 0$" in d.to_markdown()


def test_other_letters_and_numbers():
    d = on_two()
    assert d.rename(t="y", s=r"\hat y", i="n", c="k").to_text().count("by weighted") == 1
    assert d.instance(N=2, C=3).relation == "≥"


def test_a_file_keeps_the_theorems(tmp_path, capsys):
    path = tmp_path / "mine.json"
    on_two().save(path)
    assert load(path).verify().relation == "≥" and main(["check", str(path)]) == 0
    said = capsys.readouterr().out
    assert "rests on weighted, its 1 step verified too" in said


def changed(data: dict, how: str) -> None:
    marks = list(data["theorems"])
    theorem = data["theorems"][marks[-1]]
    match how:
        case "a name":
            theorem["name"] = "gibbs"
        case "a line":
            theorem["steps"][0][0] = theorem["start"]
        case "a fact less":
            theorem["facts"].pop()
        case "one is gone":
            del data["theorems"][marks[0]]
        case "the order":
            data["theorems"] = dict(reversed(data["theorems"].items()))
        case "another mark":
            data["steps"][0][4][0] = marks[0]
        case "itself":
            theorem["steps"][0][4][0] = marks[-1]


@pytest.mark.parametrize("how", ["a name", "a line", "a fact less", "one is gone", "the order", "another mark", "itself"])
def test_a_file_that_was_changed(tmp_path, how):
    path = tmp_path / "mine.json"
    on_two().save(path)
    data = json.loads(path.read_text("utf-8"))
    changed(data, how)
    path.write_text(json.dumps(data), "utf-8")
    with pytest.raises(Refused):
        load(path).verify()
