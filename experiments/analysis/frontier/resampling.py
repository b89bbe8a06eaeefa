r"""Means over resampled replications, where points may have different numbers of them.

**Means.** Points that were run again have more replications than others, and the chance that is
common to all points of a replication would not cancel between plain means over different
replications. So means are those of the additive model: value = point + replication + noise, by
least squares, replications summing to 0. With the same replications for all points these are the
plain means; otherwise a difference between two points leans on the replications that they share.
It is unbiased whether or not the model holds (where which runs were made does not depend on what
they showed); where chance has little in common it is noisier than plain means. Points that no
chain of shared replications joins are compared by plain means.

**Resamples.** The Bayesian bootstrap (Rubin 1981): each resample gives every replication a weight,
drawn from the standard exponential distribution, and the same least squares are solved with those
weights. All points share the weights, which keeps the pairing by common random numbers; no point
is left without weight, as resampling whole replications would leave one that has few. The variance
of such a mean is short of :math:`s^2 / n` by the factor :math:`(n - 1)/(n + 1)`: deviations are
stretched by its inverse root, after which it is exact in expectation. Where points have different
numbers, the factor of the smallest is for all: on the safe side.

References
----------
From memory, unverified: Rubin, D. B. (1981). The Bayesian bootstrap. Annals of Statistics 9(1).
"""

import math
from collections.abc import Iterator

import numpy as np
from scipy.sparse.csgraph import connected_components

from experiments.analysis.bootstrap import LEAST_PAIRS

RESAMPLES = 1_000
"""A share among so many has a standard error of at most 0.016."""

_QUANTUM = 2.0**-40
"""To what means are rounded, as a share of the largest value: equal ones stay equal."""

_BATCH = 2_000_000
"""Numbers held at once: 16 MB a copy."""


def complete(values: np.ndarray) -> np.ndarray:
    """Return a copy in which a run with any objective undefined is undefined in all.

    Parameters
    ----------
    values : ndarray, shape (replications, points, objectives)
    """
    return np.where(np.isnan(values).any(axis=2, keepdims=True), math.nan, values)


def counts(values: np.ndarray) -> np.ndarray:
    """Return the number of complete replications of each point, of shape (points,)."""
    return np.asarray(np.count_nonzero(~np.isnan(values).any(axis=2), axis=0))


def means(values: np.ndarray) -> np.ndarray:
    """Return the means over complete replications, NaN where there are none.

    Parameters
    ----------
    values : ndarray, shape (replications, points, objectives)
        NaN for what failed or was not made.

    Returns
    -------
    ndarray, shape (points, objectives)
        Those of the additive model where points have different replications.
    """
    prepared = _Prepared(complete(values))
    found = prepared.middle + prepared.solved(np.ones((1, len(values))))[0]
    return prepared.rounded(found)


def resampled_means(
    values: np.ndarray, resamples: int = RESAMPLES, seed: int = 0
) -> Iterator[np.ndarray]:
    """Yield means of resamples, some resamples at a time.

    Parameters
    ----------
    values : ndarray, shape (replications, points, objectives)
        Rows paired by common random numbers; NaN for what failed or was not made.
    resamples : int
        How many in all.
    seed : int
        Of the weights; the same seed and number of replications give the same weights, however
        many points there are.

    Yields
    ------
    ndarray, shape (some resamples, points, objectives)
        NaN for points with fewer than five complete replications.
    """
    whole = complete(values)
    rows = len(whole)
    n = counts(whole)
    whole[:, n < LEAST_PAIRS] = math.nan
    prepared = _Prepared(whole)
    centre = prepared.solved(np.ones((1, rows)))[0]
    # One for all, or chance that is common to points would no longer cancel between them.
    least = int(n[n >= LEAST_PAIRS].min(initial=rows))
    stretch = math.sqrt((least + 1.0) / max(1.0, least - 1.0))
    rng = np.random.default_rng([seed, rows])
    step = max(1, _BATCH // prepared.size)
    for start in range(0, resamples, step):
        weights = rng.standard_exponential((min(step, resamples - start), rows))
        drawn = centre + stretch * (prepared.solved(weights) - centre)
        yield prepared.rounded(prepared.middle + drawn)


class _Prepared:
    """Values about each point's plain mean, and which points share which replications."""

    def __init__(self, whole: np.ndarray) -> None:
        self.shape = whole.shape
        rows, points, width = whole.shape
        there = ~np.isnan(whole[:, :, 0])
        self.middle = _plain(whole, there)
        apart = np.where(there[:, :, np.newaxis], whole - self.middle, 0.0)
        self.apart = apart.reshape(rows, points * width)
        top = np.nanmax(np.abs(self.middle), axis=0, initial=0.0) + np.abs(apart).max(initial=0.0)
        self.quantum = np.exp2(np.frexp(top)[1].astype(float)) * _QUANTUM
        patterns, which = np.unique(there, axis=1, return_inverse=True)
        self.patterns, self.which = patterns.astype(float), which.ravel()
        self.sizes = np.bincount(self.which, minlength=patterns.shape[1])
        self.in_row = there.sum(axis=1)
        self.row_sum = apart.sum(axis=1)
        filled = patterns[:, patterns.any(axis=0)].astype(int)
        joined = connected_components(filled.T @ filled)[0] == 1 if filled.size else False
        self.adjusts = filled.shape[1] > 1 and joined
        self.size = max(1, points * width, rows * rows if self.adjusts else rows)

    def rounded(self, found: np.ndarray) -> np.ndarray:
        """Return means of which equal ones are equal to the last bit."""
        return np.asarray(np.rint(found / self.quantum) * self.quantum)

    def solved(self, weights: np.ndarray) -> np.ndarray:
        """Return weighted means about the plain ones, of shape (resamples, points, objectives)."""
        _, points, width = self.shape
        total = weights @ self.patterns  # (resamples, patterns)
        total[:, ~self.patterns.any(axis=0)] = math.nan
        plain = (weights @ self.apart).reshape(-1, points, width) / total[:, self.which, np.newaxis]
        if not self.adjusts:
            return np.asarray(plain)
        effects = self._effects(weights, np.nan_to_num(plain), total)
        weighted = weights[:, :, np.newaxis] * effects
        off = (self.patterns.T @ weighted) / total[:, :, np.newaxis]
        return np.asarray(plain - off[:, self.which])

    def _effects(self, weights: np.ndarray, plain: np.ndarray, total: np.ndarray) -> np.ndarray:
        """Return what is common to each replication, of shape (resamples, rows, objectives).

        From the normal equations with the points eliminated; their weighted sum is 0.
        """
        used = self.in_row > 0
        patterns, own = self.patterns[used], weights[:, np.newaxis, used]
        share = np.nan_to_num(self.sizes / total)
        shared = (patterns * share[:, np.newaxis, :]) @ patterns.T * own
        matrix = np.diag(self.in_row[used].astype(float)) - shared
        # Equal effects solve the equations with 0 on the right: this asks for a sum of 0.
        matrix += self.in_row.mean() * own / own.sum(axis=2, keepdims=True)
        sums = np.zeros((len(plain), self.patterns.shape[1], plain.shape[2]))
        for place in range(len(self.sizes)):
            sums[:, place] = plain[:, self.which == place].sum(axis=1)
        effects = np.zeros((len(plain), *self.shape[::2]))
        effects[:, used] = np.linalg.solve(matrix, self.row_sum[used] - patterns @ sums)
        return effects


def _plain(whole: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Return plain means, of shape (points, objectives); that of equal values is their value."""
    first = whole[there.argmax(axis=0), np.arange(whole.shape[1])]
    n = there.sum(axis=0)[:, np.newaxis]
    total = np.nansum(whole - first, axis=0)
    return np.asarray(first + np.where(n > 0, total / np.maximum(n, 1), math.nan))
