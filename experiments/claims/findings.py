"""What the runs say to the claims, put together for tables and pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from experiments.claims.advocate import Tried
from experiments.claims.answers import Answer, answers, asked_about
from experiments.claims.arms import Arm
from experiments.claims.campaign import (
    ENSEMBLE,
    FORM,
    LARGE,
    LONG,
    NULL,
    SEARCH,
    WIDE,
    Campaign,
    Ran,
)
from experiments.claims.claim_file import Claim
from experiments.claims.coding import Coding, coding
from experiments.claims.deciders import Decider, deciders
from experiments.claims.founding import Best, best_policies
from experiments.claims.judging import HOLDS, REFUTED, Judged, Verdict, judge
from experiments.claims.levels import Levels, levels
from experiments.claims.magnitude import Magnitude, magnitude
from experiments.claims.measures import OUTSIDE
from experiments.claims.null import Null, count_alarms
from experiments.claims.turning import Turning, turning_prices
from experiments.claims.variants import Variant, variant


@dataclass(frozen=True)
class Finding:
    """A claim and all that was found of it.

    Attributes
    ----------
    claim : Claim
        The claim.
    judged : Judged
        On all sets of the ensemble.
    verdict : str
        Over all of them.
    met : Judged
        On those that meet all bands of the calibration.
    met_verdict : str
        Over these.
    deciders : tuple of Decider
        The two parameters with which it goes most, clear of chance or not.
    forms : tuple of Variant
        With second functional forms.
    size : Variant
        At the larger size.
    long : Variant or None
        After years, where that was asked for.
    wide : Judged or None
        On the search beyond the ensemble.
    turning : tuple of Turning
        The prices at which the answer turns round.
    coding : Coding or None
        Where the mechanisms that code its sign have that sign; None where none codes it.
    sizes : tuple of Magnitude
        How large the difference of each condition is.
    by_condition : tuple of tuple of Decider
        What each condition goes with; of the founding question's claims only.
    """

    claim: Claim
    judged: Judged
    verdict: Verdict
    met: Judged
    met_verdict: Verdict
    deciders: tuple[Decider, ...]
    forms: tuple[Variant, ...]
    size: Variant
    long: Variant | None
    wide: Judged | None
    turning: tuple[Turning, ...] = ()
    coding: Coding | None = None
    sizes: tuple[Magnitude, ...] = ()
    by_condition: tuple[tuple[Decider, ...], ...] = ()

    @property
    def size_of_first(self) -> Magnitude:
        """How large the difference of the first judged condition is."""
        return next(each for each in self.sizes if each.condition.judged)

    @property
    def variants(self) -> tuple[Variant, ...]:
        """All other conditions under which it was judged."""
        return (*self.forms, self.size, *(() if self.long is None else (self.long,)))

    @property
    def wording(self) -> str:
        """The verdict as it is told: a coded claim that holds, holds as coded."""
        return told_as(self.claim, self.verdict)

    def told(self, verdict: int) -> int:
        """Return how many verdicts of a kind were seen, wherever it was judged."""
        everywhere = [self.judged, *(each.second for each in self.variants)]
        if self.wide is not None:
            everywhere.append(self.wide)
        return sum(each.count(verdict) for each in everywhere)

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
            "sets": self.judged.sets,
            "refuted": _share(self.judged, REFUTED),
            "meeting_all_bands": {
                "sets": self.met.sets,
                "verdict": self.met_verdict if self.met.sets else None,
                "holds": _share(self.met, HOLDS),
                "refuted": _share(self.met, REFUTED),
            },
            "sign": self.claim.sign,
            "deciders": [
                {
                    "parameter": each.name,
                    "rho": each.rho,
                    "low": each.low,
                    "high": each.high,
                    "clear": each.clear,
                }
                for each in self.deciders
            ],
            "wording": self.wording,
            "coding": None if self.coding is None else _coding_entry(self.coding),
            "size": self.size_of_first.entry,
        }


def told_as(claim: Claim, verdict: str) -> str:
    """Return a verdict as it is told: a coded claim that holds, holds as coded.

    Parameters
    ----------
    claim : Claim
        The claim.
    verdict : str
        Over all sets, or some of them.
    """
    return "holds, as coded" if (claim.sign, verdict) == ("coded", "holds") else verdict


def _coding_entry(coded: Coding) -> dict[str, Any]:
    others = coded.others
    return {
        "with_the_coded_sign": coded.count,
        "each": {name: coded.count_of(name) for name in coded.signs},
        "others": others.sets,
        "holds_among_others": _share(others, HOLDS),
        "refuted_among_others": _share(others, REFUTED),
    }


def _share(judged: Judged, verdict: int) -> dict[str, float]:
    return dict(zip(("value", "low", "high"), judged.share(verdict), strict=True))


@dataclass(frozen=True)
class Findings:
    """All that a run of the claims found.

    Attributes
    ----------
    campaign : Campaign
        What was asked.
    claims : sequence of Finding
        Claim by claim.
    ensemble : Ran
        The runs of the ensemble.
    founding, founding_met : sequence of Best
        Under which policy each party does best, over all sets and over those that meet all bands
        of the calibration; empty where not all claims were run.
    null : Null or None
        False alarms.
    advocate : sequence of Tried
        What was tried to show that each policy can win.
    searched : int
        In how many sets each policy was looked for, beyond the ensemble: those that work.
    errors : sequence of str
        The runs that failed.
    answers : sequence of Answer
        Which policy leads by each party's measures; empty where not all claims were run.
    levels : sequence of Levels
        What the centre does under the neutral policy with each form; empty likewise.
    """

    campaign: Campaign
    claims: Sequence[Finding]
    ensemble: Ran
    founding: Sequence[Best] = ()
    founding_met: Sequence[Best] = ()
    null: Null | None = None
    advocate: Sequence[Tried] = ()
    searched: int = 0
    errors: Sequence[str] = field(default_factory=tuple)
    answers: Sequence[Answer] = ()
    levels: Sequence[Levels] = ()

    @cached_property
    def meeting(self) -> list[int]:
        """The places of the sets that meet all bands of the calibration."""
        return [place for place, one in enumerate(self.ensemble.block.sets) if one.meets]

    @property
    def filled(self) -> bool:
        """Whether some of the sets do not meet all bands of the calibration."""
        return len(self.meeting) < len(self.ensemble.block.sets)

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
    advocate: Sequence[Tried] = (),
    errors: Sequence[str] = (),
) -> Findings:
    """Judge every claim on what was run.

    Parameters
    ----------
    campaign : Campaign
        What was asked.
    runs : mapping of str to Ran
        By the name of the block.
    advocate : sequence of Tried
        What fresh replications said.
    errors : sequence of str
        The runs that failed.
    """
    ensemble = runs[ENSEMBLE]
    arms = campaign.arms
    claims = [_finding(campaign, claim, arms[claim.id], runs) for claim in campaign.claims]
    if not campaign.whole:
        return Findings(campaign, claims, ensemble, errors=errors)
    outside = campaign.policies[OUTSIDE].key
    policies = {name: campaign.policies[name] for name in campaign.shared.policies}
    meeting = [place for place, one in enumerate(ensemble.block.sets) if one.meets]
    met = ensemble.only(meeting)
    null = count_alarms(campaign.claims, runs[NULL].values[outside], campaign.shared.replications)
    return Findings(
        campaign,
        claims,
        ensemble,
        best_policies(ensemble.named(policies)),
        best_policies(met.named(policies)),
        null,
        advocate,
        len(runs[SEARCH].block.sets),
        errors,
        answers(
            ensemble.named(policies),
            ensemble.block.sets,
            meeting,
            asked_about(campaign.claims, campaign.shared),
            campaign.shared.seed,
        ),
        levels(campaign.shared.form, runs, outside),
    )


def _finding(
    campaign: Campaign, claim: Claim, arms: Mapping[str, Arm], runs: Mapping[str, Ran]
) -> Finding:
    shared, ensemble = campaign.shared, runs[ENSEMBLE]
    asked = [arms[name] for each in claim.judged for name in each.arms]
    values = ensemble.named(arms)
    judged = judge(claim, values, clipped=ensemble.block.clipped(asked))
    sets = ensemble.block.sets
    met = judged.only([place for place, one in enumerate(sets) if one.meets])

    def under(name: str, title: str, other: Ran) -> Variant:
        rows = _places(ensemble, other)
        clipped = other.block.clipped(asked)
        return variant(claim, (name, title), (values, judged), other.named(arms), rows, clipped)

    def decided_by(score: np.ndarray) -> tuple[Decider, ...]:
        values = [one.values for one in sets]
        return tuple(deciders(score, values, shared.seed, claim.coded))

    wide = runs.get(WIDE)
    first = judged.tested if claim.id in shared.first else ()
    return Finding(
        claim,
        judged,
        judged.overall(shared.majority),
        met,
        met.overall(shared.majority),
        decided_by(judged.score),
        tuple(under(name, form.title, runs[FORM + name]) for name, form in shared.form.items()),
        under(
            LARGE,
            f"{shared.large_seats} seats instead of {shared.seats}",
            runs[LARGE].as_of(shared.seats),
        ),
        under(
            LONG, f"the last of {shared.long_days / 365:g} years instead of the second", runs[LONG]
        )
        if claim.long
        else None,
        None if wide is None else judge(claim, wide.named(arms), values, wide.block.clipped(asked)),
        turning_prices(claim, values, sets),
        coding(claim, judged, sets),
        tuple(magnitude(each, shared.relevant) for each in judged.tested),
        tuple(decided_by(each.score) for each in first),
    )


def _places(ensemble: Ran, other: Ran) -> list[int]:
    """Return where the sets of another block stand in the ensemble, in its order."""
    places = {one.label: place for place, one in enumerate(ensemble.block.sets)}
    return [places[one.label] for one in other.block.sets]
