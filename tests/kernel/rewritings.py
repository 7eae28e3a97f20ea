"""Random steps for the second reader: random trees, rewritten where that keeps the value, and some then made wrong.

Most rewritings are true wherever both sides have a value and ranges are not empty. Those that forget an empty range,
and the mutants, are wrong: the kernel should refuse them, and what it admits is replayed (``run``). The seed fixes everything.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

from cesym.kernel import Given, Refused, Step, Tree, admit

from .generators import (
    LETTERS,
    ONE,
    USING,
    WORLDS,
    Maker,
    World,
    at,
    minus,
    num,
    plus,
    power,
    put,
    r,
    sigma,
    t,
    times,
    x,
)  # fmt: skip
from .limits import TooSlow, limited
from .replay import parts, replay, report

PATIENCE = 20  # seconds for the admission of one step
ZERO, MINUS = num(0), num(-1)
MOVABLE = ("x", "r", "t", "sigma")


class Site(NamedTuple):
    """A part of a tree that has a real value: where it stands, and the limits around it, outermost first."""

    path: tuple[int, ...]
    part: Tree
    around: tuple


def sites(e: Tree, path: tuple = (), around: tuple = ()) -> Iterator[Site]:
    yield Site(path, e, around)
    match e:
        case ("Sum" | "Product", body, *limits):
            yield from sites(body, (*path, 1), (*around, *limits[::-1]))
        case ("Add" | "Mul" | "Pow" | "exp" | "log" | "Abs", *children):
            for k, child in enumerate(children, 1):
                yield from sites(child, (*path, k), around)
        case ("Piecewise", *branches):
            for k, branch in enumerate(branches, 1):
                yield from sites(branch[0], (*path, k, 0), around)
        case ("Derivative", body, *_):
            yield from sites(body, (*path, 1), around)


def replaced(e: Tree, path: tuple, new: Tree) -> Tree:
    if not path:
        return new
    return (*e[: path[0]], replaced(e[path[0]], path[1:], new), *e[path[0] + 1 :])


def free(e: Tree, letter: Tree) -> bool:
    return any(part == letter and all(limit[0] != letter for limit in around) for part, around in parts(e))


def clash(e: Tree) -> set[Tree]:
    """The letters that are bound somewhere in a tree."""
    return {limit[0] for _, around in parts(e) for limit in around}


def inside(e: Tree, letter: Tree, new: Tree) -> Tree | None:
    """e with new for a letter; None where a letter of new would be caught."""
    return None if any(free(new, b) for b in clash(e)) else put(e, letter, new)


def unbound(e: Tree, rng: random.Random) -> Tree:
    used = {part for part, _ in parts(e) if part[0] == "Symbol"} | clash(e)
    left = [letter for letter in LETTERS if letter not in used]
    return rng.choice(left) if left else ("Symbol", "a_0", ("integer",))


def length(limit: Tree) -> Tree:
    _, lo, hi = limit
    return hi if lo == ONE else plus(hi, times(MINUS, lo), ONE)


def shuffled(parts_: tuple, rng: random.Random) -> list:
    return rng.sample(parts_, len(parts_))


def squeezed(head: str, children: list) -> Tree:
    neutral = ZERO if head == "Add" else ONE
    return neutral if not children else children[0] if len(children) == 1 else (head, *children)


# Rewritings: each takes a part, a generator and a maker of further trees, and gives another part or None


def reorder(e: Tree, make: Maker) -> Tree | None:
    return (e[0], *shuffled(e[1:], make.rng)) if e[0] in ("Add", "Mul") and len(e) > 2 else None


def regroup(e: Tree, make: Maker) -> Tree | None:
    if e[0] not in ("Add", "Mul") or len(e) < 3:
        return None
    flat = [leaf for c in e[1:] for leaf in (c[1:] if c[0] == e[0] else (c,))]
    if len(flat) < 3 or make.rng.random() < 0.4:
        return (e[0], *flat)
    cut = make.rng.randint(1, len(flat) - 1)
    return squeezed(e[0], [squeezed(e[0], flat[:cut]), squeezed(e[0], flat[cut:])])


def distribute(e: Tree, make: Maker) -> Tree | None:
    sums = [k for k, c in enumerate(e) if e[0] == "Mul" and k and c[0] == "Add"]
    if not sums:
        return None
    k = make.rng.choice(sums)
    return ("Add", *((*e[:k], term, *e[k + 1 :]) for term in e[k][1:]))


def collect(e: Tree, make: Maker) -> Tree | None:
    """a*b + a*c = a*(b + c)."""
    if e[0] != "Add":
        return None
    common = [f for f in e[1][1:] if all(c[0] == "Mul" and f in c[1:] for c in e[1:])] if e[1][0] == "Mul" else []
    if not common:
        return None

    def without(c: Tree) -> Tree:
        rest = list(c[1:])
        rest.remove(common[0])
        return squeezed("Mul", rest)

    return times(common[0], ("Add", *(without(c) for c in e[1:])))


def powers(e: Tree, make: Maker) -> Tree | None:
    match e:
        case ("Pow", ("Add", *terms), ("Rational", 2, 1)):
            return ("Add", *(times(a, b) for a in terms for b in terms))
        case ("Pow", ("Sum", body, *limits), ("Rational", 2, 1)) if len(limits) == 1:
            other = unbound(e, make.rng)
            again = inside(body, limits[0][0], other)
            return again and ("Sum", times(body, again), *limits, (other, *limits[0][1:]))
        case ("Pow", base, ("Rational", k, 1)) if k > 1:
            return times(base, power(base, k - 1))
        case ("Pow", base, ("Add", *terms)):
            return times(*(power(base, term) for term in terms))
        case ("Pow", ("Mul", *factors), exponent):
            return times(*(power(f, exponent) for f in factors))
        case ("Pow", ("Pow", base, inner), exponent):
            return power(base, times(inner, exponent))
        case ("Pow", ("exp", inner), exponent):
            return ("exp", times(inner, exponent))
        case ("Pow", ("Product", body, *limits), exponent) if not any(free(exponent, limit[0]) for limit in limits):
            return ("Product", power(body, exponent), *limits)
        case ("Pow", base, exponent):
            return make.rng.choice((power(base, plus(exponent, ZERO)), times(power(base, plus(exponent, ONE)), power(base, -1))))
    return None


def merge(e: Tree, make: Maker) -> Tree | None:
    """Two factors with one base: u**a * u**b = u**(a + b); exp a * exp b = exp(a + b)."""
    if e[0] != "Mul":
        return None
    pairs = [(c[1], c[2]) if c[0] == "Pow" else (None, c[1]) if c[0] == "exp" else (c, ONE) for c in e[1:]]
    for a in range(len(pairs)):
        for b in range(a + 1, len(pairs)):
            if pairs[a][0] == pairs[b][0]:
                exponent = added(pairs[a][1], pairs[b][1])
                new = ("exp", exponent) if pairs[a][0] is None else ONE if exponent == ZERO else power(pairs[a][0], exponent)
                return squeezed("Mul", [new, *(c for k, c in enumerate(e[1:]) if k not in (a, b))])
    return None


def added(a: Tree, b: Tree) -> Tree:
    """a + b, with u + (-u) taken away: what a careless hand writes."""
    terms = [u for part in (a, b) for u in (part[1:] if part[0] == "Add" else (part,))]
    flat = [u for part in terms for u in (part[1:] if part[0] == "Add" else (part,))]
    for u in tuple(flat):
        if u in flat and times(MINUS, u) in flat:
            flat.remove(u)
            flat.remove(times(MINUS, u))
    whole = sum(u[1] for u in flat if u[0] == "Rational" and u[2] == 1)
    rest = [u for u in flat if u[0] != "Rational" or u[2] != 1]
    return squeezed("Add", [*rest, num(whole)] if whole else rest)


def cancel(e: Tree, make: Maker) -> Tree | None:
    """u - u = 0 in a sum; numbers are added."""
    if e[0] != "Add":
        return None
    new = added(e, ZERO)
    return new if new != e else None


def logs(e: Tree, make: Maker) -> Tree | None:
    match e:
        case ("log", ("Mul", *factors)):
            return ("Add", *(("log", f) for f in factors))
        case ("log", ("Pow", base, exponent)):
            return times(exponent, ("log", base))
        case ("log", ("Product", body, *limits)):
            return ("Sum", ("log", body), *limits)
        case ("log", ("exp", a)) | ("exp", ("log", a)):
            return a
        case ("exp", ("Add", *terms)):
            return times(*(("exp", term) for term in terms))
        case ("exp", ("Sum", body, *limits)):
            return ("Product", ("exp", body), *limits)
        case ("Product", ("exp", body), *limits):
            return ("exp", ("Sum", body, *limits))
        case ("Sum", ("log", body), *limits):
            return ("log", ("Product", body, *limits))
        case ("Abs", a):
            return power(power(a, 2), num(1, 2)) if make.rng.random() < 0.3 else ("Abs", times(MINUS, a))
    return None


def pull(e: Tree, make: Maker) -> Tree | None:
    """Constant factors out of a sum; of a product, as a power of its length."""
    if e[0] not in ("Sum", "Product"):
        return None
    _, body, first, *others = e
    if e[0] == "Sum":
        factors = body[1:] if body[0] == "Mul" else (body,)
        out = [f for f in factors if not free(f, first[0])]
        if not out:
            return None
        rest = [f for f in factors if free(f, first[0])]
        new = times(*out, ("Sum", squeezed("Mul", rest), first) if rest else length(first))
    elif body[0] == "Mul":
        new = times(*(("Product", f, first) if free(f, first[0]) else power(f, length(first)) for f in body[1:]))
    elif body[0] == "Pow" and not free(body[1], first[0]):
        new = power(body[1], ("Sum", body[2], first))
    else:
        new = power(body, length(first)) if not free(body, first[0]) else None
    return new and ((e[0], new, *others) if others else new)


def push(e: Tree, make: Maker) -> Tree | None:
    """A factor moves into a sum."""
    folds = [k for k, c in enumerate(e) if e[0] == "Mul" and k and c[0] == "Sum"]
    if not folds or len(e) < 3:
        return None
    k = make.rng.choice(folds)
    m = make.rng.choice([m for m in range(1, len(e)) if m != k])
    if any(free(e[m], limit[0]) for limit in e[k][2:]):
        return None
    inner = ("Sum", times(e[m], e[k][1]), *e[k][2:])
    return squeezed("Mul", [inner if h == k else c for h, c in enumerate(e) if h and h != m])


def split(e: Tree, make: Maker) -> Tree | None:
    match e:
        case ("Sum", ("Add", *terms), *limits):
            return ("Add", *(("Sum", term, *limits) for term in terms))
        case ("Product", ("Mul", *factors), *limits):
            return ("Mul", *(("Product", f, *limits) for f in factors))
        case ("Derivative", ("Add", *terms), *where):
            return ("Add", *(("Derivative", term, *where) for term in terms))
        case ("Derivative", ("Mul", a, b), (letter, ("Rational", 1, 1))):
            return plus(times(("Derivative", a, e[2]), b), times(a, ("Derivative", b, (letter, ONE))))
        case ("Derivative", ("Sum", body, *limits), where) if not any(free(where[0], limit[0]) for limit in limits):
            return ("Sum", ("Derivative", body, where), *limits)
        case ("Derivative", ("Pow", a, ("Rational", k, 1)), (letter, ("Rational", 1, 1))) if k > 1:
            return times(num(k), power(a, k - 1), ("Derivative", a, e[2]))
        case ("Derivative", a, (letter, ("Rational", 1, 1))):
            if a == letter:
                return ONE
            if a[0] == "Indexed" and a[1] == letter[1] and len(letter) == 3:
                return ("KroneckerDelta", a[2], letter[2])
            if not any(part[:2] == letter[:2] for part, _ in parts(a)):
                return ZERO
    return None


def unite(e: Tree, make: Maker) -> Tree | None:
    """Sums over one range that are added become one."""
    folds = [c for c in e[1:] if c[0] == "Sum"] if e[0] == "Add" else []
    alike = [c for c in folds if c[2:] == folds[0][2:]]
    if len(alike) < 2:
        return None
    rest = list(e[1:])
    for c in alike:
        rest.remove(c)
    return squeezed("Add", [*rest, ("Sum", ("Add", *(c[1] for c in alike)), *alike[0][2:])])


def bounds(e: Tree, make: Maker) -> Tree | None:
    """Renames, shifts, reverses, swaps, nests, splits off the first or the last (forgetting that there may be none)."""
    if e[0] not in ("Sum", "Product"):
        return None
    kind, body, *limits = e
    (letter, lo, hi), *others = limits
    add = plus if kind == "Sum" else times
    match make.rng.choice(("rename", "shift", "reverse", "swap", "nest", "first", "last", "cut")):
        case "rename":
            other = unbound(e, make.rng)
            new = inside(body, letter, other)
            return new and (kind, new, (other, lo, hi), *others)
        case "shift":
            by = make.rng.choice((num(-1), ONE, num(2)))
            new = inside(body, letter, plus(letter, times(MINUS, by)))
            return new and (kind, new, (letter, plus(lo, by), plus(hi, by)), *others)
        case "reverse":
            new = inside(body, letter, plus(lo, hi, times(MINUS, letter)))
            return new and (kind, new, *limits)
        case "swap" if len(limits) == 2 and not any(free(end, limits[1][0]) for end in limits[0][1:]):
            return (kind, body, limits[1], limits[0])
        case "nest" if len(limits) == 2:
            return (kind, (kind, body, limits[0]), limits[1])
        case "first" if not others:
            new = inside(body, letter, lo)
            return new and add(new, (kind, body, (letter, plus(lo, ONE), hi)))
        case "last" if not others:
            new = inside(body, letter, hi)
            return new and add((kind, body, (letter, lo, minus(hi, ONE))), new)
        case "cut" if not others:
            middle = make.rng.choice((lo, hi, minus(lo, ONE)))
            return add((kind, body, (letter, lo, middle)), (kind, body, (letter, plus(middle, ONE), hi)))
    return None


def pick(e: Tree, make: Maker) -> Tree | None:
    """A delta in a sum picks one term, if it is within the range."""
    if e[0] != "Sum" or len(e) > 3 or e[1][0] != "Mul":
        return None
    letter = e[2][0]
    for k, f in enumerate(e[1]):
        if k and f[0] == "KroneckerDelta" and letter in f[1:]:
            other = f[2] if f[1] == letter else f[1]
            rest = squeezed("Mul", [c for m, c in enumerate(e[1]) if m not in (0, k)])
            return None if free(other, letter) else inside(rest, letter, other)
    return None


def cases(e: Tree, make: Maker) -> Tree | None:
    match e:
        case ("Piecewise", (a, ("Gt", *ab)), (b, ("true",))):
            return ("Piecewise", (b, ("Le", *ab)), (a, ("true",)))
        case ("Piecewise", (a, ("Eq", *ab)), (b, ("true",))):
            delta = ("KroneckerDelta", *ab)
            return plus(times(delta, a), times(minus(ONE, delta), b))
        case ("Piecewise", (a, _), *_) if all(branch[0] == a for branch in e[1:]):
            return a
        case ("KroneckerDelta", a, b):
            return make.rng.choice((("KroneckerDelta", b, a), ("Piecewise", (ONE, ("Eq", a, b)), (ZERO, ("true",)))))
    return None


def positive_here(make: Maker) -> Tree:
    """Something positive: also the size of a range whose letter is in scope."""
    sizes = [last for _, last in make.scope if last is not None]
    return make.rng.choice(sizes) if sizes and make.rng.random() < 0.5 else make.positive(0)


def dress(e: Tree, make: Maker) -> Tree | None:
    """Any tree in other clothes."""
    u, rng = make.leaf(), make.rng
    match rng.choice(("add", "times", "halves", "cases", "delta", "empty", "empty product", "mean", "one of a sum", "logs", "power")):
        case "add":
            return plus(e, u, times(MINUS, u))
        case "times":
            v = positive_here(make)
            return times(e, v, power(v, -1))
        case "halves":
            return plus(times(num(1, 2), e), times(num(1, 2), e))
        case "cases":
            return ("Piecewise", (e, make.condition()), (e, ("true",)))
        case "delta":
            delta = ("KroneckerDelta", make.integer(), make.integer())
            return plus(times(delta, e), times(minus(ONE, delta), e))
        case "empty":
            letter, size = rng.choice(LETTERS), rng.choice(make.world.sizes)
            return plus(e, ("Sum", u, (letter, plus(size, ONE), size)))
        case "empty product":
            letter, size = rng.choice(LETTERS), rng.choice(make.world.sizes)
            return times(e, ("Product", u, (letter, plus(size, ONE), size)))
        case "mean":
            letter, size = unbound(e, rng), rng.choice(make.world.sizes)
            return ("Sum", times(e, power(size, -1)), (letter, ONE, size))
        case "one of a sum":
            letter, size = unbound(e, rng), rng.choice(make.world.sizes)
            return ("Sum", times(e, ("KroneckerDelta", letter, rng.choice((ONE, size)))), (letter, ONE, size))
        case "logs":
            v = positive_here(make)
            return plus(e, ("log", v), times(MINUS, ("log", v)))
        case "power":
            v, w = positive_here(make), make.leaf()
            return times(e, power(v, w), power(v, times(MINUS, w)))
    return None


def hide(e: Tree, make: Maker) -> Tree | None:
    """A size becomes i + (size - i), with the letter i of its range."""
    known = [(letter, last) for letter, last in make.scope if last == e]
    if not known:
        return None
    letter, _ = make.rng.choice(known)
    return plus(letter, minus(e, letter))


RULES: dict[Callable[[Tree, Maker], Tree | None], int] = {
    reorder: 2, regroup: 2, distribute: 3, collect: 3, powers: 3, merge: 3, cancel: 2, logs: 5, pull: 5, push: 3, split: 5,
    unite: 3, bounds: 8, pick: 5, cases: 3, dress: 5, hide: 4,
}  # fmt: skip
CLOSING = (cancel, merge, pull, pick)  # what makes a line shorter


def rewrite(e: Tree, make: Maker) -> Tree | None:
    """One rule at one place, drawn by chance; None where nothing fitted."""
    found = list(sites(e))
    for _ in range(25):
        site, rule = make.rng.choice(found), make.rng.choices(list(RULES), list(RULES.values()))[0]
        make.scope = scope(site.around, make.world)
        new = rule(site.part, make)
        if new is not None and new != site.part:
            return replaced(e, site.path, new)
    return None


def scope(around: tuple, world: World) -> list:
    out: dict = {}
    for letter, lo, hi in around:
        out.pop(letter, None)
        out[letter] = hi if lo == ONE and hi in world.sizes else None
    return list(out.items())


def closed(e: Tree, make: Maker) -> Tree:
    """Shortened until nothing is left to do, as a careless hand does it: without a thought for empty ranges."""
    for _ in range(30):
        for site in sites(e):
            new = next((new for rule in CLOSING if (new := rule(site.part, make)) is not None and new != site.part), None)
            if new is not None:
                e = replaced(e, site.path, new)
                break
        else:
            return e
    return e


# Mutants


def mutant(e: Tree, make: Maker) -> Tree | None:
    """One part of any kind changed: a number, a letter, an index, a limit, a factor left out or moved."""
    found = [(path, part, around) for path, part, around in every(e)]
    for _ in range(25):
        path, part, around = make.rng.choice(found)
        make.scope = scope(around, make.world)
        new = mutated(part, make)
        if new is not None and new != part:
            return replaced(e, path, new)
    return None


def every(e: Tree, path: tuple = (), around: tuple = ()) -> Iterator[Site]:
    """All parts, also indices, limits and conditions."""
    yield Site(path, e, around)
    limits = e[2:][::-1] if e[0] in ("Sum", "Product") else ()
    if e[0] in ("Rational", "Symbol"):
        return
    for k, child in enumerate(e):
        if not isinstance(child, tuple) or (e[0] == "Indexed" and k == 1) or (e[0] == "Derivative" and k > 1):
            continue
        if limits and k > 1:
            for end in (1, 2):
                yield from every(child[end], (*path, k, end), around)
        else:
            yield from every(child, (*path, k), (*around, *limits))


def mutated(e: Tree, make: Maker) -> Tree | None:
    rng = make.rng
    match e:
        case ("Rational", a, b):
            return num(a + rng.choice((-1, 1, 2)), b)
        case ("Symbol", _, flags):
            others = [*make.world.sizes, *(letter for letter, _ in make.scope), ONE, plus(e, ONE)]
            return rng.choice(others if "integer" in flags else [*make.world.scalars, ONE])
        case ("Indexed", letter, *_):
            same = [f for f, arity in make.world.families if arity == len(e) - 2]
            return (e[0], rng.choice(same), *e[2:]) if same else None
        case ("Sum" | "Product" as kind, body, (letter, lo, hi), *others):
            new = rng.choice(((letter, lo, plus(hi, ONE)), (letter, lo, minus(hi, ONE)), (letter, plus(lo, ONE), hi),
                              (letter, minus(lo, ONE), hi)))  # fmt: skip
            if rng.random() < 0.2:
                return ({"Sum": "Product", "Product": "Sum"}[kind], *e[1:])
            if body[0] == "Mul" and rng.random() < 0.4:  # a factor moves out, whatever it holds
                out = rng.randint(1, len(body) - 1)
                rest = squeezed("Mul", [f for k, f in enumerate(body) if k not in (0, out)])
                return times(inside(body[out], letter, rng.choice((lo, hi))) or body[out], (kind, rest, *e[2:]))
            return (kind, body, new, *others)
        case ("Add" | "Mul" as head, *children) if len(children) > 1:
            if rng.random() < 0.5:
                children.pop(rng.randrange(len(children)))
            else:
                children[rng.randrange(len(children))] = make.leaf()
            return squeezed(head, children)
        case ("Pow", base, exponent):
            return rng.choice((("Pow", base, plus(exponent, ONE)), ("Pow", exponent, base), base))
        case ("Piecewise", (a, condition), (b, true)):
            return ("Piecewise", (b, condition), (a, true))
        case ("Gt" | "Ge" | "Lt" | "Le" | "Eq" | "Ne", a, b):
            return (rng.choice(("Gt", "Ge", "Lt", "Le", "Eq", "Ne")), a, b)
        case ("KroneckerDelta", a, b):
            return rng.choice((("KroneckerDelta", a, plus(b, ONE)), ONE))
        case ("Abs" | "exp" | "log", a):
            return a
        case ("Derivative", body, (letter, times_)):
            return rng.choice((body, ("Derivative", body, (letter, num(3 - times_[1])))))
    return None


# Pairs that are equal but at an edge: where a range is empty, at one size, where two letters meet


def nearly(make: Maker) -> tuple[Tree, Tree]:
    rng = make.rng
    size = rng.choice(make.world.sizes)
    seven = num(rng.choice((0, 1, 2, 6, 7, 8)))
    y_ = make.leaf()
    letter = rng.choice(LETTERS)
    positive, sizes = rng.choice(make.world.positive)
    entry = at(positive, *(rng.choice((ONE, size, num(2))) for _ in sizes)) if sizes else positive
    return rng.choice((
        (power(ZERO, size), ZERO),
        (("KroneckerDelta", size, seven), ZERO),
        (("KroneckerDelta", r, t), ZERO),
        (("KroneckerDelta", size, ZERO), ZERO),
        (("Abs", minus(size, ONE)), minus(size, ONE)),
        (("Abs", entry), entry),
        (times(size, power(size, -1)), ONE),
        (("Piecewise", (y_, ("Gt", size, ZERO)), (ONE, ("true",))), y_),
        (("Piecewise", (y_, (rng.choice(("Gt", "Ge")), size, seven)), (r, ("true",))), y_),
        (("Product", ZERO, (letter, ONE, size)), ZERO),
        (("Sum", at(x, letter), (letter, ONE, size)),
         plus(at(x, ONE), ("Sum", at(x, letter), (letter, num(2), size)))),
        (("Sum", ("KroneckerDelta", letter, ONE), (letter, ONE, size)), ONE),
        (("Sum", ("KroneckerDelta", letter, seven), (letter, ONE, size)), ("Piecewise", (ONE, ("Ge", size, seven)), (ZERO, ("true",)))),
        (power(ZERO, times(size, size)), power(ZERO, size)),
        (power(power(r, 2), num(1, 2)), r),
        (power(times(r, t), size), times(power(r, size), power(t, size))),
        (("log", power(entry, 2)), times(num(2), ("log", entry))),
    ))  # fmt: skip


def hidden(make: Maker) -> Tree:
    """A sum or product in which its size, known to be positive only within, stands in many forms."""
    rng = make.rng
    letter, size = rng.choice(LETTERS[:3]), rng.choice(make.world.sizes)
    whole = plus(letter, minus(size, letter))
    make.scope = [(letter, size)]
    base = rng.choice((size, size, whole, plus(size, num(rng.randint(-1, 1))), times(whole, sigma)))
    low = [letter, minus(letter, ONE), minus(size, letter), num(-1), num(1), num(2), minus(ONE, letter), minus(letter, size)]
    forms = (
        lambda: times(power(base, rng.choice(low)), power(base, rng.choice(low))),
        lambda: power(base, -1),
        lambda: ("log", base),
        lambda: times(power(base, -1), make.leaf()),
        lambda: times(("log", base), make.leaf()),
        lambda: power(base, num(1, 2)),
        lambda: times(power(plus(letter, minus(size, letter), num(-1)), rng.choice(low)), make.leaf()),
        lambda: times(("Abs", base), make.leaf()),
        lambda: ("log", make.entry(make.world.positive) or base),
        lambda: ("Product", base, (LETTERS[4], letter, size)),
    )
    return (rng.choice(("Sum", "Sum", "Product")), rng.choice(forms)(), (letter, ONE, size))


# Steps


def givens() -> dict[str, Given]:
    """For each world its facts with models of sizes 1, 2 and 3 in which each letter moves alone."""
    out = {}
    for name, world in WORLDS.items():
        rng = random.Random(7)
        models = [world.model(rng, size) for size in (1, 2, 3)]
        models = [model | {letter[1]: Fraction(k + n) for n, letter in enumerate(LETTERS)} for k, model in enumerate(models)]
        models += [{**models[2], letter: world.model(rng, 3)[letter]} for letter in MOVABLE]
        out[name] = Given(world.facts, tuple(map(plain, models)))
    return out


def plain(model: dict) -> tuple:
    return tuple((name, tuple(v.items()) if isinstance(v, dict) else v) for name, v in model.items())


class Made(NamedTuple):
    """A step that was made, in which world, and whether what was done to it should keep the value."""

    world: str
    step: Step
    kind: str


def start(make: Maker) -> Tree:
    if make.rng.random() < 0.35:
        return hidden(make)
    make.scope = []
    return make.derivative(1) if make.rng.random() < 0.12 else make.tree(make.rng.randint(1, 2))


def random_step(rng: random.Random) -> Made:
    name = rng.choice(("bernoulli", "categorical", "counts", "counts"))
    make = Maker(WORLDS[name], rng, sloppy=0.0)
    before = start(make)
    if len(str(before)) > 4000:
        return random_step(rng)
    kind, after = rng.choices(("rewritten", "closed", "nearly", "mutant"), (6, 3, 3, 4))[0], before
    if kind == "nearly":
        after = ("Sum", *before[1:]) if before[0] == "Sum" else plus(before)
        one, two = nearly(make)
        before, after = plus(before, one), plus(after, two)
    for _ in range(rng.randint(0 if kind == "closed" else 1, 4)):
        after = rewrite(after, make) or after
    if kind == "closed":
        after = closed(after, make)
    if kind == "mutant":
        if rng.random() < 0.3:
            before = mutant(before, make) or before
        else:
            after = mutant(after, make) or after
    step = Step(before, after, using=USING[name])
    make.scope = []
    other = rng.random()
    if other < 0.12:
        step = minimiser(step, make)
        kind = f"{kind}, minimiser" if step.primitive == "same minimiser" else kind
    elif other < 0.22:
        step, kind = certificate(step, make), f"{kind}, certificate"
    elif other < 0.25:
        step, kind = monotone(make), "monotone"
    return Made(name, step, kind)


def monotone(make: Maker) -> Step:
    """after = -ln(before), rewritten or changed."""
    before = times(make.positive(2), ("exp", times(at(x, ONE), make.real(0))))
    after = times(MINUS, ("log", before))
    for _ in range(make.rng.randint(1, 3)):
        after = rewrite(after, make) or after
    if make.rng.random() < 0.2:
        after = mutant(after, make) or after
    return Step(before, after, "monotone map", using=(), data=(("x",),))


def minimiser(step: Step, make: Maker) -> Step:
    """before = a*after + b, with a > 0, if a letter in it can be the parameter; now and then with another a."""
    moving = [part[1] for part, _ in parts(step.before) if part[0] == "Symbol" and part[1] in MOVABLE]
    if not moving:
        return step
    over = make.rng.choice(moving)
    a, b = make.positive(1), make.real(0)
    whole = plus(times(a, step.before), b)
    whole = rewrite(whole, make) or whole
    if make.rng.random() < 0.2:
        a = mutant(a, make) or a
    make.scope = []
    return step._replace(before=whole, primitive="same minimiser", data=(a, b, (over,)))


def certificate(step: Step, make: Maker) -> Step:
    """before = after + a sum of weights times gaps, or the other way round."""
    rng, terms, extra = make.rng, [], []
    for _ in range(rng.randint(1, 2)):
        size = rng.choice(make.world.sizes)
        limits = ((LETTERS[0], ONE, size),) if rng.random() < 0.5 else ()
        make.scope = [(LETTERS[0], size)] if limits else []
        weight, kind = make.positive(0), rng.choice(("square", "log"))
        e = make.real(1) if kind == "square" else make.positive(1)
        gap = power(e, 2) if kind == "square" else plus(e, num(-1), times(MINUS, ("log", e)))
        terms.append((weight, kind, e, *limits))
        extra.append(("Sum", times(weight, gap), *limits) if limits else times(weight, gap))
    make.scope = []
    larger, smaller = plus(step.before, *extra), step.after
    if rng.random() < 0.15:
        larger = mutant(larger, make) or larger
    if rng.random() < 0.5:
        return step._replace(before=larger, after=smaller, primitive="certificate", data=("≥", tuple(terms)))
    return step._replace(before=smaller, after=larger, primitive="certificate", data=("≤", tuple(terms)))


# Steps to the kernel, and what it admits to the second reader


def run(count: int, seed: int, models: int = 12, until: int | None = None) -> tuple[dict[str, Counter], list[str]]:
    """Tallies by the kind of the step, and the differences; ends early once ``until`` steps were admitted."""
    rng, given, differences = random.Random(seed), givens(), []
    tally: dict[str, Counter] = {}
    for number in range(count):
        made = random_step(random.Random(rng.random()))
        mine = tally.setdefault(made.kind, Counter())
        mine["tried"] += 1
        try:
            with limited(PATIENCE):
                statement = admit(given[made.world], made.step)
        except Refused:
            mine["refused"] += 1
            continue
        except (TooSlow, RecursionError):
            mine["slow"] += 1
            continue
        mine["admitted"] += 1
        mine["not the same"] += statement.lhs != statement.rhs
        found = replay(given[made.world], statement, models, number)
        mine["replayed"] += found.models > 0
        mine["models"] += found.models
        mine["proved"] += bool(found.proved)
        if found.differences:
            mine["different"] += 1
            differences.append(f"step {number}, {made.world}, {made.kind}: {report(statement, found.differences[0])}")
        if until and sum(t["admitted"] for t in tally.values()) >= until:
            break
    return tally, differences
