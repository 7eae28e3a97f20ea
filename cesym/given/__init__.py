"""What a theorem rests on, as its user states it: facts, modelling assumptions, and models that show they can hold."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from cesym import kernel
from cesym.given.facts import (
    INDEPENDENT,
    REAL,
    Assumption,
    Fact,
    flags_of,
    free_letters,
    keys,
    listed,
    read_facts,
    with_arity,
)
from cesym.given.hypotheses import hypotheses
from cesym.given.models import least_size, witnesses
from cesym.given.ranges import Ranges, farthest, standing
from cesym.kernel.moving import folded
from cesym.kernel.trees import tree
from cesym.notation.trees import name_of

__all__ = ["INDEPENDENT", "REAL", "Assumption", "Fact", "Given", "flags_of", "free_letters", "listed"]


@dataclass(frozen=True, repr=False)
class Given:
    """Facts and modelling assumptions, and every letter that a derivation may speak of."""

    facts: tuple[Fact, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    letters: tuple[tuple[kernel.Tree, int], ...] = ()  # with the number of their indices
    declared: tuple[tuple[kernel.Tree, int], ...] = ()  # those brought in as {r: S.Reals}, or by a later line
    farthest: int = 0  # the largest number that is read as an index, or ends a range

    @classmethod
    def of(cls, given: Any, *expressions: Any, assumptions: Iterable[Assumption] = ()) -> "Given":
        """Read what a user wrote: relations, (relation, range, ...), a mapping of letters to sets, or a Given."""
        if isinstance(given, Given):
            return given.extended((), *expressions, assumptions=assumptions)
        return cls().extended(given, *expressions, assumptions=assumptions)

    def extended(self, more: Any, *expressions: Any, assumptions: Iterable[Assumption] = ()) -> "Given":
        """The same with more facts, letters and assumptions; what was said already is not said twice."""
        known = {**dict(self.letters), **{t: n for e in expressions for t, n in free_letters(tree(e))}}
        facts, more = list(self.facts), listed(more)
        ranges = self.ranges(*expressions) if any(keys(more)) else {}
        for fact in read_facts(more, {name_of(t): n for t, n in known.items()}, ranges):
            if fact not in facts:
                facts.append(fact)
        for fact in facts:
            known.update(free_letters(("Sum", tree(fact.prop), *fact.tree[1:][::-1])))
        declared = {t: known.get(t, n) for t, n in (*self.declared, *map(with_arity, keys(more)))}
        return Given(
            tuple(facts),
            tuple(dict.fromkeys((*self.assumptions, *assumptions))),
            tuple({**known, **declared}.items()),
            tuple(declared.items()),
            max([self.farthest, *map(farthest, map(tree, expressions))]),
        )

    def meeting(self, *lines: Any) -> "Given":
        """The same with the letters that are new in these lines, of which nothing is given but what they declare.

        A line that follows with such a letter follows for every value of it. Nothing is added where one of them is
        not declared real, or two have one name: that is for the kernel to refuse.
        """
        given = replace(self, farthest=max([self.farthest, *map(farthest, map(tree, lines))]))
        known = {name_of(t) for t, _ in self.letters}
        new = {t: n for line in lines for t, n in free_letters(tree(line)) if name_of(t) not in known}
        names = [name_of(t) for t in new]
        if not new or len(set(names)) < len(names) or not all(REAL & flags_of(t) for t in new):
            return given
        return replace(given, letters=(*self.letters, *new.items()), declared=(*self.declared, *new.items()))

    def ranges(self, *lines: Any) -> Ranges:
        """What the indices of families run over, as some lines and the facts show it."""
        return standing((*map(tree, lines), *map(folded, self.trees)))

    def __repr__(self) -> str:
        return "\n".join(
            f"H{n}  {h.text}" + " (assumed)" * (h.kind == "assumption") for n, h in enumerate(hypotheses(self), 1)
        )

    def _repr_markdown_(self) -> str:
        return "\n".join(f"- **H{n}** {h.latex}" + " *(assumed)*" * (h.kind == "assumption")
                         for n, h in enumerate(hypotheses(self), 1))  # fmt: skip

    @property
    def trees(self) -> tuple:
        """The facts as plain data."""
        return tuple(fact.tree for fact in self.facts)

    @property
    def kernel(self) -> kernel.Given:
        """The same as plain data, with witnesses, for the kernel."""
        return kernel.Given(self.trees, witnesses(self.trees, self.letters, self.farthest))

    @property
    def least_size(self) -> int:
        """The least size at which numbers are found for which all that is given holds."""
        return least_size(self.trees, self.letters, self.farthest)
