"""S3: an excellent recovery can lift satisfaction for a minority; retention never."""

from collections.abc import Mapping

import numpy as np

from experiments.evidence.fact import Data, Estimate, Fact, Part
from experiments.evidence.vignettes.customers import RECOVERY
from experiments.evidence.vignettes.people import by_rep, column


def estimate(data: Data, resamples: int) -> Mapping[str, Estimate]:
    """Compare each person with the twin who met no failure; reps are resampled."""
    results = data[RECOVERY.name]
    satisfaction, stays = column(results, "satisfaction"), column(results, "stays")
    above = satisfaction[:, 1] > satisfaction[:, 0]
    values = np.column_stack([above, stays[:, 1] - stays[:, 0]])
    return by_rep(
        values, lambda m: {"satisfaction": m[..., 0], "retention": m[..., 1]}, resamples, results
    )


FACT = Fact(
    id="S3",
    use="E",
    statement="An excellent recovery can lift satisfaction above the level without a failure, for "
    "a minority; retention never.",
    source="T3: de Matos, Henrique & Rossi 2007, Michel & Meuter 2008; "
    "T4: Knox & van Oest 2014 (read)",
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
    sign=True,
    # An issue disappoints nobody as such; what becomes of it still may.
    ablation={"failure_disappointment": 0.0},
    mended="failure_disappointment was added after a first run in which this fact failed",
)
