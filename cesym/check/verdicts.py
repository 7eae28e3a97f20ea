"""What comes of a line that was tried: values that show themselves."""

from dataclasses import dataclass

import sympy as sp

from cesym.check.search import Counterexample
from cesym.check.words import EMPTY, Sentence
from cesym.kernel import Step
from cesym.notation.cards import verdict_markdown, verdict_text

__all__ = ["Diagnosis", "StepRefused", "Verdict"]


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with a line: the kind, and three sentences in Markdown (``message`` is plain text)."""

    kind: str
    what: Sentence
    see: Sentence
    so: Sentence
    counterexample: Counterexample | None = None

    @property
    def message(self) -> str:
        return " ".join(part.text for part in (self.what, self.see, self.so) if part)

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"

    def _repr_markdown_(self) -> str:
        return " ".join([f"**{self.kind}** ·", *(part for part in (self.what, self.see, self.so) if part)])


@dataclass(frozen=True, repr=False)
class Verdict:
    """Whether a line follows from the line before it: "accepted", "refused" or "not shown". Shows itself."""

    status: str
    before: sp.Basic
    claimed: sp.Basic
    relation: str
    kind: str = ""
    what: Sentence = EMPTY
    see: Sentence = EMPTY
    so: Sentence = EMPTY
    step: Step | None = None
    counterexample: Counterexample | None = None

    @property
    def accepted(self) -> bool:
        return self.status == "accepted"

    @property
    def message(self) -> str:
        """The sentences as plain text."""
        return " ".join(part.text for part in (self.what, self.see, self.so) if part)

    def __str__(self) -> str:
        return verdict_text(self)

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return verdict_markdown(self)


class StepRefused(ValueError):
    """A line that does not follow, or is not shown to; ``verdict`` says why, with numbers where there are some."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(str(verdict))
        self.verdict = verdict

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a stack trace."""
        return [f"StepRefused: {self}"]
