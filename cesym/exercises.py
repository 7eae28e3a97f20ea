"""Exercises whose answers are checked by meaning: any formula that the kernel sees to be equal is right.

An exercise states a quantity that the kernel has derived; a learner's line is compared with it by
:meth:`Exercise.check`, which gives the same verdicts as :meth:`cesym.Derivation.check`.

>>> from cesym import exercises as ex
>>> ex.gradient_in_logit.check("p - k").status
'accepted'
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp

from cesym.derivation import Derivation
from cesym.diagnose import Verdict
from cesym.links import sigmoid
from cesym.losses import bce, squared_error
from cesym.symbols import N, i, k, mu, p, scalar, sigma, x, z

__all__ = ["EXERCISES", "Exercise"]
