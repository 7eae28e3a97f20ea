"""Runs a function over large arrays in blocks that fit into the cache, on one thread or more.

What a block needs beside its results is allocated once a thread, so that no temporary is as large as the input.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import lru_cache
from math import ceil, fsum, inf, isfinite, nan, prod
from typing import Any, NamedTuple

import numpy as np

from cesym.numeric.arrays.inputs import Layout, converted, laid_out, reader
from cesym.numeric.programs.lower import Output
from cesym.numeric.signature import Request, Signature

__all__ = ["Kernel", "runner"]

Shape = tuple[int, ...]


class Kernel(NamedTuple):
    """The compiled function of one block.

    ``compute`` fills the results, given the arguments, the results and the scratch for one block, in which all
    samples are one axis. Where a result is not finite, ``careful`` (if any) returns the results of that block.
    ``scratch`` lists axes and type of the arrays that compute needs, ``axes`` the size of each axis, ``entries`` how
    many entries make a block. With ``classes_first`` the axes of classes stand before that of the samples, for compute
    but not for careful. The arguments in ``checked`` are checked by compute, which returns how many of their numbers
    are out of range; by those in ``divisors`` something is divided.
    """

    compute: Callable[..., int | None]
    careful: Callable[..., Sequence[Any]] | None
    scratch: Sequence[tuple[tuple[Any, ...], Any]]
    axes: Mapping[Any, Any]
    entries: int
    classes_first: bool
    checked: frozenset[int]
    divisors: frozenset[int]

    def entries_of(self, block: Any, count: int, tail: Shape, kind: Any) -> Any:
        """A block of an argument as compute takes it."""
        if block.ndim != 1 + len(tail):
            block = block.reshape(count, *tail)
        if tail and self.classes_first:
            block = np.moveaxis(block, 0, -1)
        return np.ascontiguousarray(block, kind)

    def shape(self, count: int, tail: Shape) -> Shape:
        return (*tail, count) if self.classes_first else (count, *tail)


class Plan(NamedTuple):
    """What one call does that depends on the shapes and types of its arguments alone.

    ``jobs`` has the trailing axes of each result, whether it is summed, and its divisor. ``every`` lists the blocks
    with their shapes, ``entries`` how many entries each scratch array needs for the largest, ``tails`` their axes.
    """

    layout: Layout
    jobs: tuple[tuple[Shape, bool, int], ...]
    every: list[tuple[Any, Shape]]
    entries: tuple[int, ...]
    tails: tuple[Shape, ...]


def runner(
    kernel: Kernel, signature: Signature, outputs: Sequence[Output], request: Request
) -> Callable[..., list[Any]]:
    """The function of arrays, called as ``function(values, check)``."""

    @lru_cache(maxsize=64)
    def plan(shapes: tuple[Shape, ...], dtype: np.dtype) -> Plan:
        layout = laid_out(signature, shapes, dtype)
        lengths = {index: int(size) if size.is_Integer else layout.sizes[size] for index, size in kernel.axes.items()}
        count = prod(layout.shape)
        jobs = tuple(
            (
                tuple(lengths[a] for a in output.axes),
                request.reduction is not None and not output.derivative,
                count if request.reduction == "mean" and output.derivative else 1,
            )
            for output in outputs
        )
        tails = tuple(tuple(lengths[a] for a in axes) for axes, _ in kernel.scratch)
        widest = max([1, *(prod(tail) for tail, *_ in jobs), *map(prod, layout.tails)])
        every = list(blocks(layout.shape, max(1, kernel.entries // widest))) if count else []
        capacity = max((prod(here) for _, here in every), default=0)
        return Plan(
            layout, jobs, every, tuple(capacity * prod(tail) for tail in (*tails, *(j[0] for j in jobs))), tails
        )

    def function(values: Sequence[Any], check: bool) -> list[Any]:
        arrays, dtype = converted(signature, values)
        return run(kernel, plan(tuple(one.shape for one in arrays), dtype), arrays, request, check)

    return function


def run(kernel: Kernel, plan: Plan, arrays: Sequence[Any], request: Request, check: bool) -> list[Any]:
    """The results over all samples."""
    layout, every = plan.layout, plan.every
    outs: list[Any] = [None if summed else np.empty(layout.shape + tail, layout.dtype) for tail, summed, _ in plan.jobs]
    readers = [
        (
            reader(layout, n, one, check and n not in kernel.checked, n in kernel.divisors),
            layout.tails[n],
            layout.kinds[n],
        )
        for n, one in enumerate(arrays)
    ]

    def work(some: Sequence[tuple[Any, Shape]]) -> list[list[Any]]:
        sums: list[list[Any]] = [[] for _ in outs]
        scratch = [np.empty(size, kind) for size, (_, kind) in zip(plan.entries, kernel.scratch, strict=False)]
        # A result of another type or order of axes, or one that is summed, is computed elsewhere first.
        own = [
            None
            if out is not None and out.dtype == np.float64 and not (tail and kernel.classes_first)
            else np.empty(size)
            for out, size, (tail, *_) in zip(outs, plan.entries[len(scratch) :], plan.jobs, strict=True)
        ]
        last = -1
        with np.errstate(all="ignore"):
            for at, here in some:
                count = prod(here)
                if count != last:
                    views = [
                        view(one, kernel.shape(count, tail)) for one, tail in zip(scratch, plan.tails, strict=True)
                    ]
                    mine = [
                        one if one is None else view(one, kernel.shape(count, tail))
                        for one, (tail, *_) in zip(own, plan.jobs, strict=True)
                    ]
                    last = count
                values = [kernel.entries_of(read(at), count, tail, kind) for read, tail, kind in readers]
                targets = [
                    (out[at] if len(here) == 1 else out[at].reshape(count, *tail)) if one is None else one
                    for one, out, (tail, *_) in zip(mine, outs, plan.jobs, strict=True)
                ]
                if kernel.compute(*values, *targets, *views) and check:
                    layout.refuse(arrays)
                if kernel.careful and not all(map(is_finite, targets)):
                    # Contiguous along the classes, where NumPy then sums in pairs.
                    rows = [np.ascontiguousarray(np.moveaxis(one, -1, 0)) for one in values]
                    for target, better in zip(targets, kernel.careful(*rows), strict=True):
                        target[...] = np.moveaxis(better, 0, -1)
                for n, (tail, summed, divisor) in enumerate(plan.jobs):
                    if divisor != 1:
                        np.divide(targets[n], divisor, out=targets[n])
                    if summed:
                        sums[n].append(block_sum(targets[n]))
                    elif mine[n] is not None:
                        back = np.moveaxis(targets[n], -1, 0) if tail and kernel.classes_first else targets[n]
                        outs[n][at] = back.reshape(here + tail)
        return sums

    # Threads are worth starting for a few blocks each.
    threads = min(request.threads, len(every) // 4)
    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            shares = pool.map(work, [every[n::threads] for n in range(threads)])
            sums = [[one for part in parts for one in part] for parts in zip(*shares, strict=True)]
    else:
        sums = work(every)
    scale = prod(layout.shape) if request.reduction == "mean" else 1
    return [
        layout.dtype.type(total(parts, scale)) if out is None else out[()]
        for out, parts in zip(outs, sums, strict=True)
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
        most = max(1, size // max(1, prod(shape[1:])))
        # As many blocks as it takes, of nearly the same size.
        step = max(1, ceil(shape[0] / max(1, ceil(shape[0] / most))))
        for start in range(0, shape[0], step):
            stop = min(start + step, shape[0])
            yield (slice(start, stop),), (stop - start, *shape[1:])


def view(flat: Any, shape: Shape) -> Any:
    return flat[: prod(shape)].reshape(shape)


def is_finite(values: Any) -> bool:
    # NaN is the greatest and the least of all.
    most, least = np.maximum.reduce(values, axis=None), np.minimum.reduce(values, axis=None)
    return bool(most < inf and least > -inf)


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
