"""Estimates for the room: quick ones while a slider is dragged, full ones on release.

A full estimate is what ``frontline run`` gives: the same replications of the same
experiment, paired over the policies. A quick one takes the first few of them and, where
the centre itself was changed and has to be warmed up anew, fewer days.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from threading import Lock
from typing import Any, NamedTuple

import numpy as np

import sim
from experiments.analysis.interval import Interval, t_interval
from experiments.demo.fair import Check, FairPool
from experiments.demo.kept import Kept
from experiments.demo.series import Series, series_of
from experiments.demo.setting import Setting, Wish
from experiments.design import Point
from experiments.errors import RequestError, in_a_line
from experiments.periods import WEEK

MEASURES = ("loyalty", "exhaustion", "cost_per_contact", "retention", "burnout")
"""What is estimated. None of them needs the neutral policy's own run."""

QUICK_REPLICATIONS = 3
QUICK_CENTRES = 2
"""Replications of a quick estimate: with kept warm-ups, and with new ones."""

QUICK_WORK = 1_200.0
"""Days times desks of a quick estimate: some 80 ms of one processor, all in all."""

LEAST_WEEKS = 4
"""Weeks after the branch, and of a new warm-up, of a quick estimate, however large the centre."""

RUNS_KEPT = 5_000
"""Runs whose figures are kept: a few kilobytes each."""

TELLING = 0.5
"""Seconds between two words on how far a full estimate is."""


class Values(NamedTuple):
    """The figures of one run: over all days, and week by week."""

    whole: Mapping[str, float]
    weeks: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Estimate:
    """What a number of replications gave.

    Attributes
    ----------
    wish : Wish
        What was asked.
    n : int
        Replications of each policy.
    days, warmup_days : int
        Days after the branch, and before it.
    full : bool
        Whether all of the experiment's replications and days are in it.
    titles : dict
        Policy: what people call it, in order.
    means : dict
        Measure, then policy: the mean over all days with its interval.
    differences : dict
        Measure, then (a, b): the mean paired difference a − b; b stands before a.
    weeks : dict
        Measure, then policy: week by week.
    seconds : float
        How long it took, from the question on.
    """

    wish: Wish
    n: int
    days: int
    warmup_days: int
    full: bool
    titles: dict[str, str]
    means: dict[str, dict[str, Interval]]
    differences: dict[str, dict[tuple[str, str], Interval]]
    weeks: dict[str, dict[str, Series]]
    seconds: float = 0.0


@dataclass(frozen=True)
class Shape:
    """How much is run for an estimate."""

    n: int
    days: int
    warmup_days: int


class Trials:
    """The room's laboratory.

    Parameters
    ----------
    setting : Setting
        The experiment.
    workers : int, optional
        Threads, see :class:`experiments.demo.fair.FairPool`.
    """

    def __init__(self, setting: Setting, *, workers: int | None = None) -> None:
        self.setting = setting
        self._pool = FairPool(workers)
        self._runs: Kept[Values] = Kept(RUNS_KEPT)

    @property
    def compiling(self) -> bool:
        """Whether the model is being compiled, which happens once and takes half a minute."""
        return self.setting.starts.compiling

    def prepare(self) -> Future[Estimate | None]:
        """Load the engine and work out what is asked first, before anybody asks."""
        return self.ask("the room itself", Wish(tuple(self.setting.titles)))

    def ask(
        self, page: str, wish: Wish, tell: Callable[[Estimate], None] | None = None
    ) -> Future[Estimate | None]:
        """Ask for an estimate.

        Parameters
        ----------
        page : str
            Who asks. Its older request is dropped.
        wish : Wish
            What is wanted.
        tell : callable, optional
            Given what there is so far of an estimate that takes long, from any thread.

        Returns
        -------
        Future
            The estimate; None where a newer request came before it was there.

        Raises
        ------
        RequestError
            Where there is no such policy or slider.
        """
        began = time.perf_counter()
        points = self._points(wish)
        tasks = [partial(self._replication, each) for each in points]
        answer = partial(self._estimate, wish, points, began)
        each = _Teller(answer, tell).hear if tell is not None else None
        return self._pool.submit(page, tasks, answer, each)

    def forget(self, page: str) -> None:
        """Drop what a page asked for."""
        self._pool.forget(page)

    def close(self) -> None:
        """Drop everything, and let the threads end."""
        self._pool.close()

    def shape(self, wish: Wish) -> Shape:
        """Return how much would be run for a wish."""
        policies, centre = self.setting.changed(wish)
        return self._shape(wish, len(policies), centre)

    def _shape(self, wish: Wish, policies: int, centre: sim.Centre) -> Shape:
        asked = self.setting
        if wish.full:
            return Shape(asked.replications, asked.days, asked.warmup_days)
        new = centre != asked.centre
        n = min(QUICK_CENTRES if new else QUICK_REPLICATIONS, asked.replications)
        # Work goes with whatever there is more of than in the room's own centre.
        crowd = asked.centre.seats * centre.customers / asked.centre.customers
        affordable = QUICK_WORK / (n * max(centre.seats, crowd))
        if not new:
            # One policy is moved; the others' runs are kept.
            return Shape(n, _weeks(affordable, asked.days), asked.warmup_days)
        days = _weeks(affordable / (1.0 + policies), asked.days)
        return Shape(n, days, min(asked.warmup_days, max(days, LEAST_WEEKS * WEEK)))

    def _points(self, wish: Wish) -> list[tuple[Point, ...]]:
        """Return what is to be run: for each replication the points of all policies."""
        asked = self.setting
        policies, centre = asked.changed(wish)
        shape = self._shape(wish, len(policies), centre)
        found = []
        for replication in range(1, shape.n + 1):
            situation = replace(
                asked.situation(replication),
                centre=centre,
                warmup_days=shape.warmup_days,
                days=shape.days,
            )
            found.append(
                tuple(
                    Point("room", name, policy, asked.branch_of(name, wish), situation)
                    for name, policy in policies.items()
                )
            )
        return found

    def _replication(self, points: Sequence[Point], check: Check) -> list[Values]:
        return [self._run(point, check) for point in points]

    def _run(self, point: Point, check: Check) -> Values:
        check()
        return self._runs.get(point.run_id, partial(self._simulate, point, check), check)

    def _simulate(self, point: Point, check: Check) -> Values:
        situation = point.situation
        try:
            outcome = sim.simulate(
                situation.centre,
                point.policy,
                days=situation.days,
                seed=situation.seed,
                replication=situation.replication,
                start=self.setting.starts.get(situation, check),
                timeline=point.switches,
                progress=lambda day: check(),
            )
        except (ValueError, FloatingPointError) as error:
            raise RequestError([f"{point}: {in_a_line(error)}"]) from None
        whole, weeks = outcome.measures(), outcome.weekly()
        return Values(
            {name: whole[name] for name in MEASURES}, {name: weeks[name] for name in MEASURES}
        )

    def _estimate(
        self,
        wish: Wish,
        points: Sequence[Sequence[Point]],
        began: float,
        results: Sequence[Sequence[Values]],
    ) -> Estimate:
        names = [point.name for point in points[0]]
        situation = points[0][0].situation
        runs = {name: [each[k] for each in results] for k, name in enumerate(names)}
        means: dict[str, dict[str, Interval]] = {}
        apart: dict[str, dict[tuple[str, str], Interval]] = {}
        weeks: dict[str, dict[str, Series]] = {}
        for measure in MEASURES:
            values = {
                name: np.array([one.whole[measure] for one in each]) for name, each in runs.items()
            }
            means[measure] = {name: t_interval(each) for name, each in values.items()}
            apart[measure] = {
                (b, a): t_interval(values[b] - values[a]) for a, b in combinations(values, 2)
            }
            weeks[measure] = {
                name: series_of(np.array([one.weeks[measure] for one in each]))
                for name, each in runs.items()
            }
        return Estimate(
            wish,
            len(results),
            situation.days,
            situation.warmup_days,
            wish.full and len(results) == len(points),
            {name: self.setting.title(name, wish) for name in names},
            means,
            apart,
            weeks,
            time.perf_counter() - began,
        )


class _Teller:
    """Tells of a full estimate on its way, now and then."""

    def __init__(
        self, answer: Callable[[list[Any]], Estimate], tell: Callable[[Estimate], None]
    ) -> None:
        self._answer = answer
        self._tell = tell
        self._told = 0
        self._when = time.perf_counter()
        self._lock = Lock()

    def hear(self, results: list[Any]) -> None:
        """Tell of the replications that are there without a gap, the first ones."""
        there = next((k for k, each in enumerate(results) if each is None), len(results))
        with self._lock:
            now = time.perf_counter()
            if there < 2 or there <= self._told or now - self._when < TELLING:
                return
            self._told, self._when = there, now
        self._tell(self._answer(results[:there]))


def _weeks(affordable: float, days: int) -> int:
    """Return whole weeks for which there is time, or all days where there is time for them."""
    if affordable >= days:
        return days
    return min(days, WEEK * max(LEAST_WEEKS, int(affordable // WEEK)))
