"""Exercises whose answers are checked by meaning: any line that the kernel sees to be equal is right.

An exercise asks for a quantity that stands in a derivation, never for a spelling; a wrong line is diagnosed as in
:meth:`cesym.Derivation.check`.

>>> from cesym import exercises as ex
>>> ex.gradient_in_logit.check("p - k").status
'accepted'
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import sympy as sp

from cesym.check import Verdict
from cesym.check.words import reworded, say
from cesym.derivation import Derivation
from cesym.links import sigmoid
from cesym.losses import Loss, bce, squared_error
from cesym.symbols import N, i, k, mu, p, q, scalar, sigma, x, y, z

__all__ = [
    "Exercise", "bce_in_bits", "bce_with_signs", "gaussian_gradient", "gradient_in_logit", "positives_count_twice",
    "soft_minimum",
]  # fmt: skip

K, P, MU, X, Z, Y = map(scalar, (k, p, mu, x, z, y))
EXPECTED = "expected a Derivation, or a function without arguments that gives one"
ASKED = sp.Symbol(r"\text{what is asked for}")
# There is no line before, and no next line: a question stands alone.
IN_AN_EXERCISE = {
    "The line before": "The answer",
    "the line before": "the answer",
    " ?Ask for `?same_minimiser`?\\.": "",
    "It has the same minimiser, so `?same_minimiser`? would accept it; `?=`? does not\\.": "The minimiser is the same.",
    "If you meant to differentiate, say so: .*\\)`?\\.": "",
    "Add `?given=.*`?\\.": "It is not among what is given here.",
    "Take smaller steps: one change a line\\.": "Work one such number out by hand, and see where you part from it.",
    "Put a line in between, with one change at a time\\.": "Try a form that is nearer to how you found it.",
    "from line to line": "to the end",
    "from the first line to the last": "from the question to the answer",
    ": write it back\\.": ".",
    "After differentiating, every line is a line about the derivative\\.": "The derivative is asked for.",
}


@dataclass(frozen=True)
class Exercise:
    """A question, and a derivation whose last line is the quantity asked for, or a function that derives it later.

    Raises: TypeError for a question that is no string, or a quantity that is no derivation.

    >>> from sympy import Sum
    >>> mine = Exercise("What is the sum of the first N odd numbers?", Derivation.start(Sum(2*i - 1, (i, 1, N))))
    >>> mine.check("N^2").status, mine.check("N*(N + 1)").status
    ('accepted', 'refused')
    """

    question: str
    quantity: Derivation | Callable[[], Derivation]

    def __post_init__(self) -> None:
        if not isinstance(self.question, str):
            raise TypeError(f"question: expected a string, not {type(self.question).__name__}")
        if not (callable(self.quantity) or isinstance(self.quantity, Derivation)):
            raise TypeError(f"quantity: {EXPECTED}, not {type(self.quantity).__name__}")

    @cached_property
    def derivation(self) -> Derivation:
        made = self.quantity if isinstance(self.quantity, Derivation) else self.quantity()
        if not isinstance(made, Derivation):
            raise TypeError(f"quantity: {EXPECTED}; it gave {type(made).__name__}")
        return made

    def check(self, line: Any) -> Verdict:
        """Whether ``line``, a string or SymPy, is right: accepted, refused with a diagnosis, or not shown.

        The verdict does not show the quantity itself, which would be an answer.
        """
        verdict = self.derivation.check(line)
        what, see, so = (reworded(said, IN_AN_EXERCISE) for said in (verdict.what, verdict.see, verdict.so))
        verdict = replace(verdict, before=ASKED, what=what, see=see, so=so)
        if verdict.accepted and verdict.claimed.has(sp.Derivative):
            what = say("Your line holds a derivative that is not carried out: that is the question itself.")
            return replace(verdict, status="not shown", kind="the question", what=what, step=None)
        return verdict

    def _repr_markdown_(self) -> str:
        return f"> **Exercise** &ensp;{self.question}"

    def __repr__(self) -> str:
        return f"Exercise: {self.question}"


def at(loss: Loss, target: sp.Expr, prediction: sp.Expr) -> sp.Expr:
    return loss.expr.xreplace({loss.target: target, loss.prediction: prediction})


def logit_gradient() -> Derivation:
    given = [{K: {0, 1}}, sp.Eq(P, sigmoid(Z), evaluate=False)]
    return Derivation.start(at(bce, K, sigmoid(Z)), given).differentiate(Z)


def signed_bce() -> Derivation:
    coded = sp.Eq(K, (1 + Y) / 2, evaluate=False)
    return Derivation.start(at(bce, K, sigmoid(Z)), [{Y: {-1, 1}}, coded])


def weighted_estimate() -> Derivation:
    """The weighted NLL is least at the line asked for, which is shown here as NLL(p) >= NLL there."""
    total = sp.Sum(k[i], (i, 1, N))
    best = 2 * total / (N + total)
    given = [{k: {0, 1}}, P > 0, P < 1, total > 0, total < N]
    weighted = -sp.Sum(2 * k[i] * sp.log(P) + (1 - k[i]) * sp.log(1 - P), (i, 1, N))
    by = ((2 * total, "log", P / best), (N - total, "log", (1 - P) / (1 - best)))
    shown = Derivation.start(weighted, given).at_least(weighted.xreplace({P: best}), by)
    return Derivation.start(best, shown.given)


def bits() -> Derivation:
    return Derivation.start(bce.over(i, N) / sp.log(2), {p: sp.Interval.open(0, 1), k: {0, 1}})


def gaussian_slope() -> Derivation:
    nll = sp.log(2 * sp.pi * sigma**2) / 2 + at(squared_error, X, MU) / (2 * sigma**2)
    return Derivation.start(nll).differentiate(MU)


def entropy_of_soft_target() -> Derivation:
    """The least binary cross-entropy at a soft target, shown as BCE(q, p) >= BCE(q, q)."""
    Q = scalar(q)
    given = [P > 0, P < 1, Q > 0, Q < 1]
    by = ((Q, "log", P / Q), (1 - Q, "log", (1 - P) / (1 - Q)))
    shown = Derivation.start(at(bce, Q, P), given).at_least(at(bce, Q, Q), by)
    return Derivation.start(shown.conclusion.rhs, shown.given)


gradient_in_logit = Exercise(
    r"With $p = \sigma(z)$, what is the derivative of the binary cross-entropy of one sample in the logit $z$?",
    logit_gradient,
)
bce_with_signs = Exercise(
    r"Code the outcomes as $y = +1$ and $y = -1$ instead of 1 and 0. Write the binary cross-entropy of one sample in "
    r"$y$ and the logit $z$. (There is a form with a single logarithm.)",
    signed_bce,
)
positives_count_twice = Exercise(
    r"Let every sample with $k_i = 1$ count twice in the loss. Which single $p$ is best then?", weighted_estimate
)
bce_in_bits = Exercise(r"Write the binary cross-entropy of $N$ samples in bits instead of nats.", bits)
gaussian_gradient = Exercise(
    r"What is the derivative of the Gaussian negative log-likelihood of one sample in $\mu$?", gaussian_slope
)
soft_minimum = Exercise(
    r"At a soft target $q$, the binary cross-entropy $-q \ln p - (1-q) \ln(1-p)$ is least at $p = q$. "
    r"What is its least value?",
    entropy_of_soft_target,
)
