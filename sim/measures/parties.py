"""Measures of who prevails: welfares, shares, the worst-off party, the Nash product."""

import math
from collections.abc import Callable

from sim.measures.base import Measure, Sums, ratio
from sim.state import LEVELS

MEDIAN = LEVELS // 2
PARTIES = ("customer", "rep", "employer")


def prevailing(count: int) -> Callable[[Sums], float]:
    """Return the share of conflicts in which so many parties reached the neutral median."""

    def compute(s: Sums) -> float:
        at = [s[f"prevailing_{4 * MEDIAN + reached}"] for reached in range(4)]
        return ratio(at[count], math.fsum(at))

    return compute


def prevailing_swept(s: Sums) -> float:
    """All three prevail, averaged over the nine levels of aspiration."""
    shares = []
    for level in range(LEVELS):
        at = [s[f"prevailing_{4 * level + reached}"] for reached in range(4)]
        shares.append(ratio(at[3], math.fsum(at)))
    return math.fsum(shares) / LEVELS


def party_prevails(index: int) -> Callable[[Sums], float]:
    """Return the share of conflicts in which one party reached the neutral median."""

    def compute(s: Sums) -> float:
        conflicts = math.fsum(s[f"prevailing_{4 * MEDIAN + reached}"] for reached in range(4))
        return ratio(s[f"reached_{index * LEVELS + MEDIAN}"], conflicts)

    return compute


def welfare(party: str) -> Callable[[Sums], float]:
    """Return the mean payoff of a conflict to a party."""
    return lambda s: ratio(s[f"payoff_{party}"], s["payoffs"])


def gains(s: Sums) -> tuple[float, ...]:
    """Return each party's gain over the neutral run, in its standard deviations there.

    The outside option is the mean payoff of the newest conflicts of the warm-up.
    """
    found = []
    for party in PARTIES:
        mean = ratio(s[f"payoff_{party}"], s["payoffs"])
        found.append(ratio(mean - s[f"outside_{party}"], s[f"outside_sd_{party}"]))
    return tuple(found)


def egalitarian(s: Sums) -> float:
    """Return the smallest of the three gains."""
    each = gains(s)
    return math.nan if any(math.isnan(g) for g in each) else min(each)


def nash(s: Sums) -> float:
    """Return the product of the three gains, NaN where a party loses."""
    each = gains(s)
    if any(math.isnan(g) or g < 0.0 for g in each):
        return math.nan
    return each[0] * each[1] * each[2]


PARTY_MEASURES = (
    Measure(
        "welfare_customer",
        "1",
        1,
        "mean payoff of a conflict to the customer, in losses",
        "MODEL",
        welfare("customer"),
    ),
    Measure(
        "welfare_rep",
        "1",
        1,
        "mean payoff of a conflict to the rep, in units of strain",
        "MODEL",
        welfare("rep"),
    ),
    Measure(
        "welfare_employer",
        "price",
        1,
        "mean payoff of a conflict to the employer",
        "MODEL",
        welfare("employer"),
    ),
    Measure(
        "prevail_all",
        "share",
        1,
        "conflicts in which all three reached the neutral median",
        "MODEL",
        prevailing(3),
    ),
    Measure(
        "prevail_two", "share", 0, "conflicts in which two of three did", "MODEL", prevailing(2)
    ),
    Measure(
        "prevail_one", "share", 0, "conflicts in which one of three did", "MODEL", prevailing(1)
    ),
    Measure("prevail_none", "share", -1, "conflicts in which none did", "MODEL", prevailing(0)),
    Measure(
        "prevail_swept",
        "share",
        1,
        "conflicts in which all three did, averaged over nine quantiles of aspiration",
        "MODEL",
        prevailing_swept,
    ),
    Measure(
        "customer_prevails",
        "share",
        1,
        "conflicts in which the customer reached the neutral median",
        "MODEL",
        party_prevails(0),
    ),
    Measure(
        "rep_prevails", "share", 1, "conflicts in which the rep did", "MODEL", party_prevails(1)
    ),
    Measure(
        "employer_prevails",
        "share",
        1,
        "conflicts in which the employer did",
        "MODEL",
        party_prevails(2),
    ),
    Measure(
        "egalitarian",
        "sd",
        1,
        "smallest of the three gains over the neutral run",
        "MODEL",
        egalitarian,
    ),
    Measure(
        "nash",
        "sd^3",
        1,
        "product of the three gains over the neutral run; undefined where a party loses",
        "Nash (1950), Econometrica 18",
        nash,
    ),
)
