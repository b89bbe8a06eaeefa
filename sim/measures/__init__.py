"""The measures, each defined once: name, unit, definition, source.

Every measure is computed from sums over daily tallies (arrays only), so both engines
share one definition. Names are the trade's; they are aligned with its use. A measure
that is not defined over a period (nobody called, nobody left) is NaN.
"""

import math
from collections.abc import Mapping

import numpy as np

from sim.measures.base import Measure, ratio
from sim.measures.contacts import CONTACTS
from sim.measures.customers import CUSTOMERS
from sim.measures.money import MONEY
from sim.measures.parties import PARTY_MEASURES, gains
from sim.measures.reps import REPS
from sim.state import PAYOFF, TALLY

__all__ = [
    "BY_NAME",
    "MEASURES",
    "WEEK",
    "Measure",
    "gains",
    "measure",
    "outside_of_run",
    "outside_option",
    "sums",
    "weekly",
]

MEASURES: tuple[Measure, ...] = (*CUSTOMERS, *CONTACTS, *REPS, *MONEY, *PARTY_MEASURES)
"""Every measure, in the order of tables."""

BY_NAME: dict[str, Measure] = {measure.name: measure for measure in MEASURES}


def outside_option(payoffs: np.ndarray) -> dict[str, float]:
    """Return the mean and spread of each party's payoff in the neutral run.

    Parameters
    ----------
    payoffs : record array of ``state.PAYOFF``
        Payoffs of the conflicts before the branch.
    """
    option = {}
    for party in PAYOFF.names or ():
        values = payoffs[party]
        option[f"outside_{party}"] = float(values.mean()) if len(values) else math.nan
        option[f"outside_sd_{party}"] = float(values.std()) if len(values) else math.nan
    return option


def outside_of_run(tallies: np.ndarray) -> dict[str, float]:
    """Return the mean and spread of each party's payoff over the days of a neutral run.

    Parameters
    ----------
    tallies : record array of ``state.TALLY``
        The neutral run's days.
    """
    option = {}
    payoffs = float(tallies["conflicts_concluded"].sum())
    for party in PAYOFF.names or ():
        mean = ratio(math.fsum(tallies[f"payoff_{party}"].tolist()), payoffs)
        square = ratio(math.fsum(tallies[f"payoff_{party}_2"].tolist()), payoffs)
        option[f"outside_{party}"] = mean
        option[f"outside_sd_{party}"] = math.sqrt(max(0.0, square - mean * mean))
    return option


def sums(tallies: np.ndarray, outside: Mapping[str, float]) -> dict[str, float]:
    """Return the sum of each column over the days, and what else a measure needs.

    Parameters
    ----------
    tallies : record array of ``state.TALLY``, shape (days,)
        One row a day.
    outside : mapping
        See :func:`outside_option`.
    """
    total: dict[str, float] = dict(outside)
    for name in TALLY.names or ():
        column = tallies[name]
        if column.ndim == 1:
            total[name] = math.fsum(column.tolist())
        else:
            for place, value in enumerate(column.sum(axis=0)):
                total[f"{name}_{place}"] = float(value)
    total["days"] = float(len(tallies))
    total["payoffs"] = total["conflicts_concluded"]
    return total


def measure(tallies: np.ndarray, outside: Mapping[str, float]) -> dict[str, float]:
    """Return every measure over the given days."""
    total = sums(tallies, outside)
    return {one.name: float(one.compute(total)) for one in MEASURES}


WEEK = 7
"""Days."""


def weekly(tallies: np.ndarray, outside: Mapping[str, float]) -> dict[str, np.ndarray]:
    """Return every measure week by week, each an array of shape (whole weeks,)."""
    weeks = [
        {**outside, **total, "days": float(WEEK), "payoffs": total["conflicts_concluded"]}
        for total in _weekly_sums(tallies)
    ]
    return {one.name: np.array([one.compute(total) for total in weeks]) for one in MEASURES}


def _weekly_sums(tallies: np.ndarray) -> list[dict[str, float]]:
    """Return the sum of each column over each whole week, for all weeks at once."""
    weeks = len(tallies) // WEEK
    days = tallies[: weeks * WEEK].reshape(weeks, WEEK)
    names: list[str] = []
    columns: list[np.ndarray] = []
    for name in TALLY.names or ():
        total = days[name][:, 0].astype(float)
        for day in range(1, WEEK):
            # Day by day: NumPy's own sum may take another order for another layout.
            total = total + days[name][:, day]
        nested = total.ndim > 1
        names += [f"{name}_{place}" for place in range(total.shape[1])] if nested else [name]
        columns += list(total.T) if nested else [total]
    return [dict(zip(names, row, strict=True)) for row in np.array(columns).T.tolist()]
