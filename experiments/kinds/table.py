"""Finished jobs as tables: (replications, points) of every measure, paired row by row."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from experiments.crew import Crew
from experiments.errors import RequestError, no_such
from experiments.jobs import Interrupted, run_jobs
from experiments.kinds.work import NAMES, Ask, measured_periods, policy_key
from sim.parameters import Centre
from sim.policy import Policy


@dataclass(frozen=True, eq=False)
class Table:
    """The values of one centre's runs.

    Attributes
    ----------
    points : tuple of str
        The policies, by name.
    replications : tuple of int
        The rows.
    days : int
        Days after the branch.
    values : ndarray, shape (replications, points, periods, measures)
        NaN where a job failed, and where a measure is not defined. Periods and measures are
        those of :mod:`experiments.kinds.work`.
    """

    points: tuple[str, ...]
    replications: tuple[int, ...]
    days: int
    values: np.ndarray

    @property
    def periods(self) -> tuple[str, ...]:
        """The days that were measured: "whole", "year_1", ..."""
        return tuple(period.key for period in measured_periods(self.days))

    def of(self, measure: str, period: str = "whole") -> np.ndarray:
        """Return one measure, shape (replications, points).

        Raises
        ------
        RequestError
            Where there is no such measure or period.
        """
        for what, name, known in (
            ("measure", measure, NAMES),
            ("period", period, self.periods),
        ):
            if name not in known:
                raise RequestError([no_such(what, name, known)])
        return np.asarray(self.values[:, :, self.periods.index(period), NAMES.index(measure)])

    def only(self, points: Sequence[str]) -> "Table":
        """Return the table of some of the points, in the order given."""
        places = [self.points.index(point) for point in points]
        return Table(tuple(points), self.replications, self.days, self.values[:, places])


def beside(tables: Sequence[Table]) -> Table:
    """Return one table of all points of several that have the same replications and days."""
    return Table(
        tuple(point for table in tables for point in table.points),
        tables[0].replications,
        tables[0].days,
        np.concatenate([table.values for table in tables], axis=1),
    )


@dataclass(frozen=True)
class Asked:
    """What is simulated: centres, each under policies, in replications.

    Attributes
    ----------
    centres : mapping of str to Centre
        By any names.
    policies : mapping of str to Policy
        By any names: the points of the tables.
    neutral : Policy
        The policy of the warm-up.
    warmup_days, days, seed : int
        Days before and after the branch; the key of every draw.
    replications : sequence of int
        Numbered from 1. The same number is the same chance in every centre.
    gains : bool
        Whether gains are measured, too.
    """

    centres: Mapping[str, Centre]
    policies: Mapping[str, Policy]
    neutral: Policy
    warmup_days: int
    days: int
    seed: int
    replications: Sequence[int]
    gains: bool = True

    @property
    def asks(self) -> Iterable[tuple[str, int, Ask]]:
        """Yield each centre and replication with its ask; replications in the outer loop."""
        for replication in self.replications:
            for name, centre in self.centres.items():
                yield (
                    name,
                    replication,
                    Ask(
                        centre,
                        self.policies,
                        self.neutral,
                        self.warmup_days,
                        self.days,
                        self.seed,
                        replication,
                        self.gains,
                    ),
                )

    @property
    def runs(self) -> int:
        """How many runs it is, warm-ups and neutral runs left out."""
        return len(self.centres) * len(self.replications) * len(self.policies)


@dataclass
class Tally:
    """How far simulating is: jobs and runs in all, done before, done, failed, and why.

    Attributes
    ----------
    jobs, kept, done, failed : int
        Jobs asked for so far; of these done before, done now, and failed.
    runs : int
        Runs in jobs that ended well.
    errors : list of str
        Why jobs failed.
    """

    jobs: int = 0
    kept: int = 0
    done: int = 0
    failed: int = 0
    runs: int = 0
    errors: list[str] = field(default_factory=list)


def simulated(
    asked: Asked,
    folder: Path,
    crew: Crew,
    tally: Tally | None = None,
    follow: Callable[[Tally], None] = lambda tally: None,
) -> dict[str, Table]:
    """Simulate what has not been simulated, and return a table a centre.

    A job that fails is a row of NaN in its centre's table.

    Parameters
    ----------
    asked : Asked
        What is simulated.
    folder : Path
        Where finished jobs are kept.
    crew : Crew
        Who does them, see :func:`experiments.working.crew_at_work`.
    tally : Tally or None
        Counted on.
    follow : callable
        Told of every job that ends.

    Raises
    ------
    Interrupted
        Where the crew was stopped before the end.
    RequestError
        Where all of them failed.
    """
    tally = tally if tally is not None else Tally()
    rows = {number: row for row, number in enumerate(asked.replications)}
    shape = (len(rows), len(asked.policies), len(measured_periods(asked.days)), len(NAMES))
    values = {name: np.full(shape, np.nan) for name in asked.centres}
    keys = [policy_key(policy) for policy in asked.policies.values()]
    # Two centres that come to the same are one job.
    places: dict[str, list[tuple[str, int]]] = {}
    jobs = []
    for name, replication, ask in asked.asks:
        job = ask.job
        if job.key not in places:
            jobs.append(job)
        places.setdefault(job.key, []).append((name, replication))
    tally.jobs += len(jobs)
    ended, errors = 0, []
    for done in run_jobs(jobs, folder, crew):
        ended += 1
        tally.kept += done.kept
        tally.done += not done.kept
        if done.error:
            name, replication = places[done.job.key][0]
            errors.append(f"{name}, replication {replication}: {done.error}")
        else:
            tally.runs += len(set(keys))
            for name, replication in places[done.job.key]:
                values[name][rows[replication]] = np.stack([done.result[key] for key in keys])
        follow(tally)
    if ended < len(jobs):
        raise Interrupted
    tally.failed += len(errors)
    tally.errors += errors
    if jobs and len(errors) == len(jobs):
        raise RequestError([f"all {len(jobs)} simulations failed: {errors[0]}"])
    names, numbers = tuple(asked.policies), tuple(asked.replications)
    return {name: Table(names, numbers, asked.days, each) for name, each in values.items()}
