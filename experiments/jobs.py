"""Work other than an experiment's runs: a function and what it is given, done once and kept.

The evidence, the calibration and the claims are made of such jobs. A job's key is a hash of
what determines its result, so that whatever was done before an interruption, or for another
purpose, is not done again; who does it, and in which order, changes no result.
"""

import hashlib
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from experiments.crew import PATIENCE, PER_WORKER, Crew, drop_unbegun, error_of, make_crew
from experiments.design import ModelDiffers, fingerprint, model_version
from experiments.errors import RequestError, in_a_line
from sim.sources import hash_of

Result = dict[str, np.ndarray]
"""What a job gives: arrays by name. A number is an array of no dimensions."""

DIGEST = 32
"""Bytes at the end of a finished job's file: the SHA-256 of what stands before them."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A function and what it is given.

    Attributes
    ----------
    work : str
        The function, as ``"package.module:name"``, at the top level of its module. It takes
        the arguments by name and returns a dict of numbers and arrays.
    arguments : mapping
        What it is given, as JSON could write it: together with the sources of the model and
        of the function's package all that determines the result.
    """

    work: str
    arguments: Mapping[str, Any]

    @cached_property
    def key(self) -> str:
        """The hash of what determines the result."""
        return fingerprint(
            {
                "work": self.work,
                "arguments": dict(self.arguments),
                "versions": versions(self.work),
            }
        )


@dataclass(frozen=True)
class Done:
    """A job that has ended.

    Attributes
    ----------
    job : Job
        The job.
    result : dict of str to array
        What it gave; empty where it failed.
    error : str
        Why it failed, in one line; empty where it did not.
    kept : bool
        Whether it had been done before.
    """

    job: Job
    result: Result
    error: str = ""
    kept: bool = False


class Interrupted(Exception):
    """Work was stopped before its end; what is done is kept."""


class Shelf:
    """The folder of finished jobs: one compressed file each, written aside and renamed.

    Parameters
    ----------
    folder : Path
        Made when the first job is put there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, job: Job) -> Result | None:
        """Return what a job gave, None where it is to be done.

        A file that cannot be read any more is put aside under another name, with a warning,
        and its job is done again.
        """
        path = self._path(job)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        body, digest = content[:-DIGEST], content[-DIGEST:]
        # Looked at first: a damaged archive can also be read, with arrays missing.
        if hashlib.sha256(body).digest() != digest:
            aside = _free(path.with_suffix(".damaged"))
            path.replace(aside)
            _LOG.warning("%s was damaged: it is kept as %s and done again", path, aside.name)
            return None
        with np.load(BytesIO(body), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}

    def put(self, job: Job, result: Result) -> None:
        """Keep what a job gave."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(job)
        buffer = BytesIO()
        np.savez_compressed(buffer, **result)  # type: ignore[arg-type]
        aside = path.with_suffix(f".{os.getpid()}.part")
        body = buffer.getvalue()
        aside.write_bytes(body + hashlib.sha256(body).digest())
        aside.replace(path)

    def _path(self, job: Job) -> Path:
        return self._folder / f"{job.key}.npz"


def _free(path: Path) -> Path:
    """Return a path at which there is nothing: itself, or with a number."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


def job_crew(
    workers: int | None = None,
    cluster: str | None = None,
    say: Callable[[str], None] | None = None,
) -> Crew:
    """Return processes of this machine, or a cluster: jobs are partly interpreted.

    Parameters
    ----------
    workers : int or None
        How many; one for each processor where None.
    cluster : str or None
        A Dask cluster, see :func:`experiments.cluster.open_cluster`.
    say : callable or None
        Told what there is to say of a cluster.
    """
    return make_crew("mesa", workers, cluster=cluster, say=say)


def run_jobs(jobs: Iterable[Job], folder: Path, crew: Crew) -> Iterator[Done]:
    """Do the jobs that have not been done, and yield them all as they come in.

    Parameters
    ----------
    jobs : iterable of Job
        Taken as they are needed; a job that stands there twice is done once and yielded twice.
    folder : Path
        Where results are kept.
    crew : Crew
        Who does them; see :func:`job_crew`.

    Yields
    ------
    Done
        What was done before first come, as they stand; then in the order in which they end.

    Raises
    ------
    RequestError
        Where the crew can do nothing more.
    """
    shelf = Shelf(folder)
    missing: dict[str, list[Job]] = {}
    for job in jobs:
        result = None if job.key in missing else shelf.take(job)
        if result is None:
            missing.setdefault(job.key, []).append(job)
        else:
            yield Done(job, result, kept=True)
    if not missing:
        return
    for key, result, error in _work([twins[0] for twins in missing.values()], crew):
        twins = missing[key]
        if not error:
            shelf.put(twins[0], result)
        for job in twins:
            yield Done(job, result, error)


def _work(jobs: list[Job], crew: Crew) -> Iterator[tuple[str, Result, str]]:
    """Hand the jobs out, at most two a worker at a time.

    What is lost with its worker is done again with nothing else under way: what is lost again
    is to blame, and not what happened to be handed out beside it.
    """
    waiting = list(reversed(jobs))
    again: list[Job] = []
    alone = False
    pending: dict[Future[tuple[Result, str]], Job] = {}
    try:
        while True:
            if not crew.hooks.stopping():
                if again and not pending:
                    waiting.append(again.pop())
                    alone = True
                room = 1 if alone else PER_WORKER * max(1, crew.capacity())
                while waiting and not (again and not alone) and len(pending) < room:
                    job = waiting.pop()
                    pending[_submit(crew, job)] = job
            if not pending:
                return
            done, _ = wait(pending, timeout=PATIENCE, return_when=FIRST_COMPLETED)
            if crew.hooks.stopping():
                drop_unbegun(pending)
            for future in done:
                if future not in pending:
                    continue
                job = pending.pop(future)
                lost = error_of(future)
                if isinstance(lost, RequestError):
                    raise lost
                if lost is None:
                    yield (job.key, *future.result())
                elif alone:
                    yield job.key, {}, in_a_line(lost)
                else:
                    again.append(job)
            alone = alone and bool(pending)
    finally:
        if pending:  # left early, by an error or by whoever was listening
            crew.hooks.stop.set()
            drop_unbegun(pending)


def _submit(crew: Crew, job: Job) -> Future[tuple[Result, str]]:
    try:
        return crew.executor.submit(do_job, job.work, dict(job.arguments), versions(job.work))
    except RuntimeError as error:  # the pool is broken: a worker was killed
        broken: Future[tuple[Result, str]] = Future()
        broken.set_exception(error)
        return broken


def versions(work: str) -> tuple[str, str]:
    """Return the version of the model, and that of the package in which a function stands.

    Parameters
    ----------
    work : str
        The function, as in :class:`Job`.
    """
    return model_version(), _version_of(".".join(work.partition(":")[0].split(".")[:2]))


@cache
def _version_of(package: str) -> str:
    """Return the hash of a package's sources, or of a module's; nothing for what has none."""
    try:
        spec = find_spec(package)
    except (ModuleNotFoundError, ValueError):  # the latter: a module that was made on the spot
        return ""
    if spec is None or not spec.has_location or spec.origin is None:
        return ""
    source = Path(spec.origin)
    if spec.submodule_search_locations:
        return hash_of(source.parent)
    return hashlib.sha256(source.read_bytes()).hexdigest()[:16]


def do_job(work: str, arguments: dict[str, Any], wanted: tuple[str, str]) -> tuple[Result, str]:
    """Do a job in the worker, and return what it gave, or why it failed.

    Raises
    ------
    ModelDiffers
        Where the worker's model, or its version of the function, is another.
    """
    if versions(work) != wanted:
        raise ModelDiffers(
            f"the worker has version {' and '.join(versions(work))} of the model and of {work}, "
            f"asked for is version {' and '.join(wanted)}"
        )
    module, _, name = work.partition(":")
    try:
        given = getattr(import_module(module), name)(**arguments)
        return {name: np.asarray(value) for name, value in given.items()}, ""
    except Exception as error:
        return {}, f"{type(error).__name__}: {in_a_line(error)}"
