"""Attacks chosen, run and counted."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .blind import blind
from .chains import chains
from .claims import BY_WITNESS, Case, admission, right, wrong
from .facts import contradicted, mixed, out_of_range, tampered
from .files import edited
from .forgeries import disguised, inexact, namesakes, stolen
from .laundering import certificates, compositions, constants, minimisers, renamed_relations
from .mutators import mutants, whole_line

SHARES = {
    "changed line": 40, "changed first line": 6, "fact out of range": 5, "fact tampered": 8, "contradictory": 3, "mixed": 5, "lying": 4,
    "float": 3, "namesake": 4, "stolen": 6, "laundered": 4, "constants": 4, "certificate": 3, "compositions": 3, "minimisers": 2, "files": 6,
}  # fmt: skip


def lines(name: str, before: bool = False) -> Iterator[Case]:
    """Each step of a chain with its line (or the line before) changed at one place."""
    d = chains()[name]
    for claim in right(name, d):
        old = claim.before if before else claim.after
        for kind, line in (*mutants(old, d.letters), *whole_line(old, d.letters)):
            yield Case(kind, claim._replace(kind=kind, before=line) if before else claim._replace(kind=kind, after=line))


SOURCES = {
    "changed line": lines,
    "changed first line": lambda name: lines(name, True),
    "fact out of range": lambda name: out_of_range(name, chains()[name]),
    "fact tampered": lambda name: tampered(name, chains()[name]),
    "contradictory": lambda name: contradicted(name, chains()[name]),
    "mixed": lambda name: mixed(name, chains()[name], chains()),
    "lying": lambda name: disguised(name, chains()[name]),
    "float": lambda name: inexact(name, chains()[name]),
    "namesake": lambda name: namesakes(name, chains()[name]),
    "stolen": lambda name: stolen(name, chains()[name], chains()),
    "laundered": lambda name: renamed_relations(name, chains()[name]),
    "constants": lambda name: constants(name, chains()[name]),
    "certificate": lambda name: certificates(name, chains()[name]),
    "compositions": lambda name: compositions(name, chains()[name]),
    "minimisers": lambda name: minimisers(name, chains()[name]),
    "files": lambda name: edited(name, chains()[name], 60),
}


def chosen(n: int, seed: int, names: Iterable[str] | None = None) -> list[Case]:
    """About n attacks, over all sources and all chains (or some of them)."""
    rng, total, found = random.Random(seed), sum(SHARES.values()), []
    names = tuple(names or chains())
    for source, share in SHARES.items():
        each = {name: list(SOURCES[source](name)) for name in names}
        pools = [cases for cases in each.values() if cases]
        left = max(1, n * share // total)
        for at, pool in enumerate(sorted(pools, key=len)):
            take = min(len(pool), -(-left // (len(pools) - at)))
            found += rng.sample(pool, take)
            left -= take
    return found


def blinded(n: int, seed: int, names: Iterable[str] | None = None) -> list[Case]:
    names = tuple(names or chains())
    return [case for name in names for case in blind(name, chains()[name], -(-n // len(names)), seed)]


@dataclass
class Row:
    """The count of one kind. ``by_witness``: wrong steps that the prover would have admitted but for a witness."""

    tried: int = 0
    wrong: int = 0
    admitted: int = 0
    by_witness: int = 0
    true: int = 0
    true_admitted: int = 0
    unclear: int = 0
    failed: int = 0

    def cells(self) -> tuple[int, ...]:
        return (self.tried, self.wrong, self.admitted, self.by_witness, self.true, self.true_admitted, self.unclear, self.failed)


@dataclass
class Table:
    rows: dict[str, Row] = field(default_factory=dict)
    holes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def add(self, case: Case) -> None:
        row = self.rows.setdefault(case.kind, Row())
        row.tried += 1
        bad = True if case.certain else case.verdict() if case.verdict else wrong(case.claim)
        try:
            admitted, why = case.attempt() if case.attempt else admission(case.claim)
        except Exception as e:  # any other error than a refusal is a fault too, though not one of soundness
            admitted, why = False, ""
            row.failed += 1
            self.failures.append(f"{case.kind}: {type(e).__name__}: {e} at {told(case)}")
        if bad is None:
            row.unclear += 1
        elif bad:
            row.wrong += 1
            row.by_witness += why.startswith(BY_WITNESS)
        else:
            row.true += 1
            row.true_admitted += admitted
        if admitted and bad is not False:
            row.admitted += 1
            self.holes.append(f"{case.kind} ({'wrong' if bad else 'unclear'}): {told(case)}: {why}")

    def total(self) -> Row:
        return Row(*map(sum, zip(*(row.cells() for row in self.rows.values()), strict=True)))

    def markdown(self) -> str:
        head = ("kind", "tried", "wrong", "of them admitted", "refused by a witness alone", "true", "of them admitted", "unclear", "other error")
        rows = [(kind, *row.cells()) for kind, row in sorted(self.rows.items())] + [("**all**", *self.total().cells())]
        return "\n".join(
            ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1), *("| " + " | ".join(map(str, row)) + " |" for row in rows)]
        )


def told(case: Case) -> str:
    if case.claim is None:
        return "see the generator of this kind"
    c = case.claim
    return f"{c.chain}, {c.primitive}: {c.before}  ->  {c.after}  {c.data} given {[str(f.prop) + str(f.limits) for f in c.given.facts]}"


def tried(cases: Iterable[Case]) -> Table:
    table = Table()
    for case in cases:
        table.add(case)
    return table
