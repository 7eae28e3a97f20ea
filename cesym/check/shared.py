"""Numbers for a line that has one letter for all samples where the other has one for each."""

from fractions import Fraction
from itertools import islice
from typing import Any

import sympy as sp

from cesym.check.names import Clash
from cesym.check.search import Counterexample, stated
from cesym.check.values import apart, free_indices, is_size, renamed, unrolled
from cesym.given import Given
from cesym.given.models import models
from cesym.kernel.trees import tree
from cesym.notation.trees import letters

__all__ = ["numbers_for_shared"]

PRIME = "'"


def numbers_for_shared(before: Any, claimed: Any, given: Given, clash: Clash) -> Counterexample | None:
    """A model at which the lines differ although the one number is among those of the family."""
    lhs, rhs = tree(before), renamed(tree(claimed), {clash.name: clash.name + PRIME})
    pool = list(islice(models(given.trees, given.letters, simple=True), 60))
    numbered = {t[1]: Fraction(1) for line in (lhs, rhs) for t in free_indices(line)}
    numbered |= {t[1]: Fraction(2) for line in (lhs, rhs) for t in letters(line) if is_size(t)}
    for n, model in enumerate(pool):
        value = model.get(clash.name)
        if isinstance(value, dict):
            alone = next((v for at, v in sorted(value.items()) if min(at) >= 1), None)
        else:
            # The numbers of other models satisfy what is given of the one letter.
            others = [other[clash.name] for other in pool[n:] + pool[:n]]
            alone = {at: others[(sum(at) - 1) % len(others)] for at in places(model, given)}
        joint = {**numbered, **model, clash.name + PRIME: alone}
        try:
            differ = alone is not None and apart(unrolled(lhs, joint), unrolled(rhs, joint), joint)
        except LookupError:  # the claimed line reads a family of which nothing is given
            return None
        if differ:
            found = stated(before, renamed_back(claimed, clash), joint)
            values = {plain(letter, clash): value for letter, value in found.values.items()}
            return Counterexample(values, found.before, found.after)
    return None


def places(model: dict, given: Given) -> list[tuple[int, ...]]:
    top = max((int(v) for v in model.values() if not isinstance(v, dict) and v.denominator == 1), default=2)
    return [(n,) for n in range(-1, top + 3)] + [(n, m) for n in range(-1, top + 3) for m in range(-1, top + 3)]


def renamed_back(claimed: Any, clash: Clash) -> Any:
    """The claimed line with its letter primed, so that both lines can be read at one model."""
    primed = sp.Symbol(clash.name + PRIME, **dict.fromkeys(clash.yours.declared, True))
    letters = claimed.atoms(sp.Symbol) | {e.base.label for e in claimed.atoms(sp.Indexed)}
    return claimed.xreplace({s: primed for s in letters if s.name == clash.name})


def plain(letter: Any, clash: Clash) -> Any:
    """The letter without its prime: p beside p_1, p_2."""
    ours = sp.Symbol(clash.name, **dict.fromkeys(clash.yours.declared, True))
    if isinstance(letter, sp.Indexed):
        return letter.xreplace({letter.base.label: ours}) if letter.base.label.name.endswith(PRIME) else letter
    return ours if letter.name.endswith(PRIME) else letter
