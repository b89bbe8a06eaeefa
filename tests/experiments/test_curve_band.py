"""The band of a curve: exact cases, what it must never depend on, and its coverage."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from experiments.analysis.curves.band import COVERAGE, band, critical_values, difference_band
from experiments.analysis.curves.rows import draws, means
from experiments.analysis.interval import t_interval
from experiments.errors import RequestError

POINTS = 21


def curves(rng, n, smooth=0.3, skewed=False, points=POINTS):
    """Rows of mean zero and correlated neighbours."""
    x = np.linspace(0.0, 1.0, points)
    kernel = np.exp(-0.5 * ((x[:, None] - x) / smooth) ** 2) + 1e-8 * np.eye(points)
    noise = rng.standard_normal((n, points)) @ np.linalg.cholesky(kernel).T
    return x, np.exp(0.75 * noise) - math.exp(0.75**2 / 2.0) if skewed else noise


def test_each_point_has_its_t_interval():
    x, values = curves(np.random.default_rng(1), 12)
    found = band(x, values)
    for place in range(POINTS):
        one = t_interval(values[:, place])
        assert found.mean[place] == pytest.approx(one.mean)
        assert found.point_low[place] == pytest.approx(one.low)
        assert found.point_high[place] == pytest.approx(one.high)


def test_points_that_move_as_one_need_no_allowance():
    # Normal theory: the largest of equal |t| is one |t|. 7 rows are too few to resample.
    shift = np.random.default_rng(2).standard_normal((7, 1))
    found = band(np.arange(5.0), shift + np.arange(5.0))
    # 9,999 draws: the quantile's standard error is 0.02.
    assert found.critical == pytest.approx(stats.t.isf(0.025, 6), abs=0.12)
    assert not found.resampled


def test_points_that_move_alone_need_that_of_sidak():
    # The largest of 10 independent |t|: each within the quantile at 0.95 ** (1 / 10).
    values = np.random.default_rng(3).standard_normal((400, 10))
    found = band(np.arange(10.0), values)
    sidak = stats.t.isf((1.0 - 0.95**0.1) / 2.0, 399)
    assert found.critical == pytest.approx(sidak, abs=0.12)


def test_resampling_widens_the_band_of_skewed_rows():
    x, values = curves(np.random.default_rng(4), 20, skewed=True)
    skewed, ranks = band(x, values), stats.rankdata(values, axis=0)
    normal = band(x, stats.norm.ppf((ranks - 0.5) / 20.0))
    assert skewed.critical.max() > 1.1 * normal.critical.max()


def test_constant_points_have_no_width_and_change_nothing_elsewhere():
    x, values = curves(np.random.default_rng(5), 15)
    values[:, 3] = 0.1
    found = band(x, values)
    assert found.low[3] == found.high[3] == 0.1
    others = np.arange(POINTS) != 3
    alone = band(x[others], values[:, others])
    assert found.low[others] == pytest.approx(alone.low)


def test_a_point_with_one_odd_row_does_not_blow_up_the_others():
    # Such a point is nearly constant: one resample in three has no spread there at all.
    x, values = curves(np.random.default_rng(6), 30)
    before = band(x, values)
    values[:, 0] = 0.0
    values[0, 0] = 1.0
    after = band(x, values)
    assert after.critical[1:] == pytest.approx(before.critical[1:], rel=0.1)
    assert np.isfinite(after.critical).all()


def test_failed_runs_count_out_at_their_points_only():
    x, values = curves(np.random.default_rng(7), 20)
    values[:5, 2] = np.nan
    values[:, 4] = np.nan
    values[1:, 6] = np.nan
    found = band(x, values)
    assert found.n[[0, 2, 4, 6]].tolist() == [20, 15, 0, 1]
    assert np.isnan(found.mean[4]) and np.isnan(found.low[4])
    assert found.mean[6] == values[0, 6] and np.isnan(found.low[6])
    assert found.mean[2] == pytest.approx(values[5:, 2].mean())
    kept = [p for p in range(POINTS) if p not in (4, 6)]
    assert np.all(found.high[kept] > found.low[kept])


@settings(max_examples=15, deadline=None)
@given(
    n=st.integers(2, 40),
    points=st.integers(1, 8),
    shift=st.floats(-1e3, 1e3),
    power=st.integers(-20, 20),
    seed=st.integers(0, 2**32 - 1),
)
def test_units_do_not_matter_and_the_band_holds_the_pointwise_one(n, points, shift, power, seed):
    values = np.random.default_rng(seed).standard_normal((n, points))
    x, unit = np.arange(points, dtype=float), 2.0**power
    found, other = band(x, values), band(x, (values + shift) * unit)
    assert other.low == pytest.approx((found.low + shift) * unit, rel=1e-6, abs=1e-6 * unit)
    # Drawn quantiles of more than one point: 9,999 draws may be short by their noise.
    assert np.all(found.half_width >= 0.95 * (found.point_high - found.point_low) / 2.0)
    turned = band(x, -values)
    assert turned.low == pytest.approx(-found.high, rel=1e-9, abs=1e-9)


def test_the_difference_of_paired_curves_keeps_the_pairing():
    rng = np.random.default_rng(8)
    x, values = curves(rng, 20)
    a, b = values + 1.0, values + 0.01 * rng.standard_normal(values.shape)
    found = difference_band(x, a, b)
    assert np.all(found.sure == 1) and found.half_width.max() < 0.02


def test_draws_have_the_percentiles_of_the_t_interval():
    rng = np.random.default_rng(9)
    for n in (5, 10, 40):
        values = rng.standard_normal((n, 3))
        drawn = draws(means(values), resamples=40_000)
        for place in range(3):
            one = t_interval(values[:, place])
            ends = np.quantile(drawn[:, place], (0.025, 0.975))
            # A tail quantile of 40,000 draws: standard error up to 2 % of the half width.
            assert ends == pytest.approx((one.low, one.high), abs=0.08 * one.half_width)


def test_blocks_of_many_rows_keep_standard_errors():
    values = np.random.default_rng(10).standard_normal((2_500, 4)).cumsum(axis=1)
    found = means(values)
    assert len(found.errors) <= 1_000
    assert np.sqrt((found.errors**2).sum(axis=0)) == pytest.approx(found.se)
    assert found.se == pytest.approx(values.std(axis=0, ddof=1) / 50.0)


def test_the_same_rows_give_the_same_band():
    x, values = curves(np.random.default_rng(11), 10)
    assert np.array_equal(band(x, values).low, band(x, values).low)
    assert not np.array_equal(band(x, values).low, band(x, values, seed=1).low)


@pytest.mark.parametrize(
    ("x", "values", "level", "said"),
    [
        ([0.0, 0.0], np.ones((3, 2)), 0.95, "none of them twice"),
        ([1.0, 0.0], np.ones((3, 2)), 0.95, "increase"),
        ([0.0, math.nan], np.ones((3, 2)), 0.95, "increase"),
        ([0.0], np.ones((3, 2)), 0.95, "given 1 points and values at 2"),
        ([0.0, 1.0], np.ones(2), 0.95, "replications, points"),
        ([0.0, 1.0], np.full((3, 2), math.inf), 0.95, "infinite"),
        ([0.0, 1.0], np.ones((3, 2)), 95, "between 0 and 1"),
    ],
)
def test_what_is_no_curve_is_refused(x, values, level, said):
    with pytest.raises(RequestError, match=said):
        band(np.array(x), values, level)


def test_curves_of_other_shapes_have_no_difference():
    with pytest.raises(RequestError, match="the same replications"):
        difference_band(np.arange(2.0), np.ones((3, 2)), np.ones((4, 2)))


def held_share(n, smooth, skewed, times, seed):
    rng = np.random.default_rng(seed)
    truth = np.sin(4.0 * np.linspace(0.0, 1.0, POINTS))
    held = 0
    for number in range(times):
        x, noise = curves(rng, n, smooth, skewed)
        found = band(x, truth + noise, seed=number)
        held += bool(np.all((found.low <= truth) & (truth <= found.high)))
    return held / times


def test_the_band_holds_whole_curves():
    # 60 curves at 0.95: 51 or fewer held with a probability of about 1 in 300 at most.
    assert held_share(12, 0.3, False, 60, 1) > 51 / 60


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "smooth", "skewed"),
    [
        ("normal, points apart", 1e-3, False),
        ("normal, smooth", 0.3, False),
        ("lognormal, points apart", 1e-3, True),
        ("lognormal, smooth", 0.3, True),
    ],
)
def test_coverage_is_as_stated(name, smooth, skewed):
    for place, n in enumerate((10, 30, 100)):
        stated = COVERAGE[name][place]
        # Both figures are of 500 curves: their difference has a standard error of up to 0.02.
        assert held_share(n, smooth, skewed, 500, 50 + n) == pytest.approx(stated, abs=0.06)


def test_one_sided_critical_values_are_smaller():
    _, values = curves(np.random.default_rng(12), 30)
    found = means(values)
    one, _ = critical_values(values, found, 0.95, 1, one_sided=True)
    two, _ = critical_values(values, found, 0.95, 1)
    assert np.all(one < two)
    # One point, exactly: the t quantiles where rows are too few to resample.
    single = values[:7, :1]
    one, _ = critical_values(single, means(single), 0.95, 1, one_sided=True)
    assert one == pytest.approx(stats.t.isf(0.05, 6))
