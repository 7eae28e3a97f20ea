"""Nanoseconds for one element, against each peer in one run: ``python -m benchmarks.speed --markdown``.

``--all`` adds the sizes 1e4 and 1e6, ``--quick`` leaves 1e7 out; ``--case bce_with_logits`` and ``--derivative 0``
choose. Each number of threads is a process of its own, bound to so many cores, so that no peer takes more. The
functions take turns, and the best round counts. Peak memory is what a call needs beyond inputs and result.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.ours import cesym_
from benchmarks.peers import PEERS, Call, arrays, attempt, best_times
from benchmarks.tables import markdown, provenance

BACKENDS = ("numpy", "numba", "array-api torch", "array-api jax")
SIZES = (1_000, 100_000, 10_000_000)
MORE_SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
TABLES = ((1_000_000, 10), (10_000, 1000))
RESET = "5"  # makes Linux forget the peak of a process so far


class Case(NamedTuple):
    """A loss and what is computed; class losses have tables of logits in place of sizes."""

    title: str
    name: str
    derivative: Any


CASES = [
    Case("BCE with logits, loss", "bce_with_logits", 0),
    Case("BCE with logits, gradient", "bce_with_logits", 1),
    Case("BCE with logits, loss and gradient", "bce_with_logits", (0, 1)),
    Case("BCE of probabilities, loss", "bce", 0),
    Case("BCE of probabilities, mean", "bce", "mean"),
    Case("CE with logits, loss", "cross_entropy_with_logits", 0),
    Case("CE with logits, loss and gradient", "cross_entropy_with_logits", (0, 1)),
    Case("Gaussian NLL, loss", "gaussian_nll", 0),
    Case("Gaussian NLL, loss and gradient", "gaussian_nll", (0, 1)),
]


def arguments_of(case: Case, size: Any) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(0)
    if case.name == "cross_entropy_with_logits":
        return rng.integers(0, size[1], size[0]), rng.normal(size=size) * 3
    if case.name == "gaussian_nll":
        return rng.normal(size=size), rng.normal(size=size), rng.uniform(0.1, 3, size)
    target = rng.integers(0, 2, size).astype(float)
    return target, rng.uniform(0.001, 0.999, size) if case.name == "bce" else rng.normal(size=size) * 3


def makers(case: Case) -> dict[str, Any]:
    ours = {f"cesym {backend}": partial(cesym_, backend) for backend in BACKENDS}
    if case.derivative == "mean":
        return {who: mean_of(maker) for who, maker in ours.items()} | {"sklearn log_loss": log_loss}
    return ours | {who: maker for who, maker in PEERS.items() if who != "sklearn log_loss"}


def mean_of(maker: Any) -> Any:
    return lambda name, _, args, threads: maker(name, 0, args, threads, reduction="mean")


def log_loss(name: str, _: Any, args: Sequence[np.ndarray], threads: int) -> Call:
    from sklearn.metrics import log_loss

    return lambda: log_loss(*args)


def calls(case: Case, args: tuple[np.ndarray, ...], threads: int) -> tuple[dict[str, Call], list[str]]:
    made, skipped = {}, []
    for who, maker in makers(case).items():
        call = attempt(maker, case.name, case.derivative, args, threads=threads)
        if isinstance(call, str):
            skipped.append(f"{who}: {call}")
        elif call is not None:
            made[who] = call
    return made, skipped


def times(number: int, size: Any, threads: int) -> dict[str, Any]:
    """Nanoseconds for one element (one logit), by function."""
    args = arguments_of(CASES[number], size)
    made, skipped = calls(CASES[number], args, threads)
    count = args[1].size
    found = best_times(made, rounds=4 if count > 1_000_000 else 7)
    return {"ns": {who: 1e9 * seconds / count for who, seconds in found.items()}, "skipped": skipped}


def memory(number: int, size: Any, who: str) -> float | None:
    """Megabytes at the peak of the second call, beyond what was there before it and its result. Linux only."""
    args = arguments_of(CASES[number], size)
    call = attempt(makers(CASES[number])[who], CASES[number].name, CASES[number].derivative, args, threads=1)
    if call is None or isinstance(call, str) or not Path("/proc/self/clear_refs").exists():
        return None
    call()
    Path("/proc/self/clear_refs").write_text(RESET)
    before = status("VmRSS")
    result = sum(one.nbytes for one in arrays(call())) / 1e6
    return max(0.0, status("VmHWM") - before - result)


def status(field: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(field))) * 1024 / 1e6


def bind(cores: int) -> None:
    """This process to the last so many of its cores."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-cores:])


def child(job: str, *args: Any, threads: int = 1) -> Any:
    """What a function of this module gives in a process bound to so many cores."""
    code = (
        f"import json; from benchmarks import speed; speed.bind({threads}); print(json.dumps(speed.{job}(*{args!r})))"
    )
    environment = os.environ | {"OMP_NUM_THREADS": str(threads), "NUMBA_NUM_THREADS": str(threads)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        return {"ns": {}, "skipped": [done.stderr.strip().splitlines()[-1]]} if job == "times" else None
    return json.loads(done.stdout.splitlines()[-1])


def shown_size(size: Any) -> str:
    return (
        f"{size[0]:.0e}×{size[1]}".replace("e+0", "e") if isinstance(size, tuple) else f"{size:.0e}".replace("e+0", "e")
    )


def report(number: int, sizes: Sequence[Any], threads: int) -> tuple[str, list[str]]:
    """A table: ns by size, and how many times faster cesym is than each peer, by backend and size."""
    found = [child("times", number, size, threads, threads=threads) for size in sizes]
    everyone = list(dict.fromkeys(who for one in found for who in one["ns"]))
    ours = [who for who in everyone if who in ("cesym numpy", "cesym numba")]
    head = ["function", *[f"ns at {shown_size(size)}" for size in sizes]]
    head += [f"{who} is faster by" for who in ours]
    rows = []
    for who in everyone:
        row: list[Any] = [who, *[one["ns"].get(who) for one in found]]
        for mine in ours:
            ratios = [f"{one['ns'][who] / one['ns'][mine]:.2g}" if who in one["ns"] else "-" for one in found]
            row.append(None if who.startswith("cesym") else " / ".join(ratios))
        rows.append(row)
    return markdown(head, rows), [note for one in found for note in one["skipped"]]


def memory_table(case: Case, size: int) -> str:
    number = CASES.index(case)
    rows = []
    for who in makers(case):
        peak = child("memory", number, size, who)
        if peak is not None:
            rows.append([who, peak, peak / (size * 8e-6)])
    return markdown(["function", "MB beyond inputs and result", "arrays of the input's size"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--all", action="store_true", help="1e4 and 1e6 too")
    parser.add_argument("--quick", action="store_true", help="without 1e7")
    parser.add_argument("--case", nargs="+", help="names of losses")
    parser.add_argument("--derivative", nargs="+", help='such as 0 or "(0, 1)"')
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--no-memory", dest="memory", action="store_false")
    parser.add_argument("--markdown", action="store_true", help="what it prints anyway")
    options = parser.parse_args()
    sizes = [size for size in (MORE_SIZES if options.all else SIZES) if not (options.quick and size > 1_000_000)]
    print(provenance())
    notes: dict[str, None] = {}
    chosen = [case for case in CASES if not options.case or case.name in options.case]
    chosen = [case for case in chosen if not options.derivative or str(case.derivative) in options.derivative]
    for case in chosen:
        for threads in options.threads:
            own = TABLES if case.name == "cross_entropy_with_logits" else sizes
            table, skipped = report(CASES.index(case), own, threads)
            notes |= dict.fromkeys(skipped)
            print(f"\n### {case.title}; {threads} thread{'s' * (threads > 1)}\n\n{table}", flush=True)
    if options.memory:
        for case in chosen:
            if case.name != "cross_entropy_with_logits":
                print(f"\n### {case.title}: peak memory at {shown_size(sizes[-1])}\n\n{memory_table(case, sizes[-1])}")
    for note in notes:
        print(f"\n{note}")


if __name__ == "__main__":
    main()
