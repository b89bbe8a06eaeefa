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
from experiments.evidence.vignettes.people import by_rep


def estimate(data: Data, resamples: int) -> Mapping[str, Estimate]:
    """Compare losses at each outcome; reps are resampled."""
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

    lowered = intent[:, LARGE] - intent[:, TRIVIAL]
    return by_rep(lowered, parts, resamples, data[OUTCOMES.name])


_SAME = "the same, of the {}"

FACT = Fact(
    id="S6",
    use="E",
    statement="A large loss lowers the intent to return at every outcome, and least where the "
    "customer was quickly satisfied.",
    source="T6: TARP, quoted by Fast Company 2003 (read, secondary)",
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
            strict=True,
        ),
    ),
    data=(OUTCOMES,),
    estimate=estimate,
    sign=True,
    ablation={"failure_disappointment": 0.0},
    mended="failure_disappointment was added after a first run in which this fact failed",
)
