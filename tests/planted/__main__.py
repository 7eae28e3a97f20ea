"""Faults planted in a copy of the package, one at a time: do the tests find each?

    python -m tests.planted package

Tests that pass say little if they pass with a broken package too. For each fault the tests near it run first, then
all that `make test` runs, then the same of `make test-all`; what failed must pass without the fault. The longest
table takes some hours.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from . import ROOT, TABLES, Fault

NOT_COPIED = shutil.ignore_patterns(".venv", ".git", "build", "__pycache__", ".*_cache")
LONGEST = 2400  # seconds; on a busy machine, too, tests without a fault take less
EVERYTHING = ("tests", "cesym", "notebooks")
# That the table fits the package is no news in the copy; and no test is repeated there.
OTHERS = ("--ignore=tests/planted", "--passed=passed")
NEAR = {
    "check": ("tests/test_diagnose.py", "tests/diagnosis", "tests/test_refute.py", "tests/test_names.py"),
    "data": ("tests/test_data.py", "tests/test_fitting.py"),
    "derivation": ("tests/test_derivation.py", "tests/test_names.py", "tests/test_theorems.py"),
    "kernel": ("tests/kernel",),
    "numeric": ("tests/test_lambdify.py", "tests/test_stable.py", "tests/numbers"),
    "notation": ("tests/test_printers.py", "tests/test_display.py"),
    "parse": ("tests/test_parse.py", "tests/test_right_lines.py", "tests/test_names.py"),
    "rules": ("tests/test_derivation.py", "tests/test_right_lines.py"),
}  # Elsewhere: the test file of the same name, where there is one.


def near(fault: Fault) -> tuple[str, ...]:
    room = fault.module.partition("/")[0]
    named = tuple(f"tests/test_{name}.py" for name in (room, room + "s") if (ROOT / f"tests/test_{name}.py").exists())
    return (f"cesym/{fault.module}.py", *NEAR.get(room, named))


def failed(folder: Path, python: str, *arguments: str) -> str:
    """The first test that fails there, or ''."""
    command = [python, "-m", "pytest", "-x", "-q", "-n", "auto", "--dist", "loadfile", "-p", "no:cacheprovider"]
    command += ["--nbval", "--nbval-current-env", "--no-header", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    try:
        run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return "tests that do not end"
    found = re.search(r"^(?:FAILED|ERROR) ((?:tests|cesym|notebooks)/.*?)(?: - .*)?$", run.stdout, re.MULTILINE)
    if not found and run.returncode not in (0, 5):  # 5: no test is there
        raise RuntimeError(f"the tests cannot run:\n{run.stdout[-500:]}{run.stderr[-500:]}")
    return found[1] if found else ""


def found(fault: Fault, python: str) -> tuple[str, str]:
    """What finds the fault, and its first test that fails; ('MISSED', '') where all pass."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
        module = copy / "cesym" / f"{fault.module}.py"
        module.write_text(module.read_text("utf-8").replace(fault.old, fault.new), "utf-8")
        for by, who, marks in (("make test", python, ()), ("make test-all", sys.executable, ("-m", ""))):
            for tests in (near(fault), EVERYTHING):
                test = failed(copy, who, *OTHERS, *marks, *tests)
                if test:
                    return by, test
    return "MISSED", ""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.planted", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("table", choices=TABLES)
    parser.add_argument("--python", default=sys.executable, help="for what `make test` runs, if not this one")
    parser.add_argument("--rows", type=int, nargs=2, default=(0, None), metavar=("FROM", "TO"), help="a part of the table")
    options = parser.parse_args()
    tally = dict.fromkeys(("make test", "make test-all", "MISSED"), 0)
    for fault in TABLES[options.table][slice(*options.rows)]:
        by, test = found(fault, options.python)
        if "::" in test and failed(ROOT, sys.executable, "-m", "", test.partition("::")[0] if ".ipynb" in test else test):
            raise RuntimeError(f"{test} fails without a fault too")
        tally[by] += 1
        print(f"{by:13} {fault.module}: {fault.believes}: {test}", flush=True)
    print(tally)
    return tally["MISSED"] > 0


if __name__ == "__main__":
    sys.exit(main())
