"""Centres with all but one mechanism off."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import numpy as np

from sim import Centre, Handling, Policy, Support, simulate
from sim.behaviours.choice import choose_move
from sim.floor import branch, new_floor
from sim.outcome import Outcome
from sim.simulation import run_on
from sim.state import Floor

OFF = """holiday_days absence_base planned_absence issues_per_year enquiries_per_year quit_base
    lunch_minutes initial_training_days novice_slowdown fatigue_slowdown exhaustion_slowdown
    peak redial raise_again patience_cv churn_base silent_exit entry_rate after_call_minutes
    survey_customers contact_survey ties novice_errors inattention drain crossover
    recovery_spread mood_slowdown first_satisfaction_lower first_expectation_lower
    first_exhaustion_higher product_spread"""

ENDLESS = 1e12
"""A mean patience, in minutes, that no wait wears out."""

NO_SUPPORT = Support(
    training=0.0,
    breaks=0.0,
    break_after_abuse=0.0,
    emotional_support=0.0,
    follow_up=0.0,
    feedback=0.0,
    transparency=0.0,
    education=0.0,
)
BARE = Policy(handling=Handling(), support=NO_SUPPORT)
"""The usual handling, and nothing around it."""


def bare_centre(**values: Any) -> Centre:
    """Return a centre round the clock in which nothing is left but what ``values`` ask for.

    One shift of 24 hours, seven days a week, as many reps as seats; nobody joins, leaves, tires,
    learns, falls ill, takes a break or is trained. Values may lie outside of their plausible
    ranges, which no rule knows: a patience without end, or next to none.
    """
    off: dict[str, Any] = dict.fromkeys(OFF.split(), 0)
    fixed = {
        "market": 1.0,
        "enquiry_resolution": 1.0,
        "open_minutes": 1440.0,
        "shift_minutes": 1440.0,
        "days_per_week": 7,
    }
    return Centre.model_validate(off | fixed).model_copy(update=values)


def totals(outcome: Outcome, first: int = 0) -> dict[str, float]:
    """Return the sums of the tallies from a day on."""
    days = outcome.tallies[first:]
    return {
        name: float(days[name].sum()) for name in days.dtype.names or () if days[name].ndim == 1
    }


def logged(centre: Centre, policy: Policy = BARE, **how: Any) -> tuple[Outcome, np.ndarray]:
    """Run a centre and return its outcome, and its log of contacts as one array."""
    parts: list[np.ndarray] = []
    outcome = simulate(centre, policy, contacts=parts.append, **how)
    return outcome, np.concatenate(parts)


def day_by_day(
    centre: Centre, policy: Policy, *, days: int, seed: int, engine: str = "compiled"
) -> Iterator[Floor]:
    """Yield the floor on the first morning, branched, and after each day; not to be kept."""
    floor = new_floor(centre, policy, seed=seed, replication=1)
    with closing(run_on(engine, floor, choose_move)) as opening:
        opening.open_centre(centre.customers)
        floor = opening.floor
    branch(floor, policy)
    with closing(run_on(engine, floor, choose_move)) as run:
        yield floor
        for _ in range(days):
            run.advance(1)
            yield run.floor
