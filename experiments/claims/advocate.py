"""The devil's advocate: whether the model can produce each answer.

Among the plausible sets and those of a search beyond them, the set is looked for in which a policy
leads most clearly by a party's measure. As the luckiest of many looks better than it is, it is
run again in fresh replications, and only these count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.analysis.interval import Interval, t_interval
from experiments.claims.arms import Arm, Block
from experiments.claims.campaign import CONFIRM, CONFIRM_FROM, Ran
from experiments.claims.claim_file import RANGES, Shared
from experiments.claims.founding import PARTY_MEASURES
from experiments.claims.measures import MEASURES, PERIODS, PLACE
from experiments.claims.sets import ParameterSet, every_parameter

ASKED = tuple(
    (party, measure)
    for party in ("customer", "rep", "employer")
    for measure in PARTY_MEASURES[party]
)
PERIOD = "year2"
FAR = 8
"""Parameters shown of a set: those that lie farthest from the ensemble's middle."""


@dataclass(frozen=True)
class Candidate:
    """The set in which a policy leads most clearly by a measure, before it is confirmed.

    Attributes
    ----------
    policy, party, measure : str
        Which policy, whose measure.
    found : ParameterSet
        The set.
    plausible : bool
        Whether it is one of the ensemble.
    """

    policy: str
    party: str
    measure: str
    found: ParameterSet
    plausible: bool


@dataclass(frozen=True)
class Confirmed:
    """What fresh replications say to a candidate.

    Attributes
    ----------
    candidate : Candidate
        What was found.
    leads : mapping of str to Interval
        By how much the policy leads the others, positive where it is better.
    """

    candidate: Candidate
    leads: Mapping[str, Interval]

    @property
    def holds(self) -> bool:
        """Whether all leads are clear of 0."""
        return all(lead.low > 0.0 for lead in self.leads.values())


def candidates(
    searches: Sequence[tuple[Ran, bool]], arms: Mapping[str, Arm], each: int = 1
) -> list[Candidate]:
    """Return for each policy and measure the sets in which it leads most clearly, if in any.

    Parameters
    ----------
    searches : sequence of (Ran, bool)
        Where to look, and whether that is the ensemble.
    arms : mapping
        The arms of the policies by name.
    each : int
        How many of each search.
    """
    found = []
    for party, measure in ASKED:
        for policy in arms:
            for ran, plausible in searches:
                lead = _lead(ran, arms, policy, measure)
                lead = np.where(np.isfinite(lead), lead, -np.inf)
                for place in np.argsort(-lead)[:each]:
                    if lead[place] > 0.0:
                        one = ran.block.sets[int(place)]
                        found.append(Candidate(policy, party, measure, one, plausible))
    return found


def _lead(ran: Ran, arms: Mapping[str, Arm], policy: str, measure: str) -> np.ndarray:
    """Return by how much a policy leads the best of the others in each set."""
    year, place = list(PERIODS).index(PERIOD), PLACE[measure]
    better = MEASURES[measure].better
    means = {
        name: better * ran.values[arms[name].key][:, :, year, place].mean(axis=1) for name in arms
    }
    others = np.max([means[name] for name in arms if name != policy], axis=0)
    return np.asarray(means[policy] - others)


def confirming(found: Sequence[Candidate], arms: Mapping[str, Arm], shared: Shared) -> list[Block]:
    """Return the blocks that run the candidates' sets in fresh replications, each set once."""
    policies = {arm.key: arm for arm in arms.values()}
    fresh = range(CONFIRM_FROM, CONFIRM_FROM + shared.wide.confirm)
    sets = {each.found.label: each.found for each in found}
    return [
        Block(CONFIRM + label, [one], fresh, shared.seats, policies) for label, one in sets.items()
    ]


def confirmed(
    found: Sequence[Candidate], runs: Mapping[str, Ran], arms: Mapping[str, Arm]
) -> list[Confirmed]:
    """Return what the fresh replications say to each candidate."""
    year = list(PERIODS).index(PERIOD)
    answers = []
    for each in found:
        place, better = PLACE[each.measure], MEASURES[each.measure].better
        values = runs[CONFIRM + each.found.label].values
        own = values[arms[each.policy].key][0, :, year, place]
        leads = {
            other: t_interval(better * (own - values[arms[other].key][0, :, year, place]))
            for other in arms
            if other != each.policy
        }
        answers.append(Confirmed(each, leads))
    return answers


def shown(answers: Sequence[Confirmed], policy: str, measure: str) -> Confirmed | None:
    """Return what to show for a policy and a measure: a plausible set before others, if confirmed.

    None where none was confirmed.
    """
    mine = [
        each
        for each in answers
        if each.candidate.policy == policy and each.candidate.measure == measure and each.holds
    ]
    return next((each for each in mine if each.candidate.plausible), mine[0] if mine else None)


def farthest(
    one: ParameterSet, medoid: Mapping[str, Any], count: int = FAR
) -> list[tuple[str, float]]:
    """Return the parameters of a set that lie farthest from the medoid's, as shares of their range.

    Parameters
    ----------
    one : ParameterSet
        The set.
    medoid : mapping
        The middle of the ensemble.
    count : int
        How many.
    """
    middle = every_parameter(medoid)
    away = []
    for name, value in one.values.items():
        low, high = RANGES[name]
        if low is not None and high is not None and high > low and name != "customers":
            away.append((abs(float(value) - float(middle[name])) / (high - low), name))
    return [(name, float(one.values[name])) for _, name in sorted(away, reverse=True)[:count]]
