"""Writes the values of a program as Python expressions: what the backends' sources have in common."""

import keyword
import re
from collections import Counter
from typing import Any

from cesym.numeric.programs.lower import Lowered
from cesym.numeric.programs.program import Value, ordered

__all__ = ["ATOM", "POWER", "PRODUCT", "SUM", "Names", "Writer", "number"]

# How tightly a piece of source holds together.
CHOICE, COMPARISON, SUM, PRODUCT, POWER, ATOM = range(6)
OPERATORS: dict[str, tuple[Any, ...]] = {
    "add": ("{0} + {1}", SUM, SUM, PRODUCT), "sub": ("{0} - {1}", SUM, SUM, PRODUCT),
    "mul": ("{0}*{1}", PRODUCT, PRODUCT, POWER), "div": ("{0}/{1}", PRODUCT, PRODUCT, POWER),
    "neg": ("-{0}", SUM, POWER), "lt": ("{0} < {1}", COMPARISON, SUM, SUM), "le": ("{0} <= {1}", COMPARISON, SUM, SUM),
    "gt": ("{0} > {1}", COMPARISON, SUM, SUM), "ge": ("{0} >= {1}", COMPARISON, SUM, SUM),
    "eq": ("{0} == {1}", COMPARISON, SUM, SUM), "ne": ("{0} != {1}", COMPARISON, SUM, SUM),
}  # fmt: skip
LONGEST = 90


class Names:
    """Names that are free and that Python accepts."""

    def __init__(self, *taken: str) -> None:
        self.taken = {*keyword.kwlist, *taken}

    def fresh(self, wanted: str) -> str:
        wanted = re.sub(r"\W", "_", wanted, flags=re.ASCII).strip("_") or "t"
        wanted = wanted if wanted[0].isalpha() else f"t{wanted}"
        name = next(n for n in (wanted, *(f"{wanted}_{m}" for m in range(1, 10_000))) if n not in self.taken)
        self.taken.add(name)
        return name


def number(value: float) -> str:
    """A float as source; whole numbers keep their point, so that the type is seen."""
    return repr(value) if abs(value) < float("inf") else f'float("{value}")'


class Writer:
    """Expressions of values: a value that is needed once stands where it is needed, another one gets a name.

    A subclass says how operations are spelled (``templates``) and how a value is seen among others (`seen`).
    """

    def __init__(self, lowered: Lowered, names: Names, templates: dict[str, str]) -> None:
        self.templates = templates
        self.lowered, self.names = lowered, names
        self.lines: list[str] = []
        self.named: dict[int, str] = {}
        self.uses = Counter(id(one) for value in ordered(lowered.results) for one in value.args)
        self.uses.update(map(id, lowered.results))

    def text(self, value: Value, level: int = CHOICE) -> str:
        """The source of a value, in parentheses where it holds less tightly than ``level``."""
        if id(value) in self.named:
            return self.named[id(value)]
        text, holds = self.render(value)
        if self.worth_a_name(value, text):
            return self.assign(value, text)
        return f"({text})" if holds < level else text

    def worth_a_name(self, value: Value, text: str) -> bool:
        return bool(value.args) and (self.uses[id(value)] > 1 or len(text) > LONGEST)

    def assign(self, value: Value, text: str, wanted: str = "") -> str:
        name = self.names.fresh(wanted or f"t{len(self.named) + 1}")
        self.lines.append(f"{name} = {text}")
        self.named[id(value)] = name
        return name

    def render(self, value: Value) -> tuple[str, int]:
        if value.op == "const":
            return number(value.data), ATOM if value.data >= 0 else SUM
        if value.op in self.templates:
            return self.templates[value.op].format(*(self.seen(one, value) for one in value.args)), ATOM
        if value.op in OPERATORS:
            template, holds, *levels = OPERATORS[value.op]
            parts = [self.seen(one, value, level) for one, level in zip(value.args, levels, strict=True)]
            return template.format(*parts), holds
        return getattr(self, f"of_{value.op}")(value)

    def of_far(self, value: Value) -> tuple[str, int]:
        """A number at which exp is still well above the smallest float."""
        return "-690.0", SUM

    def seen(self, one: Value, where: Value, level: int = CHOICE) -> str:
        """The source of an argument as an operation sees it."""
        return self.text(one, level)
