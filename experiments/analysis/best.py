"""How surely each policy is the best in a measure, and how often it was.

Two things are told apart. The *probability of being the best* is about means: the share of
bootstrap resamples of the replications (Efron and Tibshirani 1993), all policies together,
in which the policy's mean is the best one. It is a bootstrap probability: it says how much the
ranking owes to which replications were run, not how likely a hypothesis is. The *share* is
about single replications: in how many the policy was the best. Ties are split evenly.

Only replications in which the measure is defined under every policy count. The resamples are
drawn from a seed that the number of replications fixes, so the same rows give the same
answer, whatever else is asked.

References
----------
Efron, B. and Tibshirani, R. J. (1993). An Introduction to the Bootstrap. Chapman & Hall.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

import sim.measures
from experiments.analysis.bootstrap import generator, in_blocks, resamples_for
from experiments.analysis.headlines import HEADLINES
from experiments.analysis.results import Results
from experiments.periods import Period

TIE = 1e-12
"""Values closer than this share of the largest are tied: they differ by rounding."""


@dataclass(frozen=True)
class Best:
    """How surely each policy is the best in one measure and period.

    Attributes
    ----------
    measure : str
        Its bare name.
    period : Period
        The days.
    probability : dict of float
        Policy: share of the bootstrap resamples in which its mean is the best. They sum to
        1; NaN where there are fewer than five replications.
    share : dict of float
        Policy: share of the replications in which it was the best. They sum to 1; NaN where
        there is no replication.
    n : int
        Replications in which the measure is defined under every policy.
    resamples : int
        Bootstrap resamples; 0 where there are none.
    """

    measure: str
    period: Period
    probability: dict[str, float]
    share: dict[str, float]
    n: int
    resamples: int

    @property
    def column(self) -> str:
        """The column of runs.parquet that is compared."""
        return self.measure + self.period.suffix


def best(results: Results, measure: str, period: Period) -> Best:
    """Return how surely each policy is the best in a measure.

    Parameters
    ----------
    results : Results
        The runs.
    measure : str
        A measure of which more, or less, is better.
    period : Period
        The days.
    """
    better = sim.measures.BY_NAME[measure].better
    column = measure + period.suffix
    values = np.column_stack([results.values(policy, column) for policy in results.policies])
    values = better * values[~np.isnan(values).any(axis=1)]
    n, count = values.shape
    resamples = resamples_for(n)
    chances = winners(bootstrap_means(values, resamples)) if resamples else np.full(count, math.nan)
    shares = winners(values) if n else np.full(count, math.nan)
    return Best(
        measure,
        period,
        dict(zip(results.policies, chances.tolist(), strict=True)),
        dict(zip(results.policies, shares.tolist(), strict=True)),
        n,
        resamples,
    )


def all_best(results: Results) -> tuple[Best, ...]:
    """Return it for each headline measure with a better side, in each reported period."""
    return tuple(
        best(results, measure, period)
        for period in results.periods
        for measure in HEADLINES
        if sim.measures.BY_NAME[measure].better
    )


def bootstrap_means(values: np.ndarray, resamples: int) -> np.ndarray:
    """Return the means of resamples of the rows.

    Parameters
    ----------
    values : ndarray, shape (n, policies)
        A row a replication: all policies are resampled together.
    resamples : int
        How many.

    Returns
    -------
    ndarray, shape (resamples, policies)
    """
    values = in_blocks(values)
    return _times_drawn(len(values), resamples) @ values / len(values)


@lru_cache(maxsize=1)
def _times_drawn(n: int, resamples: int) -> np.ndarray:
    """Return how often each of n is drawn in each resample, which is all that a mean needs."""
    drawn = generator(n).integers(0, n, (resamples, n)) + n * np.arange(resamples)[:, np.newaxis]
    return np.bincount(drawn.ravel(), minlength=resamples * n).reshape(resamples, n).astype(float)


def winners(values: np.ndarray) -> np.ndarray:
    """Return the share of rows in which each column is the highest, ties split evenly."""
    top = values.max(axis=1, keepdims=True)
    first = values >= top - TIE * np.abs(values).max()
    return np.asarray((first / first.sum(axis=1, keepdims=True)).mean(axis=0))
