"""Which parameters of a centre vary, and in which ranges.

Ranges are taken from the most particular source there is: what the file says, what the shipped
calibration draws from, and else the plausible range of ``frontline parameters``, of which only the
part within ``reach`` of the centre's own value is taken.
"""

import math
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from pydantic import Field, field_validator

from experiments.calibration.request import Range, load_calibration, range_mistakes
from experiments.errors import no_such, shown
from experiments.recipes import Table
from sim.parameters import Centre, Described, describe

SIZE = (
    "customers",
    "market",
    "seats",
    "team_size",
    "open_minutes",
    "shift_minutes",
    "lunch_minutes",
    "days_per_week",
    "holiday_days",
    "holiday_interval",
    "turns",
)
"""How large a centre is and when it is open."""

YARDSTICKS = (
    "promoter",
    "detractor",
    "csat_top_box",
    "burnout_exhaustion",
    "burnout_depersonalisation",
    "answer_within",
    "repeat_window",
    "contact_survey",
)
"""What changes how a thing is measured, and not what happens."""

DEMAND = (
    "enquiries_per_year",
    "issues_per_year",
    "enquiry_minutes",
    "after_call_minutes",
    "mean_talk_step",
)
"""How much work there is: varied in proportion to the centre's own. Plausible ranges would have it
several times what the seats can do, where nothing but that would be seen."""

DECADES = 100.0
"""A range whose ends are so far apart, as a factor, is taken on a scale of logarithms (assumed)."""

WORKLOAD = "workload"
"""Customers per seat, as a multiple of the centre's own: how well it is staffed. No parameter by
itself, as the number of customers means nothing without that of seats."""

WORKLOADS = (0.2, 5.0)
"""The least and the greatest that is taken for plausible (assumed)."""

_LEAST_WIDTH = 1e-9


class Vary(Table):
    """Which parameters vary, and how far."""

    parameters: tuple[str, ...] = Field(
        default=(),
        description="the parameters that vary; all where none is named",
        json_schema_extra={"allowed": 'a list of parameters, for example ["honesty", "margin"]'},
    )
    leave: tuple[str, ...] = Field(
        default=(),
        description="parameters that do not vary",
        json_schema_extra={"allowed": 'a list of parameters, for example ["margin"]'},
    )
    reach: float = Field(
        default=0.25,
        gt=0.0,
        le=1.0,
        description="part of the way from the centre's value to the ends of the plausible range",
        json_schema_extra={"allowed": "a number above 0, at most 1"},
    )
    calibrated: bool = Field(
        default=True, description="whether what the calibration draws has its ranges from there"
    )
    range: dict[str, Range] = Field(
        default_factory=dict,
        description="ranges of this file's own",
        json_schema_extra={"allowed": "tables [vary.range.PARAMETER] with low, high and scale"},
    )

    @field_validator("parameters", "leave")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        known = {*numbers(), *tables()}
        wrong = [
            f"[{place}]: {no_such('parameter with a range', name, known)}"
            for place, name in enumerate(names)
            if name not in known
        ]
        wrong += [
            f"[{place}]: given {shown(name)} twice; allowed: once"
            for place, name in enumerate(names)
            if name in names[:place]
        ]
        if wrong:
            raise ValueError("\n".join(wrong))
        return names

    @field_validator("range")
    @classmethod
    def _plausible(cls, ranges: dict[str, Range]) -> dict[str, Range]:
        if wrong := range_mistakes(ranges, {}):
            raise ValueError("\n".join(wrong))
        return ranges

    def ranges(self, centre: Centre) -> dict[str, Range]:
        """Return the ranges of all parameters that vary, in the order of the parameters.

        Parameters
        ----------
        centre : Centre
            Around the values of which ranges lie that nobody states.
        """
        asked = spread(self.parameters) or [each for each in numbers() if each not in left_out()]
        wanted = {*asked, *self.range} - set(spread(self.leave))
        drawn = _calibrated() if self.calibrated else {}
        own = flat(centre)
        found = {}
        for name, row in numbers().items():
            if name not in wanted:
                continue
            given = self.range.get(name) or drawn.get(name) or reached(row, own[name], self.reach)
            if given is not None:
                found[name] = given
        return found


@cache
def numbers() -> dict[str, Described]:
    """Return the parameters that are numbers with a plausible range, by name."""
    return {
        row.name: row
        for row in describe()
        if not isinstance(row.default, bool) and row.low is not None and row.high is not None
    }


@cache
def tables() -> tuple[str, ...]:
    """Return the names of the tables of moves; one stands for all numbers in it."""
    return tuple(dict.fromkeys(name.split(".")[0] for name in numbers() if "." in name))


def left_out() -> frozenset[str]:
    """Return what does not vary unless it is named."""
    return frozenset((*SIZE, *YARDSTICKS))


def spread(names: Collection[str]) -> list[str]:
    """Return names with each table of moves replaced by the numbers in it."""
    found = []
    for name in names:
        inside = [each for each in numbers() if each.startswith(f"{name}.")]
        found += inside if name in tables() else [name]
    return found


def flat(centre: Centre) -> dict[str, Any]:
    """Return the values of a centre by dotted name."""
    found = {}
    for name, value in centre.model_dump().items():
        if isinstance(value, Mapping):
            found.update({f"{name}.{move}": number for move, number in value.items()})
        else:
            found[name] = value
    return found


def reached(row: Described, middle: float, reach: float) -> Range | None:
    """Return the part of a plausible range around a value; None where nothing is left.

    Parameters
    ----------
    row : Described
        The parameter.
    middle : float
        The value.
    reach : float
        Part of the way from there to either end; on a scale of logarithms where the range
        spans two powers of ten or more. Of demand, that part of the value itself, if not all.
    """
    low, high = float(row.low or 0.0), float(row.high or 0.0)
    middle = min(max(middle, low), high)
    logs = low > 0.0 and high >= DECADES * low
    if row.name in DEMAND and reach < 1.0:
        ends = [middle * (1.0 - reach), middle * (1.0 + reach)]
    elif logs:
        ends = [middle * (end / middle) ** reach for end in (low, high)]
    else:
        ends = [middle + reach * (end - middle) for end in (low, high)]
    least, most = (min(max(float(f"{end:.6g}"), low), high) for end in ends)
    if type(row.default) is int and math.ceil(least) >= math.floor(most):
        return None
    if most - least <= _LEAST_WIDTH * max(1.0, abs(most)):
        return None
    return Range(low=least, high=most, scale="log" if logs else "linear")


def kinds_mistakes(ranges: Mapping[str, Range]) -> list[str]:
    """Return what is wrong with ranges of parameters, of which one may be the workload."""
    wrong = range_mistakes({name: each for name, each in ranges.items() if name != WORKLOAD}, {})
    given = ranges.get(WORKLOAD)
    low, high = WORKLOADS
    if given is not None and not low <= given.low < given.high <= high:
        wrong.append(
            f"[{shown(WORKLOAD)}]: given {given.low:g} to {given.high:g}; allowed: within {low:g} "
            f"to {high:g} (x the centre's own customers per seat)"
        )
    return wrong


@cache
def _calibrated() -> dict[str, Range]:
    """Return the ranges that the shipped calibration draws from."""
    return load_calibration().ranges
