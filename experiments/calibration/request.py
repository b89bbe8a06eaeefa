"""A calibration's file, validated: which facts, which parameters in which ranges, how many runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from experiments.catalogue import shipped_folder
from experiments.config_parts import Name, count_of, name_of
from experiments.design import fingerprint
from experiments.errors import RequestError, no_such, shown
from experiments.explain import Location, explain
from experiments.recipes import Table
from experiments.toml_text import read_toml, write_toml
from sim.parameters import describe

Scale = Literal["linear", "log"]

MOST_REPEATS = 100
"""Seeds that a set has for itself."""


class Range(Table):
    """Where a parameter may lie before anything has been seen; all of it is equally likely."""

    low: float = Field(description="the least value")
    high: float = Field(description="the greatest value")
    scale: Scale = Field(
        default="linear",
        description="on which scale all values are equally likely",
        json_schema_extra={"allowed": '"linear" or "log"'},
    )

    @model_validator(mode="after")
    def _is_a_range(self) -> "Range":
        if not self.low < self.high:
            raise ValueError(f"low ({self.low:g}) must lie below high ({self.high:g})")
        if self.scale == "log" and self.low <= 0.0:
            raise ValueError(f'low ({self.low:g}) must lie above 0 where scale is "log"')
        return self


def _number(default: float, unit: str, low: float, high: float, description: str) -> Any:
    return Field(
        default=default, ge=low, le=high, description=description, json_schema_extra={"unit": unit}
    )


class Waves(Table):
    """History matching: how many runs each wave has, and what is ruled out."""

    runs: tuple[int, ...] = Field(
        min_length=1,
        description="runs of each wave",
        json_schema_extra={"allowed": "a list of whole numbers from 8 up, for example [192, 96]"},
    )
    pilot: int = count_of(
        12, "runs", 4, MOST_REPEATS, "runs of the middle of the ranges, for the noise"
    )
    cut: float = _number(3.0, "standard deviations", 0.5, 10.0, "implausibility that rules out")
    discrepancy: float = _number(
        0.05, "x band", 0.0, 1.0, "what the model may miss a band by, as a share of its width"
    )

    @field_validator("runs")
    @classmethod
    def _enough(cls, runs: tuple[int, ...]) -> tuple[int, ...]:
        if few := [count for count in runs if count < 8]:
            raise ValueError(f"each at least 8; given {few[0]}")
        return runs


class Acceptance(Table):
    """Acceptance by simulation: what a plausible set is, and how many are wanted."""

    sets: int = count_of(64, "sets", 2, 10_000, "plausible sets wanted")
    at_least: int = count_of(50, "sets", 2, 10_000, "sets that the ensemble has in any case")
    repeats: int = count_of(
        4,
        "runs",
        2,
        MOST_REPEATS - 1,
        "fresh runs of each set by which it is judged, each with a seed of its own",
    )
    sigmas: float = _number(
        1.0, "standard errors", 0.0, 6.0, "by which a mean of repeats may lie out of its band"
    )
    screen: float = _number(
        1.0,
        "standard deviations",
        0.5,
        10.0,
        "within which of all bands one run of a set must lie to be judged at all",
    )
    batch: int = count_of(64, "sets", 2, 10_000, "sets that are moved in each round")
    most_runs: int = count_of(360, "runs", 4, 1_000_000, "runs of all rounds together, at most")

    @model_validator(mode="after")
    def _fits_together(self) -> "Acceptance":
        if self.at_least > self.sets:
            raise ValueError(f"at_least ({self.at_least}) must not lie above sets ({self.sets})")
        return self


class Confirmation(Table):
    """The last step: how some of the sets do on the whole sampling plan."""

    sets: int = count_of(10, "sets", 0, 1_000, "sets run on the whole plan, the medoid among them")


class Calibration(Table):
    """A calibration, as its file has it."""

    name: Name = name_of("name of the calibration, and of the folder of its results")
    seed: int = count_of(2026, "1", 0, 2**31, "key of every draw")
    facts: tuple[str, ...] = Field(
        min_length=1,
        description="the facts to calibrate to, of class C",
        json_schema_extra={"allowed": 'a list of facts of class C, for example ["S1", "S19"]'},
    )
    reported: tuple[str, ...] = Field(
        default=(),
        description="facts of class C that are shown, and neither steer nor judge",
        json_schema_extra={"allowed": "a list of facts of class C that are not under facts"},
    )
    waves: Waves = Field(description="history matching")
    acceptance: Acceptance = Field(default_factory=Acceptance, description="acceptance")
    confirm: Confirmation = Field(default_factory=Confirmation, description="the last step")
    free: dict[str, Range] = Field(
        min_length=2, description="the parameters that the facts are to pin down, with their ranges"
    )
    varied: dict[str, Range] = Field(
        default_factory=dict,
        description="drawn likewise, not expected to be pinned down: they carry the unknown",
    )

    carried: dict[str, Range] = Field(
        default_factory=dict,
        description="drawn at random for each set: no design and no emulator knows them",
    )

    @field_validator("free", "varied", "carried")
    @classmethod
    def _in_the_plausible_range(
        cls, ranges: dict[str, Range], info: ValidationInfo
    ) -> dict[str, Range]:
        earlier = [name for name in ("free", "varied") if name != info.field_name]
        taken = {each: name for name in reversed(earlier) for each in info.data.get(name) or {}}
        if wrong := range_mistakes(ranges, taken):
            raise ValueError("\n".join(wrong))
        return ranges

    @property
    def steered(self) -> dict[str, Range]:
        """The parameters that designs and emulators know, the free ones first."""
        return {**self.free, **self.varied}

    @property
    def ranges(self) -> dict[str, Range]:
        """All parameters that are drawn."""
        return {**self.steered, **self.carried}

    @property
    def hash(self) -> str:
        """The hash of all that it asks for."""
        return fingerprint(self.model_dump(mode="json"))

    def text(self) -> str:
        """Return it as TOML, every default written out."""
        return "# The calibration, every default written out.\n\n" + write_toml(self.model_dump())


def range_mistakes(ranges: Mapping[str, Range], taken: Mapping[str, str]) -> list[str]:
    """Return what is wrong with ranges: unknown names, values that the model refuses.

    Parameters
    ----------
    ranges : mapping
        By the parameter's name.
    taken : mapping
        Parameters that stand in another table already, and in which.
    """
    known = {row.name: row for row in describe() if not isinstance(row.default, bool)}
    wrong = []
    for name, given in ranges.items():
        row = known.get(name)
        if row is None:
            wrong.append(f"[{shown(name)}]: {no_such('parameter with a range', name, known)}")
        elif name in taken:
            wrong.append(f"[{shown(name)}]: is under {taken[name]} already; allowed: once")
        elif (row.low is not None and given.low < row.low) or (
            row.high is not None and given.high > row.high
        ):
            wrong.append(
                f"[{shown(name)}]: given {given.low:g} to {given.high:g}; allowed: within "
                f"{row.low:g} to {row.high:g} ({row.unit}), the parameter's plausible range"
            )
    return wrong


DEFAULT = Path("calibration") / "reference.toml"
"""The shipped calibration, in the folder of the shipped files."""


def load_calibration(source: str | Path | None = None) -> Calibration:
    """Read a calibration's file and check all of it.

    Parameters
    ----------
    source : str, Path or None
        The file; the shipped one where None.

    Raises
    ------
    RequestError
        With one message for each mistake, all of them at once.
    """
    path = shipped_folder() / DEFAULT if source is None else Path(source)
    raw = read_toml(path)

    def where(key: Location) -> str:
        return f"{path}: "

    try:
        return Calibration.model_validate(_prepared(raw), strict=True)
    except ValidationError as error:
        raise RequestError(explain(error, Calibration, where)) from None


def _prepared(raw: dict[str, Any]) -> dict[str, Any]:
    """Turn what TOML reads into what strict validation takes: tuples, and 1 for 1.0."""
    for table, name in ((raw, "facts"), (raw, "reported"), (raw.get("waves"), "runs")):
        if isinstance(table, dict) and isinstance(table.get(name), list):
            table[name] = tuple(table[name])
    return raw
