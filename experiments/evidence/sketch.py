"""What tells of candidates without the panel, at a third of the cost of a whole simulation."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.evidence.datasets.panel import PANEL
from experiments.evidence.datasets.reference import REFERENCE, yearly
from experiments.evidence.facts.s17_holidays import days_gone, paths
from experiments.evidence.observe import calibration_facts, make
from experiments.evidence.plan import Plan
from experiments.evidence.vignettes.holidays import HOLIDAYS
from experiments.jobs import Result


def sketch(centre: Mapping[str, Any], plan: Mapping[str, Any], seed: int) -> dict[str, float]:
    """Return the parts of the C facts that need no panel, on the plan's smaller samples.

    The work function of the jobs by which candidates are looked over before they are simulated
    in full; its parameters are those of :func:`experiments.evidence.observe.observe`.

    Returns
    -------
    dict of str to float
        As ``observe`` gives them; S17's fading from fewer persons.
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
    sums = paths(make(HOLIDAYS, centre, small)).sum(axis=0)
    return {**found, "S17.fading": float(days_gone(sums[1:] / sums[0]))}
