"""The value of a line at a model, and signs that are certain: exact rationals, or intervals that hold the value."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import mpmath

from cesym.kernel.trees import Refused, Tree
from cesym.kernel.witness import evaluate, inexact, mixed, satisfied
from cesym.notation.trees import letters, name_of

__all__ = [
    "all_hold", "apart", "entries", "free_indices", "gap", "is_size", "place", "renamed", "sign_of", "unrolled",
    "value_at", "value_of",
]  # fmt: skip

PRECISIONS = (60, 160, 400)  # bits of the intervals, tried in turn
FAR = 1e-9  # relative; what differs by less is hardly worth an interval
FAILURES = (ArithmeticError, LookupError, ValueError, TypeError, StopIteration, NotImplementedError, Refused)
Model = Mapping[str, Any]
Number = Any  # a Fraction, or a number of mpmath


def unrolled(t: Tree, model: Model, env: Mapping[Tree, int] = {}) -> Tree:
    """A tree with its sums and products written out at a model's sizes, and every index a number."""
    match t:
        case ("Symbol", _, _):
            return ("Rational", env[t], 1) if t in env else t
        case ("Indexed", letter, *indices):
            at = (evaluate(unrolled(index, model, env), dict(model)) for index in indices)
            return ("Indexed", letter, *(("Rational", int(n), 1) for n in at))
        case ("Sum" | "Product" as head, body, *limits):
            *inner, (letter, lo, hi) = limits
            start, stop = (int(evaluate(unrolled(end, model, env), dict(model))) for end in (lo, hi))
            rest = (head, body, *inner) if inner else body
            parts = [unrolled(rest, model, {**env, letter: n}) for n in range(start, stop + 1)]
            if not parts:
                return ("Rational", 0 if head == "Sum" else 1, 1)
            return ("Add" if head == "Sum" else "Mul", *parts)
        case (str(head), *parts) if head not in ("Rational", "FiniteSet"):
            return (head, *(unrolled(part, model, env) for part in parts))
        case tuple() if t and isinstance(t[0], tuple):
            return tuple(unrolled(part, model, env) for part in t)
    return t


def value_at(t: Tree, model: Model, context: Any = mpmath.mp) -> Number | None:
    """The value of a tree at a model, or None where it has none."""
    try:
        value = evaluate(t, model if isinstance(model, dict) else dict(model), {}, context)
    except FAILURES:
        return None
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if isinstance(value, mpmath.mpc):
        return value.real if value.imag == 0 else None
    if context is mpmath.mp:
        return value if mpmath.isfinite(value) else None
    return value if abs(value.delta) < mpmath.inf else None


def gap(left: Number, right: Number) -> Number:
    """left - right, relative to their size."""
    left, right = mixed([left, right], mpmath.mp)
    return (left - right) / (abs(left) + abs(right) + Fraction(1) * (left == right))


def enclosures(lines: list[Tree], model: Model) -> Iterator[list]:
    """The values of unrolled lines as intervals that hold them, at rising precision."""
    context = mpmath.iv
    kept = context.prec
    try:
        for bits in PRECISIONS:
            context.prec = bits
            values = [value_at(t, model, context) for t in lines]
            if None in values:
                return
            yield [inexact(v, context) + context.mpf(0) for v in values]
    finally:
        context.prec = kept


def sign_of(term: Callable[[list], Any], lines: Iterable[Tree], model: Model) -> int:
    """The sign of a term in the values of unrolled lines; 0 where the intervals do not decide."""
    lines = list(lines)
    if any(map(has_slope, lines)):  # a derivative by differences has no interval, but digits to spare
        with mpmath.workdps(40):
            values = [value_at(t, model) for t in lines]
            if None in values:
                return 0
            values = mixed([*values, mpmath.mpf(0)], mpmath.mp)[:-1]
            x, size = term(values), 1 + max(map(abs, values))
            return 0 if abs(x) < size * size * mpmath.mpf(10) ** -12 else 1 if x > 0 else -1
    for values in enclosures(lines, model):
        x = term(values)
        if x.a > 0 or x.b < 0:
            return 1 if x.a > 0 else -1
    return 0


def has_slope(t: Any) -> bool:
    return isinstance(t, tuple) and (t[:1] == ("Derivative",) or any(map(has_slope, t)))


WRONG = {"=": (-1, 1), "≥": (-1,), "≤": (1,)}  # signs of before - after that refute


def apart(before: Tree, after: Tree, model: Model, relation: str = "=") -> bool:
    """Is ``before relation after`` surely false at a model? Both lines are unrolled."""
    left, right = value_at(before, model), value_at(after, model)
    if left is None or right is None or abs(gap(left, right)) <= FAR:
        return False
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return (1 if left > right else -1) in WRONG[relation]
    return sign_of(lambda v: v[0] - v[1], (before, after), model) in WRONG[relation]


# What a line reads


def read_by(t: Any) -> Iterator[Tree]:
    """The letters and entries that an unrolled line reads, in reading order."""
    if t[:1] in (("Symbol",), ("Indexed",)):
        yield t
    else:
        for part in t:
            if isinstance(part, tuple):
                yield from read_by(part)


def place(t: Tree) -> tuple[str, tuple | None]:
    """Where a model keeps the value of a letter or an entry."""
    return (t[1], None) if t[0] == "Symbol" else (t[1][1], tuple(index[1] for index in t[2:]))


def value_of(model: Model, t: Tree) -> Fraction:
    name, at = place(t)
    return model[name] if at is None else model[name][at]


def entries(lines: Iterable[Tree], model: Model) -> list[Tree]:
    """What lines read at a model: sizes and indices first, then the entries of each letter in the order of reading."""
    lines = list(lines)
    sizes = sizes_in(t for line in lines for t in letters(line))
    sizes += sorted({t for line in lines for t in free_indices(line)})
    read = list(dict.fromkeys(t for line in lines for t in read_by(unrolled(line, model))))
    names = list(dict.fromkeys(place(t)[0] for t in read))
    rest = sorted((t for t in read if t not in sizes), key=lambda t: (names.index(place(t)[0]), place(t)[1] or ()))
    return [*sizes, *rest]


def all_hold(facts: Iterable[Tree], model: dict) -> bool:
    try:
        return all(satisfied(fact, model) for fact in facts)
    except FAILURES:
        return False


def renamed(t: Any, names: Mapping[str, str]) -> Any:
    """A tree with letters renamed, free or not."""
    match t:
        case ("Symbol", str(name), flags):
            return ("Symbol", names.get(name, name), flags)
        case tuple():
            return tuple(renamed(part, names) for part in t)
    return t


def is_size(t: Tree) -> bool:
    return t[0] == "Symbol" and {"integer", "positive"} <= set(t[2])


def sizes_in(letters: Iterable[Tree]) -> list[Tree]:
    return sorted({t for t in letters if is_size(t)}, key=lambda t: (t[1] != "N", name_of(t)))


def free_indices(t: Tree, bound: frozenset = frozenset()) -> Iterator[Tree]:
    """The free letters that number an entry: unrolled, they cannot be seen any more."""
    match t:
        case ("Indexed", _, *indices):
            yield from (s for index in indices for s in symbols_of(index) if s not in bound and not is_size(s))
        case ("Sum" | "Product", body, *limits):
            yield from free_indices(body, bound | {limit[0] for limit in limits})
        case tuple():
            for part in t:
                yield from free_indices(part, bound)


def symbols_of(t: Any) -> Iterator[Tree]:
    if isinstance(t, tuple):
        if t[:1] == ("Symbol",):
            yield t
        else:
            for part in t:
                yield from symbols_of(part)
