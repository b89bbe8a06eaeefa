"""Points of a space of centres simulated under all policies: jobs done once, handed back as tables.

A point is what it changes of the centre. Points are asked for some hundred at a time: a space may
have tens of thousands of them, whose jobs are each as long as a list of all parameters.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.crew import Crew
from experiments.errors import RequestError
from experiments.evidence.centres import centre_of
from experiments.kinds.running import RunMeter
from experiments.kinds.table import Asked, Tally, simulated
from experiments.kinds.varied.ranges import WORKLOAD, flat
from experiments.kinds.varied.request import Varied
from experiments.kinds.work import NAMES, Ask, measured_periods, needs_neutral
from sim.parameters import Centre

AT_ONCE = 256
"""Points asked for at a time."""

STREAMS = 1_000
"""Streams of chance that a point has for itself, where points have their own."""

Point = Mapping[str, Any]


class Apart(Asked):
    """The same with chance of its own in each centre, so that centres tell independently."""

    first = 0

    @property
    def asks(self) -> Iterable[tuple[str, int, Ask]]:
        """Yield each centre and replication with its ask; a centre's name is its number."""
        for name, number, ask in super().asks:
            stream = STREAMS * int(name) + number
            yield name, number, replace(ask, replication=stream)


@dataclass
class Simulator:
    """Simulates points.

    Attributes
    ----------
    request : Varied
        What is simulated at each.
    folder : Path
        Where finished jobs are kept.
    crew : Crew
        Who does them.
    meter : RunMeter
        Told of every job that ends.
    tally : Tally
        How far all of it is.
    """

    request: Varied
    folder: Path
    crew: Crew
    meter: RunMeter
    tally: Tally = field(default_factory=Tally)

    def values(
        self,
        points: Sequence[Point],
        measures: Sequence[str],
        title: str,
        *,
        apart: bool = False,
    ) -> np.ndarray:
        """Return measures at points, of shape (replications, points, policies, measures).

        Parameters
        ----------
        points : sequence of mapping
            What each changes of the request's centre.
        measures : sequence of str
            Which.
        title : str
            What is being simulated.
        apart : bool
            Whether each point has chance of its own; else all have it in common.

        Returns
        -------
        ndarray
            NaN where a job failed, and where a measure is not defined.

        Raises
        ------
        Interrupted
            Where the crew was stopped before the end.
        RequestError
            Where nothing but failures came of it.
        """
        request = self.request
        period = [each.key for each in measured_periods(request.days)].index(request.period)
        columns = [NAMES.index(name) for name in measures]
        gains = needs_neutral(measures)
        self.meter.begin(title, len(points) * request.replications, self.tally)
        shape = (request.replications, len(points), len(request.policies), len(measures))
        found = np.full(shape, np.nan)
        before, failures = self.tally.failed, []
        for first in range(0, len(points), AT_ONCE):
            some = range(first, min(first + AT_ONCE, len(points)))
            tables, failed = {}, self.tally.failed
            try:
                tables = simulated(
                    (Apart if apart else Asked)(
                        centres={str(each): changed(request.centre, points[each]) for each in some},
                        policies=request.resolved,
                        neutral=request.experiment.neutral_policy(),
                        warmup_days=request.warmup_days,
                        days=request.days,
                        seed=request.seed,
                        replications=range(1, request.replications + 1),
                        gains=gains,
                    ),
                    self.folder,
                    self.crew,
                    self.tally,
                    self.meter.follow,
                )
            except RequestError as error:
                if self.tally.failed == failed:  # it was not the jobs: nothing more can be done
                    raise
                # All of these failed, which is not to be the end of the others.
                failures.append(error)
            for name, table in tables.items():
                found[:, int(name)] = table.values[:, :, period, columns]
        if failures and self.tally.failed - before >= len(points) * request.replications:
            raise failures[0]
        return found


def changed(centre: Centre, point: Point) -> Centre:
    """Return a centre with some parameters changed.

    Raises
    ------
    RequestError
        Where they do not go together.
    """
    if not point:
        return centre
    given = {**flat(centre), **point}
    if WORKLOAD in given:
        given["customers"] = max(1, round(given["customers"] * given.pop(WORKLOAD)))
    return centre_of(given)


def check_points(centre: Centre, points: Sequence[Point]) -> None:
    """Refuse points at which parameters do not go together.

    Raises
    ------
    RequestError
        With the first of them, and how many there are.
    """
    wrong: list[str] = []
    for point in points:
        try:
            changed(centre, point)
        except RequestError as error:
            wrong.append("; ".join(error.messages))
    if wrong:
        raise RequestError(
            [
                f"at {len(wrong):,} of {len(points):,} points the ranges give a centre that cannot "
                f"be: {wrong[0]}; allowed: ranges that keep such parameters apart"
            ]
        )
