"""Wrong steps against every theorem, counted: ``python -m tests.soundness [--n 4400] [--blind 1140] [--seed 0]``."""

import argparse
import sys
import time
from collections.abc import Iterable, Iterator

from .chains import chains
from .claims import Case, admission, right
from .tables import Table, blinded, chosen, tried


def progress(cases: list[Case]) -> Iterator[Case]:
    for n, case in enumerate(cases, 1):
        if n % 50 == 0 or n == len(cases):
            print(f"\r{n}/{len(cases)}", end="" if n < len(cases) else "\n", file=sys.stderr, flush=True)
        yield case


def main(arguments: Iterable[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soundness", description=__doc__)
    parser.add_argument("--n", type=int, default=4400, help="attacks of all kinds but the last")
    parser.add_argument("--blind", type=int, default=1140, help="witness-blind wrong steps")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(None if arguments is None else list(arguments))
    begun = time.perf_counter()
    steps = [claim for name, d in chains().items() for claim in right(name, d)]
    kept = sum(admission(claim)[0] for claim in steps)
    print(f"Right steps: {kept} of {len(steps)} admitted.\n")
    table = tried(progress(chosen(options.n, options.seed)))
    print(table.markdown(), "\n")
    hidden = tried(progress(blinded(options.blind, options.seed)))
    print(hidden.markdown(), "\n")
    report(table, hidden)
    print(f"{time.perf_counter() - begun:.0f} s")
    return 1 if table.holes or hidden.holes or kept < len(steps) else 0


def report(*tables: Table) -> None:
    for table in tables:
        for line in (*table.holes, *table.failures):
            print(line)
    wrong, admitted = (sum(getattr(table.total(), what) for table in tables) for what in ("wrong", "admitted"))
    print(f"{wrong} wrong steps, {admitted} admitted.")


if __name__ == "__main__":
    sys.exit(main())
