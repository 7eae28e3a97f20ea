"""What the arguments of a function of arrays are: which axes they have, and which numbers they may hold.

A symbol stands for one number a sample. A family such as q[i, c] has one trailing axis for each of its
indices; axes before these are samples, and broadcast. All of it is read from the expressions, once, when the
function is built.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sympy import Contains, Expr, FiniteSet, Indexed, IndexedBase, Integer, Product, Sum, Symbol
from sympy.core.relational import Relational

from cesym.given import Given

__all__ = ["Argument", "Place", "Request", "Signature", "read_signature"]


class Place(NamedTuple):
    """Where a label picks an entry: number label + offset (from 0) along an axis of this size."""

    size: Expr
    offset: int


@dataclass(frozen=True)
class Argument:
    """One argument: its letter, its name in messages, its trailing axes, the closed range of its numbers."""

    letter: Symbol
    label: str
    sizes: tuple[Expr, ...] = ()
    low: float | None = None
    high: float | None = None
    place: Place | None = None
    least: tuple[int, ...] = ()


@dataclass(frozen=True)
class Request:
    """What is to be built: letters with their names in messages, and a nested tuple of outputs."""

    name: str
    args: Sequence[Any]
    labels: Sequence[str]
    outputs: Any
    given: Any = ()
    axes: Mapping[Symbol, Any] = field(default_factory=dict)
    labelled: IndexedBase | None = None
    reduction: str | None = None
    check: bool = True
    threads: int = 1


@dataclass(frozen=True)
class Signature:
    """The arguments of a function, and the free indices of its results with their number of values."""

    arguments: tuple[Argument, ...]
    axes: Mapping[Symbol, Expr]

    @property
    def variables(self) -> frozenset[Symbol]:
        return frozenset(argument.letter for argument in self.arguments)


def read_signature(
    args: Sequence[Any],
    exprs: Sequence[Expr],
    axes: Mapping[Symbol, Expr],
    labels: Sequence[str],
    given: Any,
) -> Signature:
    """Read the axes from the expressions, and the ranges from assumptions and from what is given."""
    letters = [arg.label if isinstance(arg, IndexedBase) else arg for arg in args]
    uses = _Uses(letters, {arg.label for arg in args if isinstance(arg, IndexedBase)}, axes)
    for expr in exprs:
        uses.read(expr, {})
    uses.settle(exprs)
    arguments = []
    for arg, letter, label in zip(args, letters, labels, strict=True):
        sizes: tuple[Expr, ...] = ()
        if isinstance(arg, IndexedBase):
            places = [n for one, n in uses.sizes if one == letter]
            rank = max(places, default=0) + 1
            sizes = tuple(uses.sizes.get((letter, n)) or Symbol(f"{letter}_{n}") for n in range(rank))
        low = 0.0 if letter.is_nonnegative else None
        high = 0.0 if letter.is_nonpositive else None
        least = tuple(uses.least.get((letter, n), 0) for n in range(len(sizes)))
        arguments.append(Argument(letter, label, sizes, low, high, uses.places.get(letter), least))
    for letter, low, high in _bounds(given):
        arguments = [_narrowed(one, low, high) if one.letter == letter else one for one in arguments]
    return Signature(tuple(arguments), uses.axes)


class _Uses:
    """Where letters and indices stand in the expressions."""

    def __init__(self, letters: Sequence[Symbol], families: Set[Symbol], axes: Mapping[Symbol, Expr]) -> None:
        self.letters = letters
        self.families = families
        self.axes = dict(axes)
        self.sizes: dict[tuple[Symbol, int], Expr] = {}
        self.places: dict[Symbol, Place] = {}
        self.free: dict[tuple[int, str, Symbol], list[tuple[Symbol, int]]] = {}
        self.picks: list[tuple[Symbol, int, Symbol, int]] = []
        self.least: dict[tuple[Symbol, int], int] = {}

    def read(self, e: Any, ranges: Mapping[Symbol, Expr]) -> None:
        if isinstance(e, (Sum, Product)):
            for index, *bounds in e.limits:
                if len(bounds) != 2 or bounds[0] != 1 or not isinstance(bounds[1], (Symbol, Integer)):
                    raise ValueError(
                        f"expr: lambdify reads sums over all of an axis, such as (c, 1, C); got {(index, *bounds)}"
                    )
                ranges = {**ranges, index: bounds[1]}
            self.read(e.function, ranges)
        elif isinstance(e, Indexed):
            if e.base.label in self.letters and e.base.label not in self.families:
                raise ValueError(f"expr: it has {e}, but the argument {e.base} is one number without an index")
            self.read_entry(e, ranges)
        elif e in self.families:
            raise ValueError(f"expr: the argument {e} is a family; expected an index, as in {e}[i]")
        else:
            for part in e.args:
                self.read(part, ranges)

    def read_entry(self, e: Indexed, ranges: Mapping[Symbol, Expr]) -> None:
        family = e.base.label
        for n, index in enumerate(e.indices):
            size = ranges.get(index, self.axes.get(index))
            if size is not None:
                if self.sizes.setdefault((family, n), size) != size:
                    raise ValueError(f"expr: the same axis of {family} runs to {self.sizes[family, n]} and to {size}")
            elif index.is_Symbol and index not in self.letters:
                self.free.setdefault((n, index.name, index), []).append((family, n))
            elif index.is_Integer:
                if index < 1:
                    raise ValueError(f"expr: indices run from 1; got {e}")
                self.least[family, n] = max(int(index), self.least.get((family, n), 1))
            else:
                offset, label = index.as_coeff_Add()
                letter = label.base.label if isinstance(label, Indexed) else label
                if letter not in self.letters or not offset.is_Integer or n != len(e.indices) - 1:
                    raise ValueError(f"expr: lambdify cannot read the index {index} of {e}")
                self.picks.append((family, n, letter, int(offset) - 1))
                self.read(label, ranges)

    def settle(self, exprs: Sequence[Expr]) -> None:
        """Give free indices their sizes, and find letters that nobody gives a value."""
        for _, _, index in sorted(self.free, key=lambda key: key[:2]):
            where = self.free[next(key for key in self.free if key[2] == index)]
            known = [self.sizes[place] for place in where if place in self.sizes]
            self.axes[index] = known[0] if known else Symbol(f"{index}_size", integer=True, positive=True)
            for place in where:
                self.sizes.setdefault(place, self.axes[index])
        for family, n, letter, offset in self.picks:
            size = self.sizes.setdefault((family, n), Symbol(f"{family}_size", integer=True, positive=True))
            self.places[letter] = Place(size, offset)
        for size in (*self.axes.values(), *self.sizes.values()):
            if size in self.letters:
                raise ValueError(f"args: {size} is the length of an axis, read off the arrays; leave it out")
        known_letters = {*self.letters, *self.axes, *self.sizes.values()}
        for expr in exprs:
            entries = {part for e in expr.atoms(Indexed) for part in (e, e.base.label)}
            for letter in sorted(expr.free_symbols - known_letters - entries, key=str):
                self.refuse(letter)
            for e in sorted(expr.atoms(Indexed), key=str):
                if e.base.label not in self.letters:
                    self.refuse(e)

    def refuse(self, letter: Expr) -> None:
        name = str(letter.base if isinstance(letter, Indexed) else letter)
        if name in map(str, self.letters):
            raise ValueError(
                f"expr: its {letter} is not the {name} among the arguments: the same name, other assumptions"
            )
        raise ValueError(f"expr: {letter} is not among the arguments ({', '.join(map(str, self.letters))})")


def _bounds(given: Any) -> Iterator[tuple[Symbol, float | None, float | None]]:
    """The closed range that each fact about one letter alone leaves to it."""
    for prop, _ in Given.of(given).facts:
        letter, low, high = None, None, None
        if isinstance(prop, Contains) and isinstance(prop.args[1], FiniteSet):
            letter, values = prop.args
            low, high = min(values), max(values)
        elif isinstance(prop, Relational) and prop.rel_op in ("<", "<=", ">", ">="):
            letter, bound = prop.gts, prop.lts
            if letter.is_number:
                letter, high = bound, letter
            else:
                low = bound
        if isinstance(letter, Indexed):
            letter = letter.base.label
        if isinstance(letter, Symbol) and all(b is None or b.is_number for b in (low, high)):
            yield letter, *(None if b is None else float(b) for b in (low, high))


def _narrowed(argument: Argument, low: float | None, high: float | None) -> Argument:
    lows = [b for b in (argument.low, low) if b is not None]
    highs = [b for b in (argument.high, high) if b is not None]
    return replace(argument, low=max(lows, default=None), high=min(highs, default=None))
