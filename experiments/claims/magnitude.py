"""How large what decides a claim is, beside how often it can be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.claims.claim_file import Condition
from experiments.claims.judging import HOLDS, Tested
from experiments.claims.measures import MEASURES

BARE = ("1", "0-1", "share")
"""Units that say nothing beside a number."""


@dataclass(frozen=True)
class Magnitude:
    """How large a condition's difference is over the sets.

    Attributes
    ----------
    condition : Condition
        What must hold.
    median : float
        Of the difference, over the sets in which it could be judged.
    margin : float or None
        The smallest difference that is relevant, stated before the run; None where none is.
    sets, relevant : int
        In how many sets it was judged, and in how many of them it holds and is larger than that.
    """

    condition: Condition
    median: float
    margin: float | None
    sets: int
    relevant: int

    @property
    def share(self) -> float:
        """The share of sets in which the condition holds and the difference is relevant."""
        known = self.sets and self.margin is not None
        return self.relevant / self.sets if known else float("nan")

    @property
    def unit(self) -> str:
        """The unit of the difference, with a space before it; empty where it says nothing."""
        unit = MEASURES[self.condition.measure].unit
        return "" if unit in BARE else f" {unit}"

    @property
    def entry(self) -> dict[str, Any]:
        """The same as an entry of the JSON table."""
        return {
            "condition": self.condition.what,
            "measure": self.condition.measure,
            "unit": MEASURES[self.condition.measure].unit,
            "median": self.median,
            "margin": self.margin,
            "relevant": self.share,
        }


def magnitude(tested: Tested, margins: Mapping[str, float]) -> Magnitude:
    """Return how large a condition's difference is.

    Parameters
    ----------
    tested : Tested
        The condition in every set.
    margins : mapping of str to float
        The smallest relevant difference of each measure.
    """
    condition = tested.condition
    known = (np.abs(tested.verdicts) <= 1) & np.isfinite(tested.contrasts.mean)
    means, verdicts = tested.contrasts.mean[known], tested.verdicts[known]
    margin = margins.get(condition.measure)
    large = condition.sign * means > (np.inf if margin is None else margin)
    return Magnitude(
        condition,
        float(np.median(means)) if len(means) else float("nan"),
        margin,
        len(means),
        int(((verdicts == HOLDS) & large).sum()),
    )
