"""NumPy: one function over whole arrays, and the same in place over blocks that fit into the cache."""

import ast
import inspect
import re
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

from cesym.numeric.arrays import numpy_helpers
from cesym.numeric.arrays.blocks import Kernel, runner
from cesym.numeric.arrays.inplace import InPlaceWriter
from cesym.numeric.arrays.inputs import are_labels
from cesym.numeric.arrays.vector import VectorWriter
from cesym.numeric.programs.code import function, returned, shown, used
from cesym.numeric.programs.compiled import compiled
from cesym.numeric.programs.lower import Output, lowered
from cesym.numeric.programs.program import denominators
from cesym.numeric.signature import Request, Signature

__all__ = ["are_labels", "build"]

ENTRIES = 32768  # of a block: its arrays stay in the second cache
SPELLED = {"step": "np.where(_0, 1.0, 0.0)", "float": "_0 + 0.0", "pow": "np.power(_0, _1)", "lgamma": "gammaln(_0)"}


def build(
    name: str, signature: Signature, outputs: Sequence[Output], request: Request
) -> tuple[str, Callable[..., list[Any]]]:
    """The source, and the function called as ``function(values, check)``."""
    program = lowered(signature, list(outputs))
    main = whole(VectorWriter(program, signature, **SPELLED), name)
    writer = InPlaceWriter(program, signature, lgamma=SPELLED["lgamma"])
    fast = writer.function(f"{name}_in_place")
    names = used(main, fast)
    helpers = [getattr(numpy_helpers, one) for one in numpy_helpers.__all__ if one in names]
    needed = [re.sub(r"(: | -> )Any", "", inspect.getsource(helper)) for helper in helpers]
    special = sorted({"digamma", "gammaln"} & names)
    if special and find_spec("scipy") is None:
        raise ImportError(f"{special[0]} on backend='numpy' needs SciPy: pip install scipy")
    specials = [f"from scipy.special import {one}" for one in special]
    head, own = "\n".join(["import numpy as np", *specials]), [shown(one) + "\n" for one in (main, fast)]
    source = "\n\n".join([head + "\n", *needed, *own])
    namespace = compiled(name, source)

    kernel = Kernel(
        compute=namespace[f"{name}_in_place"],
        careful=namespace[name],
        scratch=writer.scratch,
        axes=program.program.sizes,
        entries=ENTRIES,
        classes_first=True,
        checked=frozenset(),
        divisors=denominators(program.results),
    )
    return source, runner(kernel, signature, outputs, request)


def whole(writer: VectorWriter, name: str) -> ast.stmt:
    """A function that returns its results as a tuple."""
    results = [writer.text(one) for one in writer.lowered.results]
    return function(name, writer.arguments, [*writer.lines, returned(results)])
