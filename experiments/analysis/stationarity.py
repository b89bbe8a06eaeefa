"""Whether the warm-up was long enough, by its last two half-years.

Each replication gives one pair, the mean over the last half-year of the warm-up and over
the one before; a paired t test tells whether the mean difference can be told from 0. With
enough replications any drift can be told: so its size, as a share of the level, is given
beside the verdict. All policies of a replication share a warm-up, so one of them is read.
"""

import math
from dataclasses import dataclass

import numpy as np

from experiments.analysis.contrasts import ALPHA, holm, paired_p
from experiments.analysis.interval import Interval, t_interval
from experiments.analysis.results import Results
from experiments.periods import warmup_halves
from experiments.rows import WARMUP_MEASURES, warmup_column

SMALL = 0.01
"""A drift below this share of the level a half-year is called small."""


@dataclass(frozen=True)
class Drift:
    """How one measure moved over the end of the warm-up.

    Attributes
    ----------
    measure : str
        Its name.
    before, last : float
        Means over replications in the last half but one, and in the last half.
    difference : Interval
        Mean paired difference.
    p : float
        Of the paired t test, Holm-corrected over the measures.
    """

    measure: str
    before: float
    last: float
    difference: Interval
    p: float

    @property
    def relative(self) -> float:
        """The drift as a share of the level."""
        return self.difference.mean / abs(self.before) if self.before else math.nan

    @property
    def stands_still(self) -> bool:
        """Whether no drift can be told."""
        return not self.p < ALPHA

    @property
    def verdict(self) -> str:
        """One of: stands still, drifts a little, drifts, cannot be told."""
        if math.isnan(self.p):
            return "cannot be told from so few replications"
        if self.stands_still:
            return "stands still, as far as can be told"
        return "drifts, but little" if abs(self.relative) < SMALL else "still drifts"


@dataclass(frozen=True)
class Stationarity:
    """The check of a warm-up: ``half_days`` are compared with as many before them."""

    half_days: int
    drifts: tuple[Drift, ...]

    @property
    def settled(self) -> bool:
        """Whether nothing drifts by more than a little."""
        return all(drift.verdict != "still drifts" for drift in self.drifts)

    def sentences(self) -> list[str]:
        """Return the check in plain words."""
        if not self.drifts:
            return ["There was no warm-up to check."]
        found = [
            f"The last {self.half_days} days of the warm-up against the {self.half_days} before "
            f"(mean of {self.drifts[0].difference.n} replications):"
        ]
        found += [
            f"{drift.measure.replace('_', ' ')}: {drift.before:.4g} → {drift.last:.4g} "
            f"({drift.relative:+.2%}), {drift.verdict}"
            for drift in self.drifts
        ]
        if not self.settled:
            found.append("A longer warm-up (warmup_days) would be safer.")
        return found


def stationarity(results: Results) -> Stationarity:
    """Return the check of the warm-up's end.

    Parameters
    ----------
    results : Results
        The runs.
    """
    halves = warmup_halves(results.warmup_days)
    if halves is None:
        return Stationarity(0, ())
    pairs = {
        measure: tuple(_any_policy(results, warmup_column(measure, half)) for half in halves)
        for measure in WARMUP_MEASURES
    }
    p_values = holm([paired_p(last - before) for before, last in pairs.values()])
    drifts = tuple(
        Drift(measure, _mean(before), _mean(last), t_interval(last - before), p)
        for (measure, (before, last)), p in zip(pairs.items(), p_values, strict=True)
    )
    return Stationarity(halves[0].last - halves[0].first, drifts)


def _mean(values: np.ndarray) -> float:
    return t_interval(values).mean


def _any_policy(results: Results, column: str) -> np.ndarray:
    """Return the column by replication, from the first policy whose run was done."""
    found = results.values(results.policies[0], column)
    for policy in results.policies[1:]:
        found = np.where(np.isnan(found), results.values(policy, column), found)
    return found
