"""What the runs say to the claims, put together for tables and pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from experiments.claims.advocate import Confirmed
from experiments.claims.arms import Arm
from experiments.claims.campaign import FORM, LARGE, NULL, PLAUSIBLE, SEARCH, WIDE, Campaign, Ran
from experiments.claims.claim_file import Claim
from experiments.claims.deciders import Decider, deciders
from experiments.claims.founding import Best, best_policies
from experiments.claims.judging import HOLDS, OPEN, REFUTED, Judged, Verdict, flips, judge
from experiments.claims.measures import OUTSIDE, PERIODS, PLACE
from experiments.claims.null import Null, count_alarms

TURNS = 1 / 3
"""Share of the sets tried in which a verdict must turn round for it to depend on a form."""


@dataclass(frozen=True)
class OfForm:
    """A claim with a second functional form, beside the first on the same sets.

    Attributes
    ----------
    name : str
        The form.
    first, second : Judged
        Without it and with it.
    """

    name: str
    first: Judged
    second: Judged

    @property
    def turned(self) -> int:
        """In how many sets the verdict turns from holds to refuted or back."""
        return flips(self.first.verdicts, self.second.verdicts)

    @property
    def matters(self) -> bool:
        """Whether the verdict depends on the form: it turns round in a third of the sets."""
        return self.turned >= max(1.0, TURNS * self.first.sets)


@dataclass(frozen=True)
class Finding:
    """A claim and all that was found of it.

    Attributes
    ----------
    claim : Claim
        The claim.
    judged : Judged
        On the plausible sets.
    verdict : str
        Over all of them.
    deciders : tuple of Decider
        The parameters that decide, at most two.
    forms : tuple of OfForm
        With second functional forms.
    wide : Judged or None
        On the search beyond the ensemble.
    large, small : Judged
        At the larger size, and at the usual one on the same sets.
    turning_cost : tuple of float or None
        Where the cost of winning a customer is part of a measure: the cost at which the
        difference is 0, its median and its quartiles over the sets.
    """

    claim: Claim
    judged: Judged
    verdict: Verdict
    deciders: tuple[Decider, ...]
    forms: tuple[OfForm, ...]
    wide: Judged | None
    large: Judged
    small: Judged
    turning_cost: tuple[float, float, float] | None = None

    @property
    def told_otherwise(self) -> int:
        """In how many of the larger centres the verdict is the opposite."""
        return flips(self.small.verdicts, self.large.verdicts)

    @property
    def entry(self) -> dict[str, Any]:
        """The claim as an entry of the JSON table."""
        share, low, high = self.judged.share(HOLDS)
        return {
            "id": self.claim.id,
            "use": "N",
            "statement": self.claim.claim,
            "value": share,
            "low": low,
            "high": high,
            "band": None,
            "verdict": self.verdict,
            "source": self.claim.evidence,
        }


@dataclass(frozen=True)
class Findings:
    """All that a run of the claims found.

    Attributes
    ----------
    campaign : Campaign
        What was asked.
    claims : sequence of Finding
        Claim by claim.
    plausible : Ran
        The runs of the plausible sets.
    founding : sequence of Best
        Under which policy each party does best; empty where not all claims were run.
    null : Null or None
        False alarms.
    advocate : sequence of Confirmed
        What confirms, or does not, that each policy can win.
    searched : int
        In how many sets each policy was looked for, beyond the ensemble: those that work.
    """

    campaign: Campaign
    claims: Sequence[Finding]
    plausible: Ran
    founding: Sequence[Best] = ()
    null: Null | None = None
    advocate: Sequence[Confirmed] = ()
    searched: int = 0
    errors: Sequence[str] = field(default_factory=tuple)

    @property
    def table(self) -> list[dict[str, Any]]:
        """The entries of the JSON table, with the band that all share."""
        band = [self.campaign.shared.majority, 1.0]
        return [{**each.entry, "band": band} for each in self.claims]

    def of(self, claim_id: str) -> Finding | None:
        """Return what was found of a claim, None where it was not run."""
        return next((each for each in self.claims if each.claim.id == claim_id), None)


def found(
    campaign: Campaign,
    runs: Mapping[str, Ran],
    advocate: Sequence[Confirmed] = (),
    errors: Sequence[str] = (),
) -> Findings:
    """Judge every claim on what was run.

    Parameters
    ----------
    campaign : Campaign
        What was asked.
    runs : mapping of str to Ran
        By the name of the block.
    advocate : sequence of Confirmed
        What fresh replications said.
    errors : sequence of str
        The runs that failed.
    """
    plausible = runs[PLAUSIBLE]
    arms = campaign.arms
    claims = [_finding(campaign, claim, arms[claim.id], runs) for claim in campaign.claims]
    if not campaign.whole:
        return Findings(campaign, claims, plausible, errors=errors)
    policies = campaign.policies
    return Findings(
        campaign,
        claims,
        plausible,
        best_policies(plausible.named(policies)),
        count_alarms(
            campaign.claims, runs[NULL].values[policies[OUTSIDE].key], campaign.shared.replications
        ),
        advocate,
        len(runs[SEARCH].block.sets),
        errors,
    )


def _finding(
    campaign: Campaign, claim: Claim, arms: Mapping[str, Arm], runs: Mapping[str, Ran]
) -> Finding:
    plausible = runs[PLAUSIBLE]
    judged = judge(claim, plausible.named(arms))
    forms = []
    for name in campaign.shared.form:
        second = runs[FORM + name]
        forms.append(
            OfForm(name, _alike(judged, plausible, second), judge(claim, second.named(arms)))
        )
    large = runs[LARGE]
    values = [one.values for one in plausible.block.sets]
    return Finding(
        claim,
        judged,
        judged.overall(campaign.shared.majority),
        tuple(deciders(judged.score, values, campaign.shared.seed)),
        tuple(forms),
        judge(claim, runs[WIDE].named(arms)) if WIDE in runs else None,
        judge(claim, large.named(arms)),
        _alike(judged, plausible, large),
        _turning_cost(claim, plausible.named(arms)),
    )


def _alike(judged: Judged, plausible: Ran, other: Ran) -> Judged:
    """Return the verdicts on those plausible sets that another block has, in its order."""
    places = {one.label: place for place, one in enumerate(plausible.block.sets)}
    rows = [places[one.label] for one in other.block.sets]
    return Judged(judged.claim, (), judged.verdicts[rows])


def _turning_cost(
    claim: Claim, values: Mapping[str, np.ndarray]
) -> tuple[float, float, float] | None:
    """Return the cost of winning a customer at which keeping one costs as much."""
    asked = [each for each in claim.judged if each.measure == "upkeep"]
    if not asked:
        return None
    each = asked[0]
    year = list(PERIODS).index(each.period)

    def difference(measure: str) -> np.ndarray:
        arm, versus = (values[name][:, :, year, PLACE[measure]] for name in each.arms[:2])
        return np.asarray((arm - versus).mean(axis=1))

    kept = -difference("churn")
    cost = difference("service_cost")
    prices = (cost / np.where(kept > 0.0, kept, np.nan))[kept > 0.0]
    if not len(prices):
        return None
    middle, low, high = np.quantile(prices, [0.5, 0.25, 0.75])
    return float(middle), float(low), float(high)


__all__ = ["HOLDS", "OPEN", "REFUTED", "Finding", "Findings", "OfForm", "found"]
