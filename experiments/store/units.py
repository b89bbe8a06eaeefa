"""The units of the columns of results, for those who ask for them."""

import re

from sim.measures import BY_NAME
from sim.policy import Policy

_PART = re.compile(r"_year_\d+|_from_day_\d+|_before|_last")
"""How columns end that hold a measure over a part of a run."""

_OTHER = {
    "week": "weeks since the branch",
    "warmup_days": "days",
    "days": "days",
    "centre_customers": "customers",
    "centre_seats": "seats",
    "entered": "days since the branch",
    "left": "days since the branch",
    "burnt_out": "days since the branch",
    "day": "days since the branch",
    "minute": "min since midnight",
    "wait": "min",
    "minutes": "min",
    "claim": "price",
    "due": "price",
    "offered": "price",
    "granted": "price",
}
"""Units of columns that are neither a measure nor a number of a policy."""


def unit_of(column: str) -> str:
    """Return the unit of a column of results, empty where it has none.

    Parameters
    ----------
    column : str
        Its name in any of the tables.
    """
    name = column
    if name in _OTHER:
        return _OTHER[name]
    if end := re.search(rf"(?:{_PART.pattern})$", name):
        name = name[: end.start()].removeprefix("warmup_")
    if name in BY_NAME:
        return BY_NAME[name].unit
    for part, field in Policy.model_fields.items():
        table = getattr(field.annotation, "model_fields", {})
        found = table.get(name.removeprefix(f"{part}_"))
        if name.startswith(f"{part}_") and found is not None:
            return str((found.json_schema_extra or {}).get("unit", ""))
    return ""
