"""A seeded part of ``python -m tests.soundness``, and what the attack itself must be able to see."""

import pytest

from .chains import chains
from .claims import admission, right, wrong
from .tables import blinded, chosen, tried


def test_right_steps_are_admitted() -> None:
    refused = [(name, claim) for name, d in chains().items() for claim in right(name, d) if not admission(claim)[0]]
    assert refused == []


@pytest.mark.parametrize("name", ["bce_from_bernoulli", "mse_from_gaussian", "nll_is_cross_entropy"])
def test_the_attack_tells_right_from_wrong(name: str) -> None:
    claims = right(name, chains()[name])
    assert [wrong(claim) for claim in claims] == [False] * len(claims)
    assert all(wrong(claim._replace(after=claim.after + 1)) for claim in claims if claim.primitive == "equality")


def test_no_wrong_step_is_admitted() -> None:
    table = tried(chosen(260, seed=7))
    total = table.total()
    assert table.holes == []
    assert total.wrong >= 200 and total.admitted == 0


def test_no_witness_blind_step_is_admitted() -> None:
    table = tried(blinded(60, seed=7))
    assert table.holes == []
    assert table.total().wrong >= 50
