"""Times and sizes, measured as ratios in one run; no test asserts any of them."""
