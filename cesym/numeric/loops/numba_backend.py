"""Numba: fused loops compiled to vector code, with elementary functions of our own, kept in a cache on disk."""

import hashlib
import inspect
import os
import sys
from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from math import prod
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numba

from cesym.numeric.arrays.blocks import Kernel, runner
from cesym.numeric.arrays.inputs import are_labels
from cesym.numeric.loops import numba_math
from cesym.numeric.loops.loops import LoopWriter
from cesym.numeric.programs.code import shown, used
from cesym.numeric.programs.compiled import compiled
from cesym.numeric.programs.lower import Output, lowered
from cesym.numeric.signature import Request, Signature

__all__ = ["are_labels", "build"]

ENTRIES = 65536
MANY = 128  # classes
HEAD = """from math import cos, cosh, sin, sinh, sqrt, tan, tanh

import numpy as np
from numba import njit
from numba.types import Array, float64, int64

{imports}

def given(axes, kind):
    return Array(kind, axes, "C", readonly=True)


@njit(int64({kinds}), error_model="numpy", fastmath={{"contract"}}, nogil=True, cache=True)
"""


def build(
    name: str, signature: Signature, outputs: Sequence[Output], request: Request
) -> tuple[str, Callable[..., list[Any]]]:
    """The source, and the function called as ``function(values, check)``."""
    program = lowered(signature, list(outputs))
    writer = LoopWriter(program, signature)
    kinds = [f"given({1 + len(one.sizes)}, {'int64' if one.place else 'float64'})" for one in signature.arguments]
    kinds += [f"Array(float64, {1 + len(one.axes)}, 'C')" for one in outputs]

    def source(writer: LoopWriter) -> str:
        main = writer.function(name)
        own = sorted({*numba_math.__all__, "digamma"} & used(main))
        imports = f"from cesym.numeric.loops.numba_math import {', '.join(own)}\n" if own else ""
        return HEAD.format(imports=imports, kinds=", ".join(kinds)) + shown(main) + "\n"

    code = source(writer)
    loop = loaded(name, code)

    @cache
    def loop_for_many_classes() -> Callable[..., int]:
        # What is kept of many classes for as many samples would not stay in the cache.
        return loaded(name, source(LoopWriter(program, signature, together=16)))

    def compute(*arrays: Any) -> int:
        many = any(prod(one.shape[1:]) > MANY for one in arrays[: len(signature.arguments)])
        return (loop_for_many_classes() if many else loop)(*arrays)

    kernel = Kernel(
        compute=compute,
        careful=None,
        scratch=(),
        axes=program.program.sizes,
        entries=ENTRIES,
        classes_first=False,
        checked=frozenset(writer.checked),
        divisors=frozenset(),
    )
    return code, runner(kernel, signature, outputs, request)


def loaded(name: str, source: str) -> Callable[..., int]:
    """The compiled function of a source, from the cache on disk where it was compiled before."""
    # Numba does not see when what it inlines has changed: that is part of the name.
    parts = "\0".join((source, inspect.getsource(numba_math), numba.__version__, sys.version))
    module = f"cesym_{name}_{hashlib.sha256(parts.encode()).hexdigest()[:20]}"
    file = folder() / f"{module}.py"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists() or file.read_text("utf-8") != source:
            draft = file.with_suffix(f".{os.getpid()}.tmp")
            draft.write_text(source, "utf-8")
            draft.replace(file)
    except OSError:
        # Nowhere to write: compile for this process alone.
        return compiled(name, source.replace(", cache=True", ""))[name]
    spec = spec_from_file_location(module, file)
    assert spec is not None and spec.loader is not None
    made = sys.modules[module] = module_from_spec(spec)  # numba looks there for what it reads from the cache
    try:
        spec.loader.exec_module(made)
    except (EOFError, OSError, ValueError, UnpicklingError):
        # What lies in the cache cannot be read.
        return compiled(name, source.replace(", cache=True", ""))[name]
    return getattr(made, name)


def folder() -> Path:
    """Where sources and compiled code are kept: NUMBA_CACHE_DIR, or ``cesym`` among the user's caches."""
    own = os.environ.get("NUMBA_CACHE_DIR")
    return Path(own or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cesym"
