"""What a session of any kind goes through: looked over, locked, simulated, written, shown."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from experiments.cluster import parse_address
from experiments.command.estimate.planned import Planned, say_planned
from experiments.command.progress import Display, Meter, clock, display_for
from experiments.crew import Crew
from experiments.errors import RequestError
from experiments.jobs import Interrupted
from experiments.kinds.folder import Place, record_of
from experiments.kinds.table import Tally
from experiments.provenance import now
from experiments.saying import Say, listener, to_stderr
from experiments.store.lock import locked
from experiments.working import crew_at_work, say_stopped

Found = TypeVar("Found")

MOST_FAILURES = 10
"""Failures that are told; of the others only the number is."""


class RunMeter(Meter):
    """Shows which step is under way, and how many of its jobs are done.

    Attributes
    ----------
    title : str
        The step, for whoever watches.
    what : str
        What is counted.
    """

    def __init__(self, display: Display) -> None:
        super().__init__(0, 0, display)
        self.title = ""
        self.what = "jobs"
        self.before = 0

    def begin(self, title: str, jobs: int, tally: Tally) -> None:
        """Begin a step of so many jobs."""
        self.title = title
        self.before = tally.kept + tally.done
        self.days = self.runs = jobs
        self.days_done = self.runs_done = 0

    def follow(self, tally: Tally) -> None:
        """Take note of a job that has ended."""
        self.days_done = self.runs_done = tally.kept + tally.done - self.before
        self.failures = tally.failed
        self.counted = time.monotonic()
        self.display.show(self)

    def text(self) -> str:
        """Return step, what is done of it, and time in one line."""
        done = f"{self.title}: {self.runs_done:,}/{self.runs:,} {self.what}"
        parts = [done, clock(self.elapsed)]
        return " · ".join([*parts, *self.failed()])


@dataclass(frozen=True)
class Options:
    """With what a session is run; none of it changes a result.

    Attributes
    ----------
    root : Path
        The folder of all results.
    workers : int or None
        Processes; one for each processor where None.
    cluster : str or None
        A Dask cluster in their place.
    display : Display or None
        Where to show the progress; chosen by where the output goes where None.
    say : callable or None
        Told what is going on, a line at a time; standard error where None.
    replace : bool
        Move aside what is there.
    dry_run : bool
        Only print what would be run.
    as_json : bool
        Print what was found as JSON.
    quiet : bool
        No progress, no table.
    go_on : str
        The command that goes on where this one is cut short.
    """

    root: Path
    workers: int | None = None
    cluster: str | None = None
    display: Display | None = None
    say: Say | None = None
    replace: bool = False
    dry_run: bool = False
    as_json: bool = False
    quiet: bool = False
    go_on: str = "frontline run"

    @property
    def processes(self) -> int:
        """How many processes there are, where there is no cluster."""
        return self.workers or os.cpu_count() or 1


class Steps(Protocol[Found]):
    """What a kind does for itself; the order is that of :func:`run_steps`."""

    def planned(self, place: Place, options: Options) -> Planned:
        """Return what would be run, for ``--dry-run``."""

    def simulate(self, place: Place, crew: Crew, meter: RunMeter, tally: Tally) -> Found:
        """Simulate what is missing, and return what was found."""

    def write(self, place: Place, found: Found, record: dict[str, object]) -> None:
        """Write tables, figures, page and provenance."""

    def show(self, place: Place, found: Found, *, as_json: bool) -> None:
        """Print what was found."""


def run_steps(steps: Steps[Found], make_place: Callable[[Path], Place], options: Options) -> int:
    """Go through a session, and return the exit status.

    Parameters
    ----------
    steps : Steps
        What the kind does.
    make_place : callable
        Given the folder of all results, returns this result's place in it.
    options : Options
        With what it is run.

    Returns
    -------
    int
        0 where it came to its end, 1 where jobs failed or it was stopped.

    Raises
    ------
    RequestError
        Where there is no such cluster, or the folder is in use, holds something else, or cannot
        be written to.
    """
    if options.cluster is not None:
        parse_address(options.cluster)  # before anything is written
    say = listener(options.say, quiet=options.quiet)
    place = make_place(options.root)
    if options.dry_run:
        obstacle = "" if options.replace else place.obstacle()
        return say_planned(steps.planned(place, options), obstacle)
    tally = Tally()
    with locked(place.folder):
        if options.replace and (name := place.move_aside()):
            say(f"{place.folder}: what was there is kept as {name}")
        place.open()
        started, began = now(), time.perf_counter()
        shown = options.display or display_for(place.folder.name, quiet=options.quiet)
        meter = RunMeter(shown)

        def record() -> dict[str, object]:
            place.counts = {
                "jobs": tally.jobs,
                "kept": tally.kept,
                "done": tally.done,
                "runs": tally.runs,
                "failed": tally.failed,
            }
            place.errors = tally.errors
            workers = options.cluster or options.processes
            return record_of(started, now(), time.perf_counter() - began, workers)

        try:
            with crew_at_work(options.processes, options.cluster, meter, shown, say) as crew:
                found = steps.simulate(place, crew, meter, tally)
        except Interrupted:
            place.provenance("interrupted", record())
            say_stopped(options.go_on)
            return 1
        except RequestError:
            place.provenance("failed", record())
            raise
        steps.write(place, found, record())
    if options.as_json or not options.quiet:
        steps.show(place, found, as_json=options.as_json)
    say_failures(tally)
    return 1 if tally.failed else 0


def say_failures(tally: Tally) -> None:
    """Tell which jobs failed and why, also where it is to be quiet."""
    if not tally.failed:
        return
    for error in tally.errors[:MOST_FAILURES]:
        to_stderr(f"failed: {error}")
    if (more := tally.failed - MOST_FAILURES) > 0:
        to_stderr(f"... and {more:,} more")
    to_stderr(
        f"{tally.failed:,} of {tally.jobs:,} jobs failed: what is written leaves them out. The "
        "same command tries them again"
    )
