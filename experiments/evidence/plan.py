"""The sampling plan of the evidence: how many are asked, how unlike they are, and when.

The words stand in docs/sampling-plan.md, the numbers in configs/evidence/sampling.toml.
"""

from functools import cache
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from experiments.catalogue import shipped_folder
from experiments.toml_text import read_toml


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Spread(_Part):
    """How unlike the centres of the panel are; see the plan."""

    workload_cv: float
    issues_cv: float
    labour_market_cv: float
    recruits_logit: float
    support_from: float
    support_to: float


class Panel(_Part):
    """The panel of centres, and who is asked in it."""

    centres: int
    seats: int
    warmup_days: int
    days: int
    policies: tuple[str, ...]
    waves: tuple[int, ...]
    response_reps: float
    customers_asked: int
    least_tenure: int
    reliability: float
    most_centres: int
    spread: Spread


class Reference(_Part):
    """Replications of the reference centre under the neutral policy."""

    seats: int
    replications: int
    most_replications: int
    warmup_days: int
    days: int


class Vignettes(_Part):
    """Persons taken through a prescribed course."""

    persons: int
    most_persons: int


class Packages(_Part):
    """Centres in which packages of support and pressure are compared (S20)."""

    centres: int
    most_centres: int
    warmup_days: int
    days: int


class Calibration(_Part):
    """The same kinds of data, as a calibration run has them."""

    panel_centres: int
    panel_seats: int
    reference_replications: int
    reference_seats: int
    persons: int


class Plan(_Part):
    """The sampling plan, as the file has it."""

    seed: int
    panel: Panel
    reference: Reference
    vignettes: Vignettes
    packages: Packages
    calibration: Calibration

    def smaller(self) -> Self:
        """Return the plan of a calibration run."""
        small = self.calibration
        changes: dict[str, Any] = {
            "panel": self.panel.model_copy(
                update={"centres": small.panel_centres, "seats": small.panel_seats}
            ),
            "reference": self.reference.model_copy(
                update={
                    "replications": small.reference_replications,
                    "seats": small.reference_seats,
                }
            ),
            "vignettes": self.vignettes.model_copy(update={"persons": small.persons}),
        }
        return self.model_copy(update=changes)


@cache
def sampling_plan() -> Plan:
    """Return the project's sampling plan."""
    return Plan.model_validate(read_toml(shipped_folder() / "evidence" / "sampling.toml"))
