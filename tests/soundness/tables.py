"""Attacks chosen, run and counted."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from .blind import blind
from .chains import chains
from .claims import BY_WITNESS, Case, admission, right, wrong
from .facts import contradicted, mixed, out_of_range, tampered
from .files import edited
from .forgeries import disguised, inexact, namesakes, stolen
from .laundering import certificates, compositions, constants, minimisers, renamed_relations
from .mutators import KINDS, changes, whole_line

SHARES = {
    "changed line": 40, "changed first line": 6, "fact out of range": 5, "fact tampered": 8, "contradictory": 3, "mixed": 5, "lying": 4,
    "float": 3, "namesake": 4, "stolen": 6, "laundered": 4, "constants": 4, "certificate": 3, "compositions": 3, "minimisers": 2, "files": 6,
}  # fmt: skip


def lines(name: str, rng: random.Random, before: bool = False) -> Iterator[Case]:
    """Each step of a chain with its line (or the line before) changed at one place; kinds, steps and places mixed."""
    d = chains()[name]
    steps = right(name, d)
    streams = {}
    for kind in KINDS:
        streams[kind] = changes(kind, [(claim, claim.before if before else claim.after) for claim in steps], d.letters, rng)
    streams["swapped everywhere"] = ((claim, line) for claim in steps for _, line in whole_line(claim.before if before else claim.after, d.letters))
    seen = set()
    while streams:
        for kind in list(streams):
            claim, line = next(streams[kind], (None, None))
            if claim is None:
                del streams[kind]
            elif (claim, line) not in seen:
                seen.add((claim, line))
                label = "swapped symbols" if kind == "swapped everywhere" else kind
                yield Case(label, claim._replace(kind=label, **{"before" if before else "after": line}))


def spread(cases: list[Case], rng: random.Random) -> Iterator[Case]:
    return iter(rng.sample(cases, len(cases)))


SOURCES = {
    "changed line": lines,
    "changed first line": lambda name, rng: lines(name, rng, True),
    "fact out of range": lambda name, rng: spread(list(out_of_range(name, chains()[name])), rng),
    "fact tampered": lambda name, rng: spread(list(tampered(name, chains()[name])), rng),
    "contradictory": lambda name, rng: spread(list(contradicted(name, chains()[name])), rng),
    "mixed": lambda name, rng: spread(list(mixed(name, chains()[name], chains())), rng),
    "lying": lambda name, rng: spread(list(disguised(name, chains()[name])), rng),
    "float": lambda name, rng: spread(list(inexact(name, chains()[name])), rng),
    "namesake": lambda name, rng: spread(list(namesakes(name, chains()[name])), rng),
    "stolen": lambda name, rng: spread(list(stolen(name, chains()[name], chains())), rng),
    "laundered": lambda name, rng: spread(list(renamed_relations(name, chains()[name])), rng),
    "constants": lambda name, rng: spread(list(constants(name, chains()[name])), rng),
    "certificate": lambda name, rng: spread(list(certificates(name, chains()[name])), rng),
    "compositions": lambda name, rng: spread(list(compositions(name, chains()[name])), rng),
    "minimisers": lambda name, rng: spread(list(minimisers(name, chains()[name])), rng),
    "files": lambda name, rng: spread(list(edited(name, chains()[name], 60, rng.random())), rng),
}


def chosen(n: int, seed: int) -> list[Case]:
    """About n attacks, over all sources and all chains."""
    return [case for source in SHARES for case in drawn(source, max(1, n * SHARES[source] // sum(SHARES.values())), seed)]


def drawn(source: str, wanted: int, seed: int) -> list[Case]:
    """Attacks of one source, taken from one chain after the other."""
    rng, found = random.Random(f"{seed} {source}"), []
    streams = []
    for name in rng.sample(tuple(chains()), len(chains())):
        stream = SOURCES[source](name, rng)
        first = next(stream, None)
        streams += [chain([first], stream)] if first else []
        if len(streams) >= 2 + wanted // 8:
            break
    while streams and len(found) < wanted:
        for stream in list(streams):
            case = next(stream, None)
            if case is None:
                streams.remove(stream)
            elif len(found) < wanted:
                found.append(case)
    return found


def blinded(n: int, seed: int) -> list[Case]:
    """About n witness-blind wrong steps, as many from each chain."""
    return [case for name, d in chains().items() for case in blind(name, d, -(-n // len(chains())), seed)]


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
