"""Steps, and what admits one. ``before R after``, decided from the expressions alone.

===============  ==========================  =====================================================================
relation         primitive                   admitted when
===============  ==========================  =====================================================================
``=``            ``equality``                both sides have one normal form. ``using`` names the equations among
                                             what is given that rewrite (substitution); ``split`` the letters whose
                                             values are tried one by one (cases); a ``Derivative`` is carried out
``≃``            ``same minimiser``          before = a*after + b, a > 0, neither a nor b moves with the parameters
``⇄``            ``monotone map``            after = -ln(before), before > 0: where one is greatest the other is least
``≥`` ``≤``      ``certificate``             the difference is a sum of terms weight*gap with weight >= 0, each gap
                                             a square t**2 or the gap t - 1 - ln t >= 0 of the logarithm, t > 0
===============  ==========================  =====================================================================

Why each is sound stands at the function that decides it. A step is plain data and means nothing by itself:
:func:`admit` and :func:`verify` recompute everything.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import lru_cache, wraps
from itertools import product
from math import gcd
from typing import Any, NamedTuple

from cesym.kernel.edges import disagreement
from cesym.kernel.moving import definitions, folded, motion, names
from cesym.kernel.reader import Context
from cesym.kernel.terms import Poly, add, atoms, const, mentions, minus, scale
from cesym.kernel.trees import DEEPEST, Refused, Tree, check_tree, tree
from cesym.kernel.witness import Computed, broken, compare, has, table, told

LARGEST = 200_000  # parts of what is given and of a step
PLAIN = {tuple, str, int, Fraction}
UNIT, NOTHING = ("Rational", 1, 1), ("Rational", 0, 1)


class Given(NamedTuple):
    """What a chain rests on: facts, and models that show that they can hold. Plain data."""

    facts: tuple[Tree, ...] = ()
    models: tuple = ()


class Step(NamedTuple):
    """A claim ``before R after`` with what is needed to decide it. Plain data."""

    before: Tree
    after: Tree
    primitive: str = "equality"
    using: tuple = ()
    split: tuple[str, ...] = ()
    data: tuple = ()


class Statement(NamedTuple):
    """What a chain comes to. For ≃: before = a*after + b, same minimiser over the parameters ``over``."""

    lhs: Tree
    relation: str
    rhs: Tree
    over: tuple[str, ...] = ()
    a: Tree = UNIT
    b: Tree = NOTHING


def equality(K: Context, step: Step, before: Poly, after: Poly) -> tuple:
    """Both sides are defined and have one normal form, and every rewriting keeps the value."""
    parts_of(step, 0)
    if not K.zero(minus(before, after), frozenset(step.split)):
        raise Refused("not shown: the two sides have different normal forms")
    return ("=", (), UNIT, NOTHING)


def same_minimiser(K: Context, step: Step, before: Poly, after: Poly) -> tuple:
    """With a > 0 and b both constant while the parameters move, a*after + b is least where after is least."""
    a, b, over = parts_of(step, 3)
    for part in (a, b):
        check_tree(part)
        K.meet(part)
    factor, rest = K.read(a, {}), K.read(b, {})
    if not K.zero(minus(before, add(K.mul(factor, after), rest)), frozenset(step.split)):
        raise Refused("not shown: before = a*after + b with a = {} and b = {}", a, b)
    if not (K.sign(factor, True) or K.positive_shown(a, {})):
        raise Refused("the factor a = {} is not shown to be positive", a, missing=("Gt", a, NOTHING))
    if mentions((factor, rest), parameters(K, over)):
        raise Refused("what would be dropped, a = {} or b = {}, moves with the parameter: " + ", ".join(over), a, b)
    return ("≃", tuple(sorted(over)), a, b)


def monotone_map(K: Context, step: Step, before: Poly, after: Poly) -> tuple:
    """-ln is strictly decreasing on the positive numbers, so it turns a maximum into a minimum and back."""
    (over,) = parts_of(step, 1)
    line = step.before
    if not K.positive_shown(line, {}):
        raise Refused("{} is not shown to be positive", line, missing=("Gt", line, NOTHING))
    if not K.zero(add(after, K.log(before)), frozenset(step.split)):
        raise Refused("not shown: after = -ln(before)")
    parameters(K, over)
    return ("⇄", tuple(sorted(over)), UNIT, NOTHING)


def certificate(K: Context, step: Step, before: Poly, after: Poly) -> tuple:
    """Squares are not negative, and ln t <= t - 1 for t > 0; so neither is a sum of them with weights >= 0."""
    relation, terms = parts_of(step, 2)
    total = []
    for term in plain_tuple(terms):
        if len(plain_tuple(term)) < 3:
            raise Refused("a term of a certificate is a weight, a kind, a term, and perhaps ranges")
        weight, kind, t, *limits = term
        parts = ("Sum", ("Add", weight, t), *limits) if limits else ("Add", weight, t)
        check_tree(parts)
        K.meet(parts)
        env: dict = {}
        binders = []
        for limit in limits:
            env, v, n = K.bind(env, limit)
            binders.append((v, n))
        factor = K.read(weight, env)
        if not (K.sign(factor, False) or K.tree_sign(weight, env)):
            raise Refused("the weight {} is not shown to be >= 0", weight, missing=("Ge", weight, NOTHING))
        inside = K.read(t, env)
        if kind == "square":
            gap = K.mul(inside, inside)
        elif kind == "log" and K.positive_shown(t, env):
            gap = add(inside, const(-1), scale(K.read_log(t, env), -1))
        else:
            raise Refused("{} is not shown to be positive", t, missing=("Gt", t, NOTHING))
        summed = K.mul(factor, gap)
        for binder in reversed(binders):  # the innermost sum first, as a line is read
            summed = K.total([binder], summed)
        total.append(summed)
    side = {"≥": 1, "≤": -1}.get(relation) if type(relation) is str else None
    if side is None or not K.zero(minus(scale(minus(before, after), side), add(*total)), frozenset(step.split)):
        raise Refused("not shown: the difference of the two sides is not the certificate's sum")
    return (relation, (), UNIT, NOTHING)


PRIMITIVES = {"equality": equality, "same minimiser": same_minimiser, "monotone map": monotone_map,
              "certificate": certificate}  # fmt: skip


def parameters(K: Context, over: Iterable[str]) -> frozenset[str]:
    """The names that move with the parameters; refused where there are none, or where what is given ties them.

    For each choice of the letters that stay, the parameters range over some set, and what is said of minimisers is
    said of each of these sets. Where what stays narrows them to points, it says nothing: ``r**2 + t ≃ r**2`` over r
    where r = t. A strict fact that is continuous does not: ``t - 1 < r < t + 1`` leaves an interval at each t.
    """
    over = plain_tuple(over)
    if not over or len(set(over)) < len(over) or not set(over) <= K.names.keys() or {*map(type, over)} != {str}:
        raise Refused(f"the parameters must be letters of this derivation, each once, not: {over}")
    moving, closed = motion(over, K.facts or (), K.declared)
    for fact, stays in closed:
        if stays:
            raise Refused("a fact ties the parameter to what stays, " + ", ".join(sorted(stays)) + ": {}", fact)
    return moving


# Models


def plain_tuple(value: Any) -> tuple:
    if type(value) is not tuple:
        raise Refused(f"a step is plain data: expected a tuple, not {type(value).__name__}")
    return value


def parts_of(step: Step, count: int) -> tuple:
    if len(plain_tuple(step.data)) != count:
        raise Refused(f"{step.primitive} needs {count} parts of data, not {len(step.data)}")
    return step.data


def refusing(action: Callable) -> Callable:
    """Whatever goes wrong, nothing is admitted: malformed data, too deep, or not foreseen."""

    @wraps(action)
    def careful(given: Any, step: Step) -> Any:
        try:
            return action(given, step)
        except Refused:
            raise
        except RecursionError as e:
            raise Refused("the line is nested too deeply; split it into smaller steps") from e
        except KeyError as e:
            raise Refused(f"a witness gives no value for an entry that is read: {e}") from e
        except Exception as e:
            raise Refused(f"the kernel could not read this: {type(e).__name__}: {e}") from e

    return careful


@refusing
def plain(given: Given, step: Step) -> Step:
    """The step, read once: from here on it is made of trees, and neither it nor what is given can change or pretend.

    Facts are trees, hints are hints, and a witness is made of exact fractions: a float satisfies what it likes.
    """
    if type(given) is not Given or type(step) is not Step:
        raise Refused("a step is admitted under what is given: kernel.Given and kernel.Step")
    step = step._replace(before=tree(step.before), after=tree(step.after))
    parts: list = [*given, *step]
    for _ in range(DEEPEST + 10):  # level by level: equal data is looked up by a hash that has no bottom of its own
        if len(parts) > LARGEST:
            break
        for one in parts:
            if type(one) not in PLAIN:
                raise Refused(f"a step is plain data, made of tuples, strings and numbers, not {type(one).__name__}")
        parts = [part for one in parts if type(one) is tuple for part in one]
    if parts:
        raise Refused("the line is nested too deeply, or too long; split it into smaller steps")
    for fact in plain_tuple(given.facts):
        if not plain_tuple(fact):
            raise Refused("a fact is a proposition and perhaps ranges, not nothing")
        check_tree(("Sum", fact[0], *fact[:0:-1]) if fact[1:] else fact[0])
    for model in plain_tuple(given.models):
        if len(dict(plain_tuple(model))) < len(model):
            raise Refused("a witness gives a letter twice")
        for name, value in model:
            entries = value if type(value) is tuple else (((), value),)
            if type(name) is not str or not all(is_exact(v) for _, v in entries):
                raise Refused("a witness has something else than an exact fraction")
            if any(type(n) is not int for at, _ in entries for n in plain_tuple(at)):
                raise Refused("a witness has an entry whose index is no whole number")
    for number, way in plain_tuple(step.using):
        if type(number) is not int or not 0 <= number < len(given.facts) or given.facts[number][0][0] != "Eq":
            raise Refused(f"no equation is given under this number: {number}")
        if way != ():
            check_tree(way)
    if any(type(name) is not str for name in plain_tuple(step.split)):
        raise Refused("a case split names letters")
    for line in (step.before, step.after):
        check_tree(line)
    return step


def is_exact(v: Any) -> bool:
    """A fraction in lowest terms: one whose parts were put in by hand may be below 0 and say that it is above."""
    return (type(v) is Fraction and type(v.numerator) is type(v.denominator) is int
            and v.denominator > 0 and gcd(v.numerator, v.denominator) == 1)  # fmt: skip


@lru_cache(1000)
def check_facts(given: Given) -> None:
    for model in given.models:
        for fact in broken(given.facts, table(model, given.facts)):
            raise Refused("what is given does not hold at its own witness: {}", fact)


def check_models(K: Context, given: Given, read: frozenset[str], over: tuple[str, ...]) -> None:
    """What is given can hold, so that a statement under it says something.

    At two models or more every fact holds, every letter has what is declared of it, sizes differ and reach 2,
    other letters differ unless an equation or a support fixes them; and each parameter differs alone. A family
    differs where the facts read it: that it varies elsewhere does not show that they leave it free.
    """
    if len(given.models) < 2:
        raise Refused("what is given needs at least two witnesses")
    models, defined = [table(model, given.facts) for model in given.models], definitions(given.facts)
    new = {name for model in models for name in (read | set(over)) - model.keys()}
    if new:
        raise Refused("new here, and nothing is given of it: " + ", ".join(sorted(new)))
    check_facts(given)
    heard = [told(given.facts, model) for model in models]
    sizes = {a[1] for n in K.range.values() for a in atoms(n, "sym")}
    fixed = defined.keys() | {a[1] for _, a, values in K.finite if len(values) == 1}
    for name, (kind, declared, _) in K.names.items():
        mine = [(model, model[name]) for model in models if name in model]
        if any(isinstance(value, dict) != (kind == "idx") or value == {} for _, value in mine):
            raise Refused(f"a witness has no entry of {name}, or takes it for a family where it is a letter, or not")
        values = [(model, v) for model, value in mine for v in (value.values() if kind == "idx" else [value])]
        for flag in declared:
            if not all(has(flag, v, model) for model, v in values):
                raise Refused(f"a witness does not have what is declared of {name}: {flag}")
        if name not in fixed and values:
            told_of = [m[name] for m in heard if name in m]
            if len({v for value in told_of for v in (value.values() if kind == "idx" else [value])}) < 2:
                raise Refused(f"the witnesses do not vary {name}")
            if name in sizes and max(v for _, v in values) < 2:
                raise Refused(f"the witnesses do not vary the size {name}")
    for name in over:
        pairs = ((a, b) for a, b in product(heard, repeat=2) if a[name] != b[name])
        if not any(undefined(a, over) == undefined(b, over) for a, b in pairs):
            raise Refused(f"no two witnesses differ in {name} alone: is it tied to another letter?")


def undefined(model: dict, over: tuple[str, ...]) -> dict:
    """What a witness gives of all but the parameters, without what is computed."""
    families = {name: value if isinstance(value, dict) else {(): value} for name, value in model.items()}
    return {(name, at): v for name, family in families.items() for at, v in family.items()
            if name not in over and not isinstance(v, Computed)}  # fmt: skip


# Admission


@refusing
def follows(K: Context, step: Step) -> Statement:
    """What is seen by reading alone, without a model. It admits nothing: the facts may contradict each other."""
    K.uses = K.work = 0  # the limits are for one step; K may have read others
    if step.primitive not in PRIMITIVES:
        raise Refused(f"there is no primitive {step.primitive!r}")
    lhs, rhs = step.before, step.after
    K.meet((lhs, rhs))
    if not set(step.split) <= K.names.keys():
        raise Refused("a case split names letters of this derivation, not: " + ", ".join(step.split))
    before, after = K.read(lhs, {}), K.read(rhs, {})
    relation, over, a, b = PRIMITIVES[step.primitive](K, step, before, after)
    return Statement(lhs, relation, rhs, over, a, b)


@refusing
def decide(given: Given, step: Step) -> Statement:
    """The statement of a step, or :class:`Refused`. Recomputed from the expressions; nothing stored is believed."""
    step = plain(given, step)
    K = Context(given.facts, step.using)
    s = follows(K, step)
    check_models(K, given, names((s.lhs, s.rhs, s.a, s.b, *map(folded, given.facts))), s.over)
    second_opinion(given, s)
    return s


remembered = lru_cache(5000)(decide)


def admit(given: Given, step: Step) -> Statement:
    """The same, but equal data is decided only once."""
    return remembered(given, plain(given, step))  # plain before it is looked up: 0.5 is found where 1/2 was put


def second_opinion(given: Given, s: Statement) -> None:
    """The evaluator, which shares no code with the normal form, tries to refute what was admitted."""
    left: Tree = s.lhs
    right: Tree = s.rhs if (s.a, s.b) == (UNIT, NOTHING) else ("Add", ("Mul", s.a, s.rhs), s.b)
    if s.relation == "⇄":
        left, right = s.rhs, ("Mul", ("Rational", -1, 1), ("log", s.lhs))
    signs = {"≥": (0, 1), "≤": (-1, 0)}.get(s.relation, (0,))
    for model in given.models:
        if compare(left, right, table(model, given.facts)) not in signs:
            raise Refused("the two sides differ at a witness: {} and {}", left, right)
    for a, b, allowed in ((left, right, signs), *([(s.a, NOTHING, (1,))] if s.a != UNIT else [])):
        why = disagreement(given, a, b, allowed)
        if why:
            raise Refused(f"{why}: {{}} and {{}}", a, b)


def compose(first: Statement, then: Statement) -> Statement:
    """Two statements one after the other: = is neutral, each other relation goes with itself alone."""
    if then.relation == "=":
        return first._replace(rhs=then.rhs)
    if first.relation == "=":
        return then._replace(lhs=first.lhs)
    if first.relation != then.relation or first.relation == "⇄" or first.over != then.over:
        raise Refused(f"{first.relation} and {then.relation} do not compose")
    a, b = ("Mul", first.a, then.a), ("Add", ("Mul", first.a, then.b), first.b)
    return Statement(first.lhs, first.relation, then.rhs, first.over, a, b)


def verify(given: Given, start: Tree, steps: Iterable[Step], afresh: bool = True) -> Statement:
    """The statement of a whole chain; ``afresh`` recomputes every step, else equal data is not decided twice."""
    if not isinstance(steps, Iterable):
        raise Refused("the steps of a chain come one after the other, in a tuple")
    line = plain(given, Step(start, NOTHING)).before
    statement, steps = Statement(line, "=", line), [plain(given, step) for step in steps]
    if not steps:
        return decide(given, Step(line, line))  # even a single line has to be defined
    for step in steps:
        if step.before != statement.rhs:
            raise Refused("the chain is broken: a line does not start where the one before it ends")
        statement = compose(statement, (decide if afresh else admit)(given, step))
    return statement
