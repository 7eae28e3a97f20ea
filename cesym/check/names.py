"""What is no mistake in mathematics and comes first: two letters of one name, and facts that are missing."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import sympy as sp

from cesym.given import REAL, Fact, Given
from cesym.kernel.trees import Refused, Tree
from cesym.notation.trees import expression
from cesym.rules.ways import admitted_equality

__all__ = ["Clash", "clashes", "excludes", "fact_code", "index_facts", "missing_facts", "unified"]


class Meaning(NamedTuple):
    """What a name stands for: the number of its indices, and what is declared of it."""

    indices: int
    declared: tuple[str, ...]


class Clash(NamedTuple):
    """One name that stands for two things: what it is in the claimed line, and what it is before."""

    name: str
    yours: Meaning
    theirs: Meaning

    @property
    def shared(self) -> bool:
        """Is it one number here and a family there?"""
        return (self.yours.indices == 0) != (self.theirs.indices == 0)


def uses(t: Any) -> Iterator[tuple[str, Meaning]]:
    """Every letter in a tree, free or bound, with what it stands for."""
    match t:
        case ("Symbol", str(name), tuple(declared)):
            yield name, Meaning(0, declared)
        case ("Indexed", ("Symbol", str(name), tuple(declared)), *indices):
            yield name, Meaning(len(indices), declared)
            for index in indices:
                yield from uses(index)
        case tuple():
            for part in t:
                yield from uses(part)


def clashes(before: Tree, claimed: Tree, given: Given) -> list[Clash]:
    """The names that the claimed line uses for something else than the line before or what is given."""
    known: dict[str, Meaning] = {}
    for t, arity in given.letters:
        letter = t[1] if t[0] == "Indexed" else t
        known[letter[1]] = Meaning(arity, letter[2])
    for name, what in uses(before):
        known.setdefault(name, what)
    found: dict[str, Clash] = {}
    for name, what in uses(claimed):
        if name in known and known[name] != what:
            found.setdefault(name, Clash(name, what, known[name]))
    return list(found.values())


def undeclared(claimed: Tree) -> list[str]:
    """Names of letters that are declared neither real nor integer."""
    return list(dict.fromkeys(name for name, meaning in uses(claimed) if not REAL & set(meaning.declared)))


def unified(claimed: sp.Expr, clash: Clash, before: sp.Expr) -> sp.Expr:
    """The claimed line with the letter of the line before in place of its namesake."""
    ours = sp.Symbol(clash.name, **dict.fromkeys(clash.theirs.declared, True))
    if not clash.shared:
        return renamed(claimed, clash.name, ours)
    if not clash.theirs.indices:  # one number for all in the line before, a family here
        return claimed.replace(lambda e: isinstance(e, sp.Indexed) and e.base.label.name == clash.name, lambda e: ours)
    family = sp.IndexedBase(ours)
    entries = sorted((e for e in before.atoms(sp.Indexed) if e.base == family), key=str)
    mine = next(s for s in claimed.free_symbols if s.is_Symbol and s.name == clash.name)
    kept = {e: sp.Dummy() for e in claimed.atoms(sp.Indexed) if e.base.label == mine}  # entries that are written well
    back = {dummy: e for e, dummy in kept.items()}
    wholes = [claimed.xreplace(kept).xreplace({mine: entry}).xreplace(back) for entry in entries]
    for entry, whole in zip(entries, wholes, strict=True):
        if whole.free_symbols & entry.free_symbols <= before.free_symbols | {entry, family.label}:
            return whole
    return wholes[0] if wholes else claimed


def renamed(e: sp.Expr, name: str, ours: sp.Symbol) -> sp.Expr:
    """Every letter of that name, also a bound one or the label of a family, is ``ours``."""
    return e.xreplace({s: ours for s in letters_of(e) if s.name == name})


def letters_of(e: sp.Basic) -> set[sp.Symbol]:
    return e.atoms(sp.Symbol) | {entry.base.label for entry in e.atoms(sp.Indexed)}


# Facts


def missing_facts(
    before: sp.Expr, claimed: sp.Expr, given: Given, admit: Callable = admitted_equality, most: int = 5
) -> tuple[list[Fact], bool]:
    """(facts, enough): what the kernel asks for, one fact after the other, and whether it admits the line with them."""

    def refusal(facts: list[Fact]) -> Exception | None:
        try:
            admit(before, claimed, given.extended(facts))
        except (Refused, ValueError, RecursionError) as e:  # ValueError: no numbers satisfy them all
            return e
        return None

    found: list[Fact] = []
    for _ in range(most):
        why = refusal(found)
        if why is None:
            return needed(found, refusal), True
        missing = getattr(why, "missing", None)
        asked = [ranged(tidy(prop), before, claimed) for prop in parts(expression(missing))] if missing else []
        asked = [fact for fact in asked if fact not in found and not plain(fact, given)]
        if not asked or not possible(given, [*found, *asked]):
            break
        found += asked
    bars = {part.args[0] for line in (before, claimed) for part in line.atoms(sp.Abs)}
    positive = [ranged(sp.Gt(e, 0, evaluate=False), before, claimed) for e in sorted(bars, key=sp.default_sort_key)]
    if positive and refusal([*found, *positive]) is None:
        return needed([*found, *positive], refusal), True
    return found, False


def index_facts(before: sp.Expr, claimed: sp.Expr, given: Given) -> list[Fact]:
    """That a free index lies in the range of its place, where nothing is given of it."""
    ranges, known = given.ranges(before, claimed), {s for fact in given.facts for s in fact.prop.free_symbols}
    found: list[Fact] = []
    for entry in sorted(before.atoms(sp.Indexed) | claimed.atoms(sp.Indexed), key=str):
        for n, at in enumerate(entry.indices):
            free = at.is_Symbol and at in before.free_symbols | claimed.free_symbols and at not in known
            if free and (entry.base.label.name, n) in ranges:
                _, low, high = ranges[entry.base.label.name, n]
                found += [Fact(sp.Ge(at, low, evaluate=False)), Fact(sp.Le(at, high, evaluate=False))]
    return list(dict.fromkeys(found))


def excludes(fact: Fact, given: Given) -> bool:
    """Does a fact leave out values that are given of a letter? Then it is none that was forgotten."""
    for one in given.facts:
        if isinstance(one.prop, sp.Contains) and fact.prop.has(one.prop.args[0]):
            letter, values = one.prop.args
            if any(fact.prop.xreplace({letter: v}) == sp.false for v in values.args):
                return True
    return False


def parts(prop: sp.Rel) -> list[sp.Rel]:
    """For a product or power to be positive: its factors, its base."""
    e = prop.lhs
    if not isinstance(prop, sp.Gt):
        return [prop]
    if isinstance(e, sp.Product):
        inside = [e.function]
    elif isinstance(e, sp.Mul):
        inside = [f for f in e.args if not f.is_positive]
    elif isinstance(e, sp.Pow) and not e.exp.is_even:
        inside = [e.base]
    else:
        return [prop]
    return [part for one in inside for part in parts(sp.Gt(one, 0, evaluate=False))]


def plain(fact: Fact, given: Given) -> bool:
    """Is it shown already that the left side of ``t > 0`` (or ``t < 1``) is positive?"""
    t = fact.prop.lhs - fact.prop.rhs if isinstance(fact.prop, sp.Gt | sp.Ge) else fact.prop.rhs - fact.prop.lhs
    line = sp.Sum(sp.log(t), *fact.limits) if fact.limits else sp.log(t)
    try:
        return bool(admitted_equality(line, line, Given.of(given, line)))
    except (Refused, ValueError, RecursionError):
        return False


def needed(facts: list[Fact], refusal: Callable) -> list[Fact]:
    """The facts without those that the others make superfluous."""
    for fact in facts:
        fewer = [one for one in facts if one != fact]
        if refusal(fewer) is None:
            return needed(fewer, refusal)
    return facts


def possible(given: Given, facts: list[Fact]) -> bool:
    try:
        return bool(given.extended(facts).kernel)
    except (ValueError, Refused):
        return False


def ranged(prop: sp.Rel, before: sp.Expr, claimed: sp.Expr) -> Fact:
    """The fact with the ranges of the letters that are bound in the lines."""
    free = before.free_symbols | claimed.free_symbols
    limits: dict[sp.Symbol, tuple] = {}
    for line in (before, claimed):
        for part in sorted(line.atoms(sp.Sum, sp.Product), key=sp.default_sort_key):
            for letter, low, high in part.limits:
                if letter in prop.free_symbols - free:
                    limits.setdefault(letter, (letter, low, high))
    return Fact(prop, tuple(limits[s] for s in sorted(limits, key=str)))


def tidy(prop: sp.Rel) -> sp.Rel:
    """``1 - p > 0`` as ``p < 1``."""
    kind, side = type(prop), prop.lhs
    number, rest = side.as_coeff_Add()
    if number and rest.could_extract_minus_sign() and kind in (sp.Gt, sp.Ge):
        return {sp.Gt: sp.Lt, sp.Ge: sp.Le}[kind](-rest, number, evaluate=False)
    return prop


def fact_code(facts: list[Fact]) -> str:
    """``given=[(p[i] > 0, (i, 1, N))]``, as one would type it."""
    rows = []
    for fact in facts:
        prop = str(fact.prop)
        rows.append(f"({prop}, {', '.join(str(tuple(limit)) for limit in fact.limits)})" if fact.limits else prop)
    return f"given=[{', '.join(rows)}]"
