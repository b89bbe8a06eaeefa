"""What came of the precision that was asked for, and how many replications it takes next.

The procedure itself, its promise and its references are in
:mod:`experiments.analysis.sequential`; docs/precision.md says how well the promise is kept.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import sim.measures
from experiments.analysis.headlines import HEADLINES
from experiments.analysis.interval import LEVEL, Interval, t_interval
from experiments.analysis.pairing import Pairing, paired
from experiments.analysis.results import Results
from experiments.analysis.sequential import Plan, plan
from experiments.config_parts import Precision
from experiments.periods import WHOLE, Period, period_name, periods

if TYPE_CHECKING:
    from experiments.config import Experiment

COVERAGE = (
    f"mean ± half_width holds the true mean with a probability of at least {LEVEL:.0%} if the "
    "differences are normal (Stein 1945; Chow and Robbins 1965); docs/precision.md has what was "
    "measured where they are not"
)


@dataclass(frozen=True)
class Reached:
    """What came of one request for precision.

    Attributes
    ----------
    asked : Precision
        The request.
    period : Period
        The days that it is about.
    plan : Plan
        Where the procedure stands.
    interval : Interval
        The t interval of the mean difference over the first ``n`` replications.
    pairing : Pairing
        What common random numbers saved, over the same replications.
    first_stage : int
        Pairs with which the procedure began.
    """

    asked: Precision
    period: Period
    plan: Plan
    interval: Interval
    pairing: Pairing
    first_stage: int

    @property
    def n(self) -> int:
        """Replications that it took, or has taken so far."""
        return self.plan.n

    @property
    def half_width(self) -> float:
        """Half the width of the t interval."""
        return self.plan.half_width

    @property
    def first_stage_sd(self) -> float:
        """Standard deviation of the first stage's differences."""
        return self.plan.first_stage_sd

    @property
    def stein_n(self) -> int:
        """Stein's total, in pairs; 0 where the first stage was not complete."""
        return self.plan.stein_n

    @property
    def reached(self) -> bool:
        """Whether the precision was reached."""
        return self.plan.reached

    @property
    def capped(self) -> bool:
        """Whether the cap was met before it."""
        return self.plan.capped

    @property
    def promised(self) -> Interval:
        """The mean ± the half width that was asked for; no ends unless it was reached."""
        mean, h = self.interval.mean, self.asked.half_width
        if not self.reached:
            return Interval(mean, math.nan, math.nan, self.interval.n)
        return Interval(mean, mean - h, mean + h, self.interval.n)

    @property
    def verdict(self) -> str:
        """One of: reached, cap met, never defined, not yet reached."""
        if self.plan.undefined:
            return "never defined"
        if self.reached:
            return "reached"
        return "cap met" if self.capped else "not yet reached"

    def sentence(self, title: Callable[[str], str] = str) -> str:
        """Say it in plain words.

        Parameters
        ----------
        title : callable
            Turns a policy's name into what people call it.
        """
        a, b = (title(name) for name in self.asked.contrast)
        label = HEADLINES.get(self.asked.measure, self.asked.measure.replace("_", " "))
        unit = sim.measures.BY_NAME[self.asked.measure].unit
        wanted = f"±{self.asked.half_width:g}" + ("" if unit in ("", "1") else f" {unit}")
        what = f"{label}, {a} − {b}, {period_name(self.period)}: {wanted} was asked for"
        return f"{what}; {self._outcome()}."

    def _outcome(self) -> str:
        n, width, pairs = self.n, f"±{self.half_width:.2g}", self.plan.pairs
        gaps = "" if pairs == n else f", of which {pairs:,} gave a pair"
        if self.plan.undefined:
            return (
                f"the measure was defined under both policies in none of the first {n:,} "
                "replications, so no more were run for it"
            )
        if self.reached and not self.half_width:
            return (
                f"all of {pairs:,} differences are equal, so it ended at {n:,} replications{gaps}: "
                "what has not been seen to vary has no spread to plan by"
            )
        if self.reached:
            return f"reached with {n:,} replications{gaps} ({width}){self._saved()}"
        if not self.capped:
            so_far = "" if math.isnan(self.half_width) else f" ({width} so far)"
            return (
                f"not reached yet with {n:,} replications{gaps}{so_far}; "
                f"at least {self.plan.target:,} are needed"
            )
        short = f"not reached: the cap of {n:,} replications{gaps} was met"
        if math.isnan(self.half_width):
            return f"{short} with too few pairs for an interval"
        if self.half_width > self.asked.half_width:
            return f"{short} first, at {width}"
        return (
            f"{short} first; their interval is as narrow ({width}), but the first stage asked for "
            f"{max(self.stein_n, self.first_stage):,} pairs, and the coverage is not promised "
            "with fewer"
        )

    def _saved(self) -> str:
        needed = self.pairing.independent_n
        if not needed:
            return ""
        width = f"±{self.half_width:.2g}"
        return f"; independent seeds would have taken about {needed:,} to reach {width}"


def reached(results: Results, asked: Precision, first_stage: int) -> Reached:
    """Return what came of one request.

    Parameters
    ----------
    results : Results
        The runs.
    asked : Precision
        The request.
    first_stage : int
        Pairs with which the procedure began: the experiment's ``replications``.
    """
    x, y = complete(results, asked)
    found = plan(x - y, asked, first_stage)
    x, y = x[: found.n], y[: found.n]
    period = next(each for each in (WHOLE, *periods(results.days)) if each.key == asked.period)
    pairing = paired(*asked.contrast, asked.measure, period, x, y)
    return Reached(asked, period, found, t_interval(x - y), pairing, first_stage)


def all_reached(
    results: Results, asked: Sequence[Precision], first_stage: int
) -> tuple[Reached, ...]:
    """Return what came of each request, in their order."""
    return tuple(reached(results, each, first_stage) for each in asked)


def next_target(results: Results, experiment: "Experiment") -> int | None:
    """Return how many replications there must be next.

    Parameters
    ----------
    results : Results
        The runs so far.
    experiment : Experiment
        What was asked for; its ``replications`` are the first stage.

    Returns
    -------
    int or None
        The largest target of the requests; None when every one of them has ended, and
        where there are none.
    """
    targets = []
    for each in experiment.precision:
        x, y = complete(results, each)
        found = plan(x - y, each, experiment.replications)
        if not found.ended:
            targets.append(found.target)
    return max(targets, default=None)


def complete(results: Results, asked: Precision) -> tuple[np.ndarray, np.ndarray]:
    """Return both policies' values over replications 1 to n, of which none is missing.

    A run that failed is there, as NaN. What lies beyond the first run that is missing
    (an interrupted experiment may leave gaps) is left for when the gap is filled.
    """
    a, b = asked.contrast
    both = np.intersect1d(results.replications_of(a), results.replications_of(b))
    gaps = np.flatnonzero(both != np.arange(1, len(both) + 1))
    count = int(gaps[0]) if len(gaps) else len(both)
    if not count:
        return np.empty(0), np.empty(0)
    # Replications 1 to count are there, so they are the first of all that there are.
    return (
        results.values(a, asked.column)[:count],
        results.values(b, asked.column)[:count],
    )
