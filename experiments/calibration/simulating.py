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
from experiments.jobs import Interrupted, Job, run_jobs


@dataclass(frozen=True)
class Works:
    """The functions that simulate a set of parameters; see :class:`experiments.jobs.Job`.

    Attributes
    ----------
    observe : str
        Gives all targets' statistics, on the plan's smaller samples.
    confirm : str
        The same on the whole plan.
    sketch : str
        Gives some of them at a part of the cost; none where empty.
    compiled : bool
        Whether they run the compiled model.
    """

    observe: str
    confirm: str
    sketch: str = ""
    compiled: bool = False


PROJECT = Works(
    "experiments.evidence.observe:observe",
    "experiments.evidence.observe:confirm",
    "experiments.evidence.sketch:sketch",
    compiled=True,
)
"""What simulates the project's model and takes the C facts' statistics from it."""

SKETCHES = "sketches"
"""The folder of finished sketches, beside that of the runs."""


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
        Where finished jobs are kept; sketches lie beside it, in a folder of their own.
    crew : Crew
        Who does them.
    works : Works
        The functions that simulate.
    follow : callable
        Told after each job the title, how many of this call's are done, and of how many.
    title : str
        What is being simulated.
    runs, failed : int
        Jobs so far, sketches left out, and how many of all failed.
    errors : list of str
        Why, the first ones.
    """

    targets: Sequence[Target]
    plan: Mapping[str, Any]
    folder: Path
    crew: Crew
    works: Works = PROJECT
    follow: Callable[[str, int, int], None] = lambda title, done, asked: None
    title: str = ""
    runs: int = 0
    failed: int = 0
    errors: list[str] = field(default_factory=list)

    def table(self, asked: Sequence[tuple[Set, int]]) -> np.ndarray:
        """Simulate sets, each with a seed, and return a row each and a column a target.

        A run that failed is a row of NaN.

        Parameters
        ----------
        asked : sequence of (dict, int)
            Sets and seeds.

        Raises
        ------
        Interrupted
            Where the crew was stopped.
        RequestError
            Where all of them failed, or an output is missing.
        """
        self.runs += len(asked)
        return self._table(self.works.observe, asked, self.folder)

    def sketches(self, asked: Sequence[tuple[Set, int]]) -> np.ndarray:
        """Return the same, with NaN for all that a sketch does not tell."""
        beside = self.folder.with_name(SKETCHES)
        return self._table(self.works.sketch, asked, beside, partly=True)

    def confirmations(self, asked: Sequence[tuple[Set, int]]) -> np.ndarray:
        """Return the same, simulated on the whole plan."""
        self.runs += len(asked)
        return self._table(self.works.confirm, asked, self.folder)

    def _table(
        self,
        work: str,
        asked: Sequence[tuple[Set, int]],
        folder: Path,
        *,
        partly: bool = False,
    ) -> np.ndarray:
        jobs = [
            Job(work, {"centre": dict(each), "plan": dict(self.plan), "seed": seed})
            for each, seed in asked
        ]
        rows: dict[str, np.ndarray] = {}
        errors = []
        for done, ended in enumerate(run_jobs(jobs, folder, self.crew), start=1):
            if ended.error:
                errors.append(ended.error)
            if not (ended.error or partly):
                self._refuse_incomplete(work, ended.result)
            rows[ended.job.key] = self._row(ended.result)
            self.follow(self.title, done, len(jobs))
        if len(rows) < len({job.key for job in jobs}):
            raise Interrupted
        if jobs and len(errors) == len(jobs):
            raise RequestError([f"all {len(jobs)} simulations of a step failed: {errors[0]}"])
        self.failed += len(errors)
        self.errors += errors[:5]
        return np.array([rows[job.key] for job in jobs]).reshape(len(jobs), len(self.targets))

    def _refuse_incomplete(self, work: str, result: Mapping[str, np.ndarray]) -> None:
        if missing := [each.name for each in self.targets if each.name not in result]:
            raise RequestError([f"{work} gives no {', '.join(missing)}"])

    def _row(self, result: Mapping[str, np.ndarray]) -> np.ndarray:
        return np.array([float(result.get(each.name, np.nan)) for each in self.targets])
