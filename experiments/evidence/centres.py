"""The centres of the panel: a set of parameters, and how unlike it they are drawn."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from pydantic import ValidationError
from scipy import stats

from experiments.errors import RequestError
from experiments.evidence.plan import Plan, Spread
from experiments.explain import explain
from experiments.recipes import Kitchen
from sim.parameters import Centre
from sim.policy import Policy, Support

FACTORS = (
    "workload",
    "issues",
    "labour_market",
    "empathy",
    "composure",
    "emotional_support",
    "training",
)
"""What differs between the centres of the panel, in the order of the design's columns."""

NEUTRAL = "neutral"
"""The policy of the warm-up."""

_POINTS = 10
"""Log 2 of how many centres can be drawn; a prefix of the sequence is a design of its own."""

_TRAIT = (0.05, 0.95)
"""Range of the medians of traits, as in ``sim.parameters``."""


@dataclass(frozen=True)
class Drawn:
    """A centre of the panel.

    Attributes
    ----------
    centre : Centre
        Its parameters.
    policy : str
        The handling policy that it is under after the branch.
    support : Support
        Its own support package.
    factors : ndarray, shape (7,)
        Where it lies among centres, from 0 to 1 in each of :data:`FACTORS`.
    """

    centre: Centre
    policy: str
    support: Support
    factors: np.ndarray

    def under(self, policy: str) -> Policy:
        """Return a handling policy with the centre's own support package."""
        return Policy(handling=shipped_policy(policy).handling, support=self.support)


def centre_of(overrides: Mapping[str, Any]) -> Centre:
    """Return the reference centre with some parameters changed.

    Parameters
    ----------
    overrides : mapping
        Any parameters by name; a number of a table of moves as ``"anger_of_moves.listen"``,
        or the tables as mappings.

    Raises
    ------
    RequestError
        With every name that is none and every value out of range.
    """
    nested: dict[str, Any] = {}
    for name, value in overrides.items():
        table, dot, move = name.partition(".")
        if dot:
            nested.setdefault(table, {})[move] = value
        elif isinstance(value, Mapping):
            nested.setdefault(name, {}).update(value)
        else:
            nested[name] = value
    try:
        return Centre.model_validate(nested)
    except ValidationError as error:
        raise RequestError(explain(error, Centre, lambda _: "centre: ")) from None


@cache
def shipped_policy(name: str) -> Policy:
    """Return a policy that the project ships."""
    return Kitchen({}, lambda _: "").policy(name, ("policy",))


def of_size(centre: Centre, seats: int, workload: float = 1.0) -> Centre:
    """Return a centre with so many seats, and as many customers for each as before.

    Parameters
    ----------
    centre : Centre
        The parameters.
    seats : int
        Its new size.
    workload : float
        Customers per seat, as a multiple of the centre's own.
    """
    customers = max(1, round(centre.customers / centre.seats * seats * workload))
    return centre.model_copy(update={"seats": seats, "customers": customers})


def panel_centre(overrides: Mapping[str, Any], plan: Plan, unit: int) -> Drawn:
    """Draw a centre of the panel around a set of parameters.

    The draw depends on the plan's seed and on ``unit`` only: every set of parameters meets
    the same departures from it.

    Parameters
    ----------
    overrides : mapping
        Parameters that differ from the reference centre's, see :func:`centre_of`.
    plan : Plan
        The sampling plan.
    unit : int
        Which centre, from 0.
    """
    point = design(plan.seed)[unit]
    factors = np.asarray(point[1:])
    spread = plan.panel.spread
    around = centre_of(overrides)
    workload, issues, market, empathy, composure, support, training = map(float, factors)
    centre = of_size(around, plan.panel.seats, _multiple(workload, spread.workload_cv))
    changes = {
        "issues_per_year": around.issues_per_year * _multiple(issues, spread.issues_cv),
        "labour_market": around.labour_market * _multiple(market, spread.labour_market_cv),
        "empathy": _shifted(around.empathy, empathy, spread.recruits_logit),
        "composure": _shifted(around.composure, composure, spread.recruits_logit),
    }
    own = shipped_policy(NEUTRAL).support.model_copy(
        update={
            "emotional_support": _between(support, spread),
            "training": _between(training, spread),
        }
    )
    policies = plan.panel.policies
    policy = policies[int(point[0] * len(policies))]
    return Drawn(centre.model_copy(update=changes), policy, own, factors)


@cache
def design(seed: int) -> np.ndarray:
    """Return the scrambled Sobol' sequence that centres are drawn by.

    The first column deals out the policies, the others are the factors. In every column
    each aligned run of four points has one in each quarter of [0, 1): four policies come in
    equal shares, in any number of centres that four divides.
    """
    engine = stats.qmc.Sobol(len(FACTORS) + 1, scramble=True, seed=seed)
    return np.asarray(engine.random_base2(_POINTS))


def _multiple(u: float, cv: float) -> float:
    """Return the quantile at ``u`` of a lognormal of mean one."""
    variance = math.log1p(cv * cv)
    return math.exp(math.sqrt(variance) * float(stats.norm.ppf(u)) - 0.5 * variance)


def _shifted(median: float, u: float, spread: float) -> float:
    """Return a median moved on the logit scale, within the range of medians."""
    logit = math.log(median / (1.0 - median)) + spread * float(stats.norm.ppf(u))
    return min(max(1.0 / (1.0 + math.exp(-logit)), _TRAIT[0]), _TRAIT[1])


def _between(u: float, spread: Spread) -> float:
    return spread.support_from + u * (spread.support_to - spread.support_from)
