r"""What all methods for curves share: means over replications, their errors, and draws of them.

A *curve* is an array of shape (replications, points). Its rows are paired: a row is one
replication, which meets the same chance at every point. NaN is a run that failed, or a
measure that was not defined in it.

Draws are a multiplier bootstrap over replications: with :math:`e_{ip}` the deviation of
replication i from the mean at point p, scaled so that :math:`\sum_i e_{ip}^2` is the squared
standard error, a draw is

.. math:: m_p + \sum_i g_i e_{ip} \sqrt{(n_p - 1) / \chi^2_{n_p - 1}}

with standard normal :math:`g_i` and one quantile of :math:`\chi^2` a draw, the same at all
points. So draws keep what the pairing does to neighbouring points, and their percentiles at a
point are those of the t interval, however few the replications. They are symmetric about the
mean: lopsided rows are not shown by them.

References
----------
The multiplier bootstrap for maxima: Chernozhukov, Chetverikov and Kato (2013), Annals of
Statistics 41(6), from memory, unverified. Its division by a common chi is the multivariate t
distribution, derived here.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from experiments.analysis.bootstrap import LEAST_PAIRS, resamples_for
from experiments.errors import RequestError, shown

SEED = 2013
"""Where draws begin unless a caller says otherwise."""

MOST_ROWS = 1_000
"""Rows beyond which means of equal blocks of rows stand for them where chance is drawn."""

NO_SPREAD = 1e-12
"""Standard deviations below this share of the largest value are rounding."""


@dataclass(frozen=True, eq=False)
class Means:
    """Means over replications with their joint errors.

    Attributes
    ----------
    mean : ndarray, shape (points,)
        Over the rows that are defined there; NaN where there is none.
    se : ndarray, shape (points,)
        Standard error; NaN below two rows; exactly 0 where all are equal.
    n : ndarray, shape (points,)
        Defined rows.
    errors : ndarray, shape (rows, points)
        Each row's part in the error: its squares sum up to the squared ``se``.
    """

    mean: np.ndarray
    se: np.ndarray
    n: np.ndarray
    errors: np.ndarray

    @property
    def drawable(self) -> np.ndarray:
        """Which points have rows enough to draw from, shape (points,)."""
        return self.n >= LEAST_PAIRS


def checked_rows(values: np.ndarray, what: str = "a curve") -> np.ndarray:
    """Return values as an array of shape (replications, points), or refuse them."""
    found = np.asarray(values, dtype=float)
    if found.ndim != 2 or not found.shape[0] or not found.shape[1]:
        raise RequestError(
            [
                f"{what}: given values of shape {found.shape}; "
                "allowed: (replications, points), at least one of each"
            ]
        )
    if np.isinf(found).any():
        raise RequestError([f"{what}: given an infinite value; allowed: numbers, or NaN for none"])
    return found


def checked(x: np.ndarray, values: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return points and values as arrays, or refuse them.

    Parameters
    ----------
    x : ndarray, shape (points,)
        Where the points lie; finite and increasing.
    values : ndarray, shape (replications, points)
        One measure.
    level : float
        A confidence level.

    Raises
    ------
    RequestError
        Where the points do not increase, shapes do not agree, or the level is none.
    """
    places = np.asarray(x, dtype=float)
    rows = checked_rows(values)
    checked_level(level)
    if places.shape != rows.shape[1:]:
        raise RequestError(
            [f"a curve: given {places.size} points and values at {rows.shape[1]}; allowed: as many"]
        )
    if not np.isfinite(places).all() or np.any(np.diff(places) <= 0.0):
        raise RequestError(
            [
                f"the points of a curve: given {shown(places.tolist())}; "
                "allowed: numbers that increase, none of them twice"
            ]
        )
    return places, rows


def checked_level(level: float) -> None:
    """Refuse what is no confidence level."""
    if not 0.0 < level < 1.0:
        raise RequestError([f"level: given {shown(level)}; allowed: between 0 and 1"])


def paired_difference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a less b, row by row and point by point, or refuse shapes that do not agree."""
    first, second = checked_rows(a), checked_rows(b)
    if first.shape != second.shape:
        raise RequestError(
            [
                f"the difference of two curves: given shapes {first.shape} and {second.shape}; "
                "allowed: the same replications at the same points"
            ]
        )
    return first - second


def means(values: np.ndarray) -> Means:
    """Return the means of rows with their joint errors.

    Parameters
    ----------
    values : ndarray, shape (replications, points)
        NaN where there is no value.
    """
    defined = ~np.isnan(values)
    n = defined.sum(axis=0)
    filled = np.where(defined, values, 0.0)
    # About a value of the column itself, so that a large level costs no digits.
    origin = filled[np.argmax(defined, axis=0), np.arange(values.shape[1])]
    moved = np.where(defined, values - origin, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = origin + moved.sum(axis=0) / n
        parts = np.where(defined, values - mean, 0.0)
        spread = np.sqrt((parts**2).sum(axis=0) / (n - 1))
        largest = np.abs(filled).max(axis=0)
        spread = np.where((n > 1) & (spread <= NO_SPREAD * largest), 0.0, spread)
        se = np.where(n > 1, spread / np.sqrt(n), math.nan)
        errors = parts * (spread > 0.0) / np.sqrt(n * (n - 1.0))
    mean = np.where(n > 0, mean, math.nan)
    errors = np.where(n > 1, errors, math.nan)
    return Means(mean, se, n, _blocks(errors, se))


def _blocks(errors: np.ndarray, se: np.ndarray) -> np.ndarray:
    """Return errors summed up over blocks of rows, where there are very many."""
    rows = len(errors)
    if rows <= MOST_ROWS:
        return errors
    size = -(-rows // MOST_ROWS)
    summed = np.add.reduceat(errors, np.arange(0, rows, size), axis=0)
    length = np.sqrt((summed**2).sum(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(length > 0.0, summed * (se / length), summed))


def draws(found: Means, seed: int = SEED, resamples: int | None = None) -> np.ndarray:
    """Return curves as they might as well have come out.

    Parameters
    ----------
    found : Means
        The means with their errors.
    seed : int
        Where the draws begin: the same seed and rows give the same draws.
    resamples : int, optional
        How many; by default as many as other bootstraps of so many rows.

    Returns
    -------
    ndarray, shape (resamples, points)
        NaN at points with fewer than five rows, which cannot be drawn from.
    """
    rng = np.random.default_rng(seed)
    count = resamples_for(max(len(found.errors), LEAST_PAIRS)) if resamples is None else resamples
    normal = rng.standard_normal((count, len(found.errors)))
    chance = rng.random(count)
    drawable = found.drawable
    drawn = normal @ np.where(drawable, found.errors, 0.0)
    for n in np.unique(found.n[drawable]):
        scale = np.sqrt((n - 1) / stats.chi2.ppf(chance, n - 1))
        drawn[:, found.n == n] *= scale[:, np.newaxis]
    return np.asarray(np.where(drawable, found.mean + drawn, math.nan))
