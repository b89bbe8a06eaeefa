"""Searches of problems whose frontier is known, with and without noise."""

import math
import sys

import numpy as np
import pytest

from experiments.analysis.frontier import genetic as genetic_module
from experiments.analysis.frontier.dominance import non_dominated
from experiments.analysis.frontier.evaluated import Effort
from experiments.analysis.frontier.genetic import genetic
from experiments.analysis.frontier.hypervolume import hypervolume
from experiments.analysis.frontier.objectives import Objectives
from experiments.analysis.frontier.search import crowding, search, sobol
from experiments.analysis.frontier.shortfall import epsilon
from experiments.errors import RequestError

COSTS = Objectives(("f1", "f2"), (-1, -1))
THREE = Objectives(("f1", "f2", "f3"), (-1, -1, -1))


def zdt1(x):
    g = 1.0 + 9.0 * x[:, 1:].mean(axis=1)
    return np.stack([x[:, 0], g * (1.0 - np.sqrt(x[:, 0] / g))], axis=1)


def zdt2(x):
    g = 1.0 + 9.0 * x[:, 1:].mean(axis=1)
    return np.stack([x[:, 0], g * (1.0 - (x[:, 0] / g) ** 2)], axis=1)


def dtlz2(x):
    g = 1.0 + ((x[:, 2:] - 0.5) ** 2).sum(axis=1)
    a, b = x[:, 0] * np.pi / 2.0, x[:, 1] * np.pi / 2.0
    parts = [np.cos(a) * np.cos(b), np.cos(a) * np.sin(b), np.sin(a)]
    return g[:, np.newaxis] * np.stack(parts, axis=1)


T = np.linspace(0.0, 1.0, 201)
FRONTS = {
    # What minimises each: g = 1. Volumes above (1.1, 1.1[, 1.1]) follow from their integrals.
    "zdt1": (zdt1, COSTS, 4, np.stack([T, 1.0 - np.sqrt(T)], axis=1), 0.1 + 2.0 / 3.0 + 0.11),
    "zdt2": (zdt2, COSTS, 4, np.stack([T, 1.0 - T**2], axis=1), 0.1 + 1.0 / 3.0 + 0.11),
    "dtlz2": (dtlz2, THREE, 5, None, 1.1**3 - math.pi / 6.0),
}


def still(problem):
    """Return a callback without noise."""

    def evaluate(points, replications):
        return np.repeat(problem(points)[np.newaxis], len(replications), axis=0)

    return evaluate


class Noisy:
    """A problem with common chance by replication; it remembers what it was asked for."""

    def __init__(self, problem, spread=0.05, failing=()):
        self.problem, self.spread, self.failing = problem, spread, failing
        self.asked = []

    def __call__(self, points, replications):
        values = []
        for replication in replications.tolist():
            rng = np.random.default_rng(replication)
            made = self.problem(points)
            made = made + self.spread * rng.normal(size=made.shape[1])
            slopes = rng.normal(size=(points.shape[1], made.shape[1]))
            made = made + self.spread * np.sin(9.0 * points) @ slopes
            if replication in self.failing:
                made[points[:, 0] > 0.5] = math.nan
            values.append(made)
            self.asked += [(point.tobytes(), replication) for point in points]
        return np.array(values)


def share_of_volume(points, name):
    problem, objectives, _, _, whole = FRONTS[name]
    oriented = objectives.oriented(problem(points))
    return hypervolume(oriented, np.full(len(objectives), -1.1)).value / whole


@pytest.mark.parametrize(("name", "least"), [("zdt1", 0.7), ("zdt2", 0.25), ("dtlz2", 0.7)])
def test_the_default_search_comes_nearer_than_a_design(name, least):
    problem, objectives, dimensions, front, _ = FRONTS[name]
    effort = Effort(runs=400, replications=1, most=1, again=0.0)
    found = search(still(problem), dimensions, objectives, effort, seed=20)
    design = sobol(400, dimensions, 20)
    assert found.runs == len(found.points) == 400
    assert share_of_volume(found.points, name) > least
    assert share_of_volume(found.points, name) > share_of_volume(design, name) + 0.02
    if front is not None:
        made = objectives.oriented(problem(found.points))
        assert epsilon(made, -front) < epsilon(-problem(design), -front)


@pytest.mark.parametrize("algorithm", ["nsga2", "nsga3"])
@pytest.mark.parametrize("name", ["zdt1", "dtlz2"])
def test_genetic_algorithms_come_nearer_than_a_design(name, algorithm):
    pytest.importorskip("pymoo")
    problem, objectives, dimensions, _, _ = FRONTS[name]
    effort = Effort(runs=800, replications=1, most=1, again=0.0)
    found = genetic(still(problem), dimensions, objectives, effort, algorithm, seed=20)
    assert found.runs <= 800
    design = share_of_volume(sobol(800, dimensions, 20), name)
    assert share_of_volume(found.points, name) > design + 0.02
    again = genetic(still(problem), dimensions, objectives, effort, algorithm, seed=20)
    assert again.points.tolist() == found.points.tolist()


SEARCHES = [search, genetic] if genetic_module.find_spec("pymoo") else [search]


@pytest.mark.parametrize("how", SEARCHES, ids=lambda how: how.__name__)
def test_noise_is_met_with_the_next_replications_of_points_in_doubt(how):
    problem = Noisy(zdt1, spread=0.3, failing=(2, 7))
    effort = Effort(runs=900, replications=6, most=20, again=0.4)
    named = np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    found = how(problem, 3, COSTS, effort, given=named, seed=1)
    assert found.points[:2].tolist() == named.tolist()
    assert found.stage[:3].tolist() == [0, 0, 1]
    assert len(problem.asked) == found.runs <= 900
    assert len(set(problem.asked)) == found.runs  # nothing was run twice
    assert found.asked.sum() == found.runs
    assert found.asked.min() == 6 and found.asked.max() <= 20
    # Each point has replications 1 to the number asked for, but those that failed.
    failed = np.zeros(found.values.shape[:2], dtype=bool)
    failed[np.ix_([1, 6], found.points[:, 0] > 0.5)] = True
    expected = (np.arange(len(found.values))[:, np.newaxis] < found.asked) & ~failed
    assert (~np.isnan(found.values[:, :, 0]) == expected).all()
    assert ((found.points >= 0.0) & (found.points <= 1.0)).all()
    twice = how(Noisy(zdt1, 0.3, (2, 7)), 3, COSTS, effort, given=named, seed=1)
    assert twice.points.tolist() == found.points.tolist()
    assert np.array_equal(twice.values, found.values, equal_nan=True)
    other = how(Noisy(zdt1, 0.3, (2, 7)), 3, COSTS, effort, given=named, seed=2)
    assert other.points.tolist() != found.points.tolist()
    # Doubt was met where it is: more runs near the front than elsewhere.
    doubted = found.asked > 6
    near = non_dominated(COSTS.oriented(zdt1(found.points)))
    assert found.asked[near].mean() > found.asked[~near].mean()
    assert doubted.any()


@pytest.mark.parametrize("how", SEARCHES, ids=lambda how: how.__name__)
def test_a_search_of_which_all_runs_fail_ends(how):
    def evaluate(points, replications):
        return np.full((len(replications), len(points), 2), math.nan)

    found = how(evaluate, 2, COSTS, Effort(runs=120, replications=3, most=9))
    assert found.runs <= 120
    assert np.isnan(found.values).all()


def test_without_pymoo_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(genetic_module, "find_spec", lambda name: None)
    with pytest.raises(RequestError, match=r"frontline\[frontier\]"):
        genetic(still(zdt1), 3, COSTS, Effort(runs=400))
    with pytest.raises(RequestError, match='the nearest is "nsga2"'):
        genetic(still(zdt1), 3, COSTS, Effort(runs=400), algorithm="nsga22")


def test_pymoo_is_not_imported_with_the_package():
    import subprocess

    code = (
        "import sys, experiments.analysis.frontier.genetic; "
        "sys.exit(any(name.startswith('pymoo') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("effort", "message"),
    [
        ({"runs": 30}, "enough for 4 points"),
        ({"runs": 900, "replications": 0}, "replications: given 0"),
        ({"runs": 900, "most": 3}, "no less than the 10"),
        ({"runs": 900, "again": 1.0}, "0 up to, but not, 1"),
    ],
)
def test_an_effort_that_does_not_do_is_refused(effort, message):
    with pytest.raises(RequestError, match=message):
        Effort(**effort)


def test_points_outside_the_cube_and_wrong_answers_are_refused():
    with pytest.raises(RequestError, match="0 to 1"):
        search(still(zdt1), 2, COSTS, Effort(runs=400), given=np.array([[0.0, 1.2]]))
    with pytest.raises(RequestError, match="beside the 29 given"):
        search(still(zdt1), 2, COSTS, Effort(runs=400), given=np.zeros((29, 2)))
    with pytest.raises(RequestError, match="evaluate: gave shape"):
        search(lambda points, replications: points, 2, COSTS, Effort(runs=400))


def test_crowding_of_a_line():
    line = np.array([[0.0, 4.0], [1.0, 3.0], [4.0, 0.0]])
    assert crowding(line).tolist() == [math.inf, 2.0, math.inf]
