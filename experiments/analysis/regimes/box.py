"""A box in the space of scenarios: what a rule of PRIM and a leaf of a tree have in common."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from experiments.analysis.regimes.scenarios import Factor


@dataclass(frozen=True)
class Box:
    """Limits on some factors; the others are free.

    Attributes
    ----------
    low, high : tuple of float
        For each factor, in its unit; infinite where there is no limit. Values at a limit are in.
    kept : tuple of (tuple of int) or None
        For each factor the categories that are in; None where all are, and for numbers.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    kept: tuple[tuple[int, ...] | None, ...]

    @property
    def restricted(self) -> tuple[int, ...]:
        """Columns of the factors with a limit."""
        limits = zip(self.low, self.high, self.kept, strict=True)
        return tuple(
            place
            for place, (low, high, kept) in enumerate(limits)
            if math.isfinite(low) or math.isfinite(high) or kept is not None
        )

    def holds_each(self, points: np.ndarray) -> np.ndarray:
        """Return where each factor is within its limits.

        Parameters
        ----------
        points : ndarray, shape (n, d)
            In the factors' units.

        Returns
        -------
        ndarray of bool, shape (n, d)
        """
        inside = (points >= np.array(self.low)) & (points <= np.array(self.high))
        for place, kept in enumerate(self.kept):
            if kept is not None:
                inside[:, place] = np.isin(points[:, place], kept)
        return np.asarray(inside)

    def holds(self, points: np.ndarray) -> np.ndarray:
        """Return which points are in the box; shape (n,)."""
        return np.asarray(self.holds_each(points).all(axis=1))

    def without(self, place: int) -> "Box":
        """Return the box with a factor set free."""
        return Box(
            tuple(-math.inf if at == place else each for at, each in enumerate(self.low)),
            tuple(math.inf if at == place else each for at, each in enumerate(self.high)),
            tuple(None if at == place else each for at, each in enumerate(self.kept)),
        )

    def limited(
        self,
        place: int,
        low: float | None = None,
        high: float | None = None,
        kept: tuple[int, ...] | None = None,
    ) -> "Box":
        """Return the box with another limit on a factor."""
        lows, highs, sets = list(self.low), list(self.high), list(self.kept)
        lows[place] = lows[place] if low is None else low
        highs[place] = highs[place] if high is None else high
        sets[place] = sets[place] if kept is None else kept
        return replace(self, low=tuple(lows), high=tuple(highs), kept=tuple(sets))

    def natural(self, factors: Sequence[Factor]) -> "Box":
        """Return a box of scaled values in the factors' units."""
        ends = list(zip(factors, self.low, self.high, strict=True))
        return Box(
            tuple(factor.natural(low) for factor, low, _ in ends),
            tuple(factor.natural(high) for factor, _, high in ends),
            self.kept,
        )


def everything(count: int) -> Box:
    """Return the box without limits over so many factors."""
    return Box((-math.inf,) * count, (math.inf,) * count, (None,) * count)
