"""The rules by which `stable` rewrites: each takes an expression and returns another one, or None.

The rules in ``BEFORE_THE_PARTS`` see an expression as it was written, those in ``AFTER_THE_PARTS`` see it
with its parts rewritten already.
"""

from collections.abc import Callable
from itertools import combinations
from typing import NamedTuple

from sympy import (
    Add,
    Dummy,
    Expr,
    Function,
    Indexed,
    KroneckerDelta,
    Mul,
    Pow,
    S,
    Sum,
    Symbol,
    apart,
    exp,
    expand,
    log,
    loggamma,
)

from cesym.numeric.nodes import (
    dominated,
    except_at_zero,
    log1mexp,
    log1p,
    log1p_square,
    log_times,
    logit,
    neg_log_softmax,
    ratio,
    softplus,
    square_over,
    square_times_exp,
    weighted,
    xdivy,
)

__all__ = ["AFTER_THE_PARTS", "BEFORE_THE_PARTS", "Known", "Rule", "one_hot"]

LOGARITHMS = (
    log, log1p, log1p_square, log_times, log1mexp, logit, neg_log_softmax, softplus, loggamma,
)  # fmt: skip


class Known(NamedTuple):
    """The letters that stand for numbers given at each call, and the terms known to be a class, 1..C."""

    variables: frozenset[Symbol]
    classes: frozenset[Expr] = frozenset()

    def vary(self, e: Expr) -> bool:
        return bool(e.free_symbols & self.variables)


Rule = Callable[[Expr, Known], Expr | None]


def one_hot(e: Expr, known: Known) -> Expr | None:
    if not isinstance(e, Sum):
        return None
    for limit in e.limits:
        for factor in Mul.make_args(e.function):
            if isinstance(factor, KroneckerDelta) and limit[0] in factor.args:
                at = factor.args[1] if factor.args[0] == limit[0] else factor.args[0]
                inner = {s for total in e.function.atoms(Sum) for s in total.bound_symbols}
                if at in known.classes and not inner & at.free_symbols:
                    body = (e.function / factor).subs(limit[0], at)
                    rest = [other for other in e.limits if other != limit]
                    return one_hot(Sum(body, *rest), known) or Sum(body, *rest) if rest else body
    return None


def partial_fractions(e: Expr, known: Known) -> Expr | None:
    """(p - k)/(p*(1 - p)) as -k/p + (1 - k)/(1 - p), from where `common_denominator` takes it with its ends."""
    _, above, below = factors_of(e)
    atoms = {a for d in below for a in atoms_of(d, known)}
    if len(above) != 1 or len(below) != 2 or len(atoms) != 1:
        return None
    if not is_difference(expand(above[0]), known):
        return None
    names = {a: Dummy() for a in atoms_of(e, known)}
    apart_ = apart(e.xreplace(names), names[atoms.pop()])
    return apart_.xreplace({name: a for a, name in names.items()})


def fraction_of_sum(e: Expr, known: Known) -> Expr | None:
    """(a/v - 1)/v as a/v/v - 1/v, and (v - a)/v**2 as 1/v - a/v**2, so that each has its own pole."""
    _, _, below = factors_of(e)
    if not e.is_Mul or not below:
        return None
    for one in e.args:
        parts = [factors_of(term) for term in one.args] if one.is_Add else []
        if any(under or set(above) & set(below) for _, above, under in parts):
            others = [factor for factor in e.args if factor != one]
            return Add(*[Mul(term, *others) for term in one.args])
    return None


def plus_one(e: Expr, known: Known) -> Expr | None:
    if isinstance(e, log) and e.args[0].is_Add and S.One in e.args[0].args:
        t = e.args[0] - 1
        return log1p_square(t.base) if t.is_Pow and t.exp == 2 else log1p(t)
    return None


def square_and_exp(e: Expr, known: Known) -> Expr | None:
    """a*r**2*exp(t), where r**2 and exp(t) may overflow although the product does not."""
    if not e.is_Mul:
        return None
    squares = [f for f in e.args if f.is_Pow and f.exp == 2 and known.vary(f)]
    exps = [f for f in e.args if isinstance(f, exp)]
    if len(squares) != 1 or len(exps) != 1:
        return None
    rest = [f for f in e.args if f not in (*squares, *exps)]
    return Mul(*rest, square_times_exp(squares[0].base, exps[0].args[0]))


def constant_in_log(e: Expr, known: Known) -> Expr | None:
    if not isinstance(e, log):
        return None
    constant, power = e.args[0].as_independent(*known.variables, as_Add=False)
    base, n = power.as_base_exp()
    exact = n == 1 and (constant == 1 or log(constant, 2).is_integer)
    if exact or not n.is_Rational or not constant.is_number or not constant.is_positive:
        return None
    if n != 1 and not base.is_positive:
        return None
    return n * (log(base) if constant == 1 else log_times(base, constant ** (1 / n)))


def weight(e: Expr, known: Known) -> Expr | None:
    if not e.is_Mul:
        return None
    coefficient, factors = e.as_coeff_mul()
    deltas = [f for f in factors if isinstance(f, KroneckerDelta)]
    logs = [f for f in factors if isinstance(f, LOGARITHMS) and known.vary(f)]
    if deltas:
        value = Mul(*[f for f in factors if f not in deltas])
        return coefficient * weighted(Mul(*deltas), weight(value, known) or quotient(value, known) or value)
    others = Mul(*[f for f in factors if f not in logs])
    if len(logs) != 1 or not known.vary(others):
        return None
    return coefficient * weighted(quotient(others, known) or others, logs[0])


def quotient(e: Expr, known: Known) -> Expr | None:
    """Products with denominators, as divisions one after the other, so that no power is formed."""
    coefficient, above, below = factors_of(e)
    if not below:
        return None
    sign = -S.One if coefficient.is_negative else S.One
    if len(below) == 1 and known.vary(below[0]):
        squares = [r for r in dict.fromkeys(above) if above.count(r) > 1 and known.vary(r)]
        if squares:
            for _ in range(2):
                above.remove(squares[0])
            return Mul(sign, square_over(squares[0], below[0], sign * coefficient), *above)
    if not above:
        # 0.5/v and not 0.5*(1/v), which overflows first.
        above, coefficient = [sign * coefficient], sign
    inputs = [atoms_of(part, known) for part in above]
    # Spread evenly: r**2/v**3 as (r/v/v)*(r/v) meets no r**2 and no v**3.
    for n, d in enumerate(below):
        n %= len(above)
        # 0/0 is 0 where the numerator is a weight of its own, not in sin(x)/x.
        apart_ = inputs[n] and atoms_of(d, known) and not inputs[n] & atoms_of(d, known)
        guarded = apart_ and not d.atoms(Function, Pow, Sum)
        above[n] = (xdivy if guarded else ratio)(above[n], d)
    return Mul(coefficient, *above)


def common_denominator(e: Expr, known: Known) -> Expr | None:
    """-k/p + (1 - k)/(1 - p) as (p - k)/(1 - p)/p, whose numerator is rounded once; at k = 0 or 1 as it was."""
    if not e.is_Add:
        return None
    for pair in combinations(e.args, 2):
        fractions = [term.as_coeff_Mul() for term in pair]
        if not all(isinstance(f, xdivy) and not f.args[0].atoms(Function) for _, f in fractions):
            continue
        (a, f), (b, g) = fractions
        (n, d), (m, h) = f.args, g.args
        coefficient, above = expand(a * n * h + b * m * d).primitive()
        if is_difference(above, known):
            combined = coefficient * ratio(ratio(above, h), d)
            rest = [term for term in e.args if term not in pair]
            return Add(except_at_zero(combined, Add(*pair), n, m), *rest)
    return None


def strongest_pole(e: Expr, known: Known) -> Expr | None:
    if not e.is_Add:
        return None
    for t in sorted(atoms_of(e, known), key=str):
        orders = {term: pole(term, t) for term in e.args}
        lead = max(e.args, key=lambda term: orders[term])
        if orders[lead] >= 1 and sum(order > 0 for order in orders.values()) > 1:
            rest = [term for term in e.args if term != lead]
            if all(orders[term] < orders[lead] for term in rest):
                return dominated(lead, Add(*rest))
    return None


def pole(e: Expr, t: Expr) -> float:
    """How strongly e grows at t = 0: n for a pole t**-n, less than any pole for a logarithm, 0 for no growth."""
    if isinstance(e, (ratio, xdivy, square_over)):
        return pole(e.args[0], t) * (2 if isinstance(e, square_over) else 1) + int(e.args[1] == t)
    if isinstance(e, Mul):
        return sum(pole(factor, t) for factor in e.args)
    if isinstance(e, Pow) and e.exp.is_Rational:
        n = float(e.exp)
        return max(-n, 0) if e.base == t else pole(e.base, t) * max(n, 0)
    if isinstance(e, weighted):
        return pole(e.args[0], t) + pole(e.args[1], t)
    if isinstance(e, (log, log_times)) and t in Mul.make_args(e.args[0]):
        return 0.25
    return 0


def factors_of(e: Expr) -> tuple[Expr, list[Expr], list[Expr]]:
    """A product as a constant and the factors above and below the line, small powers written out."""
    coefficient: Expr = S.One
    above: list[Expr] = []
    below: list[Expr] = []
    for factor in Mul.make_args(e):
        base, n = factor.as_base_exp()
        if factor.is_number:
            coefficient *= factor
        elif n.is_Integer and abs(n) <= 4:
            # 2*mu - 2*x, as differentiation leaves it, overflows before mu - x does.
            content, base = base.primitive() if base.is_Add else (S.One, base)
            coefficient *= content**n
            (above if n > 0 else below).extend([base] * abs(n))
        else:
            above.append(factor)
    return coefficient, above, below


def is_difference(e: Expr, known: Known) -> bool:
    """Whether e is, up to its sign, a - b with two inputs a and b: one rounding, whatever cancels."""
    signs = [term.as_coeff_Mul() for term in Add.make_args(e)]
    return sorted(sign for sign, _ in signs) == [-1, 1] and all(
        isinstance(a, (Symbol, Indexed)) and known.vary(a) for _, a in signs
    )


def atoms_of(e: Expr, known: Known) -> set[Expr]:
    """The inputs in e: its symbols and the entries of its families."""
    labels = {s for entry in e.atoms(Indexed) for s in (entry.base.label, *entry.atoms(Symbol))}
    return e.atoms(Indexed) | {s for s in e.free_symbols & known.variables if s not in labels}


BEFORE_THE_PARTS: tuple[tuple[str, Rule], ...] = (
    ("partial fractions", partial_fractions),
    ("fraction of a sum", fraction_of_sum),
)

AFTER_THE_PARTS: tuple[tuple[str, Rule], ...] = (
    ("log of 1 + t", plus_one),
    ("square times exp", square_and_exp),
    ("constant in a log", constant_in_log),
    ("weighted log", weight),
    ("quotient", quotient),
    ("common denominator", common_denominator),
    ("strongest pole", strongest_pole),
)
