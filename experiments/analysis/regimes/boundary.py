r"""How sure a regime map is: which policy is best over two parameters, and where that may turn.

At each point of a grid the leaders of the k nearest scenarios vote, near in the two parameters of
the map only, each on [0, 1] over its range and on its scale; the other parameters are as in the
ensemble. So the share of votes is how often a policy is best *in centres like these*, and it
stays below 1 where another parameter decides. The whole is repeated on resampled scenarios
(Efron and Tibshirani 1993) whose leaders are drawn anew given their noise. How often a policy then
has most votes is how sure the map is *of its colour there*. The two are apart on purpose: a
share of 60 % may be quite sure.

Nearest neighbours and not an ensemble of trees: in two dimensions they need no model, lean to no
axis (a bootstrapped tree draws a slanting boundary as stairs), and need be searched once for all
resamples, which only re-weight them. What they cost: a boundary is blurred over the distance to
the k-th neighbour (``reach``), and pulled inwards at the edges of the map. k is the one
with the lowest Brier score of each scenario foretold by its neighbours.

Redrawing the noise of leaders that are noisy already counts it twice: the map is said to be less
sure than it is, not more.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from experiments.analysis.regimes.scenarios import Factor, Scenarios, Winners
from experiments.errors import RequestError

CELLS = 31
RESAMPLES = 200
SURE = 0.95
NEIGHBOURS = (10, 15, 25, 40, 60, 100, 160)
"""Numbers of neighbours that are tried."""

_LEAST = 30
_APART = 10.0
"""Distance between categories: they share no neighbours."""


@dataclass(frozen=True)
class RegimeMap:
    """Which policy is best over two parameters.

    Attributes
    ----------
    party : str
        For whom.
    policies : tuple of str
    x, y : Factor
        The parameters.
    at_x, at_y : ndarray, shapes (gx,) and (gy,)
        The grid's values, in their units; places of categories.
    share : ndarray, shape (gy, gx, policies)
        Share of centres like these in which each is best, over all resamples; NaN where a category
        has no scenario.
    low, high : ndarray, shape (gy, gx, policies)
        Its 95 % percentile interval.
    leads : ndarray, shape (gy, gx, policies)
        Share of resamples in which each is best most often.
    reach : ndarray, shape (gy, gx)
        Distance to the farthest neighbour, in parts of the ranges.
    neighbours : int
        How many vote.
    n : int
        Scenarios with a leader.
    """

    party: str
    policies: tuple[str, ...]
    x: Factor
    y: Factor
    at_x: np.ndarray
    at_y: np.ndarray
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray
    leads: np.ndarray
    reach: np.ndarray
    neighbours: int
    n: int

    @property
    def best(self) -> np.ndarray:
        """The place of the policy that leads, -1 where there is none; shape (gy, gx)."""
        there = ~np.isnan(self.leads).any(axis=2)
        return np.where(there, np.where(np.isnan(self.leads), 0.0, self.leads).argmax(axis=2), -1)

    @property
    def sure(self) -> np.ndarray:
        """Whether it leads in 95 % of the resamples; shape (gy, gx)."""
        return np.where(np.isnan(self.leads), 0.0, self.leads).max(axis=2) >= SURE


def regime_map(
    scenarios: Scenarios,
    winners: Winners,
    x: str,
    y: str,
    seed: int,
    cells: int = CELLS,
    resamples: int = RESAMPLES,
    leaders: np.ndarray | None = None,
) -> RegimeMap:
    """Return which policy is best over two parameters, and how surely.

    Parameters
    ----------
    scenarios : Scenarios
        The n scenarios; for a slice give only those in it.
    winners : Winners
        Their leaders; scenarios without one are left out.
    x, y : str
        Names of the two parameters.
    seed : int
        Of the resamples.
    cells : int
        Points of the grid a side.
    resamples : int
        How many; taken from ``leaders`` where that is given.
    leaders : ndarray of int, shape (resamples, n)
        Leaders redrawn for all scenarios at once
        (:func:`experiments.analysis.regimes.scenarios.redrawn`); drawn from the winners'
        chances, scenario by scenario, if not given.
    """
    places = [scenarios.place(x), scenarios.place(y)]
    if places[0] == places[1]:
        raise RequestError([f"a regime map: given {x} twice; allowed: two parameters"])
    used = winners.leader >= 0
    n, classes = int(used.sum()), len(winners.policies)
    if n < _LEAST:
        raise RequestError(
            [f"a regime map: given {n} scenarios with a leader; allowed: {_LEAST} or more"]
        )
    rng = np.random.default_rng([seed, 2010])
    factors = tuple(scenarios.factors[place] for place in places)
    points = _spread(scenarios.scaled[used][:, places], factors)
    axes = [_grid(factor, cells) for factor in factors]
    mesh = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    kd = cKDTree(points)
    k = _neighbours(kd, winners.leader[used], classes)
    wanted = min(n, k + math.ceil(4.0 * math.sqrt(k)) + 10)
    distance, near = kd.query(_spread(mesh, factors), wanted)
    own = distance < _APART / 2.0
    if leaders is None:
        drawn = _drawn(winners.chances[used], resamples, rng)
    else:
        drawn, resamples = leaders[:, used], len(leaders)
    votes = np.empty((resamples, len(mesh), classes), dtype=np.float32)
    for row in range(resamples):
        weights = np.bincount(rng.integers(0, n, n), minlength=n)
        votes[row] = _votes(near, own, weights, drawn[row], k, classes)
    return _summed(winners, factors, axes, votes, np.where(own, distance, 0.0)[:, :k], k, n)


def _summed(
    winners: Winners,
    factors: tuple[Factor, ...],
    axes: list[np.ndarray],
    votes: np.ndarray,
    distance: np.ndarray,
    k: int,
    n: int,
) -> RegimeMap:
    """Return the map from votes of shape (resamples, points, policies)."""
    shape = (len(axes[1]), len(axes[0]))
    empty = np.isnan(votes).any(axis=(0, 2))
    votes = np.where(empty[:, np.newaxis], 0.0, votes)
    top = votes >= votes.max(axis=2, keepdims=True) - 1e-6
    leads = (top / top.sum(axis=2, keepdims=True)).mean(axis=0)
    low, high = np.quantile(votes, (0.025, 0.975), axis=0)
    found = [votes.mean(axis=0, dtype=float), low, high, leads]
    for each in found:
        each[empty] = math.nan
    share, low, high, leads = (each.reshape(*shape, -1) for each in found)
    return RegimeMap(
        winners.party,
        winners.policies,
        factors[0],
        factors[1],
        np.array([factors[0].natural(float(at)) for at in axes[0]]),
        np.array([factors[1].natural(float(at)) for at in axes[1]]),
        share,
        low,
        high,
        leads,
        distance.max(axis=1).reshape(shape),
        k,
        n,
    )


def _spread(points: np.ndarray, factors: tuple[Factor, ...]) -> np.ndarray:
    """Return scaled points with categories far apart."""
    apart = [_APART if factor.categories else 1.0 for factor in factors]
    return np.asarray(points * np.array(apart))


def _grid(factor: Factor, cells: int) -> np.ndarray:
    """Return the grid's places on one axis: middles of equal cells of the range."""
    if factor.categories:
        return np.arange(len(factor.categories), dtype=float)
    return (np.arange(cells) + 0.5) / cells


def _neighbours(kd: cKDTree, labels: np.ndarray, classes: int) -> int:
    """Return the number of neighbours that foretell a scenario's leader best (Brier score)."""
    tried = [k for k in NEIGHBOURS if k <= len(labels) // 3]
    # The first neighbour is the scenario itself, or one at the same place.
    _, near = kd.query(kd.data, tried[-1] + 1)
    mine = np.arange(len(labels))[:, np.newaxis]
    first = np.where((near == mine).any(axis=1), (near == mine).argmax(axis=1), near.shape[1] - 1)
    others = near[np.arange(near.shape[1]) != first[:, np.newaxis]].reshape(len(labels), -1)
    scores = dict.fromkeys(tried, 0.0)
    for name in range(classes):
        votes = np.cumsum(labels[others] == name, axis=1)
        for k in tried:
            scores[k] += float(np.mean((votes[:, k - 1] / k - (labels == name)) ** 2))
    return min(tried, key=lambda k: scores[k])


def _drawn(chances: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return leaders drawn from the chances; shape (count, n)."""
    ends = np.cumsum(chances, axis=1)
    ends /= ends[:, -1:]
    drawn = np.empty((count, len(chances)), dtype=np.int32)
    for row in range(count):
        drawn[row] = (rng.random(len(chances))[:, np.newaxis] >= ends).sum(axis=1)
    return drawn


def _votes(
    near: np.ndarray,
    own: np.ndarray,
    weights: np.ndarray,
    labels: np.ndarray,
    k: int,
    classes: int,
) -> np.ndarray:
    """Return each policy's share of the k nearest votes; NaN where nobody votes.

    Parameters
    ----------
    near : ndarray of int, shape (points, m)
        Scenarios, nearest first.
    own : ndarray of bool, shape (points, m)
        Whether they are of the point's category.
    weights : ndarray of int, shape (n,)
        How often each scenario was drawn.
    labels : ndarray of int, shape (n,)
        Its leader; -1 has no vote.
    k : int
        Votes at each point.
    classes : int
        Policies.
    """
    cast = np.where(labels >= 0, weights, 0)[near] * own
    before = np.cumsum(cast, axis=1) - cast
    counted = np.clip(k - before, 0, cast)
    names = labels[near]
    votes = np.stack([(counted * (names == name)).sum(axis=1) for name in range(classes)], axis=1)
    total = votes.sum(axis=1, keepdims=True)
    return np.where(total > 0, votes / np.maximum(total, 1), math.nan)
