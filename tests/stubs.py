"""What editors and mypy are told of names that are imported when first used.

    python -m tests.stubs

writes the two files anew, from the tables in the package.
"""

from pathlib import Path

import cesym
from cesym import theorems

ROOT = Path(cesym.__file__).parent
HEAD = '"""Names that are imported when first used; written by `python -m tests.stubs`."""\n'


def imported(homes: dict[str, tuple[str, ...]]) -> list[str]:
    return [f"from {module} import {name} as {name}" for module in sorted(homes) for name in sorted(homes[module])]


def of_the_package() -> str:
    modules = [f"from cesym import {name} as {name}" for name in cesym.MODULES]
    here = {"cesym.parse": ("ParseError", "parse"), **cesym.LATER}
    return "\n".join([HEAD, *modules, *imported(here), "", "__version__: str", ""])


def of_the_theorems() -> str:
    own = (
        "class Catalogue(dict[str, Callable[[], Derivation]]): ...\n\n"
        "FAMILIES: dict[str, tuple[str, ...]]\n\n"
        "def catalogue() -> Catalogue: ...\n"
    )
    needs = ["from collections.abc import Callable", "", "from cesym.derivation import Derivation"]
    return "\n".join([HEAD, *needs, *imported(theorems.FAMILIES), "", own])


STUBS = {ROOT / "__init__.pyi": of_the_package, ROOT / "theorems" / "__init__.pyi": of_the_theorems}

if __name__ == "__main__":
    for file, text in STUBS.items():
        file.write_text(text(), "utf-8")
