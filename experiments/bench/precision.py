"""Time to a given precision, against Mesa's own way of running a model many times.

The question is one contrast: retention under one policy less that under another, to a
given half width. Mesa's way is ``batch_run`` over the Mesa engine, two runs a pair with
seeds of their own. Ours is the compiled engine, both policies branched from one warm-up
with common random numbers, as the laboratory runs them: the neutral policy's run, every
measure and the weekly series included. Mesa's day is timed on a centre that has just opened,
without collecting anything. The half width cancels out: replications go with the variance
of one difference, so the ratio of times has two factors, the engine's and the pairing's.
"""

import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

import mesa
import numpy as np

import sim
from experiments.config import load_experiment
from experiments.crew import Crew, run_blocks
from experiments.design import blocks, points
from sim.model import ServiceModel

EXPERIMENT = "three-policies"
PAIR = ("balanced", "always-right")
MEASURE = "retention"
REPLICATIONS = 30
PROCESSES = 2
SHORT, LONG = 4, 12
"""Days of the two batches of Mesa runs: their difference is what eight days take."""

REPEATS = 3


class Factors(NamedTuple):
    """How many times longer Mesa's way takes, and why."""

    engine: float
    pairing: float

    @property
    def ratio(self) -> float:
        """Both together."""
        return self.engine * self.pairing


class BatchModel(ServiceModel):
    """The Mesa engine as ``batch_run`` takes it: numbers in, a number out, nothing else.

    Parameters
    ----------
    seed : int
        The run's own seed.
    """

    def __init__(self, seed: int) -> None:
        experiment = load_experiment(EXPERIMENT)
        super().__init__(experiment.centre, experiment.neutral_policy(), seed=seed)
        # Collecting means over all customers each day would only slow it down.
        self.datacollector = mesa.DataCollector()


def precision_ratio() -> float:
    """Return Mesa's time to the precision over ours."""
    return factors().ratio


def precision_engine() -> float:
    """Return the engine's factor: seconds of two Mesa runs over those of a pair of ours."""
    return factors().engine


def precision_pairing() -> float:
    """Return the pairing's factor: replications of independent seeds over paired ones."""
    return factors().pairing


@cache
def factors() -> Factors:
    """Measure both factors, on all cores."""
    experiment = load_experiment(EXPERIMENT)
    sim.compile_engine()
    seconds, retained = _paired()
    one, other = retained.T
    independent = one.var(ddof=1) + other.var(ddof=1)
    pairing = float(independent / (one - other).var(ddof=1))
    days = experiment.warmup_days + experiment.days
    return Factors(2.0 * days * _mesa_day() / seconds, pairing)


def _paired() -> tuple[float, np.ndarray]:
    """Return the seconds of a pair of runs on all cores, and the pairs' retention."""
    sets = (f"policies={list(PAIR)}", f"replications={REPLICATIONS}")
    experiment = load_experiment(EXPERIMENT, sets)
    retained: dict[str, dict[int, float]] = {name: {} for name in PAIR}
    began = perf_counter()
    with Crew(ThreadPoolExecutor(PROCESSES), lambda: PROCESSES, shared_memory=True) as crew:
        for result in run_blocks(blocks(points(experiment)), crew):
            for run in result.runs:
                retained[run.point.name][run.point.replication] = run.values[MEASURE]
    seconds = (perf_counter() - began) / REPLICATIONS
    pairs = [[retained[name][n] for name in PAIR] for n in range(1, REPLICATIONS + 1)]
    return seconds, np.array(pairs)


def _mesa_day() -> float:
    """Return the seconds that a day of one run takes in ``batch_run`` on all cores."""
    differences = [_batch_seconds(LONG) - _batch_seconds(SHORT) for _ in range(REPEATS)]
    return median(differences) / (LONG - SHORT) / PROCESSES


def _batch_seconds(days: int) -> float:
    began = perf_counter()
    with _silent():
        _batch(days)
    return perf_counter() - began


def _batch(days: int) -> Any:
    return mesa.batch_run(
        BatchModel,
        {"seed": list(range(1, PROCESSES + 1))},
        number_processes=PROCESSES,
        iterations=1,
        data_collection_period=-1,
        max_steps=days,
        display_progress=False,
    )


@contextmanager
def _silent() -> Iterator[None]:
    """Bear with what newer Mesas have to say about batch_run: it is what is measured."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
