r"""What a switch of policy does over time, against the same centre unchanged.

Both centres are one until the switch and meet the same chance after it, so that the paired
difference, replication by replication, is the response. Its band is simultaneous over time
(:mod:`experiments.analysis.curves.band`). No shape is supposed: the response may overshoot, turn
round, or not have settled when the runs end, and each is looked for.

*Final effect*: the mean response over a window at the end, with its t interval. Whether it has
settled: whether the window before that has the same mean, by a paired t interval.

*Time to half of the effect*: from the switch until the mean response first reaches half of
the final effect, and until it is there for good (they differ where it swings). Only where the
final effect's interval excludes zero: else there is nothing to be half of. Weekly noise makes the
first time early and the last one late, and would do so once more in draws from the rows: of 150
simulated responses (1 - exp(-t/6) at 52 times, n = 10 and 30, independent noise of 0.5 and 2 at
each) percentile intervals of draws held the true first time in 53 to 92 % and the true last one in
0 to 94 %. So the interval is read off bands of the response less half of the final effect,
replication by replication. The first time is no earlier than where the upper ends of pointwise
bands first reach zero: times are tested one after another from the switch on, to the first that is
not below zero for sure, so that each has the whole level (a fixed sequence of tests). It is no
later than where the lower end of the simultaneous band first does. For the last time it is the
other way round, from the end of the runs backwards. Each end is missed in 2.5 % at most. Of
such responses (60 of each kind) it held each time in 97 to 100 %; it is wide, and open at the end,
where weekly noise is as large as the effect.

*Dip*: a response away from the final effect (worse before it is better, or the other way round)
between the switch and the first time at half. It is sure where the simultaneous band is
there on the other side of zero; no data rule out a dip altogether, so the deepest one that the
band allows is told as well. The interval of its size needs no allowance for having been picked
as the deepest: where the band holds the whole response, it holds its lowest value too.
"""

import math
from dataclasses import dataclass

import numpy as np

from experiments.analysis.curves.band import Band, band
from experiments.analysis.curves.rows import (
    SEED,
    checked,
    means,
    paired_difference,
)
from experiments.analysis.interval import LEVEL, Interval, t_interval
from experiments.errors import RequestError, shown

FINAL_SHARE = 0.25
"""Share of the time after the switch that the final effect is the mean of (assumed)."""

DIPS = "dips"
MAY_DIP = "may dip"
NONE_SEEN = "no dip seen"
NO_EFFECT = "no final effect"


@dataclass(frozen=True)
class HalfTime:
    """Time from the switch to half of the final effect.

    Attributes
    ----------
    first, first_low, first_high : float
        Until it is first reached, with its interval; NaN where there is no effect. The upper end
        is infinite where it is not sure that it is reached in the time that was run.
    lasting, lasting_low, lasting_high : float
        Until it is reached for good.
    """

    first: float
    first_low: float
    first_high: float
    lasting: float
    lasting_low: float
    lasting_high: float


@dataclass(frozen=True)
class Dip:
    """A response away from the final effect before it.

    Attributes
    ----------
    verdict : str
        "dips": for sure. "may dip": the mean does, the band does not exclude zero. "no dip
        seen": the mean does not. "no final effect": there is nothing to be away from.
    size, low, high : float
        How far the mean goes to the other side of zero, never below 0, with its interval; `high`
        is the deepest dip that the band allows, also where none is seen.
    when : float
        Time from the switch to the deepest; NaN where none is seen.
    share : float
        Share of replications that are on the other side at that time; one replication is noisy,
        so a share above one half says little by itself. NaN where no dip is seen.
    """

    verdict: str
    size: float
    low: float
    high: float
    when: float
    share: float


@dataclass(frozen=True, eq=False)
class Response:
    """The response of one measure to a switch.

    Attributes
    ----------
    band : Band
        The paired difference from the switch on; ``x`` is time since the switch.
    before : float
        Largest difference before the switch in any replication: 0 where pairing is whole.
    final : Interval
        The mean over the final window.
    window : float
        Where that window begins, as time since the switch.
    drift : Interval
        The final window less the one of the same length before it; NaN where there is none.
    half : HalfTime
        Time to half of the effect.
    dip : Dip
        The dip before the gain.
    """

    band: Band
    before: float
    final: Interval
    window: float
    drift: Interval
    half: HalfTime
    dip: Dip

    @property
    def responds(self) -> bool:
        """Whether the band excludes zero at any time."""
        return bool(self.band.sure.any())

    @property
    def lasts(self) -> bool:
        """Whether the interval of the final effect excludes zero."""
        return _excludes_zero(self.final)

    @property
    def settled(self) -> bool | None:
        """Whether no drift is seen at the end; None where that cannot be told."""
        return None if math.isnan(self.drift.low) else not _excludes_zero(self.drift)


def response(
    times: np.ndarray,
    switched: np.ndarray,
    unchanged: np.ndarray,
    switch: float,
    final_share: float = FINAL_SHARE,
    level: float = LEVEL,
    seed: int = SEED,
) -> Response:
    """Return the response of one measure to a switch of policy.

    Parameters
    ----------
    times : ndarray, shape (times,)
        Increasing, for instance weeks; values that belong to a stretch of time have its middle.
    switched, unchanged : ndarray, shape (replications, times)
        The measure in the centre that switches and in the one that does not, paired.
    switch : float
        When it switches.
    final_share : float
        Share of the time after the switch, at its end, that the final effect is the mean of.
    level : float
        The confidence level.
    seed : int
        Where chance begins.
    """
    times, rows = checked(times, paired_difference(switched, unchanged), level)
    if not 0.0 < final_share <= 0.5:
        raise RequestError(
            [f"final share: given {shown(final_share)}; allowed: above 0, up to 0.5"]
        )
    after = times >= switch
    if np.count_nonzero(after) < 2:
        raise RequestError(
            [
                f"a switch at {shown(switch)}: given values at {np.count_nonzero(after)} times "
                "from then on; allowed: 2 or more"
            ]
        )
    early = np.abs(rows[:, ~after])
    early = early[~np.isnan(early)]
    since, rows = times[after] - switch, rows[:, after]
    size = max(1, round(final_share * len(since)))
    ends, earlier = _row_means(rows[:, -size:]), _row_means(rows[:, -2 * size : -size])
    if 2 * size > len(since):
        earlier = np.full(len(rows), math.nan)
    final = t_interval(ends, level)
    held = band(since, rows, level, seed)
    half = _half_time(since, rows, ends, _excludes_zero(final), level, seed)
    return Response(
        held,
        float(early.max(initial=0.0)),
        final,
        float(since[-size]),
        t_interval(ends - earlier, level),
        half,
        _dip(held, rows, final, half),
    )


def reaching_times(times: np.ndarray, curves: np.ndarray, goals: np.ndarray) -> np.ndarray:
    """Return when curves first are at a goal, and since when they are there for good.

    Parameters
    ----------
    times : ndarray, shape (times,)
        From 0, the switch, on; before the first of them curves rise from 0 at time 0.
    curves : ndarray, shape (curves, times)
        Joined by straight lines; without NaN.
    goals : ndarray, shape (curves,)
        Above zero, where the first time is after 0.

    Returns
    -------
    ndarray, shape (curves, 2)
        Infinite where it is never reached, and where the end is below it.
    """
    if times[0] > 0.0:
        times = np.concatenate([[0.0], times])
        curves = np.column_stack([np.zeros(len(curves)), curves])
    there = curves >= goals[:, np.newaxis]
    rows, last = np.arange(len(curves)), len(times) - 1
    first = np.argmax(there, axis=1)
    gone = last - np.argmax(~there[:, ::-1], axis=1)
    lasting = np.where(there.all(axis=1), 0, np.minimum(gone + 1, last))
    found = []
    for place in (first, lasting):
        before = np.maximum(place - 1, 0)
        low, high = curves[rows, before], curves[rows, place]
        with np.errstate(divide="ignore", invalid="ignore"):
            way = np.where(place > 0, (goals - low) / (high - low), 0.0)
        found.append(times[before] + way * (times[place] - times[before]))
    found[0] = np.where(there.any(axis=1), found[0], math.inf)
    found[1] = np.where(there[:, -1], found[1], math.inf)
    return np.stack(found, axis=1)


def _half_time(
    since: np.ndarray, rows: np.ndarray, ends: np.ndarray, lasts: bool, level: float, seed: int
) -> HalfTime:
    """Return the time to half; ``ends`` is each replication's final effect."""
    nan = math.nan
    if not lasts:
        return HalfTime(nan, nan, nan, nan, nan, nan)
    joint = means(np.column_stack([rows, ends]))
    used = joint.drawable[:-1] if joint.drawable[:-1].any() else ~np.isnan(joint.mean[:-1])
    sign = math.copysign(1.0, joint.mean[-1])
    mean = sign * joint.mean[np.newaxis]
    first, lasting = reaching_times(since[used], mean[:, :-1][:, used], mean[:, -1] / 2.0)[0]
    if not joint.drawable[-1]:
        return HalfTime(float(first), nan, nan, float(lasting), nan, nan)
    held = band(since[used], sign * (rows[:, used] - ends[:, np.newaxis] / 2.0), level, seed)
    # From the first time on, before which nothing is known: reached there, it is at once at best.
    start = since[used][0]
    curves = np.stack([held.point_high, held.low, held.high, held.point_low])
    found = start + reaching_times(since[used] - start, curves, np.zeros(4))
    early, late, soon, last = found[0, 0], found[1, 0], found[2, 1], found[3, 1]
    early, soon = (0.0 if end == start else end for end in (early, soon))
    return HalfTime(
        float(first),
        float(min(early, first)),
        float(max(late, first)),
        float(lasting),
        float(min(soon, lasting)),
        float(max(last, lasting)),
    )


def _dip(held: Band, rows: np.ndarray, final: Interval, half: HalfTime) -> Dip:
    """Return the dip before the first time at half of the effect."""
    if not _excludes_zero(final):
        return Dip(NO_EFFECT, math.nan, math.nan, math.nan, math.nan, math.nan)
    sign = math.copysign(1.0, final.mean)
    early = (held.x < half.first) & ~np.isnan(held.low)
    if not early.any():
        return Dip(NONE_SEEN, 0.0, 0.0, 0.0, math.nan, math.nan)
    mean = sign * held.mean[early]
    low, high = held.low[early], held.high[early]
    if sign < 0.0:
        low, high = -high, -low
    deepest = int(np.argmin(mean))
    size = max(0.0, -float(mean[deepest]))
    least, most = max(0.0, -float(high.min())), max(0.0, -float(low.min()))
    if size == 0.0:
        return Dip(NONE_SEEN, 0.0, 0.0, most, math.nan, math.nan)
    there = sign * rows[:, early][:, deepest]
    share = float((there[~np.isnan(there)] < 0.0).mean())
    verdict = DIPS if least > 0.0 else MAY_DIP
    return Dip(verdict, size, least, most, float(held.x[early][deepest]), share)


def _row_means(values: np.ndarray) -> np.ndarray:
    """Return the mean of each row's defined values; NaN where there is none."""
    defined = ~np.isnan(values)
    counts = defined.sum(axis=1)
    sums = np.where(defined, values, 0.0).sum(axis=1)
    return np.asarray(np.where(counts > 0, sums / np.maximum(counts, 1), math.nan))


def _excludes_zero(interval: Interval) -> bool:
    return bool(interval.low > 0.0 or interval.high < 0.0)
