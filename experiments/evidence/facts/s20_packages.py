"""S20: high involvement lowers quits, performance pressure raises them."""

import numpy as np

from experiments.evidence.datasets.packages import PACKAGES, PACKAGES_COMPARED
from experiments.evidence.fact import Data, Estimates, Fact, Part
from experiments.evidence.resampling import mean_estimates

YEAR = 365.0


def estimate(data: Data, resamples: int) -> Estimates:
    """Return the paired differences of attrition, centres resampled."""
    attrition = np.stack([YEAR * each["quits"] / each["rep_days"] for each in data[PACKAGES.name]])
    of = {name: attrition[:, place] for place, name in enumerate(PACKAGES_COMPARED)}
    differences = {
        "involvement": of["involved"] - of["ordinary"],
        "pressure": of["pressed"] - of["ordinary"],
        "ordinary": of["ordinary"],
    }
    return mean_estimates(differences, resamples, "centres")


FACT = Fact(
    id="S20",
    use="E",
    statement="High-involvement settings lower quits, performance-pressure settings raise them",
    source="O5: Batt & Colvin 2011 (read)",
    parts=(
        Part(
            "involvement",
            "attrition, high involvement - ordinary, per year",
            high=0.0,
            published=True,
            strict=True,
        ),
        Part(
            "pressure",
            "attrition, pressure - ordinary, per year",
            low=0.0,
            published=True,
            strict=True,
        ),
        Part("ordinary", "attrition under the ordinary package, per year", judged=False),
    ),
    data=(PACKAGES,),
    estimate=estimate,
    sign=True,
    ablation={"quit_exhaustion": 0.0, "quit_depersonalisation": 0.0},
)
