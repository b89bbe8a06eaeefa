"""S2: what cumulative satisfaction and loyalty lean on."""

import numpy as np

from experiments.evidence.answers import customer_answers
from experiments.evidence.datasets.panel import PANEL
from experiments.evidence.datasets.questionnaires import CUSTOMER_SCALES
from experiments.evidence.fact import Data, Estimates, Fact, Part
from experiments.evidence.moments import by_cluster, correlation
from experiments.evidence.resampling import estimates

_PLACE = {name: place for place, name in enumerate(CUSTOMER_SCALES, 1)}


def _lead(sums: np.ndarray, outcome: str) -> np.ndarray:
    interactional, distributive = (
        correlation(sums, _PLACE[justice], _PLACE[outcome])
        for justice in ("interactional", "distributive")
    )
    return np.asarray(interactional - distributive)


def estimate(data: Data, resamples: int) -> Estimates:
    """Return the differences of correlations of measured scores, centres resampled."""
    asked = customer_answers(data[PANEL.name])
    sums = by_cluster(asked.measured(CUSTOMER_SCALES), asked.centre, asked.centres)
    return estimates(
        sums, lambda s: {name: _lead(s, name) for name in CUSTOMER_SCALES[:2]}, resamples, "centres"
    )


FACT = Fact(
    id="S2",
    use="E",
    statement="Cumulative satisfaction and loyalty lean on interactional justice at least about "
    "as much as on distributive",
    source="T2: Gelbrich & Roschk 2011 (read; coefficients not known)",
    parts=(
        Part("satisfaction", "r(interactional, .) - r(distributive, .), satisfaction", low=-0.05),
        Part("loyalty", "r(interactional, .) - r(distributive, .), loyalty", low=-0.05),
    ),
    data=(PANEL,),
    estimate=estimate,
    sign=True,
    # How one is treated does not colour how fair the outcome feels.
    ablation={"treatment_colours": 0.0},
    mended="treatment_colours and product_spread were added after a first run in which this fact "
    "failed",
)
