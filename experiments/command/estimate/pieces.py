"""A block of an experiment cut short, and what a whole one takes by it.

The block's warm-up and its branches are run on one thread at a share :math:`s` of their
length, with :math:`s` raised until that takes a good part of a second. A whole block
then takes :math:`a + b`, by the line :math:`a + b s` through the first and the last. The longest
piece is then run on all threads at once: cores that share their memory are slower together.

Seconds are those of the processor: what else the machine does at the moment is not counted.
"""

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.design import blocks, points
from experiments.runner import Run, run_block

if TYPE_CHECKING:
    from experiments.config import Experiment
    from sim.simulation import EngineName

CALIBRATION = 1.2
"""Seconds: a shortened block that takes this long is long enough to judge by."""

FIRST_DAYS = {"compiled": 28, "mesa": 4}
"""Days of the first shortened block, warm-up and branches together."""


@dataclass(frozen=True)
class Piece:
    """A shortened block that was run.

    Attributes
    ----------
    share : float
        Its length over that of the whole block.
    seconds : float
        What it took of one thread's processor.
    runs : tuple of Run
        What it gave.
    """

    share: float
    seconds: float
    runs: tuple[Run, ...]


def calibrate(experiment: "Experiment", engine: "EngineName") -> tuple[Piece, ...]:
    """Run ever longer pieces of the experiment's first block, on this thread.

    Parameters
    ----------
    experiment : Experiment
        What would be run.
    engine : str
        The engine to run it on.

    Returns
    -------
    tuple of Piece
        By length; the last one takes a good part of a second, or is the whole block.
    """
    block = next(iter(blocks(points(experiment), engine)))
    share = min(1.0, FIRST_DAYS[engine] / block.simulated_days)
    _run_piece(experiment, engine, share)  # what is done once only is not counted
    pieces = [_run_piece(experiment, engine, share)]
    while pieces[-1].seconds < CALIBRATION and share < 1.0:
        wanted = CALIBRATION / max(pieces[-1].seconds, 1e-3)
        share = min(1.0, share * min(8.0, max(2.0, wanted)))
        pieces.append(_run_piece(experiment, engine, share))
    return tuple(pieces)


def _run_piece(experiment: "Experiment", engine: "EngineName", share: float) -> Piece:
    piece = experiment.model_copy(
        update={
            "replications": 1,
            "warmup_days": round(share * experiment.warmup_days),
            "days": max(1, round(share * experiment.days)),
        }
    )
    block = next(iter(blocks(points(piece), engine)))
    began = time.thread_time()
    result = run_block(block)
    return Piece(share, time.thread_time() - began, result.runs)


def whole_seconds(pieces: Sequence[Piece]) -> float:
    """Return what a whole block takes, by the line through the first and the last piece.

    Parameters
    ----------
    pieces : sequence of Piece
        By length.
    """
    last = pieces[-1]
    if last.share >= 1.0:
        return last.seconds
    through_origin = last.seconds / last.share
    if len(pieces) < 2:
        return through_origin
    first = pieces[0]
    slope = (last.seconds - first.seconds) / (last.share - first.share)
    # A line that falls, or one that starts below 0, is noise.
    slope = min(max(slope, 0.0), through_origin)
    return last.seconds + slope * (1.0 - last.share)


def crowding(experiment: "Experiment", engine: "EngineName", piece: Piece, workers: int) -> float:
    """Return how much longer a block takes where each thread runs one: at least 1."""
    threads = min(workers, os.cpu_count() or 1)
    if engine != "compiled" or threads < 2:
        return 1.0
    with ThreadPoolExecutor(threads) as pool:
        together = pool.map(lambda _: _run_piece(experiment, engine, piece.share), range(threads))
        mean = sum(each.seconds for each in together) / threads
    return min(float(threads), max(1.0, mean / max(piece.seconds, 1e-3)))
