"""S15: exhaustion with performance and intent to quit; burnout with quitting."""

import numpy as np

from experiments.evidence.answers import LAST, MIDDLE, rep_answers
from experiments.evidence.datasets.panel import PANEL
from experiments.evidence.fact import Data, Estimate, Estimates, Fact, Part
from experiments.evidence.logistic import multiple_r
from experiments.evidence.moments import by_cluster, correlation
from experiments.evidence.resampling import estimate_of, estimates, weights
from experiments.jobs import Result

WITHIN = 180
"""Days within which quitting counts."""

_SCALES = ("exhaustion", "performance", "intent_to_quit")
_OF = "centres"
_DIMENSIONS = ("exhaustion", "depersonalisation", "accomplishment")

NO_EFFECT = {
    "listening_exhaustion": 0.0,
    "listening_cynicism": 0.0,
    "exhaustion_slowdown": 0.0,
    "respect_cynicism": 0.0,
    "depletion_noise": 0.0,
    "weight_cynicism": 0.0,
    "weight_protection": 0.0,
    "deep_share": 0.0,
    "absence_exhaustion": 0.0,
    "absence_depersonalisation": 0.0,
    "quit_exhaustion": 0.0,
    "quit_depersonalisation": 0.0,
}
"""Exhaustion and depersonalisation act on nothing: not on listening, pace, manners, choice, the
share of deep acting, absence or quitting. Where fatigue, mood or traits share a parameter with
them, it is off for all: nobody acts deeply. What is left of exhaustion is itself, its team's, and
what it makes of depersonalisation and accomplishment, which act on nothing then."""


def _parts(sums: np.ndarray) -> dict[str, np.ndarray]:
    return {"performance": correlation(sums, 1, 2), "intent": correlation(sums, 1, 3)}


def _quitting(panel: list[Result], resamples: int) -> Estimate:
    asked = rep_answers(panel, MIDDLE, settled=False)
    left = asked.facts["left"]
    happened = left <= MIDDLE + WITHIN  # false where it is NaN: employed to the end
    dimensions = asked.measured(_DIMENSIONS)
    n = asked.centres
    rows = weights(n, resamples, _OF)[:, asked.centre]
    return estimate_of(multiple_r(dimensions, happened, rows), n, _OF)


def estimate(data: Data, resamples: int) -> Estimates:
    """Return correlations and a multiple R of measured scores, centres resampled."""
    panel = list(data[PANEL.name])
    asked = rep_answers(panel, LAST)
    sums = by_cluster(asked.measured(_SCALES), asked.centre, asked.centres)
    found = estimates(sums, _parts, resamples, _OF)
    return {**found, "quitting": _quitting(panel, resamples)}


FACT = Fact(
    id="S15",
    use="E",
    statement="Exhaustion goes with lower performance and intent to quit; burnout with quitting",
    source="B5: Corbeanu et al. 2023, Taris 2006; B6: Madigan & Kim 2021, Swider & Zimmerman "
    "2010 (read)",
    parts=(
        Part("performance", "r(exhaustion, performance)", -0.30, -0.12),
        Part("intent", "r(exhaustion, intent to quit)", 0.30, 0.50),
        Part("quitting", "multiple R of the three dimensions, quitting in 180 days", 0.20, 0.40),
    ),
    data=(PANEL,),
    estimate=estimate,
    sign=True,
    ablation=NO_EFFECT,
)
