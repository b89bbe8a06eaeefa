r"""PRIM: a box of scenarios in which a target is high, by peeling and pasting.

*Peeling*: from the box of all scenarios a share ``alpha`` of those in it is cut off, at the low or
the high end of one factor or as one category, whichever raises the mean of the target most for
each scenario lost; and again, down to a least number. Without ties all cuts of numbers are of one
size, and the rule is that of the highest mean; the gain for each scenario lost keeps
a category, or a tie, that takes half of the box from being chosen for its size (own choice). The
boxes on the way are the *trajectory*. *Choice*: a box on it, by a rule that is
stated (:class:`Rule`). *Restrictions that may be chance are dropped*: the one with the largest
quasi-p-value first, while it is above a level. *Pasting*: at each limit a share of the box is added
again while the mean does not fall (Friedman and Fisher 1999, from memory, unverified, as is all of
the procedure that is not marked as own).

The quasi-p-value of a restriction (Bryant and Lempert 2010, from memory, unverified): let the box
without it have n' scenarios of which a share p' are of interest; with it, n with h. Then it is
P(X >= h), X binomial (n, p'): could so many have been got by leaving scenarios out at random? It
is *quasi* because the restriction was searched for, while the binomial takes the two boxes for
independent, which errs the other way. Counted on pure noise (60 to 300 data sets each of 200
scenarios of 5 factors, of 1,000 of 10, and of 200 of 15; a half or a fifth of interest): of
the restrictions of the chosen box 3 to 9 in 100 are below 0.05 by the rule of the score, and 8 to
37 by that of a density of 0.8; and once idle ones are dropped some restriction is left in 2 to 8,
and in 1 to 20, data sets of 100. So they rank restrictions and drop idle ones; whether there is
a box at all is asked by permutation in :mod:`experiments.analysis.regimes.discovery`.

*Coverage* is the share of all that is of interest that is in the box, *density* the share of the
box that is of interest. On the scenarios that the box was searched on they flatter.

*What it does not find*: two boxes at opposite ends of one factor. Cutting that factor at either end
loses what is of interest, so a greedy search cuts others, and ends with a wide box that is half
empty, whatever the rule (6 of 6 data sets of 1,200 scenarios; boxes that share no factor were
found in 6 of 6). A low honest density says so; the tree, which may cut in the middle, was wrong in
at most 1 % of these same scenarios. So both are always to be looked at.

References
----------
Friedman, J. H. and Fisher, N. I. (1999). Bump hunting in high-dimensional data. Statistics and
Computing 9, 123-143. (Not read.)
Bryant, B. P. and Lempert, R. J. (2010). Thinking inside the box. Technological Forecasting and
Social Change 77, 34-49. (Not read.)
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

from experiments.analysis.regimes.box import Box, everything
from experiments.analysis.regimes.pasting import ROUNDING, pasted
from experiments.analysis.regimes.scenarios import Scenarios
from experiments.errors import RequestError

PEEL = 0.05
"""Share of a box that is cut off at a time."""

PASTE = 0.01
"""Share of a box that is added at a time."""

LEAST_SHARE = 0.05
LEAST_COUNT = 10
"""The smallest box: a share of the scenarios, and a count (assumed)."""

LEVEL = 0.05
"""Quasi-p-value above which a restriction is dropped."""


@dataclass(frozen=True)
class Rule:
    """How a box on the trajectory is chosen.

    Without ``density``: a box's score is support times what its mean is above the mean of all,
    which for a target of 0 and 1 is largest where the box tells the two apart best (the share
    of what is of interest that is in, less the share of the rest that is in). Of all boxes with at
    least ``near`` of the highest score, those with the fewest restricted factors; of these the
    one with the highest score. With ``density``: the largest box whose density is at least
    that; where there is none, the densest.

    Attributes
    ----------
    near : float
        How much of the best score a simpler box must have.
    density : float or None
        The least density asked for.
    """

    near: float = 0.95
    density: float | None = None


@dataclass(frozen=True)
class Measured:
    """A box with what is in it.

    Attributes
    ----------
    box : Box
        The box, in the factors' units.
    count : int
        Scenarios in it.
    support : float
        The same as a share of all.
    density : float
        Mean of the target in it.
    coverage : float
        Share of the target's total that is in it; NaN where the total is 0.
    restricted : int
        Factors with a limit.
    score : float
        Support times what the density is above the mean of all.
    """

    box: Box
    count: int
    support: float
    density: float
    coverage: float
    restricted: int
    score: float


@dataclass(frozen=True)
class Found:
    """What PRIM found.

    Attributes
    ----------
    trajectory : tuple of Measured
        From all scenarios to the smallest box.
    chosen : int
        The place on the trajectory that the rule chose.
    final : Measured
        The chosen box, with idle restrictions dropped, and pasted.
    quasi_p : dict of float
        For each factor restricted by the final box; NaN where the target is not of 0 and 1.
    base : float
        Mean of the target over all scenarios.
    """

    trajectory: tuple[Measured, ...]
    chosen: int
    final: Measured
    quasi_p: dict[str, float]
    base: float


def prim(
    scenarios: Scenarios,
    target: np.ndarray,
    rule: Rule | None = None,
    peel: float = PEEL,
    paste: float = PASTE,
    level: float = LEVEL,
) -> Found:
    """Return a box in which the target is high.

    Parameters
    ----------
    scenarios : Scenarios
        The n scenarios.
    target : ndarray, shape (n,)
        1 where of interest, else 0; or any number that is not negative.
    rule : Rule
        How the box on the trajectory is chosen.
    peel, paste : float
        Shares of a box that are cut off and added at a time.
    level : float
        Quasi-p-value above which a restriction is dropped; 1 drops none.
    """
    target = np.asarray(target, dtype=float)
    if target.shape != (len(scenarios),) or not np.isfinite(target).all() or target.min() < 0.0:
        raise RequestError(
            [
                f"PRIM: given a target of {target.shape}; allowed: {len(scenarios)} finite "
                "numbers, none negative"
            ]
        )
    if not 0.0 < peel < 1.0 or not 0.0 < paste < 1.0:
        raise RequestError(
            [f"PRIM: given shares {peel:g} and {paste:g}; allowed: above 0, below 1"]
        )
    boxes = [box.natural(scenarios.factors) for box, _ in peeled(scenarios, target, peel)]
    trajectory = tuple(measured(scenarios, target, each) for each in boxes)
    chosen = choose(trajectory, rule or Rule())
    box = dropped(scenarios, target, trajectory[chosen].box, level)
    box = pasted(scenarios, target, box, paste)
    final = measured(scenarios, target, box)
    names = [factor.name for factor in scenarios.factors]
    p = quasi_p(scenarios, target, box)
    return Found(
        trajectory,
        chosen,
        final,
        {names[place]: p[place] for place in box.restricted},
        float(target.mean()),
    )


def measured(scenarios: Scenarios, target: np.ndarray, box: Box) -> Measured:
    """Return a box with its count, support, density, coverage and score."""
    inside = box.holds(scenarios.points)
    count, total = int(inside.sum()), float(target.sum())
    held = float(target[inside].sum())
    density = held / count if count else math.nan
    support = count / len(target)
    return Measured(
        box,
        count,
        support,
        density,
        held / total if total > 0.0 else math.nan,
        len(box.restricted),
        support * (density - float(target.mean())) if count else 0.0,
    )


def least_count(scenarios: int) -> int:
    """Return how few scenarios a box may have."""
    return max(LEAST_COUNT, math.ceil(LEAST_SHARE * scenarios))


def peeled(
    scenarios: Scenarios, target: np.ndarray, alpha: float
) -> Iterator[tuple[Box, np.ndarray]]:
    """Yield the boxes of the trajectory, in scaled values, each with the target in it."""
    factors = scenarios.factors
    numbers = [place for place, factor in enumerate(factors) if not factor.categories]
    groups = [place for place, factor in enumerate(factors) if factor.categories]
    x, y = scenarios.scaled.T, target
    least = least_count(len(target))
    box = everything(len(factors))
    yield box, y
    while len(y) > least:
        cut = _best_cut(x, y, numbers, groups, max(1, math.floor(alpha * len(y))), least)
        if cut is None:
            return
        place, end, leave = cut
        box = _narrowed(box, place, end, x[place], leave)
        x, y = x[:, ~leave], y[~leave]
        yield box, y


_LOW, _HIGH, _CATEGORY = "low", "high", "category"


def _best_cut(
    x: np.ndarray,
    y: np.ndarray,
    numbers: list[int],
    groups: list[int],
    size: int,
    least: int,
) -> tuple[int, str, np.ndarray] | None:
    """Return factor, end and what is cut off; None where no cut leaves enough.

    Parameters
    ----------
    x : ndarray, shape (d, m)
        Scaled values of what is in the box.
    y : ndarray, shape (m,)
        Its target.
    numbers, groups : list of int
        Rows of numbers and of categories.
    size : int
        How many to cut off.
    least : int
        How many must be left.
    """
    cuts: list[tuple[int, str]] = [(place, end) for end in (_LOW, _HIGH) for place in numbers]
    masks = []
    if numbers:
        rows = x[numbers]
        ends = np.partition(rows, (size - 1, len(y) - size), axis=1)
        masks = [rows <= ends[:, size - 1, np.newaxis], rows >= ends[:, len(y) - size, np.newaxis]]
    for place in groups:
        there = np.unique(x[place])
        cuts += [(place, _CATEGORY)] * len(there)
        masks.append(x[place] == there[:, np.newaxis])
    leaving = np.concatenate(masks)
    lost = leaving.sum(axis=1)
    left = len(y) - lost
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = ((y.sum() - leaving @ y) / left - y.mean()) / lost
    gain[left < least] = -np.inf
    best = int(np.argmax(gain))
    if gain[best] == -np.inf:
        return None
    return (*cuts[best], leaving[best])


def _narrowed(box: Box, place: int, end: str, column: np.ndarray, leave: np.ndarray) -> Box:
    """Return the box with a cut made half-way between what leaves and what stays."""
    out, stays = column[leave], column[~leave]
    if end == _CATEGORY:
        return box.limited(place, kept=tuple(int(each) for each in np.unique(stays)))
    if end == _LOW:
        return box.limited(place, low=float(out.max() + stays.min()) / 2.0)
    return box.limited(place, high=float(out.min() + stays.max()) / 2.0)


def choose(trajectory: tuple[Measured, ...], rule: Rule) -> int:
    """Return the place of the box that a rule chooses."""
    places = range(len(trajectory))
    if rule.density is not None:
        dense = [at for at in places if trajectory[at].density >= rule.density]
        if dense:
            return max(dense, key=lambda at: trajectory[at].count)
        return max(places, key=lambda at: trajectory[at].density)
    top = max(each.score for each in trajectory)
    near = [at for at in places if trajectory[at].score >= rule.near * top - ROUNDING]
    return min(near, key=lambda at: (trajectory[at].restricted, -trajectory[at].score))


def quasi_p(scenarios: Scenarios, target: np.ndarray, box: Box) -> dict[int, float]:
    """Return the quasi-p-value of each restricted factor, by column; NaN for other targets."""
    if not np.isin(target, (0.0, 1.0)).all():
        return dict.fromkeys(box.restricted, math.nan)
    inside = box.holds_each(scenarios.points)
    outside = (~inside).sum(axis=1)
    n, held = int((outside == 0).sum()), float(target[outside == 0].sum())
    found = {}
    for place in box.restricted:
        wider = target[outside - ~inside[:, place] == 0]
        found[place] = float(stats.binom.sf(held - 1, n, wider.mean())) if len(wider) else 1.0
    return found


def dropped(scenarios: Scenarios, target: np.ndarray, box: Box, level: float) -> Box:
    """Return the box without the restrictions that may be chance, the idlest first."""
    while True:
        p = quasi_p(scenarios, target, box)
        if not p:
            return box
        idlest = max(p, key=lambda place: p[place])
        if not p[idlest] > level:  # NaN, too
            return box
        box = box.without(idlest)
