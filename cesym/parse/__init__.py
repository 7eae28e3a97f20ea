"""A learner's line, typed as a string, made a SymPy expression over our symbols, without ``eval``.

Python's own parser makes a syntax tree and a walker reads it: what is not listed here is refused in one
sentence, with a caret below the place. SymPy computes while it builds (``9**9**9`` would never end), so
sizes are checked before anything is built. What is shown afterwards is what was read: ``x/x`` reads as 1.
"""

import ast
import re
import warnings
from collections.abc import Mapping
from typing import Any

import sympy as sp

from cesym.parse.board import TwoReadings, board
from cesym.parse.calls import LineReader
from cesym.parse.reader import CONSTANTS, SHARED, SideBySide
from cesym.parse.spelling import LONGEST, ParseError, syntax_message, typed

__all__ = ["ParseError", "parse"]

BOARD = re.compile(r"[\\|!∑∏∂√]|[⁰-⁹ᴺⁿ]")  # signs that stand on a board and in no typed line


def parse(
    text: str, names: Mapping[str, Any] | None = None, definitions: Mapping[str, Any] | None = None
) -> sp.Basic:
    """The expression or the relation that ``text`` says, over ``names`` first and then the shared symbols.

    ``names`` maps a letter to its Symbol or IndexedBase; ``definitions`` maps a function, BCE, to its least and largest
    number of arguments and to what builds its formula of these, of whole families too. A bound letter of a sum or
    product is local to it.
    It is read as Python has it, ``Sum(k[i]*ln(p[i]), (i, 1, N))``, or as it stands on a board, in Unicode or in
    LaTeX, which is how cesym prints: side by side is a product, ``ln p_i`` is of the next letter, a sum takes in all
    factors up to the next plus or minus. Of a line with two readings both are named, and none is guessed.
    Convention: ``^`` is a power, ``log`` is natural, decimals are exact (0.5 is 1/2). A family without an
    index reads as one number for all samples, a scalar with an index as a family: whether a line means what
    it says is for the diagnosis to tell.
    Raises: ParseError (a ValueError).

    >>> parse("-Sum(k[i]*ln(p[i]) + (1 - k[i])*ln(1 - p[i]), (i, 1, N))")
    -Sum((1 - k[i])*log(1 - p[i]) + log(p[i])*k[i], (i, 1, N))
    >>> from sympy import Rational
    >>> from cesym.symbols import scalar, x
    >>> parse("0.5·x^2") == Rational(1, 2) * scalar(x) ** 2
    True
    >>> parse(r"-\\sum_{i=1}^{N} k_i \\ln p_i") == parse("−∑ᵢ₌₁ᴺ kᵢ ln pᵢ") == parse("-Sum(k[i]*ln(p[i]), (i, 1, N))")
    True
    >>> parse("0 < p[i] < 1")
    (p[i] > 0) & (p[i] < 1)
    """
    if not isinstance(text, str):
        raise ParseError(f"text: a line is a str, not {type(text).__name__}.")
    if len(text) > LONGEST:
        raise ParseError(f"text: this line has {len(text)} characters, and {LONGEST} is the limit.")
    if not text.strip():
        raise ParseError("text: this line is empty.")
    try:
        try:
            return as_typed(text, names or {}, definitions or {})
        except (SideBySide, NotTyped) as error:
            told = getattr(error, "told", None)
        except ParseError as error:
            if not BOARD.search(text):
                raise
            told = error
        return on_board(text, names or {}, definitions or {}, told)
    except (RecursionError, MemoryError, ValueError) as error:
        if isinstance(error, ParseError):
            raise
        raise ParseError("text: this line is too long or too deeply nested to be read.") from None


class NotTyped(Exception):
    """A line that is not in Python's spelling; ``told`` says why."""

    def __init__(self, told: ParseError) -> None:
        self.told = told


def as_typed(text: str, names: Mapping[str, Any], definitions: Mapping[str, Any]) -> sp.Basic:
    """The line read in Python's spelling."""
    try:
        code, places = typed(text, names)
    except ParseError as error:
        raise NotTyped(error) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of "1or 2" is no matter of the learner's
            tree = ast.parse(code, mode="eval")
    except SyntaxError as error:
        place = places[min(max((error.offset or 1) - 1, 0), len(places) - 1)]
        raise NotTyped(ParseError(syntax_message(code, error), text, place)) from None
    return LineReader(text, places, code, names, definitions).read(tree.body)


def on_board(
    text: str, names: Mapping[str, Any], definitions: Mapping[str, Any], told: ParseError | None
) -> sp.Basic:
    """The line read as on the board; ``told`` is what was wrong with it as typed, for a line that is neither."""
    reader = LineReader(text, list(range(len(text) + 2)), text, names, definitions)
    try:
        tree = board(text, {*reader.functions, *definitions}, {*reader.names, *SHARED, *CONSTANTS})
    except ParseError as error:
        if told is None or isinstance(error, TwoReadings) or BOARD.search(text):
            raise
        raise told from None
    return reader.read(tree)
