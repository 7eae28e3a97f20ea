"""The tables of planted faults fit the package as it is; ``python -m tests.planted`` plants them."""

import pytest

from . import TABLES, Fault, places

LEAST = {"kernel": 50, "generator": 24, "package": 80}


@pytest.mark.parametrize("fault", [fault for table in TABLES.values() for fault in table], ids=lambda fault: fault.believes)
def test_the_place_of_a_fault_stands_once(fault: Fault) -> None:
    assert places(fault) == 1 and fault.old != fault.new


@pytest.mark.parametrize("name", TABLES)
def test_there_are_enough(name: str) -> None:
    assert len({fault.believes for fault in TABLES[name]}) == len(TABLES[name]) >= LEAST[name]
