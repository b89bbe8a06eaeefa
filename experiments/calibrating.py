"""A calibration from its config to the ensemble: what ``frontline calibrate`` does."""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sim
from experiments.calibration.ensemble import Ensemble, ensemble_of, medoid_lines, save
from experiments.calibration.memory import Memory
from experiments.calibration.procedure import Course, calibrate
from experiments.calibration.request import DEFAULT, Calibration, load_calibration
from experiments.calibration.simulating import OBSERVE, Interrupted, Simulator
from experiments.calibration.targets import Target, targets_of
from experiments.calibration.telling import runs_csv, summary_text
from experiments.catalogue import shipped_folder
from experiments.cluster import parse_address
from experiments.command.progress import Display, Meter, clock, display_for
from experiments.design import fingerprint, model_version
from experiments.errors import RequestError
from experiments.evidence.fact import Fact
from experiments.evidence.plan import sampling_plan
from experiments.jobs import job_crew
from experiments.provenance import command, environment, now
from experiments.session import _COMPILING, RESULTS, _stop_on_interrupt
from experiments.store import parquet
from experiments.store.lock import locked
from experiments.store.opening import move_aside

NAME = "calibration"
"""The folder below that of all results; each calibration has one of its own in it."""

STEPS = "steps.json"
"""The designs of the steps so far."""

Say = Callable[[str], None]


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
    go_on: str = "frontline calibrate",
    facts: Iterable[Fact] | None = None,
    work: str = OBSERVE,
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
    go_on : str
        The command that goes on where this one is cut short.
    facts : iterable of Fact or None
        The facts there are; the project's where None.
    work : str
        What simulates a set, see :class:`experiments.jobs.Job`.

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
    targets = targets_of(request.facts, _project_facts() if facts is None else facts, where)
    if cluster is not None:
        parse_address(cluster)  # before anything is written
    say = say or ((lambda line: None) if quiet else _to_stderr)
    folder = root / NAME / request.name
    with locked(folder):
        if replace and folder.exists():
            say(f"{folder}: what was there is kept as {move_aside(folder).name}")
        session = Session(request, targets, folder, workers or os.cpu_count() or 1, cluster, say)
        session.refuse_unfit()
        try:
            course = session.calibrate(display or display_for("calibrate", quiet=quiet), work)
        except Interrupted:
            _to_stderr(f"Stopped. What is done is kept. To go on:\n  {go_on}")
            return 1
        ensemble = session.conclude(course)
    if keep:
        say(f"Kept: {keep_ensemble(folder, request.name)}")
    _show(course, ensemble, folder, as_json=as_json, quiet=quiet)
    return 1 if session.counts["failed"] else 0


def _project_facts() -> tuple[Fact, ...]:
    # Imported late: to load all of them takes a second that a mistyped option need not wait for.
    from experiments.evidence.facts import FACTS

    return FACTS


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
            return
        found = self.found()
        words = {
            "config_hash": "another config of that name",
            "model": "another version of the model",
            "plan_hash": "another sampling plan",
            "targets_hash": "other bands",
        }
        different = [text for key, text in words.items() if found.get(key) != self.identity[key]]
        if different:
            raise RequestError(
                [
                    f"{self.folder}: was made with {' and '.join(different)}; nothing was changed. "
                    f"Give another results folder by --out DIR, or --replace, which moves this one "
                    f"aside to {self.folder.name}.old-TIME"
                ]
            )

    def found(self) -> dict[str, Any]:
        """Return the provenance that is there, empty where there is none that can be read."""
        try:
            found = json.loads((self.folder / "provenance.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def calibrate(self, display: Display, work: str = OBSERVE) -> Course:
        """Go through the calibration.

        Raises
        ------
        Interrupted
            Where it was stopped before the end.
        """
        if work == OBSERVE and (self.cluster or "local").startswith("local"):
            sim.compile_engine(on_first=lambda: self.say(_COMPILING))
        started, began = now(), time.perf_counter()
        meter = RunMeter(display)
        with (
            job_crew(self.workers, self.cluster, self.say) as crew,
            display,
            _stop_on_interrupt(crew, meter),
        ):
            simulator = Simulator(
                self.targets,
                sampling_plan().model_dump(mode="json"),
                self.folder / "jobs",
                crew,
                work,
                meter.follow,
            )
            course = calibrate(
                self.request, self.targets, simulator, Memory(self.folder / STEPS), self.say
            )
        self.record = {
            "command": command(),
            "started": started,
            "seconds": round(time.perf_counter() - began, 1),
            "workers": self.cluster or self.workers,
        }
        self.counts = {"runs": simulator.runs, "failed": simulator.failed}
        self.errors = simulator.errors[:5]
        return course

    def conclude(self, course: Course) -> Ensemble:
        """Write the ensemble, all runs, the figures, the page and where they come from."""
        # Imported late: what draws takes a second to load.
        from experiments.report.calibration_page import write_calibration

        standard = course.standard
        plausible = standard.accepted(course.candidates)
        about = {
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
            "bands": {target.name: target.band() for target in self.targets},
        }
        ensemble = ensemble_of(course, about)
        provenance = {
            "kind": "calibration",
            **environment(),
            **self.identity,
            "counts": self.counts,
            "errors": self.errors,
            "command": "frontline calibrate config.toml",
            "sessions": [*self.found().get("sessions", []), self.record],
        }
        text = json.dumps(provenance, indent=2, ensure_ascii=False) + "\n"
        parquet.write_text(self.folder / "provenance.json", text)
        save(ensemble, self.folder, "ensemble")
        parquet.write_text(self.folder / "runs.csv", runs_csv(course))
        parquet.write_text(self.folder / "summary.json", summary_text(course, ensemble))
        write_calibration(self.folder, course, ensemble, provenance)
        return ensemble


def _plain(target: Target) -> list[Any]:
    return [target.name, repr(target.low), repr(target.high)]


def keep_ensemble(folder: Path, name: str, target: Path | None = None) -> Path:
    """Copy an ensemble to the shipped files; an older one stays as NAME.csv.1, .2 and so on.

    Parameters
    ----------
    folder : Path
        The calibration's results.
    name : str
        What the ensemble is to be called.
    target : Path or None
        Where to; the shipped files' own folder where None.

    Returns
    -------
    Path
        The table.
    """
    target = (shipped_folder() / "ensemble") if target is None else target
    target.mkdir(parents=True, exist_ok=True)
    for ending in ("json", "csv"):
        source, kept = folder / f"ensemble.{ending}", target / f"{name}.{ending}"
        if kept.exists() and kept.read_bytes() != source.read_bytes():
            number = 1
            while (aside := kept.with_name(f"{kept.name}.{number}")).exists():
                number += 1
            kept.rename(aside)
        with parquet.written_aside(kept) as aside:
            shutil.copyfile(source, aside)
    return target / f"{name}.csv"


def _show(course: Course, ensemble: Ensemble, folder: Path, *, as_json: bool, quiet: bool) -> None:
    """Print what was found."""
    if as_json:
        sys.stdout.write(summary_text(course, ensemble))
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
        print(
            f"{each.name:<{width}}  {median:9.3g} [{low:.3g}, {high:.3g}]  band {each.band}  "
            f"met by {each.met} of {len(ensemble.sets)}{'  out of reach' if each.aside else ''}"
        )
    print("\n" + "\n".join(lead(course, ensemble)))
    print("\nThe medoid:\n  " + "\n  ".join(medoid_lines(ensemble)))
    print(f"\nReport: {folder / 'report.html'}")


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
