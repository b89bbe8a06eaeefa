"""Estimates from persons: means over them, resampled by whoever is independent of the others.

A rep serves several persons of a vignette: where the rep acts in it at all, reps are resampled,
each with all persons served.
"""

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
    total = np.sum(table, axis=0)
    if cluster is not None:
        _, place = np.unique(cluster, return_inverse=True)
        sums = np.zeros((place.max() + 1, table.shape[1]))
        np.add.at(sums, place, table)
        table = sums
    return estimates(table, lambda sums: means(sums[..., 1:] / sums[..., :1]), resamples, of, total)


def by_rep(
    values: np.ndarray, means: Means, resamples: int, results: Sequence[Result]
) -> dict[str, Estimate]:
    """Return the same where persons share reps: reps are resampled, with all whom they served.

    Parameters
    ----------
    values, means, resamples
        As in :func:`of_persons`.
    results : sequence of dict
        The units that the values come from; their ``rep`` tells who served each person.
    """
    return of_persons(values, means, resamples, cluster=column(results, "rep"), of="reps")


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
