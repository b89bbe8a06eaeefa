"""A sensitivity analysis from its file to its page: what ``frontline run`` does with it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.command.progress import Display
from experiments.kinds.running import Options
from experiments.kinds.sensitivity.findings import (
    Findings,
    outputs_of,
    screening_found,
    sobol_found,
)
from experiments.kinds.sensitivity.plan import (
    chosen,
    screening_points,
    sobol_design,
    sobol_points,
)
from experiments.kinds.sensitivity.request import Request
from experiments.kinds.varied.session import Kind, Stage, run_kind
from experiments.kinds.varied.simulating import Simulator, check_points
from experiments.saying import Say
from experiments.session import RESULTS


class Sensitivity(Kind[Request, Findings]):
    """A screening of all parameters, then the Sobol' indices of those that it keeps."""

    kind = "sensitivity"

    @property
    def measures(self) -> tuple[str, ...]:
        """All measures that are looked at."""
        return self.request.measures

    def stages(self) -> Sequence[Stage]:
        """Return what is simulated, part by part."""
        request, sobol = self.request, self.request.sobol
        stages = []
        if request.screening.trajectories:
            points = request.screening.trajectories * (request.units + 1)
            stages.append(Stage(f"screening of {len(request.ranges)} parameters", points))
        count = len(sobol.parameters) or min(sobol.most, len(request.ranges))
        what = f"Sobol' indices of {count} parameters"
        stages.append(Stage(what, sobol.base_points * (count + 2), not sobol.parameters))
        return stages

    def find(self, simulator: Simulator) -> Findings:
        """Simulate what is missing and return what was found."""
        request = self.request
        screening = None
        if request.screening.trajectories:
            design = request.screened()
            points = screening_points(request, design)
            check_points(request.centre, points)
            self.say(f"Screening: {len(request.ranges)} parameters at {len(points):,} points.")
            values = simulator.values(points, request.measures, "screening")
            screening = screening_found(request, design, values)
        parameters = chosen(request, screening.left if screening is not None else None)
        explained = None
        if parameters.names:
            base = sobol_design(request, parameters)
            points = sobol_points(request, base)
            check_points(request.centre, points)
            self.say(
                f"Sobol' indices: {', '.join(parameters.names)} at {len(points):,} points"
                + (
                    f"; kept, but no room for: {', '.join(parameters.beyond)}"
                    if parameters.beyond
                    else ""
                )
                + "."
            )
            values = simulator.values(points, request.measures, "Sobol' indices")
            explained = sobol_found(request, base, values)
        else:
            self.say("The screening kept no parameter: there is nothing for the Sobol' analysis.")
        return Findings(request, outputs_of(request), screening, parameters, explained)

    def draw(self, folder: Path, found: Findings, provenance: dict[str, Any]) -> None:
        """Write tables, figures and the page."""
        # Imported late: what draws takes a second to load, which workers need not wait for.
        from experiments.kinds.sensitivity.writing import write

        write(folder, found, provenance)

    def summary(self, found: Findings) -> dict[str, Any]:
        """Return what was found as JSON has it."""
        from experiments.kinds.sensitivity.writing import summary

        return summary(found)

    def lines(self, found: Findings) -> Sequence[str]:
        """Return what was found in plain words, a line at a time."""
        from experiments.kinds.sensitivity.writing import told

        return told(found)


def load_request(path: str | Path, overrides: Sequence[str] = ()) -> Request:
    """Read the file of a sensitivity analysis; RequestError with every mistake at once."""
    return Request.load(path, overrides)


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
    """Run a sensitivity analysis, or go on where it was left, and write what was found.

    Parameters
    ----------
    request : Request
        What is asked.
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
    replace : bool
        Move what is there aside, finished jobs too, and begin anew.
    dry_run : bool
        Only print what would be run.
    as_json : bool
        Print what was found as JSON.
    quiet : bool
        No progress and no table.
    go_on : str
        The command that goes on where this one is cut short.

    Returns
    -------
    int
        0 where it came to its end; 1 where jobs failed, or where it was stopped.
    """
    options = Options(root, workers, cluster, display, say, replace, dry_run, as_json, quiet, go_on)
    return run_kind(Sensitivity, request, options)
