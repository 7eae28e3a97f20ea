"""A module that imports an optional package which is not installed is reported as skipped, with the package's name.

Optional is what an extra of pyproject.toml names; any other import that fails stays an error.
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


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    report = yield
    package = absent(report.call.excinfo.value) if report.failed else None
    if package is not None:
        report.outcome = "skipped"
        report.longrepr = (str(collector.path), 0, f"Skipped: {package} is not installed")
        del report.call
    return report
