"""The command's part in running an experiment of kind "compare": options, table, failures."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from experiments.command.parts import DONE, FAILED, ending_at_once, go_on, piped

if TYPE_CHECKING:
    from experiments.config import Experiment
    from experiments.session import Finished
    from sim.simulation import EngineName

MOST_FAILURES = 10
"""Failures that are told; of the others only the number is."""


def estimate(
    experiment: "Experiment",
    out: Path,
    workers: int | None,
    cluster: str | None,
    engine: "EngineName",
) -> None:
    """Print what an experiment would take.

    Parameters
    ----------
    experiment : Experiment
        Which.
    out : Path
        The folder of all results.
    workers, cluster, engine
        With what it would be run.
    """
    from experiments.command.estimate import estimate, lines

    found = estimate(experiment, root=out, workers=workers, cluster=cluster, engine=engine)
    with piped():
        typer.echo("\n".join(lines(found)))


def run(
    experiment: "Experiment",
    out: Path,
    workers: int | None = None,
    cluster: str | None = None,
    engine: "EngineName" = "compiled",
    *,
    replace: bool = False,
    as_json: bool = False,
    quiet: bool = False,
) -> int:
    """Run an experiment, print what was found and what failed, and return the exit status.

    Parameters
    ----------
    experiment : Experiment
        Which.
    out : Path
        The folder of all results.
    workers, cluster, engine
        With what it is run.
    replace : bool
        Move aside what is there.
    as_json : bool
        Print the summary as JSON, as summary.json has it.
    quiet : bool
        No progress, no table.
    """
    from experiments import session
    from experiments.command.progress import display_for

    with ending_at_once():
        finished = session.run(
            experiment,
            root=out,
            workers=workers,
            cluster=cluster,
            engine=engine,
            replace=replace,
            display=display_for(experiment.name, quiet=quiet),
            say=(lambda line: None) if quiet else None,
        )
    if as_json or not quiet:
        with piped():
            _show(finished, as_json=as_json)
    for failure in finished.failures[:MOST_FAILURES]:
        typer.echo(f"failed: {failure}", err=True)
    if len(finished.failures) > MOST_FAILURES:
        more = len(finished.failures) - MOST_FAILURES
        typer.echo(f"... and {more} more, in runs.parquet", err=True)
    if finished.interrupted:
        typer.echo(f"Stopped. What is done is kept. To go on:\n  {go_on()}", err=True)
    return FAILED if finished.failures or finished.interrupted else DONE


def _show(finished: "Finished", *, as_json: bool) -> None:
    if finished.summary is None:
        return
    if as_json:
        found = finished.summary.as_json()
        typer.echo(json.dumps(found, indent=2, allow_nan=False, ensure_ascii=False))
        return
    from experiments.command.table import print_summary

    print_summary(finished.summary)
    if not finished.interrupted:
        typer.echo(f"\nReport: {finished.folder.path / 'report.html'}")
