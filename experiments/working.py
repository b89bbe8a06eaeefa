"""What the commands that are made of jobs share: ``validate``, ``calibrate`` and ``claims``."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.command.progress import Display, Meter
from experiments.crew import Crew
from experiments.jobs import job_crew
from experiments.saying import Say, to_stderr
from experiments.session import compile_here, stop_on_interrupt
from experiments.store import parquet
from experiments.store.opening import recorded

if TYPE_CHECKING:
    from experiments.evidence.fact import Fact


def project_facts() -> "tuple[Fact, ...]":
    """Return the project's facts."""
    # Imported late: to load all of them takes a second that a mistyped option need not wait for.
    from experiments.evidence.facts import FACTS

    return FACTS


@contextmanager
def crew_at_work(
    workers: int,
    cluster: str | None,
    meter: Meter,
    display: Display,
    say: Say,
    *,
    compiled: bool = True,
) -> Iterator[Crew]:
    """Give a crew that does jobs, shows how far it is, and stops in good order on Ctrl-C.

    Parameters
    ----------
    workers : int
        Processes, where there is no cluster.
    cluster : str or None
        The address of a Dask cluster.
    meter : Meter
        Counts what is done.
    display : Display
        Where that is shown.
    say : callable
        Told what is going on, a line at a time.
    compiled : bool
        Whether the jobs run the compiled model.
    """
    if compiled:
        compile_here(cluster, say)
    with job_crew(workers, cluster, say) as crew, display, stop_on_interrupt(crew, meter):
        yield crew


def say_stopped(go_on: str) -> None:
    """Tell that things were cut short, and the command that goes on."""
    to_stderr(f"Stopped. What is done is kept. To go on:\n  {go_on}")


def keep_older(
    folder: Path, written: Sequence[str], identity: Mapping[str, Any], say: Say, of: str
) -> None:
    """Move what was made of something else into a folder beside it.

    Parameters
    ----------
    folder : Path
        Where results are written to.
    written : sequence of str
        The files and folders that are written there.
    identity : mapping
        The entries of the provenance that tell whether it is the same that was asked for.
    say : callable
        Told of it.
    of : str
        What such results are of, for whoever is told: "the report of another model".
    """
    found = recorded(folder)
    there = [name for name in written if (folder / name).exists()]
    if not there or {key: found.get(key) for key in identity} == identity:
        return
    older = folder / f"older-{found.get('model', 'unknown')}-{datetime.now():%Y%m%d-%H%M%S}"
    with parquet.writing(folder):
        older.mkdir(parents=True)
        for name in there:
            (folder / name).rename(older / name)
    say(f"{folder}: {of} is kept in {older.name}/")
