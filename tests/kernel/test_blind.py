"""Wrong steps that agree with the truth at every witness, which only the prover can refuse."""

import random

import pytest

from cesym.kernel import admit
from cesym.kernel.witness import evaluate, table

from .blind import FRESH, G, run, true_steps, vanishing


@pytest.mark.parametrize(("count", "seed"), [(100, 1), pytest.param(1_000, 2, marks=pytest.mark.long)])
def test_no_witness_blind_wrong_step_is_admitted(count: int, seed: int) -> None:
    tried, admitted, slow = run(count, seed)
    assert tried == count
    assert not admitted
    assert not slow


def test_the_steps_that_are_made_wrong_are_admitted_as_they_stand() -> None:
    for step in true_steps():
        assert admit(G, step).rhs == step.after


@pytest.mark.parametrize("seed", range(40))
def test_what_is_added_vanishes_at_the_witnesses_and_not_everywhere(seed: int) -> None:
    extra = vanishing(G, random.Random(seed))
    assert all(evaluate(extra, table(one)) == 0 for one in G.models)
    assert any(evaluate(extra, table(one)) != 0 for one in FRESH)
