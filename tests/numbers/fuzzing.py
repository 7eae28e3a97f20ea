"""Random formulas, and what is wrong with the numbers of their functions: against mpmath, and against SymPy's lambdify.

The truth comes with a bound: how far off the formula as typed may be for its roundings alone, each operation being
rounded once. What is finite and further off, where SymPy's own function is not as wrong, is a fault.
"""

import random
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import mpmath
import numpy as np
import sympy as sp
from sympy import Piecewise, Rational, Symbol, exp, log

from cesym import lambdify

A, B, X, Z = (Symbol(name, real=True) for name in "abxz")
U, V = (Symbol(name, positive=True) for name in "uv")
LETTERS = (A, B, X, Z, U, V)
EPS, TINY, HUGE = mpmath.mpf(2) ** -53, mpmath.mpf(2) ** -1074, mpmath.mpf(2) ** 1024
MARGIN = 256  # times the bound of the formula as typed
DIGITS = 60
SCALES = (1, 1, 1, 30, 300, 900)
SMALL, LARGE = (1e-10, 1e-5), (1e5, 1e12, 1e80)


# Formulas


class Maker:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.letters = rng.sample(LETTERS, rng.choice((1, 2, 2, 3)))

    def some(self, *makers: Callable[[], Any]) -> Any:
        return self.rng.choice(makers)()

    def number(self) -> Any:
        return self.rng.choice((1, 1, 1, 2, 2, 3, 4, Rational(1, 2), Rational(1, 3), Rational(3, 2), 10))

    def letter(self) -> Any:
        return self.rng.choice(self.letters)

    def linear(self) -> Any:
        """A letter with a coefficient, a difference, a sum: what stands in an exponential."""
        one = self.rng.choice((1, -1, 2, -2, Rational(1, 2), Rational(3, 2))) * self.letter()
        return self.some(lambda: one, lambda: one, lambda: one + self.rng.choice((1, -1)) * self.letter())

    def power(self) -> Any:
        return exp(self.linear())

    def sum_of_powers(self) -> Any:
        parts = [self.number() * self.power() for _ in range(self.rng.choice((1, 2, 2)))]
        return self.some(lambda: 0, lambda: self.number()) + sum(parts)

    def sigmoid(self) -> Any:
        return 1 / (1 + exp(self.linear()))

    def quotient(self) -> Any:
        above = self.some(self.power, self.number, self.sum_of_powers, self.letter, lambda: self.power() - self.power())
        return above / self.sum_of_powers()

    def square(self) -> Any:
        inner = self.some(lambda: self.letter() ** 2, lambda: (self.letter() - self.letter()) ** 2)
        return (self.number() + inner / self.number()) ** self.rng.choice((1, -1, -1, -2, -3, Rational(1, 2), Rational(-1, 2)))

    def symbolic(self) -> Any:
        base = self.some(lambda: self.rng.choice((U, V)), lambda: 1 + self.rng.choice((U, V)), lambda: 2, lambda: 1 + exp(self.letter()))
        return base ** self.some(self.letter, lambda: self.letter() + 1, lambda: self.letter() - self.letter(), lambda: self.letter() / 2)

    def logarithm(self) -> Any:
        inner = self.some(self.sum_of_powers, lambda: 1 + self.letter() ** 2, lambda: self.rng.choice((U, V)), self.sigmoid,
                          lambda: self.rng.choice((U, V)) / self.rng.choice((1 + V, V, 1 + U)))  # fmt: skip
        return log(inner)

    def cases(self) -> Any:
        return Piecewise((self.simple(), self.letter() > self.some(lambda: 0, self.letter)), (self.simple(), True))

    def simple(self) -> Any:
        return self.some(self.letter, self.power, self.sigmoid, self.quotient, self.square, self.symbolic, self.logarithm,
                         lambda: self.letter() ** 2)  # fmt: skip

    def formula(self) -> Any:
        one, other = self.simple(), self.simple()
        return self.some(
            self.quotient, self.square, self.symbolic, self.logarithm, self.cases, lambda: one * other, lambda: one * other,
            lambda: one - other, lambda: one + other, lambda: one / (1 + other**2), lambda: one * other - self.simple(),
            lambda: -log(self.quotient()), lambda: log(1 + self.square()), lambda: one**2 * other,
        )  # fmt: skip


def formulas(seed: int, count: int) -> Iterator[Any]:
    """Random formulas with letters in them."""
    rng = random.Random(seed)
    while count:
        e = sp.sympify(Maker(rng).formula())
        if e.free_symbols and not e.has(sp.nan, sp.zoo, sp.oo, sp.I):
            count -= 1
            yield e


def points(e: Any, count: int, seed: int) -> np.ndarray:
    """Numbers for the letters, a row each: of one scale, of mixed scales, zeros, equal ones."""
    rng = random.Random(seed)
    letters = sorted(e.free_symbols, key=str)
    rows = []
    for _ in range(count):
        scale = rng.choice(SCALES)
        row = [rng.gauss(0, scale if rng.random() < 0.8 else rng.choice(SCALES)) for _ in letters]
        if rng.random() < 0.3:
            row[rng.randrange(len(row))] = rng.choice((0.0, *SMALL, *LARGE, 1.0, 745.5, -745.5, 710.5, -710.5))
        if len(row) > 1 and rng.random() < 0.1:
            row[0] = row[1]
        rows.append([abs(x) or 1.0 if letter.is_positive else x for x, letter in zip(row, letters, strict=True)])
    return np.array(rows)


def with_nan(e: Any) -> np.ndarray:
    """Rows with NaN for one letter, the others 0, 1 or 2; beside cases not 0, since 0/0 in one has nothing to do with it."""
    count, rest = len(e.free_symbols), (1.0, 2.0) if e.has(Piecewise) else (0.0, 1.0, 2.0)
    return np.array([[np.nan if n == at else other for n in range(count)] for at in range(count) for other in rest])


# Truth


class Unknown(Exception):
    """No value, or none that can be had."""


class Rounded(NamedTuple):
    """A value and how far off it may be for rounding; what underflows is off by as much as the smallest number."""

    value: Any
    error: Any


def rounded(value: Any, error: Any) -> Rounded:
    if not mpmath.isfinite(value) or isinstance(value, mpmath.mpc):
        raise Unknown
    return Rounded(value, error + abs(value) * EPS + TINY)


def truth(e: Any, at: dict[Any, Any]) -> Rounded:
    """The value of a formula and the bound, operation by operation."""
    if e in at:
        return Rounded(at[e], mpmath.mpf(0))
    if e.is_Rational:
        return Rounded(mpmath.mpf(e.p) / e.q, abs(mpmath.mpf(e.p) / e.q) * EPS if e.q & (e.q - 1) else mpmath.mpf(0))
    if e.is_number and not e.args:
        return rounded(mpmath.mpf(e), mpmath.mpf(0))
    if isinstance(e, Piecewise):
        for value, condition in e.args:
            if condition == True or truth(condition.gts, at).value > truth(condition.lts, at).value:  # noqa: E712
                return truth(value, at)
        raise Unknown
    parts = [truth(part, at) for part in e.args]
    if e.is_Add:
        most = sum(abs(p.value) for p in parts)
        return rounded(sum(p.value for p in parts), sum(p.error for p in parts) + most * EPS * len(parts))
    if e.is_Mul:
        value, relative = mpmath.mpf(1), mpmath.mpf(0)
        error = mpmath.mpf(0)
        for p in parts:
            error = error * (abs(p.value) + p.error) + abs(value) * p.error
            value *= p.value
            relative += EPS
        return rounded(value, error + abs(value) * relative)
    if isinstance(e, exp):
        (x,) = parts
        if abs(x.value) > 1e6:
            raise Unknown
        value = mpmath.exp(x.value)
        return rounded(value, value * mpmath.expm1(min(x.error, mpmath.mpf(700))))
    if isinstance(e, log):
        (x,) = parts
        if x.value <= 0:
            raise Unknown
        return rounded(mpmath.log(x.value), -mpmath.log1p(-x.error / x.value) if x.error < x.value / 2 else mpmath.inf)
    if e.is_Pow:
        base, n = parts
        if base.value == 0 and n.value < 0:
            raise Unknown
        if e.exp.is_Integer:
            value = base.value ** int(e.exp)
        elif base.value < 0 or (base.value == 0 and not e.exp.is_positive):
            raise Unknown
        else:
            if base.value and abs(n.value * mpmath.log(base.value)) > 1e6:
                raise Unknown
            value = base.value**n.value
        if base.value == 0:
            return rounded(value, base.error ** abs(n.value))
        change = base.error / abs(base.value)
        if change > 0.5:
            return rounded(value, mpmath.inf)
        grown = abs(n.value) * -mpmath.log1p(-change) + n.error * abs(mpmath.log(abs(base.value)))
        return rounded(value, abs(value) * mpmath.expm1(min(grown, mpmath.mpf(700))))
    raise Unknown


# Faults


class Fault(NamedTuple):
    kind: str  # "crashed", "wrong", "worse"
    formula: Any
    at: dict[str, float]
    ours: Any
    sympys: Any
    true: Any
    more: str = ""

    def __str__(self) -> str:
        if not self.at:
            return f"{self.kind}: {self.formula}: {self.more}"
        where = ", ".join(f"{name} = {value!r}" for name, value in self.at.items())
        numbers = f"{self.ours!r} for {self.true}; SymPy's lambdify: {self.sympys!r}"
        return f"{self.kind}: {self.formula} at {where}: {numbers}"


def far_off(result: float, true: Rounded) -> bool:
    """Whether a number is not the true one, rounding apart."""
    if abs(true.value) >= HUGE:
        return not result == (np.inf if true.value > 0 else -np.inf) and not abs(result) > 1e308
    if not np.isfinite(result):
        return not (abs(true.value) + MARGIN * true.error > HUGE / 2 and not np.isnan(result))
    # What is about as small as the smallest normal numbers may count as 0.
    return abs(mpmath.mpf(result) - true.value) > MARGIN * (true.error + abs(true.value) * EPS) + mpmath.mpf(2) ** -1000


def judged(e: Any, rows: np.ndarray, backend: str = "numpy") -> Fault | None:
    """The first fault of a formula's function at some points, or where a letter is NaN; or None.

    Code may run in one way for arrays whose results are finite and in another for the rest, so both are asked for.
    """
    letters = sorted(e.free_symbols, key=str)
    rows = np.concatenate([rows, with_nan(e)])
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            f = lambdify(letters, e, backend)
            ours = values(f, rows)
            finite = np.isfinite(ours)
            again = values(f, rows[finite])
        except Exception as error:
            return Fault("crashed", e, {}, None, None, None, f"{type(error).__name__}: {error}"[:300])
        try:
            plain = values(sp.lambdify(letters, e, "numpy"), rows)
        except Exception:
            plain = np.full(len(rows), np.nan)
    results = [*zip(rows, ours, plain, strict=True), *zip(rows[finite], again, plain[finite], strict=True)]
    with mpmath.workdps(DIGITS):
        for row, mine, sympys in results:
            fault = judged_at(e, dict(zip(letters, row.tolist(), strict=True)), float(mine), float(sympys))
            if fault is not None:
                return fault
    return None


def values(f: Any, rows: np.ndarray) -> np.ndarray:
    return np.broadcast_to(np.asarray(f(*map(np.ascontiguousarray, rows.T)), float), len(rows))


def judged_at(e: Any, at: dict[Any, float], ours: float, sympys: float) -> Fault | None:
    def fault(kind: str, true: Any) -> Fault:
        return Fault(kind, e, {str(letter): value for letter, value in at.items()}, ours, sympys, true)

    if np.isnan(list(at.values())).any():
        return fault("wrong", "nan") if np.isnan(sympys) and not np.isnan(ours) else None
    try:
        true = truth(e, {letter: mpmath.mpf(value) for letter, value in at.items()})
    except (Unknown, OverflowError, ZeroDivisionError):
        return None
    if not far_off(ours, true):
        return None
    theirs = far_off(sympys, true)
    if theirs and (not np.isfinite(ours) or is_as_wrong(sympys, ours, true)):
        return None  # lost by both; a number that is none, or infinite, is seen to be lost
    return fault("wrong" if theirs else "worse", mpmath.nstr(true.value, 12))


def is_as_wrong(sympys: float, ours: float, true: Rounded) -> bool:
    """Whether SymPy's number is no nearer to the true one than ours."""
    return bool(np.isfinite(sympys)) and abs(mpmath.mpf(ours) - true.value) <= 2 * abs(mpmath.mpf(sympys) - true.value)


def reduced(fault: Fault, backend: str = "numpy") -> Fault:
    """A smaller formula with a fault of the same kind: parts are left out or put for the whole, while one remains."""
    best, improved = fault, True
    while improved:
        improved = False
        for e in dict.fromkeys(smaller(best.formula)):
            if not e.free_symbols or sp.count_ops(e) >= sp.count_ops(best.formula):
                continue
            letters = sorted(e.free_symbols, key=str)
            if best.at and set(map(str, letters)) <= best.at.keys():
                rows = np.array([[best.at[str(letter)] for letter in letters]] * 2)
            else:
                rows = points(e, 40, 1)
            found = judged(e, rows, backend)
            if found is not None and found.kind == best.kind:
                best, improved = found, True
                break
    return best


def smaller(e: Any) -> Iterator[Any]:
    """A formula with one part left out, or with a part put for it."""
    for n, part in enumerate(e.args):
        if isinstance(e, Piecewise):
            yield part[0]
            continue
        yield part
        if e.is_Add or e.is_Mul:
            yield e.func(*e.args[:n], *e.args[n + 1 :])
        for less in smaller(part):
            yield e.func(*e.args[:n], less, *e.args[n + 1 :])
