"""Wrong steps of every kind against every theorem: ``python -m tests.soundness`` prints what was tried and admitted."""
