r"""A small decision tree: which policy is best where, as few rules.

Grown by scikit-learn (Gini, at most ``most`` leaves, none smaller than a share of the scenarios)
and pruned back: the price of a leaf is chosen by cross validation, the highest of which the error
is within one standard error of the lowest (the one-standard-error rule of Breiman, Friedman, Olshen
and Stone 1984, from memory, unverified). On noise of 6 factors that left the root alone in 70 % of
250 data sets of 200 scenarios, and in 94 % of 80 of 1,000.

The *honest error* is that of the whole procedure, growing and pruning, on folds that it did not
see, against that of always naming the policy that is most often best on the other folds. Both are
tried on the same scenarios, so the difference has the standard error of paired ones; folds share
scenarios, which makes it somewhat too small (no unbiased one exists). On that noise a tree was
said to help, by two standard errors, in 7 of 250 data sets of 200 scenarios, and in none of 80
of 1,000.

Leaders are used whether told or not: where too few replications tell them one by one, many
scenarios together may still show a pattern, which noise that leans to no policy blurs and does
not make.

A leaf is a box (:class:`experiments.analysis.regimes.box.Box`), so rules of trees and of PRIM are
told and tried alike. Categories without an order enter as one column each.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from experiments.analysis.regimes.box import Box, everything
from experiments.analysis.regimes.pruning import Nodes, at_price, nodes_of, sequence
from experiments.analysis.regimes.scenarios import Scenarios, Winners
from experiments.errors import RequestError

MOST_LEAVES = 8
LEAST_SHARE = 0.02
LEAST_COUNT = 5
"""The smallest leaf: a share of the scenarios, and a count (assumed)."""

FOLDS = 5
_LEAST = 20
"""Scenarios below which no tree is grown (assumed)."""


@dataclass(frozen=True)
class Leaf:
    """A rule: in this box that policy is best.

    Attributes
    ----------
    box : Box
        In the factors' units.
    policy : str
        The policy that is most often best in it.
    count : int
        Scenarios in it.
    density : float
        Share of these in which the policy is best.
    coverage : float
        Share of all scenarios in which the policy is best that are in the box.
    told : float
        Share of these in which a leader is told from its rivals.
    shares : dict of float
        Policy: share of the scenarios in which it is best.
    """

    box: Box
    policy: str
    count: int
    density: float
    coverage: float
    told: float
    shares: dict[str, float]


@dataclass(frozen=True)
class Honest:
    """Errors on scenarios that were not seen.

    Attributes
    ----------
    tree, always : float
        Share of scenarios named wrongly by the tree, and by always naming the most frequent policy.
    saved, error : float
        What the tree saves, and its standard error.
    """

    tree: float
    always: float
    saved: float
    error: float

    @property
    def helps(self) -> bool:
        """Whether the tree is better than one name for all by two standard errors."""
        return self.saved > 2.0 * self.error


@dataclass(frozen=True)
class Tree:
    """A pruned tree for one party.

    Attributes
    ----------
    party : str
        For whom.
    leaves : tuple of Leaf
        Largest first; they share out all scenarios.
    most : str
        The policy that is most often best.
    price : float
        The price of a leaf, as a share of scenarios.
    honest : Honest
        What it is worth.
    n : int
        Scenarios with a leader.
    """

    party: str
    leaves: tuple[Leaf, ...]
    most: str
    price: float
    honest: Honest
    n: int


def tree(
    scenarios: Scenarios,
    winners: Winners,
    seed: int,
    most: int = MOST_LEAVES,
    *,
    only_told: bool = False,
) -> Tree:
    """Return the pruned tree of which policy is best where.

    Parameters
    ----------
    scenarios : Scenarios
        The n scenarios.
    winners : Winners
        Their leaders; scenarios without one are left out.
    seed : int
        Of the folds.
    most : int
        Leaves at most, before pruning.
    only_told : bool
        Whether scenarios whose leader is not told are left out, too. What is told is not a random
        part of all: a policy that wins widely is told more often.
    """
    used = winners.leader >= 0
    if only_told:
        used &= winners.told
    n = int(used.sum())
    if n < _LEAST:
        raise RequestError(
            [f"a tree of best policies: given {n} scenarios with a leader; allowed: {_LEAST} up"]
        )
    rng = np.random.default_rng([seed, 1984])
    here, labels = scenarios.only(used), winners.leader[used]
    x, classes = columns(here), len(winners.policies)
    price = _price(x, labels, classes, most, rng)
    nodes = grown(x, labels, classes, most)
    kept = at_price(sequence(nodes), price)
    boxes = _boxes(here, nodes, kept)
    told = winners.told[used]
    leaves = [
        _leaf(box, nodes.leaf_of(x, kept) == node, labels, told, winners.policies)
        for node, box in boxes.items()
    ]
    return Tree(
        winners.party,
        tuple(sorted(leaves, key=lambda leaf: -leaf.count)),
        winners.policies[int(np.bincount(labels, minlength=classes).argmax())],
        price,
        honest(x, labels, classes, most, rng),
        n,
    )


def columns(scenarios: Scenarios) -> np.ndarray:
    """Return scaled numbers, and 0 or 1 for each category; shape (n, columns)."""
    parts = []
    for factor, column in zip(scenarios.factors, scenarios.scaled.T, strict=True):
        codes = np.arange(len(factor.categories))
        parts.append(column[:, np.newaxis] == codes if factor.categories else column[:, np.newaxis])
    # In single precision, as scikit-learn compares them: a row must not change sides here.
    return np.hstack(parts).astype(np.float32)


def grown(x: np.ndarray, labels: np.ndarray, classes: int, most: int) -> Nodes:
    """Return the unpruned tree."""
    least = max(LEAST_COUNT, math.ceil(LEAST_SHARE * len(labels)))
    # It draws only the order of columns, by which ties are broken.
    fitted = DecisionTreeClassifier(max_leaf_nodes=most, min_samples_leaf=least, random_state=0)
    return nodes_of(fitted.fit(x, labels), classes)


def _price(
    x: np.ndarray, labels: np.ndarray, classes: int, most: int, rng: np.random.Generator
) -> float:
    """Return the highest price of a leaf within a standard error of the best one."""
    trees = sequence(grown(x, labels, classes, most))
    own = sorted({price for price, _ in trees})
    # In the middle (geometric) between one tree of the sequence and the next.
    prices = [math.sqrt(a * b) for a, b in pairwise(own)] + [own[-1]]
    wrong = np.empty((len(prices), len(labels)))
    fold = rng.permutation(np.arange(len(labels)) % FOLDS)
    for each in range(FOLDS):
        out = fold == each
        nodes = grown(x[~out], labels[~out], classes, most)
        pruned = sequence(nodes)
        names = nodes.share.argmax(axis=1)
        for row, price in enumerate(prices):
            at = nodes.leaf_of(x[out], at_price(pruned, price))
            wrong[row, out] = names[at] != labels[out]
    errors = wrong.mean(axis=1)
    best = int(errors.argmin())
    limit = errors[best] + wrong[best].std() / math.sqrt(len(labels))
    return max(price for price, error in zip(prices, errors, strict=True) if error <= limit)


def honest(
    x: np.ndarray, labels: np.ndarray, classes: int, most: int, rng: np.random.Generator
) -> Honest:
    """Return the errors of growing and pruning, and of one name for all, on folds not seen."""
    fold = rng.permutation(np.arange(len(labels)) % FOLDS)
    wrong = np.empty((2, len(labels)))
    for each in range(FOLDS):
        out = fold == each
        seen, own = x[~out], labels[~out]
        nodes = grown(seen, own, classes, most)
        kept = at_price(sequence(nodes), _price(seen, own, classes, most, rng))
        wrong[0, out] = nodes.share.argmax(axis=1)[nodes.leaf_of(x[out], kept)] != labels[out]
        wrong[1, out] = np.bincount(own).argmax() != labels[out]
    saved = wrong[1] - wrong[0]
    error = float(saved.std(ddof=1) / math.sqrt(len(labels)))
    return Honest(float(wrong[0].mean()), float(wrong[1].mean()), float(saved.mean()), error)


def _boxes(scenarios: Scenarios, nodes: Nodes, leaves: frozenset[int]) -> dict[int, Box]:
    """Return the box of each leaf, in the factors' units."""
    meaning = [
        (place, code)
        for place, factor in enumerate(scenarios.factors)
        for code in (range(len(factor.categories)) if factor.categories else (-1,))
    ]
    found: dict[int, Box] = {}
    pending = [(0, everything(len(scenarios.factors)))]
    while pending:
        node, box = pending.pop()
        if node in leaves:
            found[node] = box.natural(scenarios.factors)
            continue
        place, code = meaning[nodes.feature[node]]
        count = len(scenarios.factors[place].categories)
        sides = _split(box, place, code, float(nodes.threshold[node]), count)
        pending += zip((int(nodes.left[node]), int(nodes.right[node])), sides, strict=True)
    return found


def _split(box: Box, place: int, code: int, threshold: float, count: int) -> tuple[Box, Box]:
    """Return the two parts of a box; ``count`` is the number of categories."""
    if code < 0:
        return (
            box.limited(place, high=min(box.high[place], threshold)),
            box.limited(place, low=max(box.low[place], threshold)),
        )
    kept = box.kept[place]
    there = tuple(range(count)) if kept is None else kept
    others = tuple(each for each in there if each != code)
    return box.limited(place, kept=others), box.limited(place, kept=(code,))


def _leaf(
    box: Box, inside: np.ndarray, labels: np.ndarray, told: np.ndarray, policies: tuple[str, ...]
) -> Leaf:
    counts = np.bincount(labels[inside], minlength=len(policies))
    name, count = int(counts.argmax()), int(inside.sum())
    shares = (counts / count).tolist()
    return Leaf(
        box,
        policies[name],
        count,
        shares[name],
        float(counts[name] / np.sum(labels == name)),
        float(told[inside].mean()),
        dict(zip(policies, shares, strict=True)),
    )
