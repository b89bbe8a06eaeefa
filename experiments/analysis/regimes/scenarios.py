r"""Scenarios with their parameters, and the best policy of each with how surely it is told.

In a scenario the leader is the policy with the best mean. It is *told* where it beats each of its
k - 1 rivals in a one-sided paired t test at the level 5 % / k. However the k policies truly rank,
ties included, a policy that is not the only best one is then told in at most 5 % of scenarios:
to be told wrongly it must beat some policy that is as good, and there are k that may do so
(Bonferroni; by argument, and counted in the tests).

The *margin* is the smallest of these t, so it counts in standard errors. With one replication
there is none. Common random numbers pair the policies of a scenario; they also make the noise of
different scenarios go together, which what is done with the labels cannot see, except
where replications are redrawn for all scenarios at once (:func:`redrawn`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from experiments.errors import RequestError, shown

ALPHA = 0.05
LINEAR, LOG = "linear", "log"
NONE = -1
"""The leader where there is none: no policy's runs, or none's in common, are defined."""


@dataclass(frozen=True)
class Factor:
    """A parameter that scenarios differ in.

    Attributes
    ----------
    name : str
        Its key.
    low, high : float
        The range that scenarios were drawn from; not used with categories.
    unit : str
        "1" where there is none; "share" is told in per cent.
    scale : str
        "linear" or "log": how distances and middles are taken.
    categories : tuple of str
        Names of categories without an order; values are places in it. Empty for a number.
    label : str
        What people call it; the name in plain letters where empty.
    plural : bool
        Whether it "are" rather than "is".
    whole : bool
        Whether values are whole numbers.
    """

    name: str
    low: float = math.nan
    high: float = math.nan
    unit: str = "1"
    scale: str = LINEAR
    categories: tuple[str, ...] = ()
    label: str = ""
    plural: bool = False
    whole: bool = False

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """Return values on [0, 1] over the range, on the factor's scale; categories as they are."""
        if self.categories:
            return np.asarray(values, dtype=float)
        if self.scale == LOG:
            return np.asarray(np.log(values / self.low) / math.log(self.high / self.low))
        return np.asarray((values - self.low) / (self.high - self.low))

    def natural(self, place: float) -> float:
        """Return the value at a place of [0, 1]; infinity stays."""
        if self.categories or math.isinf(place):
            return place
        if self.scale == LOG:
            return float(self.low * (self.high / self.low) ** place)
        return float(self.low + place * (self.high - self.low))


@dataclass(frozen=True)
class Scenarios:
    """Kinds of centre.

    Attributes
    ----------
    factors : tuple of Factor
        One for each column.
    points : ndarray, shape (n, d)
        Values, in the factors' units; places of categories.
    """

    factors: tuple[Factor, ...]
    points: np.ndarray

    def __post_init__(self) -> None:
        """Refuse what cannot be scenarios."""
        shape = np.shape(self.points)
        if len(shape) != 2 or shape[1] != len(self.factors) or not shape[0]:
            raise RequestError(
                [f"scenarios: given an array of {shape}; allowed: (n, {len(self.factors)}), n > 0"]
            )
        mistakes = [
            text
            for factor, column in zip(self.factors, np.transpose(self.points), strict=True)
            for text in _mistakes(factor, column)
        ]
        if mistakes:
            raise RequestError(mistakes)

    def __len__(self) -> int:
        """Return the number of scenarios."""
        return len(self.points)

    @property
    def scaled(self) -> np.ndarray:
        """The points with each number on [0, 1] over its range, on its scale; shape (n, d)."""
        columns = zip(self.factors, self.points.T, strict=True)
        return np.column_stack([factor.scaled(column) for factor, column in columns])

    def only(self, rows: np.ndarray) -> "Scenarios":
        """Return some of the scenarios."""
        return Scenarios(self.factors, self.points[rows])

    def place(self, name: str) -> int:
        """Return the column of a factor."""
        names = [factor.name for factor in self.factors]
        if name not in names:
            raise RequestError([f"given {shown(name)}; allowed: {', '.join(names)}"])
        return names.index(name)


def _mistakes(factor: Factor, column: np.ndarray) -> list[str]:
    """Return what is wrong with a factor and its values."""
    where = f"scenarios, {factor.name}"
    if not np.isfinite(column).all():
        return [f"{where}: given a value that is not finite; allowed: numbers"]
    if factor.categories:
        codes = np.isin(column, np.arange(len(factor.categories)))
        if codes.all():
            return []
        given = shown(float(column[~codes][0]))
        return [f"{where}: given {given}; allowed: 0 to {len(factor.categories) - 1}"]
    if factor.scale not in (LINEAR, LOG):
        return [f"{where}: given scale {shown(factor.scale)}; allowed: linear, log"]
    if not factor.low < factor.high or not math.isfinite(factor.high - factor.low):
        return [f"{where}: given {factor.low:g} to {factor.high:g}; allowed: low < high"]
    if factor.scale == LOG and (factor.low <= 0.0 or column.min() <= 0.0):
        return [f"{where}: given a value or a range not above 0; allowed on a log scale: above 0"]
    return []


@dataclass(frozen=True)
class Winners:
    """The best policy of each scenario for one party.

    Attributes
    ----------
    party : str
        For whom.
    policies : tuple of str
        Their names.
    leader : ndarray of int, shape (n,)
        The place of the policy with the best mean; -1 where there is none.
    margin : ndarray, shape (n,)
        How many standard errors it is clear of the rival that comes closest; NaN where not known.
    told : ndarray of bool, shape (n,)
        Whether that is beyond noise.
    chances : ndarray, shape (n, policies)
        How likely each is the best given the noise; 0 throughout where there is no leader.
    """

    party: str
    policies: tuple[str, ...]
    leader: np.ndarray
    margin: np.ndarray
    told: np.ndarray
    chances: np.ndarray

    def is_best(self, policy: str, *, surely: bool = False) -> np.ndarray:
        """Return 1.0 where the policy leads (and is told, if ``surely``), else 0.0; shape (n,)."""
        leads = self.leader == self.policies.index(policy)
        return np.asarray(leads & self.told if surely else leads).astype(float)


def given(
    party: str,
    policies: Sequence[str],
    leader: np.ndarray,
    margin: np.ndarray,
    told: np.ndarray,
) -> Winners:
    """Return winners of which only labels and margins are known.

    The chance that the leader is best is taken as the normal one of its margin, against the
    closest rival, and what is left is split evenly between all rivals: crude, as labels do not
    say which one came closest.

    Parameters
    ----------
    party : str
        For whom.
    policies : sequence of str
        Their names.
    leader, margin, told : ndarray, shape (n,)
        As in :class:`Winners`. Where the margin is NaN the leader is taken at its word.
    """
    count = len(policies)
    sure = np.where(np.isnan(margin), 1.0, stats.norm.cdf(margin))
    chances = np.repeat(((1.0 - sure) / max(1, count - 1))[:, np.newaxis], count, axis=1)
    there = leader != NONE
    chances[there, leader[there]] = sure[there]
    chances[~there] = 0.0
    return Winners(party, tuple(policies), leader, margin, told, chances)


def winners(party: str, policies: Sequence[str], values: np.ndarray, better: int) -> Winners:
    """Return the best policy of each scenario from its replications.

    The chance that the leader is not the best is that of its closest rival's t, shared among the
    rivals in proportion to what each one's t gives it. With one replication the leader is taken
    at its word.

    Parameters
    ----------
    party : str
        For whom.
    policies : sequence of str
        Their names.
    values : ndarray, shape (replications, n, policies)
        One measure; a replication counts in a scenario where it is defined under every policy.
    better : int
        1 where more is better, -1 where less is.
    """
    if values.ndim != 3 or values.shape[2] != len(policies) or len(policies) < 2:
        raise RequestError(
            [
                f"best policies: given an array of {values.shape}; allowed: (replications, "
                f"scenarios, {len(policies)}), two policies or more"
            ]
        )
    means, runs = _means(better * values)
    there = runs > 0
    leader = np.where(there, np.argmax(means, axis=1), NONE)
    t = _against(better * values, leader, means, runs)
    rivals = np.where(np.arange(len(policies)) == leader[:, np.newaxis], np.inf, t)
    margin = np.where(runs > 1, rivals.min(axis=1), math.nan)
    limit = stats.t.isf(ALPHA / len(policies), np.maximum(runs - 1, 1))
    told = (runs > 1) & (margin > limit)
    chances = _chances(rivals, leader, runs)
    return Winners(party, tuple(policies), leader, margin, told, chances)


def _means(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean of complete replications, -inf where none, (n, policies); how many, (n,)."""
    complete = np.isfinite(values).all(axis=2)
    runs = complete.sum(axis=0)
    total = np.where(complete[:, :, np.newaxis], values, 0.0).sum(axis=0)
    means = total / np.maximum(runs, 1)[:, np.newaxis]
    return np.where(runs[:, np.newaxis] > 0, means, -np.inf), runs


def _against(
    values: np.ndarray, leader: np.ndarray, means: np.ndarray, runs: np.ndarray
) -> np.ndarray:
    """Return t of the leader against each policy; shape (n, policies).

    A difference that never varies is 0 or infinitely many standard errors.
    """
    chosen = np.maximum(leader, 0)[np.newaxis, :, np.newaxis]
    gaps = np.take_along_axis(values, chosen, axis=2) - values
    complete = np.isfinite(gaps).all(axis=2, keepdims=True)
    scale = np.abs(np.where(complete, values, 0.0)).max(axis=(0, 2))[:, np.newaxis]
    lead = np.take_along_axis(means, chosen[0], axis=1) - np.where(np.isfinite(means), means, 0.0)
    lead = np.where(runs[:, np.newaxis] > 0, lead, 0.0)
    squares = np.where(complete, (np.where(complete, gaps, 0.0) - lead) ** 2, 0.0).sum(axis=0)
    error = np.sqrt(
        squares / np.maximum(runs - 1, 1)[:, np.newaxis] / np.maximum(runs, 1)[:, np.newaxis]
    )
    varies = error > 1e-12 * scale  # less is rounding
    exact = np.where(lead > 1e-12 * scale, np.inf, 0.0)
    return np.where(varies, lead / np.where(varies, error, 1.0), exact)


def _chances(rivals: np.ndarray, leader: np.ndarray, runs: np.ndarray) -> np.ndarray:
    """Return how likely each policy is best; rivals holds t, infinity for the leader."""
    degrees = np.maximum(runs - 1, 1)[:, np.newaxis]
    beats = np.where(runs[:, np.newaxis] > 1, stats.t.sf(rivals, degrees), 0.0)
    worst = beats.max(axis=1)
    total = beats.sum(axis=1)
    share = np.divide(worst, total, out=np.zeros_like(worst), where=total > 0.0)
    chances = beats * share[:, np.newaxis]
    there = leader != NONE
    chances[there, leader[there]] = 1.0 - worst[there]
    chances[~there] = 0.0
    return chances


def redrawn(values: np.ndarray, better: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return leaders by resampled replications, the same ones in all scenarios.

    It keeps what common random numbers make go together between scenarios. Resampling R
    replications shows a variance too small by (R - 1) / R.

    Parameters
    ----------
    values : ndarray, shape (replications, n, policies)
        One measure.
    better : int
        1 where more is better, -1 where less is.
    count : int
        How many times.
    rng : Generator
        Draws them.

    Returns
    -------
    ndarray of int, shape (count, n)
        Leaders; -1 where no replication drawn is complete.
    """
    complete = np.isfinite(values).all(axis=2)
    clean = np.where(complete[:, :, np.newaxis], better * values, 0.0)
    replications = len(values)
    found = np.empty((count, values.shape[1]), dtype=int)
    for row in range(count):
        drawn = np.bincount(rng.integers(0, replications, replications), minlength=replications)
        sums = np.tensordot(drawn.astype(float), clean, axes=1)
        found[row] = np.where(drawn @ complete > 0, sums.argmax(axis=1), NONE)
    return found
