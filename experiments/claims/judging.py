"""A claim's verdict in each parameter set, and over all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from experiments.claims.claim_file import Claim, Condition
from experiments.claims.measures import PERIODS, PLACE, with_gains
from experiments.claims.noise import LEVEL, Contrasts, moderated, wilson

HOLDS, REFUTED, OPEN = 1, -1, 0
"""A verdict in one set."""

Verdict = Literal["holds", "refuted", "depends", "cannot be told"]
Values = Mapping[str, np.ndarray]
"""By the arm's name: (sets, replications, periods, measures)."""


@dataclass(frozen=True)
class Tested:
    """A condition in every set.

    Attributes
    ----------
    condition : Condition
        What must hold.
    contrasts : Contrasts
        The difference in each set.
    verdicts : ndarray of int, shape (sets,)
        1 where it holds, -1 where it is refuted, 0 where that cannot be told.
    """

    condition: Condition
    contrasts: Contrasts
    verdicts: np.ndarray

    def count(self, verdict: int) -> int:
        """Return in how many sets it has this verdict."""
        return int(np.sum(self.verdicts == verdict))


@dataclass(frozen=True)
class Judged:
    """A claim judged on some parameter sets.

    Attributes
    ----------
    claim : Claim
        The claim.
    tested : tuple of Tested
        Its conditions, those that are only reported among them.
    verdicts : ndarray of int, shape (sets,)
        Of the claim.
    """

    claim: Claim
    tested: tuple[Tested, ...]
    verdicts: np.ndarray

    @property
    def sets(self) -> int:
        """How many sets it was judged on."""
        return len(self.verdicts)

    def count(self, verdict: int) -> int:
        """Return in how many sets it has this verdict."""
        return int(np.sum(self.verdicts == verdict))

    def share(self, verdict: int) -> tuple[float, float, float]:
        """Return the share of sets with this verdict, and its 95 % interval."""
        count = self.count(verdict)
        low, high = wilson(count, self.sets)
        return (count / self.sets if self.sets else float("nan")), low, high

    def overall(self, majority: float) -> Verdict:
        """Return the verdict over all sets.

        "holds" or "refuted" where the interval of that share lies above ``majority``;
        "depends" where most sets tell, but not the same; else it cannot be told.
        """
        if self.share(HOLDS)[1] >= majority:
            return "holds"
        if self.share(REFUTED)[1] >= majority:
            return "refuted"
        told = self.count(HOLDS) + self.count(REFUTED)
        both = min(self.count(HOLDS), self.count(REFUTED)) > 0
        return "depends" if both and told > majority * self.sets else "cannot be told"

    @property
    def score(self) -> np.ndarray:
        """How clear each set is of refuting the claim: its least clear judged condition.

        In standard errors, by which sets can be ranked.
        """
        clear = [
            each.contrasts.t(each.condition.by, each.condition.sign)
            for each in self.tested
            if each.condition.judged
        ]
        return np.min(clear, axis=0)


def judge(claim: Claim, values: Values) -> Judged:
    """Judge a claim on the runs of its arms.

    A condition holds in a set where its 95 % interval lies on the claimed side, and is refuted
    where its interval lies on the other. The claim holds where all judged conditions do, and is
    refuted where one is, by the interval that allows for their number (Bonferroni).

    Parameters
    ----------
    claim : Claim
        The claim.
    values : mapping
        The runs of its arms, and of the neutral one where a measure asks for it.
    """
    filled = with_gains(values)
    judged = len(claim.judged)
    tested = tuple(_tested(each, filled, judged) for each in claim.condition)
    counted = np.array([each.verdicts for each in tested if each.condition.judged])
    verdicts = np.where((counted == HOLDS).all(axis=0), HOLDS, OPEN)
    verdicts = np.where((counted == REFUTED).any(axis=0), REFUTED, verdicts)
    return Judged(claim, tested, verdicts)


def differences(condition: Condition, values: Values) -> np.ndarray:
    """Return a condition's difference in every set and replication."""
    period = list(PERIODS).index(condition.period)
    place = PLACE[condition.measure]

    def of(name: str) -> np.ndarray:
        return values[name][:, :, period, place]

    found = of(condition.arm) - of(condition.versus)
    if condition.beyond is not None:
        found = found - (of(condition.beyond[0]) - of(condition.beyond[1]))
    return np.asarray(found)


def _tested(condition: Condition, values: Values, judged: int) -> Tested:
    contrasts = moderated(differences(condition, values))
    return Tested(condition, contrasts, sided(contrasts, condition, judged))


def sided(contrasts: Contrasts, condition: Condition, judged: int) -> np.ndarray:
    """Return a condition's verdict in each set.

    Parameters
    ----------
    contrasts : Contrasts
        The differences.
    condition : Condition
        On which side they must lie.
    judged : int
        How many conditions the claim has, by which the level of a refutation is divided.
    """
    low, high = contrasts.interval()
    wide_low, wide_high = contrasts.interval(1.0 - (1.0 - LEVEL) / max(1, judged))
    if condition.sign > 0:
        holds, refuted = low > condition.by, wide_high < condition.by
    else:
        holds, refuted = high < condition.by, wide_low > condition.by
    return np.where(holds, HOLDS, np.where(refuted, REFUTED, OPEN))


def flips(base: Sequence[int] | np.ndarray, other: Sequence[int] | np.ndarray) -> int:
    """Return in how many sets a verdict turns round, from holds to refuted or back."""
    return int(np.sum(np.asarray(base) * np.asarray(other) == HOLDS * REFUTED))
