"""Small real data sets, typed in as facts: each names its source and has totals to check it by.

``challenger`` is for a Bernoulli model (and logistic regression), ``cavendish`` for a Gaussian one.
Numbers are kept as they were printed: whole numbers as ``int``, decimals as exact fractions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from textwrap import fill
from types import MappingProxyType
from typing import Any

__all__ = ["Cavendish", "Challenger", "DataSet", "Table", "cavendish", "challenger"]

Block = tuple[str, ...]


@dataclass(frozen=True, repr=False)
class Table:
    """Cells under a header, which show themselves as a Markdown table and as aligned text.

    A long table is cut into ``blocks`` side by side: read down the first one, then the next.

    >>> Table(("flight", "°F"), (("STS-1", "66"), ("STS-2", "70"), ("41-B", "57")), blocks=2)
    flight  °F    flight  °F
    STS-1   66    41-B    57
    STS-2   70
    """

    header: Block
    rows: tuple[Block, ...]
    blocks: int = 1

    def _lines(self) -> list[list[Block]]:
        """The printed lines below the header, each a list of blocks."""
        height = -(-len(self.rows) // self.blocks)
        missing = height * self.blocks - len(self.rows)
        cells = self.rows + (("",) * len(self.header),) * missing
        return [list(cells[line::height]) for line in range(height)]

    def _is_number(self, column: int) -> bool:
        return all(row[column].replace(".", "", 1).isdigit() for row in self.rows)

    def _repr_markdown_(self) -> str:
        """The table in Markdown: numbers to the right, an empty column between the blocks."""
        columns = range(len(self.header))
        rule = tuple("---:" if self._is_number(column) else ":---" for column in columns)

        def line(blocks: list[Block], between: str = " ") -> str:
            return f"| {f' | {between} | '.join(' | '.join(block) for block in blocks)} |"

        head = [line([self.header] * self.blocks), line([rule] * self.blocks, "---")]
        return "\n".join([*head, *map(line, self._lines())])

    def __repr__(self) -> str:
        columns = range(len(self.header))
        lengths = [tuple(map(len, row)) for row in (self.header, *self.rows)]
        widths = [max(length[column] for length in lengths) for column in columns]
        pad = [str.rjust if self._is_number(column) else str.ljust for column in columns]

        def padded(block: Block) -> str:
            return "  ".join(pad[column](block[column], widths[column]) for column in columns)

        lines = [[self.header] * self.blocks, *self._lines()]
        return "\n".join("    ".join(map(padded, line)).rstrip() for line in lines)


@dataclass(frozen=True, repr=False)
class DataSet:
    """A frozen data set: what it is, where it is from, and totals typed in apart from the values."""

    name: str
    description: str
    source: str
    totals: Mapping[str, int | Fraction]

    @property
    def observations(self) -> tuple[Any, ...]:
        """The observations: tuples of their columns, or numbers where one number was measured."""
        raise NotImplementedError

    def table(self, blocks: int = 3) -> Table:
        """The whole data set as a table that shows itself."""
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self.observations)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.observations)

    def __repr__(self) -> str:
        totals = ", ".join(f"{what} {float(value):g}" for what, value in self.totals.items())
        parts = f"{self.name}: {self.description}", f"Totals: {totals}.", f"Source: {self.source}"
        return "\n".join(fill(part, 80, subsequent_indent="  ") for part in parts)


@dataclass(frozen=True, repr=False)
class Challenger(DataSet):
    """Shuttle flights: joint temperature at launch in °F, and 1 where an O-ring was in distress."""

    flight: tuple[str, ...]
    temperature: tuple[int, ...]
    distress: tuple[int, ...]

    @property
    def observations(self) -> tuple[tuple[str, int, int], ...]:
        """(flight, temperature, distress) in the order in which they were flown."""
        return tuple(zip(self.flight, self.temperature, self.distress, strict=True))

    def table(self, blocks: int = 3) -> Table:
        """All flights as a table that shows itself."""
        rows = tuple((flight, str(degrees), str(k)) for flight, degrees, k in self)
        return Table(("flight", "°F", "distress"), rows, blocks)


@dataclass(frozen=True, repr=False)
class Cavendish(DataSet):
    """Determinations of one density: floats in ``density``, and exactly in ``exact``.

    ``quantity`` says what was measured, for an axis; ``wire`` is 1 or 2, the wire of the balance.
    """

    quantity: str
    exact: tuple[Fraction, ...]
    wire: tuple[int, ...]
    density: tuple[float, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "density", tuple(map(float, self.exact)))

    @property
    def observations(self) -> tuple[float, ...]:
        """The determinations in the order of the paper."""
        return self.density

    def table(self, blocks: int = 3) -> Table:
        """All determinations as a table that shows itself."""
        pairs = zip(self.wire, self.density, strict=True)
        rows = tuple((str(no), str(wire), f"{x:.2f}") for no, (wire, x) in enumerate(pairs, 1))
        return Table(("no.", "wire", "density"), rows, blocks)


challenger = Challenger(
    name="Challenger",
    description=(
        "23 flights of the space shuttle before Challenger's last, 51-L (28 January 1986, 31 °F): "
        "the temperature of the joints at launch in °F, and 1 where a primary O-ring of the "
        "recovered boosters showed thermal distress (erosion or blow-by), else 0. In the order of "
        "the flights; the boosters of STS-4 were lost at sea."
    ),
    source=(
        "S. R. Dalal, E. B. Fowlkes and B. Hoadley (1989), Risk analysis of the space shuttle: "
        "pre-Challenger prediction of failure, Journal of the American Statistical Association 84, "
        "945-957."
    ),
    totals=MappingProxyType(
        {
            "flights": 23,
            "with distress": 7,
            "sum of the temperatures": 1600,
            "the same with distress": 446,
        }
    ),
    flight=tuple(
        "STS-1 STS-2 STS-3 STS-5 STS-6 STS-7 STS-8 STS-9 41-B 41-C 41-D 41-G "
        "51-A 51-C 51-D 51-B 51-G 51-F 51-I 51-J 61-A 61-B 61-C".split()
    ),
    temperature=tuple(
        map(int, "66 70 69 68 67 72 73 70 57 63 70 78 67 53 67 75 70 81 76 79 75 76 58".split())
    ),
    distress=tuple(map(int, "0 1 0 0 0 0 0 0 1 1 1 0 0 1 0 0 0 0 0 0 1 0 1".split())),
)

cavendish = Cavendish(
    name="Cavendish",
    description=(
        "29 determinations of the mean density of the Earth relative to water, by torsion balance; "
        "after the sixth, Cavendish took a stiffer wire. The third is 4.88 in his table, but his "
        "mean, 5.48, is that of the list with 5.88 in its place (158.99/29 = 5.482): the values as "
        "printed have the mean 157.99/29 = 5.448. They are kept here as printed."
    ),
    source=(
        "H. Cavendish (1798), Experiments to determine the density of the Earth, Philosophical "
        "Transactions of the Royal Society 88, 469-526; listed in S. M. Stigler (1977), Do robust "
        "estimators work with real data?, Annals of Statistics 5, 1055-1098. On the slip in the "
        "mean: the data's pages in the R packages HistData and Rlab."
    ),
    totals=MappingProxyType(
        {
            "determinations": 29,
            "sum": Fraction("157.99"),
            "sum with the first wire": Fraction("31.87"),
        }
    ),
    quantity="density of the Earth (water = 1)",
    exact=tuple(
        map(
            Fraction,
            "5.50 5.61 4.88 5.07 5.26 5.55 5.36 5.29 5.58 5.65 5.57 5.53 5.62 5.29 5.44 "
            "5.34 5.79 5.10 5.27 5.39 5.42 5.47 5.63 5.34 5.46 5.30 5.75 5.68 5.85".split(),
        )
    ),
    wire=(1,) * 6 + (2,) * 23,
)
