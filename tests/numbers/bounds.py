"""Enclosures of the truth by extended precision: a check of 100,000 results without mpmath.

Each formula is evaluated in NumPy's longdouble where that has 64 bits and 15 bits of exponent (x86): nothing
overflows or underflows there, so a stable form is right to 1e-16 of its value, or of its larger term where two
cancel. `test_reference` holds it against mpmath. A result is faulty where it is

* "NaN" though the truth is a number (or an infinity),
* "infinity" where the truth is well below the largest number, "clipped" where it is well above and the result finite,
* "sign": the other sign, where the truth is more than 8 eps of its larger term away from 0,
* "lost": off by more than 1e4 eps of itself, 8 eps of the larger term and 4 subnormal units together.
"""

import numpy as np
from mpmath import mpf, pi, workprec

LONG = np.longdouble
CLASSES = ("cross_entropy", "cross_entropy_with_logits")
with workprec(300):
    _rest, INVERSE = 1 / (2 * pi), []
    for _ in range(3):  # 1/(2 pi) as a sum of three doubles
        INVERSE.append(float(_rest))
        _rest -= mpf(INVERSE[-1])


def over(n, d):
    return np.where(n == 0, 0, np.where(np.isinf(d), 0, n / d))


def weighted(w, value):
    return np.where(w == 0, 0, w * value)


def log_2pi(v):
    near = ((v - INVERSE[0]) - INVERSE[1] - INVERSE[2]) / INVERSE[0]
    return np.where(np.abs(near) < 0.5, np.log1p(near), np.log(v) - np.log(LONG(INVERSE[0]) + LONG(INVERSE[1])))


def bce(k, p):
    one = -weighted(k, np.log(p)) - weighted(1 - k, np.log1p(-p))
    first = np.where(p == k, 0, (p - k) / (1 - p) / p)
    first = np.where((k == 0) | (k == 1), np.where(k == 0, 1 / (1 - p), -1 / p), first)
    return [one], [first], [over(k, p * p) + over(1 - k, (1 - p) ** 2)]


def logistic(z):
    return 1 / (1 + np.exp(-z))


def bce_with_logits(k, z):
    size, away = np.abs(z), np.where(z > 0, 1 - k, k)
    one = np.log1p(np.exp(-size)) + weighted(away, size)
    terms = (1 - k) * logistic(z), k * logistic(-z)
    return [one], [(terms[0] - terms[1], np.maximum(*terms))], [logistic(z) * logistic(-z)]


def cross_entropy(q, p):
    second = over(q, p * p)[..., None] * np.eye(p.shape[-1])
    return [weighted(q, -np.log(p)).sum(axis=-1)], [-over(q, p)], [np.where(np.eye(p.shape[-1]) > 0, second, 0)]


def cross_entropy_with_logits(q, z):
    size, top = z.shape[-1], z.max(axis=-1, keepdims=True)
    d = np.where(z == top, 0, z - top)
    e = np.exp(d)
    left = np.arange(size) == z.argmax(axis=-1)[..., None]
    total = np.log1p(np.where(left, 0, e).sum(axis=-1, keepdims=True))
    parts = e / e.sum(axis=-1, keepdims=True)
    others = ((e[..., None, :] * (1 - np.eye(size))).sum(axis=-1) if size <= 10 else others_of(e)) / e.sum(-1)[
        ..., None
    ]
    whole = q.sum(axis=-1, keepdims=True)
    terms = parts * (((q[..., None, :] * (1 - np.eye(size))).sum(axis=-1)) if size <= 10 else others_of(q)), q * others
    loss, first = weighted(q, total - d).sum(axis=-1), (terms[0] - terms[1], np.maximum(*terms))
    if size > 10:
        return [loss], [first], []
    second = np.where(np.eye(size) > 0, (parts * others)[..., None], -parts[..., None] * parts[..., None, :])
    return [loss], [first], [whole[..., None] * second]


def others_of(e):
    """The sum of the others for each entry, from the left and from the right."""
    zero = np.zeros_like(e[..., :1])
    before = np.concatenate([zero, np.cumsum(e, axis=-1)[..., :-1]], axis=-1)
    after = np.concatenate([np.cumsum(e[..., ::-1], axis=-1)[..., ::-1][..., 1:], zero], axis=-1)
    return before + after


def squared_error(x, mu):
    return [(x - mu) ** 2], [2 * (mu - x)], [np.full_like(x, 2)]


def gaussian_nll(x, mu, v):
    r = x - mu
    square = over(r * r, v)

    def both(lead, rest):
        pole = np.isinf(lead)
        return np.where(pole, lead, lead + rest), np.where(pole, np.abs(lead), np.maximum(abs(lead), abs(rest)))

    second = [over(LONG(1), v), over(r, v * v), over(r, v * v), both(over(r * r, v**3), -over(LONG(1), 2 * v * v))]
    return (
        [both(square / 2, log_2pi(v) / 2)],
        [-over(r, v), both(-over(r * r, 2 * v * v), over(LONG(1), 2 * v))],
        second,
    )


PARTS = {("gaussian_nll", 1): ["mu", "v"], ("gaussian_nll", 2): ["mu mu", "mu v", "v mu", "v v"]}


def enclosed(name, order, *args):
    """For each part of the result the value in extended precision, and the size of its larger term."""
    if np.finfo(LONG).maxexp < 16384 or np.finfo(LONG).nmant < 63:
        raise NotImplementedError("the enclosures need an 80-bit longdouble, which this machine does not have")
    args = [np.asarray(a) for a in args]
    if name in CLASSES and args[0].ndim < args[1].ndim:
        args[0] = np.eye(args[1].shape[-1])[args[0]]
    with np.errstate(all="ignore"):
        found = globals()[name](*[a.astype(LONG) + 0 for a in args])[order]  # + 0: no -0.0
    found = [one if isinstance(one, tuple) else (one, np.abs(one)) for one in found]
    return dict(zip(PARTS.get((name, order), [""]), found, strict=True))


def subnormal(args, dtype):
    """The samples with a subnormal number among the inputs."""
    small = float(np.finfo(dtype).smallest_normal)
    found = [((np.abs(a) < small) & (a != 0)).reshape(len(a), -1).any(axis=1) for a in args if a.dtype.kind == "f"]
    return np.logical_or.reduce(found)


def outside(name, order, args, results, dtype=np.float64, flush=False):
    """For each part of the results the faulty ones: a mask for each kind of fault.

    ``flush`` exempts what has to do with subnormal numbers, for a processor that is told to make them 0.
    """
    info = np.finfo(dtype)
    eps, top, tiny = LONG(info.eps), LONG(info.max), LONG(info.smallest_normal if flush else info.smallest_subnormal)
    faults = {}
    for (part, (value, larger)), result in zip(enclosed(name, order, *args).items(), results, strict=True):
        with np.errstate(all="ignore"):
            result, known = np.asarray(result).astype(LONG), ~np.isnan(value)
            if flush:
                known &= ~subnormal(args, dtype).reshape(-1, *(1,) * (value.ndim - 1))
            size = np.abs(value)
            below, above = size < top * (1 - 1e4 * eps), size > top * (1 + 1e4 * eps)
            allowed = 1e4 * eps * size + 8 * eps * larger + 4 * tiny
            faults[part] = {
                "NaN": known & np.isnan(result),
                "infinity": known & np.isinf(result) & below,
                "sign": known & (result * np.sign(value) < 0) & (np.isinf(size) | (size > 8 * eps * larger)),
                "clipped": known & np.isfinite(result) & above,
                "lost": known & np.isfinite(result) & below & (np.abs(result - value) > allowed),
            }
    return faults
