"""One replication of one centre: a single warm-up, from which many policies branch.

A module of its own, as a finished job is known by the sources of the module that did it: what
is said of the results may change without simulating again.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

import sim
from experiments.evidence.centres import centre_of
from experiments.periods import WHOLE, Period, periods
from sim.measures import MEASURES, gains, outside_of_run, sums
from sim.policy import Policy

GAINS = ("gain_customer", "gain_rep", "gain_employer")
"""What each party gains over the neutral policy's run of the same days, in the standard deviations
that its payoffs have there: three numbers on one scale. Positive = better off than under it."""

NAMES: tuple[str, ...] = (*(measure.name for measure in MEASURES), *GAINS)
"""The measures, then the gains: the order of a result's columns."""


def measured_periods(days: int) -> tuple[Period, ...]:
    """Return the days that are measured: all after the branch, then the reported years."""
    return (WHOLE, *periods(days))


def branches(
    centre: Mapping[str, Any],
    policies: Mapping[str, Mapping[str, Any]],
    neutral: Mapping[str, Any],
    warmup_days: int,
    days: int,
    seed: int,
    replication: int,
) -> dict[str, np.ndarray]:
    """Warm a centre up once, and run every policy on from there: the work of a job.

    All policies meet the same customers having the same troubles. What the parties gain is
    measured against the neutral policy's run of the same days, which is made here, too.

    Parameters
    ----------
    centre : mapping
        Parameters by name, see :func:`experiments.evidence.centres.centre_of`.
    policies : mapping of str to mapping
        The policies after the branch as ``Policy.model_dump()`` has them, each under what it
        is known by in the result: :func:`policy_key`.
    neutral : mapping
        The policy of the warm-up.
    warmup_days, days : int
        Days before and after the branch.
    seed, replication : int
        The key of every draw.

    Returns
    -------
    dict of str to ndarray, shape (periods, measures)
        By policy: every measure of :data:`NAMES` over :func:`measured_periods`; NaN where one
        is not defined.
    """
    made, calm = centre_of(centre), Policy.model_validate(neutral)
    start = sim.with_neutral_run(
        sim.warm_up(made, calm, days=warmup_days, seed=seed, replication=replication),
        calm,
        days=days,
    )
    spans = [_days(period, days) for period in measured_periods(days)]
    found = {}
    for name, numbers in policies.items():
        outcome = sim.simulate(
            made,
            Policy.model_validate(numbers),
            days=days,
            seed=seed,
            replication=replication,
            start=start,
        )
        found[name] = _measured(outcome, spans)
    return found


def _days(period: Period, days: int) -> tuple[int, int]:
    return (0, days) if period is WHOLE else (period.first, period.last)


def _measured(outcome: "sim.Outcome", spans: list[tuple[int, int]]) -> np.ndarray:
    """Return every measure over every span, shape (spans, measures); equal spans only once."""
    once = {span: _over(outcome, *span) for span in dict.fromkeys(spans)}
    return np.array([once[span] for span in spans])


def _over(outcome: "sim.Outcome", first: int, last: int) -> list[float]:
    found = outcome.measures(first, last)
    assert outcome.neutral is not None
    option = outside_of_run(outcome.neutral[first:last])
    parties = gains(sums(outcome.tallies[first:last], option))
    return [*(float(found[measure.name]) for measure in MEASURES), *map(float, parties)]
