"""Which parameters have sliders, where these may stand, and what they are called."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from experiments.errors import shown
from experiments.explain import WORDS
from sim.parameters import Centre
from sim.policy import Handling, Support

PARTS: dict[str, type[BaseModel]] = {"handling": Handling, "support": Support}

ENDLESS: dict[str, tuple[float, float, float]] = {
    "tolerated_abuse": (0.0, 6.0, 1.0),
    "target_aht": (0.4, 1.6, 0.05),
}
"""Numbers that may be infinite: the least, the place that stands for infinity, the step."""

SIZES = ("seats", "customers")
"""The centre's size: sliders go from half of what the config says to twice as much."""

OF_CENTRE = (
    *SIZES,
    "issues_per_year",
    "enquiries_per_year",
    "enquiry_minutes",
    "patience_minutes",
    "honesty",
    "temper",
    "composure",
    "product_satisfaction",
    "wage",
    "margin",
)
"""The centre's main parameters: its size, its load, its people and its prices."""

_WIDEST = 4.0
"""Others of the centre's go this far up from the config's value, within their own range."""

_STEPS = 50.0
"""About how many places a slider has."""


@dataclass(frozen=True)
class Knob:
    """A parameter with a slider.

    Attributes
    ----------
    key : str
        ``handling.generosity``.
    group : str
        ``handling``, ``support`` or ``centre``.
    label, hint, unit : str
        What it is called, what it does, in what it is measured.
    low, high, step : float
        Where the slider may stand.
    never : float or None
        The place that stands for infinity.
    never_word : str
        The word for it: "never" or "none".
    whole : bool
        Whether it is a whole number.
    source : str
        Where the default or its range comes from.
    """

    key: str
    group: str
    label: str
    hint: str
    unit: str
    low: float
    high: float
    step: float
    never: float | None = None
    never_word: str = ""
    whole: bool = False
    source: str = ""

    @property
    def name(self) -> str:
        """The parameter's own name."""
        return self.key.partition(".")[2]

    def shown(self, value: float) -> str:
        """Return a value as people read it: "0.4", "15 min", "never"."""
        if self.never is not None and value >= self.never:
            return self.never_word
        places = max(0, 1 - math.floor(math.log10(self.step))) if self.step < 1.0 else 0
        text = f"{value:,.{places}f}"
        text = text.rstrip("0").rstrip(".") if places else text
        return f"{text} {self.unit}" if self.unit not in ("", "1", "0-1") else text

    def at(self, value: float) -> float:
        """Return where the slider stands for a value: a place between its ends."""
        if self.never is not None and math.isinf(value):
            return self.never
        return min(max(float(value), self.low), self.high)

    def value(self, place: float) -> float:
        """Return the value for which a place of the slider stands."""
        if self.never is not None and place >= self.never:
            return math.inf
        return round(place) if self.whole else float(place)

    def mistake(self, given: Any) -> str:
        """Return what is wrong with a place that was asked for; nothing where it is none."""
        allowed = f"allowed: {self.low:g} to {self.high:g}"
        try:
            place = float(given)
        except (TypeError, ValueError):
            return f"{self.key}: given {shown(given)}, which is no number; {allowed}"
        # NaN fails every comparison.
        if not self.low <= place <= self.high:
            return f"{self.key}: given {shown(given)}; {allowed}"
        return ""


def knobs_for(centre: Centre) -> Iterator[Knob]:
    """Yield every slider: all of handling and support, the main ones of the centre.

    Parameters
    ----------
    centre : Centre
        The config's own: sliders of its size and load are laid around it.
    """
    for group, part in PARTS.items():
        for name in part.model_fields:
            yield _of_policy(group, part, name)
    for name in OF_CENTRE:
        yield _of_centre(centre, name)


def _of_policy(group: str, part: type[BaseModel], name: str) -> Knob:
    if name in ENDLESS:
        low, high, step = ENDLESS[name]
        return _knob(group, part, name, (low, high, step), high)
    low, high = _range(part, name)
    return _knob(group, part, name, (low, high, _step(high - low)))


def _of_centre(centre: Centre, name: str) -> Knob:
    low, high = _range(Centre, name)
    stands = float(getattr(centre, name))
    if name in SIZES:
        low, high = max(low, math.floor(stands / 2.0)), min(high, 2.0 * stands)
        return _knob("centre", Centre, name, (low, high, max(1.0, _step(high - low))))
    high = min(high, _WIDEST * stands) if stands > 0.0 else high
    return _knob("centre", Centre, name, (low, high, _step(high - low)))


def _range(part: type[BaseModel], name: str) -> tuple[float, float]:
    rules = part.model_fields[name].metadata
    low = next(rule.ge for rule in rules if hasattr(rule, "ge"))
    high = next(rule.le for rule in rules if hasattr(rule, "le"))
    return float(low), float(high)


def _step(span: float) -> float:
    """Return the step of 1, 2 or 5 times a power of ten that gives about fifty places."""
    rough = span / _STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    return float(f"{min((1.0, 2.0, 5.0, 10.0), key=lambda n: abs(n * power - rough)) * power:.1g}")


def _knob(
    group: str,
    part: type[BaseModel],
    name: str,
    ends: tuple[float, float, float],
    never: float | None = None,
) -> Knob:
    field = part.model_fields[name]
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    return Knob(
        f"{group}.{name}",
        group,
        name.replace("_", " ").capitalize().replace("aht", "AHT"),
        field.description or "",
        str(extra.get("unit", "")),
        *ends,
        never=never,
        never_word=WORDS.get(name, "") if never is not None else "",
        whole=field.annotation is int,
        source=str(extra.get("source", "")),
    )


def positions(knob: Knob, stands: float, count: int) -> list[float]:
    """Return places of a slider: evenly from end to end, and where it stands now.

    Parameters
    ----------
    knob : Knob
        The slider.
    stands : float
        Where it stands.
    count : int
        About how many places.
    """
    apart = (knob.high - knob.low) / (count - 1)
    steps = max(1, round(apart / knob.step))
    last = int((knob.high - knob.low) / (steps * knob.step) + 1e-9)
    even = {round(knob.low + k * steps * knob.step, 6) for k in range(last + 1)}
    return sorted(even | {knob.high, stands})
