"""One run as a row: its point, and every measure over the branch and over parts of it."""

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

import sim.measures
from experiments.periods import Period, periods, tails, warmup_halves

if TYPE_CHECKING:
    from experiments.design import Point
    from sim import Outcome

WARMUP_MEASURES = ("loyalty", "exhaustion", "contacts_per_day")
"""What must stand still at the end of the warm-up."""


def warmup_column(measure: str, half: Period) -> str:
    """Return the column that holds ``measure`` over one half of the warm-up's end."""
    return f"warmup_{measure}{half.suffix}"


TEXT_COLUMNS = ("run_id", "experiment", "policy", "switches", "error")
WHOLE_COLUMNS = (
    "policy_order",
    "replication",
    "seed",
    "warmup_days",
    "days",
    "centre_customers",
    "centre_seats",
)


def point_values(point: "Point", order: int) -> dict[str, Any]:
    """Return the columns that say which run it is.

    Parameters
    ----------
    point : Point
        The run.
    order : int
        The policy's place in the experiment: tables and colours follow it.
    """
    situation = point.situation
    values: dict[str, Any] = {
        "run_id": point.run_id,
        "experiment": point.experiment,
        "policy": point.name,
        "policy_order": order,
        "replication": situation.replication,
        "seed": situation.seed,
        "warmup_days": situation.warmup_days,
        "days": situation.days,
        "centre_customers": situation.centre.customers,
        "centre_seats": situation.centre.seats,
        "switches": _switches_text(point),
    }
    for part, numbers in point.policy.model_dump().items():
        values |= {f"{part}_{name}": float(number) for name, number in numbers.items()}
    return values


def _switches_text(point: "Point") -> str:
    if not point.switches:
        return ""
    return json.dumps([{"day": day, **policy.model_dump()} for day, policy in point.switches])


def measure_columns(days: int, warmup_days: int) -> tuple[str, ...]:
    """Return the names of every measured column of a run, in order."""
    names = [measure.name for measure in sim.measures.MEASURES]
    found = list(names)
    for period in (*periods(days), *tails(days)):
        found += [name + period.suffix for name in names]
    for half in warmup_halves(warmup_days) or ():
        found += [warmup_column(name, half) for name in WARMUP_MEASURES]
    return tuple(found)


def measured(outcome: "Outcome", days: int, warmup_days: int) -> dict[str, float]:
    """Return every measure of a run, by column.

    Parameters
    ----------
    outcome : sim.Outcome
        The run.
    days, warmup_days : int
        Its days after and before the branch.

    Returns
    -------
    dict
        The columns of :func:`measure_columns`; NaN where a measure is undefined.
    """
    values = dict(outcome.measures())
    for period in (*periods(days), *tails(days)):
        for name, value in outcome.measures(period.first, period.last).items():
            values[name + period.suffix] = value
    for half in warmup_halves(warmup_days) or ():
        found = outcome.warmup_measures(half.first, half.last)
        values |= {warmup_column(name, half): found[name] for name in WARMUP_MEASURES}
    return {name: float(values.get(name, math.nan)) for name in measure_columns(days, warmup_days)}


def weekly_series(
    after: Mapping[str, np.ndarray], warmup: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return the weekly series of a run: the warm-up's weeks, then those after the branch.

    Parameters
    ----------
    after : mapping of str to ndarray
        Every measure for each whole week after the branch.
    warmup : mapping of str to ndarray
        Measures for each whole week of the warm-up, the last one ending at the branch.

    Returns
    -------
    dict
        ``week``, 1 for the first after the branch and 0 for the last before it; then every
        measure. Before the branch only :data:`WARMUP_MEASURES` hold numbers.
    """
    weeks = len(next(iter(after.values())))
    before = {name: np.asarray(warmup[name], dtype=float) for name in WARMUP_MEASURES}
    earlier = len(before[WARMUP_MEASURES[0]])
    nothing = np.full(earlier, math.nan)
    series: dict[str, np.ndarray] = {"week": np.arange(1 - earlier, weeks + 1)}
    for name, values in after.items():
        series[name] = np.concatenate([before.get(name, nothing), values])
    return series
