"""Derivations as files: plain JSON of trees, read by our own parser (no eval, no sympify, no pickle).

The file holds facts, witnesses, the first line and the hints for each step. It holds no verdict: relation and
evidence are what the kernel finds when it reads the file. A theorem on which steps rest stands in it once, with all of
its own steps, after those on which it rests; a step names it by its hash, so that one that was changed is found.
"""

import json
from collections.abc import Iterable
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from cesym import kernel
from cesym.given import REAL
from cesym.kernel.trees import Refused, tree
from cesym.notation.trees import expression
from cesym.parse.names import check_letters, check_title, check_words, symbols_of

__all__ = ["Saved", "document", "load", "save"]

FORMAT = "cesym derivation, version 1"
LARGEST_FILE = 5_000_000


class Saved(NamedTuple):
    """A derivation as it was read from a file: nothing in it is believed before :meth:`verify`."""

    name: str
    assumptions: tuple[str, ...]
    given: kernel.Given
    start: kernel.Tree
    steps: tuple[kernel.Step, ...]
    letters: tuple[tuple[kernel.Tree, int], ...] = ()  # brought in by name, with the number of their indices
    theorems: tuple[tuple[str, int], ...] = ()  # on which its steps rest: name and number of steps

    def verify(self) -> kernel.Statement:
        """The kernel's statement of the chain; raises Refused."""
        return kernel.verify(self.given, self.start, self.steps)


def save(d: Any, path: str | Path) -> None:
    """Write a derivation to a new file. Raises: FileExistsError where there is one already."""
    with Path(path).open("x", encoding="utf-8") as file:
        file.write(document(d) + "\n")


def document(d: Any) -> str:
    """A derivation as the text of a file."""
    given, theorems = d.given.kernel, dict[str, dict]()
    steps = [told(step, move.theorem, theorems) for step, move in zip(d.kernel_steps, d.chain, strict=True)]
    data = {
        "format": FORMAT,
        "name": d.name,
        "assumptions": list(d.assumptions),
        "letters": d.given.declared,
        "theorems": theorems,
        **chain((*given, tree(d.expr), steps)),
    }
    return json.dumps(data, ensure_ascii=False)


def chain(parts: tuple) -> dict[str, Any]:
    facts, models, start, steps = parts
    models = [[[name, written(value)] for name, value in model] for model in models]
    return {"facts": facts, "models": models, "start": start, "steps": steps}


def told(step: tuple, name: str, theorems: dict[str, dict]) -> list:
    """A step as it is written, without the line before; a theorem in it is named by its hash, and kept."""
    _, after, primitive, using, split, data = step
    if primitive == "theorem":
        (facts, models, start, steps), *use = data
        # Those on which it rests itself come first.
        parts = (facts, models, start, [told(one, "", theorems) for one in steps])
        theorem = {"name": name, **chain(parts)}
        data = (fingerprint(theorem), *use)
        theorems.setdefault(data[0], theorem)
    return [after, primitive, using, split, data]


def fingerprint(theorem: dict) -> str:
    return sha256(json.dumps(theorem, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def written(value: Any) -> Any:
    return [[list(map(int, at)), str(v)] for at, v in value] if isinstance(value, tuple) else str(value)


def load(path: str | Path) -> Saved:
    """Read a saved derivation. Raises: Refused where the file is not one."""
    path = Path(path)
    if path.stat().st_size > LARGEST_FILE:
        raise Refused(f"{path.name} is larger than {LARGEST_FILE} bytes")
    try:
        data = json.loads(path.read_text(encoding="utf-8"), parse_float=no_float)
        if data["format"] != FORMAT:
            raise Refused(f"{path.name} is no saved derivation of this version")
        theorems: dict[str, tuple] = {}
        for mark, theorem in data.get("theorems", {}).items():
            if fingerprint(theorem) != mark:
                raise Refused(f"the theorem {theorem['name']} in {path.name} is not the one that its steps rest on")
            given, start, steps = read_chain(theorem, theorems)
            theorems[mark] = (*given, start, tuple(map(tuple, steps)))
        given, start, steps = read_chain(data, theorems)
        letters = tuple(known_letter(from_json(t), arity) for t, arity in data.get("letters", []))
        rests = tuple((text(one["name"]), len(one["steps"])) for one in data.get("theorems", {}).values())
        saved = Saved(text(data["name"]), tuple(map(text, data["assumptions"])), given, start, steps, letters, rests)
        check_shown(saved)
        return saved
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(f"{path.name} is no saved derivation: its text is no JSON, or nested too deeply") from None
    except KeyError as e:
        raise Refused(f"{path.name} is no saved derivation: it has no {e}") from None
    except (TypeError, AttributeError, ArithmeticError, IndexError):
        raise Refused(f"{path.name} is no saved derivation: a part of it has another form") from None
    except ValueError as e:  # in our own words
        raise Refused(f"{path.name} is no saved derivation: {e}") from None


def read_chain(data: Any, theorems: dict[str, tuple]) -> tuple[kernel.Given, kernel.Tree, tuple[kernel.Step, ...]]:
    """What is given, the first line, and the steps, with the theorems that stand before them in the file."""
    models = tuple(tuple((text(name), number_or_family(value)) for name, value in model) for model in data["models"])
    start = before = from_json(data["start"])
    steps: list[kernel.Step] = []
    for after, primitive, using, split, own in data["steps"]:
        parts = from_json(own)
        if primitive == "theorem":
            if parts[0] not in theorems:
                raise Refused("a step rests on a theorem that does not stand before it in the file")
            parts = (theorems[parts[0]], *parts[1:])
        step = kernel.Step(before, from_json(after), text(primitive), from_json(using), from_json(split), parts)
        steps.append(step)
        before = step.after
    return kernel.Given(from_json(data["facts"]), models), start, tuple(steps)


def check_shown(saved: Saved) -> None:
    """Whether what would be shown of a file is what it seems: names are names, and no two print alike."""
    check_title(saved.name, "name")
    for assumption in saved.assumptions:
        check_words(assumption, "assumptions")
    for name, _ in saved.theorems:
        check_title(name, "name of a theorem")
    steps = ((step.after, step.using, hints(step)) for step in saved.steps)
    read = [*symbols_of((saved.given.facts, saved.start, *steps))]
    named = [t[1] if t[0] == "Indexed" else t for t, _ in saved.letters]
    families = [t[1] for t, family in read if family] + [t[1][1] for t, _ in saved.letters if t[0] == "Indexed"]
    check_letters([*(t for t, _ in read), *named], families)
    for letter in {*(t for t, _ in read), *named}:
        expression(letter)  # ValueError where what is declared contradicts itself


def hints(step: kernel.Step) -> Iterable:
    """What a step has besides its lines, in letters of this derivation."""
    return tuple(term for _, term in step.data[1]) if step.primitive == "theorem" else step.data


def known_letter(t: Any, arity: Any) -> tuple[kernel.Tree, int]:
    """A letter that was brought in by name, with the number of its indices."""
    family = isinstance(t, tuple) and t[:1] == ("Indexed",)
    match t:
        case ("Symbol", str(), tuple(flags)) | ("Indexed", ("Symbol", str(), tuple(flags))) if REAL & set(flags):
            if type(arity) is int and (0 < arity < 10 if family else arity == 0):
                return t, arity
    raise Refused(f"expected a letter that is declared real, and the number of its indices, not {t!r:.40}")


def no_float(digits: str) -> Any:
    raise Refused(f"a saved derivation holds no floating-point number, such as {digits[:20]}")


def text(value: Any) -> str:
    if type(value) is not str:
        raise Refused(f"expected a string, not {value!r:.40}")
    return value


def number_or_family(value: Any) -> Any:
    if type(value) is str:
        return Fraction(value)
    return tuple((tuple(map(int, at)), Fraction(text(v))) for at, v in value)


def from_json(data: Any) -> kernel.Tree:
    """The tree written as nested JSON lists; anything but lists, plain strings and integers is refused."""
    if type(data) is list:
        return tuple(map(from_json, data))
    if type(data) in (str, int):
        return data
    raise Refused(f"a saved tree holds lists, strings and integers, not {data!r:.40}")
