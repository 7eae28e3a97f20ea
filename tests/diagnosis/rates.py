"""How often is a single mistake called by its name? A table by kind:

    python -m tests.diagnosis.rates --each 20 --seed 1

With ``--two 300``: in how many lines with two mistakes is at least one of them named?
"""

import argparse
import sys
import time
from collections import Counter, defaultdict

from cesym.check import Verdict, judge
from cesym.given import Given

from .mistakes import Mistake, pairs, sample


def diagnosed(one: Mistake) -> Verdict:
    return judge(one.right, one.wrong, Given.of(one.given, one.right), one.relation, one.over)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=20, help="mistakes of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--typed", action="store_true", help="in lines that are arranged otherwise than the line before")
    parser.add_argument("--show", action="store_true", help="what was called by another name")
    parser.add_argument("--two", type=int, default=0, help="lines with two mistakes, in place of the others")
    options = parser.parse_args()
    if options.two:
        return of_two(options.two, options.seed, options.show)
    right: Counter = Counter()
    exact: Counter = Counter()
    told: defaultdict = defaultdict(Counter)
    slow: dict[str, float] = defaultdict(float)
    for one in sample(options.seed, options.each, options.typed):
        started = time.process_time()
        verdict = diagnosed(one)
        seconds = time.process_time() - started
        slow[one.kind] = max(slow[one.kind], seconds)
        told[one.kind][verdict.kind or verdict.status] += 1
        right[one.kind] += verdict.kind == one.kind
        words = verdict.what.text + verdict.so.text
        exact[one.kind] += not any(word in words for word in ("looks like", "seem"))
        if options.show and (verdict.kind != one.kind or seconds > 2):
            print(f"{one.kind} as {verdict.kind} ({seconds:.1f} s), {one.where}: {one.wrong}\n    {verdict.what.text}")
    tried = {kind: sum(names.values()) for kind, names in told.items()}
    print(f"{'kind':18}{'tried':>6}{'named':>7}{'share':>7}{'confirmed':>11}{'slowest':>9}   called otherwise")
    for kind, names in told.items():
        others = ", ".join(f"{name} {n}" for name, n in names.most_common() if name != kind)
        print(f"{kind:18}{tried[kind]:6}{right[kind]:7}{right[kind] / tried[kind]:7.0%}{exact[kind]:11}{slow[kind]:8.2f}s   {others}")
    total = sum(tried.values())
    print(f"{'all':18}{total:6}{right.total():7}{right.total() / total:7.0%}{exact.total():11}{max(slow.values()):8.2f}s")
    return 0


def of_two(count: int, seed: int, show: bool) -> int:
    named, accepted, begun = 0, 0, time.process_time()
    for one in pairs(seed, count):
        verdict = diagnosed(one)
        accepted += verdict.accepted
        named += (right := one_is_named(one, verdict))
        if show and not right:
            print(f"{one.kind} as {verdict.kind}, {one.where}: {one.wrong}\n    {verdict.what.text}")
    seconds = (time.process_time() - begun) / count
    print(f"{count} lines with two mistakes: at least one named in {named} ({named / count:.0%}), "
          f"{accepted} accepted; {seconds:.1f} s each")  # fmt: skip
    return 0


def one_is_named(one: Mistake, verdict: Verdict) -> bool:
    return bool(set(one.kind.split(" and ")) & set(verdict.kind.split(" and ")))


if __name__ == "__main__":
    sys.exit(main())
