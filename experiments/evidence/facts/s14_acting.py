"""S14: surface and deep acting with exhaustion."""

import numpy as np

from experiments.evidence.answers import LAST, rep_answers
from experiments.evidence.datasets.panel import PANEL
from experiments.evidence.fact import Data, Estimates, Fact, Part
from experiments.evidence.moments import by_cluster, correlation
from experiments.evidence.resampling import estimates

_SCALES = ("exhaustion", "surface", "deep")


def _parts(sums: np.ndarray) -> dict[str, np.ndarray]:
    return {"surface": correlation(sums, 1, 2), "deep": correlation(sums, 1, 3)}


def estimate(data: Data, resamples: int) -> Estimates:
    """Return the correlations of true scores, centres resampled."""
    asked = rep_answers(data[PANEL.name], LAST)
    sums = by_cluster(asked.scores(_SCALES), asked.centre, asked.centres)
    return estimates(sums, _parts, resamples, "centres")


FACT = Fact(
    id="S14",
    use="C",
    statement="Surface acting goes with exhaustion, deep acting hardly",
    source="B4: Hülsheger & Schewe 2011 (read)",
    parts=(
        Part("surface", "r(surface acting, exhaustion)", 0.35, 0.50, published=True),
        Part("deep", "r(deep acting, exhaustion)", -0.20, 0.20, published=True),
    ),
    data=(PANEL,),
    estimate=estimate,
)
