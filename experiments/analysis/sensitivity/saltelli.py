"""Saltelli's design: which runs the Sobol' indices need, one by one.

Two independent matrices A and B of n base points, and for each parameter i a matrix AB_i, which
is A with its column i from B (Saltelli et al. 2010; layout as `scipy.stats.sobol_indices` has
it, whose source was read). Runs are numbered base point by base point: A, AB of each parameter,
B. Any leading part of the list is a design of its own, so that an experiment can be interrupted,
resumed and, n doubled under the same seed, extended without a run being made twice.

References
----------
Saltelli, A. et al. (2010). Variance based sensitivity analysis of model output. Design and
estimator for the total sensitivity index. Computer Physics Communications 181(2), 259-270
(as cited in SciPy's documentation; not read).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.stats import qmc

from experiments.errors import RequestError, shown

LEAST_POINTS = 8
"""Base points below which no bootstrap interval means anything (assumed)."""


@dataclass(frozen=True)
class Saltelli:
    """The runs of a Sobol' analysis, as points of the unit cube.

    Attributes
    ----------
    names : tuple of str
        The parameters, in the order of columns.
    n : int
        Base points, a power of two.
    seed : int
        Of the scrambling of the Sobol' sequence.
    """

    names: tuple[str, ...]
    n: int
    seed: int

    @property
    def d(self) -> int:
        """The number of parameters."""
        return len(self.names)

    @property
    def width(self) -> int:
        """Runs to a base point: A, AB of each parameter, B."""
        return self.d + 2

    def __len__(self) -> int:
        """Return the number of runs, replications not counted."""
        return self.n * self.width

    @cached_property
    def base(self) -> np.ndarray:
        """A and B side by side, of shape (n, 2, d), in [0, 1)."""
        # 64 bits and 2 d columns at once, as SciPy's own indices draw them.
        sequence = qmc.Sobol(2 * self.d, bits=64, rng=np.random.default_rng(self.seed))
        return np.asarray(sequence.random(self.n)).reshape(self.n, 2, self.d)

    @cached_property
    def points(self) -> np.ndarray:
        """Every run's point, of shape (runs, d)."""
        a, b = self.base[:, 0], self.base[:, 1]
        table = np.repeat(a[:, np.newaxis], self.width, axis=1)
        each = np.arange(self.d)
        table[:, each + 1, each] = b
        table[:, -1] = b
        return table.reshape(len(self), self.d)

    def name_of(self, run: int) -> str:
        """Return what a run is, for example "17 AB patience"."""
        row, place = divmod(run, self.width)
        kind = "A" if not place else "B" if place > self.d else f"AB {self.names[place - 1]}"
        return f"{row} {kind}"

    def split(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return values of the runs as f_A, f_B and f_AB.

        Parameters
        ----------
        values : ndarray, shape (..., runs)
            In the order of runs.

        Returns
        -------
        f_a, f_b : ndarray, shape (..., n)
        f_ab : ndarray, shape (..., n, d)
        """
        table = values.reshape(*values.shape[:-1], self.n, self.width)
        return table[..., 0], table[..., -1], table[..., 1:-1]

    def independent(self, values: np.ndarray) -> np.ndarray:
        """Return the values at A and B only, of shape (..., 2 n): a plain sample of the space."""
        f_a, f_b, _ = self.split(values)
        return np.concatenate([f_a, f_b], axis=-1)


def saltelli(names: Sequence[str], n: int, seed: int) -> Saltelli:
    """Return the design of a Sobol' analysis.

    Parameters
    ----------
    names : sequence of str
        The parameters.
    n : int
        Base points; the runs are n (parameters + 2).
    seed : int
        Of the scrambling.

    Raises
    ------
    RequestError
        Where the number of points is no power of two, or a name is missing or given twice.
    """
    wrong = []
    if not names or len(set(names)) < len(names):
        wrong.append(f"parameters: given {shown(list(names))}; allowed: one or more, each once")
    if n < LEAST_POINTS or n & (n - 1):
        near = max(LEAST_POINTS, 1 << max(0, n - 1).bit_length())
        wrong.append(
            f"base points: given {n}; allowed: a power of two, at least {LEAST_POINTS}, which "
            f"keeps the Sobol' sequence in balance; the next is {near}"
        )
    if wrong:
        raise RequestError(wrong)
    return Saltelli(tuple(names), n, seed)
