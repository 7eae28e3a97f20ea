"""Functions as loops over the elements, compiled by numba."""
