"""What must balance whatever happens: money, people, contacts, heads, and states in their range."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sim import Centre, Handling, Policy, Support, simulate
from sim.behaviours import day
from sim.moves import NOTHING
from sim.parameters import describe
from sim.state import ACCOUNTS

ENGINES = ["compiled", "mesa"]
FULL = Policy(
    handling=Handling(authority=0.5, escalation_threshold=0.2),
    support=Support(
        training=1.0, emotional_support=1.0, follow_up=1.0, feedback=1.0, education=1.0
    ),
)
CENTRES = {
    "day": {},
    "two shifts": {"open_minutes": 900.0, "shift_minutes": 480.0},
    "round the clock": {"open_minutes": 1440.0, "shift_minutes": 480.0},
    "overrun": {"seats": 1, "enquiries_per_year": 60.0, "enquiry_minutes": 20.0},
}


def one_day_at_a_time(busy, hours, engine):
    """Return the tallies of a centre in which everything happens, and the centre."""
    changed = {"initial_training_days": 0, "churn_base": 0.05, "entry_rate": 0.5}
    changed |= {"quit_base": 2.0, "labour_market": 4.0, "hiring_days": 4.0}
    centre = busy.model_copy(update=changed | CENTRES[hours])
    days = 150 if engine == "compiled" else 70
    outcome = simulate(centre, FULL, days=days, seed=5, engine=engine)
    return centre, outcome


@pytest.fixture(
    scope="module",
    params=[(hours, engine) for engine in ENGINES for hours in CENTRES],
    ids=lambda param: f"{param[0]}, {param[1]}",
)
def run(request, busy):
    """Return the centre, its tallies and the outcome, for each kind of centre and engine."""
    centre, outcome = one_day_at_a_time(busy, *request.param)
    return centre, outcome.tallies, outcome


def test_every_account_and_the_cash_balance_each_day(run):
    """Protects the ledger: no money moves without an account, and none is booked twice."""
    _, t, _ = run
    accounts = np.array([t[name] for name in ACCOUNTS])
    gross = np.abs(accounts).sum(axis=0)
    assert (np.abs(accounts.sum(axis=0) - t["cash"]) <= 1e-9 * gross).all()
    assert t["compensation_paid"] == pytest.approx(-t["account_compensation"], rel=1e-12)
    moved = {name for name, account in zip(ACCOUNTS, accounts, strict=True) if account.any()}
    assert moved == set(ACCOUNTS)


def test_costs_are_costs(run):
    """Protects the signs: sales come in, everything else goes out."""
    _, t, _ = run
    for name in ACCOUNTS:
        sign = 1.0 if name == "account_sales" else -1.0
        assert (sign * t[name] >= 0.0).all(), name


def test_customers_balance_each_day(run):
    """Protects the market: yesterday's customers, who joined and who left give today's."""
    centre, t, outcome = run
    before = np.concatenate([[centre.customers], t["customers"][:-1]])
    assert np.array_equal(t["customers"], before + t["joins"] - t["leaves"])
    assert t["joins"].sum() > 0 < t["leaves"].sum()
    assert t["customers"][-1] == outcome.floor.customers["present"].sum()
    assert (t["silent_exits"] <= t["leaves"]).all()


def test_every_call_is_answered_or_abandoned(run):
    """Protects the queue's books; round the clock a call may be carried over one midnight."""
    centre, t, outcome = run
    open_calls = np.cumsum(t["offered"] - t["answered"] - t["abandoned"])
    if centre.open_minutes < 1440.0:
        assert not open_calls.any()
    else:
        assert (open_calls >= 0).all()
        waiting = outcome.floor.customers["arrived_at"] >= 0.0
        assert open_calls[-1] == (waiting & outcome.floor.customers["present"]).sum()
    assert np.array_equal(t["answered"], t["handled"])
    assert (t["within_threshold"] <= t["answered"]).all()
    assert t["offered"].sum() > 100


def test_nobody_calls_about_what_has_not_happened_yet(busy, monkeypatch):
    """Protects the order of time: a place in the queue is that of the matter called about."""
    early = []
    call = day.call

    def watched(floor, customer, tally, minute, *more):
        if customer.matter != NOTHING and minute < customer.opened_day * 1440.0:
            early.append((customer.id, minute, customer.opened_day))
        return call(floor, customer, tally, minute, *more)

    monkeypatch.setattr(day, "call", watched)
    # Few desks and many calls, so that callers wait over midnight and issues befall them there.
    around = {"open_minutes": 1440.0, "shift_minutes": 480.0, "patience_minutes": 60.0, "seats": 1}
    centre = busy.model_copy(update={"quit_base": 2.0, "labour_market": 4.0} | around)
    t = simulate(centre, FULL, days=70, seed=5, engine="mesa").tallies
    assert t["offered"].sum() > 1000
    assert not early


def test_every_contact_is_of_one_kind_and_ends_one_way(run):
    """Protects the counts: a contact is a first one or a repeat, an enquiry or a conflict."""
    _, t, _ = run
    assert np.array_equal(t["handled"], t["enquiries"] + t["conflicts"])
    assert np.array_equal(t["handled"], t["first_contacts"] + t["repeats"])
    endings = ("resolved", "unresolved", "escalated", "ended_by_rep", "hung_up")
    assert np.array_equal(t["conflicts"], sum(t[ending] for ending in endings))
    assert (t["superior_cases"] <= t["escalated"]).all()
    ended = t["conflicts"] - t["escalated"] + t["superior_cases"]
    assert np.array_equal(t["conflicts_concluded"], ended)
    assert np.array_equal(t["issues"], t["voiced"] + t["silent"])
    assert (t["repeats_in_window"] <= t["repeats"]).all()
    assert (t["wrong_boundaries"] <= t["boundaries"]).all()
    assert (t["top_box"] <= t["enquiries"] + t["conflicts_concluded"]).all()
    assert t["superior_cases"].sum() > 0


def test_who_prevails_counts_every_conflict_once_at_every_level(run):
    """Protects the main question: at each level of aspiration 0, 1, 2 or 3 parties reach theirs."""
    _, t, _ = run
    levels = t["prevailing"].reshape(len(t), -1, 4)
    assert (levels.sum(axis=2) == t["conflicts_concluded"][:, None]).all()
    parties = t["reached"].reshape(len(t), 3, -1).sum(axis=1)
    assert np.array_equal(parties, (levels * np.arange(4)).sum(axis=2))


def test_heads_balance_each_day(run):
    """Protects the roster: every head is employed or vacant, and every rep is in one place."""
    centre, t, outcome = run
    heads = int(outcome.floor.world["headcount"][0])
    assert (t["rep_days"] + t["vacancies_days"] == heads).all()
    places = ("floor_days", "surplus_days", "off_days", "holiday_rep_days", "training_days")
    there = sum(t[place] for place in places) + t["absent_days"]
    # A new hire is employed from this day and trained from the next.
    assert np.array_equal(t["rep_days"], there + t["hires"])
    shifts = math.ceil(centre.open_minutes / centre.shift_minutes)
    assert (t["floor_days"] <= centre.seats * shifts).all()
    assert t["quits"].sum() > 0 < t["hires"].sum()
    employed = heads - np.cumsum(t["quits"] - t["hires"])
    assert employed[-1] == outcome.floor.reps["present"].sum()


def test_wages_pay_for_all_paid_time(run):
    """Protects the wages: every paid minute is on the floor, over time, off sick or on a break."""
    centre, t, _ = run
    shift = centre.shift_minutes - centre.lunch_minutes
    worked = t["talk"] + t["after_call"] + t["available"]
    paid = -(t["account_wages"] + t["account_breaks"]) / centre.wage
    idle = (t["surplus_days"] + t["holiday_rep_days"] + t["absent_days"]) * shift
    assert (t["scheduled_minutes"] >= t["absent_minutes"]).all()
    if centre.shift_minutes == centre.open_minutes:
        floor = t["floor_days"] * shift + t["over_time_minutes"]
        assert paid == pytest.approx(floor + idle, rel=1e-9)
        breaks = -t["account_breaks"] / centre.wage
        lunches = 1e-6 + t["floor_days"] * centre.lunch_minutes
        assert (worked + breaks <= floor + lunches).all()
        assert (worked + breaks >= floor - lunches).all()


def test_a_longer_run_begins_like_a_shorter_one(busy):
    """Protects each day's books from the days after: no tally is written to later."""
    short, long = (simulate(busy, FULL, days=days, seed=5).tallies for days in (97, 200))
    assert np.array_equal(short, long[:97])


@pytest.mark.parametrize("engine", ENGINES)
def test_without_contacts_nobody_tires_and_nothing_is_paid_for(tiny, engine):
    """Protects against effects without causes: no call, no fatigue, no strain, no redress."""
    centre = tiny.model_copy(update={"enquiries_per_year": 0.0, "issues_per_year": 0.0})
    outcome = simulate(centre, FULL, days=60, seed=5, engine=engine)
    t, reps = outcome.tallies, outcome.floor.reps
    silent = """
        offered answered abandoned handled enquiries conflicts issues voiced silent
        silent_exits superior_cases follow_ups talk after_call over_time_minutes strain fatigue
        account_compensation account_escalations account_follow_ups threats mild severe"""
    assert not [name for name in silent.split() if t[name].any()]
    for column in ("fatigue", "strain_today", "unfair", "aggression", "surface", "deep"):
        assert not reps[column].any(), column
    # Where nothing drains, nights restore.
    before = simulate(centre, FULL, days=1, seed=5, engine=engine).floor.reps
    stayed = reps["hired"] == before["hired"]
    assert stayed.any() and (reps["chronic"] < before["chronic"])[stayed].all()
    assert t["account_wages"].sum() < 0.0 < t["account_sales"].sum()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("rate", [1e-6, 1e-20, 1e-300, 5e-324])
def test_a_rate_next_to_nothing_is_nothing(tiny, engine, rate):
    """Protects the calendar: a date further off than all days is never, in both engines."""
    centre = tiny.model_copy(update={"enquiries_per_year": rate, "issues_per_year": rate})
    outcome = simulate(centre, FULL, days=30, seed=5, engine=engine)
    assert not outcome.tallies["offered"].any()
    customers = outcome.floor.customers
    assert (customers["filed_day"][customers["present"]] > 30).all()


MONEY = {row.name for row in describe() if "price" in row.unit}


def test_the_unit_of_money_does_not_matter(busy):
    """Protects dimensions: with every price doubled all money doubles and nothing else moves."""
    centre = busy.model_copy(update={"adaptive": True, "quit_base": 1.5, "hiring_days": 5.0})
    dear = centre.model_copy(update={name: 2.0 * getattr(centre, name) for name in MONEY})
    assert {"spending", "loss", "wage", "hiring_cost"} < MONEY
    one, two = (simulate(each, FULL, days=100, seed=5) for each in (centre, dear))
    amounts = {*ACCOUNTS, "cash", "compensation_paid", "claims", "fair_due", "payoff_employer"}
    for name in one.tallies.dtype.names:
        factor = 2.0 if name in amounts else 4.0 if name == "payoff_employer_2" else 1.0
        assert np.array_equal(factor * one.tallies[name], two.tallies[name]), name
    for column in ("satisfaction", "loyalty", "anger", "id", "contacts"):
        assert np.array_equal(one.floor.customers[column], two.floor.customers[column])
    assert np.array_equal(2.0 * one.floor.customers["spending"], two.floor.customers["spending"])


def test_a_dearer_minute_changes_the_bill_and_nothing_else(busy):
    """Protects the separation of money and conduct: wages are paid, nobody acts on them."""
    dear = busy.model_copy(update={"wage": 2.0 * busy.wage})
    one, two = (simulate(each, FULL, days=60, seed=5).tallies for each in (busy, dear))
    for name in one.dtype.names:
        if not name.startswith(("account_", "cash", "payoff_employer", "prevailing", "reached")):
            assert np.array_equal(one[name], two[name]), name
    assert np.array_equal(2.0 * one["account_wages"], two["account_wages"])
    assert two["cash"].sum() < one["cash"].sum()


RANGED = [
    row
    for row in describe()
    if "." not in row.name
    and row.low is not None
    and row.high is not None
    and row.name not in ("customers", "market", "seats", "team_size")
]
SHARES = [row for row in describe() if "." in row.name]


@st.composite
def centres(draw):
    """Draw a small busy centre with some of its parameters anywhere in their ranges."""
    values = {"customers": 120, "market": 1.2, "seats": 2, "team_size": 2}
    values |= {"enquiries_per_year": 40.0, "issues_per_year": 30.0, "voice_base": 0.0}
    values |= {"initial_training_days": 0, "survey_days": 14}
    for row in draw(st.lists(st.sampled_from(RANGED), max_size=12, unique_by=lambda r: r.name)):
        if isinstance(row.default, bool):
            values[row.name] = draw(st.booleans())
        elif isinstance(row.default, int):
            values[row.name] = draw(st.integers(int(row.low), int(row.high)))
        else:
            share = draw(st.sampled_from([0.0, 1.0]) | st.integers(1, 99).map(lambda n: n / 100.0))
            values[row.name] = row.low + share * (row.high - row.low)
    for row in draw(st.lists(st.sampled_from(SHARES), max_size=4, unique_by=lambda r: r.name)):
        table, move = row.name.split(".")
        values.setdefault(table, {})[move] = draw(st.sampled_from([row.low, row.high]))
    values["adaptive"] = draw(st.booleans())
    try:
        return Centre(**values)
    except ValidationError:
        assume(False)


SHARE = st.sampled_from([0.0, 0.5, 1.0])
POLICIES = st.builds(
    Policy,
    handling=st.builds(
        Handling,
        authority=st.sampled_from([0.0, 1.0, 5.0]),
        generosity=SHARE,
        boundary=SHARE,
        tolerated_abuse=st.sampled_from([0.0, 2.0, math.inf]),
        listening=SHARE,
        escalation_threshold=SHARE,
        display_rule=SHARE,
        target_aht=st.sampled_from([0.3, math.inf]),
    ),
    support=st.builds(Support, training=SHARE, emotional_support=SHARE, follow_up=SHARE),
)

IN_UNIT = {
    "customers": """temper honesty voice expectation satisfaction loyalty anger claim_habit
        tone_habit severity understanding distributive procedural interactional transaction
        case_heard case_fair""",
    "reps": """empathy composure sovereignty skill trained fatigue chronic respite exhaustion
        depersonalisation accomplishment mood unfair dislike ambiguity performance""",
    "rep_answers": """unfair aggression dislike ambiguity surface deep exhaustion depersonalisation
        accomplishment intent_to_quit""",
    "customer_answers": """satisfaction distributive procedural interactional intent_to_return
        willingness""",
    "world": "issue_factor surveyed_loyalty",
}
NEVER_BELOW = {
    "customers": "loss due felt_due claim granted standing spending patience last_contact",
    "reps": "experience aggression surface deep handled_today hostility_today pride_today",
    "tallies": """wait talk after_call available over_time_minutes scheduled_minutes absent_minutes
        superior_wait claims fair_due compensation_paid""",
}


@settings(max_examples=300)
@given(centre=centres(), policy=POLICIES, seed=st.integers(0, 2**32 - 1))
def test_states_stay_in_their_range_for_any_parameters(centre, policy, seed):
    """Protects every state: shares stay in [0, 1] and amounts above 0, at ranges' ends too."""
    outcome = simulate(centre, policy, days=45, seed=seed)
    floor = outcome.floor
    for name, columns in IN_UNIT.items():
        for column in columns.split():
            values = getattr(floor, name)[column]
            # A running mean may pass an end by the last bit.
            assert values.min(initial=0.0) >= -1e-12, f"{name}.{column}"
            assert values.max(initial=0.0) <= 1.0 + 1e-12, f"{name}.{column}"
    for name, columns in NEVER_BELOW.items():
        for column in columns.split():
            assert getattr(floor, name)[column].min(initial=0.0) >= 0.0, f"{name}.{column}"
    assert -1.0 <= floor.world["reputation"][0] <= 1.0
    t = outcome.tallies
    gross = sum(np.abs(t[name]) for name in ACCOUNTS)
    assert (np.abs(sum(t[name] for name in ACCOUNTS) - t["cash"]) <= 1e-9 * gross).all()
    if centre.open_minutes < 1440.0:
        assert np.array_equal(t["offered"], t["answered"] + t["abandoned"])
