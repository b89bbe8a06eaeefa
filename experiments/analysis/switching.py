"""Switches of policy in an experiment: each branch that changes against the same one unchanged.

Branches are told to be the same by their numbers, never by their names: a branch that changes is
held against one that has the same policy from the first day on and keeps it. Both meet the same
chance, so that before the switch they do not differ at all.
"""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.analysis.curves.response import Response, response
from experiments.analysis.results import Results
from experiments.periods import WEEK

SHOWN = (
    "loyalty",
    "csat",
    "retention",
    "exhaustion",
    "fcr_survey",
    "escalation_rate",
    "cost_per_contact",
    "profit_per_customer",
    "prevail_all",
)
"""The measures whose response is looked at, as far as the weekly series have them."""

LEAST_WEEKS = 8
"""Weeks after a switch below which nothing is said of what it does in the end (assumed)."""


@dataclass(frozen=True, eq=False)
class Switched:
    """A branch that changes its policy, and what that does.

    Attributes
    ----------
    policy, unchanged : str
        The branch that changes, and the one that does not.
    switches : tuple of (day, numbers)
        When, in days after the branch, and to which numbers.
    responses : dict of Response
        By measure; time in weeks since the first switch.
    """

    policy: str
    unchanged: str
    switches: tuple[tuple[int, dict[str, Any]], ...]
    responses: dict[str, Response]

    @property
    def day(self) -> int:
        """The day of the first switch."""
        return self.switches[0][0]


def switches_of(results: Results) -> dict[str, tuple[tuple[int, dict[str, Any]], ...]]:
    """Return the branches that change, each with its switches by day."""
    columns = results.columns
    found = {}
    for policy in results.policies:
        text = str(columns["switches"][np.argmax(columns["policy"] == policy)])
        if text:
            given = [(int(each.pop("day")), each) for each in json.loads(text)]
            found[policy] = tuple(sorted(given, key=lambda entry: entry[0]))
    return found


def unchanged_of(results: Results, policy: str) -> str | None:
    """Return the branch that begins as ``policy`` does and never changes, None where none is."""
    switching = switches_of(results)
    own = _numbers(results, policy)
    for other in results.policies:
        if other not in switching and np.array_equal(own, _numbers(results, other)):
            return other
    return None


def _numbers(results: Results, policy: str) -> np.ndarray:
    """Return the numbers of the policy that a branch begins with."""
    columns = results.columns
    row = int(np.argmax(columns["policy"] == policy))
    names = [name for name in columns if name.startswith(("handling_", "support_"))]
    return np.array([float(columns[name][row]) for name in names])


def switched(results: Results) -> tuple[Switched, ...]:
    """Return what each switch does, where the same branch unchanged is there to tell.

    Parameters
    ----------
    results : Results
        The runs, with their weekly series.
    """
    series = results.series
    if series is None or not len(series["week"]):
        return ()
    found = []
    for policy, switches in switches_of(results).items():
        unchanged = unchanged_of(results, policy)
        if unchanged is None:
            continue
        responses = {}
        for measure in SHOWN:
            if measure not in series:
                continue
            weeks, one = _weekly(results, policy, measure)
            others, other = _weekly(results, unchanged, measure)
            together = min(len(weeks), len(others))
            times = weeks[:together] - 0.5  # the middle of each week
            at = switches[0][0] / WEEK
            if np.count_nonzero(times >= at) >= LEAST_WEEKS:
                pair = (one[:, :together], other[:, :together])
                responses[measure] = response(times, *pair, at)
        if responses:
            found.append(Switched(policy, unchanged, switches, responses))
    return tuple(found)


def _weekly(results: Results, policy: str, measure: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the weeks after the branch, and a measure in them, shape (replications, weeks)."""
    series = results.series
    assert series is not None
    mine = (series["policy"] == policy) & (series["week"] >= 1)
    weeks = np.unique(series["week"][mine])
    values = np.full((len(results.replications), len(weeks)), np.nan)
    rows = np.searchsorted(results.replications, series["replication"][mine])
    values[rows, np.searchsorted(weeks, series["week"][mine])] = series[measure][mine]
    return weeks.astype(float), values
