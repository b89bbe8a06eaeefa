"""What a measure is, and the small shares of which most are made."""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

Sums = Mapping[str, float]
YEAR = 365.0


class Measure(NamedTuple):
    """A measure: what it is called, its unit, which way is better, and how it is computed.

    Attributes
    ----------
    name : str
        The trade's name where it has one.
    unit : str
        Unit of the value.
    better : int
        1 if more is better, -1 if less is, 0 if neither.
    definition : str
        The formula in words.
    source : str
        "trade" for the trade's use, an id of EVIDENCE, or "MODEL".
    compute : callable
        The value from the sums of a period (see :func:`sim.measures.sums`).
    """

    name: str
    unit: str
    better: int
    definition: str
    source: str
    compute: Callable[[Sums], float]


def ratio(top: float, bottom: float) -> float:
    """Return ``top / bottom``, NaN where that is not defined."""
    return top / bottom if bottom else math.nan


def share(top: str, bottom: str, scale: float = 1.0) -> Callable[[Sums], float]:
    """Return the computation of one sum over another."""
    return lambda s: scale * ratio(s[top], s[bottom])


def one_minus(top: str, bottom: str) -> Callable[[Sums], float]:
    """Return the computation of one less one sum over another."""
    return lambda s: 1.0 - ratio(s[top], s[bottom])
