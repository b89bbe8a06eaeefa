"""The file of a sensitivity analysis: which parameters, measures and contrasts, how many runs."""

from functools import cached_property
from itertools import combinations
from typing import Literal

from pydantic import Field, field_validator

from experiments.analysis.sensitivity.morris import (
    LEAST_TRAJECTORIES,
    Trajectories,
    trajectories,
)
from experiments.analysis.sensitivity.saltelli import saltelli
from experiments.calibration.request import Range
from experiments.config_parts import Name, count_of
from experiments.errors import RequestError, no_such
from experiments.kinds.varied.ranges import Vary, spread
from experiments.kinds.varied.request import Varied, measures_known
from experiments.recipes import Table

MOST_PARAMETERS = 12


class Screening(Table):
    """Morris's screening: which parameters do anything."""

    trajectories: int = count_of(
        10, "trajectories", 0, 10_000, "paths through the space; 0 screens nothing"
    )
    levels: int = count_of(4, "levels", 2, 100, "of each parameter's range that are visited")
    groups: dict[Name, tuple[str, ...]] = Field(
        default_factory=dict,
        description="parameters that move together, which saves runs; a table of moves is named "
        "for all numbers in it",
        json_schema_extra={"allowed": 'lists of parameters, for example anger = ["temper"]'},
    )

    @field_validator("trajectories")
    @classmethod
    def _enough(cls, count: int) -> int:
        if 0 < count < LEAST_TRAJECTORIES:
            raise ValueError(f"allowed: 0 for none, or at least {LEAST_TRAJECTORIES}")
        return count


class Sobol(Table):
    """The Sobol' analysis: how much each parameter does, alone and with others."""

    base_points: int = count_of(
        256, "points", 8, 2**20, "base points, a power of two; runs are these x (parameters + 2)"
    )
    parameters: tuple[str, ...] = Field(
        default=(),
        description="its parameters; those that the screening keeps where none is named",
        json_schema_extra={"allowed": 'a list of parameters that vary, for example ["honesty"]'},
    )
    most: int = count_of(
        MOST_PARAMETERS, "parameters", 1, 100, "how many of those that the screening keeps"
    )

    @field_validator("base_points")
    @classmethod
    def _power_of_two(cls, count: int) -> int:
        try:
            saltelli(("any",), count, 0)
        except RequestError as error:
            raise ValueError(error.messages[0].partition("; ")[2]) from None
        return count


class Request(Varied):
    """A sensitivity analysis, as its file has it."""

    kind: Literal["sensitivity"] = Field(
        default="sensitivity",
        description="what is done",
        json_schema_extra={"allowed": '"sensitivity"'},
    )
    replications: int = count_of(
        2,
        "runs of each point and policy",
        1,
        1_000,
        "how often every point is run; with 1 what is noise in an index is not known",
    )
    measures: tuple[str, ...] = Field(
        default=("loyalty", "exhaustion", "cost_per_contact"),
        min_length=1,
        description="the measures whose numbers are explained",
        json_schema_extra={"allowed": 'a list of measures, for example ["loyalty"]'},
    )
    contrasts: tuple[tuple[Name, Name], ...] = Field(
        default=(),
        description="pairs of policies: the first less the second; all pairs where none is given",
        json_schema_extra={"allowed": 'pairs of policies, for example [["balanced", "neutral"]]'},
    )
    vary: Vary = Field(default_factory=Vary, description="the parameters that vary")
    screening: Screening = Field(default_factory=Screening, description="the screening")
    sobol: Sobol = Field(default_factory=Sobol, description="the Sobol' analysis")

    @field_validator("measures")
    @classmethod
    def _measured(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := measures_known(names):
            raise ValueError("\n".join(wrong))
        return names

    @cached_property
    def ranges(self) -> dict[str, Range]:
        """The ranges of the parameters that vary."""
        return self.vary.ranges(self.centre)

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The contrasts: what was asked for, or every pair."""
        return self.contrasts or tuple(combinations(self.policies, 2))

    @cached_property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """The groups of the screening, tables of moves replaced by the numbers in them."""
        return {
            name: tuple(each for each in spread(own) if each in self.ranges)
            for name, own in self.screening.groups.items()
        }

    @property
    def units(self) -> int:
        """How many things the screening moves: parameters by themselves, and groups."""
        grouped = sum(len(own) for own in self.groups.values())
        return len(self.ranges) - grouped + len(self.groups)

    def misfits(self) -> list[str]:
        """Return what is wrong with keys that are right each for itself."""
        wrong = []
        for place, pair in enumerate(self.contrasts):
            for end, name in enumerate(pair):
                if name not in self.policies:
                    here = f"contrasts[{place}][{end}]"
                    wrong.append(f"{here}: {no_such('policy', name, self.policies)}")
            if pair[0] == pair[1]:
                wrong.append(f'contrasts[{place}]: "{pair[0]}" twice; allowed: two policies')
        if not self.ranges:
            return [*wrong, "vary: no parameter is left to vary; allowed: one at least"]
        for place, name in enumerate(self.sobol.parameters):
            if name not in self.ranges:
                here = f"sobol.parameters[{place}]"
                wrong.append(f"{here}: {no_such('parameter that varies', name, self.ranges)}")
        for name, own in self.screening.groups.items():
            wrong += [
                f"screening.groups.{name}: {no_such('parameter that varies', each, self.ranges)}"
                for each in own
                if not any(one in self.ranges for one in spread((each,)))
            ]
        if not self.screening.trajectories and not self.sobol.parameters:
            wrong.append(
                "screening.trajectories: given 0, and sobol.parameters names none; allowed: one "
                "of the two"
            )
        if self.screening.trajectories and self.replications == 1:
            wrong.append(
                "replications: given 1; allowed: 2 or more with a screening, which keeps what does "
                "more than noise; or screening.trajectories = 0"
            )
        if self.screening.trajectories and not wrong:
            try:
                self.screened(deals=False)
            except RequestError as error:
                wrong += [f"screening: {text}" for text in error.messages]
        return wrong

    def screened(self, *, deals: bool = True) -> Trajectories:
        """Return the screening's design, the smallest one where no ``deals`` are asked for."""
        count = self.screening.trajectories if deals else LEAST_TRAJECTORIES
        return trajectories(
            tuple(self.ranges), count, self.seed, self.screening.levels, self.groups
        )
