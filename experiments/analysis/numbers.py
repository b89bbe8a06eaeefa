"""Numbers as people read them; no more digits than the intervals bear."""

import math
from collections.abc import Iterable

from experiments.analysis.interval import Interval

UNDEFINED = "–"
_MOST_DECIMALS = 6


def decimals(intervals: Iterable[Interval]) -> int:
    """Return how many decimals a row of intervals bears.

    They show the widest one's half width to two digits (one, where the first is 3 or
    more), and something of the narrowest one's.
    """
    widths = [each.half_width for each in intervals]
    widths = [width for width in widths if math.isfinite(width) and width > 0.0]
    if not widths:
        return 3
    widest, narrowest = (math.floor(math.log10(end)) for end in (max(widths), min(widths)))
    wanted = (1 if max(widths) < 3.0 * 10.0**widest else 0) - widest
    return min(_MOST_DECIMALS, max(0, wanted, -narrowest))


def number(value: float, places: int, *, signed: bool = False) -> str:
    """Return a number with so many decimals and a true minus sign."""
    if math.isnan(value):
        return UNDEFINED
    text = f"{value:+,.{places}f}" if signed else f"{value:,.{places}f}"
    if not float(text.replace(",", "")):
        text = f"{0.0:.{places}f}"  # no sign on what is shown as 0
    return text.replace("-", "−")


def plus_minus(value: Interval, places: int, *, signed: bool = False) -> str:
    """Return a mean and half its interval: "0.812 ±0.003"."""
    shown = number(value.mean, places, signed=signed)
    return f"{shown} ±{number(value.half_width, places)}" if value.n > 1 else shown


def bracketed(value: Interval, places: int, *, signed: bool = False) -> str:
    """Return a mean and its interval: "0.812 [0.809, 0.815]"."""
    shown = number(value.mean, places, signed=signed)
    if value.n < 2:
        return shown
    low, high = (number(end, places, signed=signed) for end in (value.low, value.high))
    return f"{shown} [{low}, {high}]"
