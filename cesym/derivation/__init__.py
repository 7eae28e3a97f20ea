"""Chains of lines, each admitted by the kernel; see :class:`Derivation`."""

from cesym.check.verdicts import StepRefused
from cesym.derivation.derivation import CHECKED, PROVED, Derivation
from cesym.derivation.lines import Constants, Line, Statement
from cesym.losses.derivative import derivative

__all__ = ["CHECKED", "PROVED", "Constants", "Derivation", "Line", "Statement", "StepRefused", "derivative"]
