"""Surfaces: exact interpolation, coverage, and the contour of zero difference."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.analysis.curves.surface import (
    contour_lines,
    interpolated,
    surface,
    weights_at,
    zero_contour,
)
from experiments.errors import RequestError


def grid(k=5, high=(1.0, 1.0)):
    axes = np.linspace(0.0, high[0], k), np.linspace(0.0, high[1], k)
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)


def scattered(count=25, seed=1):
    corners = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    return np.vstack([corners, np.random.default_rng(seed).random((count - 4, 2))])


def rows(truth, n=12, noise=0.1, seed=1):
    rng = np.random.default_rng(seed)
    own = rng.standard_normal((n, len(truth)))
    return truth + noise * (rng.standard_normal((n, 1)) + 0.5 * own)


@settings(max_examples=50, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    on_grid=st.booleans(),
    unit=st.sampled_from([1e-3, 1.0, 1e4]),
)
def test_interpolation_is_a_weighted_mean_and_exact_where_it_should_be(seed, on_grid, unit):
    rng = np.random.default_rng(seed)
    points = (rng.permutation(grid()) if on_grid else scattered(seed=seed)) * [1.0, unit]
    at = rng.random((30, 2)) * [1.0, unit]
    weights, _ = weights_at(points, at)
    assert np.all(weights >= 0.0) and weights.sum(axis=1) == pytest.approx(1.0)
    assert weights @ points == pytest.approx(at, rel=1e-6, abs=1e-6 * unit)
    if on_grid:
        product = points[:, 0] * points[:, 1]
        corners = grid(2) * [1.0, unit]
        two_by_two, _ = weights_at(corners, at)
        exact = at[:, 0] * at[:, 1]
        assert two_by_two @ (corners[:, 0] * corners[:, 1]) == pytest.approx(exact)
        assert weights @ product == pytest.approx(exact)
    own, _ = weights_at(points, points)
    assert own == pytest.approx(np.eye(len(points)), abs=1e-6)


def test_at_the_points_it_is_the_values_and_failed_runs_stay_near():
    points = grid(3)
    values = rows(points.sum(axis=1))
    values[0, 4] = np.nan  # the middle
    found = surface(points, values, lattice=5)
    assert found.interpolation == "bilinear on a grid"
    corners = found.on_lattice(found.band.mean)[::4, ::4]
    assert corners == pytest.approx(np.nanmean(values, axis=0).reshape(3, 3)[::2, ::2])
    n = found.on_lattice(found.band.n)
    assert n[2, 2] == n[1, 1] == 11 and np.all(n[0] == 12) and np.all(n[:, 4] == 12)


def test_outside_the_points_nothing_is_known():
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.3, 0.3]])
    found = zero_contour(points, rows(np.ones(4)), np.zeros((12, 4)), lattice=5)
    assert found.surface.interpolation == "linear over triangles"
    mean = found.surface.on_lattice(found.surface.band.mean)
    assert np.isnan(mean[4, 4]) and np.isnan(found.share_above[4, 4]) and found.side[4, 4] == 0
    assert np.isfinite(mean[0]).all() and found.above == 1.0
    assert found.verdict == "no crossing" and len(found.lines) == 0
    weights, _ = weights_at(points, np.array([[2.0, 2.0]]))
    assert np.isnan(interpolated(np.ones((1, 4)), weights)).all()


@pytest.mark.parametrize("points", [grid(6), scattered(60)], ids=["grid", "scattered"])
def test_the_contour_of_a_plane(points):
    truth = points[:, 0] + points[:, 1] - 0.8
    found = zero_contour(points, rows(truth), rows(0.0 * truth, noise=0.02, seed=2), lattice=21)
    assert found.verdict == "crosses"
    first, second = np.meshgrid(found.surface.first, found.surface.second, indexing="ij")
    height = first + second - 0.8
    assert np.all(found.side[height > 0.3] == 1) and np.all(found.side[height < -0.3] == -1)
    assert found.above + found.below + found.unknown == pytest.approx(1.0)
    assert np.all(found.share_above[height > 0.3] > 0.99)
    assert np.all(found.share_above[height < -0.3] < 0.01)
    assert np.abs(found.lines.sum(axis=2) - 0.8).max() < 0.25


def test_a_contour_that_may_not_be_there():
    points = grid(4)
    level = 0.1 * np.linspace(-1.0, 1.0, 12)[:, np.newaxis]
    near = zero_contour(points, 0.02 + level + 0.0 * points[:, 0], np.zeros((12, 16)), 9)
    assert near.verdict == "may cross" and near.unknown == 1.0
    tilted = zero_contour(points, 0.02 - 0.03 * points[:, 0] + level, np.zeros((12, 16)), 9)
    assert tilted.verdict == "may not cross" and len(tilted.lines) > 0
    same = zero_contour(points, rows(points[:, 0]), rows(points[:, 0]), 9)
    assert same.verdict == "equal" and np.all(same.share_above == 0.5)
    one = zero_contour(points, rows(points[:, 0])[:1], np.zeros((1, 16)), 9)
    assert one.verdict == "cannot be told"


@settings(max_examples=50, deadline=None)
@given(st.floats(-1.0, 1.0), st.floats(-1.0, 1.0), st.floats(-1.0, 1.0))
def test_contours_of_planes_are_exact(a, b, c):
    x = np.linspace(0.0, 1.0, 6)
    table = a * x[:, np.newaxis] + b * x - c
    lines = contour_lines(x, x, table)
    assert lines @ np.array([a, b]) == pytest.approx(np.full(lines.shape[:2], c), abs=1e-9)
    assert bool(len(lines)) == (table.min() < 0.0 <= table.max())


def test_contour_of_a_circle_has_its_length():
    x = np.linspace(-1.0, 1.0, 81)
    lines = contour_lines(x, x, x[:, np.newaxis] ** 2 + x**2 - 0.5)
    length = np.linalg.norm(lines[:, 0] - lines[:, 1], axis=1).sum()
    assert length == pytest.approx(2.0 * np.pi * np.sqrt(0.5), rel=0.01)


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (np.zeros((3, 2)), "one twice"),
        (np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]), "on one line"),
        (np.zeros((2, 2)), r"\(3, 2\)"),
        (np.array([[0.0, 0.0], [1.0, 1.0], [np.nan, 2.0]]), "not finite"),
    ],
)
def test_points_that_span_no_surface_are_refused(points, said):
    with pytest.raises(RequestError, match=said):
        surface(points, np.ones((5, 3)))


def held(points, n, times):
    truth = np.sin(3.0 * points[:, 0]) + points[:, 1]
    count = 0
    for number in range(times):
        found = surface(points, rows(truth, n, seed=[n, number]), 11, seed=number).band
        exact = weights_at(points, found.x)[0] @ truth
        known = ~np.isnan(found.mean)
        count += bool(np.all((found.low <= exact)[known] & (exact <= found.high)[known]))
    return count / times


@pytest.mark.long
@pytest.mark.parametrize("n", [10, 30])
@pytest.mark.parametrize("points", [grid(5), scattered(25)], ids=["grid", "scattered"])
def test_the_band_holds_whole_surfaces(points, n):
    # 300 surfaces at 0.95: below 0.91 with a probability of about 1 in 500.
    assert held(points, n, 300) > 0.91
