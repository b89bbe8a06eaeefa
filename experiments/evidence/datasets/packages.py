"""Packages of support and of pressure, compared within centres.

A unit is one centre of the panel: warmed up once under the neutral policy, then branched
under balanced handling with each package.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.evidence.centres import NEUTRAL, Drawn, panel_centre
from experiments.evidence.fact import Dataset
from experiments.evidence.plan import Plan
from experiments.jobs import Result
from sim import Policy, simulate, warm_up

HANDLING = "balanced"
"""The handling that all packages share."""

INVOLVED = {"training": 1.0, "emotional_support": 1.0, "breaks": 20.0, "feedback": 1.0}
"""High involvement: what it changes of the centre's own package."""

PRESSED = {"training": 0.0, "emotional_support": 0.0, "breaks": 5.0}
"""Performance pressure: the same; and a target talk time."""

TARGET = 0.7
"""That target, as a share of the mean talk time."""

PACKAGES_COMPARED = ("ordinary", "involved", "pressed")
"""The packages, in the order of the results."""


def packages(drawn: Drawn) -> dict[str, Policy]:
    """Return the policies that a centre is branched under."""
    own = drawn.under(HANDLING)
    hurried = own.handling.model_copy(update={"target_aht": TARGET})
    return {
        "ordinary": own,
        "involved": own.model_copy(update={"support": own.support.model_copy(update=INVOLVED)}),
        "pressed": Policy(handling=hurried, support=own.support.model_copy(update=PRESSED)),
    }


def unit(centre: Mapping[str, Any], plan: Mapping[str, Any], unit: int) -> Result:
    """Simulate one centre under the three packages.

    Returns
    -------
    dict of str to ndarray
        ``quits`` and ``rep_days`` under each of :data:`PACKAGES_COMPARED`.
    """
    asked = Plan.model_validate(plan)
    drawn = panel_centre(centre, asked, unit)
    start = warm_up(
        drawn.centre,
        drawn.under(NEUTRAL),
        days=asked.packages.warmup_days,
        seed=asked.seed,
        replication=unit + 1,
    )
    quits, rep_days = [], []
    for policy in packages(drawn).values():
        tallies = simulate(
            drawn.centre,
            policy,
            days=asked.packages.days,
            seed=start.seed,
            replication=start.replication,
            start=start,
        ).tallies
        quits.append(tallies["quits"].sum())
        rep_days.append(tallies["rep_days"].sum())
    return {"quits": np.array(quits, dtype=float), "rep_days": np.array(rep_days, dtype=float)}


PACKAGES = Dataset(
    "packages",
    f"{__name__}:unit",
    lambda plan: plan.packages.centres,
    lambda plan: plan.packages.most_centres,
    ablated=4,  # two seconds of one core each
)
