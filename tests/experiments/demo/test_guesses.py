"""How far off a guess was: pairs in the wrong order, and distances in the band's units."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.analysis.interval import t_interval
from experiments.demo.guesses import curve_verdict, rank_verdict
from experiments.demo.series import series_of
from experiments.demo.setting import Wish
from experiments.demo.trials import Estimate
from experiments.errors import RequestError

POLICIES = ("a", "b", "c", "d")


def estimate_of(runs):
    """Return the estimate of runs: for each policy replications by weeks."""
    values = {name: each.mean(axis=1) for name, each in runs.items()}
    measures = ("loyalty", "cost_per_contact", "retention")
    apart = {(b, a): t_interval(values[b] - values[a]) for a, b in combinations(values, 2)}
    means = {name: t_interval(each) for name, each in values.items()}
    weeks = {name: series_of(each) for name, each in runs.items()}
    return Estimate(
        wish=Wish(tuple(runs)),
        n=len(next(iter(runs.values()))),
        days=35,
        warmup_days=20,
        full=True,
        titles={name: name.upper() for name in runs},
        means=dict.fromkeys(measures, means),
        differences=dict.fromkeys(measures, apart),
        weeks=dict.fromkeys(measures, weeks),
    )


def at_levels(levels, noise=0.01, n=6, weeks=5, seed=1):
    """Return an estimate in which each policy lies at a level, with its own noise."""
    generator = np.random.default_rng(seed)
    return estimate_of(
        {
            name: level + noise * generator.normal(size=(n, weeks))
            for name, level in zip(POLICIES, levels, strict=False)
        }
    )


@given(order=st.permutations(POLICIES))
def test_every_pair_is_right_or_wrong_and_a_rank_turned_round_swaps_them(order):
    found = at_levels((4.0, 3.0, 2.0, 1.0))
    one, turned = (rank_verdict(found, "loyalty", each) for each in (order, order[::-1]))
    assert (one.right, one.wrong, one.alike) == (turned.wrong, turned.right, 0)
    assert one.right + one.wrong == 6
    # The wrong pairs are the inversions of the order.
    assert set(one.wrong_pairs) == {(a, b) for a, b in combinations(order, 2) if a > b}
    assert all(f"{a.upper()} and {b.upper()}" in one.text for a, b in one.wrong_pairs)


def test_pairs_that_cannot_be_told_apart_do_not_count():
    found = at_levels((1.0, 1.0, 0.0), noise=0.1)
    for order in (("a", "b", "c"), ("b", "a", "c")):
        verdict = rank_verdict(found, "loyalty", order)
        assert (verdict.right, verdict.wrong, verdict.alike) == (2, 0, 1)
        assert "2 of 2" in verdict.text and "1 cannot be told apart" in verdict.text
    alike = rank_verdict(at_levels((1.0, 1.0), noise=0.1, seed=2), "loyalty", ("a", "b"))
    assert (alike.right, alike.wrong, alike.alike) == (0, 0, 1)
    assert "no order is wrong" in alike.text


def test_one_replication_tells_nothing_apart():
    assert rank_verdict(at_levels((2.0, 1.0), n=1), "loyalty", ("b", "a")).alike == 1


@pytest.mark.parametrize("order", [(), ("a",), ("a", "a"), ("a", "x"), ("a", "b", "c")])
def test_what_is_no_rank_is_refused(order):
    with pytest.raises(RequestError, match="each once"):
        rank_verdict(at_levels((1.0, 2.0)), "loyalty", order)


@given(shift=st.floats(-3.0, 3.0), data=st.data())
def test_a_curve_is_as_far_off_as_it_was_moved(shift, data):
    found = at_levels((0.5,), weeks=8)
    first = data.draw(st.integers(1, 8))
    last = data.draw(st.integers(first, 8))
    series = found.weeks["loyalty"]["a"]
    drawn = [(float(week), series.mean[week - 1] + shift) for week in range(first, last + 1)]
    drawn = data.draw(st.permutations(drawn))
    verdict = curve_verdict(found, "loyalty", "a", drawn)
    assert verdict.weeks == last - first + 1
    assert verdict.distance == pytest.approx(abs(shift), abs=1e-12)
    weeks = range(first - 1, last)
    band = np.mean([(series.high[week] - series.low[week]) / 2.0 for week in weeks])
    assert verdict.band == pytest.approx(band)
    assert verdict.times == pytest.approx(abs(shift) / band, abs=1e-9)
    assert ("within the band" in verdict.text) == (verdict.times <= 1.0)


def test_a_curve_is_straight_between_its_points_and_nothing_beyond_them():
    found = estimate_of({"a": np.tile(np.arange(1.0, 8.0), (3, 1))})
    assert curve_verdict(found, "loyalty", "a", [(1.0, 1.0), (7.0, 7.0)]).distance == 0.0
    bent = curve_verdict(found, "loyalty", "a", [(2.5, 2.5), (4.0, 6.0)])
    assert bent.weeks == 2  # weeks 3 and 4
    assert bent.distance == pytest.approx((2.5 + 3.5 / 3 - 3 + 2.0) / 2)
    beyond = curve_verdict(found, "loyalty", "a", [(9.0, 1.0), (12.0, 1.0)])
    assert beyond.weeks == 0 and math.isnan(beyond.distance)
    # Without a band there is a distance, and no units of a band.
    assert math.isnan(bent.times) and "times" not in bent.text


def test_distances_are_told_in_the_measures_own_unit():
    found = at_levels((0.5,))
    drawn = [(1.0, 0.62), (5.0, 0.62)]
    assert "points a year" in curve_verdict(found, "retention", "a", drawn).text
    assert "prices" in curve_verdict(found, "cost_per_contact", "a", drawn).text
    assert " 12 points" in curve_verdict(found, "retention", "a", drawn).text


@pytest.mark.parametrize(
    "drawn",
    [[], [(1.0, math.nan)], [(math.inf, 1.0)], [("x", 1.0)], [(1.0,)], [(1.0, 1.0)] * 10_001],
)
def test_what_is_no_curve_is_refused(drawn):
    with pytest.raises(RequestError, match="curve"):
        curve_verdict(at_levels((1.0,)), "loyalty", "a", drawn)


def test_an_unknown_measure_or_policy_is_refused():
    found = at_levels((1.0, 2.0))
    with pytest.raises(RequestError, match='the nearest is "loyalty"'):
        rank_verdict(found, "loyalt", ("a", "b"))
    with pytest.raises(RequestError, match="no policy"):
        curve_verdict(found, "loyalty", "z", [(1.0, 1.0)])
