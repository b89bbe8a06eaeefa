"""Acceptance by simulation: a set is plausible if its own statistics lie in the bands."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.calibration.memory import Set
from experiments.calibration.outputs import Output
from experiments.calibration.request import Acceptance


@dataclass(frozen=True)
class Candidate:
    """A set of parameters that was simulated to be accepted or not.

    Attributes
    ----------
    parameters : dict
        Overrides of the defaults.
    screened : array (m,)
        The run by which it was chosen to be repeated or not, a column a target.
    runs : array (r, m)
        The fresh runs by which it is judged; none where it was not repeated. The run by which it
        was chosen is not among them: what is chosen for its luck looks better than it is.
    round : int
        In which round.
    seed : int
        Of the run by which it was chosen; the fresh ones have the next.
    """

    parameters: Set
    screened: np.ndarray
    runs: np.ndarray
    round: int
    seed: int

    @property
    def mean(self) -> np.ndarray:
        """The mean of the runs by which it is judged, NaN where any has no value."""
        return mean_of(self.runs)

    @property
    def known(self) -> np.ndarray:
        """The mean of all its runs, for emulators: nothing is chosen by these."""
        return mean_of(np.concatenate([self.screened[None, :], self.runs]))


def mean_of(runs: np.ndarray) -> np.ndarray:
    """Return the mean over runs, NaN where any has no value or where there is none."""
    if not len(runs):
        return np.full(runs.shape[1], np.nan)
    with np.errstate(invalid="ignore"):
        found: np.ndarray = np.mean(runs, axis=0)
    return found


@dataclass(frozen=True)
class Standard:
    """By what sets are judged.

    Attributes
    ----------
    outputs : sequence of Output
        The columns.
    noise : array (m,)
        Standard deviation of one run about its set's mean, on the outputs' scales.
    asked : Acceptance
        Repeats, and standard errors by which a mean may lie out of its band.
    aside : frozenset of str
        Targets out of reach: reported as missed, but no reason to refuse a set.
    unseen : frozenset of str
        Targets of which no run gave a value: nothing can be said of them.
    """

    outputs: Sequence[Output]
    noise: np.ndarray
    asked: Acceptance
    aside: frozenset[str] = frozenset()
    unseen: frozenset[str] = frozenset()

    def judges(self, output: Output) -> bool:
        """Return whether anything is said of sets by an output: it is judged, and has values."""
        return output.target.judged and output.name not in self.unseen

    @property
    def errors(self) -> np.ndarray:
        """The standard error of the mean of a set's repeats."""
        found: np.ndarray = self.noise / np.sqrt(self.asked.repeats)
        return found

    def implausibilities(self, runs: np.ndarray, *, partly: bool = False) -> np.ndarray:
        """Return how far the mean of runs lies out of each band, in its standard errors.

        The mean is taken in the target's own unit, as it is shown, and then put on the scale on
        which noise is alike all over. A set without a value lies infinitely far out, unless it
        was looked at only in part.
        """
        count, mean = len(runs), mean_of(runs)
        found = np.zeros(len(self.outputs))
        for place, output in enumerate(self.outputs):
            if not self.judges(output):
                continue
            distance = float(output.distance(output.scaled(mean[place])))
            error = self.noise[place] / np.sqrt(max(count, 1))
            if np.isnan(distance):
                found[place] = 0.0 if partly else np.inf
            elif distance > 0.0:
                found[place] = distance / error if error > 0.0 else np.inf
        return found

    def missed(self, candidate: Candidate) -> list[str]:
        """Return the targets that a set misses, those out of reach included."""
        far = self.implausibilities(candidate.runs) > self.asked.sigmas
        return [output.name for output, out in zip(self.outputs, far, strict=True) if out]

    def worst(self, runs: np.ndarray, *, partly: bool = False) -> float:
        """Return the largest implausibility over the targets within reach."""
        kept = [output.name not in self.aside for output in self.outputs]
        return float(np.max(self.implausibilities(runs, partly=partly)[kept], initial=0.0))

    def accepts(self, candidate: Candidate) -> bool:
        """Return whether a set is plausible: repeated, and in all bands within reach."""
        repeated = len(candidate.runs) >= self.asked.repeats
        return repeated and self.worst(candidate.runs) <= self.asked.sigmas

    def accepted(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return the plausible sets, in the order in which they were simulated."""
        return [each for each in candidates if self.accepts(each)]
