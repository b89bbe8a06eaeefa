"""Points that were evaluated, and a callback that is asked for exactly what is missing."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from experiments.analysis.frontier.allocation import STEP, next_evaluations
from experiments.analysis.frontier.objectives import Objectives
from experiments.errors import RequestError

Evaluate = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""(points of shape (p, dimensions), replications of shape (r,), counted from 1) -> values of shape
(r, p, objectives), in the objectives' own units. The same replication is the same chance at every
point, whenever it is asked for; NaN is a run that failed."""

RESAMPLES = 200
"""Resamples behind a search's decisions: a probability to within 0.07 will do (assumed)."""


@dataclass(frozen=True)
class Found:
    """What a search evaluated.

    Attributes
    ----------
    points : ndarray, shape (points, dimensions)
        In the unit cube, in the order in which they were evaluated; what the user gave first.
    values : ndarray, shape (replications, points, objectives)
        In the objectives' own units; NaN for runs that failed or were not made.
    asked : ndarray of int, shape (points,)
        Replications that were asked for: 1 to this number.
    stage : ndarray of int, shape (points,)
        0 for what was given, 1 for the design, 2 and on for each round or generation.
    runs : int
        Runs that were asked for.
    """

    points: np.ndarray
    values: np.ndarray
    asked: np.ndarray
    stage: np.ndarray
    runs: int


class Ledger:
    """All that was evaluated so far.

    Parameters
    ----------
    evaluate : callable
        See :data:`Evaluate`.
    dimensions : int
        Of the cube.
    objectives : Objectives
        What is wanted.
    budget : int
        Runs that may be made.
    """

    def __init__(
        self, evaluate: Evaluate, dimensions: int, objectives: Objectives, budget: int
    ) -> None:
        self._evaluate = evaluate
        self.objectives = objectives
        self.left = budget
        self.points = np.empty((0, dimensions))
        self.values = np.empty((0, 0, len(objectives)))
        self.asked = np.empty(0, dtype=int)
        self.stage = np.empty(0, dtype=int)
        self.runs = 0

    def add(self, points: np.ndarray, replications: int, stage: int) -> np.ndarray:
        """Evaluate new points as far as the budget goes, and return their places."""
        points = points[: self.left // replications]
        start = len(self.points)
        places = np.arange(start, start + len(points))
        self.points = np.concatenate([self.points, points])
        grown = np.full((self.values.shape[0], len(self.points), len(self.objectives)), np.nan)
        grown[:, :start] = self.values
        self.values = grown
        self.asked = np.concatenate([self.asked, np.zeros(len(points), dtype=int)])
        self.stage = np.concatenate([self.stage, np.full(len(points), stage)])
        self._run(places, 0, replications)
        return places

    def again(self, budget: int, most: int, step: int = STEP) -> int:
        """Re-evaluate points in doubt with the next replications; return the runs it took."""
        before = self.runs
        # A run that failed is not made again: it counts against what a point may have.
        more = next_evaluations(
            self.values,
            self.objectives,
            min(budget, self.left),
            most,
            step,
            RESAMPLES,
            seed=self.runs,
        )
        keys = np.stack([self.asked, np.minimum(more, most - self.asked)])
        for begin, extra in np.unique(keys[:, keys[1] > 0], axis=1).T.tolist():
            places = np.flatnonzero((keys[0] == begin) & (keys[1] == extra))
            self._run(places, begin, begin + extra)
        return self.runs - before

    def _run(self, places: np.ndarray, begin: int, end: int) -> None:
        """Ask for replications ``begin + 1`` to ``end`` of some points."""
        if not len(places) or end <= begin:
            return
        wanted = (end - begin, len(places), len(self.objectives))
        found = np.asarray(
            self._evaluate(self.points[places], np.arange(begin + 1, end + 1)), dtype=float
        )
        if found.shape != wanted:
            raise RequestError([f"evaluate: gave shape {found.shape}; allowed: {wanted}"])
        if end > len(self.values):
            rows = np.full((end - len(self.values), *self.values.shape[1:]), np.nan)
            self.values = np.concatenate([self.values, rows])
        self.values[begin:end, places] = found
        self.asked[places] = end
        self.runs += found.shape[0] * found.shape[1]
        self.left -= found.shape[0] * found.shape[1]

    def found(self) -> Found:
        """Return what was evaluated."""
        return Found(self.points, self.values, self.asked, self.stage, self.runs)


@dataclass(frozen=True)
class Effort:
    """How much a search may do.

    Attributes
    ----------
    runs : int
        In all: a replication of a point is one.
    replications : int
        Of every point at first.
    most : int
        That a point in doubt may have in the end.
    again : float
        Share of the runs kept for re-evaluating points in doubt.

    Raises
    ------
    RequestError
        Where they do not fit.
    """

    runs: int
    replications: int = 10
    most: int = 100
    again: float = 0.25

    def __post_init__(self) -> None:
        """Refuse what does not fit."""
        wrong = []
        if self.replications < 1:
            wrong.append(f"replications: given {self.replications}; allowed: 1 or more")
        if self.most < self.replications:
            wrong.append(
                f"most: given {self.most}; allowed: no less than the {self.replications} "
                "replications of every point"
            )
        if not 0.0 <= self.again < 1.0:
            wrong.append(f"again: given {self.again:g}; allowed: 0 up to, but not, 1")
        if not wrong and self.new_points < 4:
            wrong.append(
                f"runs: given {self.runs}; allowed: enough for 4 points of {self.replications} "
                "replications each beside the share for doing again"
            )
        if wrong:
            raise RequestError(wrong)

    @property
    def new_points(self) -> int:
        """Points that can be evaluated."""
        return int(self.runs * (1.0 - self.again) / max(1, self.replications))
