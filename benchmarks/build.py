"""What it costs to get a function: ``python -m benchmarks.build [--backend numpy ...]``.

Seconds to build (derive, stabilise, print, compile, and the first call), in fresh processes: the first time ever, with
a process that has nothing cached but what an earlier process left on disk, and again in the same process. Then imports.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

from benchmarks.tables import markdown, provenance

BACKENDS = ("numpy", "numba", "array-api")
LOSSES = ("bce", "bce_with_logits", "cross_entropy_with_logits", "gaussian_nll")
SAMPLES = {
    "bce": "[0.0, 1.0], [0.25, 0.5]",
    "bce_with_logits": "[0.0, 1.0], [0.25, 0.5]",
    "cross_entropy_with_logits": "[[0.0, 1.0]], [[0.25, 0.5]]",
    "gaussian_nll": "[0.0, 1.0], [0.25, 0.5], [1.0, 2.0]",
}
MODULES = ("numpy", "sympy", "cesym", "cesym.losses", "numba", "scipy.special", "jax", "sklearn.metrics", "torch")
CODE = """
import json, time
clock = time.perf_counter
import cesym.losses
loss = getattr(cesym.losses, {name!r})
def built():
    begun = clock()
    f = loss.lambdify({backend!r}, derivative={derivative})
    middle = clock()
    {call}
    return middle - begun, clock() - middle
print(json.dumps([built(), built()]))
"""
CALL = {"array-api": "import numpy as np; f(*map(np.asarray, ({sample})))"}


def fresh(code: str, **environment: str) -> str | None:
    """What a fresh process prints last, or nothing where it fails."""
    own = os.environ | {"PYTHONDONTWRITEBYTECODE": ""} | environment
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=own, check=False)
    return done.stdout.splitlines()[-1] if done.returncode == 0 else None


def building(name: str, backend: str, derivative: object, rounds: int) -> list[object] | None:
    """Seconds to build and to call for the first time: ever, in a later process, and again in one process."""
    call = CALL.get(backend, "f({sample})").format(sample=SAMPLES[name])
    code = CODE.format(name=name, backend=backend, derivative=derivative, call=call)
    with tempfile.TemporaryDirectory() as folder:  # whatever a backend keeps on disk starts empty
        runs = [fresh(code, XDG_CACHE_HOME=folder, NUMBA_CACHE_DIR=folder) for _ in range(rounds + 1)]
    if None in runs:
        return None
    first, *later = [json.loads(run) for run in runs]
    again = [statistics.median(times) for times in zip(*[run[1] for run in later], strict=True)]
    cached = [statistics.median(times) for times in zip(*[run[0] for run in later], strict=True)]
    return [name, str(derivative), backend, *first[0], *cached, *again]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.build", description=__doc__)
    parser.add_argument("--backend", nargs="+", default=list(BACKENDS))
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(provenance() + "\n")
    head = [
        "loss",
        "derivative",
        "backend",
        "first: build, s",
        "call",
        "later process: build, s",
        "call",
        "again: build, s",
    ]
    rows, missing = [], []
    for backend in options.backend:
        for name in LOSSES:
            for derivative in (0, 1, (0, 1)):
                row = building(name, backend, derivative, options.rounds)
                if row is None:
                    missing.append(f"{name} {derivative} {backend}")
                else:
                    rows.append(row)
    print(markdown([*head, "call"], rows, 3))
    if missing:
        print(f"\nskipped, as they cannot be built here: {', '.join(missing)}")
    seconds = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"
    imports = []
    for module in MODULES:
        times = [fresh(seconds.format(module)) for _ in range(options.rounds + 1)][1:]
        imports.append(
            [module, statistics.median(map(float, times)) if None not in times else "skipped: not installed"]
        )
    print("\n" + markdown(["import", "seconds"], imports))


if __name__ == "__main__":
    main()
