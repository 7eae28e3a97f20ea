"""The data sets: their totals, their frozen values, and how they show themselves."""

import dataclasses
import subprocess
import sys
from fractions import Fraction
from statistics import fmean

import pytest

from cesym.data import Table, cavendish, challenger

DATA_SETS = [challenger, cavendish]

# Recomputed from the values; what is expected stands in the data set, typed in apart from them.
TOTALS = [
    (challenger, "flights", lambda d: len(d)),
    (challenger, "with distress", lambda d: sum(d.distress)),
    (challenger, "sum of the temperatures", lambda d: sum(d.temperature)),
    (
        challenger,
        "the same with distress",
        lambda d: sum(t * k for t, k in zip(d.temperature, d.distress, strict=True)),
    ),
    (cavendish, "determinations", lambda d: len(d)),
    (cavendish, "sum", lambda d: sum(d.exact)),
    (
        cavendish,
        "sum with the first wire",
        lambda d: sum(x for x, wire in zip(d.exact, d.wire, strict=True) if wire == 1),
    ),
]


@pytest.mark.parametrize(("data", "what", "recomputed"), TOTALS)
def test_totals(data, what, recomputed):
    assert recomputed(data) == data.totals[what]


def test_every_total_is_checked():
    checked = {(data.name, what) for data, what, _ in TOTALS}
    assert checked == {(data.name, what) for data in DATA_SETS for what in data.totals}


@pytest.mark.parametrize(
    ("number", "expected"), [(len(challenger), 23), (sum(challenger.distress), 7),
                             (sum(challenger.temperature), 1600), (len(cavendish), 29)]
)  # fmt: skip
def test_the_totals_that_the_notebooks_state(number, expected):
    assert number == expected


# A sum does not see two values that changed places; this one does.
@pytest.mark.parametrize(
    ("values", "expected"),
    [(challenger.temperature, 19443), (cavendish.exact, Fraction("2387.80"))],
)
def test_the_order_of_the_values(values, expected):
    assert sum(place * value for place, value in enumerate(values, 1)) == expected


def test_challenger_has_a_row_for_each_flight():
    assert len(set(challenger.flight)) == 23 and "STS-4" not in challenger.flight
    assert set(challenger.distress) == {0, 1}
    assert challenger.observations[0] == ("STS-1", 66, 0)
    with_distress = {flight for flight, _, k in challenger if k}
    assert with_distress == {"STS-2", "41-B", "41-C", "41-D", "51-C", "61-A", "61-C"}


def test_cavendish_is_exact_and_the_slip_of_his_mean_is_as_described():
    assert sum(cavendish.exact) == Fraction("157.99")
    assert cavendish.exact[2] == Fraction("4.88") and cavendish.density[2] == 4.88
    assert list(cavendish) == list(cavendish.density) == [float(x) for x in cavendish.exact]
    assert f"{fmean(cavendish):.3f}" == "5.448"
    with_the_slip = (sum(cavendish.exact) + 1) / 29
    assert f"{float(with_the_slip):.3f}" == "5.482"
    for number in ("5.448", "5.482", "157.99/29", "158.99/29"):
        assert number in cavendish.description
    # He wrote that the extremes with the second wire differ by 0.75.
    second = [x for x, wire in zip(cavendish.exact, cavendish.wire, strict=True) if wire == 2]
    assert (len(second), max(second) - min(second)) == (23, Fraction(3, 4))


@pytest.mark.parametrize("data", DATA_SETS, ids=lambda data: data.name)
def test_a_data_set_is_frozen_and_says_where_it_is_from(data):
    with pytest.raises(dataclasses.FrozenInstanceError):
        data.source = "hearsay"
    with pytest.raises(TypeError):
        data.totals["flights"] = 24
    assert not any(isinstance(value, list | dict | set) for value in vars(data).values())
    text = repr(data)
    assert "Source: " in text and "Totals: " in text
    assert all(len(line) <= 80 for line in text.splitlines())


@pytest.mark.parametrize("blocks", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("data", DATA_SETS, ids=lambda data: data.name)
def test_a_table_shows_every_cell_once_in_both_forms(data, blocks):
    table = data.table(blocks)
    cells = sorted(cell for row in table.rows for cell in row)
    head, rule, *body = table._repr_markdown_().splitlines()
    assert sorted(cell for line in body for cell in line.replace("|", " ").split()) == cells
    assert len({line.count("|") for line in (head, rule, *body)}) == 1
    first, *lines = repr(table).splitlines()
    assert sorted(cell for line in lines for cell in line.split()) == cells
    assert first.split() == list(table.header) * blocks
    assert all(len(line) <= len(first) for line in lines)


def test_a_table_reads_down_its_blocks():
    rows = tuple((name, str(number)) for number, name in enumerate("abcde"))
    table = Table(("name", "no."), rows, blocks=2)
    assert repr(table).splitlines() == [
        "name  no.    name  no.",
        "a       0    d       3",
        "b       1    e       4",
        "c       2",
    ]
    assert table._repr_markdown_().splitlines() == [
        "| name | no. |   | name | no. |",
        "| :--- | ---: | --- | :--- | ---: |",
        "| a | 0 |   | d | 3 |",
        "| b | 1 |   | e | 4 |",
        "| c | 2 |   |  |  |",
    ]


def test_the_data_need_no_numpy():
    code = "import sys; from cesym import data; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
