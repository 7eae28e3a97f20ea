"""Operations that SymPy lacks: what they mean, and how they are computed."""
