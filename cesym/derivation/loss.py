"""The loss of one sample, from a chain that ends in a sum or a mean over the samples."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sympy as sp

from cesym.given import Fact
from cesym.losses import Loss
from cesym.notation.indices import letter_name
from cesym.notation.trees import name_of
from cesym.parse.names import check_title
from cesym.rules import linearity
from cesym.symbols import scalar

if TYPE_CHECKING:
    from cesym.derivation.derivation import Derivation

__all__ = ["per_sample"]


def per_sample(d: "Derivation", target: Any, prediction: Any, name: str) -> Loss:
    check_title(name, "loss: name")
    last = d.exprs[-1]
    sums = [part for part in sp.preorder_traversal(last) if isinstance(part, sp.Sum) and part.function.has(prediction)]
    if not sums:
        raise ValueError(f"loss: the last line is no sum over the samples in which {letter_name(prediction)} occurs")
    i, low, size = sums[0].limits[-1]
    one = sp.Add(*(summand(term, (i, low, size)) for term in sp.Add.make_args(linearity(last))))
    total = sp.Sum(one, (i, low, size))
    if not d.check(total).status == "accepted":
        raise ValueError(f"loss: the last line is not shown to be the sum over {i} of one term for each sample")
    mean = sp.Add(*(size * term for term in sp.Add.make_args(one)))
    reduced = "mean" if one.has(size) and not mean.has(size) else "sum"
    one = mean if reduced == "mean" else one

    arity = {name_of(t): n for t, n in d.given.letters}

    def own(e: sp.Expr) -> sp.Expr:
        entries = [a for a in e.atoms(sp.Indexed) if a.indices[0] == i]
        return e.xreplace({a: scalar(a.base) if len(a.indices) == 1 else a.base[a.indices[1:]] for a in entries})

    def letter(family: Any) -> Any:
        number = isinstance(family, sp.Symbol) or arity[letter_name(family)] > 1
        return family if number else scalar(family)

    one, roles = own(one), {letter_name(target), letter_name(prediction)}
    left = {s.name for s in one.free_symbols if s.is_Symbol}
    domain: list = []
    for fact in d.given.facts:
        mine = fact.limits and fact.limits[0][0] == i
        if spoken_of(fact) - {str(at) for at, *_ in fact.limits} <= left and (mine or not fact.limits):
            domain.append((own(fact.prop), *fact.limits[1:]) if len(fact.limits) > 1 else own(fact.prop))
    others = [s for s in one.free_symbols if s.is_Symbol and s.name not in roles and not s.is_integer]
    return Loss(
        name=name,
        target=letter(target),
        prediction=letter(prediction),
        expr=one,
        domain=tuple(domain),
        convention=f"nats, one sample; the derivation ends in the {reduced} over the samples",
        source=f"derived: {d.name or 'a chain of admitted steps'}",
        parameters=tuple(sorted((s for s in others if not is_family(s.name, arity)), key=str)),
    )


def is_family(name: str, arity: Mapping[str, int]) -> bool:
    """Does a letter stand for an entry of a family, rather than for one number for all samples?"""
    return arity.get(name, 0) > 0


def summand(term: sp.Expr, limit: tuple) -> sp.Expr:
    """The share of one sample in a term of the last line."""
    i, low, size = limit
    for part in sp.Mul.make_args(term):
        if isinstance(part, sp.Sum) and part.limits[-1][1:] == (low, size):
            *inner, (letter, _, _) = part.limits
            body = sp.Sum(part.function, *inner) if inner else part.function
            return term / part * body.xreplace({letter: i})
    return term / size


def spoken_of(fact: Fact) -> set[str]:
    """The names of the letters in a fact."""
    return {s.name for s in fact.prop.free_symbols if s.is_Symbol}
