"""A regime map knows where a boundary lies, and is unsure beside it and nowhere else."""

import numpy as np
import pytest

from experiments.analysis.regimes.boundary import regime_map
from experiments.analysis.regimes.scenarios import Factor, Scenarios, given, redrawn, winners
from experiments.errors import RequestError

FACTORS = (
    Factor("claims", 0.0, 0.4),
    Factor("size", 10.0, 1000.0, scale="log"),
    Factor("market", categories=("tight", "loose")),
)


def scenarios_of(n, seed):
    rng = np.random.default_rng(seed)
    spread = [0.4 * rng.random(n), 10.0 * 100.0 ** rng.random(n), rng.integers(0, 2, n)]
    return Scenarios(FACTORS, np.column_stack(spread))


def labelled(leader, margin=10.0):
    n = len(leader)
    return given("staff", ("a", "b"), leader, np.full(n, margin), np.ones(n, dtype=bool))


def test_a_slanting_boundary_is_found_and_is_unsure_near_itself_only():
    scenarios = scenarios_of(1500, 1)
    place = scenarios.scaled
    leader = (place[:, 0] + place[:, 1] > 1.0).astype(int)
    found = regime_map(scenarios, labelled(leader), "claims", "size", 1, cells=15, resamples=100)
    at = (np.arange(15) + 0.5) / 15
    away = at[np.newaxis, :] + at[:, np.newaxis] - 1.0  # rows are the second parameter
    clear = np.abs(away) > 2.0 * found.reach.mean()
    assert (found.best == (away > 0))[clear].all()
    assert found.sure[clear].all()
    assert not found.sure[np.abs(away) < 1e-9].all()
    assert found.at_y[7] == pytest.approx(100.0)
    assert found.share.sum(axis=2) == pytest.approx(np.ones((15, 15)))
    assert (found.low <= found.high).all()


def test_a_third_parameter_lowers_the_share_and_not_the_sureness():
    # b is best in one market, which is seven centres in ten, wherever on the map.
    rng = np.random.default_rng(2)
    scenarios = scenarios_of(3000, 2)
    points = scenarios.points.copy()
    points[:, 2] = rng.random(3000) < 0.7
    found = regime_map(
        Scenarios(FACTORS, points),
        labelled(points[:, 2].astype(int)),
        "claims",
        "size",
        1,
        cells=7,
        resamples=100,
    )
    assert found.share[..., 1].mean() == pytest.approx(0.7, abs=0.04)
    assert found.sure.mean() > 0.8


def test_noise_of_scenarios_makes_it_less_sure():
    scenarios = scenarios_of(300, 3)
    leader = (scenarios.scaled[:, 0] > 0.5).astype(int)
    sure = [
        regime_map(
            scenarios, labelled(leader, margin), "claims", "size", 1, cells=9, resamples=100
        ).sure.mean()
        for margin in (10.0, 0.3)
    ]
    assert sure[1] < sure[0]


def test_categories_have_columns_of_their_own():
    scenarios = scenarios_of(400, 4)
    leader = (scenarios.points[:, 2] == 1).astype(int)
    found = regime_map(scenarios, labelled(leader), "market", "claims", 1, cells=5, resamples=50)
    assert found.best.tolist() == [[0, 1]] * 5
    assert found.sure.all()
    some = scenarios.only(scenarios.points[:, 2] == 0)
    found = regime_map(
        some, labelled(np.zeros(len(some), int)), "market", "claims", 1, cells=5, resamples=50
    )
    assert found.best.tolist() == [[0, -1]] * 5
    assert np.isnan(found.share[:, 1]).all()


def test_leaders_redrawn_for_all_at_once_can_be_given():
    # All noise is shared: whole maps turn round together, which single scenarios do not show.
    rng = np.random.default_rng(5)
    scenarios = scenarios_of(200, 5)
    values = np.zeros((6, 200, 2))
    values[:, :, 1] = rng.normal(0.1, 1.0, 6)[:, np.newaxis]
    found = winners("staff", ("a", "b"), values, 1)
    together = redrawn(values, 1, 100, rng)
    shared = regime_map(
        scenarios, found, "claims", "size", 1, cells=5, resamples=100, leaders=together
    )
    alone = regime_map(scenarios, found, "claims", "size", 1, cells=5, resamples=100)
    assert shared.leads[..., 1] == pytest.approx(np.full((5, 5), together[:, 0].mean()))
    assert (shared.high - shared.low).min() == 1.0
    assert (alone.high - alone.low).max() < 1.0


def test_what_is_no_map_is_refused():
    scenarios = scenarios_of(50, 6)
    labels = labelled(np.zeros(50, int))
    with pytest.raises(RequestError, match="twice"):
        regime_map(scenarios, labels, "claims", "claims", 1)
    with pytest.raises(RequestError, match="claims, size, market"):
        regime_map(scenarios, labels, "claims", "sise", 1)
    with pytest.raises(RequestError, match="30"):
        regime_map(scenarios, labelled(np.full(50, -1)), "claims", "size", 1)
