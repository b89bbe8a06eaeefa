"""What a calibration sees: the parts of all facts marked C, of one set of parameters."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np

from experiments.evidence.datasets.panel import WITHOUT_CROSSOVER
from experiments.evidence.fact import Dataset, Fact
from experiments.evidence.facts import FACTS
from experiments.evidence.plan import Plan
from experiments.jobs import Result

NOT_SEEN = frozenset({WITHOUT_CROSSOVER.name})
"""The placebo of S18 would cost a third of the time and tell nothing here: without crossover no
path leads from mate to mate, whatever the other parameters, and with so few reps its standard
error is larger than its band. It is judged on the full sample."""


def calibration_facts() -> tuple[Fact, ...]:
    """Return the facts that a calibration may see: those marked C, and no other."""
    return tuple(fact for fact in FACTS if fact.use == "C")


def observe(centre: Mapping[str, Any], plan: Mapping[str, Any], seed: int) -> dict[str, float]:
    """Simulate one set of parameters, and return the parts of all C facts.

    The work function of a calibration's jobs: everything is done in this process, on the
    plan's smaller samples, and the statistics are values without intervals.

    Parameters
    ----------
    centre : mapping
        The parameters that differ from the defaults, see
        :func:`experiments.evidence.centres.centre_of`.
    plan : mapping
        The sampling plan; :meth:`experiments.evidence.plan.Plan.smaller` is taken of it here.
    seed : int
        In the place of the plan's: the same seed means the same centres, people and chance
        for every set of parameters.

    Returns
    -------
    dict of str to float
        ``{"S1.distributive": ..., ...}``; NaN where a statistic is not defined.
    """
    small = Plan.model_validate({**plan, "seed": seed}).smaller()
    made: dict[str, list[Result]] = {}
    found: dict[str, float] = {}
    for fact in calibration_facts():
        seen = [dataset for dataset in fact.data if dataset.name not in NOT_SEEN]
        for dataset in seen:
            if dataset.name not in made:
                made[dataset.name] = make(dataset, centre, small)
        estimates = fact.estimate({d.name: made[d.name] for d in seen}, 0)
        found.update({f"{fact.id}.{name}": each.value for name, each in estimates.items()})
    return found


def make(
    dataset: Dataset, centre: Mapping[str, Any], plan: Plan, units: int | None = None
) -> list[Result]:
    """Make the units of a dataset here and now, one after the other.

    Parameters
    ----------
    dataset : Dataset
        What to make.
    centre : mapping
        The parameters that differ from the defaults.
    plan : Plan
        The sampling plan.
    units : int or None
        How many; as many as the plan asks for where None.
    """
    module, _, name = dataset.work.partition(":")
    work = getattr(import_module(module), name)
    given = {"centre": dict(centre), "plan": plan.model_dump()}
    count = dataset.units(plan) if units is None else units
    return [
        {key: np.asarray(value) for key, value in work(**given, unit=unit).items()}
        for unit in range(count)
    ]
