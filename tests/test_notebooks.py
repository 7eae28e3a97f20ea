"""The form of the notebooks: executed top to bottom, short cells, quiet, nothing that varies.

What the cells print is compared by nbval (`make test`); here stands what nbval does not look at.
"""

import ast
import copy
import json
import re
import statistics
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))

LONGEST_CELL = 12
MEDIAN_CELL = 3
# Cells whose output nbval does not compare, because it truly varies: so many a notebook, no more.
IGNORED_CELLS = 2

IGNORING = re.compile(r"^\s*#\s*(?:NBVAL_SKIP|(?:NBVAL|PYTEST_VALIDATE)_IGNORE_OUTPUT)", re.M)
IGNORING_TAGS = {"nbval-ignore-output", "nbval-skip"}
# An error that is expected to be raised is an error output; a learner sees a verdict instead.
FORBIDDEN_TAGS = {"raises-exception", "nbval-raises-exception"}
TIMING = {"execution", "ExecuteTime", "timing"}
VARYING = re.compile(r"\bat 0x[0-9a-fA-F]{6,}|\bnp\.(?:float|int|uint|bool|str)\w*\(")


def source(cell: dict) -> str:
    """The cell's text, which a file may hold as a string or as a list of lines."""
    return "".join(cell["source"])


def is_ignored(cell: dict) -> bool:
    """Whether nbval leaves out the cell's output (or the whole cell)."""
    return bool(IGNORING.search(source(cell)) or IGNORING_TAGS & set(tags(cell)))


def tags(cell: dict) -> list[str]:
    """The cell's tags."""
    return cell["metadata"].get("tags", [])


def output_texts(cell: dict) -> list[str]:
    """What a cell's outputs say as text."""
    outputs = cell["outputs"]
    plain = [out.get("data", {}).get("text/plain", "") for out in outputs]
    return ["".join(text) for text in [*plain, *(out.get("text", "") for out in outputs)]]


def helpers(cell: dict) -> list[str]:
    """The kinds of statement in a cell that belong in the package: a definition, or a `try`."""
    python = re.sub(r"^\s*[%!].*$", "", source(cell), flags=re.M)
    kinds = {ast.FunctionDef: "def", ast.ClassDef: "class", ast.Try: "try"}
    return [kinds[type(node)] for node in ast.walk(ast.parse(python)) if type(node) in kinds]


def name_faults(name: str) -> list[str]:
    """Whether the file is called NN_slug.ipynb."""
    good = re.fullmatch(r"\d\d_[a-z0-9]+(?:_[a-z0-9]+)*\.ipynb", name)
    return [] if good else [f"{name} is not called NN_slug.ipynb"]


def faults(notebook: dict) -> list[str]:
    """What is wrong with a notebook's form: one sentence each."""
    found = []
    metadata, cells = notebook["metadata"], notebook["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    if metadata.get("kernelspec", {}).get("name") != "python3":
        found.append("the kernelspec is not python3")
    first = source(cells[0]) if cells and cells[0]["cell_type"] == "markdown" else ""
    if not re.match(r"# \S", first):
        found.append("the first cell does not open with an H1")
    ids = [cell.get("id") for cell in cells]
    if None in ids or len(set(ids)) < len(ids):
        found.append("cell ids are missing or used twice")
    if [cell["execution_count"] for cell in code] != list(range(1, len(code) + 1)):
        found.append("it was not executed top to bottom in one go")
    for part in [notebook, *cells]:
        if TIMING & set(part["metadata"]):
            found.append("it stores when its cells ran")
    for number, cell in enumerate(code, 1):
        if any(out["output_type"] == "error" for out in cell["outputs"]):
            found.append(f"code cell {number} stores an error")
        if any(out.get("name") == "stderr" for out in cell["outputs"]):
            found.append(f"code cell {number} wrote to stderr")
        if FORBIDDEN_TAGS & set(tags(cell)):
            found.append(f"code cell {number} is allowed to raise")
        if not is_ignored(cell):
            varying = [match[0] for text in output_texts(cell) if (match := VARYING.search(text))]
            found += [f"code cell {number} shows '{what}'" for what in varying]
        # nbval runs cells without history, and IPython then does not see the semicolon.
        if source(cell).rstrip().endswith(";"):
            found.append(f"code cell {number} ends in ';' (nbval shows the value: plt.show())")
        found += [f"code cell {number} holds a {kind}" for kind in helpers(cell)]
        if len(source(cell).splitlines()) > LONGEST_CELL:
            found.append(f"code cell {number} is longer than {LONGEST_CELL} lines")
    if not code:
        found.append("it has no code cell")
    elif statistics.median(len(source(cell).splitlines()) for cell in code) > MEDIAN_CELL:
        found.append(f"half of its code cells are longer than {MEDIAN_CELL} lines")
    if sum(map(is_ignored, code)) > IGNORED_CELLS:
        found.append(f"nbval ignores more than {IGNORED_CELLS} of its cells")
    return found


if NOTEBOOKS:

    @pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
    def test_notebook(path) -> None:
        notebook = json.loads(path.read_text("utf-8"))
        nbformat.validate(notebook)
        assert name_faults(path.name) + faults(notebook) == []

else:

    def test_notebook() -> None:
        pytest.skip("there are no notebooks yet")


def code_cell(number: int, text: str = "1 + 1", **parts: object) -> dict:
    """A code cell as a file stores it."""
    out = {"output_type": "execute_result", "execution_count": number, "metadata": {}}
    out["data"] = {"text/plain": ["2"]}
    cell = {"cell_type": "code", "id": f"c{number}", "metadata": {}, "execution_count": number}
    return {**cell, "outputs": [out], "source": text.splitlines(True), **parts}


def good_notebook() -> dict:
    """A notebook without a fault."""
    title = {"cell_type": "markdown", "id": "m", "metadata": {}, "source": ["# Title\n", "Text."]}
    cells = [title, *(code_cell(number) for number in (1, 2, 3))]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}


def stream(name: str, text: str) -> list[dict]:
    """The outputs of a cell that prints."""
    return [{"output_type": "stream", "name": name, "text": [text]}]


def test_a_good_notebook_passes() -> None:
    notebook = good_notebook()
    magic = "%matplotlib inline\nprint(2)"
    notebook["cells"][1] = code_cell(1, magic, outputs=stream("stdout", "2"))
    nbformat.validate(notebook)
    assert faults(notebook) == []


LINES = "\n".join(["x = 1"] * 13)
ERROR = [{"output_type": "error", "ename": "E", "evalue": "", "traceback": []}]
SKIP = "# NBVAL_SKIP\n1"
IGNORE = "# NBVAL_IGNORE_OUTPUT\n1"


@pytest.mark.parametrize(
    ("number", "change", "fault"),
    [
        (0, {"source": ["## Title"]}, "H1"),
        (0, {"source": ["#hashtag"]}, "H1"),
        (0, {"id": "c1"}, "used twice"),
        (0, {"metadata": {"execution": {}}}, "when its cells ran"),
        (1, code_cell(2), "top to bottom"),
        (3, {"execution_count": None}, "top to bottom"),
        (3, {"execution_count": 7}, "top to bottom"),
        (1, {"metadata": {"execution": {"iopub.status.busy": "2026"}}}, "when its cells ran"),
        (1, {"metadata": {"ExecuteTime": {}}}, "when its cells ran"),
        (1, {"outputs": ERROR}, "code cell 1 stores an error"),
        (2, {"outputs": stream("stderr", "a warning")}, "code cell 2 wrote to stderr"),
        (2, {"metadata": {"tags": ["raises-exception"]}}, "allowed to raise"),
        (2, {"outputs": stream("stdout", "[<Line2D at 0x7f00aa11bb22>]")}, "shows 'at 0x"),
        (2, {"outputs": stream("stdout", "np.float64(0.5)")}, "shows 'np.float64("),
        (2, {"source": ["plt.plot(x);\n"]}, "ends in ';'"),
        (2, {"source": ["def f(x):\n", "    return x"]}, "holds a def"),
        (2, {"source": ["class A:\n", "    pass"]}, "holds a class"),
        (2, {"source": ["try:\n", "    f()\n", "except E:\n", "    pass"]}, "holds a try"),
        (2, {"source": LINES.splitlines(True)}, "longer than 12 lines"),
    ],
)
def test_a_faulty_cell_is_found(number, change, fault) -> None:
    notebook = good_notebook()
    notebook["cells"][number] |= copy.deepcopy(change)
    assert fault in " ".join(faults(notebook))


@pytest.mark.parametrize(
    ("text", "tag", "fault"),
    [
        ("a\nb\nc\nd", [], "half of its code cells"),
        (IGNORE, [], "nbval ignores"),
        (SKIP, [], "nbval ignores"),
        ("1", ["nbval-ignore-output"], "nbval ignores"),
        ("1", ["nbval-skip"], "nbval ignores"),
    ],
)
def test_a_fault_of_many_cells_is_found(text, tag, fault) -> None:
    notebook = good_notebook()
    notebook["cells"][1:] = [code_cell(n, text, metadata={"tags": tag}) for n in (1, 2, 3)]
    assert fault in " ".join(faults(notebook))
    notebook["cells"][1] = code_cell(1)
    notebook["cells"][2] = code_cell(2)
    assert faults(notebook) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"metadata": {}}, "kernelspec"),
        ({"metadata": {"kernelspec": {"name": "cesym"}}}, "kernelspec"),
        ({"cells": []}, "no code cell"),
    ],
)
def test_a_faulty_notebook_is_found(change, fault) -> None:
    assert fault in " ".join(faults(good_notebook() | change))


@pytest.mark.parametrize("name", ["bce", "2_bce", "02-bce", "02_BCE", "02_", "02_bce_copy (1)"])
def test_a_bad_name_is_found(name) -> None:
    assert name_faults(f"{name}.ipynb")
    assert name_faults("02_bce_from_bernoulli.ipynb") == []
