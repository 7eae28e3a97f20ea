"""Building with SymPy, which computes at once and for ever: sizes are looked at first."""

from collections.abc import Callable

import sympy as sp

__all__ = [
    "TooLarge", "absolute", "bounded", "countable", "delta", "exponential", "logarithm", "power", "relation",
]  # fmt: skip

LARGEST = 10_000  # exponent, argument of a factorial, ...
BITS = 20_000  # of a number as computed


class TooLarge(Exception):
    """A number that SymPy would sit on for ever."""


def largest(e: sp.Basic) -> int:
    return max((max(abs(r.p), r.q) for r in e.atoms(sp.Rational)), default=1)


def within(e: sp.Expr, what: str, numeric: bool = False) -> None:
    """Raises: TooLarge where a number in ``e``, or ``e`` itself where it is a number, exceeds the limit."""
    if not numeric and largest(e) > LARGEST:
        raise TooLarge(what)
    size = sp.S.Zero if e.free_symbols or e.has(sp.Sum, sp.Product, sp.Derivative) else e.evalf(3)
    if size.is_Number and abs(size) > LARGEST:
        raise TooLarge(what)


def countable(e: sp.Expr) -> None:
    """Raises: TooLarge where SymPy, asked for a sign, would add up more than a thousand numbers."""
    if e.is_number:
        count = 1
        for big in e.atoms(sp.Sum, sp.Product):
            for _, low, high in big.limits:
                count *= max(1, abs(int(high - low))) if (high - low).is_Integer else 100
        if count > LARGEST // 10:
            raise TooLarge("This range of numbers")


def power(b: sp.Expr, e: sp.Expr) -> sp.Expr:
    if b is sp.E:
        return exponential(e)
    within(e, "The exponent")
    inner = max((largest(part.exp) for part in b.atoms(sp.Pow, sp.exp)), default=1)
    if largest(e) * inner > LARGEST or largest(b).bit_length() * largest(e) > BITS:
        raise TooLarge("The power")
    return sp.Pow(b, e)


def exponential(e: sp.Expr) -> sp.Expr:
    within(e, "The exponent", numeric=not e.has(sp.log))
    return sp.exp(e)


def bounded(function: Callable[..., sp.Expr]) -> Callable[..., sp.Expr]:
    def build(*args: sp.Expr) -> sp.Expr:
        for arg in args:
            if arg.is_number:
                within(10 * arg, "The argument")
        return function(*args)

    return build


def logarithm(x: sp.Expr, base: sp.Expr | None = None) -> sp.Expr:
    return sp.log(x) if base is None else sp.Mul(sp.log(x), sp.Pow(sp.log(base), -1))


def absolute(x: sp.Expr) -> sp.Expr:
    # SymPy decides the sign of a number by computing it: a long sum of numbers is left as it stands.
    return sp.Abs(x, evaluate=not (x.is_number and x.has(sp.Sum, sp.Product, sp.Derivative)))


def delta(a: sp.Expr, b: sp.Expr) -> sp.Expr:
    plain = all(not x.is_number or x.is_Rational for x in (a, b))
    return sp.KroneckerDelta(a, b) if plain else sp.KroneckerDelta(a, b, evaluate=False)


def relation(kind: type, a: sp.Expr, b: sp.Expr) -> sp.Rel:
    """The relation as it was typed (SymPy would decide ``sigma > 0`` at once); ``0 < p`` is ``p > 0``, as in SymPy."""
    rel = kind(a, b, evaluate=False)
    return rel.reversed if a.is_number and not b.is_number and kind not in (sp.Eq, sp.Ne) else rel
