"""S4: no paradox after a second failure; bad-then-good ends above good-then-bad."""

from collections.abc import Mapping

import numpy as np

from experiments.evidence.fact import Data, Estimate, Fact, Part
from experiments.evidence.vignettes.customers import TWO_FAILURES
from experiments.evidence.vignettes.people import by_rep, column


def estimate(data: Data, resamples: int) -> Mapping[str, Estimate]:
    """Compare two failures with none, and the orders of two recoveries; reps are resampled."""
    results = data[TWO_FAILURES.name]
    none, both, bad_good, good_bad = column(results, "satisfaction").T
    values = np.column_stack([both - none, bad_good - good_bad])
    return by_rep(values, lambda m: {"second": m[..., 0], "order": m[..., 1]}, resamples, results)


FACT = Fact(
    id="S4",
    use="E",
    statement="There is no recovery paradox after a second failure; a bad recovery followed by a "
    "good one ends above a good one followed by a bad one.",
    source="T5: Maxham & Netemeyer 2002 (read)",
    parts=(
        Part(
            "second",
            "satisfaction, two failures both recovered excellently less none",
            high=0.0,
            published=True,
        ),
        Part(
            "order",
            "satisfaction, bad then good less good then bad",
            low=0.0,
            published=True,
            strict=True,
        ),
    ),
    data=(TWO_FAILURES,),
    estimate=estimate,
    sign=True,
    ablation={"failure_disappointment": 0.0},
    mended="failure_disappointment was added after a first run in which this fact failed",
)
