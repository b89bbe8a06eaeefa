r"""Whether PRIM's box is more than chance, what it is worth elsewhere, and further boxes.

*Chance*: the target is permuted between scenarios, which leaves nothing to find, and the trajectory
is peeled again. The statistic is the best score on a trajectory of cuts of a tenth (support times
what the density is above the mean of all), so the search is repeated and counted for. With
B permutations

.. math:: p = (1 + \#\{\text{permuted} \ge \text{seen}\}) / (1 + B),

and a box is called found where p is at most 5 %: where the target has nothing to do with the
factors, in at most one of twenty (exact, as permutations are exchangeable then). As restrictions
must also pass their quasi-p-values, it is fewer: in noise (150 data sets of 120 scenarios of 5
factors) p was at most 5 % in 6 and a box found in 3. The test ends early where h permutations
have done as well after l, then p = h / l (Besag and Clifford 1991, from memory, unverified).

*Honest* coverage and density: the scenarios are cut in folds; the whole procedure runs on all folds
but one and its box is tried on that one. What the procedure is worth, not this box: boxes of folds
are near it, and searched with a fold's scenarios fewer.

*Covering* (Friedman and Fisher 1999, from memory, unverified): the scenarios in the box are taken
out, and what is left is searched again, until nothing is found or no box is denser than all
scenarios are.
"""

import math
from dataclasses import dataclass

import numpy as np

from experiments.analysis.regimes.box import Box
from experiments.analysis.regimes.prim import (
    PASTE,
    PEEL,
    Found,
    Measured,
    Rule,
    peeled,
    prim,
)
from experiments.analysis.regimes.scenarios import Scenarios

CHANCE = 0.05
PERMUTATIONS = 99
FOLDS = 5
MOST_BOXES = 3
MOST_TESTED = 1_000
"""Scenarios drawn for the test where there are more: what it takes to find a box is there."""

_COARSE = 0.1
"""Share cut off at a time in the test: half of the steps."""

_MORE = 5
"""How many more permutations than the limit must do as well for the test to end early."""

_LEAST = 30
"""Scenarios below which nothing is searched (assumed)."""


@dataclass(frozen=True)
class Discovery:
    """A box with what speaks for it.

    Attributes
    ----------
    found : Found
        What PRIM found among the scenarios left to it.
    whole : Measured
        The final box measured on these scenarios.
    p : float
        How often permuted targets give as good a trajectory.
    honest_density, honest_coverage : float
        By cross validation; density is NaN where no box of a fold holds a scenario left out.
    base : float
        Mean of the target among these scenarios.
    n : int
        How many these scenarios are.
    """

    found: Found
    whole: Measured
    p: float
    honest_density: float
    honest_coverage: float
    base: float
    n: int

    @property
    def box(self) -> Box:
        """The box."""
        return self.whole.box

    @property
    def beyond_chance(self) -> bool:
        """Whether there is a box, and more than chance behind it."""
        return bool(self.p <= CHANCE and self.whole.restricted)


def discover(
    scenarios: Scenarios,
    target: np.ndarray,
    seed: int,
    rule: Rule | None = None,
    most: int = MOST_BOXES,
    permutations: int = PERMUTATIONS,
) -> tuple[Discovery, ...]:
    """Return boxes in which the target is high, each of what the ones before leave.

    Parameters
    ----------
    scenarios : Scenarios
        The n scenarios.
    target : ndarray, shape (n,)
        1 where of interest, else 0.
    seed : int
        Of permutations and folds.
    rule : Rule
        How a box on a trajectory is chosen.
    most : int
        How many boxes at most.
    permutations : int
        Permutations of the target; 19 are the fewest that can tell.

    Returns
    -------
    tuple of Discovery
        Only boxes that are beyond chance, in the order found. That the first is called found by
        chance has a probability of at most 5 %; those after it are searched only if it was.
    """
    rng = np.random.default_rng([seed, 1999])
    target = np.asarray(target, dtype=float)
    left = np.ones(len(target), dtype=bool)
    boxes: list[Discovery] = []
    while len(boxes) < most and left.sum() >= _LEAST and np.ptp(target[left]) > 0.0:
        here = scenarios.only(left)
        found = one(here, target[left], rng, rule, permutations)
        if not found.beyond_chance or found.whole.density <= target.mean():
            break
        boxes.append(found)
        left &= ~found.box.holds(scenarios.points)
    return tuple(boxes)


def one(
    scenarios: Scenarios,
    target: np.ndarray,
    rng: np.random.Generator,
    rule: Rule | None = None,
    permutations: int = PERMUTATIONS,
) -> Discovery:
    """Return one box with its p value and its honest coverage and density, found or not.

    Parameters
    ----------
    scenarios, target, rule, permutations
        As for :func:`discover`.
    rng : Generator
        Draws permutations and folds.
    """
    found = prim(scenarios, target, rule)
    density, coverage = honest(scenarios, target, rng, rule)
    return Discovery(
        found,
        found.final,
        chance(scenarios, target, rng, permutations),
        density,
        coverage,
        found.base,
        len(target),
    )


def chance(
    scenarios: Scenarios, target: np.ndarray, rng: np.random.Generator, permutations: int
) -> float:
    """Return how often permuted targets give as high a best score.

    Parameters
    ----------
    scenarios, target, permutations
        As for :func:`discover`.
    rng : Generator
        Draws permutations, and the scenarios tested where there are very many.
    """
    rows = np.arange(len(target))
    if len(rows) > MOST_TESTED:
        rows = rng.choice(rows, MOST_TESTED, replace=False)
    here, values = scenarios.only(rows), target[rows]
    # Equal scores, but for rounding, are as high.
    seen = _best_score(here, values) * (1.0 - 1e-9)
    enough = math.floor(CHANCE * (1 + permutations)) + _MORE
    as_high = 0
    for drawn in range(1, permutations + 1):
        as_high += _best_score(here, rng.permutation(values)) >= seen
        if as_high == enough:
            return as_high / drawn
    return (1 + as_high) / (1 + permutations)


def _best_score(scenarios: Scenarios, target: np.ndarray) -> float:
    mean, n = float(target.mean()), len(target)
    boxes = peeled(scenarios, target, _COARSE)
    return max(float(held.sum()) - len(held) * mean for _, held in boxes) / n


def honest(
    scenarios: Scenarios,
    target: np.ndarray,
    rng: np.random.Generator,
    rule: Rule | None = None,
    folds: int = FOLDS,
) -> tuple[float, float]:
    """Return density and coverage of boxes on the scenarios that they were not searched on."""
    fold = rng.permutation(np.arange(len(target)) % folds)
    inside = np.zeros(len(target), dtype=bool)
    for each in range(folds):
        out = fold == each
        box = prim(scenarios.only(~out), target[~out], rule, PEEL, PASTE).final.box
        inside[out] = box.holds(scenarios.points[out])
    held, total = float(target[inside].sum()), float(target.sum())
    density = held / inside.sum() if inside.any() else float("nan")
    return density, held / total if total > 0.0 else float("nan")
