"""What users would pick instead, each behind the same call, and a clock; `accuracy` and `speed` use both.

``PEERS["torch"]("bce_with_logits", 1, (k, z), threads=1)`` prepares torch's own arrays and returns a function without
arguments: the thing to time. `arrays` turns what it returns into NumPy arrays. None means that the peer has no such
function; ImportError that it is not installed. ``derivative`` is 0, 1, 2 or (0, 1) as in `Loss.lambdify`.
"""

import os
import time
import warnings
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

os.environ.setdefault("JAX_PLATFORMS", "cpu")

CLASSES = ("cross_entropy", "cross_entropy_with_logits")
Call = Callable[[], Any]


def arrays(result: Any) -> list[np.ndarray]:
    """The parts of a result in order, flat."""
    if isinstance(result, tuple | list):
        return [one for part in result for one in arrays(part)]
    return [result.detach().numpy() if hasattr(result, "detach") else np.asarray(result)]


def best_times(calls: dict[str, Call], rounds: int = 7, seconds: float = 0.02) -> dict[str, float]:
    """Seconds for one call of each: the best of rounds in which all take turns."""
    repeats = {}
    for name, call in calls.items():
        call()
        begun = time.perf_counter()
        call()
        repeats[name] = max(1, int(seconds / max(time.perf_counter() - begun, 1e-7)))
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(rounds):
        for name, call in calls.items():
            begun = time.perf_counter()
            for _ in range(repeats[name]):
                call()
            best[name] = min(best[name], (time.perf_counter() - begun) / repeats[name])
    return best


def attempt(maker: Callable[..., Call | None], *args: Any, **options: Any) -> Call | str | None:
    """The call, None where there is none, or why it was skipped."""
    try:
        return maker(*args, **options)
    except ImportError as error:
        missing = (error.name or "").split(".")[0]
        return f"skipped: {missing} is not installed" if missing not in ("", "cesym") else f"skipped: {error}"


@cache
def textbook(name: str, derivative: int, size: int) -> Callable[..., Any]:
    """SymPy's own lambdify of the textbook form."""
    import sympy as sp

    k, p, z, x, mu, v = sp.symbols("k p z x mu v", real=True)
    q, a = (sp.symbols(f"{letter}:{size}", real=True) for letter in "qa")
    log_total = sp.log(sum(map(sp.exp, a)))
    target, letters, expr = {
        "bce": ([k], [p], -(k * sp.log(p) + (1 - k) * sp.log(1 - p))),
        "bce_with_logits": ([k], [z], sp.log(1 + sp.exp(z)) - k * z),
        "cross_entropy": (q, a, -sum(t * sp.log(b) for t, b in zip(q, a, strict=True))),
        "cross_entropy_with_logits": (q, a, -sum(t * (b - log_total) for t, b in zip(q, a, strict=True))),
        "squared_error": ([x], [mu], (x - mu) ** 2),
        "gaussian_nll": ([x], [mu, v], sp.log(2 * sp.pi * v) / 2 + (x - mu) ** 2 / (2 * v)),
    }[name]
    first = [sp.diff(expr, one) for one in letters]
    second = [[sp.diff(one, two) for two in letters] for one in first] if derivative == 2 else None
    chosen = {0: expr, 1: first, 2: second, (0, 1): [expr, first]}[derivative]
    return sp.lambdify([*target, *letters], chosen, "numpy")


def sympy_(name: str, derivative: Any, args: Sequence[np.ndarray], threads: int = 1) -> Call | None:
    if threads > 1:
        return None
    if name not in CLASSES:
        f = textbook(name, derivative, 1)
        return lambda: quiet(f, *args)
    size = args[1].shape[-1]
    if size > (3 if derivative == 2 else 10) or isinstance(derivative, tuple):
        return None
    f, native = textbook(name, derivative, size), [*one_hot(args).T, *args[1].T]
    broadcast = lambda one: np.broadcast_to(one, len(args[1]))  # noqa: E731

    def call() -> Any:
        found = quiet(f, *native)
        if derivative == 0:
            return broadcast(found)
        if derivative == 1:
            return np.stack([broadcast(one) for one in found], axis=-1)
        return np.stack([np.stack([broadcast(one) for one in row], axis=-1) for row in found], axis=-2)

    return call


def quiet(f: Callable[..., Any], *args: Any) -> Any:
    with np.errstate(all="ignore"):
        return f(*args)


def one_hot(args: Sequence[np.ndarray]) -> np.ndarray:
    return args[0] if args[0].ndim == args[1].ndim else np.eye(args[1].shape[-1], dtype=args[1].dtype)[args[0]]


def torch_(name: str, derivative: Any, args: Sequence[np.ndarray], threads: int = 1) -> Call | None:
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(threads)
    target, *predictions = [torch.from_numpy(arg.copy()) for arg in args]
    if name == "cross_entropy":
        target = torch.from_numpy(one_hot(args))
    loss = {
        "bce": lambda p: F.binary_cross_entropy(p, target, reduction="none"),
        "bce_with_logits": lambda z: F.binary_cross_entropy_with_logits(z, target, reduction="none"),
        "cross_entropy": lambda p: -torch.special.xlogy(target, p).sum(-1),
        "cross_entropy_with_logits": lambda z: F.cross_entropy(z, target, reduction="none"),
        "squared_error": lambda mu: F.mse_loss(mu, target, reduction="none"),
        "gaussian_nll": lambda mu, v: F.gaussian_nll_loss(mu, target, v, full=True, reduction="none"),
    }[name]
    if derivative == 0:
        return lambda: loss(*predictions)
    for one in predictions:
        one.requires_grad_()

    def both() -> Any:
        value = loss(*predictions)
        return value, torch.autograd.grad(value.sum(), predictions)

    def second() -> Any:
        first = torch.autograd.grad(loss(*predictions).sum(), predictions, create_graph=True)
        if name in CLASSES:
            z = predictions[0]
            rows = [torch.autograd.grad(first[0][:, j].sum(), z, retain_graph=True)[0] for j in range(z.shape[-1])]
            return torch.stack(rows, dim=-2)
        return [torch.autograd.grad(one.sum(), predictions, retain_graph=True, materialize_grads=True) for one in first]

    return second if derivative == 2 else both if isinstance(derivative, tuple) else lambda: both()[1]


@cache
def jax_x64() -> Any:
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax


def optax_(name: str, derivative: Any, args: Sequence[np.ndarray], threads: int = 1) -> Call | None:
    """JAX has no switch for its threads: it takes what the process may use."""
    jax = jax_x64()
    import optax

    target, *predictions = [jax.numpy.asarray(arg) for arg in args]
    soft, hard = optax.softmax_cross_entropy, optax.softmax_cross_entropy_with_integer_labels
    softmax = hard if args[0].dtype.kind == "i" else soft
    losses = {
        "bce_with_logits": lambda t, z: optax.sigmoid_binary_cross_entropy(z, t),
        "cross_entropy_with_logits": lambda t, z: softmax(z, t),
        "squared_error": lambda t, mu: optax.squared_error(mu, t),
        "gaussian_nll": lambda t, mu, v: -jax.scipy.stats.norm.logpdf(t, mu, jax.numpy.sqrt(v)),
    }
    if name not in losses:
        return None
    loss, numbers = losses[name], tuple(range(1, len(args)))

    def both(t: Any, *p: Any) -> Any:
        value, pull = jax.vjp(partial(loss, t), *p)
        return value, pull(jax.numpy.ones_like(value))

    second = jax.vmap(jax.hessian(loss, argnums=numbers))
    compiled = jax.jit({0: loss, 1: lambda *a: both(*a)[1], 2: second, (0, 1): both}[derivative])
    return lambda: jax.block_until_ready(compiled(target, *predictions))


def sklearn_(name: str, derivative: Any, args: Sequence[np.ndarray], threads: int = 1) -> Call | None:
    import sklearn._loss as own

    target, prediction = args[:2]
    if name == "bce_with_logits":
        loss, scale = own.HalfBinomialLoss(), 1
    elif name == "squared_error":
        loss, scale = own.HalfSquaredError(), 2
    elif name == "cross_entropy_with_logits" and target.dtype.kind == "i" and prediction.shape[-1] > 2:
        if derivative == 2:
            return None
        loss, scale = own.HalfMultinomialLoss(n_classes=prediction.shape[-1]), 1
        target = target.astype(prediction.dtype)
    else:
        return None
    method = {0: loss.loss, 1: loss.gradient, 2: loss.gradient_hessian, (0, 1): loss.loss_gradient}[derivative]
    f = partial(method, y_true=target, raw_prediction=prediction, n_threads=threads)
    if scale == 1:
        return (lambda: f()[1]) if derivative == 2 else f
    return lambda: [quiet(np.multiply, scale, one) for one in arrays(f())][-1 if derivative == 2 else 0 :]


def log_loss_(name: str, derivative: Any, args: Sequence[np.ndarray], threads: int = 1) -> Call | None:
    """`sklearn.metrics.log_loss`, sample by sample: it only gives sums and means."""
    from sklearn.metrics import log_loss

    if derivative != 0 or name not in ("bce", "cross_entropy") or (args[1].ndim > 1 and args[1].shape[-1] == 1):
        return None
    labels = np.arange(args[1].shape[-1]) if name == "cross_entropy" else [0, 1]
    if not np.isin(args[0], labels).all() or args[0].ndim > 1:
        return None

    def one(t: Any, p: Any) -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return log_loss([int(t)], p[None], labels=labels)

    return lambda: np.array([one(t, np.asarray(p)) for t, p in zip(*args, strict=True)])


def scipy_(name: str, derivative: Any, args: Sequence[np.ndarray], threads: int = 1) -> Call | None:
    from scipy import special as s
    from scipy import stats

    if threads > 1:
        return None
    k, p = args[:2]
    t = one_hot(args) if name in CLASSES else k
    call = {
        ("bce", 0): lambda: -(s.xlogy(k, p) + s.xlog1py(1 - k, -p)),
        ("bce_with_logits", 0): lambda: -(k * s.log_expit(p) + (1 - k) * s.log_expit(-p)),
        ("bce_with_logits", 1): lambda: s.expit(p) - k,
        ("bce_with_logits", 2): lambda: s.expit(p) * s.expit(-p),
        ("cross_entropy", 0): lambda: -s.xlogy(t, p).sum(axis=-1),
        ("cross_entropy_with_logits", 0): lambda: -(t * s.log_softmax(p, axis=-1)).sum(axis=-1),
        ("cross_entropy_with_logits", 1): lambda: s.softmax(p, axis=-1) - t,
        ("gaussian_nll", 0): lambda: -stats.norm.logpdf(k, p, np.sqrt(args[-1])),
    }.get((name, derivative))
    return call and partial(quiet, call)


PEERS: dict[str, Callable[..., Call | None]] = {
    "SymPy lambdify": sympy_,
    "sklearn _loss": sklearn_,
    "sklearn log_loss": log_loss_,
    "torch": torch_,
    "jax, optax": optax_,
    "scipy": scipy_,
}
