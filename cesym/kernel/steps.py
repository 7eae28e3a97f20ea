"""Steps, and what admits one. ``before R after``, decided from the expressions alone.

=================  ==================  =======================================================================
relation           primitive           admitted when
=================  ==================  =======================================================================
``=``              ``equality``        both sides have one normal form. ``using`` names the equations among
                                       what is given that rewrite (substitution); ``split`` the letters whose
                                       values are tried one by one (cases); a ``Derivative`` is carried out
``≃``              ``same minimiser``  before = a*after + b, a > 0, neither a nor b moves with the parameters
``⇄``              ``monotone map``    after = -ln(before), before > 0: where one is greatest the other is least
``≥`` ``≤``        ``certificate``     the difference is a sum of terms weight*gap with weight >= 0, each gap
                                       a square t**2 or the gap t - 1 - ln t >= 0 of the logarithm, t > 0
``=`` ``≥`` ``≤``  ``theorem``         a chain of its own is admitted, and both lines are one context of the two
                                       sides of what it comes to, at an instance for which its facts are shown
=================  ==================  =======================================================================

Why each is sound stands at the function that decides it. A step is plain data and means nothing by itself:
:func:`admit` and :func:`verify` recompute everything.
"""

from collections.abc import Iterable
from functools import lru_cache

from cesym.kernel.instance import instance
from cesym.kernel.models import check_models, second_opinion
from cesym.kernel.moving import folded, motion, names
from cesym.kernel.plain import NOTHING, UNIT, Given, Statement, Step, plain, plain_tuple, refusing
from cesym.kernel.reader import Reader
from cesym.kernel.terms import Poly, add, const, mentions, minus, scale
from cesym.kernel.trees import Refused, Tree, check_tree
from cesym.kernel.zero import zero


def equality(R: Reader, step: Step, before: Poly, after: Poly) -> tuple:
    """Both sides are defined and have one normal form, and every rewriting keeps the value."""
    parts_of(step, 0)
    if not zero(R.K, minus(before, after), frozenset(step.split)):
        raise Refused("not shown: the two sides have different normal forms")
    return ("=", (), UNIT, NOTHING)


def same_minimiser(R: Reader, step: Step, before: Poly, after: Poly) -> tuple:
    """With a > 0 and b both constant while the parameters move, a*after + b is least where after is least."""
    a, b, over = parts_of(step, 3)
    for part in (a, b):
        check_tree(part)
        R.meet(part)
    factor, rest = R.read(a, {}), R.read(b, {})
    if not zero(R.K, minus(before, add(R.K.mul(factor, after), rest)), frozenset(step.split)):
        raise Refused("not shown: before = a*after + b with a = {} and b = {}", a, b)
    if not (R.K.sign(factor, True) or R.positive_shown(a, {})):
        raise Refused("the factor a = {} is not shown to be positive", a, missing=("Gt", a, NOTHING))
    if mentions((factor, rest), parameters(R, over)):
        raise Refused("what would be dropped, a = {} or b = {}, moves with the parameter: " + ", ".join(over), a, b)
    return ("≃", tuple(sorted(over)), a, b)


def monotone_map(R: Reader, step: Step, before: Poly, after: Poly) -> tuple:
    """-ln is strictly decreasing on the positive numbers, so it turns a maximum into a minimum and back."""
    (over,) = parts_of(step, 1)
    line = step.before
    if not R.positive_shown(line, {}):
        raise Refused("{} is not shown to be positive", line, missing=("Gt", line, NOTHING))
    if not zero(R.K, add(after, R.K.log(before)), frozenset(step.split)):
        raise Refused("not shown: after = -ln(before)")
    parameters(R, over)
    return ("⇄", tuple(sorted(over)), UNIT, NOTHING)


def certificate(R: Reader, step: Step, before: Poly, after: Poly) -> tuple:
    """Squares are not negative, and ln t <= t - 1 for t > 0; so neither is a sum of them with weights >= 0."""
    relation, terms = parts_of(step, 2)
    total = []
    for term in plain_tuple(terms):
        if len(plain_tuple(term)) < 3:
            raise Refused("a term of a certificate is a weight, a kind, a term, and perhaps ranges")
        weight, kind, t, *limits = term
        parts = ("Sum", ("Add", weight, t), *limits) if limits else ("Add", weight, t)
        check_tree(parts)
        R.meet(parts)
        env: dict = {}
        binders = []
        for limit in limits:
            env, v, n = R.bind(env, limit)
            binders.append((v, n))
        factor = R.read(weight, env)
        if not (R.K.sign(factor, False) or R.tree_sign(weight, env)):
            raise Refused("the weight {} is not shown to be >= 0", weight, missing=("Ge", weight, NOTHING))
        inside = R.read(t, env)
        if kind == "square":
            gap = R.K.mul(inside, inside)
        elif kind == "log" and R.positive_shown(t, env):
            gap = add(inside, const(-1), scale(R.read_log(t, env), -1))
        else:
            raise Refused("{} is not shown to be positive", t, missing=("Gt", t, NOTHING))
        summed = R.K.mul(factor, gap)
        for binder in reversed(binders):  # the innermost sum first, as a line is read
            summed = R.K.total([binder], summed)
        total.append(summed)
    side = {"≥": 1, "≤": -1}.get(relation) if type(relation) is str else None
    if side is None or not zero(R.K, minus(scale(minus(before, after), side), add(*total)), frozenset(step.split)):
        raise Refused("not shown: the difference of the two sides is not the certificate's sum")
    return (relation, (), UNIT, NOTHING)


def theorem(R: Reader, step: Step, before: Poly, after: Poly) -> tuple:
    """A theorem holds for whatever its letters stand for, if its facts do; the step brings along all of its steps."""
    lemma, *use = parts_of(step, 5)
    facts, models, start, steps = lemma
    s = verify(Given(facts, models), start, [Step(*one) for one in steps], afresh=False)
    return (instance(R, step, before, after, facts, s, tuple(use)), (), UNIT, NOTHING)


PRIMITIVES = {"equality": equality, "same minimiser": same_minimiser, "monotone map": monotone_map,
              "certificate": certificate, "theorem": theorem}  # fmt: skip


def parameters(R: Reader, over: Iterable[str]) -> frozenset[str]:
    """The names that move with the parameters; refused where there are none, or where what is given ties them.

    For each choice of the letters that stay, the parameters range over some set, and what is said of minimisers is
    said of each of these sets. Where what stays narrows them to points, it says nothing: ``r**2 + t ≃ r**2`` over r
    where r = t. A strict fact that is continuous does not: ``t - 1 < r < t + 1`` leaves an interval at each t.
    """
    over = plain_tuple(over)
    if not over or len(set(over)) < len(over) or not set(over) <= R.names.keys() or {*map(type, over)} != {str}:
        raise Refused(f"the parameters must be letters of this derivation, each once, not: {over}")
    moving, closed = motion(over, R.facts or (), R.declared)
    for fact, stays in closed:
        if stays:
            raise Refused("a fact ties the parameter to what stays, " + ", ".join(sorted(stays)) + ": {}", fact)
    return moving


def parts_of(step: Step, count: int) -> tuple:
    if len(plain_tuple(step.data)) != count:
        raise Refused(f"{step.primitive} needs {count} parts of data, not {len(step.data)}")
    return step.data


# Admission


@refusing
def follows(R: Reader, step: Step) -> Statement:
    """What is seen by reading alone, without a model. It admits nothing: the facts may contradict each other."""
    R.K.uses = R.K.work = 0  # the limits are for one step; R may have read others
    if step.primitive not in PRIMITIVES:
        raise Refused(f"there is no primitive {step.primitive!r}")
    lhs, rhs = step.before, step.after
    R.meet((lhs, rhs))
    if not set(step.split) <= R.names.keys():
        raise Refused("a case split names letters of this derivation, not: " + ", ".join(step.split))
    before, after = R.read(lhs, {}), R.read(rhs, {})
    relation, over, a, b = PRIMITIVES[step.primitive](R, step, before, after)
    return Statement(lhs, relation, rhs, over, a, b)


@refusing
def decide(given: Given, step: Step) -> Statement:
    """The statement of a step, or :class:`Refused`. Recomputed from the expressions; nothing stored is believed."""
    step = plain(given, step)
    R = Reader(given.facts, step.using)
    s = follows(R, step)
    check_models(R, given, names((s.lhs, s.rhs, s.a, s.b, *map(folded, given.facts))), s.over)
    second_opinion(given, s)
    return s


remembered = lru_cache(5000)(decide)


def admit(given: Given, step: Step) -> Statement:
    """The same, but equal data is decided only once."""
    return remembered(given, plain(given, step))  # plain before it is looked up: 0.5 is found where 1/2 was put


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
