"""S11: compensation has diminishing returns, and none beyond 150 % of the price."""

from collections.abc import Mapping

import numpy as np

from experiments.evidence.fact import Data, Estimate, Fact, Part
from experiments.evidence.vignettes.customers import COMPENSATION, PERCENT
from experiments.evidence.vignettes.people import by_rep, column, ratio


def estimate(data: Data, resamples: int) -> Mapping[str, Estimate]:
    """Compare slopes of mean loyalty on payment, and its ends; reps are resampled."""
    results = data[COMPENSATION.name]
    loyalty = column(results, "loyalty")

    def gain(m: np.ndarray, low: int, high: int) -> np.ndarray:
        return np.asarray(m[..., PERCENT.index(high)] - m[..., PERCENT.index(low)])

    def parts(m: np.ndarray) -> dict[str, np.ndarray]:
        early, late = gain(m, 0, 80) / 80.0, gain(m, 80, 150) / 70.0
        return {"diminishing": ratio(early, late), "beyond": gain(m, 150, 200)}

    return by_rep(loyalty, parts, resamples, results)


FACT = Fact(
    id="S11",
    use="C",
    statement="Loyalty rises less and less with compensation, and not beyond 150 % of the price.",
    source="T13: Haesevoets et al. 2017; Edström et al. 2022 (read)",
    parts=(
        Part(
            "diminishing",
            "loyalty gained per point of compensation, 0 to 80 % over 80 to 150 %",
            low=1.0,
            published=True,
            strict=True,
        ),
        Part(
            "beyond",
            "loyalty at 200 % less at 150 % of the price",
            high=0.005,
        ),
    ),
    data=(COMPENSATION,),
    estimate=estimate,
)
