"""How surely a policy is the best: by theory, and the same for the same rows."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from experiments.analysis.best import all_best, best
from experiments.analysis.headlines import HEADLINES
from experiments.analysis.results import Results
from experiments.periods import WHOLE

RNG = np.random.default_rng(4)


def results_of(values, measure="loyalty", days=30):
    """Return results in which ``values[policy]`` is an array over replications."""
    policies = list(values)
    rows = [(p, r) for r in range(len(values[policies[0]])) for p in policies]
    return Results(
        {
            "policy": np.array([p for p, _ in rows], dtype=object),
            "policy_order": np.array([policies.index(p) for p, _ in rows]),
            "replication": np.array([r + 1 for _, r in rows]),
            "error": np.array([""] * len(rows), dtype=object),
            "days": np.full(len(rows), days),
            "warmup_days": np.zeros(len(rows), dtype=int),
            measure: np.array([values[p][r] for p, r in rows], dtype=float),
        }
    )


def test_probability_of_two_policies_against_the_normal_limit():
    d = stats.norm.ppf((np.arange(60) + 0.5) / 60)  # no skew: the bootstrap mean is near normal
    d = 0.15 + d / d.std()
    shared = RNG.normal(0.0, 50.0, 60)
    found = best(results_of({"a": shared, "b": shared + d}), "loyalty", WHOLE)
    expected = stats.norm.cdf(d.mean() * math.sqrt(60) / d.std())
    # Monte Carlo: six standard errors; the limit itself: a few thousandths.
    error = math.sqrt(expected * (1 - expected) / found.resamples)
    assert found.probability["b"] == pytest.approx(expected, abs=6.0 * error + 0.005)
    assert found.share["b"] == np.mean(d > 0)


def test_less_is_better_where_the_measure_says_so():
    values = {"a": RNG.normal(1.0, 0.1, 12), "b": RNG.normal(0.1, 0.1, 12)}
    assert best(results_of(values, "exhaustion"), "exhaustion", WHOLE).probability["b"] == 1.0
    assert best(results_of(values, "loyalty"), "loyalty", WHOLE).probability["a"] == 1.0


def test_equal_policies_share_what_there_is():
    same = RNG.normal(0.1, 3.0, 20)
    worse = same - 1.0
    found = best(results_of({"a": same, "b": same, "c": worse}), "loyalty", WHOLE)
    assert found.probability == {"a": 0.5, "b": 0.5, "c": 0.0}
    assert found.share == {"a": 0.5, "b": 0.5, "c": 0.0}


def test_the_best_in_most_replications_need_not_have_the_best_mean():
    a = np.zeros(30)
    b = np.where(np.arange(30) < 3, -100.0, 1.0)
    found = best(results_of({"a": a, "b": b}), "loyalty", WHOLE)
    assert found.share == {"a": pytest.approx(0.1), "b": pytest.approx(0.9)}
    assert found.probability["a"] > 0.9


def test_only_replications_with_every_policy_count():
    a, b = np.arange(8.0), np.arange(8.0) + 1.0
    b[2] = a[5] = math.nan
    found = best(results_of({"a": a, "b": b}), "loyalty", WHOLE)
    assert (found.n, found.share["b"]) == (6, 1.0)


def test_few_or_no_replications_have_no_probability():
    four = best(results_of({"a": np.zeros(4), "b": np.ones(4)}), "loyalty", WHOLE)
    assert math.isnan(four.probability["b"])
    assert (four.share["b"], four.resamples) == (1.0, 0)
    nothing = np.full(6, np.nan)
    none = best(results_of({"a": nothing, "b": np.ones(6)}), "loyalty", WHOLE)
    assert none.n == 0
    assert all(math.isnan(value) for value in none.share.values())


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(st.integers(-5, 5), min_size=3, max_size=3), min_size=5, max_size=12),
    st.sampled_from([1.0, 0.3, 1e5]),
    st.sampled_from([0.0, 7.0]),
)
def test_it_sums_to_one_and_neither_unit_nor_order_counts(rows, scale, shift):
    table = np.array(rows, dtype=float)
    values = dict(zip("abc", table.T, strict=True))
    found = best(results_of(values), "loyalty", WHOLE)
    assert sum(found.probability.values()) == pytest.approx(1.0)
    assert sum(found.share.values()) == pytest.approx(1.0)
    other = {name: scale * values[name] + shift for name in "cab"}
    moved = best(results_of(other), "loyalty", WHOLE)
    assert moved.probability == pytest.approx(found.probability)
    assert moved.share == pytest.approx(found.share)


def test_every_headline_with_a_better_side_is_there_for_every_period():
    values = {p: RNG.normal(size=6) for p in "ab"}
    results = results_of(values, days=30)
    for name in HEADLINES:
        results.columns[name] = results.columns["loyalty"]
    found = all_best(results)
    assert [each.measure for each in found] == [n for n in HEADLINES if n != "escalation_rate"]
    assert {each.period for each in found} == set(results.periods)
