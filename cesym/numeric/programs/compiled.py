"""Makes functions of printed source, so that a traceback shows the line."""

import linecache
from itertools import count
from typing import Any

__all__ = ["compiled"]

_number = count(1)


def compiled(name: str, source: str) -> dict[str, Any]:
    """The names that the source defines."""
    filename = f"<cesym {name} {next(_number)}>"
    linecache.cache[filename] = len(source), None, source.splitlines(keepends=True), filename
    namespace: dict[str, Any] = {}
    exec(compile(source, filename, "exec"), namespace)
    return namespace
