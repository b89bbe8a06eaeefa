"""Measures of the money: costs, profit, and each account of the ledger."""

import math
from collections.abc import Callable

from sim.measures.base import YEAR, Measure, Sums, ratio, share
from sim.state import ACCOUNTS

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


def operating_cost(s: Sums) -> float:
    """Return what the service cost, compensation apart."""
    return -math.fsum(s[account] for account in OPERATING)


def per_customer_year(s: Sums, amount: float) -> float:
    """Return an amount per customer and year."""
    return ratio(amount * YEAR, s["customers"])


def account(name: str) -> Callable[[Sums], float]:
    """Return the computation of an account per customer and year."""
    return lambda s: per_customer_year(s, s[name])


MONEY = (
    Measure(
        "cost_per_contact",
        "price",
        -1,
        "operating cost / handled, compensation apart",
        "trade",
        lambda s: ratio(operating_cost(s), s["handled"]),
    ),
    Measure(
        "compensation_per_conflict",
        "price",
        0,
        "compensation / conversations over issues",
        "trade",
        share("compensation_paid", "conflicts"),
    ),
    Measure(
        "profit_per_customer",
        "price/year",
        1,
        "cash / customer-years",
        "MODEL",
        lambda s: per_customer_year(s, s["cash"]),
    ),
    Measure("profit", "price/day", 1, "cash / days", "MODEL", share("cash", "days")),
    *(
        Measure(
            name,
            "price/year",
            0,
            f"{name[8:].replace('_', ' ')}, per customer-year",
            "ledger",
            account(name),
        )
        for name in ACCOUNTS
    ),
)
