"""Formulas as one function of arrays in any namespace, and their derivatives, made when they are asked for."""

import ast
import inspect
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import numpy as np
from sympy import Expr

from cesym.notation.indices import fresh_index
from cesym.numeric.admitted import rewrite
from cesym.numeric.array_api import helpers
from cesym.numeric.array_api.slopes import Facts
from cesym.numeric.array_api.writer import ArrayApiWriter
from cesym.numeric.arrays.inputs import check_shapes
from cesym.numeric.programs.code import shown, used
from cesym.numeric.programs.compiled import compiled
from cesym.numeric.programs.lower import Output, lowered
from cesym.numeric.rules.rewritings import Known
from cesym.numeric.signature import Signature

__all__ = ["Formulas", "fitted"]


class Formulas:
    """Formulas in the arguments of a signature; ``stable`` is what is computed, ``outputs`` what is differentiated.

    ``past`` says for each output in which letters it is a derivative; ``notes`` collects who vouches for which one.
    """

    def __init__(
        self,
        name: str,
        signature: Signature,
        outputs: Sequence[Output],
        stable: Sequence[Output],
        facts: Facts,
        past: Sequence[tuple[Any, ...]],
        notes: dict[str, None],
    ) -> None:
        self.name, self.signature, self.outputs = name, signature, tuple(outputs)
        self.facts, self.past, self.notes = facts, past, notes
        program = lowered(signature, list(stable))
        self.is_input = [value.op == "input" for value in program.results]
        main = ArrayApiWriter(program, signature).function(name, outputs)
        self.code = "\n\n".join([*used_helpers(main), f"{shown(main)}\n"])
        self.function = compiled(name, self.code)[name]
        self.slopes: dict[tuple[int, int], Expr] = {}
        self.derived: dict[tuple[tuple[int, int], ...], Formulas] = {}
        self.differentiable: dict[str, Any] = {}

    def evaluate(self, xp: Any, arrays: Sequence[Any]) -> tuple[Any, ...]:
        """The results for arrays of one namespace and one floating type, each with all its axes."""
        sizes, shape = fitted(self.signature, arrays)
        floating = (a for a, one in zip(arrays, self.signature.arguments, strict=True) if one.place is None)
        like = next(floating, xp.zeros(()))
        with np.errstate(all="ignore"):
            results = list(self.function(xp, *arrays))
            for n, (one, output) in enumerate(zip(results, self.outputs, strict=True)):
                own = (self.signature.axes[axis] for axis in output.axes)
                whole = shape + tuple(int(size) if size.is_Integer else sizes[size] for size in own)
                if getattr(one, "shape", None) != whole:
                    zeros = xp.zeros(whole, dtype=like.dtype, device=helpers.device(like))
                    results[n] = zeros + one
                elif self.is_input[n]:
                    results[n] = xp.asarray(one, copy=True)
        return tuple(results)

    def derivative(self, pairs: tuple[tuple[int, int], ...]) -> "Formulas":
        """The derivatives of some outputs in some arguments, given as pairs of their numbers, in one pass."""
        if pairs not in self.derived:
            axes = self.axes_with(*(position for _, position in pairs))
            signature = replace(self.signature, axes=axes)
            labels = {one.letter + one.place.offset + 1 for one in signature.arguments if one.place is not None}
            known = Known(signature.variables, frozenset(axes) | labels)
            outputs = [
                Output(self.slope(number, position), (*self.outputs[number].axes, *self.indices[position]))
                for number, position in pairs
            ]
            given = self.facts.given
            stable = [one._replace(expr=rewrite(one.expr, known, signature, given).stable) for one in outputs]
            past = [(*self.past[number], signature.arguments[position].letter) for number, position in pairs]
            name = self.name if self.name.endswith("_slope") else f"{self.name}_slope"
            self.derived[pairs] = Formulas(name, signature, outputs, stable, self.facts, past, self.notes)
        return self.derived[pairs]

    def slope(self, number: int, position: int) -> Expr:
        """The derivative of an output in an argument; an argument with axes gives it fresh indices."""
        if (number, position) not in self.slopes:
            letter, indices = self.signature.arguments[position].letter, self.indices[position]
            variable = self.facts.families[letter][indices] if indices else letter
            axes = self.axes_with(position)
            free = {axis: axes[axis] for axis in (*self.outputs[number].axes, *indices)}
            expr, past = self.outputs[number].expr, self.past[number]
            found, by = self.facts.slope(expr, variable, self.signature, free)
            what = f"derivative in {', '.join(map(str, (*past, letter)))}" if past else f"gradient in {letter}"
            self.notes[f"{what}: {by}"] = None
            self.slopes[number, position] = found
        return self.slopes[number, position]

    def axes_with(self, *positions: int) -> dict[Any, Any]:
        """The axes, and those of derivatives in some arguments."""
        arguments = self.signature.arguments
        new = [pair for n in positions for pair in zip(self.indices[n], arguments[n].sizes, strict=True)]
        return {**self.signature.axes, **dict(new)}

    @cached_property
    def indices(self) -> list[tuple[Any, ...]]:
        """For each argument fresh indices for its axes."""
        used = [*(one.expr for one in self.outputs), *self.signature.axes, *self.signature.variables]
        found: list[tuple[Any, ...]] = []
        for argument in self.signature.arguments:
            own: tuple[Any, ...] = ()
            for _ in argument.sizes:
                own += (fresh_index(*used, *own),)
            used += own
            found.append(own)
        return found


def fitted(signature: Signature, arrays: Sequence[Any]) -> tuple[dict[Any, int], tuple[int, ...]]:
    """The lengths of the axes by their sizes, and the shape of the samples; refuses shapes that do not fit."""
    return check_shapes(signature, [SimpleNamespace(shape=tuple(a.shape), ndim=a.ndim) for a in arrays])


def used_helpers(main: ast.stmt) -> list[str]:
    """The imports and helpers that a function needs, as source."""
    found: list[str] = []
    names = used(main)
    # A helper uses those that are listed before it.
    for name in reversed(helpers.__all__):
        if name in names:
            source = inspect.getsource(getattr(helpers, name))
            names |= used(ast.parse(source))
            found.insert(0, re.sub(r"(: | -> )(Any|int|float|str)\b", "", source))
    imports = {"import_module": "importlib", "device": "array_api_compat"}
    lines = [f"from {module} import {name}\n" for name, module in imports.items() if name in names]
    return ["".join(lines), *found] if lines else found
