"""The trusted part: nothing else can admit a step.

SymPy proposes, the kernel disposes. It reads a line into terms of its own, decides there, and trusts SymPy for one
thing: that ``.args`` of an object whose class is exactly a listed one shows what the user wrote (and, at the
leaves, what was typed: the digits of a number, the name and the declared assumptions of a symbol).

Read the modules in this order: ``trees`` (expressions as plain data), ``terms`` (the kernel's own terms),
``prover`` (signs and ranges), ``algebra`` and ``normal_form`` (canonical form), ``moving`` (what moves with what),
``reader`` (what is given, and definedness), ``witness`` (models and the independent evaluator), ``edges`` (more
models, which only refuse), ``steps`` (the primitives that admit a step).
"""

from cesym.kernel.steps import Given, Statement, Step, admit, verify
from cesym.kernel.trees import Refused, Tree, tree

__all__ = ["Given", "Refused", "Statement", "Step", "Tree", "admit", "tree", "verify"]
