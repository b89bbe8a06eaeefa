r"""Bootstrap of ratios of sums: many statistics of the same rows, resampled together.

Statistics here are smooth functions of sums over independent rows (base points, trajectories,
points). A resample is then a vector of counts, and all statistics of all resamples are one
product of matrices; leaving one row out is a difference. The interval is the bias-corrected and
accelerated one (Efron 1987, from memory, unverified; the tests hold it against
`scipy.stats.bootstrap`):

.. math:: \alpha = \Phi\!\left(z_0 + \frac{z_0 + z}{1 - a (z_0 + z)}\right)

with :math:`z_0` from the share of resamples below the estimate and :math:`a` from the skew of
the leave-one-out values. Resamples are drawn from a seed that the number of rows fixes: the same
rows give the same interval, whatever else is asked.

References
----------
Efron, B. (1987). Better bootstrap confidence intervals. Journal of the American Statistical
Association 82(397), 171-185.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np
from scipy.special import ndtr, ndtri

from experiments.analysis.bootstrap import generator, resamples_for
from experiments.analysis.interval import LEVEL

BATCH = 4_000_000
"""Counts held at once: 32 MB."""


def counts(n: int) -> Iterator[np.ndarray]:
    """Yield how often each of n rows is drawn, in batches of shape (resamples, n)."""
    rng = generator(n)
    left = resamples_for(n)
    while left:
        size = min(left, max(1, BATCH // n))
        drawn = rng.integers(0, n, (size, n)) + n * np.arange(size)[:, np.newaxis]
        yield np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n).astype(float)
        left -= size


def resampled(
    terms: np.ndarray, statistic: Callable[[np.ndarray], np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a statistic of sums: of all rows, of the resamples, and with each row left out.

    Parameters
    ----------
    terms : ndarray, shape (n, ...)
        What is summed over rows, the first axis.
    statistic : callable
        Turns sums of shape (m, ...) into statistics of shape (m, ...), row by row.

    Returns
    -------
    estimate : ndarray
        One statistic, without the first axis.
    draws : ndarray, shape (resamples, ...)
        None where there are fewer than five rows.
    left_out : ndarray, shape (n, ...)
    """
    n = len(terms)
    flat = np.ascontiguousarray(terms.reshape(n, -1))
    shape = (-1, *terms.shape[1:])
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = flat.sum(axis=0)
        estimate = statistic(whole.reshape(shape))[0]
        left_out = statistic((whole - flat).reshape(shape))
        batches = [statistic((each @ flat).reshape(shape)) for each in counts(n)]
    draws = np.concatenate(batches) if batches else np.empty((0, *estimate.shape))
    return estimate, draws, left_out


def bca(
    estimate: np.ndarray, draws: np.ndarray, left_out: np.ndarray, level: float = LEVEL
) -> np.ndarray:
    """Return BCa intervals.

    Parameters
    ----------
    estimate : ndarray, shape (...)
        The statistics.
    draws : ndarray, shape (resamples, ...)
        Of the resamples.
    left_out : ndarray, shape (n, ...)
        With each row left out.
    level : float
        The confidence level.

    Returns
    -------
    ndarray, shape (..., 2)
        Lower and upper ends: the value itself where nothing varies, NaN where there is no
        interval (too few rows, an undefined resample, or no resample on one side).
    """
    if not len(draws):
        return np.full((*estimate.shape, 2), math.nan)
    ordered = np.sort(draws, axis=0)
    skew = left_out.mean(axis=0) - left_out
    with np.errstate(divide="ignore", invalid="ignore"):
        acceleration = (skew**3).sum(axis=0) / (6.0 * (skew**2).sum(axis=0) ** 1.5)
        acceleration = np.where(np.isfinite(acceleration), acceleration, 0.0)
        below = (draws < estimate).mean(axis=0) + 0.5 * (draws == estimate).mean(axis=0)
        # No interval where no resample is on one side, or one is undefined.
        bias = np.where((below > 0.0) & (below < 1.0), ndtri(below), math.nan)
        bias[~np.isfinite(draws).all(axis=0)] = math.nan
        ends = []
        for z in ndtri([0.5 - level / 2.0, 0.5 + level / 2.0]):
            moved = bias + (bias + z) / (1.0 - acceleration * (bias + z))
            ends.append(_at(ordered, ndtr(moved)))
    found = np.stack(ends, axis=-1)
    same = np.isclose(ordered[0], ordered[-1], rtol=1e-12, atol=0.0)
    return np.where(same[..., np.newaxis], estimate[..., np.newaxis], found)


def _at(ordered: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return the quantile of each column, between its neighbours in proportion."""
    last = len(ordered) - 1
    place = np.where(np.isfinite(share), share, 0.0) * last
    under = np.clip(np.floor(place).astype(int), 0, max(0, last - 1))
    over = np.minimum(under + 1, last)
    low, high = (np.take_along_axis(ordered, at[np.newaxis], axis=0)[0] for at in (under, over))
    return np.where(np.isfinite(share), low + (place - under) * (high - low), math.nan)
