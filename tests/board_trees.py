"""Random expressions over the shared symbols, for the tests of the printers and of the parser."""

import random

import sympy as sp

from cesym.symbols import C, N, c, i, j, k, lam, mu, p, q, scalar, sigma, v, x, y, z

LEAVES = [N, sigma, v, sp.pi, x[i], mu[i], p[i], k[i], z[i], lam[i], q[i, c], p[i, y[i]], x[1], scalar(mu)]
NUMBERS = [sp.Integer(n) for n in (-3, -2, -1, 1, 2, 3, 10)] + [sp.Rational(*r) for r in ((1, 2), (-1, 2), (2, 3))]
EXPONENTS = [*map(sp.Integer, (-3, -2, -1, 2, 3)), sp.Rational(1, 2), sp.Rational(-1, 2), sp.Rational(3, 2)]


def grow(rng: random.Random, depth: int) -> sp.Expr:
    """One expression; its operations are picked at random, deeper ones are rarer."""
    if depth <= 0 or rng.random() < 0.12:
        return rng.choice(LEAVES) if rng.random() < 0.8 else rng.choice(NUMBERS)

    def sub() -> sp.Expr:
        return grow(rng, depth - 1)

    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    match kind:
        case "add":
            return sp.Add(*[sub() for _ in range(rng.randint(2, 3))])
        case "minus":
            return sub() - sub()
        case "mul":
            return sp.Mul(*[sub() for _ in range(rng.randint(2, 3))])
        case "div":
            return sub() / sub()
        case "pow":
            return sp.Pow(sub(), rng.choice([*EXPONENTS, k[i], 1 - k[i], v]))
        case "exp":
            return sp.exp(sub())
        case "log":
            return sp.log(sub())
        case "abs":
            return sp.Abs(sub())
        case "sum" | "product":
            big = sp.Sum if kind == "sum" else sp.Product
            return big(sub(), *rng.choice([[(i, 1, N)], [(c, 1, C)], [(j, 1, N)], [(c, 1, C), (i, 1, N)]]))
        case "count":
            return rng.choice([sp.factorial(k[i]), sp.binomial(N, k[i]), sp.KroneckerDelta(c, y[i]),
            sp.factorial(k[i] + 1)])
        case "gamma":
            return rng.choice([sp.gamma, sp.loggamma])(sub())
        case "cases":
            return sp.Piecewise((sub(), sp.Eq(k[i], 1)), (sub(), x[i] > mu[i]), (sub(), True), evaluate=False)
        case _:
            return sp.Derivative(sub(), rng.choice([x[i], sigma]))


KINDS = dict(add=5, minus=4, mul=5, div=4, pow=4, exp=2, log=4, abs=1, sum=4, product=2, count=2, gamma=1, cases=1,
derivative=1)
