"""Derivatives of terms. Whoever asks has checked that the letter or entry x ranges over an open set."""

from cesym.kernel.calculus import POSITIVE, Calculus
from cesym.kernel.terms import ONE, ZERO, Poly, add, atom, const, mentions, minus, monomial, whole
from cesym.kernel.trees import Refused


def derivative(K: Calculus, p: Poly, x: tuple) -> Poly:
    """dp/dx for a letter or an entry x. The caller has checked that x ranges over an open set."""
    return add(*(
        K.mul(const(c), monomial(m - {(a, e)}), power_derivative(K, a, e, x))
        for m, c in p for a, e in m if mentions((a, e), {x[1]})
    ))  # fmt: skip


def power_derivative(K: Calculus, a: tuple, e: Poly, x: tuple) -> Poly:
    da, de, out = atom_derivative(K, a, x), derivative(K, e, x), []
    positive = K.atom_sign(a) == POSITIVE
    if (de or (da and whole(e) is None)) and not positive:
        raise Refused("no derivative: a base under an exponent that is not a number is not shown to be positive")
    if da:
        out.append(K.mul(e, K.atom_power(a, minus(e, ONE)), da))
    if de:
        out.append(K.mul(K.atom_power(a, e), de, K.log(atom(a))))
    return add(*out)


def atom_derivative(K: Calculus, a: tuple, x: tuple) -> Poly:
    if not mentions(a, {x[1]}):
        return ZERO
    match a:
        case ("sym", _, _):
            return ONE
        case ("idx", _, _, indices) if not mentions(indices, {x[1]}):
            return K.mul(*(K.delta(minus(s, t)) for s, t in zip(indices, x[3], strict=True)))
        case ("log", q):
            return K.mul(derivative(K, q, x), K.power(q, const(-1)))
        case ("poly", q):
            return derivative(K, q, x)
        case ("sum" | "prod", binders, _) if mentions(tuple(n for _, n in binders), {x[1]}):
            raise Refused("no derivative: the range of a sum or product moves with the variable")
        case ("sum", _, _):
            binders, body = K.open(a)
            return K.total(binders, derivative(K, body, x))
        case ("prod", _, _):
            binders, body = K.open(a)
            if K.sign(body, True):  # (prod f)' = prod f * sum f'/f
                slopes = K.mul(derivative(K, body, x), K.power(body, const(-1)))
                return K.mul(atom(a), K.total(binders, slopes))
    raise Refused("no derivative: a kink, or a function whose derivative the kernel does not know")
