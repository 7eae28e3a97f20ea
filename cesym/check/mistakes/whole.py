"""Mistakes in the whole line: a sign, a factor, letters that changed places, a derivative. One small function a kind.

Each takes a :class:`Case` and proposes repairs; ``left = right`` is what must hold if the repair is the right one.
"""

from collections.abc import Iterator
from functools import partial
from itertools import combinations, product
from typing import Any

import sympy as sp

from cesym.check.case import Case, is_size, letter_symbol
from cesym.check.mistakes.edits import entries_of, everywhere, exchange, other
from cesym.check.mistakes.repair import IS, Either, Repair
from cesym.check.words import Formula
from cesym.notation.indices import apart_from

__all__ = ["WHOLE", "direction", "factor_kind"]


def factor_kind(c: sp.Expr) -> str:
    """The kind of a mistake by a factor c of the whole line."""
    if c == -1:
        return "sign"
    if any(is_size(letter) for letter in c.free_symbols):
        return "reduction"
    return "base" if c.has(sp.log(2), sp.log(10)) else "factor"


def ratio(case: Case) -> Iterator[Repair]:
    """The line before is a constant times the claimed one."""
    if case.relation == "≃":
        what = ("Your line is least where the line before is greatest: a minus is lost.",)
        yield Repair("sign", case.before, -case.claimed, what, SIGN)
        return
    c = case.factor(case.claimed)
    if c is not None and c not in (0, 1):
        kind = factor_kind(c)
        what, so = RATIO[kind](case, 1 / c)
        whole = c * case.claimed
        if sp.signsimp(whole) == sp.signsimp(case.before):  # (x - mu)/v for (mu - x)/v: letter by letter, too
            whole = case.before
        yield Repair(kind, case.before, whole, what, so, scaled=True)


SIGN = ("A minus turns maximising into minimising, and is easily lost: put it back in front.",)
SLOPE_SIGN = ("A minus turns a step downhill into a step uphill, and is easily lost: put it back in front.",)


def ratio_sign(case: Case, c: sp.Expr) -> tuple:
    so = SLOPE_SIGN if case.slopes else SIGN
    if case.claimed.could_extract_minus_sign() and not case.before.could_extract_minus_sign():
        so = ("There is a minus in front that the line before has not: take it away.",)
    return ("Your line ", IS, " minus the line before."), so


def ratio_reduction(case: Case, c: sp.Expr) -> tuple:
    minus, c = "minus " * c.could_extract_minus_sign(), abs(c)
    size = next(letter for letter in sorted(c.free_symbols, key=str) if is_size(letter))
    name = {1 / size: "a mean for a sum", size: "a sum for a mean"}.get(c, "sum and mean are mixed up")
    times = (Formula(f"1/{size}", f"1/{size}"), " of") if c == 1 / size else (c, " times")
    so = ("The minimiser is the same; gradients, and so a good step size, differ by this factor.",)
    if case.slopes:
        so = ("It is zero at the same place; a good step size differs by this factor.",)
    return ("Your line ", IS, f" {minus}", *times, f" the line before: {name}."), so


def ratio_base(case: Case, c: sp.Expr) -> tuple:
    base = 2 if c.has(sp.log(2)) else 10
    bits, nats = f"{'bits' if base == 2 else 'decimal digits'} (log to the base {base})", "nats (ln)"
    said = f"{nats} for {bits}" if c == sp.log(base) else f"{bits} for {nats}"
    so = ("It is zero at the same place, and every other value changes.",)
    if not case.slopes:
        so = ("The minimiser stays, every value and every gradient changes.",)
    return ("Your line ", IS, " ", with_value(c, base), f" times the line before: {said}."), so


def with_value(c: sp.Expr, base: int) -> Formula:
    """1/ln 2 with its value."""
    value = f"{float(c):.4g}"
    inverse = {1 / sp.log(base): ("1/", "1/"), sp.log(base): ("", "")}.get(c)
    latex, text = (value, value.replace("-", "−"))
    if inverse is None:
        return Formula(latex, text)
    return Formula(rf"{latex} = {inverse[0]}\ln {base}", f"{text} = {inverse[1]}ln {base}")


def ratio_factor(case: Case, c: sp.Expr) -> tuple:
    so: tuple = ("It has the same minimiser, so `same_minimiser` would accept it; `=` does not.",)
    if not c.is_positive or c.free_symbols or case.slopes:
        so = ("A factor goes along from line to line.",)
    elif c in (2, sp.S.Half) and any(e.exp == 2 for e in case.before.atoms(sp.Pow)):
        so = (*so, " A 2 often comes down from a square when one differentiates.")
    if c.has(sp.exp):
        so = ("The derivative of a sigmoid is σ(1 − σ), once for each sigmoid that is differentiated: count them.",)
    if sp.count_ops(1 / c) < sp.count_ops(c) and not c.is_number:
        return ("The line before ", IS, " ", 1 / c, " times yours."), so
    return ("Your line ", IS, " ", c, " times the line before."), so


RATIO: dict[str, Any] = {"sign": ratio_sign, "reduction": ratio_reduction, "base": ratio_base, "factor": ratio_factor}


def one_sample(case: Case) -> Iterator[Repair]:
    """The sum over the samples is lost."""
    new = case.claimed.free_symbols - case.before.free_symbols
    for index in sorted((s for s in new if s in case.indices or (s.is_integer and s.is_Symbol)), key=str):
        for total in sorted(case.before.atoms(sp.Sum), key=sp.default_sort_key):
            for _, low, high in total.limits:
                summed = sp.Sum(case.claimed, (index, low, high))
                what = ("Your line ", IS, " one term of the sum, for one ", index, "; the line before has all of them.")
                so = ("Sum it over ", index, " from ", low, " to ", high, ".")
                yield Repair("reduction", case.before, summed, what, so)


ORDERS = ((1, "the derivative"), (2, "the second derivative"))


def derivative(case: Case) -> Iterator[Repair]:
    """One of the two lines is the derivative of the other."""
    if case.relation != "=" or case.claimed.is_number or case.before.is_number:
        return
    for x in variables(case):
        for times, name in ORDERS:
            if slope := slope_of(case, case.before, x, times, case.claimed):
                what = ("Your line ", IS, f" {name} of the line before in ", x, ", not that line itself.")
                so = (f"If you meant to differentiate, say so: `.differentiate({x})`.",)
                yield Repair("derivative", slope, case.claimed, what, so)
            if slope := slope_of(case, case.claimed, x, times, case.before):
                what = ("The line before ", IS, f" {name} of yours in ", x, ": you have gone back behind it.")
                so = ("After differentiating, every line is a line about the derivative.",)
                yield Repair("derivative", slope, case.before, what, so)


def slope_of(case: Case, e: sp.Expr, x: sp.Expr, times: int, other: sp.Expr) -> sp.Expr | None:
    """The derivative of ``e``, not carried out, if it has the value of ``other``."""
    if not entries_of(e, x.base if isinstance(x, sp.Indexed) else x):
        return None
    e = apart_from(e, x)
    return sp.Derivative(e, (x, times), evaluate=False) if case.same(sp.diff(e, x, times), other) else None


def variables(case: Case) -> Iterator[sp.Expr]:
    """What one may have differentiated in: letters, and entries at a free index."""
    free = [s for s in case.indices if s in case.claimed.free_symbols | case.before.free_symbols]
    for letter in case.letters:
        if isinstance(letter, sp.Symbol):
            if not letter.is_integer:
                yield letter
        elif not letter.label.is_integer:
            entries = {e for line in (case.claimed, case.before) for e in entries_of(line, letter)}
            slots = [(e.indices, n) for e in entries for n in range(len(e.indices))]
            at = {(*indices[:n], s, *indices[n + 1 :]) for indices, n in slots for s in free}
            yield from (letter[one] for one in sorted(at, key=str) if set(one) <= set(free))


BECOMES = Either("becomes", "seems to become")


def direction(case: Case) -> Iterator[Repair]:
    """Two letters changed places."""

    def shape(letter: Any) -> Any:
        entries = entries_of(case.claimed, letter)
        return isinstance(letter, sp.Symbol) or {len(e.indices) for e in entries}

    so = ("It matters which of the two stands inside and which outside: write it as the line before has it.",)
    if case.before.has(sp.log):
        so = ("A loss weighs the logs by the target; the prediction stands under the log.",)
    stand = [letter for letter in case.letters if entries_of(case.claimed, letter)]
    for a, b in combinations(stand, 2):
        exchanged = exchange(case.claimed, a, b) if shape(a) == shape(b) else case.claimed
        if exchanged != case.claimed:
            letters = (letter_symbol(a), " and ", letter_symbol(b))
            what = ("Your line ", BECOMES, " the line before when ", *letters, " change places.")
            yield Repair("direction", case.before, exchanged, what, so)


def swap(case: Case) -> Iterator[Repair]:
    """A probability and its complement changed places."""
    for letter in filter(case.is_probability, case.letters):
        swapped = everywhere(case.claimed, letter, lambda entry: 1 - entry)
        if swapped != case.claimed:
            entry = min(entries_of(case.claimed, letter), key=str)
            what = ("Your line ", BECOMES, " the line before when ", entry, " and ", 1 - entry, " change places.")
            so = ("Look at one end: as ", entry, " goes to 1, which of the two must become cheap?")
            yield Repair("swap", case.before, swapped, what, so)


def other_letter(case: Case) -> Iterator[Repair]:
    """A letter that the line before has not stands for one that it has."""
    known = [letter for letter in case.letters if entries_of(case.before, letter)]
    for yours, right in product([letter for letter in case.letters if letter not in known], known):
        if isinstance(yours, sp.Symbol) == isinstance(right, sp.Symbol):
            whole = everywhere(case.claimed, yours, partial(other, a=yours, b=right))
            what = ("Your line ", BECOMES, " the line before when ", letter_symbol(right), " stands for ",
                    letter_symbol(yours), ".")  # fmt: skip
            so = ("One thing has one letter, from the first line to the last.",)
            yield Repair("direction", case.before, whole, what, so)


def other_index(case: Case) -> Iterator[Repair]:
    """An index that stands outside of its sum, where the line before has another one."""
    outside = [[s for s in case.indices if s in line.free_symbols] for line in (case.claimed, case.before)]
    for yours, right in product(*outside):
        if yours not in outside[1]:
            whole = case.claimed.subs(yours, right)  # leaves alone what a sum binds
            what = ("Your line ", BECOMES, " the line before when ", right, " stands for ", yours, ".")
            so = ("The letter of a sum runs inside that sum only; outside of it stands ", right, ".")
            yield Repair("index", case.before, whole, what, so)


def one_case(case: Case) -> Iterator[Repair]:
    """What holds on the diagonal, and is not seen to hold beside it: the line was refused."""
    for a, b in combinations([s for s in case.indices if s in case.before.free_symbols], 2):
        left, right = (line.subs(b, a) for line in (case.before, case.claimed))
        there = (" where ", a, " = ", b, ", and not always elsewhere.")
        what = ("Your line ", Either("is right", "seems to be right"), *there)
        so = ("The line before has a value where they differ, too: write both cases, or ", sp.KroneckerDelta(a, b), ".")
        yield Repair("one case", left, right, what, so)


WHOLE = (ratio, one_sample, derivative, other_letter, direction, other_index, one_case, swap)
