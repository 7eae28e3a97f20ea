"""Wrong lines that no witness betrays: a right line plus terms that are 0 at every witness, and not everywhere.

The terms are built from the witnesses themselves (``d.given.kernel.models``): whoever admits what the witnesses do
not refute admits all of these lines.
"""

import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import sympy as sp

from cesym.derivation import Derivation
from cesym.symbols import C, N, i, j

from .claims import Case, Claim, right, wrong
from .mutators import places, put

UNSEEN = 7  # a size that no witness has, and that our own models reach
SIZES = (1, 8)


def seen(d: Derivation) -> dict[str, list]:
    """Every letter's values at the witnesses: numbers, or mappings of indices to numbers."""
    values: dict[str, list] = {}
    for model in d.given.kernel.models:
        for name, value in model:
            values.setdefault(name, []).append(dict(value) if isinstance(value, tuple) else value)
    return values


def rational(x: Fraction) -> Any:
    return sp.Rational(x.numerator, x.denominator)


def vanishing(d: Derivation) -> list[Any]:
    """Expressions that are 0 at every witness: products over the values seen, deltas at sizes unseen, and mixtures."""
    values, letters = seen(d), d.letters
    found: list[Any] = []
    for name, letter in letters.items():
        kept = values[name]
        if isinstance(letter, sp.Symbol):
            numbers = sorted(set(kept))
            found.append(sp.Mul(*(letter - rational(v) for v in numbers)))
            if letter.is_integer:
                top = max(numbers)
                found += [sp.KroneckerDelta(letter, UNSEEN), sp.KroneckerDelta(letter, int(top) + 3)]
                found.append(sp.Piecewise((sp.S.One, letter > rational(top)), (sp.S.Zero, True)))
                found.append(sp.Sum(sp.KroneckerDelta(i, UNSEEN), (i, 1, letter)))
                found.append(sp.Mul(*(rational(v) ** 2 - letter**2 for v in numbers)))
        else:
            arity = len(next(iter(kept[0])))
            for at in ((1,) * arity, (2,) * arity):
                numbers = sorted({model[at] for model in kept})
                found.append(sp.Mul(*(letter[at] - rational(v) for v in numbers)))
            length = next((size for size in (N, C) if size.name in values), None)  # of the first index
            if length is None:
                continue
            sums = sorted({
                sum(model[(n, *(1,) * (arity - 1))] for n in range(1, int(size) + 1))
                for model, size in zip(kept, values[length.name], strict=True)
            })  # fmt: skip
            entry = letter[(j, *(sp.S.One,) * (arity - 1))]
            found.append(sp.Mul(*(sp.Sum(entry, (j, 1, length)) - rational(v) for v in sums)))
            found.append(sp.Sum(sp.KroneckerDelta(j, UNSEEN) * entry, (j, 1, length)))
    return found


def hidden(d: Derivation, rng: random.Random, zeros: list[Any]) -> Any:
    """One of them, or a product, power or sum of such with anything."""
    z = rng.choice(zeros)
    shape = rng.randrange(6)
    if shape == 0:
        return z
    if shape == 1:
        return z**2
    if shape == 2:
        return z * rng.choice(zeros)
    if shape == 3:
        return z * rng.choice([*(s for s in d.letters.values() if isinstance(s, sp.Symbol)), sp.S(3), sp.Rational(1, 7), sp.pi])
    if shape == 4:
        return z - rng.choice((2, -1, sp.Rational(1, 2))) * rng.choice(zeros)
    return sp.exp(z) - 1


# How a hidden 0 is put in: each of these is the same part as before wherever z is 0.
WAYS: tuple[Callable[[Any, Any], Any], ...] = (
    lambda part, z: part + z,
    lambda part, z: part * (1 + z**2),
    lambda part, z: part * sp.exp(z),
    lambda part, z: part + z * part**2,
)


def perturbed(e: Any, z: Any, rng: random.Random) -> Any | None:
    """The line with a hidden 0 at some place: a term, a factor, inside a sum or a logarithm, an index or a limit."""
    spots = [at for at in places(e) if not set(at.bound) & z.free_symbols or at.role == "limit"]
    at = rng.choice(spots)
    if at.role == "limit":
        if not isinstance(z, sp.KroneckerDelta):
            return None
        letter, low, high = at.part
        return put(e, at.path, sp.Tuple(letter, low, high + z))
    if at.role == "index":
        return put(e, at.path, at.part + z) if z.is_integer else None
    return put(e, at.path, rng.choice(WAYS)(at.part, z))


def blind(name: str, d: Derivation, n: int, seed: int = 0) -> Iterator[Case]:
    """n witness-blind wrong steps of a derivation; each is known to be wrong at a model of our own."""
    rng = random.Random(f"{seed} {name}")
    zeros, steps = vanishing(d), right(name, d)
    tries = 0
    while n and tries < 40 * n + 400:
        tries += 1
        claim = rng.choice(steps)
        z = hidden(d, rng, zeros)
        try:
            changed = altered(claim, z, rng)
        except (TypeError, ValueError, AttributeError):  # SymPy will not have it
            continue
        if changed is None or changed.after.has(sp.nan, sp.zoo, sp.I) or changed == claim:
            continue
        if wrong(changed, sizes=SIZES, n=16):
            n -= 1
            yield Case("witness-blind", changed, certain=True)


def altered(claim: Claim, z: Any, rng: random.Random) -> Claim | None:
    """The hidden 0 in the line claimed, or, one time in four, in the constants or the certificate."""
    if claim.primitive == "same minimiser" and rng.random() < 0.4:
        a, b, over = claim.data
        data = rng.choice(((a * (1 + z**2), b, over), (a, b + z, over)))
        return claim._replace(kind="witness-blind", data=data)
    if claim.primitive == "certificate" and rng.random() < 0.25:
        relation, ((weight, how, t, *limits), *rest) = claim.data
        term = rng.choice(((weight + z**2, how, t, *limits), (weight, how, t * (1 + z**2), *limits)))
        return claim._replace(kind="witness-blind", data=(relation, (term, *rest)))
    line = perturbed(claim.after, z, rng)
    return None if line is None or line == claim.after else claim._replace(kind="witness-blind", after=line)
