"""A line by a theorem: what the theorem's letters stand for, where it fits, and the step that the kernel admits."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sympy as sp

from cesym.check.judgement import NOT_WRONG
from cesym.check.names import fact_code
from cesym.check.verdicts import StepRefused, Verdict
from cesym.check.words import EMPTY, say
from cesym.derivation.lines import Move, read
from cesym.given import Fact
from cesym.kernel.trees import Refused, Tree, tree
from cesym.notation.trees import expression, name_of, subtrees
from cesym.rules.matching import Fit, fact_for, fits, key, put, substituted
from cesym.rules.ways import admitted_step

if TYPE_CHECKING:
    from cesym.derivation.derivation import Derivation

__all__ = ["by_theorem"]

DIRECTION, FACT = "not shown to rise", "what the theorem takes for given"  # how such refusals of the kernel begin
RESTING: list[Any] = []  # the theorems whose derivations are being made, one inside the other


@contextmanager
def noted(theorem: Any) -> Iterator[None]:
    if theorem in RESTING:
        raise ValueError(f"by: {theorem.__name__} rests on itself")
    RESTING.append(theorem)
    try:
        yield
    finally:
        RESTING.pop()


def by_theorem(
    d: "Derivation", theorem: Any, letters: Mapping[Any, Any], line: Any, because: str, backwards: bool, label: Any
) -> "Derivation":
    lemma, name = derived(theorem, type(d))
    if lemma.relation not in ("=", "≥", "≤"):
        raise ValueError(f"by: {name} is about {lemma.relation}; a line rests on a theorem about =, ≥ or ≤")
    if any(e.has(sp.Derivative) for e in (lemma.exprs[0], lemma.exprs[-1])):
        raise ValueError(f"by: {name} is about a derivative; take the derivative of your own line with .differentiate")
    sides = [tree(lemma.exprs[0]), tree(lemma.exprs[-1])][:: -1 if backwards else 1]
    last, told = tree(d.exprs[-1]), meanings(letters, lemma, d, name)
    after = None if line is None else d.read(line)
    refused: list[tuple[Refused, Fit, sp.Expr]] = []
    for fit in places(sides[0], last, told):
        meant = completed(dict(fit.letters), lemma, d, name)
        put_in = expression(put_hole(fit, substituted(sides[1], meant)))
        claimed = put_in if after is None else after
        data = (packed(lemma), tuple(meant.items()), fit.hole, fit.context, -1 if backwards else 1)
        given = d.given.meeting(claimed)
        try:
            step = admitted_step(d.exprs[-1], claimed, given, "theorem", data)
        except Refused as refusal:
            refused.append((refusal, fit._replace(letters=tuple(meant.items())), claimed))
            continue
        words = because or f"by {name}"
        return d.moved(Move(claimed, words, "theorem", step.using, step.split, data, label, name))
    if not refused:
        side = "right" if backwards else "left"
        hint = f"say what its letters stand for: letters={{{', '.join(map(str, told_as(lemma)))}: ...}}"
        raise ValueError(f"by: no part of the last line looks like the {side} side of {name}; {hint}")
    raise StepRefused(verdict(d, name, refused))


def derived(theorem: Any, kind: type["Derivation"]) -> tuple["Derivation", str]:
    """The derivation of a theorem and its name. Raises: ValueError where it rests on itself."""
    if isinstance(theorem, kind):
        return theorem, getattr(theorem, "name", "") or "a theorem"
    if not callable(theorem):
        raise TypeError(f"by: expected a theorem such as cesym.nll_is_cross_entropy, not {type(theorem).__name__}")
    with noted(theorem):
        lemma = theorem()
    if not isinstance(lemma, kind):
        raise TypeError(f"by: {theorem!r} gives a {type(lemma).__name__}, not a derivation")
    return lemma, lemma.name or getattr(theorem, "__name__", "a theorem")


def packed(lemma: "Derivation") -> tuple:
    """A derivation as plain data, with all its steps."""
    facts, models = lemma.given.kernel
    return (facts, models, tree(lemma.expr), tuple(tuple(step) for step in lemma.kernel_steps))


def told_as(lemma: "Derivation") -> list[Any]:
    """The theorem's letters, as one says what they stand for."""
    places = sp.symbols("i j m c", integer=True)
    return [expression(t)[places[:n]] if n else expression(t) for t, n in lemma.given.letters]


def meanings(letters: Mapping[Any, Any], lemma: "Derivation", d: "Derivation", name: str) -> dict[Tree, Tree]:
    """What a user says that the theorem's letters stand for: ``{p[c]: 1/C, N: 3}``, or a family for a family."""
    known = {name_of(t): (t, n) for t, n in lemma.given.letters}
    found = {}
    for letter, value in letters.items():
        pattern = lemma.read(letter) if isinstance(letter, str) else letter
        named = getattr(getattr(pattern, "base", pattern), "label", pattern)
        t, arity = known.get(str(named), (None, 0))
        if t is None:
            there = ", ".join(sorted(known))
            raise ValueError(f"by: {name} has no letter {letter!s}; it has {there}")
        if isinstance(pattern, sp.IndexedBase) and isinstance(value, sp.IndexedBase):
            places = sp.symbols("i j m c", integer=True)[:arity]
            pattern, value = pattern[places], value[places]
        own = pattern.indices if isinstance(pattern, sp.Indexed) else ()
        if len(own) != arity or not all(isinstance(i, sp.Symbol) for i in own):
            shape = str(told_as(lemma)[[name_of(one) for one, _ in lemma.given.letters].index(str(named))])
            raise ValueError(f"by: say what {named} stands for as {{{shape}: ...}}, not {letter!s}")
        value = read(value, {**d.letters, **{i.name: i for i in own}})
        found[(*t, *map(tree, own)) if arity else t] = tree(value)
    return found


def places(side: Tree, line: Tree, told: dict[Tree, Tree]) -> Iterator[Fit]:
    """Where a side fits; last, the line as that side and the rest, which is right wherever the kernel sees it."""
    found = False
    for fit in fits(side, line, told):
        found = True
        yield fit
    if told and not found:
        hole = ("Symbol", "X", ("real",))
        yield Fit(tuple(told.items()), hole, ("Add", line, ("Mul", ("Rational", -1, 1), substituted(side, told)), hole))


def put_hole(fit: Fit, part: Tree) -> Tree:
    return put(fit.context, {fit.hole: part})


def completed(letters: dict[Tree, Tree], lemma: "Derivation", d: "Derivation", name: str) -> dict[Tree, Tree]:
    """Letters of the theorem that stand in no matched part stand for themselves, where they are letters here too."""
    ours = dict(d.given.letters)
    for t, n in lemma.given.letters:
        if any(key(pattern) == t for pattern in letters):
            continue
        if ours.get(t) != n:
            shape = told_as(lemma)[[one for one, _ in lemma.given.letters].index(t)]
            raise ValueError(f"by: say what {shape} of {name} stands for here: letters={{{shape}: ...}}")
        own = tuple(map(tree, sp.symbols("i j m c", integer=True)[:n]))
        letters[(*t, *own)] = (*t, *own)
    return letters


def verdict(d: "Derivation", name: str, refused: list[tuple[Refused, Fit, sp.Expr]]) -> Verdict:
    """Why a theorem was not used: what it takes for given and is not shown here, or that the line may fall and rise."""
    kinds = (DIRECTION, FACT, "")
    refusal, fit, claimed = next(one for kind in kinds for one in refused if one[0].message.startswith(kind))
    if refusal.message.startswith(FACT):
        fact = refusal.trees[0]
        prop, *limits = fact_for(fact, dict(fit.letters))
        limits = [limit for limit in fit.around if limit[0] in subtrees(prop)] + limits
        fact_here = Fact(expression(prop), tuple(tuple(map(expression, limit)) for limit in limits))
        what = say(f"{name} takes for given that ", expression(fact[0]), "; here that is ", fact_here.prop,
                   f", which I could not show. {NOT_WRONG}")  # fmt: skip
        so = say(f"Add `{fact_code([fact_here])}`.")
        return Verdict("not shown", d.exprs[-1], claimed, "=", "missing fact", what, EMPTY, so)
    if refusal.message.startswith(DIRECTION):
        words = f"{name} bounds a part of your line, and I could not show that the line rises with that part, or falls."
        so = say("It does where the part stands in a sum, times weights of one sign: what ensures that sign?")
        return Verdict("not shown", d.exprs[-1], claimed, "≥", "not shown", say(f"{words} {NOT_WRONG}"), EMPTY, so)
    what = say(f"{name} fits your line, and I could not show the step. {NOT_WRONG}")
    words = str(refusal)
    so = say(words[:1].upper() + words[1:] + ".")
    return Verdict("not shown", d.exprs[-1], claimed, "=", "not shown", what, EMPTY, so)
