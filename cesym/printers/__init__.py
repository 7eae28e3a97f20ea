"""House printers for SymPy expressions, all in one order, that of a board.

:func:`latex` is for notebooks, slides and papers, :func:`text` for terminals (Unicode, or ASCII that
:func:`cesym.parse.parse` reads back).
"""

from cesym.printers.line import text
from cesym.printers.tex import latex

__all__ = ["latex", "text"]
