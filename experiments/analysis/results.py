"""The runs of an experiment as arrays, a policy and a measure at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from experiments.analysis.settling import Settling, settling
from experiments.periods import WHOLE, Period, periods
from experiments.store.parquet import Columns


@dataclass(frozen=True)
class Results:
    """Runs, ordered by replication and policy.

    Attributes
    ----------
    columns : dict of ndarray
        The columns of runs.parquet.
    config_hash : str
        The hash of the config that they come from.
    titles : dict of str
        What people call the policies, where that is not their name.
    series, careers : dict of ndarray or None
        The columns of series.parquet and of careers.parquet, where they were read.
    measure_over : str
        What to report over: "years", the "whole" branch, or its "steady" part.
    """

    columns: Columns
    config_hash: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    series: Columns | None = None
    careers: Columns | None = None
    measure_over: str = "years"

    def title(self, policy: str) -> str:
        """Return what people call a policy."""
        return self.titles.get(policy, policy)

    @cached_property
    def policies(self) -> tuple[str, ...]:
        """The policies in the experiment's order."""
        order = dict(zip(self.columns["policy"], self.columns["policy_order"], strict=True))
        return tuple(sorted(order, key=lambda name: order[name]))

    @cached_property
    def replications(self) -> np.ndarray:
        """The replications of which there is any run."""
        return np.unique(self.columns["replication"])

    @cached_property
    def _places(self) -> Mapping[str, tuple[np.ndarray, np.ndarray]]:
        """Where each policy's rows lie, and at which replications."""
        found = {}
        for name in self.policies:
            rows = np.flatnonzero(self.columns["policy"] == name)
            replications = self.columns["replication"][rows]
            found[name] = (rows, np.searchsorted(self.replications, replications))
        return found

    def values(self, policy: str, column: str) -> np.ndarray:
        """Return a column of a policy's runs.

        Parameters
        ----------
        policy, column : str
            Their names.

        Returns
        -------
        ndarray, shape (n_replications,)
            In the order of :attr:`replications`; NaN where a run failed, is missing, or
            leaves the measure undefined.
        """
        rows, places = self._places[policy]
        found = np.full(len(self.replications), np.nan)
        found[places] = self.columns[column][rows]
        return found

    @cached_property
    def failures(self) -> tuple[str, ...]:
        """The errors of the runs that failed."""
        return tuple(error for error in self.columns["error"] if error)

    @cached_property
    def days(self) -> int:
        """Days after the branch."""
        return int(self.columns["days"][0])

    @cached_property
    def warmup_days(self) -> int:
        """Days of the warm-up."""
        return int(self.columns["warmup_days"][0])

    def replications_of(self, policy: str) -> np.ndarray:
        """Return the replications of which a policy has a run, failed ones included."""
        if policy not in self._places:
            return self.replications[:0]
        return np.asarray(self.replications[np.sort(self._places[policy][1])])

    @cached_property
    def settling(self) -> Settling:
        """Where the warm-up and the branches have settled, by the weekly series."""
        return settling(self.series, self.days)

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """What to report over: the steady part, the years, or else the whole branch."""
        if self.measure_over == "whole":
            return (WHOLE,)
        if self.measure_over == "steady":
            return (self.settling.steady.period,)
        return periods(self.days) or (WHOLE,)
