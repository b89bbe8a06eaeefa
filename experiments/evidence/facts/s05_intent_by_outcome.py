"""S5: intent to return: quickly satisfied, then satisfied, then unsatisfied."""

from collections.abc import Mapping

import numpy as np

from experiments.evidence.fact import Data, Estimate, Fact, Part
from experiments.evidence.vignettes.customers import OUTCOMES
from experiments.evidence.vignettes.intent import QUICK, SATISFIED, SILENT, UNSATISFIED, chances
from experiments.evidence.vignettes.people import by_rep


def estimate(data: Data, resamples: int) -> Mapping[str, Estimate]:
    """Compare outcomes, both losses pooled; reps are resampled."""
    intent = chances(data).mean(axis=1)

    def parts(m: np.ndarray) -> dict[str, np.ndarray]:
        return {
            "quick": m[..., QUICK] - m[..., SATISFIED],
            "satisfied": m[..., SATISFIED] - m[..., UNSATISFIED],
            "silent": m[..., SILENT] - m[..., UNSATISFIED],
        }

    return by_rep(intent, parts, resamples, data[OUTCOMES.name])


FACT = Fact(
    id="S5",
    use="C",
    statement="More mean to return when quickly satisfied than when satisfied, and far more "
    "than when unsatisfied.",
    source="T6: TARP, quoted by Fast Company 2003 (read, secondary); "
    "T7: Customer Rage studies 2015, 2020 (read)",
    parts=(
        Part(
            "quick",
            "share who mean to return, quickly satisfied less satisfied",
            low=0.0,
            published=True,
            strict=True,
        ),
        Part(
            "satisfied",
            "the same, satisfied less unsatisfied",
            low=0.20,
        ),
        Part(
            "silent",
            "the same, silent less unsatisfied",
            judged=False,
        ),
    ),
    data=(OUTCOMES,),
    estimate=estimate,
)
