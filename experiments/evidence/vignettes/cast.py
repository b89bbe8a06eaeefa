"""The people of the vignettes: drawn from small centres that have been warmed up."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

import sim
from experiments.evidence.centres import NEUTRAL, centre_of, of_size, shipped_policy
from experiments.evidence.plan import Plan
from experiments.evidence.vignettes.scene import Scene, state_of
from sim.moves import NOTHING
from sim.simulation import Start

SEATS = 5
"""Size of a centre that people are drawn from: some 14,500 customers, 9 reps."""

WARMUP_DAYS = 365
"""Days under the neutral policy before: as for the reference centre in the sampling plan."""

CHUNK = 50
"""Persons in a unit: each unit has a centre of its own."""

RECENT = 91
"""Days of the warm-up whose tallies say what is usual."""


@dataclass(frozen=True)
class Cast:
    """A warmed-up centre, and who of it takes part.

    Attributes
    ----------
    start : Start
        The centre on the morning after the warm-up. Not to be written to.
    unit : int
        Which centre, from 0.
    wait : float
        Usual wait in the queue, minutes.
    conflicts : float
        Usual share of contacts that are over an issue.
    customers : ndarray of int
        Seats of customers with nothing open, in an order drawn once: a seat keeps its place
        in it for every set of parameters.
    reps : ndarray of int
        Seats of the reps employed, in an order drawn once.
    """

    start: Start
    unit: int
    wait: float
    conflicts: float
    customers: np.ndarray
    reps: np.ndarray

    def scene(self) -> Scene:
        """Return a scene in this centre."""
        return Scene(self.start.floor)

    def customer(self, place: int) -> dict[str, Any]:
        """Return the state of a customer, by the place in the drawn order."""
        return state_of(self.start.floor.customers[self.customers[place]])

    def rep(self, place: int) -> dict[str, Any]:
        """Return the state of a rep, by the place in the drawn order, again and again."""
        return state_of(self.start.floor.reps[self.rep_seat(place)])

    def rep_seat(self, place: int) -> int:
        """Return the seat of that rep."""
        return int(self.reps[place % len(self.reps)])

    def who_serves(self) -> np.ndarray:
        """Return who serves each person of the unit: a number of its own for each rep."""
        seats = [self.rep_seat(place) for place in range(CHUNK)]
        return np.array(seats) + CHUNK * self.unit

    def rng(self, purpose: int) -> np.random.Generator:
        """Return a generator of this unit for one purpose, the same for every parameter set."""
        return np.random.default_rng([self.start.seed, self.unit, purpose])


def units_for(persons: int) -> int:
    """Return in how many units so many persons come."""
    return -(-persons // CHUNK)


def units(plan: Plan) -> int:
    """Return how many units the plan asks for."""
    return units_for(plan.vignettes.persons)


def most_units(plan: Plan) -> int:
    """Return to how many units the plan may be raised."""
    return units_for(plan.vignettes.most_persons)


def cast_of(centre: Mapping[str, Any], plan: Mapping[str, Any], unit: int) -> Cast:
    """Return the people of a unit; within a process they are kept for the next vignette.

    Parameters
    ----------
    centre : mapping
        Parameters that differ from the reference centre's, see
        :func:`experiments.evidence.centres.centre_of`.
    plan : mapping
        The sampling plan.
    unit : int
        Which unit, from 0.
    """
    return _cast(json.dumps(centre, sort_keys=True), int(plan["seed"]), unit)


@lru_cache(maxsize=8)
def _cast(centre: str, seed: int, unit: int) -> Cast:
    own = of_size(centre_of(json.loads(centre)), SEATS)
    start = sim.warm_up(
        own, shipped_policy(NEUTRAL), days=WARMUP_DAYS, seed=seed, replication=unit + 1
    )
    floor = start.floor
    recent = floor.tallies[start.day - RECENT : start.day]
    answered, handled = recent["answered"].sum(), recent["handled"].sum()
    rng = np.random.default_rng([seed, unit])
    customers, reps = (rng.permutation(len(rows)) for rows in (floor.customers, floor.reps))
    free = floor.customers["present"] & (floor.customers["matter"] == NOTHING)
    return Cast(
        start,
        unit,
        wait=float(recent["wait"].sum() / max(1, answered)),
        conflicts=float(recent["conflicts"].sum() / max(1, handled)),
        customers=customers[free[customers]],
        reps=reps[floor.reps["present"][reps]],
    )
