"""How the cost of a simulated year grows with the number of customers."""

import math
import multiprocessing
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

import sim
from sim import Centre, Policy

SIZES = (1_000, 10_000, 100_000, 1_000_000)
YEAR = 365
SEED = 2026
REPEATS = 3


def centre_of(customers: int) -> Centre:
    """Return the reference centre at another size: seats in proportion, at least one."""
    reference = Centre()
    seats = max(1, round(reference.seats * customers / reference.customers))
    return Centre(customers=customers, seats=seats)


def year_seconds(customers: int) -> float:
    """Return the seconds that a year takes at a size, the opening included."""
    centre = centre_of(customers)
    began = perf_counter()
    sim.simulate(centre, Policy(), days=YEAR, seed=SEED)
    return perf_counter() - began


def scaling_exponent() -> float:
    """Return the slope of log time on log customers, by least squares."""
    sim.compile_engine()
    year_seconds(SIZES[0])
    times = [median(year_seconds(size) for _ in range(REPEATS)) for size in SIZES]
    slope, _ = np.polyfit(np.log(SIZES), np.log(times), 1)
    return float(slope)


def million_memory() -> float:
    """Return the most memory, in GB, that a year of a million customers takes.

    It is taken in a process of its own, as the most that a process ever used never
    goes down again; NaN on Windows, where the system does not tell it this way.
    """
    if sys.platform == "win32":
        return math.nan
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_peak_of_a_year, args=(theirs, SIZES[-1]))
    child.start()
    theirs.close()
    try:
        peak: float = mine.recv()
    finally:
        child.join()
    return peak


def _peak_of_a_year(answer: Any, customers: int) -> None:
    year_seconds(customers)
    answer.send(peak_memory())


def peak_memory() -> float:
    """Return the most memory that this process has used, in GB."""
    status = Path("/proc/self/status")
    if status.exists():
        # Linux hands ru_maxrss of a parent down to its children; this figure is one's own.
        line = next(row for row in status.read_text().splitlines() if row.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e9
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e9
