"""Many sequences through the sequential procedure at once, for a study of its coverage.

The path is that of :func:`experiments.analysis.sequential.plan`, over a whole table of
sequences: first stage, Stein's total, then looks a tenth apart. A test holds the two together.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import stats

from experiments.analysis.interval import LEVEL
from experiments.analysis.sequential import next_look, stein_total

Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]
"""Independent draws of a shape."""

CHUNK = 500
"""Sequences held at once."""


class Ends(NamedTuple):
    """How each sequence ended; arrays of shape (sequences,).

    Attributes
    ----------
    n : ndarray of int
        Pairs at which it stopped.
    mean : ndarray
        Their mean.
    half_width : ndarray
        Of their t interval.
    """

    n: np.ndarray
    mean: np.ndarray
    half_width: np.ndarray


def run_sequences(
    draw: Draw, wanted: float, first_stage: int, sequences: int, rng: np.random.Generator
) -> Ends:
    """Run the procedure, without a cap, on many sequences of independent draws.

    Parameters
    ----------
    draw : callable
        ``draw(rng, shape)`` gives independent differences.
    wanted : float
        The half width.
    first_stage : int
        Pairs of the first stage.
    sequences : int
        How many.
    rng : Generator
        Where the draws come from.
    """
    ends = []
    for start in range(0, sequences, CHUNK):
        table = _Table(draw, rng, min(CHUNK, sequences - start))
        ends.append(_run(table, wanted, first_stage))
    return Ends(*(np.concatenate(parts) for parts in zip(*ends, strict=True)))


class _Table:
    """Sequences that grow as far as they are looked at, with their running sums."""

    def __init__(self, draw: Draw, rng: np.random.Generator, count: int) -> None:
        self.draw, self.rng = draw, rng
        self.values = np.empty((count, 0))
        self._sums = np.zeros((2, count, 1))

    def _grow(self, length: int) -> None:
        have = self.values.shape[1]
        if length <= have:
            return
        more = max(length - have, have // 2)
        fresh = self.draw(self.rng, (len(self.values), more))
        self.values = np.concatenate([self.values, fresh], axis=1)
        # About each sequence's first value, from which equal values differ by exactly nothing.
        moved = fresh - self.values[:, :1]
        sums = self._sums[:, :, -1:] + np.cumsum(np.stack([moved, moved**2]), axis=2)
        self._sums = np.concatenate([self._sums, sums], axis=2)

    def at(self, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and standard deviation of each sequence's first ``n``."""
        self._grow(int(n.max()))
        rows = np.arange(len(n))
        total, squares = self._sums[:, rows, n]
        spread = np.sqrt(np.maximum(0.0, squares - total**2 / n) / (n - 1))
        return self.values[:, 0] + total / n, spread


def _run(table: _Table, wanted: float, first_stage: int) -> Ends:
    count = len(table.values)
    _, spread = table.at(np.full(count, first_stage))
    n = np.array([stein_total(s, wanted, first_stage) for s in spread.tolist()])
    while True:
        mean, spread = table.at(n)
        half = stats.t.ppf(0.5 + LEVEL / 2.0, n - 1) * spread / np.sqrt(n)
        going = half > wanted
        if not going.any():
            return Ends(n, mean, half)
        n[going] = [next_look(size) for size in n[going].tolist()]


class Coverage(NamedTuple):
    """How often intervals held the truth.

    Attributes
    ----------
    sequences : int
        How many were run.
    coverage, standard_error : float
        Share of them whose mean ± the half width held the truth, with its standard error.
    t_coverage : float
        The same for the t interval of the pairs at which the sequence stopped.
    mean_n, largest_n : float, int
        Pairs at which they stopped.
    """

    sequences: int
    coverage: float
    standard_error: float
    t_coverage: float
    mean_n: float
    largest_n: int


def coverage(ends: Ends, truth: float, wanted: float) -> Coverage:
    """Return how often the intervals held the truth."""
    off = np.abs(ends.mean - truth)
    held = float(np.mean(off <= wanted))
    count = len(off)
    return Coverage(
        count,
        held,
        math.sqrt(held * (1.0 - held) / count),
        float(np.mean(off <= ends.half_width)),
        float(ends.n.mean()),
        int(ends.n.max()),
    )
