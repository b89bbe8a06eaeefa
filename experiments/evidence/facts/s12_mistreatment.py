"""S12: what perceived mistreatment explains of burnout beyond controls."""

import numpy as np

from experiments.evidence.answers import LAST, centre_columns, rep_answers
from experiments.evidence.centres import FACTORS
from experiments.evidence.datasets.panel import PANEL
from experiments.evidence.datasets.questionnaires import MISTREATMENT
from experiments.evidence.fact import Data, Estimates, Fact, Part
from experiments.evidence.moments import by_cluster, r_squared
from experiments.evidence.resampling import estimates

_OUTCOMES = ("exhaustion", "depersonalisation")
_PACKAGE = [FACTORS.index(name) for name in ("emotional_support", "training")]
_CONTROLS = (3, 4, 5, 6)
_SCALES = (7, 8, 9, 10)


def _parts(sums: np.ndarray) -> dict[str, np.ndarray]:
    more = [
        r_squared(sums, outcome, (*_CONTROLS, *_SCALES)) - r_squared(sums, outcome, _CONTROLS)
        for outcome in (1, 2)
    ]
    return {
        "exhaustion": more[0],
        "more_of_cynicism": more[1] - more[0],
        "depersonalisation": more[1],
    }


def estimate(data: Data, resamples: int) -> Estimates:
    """Return the increments of R2, measured scores, centres resampled."""
    panel = data[PANEL.name]
    asked = rep_answers(panel, LAST)
    tenure = asked.facts["tenure"]
    package = centre_columns(panel, asked.centre)[:, _PACKAGE]
    columns = [
        asked.measured(_OUTCOMES),
        tenure,
        np.log(np.maximum(tenure, 1.0)),
        package,
        asked.measured(MISTREATMENT),
    ]
    sums = by_cluster(np.column_stack(columns), asked.centre, asked.centres)
    return estimates(sums, _parts, resamples, "centres")


FACT = Fact(
    id="S12",
    use="E",
    statement="Perceived mistreatment explains part of exhaustion beyond controls, and more of "
    "depersonalisation",
    source="B2: Dormann & Zapf 2004 (read)",
    parts=(
        Part("exhaustion", "increment of R2 for exhaustion", 0.08, 0.20),
        Part(
            "more_of_cynicism",
            "the same for depersonalisation, less it",
            low=0.0,
            published=True,
            strict=True,
        ),
        Part("depersonalisation", "increment of R2 for depersonalisation", judged=False),
    ),
    data=(PANEL,),
    estimate=estimate,
)
