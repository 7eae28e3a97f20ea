"""A learner's line, typed as a string, made a SymPy expression over our symbols, without ``eval``.

Python's own parser makes a syntax tree and a walker reads it: what is not listed here is refused in one
sentence, with a caret below the place. SymPy computes while it builds (``9**9**9`` would never end), so
sizes are checked before anything is built. What is shown afterwards is what was read: ``x/x`` reads as 1.
"""

import ast
import warnings
from collections.abc import Mapping
from typing import Any

import sympy as sp

from cesym.parse.calls import LineReader
from cesym.parse.spelling import LONGEST, ParseError, syntax_message, typed

__all__ = ["ParseError", "parse"]


def parse(text: str, names: Mapping[str, Any] | None = None) -> sp.Basic:
    """The expression or the relation that ``text`` says, over ``names`` first and then the shared symbols.

    ``names`` maps a letter to its Symbol or IndexedBase. A bound letter of a sum or product is local to it.
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
    >>> parse("0 < p[i] < 1")
    (p[i] > 0) & (p[i] < 1)
    """
    if not isinstance(text, str):
        raise ParseError(f"text: a line is a str, not {type(text).__name__}.")
    if len(text) > LONGEST:
        raise ParseError(f"text: this line has {len(text)} characters, and {LONGEST} is the limit.")
    code, places = typed(text, names or {})
    if not code.strip():
        raise ParseError("text: this line is empty.")
    reader = LineReader(text, places, code, names or {})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of "1or 2" is no matter of the learner's
            tree = ast.parse(code, mode="eval")
        return reader.read(tree.body)
    except SyntaxError as error:
        place = places[min(max((error.offset or 1) - 1, 0), len(places) - 1)]
        raise ParseError(syntax_message(code, error), text, place) from None
    except (RecursionError, MemoryError, ValueError) as error:
        if isinstance(error, ParseError):
            raise
        raise ParseError("text: this line is too long or too deeply nested to be read.") from None
