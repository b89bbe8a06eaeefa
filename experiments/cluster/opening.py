"""Connecting to a cluster that is there, or to one that is started for it."""

import socket
import threading
import warnings
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from importlib.util import find_spec
from typing import Any

from experiments.cluster.address import Address, parse_address
from experiments.cluster.executor import ClusterExecutor, Hushed
from experiments.cluster.fleet import INSTALL, QUEUES, Fleet, start_processes, submit_jobs
from experiments.errors import RequestError, in_a_line
from experiments.saying import Say, listener

REACH_SECONDS = 5.0
"""How long to try to reach an address."""

GREET_SECONDS = 4.0
"""How long what was reached may take to answer as a scheduler, before and after Dask's
own patience has ended."""


def open_cluster(text: str, say: Say | None = None) -> ClusterExecutor:
    """Connect to a cluster, or start one.

    Parameters
    ----------
    text : str
        ``tcp://HOST:PORT`` or ``tls://HOST:PORT``, a scheduler that is there; ``local:N``, so
        many worker processes of one thread on this machine; ``slurm:N`` or ``pbs:N``, so many
        jobs by dask-jobqueue under the user's own dask configuration.
    say : callable or None
        Told what there is to say, a line at a time; standard error where None.

    Raises
    ------
    RequestError
        Where it cannot be reached or started.
    """
    address = parse_address(text)
    if find_spec("distributed") is None:
        raise RequestError([INSTALL])
    say = listener(say)
    loggers = Hushed()
    try:
        return _opened(address, text, say, loggers)
    except RequestError:
        loggers.restore()
        raise
    except Exception as error:
        loggers.restore()
        raise RequestError([f"--cluster {text}: {in_a_line(error)}"]) from None


def _opened(address: Address, text: str, say: Say, loggers: Hushed) -> ClusterExecutor:
    if address.kind in ("tcp", "tls"):
        _reach(address, text)
        return ClusterExecutor(_client(text, say), f"the cluster at {text}", say, Fleet(), loggers)
    fleet = (
        submit_jobs(address.kind, address.number)
        if address.kind in QUEUES
        else start_processes(address.number)
    )
    try:
        client = _client(fleet.cluster, say)
    except BaseException:
        fleet.close()
        raise
    return ClusterExecutor(client, f"the cluster {text}", say, fleet, loggers)


def _reach(address: Address, text: str) -> None:
    try:
        socket.create_connection((address.host, address.number), timeout=REACH_SECONDS).close()
    except OSError as error:
        reason = error.strerror or in_a_line(error)
        raise RequestError(
            [f"--cluster {text}: cannot be reached: {reason}. Is a scheduler running there?"]
        ) from None


def _client(where: Any, say: Say) -> Any:
    """Connect, and say in a line what Dask would warn of: other versions over there."""
    from distributed import Client
    from distributed.versions import VersionMismatchWarning

    answer: Future[Any] = Future()

    def connect() -> None:
        try:
            answer.set_result(Client(where, timeout=GREET_SECONDS, set_as_default=False))
        except Exception as error:
            answer.set_exception(error)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", VersionMismatchWarning)
        # In a thread of its own: against something that takes the connection and says nothing,
        # Dask's own patience does not end.
        threading.Thread(target=connect, daemon=True).start()
        try:
            client = answer.result(timeout=2.0 * GREET_SECONDS)
        except FutureTimeout:
            raise RequestError(
                [f"--cluster {where}: what is there does not answer as a Dask scheduler"]
            ) from None
    for warning in caught:
        say(in_a_line(warning.message))
    return client
