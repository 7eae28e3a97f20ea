"""The reading of trees into terms: of what is given, and of lines. Only what is shown to be defined is read.

A fact is a tuple ``(prop, (i, lo, hi), ...)`` of trees and says: for all i in lo..hi (and so on), prop.
A prop is ``a > b``, ``a >= b``, ``a < b``, ``a <= b``, ``a != b``, an equation ``a = b``, or ``a in {rationals}``.
Facts are read in their order, those in use first; each may rely on those before it. A line is read from left to right,
and what is shown positive by its form on the way is known from there on (:meth:`Reader.tree_sign`).
"""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from cesym.kernel.calculus import DEPTH, NONNEGATIVE, POSITIVE, UNKNOWN, Calculus
from cesym.kernel.differentiation import derivative
from cesym.kernel.moving import HARMLESS, motion, names
from cesym.kernel.plain import NOTHING, UNIT
from cesym.kernel.terms import (
    ONE, ZERO, Poly, add, atom, atoms, coefficient, const, fresh, has, integer, key, mentions, minus, number,
    only_atom, scale,
)  # fmt: skip
from cesym.kernel.trees import Refused, Tree

REAL = {"real", "integer", "positive", "nonnegative", "negative", "nonpositive"}
DECLARED = REAL | HARMLESS | {"nonzero"}
KNOWN = ("integer", "positive", "nonnegative")
INEQUALITIES = {"Gt": (1, True), "Ge": (1, False), "Lt": (-1, True), "Le": (-1, False)}  # (side, strict)
ORDERS = [("Rational", n, 1) for n in range(1, 5)]  # of derivatives
SEALED = ("a theorem",)  # in an environment that has no letter of ours
OPPOSITE, HALF = ("Rational", -1, 1), ("Rational", 1, 2)
MEANING: dict[str, Callable[..., Tree]] = {  # what is read as its definition, and defined where that is
    "loggamma": lambda x: ("log", ("gamma", x)),
    "factorial": lambda x: ("gamma", ("Add", x, UNIT)),
    "beta": lambda x, y: quotient(("gamma", x), ("gamma", y), by=("gamma", ("Add", x, y))),
    "binomial": lambda n, k: quotient(
        ("factorial", n), by=("Mul", ("factorial", k), ("factorial", ("Add", n, ("Mul", OPPOSITE, k))))
    ),
    "Max": lambda *parts: extreme(UNIT, parts),
    "Min": lambda *parts: extreme(OPPOSITE, parts),
    "cosh": lambda x: ("Mul", HALF, ("Add", ("exp", x), ("exp", ("Mul", OPPOSITE, x)))),
    "sinh": lambda x: ("Mul", HALF, ("Add", ("exp", x), ("Mul", OPPOSITE, ("exp", ("Mul", OPPOSITE, x))))),
    "tanh": lambda x: quotient(("sinh", x), by=("cosh", x)),
}


def extreme(side: Tree, parts: tuple) -> Tree:
    """Of x and y the larger one is (x + y + |x - y|)/2, and the smaller one has a minus before the bars."""
    one, *more = parts
    if not more:
        return one
    other = extreme(side, tuple(more))
    apart = ("Abs", ("Add", one, ("Mul", OPPOSITE, other)))
    return ("Mul", HALF, ("Add", one, other, ("Mul", side, apart)))


def quotient(*above: Tree, by: Tree) -> Tree:
    return ("Mul", *above, ("Pow", by, OPPOSITE))


class Reader:
    """One set of facts, and everything that was read under it.

    ``using`` lists the equations in use, as pairs (number of the fact, tree of the atom to solve for); the
    second is () where that atom stands alone on the left. ``env`` says what bound letters stand for.
    """

    def __init__(self, facts: Iterable[Tree] = (), using: Iterable[tuple] = ()) -> None:
        self.K = Calculus()
        self.seen: dict[tuple, Any] = {}  # what was read, so that no part is read twice
        self.names: dict[str, tuple] = {}  # name -> what it stands for: one name, one object
        self.facts: tuple | None = None  # all that is given, once all of it is read: till then nothing is derived
        facts, solve_for = tuple(facts), dict(using)
        for n, fact in sorted(enumerate(facts), key=lambda pair: pair[0] not in solve_for):
            self.learn(fact, solve_for.get(n))
        self.facts = facts

    # Facts

    def learn(self, fact: Tree, solve_for: Tree | None) -> None:
        prop, *limits = fact
        env: dict = {}
        for limit in limits:
            env = self.bind(env, limit)[0]
        free = self.K.variables_of(env.values())
        match prop:
            case ("Ne", a, b):
                d = self.difference(a, b, env)
                self.K.unequal.append((free, d))
                self.K.inequalities.append((free, self.K.mul(d, d), True))
            case ("Contains", t, ("FiniteSet", *members)):
                target, values = only_atom(self.read(t, env), "sym", "idx"), [self.read(e, {}) for e in members]
                if target is None or not values or None in map(number, values):
                    raise Refused("a support says that one letter or entry is in a set of rational numbers: {}", prop)
                self.K.finite.append((free, target, values))
            case ("Eq", a, b):
                target, difference = only_atom(self.read(a, env), "sym", "idx", "sum"), self.difference(a, b, env)
                self.K.equal.append((free, difference))
                if solve_for is not None:
                    if solve_for:
                        target = only_atom(self.read(solve_for, env), "sym", "idx", "sum")
                    c = coefficient(difference, {(target, ONE)})
                    other = minus(atom(target), scale(difference, 1 / c)) if target and c else ZERO
                    if not target or not c or has(other, target):
                        raise Refused("an equation is used as: atom = a term without it. This is none: {}", prop)
                    self.K.equations.append((free, atom(target), other))
            case (str(head), a, b) if head in INEQUALITIES:
                side, strict = INEQUALITIES[head]
                self.K.inequalities.append((free, scale(self.difference(a, b, env), side), strict))
            case _:
                raise Refused("the kernel knows no such kind of fact: {}", prop)

    # Letters and ranges

    def letter(self, kind: str, letter: Tree, arity: int = 0) -> tuple:
        """(kind, name, flags); refused where it is not declared real, or its name stands for something else."""
        match letter:
            case ("Symbol", str(name), tuple(declared)) if REAL & set(declared) and set(declared) <= DECLARED:
                if self.names.setdefault(name, (kind, declared, arity)) != (kind, declared, arity):
                    raise Refused("two different objects are called {}", letter)
                flags = frozenset(flag for flag in KNOWN if flag in declared)
                return kind, name, flags
        if isinstance(letter, tuple) and len(letter) == 3 and REAL & set(letter[2]):
            unknown = sorted(set(letter[2]) - DECLARED)
            raise Refused("{} is declared " + ", ".join(map(str, unknown)) + ", which the kernel does not know", letter)
        raise Refused("{} is not declared real: use the letters of cesym.symbols, or Symbol(..., real=True)", letter)

    def bind(self, env: dict, limit: Tree) -> tuple[dict, tuple, Poly]:
        """(env with the letter bound, its variable, its length): i in lo..hi is variable + lo - 1."""
        match limit:
            case (("Symbol", _, tuple(declared)) as i, lo, hi):
                # A bound letter of a theorem is none of ours: it may have the name of one.
                flags = frozenset(declared) if SEALED in env else self.letter("sym", i)[2]
                start, end = self.read(lo, env), self.read(hi, env)
                n = add(minus(end, start), ONE)
                if not (integer(start) and integer(n) and self.K.sign(n, False)):
                    raise Refused("the range of {} is not shown to be whole numbers from {} up to {}", i, lo, hi)
                promised = {"positive": True, "nonnegative": False}
                if "integer" not in declared or set(declared) - {"integer", "real", *promised} or not all(
                    self.K.sign(start, strict) for flag, strict in promised.items() if flag in flags
                ):
                    raise Refused("what is declared of {} is not shown on its range {} to {}", i, lo, hi)
                v = fresh()
                self.K.range[v] = n
                # By itself too: where i is bound again, what holds in here only holds in this range as well.
                return {**env, v: atom(v), i: add(atom(v), start, const(-1))}, v, n
        raise Refused("a sum needs limits (letter, from, to), not {}", limit)

    # Reading

    def difference(self, a: Tree, b: Tree, env: dict) -> Poly:
        return minus(self.read(a, env), self.read(b, env))

    def read(self, e: Tree, env: dict) -> Poly:
        """The term of a tree, shown to be defined in every model of what is given."""
        place = (e, *env.items(), len(self.K.equations))
        if place not in self.seen:
            self.seen[place] = self.read_afresh(e, env)
            self.K.spend(10 + len(key(self.seen[place])) // 20)  # a large term costs more wherever it goes
        return self.seen[place]

    def read_afresh(self, e: Tree, env: dict) -> Poly:
        match e:
            case ("Rational", int(p), int(q)) if q > 0:
                return const(Fraction(p, q))
            case ("Pi",):
                return atom(("pi",))
            case ("E",):
                return atom(("e",))
            case ("Symbol", _, _) if e in env:
                return env[e]
            case ("Symbol" | "Indexed", *_) if SEALED in env and e[:2] not in env:
                raise Refused("nothing is said of what this letter of the theorem stands for: {}", e)
            case ("Symbol", _, _):
                return self.K.rewrite(atom(self.letter("sym", e)))
            case ("Indexed", letter, *indices):
                where = tuple(self.read(index, env) for index in indices)
                self.need(where and all(map(integer, where)), "{}: its index is an integer", e)
                if e[:2] in env:  # ("means", how it is read)
                    return env[e[:2]][1](where)
                return self.K.rewrite(atom((*self.letter("idx", letter, len(where)), where)))
            case ("Add", *terms):
                return add(*(self.read(t, env) for t in terms))
            case ("Mul", *factors):
                return self.K.mul(*(self.read(t, env) for t in factors))
            case ("Pow", base, exponent):
                b, x = self.read(base, env), self.read(exponent, env)
                fine = integer(x) and (self.K.sign(x, False) or self.K.nonzero(b))
                self.need(fine or self.positive_shown(base, env), "{}: its base is positive", e, missing=("Gt", base))
                return self.K.power(b, x)
            case ("exp", t):
                return self.K.atom_power(("e",), self.read(t, env))
            case ("log", t):
                return self.read_log(t, env)
            case ("Abs", t):
                return self.K.absolute(self.read(t, env))
            case ("Sum" | "Product" as kind, body, *limits) if limits:
                return self.fold(kind, body, limits, env)
            case ("KroneckerDelta", a, b):
                return self.K.delta(self.difference(a, b, env))
            case ("Piecewise", *branches):
                return self.cases(e, branches, env)
            case ("Derivative", body, *variables) if variables:
                return self.derive(e, body, variables, env)
            case ("gamma", t):
                self.need(self.positive_shown(t, env), "{}: its argument is positive", e, missing=("Gt", t))
                return self.K.gamma(self.read(t, env))
            case (str(head), *parts) if head in MEANING:
                return self.read(MEANING[head](*parts), env)
        raise Refused("not in the kernel's language: {}", e)

    def read_log(self, t: Tree, env: dict) -> Poly:
        """ln of a tree shown to be positive, factor by factor while they are visible: multiplied out they are lost."""
        match t:
            case ("Mul", *factors) if all(self.positive_shown(f, env) for f in factors):
                return add(*(self.read_log(f, env) for f in factors))
            case ("Pow", base, exponent) if self.positive_shown(base, env):
                return self.K.mul(self.read(exponent, env), self.read_log(base, env))
        self.need(self.positive_shown(t, env), "{}: its argument is positive", ("log", t), missing=("Gt", t))
        return self.K.log(self.read(t, env))

    def need(self, shown: object, what: str, e: Tree, missing: Tree | None = None) -> None:
        if not shown:
            fact = (*missing, NOTHING) if missing else None
            raise Refused("could not show that this is defined: " + what, e, missing=fact)

    def positive_shown(self, e: Tree, env: dict) -> bool:
        """Is the value of a tree shown to be positive?"""
        return self.tree_sign(e, env) == POSITIVE

    def tree_sign(self, e: Tree, env: dict) -> int:
        """The sign of a tree, also by its form, where squares and factors are still visible.

        What is found positive by its form counts as a fact from here on, for all values of the bound variables in
        it, each in its range: once the term is multiplied out, the form can no longer be seen. The form may have used
        that other ranges around it hold a value, so a term without their variables is no fact unless they do.
        """
        place = ("sign", e, *env.items())
        if place in self.seen:
            return self.seen[place]
        p = self.read(e, env)
        known = self.K.best(p, DEPTH - 1)
        by_form = self.form_sign(e, env) if known < POSITIVE else UNKNOWN
        if by_form == POSITIVE and p and not any(atoms(p, "delta", "pos")):
            around = self.K.variables_of(env.values())
            for shown in dict.fromkeys((p, self.K.primitive(p)[1])):
                free = self.K.variables_of([shown])
                if all(v in free or self.K.full(self.K.range[v]) for v in around):
                    self.K.inequalities.append((free, shown, True))
        self.seen[place] = max(known, by_form)
        return self.seen[place]

    def form_sign(self, e: Tree, env: dict) -> int:
        match e:
            case ("Mul", *factors):
                return min(self.tree_sign(t, env) for t in factors)
            case ("Add", *terms):
                signs = [self.tree_sign(t, env) for t in terms]
                return min(signs) and max(signs)
            case ("Pow", base, ("Rational", n, 1)) if n > 0 and n % 2 == 0:
                return POSITIVE if self.K.nonzero(self.read(base, env)) else NONNEGATIVE
            case ("Pow", base, _):
                return POSITIVE if self.positive_shown(base, env) else UNKNOWN
            case ("Piecewise", *branches):
                return min(self.tree_sign(value, env) for value, _ in branches)
            case ("Sum" | "Product" as kind, body, *limits):
                for limit in reversed(limits):
                    env = self.bind(env, limit)[0]
                inside = self.tree_sign(body, env)
                if kind == "Product":
                    return inside if inside == POSITIVE else UNKNOWN
                return min(inside, NONNEGATIVE)
        return UNKNOWN

    def fold(self, kind: str, body: Tree, limits: list, env: dict) -> Poly:
        """A sum or product: the last limit is the outermost; a short range is read value by value."""
        if not limits:
            return self.read(body, env)
        *inner, outer = limits
        inside, v, n = self.bind(env, outer)
        values = self.K.short(n)
        if values is not None:
            at = [self.K.sub(inside[outer[0]], {v: const(t)}) for t in values]
            each = [self.fold(kind, body, inner, {**env, outer[0]: value}) for value in at]
            return add(*each) if kind == "Sum" else self.K.mul(*each)
        p = self.fold(kind, body, inner, inside)
        return self.K.total([(v, n)], p) if kind == "Sum" else self.K.times(v, n, p)

    def cases(self, e: Tree, branches: list, env: dict) -> Poly:
        """A Piecewise as a sum of its values, each times 1 where its condition is the first to hold, else 0."""
        out, left = [], ONE
        for branch in branches:
            value, condition = branch
            here = self.indicator(condition, env)
            if here != ZERO and left != ZERO:
                out.append(self.K.mul(left, here, self.read(value, env)))
                left = self.K.mul(left, minus(ONE, here))
        if left != ZERO:
            raise Refused("a Piecewise must cover every case; end it with True: {}", e)
        return add(*out)

    def indicator(self, condition: Tree, env: dict) -> Poly:
        match condition:
            case ("true",):
                return ONE
            case ("And", *parts):
                return self.K.mul(*(self.indicator(part, env) for part in parts))
            case ("Eq", a, b):
                return self.K.delta(self.difference(a, b, env))
            case ("Ne", a, b):
                return minus(ONE, self.K.delta(self.difference(a, b, env)))
            case (str(head), a, b) if head in INEQUALITIES:
                side, strict = INEQUALITIES[head]
                d = scale(self.difference(a, b, env), side)
                return self.K.positive(d) if strict else minus(ONE, self.K.positive(scale(d, -1)))
        raise Refused("the kernel knows no such condition: {}", condition)

    def derive(self, e: Tree, body: Tree, variables: list, env: dict) -> Poly:
        """A derivative, carried out: its variable must be free to move a little while all else stays.

        Then the body has its normal form in a whole neighbourhood, whose slope is that of the body.
        """
        if self.facts is None:
            raise Refused("a fact may not speak of a derivative: {}", e)
        p, typed = self.read(body, env), names(body)
        for variable in variables:
            letter, times = variable
            x = only_atom(self.K.unwritten(self.read, letter, env), "sym", "idx")
            if x is None or times not in ORDERS:
                raise Refused("no derivative in {}: it is not a letter or an entry, and a number of times", variable)
            moving, closed = motion({x[1]}, self.facts, self.declared)
            for fact, _ in closed:
                raise Refused("no derivative in {}: what is given leaves it no open set: {}", variable, fact)
            around = (*env.values(), *(self.K.range[v] for v in self.K.variables_of(env.values())))
            if mentions(around, moving):
                raise Refused("no derivative in {}: it stands in a range that moves with it", variable)
            for _ in range(times[1]):
                # Each time anew: an equation in use may have put a letter for what has just been differentiated.
                if ((typed | {a[1] for a in atoms(p, "sym", "idx")}) & moving) - {x[1]}:
                    raise Refused("no derivative in {}: an equation moves another letter with it", variable)
                p = derivative(self.K, p, x)
        return p

    def declared(self, name: str) -> tuple:
        return self.names[name][1]

    def meet(self, t: Tree) -> None:
        """Every letter in a line is a known kind of object, also where it is not read."""
        match t:
            case ("Symbol", _, _):
                self.letter("sym", t)
            case ("Indexed", letter, *indices):
                self.letter("idx", letter, len(indices))
                self.meet(tuple(indices))
            case tuple():
                for part in t:
                    self.meet(part)
