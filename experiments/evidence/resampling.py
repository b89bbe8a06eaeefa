"""Cluster bootstrap: intervals of statistics of centres, replications or persons.

What is drawn again is the independent unit, not the row: people of one centre share their
centre. Intervals are bias-corrected and accelerated (BCa, Efron 1987): a share of explained
variance, or a coefficient among few centres, is biased in its resamples as it is in the
sample, and plain percentiles would count that twice. They are widened for few clusters, as a t
interval is wider than a normal one (Hesterberg's expanded percentiles; from memory,
unverified).

References
----------
Efron, B. (1987). Better bootstrap confidence intervals. Journal of the American Statistical
Association 82(397), 171-185.
"""

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from zlib import crc32

import numpy as np
from scipy import stats

from experiments.evidence.fact import Estimate

LEVEL = 0.95
LEAST = 3
"""Clusters below which there is no interval."""

_SEED = 1979

Statistic = Callable[[np.ndarray], Mapping[str, np.ndarray]]
"""From sums over clusters, of shape (samples, ...), to each part's values (samples,)."""


@lru_cache(maxsize=8)
def weights(clusters: int, resamples: int, of: str) -> np.ndarray:
    """Return how often each cluster counts: in the sample, its resamples and its jackknife.

    A seed that is fixed by how many clusters there are and what they are: the same data
    give the same interval, and all facts share their resamples.

    Returns
    -------
    ndarray, shape (samples, clusters)
        The first row is the sample itself, the last ``clusters`` rows leave one out each;
        the first row alone where there are no resamples or too few clusters.
    """
    sample = np.ones((1, clusters))
    if not resamples or clusters < LEAST:
        return sample
    rng = np.random.default_rng([_SEED, clusters, crc32(of.encode())])
    share = np.full(clusters, 1.0 / clusters)
    drawn = rng.multinomial(clusters, share, size=resamples).astype(float)
    return np.concatenate([sample, drawn, 1.0 - np.eye(clusters)])


def resampled(
    per_cluster: np.ndarray,
    statistic: Statistic,
    resamples: int,
    of: str,
    total: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """Return each part's values in the sample, its resamples and its jackknife.

    Parameters
    ----------
    per_cluster : ndarray, shape (clusters, ...)
        What each cluster adds to the sums.
    statistic : callable
        Gives the parts from a stack of sums.
    resamples : int
        How many; with 0 there are none.
    of : str
        What the clusters are, in the plural.
    total : ndarray, optional
        The sample's own sums, where they were added up over something finer than clusters: the
        value is then to the last bit the same however the sample is resampled.

    Returns
    -------
    dict of str to ndarray
        Values in the order of :func:`weights`.
    """
    drawn = weights(len(per_cluster), resamples, of)[1:]
    # Summed apart, so that the value is to the last bit the same with and without resamples.
    own = np.sum(per_cluster, axis=0) if total is None else total
    sums = np.concatenate([own[None], np.tensordot(drawn, per_cluster, axes=1)])
    with np.errstate(divide="ignore", invalid="ignore"):
        found = statistic(sums)
    return {name: np.ravel(values).astype(float) for name, values in found.items()}


def estimate_of(values: np.ndarray, clusters: int, of: str) -> Estimate:
    """Return the estimate from a part's values in the order of :func:`weights`."""
    value = float(values[0])
    if len(values) == 1:
        return Estimate(value, n=clusters, of=of)
    ends = interval(values[1:-clusters], clusters, value, values[-clusters:])
    return Estimate(value, *ends, n=clusters, of=of)


def estimates(
    per_cluster: np.ndarray,
    statistic: Statistic,
    resamples: int,
    of: str,
    total: np.ndarray | None = None,
) -> dict[str, Estimate]:
    """Return the estimate of each part of a statistic of sums; see :func:`resampled`."""
    found = resampled(per_cluster, statistic, resamples, of, total)
    return {name: estimate_of(values, len(per_cluster), of) for name, values in found.items()}


def mean_estimates(
    values: Mapping[str, np.ndarray], resamples: int, of: str
) -> dict[str, Estimate]:
    """Return the estimate of each part that is a mean over clusters.

    Parameters
    ----------
    values : mapping of str to ndarray, shape (clusters,)
        The value of each cluster; one that has none (NaN) is left out.
    resamples : int
        How many; with 0 there are values and no intervals.
    of : str
        What the clusters are, in the plural.
    """
    found = {}
    for name, each in values.items():
        kept = np.asarray(each)[~np.isnan(each)]
        sums = np.column_stack([np.ones(len(kept)), kept])
        found[name] = estimates(sums, _mean, resamples, of)["mean"]
    return found


def _mean(sums: np.ndarray) -> dict[str, np.ndarray]:
    return {"mean": sums[..., 1] / sums[..., 0]}


def interval(
    drawn: np.ndarray,
    clusters: int,
    value: float | None = None,
    jackknife: np.ndarray | None = None,
) -> tuple[float, float]:
    """Return the ends of the interval, from a statistic's values in the resamples.

    Parameters
    ----------
    drawn : ndarray, shape (resamples,)
        The resamples' values. None give no interval, nor does one that is not defined.
    clusters : int
        How many clusters were drawn from.
    value : float, optional
        The sample's own; without it there is no correction of bias.
    jackknife : ndarray, optional
        The values with one cluster left out each; without them there is no acceleration.

    Returns
    -------
    tuple of float
        The BCa interval at :data:`LEVEL`, widened for few clusters.
    """
    if clusters < LEAST or not len(drawn) or not np.isfinite(drawn).all():
        return math.nan, math.nan
    wide = stats.t.ppf(0.5 + LEVEL / 2.0, clusters - 1) * math.sqrt(clusters / (clusters - 1.0))
    shift, bend = 0.0, 0.0
    if value is not None:
        below = np.mean(drawn < value) + 0.5 * np.mean(drawn == value)
        edge = 0.5 / len(drawn)
        shift = float(stats.norm.ppf(min(max(below, edge), 1.0 - edge)))
    if jackknife is not None and np.isfinite(jackknife).all():
        apart = jackknife.mean() - jackknife
        squares = float(np.sum(apart**2))
        bend = float(np.sum(apart**3)) / (6.0 * squares**1.5) if squares > 0.0 else 0.0
    tails = [_tail(shift + side * wide, shift, bend) for side in (-1.0, 1.0)]
    low, high = np.quantile(drawn, tails)
    return float(low), float(high)


def _tail(z: float, shift: float, bend: float) -> float:
    """Return the share of resamples below an end of the BCa interval."""
    return float(stats.norm.cdf(shift + z / (1.0 - bend * z)))
