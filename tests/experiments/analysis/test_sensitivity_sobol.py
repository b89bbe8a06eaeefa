"""Sobol' indices: known functions, SciPy's and SALib's own, noise taken off, failed runs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from SALib.analyze import sobol as salib
from scipy import stats

from experiments.analysis.bootstrap import generator, resamples_for
from experiments.analysis.sensitivity import sobol
from experiments.analysis.sensitivity.noise import noise
from experiments.analysis.sensitivity.ranking import ranked
from experiments.analysis.sensitivity.resampling import bca, resampled
from experiments.analysis.sensitivity.saltelli import saltelli
from experiments.analysis.sensitivity.sobol import KINDS, contrasts, indices, wins
from experiments.errors import RequestError
from tests.experiments.analysis.functions import (
    ishigami,
    ishigami_indices,
    sobol_g,
    sobol_g_indices,
)

FIRST, TOTAL, DUMMY, NET_FIRST, NET_TOTAL = range(len(KINDS))


def known(name, n, seed=5):
    function, theory, names = {
        "ishigami": (ishigami, ishigami_indices, "abc"),
        "g": (sobol_g, sobol_g_indices, "abcdef"),
    }[name]
    design = saltelli(names, n, seed)
    return design, function, np.array(theory())


def one(design, values):
    """Return the indices of one output, given as (replications, runs) or (runs,)."""
    return indices(design, np.atleast_2d(values)[np.newaxis], ["y"])


@pytest.mark.parametrize("name", ["ishigami", "g"])
def test_known_functions_get_their_indices(name):
    design, function, theory = known(name, 4096)
    found = one(design, function(design.points))
    # The sequence is drawn from a fixed seed; a wrong formula is off by far more.
    np.testing.assert_allclose(found.values[:2, 0], theory, atol=0.02)
    assert (found.ends[:2, 0, :, 0] <= theory).mean() > 0.8
    assert (found.ends[:2, 0, :, 1] >= theory).mean() > 0.8


def test_scipy_with_a_function_has_the_same_design_and_indices():
    design, function, _ = known("ishigami", 256)
    theirs = stats.sobol_indices(
        func=lambda x: function(x.T),
        n=256,
        dists=[stats.uniform()] * 3,
        rng=np.random.default_rng(design.seed),
    )
    ours = one(design, function(design.points))
    np.testing.assert_allclose(ours.values[0, 0], theirs.first_order, atol=1e-10)
    np.testing.assert_allclose(ours.values[1, 0], theirs.total_order, atol=1e-10)


def test_intervals_are_scipys():
    rows = np.random.default_rng(2).lognormal(size=(60, 2))
    ours = bca(*resampled(np.column_stack([rows, np.ones(60)]), lambda s: s[:, 0] / s[:, 1]))
    theirs = stats.bootstrap(
        (rows[:, 0], rows[:, 1]),
        lambda x, y, axis: np.mean(x, axis=axis) / np.mean(y, axis=axis),
        paired=True,
        vectorized=True,
        method="BCa",
        n_resamples=resamples_for(60),
        rng=generator(60),
    )
    np.testing.assert_allclose(ours, theirs.confidence_interval, rtol=1e-9)


@pytest.mark.parametrize("name", ["ishigami", "g"])
def test_salib_finds_the_same(name):
    design, function, _ = known(name, 512)
    values = function(design.points)
    problem = {"num_vars": design.d, "names": list(design.names), "bounds": [[0, 1]] * design.d}
    theirs = salib.analyze(problem, values, calc_second_order=False, seed=1)
    ours = one(design, values).values[:, 0]
    np.testing.assert_allclose(ours[TOTAL], theirs["ST"], rtol=1e-10)
    # SALib takes the mean of all runs out before it multiplies, SciPy that of A and B.
    f_a, f_b, f_ab = design.split(values)
    base = np.concatenate([f_a, f_b])
    moved = (values.mean() - base.mean()) * (f_ab - f_a[:, np.newaxis]).mean(axis=0) / base.var()
    np.testing.assert_allclose(ours[FIRST] - moved, theirs["S1"], atol=1e-10)


def test_noise_is_taken_off():
    design, function, theory = known("g", 1024)
    rng = np.random.default_rng(8)
    common, own = rng.normal(size=(4, 1)), 0.4 * rng.normal(size=(4, len(design)))
    found = one(design, function(design.points) + common + own)
    se = found.draws[:, :, 0].std(axis=0)
    # Twelve figures within 4 standard errors: a false alarm in fewer than 1 of 1,000 seeds.
    assert np.all(np.abs(found.values[[NET_FIRST, NET_TOTAL], 0] - theory) < 4.0 * se[3:])
    # The last two have no effect to speak of, and as much of the variance as the dummy.
    variance = 1.0 / theory[0, 0] / 3.0 + 0.04
    np.testing.assert_allclose(found.values[TOTAL, 0, 4:], 0.04 / variance, rtol=0.25)
    np.testing.assert_allclose(found.values[DUMMY, 0], 0.04 / variance, rtol=0.25)


def test_common_chance_cancels():
    design, function, _ = known("g", 64)
    values = function(design.points)
    chance = 100.0 * np.random.default_rng(1).normal(size=(3, 1))
    quiet, loud = one(design, values), one(design, values + chance)
    np.testing.assert_allclose(loud.values[:2], quiet.values[:2], atol=1e-9)
    np.testing.assert_allclose(loud.values[NET_TOTAL], quiet.values[TOTAL], atol=1e-9)
    np.testing.assert_allclose(loud.values[DUMMY], 0.0, atol=1e-12)
    assert np.isnan(quiet.values[DUMMY:]).all() and np.isnan(quiet.ends[DUMMY:]).all()


def test_failed_runs_take_their_replication_of_their_base_point_along():
    design, function, _ = known("g", 64)
    rng = np.random.default_rng(3)
    values = function(design.points) + 0.1 * rng.normal(size=(2, len(design)))
    broken = values.copy()
    broken[:, 3 * design.width + 2] = np.nan  # a whole base point
    broken[1, 5 * design.width] = np.inf  # one replication of another
    found = indices(design, np.stack([values, broken]), ["whole", "broken"])
    np.testing.assert_array_equal(found.rows, [64, 63])
    np.testing.assert_array_equal(found.failed, [0, 3])
    np.testing.assert_array_equal(found.values[:, 0], one(design, values).values[:, 0])

    table = values.reshape(2, 64, design.width)
    there = np.ones((2, 64, 1), dtype=bool)
    there[:, 3], there[1, 5] = False, False
    cells = table - (
        np.where(there, table[..., [0, -1]], 0).sum(axis=(1, 2)) / there.sum(axis=1)[:, 0] / 2
    ).reshape(2, 1, 1)
    means = (cells * there).sum(axis=0)[there.any(axis=0)[:, 0]]
    means /= there.sum(axis=0)[there.any(axis=0)[:, 0]]
    variance = np.var(means[:, [0, -1]])
    total = 0.5 * np.mean((means[:, :1] - means[:, 1:-1]) ** 2, axis=0) / variance
    np.testing.assert_allclose(found.values[TOTAL, 1], total, rtol=1e-9)


def test_part_of_a_design_is_a_design():
    small, function, _ = known("g", 32)
    large = saltelli(small.names, 64, small.seed)
    np.testing.assert_array_equal(large.points[: len(small)], small.points)
    values = function(large.points)
    broken_off = np.where(np.arange(len(large)) < len(small), values, np.nan)
    np.testing.assert_allclose(
        one(large, broken_off).values, one(small, values[: len(small)]).values, atol=1e-9
    )
    assert [small.name_of(run) for run in (0, 2, 7, 8)] == ["0 A", "0 AB b", "0 B", "1 A"]


def test_a_run_is_what_its_name_says():
    design = saltelli("abc", 8, 1)
    f_a, f_b, f_ab = design.split(design.points.T)
    for column in range(3):
        np.testing.assert_array_equal(f_ab[column, :, column], f_b[column])
        others = [each for each in range(3) if each != column]
        np.testing.assert_array_equal(f_ab[others, :, column], f_a[others])


@settings(max_examples=15)
@given(
    st.integers(0, 1000),
    st.floats(1e-6, 1e6),
    st.floats(-1e3, 1e3),
    st.integers(1, 3),
    st.integers(1, 3),
)
def test_units_and_company_change_nothing(seed, unit, shift, replications, d):
    design = saltelli("abc"[:d], 16, seed)
    values = np.random.default_rng(seed).normal(size=(2, replications, len(design)))
    plain = indices(design, values, ["x", "y"])
    moved = indices(design, unit * (values[::-1] + shift), ["y", "x"])
    np.testing.assert_allclose(moved.values[:, ::-1], plain.values, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(moved.ends[:, ::-1], plain.ends, rtol=1e-4, atol=1e-4)
    alone = indices(design, values[1:], ["y"])
    np.testing.assert_allclose(alone.ends[:, 0], plain.ends[:, 1], rtol=1e-9, atol=1e-9)


def test_outputs_in_parts_get_what_they_get_together(monkeypatch):
    design, function, _ = known("g", 32)
    values = function(design.points) * np.random.default_rng(1).lognormal(size=(5, 2, len(design)))
    together = indices(design, values, list("vwxyz"))
    monkeypatch.setattr(sobol, "AT_ONCE", 2 * values[0].size)
    apart = indices(design, values, list("vwxyz"))
    for name in ("values", "ends", "draws"):
        np.testing.assert_allclose(getattr(apart, name), getattr(together, name), atol=1e-12)


def test_a_constant_output_has_no_indices():
    design = saltelli("ab", 16, 0)
    found = one(design, np.full(len(design), 0.1) + 1e-17)
    assert np.isnan(found.values).all() and np.isnan(found.ends).all()


def test_an_output_of_noise_alone_is_not_told_by_chance():
    rng = np.random.default_rng(2)
    design = saltelli("abcdef", 64, 1)
    for values in (rng.normal(size=(10, 2, len(design))), rng.poisson(0.02, (10, 2, len(design)))):
        found = indices(design, values.astype(float), [str(each) for each in range(10)])
        verdicts = [row.verdict for each in found.outputs for row in ranked(found, each)]
        assert verdicts.count("matters") <= 3  # of 60; one in forty would be 1.5


def test_contrasts_and_who_is_ahead():
    firm, soft = np.array([[1.0, 2.0, np.nan]]), np.array([[2.0, 2.0, 0.0]])
    found = contrasts({"firm": firm, "soft": soft}, [("firm", "soft")])["firm − soft"]
    np.testing.assert_array_equal(found, [[-1.0, 0.0, np.nan]])
    np.testing.assert_array_equal(wins(found), [[0.0, 0.5, np.nan]])


def test_what_is_wrong_is_refused():
    with pytest.raises(RequestError, match="the next is 128"):
        saltelli("ab", 100, 0)
    with pytest.raises(RequestError, match="each once"):
        saltelli("aa", 16, 0)
    design = saltelli("ab", 16, 0)
    with pytest.raises(RequestError, match="outputs × replications × runs"):
        indices(design, np.zeros((1, len(design))), ["y"])
    with pytest.raises(RequestError, match="no output"):
        one(design, design.points[:, 0]).of("z", "a")


def test_components_of_noise_are_recovered():
    rng = np.random.default_rng(4)
    parameters, common = rng.normal(0.0, 2.0, 4000), np.array([-1.0, 0.0, 1.0, 2.0, -2.0])
    found = noise(50.0 + parameters + common[:, np.newaxis] + rng.normal(size=(5, 4000)))
    # Relative standard errors are 0.011 of own and 0.023 of the parameters': 4 of each.
    assert found.own == pytest.approx(1.0, rel=0.045)
    assert found.parameters == pytest.approx(4.0, rel=0.095)
    assert found.common == pytest.approx(np.var(common, ddof=1), rel=0.05)
    assert found.of_a_run == pytest.approx(3.5 / 7.5, rel=0.05)
    assert found.of_means.low < 0.2 / 4.2 < found.of_means.high
    assert np.isnan(noise(np.ones((1, 9))).of_a_run)
    assert noise(np.ones((3, 9))).own == 0.0


def test_a_parameter_of_no_effect_seldom_beats_the_dummy():
    """The lower end above 0 in 2.5 % of 200; at 3.5 %, more than 15 has odds of 1 in 1,000."""
    rng = np.random.default_rng(11)
    design = saltelli("ab", 64, 2)
    values = design.points[:, 0] + 0.3 * rng.normal(size=(200, 3, len(design)))
    found = indices(design, values, [str(each) for each in range(200)])
    assert np.count_nonzero(found.ends[NET_TOTAL, :, 1, 0] > 0.0) <= 15
    # Not taken off, it would be a parameter that matters in every one.
    assert np.all(found.ends[TOTAL, :, 1, 0] > 0.05)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ishigami", "g"])
def test_intervals_cover(name):
    """Over 200 scramblings 95 % is promised, of independent points.

    It holds on average. It does not hold for every index: some pairs of columns of a Sobol'
    sequence are less even than independent ones, and the total of the last parameter of g, 0.0001,
    is covered 82 times of 100 only. A wrong formula or interval is off by far more.
    """
    _, function, theory = known(name, 8)
    inside = []
    for seed in range(200):
        design = known(name, 256, seed)[0]
        ends = one(design, function(design.points)).ends[:2, 0]
        inside.append((ends[..., 0] <= theory) & (theory <= ends[..., 1]))
    covered = np.mean(inside, axis=0)
    assert covered.mean() > 0.95
    assert covered.min() > 0.75
