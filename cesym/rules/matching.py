"""Where one side of a theorem fits into a line, and what its letters stand for there. Untrusted, as all proposals.

A family of the theorem at letters bound in it, p[c] under the sum over c, stands for any term in that letter; a letter
for any term without bound ones. Factors and terms have no order, and the last letter among them takes what is left.
"""

from collections.abc import Iterator
from typing import NamedTuple

from cesym.kernel.trees import Tree
from cesym.notation.trees import letters as free_letters
from cesym.notation.trees import subtrees

__all__ = ["Fit", "fact_for", "fits", "substituted"]

Found = dict[Tree, Tree]  # pattern -> term: a letter, or an entry at letters of its own
NEUTRAL = {"Add": ("Rational", 0, 1), "Mul": ("Rational", 1, 1)}
MOST = 200  # tries at one place


class Fit(NamedTuple):
    """A place for a theorem: what its letters stand for, the hole, the line with the hole in it, the ranges around."""

    letters: tuple[tuple[Tree, Tree], ...]
    hole: Tree
    context: Tree
    around: tuple[Tree, ...] = ()


def key(pattern: Tree) -> Tree:
    """The letter or the family of a pattern."""
    return pattern[:2] if pattern[0] == "Indexed" else pattern


def substituted(t: Tree, letters: Found) -> Tree:
    """A side of a theorem with terms for its letters, all at once; its bound letters are renamed where they clash."""
    used = set()
    for pattern, term in letters.items():
        used |= {part[1] for part in subtrees(put(term, dict.fromkeys(pattern[2:], ()))) if part[0] == "Symbol"}
    by_key = {key(pattern): (pattern, term) for pattern, term in letters.items()}
    renamed: dict[str, Tree] = {}
    for part in subtrees(t):
        if part[0] in ("Sum", "Product"):
            for (_, name, flags), _, _ in part[2:]:
                if name in used and name not in renamed:
                    taken = used | {p[1] for p in subtrees(t) if p[0] == "Symbol"} | {s[1] for s in renamed.values()}
                    one = next(n for n in (*"jmicl", *(f"j_{n}" for n in range(1, 99))) if n not in taken)
                    renamed[name] = ("Symbol", one, flags)

    def change(t: Tree, bound: frozenset[str]) -> Tree:
        match t:
            case ("Symbol", name, _) if name in bound:
                return renamed.get(name, t)
            case ("Symbol", _, _):
                return by_key[t][1] if t in by_key else t
            case ("Indexed", letter, *indices):
                indices = [change(index, bound) for index in indices]
                if t[:2] not in by_key:
                    return ("Indexed", letter, *indices)
                pattern, term = by_key[t[:2]]
                return put(term, dict(zip(pattern[2:], indices, strict=True)))
            case ("Sum" | "Product" as head, body, *limits):
                changed = []
                for i, lo, hi in reversed(limits):
                    ends = change(lo, bound), change(hi, bound)
                    bound = bound | {i[1]}
                    changed.append((change(i, bound), *ends))
                return (head, change(body, bound), *reversed(changed))
        return tuple(change(part, bound) if isinstance(part, tuple) else part for part in t)

    return change(t, frozenset())


def fact_for(fact: Tree, letters: Found) -> Tree:
    """A fact of a theorem, (prop, (i, lo, hi), ...), with terms for its letters."""
    prop, *limits = fact
    here = substituted(("Sum", prop, *limits[::-1]) if limits else prop, letters)
    return (here[1], *here[:1:-1]) if limits else (here,)


def put(t: Tree, values: Found) -> Tree:
    """Terms for letters, by name and declaration."""
    if t in values:
        return values[t]
    return tuple(put(part, values) if isinstance(part, tuple) else part for part in t)


# Where it fits


def fits(side: Tree, line: Tree, told: Found) -> Iterator[Fit]:
    """The places in a line where a side of a theorem fits, the largest part first."""
    number, pattern = coefficient(nested(side))
    line = nested(line)
    if not rigid(pattern, {}):
        return
    name = fresh_name(side, line, *told)
    tries = 0
    for place, part, around in places(line, (), ()):
        for found, rest in at_place(pattern, part, told):
            tries += 1
            if tries > MOST:
                return
            used = {letter for pattern, t in found.items() for letter in bound_in(t) - set(pattern[2:])}
            mine = [limit[0] for limit in around if limit[0] in used]
            symbol = ("Symbol", f"{name}_{len(mine)}" if mine else name, ("real",))
            hole = ("Indexed", symbol, *mine) if mine else symbol
            filled = hole if number == (1, 1) else ("Mul", ("Rational", *inverse(number)), hole)
            head = part[0] if rest else "Mul"
            context = put_at(line, place, (head, filled, *rest) if rest else filled)
            yield Fit(tuple(found.items()), hole, context, around)


def nested(t: Tree) -> Tree:
    """The same with one range a sum, and out of each sum what its letter does not touch."""
    if t[0] == "Indexed":
        return t
    t = tuple(nested(part) if isinstance(part, tuple) and part and isinstance(part[0], str) else part for part in t)
    match t:
        case ("Sum" | "Product" as head, body, inner, *limits) if limits:
            return nested((head, nested((head, body, inner)), *limits))
        case ("Sum", ("Mul", *factors), limit):
            mine = [factor for factor in factors if limit[0] in subtrees(factor)]
            if 0 < len(mine) < len(factors):
                total = ("Sum", mine[0] if len(mine) == 1 else ("Mul", *mine), limit)
                return ("Mul", *(factor for factor in factors if factor not in mine), total)
        case ("Mul", *factors) if any(factor[0] == "Mul" for factor in factors):
            return ("Mul", *(part for factor in factors for part in (factor[1:] if factor[0] == "Mul" else (factor,))))
    return t


def fresh_name(*trees: Tree) -> str:
    taken = {part[1] for t in trees for part in subtrees(t) if part[0] == "Symbol"}
    names = ("X", "Y", "Z", *(f"X{n}" for n in range(99)))
    return next(name for name in names if not any(letter.startswith(name) for letter in taken))


def bound_in(t: Tree) -> set[Tree]:
    """The letters that stand free in a term."""
    return {letter for letter in free_letters(t) if letter[0] == "Symbol"}


def coefficient(t: Tree) -> tuple[tuple[int, int], Tree]:
    """The rational factor of a term, and what is left."""
    match t:
        case ("Mul", ("Rational", p, q), *factors) if p:
            return (p, q), factors[0] if len(factors) == 1 else ("Mul", *factors)
    return (1, 1), t


def inverse(number: tuple[int, int]) -> tuple[int, int]:
    p, q = number
    return (q, p) if p > 0 else (-q, -p)


def places(t: Tree, path: tuple[int, ...], around: tuple[Tree, ...]) -> Iterator[tuple]:
    """Every part of a line with its path and the ranges around it, from the outside inwards."""
    yield path, t, around
    match t:
        case ("Symbol" | "Indexed" | "Rational" | "Derivative" | "Piecewise", *_):
            return
        case ("Sum" | "Product", body, *limits):
            yield from places(body, (*path, 1), (*around, *limits))
        case (_, *parts):
            for n, part in enumerate(parts, 1):
                if isinstance(part, tuple):
                    yield from places(part, (*path, n), around)


def put_at(t: Tree, path: tuple[int, ...], part: Tree) -> Tree:
    if not path:
        return part
    n, *rest = path
    return (*t[:n], put_at(t[n], tuple(rest), part), *t[n + 1 :])


def at_place(pattern: Tree, t: Tree, told: Found) -> Iterator[tuple[Found, tuple[Tree, ...]]]:
    """What the letters stand for where a pattern fits a part, or some terms or factors of it; and those left over."""
    if pattern[0] in NEUTRAL and t[0] == pattern[0]:
        yield from assigned(list(pattern[1:]), list(t[1:]), told, {}, pattern[0], True)
        return
    for found in fit(pattern, t, told, {}):
        yield found, ()


def rigid(pattern: Tree, bound: Found) -> bool:
    """Does a pattern have a shape of its own, so that it does not fit just anything?"""
    return pattern[0] not in ("Symbol", "Indexed") or pattern in bound


def fit(pattern: Tree, t: Tree, found: Found, bound: Found) -> Iterator[Found]:
    """What the letters stand for so that the pattern is t; ``bound`` pairs the letters bound in both so far."""
    if pattern in bound:
        if bound[pattern] == t:
            yield found
        return
    own = set(bound.values())
    match pattern:
        case ("Symbol", _, _):
            if not bound_in(t) & own:
                yield from agreed(pattern, t, found)
            return
        case ("Indexed", _, *indices) if len(set(indices)) == len(indices) and set(indices) <= bound.keys():
            if (bound_in(t) & own) <= {bound[i] for i in indices}:
                letters = put(t, {bound[i]: i for i in indices})
                yield from agreed(pattern, letters, found)
            return
        case ("Indexed", _, *indices):
            known = next((one for one in found if key(one) == key(pattern)), None)
            if known is None and t[0] == "Indexed" and len(t) == len(pattern):
                for more in each(indices, list(t[2:]), found, bound):
                    yield {**more, pattern[:2] + tuple(OWN[: len(indices)]): t[:2] + tuple(OWN[: len(indices)])}
            elif known is not None:
                here = put(found[known], dict(zip(known[2:], [put(i, bound) for i in indices], strict=True)))
                if here == t:
                    yield found
            return
        case ("Add" | "Mul" as head, *parts):
            terms = list(t[1:]) if t[0] == head else [t]
            for more, _ in assigned(list(parts), terms, found, bound, head, False):
                yield more
            return
        case ("Sum" | "Product" as head, body, *limits) if t[0] == head and len(t) == len(pattern):
            yield from folded(body, limits, t[1], list(t[2:]), found, bound)
            return
        case ("KroneckerDelta", a, b) if t[0] == "KroneckerDelta":
            yield from each([a, b], [*t[1:]], found, bound)
            yield from each([b, a], [*t[1:]], found, bound)
            return
    if pattern == t and not pattern[1:]:
        yield found
    elif t[:1] == pattern[:1] and len(t) == len(pattern):
        if all(isinstance(part, tuple) for part in (*pattern[1:], *t[1:])):
            yield from each(list(pattern[1:]), list(t[1:]), found, bound)
        elif pattern == t:
            yield found


OWN = [("Symbol", name, ("integer",)) for name in ("i", "j", "m", "c")]


def agreed(pattern: Tree, term: Tree, found: Found) -> Iterator[Found]:
    known = next((one for one in found if key(one) == key(pattern)), None)
    if known is None:
        yield {**found, pattern: term}
    elif put(found[known], dict(zip(known[2:], pattern[2:], strict=False))) == term:
        yield found


def each(patterns: list[Tree], terms: list[Tree], found: Found, bound: Found) -> Iterator[Found]:
    if not patterns:
        yield found
        return
    for more in fit(patterns[0], terms[0], found, bound):
        yield from each(patterns[1:], terms[1:], more, bound)


def folded(body: Tree, limits: list, other: Tree, theirs: list, found: Found, bound: Found) -> Iterator[Found]:
    """A sum on a sum, from the outermost limit inwards."""
    if not limits:
        yield from fit(body, other, found, bound)
        return
    (i, *ends), (j, *others) = limits[-1], theirs[-1]
    for more in each(ends, others, found, bound):
        yield from folded(body, limits[:-1], other, theirs[:-1], more, {**bound, i: j})


def assigned(
    patterns: list[Tree], terms: list[Tree], found: Found, bound: Found, head: str, spare: bool
) -> Iterator[tuple[Found, tuple[Tree, ...]]]:
    """Patterns on terms (or factors) in any order; the last one without a shape takes what is left."""
    patterns.sort(key=lambda one: not rigid(one, bound))
    if not patterns:
        if spare or not terms:
            yield found, tuple(terms)
        return
    first, *others = patterns
    if not others and not rigid(first, bound) and not spare:
        rest = terms[0] if len(terms) == 1 else (head, *terms) if terms else NEUTRAL[head]
        yield from ((more, ()) for more in fit(first, rest, found, bound))
        return
    for n, term in enumerate(terms):
        for more in fit(first, term, found, bound):
            yield from assigned(list(others), terms[:n] + terms[n + 1 :], more, bound, head, spare)
