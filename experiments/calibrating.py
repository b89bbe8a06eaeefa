"""A calibration from its config to the ensemble: what ``frontline calibrate`` does."""

import json
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from experiments.calibration.confirming import Confirmed, confirm
from experiments.calibration.course import Course
from experiments.calibration.ensemble import (
    Ensemble,
    ensemble_of,
    keep_ensemble,
    medoid_lines,
    save,
)
from experiments.calibration.memory import Memory
from experiments.calibration.procedure import calibrate
from experiments.calibration.request import DEFAULT, Calibration, load_calibration
from experiments.calibration.simulating import PROJECT, Simulator, Works
from experiments.calibration.targets import Target, targets_of
from experiments.calibration.telling import runs_csv, summary_text
from experiments.catalogue import shipped_folder
from experiments.cluster import parse_address
from experiments.command.progress import Display, Meter, clock, display_for
from experiments.design import fingerprint, model_version
from experiments.errors import RequestError
from experiments.evidence.fact import Fact
from experiments.evidence.plan import sampling_plan
from experiments.jobs import Interrupted
from experiments.provenance import command, environment, now
from experiments.saying import Say, listener
from experiments.session import RESULTS
from experiments.store import parquet
from experiments.store.lock import locked
from experiments.store.opening import move_aside, recorded
from experiments.working import crew_at_work, project_facts, say_stopped

NAME = "calibration"
"""The folder below that of all results; each calibration has one of its own in it."""

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


def run(
    config: str | Path | None = None,
    *,
    root: Path = RESULTS,
    workers: int | None = None,
    cluster: str | None = None,
    display: Display | None = None,
    say: Say | None = None,
    as_json: bool = False,
    replace: bool = False,
    quiet: bool = False,
    keep: bool = False,
    dry_run: bool = False,
    go_on: str = "frontline calibrate",
    facts: Iterable[Fact] | None = None,
    works: Works = PROJECT,
) -> int:
    """Calibrate, or go on where it was left, and write the ensemble, the figures and the page.

    Parameters
    ----------
    config : str, Path or None
        The calibration's file; the shipped one where None.
    root : Path
        The folder of all results.
    workers : int or None
        Processes; one for each processor where None.
    cluster : str or None
        A Dask cluster, see :func:`experiments.cluster.open_cluster`.
    display : Display or None
        Where to show the progress; chosen by where the output goes where None.
    say : callable or None
        Told how things go, a line at a time; standard error where None.
    as_json : bool
        Print what was found as JSON.
    replace : bool
        Move what is there aside, finished simulations too, and begin anew.
    quiet : bool
        No progress and no table.
    keep : bool
        Copy the ensemble to the shipped files, where :func:`experiments.calibration.ensemble.load`
        finds it; an older one is kept beside it under another name.
    dry_run : bool
        Only print what would be run: nothing is run or written.
    go_on : str
        The command that goes on where this one is cut short.
    facts : iterable of Fact or None
        The facts there are; the project's where None.
    works : Works
        What simulates a set.

    Returns
    -------
    int
        0 where it came to its end, whatever was found; 1 where simulations failed, or where it
        was stopped.

    Raises
    ------
    RequestError
        Where the file is wrong, it names a fact of class E, there is no such cluster, or the
        folder is in use, holds another calibration, or cannot be written to.
    """
    request = load_calibration(config)
    where = f"{config if config is not None else shipped_folder() / DEFAULT}: "
    facts = project_facts() if facts is None else facts
    targets = targets_of(request.facts, facts, where, request.reported)
    if cluster is not None:
        parse_address(cluster)  # before anything is written
    say = listener(say, quiet=quiet)
    folder = root / NAME / request.name
    session = Session(request, targets, folder, workers or os.cpu_count() or 1, cluster, say)
    if dry_run:
        from experiments.command.estimate.commands import calibration_plan
        from experiments.command.estimate.planned import say_planned

        plan = calibration_plan(request, folder, workers, cluster, anew=replace)
        return say_planned(plan, "" if replace else session.obstacle())
    with locked(folder):
        if replace and folder.exists():
            say(f"{folder}: what was there is kept as {move_aside(folder).name}")
        session.refuse_unfit()
        try:
            found = session.calibrate(display or display_for("calibrate", quiet=quiet), works)
        except Interrupted:
            say_stopped(go_on)
            return 1
        session.conclude(found)
    if keep:
        say(f"Kept: {keep_ensemble(folder, request.name)}")
    _show(found, folder, as_json=as_json, quiet=quiet)
    return 1 if session.counts["failed"] else 0


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
    request : Calibration
        What is asked.
    targets : list of Target
        The bands.
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

    request: Calibration
    targets: list[Target]
    folder: Path
    workers: int
    cluster: str | None
    say: Say
    record: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @property
    def identity(self) -> dict[str, Any]:
        """What a folder is known by again."""
        return {
            "config_hash": self.request.hash,
            "model": model_version(),
            "plan_hash": fingerprint(sampling_plan().model_dump()),
            "targets_hash": fingerprint([_plain(target) for target in self.targets]),
        }

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
            parquet.write_text(note, json.dumps(self.identity, indent=2) + "\n")
            parquet.write_text(self.folder / "config.toml", self.request.text())
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
        different = [text for key, text in words.items() if found.get(key) != self.identity[key]]
        if not different:
            return ""
        return (
            f"{self.folder}: was made with {' and '.join(different)}; nothing was changed. "
            "Give another results folder by --out DIR, or --replace, which moves this one "
            f"aside to {self.folder.name}.old-TIME"
        )

    def calibrate(self, display: Display, works: Works = PROJECT) -> Found:
        """Go through the calibration.

        Raises
        ------
        Interrupted
            Where it was stopped before the end.
        """
        started, began = now(), time.perf_counter()
        meter = RunMeter(display)
        compiled = works == PROJECT
        with crew_at_work(
            self.workers, self.cluster, meter, display, self.say, compiled=compiled
        ) as crew:
            simulator = Simulator(
                self.targets,
                sampling_plan().model_dump(mode="json"),
                self.folder / "jobs",
                crew,
                works,
                meter.follow,
            )
            course = calibrate(
                self.request, self.targets, simulator, Memory(self.folder / STEPS), self.say
            )
            ensemble = ensemble_of(course)
            confirmed = confirm(course, ensemble, simulator)
        self.record = {
            "command": command("calibrate", "config.toml"),
            "started": started,
            "seconds": round(time.perf_counter() - began, 1),
            "workers": self.cluster or self.workers,
        }
        self.counts = {"runs": simulator.runs, "failed": simulator.failed}
        self.errors = simulator.errors[:5]
        return Found(course, ensemble, confirmed)

    def conclude(self, found: Found) -> None:
        """Write the ensemble, all runs, the figures, the page and where they come from."""
        # Imported late: what draws takes a second to load.
        from experiments.report.calibration_page import write_calibration

        course, ensemble, confirmed = found.course, found.ensemble, found.confirmed
        plausible = course.standard.accepted(course.candidates)
        about = {
            **ensemble.provenance,
            **self.identity,
            "name": self.request.name,
            "seed": self.request.seed,
            "facts": list(self.request.facts),
            "waves": list(self.request.waves.runs),
            "cut": self.request.waves.cut,
            "sigmas": self.request.acceptance.sigmas,
            "repeats": self.request.acceptance.repeats,
            "runs": self.counts["runs"],
            "candidates": len(course.candidates),
            "plausible": len(plausible),
            "out_of_reach": course.aside,
            "without_a_value": course.unseen,
            "only_reported": course.reported,
            "bands": {target.name: target.band() for target in self.targets},
            "confirmed": confirmed.notes(),
        }
        provenance = {
            "kind": "calibration",
            **environment(),
            **self.identity,
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
        write_calibration(self.folder, course, ensemble, confirmed, provenance)


def _plain(target: Target) -> list[Any]:
    return [target.name, repr(target.low), repr(target.high), target.judged]


def _show(found: Found, folder: Path, *, as_json: bool, quiet: bool) -> None:
    """Print what was found."""
    course, ensemble, confirmed = found.course, found.ensemble, found.confirmed
    if as_json:
        sys.stdout.write(summary_text(course, ensemble, confirmed))
        return
    if quiet:
        return
    from experiments.calibration import findings
    from experiments.report.calibration_page import lead

    rows = findings.reached(course, ensemble)
    width = max(len(each.name) for each in rows)
    for each in rows:
        if each.unseen:
            print(f"{each.name:<{width}}  no value: not judged here")
            continue
        low, median, high = each.ensemble
        note = "" if each.judged else "  only reported"
        print(
            f"{each.name:<{width}}  {median:9.3g} [{low:.3g}, {high:.3g}]  band {each.band}  "
            f"met by {each.met} of {len(ensemble.sets)}{'  out of reach' if each.aside else note}"
        )
    print("\n" + "\n".join(lead(course, ensemble, confirmed)))
    print("\nThe medoid:\n  " + "\n  ".join(medoid_lines(ensemble)))
    print(f"\nReport: {folder / 'report.html'}")
