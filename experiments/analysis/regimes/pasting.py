"""Pasting: a box of PRIM widened where peeling, which never looks back, cut too much.

At each limit the scenarios next to the box, a share of its own count, are tried; those that make
its mean highest are added, while it does not fall (Friedman and Fisher 1999, from
memory, unverified). Not "while it rises": a box that is pure could not be widened then.
"""

import math
from collections.abc import Iterator

import numpy as np

from experiments.analysis.regimes.box import Box
from experiments.analysis.regimes.scenarios import Scenarios

ROUNDING = 1e-12


def pasted(scenarios: Scenarios, target: np.ndarray, box: Box, alpha: float) -> Box:
    """Return the box with slabs added at its limits while the mean of the target does not fall.

    Parameters
    ----------
    scenarios : Scenarios
        The n scenarios.
    target : ndarray, shape (n,)
        What is to be high.
    box : Box
        In the factors' units.
    alpha : float
        Size of a slab as a share of the box.
    """
    while True:
        inside = box.holds_each(scenarios.points)
        outside = (~inside).sum(axis=1)
        mine = outside == 0
        if not mine.any():
            return box
        size = max(1, math.ceil(alpha * mine.sum()))
        held, count = float(target[mine].sum()), int(mine.sum())
        best: tuple[float, int, Box] | None = None
        for place in box.restricted:
            beside = (outside == 1) & ~inside[:, place]
            for added, wider in _slabs(scenarios, box, place, np.flatnonzero(beside), size):
                mean = (held + float(target[added].sum())) / (count + len(added))
                if best is None or (mean, len(added)) > best[:2]:
                    best = mean, len(added), wider
        if best is None or best[0] < held / count - ROUNDING:
            return box
        box = best[2]


def _slabs(
    scenarios: Scenarios, box: Box, place: int, beside: np.ndarray, size: int
) -> Iterator[tuple[np.ndarray, Box]]:
    """Yield what could be added beyond each limit of a factor, and the box with it.

    Parameters
    ----------
    scenarios : Scenarios
        All of them.
    box : Box
        The box.
    place : int
        The factor.
    beside : ndarray of int
        Scenarios that only this factor keeps out.
    size : int
        How many to add.
    """
    column = scenarios.points[beside, place]
    kept = box.kept[place]
    if kept is not None:
        for each in np.unique(column):
            together = tuple(sorted((*kept, int(each))))
            whole = len(together) == len(scenarios.factors[place].categories)
            wider = box.without(place) if whole else box.limited(place, kept=together)
            yield beside[column == each], wider
        return
    factor = scenarios.factors[place]
    for sign, low in ((-1.0, True), (1.0, False)):
        limit = box.low[place] if low else box.high[place]
        beyond = sign * column > sign * limit
        ordered = np.sort(sign * column[beyond])
        if not len(ordered):
            continue
        last = ordered[min(size, len(ordered)) - 1]
        after = ordered[ordered > last]
        end = sign * math.inf
        if len(after):
            ends = factor.scaled(sign * np.array([last, after[0]]))
            end = factor.natural(float(ends.mean()))
        wider = box.limited(place, low=end) if low else box.limited(place, high=end)
        yield beside[beyond & (sign * column <= last)], wider
