"""Mistakes in the whole line: a sign, a factor, letters that changed places, a derivative. One small function a kind.

Each takes a :class:`Case` and proposes repairs; ``left = right`` is what must hold if the repair is the right one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import sympy as sp

from cesym.diagnose.case import Case, is_size, letter_symbol
from cesym.diagnose.edits import entries_of, everywhere
from cesym.diagnose.words import Formula

__all__ = ["DIFFERS", "IS", "WHOLE", "Either", "Instead", "Repair", "decimal_of", "factor_kind"]


class Either(NamedTuple):
    """Words for a repair that the kernel admits, and for one that merely agrees in numbers."""

    shown: str
    seen: str


IS = Either("is exactly", "looks like")
DIFFERS = Either("differs", "seems to differ")


class Instead(NamedTuple):
    """What stands in the claimed line, and what in the line before.

    ``side`` says in which line the repair was made: unless it gives the other one letter by letter, that line
    holds its part in another arrangement, and the words must not pretend to quote it.
    """

    yours: Any
    theirs: Any
    side: str = "claimed"

    def words(self, quoted: bool) -> tuple:
        if quoted:
            return ": you have ", self.yours, ", the line before ", self.theirs, "."
        if self.side == "claimed":
            return ": where you have ", self.yours, ", ", self.theirs, " would be right."
        return ": the line before has ", self.theirs, ", yours amounts to ", self.yours, "."


@dataclass(frozen=True)
class Repair:
    """A guess at what went wrong: ``left`` equals ``right`` if it is the right one; ``what`` and ``so`` say it."""

    kind: str
    left: sp.Expr
    right: sp.Expr
    what: tuple
    so: tuple = ()
    scaled: bool = False  # a constant times the line before: what ≃ would say is said already


def factor_kind(c: sp.Expr) -> str:
    """The kind of a mistake by a factor c of the whole line."""
    if c == -1:
        return "sign"
    if any(is_size(letter) for letter in c.free_symbols):
        return "reduction"
    return "base" if c.has(sp.log(2), sp.log(10)) else "factor"


def ratio(case: Case) -> Iterator[Repair]:
    """The line before is a constant times the claimed one."""
    if case.relation != "=":
        if case.relation == "≃":
            yield Repair("sign", case.before, -case.claimed, ("Your line is least where the line before is greatest: "
                         "a minus is lost.",), SIGN)  # fmt: skip
        return
    c = case.factor(case.claimed)
    if c is None or c in (0, 1):
        return
    kind = factor_kind(c)
    what, so = RATIO[kind](case, 1 / c)
    yield Repair(kind, case.before, c * case.claimed, what, so, scaled=True)


SIGN = ("A minus turns maximising into minimising, and is easily lost: put it back in front.",)


def ratio_sign(case: Case, c: sp.Expr) -> tuple:
    so = SIGN
    if case.claimed.could_extract_minus_sign() and not case.before.could_extract_minus_sign():
        so = ("There is a minus in front that the line before has not: take it away.",)
    return ("Your line ", IS, " minus the line before."), so


def ratio_reduction(case: Case, c: sp.Expr) -> tuple:
    sign = "minus " if c.could_extract_minus_sign() else ""
    c = abs(c)
    size = next(letter for letter in sorted(c.free_symbols, key=str) if is_size(letter))
    name = {1 / size: "a mean for a sum", size: "a sum for a mean"}.get(c, "sum and mean are mixed up")
    times = (Formula(f"1/{size}", f"1/{size}"), " of") if c == 1 / size else (c, " times")
    return ("Your line ", IS, f" {sign}", *times, f" the line before: {name}."), (
        "The minimiser is the same; gradients, and so a good step size, differ by this factor.",)  # fmt: skip


def ratio_base(case: Case, c: sp.Expr) -> tuple:
    base = 2 if c.has(sp.log(2)) else 10
    unit = "bits" if base == 2 else "decimal digits"
    said = f"{unit} (log to the base {base}) for nats (ln)"
    if c in (sp.log(base), -sp.log(base)):
        said = f"nats (ln) for {unit} (log to the base {base})"
    return ("Your line ", IS, " ", decimal_of(c), f" times the line before: {said}."), (
        "The minimiser stays, every value and every gradient changes.",)  # fmt: skip


def ratio_factor(case: Case, c: sp.Expr) -> tuple:
    so: tuple = ("It has the same minimiser, so `same_minimiser` would accept it; `=` does not.",)
    if not c.is_positive or c.free_symbols:
        so = ("A factor goes along from line to line.",)
    elif c in (2, sp.S.Half) and any(e.exp == 2 for e in case.before.atoms(sp.Pow)):
        so = (*so, " A 2 often comes down from a square when one differentiates.")
    return ("Your line ", IS, " ", c, " times the line before."), so


RATIO: dict[str, Any] = {"sign": ratio_sign, "reduction": ratio_reduction, "base": ratio_base, "factor": ratio_factor}


def decimal_of(c: sp.Expr) -> Formula:
    """1/ln 2 with its value."""
    value = f"{float(c):.4g}".replace("-", "−")
    plain = {1 / sp.log(2): ("1/\\ln 2", "1/ln 2"), 1 / sp.log(10): ("1/\\ln 10", "1/ln 10"),
             sp.log(2): ("\\ln 2", "ln 2"), sp.log(10): ("\\ln 10", "ln 10")}.get(c)  # fmt: skip
    return Formula(f"{value} = {plain[0]}", f"{value} = {plain[1]}") if plain else Formula(value, value)


def one_sample(case: Case) -> Iterator[Repair]:
    """The sum over the samples is lost."""
    for index in sorted(case.claimed.free_symbols - case.before.free_symbols, key=str):
        for total in sorted(case.before.atoms(sp.Sum), key=sp.default_sort_key):
            for _, low, high in total.limits:
                summed = sp.Sum(case.claimed, (index, low, high))
                yield Repair("reduction", case.before, summed, ("Your line ", IS, " one term of the sum: it speaks of one ",
                             index, ", the line before of all of them."), ("Sum it over ", index, " from ", low, " to ", high, "."))  # fmt: skip


def derivative(case: Case) -> Iterator[Repair]:
    """One of the two lines is the derivative of the other."""
    if case.relation != "=":
        return
    for x in variables(case):
        for times, name in ((1, "the derivative"), (2, "the second derivative")):
            for top, bottom, words in (
                (case.before, case.claimed, ("Your line ", IS, f" {name} of the line before in ", x, ", not that line itself.")),
                (case.claimed, case.before, ("The line before ", IS, f" {name} of yours in ", x, ": yours goes back to what "
                 "was differentiated.")),
            ):  # fmt: skip
                if not entries_of(top, x.base if isinstance(x, sp.Indexed) else x):
                    continue
                line = apart_from(top, x)
                if not case.same(sp.diff(line, x, times), bottom):
                    continue
                slope = sp.Derivative(line, (x, times), evaluate=False)
                letter = letter_symbol(x.base) if isinstance(x, sp.Indexed) else x
                so: tuple = (f"If you meant to differentiate, say so: `.differentiate({x})`.",)
                if top is case.claimed:
                    so = ("The line after a derivative is in terms of the derivative: keep d/d", letter, ".")
                yield Repair("derivative", slope, bottom, words, so)


def variables(case: Case) -> Iterator[sp.Expr]:
    """What one may have differentiated in: letters, and entries at a free index."""
    free = [s for s in case.indices if s in case.claimed.free_symbols | case.before.free_symbols]
    for letter in case.letters:
        if isinstance(letter, sp.Symbol):
            if not letter.is_integer:
                yield letter
        elif not letter.label.is_integer:
            entries = {e for line in (case.claimed, case.before) for e in entries_of(line, letter)}
            at = {e.indices[:n] + (s,) + e.indices[n + 1 :] for e in entries for n in range(len(e.indices)) for s in free}
            yield from (letter[one] for one in sorted(at, key=str) if set(one) <= set(free) or len(one) == 1)


def apart_from(e: sp.Expr, x: sp.Expr) -> sp.Expr:
    """The line with bound letters renamed that also stand in the variable of a derivative."""
    clash = {limit[0] for part in e.atoms(sp.Sum, sp.Product) for limit in part.limits} & x.free_symbols
    if clash & e.free_symbols:
        return e
    return e.xreplace({s: sp.Symbol(s.name + "'", **s._assumptions_orig) for s in clash})


def direction(case: Case) -> Iterator[Repair]:
    """Two letters changed places."""
    arity = {letter: {len(e.indices) for e in entries_of(case.claimed, letter) if isinstance(e, sp.Indexed)} for letter in case.letters}
    for a, b in combinations(case.letters, 2):
        if isinstance(a, sp.Symbol) != isinstance(b, sp.Symbol) or arity[a] != arity[b]:
            continue
        exchanged = exchange(case.claimed, a, b)
        if exchanged == case.claimed:
            continue
        so: tuple = ("It matters which of the two stands inside and which outside: write it as the line before has it.",)
        if case.before.has(sp.log):
            so = ("A loss weighs the logs by the target; the prediction stands under the log.",)
        yield Repair("direction", case.before, exchanged, ("Your line ", Either("becomes", "seems to become"),
                     " the line before when ", letter_symbol(a), " and ", letter_symbol(b), " change places."), so)  # fmt: skip


def exchange(e: sp.Expr, a: Any, b: Any) -> sp.Expr:
    to = {entry: other(entry, a, b) for letter in (a, b) for entry in entries_of(e, letter)}
    return e.xreplace(to)


def other(entry: sp.Expr, a: Any, b: Any) -> sp.Expr:
    if isinstance(entry, sp.Indexed):
        return (b if entry.base == a else a)[entry.indices]
    return b if entry == a else a


def swap(case: Case) -> Iterator[Repair]:
    """A probability and its complement changed places."""
    for letter in case.letters:
        swapped = everywhere(case.claimed, letter, lambda entry: 1 - entry)
        if swapped != case.claimed:
            entry = min(entries_of(case.claimed, letter), key=str)
            yield Repair("swap", case.before, swapped, ("Your line ", Either("becomes", "seems to become"),
                         " the line before when ", entry, " and ", 1 - entry, " change places."),
                         ("Look at one end: as ", entry, " goes to 1, which of the two must become cheap?"))  # fmt: skip


WHOLE = (ratio, one_sample, derivative, direction, swap)
