"""Where points are added: at bends, crossings, peaks; never for noise; and it always ends."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.analysis.curves.band import band
from experiments.analysis.curves.peak import peak
from experiments.analysis.curves.refine import Target, gap_needs, line_misses, next_points
from experiments.errors import RequestError


def rows(truth, n=20, noise=0.01, seed=1):
    rng = np.random.default_rng(seed)
    return truth + noise * rng.standard_normal((n, len(truth)))


def test_a_parabola_is_missed_by_what_theory_says():
    # x² between points h apart is missed by h² / 4 at most, whatever the spacing.
    x = np.array([0.0, 0.2, 0.3, 0.6, 1.0])
    found = line_misses(x, np.tile(x**2, (6, 1)))
    assert found == pytest.approx(np.diff(x) ** 2 / 4.0)


def test_points_go_where_the_curve_bends():
    x = np.linspace(0.0, 1.0, 11)
    truth = np.tanh(20.0 * (x - 0.55))
    found = next_points(x, [Target("steep", rows(truth))], budget=15)
    assert len(found.points) == 4 and {each.reason for each in found.points} == {"bend"}
    assert all(0.3 < each.x < 0.8 for each in found.points)


def test_a_straight_line_needs_nothing():
    x = np.linspace(0.0, 1.0, 11)
    found = next_points(x, [Target("line", 3.0 * x + np.zeros((8, 1)))], budget=100)
    assert found.ended and found.why == "fine enough" and found.points == ()


def test_noise_is_no_bend():
    # Of 30 noisy lines one in twenty shows a bend: 7 or more with a probability below 1 in 1,000.
    x = np.linspace(0.0, 1.0, 11)
    bent = [line_misses(x, rows(x, noise=0.5, seed=seed)).any() for seed in range(30)]
    assert sum(bent) < 7


def test_crossings_and_peaks_draw_points():
    x = np.linspace(0.0, 1.0, 11)
    line = Target("line", rows(x - 0.42), crossing=True)
    found = next_points(x, [line], budget=12)
    assert found.points[0].reason == "crossing" and found.points[0].x == pytest.approx(0.45)
    tent = -np.abs(x - 0.5)
    needs = gap_needs(x, Target("tent", rows(tent), peak="peak"))
    assert np.flatnonzero(needs[2]).tolist() == [4, 5]
    flat = Target("flat", rows(0.0 * x, seed=4), peak="peak")
    assert not gap_needs(x, flat)[2].any()


def test_a_wide_band_draws_points():
    x = np.linspace(0.0, 1.0, 11)
    values = rows(x)
    values[:, 7] += 0.5 * np.random.default_rng(2).standard_normal(20)
    needs = gap_needs(x, Target("wide", values))
    assert np.flatnonzero(needs[3]).tolist() == [6, 7]


def test_the_neediest_curve_is_named():
    x = np.linspace(0.0, 1.0, 5)
    targets = [Target("line", rows(x)), Target("bent", rows(x**4))]
    found = next_points(x, targets, budget=6)
    assert [each.target for each in found.points] == ["bent"]


def grown(function, x, budget, at_once, noise, peak="peak"):
    """Rounds of refinement to the end: the points, and why it ended."""
    for number in range(budget + 1):
        target = Target("it", rows(function(x), 8, noise), crossing=True, peak=peak)
        found = next_points(x, [target], budget, at_once)
        if found.ended:
            return x, found.why, number
        x = np.sort(np.concatenate([x, [each.x for each in found.points]]))
    raise AssertionError("never ended")


@settings(max_examples=6, deadline=None)
@given(
    budget=st.integers(1, 14),
    at_once=st.integers(2, 5),
    noise=st.sampled_from([0.0, 0.01, 1.0]),
    bend=st.floats(-8.0, 8.0),
)
def test_it_ends_within_the_budget(budget, at_once, noise, bend):
    start = np.linspace(0.0, 1.0, 4)
    x, why, _ = grown(lambda x: np.sin(bend * x), start, budget, at_once, noise)
    assert len(x) <= max(budget, 4) and len(np.unique(x)) == len(x)
    assert set(start) <= set(x)
    if why == "fine enough":
        assert len(x) < max(budget, 5)


@pytest.mark.slow
def test_points_added_because_of_what_was_seen_leave_band_and_peak_as_sure():
    """Each holds 95 %; of 20 flat curves fewer than 15 have odds of less than 1 in 1,000."""
    fine = np.linspace(0.0, 1.0, 129)
    apart = np.subtract.outer(fine, fine)
    root = np.linalg.cholesky(np.exp(-0.5 * (apart / 0.1) ** 2) + 1e-8 * np.eye(129))
    rng = np.random.default_rng(1)
    held = kept = grown = 0
    for _ in range(20):
        rows = rng.standard_normal((20, 129)) @ root.T
        at = np.arange(0, 129, 16)
        for _ in range(2):
            target = Target("curve", rows[:, at], crossing=True)
            more = next_points(fine[at], [target], 17, 4).points
            places = np.searchsorted(fine, [each.x for each in more])
            at = np.unique(np.concatenate([at, places]))
        grown += len(at) > 9
        found = band(fine[at], rows[:, at])
        held += bool(np.all((found.low <= 0.0) & (found.high >= 0.0)))
        kept += bool(peak(fine[at], rows[:, at]).possible[0])
    assert grown > 10
    assert held >= 15
    assert kept >= 15


def test_a_jump_ends_at_the_narrowest_gap():
    start = np.linspace(0.0, 1.0, 5)
    x, why, _ = grown(lambda x: np.where(x < 0.3, -1.0, 1.0), start, 400, None, 0.0, peak=None)
    assert why == "gaps at their narrowest" and len(x) < 60
    assert np.diff(x).min() >= 1.0 / 256.0 - 1e-12


@pytest.mark.parametrize(
    ("x", "change", "said"),
    [
        ([0.0], {}, "2 or more"),
        ([0.0, 1.0], {"budget": 0}, "budget"),
        ([0.0, 1.0], {"at_once": 0}, "points at once"),
        ([0.0, 1.0], {"tolerance": 0.0}, "tolerance"),
        ([0.0, 1.0], {"smallest": 2.0}, "smallest gap"),
        ([0.0, 1.0], {"targets": []}, "curves to refine"),
    ],
)
def test_what_cannot_be_refined_is_refused(x, change, said):
    options = {"targets": [Target("it", np.ones((5, len(x))))], "budget": 9} | change
    with pytest.raises(RequestError, match=said):
        next_points(np.array(x), **options)
