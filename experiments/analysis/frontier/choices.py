r"""Three policies on the frontier that stand for three ways to choose.

**The knee**: where giving up a little of one objective no longer buys much of another. Objectives
are scaled by the frontier's own range, 0 the worst on it and 1 the best. A plane is laid through
the points that are best in one objective each (the line through both ends, with two); the knee is
the point farthest beyond it along its normal (the bulge of Das's normal-boundary idea). Where
those points fix no plane with all weights positive, it is the plane that the unit points fix, sum
= 1. There is none where no point lies beyond the plane: a straight or hollow frontier has no knee.

**The egalitarian point**: best for the worst-off party (an objective is a party's). A party's gain
is its value less where it starts, over a unit: by default the worst on the frontier and the
frontier's range; the noise (a standard deviation) is another unit, an outside option another start
(with the range for unit then much as Kalai and Smorodinsky's solution). Of equals, the best for
the second-worst off, and so on; of equals in all, the first.

**The Nash point**: the largest product of gains over an outside option, the same whatever the
units. It is undefined for a point at which a party does not gain, and there is none where all are.

Knee and egalitarian point depend on the range, and so on which points were evaluated.

References
----------
From memory, unverified: Das, I. (1999). On characterizing the "knee" of the Pareto curve based on
normal-boundary intersection. Structural Optimization 18. Nash, J. F. (1950). The bargaining
problem. Econometrica 18. Kalai, E. and Smorodinsky, M. (1975). Other solutions to Nash's
bargaining problem. Econometrica 43.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from experiments.analysis.frontier.dominance import non_dominated
from experiments.analysis.frontier.objectives import Objectives
from experiments.analysis.frontier.resampling import RESAMPLES, means, resampled_means
from experiments.analysis.frontier.uncertainty import checked
from experiments.errors import RequestError

FLAT = 1e-9
"""A bulge of less than this share of the range is rounding."""


@dataclass(frozen=True)
class Choice:
    """A point that was chosen.

    Attributes
    ----------
    index : int or None
        The point; None where the choice is undefined.
    score : float
        Knee: distance beyond the plane, in ranges. Egalitarian: the worst-off party's gain, in
        units. Nash: geometric mean of the gains over their units. NaN where undefined.
    scores : ndarray, shape (points,)
        The same for every point; NaN off the frontier and where undefined.
    shares : ndarray, shape (points,)
        Share of resamples in which the choice fell on each point; empty unless resampled. What is
        missing from 1 are resamples without a choice.
    """

    index: int | None
    score: float
    scores: np.ndarray
    shares: np.ndarray


def _choice(scores: np.ndarray, index: int | None) -> Choice:
    score = math.nan if index is None else float(scores[index])
    return Choice(index, score, scores, np.empty(0))


def _scaled(points: np.ndarray, on: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the frontier's worst values and range; 1 where it has none."""
    best, worst = points[on].max(axis=0), points[on].min(axis=0)
    return worst, np.where(best > worst, best - worst, 1.0)


def knee(points: np.ndarray) -> Choice:
    """Return the knee of the frontier of points.

    Parameters
    ----------
    points : ndarray, shape (points, objectives)
        More is better.
    """
    on = non_dominated(points)
    scores = np.full(len(points), math.nan)
    if np.count_nonzero(on) <= points.shape[1]:
        return _choice(scores, None)
    worst, span = _scaled(points, on)
    scaled = (points[on] - worst) / span
    # Of equals in one objective the end is the one that is best in the rest.
    total = scaled.sum(axis=1)
    ends = scaled[[np.lexsort((-total, -column))[0] for column in scaled.T]]
    normal = np.ones(points.shape[1])
    if abs(np.linalg.det(ends)) > FLAT:
        solved = np.linalg.solve(ends, normal)
        if (solved > FLAT).all():
            normal = solved
    scores[on] = (scaled @ normal - 1.0) / np.linalg.norm(normal)
    index = int(np.nanargmax(scores))
    return _choice(scores, index if scores[index] > FLAT else None)


def egalitarian(
    points: np.ndarray, start: np.ndarray | None = None, unit: np.ndarray | None = None
) -> Choice:
    """Return the point that is best for the worst-off party.

    Parameters
    ----------
    points : ndarray, shape (points, objectives)
        More is better; an objective is a party's.
    start : ndarray of shape (objectives,), optional
        What gains are counted from; by default the worst on the frontier.
    unit : ndarray of shape (objectives,), optional
        Positive; what they are counted in; by default the frontier's range.
    """
    on = non_dominated(points)
    scores = np.full(len(points), math.nan)
    if not on.any():
        return _choice(scores, None)
    worst, span = _scaled(points, on)
    gains = (points[on] - (worst if start is None else start)) / (span if unit is None else unit)
    ordered = np.sort(gains, axis=1)
    scores[on] = ordered[:, 0]
    first = np.lexsort(-ordered.T[::-1])[0]
    return _choice(scores, int(np.flatnonzero(on)[first]))


def nash(points: np.ndarray, outside: np.ndarray, unit: np.ndarray | None = None) -> Choice:
    """Return the point with the largest product of gains.

    Parameters
    ----------
    points : ndarray, shape (points, objectives)
        More is better; an objective is a party's.
    outside : ndarray, shape (objectives,)
        What each party has without an agreement.
    unit : ndarray of shape (objectives,), optional
        Positive; units of the score, which the choice does not depend on; by default the
        frontier's range.
    """
    on = non_dominated(points)
    scores = np.full(len(points), math.nan)
    if not on.any():
        return _choice(scores, None)
    gains = (points - outside) / (_scaled(points, on)[1] if unit is None else unit)
    able = on & (gains > 0.0).all(axis=1)
    if not able.any():
        return _choice(scores, None)
    scores[able] = np.exp(np.log(gains[able]).mean(axis=1))
    return _choice(scores, int(np.nanargmax(scores)))


@dataclass(frozen=True)
class Choices:
    """The three choices; ``nash`` is None where no outside option was given."""

    knee: Choice
    egalitarian: Choice
    nash: Choice | None


def choices(
    values: np.ndarray,
    objectives: Objectives,
    outside: np.ndarray | int | None = None,
    unit: np.ndarray | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Choices:
    """Return the three choices from the means, and how often each fell where.

    Parameters
    ----------
    values : ndarray, shape (replications, points, objectives)
        In the objectives' own units, rows paired.
    objectives : Objectives
        What is wanted.
    outside : ndarray of shape (objectives,), or int, optional
        What each party has without an agreement, start of the Nash gains: numbers in its own
        units, or the place of the point that gives it. A point is resampled with the others, so
        that chance common to all points of a replication cancels in the gains; numbers are held
        fixed. There is no Nash point where that point is undefined.
    unit : ndarray of shape (objectives,), optional
        Positive; unit of the egalitarian gains, for example :func:`noise`.
    resamples, seed : int
        Of the shares.
    """
    oriented = checked(values, objectives)
    rules: dict[str, Callable[[np.ndarray, np.ndarray], Choice]] = {
        "knee": lambda points, _: knee(points),
        "egalitarian": lambda points, _: egalitarian(points, unit=unit),
    }
    start = _outside(outside, objectives, oriented.shape[1])
    if start is not None:
        rules["nash"] = lambda points, every: nash(points, start(every))
    times = {name: np.zeros(oriented.shape[1]) for name in rules}
    for batch in resampled_means(oriented, resamples, seed):
        for drawn in batch:
            places = np.flatnonzero(non_dominated(drawn))
            for name, rule in rules.items():
                index = rule(drawn[places], drawn).index
                if index is not None:
                    times[name][places[index]] += 1.0
    middle = means(oriented)
    found = {
        name: replace(rule(middle, middle), shares=times[name] / max(1, resamples))
        for name, rule in rules.items()
    }
    return Choices(found["knee"], found["egalitarian"], found.get("nash"))


def _outside(
    outside: np.ndarray | int | None, objectives: Objectives, points: int
) -> Callable[[np.ndarray], np.ndarray] | None:
    """Return what gives the start of the Nash gains, from the means of all points."""
    if outside is None:
        return None
    if isinstance(outside, int | np.integer):
        place = int(outside)
        if not 0 <= place < points:
            raise RequestError([f"outside option: given {place}; allowed: 0 to {points - 1}"])
        return lambda every: np.asarray(every[place])
    fixed = objectives.oriented(np.asarray(outside, dtype=float))
    return lambda _: fixed


def noise(values: np.ndarray) -> np.ndarray:
    """Return each objective's standard deviation between replications, pooled over points.

    Parameters
    ----------
    values : ndarray, shape (replications, points, objectives)

    Returns
    -------
    ndarray, shape (objectives,)
        1 where nothing varies.
    """
    n = np.count_nonzero(~np.isnan(values), axis=0)
    apart = values - np.nansum(values, axis=0) / np.maximum(n, 1)
    freedom = np.maximum(n - 1, 0).sum(axis=0)
    spread = np.sqrt(np.nansum(apart**2, axis=(0, 1)) / np.maximum(freedom, 1))
    return np.where(spread > 0.0, spread, 1.0)
