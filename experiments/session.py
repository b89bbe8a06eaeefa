"""An experiment from its config to its report: what ``frontline run`` does."""

import os
import signal
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import sim
from experiments.cluster import parse_address
from experiments.command.progress import Display, Meter, Silence
from experiments.config import Experiment, load_experiment
from experiments.crew import Crew, make_crew, run_blocks
from experiments.design import Block, blocks, points
from experiments.errors import RequestError
from experiments.provenance import command, now
from experiments.runner import Run
from experiments.saying import Say, listener
from experiments.store.folder import Folder, missing, open_folder
from experiments.store.lock import locked

if TYPE_CHECKING:
    from experiments.analysis.summary import Summary
    from experiments.watch import Watch
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
    clock : Clock
        What it took: "running" all points; "keeping" their rows and showing the progress, while
        others run; "concluding" at the end.
    """

    folder: Folder
    summary: "Summary | None"
    interrupted: bool
    clock: "Clock"

    @property
    def failures(self) -> tuple[str, ...]:
        """The errors of the runs that failed."""
        return self.summary.results.failures if self.summary else ()


class Clock:
    """Adds up the seconds that the parts of a run take, and this thread's processor time."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.worked: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def of(self, part: str) -> Iterator[None]:
        """Count what is done inside for a part."""
        began, worked = time.perf_counter(), time.thread_time()
        try:
            yield
        finally:
            self.seconds[part] += time.perf_counter() - began
            self.worked[part] += time.thread_time() - worked


@dataclass(frozen=True)
class Resources:
    """What an experiment is run with; none of it changes a row.

    Attributes
    ----------
    engine : str
        ``"compiled"`` or ``"mesa"``.
    workers : int
        Blocks at a time, where there is no cluster.
    cluster : str or None
        The address of a Dask cluster.
    display : Display
        Where to show the progress.
    say : callable
        Told what is going on, a line at a time.
    """

    engine: "EngineName" = "compiled"
    workers: int = 1
    cluster: str | None = None
    display: Display = field(default_factory=Silence)
    say: Say = print


def run(
    experiment: Experiment,
    *,
    root: Path = RESULTS,
    workers: int | None = None,
    engine: "EngineName" = "compiled",
    cluster: str | None = None,
    replace: bool = False,
    display: Display | None = None,
    say: Say | None = None,
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
    cluster : str or None
        A Dask cluster to run on, see :func:`experiments.cluster.open_cluster`.
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

    Raises
    ------
    RequestError
        Where the folder cannot take the results, or is in use, or there is no such cluster.
    """
    say = listener(say)
    if cluster is not None:
        parse_address(cluster)  # before anything is written
    resources = Resources(
        engine, workers or os.cpu_count() or 1, cluster, display or Silence(), say
    )
    clock = Clock()
    with locked(root / experiment.name):
        folder = open_folder(experiment, root, replace=replace, say=say)
        total = experiment.replications * len(experiment.policies)
        todo = sum(1 for _ in missing(points(experiment), folder))
        if todo < total:
            say(f"{folder.path}: {total - todo:,} of {total:,} runs are there already")
        watch = _watch(experiment, folder)
        record = None
        if todo or (watch is not None and watch.next_target() is not None):
            record = _run_to_the_end(experiment, folder, watch, resources, clock)
        with clock.of("concluding"):
            return _concluded(experiment, folder, record, clock)


def _watch(experiment: Experiment, folder: Folder) -> "Watch | None":
    """Return who watches the precision, where there is any to watch."""
    if not experiment.precision:
        return None
    # Imported late: statistics take half a second that a first run need not wait for.
    from experiments.watch import Watch

    return Watch(experiment, folder)


def _concluded(
    experiment: Experiment, folder: Folder, record: dict[str, Any] | None, clock: Clock
) -> Finished:
    """Merge what is there, unless it was cut short, and write what follows from it."""
    # Imported late, like the watch, for what figures take to load.
    from experiments.conclusion import conclude

    interrupted = record is not None and record["interrupted"]
    if not interrupted:
        folder.merge()
    # Who has stopped a run does not wait for its pictures.
    there = bool(folder.sources("runs"))
    summary = conclude(folder, experiment, record, draw=not interrupted) if there else None
    return Finished(folder, summary, interrupted, clock)


COMPILING = (
    "Compiling the engine for this machine: this is done once, takes less than a minute, and is "
    "kept."
)


def compile_here(cluster: str | None, say: Say) -> None:
    """Compile the engine, if this machine is where the work is done."""
    if (cluster or "local").startswith("local"):
        sim.compile_engine(on_first=lambda: say(COMPILING))


def _run_to_the_end(
    experiment: Experiment,
    folder: Folder,
    watch: "Watch | None",
    resources: Resources,
    clock: Clock,
) -> dict[str, Any]:
    """Run what is missing and what the precision asks for; return how that went."""
    if resources.engine == "compiled":
        compile_here(resources.cluster, resources.say)
    record: dict[str, Any] = {
        "command": command(),
        "started": now("milliseconds"),
        "engine": resources.engine,
        "workers": resources.cluster or resources.workers,
    }
    meter = Meter(0, 0, resources.display)
    with (
        clock.of("running"),
        make_crew(
            resources.engine, resources.workers, meter.add_days, resources.cluster, resources.say
        ) as crew,
        resources.display,
        stop_on_interrupt(crew, meter),
    ):
        ended = _Work(experiment, folder, crew, meter, resources.engine, clock).do_all(watch)
    return record | {
        "runs": meter.runs_done,
        "finished": now(),
        "seconds": round(clock.seconds["running"], 3),
        "interrupted": not ended,
    }


@dataclass(frozen=True)
class _Work:
    """What running points takes."""

    experiment: Experiment
    folder: Folder
    crew: Crew
    meter: Meter
    engine: "EngineName"
    clock: Clock

    def do_all(self, watch: "Watch | None") -> bool:
        """Run what is missing, then more replications for the precision; return whether all ended.

        Runs that fail are tried once: a later round begins where the one before it ended.
        """
        done, target = 0, self.experiment.replications
        while self.do(done + 1, target, watch):
            more = None if watch is None else watch.next_target()
            if more is None:
                return True
            done, target = target, more
        return False

    def do(self, first: int, last: int, watch: "Watch | None") -> bool:
        """Run what is missing of some replications, and return whether it all was run."""
        # Twice over the points, of which there may be many, instead of holding them all.
        runs = days = 0
        for block in self._missing(first, last):
            runs += len(block.points)
            days += block.simulated_days
        if not runs:
            return True
        self.meter.extend(days, runs)
        for result in run_blocks(self._missing(first, last), self.crew):
            runs -= len(result.runs)
            with self.clock.of("keeping"):
                self.keep(result.runs, watch)
                # Loaded while others work: what concludes takes two seconds to load.
                import experiments.conclusion  # noqa: F401
        return runs == 0

    def _missing(self, first: int, last: int) -> Iterator[Block]:
        there = points(self.experiment, first, last)
        return blocks(missing(there, self.folder), self.engine)

    def keep(self, runs: Sequence[Run], watch: "Watch | None") -> None:
        """Keep the runs of a block, and tell how far things are."""
        orders = {name: order for order, name in enumerate(self.experiment.policies)}
        self.folder.save(runs, orders)
        if watch is not None:
            watch.add(runs)
            self.meter.precision = watch.text()
        self.meter.add_runs(len(runs), sum(bool(run.error) for run in runs))


@contextmanager
def stop_on_interrupt(crew: Crew, meter: Meter) -> Iterator[None]:
    """Let the first Ctrl-C end the work in good order, and the second as ever.

    The same for SIGTERM, which queueing systems send some time before they kill.

    Parameters
    ----------
    crew : Crew
        Asked to stop.
    meter : Meter
        Shows that it was.
    """
    previous: dict[int, Any] = {}

    def restore() -> None:
        for number, handler in previous.items():
            signal.signal(number, handler)

    def handle(number: int, frame: FrameType | None) -> None:
        crew.hooks.ask_to_stop()
        meter.stopping = True
        restore()

    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            previous[number] = signal.signal(number, handle)
    except ValueError:  # not the main thread: whoever owns that one deals with signals
        yield
        return
    try:
        yield
    finally:
        restore()


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
    if kind := folder.provenance().get("kind"):
        raise RequestError(
            [f"{folder.path}: holds no runs of policies but a {kind}; its tables are files in it"]
        )
    if not folder.config.is_file() or not folder.sources("runs"):
        there = sorted(path.parent.name for path in root.glob("*/provenance.json"))
        known = f"there are results of: {', '.join(there)}" if there else f"{root} holds no results"
        raise RequestError([f"no results of {name!r}; {known}"])
    return folder, load_experiment(folder.config)


def report_again(name: str, root: Path = RESULTS) -> Path:
    """Make the summary, the figures and the report of results again.

    Parameters
    ----------
    name : str
        The experiment's name.
    root : Path
        The folder of all results.

    Returns
    -------
    Path
        The report.

    Raises
    ------
    RequestError
        Where there are no results, they are damaged, or are being added to.
    """
    from experiments.conclusion import conclude

    folder, experiment = reopen(name, root)
    with locked(folder.path):
        folder.check()
        conclude(folder, experiment)
    return folder.path / "report.html"
