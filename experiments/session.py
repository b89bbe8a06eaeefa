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
from experiments.analysis.results import Results
from experiments.analysis.summary import Summary, summarise
from experiments.config import Experiment, load_experiment
from experiments.design import Point, blocks, points
from experiments.errors import RequestError
from experiments.progress import Display, Meter, Silence
from experiments.provenance import command, environment, now
from experiments.report.page import write_report
from experiments.runner import Crew, make_crew, run_blocks
from experiments.store import Folder, config_hash, missing, open_folder

if TYPE_CHECKING:
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
    summary: Summary | None
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
    folder = open_folder(experiment, root, replace=replace)
    todo = missing(points(experiment), folder)
    total = experiment.replications * len(experiment.policies)
    if len(todo) < total:
        say(f"{folder.path}: {total - len(todo)} of {total} runs are there already")
    interrupted = False
    record: dict[str, Any] = {
        "command": command(),
        "started": now(),
        "engine": engine,
        "runs": len(todo),
    }
    began = time.perf_counter()
    if todo:
        if engine == "compiled":
            sim.compile_engine(on_first=lambda: say(_COMPILING))
        orders = {name: order for order, name in enumerate(experiment.policies)}
        crew_size = workers or os.cpu_count() or 1
        shown = display or Silence()
        record["first_replication"] = now("milliseconds")
        interrupted = _run_points(folder, todo, orders, engine, crew_size, shown)
    record |= {"finished": now(), "seconds": round(time.perf_counter() - began, 3)}
    record |= {"workers": workers or os.cpu_count(), "interrupted": interrupted}
    if not interrupted:
        folder.merge()
    summary = (
        conclude(folder, experiment, record if todo else None) if folder.sources("runs") else None
    )
    return Finished(folder, summary, interrupted)


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


def conclude(
    folder: Folder, experiment: Experiment, record: dict[str, Any] | None = None
) -> Summary:
    """Write what follows from the runs: provenance, summary, figures and report.

    Parameters
    ----------
    folder : Folder
        Where the runs are.
    experiment : Experiment
        What was run.
    record : dict or None
        How the newest runs were made, to be added to the provenance.
    """
    titles = {name: experiment.title_of(name) for name in experiment.policies}
    results = Results(folder.runs(), config_hash(experiment), titles)
    summary = summarise(results)
    provenance = _provenance(folder, experiment, results, record)
    folder.write_json("provenance.json", provenance)
    folder.write_json("summary.json", summary.as_json())
    write_report(folder, experiment, summary, provenance)
    return summary


def _provenance(
    folder: Folder, experiment: Experiment, results: Results, record: dict[str, Any] | None
) -> dict[str, Any]:
    found = folder.provenance()
    failed = len(results.failures)
    if record is not None:
        found |= environment()
        found["sessions"] = [*found.get("sessions", []), record]
    return found | {
        "experiment": experiment.name,
        "config_hash": config_hash(experiment),
        "seed": experiment.seed,
        "replications": experiment.replications,
        "counts": {
            "asked": experiment.replications * len(experiment.policies),
            "done": len(results.columns["run_id"]) - failed,
            "failed": failed,
        },
    }


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
