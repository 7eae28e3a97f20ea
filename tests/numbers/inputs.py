"""Seeded inputs that hurt: ends, subnormals, huge and tiny numbers, ties, thresholds of exp, targets next to predictions.

``generate("bce_with_logits", 1000, 0)`` gives a list of batches; a batch has the arguments of the function, target
first, and a tag for each sample ("hard" or "soft" target). ``batch.astype(np.float32)`` keeps what float32 can hold.
"""

from dataclasses import dataclass, replace

import numpy as np

TINY, HUGE = 5e-324, float(np.finfo(float).max)
THRESHOLDS = [
    *(18.0, 18.714973875118524, 33.0, 33.3, 36.7, 36.7368, 37.0),
    *(88.72, 103.97, 708.39, 709.78, 744.44, 745.13, 746.0, 850.0),
]
SIZES = (1, 2, 3, 10, 1000)


@dataclass(frozen=True)
class Batch:
    """Inputs for one call."""

    name: str
    args: tuple[np.ndarray, ...]
    tags: np.ndarray

    def __len__(self):
        return len(self.tags)

    def head(self, n):
        """The first n samples."""
        return replace(self, args=tuple(a[:n] for a in self.args), tags=self.tags[:n])

    def astype(self, dtype):
        """The samples that survive, rounded: none becomes infinite by it."""
        keep = np.full(len(self), True)
        args = []
        with np.errstate(all="ignore"):
            for arg in self.args:
                cast = arg if arg.dtype.kind == "i" else arg.astype(dtype)
                keep &= (np.isfinite(cast) == np.isfinite(arg)).reshape(len(self), -1).all(axis=1)
                args.append(cast)
        tags = self.tags
        if self.args[0].dtype.kind != "i" and self.name in ("bce", "bce_with_logits"):
            tags = np.where((args[0] == 0) | (args[0] == 1), "hard", "soft")
        return replace(self, args=tuple(a[keep] for a in args), tags=tags[keep])


def mixed(rng, n, *makers):
    """n numbers, each from one of the makers, which take a generator and a number."""
    which = rng.integers(0, len(makers), n)
    out = np.empty(n)
    for number, maker in enumerate(makers):
        out[which == number] = maker(rng, int((which == number).sum()))
    return out


def signed(rng, values):
    return np.where(rng.random(len(values)) < 0.5, -values, values)


def steps(rng, values, most=3):
    """A few neighbours up or down."""
    values = np.array(values, float)
    for _ in range(most):
        move = rng.integers(-1, 2, len(values))
        with np.errstate(all="ignore"):
            values = np.where(move == 0, values, np.nextafter(values, np.where(move > 0, np.inf, -np.inf)))
    return values


def log_uniform(low, high):
    return lambda rng, n: 10.0 ** rng.uniform(low, high, n)


def subnormal(rng, n):
    return np.ldexp(rng.integers(1, 2**52, n) >> rng.integers(0, 52, n), -1074) + TINY


def one_of(*values):
    return lambda rng, n: rng.choice(np.array(values), n)


PROBABILITIES = (
    lambda rng, n: rng.random(n),
    lambda rng, n: np.ldexp(1.0, -rng.integers(1, 1075, n)),
    lambda rng, n: 1 - np.ldexp(1.0, -rng.integers(1, 54, n)),
    lambda rng, n: 1 - 10.0 ** -rng.uniform(0, 16, n),
    log_uniform(-323, 0),
    log_uniform(-20, 0),
    subnormal,
    lambda rng, n: np.clip(steps(rng, rng.choice([0.0, 0.25, 0.5, 0.75, 1.0, 2.2250738585072014e-308], n)), 0, 1),
    one_of(0.0, 1.0, TINY, 0.5, 1 - 2.0**-53),
)


def probabilities(rng, n):
    return mixed(rng, n, *PROBABILITIES)


def targets(rng, n):
    """Half of them hard."""
    return np.where(rng.random(n) < 0.5, rng.integers(0, 2, n), probabilities(rng, n))


def beside(rng, values):
    """Next to these probabilities: equal, a few steps off, or a relative 1e-16 to 1e-1 off."""
    far = values * (1 + signed(rng, 10.0 ** rng.uniform(-16, -1, len(values))))
    return np.clip(np.where(rng.random(len(values)) < 0.5, steps(rng, values), far), 0, 1)


LOGITS = (
    lambda rng, n: rng.uniform(-40, 40, n),
    lambda rng, n: rng.normal(size=n) * 10,
    lambda rng, n: rng.uniform(-760, 760, n),
    lambda rng, n: signed(rng, 10.0 ** rng.uniform(-323, 308.2, n)),
    lambda rng, n: signed(rng, 10.0 ** rng.uniform(-18, 4, n)),
    lambda rng, n: signed(rng, rng.choice(THRESHOLDS, n) + rng.choice([0, 0, 1e-13, 0.3], n) * rng.normal(size=n)),
    lambda rng, n: steps(rng, signed(rng, rng.choice([*THRESHOLDS, 0.0, 1.0, np.log(2)], n))),
    lambda rng, n: signed(rng, subnormal(rng, n)),
    one_of(0.0, -0.0, np.inf, -np.inf, HUGE, -HUGE, TINY, -TINY),
)


def hardness(k):
    return np.where((k == 0) | (k == 1), "hard", "soft")


def bce(rng, n):
    p = probabilities(rng, n)
    k = np.where(rng.random(n) < 0.8, targets(rng, n), beside(rng, p))
    return [Batch("bce", (k, p), hardness(k))]


def bce_with_logits(rng, n):
    z = mixed(rng, n, *LOGITS)
    with np.errstate(all="ignore"):
        near = beside(rng, 1 / (1 + np.exp(-z)))
    k = np.where(rng.random(n) < 0.8, targets(rng, n), near)
    return [Batch("bce_with_logits", (k, z), hardness(k))]


def finite(name, x, mu, *rest):
    """One batch of the samples whose x and mu are numbers, nine of ten as there are spare ones."""
    keep = np.flatnonzero(np.isfinite(x) & np.isfinite(mu))[: len(x) * 9 // 10]
    return [Batch(name, tuple(a[keep] for a in (x, mu, *rest)), np.full(len(keep), "all"))]


def squared_error(rng, n):
    n = -(-n * 10 // 9)
    x = mixed(rng, n, *LOGITS[:-1], one_of(0.0, -0.0, HUGE, -HUGE, TINY, 1.0))
    mu = np.where(rng.random(n) < 0.5, mixed(rng, n, *LOGITS[:-1]), steps(rng, x))
    return finite("squared_error", x, mu)


def gaussian_nll(rng, n):
    """Also where the NLL is next to 0: 2 pi v is exp(-r**2/v)."""
    n = -(-n * 10 // 9)
    scale = 10.0 ** rng.uniform(-5, 5, n)
    v = mixed(
        rng, n, log_uniform(-3, 3), log_uniform(-323, 308), subnormal, one_of(0.0, np.inf, TINY, HUGE, 1.0),
        lambda rng, n: (1 + signed(rng, 10.0 ** rng.uniform(-16, -0.5, n))) / (2 * np.pi),
        lambda rng, n: steps(rng, np.full(n, 1 / (2 * np.pi))),
    )  # fmt: skip
    mu = mixed(rng, n, *LOGITS[:5], one_of(0.0, -0.0, HUGE, -HUGE, TINY, 1.0))
    x = np.where(rng.random(n) < 0.3, mixed(rng, n, *LOGITS[:-1]), mu)
    x = np.where(rng.random(n) < 0.4, steps(rng, x), x)
    with np.errstate(all="ignore"):
        x = np.where(rng.random(n) < 0.3, mu + rng.normal(size=n) * np.sqrt(v), x)
        small = 10.0 ** rng.uniform(-8, -0.81, n)
        zero = rng.random(n) < 0.15
        v = np.where(zero, small, v)
        root = np.sqrt(-small * np.log(2 * np.pi * small))
        mu = np.where(zero, rng.choice([0.0, 1.0, 1 / 3], n) * scale, mu)
        x = np.where(zero, steps(rng, mu + root), x)
    return finite("gaussian_nll", x, mu, v)


def distributions(rng, n, size):
    """Rows that sum to 1, or nearly so after rounding: flat, sparse, near one-hot, with zeros, smoothed, dyadic."""
    made = rng.dirichlet(np.full(size, 0.5), n)
    made[::7] = rng.dirichlet(np.full(size, 0.02), len(made[::7]))
    hot = np.eye(size)[rng.integers(0, size, n)]
    e = 10.0 ** -rng.uniform(1, 300, n)[:, None]
    kind = rng.integers(0, 8, n)[:, None]
    made = np.where(kind == 0, hot, made)
    made = np.where(kind == 1, hot * (1 - e) + e / size, made)
    made = np.where(kind == 2, np.where(made < 1 / size, 0, made), made)
    made = np.where(kind == 3, 0.9 * hot + 0.1 / size, made)
    counts = np.stack([rng.multinomial(2**20, row / max(row.sum(), 1e-300)) for row in np.full((n, size), 1 / size)])
    made = np.where(kind == 4, counts / 2.0**20, made)
    total = made.sum(axis=1, keepdims=True)
    made = np.where((kind == 2) & (total > 0), made / np.where(total > 0, total, 1), made)
    return np.where(np.isfinite(made), made, 1 / size)


def class_logits(rng, n, size):
    z = rng.normal(size=(n, size)) * 10.0 ** rng.uniform(-3, 2.5, (n, 1))
    kind, at, row = rng.integers(0, 10, n), rng.integers(0, size, n), np.arange(n)
    z[kind == 0] = rng.integers(-2, 3, (n, size))[kind == 0]
    confident = (kind == 1) | (kind == 2)
    z[confident, at[confident]] += rng.choice([*THRESHOLDS, 0.5, 5.0, 400.0, 1e4], confident.sum())
    z[kind == 3] = mixed(rng, n * size, *LOGITS).reshape(n, size)[kind == 3]
    z[kind == 4] += 10.0 ** rng.uniform(2, 17, (n, 1))[kind == 4]
    infinite = rng.choice([np.inf, -np.inf, 0.0], (n, size), p=[0.1, 0.3, 0.6])
    z[kind == 5] += np.where(np.isfinite(infinite), 0, infinite)[kind == 5]
    z[kind == 6, at[kind == 6]] = rng.choice([np.inf, -np.inf, HUGE, -HUGE], (kind == 6).sum())
    every = kind == 7
    z[every] = steps(rng, np.repeat(z[row, at], size)).reshape(n, size)[every]
    few = (kind == 8) & (rng.random(n) < 0.2)
    z[few] = rng.choice([np.inf, -np.inf, HUGE, 0.0], few.sum())[:, None]
    return z


def by_classes(name, predictions):
    def make(rng, n):
        batches = []
        for size in SIZES:
            count = max(12, n // 8 if size < 100 else n // (20 * size))
            for soft in (False, True):
                values = predictions(rng, count, size)
                target = distributions(rng, count, size) if soft else rng.integers(0, size, count)
                if not soft:  # half of the labels name the most likely class
                    target = np.where(rng.random(count) < 0.5, values.argmax(axis=1), target)
                batches.append(Batch(name, (target, values), np.full(count, "soft" if soft else "hard")))
        return batches

    return make


def class_probabilities(rng, n, size):
    made = distributions(rng, n, size)
    wild = rng.random(n) < 0.3
    made[wild] = probabilities(rng, n * size).reshape(n, size)[wild]
    return made


LOSSES = {
    "bce": bce,
    "bce_with_logits": bce_with_logits,
    "cross_entropy": by_classes("cross_entropy", class_probabilities),
    "cross_entropy_with_logits": by_classes("cross_entropy_with_logits", class_logits),
    "squared_error": squared_error,
    "gaussian_nll": gaussian_nll,
}


def generate(name, n, seed=0):
    """Batches with at least n samples together, the same for the same seed; few of them have many classes."""
    return LOSSES[name](np.random.default_rng([seed, *name.encode()]), n)
