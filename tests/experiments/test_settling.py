"""Where a series has settled: known processes, and the steady part that follows."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.analysis.results import Results
from experiments.analysis.settling import (
    Truncation,
    mser,
    settling,
    steady_period,
    truncation_point,
    weekly_means,
)
from experiments.periods import WHOLE, tails
from experiments.rows import WARMUP_MEASURES

FINITE = st.floats(-1e6, 1e6, allow_subnormal=False)


def noise(n, seed):
    return np.random.default_rng(seed).normal(0.0, 1.0, n)


# Truncation


@given(st.lists(FINITE, min_size=2, max_size=30))
def test_mser_is_its_formula(values):
    series = np.array(values)
    n = len(series)
    expected = [np.sum((series[d:] - series[d:].mean()) ** 2) / (n - d) ** 2 for d in range(n)]
    np.testing.assert_allclose(mser(series), expected, rtol=1e-7, atol=1e-9)


def test_of_noise_little_is_cut():
    """White noise of 150: in most of 200 series less than a sixth, and hardly ever a half."""
    cuts = np.array([truncation_point(noise(150, seed)) for seed in range(200)])
    assert np.median(cuts) <= 10
    assert np.mean(cuts > 75) < 0.05


@pytest.mark.parametrize("scale", [5.0, 12.0])
def test_an_exponential_approach_is_cut_where_its_bias_drowns(scale):
    """Bias 20 exp(-week / scale) over noise of 1: it passes below 1 at scale x ln 20."""
    weeks = np.arange(150)
    drowns = scale * math.log(20.0)
    for seed in range(20):
        cut = truncation_point(20.0 * np.exp(-weeks / scale) + noise(150, seed))
        assert 0.5 * drowns < cut < 2.5 * drowns


def test_a_trend_has_not_settled():
    for seed in range(20):
        assert truncation_point(0.2 * np.arange(150) + noise(150, seed)) > 75


def test_a_jump_is_cut_exactly():
    assert truncation_point(np.where(np.arange(60) < 17, 5.0, 0.1)) == 17


def test_what_never_moves_is_kept_whole():
    assert truncation_point(np.full(40, 0.1)) == 0


@given(st.integers(0, 500), st.sampled_from([2.0**-30, 0.3, 1e6]), st.sampled_from([0.0, 40.0]))
def test_neither_unit_nor_origin_counts(seed, scale, shift):
    series = noise(60, seed) + 4.0 * np.exp(-np.arange(60) / 6.0)
    assert truncation_point(scale * (series + shift)) == truncation_point(series)


# Series


def test_weekly_means_skip_what_is_undefined():
    weeks = np.array([1, 2, 3, 1, 2, 3])
    values = np.array([1.0, np.nan, np.nan, 3.0, 5.0, np.nan])
    found, means = weekly_means(weeks, values)
    assert (found.tolist(), means.tolist()) == ([1, 2], [2.0, 5.0])


def series_of(branch, warmup=None, replications=4):
    """Return a series: ``branch[policy]`` and ``warmup`` are weekly values of loyalty."""
    parts = []
    for order, (policy, values) in enumerate(branch.items()):
        for r in range(replications):
            before = np.empty(0) if warmup is None else np.asarray(warmup)
            weeks = np.arange(1 - len(before), len(values) + 1)
            level = np.concatenate([before, values]) + 0.01 * noise(len(weeks), 10 * r + order)
            parts.append((policy, r + 1, weeks, level))
    columns = {
        "policy": np.concatenate([np.full(len(w), p, dtype=object) for p, _, w, _ in parts]),
        "replication": np.concatenate([np.full(len(w), r) for _, r, w, _ in parts]),
        "week": np.concatenate([w for _, _, w, _ in parts]),
        "loyalty": np.concatenate([v for _, _, _, v in parts]),
    }
    warm = columns["week"] <= 0
    for name in WARMUP_MEASURES[1:]:
        columns[name] = columns["loyalty"].copy()
    columns["csat"] = np.where(warm, np.nan, columns["loyalty"])
    return columns


def flat(weeks=156):
    return np.zeros(weeks)


def test_the_warm_up_is_judged_on_its_own_weeks():
    approach = 5.0 * np.exp(-np.arange(104) / 4.0)
    found = settling(series_of({"a": flat(), "b": flat() + 9.0}, approach), 156 * 7)
    assert [each.measure for each in found.warmup] == list(WARMUP_MEASURES)
    for each in found.warmup:
        assert each.weeks == 104
        assert 5 < each.cut < 52
        assert each.week == each.cut - 103
        assert each.day == (each.week - 1) * 7 < 0
    assert found.warmed_up
    assert "settled after" in found.sentences()[0]
    assert {each.policy for each in found.branch} == {"a", "b"}
    csat = [each for each in found.branch if each.measure == "csat"]
    assert all(each.weeks == 156 and each.at[0] == 1 for each in csat)


def test_a_warm_up_that_drifts_has_not_settled():
    found = settling(series_of({"a": flat()}, np.arange(104.0)), 156 * 7)
    assert not found.warmed_up
    assert "has not settled" in found.sentences()[0]


@pytest.mark.parametrize(("drowns", "chosen"), [(2, 0), (35, 1), (60, 2)])
def test_the_earliest_end_after_everything_has_settled_is_taken(drowns, chosen):
    days = 156 * 7
    slow = np.where(np.arange(156) < drowns, 3.0, 0.0)
    found = settling(series_of({"a": flat(), "b": slow}), days)
    assert found.steady.settled
    assert found.steady.period == tails(days)[chosen]
    assert max(each.day for each in found.branch) <= found.steady.period.first
    assert "all headlines have settled" in found.steady.sentence


def test_a_branch_that_still_moves_gives_its_last_half_and_says_so():
    found = settling(series_of({"a": flat(), "b": np.arange(156.0)}), 156 * 7).steady
    assert found.period == tails(156 * 7)[-1]
    assert not found.settled
    assert {policy for _, policy in found.unsettled} == {"b"}
    assert "There is no steady part" in found.sentence
    assert "customer loyalty" in found.sentence


def test_without_series_or_with_a_short_one_it_says_so():
    half = tails(1095)[-1]
    for series in (None, {"week": np.empty(0), "policy": np.empty(0)}, series_of({"a": flat(6)})):
        found = settling(series, 1095).steady
        assert (found.period, found.settled, found.told) == (half, False, False)
        assert "too short to find a steady part" in found.sentence
    assert steady_period((), 10).period == WHOLE
    assert "too short" in steady_period((), 10).sentence


def test_few_weeks_are_too_few_to_tell():
    short = Truncation("csat", "a", 9, 0, 1, np.zeros(9), np.arange(1, 10))
    assert (short.told, short.settled, short.verdict) == (False, False, "too short to tell")


def results_over(measure_over, series, days):
    columns = {"days": np.array([days]), "policy": np.array(["a"], dtype=object)}
    return Results(columns, series=series, measure_over=measure_over)


def test_results_are_over_the_years_or_over_the_steady_part():
    days = 156 * 7
    slow = np.where(np.arange(156) < 35, 3.0, 0.0)
    series = series_of({"a": slow})
    years = results_over("years", series, 1095).periods
    assert [each.key for each in years] == ["year_1", "year_3"]
    assert results_over("steady", series, days).periods == (tails(days)[1],)
    assert results_over("steady", None, days).periods == (tails(days)[2],)
    assert results_over("steady", None, 10).periods == (WHOLE,)
