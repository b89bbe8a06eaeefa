"""A measure week by week: means over replications with their t intervals."""

import math
from functools import cache
from typing import NamedTuple

import numpy as np

from experiments.analysis.interval import t_quantile


class Series(NamedTuple):
    """Means with their intervals, the first week after the branch first.

    ``low`` and ``high`` are NaN with fewer than two replications that are defined.
    """

    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def series_of(values: np.ndarray) -> Series:
    """Return the means of columns with their t intervals, for all columns at once.

    Parameters
    ----------
    values : ndarray, shape (replications, weeks)
        NaN where undefined.
    """
    defined = ~np.isnan(values)
    n = defined.sum(axis=0)
    filled = np.where(defined, values, 0.0)
    nothing = np.full(values.shape[1], math.nan)
    mean = np.divide(filled.sum(axis=0), n, out=nothing.copy(), where=n > 0)
    off = np.where(defined, values - mean, 0.0)
    square = np.divide((off**2).sum(axis=0), n - 1, out=nothing.copy(), where=n > 1)
    half = np.array([_quantile(int(count)) for count in n])
    half = half * np.sqrt(np.divide(square, n, out=nothing.copy(), where=n > 1))
    return Series(*(tuple(each.tolist()) for each in (mean, mean - half, mean + half)))


@cache
def _quantile(n: int) -> float:
    return t_quantile(n) if n > 1 else math.nan
