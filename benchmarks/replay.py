"""Random steps put to the kernel, and what it admits put to the second reader.

``python -m benchmarks.replay --n 20000 --seed 1`` prints a table and every difference that was found. The steps are
random trees, rewritten truly or nearly so, and mutants of both: see ``tests/kernel/rewritings.py``.
"""

import argparse
import sys
import time
from collections import Counter

from benchmarks.tables import markdown
from tests.kernel.rewritings import run

COLUMNS = ("tried", "refused", "slow", "admitted", "not the same", "replayed", "models", "proved", "different")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay", description=__doc__)
    parser.add_argument("--n", type=int, default=2000, help="steps to try")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--models", type=int, default=12, help="models for each admitted step")
    options = parser.parse_args()
    began = time.perf_counter()
    tally, differences = run(options.n, options.seed, options.models)
    everything = sum(tally.values(), Counter())
    rows = [[kind, *(mine[c] for c in COLUMNS)] for kind, mine in [*sorted(tally.items()), ("all", everything)]]
    print(markdown(["kind", *COLUMNS], rows))
    print(f"\nseed {options.seed}, {time.perf_counter() - began:.0f} s")
    for found in differences:
        print(f"\n{found}")
    return bool(differences)


if __name__ == "__main__":
    sys.exit(main())
