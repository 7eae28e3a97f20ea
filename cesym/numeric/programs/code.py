"""Source code as Python's own trees: whatever is put together as trees is printed with the brackets that it needs.

>>> shown(code("_0 ** _1", code("1 + a"), code("b")))
'(1 + a) ** b'
"""

import ast
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

__all__ = [
    "Code",
    "code",
    "constant",
    "entry",
    "function",
    "loop",
    "returned",
    "shown",
    "statement",
    "used",
    "with_body",
]

Code = ast.expr
PLACES = {f"_{n}": n for n in range(10)}


@lru_cache(1000)
def parsed(template: str) -> ast.stmt:
    (tree,) = ast.parse(template).body
    return tree


def filled(tree: Any, parts: tuple[Code, ...]) -> Any:
    """A copy in which ``_0``, ``_1``, ... are other trees."""
    if isinstance(tree, list):
        return [filled(one, parts) for one in tree]
    if isinstance(tree, ast.Name) and tree.id in PLACES:
        return parts[PLACES[tree.id]]
    if not isinstance(tree, ast.AST):
        return tree
    return type(tree)(**{name: filled(value, parts) for name, value in ast.iter_fields(tree)})


def code(template: str, *parts: Code) -> Code:
    """An expression; ``_0``, ``_1``, ... in the template stand for other expressions.

    >>> shown(code("-_0", code("a*b"))), shown(code("f(_0)*_1", code("a, b"), code("a + b")))
    ('-(a * b)', 'f((a, b)) * (a + b)')
    """
    tree = parsed(template)
    assert isinstance(tree, ast.Expr), template
    return filled(tree.value, parts) if parts else tree.value


def statement(template: str, *parts: Code) -> ast.stmt:
    """A statement, likewise."""
    return filled(parsed(template), parts)


def constant(value: float) -> Code:
    """A float; whole numbers keep their point, so that the type is seen.

    >>> [shown(constant(value)) for value in (2.0, -0.0, float("-inf"))]
    ['2.0', '-0.0', "float('-inf')"]
    """
    return code(repr(value) if abs(value) < float("inf") else f'float("{value}")')


def entry(array: Code, *places: Code) -> Code:
    """An entry of an array, or what slices leave of it.

    >>> shown(entry(code("x"), code("..."), code("n - 1")))
    'x[..., n - 1]'
    """
    return ast.Subscript(array, ast.Tuple([*places], ast.Load()) if len(places) > 1 else places[0], ast.Load())


def loop(over: str, count: str, body: Iterable[ast.stmt]) -> ast.stmt:
    """``for over in range(count)``."""
    return with_body(statement(f"for {over} in range({count}): pass"), body)


def function(name: str, parameters: Iterable[str], body: Iterable[ast.stmt]) -> ast.stmt:
    """``def name(parameters)``."""
    return with_body(statement(f"def {name}({', '.join(parameters)}): pass"), body)


def with_body(head: ast.stmt, body: Iterable[ast.stmt]) -> ast.stmt:
    """A loop or a function with other lines."""
    return type(head)(**{**dict(ast.iter_fields(head)), "body": [*body]})


def returned(results: Iterable[Code]) -> ast.stmt:
    """``return (first, second, ...)``."""
    return ast.Return(ast.Tuple([*results], ast.Load()))


def shown(tree: ast.AST) -> str:
    """The source."""
    return ast.unparse(ast.fix_missing_locations(tree))


def used(*trees: ast.AST) -> set[str]:
    """The names in some trees."""
    return {part.id for tree in trees for part in ast.walk(tree) if isinstance(part, ast.Name)}
