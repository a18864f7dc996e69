"""Figures, measured on the machine that they are read on; never part of the tests."""
