"""Branches from one warm-up, without the neutral policy's run of the same days.

That run is what gains are measured against. Where no gain is asked for it is left out: with two
policies it is a third of all that is simulated after the branch. Every other measure is the same
to the last bit. A module of its own, as a finished job is known by the sources of its module.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

import sim
from experiments.branching import GAINS, measured_periods
from experiments.evidence.centres import centre_of
from experiments.periods import WHOLE
from sim.measures import MEASURES, measure
from sim.measures.parties import PARTIES
from sim.policy import Policy

AGAINST_NEUTRAL = (*GAINS, "egalitarian", "nash")
"""What is measured against the neutral policy's run of the same days."""

_NOTHING = {f"outside_{what}{party}": math.nan for party in PARTIES for what in ("", "sd_")}


def plain_branches(
    centre: Mapping[str, Any],
    policies: Mapping[str, Mapping[str, Any]],
    neutral: Mapping[str, Any],
    warmup_days: int,
    days: int,
    seed: int,
    replication: int,
) -> dict[str, np.ndarray]:
    """Warm a centre up once, and run every policy on from there.

    Parameters and result are those of :func:`experiments.branching.branches`, but that all of
    :data:`AGAINST_NEUTRAL` is NaN.
    """
    made = centre_of(centre)
    start = sim.warm_up(
        made,
        Policy.model_validate(neutral),
        days=warmup_days,
        seed=seed,
        replication=replication,
    )
    spans = [
        (0, days) if period is WHOLE else (period.first, period.last)
        for period in measured_periods(days)
    ]
    return {
        name: _measured(
            sim.simulate(
                made,
                Policy.model_validate(numbers),
                days=days,
                seed=seed,
                replication=replication,
                start=start,
            ).tallies,
            spans,
        )
        for name, numbers in policies.items()
    }


def _measured(tallies: np.ndarray, spans: list[tuple[int, int]]) -> np.ndarray:
    """Return every measure over every span, shape (spans, measures); equal spans only once."""
    once = {span: _over(tallies[slice(*span)]) for span in dict.fromkeys(spans)}
    return np.array([once[span] for span in spans])


def _over(tallies: np.ndarray) -> list[float]:
    found = measure(tallies, _NOTHING)
    return [*(found[each.name] for each in MEASURES), *(math.nan for _ in GAINS)]
