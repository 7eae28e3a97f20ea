"""House printers for SymPy expressions, all in one order, that of a board.

:func:`latex` is for notebooks, slides and papers, :func:`text` for terminals (Unicode, or ASCII that
:func:`cesym.parse.parse` reads back).
"""

from cesym.notation.printers.line import text
from cesym.notation.printers.tex import latex

__all__ = ["latex", "text"]
