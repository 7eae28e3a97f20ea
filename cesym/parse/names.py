r"""What may stand where a name is shown: the one rule for letters, titles, labels and sentences that a user gives.

A card shows what the kernel has checked. A letter called ``a) + (b`` would make it show something else, so a letter
is called by a name, wherever it comes from: ``rename``, a Symbol of SymPy, or a saved file.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from cesym.kernel import Tree
from cesym.notation.letters import ACCENTS, GREEK, MARKS, TYPED, ascii_name, latex_name, parts, text_name
from cesym.parse.calls import FUNCTIONS
from cesym.parse.reader import CONSTANTS

__all__ = ["alike", "check_label", "check_letters", "check_name", "check_title", "check_words", "symbols_of"]

LONGEST_NAME, LONGEST_TITLE, LONGEST_WORDS = 60, 120, 2000  # characters

LETTER = rf"(?:[A-Za-z{''.join(TYPED)}][{''.join(MARKS)}]{{0,2}})"
ORDINARY = rf"_?{LETTER}(?:{LETTER}|[0-9])*(?:_{{1,2}}(?:{LETTER}|[0-9])+)*_?'{{0,3}}"
COMMANDS = sorted({*GREEK, "varepsilon", "varphi", "ell"} - {"lam", "lamda", "Lamda"})
GREEK_COMMAND = rf"\\(?:{'|'.join(COMMANDS)})(?![A-Za-z])"
ACCENT = rf"\\(?:{'|'.join(ACCENTS)})(?![A-Za-z])"
FONT = r"\\(?:mathrm|mathbf|mathit|mathsf|mathcal|mathbb|boldsymbol|text|textbf|textit)"


def dressed(inside: str) -> str:
    """The pattern of a letter, perhaps with an accent or in a font, over the pattern of what may stand inside."""
    bare = rf"(?:{GREEK_COMMAND}|{LETTER})"
    accent = rf"{ACCENT}(?: *{GREEK_COMMAND}| +{LETTER}| *\{{ *{inside} *\}})"
    return rf"(?:{bare}|{accent}|{FONT}\{{ *(?:{LETTER}+|{inside}) *\}})"


SUFFIX = r"(?:_(?:[A-Za-z0-9]|\{[A-Za-z0-9]+(?:,[A-Za-z0-9]+)*\}))?(?:\^(?:\*|\{\*\}|\\star)|'{1,3})?"
LATEX_NAME = re.compile(dressed(dressed(dressed(LETTER))) + SUFFIX)
ORDINARY_NAME = re.compile(ORDINARY)

# Greek letters may share their name with a function; a constant of the language is no letter.
WORDS = {"and", "or", "not", "in", "if", "else", "for", "otherwise", "True", "False", "None", "oo", "zoo", "nan"}
OF_LANGUAGE = ({*FUNCTIONS, *CONSTANTS} - GREEK.keys()) | {"pi"} | WORDS
SHOWN_OF_LANGUAGE = {text_name(name) for name in OF_LANGUAGE} | OF_LANGUAGE
EXPECTED = (
    "a name is a Latin or Greek letter or a word of them such as y, theta or x_1, or such a letter in LaTeX, "
    r"perhaps with an accent or in a font, such as \theta, \hat y or \mathbf{w}"
)


def given_as(value: Any) -> str:
    """What was given, short, with every sign in it visible."""
    words = ascii(value) if isinstance(value, str) else repr(value)
    return words if len(words) <= 60 else words[:57] + "..."


@lru_cache(5000)
def fault(name: str) -> str:
    """Why this is no name, as the rest of a sentence; empty where it is one."""
    short = unicodedata.normalize("NFD", name) if len(name) <= LONGEST_NAME else ""
    if not (ORDINARY_NAME.fullmatch(short) or LATEX_NAME.fullmatch(short)):
        return f"is no name: {EXPECTED}"
    if {text_name(name), ascii_name(name)} & SHOWN_OF_LANGUAGE:
        return f"reads as a function, a constant or a word of the language: {EXPECTED}"
    return ""


def check_name(name: Any, what: str) -> None:
    r"""Whether ``name`` can be the name of a letter; ``what`` says whose it is.

    Raises: ValueError, in one sentence.

    >>> for name in ("y", "alpha_1", "beta'", "ŷ", r"\hat y", r"\mathbf{w}", r"\bar{\theta}", "p^*"):
    ...     check_name(name, "p")
    >>> check_name("a) + (b", "rename: p")
    Traceback (most recent call last):
        ...
    ValueError: rename: p: 'a) + (b' is no name: a name is a Latin or Greek letter or a word of them such as y, theta
    or x_1, or such a letter in LaTeX, perhaps with an accent or in a font, such as \theta, \hat y or \mathbf{w}
    """
    why = fault(name) if isinstance(name, str) else f"is no name: {EXPECTED}"
    if why:
        raise ValueError(f"{what}: {given_as(name)} {why}")


# Names that print alike


@lru_cache(5000)
def forms(name: str) -> frozenset[str]:
    """How a letter looks: in LaTeX, in text, in ASCII."""
    return frozenset((latex_name(name), text_name(name), ascii_name(name)))


@lru_cache(5000)
def without_subscript(name: str) -> str:
    """What stands before the subscript of a name; empty where there is none."""
    if re.search(r"[\\^{}]", name):
        base = re.sub(r"_(?:\w|\{[^{}]*\})(?:\^.*|'*)$", "", name)
        return text_name(base) if base != name else ""
    base, sub = parts(name.rstrip("'"))
    return text_name(base) if sub else ""


def alike(names: Iterable[str], families: Iterable[str] = ()) -> tuple[str, str] | None:
    r"""Two of these names that a card would show alike: as letters, or one as an entry of a family.

    >>> alike(["mu", "k", "μ"]), alike(["y_hat", r"\hat y"]), alike(["x", "x_1"], families=["x"]), alike(["x", "x_1"])
    (('mu', 'μ'), ('y_hat', '\\hat y'), ('x', 'x_1'), None)
    """
    names = tuple(dict.fromkeys(names))
    seen: dict[str, str] = {}
    for name in names:
        for form in forms(name):
            if seen.setdefault(form, name) != name:
                return seen[form], name
    shown = {text_name(family): family for family in families}
    for name in names:
        if without_subscript(name) in shown and name not in shown.values():
            return shown[without_subscript(name)], name
    return None


def check_letters(letters: Iterable[Tree], families: Iterable[str] = (), what: str = "letters") -> None:
    """Whether the symbols of a derivation have names, one object each, that are told apart when they are printed.

    ``letters`` are trees ``("Symbol", name, declared)``; ``families`` the names of those that have indices.
    Raises: ValueError, in one sentence.
    """
    known: dict[str, Tree] = {}
    for letter in letters:
        check_name(letter[1], what)
        if known.setdefault(letter[1], letter) != letter:
            raise ValueError(f"{what}: two different objects are called {letter[1]}")
    if both := alike(sorted(known), sorted(families)):
        raise ValueError(f"{what}: {both[0]} and {both[1]} would be printed alike; rename one of them")


def symbols_of(t: Any) -> Iterable[tuple[Tree, bool]]:
    """Every symbol in a tree, free or bound, and whether it is the name of a family."""
    if not isinstance(t, tuple):
        return
    if t[:1] == ("Symbol",) and len(t) == 3:
        yield t, False
        return
    if t[:1] == ("Indexed",) and len(t) > 1 and isinstance(t[1], tuple) and t[1][:1] == ("Symbol",) and len(t[1]) == 3:
        yield t[1], True
        t = t[2:]
    for part in t:
        yield from symbols_of(part)


# Titles, labels and sentences

STRUCTURE = re.compile(
    r"\\\\|(?<!\\)[&%#~]|\\(?:begin|end|tag|label|def|let|newcommand|renewcommand|require|input|include|href|url|html\w*"
    r"|phantom|hphantom|vphantom|[rlc]lap|color|hspace|kern|hskip|vspace|unicode|cssId|class|style|newline|cr)(?![A-Za-z])"
)
RELATION = re.compile(r"[=<>≤≥≃⇄≠$]|\\(?:n?eq?|[lg]eq?|simeq|rightleftharpoons)(?![A-Za-z])")
TAG = re.compile(r"<[A-Za-z/!?]|`{3}|\]\(")


def hidden_sign(words: str) -> str:
    """A sign that does not show, or that breaks the line: a control character, say."""
    return next((s for s in words if unicodedata.category(s)[0] == "C" or unicodedata.category(s) in ("Zl", "Zp")), "")


def formula_fault(formula: str) -> str:
    """What a formula has that reaches outside of it."""
    if found := STRUCTURE.search(formula):
        return f"a formula with {found[0]} in it"
    depth = 0
    for brace in re.sub(r"\\[{}]", "", formula):
        depth += (brace == "{") - (brace == "}")
        if depth < 0:
            break
    return "braces that do not close" if depth else ""


@lru_cache(5000)
def words_fault(words: str) -> str:
    if len(words) > LONGEST_WORDS:
        return f"more than {LONGEST_WORDS} characters"
    if sign := hidden_sign(words):
        return f"the sign {sign!a}, which does not show"
    pieces = re.split(r"(?<!\\)\$", words)
    if len(pieces) % 2 == 0:
        return "a $ without its partner"
    if found := next(filter(None, map(TAG.search, pieces[::2])), None):
        return f"{found[0]!r}, which would be read as markup"
    return next(filter(None, map(formula_fault, pieces[1::2])), "")


def check_words(words: Any, what: str) -> None:
    """Whether ``words`` can stand as one line of Markdown with formulas between dollars. Raises: ValueError."""
    if not isinstance(words, str):
        raise ValueError(f"{what}: expected one line of words, not {given_as(words)}")
    if why := words_fault(words):
        raise ValueError(f"{what}: {given_as(words)} has {why}; expected one line of words, formulas between dollars")


def check_title(title: Any, what: str) -> None:
    """Whether ``title`` can be what a derivation or a loss is called: a few plain words. Raises: ValueError.

    >>> check_title("mse_from_gaussian", "name")
    >>> check_title("mse** 5 of 5 steps checked", "name")
    Traceback (most recent call last):
        ...
    ValueError: name: 'mse** 5 of 5 steps checked' is no title: expected a few words without markup, on one line
    """
    plain = isinstance(title, str) and len(title) <= LONGEST_TITLE and title == title.strip()
    if not plain or hidden_sign(title) or re.search(r"[$*`\\<>|{}\[\]#~^\"]", title):
        raise ValueError(f"{what}: {given_as(title)} is no title: expected a few words without markup, on one line")


def check_label(label: Any, what: str) -> None:
    r"""Whether ``label`` is what a line is called: None, or the same in LaTeX and in text. Raises: ValueError.

    >>> check_label((r"\mathrm{NLL}(p)", "NLL(p)"), "label")
    >>> check_label((r"p} = 0 \\ {", "p"), "label")
    Traceback (most recent call last):
        ...
    ValueError: label: ('p} = 0 \\\\ {', 'p') is not what a line is called, in LaTeX and in text, such as
    ('\\mathrm{NLL}(p)', 'NLL(p)')
    """
    if label is None:
        return
    pair = isinstance(label, tuple) and len(label) == 2 and all(isinstance(part, str) for part in label)
    if pair and all(len(part) <= LONGEST_TITLE and not hidden_sign(part) for part in label):
        latex, text = label
        outside = re.sub(r"[_^]\{[^{}]*\}", "", latex), re.sub(r"[∑∏]\w*₌\w*", "", text)  # without i=1 below a sum
        named = all(re.search(r"[^\W\d_]", part) and not RELATION.search(part) for part in outside)
        if named and not formula_fault(latex):
            return
    example = (r"\mathrm{NLL}(p)", "NLL(p)")
    raise ValueError(f"{what}: {given_as(label)} is not what a line is called, in LaTeX and in text, such as {example}")
