"""S3: an excellent recovery can lift satisfaction for a minority; retention never."""

from collections.abc import Mapping

import numpy as np

from experiments.evidence.fact import Data, Estimate, Fact, Part
from experiments.evidence.vignettes.customers import RECOVERY
from experiments.evidence.vignettes.people import column, of_persons


def estimate(data: Data, resamples: int) -> Mapping[str, Estimate]:
    """Compare each person with the twin who met no failure."""
    results = data[RECOVERY.name]
    satisfaction, stays = column(results, "satisfaction"), column(results, "stays")
    above = satisfaction[:, 1] > satisfaction[:, 0]
    values = np.column_stack([above, stays[:, 1] - stays[:, 0]])
    return of_persons(
        values, lambda m: {"satisfaction": m[..., 0], "retention": m[..., 1]}, resamples
    )


FACT = Fact(
    id="S3",
    use="E",
    statement="An excellent recovery can lift satisfaction above the level without a failure, for "
    "a minority; retention never.",
    source="de Matos, Henrique & Rossi 2007, Michel & Meuter 2008 (T3); Knox & van Oest 2014 (T4)",
    parts=(
        Part(
            "satisfaction",
            "share who end more satisfied than their twins without a failure",
            0.01,
            0.50,
        ),
        Part(
            "retention",
            "chance to stay a year, recovered less without a failure",
            high=0.0,
            published=True,
        ),
    ),
    data=(RECOVERY,),
    estimate=estimate,
)
