"""Building, copying and branching what a run carries, as arrays."""

import math

import numpy as np

from sim import purposes
from sim.chance import MASK, TO_UNIT, philox
from sim.moves import MOVES
from sim.parameters import Centre
from sim.policy import Policy
from sim.state import (
    CAREER,
    CONTACT,
    CUSTOMER,
    CUSTOMER_ANSWER,
    ENTRY,
    HORIZON,
    LEVELS,
    PAYOFF,
    PAYOFF_LOG,
    REP,
    REP_ANSWER,
    TALK,
    TALLY,
    TEAM,
    WORLD,
    Floor,
    parameter_row,
    policy_row,
)

ROOM_TO_GROW = 1.25
"""How far an adaptive employer may raise its seats, as a multiple of those it began with."""

LOG_ROWS = 100_000
"""Rows of the log of contacts, or one for each seat of the market if that is more. The log is
emptied when half of them are filled, so a day may have as many contacts as the other half;
the reference centre has some 800 a day."""


def shifts(centre: Centre) -> int:
    """Return how many shifts, one after the other, cover the opening hours."""
    return math.ceil(centre.open_minutes / centre.shift_minutes)


def heads_for(centre: Centre, seats: int) -> int:
    """Return the headcount that fills the seats, after days off, holidays and absence.

    Parameters
    ----------
    centre : Centre
        Gives the roster and the absence that is planned for (shrinkage).
    seats : int
        Desks to fill in each shift.
    """
    there = centre.days_per_week / 7.0
    there *= 1.0 - centre.holiday_days / centre.holiday_interval
    there *= 1.0 - centre.planned_absence
    return math.ceil(seats * shifts(centre) / there)


def new_floor(centre: Centre, policy: Policy, *, seed: int, replication: int) -> Floor:
    """Return the arrays of a centre before its first morning.

    Parameters
    ----------
    centre, policy
        The parameters and the policy it opens with.
    seed, replication : int
        The key of every draw, each in [0, 2**32).
    """
    people = math.ceil(centre.customers * centre.market)
    seats = math.ceil(centre.seats * ROOM_TO_GROW) if centre.adaptive else centre.seats
    heads = heads_for(centre, seats)
    ties_from, ties_to = small_world(centre, people, seed=seed, replication=replication)
    world = np.zeros(1, WORLD)
    world["seed"], world["replication"] = seed, replication
    world["seats"], world["most_seats"] = centre.seats, seats
    world["headcount"] = heads_for(centre, centre.seats)
    superiors = max(1, round(centre.superiors_per_seat * centre.seats))
    world["reputation"] = centre.entry_neutral
    world["surveyed_loyalty"] = centre.product_satisfaction
    world["mean_talk"] = centre.enquiry_minutes
    return Floor(
        parameters=parameter_row(centre),
        policy=policy_row(policy),
        world=world,
        customers=np.zeros(people, CUSTOMER),
        reps=np.zeros(heads, REP),
        teams=np.zeros((heads - 1) // centre.team_size + 1, TEAM),
        talk=np.zeros(1, TALK),
        tallies=np.zeros(0, TALLY),
        payoffs=np.zeros(min(PAYOFF_LOG, max(100, centre.customers)), PAYOFF),
        rep_answers=np.zeros(0, REP_ANSWER),
        customer_answers=np.zeros(0, CUSTOMER_ANSWER),
        careers=np.zeros(0, CAREER),
        contacts=np.zeros(0, CONTACT),
        agenda=np.zeros(2 * people, ENTRY),
        servers=np.zeros(heads, ENTRY),
        superiors=np.zeros(superiors, ENTRY),
        due=np.zeros(people, np.int64),
        wheel=np.full(HORIZON, -1),
        next_filed=np.full(people, -1),
        previous_filed=np.full(people, -1),
        ties_from=ties_from,
        ties_to=ties_to,
        utilities=np.zeros(MOVES),
    )


def small_world(
    centre: Centre, people: int, *, seed: int, replication: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the social network as compressed rows (CSR), each tie in both directions.

    A ring in which each person has ties to the next few, some of them rewired to
    anybody: Watts and Strogatz (1998), Nature 393, 440-442, with a number of ties of
    each person's own. Every draw has an address, so it is the same in every engine.

    Returns
    -------
    ties_from : array of int, shape (people + 1,)
        Where a seat's ties begin in ``ties_to``.
    ties_to : array of int
        The seats at the other ends.
    """
    seats = np.arange(people)
    own = np.floor(_uniform(seats, 0, purposes.TIES, seed, replication) * (centre.ties + 1.0))
    sources, targets = [], []
    for step in range(1, int(centre.ties) + 1 if people > 2 else 1):
        here = seats[own >= step]
        there = (here + step) % people
        rewired = _uniform(here, step, purposes.REWIRING, seed, replication) < centre.rewiring
        anybody = _uniform(here, step, purposes.TIES, seed, replication) * people
        there = np.where(rewired, anybody.astype(np.int64), there)
        kept = here != there
        sources.append(here[kept])
        targets.append(there[kept])
    one = np.concatenate(sources) if sources else np.zeros(0, np.int64)
    other = np.concatenate(targets) if targets else np.zeros(0, np.int64)
    start = np.concatenate([one, other])
    order = np.argsort(start, kind="stable")
    ties_to = np.concatenate([other, one])[order]
    ties_from = np.zeros(people + 1, np.int64)
    np.cumsum(np.bincount(start, minlength=people), out=ties_from[1:])
    return ties_from, ties_to


def _uniform(
    people: np.ndarray, turn: int, purpose: int, seed: int, replication: int
) -> np.ndarray:
    """Return the first uniform at each address, for all people at once."""
    zero = np.zeros_like(people)
    word, _, _, _ = philox(
        people.astype(np.int64), zero, zero + purpose, zero + turn, seed & MASK, replication & MASK
    )
    return np.asarray((word + 0.5) * TO_UNIT)


def copy_floor(floor: Floor) -> Floor:
    """Return a copy that shares only what never changes: the network."""
    shared = {"ties_from", "ties_to"}
    return Floor(
        **{
            name: value if name in shared else value.copy()
            for name, value in floor._asdict().items()
        }
    )


def with_room(floor: Floor, days: int) -> Floor:
    """Return the floor with room for ``days`` more days' tallies, answers and quits."""
    world = floor.world[0]
    day, answered = int(world["day"]), int(world["rep_answers"])
    told, left = int(world["customer_answers"]), int(world["careers"])
    surveys = days // int(floor.parameters["survey_days"][0]) + 1
    asked = surveys * (len(floor.customers) if floor.parameters["survey_customers"][0] else 0)
    stride = max(1, len(floor.customers) // max(1, int(floor.parameters["survey_customers"][0])))
    quits = days * len(floor.reps) if world["branched"] else 0
    return floor._replace(
        tallies=_grown(floor.tallies, day, days),
        rep_answers=_grown(floor.rep_answers, answered, surveys * len(floor.reps)),
        customer_answers=_grown(floor.customer_answers, told, asked // stride + surveys),
        careers=_grown(floor.careers, left, quits),
    )


def _grown(rows: np.ndarray, used: int, more: int) -> np.ndarray:
    """Return rows with room for more; only what is used is touched, the rest costs nothing."""
    if used + more <= len(rows):
        return rows
    grown = np.zeros(used + more, rows.dtype)
    grown[:used] = rows[:used]
    return grown


def with_log(floor: Floor) -> Floor:
    """Return the floor with an empty log of contacts: from now on each one is logged."""
    return floor._replace(contacts=np.zeros(max(LOG_ROWS, len(floor.customers)), CONTACT))


def trimmed(floor: Floor) -> Floor:
    """Return the floor of a run that is over: without a log, and careers without more room."""
    kept = floor.careers[: int(floor.world["careers"][0])].copy()
    return floor._replace(careers=kept, contacts=np.zeros(0, CONTACT))


def take_contacts(floor: Floor) -> np.ndarray:
    """Empty the log of contacts, and return its rows, which nobody writes over."""
    rows = floor.contacts[: int(floor.world["contacts"][0])].copy()
    floor.world["contacts"] = 0
    return np.asarray(rows)


def branch(floor: Floor, policy: Policy) -> None:
    """Put a policy in force and fix the aspirations at the neutral payoffs' quantiles.

    The payoffs are those of the newest conflicts before the branch; where there were
    none, every aspiration is 0. From here on careers are kept: whoever is burnt out now
    is so from the first day after the branch.
    """
    set_policy(floor, policy)
    world = floor.world
    kept = kept_payoffs(floor)
    levels = np.arange(1, LEVELS + 1) / (LEVELS + 1)
    for party in PAYOFF.names or ():
        world[f"aspire_{party}"] = np.quantile(kept[party], levels) if len(kept) else 0.0
    world["branched"] = True
    world["branched_day"] = world["day"]
    world["careers"] = 0
    floor.reps["burnt_out_day"] = -1


def kept_payoffs(floor: Floor) -> np.ndarray:
    """Return the payoffs of the newest conflicts before the branch."""
    return np.asarray(floor.payoffs[: int(floor.world["payoffs"][0])])


def set_policy(floor: Floor, policy: Policy) -> None:
    """Put a policy in force from the next morning on."""
    floor.policy[:] = policy_row(policy)


def unsound(floor: Floor) -> list[str]:
    """Return the columns that hold a value that is not finite; none in a sound run.

    The policy may hold infinity ("never"), so it is not looked at.
    """
    found = []
    for name in ("world", "customers", "reps", "tallies", "payoffs"):
        rows = getattr(floor, name)
        for column in rows.dtype.names:
            values = rows[column]
            if values.dtype.kind == "f" and not np.isfinite(values).all():
                found.append(f"{name}.{column}")
    return found
