"""The composition root: the only package that knows every concrete choice, the clock and the system's randomness."""
