"""The compiled engine against the Mesa engine, and against its own floor."""

from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import sim
from sim import Centre, Policy

if TYPE_CHECKING:
    from sim.simulation import EngineName, Start

WARMUP = 90
SEED = 2026
REPEATS = 3


def engine_ratio() -> float:
    """Return the Mesa engine's seconds for a day over the compiled engine's.

    Both go on from the same warmed-up reference centre, on one thread. A day's time is
    the difference between a long and a short run, so that copying the start and turning
    its rows into agents, which happen once a run, do not count.
    """
    sim.compile_engine()
    start = sim.warm_up(Centre(), Policy(), days=WARMUP, seed=SEED)
    compiled = median(_a_day(start, "compiled", 20, 160) for _ in range(REPEATS))
    mesa = median(_a_day(start, "mesa", 1, 4) for _ in range(REPEATS))
    return mesa / compiled


def _a_day(start: "Start", engine: "EngineName", short: int, long: int) -> float:
    return (_seconds(start, engine, long) - _seconds(start, engine, short)) / (long - short)


def _seconds(start: "Start", engine: "EngineName", days: int) -> float:
    began = perf_counter()
    sim.simulate(Centre(), Policy(), days=days, seed=SEED, engine=engine, start=start)
    return perf_counter() - began


def floor_ratio() -> float:
    """Return the compiled engine's time over that of its draws and choices alone."""
    from sim.bench import floor_ratio as against_floor

    sim.compile_engine()
    ratio, _, _ = against_floor()
    return float(ratio)
