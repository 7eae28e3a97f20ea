"""Expressions as plain data: the one place where the kernel looks at a SymPy object.

A tree is a nested tuple ``(head, child, ...)``. :func:`tree` reads ``.args`` of objects whose class is
exactly a listed one (never a subclass) and, at the leaves, what was typed: the digits of a number, the name
and the declared assumptions of a symbol. Nothing is simplified, compared or computed by SymPy.

======================================  ==================================================
``("Rational", p, q)``                  p/q
``("Symbol", name, (assumption, ...))`` a letter with its declared assumptions, sorted
``("Indexed", letter, index, ...)``     one entry of a family
``("Sum", body, (i, lo, hi), ...)``     the first limit is the innermost, as in SymPy
``("Piecewise", (value, cond), ...)``   the first condition that holds decides
``("Derivative", body, (x, times))``    not yet carried out
other heads                             see ``HEADS``
======================================  ==================================================
"""

from typing import Any

import sympy as sp

Tree = tuple

HEADS = {
    sp.Add: "Add", sp.Mul: "Mul", sp.Pow: "Pow", sp.exp: "exp", sp.log: "log", sp.Abs: "Abs",
    sp.Sum: "Sum", sp.Product: "Product", sp.KroneckerDelta: "KroneckerDelta", sp.Piecewise: "Piecewise",
    sp.Derivative: "Derivative", sp.binomial: "binomial", sp.factorial: "factorial", sp.gamma: "gamma",
    sp.loggamma: "loggamma", sp.beta: "beta", sp.Eq: "Eq", sp.Ne: "Ne", sp.Gt: "Gt", sp.Ge: "Ge",
    sp.Lt: "Lt", sp.Le: "Le", sp.And: "And", sp.Contains: "Contains", sp.FiniteSet: "FiniteSet",
    sp.Max: "Max", sp.Min: "Min", sp.cosh: "cosh", sp.sinh: "sinh", sp.tanh: "tanh",
}  # fmt: skip
CONSTANTS = {type(sp.pi): ("Pi",), type(sp.E): ("E",), type(sp.true): ("true",)}
NUMBERS = {type(sp.Rational(p, q)) for p, q in ((-1, 1), (0, 1), (1, 1), (2, 1), (1, 2), (1, 3))}
TUPLES = {sp.Tuple, sp.functions.elementary.piecewise.ExprCondPair}
ARITY = {"Pow": 2, "exp": 1, "log": 1, "Abs": 1, "KroneckerDelta": 2, "binomial": 2, "factorial": 1, "gamma": 1,
         "loggamma": 1, "cosh": 1, "sinh": 1, "tanh": 1, "beta": 2,
         "Eq": 2, "Ne": 2, "Gt": 2, "Ge": 2, "Lt": 2, "Le": 2, "Contains": 2}  # fmt: skip
ANY_ARITY = {"Add", "Mul", "And", "FiniteSet", "Max", "Min"}
DEEPEST, LARGEST_NUMBER = 150, 4_000  # levels, bits


class Refused(Exception):
    """The kernel does not admit this. ``trees`` fill the braces of the message when it is shown.

    ``missing`` is the tree of a fact that would have helped, where one is known.
    """

    def __init__(self, message: str, *trees: Any, missing: Tree | None = None) -> None:
        super().__init__(message)
        self.message, self.trees, self.missing = message, trees, missing

    def __str__(self) -> str:
        # Not str.format: a name may have braces of its own.
        parts = self.message.split("{}")
        filled = [part + shown for part, shown in zip(parts, map(show, self.trees), strict=False)]
        return "".join([*filled, *parts[len(filled):]])


def held(letter: Any) -> set[str]:
    """All that follows from what is declared of a letter."""
    return {flag for flag, yes in letter._assumptions.items() if yes}


def tree(e: Any) -> Tree:
    """The tree of a SymPy expression, or :class:`Refused` where its class is not exactly a listed one."""
    kind = type(e)
    if kind is tuple:
        return e  # a tree already; whoever reads it checks it
    if kind is int:
        return ("Rational", e, 1)
    if kind in NUMBERS:
        return ("Rational", int(e.p), int(e.q))
    if kind in CONSTANTS:
        return CONSTANTS[kind]
    if kind is sp.Symbol:
        if denied := [flag for flag, yes in e._assumptions_orig.items() if yes is False]:
            raise Refused(f"{e} is declared not to be {', '.join(sorted(denied))}: the kernel has no use for that")
        return ("Symbol", e.name, tuple(sorted(a for a, held in e._assumptions_orig.items() if held)))
    if kind is sp.Indexed:
        base = e.args[0]
        if type(base) is not sp.IndexedBase or len(base.args) != 1:
            raise Refused(f"{e} must be an entry of a plain IndexedBase, without a shape")
        more = held(base) - held(base.args[0])
        if more:
            raise Refused(f"{base} is declared {', '.join(sorted(more))}, and its label is not: declare the label")
        return ("Indexed", tree(base.args[0]), *map(tree, e.args[1:]))
    if kind in TUPLES:
        return tuple(map(tree, e.args))
    if kind is sp.Float:
        raise Refused(f"{e} is a floating-point number: write an exact one, such as Rational(1, 10) for 0.1")
    if kind not in HEADS:
        raise Refused(f"{kind.__name__} is not in the kernel's language: {str(e)[:60]}")
    parts = map(tree, e.args)
    return (HEADS[kind], *(sorted(parts, key=repr) if kind in (sp.Max, sp.Min) else parts))  # SymPy gives them no order


def check_tree(t: Any, depth: int = 0) -> None:
    """Refused unless t is a tree, in every part, also where its value does not matter (in an empty sum, say)."""
    if depth > DEEPEST:
        raise Refused("the line is nested too deeply; split it into smaller steps")
    parts: tuple
    match t if type(t) is tuple and t and type(t[0]) is str else None:
        case ("Rational", p, q) if type(p) is type(q) is int and q > 0:
            if p.bit_length() + q.bit_length() > LARGEST_NUMBER:
                raise Refused("a number in the line is too large")
            return
        case ("Symbol", name, flags) if type(flags) is tuple and all(type(word) is str for word in (name, *flags)):
            return
        case ("Pi",) | ("E",) | ("true",):
            return
        case ("Indexed", ("Symbol", _, _), _, *_):
            parts = t[1:]
        case ("Sum" | "Product", body, _, *_) if all(type(limit) is tuple and len(limit) == 3 for limit in t[2:]):
            parts = (body, *(part for limit in t[2:] for part in limit))
        case ("Piecewise", _, *_) if all(type(branch) is tuple and len(branch) == 2 for branch in t[1:]):
            parts = tuple(part for branch in t[1:] for part in branch)
        case ("Derivative", body, _, *_) if all(type(x) is tuple and len(x) == 2 for x in t[2:]):
            parts = (body, *(part for x in t[2:] for part in x))
        case (str(head), *_) if len(t) - 1 == ARITY.get(head) or (head in ANY_ARITY and len(t) > 1):
            parts = t[1:]
        case _:
            what = t[0] if type(t) is tuple and t else t
            named = f"{what!r:.60}" if isinstance(what, str | int | float | None) else type(what).__name__
            raise Refused(f"not in the kernel's language, or not with these parts: {named}")
    for part in parts:
        check_tree(part, depth + 1)


def show(t: Any) -> str:
    """A tree in one plain line, for messages; the display of lines lives elsewhere."""
    match t:
        case ("Rational", p, q):
            return str(p) if q == 1 else f"{p}/{q}"
        case ("Symbol", name, _):
            return str(name)
        case ("Indexed", letter, *indices):
            return f"{show(letter)}[{', '.join(map(show, indices))}]"
        case (str(head), *parts):
            return f"{head}({', '.join(map(show, parts))})" if parts else head
        case tuple():
            return f"({', '.join(map(show, t))})"
    return str(t)
