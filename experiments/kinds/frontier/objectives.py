"""What a policy is searched for: measures with a better side, and the cost of a customer."""

from typing import TYPE_CHECKING

import numpy as np

from experiments.errors import hint
from sim.measures import BY_NAME
from sim.measures.money import OPERATING

if TYPE_CHECKING:
    from collections.abc import Callable

    from experiments.figures.frontier import Aim

COST = "cost"
"""Operating cost and compensation per customer-year. Cost per contact leaves compensation on a line
of its own, so that generosity would be free; and it falls when customers call more often. What it
takes to win new customers is no part of it: customers who leave count under loyalty."""

COST_UNIT = "price/year"

COST_DEFINITION = "operating cost and compensation per customer-year"

DEFAULT = ("loyalty", "exhaustion", COST)

_PAID = (*OPERATING, "account_compensation")

_SHORT = {
    "loyalty": "loyalty",
    "retention": "loyalty",
    "exhaustion": "exhaustion",
    "burnout": "burnout",
    COST: "cost",
    "cost_per_contact": "cost",
}

_LABELS = {COST: "cost of a customer", "burnout": "share of reps burnt out"}


def allowed_objectives() -> tuple[str, ...]:
    """Return all that can be an objective."""
    return (COST, *(name for name, measure in BY_NAME.items() if measure.better))


def refused(name: str) -> str:
    """Return why a name is no objective, empty where it is one."""
    known = allowed_objectives()
    if name in known:
        return ""
    if name in BY_NAME:
        return "has no better side; allowed: cost, and measures of which more is better or less"
    return f"allowed: {', '.join(known)}{hint(name, known)}"


def better(name: str) -> int:
    """Return 1 where more is better, -1 where less is."""
    return -1 if name == COST else BY_NAME[name].better


def definition(name: str) -> str:
    """Return what an objective is, in words."""
    return COST_DEFINITION if name == COST else BY_NAME[name].definition


def aim_of(name: str) -> "Aim":
    """Return an objective as figures take it."""
    from experiments.figures.frontier import Aim
    from experiments.figures.setting import name_of, unit_of

    unit = COST_UNIT if name == COST else unit_of(name)
    label = _LABELS.get(name) or name_of(name)
    return Aim(name, label, unit, _SHORT.get(name, label), better(name))


def column(name: str, of: "Callable[[str], np.ndarray]") -> np.ndarray:
    """Return an objective's values from those of the measures.

    Parameters
    ----------
    name : str
        The objective.
    of : callable
        Gives a measure's values by its name.
    """
    if name == COST:
        return -np.sum([of(account) for account in _PAID], axis=0)
    return of(name)
