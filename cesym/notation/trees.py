"""From the kernel's trees back to SymPy, and the letters in a tree: for showing what the kernel speaks of.

Untrusted: whoever relies on the result turns it into a tree again and compares.
"""

from collections.abc import Iterator
from typing import Any

import sympy as sp

from cesym.kernel.trees import HEADS, Tree

__all__ = ["expression", "letters", "name_of", "subtrees"]

CLASSES = {head: cls for cls, head in HEADS.items()}
UNEVALUATED = {"Eq", "Ne", "Gt", "Ge", "Lt", "Le", "Contains"}  # SymPy would decide them from assumptions


def expression(t: Tree) -> Any:
    """The SymPy object of a tree.

    >>> from cesym.kernel import tree
    >>> from cesym.symbols import i, N, p
    >>> from sympy import Sum, log
    >>> expression(tree(Sum(log(p[i]), (i, 1, N)))) == Sum(log(p[i]), (i, 1, N))
    True
    """
    match t:
        case ("Rational", p, q):
            return sp.Rational(p, q)
        case ("Symbol", str(name), tuple(declared)):
            return sp.Symbol(name, **dict.fromkeys(declared, True))
        case ("Indexed", ("Symbol", str(name), tuple(declared)), *indices) if not indices:
            return sp.IndexedBase(sp.Symbol(name, **dict.fromkeys(declared, True)))
        case ("Indexed", letter, *indices):
            return sp.Indexed(sp.IndexedBase(expression(letter)), *map(expression, indices))
        case ("Pi",):
            return sp.pi
        case ("E",):
            return sp.E
        case ("true",):
            return sp.true
        case ("Sum" | "Product" | "Derivative" as head, body, *limits):
            return CLASSES[head](expression(body), *(sp.Tuple(*map(expression, limit)) for limit in limits))
        case ("Piecewise", *branches):
            return sp.Piecewise(*((expression(value), expression(condition)) for value, condition in branches))
        case (str(head), *parts) if head in CLASSES:
            options = {"evaluate": False} if head in UNEVALUATED else {}
            return CLASSES[head](*map(expression, parts), **options)
    raise ValueError(f"not a tree of an expression: {t!r:.60}")


def letters(t: Tree, bound: frozenset[str] = frozenset()) -> Iterator[Tree]:
    """Every free letter of a tree: ``("Symbol", ...)``, or ``("Indexed", letter)`` for a family."""
    match t:
        case ("Symbol", str(name), _):
            if name not in bound:
                yield t
        case ("Indexed", letter, *indices):
            yield ("Indexed", letter)
            for index in indices:
                yield from letters(index, bound)
        case ("Sum" | "Product", body, *limits):
            for i, lo, hi in reversed(limits):
                yield from letters(lo, bound)
                yield from letters(hi, bound)
                bound |= {i[1]}
            yield from letters(body, bound)
        case tuple():
            for part in t:
                yield from letters(part, bound)


def name_of(letter: Tree) -> str:
    """The name of what :func:`letters` yields."""
    return letter[1][1] if letter[0] == "Indexed" else letter[1]


def subtrees(t: Any) -> Iterator[Tree]:
    """A tree and every tree in it."""
    if isinstance(t, tuple):
        if t and isinstance(t[0], str):
            yield t
        for part in t:
            yield from subtrees(part)
