"""The founding question: under which policy each party does best, when, and how often."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from experiments.claims.measures import MEASURES, PLACE, TURNOVER, WHEN, YEARS
from experiments.claims.noise import Contrasts, moderated

PARTY_MEASURES: dict[str, tuple[str, ...]] = {
    "customer": ("satisfaction", "retention", "welfare_customer"),
    "rep": ("exhaustion", TURNOVER, "welfare_rep"),
    "employer": ("profit", "welfare_employer"),
    "all three": ("prevail_all",),
}
"""By what each party's answer is given; "all three" is what no single party wins.

The worst-off party's gain is not among them: over the neutral policy, which the balanced one
nearly equals, it would be decided by what it is measured from. The page of N1 has it.
"""

LABELS = {
    "satisfaction": "customers' satisfaction",
    "retention": "customers kept",
    "welfare_customer": "payoff of a conversation to the customer",
    "exhaustion": "exhaustion of reps (low is better)",
    TURNOVER: "expected turnover of reps (low is better)",
    "welfare_rep": "payoff of a conversation to the rep",
    "profit": "profit",
    "welfare_employer": "payoff of a conversation to the employer",
    "cost_per_contact": "cost of a contact (low is better)",
    "prevail_all": "conversations in which all three prevail",
}


@dataclass(frozen=True)
class Best:
    """Under which policy a measure is best, over the sets.

    Attributes
    ----------
    party, measure, period : str
        Whose, what, and when.
    counts : mapping of str to int
        In how many sets it is best under each policy.
    untold : int
        In how many that cannot be told.
    """

    party: str
    measure: str
    period: str
    counts: Mapping[str, int]
    untold: int

    @property
    def sets(self) -> int:
        """How many sets there are."""
        return sum(self.counts.values()) + self.untold


def best_policies(values: Mapping[str, np.ndarray]) -> list[Best]:
    """Return for each party's measures, and each year, in which sets each policy is best.

    A policy is best in a set where its 95 % intervals against both others lie on the better side.

    Parameters
    ----------
    values : mapping
        The runs of the policies.
    """
    return [
        best_by(values, party, measure, period)
        for party, measures in PARTY_MEASURES.items()
        for measure in measures
        for period in YEARS
    ]


def best_by(values: Mapping[str, np.ndarray], party: str, measure: str, period: str) -> Best:
    """Return in how many sets each policy is best by a measure.

    Parameters
    ----------
    values : mapping
        The runs of the policies.
    party, measure, period : str
        Whose, by what, and when.
    """
    best = winners(values, measure, period)
    counts = {name: int(np.sum(best == name)) for name in values}
    return Best(party, measure, period, counts, len(best) - sum(counts.values()))


def winners(values: Mapping[str, np.ndarray], measure: str, period: str) -> np.ndarray:
    """Return the best policy in each set, empty where that cannot be told.

    Parameters
    ----------
    values : mapping
        The runs of the policies.
    measure, period : str
        What, and when.
    """
    sets = len(next(iter(values.values())))
    best = np.full(sets, "", dtype=object)
    for name in values:
        ahead = np.full(sets, True)
        for each in _ahead(values, name, measure, period):
            ahead &= each.interval()[0] > 0.0
        best[ahead] = name
    return best


def leads(values: Mapping[str, np.ndarray], measure: str, period: str) -> dict[str, np.ndarray]:
    """Return how clearly each policy leads in each set: its least lead, in standard errors.

    NaN where a run failed.

    Parameters
    ----------
    values : mapping
        The runs of the policies.
    measure, period : str
        What, and when.
    """
    return {
        name: np.min(
            [
                np.where(np.isfinite(each.mean), each.t(0.0, 1.0), np.nan)
                for each in _ahead(values, name, measure, period)
            ],
            axis=0,
        )
        for name in values
    }


def _ahead(
    values: Mapping[str, np.ndarray], name: str, measure: str, period: str
) -> list[Contrasts]:
    """Return by how much a policy leads each of the others, positive where it is better."""
    better, when, place = MEASURES[measure].better, WHEN[period], PLACE[measure]
    own = values[name][:, :, when, place]
    return [
        moderated(better * (own - each[:, :, when, place]))
        for other, each in values.items()
        if other != name
    ]
