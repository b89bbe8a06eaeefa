"""The value of information against closed forms, and against chance."""

import math

import numpy as np
import pytest
from scipy import stats

from experiments.analysis.robustness.smoothing import basis, fit
from experiments.analysis.robustness.value_of_information import value_of_information
from experiments.errors import RequestError

SLOPES = np.array([1.0, 0.5, 0.2, 0.0])
AHEAD = 0.3
NAMES = ("strong", "middling", "weak", "idle")


def linear_normal(ahead, spread):
    """E max(0, X) - max(0, E X), X normal with that mean and standard deviation."""
    at = ahead / spread
    return spread * stats.norm.pdf(at) + ahead * stats.norm.cdf(at) - max(0.0, ahead)


def linear_case(sets, rng, noise=0.5, replications=3):
    given = rng.standard_normal((sets, 4))
    mean = np.stack([np.zeros(sets), AHEAD + given @ SLOPES], axis=1)
    return given, mean + noise * rng.normal(size=(replications, sets, 2))


def test_two_policies_and_linear_normal_parameters():
    given, values = linear_case(4000, np.random.default_rng(1))
    found = value_of_information(values, ("old", "new"), 1, given, NAMES, 1, permutations=39)
    by_name = {each.name: each for each in found.partial}
    for name, slope in zip(NAMES[:3], SLOPES[:3], strict=True):
        each = by_name[name]
        assert each.value == pytest.approx(linear_normal(AHEAD, slope), abs=4 * each.error)
        assert each.error < 0.012
    assert by_name["idle"].value < 0.002
    assert [each.name for each in found.partial[:2]] == ["strong", "middling"]
    assert by_name["strong"].clear
    assert not by_name["idle"].clear
    assert found.best == "new"
    truth = linear_normal(AHEAD, math.sqrt((SLOPES**2).sum()))
    assert found.perfect.held_out < truth < found.perfect.plain


def test_the_bias_of_the_maximum_is_taken_off_on_average():
    rng = np.random.default_rng(2)
    plain, value, error = [], [], []
    for seed in range(60):
        given, values = linear_case(80, rng)
        found = value_of_information(values, ("a", "b"), 1, given, NAMES, seed, permutations=1)
        each = {one.name: one for one in found.partial}["middling"]
        plain.append(each.plain)
        value.append(each.value)
        error.append(each.error)
    truth = linear_normal(AHEAD, 0.5)
    slack = 3.5 * np.std(value) / math.sqrt(60)
    assert np.mean(value) == pytest.approx(truth, abs=slack)
    assert np.mean(value) < np.mean(plain)
    # The standard error is that of the estimates, within a half.
    assert 0.67 < np.mean(error) / np.std(value) < 1.5


def test_a_curved_parameter_three_policies_and_less_is_better():
    # v = 0, x^2 - 1/3, 1/3 - x^2 with x uniform on (-1, 1): E max = E|x^2 - 1/3| = 8 / (27 sqrt 3)
    # times 1.5, that is 4 / (9 sqrt 3); and no policy is ahead.
    rng = np.random.default_rng(3)
    x = rng.uniform(-1.0, 1.0, 3000)
    curve = x**2 - 1.0 / 3.0
    values = np.stack([np.zeros(3000), curve, -curve], axis=1) + rng.normal(0, 0.3, (3000, 3))
    grid = np.linspace(-1.0, 1.0, 200_001)
    truth = np.abs(grid**2 - 1.0 / 3.0).mean()
    found = value_of_information(
        -values, ("a", "b", "c"), -1, x[:, np.newaxis], ("x",), 1, permutations=19
    )
    (each,) = found.partial
    assert each.value == pytest.approx(truth, abs=4 * each.error)
    assert each.freedom > 2.5
    assert each.clear
    assert math.isnan(found.perfect.held_out)


def test_categories_and_parameters_that_do_not_vary():
    rng = np.random.default_rng(4)
    kind = rng.integers(0, 3, 600)
    gain = np.array([-1.0, 0.5, -1.0])[kind] + rng.normal(0.0, 0.2, 600)
    given = np.column_stack([kind, np.ones(600)])
    values = np.column_stack([np.zeros(600), gain])
    found = value_of_information(values, ("a", "b"), 1, given, ("kind", "same"), 1, permutations=19)
    kinds, same = found.partial
    assert kinds.value == pytest.approx(0.5 / 3.0, abs=4 * kinds.error)
    assert (same.name, same.value, same.clear) == ("same", 0.0, False)


def test_tied_policies_make_no_parameter_clear_but_by_chance():
    # 5 % of analyses at most, by permutation: of 60, more than 9 once in 1,000 times.
    rng = np.random.default_rng(5)
    hits = 0
    for seed in range(60):
        given, values = rng.random((60, 4)), rng.normal(size=(60, 3))
        found = value_of_information(
            values, ("a", "b", "c"), 1, given, NAMES, seed, permutations=19
        )
        hits += any(each.clear for each in found.partial)
    assert hits <= stats.binom.isf(0.001, 60, 0.05)


def test_a_smooth_keeps_means_and_lines():
    rng = np.random.default_rng(6)
    x = np.sort(rng.lognormal(size=200))
    line = np.column_stack([3.0 - 2.0 * x, np.ones(200)])
    assert fit(basis(x), line).curve == pytest.approx(line, abs=1e-4)
    on = basis(x)
    assert np.sum(on.penalty == 0.0) == 2
    assert on.columns.T @ on.columns == pytest.approx(np.eye(on.columns.shape[1]), abs=1e-4)
    noisy = rng.normal(size=(200, 2))
    assert fit(on, noisy).curve.mean(axis=0) == pytest.approx(noisy.mean(axis=0), abs=1e-4)


def test_what_is_worth_nothing_to_ask_is_refused():
    with pytest.raises(RequestError, match="40"):
        value_of_information(np.zeros((10, 2)), ("a", "b"), 1, np.zeros((10, 1)), ("x",), 1)
    with pytest.raises(RequestError, match="finite"):
        value_of_information(np.zeros((50, 2)), ("a", "b"), 1, np.zeros((49, 1)), ("x",), 1)
