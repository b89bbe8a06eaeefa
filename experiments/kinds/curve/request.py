"""The file of a curve, validated: what is swept, what is held, and what is looked at."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from experiments.config import outfitted, written_policies
from experiments.config_parts import NAME_RULE, Name, count_of, name_of
from experiments.design import fingerprint
from experiments.errors import RequestError, hint
from experiments.explain import Location, dotted, explain
from experiments.given import (
    list_policies,
    read_given,
    table_of,
    unknown_policies,
    whole_numbers,
)
from experiments.kinds.curve.parts import Line, Refine, Sweep, changed_centre, measure_mistakes
from experiments.periods import WHOLE, periods
from experiments.recipes import Kitchen, PolicySpec, Table
from experiments.toml_text import write_toml
from sim.parameters import Centre
from sim.policy import Policy, Support

KIND: Literal["curve"] = "curve"

SHOWN = (
    "loyalty",
    "retention",
    "csat",
    "exhaustion",
    "burnout",
    "attrition",
    "cost_per_contact",
    "compensation_per_conflict",
    "profit_per_customer",
)
"""The measures that are drawn unless others are asked for: customers, reps, money."""

ONLY = "curve"
"""The name of the curve where the file names none."""

LEAST_REPLICATIONS = 2
"""With one there is no band."""


class Request(Table):
    """A curve, as its file has it. Read one with :func:`load_request`."""

    name: Name = name_of("name of the experiment, and of the folder of its results")
    question: str | None = Field(default=None, description="what it is to answer")
    kind: Literal["curve"] = Field(
        default=KIND, description="what is done", json_schema_extra={"allowed": f'"{KIND}"'}
    )
    warmup_days: int = count_of(
        730, "days", 0, 36_500, "days under the neutral policy before the branch"
    )
    days: int = count_of(365, "days", 1, 36_500, "days after the branch")
    replications: int = count_of(
        30, "runs of each point", LEAST_REPLICATIONS, 1_000_000, "how often every point is run"
    )
    seed: int = count_of(2026, "1", 0, 2**32 - 1, "key of every random draw")
    period: str = Field(
        default=WHOLE.key,
        description='the days that count: "whole" for all after the branch, or a year',
        json_schema_extra={"allowed": '"whole" or a reported year, for example "year_1"'},
    )
    measures: tuple[str, ...] = Field(
        default=SHOWN,
        description="the measures that are drawn; the tables have all",
        json_schema_extra={"allowed": 'a list of measures, for example ["loyalty", "exhaustion"]'},
    )
    base: Name | None = name_of(
        "the policy whose other numbers hold; not needed with through", default=None
    )
    neutral: Name = name_of("the policy of the warm-up", default="neutral")
    sweep: tuple[Sweep, ...] = Field(
        description="what is swept: one dimension or two",
        json_schema_extra={"allowed": "one or two tables [[sweep]] with parameter or through"},
    )
    curve: dict[Name, Line] = Field(
        default_factory=dict,
        description="several curves over the same points, told apart by their policy or centre",
        json_schema_extra={"allowed": f"a table [curve.NAME] with a name of {NAME_RULE}"},
    )
    refine: Refine = Field(default_factory=Refine, description="where points are added")
    centre: Centre = Field(default_factory=Centre, description="the service centre")
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

    @field_validator("period")
    @classmethod
    def _is_measured(cls, period: str, info: ValidationInfo) -> str:
        days = info.data.get("days")
        keys = [WHOLE.key, *(each.key for each in periods(days or 0))]
        if days is not None and period not in keys:
            names = ", ".join(f'"{key}"' for key in keys)
            raise ValueError(f"allowed: {names}{hint(period, keys)}")
        return period

    @field_validator("measures")
    @classmethod
    def _there_are(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := measure_mistakes(names):
            raise ValueError("\n".join(wrong))
        return names

    @field_validator("sweep")
    @classmethod
    def _differ(cls, sweeps: tuple[Sweep, ...]) -> tuple[Sweep, ...]:
        if not 1 <= len(sweeps) <= 2:
            raise ValueError(f"given {len(sweeps)} tables; allowed: one or two dimensions")
        if len(sweeps) == 2 and sweeps[0].parameter == sweeps[1].parameter:
            what = sweeps[0].parameter or "a way through policies"
            raise ValueError(f"both sweep {what}; allowed: two different dimensions")
        return sweeps

    @model_validator(mode="after")
    def _fits_together(self) -> "Request":
        if wrong := list(self._misfits()):
            raise ValueError("\n".join(wrong))
        return self

    def _misfits(self) -> Iterator[str]:
        if not self.blends:
            without = [name for name, line in self.curve.items() if line.base is None]
            if self.base is None and (without or not self.curve):
                yield "base: missing; allowed: the policy whose other numbers hold, by its name"
        else:
            held = {"base": self.base}
            held |= {f"curve.{name}.base": line.base for name, line in self.curve.items()}
            for key, name in held.items():
                if name is not None:
                    yield (
                        f'{key}: given "{name}"; allowed: none, as the policies of through give '
                        "all numbers"
                    )
        of_support = [each.parameter for each in self.sweep if _is_support(each.parameter)]
        if of_support and self.support_budget is not None:
            yield (
                f"support_budget: cannot be kept while {of_support[0]} is swept; allowed: one of "
                "the two"
            )
        count = 1
        for each in self.sweep:
            count *= each.points
        if count > self.refine.points:
            yield (
                f"refine.points: given {self.refine.points}; allowed: at least the {count} points "
                "of sweep, with which it begins"
            )

    @property
    def blends(self) -> bool:
        """Whether a way through policies is swept."""
        return any(each.through is not None for each in self.sweep)

    @property
    def asks(self) -> str:
        """What it asks for, in a few words."""
        first = " x ".join(str(each.points) for each in self.sweep)
        return (
            f"{first} to {self.refine.points} points x {self.replications:,} replications of "
            f"{self.warmup_days:,} + {self.days:,} days"
        )

    @property
    def lines(self) -> dict[str, Line]:
        """The curves by name; one of the file's own settings where it names none."""
        return self.curve or {ONLY: Line()}

    def base_of(self, name: str) -> str | None:
        """Return the name of the policy that a curve holds."""
        return self.lines[name].base or self.base

    @cached_property
    def centres(self) -> dict[str, Centre]:
        """The centre of each curve, by the curve's name."""
        return {name: self._centre(name) for name in self.lines}

    def _centre(self, name: str) -> Centre:
        try:
            return changed_centre(self.centre, self.lines[name].centre)
        except ValueError as error:
            key = dotted(("curve", name, "centre"))
            raise RequestError([f"{key}: {line}" for line in str(error).split("\n")]) from None

    @cached_property
    def kitchen(self) -> Kitchen:
        """Works out the policies."""
        return Kitchen(self.policy, lambda _: f"experiment {self.name}: ")

    @cached_property
    def policies(self) -> dict[str, Policy]:
        """Every policy that plays a part, worked out, the neutral one included."""
        found: dict[str, Policy] = {}
        for name, key in self._named():
            if name not in found:
                found[name] = outfitted(self.kitchen, name, key, self)
        return found

    def _named(self) -> Iterator[tuple[str, Location]]:
        for place, sweep in enumerate(self.sweep):
            for at, name in enumerate(sweep.through or ()):
                yield name, ("sweep", place, "through", at)
        if self.base is not None:
            yield self.base, ("base",)
        for curve, line in self.curve.items():
            if line.base is not None:
                yield line.base, ("curve", curve, "base")
        yield self.neutral, ("neutral",)

    def title_of(self, policy: str) -> str:
        """Return what people call a policy."""
        recipe = self.kitchen.recipe(policy)
        return (recipe.title if recipe else None) or policy

    @cached_property
    def hash(self) -> str:
        """The hash of what determines the points' runs: how many of them is not part of it."""
        asked = self.model_dump(
            mode="json",
            include={"name", "kind", "warmup_days", "days", "seed", "base", "neutral", "sweep"},
        )
        used = {name: each.model_dump() for name, each in self.policies.items()}
        lines = {
            name: [self.base_of(name), centre.model_dump()] for name, centre in self.centres.items()
        }
        return fingerprint([asked, used, lines])

    def text(self) -> str:
        """Return it as TOML, every default and every policy written out."""
        table: dict[str, Any] = self.model_dump(
            exclude={"policy", "support", "support_budget"}, exclude_none=True
        )
        table["policy"] = written_policies(self.kitchen, self.policies)
        return "# The curve as resolved, every default written out.\n\n" + write_toml(table)


def _is_support(parameter: str | None) -> bool:
    return parameter is not None and parameter.startswith("support.")


def load_request(source: str | Path, overrides: Sequence[str] = ()) -> Request:
    """Read a curve's file and check all of it.

    Parameters
    ----------
    source : str or Path
        A path, or the bare name of a shipped experiment.
    overrides : sequence of str
        ``key=value`` strings that go before the file, for example ``replications=4``.

    Raises
    ------
    RequestError
        With one message for each mistake, all of them at once.
    """
    given = read_given(source, overrides)
    raw, messages = given.raw, given.messages
    _prepare(raw)
    request = None
    try:
        request = Request.model_validate(raw, strict=True)
    except ValidationError as error:
        messages += explain(error, Request, given.where)
    messages += unknown_policies(raw, _named_in(raw), given.where)
    if request is not None:
        for look in ("centres", "policies") if not messages else ("centres",):
            try:
                getattr(request, look)
            except RequestError as error:
                start = f"experiment {request.name}: "
                messages += [given.where(()) + text.removeprefix(start) for text in error.messages]
    if messages or request is None:
        raise RequestError(messages)
    return request


def _named_in(raw: Mapping[str, Any]) -> Iterator[tuple[Any, Location]]:
    """Yield what stands where a file names policies, and where that is."""
    sweeps = raw.get("sweep")
    for place, sweep in enumerate(sweeps if isinstance(sweeps, tuple) else ()):
        through = sweep.get("through") if isinstance(sweep, dict) else None
        for at, name in enumerate(through if isinstance(through, tuple) else ()):
            yield name, ("sweep", place, "through", at)
    yield raw.get("base"), ("base",)
    for curve, line in table_of(raw, "curve").items():
        yield (line.get("base") if isinstance(line, dict) else None), ("curve", curve, "base")
    yield raw.get("neutral", "neutral"), ("neutral",)


def _prepare(raw: dict[str, Any]) -> None:
    """Turn what TOML reads into what strict validation takes, in place."""
    whole_numbers(raw, Request)
    whole_numbers(table_of(raw, "centre"), Centre)
    whole_numbers(table_of(raw, "refine"), Refine)
    if isinstance(raw.get("sweep"), dict):
        raw["sweep"] = [raw["sweep"]]
    for table, name in ((raw, "sweep"), (raw, "measures"), (table_of(raw, "refine"), "measures")):
        if isinstance(table.get(name), list):
            table[name] = tuple(table[name])
    for sweep in raw.get("sweep", ()) if isinstance(raw.get("sweep"), tuple) else ():
        if isinstance(sweep, dict):
            whole_numbers(sweep, Sweep)
            if isinstance(sweep.get("through"), list):
                sweep["through"] = tuple(sweep["through"])
    list_policies(raw)
