"""Thresholds for an operator's own photographs: what scores promise, what is odd, the report."""
