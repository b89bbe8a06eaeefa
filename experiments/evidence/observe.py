"""What a calibration sees: the parts of all facts marked C, of one set of parameters."""

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Any

import numpy as np

from experiments.evidence.answers import rep_answers
from experiments.evidence.datasets.panel import PANEL, WITHOUT_CROSSOVER
from experiments.evidence.datasets.reference import REFERENCE, yearly
from experiments.evidence.fact import Dataset, Fact
from experiments.evidence.facts import FACTS
from experiments.evidence.moments import by_cluster, correlation
from experiments.evidence.plan import Plan
from experiments.evidence.vignettes.holidays import HOLIDAYS
from experiments.jobs import Result

NOT_SEEN = frozenset({WITHOUT_CROSSOVER.name})
"""The placebo of S18 would cost a third of the time and tell nothing here: without crossover no
path leads from mate to mate, whatever the other parameters, and with so few reps its standard
error is larger than its band. It is judged on the full sample."""

IN_FULL = (HOLIDAYS,)
"""What a calibration's run has as many units of as the whole plan: a few tenths of a second, and on
the smaller sample the days until a holiday is gone would vary by half of their band."""

ACTING = ("exhaustion", "surface", "deep")
"""Scales of S14: its outcome, and its two predictors."""


def calibration_facts() -> tuple[Fact, ...]:
    """Return the facts that a calibration may see: those marked C, and no other."""
    return tuple(fact for fact in FACTS if fact.use == "C")


def observe(centre: Mapping[str, Any], plan: Mapping[str, Any], seed: int) -> dict[str, float]:
    """Simulate one set of parameters, and return the parts of all C facts.

    The work function of a calibration's jobs: everything is done in this process, on the
    plan's smaller samples, and the statistics are values without intervals. What would be mostly
    noise there is taken otherwise, see :func:`steadier`, or from the whole plan's sample,
    see :data:`IN_FULL`.

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
    whole = _seeded(plan, seed)
    small = whole.smaller()
    units = {each.name: each.units(whole) for each in IN_FULL}
    found, made = _statistics(calibration_facts(), centre, small, units)
    return {**found, **steadier(made, small.panel.waves)}


def confirm(centre: Mapping[str, Any], plan: Mapping[str, Any], seed: int) -> dict[str, float]:
    """Return the parts of all C facts on the whole plan, each as the fact itself takes it.

    The work function of the jobs by which a calibration's sets are looked at once more.
    Parameters and result as in :func:`observe`.
    """
    return _statistics(calibration_facts(), centre, _seeded(plan, seed))[0]


def _seeded(plan: Mapping[str, Any], seed: int) -> Plan:
    return Plan.model_validate({**plan, "seed": seed})


def _statistics(
    facts: Iterable[Fact],
    centre: Mapping[str, Any],
    plan: Plan,
    units: Mapping[str, int] = MappingProxyType({}),
) -> tuple[dict[str, float], dict[str, list[Result]]]:
    """Return the values of all parts, and the data that they were taken from."""
    made: dict[str, list[Result]] = {}
    found: dict[str, float] = {}
    for fact in facts:
        seen = [dataset for dataset in fact.data if dataset.name not in NOT_SEEN]
        for dataset in seen:
            if dataset.name not in made:
                made[dataset.name] = make(dataset, centre, plan, units.get(dataset.name))
        estimates = fact.estimate({d.name: made[d.name] for d in seen}, 0)
        found.update({f"{fact.id}.{name}": each.value for name, each in estimates.items()})
    return found, made


def steadier(made: Mapping[str, Sequence[Result]], waves: Sequence[int]) -> dict[str, float]:
    """Return statistics that a small sample gives with less noise in another way.

    Attrition is the sum of the nightly chances of quitting, whose mean is that of the quits, luck
    left out. S14's correlations are pooled over all waves of the panel, within waves: reps
    are few on its last day alone.

    Parameters
    ----------
    made : mapping
        The panel, and the reference centre's replications.
    waves : sequence of int
        The days on which the panel's reps were asked.
    """
    panel = made[PANEL.name]
    answers = [rep_answers(panel, wave) for wave in waves]
    within = sum(
        by_cluster(asked.scores(ACTING), asked.centre, asked.centres).sum(axis=0)
        for asked in answers
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        surface, deep = (float(correlation(np.asarray(within), 1, place)) for place in (2, 3))
    chances = yearly(made[REFERENCE.name])["expected_attrition"]
    return {
        "S14.surface": surface,
        "S14.deep": deep,
        "S19.attrition": float(np.mean(chances)),
    }


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
