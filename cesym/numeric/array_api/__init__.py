"""The backend for any namespace of the Array API, with derived gradients for PyTorch and JAX."""
