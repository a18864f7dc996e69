"""How good a detector is, and its card."""
