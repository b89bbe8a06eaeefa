"""The file of regimes: which kinds of centre, around which plausible sets, best for whom."""

import math
from functools import cached_property
from typing import Literal

from pydantic import Field, field_validator, model_validator

from experiments.analysis.robustness.satisficing import Target
from experiments.calibration.request import Range
from experiments.config_parts import count_of
from experiments.errors import no_such, shown
from experiments.kinds.regimes.parties import refused
from experiments.kinds.varied.ranges import Vary, kinds_mistakes
from experiments.kinds.varied.request import Varied
from experiments.kinds.work import NAMES
from experiments.recipes import Table

LEAST_SCENARIOS = 30
"""Fewer show no rule."""

PARTIES = {
    "the customers": "loyalty",
    "the staff": "exhaustion",
    "the employer": "profit_per_customer",
}


class KindOfCentre(Range):
    """One of the things that kinds of centre differ in: a parameter, and what people call it."""

    label: str = Field(default="", description="what people call it")
    plural: bool = Field(default=False, description='whether it "are" rather than "is"')
    unit: str | None = Field(
        default=None, description="its unit; that of the parameter where absent"
    )


class TargetSpec(Table):
    """What a measure must reach in a centre."""

    measure: str = Field(
        description="the measure",
        json_schema_extra={"allowed": 'the name of a measure, for example "exhaustion"'},
    )
    least: float | None = Field(default=None, description="the mean must be at least")
    most: float | None = Field(default=None, description="the mean must be at the most")

    @field_validator("measure")
    @classmethod
    def _there_is_one(cls, measure: str) -> str:
        if measure not in NAMES:
            raise ValueError(no_such("measure", measure, NAMES).partition("; ")[2])
        return measure

    @model_validator(mode="after")
    def _is_a_target(self) -> "TargetSpec":
        if self.least is None and self.most is None:
            raise ValueError("least or most is needed")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"least ({self.least:g}) must not lie above most ({self.most:g})")
        return self

    @property
    def target(self) -> Target:
        """The target as satisficing takes it."""
        return Target(
            self.measure,
            -math.inf if self.least is None else self.least,
            math.inf if self.most is None else self.most,
        )


class Request(Varied):
    """Regimes, as their file has them."""

    kind: Literal["regimes"] = Field(
        default="regimes", description="what is done", json_schema_extra={"allowed": '"regimes"'}
    )
    scenarios: int = count_of(
        256, "kinds of centre", LEAST_SCENARIOS, 100_000, "how many kinds of centre are run"
    )
    ensemble: str = Field(
        default="reference",
        description="the plausible sets of parameters: a shipped ensemble, or the folder of a "
        'calibration\'s results; none where ""',
        json_schema_extra={"allowed": 'the name of an ensemble, a folder, or "" for none'},
    )
    vary: Vary | None = Field(
        default=None, description="in place of an ensemble: parameters that vary over ranges"
    )
    kinds: dict[str, KindOfCentre] = Field(
        min_length=2,
        description="what kinds of centre differ in: parameters with their ranges, and workload: "
        "customers per seat as a multiple of the centre's own",
        json_schema_extra={"allowed": "two or more tables [kinds.PARAMETER] with low and high"},
    )
    parties: dict[str, str] = Field(
        default_factory=lambda: dict(PARTIES),
        min_length=1,
        description="for whom a policy is best, each by one measure",
        json_schema_extra={"allowed": 'a table, for example "the staff" = "exhaustion"'},
    )
    rules_over: Literal["kinds", "all"] = Field(
        default="kinds",
        description="what rules may be made of: what kinds differ in, or all that varies",
        json_schema_extra={"allowed": '"kinds" or "all"'},
    )
    map: tuple[str, ...] = Field(
        default=(),
        max_length=2,
        description="the two parameters of the maps; those that rules use most where absent",
        json_schema_extra={"allowed": 'two of kinds, for example ["honesty", "margin"]'},
    )
    targets: tuple[TargetSpec, ...] = Field(
        default=(),
        description="what a policy is to reach in a centre, all together",
        json_schema_extra={"allowed": "tables [[targets]] with measure and least or most"},
    )

    @field_validator("kinds")
    @classmethod
    def _plausible(cls, kinds: dict[str, KindOfCentre]) -> dict[str, KindOfCentre]:
        if wrong := kinds_mistakes(kinds):
            raise ValueError("\n".join(wrong))
        return kinds

    @field_validator("parties")
    @classmethod
    def _have_a_side(cls, parties: dict[str, str]) -> dict[str, str]:
        wrong = [
            f"[{shown(party)}]: given {shown(measure)}; {why}"
            for party, measure in parties.items()
            if (why := refused(measure))
        ]
        if wrong:
            raise ValueError("\n".join(wrong))
        return parties

    @field_validator("targets")
    @classmethod
    def _one_of_each(cls, targets: tuple[TargetSpec, ...]) -> tuple[TargetSpec, ...]:
        names = [each.measure for each in targets]
        wrong = [
            f"[{place}].measure: given {shown(name)} twice; allowed: once, with both ends"
            for place, name in enumerate(names)
            if name in names[:place]
        ]
        if wrong:
            raise ValueError("\n".join(wrong))
        return targets

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """All measures that are looked at: the parties', then those of targets."""
        asked = (*self.parties.values(), *(each.measure for each in self.targets))
        return tuple(dict.fromkeys(asked))

    def misfits(self) -> list[str]:
        """Return what is wrong with keys that are right each for itself."""
        wrong = []
        if self.map:
            wrong += [
                f"map[{place}]: {no_such('parameter of kinds', name, self.kinds)}"
                for place, name in enumerate(self.map)
                if name not in self.kinds
            ]
            if len(set(self.map)) != 2:
                wrong.append(f"map: given {shown(list(self.map))}; allowed: two different ones")
        if self.ensemble and self.vary is not None:
            wrong.append(
                'vary: given beside an ensemble; allowed: one of the two (ensemble = "" for ranges)'
            )
        if self.rules_over == "all" and not self.ensemble and self.vary is None:
            wrong.append(
                'rules_over: given "all", and nothing varies but kinds; allowed: "kinds", or an '
                "ensemble, or ranges under vary"
            )
        return wrong
