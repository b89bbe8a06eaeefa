"""Measures of the customers."""

import math

from sim.measures.base import YEAR, Measure, Sums, ratio, share


def churn(s: Sums) -> float:
    """Return leavers per customer-year."""
    return ratio(s["leaves"] * YEAR, s["customers"])


CUSTOMERS = (
    Measure(
        "csat",
        "share",
        1,
        "contacts with top-box satisfaction / handled",
        "trade",
        share("top_box", "handled"),
    ),
    Measure(
        "loyalty",
        "0-1",
        1,
        "mean loyalty over customer-months",
        "MODEL",
        share("loyalty", "visited"),
    ),
    Measure(
        "satisfaction",
        "0-1",
        1,
        "mean cumulative satisfaction over customer-months",
        "MODEL",
        share("satisfaction", "visited"),
    ),
    Measure(
        "retention",
        "share/year",
        1,
        "exp(-churn): chance to stay a year at the period's churn",
        "trade",
        lambda s: math.exp(-churn(s)),
    ),
    Measure("churn", "1/year", -1, "leavers / customer-years", "trade", churn),
    Measure(
        "recommendation",
        "share",
        1,
        "promoters - detractors, of customer-months",
        "trade",
        lambda s: ratio(s["promoters"] - s["detractors"], s["visited"]),
    ),
    Measure(
        "voiced", "share", 0, "issues complained of / issues", "T11", share("voiced", "issues")
    ),
    Measure(
        "customers", "customers", 1, "mean number of customers", "MODEL", share("customers", "days")
    ),
    Measure(
        "word_of_mouth",
        "ratio",
        1,
        "good tellings / bad tellings",
        "T10",
        share("tellings_good", "tellings_bad"),
    ),
)
