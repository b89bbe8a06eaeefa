"""A curve from its file to its page: what ``frontline run`` does with ``kind = "curve"``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.command.estimate.planned import Planned, finished
from experiments.command.progress import Display
from experiments.crew import Crew
from experiments.kinds.curve.plan import Plan, places_of
from experiments.kinds.curve.request import KIND, Request, load_request
from experiments.kinds.folder import Place
from experiments.kinds.running import Options, RunMeter, run_steps
from experiments.kinds.table import Tally
from experiments.saying import Say
from experiments.session import RESULTS

if TYPE_CHECKING:
    from experiments.kinds.curve.findings import Curves
    from experiments.kinds.curve.surfaces import Surfaces

__all__ = ["load_request", "run"]

SEAT_YEAR = 0.012
"""Seconds of one core for a year of one seat, measured; give or take a half."""

YEAR = 365.0


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
    """Sweep, or go on where it was left, and write tables, figures and page.

    Parameters
    ----------
    request : Request
        What is asked.
    root : Path
        The folder of all results.
    workers, cluster, display, say, replace, dry_run, as_json, quiet, go_on
        See :class:`experiments.kinds.running.Options`.

    Returns
    -------
    int
        0 where it came to its end, 1 where jobs failed or it was stopped.

    Raises
    ------
    RequestError
        Where the folder is in use, holds something else, or cannot be written to.
    """
    options = Options(root, workers, cluster, display, say, replace, dry_run, as_json, quiet, go_on)
    return run_steps(
        _Steps(Plan(request)),
        lambda folder: Place(folder / request.name, KIND, request.hash, request.text()),
        options,
    )


class _Steps:
    """What a curve does in a session."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def planned(self, place: Place, options: Options) -> Planned:
        """Return what would be run at the most."""
        request = self.plan.request
        first = len(places_of(self.plan.begin()))
        most = max(first, request.refine.points)
        rounds = 1 + -(-(most - first) // request.refine.at_once)
        groups = len(list(self.plan.groups()))
        seats = max(self.plan.centre(name).seats for name in self.plan.curves)
        runs = most * len(self.plan.curves) * request.replications
        over = rounds * groups * request.replications
        days = runs * request.days + over * (request.warmup_days + request.days)
        jobs = rounds * groups * request.replications
        kept = 0 if options.replace else min(jobs, len(finished(place.jobs)))
        seconds = days / YEAR * seats * SEAT_YEAR / options.processes * (1.0 - kept / jobs)
        return Planned(
            folder=place.folder,
            what=f"{first} to {most} points, {len(self.plan.curves)} "
            f"{'curve' if len(self.plan.curves) == 1 else 'curves'}, {request.replications} "
            "replications of each",
            jobs=jobs,
            kept=kept,
            seconds=seconds,
            workers=options.processes,
            cluster=options.cluster or "",
            more="at the most: points are added where curves bend, cross or peak, until they are "
            "fine enough",
        )

    def simulate(
        self, place: Place, crew: Crew, meter: RunMeter, tally: Tally
    ) -> "Curves | Surfaces":
        """Simulate what is missing, and return what it shows."""
        # Imported late: statistics take half a second that a mistake in a file need not wait for.
        from experiments.kinds.curve.exploring import explore

        explored = explore(self.plan, place.jobs, crew, meter, tally)
        if self.plan.dimensions == 1:
            from experiments.kinds.curve.findings import find_curves

            return find_curves(explored)
        from experiments.kinds.curve.surfaces import find_surfaces

        return find_surfaces(explored)

    def write(self, place: Place, found: "Curves | Surfaces", record: dict[str, Any]) -> None:
        """Write tables, figures, page and provenance."""
        from experiments.kinds.curve.findings import Curves

        if isinstance(found, Curves):
            from experiments.kinds.curve.writing import write_curves

            write_curves(place, found, record)
        else:
            from experiments.kinds.curve.writing_surfaces import write_surfaces

            write_surfaces(place, found, record)

    def show(self, place: Place, found: "Curves | Surfaces", *, as_json: bool) -> None:
        """Print what was found."""
        summary = (place.folder / "summary.json").read_text(encoding="utf-8")
        if as_json:
            sys.stdout.write(summary)
            return
        import json

        told = json.loads(summary)
        print("\n".join([*told["lead"], "", told["rounds"]]))
        print(f"\nReport: {place.folder / 'report.html'}")
