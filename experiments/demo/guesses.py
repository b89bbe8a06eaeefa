"""A class's guess, and how far off it was: a rank of policies, or a curve that was drawn."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from experiments.analysis.interval import Interval
from experiments.demo.trials import MEASURES, Estimate
from experiments.demo.words import words
from experiments.errors import RequestError, no_such, shown
from sim.measures import BY_NAME

MOST_POINTS = 10_000
"""Points of a drawn curve."""

_DIGITS = 2
"""Digits of a distance that are told."""


@dataclass(frozen=True)
class RankVerdict:
    """How far off a rank was.

    Attributes
    ----------
    right, wrong : int
        Pairs of policies in the right order, and in the wrong one.
    alike : int
        Pairs that cannot be told apart: no order of them is wrong, so they do not count.
    wrong_pairs : tuple of (str, str)
        The pairs in the wrong order: (guessed to have more, has more).
    text : str
        That in words.
    """

    right: int
    wrong: int
    alike: int
    wrong_pairs: tuple[tuple[str, str], ...]
    text: str


@dataclass(frozen=True)
class CurveVerdict:
    """How far off a drawn curve was.

    Attributes
    ----------
    distance : float
        Mean distance from the result over the weeks that were drawn, in the measure's
        unit; NaN where they have no week in common.
    band : float
        Mean half width of the result's interval over these weeks; NaN where there is none.
    times : float
        The distance in units of the band.
    weeks : int
        Weeks that were compared.
    text : str
        That in words.
    """

    distance: float
    band: float
    times: float
    weeks: int
    text: str


def rank_verdict(estimate: Estimate, measure: str, order: Sequence[str]) -> RankVerdict:
    """Say how far off a rank of policies was.

    Parameters
    ----------
    estimate : Estimate
        The result.
    measure : str
        What was ranked.
    order : sequence of str
        The policies of the result, that with the most first.

    Raises
    ------
    RequestError
        Where it is no rank of these policies.
    """
    _check_measure(measure)
    if sorted(order) != sorted(estimate.titles):
        allowed = ", ".join(estimate.titles)
        raise RequestError(
            [f"rank: given {shown(list(order))}; allowed: each once, in any order: {allowed}"]
        )
    right = alike = 0
    turned: list[tuple[str, str]] = []
    for more, less in combinations(order, 2):
        side = _side(estimate, measure, more, less)
        if side == 0:
            alike += 1
        elif side > 0:
            right += 1
        else:
            turned.append((more, less))
    text = _rank_text(estimate, right, alike, turned)
    return RankVerdict(right, len(turned), alike, tuple(turned), text)


def told_apart(difference: Interval) -> bool:
    """Return whether an interval of a paired difference excludes 0."""
    return difference.low > 0.0 or difference.high < 0.0


def _side(estimate: Estimate, measure: str, one: str, other: str) -> int:
    """Return 1 where one has more than the other, -1 where less, 0 where that cannot be told."""
    pairs = estimate.differences[measure]
    turned = (one, other) not in pairs
    difference = pairs[(other, one) if turned else (one, other)]
    if not told_apart(difference):
        return 0
    return 1 if (difference.mean > 0.0) != turned else -1


def _rank_text(
    estimate: Estimate, right: int, alike: int, turned: Sequence[tuple[str, str]]
) -> str:
    counted = right + len(turned)
    if not counted:
        return words("guess.rank_none", n=estimate.n)
    titles = estimate.titles
    pairs = [words("guess.pair", a=titles[a], b=titles[b]) for a, b in turned]
    parts = [words("guess.rank", right=right, counted=counted)]
    if pairs:
        parts.append(words("guess.wrong", pairs="; ".join(pairs)))
    if alike:
        parts.append(words("guess.alike_one" if alike == 1 else "guess.alike", alike=alike))
    return " ".join(parts)


def curve_verdict(
    estimate: Estimate, measure: str, policy: str, drawn: Sequence[tuple[float, float]]
) -> CurveVerdict:
    """Say how far a drawn curve lies from the result.

    Between its points the curve is straight; beyond its ends nothing was guessed, and
    nothing is compared.

    Parameters
    ----------
    estimate : Estimate
        The result.
    measure, policy : str
        What was drawn.
    drawn : sequence of (float, float)
        Weeks (1 is the first) and values, in any order.

    Raises
    ------
    RequestError
        Where it is no curve, or there is no such measure or policy.
    """
    _check_measure(measure)
    if policy not in estimate.titles:
        raise RequestError([f"curve: {no_such('policy', policy, estimate.titles)}"])
    points = _points(drawn)
    series = estimate.weeks[measure][policy]
    found = np.array(series.mean)
    weeks = np.arange(1.0, len(found) + 1.0)
    common = np.isfinite(found) & (weeks >= points[0, 0]) & (weeks <= points[-1, 0])
    compared = int(common.sum())
    if not compared:
        return CurveVerdict(math.nan, math.nan, math.nan, 0, words("guess.curve_none"))
    guessed = np.interp(weeks, points[:, 0], points[:, 1])
    distance = float(np.abs(guessed - found)[common].mean())
    widths = (np.array(series.high) - np.array(series.low))[common] / 2.0
    # A mean of NaN, where there is one replication only, is NaN.
    band = float(widths.mean())
    times = distance / band if band > 0.0 else math.nan
    return CurveVerdict(
        distance, band, times, compared, _curve_text(measure, distance, band, times, compared)
    )


def _points(drawn: Sequence[tuple[float, float]]) -> np.ndarray:
    """Return the points of a curve by their week, shape (points, 2)."""
    if not 0 < len(drawn) <= MOST_POINTS:
        raise RequestError([f"curve: given {len(drawn)} points; allowed: 1 to {MOST_POINTS:,}"])
    try:
        points = np.array([(float(x), float(y)) for x, y in drawn])
    except (TypeError, ValueError):
        raise RequestError(["curve: a point is no pair of numbers"]) from None
    if not np.isfinite(points).all():
        raise RequestError(["curve: a point is not finite"])
    return points[np.argsort(points[:, 0], kind="stable")]


def _curve_text(measure: str, distance: float, band: float, times: float, weeks: int) -> str:
    scale, unit = shown_in(measure)
    values = {"distance": _number(distance * scale), "unit": unit, "weeks": weeks}
    text = words("guess.curve" if unit else "guess.curve_bare", **values)
    if not band > 0.0:
        return text
    if times <= 1.0:
        return f"{text} {words('guess.inside', band=_number(band * scale))}"
    return (
        f"{text} {words('guess.widths', times=f'{times:,.0f}' if times >= 3 else f'{times:.1f}')}"
    )


def shown_in(measure: str) -> tuple[float, str]:
    """Return by what a measure is multiplied to be told, and the unit's name, if it has one."""
    unit = BY_NAME[measure].unit
    if unit.startswith("share"):
        return 100.0, words("guess.points_a_year" if unit.endswith("/year") else "guess.points")
    if unit in ("", "1", "0-1"):
        return 1.0, ""
    return 1.0, words("guess.prices") if unit == "price" else unit


def _number(value: float) -> str:
    """Return a distance with two digits that count, and no more decimals than six."""
    if value == 0.0:
        return "0"
    places = _DIGITS - 1 - math.floor(math.log10(abs(value)))
    return f"{value:,.{min(6, max(0, places))}f}"


def _check_measure(measure: str) -> None:
    if measure not in MEASURES:
        raise RequestError([f"measure: {no_such('measure', measure, MEASURES)}"])
