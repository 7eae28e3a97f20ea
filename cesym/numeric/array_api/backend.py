"""Any namespace of the Array API: NumPy, PyTorch, JAX, Dask arrays and others, such as CuPy, which is not tested.

In PyTorch and JAX automatic differentiation gives the derived gradient (`autodiff`).
"""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from array_api_compat import is_numpy_array
from sympy import IndexedBase

from cesym.numeric.array_api.autodiff import differentiable
from cesym.numeric.array_api.formulas import Formulas, fitted
from cesym.numeric.array_api.helpers import constant
from cesym.numeric.array_api.inputs import Joined, are_labels, joined, out_of_range
from cesym.numeric.array_api.slopes import Facts
from cesym.numeric.programs.lower import Output, leaves
from cesym.numeric.signature import Request, Signature

__all__ = ["are_labels", "build"]


def build(name: str, signature: Signature, outputs: Sequence[Output], request: Request) -> tuple[str, "Function"]:
    """The source, and the function called as ``function(values, check)``."""
    if request.threads > 1:
        given = f"got threads={request.threads} with backend='array-api'"
        raise ValueError(f"threads is for backend='numpy' and 'numba'; {given}")
    families = {arg.label: arg for arg in request.args if isinstance(arg, IndexedBase)}
    labels = [one.letter for one in signature.arguments if one.place is not None]
    labelled = (request.labelled, labels[0]) if request.labelled is not None and labels else None
    facts, past = Facts(request.given, families, labelled), [()] * len(outputs)
    formulas = Formulas(name, signature, list(leaves(request.outputs)), outputs, facts, past, {})
    return formulas.code, Function(formulas, request.reduction)


class Function:
    """Some formulas over arrays of any namespace."""

    def __init__(self, formulas: Formulas, reduction: str | None) -> None:
        self.formulas, self.reduction = formulas, reduction

    @property
    def notes(self) -> Sequence[str]:
        """Who vouches for the derivatives that automatic differentiation has asked for so far."""
        return tuple(self.formulas.notes)

    def __call__(self, values: Sequence[Any], check: bool) -> list[Any]:
        signature = self.formulas.signature
        together = joined(signature, values)
        sizes, shape = fitted(signature, together.arrays)
        with np.errstate(all="ignore"):
            bad = out_of_range(together, signature, sizes) if check else None
            results = differentiable(together.xp, self.formulas)(*together.arrays)
            pairs = zip(results, self.formulas.outputs, strict=True)
            return [self.finished(together, result, output, bad, prod(shape)) for result, output in pairs]

    def finished(self, together: Joined, result: Any, output: Output, bad: Any, count: int) -> Any:
        """A result without the samples that are out of range, reduced, and of the type of the arguments."""
        xp = together.xp
        if bad is not None:
            keep = xp.where(bad, constant(xp, float("nan"), result), constant(xp, 1.0, result))
            result = result * keep[(..., *[None] * len(output.axes))]
        if self.reduction is not None and not output.derivative:
            types = xp.__array_namespace_info__().dtypes(kind="real floating")
            result = xp.sum(result, dtype=types.get("float64", result.dtype))
        if self.reduction == "mean":
            result = result / count if count else result + float("nan")
        result = xp.astype(result, together.dtype, copy=False)
        return result[()] if is_numpy_array(result) else result
