"""Runs a function over large arrays in blocks that fit into the cache, on one thread or more.

What a block needs beside its results is allocated once a thread, so that no temporary is as large as the input.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from math import fsum, inf, isfinite, nan, prod
from typing import Any, NamedTuple

import numpy as np

from cesym.numeric.inputs import Arrays, reader
from cesym.numeric.lower import Output

__all__ = ["Kernel", "run"]

Shape = tuple[int, ...]


class Kernel(NamedTuple):
    """The compiled function of one block.

    ``prepare(block, samples, axes)`` makes a block of an argument what ``compute`` takes. ``compute`` fills the results,
    given the arguments, the results and the scratch for one block. Where it leaves NaN, ``careful`` (if any) returns
    the results of that block. ``scratch`` lists axes and type of the arrays that compute needs, ``axes`` the size of
    each axis, ``entries`` how many entries make a block.
    """

    prepare: Callable[[Any, Shape, Shape], Any]
    compute: Callable[..., None]
    careful: Callable[..., Sequence[Any]] | None
    scratch: Sequence[tuple[tuple[Any, ...], Any]]
    axes: Mapping[Any, Any]
    entries: int


class Job(NamedTuple):
    """One result of one call: the array it goes to (None if it is summed), its axes, and a divisor."""

    out: Any
    tail: Shape
    divisor: int


def run(
    kernel: Kernel, arrays: Arrays, outputs: Sequence[Output], reduction: str | None, check: bool, threads: int
) -> list[Any]:
    """The results over all samples."""
    shape, count = arrays.shape, prod(arrays.shape)
    lengths = {index: int(size) if size.is_Integer else arrays.sizes[size] for index, size in kernel.axes.items()}
    jobs = []
    for output in outputs:
        tail = tuple(lengths[a] for a in output.axes)
        summed = reduction is not None and not output.derivative
        divisor = count if reduction == "mean" and output.derivative else 1
        jobs.append(Job(None if summed else np.empty(shape + tail, arrays.dtype), tail, divisor))
    widest = max([1, *(prod(job.tail) for job in jobs), *(prod(arrays.tail(n)) for n in range(len(arrays.values)))])
    every = list(blocks(shape, max(1, kernel.entries // widest))) if count else []
    readers = [reader(arrays, n, check) for n in range(len(arrays.values))]

    def work(some: Sequence[tuple[Any, Shape]]) -> list[list[Any]]:
        sums: list[list[Any]] = [[] for _ in jobs]
        capacity = max(prod(here) for _, here in some)
        scratch = [np.empty(capacity * prod(lengths[a] for a in axes), kind) for axes, kind in kernel.scratch]
        tails = [tuple(lengths[a] for a in axes) for axes, _ in kernel.scratch]
        # A result of another type, or one that is summed, is computed in float64 first.
        own = [
            None if job.out is not None and job.out.dtype == np.float64 else np.empty(capacity * prod(job.tail))
            for job in jobs
        ]
        with np.errstate(all="ignore"):
            last: Shape | None = None
            for at, here in some:
                if here != last:
                    views = [view(one, here + tail) for one, tail in zip(scratch, tails, strict=True)]
                    mine = [
                        one if one is None else view(one, here + job.tail) for one, job in zip(own, jobs, strict=True)
                    ]
                    last = here
                values = [kernel.prepare(read(at), here, tail) for read, tail in readers]
                targets = [job.out[at] if one is None else one for one, job in zip(mine, jobs, strict=True)]
                kernel.compute(*values, *targets, *views)
                if kernel.careful and any(has_nan(target) for target in targets):
                    for target, better in zip(targets, kernel.careful(*values), strict=True):
                        target[...] = better
                for n, (job, target) in enumerate(zip(jobs, targets, strict=True)):
                    if job.divisor != 1:
                        np.divide(target, job.divisor, out=target)
                    if job.out is None:
                        sums[n].append(block_sum(target))
                    elif mine[n] is not None:
                        job.out[at] = target
        return sums

    if threads > 1 and len(every) > 1:
        with ThreadPoolExecutor(threads) as pool:
            shares = pool.map(work, [every[n::threads] for n in range(min(threads, len(every)))])
            sums = [[one for part in parts for one in part] for parts in zip(*shares, strict=True)]
    else:
        sums = work(every) if every else [[] for _ in jobs]
    scale = count if reduction == "mean" else 1
    return [
        arrays.dtype.type(total(parts, scale)) if job.out is None else job.out[()]
        for job, parts in zip(jobs, sums, strict=True)
    ]


def blocks(shape: Shape, size: int) -> Iterator[tuple[Any, Shape]]:
    """Indices that cut an array of samples into contiguous blocks of at most ``size``, each with its shape.

    >>> list(blocks((5,), 3))
    [((slice(0, 3, None),), (3,)), ((slice(3, 5, None),), (2,))]
    """
    if not shape:
        yield (Ellipsis,), ()
    elif prod(shape[1:]) > size:
        for n in range(shape[0]):
            for rest, here in blocks(shape[1:], size):
                yield (n, *rest), here
    else:
        step = max(1, size // max(1, prod(shape[1:])))
        for start in range(0, shape[0], step):
            stop = min(start + step, shape[0])
            yield (slice(start, stop),), (stop - start, *shape[1:])


def view(flat: Any, shape: Shape) -> Any:
    return flat[: prod(shape)].reshape(shape)


def has_nan(values: Any) -> bool:
    most = np.maximum.reduce(values, axis=None)
    return bool(most != most)


def block_sum(values: Any) -> float | Fraction:
    """The sum of a block; an exact fraction where a float overflows although the values do not."""
    value = float(np.sum(values))
    if abs(value) == np.inf and not np.isinf(values).any():
        return Fraction(float(np.sum(values * 2.0**-64))) * 2**64
    return value


def total(parts: Sequence[float | Fraction], scale: int) -> float:
    """The sum of the blocks' sums, over ``scale``; the mean of nothing is NaN."""
    floats = [one for one in parts if isinstance(one, float)]
    if not scale or not all(map(isfinite, floats)):
        return float(sum(floats)) if scale else nan
    try:
        return fsum(parts) / scale
    except OverflowError:
        return as_float(sum((Fraction(one) for one in parts), Fraction()) / scale)


def as_float(value: float | Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf
