"""What numbers alone can do: the wrong lines of the attacks against a kernel whose prover believes every equation.

As a script: ``python -m tests.kernel.edges_alone``.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from cesym.kernel import Refused, admit, steps

from . import test_attacks, test_empty_ranges, test_ties
from .limits import TooSlow, limited
from .test_attacks import Attack

READING, WITNESSES, EDGES, NOT = (
    "refused by reading, before any number", "refused at the given witnesses", "refused at the edges alone", "not refused by numbers",
)  # fmt: skip


@contextmanager
def believing() -> Iterator[None]:
    """A kernel that takes all equations for shown."""
    kept = steps.PRIMITIVES["equality"]
    steps.PRIMITIVES["equality"] = lambda *_: ("=", (), steps.UNIT, steps.NOTHING)
    steps.remembered.cache_clear()
    try:
        yield
    finally:
        steps.PRIMITIVES["equality"] = kept
        steps.remembered.cache_clear()


def refused_by(attack: Attack) -> str:
    """What refuses an attack while the prover believes it."""
    try:
        with believing(), limited(20):
            admit(attack.given, attack.wrong)
    except Refused as refusal:
        words = str(refusal)
        if "differ at a witness" in words:
            return WITNESSES
        return EDGES if "at an edge" in words else READING
    except TooSlow:
        pass
    return NOT


def counted() -> dict[str, list[Attack]]:
    rows: dict[str, list[Attack]] = {row: [] for row in (READING, WITNESSES, EDGES, NOT)}
    for attack in (*test_attacks.ATTACKS, *test_empty_ranges.ROWS, *test_ties.ROWS):
        if attack.wrong.primitive == "equality":
            rows[refused_by(attack)].append(attack)
    return rows


def main() -> None:
    rows = counted()
    print(f"{sum(map(len, rows.values())):5}  attacks on equality")
    for row, attacks in rows.items():
        print(f"{len(attacks):5}  {row}")
    for why, times in Counter(attack.why for attack in rows[NOT]).items():
        print("      ", why, f"({times} times)" * (times > 1))


if __name__ == "__main__":
    main()
