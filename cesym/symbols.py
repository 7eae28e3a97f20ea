"""The shared letters of the project, each with the assumptions it needs.

Use these objects (or type a line as a string, which is read over them): SymPy takes two symbols of one
name but different assumptions for two different things and prints them alike, the commonest trap there is.

Targets are ``k`` (binary, or a count) and ``q`` (a probability vector), predictions ``p`` (a probability),
``mu`` (a mean) and ``z`` (a logit); samples are numbered ``i = 1 .. N``, classes ``c = 1 .. C``.
"""

from sympy import IndexedBase, Symbol

__all__ = [
    "C", "N", "c", "i", "j", "k", "lam", "m", "mu", "n", "p", "q", "scalar", "sigma", "v", "w", "x", "y", "z",
]

# Sizes.
N = Symbol("N", integer=True, positive=True)
C = Symbol("C", integer=True, positive=True)

# Indices: integers and no more, so that a sum from 0 can be written (and found wrong) as well.
i, j, c, m = (Symbol(letter, integer=True) for letter in "ijcm")

# One number a sample (a family): write p[i], q[i, c], ...
p, q, x, mu, z, w, lam = (IndexedBase(letter, real=True) for letter in ("p", "q", "x", "mu", "z", "w", "lam"))
k, y, n = (IndexedBase(letter, integer=True) for letter in "kyn")

# One number for all samples: the standard deviation and the variance of a Gaussian.
sigma = Symbol("sigma", positive=True)
v = Symbol("v", positive=True)


def scalar(family: IndexedBase) -> Symbol:
    """The symbol of the same name and assumptions: one number shared by all samples.

    >>> from cesym.symbols import p, scalar
    >>> scalar(p), scalar(p).is_real
    (p, True)
    """
    label = family.label
    return Symbol(label.name, **label._assumptions_orig)
