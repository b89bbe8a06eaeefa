"""Parameter sets on which claims are judged: the ensemble, and a search beyond it."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy.stats import qmc

from experiments.claims.claim_file import Wide
from sim.parameters import Centre, describe
from sim.parameters.operations import Operations

DIGITS = 4
"""Significant digits of a value of the search: what is printed is what was simulated."""

_DECADES = 100.0
"""A range whose ends are so far apart, as a factor, is searched on a scale of logarithms."""


PER_SET = 10_000
"""Streams of chance that a set has for itself: its replications, fresh ones among them."""

SEARCH_FROM = 100_000
"""The place of the first set of the search, beyond those of any ensemble."""


@dataclass(frozen=True)
class ParameterSet:
    """The parameters of a centre that differ from the defaults.

    Attributes
    ----------
    label : str
        What to call it.
    values : mapping
        By name; numbers of the moves' tables by dotted name.
    meets : bool
        Whether it meets all bands of the calibration.
    place : int
        Where it stands among all there are, however many of them are run: by it are its
        streams of chance numbered.
    """

    label: str
    values: Mapping[str, Any]
    meets: bool = False
    place: int = 0

    def stream(self, replication: int) -> int:
        """Return the number of one of its streams of chance: no other set has it.

        The same in all arms, forms, sizes and lengths, so that they can be compared set by
        set on the same chance; another in each set, so that sets tell independently.

        Parameters
        ----------
        replication : int
            Which of its replications, from 1.
        """
        return self.place * PER_SET + replication


def every_parameter(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return all parameters of a centre, by dotted name."""
    return {**_defaults(), **values}


@cache
def _defaults() -> dict[str, Any]:
    return {row.name: row.default for row in describe()}


def sized(values: Mapping[str, Any], seats: int) -> dict[str, Any]:
    """Return parameters for a centre of so many seats, with as many customers a seat as ever."""
    reference = Centre()
    customers = values.get("customers", reference.customers)
    per_seat = customers / values.get("seats", reference.seats)
    return {**values, "seats": seats, "customers": max(1, round(per_seat * seats))}


def labelled(
    sets: Sequence[Mapping[str, Any]], meets: Sequence[bool] | None = None
) -> list[ParameterSet]:
    """Return the ensemble's sets, called by their numbers.

    Parameters
    ----------
    sets : sequence of mapping
        Their parameters.
    meets : sequence of bool or None
        Whether each meets all bands of the calibration; all do where None.
    """
    given = [True] * len(sets) if meets is None else meets
    pairs = zip(sets, given, strict=True)
    return [
        ParameterSet(f"set {number}", dict(one), bool(met), number - 1)
        for number, (one, met) in enumerate(pairs, start=1)
    ]


def thinned(sets: Sequence[ParameterSet], count: int) -> list[ParameterSet]:
    """Return at most so many of the sets, spread evenly over their order.

    Parameters
    ----------
    sets : sequence of ParameterSet
        In an order.
    count : int
        How many at the most.
    """
    places = np.linspace(0, len(sets) - 1, min(count, len(sets))).round().astype(int)
    return [sets[place] for place in np.unique(places)]


def searched(
    wide: Wide, centre: Mapping[str, Any], coded: Collection[str], seed: int
) -> list[ParameterSet]:
    """Return a scrambled Sobol' design inside of the parameters' ranges.

    Every number of customers, reps, moves and employer is varied, from the given centre part
    of the way to either end of its range; the parameters that code a claim's sign over
    their whole range. How large a centre is and how much work there is stays as it is.

    Parameters
    ----------
    wide : Wide
        How many, and how far.
    centre : mapping
        The set in the middle.
    coded : collection of str
        What is varied over its whole range.
    seed : int
        Of the scrambling.
    """
    middle = every_parameter(centre)
    rows = [
        row
        for row in describe()
        if type(row.default) is float
        and row.low is not None
        and row.high is not None
        and row.name not in Operations.model_fields
        and row.name not in wide.fixed
    ]
    sequence = qmc.Sobol(len(rows), scramble=True, rng=np.random.default_rng(seed))
    cube = sequence.random_base2(math.ceil(math.log2(wide.points)))[: wide.points]
    found = []
    for number, point in enumerate(cube, start=1):
        values = dict(centre)
        for row, at in zip(rows, point, strict=True):
            reach = 1.0 if row.name in coded else wide.reach
            ends = (float(row.low or 0.0), float(row.high or 0.0))
            values[row.name] = _between(ends, middle[row.name], reach, float(at))
        place = SEARCH_FROM + number - 1
        found.append(ParameterSet(f"search {number}", values, place=place))
    return found


def _between(ends: tuple[float, float], middle: float, reach: float, at: float) -> float:
    """Return the point at ``at`` of the part of a range around ``middle``, which lies at one half.

    Where the range spans two powers of ten or more, on a scale of logarithms.
    """
    low, high = ends
    whole = low > 0.0 and high >= _DECADES * low and middle > 0.0
    scale, back = (math.log, math.exp) if whole else (float, float)
    centre = scale(middle)
    away = 2.0 * at - 1.0
    value = back(centre + reach * abs(away) * (scale(high if away > 0.0 else low) - centre))
    return min(max(float(f"{value:.{DIGITS}g}"), low), high)
