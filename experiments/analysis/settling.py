r"""Where a weekly series has settled: truncation by the marginal standard error (MSER).

Of a series :math:`x_1, \dots, x_n` of batch means the first :math:`d` are cut off, with the
:math:`d` that makes the squared standard error of the mean of the rest smallest,

.. math:: \mathrm{MSER}(d) = \frac{1}{(n - d)^2} \sum_{i=d+1}^{n} (x_i - \bar x_{n,d})^2 :

to cut costs observations and spares bias (White 1997). MSER-5 takes means of five observations
as batches (White, Cobb and Spratt 2000); here a batch is a week's seven days, averaged over
replications. A smallest value in the second half says that the series has not settled at all:
it still moves, as a trend does, and is too short to tell where to.

It is applied to the warm-up's last weeks, whether the branch came late enough, and to each
policy's weeks after the branch, to find the steady part: the longest of the ends of the branch
that are measured (a sixth, a third or a half cut off) in which every headline measure has
settled under every policy.

The averaging matters: the more replications, the smaller a drift that counts as one.

References
----------
White, K. P. (1997). An effective truncation heuristic for bias reduction in simulation
output. Simulation 69(6), 323-334.
White, K. P., Cobb, M. J. and Spratt, S. C. (2000). A comparison of five steady-state truncation
heuristics for simulation. Proceedings of the 2000 Winter Simulation Conference, 755-760.
"""

from dataclasses import dataclass

import numpy as np

from experiments.analysis.headlines import HEADLINES
from experiments.periods import WEEK, WHOLE, Period, tails
from experiments.rows import WARMUP_MEASURES
from experiments.store.parquet import Columns

LEAST_WEEKS = 10
"""Weeks below which no truncation point is looked for (assumed)."""

END = 5
"""Truncation points so close to the end are not tried: their few values may agree by chance."""

BRANCH_MEASURES = tuple(dict.fromkeys((*HEADLINES, *WARMUP_MEASURES)))
"""What must have settled in the steady part."""


def mser(series: np.ndarray) -> np.ndarray:
    """Return the squared marginal standard error of each truncation point.

    Parameters
    ----------
    series : ndarray, shape (n,)
        Batch means.

    Returns
    -------
    ndarray, shape (n,)
        At ``d`` that of the series without its first ``d``.
    """
    # From the end, each value's share is added by Welford's update, which squares no large number.
    n = len(series)
    found = np.empty(n)
    mean = total = 0.0
    for count, value in enumerate(series[::-1].tolist(), start=1):
        step = value - mean
        mean += step / count
        total += step * (value - mean)
        found[n - count] = total / count**2
    return found


def truncation_point(series: np.ndarray) -> int:
    """Return how many values to cut off: the first smallest marginal standard error.

    Parameters
    ----------
    series : ndarray, shape (n,)
        Batch means, at least :data:`LEAST_WEEKS`.
    """
    found = mser(series)[: len(series) - END]
    if np.all(series == series[0]):
        return 0
    return int(np.argmin(found))


@dataclass(frozen=True)
class Truncation:
    """Where one series has settled.

    Attributes
    ----------
    measure : str
        The measure's bare name.
    policy : str
        The policy; empty for the warm-up, which the policies share.
    weeks : int
        Weeks of the series in which the measure is defined.
    cut : int
        How many of them are cut off.
    week : int
        The first week that is kept, as the series counts: 1 begins at the branch, 0 ends there.
    series : ndarray, shape (weeks,)
        Weekly means over replications.
    at : ndarray, shape (weeks,)
        The weeks' numbers.
    """

    measure: str
    policy: str
    weeks: int
    cut: int
    week: int
    series: np.ndarray
    at: np.ndarray

    @property
    def told(self) -> bool:
        """Whether the series is long enough to tell."""
        return self.weeks >= LEAST_WEEKS

    @property
    def settled(self) -> bool:
        """Whether no more than half is cut off; False where it cannot be told."""
        return self.told and 2 * self.cut <= self.weeks

    @property
    def day(self) -> int:
        """Days after the branch at which the kept part begins; negative before the branch."""
        return (self.week - 1) * WEEK

    @property
    def verdict(self) -> str:
        """One of: settled from the start, settled after ... weeks, has not settled, too short."""
        if not self.told:
            return "too short to tell"
        if not self.settled:
            return "has not settled"
        if not self.cut:
            return "settled from the start"
        return f"settled after {self.cut} week{'s' if self.cut > 1 else ''}"


@dataclass(frozen=True)
class Steady:
    """The part of the branch that is taken for steady.

    Attributes
    ----------
    period : Period
        The days; the whole branch where it is too short to be cut.
    settled : bool
        Whether every measure that could be judged has settled before it under every policy.
    unsettled : tuple of (measure, policy)
        What had not.
    told : bool
        Whether there was any series to judge by.
    """

    period: Period
    settled: bool
    unsettled: tuple[tuple[str, str], ...] = ()
    told: bool = True

    @property
    def sentence(self) -> str:
        """The verdict in plain words."""
        if self.period == WHOLE:
            return "The branch is too short to have a steady part: the whole of it stands for one."
        from_day = f"from day {self.period.first}"
        if self.settled:
            return f"The steady part is {from_day} on: all headlines have settled in every policy."
        instead = f"the last half of the branch, {from_day}, stands for one"
        if not self.told:
            return f"The weekly series are too short to find a steady part by: {instead}."
        measures = list(dict.fromkeys(_label(measure) for measure, _ in self.unsettled))
        return f"There is no steady part: {instead}, though not settled: {', '.join(measures)}."


@dataclass(frozen=True)
class Settling:
    """Where the warm-up and the branches have settled.

    Attributes
    ----------
    warmup : tuple of Truncation
        One for each measure of the warm-up; empty where the series does not hold it.
    branch : tuple of Truncation
        One for each policy and measure.
    steady : Steady
        The steady part of the branch.
    """

    warmup: tuple[Truncation, ...]
    branch: tuple[Truncation, ...]
    steady: Steady

    @property
    def warmed_up(self) -> bool:
        """Whether every measure of the warm-up had settled before the branch."""
        return bool(self.warmup) and all(each.settled for each in self.warmup)

    def sentences(self) -> list[str]:
        """Return what was found in plain words."""
        found = []
        if self.warmup:
            weeks = max(each.weeks for each in self.warmup)
            verdicts = "; ".join(f"{_label(each.measure)} {each.verdict}" for each in self.warmup)
            found.append(f"By MSER over the {weeks} weeks of the warm-up: {verdicts}.")
        return [*found, self.steady.sentence]


def settling(
    series: Columns | None, days: int, measures: tuple[str, ...] = BRANCH_MEASURES
) -> Settling:
    """Return where the warm-up and the branches have settled.

    Parameters
    ----------
    series : dict of ndarray or None
        The columns of series.parquet: policy, replication, week and measures. Weeks up to 0
        are the warm-up's.
    days : int
        Days after the branch.
    measures : tuple of str
        What must have settled in the steady part.
    """
    if series is None or not len(series["week"]):
        return Settling((), (), steady_period((), days))
    warm = series["week"] <= 0
    warmup = tuple(
        truncation(series, measure, warm, "")
        for measure in WARMUP_MEASURES
        if np.any(warm) and measure in series
    )
    order = dict.fromkeys(series["policy"])
    branch = tuple(
        truncation(series, measure, chosen, policy)
        for policy in order
        for chosen in (~warm & (series["policy"] == policy),)
        if np.any(chosen)
        for measure in measures
        if measure in series
    )
    return Settling(warmup, branch, steady_period(branch, days))


def truncation(series: Columns, measure: str, chosen: np.ndarray, policy: str) -> Truncation:
    """Return where a measure has settled over the chosen rows of a series.

    Parameters
    ----------
    series : dict of ndarray
        The columns of series.parquet.
    measure : str
        The measure.
    chosen : ndarray of bool
        The rows: any runs, any weeks.
    policy : str
        What to call them by.
    """
    weeks, means = weekly_means(series["week"][chosen], series[measure][chosen])
    count = len(weeks)
    cut = truncation_point(means) if count >= LEAST_WEEKS else 0
    week = int(weeks[cut]) if count else 0
    return Truncation(measure, policy, count, cut, week, means, weeks)


def weekly_means(weeks: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the weeks in which any value is defined, in order, with the means over runs."""
    defined = ~np.isnan(values)
    found, places = np.unique(weeks[defined], return_inverse=True)
    means = np.bincount(places, values[defined]) / np.bincount(places)
    return found, means


def steady_period(branch: tuple[Truncation, ...], days: int) -> Steady:
    """Return the earliest end of the branch before which everything has settled.

    Parameters
    ----------
    branch : tuple of Truncation
        Where each measure has settled under each policy.
    days : int
        Days after the branch.

    Returns
    -------
    Steady
        The last half, with what had not settled, where there is no such end.
    """
    ends = tails(days)
    judged = [each for each in branch if each.told]
    unsettled = [each for each in judged if not each.settled]
    if not ends:
        return Steady(WHOLE, False, _named(unsettled), bool(judged))
    if judged and not unsettled:
        latest = max(each.day for each in judged)
        for end in ends:
            if end.first >= latest:
                return Steady(end, True)
        unsettled = [each for each in judged if each.day > ends[-1].first]
    return Steady(ends[-1], False, _named(unsettled), bool(judged))


def _named(found: list[Truncation]) -> tuple[tuple[str, str], ...]:
    return tuple((each.measure, each.policy) for each in found)


def _label(measure: str) -> str:
    return HEADLINES.get(measure, measure.replace("_", " "))
