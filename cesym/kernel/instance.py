"""A theorem at an instance, in place of a part of a line.

``letters`` says what the theorem's letters stand for, in pairs (pattern, term). A pattern is a letter of the theorem,
or an entry of a family at letters of its own: ``(p[c], exp(z[c]))`` says that p_c is e^(z_c), for every c. ``context``
is a line of ours in which ``hole``, a pattern too, stands for the part: ``Sum(w[i]*X[i], (i, 1, N))`` with X[i]. The
terms are read where the part stands, may speak of the hole's own letters, and mean there what they mean to us: they are
read as terms of the calculus first, so that no sum of the theorem can bind a letter of theirs. An instance holds
wherever the theorem's facts are shown of what its letters stand for, and what is declared of them.
"""

from collections.abc import Callable
from functools import partial

from cesym.kernel.calculus import NONNEGATIVE, POSITIVE, UNKNOWN
from cesym.kernel.moving import HARMLESS, folded, names
from cesym.kernel.plain import Statement, Step, plain_tuple
from cesym.kernel.reader import INEQUALITIES, OPPOSITE, SEALED, Reader
from cesym.kernel.rearranged import written_out
from cesym.kernel.terms import ZERO, Poly, integer, minus, scale
from cesym.kernel.trees import Refused, Tree, check_tree
from cesym.kernel.zero import zero

SIDES = {"=": 0, "≥": 1, "≤": -1}


def instance(R: Reader, step: Step, before: Poly, after: Poly, facts: tuple, s: Statement, data: tuple) -> str:
    """The relation between two lines that are a context of the two sides of a theorem (``order`` -1: of its right one).

    An equation may be put in anywhere. The larger side of an inequality makes a line larger if the line rises with
    the part, and smaller if it falls (:func:`direction`).
    """
    letters, hole, context, order = data
    if s.relation not in SIDES:
        raise Refused(f"a theorem about {s.relation} says nothing about a part of a line")
    if order not in (1, -1) or len({pattern[1] for pattern, _ in plain_tuple(letters)}) < len(letters):
        raise Refused("the use of a theorem is told by its order, 1 or -1, and by one meaning of each of its letters")
    for t in (context, hole, *(term for _, term in letters)):
        check_tree(t)
        R.meet(t)
    if any(has_head("Derivative", t) for t in (s.lhs, s.rhs, context, letters)):
        raise Refused("a theorem is not used on a derivative, whose meaning changes with what a letter stands for")
    known = names((step.before, step.after, *map(folded, R.facts or ())))
    strange = names(context) - names(hole) - known
    for pattern, term in letters:
        check_tree(pattern)
        strange |= names(term) - names(pattern[2:]) - names(hole[2:]) - known
    if strange:
        raise Refused("letters that stand in no line here: " + ", ".join(sorted(strange)))
    shown_at: dict[tuple, dict] = {}
    for line, side in zip((before, after), (s.lhs, s.rhs)[::order], strict=True):
        here = meaning(hole, partial(side_of, R, facts, side, letters, shown_at))
        put = R.read(context, here)
        same = line == put or written_out(R.K, line) == written_out(R.K, put)  # with numbers for its letters
        if not same and not zero(R.K, minus(line, put), frozenset(step.split)):
            raise Refused("not shown: this line is the context with {} in it", side)
    larger = SIDES[s.relation] * order * (direction(R, context, hole, {}) if SIDES[s.relation] else 0)
    return next(relation for relation, side in SIDES.items() if side == larger)


def meaning(pattern: Tree, value: Callable[[dict], Poly]) -> dict:
    """What a pattern says in an environment; ``value`` reads its term, given what the pattern's own letters are."""
    match pattern:
        case ("Symbol", _, _):
            return {pattern: value({})}
        case ("Indexed", letter, *places) if len(set(places)) == len(places) and {p[0] for p in places} == {"Symbol"}:
            return {("Indexed", letter): ("means", lambda where: value(dict(zip(places, where, strict=True))))}
    raise Refused("not a letter, or an entry at letters of its own: {}", pattern)


def side_of(R: Reader, facts: tuple, side: Tree, letters: tuple, shown_at: dict[tuple, dict], own: dict) -> Poly:
    """One side of a theorem where the part stands, once each fact is shown there; ``own`` are the letters of the place.

    In this environment there is no letter of ours: whatever the theorem speaks of has to have a meaning. What stands
    "around" is in it for the signs: they look for the ranges of its variables, and not into what a letter means.
    """
    place = tuple(own.items())
    if place not in shown_at:
        env: dict = {SEALED: ZERO, **{("around", letter): p for letter, p in own.items()}}
        for pattern, term in letters:
            env |= meaning(pattern, partial(standing_for, R, pattern, term, own))
        for fact in facts:
            if not shown(R, fact, env):
                raise Refused("what the theorem takes for given is not shown here: {}", fact)
        shown_at[place] = env
    return R.read(side, shown_at[place])


def standing_for(R: Reader, pattern: Tree, term: Tree, own: dict, places: dict) -> Poly:
    """The term that stands for a letter of a theorem, or an entry; it has what is declared of that letter."""
    env = {**own, **places}
    p, sign = R.read(term, env), R.tree_sign(term, env)
    kept = {"integer": integer(p), "positive": sign == POSITIVE, "nonnegative": sign > UNKNOWN}
    for flag in set((pattern[1] if pattern[0] == "Indexed" else pattern)[2]) - HARMLESS:
        if not kept.get(flag):
            raise Refused("{} stands for a letter declared " + flag + ", and is not shown to be so", term)
    return p


def shown(R: Reader, fact: Tree, env: dict) -> bool:
    """Is a fact shown in an environment, for all values of the variables around, each in its range?

    A real number is one of several if the product of the differences is 0.
    """
    prop, *limits = fact
    split = frozenset(a[1] for _, a, _ in R.K.finite)
    for limit in limits:
        env = R.bind(env, limit)[0]
    match prop:
        case ("Contains", t, ("FiniteSet", *members)):
            return zero(R.K, R.K.mul(*(R.difference(t, one, env) for one in members)), split)
        case ("Eq", a, b):
            d = R.difference(a, b, env)
            told = (R.K.sub(e, at) for free, e in R.K.equal for at in R.K.instances(free, e, d))
            return any(d in (e, scale(e, -1)) for e in told) or zero(R.K, d, split)
        case ("Ne", a, b):
            return R.K.nonzero(R.difference(a, b, env))
        case (str(head), a, b) if head in INEQUALITIES:
            side, strict = INEQUALITIES[head]
            gap = ("Add", a, ("Mul", OPPOSITE, b)) if side > 0 else ("Add", b, ("Mul", OPPOSITE, a))
            if R.K.sign(written_out(R.K, R.read(gap, env)), strict):
                return True
            return R.tree_sign(gap, env) >= (POSITIVE if strict else NONNEGATIVE)
    return False


def direction(R: Reader, t: Tree, hole: Tree, env: dict) -> int:
    """1 where a line is shown to rise with the part in it, -1 where it falls; where neither is shown, refused.

    It does if the part stands in it once for each value of the ranges around it, under sums, times weights of one sign.
    """
    (name,) = names(hole[1] if hole[0] == "Indexed" else hole)
    if t == hole or (hole[0] == "Indexed" and t[:2] == hole[:2] and name not in names(t[2:])):
        return 1
    parts = [part for part in t[1:] if isinstance(part, tuple) and name in names(part)]
    match t:
        case ("Add", *_) if len(ways := {direction(R, part, hole, env) for part in parts}) == 1:
            return ways.pop()
        case ("Mul", *factors) if len(parts) == 1:
            weight = ("Mul", *(factor for factor in factors if factor != parts[0]), ("Rational", 1, 1))
            for sign in (1, -1):
                if R.tree_sign(("Mul", *weight[1:], ("Rational", sign, 1)), env) > UNKNOWN:
                    return sign * direction(R, parts[0], hole, env)
        case ("Sum", body, *limits) if parts == [body]:
            for limit in reversed(limits):
                env = R.bind(env, limit)[0]
            return direction(R, body, hole, env)
    raise Refused("not shown to rise or to fall with the part that is bounded: {}", t)


def has_head(head: str, t: Tree) -> bool:
    return t[:1] == (head,) or any(has_head(head, part) for part in t if isinstance(part, tuple))
