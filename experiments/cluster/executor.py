"""The workers of a Dask cluster as an executor.

A worker is sent the config of its block and sends rows back, never a centre's arrays.
Before it reads a block it looks whether its model is the one that was asked for.
"""

import logging
import pickle
import platform
import time
import warnings
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from experiments.cluster.fleet import CLOSE_SECONDS, Fleet
from experiments.design import ModelDiffers
from experiments.errors import RequestError, in_a_line
from experiments.runner import Hooks, set_process_hooks
from experiments.saying import Say

LOOK_SECONDS = 1.0
"""Between two looks at how many workers there are."""

ALONE_SECONDS = 60.0
"""How long a cluster may be without any worker, and without any job in a queue that could
bring one, before it is given up."""

_KEPT = "What is done is kept: the same command goes on from there"


class Hushed:
    """Quietens Dask's log: what matters of it is said in a message, or is a row."""

    NAMES = ("distributed", "tornado.application", "dask_jobqueue")

    def __init__(self) -> None:
        self.levels = {name: logging.getLogger(name).level for name in self.NAMES}
        for name in self.NAMES:
            logging.getLogger(name).setLevel(logging.CRITICAL)

    def restore(self) -> None:
        """Give the loggers their levels back."""
        for name, level in self.levels.items():
            logging.getLogger(name).setLevel(level)


class ClusterExecutor(Executor):
    """The workers of a Dask cluster.

    Its own rather than ``Client.get_executor()``: that one can be asked neither how many
    workers there are nor to drop what has begun, and takes a lost connection for a cancelled
    block.

    Parameters
    ----------
    client : distributed.Client
        The connection.
    name : str
        What to call the cluster in messages.
    say : callable
        Told what there is to say.
    fleet : Fleet
        What was started for it.
    loggers : Hushed
        To be restored at the end.
    """

    def __init__(self, client: Any, name: str, say: Say, fleet: Fleet, loggers: Hushed) -> None:
        self._client, self._name, self._say = client, name, say
        self._fleet, self._loggers = fleet, loggers
        self._threads = 0
        self._looked = -LOOK_SECONDS
        self._manned = self._hoped = time.monotonic()
        self._told_of_waiting = self._closed = False
        self._told: set[tuple[str, ...]] = set()

    def capacity(self) -> int:
        """Return how many blocks the workers can run at once just now.

        Raises
        ------
        RequestError
            Where the connection is lost, or there have been no workers for long.
        """
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return self._threads
        self._looked = now
        self._threads = self._count_threads()
        self._fleet.look_after(now)
        if self._threads:
            self._manned = self._hoped = now
            self._told_of_waiting = False
        elif self._fleet.coming(now):
            self._hoped = now
        if now - self._hoped > ALONE_SECONDS:
            raise RequestError(
                [f"{self._name} has had no worker for {ALONE_SECONDS:.0f} seconds. {_KEPT}"]
            )
        if now - self._manned > 2.0 * LOOK_SECONDS and not self._told_of_waiting:
            self._told_of_waiting = True
            self._say(f"{self._name} has no worker yet; waiting for {self._fleet.awaited}")
        return self._threads

    def _count_threads(self) -> int:
        try:
            if self._client.status != "running":
                raise self._lost()
            return sum(self._client.nthreads().values())
        except RequestError:
            raise
        except Exception:
            raise self._lost() from None

    def _lost(self) -> RequestError:
        return RequestError([f"the connection to {self._name} was lost. {_KEPT}"])

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a worker call ``fn``; what was on a worker that is lost goes to another."""
        ours: Future[Any] = Future()
        try:
            # As bytes, read by the task itself: a scheduler or a worker that met them on its
            # way would end by what it has not got, under all who share the cluster.
            call = pickle.dumps(_Call(fn, args, kwargs))
            theirs = self._client.submit(pickle.loads, call, pure=False)
        except Exception as error:
            ours.set_exception(self._lost() if self._client.status != "running" else error)
            return ours
        theirs.add_done_callback(partial(self._hand_over, ours))
        # This also keeps theirs alive: a cluster forgets what nobody holds any more.
        ours.add_done_callback(lambda future: theirs.cancel() if future.cancelled() else None)
        return ours

    def _hand_over(self, ours: Future[Any], theirs: Any) -> None:
        """Pass on what came of a call, in a thread of Dask's."""
        from distributed import KilledWorker
        from distributed.comm.core import CommClosedError

        if not ours.set_running_or_notify_cancel():
            return
        try:
            value, versions = theirs.result()
        except KilledWorker as error:
            ours.set_exception(error)
        except (CancelledError, CommClosedError):
            # A scheduler that dies between a result's announcement and its fetching shows as a
            # closed connection, one that dies at any other time as a cancelled call.
            ours.set_exception(self._lost())
        except ModelDiffers as error:
            ours.set_exception(
                RequestError([f"{self._name}: {error}; install the same one there. {_KEPT}"])
            )
        except Exception as error:
            # What goes wrong in a run is a row. This is the machinery, and would fail all blocks.
            ours.set_exception(
                RequestError(
                    [f"{self._name}: a worker could not take a block: {in_a_line(error)}. {_KEPT}"]
                )
            )
        else:
            self._compare(versions)
            ours.set_result(value)

    def _compare(self, theirs: tuple[str, ...]) -> None:
        ours = _versions()
        if theirs != ours and theirs not in self._told:
            self._told.add(theirs)
            self._say(
                f"{self._name}: a worker has {', '.join(theirs)}, here are {', '.join(ours)}: "
                "the last digits of its rows may differ"
            )

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster, and end what was started for it; nobody waits for blocks."""
        if self._closed:
            return
        self._closed = True
        with suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._client.close(timeout=CLOSE_SECONDS)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._fleet.close()
        self._loggers.restore()


@dataclass(frozen=True)
class _Call:
    """A call that is done by being unpickled, which gives its result and the versions there."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def __reduce__(self) -> tuple[Any, ...]:
        return _work, (self.function, self.args, self.kwargs)


def _work(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, tuple[str, ...]]:
    """On a worker: do a call; return the result and the versions here."""
    set_process_hooks(Hooks(stop=_Unwanted()))
    return function(*args, **kwargs), _versions()


class _Unwanted:
    """On a worker, in the place of an event: whether this thread's block was cancelled."""

    def is_set(self) -> bool:
        from distributed import get_worker

        worker = get_worker()
        task = worker.state.tasks.get(worker.get_current_task())
        return task is not None and task.state == "cancelled"


def _versions() -> tuple[str, ...]:
    """Return the versions by which the last digits of a row may differ."""
    return (f"Python {platform.python_version()}", f"NumPy {np.__version__}")
