"""Satisficing and maximin: shares, the target that fails, and how little few sets say."""

import math

import numpy as np
import pytest
from scipy import stats

from experiments.analysis.robustness.maximin import maximin
from experiments.analysis.robustness.satisficing import Target, difference, satisficing, wilson
from experiments.errors import RequestError

MEASURES = ("retention", "burnout")
BOTH = (Target("retention", least=0.8), Target("burnout", most=0.3))


def table(rows):
    """One replication and one policy more, which meets nothing."""
    values = np.array(rows, dtype=float)[np.newaxis, :, np.newaxis, :]
    return np.concatenate([values, np.tile([0.0, 1.0], (1, len(rows), 1, 1))], axis=2)


def test_shares_and_what_fails_by_hand():
    rows = [[0.9, 0.2], [0.8, 0.3], [0.7, 0.2], [0.9, 0.5], [0.6, 0.4], [0.7, 0.1]]
    found, other = satisficing(table(rows), ("a", "b"), MEASURES, BOTH)
    assert found.share.mean == pytest.approx(2 / 6)
    assert found.fails == pytest.approx({"retention": 3 / 6, "burnout": 2 / 6})
    assert found.alone == pytest.approx({"retention": 2 / 6, "burnout": 1 / 6})
    assert found.most_often == "retention"
    assert found.met.tolist() == [True, True, False, False, False, False]
    assert math.isnan(found.surely)
    assert other.share.mean == 0.0
    gap, p = difference(found, other)
    assert gap.mean == pytest.approx(2 / 6)
    assert p == pytest.approx(2 * 0.5**2)  # two sets differ, both one way


def test_wilson_is_where_the_score_test_just_does_not_refuse():
    found = wilson(7, 40)
    z = stats.norm.ppf(0.975)
    for end in (found.low, found.high):
        assert abs(7 / 40 - end) / math.sqrt(end * (1 - end) / 40) == pytest.approx(z)
    assert wilson(0, 5).low == 0.0
    assert wilson(5, 5).high == 1.0
    assert math.isnan(wilson(0, 0).mean)


def test_what_is_surely_met_is_met_and_what_is_met_is_possible():
    rng = np.random.default_rng(1)
    centre = rng.uniform(0.6, 1.0, (1, 300, 2, 1)) * np.array([1.0, 0.4])
    values = centre + rng.normal(0.0, 0.05, (4, 300, 2, 2))
    for found in satisficing(values, ("a", "b"), MEASURES, BOTH):
        assert found.surely < found.share.mean < found.possibly
    exact = satisficing(np.repeat(centre, 3, axis=0), ("a", "b"), MEASURES, BOTH)
    for found in exact:
        assert found.surely == found.share.mean == found.possibly


def test_a_set_on_the_brink_is_surely_met_in_one_case_of_twenty():
    # The mean is the target itself: 5 %, ± 4.5 standard errors of 4,000 sets.
    values = np.random.default_rng(2).normal(size=(5, 4000, 1, 1))
    (found,) = satisficing(values, ("a",), ("x",), (Target("x", least=0.0),))
    slack = 4.5 * math.sqrt(0.05 * 0.95 / 4000)
    assert found.surely == pytest.approx(0.05, abs=slack)
    assert found.possibly == pytest.approx(0.95, abs=slack)


def test_a_set_that_always_failed_does_not_count():
    values = table([[0.9, 0.2], [0.9, 0.2]])
    values[0, 1, 1, 0] = math.nan
    found, _ = satisficing(values, ("a", "b"), MEASURES, BOTH)
    assert (found.share.mean, found.share.n) == (1.0, 1)
    assert found.most_often == ""


@pytest.mark.parametrize(
    ("targets", "text"),
    [
        ((), "none"),
        ((Target("retentoin", least=0.0),), "retention"),
        ((Target("burnout"),), "an end"),
        ((Target("burnout", least=2.0, most=1.0),), "not above"),
        ((Target("burnout", most=1.0), Target("burnout", least=0.0)), "2 times"),
    ],
)
def test_targets_that_cannot_be_are_refused(targets, text):
    with pytest.raises(RequestError, match=text):
        satisficing(table([[0.9, 0.2]]), ("a", "b"), MEASURES, targets)


def test_the_worst_centre_by_hand():
    values = np.array([[5.0, 4.0], [1.0, 3.0], [2.0, 2.5]])
    found = maximin(values, ("a", "b"), 1, 1)
    a, b = found.policies
    assert (a.value, a.where, a.second) == (1.0, 1, 2.0)
    assert (b.value, b.where, b.second) == (2.5, 2, 3.0)
    assert (found.chosen, found.lead) == ("b", 1.5)
    assert "only 3" in found.caution
    less = maximin(-values, ("a", "b"), -1, 1)
    assert (less.chosen, less.policies[0].value) == ("b", -1.0)


def test_what_few_sets_say_of_others_is_kept():
    # A new centre is worse than the worst of 9 in one case of ten: 5,000 tries, ± 4.5 errors.
    rng = np.random.default_rng(3)
    draws = rng.normal(size=(5000, 10))
    worse = np.mean(draws[:, 9] < draws[:, :9].min(axis=1))
    found = maximin(np.column_stack([draws[0, :9], np.zeros(9)]), ("a", "b"), 1, 1)
    assert found.worse == pytest.approx(0.1)
    assert worse == pytest.approx(found.worse, abs=4.5 * math.sqrt(0.09 / 5000))
    # The share of centres no worse than the worst of 9 is ``covered`` or more in 95 %, for the
    # better of two policies as well: (1 - 0.05 / 2) squared. Not so with Wilks's share for one.
    others = rng.normal(size=(5000, 9)).min(axis=1)
    share = stats.norm.sf(np.maximum(draws[:, :9].min(axis=1), others))
    assert np.mean(share >= found.covered) == pytest.approx(
        0.975**2, abs=4.5 * math.sqrt(0.05 * 0.95 / 5000)
    )
    assert np.mean(share >= 0.05 ** (1.0 / 9.0)) < 0.92


def test_noise_makes_the_plain_worst_too_bad_and_the_held_out_too_good():
    rng = np.random.default_rng(4)
    truth = rng.normal(size=(30, 2))
    plain, held = np.zeros(2), np.zeros(2)
    for seed in range(80):
        noisy = truth + rng.normal(size=(4, 30, 2))
        found = maximin(noisy, ("a", "b"), 1, seed, resamples=2).policies
        plain += [each.value for each in found]
        held += [each.held_out for each in found]
    assert (plain / 80 < truth.min(axis=0) - 0.05).all()
    assert (held / 80 > truth.min(axis=0) + 0.02).all()
    same = np.repeat(truth[np.newaxis], 3, axis=0)
    for each in maximin(same, ("a", "b"), 1, 1).policies:
        assert each.held_out == pytest.approx(each.value)
