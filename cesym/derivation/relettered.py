"""A derivation with its letters changed: other names, or numbers. Every step of the result is checked afresh."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sympy as sp

from cesym.derivation.lines import Move
from cesym.given import Fact, Given, flags_of
from cesym.given.ranges import range_of
from cesym.kernel import Refused, Tree, tree
from cesym.kernel.witness import has
from cesym.notation.letters import latex_name, text_name
from cesym.notation.trees import expression, name_of
from cesym.parse.names import alike, check_name, symbols_of
from cesym.rules.ways import admitted_equality, admitted_step

if TYPE_CHECKING:
    from cesym.derivation.derivation import Derivation

__all__ = ["instance", "rename"]

Change = Callable[[Any], Any]
LONG = 600  # characters of a line that is not looked at by itself first


def changed(
    d: "Derivation",
    change: Change,
    names: Mapping[str, str],
    facts: tuple[Fact, ...],
    declared: tuple,
    letters: Mapping[Tree, Tree] | None = None,
) -> "Derivation":
    """The derivation with every expression changed alike, and rechecked; ``names`` renames the hints.

    Where ``letters`` says what all of its letters stand for, each step may rest on the step that is there.
    """

    def swapped(t: Any) -> Any:
        return tree(change(expression(t)))

    def hints(move: Move) -> tuple:
        match move.data:
            case (a, b, tuple(over)):
                return (
                    tree(change(expression(a))),
                    tree(change(expression(b))),
                    tuple(sorted(names.get(n, n) for n in over)),
                )
            case (tuple(over),):
                return (tuple(sorted(names.get(n, n) for n in over)),)
            case (lemma, tuple(letters), hole, context, order):
                meant = tuple((own_letters(pattern, swapped), swapped(term)) for pattern, term in letters)
                return (lemma, meant, own_letters(hole, swapped), swapped(context), order)
            case (str(relation), terms):
                return (relation, tuple(certificate_term(term, change) for term in terms))
        return ()

    exprs = [change(e) for e in d.exprs]
    chain = tuple(
        move._replace(
            after=after,
            using=tuple((n, tree(change(expression(way))) if way else ()) for n, way in move.using),
            split=tuple(names.get(name, name) for name in move.split),
            data=hints(move),
            label=None,
        )
        for move, after in zip(d.chain, exprs[1:], strict=True)
    )
    given = Given(facts, d.given.assumptions, declared=declared).extended((), *exprs)
    chain = tuple(
        followed(d, n, before, move, given, letters)
        for n, (move, before) in enumerate(zip(chain, exprs, strict=False))
        if move.after != before or move.primitive != "equality"
    )
    return replace(d, given=given, expr=exprs[0], chain=chain, name="", says="", label=d.label).recheck()


def followed(
    d: "Derivation", n: int, before: sp.Expr, move: Move, given: Given, letters: Mapping[Tree, Tree] | None
) -> Move:
    """The move with hints by which it is admitted: a short line as it stands, a long one by the n-th step first."""
    if letters is not None and max(len(str(before)), len(str(move.after))) > LONG:
        return resting(d, n, before, move, given, letters) or sought(before, move, given)
    try:
        return sought(before, move, given)
    except Refused:
        found = resting(d, n, before, move, given, letters)
        if found is None:
            raise
        return found


def resting(
    d: "Derivation", n: int, before: sp.Expr, move: Move, given: Given, letters: Mapping[Tree, Tree] | None
) -> Move | None:
    """The move as an instance of the n-th step of a derivation, where that is a step about = or ≥."""
    if letters is None or move.primitive in ("same minimiser", "monotone map"):
        return None
    facts, models = d.given.kernel
    step, hole = d.kernel_steps[n], ("Symbol", "X", ("real",))
    data = ((facts, models, step.before, (tuple(step),)), tuple(letters.items()), hole, hole, 1)
    try:
        found = admitted_step(before, move.after, given, "theorem", data)
    except Refused:
        return None
    return move._replace(primitive="theorem", using=found.using, split=found.split, data=data, theorem=d.name)


def own_letters(pattern: Any, swapped: Change) -> Any:
    """A pattern with its own letters changed, ``p[c]`` to ``p[k]``: the letter of the theorem stays."""
    return (*pattern[:2], *map(swapped, pattern[2:])) if pattern[0] == "Indexed" else pattern


def sought(before: sp.Expr, move: Move, given: Given) -> Move:
    """The move with its hints found afresh, since an equation that was used may look otherwise now, or be gone."""
    if move.primitive == "equality":
        step = admitted_equality(before, move.after, given)
    else:
        step = admitted_step(before, move.after, given, move.primitive, move.data)
    return move._replace(using=step.using, split=step.split)


def certificate_term(term: tuple, change: Change) -> tuple:
    weight, kind, t, *limits = term
    ranges = (tuple(tree(change(expression(part))) for part in limit) for limit in limits)
    return (tree(change(expression(weight))), kind, tree(change(expression(t))), *ranges)


# Other letters


def rename(d: "Derivation", letters: Mapping[str, str]) -> "Derivation":
    known = {t[1] for e in d.exprs for t, _ in symbols_of(tree(e))}
    known |= {t[1] for f in d.given.facts for t, _ in symbols_of(f.tree)} | d.letters.keys()
    for old, new in letters.items():
        if old not in known:
            raise ValueError(f"rename: there is no letter {old!r} here; there are {', '.join(sorted(known))}")
        check_name(new, f"rename: the new name of {old}")
    after = {name: letters.get(name, name) for name in sorted(known)}
    if len(set(after.values())) < len(after):
        twice = sorted(new for new in set(after.values()) if list(after.values()).count(new) > 1)
        raise ValueError(f"rename: two letters would both be called {twice[0]}; the substitution must be injective")
    families = [after[name_of(t)] for t, arity in d.given.letters if arity]
    if both := alike(after.values(), families):
        old, new = next((old, new) for old, new in letters.items() if new in both)
        other = both[both[0] == new]
        raise ValueError(f"rename: the new name of {old}: {new!r} would be printed like {other!r}; choose another name")

    def swap(t: Any) -> Any:
        if isinstance(t, tuple):
            if t[:1] == ("Symbol",) and len(t) == 3:
                return ("Symbol", after.get(t[1], t[1]), t[2])
            return tuple(map(swap, t))
        return t

    def change(e: Any) -> Any:
        return expression(swap(tree(e)))

    facts = tuple(
        Fact(change(fact.prop), tuple(tuple(change(part) for part in limit) for limit in fact.limits))
        for fact in d.given.facts
    )
    declared = tuple((swap(t), arity) for t, arity in d.given.declared)
    label = relabelled(d.label, letters)
    return replace(changed(d, change, after, facts, declared), name=d.name, says=d.says, label=label)


def relabelled(label: tuple[str, str] | None, letters: Mapping[str, str]) -> tuple[str, str] | None:
    r"""The name of the first line, NLL(p), in the new letters.

    >>> relabelled((r"\tfrac{1}{N}\,\mathrm{NLL}(\mu)", "NLL(μ)/N"), {"mu": r"\hat y", "N": "n"})
    ('\\tfrac{1}{n}\\,\\mathrm{NLL}(\\hat y)', 'NLL(ŷ)/n')
    """
    if label is None or not letters:
        return label
    return relettered(label[0], letters, latex_name), relettered(label[1], letters, text_name)


def relettered(line: str, letters: Mapping[str, str], spell: Callable[[str], str]) -> str:
    """The old letters spelled as the new ones; what has an argument, as L in L(p), is no letter."""
    to = {spell(old): spell(new) for old, new in letters.items()}
    olds = "|".join(map(re.escape, sorted(to, key=len, reverse=True)))
    return re.sub(rf"(?<![\w\\])(?:{olds})(?!\w|\}}?\()", lambda m: to[m[0]], line)


# Numbers for letters


def instance(d: "Derivation", values: Mapping[str, Any]) -> "Derivation":
    known = {name_of(t): arity for t, arity in d.given.letters}
    numbers: dict[str, sp.Rational] = {}
    families: dict[str, list] = {}
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"instance: there is no letter {name!r} here; there are {', '.join(sorted(known))}")
        if known[name] == 0:
            numbers[name] = exact(name, value)
        elif known[name] == 1 and isinstance(value, list | tuple):
            families[name] = [exact(name, each) for each in value]
        else:
            raise ValueError(
                f"instance: {name} is a family with {known[name]} indices: give one number for each sample"
            )

    ranges = d.given.ranges(*d.exprs)
    for name, entries in families.items():  # which are numbered from 1
        size, count = sp.sympify(range_of(name, 0, ranges)[2]), len(entries)
        if isinstance(size, sp.Symbol) and size.name not in numbers:
            numbers[size.name] = sp.Integer(count)
        size = size.xreplace(swaps(size, numbers))
        if size != count:
            said = f"{count} number{'s' * (count != 1)}"
            raise ValueError(f"instance: {name} has {said}, and its index runs up to {size}")

    for name, entries in {**families, **{name: [number] for name, number in numbers.items()}}.items():
        declared = next(flags_of(t) for t, _ in d.given.letters if name_of(t) == name)
        for number in entries:
            if not all(has(flag, Fraction(number.p, number.q), {}) for flag in declared):
                said = " and ".join(sorted(declared))
                raise ValueError(f"instance: {name} is declared {said}, which {number} is not")

    def change(e: Any) -> Any:
        return put_entries(written_out(e.xreplace(swaps(e, numbers))), families)

    facts: list[Fact] = []
    for fact in d.given.facts:
        limits = tuple((i, *(change(end) for end in ends)) for i, *ends in fact.limits)
        prop = unevaluated(fact.prop, lambda e: written_out(e.xreplace(swaps(e, numbers))))
        concerned = (
            {name_of(t) for t, _ in d.given.letters}
            & families.keys()
            & {s.name for s in prop.free_symbols if s.is_Symbol}
        )
        for one, left in ground(prop, limits) if concerned else [(prop, limits)]:
            shown = put_entries(one, families)
            if not shown.free_symbols:  # numbers alone: a fact that says no more
                shown = shown.doit()
            if shown in (False, sp.false):
                raise ValueError(f"instance: the numbers contradict what is given: {one}")
            if shown not in (True, sp.true):
                facts.append(Fact(shown, left))
    left = tuple((t, arity) for t, arity in d.given.declared if name_of(t) not in values)
    letters = dict(stands_for(t, arity, numbers, families) for t, arity in d.given.letters)
    try:
        return changed(d, change, {}, tuple(facts), left, letters)
    except Refused as refusal:
        said = ", ".join(f"{name} = {number}" for name, number in numbers.items())
        raise ValueError(f"instance: {said}: more than the kernel can check ({refusal.message})") from None


def stands_for(t: Tree, arity: int, numbers: Mapping[str, sp.Rational], families: Mapping[str, list]) -> tuple:
    """What a letter stands for in an instance: itself, or its number; an entry, the number at its place."""
    name, places = name_of(t), tuple(map(tree, sp.symbols("i j m c", integer=True)[:arity]))
    pattern = (*t, *places)
    if name in numbers:
        return pattern, tree(numbers[name])
    if name in families:
        entry, (at,) = expression(pattern), sp.symbols("i,", integer=True)
        known = [(number, sp.KroneckerDelta(at, n)) for n, number in enumerate(families[name], 1)]
        others = 1 - sp.Add(*(here for _, here in known))
        return pattern, tree(sp.Add(*(number * here for number, here in known), others * entry))
    return pattern, pattern


def exact(name: str, value: Any) -> sp.Rational:
    number = sp.sympify(value) if not isinstance(value, str | float) else sp.Rational(str(value))
    if not isinstance(number, sp.Rational):
        raise ValueError(f"instance: {name} must be an exact number such as 3 or Rational(1, 2), not {value!r}")
    return number


def swaps(e: Any, numbers: Mapping[str, sp.Rational]) -> dict:
    # To SymPy, the m of a derivative in z[m] is not free.
    free = e.free_symbols.union(*(v.free_symbols for part in e.atoms(sp.Derivative) for v in part.variables))
    return {s: numbers[s.name] for s in free if isinstance(s, sp.Symbol) and s.name in numbers}


def unevaluated(prop: sp.Basic, change: Change) -> sp.Basic:
    """A relation with its sides changed, without letting SymPy decide it from assumptions."""
    return prop.func(*map(change, prop.args), evaluate=False)


def ground(prop: sp.Basic, limits: tuple) -> list[tuple[sp.Basic, tuple]]:
    """A fact at each value of its first range that is a range of numbers."""
    if not limits or not all(end.is_Integer for end in limits[0][1:]):
        return [(prop, limits)]
    (i, low, high), *rest = limits
    each = ({i: sp.Integer(n)} for n in range(int(low), int(high) + 1))
    return [(prop.func(*(e.xreplace(at) for e in prop.args), evaluate=False), tuple(rest)) for at in each]


def written_out(e: sp.Expr) -> sp.Expr:
    """Sums and products over ranges of numbers, term by term."""

    def terms(part: sp.Expr) -> sp.Expr:
        *inner, (i, low, high) = part.limits
        if not (low.is_Integer and high.is_Integer):
            return part
        body = part.func(part.function, *inner) if inner else part.function
        each = [written_out(body.xreplace({i: sp.Integer(n)})) for n in range(int(low), int(high) + 1)]
        return sp.Add(*each) if isinstance(part, sp.Sum) else sp.Mul(*each)

    return e.replace(lambda part: isinstance(part, sp.Sum | sp.Product), terms)


def put_entries(e: Any, families: Mapping[str, list]) -> Any:
    swaps = {}
    for entry in e.atoms(sp.Indexed):
        numbers = families.get(entry.base.label.name)
        if numbers is not None and entry.indices[0].is_Integer and 1 <= entry.indices[0] <= len(numbers):
            swaps[entry] = numbers[int(entry.indices[0]) - 1]
    if isinstance(e, sp.Rel | sp.Contains) and swaps:
        return e.func(*(arg.xreplace(swaps) for arg in e.args))
    return e.xreplace(swaps)
