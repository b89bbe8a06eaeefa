"""Figures: one a file, each a function from a summary to a :class:`Drawing`."""

from experiments.figures.catalogue import FIGURES, figures

__all__ = ["FIGURES", "figures"]
