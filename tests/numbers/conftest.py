"""These modules import each other as ``tests.numbers``, from the root of the repository, as `benchmarks` does.

There is no ``__init__.py`` here: pytest would take the folder for the package ``numbers``, a name of Python's own.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
