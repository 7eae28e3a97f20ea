"""Letters with indices: entries, fresh indices, and what stands in place of a letter or of a family."""

from typing import Any

from sympy import Expr, Indexed, IndexedBase, Product, Sum, Symbol, sympify

from cesym import symbols

__all__ = ["apart_from", "at_class", "fresh_index", "letter_name", "not_typed", "one_entry", "parameter_name", "put"]


def at_class(family: Any, c: Any, value: Any) -> Expr:
    """The entry for class ``value`` of a family, of a row of a family, or of an expression in the index c.

    >>> from cesym.symbols import c, i, j, p
    >>> at_class(p, c, j), at_class(p[i], c, j), at_class(2*p[c], c, j)
    (p[j], p[i, j], 2*p[j])
    """
    if isinstance(family, IndexedBase):
        return family[value]
    expr = one_entry(family)
    if isinstance(expr, Indexed) and not expr.has(c):
        return expr.base[(*expr.indices, value)]
    return expr.subs(c, value)


def fresh_index(*used: Any) -> Symbol:
    """An integer letter that stands in none of the given expressions, j where possible.

    A letter bound by a sum inside counts as used: put under that sum, it would be captured.

    >>> from cesym.symbols import i, j, p
    >>> fresh_index(p[i]), fresh_index(p[j])
    (j, m)
    """
    names = {letter.name for one in used for letter in not_typed(one).atoms(Symbol)}
    letters = [symbols.j, symbols.m, symbols.i, symbols.c]
    letters += [Symbol(f"j_{n}", integer=True) for n in range(1, len(names) + 2)]
    return next(letter for letter in letters if letter.name not in names)


def apart_from(expr: Expr, entry: Expr) -> Expr:
    """The expression with its sums over other letters than those that stand in ``entry``.

    >>> from sympy import Sum
    >>> from cesym.symbols import C, N, c, i, q
    >>> apart_from(Sum(q[i, c], (i, 1, N), (c, 1, C)), q[i, c])
    Sum(q[m, j], (m, 1, N), (j, 1, C))
    """
    bound = {limit[0] for part in expr.atoms(Sum, Product) for limit in part.limits}
    to: dict[Symbol, Symbol] = {}
    for letter in sorted(bound & entry.free_symbols, key=str):
        to[letter] = fresh_index(expr, entry, *to.values())

    def renamed(part: Expr) -> Expr:
        return part.xreplace({limit[0]: to[limit[0]] for limit in part.limits if limit[0] in to})

    return expr.replace(lambda part: isinstance(part, Sum | Product), renamed)


def one_entry(value: Any) -> Expr:
    if isinstance(value, IndexedBase):
        raise TypeError(f"this link takes one entry, such as {value}[i]; got the family {value}")
    return not_typed(value)


def not_typed(value: Any) -> Any:
    # sympify evaluates a string as Python.
    if isinstance(value, str):
        raise TypeError(f"a formula must be a SymPy expression or a number; got the string {value!r}")
    return sympify(value)


def letter_name(letter: Any) -> str:
    """The name of a letter, an entry or a family; a string is a name.

    >>> letter_name(symbols.p), letter_name(symbols.p[1]), letter_name(symbols.sigma)
    ('p', 'p', 'sigma')
    """
    letter = letter.base if isinstance(letter, Indexed) else letter
    return letter if isinstance(letter, str) else getattr(letter, "label", letter).name


def parameter_name(letter: Any) -> str:
    """The name of a letter or a family. Raises: ValueError for an entry, or anything else."""
    if not isinstance(letter, IndexedBase | Symbol):
        raise ValueError(f"over: a parameter is a letter or a whole family (mu, not mu[i]), not {letter!r}")
    return letter_name(letter)


def put(expr: Expr, atom: Any, value: Expr) -> Expr:
    """``value`` in place of a letter, or of every entry of a family at its own indices."""
    if not isinstance(atom, Indexed):
        return expr.xreplace({atom: value})
    return expr.replace(
        lambda e: isinstance(e, Indexed) and e.base == atom.base,
        lambda e: value.xreplace(dict(zip(atom.indices, e.indices, strict=True))),
    )
