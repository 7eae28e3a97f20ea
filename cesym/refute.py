"""Numbers at which a false claim fails. They satisfy what is given, and the difference that they show is real.

Untrusted, because it admits nothing: a claim that no number here refutes is *not shown*, never accepted.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, islice
from random import Random
from typing import Any

import mpmath
import sympy as sp

from cesym.expressions import expression
from cesym.given import Given, Search, models
from cesym.kernel.trees import Tree, letters, name_of, tree
from cesym.kernel.witness import evaluate, satisfied
from cesym.printers import text

__all__ = ["Counterexample", "counterexample", "number_text", "unrolled", "value_at"]

PRECISIONS = (60, 160, 400)  # bits of the intervals, tried in turn
FAR = 1e-9  # relative; what differs by less is hardly worth an interval
ENOUGH = 24  # models at which a claim fails, among which the plainest is shown
FAILURES = (ArithmeticError, LookupError, ValueError, TypeError, StopIteration, NotImplementedError)
Number = Fraction | Any  # a Fraction, or a number of mpmath


@dataclass(frozen=True)
class Counterexample:
    """Values for what the two lines read, and what the lines are worth there.

    ``after`` is None where the claimed line has no value. For ``≃`` the ``others`` hold the same at other
    values of the parameters alone.
    """

    values: Mapping[Any, sp.Rational]
    before: Number
    after: Number | None
    others: tuple["Counterexample", ...] = ()

    def __str__(self) -> str:
        return ", ".join(assignments(self.values, text, lambda x: number_text(x).replace("-", "−")))

    @property
    def shown(self) -> tuple[str, str]:
        """The two numbers with as many digits as it takes to tell them apart; ``after`` may be "no number"."""
        for digits in (3, 4, 6, 9, 15):
            pair = tuple("no number" if v is None else number_text(v, digits) for v in (self.before, self.after))
            if pair[0] != pair[1]:
                break
        return pair[0], pair[1]


def number_text(x: Any, digits: int = 3) -> str:
    """A number for the page: short fractions as they are, the rest to some significant digits.

    >>> number_text(Fraction(1, 2)), number_text(Fraction(355, 113)), number_text(mpmath.log(2))
    ('1/2', '3.14', '0.693')
    """
    if isinstance(x, Fraction | sp.Rational):
        p, q = int(x.numerator), int(x.denominator)
        if len(f"{abs(p)}{q}") <= 4 or q == 1 and abs(p) < 10**6:
            return f"{p}/{q}" if q > 1 else f"{p}"
        x = mpmath.mpf(p) / q
    shown = mpmath.nstr(x, digits, min_fixed=-5, max_fixed=7)
    return shown[:-2] if shown.endswith(".0") else shown


def assignments(values: Mapping[Any, Any], printer: Callable, number: Callable) -> Iterator[str]:
    """``N = 1``, ``k = (1, 0)``, ``q_1 = (1/2, 1/2)``: a family whose last index runs from 1 is written as one."""

    def family(letter: Any) -> tuple:
        return (letter.base, letter.indices[:-1]) if isinstance(letter, sp.Indexed) else (letter,)

    for _, group in groupby(values, key=family):
        row = list(group)
        last = [letter.indices[-1] for letter in row if isinstance(letter, sp.Indexed)]
        if len(row) > 1 and last == list(range(1, len(row) + 1)):
            base, *indices = row[0].base, *row[0].indices[:-1]
            name = base[tuple(indices)] if indices else base.label
            yield f"{printer(name)} = ({', '.join(number(values[letter]) for letter in row)})"
        else:
            yield from (f"{printer(letter)} = {number(values[letter])}" for letter in row)


# Values at a model


def unrolled(t: Tree, model: Mapping[str, Any], env: Mapping[Tree, int] = {}) -> Tree:  # noqa: B006
    """A tree with its sums and products written out at a model's sizes, and every index a number."""
    match t:
        case ("Symbol", _, _):
            return ("Rational", env[t], 1) if t in env else t
        case ("Indexed", letter, *indices):
            at = (evaluate(unrolled(index, model, env), model) for index in indices)
            return ("Indexed", letter, *(("Rational", int(n), 1) for n in at))
        case ("Sum" | "Product" as head, body, *limits):
            *inner, (letter, lo, hi) = limits
            ends = (int(evaluate(unrolled(end, model, env), model)) for end in (lo, hi))
            rest = (head, body, *inner) if inner else body
            start, stop = ends
            parts = [unrolled(rest, model, {**env, letter: n}) for n in range(start, stop + 1)]
            if head == "Sum":
                return ("Add", *parts) if parts else ("Rational", 0, 1)
            return ("Mul", *parts) if parts else ("Rational", 1, 1)
        case (str(head), *parts) if head not in ("Rational", "FiniteSet"):
            return (head, *(unrolled(part, model, env) for part in parts))
        case tuple() if t and isinstance(t[0], tuple):
            return tuple(unrolled(part, model, env) for part in t)
    return t


def value_at(t: Tree, model: Mapping[str, Any], context: Any = mpmath.mp) -> Number | None:
    """The value of an unrolled tree at a model, or None where it has none."""
    try:
        value = evaluate(t, dict(model), {}, context)
    except FAILURES:
        return None
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if isinstance(value, mpmath.mpc):
        value = value.real if value.imag == 0 else mpmath.nan
    if context is mpmath.mp:
        return value if mpmath.isfinite(value) else None
    return value if abs(value.delta) < mpmath.inf else None


def enclosures(lines: Iterable[Tree], model: Mapping[str, Any]) -> Iterator[list]:
    """The values of unrolled lines as intervals that hold them, at rising precision."""
    context, lines = mpmath.iv, list(lines)
    kept = context.prec
    try:
        for bits in PRECISIONS:
            context.prec = bits
            with mpmath.workprec(bits):
                values = [value_at(t, model, context) for t in lines]
            if None in values:
                return
            yield [context.mpf(v.numerator) / v.denominator if isinstance(v, Fraction) else context.mpf(v) for v in values]
    finally:
        context.prec = kept


def sign_of(term: Callable[[list], Any], lines: Iterable[Tree], model: Mapping[str, Any]) -> int:
    """The sign of a term in the values of some lines; 0 where the intervals do not decide."""
    lines = list(lines)
    if any(has_slope(t) for t in lines):  # a derivative by differences has no interval, but digits to spare
        with mpmath.workdps(40):
            values = [value_at(t, model) for t in lines]
            if None in values:
                return 0
            x, size = mpmath.mpf(1) * term(values), 1 + sum(map(abs, values))
            return 0 if abs(x) < size * mpmath.mpf(10) ** -12 else 1 if x > 0 else -1
    for values in enclosures(lines, model):
        x = term(values)
        if x.a > 0 or x.b < 0:
            return 1 if x.a > 0 else -1
    return 0


def has_slope(t: Any) -> bool:
    return isinstance(t, tuple) and (t[:1] == ("Derivative",) or any(map(has_slope, t)))


WRONG = {"=": (-1, 1), "≥": (-1,), "≤": (1,)}  # signs of before - after that refute


def apart(before: Tree, after: Tree, model: Mapping[str, Any], relation: str) -> bool:
    """Is ``before relation after`` surely false at a model? ``before`` and ``after`` are unrolled."""
    left, right = value_at(before, model), value_at(after, model)
    if left is None or right is None or abs(left - right) <= FAR * (abs(left) + abs(right)):
        return False
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return (1 if left > right else -1) in WRONG[relation]
    return sign_of(lambda v: v[0] - v[1], (before, after), model) in WRONG[relation]


# The search


def counterexample(
    before: Any, after: Any, given: Any, relation: str = "=", over: Iterable[Any] = (), tries: int = 1000,
    seconds: float = 1.0,
) -> Counterexample | None:  # fmt: skip
    """Small, round numbers at which ``before relation after`` fails although all that is given holds; or None.

    For ``≃`` over some parameters it gives values of them between which the two lines cannot be tied by
    before = a*after + b with a > 0. A claimed line that merely has no value where the line before has one
    is reported, with ``after=None``, only where no two numbers differ.

    >>> from cesym.symbols import p
    >>> from sympy import log
    >>> found = counterexample(-log(p[1]), log(p[1]), [p[1] > 0])
    >>> str(found), found.shown
    ('p₁ = 1/2', ('0.693', '-0.693'))
    """
    lhs, rhs = tree(before), tree(after)
    given = Given.of(given, lhs, rhs)
    ends = time.monotonic() + seconds
    if relation == "≃":
        return not_affine(lhs, rhs, given, [name_of_letter(letter) for letter in over], tries, ends)
    if relation == "⇄":
        lhs, relation = ("Mul", ("Rational", -1, 1), ("log", lhs)), "="
    best, hits, undefined = None, 0, None
    for turn, model in enumerate(stream(given, tries)):
        if time.monotonic() > ends or hits == ENOUGH:
            break
        left, right = unrolled(lhs, model), unrolled(rhs, model)
        if apart(left, right, model, relation):
            found = plainer(lhs, rhs, relation, given, model) if hits < 4 else model
            best, hits = min(filter(None, (best, (effort(lhs, rhs, found), turn, found)))), hits + 1
        elif undefined is None and value_at(left, model) is not None and value_at(right, model) is None:
            undefined = model
        if best and best[0][0] < sizes(model, given):
            break
    if best:
        return stated(lhs, rhs, best[2])
    return stated(lhs, rhs, undefined) if undefined else None


def name_of_letter(letter: Any) -> str:
    if isinstance(letter, str):
        return letter
    base = letter.base.label if isinstance(letter, sp.Indexed) else getattr(letter, "label", letter)
    return base.name


def stream(given: Given, tries: int) -> Iterator[dict]:
    """Models: round numbers first, then any."""
    yield from islice(models(given, simple=True), tries // 2)
    yield from islice(models(given, seed=1), tries - tries // 2)


def sizes(model: Mapping[str, Any], given: Given) -> Fraction:
    return sum((model[name] for name in size_names(given)), Fraction(0))


def size_names(given: Given) -> list[str]:
    return [name_of(t) for t, n in given.letters if not n and {"integer", "positive"} <= set(t[2])]


def read_by(*lines: Tree) -> list[Tree]:
    """The letters and entries that unrolled lines read, in reading order."""
    found: dict[Tree, None] = {}

    def walk(t: Any) -> None:
        if t[:1] in (("Symbol",), ("Indexed",)):
            found[t] = None
        elif isinstance(t, tuple):
            for part in t:
                if isinstance(part, tuple):
                    walk(part)

    for line in lines:
        walk(line)
    return list(found)


def place(t: Tree) -> tuple[str, tuple | None]:
    """Where a model keeps the value of a letter or an entry."""
    return (t[1], None) if t[0] == "Symbol" else (t[1][1], tuple(index[1] for index in t[2:]))


def entries(lhs: Tree, rhs: Tree, model: Mapping[str, Any]) -> list[Tree]:
    """What two lines read at a model: the sizes first, then entry after entry in reading order."""
    top = {t: None for line in (lhs, rhs) for t in letters(line) if t[0] == "Symbol"}
    inner = read_by(unrolled(lhs, model), unrolled(rhs, model))
    sized = [t for t in top if t not in inner] + [t for t in inner if t[0] == "Symbol" and "integer" in t[2]]
    names = list(dict.fromkeys(place(t)[0] for t in inner))
    rest = sorted((t for t in inner if t not in sized), key=lambda t: (names.index(place(t)[0]), place(t)[1] or ()))
    return [*dict.fromkeys(sized), *rest]


def value_of(model: Mapping[str, Any], t: Tree) -> Fraction:
    name, at = place(t)
    return model[name] if at is None else model[name][at]


def stated(lhs: Tree, rhs: Tree, model: Mapping[str, Any]) -> Counterexample:
    """What a model says of two lines."""
    values = {expression(t): sp.Rational(value_of(model, t)) for t in entries(lhs, rhs, model)}
    with mpmath.workdps(30):
        left, right = (value_at(unrolled(t, model), model) for t in (lhs, rhs))
    return Counterexample(values, left, right)


PLAIN = [Fraction(s) for s in ("1", "1/2", "0", "2", "3", "-1", "1/4", "3/4", "9/10", "1/10", "-1/2", "4", "1/3", "2/3")]


def weight(x: Fraction) -> int:
    return PLAIN.index(x) if x in PLAIN else len(PLAIN) + len(f"{x}")


def effort(lhs: Tree, rhs: Tree, model: Mapping[str, Any]) -> tuple:
    """How much there is to read in a model: sizes first, then whether the difference is plain to see, then the numbers."""
    read = entries(lhs, rhs, model)
    big = sum(int(value_of(model, t)) for t in read if t[0] == "Symbol" and {"integer", "positive"} <= set(t[2]))
    left, right = (value_at(unrolled(t, model), model) for t in (lhs, rhs))
    gap = abs(left - right) / (1 + abs(left) + abs(right))
    return big, bool(gap < 0.02), sum(weight(value_of(model, t)) for t in read)


def plainer(lhs: Tree, rhs: Tree, relation: str, given: Given, model: dict) -> dict:
    """The model with its numbers replaced by plainer ones, one by one, while it still refutes."""
    facts = [fact.tree for fact in given.facts]
    for t in entries(lhs, rhs, model):
        name, at = place(t)
        declared = set((t[1] if at is not None else t)[2])
        if {"integer", "positive"} <= declared and at is None:
            continue  # a size: another one needs other entries
        for value in PLAIN[: weight(value_of(model, t))]:
            if "integer" in declared and value.denominator > 1 or "positive" in declared and value <= 0:
                continue
            other = {**model, name: value if at is None else {**model[name], at: value}}
            if all_hold(facts, other) and apart(unrolled(lhs, other), unrolled(rhs, other), other, relation):
                if effort(lhs, rhs, other) < effort(lhs, rhs, model):
                    model = other
                    break
    return model


def all_hold(facts: Iterable[Tree], model: dict) -> bool:
    try:
        return all(satisfied(fact, model) for fact in facts)
    except FAILURES:
        return False


# Same minimiser


def not_affine(lhs: Tree, rhs: Tree, given: Given, over: list[str], tries: int, ends: float) -> Counterexample | None:
    """Two or three models that differ in the parameters alone and leave no room for before = a*after + b, a > 0."""
    search = Search(tuple(fact.tree for fact in given.facts), given.letters, Random(0), simple=True)
    moving = set().union(*(search.moving(name) for name in over))
    constant = not moving & {name_of(t) for t in letters(rhs)}
    for turn in range(tries):
        if time.monotonic() > ends:
            break
        first = search.model((1, 1 + min(3, turn // 12)))
        if first is None:
            continue
        keep = {name: value for name, value in first.items() if name not in moving}
        row = [first, *filter(None, (search.model(keep=keep) for _ in range(2)))]
        lines = [unrolled(t, model) for model in row for t in (lhs, rhs)]
        # One model for all: an entry that moves gets one name for each of its values.
        lines = [renamed(t, moving, n // 2) for n, t in enumerate(lines)]
        joint = dict(keep) | {f"{name}#{n}": model[name] for n, model in enumerate(row) for name in moving}
        if len(row) < 2 or any(value_at(t, joint) is None for t in lines):
            continue

        def gaps(v: list, n: int) -> tuple:
            return v[0] - v[2 * n], v[1] - v[2 * n + 1]

        for n in range(1, len(row)):
            wrong = -1 if not constant else 0
            sign = sign_of(lambda v, n=n: gaps(v, n)[0] * (1 if constant else gaps(v, n)[1]), lines, joint)  # type: ignore[misc]
            if sign == wrong or constant and sign:
                return joined(lhs, rhs, [row[0], row[n]])
        if len(row) == 3 and sign_of(lambda v: gaps(v, 1)[0] * gaps(v, 2)[1] - gaps(v, 2)[0] * gaps(v, 1)[1], lines, joint):
            return joined(lhs, rhs, row)
    return None


def renamed(t: Any, names: set[str], n: int) -> Any:
    match t:
        case ("Symbol", str(name), flags) if name in names:
            return ("Symbol", f"{name}#{n}", flags)
        case tuple():
            return tuple(renamed(part, names, n) for part in t)
    return t


def joined(lhs: Tree, rhs: Tree, row: list[dict]) -> Counterexample:
    first, *others = (stated(lhs, rhs, model) for model in row)
    return Counterexample(first.values, first.before, first.after, tuple(others))
