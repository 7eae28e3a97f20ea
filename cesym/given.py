"""What a theorem rests on, as its user states it: facts, modelling assumptions, and the models that show they can hold.

Facts are SymPy relations, alone or with ranges: ``(p[i] > 0, (i, 1, N))`` says it for all i in 1..N. The search for
models (:func:`models`) is untrusted: the kernel checks whatever it finds.
"""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import islice, product
from typing import Any, NamedTuple

import sympy as sp
from mpmath import mp, workdps

from cesym import kernel
from cesym.expressions import letters, name_of
from cesym.kernel.trees import tree
from cesym.kernel.witness import DIGITS, evaluate, holds, mixed, points, told
from cesym.symbols import C, N, c, i

__all__ = ["INDEPENDENT", "REAL", "Assumption", "Fact", "Given", "flags_of", "models"]

REAL = {"real", "integer", "positive", "nonnegative", "negative", "nonpositive"}


class Assumption(NamedTuple):
    """A modelling assumption: nothing that follows checks it. Markdown for the page, plain text for the terminal."""

    latex: str
    text: str


INDEPENDENT = Assumption("the samples are independent", "the samples are independent")


class Fact(NamedTuple):
    """A relation (or ``Contains(x, FiniteSet(...))``) that holds for all values in the ranges ``limits``."""

    prop: sp.Basic
    limits: tuple[tuple, ...] = ()

    @property
    def tree(self) -> kernel.Tree:
        return (tree(self.prop), *(tuple(map(tree, limit)) for limit in self.limits))


@dataclass(frozen=True, repr=False)
class Given:
    """Facts and modelling assumptions, and every letter that a derivation may speak of."""

    facts: tuple[Fact, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    letters: tuple[tuple[kernel.Tree, int], ...] = ()  # with the number of their indices
    declared: tuple[tuple[kernel.Tree, int], ...] = ()  # those brought in as {r: S.Reals}, or by a later line

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
        for fact in read_facts(more, {name_of(t): n for t, n in known.items()}):
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
        )

    def meeting(self, *lines: Any) -> "Given":
        """The same with the letters that are new in these lines, of which nothing is given but what they declare.

        A line that follows with such a letter follows for every value of it. Nothing is added where one of them is
        not declared real, or two have one name: that is for the kernel to refuse.
        """
        known = {name_of(t) for t, _ in self.letters}
        new = {t: n for line in lines for t, n in free_letters(tree(line)) if name_of(t) not in known}
        names = [name_of(t) for t in new]
        if not new or len(set(names)) < len(names) or not all(REAL & flags_of(t) for t in new):
            return self
        return replace(self, letters=(*self.letters, *new.items()), declared=(*self.declared, *new.items()))

    def __repr__(self) -> str:
        from cesym.hypotheses import hypotheses

        return "\n".join(
            f"H{n}  {h.text}" + " (assumed)" * (h.kind == "assumption") for n, h in enumerate(hypotheses(self), 1)
        )

    def _repr_markdown_(self) -> str:
        from cesym.hypotheses import hypotheses

        return "\n".join(f"- **H{n}** {h.latex}" + " *(assumed)*" * (h.kind == "assumption")
                         for n, h in enumerate(hypotheses(self), 1))  # fmt: skip

    @property
    def kernel(self) -> kernel.Given:
        """The same as plain data, with witnesses, for the kernel."""
        facts = tuple(fact.tree for fact in self.facts)
        return kernel.Given(facts, witnesses(facts, self.letters))


def free_letters(t: kernel.Tree) -> Iterator[tuple[kernel.Tree, int]]:
    """The free letters of a tree, each with the number of its indices."""
    arity = {part[1]: len(part) - 2 for part in subtrees(t) if part[0] == "Indexed"}
    for letter in letters(t):
        yield letter, arity[letter[1]] if letter[0] == "Indexed" else 0


def flags_of(letter: kernel.Tree) -> set[str]:
    """What is declared of a letter or a family."""
    return set((letter[1] if letter[0] == "Indexed" else letter)[2])


# Reading what a user wrote


def listed(given: Any) -> Any:
    """The same, to be read more than once."""
    return given if isinstance(given, Mapping | str | sp.Basic | bool | Fact | None) else list(given)


def keys(given: Any) -> Iterator[Any]:
    """The letters of which a set is given, in a mapping or in a list with mappings in it."""
    if isinstance(given, Mapping):
        yield from given
    elif isinstance(given, list):
        yield from (letter for item in given if isinstance(item, Mapping) for letter in item)


def with_arity(letter: Any) -> tuple[kernel.Tree, int]:
    """The letter as :func:`free_letters` yields it; a family without an index counts as one number a sample."""
    if isinstance(letter, sp.Symbol):
        return tree(letter), 0
    base = letter.base if isinstance(letter, sp.Indexed) else letter
    return ("Indexed", tree(base.label)), len(getattr(letter, "indices", (1,)))


def read_facts(given: Any, arity: Mapping[str, int]) -> Iterator[Fact]:
    if given is None:
        return
    if isinstance(given, Mapping):
        for letter, values in given.items():
            yield from set_facts(letter, values, arity)
        return
    if isinstance(given, str | sp.Basic | bool | Fact):
        given = [given]
    for item in given:
        if isinstance(item, Fact):
            yield item
        elif isinstance(item, Mapping):
            yield from read_facts(item, arity)
        else:
            prop, *limits = item if isinstance(item, tuple | list) else (item,)
            yield from relations(prop, tuple(map(read_limit, limits)))


def read_limit(limit: Any) -> tuple:
    if isinstance(limit, tuple | list | sp.Tuple) and len(limit) == 3 and isinstance(limit[0], sp.Symbol):
        return (limit[0], sp.sympify(limit[1]), sp.sympify(limit[2]))
    raise ValueError(f"given: a range is (letter, from, to), such as (i, 1, N), not {limit!r}")


def relations(prop: Any, limits: tuple) -> Iterator[Fact]:
    """A relation, or several joined by And; what SymPy has decided from declared assumptions says nothing new."""
    if isinstance(prop, str):
        from cesym.parse import parse

        prop = parse(prop)
    if prop in (True, sp.true):
        return
    if prop in (False, sp.false):
        raise ValueError("given: one of the facts is false whatever the letters are; it would prove anything")
    if isinstance(prop, sp.And):
        for part in sorted(prop.args, key=sp.default_sort_key):
            yield from relations(part, limits)
    elif isinstance(prop, sp.Rel | sp.Contains):
        yield Fact(prop, limits)
    else:
        raise ValueError(f"given: a fact is a relation such as p[i] > 0, or (relation, (i, 1, N)), not {prop!r}")


def set_facts(letter: Any, values: Any, arity: Mapping[str, int]) -> Iterator[Fact]:
    """``letter in values``; a family's set holds over its whole range, a single entry's or a scalar's for that one."""
    limits: tuple = ()
    if isinstance(letter, sp.IndexedBase):
        at = ((i,), (i, c))[arity.get(letter.label.name, 1) - 1]
        limits = ((i, sp.S(1), N), (c, sp.S(1), C))[: len(at)]
        letter = letter[at]
    if not isinstance(letter, sp.Symbol | sp.Indexed):
        raise ValueError(f"given: the key of a set is a letter, an entry or a family, not {letter!r}")
    symbol = letter.base.label if isinstance(letter, sp.Indexed) else letter
    if not REAL & flags_of(tree(symbol)):
        instead = "use the letters of cesym.symbols, or Symbol(..., real=True)"
        raise ValueError(f"given: {symbol} is not declared real: {instead}")
    values = sp.FiniteSet(*values) if isinstance(values, set | frozenset | tuple | list) else values
    if isinstance(values, sp.FiniteSet):
        yield Fact(sp.Contains(letter, values, evaluate=False), limits)
    elif isinstance(values, sp.Interval):
        for end, is_open, strict, weak in (
            (values.start, values.left_open, sp.Gt, sp.Ge),
            (values.end, values.right_open, sp.Lt, sp.Le),
        ):
            if end.is_finite:
                yield from relations((strict if is_open else weak)(letter, end), limits)
    elif values in (sp.S.Naturals, sp.S.Naturals0):
        if not letter.is_integer:
            raise ValueError(f"given: {letter} must be declared an integer to range over {values}")
        yield from relations(letter >= (1 if values == sp.S.Naturals else 0), limits)
    elif values != sp.S.Reals:
        raise ValueError(f"given: {letter} in {values}: write an Interval, a finite set, Naturals, Naturals0 or Reals")


# Models: an untrusted search

LARGEST_SIZE, FARTHEST = 4, 100
TRIES = 40
Declared = tuple[tuple[kernel.Tree, int], ...]


@lru_cache(2000)
def witnesses(facts: tuple, declared: Declared) -> tuple:
    """Models for the kernel: of several sizes, and for each letter two models that differ in it alone."""
    search = Search(facts, declared, random.Random(0))
    found: list[dict] = []
    for sizes in ((2, 3), (3, 4), (1, 2), (2, 4), (1, 4)):
        model = search.model(sizes)
        if model is not None:
            found.append(model)
    if len(found) < 2:
        raise ValueError("given: no numbers were found at which all the facts hold; do they contradict each other?")
    for name in search.order:
        if name not in search.sizes:
            free = search.moving(name)
            kept = [{n: v for n, v in base.items() if n not in free} for base in found[:3]]
            pairs = ((search.model(keep=keep), base) for keep, base in zip(kept * 6, found[:3] * 6, strict=False))
            apart = (m for m, base in pairs if m and told(facts, m)[name] != told(facts, base)[name])
            found += list(islice(apart, 1))
    return tuple(map(frozen, found))


def frozen(model: dict) -> tuple:
    """A model as the plain data that the kernel takes."""
    return tuple((name, tuple(v.items()) if isinstance(v, dict) else v) for name, v in sorted(model.items()))


def models(given: Given, seed: int = 0, simple: bool = False) -> Iterator[dict]:
    """Models without an end, small ones first; ``simple`` keeps to round numbers that are pleasant to read."""
    facts = tuple(fact.tree for fact in given.facts)
    search = Search(facts, given.letters, random.Random(seed), simple)
    misses, turn = 0, 0
    while misses < TRIES:
        turn += 1
        model = search.model((1, 1 + min(LARGEST_SIZE - 1, turn // 12)))
        misses = 0 if model is not None else misses + 1
        if model is not None:
            yield model


class Search:
    """Fills the letters entry by entry; a fact is looked at as soon as its letters have numbers."""

    def __init__(self, facts: tuple, declared: Declared, rng: random.Random, simple: bool = False) -> None:
        self.facts, self.rng, self.simple = facts, rng, simple
        self.arity = {name_of(t): arity for t, arity in declared}
        twice = [name for name in self.arity if sum(name == name_of(t) for t, _ in declared) > 1]
        if twice:
            raise ValueError(f"given: two different objects are called {twice[0]}")
        self.flags = {name_of(t): flags_of(t) for t, _ in declared}
        self.sizes = [name for name, n in self.arity.items() if not n and {"integer", "positive"} <= self.flags[name]]
        self.defined: dict[str, set[str]] = {}  # letters alone on the left of an equation, with those it needs
        self.constants = [Fraction(t[1], t[2]) for f in facts for t in subtrees(f) if t[0] == "Rational"]
        self.literal = [int(n) for n in self.constants if n.denominator == 1 and n < FARTHEST]  # perhaps ends of ranges
        for prop, *_ in facts:
            match prop:
                case ("Eq", ("Symbol", name, _) | ("Indexed", (_, name, _), *_), right):
                    self.defined.setdefault(name, set()).update(map(name_of, letters(right)))
        self.order = sorted(
            self.arity, key=lambda n: (n not in self.sizes, self.depth(n), "integer" not in self.flags[n])
        )

    def depth(self, name: str, seen: frozenset[str] = frozenset()) -> int:
        needs = self.defined.get(name, set()) - seen - {name}
        return 1 + max(self.depth(n, seen | {name}) for n in needs) if needs else 0

    def moving(self, name: str) -> set[str]:
        """The letter, and those that equations define by it."""
        free = {name}
        for _ in self.defined:
            free |= {n for n, needs in self.defined.items() if needs & free}
        return free

    def model(self, sizes: tuple[int, int] = (1, LARGEST_SIZE), keep: Mapping[str, Any] | None = None) -> dict | None:
        """One model with sizes in a range, or None; ``keep`` holds the letters that have their values already."""
        with workdps(DIGITS):
            for _ in range(TRIES if keep is None else TRIES // 4):
                model = {name: dict(v) if isinstance(v, dict) else v for name, v in (keep or {}).items()}
                if self.fill(model, sizes) and all(holds(prop, model, env) for prop, env in self.instances(model)):
                    return model
        return None

    def instances(self, model: dict) -> Iterator[tuple]:
        for prop, *limits in self.facts:
            for env in points(limits[::-1], model, {}):
                yield prop, env

    def verdict(self, prop: kernel.Tree, env: dict, model: dict) -> bool | None:
        """Does a fact hold at one point? None while a letter in it has no number yet."""
        try:
            return holds(prop, model, env)
        except (LookupError, ArithmeticError, ValueError, TypeError):
            return None

    def fill(self, model: dict, sizes: tuple[int, int]) -> bool:
        for name in self.sizes:
            if name not in model:
                model[name] = Fraction(self.rng.randint(*sizes))
        try:
            pending = [(prop, env, set(map(name_of, letters(prop)))) for prop, env in self.instances(model)]
        except LookupError as e:
            raise ValueError(f"given: the range of a fact needs a size, an integer > 0; {e} is none") from e
        top = max([2, *(int(model[name]) for name in self.sizes), *self.literal])
        for name in self.order:
            if name in model:
                continue
            mine = [(prop, env) for prop, env, names in pending if name in names]
            if self.arity[name]:
                model[name] = {}
            # Entries outside every range get numbers too: a line that reads one there must be found wrong.
            for at in product(range(-2, top + 4), repeat=self.arity[name]) if self.arity[name] else [None]:
                for value in self.candidates(name, at, mine, model):
                    self.put(model, name, at, value)
                    verdicts = [self.verdict(prop, env, model) for prop, env in mine]
                    if False not in verdicts:
                        mine = [m for m, v in zip(mine, verdicts, strict=True) if v is None]
                        break
                else:
                    return False
        return True

    @staticmethod
    def put(model: dict, name: str, at: tuple | None, value: Fraction) -> None:
        if at is None:
            model[name] = value
        else:
            model[name][at] = value

    def candidates(self, name: str, at: tuple | None, mine: list, model: dict) -> Iterator[Fraction]:
        """Numbers to try: what an equation demands, else at random among small ones that suit the declaration."""
        for prop, env in mine:
            if prop[0] == "Eq" and (value := self.solved(prop, env, name, at, model)) is not None:
                yield value
                return
        members = [[Fraction(t[1], t[2]) for t in prop[2][1:]] for prop, _ in mine if prop[0] == "Contains"]
        for values in members:
            yield from self.rng.sample(values, len(values))
        flags = self.flags[name]
        for _ in range(TRIES):
            if "integer" in flags:
                value = Fraction(self.rng.choice((0, 1, 1, 2, self.rng.randint(-1, 4))))
            elif self.simple:
                value = self.rng.choice(SIMPLE)
            else:
                value = self.rng.choice((Fraction(self.rng.randint(1, 96), 97), Fraction(self.rng.randint(-40, 60), 7)))
            if self.constants and self.rng.random() < 0.2 and ("integer" not in flags):
                value = self.rng.choice(self.constants) if self.simple else value
            if flags & {"positive", "nonnegative"}:
                value = abs(value) + ("positive" in flags and value == 0)
            if flags & {"negative", "nonpositive"}:
                value = -abs(value) - ("negative" in flags and value == 0)
            if value or "nonzero" not in flags:
                yield value

    def solved(self, prop: kernel.Tree, env: dict, name: str, at: tuple | None, model: dict) -> Fraction | None:
        """The value that an equation demands of an entry in which it is linear, once it lacks no other."""
        gaps = []
        for value in (Fraction(0), Fraction(1), Fraction(2)):
            self.put(model, name, at, value)
            try:
                left, right = mixed([evaluate(side, model, env) for side in prop[1:]], mp)
            except (LookupError, ArithmeticError, ValueError, TypeError):
                return None
            gaps.append(left - right)
        zero, one, two = gaps
        if one == zero or abs(two - 2 * one + zero) > 1e-20:
            return None
        value = -zero / (one - zero)
        return value if isinstance(value, Fraction) else Fraction(str(value))


SIMPLE = [
    Fraction(s) for s in ("1/2", "1/2", "1/4", "3/4", "1/10", "9/10", "1", "2", "0", "-1", "3", "1/3", "-2", "-1/2")
]


def subtrees(t: Any) -> Iterator[kernel.Tree]:
    if isinstance(t, tuple):
        if t and isinstance(t[0], str):
            yield t
        for part in t:
            yield from subtrees(part)
