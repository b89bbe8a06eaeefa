"""The arms of a claim's file, validated: a policy, and what else is changed or forced."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, field_validator

from experiments.claims.born import MADE_ONCE
from experiments.errors import hint
from experiments.recipes import Kitchen, PolicySpec, Table
from sim.moves import MOVE_NAMES
from sim.parameters import describe
from sim.policy import Policy

ALWAYS = 1000
"""Turns: more than any conversation has."""

RANGES = {row.name: (row.low, row.high) for row in describe()}

HERE = "this-arm"
"""What an arm's policy is called where it is worked out."""


def _known_parameter(name: str) -> str:
    if name not in RANGES:
        raise ValueError(f"is no parameter of a centre{hint(name, RANGES)}")
    return name


def _known_move(name: str) -> str:
    if name not in MOVE_NAMES:
        raise ValueError(f"is no move; allowed: {', '.join(MOVE_NAMES)}{hint(name, MOVE_NAMES)}")
    return name


Parameter = Annotated[str, AfterValidator(_known_parameter)]
Move = Annotated[str, AfterValidator(_known_move)]


class Changes(Table):
    """What an arm changes of the centre's parameters; held within their ranges."""

    set: dict[Parameter, float | bool] = Field(default_factory=dict, description="new values")
    add: dict[Parameter, float] = Field(default_factory=dict, description="what is added")
    times: dict[Parameter, float] = Field(default_factory=dict, description="factors")

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters changed."""
        return (*self.set, *self.add, *self.times)

    def applied(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return parameters (all of them, by dotted name) with the changes made."""
        found = dict(values)
        for name, amount in self.add.items():
            found[name] = _within(name, found[name] + amount)
        for name, factor in self.times.items():
            found[name] = _within(name, found[name] * factor)
        return found | dict(self.set)

    def clipped(self, values: Mapping[str, Any]) -> bool:
        """Return whether a change meets the end of a range, so that less is changed than said."""
        wanted = {name: values[name] + amount for name, amount in self.add.items()}
        wanted |= {name: values[name] * factor for name, factor in self.times.items()}
        return any(_within(name, value) != value for name, value in wanted.items())


def _within(name: str, value: float) -> float:
    low, high = RANGES[name]
    value = value if low is None else max(low, value)
    return value if high is None else min(high, value)


class Force(Table):
    """A move that reps are made to make in some turns; else they choose as ever."""

    moves: tuple[Move, ...] = Field(min_length=1, max_length=2, description="the move, or two")
    share: float = Field(gt=0.0, le=1.0, description="chance in each turn that the rule is about")
    anger: float = Field(default=0.0, ge=0.0, le=1.0, description="from this anger on")
    turns: int = Field(default=ALWAYS, ge=1, description="in the first so many turns")


class ArmSpec(Table):
    """One of the things that are compared: a policy, and what else is changed."""

    about: str = Field(description="what it is, in words")
    policy: PolicySpec = Field(
        description="its policy; support that is not given is the shared package",
    )
    at_branch: Changes = Field(default_factory=Changes, description="changed from the branch on")
    from_start: Changes = Field(default_factory=Changes, description="changed from day 0 on")
    force: Force | None = Field(default=None, description="a move that is forced")
    log: bool = Field(
        default=False,
        description="whether its contacts are logged, which some measures need",
    )

    @field_validator("at_branch")
    @classmethod
    def _reaches_who_is_there(cls, changes: Changes) -> Changes:
        for name in changes.names:
            if name in MADE_ONCE:
                raise ValueError(f"{name} {MADE_ONCE[name]}; allowed: from_start instead")
        return changes

    def clipped(self, values: Mapping[str, Any]) -> bool:
        """Return whether one of its changes meets the end of a range in a centre."""
        begun = self.from_start.applied(values)
        return self.from_start.clipped(values) or self.at_branch.clipped(begun)

    def worked_out(self, neutral: Policy) -> Policy:
        """Return the policy, with the shared support package where it gives no other."""
        policy = Kitchen({HERE: self.policy}, lambda _: "").policy(HERE, ("policy",))
        changes = self.policy.changes("support")
        support = neutral.support.model_copy(update=changes)
        return Policy(handling=policy.handling, support=support)
