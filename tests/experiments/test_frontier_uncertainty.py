"""How sure the frontier is: against theory, and by rates over repeated experiments."""

import math

import numpy as np
import pytest
from scipy import stats

from experiments.analysis.contrasts import holm
from experiments.analysis.frontier.allocation import next_evaluations
from experiments.analysis.frontier.confidence import exclusion_p
from experiments.analysis.frontier.hypervolume import hypervolume
from experiments.analysis.frontier.objectives import Objectives
from experiments.analysis.frontier.resampling import means, resampled_means
from experiments.analysis.frontier.uncertainty import frontier, probability_non_dominated
from experiments.errors import RequestError

BOTH = Objectives(("a", "b"), (1, 1))


def paired(rng, truth, replications, own=0.3, common=0.5):
    """Return values with noise of which a part is common to all points of a replication."""
    width = truth.shape[1]
    shared = common * rng.normal(size=(replications, 1, width))
    return truth + shared + own * rng.normal(size=(replications, *truth.shape))


def test_probability_against_the_normal_limit():
    """Better in one objective for sure, a point is non-dominated if it is not beaten in the other.

    So: point 0 beats point 1 in a; point 1 is on the frontier where it is above in b, of which
    the mean difference is near normal.
    """
    d = stats.norm.ppf((np.arange(60) + 0.5) / 60)
    d = -0.15 + d / d.std()
    shared = np.random.default_rng(5).normal(0.0, 50.0, 60)
    values = np.stack(
        [np.stack([shared + 1.0, shared], axis=1), np.stack([shared, shared + d], axis=1)], axis=1
    )
    found = probability_non_dominated(values, BOTH, resamples=4_000)
    expected = stats.norm.cdf(d.mean() * math.sqrt(60) / d.std(ddof=1))
    error = math.sqrt(expected * (1.0 - expected) / 4_000)
    # Monte Carlo: six standard errors; the limit itself: a few thousandths.
    assert found[1] == pytest.approx(expected, abs=6.0 * error + 0.005)
    assert found[0] == 1.0


def test_resampled_means_have_the_variance_of_a_mean_and_keep_pairs():
    rng = np.random.default_rng(6)
    values = paired(rng, np.zeros((3, 2)), 12)
    drawn = np.concatenate(list(resampled_means(values, 20_000)))
    expected = values.var(axis=0, ddof=1) / 12.0
    # The relative standard error of a variance of 20,000 is 1 % (more for heavy tails).
    assert drawn.var(axis=0) == pytest.approx(expected, rel=0.08)
    assert drawn.mean(axis=0) == pytest.approx(means(values), abs=0.01)
    apart = values[:, 0] - values[:, 1]
    both = (drawn[:, 0] - drawn[:, 1]).var(axis=0)
    assert both == pytest.approx(apart.var(axis=0, ddof=1) / 12.0, rel=0.08)


def test_common_chance_cancels_between_points_with_different_replications():
    rng = np.random.default_rng(15)
    truth = np.array([[0.0, 1.0], [0.2, 0.8], [0.4, 0.6], [0.6, 0.4]])
    values = paired(rng, truth, 40, own=1e-6, common=5.0)
    values[10:, :2] = values[25, 2] = math.nan
    # Plain means differ by 5 (1/10 - 1/40)^(1/2) or so; the chance is common, and cancels.
    apart = truth - truth[0]
    found = means(values)
    assert found - found[0] == pytest.approx(apart, abs=1e-5)
    assert found == pytest.approx(np.nanmean(values[:, 3], axis=0) + truth - truth[3], abs=1e-5)
    assert frontier(values, BOTH, resamples=100).probability.tolist() == [1.0] * 4
    for drawn in resampled_means(values, 50):
        assert drawn - drawn[:, :1] == pytest.approx(np.broadcast_to(apart, drawn.shape), abs=1e-5)


def test_means_are_the_least_squares_of_the_additive_model():
    rng = np.random.default_rng(16)
    values = paired(rng, rng.random((5, 2)), 9)
    values[rng.random((9, 5)) < 0.4] = math.nan
    rows, points = np.nonzero(~np.isnan(values[:, :, 0]))
    design = np.zeros((len(rows), 14))
    design[np.arange(len(rows)), points] = design[np.arange(len(rows)), 5 + rows] = 1.0
    there = np.zeros(14)
    there[5 + np.unique(rows)] = 1.0
    solved = np.linalg.lstsq(
        np.concatenate([design, there[np.newaxis]]),
        np.concatenate([values[rows, points], np.zeros((1, 2))]),
        rcond=None,
    )[0]
    assert means(values) == pytest.approx(solved[:5], abs=1e-9)
    # Points that no replication joins have nothing to lean on.
    parted = np.full((6, 2, 2), math.nan)
    parted[:3, 0], parted[3:, 1] = 2.0, 3.0
    assert means(parted).tolist() == [[2.0, 2.0], [3.0, 3.0]]


def test_equal_points_share_their_fate_and_a_tie_is_no_loss():
    rng = np.random.default_rng(7)
    a, cost = rng.normal(0.1, 3.0, 20), rng.normal(50.0, 1.0, 20)
    values = np.stack([np.stack([x, cost], axis=1) for x in (a, a, a + 1.0)], axis=1)
    found = frontier(values, Objectives(("a", "cost"), (1, -1)))
    # The third is better in one and exactly equal in the other, in every resample.
    assert found.probability.tolist() == [0.0, 0.0, 1.0]
    assert found.on.tolist() == [False, False, True]
    # What is only equal in an objective is not shown to be worse.
    assert found.kept.tolist() == [True, True, True]


def test_points_with_gaps():
    values = paired(np.random.default_rng(8), np.array([[1.0, 1.0], [0.0, 0.0], [2.0, 2.0]]), 10)
    values[3:, 2] = math.nan
    values[0, 0, 1] = math.nan  # one objective of a run: the run does not count
    found = frontier(values, BOTH)
    assert found.n.tolist() == [9, 10, 3]
    assert math.isnan(found.probability[2])
    assert found.on.tolist() == [False, False, True]
    empty = np.full((4, 2, 2), math.nan)
    nothing = frontier(empty, BOTH)
    assert not nothing.on.any()
    assert nothing.kept.all()
    assert math.isnan(nothing.volume.value)


def test_exclusion_against_paired_t_tests_one_by_one():
    rng = np.random.default_rng(9)
    values = paired(rng, rng.random((7, 3)) * 2.0, 12)
    values[8:, 3] = values[10:, 5] = math.nan
    smallest = []
    for j in range(7):
        rivals = []
        for i in range(7):
            there = ~np.isnan(values[:, [i, j], 0]).any(axis=1)
            tests = [
                stats.ttest_rel(values[there, i, k], values[there, j, k], alternative="greater")
                for k in range(3)
            ]
            rivals.append(max(test.pvalue for test in tests) if i != j else 1.0)
        smallest.append(min(1.0, 6 * min(rivals)))
    assert exclusion_p(values) == pytest.approx(holm(smallest), rel=1e-6)
    shifted = values + 1e6 * rng.normal(size=(12, 1, 3))  # common chance drops out
    assert exclusion_p(shifted) == pytest.approx(holm(smallest), rel=1e-3)


def test_the_set_holds_the_true_frontier_as_often_as_it_says():
    rng = np.random.default_rng(10)
    x = np.linspace(0.0, 1.0, 8)
    front = np.stack([x, 1.0 - x**2], axis=1)
    truth = np.concatenate([front, front - 0.02, [[-1.0, -1.0]]])
    missed = 0
    for _ in range(200):
        p = exclusion_p(paired(rng, truth, 8))
        missed += bool((p[:8] <= 0.05).any())
        assert p[-1] <= 0.05  # it has power where it should
    # At a rate of 0.05 more than 27 of 200 has a probability below 2e-6.
    assert missed <= 27


@pytest.mark.slow
def test_the_hypervolume_is_in_its_interval_about_as_often_as_it_says():
    rng = np.random.default_rng(11)
    truth = rng.random((40, 2))
    reference = truth.min(axis=0) - 0.5
    expected = hypervolume(truth, reference).value
    held = biased = 0
    for seed in range(200):
        found = frontier(paired(rng, truth, 20), BOTH, reference, resamples=400, seed=seed).volume
        held += found.low <= expected <= found.high
        biased += found.value > expected
    # A basic interval of 20 replications falls a little short: 0.88 is allowed, less is not
    # (below 156 of 200 at 0.88: 3e-5).
    assert held >= 156
    assert biased > 100  # the estimate is too high more often than not, as documented


def test_interval_and_volume_without_noise():
    values = np.repeat(np.array([[[0.0, 2.0], [1.0, 1.0], [0.5, 0.5]]]), 6, axis=0)
    found = frontier(values, BOTH, reference=np.array([0.0, 0.0]))
    volume = found.volume
    assert (volume.value, volume.low, volume.high, volume.bias) == (1.0, 1.0, 1.0, 0.0)
    assert found.probability.tolist() == [1.0, 1.0, 0.0]
    assert found.kept.tolist() == [True, True, False]
    assert found.front.tolist() == [0, 0, 1]


def test_the_same_seed_gives_the_same_answer():
    values = paired(np.random.default_rng(12), np.random.default_rng(13).random((30, 3)), 15)
    three = Objectives(("a", "b", "c"), (1, -1, 1))
    first, second, other = (frontier(values, three, seed=seed) for seed in (4, 4, 5))
    assert first.probability.tolist() == second.probability.tolist()
    assert first.volume.low == second.volume.low
    assert first.probability.tolist() != other.probability.tolist()
    # Another order of the points changes nothing but the order.
    turned = frontier(values[:, ::-1], three, seed=4)
    assert turned.probability[::-1] == pytest.approx(first.probability, abs=0.003)


def test_runs_go_to_points_in_doubt_and_to_their_rivals():
    rng = np.random.default_rng(14)
    # 0 and 1 are near each other, 2 far ahead elsewhere, 3 far behind everything.
    truth = np.array([[1.0, 0.0], [0.95, -0.05], [-5.0, 5.0], [-9.0, -9.0]])
    values = paired(rng, truth, 10)
    given = next_evaluations(values, BOTH, 42)
    assert given.tolist() == next_evaluations(values, BOTH, 42).tolist()
    assert given.sum() == 42
    assert (given[:2] > 15).all()
    assert not given[2:].any()
    assert next_evaluations(values, BOTH, 42, most=12).tolist() == [2, 2, 0, 0]
    assert not next_evaluations(values[:, 2:], BOTH, 42).any()  # nothing is in doubt
    short = values.copy()
    short[3:, 3] = math.nan
    assert next_evaluations(short, BOTH, 10)[3] == 2  # up to five first


def test_what_has_the_wrong_shape_is_refused():
    with pytest.raises(RequestError, match="replications, points, objectives"):
        frontier(np.zeros((3, 2)), BOTH)
    with pytest.raises(RequestError, match="infinite"):
        frontier(np.full((6, 2, 2), math.inf), BOTH)


def test_fewer_rivals_only_leave_more_points_in(monkeypatch):
    rng = np.random.default_rng(17)
    values = paired(rng, 3.0 * rng.random((40, 2)), 15)
    everyone = exclusion_p(values)
    monkeypatch.setattr("experiments.analysis.frontier.confidence.RIVALS", 6)
    few = exclusion_p(values)
    assert (few >= everyone).all()
    assert (few <= 0.05).sum() > 0.5 * (everyone <= 0.05).sum() > 5
