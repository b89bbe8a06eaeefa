"""One run of a calibration: its simulations, its folder, and what it leaves there."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.calibration.confirming import Confirmed, confirm
from experiments.calibration.course import Course
from experiments.calibration.ensemble import Ensemble, ensemble_of, save
from experiments.calibration.memory import Memory, Set
from experiments.calibration.procedure import calibrate
from experiments.calibration.simulating import Simulator
from experiments.calibration.subject import Subject
from experiments.calibration.targets import Target
from experiments.calibration.telling import runs_csv, summary_text
from experiments.command.progress import Display, Meter, clock
from experiments.errors import RequestError
from experiments.own_centre.subject import LUCK_RUNS, OwnSubject
from experiments.provenance import command, environment, now
from experiments.saying import Say
from experiments.store import parquet
from experiments.store.opening import recorded
from experiments.working import crew_at_work

if TYPE_CHECKING:
    from experiments.command.estimate.planned import Planned

STEPS = "steps.json"
"""The designs of the steps so far."""


class RunMeter(Meter):
    """Counts the simulations of a step, whose number is known when it begins."""

    def __init__(self, display: Display) -> None:
        super().__init__(0, 0, display)
        self.title = ""
        self.total = 0

    def follow(self, title: str, done: int, asked: int) -> None:
        """Take note of a simulation that has ended."""
        self.title = title
        self.total += 1
        self.days = self.runs = asked
        self.days_done = self.runs_done = done
        self.display.show(self)

    def text(self) -> str:
        """Return the step and its simulations in one line."""
        return (
            f"{self.title}: {self.runs_done:,}/{self.runs:,} simulations · "
            f"{self.total:,} in all · {clock(self.elapsed)}"
        )


@dataclass(frozen=True)
class Found:
    """What a calibration found.

    Attributes
    ----------
    course : Course
        All that was seen.
    ensemble : Ensemble
        What came of it.
    confirmed : Confirmed
        How some of its sets do on the whole plan.
    """

    course: Course
    ensemble: Ensemble
    confirmed: Confirmed


@dataclass
class Session:
    """One run of a calibration, and what it leaves.

    Attributes
    ----------
    subject : Subject
        What is calibrated; with the bands that a first look gives, once it was taken.
    folder : Path
        Where it goes.
    workers : int
        Processes, where there is no cluster.
    cluster : str or None
        The address of a Dask cluster.
    say : callable
        Told what is going on, a line at a time.
    record : dict
        How it went, for the provenance.
    counts : dict
        Simulations, and how many of them failed.
    errors : list of str
        Why, the first ones.
    """

    subject: Subject
    folder: Path
    workers: int
    cluster: str | None
    say: Say
    record: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def planned(self, *, anew: bool) -> "Planned":
        """Return what would be run."""
        from experiments.command.estimate.commands import calibration_plan

        request, count = self.subject.request, self.workers
        plan = calibration_plan(request, self.folder, count, self.cluster, anew=anew)
        if self.subject.seconds is None:
            return plan
        once, again = self.subject.seconds
        left = max(0, plan.jobs + LUCK_RUNS - plan.kept)
        confirmed = min(request.confirm.sets, left)
        return replace(
            plan,
            what=f"{len(request.ranges)} parameters held against {len(request.facts)} KPIs",
            jobs=plan.jobs + LUCK_RUNS,
            seconds=((left - confirmed) * once + confirmed * again) / count,
            more="at the most: rounds end when there are enough sets",
        )

    def refuse_unfit(self) -> None:
        """Refuse a folder that holds another calibration, and write down whose this one is.

        Raises
        ------
        RequestError
            With what differs, and the way out.
        """
        note = self.folder / "provenance.json"
        if not note.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            parquet.write_text(note, json.dumps(self.subject.identity, indent=2) + "\n")
            parquet.write_text(self.folder / "config.toml", self.subject.text)
        elif obstacle := self.obstacle():
            raise RequestError([obstacle])

    def obstacle(self) -> str:
        """Return why the folder is refused: it holds another calibration; empty where not."""
        if not (self.folder / "provenance.json").exists():
            return ""
        found = recorded(self.folder)
        words = {
            "config_hash": "another config of that name",
            "model": "another version of the model",
            "plan_hash": "another sampling plan",
            "targets_hash": "other bands",
        }
        asked = self.subject.identity
        different = [text for key, text in words.items() if found.get(key) != asked[key]]
        if not different:
            return ""
        return (
            f"{self.folder}: was made with {' and '.join(different)}; nothing was changed. "
            "Give another results folder by --out DIR, or --replace, which moves this one "
            f"aside to {self.folder.name}.old-TIME"
        )

    def calibrate(self, display: Display) -> Found:
        """Go through the calibration.

        Raises
        ------
        Interrupted
            Where it was stopped before the end.
        """
        started, began = now(), time.perf_counter()
        meter = RunMeter(display)
        compiled = self.subject.works.compiled
        used: list[Simulator] = []
        with crew_at_work(
            self.workers, self.cluster, meter, display, self.say, compiled=compiled
        ) as crew:

            def simulator(targets: Sequence[Target], plan: Mapping[str, Any]) -> Simulator:
                works = self.subject.works
                jobs = self.folder / "jobs"
                used.append(Simulator(targets, plan, jobs, crew, works, meter.follow))
                return used[-1]

            def look(
                targets: Sequence[Target],
                plan: Mapping[str, Any],
                asked: Sequence[tuple[Set, int]],
            ) -> np.ndarray:
                looking = simulator(targets, plan)
                looking.title = "first look"
                return looking.table(asked)

            self.subject = subject = self.subject.looked_over(look)
            simulating = simulator(subject.targets, subject.plan)
            memory = Memory(self.folder / STEPS)
            course = calibrate(subject.request, subject.targets, simulating, memory, self.say)
            ensemble = ensemble_of(course)
            confirmed = confirm(course, ensemble, simulating)
        self.record = {
            "command": command("calibrate", "config.toml"),
            "started": started,
            "seconds": round(time.perf_counter() - began, 1),
            "workers": self.cluster or self.workers,
        }
        self.counts = {
            "runs": sum(each.runs for each in used),
            "failed": sum(each.failed for each in used),
        }
        self.errors = [error for each in used for error in each.errors][:5]
        return Found(course, ensemble, confirmed)

    def conclude(self, found: Found) -> None:
        """Write the ensemble, all runs, the figures, the page and where they come from."""
        course, ensemble, confirmed = found.course, found.ensemble, found.confirmed
        request = self.subject.request
        plausible = course.standard.accepted(course.candidates)
        about = {
            **ensemble.provenance,
            **self.subject.identity,
            "name": request.name,
            "seed": request.seed,
            "facts": list(request.facts),
            "waves": list(request.waves.runs),
            "cut": request.waves.cut,
            "sigmas": request.acceptance.sigmas,
            "repeats": request.acceptance.repeats,
            "runs": self.counts["runs"],
            "candidates": len(course.candidates),
            "plausible": len(plausible),
            "out_of_reach": course.aside,
            "without_a_value": course.unseen,
            "only_reported": course.reported,
            "bands": {target.name: target.band() for target in self.subject.targets},
            "confirmed": confirmed.notes(),
            **self.subject.provenance(),
        }
        provenance = {
            "kind": "calibration",
            **environment(),
            **self.subject.identity,
            **self.subject.provenance(),
            "counts": self.counts,
            "errors": self.errors,
            "command": "frontline calibrate config.toml",
            "sessions": [*recorded(self.folder).get("sessions", []), self.record],
        }
        text = json.dumps(provenance, indent=2, ensure_ascii=False) + "\n"
        parquet.write_text(self.folder / "provenance.json", text)
        save(replace(ensemble, provenance=about), self.folder, "ensemble")
        parquet.write_text(self.folder / "runs.csv", runs_csv(course))
        parquet.write_text(self.folder / "summary.json", summary_text(course, ensemble, confirmed))
        left = self.subject.leave(self.folder, ensemble)
        # Imported late: what draws takes a second to load.
        if isinstance(self.subject, OwnSubject):
            from experiments.report.own_centre_page import write_own_centre

            files = [path.name for path in left]
            write_own_centre(self.folder, course, ensemble, confirmed, provenance, files)
        else:
            from experiments.report.calibration_page import write_calibration

            write_calibration(self.folder, course, ensemble, confirmed, provenance)
