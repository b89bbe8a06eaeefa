"""KPIs with how well they are known, as bands that a calibration aims at."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from experiments.calibration.targets import Target
from experiments.own_centre.kpis import KPIS
from experiments.own_centre.measured import Measured

PREFIX = "kpi."
"""Before a KPI's name in the name of its target."""

CONTAINED = {
    "escalations_per_contact": ("escalation_rate", "complaint_share"),
    "compensation_per_contact": ("compensation_per_conflict", "complaint_share"),
    "fcr_no_return": ("fcr_no_repeat",),
}
"""KPIs that say nothing more where certain others are there: these are only reported then."""

SIGMAS = 2.0
"""Standard errors to either side that a band has, unless the user asks for others: some 95 %
where the estimate is normal."""


def band(measured: Measured, sigmas: float, tolerance: float | None = None) -> Target:
    """Return the band of one KPI: its value, give or take chance and the model's tolerance.

    The two are added, not combined as variances: the tolerance is no chance, and is to leave
    room at the edge of what chance allows, too.

    Parameters
    ----------
    measured : Measured
        The KPI.
    sigmas : float
        Standard errors to either side.
    tolerance : float or None
        What the model may miss it by, in the measure's unit; the KPI's own where None.
    """
    kpi = KPIS[measured.kpi]
    slack = kpi.slack(measured.value) if tolerance is None else tolerance
    low = max(0.0, measured.value - sigmas * measured.below - slack)
    high = min(kpi.high, measured.value + sigmas * measured.above + slack)
    return Target(PREFIX + kpi.name, kpi.title, low, high)


def with_luck(measured: Measured, runs: np.ndarray) -> Measured:
    """Return a KPI with the luck of a single centre added to its standard errors.

    A centre has the staff that it has, and these months' absences: what is drawn once for
    all of its contacts no error within its own data shows, and in a centre of a few seats it is the
    larger part. So the spread between simulated centres alike in all parameters is added,
    as independent; what is in both is counted twice, on the safe side.

    Parameters
    ----------
    measured : Measured
        The KPI.
    runs : array (n,)
        The KPI in simulated centres of the same parameters, each over as many days as the user's
        data have; NaN is left out, and below two values nothing is added.
    """
    there = runs[np.isfinite(runs)]
    if len(there) < 2:
        return measured
    luck = float(there.std(ddof=1))
    return replace(
        measured,
        below=math.hypot(measured.below, luck),
        above=math.hypot(measured.above, luck),
        notes=(*measured.notes, f"luck of a single centre: standard deviation {luck:.3g}"),
    )


def targets_of_kpis(
    measured: Iterable[Measured],
    sigmas: float = SIGMAS,
    tolerances: Mapping[str, float] | None = None,
) -> list[Target]:
    """Return the bands of all KPIs, those without a spread left out.

    Parameters
    ----------
    measured : iterable of Measured
        The KPIs.
    sigmas : float
        Standard errors to either side.
    tolerances : mapping or None
        What the model may miss a KPI by, in the measure's unit, where it is not the KPI's own.
    """
    stated = tolerances or {}
    known = [each for each in measured if math.isfinite(each.value + each.below + each.above)]
    names = {each.kpi for each in known}
    return [
        replace(
            band(each, sigmas, stated.get(each.kpi)),
            judged=not (each.kpi in CONTAINED and names.issuperset(CONTAINED[each.kpi])),
        )
        for each in known
    ]
