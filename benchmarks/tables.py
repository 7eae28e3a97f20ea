"""Markdown tables with the date and the machine; used by the modules here that print numbers."""

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("numpy", "scipy", "scikit-learn", "torch", "jax", "optax", "numba", "sympy", "mpmath")


def markdown(head: Sequence[str], rows: Iterable[Sequence[Any]], text_columns: int = 1) -> str:
    """A table; the first columns are text, the others numbers, to the right.

    >>> print(markdown(["who", "ns"], [["a", 1.2345], ["b", 1e9]]))
    | who | ns |
    |---|---:|
    | a | 1.23 |
    | b | 1e+09 |
    """
    lines = ["| " + " | ".join(head) + " |"]
    lines.append("|" + "".join("---|" if n < text_columns else "---:|" for n in range(len(head))))
    lines += ["| " + " | ".join(map(shown, row)) + " |" for row in rows]
    return "\n".join(lines)


def shown(value: Any) -> str:
    """A cell: three digits of a float, nothing for None, no stray column."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3g}"
    return str(value).replace("|", "\\|").replace("\n", " ")


def provenance() -> str:
    """Date, machine and versions, in one line."""
    versions = ", ".join(f"{name} {found}" for name in PACKAGES if (found := installed(name)))
    return f"{date.today()}; {processor()}, {cores()} cores; Python {platform.python_version()}, {versions}."


def installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processor() -> str:
    """The model as Linux names it, else what Python knows."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        fields = dict(line.split(":", 1) for line in info.read_text("utf-8").splitlines() if ":" in line)
        names = {key.strip(): value.strip() for key, value in fields.items()}
        if "model name" in names:
            return f"{names['model name']} (family {names.get('cpu family', '?')}, model {names.get('model', '?')})"
    return platform.processor() or platform.machine()
