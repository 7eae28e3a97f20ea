"""Random formulas on one backend against mpmath and SymPy's own lambdify: ``python -m benchmarks.fuzz --n 20000``.

Prints how many were wrong, worse than SymPy's or crashed, and the smallest formula for each that was found.
"""

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from os import cpu_count

from benchmarks.tables import markdown
from tests.numbers.fuzzing import formulas, judged, points, reduced

PIECE = 100
KINDS = ("wrong", "worse", "crashed")


def piece(seed: int, count: int, backend: str, rows: int, reduce: bool) -> list[tuple[str, str]]:
    found = []
    for n, e in enumerate(formulas(seed, count)):
        fault = judged(e, points(e, rows, seed + n), backend)
        if fault is not None:
            found.append((fault.kind, str(reduced(fault, backend) if reduce else fault)))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--n", type=int, default=1000, help="formulas")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--backend", default="numpy")
    parser.add_argument("--points", type=int, default=40, help="points for each formula")
    parser.add_argument("--whole", action="store_true", help="show formulas as they were found, not reduced")
    options = parser.parse_args()
    began, tally = time.perf_counter(), Counter()
    seeds = [options.seed * 1_000_003 + n for n in range(0, options.n, PIECE)]
    counts = [min(PIECE, options.n - n) for n in range(0, options.n, PIECE)]
    with ProcessPoolExecutor(cpu_count()) as pool:
        rest = ([one] * len(seeds) for one in (options.backend, options.points, not options.whole))
        for found in pool.map(piece, seeds, counts, *rest):
            for kind, text in found:
                tally[kind] += 1
                print(text, flush=True)
    print(markdown(["backend", "formulas", *KINDS], [[options.backend, options.n, *(tally[kind] for kind in KINDS)]]))
    print(f"\nseed {options.seed}, {time.perf_counter() - began:.0f} s")
    return bool(tally)


if __name__ == "__main__":
    sys.exit(main())
