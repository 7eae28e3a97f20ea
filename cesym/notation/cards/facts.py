"""What is given, as a card shows it: two bounds of one number in one chain, ranges where they are not whole."""

from collections.abc import Iterable, Sequence
from typing import Any

import sympy as sp

from cesym.notation.printers.line import Line
from cesym.notation.printers.order import chains
from cesym.notation.printers.tex import Tex

__all__ = ["fact_latex", "fact_text", "merge_facts"]

Binders = Sequence[tuple[Any, Any, Any]]


def fact_latex(prop: sp.Basic, binders: Binders = ()) -> str:
    """The fact in Markdown with $...$.

    >>> from cesym.symbols import N, i, p
    >>> fact_latex(p[i] > 0, ((i, 1, N),)), fact_latex(p[i] > 0, ((i, 1, N - 1),))
    ('$p_{i} > 0$', '$p_{i} > 0$ for $i = 1, \\\\dots, N - 1$')
    """
    return f"${Tex().show(prop)}${range_latex(prop, binders)}"


def fact_text(prop: sp.Basic, binders: Binders = (), unicode: bool = True) -> str:
    """The fact in plain text.

    >>> from cesym.symbols import N, i, p
    >>> fact_text(p[i] > 0, ((i, 1, N - 1),)), fact_text(p[i] > 0, ((i, 1, N),), unicode=False)
    ('pᵢ > 0 for i = 1, …, N − 1', 'p[i] > 0')
    """
    return Line(unicode).show(prop) + range_text(prop, binders, unicode)


def merge_facts(facts: Iterable[tuple[sp.Basic, Binders]]) -> list[tuple[str, str, tuple[int, ...]]]:
    """For each item of a card its Markdown, its text and the numbers of the facts in it.

    Facts over the same ranges are joined where they share a side: ``0 < p`` and ``p < 1`` as ``0 < p < 1``.

    >>> from cesym.symbols import N, i, p, sigma
    >>> from sympy import Symbol
    >>> everywhere = ((i, 1, N),)
    >>> t = Symbol("t")
    >>> for item in merge_facts([(p[i] > 0, everywhere), (t > 0, ()), (p[i] < 1, everywhere)]):
    ...     print(item)
    ('$0 < p_{i} < 1$', '0 < pᵢ < 1', (0, 2))
    ('$t > 0$', 't > 0', (1,))
    """
    facts = [(fact[0], tuple(fact[1])) for fact in facts]
    groups: dict[tuple, list[tuple[int, sp.Basic]]] = {}
    items: list[tuple[str, str, tuple[int, ...]]] = []
    for at, (prop, binders) in enumerate(facts):
        if isinstance(prop, sp.Rel):
            # Over the same ranges the letter does not matter: the first fact's letters are used.
            ranges = tuple(tuple(map(sp.sympify, limit[1:])) for limit in binders)
            group = groups.setdefault(ranges, [])
            letters = facts[group[0][0]][1] if group else binders
            group.append((at, renamed(prop, binders, letters)))
        else:
            items.append((fact_latex(prop, binders), fact_text(prop, binders), (at,)))
    for group in groups.values():
        relations = [prop for _, prop in group]
        for chain in chains(relations):
            first = relations[chain.sources[0]]
            binders = facts[group[0][0]][1]
            numbers = tuple(sorted(group[source][0] for source in chain.sources))
            latex = f"${Tex().chain(chain.parts)}${range_latex(first, binders)}"
            items.append((latex, Line().chain(chain.parts) + range_text(first, binders), numbers))
    return sorted(items, key=lambda item: item[2])


def renamed(prop: sp.Basic, binders: Binders, letters: Binders) -> sp.Basic:
    swap = {a[0]: b[0] for a, b in zip(binders, letters, strict=True) if a[0] != b[0]}
    return prop.func(*(arg.xreplace(swap) for arg in prop.args), evaluate=False) if swap else prop


def whole(low: Any, high: Any) -> bool:
    """1 up to a size: what is said of every sample or class."""
    return low == 1 and isinstance(high, sp.Symbol) and bool(high.is_integer and high.is_positive)


def partial(prop: sp.Basic, binders: Binders) -> list[tuple]:
    return [b for b in binders if prop.has(b[0]) and not whole(b[1], b[2])]


def lone(prop: sp.Basic, binders: Binders) -> list[sp.Symbol]:
    """Index letters that no range binds: the fact is about that one entry, whichever it is."""
    bound = {b[0] for b in binders}
    at = {s for entry in prop.atoms(sp.Indexed) for index in entry.indices for s in index.free_symbols}
    free = {s for s in at & prop.free_symbols if isinstance(s, sp.Symbol) and not s.is_positive}
    return sorted(free - bound, key=str)


def ends(low: sp.Expr, high: sp.Expr, dots: str) -> tuple:
    """A range as it is written: its ends with dots between, unless nothing lies between."""
    return (low, high) if high - low == 1 else (low,) if low == high else (low, dots, high)


def range_latex(prop: sp.Basic, binders: Binders) -> str:
    show = Tex().show
    over = []
    for v, a, b in partial(prop, binders):
        shown = [end if isinstance(end, str) else show(end) for end in ends(sp.sympify(a), sp.sympify(b), r"\dots")]
        over.append(rf" for ${show(v)} = {', '.join(shown)}$")
    over += [f" for this one ${show(v)}$" for v in lone(prop, binders)]
    return ",".join(over)


def range_text(prop: sp.Basic, binders: Binders, unicode: bool = True) -> str:
    show, dots = Line(unicode).show, "…" if unicode else "..."
    over = []
    for v, a, b in partial(prop, binders):
        shown = [end if isinstance(end, str) else show(end) for end in ends(sp.sympify(a), sp.sympify(b), dots)]
        over.append(f" for {show(v)} = {', '.join(shown)}")
    over += [f" for this one {show(v)}" for v in lone(prop, binders)]
    return ",".join(over)
