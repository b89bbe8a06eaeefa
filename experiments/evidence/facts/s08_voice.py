"""S8: few complain of trivial losses, more than half of serious ones."""

from collections.abc import Mapping

from experiments.evidence.fact import Data, Estimate, Fact, Part
from experiments.evidence.vignettes.customers import VOICE
from experiments.evidence.vignettes.people import column, of_persons


def estimate(data: Data, resamples: int) -> Mapping[str, Estimate]:
    """Take the mean chance of complaining: a share without the noise of the draws."""
    chance = column(data[VOICE.name], "chance")
    # Persons are independent: whether to complain is decided before any rep plays a part.
    return of_persons(chance, lambda m: {"trivial": m[..., 0], "serious": m[..., 1]}, resamples)


FACT = Fact(
    id="S8",
    use="C",
    statement="Few customers complain of a trivial loss, more than half of a serious one.",
    source="T11: Goodman & Newman, TARP (read)",
    parts=(
        Part(
            "trivial",
            "share who complain of a loss of .05 prices",
            high=0.10,
            published=True,
        ),
        Part(
            "serious",
            "share who complain of a loss of 1.42 prices",
            0.50,
            0.80,
        ),
    ),
    data=(VOICE,),
    estimate=estimate,
)
