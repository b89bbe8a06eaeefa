"""An experiment from its config to its report: what ``frontline run`` does."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import sim
from experiments.config import Experiment, load_experiment
from experiments.design import Point, blocks, points
from experiments.errors import RequestError
from experiments.progress import Display, Meter, Silence
from experiments.provenance import command, now
from experiments.runner import Crew, make_crew, run_blocks
from experiments.store import Folder, missing, open_folder

if TYPE_CHECKING:
    from experiments.analysis.summary import Summary
    from sim.simulation import EngineName

RESULTS = Path("results")
"""Where results go unless told otherwise."""


@dataclass(frozen=True)
class Finished:
    """How a run of an experiment ended.

    Attributes
    ----------
    folder : Folder
        Where the results are.
    summary : Summary or None
        What they say; None when nothing was finished.
    interrupted : bool
        Whether it was stopped before its end.
    """

    folder: Folder
    summary: "Summary | None"
    interrupted: bool

    @property
    def failures(self) -> tuple[str, ...]:
        """The errors of the runs that failed."""
        return self.summary.results.failures if self.summary else ()


def run(
    experiment: Experiment,
    *,
    root: Path = RESULTS,
    workers: int | None = None,
    engine: "EngineName" = "compiled",
    replace: bool = False,
    display: Display | None = None,
    say: Callable[[str], None] | None = None,
) -> Finished:
    """Run an experiment, or what is missing of it, and write its results.

    Parameters
    ----------
    experiment : Experiment
        What to run.
    root : Path
        The folder of all results.
    workers : int or None
        Blocks at a time; one for each processor where None.
    engine : str
        ``"compiled"`` or ``"mesa"``.
    replace : bool
        Move aside results that are there already.
    display : Display or None
        Where to show the progress; nowhere where None.
    say : callable or None
        Told what is going on, a line at a time; standard error where None.

    Returns
    -------
    Finished
        Where the results are and what they say.
    """
    say = say or _to_stderr
    workers = workers or os.cpu_count() or 1
    folder = open_folder(experiment, root, replace=replace)
    todo = missing(points(experiment), folder)
    total = experiment.replications * len(experiment.policies)
    if len(todo) < total:
        say(f"{folder.path}: {total - len(todo)} of {total} runs are there already")
    if not todo:
        folder.merge()
        return _finished(folder, experiment, None)
    if engine == "compiled":
        sim.compile_engine(on_first=lambda: say(_COMPILING))
    orders = {name: order for order, name in enumerate(experiment.policies)}
    record: dict[str, Any] = {
        "command": command(),
        "started": now("milliseconds"),
        "engine": engine,
        "workers": workers,
        "runs": len(todo),
    }
    began = time.perf_counter()
    cut_short = _run_points(folder, todo, orders, engine, workers, display or Silence())
    seconds = round(time.perf_counter() - began, 3)
    record |= {"finished": now(), "seconds": seconds, "interrupted": cut_short}
    if not cut_short:
        folder.merge()
    return _finished(folder, experiment, record)


def _finished(folder: Folder, experiment: Experiment, record: dict[str, Any] | None) -> Finished:
    # Imported late: statistics and figures take a second that the first run need not wait for.
    from experiments.conclusion import conclude

    interrupted = record is not None and record["interrupted"]
    if not folder.sources("runs"):
        return Finished(folder, None, interrupted)
    return Finished(folder, conclude(folder, experiment, record), interrupted)


_COMPILING = (
    "Compiling the engine for this machine: this is done once, takes less than a minute, and is "
    "kept."
)


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _run_points(
    folder: Folder,
    todo: Sequence[Point],
    orders: dict[str, int],
    engine: "EngineName",
    workers: int,
    display: Display,
) -> bool:
    """Run the points, keep each block as it ends, and say whether it was cut short."""
    work = list(blocks(todo, engine))
    meter = Meter(sum(block.simulated_days for block in work), len(todo), display)
    crew = make_crew(engine, workers, meter.add_days)
    with display, _stop_on_interrupt(crew):
        for result in run_blocks(work, crew):
            folder.save(result.runs, orders)
            meter.add_runs(len(result.runs), sum(bool(run.error) for run in result.runs))
    return meter.runs_done < len(todo)


@contextmanager
def _stop_on_interrupt(crew: Crew) -> Iterator[None]:
    """Let the first Ctrl-C end the runs in good order, and the second as ever."""

    def handle(number: int, frame: FrameType | None) -> None:
        crew.hooks.ask_to_stop()
        signal.signal(signal.SIGINT, previous)

    try:
        previous: Any = signal.signal(signal.SIGINT, handle)
    except ValueError:  # not the main thread: whoever owns that one deals with Ctrl-C
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def reopen(name: str, root: Path = RESULTS) -> tuple[Folder, Experiment]:
    """Return results that are there already, with the experiment that they answer.

    Parameters
    ----------
    name : str
        The experiment's name.
    root : Path
        The folder of all results.

    Raises
    ------
    RequestError
        Where there are none.
    """
    folder = Folder(root / name)
    if not folder.config.is_file() or not folder.sources("runs"):
        there = sorted(path.parent.name for path in root.glob("*/provenance.json"))
        known = f"there are results of: {', '.join(there)}" if there else f"{root} holds no results"
        raise RequestError([f"no results of {name!r}; {known}"])
    return folder, load_experiment(folder.config)
