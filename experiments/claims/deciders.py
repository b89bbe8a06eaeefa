"""Which parameters decide a claim, and whether that can be told from chance.

A set's score says how clear it is of refuting the claim. For each parameter that varies between
the sets, Spearman's rank correlation of score and parameter is taken. The first two are always
given, with whether they are clear of chance, which is asked by permuting the scores: a parameter
is clear only where its correlation is larger than the largest of its family is in all but a few
permutations. There are two families, each with a limit of its own and half of the 5 %: what codes
the claim's sign, which are few, and all others, which are many. So in one claim in twenty at most
one is called clear where none decides. A bootstrap over sets says how firmly each stands among
the first two.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

PERMUTATIONS = 2_000
RESAMPLES = 500
LEAST_SETS = 10
"""Sets below which nothing is ranked."""

NAMED = 2
CHANCE = 0.05
"""How often a parameter may be called clear where none decides, over both families."""


@dataclass(frozen=True)
class Decider:
    """A parameter with which a claim goes.

    Attributes
    ----------
    name : str
        The parameter.
    rho, low, high : float
        Spearman's correlation with the score, and its 95 % bootstrap interval.
    stable : float
        Share of bootstrap samples in which it is among the first two.
    clear : bool
        Whether it can be told from chance.
    coded : bool
        Whether it is one of those that code the claim's sign.
    """

    name: str
    rho: float
    low: float
    high: float
    stable: float
    clear: bool
    coded: bool = False


def deciders(
    score: np.ndarray,
    sets: Sequence[Mapping[str, Any]],
    seed: int,
    coded: Collection[str] = (),
) -> list[Decider]:
    """Return the two parameters with which the score goes most, those that are clear first.

    None where there are too few sets, where no parameter varies, or where the scores are alike.

    Parameters
    ----------
    score : ndarray, shape (sets,)
        How clear each set is of refuting the claim; NaN where that is not known.
    sets : sequence of mapping
        Their parameters; what a set does not give has its default there and varies not.
    seed : int
        Of permutations and resamples.
    coded : collection of str
        The parameters that code the claim's sign: a family of their own.
    """
    known = np.isfinite(score) | np.isinf(score)
    names = varied(sets)
    if known.sum() < LEAST_SETS or not names or len(np.unique(score[known])) < 3:
        return []
    table = np.array([[float(one[name]) for name in names] for one in sets])[known]
    own = np.array([name in coded for name in names])
    rng = np.random.default_rng([seed, 26])
    ranks = standardised(score[known])
    columns = standardised(table.T).T
    rho = ranks @ columns / len(ranks)
    clear = np.abs(rho) > _limits(ranks, columns, own, rng)
    first = [int(place) for place in np.lexsort((-np.abs(rho), ~clear))[:NAMED]]
    again = _resampled(score[known], table, rng)
    leading = np.argsort(-np.abs(again), axis=1)[:, :NAMED]
    return [
        Decider(
            names[place],
            float(rho[place]),
            float(np.quantile(again[:, place], 0.025)),
            float(np.quantile(again[:, place], 0.975)),
            float((leading == place).any(axis=1).mean()),
            bool(clear[place]),
            bool(own[place]),
        )
        for place in first
    ]


def _limits(
    ranks: np.ndarray, columns: np.ndarray, own: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return for each parameter what its correlation must exceed to be clear of chance.

    Parameters
    ----------
    ranks, columns : ndarray
        The standardised ranks of scores, and of parameters.
    own : ndarray of bool, shape (parameters,)
        Which code the claim's sign.
    rng : Generator
        Draws the permutations.
    """
    shuffled = rng.permuted(np.tile(ranks, (PERMUTATIONS, 1)), axis=1)
    chance = np.abs(shuffled @ columns / len(ranks))
    families = [each for each in (own, ~own) if each.any()]
    limits = np.zeros(len(own))
    for family in families:
        level = 1.0 - CHANCE / len(families)
        limits[family] = np.quantile(chance[:, family].max(axis=1), level)
    return limits


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
