"""A derivation: a chain of lines, each admitted by the kernel. What a user builds, reads and shows.

A :class:`Derivation` is immutable; every move returns a longer one. It stores expressions, reasons and hints for
the kernel. Relation, conclusion, constants and evidence are computed from these, by the kernel, whenever asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import Any

import sympy as sp

from cesym import kernel
from cesym.check import Verdict, judge
from cesym.check.verdicts import StepRefused
from cesym.derivation.file import save
from cesym.derivation.lines import (
    Constants,
    Line,
    Move,
    Moves,
    Statement,
    StepView,
    read,
)
from cesym.derivation.loss import per_sample
from cesym.derivation.relettered import instance, rename
from cesym.derivation.resting import by_theorem
from cesym.given import INDEPENDENT, Assumption, Given, listed
from cesym.given.hypotheses import Hypothesis, hypotheses
from cesym.kernel.trees import Refused, tree
from cesym.losses import Loss
from cesym.losses.derivative import asked_for, carried_out, inside, places
from cesym.notation import cards
from cesym.notation.indices import parameter_name, put
from cesym.notation.trees import expression, name_of
from cesym.parse.names import check_label, check_letters, check_title, check_words
from cesym.rules import LOG_RULES, RULES, Rule
from cesym.rules.account import how, needed
from cesym.rules.constants import pairs_of_constants
from cesym.rules.ways import admitted_equality, admitted_step, same_minimiser_step

__all__ = ["CHECKED", "PROVED", "Constants", "Derivation", "Line", "Statement", "StepRefused"]

CHECKED, PROVED = "CHECKED", "PROVED"
Label = tuple[str, str] | None  # what a line is called, in LaTeX and in text, where the card shows a name for it


@dataclass(frozen=True, repr=False)
class Derivation:
    """A chain of lines under what is given. Start one with :func:`cesym.nll` or :meth:`Derivation.start`.

    >>> from cesym.symbols import N, i, p
    >>> from sympy import Interval, Product, log
    >>> d = Derivation.start(-log(Product(p[i], (i, 1, N))), given={p: Interval.open(0, 1)})
    >>> d = d.claim("-Sum(log(p[i]), (i, 1, N))", because="ln of a product")
    >>> d.relation, d.evidence, d.conclusion.rhs
    ('=', 'CHECKED', -Sum(log(p[i]), (i, 1, N)))
    """

    given: Given
    expr: sp.Expr
    chain: tuple[Move, ...] = ()
    name: str = ""
    says: str = ""
    label: Label = None
    opening: str = ""
    hidden: int | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """What a card shows is what was checked: names are names, and no two print alike. Raises: ValueError."""
        check_title(self.name, "name")
        check_words(self.says, "says")
        check_label(self.label, "label")
        for words in (self.opening, *(move.reason for move in self.chain)):
            check_words(words, "because")
        for move in self.chain:
            check_label(move.label, "label")
        for assumption in self.given.assumptions:
            for words in assumption:
                check_words(words, "assumptions")
        check_letters(*told_letters(self))

    @classmethod
    def start(
        cls,
        expr: Any,
        given: Any = None,
        *,
        assumptions: tuple[Assumption, ...] = (),
        name: str = "",
        says: str = "",
        label: Label = None,
        because: str = "",
    ) -> "Derivation":
        """A derivation whose first line is ``expr``.

        ``given``: facts such as ``sigma > 0`` or ``(p[i] > 0, (i, 1, N))`` for all i in 1..N, or a mapping such as
        ``{p: Interval.open(0, 1), k: {0, 1}}``, where a family's set holds over its whole range. ``{r: S.Reals}``
        brings in a letter for any real number, for later lines to use.
        Raises: ValueError where the facts contradict each other, or where what is to be shown as a letter or a title
        is no name; StepRefused where ``expr`` is not shown defined.
        """
        given = given if isinstance(given, Given) else listed(given)
        expr = read(expr, {name_of(t): expression(t) for t, _ in Given.of(given).letters} if given else {})
        d = cls(Given.of(given, expr, assumptions=assumptions), expr, (), name, says, label, because)
        d.followed(expr)  # refused unless every part is shown to be defined
        return d

    # What it says, computed

    @property
    def exprs(self) -> tuple[sp.Expr, ...]:
        return (self.expr, *(move.after for move in self.chain))

    @property
    def kernel_steps(self) -> tuple[kernel.Step, ...]:
        return tuple(
            kernel.Step(tree(before), tree(move.after), move.primitive, move.using, move.split, move.data)
            for before, move in zip(self.exprs, self.chain, strict=False)
        )

    @property
    def statement(self) -> kernel.Statement:
        """The kernel's own statement of the whole chain; raises Refused if a step does not hold."""
        return kernel.verify(self.given.kernel, tree(self.expr), self.kernel_steps, afresh=False)

    def recheck(self) -> "Derivation":
        """All steps once more, from nothing but the expressions; returns the derivation, or raises Refused."""
        kernel.verify(self.given.kernel, tree(self.expr), self.kernel_steps)
        return self

    @property
    def conclusion(self) -> Statement:
        s = self.statement
        return Statement(self.exprs[0], s.relation, self.exprs[-1])

    @property
    def relation(self) -> str:
        return self.statement.relation

    @property
    def evidence(self) -> str:
        """CHECKED: every step is admitted by the kernel. (PROVED is for what Coq has re-proved.)"""
        return CHECKED if self.statement else ""

    @property
    def assumptions(self) -> tuple[str, ...]:
        return tuple(assumption.text for assumption in self.given.assumptions)

    @property
    def constants(self) -> Constants | None:
        """For ≃, what was dropped: first line = a * last line + b."""
        s = self.statement
        return Constants(expression(s.a), expression(s.b), self.parameters(s.over)) if s.relation == "≃" else None

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        return hypotheses(self.given, self.exprs)

    @property
    def least_size(self) -> int:
        """The least size (N, C) at which numbers are found for which all that is given holds."""
        return self.given.least_size

    @property
    def lines(self) -> tuple[Line, ...]:
        data, hyps = self.given.kernel, self.hypotheses
        models = tuple(n for n, h in enumerate(hyps, 1) if h.kind == "assumption")
        first = Line(self.expr, "=", self.opening, models, None, (), "", "", "")
        rest = []
        for move, step in zip(self.chain, self.kernel_steps, strict=True):
            uses = needed(data.facts, step, hyps)
            if move.primitive == "same minimiser":  # what else is known is held still
                uses = tuple(sorted({*uses, *(n for n in models if self.given.assumptions[n - 1] != INDEPENDENT)}))
            admitted, (by, detail) = kernel.admit(data, step), how(step, self.given)
            over = self.parameters(admitted.over)
            rest.append(Line(move.after, admitted.relation, move.reason, uses, move.label, over, by, detail, CHECKED))
        return (first, *rest)

    @property
    def steps(self) -> tuple[StepView, ...]:
        lines = self.lines
        return tuple(
            StepView(a.expr, b.relation, b.expr, b.reason, b.evidence) for a, b in pairwise(lines)
        )

    def __getitem__(self, n: int) -> Line:
        return self.lines[n]

    def __len__(self) -> int:
        return len(self.chain) + 1

    def parameters(self, names: tuple[str, ...]) -> tuple:
        return tuple(expression(t) for t, _ in self.given.letters if name_of(t) in names)

    @property
    def letters(self) -> dict[str, Any]:
        """The letters that a typed line may use, by name."""
        return {name_of(t): expression(t) for t, _ in self.given.letters}

    @property
    def slopes(self) -> bool:
        """Is it about a derivative?"""
        return bool(self.exprs[0].has(sp.Derivative))

    @property
    def equal(self) -> tuple[sp.Expr, ...]:
        """Other lines of it that are equal to the last, the nearest first."""
        equations = takewhile(lambda move: move.primitive == "equality", reversed(self.chain))
        return tuple(before for _, before in zip(equations, self.exprs[-2::-1], strict=False))[:3]

    # Moves

    def moved(self, move: Move) -> "Derivation":
        """The chain with one more line, once the kernel has seen that the line follows and the chain composes.

        A letter that is new in the line joins what is given: the line holds for each of its values.
        """
        constants = move.data[:2] if move.primitive == "same minimiser" else ()
        return replace(self, given=self.given.meeting(move.after, *constants), chain=(*self.chain, move)).seen()

    def seen(self) -> "Derivation":
        """Itself, once the kernel has seen that it holds. What each line needs is found here, and remembered."""
        self.statement  # noqa: B018
        facts, hyps = self.given.kernel.facts, self.hypotheses
        for step in self.kernel_steps:
            needed(facts, step, hyps)
        return self

    def admitted(self, after: sp.Expr, because: str, label: Label = None) -> "Derivation":
        step = admitted_equality(self.exprs[-1], after, self.given.meeting(after))
        return self.moved(Move(after, because, using=step.using, split=step.split, label=label))

    def claim(self, line: Any, because: str = "", label: Label = None) -> "Derivation":
        """The derivation with ``line`` as its next line, equal to the one before.

        ``line`` is a SymPy expression or a string (read over the derivation's letters); ``because`` a short reason.
        A letter that is new in it and declared real, such as Symbol("r", real=True), may have any value.
        Raises: StepRefused, whose verdict says what is wrong, or which fact is missing; ValueError for the last line
        itself.
        """
        after = self.read(line)
        if after == self.exprs[-1] and because == "" and label is None:
            raise ValueError("claim: this is the last line as it stands; say `because` if you mean to write it again")
        return self.followed(after, because, label)

    def followed(self, after: sp.Expr, because: str = "", label: Label = None) -> "Derivation":
        """The derivation with one more line, or StepRefused."""
        try:
            return self.admitted(after, because, label)
        except Refused:
            raise StepRefused(judge(self.exprs[-1], after, self.given, slopes=self.slopes, also=self.equal)) from None

    def check(self, line: Any, over: Any = ()) -> Verdict:
        """Whether ``line`` equals the last line, as a value that shows itself: accepted, refused or not shown.

        With ``over``, whether it has the same minimiser over these parameters. Never raises for a line it can read.
        """
        claimed = self.read(line)
        over = self.named(over, claimed)
        return judge(self.exprs[-1], claimed, self.given, "≃" if over else "=", over, self.slopes, self.equal)

    def named(self, over: Any, *lines: sp.Expr) -> tuple:
        """Parameters as letters: one or several, each a letter or its name.

        One of them stands in the lines, or in an equation that is given: with mu[i] = r*x[i] one minimises over r.
        """
        letters = over if isinstance(over, tuple | list) else (over,)
        for one in letters:
            if isinstance(one, str) and one not in self.letters:
                raise ValueError(f"over: there is no letter {one!r} here; there are {', '.join(sorted(self.letters))}")
        over = tuple(self.letters[one] if isinstance(one, str) else one for one in letters)
        names = [*map(parameter_name, over)]
        told = (fact.prop for fact in self.given.facts if isinstance(fact.prop, sp.Eq))
        stand = {letter.name for line in (self.exprs[-1], *lines, *told) for letter in symbols_in(line)}
        if names and not stand.intersection(names):
            raise ValueError(f"over: {', '.join(names)} stands in neither line, so that ≃ would say nothing")
        return over

    def variable(self, letter: Any) -> sp.Expr:
        """What a derivative is taken in: a number that may vary, or an entry of a family, perhaps as it is typed."""
        one = self.letters.get(letter, letter) if isinstance(letter, str) else letter
        if isinstance(one, str):
            one = self.read(one)
        if isinstance(one, sp.IndexedBase):
            raise ValueError(f"differentiate: {one} has an index here: in which entry, {one}[m] say?")
        if not isinstance(one, sp.Symbol | sp.Indexed):
            raise ValueError(f"differentiate: expected a letter or an entry such as p[m], not {one}")
        if one.is_integer:
            raise ValueError(f"differentiate: {one} is a whole number, in which nothing has a derivative")
        return one

    def apply(self, rule: Rule | str) -> "Derivation":
        """The next line by a rule, or by the name that :meth:`moves` shows.

        Raises: ValueError where there is no such rule, or it changes nothing; StepRefused.
        """
        if isinstance(rule, str):
            known = {one.name: one for one in RULES}
            if rule not in known:
                raise ValueError(f"apply: there is no rule {rule!r}; there are {', '.join(known)}")
            rule = known[rule]
        after = rule(self.exprs[-1])
        if after == self.exprs[-1]:
            raise ValueError(f"apply: the rule {rule.name} changes nothing in the last line")
        return self.claim(after, rule.reason)

    def moves(self) -> "Moves":
        """The rules that apply to the last line and what each gives, as a table that shows itself."""
        return Moves((rule, d.exprs[-1]) for rule in RULES if (d := self.tried(rule)))

    def tried(self, rule: Rule) -> "Derivation | None":
        after = rule(self.exprs[-1])
        try:
            return self.admitted(after, rule.reason) if after != self.exprs[-1] else None
        except Refused:
            return None

    def log_rules(self) -> "Derivation":
        """Every law of logarithms that what is given allows, one line each, until none applies."""
        d = self
        for _ in range(12):
            longer = next((one for rule in LOG_RULES if (one := d.tried(rule))), None)
            if longer is None:
                break
            d = longer
        return d

    def same_minimiser(
        self, line: Any, over: Any, because: str = "same minimiser", a: Any = None, b: Any = None, label: Label = None
    ) -> "Derivation":
        """The next line, equal up to a positive factor a and a constant b that do not move with ``over``.

        The line before is a*line + b; both are found where they are not given, and kept in ``.constants``.
        Raises: StepRefused, for example where what would be dropped contains a parameter.
        """
        after = self.read(line)
        over = self.named(over, after)
        names = tuple(sorted(parameter_name(letter) for letter in over))
        told = [] if a is None else [(self.read(a), self.read(0 if b is None else b))]
        for factor, rest in told or pairs_of_constants(self.exprs[-1], after, over):
            given = self.given.meeting(after, factor, rest)
            try:
                step = same_minimiser_step(self.exprs[-1], after, names, factor, rest, given)
                return self.moved(Move(after, because, step.primitive, step.using, step.split, step.data, label))
            except (Refused, ValueError):
                continue
        raise StepRefused(judge(self.exprs[-1], after, self.given, relation="≃", over=over))

    def at_least(self, line: Any, by: tuple, because: str = "", relation: str = "≥") -> "Derivation":
        """The next line, which is at most the one before (``relation="≤"``: at least).

        ``by`` is the certificate: terms (weight, "square", t) or (weight, "log", t), each perhaps with ranges
        after it, whose gaps t**2 and t - 1 - ln t, times weights >= 0, add up to the difference of the lines.
        Raises: StepRefused.
        """
        after = self.read(line)
        terms = tuple((tree(self.read(w)), kind, tree(self.read(t)), *(tuple(map(tree, lim)) for lim in limits))
                      for w, kind, t, *limits in by)  # fmt: skip
        move = Move(after, because, "certificate", data=(relation, terms))
        return self.decided(move, relation)

    def minus_log(self, over: Any, because: str = r"$-\ln$ turns max into min") -> "Derivation":
        """The next line is -ln of the last: where one is greatest over the parameters the other is least.

        Raises: StepRefused where the last line is not shown to be positive.
        """
        over = self.named(over)
        names = tuple(sorted(parameter_name(letter) for letter in over))
        return self.decided(Move(-sp.log(self.exprs[-1]), because, "monotone map", data=(names,)), "⇄")

    def decided(self, move: Move, relation: str) -> "Derivation":
        """The chain with a line that is no equation, by the given equations or cases if need be."""
        given = self.given.meeting(move.after)
        try:
            step = admitted_step(self.exprs[-1], move.after, given, move.primitive, move.data)
            return self.moved(move._replace(using=step.using, split=step.split))
        except Refused:
            raise StepRefused(judge(self.exprs[-1], move.after, self.given, relation=relation)) from None

    def let(self, atom: Any, value: Any, because: str = "the link put in") -> "Derivation":
        """The derivation with a letter or entry defined: ``atom = value`` is given, and the next line uses it.

        For an entry such as p[i] the definition holds for the family's whole range.
        Raises: ValueError where an earlier line does not survive the definition (a parameter of ≃ that is tied now,
        a value outside what is given of the letter); StepRefused where the next line is not shown.
        """
        value = self.read(value)
        limits = places(atom, self.given, self.exprs)
        given = self.given.extended([(sp.Eq(atom, value, evaluate=False), *map(tuple, limits))])
        try:
            d = replace(self, given=given).seen()
        except (Refused, ValueError) as refusal:
            raise ValueError(f"let: with {atom} = {value} what was given or shown no longer holds: {refusal}") from None
        return d.claim(put(d.exprs[-1], atom, value), because)

    def by(
        self,
        theorem: Any,
        letters: Mapping[Any, Any] | None = None,
        line: Any = None,
        because: str = "",
        backwards: bool = False,
        label: Label = None,
    ) -> "Derivation":
        """The next line by a theorem: a part of the last line that is its left side becomes its right side.

        ``theorem`` is a derivation, or a function that gives one, such as those of :func:`cesym.catalogue`. An
        equation may be used on any part; an inequality only where the line is shown to rise or to fall with that part
        (in a sum with weights of one sign). All that the theorem takes for given has to be shown of what its letters
        stand for here: they are found by comparing, or told with ``letters={p[c]: exp(z[c])}``. ``line`` is the next
        line as you would write it; ``backwards`` puts the left side for the right one. The step keeps the theorem's
        own steps, and :meth:`recheck` goes through all of them.
        Raises: ValueError where the theorem fits nowhere, rests on itself, or is about ≃, ⇄ or a derivative;
        StepRefused where what it takes for given is not shown here.

        >>> from sympy import Sum, log
        >>> from cesym.symbols import C, c, v, x
        >>> shifted = Derivation.start(Sum(v + x[c], (c, 1, C))).claim(C*v + Sum(x[c], (c, 1, C)), "v, C times")
        >>> Derivation.start(log(2 + Sum(7 + x[c]**2, (c, 1, C)))).by(shifted).exprs[-1]
        log(7*C + Sum(x[c]**2, (c, 1, C)) + 2)
        """
        return by_theorem(self, theorem, letters or {}, line, because, backwards, label)

    def differentiate(self, variable: Any, because: str = "differentiated") -> "Derivation":
        """A new derivation, of the derivative of the last line in a letter or an entry such as p[j].

        Raises: ValueError after a step that is no equation, or in what is no real letter; StepRefused where the
        derivative is not shown to exist.
        """
        variable = self.variable(variable)
        if self.relation != "=":
            raise ValueError(f"differentiate: the lines so far are joined by {self.relation}; only = has a derivative")
        asked = asked_for(self.exprs[-1], variable)
        d = Derivation.start(asked, self.given.extended(inside(variable, self.given, self.exprs)))
        return d.claim(carried_out(asked, d.given), because)

    def loss(self, target: Any, prediction: Any, name: str = "loss") -> Loss:
        """The loss of one sample, from a last line that is a sum (or mean) over the samples.

        ``target`` and ``prediction`` are the families; other letters become parameters.
        Raises: ValueError where the last line is no such sum.
        """
        return per_sample(self, target, prediction, name)

    def instance(self, **values: Any) -> "Derivation":
        """The same derivation at particular numbers, sums written out: ``d.instance(N=3, k=(1, 0, 1))``. Rechecked.

        A family's numbers are those of its entries from 1 on; where they are given, their size need not be.
        Raises: ValueError where a letter is unknown, numbers are not what is declared or given or are too few or too
        many, or the lines written out are more than the kernel can check.
        """
        return instance(self, values)

    def rename(self, **letters: str) -> "Derivation":
        r"""The same derivation in other letters: ``d.rename(k="y", p=r"\hat y", i="n")``. Rechecked.

        A new name is a letter or a word of letters, or a letter in LaTeX, perhaps with an accent or in a font.
        Raises: ValueError where it is not, where two letters would become one, or would be printed alike.
        """
        return rename(self, letters)

    def save(self, path: Any) -> None:
        """Write the derivation to a new file, which ``cesym check FILE`` verifies in a fresh process.

        Raises: FileExistsError where there is a file already.
        """
        save(self, path)

    # Showing

    def upto(self, n: int) -> "Derivation":
        """The same, showing its first n lines only, in the same layout: to reveal it line by line."""
        return replace(self, hidden=n)

    to_latex = cards.to_latex
    to_markdown = cards.to_markdown
    to_text = cards.to_text

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def _repr_latex_(self) -> str:
        return f"$$\n{self.to_latex()}\n$$"

    def __repr__(self) -> str:
        return self.to_text()

    def read(self, line: Any) -> sp.Expr:
        return read(line, self.letters)


@lru_cache(2000)
def symbols_in(expr: Any) -> tuple[sp.Symbol, ...]:
    """The symbols of an expression, also the bound ones and the names of families."""
    return tuple(sp.sympify(expr).atoms(sp.Symbol))


def told_letters(d: Derivation) -> tuple[list[kernel.Tree], list[str]]:
    """The symbols that a derivation shows, and the names of its families."""
    parts = [*d.exprs]
    for fact in d.given.facts:
        parts += [fact.prop, *(part for limit in fact.limits for part in limit)]
    found = dict.fromkeys(s for part in parts for s in symbols_in(part))
    letters = [tree(s) for s in found if type(s) is sp.Symbol]
    declared = [t[1] if t[0] == "Indexed" else t for t, _ in d.given.letters]
    return [*letters, *declared], [name_of(t) for t, arity in d.given.letters if arity]
