"""S4: no paradox after a second failure; bad-then-good ends above good-then-bad."""

from collections.abc import Mapping

import numpy as np

from experiments.evidence.fact import Data, Estimate, Fact, Part
from experiments.evidence.vignettes.customers import TWO_FAILURES
from experiments.evidence.vignettes.people import column, of_persons


def estimate(data: Data, resamples: int) -> Mapping[str, Estimate]:
    """Compare two failures with none, and the two orders of a bad and a good recovery."""
    none, both, bad_good, good_bad = column(data[TWO_FAILURES.name], "satisfaction").T
    values = np.column_stack([both - none, bad_good - good_bad])
    return of_persons(values, lambda m: {"second": m[..., 0], "order": m[..., 1]}, resamples)


FACT = Fact(
    id="S4",
    use="E",
    statement="There is no recovery paradox after a second failure; a bad recovery followed by a "
    "good one ends above a good one followed by a bad one.",
    source="Maxham & Netemeyer 2002 (T5)",
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
        ),
    ),
    data=(TWO_FAILURES,),
    estimate=estimate,
)
