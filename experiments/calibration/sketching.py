"""What tells of candidates without the panel, at a third of the cost of a whole simulation."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from experiments.evidence.datasets.panel import PANEL
from experiments.evidence.datasets.reference import REFERENCE, yearly
from experiments.evidence.facts.s17_holidays import days_gone, paths
from experiments.evidence.observe import calibration_facts, make
from experiments.evidence.plan import Plan
from experiments.evidence.vignettes.holidays import HOLIDAYS
from experiments.jobs import Result

ROUGH = ("S17.holiday",)
"""What a sketch tells only roughly: candidates are looked over by it, emulators do not learn it."""


def sketch(centre: Mapping[str, Any], plan: Mapping[str, Any], seed: int) -> dict[str, float]:
    """Return the parts of the C facts that need no panel, on the plan's smaller samples.

    The work function of the jobs by which candidates are looked over before they are simulated
    in full; its parameters are those of :func:`experiments.evidence.observe.observe`.

    Returns
    -------
    dict of str to float
        As ``observe`` gives them. In S17's fall the spread between the vignette's own reps stands
        for that between the panel's, which is wider as centres differ.
    """
    small = Plan.model_validate({**plan, "seed": seed}).smaller()
    made: dict[str, list[Result]] = {}
    found: dict[str, float] = {}
    for fact in calibration_facts():
        if PANEL.name in {each.name for each in fact.data}:
            continue
        for dataset in fact.data:
            if dataset.name not in made:
                made[dataset.name] = make(dataset, centre, small)
        data = {each.name: made[each.name] for each in fact.data}
        found.update({f"{fact.id}.{n}": e.value for n, e in fact.estimate(data, 0).items()})
    chances = yearly(made[REFERENCE.name])["expected_attrition"]
    found["S19.attrition"] = float(np.mean(chances))  # as observe takes it
    return {**found, **holiday(make(HOLIDAYS, centre, small))}


def holiday(twins: Sequence[Result]) -> dict[str, float]:
    """Return what the vignette alone tells of S17."""
    sums = paths(twins).sum(axis=0)
    below = sums[1:] / sums[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        fall = float(below[0] / _spread(twins))
    return {"S17.holiday": fall, "S17.fading": float(days_gone(below))}


def _spread(twins: Sequence[Result]) -> float:
    """Return the standard deviation between reps on the evening before the holiday."""
    evening = int(twins[0]["before"]) - 1
    rep = np.concatenate([each["rep"] for each in twins])
    before = np.concatenate([each["at_work"][:, evening] for each in twins])
    _, place = np.unique(rep, return_inverse=True)
    means = np.bincount(place, weights=before) / np.bincount(place)
    return float(np.std(means, ddof=1)) if len(means) > 1 else float("nan")
