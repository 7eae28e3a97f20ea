"""The kernel's own terms: polynomials over atoms, as immutable data. No symbolic algebra is imported.

A *term* is a polynomial, the frozenset of pairs (monomial, rational coefficient). A *monomial* is a frozenset
of pairs (atom, exponent), and an exponent is a polynomial again: p**k is one monomial with one atom.
Atoms are tuples, told apart by their first entry:

=================================  ===================================================================
``("e",)``, ``("pi",)``            the constants
``("int", n)``                     a prime, -1 or 0 under an exponent that is not a whole number
``("sym", name, flags)``           a letter; flags: integer, positive, nonnegative
``("idx", name, flags, indices)``  an entry of a family; the indices are polynomials
``("log", p)``, ``("abs", p)``     ln p and \\|p\\|
``("gamma", p)``                   the gamma function at p > 0
``("poly", p)``                    p as a base, where (p)**exponent is not multiplied out
``("delta", p)``, ``("pos", p)``   1 where p = 0 (where p > 0), else 0
``("sum", binders, p)``            binders ((b, n), ...): each b runs from 1 to n; likewise ``"prod"``
``("v", id)``                      a bound variable while its sum is open: globally unique, never captured
``("b", level)``                   a bound variable of a closed sum, named by its height above the leaves
=================================  ===================================================================
"""

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from itertools import count
from math import isqrt
from typing import Any

Poly = frozenset
FRESH = count(1)


def poly(coefficients: dict) -> Poly:
    return frozenset((m, c) for m, c in coefficients.items() if c)


def const(c: Any) -> Poly:
    return poly({frozenset(): Fraction(c)})


ZERO, ONE = const(0), const(1)


def monomial(factors: Iterable) -> Poly:
    return frozenset({(frozenset(factors), Fraction(1))})


def atom(a: tuple) -> Poly:
    return monomial({(a, ONE)})


def fresh() -> tuple:
    return ("v", next(FRESH))


def add(*ps: Poly) -> Poly:
    total: dict = {}
    for p in ps:
        for m, c in p:
            total[m] = total.get(m, 0) + c
    return poly(total)


def scale(p: Poly, c: Any) -> Poly:
    return frozenset((m, c * k) for m, k in p) if c else ZERO


def minus(p: Poly, q: Poly) -> Poly:
    return add(p, scale(q, -1))


def coefficient(p: Poly, factors: Iterable = ()) -> Fraction:
    return dict(p).get(frozenset(factors), Fraction(0))


def number(p: Poly) -> Fraction | None:
    """The rational that a constant polynomial stands for, else None."""
    if not p:
        return Fraction(0)
    return coefficient(p) if len(p) == 1 and coefficient(p) else None


def whole(p: Poly) -> int | None:
    """The integer that a constant polynomial stands for, else None."""
    n = number(p)
    return n.numerator if n is not None and n.denominator == 1 else None


def integer(p: Poly) -> bool:
    """Is p integer-valued by its form: a polynomial with integer coefficients in integer atoms?"""
    return all(c.denominator == 1 and all(whole_valued(a) and (whole(e) or 0) > 0 for a, e in m) for m, c in p)


def whole_valued(a: tuple) -> bool:
    return a[0] in ("v", "b", "delta", "pos") or (a[0] in ("sym", "idx") and "integer" in a[2])


def square_root(m: frozenset, c: Fraction) -> Poly | None:
    """The term whose square is c*m, where c is the square of a rational and all exponents are even numbers."""
    above, below = isqrt(max(c.numerator, 0)), isqrt(c.denominator)
    if Fraction(above, below) ** 2 != c or any((whole(e) or 1) % 2 for _, e in m):
        return None
    return scale(monomial((a, scale(e, Fraction(1, 2))) for a, e in m), Fraction(above, below))


def only_atom(p: Poly, *kinds: str) -> tuple | None:
    """The atom that p is, if it is one of these kinds and nothing else."""
    for m, _ in p:
        for a, _ in m:
            if p == atom(a) and (not kinds or a[0] in kinds):
                return a
    return None


@lru_cache(200_000)
def atoms(x: Any, *kinds: str) -> tuple[tuple, ...]:
    """The atoms of these kinds anywhere in x, sorted, each once."""
    found = {a for part in x if isinstance(part, (tuple, frozenset)) for a in atoms(part, *kinds)}
    return tuple(sorted(found | ({x} if isinstance(x, tuple) and x and x[0] in kinds else set()), key=key))


@lru_cache(200_000)
def has(x: Any, part: tuple) -> bool:
    """Does the atom ``part`` occur anywhere in x?"""
    return x == part or (isinstance(x, (tuple, frozenset)) and any(has(y, part) for y in x))


def mentions(x: Any, names: Iterable[str]) -> bool:
    """Does a letter or a family with one of these names occur anywhere in x?"""
    return any(a[1] in names for a in atoms(x, "sym", "idx"))


@lru_cache(200_000)
def key(x: Any) -> str:
    """A string by which terms can be ordered, the same in every process."""
    if isinstance(x, frozenset):
        return "{" + ",".join(sorted(map(key, x))) + "}"
    if isinstance(x, tuple):
        return "(" + ",".join(map(key, x)) + ")"
    if type(x) is Fraction:
        return f"{x.numerator:x}/{x.denominator:x}"  # in base 16, where no number is too long to write
    return f"{x:08d}" if type(x) is int else repr(x)


def relabel(x: Any, to: dict) -> Any:
    """x with bound variables renamed; nothing is recomputed."""
    if x in to:
        return to[x]
    return type(x)(relabel(y, to) for y in x) if isinstance(x, (tuple, frozenset)) else x


@lru_cache(200_000)
def height(x: Any) -> int:
    """The highest level of a closed bound variable in x."""
    if not isinstance(x, (tuple, frozenset)):
        return 0
    return x[1] if isinstance(x, tuple) and x[:1] == ("b",) else max(map(height, x), default=0)


def factorised(c: Fraction) -> list[tuple[int, int]]:
    """The factors of a non-zero rational with their exponents: primes, and -1 for its sign.

    A cofactor without a divisor below 10000 stands as it is, whether prime or not: numerator and
    denominator share none, and a number that is not recognised as a product is only a chance missed.
    """
    powers: dict[int, int] = {-1: 1} if c < 0 else {}
    for n, sign in ((abs(c.numerator), 1), (c.denominator, -1)):
        d = 2
        while n > 1:
            if d * d > n or d > 10_000:
                d = n
            while n % d == 0:
                n //= d
                powers[d] = powers.get(d, 0) + sign
            d += 1
    return sorted(powers.items())
