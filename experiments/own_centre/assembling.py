"""From the file of a user's own centre to what a calibration runs on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from experiments.calibration.request import Calibration
from experiments.calibration.simulating import Works
from experiments.calibration.space import Space
from experiments.calibration.targets import Target
from experiments.errors import RequestError
from experiments.own_centre.contacts import Computed, compute
from experiments.own_centre.kpis import KPIS
from experiments.own_centre.measured import Measured
from experiments.own_centre.request import OwnCentre
from experiments.own_centre.targets import targets_of_kpis, with_luck

WORKS = Works(
    "experiments.observing:observe",
    "experiments.observing:confirm",
    compiled=True,
)
"""What simulates a user's own centre."""

LUCK_RUNS = 24
"""Runs that show the luck of a single centre: its standard deviation to about a seventh."""


@dataclass(frozen=True)
class Assembled:
    """What a calibration to a user's own centre runs on.

    Attributes
    ----------
    request : OwnCentre
        The file.
    measured : dict of str to Measured
        The KPIs that there are.
    computed : Computed or None
        What the log of contacts told; None where there is none.
    calibration : Calibration
        With the KPIs in the place of facts.
    plan : dict
        What a simulation is told beside parameters and seed.
    notes : list of str
        What is to be said of the data.
    """

    request: OwnCentre
    measured: dict[str, Measured]
    computed: Computed | None
    calibration: Calibration
    plan: dict[str, Any]
    notes: list[str] = field(default_factory=list)

    def targets(self) -> list[Target]:
        """Return the bands."""
        return targets_of_kpis(self.measured.values(), self.request.sigmas, self.request.tolerance)

    @property
    def days(self) -> int | None:
        """Over how many days the log of contacts goes; None where there is none."""
        seen = self.computed
        return None if seen is None else (seen.last - seen.first).days + 1

    @property
    def luck_plan(self) -> dict[str, Any]:
        """The plan of the runs that show the luck of a single centre."""
        return self.request.luck_plan(list(self.measured), self.days)

    def luck_sets(self) -> list[tuple[dict[str, float], int]]:
        """Return the sets and seeds of these runs: the middle of the ranges, several times."""
        first = self.request.seed + 2**30
        return [(middle(self.calibration), (first + each) % 2**32) for each in range(LUCK_RUNS)]

    def with_luck(self, runs: np.ndarray) -> "Assembled":
        """Return the same, its KPIs with the luck of a single centre.

        Parameters
        ----------
        runs : array (n, m)
            What these runs gave, a column a KPI in the order of ``measured``.
        """
        columns = zip(self.measured.items(), runs.T, strict=True)
        wider = {name: with_luck(each, column) for (name, each), column in columns}
        return replace(self, measured=wider)


def middle(calibration: Calibration) -> dict[str, float]:
    """Return the middle of all ranges, each on its scale."""
    space = Space(calibration.ranges)
    return space.values(np.full((1, len(space)), 0.5))[0]


def assemble(request: OwnCentre) -> Assembled:
    """Read the log of contacts, if any, and put all together.

    A KPI that the file states goes before the one that the log would give.

    Raises
    ------
    RequestError
        Where the log cannot be read, or gives nothing, or too little is left to calibrate.
    """
    computed = None
    measured: dict[str, Measured] = {}
    notes: list[str] = []
    if request.contacts is not None:
        computed = compute(
            request.contacts,
            answer_within=request.centre.answer_within,
            repeat_window=request.centre.repeat_window,
            money=request.money,
        )
        measured.update(computed.kpis)
        notes += computed.notes
    given = request.given()
    twice = [name for name in given if name in measured]
    notes += [f"{name} is stated, and not taken from the contacts" for name in twice]
    measured.update(given)
    if not measured:
        reasons = "; ".join(f"{name}: {why}" for name, why in _missing(computed).items())
        raise RequestError([f"{request.name}: the contacts give no KPI: {reasons}"])
    names = [name for name in KPIS if name in measured]  # in one order, whatever the file's
    ordered = {name: measured[name] for name in names}
    return Assembled(
        request, ordered, computed, request.calibration(names), request.plan(names), notes
    )


def _missing(computed: Computed | None) -> Mapping[str, str]:
    return {} if computed is None else computed.missing
