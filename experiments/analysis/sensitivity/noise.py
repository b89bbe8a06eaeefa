r"""What share of an output's variance is chance.

Each output is a table of replications by points, a column of chance common to all points of a
replication. It is taken apart as in a two-way random-effects analysis of variance (textbook
formulae, from memory, unverified; the tests recover known components):

.. math:: y_{pr} = \mu + a_p + b_r + e_{pr}

:math:`a` is what parameters do; :math:`b` is chance that hits all points alike, which common
random numbers cancel; :math:`e` is chance that meets each point in its own way, which only more
replications reduce. With R replications, the share of noise in the means of points is
:math:`\sigma_e^2 / R` over the variance of the means: the ratio of the mean squares.
"""

import math
from dataclasses import dataclass

import numpy as np

from experiments.analysis.interval import Interval
from experiments.analysis.sensitivity.resampling import bca, resampled


@dataclass(frozen=True)
class Noise:
    """Where the variance of one output comes from.

    Attributes
    ----------
    parameters, common, own : float
        Variance by parameters, by chance common to all points, and by chance of a point's own,
        of a single run; an estimate below 0 is shown as 0. NaN where there are no two
        replications or points.
    of_means : Interval
        Share of noise in the variance of the means over replications, between points: what the
        indices of these means have in them. Bootstrap over points.
    replications, points : int
        What was used; a point with a failed run was not.
    """

    parameters: float
    common: float
    own: float
    of_means: Interval
    replications: int
    points: int

    @property
    def of_a_run(self) -> float:
        """The share of chance, of both kinds, in the variance of a single run."""
        chance = self.common + self.own
        total = self.parameters + chance
        return chance / total if total > 0.0 else math.nan


def noise(values: np.ndarray) -> Noise:
    """Return what share of the variance is chance.

    Parameters
    ----------
    values : ndarray, shape (replications, points)
        Of one output at independent points (`Saltelli.independent`, not AB too); NaN is a
        failed run.
    """
    table = values[:, np.isfinite(values).all(axis=0)]
    replications, points = table.shape
    if replications < 2 or points < 2:
        unknown = Interval(math.nan, math.nan, math.nan, points)
        return Noise(math.nan, math.nan, math.nan, unknown, replications, points)
    scale = float(np.max(np.abs(table - table[:1, :1]))) or 1.0
    table = (table - table[:1, :1]) / scale
    at_point = table.mean(axis=0) - table.mean()
    at_replication = table.mean(axis=1) - table.mean()
    rest = table - table.mean() - at_point - at_replication[:, np.newaxis]
    between = replications * float(np.sum(at_point**2)) / (points - 1)
    common = points * float(np.sum(at_replication**2)) / (replications - 1)
    within = float(np.sum(rest**2)) / ((points - 1) * (replications - 1))
    return Noise(
        parameters=scale**2 * max(0.0, (between - within) / replications),
        common=scale**2 * max(0.0, (common - within) / points),
        own=scale**2 * within,
        of_means=_share(at_point, rest),
        replications=replications,
        points=points,
    )


def _share(at_point: np.ndarray, rest: np.ndarray) -> Interval:
    """Return the ratio of the mean squares with its bootstrap interval over points."""
    replications, points = rest.shape
    own = (rest**2).sum(axis=0) / (replications - 1) / replications
    terms = np.column_stack([own, at_point**2, at_point, np.ones(points)])

    def share(sums: np.ndarray) -> np.ndarray:
        own, square, mean, count = sums.T
        return np.asarray(own / (square - mean**2 / count))

    estimate, draws, left_out = resampled(terms, share)
    low, high = bca(estimate, draws, left_out)
    return Interval(float(estimate), float(low), float(high), points)
