"""Tables of a curve's file: what is swept, for which curves, and where points are added."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from experiments.config_parts import Name, count_of, name_of
from experiments.errors import hint, no_such, shown
from experiments.explain import explain, limits
from experiments.given import whole_numbers
from experiments.recipes import PARTS, Table
from sim.parameters import Centre

MOST_POINTS = 2_001
"""Points of a curve, or of a grid; more would be another kind of study."""


class Dimension(NamedTuple):
    """A number of a policy that can be swept: its part, its name, its range, its unit."""

    part: str
    field: str
    low: float | None
    high: float | None
    unit: str
    note: str


def dimensions() -> dict[str, Dimension]:
    """Return every number of a policy by its dotted name: "handling.boundary"."""
    found = {}
    for part, model in PARTS.items():
        for name, field in model.model_fields.items():
            extra: Any = field.json_schema_extra
            unit = str(extra.get("unit", "1")) if isinstance(extra, dict) else "1"
            ends = limits(field)
            found[f"{part}.{name}"] = Dimension(part, name, *ends, unit, field.description or "")
    return found


DIMENSIONS = dimensions()


class Sweep(Table):
    """A dimension: a number of a policy, or the way through several policies."""

    parameter: str | None = Field(
        default=None,
        description="the number that is swept, by its dotted name",
        json_schema_extra={
            "allowed": 'a number of a policy, for example "handling.boundary"; or give through'
        },
    )
    through: tuple[Name, ...] | None = Field(
        default=None,
        description="policies between which blends are swept, in this order: 0 is the first and 1 "
        "the last, with equal steps between them",
        json_schema_extra={
            "allowed": 'a list of policies, for example ["strict-boundaries", "always-right"]'
        },
    )
    low: float | None = Field(
        default=None,
        description="where the sweep begins; the end of the number's range where absent",
        json_schema_extra={"allowed": "a number within the range of what is swept"},
    )
    high: float | None = Field(
        default=None,
        description="where it ends",
        json_schema_extra={"allowed": "a number within the range of what is swept"},
    )
    points: int = count_of(11, "points", 2, MOST_POINTS, "points to begin with, evenly spaced")
    title: str | None = Field(default=None, description="what to call it in figures and reports")

    @field_validator("parameter")
    @classmethod
    def _there_is_one(cls, name: str | None) -> str | None:
        if name is None or name in DIMENSIONS:
            return name
        ends = [full for full in DIMENSIONS if full.rpartition(".")[2] == name]
        near = f'; there is "{ends[0]}"' if ends else hint(name, DIMENSIONS)
        raise ValueError(f"allowed: {', '.join(DIMENSIONS)}{near}")

    @field_validator("through")
    @classmethod
    def _leads_somewhere(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if names is not None and len(names) < 2:
            raise ValueError(f"given {len(names)} policies; allowed: two or more")
        for one, next_one in zip(names or (), (names or ())[1:], strict=False):
            if one == next_one:
                raise ValueError(f'"{one}" twice in a row; allowed: policies that follow others')
        return names

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "Sweep":
        if (self.parameter is None) == (self.through is None):
            both = "none of both" if self.parameter is None else "both"
            raise ValueError(f"given {both}; allowed: either parameter or through")
        if self.through is not None:
            if self.low is not None or self.high is not None:
                raise ValueError(
                    "low and high belong to a parameter; with through the ends are policies"
                )
            return self
        if wrong := self._range_mistakes():
            raise ValueError("\n".join(wrong))
        return self

    def _range_mistakes(self) -> list[str]:
        assert self.parameter is not None
        of = DIMENSIONS[self.parameter]
        wrong = []
        for end, given, limit in (("low", self.low, of.low), ("high", self.high, of.high)):
            if given is None and limit is None:
                wrong.append(f"{end}: missing; {self.parameter} has no end of its own there")
            elif given is not None and (
                (of.low is not None and given < of.low) or (of.high is not None and given > of.high)
            ):
                to = f"from {of.low:g} up" if of.high is None else f"{of.low:g} to {of.high:g}"
                wrong.append(f"{end}: given {shown(given)}; allowed: {to} ({of.unit})")
        if not wrong and not self.start < self.end:
            wrong.append(f"low ({self.start:g}) must lie below high ({self.end:g})")
        return wrong

    @property
    def start(self) -> float:
        """Where it begins."""
        if self.parameter is None:
            return 0.0
        low = DIMENSIONS[self.parameter].low if self.low is None else self.low
        return float(low or 0.0)

    @property
    def end(self) -> float:
        """Where it ends."""
        if self.parameter is None:
            return 1.0
        high = DIMENSIONS[self.parameter].high if self.high is None else self.high
        return float(high or 0.0)

    @property
    def unit(self) -> str:
        """The unit of what is swept."""
        return "1" if self.parameter is None else DIMENSIONS[self.parameter].unit


class Line(Table):
    """One of several curves: another policy to hold, or another centre."""

    title: str | None = Field(default=None, description="what to call it in figures and reports")
    base: Name | None = name_of("the policy whose other numbers hold", default=None)
    centre: dict[str, Any] = Field(
        default_factory=dict,
        description="what is different in its centre",
        json_schema_extra={"allowed": "a table of parameters of the centre"},
    )

    @field_validator("centre")
    @classmethod
    def _is_one(cls, changes: dict[str, Any]) -> dict[str, Any]:
        changed_centre(Centre(), changes)
        return changes


def changed_centre(centre: Centre, changes: Mapping[str, Any]) -> Centre:
    """Return a centre with some parameters changed.

    Parameters
    ----------
    centre : Centre
        What is changed.
    changes : mapping
        Parameters by name; of a table of moves some as a table.

    Raises
    ------
    ValueError
        With every mistake, one a line.
    """
    table = centre.model_dump()
    for key, value in changes.items():
        inner = table.get(key)
        both = isinstance(value, Mapping) and isinstance(inner, dict)
        table[key] = {**inner, **value} if both and isinstance(inner, dict) else value
    whole_numbers(table, Centre)
    try:
        return Centre.model_validate(table, strict=True)
    except ValidationError as error:
        raise ValueError("\n".join(explain(error, Centre, lambda _: ""))) from None


class Refine(Table):
    """Where points are added, and how many there may be in the end."""

    points: int = count_of(
        41, "points", 2, MOST_POINTS, "points in the end at most; those to begin with count"
    )
    at_once: int = count_of(10, "points", 1, MOST_POINTS, "points that a round adds at most")
    tolerance: float = Field(
        default=0.01,
        gt=0.0,
        le=1.0,
        description="what is worth another point, as a share of a measure's range and of the "
        "sweep's: of a bend, of the interval of a crossing or a peak",
        json_schema_extra={"allowed": "a number above 0, up to 1"},
    )
    measures: tuple[str, ...] | None = Field(
        default=None,
        description="the measures whose curves call for points; those of the figure where absent",
        json_schema_extra={"allowed": 'a list of measures, for example ["loyalty"]'},
    )

    @field_validator("measures")
    @classmethod
    def _there_are(
        cls, names: tuple[str, ...] | None, info: ValidationInfo
    ) -> tuple[str, ...] | None:
        if names is not None and (wrong := measure_mistakes(names)):
            raise ValueError("\n".join(wrong))
        return names


def measure_mistakes(names: tuple[str, ...]) -> list[str]:
    """Return what is wrong with a list of measures."""
    from experiments.branching import NAMES

    if not names:
        return ["given none; allowed: one measure or more"]
    wrong = [
        f"[{place}]: {no_such('measure', name, NAMES)}"
        for place, name in enumerate(names)
        if name not in NAMES
    ]
    for place, name in enumerate(names):
        if name in names[:place]:
            wrong.append(f"[{place}]: given {shown(name)} twice; allowed: once")
    return wrong
