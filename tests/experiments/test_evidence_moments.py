"""Statistics from sums of moments are those of the rows; intervals cover as they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.linear_model import LogisticRegression

from experiments.evidence.logistic import multiple_r
from experiments.evidence.moments import (
    by_cluster,
    correlation,
    covariance,
    error_spread,
    measured,
    moments,
    r_squared,
    slope,
    standardised,
)
from experiments.evidence.resampling import (
    estimate_of,
    estimates,
    interval,
    mean_estimates,
    resampled,
    weights,
)


@st.composite
def tables(draw, columns=4):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows, clusters = draw(st.integers(12, 60)), draw(st.integers(1, 7))
    mix = rng.standard_normal((columns, columns))
    shift = draw(st.sampled_from([0.0, 1.0, 1000.0]))
    return (
        rng.standard_normal((rows, columns)) @ mix + shift,
        rng.integers(0, clusters, rows),
        clusters,
    )


def regression(y, x):
    design = np.column_stack([np.ones(len(y)), x])
    fitted = design @ np.linalg.lstsq(design, y, rcond=None)[0]
    return 1.0 - np.var(y - fitted) / np.var(y)


@given(tables())
def test_sums_over_clusters_give_the_statistics_of_all_rows(made):
    table, cluster, count = made
    sums = by_cluster(table, cluster, count).sum(axis=0)[None]
    y, x = table[:, 0], table[:, 1:]
    z = (table - table.mean(axis=0)) / table.std(axis=0)
    expected = np.linalg.lstsq(z[:, 1:], z[:, 0], rcond=None)[0]
    close = {"rtol": 1e-6, "atol": 1e-6}
    np.testing.assert_allclose(covariance(sums)[0], np.cov(table.T, bias=True), **close)
    np.testing.assert_allclose(correlation(sums, 1, 3), np.corrcoef(y, x[:, 1])[0, 1], **close)
    np.testing.assert_allclose(slope(sums, 1, 2), np.polyfit(x[:, 0], y, 1)[0], **close)
    np.testing.assert_allclose(r_squared(sums, 1, (2, 3, 4)), regression(y, x), **close)
    np.testing.assert_allclose(standardised(sums, 1, (2, 3, 4))[0], expected, **close)


def test_what_does_not_vary_has_no_correlation_and_explains_nothing():
    rng = np.random.default_rng(1)
    y, x = rng.standard_normal((2, 100))
    sums = moments(np.column_stack([y, x, np.full(100, 0.3)]))[None]
    assert np.isnan(correlation(sums, 1, 3))
    np.testing.assert_allclose(r_squared(sums, 1, (2, 3)), regression(y, x[:, None]))
    assert np.isnan(r_squared(sums, 3, (1, 2)))


def test_measured_scores_have_the_stated_reliability():
    """The share of true variance in 40,000 measured scores; false alarm 1 in 10,000."""
    rng = np.random.default_rng(2)
    n, reliability = 40_000, 0.8
    true = 0.3 + 0.05 * rng.standard_normal((n, 2)) @ [[1.0, 0.6], [0.0, 0.8]]
    scores = measured(true, error_spread(reliability) * rng.standard_normal((n, 2)))
    r = np.corrcoef(scores.T, true.T)
    z = stats.norm.isf(0.5e-4)
    # Fisher's z has a standard error of 1 / sqrt(n - 3).
    for found, expected in ((r[0, 2], reliability**0.5), (r[0, 1], 0.6 * reliability)):
        assert abs(np.arctanh(found) - np.arctanh(expected)) < z / np.sqrt(n - 3)


def drawn_clusters(rng, clusters, rows):
    """Rows of two columns; half of each one's variance is the cluster's own; r = 0.4 in both."""
    root = np.linalg.cholesky([[1.0, 0.4], [0.4, 1.0]])
    of_cluster = np.repeat(rng.standard_normal((clusters, 2)), rows, axis=0)
    table = (of_cluster + rng.standard_normal((clusters * rows, 2))) @ root.T
    return table, np.repeat(np.arange(clusters), rows)


@pytest.mark.parametrize(("clusters", "least"), [(96, 0.925), (12, 0.88)])
def test_the_cluster_bootstrap_covers_a_known_correlation(clusters, least):
    """In 600 samples; a coverage of ``least`` would be taken for too little 1 time in 10,000.

    Percentile intervals of a correlation cover a little less than they say with few
    clusters, hence the lower demand on 12. Resampling rows covers far less: see below.
    """
    rng = np.random.default_rng(clusters)
    samples, covered, by_rows = 600, 0, 0
    for _ in range(samples):
        table, cluster = drawn_clusters(rng, clusters, 10)
        statistic = lambda s: {"r": correlation(s, 1, 2)}  # noqa: E731
        found = estimates(by_cluster(table, cluster, clusters), statistic, 300, "centres")["r"]
        covered += found.low <= 0.4 <= found.high
        half = 1.96 / np.sqrt(len(table) - 3)
        by_rows += abs(np.arctanh(np.corrcoef(table.T)[0, 1]) - np.arctanh(0.4)) < half
    assert covered >= stats.binom.ppf(1e-4, samples, least)
    assert covered <= stats.binom.isf(1e-4, samples, 0.975)
    assert by_rows < stats.binom.ppf(1e-4, samples, 0.90)  # rows are not independent


def test_the_interval_of_explained_variance_is_not_biased_as_its_resamples_are():
    """Six useless predictors beside a real one: R2 of 0.2 / 1.2 in 200 samples of 60 clusters.

    The percentile interval of R2 lies too high: resamples fit chance twice. False alarm of
    the BCa interval 1 in 10,000 where it covers 90 %; the percentile one covers less.
    """
    rng, samples, clusters = np.random.default_rng(8), 200, 60
    covered, plain = 0, 0
    for _ in range(samples):
        x = rng.standard_normal((clusters * 2, 7))
        y = x[:, 0] * np.sqrt(0.2) + rng.standard_normal(len(x))
        sums = by_cluster(np.column_stack([y, x]), np.arange(len(x)) // 2, clusters)
        drawn = resampled(sums, lambda s: {"r2": r_squared(s, 1, range(2, 9))}, 200, "centres")
        found = estimate_of(drawn["r2"], clusters, "centres")
        low, high = interval(drawn["r2"][1:201], clusters)
        covered += found.low <= 0.2 / 1.2 <= found.high
        plain += low <= 0.2 / 1.2 <= high
    assert covered >= stats.binom.ppf(1e-4, samples, 0.90)
    assert plain < covered - 10


def test_intervals_of_few_replications_are_as_wide_as_t_intervals():
    """Of 12 normal values: the mean's interval against Student's, within a twentieth."""
    values = np.random.default_rng(3).standard_normal(12)
    found = mean_estimates({"m": values}, 200_000, "replications")["m"]
    half = stats.t.ppf(0.975, 11) * values.std(ddof=1) / np.sqrt(12)
    assert found.value == pytest.approx(values.mean())
    assert (found.high - found.low) / (2 * half) == pytest.approx(1.0, abs=0.05)


def test_a_mean_leaves_out_replications_without_a_value():
    found = mean_estimates({"m": np.array([1.0, np.nan, 3.0])}, 0, "replications")["m"]
    assert (found.value, found.n) == (2.0, 2)


def test_no_resamples_give_no_interval_and_the_same_data_the_same_one():
    sums = by_cluster(*drawn_clusters(np.random.default_rng(4), 20, 5), 20)
    again = [
        estimates(sums, lambda s: {"r": correlation(s, 1, 2)}, resamples, "centres")["r"]
        for resamples in (0, 500, 500)
    ]
    assert np.isnan(again[0].low)
    assert again[0].value == pytest.approx(again[1].value)
    assert again[1] == again[2]
    assert again[1].low < again[1].value < again[1].high


def test_a_statistic_that_is_undefined_in_a_resample_has_no_interval():
    assert all(map(np.isnan, interval(np.array([0.1, np.nan, 0.3]), 10)))
    assert all(map(np.isnan, interval(np.array([0.1, 0.2, 0.3]), 2)))


def test_resamples_draw_as_many_clusters_as_there_are():
    drawn = weights(17, 400, "centres")
    assert drawn.shape == (1 + 400 + 17, 17)
    assert (drawn[:401].sum(axis=1) == 17).all()
    assert (drawn[401:].sum(axis=1) == 16).all()
    assert (weights(17, 400, "reps") != drawn).any()
    assert len(weights(17, 0, "centres")) == len(weights(2, 400, "centres")) == 1


def made_quitting(rng, n):
    x = rng.standard_normal((n, 3))
    chance = 1.0 / (1.0 + np.exp(-(-1.5 + x @ [0.8, 0.3, 0.0])))
    return x, rng.random(n) < chance


def test_logistic_regression_is_the_well_kept_library_s():
    x, happened = made_quitting(np.random.default_rng(5), 500)
    fitted = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(x, happened)
    expected = np.corrcoef(fitted.predict_proba(x)[:, 1], happened)[0, 1]
    found = multiple_r(x, happened, np.ones((1, 500)))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_weight_of_two_is_a_row_that_stands_there_twice():
    rng = np.random.default_rng(6)
    x, happened = made_quitting(rng, 200)
    weights = rng.integers(0, 3, (5, 200)).astype(float)
    found = multiple_r(x, happened, weights)
    for place, each in enumerate(weights.astype(int)):
        rows = np.repeat(np.arange(200), each)
        alone = multiple_r(x[rows], happened[rows], np.ones((1, len(rows))))
        np.testing.assert_allclose(found[place], alone[0], atol=1e-6)


def test_nobody_quits_and_there_is_no_multiple_r():
    x, _ = made_quitting(np.random.default_rng(7), 50)
    assert np.isnan(multiple_r(x, np.zeros(50, bool), np.ones((2, 50)))).all()
