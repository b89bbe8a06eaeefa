"""S7: satisfaction against disconfirmation: what came less what was expected."""

import numpy as np

from experiments.evidence.datasets.panel import PANEL, REGIONS
from experiments.evidence.fact import Data, Estimates, Fact, Part
from experiments.evidence.moments import slope
from experiments.evidence.resampling import estimates

_GAP, _SATISFACTION = 1, 2


def _parts(sums: np.ndarray) -> dict[str, np.ndarray]:
    slopes = {
        region: slope(sums[:, place], _SATISFACTION, _GAP) for place, region in enumerate(REGIONS)
    }
    return {
        "aversion": slopes["near losses"] / slopes["near gains"],
        "losses_diminish": slopes["near losses"] / slopes["far losses"],
        "gains_diminish": slopes["near gains"] / slopes["far gains"],
    }


def estimate(data: Data, resamples: int) -> Estimates:
    """Return the ratios of slopes, centres resampled."""
    sums = np.stack([each["slopes"] for each in data[PANEL.name]])
    return estimates(sums, _parts, resamples, "centres")


FACT = Fact(
    id="S7",
    use="C",
    statement="Losses weigh more than gains, and both diminish",
    source="T12: Mittal, Ross & Baldasare 1998 (read)",
    parts=(
        Part(
            "aversion", "slope of losses over slope of gains", low=1.0, published=True, strict=True
        ),
        Part(
            "losses_diminish",
            "slope of small over large losses",
            low=1.0,
            published=True,
            strict=True,
        ),
        Part(
            "gains_diminish",
            "slope of small over large gains",
            low=1.0,
            published=True,
            strict=True,
        ),
    ),
    data=(PANEL,),
    estimate=estimate,
)
