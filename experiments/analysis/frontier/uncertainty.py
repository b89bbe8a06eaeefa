r"""The frontier of points that were measured with noise, and how sure it is.

The *probability* of a point is the share of resamples (see
:mod:`~experiments.analysis.frontier.resampling`) in which its means are non-dominated: what the
frontier owes to which replications were run, not how likely it is that the point is truly on it.
It leans towards the points whose luck was good, as the estimated frontier does: of many points
that are all but equal, those on it are the lucky ones (the winner's curse), so its hypervolume is
too high on average. More so where a search proposes points by what the same replications showed:
in 12 searches of 112 points (two objectives, noise that is smooth over the policies and noise of
their own alike, 10 to 60 replications) the means of the knee were too good by 0.2 and 0.1 standard
deviations of a run. Only replications that no choice has seen tell what a chosen point gives. The
set ``kept`` held the whole true frontier of the points in all 12.

The hypervolume's interval is therefore the basic bootstrap one, :math:`[2V - q_{1 - a/2},\; 2V -
q_{a/2}]`, which leans as far the other way; ``bias`` says by how much resamples exceed the
estimate. The true frontier is in ``kept`` with the stated confidence (see
:mod:`~experiments.analysis.frontier.confidence`).

References
----------
Efron, B. and Tibshirani, R. J. (1993). An Introduction to the Bootstrap. Chapman & Hall (the basic
interval; from memory, unverified).
"""

import math
from dataclasses import dataclass

import numpy as np

from experiments.analysis.bootstrap import LEAST_PAIRS
from experiments.analysis.frontier.confidence import exclusion_p
from experiments.analysis.frontier.dominance import fronts, non_dominated
from experiments.analysis.frontier.hypervolume import default_reference, hypervolume
from experiments.analysis.frontier.objectives import Objectives
from experiments.analysis.frontier.resampling import RESAMPLES, counts, means, resampled_means
from experiments.analysis.interval import LEVEL
from experiments.errors import RequestError


@dataclass(frozen=True)
class VolumeInterval:
    """The hypervolume of the means with its interval.

    Attributes
    ----------
    value : float
        Of the points' means.
    low, high : float
        Basic bootstrap interval, not below 0; NaN without resamples, and with four objectives or
        more.
    bias : float
        Mean of the resamples less the value.
    error : float
        Monte Carlo standard error of the value; 0 where it is exact.
    reference : ndarray, shape (objectives,)
        Where counting begins, in the objectives' own units.
    """

    value: float
    low: float
    high: float
    bias: float
    error: float
    reference: np.ndarray


@dataclass(frozen=True)
class Frontier:
    """Points and their standing. Arrays have the shape (points,) unless stated.

    Attributes
    ----------
    objectives : Objectives
        What is wanted.
    means : ndarray, shape (points, objectives)
        In the objectives' own units.
    n : ndarray of int
        Complete replications.
    on : ndarray of bool
        Whether the means are non-dominated.
    front : ndarray of int
        The front of the means: 0 the frontier; -1 without a replication.
    probability : ndarray
        Share of resamples in which the point is non-dominated; NaN below five replications.
    p : ndarray
        Corrected p of being on the true frontier.
    kept : ndarray of bool
        The set that holds the true frontier with confidence ``level``: ``p > 1 - level``.
    volume : VolumeInterval
        The hypervolume.
    resamples : int
        Behind probability and interval.
    level : float
        Of both.
    """

    objectives: Objectives
    means: np.ndarray
    n: np.ndarray
    on: np.ndarray
    front: np.ndarray
    probability: np.ndarray
    p: np.ndarray
    kept: np.ndarray
    volume: VolumeInterval
    resamples: int
    level: float


def checked(values: np.ndarray, objectives: Objectives) -> np.ndarray:
    """Return values turned so that more is better.

    Raises
    ------
    RequestError
        Where the shape is not (replications, points, objectives), or a value is infinite.
    """
    if values.ndim != 3 or not values.shape[0] or not values.shape[1]:
        raise RequestError(
            [f"values of shape {values.shape}; allowed: (replications, points, objectives)"]
        )
    if np.isinf(values).any():
        raise RequestError(["values: given an infinite one; allowed: numbers, NaN where undefined"])
    return objectives.oriented(values)


def frontier(
    values: np.ndarray,
    objectives: Objectives,
    reference: np.ndarray | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = LEVEL,
    draws: int = 0,
) -> Frontier:
    """Return the frontier of points with its uncertainty.

    Parameters
    ----------
    values : ndarray, shape (replications, points, objectives)
        In the objectives' own units; rows paired by common random numbers, NaN for runs that
        failed or were not made. A run with one objective undefined counts in none.
    objectives : Objectives
        What is wanted.
    reference : ndarray of shape (objectives,), optional
        Of the hypervolume; by default a tenth of the range below the worst means.
    resamples, seed : int
        Of the bootstrap.
    level : float
        Of the interval and of ``kept``.
    draws : int
        For the hypervolume of four objectives or more; with 0 it is NaN there.

    Returns
    -------
    Frontier

    Raises
    ------
    RequestError
        Where values or reference have the wrong shape.
    """
    oriented = checked(values, objectives)
    middle = means(oriented)
    n = counts(oriented)
    if reference is None:
        start = default_reference(middle)
    else:
        start = objectives.oriented(np.asarray(reference, dtype=float))
    exact = len(objectives) <= 3
    probability, volumes = _resampled(oriented, start, resamples, seed, exact)
    probability[n < LEAST_PAIRS] = math.nan
    p = exclusion_p(oriented)
    return Frontier(
        objectives,
        objectives.oriented(middle),
        n,
        non_dominated(middle),
        fronts(middle),
        probability,
        p,
        p > 1.0 - level,
        _volume(middle, start, volumes, level, (draws, seed), objectives),
        resamples,
        level,
    )


def probability_non_dominated(
    values: np.ndarray, objectives: Objectives, resamples: int = RESAMPLES, seed: int = 0
) -> np.ndarray:
    """Return the share of resamples in which each point is non-dominated.

    Parameters
    ----------
    values : ndarray, shape (replications, points, objectives)
    objectives : Objectives
    resamples, seed : int

    Returns
    -------
    ndarray, shape (points,)
        NaN below five replications: such points count in no resample.
    """
    oriented = checked(values, objectives)
    share, _ = _resampled(oriented, None, resamples, seed, False)
    share[counts(oriented) < LEAST_PAIRS] = math.nan
    return share


def _resampled(
    oriented: np.ndarray, reference: np.ndarray | None, resamples: int, seed: int, exact: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of resamples each point is on the frontier in, and their volumes."""
    times = np.zeros(oriented.shape[1])
    volumes = []
    for batch in resampled_means(oriented, resamples, seed):
        for drawn in batch:
            on = non_dominated(drawn)
            times += on
            if exact and reference is not None:
                volumes.append(hypervolume(drawn[on], reference).value)
    return times / max(1, resamples), np.array(volumes)


def _volume(
    middle: np.ndarray,
    reference: np.ndarray,
    volumes: np.ndarray,
    level: float,
    chance: tuple[int, int],
    objectives: Objectives,
) -> VolumeInterval:
    own = objectives.oriented(reference)
    draws, seed = chance
    if np.isnan(reference).any() or (len(objectives) > 3 and not draws):
        return VolumeInterval(math.nan, math.nan, math.nan, math.nan, math.nan, own)
    found = hypervolume(middle, reference, draws, seed)
    if not len(volumes) or not volumes.any():
        return VolumeInterval(found.value, math.nan, math.nan, math.nan, found.error, own)
    half = (1.0 - level) / 2.0
    below, above = np.quantile(volumes, [half, 1.0 - half])
    return VolumeInterval(
        found.value,
        max(0.0, 2.0 * found.value - float(above)),
        2.0 * found.value - float(below),
        float(volumes.mean()) - found.value,
        found.error,
        own,
    )
