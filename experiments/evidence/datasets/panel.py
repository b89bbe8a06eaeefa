"""The panel: many unlike centres for a year, as field studies of many centres have them.

A unit is one centre: warmed up under the neutral policy, then a year under one of the
handling policies, with its own support package throughout.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from experiments.evidence.centres import NEUTRAL, Drawn, panel_centre
from experiments.evidence.datasets.fieldwork import leavers, walk
from experiments.evidence.datasets.questionnaires import ask_customers, ask_reps, gathered
from experiments.evidence.fact import Dataset
from experiments.evidence.moments import moments
from experiments.evidence.plan import Plan
from experiments.jobs import Result
from sim import Outcome, Start, warm_up
from sim.measures import BY_NAME
from sim.state import Floor

COMPLAINT = ("distributive", "procedural", "interactional", "satisfaction")
"""What is kept of each customer's last complaint, by its moments."""

NEAR = 0.15
"""Disconfirmation that counts as small: the plan's."""

REGIONS = ("far losses", "near losses", "near gains", "far gains")
"""Where contacts fall by disconfirmation, what came less what was expected."""


class ContactLog:
    """What is kept of a year's contacts, stretch by stretch of the log."""

    def __init__(self) -> None:
        self._complaints: list[np.ndarray] = []
        self._customers: list[np.ndarray] = []
        self._slopes = np.zeros((len(REGIONS), 3, 3))

    def take(self, rows: np.ndarray) -> None:
        """Take in a stretch of the log, in the order in which contacts ended."""
        concluded = rows[rows["concluded"]]
        self._customers.append(concluded["customer"].copy())
        self._complaints.append(np.column_stack([concluded[name] for name in COMPLAINT]))
        judged = rows["expectation"] > 0.0  # 0 where nobody judged
        gap = rows["quality"][judged] - rows["expectation"][judged]
        satisfied = rows["satisfaction"][judged]
        region = np.digitize(gap, [-NEAR, 0.0, NEAR])
        for index in range(len(REGIONS)):
            here = region == index
            self._slopes[index] += moments(np.column_stack([gap[here], satisfied[here]]))

    def complaints(self) -> np.ndarray:
        """Return the moments of the last complaint of each customer who had one."""
        customers, complaints = np.concatenate(self._customers), np.concatenate(self._complaints)
        _, last = np.unique(customers[::-1], return_index=True)
        return moments(complaints[::-1][last])

    def slopes(self) -> np.ndarray:
        """Return the moments of disconfirmation and satisfaction in each region."""
        return self._slopes


def unit(centre: Mapping[str, Any], plan: Mapping[str, Any], unit: int) -> Result:
    """Simulate one centre of the panel.

    Returns
    -------
    dict of str to ndarray
        ``factors`` and ``policy``: what the centre is. ``rep_...``: the answers of the reps
        at all waves, and ``rep_left``, the day after the branch on which each left.
        ``customer_...``: the answers at the year's end. ``complaints``, ``slopes``: moments
        of contacts, see :class:`ContactLog`. ``measures``: of the year, in the order of
        :data:`sim.measures.BY_NAME`.
    """
    asked = Plan.model_validate(plan)
    drawn = panel_centre(centre, asked, unit)
    log = ContactLog()
    found, floor, start = _year(drawn, asked, unit, asked.panel.waves, log)
    customers = ask_customers(floor, asked.panel, asked.seed, unit)
    year = Outcome(floor, start.day, start.outside).measures()
    return {
        **found,
        **gathered([customers], "customer"),
        "complaints": log.complaints(),
        "slopes": log.slopes(),
        "measures": np.array([year[name] for name in BY_NAME]),
    }


def without_crossover(centre: Mapping[str, Any], plan: Mapping[str, Any], unit: int) -> Result:
    """Simulate the same centre with no crossover in its teams, and ask its reps at the end."""
    asked = Plan.model_validate(plan)
    drawn = panel_centre({**centre, "crossover": 0.0}, asked, unit)
    found, _, _ = _year(drawn, asked, unit, asked.panel.waves[-1:])
    return found


def _year(
    drawn: Drawn, plan: Plan, unit: int, waves: Sequence[int], log: ContactLog | None = None
) -> tuple[Result, Floor, Start]:
    """Return the reps' answers, the centre at the last stop, and at the branch."""
    start = warm_up(
        drawn.centre,
        drawn.under(NEUTRAL),
        days=plan.panel.warmup_days,
        seed=plan.seed,
        replication=unit + 1,
    )
    stops = sorted({*waves, plan.panel.days}) if log else list(waves)
    answers = []
    for day, floor in walk(start, drawn.under(drawn.policy), stops, log.take if log else None):
        if day in waves:
            answers.append(ask_reps(floor, drawn.centre, plan.panel, plan.seed, unit, day))
    reps = gathered(answers, "rep")
    gone = leavers(floor, start.day)
    reps["rep_left"] = np.array([gone.get(int(one), math.nan) for one in reps["rep_id"]])
    what = {"factors": drawn.factors, "policy": np.array(plan.panel.policies.index(drawn.policy))}
    return {**what, **reps}, floor, start


PANEL = Dataset(
    "panel",
    f"{__name__}:unit",
    lambda plan: plan.panel.centres,
    lambda plan: plan.panel.most_centres,
    ablated=4,  # most of a second of one core each; a quarter still has all policies equally often
)

WITHOUT_CROSSOVER = Dataset(
    "panel without crossover",
    f"{__name__}:without_crossover",
    lambda plan: plan.panel.centres,
    lambda plan: plan.panel.most_centres,
)
