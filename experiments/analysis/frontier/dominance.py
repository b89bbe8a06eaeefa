"""Which points no other dominates, and the fronts behind them.

More is better in every column (see :meth:`Objectives.oriented`). Point *a* **dominates** *b* if it
is nowhere below *b* and somewhere above it; it dominates *b* **strictly** if it is above *b*
everywhere. Equal points do not dominate each other: they are on the frontier together or not at
all. The frontier is the set that no point dominates; with ``strict`` it is the larger set that no
point dominates strictly (also called weakly Pareto optimal). A point with a NaN is on no front and
dominates nothing.

How long it takes: points are sorted so that none dominates an earlier one. With two objectives a
running maximum then tells; with three a staircase that is searched by bisection, n log n in all
(after Kung, Luccio and Preparata); with more, each block of points is compared with those found
before. Fronts behind are filled one point at a time by bisection over the fronts that there are
(what front k dominates, all fronts before it dominate too), with four objectives or more by taking
the frontier away again and again, which is slow where fronts are thousands. Measured on one core:
the frontier of 100,000 points in under a second, all their fronts in half a second with two or
three objectives and in 8 seconds with four or five.

References
----------
From memory, unverified: Kung, H. T., Luccio, F. and Preparata, F. P. (1975). On finding the maxima
of a set of vectors. Journal of the ACM 22(4). Zhang, X. et al. (2015). An efficient approach to
nondominated sorting for evolutionary multiobjective optimization (bisection over fronts). IEEE
Transactions on Evolutionary Computation 19(2).
"""

from bisect import bisect_left, bisect_right

import numpy as np

_BLOCK = 512
"""Points that are compared with all that were found before, at once."""

_CHAMPIONS = 32
"""Points with the best mean rank, which weed out most others first."""


def dominates(a: np.ndarray, b: np.ndarray, strict: bool = False) -> np.ndarray:
    """Return whether ``a`` dominates ``b``, over the last axis of arrays that broadcast.

    Parameters
    ----------
    a, b : ndarray, shape (..., objectives)
        More is better; NaN dominates nothing and is dominated by nothing.
    strict : bool
        Whether it must be above in every objective.
    """
    if strict:
        return np.asarray((a > b).all(axis=-1))
    return np.asarray((a >= b).all(axis=-1) & (a > b).any(axis=-1))


def non_dominated(points: np.ndarray, strict: bool = False) -> np.ndarray:
    """Return the mask of the points that no other dominates.

    Parameters
    ----------
    points : ndarray, shape (points, objectives)
        More is better.
    strict : bool
        Whether only being dominated strictly counts against a point.

    Returns
    -------
    ndarray of bool, shape (points,)
        Equal points share their fate; False where a value is NaN.
    """
    mask = np.zeros(len(points), dtype=bool)
    defined = np.flatnonzero(~np.isnan(points).any(axis=1))
    if not len(defined):
        return mask
    left = points[defined]
    survivors = _weeded(left, strict)
    defined, left = defined[survivors], left[survivors]
    order = _descending(left)
    ranked = left[order]
    width = points.shape[1]
    if width == 2:
        kept = _in_the_plane(ranked, strict)
    elif width == 3:
        kept = _by_staircase(ranked, strict)
    else:
        kept = _by_blocks(ranked, strict)
    mask[defined[order[kept]]] = True
    return mask


def _descending(points: np.ndarray) -> np.ndarray:
    """Return an order in which no point dominates an earlier one and equal ones are neighbours."""
    return np.lexsort(-points.T[::-1])


def _weeded(points: np.ndarray, strict: bool) -> np.ndarray:
    """Return the places of the points that a few good ones leave."""
    left = np.arange(len(points))
    if len(points) < 4 * _CHAMPIONS:
        return left
    low, high = points.min(axis=0), points.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    with np.errstate(invalid="ignore", over="ignore"):
        score = ((points - low) / span).sum(axis=1)
    best = np.argpartition(-score, _CHAMPIONS)[:_CHAMPIONS]
    for place in best[np.argsort(-score[best], kind="stable")]:
        left = left[~dominates(points[place], points[left], strict)]
    return left


def _in_the_plane(ranked: np.ndarray, strict: bool) -> np.ndarray:
    """Return the mask for two objectives, of points in descending order."""
    first, second = ranked.T
    best = np.maximum.accumulate(second)
    # Where the run of points with the same first value begins, and what came before it.
    starts = np.searchsorted(-first, -first, side="left")
    before = np.where(starts > 0, best[np.maximum(starts - 1, 0)], -np.inf)
    has_before = starts > 0
    if strict:
        return np.asarray(~(has_before & (before > second)))
    return np.asarray((second >= second[starts]) & ~(has_before & (before >= second)))


class _Staircase:
    """Non-dominated pairs: ``along`` ascends strictly while ``up`` descends strictly."""

    __slots__ = ("along", "up")

    def __init__(self) -> None:
        self.along: list[float] = []
        self.up: list[float] = []

    def covers(self, x: float, y: float) -> bool:
        """Tell whether a step is at or above (x, y) in both."""
        at = bisect_left(self.along, x)
        return at < len(self.along) and self.up[at] >= y

    def above(self, x: float, y: float) -> bool:
        """Tell whether a step is strictly above (x, y) in both."""
        at = bisect_right(self.along, x)
        return at < len(self.along) and self.up[at] > y

    def add(self, x: float, y: float) -> None:
        """Add a pair and drop what it covers; one that is covered changes nothing."""
        at = bisect_left(self.along, x)
        if at < len(self.along) and self.up[at] >= y:
            return
        end = at + 1 if at < len(self.along) and self.along[at] == x else at
        start = at
        while start > 0 and self.up[start - 1] <= y:
            start -= 1
        self.along[start:end] = [x]
        self.up[start:end] = [y]


def _by_staircase(ranked: np.ndarray, strict: bool) -> np.ndarray:
    """Return the mask for three objectives, of points in descending order."""
    kept = np.zeros(len(ranked), dtype=bool)
    stairs = _Staircase()
    rows = ranked.tolist()
    if strict:
        # Only points with a higher first value count: they join when it falls.
        waiting: list[tuple[float, float]] = []
        height = np.inf
        for place, (first, x, y) in enumerate(rows):
            if first < height:
                for pair in waiting:
                    stairs.add(*pair)
                waiting, height = [], first
            kept[place] = not stairs.above(x, y)
            if kept[place]:
                waiting.append((x, y))
        return kept
    for place, row in enumerate(rows):
        if place and row == rows[place - 1]:
            kept[place] = kept[place - 1]
        elif not stairs.covers(row[1], row[2]):
            kept[place] = True
            stairs.add(row[1], row[2])
    return kept


def _by_blocks(ranked: np.ndarray, strict: bool) -> np.ndarray:
    """Return the mask for any number of objectives, of points in descending order."""
    kept = np.zeros(len(ranked), dtype=bool)
    for start in range(0, len(ranked), _BLOCK):
        places = np.arange(start, min(start + _BLOCK, len(ranked)))
        found = ranked[:start][kept[:start]]
        for first in range(0, len(found), _BLOCK):
            rivals = found[first : first + _BLOCK]
            places = places[~dominated_by(ranked[places], rivals, strict)]
        kept[places[~dominated_by(ranked[places], ranked[places], strict)]] = True
    return kept


def dominated_by(points: np.ndarray, rivals: np.ndarray, strict: bool = False) -> np.ndarray:
    """Return which points one of the rivals dominates.

    Parameters
    ----------
    points : ndarray, shape (points, objectives)
    rivals : ndarray, shape (rivals, objectives)
        Holds points x rivals truth values at once: for blocks.
    strict : bool
        As in :func:`non_dominated`.

    Returns
    -------
    ndarray of bool, shape (points,)
    """
    everywhere = np.ones((len(points), len(rivals)), dtype=bool)
    somewhere = np.zeros_like(everywhere)
    for own, other in zip(points.T, rivals.T, strict=True):
        above = other[np.newaxis, :] > own[:, np.newaxis]
        if strict:
            everywhere &= above
        else:
            everywhere &= other[np.newaxis, :] >= own[:, np.newaxis]
            somewhere |= above
    return np.asarray((everywhere if strict else everywhere & somewhere).any(axis=1))


def fronts(points: np.ndarray) -> np.ndarray:
    """Return the front of each point.

    Parameters
    ----------
    points : ndarray, shape (points, objectives)
        More is better.

    Returns
    -------
    ndarray of int, shape (points,)
        0 on the frontier, 1 on what is the frontier without those, and so on; -1 where a value
        is NaN.
    """
    ranks = np.full(len(points), -1)
    defined = np.flatnonzero(~np.isnan(points).any(axis=1))
    if not len(defined):
        return ranks
    order = defined[_descending(points[defined])]
    ranked = points[order]
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (ranked[1:] != ranked[:-1]).any(axis=1)
    distinct = ranked[fresh]
    found = _few(distinct) if points.shape[1] <= 3 else _many(distinct)
    ranks[order] = found[np.cumsum(fresh) - 1]
    return ranks


def _few(distinct: np.ndarray) -> np.ndarray:
    """Return the fronts of distinct points in descending order, two or three objectives."""
    ranks = np.empty(len(distinct), dtype=int)
    stairs: list[_Staircase] = []
    pairs = distinct[:, 1:] if distinct.shape[1] == 3 else np.repeat(distinct[:, 1:], 2, axis=1)
    for place, (x, y) in enumerate(pairs.tolist()):
        low, high = 0, len(stairs)
        while low < high:
            middle = (low + high) // 2
            if stairs[middle].covers(x, y):
                low = middle + 1
            else:
                high = middle
        if low == len(stairs):
            stairs.append(_Staircase())
        stairs[low].add(x, y)
        ranks[place] = low
    return ranks


def _many(distinct: np.ndarray) -> np.ndarray:
    """Return the same for any number of objectives: the frontier, and again without it."""
    ranks = np.empty(len(distinct), dtype=int)
    left = np.arange(len(distinct))
    rank = 0
    while len(left):
        on = non_dominated(distinct[left])
        ranks[left[on]] = rank
        left = left[~on]
        rank += 1
    return ranks
