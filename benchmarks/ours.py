"""The functions of cesym behind the same call as their peers in `peers`: ``cesym_("numba", "bce", 1, (k, p))``."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.peers import jax_x64


def cesym_(backend: str, name: str, derivative: Any, args: Sequence[np.ndarray], threads: int = 1, **options: Any):
    """`backend` may name a namespace too: "array-api torch"."""
    from cesym import losses

    backend, _, namespace = backend.partition(" ")
    if not hasattr(losses, name):
        return None
    if threads > 1 and backend in ("numpy", "numba"):
        options["threads"] = threads
    try:
        f = getattr(losses, name).lambdify(backend, derivative=derivative, **options)
    except (TypeError, ValueError) as error:
        if "backend" in str(error) or "unexpected keyword" in str(error):
            return None
        raise
    native = [to(namespace, arg) for arg in args] if namespace else args
    if namespace == "jax":
        import jax

        return lambda: jax.block_until_ready(f(*native))
    return lambda: f(*native)


def to(namespace: str, arg: np.ndarray) -> Any:
    if namespace == "torch":
        import torch

        return torch.from_numpy(arg.copy())
    if namespace == "jax":
        return jax_x64().numpy.asarray(arg)
    if namespace == "dask":
        import dask.array

        return dask.array.from_array(arg)
    if namespace == "strict":
        import array_api_strict

        return array_api_strict.asarray(arg)
    return arg
