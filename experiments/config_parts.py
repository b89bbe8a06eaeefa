"""Tables of an experiment file: switches of policy, and the precision that is asked for."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, StringConstraints, field_validator

from experiments.errors import hint
from experiments.periods import WHOLE, periods
from experiments.recipes import Table

NAME_RULE = "letters, digits, - and _, a letter or digit first, at most 80"
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$")]

LEAST_FIRST_STAGE = 10
"""Replications below which a first estimate of the spread is too rough to plan by (assumed)."""


def name_of(description: str, **more: Any) -> Any:
    """Return a field that holds a name."""
    return Field(description=description, json_schema_extra={"allowed": NAME_RULE}, **more)


def count_of(default: int, unit: str, low: int, high: int, description: str) -> Any:
    """Return a field that holds a whole number."""
    return Field(
        default=default, ge=low, le=high, description=description, json_schema_extra={"unit": unit}
    )


class Switch(Table):
    """A branch changes to another policy."""

    day: int = Field(
        ge=1,
        le=36_500,
        description="days after the branch, before the experiment's end",
        json_schema_extra={"unit": "days"},
    )
    policy: Name = name_of("the policy from that day on")
    of: Name | None = name_of("the branch that changes; every branch where absent", default=None)


class Precision(Table):
    """How precisely one paired difference is to be known."""

    measure: str = Field(
        description="the measure to compare",
        json_schema_extra={"allowed": 'the name of a measure, for example "retention"'},
    )
    period: str = Field(
        default=WHOLE.key,
        description='the days to compare: "whole" for all days after the branch, or a year',
        json_schema_extra={"allowed": '"whole" or a reported year, for example "year_3"'},
    )
    contrast: tuple[Name, Name] = Field(
        description="the two policies: the first less the second",
        json_schema_extra={"allowed": 'two of policies, for example ["balanced", "always-right"]'},
    )
    half_width: float = Field(
        gt=0.0,
        le=1e12,
        description="half the width of the interval that is wanted, in the measure's unit",
        json_schema_extra={"allowed": "a number above 0, in the measure's unit"},
    )
    max_replications: int = count_of(
        2000, "runs of each policy", 2, 1_000_000, "the most replications that may be run for it"
    )

    @field_validator("measure")
    @classmethod
    def _there_is_one(cls, measure: str) -> str:
        # Imported late: a file is read without NumPy, but for this key.
        from sim.measures import BY_NAME

        if measure not in BY_NAME:
            raise ValueError(f"allowed: {', '.join(BY_NAME)}{hint(measure, BY_NAME)}")
        return measure

    @field_validator("contrast")
    @classmethod
    def _two_policies(cls, contrast: tuple[str, str]) -> tuple[str, str]:
        if contrast[0] == contrast[1]:
            raise ValueError(f'"{contrast[0]}" twice differs by 0; allowed: two policies')
        return contrast

    @property
    def column(self) -> str:
        """The column of runs.parquet that is compared."""
        return self.measure if self.period == WHOLE.key else f"{self.measure}_{self.period}"


def timeline_mistakes(timeline: Sequence[Switch], given: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the switches, given the fields of the file that are right."""
    # A field that was refused is not in what is given and has its own message already.
    days, policies = given.get("days"), given.get("policies")
    wrong = []
    seen: dict[str, set[int]] = {}
    for index, switch in enumerate(timeline):
        here = f"[{index}]"
        if days is not None and switch.day >= days:
            wrong.append(f"{here}.day: given {switch.day}; allowed: before the last of {days} days")
        if switch.of is not None and policies is not None and switch.of not in policies:
            wrong.append(f"{here}.of: {_not_compared(switch.of, policies)}")
        for branch in policies or () if switch.of is None else (switch.of,):
            if switch.day in seen.setdefault(branch, set()):
                wrong.append(f"{here}.day: {branch} changes twice on day {switch.day}")
            seen[branch].add(switch.day)
    return wrong


def precision_mistakes(asked: Sequence[Precision], given: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the precision, given the fields of the file that are right."""
    days, policies = given.get("days"), given.get("policies")
    replications = given.get("replications")
    wrong = []
    for index, each in enumerate(asked):
        here = f"[{index}]"
        keys = [WHOLE.key, *(period.key for period in periods(days or 0))]
        if days is not None and each.period not in keys:
            near = hint(each.period, keys)
            wrong.append(f'{here}.period: given "{each.period}"; allowed: {_listed(keys)}{near}')
        for place, policy in enumerate(each.contrast):
            if policies is not None and policy not in policies:
                wrong.append(f"{here}.contrast[{place}]: {_not_compared(policy, policies)}")
        if replications is not None and each.max_replications < replications:
            wrong.append(
                f"{here}.max_replications: given {each.max_replications}; allowed: at least "
                f"replications ({replications}), with which it begins"
            )
    if asked and replications is not None and replications < LEAST_FIRST_STAGE:
        wrong.append(
            f"replications is {replications}; with precision allowed: at least "
            f"{LEAST_FIRST_STAGE}, from which the spread is first estimated"
        )
    return wrong


def _not_compared(policy: str, policies: Sequence[str]) -> str:
    names = ", ".join(policies)
    return f'given "{policy}"; allowed: one of policies ({names}){hint(policy, policies)}'


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
