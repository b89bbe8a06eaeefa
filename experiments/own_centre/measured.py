"""A KPI's value in a user's centre, and how well it is known."""

import math
from dataclasses import dataclass

from scipy import stats

from experiments.own_centre.kpis import Kpi

TAIL = 0.025
"""On either side of the exact intervals."""

NONE = 1e-9
"""Events that are as good as none."""


@dataclass(frozen=True)
class Measured:
    """A KPI's value in a user's centre, with how well it is known.

    Attributes
    ----------
    kpi : str
        Which.
    value : float
        In the measure's unit.
    below, above : float
        Standard errors to either side: unlike where an interval was given that lies lopsided.
    origin : str
        Where it comes from, in words.
    notes : tuple of str
        What else is to be known of it.
    """

    kpi: str
    value: float
    below: float
    above: float
    origin: str
    notes: tuple[str, ...] = ()


def errors_of(
    kpi: Kpi, value: float, sample: float, sd: float | None = None
) -> tuple[float, float]:
    """Return the standard errors of a KPI to either side, by the sample it was taken from.

    Of a mean, ``sd`` over the root of the sample. Of a share and of a rate of events, the distances
    to the ends of the exact 95 % interval (Clopper and Pearson's of a share, Garwood's of a
    count; both from memory, unverified), each over the normal quantile: none of ten reps having
    left in half a year does not mean that nobody ever leaves.

    Parameters
    ----------
    kpi : Kpi
        Which.
    value : float
        In the measure's unit, as is ``sd``.
    sample : float
        How many of ``kpi.sample_of``.
    sd : float or None
        The standard deviation of a single one; needed for a mean.
    """
    if sd is not None:
        return sd / math.sqrt(sample), sd / math.sqrt(sample)
    events = value * sample
    if kpi.sample == "share":
        others = sample - events
        low = stats.beta.ppf(TAIL, events, others + 1.0) if events > NONE else 0.0
        high = stats.beta.ppf(1.0 - TAIL, events + 1.0, others) if others > NONE else 1.0
    elif kpi.sample == "rate":
        low = stats.gamma.ppf(TAIL, events) / sample if events > NONE else 0.0
        high = stats.gamma.ppf(1.0 - TAIL, events + 1.0) / sample
    else:
        raise ValueError(f"{kpi.name} is a mean: its standard deviation is needed")
    sigmas = float(stats.norm.ppf(1.0 - TAIL))
    return max(0.0, value - float(low)) / sigmas, max(0.0, float(high) - value) / sigmas
