"""The file of a frontier, validated: which policies are searched, for what, and how hard."""

import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from experiments.analysis.frontier.objectives import Objectives
from experiments.config import Experiment, written_policies
from experiments.config_parts import Name, count_of, name_of
from experiments.design import fingerprint
from experiments.errors import RequestError, hint
from experiments.explain import Location, explain
from experiments.given import (
    list_policies,
    read_given,
    table_of,
    unknown_policies,
    whole_numbers,
)
from experiments.kinds.frontier.dimensions import Space, Span, number_of, span_mistakes
from experiments.kinds.frontier.objectives import DEFAULT, better, refused
from experiments.periods import WHOLE, periods
from experiments.recipes import Kitchen, PolicySpec, Table
from experiments.toml_text import write_toml
from sim.parameters import Centre
from sim.policy import Policy, Support

if TYPE_CHECKING:
    from experiments.analysis.frontier.evaluated import Effort

KIND: Literal["frontier"] = "frontier"

LEAST_NEW = 4
"""Policies that a search has at least beside those that it starts from."""


class Search(Table):
    """How policies are searched, and how hard."""

    method: Literal["design", "nsga2", "nsga3"] = Field(
        default="design",
        description="a Sobol' design refined around the frontier, or a genetic algorithm of pymoo",
        json_schema_extra={"allowed": '"design", "nsga2" or "nsga3"'},
    )
    runs: int = count_of(
        2000, "runs", 8, 10_000_000, "a replication of a policy is one; named policies' come beside"
    )
    most: int = count_of(
        40, "runs of a policy", 2, 1_000_000, "that a policy in doubt, or a named one, may have"
    )
    again: float = Field(
        default=0.3,
        ge=0.0,
        le=0.9,
        description="share of the runs kept for policies of which it is not sure whether they are "
        "on the frontier",
    )
    population: int = count_of(40, "policies", 4, 10_000, "of a generation, of genetic algorithms")


class Request(Table):
    """A frontier, as its file has it. Read one with :func:`load_request`."""

    name: Name = name_of("name of the experiment, and of the folder of its results")
    question: str | None = Field(default=None, description="what it is to answer")
    kind: Literal["frontier"] = Field(
        default=KIND, description="what is done", json_schema_extra={"allowed": f'"{KIND}"'}
    )
    warmup_days: int = count_of(
        730, "days", 0, 36_500, "days under the neutral policy before the branch"
    )
    days: int = count_of(1095, "days", 1, 36_500, "days after the branch")
    period: str = Field(
        default=WHOLE.key,
        description='the days that count: "whole" for all after the branch, or a year',
        json_schema_extra={"allowed": '"whole" or a reported year, for example "year_3"'},
    )
    replications: int = count_of(10, "runs of a policy", 2, 1_000_000, "of every policy at first")
    seed: int = count_of(2026, "1", 0, 2**32 - 1, "key of every random draw")
    objectives: tuple[str, ...] = Field(
        default=DEFAULT,
        description="what a policy is to be good at",
        json_schema_extra={
            "allowed": 'a list of two to four names, for example ["loyalty", "exhaustion", "cost"]'
        },
    )
    policies: tuple[Name, ...] = Field(
        default=(),
        description="policies by name that are held against the frontier",
        json_schema_extra={"allowed": 'a list of names of policies, for example ["balanced"]'},
    )
    neutral: Name = name_of("the policy of the warm-up, and the outside option", default="neutral")
    base: Name = name_of("the policy that gives all numbers that are not searched")
    dimension: dict[str, Span] = Field(
        min_length=1,
        description="the numbers of a policy that are searched, each with its ends",
        json_schema_extra={"allowed": "a table, for example { boundary = { low = 0, high = 1 } }"},
    )
    search: Search = Field(default_factory=Search, description="how, and how hard")
    slack: dict[str, float] = Field(
        default_factory=dict,
        description="what may be lost of an objective and counts as nothing, in its own unit",
        json_schema_extra={"allowed": "a table, for example { loyalty = 0.001 }"},
    )
    reference: dict[str, float] | None = Field(
        default=None,
        description="where the hypervolume is counted from; a tenth of the range below the worst "
        "where absent",
        json_schema_extra={"allowed": "a table with a number for every objective"},
    )
    centre: Centre = Field(default_factory=Centre, description="the service centre")
    support: Support | None = Field(
        default=None, description="one support package for every policy, but for what is searched"
    )
    policy: dict[Name, PolicySpec] = Field(
        default_factory=dict,
        description="policies of this file's own; they go before shipped ones of that name",
        json_schema_extra={"allowed": "a table [policy.NAME]"},
    )

    @field_validator("objectives")
    @classmethod
    def _can_be_compared(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [f"[{at}]: {said}" for at, name in enumerate(names) if (said := refused(name))]
        if not 2 <= len(names) <= 4:
            wrong.append(f": given {len(names)}; allowed: two to four")
        if twice := sorted({name for name in names if names.count(name) > 1}):
            wrong.append(f": each once; given more often: {', '.join(twice)}")
        if wrong:
            raise ValueError("\n".join(line.removeprefix(": ") for line in wrong))
        return names

    @field_validator("policies")
    @classmethod
    def _once_each(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"each policy once; given more often: {', '.join(twice)}")
        return names

    @field_validator("period")
    @classmethod
    def _is_measured(cls, period: str, info: ValidationInfo) -> str:
        days = info.data.get("days")
        keys = [WHOLE.key, *(each.key for each in periods(days or 0))]
        if days is not None and period not in keys:
            names = ", ".join(f'"{key}"' for key in keys)
            raise ValueError(f"allowed: {names}{hint(period, keys)}")
        return period

    @field_validator("dimension")
    @classmethod
    def _of_a_policy(cls, spans: dict[str, Span]) -> dict[str, Span]:
        if wrong := span_mistakes(spans):
            raise ValueError("\n".join(wrong))
        return spans

    @field_validator("slack", "reference")
    @classmethod
    def _of_objectives(
        cls, given: dict[str, float] | None, info: ValidationInfo
    ) -> dict[str, float] | None:
        names = info.data.get("objectives")
        if names is None or given is None:
            return given
        wrong = [
            f"[{name}]: no objective; allowed: {', '.join(names)}{hint(name, names)}"
            for name in given
            if name not in names
        ]
        if info.field_name == "slack":
            wrong += [
                f"[{name}]: given {x:g}; allowed: from 0 up" for name, x in given.items() if x < 0
            ]
        elif missing := [name for name in names if name not in given]:
            wrong.append(f"[{missing[0]}]: missing; allowed: a number for every objective")
        if wrong:
            raise ValueError("\n".join(wrong))
        return given

    @model_validator(mode="after")
    def _is_enough(self) -> "Request":
        asked, wrong = self.search, []
        if asked.most < self.replications:
            wrong.append(
                f"search.most: given {asked.most}; allowed: no less than the {self.replications} "
                "replications of every policy"
            )
        # Where the search starts: the named policies and the outside option, and a few more.
        least = len(self.policies) + 1 + LEAST_NEW
        each = self.replications / (1.0 - asked.again)
        if int(asked.runs / each) < least:
            wrong.append(
                f"search.runs: given {asked.runs}; allowed: enough for {least} policies of "
                f"{self.replications} replications each beside the share for doing again: "
                f"{math.ceil(least * each)} or more"
            )
        if wrong:
            raise ValueError("\n".join(wrong))
        return self

    @property
    def effort(self) -> "Effort":
        """How much a search may do."""
        # Imported late: what lists files must not wait for statistics.
        from experiments.analysis.frontier.evaluated import Effort

        asked = self.search
        return Effort(asked.runs, self.replications, asked.most, asked.again)

    @property
    def wanted(self) -> Objectives:
        """The objectives with their better sides."""
        return Objectives(self.objectives, tuple(map(better, self.objectives)))

    @property
    def slacks(self) -> tuple[float, ...]:
        """What may be lost of each objective."""
        return tuple(self.slack.get(name, 0.0) for name in self.objectives)

    @cached_property
    def space(self) -> Space:
        """The part of the strategy space that is searched."""
        ends = {
            name: (number_of(name, span.low), number_of(name, span.high))
            for name, span in self.dimension.items()
        }
        return Space(self.experiment.resolved()[self.base], ends)

    @cached_property
    def experiment(self) -> Experiment:
        """The comparison of the named policies: it works policies out."""
        return Experiment(
            name=self.name,
            policies=tuple(dict.fromkeys((*self.policies, self.base))),
            neutral=self.neutral,
            centre=self.centre,
            support=self.support,
            policy=self.policy,
            warmup_days=self.warmup_days,
            days=self.days,
            seed=self.seed,
        )

    @cached_property
    def named(self) -> dict[str, Policy]:
        """The named policies, worked out."""
        found = self.experiment.resolved()
        return {name: found[name] for name in self.policies}

    @cached_property
    def outside(self) -> Policy:
        """The policy of the warm-up, which is the outside option."""
        return self.experiment.neutral_policy()

    @cached_property
    def titles(self) -> dict[str, str]:
        """What people call the named policies."""
        return {name: self.experiment.title_of(name) for name in self.policies}

    @property
    def hash(self) -> str:
        """The hash of all that determines what is found: words and names of policies do not."""
        told = {"name", "question", "policy", "support", "policies", "base", "neutral", "dimension"}
        used = [*self.named.values(), self.outside, self.space.base]
        return fingerprint(
            [
                self.model_dump(exclude=told),
                [policy.model_dump() for policy in used],
                list(self.policies),
                dict(self.space.ends),
            ]
        )

    def text(self) -> str:
        """Return it as TOML, every default and every policy written out."""
        table = self.model_dump(exclude={"policy"}, exclude_none=True)
        kitchen = Kitchen(self.policy, lambda _: "")
        table["policy"] = written_policies(kitchen, self.experiment.used_policies())
        return "# The experiment as resolved, every default written out.\n\n" + write_toml(table)


def load_request(source: str | Path, overrides: Sequence[str] = ()) -> Request:
    """Read the file of a frontier and check all of it.

    Parameters
    ----------
    source : str or Path
        A path, or the bare name of a shipped experiment.
    overrides : sequence of str
        ``key=value`` strings that go before the file, for example ``centre.seats=4``.

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
    messages += unknown_policies(raw, _named(raw), given.where)
    if messages or request is None:
        raise RequestError(list(dict.fromkeys(messages)))
    return request


def _prepare(raw: dict[str, Any]) -> None:
    """Turn what TOML reads into what strict validation takes, in place."""
    whole_numbers(raw, Request)
    whole_numbers(table_of(raw, "centre"), Centre)
    whole_numbers(table_of(raw, "search"), Search)
    for name in ("policies", "objectives"):
        if isinstance(raw.get(name), list):
            raw[name] = tuple(raw[name])
    list_policies(raw)


def _named(raw: dict[str, Any]) -> Iterator[tuple[Any, Location]]:
    """Yield what stands where a file names policies, and where that is."""
    names = raw.get("policies")
    for at, name in enumerate(names if isinstance(names, tuple) else ()):
        yield name, ("policies", at)
    yield raw.get("base"), ("base",)
    yield raw.get("neutral", "neutral"), ("neutral",)
