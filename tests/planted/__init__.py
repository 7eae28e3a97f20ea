"""Faults to plant in the package: ``python -m tests.planted`` shows which the tests find."""

from pathlib import Path
from typing import NamedTuple

from . import generator, kernel, package

ROOT = Path(__file__).parents[2]


class Fault(NamedTuple):
    """What the broken package believes, and the one place where it is broken."""

    believes: str
    module: str
    old: str
    new: str


TABLES = {name: tuple(Fault(*row) for row in table.FAULTS) for name, table in (
    ("kernel", kernel), ("generator", generator), ("package", package))}  # fmt: skip


def places(fault: Fault) -> int:
    """How often the place stands in its module: once, or the table is out of date."""
    return (ROOT / "cesym" / f"{fault.module}.py").read_text("utf-8").count(fault.old)
