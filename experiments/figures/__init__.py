"""Figures: one a file, each a function from a summary to a :class:`Drawing`."""
