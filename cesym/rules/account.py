"""What admitted a line, told from the step: which facts it needs, and how the kernel saw that it follows.

Untrusted and for reading only. A fact is *needed* when the kernel refuses the step without it, which is tried.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from cesym import kernel
from cesym.given import Given
from cesym.given.hypotheses import Hypothesis
from cesym.kernel.reader import Reader
from cesym.kernel.steps import follows
from cesym.notation.printers import latex
from cesym.notation.trees import expression, subtrees
from cesym.rules.matching import fact_for

__all__ = ["how", "needed"]


def needed(facts: tuple[kernel.Tree, ...], step: kernel.Step, hyps: Iterable[Hypothesis]) -> tuple[int, ...]:
    """The hypotheses, numbered from 1, that the step needs: facts in them, or what is declared of their letter."""
    numbers = needed_facts(facts, step)
    return tuple(n for n, h in enumerate(hyps, 1) if h.facts & numbers or declaration_needed(facts, step, h.letter))


@lru_cache(2000)
def needed_facts(facts: tuple[kernel.Tree, ...], step: kernel.Step) -> frozenset[int]:
    """The numbers of the facts without which the step is refused, plus those that it says it uses."""
    used = {n for n, _ in step.using}
    return frozenset(n for n in range(len(facts)) if n in used or not shown_without(n, facts, step))


def shown_without(dropped: int, facts: tuple[kernel.Tree, ...], step: kernel.Step) -> bool:
    using = tuple((n - (n > dropped), way) for n, way in step.using)
    return shown(facts[:dropped] + facts[dropped + 1 :], step._replace(using=using))


def shown(facts: tuple[kernel.Tree, ...], step: kernel.Step, undeclared: str = "") -> bool:
    """Does the kernel see by reading alone that a step holds? It was admitted, so that models say no more."""
    try:
        follows(context(facts, step.using, undeclared), step)
        return True
    except kernel.Refused:
        return False


@lru_cache(200)
def context(facts: tuple[kernel.Tree, ...], using: tuple, undeclared: str) -> Reader:
    """One for all lines of a derivation: a line is read once, as what comes after and then as what comes before."""
    return Reader(facts, using)


@lru_cache(2000)
def declaration_needed(facts: tuple[kernel.Tree, ...], step: kernel.Step, name: str) -> bool:
    """Is the step refused when a letter is only declared real?"""
    plain = plainly_real(step, name)
    if step.primitive == "theorem":  # what a theorem declares is its own
        patterns = [pattern for pattern, _ in step.data[1]]
        letters = tuple((pattern, term) for pattern, (_, term) in zip(patterns, plain.data[1], strict=True))
        plain = plain._replace(data=(step.data[0], letters, *plain.data[2:]))
    return bool(name) and not shown(plainly_real(facts, name), plain, name)


def plainly_real(t: Any, name: str) -> Any:
    if isinstance(t, tuple):
        if t[:1] == ("Symbol",) and len(t) == 3 and t[1] == name:
            return ("Symbol", name, ("real",))
        parts = [plainly_real(part, name) for part in t]
        return type(t)(*parts) if hasattr(t, "_fields") else tuple(parts)
    return t


def how(step: kernel.Step, given: Given) -> tuple[str, str]:
    """The primitive in the words of the page, and what it was given to work with (Markdown)."""
    if step.primitive == "same minimiser":
        a, b, over = step.data
        return "same minimiser", f"$a = {tex(a)}$, $b = {tex(b)}$, neither moves with ${', '.join(over)}$"
    if step.primitive == "monotone map":
        return "monotone map", r"$-\ln$ is strictly decreasing on the positive numbers"
    if step.primitive == "certificate":
        return "certificate", "the difference is " + " $+$ ".join(map(gap, step.data[1])) + ", which is not negative"
    if step.primitive == "theorem":
        (facts, *_), letters, *_ = step.data
        means = [f"${tex(pattern)} = {tex(term)}$" for pattern, term in letters if pattern != term]
        holds = [f"${tex(fact_for(fact, dict(letters))[0])}$" for fact in facts]
        shown = [f"with {', '.join(means)}"] * bool(means) + [f"shown here: {', '.join(holds)}"] * bool(holds)
        return "theorem", "; ".join(shown)
    details = [f"${tex(given.facts[n].tree[0])}$" for n, _ in step.using]
    if step.split:
        details.append("every value of " + ", ".join(f"${name}$" for name in step.split) + " tried")
    name = "case split" if step.split else "substitution" if step.using else "equal normal forms"
    if any(part[0] == "Derivative" for part in subtrees(step.before)):
        name = "differentiation"
    return name, "; ".join(details)


def gap(term: tuple) -> str:
    weight, kind, t, *limits = term
    sums = "".join(rf"\sum_{{{tex(i)}={tex(lo)}}}^{{{tex(hi)}}} " for i, lo, hi in limits)
    shown = rf"\left({tex(t)}\right)^2" if kind == "square" else rf"g\!\left({tex(t)}\right)"
    times = rf"\left({tex(weight)}\right)" if weight[0] == "Add" else tex(weight)
    return f"${sums}{times} \\cdot {shown}$" + (r" with $g(t) = t - 1 - \ln t \ge 0$" if kind == "log" else "")


def tex(t: kernel.Tree) -> str:
    return latex(expression(t))
