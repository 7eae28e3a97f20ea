"""What the rules ask of an expression: its factors, its terms, and the inputs in it."""

from typing import NamedTuple

from sympy import Add, Expr, Indexed, Mul, Pow, S, Symbol, exp

__all__ = [
    "Known",
    "atoms_of",
    "coefficient_of",
    "exp_beside",
    "factor_beside",
    "factors_of",
    "is_difference",
    "is_plain",
    "multiple",
    "others",
    "separated",
    "terms_of",
]


class Known(NamedTuple):
    """The letters that stand for numbers given at each call, and the terms known to be a class, 1..C."""

    variables: frozenset[Symbol]
    classes: frozenset[Expr] = frozenset()

    def vary(self, e: Expr) -> bool:
        return bool(e.free_symbols & self.variables)


def others(parts: tuple[Expr, ...], *used: Expr) -> list[Expr]:
    """The parts that are not used."""
    return [part for part in parts if part not in used]


def factors_of(e: Expr) -> tuple[Expr, list[Expr], list[Expr]]:
    """A product as a constant and the factors above and below the line, small powers written out."""
    coefficient: Expr = S.One
    above: list[Expr] = []
    below: list[Expr] = []
    for factor in Mul.make_args(e):
        base, n = factor.as_base_exp()
        if factor.is_number:
            coefficient *= factor
        elif n.is_Integer and abs(n) <= 4 and not isinstance(factor, exp):
            # 2*mu - 2*x, as differentiation leaves it, overflows before mu - x does.
            content, base = base.primitive() if base.is_Add and is_plain(base) else (S.One, base)
            coefficient *= content**n
            (above if n > 0 else below).extend([base] * abs(n))
        else:
            above.append(factor)
    return coefficient, above, below


def separated(e: Expr, kind: type) -> tuple[Expr, Expr | None]:
    """e as a product of something and one node of a kind, if it has exactly one."""
    found = [f for f in Mul.make_args(e) if isinstance(f, kind)]
    if len(found) != 1:
        return e, None
    return Mul(*others(Mul.make_args(e), *found)), found[0]


def factor_beside(e: Expr, t: Expr) -> Expr | None:
    """m where e is m*t; a - b in t may be b - a in e."""
    n, t = t.as_coeff_Mul()
    factors = list(Mul.make_args(e))
    for part in Mul.make_args(t):
        if part in factors:
            factors.remove(part)
        elif -part in factors:
            factors.remove(-part)
            n = -n
        else:
            return None
    return Mul(*factors) / n if t != 1 else None


def coefficient_of(e: Expr) -> tuple[Expr, Expr]:
    """e as c*exp(t): c and t, which is 0 where e has no exponential."""
    c, node = separated(e, exp)
    return (c, node.args[0]) if node is not None else (e, S.Zero)


def exp_beside(e: Expr, constant: int) -> Expr | None:
    """t where e is constant + exp(t)."""
    if e.is_Add and len(e.args) == 2 and e.args[0] == constant and isinstance(e.args[1], exp):
        return e.args[1].args[0]
    return None


def multiple(e: Expr, t: Expr) -> Expr:
    """m where e is m*t with a number m, else 0."""
    (m, one), (n, other) = e.primitive(), t.primitive()
    return m / n if one == other else -m / n if one == -other else S.Zero


def terms_of(e: Expr) -> list[Expr]:
    """What may be split off from e as a summand: of 3*a + b all of it, 3*a, a, and b."""
    found = [e]
    for one in (e, *Add.make_args(e)):
        n, part = one.primitive()
        found += [one, part if n >= 1 else one]
    return list(dict.fromkeys(found))


def is_plain(e: Expr) -> bool:
    """Whether e is made of inputs and numbers by sums, products and powers with numbers as exponents."""
    parts = without_indices(e)
    return all(isinstance(part, (Add, Mul, Pow, Symbol, Indexed)) or part.is_number for part in parts) and all(
        part.exp.is_number for part in parts if isinstance(part, Pow)
    )


def without_indices(e: Expr) -> list[Expr]:
    return [e] if isinstance(e, Indexed) else [e, *[part for arg in e.args for part in without_indices(arg)]]


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
