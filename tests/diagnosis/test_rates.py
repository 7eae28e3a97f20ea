"""A seeded part of the rates, and the generator itself: what is planted is wrong, and of the kind that is said."""

import re
from collections import Counter
from itertools import islice

import pytest
from sympy import Interval, Sum, log

from cesym.given import Given
from cesym.symbols import N, i, k, p

from .lines import LINES
from .mistakes import KINDS, Mistake, is_mistake, missing_facts, pairs, sample
from .rates import diagnosed, one_is_named

BCE = -Sum(k[i] * log(p[i]) + (1 - k[i]) * log(1 - p[i]), (i, 1, N))
GIVEN = Given.of({p: Interval.open(0, 1), k: {0, 1}}, BCE)


@pytest.fixture(scope="module", params=[1, pytest.param(2, marks=pytest.mark.long)])
def each(request):
    """How many mistakes of each kind."""
    return request.param


@pytest.fixture(scope="module")
def verdicts(each):
    return [(one, diagnosed(one)) for one in sample(11, each)]


def test_single_mistakes_are_called_by_their_names(verdicts) -> None:
    tried = Counter(one.kind for one, _ in verdicts)
    named = Counter(one.kind for one, verdict in verdicts if verdict.kind == one.kind)
    assert named.total() >= 0.9 * tried.total()
    assert [kind for kind in tried if named[kind] < 0.7 * tried[kind]] == []


def test_of_two_mistakes_one_is_named(each) -> None:
    verdicts = [(one, diagnosed(one)) for one in pairs(5, 5 * each)]
    assert [one for one, verdict in verdicts if verdict.accepted] == []
    assert sum(one_is_named(one, verdict) for one, verdict in verdicts) >= 0.6 * len(verdicts)


def test_the_sample_has_every_kind(verdicts, each) -> None:
    tried = Counter(one.kind for one, _ in verdicts)
    assert tried == {**dict.fromkeys(KINDS, each), "missing fact": each}


def test_nothing_wrong_is_accepted(verdicts) -> None:
    assert [one for one, verdict in verdicts if verdict.accepted] == []


def test_the_words_are_those_of_a_board(verdicts) -> None:
    for _, verdict in verdicts:
        assert not re.search(r"\b(LHS|RHS|residual|normal form|witness|None)\b", verdict.message)
        assert verdict.what.text.endswith((".", "?"))
        assert "  " not in verdict.message


@pytest.mark.parametrize(
    ("wrong", "counts"),
    [
        (-BCE, True),
        (-Sum(k[i] ** 2 * log(p[i]) + (1 - k[i]) * log(1 - p[i]), (i, 1, N)), False),  # k is 0 or 1
        (-Sum(k[i] * log(p[i]), (i, 1, N)) - Sum((1 - k[i]) * log(1 - p[i]), (i, 1, N)), False),
        (BCE + log(N) - log(N), False),
    ],
)
def test_what_happens_to_be_right_is_no_mistake(wrong, counts) -> None:
    assert is_mistake(Mistake("sign", wrong, BCE, GIVEN, "=", (), "")) is counts


def test_a_fact_that_is_taken_away_was_needed() -> None:
    taken = list(islice(missing_facts(), 3))
    assert all(one.wrong == one.right and not diagnosed(one).accepted for one in taken)


def test_the_lines_are_right_ground() -> None:
    for line in LINES:
        one = Mistake("", line.expr, line.expr, Given.of(line.given, line.expr), "=", (), line.name)
        assert diagnosed(one).accepted
