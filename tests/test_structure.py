"""The shape of the house: floors, light imports, the shared symbols, the kernel's size.

Every check is a function of source text, so that each is also shown a planted fault to find.
"""

import ast
import importlib
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest
import sympy
from packaging.requirements import Requirement

import cesym
from tests import stubs

ROOT = Path(__file__).resolve().parent.parent

# Lowest first, as a newcomer reads them. An import goes to a lower floor or stays on its own (a package is one floor).
# Nothing imports the command line, so it may stand on the package's own __init__.
FLOORS = re.findall(r"^\| \d+ \| `(\w+)(?:/|\.py)` \|", (ROOT / "ARCHITECTURE.md").read_text("utf-8"), re.MULTILINE)

# The few methods that hand over to a higher floor, importing inside a function: (module, imported).
HAND_OVERS = frozenset({("cesym.losses.loss", "cesym.numeric.__init__")})  # Loss.lambdify
# The modules that import by a name they compute, from a table of names or one they were given.
COMPUTING = frozenset(
    {"cesym.__init__", "cesym.numeric.array_api.helpers", "cesym.numeric.function", "cesym.plots.canvas", "cesym.theorems.__init__"}
)

KERNEL_LINES = 1_740  # the aim is 1_200
REFUSING = {f"cesym.kernel.{name}" for name in ("witness", "edges", "models")}  # they refuse, and never admit


def package_sources() -> dict[str, str]:
    """The package's modules by dotted name; a package's own file is called `...__init__`."""
    files = sorted((ROOT / "cesym").rglob("*.py"))
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    return {name: file.read_text("utf-8") for name, file in zip(names, files, strict=True)}


class Import(NamedTuple):
    """One import: the dotted name, and whether only a call of a function loads it."""

    name: str
    inside_function: bool


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def imports(module: str, source: str) -> list[Import]:
    """Every import that runs, in order; what stands under `if TYPE_CHECKING:` never does."""
    found: list[Import] = []

    def absolute(node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        return ".".join([*module.split(".")[: -node.level], *filter(None, [node.module])])

    def visit(node: ast.AST, inside: bool) -> None:
        if isinstance(node, ast.Import):
            found.extend(Import(alias.name, inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.extend(Import(f"{absolute(node)}.{alias.name}", inside) for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
            ("import_module", "__import__")
        ):
            named = node.args and isinstance(node.args[0], ast.Constant)
            found.append(Import(str(node.args[0].value) if named else "(computed)", inside))
        inside = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        children = node.orelse if _is_type_checking(node) else ast.iter_child_nodes(node)
        for child in children:
            visit(child, inside)

    visit(ast.parse(source), False)
    return found


def resolve(name: str, modules: dict[str, str]) -> str | None:
    """The module of ours that holds the dotted name, or None if it is not ours."""
    while name:
        for candidate in (name, f"{name}.__init__"):
            if candidate in modules:
                return candidate
        name = name.rpartition(".")[0]
    return None


def floor(module: str) -> int:
    """The floor's number, lowest 0; a module without a floor is a ValueError."""
    return FLOORS.index(module.split(".")[1])


def edges(modules: dict[str, str]) -> set[tuple[str, str, bool]]:
    """(importing module, imported module, inside a function) within the package.

    A module that computes the name it imports takes it from a table: what stands there counts.
    """
    found = set()
    for module, source in modules.items():
        listed = imports(module, source)
        if any(one.name == "(computed)" for one in listed):
            texts = [n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Constant)]
            listed += [Import(t, True) for t in texts if {t, f"{t}.__init__"} & modules.keys()]
        for one in listed:
            target = resolve(one.name, modules)
            if target and target != module:
                found.add((module, target, one.inside_function))
    return found


def cycle(graph: dict[str, set[str]]) -> list[str]:
    """The modules of one circle of imports, or an empty list."""
    done: set[str] = set()

    def walk(node: str, path: list[str]) -> list[str]:
        if node in path:
            return path[path.index(node):]
        if node in done:
            return []
        for target in sorted(graph.get(node, ())):
            if circle := walk(target, [*path, node]):
                return circle
        done.add(node)
        return []

    return next((circle for node in sorted(graph) if (circle := walk(node, []))), [])


def floor_faults(
    modules: dict[str, str],
    hand_overs: frozenset[tuple[str, str]] = frozenset(),
    computing: frozenset[str] = frozenset(),
) -> list[str]:
    """What breaks the order of the floors: one sentence each."""
    homeless = sorted(m for m in modules if m.split(".")[1] not in FLOORS)
    if homeless:
        return [f"{module} has no floor: give it one in FLOORS" for module in homeless]
    found = edges(modules)
    faults = []
    for module, target, inside in sorted(found):
        if floor(target) <= floor(module) or (inside and (module, target) in hand_overs):
            continue
        place = "inside a function (not listed as a hand-over)" if inside else "at module level"
        faults.append(f"{module} imports {target}, a higher floor, {place}")
    inner = {(module, target) for module, target, inside in found if inside}
    faults += [f"{a} no longer hands over to {b}: unlist it" for a, b in sorted(hand_overs - inner)]
    graph: dict[str, set[str]] = {}
    for module, target, _ in found:
        if (module, target) not in hand_overs:
            graph.setdefault(module, set()).add(target)
    if circle := cycle(graph):
        faults.append("a circle of imports: " + " -> ".join([*circle, circle[0]]))
    faults += [
        f"{module} imports a module whose name it computes"
        for module, source in modules.items()
        if module not in computing
        and any(one.name == "(computed)" for one in imports(module, source))
    ]
    return faults


def test_floors() -> None:
    assert floor_faults(package_sources(), HAND_OVERS, COMPUTING) == []


LAZY = "def f():\n    from cesym.numeric import lambdify\n"
CALLED = "f = lambda: __import__('cesym.data')"
COMPUTED = "import importlib\nimportlib.import_module('cesym.' + 'data')"
TRIED = "try:\n    import cesym.data\nexcept ImportError: pass"
TYPES = "if TYPE_CHECKING:\n    import cesym.data"
UP = "a higher floor, at module level"


@pytest.mark.parametrize(
    ("module", "source", "imported", "fault"),
    [
        ("losses", "import cesym.theorems", "theorems.__init__", UP),
        ("losses", "from cesym import theorems", "theorems.__init__", UP),
        ("losses", "from .data import oring", "data", UP),
        ("kernel.steps", "from ..given import Given", "given", UP),
        ("kernel.__init__", "from ..given import Given", "given", UP),
        ("rules", "class A:\n    import cesym.data", "data", UP),
        ("rules", TRIED, "data", UP),
        ("rules", TYPES + "\nelse:\n    import cesym.data", "data", UP),
        ("rules", "import cesym", "__init__", UP),
        ("losses", LAZY, "numeric.__init__", "not listed as a hand-over"),
        ("losses", CALLED, "data", "not listed as a hand-over"),
        ("rules", COMPUTED, "data", "a module whose name it computes"),
        ("attic", "", "data", "has no floor"),
        ("losses", "import cesym.attic", "attic", "has no floor"),
    ],
)
def test_a_broken_floor_is_found(module, source, imported, fault) -> None:
    modules = {f"cesym.{module}": source, f"cesym.{imported}": ""}
    assert fault in " ".join(floor_faults(modules))


def test_a_circle_is_found() -> None:
    modules = {"cesym.theorems.a": "from . import b", "cesym.theorems.b": "from .a import x"}
    circle = "cesym.theorems.a -> cesym.theorems.b -> cesym.theorems.a"
    assert floor_faults(modules) == [f"a circle of imports: {circle}"]


def test_a_hand_over_is_listed_while_it_exists() -> None:
    modules = {"cesym.losses": LAZY, "cesym.numeric.__init__": ""}
    listed = frozenset({("cesym.losses", "cesym.numeric.__init__")})
    assert floor_faults(modules, listed) == []
    assert "unlist it" in floor_faults({"cesym.losses": ""}, listed)[0]
    upward = {**modules, "cesym.losses": "from cesym.numeric import lambdify"}
    assert UP in floor_faults(upward, listed)[0]


def test_the_table_of_a_computed_import_is_read() -> None:
    table = "from importlib import import_module\nT = {'a': 'cesym.data'}\nimport_module(T[x])"
    modules = {"cesym.numeric.__init__": table, "cesym.data": ""}
    computing = frozenset({"cesym.numeric.__init__"})
    assert "not listed as a hand-over" in floor_faults(modules, computing=computing)[0]
    lower = {"cesym.numeric.__init__": table.replace("data", "rules"), "cesym.rules": ""}
    assert floor_faults(lower, computing=computing) == []


@pytest.mark.parametrize(
    ("module", "source", "imported"),
    [
        ("derivation", "from cesym.kernel import steps", "kernel.steps"),
        ("theorems.a", "from cesym.theorems.b import x", "theorems.b"),
        ("theorems.__init__", "from .a import x", "theorems.a"),
        ("losses", TYPES, "data"),
        ("__main__", "import cesym", "__init__"),
    ],
)
def test_a_sound_floor_passes(module, source, imported) -> None:
    assert floor_faults({f"cesym.{module}": source, f"cesym.{imported}": ""}) == []


def undocumented(modules: dict[str, str]) -> list[str]:
    """The modules that do not say what they are for."""
    return [name for name, source in modules.items() if not ast.get_docstring(ast.parse(source))]


def test_every_module_says_what_it_is_for() -> None:
    assert undocumented(package_sources()) == []
    assert undocumented({"a": "'''Docstring.'''", "b": "# a comment\nx = 1", "c": ""}) == ["b", "c"]


def code_lines(source: str) -> int:
    """Lines with code on them: neither blank, nor comment alone, nor docstring."""
    lines: set[int] = set()
    silent = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
              tokenize.ENDMARKER}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in silent:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        # A string that stands alone as a statement is text for the reader wherever it stands.
        if isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str):
            lines.difference_update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("", 0),
        ("x = 1\n", 1),
        ("# why\n\nx = 1  # why\n", 1),
        ('"""Doc.\n\nMore."""\nx = 1\n', 1),
        ("def f():\n    '''Doc.'''\n    return (1,\n            2)\n", 3),
        ("x = '''a\nb'''\n", 2),
    ],
)
def test_code_lines(source, lines) -> None:
    assert code_lines(source) == lines


def kernel_faults(modules: dict[str, str], most: int = KERNEL_LINES) -> list[str]:
    """What the kernel may not be: large, or dependent on anything but the listed modules."""
    kernel = {name: text for name, text in modules.items() if name.startswith("cesym.kernel.")}
    faults = []
    total = sum(code_lines(text) for name, text in kernel.items() if name not in REFUSING)
    if total > most:
        faults.append(f"the kernel has {total} lines of code, more than {most}")
    for module, source in kernel.items():
        allowed = sys.stdlib_module_names | {"mpmath"}
        if module == "cesym.kernel.trees":
            allowed |= {"sympy"}
        for name, _ in imports(module, source):
            ours = f"{name}.".startswith("cesym.kernel.")
            if not ours and name.partition(".")[0] not in allowed:
                faults.append(f"{module} imports {name}")
    return faults


def test_the_kernel_is_small_and_stands_alone() -> None:
    assert kernel_faults(package_sources()) == []


@pytest.mark.parametrize(
    ("modules", "fault"),
    [
        ({"cesym.kernel.steps": "import sympy"}, "imports sympy"),
        ({"cesym.kernel.steps": "def f():\n    from sympy import Symbol"}, "imports sympy.Symbol"),
        ({"cesym.kernel.trees": "import numpy"}, "imports numpy"),
        ({"cesym.kernel.terms": "from cesym.symbols import N"}, "imports cesym.symbols.N"),
        ({"cesym.kernel.terms": "from .. import symbols"}, "imports cesym.symbols"),
        ({"cesym.kernel.terms": "import importlib\nimportlib.import_module(name)"}, "(computed)"),
        ({"cesym.kernel.a": "x = 1\n" * 6, "cesym.kernel.b": "y = 1\n" * 5}, "has 11 lines"),
    ],
)
def test_a_swollen_or_leaning_kernel_is_found(modules, fault) -> None:
    assert fault in " ".join(kernel_faults(modules, most=10))


def test_what_the_kernel_may_import() -> None:
    trees = "import sympy\nimport mpmath\nfrom fractions import Fraction\nfrom . import terms"
    assert kernel_faults({"cesym.kernel.trees": trees, "cesym.losses": "import numpy"}) == []


# What no extra names: mpmath comes with SymPy; torch is for its user to install.
UNNAMED = {"mpmath", "torch"}


def unnamed(modules: dict[str, str]) -> list[str]:
    """The packages that are imported and that pyproject.toml names neither among the dependencies nor in an extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    known = {Requirement(line).name.replace("-", "_") for line in lines} | {"cesym"} | sys.stdlib_module_names | UNNAMED
    found = {(name.partition(".")[0], module) for module, text in modules.items() for name, _ in imports(module, text)}
    return [f"{module} imports {package}" for package, module in sorted(found) if package not in {*known, "(computed)"}]


def test_what_is_imported_is_named_in_pyproject() -> None:
    assert unnamed(package_sources()) == []


@pytest.mark.parametrize("line", ["import llvmlight", "def f():\n    from llvmlight.binding import name"])
def test_an_unnamed_package_is_found(line) -> None:
    assert unnamed({"cesym.numeric.own": line}) == ["cesym.numeric.own imports llvmlight"]


HEAVY = ("numpy", "matplotlib", "sympy.stats", "IPython", "tqdm")


def heavy_after(code: str, heavy: Iterable[str] = HEAVY) -> list[str]:
    """Which heavy modules a fresh process holds once it has run the code."""
    report = f"{code}\nimport sys; print(*[m for m in {sorted(heavy)!r} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    return run.stdout.split()


def test_importing_cesym_is_light() -> None:
    assert heavy_after("import cesym") == []
    names = heavy_after("import cesym; list(cesym.theorems.FAMILIES); dir(cesym)", {"cesym.kernel", "cesym.theorems.stable"})
    assert names == [], "theorems are named without importing them"


@pytest.mark.parametrize("file", stubs.STUBS, ids=lambda file: str(file.relative_to(ROOT)))
def test_editors_are_told_the_names(file: Path) -> None:
    assert file.read_text("utf-8") == stubs.STUBS[file](), "run python -m tests.stubs"


def test_every_public_name_is_there() -> None:
    assert all(getattr(cesym, name) for name in cesym.__all__)
    assert set(cesym.__all__) <= set(dir(cesym))
    for package in (cesym, cesym.theorems):
        with pytest.raises(AttributeError, match="has no attribute 'bce_from_nowhere'"):
            package.bce_from_nowhere  # noqa: B018


@pytest.mark.parametrize(("module", "names"), cesym.theorems.FAMILIES.items())
def test_a_family_names_all_its_theorems(module: str, names: tuple[str, ...]) -> None:
    source = ast.parse(package_sources()[module])
    found = [node.name for node in source.body if isinstance(node, ast.FunctionDef) and node.decorator_list
             and ast.unparse(node.returns or node) == "Derivation"]  # fmt: skip
    assert sorted(found) == sorted(names)


def test_a_heavy_import_is_found() -> None:
    assert heavy_after("import sympy.stats") == ["sympy.stats"]


NUMBER, FAMILY = sympy.Symbol, sympy.IndexedBase
# What a row does not name must be undecided, unless SymPy deduces it from what it names.
SYMBOLS = [
    *[(name, NUMBER, {"integer", "positive"}) for name in ("N", "C")],
    *[(name, NUMBER, {"positive"}) for name in ("sigma", "v")],
    *[(name, NUMBER, {"integer"}) for name in ("i", "j", "c", "m")],
    *[(name, FAMILY, {"real"}) for name in ("p", "q", "x", "mu", "z", "w", "lam")],
    *[(name, FAMILY, {"integer"}) for name in ("k", "y", "n")],
]
ASKED = ("integer", "rational", "real", "positive", "nonnegative", "negative", "zero", "even")


def symbol_faults(thing: object, name: str, kind: type, claimed: set[str]) -> list[str]:
    """How a shared symbol differs from what it claims to be."""
    if type(thing) is not kind:
        return [f"{name} is a {type(thing).__name__}"]
    if str(thing) != name:
        return [f"{name} prints as {thing}"]
    number = thing[sympy.Symbol("i", integer=True)] if kind is FAMILY else thing
    model = sympy.Dummy(**dict.fromkeys(claimed, True))
    return [
        f"{name}: is_{a} is {getattr(number, 'is_' + a)}"
        for a in ASKED
        if getattr(number, "is_" + a) is not getattr(model, "is_" + a)
    ]


@pytest.fixture
def symbols():
    # Not at the top: the floors are to be read, and a circle named, while the package cannot load.
    return importlib.import_module("cesym.symbols")


@pytest.mark.parametrize(("name", "kind", "claimed"), SYMBOLS, ids=[row[0] for row in SYMBOLS])
def test_a_shared_symbol_has_the_assumptions_it_claims(symbols, name, kind, claimed) -> None:
    assert symbol_faults(getattr(symbols, name), name, kind, claimed) == []


def test_every_shared_symbol_is_in_the_table(symbols) -> None:
    named = {n for n in symbols.__all__ if isinstance(getattr(symbols, n), sympy.Basic)}
    assert named == {name for name, _, _ in SYMBOLS}


@pytest.mark.parametrize(
    "thing",
    [
        sympy.IndexedBase("p", Real=True),
        sympy.IndexedBase("p"),
        sympy.IndexedBase("p", positive=True),
        sympy.IndexedBase("p", integer=True),
        sympy.IndexedBase("q", real=True),
        sympy.Symbol("p", real=True),
    ],
)
def test_a_symbol_that_claims_too_much_or_too_little_is_found(thing) -> None:
    assert symbol_faults(thing, "p", FAMILY, {"real"})
