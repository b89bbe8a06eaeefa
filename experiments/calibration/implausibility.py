"""Implausibility: how far an emulated output lies from its band, in standard deviations."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, logsumexp
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from experiments.calibration.outputs import THREADS, Emulated

CHUNK = 1024
"""Points at a time at the most: their covariances with some hundred runs stay in the cache."""


@dataclass(frozen=True)
class Judge:
    """Judges points of the unit cube by emulators alone.

    Attributes
    ----------
    emulated : sequence of Emulated
        The outputs that steer.
    errors : array (m,)
        Of each output, the standard error of the mean by which a set will be judged.
    discrepancy : float
        What the model may miss a band by, as a share of its width.
    sigmas : float
        Standard errors by which that mean may lie out of its band.
    """

    emulated: Sequence[Emulated]
    errors: np.ndarray
    discrepancy: float
    sigmas: float

    def implausibility(self, points: np.ndarray, ceiling: float = np.inf) -> np.ndarray:
        """Return the largest implausibility of each point over the outputs.

        It is the distance of the emulated mean to the band over the root of three variances:
        the emulator's, that of the mean of the repeats, and the discrepancy's.

        Parameters
        ----------
        points : array (n, d)
            On the unit cube.
        ceiling : float
            What lies above it need not be known exactly: it is given as infinite.
        """
        return _by_chunks(lambda part: self._of_chunk(part, ceiling), points)

    def _of_chunk(self, points: np.ndarray, ceiling: float) -> np.ndarray:
        worst = np.zeros(len(points))
        alive = np.arange(len(points))
        for index in range(len(self.emulated)):
            if not len(alive):
                break
            worst[alive] = np.maximum(worst[alive], self.of_output(index, points[alive]))
            out = worst[alive] > ceiling
            worst[alive[out]] = np.inf
            alive = alive[~out]
        return worst

    def of_output(self, index: int, points: np.ndarray) -> np.ndarray:
        """Return the implausibility of each point by one output."""
        output, emulator = self.emulated[index].output, self.emulated[index].emulator
        if emulator is None:
            return np.zeros(len(points))
        mean, known = emulator.predict(points)
        spread = np.sqrt(
            known**2 + self.errors[index] ** 2 + output.tolerance(self.discrepancy) ** 2
        )
        return output.distance(mean) / np.maximum(spread, 1e-12)

    def log_chance(self, points: np.ndarray) -> np.ndarray:
        """Return the logarithm of the chance that a simulation would accept each point.

        The outputs are taken as independent given the parameters.
        """
        return _by_chunks(
            lambda part: sum(
                (self._log_chance_of_output(i, part) for i in range(len(self.emulated))),
                np.zeros(len(part)),
            ),
            points,
        )

    def _log_chance_of_output(self, index: int, points: np.ndarray) -> np.ndarray:
        output, emulator = self.emulated[index].output, self.emulated[index].emulator
        if emulator is None:
            return np.zeros(len(points))
        mean, known = emulator.predict(points)
        spread = np.maximum(np.sqrt(known**2 + self.errors[index] ** 2), 1e-12)
        slack = self.sigmas * self.errors[index]
        return log_between(
            (output.low - slack - mean) / spread, (output.high + slack - mean) / spread
        )

    def ordered(self, points: np.ndarray) -> "Judge":
        """Return the same judge that asks first what rules most of these points out."""
        worst = [float(np.mean(self.of_output(i, points))) for i in range(len(self.emulated))]
        order = np.argsort(worst)[::-1]
        return Judge(
            [self.emulated[i] for i in order], self.errors[order], self.discrepancy, self.sigmas
        )


def _by_chunks(work: Callable[[np.ndarray], np.ndarray], points: np.ndarray) -> np.ndarray:
    """Do work on points, some chunks at a time; each with one thread of linear algebra."""
    size = max(1, min(CHUNK, -(-len(points) // THREADS)))
    chunks = [points[first : first + size] for first in range(0, len(points), size)]
    with threadpool_limits(1), ThreadPoolExecutor(THREADS) as threads:
        return np.concatenate([np.empty(0), *threads.map(work, chunks)])


def log_between(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return log(Phi(high) - Phi(low)) without losing what is far out.

    Parameters
    ----------
    low, high : array
        Ends in standard deviations, ``low < high``; they may be infinite.
    """
    # In the upper tail the difference is taken of the mirror image, where it is not 1 less 1.
    mirrored = low > 0.0
    first = np.where(mirrored, -low, high)
    second = np.where(mirrored, -high, low)
    upper, lower = log_ndtr(first), log_ndtr(second)
    with np.errstate(divide="ignore"):
        both = np.stack([upper, lower])
        signs = np.array([[1.0], [-1.0]])
        found: np.ndarray = np.real(logsumexp(both, axis=0, b=signs))
    return np.maximum(np.nan_to_num(found, nan=-1e6, neginf=-1e6), -1e6)
