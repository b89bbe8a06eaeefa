"""The null: equal arms under different names must give no verdict.

Two ways. With the same chance, equal arms differ by exactly nothing, whatever they are called. With
chance of their own (other replications) they differ by noise alone, and every verdict is a
false alarm: their share says what the intervals are worth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.claims.campaign import NULL_GROUPS
from experiments.claims.claim_file import Claim
from experiments.claims.judging import HOLDS, OPEN, REFUTED, judge
from experiments.claims.noise import wilson


@dataclass(frozen=True)
class Null:
    """False alarms.

    Attributes
    ----------
    same_chance : int
        Verdicts over claims and sets where all names stand for the same runs.
    looks : int
        How many verdicts were asked for, in each of the two ways.
    holds, refuted : int
        Verdicts where each name stands for replications of its own.
    conditions, condition_alarms : int
        The same of single conditions, each of which is meant to err in 5 % at most.
    """

    same_chance: int
    looks: int
    holds: int
    refuted: int
    conditions: int
    condition_alarms: int

    @property
    def rate(self) -> tuple[float, float, float]:
        """The share of false verdicts on claims, with its interval if sets were independent."""
        count = self.holds + self.refuted
        low, high = wilson(count, self.looks)
        return count / self.looks if self.looks else float("nan"), low, high

    @property
    def condition_rate(self) -> float:
        """The share of false verdicts on conditions."""
        return self.condition_alarms / self.conditions if self.conditions else float("nan")


def count_alarms(claims: Sequence[Claim], neutral: np.ndarray, replications: int) -> Null:
    """Judge every claim on one arm under all names.

    Parameters
    ----------
    claims : sequence of Claim
        The claims.
    neutral : ndarray, shape (sets, groups x replications, periods, measures)
        The runs of one arm.
    replications : int
        How many a name is given.
    """
    groups = [
        neutral[:, replications * group : replications * (group + 1)]
        for group in range(NULL_GROUPS)
    ]
    looks = same = holds = refuted = conditions = alarms = 0
    for claim in claims:
        at_zero = tuple(each for each in claim.condition if each.by == 0.0)
        if not any(each.judged for each in at_zero):
            continue
        asked = claim.model_copy(update={"condition": at_zero})
        alike = judge(asked, _named(asked, [groups[0]]))
        same += int(np.sum(alike.verdicts != OPEN))
        apart = judge(asked, _named(asked, groups))
        holds += apart.count(HOLDS)
        refuted += apart.count(REFUTED)
        looks += apart.sets
        for each in apart.tested:
            conditions += len(each.verdicts)
            alarms += each.count(HOLDS) + each.count(REFUTED)
    return Null(same, looks, holds, refuted, conditions, alarms)


def _named(claim: Claim, groups: Sequence[np.ndarray]) -> Mapping[str, np.ndarray]:
    return {name: groups[place % len(groups)] for place, name in enumerate(claim.needed)}
