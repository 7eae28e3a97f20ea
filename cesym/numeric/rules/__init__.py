"""The rules that `stable` rewrites by, and what they look for."""
