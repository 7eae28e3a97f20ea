"""Says what is wrong with a wrong line, in three parts: what (how it relates to the line before), see, so.

Untrusted: "is exactly" is said only where the kernel admits the repaired line, else "looks like". A kind is
found by undoing one mistake, or two, first in numbers and then before the kernel, with a table of small functions:

==============  ==============================================================
``names``       two letters of one name, missing facts: no mistakes in mathematics
``whole``       a sign, a factor, letters that changed places, a derivative
``terms``       a term with a wrong sign or factor, lost, or one too many
``places``      a range, an index, an exponent, a log, a complement
==============  ==============================================================
"""

from typing import Any

import sympy as sp

from cesym.check.judgement import NOT_WRONG, Judgement, sentence
from cesym.check.names import clashes, missing_facts, undeclared
from cesym.check.namesakes import name_verdict, undeclared_verdict
from cesym.check.verdicts import Diagnosis, Verdict
from cesym.check.words import say
from cesym.given import Given
from cesym.kernel.trees import Refused, tree
from cesym.parse import parse
from cesym.parse.names import check_name, symbols_of

__all__ = ["Diagnosis", "Verdict", "diagnose", "judge"]

UNREADABLE = (Refused, ValueError, RecursionError, ArithmeticError, LookupError, TypeError)


def judge(
    before: Any, claimed: Any, given: Any, relation: str = "=", over: Any = (), slopes: bool = False, also: tuple = ()
) -> Verdict:  # fmt: skip
    """Whether ``before relation claimed`` follows from what is given; if not, what is wrong or missing. Never raises.

    ``over``: for ``≃``, the parameters. ``slopes``: the lines are derivatives, of which no minimum is looked for.
    ``also``: lines that are equal to the one before, for a diagnosis to compare with.

    >>> from cesym.symbols import p
    >>> from sympy import log
    >>> verdict = judge(-log(p[1]), log(p[1]), [p[1] > 0])
    >>> verdict.status, verdict.kind
    ('refused', 'sign')
    >>> verdict.what.text
    'Your line is exactly minus the line before.'
    """
    over = over if isinstance(over, tuple) else (over,)
    try:
        given, line = Given.of(given, before), tree(claimed)
        for letter, _ in symbols_of(line):
            check_name(letter[1], "a letter in your line")
        for clash in clashes(tree(before), line, given):
            def again(whole: Any) -> Verdict:
                return judge(before, whole, given, relation, over, slopes, also)

            return name_verdict(before, claimed, given, relation, clash, again)
        for name in undeclared(line):
            return undeclared_verdict(before, claimed, relation, name)
        return Judgement(before, claimed, given, relation, over, slopes, also).verdict()
    except UNREADABLE as trouble:
        words = str(trouble) if isinstance(trouble, Refused | ValueError) else "Your line could not be read here"
        what = say(sentence(words or type(trouble).__name__), f" {NOT_WRONG}")
        return Verdict("not shown", before, claimed, relation, "unreadable", what)


def diagnose(wrong: Any, right: Any, given: Any = None) -> Diagnosis:
    """What is wrong with ``wrong``, where ``right`` should stand. Strings are read over the shared letters.

    Without ``given``, what both lines need to be defined is taken for granted.
    Raises: ValueError where nothing is found to be wrong.

    >>> diagnose("Sum(x[i], (i, 0, N))", "Sum(x[i], (i, 1, N))").kind
    'range'
    """
    wrong, right = (parse(line) if isinstance(line, str) else sp.sympify(line) for line in (wrong, right))
    facts = Given.of(given, right)
    if given is None:
        for line in (right, wrong):
            if not clashes(tree(right), tree(line), facts):
                facts = facts.extended(missing_facts(line, line, Given.of(facts, line))[0])
    verdict = judge(right, wrong, facts)
    if verdict.accepted:
        raise ValueError("diagnose: the kernel sees that the two lines are equal; nothing is wrong")
    return Diagnosis(verdict.kind, verdict.what, verdict.see, verdict.so, verdict.counterexample)
