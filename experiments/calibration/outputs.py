"""Outputs on the scale on which they are emulated and judged, with their noise."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import skew

from experiments.calibration.emulator import Emulator, fit
from experiments.calibration.targets import Target
from experiments.calibration.threads import in_threads

SKEWED = 1.0
"""Skewness from which what is never negative is taken by its logarithm or root (assumed)."""

FAR = 6.0
"""Robust standard deviations beyond which an output is taken as that far and no farther."""

LEAST = 12
"""Runs with a value, below which an output is not emulated."""


Scale = Literal["itself", "logarithm", "root"]


@dataclass(frozen=True)
class Output:
    """A target on the scale on which it is emulated and judged.

    Attributes
    ----------
    target : Target
        What is aimed at.
    scale : {"itself", "logarithm", "root"}
        Whether its logarithm is taken, or its square root: where it is skewed and always
        positive, or never negative.
    """

    target: Target
    scale: Scale = "itself"

    @property
    def name(self) -> str:
        """The target's name."""
        return self.target.name

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """Return values on this scale; NaN where there is none."""
        with np.errstate(invalid="ignore", divide="ignore"):
            found = {"itself": np.positive, "logarithm": np.log, "root": np.sqrt}[self.scale](
                values
            )
        return np.where(np.isfinite(found), found, np.nan)

    @property
    def low(self) -> float:
        """The band's lower end on this scale."""
        return self._end(self.target.low, -math.inf)

    @property
    def high(self) -> float:
        """The band's upper end on this scale."""
        return self._end(self.target.high, math.inf)

    def _end(self, end: float, outside: float) -> float:
        """Return an end of the band on this scale, ``outside`` where no value can pass it."""
        if self.scale == "itself" or end == math.inf:
            return end
        if end < 0.0 or (end == 0.0 and self.scale == "logarithm"):
            return outside
        return math.log(end) if self.scale == "logarithm" else math.sqrt(end)

    def distance(self, scaled: np.ndarray) -> np.ndarray:
        """Return by how much scaled values lie out of the band, 0 in it."""
        return np.maximum(np.maximum(self.low - scaled, scaled - self.high), 0.0)

    def tolerance(self, share: float) -> float:
        """Return the stated discrepancy: a share of the band's width, 0 where it is open."""
        width = self.high - self.low
        return share * width if math.isfinite(width) else 0.0


def outputs_of(targets: Sequence[Target], table: np.ndarray) -> list[Output]:
    """Choose the scale of each target by the runs of the first wave.

    Parameters
    ----------
    targets : sequence of Target
        What is aimed at.
    table : array (n, m)
        The runs, a column a target.
    """
    return [
        Output(target, _scale_of(target, column))
        for target, column in zip(targets, table.T, strict=True)
    ]


def _scale_of(target: Target, column: np.ndarray) -> Scale:
    there = column[np.isfinite(column)]
    if len(there) < LEAST or there.min() < 0.0 or target.high <= 0.0 or np.ptp(there) == 0.0:
        return "itself"
    if skew(there) <= SKEWED:
        return "itself"
    return "logarithm" if there.min() > 0.0 else "root"


@dataclass(frozen=True)
class Emulated:
    """An output with its emulator; without one where it cannot be emulated.

    Attributes
    ----------
    output : Output
        The output.
    emulator : Emulator or None
        None where hardly any run gave a value, or all gave the same.
    """

    output: Output
    emulator: Emulator | None


def emulate(outputs: Sequence[Output], points: np.ndarray, table: np.ndarray) -> list[Emulated]:
    """Fit an emulator to each output.

    Parameters
    ----------
    outputs : sequence of Output
        The columns of the table.
    points : array (n, d)
        What was simulated, on the unit cube.
    table : array (n, m)
        What it gave, in the targets' own units.
    """
    columns = [output.scaled(table[:, index]) for index, output in enumerate(outputs)]

    def one(pair: tuple[Output, np.ndarray]) -> Emulated:
        output, column = pair
        return Emulated(output, _fitted(output, points, column))

    return in_threads(one, list(zip(outputs, columns, strict=True)))


def _fitted(output: Output, points: np.ndarray, column: np.ndarray) -> Emulator | None:
    there = np.isfinite(column)
    if there.sum() < LEAST or np.ptp(column[there]) < 1e-12:
        return None
    return fit(points, _tamed(output, column))


def _tamed(output: Output, column: np.ndarray) -> np.ndarray:
    """Draw in what is absurdly far: a few such runs would spoil the emulator where it counts."""
    lower, middle, upper = np.nanquantile(column, (0.25, 0.5, 0.75))
    reach = FAR * max(float(upper - lower) / 1.349, 1e-12)
    ends = [end for end in (output.low, output.high) if math.isfinite(end)]
    low, high = min([middle, *ends]) - reach, max([middle, *ends]) + reach
    return np.clip(column, low, high)


def pooled_noise(outputs: Sequence[Output], groups: Sequence[np.ndarray]) -> np.ndarray:
    """Return the standard deviation of one run about its set's mean, from repeats.

    Parameters
    ----------
    outputs : sequence of Output
        The columns.
    groups : sequence of array (r, m)
        Runs of the same parameters with other seeds.

    Returns
    -------
    array (m,)
        On the outputs' scales; NaN where no set was repeated with a value.
    """
    found = np.full(len(outputs), np.nan)
    for index, output in enumerate(outputs):
        squares, freedom = 0.0, 0
        for group in groups:
            values = output.scaled(group[:, index])
            values = values[np.isfinite(values)]
            if len(values) > 1:
                squares += float(np.sum((values - values.mean()) ** 2))
                freedom += len(values) - 1
        if freedom:
            found[index] = math.sqrt(squares / freedom)
    return found
