"""Points drawn from what is not ruled out, however little of the ranges that is.

Down the levels: uniform points of the whole cube, of which the best tenth are kept, multiplied and
moved within their level, and so on until the level is the cut (subset simulation, Au and Beck 2001;
Williamson and Vernon 2013 do alike for history matching; both from memory, unverified). Its
by-product is the volume of what is left. Then towards plausibility: the weights of these points are
raised step by step to the chance of acceptance (sequential Monte Carlo by tempering).
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy.special import logsumexp

Score = Callable[[np.ndarray, float], np.ndarray]
"""Of points and a ceiling: lower is better; above the ceiling it may be infinite."""

KEPT = 0.1
"""Share of the points that goes on to the next level."""

MOST_LEVELS = 14
"""Levels at the most: with a tenth kept at each, a volume of 1e-14."""

SWEEPS = 10
"""Moves of every point at each level."""

CROSSED = 0.25
"""Share of the coordinates that a move changes."""


HALF = 0.5
"""Share of the effective number of points at which a step of tempering ends."""


@dataclass(frozen=True)
class Sample:
    """Points of what is not ruled out.

    Attributes
    ----------
    points : array (n, d)
        On the unit cube.
    level : float
        The implausibility that all of them reach: the cut, or more where that was not reached.
    log10_volume : float
        Logarithm of the share of the ranges that lies at or below that level.
    levels : list of float
        The levels on the way.
    """

    points: np.ndarray
    level: float
    log10_volume: float
    levels: list[float] = field(default_factory=list)


def down_the_levels(
    score: Score, first: np.ndarray, count: int, cut: float, rng: np.random.Generator
) -> Sample:
    """Draw points with a score at or below the cut, uniform over where that is so.

    Parameters
    ----------
    score : callable
        Of points and a ceiling.
    first : array (n, d)
        Uniform points of the cube, a Sobol' sequence for example.
    count : int
        Points wanted.
    cut : float
        The level to reach.
    rng : Generator
        Draws the moves.
    """
    points, scores = first, score(first, np.inf)
    log_volume, levels = 0.0, []
    for _ in range(MOST_LEVELS):
        good = scores <= cut
        if good.sum() >= max(KEPT * len(points), 2):
            log_volume += math.log10(float(good.mean()))
            points, scores, level = points[good], scores[good], cut
            levels.append(level)
            break
        level = max(cut, float(np.quantile(scores, KEPT)))
        good = scores <= level
        if levels and level > levels[-1] - 1e-3:
            break  # no way further down
        log_volume += math.log10(float(good.mean()))
        levels.append(level)
        points, scores = points[good], scores[good]
        again = rng.choice(len(points), count)
        points, scores = moved(score, points[again], scores[again], level, rng)
    if len(points) >= count:
        kept = rng.permutation(len(points))[:count]
        return Sample(points[kept], levels[-1], log_volume, levels)
    more = rng.choice(len(points), count - len(points))
    points, scores = np.concatenate([points, points[more]]), np.concatenate([scores, scores[more]])
    points, _ = moved(score, points, scores, levels[-1], rng)
    return Sample(points, levels[-1], log_volume, levels)


def moved(
    score: Score,
    points: np.ndarray,
    scores: np.ndarray,
    level: float,
    rng: np.random.Generator,
    sweeps: int = SWEEPS,
) -> tuple[np.ndarray, np.ndarray]:
    """Move points about within their level, uniformly.

    Parameters
    ----------
    score : callable
        Of points and a ceiling.
    points, scores : array (n, d), (n,)
        Where they are, and their scores, at or below the level.
    level : float
        The ceiling.
    rng : Generator
        Draws the moves.
    sweeps : int
        Proposals for each point.
    """
    points, scores = points.copy(), scores.copy()
    for _ in range(sweeps):
        for half, others in _halves(len(points), rng):
            proposed = _proposal(points[half], points[others], rng)
            found = score(proposed, level)
            taken = found <= level
            points[half[taken]], scores[half[taken]] = proposed[taken], found[taken]
    return points, scores


def _halves(count: int, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield each half of the points with the other: one is moved by how the other lies."""
    order = rng.permutation(count)
    one, other = order[: count // 2], order[count // 2 :]
    yield from ((one, other), (other, one))


def _proposal(points: np.ndarray, others: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Propose a step along the difference of two of the others, mirrored at the cube's faces.

    Steps are as likely forwards as backwards, so that a uniform distribution stays uniform.
    """
    count, dimensions = points.shape
    one, other = rng.integers(len(others), size=count), rng.integers(len(others), size=count)
    crossed = rng.random((count, dimensions)) < CROSSED
    crossed[np.arange(count), rng.integers(dimensions, size=count)] = True
    reach = 2.38 / np.sqrt(2.0 * crossed.sum(axis=1, keepdims=True))
    reach = reach * rng.choice([0.3, 1.0], size=(count, 1))
    step = reach * (others[one] - others[other]) + 0.02 * rng.standard_normal(points.shape)
    wanted = np.abs(points + np.where(crossed, step, 0.0)) % 2.0
    return np.where(wanted > 1.0, 2.0 - wanted, wanted)


def towards_plausibility(
    log_chance: Callable[[np.ndarray], np.ndarray], points: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw points with a density in proportion to the chance of acceptance.

    Parameters
    ----------
    log_chance : callable
        The logarithm of that chance.
    points : array (n, d)
        Uniform points of what is not ruled out, to begin with.
    rng : Generator
        Draws the moves.

    Returns
    -------
    array (n, d)
        As many points.
    """
    logs = log_chance(points)
    power = 0.0
    while power < 1.0:
        step = _step(logs, 1.0 - power)
        weights = np.exp(step * logs - logsumexp(step * logs))
        power = min(1.0, power + step)
        chosen = rng.choice(len(points), len(points), p=weights / weights.sum())
        points, logs = points[chosen], logs[chosen]
        for _ in range(SWEEPS):
            for half, others in _halves(len(points), rng):
                proposed = _proposal(points[half], points[others], rng)
                found = log_chance(proposed)
                taken = np.log(rng.random(len(half))) < power * (found - logs[half])
                points[half[taken]], logs[half[taken]] = proposed[taken], found[taken]
    return points


def _step(logs: np.ndarray, most: float) -> float:
    """Return the step of the power that leaves half of the points effective."""

    def effective(step: float) -> float:
        weights = step * logs
        return float(np.exp(2.0 * logsumexp(weights) - logsumexp(2.0 * weights))) / len(logs)

    if effective(most) >= HALF:
        return most
    low, high = 0.0, most
    for _ in range(50):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effective(middle) >= HALF else (low, middle)
    return max(low, 1e-4)


def spread_out(points: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Choose points far from each other: each the farthest from those chosen before.

    Parameters
    ----------
    points : array (n, d)
        To choose from.
    count : int
        How many.
    rng : Generator
        Draws the first.

    Returns
    -------
    array of int
        Their places; fewer where there are not as many distinct points.
    """
    chosen = [int(rng.integers(len(points)))]
    nearest = np.sum((points - points[chosen[0]]) ** 2, axis=1)
    while len(chosen) < min(count, len(points)):
        best = int(np.argmax(nearest))
        if nearest[best] <= 0.0:
            break
        chosen.append(best)
        nearest = np.minimum(nearest, np.sum((points - points[best]) ** 2, axis=1))
    return np.array(chosen)
