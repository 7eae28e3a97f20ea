"""NumPy: compiles the printed source, with the helpers that it calls in front."""

import inspect
import linecache
import re
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from cesym.numeric.printer import Printer
from cesym.numeric.signature import Signature

try:
    import numpy as np
except ImportError:
    raise ImportError("backend='numpy' needs NumPy, which is not installed: run `pip install numpy`") from None

from cesym.numeric import numpy_helpers
from cesym.numeric.inputs import are_labels, prepared

__all__ = ["are_labels", "build"]

_number = count(1)


def build(name: str, signature: Signature, outputs: Any, reduction: str | None) -> tuple[str, Callable[..., Any]]:
    """The source of a function and the function itself, called as ``function(values, check)``."""
    main, helpers = Printer(signature, reduction).source(name, outputs)
    source = main_with_helpers(main, helpers)
    filename = f"<cesym {name} {next(_number)}>"
    linecache.cache[filename] = len(source), None, source.splitlines(keepends=True), filename
    namespace: dict[str, Any] = {}
    exec(compile(source, filename, "exec"), namespace)
    inner = namespace[main.split("(")[0].removeprefix("def ")]

    def function(values: Sequence[Any], check: bool) -> Any:
        with np.errstate(all="ignore"):
            arrays, dtype = prepared(signature, values, check)
            return finished(inner(*arrays), dtype)

    return source, function


def main_with_helpers(main: str, helpers: set[str]) -> str:
    functions = [getattr(numpy_helpers, helper) for helper in numpy_helpers.__all__]
    needed = set(helpers)
    if "square_over" in needed:
        needed.add("xdivy")
    sources = [re.sub(r"(: | -> )Any", "", inspect.getsource(f)) for f in functions if f.__name__ in needed]
    head = "import math\n\nimport numpy as np\n" if "math." in main else "import numpy as np\n"
    return "\n\n".join([head, *sources, f'@np.errstate(all="ignore")\n{main}'])


def finished(result: Any, dtype: np.dtype) -> Any:
    """Results in the type of the input; a NumPy scalar where there are no axes."""
    if isinstance(result, tuple):
        return tuple(finished(one, dtype) for one in result)
    return np.asarray(result).astype(dtype, copy=False)[()]
