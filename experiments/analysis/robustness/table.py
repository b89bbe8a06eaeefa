"""Values of policies over sets of parameters, several replications each, and their means.

A *set* is one plausible centre. Only replications in which every policy (and measure) is defined
count in a set, so policies are compared on the same chance; a set without one counts nowhere.

What is highest of several noisy means is too high: the policy that looks best has had luck, too.
So what hangs on a best or a worst policy is given twice. *Plain*, by the means: the maximum
errs upwards. *Held out*: the best is chosen by all replications but one and valued by that one, in
turn; as chance in the choice and in the value are then apart, its expectation is the true value
of a policy that may not be the best, and errs downwards. The truth is between the two in
expectation (not always in a sample), and they meet as replications are added (by argument; checked
in the tests).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.errors import RequestError

FEW = 30
"""Sets below which what is said of the worst of them comes with a warning (own choice)."""


@dataclass(frozen=True)
class Means:
    """What is left of replications.

    Attributes
    ----------
    mean : ndarray, shape (sets, policies)
        Higher is better.
    runs : ndarray of int, shape (sets,)
        Complete replications; 0 where the mean is NaN.
    each : ndarray, shape (replications, sets, policies)
        The single values, NaN where the replication is not complete.
    """

    mean: np.ndarray
    runs: np.ndarray
    each: np.ndarray

    @property
    def there(self) -> np.ndarray:
        """Places of the sets with a mean."""
        return np.flatnonzero(self.runs > 0)

    def held_out(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the means of the other replications, and where both sides exist.

        Returns
        -------
        ndarray, shape (replications, sets, policies)
        ndarray of bool, shape (replications, sets)
        """
        complete = ~np.isnan(self.each).any(axis=2) & (self.runs > 1)
        runs = np.where(self.runs > 1, self.runs, 2)[:, np.newaxis]
        values = np.where(complete[:, :, np.newaxis], self.each, 0.0)
        others = (np.where(self.runs[:, np.newaxis] > 0, self.mean, 0.0) * runs - values) / (
            runs - 1
        )
        return others, complete


def means(values: np.ndarray, policies: Sequence[str], better: int) -> Means:
    """Return the means of one measure.

    Parameters
    ----------
    values : ndarray, shape (replications, sets, policies) or (sets, policies)
        One measure; NaN where a run failed.
    policies : sequence of str
        Their names.
    better : int
        1 where more is better, -1 where less is: values are turned so that more is.
    """
    three = values[np.newaxis] if values.ndim == 2 else values
    if three.ndim != 3 or three.shape[2] != len(policies) or len(policies) < 2:
        raise RequestError(
            [
                f"robustness: given an array of {values.shape}; allowed: (replications, sets, "
                f"{len(policies)}), two policies or more"
            ]
        )
    if better not in (1, -1):
        raise RequestError([f"robustness: given better = {better}; allowed: 1, -1"])
    complete = np.isfinite(three).all(axis=2)
    if not complete.any():
        raise RequestError(
            ["robustness: given no replication in which all policies are defined; allowed: one up"]
        )
    runs = complete.sum(axis=0)
    each = np.where(complete[:, :, np.newaxis], better * three, math.nan)
    total = np.where(complete[:, :, np.newaxis], better * three, 0.0).sum(axis=0)
    mean = np.where(runs[:, np.newaxis] > 0, total / np.maximum(runs, 1)[:, np.newaxis], math.nan)
    return Means(mean, runs, each)


def resampled(sets: int, count: int, seed: int) -> np.ndarray:
    """Return which sets each bootstrap resample holds; shape (count, sets)."""
    return np.random.default_rng([seed, 1979]).integers(0, sets, (count, sets))


def shares(chosen: np.ndarray, policies: Sequence[str]) -> dict[str, float]:
    """Return how often each policy is chosen; ``chosen`` holds their places."""
    counts = np.bincount(chosen, minlength=len(policies)) / len(chosen)
    return dict(zip(policies, counts.tolist(), strict=True))


def caution(sets: int) -> str:
    """Return what a reader must know of the worst of so few sets; empty for many."""
    if sets >= FEW:
        return ""
    return (
        f"only {sets} plausible centre{'s' if sets != 1 else ''}: the worst of them says little "
        "of the worst there may be"
    )
