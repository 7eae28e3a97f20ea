"""The backend for Python numbers and lists, without NumPy."""
