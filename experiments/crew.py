"""Who runs the blocks: threads, processes or a cluster, and how work is handed to them.

Any :class:`concurrent.futures.Executor` will do. Threads serve the compiled engine, whose
loops release the interpreter's lock; processes serve the Mesa engine; a Dask cluster
serves both. Which of them does the work, and in which portions, changes no row.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from experiments.design import Block, joined
from experiments.errors import RequestError
from experiments.runner import BlockResult, Hooks, failed, run_block, set_process_hooks

if TYPE_CHECKING:
    from sim.simulation import EngineName

Done = TypeVar("Done")
Task = TypeVar("Task")

PATIENCE = 0.5
"""Seconds between two looks at whether to stop."""

BLOCK_SECONDS = 1.0
"""Work in a block, in seconds: long against what it takes to hand a block over, short
enough that little is lost with it and that its end is near when all others are done."""

LARGEST_BLOCK = 64
"""Most replications in a block, however short they are: their rows are held in memory."""

PER_WORKER = 2
"""Blocks that a worker has been handed at a time: the one it runs, and the next."""


THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Where libraries of linear algebra are told how many threads to take."""


@dataclass(frozen=True)
class Crew:
    """An executor with what is needed to use it well; a context that shuts it down.

    Attributes
    ----------
    executor : Executor
        Where blocks are run.
    capacity : callable
        Returns how many blocks can be run at once just now.
    hooks : Hooks
        Stopping and progress; its event reaches threads and processes of this machine.
    shared_memory : bool
        Whether the workers can call the hooks: threads can, processes cannot.
    """

    executor: Executor
    capacity: Callable[[], int]
    hooks: Hooks = field(default_factory=Hooks)
    shared_memory: bool = False

    def __enter__(self) -> Self:
        """Begin to use the crew."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Send the crew home."""
        self.close()

    def close(self) -> None:
        """Stop what is under way, and shut the executor down."""
        self.hooks.stop.set()
        self.executor.shutdown(wait=True)


def make_crew(
    engine: "EngineName",
    workers: int | None = None,
    on_days: Callable[[int], None] | None = None,
    cluster: str | None = None,
    say: Callable[[str], None] | None = None,
) -> Crew:
    """Return threads for the compiled engine, spawned processes for Mesa, or a cluster.

    Parameters
    ----------
    engine : str
        ``"compiled"`` or ``"mesa"``.
    workers : int or None
        How many; one for each processor where None. A cluster has as many as it has.
    on_days : callable or None
        Told of the days that have been simulated.
    cluster : str or None
        A Dask cluster, see :func:`experiments.cluster.open_cluster`.
    say : callable or None
        Told what there is to say of a cluster, a line at a time; standard error where None.

    Raises
    ------
    RequestError
        Where there is no such cluster.
    """
    if cluster is not None:
        from experiments.cluster import open_cluster

        machines = open_cluster(cluster, say)
        return Crew(machines, machines.capacity, Hooks(on_days))
    count = workers or os.cpu_count() or 1
    if engine == "compiled":
        threads = ThreadPoolExecutor(count, thread_name_prefix="block")
        return Crew(threads, lambda: count, Hooks(on_days), shared_memory=True)
    processes = Processes(count)
    return Crew(processes, lambda: count, Hooks(on_days, processes.stop))


class Processes(Executor):
    """Worker processes, started anew when one of them has been killed.

    Parameters
    ----------
    workers : int
        How many.
    """

    def __init__(self, workers: int) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._workers = workers
        self.stop = self._context.Event()
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._workers,
            mp_context=self._context,
            initializer=_start_process,
            initargs=(self.stop,),
        )

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a process call ``fn``."""
        with _one_thread_each():  # this is when processes are started
            try:
                return self._pool.submit(fn, *args, **kwargs)
            except BrokenExecutor:
                self._pool.shutdown(wait=True)
                self._pool = self._new_pool()
                return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes."""
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let processes that are started meanwhile do linear algebra on one thread each.

    There is one of them for each processor: with more threads they would wait for each other.
    Libraries ask the environment when they are loaded, which is before a process could be told.
    What the user has set stays.
    """
    added = [name for name in THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(added, "1"))
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def _start_process(stop: Any) -> None:
    """Prepare a worker process: Ctrl-C is the parent's, which passes it on by ``stop``."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_process_hooks(Hooks(stop=stop))


@dataclass(frozen=True)
class _Task:
    """A block that has been handed out, and whether nothing else was under way with it."""

    block: Block
    alone: bool = False


class _Portions:
    """Takes blocks of one replication from a source and joins them to about a second.

    Parameters
    ----------
    source : iterable of Block
        Taken from as far as is needed, to see the end coming.
    """

    def __init__(self, source: Iterable[Block]) -> None:
        self._source = iter(source)
        self._ahead: deque[Block] = deque()
        self._again: deque[Block] = deque()
        self._size = 1
        self._seconds: float | None = None

    def next(self, under_way: list[_Task], capacity: int) -> _Task | None:
        """Return what to hand out next, or None where nothing is to be handed out now."""
        if any(task.alone for task in under_way):
            return None
        if self._again:
            return None if under_way else _Task(self._again.popleft(), alone=True)
        if len(under_way) >= PER_WORKER * capacity:
            return None
        # All workers stay busy to the end: portions shrink as the rest that is in sight does.
        slots = PER_WORKER * capacity
        self._ahead.extend(islice(self._source, max(0, slots * self._size - len(self._ahead))))
        if not self._ahead:
            return None
        size = max(1, min(self._size, len(self._ahead) // slots))
        return _Task(joined([self._ahead.popleft() for _ in range(size)]))

    def learn(self, result: BlockResult) -> None:
        """Choose the size of portions by the seconds that a finished one took."""
        seconds = result.seconds / len(result.block.replications)
        # The first ones may have had to load or compile the engine: they are soon forgotten.
        known = seconds if self._seconds is None else self._seconds
        self._seconds = (known + seconds) / 2.0
        fitting = int(BLOCK_SECONDS / max(self._seconds, BLOCK_SECONDS / LARGEST_BLOCK))
        self._size = max(1, min(fitting, 2 * self._size))

    def again(self, block: Block) -> None:
        """Have a block that was lost run again, each replication for itself."""
        self._again.extend(block.split())


def run_blocks(blocks: Iterable[Block], crew: Crew) -> Iterator[BlockResult]:
    """Run the blocks and yield the results as they come in.

    Blocks are joined to portions of about a second, by the time that finished ones took.
    At most two portions a worker are waiting or running, so that any number of blocks may
    be asked for. When the crew is asked to stop, portions that have not begun are dropped
    and those that have are yielded with what they have finished.

    A portion that was lost with its worker is run again, replication by replication and with
    nothing else under way; what is lost again is to blame, and ends as failed runs.

    Parameters
    ----------
    blocks : iterable of Block
        Taken as they are needed.
    crew : Crew
        Who runs them. It can be used again afterwards, unless it was stopped.

    Yields
    ------
    BlockResult
        In the order in which they finish.

    Raises
    ------
    RequestError
        Where the crew can do nothing more, for example because its cluster is gone.
    """
    portions = _Portions(blocks)
    pending: dict[Future[BlockResult], _Task] = {}
    try:
        while True:
            if not crew.hooks.stopping():
                _hand_out(portions, pending, crew)
            if not pending:
                return
            done, _ = wait(pending, timeout=PATIENCE, return_when=FIRST_COMPLETED)
            if crew.hooks.stopping():
                drop_unbegun(pending)
            for future in done:
                if future in pending:
                    yield from _collect(future, pending.pop(future), portions, crew)
    finally:
        if pending:  # left early, by an error or by whoever was listening
            crew.hooks.stop.set()
            drop_unbegun(pending)


def _hand_out(portions: _Portions, pending: dict[Future[BlockResult], _Task], crew: Crew) -> None:
    capacity = max(1, crew.capacity())
    while (task := portions.next(list(pending.values()), capacity)) is not None:
        pending[_submit(crew, task.block)] = task


def _submit(crew: Crew, block: Block) -> Future[BlockResult]:
    try:
        if crew.shared_memory:
            return crew.executor.submit(run_block, block, crew.hooks)
        return crew.executor.submit(run_block, block)
    except RuntimeError as error:  # the pool is broken: a worker was killed
        broken: Future[BlockResult] = Future()
        broken.set_exception(error)
        return broken


def drop_unbegun(pending: dict[Future[Done], Task]) -> None:
    """Take back what has been handed out and not begun."""
    for future in [future for future in pending if future.cancel()]:
        del pending[future]


def _collect(
    future: Future[BlockResult], task: _Task, portions: _Portions, crew: Crew
) -> Iterator[BlockResult]:
    """Yield the result, unless the block is to be run again."""
    error = error_of(future)
    if isinstance(error, RequestError):
        raise error
    if error is None:
        result = future.result()
        portions.learn(result)
    elif task.alone:
        result = BlockResult(
            task.block, tuple(failed(point, error) for point in task.block.points), 0.0
        )
    else:
        portions.again(task.block)
        return
    if not crew.shared_memory:
        crew.hooks.on_days(task.block.simulated_days)
    yield result


def error_of(future: Future[Any]) -> BaseException | None:
    """Return what became of the worker of what was handed out, None where it did its work."""
    try:
        return future.exception()
    except CancelledError as error:
        return error
