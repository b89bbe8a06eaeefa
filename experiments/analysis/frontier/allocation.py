r"""Which points to run again, so that the frontier is known better: a deterministic rule.

A point whose probability *p* of being non-dominated is near neither 0 nor 1 is in doubt, by
:math:`p (1 - p)`. What it is in doubt about is its closest rival: the other point that comes
nearest to beating it everywhere, by the largest smallest t of the paired differences. Another run
helps as much as it narrows the mean, by :math:`1/n - 1/(n + 1)` of the variance. So each point
weighs its own doubt and that of the points whose rival it is, over :math:`n (n + 1)`; runs are
given one step at a time to the point with the largest weight (the first of equals), whose n then
grows. New runs take the first replications that a point has not had, so that with common random
numbers they pair with those of its rivals. Points with too few runs for a probability are filled
up first.

The rule is our own, plain rather than best; optimal allocations are in the literature on
multi-objective computing budgets (Lee, Chew, Teng and Goldsman 2010, from memory, unverified).
"""

import math

import numpy as np

from experiments.analysis.bootstrap import LEAST_PAIRS
from experiments.analysis.frontier.objectives import Objectives
from experiments.analysis.frontier.resampling import RESAMPLES, complete, counts, means
from experiments.analysis.frontier.uncertainty import checked, probability_non_dominated

STEP = 5
"""Replications given at once (assumed: fewer would be mostly noise)."""

DOUBT = 0.01
"""A probability nearer to 0 or 1 than this is not worth a run: near what resamples can tell."""


def next_evaluations(
    values: np.ndarray,
    objectives: Objectives,
    budget: int,
    most: int | None = None,
    step: int = STEP,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> np.ndarray:
    """Return how many more replications each point is to have.

    Parameters
    ----------
    values : ndarray, shape (replications, points, objectives)
        What is known, in the objectives' own units; NaN for runs not made.
    objectives : Objectives
        What is wanted.
    budget : int
        Runs (a replication of a point) that may be made.
    most : int, optional
        Replications that no point is to exceed.
    step : int
        Replications given at once.
    resamples, seed : int
        Of the probabilities.

    Returns
    -------
    ndarray of int, shape (points,)
        Their sum is at most the budget, and 0 where nothing is in doubt. A replication that
        failed counts as one that a point has not had; the caller sees to not repeating it.
    """
    oriented = checked(values, objectives)
    n = counts(oriented)
    limit = np.inf if most is None else float(most)
    given = np.zeros(len(n), dtype=int)
    left = budget
    for point in np.flatnonzero((n > 0) & (n < LEAST_PAIRS)).tolist():
        given[point] = max(0, int(min(LEAST_PAIRS - n[point], left, limit - n[point])))
        left -= int(given[point])
    doubt = doubts(oriented, probability_non_dominated(values, objectives, resamples, seed))
    while left > 0:
        now = n + given
        worth = np.where(now < limit, doubt / (np.maximum(now, 1) * (now + 1.0)), 0.0)
        point = int(worth.argmax())
        if worth[point] <= 0.0:
            break
        more = int(min(step, left, limit - now[point]))
        given[point] += more
        left -= more
    return given


def doubts(oriented: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return each point's own doubt and that of the points whose closest rival it is.

    Parameters
    ----------
    oriented : ndarray, shape (replications, points, objectives)
        More is better.
    probability : ndarray, shape (points,)
        Of being non-dominated.

    Returns
    -------
    ndarray, shape (points,)
    """
    chance = np.nan_to_num(probability)
    own = np.where((chance > DOUBT) & (chance < 1.0 - DOUBT), chance * (1.0 - chance), 0.0)
    total = own.copy()
    whole = complete(oriented)
    middle = means(whole)
    for point in np.flatnonzero(own):
        total[_rival(whole, middle, int(point))] += own[point]
    return total


def _rival(whole: np.ndarray, middle: np.ndarray, point: int) -> int:
    """Return the other point that comes nearest to beating a point everywhere."""
    differences = whole - whole[:, point : point + 1]
    n = np.count_nonzero(~np.isnan(differences[:, :, 0]), axis=0)[:, np.newaxis]
    there = np.where(np.isnan(differences), 0.0, differences)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = there.sum(axis=0) / n
        square = np.where(np.isnan(differences), 0.0, differences - mean) ** 2
        t = mean / np.sqrt(square.sum(axis=0) / (n - 1.0) / n)
    # Equal in all replications: nearer than what is worse, farther than what is better.
    t = np.where(np.isnan(t) & (n > 1) & (mean == 0.0), 0.0, t)
    nearest = np.where(np.isnan(t).any(axis=1), -math.inf, t.min(axis=1))
    nearest[point] = -math.inf
    return int(nearest.argmax())
