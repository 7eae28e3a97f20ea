"""Quotients: divisions one after the other where products would overflow, and one denominator where terms cancel."""

from itertools import combinations

from sympy import Add, Dummy, Expr, Function, Mul, Pow, S, Sum, apart, exp, expand, factor

from cesym.numeric.operations.nodes import (
    bernoulli_score,
    except_at_zero,
    over_square,
    ratio,
    square_over,
    times_exp,
    weighted,
    xdivy,
)  # fmt: skip
from cesym.numeric.operations.operation import Node
from cesym.numeric.rules.terms import Known, atoms_of, factors_of, is_difference, is_plain, multiple, others

__all__ = [
    "common_denominator",
    "common_pole",
    "fraction_of_sum",
    "one_quotient",
    "partial_fractions",
    "quotient",
]


def one_quotient(e: Expr) -> Expr | None:
    """1/(a + b) - a/(a + b)**2 as b/(a + b)**2, where what cancels over one denominator leaves a single term."""
    if not e.is_Add or len(e.args) > 4:
        return None
    below = {f.base for term in e.args for f in Mul.make_args(term) if f.is_Pow and f.exp.is_Integer and f.exp < 0}
    if not any(base.is_Add for base in below) or e.atoms(Sum):
        return None
    names = {part: Dummy() for part in e.atoms(Function, exp) | {p for p in e.atoms(Pow) if not p.exp.is_Integer}}
    value = factor(e.xreplace(names))
    _, above, _ = factors_of(value)
    # Of what may overflow, nothing comes to stand above.
    if any(part.is_Add or part.free_symbols & set(names.values()) for part in above):
        return None
    return value.xreplace({name: part for part, name in names.items()})


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
            rest = others(e.args, one)
            return Add(*[Mul(term, *rest) for term in one.args])
    return None


def common_pole(e: Expr, known: Known) -> Expr | None:
    """b/v - a/v**2 as (b - a/v)/v: neither term overflows before the other has its say; b/v - node/v likewise."""
    if not e.is_Add:
        return None
    below = [factors_of(term)[2] for term in e.args]
    for t in sorted(atoms_of(e, known), key=str):
        orders = [factors.count(t) for factors in below]
        if 0 < min(orders) < max(orders) or (0 < min(orders) and e.atoms(Node)):
            value: Expr = Add(*[term * t ** min(orders) for term in e.args])
            for _ in range(min(orders) // 2):
                value = over_square(value, t)
            return ratio(value, t) if min(orders) % 2 else value
    return None


def quotient(e: Expr, known: Known) -> Expr | None:
    """Products with denominators, as divisions one after the other, so that no power is formed."""
    coefficient, above, below = factors_of(e)
    if not below or (len(below) > 1 and overflow_first(above, below)):
        return None
    sign = -S.One if coefficient.is_negative else S.One
    if len(below) == 1 and known.vary(below[0]) and is_plain(below[0]):
        squares = [r for r in dict.fromkeys(above) if above.count(r) > 1 and known.vary(r)]
        if squares:
            for _ in range(2):
                above.remove(squares[0])
            return Mul(sign, square_over(squares[0], below[0], sign * coefficient), *above)
    if not above:
        # 0.5/v and not 0.5*(1/v), which overflows first.
        above, coefficient = [sign * coefficient], sign
    if len(above) == 1 and len(below) == 2 and below[0] == below[1]:
        return Mul(coefficient, over_square(above[0], below[0]))
    if len(set(below)) > 1 and not all(d.is_Symbol or d.is_Indexed for d in below):
        # As it was typed: of n/d/e and n/(d*e) each may overflow where the other does not.
        d = Mul(*below)
        weights = [f for f in above if atoms_of(f, known) and not atoms_of(f, known) & atoms_of(d, known)]
        if 0 < len(weights) < len(above) and not d.atoms(Function, Sum):
            return Mul(coefficient, weighted(Mul(*weights), ratio(Mul(*others(tuple(above), *weights)), d)))
        above, below = [Mul(*above)], [d]
    if not all(map(is_plain, below)):
        above = [Mul(*above)]  # not r*(r/d), which is 0 where d overflows
    inputs = [atoms_of(part, known) for part in above]
    # Spread evenly: r**2/v**3 as (r/v/v)*(r/v) meets no r**2 and no v**3.
    for n, d in enumerate(below):
        n %= len(above)
        # 0/0 is 0 where the numerator is a weight of its own, not in sin(x)/x.
        apart_ = inputs[n] and atoms_of(d, known) and not inputs[n] & atoms_of(d, known)
        within = d.has(times_exp) and len(Add.make_args(d - above[n])) < len(d.args)
        guarded = within or (apart_ and not d.atoms(Function, Pow, Sum))
        above[n] = (xdivy if guarded else ratio)(above[n], d)
    return Mul(coefficient, *above)


def overflow_first(above: list[Expr], below: list[Expr]) -> bool:
    """exp(2*t)/d/d, with exp(t) in d, is infinite while d is not; exp(2*t)/d**2 is NaN, which is seen."""
    exponents = [one.args[0] for d in below for one in d.atoms(exp)]
    return any(multiple(one.args[0], t) >= 2 for n in above for one in n.atoms(exp) for t in exponents)


def common_denominator(e: Expr, known: Known) -> Expr | None:
    """-k/p + (1 - k)/(1 - p) as (p - k)/(1 - p)/p, whose numerator is rounded once."""
    if not e.is_Add:
        return None
    for pair in combinations(e.args, 2):
        fractions = [term.as_coeff_Mul() for term in pair]
        if not all(isinstance(f, xdivy) and not f.args[0].atoms(Function) for _, f in fractions):
            continue
        (a, f), (b, g) = fractions
        (n, d), (m, h) = f.args, g.args
        coefficient, above = expand(a * n * h + b * m * d).primitive()
        if not is_difference(above, known):
            continue
        left = others(e.args, *pair)
        for k, p, rest, complement, sign in ((n, d, m, h, -a), (m, h, n, d, -b)):
            # The other fraction may be spelled with k - 1 or p - 1.
            spelled = {rest, -rest, complement, -complement} >= {1 - k, 1 - p}
            if (k.is_Symbol or k.is_Indexed) and abs(a) == abs(b) and spelled:
                return Add(sign * bernoulli_score(k, p), *left)
        combined = coefficient * ratio(ratio(above, h), d)
        return Add(except_at_zero(combined, Add(*pair), n, m), *left)
    return None
