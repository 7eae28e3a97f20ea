"""The trusted part: nothing else can admit a step.

SymPy proposes, the kernel disposes. It reads a line into terms of its own, decides there, and trusts SymPy for one
thing: that ``.args`` of an object whose class is exactly a listed one shows what the user wrote (and, at the
leaves, what was typed: the digits of a number, the name and the declared assumptions of a symbol).

Read the modules in this order: ``trees`` (expressions as plain data), ``terms`` (the kernel's own terms),
``calculus`` (their signs and canonical forms), ``rearranged`` (sums cut, turned and closed), ``zero`` and
``differentiation`` (what is computed with them),
``plain`` (steps and what is given, as plain data), ``moving`` (what moves with what), ``reader`` (from trees to terms,
as far as they are defined), ``instance`` (a theorem in place of a part of a line), ``steps`` (the primitives that admit
a step). What only refuses: ``witness`` (models and
the independent evaluator), ``edges`` (more models), ``models`` (what is asked of them).
"""

from cesym.kernel.plain import Given, Statement, Step
from cesym.kernel.steps import admit, verify
from cesym.kernel.trees import Refused, Tree, tree

__all__ = ["Given", "Refused", "Statement", "Step", "Tree", "admit", "tree", "verify"]
