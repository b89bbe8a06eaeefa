"""A claim's verdict in each parameter set, and over all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from experiments.claims.claim_file import Claim, Condition
from experiments.claims.measures import PLACE, WHEN, WIN_WIN, worst_off
from experiments.claims.noise import LEVEL, Contrasts, moderated, wilson

HOLDS, REFUTED, OPEN = 1, -1, 0
"""A verdict in one set."""

FAILED, CLIPPED = 8, 9
"""No verdict in one set: a run failed, or the experiment meets the end of a range there."""

FALSE_ALARMS = 1.0 - LEVEL
"""Share of sets in which chance alone may give a verdict; the null counts how often it does."""

Verdict = Literal["holds", "refuted", "depends", "cannot be told"]
Values = Mapping[str, np.ndarray]
"""By the arm's name: (sets, replications, periods, measures)."""

Rows = Sequence[int] | np.ndarray


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
        1 where it holds, -1 where it is refuted, 0 where that cannot be told, more where there
        is none.
    """

    condition: Condition
    contrasts: Contrasts
    verdicts: np.ndarray

    def count(self, verdict: int) -> int:
        """Return in how many sets it has this verdict."""
        return int(np.sum(self.verdicts == verdict))

    @property
    def score(self) -> np.ndarray:
        """How clear each set is of refuting it, in standard errors; NaN where there is none."""
        clear = self.contrasts.t(self.condition.by, self.condition.sign)
        return np.where(np.abs(self.verdicts) <= 1, clear, np.nan)

    def only(self, rows: Rows) -> "Tested":
        """Return the same in some of the sets."""
        return Tested(self.condition, self.contrasts.only(rows), self.verdicts[rows])


@dataclass(frozen=True)
class Judged:
    """A claim judged on some parameter sets.

    Attributes
    ----------
    claim : Claim
        The claim.
    tested : tuple of Tested
        Its conditions, those that are only reported among them.
    verdicts : ndarray of int, shape (all sets,)
        Of the claim.
    """

    claim: Claim
    tested: tuple[Tested, ...]
    verdicts: np.ndarray

    @cached_property
    def known(self) -> np.ndarray:
        """In which sets the experiment could be made."""
        return np.abs(self.verdicts) <= 1

    @property
    def sets(self) -> int:
        """In how many sets it was judged: those in which the experiment could be made."""
        return int(self.known.sum())

    def count(self, verdict: int) -> int:
        """Return in how many sets it has this verdict."""
        return int(np.sum(self.verdicts == verdict))

    def share(self, verdict: int) -> tuple[float, float, float]:
        """Return the share of sets with this verdict, and its 95 % interval."""
        count = self.count(verdict)
        low, high = wilson(count, self.sets)
        return (count / self.sets if self.sets else float("nan")), low, high

    def only(self, rows: Rows) -> "Judged":
        """Return the same in some of the sets."""
        tested = tuple(each.only(rows) for each in self.tested)
        return Judged(self.claim, tested, self.verdicts[rows])

    def overall(self, majority: float) -> Verdict:
        """Return the verdict over all sets.

        "holds" or "refuted" where the interval of that share lies above ``majority``;
        "depends" where most sets tell, but not the same, and each of the two is told more often
        than chance would: the interval of either share lies above the rate of false alarms.
        Else it cannot be told.
        """
        holds, refuted = self.share(HOLDS), self.share(REFUTED)
        if holds[1] >= majority:
            return "holds"
        if refuted[1] >= majority:
            return "refuted"
        both = min(holds[1], refuted[1]) > FALSE_ALARMS
        return "depends" if both and holds[0] + refuted[0] > majority else "cannot be told"

    @property
    def score(self) -> np.ndarray:
        """How clear each set is of refuting the claim: its least clear judged condition.

        In standard errors, by which sets can be ranked; NaN where there is no verdict.
        """
        clear = [
            each.contrasts.t(each.condition.by, each.condition.sign)
            for each in self.tested
            if each.condition.judged
        ]
        return np.where(self.known, np.min(clear, axis=0), np.nan)


def judge(
    claim: Claim,
    values: Values,
    also: Values | None = None,
    clipped: np.ndarray | None = None,
) -> Judged:
    """Judge a claim on the runs of its arms.

    A condition holds in a set where its 95 % interval lies on the claimed side, and is refuted
    where its interval lies on the other. The claim holds where all judged conditions do, and is
    refuted where one is, by the interval that allows for their number (Bonferroni).

    Parameters
    ----------
    claim : Claim
        The claim.
    values : mapping
        The runs of its arms.
    also : mapping or None
        Their runs in other sets, from which the variance between replications is learned, too.
    clipped : ndarray of bool, shape (sets,), or None
        Where the experiment meets the end of a parameter's range.
    """
    judged = len(claim.judged)
    sets = len(next(iter(values.values())))
    outside = np.zeros(sets, dtype=bool) if clipped is None else clipped
    tested = tuple(_tested(each, values, also, judged, outside) for each in claim.condition)
    counted = np.array([each.verdicts for each in tested if each.condition.judged])
    verdicts = np.where((counted == HOLDS).all(axis=0), HOLDS, OPEN)
    verdicts = np.where((counted == REFUTED).any(axis=0), REFUTED, verdicts)
    verdicts = np.where((counted == FAILED).any(axis=0), FAILED, verdicts)
    return Judged(claim, tested, np.where(outside, CLIPPED, verdicts))


def differences(condition: Condition, values: Values) -> np.ndarray:
    """Return a condition's difference in every set and replication."""
    when, place = WHEN[condition.period], PLACE[condition.measure]

    def of(name: str) -> np.ndarray:
        period = values[name][:, :, when]
        if condition.measure != WIN_WIN or condition.reference is None:
            return np.asarray(period[..., place])
        return worst_off(period, values[condition.reference][:, :, when])

    found = of(condition.arm) - of(condition.versus)
    if condition.beyond is not None:
        found = found - (of(condition.beyond[0]) - of(condition.beyond[1]))
    return np.asarray(found)


def _tested(
    condition: Condition,
    values: Values,
    also: Values | None,
    judged: int,
    clipped: np.ndarray,
) -> Tested:
    more = None if also is None else differences(condition, also)
    contrasts = moderated(differences(condition, values), more)
    verdicts = sided(contrasts, condition, judged)
    verdicts = np.where(np.isfinite(contrasts.mean), verdicts, FAILED)
    return Tested(condition, contrasts, np.where(clipped, CLIPPED, verdicts))


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
    wide_low, wide_high = contrasts.interval(shared_level(judged))
    if condition.sign > 0:
        holds, refuted = low > condition.by, wide_high < condition.by
    else:
        holds, refuted = high < condition.by, wide_low > condition.by
    return np.where(holds, HOLDS, np.where(refuted, REFUTED, OPEN))


def shared_level(looks: int) -> float:
    """Return the level of each of several intervals that may err as often as one (Bonferroni)."""
    return 1.0 - (1.0 - LEVEL) / max(1, looks)


def flips(base: Rows, other: Rows) -> int:
    """Return in how many sets a verdict turns round, from holds to refuted or back."""
    return int(np.sum(np.asarray(base) * np.asarray(other) == HOLDS * REFUTED))
