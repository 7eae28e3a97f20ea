"""Mistakes at one place of a line: a range, an index, an exponent, a log, a complement. One small function a kind.

A rule undoes a mistake at one part of an expression. It is tried on the claimed line, which it may repair, and on
the line before, from which it may make the claimed one.
"""

from collections.abc import Callable, Iterator
from itertools import combinations, product

import sympy as sp

from cesym.check.case import Case
from cesym.check.mistakes.edits import edits, entries_of, exchange
from cesym.check.mistakes.repair import DIFFERS, Either, Instead, Repair
from cesym.check.words import Formula
from cesym.notation.printers import latex, text

__all__ = ["BESIDE", "PLACES", "RANGES"]


def move_log(e: sp.Expr, case: Case) -> Iterator[sp.Expr]:
    """The log of a sum for the sum of the logs; a log too many or too few; a product of logs."""
    if isinstance(e, sp.log):
        inside = e.args[0]
        if isinstance(inside, sp.Sum):
            body, limits = inside.args[0], inside.args[1:]
            factors = [f for part in sp.Mul.make_args(body) for f in ([part.base] * 2 if squared(part) else [part])]
            yield sp.Sum(sp.log(body), *limits)
            if len(limits) > 1:
                yield sp.Sum(sp.log(sp.Sum(body, *limits[:-1])), limits[-1])
            for n, f in enumerate(factors):
                if len(factors) > 1:
                    rest = sp.Mul(*factors[:n], *factors[n + 1 :])
                    yield sp.Sum(rest * sp.log(f), *limits)
                    yield sp.Sum(f * sp.log(rest), *limits)
        elif isinstance(inside, sp.Add):
            yield sp.Add(*map(sp.log, inside.args))
        if not inside.is_number:
            yield inside
    elif isinstance(e, sp.exp) and isinstance(e.args[0], sp.Sum | sp.Add):
        inside = e.args[0]
        if isinstance(inside, sp.Sum):
            yield sp.Sum(sp.exp(inside.function), *inside.limits)
        else:
            yield sp.Add(*map(sp.exp, inside.args))
    elif isinstance(e, sp.Sum) and isinstance(e.function, sp.exp):
        yield sp.exp(sp.Sum(e.function.args[0], *e.limits))
    elif isinstance(e, sp.Product) and e.args[0].has(sp.log):
        yield sp.Sum(*e.args)
    elif isinstance(e, sp.gamma):
        yield sp.loggamma(*e.args)
    elif isinstance(e, sp.Indexed | sp.Add | sp.factorial | sp.binomial) or e in case.letters:
        yield sp.log(e)


def squared(e: sp.Expr) -> bool:
    return isinstance(e, sp.Pow) and e.exp == 2


def move_range(e: sp.Expr, case: Case) -> Iterator[sp.Expr]:
    """A range that starts or ends elsewhere. (Where an index is shifted, it is the index that is wrong.)"""
    entries = case.claimed.atoms(sp.Indexed)
    shifted = any(not at.is_Symbol and at.free_symbols for entry in entries for at in entry.indices)
    if isinstance(e, sp.Sum | sp.Product) and not shifted:
        for n, (letter, low, high) in enumerate(e.limits):
            ends = [(low + a, high + b) for a, b in product((0, -1, 1), repeat=2) if a or b]
            ends += [(low, size) for size in case.sizes if size != high]
            for start, stop in ends:
                yield e.func(e.function, *e.limits[:n], (letter, start, stop), *e.limits[n + 1 :])


def complement(e: sp.Expr, case: Case) -> Iterator[sp.Expr]:
    """1 - p for p at one place."""
    one = 1 - e if isinstance(e, sp.Add) and len(e.args) == 2 else e
    if (isinstance(one, sp.Indexed) or one in case.letters) and case.is_probability(one):
        yield 1 - e


def move_index(e: sp.Expr, case: Case) -> Iterator[sp.Expr]:
    """Another index at one entry."""
    if isinstance(e, sp.Indexed):
        for n, index in enumerate(e.indices):
            for other in (*case.indices, index + 1, index - 1):
                if other != index:
                    yield e.base[(*e.indices[:n], other, *e.indices[n + 1 :])]
        if len(e.indices) == 2:
            yield e.base[e.indices[::-1]]
    elif isinstance(e, sp.Symbol) and e in case.indices:
        yield from (other for other in case.indices if other != e)


def move_bound(e: sp.Expr, case: Case) -> Iterator[sp.Expr]:
    """The letter of a sum that its body does not use."""
    if isinstance(e, sp.Sum | sp.Product):
        for n, (_, low, high) in enumerate(e.limits):
            for other in case.indices:
                if other not in (limit[0] for limit in e.limits):
                    yield e.func(e.function, *e.limits[:n], (other, low, high), *e.limits[n + 1 :])


def move_letter(e: sp.Expr, case: Case) -> Iterator[sp.Expr]:
    """Another letter at one place."""
    if isinstance(e, sp.Indexed):
        yield from (b[e.indices] for b in case.letters if isinstance(b, sp.IndexedBase) and b != e.base)
        entries = {one for line in (case.before, case.claimed) for one in line.atoms(sp.Indexed)}
        yield from sorted((one for one in entries if one.base != e.base and one.indices != e.indices), key=str)
    elif e in case.letters:
        yield from (b for b in case.letters if isinstance(b, sp.Symbol) and b != e)
    elif e in case.sizes:
        yield from (b for b in case.sizes if b != e)


def exchange_here(e: sp.Expr, case: Case) -> Iterator[sp.Expr]:
    """Two letters that changed places in one term; a weight and what stands under the log."""
    if isinstance(e, sp.Mul | sp.Pow | sp.Function):
        here = [letter for letter in case.letters if entries_of(e, letter)]
        yield from (exchange(e, a, b) for a, b in combinations(here, 2))
    logs = [f for f in e.args if isinstance(f, sp.log)] if isinstance(e, sp.Mul) else []
    if len(logs) == 1:
        sign, weight = (e / logs[0]).as_coeff_Mul()
        yield sign * logs[0].args[0] * sp.log(weight)


def other_case(e: sp.Expr, case: Case) -> Iterator[sp.Expr]:
    """Two cases that changed places."""
    if isinstance(e, sp.Piecewise) and len(e.args) == 2:
        (one, condition), (two, otherwise) = e.args
        yield sp.Piecewise((two, condition), (one, otherwise))


def lose_link(e: sp.Expr, case: Case) -> Iterator[sp.Expr]:
    """The logit for the sigmoid, the logarithm of a rate for the rate."""
    if isinstance(e, sp.exp):
        yield e.args[0]
    elif isinstance(e, sp.Pow) and e.exp == -1 and isinstance(e.base, sp.Add) and len(e.base.args) == 2:
        yield from (-f.args[0] for f in e.base.args if isinstance(f, sp.exp) and e.base - f == 1)


def double_or_halve(e: sp.Expr, case: Case) -> Iterator[sp.Expr]:
    if isinstance(e, sp.Mul | sp.Indexed | sp.Pow | sp.exp | sp.log | sp.Abs) or e in case.letters or e is sp.pi:
        yield from (2 * e, e / 2)
    elif isinstance(e, sp.Add):
        yield from (e + t for t in e.args if t.is_number)
        yield from (e - t / 2 for t in e.args if t.is_number)


def lose_factor(e: sp.Expr, case: Case) -> Iterator[sp.Expr]:
    if isinstance(e, sp.Mul):
        kept = [n for n, f in enumerate(e.args) if f.free_symbols - set(case.sizes)]
        for lost in (1, 2):  # the derivative of a sigmoid is two factors
            for some in combinations(kept, lost):
                yield sp.Mul(*(f for n, f in enumerate(e.args) if n not in some))


def join_sums(e: sp.Expr, case: Case) -> Iterator[sp.Expr]:
    """The sum of the products, or of the quotients, for the product or the quotient of the sums."""
    if isinstance(e, sp.Mul):
        sums = [(f, f.as_base_exp()) for f in e.args if isinstance(f.as_base_exp()[0], sp.Sum)]
        for (f, (one, n)), (g, (two, m)) in combinations(sums, 2):
            (letter, *span), (old, *other) = one.limits[0], two.limits[0]
            if len(one.limits) == len(two.limits) == 1 and span == other and {n, m} <= {sp.S.One, sp.S.NegativeOne}:
                joined = one.function**n * two.function.xreplace({old: letter}) ** m
                yield sp.Mul(sp.Sum(joined, one.limits[0]), *(h for h in e.args if h not in (f, g)))
        for f, (one, n) in sums:  # a factor that was pulled out of its sum
            bound = {limit[0] for limit in one.limits}
            out = [h for h in e.args if h != f and h.free_symbols & bound]
            if n == 1 and out:
                kept = (h for h in e.args if h not in (f, *out))
                yield sp.Mul(sp.Sum(one.function * sp.Mul(*out), *one.limits), *kept)


def lose_term(e: sp.Expr, case: Case) -> Iterator[sp.Expr]:
    """A sum without one of its terms, also inside a function."""
    if isinstance(e, sp.Add):
        yield from (sp.Add(*e.args[:n], *e.args[n + 1 :]) for n in range(len(e.args)))


def mean_here(e: sp.Expr, case: Case) -> Iterator[sp.Expr]:
    """A sum for a mean, or the other way round, at one place."""
    if isinstance(e, sp.Sum):
        yield from (e * size**power for size in case.sizes for power in (1, -1))


def base_here(e: sp.Expr, case: Case) -> Iterator[sp.Expr]:
    """A logarithm to another base."""
    if isinstance(e, sp.log) and not e.is_number:
        yield from (e * sp.log(base) ** power for base in (2, 10) for power in (1, -1))


def move_power(e: sp.Expr, case: Case) -> Iterator[sp.Expr]:
    """Another exponent; a square of a sum for a sum of squares; an absolute value for a square."""
    if isinstance(e, sp.Pow) and not e.base.is_number and not e.base.free_symbols <= set(case.sizes):
        b, x = e.args
        yield from (b ** (x + 1), b ** (x - 1), b ** (2 * x), b ** (x / 2), b, b ** (-x) if x.is_Rational else b)
        yield from (b ** (3 * x), b ** (x / 3))
        if isinstance(b, sp.Sum):
            yield sp.Sum(b.args[0] ** x, *b.args[1:])
        if x == 2:
            yield sp.Abs(b)
    elif isinstance(e, sp.Abs):
        yield from (e.args[0] ** 2, e.args[0])
    elif isinstance(e, sp.Indexed | sp.Add) or e in case.letters:
        yield from (e**2, e**3, sp.sqrt(e), 1 / e)
        if isinstance(e, sp.Add):
            yield sp.Abs(e)


def flip_sign(e: sp.Expr, case: Case) -> Iterator[sp.Expr]:
    if isinstance(e, sp.Add):
        yield from (sp.Add(*e.args[:n], -t, *e.args[n + 1 :]) for n, t in enumerate(e.args))
    elif isinstance(e, sp.exp):
        yield sp.exp(-e.args[0])
    elif isinstance(e, sp.Pow) and not e.exp.is_Rational:
        yield e.base ** (-e.exp)
    elif isinstance(e, sp.Mul):
        yield -e


def move_bracket(e: sp.Expr, case: Case) -> Iterator[sp.Expr]:
    """(1 - k)*t for 1 - k*t."""
    numbers = [t for t in e.args if t.is_number] if isinstance(e, sp.Add) else []
    for n, term in enumerate(e.args if numbers else ()):
        c, factors = term.as_coeff_mul()
        for at, f in enumerate(factors if len(factors) > 1 else ()):
            kept = [t for m, t in enumerate(e.args) if m != n and t not in numbers]
            yield sp.Add((sp.Add(*numbers) + c * f) * sp.Mul(*factors[:at], *factors[at + 1 :]), *kept)


LOG_OF_SUM = "The log of a product is the sum of the logs; of a sum there is no such rule."


def log_words(yours: sp.Expr, theirs: sp.Expr) -> tuple:
    if isinstance(yours, sp.log) and isinstance(yours.args[0], sp.Sum) and isinstance(theirs, sp.Sum):
        return ("You took the log of the sum, ", yours, "; the line before sums the logs, ", theirs, "."), (LOG_OF_SUM,)
    if any(isinstance(e, sp.log) and isinstance(e.args[0], sp.Sum | sp.Add) for e in (yours, theirs)):
        return (), (LOG_OF_SUM,)
    return (), ("ln reaches every factor of a product, each of them once.",)


def range_words(yours: sp.Expr, theirs: sp.Expr) -> tuple:
    mine, right = next((a, b) for a, b in zip(yours.limits, theirs.limits, strict=True) if a != b)
    what = "sum" if isinstance(yours, sp.Sum) else "product"
    less = [end for end, a, b in (("first", mine[1], right[1]), ("last", right[2], mine[2])) if (a - b).is_positive]
    so: tuple = (f"The {less[0]} one is missing." if less else "Count the terms at N = 1: how many are there?",)
    if mine[1] == 0 and right[1] == 1:
        so = ("Numbered from 1 there is nothing at 0; counting from 0, as Python does, ends at ", right[2] - 1, ".")
    return (f"Your {what} runs over ", span(mine), ", the line before over ", span(right), "."), so


def span(limit: tuple) -> Formula:
    letter, low, high = limit
    return Formula(
        f"{latex(letter)} = {latex(low)}, \\ldots, {latex(high)}", f"{text(letter)} = {text(low)}, …, {text(high)}"
    )


Words = Callable[[sp.Expr, sp.Expr], tuple]
ONE_ENTRY = "An index names one entry; the letter of a sum runs inside that sum only."
RULES: tuple[tuple[str, Callable, str, str | Words], ...] = (
    ("bracket", move_bracket, "One bracket", "A factor in front reaches the next term only: (1 − k)·t is not 1 − k·t."),
    ("log outside", move_log, "One logarithm", log_words),
    ("sign", flip_sign, "One sign", "A minus goes with its term, also inside a bracket, an exponent or a log."),
    ("swap", complement, "One place", "Look which of a probability and its complement goes with which target."),
    ("index", move_index, "One index", ONE_ENTRY),
    ("index", move_bound, "One index", "The letter of a sum runs inside that sum only, and stands in its body."),
    ("direction", exchange_here, "One part", "Two letters changed places: which is the target, which the prediction?"),
    ("swap", other_case, "One pair of cases", "Which of the two holds on which side?"),
    ("link", lose_link, "One link", "A link leads from a logit to a probability, or from a logarithm to a rate."),
    ("direction", move_letter, "One letter", "Two letters are mixed up: which is the target, which the prediction?"),
    ("half", double_or_halve, "One place", "Follow the 2: a square, a square root or a denominator brings it in."),
    ("product of sums", join_sums, "One product", "The sum of products is not the product of the sums."),
    ("factor", lose_factor, "One factor", "Each factor goes along from line to line."),
    ("exponent", move_power, "One exponent", "Is the power one of the whole bracket or of a part? Try a number."),
)


def rule_search(kind: str, rule: Callable, subject: str, so: str | Words) -> Callable[[Case], Iterator[Repair]]:
    def made(left: sp.Expr, right: sp.Expr, place: Instead) -> Repair:
        what, why = ((), (so,)) if isinstance(so, str) else so(place.yours, place.theirs)
        return Repair(kind, left, right, what or (f"{subject} ", DIFFERS, place), why)

    def search(case: Case) -> Iterator[Repair]:
        for edit in edits(case.claimed, lambda e: rule(e, case)):
            yield made(case.before, edit.whole, Instead(edit.part, edit.other))
        for edit in edits(case.before, lambda e: rule(e, case)):
            yield made(edit.whole, case.claimed, Instead(edit.other, edit.part, "before"))

    return search


def entry_everywhere(case: Case) -> Iterator[Repair]:
    """An entry with a wrong index, wherever it stands."""
    for entry in sorted(case.claimed.atoms(sp.Indexed), key=str):
        for other in move_index(entry, case):
            whole = case.claimed.xreplace({entry: other})
            what = ("One index ", DIFFERS, Instead(entry, other))
            yield Repair("index", case.before, whole, what, (ONE_ENTRY,))


def term_inside(case: Case) -> Iterator[Repair]:
    """A term that is lost in a bracket, or one too many, also where the line does not depend on it linearly."""
    for edit in edits(case.before, lambda e: lose_term(e, case)):
        lost = ("Your line ", Either("has lost", "seems to have lost"), " the term ", edit.part - edit.other)
        so = ("A bracket keeps all its terms.",)
        yield Repair("dropped term", edit.whole, case.claimed, (*lost, " of ", edit.part, "."), so)
    for edit in edits(case.claimed, lambda e: lose_term(e, case)):
        what = ("Your line has a term too many: ", edit.part - edit.other, " in ", edit.part, ".")
        yield Repair("extra term", case.before, edit.whole, what, ("A bracket keeps its terms, and no more.",))


RANGES = (rule_search("range", move_range, "One range", range_words),)
PLACES = (*(rule_search(*row) for row in RULES), entry_everywhere, term_inside)
# Beside another mistake a factor is looked for in the usual ones: alone it is computed.
BESIDE = (rule_search("reduction", mean_here, "One mean", "A mean divides by the number of terms, a sum does not."),
          rule_search("base", base_here, "One base", "All logarithms of a line have one base."))  # fmt: skip
