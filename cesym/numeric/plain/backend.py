"""Python's own floats, without NumPy: one function of one sample, over numbers or nested lists."""

import inspect
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import inf, isfinite
from typing import Any

from cesym.numeric.arrays.compiled import compiled
from cesym.numeric.plain import helpers
from cesym.numeric.plain.inputs import are_labels, folded, prepared
from cesym.numeric.plain.writer import FROM_MATH, PlainWriter
from cesym.numeric.programs.lower import Output, lowered
from cesym.numeric.signature import Request, Signature

__all__ = ["are_labels", "build"]

NUMBERS = frozenset((float, int, bool))


def build(
    name: str, signature: Signature, outputs: Sequence[Output], request: Request
) -> tuple[str, Callable[..., list[Any]]]:
    """The source, and the function called as ``function(values, check)``."""
    if request.threads > 1:
        given = f"got threads={request.threads} with backend='math'"
        raise ValueError(f"threads is for backend='numpy' and 'numba'; {given}")
    writer = PlainWriter(lowered(signature, list(outputs), request.accurate), signature)
    source = with_helpers(writer.function(name), writer.safe)
    compute = compiled(name, source)[name]
    only, quick = len(outputs) == 1, of_numbers(signature)

    def function(values: Sequence[Any], check: bool) -> list[Any]:
        numbers = quick(values, check)
        if len(numbers) == len(values):
            return [compute(*numbers)] if only else list(compute(*numbers))
        columns, shape = prepared(signature, values, check)
        rows = list(map(compute, *columns))
        results = [rows] if only else [list(one) for one in zip(*rows, strict=True)] or [[] for _ in outputs]
        return [reduced(one, shape, output, request.reduction) for one, output in zip(results, outputs, strict=True)]

    return source, function


def of_numbers(signature: Signature) -> Callable[[Sequence[Any], bool], list[float]]:
    """Plain numbers as floats, those in their ranges; for one sample of no lists, which then needs no more checks."""
    arguments = signature.arguments
    # t + 0.0 makes a -0.0 at the end of a range 0.0, as `prepared` does; t + -0.0 leaves it.
    ranges = [
        (-inf if one.low is None else one.low, inf if one.high is None else one.high, 0.0 if one.low == 0 else -0.0)
        for one in arguments
    ]
    simple = not any(one.sizes or one.place for one in arguments)

    def quick(values: Sequence[Any], check: bool) -> list[float]:
        if not simple or not NUMBERS.issuperset(map(type, values)):
            return []
        try:
            if not check:
                return list(map(float, values))
            return [t + zero for t, (low, high, zero) in zip(values, ranges, strict=True) if low <= t <= high]
        except OverflowError:
            return []

    return quick


def with_helpers(main: str, safe: set[str]) -> str:
    """The source with what it needs in front: names of `math` where these do not raise, and helpers where they do."""

    def uses(name: str, text: str) -> bool:
        return re.search(rf"(?<![\w.]){name}\b", text) is not None

    needed = [getattr(helpers, one) for one in helpers.__all__ if one not in safe and uses(one, main)]
    texts = [re.sub(r"(: | -> )(list\[float\]|float|int)(?=[,):])", "", inspect.getsource(one)) for one in needed]
    text = "\n\n".join([*texts, main])
    own = [one for one in FROM_MATH if one in safe and uses(one, main)]
    own += [one for one in ("copysign", "inf", "nan") if one not in own and uses(one, text)]
    imports = ["import math"] * ("math." in text) + ["from fractions import Fraction"] * uses("Fraction", text)
    imports += [f"from math import {', '.join(sorted(own))}"] * bool(own)
    imports += ["", "from mpmath import libmp"] * uses("libmp", text)
    return "\n".join(imports) + "\n" * (3 if imports else 0) + text


def reduced(results: list[Any], shape: tuple[int, ...], output: Output, reduction: str | None) -> Any:
    """The results of all samples, or the sum or mean of the losses, or their share of its derivative."""
    count = len(results)
    if reduction is None or (output.derivative and reduction == "sum"):
        return folded(results, shape)
    if output.derivative:
        return folded([shared(one, count) for one in results], shape)
    return total(results, count if reduction == "mean" else 1)


def shared(result: Any, count: int) -> Any:
    """Every number of a derivative over the number of samples."""
    return [shared(one, count) for one in result] if isinstance(result, list) else result / count


def total(values: list[float], scale: int) -> float:
    """The sum of some numbers over ``scale``, whose sum may be no float; the mean of nothing is NaN."""
    if not scale:
        return float("nan")
    value = helpers.fsum(values)
    if isfinite(value) or not all(map(isfinite, values)):
        return value / scale
    try:
        return float(sum(map(Fraction, values)) / scale)
    except OverflowError:
        return value
