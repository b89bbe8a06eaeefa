"""Fans over time: what a point, a band and a gap in them stand for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.analysis.fans import LEVELS, SHORT, STRETCH, fan, quantiles, warmup_fan
from experiments.analysis.results import Results
from experiments.periods import WEEK


def results(values, first=1, policies=("a",), measure="loyalty"):
    """Return runs whose series are ``values``: replications by weeks, for each policy."""
    n, weeks = values.shape
    count = len(policies)
    series = {
        "policy": np.repeat(np.array(policies, dtype=object), n * weeks),
        "replication": np.tile(np.repeat(np.arange(1, n + 1), weeks), count),
        "week": np.tile(np.arange(first, first + weeks), n * count),
        measure: np.tile(values.ravel(), count),
    }
    return Results({}, series=series)


def test_four_weeks_make_a_point_counted_from_the_branch():
    weekly = np.arange(1.0, SHORT + 4.0)[np.newaxis]  # 29 weeks: seven stretches and one left over
    found = fan(results(weekly), "a", "loyalty")
    assert found is not None
    assert found.weeks == STRETCH
    assert found.quantiles[2].tolist() == [2.5 + 4 * k for k in range(7)]
    assert found.days.tolist() == [WEEK * (2 + 4 * k) for k in range(7)]
    assert found.defined.tolist() == [1.0] * 7


def test_a_short_branch_is_shown_week_by_week():
    found = fan(results(np.arange(6.0).reshape(2, 3)), "a", "loyalty")
    assert found is not None
    assert found.weeks == 1
    assert found.days.tolist() == [3.5, 10.5, 17.5]
    assert found.quantiles[2].tolist() == [1.5, 2.5, 3.5]


def test_the_warm_up_is_counted_back_from_the_branch_and_read_once():
    weekly = np.arange(43.0)[np.newaxis]  # weeks -9 to 33
    runs = results(weekly, first=-9, policies=("a", "b"))
    found = warmup_fan(runs, "loyalty")
    assert found is not None
    assert found.days.tolist() == [-42.0, -14.0]  # weeks -7 to -4, and -3 to 0
    assert found.quantiles[2].tolist() == [np.mean(weekly[0, 2:6]), np.mean(weekly[0, 6:10])]
    by_week = warmup_fan(runs, "loyalty", weeks=1)
    assert by_week is not None
    assert by_week.quantiles[2].tolist() == weekly[0, :10].tolist()
    after = fan(runs, "b", "loyalty")
    assert after is not None
    assert after.quantiles[2, 0] == np.mean(weekly[0, 10:14])
    assert found.since(-30.0).days.tolist() == [-14.0]


@given(st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_the_bands_hold_what_they_say(n, seed):
    values = np.random.default_rng(seed).normal(size=(n, 3))
    found = quantiles(values)
    assert np.all(np.diff(found, axis=0) >= 0.0)
    below = (values[np.newaxis] <= found[:, np.newaxis] + 1e-12).mean(axis=1)
    for level, share in zip(LEVELS, below, strict=True):
        assert np.all(share >= level - 1.0 / n) and np.all(share <= level + 1.0 / n + 1e-9)


@given(st.floats(0.1, 50.0), st.floats(-50.0, 50.0), st.integers(0, 2**32 - 1))
def test_units_and_the_order_of_replications_do_not_matter(scale, shift, seed):
    draw = np.random.default_rng(seed)
    values = draw.normal(size=(9, 30))
    one = fan(results(values), "a", "loyalty")
    other = fan(results(draw.permutation(scale * values + shift)), "a", "loyalty")
    assert one is not None and other is not None
    np.testing.assert_allclose(other.quantiles, scale * one.quantiles + shift, atol=1e-9)


def test_what_is_not_defined_is_left_out_and_counted():
    weekly = np.array([[1.0, np.nan, 5.0], [3.0, np.nan, np.nan]])
    found = fan(results(weekly), "a", "loyalty")
    assert found is not None
    assert found.defined.tolist() == [1.0, 0.0, 0.5]
    assert found.quantiles[2, [0, 2]].tolist() == [2.0, 5.0]
    assert np.isnan(found.quantiles[:, 1]).all()
    assert found.drawable
    nothing = fan(results(np.full((2, 3), np.nan)), "a", "loyalty")
    assert nothing is not None and not nothing.drawable


@pytest.mark.parametrize("weeks", [0, 3])
def test_without_a_series_there_is_no_fan(weeks):
    assert fan(Results({}), "a", "loyalty") is None
    assert warmup_fan(Results({}), "loyalty") is None
    runs = results(np.zeros((2, weeks)))
    assert fan(runs, "a", "retention") is None
    assert fan(runs, "b", "loyalty") is None
    assert warmup_fan(runs, "loyalty") is None
