"""The null: equal arms under different names must give no verdict.

Two ways. With the same chance, equal arms differ by exactly nothing, whatever they are called. With
chance of their own (other replications) they differ by noise alone, and every verdict is a
false alarm: their share says what the intervals are worth.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.claims.claim_file import Claim
from experiments.claims.judging import HOLDS, REFUTED, judge

RESAMPLES = 2_000


@dataclass(frozen=True)
class Null:
    """False alarms.

    Attributes
    ----------
    same_chance : int
        Verdicts over claims and sets where all names stand for the same runs.
    holds, refuted : ndarray of int, shape (sets,)
        Verdicts in each set where each name stands for replications of its own.
    claims : int
        How many claims were asked, in each of the two ways.
    conditions, condition_alarms : int
        The same of single conditions, each of which is meant to err in 5 % at most.
    """

    same_chance: int
    holds: np.ndarray
    refuted: np.ndarray
    claims: int
    conditions: int
    condition_alarms: int

    @property
    def looks(self) -> int:
        """How many verdicts were asked for, in each of the two ways."""
        return self.claims * len(self.holds)

    @property
    def rate(self) -> tuple[float, float, float]:
        """The share of false verdicts on claims, with its 95 % bootstrap interval.

        Sets are drawn, each with all its verdicts, for claims share runs.
        """
        if not self.looks:
            return (math.nan,) * 3
        shares = (self.holds + self.refuted) / self.claims
        rng = np.random.default_rng(len(shares))
        rows = rng.integers(len(shares), size=(RESAMPLES, len(shares)))
        low, high = np.quantile(shares[rows].mean(axis=1), [0.025, 0.975])
        return float(shares.mean()), float(low), float(high)

    @property
    def condition_rate(self) -> float:
        """The share of false verdicts on conditions."""
        return self.condition_alarms / self.conditions if self.conditions else math.nan


def count_alarms(claims: Sequence[Claim], neutral: np.ndarray, replications: int) -> Null:
    """Judge every claim on one arm under all names.

    Parameters
    ----------
    claims : sequence of Claim
        The claims.
    neutral : ndarray, shape (sets, groups x replications, periods, measures)
        The runs of one arm, as many groups as a claim has arms at the most.
    replications : int
        How many a name is given.
    """
    parts = neutral.shape[1] // replications
    groups = np.split(neutral[:, : parts * replications], parts, axis=1)
    holds, refuted = (np.zeros(len(neutral), dtype=int) for _ in range(2))
    asked = same = conditions = alarms = 0
    for claim in claims:
        at_zero = tuple(each for each in claim.condition if each.by == 0.0)
        if not any(each.judged for each in at_zero):
            continue
        asked += 1
        without = claim.model_copy(update={"condition": at_zero})
        alike = judge(without, dict.fromkeys(claim.needed, groups[0]))
        same += alike.count(HOLDS) + alike.count(REFUTED)
        apart = judge(without, dict(zip(claim.needed, groups, strict=False)))
        holds += apart.verdicts == HOLDS
        refuted += apart.verdicts == REFUTED
        for each in apart.tested:
            conditions += len(each.verdicts)
            alarms += each.count(HOLDS) + each.count(REFUTED)
    return Null(same, holds, refuted, asked, conditions, alarms)
