"""Estimates from persons: means over them, resampled person by person."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from experiments.evidence.fact import Estimate
from experiments.evidence.resampling import estimates
from experiments.jobs import Result

MOST = 100.0
"""A ratio beyond this, or one whose denominator has vanished, is given as this."""

Means = Callable[[np.ndarray], Mapping[str, np.ndarray]]
"""From means over persons, shape (resamples, columns), to each part's values (resamples,)."""


def column(results: Sequence[Result], name: str) -> np.ndarray:
    """Return an array of all persons, unit after unit."""
    return np.concatenate([np.asarray(result[name]) for result in results])


def of_persons(
    values: np.ndarray,
    means: Means,
    resamples: int,
    cluster: np.ndarray | None = None,
    of: str = "persons",
) -> dict[str, Estimate]:
    """Return the estimates of parts that come from means over persons.

    Parameters
    ----------
    values : ndarray, shape (persons, columns)
        What was seen of each person.
    means : callable
        Gives the parts from the columns' means.
    resamples : int
        Of the bootstrap; 0 gives values without intervals.
    cluster : ndarray, shape (persons,), optional
        Rows of the same independent person have the same number here; each row is one
        where None.
    of : str
        What the independent persons are, in the plural.
    """
    table = np.column_stack([np.ones(len(values)), values])
    if cluster is not None:
        _, place = np.unique(cluster, return_inverse=True)
        sums = np.zeros((place.max() + 1, table.shape[1]))
        np.add.at(sums, place, table)
        table = sums
    return estimates(table, lambda sums: means(sums[..., 1:] / sums[..., :1]), resamples, of)


def ratio(above: np.ndarray, below: np.ndarray, least: float = 0.0) -> np.ndarray:
    """Return a ratio that stays finite.

    Parameters
    ----------
    above, below : ndarray
        Numerators and denominators.
    least : float
        A denominator below this counts as this much.

    Returns
    -------
    ndarray
        At most 100, which also stands for a positive numerator over a denominator that is
        not positive; 0 where neither is positive.
    """
    below = np.maximum(below, least)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(below > 0.0, above / below, np.where(above > 0.0, MOST, 0.0))
    return np.asarray(np.minimum(found, MOST))
