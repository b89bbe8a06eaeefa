"""What the claims are judged by: the model's measures, and some that only claims ask for.

All come from the daily tallies of a period, but for the expected turnover: the mean of the
reps' hazard of quitting, which the model's quarterly questionnaire asks for. It says the same as
the quits themselves with a small part of their noise, for no luck is in it.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from sim.measures import BY_NAME, sums
from sim.measures.base import YEAR, Measure, Sums, ratio, share
from sim.outcome import Outcome

PERIODS = {"year1": (0, 365), "year2": (365, 730)}
"""Days after the branch, by the names that the files use."""

PERIOD_NAMES = {"year1": "first year", "year2": "second year"}

SURVEYED = {"survey_reliability": 1.0, "survey_response_reps": 1.0}
"""Parameters of every centre here: all reps are asked, and their answers are true."""

WIN_WIN = "worst_off"
EXPECTED_TURNOVER = "expected_turnover"
OUTSIDE = "outside-option"
"""What the files call the arm that gains are held against."""

PARTIES = ("customer", "rep", "employer")

_KEEPING = ("wages", "compensation", "escalations", "follow_ups", "training", "breaks", "support")
_KEEPING_TOO = ("programmes", "hiring")


def _served(s: Sums) -> float:
    """Return what serving customers costs, compensation included, over the days."""
    return -math.fsum(s[f"account_{name}"] for name in (*_KEEPING, *_KEEPING_TOO))


def _spread(party: str) -> Measure:
    def compute(s: Sums) -> float:
        mean = ratio(s[f"payoff_{party}"], s["payoffs"])
        square = ratio(s[f"payoff_{party}_2"], s["payoffs"])
        return math.sqrt(max(0.0, square - mean * mean))

    words = f"standard deviation of the {party}'s payoff over conversations"
    return Measure(f"spread_{party}", "1", 0, words, "MODEL", compute)


_OWN = (
    Measure(
        "hostility",
        "share",
        -1,
        "(conversations with a pressing turn + those with an abusive one) / conversations",
        "MODEL",
        lambda s: ratio(s["mild"] + s["severe"], s["conflicts"]),
    ),
    Measure(
        "abuse",
        "share",
        -1,
        "conversations with an abusive turn / conversations",
        "B17",
        share("severe", "conflicts"),
    ),
    Measure(
        "conversation_satisfaction",
        "0-1",
        1,
        "mean satisfaction with a conversation over an issue",
        "MODEL",
        share("conflict_satisfaction", "conflicts_concluded"),
    ),
    Measure(
        "redress",
        "0-1",
        1,
        "mean distributive justice of a conversation: how well the solution fits the loss",
        "MODEL",
        share("distributive", "conflicts_concluded"),
    ),
    Measure(
        "treatment",
        "0-1",
        1,
        "mean interactional justice of a conversation",
        "MODEL",
        share("interactional", "conflicts_concluded"),
    ),
    Measure(
        "conversations_per_issue",
        "1",
        -1,
        "conversations / issues complained of: how often one must come",
        "MODEL",
        share("conflicts", "voiced"),
    ),
    Measure(
        "issues_per_customer",
        "1/year",
        -1,
        "issues that arise / customer-years",
        "MODEL",
        share("issues", "customers", YEAR),
    ),
    Measure(
        "conflicts_per_customer",
        "1/year",
        -1,
        "conversations over issues / customer-years",
        "MODEL",
        share("conflicts", "customers", YEAR),
    ),
    Measure(
        "overclaim",
        "price",
        -1,
        "(claims - what was due in fact) / conversations",
        "MODEL",
        lambda s: ratio(s["claims"] - s["fair_due"], s["conflicts"]),
    ),
    Measure(
        "joins",
        "1/year",
        1,
        "newcomers / customer-years",
        "MODEL",
        share("joins", "customers", YEAR),
    ),
    Measure(
        "good_word",
        "share",
        1,
        "good tellings / tellings",
        "T10",
        lambda s: ratio(s["tellings_good"], s["tellings_good"] + s["tellings_bad"]),
    ),
    Measure(
        "tellings",
        "1/year",
        0,
        "good tellings / customer-years",
        "T10",
        share("tellings_good", "customers", YEAR),
    ),
    Measure(
        "service_cost",
        "price/year",
        -1,
        "cost of service, compensation included / customer-years",
        "ledger",
        lambda s: ratio(_served(s) * YEAR, s["customers"]),
    ),
    *(_spread(party) for party in PARTIES),
)

_FROM_ELSEWHERE = (
    Measure(
        EXPECTED_TURNOVER,
        "share/year",
        -1,
        "mean over the reps of the chance to quit within a year that their state implies",
        "S15",
        lambda s: math.nan,
    ),
    Measure(
        "upkeep",
        "price/year",
        -1,
        "(cost of service + leavers x cost of winning a customer) / customer-years: "
        "what it takes to hold the number of customers",
        "E1: scenario",
        lambda s: math.nan,
    ),
    Measure(
        WIN_WIN,
        "sd",
        1,
        "smallest of the three parties' gains over the neutral policy's run, in its "
        "standard deviations between conversations",
        "MODEL",
        lambda s: math.nan,
    ),
)

_OF_THE_MODEL = tuple(
    name
    for name in BY_NAME
    if not name.startswith("prevail_all_") and name not in ("egalitarian", "nash")
)

MEASURES: dict[str, Measure] = {
    **{name: BY_NAME[name] for name in _OF_THE_MODEL},
    **{each.name: each for each in (*_OWN, *_FROM_ELSEWHERE)},
}
"""Every measure that a claim can name, in the order of the columns of a run's values."""

NAMES = tuple(MEASURES)
PLACE = {name: place for place, name in enumerate(NAMES)}


def values_of(outcome: Outcome, measures: Sequence[str], acquisition_cost: float) -> np.ndarray:
    """Return measures of a run in every period.

    Parameters
    ----------
    outcome : Outcome
        The run, as long as the periods are.
    measures : sequence of str
        Which.
    acquisition_cost : float
        What winning a customer costs.

    Returns
    -------
    ndarray, shape (periods, measures)
        NaN where a measure is not defined; the worst-off party's gain is filled in by
        :func:`with_gains`, for it takes the neutral policy's run.
    """
    answers = outcome.rep_answers
    asked = answers["day"] - outcome.branch_day
    rows = []
    for first, last in PERIODS.values():
        total = sums(outcome.tallies[first:last], outcome.outside)
        row = {name: float(MEASURES[name].compute(total)) for name in NAMES}
        there = answers[(asked >= first) & (asked < last)]
        if len(there):
            row[EXPECTED_TURNOVER] = float(there["intent_to_quit"].mean())
        row["upkeep"] = row["service_cost"] + acquisition_cost * row["churn"]
        rows.append([row[name] for name in measures])
    return np.array(rows)


def with_gains(runs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return runs with the worst-off party's gain over the outside option filled in.

    Parameters
    ----------
    runs : mapping of str to ndarray, shape (..., measures)
        The values of each arm; without that of the outside option they are returned as
        they are.
    """
    if OUTSIDE not in runs:
        return dict(runs)
    outside = runs[OUTSIDE]
    filled = {}
    for name, values in runs.items():
        gains = [
            (values[..., PLACE[f"welfare_{party}"]] - outside[..., PLACE[f"welfare_{party}"]])
            / outside[..., PLACE[f"spread_{party}"]]
            for party in PARTIES
        ]
        changed = values.copy()
        changed[..., PLACE[WIN_WIN]] = np.minimum.reduce(gains)
        filled[name] = changed
    return filled
