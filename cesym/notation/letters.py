r"""How a letter is spelled: as typed (``mu``), in LaTeX (``\mu``), and in plain text (``μ``).

A name that starts with a backslash is LaTeX already (``\hat y``), as :meth:`Derivation.rename` makes it;
it is typed and printed in ASCII by a readable name (``y_hat``).
"""

import keyword
import re
import unicodedata

__all__ = ["SUBSCRIPTS", "SUPERSCRIPTS", "TYPED", "ascii_name", "ascii_only", "latex_name", "plain", "text_name"]

GREEK = dict(
    alpha="α", beta="β", gamma="γ", delta="δ", epsilon="ε", zeta="ζ", eta="η", theta="θ", iota="ι", kappa="κ",
    lamda="λ", mu="μ", nu="ν", xi="ξ", pi="π", rho="ρ", sigma="σ", tau="τ", upsilon="υ", phi="φ", chi="χ",
    psi="ψ", omega="ω", Gamma="Γ", Delta="Δ", Theta="Θ", Lamda="Λ", Xi="Ξ", Pi="Π", Sigma="Σ", Upsilon="Υ",
    Phi="Φ", Psi="Ψ", Omega="Ω",
)  # fmt: skip
GREEK |= {"lam": "λ", "lambda": "λ", "Lambda": "Λ"}  # ``lambda`` cannot be typed in Python
TYPED = {letter: name for name, letter in GREEK.items()} | {"λ": "lam", "Λ": "Lambda"}
LATEX = {"lam": r"\lambda", "lamda": r"\lambda", "Lamda": r"\Lambda"}

SUBSCRIPTS = dict(zip("0123456789aehijklmnoprstuvx+-=()", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ₊₋₌₍₎", strict=True))
SUPERSCRIPTS = dict(zip("0123456789nN+-=()", "⁰¹²³⁴⁵⁶⁷⁸⁹ⁿᴺ⁺⁻⁼⁽⁾", strict=True))

ACCENTS = dict(
    hat="\u0302", widehat="\u0302", bar="\u0304", overline="\u0304", tilde="\u0303", widetilde="\u0303",
    dot="\u0307", ddot="\u0308", vec="\u20d7", check="\u030c", breve="\u0306",
)  # fmt: skip
FONTS = r"mathrm|mathbf|mathit|mathsf|mathcal|mathbb|boldsymbol|bm|text|textbf|textit|operatorname"
WORDS = {
    r"\lbrace": "{", r"\rbrace": "}", r"\{": "{", r"\}": "}", r"\lvert": "|", r"\rvert": "|", r"\mid": "|",
    r"\ne": "≠", r"\neq": "≠", r"\le": "≤", r"\leq": "≤", r"\ge": "≥", r"\geq": "≥", r"\in": "∈", r"\simeq": "≃",
    r"\sum": "∑", r"\prod": "∏", r"\cdot": "·", r"\times": "×", r"\to": "→", r"\mapsto": "↦", r"\infty": "∞",
    r"\dots": "…", r"\ldots": "…", r"\cdots": "…", r"\sqrt": "√", r"\partial": "∂", r"\ell": "ℓ", r"\pm": "±",
    r"\rightleftharpoons": "⇄", r"\Vert": "‖", r"\|": "‖", r"\approx": "≈", r"\propto": "∝", r"\star": "*",
    r"\left": "", r"\right": "", r"\bigl": "", r"\bigr": "", r"\displaystyle": "", r"\,": " ", r"\;": " ",
    r"\!": "", r"\:": " ", r"\ ": " ", r"\quad": " ", r"\ensp": " ", r"\%": "%", r"\_": "_", r"\&": "&",
    r"\#": "#", r"\$": "$",
}  # fmt: skip
WORDS |= {"\\" + name: letter for name, letter in GREEK.items()} | {r"\varepsilon": "ε", r"\varphi": "φ"}
ASCII = {
    "−": "-", "·": "*", "×": "*", "≤": "<=", "≥": ">=", "≠": "!=", "≃": "~", "⇄": "<->", "≈": "~", "∝": "~",
    "∈": "in", "∞": "oo", "√": "sqrt", "∂": "d", "½": "1/2", "…": "...", "✓": "[ok]", "✗": "[x]", "‖": "||",
    "─": "-", "→": "->", "↦": "->", "–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "ℓ": "l", "±": "+-",
    "«": '"', "»": '"', "\u00a0": " ", "\u2002": " ", "\u2009": " ", "•": "*",
}  # fmt: skip
ASCII |= {letter: name for letter, name in TYPED.items()}
ACCENT_WORDS = {mark: name for name, mark in reversed(ACCENTS.items())}
MARKS = ACCENT_WORDS | {"\u0301": "acute", "\u0300": "grave", "\u030a": "mathring"}
SUBSCRIPTED = {v: k for k, v in SUBSCRIPTS.items()}
SUPERSCRIPTED = {v: k for k, v in SUPERSCRIPTS.items()}


def latex_name(name: str) -> str:
    r"""The LaTeX of a letter; one that is LaTeX already stays as it stands.

    >>> latex_name("mu"), latex_name("x_1"), latex_name("rate"), latex_name(r"\hat y")
    ('\\mu', 'x_{1}', '\\mathrm{rate}', '\\hat y')
    >>> latex_name("θ"), latex_name("ŷ"), latex_name("beta'")
    ('\\theta', '\\hat{y}', "\\beta'")
    """
    if re.search(r"[\\^{}]", name):
        return name
    stem = name.rstrip("'")
    base, sub = parts(stem)
    if base in GREEK:
        base = LATEX.get(base, "\\" + base)
    else:
        count = sum(not unicodedata.combining(mark) for mark in unicodedata.normalize("NFD", base))
        base = rf"\mathrm{{{spelled(base)}}}" if count > 1 else spelled(base)
    return (f"{base}_{{{spelled(sub).replace('_', ',')}}}" if sub else base) + name[len(stem) :]


def text_name(name: str) -> str:
    r"""The letter in Unicode text.

    >>> text_name("mu"), text_name("x_1"), text_name(r"\hat y"), text_name(r"\bar{\theta}")
    ('μ', 'x₁', 'ŷ', 'θ̄')
    """
    if re.search(r"[\\^{}]", name):
        return detex(name)
    stem = unicodedata.normalize("NFC", name.rstrip("'"))
    base, sub = parts(stem)
    return GREEK.get(base, base) + (lowered(sub) if sub else "") + "'" * (len(name) - len(name.rstrip("'")))


def spelled(word: str) -> str:
    """The letters of a name in LaTeX: those outside ASCII by their commands."""
    out = ""
    for letter, marks in re.findall(rf"(.)([{''.join(MARKS)}]*)", unicodedata.normalize("NFD", word)):
        name = TYPED.get(letter, "")
        letter = LATEX.get(name, "\\" + name) if name else letter
        for mark in marks:
            letter = rf"\{MARKS[mark]}{{{letter}}}"
        out += letter
    return out


def ascii_name(name: str) -> str:
    r"""The letter as it can be typed: a Python identifier that is no keyword.

    >>> ascii_name("mu"), ascii_name(r"\hat y"), ascii_name("p^*"), ascii_name("lambda")
    ('mu', 'y_hat', 'p_star', 'lam')
    """
    if name == "lambda":
        return "lam"
    if name.isidentifier() and name.isascii():
        return name + "_" * keyword.iskeyword(name)
    accents = []
    text = unicodedata.normalize("NFD", detex(name).replace("*", "_star").replace("'", "_prime"))
    for mark in text:
        if mark in ACCENT_WORDS:
            accents.append(ACCENT_WORDS[mark])
    text = "".join(mark for mark in text if not unicodedata.combining(mark))
    typed = re.sub(r"[\W_]+", "_", "_".join([ascii_only(text).replace("[", "_").replace("]", ""), *accents])).strip("_")
    return typed if typed.isidentifier() and not keyword.iskeyword(typed) else "_" + typed


def parts(name: str) -> tuple[str, str]:
    """``x_1`` and ``x1`` are x with the subscript 1."""
    base, _, sub = name.strip("_").partition("_")
    digits = re.fullmatch(r"([^\W\d]+)(\d+)", base)
    if digits and not sub:
        base, sub = digits[1], digits[2]
    return base, sub


def lowered(sub: str) -> str:
    """A subscript in Unicode: small letters where there are some, else after an underscore or in brackets."""
    if sub and all(mark in SUBSCRIPTS for mark in sub):
        return "".join(SUBSCRIPTS[mark] for mark in sub)
    return "_" + sub if re.fullmatch(r"\w+", sub) else f"[{sub}]"


def raised(sup: str) -> str:
    if sup and all(mark in SUPERSCRIPTS for mark in sup):
        return "".join(SUPERSCRIPTS[mark] for mark in sup)
    return "^" + sup if re.fullmatch(r"\w+[ᵢⱼₖ]?|\*", sup) else f"^({sup})"


def detex(s: str) -> str:
    """Short LaTeX (what stands between two dollars in a sentence) as Unicode text."""
    group = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
    names = "|".join(ACCENTS)
    for _ in range(2):  # an accent over an accent
        s = re.sub(rf"\\({names})(?![a-zA-Z])\s*(?:{group}|(\\?[a-zA-Z]+|\w))", accented, s)
    s = re.sub(rf"\\(?:{FONTS})\s*{group}", r"\1", s)
    for _ in range(3):
        s = re.sub(rf"\\d?t?frac\s*(?:{group}|(\w))\s*(?:{group}|(\w))", fraction, s)
    s = re.sub(rf"\\underset\s*{group}\s*{group}", r"\2", s)
    s = re.sub(r"(?<=[\w})])(?=\\(?:ln|log|exp)\b)", " ", s)
    s = re.sub(r"\\([a-zA-Z]+|.)", lambda m: WORDS.get(m[0], m[1]), s)
    s = re.sub(rf"_(?:{group}|(\w))", lambda m: lowered((m[1] or m[2]).replace(" ", "")), s)
    s = re.sub(rf"\^(?:{group}|(\w))", lambda m: raised(m[1] or m[2]), s)
    s = re.sub(r"([∑∏][₀-₉ᵢⱼₖₘₙ₌]*+[ᴺ⁰-⁹ⁿ²³]*+)(?=\w)", r"\1 ", s)
    s = re.sub(r"\{\s+", "{", s)
    s = re.sub(r"(?<=[\w)])\s*-\s*(?=[\w(])", " − ", s)
    s = re.sub(r"(?<![^(])-(?=\w)", "−", s)
    return unicodedata.normalize("NFC", re.sub(r"\s+", " ", s.replace("~", " ")).strip())


def accented(m: re.Match) -> str:
    letter = m[2] or m[3]
    letter = detex(letter) if "\\" in letter else letter
    return letter[:1] + ACCENTS[m[1]] + letter[1:]


def fraction(m: re.Match) -> str:
    above, below = m[1] or m[2], m[3] or m[4]
    return "/".join(s if re.fullmatch(r"\d+|\\?[^\W\d][\w₀-₉]*", s) else f"({s})" for s in (above, below))


def plain(markdown: str, unicode: bool = True) -> str:
    r"""A sentence in Markdown with $...$, as plain text.

    >>> plain(r"$\ln$ of a product, for **all** $p_i$")
    'ln of a product, for all pᵢ'
    >>> plain(r"$\ln$ of a product, for **all** $p_i$", unicode=False)
    'ln of a product, for all p[i]'
    """
    pieces = re.split(r"(`[^`]*`)|(?<!\\)\$([^$]*)\$", markdown)
    for at, piece in enumerate(pieces):
        if piece is None:
            pieces[at] = ""
        elif at % 3 == 0:
            pieces[at] = re.sub(r"(?<![\w*])(\*\*?)(?=\S)([^*]*)(?<=\S)\1(?![\w*])", r"\2", piece)
        else:
            pieces[at] = piece[1:-1] if at % 3 == 1 else detex(piece)
    text = "".join(pieces).replace("&ensp;", " ").replace(r"\$", "$")
    return text if unicode else ascii_only(text)


def ascii_only(text: str) -> str:
    """The same in ASCII: ``pᵢ`` becomes ``p[i]``, ``σ²`` becomes ``sigma^2``; what has no spelling becomes ``?``.

    >>> ascii_only("∑ᵢ₌₁ᴺ (xᵢ − μ)²  ∈ ŷ")
    'Sum(i=1..N) (x[i] - mu)^2  in y_hat'
    """
    low, high = "".join(SUBSCRIPTED), "".join(SUPERSCRIPTED)
    text = re.sub(rf"([∑∏])([{low}]*)([{high}]*) ?", big_operator, text)
    text = re.sub(rf"[{low}]+", lambda m: f"[{''.join(SUBSCRIPTED[s] for s in m[0])}]", text)
    text = re.sub(rf"[{high}]+", lambda m: "^" + "".join(SUPERSCRIPTED[s] for s in m[0]), text)
    text = unicodedata.normalize("NFD", text)
    text = re.sub(rf"(.)([{''.join(ACCENT_WORDS)}])", lambda m: f"{m[1]}_{ACCENT_WORDS[m[2]]}", text)
    text = re.sub(r"(?<=\w)(?=[α-ωΑ-Ω])|(?<=[α-ωΑ-Ω])(?=[^\W_])", " ", text)  # 2πσ is not 2pisigma
    text = "".join(ASCII.get(mark, mark) for mark in text if not unicodedata.combining(mark))
    return text.encode("ascii", "replace").decode("ascii")


def big_operator(m: re.Match) -> str:
    sub, sup = ("".join(table[s] for s in m[n]) for n, table in ((2, SUBSCRIPTED), (3, SUPERSCRIPTED)))
    limits = sub + (".." if sub and sup else "") + sup
    return ("Sum" if m[1] == "∑" else "Product") + (f"({limits})" if limits else "") + " "
