"""How far off the generated functions and their peers are, against mpmath at inputs that hurt.

``python -m benchmarks.accuracy [--n 2000] [--seed 0] [--loss bce ...] [--backend numpy ...] [--no-peers] [--markdown]``
prints one row for each loss, derivative, kind of input and function. With ``--laws`` it leaves mpmath aside and checks
each result against an enclosure in extended precision: ``python -m benchmarks.accuracy --laws --n 100000``.
A cell of ULP is the largest error in units in the last place, "eps" the largest in eps of the formula's larger term,
both where result and truth are numbers; a NaN, a wrong infinity, a wrong sign and a clipped value are counted apart.
XLA makes subnormal numbers 0 on a CPU: what has to do with them is left out for JAX, ours and theirs.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from benchmarks.ours import cesym_
from benchmarks.peers import CLASSES, PEERS, arrays, attempt
from benchmarks.tables import markdown, provenance, shown
from tests.numbers.bounds import outside, subnormal
from tests.numbers.inputs import LOSSES, Batch, generate
from tests.numbers.measures import Truth, eps_error, faults, ulp_error
from tests.numbers.reference import truths

BACKENDS = ("numpy", "numba", "array-api numpy", "array-api torch", "array-api jax")
COMPILED = ("numba", "array-api jax")
KINDS = ("lost", "NaN", "infinity", "sign", "clipped")
# loss, derivative, tag of the input -> unit and what to reach, for NumPy and for compiled backends
REACH: dict[tuple[str, int, str], tuple[str, float, float]] = {
    ("bce", 0, "hard"): ("ULP", 2, 2),
    ("bce", 0, "soft"): ("ULP", 2, 2),
    ("bce", 1, "hard"): ("ULP", 2, 2),
    ("bce", 1, "soft"): ("ULP", 2, 2),
    ("bce_with_logits", 0, "hard"): ("ULP", 2, 2),
    ("bce_with_logits", 0, "soft"): ("ULP", 2, 2),
    ("bce_with_logits", 1, "hard"): ("ULP", 2.5, 2.5),
    ("bce_with_logits", 1, "soft"): ("eps", 4, 4),
    ("bce_with_logits", 2, "hard"): ("ULP", 4, 4),
    ("bce_with_logits", 2, "soft"): ("ULP", 4, 4),
    ("cross_entropy", 0, "soft"): ("ULP", 4, 4),
    ("cross_entropy_with_logits", 0, "hard"): ("ULP", 2, 5),
    ("cross_entropy_with_logits", 0, "soft"): ("ULP", 4, 4),
    ("cross_entropy_with_logits", 1, "hard C<=3"): ("ULP", 3, 3),
    ("cross_entropy_with_logits", 1, "hard C=1000"): ("ULP", 8, 8),
    ("gaussian_nll", 0, "all"): ("eps", 3, 3),
    ("gaussian_nll", 1, "all"): ("eps", 3, 3),
}


class Row(NamedTuple):
    """What was found for one function at one kind of input, and at which input it was worst."""

    count: int
    ulp: float
    eps: float
    faults: dict[str, int]
    worst: str


def reach(name: str, derivative: int, tag: str, backend: str) -> tuple[str, float] | None:
    found = REACH.get((name, derivative, tag)) or REACH.get((name, derivative, tag.split()[0]))
    return found and (found[0], found[2] if backend in COMPILED else found[1])


def too_large(batch: Batch, derivative: int) -> bool:
    """A table of second derivatives for each sample is for few classes."""
    return batch.name in CLASSES and derivative == 2 and batch.args[1].shape[-1] > 10


def groups(batch: Batch) -> Iterator[tuple[str, np.ndarray]]:
    """The tags of a batch with a mask for each; with classes their number is in the tag."""
    size = batch.args[1].shape[-1] if batch.name in CLASSES else 0
    for tag in np.unique(batch.tags):
        kind = f" C={size}" if size > 3 else " C<=3" if size else ""
        yield f"{tag}{kind}", batch.tags == tag


def functions(name: str, derivative: int, batch: Batch, backends: Any, peers: bool) -> Iterator[tuple[str, Any]]:
    makers = {f"cesym {backend}": partial(cesym_, backend) for backend in backends}
    makers |= PEERS if peers else {}
    for who, maker in makers.items():
        call = attempt(maker, name, derivative, batch.args)
        if call is not None:
            yield who, call


def pieces(name: str, derivative: int, batch: Batch) -> Iterator[Batch]:
    """The batch; for a function that takes hard targets only, see `hard`."""
    yield batch
    tagged = batch.tags == "hard"
    if name == "bce" and derivative == 0:
        yield Batch("hard only", tuple(a[tagged] for a in batch.args), batch.tags[tagged])


def measured(result: np.ndarray, truth: Truth, mask: np.ndarray, args: Any, by_eps: bool, flush: bool) -> Row:
    """The worst input is the first one that is wrong in kind, else the one with the largest error."""
    result = np.broadcast_to(result, truth.value.shape)  # a constant Hessian may come as one number
    size, small = np.abs(truth.value), float(np.finfo(truth.dtype).smallest_normal) if flush else 0.0
    if flush:
        mask = mask & ~subnormal(args, truth.dtype)
    shape = mask.reshape(-1, *(1,) * (truth.value.ndim - 1)) & ((size == 0) | ~(size < 4 * small))
    ulp, eps = (np.where(shape & np.isfinite(e(result, truth)), e(result, truth), 0) for e in (ulp_error, eps_error))
    found = {kind: wrong & shape for kind, wrong in faults(result, truth).items()}
    counts = {kind: int(wrong.sum()) for kind, wrong in found.items()}
    kind = next((kind for kind in KINDS[1:] if counts[kind]), "")
    at = np.unravel_index(np.argmax(found[kind] if kind else eps if by_eps else ulp), ulp.shape)
    inputs = ", ".join(repr(a[at[0]].tolist()) if a[at[0]].size < 12 else "..." for a in args)
    got = f" gives {result[at]:.6g}, not {truth.value[at]:.6g}"
    worst = f"{kind} ({inputs}){got}".strip()
    return Row(int(shape.sum()), float(ulp.max(initial=0)), float(eps.max(initial=0)), counts, worst)


def added(one: Row | None, two: Row) -> Row:
    if one is None:
        return two
    total = {kind: one.faults[kind] + two.faults[kind] for kind in KINDS}
    worse = lambda row: (any(row.faults[kind] for kind in KINDS[1:]), row.ulp)  # noqa: E731
    worst = max(one, two, key=worse).worst
    return Row(one.count + two.count, max(one.ulp, two.ulp), max(one.eps, two.eps), total, worst)


def table(name: str, derivative: int, options: argparse.Namespace) -> tuple[dict[Any, Row], set[str]]:
    """All rows for one derivative of one loss, and what was skipped."""
    rows: dict[Any, Row] = {}
    skipped = set()
    for whole in generate(name, options.n, options.seed):
        whole = whole.astype(options.dtype)
        if too_large(whole, derivative) or not len(whole):
            continue
        for batch in pieces(name, derivative, whole):
            calls = list(functions(name, derivative, batch, options.backend, options.peers))
            found = truths(name, derivative, *batch.args, dtype=options.dtype) if calls else {}
            for who, call in calls:
                if (batch.name == "hard only") != (who == "sklearn log_loss" and name == "bce"):
                    continue
                if isinstance(call, str):
                    skipped.add(f"{who}: {call}")
                    continue
                for (part, truth), result in zip(found.items(), arrays(call()), strict=True):
                    for tag, mask in groups(batch):
                        key = tag, part, who
                        goal = reach(name, derivative, tag, who)
                        by_eps = goal is not None and goal[0] == "eps"
                        rows[key] = added(
                            rows.get(key), measured(result, truth, mask, batch.args, by_eps, "jax" in who)
                        )
    return rows, skipped


def laws(name: str, derivative: int, options: argparse.Namespace) -> tuple[dict[str, dict[str, int]], set[str]]:
    """For each function, how many results leave their enclosure, by kind; "count" is how many there were."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    skipped = set()
    for batch in generate(name, options.n, options.seed):
        batch = batch.astype(options.dtype)
        if too_large(batch, derivative) or not len(batch):
            continue
        for who, call in functions(name, derivative, batch, options.backend, options.peers):
            if isinstance(call, str):
                skipped.add(f"{who}: {call}")
            elif who != "sklearn log_loss":
                counts[who]["inputs"] += len(batch)
                found = outside(name, derivative, batch.args, arrays(call()), options.dtype, flush="jax" in who)
                for part, kinds in found.items():
                    for kind, mask in kinds.items():
                        counts[who][kind] += int(mask.sum())
                        if mask.any() and not counts[who].get("first"):
                            at = np.argwhere(mask)[0][0]
                            counts[who]["first"] = f"{kind} {part} at {[a[at].tolist() for a in batch.args]}"[:160]
    return counts, skipped


def verdict(row: Row, goal: tuple[str, float] | None) -> str:
    if goal is None:
        return ""
    reached = (row.ulp if goal[0] == "ULP" else row.eps) <= goal[1] and not any(row.faults[kind] for kind in KINDS[1:])
    return f"{'yes' if reached else 'NO'}: {goal[1]:g} {goal[0]}"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument("--n", type=int, default=2000, help="inputs for each loss")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--loss", nargs="+", default=list(LOSSES), choices=list(LOSSES))
    parser.add_argument("--derivative", nargs="+", type=int, default=[0, 1, 2], choices=[0, 1, 2])
    parser.add_argument("--backend", nargs="*", default=list(BACKENDS))
    parser.add_argument("--dtype", default="float64", choices=["float64", "float32"])
    parser.add_argument("--no-peers", dest="peers", action="store_false")
    parser.add_argument("--laws", action="store_true", help="no mpmath: faults in kind, for many inputs")
    parser.add_argument("--markdown", action="store_true", help="tables (default: the same, with the worst input)")
    options = parser.parse_args()
    options.dtype = np.dtype(options.dtype).type
    return options


def main() -> None:
    options = arguments()
    print(f"{provenance()} {np.dtype(options.dtype)}, seed {options.seed}.")
    notes: set[str] = set()
    for name in options.loss:
        for derivative in options.derivative:
            title = f"\n### {name}, {('loss', 'gradient', 'Hessian')[derivative]}\n"
            if options.laws:
                counts, skipped = laws(name, derivative, options)
                kinds = ("NaN", "infinity", "sign", "clipped", "lost")
                lines = [[who, c["inputs"], *[c[kind] for kind in kinds], c.get("first")] for who, c in counts.items()]
                print(title + "\n" + markdown(["function", "inputs", *kinds, "first"], lines))
            else:
                rows, skipped = table(name, derivative, options)
                head = ["inputs", "part", "function", "n", "max ULP", "max eps", "lost %", *KINDS[1:], "reached"]
                lines = []
                for (tag, part, who), row in sorted(rows.items(), key=lambda item: item[0][:2]):
                    bad = [row.faults[kind] for kind in KINDS[1:]]
                    goal = verdict(row, reach(name, derivative, tag, who.removeprefix("cesym ")))
                    share = f"{100 * row.faults['lost'] / max(row.count, 1):.3g}"
                    line = [tag, part, who, row.count, row.ulp, row.eps, share, *bad, goal]
                    lines.append(line if options.markdown else [*line, row.worst])
                print(title + "\n" + markdown(head if options.markdown else [*head, "worst at"], lines, 3))
            notes |= skipped
    for note in sorted(notes):
        print(f"\n{shown(note)}")


if __name__ == "__main__":
    main()
