"""The reference centre, as the trade's benchmarks describe one: replications of a year.

A unit is one replication of the defaults under the neutral policy.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from experiments.evidence.centres import NEUTRAL, centre_of, of_size, shipped_policy
from experiments.evidence.datasets.fieldwork import talk_minutes
from experiments.evidence.fact import Dataset
from experiments.evidence.plan import Plan
from experiments.jobs import Result
from sim import simulate, warm_up
from sim.measures import BY_NAME

COUNTS = (
    "told_satisfied",
    "told_dissatisfied",
    "conflicts_satisfied",
    "conflicts_dissatisfied",
    "tellings_good",
    "tellings_bad",
)
"""What is counted over the year beside the measures."""

POWERS = 4
"""Sums of powers 0 to 3 of the logarithm of talk time are kept."""

_FIRST = 1_000_001
"""Replications from here on: none of the panel's."""


def unit(centre: Mapping[str, Any], plan: Mapping[str, Any], unit: int) -> Result:
    """Simulate one replication.

    Returns
    -------
    dict of str to ndarray
        ``measures`` of the year, in the order of :data:`sim.measures.BY_NAME`; ``counts``,
        see :data:`COUNTS`; ``log_talk``: sums of powers of the logarithm of talk time.
    """
    asked = Plan.model_validate(plan)
    around = of_size(centre_of(centre), asked.reference.seats)
    policy = shipped_policy(NEUTRAL)
    powers = np.zeros(POWERS)

    def take(rows: np.ndarray) -> None:
        logs = np.log(talk_minutes(rows))
        powers[:] += np.stack([logs**power for power in range(POWERS)]).sum(axis=1)

    start = warm_up(
        around,
        policy,
        days=asked.reference.warmup_days,
        seed=asked.seed,
        replication=_FIRST + unit,
    )
    outcome = simulate(
        around,
        policy,
        days=asked.reference.days,
        seed=start.seed,
        replication=start.replication,
        start=start,
        contacts=take,
    )
    year = outcome.measures()
    return {
        "measures": np.array([year[name] for name in BY_NAME]),
        "counts": np.array([outcome.tallies[name].sum() for name in COUNTS], dtype=float),
        "log_talk": powers,
    }


REFERENCE = Dataset(
    "reference centre",
    f"{__name__}:unit",
    lambda plan: plan.reference.replications,
    lambda plan: plan.reference.most_replications,
)


def yearly(replications: Sequence[Result]) -> dict[str, np.ndarray]:
    """Return each measure of the year, a value for each replication."""
    table = np.stack([each["measures"] for each in replications])
    return dict(zip(BY_NAME, table.T, strict=True))
