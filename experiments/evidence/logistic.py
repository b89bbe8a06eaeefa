"""Logistic regression over many resamples at once, and how well it tells who did it."""

import numpy as np

STEPS = 12
"""Newton's steps at the most; from the pooled fit two or three are enough."""

_CLOSE = 1e-8
_RIDGE = 1e-6
"""Added to the information's diagonal: without it a resample in which nobody did it has no fit."""

_AT_ONCE = 4_000_000
"""Numbers held at once: 32 MB."""


def multiple_r(predictors: np.ndarray, happened: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the correlation of the fitted chance with what happened, under sets of weights.

    Parameters
    ----------
    predictors : ndarray, shape (n, p)
        What the chance is fitted on; a constant is added.
    happened : ndarray of bool, shape (n,)
        The outcome.
    weights : ndarray, shape (sets, n)
        How often each row counts: a resample is a set.

    Returns
    -------
    ndarray, shape (sets,)
        The multiple correlation; NaN where nothing or everything happened.
    """
    spread = predictors.std(axis=0)
    scaled = (predictors - predictors.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    table = np.column_stack([np.ones(len(scaled)), scaled])
    y = happened.astype(float)
    everyone = np.ones((1, len(y)))
    pooled = _fit(table, y, everyone, np.zeros((1, table.shape[1])))
    rows = max(1, _AT_ONCE // max(1, len(y)))
    parts = [
        _correlation(table, y, part, _fit(table, y, part, np.repeat(pooled, len(part), axis=0)))
        for part in (weights[start : start + rows] for start in range(0, len(weights), rows))
    ]
    return np.concatenate(parts)


def _chance(table: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-np.clip(coefficients @ table.T, -30.0, 30.0)))


def _fit(table: np.ndarray, y: np.ndarray, weights: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Return the maximum-likelihood coefficients under each set of weights: Newton's method."""
    size = table.shape[1]
    products = (table[:, :, None] * table[:, None, :]).reshape(len(table), -1)
    found = start
    for _ in range(STEPS):
        chance = _chance(table, found)
        slope = (weights * (y - chance)) @ table - _RIDGE * found
        curve = ((weights * chance * (1.0 - chance)) @ products).reshape(-1, size, size)
        step = np.linalg.solve(curve + _RIDGE * np.eye(size), slope[..., None])[..., 0]
        found = found + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < _CLOSE:
            break
    return found


def _correlation(
    table: np.ndarray, y: np.ndarray, weights: np.ndarray, coefficients: np.ndarray
) -> np.ndarray:
    chance = _chance(table, coefficients)
    total = weights.sum(axis=1)
    mean_y, mean_c = weights @ y / total, (weights * chance).sum(axis=1) / total
    cross = (weights * chance) @ y / total - mean_y * mean_c
    variance_c = (weights * chance**2).sum(axis=1) / total - mean_c**2
    with np.errstate(divide="ignore", invalid="ignore"):
        found = cross / np.sqrt(np.maximum(variance_c, 0.0) * mean_y * (1.0 - mean_y))
    return np.where((mean_y > 0.0) & (mean_y < 1.0), found, np.nan)
