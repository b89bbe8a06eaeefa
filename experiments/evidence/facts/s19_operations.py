"""S19: the reference centre in the trade's ranges."""

import numpy as np

from experiments.evidence.datasets.reference import REFERENCE, yearly
from experiments.evidence.fact import Data, Estimates, Fact, Part
from experiments.evidence.resampling import estimates, mean_estimates

MEASURES = {
    "attrition": "attrition",
    "fcr": "fcr_survey",
    "escalation": "escalation_rate",
    "abandonment": "abandonment",
}
"""Parts that are measures of the model."""


def skewness(powers: np.ndarray) -> np.ndarray:
    """Return the skewness from sums of powers 0 to 3, in the last dimension."""
    n, one, two, three = np.moveaxis(powers, -1, 0)
    mean = one / n
    variance = two / n - mean**2
    return np.asarray((three / n - 3.0 * mean * variance - mean**3) / variance**1.5)


def estimate(data: Data, resamples: int) -> Estimates:
    """Return the means over replications, and the skewness of their pooled log talk times."""
    replications = data[REFERENCE.name]
    year = yearly(replications)
    values = {part: year[measure] for part, measure in MEASURES.items()}
    powers = np.stack([each["log_talk"] for each in replications])
    return {
        **mean_estimates(values, resamples, "replications"),
        **estimates(powers, lambda s: {"talk": skewness(s)}, resamples, "replications"),
    }


FACT = Fact(
    id="S19",
    use="C",
    statement="Attrition, first-contact resolution, escalation and abandonment in the trade's "
    "ranges; lognormal talk times",
    source="O1: Holman, Batt & Holtgrewe, Gartner, ILR; O2: SQM; O3: Talkdesk, Gartner 2019; O4: "
    "Brown et al. 2005, Gans et al. 2010 (read)",
    parts=(
        Part("attrition", "attrition per year", 0.25, 0.50, published=True),
        Part("fcr", "first-contact resolution by survey", 0.65, 0.75, published=True),
        Part("escalation", "share of conversations over issues", 0.08, 0.20, published=True),
        Part("abandonment", "share of calls abandoned", 0.03, 0.12, published=True),
        Part("talk", "skewness of the logarithm of talk time", -0.5, 0.5),
    ),
    data=(REFERENCE,),
    estimate=estimate,
)
