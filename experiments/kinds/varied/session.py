"""From a request to its results: what the kinds that vary the centre do alike."""

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from experiments.calibration.plain import plain
from experiments.command.estimate.planned import Planned, finished
from experiments.crew import Crew
from experiments.kinds.folder import Place
from experiments.kinds.running import Options, RunMeter, run_steps
from experiments.kinds.table import Tally
from experiments.kinds.varied.request import Varied
from experiments.kinds.varied.simulating import Simulator
from experiments.kinds.work import needs_neutral
from experiments.saying import Say, listener
from experiments.store import parquet

SEAT_YEAR, RUN = 0.012, 0.03
"""Seconds of one core for a year of one seat, and for each run beside that; measured."""

_YEAR = 365.0

Request = TypeVar("Request", bound=Varied)
Found = TypeVar("Found")


class Stage(NamedTuple):
    """A part of what is simulated: what it is, how many points, at the most where not known."""

    what: str
    points: int
    at_most: bool = False


class Kind(ABC, Generic[Request, Found]):
    """A kind of experiment: the steps of :func:`experiments.kinds.running.run_steps`.

    Parameters
    ----------
    request : Varied
        What is asked.
    say : callable
        Told how things go, a line at a time.
    """

    kind: str

    def __init__(self, request: Request, say: Say) -> None:
        self.request, self.say = request, say

    @property
    def hash(self) -> str:
        """What a folder is known by again."""
        return self.request.hash

    @property
    @abstractmethod
    def measures(self) -> tuple[str, ...]:
        """All measures that are looked at."""

    @abstractmethod
    def stages(self) -> Sequence[Stage]:
        """Return what is simulated, part by part."""

    @abstractmethod
    def find(self, simulator: Simulator) -> Found:
        """Simulate what is missing and return what was found."""

    @abstractmethod
    def draw(self, folder: Path, found: Found, provenance: dict[str, Any]) -> None:
        """Write tables, figures and the page."""

    @abstractmethod
    def summary(self, found: Found) -> dict[str, Any]:
        """Return what was found as JSON has it."""

    @abstractmethod
    def lines(self, found: Found) -> Sequence[str]:
        """Return what was found in plain words, a line at a time."""

    def place(self, root: Path) -> Place:
        """Return the place of the results below the folder of all results."""
        return Place(root / self.request.name, self.kind, self.hash, self.request.text())

    def planned(self, place: Place, options: Options) -> Planned:
        """Return what would be run."""
        request, stages = self.request, self.stages()
        jobs = request.replications * sum(stage.points for stage in stages)
        done = 0 if options.replace else len(finished(place.jobs))
        kept = min(done, jobs)
        runs = len(request.policies) + needs_neutral(self.measures)
        days = request.warmup_days + runs * request.days
        each = request.centre.seats * days * SEAT_YEAR / _YEAR + RUN * len(request.policies)
        what = ", ".join(
            f"{stage.what}: {'at most ' * stage.at_most}{stage.points:,} points" for stage in stages
        )
        return Planned(
            folder=place.folder,
            what=f"{what}; {request.replications} replications of {len(request.policies)} policies",
            jobs=jobs,
            kept=kept,
            seconds=(jobs - kept) * each / options.processes,
            workers=options.processes,
            cluster=options.cluster or "",
            more="a job is one replication of one point, under all policies",
        )

    def simulate(self, place: Place, crew: Crew, meter: RunMeter, tally: Tally) -> Found:
        """Simulate what is missing, and return what was found."""
        return self.find(Simulator(self.request, place.jobs, crew, meter, tally))

    def write(self, place: Place, found: Found, record: dict[str, object]) -> None:
        """Write tables, figures, page and provenance."""
        provenance = place.provenance(
            "complete",
            record,
            name=self.request.name,
            seed=self.request.seed,
            command="frontline run config.toml",
        )
        parquet.write_text(place.folder / "summary.json", summary_text(self.summary(found)))
        self.draw(place.folder, found, provenance)

    def show(self, place: Place, found: Found, *, as_json: bool) -> None:
        """Print what was found."""
        if as_json:
            print(summary_text(self.summary(found)), end="")
        else:
            page = place.folder / "report.html"
            print("\n".join([*self.lines(found), "", f"Report: {page}"]))


def run_kind(kind: type[Kind[Any, Any]], request: Varied, options: Options) -> int:
    """Run a request, or go on where it was left, and write what was found.

    Parameters
    ----------
    kind : type of Kind
        What does it.
    request : Varied
        What is asked.
    options : Options
        With what it is run.

    Returns
    -------
    int
        0 where it came to its end; 1 where jobs failed, or where it was stopped.
    """
    steps = kind(request, listener(options.say, quiet=options.quiet))
    return run_steps(steps, steps.place, options)


def summary_text(summary: dict[str, Any]) -> str:
    """Return what was found as JSON: null where a number is undefined."""
    return json.dumps(plain(summary), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
