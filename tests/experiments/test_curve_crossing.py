"""Crossings of two curves: known places, Fieller's interval, and what may not be there."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from experiments.analysis.curves.crossing import (
    crossing_places,
    crossings,
    length_below,
    zero_crossings,
)

X = np.linspace(0.0, 1.0, 11)


def rows(truth, n=20, noise=0.1, seed=1):
    rng = np.random.default_rng(seed)
    shape = (n, len(truth))
    return truth + noise * (rng.standard_normal((n, 1)) + 0.5 * rng.standard_normal(shape))


def fieller(values, level=0.95):
    """Interval of where the line through two points crosses zero: x0 / (x0 - x1)."""
    n = len(values)
    top, bottom = values[:, 0], values[:, 0] - values[:, 1]
    m = np.array([top.mean(), bottom.mean()])
    v = np.cov(top, bottom) / n
    t2 = stats.t.ppf(0.5 + level / 2.0, n - 1) ** 2
    return np.sort(
        np.roots(
            [m[1] ** 2 - t2 * v[1, 1], -2 * (m[0] * m[1] - t2 * v[0, 1]), m[0] ** 2 - t2 * v[0, 0]]
        )
    )


@pytest.mark.parametrize("n", [6, 10, 30])
def test_between_two_points_the_interval_is_that_of_fieller(n):
    rng = np.random.default_rng(n)
    values = np.array([-1.0, 2.0]) + 0.2 * rng.standard_normal((n, 2))
    (one,) = zero_crossings(np.array([0.0, 1.0]), values).crossings
    low, high = fieller(values)
    # Drawn quantiles, and Fieller's are exact only for one t of two: within a tenth.
    width = high - low
    assert (one.low, one.high) == pytest.approx((low, high), abs=0.1 * width)
    assert one.rising and one.sure and one.share > 0.99 and not (one.open_low or one.open_high)


def test_a_sure_crossing():
    found = crossings(X, rows(X, seed=1), rows(np.full(11, 0.42), seed=2))
    assert found.verdict == "crosses"
    assert found.sure_crossings >= 1
    assert found.crossings[0].low < 0.42 < found.crossings[-1].high


def test_no_crossing_is_told_from_one_that_cannot_be_ruled_out():
    far = zero_crossings(X, rows(np.full(11, 5.0)))
    assert far.verdict == "no crossing" and far.crossings == ()
    assert far.share_by_count == {0: 1.0}
    # All points move as one: standard error 0.013.
    near = 0.02 + 0.1 * np.linspace(-1.0, 1.0, 20)[:, np.newaxis] + 0.0 * X
    room = zero_crossings(X, near)
    assert room.verdict == "may cross" and room.crossings == ()
    maybe = zero_crossings(X, near - 0.03 * X)
    assert maybe.verdict == "may not cross" and maybe.sure_crossings == 0
    (one,) = maybe.crossings
    assert not one.sure and not one.rising and one.open_low and one.open_high
    # It exists where the level is between 0 and 0.03: the t distribution says how often.
    se = near[:, 0].std(ddof=1) / np.sqrt(20)
    share = stats.t.cdf(0.02 / se, 19) - stats.t.cdf(-0.01 / se, 19)
    assert one.share == pytest.approx(share, abs=0.02)
    assert maybe.share_by_count[0] == pytest.approx(1.0 - share, abs=0.02)


def test_equal_curves_and_too_few_replications():
    same = rows(X)
    assert crossings(X, same, same).verdict == "equal"
    single = zero_crossings(X, rows(X - 0.5)[:1])
    assert single.verdict == "cannot be told"
    assert all(math.isnan(each.low) and math.isnan(each.share) for each in single.crossings)
    few = zero_crossings(X, rows(X - 0.5, noise=0.001)[:3])
    assert few.verdict == "crosses" and math.isnan(few.crossings[0].low)


def test_several_crossings_each_have_their_own_interval():
    x = np.linspace(0.0, 1.0, 31)
    truth = np.cos(3.0 * np.pi * x)
    found = zero_crossings(x, rows(truth, noise=0.1))
    assert [each.rising for each in found.crossings] == [False, True, False]
    assert found.sure_crossings == 3
    for each, place in zip(found.crossings, (1 / 6, 1 / 2, 5 / 6), strict=True):
        assert each.sure and each.share == 1.0
        assert each.low < each.place < each.high
        assert abs(each.place - place) < 0.03 and each.high - each.low < 0.1
    assert found.share_by_count == {3: 1.0}


def test_curves_that_are_one_at_a_point_cross_there():
    # A policy that is the other one at one point of the sweep: no chance tells them apart there.
    values = rows(X - 0.5, noise=0.3) * (X != 0.5)
    values = np.where(X < 0.5, -np.abs(values), np.abs(values))
    found = zero_crossings(X, values)
    (one,) = found.crossings
    assert one.place == pytest.approx(0.5) and one.share == 1.0


def test_failed_runs_are_left_out():
    values = rows(X - 0.5)
    values[3, 2] = np.nan
    values[:, 9] = np.nan
    values[:17, 4] = np.nan
    found = zero_crossings(X, values)
    assert found.verdict == "crosses"
    assert all(math.isfinite(each.low) for each in found.crossings)


finite = st.floats(-5, 5).map(lambda value: round(value, 1))


@settings(max_examples=100, deadline=None)
@given(st.lists(finite, min_size=2, max_size=12))
def test_crossings_alternate_and_lie_where_signs_change(y):
    y = np.array(y)
    x = np.arange(len(y), dtype=float) ** 1.5
    found = crossing_places(x, y)
    signs = np.sign(y[y != 0])
    assert len(found) == np.count_nonzero(signs[1:] != signs[:-1])
    assert np.all(np.diff(found) > 0)
    assert np.interp(found, x, y) == pytest.approx(0.0, abs=1e-12)
    # Between crossings one side only, so lengths below zero are lengths between crossings.
    if len(signs) == len(y):
        edges = np.concatenate([[x[0]], found, [x[-1]]])
        below = np.diff(edges)[(0 if y[0] < 0 else 1) :: 2].sum()
        assert length_below(x, y[np.newaxis])[0] == pytest.approx(below)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 12), points=st.integers(1, 9))
def test_turned_round_it_is_the_same(seed, n, points):
    x = np.arange(points, dtype=float)
    values = np.random.default_rng(seed).standard_normal((n, points))
    one, other = zero_crossings(x, values), zero_crossings(x, -values)
    assert one.verdict == other.verdict
    for a, b in zip(one.crossings, other.crossings, strict=True):
        assert a.place == b.place and a.rising != b.rising and a.sure == b.sure
        if n >= 5:
            assert 0.0 <= a.share <= 1.0 and x[0] <= a.low <= a.high <= x[-1]


def coverage(n, times, slope=1.0):
    held = sure = 0
    for number in range(times):
        found = zero_crossings(X, rows(slope * (X - 0.37), n, 0.2, seed=[7, number]), seed=number)
        near = min(found.crossings, key=lambda one: abs(one.place - 0.37), default=None)
        held += near is not None and near.low <= 0.37 <= near.high
        sure += found.verdict == "no crossing"
    return held / times, sure / times


@pytest.mark.slow
@pytest.mark.parametrize("n", [5, 10, 30])
def test_intervals_hold_the_true_crossing(n):
    # 400 experiments at 0.95: below 0.915 with a probability of about 1 in 500.
    held, denied = coverage(n, 400)
    assert held > 0.915
    assert denied < 0.03


def test_a_true_crossing_is_seldom_denied():
    # A weak one, in 40 experiments of 8: each denies it with at most 0.05, so that 8 or more do
    # with less than 0.001.
    assert coverage(8, 40, slope=0.2)[1] < 8 / 40
