"""Backends for NumPy arrays: NumPy itself, in place over blocks, and numba, in fused loops."""
