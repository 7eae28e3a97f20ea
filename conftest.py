"""How this project's tests are reported, and how `make test-all` repeats nothing that `make test` ran.

A module that imports an optional package which is not installed is reported as skipped, with the package's name.
Optional is what an extra of pyproject.toml names; any other import that fails stays an error.

With ``--passed FILE`` the tests that FILE names are left out, and those that pass are added to it, if all is well.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = tomllib.loads(Path(__file__).with_name("pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"].values()
OPTIONAL = {re.match(r"[\w-]+", one)[0].replace("-", "_") for extra in EXTRAS for one in extra}


def absent(error: BaseException | None) -> str | None:
    """The optional package for want of which an import has failed."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError) and error.name and error.name.partition(".")[0] in OPTIONAL:
            return error.name.partition(".")[0]
        error = error.__cause__
    return None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--passed", metavar="FILE", type=Path, help="leave out the tests named there; add those that pass")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("passed"):
        config.pluginmanager.register(Passed(config.getoption("passed"), hasattr(config, "workerinput")))


class Passed:
    """The tests that passed, by name, in a file."""

    def __init__(self, file: Path, worker: bool) -> None:
        self.file, self.worker = file, worker
        self.before = set(file.read_text("utf-8").splitlines()) if file.exists() else set()
        self.now: list[str] = []

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        again = [item for item in items if item.nodeid in self.before]
        config.hook.pytest_deselected(items=again)
        items[:] = [item for item in items if item.nodeid not in self.before]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.now.append(report.nodeid)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if exitstatus == 0 and not self.worker:
            self.file.write_text("".join(f"{one}\n" for one in sorted(self.before | set(self.now))), "utf-8")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    report = yield
    package = absent(report.call.excinfo.value) if report.failed else None
    if package is not None:
        report.outcome = "skipped"
        report.longrepr = (str(collector.path), 0, f"Skipped: {package} is not installed")
        del report.call
    return report
