"""What the files of kinds that vary the centre have in common, and how such a file is read."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import UnionType
from typing import Any, Self, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, Field, ValidationError, ValidationInfo, field_validator

from experiments.config import Experiment, to_toml
from experiments.config_parts import NAME_RULE, Name, count_of, name_of
from experiments.design import fingerprint
from experiments.errors import RequestError, hint, no_such, shown
from experiments.explain import Location, explain
from experiments.given import list_policies, read_given, unknown_policies
from experiments.kinds.work import NAMES, measured_periods
from experiments.recipes import PolicySpec, Table, listed
from experiments.toml_text import write_toml
from sim.parameters import Centre
from sim.policy import Policy, Support

LEAST_REPLICATIONS = 2
"""With one, noise cannot be told from effects."""

Asked = TypeVar("Asked", bound="Varied")


class Varied(Table):
    """What is simulated at every point: a centre, policies, days, replications."""

    name: Name = name_of("name of the experiment, and of the folder of its results")
    question: str | None = Field(default=None, description="what the experiment is to answer")
    warmup_days: int = count_of(
        365, "days", 0, 36_500, "days under the neutral policy before the branch"
    )
    days: int = count_of(365, "days", 1, 36_500, "days after the branch")
    replications: int = count_of(
        2,
        "runs of each point and policy",
        LEAST_REPLICATIONS,
        1_000,
        "how often every point is run; two at least tell noise from effects",
    )
    seed: int = count_of(2026, "1", 0, 2**31, "key of every random draw")
    policies: tuple[Name, ...] = Field(
        min_length=2,
        description="the policies to compare, shipped or defined under policy",
        json_schema_extra={"allowed": 'a list of two policies or more, for example ["balanced"]'},
    )
    neutral: Name = name_of("the policy of the warm-up", default="neutral")
    period: str = Field(
        default="whole",
        description='the days that are measured: "whole" for all after the branch, or a year',
        json_schema_extra={"allowed": '"whole" or a reported year, for example "year_1"'},
    )
    centre: Centre = Field(
        default_factory=Centre, description="the service centre, where nothing varies"
    )
    support: Support | None = Field(
        default=None,
        description="one support package for every policy, that of the warm-up included",
    )
    support_budget: float | None = Field(
        default=None,
        ge=0.0,
        le=1_000.0,
        description="what every policy's support package is scaled to cost",
        json_schema_extra={"unit": "price per rep and month"},
    )
    policy: dict[Name, PolicySpec] = Field(
        default_factory=dict,
        description="policies of this experiment's own; they go before shipped ones of that name",
        json_schema_extra={"allowed": f"a table [policy.NAME] with a name of {NAME_RULE}"},
    )

    @field_validator("policies")
    @classmethod
    def _once_each(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"each policy once; given more often: {', '.join(twice)}")
        return names

    @field_validator("period")
    @classmethod
    def _is_measured(cls, period: str, info: ValidationInfo) -> str:
        days = info.data.get("days")
        keys = [each.key for each in measured_periods(days)] if days else [period]
        if period not in keys:
            listed = ", ".join(f'"{key}"' for key in keys)
            raise ValueError(f"allowed: {listed}{hint(period, keys)}")
        return period

    @cached_property
    def experiment(self) -> Experiment:
        """The comparison at the centre itself: it works the policies out."""
        return Experiment(
            name=self.name,
            policies=self.policies,
            neutral=self.neutral,
            centre=self.centre,
            support=self.support,
            support_budget=self.support_budget,
            policy=self.policy,
            warmup_days=self.warmup_days,
            days=self.days,
            seed=self.seed,
        )

    @cached_property
    def resolved(self) -> dict[str, Policy]:
        """The policies, worked out."""
        return self.experiment.resolved()

    @cached_property
    def titles(self) -> dict[str, str]:
        """Policy: what people call it."""
        return {name: self.experiment.title_of(name) for name in self.policies}

    @cached_property
    def hash(self) -> str:
        """The hash of all that it asks for; its name and its question are none of that."""
        asked = self.model_dump(mode="json", exclude={"name", "question", "policy"})
        used = self.experiment.used_policies()
        return fingerprint([asked, {name: each.model_dump() for name, each in used.items()}])

    def text(self) -> str:
        """Return it as TOML, every default and every policy written out."""
        table: dict[str, Any] = self.model_dump(exclude={"policy"}, exclude_none=True)
        table["policy"] = tomllib.loads(to_toml(self.experiment))["policy"]
        return "# The experiment as resolved, every default written out.\n\n" + write_toml(table)

    def misfits(self) -> list[str]:
        """Return what is wrong with keys that are right each for itself; nothing here."""
        return []

    @classmethod
    def load(cls, source: str | Path, overrides: Sequence[str] = ()) -> Self:
        """Read a file and check all of it.

        Parameters
        ----------
        source : str or Path
            A path, or the bare name of a shipped experiment.
        overrides : sequence of str
            ``key=value`` strings that go before the file.

        Raises
        ------
        RequestError
            With one message for each mistake, all of them at once.
        """
        return _load(cls, source, overrides)


def measures_known(names: Sequence[str]) -> list[str]:
    """Return what is wrong with a list of measures."""
    wrong = [
        f"[{place}]: {no_such('measure', name, NAMES)}"
        for place, name in enumerate(names)
        if name not in NAMES
    ]
    return wrong + [
        f"[{place}]: given {shown(name)} twice; allowed: once"
        for place, name in enumerate(names)
        if name in names[:place]
    ]


def _load(kind: type[Asked], source: str | Path, overrides: Sequence[str]) -> Asked:
    given = read_given(source, overrides)
    raw, where, messages = given.raw, given.where, given.messages
    found = None
    try:
        found = kind.model_validate(_prepared(raw, kind), strict=True)
    except ValidationError as error:
        messages += explain(error, kind, where)
    list_policies(raw)
    messages += unknown_policies(raw, _named(raw), where)
    if found is not None and not messages:
        messages += [where(()) + text for text in found.misfits()]
    if found is not None and not messages:
        try:
            found.experiment.used_policies()
        except RequestError as error:
            start = f"experiment {found.name}: "
            messages += [where(()) + text.removeprefix(start) for text in error.messages]
    if messages or found is None:
        raise RequestError(messages)
    return found


def _named(raw: Mapping[str, Any]) -> Iterator[tuple[Any, Location]]:
    """Yield what stands where a file names policies, and where that is."""
    names = raw.get("policies")
    for place, name in enumerate(names if isinstance(names, list) else ()):
        yield name, ("policies", place)
    yield raw.get("neutral", "neutral"), ("neutral",)


def _prepared(table: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """Turn what TOML reads into what strict validation takes: tuples, and 1 for 1.0."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        field = model.model_fields.get(name)
        found[name] = value if field is None else _as(value, field.annotation)
    return found


def _as(value: Any, annotation: Any) -> Any:
    inner = _model_in(annotation)
    if isinstance(value, list):
        return tuple(_as(each, _entry_of(annotation)) for each in value)
    if isinstance(value, float) and annotation is int and value.is_integer():
        return int(value)
    if isinstance(value, dict) and inner is PolicySpec:
        return {
            key: listed(each) if isinstance(each, dict) else each for key, each in value.items()
        }
    if isinstance(value, dict) and get_origin(annotation) is dict:
        return {key: _as(each, inner) for key, each in value.items()}
    if isinstance(value, dict) and inner is not None:
        return _prepared(value, inner)
    return value


def _entry_of(annotation: Any) -> Any:
    """Return what a list's entries are."""
    parts = [part for part in get_args(annotation) if part not in (Ellipsis, type(None))]
    return parts[0] if parts else None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model that an annotation holds: itself, optional, in a tuple or a dict."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (dict, tuple, Union, UnionType):
        for part in reversed(get_args(annotation)):
            if (inner := _model_in(part)) is not None:
                return inner
    return None
