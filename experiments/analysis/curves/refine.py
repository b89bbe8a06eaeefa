r"""Where to add points to a curve next: a rule that is always the same and always ends.

Every gap between neighbouring points is given a *need*, the largest of four, over all curves
that are looked at; a gap with a need of 1 or more is worth halving:

bend
    A straight line misses a curve of second derivative :math:`f''` by up to
    :math:`|f''| h^2 / 8` in a gap of width h. At each inner point the mean lies
    :math:`e_i = -f'' h_{i-1} h_i / 2` off the line between its neighbours; its noise is that of
    the same paired combination of rows, and only what is beyond the simultaneous noise of all
    inner points counts. The need is the miss in tolerances.
crossing
    The gap meets the interval of a crossing: its width, in tolerances of the range of x.
peak
    The gap touches a possible peak (or bottom): likewise. Not where the curve cannot be told
    from a flat one, for there every point is possible.
band
    The simultaneous band is wider at the gap's ends than `wide` times its median half width:
    half width times the share of the range that the gap takes, in tolerances of half width. More
    points tell no more of the mean at the old ones: only more replications do.

A tolerance is a share of the range of the mean curve, or of x. The neediest gaps are halved
first, the leftmost first among equals; a gap is halved once a round; gaps at the smallest width
are not halved; and there are never more points than the budget. So it ends, after a number of
rounds that the budget bounds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.analysis.curves.band import band, critical_values
from experiments.analysis.curves.crossing import zero_crossings
from experiments.analysis.curves.peak import CANNOT_TELL, FLAT, Kind, peak
from experiments.analysis.curves.rows import SEED, checked, means
from experiments.analysis.interval import LEVEL
from experiments.errors import RequestError, shown

TOLERANCE = 0.01
"""What is worth another point, as a share of the range (assumed)."""

WIDE = 2.0
"""Half widths beyond so many median ones call for points (assumed)."""

SMALLEST = 1.0 / 256.0
"""Narrowest gap that is made, as a share of the range of x (assumed)."""

REASONS = ("bend", "crossing", "peak", "band")


@dataclass(frozen=True, eq=False)
class Target:
    """One curve that points are added for.

    Attributes
    ----------
    name : str
        What it is called in the answer.
    values : ndarray, shape (replications, points)
        A measure, or the paired difference of two.
    crossing : bool
        Whether it matters where it crosses zero: for differences.
    peak : {"peak", "bottom"} or None
        Whether it matters where it is highest or lowest.
    """

    name: str
    values: np.ndarray
    crossing: bool = False
    peak: Kind | None = None


@dataclass(frozen=True)
class Suggestion:
    """A point to add.

    Attributes
    ----------
    x : float
        Where: the middle of a gap.
    need : float
        How much it is needed; 1 is just worth it.
    reason : str
        "bend", "crossing", "peak" or "band".
    target : str
        The curve that needs it most.
    """

    x: float
    need: float
    reason: str
    target: str


@dataclass(frozen=True)
class Refinement:
    """Points to add in this round.

    Attributes
    ----------
    points : tuple of Suggestion
        The neediest first; empty when there is nothing more to do.
    ended : bool
        Whether there is nothing more to do.
    why : str
        "goes on", "fine enough", "budget spent" or "gaps at their narrowest".
    """

    points: tuple[Suggestion, ...]
    ended: bool
    why: str


def next_points(
    x: np.ndarray,
    targets: Sequence[Target],
    budget: int,
    at_once: int | None = None,
    tolerance: float = TOLERANCE,
    smallest: float = SMALLEST,
    level: float = LEVEL,
    seed: int = SEED,
) -> Refinement:
    """Return where to add points next.

    Parameters
    ----------
    x : ndarray, shape (points,)
        The points that there are, increasing.
    targets : sequence of Target
        The curves over them.
    budget : int
        Points that there may be in the end, those that there are included.
    at_once : int, optional
        Points to add in this round at most; by default as many as the budget allows.
    tolerance : float
        What is worth another point, as a share of a range.
    smallest : float
        Narrowest gap that is made, as a share of the range of x.
    level : float
        The confidence level.
    seed : int
        Where chance begins.
    """
    _check(x, targets, budget, at_once, tolerance, smallest)
    x = np.asarray(x, dtype=float)
    left = budget - len(x)
    if at_once is not None:
        left = min(left, at_once)
    if left <= 0:
        return Refinement((), True, "budget spent")
    needs = np.stack([gap_needs(x, each, tolerance, level, seed) for each in targets])
    most = needs.max(axis=(0, 1))
    wanted = most >= 1.0
    middles = x[:-1] + np.diff(x) / 2.0
    halves = np.diff(x) / 2.0 >= smallest * (x[-1] - x[0]) * (1.0 - 1e-9)
    possible = wanted & halves & (middles > x[:-1]) & (middles < x[1:])
    if not possible.any():
        return Refinement((), True, "gaps at their narrowest" if wanted.any() else "fine enough")
    order = [gap for gap in np.argsort(-most, kind="stable") if possible[gap]][:left]
    found = []
    for gap in order:
        target, reason = np.unravel_index(int(np.argmax(needs[:, :, gap])), needs.shape[:2])
        found.append(
            Suggestion(
                float(middles[gap]), float(most[gap]), REASONS[reason], targets[int(target)].name
            )
        )
    return Refinement(tuple(found), False, "goes on")


def gap_needs(
    x: np.ndarray,
    target: Target,
    tolerance: float = TOLERANCE,
    level: float = LEVEL,
    seed: int = SEED,
) -> np.ndarray:
    """Return what each gap needs, shape (4, gaps), in the order of :data:`REASONS`."""
    x, values = checked(x, target.values, level)
    gaps = np.diff(x)
    span = float(x[-1] - x[0])
    held = band(x, values, level, seed)
    known = held.mean[~np.isnan(held.mean)]
    reach = float(np.ptp(known)) if len(known) else 0.0
    needs = np.zeros((len(REASONS), len(gaps)))
    if reach > 0.0:
        needs[0] = line_misses(x, values, level, seed) / (tolerance * reach)
    if target.crossing:
        for each in zero_crossings(x, values, level, seed).crossings:
            low, high = (each.place if math.isnan(end) else end for end in (each.low, each.high))
            meets = (x[:-1] <= high) & (x[1:] >= low)
            needs[1] = np.where(meets, gaps / (tolerance * span), needs[1])
    if target.peak:
        found = peak(x, values, target.peak, level, seed)
        if found.verdict not in (CANNOT_TELL, FLAT):
            touches = found.possible[:-1] | found.possible[1:]
            needs[2] = np.where(touches, gaps / (tolerance * span), 0.0)
    half = np.nan_to_num(held.half_width)
    usual = float(np.median(half))
    widest = np.maximum(half[:-1], half[1:])
    if usual > 0.0:
        needs[3] = np.where(
            widest > WIDE * usual, widest / usual * gaps / span / (WIDE * tolerance), 0.0
        )
    return needs


def line_misses(
    x: np.ndarray, values: np.ndarray, level: float = LEVEL, seed: int = SEED
) -> np.ndarray:
    """Return how far straight lines surely miss the curve within each gap, by its bends.

    Parameters
    ----------
    x : ndarray, shape (points,)
        Where the points lie.
    values : ndarray, shape (replications, points)
        One measure.
    level : float
        With what confidence a bend must be told from noise, all inner points together.
    seed : int
        Where chance begins.

    Returns
    -------
    ndarray, shape (gaps,)
        In the measure's unit; 0 where no bend can be told from noise.
    """
    gaps = np.diff(x)
    misses = np.zeros(len(gaps))
    if len(gaps) < 2:
        return misses
    before, after = gaps[:-1], gaps[1:]
    share = before / (before + after)
    off_line = values[:, 1:-1] - ((1.0 - share) * values[:, :-2] + share * values[:, 2:])
    found = means(off_line)
    critical, _ = critical_values(off_line, found, level, seed)
    # What rounding alone makes of a straight line is no bend.
    with np.errstate(invalid="ignore"):
        rounding = 1e-12 * np.nanmax(np.abs(values), initial=0.0)
        excess = np.nan_to_num(np.abs(found.mean) - critical * found.se - rounding)
    excess = np.maximum(excess, 0.0)
    np.maximum(misses[:-1], excess * before / (4.0 * after), out=misses[:-1])
    np.maximum(misses[1:], excess * after / (4.0 * before), out=misses[1:])
    return misses


def _check(
    x: np.ndarray,
    targets: Sequence[Target],
    budget: int,
    at_once: int | None,
    tolerance: float,
    smallest: float,
) -> None:
    """Refuse what a config may get wrong."""
    wrong = []
    if len(x) < 2:
        wrong.append(f"points to refine: given {len(x)}; allowed: 2 or more")
    if not targets:
        wrong.append("curves to refine: given none; allowed: one or more")
    if budget < 1:
        wrong.append(f"budget: given {shown(budget)}; allowed: 1 point or more")
    if at_once is not None and at_once < 1:
        wrong.append(f"points at once: given {shown(at_once)}; allowed: 1 or more")
    for name, share in (("tolerance", tolerance), ("smallest gap", smallest)):
        if not 0.0 < share <= 1.0:
            wrong.append(f"{name}: given {shown(share)}; allowed: above 0, up to 1")
    if wrong:
        raise RequestError(wrong)
