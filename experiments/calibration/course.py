"""All that a calibration has seen and decided."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from experiments.calibration.acceptance import Candidate, Standard
from experiments.calibration.implausibility import Judge
from experiments.calibration.memory import Step
from experiments.calibration.outputs import Emulated, Output, pooled_noise
from experiments.calibration.request import Calibration
from experiments.calibration.space import Space
from experiments.calibration.targets import Target

MOST_LEARNED = 400
"""Sets that emulators learn from: the time that a Gaussian process takes grows as the cube."""


@dataclass(frozen=True)
class Ended:
    """A step that has been simulated.

    Attributes
    ----------
    step : Step
        The sets.
    table : array (n, m)
        What each gave, a column a target; the mean of all its runs where it was run more than
        once.
    """

    step: Step
    table: np.ndarray


@dataclass
class Course:
    """All that a calibration has seen and decided.

    Attributes
    ----------
    request : Calibration
        What was asked.
    targets : sequence of Target
        The bands.
    space : Space
        The ranges that designs and emulators know.
    whole : Space
        All ranges, those of the parameters that are only carried along too.
    outputs : list of Output
        The targets on their scales.
    ended : list of Ended
        The steps, in their order.
    candidates : list of Candidate
        The sets of the rounds.
    pilot : array (r, m)
        Runs of the middle of the ranges.
    aside : list of str
        Targets that no parameters within the ranges come near: they do not steer.
    unseen : list of str
        Targets of which no run of the first wave gave a value: nothing can be said of them.
    volumes : list of (str, float, float)
        After each wave: its title, the level reached, log10 of the share of the ranges left.
    emulated : list of Emulated
        The newest emulators.
    """

    request: Calibration
    targets: Sequence[Target]
    space: Space
    whole: Space
    outputs: list[Output] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    pilot: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    aside: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    volumes: list[tuple[str, float, float]] = field(default_factory=list)
    emulated: list[Emulated] = field(default_factory=list)

    @property
    def standard(self) -> Standard:
        """By what a set is judged, with all that is known of the noise."""
        groups = [self.pilot, *(each.runs for each in self.candidates if len(each.runs) > 1)]
        return Standard(
            self.outputs,
            pooled_noise(self.outputs, groups),
            self.request.acceptance,
            frozenset(self.aside),
            frozenset(self.unseen),
        )

    @property
    def reported(self) -> list[str]:
        """Targets that are shown, and neither steer nor judge."""
        return [each.name for each in self.targets if not each.judged]

    def judge(self, *, steering: bool) -> Judge:
        """Return who judges by the newest emulators: by all outputs, or by those that steer."""
        idle = {*self.aside, *self.reported} if steering else set()
        places = [place for place, each in enumerate(self.outputs) if each.name not in idle]
        standard = self.standard
        return Judge(
            [self.emulated[place] for place in places],
            np.nan_to_num(standard.errors)[places],
            self.request.waves.discrepancy,
            self.request.acceptance.sigmas,
            _rests(self.emulated, np.nan_to_num(standard.noise))[places],
        )

    def seen(self) -> tuple[np.ndarray, np.ndarray]:
        """Return all that was simulated: points of the unit cube, and the table."""
        sets = [each for ended in self.ended for each in ended.step.sets]
        return self.space.points(sets), np.concatenate([ended.table for ended in self.ended])

    def learned(self) -> tuple[np.ndarray, np.ndarray]:
        """Return what emulators learn from: the newest of all that was simulated."""
        points, table = self.seen()
        return points[-MOST_LEARNED:], table[-MOST_LEARNED:]


def _rests(emulated: Sequence[Emulated], noise: np.ndarray) -> np.ndarray:
    """Return what emulators leave unexplained beyond the noise of a run."""
    left = [each.emulator.noise if each.emulator else 0.0 for each in emulated]
    return np.sqrt(np.maximum(np.square(left) - noise**2, 0.0))
