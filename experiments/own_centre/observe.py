"""A user's centre simulated for a set of parameters: the work functions of its calibration."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.evidence.centres import centre_of
from experiments.own_centre.kpis import KPIS, LOGGED
from experiments.own_centre.logged import LoggedSums
from experiments.own_centre.targets import PREFIX
from experiments.recipes import Kitchen, PolicySpec
from sim import simulate, warm_up
from sim.policy import Policy

CONFIRMED = 4
"""How many times as many replications the last step has."""


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
        ``handled_by`` and ``policy``, ``warmup_days``, ``days``, ``replications``, ``kpis``.
    seed : int
        The key of every draw.

    Returns
    -------
    dict of str to float
        ``{"kpi.aht": ..., ...}``, each in its measure's unit, a mean over the replications; NaN
        where one is not defined.
    """
    replications = range(1, int(plan["replications"]) + 1)
    rows = [_one(centre, plan, seed, number) for number in replications]
    return {PREFIX + name: float(np.mean([row[name] for row in rows])) for name in plan["kpis"]}


def confirm(centre: Mapping[str, Any], plan: Mapping[str, Any], seed: int) -> dict[str, float]:
    """Return the same from several times as many replications; see :func:`observe`."""
    return observe(centre, {**plan, "replications": CONFIRMED * int(plan["replications"])}, seed)


def policy_of(plan: Mapping[str, Any]) -> Policy:
    """Return the policy by which the centre handles its conflicts."""
    own = {name: PolicySpec.model_validate(recipe) for name, recipe in plan["policy"].items()}
    return Kitchen(own, lambda _: "").policy(plan["handled_by"], ("handled_by",))


def _one(
    centre: Mapping[str, Any], plan: Mapping[str, Any], seed: int, replication: int
) -> dict[str, float]:
    made = centre_of({**plan["known"], **centre})
    policy = policy_of(plan)
    start = warm_up(made, policy, days=int(plan["warmup_days"]), seed=seed, replication=replication)
    kpis = [KPIS[name] for name in plan["kpis"]]
    sums = LoggedSums(made) if any(LOGGED.keys() & set(kpi.measures) for kpi in kpis) else None
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
    return {kpi.name: kpi.of(seen) for kpi in kpis}
