"""Warm-up and branch: the same people on the same day, and a start that stays as it was."""

import math
from typing import Any

import numpy as np
import pytest

from experiments.config import load_experiment
from sim import Centre, Handling, Policy, simulate, warm_up
from sim.floor import branch, copy_floor
from sim.measures import MEASURES
from sim.simulation import Start
from sim.state import LEVELS, Floor, policy_row

CENTRE = Centre(customers=1500, seats=2, team_size=2)
NEUTRAL = Policy()
STRICT = Policy(handling=Handling(boundary=0.9, generosity=0.0, tolerated_abuse=1.0))
GENEROUS = Policy(
    handling=Handling(boundary=0.05, generosity=1.0, tolerated_abuse="never", authority=2.0)
)
WARMUP, SEED = 200, 7


@pytest.fixture(scope="module")
def start() -> Start:
    return warm_up(CENTRE, NEUTRAL, days=WARMUP, seed=SEED)


def differing(one: Floor, other: Floor) -> set[str]:
    """Return the parts of the floor that are not the same to the last bit."""
    return {name for name in Floor._fields if not same(getattr(one, name), getattr(other, name))}


def same(one: np.ndarray, other: np.ndarray) -> bool:
    """Compare column by column: the bytes that align a row mean nothing."""
    if one.dtype.names is None:
        return bool(np.array_equal(one, other))
    return all(one[name].tobytes() == other[name].tobytes() for name in one.dtype.names)


def go(start: Start, policy: Policy, days: int, **more: Any) -> Any:
    return simulate(CENTRE, policy, days=days, seed=SEED, start=start, **more)


def test_policies_start_from_the_same_people_on_the_same_day(start: Start) -> None:
    generous, strict = go(start, GENEROUS, 0), go(start, STRICT, 0)
    assert generous.branch_day == strict.branch_day == start.day == WARMUP
    assert differing(generous.floor, strict.floor) == {"policy"}
    # Besides the policy, the branch only marks the day and fixes the aspirations.
    assert differing(generous.floor, start.floor) == {"policy", "world"}
    before, after = start.floor.world, generous.floor.world
    changed = {name for name in before.dtype.names if not np.array_equal(before[name], after[name])}
    assert changed <= {
        "branched", "branched_day", "aspire_customer", "aspire_rep", "aspire_employer"
    }  # fmt: skip


def test_the_policy_in_force_is_the_one_asked_for(start: Start) -> None:
    floor = go(start, STRICT, 3).floor
    assert floor.policy.tobytes() == policy_row(STRICT).tobytes()


def test_a_start_is_not_changed_by_running_from_it(start: Start) -> None:
    before = copy_floor(start.floor)
    first = go(start, GENEROUS, 40)
    go(start, STRICT, 40, timeline=[(10, GENEROUS)])
    assert differing(before, start.floor) == set()
    assert differing(first.floor, go(start, GENEROUS, 40).floor) == set()


def test_equal_policies_give_equal_runs_and_different_ones_do_not(start: Start) -> None:
    again = Policy.model_validate(STRICT.model_dump())
    assert differing(go(start, STRICT, 60).floor, go(start, again, 60).floor) == set()
    assert "tallies" in differing(go(start, STRICT, 60).floor, go(start, GENEROUS, 60).floor)


def test_the_warm_up_is_the_same_days_whatever_comes_after(start: Start) -> None:
    one, other = go(start, STRICT, 30), go(start, GENEROUS, 30)
    assert len(one.warmup) == WARMUP and len(one.tallies) == 30
    assert one.warmup.tobytes() == other.warmup.tobytes()


@pytest.mark.parametrize("day", [0, 1, 30, 90, 91, 92, 119])
def test_a_switch_changes_the_days_from_its_own_on(start: Start, day: int) -> None:
    plain = go(start, GENEROUS, 120).tallies
    switched = go(start, GENEROUS, 120, timeline=[(day, STRICT)]).tallies
    assert len(switched) == len(plain) == 120
    assert plain[:day].tobytes() == switched[:day].tobytes()
    assert plain[day:].tobytes() != switched[day:].tobytes()


def test_a_switch_on_day_zero_is_the_other_policy(start: Start) -> None:
    switched = go(start, GENEROUS, 60, timeline=[(0, STRICT)])
    assert differing(switched.floor, go(start, STRICT, 60).floor) == set()


def test_a_switch_to_the_same_policy_changes_nothing(start: Start) -> None:
    switched = go(start, STRICT, 60, timeline=[(20, STRICT)])
    assert differing(switched.floor, go(start, STRICT, 60).floor) == set()


def test_switches_are_taken_in_the_order_of_their_days(start: Start) -> None:
    forth = [(20, STRICT), (40, GENEROUS)]
    one = go(start, GENEROUS, 60, timeline=forth)
    other = go(start, GENEROUS, 60, timeline=forth[::-1])
    assert differing(one.floor, other.floor) == set()
    assert one.floor.policy.tobytes() == policy_row(GENEROUS).tobytes()


def test_a_switch_after_the_end_does_not_happen(start: Start) -> None:
    late = go(start, STRICT, 20, timeline=[(20, GENEROUS)])
    assert differing(late.floor, go(start, STRICT, 20).floor) == set()


def test_aspirations_are_the_quantiles_of_the_neutral_payoffs(start: Start) -> None:
    logged = int(start.floor.world["payoffs"][0])
    assert 100 < logged < len(start.floor.payoffs)
    world = go(start, STRICT, 5).floor.world
    for party in ("customer", "rep", "employer"):
        payoffs = start.floor.payoffs[party][:logged]
        expected = [np.quantile(payoffs, (level + 1) / 10) for level in range(LEVELS)]
        assert world[f"aspire_{party}"][0] == pytest.approx(expected, rel=1e-12)
        assert start.outside[f"outside_{party}"] == pytest.approx(payoffs.mean())


def test_aspirations_without_any_conflict_are_zero() -> None:
    floor = copy_floor(warm_up(CENTRE, NEUTRAL, days=0, seed=SEED).floor)
    branch(floor, STRICT)
    assert not floor.world["aspire_customer"].any()


def test_who_prevailed_adds_up(start: Start) -> None:
    days = go(start, STRICT, 120).tallies
    for level in range(LEVELS):
        at = days["prevailing"].sum(axis=0)[4 * level : 4 * level + 4]
        assert at.sum() == days["conflicts_concluded"].sum()
        reached = [days["reached"].sum(axis=0)[party * LEVELS + level] for party in range(3)]
        assert sum(reached) == (at * np.arange(4)).sum()


def test_the_neutral_policy_reaches_its_own_median_about_half_of_the_time(start: Start) -> None:
    found = go(start, NEUTRAL, 365).measures()
    for party in ("customer", "rep", "employer"):
        assert 0.35 < found[f"{party}_prevails"] < 0.65


def test_the_three_policies_share_one_support_package() -> None:
    policies = load_experiment("three-policies").resolved()
    assert set(policies) == {"always-right", "balanced", "strict-boundaries"}
    supports = [policy.support for policy in policies.values()]
    assert supports[0] == supports[1] == supports[2]
    handlings = [policy.handling for policy in policies.values()]
    assert handlings[0] != handlings[1] != handlings[2] != handlings[0]


def test_a_measure_that_is_not_defined_is_nan_and_no_error(start: Start) -> None:
    nothing = go(start, STRICT, 0).measures()
    assert set(nothing) == {measure.name for measure in MEASURES}
    assert all(math.isnan(value) for value in nothing.values())
    silent = Centre(customers=50, seats=1, enquiries_per_year=0.0, issues_per_year=0.0)
    found = simulate(silent, STRICT, days=40, seed=1).measures()
    for name in ("csat", "wait", "abandonment", "aht", "fcr_survey", "conflicts_resolved"):
        assert math.isnan(found[name]), name
    for name in ("welfare_rep", "nash", "egalitarian", "prevail_all", "word_of_mouth"):
        assert math.isnan(found[name]) or name == "word_of_mouth", name
    for name in ("loyalty", "churn", "exhaustion", "occupancy", "profit"):
        assert math.isfinite(found[name]), name


@pytest.mark.parametrize(
    ("customers", "seats", "days"), [(10, 1, 400), (1, 1, 60), (30_000, 300, 20)]
)
def test_centres_of_any_size_run(customers: int, seats: int, days: int) -> None:
    centre = Centre(customers=customers, seats=seats)
    outcome = simulate(centre, STRICT, days=days, seed=1)
    assert len(outcome.tallies) == days
    assert int(outcome.tallies["floor_days"].sum()) > 0
    assert math.isfinite(outcome.measures()["profit"])
