"""The KPIs that a user may give, and which measure of the model each is compared with.

A KPI is compared with a measure of :mod:`sim.measures`, with a product of two of them, or
with what :mod:`experiments.observing` takes from the simulated contacts. What is counted
otherwise in a centre than in the model is said of each KPI under ``apart``.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sim.measures import BY_NAME

Sample = Literal["share", "mean", "rate"]
"""How a sample's size gives the standard error: of a share, of a mean whose standard deviation is
given too, or of a number of events over a stretch of exposure."""

PRICE = "price"
"""The unit of money; the user states what one is worth in a currency."""

SHARE = {"share": 1.0, "%": 0.01}
MINUTES = {"min": 1.0, "s": 1.0 / 60.0}
DAILY = {"1/day": 1.0}
YEARLY = {"share/year": 1.0, "%/year": 0.01, "share/month": 12.0, "%/month": 0.12}
MONEY = {PRICE: 1.0}

LOGGED = {
    "fcr_no_return": "first contacts after which the customer did not call again within the "
    "window, over whatever matter / handled contacts before which the customer had not called "
    "within the window",
    "csat_survey": "top-box satisfaction among those who answer the survey after a contact",
}
"""What is taken from the simulated contacts, and no measure of the model."""


@dataclass(frozen=True)
class Kpi:
    """A KPI of a centre.

    Attributes
    ----------
    name : str
        As in ``[kpi.NAME]``.
    title : str
        What it is, in words.
    measures : tuple of str
        What it is compared with; the product where there are two. Of :mod:`sim.measures`, or of
        :data:`LOGGED`.
    sample : {"share", "mean", "rate"}
        How a sample's size gives the standard error.
    sample_of : str
        What the sample counts.
    units : mapping of str to float
        Units that are understood, each with what one of it is in the measure's unit; the
        first is the measure's own.
    tolerance : float
        What the model may miss it by, apart from chance: absolute for shares, else as a share of
        the value (assumed; the user may state another).
    apart : tuple of str
        What is counted otherwise in a centre than in the model.
    moved_by : tuple of str
        Parameters that it tells of, free in a calibration unless the user says otherwise.
    """

    name: str
    title: str
    measures: tuple[str, ...]
    sample: Sample
    sample_of: str
    units: Mapping[str, float]
    tolerance: float
    apart: tuple[str, ...]
    moved_by: tuple[str, ...]

    @property
    def unit(self) -> str:
        """The measure's own unit."""
        return next(iter(self.units))

    @property
    def is_money(self) -> bool:
        """Whether it is an amount of money."""
        return PRICE in self.units

    @property
    def high(self) -> float:
        """The greatest value that it can have."""
        return 1.0 if self.units is SHARE else math.inf

    @property
    def definition(self) -> str:
        """How the model computes it."""
        parts = [LOGGED.get(name) or BY_NAME[name].definition for name in self.measures]
        return " x ".join(f"({part})" for part in parts) if len(parts) > 1 else parts[0]

    def of(self, seen: Mapping[str, float]) -> float:
        """Return its value from a run's measures; NaN where one is not defined."""
        return math.prod(float(seen[name]) for name in self.measures)

    def slack(self, value: float) -> float:
        """Return the tolerance at a value, in the measure's unit."""
        return self.tolerance if self.units is SHARE else self.tolerance * abs(value)


_ALL_ABANDONS = "the model counts every abandon, a centre may leave out those of the first seconds"
_CONFLICTS = "the model counts conversations over issues; a centre must know which contacts are"
_PAID = "the model counts whatever is paid over an issue, vouchers and later redress included"

KPIS: dict[str, Kpi] = {
    each.name: each
    for each in (
        Kpi(
            "aht",
            "average handling time: talk, hold and after-call work",
            ("aht",),
            "mean",
            "contacts",
            MINUTES,
            0.05,
            ("superiors' time on escalated cases does not count",),
            ("enquiry_minutes", "after_call_minutes"),
        ),
        Kpi(
            "fcr_survey",
            "first-contact resolution as customers say it in a survey",
            ("fcr_survey",),
            "share",
            "answers after first contacts",
            SHARE,
            0.03,
            ("answers after repeat contacts do not count", "what reps code is no survey"),
            ("enquiry_resolution", "inattention"),
        ),
        Kpi(
            "fcr_no_repeat",
            "first-contact resolution: the same matter does not come back within 7 days",
            ("fcr_no_repeat",),
            "share",
            "first contacts",
            SHARE,
            0.03,
            ("needs a number of the case; by customer alone it is fcr_no_return",),
            ("enquiry_resolution", "raise_again", "repeat_days"),
        ),
        Kpi(
            "fcr_no_return",
            "first-contact resolution: the same customer does not come back within 7 days",
            ("fcr_no_return",),
            "share",
            "first contacts",
            SHARE,
            0.03,
            ("a customer who calls about something new counts as not resolved, in the model too",),
            ("enquiry_resolution", "raise_again", "repeat_days"),
        ),
        Kpi(
            "csat",
            "share of contacts with top-box satisfaction, everybody answering",
            ("csat",),
            "share",
            "contacts",
            SHARE,
            0.05,
            (
                "which score is the top box is a convention: csat_top_box in the model, 4 and 5 "
                "of 5 here",
                "where only some answer, it is csat_survey",
            ),
            ("satisfaction_anchor", "satisfaction_span", "satisfaction_scale"),
        ),
        Kpi(
            "csat_survey",
            "share of answers to a survey with top-box satisfaction",
            ("csat_survey",),
            "share",
            "answers",
            SHARE,
            0.05,
            (
                "which score is the top box is a convention: csat_top_box in the model, 4 and 5 "
                "of 5 here",
                "who answers is modelled by survey_response and survey_extremity, both assumed",
            ),
            ("satisfaction_anchor", "satisfaction_span", "satisfaction_scale"),
        ),
        Kpi(
            "abandonment",
            "share of offered contacts whose caller gives up waiting",
            ("abandonment",),
            "share",
            "offered contacts",
            SHARE,
            0.02,
            (_ALL_ABANDONS, "calls that meet a busy line or a menu do not occur in the model"),
            ("patience_minutes", "planned_absence"),
        ),
        Kpi(
            "service_level",
            "share of offered contacts answered within the threshold, abandons included",
            ("service_level",),
            "share",
            "offered contacts",
            SHARE,
            0.05,
            (
                "the threshold is answer_within of [centre]",
                "contacts abandoned within the threshold stay in the denominator",
            ),
            ("planned_absence", "peak"),
        ),
        Kpi(
            "escalation_rate",
            "share of conversations over issues that are passed to a superior",
            ("escalation_rate",),
            "share",
            "conversations over issues",
            SHARE,
            0.02,
            (_CONFLICTS, "transfers to another department are no escalations"),
            ("ask_superior_rate", "weight_escalation"),
        ),
        Kpi(
            "escalations_per_contact",
            "share of all handled contacts that are passed to a superior",
            ("escalation_rate", "conflict_share"),
            "share",
            "handled contacts",
            SHARE,
            0.005,
            ("transfers to another department are no escalations",),
            ("ask_superior_rate", "issues_per_year"),
        ),
        Kpi(
            "complaint_share",
            "share of handled contacts that are conversations over an issue",
            ("conflict_share",),
            "share",
            "handled contacts",
            SHARE,
            0.03,
            (_CONFLICTS,),
            ("issues_per_year", "voice_base"),
        ),
        Kpi(
            "attrition",
            "reps who leave in a year, as a share of the average headcount",
            ("expected_attrition",),
            "rate",
            "rep-years",
            YEARLY,
            0.10,
            (
                "the model's reps quit; dismissals, moves within the firm and ends of contract "
                "do not occur",
                "the model's is the sum of the chances of quitting: the same mean, less luck",
            ),
            ("quit_base", "quit_exhaustion"),
        ),
        Kpi(
            "contacts_per_day",
            "handled contacts a day on which the centre is open",
            ("contacts_per_day",),
            "rate",
            "days",
            DAILY,
            0.05,
            ("the model's centre is open every day; there are no seasons in the model",),
            ("enquiries_per_year", "issues_per_year"),
        ),
        Kpi(
            "contacts_per_rep_day",
            "handled contacts a rep and day on the floor",
            ("contacts_per_rep_day",),
            "rate",
            "rep-days",
            {"1/rep-day": 1.0},
            0.05,
            ("days of reps who only train or are absent do not count",),
            ("enquiries_per_year", "planned_absence"),
        ),
        Kpi(
            "compensation_per_conflict",
            "compensation for each conversation over an issue",
            ("compensation_per_conflict",),
            "mean",
            "conversations over issues",
            MONEY,
            0.10,
            (_CONFLICTS, _PAID),
            ("loss", "serious_loss"),
        ),
        Kpi(
            "compensation_per_contact",
            "compensation for each handled contact",
            ("compensation_per_conflict", "conflict_share"),
            "mean",
            "handled contacts",
            MONEY,
            0.10,
            (_PAID,),
            ("loss", "issues_per_year"),
        ),
        Kpi(
            "cost_per_contact",
            "what the service costs for each handled contact, compensation apart",
            ("cost_per_contact",),
            "mean",
            "contacts",
            MONEY,
            0.10,
            ("rooms, telephony and management do not occur in the model: leave them out",),
            ("wage", "superior_wage"),
        ),
    )
}
"""Every KPI that may be given, by name."""


def describe(names: Sequence[str] = tuple(KPIS)) -> list[dict[str, str]]:
    """Return KPIs as rows of a table: what each is, how the model has it, what is not alike."""
    return [
        {
            "kpi": kpi.name,
            "what": kpi.title,
            "units": ", ".join(kpi.units),
            "measure": " x ".join(kpi.measures),
            "definition": kpi.definition,
            "apart": "; ".join(kpi.apart),
        }
        for kpi in (KPIS[name] for name in names)
    ]
