r"""How much of the space the frontier dominates.

The hypervolume is the volume of all that a set of points dominates and that is better than a
reference point. More is better in every column. Points that are not above the reference in every
objective add nothing. Two sets can be compared only with the same reference, and the number
depends on it and on the objectives' units.

Exact in two objectives (a sum of rectangles) and three (slices from the top down, each slice's
area kept as a staircase). With more, exact algorithms take long: a number of draws must be given,
and the value is the share of draws, uniform in the box between the reference and the best value of
each objective, that a point dominates; its standard error is the binomial one,
:math:`V \sqrt{p (1 - p) / n}`.

References
----------
From memory, unverified: Zitzler, E. and Thiele, L. (1998), Parallel Problem Solving from Nature V
(the measure). Fonseca, C. M., Paquete, L. and López-Ibáñez, M. (2006), IEEE Congress on
Evolutionary Computation (the sweep over one dimension).
"""

import math
from bisect import bisect_left
from typing import NamedTuple

import numpy as np

from experiments.analysis.frontier.dominance import non_dominated
from experiments.errors import RequestError

MARGIN = 0.1
"""How far below the worst values the default reference lies, in ranges (assumed)."""

_CELLS = 4_000_000
"""Draws times points compared at once."""


class Volume(NamedTuple):
    """A hypervolume; ``error`` is its standard error and 0 where it is exact."""

    value: float
    error: float
    draws: int


def default_reference(points: np.ndarray) -> np.ndarray:
    """Return the worst value of each objective less a tenth of its range.

    Parameters
    ----------
    points : ndarray, shape (points, objectives)
        More is better; NaN where undefined.

    Returns
    -------
    ndarray, shape (objectives,)
        Below the worst by 1 where an objective does not vary; NaN where no point is defined.
    """
    defined = points[~np.isnan(points).any(axis=1)]
    if not len(defined):
        return np.full(points.shape[1], math.nan)
    low, high = defined.min(axis=0), defined.max(axis=0)
    return np.asarray(low - np.where(high > low, MARGIN * (high - low), 1.0))


def hypervolume(points: np.ndarray, reference: np.ndarray, draws: int = 0, seed: int = 0) -> Volume:
    """Return the hypervolume of a set of points.

    Parameters
    ----------
    points : ndarray, shape (points, objectives)
        More is better; rows with a NaN do not count.
    reference : ndarray, shape (objectives,)
        Where counting begins.
    draws : int
        For four objectives or more: how many points are drawn.
    seed : int
        Of the draws.

    Raises
    ------
    RequestError
        With four objectives or more and no draws.
    """
    width = points.shape[1]
    if width > 3 and draws < 1:
        raise RequestError(
            [
                f"hypervolume: given {width} objectives; allowed: two or three exactly, more with "
                "a number of draws"
            ]
        )
    with np.errstate(invalid="ignore"):
        gains = points[(points > reference).all(axis=1)] - reference
    exact = width <= 3
    if not len(gains):
        return Volume(0.0, 0.0, 0 if exact else draws)
    gains = gains[non_dominated(gains)]
    if width == 2:
        return Volume(_area(gains), 0.0, 0)
    if width == 3:
        return Volume(_slices(gains), 0.0, 0)
    return _drawn(gains, draws, seed)


def _area(gains: np.ndarray) -> float:
    """Return the area under non-dominated points above the origin."""
    first, second = gains[np.lexsort((-gains[:, 1], -gains[:, 0]))].T
    # From right to left each point adds what it reaches above the ones before it.
    steps = np.diff(np.maximum.accumulate(second), prepend=0.0)
    return float(np.sum(first * steps))


def _slices(gains: np.ndarray) -> float:
    """Return the volume under points above the origin, from the highest third value down."""
    along: list[float] = []
    up: list[float] = []
    volume = area = 0.0
    top = math.inf
    for x, y, z in gains[np.argsort(-gains[:, 2], kind="stable")].tolist():
        if area:
            volume += area * (top - z)
        top = z
        at = bisect_left(along, x)
        floor = up[at] if at < len(up) else 0.0
        if floor >= y:
            continue
        end = at + 1 if at < len(along) and along[at] == x else at
        # Going left from x, up to the first step that is higher.
        start, right = at, x
        while start > 0 and up[start - 1] <= y:
            area += (right - along[start - 1]) * (y - floor)
            start, right, floor = start - 1, along[start - 1], up[start - 1]
        area += (right - (along[start - 1] if start else 0.0)) * (y - floor)
        along[start:end] = [x]
        up[start:end] = [y]
    return volume + area * top


def _drawn(gains: np.ndarray, draws: int, seed: int) -> Volume:
    """Return the volume under points above the origin, by chance."""
    best = gains.max(axis=0)
    box = float(np.prod(best))
    rng = np.random.default_rng(seed)
    step = max(1, _CELLS // len(gains))
    hits = 0
    for start in range(0, draws, step):
        drawn = rng.random((min(step, draws - start), gains.shape[1])) * best
        covered = np.ones((len(drawn), len(gains)), dtype=bool)
        for own, other in zip(drawn.T, gains.T, strict=True):
            covered &= own[:, np.newaxis] <= other[np.newaxis, :]
        hits += int(np.count_nonzero(covered.any(axis=1)))
    share = hits / draws
    return Volume(box * share, box * math.sqrt(share * (1.0 - share) / draws), draws)
