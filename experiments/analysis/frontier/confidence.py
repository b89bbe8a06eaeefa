r"""The points that may be on the true frontier: a set that holds all of it, 19 times in 20.

Point *j* is left out only where some point *i* is shown to be better in every objective. For the
pair, :math:`p_{ij} = \max_k p_{ijk}`, with :math:`p_{ijk}` the one-sided p of the paired t test of
objective *k* over the replications that both have: if *j* is truly non-dominated then *i* is not
above it in some objective, so that :math:`p_{ij}` is at least one valid p value (the
intersection-union principle; Berger 1982). The best of all rivals, :math:`(P - 1) \min_i p_{ij}`,
is corrected once more over the points by Holm's method.

What it guarantees: with differences that are normal, in any dependence and with unequal spreads,
the set holds **every** truly non-dominated one of these points with a probability of at least the
level. It does not say that a point in it is on the frontier (few replications leave nearly all
points in), and nothing of policies that were not evaluated. Where replications were added to some
points because of what they had shown, t tests hold approximately only. Two points that are equal
in an objective never exclude each other.

References
----------
From memory, unverified: Berger, R. L. (1982). Multiparameter hypothesis testing and acceptance
sampling. Technometrics 24(4).
"""

import numpy as np
from scipy import stats

from experiments.analysis.contrasts import holm
from experiments.analysis.frontier.dominance import fronts
from experiments.analysis.frontier.resampling import complete, means

ROUNDING = 1e-13
"""Share of the values' own variance below which a variance of differences is rounding."""

RIVALS = 500
"""Points that others are compared with, of the first fronts of the means. The correction counts
all points as rivals, so leaving some out can only leave more points in."""

_CELLS = 2_000_000
"""Pairs of points compared at once."""


def exclusion_p(oriented: np.ndarray) -> np.ndarray:
    """Return the corrected p of each point's being on the frontier.

    Parameters
    ----------
    oriented : ndarray, shape (replications, points, objectives)
        More is better, rows paired; NaN for what failed or was not made.

    Returns
    -------
    ndarray, shape (points,)
        Corrected over rivals and points. At or below 1 less the level, the point is left out.
        1 for a point without replications.
    """
    whole = complete(oriented)
    points = whole.shape[1]
    if points < 2:
        return np.ones(points)
    with np.errstate(invalid="ignore"):
        there = ~np.isnan(whole[:, :, 0])
        n = there.sum(axis=1)[:, np.newaxis]
        filled = np.where(there[:, :, np.newaxis], whole, 0.0)
        # What is common to all points of a replication drops out of every difference.
        common = filled.sum(axis=1) / np.maximum(n, 1)
        apart = np.where(there[:, :, np.newaxis], whole - common[:, np.newaxis, :], 0.0)
    rivals = np.argsort(_front(whole), kind="stable")[:RIVALS]
    step = max(1, _CELLS // len(rivals))
    smallest = np.concatenate(
        [
            _smallest_p(apart, there.astype(float), rivals, slice(start, start + step))
            for start in range(0, points, step)
        ]
    )
    return np.array(holm(np.minimum(1.0, (points - 1) * smallest).tolist()))


def _front(whole: np.ndarray) -> np.ndarray:
    """Return the front of each point, those without a replication last."""
    found = fronts(means(whole))
    return np.where(found < 0, len(found), found)


def _smallest_p(
    apart: np.ndarray, there: np.ndarray, rivals: np.ndarray, some: slice
) -> np.ndarray:
    """Return the smallest p that any rival has against some of the points."""
    pairs = there[:, rivals].T @ there[:, some]  # (rivals, some)
    worst = np.full(pairs.shape, np.inf)
    for k in range(apart.shape[2]):
        worst = np.minimum(worst, _t(apart[:, :, k], there, pairs, rivals, some))
    found = np.ones(pairs.shape[1])
    for count in np.unique(pairs[pairs >= 2.0]):
        best = np.where(pairs == count, worst, -np.inf).max(axis=0)
        found = np.minimum(found, stats.t.sf(best, count - 1.0))
    return found


def _t(
    all_values: np.ndarray,
    all_there: np.ndarray,
    pairs: np.ndarray,
    rivals: np.ndarray,
    some: slice,
) -> np.ndarray:
    """Return t of each rival less each of some points, of shape (rivals, some).

    Infinite where all differences are equal; -inf where they are 0 or fewer than two.
    """
    own, own_there = all_values[:, some], all_there[:, some]
    values, there = all_values[:, rivals], all_there[:, rivals]
    rival_sum = values.T @ own_there
    own_sum = there.T @ own
    rival_square = (values**2).T @ own_there
    own_square = there.T @ own**2
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = (rival_sum - own_sum) / pairs
        square = rival_square + own_square
        left = square - 2.0 * (values.T @ own) - pairs * difference**2
        left[left <= ROUNDING * square] = 0.0
        difference[np.abs(difference) <= np.sqrt(ROUNDING * square / pairs)] = 0.0
        t = difference / np.sqrt(left / (pairs - 1.0) / pairs)
    t[np.isnan(t) | (pairs < 2.0)] = -np.inf
    return np.asarray(t)
