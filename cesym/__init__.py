"""cesym."""
