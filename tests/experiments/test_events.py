"""Event curves: by hand, against closed forms, and as their interval promises."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.analysis.events import (
    EventCurves,
    event_curves,
    follow_up,
    jackknife,
    kaplan_meier,
)
from experiments.analysis.interval import t_interval
from experiments.analysis.results import Results

DAYS = 800
FALSE_ALARMS = 1e-4
"""Chance at which a statistical test here fails although nothing is wrong (two-sided)."""


def careers(rows, days=DAYS):
    """Careers from (policy, replication, entered, left or None, burnt out or None)."""
    columns = list(zip(*rows, strict=True)) or [()] * 5
    found = {
        "policy": np.array(columns[0], dtype=object),
        "replication": np.array(columns[1], dtype=np.int64),
    }
    for name, values in zip(("entered", "left", "burnt_out"), columns[2:], strict=True):
        found[name] = np.array([math.nan if v is None else v for v in values], dtype=float)
    found["days"] = np.full(len(rows), float(days))
    return found


def results(table, policies=("a",), replications=(1,), failed=(), days=DAYS):
    """Return runs that hold no more than who ran, with their careers."""
    keys = [(name, r) for r in replications for name in policies]
    columns = {
        "policy": np.array([name for name, _ in keys], dtype=object),
        "policy_order": np.array([policies.index(name) for name, _ in keys]),
        "replication": np.array([r for _, r in keys]),
        "error": np.array(["boom" if key in failed else "" for key in keys], dtype=object),
        "days": np.full(len(keys), days),
    }
    return Results(columns, careers=table)


def curve(table, group="staff", event="quit", **how) -> EventCurves:
    found = event_curves(results(table, **how), group, event)
    assert found is not None
    return found


def test_time_runs_from_the_branch_or_from_hiring_and_ends_with_quitting_or_the_end():
    table = careers(
        [
            ("a", 1, -300.0, 10.0, None),  # there at the branch, quits on day 10
            ("a", 1, 0.0, None, 25.0),  # there, stays, burns out on day 25
            ("a", 1, 40.0, 100.0, 90.0),  # hired on day 40
            ("a", 1, 700.0, None, None),  # hired late, stays
            ("b", 1, -5.0, 7.0, None),  # another policy's
        ]
    )
    quits = follow_up(table, "a", "staff", "quit")
    assert (quits.time.tolist(), quits.event.tolist()) == ([10, DAYS], [True, False])
    burnt = follow_up(table, "a", "staff", "burnout")
    assert (burnt.time.tolist(), burnt.event.tolist()) == ([10, 25], [False, True])
    quits = follow_up(table, "a", "hires", "quit")
    assert (quits.time.tolist(), quits.event.tolist()) == ([60, 100], [True, False])
    burnt = follow_up(table, "a", "hires", "burnout")
    assert (burnt.time.tolist(), burnt.event.tolist()) == ([50, 100], [True, False])


def test_by_hand():
    # Six of the staff. Burnt out on days 2, 4 and 4; quit before that on days 2, 3 and 6.
    table = careers(
        [
            ("a", 1, -1.0, None, 2.0),
            ("a", 1, -1.0, 2.0, None),  # censored on the day of an event: was at risk of it
            ("a", 1, -1.0, 3.0, None),
            ("a", 1, -1.0, None, 4.0),
            ("a", 1, -1.0, 9.0, 4.0),
            ("a", 1, -1.0, 6.0, None),
        ]
    )
    found = curve(table, event="burnout").curves[0]
    assert found.at_risk[:8].tolist() == [6, 6, 6, 4, 3, 1, 1, 0]
    by_hand = [0.0, 0.0, 1 / 6, 1 / 6, 1 - 5 / 6 * 1 / 3, 1 - 5 / 6 * 1 / 3]
    np.testing.assert_allclose(found.share[:6], by_hand)
    assert (found.people, found.events) == (6, 3)
    assert found.until == 4  # from day 5 on, one of the six is left, others were censored


def test_without_censoring_the_curve_goes_on_to_the_end():
    table = careers([("a", 1, -1.0, float(day), None) for day in (3, 5, 8)])
    found = curve(table).curves[0]
    assert found.until == DAYS
    assert found.share[[2, 3, 5, 8, DAYS]].tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1, 1])


lives = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 30), st.booleans()), min_size=1, max_size=40
)


@given(lives)
def test_it_is_the_product_of_kaplan_and_meier(people):
    table = careers(
        [
            ("a", r, -1.0, None if burns else float(day), float(day) if burns else None)
            for r, day, burns in people
        ],
        days=30,
    )
    found = curve(table, event="burnout", replications=(1, 2, 3, 4), days=30).curves[0]
    stays = 1.0
    for day in range(31):
        at_risk = sum(t >= day for _, t, _ in people)
        came = sum(t == day and burns for _, t, burns in people)
        stays *= 1.0 - came / at_risk if at_risk else 1.0
        assert found.share[day] == pytest.approx(1.0 - stays)
    assert np.all(np.diff(found.share) >= -1e-12)
    assert np.all((found.low <= found.share + 1e-12) & (found.share <= found.high + 1e-12))


@given(lives, st.integers(1, 4))
def test_leaving_out_a_replication_is_the_curve_of_the_others(people, out):
    rows = [("a", r, -1.0, None, float(day)) for r, day, _ in people]
    kept = [row for row in rows if row[1] != out]
    all_four = event_curves(
        results(careers(rows, 30), replications=(1, 2, 3, 4), days=30), "staff", "burnout"
    )
    assert all_four is not None
    pooled = all_four.curves[0].share
    without = [
        kaplan_meier(
            follow_up(careers([x for x in rows if x[1] != r], 30), "a", "staff", "burnout"),
            np.arange(31),
        )
        for r in (1, 2, 3, 4)
    ]
    low, high = jackknife(pooled, np.array(without))
    np.testing.assert_allclose(all_four.curves[0].low, np.clip(low, 0, 1), atol=1e-12)
    np.testing.assert_allclose(all_four.curves[0].high, np.clip(high, 0, 1), atol=1e-12)
    if kept:
        assert without[out - 1][-1] == pytest.approx(1.0)


def test_equal_centres_without_censoring_give_the_t_interval_of_their_own_shares():
    draw = np.random.default_rng(1)
    days = {(name, r): draw.integers(1, 2 * DAYS, 12) for r in range(1, 9) for name in "ab"}
    table = careers(
        [
            (name, r, -1.0, float(day) if day < DAYS else None, None)
            for (name, r), every in days.items()
            for day in every
        ]
    )
    found = curve(table, policies=("a", "b"), replications=tuple(range(1, 9)))
    for day in (100, 365, DAYS):
        own = {
            name: np.array(
                [np.mean((days[name, r] <= day) & (days[name, r] < DAYS)) for r in range(1, 9)]
            )
            for name in "ab"
        }
        expected = t_interval(own["a"])
        one = found.curves[0]
        assert (one.share[day], one.low[day], one.high[day]) == pytest.approx(expected[:3])
        if day in (365, DAYS):
            test = next(each for each in found.differences if each.day == day)
            assert (test.a, test.b) == ("b", "a")
            assert test.difference == pytest.approx(t_interval(own["b"] - own["a"]))


def test_exponential_lives_give_the_exponential_law_whatever_the_censoring():
    """Pooled curve within its own standard errors: the test's false-alarm rate is stated."""
    draw = np.random.default_rng(20)
    n, quit_mean, burn_mean = 60_000, 500.0, 700.0
    left = np.floor(draw.exponential(quit_mean, n)) + 1
    burnt = np.floor(draw.exponential(burn_mean, n)) + 1
    rows = [
        ("a", 1 + i % 200, -1.0, q if q <= DAYS else None, b if b <= min(q, DAYS) else None)
        for i, (q, b) in enumerate(zip(left.tolist(), burnt.tolist(), strict=True))
    ]
    found = curve(careers(rows), event="burnout", replications=tuple(range(1, 201))).curves[0]
    z = stats.norm.isf(FALSE_ALARMS / 2 / 3)  # three days are looked at
    for day in (90, 365, 730):
        truth = 1.0 - math.exp(-day / burn_mean)  # quitting is independent: it hides nothing
        # Half a t interval of 200 replications is about 1.97 standard errors.
        error = (found.high[day] - found.low[day]) / 2.0 / stats.t.ppf(0.975, 199)
        assert abs(found.share[day] - truth) < z * error
        at_end = math.exp(-day / burn_mean - day / quit_mean)
        # Greenwood's variance for whole days: the jackknife must come near it.
        daily = 1.0 - math.exp(-1.0 / burn_mean)
        survive = np.exp(-np.arange(day) * (1.0 / burn_mean + 1.0 / quit_mean))
        greenwood = (1.0 - truth) * math.sqrt(np.sum(daily / (1.0 - daily) / (n * survive)))
        assert at_end > 0.0
        assert error == pytest.approx(greenwood, rel=0.25)  # 200 replications: 5 % each


def test_the_interval_covers_where_a_centre_shares_its_fate():
    """Coverage of 95 % intervals over 400 experiments: a binomial of at least 0.92 is asked."""
    draw = np.random.default_rng(3)
    covered = 0
    experiments, centres, staff = 400, 20, 8
    # The share by day 365 over fates: E[1 - exp(-365 rate)] with rate = 0.3 / 365 * gamma(2, 1/2).
    truth = 1.0 - (1.0 + 0.3 / 2.0) ** -2
    for _ in range(experiments):
        fate = np.repeat(0.3 / 365.0 * draw.gamma(2.0, 0.5, centres), staff)
        left = np.ceil(draw.exponential(1.0 / fate))
        table = {
            "policy": np.full(centres * staff, "a", dtype=object),
            "replication": np.repeat(np.arange(centres), staff),
            "entered": np.full(centres * staff, -1.0),
            "left": np.where(left <= 366, left, np.nan),
            "burnt_out": np.full(centres * staff, np.nan),
            "days": np.full(centres * staff, 366.0),
        }
        found = curve(table, replications=tuple(range(centres)), days=366).curves[0]
        covered += found.low[365] <= truth <= found.high[365]
    # 0.92 stands for the t interval's own loss on skewed shares; persons taken for independent
    # would give about 0.8.
    least = stats.binom.ppf(FALSE_ALARMS, experiments, 0.92)
    assert covered >= least


def test_failed_runs_do_not_count_as_centres_without_events():
    rows = [("a", r, -1.0, 10.0 if r == 1 else None, None) for r in (1, 2, 3) for _ in range(4)]
    rows += [("b", r, -1.0, 10.0, None) for r in (1, 2) for _ in range(4)]
    found = curve(careers(rows), policies=("a", "b"), replications=(1, 2, 3), failed=[("b", 3)])
    assert [each.replications for each in found.curves] == [3, 2]
    last = found.differences[-1].difference
    assert last.n == 2
    assert last.mean == pytest.approx(1.0 - 0.5)  # of the replications that both have


def test_where_there_is_nothing_to_tell():
    assert event_curves(results(None), "staff", "quit") is None
    assert event_curves(results(careers([])), "staff", "quit") is None
    table = careers([("a", 1, -1.0, None, None), ("b", 1, -1.0, 5.0, None)])
    hires = curve(table, group="hires", policies=("a", "b"))
    assert [each.people for each in hires.curves] == [0, 0]
    assert all(math.isnan(each.difference.mean) for each in hires.differences)
    one = curve(table, policies=("a", "b"))
    assert np.isnan(one.curves[1].low).all()  # one replication: no interval
    assert one.curves[1].share[-1] == 1.0
