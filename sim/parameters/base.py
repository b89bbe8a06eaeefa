"""How a parameter is declared: one line with its unit, range, meaning and source."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from sim.moves import MOVE_NAMES


class Group(BaseModel):
    """A group of parameters: frozen, and closed to unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def parameter(
    default: float,
    unit: str,
    low: float,
    high: float,
    note: str,
    source: str = "assumed",
) -> Any:
    """Declare a parameter.

    Parameters
    ----------
    default : float or int
        The value of the reference centre.
    unit : str
        The unit, "1" where there is none.
    low, high : float
        The plausible range; values outside are refused.
    note : str
        What it is.
    source : str
        Where the default or the range comes from: an id of EVIDENCE, or "assumed".
    """
    return Field(
        default=default,
        ge=low,
        le=high,
        description=note,
        json_schema_extra={"unit": unit, "source": source},
    )


def switch(default: bool, note: str, source: str = "assumed") -> Any:
    """Declare a mechanism that is on or off."""
    return Field(
        default=default, description=note, json_schema_extra={"unit": "on/off", "source": source}
    )


def move_table(
    name: str,
    module: str,
    unit: str,
    low: float,
    high: float,
    note: str,
    source: str,
    **defaults: float,
) -> type[Group]:
    """Build the class of a table with one number for each move.

    Parameters
    ----------
    name, module : str
        Name of the class, and the module in which it stands under that name, so that
        it can be pickled.
    unit, low, high, note, source
        As for :func:`parameter`, shared by the sixteen numbers.
    **defaults : float
        The default of each move that is not 0.
    """
    unknown = set(defaults) - set(MOVE_NAMES)
    if unknown:
        raise ValueError(f"no such moves: {sorted(unknown)}")
    namespace: dict[str, Any] = {"__doc__": note, "__annotations__": {}, "__module__": module}
    for move in MOVE_NAMES:
        namespace["__annotations__"][move] = float
        namespace[move] = parameter(
            defaults.get(move, 0.0), unit, low, high, f"{note}: {move.replace('_', ' ')}", source
        )
    return type(name, (Group,), namespace)
