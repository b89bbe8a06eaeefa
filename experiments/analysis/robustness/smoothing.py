r"""A penalised spline of several outcomes on one parameter, and how uncertain the curve is.

Cubic B-splines on knots at quantiles of the parameter, with a penalty on second differences of
their coefficients (Eilers and Marx 1996), weighted by generalised cross validation over all
outcomes together; a parameter of few distinct values has a mean for each value instead. In a basis
that is orthonormal on the data and makes the penalty diagonal (Demmler and Reinsch) the fit is

.. math:: \hat g = U \,\mathrm{diag}\{1 / (1 + \lambda s_j)\}\, U^\top y,

the coefficients have the Bayesian posterior covariance
:math:`\Sigma \otimes \mathrm{diag}\{1 / (1 + \lambda s_j)\}` with :math:`\Sigma` that of the
residuals of the outcomes (Wood 2006). All from memory, unverified.

Constants and straight lines are not penalised, so the fit keeps each outcome's mean.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg
from sklearn.preprocessing import SplineTransformer

FEW_VALUES = 5
"""Distinct values up to which a parameter is taken as categories."""

MOST_BASIS = 10
A_BASIS = 10
"""Sets for each column of the basis, at least."""

STRENGTHS = np.concatenate([[0.0], np.logspace(-4, 6, 21)])
"""Weights of the penalty that are tried, relative to that of the basis."""


@dataclass(frozen=True)
class Basis:
    """A basis on one parameter's values.

    Attributes
    ----------
    columns : ndarray, shape (n, m)
        Orthonormal.
    penalty : ndarray, shape (m,)
        What each column is penalised by; 0 for constants and lines.
    firsts : ndarray, shape (distinct values,)
        The first row of each distinct value: all rows of a value are equal.
    shares : ndarray, shape (distinct values,)
        The share of rows that have it.
    """

    columns: np.ndarray
    penalty: np.ndarray
    firsts: np.ndarray
    shares: np.ndarray


@dataclass(frozen=True)
class Fit:
    """Curves of all outcomes on one parameter.

    Attributes
    ----------
    basis : Basis
    coefficients : ndarray, shape (m, outcomes)
    shrunk : ndarray, shape (m,)
        1 / (1 + strength times penalty).
    spread : ndarray, shape (outcomes, outcomes)
        Covariance of the residuals.
    """

    basis: Basis
    coefficients: np.ndarray
    shrunk: np.ndarray
    spread: np.ndarray

    @property
    def curve(self) -> np.ndarray:
        """The fitted values, shape (n, outcomes)."""
        return np.asarray(self.basis.columns @ self.coefficients)

    @property
    def freedom(self) -> float:
        """Effective degrees of freedom: 1 is a constant, 2 a line."""
        return float(self.shrunk.sum())

    def drawn(self, rng: np.random.Generator) -> np.ndarray:
        """Return curves drawn from their uncertainty, shape (distinct values, outcomes)."""
        values, vectors = np.linalg.eigh(self.spread)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        noise = rng.standard_normal(self.coefficients.shape) @ root.T
        moved = self.coefficients + np.sqrt(self.shrunk)[:, np.newaxis] * noise
        return np.asarray(self.basis.columns[self.basis.firsts] @ moved)


def basis(values: np.ndarray) -> Basis:
    """Return the basis on a parameter's values, shape (n,), of which two at least differ."""
    distinct, firsts, code, counts = np.unique(
        values, return_index=True, return_inverse=True, return_counts=True
    )
    shares = counts / len(values)
    if len(distinct) <= FEW_VALUES:
        raw = np.eye(len(distinct))[code]
        return Basis(raw / np.sqrt(raw.sum(axis=0)), np.zeros(len(distinct)), firsts, shares)
    size = max(4, min(MOST_BASIS, len(values) // A_BASIS, len(distinct) - 1))
    knots = np.quantile(values, np.linspace(0.0, 1.0, size - 2))[:, np.newaxis]
    if len(np.unique(knots)) < len(knots):  # many ties: equally far apart instead
        knots = np.linspace(distinct[0], distinct[-1], size - 2)[:, np.newaxis]
    raw = SplineTransformer(knots=knots, degree=3).fit_transform(values[:, np.newaxis])
    steps = _second_differences(knots[:, 0], raw.shape[1])
    # A basis function without a value would make the product singular.
    gram = raw.T @ raw + 1e-9 * len(values) * np.eye(raw.shape[1])
    penalty, vectors = linalg.eigh(steps.T @ steps, gram)
    penalty = np.where(penalty < 1e-9 * max(penalty[-1], 1e-300), 0.0, penalty)
    return Basis(raw @ vectors, penalty / max(penalty[-1], 1e-300), firsts, shares)


def _second_differences(knots: np.ndarray, count: int) -> np.ndarray:
    """Return the matrix of second divided differences of coefficients: 0 for any line.

    A line's coefficients are its values at the averages of three neighbouring knots (Greville),
    which lie unevenly where knots do.
    """
    first, last = knots[1] - knots[0], knots[-1] - knots[-2]
    before = knots[0] - first * np.arange(3, 0, -1)
    after = knots[-1] + last * np.arange(1, 4)
    long = np.concatenate([before, knots, after])
    at = np.array([long[place + 1 : place + 4].mean() for place in range(count)])
    found = np.zeros((count - 2, count))
    for row in range(count - 2):
        left, right = at[row + 1] - at[row], at[row + 2] - at[row + 1]
        found[row, row : row + 3] = [1.0 / left, -1.0 / left - 1.0 / right, 1.0 / right]
    return found


def fit(on: Basis, outcomes: np.ndarray) -> Fit:
    """Return the curves of outcomes, shape (n, outcomes), with the best strength of penalty."""
    n = len(outcomes)
    raw = on.columns.T @ outcomes
    total = (outcomes**2).sum(axis=0)
    scale = np.maximum(outcomes.var(axis=0), 1e-300)
    strengths = STRENGTHS if on.penalty.any() else STRENGTHS[:1]
    shrunk = 1.0 / (1.0 + strengths[:, np.newaxis] * on.penalty)
    left = total - (2.0 * shrunk - shrunk**2) @ raw**2
    scores = (left / scale).sum(axis=1) / (n - shrunk.sum(axis=1)) ** 2
    chosen = shrunk[int(scores.argmin())]
    coefficients = chosen[:, np.newaxis] * raw
    away = outcomes - on.columns @ coefficients
    return Fit(on, coefficients, chosen, away.T @ away / (n - chosen.sum()))
