"""S1: what makes a complainant satisfied with how the complaint was handled."""

import numpy as np

from experiments.evidence.datasets.panel import COMPLAINT, PANEL
from experiments.evidence.fact import Data, Estimates, Fact, Part
from experiments.evidence.moments import correlation
from experiments.evidence.resampling import estimates


def _parts(sums: np.ndarray) -> dict[str, np.ndarray]:
    satisfaction = COMPLAINT.index("satisfaction") + 1
    r = {name: correlation(sums, place, satisfaction) for place, name in enumerate(COMPLAINT, 1)}
    return {
        "distributive_first": r["distributive"] - r["interactional"],
        "procedural_last": r["interactional"] - r["procedural"],
        "distributive": r["distributive"],
        "interactional": r["interactional"],
        "procedural": r["procedural"],
    }


def estimate(data: Data, resamples: int) -> Estimates:
    """Return the correlations over the last complaints, centres resampled."""
    complaints = np.stack([each["complaints"] for each in data[PANEL.name]])
    return estimates(complaints, _parts, resamples, "centres")


FACT = Fact(
    id="S1",
    use="C",
    statement="Satisfaction with complaint handling: distributive before interactional before "
    "procedural justice",
    source="T1: Orsingher, Valentini & de Angelis 2010 (read; pooled r not known)",
    parts=(
        Part(
            "distributive_first",
            "r(distributive) - r(interactional)",
            low=0.0,
            published=True,
            strict=True,
        ),
        Part(
            "procedural_last",
            "r(interactional) - r(procedural)",
            low=0.0,
            published=True,
            strict=True,
        ),
        Part("distributive", "r(distributive justice, satisfaction)", 0.35, 0.80),
        Part("interactional", "r(interactional justice, satisfaction)", 0.35, 0.80),
        Part("procedural", "r(procedural justice, satisfaction)", judged=False),
    ),
    data=(PANEL,),
    estimate=estimate,
)
