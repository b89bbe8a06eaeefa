"""A measure over time: the spread of runs, stretch by stretch, policy by policy.

A weekly value of a small centre is mostly noise, so weeks are averaged over stretches of
four, counted away from the branch on both sides, unless the branch is half a year or
shorter; weeks left over at the far ends are not shown. For each stretch the fan gives the
median over replications and the bands that hold the middle 50 % and 90 % of them. That is a
spread of runs: it does not shrink as replications are added, and is no interval of a mean.
The quantiles are interpolated between order statistics (NumPy's default, type 7 of Hyndman
and Fan 1996).

References
----------
Hyndman, R. J. and Fan, Y. (1996). Sample quantiles in statistical packages. The American
Statistician 50(4), 361-365.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from experiments.analysis.results import Results
from experiments.periods import WEEK
from experiments.store.parquet import Columns

STRETCH = 4
"""Weeks that are averaged where a branch is long."""

SHORT = 26
"""Weeks up to which a branch is shown week by week."""

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The ends of the two bands, and the median between them."""


@dataclass(frozen=True)
class Fan:
    """The spread of runs of one policy in one measure.

    Attributes
    ----------
    policy, measure : str
        What it is about; no policy ("") in the warm-up, which all share.
    days : ndarray, shape (n,)
        The middle of each stretch, in days since the branch.
    quantiles : ndarray, shape (5, n)
        Quantiles over replications, at :data:`LEVELS`; NaN where no run defines them.
    defined : ndarray, shape (n,)
        Share of the replications in which the measure is defined there.
    weeks : int
        Weeks in a stretch.
    """

    policy: str
    measure: str
    days: np.ndarray
    quantiles: np.ndarray
    defined: np.ndarray
    weeks: int

    @property
    def drawable(self) -> bool:
        """Whether there is any number in it."""
        return bool(np.any(self.defined > 0.0))

    def since(self, day: float) -> "Fan":
        """Return the part of it that begins with a day."""
        kept = self.days >= day
        return replace(
            self,
            days=self.days[kept],
            quantiles=self.quantiles[:, kept],
            defined=self.defined[kept],
        )


def stretch_weeks(series: Columns) -> int:
    """Return how many weeks are averaged into a point of a fan over the branch."""
    last = int(series["week"].max(initial=0))
    return STRETCH if last > SHORT else 1


def fan(results: Results, policy: str, measure: str) -> Fan | None:
    """Return the fan of a measure after the branch.

    Parameters
    ----------
    results : Results
        The runs, with their series.
    policy, measure : str
        Whose, and of what.

    Returns
    -------
    Fan or None
        None where there is no series of it.
    """
    series = results.series
    if series is None or measure not in series:
        return None
    rows = (series["policy"] == policy) & (series["week"] >= 1)
    weekly, _ = _by_week(series, measure, rows)
    return _fan(policy, measure, weekly, stretch_weeks(series), backwards=False)


def warmup_fan(results: Results, measure: str, weeks: int | None = None) -> Fan | None:
    """Return the fan of a measure over the weeks before the branch.

    Parameters
    ----------
    results : Results
        The runs, with their series.
    measure : str
        One of those that are kept for the warm-up.
    weeks : int or None
        Weeks in a stretch; as many as over the branch where None.

    Returns
    -------
    Fan or None
        None where there is no series of it.
    """
    series = results.series
    if series is None or measure not in series:
        return None
    # The policies of a replication share its warm-up: one row of each week is read.
    early = series["week"] <= 0
    early &= ~np.isnan(series[measure].astype(float))
    weekly, _ = _by_week(series, measure, early)
    return _fan("", measure, weekly, weeks or stretch_weeks(series), backwards=True)


def _by_week(series: Columns, measure: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a measure by replication and week, all weeks there being; and the weeks."""
    weeks = series["week"][rows].astype(int)
    if not len(weeks):
        return np.empty((0, 0)), np.empty(0, dtype=int)
    replications, place = np.unique(series["replication"][rows], return_inverse=True)
    first, last = int(weeks.min()), int(weeks.max())
    found = np.full((len(replications), last - first + 1), np.nan)
    found[place, weeks - first] = series[measure][rows].astype(float)
    return found, np.arange(first, last + 1)


def _fan(
    policy: str, measure: str, weekly: np.ndarray, weeks: int, *, backwards: bool
) -> Fan | None:
    """Return the fan of weekly values that begin, or end, at the branch."""
    count = weekly.shape[1] // weeks
    if count == 0:
        return None
    kept = weekly[:, weekly.shape[1] - count * weeks :] if backwards else weekly[:, : count * weeks]
    values = _means(kept.reshape(len(kept), count, weeks))
    middles = WEEK * weeks * (np.arange(count) + 0.5)
    if backwards:
        middles -= WEEK * weeks * count
    return Fan(
        policy,
        measure,
        middles,
        quantiles(values),
        np.mean(~np.isnan(values), axis=0),
        weeks,
    )


def _means(values: np.ndarray) -> np.ndarray:
    """Return means over the last axis of what is defined, NaN where nothing is."""
    defined = ~np.isnan(values)
    count = defined.sum(axis=-1)
    total = np.where(defined, values, 0.0).sum(axis=-1)
    return np.divide(total, count, out=np.full(count.shape, math.nan), where=count > 0)


def quantiles(values: np.ndarray) -> np.ndarray:
    """Return quantiles over the first axis of what is defined, at :data:`LEVELS`.

    Parameters
    ----------
    values : ndarray, shape (replications, n)
        NaN where undefined.

    Returns
    -------
    ndarray, shape (5, n)
        NaN where nothing is defined.
    """
    found = np.full((len(LEVELS), values.shape[1]), np.nan)
    some = ~np.isnan(values).all(axis=0)
    if some.any():
        found[:, some] = np.nanquantile(values[:, some], LEVELS, axis=0)
    return found
