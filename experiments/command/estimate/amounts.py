"""What an experiment will take, before it is run: work, time, room on disk, memory."""

import math
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sim
from experiments.cluster import parse_address
from experiments.command.estimate.pieces import calibrate, crowding, whole_seconds
from experiments.command.estimate.room import Room, memory
from experiments.design import points
from experiments.errors import RequestError
from experiments.store.folder import Folder, missing
from experiments.store.opening import refuse_unfit

if TYPE_CHECKING:
    from experiments.config import Experiment
    from sim.simulation import EngineName


@dataclass(frozen=True)
class Amount:
    """What so many replications take.

    Attributes
    ----------
    replications : int
        Of each policy, in all.
    blocks, runs : int
        Still to be run; a block is one replication's warm-up with its branches.
    seconds : float
        On the workers.
    disk : dict
        Bytes of all rows at the end, by kind: runs, series, careers, contacts.
    """

    replications: int
    blocks: int
    runs: int
    seconds: float
    disk: dict[str, float]


@dataclass(frozen=True)
class Estimate:
    """What an experiment will take.

    Attributes
    ----------
    experiment : Experiment
        What was asked.
    folder : Path
        Where its results would go.
    there : int
        Runs that are there already.
    obstacle : str
        Why the folder would refuse the experiment; empty where it would not.
    engine, workers, cluster
        What it would be run by; no cluster where that is empty.
    compiled_in : float
        Seconds in which the engine was compiled just now; 0 where it was kept already.
    calibrated : float
        Seconds of the calibration.
    block_seconds : float
        What a whole block takes on one thread.
    least, most : Amount
        With the replications that are asked for, and with the most that ``precision``
        may add; the same without it.
    memory : float
        Bytes that each worker takes.
    failures : tuple of str
        What went wrong in the calibration: it would in the run.
    """

    experiment: "Experiment"
    folder: Path
    there: int
    obstacle: str
    engine: str
    workers: int
    cluster: str
    compiled_in: float
    calibrated: float
    block_seconds: float
    least: Amount
    most: Amount
    memory: float
    failures: tuple[str, ...] = ()


def estimate(
    experiment: "Experiment",
    *,
    root: Path,
    workers: int | None = None,
    cluster: str | None = None,
    engine: "EngineName" = "compiled",
) -> Estimate:
    """Estimate what an experiment will take; no results folder is made or changed.

    Parameters
    ----------
    experiment : Experiment
        What would be run.
    root : Path
        The folder of all results.
    workers : int or None
        Blocks at a time; one for each processor where None.
    cluster : str or None
        The address of a cluster, as ``--cluster`` takes it; it is not called.
    engine : str
        ``"compiled"`` or ``"mesa"``. Where the compiled engine was not kept yet, it is
        compiled, and kept in the user's cache.
    """
    workers, here = _workers(workers, cluster)
    compiled_in = _compile(engine)
    began = time.perf_counter()
    pieces = calibrate(experiment, engine)
    whole = whole_seconds(pieces)
    if here:
        whole *= crowding(experiment, engine, pieces[-1], workers)
    calibrated = time.perf_counter() - began
    folder = Folder(root / experiment.name)
    obstacle = _obstacle(folder, experiment)
    todo = [] if obstacle else list(missing(points(experiment), folder))
    total = experiment.replications * len(experiment.policies)
    there = 0 if obstacle else total - len(todo)
    room = Room(experiment, pieces[-1])

    def amount(replications: int, count: int, runs: int) -> Amount:
        seconds = whole * math.ceil(count / workers)
        return Amount(replications, count, runs, seconds, room.bytes(replications))

    count = experiment.replications if obstacle else len({point.replication for point in todo})
    least = amount(experiment.replications, count, total - there)
    cap = max((each.max_replications for each in experiment.precision), default=0)
    added = max(0, cap - experiment.replications)
    most = amount(
        experiment.replications + added,
        count + added,
        total - there + added * len(experiment.policies),
    )
    return Estimate(
        experiment=experiment,
        folder=folder.path,
        there=there,
        obstacle=obstacle,
        engine=engine,
        workers=workers,
        cluster=cluster or "",
        compiled_in=compiled_in,
        calibrated=calibrated,
        block_seconds=whole,
        least=least,
        most=most if added else least,
        memory=memory(experiment, engine),
        failures=tuple(run.error for run in pieces[-1].runs if run.error),
    )


def _workers(workers: int | None, cluster: str | None) -> tuple[int, bool]:
    """Return how many workers there are, and whether they share this machine."""
    if cluster is None:
        return workers or os.cpu_count() or 1, True
    address = parse_address(cluster)
    # How many a scheduler that is there has, is known once it is called: one stands for each.
    known = 1 if address.host else address.number
    return known, address.kind == "local"


def _compile(engine: str) -> float:
    """Make sure of the compiled engine, and return the seconds if it had to be compiled."""
    if engine != "compiled":
        return 0.0
    fresh: list[bool] = []
    began = time.perf_counter()
    sim.compile_engine(on_first=lambda: fresh.append(True))
    return time.perf_counter() - began if fresh else 0.0


def _obstacle(folder: Folder, experiment: "Experiment") -> str:
    """Return why the folder would refuse the experiment's rows, or nothing."""
    try:
        refuse_unfit(folder.path, experiment)
        folder.check()
    except RequestError as error:
        return str(error)
    return ""
