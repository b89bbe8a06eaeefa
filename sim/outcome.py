"""What a run leaves behind, and what is read from it."""

from dataclasses import dataclass, field

import numpy as np

from sim.measures import WEEK, measure, outside_of_run, weekly
from sim.state import Floor


@dataclass(frozen=True)
class Outcome:
    """What a run leaves behind.

    Attributes
    ----------
    floor : Floor
        The arrays at the end: every agent's state, the surveys, the network.
    branch_day : int
        The day on which the policy came into force; earlier days are warm-up.
    outside, neutral
        See :class:`Start`: against what the parties' gains are measured.
    """

    floor: Floor
    branch_day: int
    outside: dict[str, float] = field(repr=False)
    neutral: np.ndarray | None = field(default=None, repr=False)

    @property
    def tallies(self) -> np.ndarray:
        """The daily tallies since the branch, a record array of ``state.TALLY``."""
        return self._days()[self.branch_day :]

    @property
    def warmup(self) -> np.ndarray:
        """The daily tallies before the branch."""
        return self._days()[: self.branch_day]

    def _days(self) -> np.ndarray:
        return np.asarray(self.floor.tallies)[: int(self.floor.world["day"][0])]

    def measures(self, first: int = 0, last: int | None = None) -> dict[str, float]:
        """Return every measure over the days [first, last) after the branch."""
        outside = self.outside
        if self.neutral is not None:
            outside = outside_of_run(self.neutral[first:last])
        return measure(self.tallies[first:last], outside)

    def warmup_measures(self, first: int = 0, last: int | None = None) -> dict[str, float]:
        """Return every measure over the days [first, last) of the warm-up."""
        return measure(self.warmup[first:last], self.outside)

    def weekly(self) -> dict[str, np.ndarray]:
        """Return every measure for each whole week after the branch."""
        outside = self.outside if self.neutral is None else outside_of_run(self.neutral)
        return weekly(self.tallies, outside)

    def warmup_weekly(self) -> dict[str, np.ndarray]:
        """Return every measure for each whole week before the branch, counted back from it.

        The last value is that of the week that ends with the branch.
        """
        return weekly(self.warmup[self.branch_day % WEEK :], self.outside)

    @property
    def careers(self) -> dict[str, np.ndarray]:
        """The careers of all who were employed after the branch, one entry each.

        Those who left, in the order in which they did, then those employed at the end, by
        their places: ``rep`` (id), then moments in days since the branch: ``entered`` (the
        morning of the first day; at most 0 for those there at the branch), ``left`` (the end
        of the last day; NaN while employed), ``burnt_out`` (the end of the first day on which
        the criterion of burnout held; NaN if none), ``days`` (the end of the run).
        """
        world, reps = self.floor.world[0], self.floor.reps
        gone = np.asarray(self.floor.careers)[: int(world["careers"])]
        there = reps[reps["present"]]
        began = self.branch_day
        burnt_out = np.concatenate([gone["burnt_out_day"], there["burnt_out_day"]])
        return {
            "rep": np.concatenate([gone["id"], there["id"]]),
            "entered": np.concatenate([gone["hired"], there["hired"]]) - float(began),
            "left": np.concatenate([gone["left_day"] + 1.0 - began, np.full(len(there), np.nan)]),
            "burnt_out": np.where(burnt_out < 0, np.nan, burnt_out + 1.0 - began),
            "days": np.full(len(gone) + len(there), float(world["day"]) - began),
        }

    @property
    def rep_answers(self) -> np.ndarray:
        """The reps' questionnaires, a record array of ``state.REP_ANSWER``."""
        return np.asarray(self.floor.rep_answers)[: int(self.floor.world["rep_answers"][0])]

    @property
    def customer_answers(self) -> np.ndarray:
        """The customers' questionnaires, a record array of ``state.CUSTOMER_ANSWER``."""
        answered = int(self.floor.world["customer_answers"][0])
        return np.asarray(self.floor.customer_answers)[:answered]
