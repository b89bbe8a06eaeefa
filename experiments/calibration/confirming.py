"""The last step: how sets of the ensemble do on the whole sampling plan, with fresh seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.calibration.course import Course
from experiments.calibration.ensemble import Ensemble
from experiments.calibration.request import MOST_REPEATS
from experiments.calibration.simulating import Simulator
from experiments.calibration.targets import Target


@dataclass(frozen=True)
class Confirmed:
    """Sets of the ensemble on the whole plan.

    Attributes
    ----------
    targets : sequence of Target
        The bands, those that are only reported too.
    places : list of int
        Which sets of the ensemble, from 0.
    table : array (n, m)
        What each gave, a column a target; NaN where there is no value.
    """

    targets: Sequence[Target]
    places: list[int]
    table: np.ndarray

    def inside(self, target: Target) -> int:
        """Return how many of the sets lie in a band, nothing allowed for chance."""
        column = self.table[:, self.targets.index(target)]
        found = (column > target.low) & (column < target.high)
        if not target.strict:
            found |= (column == target.low) | (column == target.high)
        return int(np.sum(found))

    def has_values(self, target: Target) -> bool:
        """Return whether any of the sets has a value."""
        return bool(np.isfinite(self.table[:, self.targets.index(target)]).any())

    @property
    def missed_by_all(self) -> list[str]:
        """The bands in which none of the sets lies."""
        if not self.places:
            return []
        return [
            each.name for each in self.targets if self.has_values(each) and not self.inside(each)
        ]

    def notes(self) -> dict[str, Any]:
        """Return what is to be kept with the ensemble, as JSON takes it."""
        return {
            "plan": "the whole sampling plan, a seed of its own for each set",
            "sets": [place + 1 for place in self.places],
            "inside": {
                each.name: self.inside(each) for each in self.targets if self.has_values(each)
            },
            "missed_by_all": self.missed_by_all,
            "values": {
                target.name: [float(f"{value:.6g}") for value in column]
                for target, column in zip(self.targets, self.table.T, strict=True)
                if self.has_values(target)
            },
        }


def confirm(course: Course, ensemble: Ensemble, simulator: Simulator) -> Confirmed:
    """Simulate some sets of the ensemble on the whole plan.

    The medoid, and others spread evenly over the order in which the sets were found.

    Parameters
    ----------
    course : Course
        What was seen, for how many are asked for and which seeds were used.
    ensemble : Ensemble
        The sets.
    simulator : Simulator
        Simulates sets.
    """
    places = chosen(len(ensemble.sets), ensemble.medoid_index, course.request.confirm.sets)
    used = sum(len(each.step.sets) for each in course.ended)
    first = course.request.seed + 1 + used * MOST_REPEATS
    simulator.title = "confirming"
    asked = [
        (ensemble.sets[place], (first + number * MOST_REPEATS) % 2**32)
        for number, place in enumerate(places)
    ]
    return Confirmed(course.targets, places, simulator.confirmations(asked))


def chosen(sets: int, medoid: int, count: int) -> list[int]:
    """Return which sets to look at once more: the medoid, and others spread evenly.

    Parameters
    ----------
    sets : int
        How many there are.
    medoid : int
        Which of them is the medoid.
    count : int
        How many to look at, at the most.
    """
    if count < 1:
        return []
    others = [place for place in range(sets) if place != medoid]
    number = min(count - 1, len(others))
    if not number:
        return [medoid]
    spread = np.linspace(0, len(others) - 1, number).round().astype(int)
    return sorted([medoid, *(others[place] for place in spread)])
