"""What is asked of the models that come with what is given: they show that it can hold, and try to refute a line.

They only refuse, and nothing rests on them but that what is given does not contradict itself.
"""

from functools import lru_cache
from itertools import product

from cesym.kernel.edges import disagreement
from cesym.kernel.moving import definitions
from cesym.kernel.plain import NOTHING, UNIT, Given, Statement
from cesym.kernel.reader import Reader
from cesym.kernel.terms import atoms
from cesym.kernel.trees import Refused, Tree
from cesym.kernel.witness import Computed, broken, compare, has, table, told


@lru_cache(1000)
def check_facts(given: Given) -> None:
    for model in given.models:
        for fact in broken(given.facts, table(model, given.facts)):
            raise Refused("what is given does not hold at its own witness: {}", fact)


def check_models(R: Reader, given: Given, read: frozenset[str], over: tuple[str, ...]) -> None:
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
    sizes = {a[1] for n in R.K.range.values() for a in atoms(n, "sym")}
    fixed = defined.keys() | {a[1] for _, a, values in R.K.finite if len(values) == 1}
    for name, (kind, declared, _) in R.names.items():
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
