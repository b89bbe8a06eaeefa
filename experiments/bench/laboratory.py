"""The laboratory around the model: threads, a cluster, and what keeping the rows costs."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import sim
from experiments import session
from experiments.command.progress import display_for
from experiments.config import Experiment, load_experiment
from experiments.contacts import ContactLog
from experiments.crew import Crew, run_blocks
from experiments.design import blocks, points

EXPERIMENT = "three-policies"
RUNS = ("replications=100",)
"""300 runs of the main job: some four minutes on two cores."""

SHORTER = ("replications=100", "warmup_days=182", "days=365")
"""As many, shorter ones: more than a minute."""

PIECE = ("replications=8", "warmup_days=182", "days=365")
REPEATS = 5
WORKERS = 2
YEAR = 365
SEED = 2026


def threads_ratio() -> float:
    """Return the seconds of a piece of work on one thread over those on two."""
    sim.compile_engine()
    work = load_experiment(EXPERIMENT, PIECE)
    return median(_blocks_alone(work, 1) / _blocks_alone(work, WORKERS) for _ in range(REPEATS))


def _blocks_alone(experiment: Experiment, workers: int) -> float:
    began = perf_counter()
    with Crew(ThreadPoolExecutor(workers), lambda: workers, shared_memory=True) as crew:
        for _ in run_blocks(blocks(points(experiment)), crew):
            pass
    return perf_counter() - began


def overhead_share() -> float:
    """Return the share of the time that store, progress and statistics take.

    Rows are kept while blocks run: that takes its processor time from them, shared by all
    workers. Nothing runs beside the conclusion, which counts in full.
    """
    seconds, clock = _experiment(RUNS, None)
    return (clock.worked["keeping"] / WORKERS + clock.seconds["concluding"]) / seconds


def cluster_ratio() -> float:
    """Return the seconds of an experiment on two local Dask workers over those on two threads.

    Both from the request to the report, the start of the cluster included.
    """
    return _experiment(SHORTER, "local:2")[0] / _experiment(SHORTER, None)[0]


def _experiment(sets: tuple[str, ...], cluster: str | None) -> tuple[float, session.Clock]:
    """Run 300 runs to the report; return the seconds, and the clock of its parts."""
    sim.compile_engine()
    experiment = load_experiment(EXPERIMENT, sets)
    with TemporaryDirectory() as folder:
        began = perf_counter()
        finished = session.run(
            experiment,
            root=Path(folder),
            workers=WORKERS,
            cluster=cluster,
            display=display_for(experiment.name, stream=StringIO()),
            say=lambda line: None,
        )
        return perf_counter() - began, finished.clock


def log_ratio() -> float:
    """Return the seconds of a year with every contact written to Parquet over those without."""
    sim.compile_engine()
    centre, policy = sim.Centre(), sim.Policy()
    start = sim.warm_up(centre, policy, days=90, seed=SEED)

    def seconds(logged: bool) -> float:
        began = perf_counter()
        if logged:
            with ContactLog({}, start.day) as log:
                sim.simulate(centre, policy, days=YEAR, seed=SEED, start=start, contacts=log.write)
                log.finish()
        else:
            sim.simulate(centre, policy, days=YEAR, seed=SEED, start=start)
        return perf_counter() - began

    return median(seconds(True) / seconds(False) for _ in range(REPEATS))
