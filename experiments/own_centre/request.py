"""The file of a user's own centre, validated: what is known of it, its KPIs, a log of contacts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from experiments.calibration.request import (
    Acceptance,
    Calibration,
    Confirmation,
    Range,
    Waves,
    load_calibration,
    range_mistakes,
)
from experiments.config_parts import Name, count_of, name_of
from experiments.design import fingerprint
from experiments.errors import RequestError
from experiments.explain import Location, explain
from experiments.own_centre.given import Given, KpiName, Log, Money
from experiments.own_centre.kpis import KPIS
from experiments.own_centre.measured import Measured
from experiments.own_centre.targets import PREFIX, SIGMAS
from experiments.recipes import Kitchen, PolicySpec, Table, listed
from experiments.toml_text import read_toml, write_toml
from sim.parameters import Centre
from sim.parameters import describe as describe_parameters
from sim.policy import Policy

KIND: Literal["own-centre"] = "own-centre"
TABLES = ("free", "varied", "carried")
WIDE = 2.0
"""A free parameter without a stated range lies between half and twice its default (assumed)."""


LEAST_DAYS = 15
"""Days that a run has at least: two windows of repeats, and a day."""


class Simulated(Table):
    """How the centre is simulated for each set of parameters."""

    warmup_days: int = count_of(365, "days", 0, 3650, "days before anything is counted")
    days: int = count_of(365, "days", LEAST_DAYS, 3650, "days that are counted")
    replications: int = count_of(1, "runs", 1, 100, "runs whose mean counts as one")


class OwnCentre(Table):
    """A user's own centre, as its file has it."""

    kind: Literal["own-centre"] = Field(
        default=KIND, description="what the file is", json_schema_extra={"allowed": f'"{KIND}"'}
    )
    name: Name = name_of("name of the centre, and of the folder of its results")
    seed: int = count_of(2026, "1", 0, 2**31, "key of every draw")
    handled_by: Name = name_of(
        "the policy that comes nearest to how the centre handles conflicts", default="neutral"
    )
    policy: dict[Name, PolicySpec] = Field(
        default_factory=dict,
        description="policies of the centre's own",
        json_schema_extra={"allowed": "a table [policy.NAME]"},
    )
    centre: Centre = Field(default_factory=Centre, description="what is known of it for sure")
    money: Money | None = Field(default=None, description="what one price is")
    kpi: dict[KpiName, Given] = Field(default_factory=dict, description="its KPIs")
    contacts: Log | None = Field(default=None, description="a log of its contacts")
    sigmas: float = Field(
        default=SIGMAS,
        ge=0.0,
        le=6.0,
        description="standard errors that a band has to either side",
        json_schema_extra={"unit": "standard errors"},
    )
    tolerance: dict[KpiName, float] = Field(
        default_factory=dict,
        description="what the model may miss a KPI by, in the measure's own unit",
        json_schema_extra={"allowed": "a table, for example { aht = 0.5 }"},
    )
    simulated: Simulated = Field(default_factory=Simulated, description="the runs")
    waves: Waves = Field(
        default_factory=lambda: Waves(runs=(64, 32)), description="history matching"
    )
    acceptance: Acceptance = Field(default_factory=Acceptance, description="acceptance")
    confirm: Confirmation = Field(default_factory=Confirmation, description="the last step")
    free: dict[str, Range] | None = Field(
        default=None, description="what the KPIs are to pin down; by the KPIs where absent"
    )
    varied: dict[str, Range] = Field(
        default_factory=dict, description="drawn likewise, not expected to be pinned down"
    )
    carried: dict[str, Range] | None = Field(
        default=None,
        description="drawn at random for each set; the rest of the shipped calibration's where "
        "absent",
    )

    @field_validator("tolerance")
    @classmethod
    def _no_less_than_nothing(cls, given: dict[str, float]) -> dict[str, float]:
        if wrong := [name for name, value in given.items() if value < 0.0]:
            raise ValueError("\n".join(f"[{name}]: allowed: from 0 up" for name in wrong))
        return given

    @model_validator(mode="after")
    def _fits_together(self) -> "OwnCentre":
        if wrong := mistakes({name: getattr(self, name) for name in type(self).model_fields}):
            raise ValueError("\n".join(wrong))
        return self

    @property
    def known(self) -> dict[str, Any]:
        """The parameters that the file states, as overrides of the defaults.

        With seats and no customers, there are as many customers a seat as in the reference centre;
        unless their number is among the ranges.
        """
        found = flat(self.centre)
        ranged = {name for table in TABLES for name in getattr(self, table) or ()}
        if "seats" in found and not {"customers"} & (found.keys() | ranged):
            usual = Centre()
            found["customers"] = max(1, round(usual.customers / usual.seats * found["seats"]))
        return found

    @property
    def hash(self) -> str:
        """The hash of all that it asks for; where the file of contacts lies is none of that."""
        table = self._written()
        if self.contacts is not None:
            table["contacts"]["file"] = Path(self.contacts.file).name
        return fingerprint(table)

    def text(self) -> str:
        """Return it as TOML, the defaults of how it is calibrated written out."""
        start = "# The calibration to a centre of one's own, its defaults written out.\n\n"
        return start + write_toml(self._written())

    def _written(self) -> dict[str, Any]:
        table = self.model_dump(exclude_none=True)
        # What is not stated of the centre, of a KPI or of a policy is not known, or says nothing.
        table["centre"] = self.centre.model_dump(exclude_unset=True)
        for name in ("kpi", "policy"):
            entries = getattr(self, name).items()
            table[name] = {key: each.model_dump(exclude_unset=True) for key, each in entries}
        return table

    def given(self) -> dict[str, Measured]:
        """Return the KPIs that the file states, in the units of the measures."""
        return {name: each.measured(KPIS[name], self.money) for name, each in self.kpi.items()}

    def plan(self, kpis: list[str]) -> dict[str, Any]:
        """Return what a simulation is told beside the parameters; see ``observe``."""
        return {
            "known": self.known,
            "policy": self.followed.model_dump(),
            **self.simulated.model_dump(),
            "kpis": {PREFIX + name: list(KPIS[name].measures) for name in kpis},
        }

    @property
    def followed(self) -> Policy:
        """The policy by which the centre handles its conflicts."""
        return Kitchen(self.policy, lambda _: "").policy(self.handled_by, ("handled_by",))

    def luck_plan(self, kpis: list[str], days: int | None = None) -> dict[str, Any]:
        """Return the plan of runs that show the luck of a single centre; see ``with_luck``.

        Parameters
        ----------
        kpis : list of str
            Those that there are.
        days : int or None
            Over how many days the data go; as many as are simulated otherwise where None.
        """
        stretch = self.simulated.days if days is None else max(days, LEAST_DAYS)
        return {**self.plan(kpis), "days": stretch, "replications": 1}

    def calibration(self, kpis: list[str]) -> Calibration:
        """Return the calibration that is asked for, with the KPIs in the place of facts.

        Parameters
        ----------
        kpis : list of str
            Those that there are: given, or computed from the log of contacts.

        Raises
        ------
        RequestError
            Where fewer than two parameters are left to be pinned down.
        """
        known = flat(self.centre)
        shipped = load_calibration().ranges
        if self.free is None:
            asked = [name for each in kpis for name in KPIS[each].moved_by]
            taken = {*known, *self.varied, *(self.carried or {})}
            free = {
                name: shipped.get(name) or wide(name)
                for name in dict.fromkeys(asked)
                if name not in taken
            }
        else:
            free = self.free
        if len(free) < 2:
            said = ", ".join(free) or "none"
            raise RequestError(
                [
                    f"{self.name}: free parameters are {said}; allowed: at least two, by more KPIs "
                    "or under [free]"
                ]
            )
        carried = self.carried
        if carried is None:
            used = {*free, *self.varied, *self.known}
            carried = {name: each for name, each in shipped.items() if name not in used}
        return Calibration(
            name=self.name,
            seed=self.seed,
            facts=tuple(PREFIX + name for name in kpis),
            waves=self.waves,
            acceptance=self.acceptance,
            confirm=self.confirm,
            free=free,
            varied=self.varied,
            carried=carried,
        )


def flat(centre: Centre) -> dict[str, Any]:
    """Return what was stated of a centre, a number of a table as ``"anger_of_moves.listen"``."""
    found: dict[str, Any] = {}
    for name, value in centre.model_dump(exclude_unset=True).items():
        if isinstance(value, dict):
            found.update({f"{name}.{move}": number for move, number in value.items()})
        else:
            found[name] = value
    return found


def wide(name: str) -> Range:
    """Return the range of a free parameter of which none is stated, cut to its plausible range."""
    row = next(row for row in describe_parameters() if row.name == name)
    ends = sorted((row.default / WIDE, row.default * WIDE))
    low = ends[0] if row.low is None else max(ends[0], row.low)
    high = ends[1] if row.high is None else min(ends[1], row.high)
    return Range(low=low, high=high, scale="log" if low > 0.0 else "linear")


def mistakes(parts: Mapping[str, Any]) -> list[str]:
    """Return what does not fit together, given the parts of the file that are right in themselves.

    Each message begins with its key.
    """
    wrong = []
    kpis, money, contacts = parts.get("kpi"), parts.get("money"), parts.get("contacts")
    if "money" in parts:
        for name, given in (kpis or {}).items():
            wrong += [f"kpi.{name}{line}" for line in given.mistakes(KPIS[name], money)]
    if kpis is not None and "contacts" in parts and not kpis and contacts is None:
        wrong.append(
            "given no [kpi.NAME] and no [contacts]; allowed: at least one of them, for example "
            f"[kpi.aht]; there are {', '.join(KPIS)}"
        )
    known = flat(parts["centre"]) if "centre" in parts else {}
    taken = dict.fromkeys(known, "[centre]")
    for table in TABLES:
        ranges = parts.get(table) or {}
        wrong += [table + line for line in range_mistakes(ranges, taken)]
        taken.update(dict.fromkeys(ranges, table))
    if "policy" in parts and isinstance(parts.get("handled_by"), str):
        kitchen = Kitchen(parts["policy"], lambda _: "")
        wanted: list[tuple[str, Location]] = [(parts["handled_by"], ("handled_by",))]
        wanted += [(name, ("policy", name)) for name in parts["policy"]]
        wrong += kitchen.mistakes(wanted)
    return wrong


def load_own_centre(source: str | Path) -> OwnCentre:
    """Read the file of a user's own centre and check all of it.

    Parameters
    ----------
    source : str or Path
        The file.

    Raises
    ------
    RequestError
        With one message for each mistake, all of them at once.
    """
    path = Path(source)
    raw = _prepared(read_toml(path))

    def where(key: Location) -> str:
        return f"{path}: "

    try:
        found = OwnCentre.model_validate(raw, strict=True)
    except ValidationError as error:
        messages = explain(error, OwnCentre, where)
        if any(detail["loc"] for detail in error.errors(include_url=False)):
            # Some part is wrong in itself, so that the rest was not held together yet.
            messages += [f"{path}: {line}" for line in mistakes(_right_parts(raw))]
        raise RequestError(list(dict.fromkeys(messages))) from None
    if found.contacts is not None and not Path(found.contacts.file).is_absolute():
        log = found.contacts.model_copy(update={"file": str(path.parent / found.contacts.file)})
        found = found.model_copy(update={"contacts": log})
    return found


def _right_parts(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return those parts of a file that are right in themselves, validated; entry by entry."""
    found: dict[str, Any] = {}
    singles: dict[str, type[BaseModel]] = {"centre": Centre, "money": Money, "contacts": Log}
    for name, single in singles.items():
        if name not in raw:
            found[name] = single() if name == "centre" else None
        elif (part := _right(single, raw[name])) is not None:
            found[name] = part
    tables: dict[str, type[BaseModel]] = {"kpi": Given, "policy": PolicySpec}
    tables |= dict.fromkeys(TABLES, Range)
    for name, entry in tables.items():
        given = raw.get(name, {})
        if not isinstance(given, dict):
            continue
        parts = {key: _right(entry, each) for key, each in given.items()}
        found[name] = {
            key: part
            for key, part in parts.items()
            if part is not None and (name != "kpi" or key in KPIS)
        }
        if None in parts.values() and name == "policy":
            del found[name]  # what rests on a policy that is wrong would be wrong by that alone
        if name == "kpi" and given and not found[name]:
            del found[name]  # there are some, if wrong ones
    found["handled_by"] = raw.get("handled_by", "neutral")
    return found


def _right(model: type[BaseModel], raw: Any) -> Any:
    try:
        return model.model_validate(raw, strict=True)
    except ValidationError:
        return None


def _prepared(raw: dict[str, Any]) -> dict[str, Any]:
    """Turn the lists that TOML reads into the tuples that strict validation takes."""
    waves = raw.get("waves")
    if isinstance(waves, dict) and isinstance(waves.get("runs"), list):
        waves["runs"] = tuple(waves["runs"])
    for name in ("kpi", "policy"):
        table = raw.get(name)
        if isinstance(table, dict):
            raw[name] = {
                key: listed(each) if isinstance(each, dict) else each for key, each in table.items()
            }
    return raw
