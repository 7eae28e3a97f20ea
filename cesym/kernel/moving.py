"""What moves with what, read by name off the trees of what is given. What is not plainly free counts as tied.

While some letters move (the parameters of ≃, the variable of a derivative) all else stays, except what is *defined* by
them: ``name = term``, for a letter or for the entries of a family, without a circle, in the only equation with that
name on its left. Whatever else is said of a moving letter *closes* the set in which it moves: an equation, a support,
``>=`` and ``<=``, a declaration that allows 0 or integers only, a range that moves, an indicator. Only a strict
inequality, or a != b, between terms that are continuous in what moves leaves a whole neighbourhood free, whatever stays
in it.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from cesym.kernel.trees import Tree

SIDES = {"positive": "nonnegative", "negative": "nonpositive"}
HARMLESS = {"real", "complex", "finite", "commutative", "hermitian", "extended_real"}  # so is every real number


class Motion(NamedTuple):
    """The names that move, and what closes the set in which they do: each with the names in it that stay."""

    names: frozenset[str]
    closed: tuple[tuple[Tree, frozenset[str]], ...]


@lru_cache(10_000)
def names(t: Tree) -> frozenset[str]:
    """The letters and families that a tree mentions freely."""
    match t:
        case ("Symbol", name, _):
            return frozenset({name})
        case ("Sum" | "Product" as head, body, *inner, (letter, lo, hi)):
            return (names((head, body, *inner)) - names(letter)) | names(lo) | names(hi)
    return frozenset().union(*(names(part) for part in t if isinstance(part, tuple)))


def folded(fact: Tree) -> Tree:
    """A fact as one tree, its prop under its ranges (of which the first is the outermost)."""
    prop, *limits = fact
    return ("Sum", prop, *limits[::-1]) if limits else prop


def definitions(facts: Iterable[Tree]) -> dict[str, Tree]:
    """name -> the fact that defines it (or some of its entries); names that define each other in a circle are none."""
    lefts, found = [], {}
    for fact in facts:
        match fact:
            case (("Eq", ("Symbol", _, _) | ("Indexed", ("Symbol", _, _), *_) as left, right), *limits):
                (name,) = names(left[:2] if left[0] == "Indexed" else left)
                lefts.append(name)
                letters, indices = [i for i, _, _ in limits], list(left[2:]) if left[0] == "Indexed" else []
                each = len(set(letters)) == len(letters) == len(indices) and set(letters) == set(indices)
                if (each if limits else name not in names(left[2:])) and name not in names((right, *limits)):
                    found[name] = fact
    found = {name: fact for name, fact in found.items() if lefts.count(name) == 1}
    grounded: dict[str, Tree] = {}
    for _ in found:  # those whose own letters are defined without a circle already
        grounded |= {n: f for n, f in found.items() if (names(folded(f)) & found.keys()) - {n} <= grounded.keys()}
    return grounded


def jumps(t: Tree, moving: Iterable[str]) -> bool:
    """May the value of a tree jump, or a range in it change, while these names move?"""
    moving = set(moving)
    match t:
        case ("KroneckerDelta" | "Piecewise" | "Derivative" | "Contains", *_):
            return bool(names(t) & moving)
        case ("Indexed", _, *indices):
            return bool(names(tuple(indices)) & moving)
        case ("Sum" | "Product" as head, body, *inner, (letter, lo, hi)):
            return bool(names((lo, hi)) & moving) or jumps((head, body, *inner), moving - names(letter))
    return any(jumps(part, moving) for part in t if isinstance(part, tuple))


def shape(fact: Tree, over: frozenset[str]) -> tuple | None:
    """The parameter and the ranges of its indices, if a fact is about its entries and numbers only.

    ``p[c] >= 0``, ``p[c] in {0, 1}`` or ``sum over c of p[c] = 1``: then these ranges belong to the parameter's shape.
    """
    match folded(fact):
        case ("Sum", ("Ge" | "Le" | "Gt" | "Lt" | "Contains", ("Indexed", _, *_) as entry, right), *limits):
            ranges = limits
        case ("Sum", ("Eq" | "Ge" | "Le" | "Gt" | "Lt", ("Sum", ("Indexed", _, *_) as entry, *inner), right), *limits):
            ranges = [*limits, *inner]
        case ("Eq" | "Ge" | "Le" | "Gt" | "Lt", ("Sum", ("Indexed", _, *_) as entry, *ranges), right):
            pass
        case _:
            return None
    numbers = right[1:] if right[0] == "FiniteSet" else [right]
    bounds = {limit[0]: limit[1:] for limit in ranges if plain_end(limit)}
    plain = len(bounds) == len(ranges) == len(entry) - 2 and bounds.keys() == set(entry[2:])
    if not (plain and names(entry[1]) <= over and all(number[0] == "Rational" for number in numbers)):
        return None
    return entry[1], tuple(bounds[letter] for letter in entry[2:])


def plain_end(limit: Tree) -> bool:
    """Does a range run from a number to a letter?"""
    return limit[1][0] == "Rational" and limit[2][0] == "Symbol"


def motion(over: Iterable[str], facts: Iterable[Tree], declared: Callable[[str], Iterable[str]]) -> Motion:
    """What moves when the names ``over`` do, and what closes the set in which they move.

    ``declared`` gives what is declared of a name.
    """
    over, facts = frozenset(over), tuple(facts)
    defined = definitions(facts)
    by = {name: fact for name, fact in defined.items() if name not in over}
    moving = set(over)
    for _ in by:
        moving |= {name for name, fact in by.items() if names(folded(fact)) & moving}
    by = {name: fact for name, fact in by.items() if name in moving}
    rough: set[str] = set()  # what moves by jumps
    for _ in by:
        rough |= {n for n, f in by.items() if jumps(folded(f), moving) or (names(folded(f)) & rough) - {n}}

    def stays(t: Tree) -> frozenset[str]:
        """The names in a tree but for the parameters; for a letter that is defined, those by which it moves.

        Not for a family: it may have entries that nothing defines, and those stay.
        """
        found = names(t) - over
        letters = {name for name, fact in by.items() if fact[0][1][0] == "Symbol"}
        while told := found & letters:
            found = (found - told).union(*(names(folded(by[name])) - over - {name} for name in told))
        return found

    # A parameter has one shape, of sizes that nothing defines; two would tie it to what tells them apart.
    shapes = {found for fact in facts if (found := shape(fact, over))}
    shapes = {s for s in shapes if [t for t, _ in shapes].count(s[0]) == 1 and not names(s[1]) & defined.keys()}
    closed: dict[Tree, frozenset[str]] = {}
    tight: set[str] = set()  # what moves in a closed set, perhaps of a few points: of these a strict fact may leave one
    for _ in range(len(facts) + len(moving) + 1):
        for name in sorted(moving):
            flags = set(declared(name)) - HARMLESS
            signed = flags <= {"nonzero"} or any(
                side in flags and flags <= {side, weak, "nonzero"} for side, weak in SIDES.items()
            )
            if flags and (not signed or name in rough | tight):
                letter = ("Symbol", name, tuple(declared(name)))
                closed[letter] = stays(letter)
        tight |= {name for t in closed for name in names(t)} & moving
        for _ in by:
            tight |= {m for n, f in by.items() for m in names(folded(f)) & moving if (names(folded(f)) | {n}) & tight}
        for fact in facts:
            mentioned = names(folded(fact)) & moving
            along = any(by.get(name) is fact and name not in rough for name in mentioned)
            opens = fact[0][0] in ("Gt", "Lt", "Ne")
            free = opens and not mentioned & (rough | tight) and not jumps(folded(fact), moving)
            if mentioned and not along and not free:
                closed[folded(fact)] = frozenset() if shape(fact, over) in shapes else stays(folded(fact))
    return Motion(frozenset(moving), tuple(closed.items()))
