"""The table of planted faults fits the kernel as it is; ``python -m tests.kernel.planted`` plants them."""

import pytest

from .planted import FAULTS, Fault, places


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.believes)
def test_the_place_of_a_fault_stands_once(fault: Fault) -> None:
    assert places(fault) == 1 and fault.old != fault.new


def test_there_are_at_least_twelve() -> None:
    assert len({fault.believes for fault in FAULTS}) == len(FAULTS) >= 12
