"""What the claims are judged by: the model's measures, and some that only claims ask for.

All come from the daily tallies of a period. Turnover is the sum of the nights' chances of
quitting: the same as the quits, without their luck.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from sim.behaviours.roster import paid_minutes
from sim.measures import BY_NAME, sums
from sim.measures.base import YEAR, Measure, Sums, ratio, share
from sim.measures.money import operating_cost
from sim.outcome import Outcome
from sim.parameters import Centre

DAYS = 730
"""How long an arm is run after the branch, unless it is said otherwise."""

_YEAR_DAYS = 365


def periods(days: int = DAYS) -> dict[str, tuple[int, int]]:
    """Return the days after the branch by the names that the files use.

    In a longer run "year2" is its last year, and "both" is all of it.

    Parameters
    ----------
    days : int
        How long the run is.
    """
    return {"year1": (0, _YEAR_DAYS), "year2": (days - _YEAR_DAYS, days), "both": (0, days)}


PERIODS = tuple(periods())
PERIOD_NAMES = {"year1": "first year", "year2": "second year", "both": "both years"}
WHEN = {name: place for place, name in enumerate(PERIODS)}
YEARS = ("year1", "year2")

WIN_WIN = "worst_off"
TURNOVER = "expected_attrition"
OUTSIDE = "outside-option"
"""What the files call the neutral policy's arm: by it is told whether a centre works."""

PARTIES = ("customer", "rep", "employer")


def _served(s: Sums) -> float:
    """Return what serving customers costs, compensation included, over the days."""
    return operating_cost(s) - s["account_compensation"]


def _spread(party: str) -> Measure:
    def compute(s: Sums) -> float:
        mean = ratio(s[f"payoff_{party}"], s["payoffs"])
        square = ratio(s[f"payoff_{party}_2"], s["payoffs"])
        return math.sqrt(max(0.0, square - mean * mean))

    words = f"standard deviation of the {party}'s payoff over conversations"
    return Measure(f"spread_{party}", "1", 0, words, "MODEL", compute)


_OWN = (
    Measure(
        "abuse",
        "share",
        -1,
        "conversations with an abusive turn / conversations",
        "B17",
        share("severe", "conflicts"),
    ),
    Measure(
        "anger_left",
        "0-1",
        -1,
        "mean anger of the customer at the end of a conversation over an issue",
        "MODEL",
        share("anger_end", "conflicts"),
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
        "mean fairness of the redress in a conversation, before treatment colours it: how well "
        "the solution fits the loss",
        "MODEL",
        share("redress", "conflicts_concluded"),
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
        "service_cost",
        "price/year",
        -1,
        "cost of service, compensation included / customer-years",
        "ledger",
        lambda s: ratio(_served(s) * YEAR, s["customers"]),
    ),
    Measure(
        "paid_calls",
        "price/day",
        0,
        "spent on calls back / days",
        "ledger",
        lambda s: -ratio(s["account_follow_ups"], s["days"]),
    ),
    Measure(
        "paid_programmes",
        "price/day",
        0,
        "spent on reviews, openness and education / days",
        "ledger",
        lambda s: -ratio(s["account_programmes"], s["days"]),
    ),
    *(_spread(party) for party in PARTIES),
)

_OF_THE_CENTRE = (
    Measure(
        "paid_training_fees",
        "price/day",
        0,
        "spent on fees of training, paid time apart / days",
        "ledger",
        lambda s: math.nan,
    ),
    Measure(
        "replacement_cost",
        "price/year",
        -1,
        "leavers x cost of winning a customer / customer-years",
        "E1: scenario",
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
)
"""What takes prices of the centre: :func:`values_of` fills it in."""

_OF_TWO_ARMS = (
    Measure(
        WIN_WIN,
        "sd",
        1,
        "smallest of the three parties' gains over the run under the policy of reference, in its "
        "standard deviations between conversations",
        "MODEL",
        lambda s: math.nan,
    ),
)
"""What takes two runs: :func:`worst_off` fills it in."""

_OF_THE_MODEL = tuple(
    name
    for name in BY_NAME
    if not name.startswith("prevail_all_") and name not in ("egalitarian", "nash")
)

MEASURES: dict[str, Measure] = {
    **{name: BY_NAME[name] for name in _OF_THE_MODEL},
    **{each.name: each for each in (*_OWN, *_OF_THE_CENTRE, *_OF_TWO_ARMS)},
}
"""Every measure that a claim can name, in the order of the columns of a run's values."""

NAMES = tuple(MEASURES)
PLACE = {name: place for place, name in enumerate(NAMES)}

FEES = {
    "follow_up_minutes": ("paid_calls", -1.0),
    "training_fee": ("paid_training_fees", -1.0),
    "transparency_fee": ("paid_programmes", -1.0),
    "feedback_fee": ("paid_programmes", -1.0),
    "education_fee": ("paid_programmes", -1.0),
    "acquisition_cost": ("replacement_cost", 1.0),
}
"""Prices at which a difference can turn round: what is paid at it, and its sign in what is judged.

No rule of conduct reads them, so that money paid is proportional to the price."""

WITH_SIZE = (
    "profit",
    "customers",
    "contacts_per_day",
    "paid_calls",
    "paid_programmes",
    "paid_training_fees",
)
"""Measures that are larger in a larger centre, as it is."""


def values_of(outcome: Outcome, measures: Sequence[str], centre: Centre) -> np.ndarray:
    """Return measures of a run in every period.

    Parameters
    ----------
    outcome : Outcome
        The run.
    measures : sequence of str
        Which.
    centre : Centre
        Its parameters after the branch.

    Returns
    -------
    ndarray, shape (periods, measures)
        NaN where a measure is not defined.
    """
    tallies = outcome.tallies
    rows = []
    for first, last in periods(len(tallies)).values():
        total = sums(tallies[first:last], outcome.outside)
        row = {name: float(MEASURES[name].compute(total)) for name in NAMES}
        in_training = total["training_days"] * paid_minutes(centre) * centre.wage
        row["paid_training_fees"] = -(total["account_training"] + in_training) / total["days"]
        row["replacement_cost"] = centre.acquisition_cost * row["churn"]
        row["upkeep"] = row["service_cost"] + row["replacement_cost"]
        rows.append([row[name] for name in measures])
    return np.array(rows)


def worst_off(values: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Return the smallest of the three parties' gains over a run of reference.

    Parameters
    ----------
    values, reference : ndarray, shape (..., measures)
        The runs of two arms; gains are in standard deviations between conversations of
        the latter.
    """

    def gain(party: str) -> np.ndarray:
        mean = PLACE[f"welfare_{party}"]
        away = values[..., mean] - reference[..., mean]
        return np.asarray(away / reference[..., PLACE[f"spread_{party}"]])

    return np.asarray(np.minimum.reduce([gain(party) for party in PARTIES]))


def per_size(values: Mapping[str, np.ndarray], factor: float) -> dict[str, np.ndarray]:
    """Return values with those multiplied that are larger in a larger centre.

    Parameters
    ----------
    values : mapping of str to ndarray, shape (..., measures)
        The runs of arms.
    factor : float
        The size wanted over the size run.
    """
    factors = np.where(np.isin(NAMES, WITH_SIZE), factor, 1.0)
    return {key: each * factors for key, each in values.items()}
