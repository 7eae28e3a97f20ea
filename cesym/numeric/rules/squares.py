"""Recognises sums of two squares below the line and in logarithms, as in a Cauchy or Student distribution."""

from sympy import Add, Expr, Mul, Pow, S, log, sqrt

from cesym.numeric.operations.nodes import log1p_square, over_squares, share_of_squares
from cesym.numeric.rules.terms import factors_of, is_plain, others

__all__ = ["log_of_one_plus_square", "over_sum_of_squares"]


def root(e: Expr) -> tuple[Expr, Expr] | None:
    """n and d with e = (n/d)**2, where every factor is an even power or known to be positive."""
    coefficient, above, below = factors_of(e)
    if not coefficient.is_positive:
        return None
    sides = []
    for number, factors in zip(coefficient.as_numer_denom(), (above, below), strict=True):
        roots = [sqrt(number)]
        for f in dict.fromkeys(factors):
            pairs, odd = divmod(factors.count(f), 2)
            roots += [f**pairs, *([sqrt(f)] if odd else [])]
            if odd and not f.is_positive:
                return None
        sides.append(Mul(*roots))
    return sides[0], sides[1]


def two_squares(e: Expr) -> tuple[Expr, Expr, Expr] | None:
    """n, d and m with e = (n**2 + d**2)/m**2, one of the squares being one of a letter or a sum."""
    if not (e.is_Add and len(e.args) == 2):
        return None
    one, other = map(root, e.args)
    if one is None or other is None or not any(is_square(term) for term in e.args):
        return None
    (a, b), (c, d) = one, other
    return a * d, c * b, b * d


def is_square(e: Expr) -> bool:
    return any(f.is_Pow and f.exp == 2 and not f.base.is_number for f in Mul.make_args(e))


def over_sum_of_squares(e: Expr) -> Expr | None:
    """r/(v + r**2) by r/sqrt(v) or sqrt(v)/r, whichever is the smaller; r**2/(v + r**2) and v/(v + r**2) likewise."""
    for f in e.args if e.is_Mul else ():
        base, power = f.as_base_exp()
        squares = two_squares(base) if power.is_Integer and power < 0 else None
        if squares is None:
            continue
        n, d, m = squares
        rest = Mul(*others(e.args, f), m**2, base ** (power + 1))
        for one, other in ((n, d), (d, n)):
            if (left := without(rest, one**2)) is not None:
                return left * share_of_squares(one, other)
        for one, other in ((n, d), (d, n)):
            if (left := without(rest, one)) is not None:
                return left * over_squares(one, other)
        n, d = (d, n) if n.is_number else (n, d)
        # Not by the square of an exponential, say, which may underflow.
        if not rest.is_number and is_plain(d):
            return rest / d**2 * share_of_squares(d, n)
    return None


def without(e: Expr, part: Expr) -> Expr | None:
    """e/part where part is a factor of e, up to its sign and a number; part must not be one itself."""
    coefficient, above, below = factors_of(e)
    number, wanted, under = factors_of(part)
    if not wanted or under:
        return None
    for w in wanted:
        if w in above:
            above.remove(w)
        elif -w in above:
            above.remove(-w)
            number = -number
        else:
            return None
    return coefficient / number * Mul(*above) * Pow(Mul(*below), -1)


def log_of_one_plus_square(e: Expr) -> Expr | None:
    """log(1 + r**2/v) as log1p_square(r, sqrt(v))."""
    if not (isinstance(e, log) and e.args[0].is_Add and S.One in e.args[0].args):
        return None
    t = Add(*others(e.args[0].args, S.One))
    parts = root(t) if not t.is_Add and is_square(t) else None
    return log1p_square(*parts) if parts else None
