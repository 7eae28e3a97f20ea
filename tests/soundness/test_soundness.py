"""A seeded part of ``python -m tests.soundness``, and what the attack itself must be able to see."""
