"""For whom balance is better, and when: which policy leads by each party's measures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.claims.claim_file import Claim, Shared
from experiments.claims.deciders import Decider, deciders
from experiments.claims.founding import Best, best_by, leads
from experiments.claims.measures import TURNOVER
from experiments.claims.sets import ParameterSet

ASKED: dict[str, tuple[str, ...]] = {
    "customers": ("retention", "satisfaction"),
    "reps": (TURNOVER, "exhaustion"),
    "employer": ("profit", "cost_per_contact"),
}
"""By what each party's answer is given in a sentence."""

PERIOD = "year2"


@dataclass(frozen=True)
class Answer:
    """In how many sets each policy leads by a party's measure, and what goes with it.

    Attributes
    ----------
    party, measure : str
        Whose, and by what.
    best, met : Best
        Over all sets, and over those that meet all bands of the calibration.
    policy : str
        The policy that the founding question is about.
    deciders : tuple of Decider
        With which parameters its lead goes most: more of it, more of a lead.
    """

    party: str
    measure: str
    best: Best
    met: Best
    policy: str
    deciders: tuple[Decider, ...]


def answers(
    values: Mapping[str, np.ndarray],
    sets: Sequence[ParameterSet],
    meeting: Sequence[int],
    policy: str,
    seed: int,
) -> list[Answer]:
    """Return the answer for each party's measures.

    Parameters
    ----------
    values : mapping
        The runs of the policies.
    sets : sequence of ParameterSet
        The sets that were run.
    meeting : sequence of int
        The places of those that meet all bands.
    policy : str
        The one that the founding question is about.
    seed : int
        Of permutations and resamples.
    """
    parameters = [one.values for one in sets]
    rows = list(meeting)
    met = {name: each[rows] for name, each in values.items()}
    found = []
    for party, measures in ASKED.items():
        for measure in measures:
            named = deciders(leads(values, measure, PERIOD)[policy], parameters, seed)
            best = best_by(values, party, measure, PERIOD)
            among = best_by(met, party, measure, PERIOD)
            found.append(Answer(party, measure, best, among, policy, tuple(named)))
    return found


def asked_about(claims: Sequence[Claim], shared: Shared) -> str:
    """Return the policy that the founding question is about: what its first condition praises.

    Parameters
    ----------
    claims : sequence of Claim
        All claims.
    shared : Shared
        Says which are those of the founding question, and what the policies are.
    """
    praised = [each.judged[0].arm for each in claims if each.id in shared.first]
    return next((arm for arm in praised if arm in shared.policies), shared.policies[0])
