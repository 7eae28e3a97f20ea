"""Masses and densities of one sample, with what they take for granted."""

from cesym.likelihoods.categorical import categorical, one_hot
from cesym.likelihoods.density import Likelihood, density

__all__ = ["Likelihood", "categorical", "density", "one_hot"]
