"""The truth: the real value of each textbook formula at the given doubles, by mpmath, and how far a result is from it.

``truths("bce", 1, k, p)`` gives one `Truth` for each part of the result, here the gradient in p. Nothing is shared
with cesym. At an end of the domain the value is the limit; where there is none it is NaN, and nothing is asked.
Infinite logits: the limit where it exists; equal logits stay equal when they are infinite.

Each formula says how many bits it works with. Differences of doubles are exact, so bits are needed only where a
value is added to 1 (1300: exp(-850) and 53 bits of it; beyond 850 the formula is replaced by its limit, off by less
than 2**-1226) and where two terms cancel. Terms are listed one by one, as some bounds are in eps of the larger one.
"""

import numpy as np
from mpmath import exp, fadd, fmul, fsub, fsum, inf, log, mpf, nan, pi, sign, workprec

from tests.numbers.measures import Truth, split

ZERO, ONE = mpf(0), mpf(1)
FAR = 850


def minus(a, b):
    return fsub(a, b, exact=True)


def over(n, d):
    """n/d, where 0/0 is 0: what has weight 0 counts 0."""
    return ZERO if n == 0 else ZERO if abs(d) == inf else n / d if d else sign(n) * inf


def weighted(w, value):
    return ZERO if w == 0 else w * value


def ln(t):
    return log(t) if t else -inf


# Probabilities. 2400 bits: a sum of k/p and (1 - k)/(1 - p) cancels by less than 2**-1128, each below 2**1075.
def bce(k, p):
    return [(-weighted(k, ln(p)), -weighted(minus(ONE, k), ln(minus(ONE, p))))]


def bce_1(k, p):
    return [(-over(k, p), over(minus(ONE, k), minus(ONE, p)))]


def bce_2(k, p):
    return [(over(k, p * p), over(minus(ONE, k), minus(ONE, p) ** 2))]


def cross_entropy(q, p):
    return [tuple(-weighted(t, ln(a)) for t, a in zip(q, p, strict=True))]


def cross_entropy_1(q, p):
    return [(-over(t, a),) for t, a in zip(q, p, strict=True)]


def cross_entropy_2(q, p):
    return [(over(t, a * a) if m == n else ZERO,) for n in range(len(p)) for m, (t, a) in enumerate(zip(q, p))]  # noqa: B905


# Logits.
def logistic(z):
    return 1 / (1 + exp(-z)) if abs(z) <= FAR else ONE if z > 0 else ZERO


def bce_with_logits(k, z):
    if abs(z) <= FAR:
        return [(log(1 + exp(z)) - fmul(k, z, exact=True),)]
    return [(weighted(minus(ONE, k) if z > 0 else k, abs(z)),)]


def bce_with_logits_1(k, z):
    return [(minus(ONE, k) * logistic(z), -k * logistic(-z))]


def bce_with_logits_2(k, z):
    return [(logistic(z) * logistic(-z),)]


def shifted(z):
    """The logits less the largest, exactly, equal ones being equal."""
    top = max(z)
    return [ZERO if a == top else minus(a, top) for a in z]


def softmax(d):
    weights = [exp(a) if a >= -FAR else ZERO for a in d]
    total = fsum(weights)
    return total, [a / total for a in weights]


def cross_entropy_with_logits(q, z):
    d = shifted(z)
    total = log(softmax(d)[0])
    return [tuple(weighted(t, total - a) for t, a in zip(q, d, strict=True))]


def cross_entropy_with_logits_1(q, z):
    whole, parts = exact_sum(q), softmax(shifted(z))[1]
    return [(a * minus(whole, t), -t * (1 - a)) for t, a in zip(q, parts, strict=True)]


def cross_entropy_with_logits_2(q, z):
    whole, parts = exact_sum(q), softmax(shifted(z))[1]
    return [(whole * a * ((1 - a) if m == n else -b),) for n, a in enumerate(parts) for m, b in enumerate(parts)]


def exact_sum(terms):
    total = ZERO
    for term in terms:
        total = fadd(total, term, exact=True)
    return total


def squared_error(x, mu):
    return [(minus(x, mu) ** 2,)]


def squared_error_1(x, mu):
    return [(2 * minus(mu, x),)]


def squared_error_2(x, mu):
    return [(mpf(2),)]


# Variances: at v = 0 with x = mu the square is 0; elsewhere it grows faster than the logarithm.
def stronger(lead, rest):
    return (lead,) if abs(lead) == inf else (lead, rest)


def gaussian_nll(x, mu, v):
    if abs(minus(x, mu)) == inf == v:
        return [(nan,)]
    return [stronger(over(minus(x, mu) ** 2, 2 * v), (log(2 * pi * v) if v else -inf) / 2)]


def gaussian_nll_1(x, mu, v):
    r = minus(x, mu)
    if abs(r) == inf == v:
        return [(nan,), (nan,)]
    return [(-over(r, v),), stronger(-over(r**2, 2 * v * v), over(ONE, 2 * v))]


def gaussian_nll_2(x, mu, v):
    r = minus(x, mu)
    if abs(r) == inf == v:
        return [(nan,)] * 4
    mixed = (over(r, v * v),)
    return [(over(ONE, v),), mixed, mixed, stronger(over(r**2, v**3), -over(ONE, 2 * v * v))]


def bits_of(name, order, row):
    if name.endswith("_logits") and name.startswith("cross"):
        gaps = sorted(shifted(row[1]))[-2:]
        return 300 + int(1.45 * min(FAR, -float(gaps[0]))) if len(gaps) > 1 else 300
    if name.endswith("_logits"):
        return 300 if 1e-30 < abs(row[1]) < 40 else 1300  # next to 0 the logistic function is 1/2 + z/4
    return 2400 if name == "bce" and order else 400


PARTS = {("gaussian_nll", 1): ["mu", "v"], ("gaussian_nll", 2): ["mu mu", "mu v", "v mu", "v v"]}
CLASSES = ("cross_entropy", "cross_entropy_with_logits")


def truths(name, order, *args, dtype=np.float64, label_smoothing=0.0):
    """The parts of the result, by name, "" where there is only one; shapes as cesym documents them.

    ``order`` is 0, 1 or 2. A sample is a row; class losses take probabilities or integer labels as targets.
    """
    formula = globals()[name if not order else f"{name}_{order}"]
    names = PARTS.get((name, order), [""])
    if name in CLASSES:
        size = np.shape(args[1])[-1]
        rows = class_rows(*args, label_smoothing)
        shape = (len(rows), *(size,) * order)
    else:
        args = np.broadcast_arrays(*[np.asarray(a, float) for a in args])
        rows = list(zip(*[[mpf(float(a)) for a in one.ravel()] for one in args], strict=True))
        shape = args[0].shape
    found = []
    for row in rows:
        with workprec(bits_of(name, order, row)):
            found.append([split(terms, dtype) for terms in formula(*row)])
    numbers = np.array(found, float).reshape(len(rows), -1, 3)
    if name in CLASSES:
        return {"": Truth(*[numbers[..., n].reshape(shape) for n in range(3)], dtype)}
    return {part: Truth(*[numbers[:, at, n].reshape(shape) for n in range(3)], dtype) for at, part in enumerate(names)}


def class_rows(targets, predictions, label_smoothing):
    targets, predictions = np.asarray(targets), np.asarray(predictions)
    size = predictions.shape[-1]
    if targets.ndim < predictions.ndim:
        targets = np.eye(size)[targets]
    pairs = zip(targets.reshape(-1, size), predictions.reshape(-1, size), strict=True)
    rows = [tuple([mpf(float(a)) for a in one] for one in pair) for pair in pairs]
    if not label_smoothing:
        return rows
    with workprec(300):
        e = mpf(float(label_smoothing))
        return [([(1 - e) * t + e / size for t in q], a) for q, a in rows]
