"""The part of the strategy space that is searched: numbers of a policy, each between two ends."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from experiments.errors import no_such, shown
from experiments.explain import WORDS, allowed, limits
from experiments.recipes import PARTS, Table
from sim.policy import RECIPROCAL, Policy

DIMENSIONS: dict[str, str] = {
    name: part for part, model in PARTS.items() for name in model.model_fields
}
"""Each number of a policy, and which part of it holds the number."""

_SHIFT = {"tolerated_abuse": 1.0}
"""What is added to a number before its inverse is taken, as policies are blended."""


class Span(Table):
    """The two ends of a dimension; all between them is searched.

    What they may be depends on the dimension: :func:`span_mistakes` tells.
    """

    low: Any = Field(description="the least value", json_schema_extra={"allowed": "a number"})
    high: Any = Field(
        description="the greatest value",
        json_schema_extra={"allowed": 'a number; "never" and "none" where a policy takes them'},
    )


def field_of(name: str) -> Any:
    """Return the field of a policy that a dimension is."""
    return PARTS[DIMENSIONS[name]].model_fields[name]


def number_of(name: str, end: Any) -> float:
    """Return an end of a dimension as a number: infinite for the word that stands for it.

    Raises
    ------
    ValueError
        With what is allowed.
    """
    if isinstance(end, str) and end.lower() == WORDS.get(name):
        return math.inf
    low, high = limits(field_of(name))
    fits = isinstance(end, int | float) and not isinstance(end, bool) and math.isfinite(end)
    if not fits or (low is not None and end < low) or (high is not None and end > high):
        raise ValueError(f"given {shown(end)}; allowed: {allowed(field_of(name), name)}")
    return float(end)


def span_mistakes(spans: Mapping[str, Span]) -> list[str]:
    """Return what is wrong with the dimensions, each line beginning with ``[name]``."""
    wrong = []
    for name, span in spans.items():
        if name not in DIMENSIONS:
            wrong.append(f"[{shown(name)}]: {no_such('number of a policy', name, DIMENSIONS)}")
            continue
        ends = []
        for which in ("low", "high"):
            try:
                ends.append(number_of(name, getattr(span, which)))
            except ValueError as error:
                wrong.append(f"[{name}].{which}: {error}")
        if len(ends) == 2 and not ends[0] < ends[1]:
            wrong.append(f"[{name}]: low ({ends[0]:g}) must lie below high ({ends[1]:g})")
    return wrong


@dataclass(frozen=True)
class Space:
    """The unit cube of the policies that are searched.

    Attributes
    ----------
    base : Policy
        Gives all numbers that are not searched.
    ends : mapping of str to (float, float)
        The dimensions with their ends. Turns of abuse and target times, which may be infinite, are
        spaced as policies are blended: by 1 / (1 + turns) and by 1 / time.
    """

    base: Policy
    ends: Mapping[str, tuple[float, float]]

    def __len__(self) -> int:
        """Return how many dimensions there are."""
        return len(self.ends)

    @property
    def names(self) -> tuple[str, ...]:
        """The dimensions."""
        return tuple(self.ends)

    def values(self, point: np.ndarray) -> dict[str, float]:
        """Return the numbers at a point of the cube, shape (dimensions,)."""
        return {
            name: _between(name, *ends, float(share))
            for (name, ends), share in zip(self.ends.items(), point, strict=True)
        }

    def policy(self, point: np.ndarray) -> Policy:
        """Return the policy at a point of the cube, shape (dimensions,)."""
        parts = self.base.model_dump()
        for name, value in self.values(point).items():
            parts[DIMENSIONS[name]][name] = value
        return Policy.model_validate(parts)

    def nearest(self, policy: Policy) -> np.ndarray:
        """Return the point of the cube nearest to a policy in every dimension."""
        return np.array(
            [_share(name, *ends, value_of(policy, name)) for name, ends in self.ends.items()]
        )


def value_of(policy: Policy, name: str) -> float:
    """Return a number of a policy by the dimension's name."""
    part: BaseModel = getattr(policy, DIMENSIONS[name])
    return float(getattr(part, name))


def _scaled(name: str, value: float) -> float:
    return 1.0 / (value + _SHIFT.get(name, 0.0)) if name in RECIPROCAL else value


def _between(name: str, low: float, high: float, share: float) -> float:
    if share in (0.0, 1.0):
        return high if share else low
    one, other = _scaled(name, low), _scaled(name, high)
    found = one + share * (other - one)
    if name in RECIPROCAL:
        found = 1.0 / found - _SHIFT.get(name, 0.0)
    return min(max(found, low), high)


def _share(name: str, low: float, high: float, value: float) -> float:
    one, other = _scaled(name, low), _scaled(name, high)
    return min(1.0, max(0.0, (_scaled(name, value) - one) / (other - one)))


def said(name: str, value: float) -> str:
    """Return a number of a policy in words: three digits, or the word for infinity."""
    return WORDS[name] if math.isinf(value) else f"{value:.3g}"
