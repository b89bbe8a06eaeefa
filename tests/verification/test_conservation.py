"""What must balance on every single day, on both engines, for any centre and any policy.

Customers, reps, contacts, money and the calendar's entries are counted from the agents
themselves, evening by evening, and held against what the day's tally says has come and gone.
All of it is exact: no chance, no tolerance but the rounding of sums of money.
"""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim import Centre, Handling, Policy, Support
from sim.behaviours.calendar import MONTH
from sim.behaviours.customer import GENERATION
from sim.behaviours.rep import REP_GENERATION
from sim.state import ACCOUNTS, HORIZON, Floor
from tests.sim.test_engines import centres, policies
from tests.verification.bare import day_by_day

CENT = 1e-4
"""A price stands for $100 or so (EVIDENCE, O3), so this is a cent."""


class Evening:
    """What is counted from the agents of a floor; its arrays may be written over afterwards."""

    def __init__(self, floor: Floor) -> None:
        customers, reps, world = floor.customers, floor.reps, floor.world[0]
        self.customers = int(customers["present"].sum())
        self.persons = customers["generation"].copy()
        self.reps = int(reps["present"].sum())
        self.hired = reps["generation"].copy()
        self.waiting = int((customers["present"] & (customers["arrived_at"] >= 0.0)).sum())
        self.quits = int(world["careers"])


def check_day(floor: Floor, before: Evening, centre: Centre, policy: Policy) -> Evening:
    """Hold an evening against the one before and the tally between them."""
    world = floor.world[0]
    t = floor.tallies[int(world["day"]) - 1]
    now = Evening(floor)
    check_customers(floor, t, before, now)
    check_reps(floor, t, before, now, centre)
    check_contacts(t, before, now, centre)
    check_money(t, centre, policy, int(world["market"]))
    return now


def check_customers(floor: Floor, t: Any, before: Evening, now: Evening) -> None:
    """Yesterday's, and who joined, less who left, are today's; each is one person, filed once."""
    customers = floor.customers
    assert now.customers == before.customers + t["joins"] - t["leaves"]
    assert now.customers == floor.world["market"][0] == t["customers"]
    assert (now.persons - before.persons).sum() == t["joins"]
    there = customers[customers["present"]]
    assert np.array_equal(there["id"], there["seat"] + there["generation"] * GENERATION)
    assert len(np.unique(there["id"])) == now.customers
    filed = []
    for slot in range(HORIZON):
        seat = int(floor.wheel[slot])
        while seat >= 0:
            filed.append(seat)
            assert customers["filed_day"][seat] % HORIZON == slot
            seat = int(floor.next_filed[seat])
    assert sorted(filed) == there["seat"].tolist()
    assert (there["filed_day"] >= floor.world["day"][0]).all()


def check_reps(floor: Floor, t: Any, before: Evening, now: Evening, centre: Centre) -> None:
    """Places are manned or vacant; yesterday's reps, hires less quits are today's."""
    reps = floor.reps
    assert now.reps == before.reps + t["hires"] - t["quits"]
    assert (now.hired - before.hired).sum() == t["hires"]
    assert now.quits - before.quits == t["quits"]
    there = reps[reps["present"]]
    assert np.array_equal(there["id"], there["seat"] + there["generation"] * REP_GENERATION)
    assert np.array_equal(there["team"], there["seat"] // centre.team_size)
    assert t["rep_days"] == now.reps + t["quits"]
    if not centre.adaptive:
        assert t["rep_days"] + t["vacancies_days"] == floor.world["headcount"][0] == len(reps)
    elsewhere = t["off_days"] + t["holiday_rep_days"] + t["training_days"] + t["absent_days"]
    assert t["rep_days"] == t["floor_days"] + t["surplus_days"] + elsewhere + t["hires"]


def check_contacts(t: Any, before: Evening, now: Evening, centre: Centre) -> None:
    """Who waited and who came were answered, gave up or wait still; each talk ended one way."""
    assert before.waiting + t["offered"] == t["answered"] + t["abandoned"] + now.waiting
    if centre.open_minutes < 1440.0:
        assert now.waiting == 0
    assert t["answered"] == t["handled"] == t["enquiries"] + t["conflicts"]
    assert t["handled"] == t["first_contacts"] + t["repeats"]
    endings = ("resolved", "unresolved", "escalated", "ended_by_rep", "hung_up")
    assert t["conflicts"] == sum(t[name] for name in endings)
    assert t["issues"] == t["voiced"] + t["silent"]


def check_money(t: Any, centre: Centre, policy: Policy, customers: int) -> None:
    """The accounts are the cash to the last cent, and each is what was counted times its price."""
    accounts = {name: float(t[name]) for name in ACCOUNTS}
    gross = sum(abs(value) for value in accounts.values())
    assert abs(sum(accounts.values()) - t["cash"]) <= 1e-12 * gross + 1e-3 * CENT
    support = policy.support
    there = t["floor_days"] + t["surplus_days"]
    expected = {
        "account_goods": -(1.0 - centre.margin) * accounts["account_sales"],
        "account_compensation": -t["compensation_paid"],
        "account_hiring": -t["hires"] * centre.hiring_cost,
        "account_acquisition": -t["joins"] * centre.acquisition_cost,
        "account_follow_ups": -t["follow_ups"] * centre.follow_up_minutes * centre.wage,
        "account_support": -there * support.emotional_support * centre.support_fee,
    }
    for name, value in expected.items():
        assert accounts[name] == pytest.approx(value, rel=1e-9, abs=1e-3 * CENT), name
    reach = support.transparency * centre.transparency_fee
    reach += support.education * centre.education_fee
    fees = -reach * customers / MONTH
    # On a day of review its fee comes on top.
    review = centre.review_days / MONTH * support.feedback * centre.feedback_fee / 20.0
    over = (fees - accounts["account_programmes"]) / review if review > 0.0 else 0.0
    assert abs(over - round(over)) < 1e-6 and over > -1e-6


def run_and_check(centre: Centre, policy: Policy, days: int, seed: int, engine: str) -> Floor:
    """Run day by day, checking every evening, and return the last floor."""
    evening = None
    floor = None
    for floor in day_by_day(centre, policy, days=days, seed=seed, engine=engine):
        if evening is None:
            evening = Evening(floor)
            continue
        evening = check_day(floor, evening, centre, policy)
    assert floor is not None
    return floor


DRAWN: dict[str, Any] = {
    "centre": centres(),
    "policy": policies(),
    "seed": st.integers(0, 2**32 - 1),
}
PATIENT: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


@settings(max_examples=35, **PATIENT)
@given(**DRAWN)
def test_everything_balances_every_day_compiled(centre: Centre, policy: Policy, seed: int) -> None:
    """Protects customers, reps, contacts and money over drawn centres and policies."""
    run_and_check(centre, policy, 35, seed, "compiled")


@settings(max_examples=12, **PATIENT)
@given(**DRAWN)
def test_everything_balances_every_day_interpreted(
    centre: Centre, policy: Policy, seed: int
) -> None:
    """Protects the same on Mesa's agents."""
    run_and_check(centre, policy, 12, seed, "mesa")


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "examples", "days"), [("compiled", 250, 90), ("mesa", 40, 25)])
def test_everything_balances_over_many_more(engine: str, examples: int, days: int) -> None:
    """Protects the same over more centres and longer."""

    @settings(max_examples=examples, **PATIENT)
    @given(**DRAWN)
    def check(centre: Centre, policy: Policy, seed: int) -> None:
        run_and_check(centre, policy, days, seed, engine)

    check()


LIVELY = Centre(
    customers=250,
    seats=2,
    team_size=2,
    enquiries_per_year=40.0,
    issues_per_year=30.0,
    voice_base=0.0,
    silent_exit=0.6,
    churn_base=0.1,
    entry_rate=0.5,
    quit_base=2.0,
    labour_market=4.0,
    hiring_days=4.0,
    initial_training_days=2,
    absence_base=0.05,
)
HOURS: dict[str, dict[str, Any]] = {
    "day": {},
    "round the clock, overrun": {
        "open_minutes": 1440.0,
        "shift_minutes": 480.0,
        "seats": 1,
        "enquiry_minutes": 25.0,
        "patience_minutes": 60.0,
    },
    "adaptive": {"adaptive": True, "review_days": 7},
}


@pytest.mark.parametrize("hours", HOURS)
@pytest.mark.parametrize(("engine", "days"), [("compiled", 200), ("mesa", 35)])
def test_everything_balances_where_all_comes_and_goes(hours: str, engine: str, days: int) -> None:
    """Protects the checks from having nothing to look at: here everything moves."""
    centre = LIVELY.model_copy(update=HOURS[hours])
    policy = Policy(
        handling=Handling(authority=0.5, escalation_threshold=0.2),
        support=Support(training=1.0, follow_up=1.0, feedback=1.0, education=1.0),
    )
    floor = run_and_check(centre, policy, days, 5, engine)
    t = floor.tallies[: int(floor.world["day"][0])]
    for name in (*ACCOUNTS, "joins", "leaves", "silent_exits", "quits", "hires", "abandoned"):
        assert t[name].any(), name
    if centre.open_minutes == 1440.0:
        waiting = np.cumsum(t["offered"] - t["answered"] - t["abandoned"])
        assert waiting.any()
