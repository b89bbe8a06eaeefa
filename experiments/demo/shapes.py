"""A guess at a strategy curve: how a measure goes with one slider, and how far off it was.

Only the shape is guessed. Each place of the slider is compared with where the policy stands,
replication by replication; places that cannot be told apart from that count neither way.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.analysis.interval import Interval
from experiments.demo.words import words
from experiments.errors import RequestError
from sim.measures import BY_NAME

Points = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Tried:
    """What came of one place of a slider.

    Attributes
    ----------
    place : float
        Where it stood.
    shown : str
        That in words.
    mean : Interval
        The measure's mean there.
    apart : Interval or None
        The paired difference from where the policy stands; None at that place itself.
    """

    place: float
    shown: str
    mean: Interval
    apart: Interval | None = None

    @property
    def side(self) -> int:
        """1 where it is surely more than where the policy stands, −1 where less, else 0."""
        if self.apart is None or not math.isfinite(self.apart.low):
            return 0
        return int(self.apart.low > 0.0) - int(self.apart.high < 0.0)


@dataclass(frozen=True)
class ShapeVerdict:
    """How far off a guess at a shape was.

    Attributes
    ----------
    right, wrong, alike : int
        Places that were guessed on the right and on the wrong side of where the policy
        stands, and places that cannot be told apart from it.
    best, guessed : str
        Of the places tried, where the measure is best, and where the guess has it best.
    text : str
        That in words.
    """

    right: int
    wrong: int
    alike: int
    best: str
    guessed: str
    text: str


def shape_verdict(measure: str, tried: Sequence[Tried], drawn: Points) -> ShapeVerdict:
    """Say how far off a guess at a strategy curve was.

    Parameters
    ----------
    measure : str
        What was drawn.
    tried : sequence of Tried
        The places, in order; at one of them the policy stands.
    drawn : sequence of (float, float)
        Places and heights, in any unit of height.

    Raises
    ------
    RequestError
        Where it is no curve.
    """
    heights = heights_at(drawn, [each.place for each in tried])
    stands = next(k for k, each in enumerate(tried) if each.apart is None)
    sides = [each.side for each in tried]
    guesses = [int(np.sign(height - heights[stands])) for height in heights]
    right = sum(1 for side, guess in zip(sides, guesses, strict=True) if side and side == guess)
    wrong = sum(1 for side, guess in zip(sides, guesses, strict=True) if side and side != guess)
    alike = len(tried) - 1 - right - wrong
    sign = BY_NAME[measure].better or 1
    best = tried[int(np.argmax([sign * each.mean.mean for each in tried]))].shown
    tops = np.flatnonzero(sign * heights == (sign * heights).max())
    ends = [tried[int(k)].shown for k in (tops[0], tops[-1])]
    guessed = ends[0] if len(tops) == 1 else words("shape.ends", low=ends[0], high=ends[1])
    parts = [
        words("shape.right", right=right, counted=right + wrong, stands=tried[stands].shown)
        if right + wrong
        else words("shape.none", stands=tried[stands].shown, n=tried[stands].mean.n)
    ]
    if alike and right + wrong:
        parts.append(words("shape.alike", alike=alike))
    parts.append(words("shape.best", of=len(tried), best=best, guessed=guessed))
    return ShapeVerdict(right, wrong, alike, best, guessed, " ".join(parts))


def stretched(drawn: Points, tried: Sequence[Tried]) -> list[tuple[float, float]]:
    """Return a drawn curve at the places tried, stretched to the height of the result."""
    places = [each.place for each in tried]
    heights = heights_at(drawn, places)
    means = [each.mean.mean for each in tried]
    low, high = min(means), max(means)
    bottom, top = float(heights.min()), float(heights.max())
    if top > bottom:
        heights = low + (heights - bottom) / (top - bottom) * (high - low)
    else:
        heights = np.full(len(places), (low + high) / 2.0)  # "it makes no difference"
    return list(zip(places, heights.tolist(), strict=True))


def heights_at(drawn: Points, places: Sequence[float]) -> np.ndarray:
    """Return the drawn curve's height at some places; level beyond its ends.

    Raises
    ------
    RequestError
        Where it is no curve.
    """
    try:
        points = sorted((float(x), float(y)) for x, y in drawn)
    except (TypeError, ValueError):
        raise RequestError(["curve: a point is no pair of numbers"]) from None
    if not points or not np.isfinite(points).all():
        raise RequestError([f"curve: given {len(points)} points; allowed: one or more, all finite"])
    xs, ys = np.array(points).T
    return np.asarray(np.interp(places, xs, ys))
