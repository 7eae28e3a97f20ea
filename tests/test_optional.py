"""What is reported of a module whose import fails: skipped for want of an optional package, else an error."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = {
    "plain": ("", "passed"),
    "itself": ("import absent_thing", "SKIPPED"),
    "part": ("from absent_thing.part import name", "SKIPPED"),
    "through": ("import itself", "SKIPPED"),
    "test_it": ("import absent_thing", "SKIPPED"),
    "mistyped": ("import absent_thin", "ERROR"),
    "no_such_name": ("from pathlib import absent_thing", "ERROR"),
    "fails": ("1 / 0", "ERROR"),
}


@pytest.mark.parametrize("more", [(), ("-n", "1")], ids=["alone", "xdist"])
def test_failed_imports(more, tmp_path):
    shutil.copy(ROOT / "conftest.py", tmp_path)
    extra = "[project.optional-dependencies]\nthing = ['absent-thing>=1.2']\n[tool.pytest.ini_options]\n"
    (tmp_path / "pyproject.toml").write_text(extra)
    for name, (source, _) in MODULES.items():
        (tmp_path / f"{name}.py").write_text(f'"""\n>>> 1 + 1\n2\n"""\n{source}\n')
    command = [sys.executable, "-m", "pytest", "-ra", "--doctest-modules", "-p", "no:cacheprovider", "-p", "no:nbval", *more]
    run = subprocess.run([*command, "--continue-on-collection-errors", "."], cwd=tmp_path, capture_output=True, text=True)
    reported = [line for line in run.stdout.splitlines() if line.startswith(("SKIPPED", "ERROR"))]
    for name, (_, outcome) in MODULES.items():
        found = {line.split()[0] for line in reported if f" {name}.py" in line}
        assert found == ({outcome} if outcome != "passed" else set()), (name, run.stdout)
    assert all("absent_thing is not installed" in line for line in reported if line.startswith("SKIPPED"))
    assert "1 passed" in run.stdout
