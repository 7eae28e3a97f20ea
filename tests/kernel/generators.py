"""Random trees that the kernel should be able to read, and random models at which to evaluate them.

A *world* is a set of facts with a maker of models that satisfy them and are junk wherever the
facts say nothing: entries outside of the ranges have any value, sizes that may be 0 are 0 now and
then. The generator knows what is positive in its world, so that most of its trees are defined; it
does not know the kernel.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

Tree = tuple
Model = dict

INT, POSINT, NATURAL, REAL, POSITIVE = (
    ("integer",), ("integer", "positive"), ("integer", "nonnegative"), ("real",), ("positive",),
)  # fmt: skip
REACH = range(-4, 16)  # indices at which every family has a value


def num(p: int, q: int = 1) -> Tree:
    return ("Rational", Fraction(p, q).numerator, Fraction(p, q).denominator)


def sym(name: str, *declared: str) -> Tree:
    return ("Symbol", name, declared)


def at(letter: Tree, *indices: Tree) -> Tree:
    return ("Indexed", letter, *indices)


def plus(*terms: Tree) -> Tree:
    return ("Add", *terms)


def times(*factors: Tree) -> Tree:
    return ("Mul", *factors)


def power(base: Tree, exponent: Tree | int) -> Tree:
    return ("Pow", base, num(exponent) if isinstance(exponent, int) else exponent)


def minus(a: Tree, b: Tree) -> Tree:
    return plus(a, times(num(-1), b))


def put(t: Tree, old: Tree, new: Tree) -> Tree:
    """t with new for the free letter old."""
    if t == old or (t[:1] in (("Sum",), ("Product",)) and any(limit[0] == old for limit in t[2:])):
        return new if t == old else t
    return tuple(put(part, old, new) if isinstance(part, tuple) else part for part in t)


ONE = num(1)
N, C, Z = sym("N", *POSINT), sym("C", *POSINT), sym("Z", *NATURAL)
p, q, x, lam, k, y, n = (
    sym(name, *declared)
    for name, declared in (("p", REAL), ("q", REAL), ("x", REAL), ("lam", REAL), ("k", INT),
        ("y", INT), ("n", INT))
)
r, t, sigma = sym("r", *REAL), sym("t", *REAL), sym("sigma", *POSITIVE)
LETTERS = tuple(sym(name, *INT) for name in ("i", "j", "c", "m", "a"))
i, j, c, m, _ = LETTERS


@dataclass(frozen=True)
class World:
    """Facts, what they make positive and in which range, and a maker of models."""

    facts: tuple
    sizes: tuple[Tree, ...]
    positive: tuple[tuple[Tree, tuple],
        ...]  # (family or letter, sizes of its indices): shown positive in range
    below_one: tuple[tuple[Tree, tuple], ...]
    naturals: tuple[tuple[Tree, tuple], ...]  # 0, 1, 2, ... in range
    labels: tuple[tuple[Tree, tuple, Tree], ...]  # an integer in 1..last in range
    families: tuple[tuple[Tree, int], ...]
    scalars: tuple[Tree, ...]
    movable: tuple[Tree, ...]  # letters and families in which a derivative may be taken
    model: Callable[[random.Random], Model]


def anything(rng: random.Random) -> Fraction:
    return Fraction(rng.randint(-8, 12), rng.choice((1, 2, 3)))


def unit(rng: random.Random) -> Fraction:
    return Fraction(rng.randint(1, 18), 19)


def family(rng: random.Random, inside: range, value: Callable, junk: Callable = anything) -> dict:
    return {(s,): value(rng) if s in inside else junk(rng) for s in REACH}


def whole(rng: random.Random) -> Fraction:
    return Fraction(rng.randint(-2, 4))


def pick(*values: int) -> Callable:
    return lambda rng: Fraction(rng.choice(values))


def common(rng: random.Random) -> Model:
    return {
        "r": anything(rng), "t": anything(rng), "sigma": unit(rng) * 3,
            "x": family(rng, range(0), unit),
        "i": Fraction(rng.randint(1, 3)), "j": Fraction(rng.randint(0, 3)), "c": Fraction(1),
            "m": Fraction(2), "a": Fraction(0),
    }  # fmt: skip


def bernoulli_model(rng: random.Random, size: int | None = None) -> Model:
    size = size or rng.randint(1, 4)
    inside = range(1, size + 1)
    return common(rng) | {
        "N": Fraction(size), "p": family(rng, inside, unit),
            "k": family(rng, inside, pick(0, 1), whole),
    }  # fmt: skip


def categorical_model(rng: random.Random, size: int | None = None) -> Model:
    size, classes = size or rng.randint(1, 3), rng.randint(1, 4)
    weights = [rng.randint(1, 9) for _ in range(classes)]
    probabilities = iter([Fraction(w, sum(weights)) for w in weights])
    two = {
        (a, b): unit(rng) if a in range(1, size + 1) and b in range(1,
            classes + 1) else anything(rng)
        for a in REACH for b in REACH
    }  # fmt: skip
    return common(rng) | {
        "N": Fraction(size), "C": Fraction(classes), "q": two,
        "y": family(rng, range(1, size + 1), pick(*range(1, classes + 1)), whole),
        "p": family(rng, range(1, classes + 1), lambda _: next(probabilities)),
    }  # fmt: skip


def counts_model(rng: random.Random, size: int | None = None) -> Model:
    size = rng.choice((0, 0, 1, 2, 3)) if size is None else size
    inside = range(1, size + 1)
    return common(rng) | {
        "Z": Fraction(size), "lam": family(rng, inside, unit), "p": family(rng, inside, unit),
        "n": family(rng, inside, pick(0, 1, 2, 3), whole),
    }  # fmt: skip


def every(prop: Tree, *limits: tuple[Tree, Tree]) -> Tree:
    return (prop, *((letter, ONE, last) for letter, last in limits))


ZERO = num(0)
BERNOULLI = World(
    facts=(
        every(("Gt", at(p, i), ZERO), (i, N)), every(("Lt", at(p, i), ONE), (i, N)),
        every(("Contains", at(k, i), ("FiniteSet", ZERO, ONE)), (i, N)),
    ),
    sizes=(N,), positive=((p, (N,)), (sigma, ()), (N, ())), below_one=((p, (N,)),),
        naturals=((k, (N,)), (N, ())), labels=(),
    families=((p, 1), (k, 1), (x, 1)), scalars=(r, t, sigma, N), movable=(r, t, sigma, x),
        model=bernoulli_model,
)  # fmt: skip
CATEGORICAL = World(
    facts=(
        every(("Gt", at(p, c), ZERO), (c, C)), every(("Ge", at(y, i), ONE), (i, N)),
            every(("Le", at(y, i), C), (i, N)),
        every(("Gt", at(q, i, c), ZERO), (i, N), (c, C)),
            every(("Eq", ("Sum", at(p, c), (c, ONE, C)), ONE)),
    ),
    sizes=(N, C), positive=((p, (C,)), (q, (N, C)), (sigma, ()), (C, ())), below_one=(),
        naturals=((N, ()),),
    labels=((y, (N,), C),), families=((p, 1), (q, 2), (x, 1), (y, 1)), scalars=(r, t, sigma, N, C),
    movable=(r, sigma, x), model=categorical_model,
)  # fmt: skip
COUNTS = World(
    facts=(
        every(("Gt", at(lam, i), ZERO), (i, Z)), every(("Gt", at(p, i), ZERO), (i, Z)),
            every(("Lt", at(p, i), ONE), (i, Z)),
        every(("Ge", at(n, i), ZERO), (i, Z)),
    ),
    sizes=(Z,), positive=((lam, (Z,)), (p, (Z,)), (sigma, ())), below_one=((p, (Z,)),),
        naturals=((n, (Z,)), (Z, ())), labels=(),
    families=((lam, 1), (p, 1), (n, 1), (x, 1)), scalars=(r, t, sigma, Z), movable=(r, t, x),
        model=counts_model,
)  # fmt: skip
WORLDS = {"bernoulli": BERNOULLI, "categorical": CATEGORICAL, "counts": COUNTS}
USING = {"bernoulli": (), "categorical": ((4, ()),), "counts": ()}


@dataclass
class Maker:
    """Makes trees in one world; ``scope``: the bound letters, with the size each stays in."""

    world: World
    rng: random.Random
    scope: list[tuple[Tree, Tree | None]] = field(default_factory=list)
    seen: list[Tree] = field(default_factory=list)
    smooth: Tree | None = None  # the letter in which a derivative is being taken
    sloppy: float = 0.06  # how often a positive entry is taken at an index that may be out of range

    def tree(self, depth: int = 3) -> Tree:
        if self.world.below_one and self.rng.random() < 0.05:
            return self.leak()
        first = self.real(depth)
        # once more what was shown positive, at an index that may be junk
        if self.seen and self.rng.random() < 0.4:
            old = self.rng.choice(self.seen)
            for letter in LETTERS[:3]:
                old = put(old, letter, self.rng.choice((ONE, num(2), letter, *self.world.sizes)))
            first = plus(first, self.rng.choice((("Abs", old), ("KroneckerDelta", old, ZERO), old)))
        return first

    def leak(self) -> Tree:
        """What is positive within a nested range, and its absolute value outside, at an index."""
        letter, (size,) = self.rng.choice(self.world.below_one)
        inner, outer = self.rng.sample(LETTERS, 2)
        count = self.rng.randint(2, 3)
        body = times(*(minus(num(n), at(letter, inner)) for n in range(1, count + 1)))
        shown = self.rng.choice((("log", body), power(body, num(1, 3)), power(body, -1)))
        first, last = self.rng.choice(((ONE, outer), (ONE, outer), (outer, size), (ONE, size)))
        index = self.rng.choice((ONE, ONE, ONE, ONE, size, num(2), num(0), plus(size, ONE)))
        elsewhere = put(body, inner, index)
        return plus(("Sum", shown, (inner, first, last), (outer, ONE, size)), ("Abs", elsewhere))

    def choose(self, table: dict[str, int]) -> str:
        return self.rng.choices(list(table), list(table.values()))[0]

    # Leaves

    def inside(self, size: Tree) -> Tree | None:
        """An index in 1..size, or None where none is known."""
        known = [letter for letter, last in self.scope if last == size]
        if size[2] == POSINT:
            known += [ONE, size]
        known += [
            at(f, *where)
            for f, sizes, last in self.world.labels
            if last == size and (where := [self.inside(s) for s in sizes]) and None not in where
        ]
        return self.rng.choice(known) if known else None

    def entry(self, table: tuple) -> Tree | None:
        """An entry in its range, or a letter, from a table of (letter, sizes)."""
        found = []
        for letter, sizes in table:
            where = [self.inside(size) for size in sizes]
            if None not in where:
                found.append(at(letter, *where) if sizes else letter)
        return self.rng.choice(found) if found else None

    def junk(self) -> Tree:
        letter, sizes = self.rng.choice(self.world.positive)
        return at(letter, *(self.index() for _ in sizes)) if sizes else letter

    def index(self) -> Tree:
        """Any integer from -2 to about 6: often out of range."""
        letters = [letter for letter, _ in self.scope] or [ONE]
        some = self.rng.choice((*letters, *letters, ONE, num(2), num(0), *self.world.sizes))
        return plus(some, num(self.rng.choice((1, -1)))) if self.rng.random() < 0.2 else some

    def leaf(self) -> Tree:
        kind = self.choose({"number": 2, "scalar": 2, "family": 4, "letter": 1})
        if kind == "number":
            return num(self.rng.randint(-3, 3), self.rng.choice((1, 1, 2)))
        if kind == "letter" and self.scope:
            return self.rng.choice(self.scope)[0]
        if kind == "scalar":
            return self.rng.choice(self.world.scalars)
        letter, arity = self.rng.choice(self.world.families)
        if self.rng.random() < 0.6:
            mine = [row for row in (*self.world.positive, *self.world.naturals) if row[0] == letter]
            found = self.entry(tuple(mine))
            if found:
                return found
        return at(letter, *(self.index() for _ in range(arity)))

    def limits(self) -> tuple[Tree, Tree | None]:
        """A limit and the size that ends it, if the letter runs from 1 to just there."""
        letter = self.rng.choice(LETTERS)
        size = self.rng.choice(self.world.sizes)
        kind = self.choose({"plain": 6, "short": 2, "empty": 1, "shifted": 1, "from 0": 1,
            "up to another": 2, "from another": 1})
        if kind == "short":
            low = self.rng.randint(-1, 2)
            return (letter, num(low), num(low + self.rng.randint(-1, 2))), None
        if kind == "empty":
            return (letter, plus(size, ONE), size), None
        if kind == "shifted":
            return (letter, num(3), plus(size, num(2))), None
        if kind == "from 0":
            return (letter, num(0), size), None
        if kind == "up to another" and self.scope:
            other, last = self.rng.choice(self.scope)
            if last is not None:
                return (letter, ONE, other), last  # up to an index is within that one's range
        if kind == "from another" and self.scope:
            other, last = self.rng.choice(self.scope)
            if last is not None:
                return (letter, other, last), last
        return (letter, ONE, size), size

    def fold(self, kind: str, body: Callable[[int], Tree], depth: int) -> Tree:
        limits, kept = [], list(self.scope)
        for _ in range(1 if self.rng.random() < 0.75 else 2):  # from the outermost inwards
            limit, size = self.limits()
            limits.insert(0, limit)
            self.scope = [(letter, last) for letter,
                last in self.scope if letter != limit[0]] + [(limit[0], size)]
        inner = body(depth)
        self.scope = kept
        return (kind, inner, *limits)

    # Reals, positives, whole numbers

    def real(self, depth: int) -> Tree:
        if depth <= 0:
            return self.leaf()
        some = self.choose({
            "leaf": 2, "add": 5, "mul": 5, "square": 2, "log": 3, "exp": 1, "pow": 2, "over": 2,
                "sum": 6, "product": 2,
            "delta": 3, "cases": 2, "abs": 2, "derivative": 1, "whole power": 2, "gamma": 1,
        })  # fmt: skip
        if self.smooth and some in ("delta", "cases", "abs", "derivative", "gamma"):
            some = "add"
        low = depth - 1
        match some:
            case "leaf":
                return self.leaf()
            case "add":
                return plus(*(self.real(low) for _ in range(self.rng.randint(2, 3))))
            case "mul":
                return times(*(self.real(low) for _ in range(self.rng.randint(2, 3))))
            case "square":
                return power(self.real(low), self.rng.choice((2, 2, 3)))
            case "log":
                return ("log", self.positive(low))
            case "exp":
                return ("exp", self.real(min(low, 1)))
            case "pow":
                return power(self.positive(low), self.real(min(low, 1)))
            case "over":
                return times(self.real(low), power(self.positive(low), -1))
            case "sum":
                return self.fold("Sum", self.real, low)
            case "product":
                return self.fold("Product", self.real, min(low, 1))
            case "delta":
                return times(("KroneckerDelta", self.integer(), self.integer()), self.real(low))
            case "cases":
                return self.cases(self.real, low)
            case "abs":
                return ("Abs", self.real(low))
            case "derivative":
                return self.derivative(low)
            case "gamma":
                return ("log", self.gamma(low))
        base, exponent = self.real(low), self.entry(self.world.naturals)
        return base if exponent is None or self.smooth else power(base, exponent)

    def positive(self, depth: int) -> Tree:
        some = self.choose({
            "leaf": 6, "add": 3, "mul": 3, "power": 1, "exp": 1, "one plus a square": 2, "over": 2,
                "product": 2,
            "one plus a sum": 1, "one minus": 3, "cases": 1, "gamma": 1, "two factors": 2,
        })  # fmt: skip
        if self.smooth and some in ("cases", "gamma"):
            some = "leaf"
        if depth <= 0 and some not in ("one minus", "two factors"):
            some = "leaf"
        low = depth - 1
        match some:
            case "leaf":
                careless = self.rng.random() < self.sloppy
                found = self.junk() if careless else self.entry(self.world.positive)
                out = found if found and self.rng.random() < 0.8 else num(self.rng.randint(1, 6),
                    self.rng.choice((1, 2, 3)))
            case "add":
                out = plus(self.positive(low), self.positive(low))
            case "mul":
                out = times(self.positive(low), self.positive(low))
            case "power":
                out = power(self.positive(low), self.real(min(low, 0)))
            case "exp":
                out = ("exp", self.real(min(low, 1)))
            case "one plus a square":
                out = plus(power(self.real(low), 2), self.positive(low))
            case "over":
                out = times(self.positive(low), power(self.positive(low), -1))
            case "product":
                out = self.fold("Product", self.positive, min(low, 1))
            case "one plus a sum":
                out = plus(ONE, self.fold("Sum", self.positive, low))
            case "cases":
                out = self.cases(self.positive, low)
            case "gamma":
                out = self.gamma(low)
            case _:
                found = self.entry(self.world.below_one)
                out = sigma if found is None else minus(ONE, found)
                if found and some == "two factors":
                    out = times(out, minus(num(2), found))
        if len(out) > 2:
            self.seen.append(out)
        return out

    def integer(self) -> Tree:
        found = [letter for letter, _ in self.scope] + [e for e in (self.entry(self.world.naturals),
            ) if e]
        found += [at(f, *(self.index() for _ in sizes)) for f, sizes, _ in self.world.labels]
        some = self.rng.choice([*found, *found, self.index(),
            num(self.rng.randint(0, 2), self.rng.choice((1, 1, 1, 2)))])
        return plus(some, num(self.rng.choice((1, -1, 2)))) if self.rng.random() < 0.2 else some

    def cases(self, value: Callable[[int], Tree], depth: int) -> Tree:
        branches = [(value(depth), self.condition()) for _ in range(self.rng.randint(1, 2))]
        return ("Piecewise", *branches, (value(depth), ("true",)))

    def condition(self) -> Tree:
        head = self.rng.choice(("Eq", "Ne", "Gt", "Ge", "Lt", "Le", "And"))
        if head == "And":
            return ("And", self.condition(), ("Ge", self.real(0), self.real(0)))
        return (head, self.integer(), self.integer()) if self.rng.random() < 0.6 else (head,
            self.real(0), self.real(0))

    def gamma(self, depth: int) -> Tree:
        whole_number = self.entry(self.world.naturals) or num(2)
        head = self.rng.choice(("factorial", "gamma", "beta", "binomial"))
        if head == "factorial":
            return (head, whole_number)
        if head == "gamma":
            return (head, plus(whole_number, ONE) if depth <= 0 else self.positive(0))
        if head == "beta":
            return (head, self.positive(0), self.positive(0))
        return (head, plus(whole_number, self.positive(0)), whole_number)

    def derivative(self, depth: int) -> Tree:
        letter = self.rng.choice(self.world.movable)
        self.smooth = letter
        body = self.real(depth)
        self.smooth = None
        where = (at(letter, self.index()) if letter == x else letter,
            num(1 if self.rng.random() < 0.8 else 2))
        return ("Derivative", plus(body, times(where[0], self.leaf())), where)
