"""The compiled engine with every index checked: out of bounds it would read garbage in silence.

Needs ``NUMBA_BOUNDSCHECK=1`` and a cache of its own, both from whoever starts the job:
``NUMBA_BOUNDSCHECK=1 FRONTLINE_CACHE_DIR=/tmp/checked python -m pytest -m boundscheck``.
"""

import math

import numba
import numpy as np
import pytest

from sim import Centre, Handling, Policy, Support, service_core, simulate, warm_up
from sim.compiled import engine

pytestmark = pytest.mark.boundscheck

EVERYTHING = {
    "customers": 300,
    "seats": 3,
    "team_size": 2,
    "adaptive": True,
    "enquiries_per_year": 40.0,
    "issues_per_year": 20.0,
    "voice_base": -1.0,
    "initial_training_days": 3,
    "survey_days": 14,
    "survey_customers": 20_000,
    "survey_response": 1.0,
    "survey_response_reps": 1.0,
    "quit_base": 2.0,
    "hiring_days": 3.0,
    "churn_base": 0.1,
    "entry_rate": 0.5,
    "ties": 20.0,
    "give_up_after": 10,
    "turns": 60,
}
HOURS = {
    "round the clock": {"open_minutes": 1440.0, "shift_minutes": 480.0},
    "two shifts": {"open_minutes": 900.0, "shift_minutes": 480.0},
    "day": {},
    "overrun": {"seats": 1, "enquiry_minutes": 30.0, "enquiries_per_year": 60.0},
}


def test_bounds_are_checked():
    """Protects the tests below from passing because nothing was checked."""
    assert numba.config.BOUNDSCHECK == 1

    @numba.njit
    def read(values, index):
        return values[index]

    with pytest.raises(IndexError):
        read(np.zeros(3), 3)


@pytest.mark.parametrize("hours", HOURS)
def test_no_index_out_of_bounds_in_a_run(hours):
    """Protects every array of the floor: two months' warm-up and two months' run stay inside."""
    centre = Centre(**(EVERYTHING | HOURS[hours]))
    start = warm_up(centre, Policy(), days=60, seed=3)
    policy = Policy(
        handling=Handling(escalation_threshold=0.0, authority=0.2, tolerated_abuse=0.0),
        support=Support(follow_up=1.0, feedback=1.0, training=1.0),
    )
    logged: list[np.ndarray] = []
    outcome = simulate(centre, policy, days=60, seed=3, start=start, contacts=logged.append)
    assert sum(map(len, logged)) > 1000
    assert len(outcome.floor.careers) > 0
    t = outcome.tallies
    for name in ("superior_cases", "follow_ups", "joins", "quits", "abandoned", "tellings_bad"):
        assert t[name].sum() > 0, name
    assert len(outcome.rep_answers) > 0 < len(outcome.customer_answers)


def test_no_index_out_of_bounds_in_the_longest_conversations():
    """Protects the packed turns: a conversation of 60 turns fills the last of the words."""
    stubborn = {"accept_base": -5.0, "accept_offer": 0.0, "accept_heard": 0.0}
    patient = {"hang_up_rate": 0.0, "ask_superior_rate": 0.0, "weight_rules": 5.0}
    logged: list[np.ndarray] = []
    simulate(
        Centre(**(EVERYTHING | stubborn | patient)),
        Policy(handling=Handling(escalation_threshold=1.0, tolerated_abuse="never")),
        days=120,
        seed=3,
        contacts=logged.append,
    )
    rows = np.concatenate(logged)
    assert rows["turns"].max() > 50
    assert rows["said"][:, -1].any()


@pytest.mark.parametrize(
    "size",
    [
        {"customers": 1, "market": 1.0, "seats": 1},
        {"customers": 2, "market": 2.0, "seats": 1, "adaptive": True},
        {"customers": 29, "market": 1.0, "seats": 1, "superiors_per_seat": 0.0},
        {"customers": 50, "seats": 40, "team_size": 100, "superiors_per_seat": 1.0},
    ],
    ids=lambda size: f"{size['customers']} customers, {size['seats']} seats",
)
def test_no_index_out_of_bounds_at_odd_sizes(size):
    """Protects the smallest centres and lopsided ones."""
    centre = Centre(**(EVERYTHING | {"issues_per_year": 30.0, "survey_days": 7} | size))
    outcome = simulate(centre, Policy(), days=120, seed=3, contacts=lambda rows: None)
    assert outcome.tallies["offered"].sum() > 0


def test_no_index_out_of_bounds_in_the_queue_alone():
    """Protects the array of waits, which is as long as the arrivals are expected to be."""
    for seed in range(20):
        outcome = service_core(2.0, 4.0, math.inf, 9, 300.0, seed)
        assert outcome.arrivals > 0


def test_a_wrong_index_is_caught():
    """Protects the check itself on lent arrays: a tie to nobody is an error, not garbage."""
    centre = Centre(**(EVERYTHING | {"telling_dissatisfied": 1.0, "telling_satisfied": 1.0}))
    start = warm_up(centre, Policy(), days=0, seed=3)
    run = start.floor._replace(ties_to=np.full_like(start.floor.ties_to, 10**6))
    from sim.compiled import CompiledRun

    assert engine() is not None
    with pytest.raises(IndexError):
        CompiledRun(run).advance(60)
