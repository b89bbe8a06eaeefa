"""The space of parameters: ranges on [0, 1] each, as designs and emulators take them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.stats import qmc

from experiments.calibration.request import Range
from sim.parameters import describe

DIGITS = 3
"""Significant digits of a parameter's value, so that what is printed is what was simulated."""


@dataclass(frozen=True)
class Space:
    """Parameters with their ranges, each stretched to [0, 1] on its scale.

    Attributes
    ----------
    ranges : mapping of str to Range
        By name, in the order of the columns of a design.
    """

    ranges: Mapping[str, Range]
    whole: frozenset[str] = field(
        default_factory=lambda: frozenset(
            row.name for row in describe() if type(row.default) is int
        ),
        repr=False,
    )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The parameters' names."""
        return tuple(self.ranges)

    def __len__(self) -> int:
        """Return the number of parameters."""
        return len(self.ranges)

    def values(self, points: np.ndarray) -> list[dict[str, float]]:
        """Return points of the unit cube as parameters, rounded and inside of their ranges."""
        return [
            {name: self._value(name, float(at)) for name, at in zip(self.names, point, strict=True)}
            for point in points
        ]

    def _value(self, name: str, at: float) -> float:
        wanted = self.ranges[name]
        if wanted.scale == "log":
            value = wanted.low * (wanted.high / wanted.low) ** at
        else:
            value = wanted.low + at * (wanted.high - wanted.low)
        if name in self.whole:
            return round(min(max(value, math.ceil(wanted.low)), math.floor(wanted.high)))
        return min(max(float(f"{value:.{DIGITS}g}"), wanted.low), wanted.high)

    def points(self, sets: list[dict[str, float]]) -> np.ndarray:
        """Return parameters as points of the unit cube."""
        rows = [[self._place(name, each[name]) for name in self.names] for each in sets]
        return np.array(rows, dtype=float).reshape(len(sets), len(self))

    def _place(self, name: str, value: float) -> float:
        wanted = self.ranges[name]
        if wanted.scale == "log":
            return math.log(value / wanted.low) / math.log(wanted.high / wanted.low)
        return (value - wanted.low) / (wanted.high - wanted.low)

    def sobol(self, count: int, seed: int) -> np.ndarray:
        """Return the first points of a scrambled Sobol' sequence over the unit cube."""
        sequence = qmc.Sobol(len(self), scramble=True, rng=np.random.default_rng(seed))
        # Drawn as a power of two, of which the sequence is made, and cut.
        drawn: np.ndarray = sequence.random_base2(max(0, math.ceil(math.log2(count))))
        return drawn[:count]
