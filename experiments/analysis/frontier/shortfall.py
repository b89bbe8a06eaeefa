r"""How far a named policy lies from the frontier: what it could save and lose nothing.

For each objective: the largest improvement over the named policy that any other point gives while
none of the other objectives is worse by its means (or by more than a slack that the user states).
It is 0 where there is none.

Four numbers keep it honest, because the point is chosen by the same noisy means that measure it.
``low`` and ``high`` are bounds with a guarantee (see
:mod:`~experiments.analysis.frontier.assured`). The bootstrap interval is the basic one of the
whole procedure, choice included; it is narrower and has no guarantee: in trials of 150 experiments
each, with 10 or 30 replications of 10 to 100 points, 84 to 100 % of such intervals held the truth,
but 59 and 63 % for one objective where the named policy was at an end of the frontier and its
neighbour lost next to nothing, so that noise made a saving of what was none. ``holds`` is the
share of resamples in which the chosen point is better in this objective and within the slack in
all others: where they are exactly equal in truth, half at best. ``fresh`` chooses on one half of
the replications and measures **all** objectives on the other, both ways round (odd and even rows),
and so is free of the luck of the choice: it shows what "nothing lost" costs.

**The additive epsilon indicator** of a set *A* for a set *B* is the smallest amount, in stated
units, by which every point of *A* must be raised in all objectives so that each point of *B* is
nowhere above some point of *A*: :math:`\max_{b} \min_{a} \max_k (b_k - a_k) / u_k`. A named
policy's distance from the frontier is the same the other way round: how much it could be raised in
**all** objectives at once before no point matched it, :math:`\max_a \min_k (a_k - x_k)/u_k`, 0 on
the frontier.

References
----------
From memory, unverified: Zitzler, E., Thiele, L., Laumanns, M., Fonseca, C. M. and Grunert da
Fonseca, V. (2003). Performance assessment of multiobjective optimizers. IEEE Transactions on
Evolutionary Computation 7(2).
"""

import math
from dataclasses import dataclass

import numpy as np

from experiments.analysis.bootstrap import LEAST_PAIRS
from experiments.analysis.frontier.assured import assured
from experiments.analysis.frontier.objectives import Objectives
from experiments.analysis.frontier.resampling import RESAMPLES, counts, means, resampled_means
from experiments.analysis.frontier.uncertainty import checked
from experiments.analysis.interval import LEVEL
from experiments.errors import RequestError

_CELLS = 4_000_000


@dataclass(frozen=True)
class Saving:
    """What a named policy could gain in one objective and lose nothing in the others.

    Attributes
    ----------
    objective : str
        Its name.
    by : int or None
        The point that does it; None where none does.
    amount : float
        The improvement, in the objective's own unit and never negative: what is saved where less is
        better, what is won where more is.
    low, high : float
        Bounds that hold, for all objectives together, with the level's confidence; never
        negative. A saving is shown where ``low`` is above 0.
    boot_low, boot_high : float
        Basic bootstrap interval of ``amount``, not below 0; NaN where nothing was resampled, for
        instance where ``by`` or the named policy has fewer than five replications.
    holds : float
        Share of resamples in which ``by`` does it; NaN without ``by`` or resamples.
    fresh : tuple of float
        The change in **every** objective by the chosen point, more than 0 for the better, with
        choice and measurement on different replications; NaN where a half has none. 0 for a
        half in which no point was chosen.
    """

    objective: str
    by: int | None
    amount: float
    low: float
    high: float
    boot_low: float
    boot_high: float
    holds: float
    fresh: tuple[float, ...]


@dataclass(frozen=True)
class Shortfall:
    """How far a named policy lies from the frontier of the other points.

    Attributes
    ----------
    savings : tuple of Saving
        One for each objective.
    distance : float
        By how many units it could be better in all objectives at once; 0 on the frontier.
    distance_low, distance_high : float
        Its basic bootstrap interval, not below 0.
    dominated : float
        Share of resamples in which some point is better in every objective.
    unit : ndarray, shape (objectives,)
        The units of ``distance``.
    """

    savings: tuple[Saving, ...]
    distance: float
    distance_low: float
    distance_high: float
    dominated: float
    unit: np.ndarray


def epsilon(points: np.ndarray, target: np.ndarray, unit: np.ndarray | float = 1.0) -> float:
    """Return the additive epsilon indicator of a set of points for another set.

    Parameters
    ----------
    points : ndarray, shape (points, objectives)
        The set that is judged. More is better.
    target : ndarray, shape (targets, objectives)
        The set that it is to cover.
    unit : ndarray of shape (objectives,) or float
        Of each objective.

    Returns
    -------
    float
        At most 0 where every target is nowhere above some point; NaN where a set is empty.
    """
    own, other = points / unit, target / unit
    own = own[~np.isnan(own).any(axis=1)]
    other = other[~np.isnan(other).any(axis=1)]
    if not len(own) or not len(other):
        return math.nan
    step = max(1, _CELLS // own.size)
    return max(
        float((other[i : i + step, np.newaxis] - own).max(axis=2).min(axis=1).max())
        for i in range(0, len(other), step)
    )


def improvements(
    points: np.ndarray, named: int, slack: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the best improvement in each objective with no other worse than the slack.

    Parameters
    ----------
    points : ndarray, shape (..., points, objectives)
        More is better.
    named : int
        The point that is judged.
    slack : ndarray, shape (objectives,)
        What may be lost and counts as nothing.

    Returns
    -------
    amounts : ndarray, shape (..., objectives)
        At least 0.
    by : ndarray of int, shape (..., objectives)
        The first point that does it; ``named`` where none does.
    """
    gains = points - points[..., named : named + 1, :]
    within = gains >= -slack
    failing = (~within).sum(axis=-1, keepdims=True)
    # Within the slack in all objectives but perhaps the one in question, where it must gain.
    free = (failing - ~within) == 0
    able = np.where(free & (gains > 0.0), gains, 0.0)
    amounts = able.max(axis=-2)
    by = np.where(amounts > 0.0, able.argmax(axis=-2), named)
    return amounts, by


def shortfall(
    values: np.ndarray,
    objectives: Objectives,
    named: int,
    slack: np.ndarray | None = None,
    unit: np.ndarray | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = LEVEL,
) -> Shortfall:
    """Return how far a named policy lies from the frontier.

    Parameters
    ----------
    values : ndarray, shape (replications, points, objectives)
        In the objectives' own units, rows paired; the named policy is one of the points.
    objectives : Objectives
        What is wanted.
    named : int
        Which point.
    slack : ndarray of shape (objectives,), optional
        What may be lost and counts as nothing, not negative; by default 0.
    unit : ndarray of shape (objectives,), optional
        Positive, of the distance; by default each objective's range over the points' means.
    resamples, seed : int
        Of the bootstrap.
    level : float
        Of bounds and intervals.

    Raises
    ------
    RequestError
        Where there is no such point, it has no replication, or a slack is negative.
    """
    oriented = checked(values, objectives)
    middle = means(oriented)
    spare = np.zeros(len(objectives)) if slack is None else np.asarray(slack, dtype=float)
    _refuse(middle, named, spare)
    if unit is None:
        span = np.nanmax(middle, axis=0) - np.nanmin(middle, axis=0)
        unit = np.where(span > 0.0, span, 1.0)
    amounts, by = improvements(middle, named, spare)
    drawn, held, raised = [], [], []
    for batch in resampled_means(oriented, resamples, seed):
        drawn.append(improvements(batch, named, spare)[0])
        held.append(_still(batch, named, by, spare))
        raised.append(_distance(batch, named, unit))
    low, high = assured(oriented, named, spare, level)
    boot_low, boot_high = _basic(amounts, drawn, level)
    distance = _distance(middle, named, unit)
    far_low, far_high = _basic(
        distance[np.newaxis], [each[:, np.newaxis] for each in raised], level
    )
    judged = bool(raised) and not np.isnan(np.concatenate(raised)).any()
    holds = np.concatenate(held).mean(axis=0) if judged else np.full(len(amounts), math.nan)
    # A point with too few replications is in no resample, so that these say nothing of it.
    unseen = (counts(oriented)[by] < LEAST_PAIRS) | (not judged)
    boot_low[unseen] = boot_high[unseen] = holds[unseen] = math.nan
    fresh = _crossed(oriented, named, spare)
    savings = tuple(
        Saving(
            name,
            int(by[k]) if by[k] != named else None,
            float(amounts[k]),
            float(low[k]),
            float(high[k]),
            float(boot_low[k]),
            float(boot_high[k]),
            float(holds[k]) if by[k] != named else math.nan,
            tuple(fresh[k].tolist()),
        )
        for k, name in enumerate(objectives.names)
    )
    dominated = float((np.concatenate(raised) > 0.0).mean()) if judged else math.nan
    return Shortfall(
        savings, float(distance), float(far_low[0]), float(far_high[0]), dominated, unit
    )


def _refuse(middle: np.ndarray, named: int, slack: np.ndarray) -> None:
    if not 0 <= named < len(middle):
        raise RequestError([f"point: given {named}; allowed: 0 to {len(middle) - 1}"])
    if np.isnan(middle[named]).any():
        raise RequestError([f"point {named} has no complete replication; allowed: one that has"])
    if slack.shape != (middle.shape[1],) or not (slack >= 0.0).all():
        raise RequestError(
            [f"slack: given {slack.tolist()}; allowed: {middle.shape[1]} numbers from 0 up"]
        )


def _still(batch: np.ndarray, named: int, by: np.ndarray, slack: np.ndarray) -> np.ndarray:
    """Return whether the chosen points do it in each resample, of shape (resamples, objectives)."""
    gains = batch[:, by, :] - batch[:, named : named + 1, :]  # (resamples, objectives, objectives)
    own = np.eye(len(by), dtype=bool)
    return np.asarray(np.where(own, gains > 0.0, gains >= -slack).all(axis=2))


def _distance(points: np.ndarray, named: int, unit: np.ndarray) -> np.ndarray:
    """Return by how much a point could be raised in all objectives; NaN where it is undefined."""
    gains = ((points - points[..., named : named + 1, :]) / unit).min(axis=-1)
    undefined = np.isnan(points[..., named, :]).any(axis=-1)
    best = np.where(np.isnan(gains), 0.0, gains).max(axis=-1)
    return np.where(undefined, math.nan, best)


def _basic(
    value: np.ndarray, drawn: list[np.ndarray], level: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return basic bootstrap intervals of what is never negative."""
    if not drawn or np.isnan(np.concatenate(drawn)).any():
        return np.full(len(value), math.nan), np.full(len(value), math.nan)
    half = (1.0 - level) / 2.0
    below, above = np.quantile(np.concatenate(drawn), [half, 1.0 - half], axis=0)
    return np.maximum(0.0, 2.0 * value - above), np.maximum(0.0, 2.0 * value - below)


def _crossed(oriented: np.ndarray, named: int, slack: np.ndarray) -> np.ndarray:
    """Return changes with choice on one half of the replications and measurement on the other.

    Of shape (objectives that are improved, objectives).
    """
    width = oriented.shape[2]
    if len(oriented) < 2:  # a half would hold nothing
        return np.full((width, width), math.nan)
    halves = [means(oriented[::2]), means(oriented[1::2])]
    if any(np.isnan(half[named]).any() for half in halves):
        return np.full((width, width), math.nan)
    found = []
    for chosen, judged in (halves, halves[::-1]):
        by = improvements(chosen, named, slack)[1]
        found.append(judged[by] - judged[named])
    return np.asarray(np.mean(found, axis=0))
