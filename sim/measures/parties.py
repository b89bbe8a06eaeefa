"""Measures of who prevails: welfares, shares, the worst-off party, the Nash product."""

import math
from collections.abc import Callable

from sim.measures.base import Measure, Sums, ratio
from sim.state import LEVELS

PARTIES = ("customer", "rep", "employer")


def at_level(s: Sums, count: int, level: int) -> float:
    """Return the share of conversations in which so many parties reached one aspiration."""
    reached = [s[f"prevailing_{4 * level + parties}"] for parties in range(4)]
    return ratio(reached[count], math.fsum(reached))


def prevailing(count: int) -> Callable[[Sums], float]:
    """Return the share in which so many parties prevailed, averaged over the aspirations."""
    return lambda s: math.fsum(at_level(s, count, level) for level in range(LEVELS)) / LEVELS


def all_at(level: int) -> Callable[[Sums], float]:
    """Return the share in which all three reached one level of aspiration."""
    return lambda s: at_level(s, 3, level)


def party_prevails(index: int) -> Callable[[Sums], float]:
    """Return the share in which one party prevailed, averaged over the aspirations."""

    def compute(s: Sums) -> float:
        conversations = math.fsum(s[f"prevailing_{parties}"] for parties in range(4))
        reached = math.fsum(s[f"reached_{index * LEVELS + level}"] for level in range(LEVELS))
        return ratio(reached / LEVELS, conversations)

    return compute


def welfare(party: str) -> Callable[[Sums], float]:
    """Return the mean payoff of a conversation over an issue to a party."""
    return lambda s: ratio(s[f"payoff_{party}"], s["payoffs"])


def gains(s: Sums) -> tuple[float, ...]:
    """Return each party's gain over the neutral run, in its standard deviations there.

    The outside option is what the neutral policy's run of the same days gave; without such
    a run, the newest conversations of the warm-up.
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
        "mean payoff of a conversation over an issue to the customer, in losses",
        "MODEL",
        welfare("customer"),
    ),
    Measure(
        "welfare_rep",
        "1",
        1,
        "mean payoff of a conversation over an issue to the rep, in units of strain",
        "MODEL",
        welfare("rep"),
    ),
    Measure(
        "welfare_employer",
        "price",
        1,
        "mean payoff of a conversation over an issue to the employer",
        "MODEL",
        welfare("employer"),
    ),
    Measure(
        "prevail_all",
        "share",
        1,
        "conversations in which all three prevailed, averaged over nine aspirations",
        "MODEL",
        prevailing(3),
    ),
    Measure(
        "prevail_two",
        "share",
        0,
        "conversations in which two of three did, averaged over nine aspirations",
        "MODEL",
        prevailing(2),
    ),
    Measure(
        "prevail_one",
        "share",
        0,
        "conversations in which one of three did, averaged over nine aspirations",
        "MODEL",
        prevailing(1),
    ),
    Measure(
        "prevail_none",
        "share",
        -1,
        "conversations in which none did, averaged over nine aspirations",
        "MODEL",
        prevailing(0),
    ),
    *(
        Measure(
            f"prevail_all_{10 * (level + 1)}",
            "share",
            1,
            f"conversations in which all reached the neutral {10 * (level + 1)} % quantile",
            "MODEL",
            all_at(level),
        )
        for level in range(LEVELS)
    ),
    Measure(
        "customer_prevails",
        "share",
        1,
        "conversations in which the customer prevailed, averaged over nine aspirations",
        "MODEL",
        party_prevails(0),
    ),
    Measure(
        "rep_prevails",
        "share",
        1,
        "conversations in which the rep did, averaged over nine aspirations",
        "MODEL",
        party_prevails(1),
    ),
    Measure(
        "employer_prevails",
        "share",
        1,
        "conversations in which the employer did, averaged over nine aspirations",
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
