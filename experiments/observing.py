"""A user's own centre simulated for a set of parameters: the work functions of its calibration.

A module of its own, as a finished job is known by the sources of the module that did it: what a
KPI is called and how it is judged may change without simulating again. Which measures a KPI is
made of, and the policy that is followed, stand in a job's arguments.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.evidence.centres import centre_of
from sim import simulate, warm_up
from sim.moves import ABANDONED, CALL, ENQUIRY
from sim.parameters import Centre
from sim.policy import Policy

CONFIRMED = 4
"""How many times as many replications the last step has."""

LOGGED = ("fcr_no_return", "csat_survey")
"""What is taken from simulated contacts, where no measure of the model is what a centre counts."""

MINUTES = 1440.0
"""Minutes in a day."""


class LoggedSums:
    """Takes contacts as they come: what :func:`sim.simulate` is given as ``contacts``.

    Parameters
    ----------
    centre : Centre
        The parameters.
    """

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._customers: list[np.ndarray] = []
        self._begun: list[np.ndarray] = []
        self._top = self._weight = 0.0

    def __call__(self, rows: np.ndarray) -> None:
        """Take some contacts."""
        handled = rows[(rows["stage"] == CALL) & (rows["ending"] != ABANDONED)]
        self._customers.append(handled["customer"].copy())
        self._begun.append(handled["minute"] + handled["wait"])
        satisfied = rows["satisfaction"][judged(rows)]
        weights = chance_to_answer(self._centre, satisfied)
        self._weight += float(weights.sum())
        self._top += float(weights[satisfied >= self._centre.csat_top_box].sum())

    def found(self, first_day: int, days: int) -> dict[str, float]:
        """Return each of :data:`LOGGED`; NaN where not defined.

        Parameters
        ----------
        first_day, days : int
            The first day that was logged, as the model counts days, and how many were.
        """
        whole = np.zeros(0)
        begun = np.concatenate([whole, *self._begun]) - MINUTES * first_day
        customers = np.concatenate([np.zeros(0, int), *self._customers])
        window = self._centre.repeat_window * MINUTES
        values = (
            no_return(customers, begun, window, MINUTES * days),
            self._top / self._weight if self._weight else float("nan"),
        )
        return dict(zip(LOGGED, values, strict=True))


def judged(rows: np.ndarray) -> np.ndarray:
    """Return which contacts were judged by their customers right away: (contacts,) of bool."""
    routine = (rows["matter"] == ENQUIRY) & (rows["ending"] != ABANDONED)
    return np.asarray(rows["concluded"] | routine)


def chance_to_answer(centre: Centre, satisfied: np.ndarray) -> np.ndarray:
    """Return the chance that a customer answers the survey, as the model has it.

    Parameters
    ----------
    centre : Centre
        The parameters.
    satisfied : array (n,)
        Satisfaction with the contact, 0 to 1.
    """
    feeling = np.abs(satisfied - centre.satisfaction_anchor)
    share = np.clip(centre.survey_response + centre.survey_extremity * feeling, 0.0, 1.0)
    return np.asarray(centre.contact_survey * share)


def no_return(customers: np.ndarray, begun: np.ndarray, window: float, end: float) -> float:
    """Return the share of first contacts after which the customer does not call within the window.

    A contact is a first one if there was none of its customer within the window before it.
    The first and the last window tell only that.

    Parameters
    ----------
    customers, begun : array (n,)
        Who was spoken to, and from when on, counted from the beginning of the record.
    window, end : float
        In the same unit: the window, and the length of the record.
    """
    order = np.lexsort((begun, customers))
    who, when = customers[order], begun[order]
    if not len(who):
        return float("nan")
    gap = np.where(np.diff(who) == 0, np.diff(when), np.inf)
    since, until = np.append(np.inf, gap), np.append(gap, np.inf)
    first = (since > window) & (when >= window) & (when <= end - window)
    count = int(first.sum())
    return float((first & (until > window)).sum() / count) if count else float("nan")


def observe(centre: Mapping[str, Any], plan: Mapping[str, Any], seed: int) -> dict[str, float]:
    """Simulate a user's centre with one set of parameters, and return its KPIs.

    The work function of the jobs of ``frontline calibrate`` with an own centre. The centre
    is warmed up under the policy by which its conflicts are handled, and goes on under it.

    Parameters
    ----------
    centre : mapping
        The parameters of the set, by name; they go before what is known.
    plan : mapping
        What :meth:`experiments.own_centre.request.OwnCentre.plan` gives: ``known`` parameters,
        ``policy`` as ``Policy.model_dump()`` has it, ``warmup_days``, ``days``, ``replications``,
        and ``kpis``: by the name of each the measures, of the model or of :data:`LOGGED`, of which
        it is the product.
    seed : int
        The key of every draw.

    Returns
    -------
    dict of str to float
        By KPI, each in its measure's unit, a mean over the replications; NaN where one is not
        defined.
    """
    replications = range(1, int(plan["replications"]) + 1)
    rows = [_one(centre, plan, seed, number) for number in replications]
    return {name: float(np.mean([row[name] for row in rows])) for name in plan["kpis"]}


def confirm(centre: Mapping[str, Any], plan: Mapping[str, Any], seed: int) -> dict[str, float]:
    """Return the same from several times as many replications; see :func:`observe`."""
    return observe(centre, {**plan, "replications": CONFIRMED * int(plan["replications"])}, seed)


def _one(
    centre: Mapping[str, Any], plan: Mapping[str, Any], seed: int, replication: int
) -> dict[str, float]:
    made = centre_of({**plan["known"], **centre})
    policy = Policy.model_validate(plan["policy"])
    start = warm_up(made, policy, days=int(plan["warmup_days"]), seed=seed, replication=replication)
    kpis: Mapping[str, list[str]] = plan["kpis"]
    wanted = {measure for measures in kpis.values() for measure in measures}
    sums = LoggedSums(made) if wanted & set(LOGGED) else None
    outcome = simulate(
        made,
        policy,
        days=int(plan["days"]),
        seed=seed,
        replication=replication,
        start=start,
        contacts=sums,
    )
    seen = outcome.measures()
    if sums is not None:
        seen |= sums.found(start.day, int(plan["days"]))
    return {
        name: math.prod(float(seen[measure]) for measure in measures)
        for name, measures in kpis.items()
    }
