"""S9: who tells whom."""

import numpy as np

from experiments.evidence.datasets.reference import COUNTS, REFERENCE
from experiments.evidence.fact import Data, Estimates, Fact, Part
from experiments.evidence.resampling import estimates


def _parts(sums: np.ndarray) -> dict[str, np.ndarray]:
    count = {name: sums[..., place] for place, name in enumerate(COUNTS)}
    dissatisfied = count["told_dissatisfied"] / count["conflicts_dissatisfied"]
    satisfied = count["told_satisfied"] / count["conflicts_satisfied"]
    return {
        "dissatisfied_tell": dissatisfied / satisfied,
        "good_over_bad": count["tellings_good"] / count["tellings_bad"],
    }


def estimate(data: Data, resamples: int) -> Estimates:
    """Return the ratios over the year, replications resampled."""
    sums = np.stack([each["counts"] for each in data[REFERENCE.name]])
    return estimates(sums, _parts, resamples, "replications")


FACT = Fact(
    id="S9",
    use="C",
    statement="A dissatisfied complainant tells more people than a satisfied one; over all "
    "customers good tellings outnumber bad",
    source="T10: BBB 2013; East et al. 2007 (read)",
    parts=(
        Part("dissatisfied_tell", "tellings of a dissatisfied over a satisfied one", 1.5, 3.0),
        Part("good_over_bad", "good over bad tellings, all customers", 2.0, 4.0),
    ),
    data=(REFERENCE,),
    estimate=estimate,
)
