"""The set-up files: environment.yml, constraints.txt, pyproject.toml agree; no file names a place.

No conda channel is asked: what is tested is that the file has conda's form, that every spec parses,
and that names and bounds are those of pyproject.toml.
"""

import os
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))


def specs(environment: dict) -> list[str]:
    """The conda specs, without the part that pip installs."""
    return [spec for spec in environment["dependencies"] if isinstance(spec, str)]


def schema_faults(environment: object) -> list[str]:
    """How the file differs from what `conda env create` reads."""
    keys = {"name", "channels", "dependencies"}
    if not isinstance(environment, dict) or set(environment) != keys:
        return ["the keys are not name, channels and dependencies"]
    faults = []
    if environment["name"] != "cesym":
        faults.append("the name is not cesym")
    if environment["channels"] != ["conda-forge", "nodefaults"]:
        faults.append("the channels are not conda-forge and nodefaults")
    if not isinstance(environment["dependencies"], list):
        return [*faults, "the dependencies are not a list"]
    rest = [spec for spec in environment["dependencies"] if not isinstance(spec, str)]
    if rest != [{"pip": ["-e ."]}]:
        faults.append("pip does not install this folder, and nothing else, in editable form")
    if environment["dependencies"][-1:] != rest or "pip" not in specs(environment):
        faults.append("pip is not among the specs, or its part does not come last")
    return faults


def agreement_faults(environment: dict, project: dict) -> list[str]:
    """Where names or bounds differ from pyproject.toml."""
    asked: dict[str, SpecifierSet] = {"python": SpecifierSet(project["requires-python"])}
    faults = []
    for lines in [project["dependencies"], *project["optional-dependencies"].values()]:
        for requirement in map(Requirement, lines):
            bound = asked.setdefault(requirement.name, requirement.specifier)
            if bound != requirement.specifier:
                faults.append(f"pyproject.toml bounds {requirement.name} in two ways")
    split = [spec.partition(" ") for spec in specs(environment)]
    given = {name: SpecifierSet(bound) for name, _, bound in split}
    for name, bound in given.items():
        if name == "pip":
            continue
        if name not in asked:
            faults.append(f"{name} is not in pyproject.toml")
        elif bound != asked[name]:
            faults.append(f"{name} is bound by '{bound}', in pyproject.toml by '{asked[name]}'")
    needed = ["python", *(Requirement(line).name for line in project["dependencies"])]
    needed += ["numpy", "matplotlib", "jupyter", "nbval", "pytest", "pip"]
    return faults + [f"{name} is missing" for name in needed if name not in given]


def test_environment_has_the_form_conda_reads() -> None:
    assert schema_faults(ENVIRONMENT) == []


def test_environment_agrees_with_pyproject() -> None:
    assert agreement_faults(ENVIRONMENT, PROJECT) == []


@pytest.mark.parametrize("spec", specs(ENVIRONMENT))
def test_conda_reads_the_spec(spec) -> None:
    rattler = pytest.importorskip("rattler", reason="py-rattler is not installed: specs not parsed")
    read = rattler.MatchSpec(spec, strict=True)
    assert read.name.normalized == spec.split()[0]
    assert str(read.version or "") == spec.partition(" ")[2]


@pytest.mark.parametrize("spec", ["sympy >=1.13,<", "numpy >>1", "not a spec at all [", ""])
def test_conda_refuses_a_broken_spec(spec) -> None:
    rattler = pytest.importorskip("rattler", reason="py-rattler is not installed: specs not parsed")
    from rattler.exceptions import InvalidMatchSpecError

    with pytest.raises(InvalidMatchSpecError):
        rattler.MatchSpec(spec, strict=True)


def changed(**parts: object) -> dict:
    """The environment with some parts replaced."""
    return {**ENVIRONMENT, **parts}


@pytest.mark.parametrize(
    ("environment", "fault"),
    [
        ([], "keys"),
        (changed(prefix="x"), "keys"),
        (changed(name="base"), "name"),
        (changed(channels=["conda-forge"]), "channels"),
        (changed(channels=["conda-forge", "defaults"]), "channels"),
        (changed(dependencies="python"), "list"),
        (changed(dependencies=["pip", {"pip": ["cesym"]}]), "editable"),
        (changed(dependencies=["pip", "python"]), "editable"),
        (changed(dependencies=["python", {"pip": ["-e ."]}]), "pip is not among"),
        (changed(dependencies=["pip", {"pip": ["-e ."]}, "python"]), "last"),
    ],
)
def test_a_malformed_environment_is_found(environment, fault) -> None:
    assert fault in " ".join(schema_faults(environment))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("sympy", "sympy >=1.12,<1.15", "sympy is bound by"),
        ("sympy", "sympy", "sympy is bound by"),
        ("sympy", None, "sympy is missing"),
        ("python", "python >=3.10", "python is bound by"),
        ("jupyter", "jupyterr >=1.1", "jupyterr is not in pyproject.toml"),
        ("pip", None, "pip is missing"),
    ],
)
def test_a_disagreement_is_found(old, new, fault) -> None:
    kept = [spec for spec in specs(ENVIRONMENT) if spec.split()[0] != old]
    environment = changed(dependencies=[*kept, *([new] if new else [])])
    assert fault in " ".join(agreement_faults(environment, PROJECT))


def pin_faults(constraints: str, project: dict) -> list[str]:
    """What is not pinned, or pinned outside the bounds of pyproject.toml."""
    lines = [line for line in constraints.splitlines() if line and not line.startswith("#")]
    pin = re.compile(r"[\w.-]+==[\w.!+]+")
    faults = [f"not a pin: {line}" for line in lines if not pin.fullmatch(line)]
    pins = dict(line.split("==") for line in lines if "==" in line)
    pins = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pins.items()}
    for wanted in [project["dependencies"], *project["optional-dependencies"].values()]:
        for requirement in map(Requirement, wanted):
            version = pins.get(re.sub(r"[-_.]+", "-", requirement.name).lower())
            if version is None or version not in requirement.specifier:
                faults.append(f"{requirement} is pinned to {version}")
    return faults


def test_every_requirement_is_pinned_within_its_bounds() -> None:
    assert pin_faults((ROOT / "constraints.txt").read_text("utf-8"), PROJECT) == []


@pytest.mark.parametrize(
    ("constraints", "fault"),
    [
        ("sympy==1.12", "pinned to 1.12"),
        ("numpy==2.0", "pinned to None"),
        ("sympy>=1.13", "not a pin"),
        ("-e .\nsympy==1.14.0", "not a pin: -e ."),
    ],
)
def test_a_bad_pin_is_found(constraints, fault) -> None:
    project = {"dependencies": ["sympy>=1.13,<1.15"], "optional-dependencies": {}}
    assert fault in " ".join(pin_faults(constraints, project))


def test_the_citation_names_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert str(citation["version"]) == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]


# Written so that this file does not hold what it forbids.
FORBIDDEN = {
    "a path of one machine": re.compile(
        r"(?<![\w.])/(?:root|work|home|Users)/\w|\b[A-Z]:\\{1,2}Users\b"
    ),
    "a registry's host": re.compile(
        r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|anaconda\.(?:org|com)|deb\.debian\.org"
    ),
}
# Hidden folders and what tools leave behind.
NOT_OURS = re.compile(r"\.|build$|dist$|venv$|__pycache__$|.*\.egg-info$")
NO_URL = re.compile(r"\w://|\s@\s|(?<!\w)--?(?:extra-)?index-url|--find-links|--trusted-host")


def text_faults(path: str, text: str) -> list[str]:
    """What a committed file names that holds on one machine or for one registry only."""
    wanted = dict(FORBIDDEN)
    if Path(path).name.startswith(("constraints", "requirements", "environment")):
        wanted["a URL or an index"] = NO_URL
    found = {what: rule.search(text) for what, rule in wanted.items()}
    return [f"{path} names {what}: {match[0]}" for what, match in found.items() if match]


def project_texts() -> dict[str, str]:
    """The project's own text files by path (without git, which a downloaded copy does not have)."""
    texts = {}
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name == ".ci" or not NOT_OURS.match(name)]
        for file in (Path(folder, name) for name in files):
            try:
                texts[str(file.relative_to(ROOT))] = file.read_text("utf-8")
            except UnicodeDecodeError:
                continue  # a picture
    return texts


def test_no_file_names_one_machine_or_a_registry() -> None:
    texts = project_texts()
    assert {"pyproject.toml", "constraints.txt", "environment.yml", ".ci/run"} <= texts.keys()
    assert [fault for path, text in texts.items() for fault in text_faults(path, text)] == []


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("a.py", "open('/{}/x')".format("root"), "one machine"),
        ("README.md", "see /{}/me/cesym".format("home"), "one machine"),
        ("a.ipynb", "file:///{}/main/a".format("work"), "one machine"),
        ("a.ipynb", "C:\\\\{}\\\\me".format("Users"), "one machine"),
        ("README.md", "pip install -i {}.org/simple".format("pypi"), "registry"),
        ("constraints.txt", "--index-url example", "index"),
        ("constraints.txt", "cesym @ file:x", "URL"),
        ("environment.yml", "- https" + "://example.org/channel", "URL"),
    ],
)
def test_a_line_that_names_a_place_is_found(path, text, fault) -> None:
    assert fault in " ".join(text_faults(path, text))


@pytest.mark.parametrize("text", ["https" + "://example.org/home/x", "a/roots/b", "numpy==2.4.6"])
def test_a_line_that_names_no_place_passes(text) -> None:
    assert text_faults("README.md", text) == []
