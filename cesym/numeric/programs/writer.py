"""Writes the values of a program as Python expressions: what the backends' sources have in common."""

import ast
import keyword
import re
from collections import Counter
from itertools import chain, count

from cesym.numeric.programs.code import Code, code, constant, shown, statement
from cesym.numeric.programs.lower import Lowered
from cesym.numeric.programs.program import Value, ordered

__all__ = ["Names", "Writer"]

OPERATORS = {
    "add": "_0 + _1", "sub": "_0 - _1", "mul": "_0 * _1", "div": "_0 / _1", "neg": "-_0", "and": "_0 & _1",
    "or": "_0 | _1", "lt": "_0 < _1", "le": "_0 <= _1", "gt": "_0 > _1", "ge": "_0 >= _1", "eq": "_0 == _1",
    "ne": "_0 != _1",
}  # fmt: skip
LONGEST = 90


class Names:
    """Names that are free and that Python accepts."""

    def __init__(self, *taken: str) -> None:
        self.taken = {*keyword.kwlist, *taken}

    def fresh(self, wanted: str) -> str:
        wanted = re.sub(r"\W", "_", wanted, flags=re.ASCII).strip("_") or "t"
        wanted = wanted if wanted[0].isalpha() else f"t{wanted}"
        names = chain([wanted], (f"{wanted}_{n}" for n in count(1)))
        name = next(name for name in names if name not in self.taken)
        self.taken.add(name)
        return name


class Writer:
    """Expressions of values: a value that is needed once stands where it is needed, another one gets a name.

    A subclass says how operations are spelled (``templates``) and how a value is seen among others (`seen`).
    """

    def __init__(self, lowered: Lowered, names: Names, templates: dict[str, str]) -> None:
        self.templates = OPERATORS | templates
        self.lowered, self.names = lowered, names
        self.lines: list[ast.stmt] = []
        self.named: dict[int, str] = {}
        self.uses = Counter(id(one) for value in ordered(lowered.results) for one in value.args)
        self.uses.update(map(id, lowered.results))

    def text(self, value: Value) -> Code:
        """The code of a value."""
        if id(value) in self.named:
            return code(self.named[id(value)])
        tree = self.render(value)
        return code(self.assign(value, tree)) if self.worth_a_name(value, tree) else tree

    def worth_a_name(self, value: Value, tree: Code) -> bool:
        return bool(value.args) and (self.uses[id(value)] > 1 or len(shown(tree)) > LONGEST)

    def assign(self, value: Value, tree: Code, wanted: str = "") -> str:
        name = self.names.fresh(wanted or f"t{len(self.named) + 1}")
        self.lines.append(statement(f"{name} = _0", tree))
        self.named[id(value)] = name
        return name

    def render(self, value: Value) -> Code:
        if value.op == "const":
            return constant(value.data)
        if value.op in self.templates:
            return code(self.templates[value.op], *(self.seen(one, value) for one in value.args))
        return getattr(self, f"of_{value.op}")(value)

    def of_far(self, value: Value) -> Code:
        """A number at which exp is still well above the smallest float."""
        return constant(-690.0)

    def seen(self, one: Value, where: Value) -> Code:
        """The code of an argument as an operation sees it."""
        return self.text(one)
