"""BCa intervals: scipy's own, and the same for the same rows."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from experiments.analysis import bootstrap
from experiments.analysis.bootstrap import (
    LEAST_RESAMPLES,
    MOST_PAIRS,
    MOST_RESAMPLES,
    bca_intervals,
    generator,
    in_blocks,
    resamples_for,
)
from experiments.analysis.interval import t_interval

RNG = np.random.default_rng(3)


def scipys(pairs):
    found = stats.bootstrap(
        (pairs,),
        np.mean,
        method="BCa",
        n_resamples=resamples_for(len(pairs)),
        **{bootstrap._RNG: generator(len(pairs))},
    )
    return tuple(found.confidence_interval)


def test_scipy_called_one_by_one_gives_the_same():
    table = np.vstack(
        [RNG.normal(3.0, 1.0, 30), RNG.lognormal(0.0, 1.0, 30), RNG.integers(0, 3, 30) * 1.0]
    )
    found = bca_intervals(table)
    for row, interval in zip(table, found, strict=True):
        np.testing.assert_allclose(interval, scipys(row), rtol=0.0, atol=1e-10)


def test_an_interval_does_not_depend_on_what_else_is_compared(monkeypatch):
    table = RNG.normal(size=(7, 40))
    together = bca_intervals(table)
    apart = np.vstack([bca_intervals(row[np.newaxis]) for row in table])
    np.testing.assert_allclose(together, apart, rtol=0.0, atol=1e-10)
    monkeypatch.setattr(bootstrap, "_BATCH", 1_000)
    np.testing.assert_allclose(bca_intervals(table), together, rtol=0.0, atol=1e-10)
    np.testing.assert_array_equal(bca_intervals(table), bca_intervals(table))


def test_gaps_do_not_count():
    row = RNG.normal(size=20)
    gaps = np.insert(row, [3, 9], np.nan)
    plain, gapped = bca_intervals(row[np.newaxis]), bca_intervals(gaps[np.newaxis])
    np.testing.assert_array_equal(plain, gapped)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.integers(-1000, 1000), min_size=5, max_size=20),
    st.sampled_from([1e-9, 0.3, 1e6]),
    st.sampled_from([0.0, -5.0, 200.0]),
)
def test_scaling_and_shifting_move_the_interval_along(values, scale, shift):
    row = np.array(values, dtype=float)
    (plain,), (moved,) = bca_intervals(row[np.newaxis]), bca_intervals((scale * row + shift)[None])
    within = 1e-9 * scale * np.ptp(row) + 1e-14 * abs(shift)
    np.testing.assert_allclose(moved, scale * plain + shift, rtol=0.0, atol=within)


def test_turning_the_difference_round_turns_the_interval_round():
    row = RNG.lognormal(size=(1, 25))
    (low, high), (back_low, back_high) = bca_intervals(row)[0], bca_intervals(-row)[0]
    assert (-back_high, -back_low) == pytest.approx((low, high))


def test_it_leans_the_way_the_differences_do():
    row = RNG.lognormal(0.0, 1.2, 60)
    low, high = bca_intervals(row[np.newaxis])[0]
    assert high - row.mean() > 1.2 * (row.mean() - low)


def test_without_skew_it_is_near_the_t_interval():
    row = stats.norm.ppf((np.arange(200) + 0.5) / 200)
    (low, high), t = bca_intervals(row[np.newaxis])[0], t_interval(row)
    assert (low, high) == pytest.approx((t.low, t.high), abs=0.1 * t.half_width)


@pytest.mark.parametrize("n", [0, 1, 4])
def test_too_few_pairs_have_none(n):
    assert np.isnan(bca_intervals(RNG.normal(size=(2, n)))).all()
    assert resamples_for(n) == 0


def test_equal_differences_have_an_interval_of_no_width():
    assert bca_intervals(np.full((1, 9), 0.1)).tolist() == [[0.1, 0.1]]


@pytest.mark.parametrize(
    "row",
    [
        np.array([1.0] * 29 + [np.nextafter(1.0, 2.0)]),  # all but equal
        np.array([0.0] * 29 + [1e-300]),
        np.array([0.0] * 4 + [1e300]),
        np.array([0.0, 0.0, 0.0, 0.0, 1.0]),
    ],
)
def test_degenerate_differences_raise_nothing(row):
    low, high = bca_intervals(row[np.newaxis])[0]
    assert math.isnan(low) or row.min() <= low <= high <= row.max()


def test_fewer_resamples_of_more_pairs_within_limits():
    counts = [resamples_for(n) for n in (5, 100, 300, 2_000, 100_000)]
    assert counts == sorted(counts, reverse=True)
    assert (counts[0], counts[-1]) == (MOST_RESAMPLES, LEAST_RESAMPLES)


@given(st.integers(1, 3 * MOST_PAIRS))
def test_blocks_keep_the_mean_and_are_not_too_many(n):
    values = np.arange(n, dtype=float)
    found = in_blocks(values)
    assert len(found) <= MOST_PAIRS
    assert found.mean() == pytest.approx(values.mean())


def test_blocks_keep_the_interval():
    row = RNG.exponential(size=2 * MOST_PAIRS + 1)
    (low, high), t = bca_intervals(row[np.newaxis])[0], t_interval(row)
    assert (low, high) == pytest.approx((t.low, t.high), abs=0.2 * t.half_width)
