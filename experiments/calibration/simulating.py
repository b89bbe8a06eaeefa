"""Sets of parameters simulated: jobs that are done once, and what they gave as a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from experiments.calibration.memory import Set
from experiments.calibration.targets import Target
from experiments.crew import Crew
from experiments.errors import RequestError
from experiments.jobs import Job, run_jobs

OBSERVE = "experiments.evidence.observe:observe"
"""What simulates a set of parameters and takes the C facts' statistics from it."""


class Interrupted(Exception):
    """A calibration was stopped before its end; what is done is kept."""


@dataclass
class Simulator:
    """Simulates sets of parameters.

    Attributes
    ----------
    targets : sequence of Target
        The columns of what is handed back.
    plan : mapping
        The sampling plan, as the work takes it.
    folder : Path
        Where finished jobs are kept.
    crew : Crew
        Who does them.
    work : str
        The function that simulates: see :class:`experiments.jobs.Job`.
    follow : callable
        Told after each job the title, how many of this call's are done, and of how many.
    title : str
        What is being simulated.
    runs, failed : int
        Jobs so far, and how many of them failed.
    errors : list of str
        Why, the first ones.
    """

    targets: Sequence[Target]
    plan: Mapping[str, Any]
    folder: Path
    crew: Crew
    work: str = OBSERVE
    follow: Callable[[str, int, int], None] = lambda title, done, asked: None
    title: str = ""
    runs: int = 0
    failed: int = 0
    errors: list[str] = field(default_factory=list)

    def table(self, asked: Sequence[tuple[Set, int]]) -> np.ndarray:
        """Simulate sets, each with a seed, and return a row each and a column a target.

        A run that failed is a row of NaN.

        Raises
        ------
        Interrupted
            Where the crew was stopped.
        RequestError
            Where all of them failed, or an output is missing.
        """
        jobs = [
            Job(self.work, {"centre": dict(each), "plan": dict(self.plan), "seed": seed})
            for each, seed in asked
        ]
        rows: dict[str, np.ndarray] = {}
        errors = []
        for done, ended in enumerate(run_jobs(jobs, self.folder, self.crew), start=1):
            if ended.error:
                errors.append(ended.error)
            rows[ended.job.key] = self._row(ended.result, failed=bool(ended.error))
            self.follow(self.title, done, len(jobs))
        if len(rows) < len({job.key for job in jobs}):
            raise Interrupted
        if jobs and len(errors) == len(jobs):
            raise RequestError([f"all {len(jobs)} simulations of a step failed: {errors[0]}"])
        self.runs += len(jobs)
        self.failed += len(errors)
        self.errors += errors[:5]
        return np.array([rows[job.key] for job in jobs]).reshape(len(jobs), len(self.targets))

    def _row(self, result: Mapping[str, np.ndarray], *, failed: bool) -> np.ndarray:
        if failed:
            return np.full(len(self.targets), np.nan)
        if missing := [each.name for each in self.targets if each.name not in result]:
            raise RequestError([f"{self.work} gives no {', '.join(missing)}"])
        return np.array([float(result[each.name]) for each in self.targets])
