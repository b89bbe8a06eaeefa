"""Implausibility: how far an emulated output lies from its band, in standard deviations."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import log_ndtr, logsumexp

from experiments.calibration.outputs import Emulated
from experiments.calibration.threads import THREADS, in_threads

CHUNK = 1024
"""Points at a time at the most: their covariances with some hundred runs stay in the cache."""

SHARED = 256
"""Points that are worth a thread of their own."""


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
    rests : array (m,)
        Of each output, the standard deviation of what depends on parameters that its emulator does
        not know: inactive ones, and those that are only carried along.
    """

    emulated: Sequence[Emulated]
    errors: np.ndarray
    discrepancy: float
    sigmas: float
    rests: np.ndarray

    def implausibility(self, points: np.ndarray, ceiling: float = np.inf) -> np.ndarray:
        """Return the largest implausibility of each point over the outputs.

        It is the distance of the emulated mean to the band over the root of four variances:
        the emulator's, that of what it does not know, that of the mean of the repeats, and the
        discrepancy's.

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
            known**2
            + self.rests[index] ** 2
            + self.errors[index] ** 2
            + output.tolerance(self.discrepancy) ** 2
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
        spread = np.sqrt(known**2 + self.rests[index] ** 2 + self.errors[index] ** 2)
        spread = np.maximum(spread, 1e-12)
        slack = self.sigmas * self.errors[index]
        return log_between(
            (output.low - slack - mean) / spread, (output.high + slack - mean) / spread
        )

    def ordered(self, points: np.ndarray) -> "Judge":
        """Return the same judge that asks first what rules most of these points out."""
        worst = [float(np.mean(self.of_output(i, points))) for i in range(len(self.emulated))]
        order = np.argsort(worst)[::-1]
        return replace(
            self,
            emulated=[self.emulated[i] for i in order],
            errors=self.errors[order],
            rests=self.rests[order],
        )


def _by_chunks(work: Callable[[np.ndarray], np.ndarray], points: np.ndarray) -> np.ndarray:
    """Do work on points, some chunks at a time."""
    size = max(SHARED, min(CHUNK, -(-len(points) // THREADS)))
    chunks = [points[first : first + size] for first in range(0, len(points), size)]
    return np.concatenate([np.empty(0), *in_threads(work, chunks)])


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
