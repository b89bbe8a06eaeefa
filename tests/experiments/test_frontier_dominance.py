"""Dominance and hypervolume against brute force and against fronts of known volume."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from experiments.analysis.frontier.dominance import dominates, fronts, non_dominated
from experiments.analysis.frontier.hypervolume import default_reference, hypervolume
from experiments.analysis.frontier.objectives import Objectives
from experiments.analysis.frontier.shortfall import epsilon
from experiments.errors import RequestError

# Few different values, so that ties and equal points are common.
COARSE = st.integers(0, 4).map(float)


@st.composite
def clouds(draw, most=24, widths=(2, 3, 4, 5), values=COARSE):
    shape = draw(st.tuples(st.integers(1, most), st.sampled_from(widths)))
    return draw(arrays(float, shape, elements=values))


def brute(points, strict=False):
    """Return the mask by comparing every pair, a value at a time."""

    def beats(a, b):
        if strict:
            return all(x > y for x, y in zip(a, b, strict=True))
        return all(x >= y for x, y in zip(a, b, strict=True)) and list(a) != list(b)

    return np.array([not any(beats(a, b) for a in points) for b in points])


@given(clouds(values=st.one_of(COARSE, st.just(math.nan))), st.booleans())
@settings(max_examples=300, deadline=None)
def test_the_frontier_is_what_no_pair_speaks_against(points, strict):
    defined = ~np.isnan(points).any(axis=1)
    expected = np.zeros(len(points), dtype=bool)
    expected[defined] = brute(points[defined], strict)
    assert non_dominated(points, strict).tolist() == expected.tolist()


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("width", [2, 3, 4])
def test_the_frontier_of_many_points_is_that_of_all_pairs(width, strict):
    # Enough points for weeding and for several blocks; rounded, so that there are ties.
    points = np.random.default_rng(width).normal(size=(1500, width)).round(1)
    points -= 0.5 * points.sum(axis=1, keepdims=True).round(0)  # hundreds on the frontier
    expected = ~np.array([dominates(points, b, strict).any() for b in points])
    assert 20 < expected.sum() < 1500
    assert non_dominated(points, strict).tolist() == expected.tolist()


@given(clouds())
@settings(max_examples=200, deadline=None)
def test_fronts_are_frontiers_peeled_off(points):
    ranks = fronts(points)
    left = np.ones(len(points), dtype=bool)
    for rank in range(ranks.max() + 1):
        on = np.flatnonzero(left)[brute(points[left])]
        assert on.tolist() == np.flatnonzero(ranks == rank).tolist()
        left[on] = False
    assert not left.any()


def test_a_point_with_a_gap_is_on_no_front_and_beats_nothing():
    points = np.array([[9.0, math.nan], [1.0, 2.0], [0.0, 1.0]])
    assert fronts(points).tolist() == [-1, 0, 1]
    assert fronts(np.full((2, 3), math.nan)).tolist() == [-1, -1]


def by_inclusion_and_exclusion(points, reference):
    gains = np.maximum(points - reference, 0.0)
    return sum(
        (-1) ** (size + 1) * np.prod(gains[list(some)].min(axis=0))
        for size in range(1, len(gains) + 1)
        for some in combinations(range(len(gains)), size)
    )


@given(clouds(most=8, widths=(2, 3), values=st.one_of(COARSE, st.floats(-1.0, 5.0, width=16))))
@settings(max_examples=200, deadline=None)
def test_hypervolume_by_inclusion_and_exclusion(points):
    reference = np.zeros(points.shape[1])
    expected = by_inclusion_and_exclusion(points, reference)
    found = hypervolume(points, reference)
    assert found.value == pytest.approx(expected, abs=1e-9 * max(1.0, expected))
    assert found.error == 0.0


@pytest.mark.parametrize(("width", "ball"), [(2, math.pi / 4.0), (3, math.pi / 6.0)])
def test_hypervolume_of_a_sphere(width, ball):
    """Dense points on the sphere's positive part fill a quarter, or an eighth, of the ball."""
    points = np.abs(np.random.default_rng(1).normal(size=(20_000, width)))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    found = hypervolume(points, np.zeros(width)).value
    assert ball - 0.01 < found < ball


def test_hypervolume_of_four_objectives_is_drawn_with_its_error():
    points = np.random.default_rng(3).random((6, 4))
    expected = by_inclusion_and_exclusion(points, np.zeros(4))
    found = hypervolume(points, np.zeros(4), draws=40_000, seed=2)
    # False alarms: one in 500 million, of a seed that is fixed.
    assert abs(found.value - expected) < 6.0 * found.error < 0.05 * expected
    assert found == hypervolume(points, np.zeros(4), draws=40_000, seed=2)
    with pytest.raises(RequestError, match="two or three exactly"):
        hypervolume(points, np.zeros(4))


def test_the_default_reference_is_a_tenth_below_the_worst():
    points = np.array([[0.0, 5.0], [10.0, 5.0], [math.nan, 99.0]])
    assert default_reference(points).tolist() == [-1.0, 4.0]


@given(clouds(widths=(3,)), st.floats(0.0, 2.0))
@settings(max_examples=50, deadline=None)
def test_epsilon_is_what_lifts_a_set_over_another(points, lift):
    assert epsilon(points, points) == 0.0
    assert epsilon(points - lift, points) == pytest.approx(lift, abs=1e-12)
    assert epsilon(points, points[non_dominated(points)]) == 0.0


@pytest.mark.parametrize(
    ("names", "better", "message"),
    [
        (("a",), (1,), "two or more"),
        (("a", "a"), (1, 1), "each once"),
        (("a", "b"), (1, 0), "b has no better side"),
        (("a", "b"), (1,), "one direction each"),
    ],
)
def test_what_is_no_objective_is_refused(names, better, message):
    with pytest.raises(RequestError, match=message):
        Objectives(names, better)


def test_less_is_better_where_it_is_said():
    both = Objectives(("loyalty", "cost"), (1, -1))
    assert both.oriented(np.array([[2.0, 3.0]])).tolist() == [[2.0, -3.0]]
    with pytest.raises(RequestError, match="2 objectives on the last axis"):
        both.oriented(np.zeros((4, 3)))
