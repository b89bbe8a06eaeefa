"""A handling policy: a point in the strategy space, with the support package beside it.

The model reads the numbers only. Names belong to the files that hold the policies.
"""

import math
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from sim.parameters.base import parameter


def _infinite(word: str) -> BeforeValidator:
    def read(value: Any) -> Any:
        return math.inf if isinstance(value, str) and value.lower() == word else value

    return BeforeValidator(read)


OrNever = Annotated[float, _infinite("never")]
"""A number for which the word "never" stands for infinity."""

OrNone = Annotated[float, _infinite("none")]
"""A number for which the word "none" stands for infinity."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Handling(_Part):
    """How a confrontation is to be handled."""

    authority: float = parameter(1.25, "x loss", 0.0, 5.0, "what a rep may grant alone")
    generosity: float = parameter(
        0.4, "1", 0.0, 1.0, "share conceded of what is claimed beyond the perceived fair part"
    )
    boundary: float = parameter(0.5, "1", 0.0, 1.0, "how firmly claims beyond that are declined")
    tolerated_abuse: OrNever = Field(
        default=2.0,
        ge=0.0,
        description='abusive turns borne: the next one ends the contact; "never" = none does',
        json_schema_extra={"unit": "turns", "source": "assumed"},
    )
    listening: float = parameter(0.8, "1", 0.0, 1.0, "how far understanding goes before solving")
    apology: float = parameter(0.8, "1", 0.0, 1.0, "how readily a rep is to apologise")
    choice: float = parameter(0.7, "1", 0.0, 1.0, "how readily a choice is offered")
    explaining: float = parameter(
        0.7, "1", 0.0, 1.0, "how readily rules are explained in plain words"
    )
    escalation_threshold: float = parameter(0.7, "1", 0.0, 1.0, "high = cases are rarely passed up")
    timeframe: float = parameter(
        1.0, "1", 0.0, 1.0, "chance that an escalation comes with a promised timeframe (yes = 1)"
    )
    display_rule: float = parameter(0.6, "1", 0.0, 1.0, "how far a rep must hide what is felt")
    target_aht: OrNone = Field(
        default=math.inf,
        ge=0.1,
        description='target talk time as a share of the mean; "none" = no target',
        json_schema_extra={"unit": "x mean talk", "source": "assumed"},
    )


class Support(_Part):
    """The support package: what the employer does for reps, customers and processes."""

    training: float = parameter(0.5, "1", 0.0, 1.0, "training days, share of the most")
    breaks: float = parameter(15.0, "min", 0.0, 45.0, "each of a shift's two paid breaks")
    break_after_abuse: float = parameter(10.0, "min", 0.0, 60.0, "paid break after severe abuse")
    emotional_support: float = parameter(0.5, "1", 0.0, 1.0, "a lead's and colleagues' support")
    follow_up: float = parameter(0.25, "1", 0.0, 1.0, "share of conflicts that are called back")
    feedback: float = parameter(0.5, "1", 0.0, 1.0, "strength of the monthly feedback loop")
    transparency: float = parameter(0.5, "1", 0.0, 1.0, "how open the rules are to customers")
    education: float = parameter(0.0, "1", 0.0, 1.0, "teaching customers rules and rights")


class Policy(_Part):
    """A point in the strategy space: handling and support, held apart."""

    handling: Handling = Field(default_factory=Handling)
    support: Support = Field(default_factory=Support)


RECIPROCAL = ("tolerated_abuse", "target_aht")
"""Fields that blend on the scale 1 / (1 + x) (turns) or 1 / x (time), where never is 0."""


def blend(one: Policy, other: Policy, share: float) -> Policy:
    """Return the policy that lies ``share`` of the way from ``one`` to ``other``.

    Parameters
    ----------
    one, other : Policy
        The two ends.
    share : float
        0 gives ``one``, 1 gives ``other``.

    Returns
    -------
    Policy
        Every number between its two ends: linearly, but for ``tolerated_abuse`` and
        ``target_aht``, which may be infinite and blend as 1 / (1 + turns) and 1 / time.
    """
    if share == 0.0:
        return one
    if share == 1.0:
        return other
    parts = {}
    for part in ("handling", "support"):
        a, b = getattr(one, part).model_dump(), getattr(other, part).model_dump()
        parts[part] = {name: _between(name, a[name], b[name], share) for name in a}
    return Policy.model_validate(parts)


def _between(name: str, a: float, b: float, share: float) -> float:
    if a == b:
        return a
    if name not in RECIPROCAL:
        return a + share * (b - a)
    shift = 1.0 if name == "tolerated_abuse" else 0.0
    rate = (1.0 - share) / (a + shift) + share / (b + shift)
    return math.inf if rate == 0.0 else 1.0 / rate - shift


__all__ = ["Handling", "Policy", "Support", "blend"]
