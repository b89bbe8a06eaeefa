"""A frontier from its file to its page: what ``frontline run`` does where ``kind = "frontier"``."""

import sys
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from experiments.command.estimate.planned import Planned
from experiments.command.progress import Display
from experiments.crew import Crew
from experiments.kinds.folder import Place
from experiments.kinds.frontier.evaluating import TOGETHER, Evaluator
from experiments.kinds.frontier.findings import Findings, find
from experiments.kinds.frontier.request import KIND, Request
from experiments.kinds.frontier.writing import summary_text, table_text, write_all
from experiments.kinds.running import Options, RunMeter, run_steps
from experiments.kinds.table import Tally
from experiments.saying import Say
from experiments.session import RESULTS
from experiments.store.opening import recorded

SEAT_YEAR = 0.015
"""Seconds of one core for a year of a seat; measured, give or take a half."""

_YEAR = 365.0


def run(
    request: Request,
    *,
    root: Path = RESULTS,
    workers: int | None = None,
    cluster: str | None = None,
    display: Display | None = None,
    say: Say | None = None,
    replace: bool = False,
    dry_run: bool = False,
    as_json: bool = False,
    quiet: bool = False,
    go_on: str = "frontline run",
) -> int:
    """Search for the frontier, or go on where it was left, and write results/NAME/.

    Parameters
    ----------
    request : Request
        What is asked.
    root, workers, cluster, display, say, replace, dry_run, as_json, quiet, go_on
        See :class:`experiments.kinds.running.Options`.

    Returns
    -------
    int
        0 where it came to its end; 1 where simulations failed or it was stopped.
    """
    options = Options(root, workers, cluster, display, say, replace, dry_run, as_json, quiet, go_on)

    def make_place(folder: Path) -> Place:
        return Place(folder / request.name, KIND, request.hash, request.text())

    return run_steps(Frontiers(request), make_place, options)


@dataclass(frozen=True)
class Frontiers:
    """What a frontier does for itself in a session.

    Attributes
    ----------
    request : Request
        What is asked.
    """

    request: Request

    def planned(self, place: Place, options: Options) -> Planned:
        """Return what would be run."""
        asked = self.request
        fixed = len({*asked.policies, asked.neutral})
        runs = asked.search.runs + fixed * asked.search.most
        kept, done = (0, 0) if options.replace else kept_in(place.jobs)
        complete = recorded(place.folder).get("state") == "complete" and not place.obstacle()
        left = 0 if complete and not options.replace else max(0, runs - done)
        more = -(-left // TOGETHER)
        shared = asked.warmup_days + asked.days  # the warm-up, and the neutral policy's run
        days = left * asked.days + more * shared
        seconds = asked.centre.seats * days / _YEAR * SEAT_YEAR
        return Planned(
            folder=place.folder,
            what=f"{len(asked.space)} numbers of a policy searched for {len(asked.objectives)} "
            f"objectives: about {asked.effort.new_points:,} policies, {runs:,} runs",
            jobs=kept + more,
            kept=kept,
            seconds=seconds / options.processes,
            workers=options.processes,
            cluster=options.cluster or "",
            more="how runs fall into jobs depends on what the search finds: jobs are a guess",
        )

    def simulate(self, place: Place, crew: Crew, meter: RunMeter, tally: Tally) -> Findings:
        """Search, and judge what was found."""
        asked = self.request
        meter.title, meter.what = "searching policies", "runs"
        fixed = len({*asked.policies, asked.neutral}) * asked.search.most
        meter.days = meter.runs = asked.search.runs + fixed

        def follow(done: Tally) -> None:
            # Runs are known beforehand, jobs are not: a search asks as it goes.
            meter.failures = done.failed
            meter.days_done = meter.runs_done = min(done.runs, meter.runs)
            meter.display.show(meter)

        return find(asked, Evaluator(asked, place.jobs, crew, tally, follow))

    def write(self, place: Place, found: Findings, record: dict[str, object]) -> None:
        """Write tables, figure, page and provenance."""
        asked = self.request
        more = {"name": asked.name, "seed": asked.seed, "command": "frontline run config.toml"}
        provenance = place.provenance("complete", record, **more)
        write_all(place.folder, found, provenance)

    def show(self, place: Place, found: Findings, *, as_json: bool) -> None:
        """Print what was found."""
        if as_json:
            sys.stdout.write(summary_text(found))
        else:
            print(f"{table_text(found)}\n\nReport: {place.folder / 'report.html'}")


def kept_in(folder: Path) -> tuple[int, int]:
    """Return how many finished jobs lie in a folder, and how many runs there are in them.

    Some jobs hold few policies and others many: a search asks for as many as it needs.
    """
    files = list(folder.glob("*.npz"))
    runs = 0
    for path in files:
        try:
            with ZipFile(path) as archive:
                runs += len(archive.namelist())
        except (BadZipFile, OSError):  # damaged, or just being replaced: done again
            continue
    return len(files), runs
