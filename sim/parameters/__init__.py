"""Every parameter of a centre: name, unit, default, range and source.

``Centre()`` is the reference centre. :data:`CLASSROOM` is the size that answers in a blink.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, get_origin

from pydantic import model_validator
from pydantic.fields import FieldInfo

from sim.parameters.base import Group
from sim.parameters.confrontation import Confrontation
from sim.parameters.customers import Customers
from sim.parameters.employer import Employer
from sim.parameters.operations import Operations
from sim.parameters.reps import Reps


class Centre(Operations, Customers, Reps, Confrontation, Employer):
    """A service centre with its market: one value for every parameter."""

    @model_validator(mode="after")
    def _fits_together(self) -> "Centre":
        if self.product_share + self.delay_share + self.misunderstanding_share <= 0.0:
            raise ValueError(
                "product_share, delay_share and misunderstanding_share cannot all be 0"
            )
        if self.detractor > self.promoter:
            raise ValueError(
                f"detractor ({self.detractor}) must not lie above promoter ({self.promoter})"
            )
        if self.lunch_minutes >= self.shift_minutes:
            raise ValueError(
                f"lunch_minutes ({self.lunch_minutes}) must be shorter than "
                f"shift_minutes ({self.shift_minutes})"
            )
        if self.holiday_days >= self.holiday_interval:
            raise ValueError(
                f"holiday_days ({self.holiday_days}) must be shorter than "
                f"holiday_interval ({self.holiday_interval})"
            )
        return self


CLASSROOM: dict[str, int] = {"seats": 4, "customers": 11_600, "team_size": 10}
"""What the class room's centre changes: four seats, one team, contacts per rep as ever."""


class Described(NamedTuple):
    """One parameter as a row of the table of parameters."""

    name: str
    group: str
    default: Any
    unit: str
    low: float | None
    high: float | None
    source: str
    note: str


def describe(model: type[Group] = Centre, prefix: str = "") -> Iterator[Described]:
    """Yield every parameter of ``model``, tables of moves as ``table.move``.

    Parameters
    ----------
    model : type of Group
        :class:`Centre`, or a part of it.
    prefix : str
        What to write before each name.
    """
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and get_origin(kind) is None and issubclass(kind, Group):
            yield from describe(kind, f"{prefix}{name}.")
        else:
            yield _row(prefix + name, model, field)


def _row(name: str, model: type[Group], field: FieldInfo) -> Described:
    extra = field.json_schema_extra
    extra = extra if isinstance(extra, dict) else {}
    bounds = {type(rule).__name__: rule for rule in field.metadata}
    return Described(
        name=name,
        group=_group_of(name, model),
        default=field.default,
        unit=str(extra.get("unit", "")),
        low=getattr(bounds.get("Ge"), "ge", None),
        high=getattr(bounds.get("Le"), "le", None),
        source=str(extra.get("source", "")),
        note=field.description or "",
    )


def _group_of(name: str, model: type[Group]) -> str:
    for part in (Operations, Customers, Reps, Confrontation, Employer):
        if name.split(".")[0] in part.model_fields:
            return part.__name__
    return model.__name__
