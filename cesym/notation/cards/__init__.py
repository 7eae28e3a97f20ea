"""How derivations, facts and verdicts look: Markdown for notebooks, LaTeX for slides, text for terminals.

Everything here prints over a protocol of attributes and knows no kernel: a card shows what it is told.
"""

from cesym.notation.cards.card import to_markdown, to_text
from cesym.notation.cards.facts import fact_latex, fact_text, merge_facts
from cesym.notation.cards.lines import REASON_WIDTH, reason_length, to_latex
from cesym.notation.cards.terminal import expression_text, unicode_shown
from cesym.notation.cards.verdict import verdict_markdown, verdict_text
from cesym.notation.printers import latex as expression_latex

__all__ = [
    "REASON_WIDTH", "expression_latex", "expression_text", "fact_latex", "fact_text", "merge_facts", "reason_length",
    "to_latex", "to_markdown", "to_text", "unicode_shown", "verdict_markdown", "verdict_text",
]  # fmt: skip
