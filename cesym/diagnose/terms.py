"""Mistakes in one term of a line: its sign, its factor; a term that is lost, or one too many.

A term is looked at wherever the line depends on it linearly, also inside Σ and in a bracket, so that its factor
can be computed from values of the line with the term and without it.
"""

from collections.abc import Iterator

import sympy as sp

from cesym.diagnose.case import Case, letter_symbol
from cesym.diagnose.edits import entries_of, terms
from cesym.diagnose.whole import DIFFERS, Either, Instead, Repair, factor_kind
from cesym.diagnose.words import Formula
from cesym.printers import latex, text

__all__ = ["TERMS"]


def factor_in_a_term(case: Case) -> Iterator[Repair]:
    """One term of the claimed line is off by a factor, or does not belong there."""
    for term, put in terms(case.claimed):
        if term.is_zero:
            continue
        if case.relation == "≃":
            factors = [sp.S.NegativeOne, sp.S(2), sp.S.Half]
        else:
            c = case.factor(case.claimed, offset=put(sp.S.Zero))
            factors = [] if c is None or c == 1 else [c]
        for c in factors:
            whole = put(c * term)
            if c == 0:
                yield extra_term(case, term, whole)
            else:
                yield repaired_term(case, Instead(term, c * term), 1 / c, case.before, whole)


def factor_in_a_term_before(case: Case) -> Iterator[Repair]:
    """One term of the line before is missing in the claimed one, or stands there with another factor."""
    for term, put in terms(case.before):
        if term.is_zero:
            continue
        if case.relation == "≃":
            factors = [sp.S.Zero, sp.S.NegativeOne, sp.S(2), sp.S.Half]
        else:
            c = case.factor(case.before, left=case.claimed, offset=put(sp.S.Zero))
            factors = [] if c is None or c == 1 else [c]
        for c in factors:
            whole = put(c * term)
            if c == 0:
                yield dropped_term(case, term, whole)
            else:
                yield repaired_term(case, Instead(c * term, term, "before"), c, whole, case.claimed)


def repaired_term(case: Case, place: Instead, c: sp.Expr, left: sp.Expr, right: sp.Expr) -> Repair:
    """One term is c times what it should be."""
    yours, theirs, side = place
    kind = factor_kind(c)
    halved = [t for t in (yours, theirs) if t.as_coeff_Mul()[0].is_Rational and t.as_coeff_Mul()[0].q % 2 == 0]
    if c == sp.S.Half or (c == 2 and halved):
        kind = "half"
    powers = [letter for letter in c.free_symbols if letter not in case.sizes]
    if any(yours.has(letter) and theirs.has(letter) for letter in powers):
        return Repair("exponent", left, right, ("One exponent ", DIFFERS, place),
                      ("Count the powers of ", *powers, " on both lines."))  # fmt: skip
    if kind == "sign":
        return Repair("sign", left, right, ("One sign ", DIFFERS, Instead(signed(yours), signed(theirs), side)),
                      ("A minus in front of a bracket reaches every term in it.",))  # fmt: skip
    so: tuple = ("Each term keeps its factor from line to line.",)
    if kind == "half":
        so = ("Follow the 2: it comes from a square, a square root (", Formula(r"\ln\sqrt a = \tfrac12 \ln a", "ln √a = ½ ln a"),
              ") or a denominator.")  # fmt: skip
    elif kind == "reduction":
        so = ("What is the same for every sample is counted once for each sample of the sum; a mean divides every term.",)
    elif kind == "base":
        so = ("All logarithms of a line have one base; here it is e.",)
    return Repair(kind, left, right, ("One term ", DIFFERS, place), so)


def signed(term: sp.Expr) -> Formula:
    """The term with its sign written also where that is a plus."""
    minus = term.could_extract_minus_sign()
    term = -term if minus else term
    left, right = ("(", ")") if isinstance(term, sp.Add) else ("", "")
    return Formula(f"{'-' if minus else '+'}{left}{latex(term)}{right}", f"{'−' if minus else '+'}{left}{text(term)}{right}")


def extra_term(case: Case, term: sp.Expr, left_over: sp.Expr) -> Repair:
    twice = any(one == term or (isinstance(term, sp.Sum) and one == term.args[0]) for one, _ in terms(case.before))
    if twice:
        return Repair("doubled term", case.before, left_over, ("One term ", Either("stands", "seems to stand"),
                      " twice in your line: ", term, "."), ("Each term of the line before is written once.",))  # fmt: skip
    return Repair("extra term", case.before, left_over, ("Your line has a term that the line before has not: ", term, "."),
                  ("Take it out, or put in the line in which it arises.",))  # fmt: skip


def dropped_term(case: Case, term: sp.Expr, left_over: sp.Expr) -> Repair:
    lost = [letter for letter in case.over if entries_of(term, letter)]
    names = list(map(letter_symbol, lost))
    if case.relation == "≃" and lost:
        return Repair("dropped parameter", left_over, case.claimed, ("The term you dropped, ", term, ", contains ", names[0],
                      ", and you minimise over ", names[0], "."), ("Only what does not move with the parameter may be dropped: "
                      "write the term back.",))  # fmt: skip
    letters = [letter for letter in case.letters if entries_of(term, letter)]
    so: tuple = ("Every line has all the terms: write it back.",)
    if letters:
        so = ("It contains ", letter_symbol(letters[0]), ", so it is no constant that one may leave out: write it back.")
    return Repair("dropped term", left_over, case.claimed, ("Your line ", Either("has lost", "seems to have lost"), " the term ",
                  term, "."), so)  # fmt: skip


def lost_letter(case: Case) -> Iterator[Repair]:
    """The line before is the claimed one and a multiple of a single letter, or of 1."""
    if case.relation != "=":
        return
    entries = {e for letter in case.letters for e in entries_of(case.before, letter) | entries_of(case.claimed, letter)}
    bound = set(case.indices) - case.before.free_symbols - case.claimed.free_symbols
    for e in (sp.S.One, *sorted((e for e in entries if not e.free_symbols & bound), key=str)):
        c = case.factor(case.claimed + e, offset=case.claimed)
        if c is not None and c != 0:
            yield Repair("dropped term", case.before, case.claimed + c * e, ("Your line ", Either("lacks", "seems to lack"),
                         " the term ", c * e, "."), ("Every line has all the terms: write it back.",))  # fmt: skip


TERMS = (factor_in_a_term, factor_in_a_term_before, lost_letter)
