"""Saved derivations, edited: each hint and each expression altered, in the file's own JSON."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sympy as sp

from cesym.derivation import Derivation
from cesym.derivation.file import Saved, document, load
from cesym.given import Fact, Given
from cesym.kernel import Refused
from cesym.notation.trees import expression, letters, name_of

from .claims import Case, Claim, shown, wrong

PARTS = ("facts", "models", "start", "steps")


def leaves(data: Any, path: tuple = ()) -> Iterator[tuple]:
    """The paths of all lists, strings and numbers."""
    yield path
    if isinstance(data, list):
        for n, part in enumerate(data):
            yield from leaves(part, (*path, n))


def at(data: Any, path: tuple) -> Any:
    for n in path:
        data = data[n]
    return data


def alterations(part: Any, rng: random.Random) -> Iterator[Any]:
    """Other JSON in the place of a part."""
    if isinstance(part, bool | int):
        yield from (part + 1, part - 1, -part, 0, str(part))
    elif isinstance(part, str):
        swaps = {"Add": "Mul", "Mul": "Add", "Sum": "Product", "Product": "Sum", "log": "exp", "exp": "log", "Gt": "Lt", "Ge": "Gt",
                 "Lt": "Gt", "Le": "Lt", "Eq": "Ne", "equality": "same minimiser", "same minimiser": "equality",
                 "certificate": "equality", "monotone map": "equality", "≥": "≤", "square": "log", "integer": "real",
                 "real": "positive", "positive": "real"}  # fmt: skip
        yield from (swaps.get(part, rng.choice("pqxkN")), "", part + "x", [part])
    elif isinstance(part, list) and part:
        yield part[:-1]
        yield [*part, part[-1]]
        yield [*part[:1], *part[:0:-1]]
        yield part[-1]
        yield ["Mul", ["Rational", 2, 1], part]
        yield ["Add", part, ["Rational", 1, 1]]
        yield ["Rational", 0, 1]
        yield []


def edited(name: str, d: Derivation, n: int, seed: float = 0) -> Iterator[Case]:
    """Some of the files that differ from the saved one in one place."""
    rng = random.Random(f"{seed} {name}")
    text = document(d)
    data = json.loads(text)
    found = [(part, path) for part in PARTS for path in leaves(data[part])]
    weights = [0.2 if part == "models" else 1.0 for part, _ in found]
    for part, path in rng.choices(found, weights, k=n):
        new = rng.choice(list(alterations(at(data[part], path), rng)) or [None])
        edit = put(text, part, path, new)
        if json.loads(edit) != data:
            yield Case("saved file edited", None, lambda e=edit: (accepted(e), "verified"), verdict=lambda e=edit: false_file(e, name))


def put(text: str, part: str, path: tuple, new: Any) -> str:
    data = json.loads(text)
    if not path:
        data[part] = new
    else:
        at(data[part], path[:-1])[path[-1]] = new
    return json.dumps(data, ensure_ascii=False)


def accepted(text: str) -> bool:
    try:
        read(text).verify()
        return True
    except Refused:
        return False


def false_file(text: str, recipe: str) -> bool | None:
    """Whether the file is none, or a step that it claims is wrong in some model of the facts that it states."""
    try:
        saved = read(text)
        with sp.evaluate(False):
            facts = tuple(Fact(expression(prop), tuple(tuple(map(expression, limit)) for limit in limits)) for prop, *limits in saved.given.facts)
            lines = [expression(saved.start), *(expression(step.after) for step in saved.steps)]
            hints = [shown(step.data) for step in saved.steps]
        given = Given(facts).extended((), *lines)
    except (Refused, ValueError, TypeError, AttributeError, LookupError, ArithmeticError):
        return True
    claims = [
        Claim("", "saved file edited", given, a, b, step.primitive, data, recipe, loose(facts))
        for a, b, step, data in zip(lines, lines[1:], saved.steps, hints, strict=False)
    ]
    try:
        verdicts = [wrong(claim) for claim in claims]
    except (Refused, ValueError, TypeError, AttributeError, LookupError, ArithmeticError):
        return None
    return True if True in verdicts else None if None in verdicts else False


def read(text: str) -> Saved:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "derivation.json"
        file.write_text(text, "utf-8")
        return load(file)


def loose(facts: tuple) -> tuple[str, ...]:
    return tuple({name_of(t) for fact in facts for t in letters(fact.tree[0])})
