"""Single mistakes of a known kind, planted in right lines. Shares no code with the diagnosis.

A mistake that happens to be right (k**2 for k on {0, 1}) is no mistake: each is looked at in numbers of 50 digits.
"""

import random
from collections.abc import Callable, Iterator
from itertools import combinations, islice
from typing import Any, NamedTuple

import mpmath
import sympy as sp

from cesym.given import Given
from cesym.given.models import models
from cesym.kernel.trees import Refused, tree
from cesym.kernel.witness import evaluate
from cesym.symbols import C, N, i, j, lam, m, p, scalar

from .lines import LINES, Line

DIGITS, MODELS = 50, 14


class Mistake(NamedTuple):
    """A wrong line, the right one that stood before it, and what was done to it."""

    kind: str
    wrong: sp.Expr
    right: sp.Expr
    given: Given
    relation: str
    over: tuple
    where: str


# Places


def places(e: sp.Expr, wanted: Callable[[sp.Expr], bool]) -> Iterator[tuple[sp.Expr, Callable]]:
    """Parts of an expression, each with what puts another one there."""
    if wanted(e):
        yield e, lambda u: u
    if isinstance(e, sp.Indexed):
        return
    parts = e.args[:1] if isinstance(e, sp.Sum | sp.Product) else e.args
    for at, part in enumerate(parts):
        for inner, put in places(part, wanted):
            yield inner, lambda u, at=at, put=put: e.func(*e.args[:at], put(u), *e.args[at + 1 :])


def linear_terms(e: sp.Expr) -> Iterator[tuple[sp.Expr, Callable, sp.Add]]:
    """Terms of the sums that stand in no function: (term, put, the whole sum)."""
    if isinstance(e, sp.Add):
        for at, term in enumerate(e.args):
            yield term, lambda u, at=at: sp.Add(*e.args[:at], u, *e.args[at + 1 :]), e
    if isinstance(e, sp.Add | sp.Mul | sp.Sum):
        for at, part in enumerate(e.args[:1] if isinstance(e, sp.Sum) else e.args):
            for term, put, whole in linear_terms(part):
                yield term, lambda u, at=at, put=put: e.func(*e.args[:at], put(u), *e.args[at + 1 :]), whole


def entry(e: sp.Expr) -> bool:
    return isinstance(e, sp.Indexed)


def families(e: sp.Expr) -> list[sp.IndexedBase]:
    return sorted({entry.base for entry in e.atoms(sp.Indexed)}, key=str)


def scalars(e: sp.Expr) -> list[sp.Symbol]:
    labels = {entry.base.label for entry in e.atoms(sp.Indexed)}
    return sorted((s for s in e.free_symbols if s.is_Symbol and not s.is_integer and s not in labels), key=str)


def letter(family: sp.IndexedBase) -> sp.Symbol:
    return scalar(family)


# Mistakes, a function for each kind


def sign(line: Line) -> Iterator[sp.Expr]:
    yield -line.expr
    for term, put, _ in linear_terms(line.expr):
        yield put(-term)
    for whole, put in places(line.expr, lambda e: isinstance(e, sp.Add)):
        for term in whole.args:
            if not term.is_number or term == 1:
                yield put(whole - 2 * term)
    for e, put in places(line.expr, lambda e: isinstance(e, sp.exp)):
        yield put(sp.exp(-e.args[0]))


def factor(line: Line) -> Iterator[sp.Expr]:
    yield from (2 * line.expr, 3 * line.expr, line.expr / 2, line.expr * sp.Rational(2, 3))
    for term, put, _ in linear_terms(line.expr):
        yield put(3 * term)
        if term.as_coeff_Mul()[0] in (1, -1):
            yield put(2 * term)
    for e, put in places(line.expr, lambda e: isinstance(e, sp.Mul)):
        for part in e.args:
            if isinstance(part, sp.Indexed) or part in scalars(line.expr):
                yield put(e / part)


def half(line: Line) -> Iterator[sp.Expr]:
    for term, put, _ in linear_terms(line.expr):
        if term.as_coeff_Mul()[0].q == 2:
            yield put(2 * term)
        yield put(term / 2)
    for e, put in places(line.expr, lambda e: isinstance(e, sp.log | sp.exp)):
        inside = e.args[0]
        for number in (n for n in sp.Mul.make_args(inside) if n in (2, sp.S.Half, -sp.S.Half)):
            yield put(e.func(inside / abs(number)))


def base(line: Line) -> Iterator[sp.Expr]:
    logs = line.expr.atoms(sp.log)
    if logs and not any(isinstance(e, sp.Product) for e in line.expr.args):
        yield line.expr / sp.log(2)
        yield line.expr / sp.log(10)
    for e, put in places(line.expr, lambda e: isinstance(e, sp.log)):
        yield put(e / sp.log(2))


def swap(line: Line) -> Iterator[sp.Expr]:
    for family in families(line.expr):
        if family == p and line.expr.has(1 - p[i]):
            yield line.expr.xreplace({p[i]: 1 - p[i]})
    for e, put in places(line.expr, lambda e: e == p[i]):
        yield put(1 - e)


def shared(line: Line) -> Iterator[sp.Expr]:
    for family in families(line.expr):
        if family.label.is_integer:
            continue
        one = letter(family)
        yield line.expr.xreplace({entry: one for entry in line.expr.atoms(sp.Indexed) if entry.base == family})
    for one in scalars(line.expr):
        if one.name in "p mu":
            own = sp.IndexedBase(one.name, real=True)
            yield line.expr.xreplace({one: own[i]})


def ranges(line: Line) -> Iterator[sp.Expr]:
    for e, put in places(line.expr, lambda e: isinstance(e, sp.Sum | sp.Product)):
        for at, (index, low, high) in enumerate(e.limits):
            for start, stop in ((low - 1, high), (low - 1, high - 1), (low, high - 1), (low + 1, high), (low, high + 1)):
                yield put(e.func(e.function, *e.limits[:at], (index, start, stop), *e.limits[at + 1 :]))


def reduction(line: Line) -> Iterator[sp.Expr]:
    for size in (N, C):
        if line.expr.has(size) and not isinstance(line.expr, sp.Product):
            yield from (line.expr / size, line.expr * size)
    for term, put, whole in linear_terms(line.expr):
        if whole == line.expr and term.has(sp.Sum):
            yield put(term / N)
        if N in term.args:
            yield put(term / N)


def log_outside(line: Line) -> Iterator[sp.Expr]:
    def splits(e: sp.Expr) -> bool:
        return isinstance(e, sp.Sum) and any(isinstance(f, sp.log) for f in sp.Mul.make_args(e.function))

    for e, put in places(line.expr, splits):
        yield put(sp.log(sp.Sum(sp.Mul(*(f.args[0] if isinstance(f, sp.log) else f for f in sp.Mul.make_args(e.function))), *e.limits)))
    for e, put in places(line.expr, lambda e: isinstance(e, sp.log) and isinstance(e.args[0], sp.Sum)):
        yield put(sp.Sum(sp.log(e.args[0].function), *e.args[0].limits))
    for e, put in places(line.expr, lambda e: isinstance(e, sp.log) and isinstance(e.args[0], sp.Product)):
        yield put(sp.Product(sp.log(e.args[0].function), *e.args[0].limits))
    for e, put in places(line.expr, lambda e: isinstance(e, sp.log | sp.loggamma)):
        yield put(sp.gamma(e.args[0]) if isinstance(e, sp.loggamma) else e.args[0])


def derivative(line: Line) -> Iterator[sp.Expr]:
    if isinstance(line.expr, sp.Product):
        return
    for one in scalars(line.expr):
        yield sp.diff(line.expr, one)
    for family in families(line.expr):
        entries = sorted((e for e in line.expr.atoms(sp.Indexed) if e.base == family), key=str)
        for total in line.expr.atoms(sp.Sum):
            if len(entries) == 1 and len(total.limits) == 1 and not family.label.is_integer and total.has(entries[0]):
                index = total.limits[0][0]
                if line.expr == total or line.expr == -total:
                    yield sp.diff(line.expr.args[-1].function if line.expr != total else total.function, entries[0]).xreplace(
                        {e: e.base[j] for e in total.atoms(sp.Indexed) if e.indices == (index,)}) * (1 if line.expr == total else -1)  # fmt: skip


def direction(line: Line) -> Iterator[sp.Expr]:
    for a, b in combinations(families(line.expr), 2):
        entries = line.expr.atoms(sp.Indexed)
        if {len(e.indices) for e in entries if e.base == a} == {len(e.indices) for e in entries if e.base == b}:
            if not a.label.is_integer and not b.label.is_integer:
                yield line.expr.xreplace({e: {a: b, b: a}.get(e.base, e.base)[e.indices] for e in entries})


def dropped(line: Line) -> Iterator[sp.Expr]:
    for _, put, _ in linear_terms(line.expr):
        yield put(sp.S.Zero)


def doubled(line: Line) -> Iterator[sp.Expr]:
    """A term that stands there once more, in a sum of its own (in the same sum it would read as a factor 2)."""
    for e, put in places(line.expr, lambda e: isinstance(e, sp.Sum) and isinstance(e.function, sp.Add)):
        for term in e.function.args:
            yield put(e + sp.Sum(term, *e.limits))


def exponent(line: Line) -> Iterator[sp.Expr]:
    for e, put in places(line.expr, lambda e: isinstance(e, sp.Pow) and e.exp.is_Rational and e.exp > 1):
        yield from (put(e.base), put(e.base ** (e.exp + 1)))
    for e, put in places(line.expr, lambda e: isinstance(e, sp.Pow) and e.exp == -2):
        yield put(1 / e.base)
    for e, put in places(line.expr, lambda e: isinstance(e, sp.Abs)):
        yield put(e.args[0] ** 2)
    powers = {e.base for e in line.expr.atoms(sp.Pow) if not e.exp.is_Rational}  # (p**2)**k reads as p**(2*k)
    for e, put in places(line.expr, lambda e: (entry(e) or e in scalars(line.expr)) and e not in powers):
        yield put(e**2)
    for e, put in places(line.expr, lambda e: isinstance(e, sp.Sum) and isinstance(e.function, sp.Pow) and e.function.exp == 2):
        yield put(sp.Sum(e.function.base, *e.limits) ** 2)


def index(line: Line) -> Iterator[sp.Expr]:
    for e, put in places(line.expr, entry):
        for at, one in enumerate(e.indices):
            if one.is_Symbol:
                yield from (put(e.base[(*e.indices[:at], other, *e.indices[at + 1 :])]) for other in (one + 1, one - 1, sp.S.One))
        if len(e.indices) == 2 and e.indices[1].is_Symbol:
            yield put(e.base[e.indices[::-1]])
    for e, put in places(line.expr, lambda e: isinstance(e, sp.Sum) and len(e.limits) == 1):
        others = {s for s in line.expr.atoms(sp.Symbol) if s in (i, j, m) and s != e.limits[0][0]}
        for other in sorted(others, key=str):
            yield put(sp.Sum(e.function, (other, *e.limits[0][1:])))


def dropped_parameter(line: Line) -> Iterator[tuple[sp.Expr, tuple]]:
    for one in line.over:
        for term, put, _ in linear_terms(line.expr):
            if term.has(one):
                yield put(sp.S.Zero), (one,)


def namesake(line: Line) -> Iterator[sp.Expr]:
    for one in sorted(line.expr.atoms(sp.Symbol), key=str):
        if one not in {e.base.label for e in line.expr.atoms(sp.Indexed)}:
            yield line.expr.xreplace({one: sp.Symbol(one.name)})
    for family in families(line.expr):
        own = sp.IndexedBase(family.label.name)
        yield line.expr.xreplace({e: own[e.indices] for e in line.expr.atoms(sp.Indexed) if e.base == family})


KINDS: dict[str, Callable[[Line], Iterator]] = {
    "sign": sign, "factor": factor, "half": half, "base": base, "swap": swap, "shared parameter": shared, "range": ranges,
    "reduction": reduction, "log outside": log_outside, "derivative": derivative, "direction": direction,
    "dropped term": dropped, "doubled term": doubled, "exponent": exponent, "index": index,
    "dropped parameter": dropped_parameter, "namesake": namesake,
}  # fmt: skip
NO_NUMBERS = ("namesake", "shared parameter")  # one name for two things has no value


def missing_facts() -> Iterator[Mistake]:
    """Right lines from which one fact was taken: nothing is wrong with them, and it must be named."""
    logs = [line for line in LINES if line.name in ("bernoulli, -ln", "bernoulli, ln inside", "exponential", "poisson", "bce")]
    for line in logs:
        facts = Given.of(line.given, line.expr).facts
        for at, fact in enumerate(facts):
            if isinstance(fact.prop, sp.Gt | sp.Lt) and fact.prop.lhs in (p[i], lam[i]):
                fewer = Given.of([*facts[:at], *facts[at + 1 :]], line.expr)
                yield Mistake("missing fact", line.expr, line.expr, fewer, "=", (), line.name)


# Is it wrong at all?


def value(e: sp.Expr, model: dict) -> Any:
    try:
        v = evaluate(tree(e), model)
        v = mpmath.mpmathify(v) if not hasattr(v, "denominator") else mpmath.mpf(v.numerator) / v.denominator
        return v if mpmath.im(v) == 0 and mpmath.isfinite(v) else None
    except (ArithmeticError, LookupError, ValueError, TypeError, Refused):
        return None


def differs(wrong: sp.Expr, right: sp.Expr, given: Given) -> bool:
    """Do the two differ in value at some model, at 50 digits?"""
    with mpmath.workdps(DIGITS):
        for model in islice(models(given.trees, given.letters, seed=3), 0, 14 * MODELS, 3):
            a, b = value(wrong, model), value(right, model)
            if a is not None and b is not None and abs(a - b) > mpmath.mpf(10) ** -30 * (1 + abs(a)):
                return True
    return False


def new_letters(wrong: sp.Expr, given: Given, right: sp.Expr) -> Given:
    """What is given, with a range for an index that only the wrong line has free."""
    fresh = sorted((s for s in wrong.free_symbols - right.free_symbols if s in (i, j, m)), key=str)
    return Given.of(given, right, wrong).extended([fact for s in fresh for fact in (s >= 1, s <= N)])


def rearranged(e: sp.Expr, rng: random.Random) -> sp.Expr:
    """The same line as someone else would type it: other bound letters, sums split, brackets multiplied out."""
    if rng.random() < 0.5 and not e.has(m):
        e = e.xreplace({i: m})
    if rng.random() < 0.5:
        e = e.replace(lambda s: isinstance(s, sp.Sum) and isinstance(s.function, sp.Add),
                      lambda s: sp.Add(*(sp.Sum(t, *s.limits) for t in s.function.args)))  # fmt: skip
    if rng.random() < 0.5:
        e = sp.expand_mul(e)
    return e


def mistakes(kind: str, rng: random.Random, as_typed: bool = False) -> list[Mistake]:
    """All mistakes of a kind, in random order; ``as_typed`` plants them in rearranged lines."""
    found: dict[tuple, Mistake] = {}
    for line in LINES:
        given = Given.of(line.given, line.expr)
        base_line = line._replace(expr=rearranged(line.expr, rng)) if as_typed else line
        for planted in KINDS[kind](base_line):
            wrong, over = planted if isinstance(planted, tuple) else (planted, ())
            if wrong.has(sp.nan, sp.zoo, sp.oo, sp.I) or wrong.is_number or not readable(wrong):
                continue
            relation = "≃" if over else "="
            found[wrong, line.name] = Mistake(kind, wrong, line.expr, given, relation, over, line.name)
    out = list(found.values())
    rng.shuffle(out)
    return out


def readable(e: sp.Expr) -> bool:
    """Is it in the kernel's language? The derivative of ln Γ is not."""
    try:
        return bool(tree(e))
    except Refused:
        return False


def is_mistake(one: Mistake) -> bool:
    if one.kind in NO_NUMBERS:
        return True
    return differs(one.wrong, one.right, new_letters(one.wrong, one.given, one.right))


def pairs(seed: int, count: int) -> Iterator[Mistake]:
    """Lines with two mistakes of different kinds; ``kind`` names both."""
    rng = random.Random(seed)
    kinds = [kind for kind in KINDS if kind not in (*NO_NUMBERS, "derivative", "dropped parameter")]
    seen: set[sp.Expr] = set()
    while len(seen) < count:
        line, (one, two) = rng.choice(LINES), rng.sample(kinds, 2)
        first = [e for e in KINDS[one](line) if readable(e) and not e.is_number]
        second = [e for e in KINDS[two](line._replace(expr=rng.choice(first))) if readable(e)] if first else []
        if second:
            wrong = rng.choice(second)
            made = Mistake(f"{one} and {two}", wrong, line.expr, Given.of(line.given, line.expr), "=", (), line.name)
            if not wrong.has(sp.nan, sp.zoo, sp.oo, sp.I) and not wrong.is_number and wrong not in seen and is_mistake(made):
                seen.add(wrong)
                yield made


def sample(seed: int, each: int, as_typed: bool = False) -> Iterator[Mistake]:
    """Up to ``each`` true mistakes of every kind."""
    rng = random.Random(seed)
    for kind in KINDS:
        yield from islice(filter(is_mistake, mistakes(kind, rng, as_typed)), each)
    if not as_typed:
        yield from islice(missing_facts(), each)
