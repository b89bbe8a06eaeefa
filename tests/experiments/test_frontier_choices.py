"""Knee, egalitarian and Nash point where they are known; what a named policy could save."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.analysis.frontier.assured import assured
from experiments.analysis.frontier.choices import choices, egalitarian, knee, nash, noise
from experiments.analysis.frontier.objectives import Objectives
from experiments.analysis.frontier.shortfall import improvements, shortfall
from experiments.errors import RequestError

X = np.linspace(0.0, 1.0, 41)
QUARTER = np.stack([np.cos(X * np.pi / 2.0), np.sin(X * np.pi / 2.0)], axis=1)
BOTH = Objectives(("loyalty", "cost"), (1, -1))


def test_on_a_circle_all_three_are_in_the_middle():
    assert knee(QUARTER).index == 20
    assert knee(QUARTER).score == pytest.approx(1.0 - math.sqrt(0.5))
    assert egalitarian(QUARTER).index == 20
    assert egalitarian(QUARTER).score == pytest.approx(math.sqrt(0.5))
    assert nash(QUARTER, np.zeros(2)).index == 20


def test_in_three_objectives_the_knee_is_the_middle_of_the_sphere():
    grid = np.stack(np.meshgrid(X[::4], X[::4]), axis=-1).reshape(-1, 2) * np.pi / 2.0
    a, b = grid.T
    sphere = np.stack([np.cos(a) * np.cos(b), np.cos(a) * np.sin(b), np.sin(a)], axis=1)
    middle = np.full(3, math.sqrt(1.0 / 3.0))
    found = knee(np.concatenate([sphere, middle[np.newaxis]]))
    assert found.index == len(sphere)
    assert found.score == pytest.approx(1.0 - math.sqrt(1.0 / 3.0))


@given(st.floats(0.01, 100.0), st.floats(0.01, 100.0), st.floats(-50.0, 50.0))
@settings(max_examples=50, deadline=None)
def test_units_decide_nothing(one, other, moved):
    points = np.random.default_rng(3).random((25, 2))
    scale, shift = np.array([one, other]), np.array([moved, -moved])
    turned = points * scale + shift
    assert knee(turned).index == knee(points).index
    assert egalitarian(turned).index == egalitarian(points).index
    assert nash(turned, 0.2 * scale + shift).index == nash(points, np.full(2, 0.2)).index


def test_a_straight_or_hollow_frontier_has_no_knee():
    assert knee(np.stack([X, 1.0 - X], axis=1)).index is None
    assert knee(np.stack([X, (1.0 - X) ** 2], axis=1)).index is None
    assert knee(np.array([[0.0, 1.0], [1.0, 0.0]])).index is None
    assert egalitarian(np.full((2, 2), math.nan)).index is None


def test_the_nash_point_is_undefined_where_a_party_loses():
    found = nash(QUARTER, np.array([0.8, 0.1]))
    able = (QUARTER > [0.8, 0.1]).all(axis=1)
    product = np.where(able, np.prod(QUARTER - [0.8, 0.1], axis=1), -1.0)
    assert found.index == product.argmax()
    assert (np.isnan(found.scores) == ~able).all()
    assert nash(QUARTER, np.array([0.9, 0.9])).index is None
    assert math.isnan(nash(QUARTER, np.array([0.9, 0.9])).score)


def test_of_equals_the_second_worst_off_decides():
    points = np.array([[0.0, 1.0, 0.5], [0.4, 0.4, 0.6], [0.4, 0.5, 0.5], [1.0, 0.0, 0.0]])
    gains = egalitarian(points, start=np.zeros(3), unit=np.ones(3))
    assert gains.index == 2
    assert gains.score == 0.4
    # In another unit another party is the worst off.
    assert egalitarian(points, np.zeros(3), np.array([1.0, 1.0, 9.0])).index == 1


def noisy(seed, truth, replications=20, own=0.05):
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(replications, 1, truth.shape[1]))
    return truth + common + own * rng.normal(size=(replications, *truth.shape))


def test_how_often_each_choice_fell_where():
    truth = QUARTER[::4] * [1.0, -1.0]
    values = noisy(4, truth)
    found = choices(values, BOTH, outside=np.array([0.0, 0.0]) + values.mean(axis=(0, 1)) * 0.0)
    assert found.knee.shares[found.knee.index] > 0.3
    assert found.egalitarian.shares.sum() == pytest.approx(1.0)
    assert found.nash is not None
    assert choices(values, BOTH).nash is None
    assert choices(values, BOTH).knee.shares.tolist() == found.knee.shares.tolist()
    # The spread between replications is that of common and own chance together.
    assert noise(values) == pytest.approx(np.sqrt(values.var(axis=0, ddof=1).mean(axis=0)))


def test_an_outside_option_that_is_a_point_meets_the_same_chance_as_the_others():
    """Chance common to all points, hundreds of times the gains, must not move the Nash point."""
    truth = np.array([[0.0, 0.0], [1.0, -3.0], [2.0, -2.5], [3.0, -1.0]]) * [1.0, -1.0]
    rng = np.random.default_rng(9)
    values = truth + 300.0 * rng.normal(size=(12, 1, 2)) * np.ones((1, len(truth), 1))
    values[:, 0] += [0.0, 4.0]  # costs more than any other
    found = choices(values, BOTH, outside=0)
    fixed = choices(values, BOTH, outside=values.mean(axis=0)[0])
    assert found.nash is not None and fixed.nash is not None
    assert found.nash.index == fixed.nash.index
    assert found.nash.shares[found.nash.index] == 1.0
    assert fixed.nash.shares[fixed.nash.index] < 0.7
    with pytest.raises(RequestError, match="0 to 3"):
        choices(values, BOTH, outside=4)


def test_one_replication_gives_a_saving_and_no_bounds():
    truth = np.array([[5.0, 100.0], [5.5, 70.0]])
    found = shortfall(truth[np.newaxis], BOTH, named=0)
    assert [each.amount for each in found.savings] == [0.5, 30.0]
    for each in found.savings:
        assert np.isnan([each.low, each.high, each.boot_low, each.holds, *each.fresh]).all()
    assert math.isnan(found.dominated)


def test_resamples_say_nothing_of_a_point_that_is_in_none():
    """Its saving of 30 is by means of 3 runs; resamples of the others would give [60, 60]."""
    values = noisy(7, np.array([[5.0, 100.0], [5.5, 70.0], [4.0, 99.0]]), replications=10)
    values[3:, 1] = math.nan
    cost = shortfall(values, BOTH, named=0).savings[1]
    assert cost.by == 1
    assert np.isnan([cost.boot_low, cost.boot_high, cost.holds]).all()
    assert cost.low <= cost.amount <= cost.high


def test_what_a_policy_could_save():
    # Costs: less is better. Point 1 costs 30 less than point 0 and loses nothing.
    truth = np.array([[5.0, 100.0], [5.5, 70.0], [4.0, 20.0], [9.0, 99.0]])
    found = shortfall(noisy(5, truth), BOTH, named=0)
    loyalty, cost = found.savings
    assert (loyalty.by, cost.by) == (3, 1)
    assert cost.amount == pytest.approx(30.0, abs=0.2)
    assert loyalty.amount == pytest.approx(4.0, abs=0.2)
    assert cost.low < cost.boot_low < 30.1 and 29.9 < cost.boot_high < cost.high
    assert cost.holds == loyalty.holds == found.dominated == 1.0
    assert cost.fresh == pytest.approx((0.5, 30.0), abs=0.2)
    # In ranges of 5 and 80 the third gains 0.8 and 1/80, the second 0.1 and 30/80.
    assert found.distance == pytest.approx(0.1, abs=0.02)
    on = shortfall(noisy(5, truth), BOTH, named=2)
    assert [each.by for each in on.savings] == [None, None]
    assert (on.distance, on.dominated, on.savings[0].amount) == (0.0, 0.0, 0.0)


def test_slack_is_what_counts_as_nothing():
    truth = np.array([[5.0, 100.0], [4.5, 70.0]])
    strict = shortfall(noisy(6, truth), BOTH, 0)
    loose = shortfall(noisy(6, truth), BOTH, 0, slack=np.array([0.7, 0.0]))
    assert strict.savings[1].by is None
    assert loose.savings[1].by == 1
    assert 29.0 < loose.savings[1].low < 30.0
    with pytest.raises(RequestError, match="from 0 up"):
        shortfall(noisy(6, truth), BOTH, 0, slack=np.array([-1.0, 0.0]))
    with pytest.raises(RequestError, match="0 to 1"):
        shortfall(noisy(6, truth), BOTH, 2)


def test_bounds_hold_where_the_bootstrap_does_not():
    """At the flat end of a frontier a neighbour loses next to nothing: no saving may be claimed."""
    truth = np.stack([X[::2], np.sqrt(1.0 - X[::2] ** 2)], axis=1)
    true = improvements(truth, 0, np.zeros(2))[0]
    held = shown = 0
    for seed in range(200):
        low, high = assured(noisy(seed, truth, 10, 0.3), 0, np.zeros(2), 0.95)
        held += bool(((low <= true) & (true <= high)).all())
        shown += bool((low > 0.0).any())
    # At a rate of 0.05 more than 27 of 200 has a probability below 2e-6.
    assert held >= 173
    assert shown <= 27


def test_points_that_share_no_replication_are_left_out():
    values = noisy(7, np.array([[0.0, 0.0], [1.0, -1.0], [9.0, -9.0]]))
    values[:, 2] = math.nan
    low, high = assured(BOTH.oriented(values), 0, np.zeros(2), 0.95)
    assert (low > 0.8).all() and (high < 1.2).all()
    alone = assured(values[:, :1], 0, np.zeros(2), 0.95)
    assert np.isnan(alone).all()
