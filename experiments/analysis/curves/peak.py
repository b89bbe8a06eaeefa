r"""Where a curve peaks, or bottoms: place and value, with what is not known of them.

Nothing is supposed of the curve's shape: it may have several peaks. A point stays in the set
of *possible peaks* unless some other point is surely higher than it. For point j that is tested
with the paired differences :math:`d_{jk} = x_k - x_j` from all other points k,

.. math:: \max_k \bar d_{jk} / \mathrm{se}_{jk} \le c_j

where :math:`c_j` is the 95 % quantile of the largest one-sided studentised error over k, found
as for the band. If j is the true peak then no :math:`d_{jk}` has a mean above zero, so j is
left out in at most 5 % of experiments: the set holds the true peak among the points with
95 %, however flat the curve is. (Inversion of a test for each point; derived here.) A flat
curve cannot be told to peak anywhere; each of its ends is denied in 5 % of experiments at most.
Where points had been added because of what the same replications showed, the true peak was in the
set for 232 of 240 simulated curves (those of :mod:`~experiments.analysis.curves.band`). Two or more
curves that share a peak share no point of their sets in up to 5 % each.

The mean at the highest point flatters it, as it was chosen for being high. The interval of
the peak's value does not: where the band holds the whole curve, the highest of all values lies
between the highest lower end and the highest upper end.

Beyond the points: where the curve goes up to a peak and down again between two neighbouring
points, it does so next to a point of the set or within it; `low` and `high` therefore run to
the neighbours of the outermost points. That, and that the parabola through the highest point
and its neighbours resembles the curve (`vertex`), are suppositions on what is between points.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from experiments.analysis.bootstrap import LEAST_PAIRS
from experiments.analysis.curves.band import band, critical_values
from experiments.analysis.curves.rows import SEED, checked, means
from experiments.analysis.interval import LEVEL, Interval

Kind = Literal["peak", "bottom"]

RESAMPLES = 999
"""Resamples for each point at most: each has a test of its own."""

INSIDE = "inside"
LOWER_END = "at the lower end"
UPPER_END = "at the upper end"
LOWER_OR_INSIDE = "at the lower end or inside"
UPPER_OR_INSIDE = "at the upper end or inside"
EITHER_END = "at either end"
FLAT = "flat"
CANNOT_TELL = "cannot be told"


@dataclass(frozen=True, eq=False)
class Peak:
    """Where a curve is highest, or lowest.

    Attributes
    ----------
    kind : str
        "peak" or "bottom".
    verdict : str
        "inside"; "at the lower end", "at the upper end" (of the range that was looked at: it
        may go on beyond); "at the lower end or inside", "at the upper end or inside", "at
        either end" where that is not known; "flat": no replication tells points apart; "cannot be
        told": both ends and the inside may be it (`possible` says which points are not), or
        there are fewer than five complete replications.
    place : float
        The point of the highest mean (the first of them where several are).
    low, high : float
        From the neighbour below the lowest possible peak to the one above the highest.
    possible : ndarray of bool, shape (points,)
        Which points may be the peak.
    apart : bool
        Whether possible peaks have a point between them that is none: there may be two.
    value : Interval
        The mean there, and an interval of the highest value of the curve.
    vertex : float
        Where the parabola through the highest point and its neighbours peaks; NaN at an end.
    n : int
        Replications that are defined at all points used.
    """

    kind: Kind
    verdict: str
    place: float
    low: float
    high: float
    possible: np.ndarray
    apart: bool
    value: Interval
    vertex: float
    n: int


MANY_ROWS, FAR = 400, 2.0
"""With so many rows a point that another exceeds by so many times the standard errors of Bonferroni
is left out at once: normal theory asks for no more than one time as many, and resampling was not
seen to ask for more than 1.2 times (400 lognormal rows of a skewness of 6, both ways round)."""


def peak(
    x: np.ndarray,
    values: np.ndarray,
    kind: Kind = "peak",
    level: float = LEVEL,
    seed: int = SEED,
) -> Peak:
    """Return where a curve peaks, or bottoms.

    Parameters
    ----------
    x : ndarray, shape (points,)
        Where the points lie, increasing.
    values : ndarray, shape (replications, points)
        One measure. Points that are defined in fewer than five replications are left out, and
        then replications that are not defined at all others.
    kind : {"peak", "bottom"}
        Which of the two.
    level : float
        The confidence level.
    seed : int
        Where chance begins.
    """
    x, rows = checked(x, values, level)
    sign = 1.0 if kind == "peak" else -1.0
    used = (~np.isnan(rows)).sum(axis=0) >= LEAST_PAIRS
    whole = sign * rows[:, used][~np.isnan(rows[:, used]).any(axis=1)]
    n = len(whole)
    possible = np.zeros(len(x), dtype=bool)
    if n < LEAST_PAIRS or not used.any():
        possible[:] = True
        nan = math.nan
        value = Interval(nan, nan, nan, n)
        return Peak(kind, CANNOT_TELL, nan, nan, nan, possible, False, value, nan, n)
    places, mean = x[used], means(whole).mean
    best = int(np.argmax(mean))
    possible[used] = kept = _possible(whole, level, seed)
    at = np.flatnonzero(kept)
    held = band(places, whole, level, seed)
    ends = (sign * float(held.low.max()), sign * float(held.high.max()))
    return Peak(
        kind,
        _verdict(kept, bool(np.all(means(whole - whole[:, :1]).se == 0.0)), mean),
        float(places[best]),
        float(places[max(at[0] - 1, 0)]),
        float(places[min(at[-1] + 1, len(places) - 1)]),
        possible,
        bool(np.any(np.diff(at) > 1)),
        Interval(sign * float(mean[best]), min(ends), max(ends), n),
        _vertex(places, mean, best),
        n,
    )


def _possible(values: np.ndarray, level: float, seed: int) -> np.ndarray:
    """Return which points no other is surely higher than, shape (points,)."""
    points = values.shape[1]
    kept = np.ones(points, dtype=bool)
    alone = float(stats.t.ppf(level, len(values) - 1))
    far = FAR * float(stats.t.isf((1.0 - level) / points, len(values) - 1))
    for j in range(points):
        differences = values - values[:, j : j + 1]
        found = means(differences)
        certain = (found.se == 0.0) & (found.mean > 0.0)
        if certain.any():
            kept[j] = False
            continue
        if np.all(found.mean <= alone * found.se):
            continue  # the largest of many stays within no fewer standard errors than one does
        if len(values) >= MANY_ROWS and np.any(found.mean > far * found.se):
            kept[j] = False
            continue
        critical, _ = critical_values(
            differences, found, level, seed, one_sided=True, most=RESAMPLES
        )
        kept[j] = bool(np.all(found.mean <= critical * found.se))
    kept[int(np.argmax(means(values).mean))] = True
    return kept


def _verdict(kept: np.ndarray, same: bool, mean: np.ndarray) -> str:
    """Return what the set of possible peaks says of where it is."""
    if same and np.ptp(mean) <= 1e-12 * np.abs(mean).max():
        return FLAT
    if len(kept) == 1 or kept.all():
        return CANNOT_TELL
    lower, upper, inside = bool(kept[0]), bool(kept[-1]), bool(kept[1:-1].any())
    return {
        (False, False, True): INSIDE,
        (True, False, False): LOWER_END,
        (False, True, False): UPPER_END,
        (True, False, True): LOWER_OR_INSIDE,
        (False, True, True): UPPER_OR_INSIDE,
        (True, True, False): EITHER_END,
        (True, True, True): CANNOT_TELL,
    }[lower, upper, inside]


def _vertex(x: np.ndarray, y: np.ndarray, best: int) -> float:
    """Return where the parabola through a point and its two neighbours has its vertex."""
    if not 0 < best < len(x) - 1:
        return math.nan
    before, after = x[best] - x[best - 1], x[best + 1] - x[best]
    fall_before, fall_after = y[best] - y[best - 1], y[best] - y[best + 1]
    weight = fall_before * after + fall_after * before
    if weight <= 0.0:
        return float(x[best])
    return float(x[best] + 0.5 * (fall_before * after**2 - fall_after * before**2) / weight)
