"""Poles: where one term grows beyond all others, they count no more, though each of them be infinite."""

from sympy import Abs, Add, Dummy, Expr, Indexed, Mul, Symbol, digamma, exp, log, loggamma

from cesym.numeric.operations import nodes
from cesym.numeric.operations.nodes import dominated, ratio, square_over, weighted, xdivy
from cesym.numeric.rules.terms import Known, atoms_of, others

__all__ = ["growth_of_term", "strongest_growth", "strongest_pole"]

LOGARITHMIC = 0.25  # less than any power
EXPONENTIAL = 1000.0  # more than any power
EXPONENTIALS = (exp, nodes.times_exp, nodes.square_times_exp)
LOGS = (log, nodes.log_times, nodes.log_over, nodes.log1p, nodes.log1p_over, nodes.logit)


def strongest_pole(e: Expr, known: Known) -> Expr | None:
    """a/v**2 - b/v, and r**2/v + log(v), as a lead that decides at v = 0, and the rest."""
    if not e.is_Add:
        return None
    for t in sorted(atoms_of(e, known), key=str):
        orders = {term: pole(term, t) for term in e.args}
        lead = max(e.args, key=lambda term: orders[term])
        if orders[lead] >= 1 and sum(order > 0 for order in orders.values()) > 1:
            rest = others(e.args, lead)
            if all(orders[term] < orders[lead] for term in rest):
                return dominated(lead, strongest_pole(Add(*rest), known) or Add(*rest), t)
        if (logs := stronger_log(e, t)) is not None:
            return dominated(logs, Add(*others(e.args, logs)), t)
    return None


def pole(e: Expr, t: Expr) -> float:
    """How strongly e grows at t = 0: n for a pole t**-n, less than any pole for a logarithm, 0 for no growth."""
    if isinstance(e, (ratio, xdivy, square_over)):
        return pole(e.args[0], t) * (2 if isinstance(e, square_over) else 1) + int(e.args[1] == t)
    if isinstance(e, Mul):
        return sum(pole(factor, t) for factor in e.args)
    if e.is_Pow and e.exp.is_Rational:
        n = float(e.exp)
        return max(-n, 0) if e.base == t else pole(e.base, t) * max(n, 0)
    if isinstance(e, weighted):
        return pole(e.args[0], t) + pole(e.args[1], t)
    if isinstance(e, EXPONENTIALS):
        return EXPONENTIAL if pole(e.args[-1], t) else 0
    if isinstance(e, (nodes.softplus, nodes.softplus_pair)):
        return max(pole(arg, t) for arg in e.args)
    if isinstance(e, LOGS) and t in [part for arg in e.args for part in Mul.make_args(arg)]:
        return LOGARITHMIC
    return 0


def stronger_log(e: Expr, t: Expr) -> Expr | None:
    """Of log(v)/2 + n*log(1 + r**2/v) at v = 0 the second, where n > 1/2: a term c*log(1/t) with the largest c."""
    weights = {term: weight for term in e.args if (weight := log_weight(term, t)) != 0}
    total = Add(*weights.values())
    if len(weights) < 2 or total.has(t) or not total.is_positive:
        return None
    leads = [term for term, weight in weights.items() if weight.is_positive]
    return leads[0] if len(leads) == 1 else None


def log_weight(e: Expr, t: Expr) -> Expr:
    """c where e grows like c*log(1/t) at t = 0."""
    zero: Expr = Add()
    for f in Mul.make_args(e):
        factors = others(Mul.make_args(e), f)
        if isinstance(f, weighted):
            return Mul(*factors, f.args[0]) * log_weight(f.args[1], t)
        if isinstance(f, (log, nodes.log_times)) and f.args[0] == t:
            return -Mul(*factors)
        if isinstance(f, nodes.log1p_square):
            power = f.args[1].as_powers_dict()[t]
            return 2 * power * Mul(*factors) if power > 0 else zero
    return zero


def strongest_growth(e: Expr, known: Known) -> Expr | None:
    """exp(z) - k*z as a lead that decides where it is infinite, and the rest; likewise v - k*log(v)."""
    if not e.is_Add:
        return None
    for t in sorted(atoms_of(e, known), key=str):
        kinds = {term: growth(term, t) for term in e.args}
        lead = max(e.args, key=lambda term: kinds[term])
        rest = others(e.args, lead)
        if kinds[lead] > LOGARITHMIC and 0 < max(kinds[term] for term in rest) < kinds[lead]:
            rest = [as_weight(term, t) if kinds[lead] == EXPONENTIAL else term for term in rest]
            return dominated(lead, Add(*rest), t)
    return None


def growth_of_term(e: Expr, known: Known) -> Expr | None:
    """exp(s) - k*s with a compound s: where s overflows, exp(s) is beyond all that floats can hold beside it."""
    exponents = {part.args[-1] for part in e.atoms(*EXPONENTIALS)} if e.is_Add else set()
    for s in sorted(exponents, key=str):
        if isinstance(s.as_coeff_Mul()[1], (Symbol, Indexed)):
            continue
        letter = Dummy(real=True)
        terms = {term.xreplace({s: letter, -s: -letter}): term for term in e.args}
        leads = [one for one in terms if growth(one, letter) == EXPONENTIAL and not one.free_symbols - {letter}]
        rest = [one for one in terms if one not in leads]
        if len(leads) == 1 and any(growth(one, letter) for one in rest) and not any(map(grows_too, rest)):
            rest = Add(*(terms[one] for one in rest))
            return dominated(terms[leads[0]], strongest_pole(rest, known) or rest, s)
    return None


def grows_too(e: Expr) -> bool:
    return bool(e.atoms(*EXPONENTIALS))


def as_weight(e: Expr, t: Expr) -> Expr:
    """k*z beside exp(z): z is the logarithm of what is counted, and what has weight 0 counts 0."""
    coefficient, factors = e.as_coeff_mul()
    if t in factors and len(factors) > 1:
        return coefficient * weighted(Mul(*others(factors, t)), t)
    return e


def growth(e: Expr, t: Expr) -> float:
    """The kind of growth of e far out in t: that of a logarithm, of a power (1), of an exponential, or 0 for none."""
    if isinstance(e, (Symbol, Indexed)):
        return float(e == t)
    if isinstance(e, (ratio, xdivy, square_over)):
        return growth(e.args[0], t) if not growth(e.args[1], t) else 0
    if isinstance(e, EXPONENTIALS):
        return EXPONENTIAL if growth(e.args[-1], t) else growth(e.args[0], t)
    if isinstance(e, (*LOGS, digamma)):
        return LOGARITHMIC if any(growth(arg, t) for arg in e.args) else 0
    if isinstance(e, (Add, Mul, Abs, weighted, nodes.softplus, nodes.softplus_pair, loggamma)):
        return max(growth(arg, t) for arg in e.args)
    if e.is_Pow and e.exp.is_Rational and e.exp > 0:
        return growth(e.base, t)
    return 0
