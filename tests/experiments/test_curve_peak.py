"""Peaks of curves: known places, ends of the range, flat curves, two peaks."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.analysis.curves import peak as peaks
from experiments.analysis.curves.peak import peak

X = np.linspace(0.0, 1.0, 11)


def rows(truth, n=20, noise=0.1, seed=1):
    rng = np.random.default_rng(seed)
    own = 0.5 * rng.standard_normal((n, len(truth)))
    return truth + noise * (rng.standard_normal((n, 1)) + own)


def test_inside():
    found = peak(X, rows(-4.0 * (X - 0.62) ** 2, noise=0.05))
    assert found.verdict == "inside" and not found.apart
    assert found.low <= 0.62 <= found.high and found.high - found.low < 0.5
    assert found.value.low <= 0.0 <= found.value.high
    assert found.vertex == pytest.approx(0.62, abs=0.05)


def test_at_an_end():
    assert peak(X, rows(X, noise=0.01)).verdict == "at the upper end"
    found = peak(X, rows(X, noise=0.01), "bottom")
    assert found.verdict == "at the lower end" and found.place == 0.0
    assert math.isnan(found.vertex) and found.possible.tolist() == [True] + [False] * 10


def test_an_end_that_is_not_sure():
    found = peak(X, rows(np.minimum(X, 0.8), noise=0.1))
    assert found.verdict == "at the upper end or inside"
    assert found.possible[8:].sum() > 1 and not found.possible[0]


def test_flat_curves_and_too_few_replications():
    # Each end is denied in 5 % of experiments at most: in more than 9 of 30 one of them, with a
    # probability below 1 in 1,000.
    verdicts = [peak(X, rows(0.0 * X, seed=seed)).verdict for seed in range(30)]
    assert verdicts.count("cannot be told") >= 21
    assert not {"at the lower end", "at the upper end"} & set(verdicts)
    same = np.random.default_rng(1).standard_normal((9, 1)) + 0.0 * X
    assert peak(X, same).verdict == "flat"
    few = peak(X, rows(X)[:4])
    assert few.verdict == "cannot be told" and math.isnan(few.low) and few.possible.all()


def test_two_peaks_are_not_made_one():
    truth = np.cos(4.0 * np.pi * X)  # peaks at 0, 0.5 and 1
    found = peak(X, rows(truth, noise=0.05))
    assert found.apart and found.possible[[0, 5, 10]].all() and not found.possible[[2, 3, 7]].any()
    assert (found.low, found.high) == (0.0, 1.0)
    assert found.verdict == "cannot be told"
    valley = peak(X, rows((X - 0.5) ** 2, noise=0.01))
    assert valley.verdict == "at either end"


def test_failed_runs_are_left_out():
    values = rows(-((X - 0.5) ** 2), noise=0.01)
    values[2, 3] = np.nan
    values[:, 7] = np.nan
    found = peak(X, values)
    assert found.n == 19 and found.verdict == "inside" and not found.possible[7]


@pytest.mark.parametrize("place", [0.31, 0.5, 0.64])
def test_the_vertex_of_a_parabola_is_found(place):
    x = np.array([0.0, 0.1, 0.35, 0.6, 0.7, 1.0])  # not evenly spaced
    values = np.tile(3.0 - (x - place) ** 2, (6, 1))
    assert peak(x, values).vertex == pytest.approx(place)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(5, 15),
    points=st.integers(1, 6),
    power=st.integers(-10, 10),
)
def test_turned_over_a_bottom_is_a_peak(seed, n, points, power):
    x = np.arange(points, dtype=float)
    values = np.random.default_rng(seed).standard_normal((n, points))
    top, bottom = peak(x, values), peak(x, -values * 2.0**power, "bottom")
    assert top.verdict == bottom.verdict and top.place == bottom.place
    assert np.array_equal(top.possible, bottom.possible)
    assert bottom.value.low == pytest.approx(-top.value.high * 2.0**power)
    assert top.possible[int(np.searchsorted(x, top.place))]
    assert top.value.low <= top.value.mean <= top.value.high


def coverage(truth, n, times):
    """Share of experiments in which the true peak is possible, and its value held."""
    place, value = int(np.argmax(truth)), float(np.max(truth))
    kept = held = 0
    for number in range(times):
        found = peak(X, rows(truth, n, 0.1, seed=[n, number]), seed=number)
        kept += bool(found.possible[place])
        held += bool(found.value.low <= value <= found.value.high)
    return kept / times, held / times


@pytest.mark.parametrize("bend", [0.0, 0.5, 4.0])
def test_points_far_out_of_reach_are_left_out_with_or_without_resampling(monkeypatch, bend):
    """The way round resampling, with many rows, decides as resampling would."""
    rng = np.random.default_rng(3)
    x = np.linspace(-1.0, 1.0, 9)
    values = rng.lognormal(size=(peaks.MANY_ROWS, 9)) - bend * x**2
    quick = peak(x, values).possible
    monkeypatch.setattr(peaks, "FAR", 1e9)
    assert (quick == peak(x, values).possible).all()
    assert quick.all() == (bend == 0.0)


def test_the_true_peak_stays_possible_where_the_curve_is_flat():
    # The worst case. 50 experiments at 0.95: 41 or fewer with a probability of about 1 in 1,000.
    kept, held = coverage(0.0 * X, 10, 50)
    assert kept > 41 / 50 and held > 41 / 50


@pytest.mark.slow
@pytest.mark.parametrize("n", [6, 10, 30])
@pytest.mark.parametrize("bend", [0.0, 0.3, 3.0])
def test_the_true_peak_stays_possible(n, bend):
    # 400 experiments at 0.95: below 0.915 with a probability of about 1 in 500.
    kept, held = coverage(-bend * (X - 0.6) ** 2, n, 400)
    assert kept > 0.915 and held > 0.915
