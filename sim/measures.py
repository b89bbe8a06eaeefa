"""The measures, each defined once: name, unit, definition, source.

Every measure is computed from sums over daily tallies (arrays only), so both engines
share one definition. Names are the trade's; they are aligned with its use. A measure
that is not defined over a period (nobody called, nobody left) is NaN.
"""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from sim.state import ACCOUNTS, LEVELS, PAYOFF, TALLY

Sums = Mapping[str, float]
YEAR = 365.0
MEDIAN = LEVELS // 2
PARTIES = ("customer", "rep", "employer")
OPERATING = tuple(
    f"account_{name}"
    for name in (
        "wages",
        "escalations",
        "follow_ups",
        "training",
        "breaks",
        "support",
        "programmes",
        "hiring",
    )
)
"""The accounts that make up operating cost; compensation stands on a line of its own."""


class Measure(NamedTuple):
    """A measure: what it is called, its unit, which way is better, and how it is computed."""

    name: str
    unit: str
    better: int
    definition: str
    source: str
    compute: Callable[[Sums], float]


def ratio(top: float, bottom: float) -> float:
    """Return ``top / bottom``, NaN where that is not defined."""
    return top / bottom if bottom else math.nan


def _share(top: str, bottom: str, scale: float = 1.0) -> Callable[[Sums], float]:
    return lambda s: scale * ratio(s[top], s[bottom])


def _one_minus(top: str, bottom: str) -> Callable[[Sums], float]:
    return lambda s: 1.0 - ratio(s[top], s[bottom])


def _churn(s: Sums) -> float:
    return ratio(s["leaves"] * YEAR, s["customers"])


def _operating(s: Sums) -> float:
    return -sum(s[account] for account in OPERATING)


def _per_customer_year(s: Sums, amount: float) -> float:
    return ratio(amount * YEAR, s["customers"])


def _account(name: str) -> Callable[[Sums], float]:
    return lambda s: _per_customer_year(s, s[name])


def _prevailing(count: int) -> Callable[[Sums], float]:
    def compute(s: Sums) -> float:
        at = [s[f"prevailing_{4 * MEDIAN + reached}"] for reached in range(4)]
        return ratio(at[count], math.fsum(at))

    return compute


def _prevailing_swept(s: Sums) -> float:
    """All three prevail, averaged over the nine levels of aspiration."""
    shares = []
    for level in range(LEVELS):
        at = [s[f"prevailing_{4 * level + reached}"] for reached in range(4)]
        shares.append(ratio(at[3], math.fsum(at)))
    return math.fsum(shares) / LEVELS


def _party_prevails(index: int) -> Callable[[Sums], float]:
    def compute(s: Sums) -> float:
        conflicts = math.fsum(s[f"prevailing_{4 * MEDIAN + reached}"] for reached in range(4))
        return ratio(s[f"reached_{index * LEVELS + MEDIAN}"], conflicts)

    return compute


def _welfare(party: str) -> Callable[[Sums], float]:
    return lambda s: ratio(s[f"payoff_{party}"], s["payoffs"])


def gains(s: Sums) -> tuple[float, ...]:
    """Return each party's gain over the neutral run, in its standard deviations there.

    The outside option is the mean payoff of the last year of the warm-up.
    """
    found = []
    for party in PARTIES:
        mean = ratio(s[f"payoff_{party}"], s["payoffs"])
        found.append(ratio(mean - s[f"outside_{party}"], s[f"outside_sd_{party}"]))
    return tuple(found)


def _egalitarian(s: Sums) -> float:
    each = gains(s)
    return math.nan if any(math.isnan(g) for g in each) else min(each)


def _nash(s: Sums) -> float:
    each = gains(s)
    if any(math.isnan(g) or g < 0.0 for g in each):
        return math.nan
    return each[0] * each[1] * each[2]


_M = Measure
MEASURES: tuple[Measure, ...] = (
    # Customer.
    _M("csat", "share", 1, "contacts with top-box satisfaction / handled", "trade", _share("top_box", "handled")),
    _M("loyalty", "0-1", 1, "mean loyalty over customer-months", "MODEL", _share("loyalty", "visited")),
    _M("satisfaction", "0-1", 1, "mean cumulative satisfaction over customer-months", "MODEL", _share("satisfaction", "visited")),
    _M("retention", "share/year", 1, "exp(-churn): chance to stay a year at the period's churn", "trade", lambda s: math.exp(-_churn(s))),
    _M("churn", "1/year", -1, "leavers / customer-years", "trade", _churn),
    _M("recommendation", "share", 1, "promoters - detractors, of customer-months", "trade", lambda s: ratio(s["promoters"] - s["detractors"], s["visited"])),
    _M("voiced", "share", 0, "issues complained of / issues", "T11", _share("voiced", "issues")),
    _M("customers", "customers", 1, "mean number of customers", "MODEL", _share("customers", "days")),
    _M("word_of_mouth", "ratio", 1, "good tellings / bad tellings", "T10", _share("tellings_good", "tellings_bad")),
    # Contact.
    _M("contacts_per_day", "1/day", 0, "handled / days", "trade", _share("handled", "days")),
    _M("contacts_per_rep_day", "1/rep-day", 0, "handled / rep-days on the floor", "trade", _share("handled", "floor_days")),
    _M("contacts_per_customer", "1/year", 0, "handled / customer-years", "trade", _share("handled", "customers", YEAR)),
    _M("wait", "min", -1, "mean wait of those answered", "trade", _share("wait", "answered")),
    _M("abandonment", "share", -1, "abandoned / offered", "trade", _share("abandoned", "offered")),
    _M("service_level", "share", 1, "answered within the threshold / offered, abandons included", "trade", _share("within_threshold", "offered")),
    _M("aht", "min", 0, "(talk + hold + after-call) / handled", "trade", lambda s: ratio(s["talk"] + s["after_call"], s["handled"])),
    _M("fcr_survey", "share", 1, "first contacts that the customer asked calls settled / first contacts asked", "trade", _share("survey_resolved", "surveyed_contacts")),
    _M("fcr_no_repeat", "share", 1, "1 - first contacts repeated within the window / first contacts", "trade", _one_minus("repeats_in_window", "first_contacts")),
    _M("repeat_share", "share", -1, "repeat contacts / handled", "trade", _share("repeats", "handled")),
    _M("escalation_rate", "share", 0, "escalated / conversations over issues", "trade", _share("escalated", "conflicts")),
    _M("conflict_share", "share", 0, "conversations over issues / handled", "MODEL", _share("conflicts", "handled")),
    _M("conflicts_resolved", "share", 1, "(resolved on the floor) / conversations over issues", "MODEL", _share("resolved", "conflicts")),
    _M("turns", "turns", 0, "turns / conversation over an issue", "MODEL", _share("turns", "conflicts")),
    _M("mild_aggression", "1/rep-day", -1, "conversations with a pressing turn / rep-days on the floor", "B1", _share("mild", "floor_days")),
    _M("severe_abuse", "share", -1, "contacts with an abusive turn / handled", "B17", _share("severe", "handled")),
    _M("ended_by_rep", "share", 0, "conversations ended by the rep / conversations over issues", "MODEL", _share("ended_by_rep", "conflicts")),
    _M("wrong_boundaries", "share", -1, "boundaries held against customers who asked no more than their due / boundaries", "MODEL", _share("wrong_boundaries", "boundaries")),
    # Rep.
    _M("fatigue", "0-1", -1, "mean fatigue at the end of a day on the floor", "MODEL", _share("fatigue", "floor_days")),
    _M("exhaustion", "0-1", -1, "mean emotional exhaustion over rep-days, leavers' time included", "MODEL", _share("exhaustion", "rep_days")),
    _M("leaver_exhaustion", "0-1", -1, "mean exhaustion of those who quit, on their last day", "MODEL", _share("leaver_exhaustion", "quits")),
    _M("depersonalisation", "0-1", -1, "mean depersonalisation over rep-days", "MODEL", _share("depersonalisation", "rep_days")),
    _M("accomplishment", "0-1", 1, "mean accomplishment over rep-days", "MODEL", _share("accomplishment", "rep_days")),
    _M("burnout", "share", -1, "rep-days with exhaustion and depersonalisation over their thresholds / rep-days", "MODEL", _share("burnt_out", "rep_days")),
    _M("absenteeism", "share", -1, "minutes absent / minutes scheduled", "trade", _share("absent_minutes", "scheduled_minutes")),
    _M("attrition", "share/year", -1, "leavers / average headcount x 365 / days", "trade", _share("quits", "rep_days", YEAR)),
    _M("occupancy", "share", 0, "handling / (handling + available)", "trade", lambda s: ratio(s["talk"] + s["after_call"], s["talk"] + s["after_call"] + s["available"])),
    _M("strain", "1", -1, "mean strain of a conversation over an issue, as it came", "MODEL", _share("strain", "conflicts")),
    _M("surface_acting", "0-1", -1, "mean surface acting of a conversation over an issue", "B4", _share("surface", "conflicts")),
    # Money.
    _M("cost_per_contact", "price", -1, "operating cost / handled, compensation apart", "trade", lambda s: ratio(_operating(s), s["handled"])),
    _M("compensation_per_conflict", "price", 0, "compensation / conversations over issues", "trade", _share("compensation_paid", "conflicts")),
    _M("profit_per_customer", "price/year", 1, "cash / customer-years", "MODEL", lambda s: _per_customer_year(s, s["cash"])),
    _M("profit", "price/day", 1, "cash / days", "MODEL", _share("cash", "days")),
    *(
        _M(name, "price/year", 0, f"{name[8:].replace('_', ' ')}, per customer-year", "ledger", _account(name))
        for name in ACCOUNTS
    ),
    # Parties.
    _M("welfare_customer", "1", 1, "mean payoff of a conflict to the customer, in losses", "MODEL", _welfare("customer")),
    _M("welfare_rep", "1", 1, "mean payoff of a conflict to the rep, in units of strain", "MODEL", _welfare("rep")),
    _M("welfare_employer", "price", 1, "mean payoff of a conflict to the employer", "MODEL", _welfare("employer")),
    _M("prevail_all", "share", 1, "conflicts in which all three reached the neutral median", "MODEL", _prevailing(3)),
    _M("prevail_two", "share", 0, "conflicts in which two of three did", "MODEL", _prevailing(2)),
    _M("prevail_one", "share", 0, "conflicts in which one of three did", "MODEL", _prevailing(1)),
    _M("prevail_none", "share", -1, "conflicts in which none did", "MODEL", _prevailing(0)),
    _M("prevail_swept", "share", 1, "conflicts in which all three did, averaged over nine quantiles of aspiration", "MODEL", _prevailing_swept),
    _M("customer_prevails", "share", 1, "conflicts in which the customer reached the neutral median", "MODEL", _party_prevails(0)),
    _M("rep_prevails", "share", 1, "conflicts in which the rep did", "MODEL", _party_prevails(1)),
    _M("employer_prevails", "share", 1, "conflicts in which the employer did", "MODEL", _party_prevails(2)),
    _M("egalitarian", "sd", 1, "smallest of the three gains over the neutral run", "MODEL", _egalitarian),
    _M("nash", "sd^3", 1, "product of the three gains over the neutral run; undefined where a party loses", "Nash (1950), Econometrica 18", _nash),
)  # fmt: skip

BY_NAME: dict[str, Measure] = {measure.name: measure for measure in MEASURES}


def outside_option(payoffs: np.ndarray) -> dict[str, float]:
    """Return the mean and spread of each party's payoff in the neutral run.

    Parameters
    ----------
    payoffs : record array of ``state.PAYOFF``
        Payoffs of the conflicts before the branch.
    """
    option = {}
    for party in PAYOFF.names or ():
        values = payoffs[party]
        option[f"outside_{party}"] = float(values.mean()) if len(values) else math.nan
        option[f"outside_sd_{party}"] = float(values.std()) if len(values) else math.nan
    return option


def sums(tallies: np.ndarray, outside: Mapping[str, float]) -> dict[str, float]:
    """Return the sum of each column over the days, and what else a measure needs.

    Parameters
    ----------
    tallies : record array of ``state.TALLY``, shape (days,)
        One row a day.
    outside : mapping
        See :func:`outside_option`.
    """
    total: dict[str, float] = dict(outside)
    for name in TALLY.names or ():
        column = tallies[name]
        if column.ndim == 1:
            total[name] = math.fsum(column.tolist())
        else:
            for place, value in enumerate(column.sum(axis=0)):
                total[f"{name}_{place}"] = float(value)
    total["days"] = float(len(tallies))
    total["payoffs"] = total["conflicts_concluded"]
    return total


def measure(tallies: np.ndarray, outside: Mapping[str, float]) -> dict[str, float]:
    """Return every measure over the given days."""
    total = sums(tallies, outside)
    return {one.name: float(one.compute(total)) for one in MEASURES}


WEEK = 7


def weekly(tallies: np.ndarray, outside: Mapping[str, float]) -> dict[str, np.ndarray]:
    """Return every measure week by week, each an array of shape (whole weeks,)."""
    weeks = [
        measure(tallies[start : start + WEEK], outside)
        for start in range(0, len(tallies) - WEEK + 1, WEEK)
    ]
    return {one.name: np.array([week[one.name] for week in weeks]) for one in MEASURES}
