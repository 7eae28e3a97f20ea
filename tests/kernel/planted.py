"""Faults planted in a copy of the kernel, one at a time: do the tests find each? As a script, in about ten minutes:

    python -m tests.kernel.planted

A kernel that passes its tests says little if a broken one passes them too.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
KERNEL = Path("cesym/kernel")
TESTS = ("test_attacks.py", "test_empty_ranges.py", "test_ties.py", "test_prover.py", "test_chains.py", "test_replay.py",
         "test_plain.py", "test_values.py")  # fmt: skip


class Fault(NamedTuple):
    """What the broken kernel believes, and the one place where it is broken."""

    believes: str
    module: str
    old: str
    new: str


FAULTS = (
    Fault("whatever leaves a range is defined outside of it", "normal_form", "return self.full(n) or self.defined(p)", "return True"),
    Fault("what is positive by its form under a range is so outside", "reader", "if all(v in free or self.full(self.range[v]) for v in around):", "if True:"),
    Fault("no range is empty", "normal_form", "if n not in self.filled and self.sign(minus(n, ONE), False):", "if True:"),
    Fault("a delta picks its value also outside of the range", "normal_form", "if not has(value, b) and self.within(value, n):", "if not has(value, b):"),
    Fault("a fact holds outside of its range", "reader", "self.within(value, self.sub(self.range[v], values)) for v, value in values.items()", "True for v, value in values.items()"),
    Fault("the length of a sum stays while its letters move", "normal_form", 'case ("sum" | "prod", binders, _) if mentions(tuple(n for _, n in binders), {x[1]}):', 'case ("sum" | "prod", (), _):'),
    Fault("a range around a derivative stays", "reader", "if mentions(around, moving):", "if False:"),
    Fault("a declared sign closes no set", "moving", "if flags and (not signed or name in rough | tight):", "if False:"),
    Fault("sizes tie nothing", "moving", "= frozenset() if shape(fact, over) in shapes else stays(folded(fact))", "= stays(folded(fact)) - {'N', 'C'}"),
    Fault("a strict fact leaves a set of points free", "moving", "not mentioned & (rough | tight)", "not mentioned & rough"),
    Fault("what moves by jumps moves along", "moving", "rough |= {n for n, f in by.items() if jumps(folded(f), moving)", "rough |= {n for n, f in by.items() if False"),
    Fault("what nearly holds at a witness holds", "witness", "        raise Undecided(", "        return 0 and ("),
    Fault("a + b > 0 if a >= 0 and b >= 0", "prover", "if all(signs) and (not strict or POSITIVE in signs):", "if all(signs):"),
    Fault("x**e is defined for every integer e", "reader", "fine = self.integer(x) and (self.sign(x, False) or self.nonzero(b))", "fine = self.integer(x)"),
    Fault("the first case that holds need not be the first", "reader", "left = self.mul(left, minus(ONE, here))", "left = minus(left, here)"),
    Fault("(x*y)**e = x**e * y**e for a real e", "algebra", "good = [(a, f) for a, f in m if self.atom_sign(a) == POSITIVE]", "good = list(m)"),
    Fault("the start of a range around a derivative stays", "reader", "around = (*env.values(), *(self", "around = (*(), *(self"),
    Fault("what an equation puts for a slope stays", "reader", 'if ((typed | {a[1] for a in atoms(p, "sym", "idx")}) & moving) - {x[1]}:', "if (typed & moving) - {x[1]}:"),
    Fault("an interval of mpmath holds the value", "witness", "return function(x) * (1 + INTERVALS.mpf([-slack, slack]))", "return function(x)"),
    Fault("what is dropped may move with the parameter", "steps", "if mentions((factor, rest), parameters(K, over)):", "if not parameters(K, over):"),
    Fault("a family that varies where no fact reads it is free", "witness", "return model | read", "return model"),
    Fault("a letter that is bound again forgets its first range", "reader", "return {**env, v: atom(v), i:", "return {**env, i:"),
    Fault("what defines an entry defines its family", "moving", 'if fact[0][1][0] == "Symbol"}', "}"),
    Fault("the length of an inner range stands anywhere", "normal_form", "if not has(length, b) and not self.leaves(n, length)}", "if False}"),
    Fault("the ranges of a certificate stand in any order", "steps", "in reversed(binders):", "in binders:"),
    Fault("what is looked up is plain", "steps", "if type(one) not in PLAIN:", "if False:"),
)  # fmt: skip


def places(fault: Fault) -> int:
    """How often the place stands in the kernel: once, or the table is out of date."""
    return (ROOT / KERNEL / f"{fault.module}.py").read_text("utf-8").count(fault.old)


def found(fault: Fault, tests: tuple[str, ...] = TESTS) -> str:
    """The first test that fails in a copy with the fault, or '' where all pass."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in ("cesym", "tests", "benchmarks"):
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        for file in ("pyproject.toml", "conftest.py"):
            shutil.copy(ROOT / file, copy / file)
        module = copy / KERNEL / f"{fault.module}.py"
        module.write_text(module.read_text("utf-8").replace(fault.old, fault.new), "utf-8")
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header"]
        run = subprocess.run(
            [*command, *(f"tests/kernel/{name}" for name in tests)], cwd=copy, capture_output=True, text=True,
        )  # fmt: skip
    failed = re.search(r"^FAILED tests/kernel/(.*?)(?: - .*)?$", run.stdout, re.MULTILINE)
    if not failed and run.returncode:
        raise RuntimeError(f"with the fault planted, the tests cannot run:\n{run.stdout[-500:]}")
    return failed[1] if failed else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tests", nargs="+", default=list(TESTS), help="test files of this folder")
    chosen = parser.parse_args()
    seen = 0
    for fault in FAULTS:
        by = found(fault, tuple(chosen.tests))
        seen += bool(by)
        print(f"{'found' if by else 'MISSED':7} {fault.believes}: {by}", flush=True)
    print(f"{seen} of {len(FAULTS)} found")
    return seen < len(FAULTS)


if __name__ == "__main__":
    sys.exit(main())
