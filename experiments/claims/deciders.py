"""Which parameters decide a claim: those with which its score goes most, if any can be named.

A set's score says how clear it is of refuting the claim. For each parameter that varies between
the sets, Spearman's rank correlation of score and parameter is taken. Whether the largest of them
says anything is asked by permuting the scores: a parameter is named only where its correlation
is larger than the largest of all parameters is in 95 % of permutations, so that in one claim
in twenty at most one is named where none decides. A bootstrap over sets says how firmly each
named one stands among the first two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

PERMUTATIONS = 2_000
RESAMPLES = 500
LEAST_SETS = 10
"""Sets below which nothing is named."""

NAMED = 2


@dataclass(frozen=True)
class Decider:
    """A parameter that decides.

    Attributes
    ----------
    name : str
        The parameter.
    rho, low, high : float
        Spearman's correlation with the score, and its 95 % bootstrap interval.
    stable : float
        Share of bootstrap samples in which it is among the first two.
    """

    name: str
    rho: float
    low: float
    high: float
    stable: float


def deciders(score: np.ndarray, sets: Sequence[Mapping[str, Any]], seed: int) -> list[Decider]:
    """Return at most two parameters that decide, the stronger first; none where none can be named.

    Parameters
    ----------
    score : ndarray, shape (sets,)
        How clear each set is of refuting the claim; NaN where that is not known.
    sets : sequence of mapping
        Their parameters; what a set does not give has its default there and varies not.
    seed : int
        Of permutations and resamples.
    """
    known = np.isfinite(score) | np.isinf(score)
    names = varied(sets)
    if known.sum() < LEAST_SETS or not names or len(np.unique(score[known])) < 3:
        return []
    table = np.array([[float(one[name]) for name in names] for one in sets])[known]
    rng = np.random.default_rng([seed, 26])
    ranks = standardised(score[known])
    columns = standardised(table.T).T
    rho = ranks @ columns / len(ranks)
    shuffled = rng.permuted(np.tile(ranks, (PERMUTATIONS, 1)), axis=1)
    limit = float(np.quantile(np.abs(shuffled @ columns / len(ranks)).max(axis=1), 0.95))
    first = [int(place) for place in np.argsort(-np.abs(rho))[:NAMED]]
    clear = [place for place in first if abs(rho[place]) > limit]
    if not clear:
        return []
    again = _resampled(score[known], table, rng)
    leading = np.argsort(-np.abs(again), axis=1)[:, :NAMED]
    return [
        Decider(
            names[place],
            float(rho[place]),
            float(np.quantile(again[:, place], 0.025)),
            float(np.quantile(again[:, place], 0.975)),
            float((leading == place).any(axis=1).mean()),
        )
        for place in clear
    ]


def varied(sets: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names of the numbers that differ between the sets."""
    if not sets:
        return []
    common = [name for name in sets[0] if all(name in one for one in sets)]
    return [name for name in common if len({float(one[name]) for one in sets}) > 1]


def standardised(values: np.ndarray) -> np.ndarray:
    """Return the ranks of values with mean 0 and variance 1; zeros where all are equal.

    Parameters
    ----------
    values : ndarray, shape (..., sets)
        Ranked along the last axis.
    """
    ranks = stats.rankdata(values, axis=-1)
    away = ranks - ranks.mean(axis=-1, keepdims=True)
    spread = ranks.std(axis=-1, keepdims=True)
    return np.asarray(np.divide(away, spread, out=np.zeros_like(away), where=spread > 0.0))


def _resampled(score: np.ndarray, table: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the correlations in bootstrap samples of the sets, shape (resamples, parameters)."""
    rows = rng.integers(len(score), size=(RESAMPLES, len(score)))
    ranks = standardised(score[rows])
    columns = [standardised(column[rows]) for column in table.T]
    return np.column_stack([(ranks * column).mean(axis=1) for column in columns])
