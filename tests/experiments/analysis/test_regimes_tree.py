"""A tree says what is there, prunes what is not, and does not flatter itself."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from scipy import stats

from experiments.analysis.regimes.pruning import at_price, sequence
from experiments.analysis.regimes.scenarios import Factor, Scenarios, given
from experiments.analysis.regimes.tree import columns, grown, tree
from experiments.errors import RequestError

FACTORS = (
    Factor("claims", 0.0, 0.4, unit="share"),
    Factor("idle", 0.0, 1.0),
    Factor("size", 10.0, 1000.0, scale="log"),
    Factor("market", categories=("tight", "loose", "odd")),
)


def scenarios_of(n, rng):
    spread = [0.4 * rng.random(n), rng.random(n), 10.0 * 100.0 ** rng.random(n)]
    return Scenarios(FACTORS, np.column_stack([*spread, rng.integers(0, 3, n)]))


def labelled(leader, policies=("a", "b", "c")):
    n = len(leader)
    return given("staff", policies, leader, np.full(n, 2.0), np.ones(n, dtype=bool))


def known(points):
    small = (points[:, 2] < 100.0) & (points[:, 3] != 1)
    return np.where(small, 2, np.where(points[:, 0] < 0.12, 0, 1))


@pytest.mark.parametrize("seed", range(3))
def test_known_rules_are_found_and_their_honest_error_is_that_of_the_labels(seed):
    rng = np.random.default_rng(seed)
    n = 1200
    scenarios = scenarios_of(n, rng)
    wrong = rng.random(n) < 0.15
    leader = np.where(wrong, rng.integers(0, 3, n), known(scenarios.points))
    found = tree(scenarios, labelled(leader), seed)
    inside = np.array([leaf.box.holds(scenarios.points) for leaf in found.leaves])
    assert (inside.sum(axis=0) == 1).all()
    names = np.array(["a", "b", "c"])[known(scenarios.points)]
    said = np.array([leaf.policy for leaf in found.leaves])[inside.argmax(axis=0)]
    assert np.mean(said != names) < 0.03
    assert all(not math.isfinite(leaf.box.low[1] + leaf.box.high[1]) for leaf in found.leaves)
    # A random label of three is wrong two times in three; the tree cannot foretell it.
    error = math.sqrt(0.1 * 0.9 / n)
    assert 0.1 - 4 * error < found.honest.tree < 0.1 + 4 * error + 0.03
    share = np.bincount(leader).max() / n
    assert found.honest.always == pytest.approx(1.0 - share, abs=0.01)
    assert found.honest.helps
    assert sum(leaf.count for leaf in found.leaves) == found.n == n


def test_in_noise_a_tree_rarely_helps():
    # In 3 % of such data sets by the docstring's count: of 40, more than 6 once in 1,000 times.
    rng = np.random.default_rng(5)
    helps = 0
    for seed in range(40):
        scenarios = scenarios_of(150, rng)
        leader = (rng.random(150) < 0.45).astype(int)
        helps += tree(scenarios, labelled(leader), seed).honest.helps
    assert helps <= stats.binom.isf(0.001, 40, 0.05)


def test_who_is_not_told_can_be_left_out():
    rng = np.random.default_rng(6)
    scenarios = scenarios_of(200, rng)
    leader = known(scenarios.points)
    told = scenarios.points[:, 1] > 0.5
    leader[~told] = 0
    leader[0] = -1
    found = tree(
        scenarios,
        given("staff", ("a", "b", "c"), leader, np.full(200, 1.0), told),
        1,
        only_told=True,
    )
    assert found.n == np.sum(told & (leader >= 0))
    assert found.honest.tree < 0.1
    with pytest.raises(RequestError, match="20"):
        tree(scenarios, labelled(np.full(200, -1)), 1)


def every_pruning(nodes, node=0):
    """Yield all prunings of the tree as sets of leaves."""
    yield frozenset([node])
    if nodes.left[node] >= 0:
        for both in product(
            every_pruning(nodes, int(nodes.left[node])),
            every_pruning(nodes, int(nodes.right[node])),
        ):
            yield both[0] | both[1]


@settings(max_examples=20, deadline=None)
@drawn(st.integers(0, 10**6), st.floats(0.0, 0.2))
def test_the_pruned_tree_is_the_cheapest_at_its_price(seed, price):
    rng = np.random.default_rng(seed)
    scenarios = scenarios_of(80, rng)
    labels = np.where(rng.random(80) < 0.4, rng.integers(0, 3, 80), known(scenarios.points))
    nodes = grown(columns(scenarios), labels, 3, 6)
    wrong = nodes.weight * (1.0 - nodes.share.max(axis=1)) / 80.0

    def cost(leaves):
        return sum(wrong[leaf] for leaf in leaves) + price * len(leaves)

    best = min(map(cost, every_pruning(nodes)))
    kept = at_price(sequence(nodes), price)
    assert cost(kept) == pytest.approx(best)


def test_rows_end_in_the_leaf_that_counts_them():
    rng = np.random.default_rng(7)
    scenarios = scenarios_of(300, rng)
    labels = known(scenarios.points)
    nodes = grown(columns(scenarios), labels, 3, 8)
    leaves = sequence(nodes)[0][1]
    at = nodes.leaf_of(columns(scenarios), leaves)
    for leaf in leaves:
        assert np.sum(at == leaf) == nodes.weight[leaf]
        share = np.bincount(labels[at == leaf], minlength=3) / nodes.weight[leaf]
        assert nodes.share[leaf] == pytest.approx(share)
