"""The devil's advocate: whether the model can produce each answer.

In the ensemble and in a search beyond it the sets are looked for in which a policy leads both
others by a party's measure, in the first year or in the second, the clearest first. As the
luckiest of many look better than they are, the first few of each are run again in fresh
replications, and only these count; the level is divided by how many are tried for an answer, over
both years.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.analysis.interval import Interval
from experiments.claims.arm_file import RANGES
from experiments.claims.arms import Arm, Block
from experiments.claims.campaign import CONFIRM, CONFIRM_FROM, Ran
from experiments.claims.claim_file import Shared
from experiments.claims.founding import PARTY_MEASURES
from experiments.claims.judging import shared_level
from experiments.claims.measures import MEASURES, PLACE, WHEN, YEARS
from experiments.claims.noise import Contrasts, moderated
from experiments.claims.sets import ParameterSet, every_parameter

ASKED = tuple(
    (party, measure)
    for party in ("customer", "rep", "employer")
    for measure in PARTY_MEASURES[party]
)
FAR = 8
"""Parameters shown of a set: those that lie farthest from the ensemble's middle."""


@dataclass(frozen=True)
class Candidate:
    """A set in which a policy leads by a measure, before it is confirmed.

    Attributes
    ----------
    policy, party, measure, period : str
        Which policy, whose measure, in which year.
    found : ParameterSet
        The set.
    in_ensemble : bool
        Whether it is one of the ensemble.
    clear : float
        The smaller of its leads over the others, in standard errors.
    """

    policy: str
    party: str
    measure: str
    period: str
    found: ParameterSet
    in_ensemble: bool
    clear: float


@dataclass(frozen=True)
class Tried:
    """What was tried for a policy, a measure and a year, and what fresh replications say.

    Attributes
    ----------
    policy, party, measure, period : str
        Which policy, whose measure, in which year ("year1" or "year2").
    candidates : tuple of Candidate
        What was run again, those of the ensemble first, the clearest first.
    leads : tuple of mapping of str to Interval
        For each by how much the policy leads the others, positive where it is better. Over all
        that were tried for the policy and the measure, in both years together, the intervals
        err as often as one.
    led, looked : tuple of int
        In how many sets of the ensemble, and of the search, it led both others at first, and
        in how many that was looked at.
    """

    policy: str
    party: str
    measure: str
    period: str
    candidates: tuple[Candidate, ...]
    leads: tuple[Mapping[str, Interval], ...]
    led: tuple[int, int]
    looked: tuple[int, int]

    def holds(self, place: int) -> bool:
        """Whether all leads of a candidate are clear of 0."""
        return all(lead.low > 0.0 for lead in self.leads[place].values())

    @property
    def confirmed(self) -> list[int]:
        """The places of the candidates that fresh replications confirm."""
        return [place for place in range(len(self.candidates)) if self.holds(place)]


def candidates(
    searches: Sequence[tuple[Ran, bool]], arms: Mapping[str, Arm], each: int
) -> list[Candidate]:
    """Return for each policy, measure and year the sets in which it leads most clearly.

    Parameters
    ----------
    searches : sequence of (Ran, bool)
        Where to look, and whether that is the ensemble.
    arms : mapping
        The arms of the policies by name.
    each : int
        How many of each search, at the most.
    """
    found = []
    for policy, party, measure, period in _questions(arms):
        for ran, in_ensemble in searches:
            clear = clearness(ran, arms, policy, measure, period)
            for place in np.argsort(-clear)[:each]:
                if clear[place] > 0.0:
                    one, by = ran.block.sets[int(place)], float(clear[place])
                    asked = (policy, party, measure, period)
                    found.append(Candidate(*asked, one, in_ensemble, by))
    return found


def _questions(arms: Mapping[str, Arm]) -> Iterator[tuple[str, str, str, str]]:
    """Yield every policy, party, measure and year, in the order of the answers."""
    for party, measure in ASKED:
        for policy in arms:
            for period in YEARS:
                yield policy, party, measure, period


def clearness(
    ran: Ran, arms: Mapping[str, Arm], policy: str, measure: str, period: str
) -> np.ndarray:
    """Return by how many standard errors a policy leads the others in each set, the least lead.

    Parameters
    ----------
    ran : Ran
        The sets' runs.
    arms : mapping
        The arms of the policies by name.
    policy, measure, period : str
        Who leads, by what, when.
    """
    leads = _leads(ran, arms, policy, measure, period)
    if not len(ran.block.sets):
        return np.zeros(0)
    clear = np.min([lead.t(0.0, 1.0) for lead in leads.values()], axis=0)
    return np.where(np.isnan(clear), -np.inf, clear)


def _leads(
    ran: Ran, arms: Mapping[str, Arm], policy: str, measure: str, period: str
) -> dict[str, Contrasts]:
    """Return by how much a policy leads each of the others, positive where it is better."""
    when, place, better = WHEN[period], PLACE[measure], MEASURES[measure].better
    own = ran.values[arms[policy].key][:, :, when, place]
    return {
        other: moderated(better * (own - ran.values[arm.key][:, :, when, place]))
        for other, arm in arms.items()
        if other != policy
    }


def confirming(found: Sequence[Candidate], arms: Mapping[str, Arm], shared: Shared) -> Block:
    """Return the block that runs the candidates' sets in fresh replications, each set once."""
    fresh = range(CONFIRM_FROM, CONFIRM_FROM + shared.wide.confirm)
    sets = list({each.found.label: each.found for each in found}.values())
    return Block(CONFIRM, sets, fresh, shared.seats, {arm.key: arm for arm in arms.values()})


def confirmed(
    found: Sequence[Candidate],
    fresh: Ran,
    searches: Sequence[tuple[Ran, bool]],
    arms: Mapping[str, Arm],
) -> list[Tried]:
    """Return what the fresh replications say, for each policy, measure and year.

    Parameters
    ----------
    found : sequence of Candidate
        What was tried.
    fresh : Ran
        Its fresh replications.
    searches : sequence of (Ran, bool)
        Where it was looked for.
    arms : mapping
        The arms of the policies by name.
    """
    places = {one.label: place for place, one in enumerate(fresh.block.sets)}
    answers = []
    for policy, party, measure, period in _questions(arms):
        tried = [one for one in found if (one.policy, one.measure) == (policy, measure)]
        mine = tuple(one for one in tried if one.period == period)
        ahead = {
            in_ensemble: clearness(ran, arms, policy, measure, period) > 0.0
            for ran, in_ensemble in searches
        }
        leads = _leads(fresh, arms, policy, measure, period) if mine else {}
        # A lead in either year would show that the policy can win.
        level = shared_level(len(tried))
        intervals = tuple(
            {
                other: _interval(each, places[one.found.label], level, fresh)
                for other, each in leads.items()
            }
            for one in mine
        )
        led = (int(ahead[True].sum()), int(ahead[False].sum()))
        looked = (len(ahead[True]), len(ahead[False]))
        answers.append(Tried(policy, party, measure, period, mine, intervals, led, looked))
    return answers


def _interval(contrasts: Contrasts, place: int, level: float, fresh: Ran) -> Interval:
    low, high = contrasts.interval(level)
    ends = (float(contrasts.mean[place]), float(low[place]), float(high[place]))
    return Interval(*ends, len(fresh.block.replications))


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
