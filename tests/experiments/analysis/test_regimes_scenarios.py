"""Who is best in a scenario is told rarely where nobody is, and what is no scenario is refused."""

import math

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from scipy import stats

from experiments.analysis.regimes.scenarios import Factor, Scenarios, given, redrawn, winners
from experiments.errors import RequestError


@pytest.mark.parametrize("policies", [2, 4])
def test_equal_policies_are_told_apart_in_one_scenario_of_twenty_at_most(policies):
    # 4,000 scenarios: above 5 % + 4.5 standard errors once in 300,000 where the promise is kept.
    n = 4000
    values = np.random.default_rng(1).normal(size=(4, n, policies))
    told = winners("staff", "abcd"[:policies], values, 1).told.mean()
    assert told < 0.05 + 4.5 * math.sqrt(0.05 * 0.95 / n)
    if policies == 2:  # then it is the two-sided paired t test itself
        assert told > 0.05 - 4.5 * math.sqrt(0.05 * 0.95 / n)


def test_the_margin_is_the_t_of_the_closest_rival():
    rng = np.random.default_rng(2)
    values = rng.normal(size=(5, 30, 3)) + np.array([0.0, 0.3, 0.6])
    found = winners("staff", ["a", "b", "c"], values, 1)
    for row in range(30):
        lead = found.leader[row]
        t = [
            stats.ttest_rel(values[:, row, lead], values[:, row, other]).statistic
            for other in range(3)
            if other != lead
        ]
        assert found.margin[row] == pytest.approx(min(t))
    assert found.chances.sum(axis=1) == pytest.approx(np.ones(30))


def test_less_can_be_better_and_failed_runs_do_not_count():
    values = np.zeros((3, 2, 2))
    values[:, :, 1] = [[-1.0, 5.0], [-1.1, 6.0], [-0.9, 9.0]]
    values[2, 1, 0] = math.nan
    values[:, 0, :] += np.array([[7.0], [8.0], [9.0]])  # chance in common
    found = winners("employer", ["a", "b"], values, -1)
    assert found.leader.tolist() == [1, 0]
    assert found.told[0]
    values[:, 1, 0] = math.nan
    found = winners("employer", ["a", "b"], values, -1)
    assert found.leader.tolist() == [1, -1]
    assert not found.told[1]
    assert found.chances[1].tolist() == [0.0, 0.0]
    assert found.is_best("b").tolist() == [1.0, 0.0]


def test_differences_that_never_vary_are_told_or_are_ties():
    values = np.zeros((3, 2, 2))
    values[:, 0, 1] = 0.1
    found = winners("staff", ["a", "b"], values + np.arange(3)[:, None, None], 1)
    assert found.told.tolist() == [True, False]


def test_chances_from_labels_and_margins():
    found = given(
        "staff", ["a", "b", "c"], np.array([0, -1]), np.array([1.0, 2.0]), np.ones(2, bool)
    )
    sure = stats.norm.cdf(1.0)
    assert found.chances[0] == pytest.approx([sure, (1 - sure) / 2, (1 - sure) / 2])
    assert found.chances[1].tolist() == [0.0, 0.0, 0.0]


def test_redrawn_replications_are_the_same_ones_everywhere():
    values = np.random.default_rng(3).normal(size=(6, 1, 2)).repeat(5, axis=1)
    leaders = redrawn(values, 1, 50, np.random.default_rng(4))
    assert (leaders == leaders[:, :1]).all()
    assert len(np.unique(leaders)) == 2


@drawn(st.floats(0.01, 5.0), st.floats(1.1, 1e4), st.floats(0.0, 1.0))
def test_scales_there_and_back(low, times, place):
    for scale in ("linear", "log"):
        factor = Factor("x", low, low * times, scale=scale)
        value = factor.natural(place)
        assert float(factor.scaled(np.array([value]))[0]) == pytest.approx(place, abs=1e-9)


@pytest.mark.parametrize(
    ("factor", "value", "text"),
    [
        (Factor("x", 1.0, 0.0), 0.5, "low < high"),
        (Factor("x", 0.0, 1.0, scale="log"), 0.5, "above 0"),
        (Factor("x", 0.0, 1.0, scale="root"), 0.5, "linear, log"),
        (Factor("x", categories=("a", "b")), 2.0, "0 to 1"),
        (Factor("x", 0.0, 1.0), math.nan, "not finite"),
    ],
)
def test_what_is_no_scenario_is_refused(factor, value, text):
    with pytest.raises(RequestError, match=text):
        Scenarios((factor,), np.array([[value]]))


def test_wrong_shapes_are_refused():
    with pytest.raises(RequestError, match="allowed"):
        Scenarios((Factor("x", 0.0, 1.0),), np.zeros((3, 2)))
    with pytest.raises(RequestError, match="two policies"):
        winners("staff", ["a"], np.zeros((2, 3, 1)), 1)
