"""How precise an experiment is by now, and how many replications it still wants."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.analysis.precision import next_target, reached
from experiments.analysis.results import Results
from experiments.config import Experiment
from experiments.runner import Run
from experiments.store.folder import Folder

EVERY = 1.0
"""Seconds between two looks at the precision: with many replications a look takes a while."""

LABELS = ("policy", "policy_order", "replication", "days")


class Watch:
    """The values that the wanted precision is about, as they come in.

    Parameters
    ----------
    experiment : Experiment
        What was asked for.
    folder : Folder
        Where the runs are that have been done already.
    """

    def __init__(self, experiment: Experiment, folder: Folder) -> None:
        self._experiment = experiment
        self._measured = list(dict.fromkeys(each.column for each in experiment.precision))
        self._orders = {name: order for order, name in enumerate(experiment.policies)}
        there = folder.table("runs", [*LABELS, *self._measured])
        columns = [there[name].tolist() for name in (*LABELS, *self._measured)] if there else []
        # By policy and replication: a run that failed and was then done counts once.
        self._rows = {(row[0], row[2]): row for row in zip(*columns, strict=True)}
        self._told, self._text = -EVERY, ""

    def add(self, runs: Sequence[Run]) -> None:
        """Take in the runs of a block, failed ones included."""
        for run in runs:
            policy, situation = run.point.name, run.point.situation
            values = [run.values.get(name, np.nan) for name in self._measured]
            labels = (policy, self._orders[policy], situation.replication, situation.days)
            self._rows[policy, situation.replication] = (*labels, *values)

    def next_target(self) -> int | None:
        """Return how many replications there must be next, None when there are enough."""
        return next_target(self._results(), self._experiment) if self._rows else None

    def text(self) -> str:
        """Return the request that is farthest from its precision, in a line."""
        if time.monotonic() - self._told >= EVERY:
            self._text = self._farthest()
            self._told = time.monotonic()
        return self._text

    def _farthest(self) -> str:
        results = self._results()
        policies = set(results.policies)
        found = [
            reached(results, each, self._experiment.replications)
            for each in self._experiment.precision
            if policies.issuperset(each.contrast)
        ]
        wide = [each for each in found if each.half_width > 0.0]
        if not wide:
            return ""
        worst = max(wide, key=lambda each: each.half_width / each.asked.half_width)
        a, b = worst.asked.contrast
        return (
            f"{worst.asked.column} {a} − {b}: ±{worst.half_width:.3g} of "
            f"±{worst.asked.half_width:g}, n = {worst.n:,}"
        )

    def _results(self) -> Results:
        names = (*LABELS, *self._measured)
        columns: dict[str, Any] = {
            name: np.array(values, dtype=object if name == "policy" else None)
            for name, values in zip(names, zip(*self._rows.values(), strict=True), strict=True)
        }
        order = np.lexsort((columns["policy_order"], columns["replication"]))
        return Results({name: values[order] for name, values in columns.items()})
