"""S6: a large loss lowers intent at every outcome, least where quickly satisfied."""

from collections.abc import Mapping

import numpy as np

from experiments.evidence.fact import Data, Estimate, Fact, Part
from experiments.evidence.vignettes.customers import OUTCOMES
from experiments.evidence.vignettes.intent import (
    LARGE,
    QUICK,
    SATISFIED,
    SILENT,
    TRIVIAL,
    UNSATISFIED,
    chances,
)
from experiments.evidence.vignettes.people import of_persons


def estimate(data: Data, resamples: int) -> Mapping[str, Estimate]:
    """Compare losses at each outcome."""
    intent = chances(data)

    def parts(m: np.ndarray) -> dict[str, np.ndarray]:
        quick, satisfied, unsatisfied = m[..., QUICK], m[..., SATISFIED], m[..., UNSATISFIED]
        others = np.minimum(abs(satisfied), abs(unsatisfied))
        return {
            "quick": quick,
            "satisfied": satisfied,
            "unsatisfied": unsatisfied,
            "silent": m[..., SILENT],
            "least": abs(quick) - others,
        }

    return of_persons(intent[:, LARGE] - intent[:, TRIVIAL], parts, resamples)


_SAME = "the same, of the {}"

FACT = Fact(
    id="S6",
    use="E",
    statement="A large loss lowers the intent to return at every outcome, and least where the "
    "customer was quickly satisfied.",
    source="TARP, quoted by Fast Company 2003 (T6)",
    parts=(
        Part(
            "quick",
            "share of the quickly satisfied who mean to return, large loss less trivial",
            high=0.0,
            published=True,
            strict=True,
        ),
        Part("satisfied", _SAME.format("satisfied"), high=0.0, published=True, strict=True),
        Part("unsatisfied", _SAME.format("unsatisfied"), high=0.0, published=True, strict=True),
        Part("silent", _SAME.format("silent"), judged=False),
        Part(
            "least",
            "size of it, quickly satisfied less the smaller of satisfied and unsatisfied",
            high=0.0,
            published=True,
        ),
    ),
    data=(OUTCOMES,),
    estimate=estimate,
)
