"""The stretches of days over which a run is measured."""

import math
from typing import NamedTuple

YEAR = 365
WEEK = 7
REPORTED_YEARS = (1, 3)
"""Slow costs hide from a short horizon: the first and the third year are told apart."""

TAILS = (1 / 6, 1 / 3, 1 / 2)
"""Shares of the branch that may be cut off its beginning; never more than a half (MSER)."""


class Period(NamedTuple):
    """Days ``[first, last)`` after the branch; ``suffix`` marks its columns."""

    suffix: str
    first: int
    last: int

    @property
    def key(self) -> str:
        """What data files call it: "year_1", or "whole" for the whole branch."""
        return self.suffix.removeprefix("_") or "whole"


WHOLE = Period("", 0, 0)
"""The whole branch, however long it is."""


def periods(days: int) -> tuple[Period, ...]:
    """Return the years after the branch that are measured on their own.

    Parameters
    ----------
    days : int
        Days after the branch.

    Returns
    -------
    tuple of Period
        The first and the third year, or the first and the last whole one of a shorter
        branch. A column is named after the year it holds. None where no year is whole.
    """
    whole = days // YEAR
    chosen = sorted({min(year, whole) for year in REPORTED_YEARS if whole})
    return tuple(Period(f"_year_{n}", (n - 1) * YEAR, n * YEAR) for n in chosen)


def tails(days: int) -> tuple[Period, ...]:
    """Return the ends of a branch that may serve as its steady part.

    Parameters
    ----------
    days : int
        Days after the branch.

    Returns
    -------
    tuple of Period
        The branch without its first sixth, third and half, each cut at a whole week;
        none where the branch is too short for a week to be cut off and one to be left.
    """
    starts = sorted({WEEK * math.ceil(share * days / WEEK) for share in TAILS})
    return tuple(
        Period(f"_from_day_{start}", start, days)
        for start in starts
        if WEEK <= start <= days - WEEK
    )


def warmup_halves(warmup_days: int) -> tuple[Period, Period] | None:
    """Return the last two half-years of a warm-up, or its two halves if it is shorter."""
    half = min(182, warmup_days // 2)
    if half == 0:
        return None
    return (
        Period("_before", warmup_days - 2 * half, warmup_days - half),
        Period("_last", warmup_days - half, warmup_days),
    )


_ORDINALS = ("zeroth", "first", "second", "third")


def period_name(period: Period) -> str:
    """Return a period after the branch in words: "the third year", "the whole branch"."""
    kind, _, number = period.suffix.rpartition("_")
    if not period.suffix:
        return "the whole branch"
    if kind == "_from_day":
        return f"the days from {number} on"
    return f"the {_ORDINALS[int(number)]} year"
