"""Statistics from sums of moments, so that a cluster is resampled by adding up its matrix.

A table of p columns over n rows comes down to its moment matrix: the cross products of
(1, x_1, ..., x_p), of shape (p + 1, p + 1). Matrices of disjoint sets of rows add up.
Means, correlations and linear regressions of all rows follow from the sum alone: a thousand
resamples of a hundred centres are one product of matrices and not a thousand passes over
the rows. All functions take stacks of matrices, of shape (..., p + 1, p + 1).

Scores are *true* (the model's states) or *measured*: with an error added, drawn once, so
that the reliability in the pooled sample, the true share of the variance, is the stated
one (classical test theory).
"""

from collections.abc import Sequence

import numpy as np

Columns = Sequence[int]
"""Places of columns in the table, from 1: 0 is the constant."""

_TINY = 1e-12
"""Variance, as a share of the second moment, below which a column counts as constant."""


def moments(columns: np.ndarray) -> np.ndarray:
    """Return the moment matrix of a table.

    Parameters
    ----------
    columns : ndarray, shape (n, p)
        The rows; there may be none.

    Returns
    -------
    ndarray, shape (p + 1, p + 1)
        Cross products of the constant and the columns.
    """
    table = np.column_stack([np.ones(len(columns)), columns])
    return np.asarray(table.T @ table)


def by_cluster(columns: np.ndarray, cluster: np.ndarray, count: int) -> np.ndarray:
    """Return the moment matrix of each cluster.

    Parameters
    ----------
    columns : ndarray, shape (n, p)
        The rows.
    cluster : ndarray of int, shape (n,)
        To which cluster each row belongs, from 0.
    count : int
        How many clusters there are, those without a row among them.

    Returns
    -------
    ndarray, shape (count, p + 1, p + 1)
    """
    # Shifted to the pooled mean, which changes no slope and no correlation but keeps digits.
    shifted = columns - columns.mean(axis=0) if len(columns) else columns
    return np.stack([moments(shifted[cluster == one]) for one in range(count)])


def covariance(sums: np.ndarray) -> np.ndarray:
    """Return the covariance matrices, shape (..., p, p), divided by n.

    A column that does not vary has a variance of NaN: nothing can be said with it.
    """
    n = sums[..., :1, :1]
    mean = sums[..., :1, 1:] / n
    cross = sums[..., 1:, 1:] / n
    found = cross - np.swapaxes(mean, -1, -2) * mean
    diagonal = np.einsum("...ii->...i", found)
    second = np.einsum("...ii->...i", cross)
    diagonal[~(diagonal > _TINY * second)] = np.nan
    return np.asarray(found)


def correlation(sums: np.ndarray, one: int, other: int) -> np.ndarray:
    """Return the correlation of two columns."""
    c = covariance(sums)
    i, j = one - 1, other - 1
    return np.asarray(c[..., i, j] / np.sqrt(c[..., i, i] * c[..., j, j]))


def slope(sums: np.ndarray, y: int, x: int) -> np.ndarray:
    """Return the slope of column ``y`` on column ``x``."""
    c = covariance(sums)
    return np.asarray(c[..., y - 1, x - 1] / c[..., x - 1, x - 1])


def standardised(sums: np.ndarray, y: int, xs: Columns) -> np.ndarray:
    """Return the standardised coefficients of a linear regression.

    Parameters
    ----------
    sums : ndarray, shape (..., p + 1, p + 1)
        Moment matrices.
    y : int
        The outcome's column.
    xs : sequence of int
        The predictors' columns. One that does not vary, or that the others make up
        wholly, is left to the least-norm solution.

    Returns
    -------
    ndarray, shape (..., len(xs))
    """
    within, with_y = _correlations(sums, y, xs)
    return np.asarray((np.linalg.pinv(within, hermitian=True) @ with_y[..., None])[..., 0])


def r_squared(sums: np.ndarray, y: int, xs: Columns) -> np.ndarray:
    """Return the share of the variance of ``y`` that a linear regression on ``xs`` explains."""
    _, with_y = _correlations(sums, y, xs)
    return np.asarray(np.sum(standardised(sums, y, xs) * with_y, axis=-1))


def _correlations(sums: np.ndarray, y: int, xs: Columns) -> tuple[np.ndarray, np.ndarray]:
    """Return the correlations among the predictors, and with the outcome."""
    c = covariance(sums)
    columns = [x - 1 for x in xs]
    spread = np.sqrt(np.einsum("...ii->...i", c))
    r = c / (spread[..., :, None] * spread[..., None, :])
    within = r[..., columns, :][..., columns]
    with_y = r[..., columns, y - 1]
    # A predictor without variance explains nothing; an outcome without one stays NaN.
    constant = np.isnan(spread[..., columns])
    within = np.where(constant[..., :, None] | constant[..., None, :], 0.0, within)
    undefined = np.isnan(spread[..., y - 1])[..., None]
    return within, np.where(constant & ~undefined, 0.0, with_y)


def measured(true: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Return scores as a scale of limited reliability gives them.

    Parameters
    ----------
    true : ndarray, shape (n, p)
        True scores of the pooled sample.
    error : ndarray, shape (n, p)
        Drawn errors, in units of the true scores' standard deviation; see
        :func:`error_spread`.
    """
    if not len(true):
        return true
    return np.asarray(true + error * true.std(axis=0))


def error_spread(reliability: float) -> float:
    """Return the errors' spread, in true standard deviations, that gives a reliability."""
    return float(np.sqrt((1.0 - reliability) / reliability))
