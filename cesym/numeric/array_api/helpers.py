"""What no Array API namespace has. The source of these is printed in front of the function that uses them."""

from importlib import import_module
from typing import Any

from array_api_compat import device

__all__ = ["constant", "arange", "rounded", "log1p", "take", "special", "lgamma", "digamma"]  # noqa: RUF022  (in order of use)


def constant(xp: Any, number: float, like: Any) -> Any:
    """A number as an array of the type of another one, on its device."""
    return xp.asarray(number, dtype=like.dtype, device=device(like))


def arange(xp: Any, length: int, like: Any) -> Any:
    """The places along an axis, from 0."""
    return xp.arange(length, device=device(like))


def rounded(xp: Any, t: Any) -> Any:
    """The same; XLA, which compiles for JAX, would else make one of two operations: t/a/b becomes t/(a*b)."""
    return import_module("jax").lax.optimization_barrier(t) if xp.__name__ == "jax.numpy" else t


def log1p(xp: Any, t: Any) -> Any:
    """log(1 + t); that of JAX is off by up to 126 units in the last place for t < 0."""
    if xp.__name__ != "jax.numpy":
        return xp.log1p(t)
    near = rounded(xp, 1.0 + t)
    lost = t - (near - 1.0)
    return xp.log(near) + xp.where((lost == 0.0) | (near == float("inf")), 0.0, lost / near)


def take(xp: Any, values: Any, places: Any) -> Any:
    """The entries at some places (from 0) along the last axis, NaN where there is no such place."""
    found = arange(xp, values.shape[-1], values) == places[..., None]
    entries = xp.sum(xp.where(found, values, constant(xp, 0.0, values)), axis=-1)
    return xp.where(xp.any(found, axis=-1), entries, constant(xp, float("nan"), values))


def special(xp: Any, name: str, t: Any) -> Any:
    """A function from the library that belongs to the namespace; from SciPy for one that has no such library."""
    libraries = {"torch": "torch.special", "jax": "jax.scipy.special", "cupy": "cupyx.scipy.special"}
    owner = next((part for part in xp.__name__.split(".") if part in (*libraries, "dask")), "")
    library = libraries.get(owner, "scipy.special")
    try:
        function = getattr(import_module(library), name)
    except ImportError:
        raise ImportError(f"{name} needs SciPy, which is not installed: run `pip install scipy`") from None
    if owner == "dask":
        return t.map_blocks(function, dtype=t.dtype)
    if owner in libraries or xp.__name__ == "array_api_compat.numpy":
        return function(t)
    return xp.asarray(function(import_module("numpy").asarray(t)), dtype=t.dtype)


def lgamma(xp: Any, t: Any) -> Any:
    """log(gamma(t))."""
    return special(xp, "gammaln", t)


def digamma(xp: Any, t: Any) -> Any:
    """The derivative of log(gamma(t))."""
    return special(xp, "digamma", t)
