"""S10: money with an apology satisfies more often than money alone."""

from collections.abc import Mapping

import numpy as np

from experiments.evidence.fact import Data, Estimate, Fact, Part
from experiments.evidence.vignettes.customers import APOLOGY
from experiments.evidence.vignettes.people import by_rep, column, ratio


def estimate(data: Data, resamples: int) -> Mapping[str, Estimate]:
    """Compare shares satisfied; where none is without an apology, half a person counts.

    Reps are resampled.
    """
    results = data[APOLOGY.name]
    satisfied = column(results, "satisfied")
    least = 0.5 / len(satisfied)

    def parts(m: np.ndarray) -> dict[str, np.ndarray]:
        alone, apologised = m[..., 0], m[..., 1]
        return {
            "ratio": ratio(apologised, alone, least),
            "alone": alone,
            "apologised": apologised,
        }

    return by_rep(satisfied, parts, resamples, results)


FACT = Fact(
    id="S10",
    use="C",
    statement="Full payment with an apology satisfies at least one and a half times as many as "
    "full payment alone.",
    source="T9: Customer Rage study 2013 (read)",
    parts=(
        Part(
            "ratio",
            "share satisfied, money with an apology over money alone",
            low=1.5,
        ),
        Part("alone", "share satisfied by money alone", judged=False),
        Part("apologised", "share satisfied by money with an apology", judged=False),
    ),
    data=(APOLOGY,),
    estimate=estimate,
)
