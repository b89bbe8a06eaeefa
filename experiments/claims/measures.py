"""What the claims are judged by: the model's measures, and some that only claims ask for.

All come from the daily tallies of a period, two with what the log of contacts adds. Turnover is
the sum of the nights' chances of quitting: the same as the quits, without their luck.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from experiments.claims.settled import COUNTED
from sim.behaviours.roster import paid_minutes
from sim.measures import BY_NAME, sums
from sim.measures.base import YEAR, Measure, Sums, ratio, share
from sim.measures.customers import churn
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

CONVERSATIONS_PER_SETTLED = "conversations_per_settled"
MINUTES_PER_SETTLED = "minutes_per_settled"
LOGGED = (CONVERSATIONS_PER_SETTLED, MINUTES_PER_SETTLED)
"""Measures that need an arm to log its contacts."""

PARTIES = ("customer", "rep", "employer")


def _service_cost(s: Sums) -> float:
    """Return what serving a customer costs a year by the minute, and what is granted.

    Seats are fixed: paid by the shift, whoever calls. By the shift more customers would
    spread the same wages thinner, and keeping any number of them would seem to pay.
    """
    handling = (s["talk"] + s["after_call"]) * s["wage"]
    superiors_and_calls = -(s["account_escalations"] + s["account_follow_ups"])
    spent = s["compensation_paid"] + handling + superiors_and_calls
    return ratio(spent * YEAR, s["customers"])


def _replacement_cost(s: Sums) -> float:
    """Return what winning as many customers as leave costs, a customer and year."""
    return s["acquisition_cost"] * churn(s)


def _settled(s: Sums) -> float:
    """Return the issues settled, on the floor, by superiors and by calls back; NaN unlogged."""
    return s["resolved"] + s["settled_by_superiors"] + s["mended"]


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
        CONVERSATIONS_PER_SETTLED,
        "1",
        -1,
        "(conversations over issues + hearings by superiors) / issues settled, by whomever: how "
        "often one must talk for a settlement",
        "MODEL",
        lambda s: ratio(s["conflicts"] + s["superior_cases"], _settled(s)),
    ),
    Measure(
        MINUTES_PER_SETTLED,
        "min",
        -1,
        "minutes of talk over issues, with reps and superiors, settled or not / issues settled, "
        "by whomever",
        "MODEL",
        lambda s: ratio(s["minutes_over_issues"], _settled(s)),
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
        "entry",
        "1/year",
        1,
        "newcomers / person-years of the market's people who are no customers",
        "MODEL",
        lambda s: ratio(s["joins"] * YEAR, s["people"] * s["days"] - s["customers"]),
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
        "(compensation + minutes of handling, superiors and calls back at their wages) / "
        "customer-years; no other wages, for seats are fixed",
        "ledger",
        _service_cost,
    ),
    Measure(
        "replacement_cost",
        "price/year",
        -1,
        "leavers x cost of winning a customer / customer-years",
        "E1: scenario",
        _replacement_cost,
    ),
    Measure(
        "upkeep",
        "price/year",
        -1,
        "(compensation + minutes of service at their wages + leavers x cost of winning a "
        "customer) / customer-years: what it takes to hold the number of customers",
        "E1: scenario",
        lambda s: _service_cost(s) + _replacement_cost(s),
    ),
    Measure(
        "paid_training_fees",
        "price/day",
        0,
        "spent on fees of training, paid time apart / days",
        "ledger",
        lambda s: -ratio(s["account_training"] + s["paid_in_training"], s["days"]),
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
    **{each.name: each for each in (*_OWN, *_OF_TWO_ARMS)},
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


def values_of(
    outcome: Outcome,
    measures: Sequence[str],
    centre: Centre,
    logged: Mapping[str, np.ndarray] | None = None,
) -> np.ndarray:
    """Return measures of a run in every period.

    Parameters
    ----------
    outcome : Outcome
        The run.
    measures : sequence of str
        Which.
    centre : Centre
        Its parameters after the branch.
    logged : mapping of str to ndarray, optional
        What was counted each day from the log, see :mod:`experiments.claims.settled`; what
        needs it is NaN without.

    Returns
    -------
    ndarray, shape (periods, measures)
        NaN where a measure is not defined.
    """
    tallies = outcome.tallies
    rows = []
    for first, last in periods(len(tallies)).values():
        total = sums(tallies[first:last], outcome.outside) | _prices(centre)
        total["paid_in_training"] = total["training_days"] * paid_minutes(centre) * centre.wage
        total["people"] = float(len(outcome.floor.customers))
        for name in COUNTED:
            total[name] = math.nan if logged is None else float(logged[name][first:last].sum())
        rows.append([float(MEASURES[name].compute(total)) for name in measures])
    return np.array(rows)


def _prices(centre: Centre) -> dict[str, float]:
    return {"wage": centre.wage, "acquisition_cost": centre.acquisition_cost}


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
