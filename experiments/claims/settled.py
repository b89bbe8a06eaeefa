"""Issues that are settled, and the minutes that takes: counted from the log of contacts.

The model tallies what is settled on the floor and by calls back, but not what superiors settle.
An arm of which that is asked logs its contacts (``log = true``); its run is the same without.
"""

import numpy as np

from sim.moves import AT_SUPERIOR, CALL, ISSUE, RESOLVED

COUNTED = ("settled_by_superiors", "minutes_over_issues")
"""What is counted each day: issues that superiors settle; minutes that customers talk with reps
and superiors over issues, whether they are settled or not."""


class SettledLog:
    """Counts from logged contacts, stretch by stretch, so that no log is kept.

    Parameters
    ----------
    branch_day : int
        The day from which days are counted.
    days : int
        How many there are.
    """

    def __init__(self, branch_day: int, days: int) -> None:
        self._first = branch_day
        self.by_day = {name: np.zeros(days) for name in COUNTED}

    def take(self, rows: np.ndarray) -> None:
        """Count logged contacts.

        Parameters
        ----------
        rows : record array of ``sim.state.CONTACT``
            Some of them.
        """
        superior = rows["stage"] == AT_SUPERIOR
        settled = superior & (rows["ending"] == RESOLVED)
        over_issues = (rows["matter"] == ISSUE) & (superior | (rows["stage"] == CALL))
        day = rows["day"] - self._first
        self._add("settled_by_superiors", day[settled], None)
        self._add("minutes_over_issues", day[over_issues], rows["minutes"][over_issues])

    def _add(self, name: str, day: np.ndarray, amounts: np.ndarray | None) -> None:
        column = self.by_day[name]
        column += np.bincount(day, amounts, minlength=len(column))
