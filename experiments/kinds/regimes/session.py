"""Regimes from their file to their page: what ``frontline run`` does with them."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from experiments.command.progress import Display
from experiments.design import fingerprint
from experiments.kinds.regimes.findings import Findings, found
from experiments.kinds.regimes.plan import Plausible, plan_of, plausible
from experiments.kinds.regimes.request import Request
from experiments.kinds.running import Options
from experiments.kinds.varied.session import Kind, Stage, run_kind
from experiments.kinds.varied.simulating import Simulator, check_points
from experiments.saying import Say
from experiments.session import RESULTS


class Regimes(Kind[Request, Findings]):
    """Kinds of centre, each around a plausible set, under all policies."""

    kind = "regimes"

    @cached_property
    def plausible(self) -> Plausible | None:
        """The plausible sets; None where the file wants none."""
        return plausible(self.request)

    @property
    def hash(self) -> str:
        """What a folder is known by again: other sets are other results."""
        sets = self.plausible
        return self.request.hash if sets is None else fingerprint([self.request.hash, sets.hash])

    @property
    def measures(self) -> tuple[str, ...]:
        """All measures that are looked at."""
        return self.request.measures

    def stages(self) -> Sequence[Stage]:
        """Return what is simulated, part by part."""
        return [Stage("kinds of centre", self.request.scenarios)]

    def find(self, simulator: Simulator) -> Findings:
        """Simulate what is missing and return what was found."""
        request, sets = self.request, self.plausible
        if sets is not None and sets.stale:
            self.say(
                f"{sets.where}: a default or a rule has changed since these sets were found; they "
                "are used as they are"
            )
        plan = plan_of(request, sets)
        check_points(request.centre, plan.points)
        # Each scenario has chance of its own, so that what they have in common is not luck.
        values = simulator.values(plan.points, request.measures, "kinds of centre", apart=True)
        return found(request, plan, values)

    def draw(self, folder: Path, found: Findings, provenance: dict[str, Any]) -> None:
        """Write tables, figures and the page."""
        # Imported late: what draws takes a second to load, which workers need not wait for.
        from experiments.kinds.regimes.writing import write

        write(folder, found, provenance)

    def summary(self, found: Findings) -> dict[str, Any]:
        """Return what was found as JSON has it."""
        from experiments.kinds.regimes.writing import summary

        return summary(found)

    def lines(self, found: Findings) -> Sequence[str]:
        """Return what was found in plain words, a line at a time."""
        from experiments.kinds.regimes.telling import lead

        return lead(found)


def load_request(path: str | Path, overrides: Sequence[str] = ()) -> Request:
    """Read the file of regimes; RequestError with every mistake at once."""
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
    """Run regimes, or go on where they were left, and write what was found.

    Parameters
    ----------
    request : Request
        What is asked.
    root, workers, cluster, display, say, replace, dry_run, as_json, quiet, go_on
        See :class:`experiments.kinds.running.Options`.

    Returns
    -------
    int
        0 where it came to its end; 1 where jobs failed, or where it was stopped.

    Raises
    ------
    RequestError
        Where there are no plausible sets, no such cluster, or the folder is in use, holds
        something else, or cannot be written to.
    """
    options = Options(root, workers, cluster, display, say, replace, dry_run, as_json, quiet, go_on)
    return run_kind(Regimes, request, options)
