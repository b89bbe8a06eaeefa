"""BCa bootstrap intervals of mean paired differences.

Where the t interval leans on the mean being near normal, the bias-corrected and accelerated
bootstrap (Efron 1987) lets the interval be lopsided as the differences are. The two agree
where nothing is skewed; where they do not, the skew is worth a look. With few replications
the BCa interval is too narrow more often than the t interval: it is shown beside it and never
instead of it.

`scipy.stats.bootstrap` does the work, over many contrasts at once. Contrasts with the same
number of pairs share their resamples, which are drawn from a seed that this number fixes: the
same rows give the same interval, whatever else is compared. Of 9,999 resamples at first there are
fewer with more pairs, 1,999 at the least; beyond 2,000 pairs the means of equal blocks of
pairs are resampled, of which the mean has the same variance and the same acceleration. So thousands
of replications take seconds.

References
----------
Efron, B. (1987). Better bootstrap confidence intervals. Journal of the American Statistical
Association 82(397), 171-185.
Efron, B. and Tibshirani, R. J. (1993). An Introduction to the Bootstrap, chapter 14.
Chapman & Hall.
"""

import math
import warnings

import numpy as np
import scipy
from scipy import stats

from experiments.analysis.interval import LEVEL

LEAST_PAIRS = 5
"""Pairs below which nothing is resampled: four values have too few resamples (assumed)."""

MOST_PAIRS = 2_000
"""Pairs beyond which means of equal blocks are resampled instead of single ones."""

MOST_RESAMPLES = 9_999
LEAST_RESAMPLES = 1_999
WORK = 1_000_000
"""Values drawn for an interval, as far as the two limits above allow."""

_SEED = 1987
_QUANTUM = 2.0**-40
"""To what means are rounded, as a share of the largest difference from the first."""

_BATCH = 4_000_000
"""Numbers held at once while resampling: 32 MB."""

_RNG = "rng" if tuple(map(int, scipy.__version__.split(".")[:2])) >= (1, 15) else "random_state"
"""What SciPy calls the generator."""


def resamples_for(pairs: int) -> int:
    """Return how many resamples are drawn of so many pairs; none below five."""
    if pairs < LEAST_PAIRS:
        return 0
    return max(LEAST_RESAMPLES, min(MOST_RESAMPLES, WORK // pairs))


def generator(pairs: int) -> np.random.Generator:
    """Return the generator of resamples of so many pairs."""
    return np.random.default_rng([_SEED, pairs])


def in_blocks(values: np.ndarray) -> np.ndarray:
    """Return means of equal blocks, about the mean of all, where there are too many values.

    Parameters
    ----------
    values : ndarray, shape (n, ...)
        Independent ones.

    Returns
    -------
    ndarray, shape (m, ...)
        The values themselves up to :data:`MOST_PAIRS`; no more than that beyond.
    """
    n = len(values)
    if n <= MOST_PAIRS:
        return values
    size = -(-n // MOST_PAIRS)
    whole = values[: n - n % size]
    means = whole.reshape(-1, size, *values.shape[1:]).mean(axis=1)
    # What the last, unfinished block would have added is given to all.
    return np.asarray(means + (values.mean(axis=0) - means.mean(axis=0)))


def bca_intervals(differences: np.ndarray) -> np.ndarray:
    """Return the BCa interval of each mean difference.

    Parameters
    ----------
    differences : ndarray, shape (contrasts, replications)
        Paired differences; NaN where there is no pair.

    Returns
    -------
    ndarray, shape (contrasts, 2)
        Lower and upper ends: the value itself where all are equal; NaN below five pairs
        and where the interval does not exist.
    """
    found = np.full((len(differences), 2), math.nan)
    groups: dict[int, list[int]] = {}
    for place, row in enumerate(differences):
        pairs = row[~np.isnan(row)]
        if len(pairs) < LEAST_PAIRS:
            continue
        if np.all(pairs == pairs[0]):
            found[place] = pairs[0]
        else:
            groups.setdefault(len(pairs), []).append(place)
    for pairs_count, places in groups.items():
        rows = differences[places]
        found[places] = _bca(rows[~np.isnan(rows)].reshape(len(places), pairs_count))
    return found


def _bca(pairs: np.ndarray) -> np.ndarray:
    """Return the interval of each row, of shape (contrasts, 2); no row is constant."""
    pairs = in_blocks(pairs.T).T
    count, n = pairs.shape
    # In a unit of their own (a power of two, which rounds nothing), so that squares and cubes
    # neither vanish nor overflow.
    first = pairs[:, :1]
    moved = pairs - first
    scale = np.exp2(np.frexp(np.abs(moved).max(axis=1, keepdims=True))[1].astype(float))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # A mean that no resample falls below has no BCa interval: NaN says so.
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        interval = stats.bootstrap(
            (moved / scale,),
            _mean,
            axis=-1,
            vectorized=True,
            confidence_level=LEVEL,
            method="BCa",
            n_resamples=resamples_for(n),
            batch=max(1, _BATCH // (count * n)),
            **{_RNG: generator(n)},
        ).confidence_interval
    return first + np.column_stack([interval.low, interval.high]) * scale


def _mean(values: np.ndarray, axis: int) -> np.ndarray:
    """Return the mean without its last bits.

    How many resamples have the very mean of the sample counts for the interval; rounding
    would break such ties one way in one unit and the other way in another.
    """
    return np.asarray(np.rint(np.mean(values, axis=axis) / _QUANTUM) * _QUANTUM)
