"""Emulators: what an output would be, and how sure that is, without simulating.

Two kinds are fitted to each output and compared by leaving each run out in turn: a Gaussian process
with a length scale for each active input and a noise term, and a quadratic regression. The one
that foretells the runs left out better is taken.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from scipy.linalg import cho_solve, solve_triangular
from scipy.optimize import minimize
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

from experiments.calibration.screening import active_inputs

LENGTHS = (0.15, 20.0)
"""Length scales that a Gaussian process may take, in ranges: from rough to a straight line."""

JITTER = 1e-8
"""Added to the variances, so that the matrix can be factorised."""

PENALTIES = np.logspace(-4.0, 3.0, 15)
"""Ridge penalties that a quadratic regression chooses from, in units of the terms' variance."""


class Surface(Protocol):
    """What both kinds of emulator offer, of a standardised output on its active inputs."""

    noise: float
    """Standard deviation of one run about the expected value."""
    left_out: tuple[np.ndarray, np.ndarray]
    """Mean and standard deviation foretold for each run when it is left out."""

    def predict(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the expected value and the standard deviation of what is known of it."""


class Process:
    """A Gaussian process with a length scale for each input and a noise term."""

    def __init__(self, points: np.ndarray, values: np.ndarray) -> None:
        kernel = ConstantKernel(1.0, (1e-2, 1e3)) * RBF(
            np.full(points.shape[1], 1.5), LENGTHS
        ) + WhiteKernel(0.3, (1e-5, 2.0))
        model = _fitted_process(kernel, points, values)
        self._points = points
        self._signal = float(model.kernel_.k1.k1.constant_value)
        self._lengths = np.asarray(model.kernel_.k1.k2.length_scale).reshape(-1)
        self._lower, self._weights = model.L_, model.alpha_.reshape(-1)
        variance = float(model.kernel_.k2.noise_level)
        self.noise = math.sqrt(variance)
        inverse = cho_solve((self._lower, True), np.eye(len(values)))
        spread = 1.0 / np.diag(inverse)
        self.left_out = (values - self._weights * spread, np.sqrt(spread))

    def predict(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the expected value and the standard deviation of what is known of it."""
        one, other = points / self._lengths, self._points / self._lengths
        squares = np.sum(one**2, 1)[:, None] + np.sum(other**2, 1) - 2.0 * (one @ other.T)
        cross = self._signal * np.exp(-0.5 * np.maximum(squares, 0.0))
        solved = solve_triangular(self._lower, cross.T, lower=True, check_finite=False)
        variance = self._signal - np.sum(solved**2, axis=0)
        return cross @ self._weights, np.sqrt(np.maximum(variance, 0.0))


def _fitted_process(kernel: Any, points: np.ndarray, values: np.ndarray) -> Any:
    """Return the process with the likeliest length scales and noise.

    Optimised here, as scikit-learn would warn of each length scale at its bound, which only says
    that the output is straight along that input.
    """
    start = GaussianProcessRegressor(kernel, alpha=JITTER, optimizer=None).fit(points, values)

    def surprise(theta: np.ndarray) -> tuple[float, np.ndarray]:
        likelihood, slope = start.log_marginal_likelihood(
            theta, eval_gradient=True, clone_kernel=False
        )
        return -likelihood, -slope

    best = minimize(surprise, kernel.theta, jac=True, method="L-BFGS-B", bounds=kernel.bounds)
    likeliest = kernel.clone_with_theta(best.x)
    return GaussianProcessRegressor(likeliest, alpha=JITTER, optimizer=None).fit(points, values)


class Quadratic:
    """A regression on the inputs, their squares and their products, by ridge.

    The penalty is that with the smallest error when each run is left out in turn.
    """

    def __init__(self, points: np.ndarray, values: np.ndarray) -> None:
        terms = _terms(points)
        self._centre = terms.mean(axis=0)
        self._scale = np.where(terms.std(axis=0) > 0.0, terms.std(axis=0), 1.0)
        self._mean = float(values.mean())
        left, singular, right = np.linalg.svd(self._standard(terms), full_matrices=False)
        rest = values - self._mean
        count = len(values)
        errors = []
        for penalty in PENALTIES:
            kept = singular**2 / (singular**2 + penalty)
            leverage = np.minimum((left**2) @ kept + 1.0 / count, 0.999)
            errors.append((rest - left @ (kept * (left.T @ rest))) / (1.0 - leverage))
        best = int(np.argmin([float(error @ error) for error in errors]))
        penalty, error = PENALTIES[best], errors[best]
        self._slopes = right.T @ (singular / (singular**2 + penalty) * (left.T @ rest))
        self.noise = float(np.sqrt(np.mean(error**2)))
        # Of the coefficients, by the Bayesian reading of ridge.
        self._root = (right.T / np.sqrt(singular**2 + penalty)) * self.noise
        self._least = self.noise / math.sqrt(count)
        spread = np.sqrt(self.noise**2 + self._known(self._standard(terms)) ** 2)
        self.left_out = (values - error, spread)

    def _standard(self, terms: np.ndarray) -> np.ndarray:
        return (terms - self._centre) / self._scale

    def _known(self, standard: np.ndarray) -> np.ndarray:
        variance = np.sum((standard @ self._root) ** 2, axis=1) + self._least**2
        known: np.ndarray = np.sqrt(variance)
        return known

    def predict(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the expected value and the standard deviation of what is known of it."""
        standard = self._standard(_terms(points))
        return self._mean + standard @ self._slopes, self._known(standard)


def _terms(points: np.ndarray) -> np.ndarray:
    centred = points - 0.5
    count = points.shape[1]
    first, second = np.triu_indices(count)
    return np.concatenate([centred, centred[:, first] * centred[:, second]], axis=1)


KINDS: dict[str, Callable[[np.ndarray, np.ndarray], Surface]] = {
    "Gaussian process": Process,
    "quadratic regression": Quadratic,
}


@dataclass(frozen=True)
class Emulator:
    """An output's emulator, on the whole unit cube and in the output's own unit.

    Attributes
    ----------
    kind : str
        Which kind was taken.
    active : list of int
        The inputs it depends on, the strongest first.
    explained : float
        Share of the variance of the runs that it foretells when each is left out.
    scores : dict
        Mean logarithm of the density that each kind gave the runs left out: higher is better.
    calibrated : float
        Share of the runs left out that lay within two of the foretold standard deviations.
    """

    kind: str
    active: list[int]
    explained: float
    scores: dict[str, float]
    calibrated: float
    surface: Surface
    centre: float
    scale: float

    @property
    def noise(self) -> float:
        """Standard deviation of one run about the expected value, misfit included."""
        return self.surface.noise * self.scale

    def predict(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the expected value and the standard deviation of what is known of it."""
        mean, known = self.surface.predict(points[:, self.active])
        return self.centre + self.scale * mean, self.scale * known


def fit(points: np.ndarray, values: np.ndarray) -> Emulator:
    """Fit both kinds of emulator to an output and return the better one.

    Parameters
    ----------
    points : array (n, d)
        Where it was simulated, on the unit cube.
    values : array (n,)
        What it was; runs without a value are left out.
    """
    there = np.isfinite(values)
    points, values = points[there], values[there]
    centre, scale = float(values.mean()), float(values.std()) or 1.0
    standard = (values - centre) / scale
    active = active_inputs(points, standard)
    surfaces = {kind: make(points[:, active], standard) for kind, make in KINDS.items()}
    scores = {kind: _score(surface, standard) for kind, surface in surfaces.items()}
    kind = max(scores, key=lambda name: scores[name])
    surface = surfaces[kind]
    mean, spread = surface.left_out
    return Emulator(
        kind=kind,
        active=active,
        explained=float(1.0 - np.mean((standard - mean) ** 2) / max(standard.var(), 1e-300)),
        scores=scores,
        calibrated=float(np.mean(np.abs(standard - mean) <= 2.0 * spread)),
        surface=surface,
        centre=centre,
        scale=scale,
    )


def _score(surface: Surface, values: np.ndarray) -> float:
    mean, spread = surface.left_out
    spread = np.maximum(spread, 1e-9)
    found = float(np.mean(-0.5 * ((values - mean) / spread) ** 2 - np.log(spread)))
    return found if math.isfinite(found) else -math.inf
