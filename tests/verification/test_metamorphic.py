"""What must not change when something is changed that should not matter, and what must.

Relations between runs of the model; those of the laboratory (names, orders, workers) are in
test_laboratory.py. "Bit for bit" is meant so: the same seed and addresses, every number the same.
False alarms of the statistical ones: see ``theory``.
"""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sim import Centre, Handling, Policy, simulate
from sim.measures import BY_NAME, sums
from sim.outcome import Outcome
from sim.parameters import describe
from sim.state import ACCOUNTS, TALLY, Floor
from tests.sim.test_engines import centres, policies

QUICK: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
SEED = st.integers(0, 2**32 - 1)
WORKING_SPACE = {"utilities", "due", "agenda", "servers", "talk"}


def differing(one: Floor, other: Floor) -> set[str]:
    """Return the columns in which two floors differ, working space left out."""
    found = set()
    for name in set(Floor._fields) - WORKING_SPACE:
        a, b = getattr(one, name), getattr(other, name)
        for column in a.dtype.names or (None,):
            x, y = (a, b) if column is None else (a[column], b[column])
            if x.tobytes() != y.tobytes():
                found.add(f"{name}.{column}" if column else name)
    return found


def plain(*parts: Any) -> bool:
    """Return whether no number is so small that it has lost digits: such do not scale exactly."""
    values = [value for part in parts for value in part.model_dump().values()]
    return all(abs(v) > 1e-200 or v == 0 for v in values if isinstance(v, float))


def policy_only(columns: set[str]) -> bool:
    """Return whether the policy's own row is all that differs."""
    return all(name.startswith("policy.") for name in columns)


# The unit of money.

MONEY = [row.name for row in describe() if "price" in row.unit]
AMOUNTS = {*ACCOUNTS, "cash", "compensation_paid", "claims", "fair_due", "payoff_employer"}


def in_other_money(centre: Centre, factor: float) -> Centre:
    """Return the centre with every price written in another unit."""
    return centre.model_copy(update={name: factor * getattr(centre, name) for name in MONEY})


@settings(max_examples=25, **QUICK)
@given(
    centre=centres(), policy=policies(), seed=SEED, factor=st.sampled_from([1 / 16, 2.0, 1024.0])
)
def test_moneys_unit_scales_money_and_nothing_else(
    centre: Centre, policy: Policy, seed: int, factor: float
) -> None:
    """Protects dimensions, bit for bit: with a power of two no sum is rounded otherwise.

    Tallies and measures: what has "price" in its unit is scaled, all else is the same.
    """
    assume(plain(centre, policy.handling, policy.support))
    one, other = (
        simulate(each, policy, days=40, seed=seed)
        for each in (centre, in_other_money(centre, factor))
    )
    for name in TALLY.names or ():
        scale = factor if name in AMOUNTS else factor**2 if name == "payoff_employer_2" else 1.0
        assert np.array_equal(scale * one.tallies[name], other.tallies[name]), name
    before, after = one.measures(), other.measures()
    for name, value in before.items():
        scale = factor if "price" in BY_NAME[name].unit else 1.0
        assert repr(scale * value) == repr(1.0 * after[name]), name


def test_a_hundred_small_coins_are_one_large_one(busy: Centre) -> None:
    """Protects the same for a unit that rounds: counts stay, money is a hundredfold to rounding."""
    one, other = (
        simulate(each, Policy(), days=90, seed=4) for each in (busy, in_other_money(busy, 100.0))
    )
    for name in TALLY.names or ():
        scale = 100.0 if name in AMOUNTS else 1e4 if name == "payoff_employer_2" else 1.0
        if TALLY[name].subdtype is None and TALLY[name].kind == "i":
            assert np.array_equal(one.tallies[name], other.tallies[name]), name
        else:
            expected = pytest.approx(scale * one.tallies[name], rel=1e-9, abs=1e-9)
            assert other.tallies[name] == expected, name


# No contacts, no issues.


@settings(max_examples=20, **QUICK)
@given(centre=centres(), policy=policies(), other=policies(), seed=SEED)
def test_no_contacts_no_fatigue_no_cost_of_handling(
    centre: Centre, policy: Policy, other: Policy, seed: int
) -> None:
    """Protects against effects without causes, for any centre and policy, bit for bit.

    Nobody tires, strains or is paid redress; and policies that share a support package are one
    policy, however differently they would handle.
    """
    none_come = {"enquiries_per_year": 0.0, "issues_per_year": 0.0, "adaptive": False}
    # One shift: see the next test.
    silent = centre.model_copy(update=none_come | {"shift_minutes": 1440.0})
    one = simulate(silent, policy, days=40, seed=seed)
    two = simulate(
        silent, Policy(handling=other.handling, support=policy.support), days=40, seed=seed
    )
    assert policy_only(differing(one.floor, two.floor))
    none = """offered handled conflicts issues superior_cases follow_ups talk after_call strain
        over_time_minutes fatigue superior_wait account_compensation account_escalations
        account_follow_ups mild severe threats repeats"""
    assert not [name for name in none.split() if one.tallies[name].any()]
    for column in ("fatigue", "spent", "strain_today", "contacts_today", "surface", "deep"):
        assert not one.floor.reps[column].any(), column


def test_without_contacts_nobody_works_over_time_in_a_short_shift() -> None:
    """Protects the short last shift: 510 minutes of opening in shifts of 480.

    The second shift is 30 minutes long; breaks of 15 that begin within it would end after it, and
    the rest be paid as over time though nobody ever calls.
    """
    centre = Centre(
        customers=50, seats=4, enquiries_per_year=0.0, issues_per_year=0.0, shift_minutes=480.0
    )
    assert not simulate(centre, Policy(), days=60, seed=1).tallies["over_time_minutes"].any()


ACTS_IN_ENQUIRIES = ("authority", "display_rule", "target_aht")
"""Handling that acts without any issue: autonomy buffers strain, the display rule hides a low
mood, and a target cuts enquiries short, too."""
WITHOUT_THEM = {
    "buffer_autonomy": 0.0,
    "respect_mood": 0.0,
    "cut_short": 0.0,
    "strain_time": 0.0,
}


@settings(max_examples=20, **QUICK)
@given(centre=centres(), policy=policies(), other=policies(), seed=SEED)
def test_without_issues_handling_of_conflicts_does_not_matter(
    centre: Centre, policy: Policy, other: Policy, seed: int
) -> None:
    """Protects the reach of a policy, bit for bit: conflicts' handling acts in conflicts only.

    Policies that differ in handling are equal without issues, but for the three fields that act in
    enquiries as well; and equal altogether once what those act by is switched off.
    """
    update: dict[str, Any] = {"issues_per_year": 0.0, "enquiries_per_year": 30.0}
    calm = centre.model_copy(update=update | {"adaptive": False})
    same = {name: getattr(policy.handling, name) for name in ACTS_IN_ENQUIRIES}
    partly = Policy(handling=other.handling.model_copy(update=same), support=policy.support)
    wholly = Policy(handling=other.handling, support=policy.support)
    one, two = (simulate(calm, each, days=40, seed=seed) for each in (policy, partly))
    assert policy_only(differing(one.floor, two.floor))
    blind = calm.model_copy(update=WITHOUT_THEM)
    one, two = (simulate(blind, each, days=40, seed=seed) for each in (policy, wholly))
    assert policy_only(differing(one.floor, two.floor))


@pytest.mark.parametrize(
    ("field", "value"), [("authority", 0.0), ("display_rule", 0.0), ("target_aht", 0.5)]
)
def test_the_three_fields_do_act_in_enquiries(busy: Centre, field: str, value: float) -> None:
    """Protects the relation above from holding because nothing ever acts."""
    calm = busy.model_copy(update={"issues_per_year": 0.0})
    changed = Policy(handling=Handling().model_copy(update={field: value}))
    one, two = (simulate(calm, each, days=60, seed=1) for each in (Policy(), changed))
    assert not policy_only(differing(one.floor, two.floor))


# Labels of teams; those of places are in test_places_and_size.py.


@settings(max_examples=20, **QUICK)
@given(centre=centres(), policy=policies(), seed=SEED, size=st.integers(1, 9))
def test_teams_are_labels_where_nothing_crosses_over(
    centre: Centre, policy: Policy, seed: int, size: int
) -> None:
    """Protects teams, bit for bit: without crossover another division changes their labels only."""
    alone = centre.model_copy(update={"crossover": 0.0})
    other = alone.model_copy(update={"team_size": size})
    one, two = (simulate(each, policy, days=40, seed=seed) for each in (alone, other))
    labels = {"parameters.team_size", "reps.team", "rep_answers.team"}
    found = differing(one.floor, two.floor)
    assert {name for name in found if not name.startswith("teams.")} <= labels


# The report's unit of time.


@pytest.fixture(scope="module")
def outcome(busy: Centre) -> Outcome:
    """Return half a year of a busy centre."""
    return simulate(busy, Policy(), days=182, seed=2)


@given(cuts=st.lists(st.integers(1, 181), max_size=12, unique=True))
def test_sums_of_parts_are_the_whole(outcome: Outcome, cuts: list[int]) -> None:
    """Protects reports by any unit of time: however the days are cut, parts add up to the whole."""
    edges = [0, *sorted(cuts), 182]
    parts = [sums(outcome.tallies[a:b], {}) for a, b in pairwise(edges)]
    for name, whole in sums(outcome.tallies, {}).items():
        assert math.fsum(part[name] for part in parts) == pytest.approx(whole, rel=1e-12), name


WEIGHTED = {
    "aht": "handled",
    "wait": "answered",
    "abandonment": "offered",
    "service_level": "offered",
    "csat": "handled",
    "loyalty": "visited",
    "exhaustion": "rep_days",
    "cost_per_contact": "handled",
    "escalation_rate": "conflicts",
    "welfare_customer": "conflicts_concluded",
    "profit": "",
    "customers": "",
}


def test_weeks_weighted_are_the_whole(outcome: Outcome) -> None:
    """Protects the weekly series: each ratio's weeks, weighted by its bottom line, are the whole.

    And each week's value is that of measuring those seven days.
    """
    weekly, whole = outcome.weekly(), outcome.measures()
    for name, bottom in WEIGHTED.items():
        weight = np.full(26, 7.0)
        if bottom:
            weight = outcome.tallies[bottom].reshape(26, 7).sum(axis=1).astype(float)
        told = weight > 0.0
        mean = (weekly[name][told] * weight[told]).sum() / weight.sum()
        assert mean == pytest.approx(whole[name], rel=1e-9), name
    for week in (0, 13, 25):
        alone = outcome.measures(7 * week, 7 * week + 7)
        for name, value in alone.items():
            assert weekly[name][week] == pytest.approx(value, rel=1e-9, nan_ok=True), name


# Asking.


@settings(max_examples=20, **QUICK)
@given(centre=centres(), policy=policies(), seed=SEED, days=st.integers(7, 60))
def test_asking_changes_nobody(centre: Centre, policy: Policy, seed: int, days: int) -> None:
    """Protects the surveys, bit for bit: without a feedback loop they are observation only.

    Another interval, another sample and another reliability change answers and no agent.
    """
    deaf = policy.model_copy(
        update={"support": policy.support.model_copy(update={"feedback": 0.0})}
    )
    asked = centre.model_copy(update={"adaptive": False})
    other = asked.model_copy(
        update={
            "survey_days": days,
            "survey_customers": 50,
            "survey_reliability": 0.5,
            "contact_survey": 0.7,
        }
    )
    one, two = (simulate(each, deaf, days=40, seed=seed) for each in (asked, other))
    answers = ("rep_answers", "customer_answers", "parameters", "tallies.survey")
    told = {"world.rep_answers", "world.customer_answers", "world.surveyed_loyalty"}
    # What only the adaptive employer, off here, looks at; and how many draws were made.
    told |= {"world.reasons", "world.review_goal", "world.blocks"}
    found = {name for name in differing(one.floor, two.floor) if not name.startswith(answers)}
    assert found <= told
