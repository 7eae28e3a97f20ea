"""How long the symbolic core takes, and how large its trusted kernel is: ``python -m benchmarks.core``.

Prints Markdown. Import times are the median of fresh processes, cesym against sympy in turn.
"""

import ast
import io
import os
import statistics
import subprocess
import sys
import time
import tokenize
from pathlib import Path

import cesym

ROUNDS = 9
KERNEL = Path(cesym.__file__).parent / "kernel"


def import_seconds(module: str) -> float:
    return float(fresh(f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"))


def fresh(code: str) -> str:
    """What a fresh process prints; bytecode is cached, as it is for a user from the second import on."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    ).stdout


def loaded(module: str) -> list[str]:
    """Which heavy packages an import of the module pulls in."""
    return fresh(
        f"import sys, {module}; print(*[m for m in ('numpy', 'matplotlib', 'sympy.stats') if m in sys.modules])"
    ).split()


def code_lines(source: str) -> int:
    """Lines of code: without blank lines, comments and docstrings."""
    docs: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            docs |= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    skipped = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    tokens = [t for t in tokenize.generate_tokens(io.StringIO(source).readline) if t.type not in skipped]
    return len({line for t in tokens for line in range(t.start[0], t.end[0] + 1)} - docs)


def seconds(action) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def main() -> None:
    import_seconds("cesym")  # once, so that both are compiled
    pairs = [(import_seconds("cesym"), import_seconds("sympy")) for _ in range(ROUNDS)]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    print("| import | seconds | ratio |\n|---|---|---|")
    print(f"| sympy | {theirs:.3f} | 1 |\n| cesym | {ours:.3f} | {ours / theirs:.2f} |")
    print(f"\nHeavy packages that `import cesym` pulls in: {', '.join(loaded('cesym')) or 'none'}.\n")
    print("| theorem | derive, s | recheck, s |\n|---|---|---|")
    totals = [0.0, 0.0]
    for name, theorem in cesym.catalogue().items():
        made: list[cesym.Derivation] = []
        times = seconds(lambda: made.append(theorem())), seconds(lambda: made[0].recheck())  # noqa: B023
        totals = [a + b for a, b in zip(totals, times, strict=True)]
        print(f"| {name} | {times[0]:.3f} | {times[1]:.3f} |")
    print(f"| whole catalogue | {totals[0]:.2f} | {totals[1]:.2f} |\n")
    print("| kernel module | lines of code |\n|---|---|")
    sizes = {file.name: code_lines(file.read_text("utf-8")) for file in sorted(KERNEL.glob("*.py"))}
    for name, size in sizes.items():
        print(f"| {name} | {size} |")
    print(
        f"| all | {sum(sizes.values())} |\n"
        f"| without witness.py, which only refuses | {sum(sizes.values()) - sizes['witness.py']} |"
    )


if __name__ == "__main__":
    main()
