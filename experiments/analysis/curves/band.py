r"""A curve with a band that holds all of it at once.

A pointwise 95 % interval misses the true mean at one point in twenty; over a curve of many
points it is all but sure that some are missed. The simultaneous band holds the means at *all*
points at once in 95 % of experiments:

.. math:: m_p \pm c_p\, s_p / \sqrt{n_p}

with c the 95 % quantile of the largest |t| over the points. It is found twice and the
larger is taken:

1. *By normal theory*: correlations between points are those of the rows, shrunk towards none
   (with few rows the sampled ones are of low rank, and make the largest of many look smaller
   than it is) by the intensity that minimises their expected squared error; the quantile of the
   largest |Z| is turned into one of t with the point's degrees of freedom at the same tail
   probability. It is exact where all points move as one and where they move independently.
2. *By resampling*: rows are resampled, and each resample studentised by its own spread, which
   learns from the rows that they are skewed. Not below eight rows; points of which more than
   half of the rows have the same value do not take part (a resample of them may have no spread).

Between points the band, joined by straight lines, holds the straight lines between the true
means: what the curve does between its points is not known.

Coverage in simulations (nominal 0.95; 21 points; 500 curves each, so with a standard error of
0.01; the tests run them again) is stated at :data:`COVERAGE`: "points apart" have independent
errors, "smooth" ones are correlated over a third of the range; "lognormal" errors have a
skewness of 3. Of the same curves pointwise intervals held all of 35 % and 80 % (normal; apart
and smooth) and 7 to 23 % and 60 to 75 % (lognormal). What is done for few replications: the plain
multiplier bootstrap held 73 and 90 % of normal curves with n = 10, and 24 and 70 % of lognormal
ones (400 each; smooth over half the range): the quantile of t and the shrinkage mend the former,
resampling the latter. Of independent points with 10 rows the band is wider than it need be, by
about a quarter. What is left: 93 % where rows are smooth and very skewed; and below 8 rows, where
nothing is resampled, 95 % of normal but only 66 to 88 % of lognormal curves (n = 5).

Points that were added on the same replications because of what these showed
(:mod:`experiments.analysis.curves.refine`: bends, crossings and a peak) did it no harm: of 240
curves with normal errors (60 each: independent; smooth over 3 and over 10 % of the range, flat, and
with a bump; n = 20 and 30) it held 228 whole at the 9 points to begin with and 233 at the 25 in the
end. A band is of one curve: of twenty measures one misses somewhere.

References
----------
Schäfer, J. and Strimmer, K. (2005). A shrinkage approach to large-scale covariance matrix
estimation. Statistical Applications in Genetics and Molecular Biology 4(1). From memory,
unverified; the variance of a correlation is that under normal theory.
Efron, B. and Tibshirani, R. J. (1993). An Introduction to the Bootstrap, chapter 12 (the
bootstrap-t). Chapman & Hall. From memory, unverified; its maximum over points is the same idea.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from experiments.analysis.bootstrap import MOST_RESAMPLES, resamples_for
from experiments.analysis.curves.rows import (
    MOST_ROWS,
    SEED,
    Means,
    checked,
    checked_level,
    means,
    paired_difference,
)
from experiments.analysis.interval import LEVEL

LEAST_ROWS = 8
"""Rows below which resamples are too often nearly constant to be studentised (assumed)."""

COVERAGE: dict[str, tuple[float, float, float]] = {
    "normal, points apart": (0.99, 0.96, 0.95),
    "normal, smooth": (0.98, 0.97, 0.96),
    "lognormal, points apart": (0.99, 0.96, 0.94),
    "lognormal, smooth": (0.93, 0.93, 0.93),
}
"""Share of simulated curves that the band held whole, for 10, 30 and 100 replications."""

_BATCH = 2_000_000
"""Numbers held at once while resampling: 16 MB."""


@dataclass(frozen=True, eq=False)
class Band:
    """A mean curve with its pointwise and its simultaneous band.

    Attributes
    ----------
    x : ndarray, shape (points,) or (points, dimensions)
        Where the points lie.
    mean : ndarray, shape (points,)
        Mean over replications; NaN where none is defined.
    low, high : ndarray, shape (points,)
        The simultaneous band; NaN below two replications. It has no width at points where
        all replications are equal: what has not been seen to vary has no spread.
    point_low, point_high : ndarray, shape (points,)
        The t interval of each point by itself.
    n : ndarray, shape (points,)
        Defined replications.
    critical : ndarray, shape (points,)
        Standard errors from the mean to the ends of the simultaneous band.
    level : float
        The confidence level.
    resampled : bool
        Whether resampling of rows had a say; else the band leans on rows being near normal.
    """

    x: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    point_low: np.ndarray
    point_high: np.ndarray
    n: np.ndarray
    critical: np.ndarray
    level: float
    resampled: bool

    @property
    def half_width(self) -> np.ndarray:
        """Half the width of the simultaneous band, shape (points,)."""
        return (self.high - self.low) / 2.0

    @property
    def sure(self) -> np.ndarray:
        """Where the band clears zero: 1 above, -1 below, 0 where it does not; shape (points,)."""
        return (self.low > 0.0).astype(int) - (self.high < 0.0).astype(int)


def band(x: np.ndarray, values: np.ndarray, level: float = LEVEL, seed: int = SEED) -> Band:
    """Return a curve with its bands.

    Parameters
    ----------
    x : ndarray, shape (points,)
        Where the points lie, increasing.
    values : ndarray, shape (replications, points)
        One measure; NaN where a run failed.
    level : float
        The confidence level.
    seed : int
        Where chance begins.
    """
    places, rows = checked(x, values, level)
    return band_of_rows(places, rows, level, seed)


def difference_band(
    x: np.ndarray, a: np.ndarray, b: np.ndarray, level: float = LEVEL, seed: int = SEED
) -> Band:
    """Return the curve of ``a`` less ``b``, paired row by row, with its bands.

    Parameters
    ----------
    x : ndarray, shape (points,)
        Where the points lie, increasing.
    a, b : ndarray, shape (replications, points)
        Two curves, or two measures of one scale, from the same replications.
    level : float
        The confidence level.
    seed : int
        Where chance begins.
    """
    return band(x, paired_difference(a, b), level, seed)


def band_of_rows(x: np.ndarray, values: np.ndarray, level: float, seed: int) -> Band:
    """Return the bands of checked values; ``x`` is only passed on."""
    found = means(values)
    critical, resampled = critical_values(values, found, level, seed)
    with np.errstate(invalid="ignore"):
        pointwise = stats.t.ppf(0.5 + level / 2.0, np.maximum(found.n - 1, 1)) * found.se
        simultaneous = critical * found.se
    return Band(
        x,
        found.mean,
        found.mean - simultaneous,
        found.mean + simultaneous,
        found.mean - pointwise,
        found.mean + pointwise,
        found.n,
        critical,
        level,
        resampled,
    )


def critical_values(
    values: np.ndarray,
    found: Means,
    level: float,
    seed: int,
    one_sided: bool = False,
    most: int = MOST_RESAMPLES,
) -> tuple[np.ndarray, bool]:
    """Return how many standard errors the largest of all t statistics stays within.

    Parameters
    ----------
    values : ndarray, shape (replications, points)
        The rows.
    found : Means
        Their means.
    level : float
        The share of experiments in which it does.
    seed : int
        Where chance begins.
    one_sided : bool
        Whether only t statistics above zero count: an upper end for (mean - truth) / se.
    most : int
        Resamples at most.

    Returns
    -------
    critical : ndarray, shape (points,)
        NaN where there is no standard error.
    resampled : bool
        Whether rows were resampled.
    """
    checked_level(level)
    rng = np.random.default_rng(seed)
    moving = found.se > 0.0
    critical = np.where(found.n > 1, 0.0, math.nan)
    if not moving.any():
        return critical, False
    normal = _by_normal_theory(found, moving, level, one_sided, rng, most)
    critical[moving] = normal
    part = moving & (found.n >= LEAST_ROWS) & ~_lumpy(values)
    if not part.any():
        return critical, False
    learned = _by_resampling(values[:, part], level, one_sided, rng, most)
    if math.isinf(learned):
        return critical, False
    critical[part] = np.maximum(critical[part], learned)
    return critical, True


def _by_normal_theory(
    found: Means,
    moving: np.ndarray,
    level: float,
    one_sided: bool,
    rng: np.random.Generator,
    most: int,
) -> np.ndarray:
    """Return the critical value of each moving point under normal theory."""
    unit = found.errors[:, moving] / found.se[moving]
    rows, points = unit.shape
    if points == 1:
        tail = (1.0 - level) / (1.0 if one_sided else 2.0)
        return np.asarray(stats.t.isf(tail, found.n[moving] - 1))
    shrunk = _intensity(unit, int(found.n[moving].min()))
    if not one_sided:
        # |Z| does not see which way up a point is: so turned over, a curve has the same band.
        unit = unit * np.where(unit[0] < 0.0, -1.0, 1.0)
    largest = []
    count = min(most, resamples_for(max(rows, LEAST_ROWS)))
    for size in _batches(count, max(rows, points)):
        drawn = rng.standard_normal((size, rows)) @ unit
        if shrunk > 0.0:
            noise = rng.standard_normal((size, points))
            drawn = math.sqrt(1.0 - shrunk) * drawn + math.sqrt(shrunk) * noise
        largest.append((drawn if one_sided else np.abs(drawn)).max(axis=1))
    at = float(np.quantile(np.concatenate(largest), level))
    return np.asarray(stats.t.isf(stats.norm.sf(at), found.n[moving] - 1))


def _intensity(unit: np.ndarray, n: int) -> float:
    """Return how far correlations are shrunk towards none, between 0 and 1."""
    squared = np.minimum((unit.T @ unit) ** 2, 1.0)
    off = ~np.eye(len(squared), dtype=bool)
    signal = float(squared[off].sum())
    noise = float(((1.0 - squared[off]) ** 2).sum()) / max(n - 1, 1)
    return min(1.0, noise / signal) if signal > 0.0 else 1.0


def _lumpy(values: np.ndarray) -> np.ndarray:
    """Return which points have one value in more than half of their rows."""
    ordered = np.sort(values, axis=0)  # NaN last
    n = (~np.isnan(values)).sum(axis=0)
    middle = ordered[np.maximum(n - 1, 0) // 2, np.arange(values.shape[1])]
    return np.asarray((values == middle).sum(axis=0) * 2 > n)


def _by_resampling(
    values: np.ndarray, level: float, one_sided: bool, rng: np.random.Generator, most: int
) -> float:
    """Return the quantile of the largest studentised deviation over resamples of the rows."""
    values = _row_blocks(values)
    defined = ~np.isnan(values)
    counts = defined.sum(axis=0)
    centred = np.where(defined, values, 0.0) - np.where(defined, values, 0.0).sum(axis=0) / counts
    centred = np.where(defined, centred, 0.0)
    centred /= np.abs(centred).max(axis=0)
    complete = bool(defined.all())
    rows, points = centred.shape
    squares, whole = centred**2, defined.astype(float)
    largest = []
    for size in _batches(min(most, resamples_for(rows)), max(rows, points)):
        places = rng.integers(0, rows, (size, rows)) + rows * np.arange(size)[:, np.newaxis]
        times = np.bincount(places.ravel(), minlength=size * rows).reshape(size, rows)
        times = times.astype(float)
        n = float(rows) if complete else times @ whole
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = (times @ centred) / n
            variance = np.maximum((times @ squares) / n - mean**2, 0.0) / (n - 1.0)
            t = mean / np.sqrt(variance)
        # Equal rows say nothing of how far off their mean is, so it may be as far as can be; a
        # point of which fewer than two rows were drawn takes no part in this resample.
        t = np.where(variance <= NO_VARIANCE, math.inf, t)
        t = np.where(n < 2.0, 0.0, t)
        largest.append((t if one_sided else np.abs(t)).max(axis=1))
    found = np.concatenate(largest)
    return float(np.quantile(found, level, method="higher"))


NO_VARIANCE = 1e-24
"""Variance of a resampled mean, in units of the largest deviation, that is rounding."""


def _row_blocks(values: np.ndarray) -> np.ndarray:
    """Return means of blocks of rows where there are very many; NaN where none is defined."""
    rows = len(values)
    if rows <= MOST_ROWS:
        return values
    starts = np.arange(0, rows, -(-rows // MOST_ROWS))
    defined = ~np.isnan(values)
    counts = np.add.reduceat(defined.astype(float), starts, axis=0)
    sums = np.add.reduceat(np.where(defined, values, 0.0), starts, axis=0)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(counts > 0, sums / np.maximum(counts, 1.0), math.nan))


def _batches(count: int, width: int) -> list[int]:
    """Return the sizes of batches of draws, which hold no more than so many numbers."""
    size = max(1, min(count, _BATCH // max(width, 1)))
    return [size] * (count // size) + ([count % size] if count % size else [])
