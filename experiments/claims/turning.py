"""At which price a claim's answer turns round: what a fee may cost for the thing still to pay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.claims.claim_file import Claim, Condition
from experiments.claims.judging import differences
from experiments.claims.measures import FEES
from experiments.claims.sets import ParameterSet, every_parameter
from sim.parameters import describe


@dataclass(frozen=True)
class Turning:
    """The price at which a difference is 0, over the sets.

    Attributes
    ----------
    condition : Condition
        The difference.
    unit : str
        Of the price.
    prices : ndarray
        The price in each set in which there is one.
    now : ndarray
        The price that was simulated, in the same sets.
    dropped : int
        Sets in which there is none: no more is bought (or nobody more is kept), or a run failed.
    """

    condition: Condition
    unit: str
    prices: np.ndarray
    now: np.ndarray
    dropped: int

    @property
    def fee(self) -> str:
        """The parameter."""
        return str(self.condition.fee)

    @property
    def never(self) -> int:
        """In how many sets the difference would not turn round even if nothing were charged."""
        return int(np.sum(self.prices < 0.0))

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """Median, lower and upper quartile of the price."""
        middle, low, high = np.quantile(self.prices, [0.5, 0.25, 0.75])
        return float(middle), float(low), float(high)


def turning_prices(
    claim: Claim, values: Mapping[str, np.ndarray], sets: Sequence[ParameterSet]
) -> tuple[Turning, ...]:
    """Return for each condition that names a fee the price at which its difference is 0.

    No rule of conduct reads a fee, so that a difference goes with it along a straight line.

    Parameters
    ----------
    claim : Claim
        The claim.
    values : mapping
        The runs of its arms.
    sets : sequence of ParameterSet
        The sets that were run.
    """
    units = {row.name: row.unit for row in describe()}
    found = []
    for each in claim.condition:
        if each.fee is None:
            continue
        paid, sign = FEES[each.fee]
        now = np.array([float(every_parameter(one.values)[each.fee]) for one in sets])
        total = differences(each, values).mean(axis=1)
        of_fee = sign * differences(each.model_copy(update={"measure": paid}), values).mean(axis=1)
        there = np.isfinite(total) & (of_fee < 0.0) & (now > 0.0)
        prices = now[there] * (1.0 - total[there] / of_fee[there])
        dropped = int(len(sets) - there.sum())
        found.append(Turning(each, units[each.fee], prices, now[there], dropped))
    return tuple(found)
