r"""Bounds on what a named policy could save, which hold together for all points.

For every other point and objective the paired t interval of the difference, at the level that
Bonferroni's inequality asks of all of them together. The saving is at least the best lower bound
among points whose lower bounds in all other objectives are within the slack, and at most the best
upper bound among points whose upper bounds are: whatever point is chosen, and however. With
differences that are normal both hold together with a probability of at least the level. With a
slack of 0 the lower bound leaves 0 only where a point is shown to be better in *every* objective:
that nothing whatever is lost cannot be shown otherwise.
"""

import math

import numpy as np
from scipy import stats

from experiments.analysis.frontier.resampling import complete


def assured(
    oriented: np.ndarray, named: int, slack: np.ndarray, level: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return bounds on the saving in each objective.

    Parameters
    ----------
    oriented : ndarray, shape (replications, points, objectives)
        More is better, rows paired.
    named : int
        The point that is judged.
    slack : ndarray, shape (objectives,)
        What may be lost and counts as nothing.
    level : float
        With which all hold together.

    Returns
    -------
    low, high : ndarray, shape (objectives,)
        At least 0; both NaN where no other point shares two replications with the named one.
        Points that do not are left out.
    """
    whole = complete(oriented)
    differences = whole - whole[:, named : named + 1]
    n = np.count_nonzero(~np.isnan(differences[:, :, 0]), axis=0)
    n[named] = 0
    rivals = np.flatnonzero(n > 1)
    width = whole.shape[2]
    if not len(rivals):
        return np.full(width, math.nan), np.full(width, math.nan)
    differences, n = differences[:, rivals], n[rivals]
    middle = np.nanmean(differences, axis=0)
    tail = (1.0 - level) / (2.0 * width * len(rivals))
    factor = stats.t.isf(tail, n - 1) / np.sqrt(n)
    half = np.nanstd(differences, axis=0, ddof=1) * factor[:, np.newaxis]
    return _best(middle - half, slack), _best(middle + half, slack)


def _best(bounds: np.ndarray, slack: np.ndarray) -> np.ndarray:
    """Return the best bound in each objective where the others are within the slack."""
    beyond = bounds < -slack
    free = beyond.sum(axis=1, keepdims=True) - beyond == 0
    return np.asarray(np.where(free, np.maximum(bounds, 0.0), 0.0).max(axis=0))
