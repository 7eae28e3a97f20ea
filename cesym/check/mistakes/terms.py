"""Mistakes in one term of a line: its sign, its factor; a term that is lost, or one too many.

A term is looked at wherever the line depends on it linearly, also inside Σ and in a bracket, so that its factor
can be computed from values of the line with the term and without it.
"""

from collections.abc import Iterator

import sympy as sp

from cesym.check.case import Case, letter_symbol
from cesym.check.mistakes.edits import Term, entries_of, terms
from cesym.check.mistakes.repair import DIFFERS, Either, Instead, Repair
from cesym.check.mistakes.whole import factor_kind
from cesym.check.words import Formula
from cesym.notation.printers import latex, text

__all__ = ["TERMS"]

USUAL = (sp.S.NegativeOne, sp.S(2), sp.S.Half)  # tried for ≃, where no factor can be computed


def usual(case: Case, part: sp.Expr) -> tuple:
    """Factors by which a term may be off, where none can be computed."""
    logs = (sp.log(2), 1 / sp.log(2), sp.log(10), 1 / sp.log(10)) if part.has(sp.log) else ()
    return (*USUAL, *logs, *(size**power for size in case.sizes for power in (1, -1)))


def factor_in_a_term(case: Case) -> Iterator[Repair]:
    """One term of the claimed line is off by a factor, or does not belong there."""
    for term in terms(case.claimed):
        c = case.factor(case.claimed, offset=term.put(sp.S.Zero))
        for factor in usual(case, term.part) if case.relation == "≃" else [] if c in (None, 1) else [c]:
            whole = term.put(factor * term.part)
            if factor == 0:
                yield extra_term(case, term, whole)
            else:
                yield repaired_term(case, Instead(term.shown, factor * term.shown), 1 / factor, case.before, whole)


def factor_in_a_term_before(case: Case) -> Iterator[Repair]:
    """One term of the line before is missing in the claimed one, or stands there with another factor."""
    for term in terms(case.before):
        c = case.factor(case.before, left=case.claimed, offset=term.put(sp.S.Zero))
        for factor in (sp.S.Zero, *usual(case, term.part)) if case.relation == "≃" else [] if c in (None, 1) else [c]:
            whole = term.put(factor * term.part)
            if factor == 0:
                yield dropped_term(case, term, whole)
            else:
                place = Instead(factor * term.shown, term.shown, "before")
                yield repaired_term(case, place, factor, whole, case.claimed)


SO = {
    "sign": ("A minus in front of a bracket reaches every term in it.",),
    "half": (
        "Follow the 2: it comes from a square, a square root (",
        Formula(r"\ln \sqrt a = \tfrac{1}{2} \ln a", "ln √a = ½ ln a"),
        ") or a denominator.",
    ),
    "reduction": ("A constant is counted once for each sample of a sum; a mean divides every term.",),
    "base": ("All logarithms of a line have one base.",),
    "factor": ("Each term keeps its factor from line to line.",),
}


def repaired_term(case: Case, place: Instead, c: sp.Expr, left: sp.Expr, right: sp.Expr) -> Repair:
    """One term is c times what it should be."""
    yours, theirs, side = place
    powers = [letter for letter in c.free_symbols if letter not in case.sizes]
    if any(yours.has(letter) and theirs.has(letter) for letter in powers):
        so = ("Count the powers of ", *powers, " in both lines.")
        return Repair("exponent", left, right, ("One exponent ", DIFFERS, place), so)
    kind = factor_kind(c)
    if c == sp.S.Half or (c == 2 and (halved(yours) or halved(theirs))):
        kind = "half"
    if kind == "sign":
        place = Instead(signed(yours), signed(theirs), side)
    return Repair(kind, left, right, (f"One {'sign' if kind == 'sign' else 'term'} ", DIFFERS, place), SO[kind])


def halved(term: sp.Expr) -> bool:
    c = term.as_coeff_Mul()[0]
    return bool(c.is_Rational and c.q % 2 == 0)


def signed(term: sp.Expr) -> Formula:
    """The term with its sign written also where that is a plus."""
    minus = term.could_extract_minus_sign()
    term = -term if minus else term
    left, right = ("(", ")") if isinstance(term, sp.Add) else ("", "")
    signs = ("-", "−") if minus else ("+", "+")
    return Formula(f"{signs[0]}{left}{latex(term)}{right}", f"{signs[1]}{left}{text(term)}{right}")


def extra_term(case: Case, term: Term, left_over: sp.Expr) -> Repair:
    """The claimed line without a term is the line before: does that have the term once already?"""
    share = case.claimed - left_over
    what: tuple = ("Your line has a term that the line before has not: ", term.shown, ".")
    if any(case.same(share, case.before - one.put(sp.S.Zero)) for one in terms(case.before)):
        what = ("One term ", Either("stands", "seems to stand"), " twice in your line: ", term.shown, ".")
        return Repair("doubled term", case.before, left_over, what, ("Each term of the line before is written once.",))
    so = ("Take it out, or put in the line in which it arises.",)
    return Repair("extra term", case.before, left_over, what, so)


def dropped_term(case: Case, term: Term, left_over: sp.Expr) -> Repair:
    moving = [letter_symbol(letter) for letter in case.over if entries_of(term.shown, letter)]
    if moving:
        what: tuple = ("The term you dropped, ", term.shown, ", contains ", moving[0])
        what += (", and you minimise over ", moving[0], ".")
        so: tuple = ("Only what does not move with the parameter may be dropped: write the term back.",)
        return Repair("dropped parameter", left_over, case.claimed, what, so)
    letters = [letter_symbol(letter) for letter in case.letters if entries_of(term.shown, letter)]
    so = ("Every line has all the terms: write it back.",)
    if letters:
        so = ("It contains ", letters[0], ", so it is no constant that one may leave out: write it back.")
    what = ("Your line ", Either("has lost", "seems to have lost"), " the term ", term.shown, ".")
    return Repair("dropped term", left_over, case.claimed, what, so)


def lost_letter(case: Case) -> Iterator[Repair]:
    """The line before is the claimed one and a multiple of a single letter, or of 1."""
    if case.relation != "=":
        return
    entries = {e for letter in case.letters for line in (case.before, case.claimed) for e in entries_of(line, letter)}
    bound = set(case.indices) - case.before.free_symbols - case.claimed.free_symbols
    for e in (sp.S.One, *sorted((e for e in entries if not e.free_symbols & bound), key=str)):
        c = case.factor(case.claimed + e, offset=case.claimed)
        if c is not None and c != 0:
            what = ("Your line ", Either("lacks", "seems to lack"), " the term ", c * e, ".")
            so = ("Every line has all the terms: write it back.",)
            yield Repair("dropped term", case.before, case.claimed + c * e, what, so)


TERMS = (factor_in_a_term, factor_in_a_term_before, lost_letter)
