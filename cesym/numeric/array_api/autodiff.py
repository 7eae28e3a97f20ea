"""Derived gradients for automatic differentiation in PyTorch and JAX.

Neither library looks inside the function: it asks for the derivative, which is such a function again.
"""

from collections.abc import Callable, Sequence
from typing import Any

from array_api_compat import is_jax_namespace, is_torch_namespace

from cesym.numeric.array_api.formulas import Formulas

__all__ = ["differentiable"]


def differentiable(xp: Any, formulas: Formulas) -> Callable[..., tuple[Any, ...]]:
    """The function of some formulas, of arrays of one namespace, with its derivatives where these are asked for."""
    if xp.__name__ not in formulas.differentiable:
        make = in_torch if is_torch_namespace(xp) else in_jax if is_jax_namespace(xp) else undifferentiated
        formulas.differentiable[xp.__name__] = make(xp, formulas)
    return formulas.differentiable[xp.__name__]


def undifferentiated(xp: Any, formulas: Formulas) -> Callable[..., tuple[Any, ...]]:
    return lambda *arrays: formulas.evaluate(xp, arrays)


def in_jax(xp: Any, formulas: Formulas) -> Callable[..., tuple[Any, ...]]:
    import jax
    from jax.custom_derivatives import SymbolicZero

    @jax.custom_jvp
    def function(*arrays: Any) -> tuple[Any, ...]:
        return formulas.evaluate(xp, arrays)

    def rule(arrays: Sequence[Any], changes: Sequence[Any]) -> tuple[Any, Any]:
        active = [n for n, one in enumerate(changes) if not isinstance(one, SymbolicZero)]
        results = function(*arrays)
        return results, changed(xp, formulas, arrays, results, {n: changes[n] for n in active})

    function.defjvp(rule, symbolic_zeros=True)
    return function


def in_torch(xp: Any, formulas: Formulas) -> Callable[..., tuple[Any, ...]]:
    import torch

    class Derived(torch.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(*arrays: Any) -> Any:
            return formulas.evaluate(xp, arrays)

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
            ctx.save_for_backward(*inputs)
            ctx.save_for_forward(*inputs)
            ctx.set_materialize_grads(False)

        @staticmethod
        def backward(ctx: Any, *weights: Any) -> Any:
            arrays = ctx.saved_tensors
            given = {n: one for n, one in enumerate(weights) if one is not None}
            wanted = [n for n, one in enumerate(ctx.needs_input_grad) if one]
            found = weighted(xp, formulas, arrays, given, wanted)
            return tuple(found.get(n) for n in range(len(arrays)))

        @staticmethod
        def jvp(ctx: Any, *changes: Any) -> Any:
            arrays = ctx.saved_tensors
            given = {n: one for n, one in enumerate(changes) if one is not None}
            results = formulas.evaluate(xp, arrays)
            return changed(xp, formulas, arrays, results, given)

    return Derived.apply


def slopes(
    xp: Any, formulas: Formulas, arrays: Sequence[Any], outputs: Sequence[int], arguments: Sequence[int]
) -> dict[tuple[int, int], Any]:
    """The derivatives of outputs in arguments that are not 0 everywhere."""
    pairs = tuple((o, n) for o in outputs for n in arguments if formulas.slope(o, n) != 0)
    if not pairs:
        return {}
    return dict(zip(pairs, differentiable(xp, formulas.derivative(pairs))(*arrays), strict=True))


def changed(
    xp: Any, formulas: Formulas, arrays: Sequence[Any], results: Sequence[Any], changes: dict[int, Any]
) -> tuple[Any, ...]:
    """How the results change to first order with the arguments: the sum over their axes of slope times change."""
    totals: dict[int, Any] = {}
    for (o, n), slope in slopes(xp, formulas, arrays, range(len(results)), list(changes)).items():
        own, inner = len(formulas.outputs[o].axes), len(formulas.indices[n])
        change = changes[n]
        if own and inner:
            change = change[(..., *[None] * own, *[slice(None)] * inner)]
        elif own:
            change = change[(..., *[None] * own)]
        terms = product(xp, slope, change)
        terms = xp.sum(terms, axis=tuple(range(-inner, 0))) if inner else terms
        totals[o] = totals[o] + terms if o in totals else terms
    return tuple(totals[o] if o in totals else xp.zeros_like(one) for o, one in enumerate(results))


def weighted(
    xp: Any, formulas: Formulas, arrays: Sequence[Any], weights: dict[int, Any], arguments: Sequence[int]
) -> dict[int, Any]:
    """The gradient of the weighted sum of the results in some arguments, for each sample of the results.

    PyTorch itself sums over the samples that an argument has in common.
    """
    totals: dict[int, Any] = {}
    for (o, n), slope in slopes(xp, formulas, arrays, list(weights), arguments).items():
        own, inner = len(formulas.outputs[o].axes), len(formulas.indices[n])
        weight = weights[o][(..., *[None] * inner)] if inner else weights[o]  # not aliased: vmap has no rule for it
        terms = product(xp, slope, weight)
        if own:
            terms = xp.sum(terms, axis=tuple(range(-own - inner, -inner)))
        totals[n] = totals[n] + terms if n in totals else terms
    return {n: totals[n] if n in totals else xp.zeros_like(arrays[n]) for n in arguments}


def product(xp: Any, slope: Any, factor: Any) -> Any:
    """Their product; what counts 0 does so where the slope is infinite too, as under a mask."""
    if is_torch_namespace(xp):
        slope = xp.where((factor == 0) & xp.isinf(slope), xp.zeros_like(slope), slope)
    return slope * factor
