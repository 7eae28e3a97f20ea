"""Names are names: in rename, in letters of SymPy, in titles and labels, and in files that others wrote."""

import json
import unicodedata

import pytest
from sympy import Indexed, IndexedBase, Interval, Product, S, Sum, Symbol, exp, log
from sympy.stats import Normal

import cesym
from cesym import Derivation
from cesym.__main__ import main
from cesym.derivation.file import load
from cesym.kernel import Refused
from cesym.notation.letters import ascii_name, latex_name, text_name
from cesym.parse.names import alike, check_label, check_name, check_title, check_words
from cesym.symbols import N, c, i, k, mu, p, sigma, x, z

NAMES = [
    "y", "Y", "yhat", "rate", "class", "theta", "y_i", "x_1", "x1", "alpha_1", "mu_hat", "lambda", "lam", "beta", "gamma",
    "beta'", "x_1'", "r_", "_x", "a_b_c", "ŷ", "θ", "θ̄", "y\u0302", "x_θ", r"\theta", r"\hat y", r"\hat{y}", r"\hat\theta",
    r"\hat{ y }", r"\bar x", r"\vec{x}", r"\mathbf{w}", r"\mathrm{rate}", r"\hat{\mathbf{w}}", r"\mathbf{\hat w}", "p^*",
    r"\theta^*", r"\theta_0", r"\hat{y}_1", r"\varepsilon", r"\ell", r"\boldsymbol{\theta}",
]  # fmt: skip
NO_NAMES = [
    "a) + (b", "p = 1", "x + y", "x-1", "x,y", "x;y", "f(x)", "x[1]", "{x}", "x!", "x%", "x&y", "x#", "p|q", "x^2", "", " ", " y", "y ",
    "x y", "1", "1x", "_", "__", "'", "a\nb", "a\tb", "a\x00b", "a\x1b[2J", "$x$", "$", r"\frac{a}{b}", r"\frac12", "{y", "y}",
    r"\hat{y", r"\mathbf{w}}", r"\hat", r"\haty", r"\hat{ab}", r"\mathbf{}", r"\mathbf{w} = 1", r"\text{a b}", r"\begin{x}",
    r"x\\y", r"x_{", r"\operatorname{log}", r"\foo", r"\color{white}", "log", "ln", "exp", "Sum", "Piecewise", "sqrt", "sigmoid",
    "log2", "pi", "E", "e", r"\pi", "π", r"\log", r"\mathrm{log}", r"\mathrm{e}", "None", "True", "in", "nan", "oo",
    "а", "ο", "Α", "ж", "𝐱", "ｘ", "ﬁ", "ⅰ", "µ", "∑", "∏", "×", "x²", "xᵢ", "x\u200b", "x\u200d", "\u202ex", "\u200fx", "\u2066x",
    "x\ufeff", "x\u00ad", "x\u0338", "x\ud800", "x\u2028y", "x" * 100_000, "x_" + "1" * 1000, r"\hat{" * 50, 5, None, b"x",
]  # fmt: skip


ENTRY = Derivation.start(x[i])


@pytest.mark.parametrize("name", NAMES)
def test_a_name(name) -> None:
    check_name(name, "name")
    assert text_name(name) and "\\" not in text_name(name) and ascii_name(name).isidentifier()
    assert latex_name(name).isascii()
    assert ENTRY.rename(x=name).recheck()


@pytest.mark.parametrize("name", NO_NAMES, ids=lambda name: ascii(name)[:30])
def test_no_name(name) -> None:
    with pytest.raises(ValueError, match="p: ") as refusal:
        check_name(name, "p")
    said = str(refusal.value)
    assert "a name is a Latin or Greek letter" in said and len(said) < 400
    assert all(unicodedata.category(sign)[0] != "C" for sign in said)


BCE = cesym.bce_from_bernoulli()


@pytest.mark.parametrize("name", ["a) + (b", "", "k = 1", r"\frac{a}{b}", "log", "pi", "y\n", 7])
def test_rename_takes_names_alone(name) -> None:
    with pytest.raises(ValueError, match=r"^rename: the new name of p: .* a name is a Latin or Greek letter"):
        BCE.rename(p=name)


@pytest.mark.parametrize(
    ("letters", "message"),
    [
        ({"p": "k"}, "two letters would both be called k"), ({"p": "μ", "k": "mu"}, "'μ' would be printed like 'mu'|'mu' would"),
        ({"p": r"\mu", "k": "mu"}, "would be printed like"), ({"p": r"\hat y", "k": r"\hat{y}"}, "would be printed like"),
        ({"p": "y_hat", "k": r"\hat y"}, "would be printed like"), ({"p": r"\mathbf{k}"}, r"new name of p: .* would be printed like 'k'"),
        ({"N": "k_1"}, "new name of N: 'k_1' would be printed like 'k'"), ({"N": "k1"}, "would be printed like 'k'"),
    ],
)  # fmt: skip
def test_two_letters_that_print_alike(letters, message) -> None:
    with pytest.raises(ValueError, match=message):
        BCE.rename(**letters)


def test_alike() -> None:
    assert alike(["mu", "k", "p"]) is None and alike(["x", "x_1"]) is None
    assert alike(["lam", "lambda"]) and alike(["x1", "x_1"]) and alike(["\u212b", "Å"]) and alike(["x", "x1"], ["x"])


def test_a_label_has_its_letters_renamed() -> None:
    assert cesym.mse_from_gaussian().rename(mu="theta").label == (r"\mathrm{NLL}(\theta)", "NLL(θ)")
    assert BCE.rename(p=r"\hat y").label == (r"\mathrm{NLL}(\hat y)", "NLL(ŷ)")
    d = cesym.nll_is_cross_entropy_one_hot().rename(N="n")
    assert d.label == (r"\tfrac{1}{n}\,\mathrm{NLL}(p)", "NLL(p)/n")
    assert cesym.likelihood_max_is_nll_min().rename(p="L").label == ("L(L)", "L(L)")


@pytest.mark.parametrize("name", ["x + y", "p = 1", "", "a) + (b", "x\n\nAccepted", "$", "\u202ex", "log", "pi"])
def test_a_letter_of_sympy_needs_a_name(name) -> None:
    bad = Symbol(name, real=True)
    family = IndexedBase(bad)
    d = Derivation.start(log(sigma))
    for shown in (
        lambda: Derivation.start(bad**2),
        lambda: Derivation.start(Sum(family[i], (i, 1, N))),
        lambda: Derivation.start(Sum(x[Symbol(name, integer=True)], (Symbol(name, integer=True), 1, N))),
        lambda: Derivation.start(sigma, [bad > 0]),
        lambda: Derivation.start(sigma, {bad: S.Reals}),
        lambda: Derivation.start(sigma, {family: Interval(0, 1)}),
        lambda: d.claim(log(sigma) + bad),
        lambda: d.claim(Sum(0 * x[i], (i, 1, N)) + log(sigma) + bad**2 - bad * (bad + 1) + bad),
        lambda: d.check(log(sigma) + bad),
        lambda: d.let(sigma, exp(bad)),
        lambda: cesym.nll(Normal("X", bad, sigma), x),
    ):
        with pytest.raises(ValueError, match="a name is a Latin or Greek letter") as refusal:
            shown()
        assert "\n" not in str(refusal.value)


def test_letters_of_sympy_that_print_alike() -> None:
    with pytest.raises(ValueError, match="printed alike"):
        Derivation.start(Symbol("mu", real=True) + Symbol("μ", real=True))
    with pytest.raises(ValueError, match="x and x_1 would be printed alike"):
        Derivation.start(Symbol("x_1", real=True) + x[1])
    assert Derivation.start(Symbol("x_1", real=True) + Symbol("x_2", real=True))


@pytest.mark.parametrize("name", ["alpha_1", "x1", "lambda", "mu_hat", "beta'", "ŷ", "gamma"])
def test_ordinary_letters_of_sympy_go_on_working(name) -> None:
    letter = Symbol(name, real=True)
    d = Derivation.start(log(exp(letter) * sigma)).claim(letter + log(sigma), because="logs")
    assert d.recheck().to_text(unicode=False).isascii() and d.to_markdown() and d.check(f"log(sigma) + {ascii_name(name)}").accepted


# Titles, sentences, labels

TITLES = ["", "mse_from_gaussian", "BCE, once more", "my theorem (draft 2)", "Größe"]
NO_TITLES = [
    "two\nlines", "**bold**", "$x$", "`x`", "a\\b", "<script>", "x\u202ey", "x\x1b[2J", "x" * 200, " x", "[a](b)", None, 5, "x\u200b",
]  # fmt: skip


@pytest.mark.parametrize("title", NO_TITLES, ids=lambda title: ascii(title)[:30])
def test_no_title(title) -> None:
    for shown in (lambda: Derivation.start(sigma, name=title), lambda: BCE.loss(k, p, name=title)):
        with pytest.raises(ValueError, match=r"name: .* is no title: expected a few words"):
            shown()


@pytest.mark.parametrize("title", TITLES)
def test_a_title(title) -> None:
    check_title(title, "name")
    assert Derivation.start(sigma, name=title).name == title


NO_WORDS = [
    "two\nlines", "a $ alone", "$x} = 0 {$", r"$x \\ y$", "$x & y$", r"$\end{aligned}$", r"$\begin{x}$", "<!-- hidden", "<b>", "x\u202ey",
    r"$\color{white} x$", "x" * 5000, None, 5, "x\ud800",
]  # fmt: skip


@pytest.mark.parametrize("words", NO_WORDS, ids=lambda words: ascii(words)[:30])
def test_no_words(words) -> None:
    for shown in (
        lambda: Derivation.start(sigma, says=words),
        lambda: Derivation.start(sigma, because=words),
        lambda: Derivation.start(sigma).claim(sigma, because=words),
        lambda: Derivation.start(sigma, assumptions=(cesym.given.Assumption(words, "plain"),)),
    ):
        with pytest.raises(ValueError, match="expected one line of words"):
            shown()


@pytest.mark.parametrize("words", ["", r"$\ln$ of a product, for **all** $p_i < 1$", "costs \\$5", "*so* `claim` it & more, 5 % < 6"])
def test_words(words) -> None:
    check_words(words, "says")


NO_LABELS = [
    ("x",), ("x", 5), "NLL", ("a = b", "a"), ("a", "a = b"), ("0", "0"), ("p} = 0 {", "p"), (r"p \\ q", "p"), ("p & q", "p"), ("p$", "p"),
    ("p", "p\nq"), (r"p \le q", "p"), ("p", "p ≃ q"), (r"\end{aligned} p", "p"), ("x" * 200, "x"),
]  # fmt: skip


@pytest.mark.parametrize("label", NO_LABELS, ids=str)
def test_no_label(label) -> None:
    for shown in (lambda: Derivation.start(sigma, label=label), lambda: Derivation.start(sigma).claim(sigma, label=label)):
        with pytest.raises(ValueError, match="is not what a line is called"):
            shown()


def test_a_label() -> None:
    for label in (None, ("L(p)", "L(p)"), (r"\sum_{i=1}^{N} \mathrm{BCE}(k_i, p_i)", "∑ᵢ₌₁ᴺ BCE(kᵢ, pᵢ)")):
        check_label(label, "label")


# Files that others wrote

WITH_LETTERS = Derivation.start(-log(Product(p[i], (i, 1, N))), {p: Interval.open(0, 1)}, name="mine").log_rules()


def called(data, old, new):
    """The JSON with a letter of another name."""
    if isinstance(data, list):
        if len(data) == 3 and data[:2] == ["Symbol", old]:
            return ["Symbol", new, data[2]]
        return [called(part, old, new) for part in data]
    return data


def renamed_file(tmp_path, old, new):
    file = tmp_path / "saved"
    WITH_LETTERS.save(file)
    data = {key: called(value, old, new) for key, value in json.loads(file.read_text("utf-8")).items()}
    data["models"] = [[[new if name == old else name, value] for name, value in model] for model in data["models"]]
    file.write_text(json.dumps(data), "utf-8")
    return file


@pytest.mark.parametrize("name", [name for name in NO_NAMES if isinstance(name, str)], ids=lambda name: ascii(name)[:30])
def test_a_file_with_a_letter_that_has_no_name(name, tmp_path, capsys) -> None:
    file = renamed_file(tmp_path, "p", name)
    with pytest.raises(Refused, match="is no saved derivation: ") as refusal:
        load(file)
    assert "a name is a Latin or Greek letter" in str(refusal.value)
    assert main(["check", str(file)]) == 1
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize("name", ["p = 1", "\u202ep", "N"])
def test_a_file_with_a_bound_letter_that_lies(name, tmp_path) -> None:
    with pytest.raises(Refused):
        load(renamed_file(tmp_path, "i", name)).verify()


def test_a_file_with_ordinary_names(tmp_path) -> None:
    for n, name in enumerate(("alpha_1", "ŷ", r"\hat y", "beta'")):
        folder = tmp_path / str(n)
        folder.mkdir()
        assert load(renamed_file(folder, "p", name)).verify().relation == "="


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "x\n    0\n  = 1"), ("name", "\x1b[2J"), ("name", "x" * 10**5), ("assumptions", ["x\nchecked: all"]),
        ("assumptions", ["\u202ex"]), ("letters", [["r", 0]]), ("letters", [[["Symbol", "p = 1", ["real"]], 0]]), ("letters", 5),
        ("letters", [[["Symbol", "p", ["positive"]], 0]]), ("letters", [[["Symbol", "r", [7, []]], 0]]),
        ("letters", [[["Symbol", "r", ["real"]], "many"]]), ("letters", [[["Symbol", "r", ["real"]], 10**9]]),
        ("letters", [[["Symbol", "r", ["shady"]], 0]]), ("letters", [[["Symbol", "r", ["real", "positive", "zero"]], 0]]),
    ],
    ids=lambda value: ascii(value)[:30],
)  # fmt: skip
def test_a_file_with_words_that_lie(key, value, tmp_path, capsys) -> None:
    file = tmp_path / "saved"
    WITH_LETTERS.save(file)
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), key: value}), "utf-8")
    assert main(["check", str(file)]) == 1
    assert capsys.readouterr().out.startswith("refused: ")


def test_what_letters_declare_is_shown_of_a_file(tmp_path, capsys) -> None:
    t = Symbol("t", nonnegative=True)
    r = Symbol("r", real=True)
    file = tmp_path / "saved"
    d = Derivation.start(log(1 + t) + z[c], {r: S.Reals, mu: S.Reals})
    d.claim(log((1 + t) ** 2) / 2 + z[c]).save(file)
    assert main(["check", str(file)]) == 0
    out = capsys.readouterr().out
    assert "given    t ≥ 0" in out and "r, μᵢ real" in out
    assert isinstance(d.letters["mu"][1], Indexed)
