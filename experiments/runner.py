"""Runs blocks on an executor and hands back the runs as they finish.

Any :class:`concurrent.futures.Executor` will do. Threads serve the compiled engine,
whose loops release the interpreter's lock; processes serve the Mesa engine.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from dataclasses import dataclass, field
from itertools import islice
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np

import sim
from experiments.design import Block, Point
from experiments.rows import measured

if TYPE_CHECKING:
    from sim.simulation import EngineName

PATIENCE = 0.5
"""Seconds between two looks at whether to stop."""


class Stopped(Exception):
    """Raised inside a run when the experiment is being stopped."""


@dataclass(frozen=True)
class Run:
    """One run that has ended.

    Attributes
    ----------
    point : Point
        What was run.
    values : dict
        Every measure by column; empty when it failed.
    series : dict
        Weekly series by name; empty when it failed.
    careers : dict
        One entry a rep who was employed after the branch, by column; empty when it failed.
    contacts : bytes
        Every contact after the branch, as the bytes of a Parquet file; empty when they
        were not to be logged, and when it failed.
    error : str
        Why it failed, in one line; empty when it did not.
    """

    point: Point
    values: dict[str, float] = field(default_factory=dict)
    series: dict[str, np.ndarray] = field(default_factory=dict)
    careers: dict[str, np.ndarray] = field(default_factory=dict)
    contacts: bytes = b""
    error: str = ""


@dataclass(frozen=True)
class BlockResult:
    """The runs of one block, and the seconds that they took.

    A block that was stopped holds the runs that were finished by then.
    """

    block: Block
    runs: tuple[Run, ...]
    seconds: float


class Hooks:
    """How a block tells of its progress and hears that it is to stop.

    Parameters
    ----------
    on_days : callable or None
        Called from any thread with the number of days simulated since the last call.
    stop : Event or None
        Set from outside to end the runs early: an event of threads or of processes.
    """

    def __init__(self, on_days: Callable[[int], None] | None = None, stop: Any = None) -> None:
        self.on_days = on_days or (lambda days: None)
        self.stop = stop if stop is not None else Event()
        self.asked = False

    def ask_to_stop(self) -> None:
        """Ask for a stop: safe in a signal handler, which must not wait for a lock."""
        self.asked = True

    def stopping(self) -> bool:
        """Pass on what was asked for, and say whether the experiment is to stop."""
        if self.asked and not self.stop.is_set():
            self.stop.set()
        return self.stop.is_set()

    def check(self) -> None:
        """Raise :class:`Stopped` if the experiment is to stop."""
        if self.stop.is_set():
            raise Stopped


class _Meter:
    """Turns the day that a run has reached into days done since the last word."""

    def __init__(self, hooks: Hooks, days: int) -> None:
        self.hooks, self.days, self.told = hooks, days, 0

    def reached(self, day: int) -> None:
        self.hooks.check()
        self._tell(min(day, self.days))

    def finish(self) -> None:
        self._tell(self.days)

    def _tell(self, day: int) -> None:
        if day > self.told:
            self.hooks.on_days(day - self.told)
            self.told = day


def run_block(block: Block, hooks: Hooks | None = None) -> BlockResult:
    """Warm a centre up once and branch it into every point of the block.

    Parameters
    ----------
    block : Block
        The points.
    hooks : Hooks or None
        Progress and stopping; those of the worker process where None.

    Returns
    -------
    BlockResult
        A run for each point, failed ones included.
    """
    hooks = hooks or _process_hooks
    began = time.perf_counter()
    runs: list[Run] = []
    try:
        start = _warmed_up(block, hooks)
        for point in block.points:
            runs.append(_branch(point, block.engine, start, hooks))
    except Stopped:
        pass
    return BlockResult(block, tuple(runs), time.perf_counter() - began)


def _warmed_up(block: Block, hooks: Hooks) -> "sim.Start | Exception":
    """Return the warmed-up centre with its neutral run, or what went wrong."""
    hooks.check()
    situation = block.situation
    meter = _Meter(hooks, situation.warmup_days + situation.days)
    try:
        start = sim.warm_up(
            situation.centre,
            situation.neutral,
            days=situation.warmup_days,
            seed=situation.seed,
            replication=situation.replication,
            engine=block.engine,
        )
        meter.reached(situation.warmup_days)
        # What the parties gain is measured against the neutral policy's run of the same days.
        return sim.with_neutral_run(
            start, situation.neutral, days=situation.days, engine=block.engine
        )
    except Exception as error:
        return error
    finally:
        meter.finish()


def _branch(
    point: Point, engine: "EngineName", start: "sim.Start | Exception", hooks: Hooks
) -> Run:
    hooks.check()
    situation = point.situation
    meter = _Meter(hooks, situation.days)
    try:
        if isinstance(start, Exception):
            raise start
        outcome = sim.simulate(
            situation.centre,
            point.policy,
            days=situation.days,
            seed=situation.seed,
            replication=situation.replication,
            engine=engine,
            start=start,
            timeline=point.switches,
            progress=meter.reached,
        )
        values = measured(outcome, situation.days, situation.warmup_days)
        return Run(point, values, dict(outcome.weekly()))
    except Stopped:
        raise
    except Exception as error:
        return failed(point, error)
    finally:
        meter.finish()


def failed(point: Point, error: BaseException) -> Run:
    """Return the run of a point that could not be run."""
    reason = " ".join(str(error).split())
    return Run(point, error=f"{type(error).__name__}: {reason} ({point})")


_process_hooks = Hooks()


def _start_process(stop: Any) -> None:
    """Prepare a worker process: Ctrl-C is the parent's, which passes it on by ``stop``."""
    global _process_hooks
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _process_hooks = Hooks(stop=stop)


@dataclass(frozen=True)
class Crew:
    """An executor with what is needed to use it well.

    Attributes
    ----------
    executor : Executor
        Where blocks are run.
    workers : int
        How many run at once.
    hooks : Hooks
        Stopping and progress; its event reaches the workers.
    shared_memory : bool
        Whether the workers can call the hooks: threads can, processes cannot.
    """

    executor: Executor
    workers: int
    hooks: Hooks
    shared_memory: bool


def make_crew(
    engine: "EngineName", workers: int | None = None, on_days: Callable[[int], None] | None = None
) -> Crew:
    """Return threads for the compiled engine and spawned processes for the Mesa engine.

    Parameters
    ----------
    engine : str
        ``"compiled"`` or ``"mesa"``.
    workers : int or None
        How many; one for each processor where None.
    on_days : callable or None
        Told of the days that have been simulated.
    """
    workers = workers or os.cpu_count() or 1
    if engine == "compiled":
        threads = ThreadPoolExecutor(workers, thread_name_prefix="block")
        return Crew(threads, workers, Hooks(on_days), shared_memory=True)
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    processes = ProcessPoolExecutor(
        workers, mp_context=context, initializer=_start_process, initargs=(stop,)
    )
    return Crew(processes, workers, Hooks(on_days, stop), shared_memory=False)


def run_blocks(blocks: Iterable[Block], crew: Crew) -> Iterator[BlockResult]:
    """Run the blocks and yield each as it finishes.

    At most two blocks a worker are waiting or running, so that any number of them may
    be asked for. When the crew is asked to stop, blocks that have not begun are dropped
    and those that have are yielded with what they have finished.

    Parameters
    ----------
    blocks : iterable of Block
        Taken as they are needed.
    crew : Crew
        Who runs them; shut down at the end.

    Yields
    ------
    BlockResult
        In the order in which they finish.
    """
    source = iter(blocks)
    pending: dict[Future[BlockResult], Block] = {}
    try:
        while True:
            if not crew.hooks.stopping():
                for block in islice(source, 2 * crew.workers - len(pending)):
                    pending[_submit(crew, block)] = block
            if not pending:
                return
            done, _ = wait(pending, timeout=PATIENCE, return_when=FIRST_COMPLETED)
            if crew.hooks.stopping():
                _drop_unbegun(pending)
            for future in done:
                if future in pending:
                    yield _collect(future, pending.pop(future), crew)
    finally:
        # Left early, by an error or by whoever was listening: nobody waits for the rest.
        crew.hooks.stop.set()
        crew.executor.shutdown(wait=True, cancel_futures=True)


def _submit(crew: Crew, block: Block) -> Future[BlockResult]:
    try:
        if crew.shared_memory:
            return crew.executor.submit(run_block, block, crew.hooks)
        return crew.executor.submit(run_block, block)
    except RuntimeError as error:  # the pool is broken: a worker was killed
        broken: Future[BlockResult] = Future()
        broken.set_exception(error)
        return broken


def _drop_unbegun(pending: dict[Future[BlockResult], Block]) -> None:
    for future in [future for future in pending if future.cancel()]:
        del pending[future]


def _collect(future: Future[BlockResult], block: Block, crew: Crew) -> BlockResult:
    error = future.exception()
    if error is not None:
        return BlockResult(block, _all_failed(block.points, error), 0.0)
    result = future.result()
    if not crew.shared_memory:
        crew.hooks.on_days(block.simulated_days)
    return result


def _all_failed(points: Sequence[Point], error: BaseException) -> tuple[Run, ...]:
    return tuple(failed(point, error) for point in points)
