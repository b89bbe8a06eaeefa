"""Policies simulated where a search asks for them: jobs of several policies, done once and kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from experiments.crew import Crew
from experiments.errors import RequestError
from experiments.jobs import Interrupted, Job, run_jobs
from experiments.kinds.frontier.objectives import column
from experiments.kinds.frontier.request import Request
from experiments.kinds.table import Tally
from experiments.kinds.work import NAMES, Ask, measured_periods, policy_key
from sim.policy import Policy

TOGETHER = 12
"""Policies that share a job and so a warm-up: what a warm-up costs is little beside them, and a job
does not last so long that nobody would wait for it. Whatever the crew: a job is known again by the
policies in it."""


@dataclass
class Evaluator:
    """Simulates policies, and keeps every measure of every run.

    Attributes
    ----------
    request : Request
        What is asked.
    folder : Path
        Where finished jobs are kept.
    crew : Crew
        Who does them.
    tally : Tally
        Counted on.
    follow : callable
        Told of every job that ends.
    seen : dict
        By policy and replication: every measure over the period asked for.
    """

    request: Request
    folder: Path
    crew: Crew
    tally: Tally = field(default_factory=Tally)
    follow: Callable[[Tally], None] = lambda tally: None
    seen: dict[tuple[str, int], np.ndarray] = field(default_factory=dict)

    def points(self, points: np.ndarray, replications: np.ndarray) -> np.ndarray:
        """Return the objectives at points of the cube: what a search asks for.

        Parameters
        ----------
        points : ndarray, shape (points, dimensions)
        replications : ndarray of int, shape (replications,)

        Returns
        -------
        ndarray, shape (replications, points, objectives)
            NaN where a job failed.
        """
        policies = [self.request.space.policy(point) for point in points]
        return self.policies(policies, replications.tolist())

    def policies(self, policies: Sequence[Policy], replications: Sequence[int]) -> np.ndarray:
        """Return the objectives of policies, shape (replications, policies, objectives).

        Raises
        ------
        Interrupted
            Where the crew was stopped before the end.
        RequestError
            Where every simulation failed.
        """
        self._simulate({policy_key(each): each for each in policies}, replications)
        return self.objectives([policy_key(each) for each in policies], replications)

    def objectives(self, keys: Sequence[str], replications: Sequence[int]) -> np.ndarray:
        """Return the objectives of what has been simulated; NaN where nothing has."""
        measures = self.measures(keys, replications)
        columns = [
            column(name, lambda measure: measures[:, :, NAMES.index(measure)])
            for name in self.request.objectives
        ]
        return np.stack(columns, axis=-1)

    def measures(self, keys: Sequence[str], replications: Sequence[int]) -> np.ndarray:
        """Return every measure, shape (replications, policies, measures)."""
        none = np.full(len(NAMES), np.nan)
        rows = [[self.seen.get((key, number), none) for key in keys] for number in replications]
        return np.array(rows).reshape(len(replications), len(keys), len(NAMES))

    def _simulate(self, policies: dict[str, Policy], replications: Sequence[int]) -> None:
        jobs: dict[str, tuple[Job, int]] = {}
        for number in replications:
            missing = [key for key in policies if (key, number) not in self.seen]
            for start in range(0, len(missing), TOGETHER):
                some = {key: policies[key] for key in missing[start : start + TOGETHER]}
                job = self._ask(some, number).job
                jobs[job.key] = (job, number)
        period = [each.key for each in measured_periods(self.request.days)].index(
            self.request.period
        )
        self.tally.jobs += len(jobs)
        ended, errors = 0, []
        for done in run_jobs((job for job, _ in jobs.values()), self.folder, self.crew):
            ended += 1
            self.tally.kept += done.kept
            self.tally.done += not done.kept
            number = jobs[done.job.key][1]
            if done.error:
                self.tally.failed += 1
                errors.append(f"replication {number}: {done.error}")
            else:
                self.tally.runs += len(done.result)
                for key, values in done.result.items():
                    self.seen[key, number] = values[period]
            self.follow(self.tally)
        if ended < len(jobs):
            raise Interrupted
        self.tally.errors += errors
        if jobs and len(errors) == len(jobs):
            raise RequestError([f"all {len(jobs)} simulations of a step failed: {errors[0]}"])

    def _ask(self, policies: dict[str, Policy], replication: int) -> Ask:
        asked = self.request
        return Ask(
            asked.centre,
            policies,
            asked.outside,
            asked.warmup_days,
            asked.days,
            asked.seed,
            replication,
        )
